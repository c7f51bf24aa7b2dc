//! Whether a partnership's lanes are open, and if not, why.

use crate::{
    community::Certificate,
    envelope::Unverified,
    evidence::Evidence,
    partnership::{ResumeOffer, serde_bytes_16},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

/// Why a partner has to be asked before anything more is signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lost {
    /// This node was restored from a backup.
    Restored,
    /// The partner has seen more than is known here: the disk went back in time.
    Behind,
    /// This community changed its key.
    Rotated,
}

/// What keeps the lanes of a partnership closed. A partnership without one is live.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Condition {
    /// We ask the partner what it holds.
    Recovering {
        /// Ours for this recovery.
        #[serde(with = "serde_bytes_16")]
        nonce: [u8; 16],
        /// Why.
        why: Lost,
        /// Since when.
        since: Timestamp,
        /// A coordinator decided not to wait for this partner with everything else.
        waived: bool,
        /// The highest epoch we were in or offered.
        highest: u32,
    },
    /// The partner lost something; we offered a new epoch and sign nothing in the old one.
    Closed {
        /// What we offered.
        offer: Box<Unverified<ResumeOffer>>,
        /// The partner's certificate in the new epoch.
        requester: Box<Unverified<Certificate>>,
    },
    /// The partner signed two things that cannot both be honest.
    Frozen {
        /// The proof.
        evidence: Box<Evidence>,
    },
}

impl Condition {
    /// In the words of the API.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Recovering { .. } => "recovering",
            Self::Closed { .. } => "closed",
            Self::Frozen { .. } => "frozen",
        }
    }
}
