//! Judging a backup: every hash, the journal replayed in memory, the ledger audited as `kith verify` does, and all of it
//! compared with the manifest.

use super::{
    error::BackupError,
    manifest::{Kind, Manifest, Member},
    people,
    read::{self, Sink},
};
use crate::{
    people::Person,
    progress::{Piece, Progress},
    runtime::{Root, cut::lane_heads},
    store::SegmentStream,
};
use kith_protocol::{
    alias::AliasSecret,
    audit::{self, Auditor, Summary, export_entry, export_header},
    codec,
    id::MemberId,
    key::{PublicKey, SecretKey},
    machine::{Fact, Identity, Machine, MemoryView, State},
};
use std::{
    collections::BTreeMap,
    fmt::Display,
    fs::File,
    io::Read,
    path::{Path, PathBuf},
};

/// A backup that was found good.
#[derive(Debug, Clone)]
pub struct Verified {
    /// What it says of itself.
    pub manifest: Manifest,
    /// What its ledger adds up to.
    pub summary: Summary,
    /// Its length in bytes.
    pub bytes: u64,
    /// Who could sign in first: coordinators with their names, in the order of these, a hundred at most. Where no
    /// coordinator has a name, all of them without one.
    pub coordinators: Vec<(MemberId, String)>,
}

/// The most coordinators that are named: more than any community has, few enough to choose from.
const MOST_NAMED: usize = 100;

/// Judges the backup in a file.
///
/// # Errors
/// [`BackupError`] names the first thing that is wrong.
pub fn verify(path: &Path, root: &Root) -> Result<Verified, BackupError> {
    verify_telling(path, root, &Progress::default())
}

/// The same, and tells how far it is.
///
/// # Errors
/// Those of [`verify`].
pub fn verify_telling(path: &Path, root: &Root, progress: &Progress) -> Result<Verified, BackupError> {
    let mut file = File::open(path).map_err(BackupError::file("read", path))?;
    let mut piece = progress.begin(length(&file, path)?);
    verify_open(&mut file, path, root, &mut piece)
}

/// The length of an open file: about as many bytes are read of a backup.
pub(super) fn length(file: &File, path: &Path) -> Result<u64, BackupError> {
    Ok(file.metadata().map_err(BackupError::file("read", path))?.len())
}

/// The same for a file that is open already.
pub(super) fn verify_open(
    file: &mut File,
    path: &Path,
    root: &Root,
    piece: &mut Piece,
) -> Result<Verified, BackupError> {
    let bytes = length(file, path)?;
    let mut judge = Judge { path: path.to_path_buf(), work: None, people: 0, named: Vec::new() };
    let manifest = read::walk(file, path, root, &mut judge, piece)?;
    let coordinators = judge.coordinators();
    let summary = judge.finish(&manifest)?;
    Ok(Verified { manifest, summary, bytes, coordinators })
}

struct Judge {
    path: PathBuf,
    work: Option<Work>,
    people: u64,
    /// Coordinators, with their names.
    named: Vec<(MemberId, String)>,
}

/// What is gathered from the journal.
struct Work {
    certificate: kith_protocol::envelope::Unverified<kith_protocol::community::Certificate>,
    size: u64,
    auditor: Auditor,
    stream: SegmentStream,
    machine: Machine,
    view: MemoryView,
}

impl Work {
    fn new(manifest: &Manifest) -> Self {
        let community = manifest.community;
        // A judge signs nothing and speaks to nobody: the keys stand in for those of the node.
        let identity = Identity {
            community,
            secret: SecretKey::from_seed(&[0; 32]),
            certificate: manifest.certificate.clone(),
            transport: PublicKey([0; 32]),
            aliases: AliasSecret::new([0; 32]),
        };
        Self {
            certificate: manifest.certificate.clone(),
            size: manifest.ledger.size,
            auditor: Auditor::new(),
            stream: SegmentStream::new(),
            machine: Machine::new(identity, State::empty(community), BTreeMap::new()),
            view: MemoryView::default(),
        }
    }

