//! The journal: an append-only file of frames, the truth from which all else is rebuilt.
//!
//! The rest of the node may act on a record once [`Journal::commit`] has returned, never before. Reading goes through
//! [`JournalReader`], which sees only what is durable. The format of the files is described in `segment.rs`.

use std::collections::VecDeque;
use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use super::error::StoreError;
use super::files;
use super::segment::{self, FRAME_OVERHEAD, FRAME_VERSION, HEADER_BYTES, SegmentReader};
pub use super::segment::{MAX_FRAME_BYTES, Position};

mod copy;
#[cfg(test)]
mod tests;

pub use copy::{FrameFlaw, SegmentCopy, SegmentStream, segment_name, segment_start};

/// Size at which a new segment is begun: small enough to copy, check and look at, large enough to keep few files.
pub const SEGMENT_BYTES: u64 = 64 * 1024 * 1024;

/// Most bytes between two commits. They are held in memory; a group of a hundred large records is about 10 MiB.
pub const MAX_BATCH_BYTES: usize = 16 * 1024 * 1024;

/// Capacity the batch keeps between commits.
const KEPT_BATCH_BYTES: usize = 256 * 1024;

/// Segment files that all readers together keep open.
const MAX_OPEN_SEGMENTS: usize = 16;

/// First read of a single frame: most records are smaller, so one system call is enough.
const RANDOM_READ_BYTES: usize = 4096;

/// An unfinished end that [`Journal::open`] cut off. Nobody was told that what it held had happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TornTail {
    /// The segment file that was cut.
    pub segment: PathBuf,
    /// The new end of the journal.
    pub at: Position,
    /// How many bytes were cut off.
    pub bytes_cut: u64,
}

/// Where a batch goes. A file; in tests also one that fails on demand.
trait Disk: Send + std::fmt::Debug {
    fn write_all_at(&self, bytes: &[u8], offset: u64) -> io::Result<()>;
    fn sync_data(&self) -> io::Result<()>;
}

impl Disk for File {
    fn write_all_at(&self, bytes: &[u8], offset: u64) -> io::Result<()> {
        FileExt::write_all_at(self, bytes, offset)
    }

    fn sync_data(&self) -> io::Result<()> {
        File::sync_data(self)
    }
}

/// What the writer and its readers share.
#[derive(Debug)]
struct Shared {
    dir: PathBuf,
    salt: [u8; 8],
    /// Starts of all segments, ascending, never empty.
    segments: RwLock<Vec<u64>>,
    durable: AtomicU64,
    /// Recently used files, most recent last.
    open: Mutex<VecDeque<(u64, Arc<File>)>>,
}

/// The one writer of a journal. Hold the directory's lock for as long as it lives.
#[derive(Debug)]
pub struct Journal {
    shared: Arc<Shared>,
    disk: Box<dyn Disk>,
    segment_start: u64,
    segment_bytes: u64,
    batch: Vec<u8>,
    poisoned: bool,
}

impl Journal {
    /// Opens the journal in `dir`, a directory of its own, created with mode 0700 if absent. Checks every frame of the
    /// last segment and the length of the others. An unfinished end is cut off and told.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] or [`StoreError::NewerFormat`]; nothing is changed then.
    pub fn open(dir: &Path) -> Result<(Journal, Option<TornTail>), StoreError> {
        Journal::open_with(dir, None, SEGMENT_BYTES)
    }

    /// Like [`Journal::open`], but checks every frame from `trusted`, a position that a snapshot vouches for, to the
    /// end, in whichever segment it lies. `Position(0)` checks the whole journal.
    ///
    /// # Errors
    /// As [`Journal::open`], and [`StoreError::NoSuchPosition`] if no frame begins or ends at `trusted`: then the
    /// journal has lost records that the snapshot had seen, or the snapshot belongs to another journal.
    pub fn open_from(dir: &Path, trusted: Position) -> Result<(Journal, Option<TornTail>), StoreError> {
        Journal::open_with(dir, Some(trusted), SEGMENT_BYTES)
    }

    fn open_with(
        dir: &Path,
        trusted: Option<Position>,
        segment_bytes: u64,
    ) -> Result<(Journal, Option<TornTail>), StoreError> {
        files::create_dir(dir)?;
        let mut starts = segment::list(dir)?;
        if starts.is_empty() {
            let mut salt = [0; 8];
            getrandom::fill(&mut salt).map_err(|error| StoreError::Randomness(error.to_string()))?;
            segment::create(dir, 0, salt)?;
            starts.push(0);
        }
        let (salt, end) = check_outlines(dir, &starts)?;
        let last = *starts.last().expect("a journal has a segment");
        let (end, torn) = check_frames(dir, &starts, salt, trusted.map_or(last, |at| at.0), end)?;

        let path = segment::path_of(dir, last);
        let file = OpenOptions::new().read(true).write(true).open(&path).map_err(StoreError::io("open", &path))?;
        if torn.is_some() {
            file.set_len(HEADER_BYTES + (end - last)).map_err(StoreError::io("cut", &path))?;
        }
        // A process that was killed may have left frames in the system's cache that no disk holds yet.
        file.sync_all().map_err(StoreError::io("sync", &path))?;
        let shared = Shared {
            dir: dir.to_owned(),
            salt,
            segments: RwLock::new(starts),
            durable: AtomicU64::new(end),
            open: Mutex::default(),
        };
        let journal = Journal {
            shared: Arc::new(shared),
            disk: Box::new(file),
            segment_start: last,
            segment_bytes,
            batch: Vec::new(),
            poisoned: false,
        };
        Ok((journal, torn))
    }

