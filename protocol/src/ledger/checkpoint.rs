//! Checkpoints: what a ledger was at one size, as text that tools nobody here wrote can read and check.
//!
//! A [`Checkpoint`] is the body of C2SP `tlog-checkpoint`, a [`Note`] the C2SP `signed-note` around it. Ed25519 signs the
//! note's text itself, not an envelope of this protocol: the text's first line, the origin, separates the domains.

use crate::{
    id::{CommunityId, Digest},
    key::{PublicKey, SecretKey, Signature, SoundKey},
    ledger::merkle::{Frontier, MAX_LEAVES, empty_root},
};
use data_encoding::BASE64;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::fmt::Write as _;
use thiserror::Error;

/// The longest note, text and signatures together: 16 signatures of Ed25519 and their names need under 4 KiB, and four of
/// the 16 may be post-quantum ones of 3 KiB.
pub const MAX_NOTE_BYTES: usize = 16 * 1024;

/// How many signatures a note may carry: what C2SP `signed-note` asks every reader to accept.
pub const MAX_SIGNATURES: usize = 16;

/// The signature type of plain Ed25519 over the note's text (C2SP `signed-note`).
pub const ED25519: u8 = 0x01;

/// What stands before the community's `did:key` in the origin of a Kith ledger.
const ORIGIN: &str = "kith/";

/// What begins a line with a signature: an em dash and a space.
const DASH: &str = "\u{2014} ";

/// Why a text is not a note, or a note not to be trusted.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum NoteError {
    /// Longer than [`MAX_NOTE_BYTES`].
    #[error("the checkpoint has {0} bytes; at most {MAX_NOTE_BYTES} are allowed")]
    TooLarge(usize),
    /// A control character other than the end of a line.
    #[error("the checkpoint has a character that is not text; copy it again without changing its line ends")]
    ControlCharacter,
    /// No empty line followed by signatures, or the last line does not end.
    #[error("the checkpoint has no block of signatures after an empty line; copy it whole, to its last line end")]
    NoSignatures,
    /// More signatures than [`MAX_SIGNATURES`].
    #[error("the checkpoint has more than {MAX_SIGNATURES} signatures")]
    TooManySignatures,
    /// A line after the empty one that is not an em dash, a name and base64.
    #[error("signature line {0} of the checkpoint is not well formed; copy the checkpoint again")]
    SignatureLine(usize),
    /// A signature without a byte.
    #[error("a signature of no bytes cannot be added to a checkpoint")]
    EmptySignature,
    /// A key name or an origin that is empty or has a space, a plus or a control character.
    #[error("'{0}' cannot name a key or a ledger: it must not be empty or contain spaces or '+'")]
    Name(String),
    /// The named key did not sign.
    #[error("the checkpoint is not signed by {0} with the expected key; ask whether the key was rotated")]
    NotSigned(String),
    /// The named key's signature is there and false.
    #[error("the signature of {0} does not fit the checkpoint: one of them was changed")]
    WrongSignature(String),
    /// Signed text that is not the body of a checkpoint.
    #[error("the signed text is not a checkpoint: {0}")]
    Body(&'static str),
}

/// The rule for key names of C2SP `signed-note`, which origins of this protocol keep too.
fn check_name(name: &str) -> Result<(), NoteError> {
    let forbidden = |c: char| c.is_whitespace() || c < ' ' || c == '+';
    if name.is_empty() || name.contains(forbidden) {
        return Err(NoteError::Name(name.chars().take(80).collect()));
    }
    Ok(())
}

fn check_text(text: &str) -> Result<(), NoteError> {
    if text.len() > MAX_NOTE_BYTES {
        return Err(NoteError::TooLarge(text.len()));
    }
    if text.bytes().any(|byte| byte < b' ' && byte != b'\n') {
        return Err(NoteError::ControlCharacter);
    }
    Ok(())
}

/// The short number by which a signature line says which key made it: the first four bytes of SHA-256 over the key's name, a
/// line end, the type of signature ([`ED25519`]) and the public key (C2SP `signed-note`).
#[must_use]
pub fn key_id(name: &str, kind: u8, key: &PublicKey) -> [u8; 4] {
    let hash = Sha256::new().chain_update(name).chain_update([b'\n', kind]).chain_update(key.0).finalize();
    [hash[0], hash[1], hash[2], hash[3]]
}

/// The origin of a community's ledger, also the name of the keys that sign for it: `kith/did:key:z6Mk…`.
#[must_use]
pub fn origin_of(community: &CommunityId) -> String {
    format!("{ORIGIN}{community}")
}

/// The state of a ledger at one size. Equal checkpoints have equal text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    origin: String,
    size: u64,
    root: Digest,
    extensions: Vec<String>,
}

impl Checkpoint {
    /// The checkpoint of a community's ledger as far as this frontier.
    #[must_use]
    pub fn of(community: &CommunityId, frontier: &Frontier) -> Self {
        Self { origin: origin_of(community), size: frontier.size(), root: frontier.root(), extensions: Vec::new() }
    }