    /// The checkpoint, with which the judgement of the ledger begins.
    fn checkpoint(&mut self, note: Vec<u8>) -> Result<(), BackupError> {
        let bad = |reason| BackupError::Member { member: Kind::Checkpoint.name(), reason };
        let checkpoint = String::from_utf8(note).map_err(|_| bad("it is no text"))?;
        let header = export_header(&audit::Manifest {
            v: audit::MANIFEST_VERSION,
            community: self.certificate.content.community,
            size: self.size,
            checkpoint,
            certificate: self.certificate.clone(),
        });
        self.auditor.push(&header.map_err(|_| bad("it is larger than a checkpoint may be"))?)?;
        Ok(())
    }

    fn segment(&mut self, start: u64, bytes: u64, from: &mut dyn Read) -> Result<(), BackupError> {
        let bad = |reason| BackupError::Member { member: "the journal".into(), reason };
        if self.stream.position().0 != start {
            return Err(bad("a segment is missing"));
        }
        let Self { auditor, machine, view, stream, .. } = self;
        stream.segment(bytes, from, |_, frame| {
            let facts: Vec<Fact> = codec::decode_own(frame).map_err(|_| bad("a record cannot be read"))?;
            for fact in &facts {
                if let Fact::Entry(entry) = fact {
                    auditor.push(&export_entry(entry).map_err(|_| bad("an entry is too large"))?)?;
                }
                machine.replay(fact, view).map_err(|_| bad("a record does not follow from those before it"))?;
                view.absorb_fact(fact);
            }
            Ok(())
        })
    }
}

impl Sink for Judge {
    fn begin(&mut self, manifest: &Manifest) -> Result<(), BackupError> {
        self.work = Some(Work::new(manifest));
        Ok(())
    }

    fn file(&mut self, kind: Kind, member: &Member, bytes: &mut dyn Read) -> Result<(), BackupError> {
        let work = self.work.as_mut().expect("the manifest comes first");
        match kind {
            Kind::Checkpoint => work.checkpoint(read::small(kind, member, bytes, &self.path)?),
            Kind::Segment(start) => work.segment(start, member.bytes, bytes),
            Kind::People => {
                let (ledger, named) = (work.machine.state().ledger(), &mut self.named);
                self.people = people::read(bytes, member.bytes, &self.path, |id, record| {
                    let id = MemberId(id);
                    if named.len() < MOST_NAMED
                        && ledger.coordinator(&id).is_ok()
                        && let Some(person) = Person::from_bytes(record)
                    {
                        named.push((id, person.name));
                    }
                    Ok(())
                })?;
                Ok(())
            }
            Kind::Transport | Kind::Alias | Kind::Recipient | Kind::Settings => Ok(()),
        }
    }
}

impl Judge {
    fn coordinators(&mut self) -> Vec<(MemberId, String)> {
        let mut all = std::mem::take(&mut self.named);
        all.retain(|(_, name)| !name.is_empty());
        all.sort_by(|(_, one), (_, other)| one.cmp(other));
        if let (true, Some(work)) = (all.is_empty(), &self.work) {
            let ledger = work.machine.state().ledger();
            let here = ledger.members().keys().filter(|id| ledger.coordinator(id).is_ok());
            all.extend(here.take(MOST_NAMED).map(|id| (*id, String::new())));
        }
        all
    }

    fn finish(self, manifest: &Manifest) -> Result<Summary, BackupError> {
        let work = self.work.expect("the manifest was read");
        let (state, ledger) = (work.machine.state(), work.machine.state().ledger());
        same("journal's length", manifest.journal.bytes, work.stream.position().0)?;
        same("number of records", manifest.journal.records, work.stream.frames())?;
        same("number of ledger entries", manifest.ledger.size, ledger.tree().size())?;
        same("ledger's root", manifest.ledger.root, ledger.tree().root())?;
        same("number of people's records", manifest.people, self.people)?;
        let lanes = lane_heads(state);
        same("number of partnerships", manifest.lanes.len(), lanes.len())?;
        for (expected, found) in manifest.lanes.iter().zip(&lanes) {
            same("lane", format!("{expected:?}"), format!("{found:?}"))?;
        }
        let summary = work.auditor.finish()?;
        same("checkpoint's root", manifest.ledger.root, summary.root)?;
        Ok(summary)
    }
}

fn same<T: PartialEq + Display>(what: &'static str, expected: T, found: T) -> Result<(), BackupError> {
    if expected == found {
        return Ok(());
    }
    Err(BackupError::Mismatch { what, expected: expected.to_string(), found: found.to_string() })
}
