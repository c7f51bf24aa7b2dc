//! Bringing snapshot and index up to the journal, and finding one's feet again after a stop or a crash.

use super::{super::rebuild, Book, Overlay, keys, pages::Pages};
use crate::{
    progress::Progress,
    store::{
        Index, Journal, Position, StoreError, TornTail,
        snapshot::{self, Snapshot},
    },
};
use kith_protocol::{
    codec,
    id::CommunityId,
    machine::{Fact, Identity, Machine, State},
    shelf::Known,
};
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError, mpsc},
    thread,
};
use thiserror::Error;

/// After how many facts snapshot and index are brought up: reading as many back at a start takes well under 100 ms.
pub const SETTLE_FACTS: u64 = 20_000;

/// How many index changes may gather in memory: some hundred megabytes in the worst case.
const OVERLAY_MAX: usize = 500_000;

/// Why a node cannot find its feet.
#[derive(Debug, Error)]
pub enum RecoverError {
    /// The disk or what is on it.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A journal frame that does not say facts.
    #[error("the journal holds a record at {0:?} that this program cannot read; use the program that wrote it")]
    Unreadable(Position),
    /// A fact that does not follow.
    #[error("the journal's record at {at:?} does not follow from those before it: {why}")]
    DoesNotFollow {
        /// Where.
        at: Position,
        /// Why not.
        why: kith_protocol::rejection::Rejection,
    },
}

/// A machine and its book as they were after the last durable fact.
pub struct Recovered {
    /// The machine.
    pub machine: Machine,
    /// Its book.
    pub book: Book,
    /// What a crash in the middle of a write left behind and was cut.
    pub torn: Option<TornTail>,
    /// Facts read back from the journal's tail.
    pub replayed: u64,
}

struct Work {
    upto: Position,
    /// The machine's state there; nothing where the snapshot on disk is a later one.
    state: Option<Vec<u8>>,
    overlay: Arc<Overlay>,
}

/// The thread that takes overlays to disk.
pub(super) struct Settler {
    dir: PathBuf,
    index: Arc<dyn Index>,
    /// The overlay being taken to disk; look-ups see it until the index holds it.
    pending: Arc<Mutex<Option<Arc<Overlay>>>>,
    work: Option<mpsc::SyncSender<Work>>,
    thread: Option<thread::JoinHandle<()>>,
    facts: u64,
}

impl Settler {
    fn start(dir: &Path, index: Arc<dyn Index>) -> std::io::Result<Self> {
        let (work, jobs) = mpsc::sync_channel::<Work>(1);
        let pending = Arc::new(Mutex::new(None));
        let (cleared, target, home) = (Arc::clone(&pending), Arc::clone(&index), dir.to_path_buf());
        let thread = thread::Builder::new().name("kith-settler".into()).spawn(move || {
            for job in jobs {
                if let Err(error) = settle(&home, target.as_ref(), &job) {
                    // The journal has it all; but an index that lags without end would fill the memory.
                    tracing::error!(%error, "snapshot and index cannot be written");
                    // Damage stays, other than a full disk.
                    if matches!(error, StoreError::IndexDamaged { .. }) {
                        rebuild::ask(&home).unwrap_or_else(|error| tracing::error!(%error, "run `kith rebuild`"));
                    }
                    std::process::abort();
                }
                *cleared.lock().unwrap_or_else(PoisonError::into_inner) = None;
            }
        })?;
        Ok(Self { dir: dir.to_path_buf(), index, pending, work: Some(work), thread: Some(thread), facts: 0 })
    }

    pub(super) fn pending(&self, key: &[u8]) -> Option<Option<Vec<u8>>> {
        self.pending.lock().unwrap_or_else(PoisonError::into_inner).as_ref()?.get(key)
    }

    pub(super) fn pending_under(&self, prefix: &[u8]) -> BTreeMap<Vec<u8>, Option<Vec<u8>>> {
        let pending = self.pending.lock().unwrap_or_else(PoisonError::into_inner).clone();
        pending.map(|overlay| overlay.under(prefix)).unwrap_or_default()
    }

    fn busy(&self) -> bool {
        self.pending.lock().unwrap_or_else(PoisonError::into_inner).is_some()
    }
}