    /// The checkpoint in the text of a note that this community's key signed; none when anything about it is not right.
    #[must_use]
    pub fn read(note: &str, community: &CommunityId, key: &SoundKey) -> Option<Self> {
        let read = Note::parse(note).ok()?.verify(&origin_of(community), key).ok()?;
        (read.community() == Some(*community)).then_some(read)
    }

    /// A checkpoint from its parts, without extension lines.
    ///
    /// # Errors
    /// [`NoteError::Name`] for the origin, [`NoteError::Body`] for a size beyond [`MAX_LEAVES`] or an empty tree with
    /// another root than [`empty_root`].
    pub fn new(origin: &str, size: u64, root: Digest) -> Result<Self, NoteError> {
        check_name(origin)?;
        if size > MAX_LEAVES {
            return Err(NoteError::Body("no ledger has that many entries"));
        }
        if size == 0 && root != empty_root() {
            return Err(NoteError::Body("an empty ledger cannot have that root hash"));
        }
        Ok(Self { origin: origin.to_owned(), size, root, extensions: Vec::new() })
    }

    /// Reads the text of a note (C2SP `tlog-checkpoint`), which nobody should trust before its signature was checked. Stricter
    /// than C2SP in that the origin keeps the rule for key names.
    ///
    /// # Errors
    /// [`NoteError`] says which line is wrong.
    pub fn parse_body(text: &str) -> Result<Self, NoteError> {
        check_text(text)?;
        let body = text.strip_suffix('\n').ok_or(NoteError::Body("its last line does not end"))?;
        let mut lines = body.split('\n');
        let origin = lines.next().unwrap_or_default();
        let size = lines.next().and_then(parse_size).ok_or(NoteError::Body("the second line is not a size"))?;
        let root = lines.next().and_then(parse_root).ok_or(NoteError::Body("the third line is not a root hash"))?;
        let extensions: Vec<String> = lines.map(str::to_owned).collect();
        if extensions.iter().any(String::is_empty) {
            return Err(NoteError::Body("it has an empty line"));
        }
        Ok(Self { extensions, ..Self::new(origin, size, root)? })
    }

    /// The text that is signed: origin, size and root, each on a line, and the extension lines.
    #[must_use]
    pub fn body(&self) -> String {
        let mut text = format!("{}\n{}\n{}\n", self.origin, self.size, BASE64.encode(&self.root.0));
        for line in &self.extensions {
            text.push_str(line);
            text.push('\n');
        }
        text
    }

    /// Which log this is; `kith/` and a `did:key` for a community's ledger.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// The community whose ledger this is, if the origin names one.
    #[must_use]
    pub fn community(&self) -> Option<CommunityId> {
        let community = self.origin.strip_prefix(ORIGIN)?.parse().ok()?;
        // Origins are compared as text, so only the id's one spelling counts.
        (origin_of(&community) == self.origin).then_some(community)
    }

    /// Entries of the ledger.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The root of the tree over these entries.
    #[must_use]
    pub fn root(&self) -> &Digest {
        &self.root
    }

    /// Lines after the third, opaque. Nothing here writes any; whoever reads a foreign checkpoint keeps them.
    #[must_use]
    pub fn extensions(&self) -> &[String] {
        &self.extensions
    }

    /// Signs the body as a note with one signature. A community's key is named like its origin ([`origin_of`]).
    ///
    /// # Errors
    /// [`NoteError::Name`] for the key's name, [`NoteError::TooLarge`].
    pub fn sign(&self, key_name: &str, secret: &SecretKey) -> Result<Note, NoteError> {
        let mut note = Note { text: self.body(), signatures: Vec::new() };
        note.sign(key_name, secret)?;
        Ok(note)
    }
}

fn parse_size(line: &str) -> Option<u64> {
    let digits = !line.is_empty() && line.bytes().all(|byte| byte.is_ascii_digit());
    let canonical = line == "0" || !line.starts_with('0');
    if digits && canonical { line.parse().ok() } else { None }
}

fn parse_root(line: &str) -> Option<Digest> {
    base64_bytes(line)?.try_into().ok().map(Digest)
}

/// Decodes the one base64 form of some bytes. The decoder alone would also take padding in the middle, as if two encodings
/// had been joined, and then one note would have many texts.
fn base64_bytes(text: &str) -> Option<Vec<u8>> {
    let bytes = BASE64.decode(text.as_bytes()).ok()?;
    (BASE64.encode(&bytes) == text).then_some(bytes)
}

/// One signature of a note, by a key of any kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoteSignature {
    name: String,
    key_id: [u8; 4],
    bytes: Vec<u8>,
}

impl NoteSignature {
    /// A signature of any kind over a note's text, for instance a witness's cosignature.
    ///
    /// # Errors
    /// [`NoteError::Name`] or [`NoteError::EmptySignature`].
    pub fn new(name: &str, key_id: [u8; 4], bytes: Vec<u8>) -> Result<Self, NoteError> {
        check_name(name)?;
        if bytes.is_empty() {
            return Err(NoteError::EmptySignature);
        }
        Ok(Self { name: name.to_owned(), key_id, bytes })
    }

    /// The name of the key.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The short number of the key: a hint, never proof ([`key_id`]).
    #[must_use]
    pub fn key_id(&self) -> [u8; 4] {
        self.key_id
    }

