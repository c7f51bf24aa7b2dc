//! The two ceremonies: making a passkey (§7.1) and using one (§7.2).

use super::{
    MAX_CREDENTIAL_BYTES, MAX_PART_BYTES, Purpose, Refusal, Site, USER_BYTES, cbor::Reader, challenge::Challenges,
    key::PublicKey,
};
use data_encoding::BASE64URL_NOPAD;
use kith_protocol::time::Timestamp;
use serde::Deserialize;
use sha2::{Digest as _, Sha256};

/// Flags of authenticator data (§6.1).
const PRESENT: u8 = 0x01;
const BACKUP_ELIGIBLE: u8 = 0x08;
const BACKED_UP: u8 = 0x10;
const ATTESTED: u8 = 0x40;
const EXTENDED: u8 = 0x80;
/// The model of the device, which nobody asks about here.
const AAGUID: usize = 16;

/// What a browser sends after making a passkey.
#[derive(Debug, Clone, Default)]
pub struct Created {
    /// `clientDataJSON`.
    pub client: Vec<u8>,
    /// `attestationObject`.
    pub attestation: Vec<u8>,
}

/// What a browser sends after using one.
#[derive(Debug, Clone, Default)]
pub struct Asserted {
    /// The credential's id.
    pub credential: Vec<u8>,
    /// `clientDataJSON`.
    pub client: Vec<u8>,
    /// `authenticatorData`.
    pub data: Vec<u8>,
    /// `signature`.
    pub signature: Vec<u8>,
    /// `userHandle`.
    pub user: Vec<u8>,
}

/// A passkey that was just made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewPasskey {
    /// Its id, which the device chose.
    pub credential: Vec<u8>,
    /// Its public key as COSE, which [`PublicKey::parse`] takes.
    pub key: Vec<u8>,
    /// How often it was used, if the device counts.
    pub counter: u32,
}

/// What a device said, of which all is checked that can be without its key.
#[derive(Debug, Clone)]
pub struct Assertion {
    /// The id of the passkey that it used.
    pub credential: Vec<u8>,
    user: Vec<u8>,
    counter: u32,
    signed: Vec<u8>,
    signature: Vec<u8>,
}

/// What the browser says that it asked the device (§5.8.1). Other members may come and are passed over.
#[derive(Deserialize)]
struct ClientData {
    #[serde(rename = "type")]
    kind: String,
    challenge: String,
    origin: String,
    #[serde(rename = "crossOrigin", default)]
    cross_origin: bool,
}

/// The node's side of a ceremony: where the page is, and what was asked in which browser.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// Where the pages are.
    pub site: &'a Site,
    /// What was asked.
    pub challenges: &'a Challenges,
    /// Names the browser.
    pub bound: &'a str,
}

impl Asked<'_> {
    /// Checks what the browser says, and takes the challenge: whatever else is wrong, it is not good again.
    fn client(&self, purpose: Purpose, json: &[u8], now: Timestamp) -> Result<(), Refusal> {
        let client: ClientData = serde_json::from_slice(json).map_err(|_| Refusal::Unreadable)?;
        let challenge = BASE64URL_NOPAD.decode(client.challenge.as_bytes()).map_err(|_| Refusal::Unreadable)?;
        self.challenges.take(purpose, self.bound, &challenge, now)?;
        let kind = match purpose {
            Purpose::Add => "webauthn.create",
            Purpose::SignIn => "webauthn.get",
        };
        if client.kind != kind {
            return Err(Refusal::OtherQuestion);
        }
        if client.origin != self.site.origin() || client.cross_origin {
            return Err(Refusal::OtherSite);
        }
        Ok(())
    }
}

/// Authenticator data (§6.1).
struct DeviceData<'a> {
    flags: u8,
    counter: u32,
    rest: &'a [u8],
}

impl<'a> DeviceData<'a> {
    fn read(site: &Site, bytes: &'a [u8]) -> Result<Self, Refusal> {
        let (party, rest) = bytes.split_first_chunk::<32>().ok_or(Refusal::Unreadable)?;
        let (flags, rest) = rest.split_first().ok_or(Refusal::Unreadable)?;
        let (counter, rest) = rest.split_first_chunk::<4>().ok_or(Refusal::Unreadable)?;
        if party[..] != Sha256::digest(site.host())[..] {
            return Err(Refusal::OtherRelyingParty);
        }
        if flags & PRESENT == 0 {
            return Err(Refusal::NobodyThere);
        }
        // What cannot be copied is not copied (§6.1.3).
        if flags & BACKED_UP != 0 && flags & BACKUP_ELIGIBLE == 0 {
            return Err(Refusal::Unreadable);
        }
        Ok(Self { flags: *flags, counter: u32::from_be_bytes(*counter), rest })
    }

    /// Extensions, of which none was asked for, and then nothing more.
    fn end(&self, mut reader: Reader<'_>) -> Result<(), Refusal> {
        if self.flags & EXTENDED != 0 {
            if reader.0.first().is_none_or(|first| first >> 5 != 5) {
                return Err(Refusal::Unreadable);
            }
            reader.skip()?;
        }
        reader.end()
    }

