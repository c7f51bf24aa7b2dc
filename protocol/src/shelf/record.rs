//! What stands on a shelf.

use super::when::When;
use crate::{
    community::{Card, Certificate},
    envelope::{Content, Unverified},
    id::{CommunityId, Digest, RecordKey},
    rejection::Rejection,
    text,
    time::{Span, Timestamp},
};
use serde::{Deserialize, Serialize};

/// The largest record with its signature, in bytes: the longest listing in a script of four bytes a character.
pub const MAX_RECORD_BYTES: usize = 8 * 1024;
/// The largest announcement: a record and the certificate of the key that signed it.
pub const MAX_ANNOUNCEMENT_BYTES: usize = MAX_RECORD_BYTES + 2 * 1024;
/// The longest title, in characters: two lines on a phone.
pub const MAX_TITLE: usize = 80;
/// The longest text, in characters: a card on a notice board.
pub const MAX_LISTING_TEXT: usize = 1_000;
/// The most tags of one listing.
pub const MAX_TAGS: usize = 8;
/// The longest tag, in characters.
const MAX_TAG: usize = 30;
/// How long a record may live without being renewed, in days: a year and a month's grace.
pub const ITEM_DAYS_MAX: u64 = 396;

/// The skills a time bank lives by, for choosing by picture; free tags say the rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Category {
    /// A chat, a walk, company.
    Befriending,
    /// Gardens, pets, allotments.
    Garden,
    /// Repairs and small jobs at home.
    Repairs,
    /// Shopping and errands.
    Shopping,
    /// Lifts and going along.
    Transport,
    /// Cooking and food.
    Food,
    /// Teaching, tutoring, languages, music.
    Learning,
    /// Computers and phones.
    Technology,
    /// Forms, letters, advice.
    Advice,
    /// Care, children, health.
    Care,
    /// Crafts, trades and making things.
    Making,
    /// Events, rooms, seats, equipment.
    Places,
    /// Everything else.
    Other,
}

/// An offer or a need, in words meant for everybody: no contact details.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Listing {
    /// What, in a few words.
    pub title: String,
    /// More of it; may be absent.
    pub text: Option<String>,
    /// The kind of skill.
    pub category: Category,
    /// Free words to find it by.
    pub tags: Vec<String>,
    /// Where, as a geohash; the community's area when absent.
    pub area: Option<String>,
    /// Language of the words, as a BCP 47 tag such as `en` or `cy`.
    pub language: String,
    /// Whether it can be done from afar.
    pub remote: bool,
    /// When it is good, or needed; any time when absent.
    #[serde(default, skip_serializing_if = "When::is_any")]
    pub when: When,
}

impl Listing {
    /// Checks lengths and characters, and of an offer that it has no last day.
    ///
    /// # Errors
    /// [`Rejection::BadText`].
    pub fn check(&self, need: bool) -> Result<(), Rejection> {
        self.when.check(need)?;
        text::check("title", &self.title, MAX_TITLE)?;
        if let Some(words) = &self.text {
            text::check("text", words, MAX_LISTING_TEXT)?;
        }
        if self.tags.len() > MAX_TAGS {
            return Err(Rejection::BadText { field: "tags", problem: format!("more than {MAX_TAGS}; leave some out") });
        }
        self.tags.iter().try_for_each(|tag| text::check("tag", tag, MAX_TAG))?;
        if let Some(area) = &self.area {
            text::check_area(area)?;
        }
        let language_like = (2..=12).contains(&self.language.len())
            && self.language.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
        if language_like {
            Ok(())
        } else {
            Err(Rejection::BadText { field: "language", problem: "not a language tag such as en or cy".into() })
        }
    }
}

/// What a record says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Item {
    /// The community's card.
    Card(Card),
    /// Something a member offers.
    Offer(Listing),
    /// Something a member asks for.
    Need(Listing),
    /// What stood here was withdrawn.
    Withdrawn,
}

impl Item {
    /// The listing, if it is an offer or a need.
    #[must_use]
    pub const fn listing(&self) -> Option<&Listing> {
        match self {
            Self::Offer(listing) | Self::Need(listing) => Some(listing),
            Self::Card(_) | Self::Withdrawn => None,
        }
    }
}

/// One revision of one thing on a community's shelf.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    /// Version: 1.
    pub v: u8,
    /// Whose shelf.
    pub community: CommunityId,
    /// Which thing.
    pub key: RecordKey,
    /// Grows by one with every record the community signs, from 1 on.
    pub revision: u64,
    /// What it says.
    pub item: Item,
    /// When it was signed.
    pub made_at: Timestamp,
    /// Not shown and not passed on from here on.
    pub expires_at: Timestamp,
}

impl Content for Record {
    const NAME: &'static str = "record";
}

/// A record with what anybody needs to check it, the form in which it is gossiped.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Announcement {
    /// The root key's word for the key that signed.
    pub certificate: Unverified<Certificate>,
    /// The record.
    pub record: Unverified<Record>,
}

/// A community's signed word about its whole shelf at one revision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Head {
    /// Whose shelf.
    pub community: CommunityId,
    /// The last revision signed.
    pub revision: u64,
    /// How many records have not expired at `made_at`, withdrawals included.
    pub live: u64,
    /// RFC 6962 root over the digests of those records in order of revision.
    pub root: Digest,
    /// When it was signed.
    pub made_at: Timestamp,
}

impl Content for Head {
    const NAME: &'static str = "shelf-head";
}

/// Checks what a record says, apart from its signature and from what is held already.
///
/// # Errors
/// The field that is wrong.
pub fn check_record(record: &Record) -> Result<(), Rejection> {
    if record.v != 1 {
        return Err(Rejection::UnknownVersion(record.v));
    }
    if record.revision == 0 {
        return Err(Rejection::BadRecord("revisions begin at 1"));
    }
    if record.expires_at.since(record.made_at) > Span::days(ITEM_DAYS_MAX) {
        return Err(Rejection::ExpiryTooFar { limit_days: ITEM_DAYS_MAX });
    }
    match &record.item {
        Item::Card(card) => card.check(),
        Item::Offer(listing) => listing.check(false),
        Item::Need(listing) => listing.check(true),
        Item::Withdrawn => Ok(()),
    }
}
