//! Names, contacts and notes in the archive: for each an id of 16 bytes, a length (4 bytes, little-endian) and the record
//! as it is kept, in ascending order of ids.

use super::error::BackupError;
use crate::store::MAX_PERSON_BYTES;
use std::{
    io::{self, Read, Write},
    path::Path,
};

/// Id and length before each record.
pub(super) const HEAD_BYTES: usize = 20;

/// A person's id, or that of what a note belongs to.
pub(super) type Id = [u8; 16];

/// Writes one record.
pub(super) fn write(out: &mut dyn Write, id: &Id, record: &[u8]) -> io::Result<()> {
    let length = u32::try_from(record.len()).map_err(|_| io::ErrorKind::FileTooLarge)?;
    out.write_all(id)?;
    out.write_all(&length.to_le_bytes())?;
    out.write_all(record)
}

/// Reads records of `bytes` bytes together, one at a time; gives their number.
///
/// # Errors
/// [`BackupError::Member`] when they are not what [`write()`] writes, and what `each` says.
pub(super) fn read(
    from: &mut dyn Read,
    bytes: u64,
    path: &Path,
    mut each: impl FnMut(Id, &[u8]) -> Result<(), BackupError>,
) -> Result<u64, BackupError> {
    let bad = |reason| BackupError::Member { member: "people".into(), reason };
    let (mut left, mut count, mut last, mut record) = (bytes, 0, None, Vec::new());
    while left > 0 {
        let mut head = [0; HEAD_BYTES];
        left = left.checked_sub(HEAD_BYTES as u64).ok_or_else(|| bad("a record is cut short"))?;
        from.read_exact(&mut head).map_err(BackupError::reading(path))?;
        let (id, length) = head.split_first_chunk::<16>().expect("the head begins with 16 bytes");
        let length = u32::from_le_bytes(length.try_into().expect("four bytes follow")) as usize;
        if length > MAX_PERSON_BYTES {
            return Err(bad("a record is larger than any that is kept"));
        }
        if last.is_some_and(|last| last >= *id) {
            return Err(bad("its records are not in order"));
        }
        left = left.checked_sub(length as u64).ok_or_else(|| bad("a record is cut short"))?;
        record.resize(length, 0);
        from.read_exact(&mut record).map_err(BackupError::reading(path))?;
        each(*id, &record)?;
        last = Some(*id);
        count += 1;
    }
    Ok(count)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    fn all(bytes: &[u8]) -> Result<BTreeMap<Id, Vec<u8>>, BackupError> {
        let mut found = BTreeMap::new();
        read(&mut &bytes[..], bytes.len() as u64, Path::new("x"), |id, record| {
            found.insert(id, record.to_vec());
            Ok(())
        })?;
        Ok(found)
    }

    #[test]
    fn records_must_be_in_order_and_whole() {
        let (mut turned, mut large) = (Vec::new(), Vec::new());
        write(&mut turned, &[2; 16], b"b").unwrap();
        write(&mut turned, &[1; 16], b"a").unwrap();
        assert!(all(&turned).is_err());
        write(&mut large, &[1; 16], &vec![0; MAX_PERSON_BYTES + 1]).unwrap();
        assert!(all(&large).is_err());
        for cut in 1..21 {
            assert!(all(&turned[..cut]).is_err(), "{cut}");
        }
        assert!(all(&[]).unwrap().is_empty());
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(people: BTreeMap<Id, Vec<u8>>) {
            let mut bytes = Vec::new();
            people.iter().for_each(|(id, record)| write(&mut bytes, id, record).unwrap());
            prop_assert_eq!(all(&bytes).unwrap(), people);
        }

        #[test]
        fn any_bytes_are_records_or_an_error(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = all(&bytes);
        }
    }
}
