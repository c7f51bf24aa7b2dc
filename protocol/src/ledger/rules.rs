//! `validate` (may it be recorded?) and `apply` (record it). Each refusal has a name; each entry's postings sum to zero.
//!
//! The rules judge what an entry says. That its signatures are real is checked before, by whoever brings it in: members' by
//! [`super::consent::Asked`], communities' by [`crate::envelope::Unverified::verify`], and all of them again by the auditor
//! of exports.

mod advances;
mod disputes;
mod exchanges;
mod members;
mod partners;
mod reversals;

pub use advances::POT_FLOOR;

use super::{
    entry::{Body, ENTRY_VERSION, Entry},
    state::{Account, History, Ledger, Posting},
};
use crate::{
    community::Balances,
    id::{Digest, MemberId},
    member::{Member, MemberKind, Role},
    minutes::{BadMinutes, Balance},
    rejection::Rejection,
    time::Timestamp,
};

/// An entry that the rules allow next, with what it does to the accounts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Validated {
    entry: Entry,
    bytes: Vec<u8>,
    postings: Vec<Posting>,
}

impl Validated {
    /// The entry.
    #[must_use]
    pub const fn entry(&self) -> &Entry {
        &self.entry
    }

    /// The entry, without a copy.
    #[must_use]
    pub fn into_entry(self) -> Entry {
        self.entry
    }

    /// The leaf's bytes.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// What it does to the accounts.
    #[must_use]
    pub fn postings(&self) -> &[Posting] {
        &self.postings
    }
}

/// Where an applied entry stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Applied {
    /// Its index.
    pub index: u64,
    /// Its leaf hash.
    pub leaf: Digest,
}

impl Ledger {
    /// Whether `body` may be the next entry.
    ///
    /// # Errors
    /// The named reason why not; nothing has changed.
    pub fn validate(&self, at: Timestamp, body: Body, history: &dyn History) -> Result<Validated, Rejection> {
        self.check_beginning(&body)?;
        if let Some(id) = body.begins()
            && history.exchange(&id).is_some()
            && !(broken!(RecoversTwice) && matches!(body, Body::Recovered { .. }))
        {
            return Err(Rejection::ExchangeExists(id));
        }
        self.permit(&body, history)?;
        let postings = self.postings(&body, history)?;
        self.check_sums(&postings)?;
        let entry = Entry { v: ENTRY_VERSION, at, body };
        Ok(Validated { bytes: entry.to_bytes(), entry, postings })
    }

    /// An entry that was validated before and read back from this node's own journal.
    ///
    /// # Errors
    /// When it cannot follow what is here: the journal is not this ledger's.
    pub fn revalidate(&self, entry: Entry, history: &dyn History) -> Result<Validated, Rejection> {
        self.check_beginning(&entry.body)?;
        match &entry.body {
            Body::Founded { certificate, .. } if certificate.content.community != self.community => {
                return Err(Rejection::OtherCommunity);
            }
            Body::PartnershipAgreed { agreement } if agreement.terms.side_of(&self.community).is_none() => {
                return Err(Rejection::OtherCommunity);
            }
            Body::RoleChanged { member, .. } => drop(self.active(member)?),
            Body::MemberKeyChanged { terms, .. } => drop(self.active(&terms.member)?),
            _ => {}
        }
        let postings = self.postings(&entry.body, history)?;
        self.check_sums(&postings)?;
        Ok(Validated { bytes: entry.to_bytes(), entry, postings })
    }

    /// A ledger begins with its founding, and only there.
    fn check_beginning(&self, body: &Body) -> Result<(), Rejection> {
        let founds = matches!(body, Body::Founded { .. });
        if founds == (self.tree.size() == 0) { Ok(()) } else { Err(Rejection::Founding) }
    }

    fn permit(&self, body: &Body, history: &dyn History) -> Result<(), Rejection> {
        match body {
            Body::Founded { .. }
            | Body::CharterChanged { .. }
            | Body::MemberAdmitted { .. }
            | Body::MemberLeft { .. }
            | Body::RoleChanged { .. }
            | Body::MemberKeyChanged { .. }
            | Body::KeyRotated { .. } => members::permit(self, body),
            Body::Exchange { .. } | Body::GroupExchange { .. } | Body::Gift { .. } | Body::OpeningBalance { .. } => {
                exchanges::permit(self, body)
            }
            Body::Correction { terms, by } => exchanges::permit_correction(self, terms, by, history),
            Body::Advance { .. } | Body::AdvanceEnded { .. } => advances::permit(self, body, history),
            Body::DisputeClosed { .. } => disputes::permit(self, body, history),
            Body::PartnershipAgreed { .. }
            | Body::PartnershipChanged { .. }
            | Body::Hold { .. }
            | Body::Settle { .. }
            | Body::Release { .. }
            | Body::Receive { .. }
            | Body::Resumed { .. }
            | Body::Recovered { .. } => {
                partners::permit(self, body, history)?;
                reversals::permit(self, body, history)
            }
        }
    }

