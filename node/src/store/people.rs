//! What is known about people and can be forgotten: names, contacts, notes.
//!
//! Every person's record is encrypted under a random key of its own (XChaCha20-Poly1305, draft-irtf-cfrg-xchacha; the
//! person's id is the associated data). Records live in a sled database, which keeps old versions of what it holds for
//! a while; keys live in `people.keys`, a file of slots of 32 bytes that are overwritten in place. To erase a person is
//! to overwrite the key with zeros: every copy of the record, old ones included, is noise from then on. A file system
//! that never overwrites in place (btrfs, zfs, their snapshots) keeps the key until it reuses the block.
//!
//! Order on disk: a key is durable before a record that names it, and zero before its record is deleted. So a record
//! whose key is zero is an erasure that a crash interrupted, and a key without a record is merely unused.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};
use zeroize::Zeroizing;

use super::error::StoreError;
use super::files;
use super::index::{Index, SledIndex};

#[cfg(test)]
mod tests;

/// Largest record of one person. Sixteen of them stay well within one page of sled (128 KiB), so that none is ever
/// written to a file that sled does not sync.
pub const MAX_PERSON_BYTES: usize = 6 * 1024;

/// Most people and unused keys of one directory: a key file of 32 MiB.
pub const MAX_SLOTS: u32 = 1024 * 1024;

/// Cache for records: a page of people on the screen is a few dozen.
const CACHE_BYTES: u64 = 2 * 1024 * 1024;
/// People read or written together: bounds memory at 6 MiB.
const PAGE: usize = 1024;
const KEY_BYTES: usize = 32;
const NONCE_BYTES: usize = 24;
const FORMAT: u8 = 1;
/// format 1, slot 4 LE, nonce 24; the ciphertext follows
const HEAD_BYTES: usize = 29;

/// A person's id: random, and meaningless once the record is erased.
pub type PersonId = [u8; 16];

type PersonKey = Zeroizing<[u8; KEY_BYTES]>;

/// The erasable records of one community.
#[derive(Debug)]
pub struct People {
    records: SledIndex,
    keys: File,
    keys_path: PathBuf,
    slots: Mutex<Slots>,
}

#[derive(Debug, Default)]
struct Slots {
    /// Slots in the file.
    total: u32,
    /// Slots that hold zeros and that no record names.
    free: Vec<u32>,
    people: usize,
    /// A write failed: what the disk holds is unknown.
    failed: bool,
}

impl People {
    /// Opens or creates `people` and `people.keys` in `dir`, and finishes an erasure that a crash interrupted.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] if records and keys do not belong together, [`StoreError::IndexDamaged`]. Both are
    /// mended by restoring `people` and `people.keys` together.
    pub fn open(dir: &Path) -> Result<People, StoreError> {
        let records = SledIndex::open(&dir.join("people"), CACHE_BYTES)?;
        let keys_path = dir.join("people.keys");
        let keys = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(&keys_path)
            .map_err(StoreError::io("open", &keys_path))?;
        files::sync_dir(dir)?;
        let people = People { records, keys, keys_path, slots: Mutex::default() };
        people.take_stock()?;
        Ok(people)
    }

    /// Counts people and finds the free slots.
    fn take_stock(&self) -> Result<(), StoreError> {
        let io = || StoreError::io("read", &self.keys_path);
        // A slot cut short was never durable, so no record names it.
        let whole = self.keys.metadata().map_err(io())?.len() / KEY_BYTES as u64;
        let total = u32::try_from(whole).ok().filter(|&total| total <= MAX_SLOTS);
        let total = total.ok_or_else(|| self.damaged("it is larger than any it can have written"))?;
        let mut named = vec![false; total as usize];
        let mut erased = Vec::new();
        let mut people = 0;
        self.pages(|key, record| {
            let slot = slot_of(&record).filter(|&slot| slot < total && key.len() == 16);
            let slot = slot.ok_or_else(|| self.damaged("a record names a key that is not there"))?;
            if std::mem::replace(&mut named[slot as usize], true) {
                return Err(self.damaged("two records name one key"));
            }
            people += 1;
            if is_zero(&self.key(slot)?) {
                named[slot as usize] = false;
                erased.push((key, None));
            }
            Ok(())
        })?;
        if erased.len() > 1 {
            // One erasure ends before the next begins, so two of them are not a crash.
            return Err(self.damaged("several records have lost their keys"));
        }
        people -= erased.len();
        if !erased.is_empty() {
            self.records.apply(erased)?;
            self.records.flush()?;
        }
        let mut free = Vec::new();
        for slot in (0..total).rev().filter(|&slot| !named[slot as usize]) {
            if is_zero(&self.key(slot)?) {
                free.push(slot);
            }
        }
        *self.slots() = Slots { total, free, people, failed: false };
        Ok(())
    }

