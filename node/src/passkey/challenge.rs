//! Challenges: what a device signs so that nobody can say it again. A challenge carries its end and a seal by this node,
//! so that asking for many of them fills nothing up; only those that were answered are remembered, until their end.

use super::Refusal;
use kith_protocol::time::{Span, Timestamp};
use ring::hmac;
use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

/// How long somebody has for face, finger or screen lock: the recommended five minutes (§15.1).
pub(super) const STANDS: Span = Span::seconds(300);
/// The most answers within [`STANDS`]: wrong ones end at six hundred from everywhere, and no community signs in so often.
const MOST: usize = 1_024;
/// Lengths of the parts: the end, what makes it unlike any other (§13.4.3: sixteen bytes at least), the seal.
const END: usize = 8;
const ONCE: usize = 16;
const SEAL: usize = 32;

/// What an answer is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// A passkey is made.
    Add,
    /// A passkey is used.
    SignIn,
}

impl Purpose {
    const fn byte(self) -> u8 {
        match self {
            Self::Add => 1,
            Self::SignIn => 2,
        }
    }
}

/// The challenges of one run of a node.
#[derive(Debug)]
pub struct Challenges {
    key: hmac::Key,
    used: Mutex<BTreeMap<[u8; ONCE], Timestamp>>,
}

impl Challenges {
    /// With a secret of this run: after a restart, who was asked before is asked again.
    #[must_use]
    pub fn new(secret: &[u8; 32]) -> Self {
        Self { key: hmac::Key::new(hmac::HMAC_SHA256, secret), used: Mutex::default() }
    }

    /// A challenge for one browser, which `bound` names, out of fresh randomness.
    #[must_use]
    pub fn make(&self, purpose: Purpose, bound: &str, once: [u8; ONCE], now: Timestamp) -> Vec<u8> {
        let mut challenge = now.plus(STANDS).0.to_be_bytes().to_vec();
        challenge.extend(once);
        let seal = hmac::sign(&self.key, &sealed(&challenge, purpose, bound));
        challenge.extend(seal.as_ref());
        challenge
    }

    /// Takes an answer's challenge, which is good once.
    ///
    /// # Errors
    /// [`Refusal::NotAsked`], [`Refusal::TooLate`], [`Refusal::Used`] or [`Refusal::Busy`].
    pub fn take(&self, purpose: Purpose, bound: &str, challenge: &[u8], now: Timestamp) -> Result<(), Refusal> {
        if challenge.len() != END + ONCE + SEAL {
            return Err(Refusal::NotAsked);
        }
        let (content, seal) = challenge.split_at(END + ONCE);
        hmac::verify(&self.key, &sealed(content, purpose, bound), seal).map_err(|_| Refusal::NotAsked)?;
        let (end, once) = content.split_first_chunk::<END>().ok_or(Refusal::NotAsked)?;
        let once: [u8; ONCE] = once.try_into().map_err(|_| Refusal::NotAsked)?;
        let end = Timestamp(u64::from_be_bytes(*end));
        if end <= now {
            return Err(Refusal::TooLate);
        }
        let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        used.retain(|_, end| *end > now);
        match used.len() < MOST {
            _ if used.contains_key(&once) => Err(Refusal::Used),
            false => Err(Refusal::Busy),
            true => {
                used.insert(once, end);
                Ok(())
            }
        }
    }
}

/// What the seal is over. All but the last part have one length each.
fn sealed(content: &[u8], purpose: Purpose, bound: &str) -> Vec<u8> {
    [content, &[purpose.byte()], bound.as_bytes()].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_790_000_000_000);

    fn once(n: usize) -> [u8; ONCE] {
        (n as u128).to_be_bytes()
    }

    #[test]
    fn a_challenge_is_good_once_for_one_purpose_in_one_browser_and_for_minutes() {
        let challenges = Challenges::new(&[7; 32]);
        let made = challenges.make(Purpose::SignIn, "here", once(1), NOW);
        let take = |purpose, bound, challenge: &[u8], now| challenges.take(purpose, bound, challenge, now);
        assert_eq!(take(Purpose::Add, "here", &made, NOW), Err(Refusal::NotAsked));
        assert_eq!(take(Purpose::SignIn, "there", &made, NOW), Err(Refusal::NotAsked));
        for at in 0..made.len() {
            let mut other = made.clone();
            other[at] ^= 1;
            assert_eq!(take(Purpose::SignIn, "here", &other, NOW), Err(Refusal::NotAsked), "byte {at}");
        }
        for length in [0, 24, made.len() - 1] {
            assert_eq!(take(Purpose::SignIn, "here", &made[..length], NOW), Err(Refusal::NotAsked));
        }
        assert_eq!(take(Purpose::SignIn, "here", &made, NOW.plus(STANDS)), Err(Refusal::TooLate));
        assert_eq!(take(Purpose::SignIn, "here", &made, NOW), Ok(()));
        assert_eq!(take(Purpose::SignIn, "here", &made, NOW), Err(Refusal::Used));
        let other = Challenges::new(&[8; 32]);
        assert_eq!(other.take(Purpose::SignIn, "here", &made, NOW), Err(Refusal::NotAsked));
    }

    #[test]
    fn so_many_answers_and_no_more_are_remembered_and_only_until_their_end() {
        let challenges = Challenges::new(&[7; 32]);
        let take = |n: usize, now: Timestamp| {
            let made = challenges.make(Purpose::Add, "here", once(n), now);
            challenges.take(Purpose::Add, "here", &made, now)
        };
        for n in 0..MOST {
            assert_eq!(take(n, NOW), Ok(()));
        }
        assert_eq!(take(MOST, NOW), Err(Refusal::Busy));
        assert_eq!(take(0, NOW), Err(Refusal::Used));
        assert_eq!(take(MOST, NOW.plus(STANDS)), Ok(()));
        assert_eq!(challenges.used.lock().unwrap_or_else(PoisonError::into_inner).len(), 1);
    }
}
