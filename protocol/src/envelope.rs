//! Signed content. The type says whether a signature was checked: [`Unverified`] travels and is stored, [`Signed`] is what rules accept.
//!
//! The signed bytes are `kith/v1/<name>`, a zero byte, and the canonical encoding of the content, so that a signature over one
//! kind of content is never one over another.

use crate::{
    codec,
    id::Digest,
    key::{BadKey, PublicKey, SecretKey, Signature, SoundKey},
};
use serde::{Deserialize, Serialize};

/// A kind of content that is signed.
pub trait Content: Serialize + Sized {
    /// The last part of the domain, for instance `proposal`.
    const NAME: &'static str;

    /// The bytes that are signed.
    fn signing_bytes(&self) -> Vec<u8> {
        let mut bytes = format!("kith/v1/{}\0", Self::NAME).into_bytes();
        bytes.extend_from_slice(&codec::encode(self));
        bytes
    }

    /// The hash by which other content refers to this one.
    fn digest(&self) -> Digest {
        Digest::of(&format!("kith/v1/{}", Self::NAME), &[&codec::encode(self)])
    }

    /// Signs the content.
    fn sign(self, secret: &SecretKey) -> Signed<Self> {
        let signature = secret.sign(&self.signing_bytes());
        Signed { inner: Unverified { content: self, signature }, key: secret.public() }
    }
}

/// Content with a signature that nobody has checked yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Unverified<T> {
    /// What is claimed.
    pub content: T,
    /// The signature over it.
    pub signature: Signature,
}

/// Content whose signature was checked, strictly, with the key it names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signed<T> {
    inner: Unverified<T>,
    key: PublicKey,
}

impl<T: Content> Unverified<T> {
    /// Checks the signature with the strict rule.
    ///
    /// # Errors
    /// [`BadKey::WrongSignature`].
    pub fn verify(self, key: &SoundKey) -> Result<Signed<T>, BadKey> {
        key.verify_strict(&self.content.signing_bytes(), &self.signature)?;
        Ok(Signed { inner: self, key: key.public() })
    }

    /// Takes content from this node's own journal, where only checked content was ever written.
    #[must_use]
    pub fn from_own_journal(self, key: PublicKey) -> Signed<T> {
        Signed { inner: self, key }
    }
}

impl<T> Signed<T> {
    /// The content.
    pub fn content(&self) -> &T {
        &self.inner.content
    }

    /// The key that signed it: whether that is the right key is for the rule to say.
    #[must_use]
    pub fn key(&self) -> PublicKey {
        self.key
    }

    /// The form that travels and is stored.
    pub fn unverified(&self) -> &Unverified<T> {
        &self.inner
    }

    /// The form that travels and is stored, without a copy.
    pub fn into_unverified(self) -> Unverified<T> {
        self.inner
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
    struct One(u8);
    #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
    struct Other(u8);
    impl Content for One {
        const NAME: &'static str = "one";
    }
    impl Content for Other {
        const NAME: &'static str = "other";
    }

    #[test]
    fn a_signature_holds_for_one_kind_only() {
        let secret = SecretKey::from_seed(&[1; 32]);
        let key = secret.public().sound().unwrap();
        let signed = One(3).sign(&secret);
        assert!(signed.unverified().clone().verify(&key).is_ok());
        let moved = Unverified { content: Other(3), signature: signed.unverified().signature };
        assert_eq!(moved.verify(&key).unwrap_err(), BadKey::WrongSignature);
        let stranger = SecretKey::from_seed(&[2; 32]).public().sound().unwrap();
        assert!(signed.into_unverified().verify(&stranger).is_err());
    }
}
