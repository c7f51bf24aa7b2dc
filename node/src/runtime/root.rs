//! The root key of a community, which is its 24 recovery words and is never on disk.

use super::home::{HomeError, random};
use bip39::{Language, Mnemonic};
use hkdf::Hkdf;
use kith_protocol::{
    community::Certificate,
    envelope::{Content, Unverified},
    escrow::Claim,
    id::CommunityId,
    key::{PublicKey, SecretKey},
    time::{Span, Timestamp},
};
use sha2::Sha256;
use thiserror::Error;
use zeroize::Zeroizing;

/// How many words there are: 256 bits and a checksum of 8 (BIP 39).
pub const WORDS: usize = 24;
/// The longest text that is read as words: each of 8 letters at most, with room for numbers, spaces and lines.
pub const MAX_WORDS_BYTES: u64 = 4 * 1024;

/// How long an operational key is certified: long enough that no volunteer is surprised, short enough to end.
const CERTIFIED_FOR: Span = Span::days(5 * 365);
/// How long before a certificate ends people are told: time enough for somebody who comes by once a month.
const TOLD_BEFORE_END: Span = Span::days(60);
/// How long before it was made a certificate begins: partners' clocks may be behind.
pub const CERTIFIED_BEFORE: Span = Span::days(1);

/// Whether the end of a certificate is soon, or over.
#[must_use]
pub fn is_soon(until: Timestamp, now: Timestamp) -> bool {
    now.plus(TOLD_BEFORE_END) >= until
}

/// Why words are not the recovery words of any community. No word is ever repeated in a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum WordsError {
    /// Too few or too many.
    #[error("there are {0} words, but the recovery words are {WORDS}. Write them in their order, with spaces between")]
    Count(usize),
    /// One is no recovery word.
    #[error("word {0} is not one of the recovery words' list. Look at its spelling")]
    Unknown(usize),
    /// The checksum says that they are not right.
    #[error(
        "each of the words is one of the list, but together they are not right. One is another word, or two changed places"
    )]
    Checksum,
}

/// The root key. It is wiped from memory when it is dropped.
pub struct Root(Zeroizing<[u8; 32]>);

impl Root {
    /// A new one.
    ///
    /// # Errors
    /// [`HomeError::Random`].
    pub fn random() -> Result<Self, HomeError> {
        Ok(Self(Zeroizing::new(random::<32>()?)))
    }

    /// The root key that these words are. Numbers before the words, as they stand on paper, do no harm.
    ///
    /// # Errors
    /// [`WordsError`].
    pub fn from_words(text: &str) -> Result<Self, WordsError> {
        let lower = Zeroizing::new(text.to_lowercase());
        let words: Vec<&str> = lower.split_whitespace().filter(|word| word.contains(char::is_alphabetic)).collect();
        if words.len() != WORDS {
            return Err(WordsError::Count(words.len()));
        }
        let joined = Zeroizing::new(words.join(" "));
        let mnemonic = Mnemonic::parse_in_normalized(Language::English, &joined).map_err(|error| match error {
            bip39::Error::UnknownWord(at) => WordsError::Unknown(at + 1),
            _ => WordsError::Checksum,
        })?;
        let entropy = Zeroizing::new(mnemonic.to_entropy());
        let seed = entropy.as_slice().try_into().map_err(|_| WordsError::Count(words.len()))?;
        Ok(Self(Zeroizing::new(seed)))
    }

    /// The words.
    ///
    /// # Panics
    /// Never: 32 bytes always are 24 words.
    #[must_use]
    pub fn words(&self) -> Zeroizing<String> {
        let words = Mnemonic::from_entropy(&self.0[..]).expect("BIP 39 has words for 256 bits");
        Zeroizing::new(words.to_string())
    }

    fn secret(&self) -> SecretKey {
        SecretKey::from_seed(&self.0)
    }

    /// The community whose root key it is.
    #[must_use]
    pub fn community(&self) -> CommunityId {
        CommunityId(self.secret().public().0)
    }

    /// The root key's word that `key` signs for the community from now on.
    #[must_use]
    pub fn certify(&self, key: PublicKey, serial: u32, now: Timestamp) -> Unverified<Certificate> {
        let certificate = Certificate {
            v: 1,
            community: self.community(),
            key,
            serial,
            from: Timestamp(now.0.saturating_sub(CERTIFIED_BEFORE.0)),
            until: now.plus(CERTIFIED_FOR),
        };
        certificate.sign(&self.secret()).into_unverified()
    }

    /// The root key's word that the copies kept for the community are to be handed out.
    #[must_use]
    pub fn claim(&self, claim: Claim) -> Unverified<Claim> {
        claim.sign(&self.secret()).into_unverified()
    }

    /// A secret for another purpose, named by `info`: HKDF-SHA256 without a salt (RFC 5869).
    ///
    /// # Panics
    /// Never: HKDF gives up to 8,160 bytes.
    #[must_use]
    pub fn derive(&self, info: &str) -> Zeroizing<[u8; 32]> {
        let mut derived = Zeroizing::new([0; 32]);
        let expanded = Hkdf::<Sha256>::new(None, &self.0[..]).expand(info.as_bytes(), &mut derived[..]);
        expanded.expect("HKDF-SHA256 gives far more than 32 bytes");
        derived
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn words_are_read_as_they_stand_on_paper() {
        let root = Root::random().unwrap();
        let words = root.words();
        assert_eq!(words.split(' ').count(), WORDS);
        let numbered: String =
            words.split(' ').zip(1..).map(|(word, n)| format!("{n:>4}. {}\n", word.to_uppercase())).collect();
        for text in [words.as_str(), &numbered] {
            assert_eq!(Root::from_words(text).unwrap().community(), root.community());
        }
    }

    #[test]
    fn a_slip_is_told_by_its_place_and_never_repeated() {
        let words = Root(Zeroizing::new([7; 32])).words();
        let list: Vec<&str> = words.split(' ').collect();
        let read = |list: &[&str]| Root::from_words(&list.join(" ")).map(|root| root.community()).unwrap_err();
        assert_eq!(read(&list[..23]), WordsError::Count(23));
        assert_eq!(read(&[&list[..], &["zoo"]].concat()), WordsError::Count(25));
        let mut wrong = list.clone();
        wrong[6] = "kith";
        let why = read(&wrong);
        assert_eq!(why, WordsError::Unknown(7));
        assert!(!why.to_string().contains("kith"));
        let mut turned = list.clone();
        let other = list.iter().position(|word| *word != list[0]).unwrap();
        turned.swap(0, other);
        assert_eq!(read(&turned), WordsError::Checksum);
        assert_eq!(read(&[]), WordsError::Count(0));
    }

    /// RFC 5869 has no vector for our purpose: this one was computed apart, as HMAC-SHA256 twice.
    #[test]
    fn derived_secrets_differ_by_purpose() {
        let root = Root(Zeroizing::new([7; 32]));
        assert_ne!(root.derive("kith/v1/backup"), root.derive("kith/v1/other"));
        let derived = data_encoding::HEXLOWER.encode(&root.derive("kith/v1/backup")[..]);
        assert_eq!(derived, "d5fe4c7d208441d472dcf05e62d77a89a43543e495dc2de3f492d7d3a2d87089");
    }
}
