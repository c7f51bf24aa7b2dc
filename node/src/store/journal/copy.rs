//! Copies of the journal's files, whole up to a position, and reading such copies from a stream.
//!
//! A segment is only ever appended to, so what lies before a durable position never changes: a copy can be made while
//! the journal grows.

use std::fs::File;
use std::io::{self, Read};

use super::segment::{self, FORMAT, FRAME_OVERHEAD, FRAME_VERSION, HEADER_BYTES, MAGIC, Position};
use super::{JournalReader, MAX_FRAME_BYTES, PoisonError, StoreError};

/// One segment file, as far as a copy takes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SegmentCopy {
    /// The file's name.
    pub name: String,
    /// How many of its bytes are taken, from its first.
    pub bytes: u64,
}

/// The name of the segment file that begins at a position.
#[must_use]
pub fn segment_name(start: u64) -> String {
    segment::name_of(start)
}

/// The position at which the segment file of this name begins; `None` if no segment has such a name.
#[must_use]
pub fn segment_start(name: &str) -> Option<u64> {
    let start = name.strip_suffix(".journal")?.parse().ok()?;
    (segment_name(start) == name).then_some(start)
}

impl JournalReader {
    /// The segment files, in order, that hold everything before `upto`.
    ///
    /// # Errors
    /// [`StoreError::NoSuchPosition`] if `upto` is not durable yet.
    pub fn copies(&self, upto: Position) -> Result<Vec<SegmentCopy>, StoreError> {
        let end = self.durable_end();
        if upto > end {
            return Err(StoreError::NoSuchPosition { at: upto, end });
        }
        let segments = self.shared.segments.read().unwrap_or_else(PoisonError::into_inner);
        let held = segments.iter().enumerate().take_while(|&(n, &start)| n == 0 || start < upto.0);
        let copy = |(n, &start): (usize, &u64)| {
            let stop = segments.get(n + 1).map_or(upto.0, |&next| next.min(upto.0));
            SegmentCopy { name: segment_name(start), bytes: HEADER_BYTES + (stop - start) }
        };
        Ok(held.map(copy).collect())
    }

    /// Reads a copy's bytes from the file.
    ///
    /// # Errors
    /// The disk.
    pub fn open_copy(&self, copy: &SegmentCopy) -> Result<io::Take<File>, StoreError> {
        let path = self.shared.dir.join(&copy.name);
        let file = File::open(&path).map_err(StoreError::io("open", &path))?;
        Ok(file.take(copy.bytes))
    }
}

/// Why a stream is not the journal it should be.
#[derive(Debug)]
pub enum FrameFlaw {
    /// The stream could not be read, or ended too early.
    Read(io::Error),
    /// The bytes are not what a journal has there.
    Bad(&'static str),
    /// A newer kith wrote it, in this format.
    Newer(u8),
}

impl From<io::Error> for FrameFlaw {
    fn from(error: io::Error) -> Self {
        Self::Read(error)
    }
}

/// Reads segments one after the other, as a journal has them, and holds one frame in memory.
#[derive(Debug, Default)]
pub struct SegmentStream {
    salt: Option<[u8; 8]>,
    at: u64,
    frames: u64,
}

impl SegmentStream {
    /// Before the first segment.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The end of what was read.
    #[must_use]
    pub fn position(&self) -> Position {
        Position(self.at)
    }

    /// How many frames were read.
    #[must_use]
    pub fn frames(&self) -> u64 {
        self.frames
    }