impl Drop for Settler {
    fn drop(&mut self) {
        drop(self.work.take());
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the settler stopped early");
        }
    }
}

/// Snapshot first, then index: the index never knows more than the snapshot.
fn settle(dir: &Path, index: &dyn Index, job: &Work) -> Result<(), StoreError> {
    if let Some(state) = &job.state {
        snapshot::write(dir, job.upto, state)?;
    }
    let writes = job.overlay.writes();
    // Few thousand changes at a time keep sled's memory small; the mark that says "up to here" comes last.
    for chunk in writes.chunks(4_096) {
        index.apply(chunk.to_vec())?;
    }
    index.flush()
}

impl Book {
    /// Counts facts towards the next settling.
    pub fn count(&mut self, facts: usize) {
        self.settler.facts += facts as u64;
    }

    /// Whether enough has gathered, and the last settling is done.
    #[must_use]
    pub fn wants_settling(&self) -> bool {
        self.settler.facts >= SETTLE_FACTS && !self.settler.busy()
    }

    /// Waits for the settler when more has gathered than memory should hold: then the index is the slower one.
    pub fn hold_back(&self) {
        while self.overlay.len() >= OVERLAY_MAX && self.settler.busy() {
            thread::sleep(std::time::Duration::from_millis(1));
        }
    }

    /// Whether anything has gathered, and the last settling is done.
    #[must_use]
    pub fn could_settle(&self) -> bool {
        !self.overlay.is_empty() && !self.settler.busy()
    }

    /// Whether snapshot and index are being brought up now.
    #[must_use]
    pub fn settling(&self) -> bool {
        self.settler.busy()
    }

    /// Takes snapshot and index to the present on the settler's thread. Everything must be committed.
    pub fn settle(&mut self, state: &State) {
        debug_assert!(!self.uncommitted(), "only what is durable may be settled");
        self.settle_upto(self.journal.durable_end(), Some(state));
    }

    fn settle_upto(&mut self, upto: Position, state: Option<&State>) {
        self.pages.keep(&mut self.overlay);
        let mark = [upto.0.to_be_bytes(), self.pages.len().to_be_bytes(), self.exchanged.to_be_bytes()].concat();
        self.overlay.put(keys::UPTO.to_vec(), mark);
        let overlay = Arc::new(std::mem::take(&mut self.overlay));
        *self.settler.pending.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&overlay));
        self.settler.facts = 0;
        let work = Work { upto, state: state.map(codec::encode), overlay };
        if self.settler.work.as_ref().is_none_or(|queue| queue.send(work).is_err()) {
            tracing::error!("the settler is gone");
            std::process::abort();
        }
    }

    /// Settles and waits until it is on disk, for a graceful stop.
    pub fn settle_and_wait(&mut self, state: &State) {
        while self.settler.busy() {
            thread::sleep(std::time::Duration::from_millis(1));
        }
        if !self.overlay.is_empty() {
            self.settle(state);
        }
        drop(self.settler.work.take());
        if let Some(thread) = self.settler.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the settler stopped early");
        }
    }

    /// How many bytes the index has.
    #[must_use]
    pub fn index_bytes(&self) -> u64 {
        self.settler.index.size_on_disk()
    }

    /// Where snapshots lie.
    #[must_use]
    pub fn directory(&self) -> &Path {
        &self.settler.dir
    }
}

/// What the index says of itself.
#[derive(Debug, Clone, Copy, Default)]
struct Mark {
    /// Up to where it reflects the journal.
    upto: Position,
    /// How many ledger entries it knows.
    entries: u64,
    /// Minutes exchanged in them.
    exchanged: i64,
}

fn index_mark(index: &dyn Index) -> Result<Option<Mark>, StoreError> {
    let Some(bytes) = index.get(keys::UPTO)? else { return Ok(None) };
    let (numbers, _) = bytes.as_chunks::<8>();
    let mark = match *numbers {
        [upto, entries, exchanged] => Some(Mark {
            upto: Position(u64::from_be_bytes(upto)),
            entries: u64::from_be_bytes(entries),
            exchanged: i64::from_be_bytes(exchanged),
        }),
        _ => None,
    };
    Ok(mark)
}

