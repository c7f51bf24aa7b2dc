//! What the API says of members.

use super::{Outcome, Problem};
use kith_protocol::{
    id::{Alias, ExchangeId, MemberId},
    key::{PublicKey, Signature},
    ledger::{Channel, Consent},
    member::{MemberKind, Role},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Somebody to be admitted.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewMember {
    /// Full name, kept apart from the ledger.
    #[schema(schema_with = super::schema::text::<{ crate::people::MAX_NAME }>)]
    pub name: String,
    /// E-mail address.
    #[serde(default)]
    #[schema(schema_with = super::schema::maybe_text::<{ crate::people::MAX_CONTACT }>)]
    pub email: Option<String>,
    /// Telephone number.
    #[serde(default)]
    #[schema(schema_with = super::schema::maybe_text::<{ crate::people::MAX_CONTACT }>)]
    pub phone: Option<String>,
    /// Whether it may be printed in the directory of members; not when absent.
    #[serde(default)]
    pub in_directory: bool,
    /// The id in an earlier system.
    #[serde(default)]
    #[schema(schema_with = super::schema::maybe_text::<{ crate::people::MAX_CONTACT }>)]
    pub external: Option<String>,
    /// When they joined an earlier system, as `YYYY-MM-DD`.
    #[serde(default)]
    #[schema(schema_with = super::schema::maybe_text::<{ crate::people::MAX_CONTACT }>)]
    pub joined: Option<String>,
    /// `person` (the default) or `organisation`.
    #[serde(default)]
    #[schema(value_type = Option<super::schema::KindWord>)]
    pub kind: Option<MemberKind>,
    /// `member` (the default) or `coordinator`.
    #[serde(default)]
    #[schema(value_type = Option<super::schema::RoleWord>)]
    pub role: Option<Role>,
    /// A public key that only they hold, in hexadecimal.
    #[serde(default)]
    #[schema(value_type = Option<super::schema::Hex32>)]
    pub key: Option<PublicKey>,
    /// Minutes brought along from an earlier system.
    #[serde(default)]
    #[schema(minimum = -9_007_199_254_740_991_i64, maximum = 9_007_199_254_740_991_i64)]
    pub opening_minutes: Option<i64>,
    /// The coordinator who admits them; the first coordinator when absent.
    #[serde(default)]
    #[schema(value_type = Option<super::schema::Id>)]
    pub by: Option<MemberId>,
}

/// Somebody in a batch. Names and contacts are judged one by one, as [`NewMember`] says, so that one that does not fit
/// keeps nobody else out.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is used")]
pub struct BatchMember {
    /// Full name.
    name: String,
    /// E-mail address.
    email: Option<String>,
    /// Telephone number.
    phone: Option<String>,
    /// The id in an earlier system.
    external: Option<String>,
    /// When they joined an earlier system.
    joined: Option<String>,
    /// `person` (the default) or `organisation`.
    #[schema(value_type = Option<super::schema::KindWord>)]
    kind: Option<MemberKind>,
    /// `member` (the default) or `coordinator`.
    #[schema(value_type = Option<super::schema::RoleWord>)]
    role: Option<Role>,
    /// A public key that only they hold.
    #[schema(value_type = Option<super::schema::Hex32>)]
    key: Option<PublicKey>,
    /// Minutes brought along from an earlier system.
    opening_minutes: Option<i64>,
    /// The coordinator who admits them.
    #[schema(value_type = Option<super::schema::Id>)]
    by: Option<MemberId>,
}

/// A member, for those who may see them.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct MemberView {
    /// Their id.
    #[schema(value_type = super::schema::Id)]
    pub id: MemberId,
    /// Their name; absent once erased.
    pub name: Option<String>,
    /// The id in an earlier system.
    pub external: Option<String>,
    /// Person or organisation.
    #[schema(value_type = super::schema::KindWord)]
    pub kind: MemberKind,
    /// Their role.
    #[schema(value_type = super::schema::RoleWord)]
    pub role: Role,
    /// Whether they are here.
    pub active: bool,
    /// Minutes given less minutes received, whatever the charter says of `balances`: handle it with the same care.
    pub balance_minutes: i64,
    /// Their own key, if they registered one.
    #[schema(value_type = Option<super::schema::Hex32>)]
    pub key: Option<PublicKey>,
    /// How often they changed it.
    pub key_changes: u32,
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
    #[schema(value_type = Option<super::schema::Id>)]
    pub exchange: Option<ExchangeId>,
    /// By how many minutes the member's balance changed.
    pub change_minutes: i64,
    /// The other member, if there is one and they are here.
    #[schema(value_type = Option<super::schema::Id>)]
    pub other: Option<MemberId>,
    /// Who wrote it down for the member or for a group, if that was somebody else; of a correction, who put it right.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<super::schema::Id>)]
    pub through: Option<MemberId>,
}

/// A member's code for one partner.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct AliasView {
    /// The code to give to the partner.
    #[schema(value_type = super::schema::Id)]
    pub alias: Alias,
}

/// A code on paper, by which a member signs in once.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct SignInCode {
    /// The code, as it is typed.
    pub code: String,
    /// Not good from here on.
    pub expires_at: u64,
}

/// What became of one member of a batch, in the order of the batch.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(untagged)]
pub enum BatchResult {
    /// Admitted.
    Done(Outcome),
    /// Refused; the others of the batch are not touched by that.
    Refused(Problem),
}

/// Another key of a member's own, or none.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct KeyChange {
    /// The public key that only they hold; none takes away the one they have.
    #[schema(value_type = Option<super::schema::Hex32>)]
    pub key: Option<PublicKey>,
    /// One more than the member's `key_changes`; needed when something is signed.
    pub number: Option<u32>,
    /// When the terms were written; needed when something is signed.
    pub made_at: Option<u64>,
    /// The new key's signature over the terms; needed with `key`.
    #[schema(value_type = Option<super::schema::Hex64>)]
    pub proof: Option<Signature>,
    /// The signature of the key they have; a coordinator's word when absent.
    #[schema(value_type = Option<super::schema::ConsentWord>)]
    pub consent: Option<Consent>,
    /// For a coordinator's word: how they were told; `in_person` when absent.
    #[schema(value_type = Option<super::schema::ChannelWord>)]
    pub channel: Option<Channel>,
}

/// Another role for a member.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewRole {
    /// `member` or `coordinator`.
    #[schema(value_type = super::schema::RoleWord)]
    pub role: Role,
}
