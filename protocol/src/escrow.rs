//! Copies of a community that a partner keeps for the day on which everything else is lost (`SPEC/13-escrow.md`).
//!
//! What is kept is a community's backup in pieces, each encrypted by whoever owns it before it leaves. An [`Inventory`],
//! signed with the operational key, says which pieces together are one copy. A keeper judges no more than that: it has
//! no key, and learns numbers and lengths. With the root key, which is the recovery words, a community that lost its
//! node asks for the pieces back: a [`Claim`] that is good once, for one keeper, and on one connection.

use crate::{
    codec::{self, DecodeError},
    community::{Certificate, check_certificate},
    envelope::{Content, Unverified},
    id::{CommunityId, Digest},
    key::PublicKey,
    rejection::Rejection,
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeSet, fmt};
use thiserror::Error;

/// The version of inventories and claims written now.
pub const VERSION: u8 = 1;
/// How many partners keep copies of one community: with two, one of them may be lost, too.
pub const MAX_KEEPERS: usize = 2;
/// For how many communities one keeps copies: with [`MAX_KEPT_BYTES`] for each, a small disk has room for all.
pub const MAX_OWNERS: usize = 8;
/// The most bytes of one community's copy: twenty years of a town's community.
pub const MAX_KEPT_BYTES: u64 = 256 * 1024 * 1024;
/// How many bytes of plaintext one piece holds at most. What changes on a day costs as much to send as the pieces it is in.
pub const STRETCH_BYTES: usize = 1024 * 1024;
/// The most bytes of one piece: a stretch, its padding, and what encrypting adds.
pub const MAX_PIECE_BYTES: u64 = STRETCH_BYTES as u64 + 64 * 1024;
/// The most pieces of one copy, so that an inventory stays within one frame: each takes 93 bytes of it.
pub const MAX_PIECES: usize = 640;
/// The most bytes of a piece in one frame, which then stays below what a relayed circuit carries (100 KiB).
pub const MAX_PART_BYTES: usize = 80 * 1024;
/// The largest question or answer: an inventory of [`MAX_PIECES`].
pub const MAX_FRAME_BYTES: usize = 96 * 1024;

/// Why a copy, or what is said about one, is not taken.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum BadCopy {
    /// Not canonical bytes of a question or an answer.
    #[error(transparent)]
    Malformed(#[from] DecodeError),
    /// Another version.
    #[error("it has version {0}, which this kith does not know; install the newer version")]
    Version(u8),
    /// Not as many pieces, or not as long, as a copy may have.
    #[error("{0}")]
    Bounds(&'static str),
    /// Of another community.
    #[error("it is of another community")]
    OtherCommunity,
    /// Certificate or signature.
    #[error("it is not signed by the community whose copy it is: {0}")]
    Signature(#[from] Rejection),
    /// A claim for somebody else.
    #[error("the claim is not for this keeper, this connection and this moment")]
    NotForUs,
}

/// One piece, as its keeper sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Piece {
    /// Tells the owner, and nobody else, what is in it.
    pub mark: Digest,
    /// Its length, encrypted.
    pub bytes: u64,
    /// The SHA-256 of its encrypted bytes, under which it is kept.
    pub sha256: Digest,
}

/// The pieces that together are one copy, in order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Inventory {
    /// Version of this message: 1.
    pub v: u8,
    /// Whose copy it is.
    pub community: CommunityId,
    /// When it was made. A later one takes the place of an earlier one, never the other way.
    pub made_at: Timestamp,
    /// The pieces.
    pub pieces: Vec<Piece>,
}

impl Content for Inventory {
    const NAME: &'static str = "escrow-inventory";
}

impl Inventory {
    /// Checks version, number and lengths.
    ///
    /// # Errors
    /// [`BadCopy::Version`] or [`BadCopy::Bounds`].
    pub fn check(&self) -> Result<(), BadCopy> {
        if self.v != VERSION {
            return Err(BadCopy::Version(self.v));
        }
        if self.pieces.is_empty() || self.pieces.len() > MAX_PIECES {
            return Err(BadCopy::Bounds("it has no pieces, or more than a copy may have"));
        }
        if self.pieces.iter().any(|piece| piece.bytes == 0 || piece.bytes > MAX_PIECE_BYTES) {
            return Err(BadCopy::Bounds("a piece is empty, or longer than one may be"));
        }
        if self.bytes() > MAX_KEPT_BYTES {
            return Err(BadCopy::Bounds("together the pieces are longer than a copy may be"));
        }
        let mut seen = BTreeSet::new();
        if self.pieces.iter().any(|piece| !seen.insert(piece.sha256)) {
            return Err(BadCopy::Bounds("it names a piece twice"));
        }
        Ok(())
    }

    /// The length of all pieces together. No overflow: callers hold at most [`MAX_FRAME_BYTES`] of them.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.pieces.iter().fold(0, |sum, piece| sum.saturating_add(piece.bytes))
    }
}

/// An inventory, signed, with the certificate of the key that signed it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Kept {
    /// The root key's word for the operational key.
    pub certificate: Unverified<Certificate>,
    /// The pieces.
    pub inventory: Unverified<Inventory>,
}

impl Kept {
    /// Checks every signature up to the community's root key, and the bounds.
    ///
    /// # Errors
    /// [`BadCopy`].
    pub fn check(&self, community: &CommunityId) -> Result<&Inventory, BadCopy> {
        self.inventory.content.check()?;
        let certificate = check_certificate(&self.certificate)?;
        if certificate.content().community != *community || self.inventory.content.community != *community {
            return Err(BadCopy::OtherCommunity);
        }
        let key = certificate.content().key.sound().map_err(Rejection::from)?;
        self.inventory.clone().verify(&key).map_err(Rejection::from)?;
        Ok(&self.inventory.content)
    }

