//! A member's standing in the ledger: never their name, which is kept apart and can be erased.

use crate::{key::PublicKey, minutes::Balance};
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
    /// Whether the member is here; those who left keep their history.
    pub active: bool,
    /// Minutes given less minutes received.
    pub balance: Balance,
    /// Whether any minutes were ever recorded for them, however they add up and however often they left.
    pub started: bool,
}
