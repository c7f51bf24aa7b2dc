//! Asking another node about copies, and getting its answer.

use crate::network::{Command, NetworkHandle, PeerKey, RequestFailure};
use kith_protocol::{
    codec,
    escrow::{Answer, Ask, BadCopy, Question, Told},
};
use std::{
    collections::BTreeMap,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};
use thiserror::Error;
use tokio::sync::oneshot;

/// Tokens of these requests begin here: those of parcels count from one and never get so far.
pub const FIRST_TOKEN: u64 = 1 << 63;
/// The longest code of a refusal that is repeated: those that are known are shorter.
const MAX_CODE: usize = 40;

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum LineError {
    /// The request did not get through.
    #[error(transparent)]
    Failed(#[from] RequestFailure),
    /// What came is no answer.
    #[error("the other node's answer cannot be read: {0}")]
    Bad(#[from] BadCopy),
    /// It answers something else than what was asked.
    #[error("the other node's answer is not one to what was asked; it may run another version")]
    Unexpected,
    /// It says no.
    #[error("the other node refused: {0}")]
    Refused(String),
}

impl LineError {
    /// The stable code by which it is known.
    #[must_use]
    pub fn code(&self) -> &str {
        match self {
            Self::Failed(RequestFailure::Unreachable | RequestFailure::Closed | RequestFailure::Timeout) => "away",
            Self::Failed(RequestFailure::Refused) => "not-spoken",
            Self::Failed(_) => "busy",
            Self::Bad(_) | Self::Unexpected => "bad-answer",
            Self::Refused(code) => code,
        }
    }
}

type Ended = Result<Vec<u8>, RequestFailure>;

/// The way to other nodes' keepers.
#[derive(Debug)]
pub struct Line {
    network: NetworkHandle,
    next: AtomicU64,
    waiting: Mutex<BTreeMap<u64, oneshot::Sender<Ended>>>,
}

impl Line {
    /// Over a network whose events of these requests are told with [`Line::ended`].
    #[must_use]
    pub fn new(network: NetworkHandle) -> Self {
        Self { network, next: AtomicU64::new(FIRST_TOKEN), waiting: Mutex::default() }
    }

    /// Gives a command to the network; `false` when it has no room for it.
    pub(super) fn tell(&self, command: Command) -> bool {
        self.network.send(command).is_ok()
    }

    /// Our own transport key.
    pub(super) fn local(&self) -> PeerKey {
        self.network.local()
    }

    /// Asks a connected peer and waits for its answer, no longer than the network's own patience.
    ///
    /// # Errors
    /// [`LineError`]; [`LineError::Refused`] for a refusal.
    pub async fn ask(&self, peer: PeerKey, ask: Ask) -> Result<Told, LineError> {
        let token = self.next.fetch_add(1, Ordering::Relaxed);
        let (answer, wait) = oneshot::channel();
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).insert(token, answer);
        let bytes = codec::encode(&Question { escrow: ask });
        if !self.tell(Command::Request { peer, token, bytes }) {
            self.ended(token, Err(RequestFailure::Busy));
        }
        let bytes = wait.await.unwrap_or(Err(RequestFailure::Closed))?;
        match Answer::decode(&bytes)?.escrow {
            Told::Refused { code } => Err(LineError::Refused(known(&code))),
            told => Ok(told),
        }
    }

    /// A request of ours was answered or failed. One that nobody waits for is passed over.
    pub fn ended(&self, token: u64, ended: Ended) {
        let waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner).remove(&token);
        if let Some(waiting) = waiting {
            // Whoever asked may have gone away meanwhile.
            let _ = waiting.send(ended);
        }
    }
}

/// A code as codes are; anything else comes from a node that wants something printed.
fn known(code: &str) -> String {
    let fine = code.len() <= MAX_CODE && code.chars().all(|c| c.is_ascii_lowercase() || c == '-');
    if fine { code.to_owned() } else { "other".to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_codes_are_repeated() {
        assert_eq!(known("no-copies"), "no-copies");
        for code in ["\u{1b}[31m", "No", "send your words to me", &"a".repeat(41)] {
            assert_eq!(known(code), "other");
        }
    }
}
