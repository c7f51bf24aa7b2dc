//! Every identifier as its own type, so that one cannot be taken for another.
//!
//! In CBOR an identifier is a byte string. For people it is text: communities as `did:key` (W3C did:key method,
//! Ed25519), 16-byte ids in the 26 letters and digits of a ULID, 32-byte digests in hexadecimal.

use data_encoding::HEXLOWER;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use sha2::{Digest as _, Sha256};
use std::{fmt, str::FromStr};
use thiserror::Error;

/// Text that does not name the kind of thing it should.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("'{text}' is not {expected}; copy it again from where it was shown")]
pub struct BadId {
    /// What was given.
    pub text: String,
    /// What was expected, in words.
    pub expected: &'static str,
}

struct BytesVisitor<const N: usize>;

impl<const N: usize> serde::de::Visitor<'_> for BytesVisitor<N> {
    type Value = [u8; N];

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{N} bytes")
    }

    fn visit_bytes<E: serde::de::Error>(self, v: &[u8]) -> Result<Self::Value, E> {
        v.try_into().map_err(|_| E::invalid_length(v.len(), &self))
    }
}

/// Reads a CBOR byte string of exactly `N` bytes.
pub(crate) fn bytes_from<'de, D: Deserializer<'de>, const N: usize>(d: D) -> Result<[u8; N], D::Error> {
    d.deserialize_bytes(BytesVisitor::<N>)
}

