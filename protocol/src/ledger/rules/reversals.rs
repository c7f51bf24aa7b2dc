//! Giving an exchange back across the border: a new exchange the other way that names the first.
//!
//! Whoever paid asks for it and whoever received pays, so both sides' members have agreed. An exchange is given back once.

use super::super::{
    entry::{Body, PaymentTerms},
    state::{History, Ledger},
};
use crate::{
    id::{AccountId, ExchangeId, MemberId},
    minutes::Minutes,
    partnership::{Kind, Proposal},
    rejection::Rejection,
};

/// One side's part in an exchange with a partner.
pub(super) struct Part {
    pub(super) account: AccountId,
    member: Option<MemberId>,
    minutes: Minutes,
    paid: bool,
    gives_back: bool,
}

pub(super) fn part(history: &dyn History, id: ExchangeId) -> Result<Part, Rejection> {
    let recorded = history.exchange(&id).ok_or(Rejection::UnknownExchange(id))?;
    let latest = history.entry(recorded.latest).map(|entry| entry.body);
    if matches!(latest, Some(Body::Release { .. })) {
        return Err(Rejection::NotReversible(id, "the partner refused it"));
    }
    let crossed = |proposal: &Proposal, member: Option<MemberId>, paid: bool| Part {
        account: proposal.account,
        member,
        minutes: proposal.minutes,
        paid,
        gives_back: proposal.kind != Kind::Exchange,
    };
    match history.entry(recorded.index).map(|entry| entry.body) {
        Some(Body::Hold { terms, .. }) => Ok(Part {
            account: terms.account,
            member: Some(terms.payer),
            minutes: terms.minutes,
            paid: true,
            gives_back: terms.reverses.is_some(),
        }),
        Some(Body::Receive { payee, proposal, .. }) => Ok(crossed(&proposal.content, Some(payee), false)),
        Some(Body::Recovered { member, paid, proposal, .. }) => Ok(crossed(&proposal.content, member, paid)),
        _ => Err(Rejection::NotReversible(id, "it was not with a partner")),
    }
}

impl Ledger {
    /// Whether a payment that gives an exchange back may: our member received it, and it was not given back before.
    ///
    /// # Errors
    /// [`Rejection::NotReversible`] and [`Rejection::UnknownExchange`].
    pub fn check_giving_back(&self, terms: &PaymentTerms, history: &dyn History) -> Result<(), Rejection> {
        match terms.reverses {
            Some(of) => self.reversible(of, (terms.account, terms.payer, terms.minutes), false, history),
            None => Ok(()),
        }
    }

    /// Whether our member may get an exchange back from a partner: they paid it, and it was not given back before.
    ///
    /// # Errors
    /// [`Rejection::NotReversible`] and [`Rejection::UnknownExchange`].
    pub fn check_getting_back(
        &self,
        of: ExchangeId,
        account: AccountId,
        member: MemberId,
        minutes: Minutes,
        history: &dyn History,
    ) -> Result<(), Rejection> {
        self.reversible(of, (account, member, minutes), true, history)
    }

    fn reversible(
        &self,
        of: ExchangeId,
        (account, member, minutes): (AccountId, MemberId, Minutes),
        paid: bool,
        history: &dyn History,
    ) -> Result<(), Rejection> {
        let no = |why| Err(Rejection::NotReversible(of, why));
        let part = part(history, of)?;
        if self.holds().contains_key(&of) {
            return no("the partner has not answered yet");
        }
        if part.account != account || part.member != Some(member) || part.paid != paid {
            return no("it was between others");
        }
        if part.gives_back {
            return no("it gives another one back itself");
        }
        if minutes > part.minutes {
            return no("it was shorter");
        }
        if self.reversed.contains(&of) {
            return no("it was given back already");
        }
        Ok(())
    }

    /// Who received an exchange of a partnership here, for a partner that asks to have it back.
    #[must_use]
    pub fn received_by(&self, of: ExchangeId, account: AccountId, history: &dyn History) -> Option<MemberId> {
        part(history, of).ok().filter(|part| part.account == account && !part.paid)?.member
    }
}

pub(super) fn permit(ledger: &Ledger, body: &Body, history: &dyn History) -> Result<(), Rejection> {
    match body {
        Body::Hold { terms, .. } => ledger.check_giving_back(terms, history),
        Body::Receive { payee, proposal, .. } => match proposal.content.kind {
            Kind::Exchange => Ok(()),
            Kind::Reversal { of } => {
                let Proposal { account, minutes, .. } = proposal.content;
                ledger.check_getting_back(of, account, *payee, minutes, history)
            }
        },
        _ => Ok(()),
    }
}

pub(super) fn apply(ledger: &mut Ledger, body: &Body) {
    match body {
        Body::Hold { terms, .. } => ledger.reversed.extend(terms.reverses),
        Body::Release { proposal, .. } => {
            if let Kind::Reversal { of } = proposal.content.kind {
                ledger.reversed.remove(&of);
            }
        }
        Body::Receive { proposal, .. } | Body::Recovered { proposal, .. } => {
            if let Kind::Reversal { of } = proposal.content.kind {
                ledger.reversed.insert(of);
            }
        }
        _ => {}
    }
}
