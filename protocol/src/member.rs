//! A member's standing in the ledger: never their name, which is kept apart and can be erased.

use crate::{
    envelope::Content,
    id::{CommunityId, MemberId},
    key::PublicKey,
    minutes::Balance,
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

/// People and organisations have the same kind of account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MemberKind {
    /// One person.
    Person,
    /// A housing association, a clinic, a school, a council team.
    Organisation,
}

/// What a member may do for others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Gives and receives.
    Member,
    /// Also admits members and records for those who ask for it.
    Coordinator,
}

/// What the ledger knows of a member.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// Person or organisation.
    pub kind: MemberKind,
    /// The member's role.
    pub role: Role,
    /// A key that only the member holds, if they registered one.
    pub key: Option<PublicKey>,
    /// How often they changed their key.
    pub key_changes: u32,
    /// Whether the member is here; those who left keep their history.
    pub active: bool,
    /// Minutes given less minutes received.
    pub balance: Balance,
    /// Whether any minutes were ever recorded for them, however they add up and however often they left.
    pub started: bool,
}

/// A member takes a key of their own, another one, or none any more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyTerms {
    /// The community in whose ledger it is recorded.
    pub community: CommunityId,
    /// Whose key.
    pub member: MemberId,
    /// The key that signs for them from here on; none when they give theirs up.
    pub key: Option<PublicKey>,
    /// One more than the changes recorded before, so that what was signed once cannot be brought in again.
    pub number: u32,
    /// When the terms were written.
    pub made_at: Timestamp,
}

impl Content for KeyTerms {
    const NAME: &'static str = "member-key";
}
