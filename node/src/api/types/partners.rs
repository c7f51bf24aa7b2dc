//! What the API says of partnerships.

use kith_protocol::{
    id::{AccountId, CommunityId, MemberId},
    partnership::Granted,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// An invitation to be made.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct NewInvitation {
    /// How many minutes our members may receive ahead; 1,200 when absent.
    pub our_limit_minutes: Option<u64>,
    /// How many minutes their members may receive ahead; 1,200 when absent.
    pub their_limit_minutes: Option<u64>,
    /// The longest single exchange; 480 when absent.
    #[schema(schema_with = super::schema::maybe_minutes)]
    pub largest_minutes: Option<i64>,
    /// For how many days it is good; 14 when absent.
    #[schema(minimum = 1, maximum = 366)]
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
    #[schema(value_type = super::schema::DidKey)]
    pub community: CommunityId,
    /// Its name, as far as it is known.
    pub name: Option<String>,
    /// The account; absent until both signed.
    #[schema(value_type = Option<super::schema::Hex32>)]
    pub account: Option<AccountId>,
    /// `accepting`, `live` or `refused`; `recovering` while we ask the partner what it last saw, `closed` while it asks us,
    /// `frozen` once it signed two things that cannot both be true.
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
    /// Since when the oldest of our exchanges waits for the partner's decision.
    pub waiting_since: Option<u64>,
    /// Whether three quarters of a limit are used, in either direction: time to talk to the partner.
    pub near_limit: bool,
    /// Mail through this partner for others who are away, and through us for it: `off`, `offered` while only we want it,
    /// `wanted` while only the partner does, `agreed` when both do.
    pub mail: String,
    /// How many sealed boxes of others are held here for this partner.
    pub mail_held: u64,
    /// What we go on with.
    pub ours: GrantView,
    /// What they go on with, as far as we have heard.
    pub theirs: GrantView,
}

/// What one side of a partnership goes on with, besides the limit that it grants.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct GrantView {
    /// Whether its members go on giving to the other's.
    pub gives: bool,
    /// Whether its members go on receiving from the other's.
    pub receives: bool,
    /// Whether it ended the partnership.
    pub ended: bool,
}

impl From<Granted> for GrantView {
    fn from(granted: Granted) -> Self {
        let Granted { gives, receives, ended, .. } = granted;
        Self { gives, receives, ended }
    }
}

/// What we grant a partner from now on. What is left out stays as it is.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct NewGrant {
    /// How many minutes more their members may receive from ours than they gave.
    pub their_limit_minutes: Option<u64>,
    /// Whether our members go on giving to theirs.
    pub gives: Option<bool>,
    /// Whether our members go on receiving from theirs.
    pub receives: Option<bool>,
    /// Whether the partnership is over.
    pub ended: Option<bool>,
    /// The coordinator who decides; the first coordinator when absent.
    #[schema(value_type = Option<super::schema::Id>)]
    pub by: Option<MemberId>,
}

/// Whether mail may rest with a partner, and with us for it.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MailSwitch {
    /// Whether it may.
    pub on: bool,
    /// The coordinator who decides; the first coordinator when absent.
    #[serde(default)]
    #[schema(value_type = Option<super::schema::Id>)]
    pub by: Option<MemberId>,
}

/// A coordinator's decision not to wait for a partner.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct GoOn {
    /// The coordinator; the first coordinator when absent.
    #[schema(value_type = Option<super::schema::Id>)]
    pub by: Option<MemberId>,
}