    fn postings(&self, body: &Body, history: &dyn History) -> Result<Vec<Posting>, Rejection> {
        Ok(match body {
            Body::Founded { .. }
            | Body::CharterChanged { .. }
            | Body::MemberAdmitted { .. }
            | Body::RoleChanged { .. }
            | Body::MemberKeyChanged { .. }
            | Body::KeyRotated { .. }
            | Body::Resumed { .. }
            | Body::DisputeClosed { .. }
            | Body::PartnershipChanged { .. }
            | Body::PartnershipAgreed { .. } => Vec::new(),
            Body::Advance { .. } | Body::AdvanceEnded { .. } => advances::postings(body),
            Body::MemberLeft { member, .. } => {
                let balance = self.balance(&Account::Member(*member));
                pair(Account::Member(*member), Account::Pot, balance)
            }
            Body::OpeningBalance { member, minutes, .. } => pair(Account::Opening, Account::Member(*member), *minutes),
            Body::Exchange { .. } | Body::GroupExchange { .. } | Body::Gift { .. } => exchanges::postings(body)?,
            Body::Correction { terms, .. } => exchanges::correction_postings(terms, history)?,
            Body::Hold { .. }
            | Body::Settle { .. }
            | Body::Release { .. }
            | Body::Receive { .. }
            | Body::Recovered { .. } => partners::postings(self, body)?,
        })
    }

    /// The postings sum to zero, and every account they name exists and stays countable.
    fn check_sums(&self, postings: &[Posting]) -> Result<(), Rejection> {
        let sum: i128 = postings.iter().map(|p| i128::from(p.change.get())).sum();
        assert_eq!(sum, 0, "postings are made in pairs");
        for posting in postings {
            match &posting.account {
                Account::Member(id) if !self.members.contains_key(id) => return Err(Rejection::UnknownMember(*id)),
                Account::OnHold(id) | Account::Partner(id) if !self.partners.contains_key(id) => {
                    return Err(Rejection::UnknownPartnership(*id));
                }
                _ => {}
            }
            self.balance(&posting.account).plus(posting.change)?;
        }
        Ok(())
    }

    /// Records a validated entry. Infallible: everything that could fail was checked.
    ///
    /// # Panics
    /// When `validated` was made for another state of this ledger.
    pub fn apply(&mut self, validated: &Validated) -> Applied {
        members::apply(self, &validated.entry.body);
        partners::apply(self, &validated.entry.body);
        reversals::apply(self, &validated.entry.body);
        advances::apply(self, &validated.entry.body);
        disputes::apply(self, &validated.entry.body);
        for posting in &validated.postings {
            let balance = self.balance_mut(&posting.account).expect("validated postings name existing accounts");
            *balance = balance.plus(posting.change).expect("validated postings stay in range");
            if let (Account::Member(id), true) = (&posting.account, posting.change != Balance::ZERO) {
                self.member_mut(id).started = true;
            }
        }
        let leaf = validated.entry.leaf_of(&validated.bytes);
        let index = self.tree.size();
        self.tree.push(leaf);
        Applied { index, leaf }
    }

    /// Whether a member's balance may change by `change` under the charter. Only the direction of the change is judged:
    /// who is below the floor already may always receive less. What is on hold may come back on top of it. Where nobody keeps
    /// score ([`crate::community::Balances::Gifts`]), only that the member is here and the balance can be counted.
    ///
    /// # Errors
    /// [`Rejection::MemberFloor`], [`Rejection::MemberCeiling`], a balance out of range, or the member's absence.
    pub fn check_limits(&self, id: &MemberId, change: Balance) -> Result<(), Rejection> {
        let charter = self.charter.as_ref().ok_or(Rejection::Founding)?;
        let member = self.active(id)?;
        let after = member.balance.plus(change)?;
        let unseen = charter.balances == Balances::Hidden;
        if !charter.balances.limits_bind() || (unseen && broken!(HiddenIsBoundless)) {
            return Ok(());
        }
        let floor = match member.kind {
            MemberKind::Person => charter.person_floor,
            MemberKind::Organisation => charter.organisation_floor,
        };
        if change < Balance::ZERO && after < floor {
            return Err(Rejection::MemberFloor { member: *id, balance: after.get(), floor: floor.get() });
        }
        let Some(ceiling) = charter.ceiling.filter(|_| change > Balance::ZERO) else { return Ok(()) };
        let mut at_most = after;
        for hold in self.holds.values().filter(|hold| hold.payer == *id) {
            at_most = at_most.plus(hold.minutes.given())?;
        }
        if at_most > ceiling {
            return Err(Rejection::MemberCeiling { member: *id, balance: at_most.get(), ceiling: ceiling.get() });
        }
        Ok(())
    }

    pub(super) fn member_mut(&mut self, id: &MemberId) -> &mut Member {
        self.members.get_mut(id).expect("validated entries name existing members")
    }

    pub(super) fn count_coordinators(&mut self) {
        let count = self.members.values().filter(|m| m.active && m.role == Role::Coordinator).count();
        self.coordinators = u32::try_from(count).unwrap_or(u32::MAX);
    }
}

/// Moves `amount` from one account to the other.
pub(super) fn pair(from: Account, to: Account, amount: Balance) -> Vec<Posting> {
    vec![Posting { account: from, change: amount.negated() }, Posting { account: to, change: amount }]
}

/// A sum of minutes of several people, as a balance.
pub(super) fn times(amount: Balance, n: usize) -> Result<Balance, Rejection> {
    let n = i64::try_from(n).map_err(|_| BadMinutes::Overflow)?;
    Ok(Balance::new(amount.get().checked_mul(n).ok_or(BadMinutes::Overflow)?)?)
}