/// Defines a fixed-size byte identifier with its text form and serde in both forms.
macro_rules! byte_id {
    ($(#[$doc:meta])* $name:ident, $len:literal, $expected:literal, $to_text:expr, $from_text:expr) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub [u8; $len]);

        impl $name {
            /// The bytes of this identifier.
            #[must_use]
            pub const fn as_bytes(&self) -> &[u8; $len] {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let to_text: fn(&[u8; $len]) -> String = $to_text;
                f.write_str(&to_text(&self.0))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({self})", stringify!($name))
            }
        }

        impl FromStr for $name {
            type Err = BadId;

            fn from_str(text: &str) -> Result<Self, BadId> {
                let from_text: fn(&str) -> Option<[u8; $len]> = $from_text;
                from_text(text.trim())
                    .map(Self)
                    .ok_or_else(|| BadId { text: text.chars().take(80).collect(), expected: $expected })
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
                if s.is_human_readable() { s.collect_str(self) } else { s.serialize_bytes(&self.0) }
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                if d.is_human_readable() {
                    String::deserialize(d)?.parse().map_err(D::Error::custom)
                } else {
                    bytes_from(d).map(Self)
                }
            }
        }
    };
}
pub(crate) use byte_id;

fn ulid_text(bytes: &[u8; 16]) -> String {
    ulid::Ulid::from_bytes(*bytes).to_string()
}

fn ulid_bytes(text: &str) -> Option<[u8; 16]> {
    let id = ulid::Ulid::from_string(text).ok()?;
    // A ULID's text has two bits more than its bytes: refuse a second spelling of the same id.
    id.to_string().eq_ignore_ascii_case(text).then(|| id.to_bytes())
}

fn hex_text<const N: usize>(bytes: &[u8; N]) -> String {
    HEXLOWER.encode(bytes)
}

fn hex_bytes<const N: usize>(text: &str) -> Option<[u8; N]> {
    HEXLOWER.decode(text.to_ascii_lowercase().as_bytes()).ok()?.try_into().ok()
}

/// The multicodec prefix of an Ed25519 public key (`0xed` as an unsigned varint).
const DID_KEY_ED25519: [u8; 2] = [0xed, 0x01];
const DID_KEY: &str = "did:key:z";

fn did_text(bytes: &[u8; 32]) -> String {
    let mut tagged = DID_KEY_ED25519.to_vec();
    tagged.extend_from_slice(bytes);
    format!("{DID_KEY}{}", bs58::encode(tagged).into_string())
}

fn did_bytes(text: &str) -> Option<[u8; 32]> {
    let encoded = text.strip_prefix(DID_KEY).filter(|rest| rest.len() <= 60)?;
    let tagged = bs58::decode(encoded).into_vec().ok()?;
    tagged.strip_prefix(&DID_KEY_ED25519[..])?.try_into().ok()
}

byte_id!(
    /// A community: its Ed25519 root public key, for ever. Text form `did:key:z6Mk…`.
    CommunityId, 32, "a community (did:key:z6Mk…)", did_text, did_bytes
);
byte_id!(
    /// A member of one community: random, and without meaning outside it.
    MemberId, 16, "a member's id (26 letters and digits)", ulid_text, ulid_bytes
);
byte_id!(
    /// An exchange, chosen by whoever starts it; committed at most once, for ever.
    ExchangeId, 16, "an exchange's id (26 letters and digits)", ulid_text, ulid_bytes
);
byte_id!(
    /// A record on a community's shelf: an offer, a need, the community's card.
    RecordKey, 16, "an offer's or need's id (26 letters and digits)", ulid_text, ulid_bytes
);
byte_id!(
    /// A request of a client, so that sending it twice has one effect.
    RequestId, 16, "a request's id (26 letters and digits)", ulid_text, ulid_bytes
);
byte_id!(
    /// What a member is called towards one partner community: it says nothing to anybody else.
    Alias, 16, "a member's code for a partner (26 letters and digits)", ulid_text, ulid_bytes
);
byte_id!(
    /// The account of a partnership: the hash of the terms both sides signed.
    AccountId, 32, "a partnership's account (64 hexadecimal digits)", hex_text, hex_bytes
);
byte_id!(
    /// A SHA-256 digest.
    Digest, 32, "a hash (64 hexadecimal digits)", hex_text, hex_bytes
);

impl Digest {
    /// Stands before the first link of a chain.
    pub const ZERO: Self = Self([0; 32]);

    /// SHA-256 over the parts in order, each kind of content under its own `domain` (ended by a zero byte), so that
    /// a hash of one kind is never a hash of another.
    #[must_use]
    pub fn of(domain: &str, parts: &[&[u8]]) -> Self {
        let mut hasher = Sha256::new();
        hasher.update(domain.as_bytes());
        hasher.update([0]);
        for part in parts {
            hasher.update(part);
        }
        Self(hasher.finalize().into())
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::codec;

    #[test]
    fn text_forms_return() {
        let member = MemberId([7; 16]);
        assert_eq!(member.to_string().parse::<MemberId>().unwrap(), member);
        let digest = Digest([9; 32]);
        assert_eq!(digest.to_string().parse::<Digest>().unwrap(), digest);
        let community = CommunityId([3; 32]);
        let text = community.to_string();
        assert!(text.starts_with("did:key:z6Mk"));
        assert_eq!(text.parse::<CommunityId>().unwrap(), community);
        assert_eq!(codec::decode::<CommunityId>(&codec::encode(&community), 40).unwrap(), community);
        assert!(codec::decode::<CommunityId>(&codec::encode(&member), 40).is_err());
    }

    #[test]
    fn a_known_did_key() {
        // RFC 8032 §7.1 test 1's public key.
        let key = hex_bytes::<32>("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a").unwrap();
        let text = CommunityId(key).to_string();
        assert_eq!(text, "did:key:z6MktwupdmLXVVqTzCw4i46r4uGyosGXRnR3XjN4Zq7oMMsw");
    }

    #[test]
    fn refuses_other_text() {
        assert!("did:key:zabc".parse::<CommunityId>().is_err());
        assert!("did:web:example.org".parse::<CommunityId>().is_err());
        assert!("".parse::<MemberId>().is_err());
        // One more than the largest ULID.
        assert!("80000000000000000000000000".parse::<MemberId>().is_err());
    }
}
