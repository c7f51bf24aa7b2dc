//! Ed25519 keys and the two rules by which signatures are judged.
//!
//! * Between communities (proposals, decisions, certificates, records, checkpoints): `verify_strict`, cofactorless, with
//!   small-order keys and nonces refused. One content, one judgement, on every machine.
//! * Members' authorisations, which come in their thousands: RFC 8032 §5.1.7's own equation with the cofactor, so that a batch
//!   and a single check always agree. (A cofactorless batch would let a crafted signature pass in company and fail alone.)
//!
//! Both refuse weak keys and non-canonical scalars. Nothing is ever looked up by a signature's bytes.

use crate::id::{BadId, CommunityId, byte_id, bytes_from};
use curve25519_dalek::{
    edwards::{CompressedEdwardsY, EdwardsPoint},
    montgomery::MontgomeryPoint,
    scalar::Scalar,
    traits::IsIdentity,
};
use data_encoding::HEXLOWER;
use ed25519_dalek::{Signer as _, SigningKey, VerifyingKey};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use sha2::{Digest as _, Sha512};
use std::{collections::BTreeMap, fmt, str::FromStr};
use thiserror::Error;

#[cfg(feature = "flaws")]
pub mod remembered;

/// Why a key or a signature is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum BadKey {
    /// The bytes are not a point of the curve in its one encoding.
    #[error("this is not a public key")]
    NotAKey,
    /// A key of small order, under which signatures prove nothing.
    #[error("this key is weak; make a new one")]
    Weak,
    /// The signature does not belong to this content and key.
    #[error("the signature does not fit the content and the key")]
    WrongSignature,
}

impl BadKey {
    /// A stable code for programs, in kebab case.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NotAKey => "not-a-key",
            Self::Weak => "weak-key",
            Self::WrongSignature => "wrong-signature",
        }
    }
}

byte_id!(
    /// An Ed25519 public key as bytes, not yet known to be sound.
    PublicKey, 32, "a public key (64 hexadecimal digits)",
    |bytes| HEXLOWER.encode(bytes),
    |text| HEXLOWER.decode(text.to_ascii_lowercase().as_bytes()).ok()?.try_into().ok()
);

impl From<CommunityId> for PublicKey {
    /// A community's id is its root public key.
    fn from(id: CommunityId) -> Self {
        Self(id.0)
    }
}

/// 64 bytes that claim to be an Ed25519 signature.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Signature(pub [u8; 64]);

impl fmt::Debug for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Signature({}…)", HEXLOWER.encode(&self.0[..4]))
    }
}

impl fmt::Display for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&HEXLOWER.encode(&self.0))
    }
}

impl FromStr for Signature {
    type Err = BadId;

    fn from_str(text: &str) -> Result<Self, BadId> {
        let bytes = HEXLOWER.decode(text.to_ascii_lowercase().as_bytes()).ok().and_then(|b| b.try_into().ok());
        bytes.map(Self).ok_or_else(|| BadId {
            text: text.chars().take(80).collect(),
            expected: "a signature (128 hexadecimal digits)",
        })
    }
}

impl Serialize for Signature {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        if s.is_human_readable() { s.serialize_str(&HEXLOWER.encode(&self.0)) } else { s.serialize_bytes(&self.0) }
    }
}

impl<'de> Deserialize<'de> for Signature {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        if d.is_human_readable() {
            String::deserialize(d)?.parse().map_err(D::Error::custom)
        } else {
            bytes_from(d).map(Self)
        }
    }
}

/// A public key that was parsed once and found sound.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SoundKey(VerifyingKey);

impl PublicKey {
    /// Parses the key and refuses weak ones and second encodings of the same point.
    ///
    /// # Errors
    /// [`BadKey::NotAKey`] or [`BadKey::Weak`].
    pub fn sound(&self) -> Result<SoundKey, BadKey> {
        #[cfg(feature = "flaws")]
        return remembered::sound(self);
        #[cfg(not(feature = "flaws"))]
        self.parse()
    }

    fn parse(&self) -> Result<SoundKey, BadKey> {
        let key = VerifyingKey::from_bytes(&self.0).map_err(|_| BadKey::NotAKey)?;
        if key.is_weak() {
            return Err(BadKey::Weak);
        }
        if key.to_edwards().compress().to_bytes() != self.0 {
            return Err(BadKey::NotAKey);
        }
        Ok(SoundKey(key))
    }
}

impl SoundKey {
    /// The bytes of the key.
    #[must_use]
    pub fn public(&self) -> PublicKey {
        PublicKey(self.0.to_bytes())
    }

