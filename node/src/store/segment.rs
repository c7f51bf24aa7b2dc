//! One file of the journal: its header, its frames, and how to tell a torn end from damage.
//!
//! A segment is a header of 32 bytes and then frames without gaps. Integers are little-endian.
//!
//! ```text
//! header   magic "kithjrnl" 8 | format 1 | zero 3 | salt 8 | start 8 | CRC-32 of all before 4
//! frame    length of what follows the checksum 4 | CRC-32 4 | version 1 | back 4 | payload
//! ```
//!
//! The checksum covers salt, position, version, back and payload. The salt is random for each journal and the same in
//! all its segments: bytes that came from outside inside a payload, or that belong elsewhere, never pass for a frame.
//!
//! `back` is the distance to the first frame of the same commit. The disk may keep later pages of an unfinished commit
//! and lose earlier ones, so a bad frame with good ones behind it is not yet damage: it is, once one of those good
//! frames belongs to a later commit, because that one began only after the bad frame was safe on disk.

use std::fmt;
use std::fs::File;
use std::io;
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::error::StoreError;
use super::files;

/// Place of a frame's first byte in the whole journal: counts frame bytes over all segments, grows for ever.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Position(pub u64);

impl Position {
    /// Where the next frame begins if a frame with a payload of `payload` bytes begins here.
    pub fn after(self, payload: usize) -> Position {
        Position(self.0 + (FRAME_OVERHEAD + payload) as u64)
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Largest payload: a record on the wire stays under 100 KiB (relayed streams), ten times that leaves room for lists.
pub const MAX_FRAME_BYTES: usize = 1024 * 1024;

pub(super) const FRAME_OVERHEAD: usize = 13;
pub(super) const HEADER_BYTES: u64 = 32;
/// Version byte of the frames written here.
pub(super) const FRAME_VERSION: u8 = 1;
pub(super) const MAGIC: &[u8; 8] = b"kithjrnl";
pub(super) const FORMAT: u8 = 1;
/// Read-ahead of sequential reading: large enough to make system calls rare, small enough for many readers.
pub(super) const READ_AHEAD_BYTES: usize = 128 * 1024;

/// The name of the file of the segment that begins at `start`.
pub(super) fn name_of(start: u64) -> String {
    format!("{start:020}.journal")
}

pub(super) fn path_of(dir: &Path, start: u64) -> PathBuf {
    dir.join(name_of(start))
}

/// Starts of the segments in `dir`, ascending. Removes a segment whose creation a crash interrupted: nothing was in it.
pub(super) fn list(dir: &Path) -> Result<Vec<u64>, StoreError> {
    let mut starts = Vec::new();
    for entry in std::fs::read_dir(dir).map_err(StoreError::io("list", dir))? {
        let path = entry.map_err(StoreError::io("list", dir))?.path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let Some((stem, ending)) = name.split_once(".journal") else {
            continue;
        };
        match stem.parse() {
            Ok(start) if path == path_of(dir, start) => starts.push(start),
            Ok(start) if path == files::unfinished(&path_of(dir, start)) => {
                std::fs::remove_file(&path).map_err(StoreError::io("remove", &path))?;
            }
            _ if ending.is_empty() => {
                let reason = "a file is named almost like a segment";
                return Err(StoreError::Corrupt { segment: path, offset: 0, reason });
            }
            _ => {}
        }
    }
    starts.sort_unstable();
    Ok(starts)
}

pub(super) fn header(start: u64, salt: [u8; 8]) -> [u8; HEADER_BYTES as usize] {
    let mut header = [0; HEADER_BYTES as usize];
    header[..8].copy_from_slice(MAGIC);
    header[8] = FORMAT;
    header[12..20].copy_from_slice(&salt);
    header[20..28].copy_from_slice(&start.to_le_bytes());
    let checksum = crc32fast::hash(&header[..28]);
    header[28..].copy_from_slice(&checksum.to_le_bytes());
    header
}

/// Creates an empty segment, durable with its name when it returns.
pub(super) fn create(dir: &Path, start: u64, salt: [u8; 8]) -> Result<File, StoreError> {
    files::replace(&path_of(dir, start), &[&header(start, salt)])
}

/// Reads a segment's header and returns its salt.
pub(super) fn read_salt(file: &File, path: &Path, start: u64) -> Result<[u8; 8], StoreError> {
    let corrupt = |reason| StoreError::Corrupt { segment: path.to_owned(), offset: 0, reason };
    let mut found = [0; HEADER_BYTES as usize];
    match file.read_exact_at(&mut found, 0) {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
            return Err(corrupt("the header of the segment is cut short"));
        }
        result => result.map_err(StoreError::io("read", path))?,
    }
    let (body, checksum) = found.split_at(28);
    if !body.starts_with(MAGIC) || crc32fast::hash(body).to_le_bytes() != checksum {
        return Err(corrupt("the header of the segment is not what was written"));
    }
    if found[8] != FORMAT {
        return Err(StoreError::NewerFormat { path: path.to_owned(), found: found[8], known: FORMAT });
    }
    let mut salt = [0; 8];
    salt.copy_from_slice(&found[12..20]);
    if found != header(start, salt) {
        return Err(corrupt("the segment has the name of another one"));
    }
    Ok(salt)
}

pub(super) fn checksum(salt: [u8; 8], at: u64, body: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(&salt);
    hasher.update(&at.to_le_bytes());
    hasher.update(body);
    hasher.finalize()
}

/// Appends to `batch` the frame that begins at `at`, in the commit that began at `commit`.
/// The caller has checked the size of the payload and of the batch.
pub(super) fn encode(batch: &mut Vec<u8>, salt: [u8; 8], at: u64, commit: u64, version: u8, payload: &[u8]) {
    let length = u32::try_from(FRAME_OVERHEAD - 8 + payload.len()).expect("a frame is about 1 MiB at most");
    let back = u32::try_from(at - commit).expect("a batch is far below 4 GiB");
    batch.extend_from_slice(&length.to_le_bytes());
    let frame = batch.len();
    batch.extend_from_slice(&[0; 4]);
    batch.push(version);
    batch.extend_from_slice(&back.to_le_bytes());
    batch.extend_from_slice(payload);
    let checksum = checksum(salt, at, &batch[frame + 4..]);
    batch[frame..frame + 4].copy_from_slice(&checksum.to_le_bytes());
}

/// A good frame, where it lies, and the position where its commit began.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct FrameInfo {
    pub(super) version: u8,
    pub(super) commit: u64,
    /// Bytes of the file.
    pub(super) payload: Range<u64>,
}

