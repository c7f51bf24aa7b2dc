//! What the API says of disputes with partners and of advances.

use kith_protocol::{
    id::{CommunityId, ExchangeId, MemberId},
    partnership::{Complaint, Outcome},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A dispute to be opened.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewDispute {
    /// What is wrong: `hours`, `person`, `never` or `other`.
    #[schema(value_type = super::schema::ComplaintWord)]
    pub complaint: Complaint,
    /// A word about it, at most 1,000 characters. The partner's coordinators read it; it is in no ledger.
    #[serde(default)]
    #[schema(schema_with = super::schema::maybe_text::<{ kith_protocol::partnership::MAX_DISPUTE_TEXT }>)]
    pub text: Option<String>,
    /// The coordinator; the first coordinator when absent.
    #[serde(default)]
    #[schema(value_type = Option<super::schema::Id>)]
    pub by: Option<MemberId>,
}

/// Words to the partner's coordinators.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewStatement {
    /// At most 1,000 characters.
    #[schema(schema_with = super::schema::text::<{ kith_protocol::partnership::MAX_DISPUTE_TEXT }>)]
    pub text: String,
    /// The coordinator; the first coordinator when absent.
    #[serde(default)]
    #[schema(value_type = Option<super::schema::Id>)]
    pub by: Option<MemberId>,
}

/// How we would end a dispute. Once both suggest the same, it is over, and both ledgers say so.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSuggestion {
    /// `stands`, `given_back` or `set_aside`.
    #[schema(value_type = super::schema::OutcomeWord)]
    pub outcome: Outcome,
    /// The coordinator; the first coordinator when absent.
    #[serde(default)]
    #[schema(value_type = Option<super::schema::Id>)]
    pub by: Option<MemberId>,
}

/// When to be reminded of a dispute.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewReminder {
    /// The moment.
    pub at: u64,
    /// The coordinator; the first coordinator when absent.
    #[serde(default)]
    #[schema(value_type = Option<super::schema::Id>)]
    pub by: Option<MemberId>,
}

/// One statement of a dispute's thread.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct StatementView {
    /// `us` or `partner`.
    pub by: String,
    /// `opens`, `words` or `suggests`.
    pub kind: String,
    /// What was written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Why it was opened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<super::schema::ComplaintWord>)]
    pub complaint: Option<Complaint>,
    /// What was suggested.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<super::schema::OutcomeWord>)]
    pub outcome: Option<Outcome>,
    /// When it was written; for the partner's, when it arrived.
    pub at: u64,
    /// Whether it is on its way: until the partner is there, what we said waits.
    pub sent: bool,
}

/// A dispute with a partner about one exchange.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct DisputeView {
    /// The exchange.
    #[schema(value_type = super::schema::Id)]
    pub exchange: ExchangeId,
    /// The partner community.
    #[schema(value_type = Option<super::schema::DidKey>)]
    pub partner: Option<CommunityId>,
    /// Its name, as far as it is known.
    pub partner_name: Option<String>,
    /// `open` or `closed`.
    pub state: String,
    /// Since when it is known here, or when it was closed.
    pub since: u64,
    /// Why it was opened.
    #[schema(value_type = Option<super::schema::ComplaintWord>)]
    pub complaint: Option<Complaint>,
    /// Who opened it: `us` or `partner`.
    pub opened_by: Option<String>,
    /// What we suggest.
    #[schema(value_type = Option<super::schema::OutcomeWord>)]
    pub our_suggestion: Option<Outcome>,
    /// What the partner suggests.
    #[schema(value_type = Option<super::schema::OutcomeWord>)]
    pub their_suggestion: Option<Outcome>,
    /// Whether the last word was the partner's.
    pub our_turn: bool,
    /// When a coordinator should look at it again: the day they chose, or a week after the last word.
    pub reminds_at: Option<u64>,
    /// Whether that time has come.
    pub reminder: bool,
    /// What both agreed on.
    #[schema(value_type = Option<super::schema::OutcomeWord>)]
    pub outcome: Option<Outcome>,
    /// The ledger entry that says so.
    pub index: Option<u64>,
    /// The thread, the oldest first; empty in lists and once the dispute is closed.
    pub statements: Vec<StatementView>,
}

/// Who decides about an advance.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct NewAdvance {
    /// The coordinator; the first coordinator when absent.
    #[schema(value_type = Option<super::schema::Id>)]
    pub by: Option<MemberId>,
}

/// What becomes of an advance whose payment did not come.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EndAdvance {
    /// Whether the member keeps the minutes as a gift; otherwise the pot takes them back.
    pub kept: bool,
    /// The coordinator; the first coordinator when absent.
    #[serde(default)]
    #[schema(value_type = Option<super::schema::Id>)]
    pub by: Option<MemberId>,
}
