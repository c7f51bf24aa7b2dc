//! What two partners say to each other when they are never there at the same time: a signed letter, padded and sealed, which
//! a third community holds without knowing more than from whom it has it, for whom it is, and roughly how long it is.

use super::message::Message;
use crate::{
    codec,
    envelope::{Content, Unverified},
    id::{AccountId, CommunityId, Digest},
    key::{SecretKey, SoundKey},
    lane::Sync,
    partnership::Side,
    rejection::Rejection,
    sealing::{self, SEAL_BYTES},
};
use serde::{Deserialize, Serialize};

/// To how many bytes letters are padded: one exchange, a few, or the undecided slots of both lanes. How long a letter is then
/// says little about how much was exchanged.
pub const BOX_BYTES: [usize; 3] = [2 * 1024, 8 * 1024, 32 * 1024];
/// The largest sealed box, which leaves room for others in the same parcel.
pub const MAX_BOX_BYTES: usize = BOX_BYTES[2] + SEAL_BYTES;
/// The length of the letter comes before it.
const LENGTH: usize = 4;
/// What the signature, the [`Sync`] and the frame around the messages may take of the largest letter.
const FRAME: usize = 1024;
/// How many bytes of messages go into one letter; what does not fit goes into the next.
pub(super) const LETTER_BYTES: usize = BOX_BYTES[2] - LENGTH - FRAME;
/// What is sealed for letters is sealed for nothing else.
const PURPOSE: &[u8] = b"kith/v1/letter";

/// Bytes that only one community can read.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Sealed(#[serde(with = "serde_bytes")] pub Vec<u8>);

impl std::fmt::Debug for Sealed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Sealed({} bytes, {})", self.0.len(), self.digest())
    }
}

impl Sealed {
    /// The hash by which it is spoken of.
    #[must_use]
    pub fn digest(&self) -> Digest {
        Digest::of("kith/v1/box", &[&self.0])
    }

    /// Whether it has one of the lengths that boxes have.
    #[must_use]
    pub fn is_padded(&self) -> bool {
        BOX_BYTES.iter().any(|bytes| bytes + SEAL_BYTES == self.0.len())
    }
}

/// A letter to a partner. It says all that the partner has not said it holds, so that any letter may be lost and a later one
/// makes every earlier one needless.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Letter {
    /// Version: 1.
    pub v: u8,
    /// The partnership.
    pub account: AccountId,
    /// Who writes.
    pub from: Side,
    /// Grows with each letter of the writer's life to this partner.
    pub n: u64,
    /// The latest letter of the reader's life `sync.heard` that the writer took, or zero.
    pub taken: u64,
    /// How far the writer's lanes are, and in which life it writes.
    pub sync: Sync,
    /// Proposals, decisions, acknowledgements and requests, in order.
    pub messages: Vec<Message>,
}

impl Content for Letter {
    const NAME: &'static str = "letter";
}

impl Letter {
    /// Whether a message may stand in a letter: what two partners say of exchanges, and nothing that belongs to a session.
    pub(super) const fn may_hold(message: &Message) -> bool {
        matches!(
            message,
            Message::Propose { .. }
                | Message::Decide(_)
                | Message::Acknowledge(_)
                | Message::Ask(_)
                | Message::AskNoted { .. }
                | Message::AskDeclined { .. }
        )
    }

    /// Whether a message is one to which its writer waits for an answer.
    pub(super) const fn is_answered(message: &Message) -> bool {
        !matches!(message, Message::Acknowledge(_) | Message::AskNoted { .. })
    }

    /// Whether the writer waits for a letter back.
    pub(super) fn wants_answer(&self) -> bool {
        self.sync.asks || self.messages.iter().any(Self::is_answered)
    }

    /// Signs, pads and seals the letter. `draw` gives 32 bytes that nobody can guess and that differ for different content.
    /// Nothing when it is longer than the largest box.
    pub(super) fn seal(
        self,
        secret: &SecretKey,
        to: (CommunityId, &SoundKey),
        draw: impl FnOnce(&Digest) -> [u8; 32],
    ) -> Option<Sealed> {
        let signed = codec::encode(self.sign(secret).unverified());
        let size = *BOX_BYTES.iter().find(|bytes| **bytes >= signed.len() + LENGTH)?;
        let mut plain = Vec::with_capacity(size);
        plain.extend_from_slice(&u32::try_from(signed.len()).ok()?.to_be_bytes());
        plain.extend_from_slice(&signed);
        plain.resize(size, 0);
        let ephemeral = draw(&Digest::of("kith/v1/box-content", &[&plain]));
        Some(Sealed(sealing::seal(to.1, PURPOSE, to.0.as_bytes(), &plain, &ephemeral)))
    }
}

/// Opens a box for a community and reads the letter in it; whose it is and whether it is signed is for the reader to judge.
///
/// # Errors
/// [`Rejection::NoMail`] when it was sealed to another key or is no letter, and a decoder's error.
pub fn open_letter(
    community: &CommunityId,
    secret: &SecretKey,
    sealed: &Sealed,
) -> Result<Unverified<Letter>, Rejection> {
    let unreadable = Rejection::NoMail("the box was sealed to another key, or changed");
    if !sealed.is_padded() {
        return Err(unreadable);
    }
    let plain = sealing::open(secret, PURPOSE, community.as_bytes(), &sealed.0).ok_or(unreadable)?;
    let no_letter = Rejection::NoMail("what is in the box is no letter");
    let (length, rest) = plain.split_first_chunk::<LENGTH>().ok_or_else(|| no_letter.clone())?;
    let length = usize::try_from(u32::from_be_bytes(*length)).map_err(|_| no_letter.clone())?;
    let letter: Unverified<Letter> =
        codec::decode(rest.get(..length).ok_or_else(|| no_letter.clone())?, MAX_BOX_BYTES)?;
    let content = &letter.content;
    if content.v != 1 {
        return Err(Rejection::UnknownVersion(content.v));
    }
    let whole = content.sync.account == content.account && content.messages.iter().all(Letter::may_hold);
    if whole { Ok(letter) } else { Err(no_letter) }
}
