//! What a member's file has no more room for.

use super::{MAX_BLOCKED, MAX_ENTRIES};
use thiserror::Error;

/// Why a file takes nothing more of a kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum FileFull {
    /// [`MAX_ENTRIES`] spoke for the member.
    #[error("{MAX_ENTRIES} references stand in this file already; no more are needed")]
    References,
    /// [`MAX_ENTRIES`] things were seen.
    #[error("{MAX_ENTRIES} facts stand in this file already; take one off first")]
    Facts,
    /// [`MAX_ENTRIES`] may act for the member.
    #[error("{MAX_ENTRIES} people may act for this member already; end it with one of them first")]
    Helpers,
    /// [`MAX_BLOCKED`] are kept away.
    #[error("{MAX_BLOCKED} people are kept away already; let one of them near first")]
    Blocked,
}

impl FileFull {
    /// The stable code by which programs know it.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::References => "too-many-references",
            Self::Facts => "too-many-facts",
            Self::Helpers => "too-many-helpers",
            Self::Blocked => "too-many-kept-away",
        }
    }
}
