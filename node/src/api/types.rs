//! The JSON of the API, shared by the server and the command line. Minutes are whole numbers, times are milliseconds since
//! 1970, ids are text.

use kith_protocol::{
    community::{Confirmation, GroupPolicy},
    id::{AccountId, Alias, CommunityId, Digest, ExchangeId, MemberId, RecordKey},
    key::PublicKey,
    ledger::{Channel, Consent},
    member::{MemberKind, Role},
    partnership::Payee,
    shelf::Category,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A community and how its node is doing.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Status {
    /// The community's name.
    pub name: String,
    /// Its id.
    #[schema(value_type = String)]
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
    #[schema(value_type = Vec<String>)]
    pub coordinators: Vec<MemberId>,
    /// Entries of the ledger.
    pub entries: u64,
    /// The Merkle root over them.
    #[schema(value_type = String)]
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
    /// The rules in force.
    pub charter: CharterView,
}

/// The rules a community set itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CharterView {
    /// The community's name.
    pub name: String,
    /// Coarse area as a geohash.
    pub area: Option<String>,
    /// How far below zero a person may be, in minutes; zero or below.
    pub person_floor_minutes: i64,
    /// How far below zero an organisation may be, in minutes; zero or below.
    pub organisation_floor_minutes: i64,
    /// How far above zero anybody may be, in minutes.
    pub ceiling_minutes: Option<i64>,
    /// The longest single exchange, in minutes.
    pub largest_exchange_minutes: u32,
    /// Who must agree: `both`, `receiver` or `either`.
    #[schema(value_type = String)]
    pub confirmation: Confirmation,
    /// What leaders of groups earn: `leader_earns_all` or `leader_earns_once`.
    #[schema(value_type = String)]
    pub group: GroupPolicy,
}

/// Somebody to be admitted.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct NewMember {
    /// Full name, kept apart from the ledger.
    pub name: String,
    /// E-mail address.
    pub email: Option<String>,
    /// Telephone number.
    pub phone: Option<String>,
    /// The id in an earlier system.
    pub external: Option<String>,
    /// When they joined an earlier system, as `YYYY-MM-DD`.
    pub joined: Option<String>,
    /// `person` (the default) or `organisation`.
    #[schema(value_type = Option<String>)]
    pub kind: Option<MemberKind>,
    /// `member` (the default) or `coordinator`.
    #[schema(value_type = Option<String>)]
    pub role: Option<Role>,
    /// A public key that only they hold, in hexadecimal.
    #[schema(value_type = Option<String>)]
    pub key: Option<PublicKey>,
    /// Minutes brought along from an earlier system.
    pub opening_minutes: Option<i64>,
    /// The coordinator who admits them; the first coordinator when absent.
    #[schema(value_type = Option<String>)]
    pub by: Option<MemberId>,
}

/// A member, for those who may see them.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct MemberView {
    /// Their id.
    #[schema(value_type = String)]
    pub id: MemberId,
    /// Their name; absent once erased.
    pub name: Option<String>,
    /// The id in an earlier system.
    pub external: Option<String>,
    /// Person or organisation.
    #[schema(value_type = String)]
    pub kind: MemberKind,
    /// Their role.
    #[schema(value_type = String)]
    pub role: Role,
    /// Whether they are here.
    pub active: bool,
    /// Minutes given less minutes received.
    pub balance_minutes: i64,
    /// Their own key, if they registered one.
    #[schema(value_type = Option<String>)]
    pub key: Option<PublicKey>,
}

/// One page of a list.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Page<T> {
    /// The items.
    pub items: Vec<T>,
    /// Give this as `after` for the next page; absent on the last.
    pub next: Option<String>,
}

/// One line of a member's statement.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct StatementLine {
    /// The entry's index in the ledger.
    pub index: u64,
    /// When it was recorded.
    pub at: u64,
    /// What kind of entry.
    pub kind: String,
    /// The exchange, if it is one.
    #[schema(value_type = Option<String>)]
    pub exchange: Option<ExchangeId>,
    /// By how many minutes the member's balance changed.
    pub change_minutes: i64,
    /// The other member, if there is one and they are here.
    #[schema(value_type = Option<String>)]
    pub other: Option<MemberId>,
}

