//! A member's statement as a file: every entry of the ledger that is about them in a period, each with the proof that it
//! stands in the ledger that their community signed, so that anybody may check it with nothing else at hand.
//!
//! What a file cannot show: that the community left out an entry of the period from the very beginning, what the others in
//! it signed with keys of their own (their keys are theirs to show), and who the member is. Only the whole ledger shows the
//! first. What was taken out, put in or changed after the community signed the file is found.

mod judge;

pub use judge::Told;

use crate::{
    community::Certificate,
    envelope::{Content, Unverified},
    id::{CommunityId, Digest, MemberId},
    ledger::Entry,
    minutes::Balance,
    partnership::{Agreement, Resumption},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

/// The most entries of one statement, of its period and of before: as many as one list may hold, years of a busy member.
pub const MAX_STATEMENT_LINES: usize = 4_000;

/// An entry and its place in the ledger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Line {
    /// Its index.
    pub index: u64,
    /// What it says.
    pub entry: Entry,
    /// The path from its leaf to the root in the checkpoint (RFC 6962 §2.1.1).
    pub proof: Vec<Digest>,
}

/// A partnership under which the member's hours crossed: whose keys signed them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Under {
    /// The agreement with both signatures.
    pub agreement: Agreement,
    /// How each later epoch that occurs began.
    pub epochs: Vec<Resumption>,
}

/// Where the member stood.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sums {
    /// Before the first entry of the period.
    pub opening: Balance,
    /// After the last.
    pub closing: Balance,
}

/// What a community says of one of its members' entries.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MemberStatement {
    /// Version: 1.
    pub v: u8,
    /// Whose ledger it is.
    pub community: CommunityId,
    /// The root key's word for the key that signed the checkpoint and this statement.
    pub certificate: Unverified<Certificate>,
    /// Text of a signed note (C2SP) over the ledger in which the entries stand.
    pub checkpoint: String,
    /// Whose statement it is.
    pub member: MemberId,
    /// From when on.
    pub from: Timestamp,
    /// Up to when, exclusive.
    pub until: Timestamp,
    /// Where the member stood; absent where the community shows that to nobody, and then what the member brought along is left
    /// out, too.
    pub sums: Option<Sums>,
    /// Entries of before the period without which those in it cannot be judged: how the member's key came to be theirs, the
    /// beginnings of exchanges that the period continues, and what was corrected of them already. Ascending.
    pub earlier: Vec<Line>,
    /// The entries of the period that are about the member, ascending.
    pub lines: Vec<Line>,
    /// The partnerships under which hours crossed.
    pub under: Vec<Under>,
    /// When it was made.
    pub made_at: Timestamp,
}

impl Content for MemberStatement {
    const NAME: &'static str = "member-statement";
}

#[cfg(test)]
mod tests;