    /// Reads the next segment, of `bytes` bytes, and gives each frame's position and payload to `each`.
    ///
    /// # Errors
    /// What `each` says, or the first [`FrameFlaw`].
    pub fn segment<E: From<FrameFlaw>>(
        &mut self,
        bytes: u64,
        from: &mut dyn Read,
        mut each: impl FnMut(Position, &[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        let body = bytes.checked_sub(HEADER_BYTES).ok_or(FrameFlaw::Bad("the header of the segment is cut short"))?;
        self.header(from)?;
        let end = self.at.checked_add(body).ok_or(FrameFlaw::Bad("the journal has an impossible length"))?;
        let (start, mut payload) = (self.at, Vec::new());
        while self.at < end {
            let at = self.at;
            self.frame(start, end, from, &mut payload)?;
            each(Position(at), &payload)?;
        }
        Ok(())
    }

    fn header(&mut self, from: &mut dyn Read) -> Result<(), FrameFlaw> {
        let mut found = [0; HEADER_BYTES as usize];
        from.read_exact(&mut found)?;
        let (body, checksum) = found.split_at(28);
        if !body.starts_with(MAGIC) || crc32fast::hash(body).to_le_bytes() != checksum {
            return Err(FrameFlaw::Bad("the header of the segment is not what was written"));
        }
        if found[8] != FORMAT {
            return Err(FrameFlaw::Newer(found[8]));
        }
        let mut salt = [0; 8];
        salt.copy_from_slice(&found[12..20]);
        if *self.salt.get_or_insert(salt) != salt {
            return Err(FrameFlaw::Bad("the segment belongs to another journal"));
        }
        if found != segment::header(self.at, salt) {
            return Err(FrameFlaw::Bad("the segment before this one is missing, cut short or too long"));
        }
        Ok(())
    }

    fn frame(&mut self, start: u64, end: u64, from: &mut dyn Read, payload: &mut Vec<u8>) -> Result<(), FrameFlaw> {
        let mut head = [0; FRAME_OVERHEAD];
        from.read_exact(&mut head)?;
        let [l0, l1, l2, l3, c0, c1, c2, c3, version, b0, b1, b2, b3] = head;
        let length = u64::from(u32::from_le_bytes([l0, l1, l2, l3]));
        let expected = u32::from_le_bytes([c0, c1, c2, c3]);
        let back = u64::from(u32::from_le_bytes([b0, b1, b2, b3]));
        let limits = (FRAME_OVERHEAD - 8) as u64..=(FRAME_OVERHEAD - 8 + MAX_FRAME_BYTES) as u64;
        if !limits.contains(&length) || back > self.at - start || length + 8 > end - self.at {
            return Err(FrameFlaw::Bad("a record has an impossible length"));
        }
        let size = usize::try_from(length).expect("it was just found to be about 1 MiB at most");
        payload.clear();
        payload.extend_from_slice(&head[8..]);
        payload.resize(size, 0);
        from.read_exact(&mut payload[FRAME_OVERHEAD - 8..])?;
        let salt = self.salt.expect("the header was read");
        if segment::checksum(salt, self.at, payload) != expected {
            return Err(FrameFlaw::Bad("the checksum of a record does not match"));
        }
        if version != FRAME_VERSION {
            return Err(FrameFlaw::Newer(version));
        }
        payload.drain(..FRAME_OVERHEAD - 8);
        self.at += 8 + length;
        self.frames += 1;
        Ok(())
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::super::Journal;
    use super::*;
    use proptest::prelude::*;

    /// Segments of about 300 bytes, and where each of the frames begins.
    fn journal(dir: &std::path::Path) -> (Journal, Vec<Position>) {
        let (mut journal, _) = Journal::open_with(dir, None, 256).unwrap();
        let mut places = Vec::new();
        for n in 0..40_u8 {
            places.push(journal.append(&[n; 37]).unwrap());
            journal.commit().unwrap();
        }
        (journal, places)
    }

    fn read_back(reader: &JournalReader, copies: &[SegmentCopy]) -> Result<Vec<(Position, Vec<u8>)>, FrameFlaw> {
        let (mut stream, mut found) = (SegmentStream::new(), Vec::new());
        for copy in copies {
            let mut file = reader.open_copy(copy).unwrap();
            stream.segment(copy.bytes, &mut file, |at, payload| {
                found.push((at, payload.to_vec()));
                Ok::<_, FrameFlaw>(())
            })?;
        }
        assert_eq!(stream.frames(), found.len() as u64);
        Ok(found)
    }

    #[test]
    fn a_copy_holds_what_came_before_its_end_and_nothing_later() {
        let dir = tempfile::tempdir().unwrap();
        let (journal, places) = journal(dir.path());
        let reader = journal.reader();
        assert!(reader.copies(journal.end()).unwrap().len() > 3);
        for (count, &upto) in places.iter().chain([&journal.end()]).enumerate() {
            let found = read_back(&reader, &reader.copies(upto).unwrap()).unwrap();
            assert_eq!(found.iter().map(|(at, _)| *at).collect::<Vec<_>>(), places[..count]);
        }
        let beyond = Position(journal.end().0 + 1);
        assert!(matches!(reader.copies(beyond), Err(StoreError::NoSuchPosition { .. })));
    }

    #[test]
    fn every_flipped_byte_and_every_cut_is_noticed() {
        let dir = tempfile::tempdir().unwrap();
        let (journal, _) = journal(dir.path());
        let reader = journal.reader();
        let copy = reader.copies(journal.end()).unwrap().remove(0);
        let mut good = Vec::new();
        reader.open_copy(&copy).unwrap().read_to_end(&mut good).unwrap();
        let read = |bytes: &[u8]| {
            let each = |_: Position, _: &[u8]| Ok::<_, FrameFlaw>(());
            SegmentStream::new().segment(copy.bytes, &mut &bytes[..], each)
        };
        read(&good).unwrap();
        for at in 0..good.len() {
            let mut bad = good.clone();
            bad[at] ^= 0x20;
            assert!(read(&bad).is_err(), "flipped byte {at}");
            assert!(read(&good[..at]).is_err(), "cut at {at}");
        }
    }

    #[test]
    fn names_are_read_back() {
        assert_eq!(segment_start(&segment_name(12_345)), Some(12_345));
        for bad in ["1.journal", "../00000000000000000001.journal", "00000000000000000001.journal.new", ""] {
            assert_eq!(segment_start(bad), None, "{bad}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_a_segment_or_a_flaw(bytes in prop::collection::vec(any::<u8>(), 0..400), length in any::<u64>()) {
            let each = |_: Position, _: &[u8]| Ok::<_, FrameFlaw>(());
            prop_assert!(SegmentStream::new().segment(length, &mut &bytes[..], each).is_err());
        }
    }
}