    /// Keeps `plain` as the record of `id`, in place of what was kept before. Durable only after [`People::flush`].
    ///
    /// # Errors
    /// [`StoreError::TooLarge`] over [`MAX_PERSON_BYTES`]; [`StoreError::Poisoned`] after an earlier write failed.
    pub fn put(&self, id: PersonId, plain: &[u8]) -> Result<(), StoreError> {
        self.put_many([(id, plain)])
    }

    /// Like [`People::put`] for many people, for imports: syncs keys once for each thousand people. All sizes are
    /// checked before anything is kept. Of two records for one id the later counts.
    pub fn put_many<'a>(&self, people: impl IntoIterator<Item = (PersonId, &'a [u8])>) -> Result<(), StoreError> {
        let people: BTreeMap<PersonId, &[u8]> = people.into_iter().collect();
        for plain in people.values() {
            let bytes = plain.len();
            if bytes > MAX_PERSON_BYTES {
                let (bytes, limit) = (bytes as u64, MAX_PERSON_BYTES as u64);
                return Err(StoreError::TooLarge { what: "a person's record", bytes, limit });
            }
        }
        let people: Vec<_> = people.into_iter().collect();
        let mut slots = self.writable_slots()?;
        self.check_room(&slots, &people)?;
        for page in people.chunks(PAGE) {
            let kept = self.put_page(&mut slots, page);
            slots.failed |= kept.is_err();
            kept?;
        }
        Ok(())
    }

    fn check_room(&self, slots: &Slots, people: &[(PersonId, &[u8])]) -> Result<(), StoreError> {
        let mut needed = 0;
        for (id, _) in people {
            needed += u64::from(self.slot(id)?.is_none());
        }
        let count = (u64::from(slots.total) + needed).saturating_sub(slots.free.len() as u64);
        let limit = u64::from(MAX_SLOTS);
        if count > limit {
            return Err(StoreError::TooMany { what: "people", count, limit });
        }
        Ok(())
    }

    fn put_page(&self, slots: &mut Slots, page: &[(PersonId, &[u8])]) -> Result<(), StoreError> {
        let mut writes = Vec::with_capacity(page.len());
        let mut new = 0;
        for (id, plain) in page {
            let (slot, key) = match self.slot(id)? {
                Some(slot) => (slot, self.key(slot)?),
                None => {
                    new += 1;
                    self.new_key(slots)?
                }
            };
            writes.push((id.to_vec(), Some(seal(*id, slot, &key, plain)?)));
        }
        if new > 0 {
            self.keys.sync_data().map_err(StoreError::io("sync", &self.keys_path))?;
        }
        self.records.apply(writes)?;
        slots.people += new;
        Ok(())
    }

    /// Fills a slot with a new key, which is not durable yet. The caller has made sure that there is room.
    fn new_key(&self, slots: &mut Slots) -> Result<(u32, PersonKey), StoreError> {
        let slot = slots.free.pop().unwrap_or_else(|| {
            slots.total += 1;
            slots.total - 1
        });
        let mut key = PersonKey::default();
        fill(key.as_mut_slice())?;
        self.write_key(slot, &key)?;
        Ok((slot, key))
    }

    /// The record of `id`; `None` if it was never kept or is erased.
    pub fn get(&self, id: PersonId) -> Result<Option<Vec<u8>>, StoreError> {
        // Held to the end: the slot must not pass to another person between the two reads.
        let _slots = self.slots();
        let Some(record) = self.records.get(&id)? else {
            return Ok(None);
        };
        let slot = slot_of(&record).ok_or_else(|| self.damaged("a record has an unknown form"))?;
        let key = self.key(slot)?;
        if is_zero(&key) {
            return Ok(None);
        }
        let plain = open_sealed(id, &key, &record);
        plain.map(Some).ok_or_else(|| self.damaged("a record does not match its key"))
    }

    /// Forgets `id` for good; durable when it returns. `false` if nothing was kept.
    pub fn erase(&self, id: PersonId) -> Result<bool, StoreError> {
        let mut slots = self.writable_slots()?;
        let Some(slot) = self.slot(&id)? else {
            return Ok(false);
        };
        let erased = self.erase_slot(id, slot);
        slots.failed = erased.is_err();
        erased?;
        slots.free.push(slot);
        slots.people -= 1;
        Ok(true)
    }

    fn erase_slot(&self, id: PersonId, slot: u32) -> Result<(), StoreError> {
        self.write_key(slot, &PersonKey::default())?;
        self.keys.sync_data().map_err(StoreError::io("sync", &self.keys_path))?;
        self.records.apply(vec![(id.to_vec(), None)])?;
        self.records.flush()
    }

    /// Calls `f` with every person's id and record, by id. Others may read and write meanwhile.
    pub fn each(&self, mut f: impl FnMut(PersonId, &[u8])) -> Result<(), StoreError> {
        self.pages(|key, _| {
            let id = PersonId::try_from(key.as_slice());
            let id = id.map_err(|_| self.damaged("a record has an unknown form"))?;
            if let Some(plain) = self.get(id)? {
                f(id, &plain);
            }
            Ok(())
        })
    }

    /// Makes everything put so far durable. What [`People::erase`] did already is.
    pub fn flush(&self) -> Result<(), StoreError> {
        self.records.flush()
    }

    /// How many people have a record.
    pub fn len(&self) -> usize {
        self.slots().people
    }

    /// Whether nobody has a record.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn slots(&self) -> MutexGuard<'_, Slots> {
        self.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn writable_slots(&self) -> Result<MutexGuard<'_, Slots>, StoreError> {
        let slots = self.slots();
        if slots.failed {
            return Err(StoreError::Poisoned { path: self.keys_path.clone() });
        }
        Ok(slots)
    }

    fn slot(&self, id: &PersonId) -> Result<Option<u32>, StoreError> {
        let Some(record) = self.records.get(id)? else {
            return Ok(None);
        };
        slot_of(&record).map(Some).ok_or_else(|| self.damaged("a record has an unknown form"))
    }

    fn key(&self, slot: u32) -> Result<PersonKey, StoreError> {
        let mut key = PersonKey::default();
        self.keys
            .read_exact_at(key.as_mut_slice(), u64::from(slot) * KEY_BYTES as u64)
            .map_err(StoreError::io("read", &self.keys_path))?;
        Ok(key)
    }

    fn write_key(&self, slot: u32, key: &PersonKey) -> Result<(), StoreError> {
        self.keys
            .write_all_at(key.as_slice(), u64::from(slot) * KEY_BYTES as u64)
            .map_err(StoreError::io("write", &self.keys_path))
    }

    fn pages(&self, mut f: impl FnMut(Vec<u8>, Vec<u8>) -> Result<(), StoreError>) -> Result<(), StoreError> {
        let mut after: Option<Vec<u8>> = None;
        loop {
            let page = self.records.scan(b"", after.as_deref(), PAGE)?;
            let Some((last, _)) = page.last() else {
                return Ok(());
            };
            after = Some(last.clone());
            page.into_iter().try_for_each(|(key, record)| f(key, record))?;
        }
    }

    fn damaged(&self, reason: &'static str) -> StoreError {
        StoreError::Damaged { path: self.keys_path.clone(), reason }
    }
}

