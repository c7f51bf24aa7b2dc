//! A backup in pieces, for partners that keep copies: what did not change since the last copy need not be sent again.
//!
//! What the pieces hold is, joined in their order, one stream: the length of the signed manifest (4 bytes, little-endian),
//! the manifest, and every file that it lists. A piece is cut where the journal goes on in another stretch and where the
//! people of another part of the alphabet of ids begin, so a day changes few of them. Each is encrypted by itself, as the
//! whole file would be; inside, its length (4 bytes, little-endian), what it holds, and zeros up to the next
//! [`PADDING`] bytes.

use super::{
    error::BackupError,
    make::{self, Plan, Source, Summing},
    manifest::{self, Manifest},
    people, seal, tar,
    whole::WholeFile,
};
use crate::{
    runtime::{Root, home},
    store::files,
};
use age::x25519;
use data_encoding::HEXLOWER;
use kith_protocol::{
    envelope::Content as _,
    escrow::{self, Inventory, Kept, MAX_KEPT_BYTES, MAX_PIECE_BYTES, MAX_PIECES, Piece, STRETCH_BYTES},
    id::Digest,
};
use sha2::{Digest as _, Sha256};
use std::{
    collections::BTreeMap,
    fs::File,
    io::{self, Cursor, Read, Write as _},
    os::unix::fs::FileExt as _,
    path::{Path, PathBuf},
};
use zeroize::Zeroizing;

/// To a multiple of how many bytes pieces are padded: the length of a small one says little.
pub const PADDING: usize = 16 * 1024;
/// The length before what a piece holds.
const LENGTH: usize = 4;
/// How much of the journal is read at once.
const CHUNK_BYTES: usize = 64 * 1024;

/// A copy, cut and encrypted. The pieces that its keeper lacks lie in a file without a name.
#[derive(Debug)]
pub struct Pieces {
    /// What the keeper is given first.
    pub kept: Kept,
    /// Where each piece begins in the file; none for those that the keeper has.
    places: Vec<Option<u64>>,
    file: File,
}

impl Pieces {
    /// At most `most` bytes of a piece, from one of its bytes on. `None` if the keeper should have that piece.
    ///
    /// # Errors
    /// The disk.
    pub fn part(&self, index: u64, from: u64, most: usize) -> Result<Option<Vec<u8>>, BackupError> {
        let index = usize::try_from(index).unwrap_or(usize::MAX);
        let piece = self.kept.inventory.content.pieces.get(index);
        let (Some(piece), Some(Some(place))) = (piece, self.places.get(index)) else { return Ok(None) };
        let left = usize::try_from(piece.bytes.saturating_sub(from)).unwrap_or(usize::MAX);
        let mut bytes = vec![0; left.min(most)];
        let read = self.file.read_exact_at(&mut bytes, place + from);
        read.map_err(BackupError::file("read", Path::new("a copy for a partner")))?;
        Ok(Some(bytes))
    }

    /// How many bytes are to be sent.
    #[must_use]
    pub fn fresh_bytes(&self) -> u64 {
        let pieces = self.kept.inventory.content.pieces.iter().zip(&self.places);
        pieces.filter(|(_, place)| place.is_some()).map(|(piece, _)| piece.bytes).sum()
    }
}

/// Cuts a copy. Pieces that `held` names, by marks made with `secret`, are not made again.
///
/// # Errors
/// [`BackupError`]; [`BackupError::TooLarge`] when it is more than a partner keeps.
pub fn cut(source: &Source<'_>, secret: &[u8; 32], held: Option<&Inventory>) -> Result<Pieces, BackupError> {
    let mut plan = make::plan(source, &mut source.progress.begin(source.cut.upto.0))?;
    let mut cutter = Cutter::new(source.dir, secret, held, plan.recipient.clone())?;
    let length = u32::try_from(plan.signed.len()).expect("a manifest has 2 MiB at most");
    cutter.push(&length.to_le_bytes())?;
    cutter.push(&plan.signed)?;
    for (_, bytes) in &plan.small {
        cutter.push(bytes)?;
    }
    cutter.end()?;
    journal(source, &plan, &mut cutter)?;
    let mut group = None;
    let bytes = plan.spool.bytes;
    people::read(&mut plan.spool.open()?, bytes, Path::new("people"), |id, record| {
        make::go_on(source)?;
        if group != Some(id[0] >> 4) || cutter.has() + people::HEAD_BYTES + record.len() > STRETCH_BYTES {
            cutter.end()?;
            group = Some(id[0] >> 4);
        }
        let mut written = Zeroizing::new(Vec::with_capacity(people::HEAD_BYTES + record.len()));
        people::write(&mut *written, &id, record).expect("a Vec takes all bytes");
        cutter.push(&written)
    })?;
    cutter.end()?;
    let inventory = Inventory {
        v: escrow::VERSION,
        community: plan.manifest.community,
        made_at: plan.manifest.made_at,
        pieces: cutter.pieces,
    };
    if inventory.pieces.len() > MAX_PIECES || inventory.bytes() > MAX_KEPT_BYTES {
        let (what, bytes) = ("the copy for a partner".into(), inventory.bytes());
        return Err(BackupError::TooLarge { what, bytes, limit: MAX_KEPT_BYTES });
    }
    let kept = Kept {
        certificate: source.cut.identity.certificate.clone(),
        inventory: inventory.sign(&source.cut.identity.secret).into_unverified(),
    };
    Ok(Pieces { kept, places: cutter.places, file: cutter.file })
}

