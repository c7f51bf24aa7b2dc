//! What the API says of exchanges.

use kith_protocol::{
    id::{Alias, CommunityId, ExchangeId, MemberId, RecordKey},
    ledger::{Channel, Consent},
    partnership::{Outcome as DisputeOutcome, Payee},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A local exchange to be recorded. Members agree by a signature of their own key or by a coordinator's word.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct NewExchange {
    /// Its id, if the client makes it: needed when members sign. Otherwise the node makes one.
    #[schema(value_type = Option<super::schema::Id>)]
    pub id: Option<ExchangeId>,
    /// Who gave.
    #[schema(value_type = super::schema::Id, required)]
    pub giver: Option<MemberId>,
    /// Who received.
    #[schema(value_type = super::schema::Id, required)]
    pub receiver: Option<MemberId>,
    /// How long.
    #[schema(schema_with = super::schema::minutes, required)]
    pub minutes: i64,
    /// When the terms were written; needed when members sign.
    pub made_at: Option<u64>,
    /// A note, kept apart from the ledger and erasable.
    #[schema(schema_with = super::schema::maybe_text::<{ crate::people::MAX_NOTE }>)]
    pub note: Option<String>,
    /// How the giver agreed.
    #[schema(value_type = Option<super::schema::ConsentWord>)]
    pub giver_consent: Option<Consent>,
    /// How the receiver agreed.
    #[schema(value_type = Option<super::schema::ConsentWord>)]
    pub receiver_consent: Option<Consent>,
    /// For a coordinator's word where no consent is given: how they were told. `in_person` when absent.
    #[schema(value_type = Option<super::schema::ChannelWord>)]
    pub channel: Option<Channel>,
    /// Who speaks to the coordinator: `giver`, `receiver` or `both` (the default) when no consent is given.
    #[schema(value_type = Option<super::schema::TellerWord>)]
    pub told_by: Option<String>,
}

/// A group exchange.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewGroup {
    /// Who taught, cooked or led.
    #[schema(value_type = super::schema::Id)]
    pub leader: MemberId,
    /// Who took part.
    #[schema(value_type = Vec<super::schema::Id>, min_items = 1, max_items = 500)]
    pub participants: Vec<MemberId>,
    /// What each participant gives.
    #[schema(schema_with = super::schema::minutes)]
    pub minutes: i64,
    /// How the coordinator was told; `in_person` when absent.
    #[serde(default)]
    #[schema(value_type = Option<super::schema::ChannelWord>)]
    pub channel: Option<Channel>,
}

/// A gift to the pot.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewGift {
    /// Who gives.
    #[schema(value_type = super::schema::Id)]
    pub from: MemberId,
    /// How much.
    #[schema(schema_with = super::schema::minutes)]
    pub minutes: i64,
    /// How the coordinator was told; `in_person` when absent.
    #[serde(default)]
    #[schema(value_type = Option<super::schema::ChannelWord>)]
    pub channel: Option<Channel>,
}

/// A correction of an earlier exchange.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewCorrection {
    /// How long it really was; absent when it did not happen at all.
    #[serde(default)]
    #[schema(schema_with = super::schema::maybe_minutes)]
    pub minutes: Option<i64>,
    /// The coordinator who records it; the first coordinator when absent.
    #[serde(default)]
    #[schema(value_type = Option<super::schema::Id>)]
    pub by: Option<MemberId>,
}

/// The wish of a member of ours to have an exchange with a partner back.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct GiveBack {
    /// How much of it; all of it when absent.
    #[schema(schema_with = super::schema::maybe_minutes)]
    pub minutes: Option<i64>,
}

/// A payment to a partner's member, started by the payer's community.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPayment {
    /// Its id, if the client makes it: needed when the member signs, or to agree to a request.
    #[serde(default)]
    #[schema(value_type = Option<super::schema::Id>)]
    pub id: Option<ExchangeId>,
    /// The partner community.
    #[schema(value_type = super::schema::DidKey)]
    pub partner: CommunityId,
    /// Who received the help.
    #[schema(value_type = super::schema::Id)]
    pub payer: MemberId,
    /// Who gave it: `{"alias": CODE}` or `{"record": OFFER}`.
    #[schema(value_type = super::schema::PayeeWord)]
    pub payee: Payee,
    /// How long.
    #[schema(schema_with = super::schema::minutes)]
    pub minutes: i64,
    /// When the terms were written; needed when the member signs.
    #[serde(default)]
    pub made_at: Option<u64>,
    /// How the payer agreed; a coordinator's word when absent.
    #[serde(default)]
    #[schema(value_type = Option<super::schema::ConsentWord>)]
    pub consent: Option<Consent>,
    /// For a coordinator's word: how they were told; `in_person` when absent.
    #[serde(default)]
    #[schema(value_type = Option<super::schema::ChannelWord>)]
    pub channel: Option<Channel>,
}

