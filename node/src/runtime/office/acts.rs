//! What others did for a member, where no entry of the ledger names them.

use kith_protocol::{id::MemberId, time::Timestamp};
use serde::{Deserialize, Serialize};

/// The most of them in a member's file: the last few.
pub const MAX_ACTS: usize = 12;
/// The most among them that say why: words take room.
pub const MAX_WHYS: usize = 3;

/// Something that was done for a member by somebody else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Act {
    /// Who did it.
    pub by: MemberId,
    /// When.
    pub at: Timestamp,
    /// What it was, where a word about it helps.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub what: Option<Deed>,
}

/// What was done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Deed {
    /// They have a rest until a day; why, in at most [`MAX_LINE`](super::MAX_LINE) characters.
    Paused(String),
    /// The rest is over; why, as above.
    Resumed(String),
    /// Other details of theirs are written down.
    Details,
    /// Another e-mail address is written down, to which codes to sign in go.
    Email,
    /// A device of theirs was signed out.
    Device,
    /// A passkey of theirs was taken away.
    Passkey,
    /// No was said for them to an exchange.
    Declined,
    /// An exchange that they had written down was taken back.
    TakenBack,
    /// Something was asked about an exchange.
    Questioned,
    /// A member of a partner was asked for hours.
    Asked,
    /// An offer or ask was put up.
    Posted,
    /// The words of an offer or ask are others.
    Reworded,
    /// A photo was put to an offer or ask, or taken away.
    Photo,
    /// An offer or ask was taken down.
    Withdrawn,
}

impl Deed {
    /// Its word in a copy of what is known of a member.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Paused(_) => "gave_a_rest",
            Self::Resumed(_) => "ended_a_rest",
            Self::Details => "changed_details",
            Self::Email => "changed_email",
            Self::Device => "signed_out_a_device",
            Self::Passkey => "took_a_passkey_away",
            Self::Declined => "said_no",
            Self::TakenBack => "took_hours_back",
            Self::Questioned => "asked_about_hours",
            Self::Asked => "asked_for_hours",
            Self::Posted => "posted_a_listing",
            Self::Reworded => "changed_a_listing",
            Self::Photo => "changed_a_photo",
            Self::Withdrawn => "took_a_listing_down",
        }
    }

    /// Why, where somebody said so.
    #[must_use]
    pub fn why(&self) -> Option<&str> {
        match self {
            Self::Paused(why) | Self::Resumed(why) => Some(why.as_str()).filter(|why| !why.is_empty()),
            _ => None,
        }
    }
}

/// Brings what was done for a member to what their file has room for: the oldest give way.
pub(super) fn fit(acts: &mut Vec<Act>) {
    let says_why = |act: &Act| matches!(act.what, Some(Deed::Paused(_) | Deed::Resumed(_)));
    let mut over = acts.iter().filter(|act| says_why(act)).count().saturating_sub(MAX_WHYS);
    acts.retain(|act| {
        let goes = over > 0 && says_why(act);
        over -= usize::from(goes);
        !goes
    });
    acts.drain(..acts.len().saturating_sub(MAX_ACTS));
}
