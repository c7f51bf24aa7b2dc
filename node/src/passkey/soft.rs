#![expect(clippy::unwrap_used, reason = "tests")]
//! A device made of nothing but software, for tests: it makes passkeys and signs with them, and lies where it is told to.

use super::{Asserted, Created};
use data_encoding::BASE64URL_NOPAD;
use ring::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _},
};
use sha2::{Digest as _, Sha256};

/// Somebody is there, and was known by face, finger or screen lock.
pub(crate) const FLAGS: u8 = 0x05;
/// The flag that a new passkey follows.
const ATTESTED: u8 = 0x40;

/// Its keys.
pub(crate) enum Pair {
    Es256(Box<EcdsaKeyPair>),
    Ed25519(Box<Ed25519KeyPair>),
}

/// A device with one passkey.
pub(crate) struct Soft {
    pub(crate) pair: Pair,
    /// What it says.
    pub(crate) origin: String,
    pub(crate) host: String,
    pub(crate) credential: Vec<u8>,
    pub(crate) user: Vec<u8>,
    pub(crate) flags: u8,
    pub(crate) counter: u32,
    /// In place of the type that fits.
    pub(crate) kind: Option<&'static str>,
    /// Further members of the client data.
    pub(crate) more: &'static str,
    /// In place of its own key.
    pub(crate) key: Option<Vec<u8>>,
}

impl Soft {
    fn new(pair: Pair, origin: &str) -> Self {
        let host = origin.split("://").nth(1).unwrap().split(':').next().unwrap();
        let credential = crate::runtime::home::random::<16>().unwrap().to_vec();
        Self {
            pair,
            origin: origin.into(),
            host: host.into(),
            credential,
            user: Vec::new(),
            flags: FLAGS,
            counter: 0,
            kind: None,
            more: "",
            key: None,
        }
    }

    /// One that makes keys of P-256.
    pub(crate) fn es256(origin: &str) -> Self {
        let (with, random) = (&ECDSA_P256_SHA256_ASN1_SIGNING, SystemRandom::new());
        let pair = EcdsaKeyPair::generate_pkcs8(with, &random).unwrap();
        Self::new(Pair::Es256(Box::new(EcdsaKeyPair::from_pkcs8(with, pair.as_ref(), &random).unwrap())), origin)
    }

    /// One that makes keys of Ed25519.
    pub(crate) fn ed25519(origin: &str) -> Self {
        let pair = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).unwrap();
        Self::new(Pair::Ed25519(Box::new(Ed25519KeyPair::from_pkcs8(pair.as_ref()).unwrap())), origin)
    }

    /// Its public key, as COSE.
    pub(crate) fn cose(&self) -> Vec<u8> {
        match &self.pair {
            Pair::Es256(pair) => {
                let point = pair.public_key().as_ref();
                let (x, y) = (&point[1..33], &point[33..]);
                [&[0xa5, 1, 2, 3, 0x26, 0x20, 1, 0x21, 0x58, 32], x, &[0x22, 0x58, 32], y].concat()
            }
            Pair::Ed25519(pair) => {
                [&[0xa4, 1, 1, 3, 0x27, 0x20, 6, 0x21, 0x58, 32], pair.public_key().as_ref()].concat()
            }
        }
    }

    fn client(&self, kind: &str, challenge: &[u8]) -> Vec<u8> {
        let (kind, challenge) = (self.kind.unwrap_or(kind), BASE64URL_NOPAD.encode(challenge));
        let Self { origin, more, .. } = self;
        format!(r#"{{"type":"{kind}","challenge":"{challenge}","origin":"{origin}"{more}}}"#).into_bytes()
    }

    fn data(&self, flags: u8) -> Vec<u8> {
        let party = Sha256::digest(&self.host);
        [&party[..], &[flags], &self.counter.to_be_bytes()].concat()
    }

    /// Makes its passkey.
    pub(crate) fn create(&self, challenge: &[u8]) -> Created {
        let mut data = self.data(self.flags | ATTESTED);
        data.extend([7; 16]);
        data.extend(u16::try_from(self.credential.len()).unwrap().to_be_bytes());
        data.extend(&self.credential);
        data.extend(self.key.clone().unwrap_or_else(|| self.cose()));
        Created { client: self.client("webauthn.create", challenge), attestation: attestation(&data) }
    }

    /// Uses its passkey.
    pub(crate) fn get(&self, challenge: &[u8]) -> Asserted {
        let (client, data) = (self.client("webauthn.get", challenge), self.data(self.flags));
        let message = [&data[..], &Sha256::digest(&client)[..]].concat();
        let signature = match &self.pair {
            Pair::Es256(pair) => pair.sign(&SystemRandom::new(), &message).unwrap().as_ref().to_vec(),
            Pair::Ed25519(pair) => pair.sign(&message).as_ref().to_vec(),
        };
        Asserted { credential: self.credential.clone(), client, data, signature, user: self.user.clone() }
    }
}

/// An attestation object that says nothing about the device.
pub(crate) fn attestation(data: &[u8]) -> Vec<u8> {
    let length = u16::try_from(data.len()).unwrap();
    let mut object = b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData".to_vec();
    match u8::try_from(length) {
        Ok(short) if short >= 24 => object.extend([0x58, short]),
        Ok(_) => panic!("authenticator data is longer"),
        Err(_) => object.extend([&[0x59], &length.to_be_bytes()[..]].concat()),
    }
    [object, data.to_vec()].concat()
}
