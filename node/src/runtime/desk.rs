//! The desk: what a node remembers beside the ledger so that people can come in and be helped. Paper codes, passkeys
//! and sessions, questions about exchanges, batches of slips that can still be taken back, and whom to ring.
//!
//! It lives in `DIR/desk`, apart from the ledger and from people's names: losing it costs nobody an hour, only new
//! codes. Codes and sessions are kept as hashes, so that whoever reads the disk cannot sign in with what is there.

use super::{
    clock,
    handle::{Handle, Refused},
};
use crate::store::{Index, SledIndex, StoreError};
use kith_protocol::{
    codec,
    id::{Digest, ExchangeId, MemberId},
    time::{Span, Timestamp},
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use std::{
    path::Path,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

mod codes;
mod notes;
mod passkeys;
#[cfg(test)]
mod tests;

pub use codes::{CODE_STANDS, Device, PaperCode, SESSION_STANDS, Session, SessionKey, SessionToken};
pub use notes::{Batch, Heard, MAX_CONTACT_WORDS, Question, Reason, UNDO_WITHIN};
pub use passkeys::{MAX_PASSKEYS, Passkey, PasskeyName};

/// Memory for the desk's cache: a few thousand sessions.
const CACHE_BYTES: u64 = 1024 * 1024;
/// Rows read together: bounds memory while the desk is swept.
const PAGE: usize = 500;

/// First letters of keys.
mod part {
    pub(super) const CODE: u8 = b'c';
    pub(super) const CODE_OF: u8 = b'k';
    pub(super) const SESSION: u8 = b's';
    pub(super) const SESSION_OF: u8 = b'm';
    pub(super) const QUESTION: u8 = b'q';
    pub(super) const BATCH: u8 = b'b';
    pub(super) const ASKED: u8 = b'a';
    pub(super) const LOOKED_AT: u8 = b'l';
    pub(super) const CONTACT: u8 = b'w';
    pub(super) const PASSKEY: u8 = b'p';
    pub(super) const PASSKEY_OF: u8 = b'o';
    pub(super) const PASSKEY_USER: u8 = b'u';
}

/// The desk of one node.
pub struct Desk {
    rows: Arc<dyn Index>,
    /// Held while something is read and then written, so that a code is never good twice.
    turn: Mutex<()>,
}

fn key(part: u8, id: &[u8]) -> Vec<u8> {
    [&[part], id].concat()
}

impl Desk {
    /// Opens or creates the desk in `dir` and throws away what has expired.
    ///
    /// # Errors
    /// The disk.
    pub fn open(dir: &Path) -> Result<Self, StoreError> {
        let desk = Self::over(Arc::new(SledIndex::open(&dir.join("desk"), CACHE_BYTES)?));
        desk.sweep(clock::now())?;
        Ok(desk)
    }

    fn over(rows: Arc<dyn Index>) -> Self {
        Self { rows, turn: Mutex::default() }
    }

    fn turn(&self) -> MutexGuard<'_, ()> {
        self.turn.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn get<T: DeserializeOwned>(&self, key: &[u8]) -> Result<Option<T>, StoreError> {
        // What an other version wrote and this one cannot read is as good as absent: a new code mends it.
        Ok(self.rows.get(key)?.and_then(|bytes| codec::decode_own(&bytes).ok()))
    }

    fn apply(&self, writes: Vec<crate::store::Write>) -> Result<(), StoreError> {
        self.rows.apply(writes)?;
        self.rows.flush()
    }

    /// Every row of one part, with its key behind the part's letter and the id `under`.
    fn all<T: DeserializeOwned>(&self, part: u8, under: &[u8], most: usize) -> Result<Vec<(Vec<u8>, T)>, StoreError> {
        let prefix = key(part, under);
        let rows = self.rows.scan(&prefix, None, most)?;
        let read = |(found, bytes): (Vec<u8>, Vec<u8>)| {
            Some((found[prefix.len()..].to_vec(), codec::decode_own(&bytes).ok()?))
        };
        Ok(rows.into_iter().filter_map(read).collect())
    }

    /// Throws away codes, sessions, batches and forms that are over.
    fn sweep(&self, now: Timestamp) -> Result<(), StoreError> {
        let _turn = self.turn();
        let mut after: Option<Vec<u8>> = None;
        loop {
            let page = self.rows.scan(&[], after.as_deref(), PAGE)?;
            let Some((last, _)) = page.last() else { break };
            after = Some(last.clone());
            let over: Vec<_> = page.iter().flat_map(|(key, bytes)| Self::over_at(key, bytes, now)).collect();
            self.rows.apply(over.into_iter().map(|key| (key, None)).collect())?;
        }
        self.rows.flush()
    }

    /// The keys that go when this row is over.
    fn over_at(found: &[u8], bytes: &[u8], now: Timestamp) -> Vec<Vec<u8>> {
        let whole = found.to_vec();
        match found.first() {
            Some(&part::CODE) => match codec::decode_own::<codes::Code>(bytes) {
                Ok(code) if code.expires_at > now => Vec::new(),
                Ok(code) => vec![whole, code.of()],
                Err(_) => vec![whole],
            },
            Some(&part::SESSION) => match codec::decode_own::<Session>(bytes) {
                Ok(session) if session.expires_at > now => Vec::new(),
                Ok(session) => vec![whole, key(part::SESSION_OF, &[&session.member.0, &found[1..]].concat())],
                Err(_) => vec![whole],
            },
            Some(&part::BATCH) => match codec::decode_own::<Batch>(bytes) {
                Ok(batch) if batch.made_at.plus(UNDO_WITHIN) > now => Vec::new(),
                _ => vec![whole],
            },
            Some(&(part::ASKED | part::LOOKED_AT)) => match codec::decode_own::<Timestamp>(bytes) {
                Ok(sent_at) if sent_at.plus(notes::ASKED_KNOWN) > now => Vec::new(),
                _ => vec![whole],
            },
            _ => Vec::new(),
        }
    }
}

impl Handle {
    async fn desk_work<R, F>(&self, work: F) -> Result<R, Refused>
    where
        R: Send + 'static,
        F: FnOnce(&Desk) -> Result<R, StoreError> + Send + 'static,
    {
        let desk = Arc::clone(&self.desk);
        match tokio::task::spawn_blocking(move || work(&desk)).await {
            Ok(done) => done.map_err(|why| Refused::People(why.to_string())),
            // Only a runtime that shuts down drops such work.
            Err(_) => Err(Refused::Stopping),
        }
    }
}