    /// The rule between communities.
    ///
    /// # Errors
    /// [`BadKey::WrongSignature`].
    pub fn verify_strict(&self, message: &[u8], signature: &Signature) -> Result<(), BadKey> {
        #[cfg(feature = "flaws")]
        return remembered::strict(self, message, signature);
        #[cfg(not(feature = "flaws"))]
        self.judge(message, signature)
    }

    fn judge(&self, message: &[u8], signature: &Signature) -> Result<(), BadKey> {
        self.0.verify_strict(message, &to_dalek(signature)).map_err(|_| BadKey::WrongSignature)
    }

    /// The rule for members' authorisations: `[8][S]B = [8]R + [8][k]A` (RFC 8032 §5.1.7).
    ///
    /// # Errors
    /// [`BadKey::WrongSignature`].
    pub fn verify_member(&self, message: &[u8], signature: &Signature) -> Result<(), BadKey> {
        // Whatever the strict rule accepts satisfies this one too, and honest signatures always pass it.
        if self.verify_strict(message, signature).is_ok() || self.cofactored(message, signature) == Some(true) {
            Ok(())
        } else {
            Err(BadKey::WrongSignature)
        }
    }

    fn cofactored(&self, message: &[u8], signature: &Signature) -> Option<bool> {
        let (r_bytes, s_bytes) = signature.0.split_first_chunk::<32>()?;
        let s = Option::<Scalar>::from(Scalar::from_canonical_bytes(s_bytes.try_into().ok()?))?;
        let r = CompressedEdwardsY(*r_bytes).decompress()?;
        let hash = Sha512::new().chain_update(r_bytes).chain_update(self.0.as_bytes()).chain_update(message).finalize();
        let k = Scalar::from_bytes_mod_order_wide(&hash.into());
        let sb_minus_ka = EdwardsPoint::vartime_double_scalar_mul_basepoint(&k, &-self.0.to_edwards(), &s);
        Some((sb_minus_ka - r).mul_by_cofactor().is_identity())
    }
}

impl SoundKey {
    /// The same key on the Montgomery curve, to seal something to its owner (RFC 7748 §4.1).
    pub(crate) fn to_x25519(&self) -> MontgomeryPoint {
        self.0.to_montgomery()
    }
}

fn to_dalek(signature: &Signature) -> ed25519_dalek::Signature {
    ed25519_dalek::Signature::from_bytes(&signature.0)
}

/// One member's claim to have signed a message.
#[derive(Debug, Clone)]
pub struct Claim {
    /// The key it claims.
    pub key: SoundKey,
    /// The domain-separated bytes.
    pub message: Vec<u8>,
    /// The signature to judge.
    pub signature: Signature,
}

/// Judges many members' claims together, three times as fast as one by one; the verdicts are those of
/// [`SoundKey::verify_member`].
#[must_use]
pub fn verify_members(claims: &[Claim]) -> Vec<bool> {
    let messages: Vec<&[u8]> = claims.iter().map(|c| c.message.as_slice()).collect();
    let signatures: Vec<_> = claims.iter().map(|c| to_dalek(&c.signature)).collect();
    let keys: Vec<_> = claims.iter().map(|c| c.key.0).collect();
    if claims.len() > 1 && ed25519_dalek::verify_batch(&messages, &signatures, &keys).is_ok() {
        return vec![true; claims.len()];
    }
    claims.iter().map(|c| c.key.verify_member(&c.message, &c.signature).is_ok()).collect()
}

/// How many parsed keys are remembered: 4 MiB, the active members of a large town.
pub const KEY_CACHE: usize = 16_384;

/// Remembers keys that were parsed and found sound, because parsing costs a tenth of a signature check.
#[derive(Debug, Clone, Default)]
pub struct KeyCache(BTreeMap<PublicKey, SoundKey>);

impl KeyCache {
    /// The parsed key.
    ///
    /// # Errors
    /// Those of [`PublicKey::sound`].
    pub fn sound(&mut self, key: &PublicKey) -> Result<SoundKey, BadKey> {
        if let Some(known) = self.0.get(key) {
            return Ok(known.clone());
        }
        let sound = key.parse()?;
        if self.0.len() >= KEY_CACHE {
            self.0.clear();
        }
        self.0.insert(*key, sound.clone());
        Ok(sound)
    }
}

/// A private Ed25519 key. Its bytes are wiped from memory when it is dropped and never printed.
#[derive(Clone)]
pub struct SecretKey(SigningKey);

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SecretKey(of {})", self.public())
    }
}

