//! Files that stand for themselves: whoever holds one can check it with nothing else.

use crate::{
    codec,
    envelope::Unverified,
    evidence::{Evidence, MAX_EVIDENCE_BYTES},
    rejection::Rejection,
    sheet::BalanceSheet,
    statement::MemberStatement,
};
use serde::{Deserialize, Serialize};

/// The largest file: a balance sheet with as many exchanges as it may have. A member's statement is cut to it, too: of its
/// entries those of large groups have many times the size of others.
pub const MAX_DOCUMENT_BYTES: usize = 2 * MAX_EVIDENCE_BYTES;

/// A file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Document {
    /// Proof of misconduct.
    Evidence(Box<Evidence>),
    /// What passed between two partners.
    BalanceSheet(Box<Unverified<BalanceSheet>>),
    /// A member's own entries.
    MemberStatement(Box<Unverified<MemberStatement>>),
}

impl Document {
    /// The canonical bytes.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        codec::encode(self)
    }

    /// Reads a file from untrusted bytes.
    ///
    /// # Errors
    /// Anything but canonical bytes of at most [`MAX_DOCUMENT_BYTES`].
    pub fn decode(bytes: &[u8]) -> Result<Self, Rejection> {
        Ok(codec::decode(bytes, MAX_DOCUMENT_BYTES)?)
    }

    /// Whether bytes begin like a document: a CBOR map with one pair. An exported ledger begins with a length instead.
    #[must_use]
    pub fn is_like(bytes: &[u8]) -> bool {
        bytes.first() == Some(&0xa1)
    }
}
