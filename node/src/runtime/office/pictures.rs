//! Pictures of offers: kept in parts among people's records, so that a backup has them and erasing reaches them.

use super::{Handle, Refused, Room, derived};
use crate::{
    picture::MAX_KEPT_BYTES,
    store::{MAX_PERSON_BYTES, StoreError},
};
use kith_protocol::id::RecordKey;

/// Begins every part: no record of another kind begins so (in CBOR it ends something that never began).
const MARK: u8 = 0xFF;
/// What one record holds of a picture, behind the mark and the number of parts.
const PART_BYTES: usize = MAX_PERSON_BYTES - 2;
/// Parts of the largest picture.
const MAX_PARTS: u8 = 5;
const _: () = assert!(MAX_KEPT_BYTES <= PART_BYTES * MAX_PARTS as usize);

fn part_id(key: &RecordKey, part: u8) -> [u8; 16] {
    derived("kith/v1/picture", &[&key.0, &[part]])
}

impl Room<'_> {
    fn erase_picture(&mut self, key: &RecordKey) -> Result<(), StoreError> {
        for part in 0..MAX_PARTS {
            self.people.erase(part_id(key, part))?;
        }
        Ok(())
    }
}

impl Handle {
    /// Keeps a picture for a listing, in place of an earlier one.
    ///
    /// # Errors
    /// The disk.
    pub async fn keep_picture(&self, key: RecordKey, jpeg: Vec<u8>) -> Result<(), Refused> {
        self.office_work(move |room| {
            room.erase_picture(&key)?;
            let parts = jpeg.chunks(PART_BYTES);
            let count = u8::try_from(parts.len()).unwrap_or(u8::MAX);
            if count > MAX_PARTS {
                let (bytes, limit) = (jpeg.len() as u64, MAX_KEPT_BYTES as u64);
                return Err(StoreError::TooLarge { what: "a picture", bytes, limit });
            }
            let parts: Vec<([u8; 16], Vec<u8>)> =
                parts.zip(0..).map(|(part, n)| (part_id(&key, n), [&[MARK, count], part].concat())).collect();
            room.people.put_many(parts.iter().map(|(id, bytes)| (*id, bytes.as_slice())))?;
            room.people.flush()
        })
        .await
    }

    /// The picture of a listing.
    ///
    /// # Errors
    /// The disk.
    pub async fn picture(&self, key: RecordKey) -> Result<Option<Vec<u8>>, Refused> {
        self.office_work(move |room| {
            let mut jpeg = Vec::new();
            let mut count = 1;
            let mut part = 0;
            while part < count {
                let Some(bytes) = room.people.get(part_id(&key, part))? else { return Ok(None) };
                let Some(([MARK, parts], rest)) = bytes.split_first_chunk::<2>() else { return Ok(None) };
                jpeg.extend_from_slice(rest);
                count = (*parts).min(MAX_PARTS);
                part += 1;
            }
            Ok(Some(jpeg))
        })
        .await
    }

    /// Takes the pictures of some listings away, for good.
    ///
    /// # Errors
    /// The disk.
    pub async fn erase_pictures(&self, keys: Vec<RecordKey>) -> Result<(), Refused> {
        let erased = self.office_work(move |room| keys.iter().try_for_each(|key| room.erase_picture(key))).await;
        self.vault().hurry();
        erased
    }
}