/// An offer or need to be published.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewListing {
    /// Whose it is.
    #[schema(value_type = String)]
    pub member: MemberId,
    /// What, in a few words.
    pub title: String,
    /// More of it.
    #[serde(default)]
    pub text: Option<String>,
    /// The kind of skill; `other` when absent.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub category: Option<Category>,
    /// Free words to find it by.
    #[serde(default)]
    pub tags: Vec<String>,
    /// Where, as a geohash of at most six characters.
    #[serde(default)]
    pub area: Option<String>,
    /// Language of the words; `en` when absent.
    #[serde(default)]
    pub language: Option<String>,
    /// Whether it can be done from afar.
    #[serde(default)]
    pub remote: bool,
    /// For how many days it stands; 180 when absent.
    #[serde(default)]
    pub days: Option<u32>,
}

/// An offer or need of any community.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ListingView {
    /// `offer` or `need`.
    pub kind: String,
    /// Which record of its community's shelf.
    #[schema(value_type = String)]
    pub key: RecordKey,
    /// Whose shelf.
    #[schema(value_type = String)]
    pub community: CommunityId,
    /// The community's name, as far as it is known.
    pub community_name: Option<String>,
    /// The member behind it, when it is one of ours.
    #[schema(value_type = Option<String>)]
    pub member: Option<MemberId>,
    /// What, in a few words.
    pub title: String,
    /// More of it.
    pub text: Option<String>,
    /// The kind of skill.
    #[schema(value_type = String)]
    pub category: Category,
    /// Free words to find it by.
    pub tags: Vec<String>,
    /// Where, as a geohash.
    pub area: Option<String>,
    /// Language of the words.
    pub language: String,
    /// Whether it can be done from afar.
    pub remote: bool,
    /// Until when it stands.
    pub expires_at: u64,
}

/// A shelf this node holds.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ShelfView {
    /// Whose.
    #[schema(value_type = String)]
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
    #[schema(value_type = String)]
    pub root: Digest,
    /// Whether its node is connected now.
    pub connected: bool,
}

/// How the members agreed, by member: a signature of their own key, or a coordinator's word.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct NewExchange {
    /// Its id, if the client makes it: needed when members sign. Otherwise the node makes one.
    #[schema(value_type = Option<String>)]
    pub id: Option<ExchangeId>,
    /// Who gave.
    #[schema(value_type = String)]
    pub giver: Option<MemberId>,
    /// Who received.
    #[schema(value_type = String)]
    pub receiver: Option<MemberId>,
    /// How long.
    pub minutes: i64,
    /// When the terms were written; needed when members sign.
    pub made_at: Option<u64>,
    /// A note, kept apart from the ledger and erasable.
    pub note: Option<String>,
    /// How the giver agreed.
    #[schema(value_type = Option<Object>)]
    pub giver_consent: Option<Consent>,
    /// How the receiver agreed.
    #[schema(value_type = Option<Object>)]
    pub receiver_consent: Option<Consent>,
    /// For a coordinator's word where no consent is given: how they were told. `in_person` when absent.
    #[schema(value_type = Option<String>)]
    pub channel: Option<Channel>,
    /// Who speaks to the coordinator: `giver`, `receiver` or `both` (the default) when no consent is given.
    pub told_by: Option<String>,
}

/// A group exchange.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewGroup {
    /// Who taught, cooked or led.
    #[schema(value_type = String)]
    pub leader: MemberId,
    /// Who took part.
    #[schema(value_type = Vec<String>)]
    pub participants: Vec<MemberId>,
    /// What each participant gives.
    pub minutes: i64,
    /// How the coordinator was told; `in_person` when absent.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub channel: Option<Channel>,
}

/// A gift to the pot.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewGift {
    /// Who gives.
    #[schema(value_type = String)]
    pub from: MemberId,
    /// How much.
    pub minutes: i64,
    /// How the coordinator was told; `in_person` when absent.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub channel: Option<Channel>,
}

/// A correction of an earlier exchange.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewCorrection {
    /// How long it really was; absent when it did not happen at all.
    #[serde(default)]
    pub minutes: Option<i64>,
    /// The coordinator who records it; the first coordinator when absent.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub by: Option<MemberId>,
}

/// A payment to a partner's member, started by the payer's community.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPayment {
    /// Its id, if the client makes it: needed when the member signs, or to agree to a request.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub id: Option<ExchangeId>,
    /// The partner community.
    #[schema(value_type = String)]
    pub partner: CommunityId,
    /// Who received the help.
    #[schema(value_type = String)]
    pub payer: MemberId,
    /// Who gave it: `{"alias": CODE}` or `{"record": OFFER}`.
    #[schema(value_type = Object)]
    pub payee: Payee,
    /// How long.
    pub minutes: i64,
    /// When the terms were written; needed when the member signs.
    #[serde(default)]
    pub made_at: Option<u64>,
    /// How the payer agreed; a coordinator's word when absent.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    pub consent: Option<Consent>,
    /// For a coordinator's word: how they were told; `in_person` when absent.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub channel: Option<Channel>,
}