fn load_known(index: &dyn Index) -> Result<BTreeMap<CommunityId, Known>, StoreError> {
    let mut all = BTreeMap::new();
    let mut after: Option<Vec<u8>> = None;
    loop {
        let page = index.scan(keys::KNOWN, after.as_deref(), 1_000)?;
        for (key, value) in &page {
            let id = key.get(1..).and_then(|id| id.try_into().ok()).map(CommunityId);
            if let (Some(id), Ok(known)) = (id, codec::decode_own(value)) {
                all.insert(id, known);
            }
        }
        match page.last() {
            Some((key, _)) if page.len() == 1_000 => after = Some(key.clone()),
            _ => return Ok(all),
        }
    }
}

/// Opens journal, snapshot and index in `dir`, and brings the machine to the last durable fact.
///
/// `open_index` opens the index directory, and is told to start an empty one when the one there cannot be used. What is
/// read back of the journal is told to `progress`, in bytes.
///
/// # Errors
/// [`RecoverError`]; of the journal nothing but a torn tail is changed.
pub fn recover(
    dir: &Path,
    identity: Identity,
    open_index: &dyn Fn(bool) -> Result<Arc<dyn Index>, StoreError>,
    progress: &Progress,
) -> Result<Recovered, RecoverError> {
    let community = identity.community;
    let decoded = match snapshot::read(dir)? {
        Snapshot::Found { upto, bytes } => codec::decode_own::<State>(&bytes).ok().map(|state| (upto, state)),
        _ => None,
    };
    let mut index = open_index(false)?;
    let mut mark = index_mark(index.as_ref())?;
    if mark.is_some_and(|mark| decoded.as_ref().is_none_or(|(snapshot, _)| mark.upto > *snapshot)) {
        // Without the snapshot that vouches for it the index would run ahead of the machine: build it again.
        drop(index);
        index = open_index(true)?;
        mark = None;
    }
    let (machine_from, state) = decoded.unwrap_or_else(|| (Position(0), State::empty(community)));
    let Mark { upto: index_from, entries, exchanged } = mark.unwrap_or_default();
    let (journal, torn) = Journal::open_from(&dir.join("journal"), index_from.min(machine_from))?;
    let reader = journal.reader();
    let known = load_known(index.as_ref())?;
    let mut machine = Machine::new(identity, state, known);
    let mut book = Book {
        pages: Pages::load(entries, index.as_ref())?,
        settler: Settler::start(dir, Arc::clone(&index)).map_err(|source| StoreError::Io {
            context: "starting the settler thread",
            path: dir.to_path_buf(),
            source,
        })?,
        journal,
        reader,
        index,
        overlay: Overlay::default(),
        fresh: BTreeMap::new(),
        versions: BTreeMap::new(),
        exchanged,
    };
    let replayed = replay(&mut machine, &mut book, [index_from, machine_from], progress)?;
    Ok(Recovered { machine, book, torn, replayed })
}

/// Brings index and machine, each from where it stands, to the journal's end.
fn replay(
    machine: &mut Machine,
    book: &mut Book,
    [index_from, machine_from]: [Position; 2],
    progress: &Progress,
) -> Result<u64, RecoverError> {
    let mut piece = progress.begin(book.journal.durable_end().0 - index_from.0);
    let mut replayed = 0;
    for frame in book.reader.from(index_from) {
        let (at, bytes) = frame?;
        // A long journal does not fit in memory; and whoever is stopped on the way need not begin again.
        if book.wants_settling() {
            book.settle_upto(at, (at >= machine_from).then(|| machine.state()));
        }
        book.hold_back();
        let facts: Vec<Fact> = codec::decode_own(&bytes).map_err(|_| RecoverError::Unreadable(at))?;
        for (n, fact) in facts.iter().enumerate() {
            if at >= machine_from {
                machine.replay(fact, book).map_err(|why| RecoverError::DoesNotFollow { at, why })?;
            }
            book.project(at.0, n, fact);
        }
        book.count(facts.len());
        replayed += facts.len() as u64;
        piece.reach(at.0 - index_from.0);
    }
    Ok(replayed)
}
