//! What the API says of messages, reports, events, and what is kept about members.

use super::schema::{DidKey, Id, PaperName, TroubleWord, maybe_text, text};
use crate::runtime::office::{Fact, MAX_LINE, MAX_WORDS, PaperId, Reference, Trouble};
use data_encoding::HEXLOWER;
use kith_protocol::id::{CommunityId, ExchangeId, MemberId, RecordKey};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a message, report, event, circle or notice is known by: 32 hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PaperKey(pub PaperId);

impl TryFrom<String> for PaperKey {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let bytes = HEXLOWER.decode(text.as_bytes()).ok().and_then(|bytes| bytes.try_into().ok());
        bytes.map(Self).ok_or("not 32 digits of 0 to 9 and a to f; copy it again from where it was given")
    }
}

impl From<PaperKey> for String {
    fn from(key: PaperKey) -> Self {
        HEXLOWER.encode(&key.0)
    }
}

/// What was kept, and under what.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Kept {
    /// Its id.
    #[schema(value_type = PaperName)]
    pub id: PaperKey,
}

/// A message to be sent for a member.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewMessage {
    /// To whom.
    #[schema(value_type = Id)]
    pub to: MemberId,
    /// The words.
    #[schema(schema_with = text::<MAX_WORDS>)]
    pub text: String,
    /// The offer or need on our shelf that it is about.
    #[serde(default)]
    #[schema(value_type = Option<Id>)]
    pub listing: Option<RecordKey>,
    /// The exchange that it is about, if it is about no listing.
    #[serde(default)]
    #[schema(value_type = Option<Id>)]
    pub exchange: Option<ExchangeId>,
}

/// A message between two members.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct MessageView {
    /// Its id.
    #[schema(value_type = PaperName)]
    pub id: PaperKey,
    /// Who wrote.
    #[schema(value_type = Id)]
    pub from: MemberId,
    /// To whom.
    #[schema(value_type = Id)]
    pub to: MemberId,
    /// When.
    pub at: u64,
    /// The words.
    pub text: String,
    /// Whether it was read.
    pub read: bool,
}

/// A member's messages with one other.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ConversationView {
    /// With whom.
    #[schema(value_type = Id)]
    pub with: MemberId,
    /// When the last was written.
    pub last_at: u64,
    /// How many are still to be read.
    pub unread: u64,
}

/// With whom.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct With {
    /// The other member.
    #[schema(value_type = Id)]
    pub with: MemberId,
}

/// A listing of any community.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ListingName {
    /// Whose shelf.
    #[schema(value_type = DidKey)]
    pub community: CommunityId,
    /// Which record.
    #[schema(value_type = Id)]
    pub key: RecordKey,
}

/// A report to be taken down for a member. It is about exactly one of a person, a message to them, a listing, an exchange
/// of theirs, an event, a circle, and a notice for them.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewReport {
    /// Who tells.
    #[schema(value_type = Id)]
    pub by: MemberId,
    /// What is wrong: `unsafe`, `unkind`, `money` or `other`.
    #[schema(value_type = TroubleWord)]
    pub trouble: Trouble,
    /// In their words.
    #[serde(default)]
    #[schema(schema_with = maybe_text::<MAX_WORDS>)]
    pub text: Option<String>,
    /// The member it is about.
    #[serde(default)]
    #[schema(value_type = Option<Id>)]
    pub person: Option<MemberId>,
    /// The message it is about.
    #[serde(default)]
    #[schema(value_type = Option<PaperName>)]
    pub message: Option<PaperKey>,
    /// The listing it is about.
    #[serde(default)]
    pub listing: Option<ListingName>,
    /// The exchange it is about: one in which whoever tells took part.
    #[serde(default)]
    #[schema(value_type = Option<Id>)]
    pub exchange: Option<ExchangeId>,
    /// The event it is about.
    #[serde(default)]
    #[schema(value_type = Option<PaperName>)]
    pub event: Option<PaperKey>,
    /// The circle it is about.
    #[serde(default)]
    #[schema(value_type = Option<PaperName>)]
    pub circle: Option<PaperKey>,
    /// The notice it is about.
    #[serde(default)]
    #[schema(value_type = Option<PaperName>)]
    pub notice: Option<PaperKey>,
}

/// A report.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ReportView {
    /// Its id.
    #[schema(value_type = PaperName)]
    pub id: PaperKey,
    /// Who tells.
    #[schema(value_type = Id)]
    pub by: MemberId,
    /// When.
    pub at: u64,
    /// What is wrong.
    #[schema(value_type = TroubleWord)]
    pub trouble: Trouble,
    /// In their words.
    pub text: Option<String>,
    /// The member it is about: with a message, who wrote it.
    #[schema(value_type = Option<Id>)]
    pub person: Option<MemberId>,
    /// The message it is about.
    #[schema(value_type = Option<PaperName>)]
    pub message: Option<PaperKey>,
    /// The listing it is about.
    pub listing: Option<ListingName>,
    /// The exchange it is about.
    #[schema(value_type = Option<Id>)]
    pub exchange: Option<ExchangeId>,
    /// The event it is about.
    #[schema(value_type = Option<PaperName>)]
    pub event: Option<PaperKey>,
    /// The circle it is about.
    #[schema(value_type = Option<PaperName>)]
    pub circle: Option<PaperKey>,
    /// The notice it is about.
    #[serde(default)]
    #[schema(value_type = Option<PaperName>)]
    pub notice: Option<PaperKey>,
    /// The coordinator who dealt with it.
    #[schema(value_type = Option<Id>)]
    pub done_by: Option<MemberId>,
    /// When they did.
    pub done_at: Option<u64>,
}

