//! What the API says of a community.

use kith_protocol::{
    community::{Balances, Confirmation, GroupPolicy},
    id::{CommunityId, Digest, MemberId},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A community and how its node is doing.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Status {
    /// The community's name.
    pub name: String,
    /// Its id.
    #[schema(value_type = super::schema::DidKey)]
    pub id: CommunityId,
    /// Coarse area as a geohash.
    pub area: Option<String>,
    /// The version of this program.
    pub version: String,
    /// This node's libp2p peer id.
    pub peer: String,
    /// Where the node says it can be reached, as multiaddrs.
    pub addresses: Vec<String>,
    /// Members who are here.
    pub members: u64,
    /// Members who are here and coordinate, by id.
    #[schema(value_type = Vec<super::schema::Id>)]
    pub coordinators: Vec<MemberId>,
    /// Entries of the ledger.
    pub entries: u64,
    /// The Merkle root over them.
    #[schema(value_type = super::schema::Hex32)]
    pub root: Digest,
    /// The sum of all accounts in minutes: zero.
    pub ledger_sum_minutes: i64,
    /// What the community pot holds.
    pub pot_minutes: i64,
    /// Exchanges waiting for somebody's agreement.
    pub waiting: u64,
    /// Partnerships.
    pub partners: u64,
    /// Partners and others connected now.
    pub connected: u64,
    /// Other communities heard of.
    pub known: u64,
    /// Offers and needs on our own shelf.
    pub listings: u64,
    /// When the last backup was made, in milliseconds since 1970.
    #[schema(value_type = Option<u64>)]
    pub last_backup_at: Option<Timestamp>,
    /// Whether there has been no backup for a week.
    pub backup_overdue: bool,
    /// When the newest copy that a partner keeps for us was made, in milliseconds since 1970.
    #[schema(value_type = Option<u64>)]
    pub last_copy_at: Option<Timestamp>,
    /// Whether a partner that is to keep copies for us has had no new one for a week.
    pub copy_overdue: bool,
    /// Until when the key that signs for the community is good, in milliseconds since 1970.
    #[schema(value_type = u64)]
    pub key_until: Timestamp,
    /// Whether that is within 60 days: then `kith rotate-key` makes another.
    pub key_ends_soon: bool,
    /// The rules in force.
    pub charter: CharterView,
}

/// The rules a community set itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CharterView {
    /// The community's name.
    #[schema(schema_with = super::schema::text::<{ kith_protocol::community::MAX_NAME }>)]
    pub name: String,
    /// Coarse area as a geohash.
    #[schema(schema_with = super::schema::maybe_area)]
    pub area: Option<String>,
    /// How far below zero a person may be, in minutes; zero or below.
    #[schema(minimum = -9_007_199_254_740_991_i64, maximum = 0)]
    pub person_floor_minutes: i64,
    /// How far below zero an organisation may be, in minutes; zero or below.
    #[schema(minimum = -9_007_199_254_740_991_i64, maximum = 0)]
    pub organisation_floor_minutes: i64,
    /// How far above zero anybody may be, in minutes.
    #[schema(minimum = 0, maximum = 9_007_199_254_740_991_i64)]
    pub ceiling_minutes: Option<i64>,
    /// The longest single exchange, in minutes.
    #[schema(minimum = 1, maximum = 1_000_000)]
    pub largest_exchange_minutes: u32,
    /// Who must agree: `both`, `receiver` or `either`.
    #[schema(value_type = super::schema::ConfirmationWord)]
    pub confirmation: Confirmation,
    /// What leaders of groups earn: `leader_earns_all` or `leader_earns_once`.
    #[schema(value_type = super::schema::GroupWord)]
    pub group: GroupPolicy,
    /// Whether anybody keeps score. `shown`: members see where they stand, and coordinators see it too. `hidden`: pages show
    /// it to that member alone. `gifts`: pages show it to nobody, and floors and ceiling do not bind. This API shows the book
    /// itself, whatever stands here.
    #[schema(value_type = super::schema::BalancesWord)]
    pub balances: Balances,
}