    /// Adds one frame to the batch in memory and returns where it will be.
    ///
    /// # Errors
    /// [`StoreError::FrameTooLarge`], [`StoreError::BatchFull`] (both leave the batch as it was), [`StoreError::Poisoned`].
    pub fn append(&mut self, payload: &[u8]) -> Result<Position, StoreError> {
        self.refuse_if_poisoned()?;
        if payload.len() > MAX_FRAME_BYTES {
            let bytes = payload.len();
            return Err(StoreError::FrameTooLarge { bytes, limit: MAX_FRAME_BYTES });
        }
        if self.batch.len() + FRAME_OVERHEAD + payload.len() > MAX_BATCH_BYTES {
            return Err(StoreError::BatchFull { limit: MAX_BATCH_BYTES });
        }
        let at = self.end();
        let commit = self.durable_end().0;
        segment::encode(&mut self.batch, self.shared.salt, at.0, commit, FRAME_VERSION, payload);
        Ok(at)
    }

    /// Makes everything appended durable with one write and one fdatasync. Does nothing if nothing was appended.
    ///
    /// # Errors
    /// After any error what the disk holds is unknown, so this journal refuses every later call. It never syncs again:
    /// after a failed fsync the system may have dropped the pages and a second one would succeed without them.
    pub fn commit(&mut self) -> Result<(), StoreError> {
        self.refuse_if_poisoned()?;
        if self.batch.is_empty() {
            return Ok(());
        }
        let written = self.write_batch();
        self.poisoned = written.is_err();
        written?;
        self.shared.durable.store(self.end().0, Ordering::Release);
        self.batch.clear();
        self.batch.shrink_to(KEPT_BATCH_BYTES);
        Ok(())
    }

    fn write_batch(&mut self) -> Result<(), StoreError> {
        let at = self.durable_end().0;
        if at - self.segment_start >= self.segment_bytes {
            let file = segment::create(&self.shared.dir, at, self.shared.salt)?;
            let mut segments = self.shared.segments.write().unwrap_or_else(PoisonError::into_inner);
            segments.push(at);
            self.disk = Box::new(file);
            self.segment_start = at;
        }
        let path = self.path();
        self.disk
            .write_all_at(&self.batch, HEADER_BYTES + (at - self.segment_start))
            .map_err(StoreError::io("write", &path))?;
        self.disk.sync_data().map_err(StoreError::io("sync", &path))
    }

    fn path(&self) -> PathBuf {
        segment::path_of(&self.shared.dir, self.segment_start)
    }

    fn refuse_if_poisoned(&self) -> Result<(), StoreError> {
        if self.poisoned { Err(StoreError::Poisoned { path: self.path() }) } else { Ok(()) }
    }

    /// Where the next frame will be.
    pub fn end(&self) -> Position {
        Position(self.durable_end().0 + self.batch.len() as u64)
    }

    /// Everything before this is safe on disk.
    pub fn durable_end(&self) -> Position {
        Position(self.shared.durable.load(Ordering::Acquire))
    }

    /// A reader, which may go to other threads.
    pub fn reader(&self) -> JournalReader {
        JournalReader { shared: Arc::clone(&self.shared) }
    }
}

/// Checks headers, and that each segment ends where the next begins. Returns the salt and where the last file ends.
fn check_outlines(dir: &Path, starts: &[u64]) -> Result<([u8; 8], u64), StoreError> {
    let mut first_salt = None;
    let mut end = 0;
    for &start in starts {
        let path = segment::path_of(dir, start);
        let corrupt = |reason| StoreError::Corrupt { segment: path.clone(), offset: 0, reason };
        if start != end {
            return Err(corrupt("the segment before this one is missing, cut short or too long"));
        }
        let file = File::open(&path).map_err(StoreError::io("open", &path))?;
        let salt = segment::read_salt(&file, &path, start)?;
        if *first_salt.get_or_insert(salt) != salt {
            return Err(corrupt("the segment belongs to another journal"));
        }
        let length = file.metadata().map_err(StoreError::io("look at", &path))?.len();
        end = start + (length - HEADER_BYTES);
    }
    Ok((first_salt.expect("a journal has a segment"), end))
}