fn journal(source: &Source<'_>, plan: &Plan, cutter: &mut Cutter) -> Result<(), BackupError> {
    let members = plan.manifest.members.iter().skip(plan.small.len());
    let mut chunk = vec![0; CHUNK_BYTES];
    for (copy, member) in plan.segments.iter().zip(members) {
        let mut from = Summing::new(source.cut.reader.open_copy(copy)?);
        loop {
            make::go_on(source)?;
            let count = from.read(&mut chunk).map_err(BackupError::file("read", Path::new(&copy.name)))?;
            if count == 0 {
                break;
            }
            cutter.push(&chunk[..count])?;
        }
        let (_, bytes, sha256) = from.finish();
        if (bytes, sha256) != (member.bytes, member.sha256) {
            let reason = "it changed while it was copied";
            return Err(BackupError::Member { member: member.name.clone(), reason });
        }
        cutter.end()?;
    }
    Ok(())
}

struct Cutter {
    secret: [u8; 32],
    recipient: x25519::Recipient,
    held: BTreeMap<Digest, Piece>,
    /// What the next piece holds so far, after room for its length.
    content: Zeroizing<Vec<u8>>,
    pieces: Vec<Piece>,
    places: Vec<Option<u64>>,
    file: File,
    path: PathBuf,
    at: u64,
}

impl Cutter {
    fn new(
        dir: &Path,
        secret: &[u8; 32],
        held: Option<&Inventory>,
        recipient: x25519::Recipient,
    ) -> Result<Self, BackupError> {
        let path = dir.join(format!("escrow.spool-{}", HEXLOWER.encode(&home::random::<8>()?)));
        let file = files::write_new(&path, &[])?;
        std::fs::remove_file(&path).map_err(BackupError::file("remove", &path))?;
        // Room for all of it at once, so that no copy of a name stays behind in memory that was given back.
        let mut content = Zeroizing::new(Vec::with_capacity(LENGTH + STRETCH_BYTES + PADDING));
        content.extend([0; LENGTH]);
        let held = held.map_or(&[][..], |held| &held.pieces).iter().map(|piece| (piece.mark, piece.clone())).collect();
        let (pieces, places) = (Vec::new(), Vec::new());
        Ok(Self { secret: *secret, recipient, held, content, pieces, places, file, path, at: 0 })
    }

    /// How many bytes the next piece holds so far.
    fn has(&self) -> usize {
        self.content.len() - LENGTH
    }

    fn push(&mut self, mut bytes: &[u8]) -> Result<(), BackupError> {
        while !bytes.is_empty() {
            if self.has() == STRETCH_BYTES {
                self.end()?;
            }
            let (now, later) = bytes.split_at(bytes.len().min(STRETCH_BYTES - self.has()));
            self.content.extend_from_slice(now);
            bytes = later;
        }
        Ok(())
    }

    /// Ends a piece, if there is anything in it.
    fn end(&mut self) -> Result<(), BackupError> {
        let length = self.has();
        if length == 0 {
            return Ok(());
        }
        let mark = Digest::of("kith/v1/escrow-mark", &[&self.secret, &self.content[LENGTH..]]);
        match self.held.remove(&mark) {
            Some(piece) => {
                self.pieces.push(piece);
                self.places.push(None);
            }
            None => self.seal(mark, length)?,
        }
        self.content.truncate(LENGTH);
        Ok(())
    }

    fn seal(&mut self, mark: Digest, length: usize) -> Result<(), BackupError> {
        let failed = || BackupError::file("write", &self.path);
        let length = u32::try_from(length).expect("a stretch has 1 MiB at most");
        self.content[..LENGTH].copy_from_slice(&length.to_le_bytes());
        let padded = self.content.len().next_multiple_of(PADDING);
        self.content.resize(padded, 0);
        let mut sealed = seal::sealed(&self.recipient, Vec::new()).map_err(failed())?;
        let sealed = sealed.write_all(&self.content).and_then(|()| sealed.finish()).map_err(failed())?;
        let (bytes, sha256) = (sealed.len() as u64, Digest(Sha256::digest(&sealed).into()));
        self.file.write_all_at(&sealed, self.at).map_err(failed())?;
        self.pieces.push(Piece { mark, bytes, sha256 });
        self.places.push(Some(self.at));
        self.at += bytes;
        Ok(())
    }
}

