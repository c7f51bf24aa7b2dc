//! Canonical DAG-CBOR, the one encoding of everything that is signed, hashed, sent or kept.
//!
//! A value has exactly one encoding (RFC 8949 §4.2 as narrowed by the IPLD DAG-CBOR specification). Decoding is
//! strict: sizes are checked before anything is allocated, and the decoded value must encode to the very same bytes.
//! Deliberately absent: floating point numbers, tags, `undefined`, indefinite lengths, trailing bytes.

use serde::{Serialize, de::DeserializeOwned};
use thiserror::Error;

/// How deeply arrays and maps may nest. The deepest message of the protocol nests ten levels.
pub const MAX_DEPTH: usize = 16;

/// How many items one array, or pairs one map, may hold. The largest list of the protocol, a page of shelf heads,
/// has 1,000.
pub const MAX_ITEMS: u64 = 4_096;

/// Why bytes are not a canonical encoding of the expected type.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum DecodeError {
    /// More bytes than this kind of message may have.
    #[error("the message has {found} bytes; at most {limit} are allowed")]
    TooLarge {
        /// Bytes received.
        found: usize,
        /// The named limit of this kind of message.
        limit: usize,
    },
    /// Arrays or maps nest deeper than [`MAX_DEPTH`].
    #[error("the message nests deeper than {MAX_DEPTH} levels")]
    TooDeep,
    /// An array or map declares more than [`MAX_ITEMS`] items.
    #[error("a list in the message declares {0} items; at most {MAX_ITEMS} are allowed")]
    TooMany(u64),
    /// The bytes end in the middle of a value, or go on after it.
    #[error("the message is cut short or has bytes after its end")]
    Length,
    /// A construct that DAG-CBOR forbids: a tag, a float, an indefinite length.
    #[error("the message uses an encoding that is not allowed here")]
    Forbidden,
    /// Well-formed, but not the fields that this type has.
    #[error("the message does not have the expected fields: {0}")]
    Shape(String),
    /// The same value has another, canonical encoding.
    #[error("the message is not in canonical form")]
    NotCanonical,
}

/// The canonical bytes of a value.
///
/// # Panics
/// Never for the types of this crate: they hold no floats and only string-keyed maps.
#[must_use]
pub fn encode<T: Serialize>(value: &T) -> Vec<u8> {
    serde_ipld_dagcbor::to_vec(value).expect("protocol types hold only what DAG-CBOR can carry")
}

/// Decodes untrusted bytes of at most `limit` bytes.
///
/// # Errors
/// [`DecodeError`] names what is wrong; nothing is allocated for lengths that the bytes cannot hold.
pub fn decode<T: Serialize + DeserializeOwned>(bytes: &[u8], limit: usize) -> Result<T, DecodeError> {
    if bytes.len() > limit {
        return Err(DecodeError::TooLarge { found: bytes.len(), limit });
    }
    check_shape(bytes)?;
    let value: T = serde_ipld_dagcbor::from_slice(bytes).map_err(|e| DecodeError::Shape(e.to_string()))?;
    if encode(&value) == bytes { Ok(value) } else { Err(DecodeError::NotCanonical) }
}

/// Decodes bytes that this node itself encoded and stored under a checksum, without the canonical check.
///
/// # Errors
/// [`DecodeError::Shape`] when the stored bytes are of another version.
pub fn decode_own<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, DecodeError> {
    serde_ipld_dagcbor::from_slice(bytes).map_err(|e| DecodeError::Shape(e.to_string()))
}

/// Walks the headers once, without recursion or allocation that depends on declared lengths.
fn check_shape(bytes: &[u8]) -> Result<(), DecodeError> {
    let mut open = [0u64; MAX_DEPTH];
    let mut depth = 0usize;
    let mut rest = bytes;
    loop {
        let (major, argument, after) = header(rest)?;
        rest = after;
        let items = match major {
            0 | 1 | 7 => 0,
            2 | 3 => {
                let length = usize::try_from(argument).map_err(|_| DecodeError::Length)?;
                rest = rest.get(length..).ok_or(DecodeError::Length)?;
                0
            }
            4 | 5 if argument > MAX_ITEMS => return Err(DecodeError::TooMany(argument)),
            4 => argument,
            5 => argument * 2,
            _ => return Err(DecodeError::Forbidden),
        };
        if items > 0 {
            *open.get_mut(depth).ok_or(DecodeError::TooDeep)? = items;
            depth += 1;
            continue;
        }
        while depth > 0 {
            open[depth - 1] -= 1;
            if open[depth - 1] > 0 {
                break;
            }
            depth -= 1;
        }
        if depth == 0 {
            return if rest.is_empty() { Ok(()) } else { Err(DecodeError::Length) };
        }
    }
}