/// Reads the frames of one segment through a buffer of its own.
#[derive(Debug)]
pub(super) struct SegmentReader {
    file: Arc<File>,
    path: PathBuf,
    start: u64,
    salt: [u8; 8],
    /// Nothing at or beyond this position is read.
    end: u64,
    read_ahead: usize,
    buffer: Vec<u8>,
    /// Offset in the file of the buffer's first byte.
    base: u64,
}

impl SegmentReader {
    /// Reads positions `start..end` of the segment that begins at `start`.
    pub(super) fn new(
        file: Arc<File>,
        path: PathBuf,
        start: u64,
        salt: [u8; 8],
        end: u64,
        read_ahead: usize,
    ) -> SegmentReader {
        SegmentReader { file, path, start, salt, end, read_ahead, buffer: Vec::new(), base: 0 }
    }

    /// Whether `at` lies in what this reader may read.
    pub(super) fn holds(&self, at: u64) -> bool {
        (self.start..self.end).contains(&at)
    }

    fn offset(&self, at: u64) -> u64 {
        HEADER_BYTES + (at - self.start)
    }

    pub(super) fn corrupt(&self, at: u64, reason: &'static str) -> StoreError {
        StoreError::Corrupt { segment: self.path.clone(), offset: self.offset(at), reason }
    }