    /// By what copies of one community follow each other: the key's serial number, which only a restore raises, and the time.
    #[must_use]
    pub fn rank(&self) -> (u32, Timestamp) {
        (self.certificate.content.serial, self.inventory.content.made_at)
    }
}

/// The word of a community's root key that its copies are to be handed out: to whoever has this transport key, by this
/// keeper, once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Claim {
    /// Version of this message: 1.
    pub v: u8,
    /// Whose copies.
    pub community: CommunityId,
    /// The transport key of the keeper's node.
    pub keeper: PublicKey,
    /// The transport key of whoever asks.
    pub asker: PublicKey,
    /// The keeper's number, good once.
    #[serde(with = "crate::partnership::serde_bytes_16")]
    pub nonce: [u8; 16],
}

impl Content for Claim {
    const NAME: &'static str = "escrow-claim";
}

/// Checks that a claim is exactly the one that is awaited, and that the root key signed it.
///
/// # Errors
/// [`BadCopy::NotForUs`] or [`BadCopy::Signature`].
pub fn check_claim(claim: &Unverified<Claim>, awaited: &Claim) -> Result<(), BadCopy> {
    if claim.content != *awaited {
        return Err(BadCopy::NotForUs);
    }
    let root = PublicKey::from(awaited.community).sound().map_err(Rejection::from)?;
    claim.clone().verify(&root).map_err(Rejection::from)?;
    Ok(())
}

/// Bytes of a piece.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Part(#[serde(with = "serde_bytes")] pub Vec<u8>);

impl fmt::Debug for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Part({} bytes)", self.0.len())
    }
}

/// What a keeper is asked. The first four are a partner's, on a connection on which it said who it is; the others anybody's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ask {
    /// What do you hold of us?
    Look,
    /// This is to be our copy from now on; which piece do you want first?
    Offer(Box<Kept>),
    /// A part of a piece of what was offered.
    Put {
        /// Which piece.
        index: u64,
        /// From which byte on.
        from: u64,
        /// The bytes.
        part: Part,
    },
    /// Keep nothing of us any longer.
    Release,
    /// Somebody wants to claim the copies of a community.
    Knock {
        /// Whose.
        community: CommunityId,
    },
    /// The claim.
    Claim(Box<Unverified<Claim>>),
    /// A part of a piece of what was claimed.
    Take {
        /// Which piece.
        index: u64,
        /// From which byte on.
        from: u64,
    },
}

/// What a keeper answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Told {
    /// To [`Ask::Look`] and [`Ask::Claim`].
    Holding {
        /// Whether it keeps copies for whoever asks.
        keeps: bool,
        /// How many bytes it keeps for one community.
        room: u64,
        /// What it holds: the newest copy that is whole.
        kept: Option<Box<Kept>>,
    },
    /// What is missing next of what was offered.
    Wanted {
        /// Which piece.
        index: u64,
        /// From which byte on.
        from: u64,
    },
    /// All of what was offered is there and durable, and has taken the place of what was there before.
    Whole,
    /// Nothing is held any longer.
    Released,
    /// To [`Ask::Knock`].
    Nonce {
        /// To be signed.
        #[serde(with = "crate::partnership::serde_bytes_16")]
        nonce: [u8; 16],
    },
    /// To [`Ask::Take`].
    Part(Part),
    /// No, and why.
    Refused {
        /// The code of the reason.
        code: String,
    },
}

/// A question as it travels: unlike a parcel, which has another field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Question {
    /// What is asked.
    pub escrow: Ask,
}

/// An answer as it travels.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    /// What is answered.
    pub escrow: Told,
}

/// The canonical beginning of a map of one pair whose key is `escrow`.
const HEAD: &[u8] = b"\xa1\x66escrow";

/// Whether a request is a question about copies and not a parcel.
#[must_use]
pub fn is_question(bytes: &[u8]) -> bool {
    bytes.starts_with(HEAD)
}

impl Question {
    /// Reads a question from untrusted bytes.
    ///
    /// # Errors
    /// Anything but canonical bytes of at most [`MAX_FRAME_BYTES`], and parts of more than [`MAX_PART_BYTES`].
    pub fn decode(bytes: &[u8]) -> Result<Self, BadCopy> {
        let question: Self = codec::decode(bytes, MAX_FRAME_BYTES)?;
        match &question.escrow {
            Ask::Put { part, .. } => check_part(part)?,
            Ask::Look | Ask::Offer(_) | Ask::Release | Ask::Knock { .. } | Ask::Claim(_) | Ask::Take { .. } => {}
        }
        Ok(question)
    }
}

impl Answer {
    /// Reads an answer from untrusted bytes.
    ///
    /// # Errors
    /// As [`Question::decode`].
    pub fn decode(bytes: &[u8]) -> Result<Self, BadCopy> {
        let answer: Self = codec::decode(bytes, MAX_FRAME_BYTES)?;
        if let Told::Part(part) = &answer.escrow {
            check_part(part)?;
        }
        Ok(answer)
    }
}

fn check_part(part: &Part) -> Result<(), BadCopy> {
    if part.0.is_empty() || part.0.len() > MAX_PART_BYTES {
        return Err(BadCopy::Bounds("a part is empty, or longer than one may be"));
    }
    Ok(())
}

#[cfg(test)]
mod tests;
