//! What two communities' coordinators say to each other about one exchange, and how they end it together.
//!
//! Each side writes a list of its own, numbered from 0 and signed, and holds the other's. Side B suggests outcomes, and so does
//! side A; but only side A closes, so that the two can never close differently.

use super::Side;
use crate::{
    envelope::Content,
    id::{AccountId, Digest, ExchangeId},
    rejection::Rejection,
    text,
    time::{Span, Timestamp},
};
use serde::{Deserialize, Serialize};
use std::fmt;

/// The most characters one statement may have: half a page, as one writes in a letter.
pub const MAX_DISPUTE_TEXT: usize = 1_000;
/// The most statements of one side about one exchange. Whoever needs more should meet.
pub const MAX_STATEMENTS: usize = 64;
/// How many of them are kept free of words, so that an outcome can always be suggested.
pub const KEPT_FOR_OUTCOMES: usize = 16;
/// The most disputes that may be open under one partnership: more than two coordinators can talk about, and few enough that a
/// dishonest partner fills no disk.
pub const MAX_OPEN_DISPUTES: usize = 32;
/// After how long without a word a coordinator is reminded, unless they chose another day.
pub const REMIND_AFTER: Span = Span::days(7);

/// What somebody wrote. It is personal: it does not show in debugging output, and it never enters a ledger.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Words(String);

impl Words {
    /// Takes text of at most [`MAX_DISPUTE_TEXT`] characters.
    ///
    /// # Errors
    /// [`Rejection::BadText`].
    pub fn new(written: &str) -> Result<Self, Rejection> {
        text::check("text", written, MAX_DISPUTE_TEXT)?;
        Ok(Self(written.to_owned()))
    }

    /// What was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Words {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Words({} bytes)", self.0.len())
    }
}

/// Why an exchange is disputed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Complaint {
    /// It was longer or shorter.
    Hours,
    /// It was with somebody else.
    Person,
    /// It never took place.
    Never,
    /// Something else.
    Other,
}

impl Complaint {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Hours, Self::Person, Self::Never, Self::Other];

    /// In the words of the API.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Hours => "hours",
            Self::Person => "person",
            Self::Never => "never",
            Self::Other => "other",
        }
    }
}

/// How a dispute ends. Minutes move only when the exchange is given back, by an exchange of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The exchange stands as it is recorded.
    Stands,
    /// The exchange is given back, all or part of it: whoever paid asks, whoever received pays.
    GivenBack,
    /// Both drop the matter without saying who was right.
    SetAside,
}

impl Outcome {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Stands, Self::GivenBack, Self::SetAside];

    /// In the words of the API.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Stands => "stands",
            Self::GivenBack => "given_back",
            Self::SetAside => "set_aside",
        }
    }
}

/// One thing that a side says about a disputed exchange.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Said {
    /// It disputes the exchange.
    Opens {
        /// Why.
        complaint: Complaint,
    },
    /// A coordinator's words.
    Words {
        /// What they wrote.
        text: Words,
    },
    /// It would agree to this outcome; the newest suggestion of a side counts.
    Suggests {
        /// Which.
        outcome: Outcome,
    },
}

/// A signed statement of one side, at position `n` of its list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Statement {
    /// Version: 1.
    pub v: u8,
    /// The partnership's account.
    pub account: AccountId,
    /// The exchange in dispute.
    pub exchange: ExchangeId,
    /// Whose statement.
    pub side: Side,
    /// Its place in this side's list, from 0 on without gaps.
    pub n: u16,
    /// What is said.
    pub said: Said,
    /// When it was written; shown, never judged.
    pub made_at: Timestamp,
}

impl Content for Statement {
    const NAME: &'static str = "dispute-statement";
}

/// Side A's signed word that both agree: with side B's suggestion it is the outcome.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Closing {
    /// Version: 1.
    pub v: u8,
    /// The partnership's account.
    pub account: AccountId,
    /// The exchange that was in dispute.
    pub exchange: ExchangeId,
    /// Counts the outcomes of this partnership, from 0 on without gaps.
    pub number: u32,
    /// Hash of side B's suggestion.
    pub suggestion: Digest,
    /// What both agree.
    pub outcome: Outcome,
}

impl Content for Closing {
    const NAME: &'static str = "dispute-closing";
}

/// Whether a closing answers a suggestion: the same exchange, the same outcome, each by the side whose part it is.
#[must_use]
pub fn closes(suggestion: &Statement, closing: &Closing) -> bool {
    let Said::Suggests { outcome } = suggestion.said else { return false };
    let places = (suggestion.account, suggestion.exchange) == (closing.account, closing.exchange);
    let versions = suggestion.v == 1 && closing.v == 1;
    versions
        && places
        && suggestion.side == Side::B
        && outcome == closing.outcome
        && suggestion.digest() == closing.suggestion
}

/// How far a side is with one open dispute.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DisputeHead {
    /// The exchange in dispute.
    pub exchange: ExchangeId,
    /// How many statements of its own the sender has signed.
    pub mine: u16,
    /// How many of the receiver's it holds.
    pub yours: u16,
}

/// How far a side is with all disputes of a partnership.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DisputeHeads {
    /// The partnership's account.
    pub account: AccountId,
    /// How many outcomes the sender's ledger holds.
    pub outcomes: u32,
    /// The open disputes, at most [`MAX_OPEN_DISPUTES`].
    pub open: Vec<DisputeHead>,
    /// Whether the sender wants to hear the same of the receiver.
    pub asks: bool,
}
