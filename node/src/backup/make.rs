//! Writing a backup: first everything is looked over for the manifest, then it is copied.

use super::{
    error::BackupError,
    manifest::{self, JournalExtent, Kind, LedgerExtent, Manifest, Member},
    seal,
    spool::Spool,
    tar,
};
use crate::{
    config,
    progress::{Piece, Progress},
    runtime::{Cut, HomeError, home},
    store::{People, SegmentCopy, SegmentStream, files, secret::read_secret},
};
use age::x25519;
use kith_protocol::{codec, envelope::Content as _, id::Digest, time::Timestamp};
use sha2::{Digest as _, Sha256};
use std::{
    io::{self, Read, Write},
    path::{Path, PathBuf},
    sync::atomic::{AtomicBool, Ordering},
};
use zeroize::Zeroizing;

/// How much is copied at once.
const CHUNK_BYTES: usize = 64 * 1024;

/// Passes bytes on, and sums them up.
pub(super) struct Summing<T> {
    inner: T,
    sha256: Sha256,
    bytes: u64,
}

impl<T> Summing<T> {
    pub(super) fn new(inner: T) -> Self {
        Self { inner, sha256: Sha256::new(), bytes: 0 }
    }

    /// What is inside, how many bytes passed, and their SHA-256.
    pub(super) fn finish(self) -> (T, u64, Digest) {
        (self.inner, self.bytes, Digest(self.sha256.finalize().into()))
    }
}

impl<T: Read> Read for Summing<T> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.sha256.update(&buffer[..count]);
        self.bytes += count as u64;
        Ok(count)
    }
}

impl<T: Write> Write for Summing<T> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = self.inner.write(bytes)?;
        self.sha256.update(&bytes[..count]);
        self.bytes += count as u64;
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

/// What a backup is made of.
pub struct Source<'a> {
    /// What the node held.
    pub cut: &'a Cut,
    /// Its people. They are read after the cut: whoever was recorded in it is among them, unless erased since.
    pub people: &'a People,
    /// Its directory.
    pub dir: &'a Path,
    /// Whether it was retired for this backup.
    pub handover: bool,
    /// The time.
    pub now: Timestamp,
    /// Set when there is no time to go on.
    pub stopping: &'a AtomicBool,
    /// Told how far it is, in bytes of the journal: they are read once and then copied.
    pub progress: &'a Progress,
}

/// Everything that goes in, looked over.
pub(super) struct Plan {
    pub(super) recipient: x25519::Recipient,
    pub(super) manifest: Manifest,
    pub(super) signed: Vec<u8>,
    pub(super) small: Vec<(Kind, Zeroizing<Vec<u8>>)>,
    pub(super) segments: Vec<SegmentCopy>,
    pub(super) spool: Spool,
}

/// Writes a backup. It is whole only if this succeeds; `out` is flushed, and it is for the caller to make it durable.
///
/// # Errors
/// [`BackupError`]; [`BackupError::Output`] when `out` refuses.
pub(super) fn write(source: &Source<'_>, out: &mut dyn Write) -> Result<Manifest, BackupError> {
    let mut piece = source.progress.begin(2 * source.cut.upto.0);
    let mut plan = plan(source, &mut piece)?;
    let mut out = seal::sealed(&plan.recipient, out).map_err(BackupError::Output)?;
    let signed = std::mem::take(&mut plan.signed);
    let seconds = source.now.0 / 1_000;
    put(&mut out, manifest::NAME, &signed, seconds)?;
    let mut members = plan.manifest.members.iter();
    for ((_, bytes), member) in plan.small.iter().zip(members.by_ref()) {
        put(&mut out, &member.name, bytes, seconds)?;
    }
    for (copy, member) in plan.segments.iter().zip(members.by_ref()) {
        let path = PathBuf::from(&copy.name);
        copy_in(source, &mut source.cut.reader.open_copy(copy)?, &path, member, &mut out, &mut piece)?;
    }
    let member = members.next().expect("the people come last");
    copy_in(source, &mut plan.spool.open()?, Path::new(&member.name), member, &mut out, &mut piece)?;
    tar::finish(&mut out).map_err(BackupError::Output)?;
    out.finish().and_then(|out| out.flush()).map_err(BackupError::Output)?;
    Ok(plan.manifest)
}

pub(super) fn put(out: &mut dyn Write, name: &str, bytes: &[u8], seconds: u64) -> Result<(), BackupError> {
    let size = bytes.len() as u64;
    let put =
        tar::begin(out, name, size, seconds).and_then(|()| out.write_all(bytes)).and_then(|()| tar::end(out, size));
    put.map_err(BackupError::Output)
}