fn is_zero(key: &PersonKey) -> bool {
    key.iter().all(|&byte| byte == 0)
}

fn fill(bytes: &mut [u8]) -> Result<(), StoreError> {
    getrandom::fill(bytes).map_err(|error| StoreError::Randomness(error.to_string()))
}

fn slot_of(record: &[u8]) -> Option<u32> {
    let (&[format, s0, s1, s2, s3], _) = record.split_first_chunk::<5>()?;
    (format == FORMAT).then(|| u32::from_le_bytes([s0, s1, s2, s3]))
}

fn seal(id: PersonId, slot: u32, key: &PersonKey, plain: &[u8]) -> Result<Vec<u8>, StoreError> {
    let mut nonce = [0; NONCE_BYTES];
    fill(&mut nonce)?;
    let cipher = XChaCha20Poly1305::new(&Key::from(**key));
    let sealed = cipher
        .encrypt(&XNonce::from(nonce), Payload { msg: plain, aad: &id })
        .expect("the cipher takes messages far larger than a person's record");
    let mut record = Vec::with_capacity(HEAD_BYTES + sealed.len());
    record.push(FORMAT);
    record.extend_from_slice(&slot.to_le_bytes());
    record.extend_from_slice(&nonce);
    record.extend_from_slice(&sealed);
    Ok(record)
}

fn open_sealed(id: PersonId, key: &PersonKey, record: &[u8]) -> Option<Vec<u8>> {
    let (head, sealed) = record.split_at_checked(HEAD_BYTES)?;
    let nonce: [u8; NONCE_BYTES] = head[HEAD_BYTES - NONCE_BYTES..].try_into().ok()?;
    let cipher = XChaCha20Poly1305::new(&Key::from(**key));
    cipher.decrypt(&XNonce::from(nonce), Payload { msg: sealed, aad: &id }).ok()
}