/// A request to a partner's member for the minutes of help given.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewRequest {
    /// The partner community.
    #[schema(value_type = String)]
    pub partner: CommunityId,
    /// Who gave the help.
    #[schema(value_type = String)]
    pub giver: MemberId,
    /// Who received it, by the partner's code.
    #[schema(value_type = String)]
    pub payer: Alias,
    /// How long.
    pub minutes: i64,
}

/// Where an exchange stands.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ExchangeView {
    /// Its id.
    #[schema(value_type = String)]
    pub id: ExchangeId,
    /// `waiting` for agreement, `recorded` with a partner's answer outstanding, `settled`, `refused`, or `corrected`.
    pub state: String,
    /// The entry that began it.
    pub index: Option<u64>,
    /// The last entry that changed it.
    pub latest: Option<u64>,
    /// How long, as it stands.
    pub minutes: Option<u32>,
    /// Who gave, if it is one of ours.
    #[schema(value_type = Option<String>)]
    pub giver: Option<MemberId>,
    /// Who received, if it is one of ours.
    #[schema(value_type = Option<String>)]
    pub receiver: Option<MemberId>,
    /// The partner community, if it crosses.
    #[schema(value_type = Option<String>)]
    pub partner: Option<CommunityId>,
    /// Whose agreement it waits for, if one of ours.
    #[schema(value_type = Option<String>)]
    pub waits_for: Option<MemberId>,
    /// Since when it waits, or when it was recorded.
    pub since: u64,
    /// For people: what this means.
    pub sentence: String,
}

/// What a write led to.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Outcome {
    /// `done`, `recorded`, `settled` or `waiting`.
    pub state: String,
    /// The member that was admitted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub member: Option<MemberId>,
    /// The exchange.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub exchange: Option<ExchangeId>,
    /// The offer or need.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub record: Option<RecordKey>,
    /// The ledger entry.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub index: Option<u64>,
    /// Whose agreement it waits for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub waits_for: Option<MemberId>,
}

/// An invitation to be made.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct NewInvitation {
    /// How many minutes our members may receive ahead; 1,200 when absent.
    pub our_limit_minutes: Option<u64>,
    /// How many minutes their members may receive ahead; 1,200 when absent.
    pub their_limit_minutes: Option<u64>,
    /// The longest single exchange; 480 when absent.
    pub largest_minutes: Option<i64>,
    /// For how many days it is good; 14 when absent.
    pub days: Option<u32>,
}

/// An invitation made.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct InvitationView {
    /// The text to hand over, also as a QR code.
    pub text: String,
    /// Until when it is good.
    pub expires_at: u64,
}

/// An invitation received.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AcceptInvitation {
    /// The text that was handed over.
    pub text: String,
}

/// A partnership.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct PartnerView {
    /// The partner community.
    #[schema(value_type = String)]
    pub community: CommunityId,
    /// Its name, as far as it is known.
    pub name: Option<String>,
    /// The account; absent until both signed.
    #[schema(value_type = Option<String>)]
    pub account: Option<AccountId>,
    /// `accepting`, `live` or `refused`.
    pub state: String,
    /// Whether its node is connected now.
    pub connected: bool,
    /// Minutes our members received more than they gave; below zero when they gave more.
    pub net_minutes: i64,
    /// Minutes on hold until the partner answers.
    pub on_hold_minutes: i64,
    /// How far our members may receive ahead.
    pub our_limit_minutes: i64,
    /// How far theirs may.
    pub their_limit_minutes: i64,
    /// Our exchanges that the partner has not decided.
    pub undecided: u64,
    /// Their exchanges that we decided and they have not confirmed to know.
    pub unconfirmed: u64,
    /// The longest single exchange.
    pub largest_minutes: u32,
}

/// A member's code for one partner.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct AliasView {
    /// The code to give to the partner.
    #[schema(value_type = String)]
    pub alias: Alias,
}

/// The ledger's signed checkpoint.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct CheckpointView {
    /// Entries.
    pub size: u64,
    /// RFC 6962 root.
    #[schema(value_type = String)]
    pub root: Digest,
    /// The C2SP signed note.
    pub note: String,
}

/// A problem, as RFC 9457 has it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Problem {
    /// A URI reference for the kind of problem: `/problems/CODE`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The kind in a few words.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// What is wrong and what to do.
    pub detail: String,
    /// The stable code.
    pub code: String,
}