/// What pieces hold, joined: each is asked for when the one before was read.
struct Joined<'a> {
    next: &'a mut dyn FnMut() -> Result<Option<Vec<u8>>, BackupError>,
    identity: x25519::Identity,
    content: Cursor<Zeroizing<Vec<u8>>>,
    failed: Option<BackupError>,
}

impl Joined<'_> {
    fn open(&self, sealed: Vec<u8>) -> Result<Zeroizing<Vec<u8>>, BackupError> {
        let path = Path::new("a piece of the copy");
        let bad = || BackupError::Changed("a piece is not as it was cut");
        let mut content = Zeroizing::new(Vec::with_capacity(sealed.len()));
        let mut opened = seal::opened(&self.identity, Cursor::new(sealed), path)?;
        opened.by_ref().take(MAX_PIECE_BYTES).read_to_end(&mut content).map_err(BackupError::reading(path))?;
        let (length, _) = content.split_first_chunk::<LENGTH>().ok_or_else(bad)?;
        let end = LENGTH + u32::from_le_bytes(*length) as usize;
        if end > content.len() || content[end..].iter().any(|byte| *byte != 0) {
            return Err(bad());
        }
        content.truncate(end);
        Ok(content)
    }
}

impl Read for Joined<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let count = self.content.read(buffer)?;
            if count > 0 || buffer.is_empty() {
                return Ok(count);
            }
            match (self.next)().and_then(|sealed| sealed.map(|sealed| self.open(sealed)).transpose()) {
                Ok(None) => return Ok(0),
                Ok(Some(content)) => {
                    self.content = Cursor::new(content);
                    self.content.set_position(LENGTH as u64);
                }
                Err(why) => {
                    self.failed = Some(why);
                    return Err(io::ErrorKind::InvalidData.into());
                }
            }
        }
    }
}

/// Puts the pieces of a copy, which `next` gives in their order, together to the backup that they are. It is judged by
/// whoever restores it.
///
/// # Errors
/// [`BackupError`]: then there is no file.
pub fn join(
    root: &Root,
    out: &Path,
    next: &mut dyn FnMut() -> Result<Option<Vec<u8>>, BackupError>,
) -> Result<Manifest, BackupError> {
    let content = Cursor::new(Zeroizing::new(Vec::new()));
    let mut joined = Joined { next, identity: seal::identity(root), content, failed: None };
    let written = write(root, out, &mut joined);
    match joined.failed {
        Some(why) => Err(why),
        None => written,
    }
}

fn write(root: &Root, out: &Path, from: &mut Joined<'_>) -> Result<Manifest, BackupError> {
    let reading = BackupError::reading(out);
    let mut length = [0; LENGTH];
    from.read_exact(&mut length).map_err(&reading)?;
    let length = u32::from_le_bytes(length) as usize;
    if length > manifest::MAX_BYTES {
        return Err(BackupError::Changed("its manifest is longer than any"));
    }
    let mut signed = Vec::new();
    from.take(length as u64).read_to_end(&mut signed).map_err(&reading)?;
    let manifest = manifest::read(&signed, root.community())?;
    let mut file = WholeFile::create(out)?;
    let failed = |error| BackupError::Output(error).at(out);
    let mut archive = seal::sealed(&seal::recipient(root), &mut file).map_err(failed)?;
    let seconds = manifest.made_at.0 / 1_000;
    make::put(&mut archive, manifest::NAME, &signed, seconds).map_err(|why| why.at(out))?;
    for member in &manifest.members {
        tar::begin(&mut archive, &member.name, member.bytes, seconds).map_err(failed)?;
        let mut left = from.take(member.bytes);
        let mut chunk = Zeroizing::new(vec![0; CHUNK_BYTES]);
        let mut copied = 0;
        loop {
            let count = left.read(&mut chunk).map_err(&reading)?;
            if count == 0 {
                break;
            }
            archive.write_all(&chunk[..count]).map_err(failed)?;
            copied += count as u64;
        }
        if copied < member.bytes {
            return Err(BackupError::CutShort);
        }
        tar::end(&mut archive, member.bytes).map_err(failed)?;
    }
    if from.read(&mut [0]).map_err(&reading)? > 0 {
        return Err(BackupError::Changed("it goes on after its end"));
    }
    tar::finish(&mut archive).map_err(failed)?;
    archive.finish().map_err(failed)?;
    file.finish()?;
    Ok(manifest)
}

const _: () = assert!(people::HEAD_BYTES + crate::store::MAX_PERSON_BYTES < STRETCH_BYTES);
