//! Advances from the pot: a member whom a partner's member has not paid yet does not wait, and what is paid later repays the pot.
//!
//! The pot is repaid exactly once: an advance stands until the payment is received or recovered, and the entry that does so says
//! how many of its minutes go to the pot.

use super::{
    super::{
        entry::Body,
        state::{Account, Advance, History, Ledger, Posting},
    },
    pair,
    partners::within_agreed,
};
use crate::{
    id::{AccountId, ExchangeId, MemberId},
    minutes::{Balance, Minutes},
    partnership::Proposal,
    rejection::Rejection,
};

/// What the pot must keep, in minutes: it advances what it has and owes nobody.
pub const POT_FLOOR: Balance = Balance::ZERO;

pub(super) fn permit(ledger: &Ledger, body: &Body, history: &dyn History) -> Result<(), Rejection> {
    match body {
        Body::Advance { exchange, account, payee, minutes, by } => {
            ledger.coordinator(by)?;
            if history.exchange(exchange).is_some() {
                return Err(Rejection::ExchangeExists(*exchange));
            }
            if ledger.advances.contains_key(exchange) {
                return Err(Rejection::NotAdvanceable(*exchange, "the pot advanced it already"));
            }
            within_agreed(ledger, account, *minutes)?;
            ledger.check_limits(payee, minutes.given())?;
            let would_be = ledger.pot.plus(minutes.received())?;
            if would_be < POT_FLOOR && !broken!(AdvancesWithoutPot) {
                return Err(Rejection::PotFloor { would_be: would_be.get(), floor: POT_FLOOR.get() });
            }
            Ok(())
        }
        Body::AdvanceEnded { exchange, payee, minutes, kept, by } => {
            ledger.coordinator(by)?;
            let advance = ledger.advances.get(exchange);
            let advance = advance.ok_or(Rejection::NotAdvanceable(*exchange, "nothing is advanced for it"))?;
            if (advance.payee, advance.minutes) != (*payee, *minutes) {
                return Err(Rejection::NotAdvanceable(*exchange, "something else was advanced for it"));
            }
            match *kept {
                true if advance.kept => Err(Rejection::NothingChanges),
                true => Ok(()),
                false => ledger.check_limits(payee, minutes.received()),
            }
        }
        _ => Ok(()),
    }
}

pub(super) fn postings(body: &Body) -> Vec<Posting> {
    match body {
        Body::Advance { payee, minutes, .. } => pair(Account::Pot, Account::Member(*payee), minutes.given()),
        Body::AdvanceEnded { payee, minutes, kept: false, .. } => {
            pair(Account::Member(*payee), Account::Pot, minutes.given())
        }
        _ => Vec::new(),
    }
}

pub(super) fn apply(ledger: &mut Ledger, body: &Body) {
    match body {
        Body::Advance { exchange, account, payee, minutes, .. } => {
            let advance = Advance { account: *account, payee: *payee, minutes: *minutes, kept: false };
            ledger.advances.insert(*exchange, advance);
        }
        Body::AdvanceEnded { exchange, kept: true, .. } => {
            ledger.advances.entry(*exchange).and_modify(|advance| advance.kept = true);
        }
        Body::AdvanceEnded { exchange, kept: false, .. } => drop(ledger.advances.remove(exchange)),
        Body::Receive { proposal, advanced: Some(_), .. } | Body::Recovered { proposal, advanced: Some(_), .. } => {
            ledger.advances.remove(&proposal.content.exchange);
        }
        _ => {}
    }
}

/// Where minutes that come from a partner go: what was advanced to the pot, the rest to whose they are.
pub(super) fn incoming(account: AccountId, to: Account, minutes: Minutes, advanced: Option<Minutes>) -> Vec<Posting> {
    let whole = i64::from(minutes.get());
    let back = advanced.map_or(0, |advanced| i64::from(advanced.get())).min(whole);
    let change = |minutes: i64| Balance::new(minutes).expect("a part of some minutes is in range");
    let parts = [(Account::Partner(account), -whole), (Account::Pot, back), (to, whole - back)];
    let moves = parts.into_iter().filter(|(_, minutes)| *minutes != 0);
    moves.map(|(account, minutes)| Posting { account, change: change(minutes) }).collect()
}

impl Ledger {
    /// How many minutes of a partner's payment go to the pot, because it advanced them.
    #[must_use]
    pub fn repays(&self, proposal: &Proposal) -> Option<Minutes> {
        let advance = self.advances.get(&proposal.exchange).filter(|a| a.account == proposal.account)?;
        if broken!(AdvancePaidTwice) { None } else { Some(advance.minutes.min(proposal.minutes)) }
    }

    /// Whether a member may receive what a partner pays: only what the pot has not advanced to them counts, and what it advanced
    /// comes back for the one who has it.
    pub(super) fn check_incoming(&self, payee: &MemberId, proposal: &Proposal) -> Result<(), Rejection> {
        if let Some(advance) = self.advances.get(&proposal.exchange)
            && (advance.payee, advance.account) != (*payee, proposal.account)
        {
            return Err(Rejection::NotAParty(*payee));
        }
        let back = self.repays(proposal).map_or(0, Minutes::get);
        match i64::from(proposal.minutes.get()) - i64::from(back) {
            0 => Ok(()),
            rest => self.check_limits(payee, Balance::new(rest)?),
        }
    }

    /// What the pot advanced for an exchange.
    ///
    /// # Errors
    /// [`Rejection::NotAdvanceable`].
    pub fn advance(&self, exchange: &ExchangeId) -> Result<&Advance, Rejection> {
        self.advances.get(exchange).ok_or(Rejection::NotAdvanceable(*exchange, "nothing is advanced for it"))
    }
}
