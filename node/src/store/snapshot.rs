//! The state after a position of the journal, so that a start reads only what came later. Losing it loses nothing.

use std::path::{Path, PathBuf};

use super::error::StoreError;
use super::files;
use super::segment::Position;

/// Most bytes of a snapshot: it is held in memory once when written and once when read, also on a machine with 1 GiB.
pub const MAX_SNAPSHOT_BYTES: u64 = 256 * 1024 * 1024;

const MAGIC: &[u8; 8] = b"kithsnap";
const FORMAT: u8 = 1;
/// magic 8, format 1, position 8 LE, CRC-32 4 LE over position and bytes
const HEADER_BYTES: usize = 21;

/// What [`read`] found.
#[derive(Debug, PartialEq, Eq)]
pub enum Snapshot {
    /// A whole snapshot: the journal's frames before `upto` are in it.
    Found {
        /// The first position that is not in the snapshot.
        upto: Position,
        /// What was given to [`write()`].
        bytes: Vec<u8>,
    },
    /// None was written yet.
    Absent,
    /// It is not what was written; the reason is for the log.
    Damaged(&'static str),
    /// It was written in a format this version does not know.
    OtherFormat(u8),
}

impl Snapshot {
    /// The snapshot if there is a good one; whoever gets `None` reads the journal from its start.
    pub fn found(self) -> Option<(Position, Vec<u8>)> {
        match self {
            Snapshot::Found { upto, bytes } => Some((upto, bytes)),
            Snapshot::Absent | Snapshot::Damaged(_) | Snapshot::OtherFormat(_) => None,
        }
    }
}

fn path_in(dir: &Path) -> PathBuf {
    dir.join("snapshot")
}

fn checksum(upto: &[u8], bytes: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(upto);
    hasher.update(bytes);
    hasher.finalize()
}

/// Replaces the snapshot in `dir`. `upto` must be durable in the journal. A power cut leaves the old or the new one.
pub fn write(dir: &Path, upto: Position, bytes: &[u8]) -> Result<(), StoreError> {
    let size = bytes.len() as u64;
    if size > MAX_SNAPSHOT_BYTES {
        let limit = MAX_SNAPSHOT_BYTES;
        return Err(StoreError::TooLarge { what: "a snapshot", bytes: size, limit });
    }
    files::create_dir(dir)?;
    let upto = upto.0.to_le_bytes();
    let checksum = checksum(&upto, bytes).to_le_bytes();
    files::replace(&path_in(dir), &[MAGIC, &[FORMAT], &upto, &checksum, bytes]).map(drop)
}

/// Reads the snapshot in `dir`.
///
/// # Errors
/// Only if the disk cannot be read; a damaged snapshot is a value.
pub fn read(dir: &Path) -> Result<Snapshot, StoreError> {
    let limit = MAX_SNAPSHOT_BYTES + HEADER_BYTES as u64;
    let mut bytes = match files::read_bounded(&path_in(dir), "a snapshot", limit) {
        Ok(Some(bytes)) => bytes,
        Ok(None) => return Ok(Snapshot::Absent),
        Err(StoreError::TooLarge { .. }) => return Ok(Snapshot::Damaged("it is too large")),
        Err(error) => return Err(error),
    };
    let Some(rest) = bytes.strip_prefix(MAGIC) else {
        return Ok(Snapshot::Damaged("it does not begin as a snapshot"));
    };
    let Some((&[format], rest)) = rest.split_first_chunk::<1>() else {
        return Ok(Snapshot::Damaged("its header is cut short"));
    };
    if format != FORMAT {
        return Ok(Snapshot::OtherFormat(format));
    }
    let Some((upto, rest)) = rest.split_first_chunk::<8>() else {
        return Ok(Snapshot::Damaged("its header is cut short"));
    };
    let Some((expected, body)) = rest.split_first_chunk::<4>() else {
        return Ok(Snapshot::Damaged("its header is cut short"));
    };
    if checksum(upto, body) != u32::from_le_bytes(*expected) {
        return Ok(Snapshot::Damaged("its checksum does not match"));
    }
    let upto = Position(u64::from_le_bytes(*upto));
    bytes.drain(..HEADER_BYTES);
    Ok(Snapshot::Found { upto, bytes })
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn the_newest_is_read_back() {
        let home = tempfile::tempdir().unwrap();
        assert_eq!(read(home.path()).unwrap(), Snapshot::Absent);
        write(home.path(), Position(7), b"old").unwrap();
        write(home.path(), Position(9), b"").unwrap();
        assert_eq!(read(home.path()).unwrap().found(), Some((Position(9), Vec::new())));
    }

    #[test]
    fn every_flipped_byte_and_every_cut_is_noticed() {
        let home = tempfile::tempdir().unwrap();
        write(home.path(), Position(1234), b"the state").unwrap();
        let good = std::fs::read(path_in(home.path())).unwrap();
        for at in 0..good.len() {
            let mut bad = good.clone();
            bad[at] ^= 0x40;
            std::fs::write(path_in(home.path()), &bad).unwrap();
            assert!(read(home.path()).unwrap().found().is_none(), "flipped byte {at}");
            std::fs::write(path_in(home.path()), &good[..at]).unwrap();
            assert!(matches!(read(home.path()).unwrap(), Snapshot::Damaged(_)), "cut at {at}");
        }
        std::fs::write(path_in(home.path()), &good).unwrap();
        assert!(read(home.path()).unwrap().found().is_some());
    }

    #[test]
    fn another_format_is_told_apart() {
        let home = tempfile::tempdir().unwrap();
        write(home.path(), Position(1), b"x").unwrap();
        let mut bytes = std::fs::read(path_in(home.path())).unwrap();
        bytes[8] = 2;
        std::fs::write(path_in(home.path()), &bytes).unwrap();
        assert_eq!(read(home.path()).unwrap(), Snapshot::OtherFormat(2));
    }
}