impl SecretKey {
    /// The key that RFC 8032 makes from this 32-byte seed.
    #[must_use]
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        Self(SigningKey::from_bytes(seed))
    }

    /// The public half.
    #[must_use]
    pub fn public(&self) -> PublicKey {
        PublicKey(self.0.verifying_key().to_bytes())
    }

    /// The 32-byte seed, to keep it in a file that only its owner can read.
    #[must_use]
    pub fn seed(&self) -> zeroize::Zeroizing<[u8; 32]> {
        zeroize::Zeroizing::new(self.0.to_bytes())
    }

    /// The secret number behind the key, with which its owner opens what was sealed to it.
    pub(crate) fn to_x25519(&self) -> zeroize::Zeroizing<[u8; 32]> {
        zeroize::Zeroizing::new(self.0.to_scalar_bytes())
    }

    /// Signs domain-separated bytes; deterministic (RFC 8032).
    #[must_use]
    pub fn sign(&self, message: &[u8]) -> Signature {
        Signature(self.0.sign(message).to_bytes())
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use curve25519_dalek::constants::{ED25519_BASEPOINT_POINT, EIGHT_TORSION};

    fn claim(seed: u8, message: &[u8]) -> Claim {
        let secret = SecretKey::from_seed(&[seed; 32]);
        Claim { key: secret.public().sound().unwrap(), message: message.to_vec(), signature: secret.sign(message) }
    }

    #[test]
    fn weak_and_foreign_keys_are_refused() {
        for point in EIGHT_TORSION {
            assert_eq!(PublicKey(point.compress().to_bytes()).sound().unwrap_err(), BadKey::Weak);
        }
        // y = p + 1 is a second encoding of y = 1.
        let mut high = [0xff; 32];
        high[0] = 0xee;
        high[31] = 0x7f;
        assert!(PublicKey(high).sound().is_err());
        assert_eq!(PublicKey([2; 32]).sound().unwrap_err(), BadKey::NotAKey);
    }

    #[test]
    fn one_bad_claim_is_found_among_many() {
        let mut claims: Vec<_> = (0..20).map(|i| claim(i, b"hello")).collect();
        assert!(verify_members(&claims).iter().all(|ok| *ok));
        claims[7].message = b"other".to_vec();
        let verdicts = verify_members(&claims);
        assert_eq!(verdicts.iter().filter(|ok| !**ok).count(), 1);
        assert!(!verdicts[7]);
    }

    /// A signature whose nonce has a torsion part: the case in which cofactorless batches and single checks disagree.
    fn crafted(seed: u8, message: &[u8]) -> Claim {
        let secret = SecretKey::from_seed(&[seed; 32]);
        let key = secret.public().sound().unwrap();
        let a = secret.0.to_scalar();
        let nonce = Scalar::from(u64::from(seed) + 77);
        let r = (ED25519_BASEPOINT_POINT * nonce + EIGHT_TORSION[4]).compress();
        let hash =
            Sha512::new().chain_update(r.as_bytes()).chain_update(key.0.as_bytes()).chain_update(message).finalize();
        let s = nonce + Scalar::from_bytes_mod_order_wide(&hash.into()) * a;
        let mut bytes = [0; 64];
        bytes[..32].copy_from_slice(r.as_bytes());
        bytes[32..].copy_from_slice(s.as_bytes());
        Claim { key, message: message.to_vec(), signature: Signature(bytes) }
    }

    #[test]
    fn alone_and_in_company_the_verdict_is_the_same() {
        for seed in 0..16 {
            let odd = crafted(seed, b"hours");
            assert!(odd.key.verify_strict(&odd.message, &odd.signature).is_err(), "strict refuses it");
            let alone = odd.key.verify_member(&odd.message, &odd.signature).is_ok();
            let in_company = verify_members(&[claim(90, b"a"), odd.clone(), claim(91, b"b")]);
            let with_another = verify_members(&[odd.clone(), crafted(seed + 100, b"more")]);
            assert_eq!((alone, in_company[1], with_another[0]), (true, true, true));
        }
    }

    #[test]
    fn a_scalar_has_one_form() {
        let mut c = claim(1, b"x");
        // S + L is the same number modulo the group order.
        let order = [
            0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, 0, 0, 0, 0,
            0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10u8,
        ];
        let mut carry = 0u16;
        for (byte, add) in c.signature.0[32..].iter_mut().zip(order) {
            let sum = u16::from(*byte) + u16::from(add) + carry;
            *byte = u8::try_from(sum & 0xff).unwrap();
            carry = sum >> 8;
        }
        assert!(c.key.verify_member(&c.message, &c.signature).is_err());
    }
}