    /// The new passkey that it holds.
    fn new_passkey(&self) -> Result<NewPasskey, Refusal> {
        if self.flags & ATTESTED == 0 {
            return Err(Refusal::Unreadable);
        }
        let (_, rest) = self.rest.split_first_chunk::<AAGUID>().ok_or(Refusal::Unreadable)?;
        let (length, rest) = rest.split_first_chunk::<2>().ok_or(Refusal::Unreadable)?;
        let length = usize::from(u16::from_be_bytes(*length));
        if length > MAX_CREDENTIAL_BYTES {
            return Err(Refusal::TooLarge);
        }
        let (credential, rest) = rest.split_at_checked(length).ok_or(Refusal::Unreadable)?;
        if credential.is_empty() {
            return Err(Refusal::Unreadable);
        }
        let mut reader = Reader(rest);
        PublicKey::read(&mut reader)?;
        let key = &rest[..rest.len() - reader.0.len()];
        self.end(reader)?;
        Ok(NewPasskey { credential: credential.to_vec(), key: key.to_vec(), counter: self.counter })
    }
}

/// The authenticator data of an attestation object (§6.5.4). What it says about the device's maker is read over: any form
/// of it is as good as none, because none was asked for (§7.1, when the policy is to trust no maker in particular).
fn data_of(object: &[u8]) -> Result<&[u8], Refusal> {
    let mut reader = Reader(object);
    let (mut form, mut statement, mut data) = (false, false, None);
    for _ in 0..reader.map()? {
        match reader.text()? {
            "fmt" if !form => {
                reader.text()?;
                form = true;
            }
            "attStmt" if !statement => {
                // Whatever is in it, it is a map.
                Reader(reader.0).map()?;
                reader.skip()?;
                statement = true;
            }
            "authData" if data.is_none() => data = Some(reader.bytes()?),
            _ => return Err(Refusal::Unreadable),
        }
    }
    reader.end()?;
    data.filter(|_| form && statement).ok_or(Refusal::Unreadable)
}

fn bounded(parts: &[&[u8]]) -> Result<(), Refusal> {
    if parts.iter().any(|part| part.len() > MAX_PART_BYTES) { Err(Refusal::TooLarge) } else { Ok(()) }
}

/// Judges a passkey that a browser made (§7.1).
///
/// # Errors
/// [`Refusal`]; its challenge is used up, if it had one of ours.
pub fn created(asked: Asked<'_>, sent: &Created, now: Timestamp) -> Result<NewPasskey, Refusal> {
    bounded(&[&sent.client, &sent.attestation])?;
    asked.client(Purpose::Add, &sent.client, now)?;
    new_passkey(asked.site, &sent.attestation)
}

/// The passkey in an attestation object that was made for a site.
pub(super) fn new_passkey(site: &Site, object: &[u8]) -> Result<NewPasskey, Refusal> {
    DeviceData::read(site, data_of(object)?)?.new_passkey()
}

/// Judges what a device said, as far as that goes without its key (§7.2). [`Assertion::is_by`] does the rest.
///
/// # Errors
/// [`Refusal`]; its challenge is used up, if it had one of ours.
pub fn asserted(asked: Asked<'_>, sent: Asserted, now: Timestamp) -> Result<Assertion, Refusal> {
    bounded(&[&sent.client, &sent.data, &sent.signature, &sent.user])?;
    if sent.credential.len() > MAX_CREDENTIAL_BYTES {
        return Err(Refusal::TooLarge);
    }
    asked.client(Purpose::SignIn, &sent.client, now)?;
    let data = DeviceData::read(asked.site, &sent.data)?;
    if data.flags & ATTESTED != 0 {
        return Err(Refusal::Unreadable);
    }
    data.end(Reader(data.rest))?;
    let counter = data.counter;
    let mut signed = sent.data;
    signed.extend_from_slice(&Sha256::digest(&sent.client));
    Ok(Assertion { credential: sent.credential, user: sent.user, counter, signed, signature: sent.signature })
}

impl Assertion {
    /// Whether this key said so for this member. Gives how far the device has counted.
    ///
    /// # Errors
    /// [`Refusal::OtherMember`], [`Refusal::BadSignature`], [`Refusal::CounterBack`], or the key cannot be read.
    pub fn is_by(&self, key: &[u8], user: &[u8; USER_BYTES], counted: u32) -> Result<u32, Refusal> {
        // Nobody is named before: then the device must say whose it is (§7.2, step 6).
        if self.user != user {
            return Err(Refusal::OtherMember);
        }
        PublicKey::parse(key)?.verify(&self.signed, &self.signature)?;
        // Devices that do not count say zero for ever (§6.1.1).
        if self.counter <= counted && (self.counter, counted) != (0, 0) {
            return Err(Refusal::CounterBack);
        }
        Ok(self.counter)
    }
}