    /// The bytes `range` of the file; fewer if they reach beyond `end` or the end of the file.
    pub(super) fn bytes(&mut self, range: Range<u64>) -> Result<&[u8], StoreError> {
        let stop = range.end.min(self.offset(self.end)).max(range.start);
        let held = self.base..self.base + self.buffer.len() as u64;
        if range.start < held.start || stop > held.end {
            let room = self.offset(self.end).saturating_sub(range.start);
            let want = (stop - range.start).max((self.read_ahead as u64).min(room));
            // Bounded by the largest frame or the read-ahead, whichever is more.
            self.buffer.resize(want as usize, 0);
            self.base = range.start;
            let read = read_at(&self.file, &mut self.buffer, range.start);
            let filled = read.map_err(StoreError::io("read", &self.path))?;
            self.buffer.truncate(filled);
        }
        let from = (range.start - self.base) as usize;
        let to = ((stop - self.base) as usize).min(self.buffer.len());
        Ok(self.buffer.get(from..to).unwrap_or_default())
    }

    /// The frame that begins at `at`, or what is wrong with it.
    pub(super) fn frame(&mut self, at: u64) -> Result<Result<FrameInfo, &'static str>, StoreError> {
        let offset = self.offset(at);
        let (start, salt) = (self.start, self.salt);
        let head = self.bytes(offset..offset + FRAME_OVERHEAD as u64)?;
        let Some((&[l0, l1, l2, l3, c0, c1, c2, c3, version, b0, b1, b2, b3], _)) =
            head.split_first_chunk::<FRAME_OVERHEAD>()
        else {
            return Ok(Err("a record is cut short"));
        };
        let length = u64::from(u32::from_le_bytes([l0, l1, l2, l3]));
        let expected = u32::from_le_bytes([c0, c1, c2, c3]);
        let back = u64::from(u32::from_le_bytes([b0, b1, b2, b3]));
        let limits = (FRAME_OVERHEAD - 8) as u64..=(FRAME_OVERHEAD - 8 + MAX_FRAME_BYTES) as u64;
        if !limits.contains(&length) || back > at - start {
            return Ok(Err("a record has an impossible length"));
        }
        let end = offset + 8 + length;
        let body = self.bytes(offset + 8..end)?;
        if (body.len() as u64) < length {
            return Ok(Err("a record is cut short"));
        }
        if checksum(salt, at, body) != expected {
            return Ok(Err("the checksum of a record does not match"));
        }
        let payload = offset + FRAME_OVERHEAD as u64..end;
        Ok(Ok(FrameInfo { version, commit: at - back, payload }))
    }

    /// Like [`Self::frame`], where the frame must be good and of a version known here.
    pub(super) fn known_frame(&mut self, at: u64) -> Result<FrameInfo, StoreError> {
        match self.frame(at)? {
            Err(reason) => Err(self.corrupt(at, reason)),
            Ok(frame) if frame.version != FRAME_VERSION => Err(self.newer(frame.version)),
            Ok(frame) => Ok(frame),
        }
    }

    fn newer(&self, found: u8) -> StoreError {
        StoreError::NewerFormat { path: self.path.clone(), found, known: FRAME_VERSION }
    }

    /// Walks the frames from `from`. Returns the position of the first bad one and why, or `None` if all are good.
    pub(super) fn first_flaw(&mut self, from: u64) -> Result<Option<(u64, &'static str)>, StoreError> {
        let mut at = from;
        while at < self.end {
            match self.frame(at)? {
                Err(reason) => return Ok(Some((at, reason))),
                Ok(frame) if frame.version != FRAME_VERSION => {
                    return Err(self.newer(frame.version));
                }
                Ok(frame) => at = self.start + (frame.payload.end - HEADER_BYTES),
            }
        }
        Ok(None)
    }

    /// Whether a commit later than the one that wrote the bad frame at `flaw` left a good frame behind it.
    pub(super) fn later_commit_than(&mut self, flaw: u64) -> Result<bool, StoreError> {
        let mut at = flaw + 1;
        while at < self.end {
            match self.frame(at)? {
                Ok(frame) if frame.commit > flaw => return Ok(true),
                Ok(frame) => at = self.start + (frame.payload.end - HEADER_BYTES),
                Err(_) => at += 1,
            }
        }
        Ok(false)
    }
}

/// Fills `buffer` from `offset`, less at the end of the file; returns how much.
fn read_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match file.read_at(&mut buffer[filled..], offset + filled as u64) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}
