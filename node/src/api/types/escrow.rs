//! What the API says of copies that partners keep for each other.

use kith_protocol::id::CommunityId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Copies between us and one partner.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct EscrowView {
    /// The partner community.
    #[schema(value_type = super::schema::DidKey)]
    pub community: CommunityId,
    /// Its name, as far as it is known.
    pub name: Option<String>,
    /// Whether its node is connected now.
    pub connected: bool,
    /// Whether we keep copies for them.
    pub we_keep: bool,
    /// When the copy of theirs that we keep was made.
    pub kept_at: Option<u64>,
    /// How long it is, in bytes.
    pub kept_bytes: u64,
    /// How many bytes are kept for one community at most.
    pub room_bytes: u64,
    /// When their copies were asked for with their recovery words, the last few times.
    pub claimed_at: Vec<u64>,
    /// Whether they are to keep copies for us.
    pub they_keep: bool,
    /// Whether they want to; absent until their node said so.
    pub they_agree: Option<bool>,
    /// When the copy of ours that they keep was made.
    pub copied_at: Option<u64>,
    /// How long it is, in bytes.
    pub copied_bytes: u64,
    /// Whether it is older than a week.
    pub copy_overdue: bool,
    /// The code of what went wrong when a copy was to be sent last.
    pub problem: Option<String>,
    /// Where the partner's node is found: `kith restore --from-partners` takes these.
    pub addresses: Vec<String>,
}

/// What is to be agreed. What is absent stays as it is.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct EscrowSwitch {
    /// Whether we keep copies for them. When we no longer do, those that are here are removed at once.
    pub we_keep: Option<bool>,
    /// Whether they are to keep copies for us: with two partners at most.
    pub they_keep: Option<bool>,
}