/// Checks the frames from `trusted` on. Returns the end of the good ones, and what is to be cut off.
fn check_frames(
    dir: &Path,
    starts: &[u64],
    salt: [u8; 8],
    trusted: u64,
    end: u64,
) -> Result<(u64, Option<TornTail>), StoreError> {
    let no_such = |end| StoreError::NoSuchPosition { at: Position(trusted), end: Position(end) };
    if trusted > end {
        return Err(no_such(end));
    }
    let first = starts.partition_point(|&start| start <= trusted) - 1;
    for (index, &start) in starts.iter().enumerate().skip(first) {
        let path = segment::path_of(dir, start);
        let file = File::open(&path).map_err(StoreError::io("open", &path))?;
        let next = starts.get(index + 1).copied();
        let stop = next.unwrap_or(end);
        let file = Arc::new(file);
        let ahead = segment::READ_AHEAD_BYTES;
        let mut reader = SegmentReader::new(file, path.clone(), start, salt, stop, ahead);
        if reader.first_flaw(trusted.max(start))?.is_none() {
            continue;
        }
        // Only the frames themselves say where the flaw begins: `trusted` may be wrong.
        let Some((at, reason)) = reader.first_flaw(start)? else {
            return Err(no_such(end));
        };
        if next.is_some() || reader.later_commit_than(at)? {
            return Err(reader.corrupt(at, reason));
        }
        if at < trusted {
            return Err(no_such(at));
        }
        let torn = TornTail { segment: path, at: Position(at), bytes_cut: end - at };
        return Ok((at, Some(torn)));
    }
    Ok((end, None))
}

/// Reads durable frames, by position or in order. Cheap to clone; any number may read while the journal is written.
#[derive(Debug, Clone)]
pub struct JournalReader {
    shared: Arc<Shared>,
}

impl JournalReader {
    /// The payload of the frame at `at`.
    ///
    /// # Errors
    /// [`StoreError::NoSuchPosition`] beyond the durable end; [`StoreError::Corrupt`] if the frame is damaged or no
    /// frame begins there.
    pub fn read(&self, at: Position) -> Result<Vec<u8>, StoreError> {
        let end = self.durable_end();
        if at >= end {
            return Err(StoreError::NoSuchPosition { at, end });
        }
        let mut segment = self.segment_with(at.0, RANDOM_READ_BYTES)?;
        let frame = segment.known_frame(at.0)?;
        segment.bytes(frame.payload).map(<[u8]>::to_vec)
    }

    /// The frames from `at` to the durable end, in order, with their positions. At the end it gives `None`, and goes on
    /// when more has been committed. After an error it gives `None` for good.
    pub fn from(&self, at: Position) -> Frames {
        Frames { reader: self.clone(), at: at.0, segment: None, failed: false }
    }

    /// Everything before this is safe on disk and can be read.
    pub fn durable_end(&self) -> Position {
        Position(self.shared.durable.load(Ordering::Acquire))
    }

    /// The segment that holds `at`, which lies before the durable end.
    fn segment_with(&self, at: u64, read_ahead: usize) -> Result<SegmentReader, StoreError> {
        let durable = self.durable_end().0;
        let (start, end) = {
            let segments = self.shared.segments.read().unwrap_or_else(PoisonError::into_inner);
            let next = segments.partition_point(|&start| start <= at);
            (segments[next - 1], segments.get(next).map_or(durable, |&next| next.min(durable)))
        };
        let path = segment::path_of(&self.shared.dir, start);
        let file = self.file(start, &path)?;
        Ok(SegmentReader::new(file, path, start, self.shared.salt, end, read_ahead))
    }

    fn file(&self, start: u64, path: &Path) -> Result<Arc<File>, StoreError> {
        let mut open = self.shared.open.lock().unwrap_or_else(PoisonError::into_inner);
        let file = match open.iter().position(|(held, _)| *held == start) {
            Some(index) => open.remove(index).expect("it was just found").1,
            None => Arc::new(File::open(path).map_err(StoreError::io("open", path))?),
        };
        if open.len() >= MAX_OPEN_SEGMENTS {
            open.pop_front();
        }
        open.push_back((start, Arc::clone(&file)));
        Ok(file)
    }
}

/// Frames in order; see [`JournalReader::from`].
#[derive(Debug)]
pub struct Frames {
    reader: JournalReader,
    at: u64,
    segment: Option<SegmentReader>,
    failed: bool,
}

impl Frames {
    /// Where the next frame begins.
    pub fn position(&self) -> Position {
        Position(self.at)
    }

    fn read_next(&mut self) -> Result<Option<(Position, Vec<u8>)>, StoreError> {
        let at = self.at;
        if at >= self.reader.durable_end().0 {
            return Ok(None);
        }
        let mut segment = match self.segment.take() {
            Some(segment) if segment.holds(at) => segment,
            _ => self.reader.segment_with(at, segment::READ_AHEAD_BYTES)?,
        };
        let frame = segment.known_frame(at)?;
        let payload = segment.bytes(frame.payload)?.to_vec();
        self.at = Position(at).after(payload.len()).0;
        self.segment = Some(segment);
        Ok(Some((Position(at), payload)))
    }
}

impl Iterator for Frames {
    type Item = Result<(Position, Vec<u8>), StoreError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.failed {
            return None;
        }
        let next = self.read_next().transpose();
        self.failed = matches!(next, Some(Err(_)));
        next
    }
}