/// Copies a file into the archive; it must be what the manifest already says of it.
fn copy_in(
    source: &Source<'_>,
    from: &mut dyn Read,
    path: &Path,
    member: &Member,
    out: &mut dyn Write,
    piece: &mut Piece,
) -> Result<(), BackupError> {
    tar::begin(out, &member.name, member.bytes, source.now.0 / 1_000).map_err(BackupError::Output)?;
    let (mut from, mut chunk) = (Summing::new(from), vec![0; CHUNK_BYTES]);
    loop {
        go_on(source)?;
        let count = from.read(&mut chunk).map_err(BackupError::file("read", path))?;
        if count == 0 {
            break;
        }
        out.write_all(&chunk[..count]).map_err(BackupError::Output)?;
        piece.advance(count as u64);
    }
    let (_, bytes, sha256) = from.finish();
    if (bytes, sha256) != (member.bytes, member.sha256) {
        let reason = "it changed while it was copied";
        return Err(BackupError::Member { member: member.name.clone(), reason });
    }
    tar::end(out, bytes).map_err(BackupError::Output)
}

pub(super) fn go_on(source: &Source<'_>) -> Result<(), BackupError> {
    if source.stopping.load(Ordering::Relaxed) { Err(BackupError::Stopping) } else { Ok(()) }
}

pub(super) fn plan(source: &Source<'_>, piece: &mut Piece) -> Result<Plan, BackupError> {
    let (recipient, recipient_text) = seal::recipient_of(source.dir)?;
    let mut small = vec![
        (Kind::Transport, secret(&home::transport_file(source.dir))?),
        (Kind::Alias, secret(&home::alias_file(source.dir))?),
        (Kind::Recipient, recipient_text),
    ];
    let settings = files::read_bounded(&source.dir.join(config::FILE), "the settings", config::MAX_FILE_BYTES)?;
    small.extend(settings.map(|bytes| (Kind::Settings, Zeroizing::new(bytes))));
    small.push((Kind::Checkpoint, Zeroizing::new(source.cut.note.clone().into_bytes())));
    let whole = |(kind, bytes): &(Kind, Zeroizing<Vec<u8>>)| Member {
        name: kind.name(),
        bytes: bytes.len() as u64,
        sha256: Digest(Sha256::digest(bytes.as_slice()).into()),
    };
    let mut members: Vec<Member> = small.iter().map(whole).collect();
    let (segments, journal) = segments(source, &mut members, piece)?;
    let spool = Spool::of(source.people, source.dir)?;
    members.push(Member { name: Kind::People.name(), bytes: spool.bytes, sha256: spool.sha256 });
    check_sizes(source.cut, &members)?;
    let manifest = Manifest {
        v: manifest::VERSION,
        community: source.cut.identity.community,
        name: source.cut.name.clone(),
        program: env!("CARGO_PKG_VERSION").into(),
        made_at: source.now,
        handover: source.handover,
        certificate: source.cut.identity.certificate.clone(),
        journal,
        ledger: LedgerExtent { size: source.cut.size, root: source.cut.root },
        lanes: source.cut.lanes.clone(),
        people: spool.people,
        members,
    };
    let signed = codec::encode(manifest.clone().sign(&source.cut.identity.secret).unverified());
    Ok(Plan { recipient, manifest, signed, small, segments, spool })
}

fn secret(path: &Path) -> Result<Zeroizing<Vec<u8>>, BackupError> {
    Ok(read_secret(path)?.ok_or_else(|| HomeError::BadFile(path.to_path_buf()))?)
}

/// Reads the journal as far as the cut, so that no damaged one is ever taken for a backup.
fn segments(
    source: &Source<'_>,
    members: &mut Vec<Member>,
    piece: &mut Piece,
) -> Result<(Vec<SegmentCopy>, JournalExtent), BackupError> {
    let cut = source.cut;
    let copies = cut.reader.copies(cut.upto)?;
    let mut stream = SegmentStream::new();
    for copy in &copies {
        let start = stream.position().0;
        let mut file = Summing::new(io::BufReader::with_capacity(CHUNK_BYTES, cut.reader.open_copy(copy)?));
        let read = stream.segment(copy.bytes, &mut file, |at, _| {
            piece.reach(at.0);
            go_on(source)
        });
        read.map_err(|why| match why {
            // It is the node's own file that ends too early here.
            BackupError::CutShort => BackupError::Member { member: copy.name.clone(), reason: "it is cut short" },
            why => why,
        })?;
        let (_, bytes, sha256) = file.finish();
        members.push(Member { name: Kind::Segment(start).name(), bytes, sha256 });
    }
    let extent = JournalExtent { bytes: stream.position().0, records: stream.frames() };
    if extent.bytes != cut.upto.0 {
        return Err(BackupError::Member { member: "journal".into(), reason: "it does not end where the node said" });
    }
    Ok((copies, extent))
}

/// What could not be read back must not be written.
fn check_sizes(cut: &Cut, members: &[Member]) -> Result<(), BackupError> {
    for (what, count) in [("the list of files", members.len()), ("the list of partnerships", cut.lanes.len())] {
        let (bytes, limit) = (count as u64, codec::MAX_ITEMS);
        if bytes > limit {
            return Err(BackupError::TooLarge { what: what.into(), bytes, limit });
        }
    }
    let large = members.iter().find(|member| member.bytes > tar::MAX_FILE_BYTES);
    large.map_or(Ok(()), |member| {
        let (what, bytes) = (member.name.clone(), member.bytes);
        Err(BackupError::TooLarge { what, bytes, limit: tar::MAX_FILE_BYTES })
    })
}