/// A request to a partner's member for the minutes of help given.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewRequest {
    /// The partner community.
    #[schema(value_type = super::schema::DidKey)]
    pub partner: CommunityId,
    /// Who gave the help.
    #[schema(value_type = super::schema::Id)]
    pub giver: MemberId,
    /// Who received it, by the partner's code.
    #[schema(value_type = super::schema::Id)]
    pub payer: Alias,
    /// How long.
    #[schema(schema_with = super::schema::minutes)]
    pub minutes: i64,
}

/// Somebody spoke for a member about an exchange: a coordinator, or whoever else may act for them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SpokenFor {
    /// For whom.
    #[schema(value_type = super::schema::Id)]
    pub member: MemberId,
    /// Who spoke.
    #[schema(value_type = super::schema::Id)]
    pub by: MemberId,
}

/// Where an exchange stands.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ExchangeView {
    /// Its id.
    #[schema(value_type = super::schema::Id)]
    pub id: ExchangeId,
    /// `waiting` for agreement, `recorded` with a partner's answer outstanding, `settled`, `refused`, or `corrected`;
    /// `advanced` when a partner's payment will not come and the member has the pot's minutes.
    pub state: String,
    /// The entry that began it.
    pub index: Option<u64>,
    /// The last entry that changed it.
    pub latest: Option<u64>,
    /// How long, as it stands.
    pub minutes: Option<u32>,
    /// Who gave, if it is one of ours.
    #[schema(value_type = Option<super::schema::Id>)]
    pub giver: Option<MemberId>,
    /// Who received, if it is one of ours.
    #[schema(value_type = Option<super::schema::Id>)]
    pub receiver: Option<MemberId>,
    /// The partner community, if it crosses.
    #[schema(value_type = Option<super::schema::DidKey>)]
    pub partner: Option<CommunityId>,
    /// Whose agreement it waits for, if one of ours.
    #[schema(value_type = Option<super::schema::Id>)]
    pub waits_for: Option<MemberId>,
    /// Since when it waits, or when it was recorded.
    pub since: u64,
    /// Minutes that the pot gave the member until the partner pays.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub advanced_minutes: Option<u32>,
    /// Whether it is in dispute with the partner.
    #[serde(default)]
    pub disputed: bool,
    /// What a dispute about it led to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<super::schema::OutcomeWord>)]
    pub dispute_outcome: Option<DisputeOutcome>,
    /// Who spoke for whom. Where whoever looks after a circle wrote down its sheet, only whoever led it is named with them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub through: Vec<SpokenFor>,
    /// The coordinator who corrected it last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<super::schema::Id>)]
    pub corrected_by: Option<MemberId>,
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
    #[schema(value_type = Option<super::schema::Id>)]
    pub member: Option<MemberId>,
    /// The exchange.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<super::schema::Id>)]
    pub exchange: Option<ExchangeId>,
    /// The offer or need.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<super::schema::Id>)]
    pub record: Option<RecordKey>,
    /// The ledger entry.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub index: Option<u64>,
    /// Whose agreement it waits for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<super::schema::Id>)]
    pub waits_for: Option<MemberId>,
}

/// Agreement to an exchange that waits.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Confirm {
    /// For a coordinator's word: how they were told; `in_person` when absent.
    #[schema(value_type = Option<super::schema::ChannelWord>)]
    pub channel: Option<Channel>,
    /// How the member agreed; the first coordinator's word when absent.
    #[schema(value_type = Option<super::schema::ConsentWord>)]
    pub consent: Option<Consent>,
    /// Who agrees; whoever the exchange waits for when absent.
    #[schema(value_type = Option<super::schema::Id>)]
    pub member: Option<MemberId>,
}

/// A body that says nothing but "do it": `{}`.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Nothing {}