/// Which coordinator does something.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct By {
    /// The coordinator; the first coordinator when absent.
    #[schema(value_type = Option<Id>)]
    pub by: Option<MemberId>,
}

/// What the community decided for its safety.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct SafetyView {
    /// Whether a coordinator looks at the first exchange of a new member.
    pub approve_first: bool,
    /// The coordinators who may read and write notes about members.
    #[schema(value_type = Vec<Id>)]
    pub note_readers: Vec<MemberId>,
}

/// What is to be decided for safety. Who reads notes is given on by those who read them, on their own page.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSafety {
    /// Whether a coordinator looks at the first exchange of a new member.
    pub approve_first: bool,
}

/// An exchange that a coordinator looks at before it is recorded.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct FirstView {
    /// The exchange it will be.
    #[schema(value_type = Id)]
    pub id: ExchangeId,
    /// Who helped, where it was one of ours.
    #[schema(value_type = Option<Id>)]
    pub giver: Option<MemberId>,
    /// Who was helped, where it was one of ours.
    #[schema(value_type = Option<Id>)]
    pub receiver: Option<MemberId>,
    /// The partner community, if the other one is a member there.
    #[schema(value_type = Option<DidKey>)]
    pub partner: Option<CommunityId>,
    /// For how long.
    pub minutes: u32,
    /// When it took place.
    pub made_at: u64,
    /// What it was.
    pub note: Option<String>,
    /// Which of our members wrote it down.
    #[schema(value_type = Id)]
    pub by: MemberId,
    /// When.
    pub at: u64,
}

/// Something for programs to subscribe to.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct FeedView {
    /// Where it is, on this node.
    pub path: String,
    /// Its media type.
    pub media_type: String,
    /// What is in it.
    pub what: String,
}

/// Until when.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Until {
    /// The moment.
    pub until: u64,
}

/// A rest.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Rest {
    /// Until when they are not to be asked; absent when the rest is over.
    pub until: Option<u64>,
}

/// Name and contacts.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPerson {
    /// Full name.
    #[schema(schema_with = text::<{ crate::people::MAX_NAME }>)]
    pub name: String,
    /// E-mail address.
    #[serde(default)]
    #[schema(schema_with = maybe_text::<{ crate::people::MAX_CONTACT }>)]
    pub email: Option<String>,
    /// Telephone number.
    #[serde(default)]
    #[schema(schema_with = maybe_text::<{ crate::people::MAX_CONTACT }>)]
    pub phone: Option<String>,
    /// Whether it may be printed in the directory of members; as it was when absent.
    #[serde(default)]
    pub in_directory: Option<bool>,
    /// Where they live, roughly, as a geohash of at most six characters; shown to no other member. As it was when absent,
    /// and forgotten when empty.
    #[serde(default)]
    #[schema(schema_with = super::schema::maybe_area_or_empty)]
    pub area: Option<String>,
}

/// Somebody's word for a member.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewReference {
    /// Who spoke for them.
    #[schema(schema_with = text::<MAX_LINE>)]
    pub who: String,
    /// The coordinator who took it down; the first coordinator when absent.
    #[serde(default)]
    #[schema(value_type = Option<Id>)]
    pub by: Option<MemberId>,
}

/// Something that a coordinator has seen.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewFact {
    /// What.
    #[schema(schema_with = text::<MAX_LINE>)]
    pub what: String,
    /// Until when it is good.
    pub until: u64,
    /// The coordinator who saw it; the first coordinator when absent.
    #[serde(default)]
    #[schema(value_type = Option<Id>)]
    pub by: Option<MemberId>,
}

/// A note about a member.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewNote {
    /// The words.
    #[schema(schema_with = text::<MAX_WORDS>)]
    pub text: String,
    /// Who writes it: a coordinator who may.
    #[schema(value_type = Id)]
    pub by: MemberId,
}

/// A note about a member.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct NoteView {
    /// Its id.
    #[schema(value_type = PaperName)]
    pub id: PaperKey,
    /// Who wrote it.
    #[schema(value_type = Id)]
    pub by: MemberId,
    /// When.
    pub at: u64,
    /// The words.
    pub text: String,
}

/// Somebody's word for a member.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ReferenceView {
    /// Who spoke for them.
    pub who: String,
    /// The coordinator who took it down.
    #[schema(value_type = Id)]
    pub by: MemberId,
    /// When.
    pub at: u64,
}

impl From<Reference> for ReferenceView {
    fn from(Reference { who, by, at }: Reference) -> Self {
        Self { who, by, at: at.0 }
    }
}

/// Something that was seen.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct FactView {
    /// What.
    pub what: String,
    /// The coordinator who saw it.
    #[schema(value_type = Id)]
    pub by: MemberId,
    /// When.
    pub at: u64,
    /// Until when it is good.
    pub until: u64,
}

impl From<Fact> for FactView {
    fn from(Fact { what, by, at, until }: Fact) -> Self {
        Self { what, by, at: at.0, until: until.0 }
    }
}

/// Somebody who may act for a member.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct HelperView {
    /// Who.
    #[schema(value_type = Id)]
    pub member: MemberId,
    /// Until when.
    pub until: u64,
}

/// What is kept about a member, without the notes.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct FileView {
    /// Who spoke for them.
    pub references: Vec<ReferenceView>,
    /// What was seen.
    pub facts: Vec<FactView>,
    /// Who may act for them.
    pub helpers: Vec<HelperView>,
    /// Whom they keep away.
    #[schema(value_type = Vec<Id>)]
    pub kept_away: Vec<MemberId>,
    /// Until when they are not to be asked.
    pub away_until: Option<u64>,
    /// When a coordinator rang them last.
    pub rung_at: Option<u64>,
}
