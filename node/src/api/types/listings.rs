//! What the API says of offers, needs and shelves.

use kith_protocol::{
    id::{CommunityId, Digest, MemberId, RecordKey},
    shelf::Category,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// An offer or need to be published.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewListing {
    /// Whose it is.
    #[schema(value_type = super::schema::Id)]
    pub member: MemberId,
    /// What, in a few words.
    #[schema(schema_with = super::schema::text::<{ kith_protocol::shelf::MAX_TITLE }>)]
    pub title: String,
    /// More of it.
    #[serde(default)]
    #[schema(schema_with = super::schema::maybe_text::<{ kith_protocol::shelf::MAX_LISTING_TEXT }>)]
    pub text: Option<String>,
    /// The kind of skill; `other` when absent.
    #[serde(default)]
    #[schema(value_type = Option<super::schema::CategoryWord>)]
    pub category: Option<Category>,
    /// Free words to find it by.
    #[serde(default)]
    #[schema(schema_with = super::schema::tags)]
    pub tags: Vec<String>,
    /// Where, as a geohash of at most six characters.
    #[serde(default)]
    #[schema(schema_with = super::schema::maybe_area)]
    pub area: Option<String>,
    /// Language of the words; `en` when absent.
    #[serde(default)]
    #[schema(min_length = 2, max_length = 12, pattern = "^[A-Za-z0-9-]*$")]
    pub language: Option<String>,
    /// Whether it can be done from afar.
    #[serde(default)]
    pub remote: bool,
    /// When it is good, or help is wanted: parts of days of the week. Any time when empty, and when all are named.
    #[serde(default)]
    #[schema(schema_with = super::schema::times)]
    pub times: Vec<String>,
    /// The last day on which help is of use, in days since 1970-01-01. Of needs only.
    #[serde(default)]
    #[schema(schema_with = super::schema::maybe_last_day)]
    pub by: Option<u32>,
    /// For how many days it stands; 180 when absent.
    #[serde(default)]
    #[schema(minimum = 1, maximum = 396)]
    pub days: Option<u32>,
    /// Whether anybody may read it on our public page and in our feed; true when absent. Members here and of partners can read
    /// it in either case.
    #[serde(default)]
    pub public: Option<bool>,
}

/// An offer or need of any community.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ListingView {
    /// `offer` or `need`.
    pub kind: String,
    /// Which record of its community's shelf.
    #[schema(value_type = super::schema::Id)]
    pub key: RecordKey,
    /// Whose shelf.
    #[schema(value_type = super::schema::DidKey)]
    pub community: CommunityId,
    /// The community's name, as far as it is known.
    pub community_name: Option<String>,
    /// The member behind it, when it is one of ours.
    #[schema(value_type = Option<super::schema::Id>)]
    pub member: Option<MemberId>,
    /// Who put it up for that member, when that was somebody else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<super::schema::Id>)]
    pub through: Option<MemberId>,
    /// What, in a few words.
    pub title: String,
    /// More of it.
    pub text: Option<String>,
    /// The kind of skill.
    #[schema(value_type = super::schema::CategoryWord)]
    pub category: Category,
    /// Free words to find it by.
    pub tags: Vec<String>,
    /// Where, as a geohash.
    pub area: Option<String>,
    /// Language of the words.
    pub language: String,
    /// Whether it can be done from afar.
    pub remote: bool,
    /// When it is good, or help is wanted; empty for any time.
    #[schema(schema_with = super::schema::times)]
    pub times: Vec<String>,
    /// The last day on which help is of use, in days since 1970-01-01.
    #[schema(schema_with = super::schema::maybe_last_day)]
    pub by: Option<u32>,
    /// Until when it stands.
    pub expires_at: u64,
    /// Whether anybody may read it on our public page, when it is one of ours.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub public: Option<bool>,
}

/// A shelf this node holds.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ShelfView {
    /// Whose.
    #[schema(value_type = super::schema::DidKey)]
    pub community: CommunityId,
    /// The community's name, as far as it is known.
    pub name: Option<String>,
    /// Every record up to this revision is held.
    pub revision: u64,
    /// How many records stand, cards and withdrawals included.
    pub live: u64,
    /// How many of them are offers or needs.
    pub listings: u64,
    /// RFC 6962 root over them, in order of revision: equal on two nodes when they hold the same.
    #[schema(value_type = super::schema::Hex32)]
    pub root: Digest,
    /// Whether its node is connected now.
    pub connected: bool,
}