    /// The signature itself; its form depends on the kind of key.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    fn parse(line: &str) -> Option<Self> {
        let (name, encoded) = line.strip_prefix(DASH)?.split_once(' ')?;
        let decoded = base64_bytes(encoded)?;
        let (key_id, bytes) = decoded.split_first_chunk::<4>()?;
        Self::new(name, *key_id, bytes.to_vec()).ok()
    }

    fn is_of(&self, name: &str, key_id: [u8; 4]) -> bool {
        self.name == name && self.key_id == key_id
    }
}

/// Text and signatures over it (C2SP `signed-note`). The text means nothing until [`Note::verify`] has said so. In messages and
/// on disk a note is its own text form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Note {
    text: String,
    signatures: Vec<NoteSignature>,
}

impl TryFrom<String> for Note {
    type Error = NoteError;

    fn try_from(text: String) -> Result<Self, NoteError> {
        Self::parse(&text)
    }
}

impl From<Note> for String {
    fn from(note: Note) -> Self {
        note.to_text()
    }
}

impl Note {
    /// Reads a note strictly: what is accepted is, byte for byte, what [`Note::to_text`] writes.
    ///
    /// # Errors
    /// [`NoteError`] says what is wrong; limits are checked first.
    pub fn parse(note: &str) -> Result<Self, NoteError> {
        check_text(note)?;
        // The text may have empty lines of its own: the last one in the note is what separates.
        let (text, lines) = note.rsplit_once("\n\n").ok_or(NoteError::NoSignatures)?;
        let lines = lines.strip_suffix('\n').ok_or(NoteError::NoSignatures)?;
        let mut signatures = Vec::new();
        for (index, line) in lines.split('\n').enumerate() {
            if index >= MAX_SIGNATURES {
                return Err(NoteError::TooManySignatures);
            }
            signatures.push(NoteSignature::parse(line).ok_or(NoteError::SignatureLine(index + 1))?);
        }
        Ok(Self { text: format!("{text}\n"), signatures })
    }

    /// The note as text: what is signed, an empty line, one line for each signature.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut note = format!("{}\n", self.text);
        for signature in &self.signatures {
            let bytes = [&signature.key_id[..], &signature.bytes].concat();
            writeln!(note, "{DASH}{} {}", signature.name, BASE64.encode(&bytes)).expect("a String takes all text");
        }
        note
    }

    /// What is signed, with its last line end.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// All signatures, checked or not.
    #[must_use]
    pub fn signatures(&self) -> &[NoteSignature] {
        &self.signatures
    }

    /// Adds a signature, in place of those by the same key.
    ///
    /// # Errors
    /// [`NoteError::TooManySignatures`] or [`NoteError::TooLarge`]; the note is then unchanged.
    pub fn add(&mut self, signature: NoteSignature) -> Result<(), NoteError> {
        let mut grown = self.clone();
        grown.signatures.retain(|old| !old.is_of(&signature.name, signature.key_id));
        grown.signatures.push(signature);
        if grown.signatures.len() > MAX_SIGNATURES {
            return Err(NoteError::TooManySignatures);
        }
        check_text(&grown.to_text())?;
        *self = grown;
        Ok(())
    }

    /// Signs the text with one more Ed25519 key.
    ///
    /// # Errors
    /// Those of [`Note::add`], and [`NoteError::Name`].
    pub fn sign(&mut self, key_name: &str, secret: &SecretKey) -> Result<(), NoteError> {
        let id = key_id(key_name, ED25519, &secret.public());
        self.add(NoteSignature::new(key_name, id, secret.sign(self.text.as_bytes()).0.to_vec())?)
    }

    /// Checks what the named Ed25519 key signed, with the strict rule. Signatures of other keys are ignored, even under the
    /// same name or the same number.
    ///
    /// # Errors
    /// [`NoteError::NotSigned`]; [`NoteError::WrongSignature`] if any signature that claims this key is false.
    pub fn verify_text(&self, key_name: &str, key: &SoundKey) -> Result<&str, NoteError> {
        let id = key_id(key_name, ED25519, &key.public());
        let mut signed = false;
        for claim in self.signatures.iter().filter(|claim| claim.is_of(key_name, id)) {
            let bytes = claim.bytes.as_slice().try_into().ok();
            let valid = bytes.is_some_and(|b| key.verify_strict(self.text.as_bytes(), &Signature(b)).is_ok());
            if !valid {
                return Err(NoteError::WrongSignature(key_name.to_owned()));
            }
            signed = true;
        }
        if signed { Ok(&self.text) } else { Err(NoteError::NotSigned(key_name.to_owned())) }
    }

    /// The checkpoint that the named key signed. Whether its origin is the expected one is for the caller to compare.
    ///
    /// # Errors
    /// Those of [`Note::verify_text`], then those of [`Checkpoint::parse_body`].
    pub fn verify(&self, key_name: &str, key: &SoundKey) -> Result<Checkpoint, NoteError> {
        Checkpoint::parse_body(self.verify_text(key_name, key)?)
    }
}

#[cfg(test)]
mod tests;