/// One item's major type, its argument, and what follows the header (RFC 8949 §3).
fn header(bytes: &[u8]) -> Result<(u8, u64, &[u8]), DecodeError> {
    let (&first, rest) = bytes.split_first().ok_or(DecodeError::Length)?;
    let (major, small) = (first >> 5, first & 0x1f);
    if major == 7 && !(20..=22).contains(&small) {
        return Err(DecodeError::Forbidden);
    }
    let width = match small {
        0..=23 => return Ok((major, u64::from(small), rest)),
        24..=27 => 1usize << (small - 24),
        _ => return Err(DecodeError::Forbidden),
    };
    let digits = rest.get(..width).ok_or(DecodeError::Length)?;
    let argument = digits.iter().fold(0u64, |sum, byte| (sum << 8) | u64::from(*byte));
    Ok((major, argument, &rest[width..]))
}

/// Serde adapter for ordered maps whose keys are not text: a list of pairs, because DAG-CBOR keys are strings.
pub mod pairs {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};
    use std::collections::BTreeMap;

    /// Writes the map as a list of `[key, value]`.
    ///
    /// # Errors
    /// Those of the serializer.
    pub fn serialize<S, K, V>(map: &BTreeMap<K, V>, serializer: S) -> Result<S::Ok, S::Error>
    where
        S: Serializer,
        K: Serialize,
        V: Serialize,
    {
        serializer.collect_seq(map.iter())
    }

    /// Reads the list of pairs back.
    ///
    /// # Errors
    /// Those of the deserializer.
    pub fn deserialize<'de, D, K, V>(deserializer: D) -> Result<BTreeMap<K, V>, D::Error>
    where
        D: Deserializer<'de>,
        K: Deserialize<'de> + Ord,
        V: Deserialize<'de>,
    {
        Ok(Vec::<(K, V)>::deserialize(deserializer)?.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use proptest::prelude::*;
    use serde::Deserialize;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Sample {
        a: u64,
        list: Vec<String>,
    }

    #[test]
    fn refuses_what_is_not_canonical() {
        let good = encode(&Sample { a: 1, list: vec!["x".into()] });
        assert!(decode::<Sample>(&good, 100).is_ok());
        assert_eq!(decode::<Sample>(&good, 3).unwrap_err(), DecodeError::TooLarge { found: good.len(), limit: 3 });
        let mut long = good.clone();
        long.push(0);
        assert_eq!(decode::<Sample>(&long, 100).unwrap_err(), DecodeError::Length);
        // {"a": 1 written in two bytes, "list": []}
        let padded = [0xa2, 0x61, b'a', 0x18, 0x01, 0x64, b'l', b'i', b's', b't', 0x80];
        assert!(matches!(
            decode::<Sample>(&padded, 100).unwrap_err(),
            DecodeError::NotCanonical | DecodeError::Shape(_)
        ));
        // Keys in the wrong order.
        let swapped = [0xa2, 0x64, b'l', b'i', b's', b't', 0x80, 0x61, b'a', 0x01];
        assert!(decode::<Sample>(&swapped, 100).is_err());
        // An unknown field.
        let unknown = [0xa3, 0x61, b'a', 0x01, 0x61, b'b', 0x01, 0x64, b'l', b'i', b's', b't', 0x80];
        assert!(matches!(decode::<Sample>(&unknown, 100).unwrap_err(), DecodeError::Shape(_)));
    }

    #[test]
    fn refuses_bombs_before_allocating() {
        let deep = vec![0x81; 200];
        assert_eq!(decode::<Vec<u8>>(&deep, 1_000).unwrap_err(), DecodeError::TooDeep);
        let wide = [0x9b, 0, 0, 0, 0xff, 0, 0, 0, 0];
        assert!(matches!(decode::<Vec<u8>>(&wide, 1_000).unwrap_err(), DecodeError::TooMany(_)));
        let huge_text = [0x7b, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff];
        assert_eq!(decode::<String>(&huge_text, 1_000).unwrap_err(), DecodeError::Length);
        assert_eq!(decode::<Vec<u8>>(&[0x9f, 0xff], 10).unwrap_err(), DecodeError::Forbidden);
        assert_eq!(decode::<u8>(&[0xc1, 0x01], 10).unwrap_err(), DecodeError::Forbidden);
    }

    proptest! {
        #[test]
        fn any_bytes_are_decoded_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            if let Ok(value) = decode::<Sample>(&bytes, 300) {
                prop_assert_eq!(encode(&value), bytes);
            }
        }

        #[test]
        fn what_is_encoded_decodes(a in any::<u64>(), list in proptest::collection::vec(".{0,9}", 0..9)) {
            let value = Sample { a, list };
            prop_assert_eq!(decode::<Sample>(&encode(&value), 10_000).unwrap(), value);
        }
    }
}
