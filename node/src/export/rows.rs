//! What an entry of the ledger says about hours, as lines of a table.

use kith_protocol::{
    community::GroupPolicy,
    id::{AccountId, ExchangeId, MemberId},
    ledger::{Body, Entry},
};

/// The names of the columns.
pub(super) const HEAD: [&str; 12] = [
    "entry",
    "at",
    "kind",
    "exchange",
    "giver",
    "giver_name",
    "receiver",
    "receiver_name",
    "minutes",
    "partnership",
    "corrects",
    "note",
];

/// Who gives or receives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    /// Somebody here.
    Member(MemberId),
    /// The community's pot.
    Pot,
    /// Somebody of a partner community, or nobody.
    Elsewhere,
}

/// One line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Row {
    pub(super) exchange: Option<ExchangeId>,
    pub(super) giver: Side,
    pub(super) receiver: Side,
    /// Below zero only for hours brought along.
    pub(super) minutes: Option<i64>,
    pub(super) account: Option<AccountId>,
    pub(super) corrects: Option<ExchangeId>,
}

impl Row {
    fn new(exchange: Option<ExchangeId>, giver: Side, receiver: Side, minutes: impl Into<Option<i64>>) -> Self {
        Self { exchange, giver, receiver, minutes: minutes.into(), account: None, corrects: None }
    }

    fn with(self, account: AccountId) -> Self {
        Self { account: Some(account), ..self }
    }
}

/// The lines of an entry: one for each pair of a group and one for what its pot gets, none for what moves no hours. Whoever
/// gives a gift is its receiver here, as in the ledger: their hours grow less.
pub(super) fn rows(entry: &Entry) -> Vec<Row> {
    use Side::{Elsewhere, Member, Pot};
    match &entry.body {
        Body::Exchange { terms, .. } => {
            let minutes = i64::from(terms.minutes.get());
            vec![Row::new(Some(terms.exchange), Member(terms.giver), Member(terms.receiver), minutes)]
        }
        Body::GroupExchange { terms, policy, .. } => {
            let (id, minutes) = (Some(terms.exchange), i64::from(terms.minutes.get()));
            let each = terms.participants.iter();
            let mut rows: Vec<Row> =
                each.map(|one| Row::new(id, Member(terms.leader), Member(*one), minutes)).collect();
            let rest = i64::try_from(rows.len()).unwrap_or(i64::MAX).saturating_sub(1) * minutes;
            if *policy == GroupPolicy::LeaderEarnsOnce && rest > 0 {
                // What the leader does not keep.
                rows.push(Row::new(id, Pot, Member(terms.leader), rest));
            }
            rows
        }
        Body::Gift { terms, .. } => {
            vec![Row::new(Some(terms.exchange), Pot, Member(terms.from), i64::from(terms.minutes.get()))]
        }
        Body::Correction { terms, .. } => {
            let minutes = terms.minutes.map_or(0, |minutes| i64::from(minutes.get()));
            let row = Row::new(Some(terms.exchange), Elsewhere, Elsewhere, minutes);
            vec![Row { corrects: Some(terms.corrects), ..row }]
        }
        Body::OpeningBalance { member, minutes, .. } => {
            vec![Row::new(None, Member(*member), Elsewhere, minutes.get())]
        }
        Body::Hold { terms, .. } => {
            let minutes = i64::from(terms.minutes.get());
            vec![Row::new(Some(terms.exchange), Elsewhere, Member(terms.payer), minutes).with(terms.account)]
        }
        Body::Settle { proposal, .. } | Body::Release { proposal, .. } | Body::Recovered { proposal, .. } => {
            let minutes = i64::from(proposal.content.minutes.get());
            let row = Row::new(Some(proposal.content.exchange), Elsewhere, Elsewhere, minutes);
            vec![row.with(proposal.content.account)]
        }
        Body::Receive { payee, proposal, .. } => {
            let minutes = i64::from(proposal.content.minutes.get());
            let row = Row::new(Some(proposal.content.exchange), Member(*payee), Elsewhere, minutes);
            vec![row.with(proposal.content.account)]
        }
        Body::Advance { exchange, account, payee, minutes, .. } => {
            vec![Row::new(Some(*exchange), Member(*payee), Pot, i64::from(minutes.get())).with(*account)]
        }
        // What the member keeps moves no hours any more.
        Body::AdvanceEnded { kept: true, .. } => Vec::new(),
        Body::AdvanceEnded { exchange, payee, minutes, .. } => {
            vec![Row::new(Some(*exchange), Pot, Member(*payee), i64::from(minutes.get()))]
        }
        Body::Founded { .. }
        | Body::CharterChanged { .. }
        | Body::MemberAdmitted { .. }
        | Body::MemberLeft { .. }
        | Body::RoleChanged { .. }
        | Body::MemberKeyChanged { .. }
        | Body::PartnershipAgreed { .. }
        | Body::PartnershipChanged { .. }
        | Body::KeyRotated { .. }
        | Body::Resumed { .. }
        | Body::DisputeClosed { .. } => Vec::new(),
    }
}
