//! What an entry means to one member: whether it is about them, and by how much it changed where they stand.

use super::entry::{Body, UnderId};
use crate::{
    community::GroupPolicy,
    id::{ExchangeId, MemberId},
    minutes::Minutes,
};
use std::collections::BTreeMap;

fn given(minutes: Minutes) -> i64 {
    i64::from(minutes.get())
}

impl Body {
    /// The members whom the entry itself names as those it is about; coordinators who recorded it are not among them.
    #[must_use]
    pub fn named(&self) -> Vec<MemberId> {
        match self {
            Self::Exchange { terms, .. } => vec![terms.giver, terms.receiver],
            Self::GroupExchange { terms, .. } => {
                std::iter::once(terms.leader).chain(terms.participants.iter().copied()).collect()
            }
            Self::Gift { terms, .. } => vec![terms.from],
            Self::Hold { terms, .. } => vec![terms.payer],
            Self::Receive { payee, .. } | Self::Advance { payee, .. } | Self::AdvanceEnded { payee, .. } => {
                vec![*payee]
            }
            Self::Recovered { member, .. } => member.iter().copied().collect(),
            Self::MemberAdmitted { member, .. }
            | Self::MemberLeft { member, .. }
            | Self::RoleChanged { member, .. }
            | Self::OpeningBalance { member, .. } => vec![*member],
            Self::MemberKeyChanged { terms, .. } => vec![terms.member],
            Self::Founded { coordinator, .. } => vec![*coordinator],
            Self::Correction { .. }
            | Self::Settle { .. }
            | Self::Release { .. }
            | Self::DisputeClosed { .. }
            | Self::CharterChanged { .. }
            | Self::PartnershipAgreed { .. }
            | Self::PartnershipChanged { .. }
            | Self::KeyRotated { .. }
            | Self::Resumed { .. } => Vec::new(),
        }
    }

    /// The exchange whose members the entry is about, when it names none itself.
    #[must_use]
    pub const fn about(&self) -> Option<ExchangeId> {
        match self {
            Self::Correction { terms, .. } => Some(terms.corrects),
            Self::Settle { proposal, .. } | Self::Release { proposal, .. } => Some(proposal.content.exchange),
            Self::DisputeClosed { closing, .. } => Some(closing.content.exchange),
            _ => None,
        }
    }

    /// By how many minutes the entry by itself changes where a member stands: nothing for those that depend on what stood
    /// before, which [`Running`] knows.
    #[must_use]
    pub fn change_of(&self, member: &MemberId) -> i64 {
        match self {
            Self::Exchange { terms, .. } if terms.giver == *member => given(terms.minutes),
            Self::Exchange { terms, .. } if terms.receiver == *member => -given(terms.minutes),
            Self::GroupExchange { terms, policy, .. } if terms.leader == *member => match policy {
                GroupPolicy::LeaderEarnsOnce => given(terms.minutes),
                GroupPolicy::LeaderEarnsAll => {
                    given(terms.minutes) * i64::try_from(terms.participants.len()).unwrap_or(i64::MAX)
                }
            },
            Self::GroupExchange { terms, .. } if terms.participants.contains(member) => -given(terms.minutes),
            Self::Gift { terms, .. } if terms.from == *member => -given(terms.minutes),
            Self::OpeningBalance { member: whose, minutes, .. } if whose == member => minutes.get(),
            Self::Hold { terms, .. } if terms.payer == *member => -given(terms.minutes),
            Self::Release { proposal, .. } => given(proposal.content.minutes),
            Self::Receive { payee, proposal, advanced, .. } if payee == member => {
                given(proposal.content.minutes) - advanced.map_or(0, given)
            }
            Self::Advance { payee, minutes, .. } if payee == member => given(*minutes),
            Self::AdvanceEnded { payee, minutes, kept: false, .. } if payee == member => -given(*minutes),
            Self::Recovered { paid: true, under_id, proposal, .. } if *under_id != UnderId::Hold => {
                -given(proposal.content.minutes)
            }
            Self::Recovered { paid: false, proposal, advanced, .. } => {
                given(proposal.content.minutes) - advanced.map_or(0, given)
            }
            _ => 0,
        }
    }

    /// How many minutes an exchange is about, for the sign and size of corrections; a group is undone as a whole.
    fn length(&self) -> Option<i64> {
        match self {
            Self::Exchange { terms, .. } => Some(given(terms.minutes)),
            Self::GroupExchange { terms, .. } => Some(given(terms.minutes)),
            Self::Gift { terms, .. } => Some(given(terms.minutes)),
            _ => None,
        }
    }
}

/// Where one member stands, entry after entry of those that are about them: it settles what corrections and leaving changed.
#[derive(Debug, Default)]
pub struct Running {
    balance: i64,
    /// Minutes that stand of the exchanges that were corrected.
    stands: BTreeMap<ExchangeId, i64>,
}

impl Running {
    /// From where a member stood.
    #[must_use]
    pub fn from(balance: i64) -> Self {
        Self { balance, stands: BTreeMap::new() }
    }

    /// Where the member stands now.
    #[must_use]
    pub const fn balance(&self) -> i64 {
        self.balance
    }

    /// Takes the next entry, with the one that began the exchange it continues, and says what it changed.
    pub fn take(&mut self, body: &Body, first: Option<&Body>, member: &MemberId) -> i64 {
        let change = match body {
            Body::MemberLeft { .. } => self.balance.saturating_neg(),
            Body::Correction { terms, .. } => self.correct(first, terms.corrects, terms.minutes, member),
            _ => body.change_of(member),
        };
        self.balance = self.balance.saturating_add(change);
        change
    }

    /// Takes a correction from before the time that is looked at: it moves nothing any more, and later ones count from it.
    pub fn know(&mut self, body: &Body) {
        if let Body::Correction { terms, .. } = body {
            self.stands.insert(terms.corrects, terms.minutes.map_or(0, given));
        }
    }

    fn correct(&mut self, first: Option<&Body>, corrects: ExchangeId, to: Option<Minutes>, member: &MemberId) -> i64 {
        let Some((first, original)) = first.and_then(|first| Some((first, first.length()?))) else { return 0 };
        let to = to.map_or(0, given);
        let stood = self.stands.insert(corrects, to).unwrap_or(original);
        // Exact: a member's part is a whole multiple of the minutes, and of a group's only all or nothing is undone.
        (first.change_of(member) / original).saturating_mul(to - stood)
    }
}
