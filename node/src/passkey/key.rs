//! Public keys of devices, as COSE writes them (RFC 9052 §7, RFC 9053, RFC 8230), and judging what they signed.

use super::{Refusal, cbor::Reader};
use ring::{
    agreement,
    rand::SystemRandom,
    signature::{self, RsaPublicKeyComponents, UnparsedPublicKey},
};

/// ECDSA with P-256 and SHA-256: phones, and most keys that are carried about.
const ES256: i64 = -7;
/// Ed25519.
const EDDSA: i64 = -8;
/// RSA PKCS 1 v1.5 with SHA-256: the only kind that many Windows computers make.
const RS256: i64 = -257;
/// What a device is asked for, the best first.
pub const ALGORITHMS: [i64; 3] = [EDDSA, ES256, RS256];

/// Values of `kty` and `crv` (the IANA registry of COSE).
const OKP: i64 = 1;
const EC2: i64 = 2;
const RSA: i64 = 3;
const P256: i64 = 1;
const ED25519: i64 = 6;
/// A coordinate of P-256, and a key of Ed25519.
const WORD: usize = 32;
/// A modulus of 2,048 to 4,096 bits: what `ring` takes begins there, and no device makes longer ones.
const MODULUS: std::ops::RangeInclusive<usize> = 256..=512;
/// 65,537, which every device takes.
const EXPONENT: [u8; 3] = [1, 0, 1];

/// A public key of one of the kinds that are asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PublicKey {
    /// A point of P-256: 4, x and y.
    Es256([u8; 65]),
    /// A point of edwards25519.
    Ed25519([u8; WORD]),
    /// A modulus.
    Rs256(Vec<u8>),
}

/// What a COSE key says, each label at most once.
#[derive(Default)]
struct Labels<'a> {
    kind: Option<i64>,
    algorithm: Option<i64>,
    curve: Option<i64>,
    first: Option<&'a [u8]>,
    second: Option<&'a [u8]>,
    third: Option<&'a [u8]>,
}

fn once<T>(place: &mut Option<T>, value: T) -> Result<(), Refusal> {
    if place.replace(value).is_some() { Err(Refusal::BadKey) } else { Ok(()) }
}

impl<'a> Labels<'a> {
    fn read(reader: &mut Reader<'a>) -> Result<Self, Refusal> {
        let mut labels = Self::default();
        for _ in 0..reader.map()? {
            match reader.number()? {
                1 => once(&mut labels.kind, reader.number()?)?,
                3 => once(&mut labels.algorithm, reader.number()?)?,
                // The curve of a point comes before what else stands under -1: the kind is first in canonical order.
                -1 if labels.kind == Some(RSA) => once(&mut labels.first, reader.bytes()?)?,
                -1 => once(&mut labels.curve, reader.number()?)?,
                -2 => once(&mut labels.second, reader.bytes()?)?,
                -3 => once(&mut labels.third, reader.bytes()?)?,
                // Nothing else may stand in a credential's key (§6.5.1.1).
                _ => return Err(Refusal::BadKey),
            }
        }
        Ok(labels)
    }
}

fn word(bytes: Option<&[u8]>) -> Result<[u8; WORD], Refusal> {
    bytes.and_then(|bytes| bytes.try_into().ok()).ok_or(Refusal::BadKey)
}

impl PublicKey {
    /// Reads a key and leaves the reader behind it.
    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Self, Refusal> {
        let Labels { kind, algorithm, curve, first, second, third } = Labels::read(reader)?;
        match (algorithm.ok_or(Refusal::BadKey)?, kind, curve, third) {
            (ES256, Some(EC2), Some(P256), y @ Some(_)) => {
                let mut point = [4; 65];
                point[1..=WORD].copy_from_slice(&word(second)?);
                point[1 + WORD..].copy_from_slice(&word(y)?);
                on_curve(&point).map(|()| Self::Es256(point))
            }
            (EDDSA, Some(OKP), Some(ED25519), None) => word(second).map(Self::Ed25519),
            (RS256, Some(RSA), None, None) => {
                let modulus = first.filter(|n| MODULUS.contains(&n.len()) && n[0] != 0 && n[n.len() - 1] & 1 == 1);
                let modulus = modulus.filter(|_| second == Some(&EXPONENT));
                modulus.map(|modulus| Self::Rs256(modulus.to_vec())).ok_or(Refusal::BadKey)
            }
            (ES256 | EDDSA | RS256, ..) => Err(Refusal::BadKey),
            _ => Err(Refusal::OtherAlgorithm),
        }
    }

    /// Reads a key of which nothing else follows.
    ///
    /// # Errors
    /// [`Refusal::OtherAlgorithm`] for a kind that is not asked for, else [`Refusal::BadKey`] or [`Refusal::Unreadable`].
    pub fn parse(bytes: &[u8]) -> Result<Self, Refusal> {
        let mut reader = Reader(bytes);
        let key = Self::read(&mut reader)?;
        reader.end()?;
        Ok(key)
    }

    /// Whether this key signed that.
    ///
    /// # Errors
    /// [`Refusal::BadSignature`].
    pub fn verify(&self, message: &[u8], signed: &[u8]) -> Result<(), Refusal> {
        let judged = match self {
            Self::Es256(point) => {
                UnparsedPublicKey::new(&signature::ECDSA_P256_SHA256_ASN1, point).verify(message, signed)
            }
            Self::Ed25519(point) => UnparsedPublicKey::new(&signature::ED25519, point).verify(message, signed),
            Self::Rs256(modulus) => RsaPublicKeyComponents { n: modulus.as_slice(), e: &EXPONENT[..] }.verify(
                &signature::RSA_PKCS1_2048_8192_SHA256,
                message,
                signed,
            ),
        };
        judged.map_err(|_| Refusal::BadSignature)
    }
}

/// That the coordinates are those of a point. Agreeing on a secret with it is the one thing `ring` does that looks at a
/// point alone; the secret is thrown away.
fn on_curve(point: &[u8; 65]) -> Result<(), Refusal> {
    let ours = agreement::EphemeralPrivateKey::generate(&agreement::ECDH_P256, &SystemRandom::new());
    let theirs = agreement::UnparsedPublicKey::new(&agreement::ECDH_P256, point);
    let agreed = ours.and_then(|ours| agreement::agree_ephemeral(ours, &theirs, |_| ()));
    agreed.map_err(|_| Refusal::BadKey)
}
