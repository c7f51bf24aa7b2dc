//! Exchanges inside the community, from the first word to the ledger.

use super::{
    effect::Turn,
    fact::{Fact, Reply, Waiting, WaitingKind},
    message::Message,
    state::Machine,
};
use crate::{
    id::{ExchangeId, MemberId},
    ledger::{Agreeable as _, Agreed, Authority, Body, Consent, CorrectionTerms, ExchangeTerms, GiftTerms, GroupTerms},
    rejection::Rejection,
};

/// How many exchanges may wait for members' agreement: more than a coordinator could chase in a year.
pub const MAX_WAITING: usize = 10_000;

impl Machine {
    /// A signature must be by the key the member registered; its own correctness was checked before.
    pub(super) fn own_keys(&self, parties: &[(MemberId, Option<&Consent>)]) -> Result<(), Rejection> {
        for (member, consent) in parties {
            if let Some(Consent::Key { key, .. }) = consent {
                match self.state.ledger.active(member)?.key {
                    Some(_) if broken!(AnyKeySigns) => {}
                    None => return Err(Rejection::NoKey(*member)),
                    Some(registered) if registered != *key => return Err(Rejection::OtherKey(*member)),
                    Some(_) => {}
                }
            }
        }
        Ok(())
    }

    pub(super) fn exchange(
        &mut self,
        turn: &mut Turn<'_>,
        mut agreed: Agreed<ExchangeTerms>,
    ) -> Result<Reply, Rejection> {
        let exchange = agreed.terms().exchange;
        let waits = self.state.waiting.get(&exchange).map(|waiting| &waiting.kind);
        if let Some(WaitingKind::Local { terms, consents }) = waits {
            if terms != agreed.terms() {
                return Err(Rejection::ExchangeExists(exchange));
            }
            let given = terms.parties().into_iter().zip(consents).map(|(member, consent)| {
                // Who took another key meanwhile agrees anew: the entry is judged by the key they have then.
                consent.clone().filter(|_| self.own_keys(&[(member, consent.as_ref())]).is_ok())
            });
            agreed = agreed.joined(&Agreed::from_own_journal(terms.clone(), given.collect()));
        } else if waits.is_some() {
            return Err(Rejection::ExchangeExists(exchange));
        }
        let was_waiting = waits.is_some();
        let (terms, consents) = agreed.into_parts();
        let (giver, receiver) = (consents[0].as_ref(), consents[1].as_ref());
        self.own_keys(&[(terms.giver, giver), (terms.receiver, receiver)])?;
        let [giver, receiver] = [giver, receiver].map(|consent| consent.map(Consent::authority));
        match self.enter(turn, Body::Exchange { terms: terms.clone(), giver, receiver }) {
            Ok(index) => {
                if was_waiting {
                    self.record(turn, Fact::WaitsNoLonger { exchange });
                }
                Ok(Reply::Posted { exchange, index })
            }
            Err(Rejection::ConfirmationMissing(member)) if consents.iter().any(Option::is_some) => {
                if self.count_waiting(true) >= MAX_WAITING {
                    return Err(Rejection::TooManyWaiting { what: "exchanges", limit: MAX_WAITING });
                }
                let waiting = Waiting { kind: WaitingKind::Local { terms, consents }, since: turn.now };
                self.record(turn, Fact::Waits { exchange, waiting });
                Ok(Reply::Waits { exchange, member: Some(member) })
            }
            Err(why) => Err(why),
        }
    }

    pub(super) fn group(&mut self, turn: &mut Turn<'_>, agreed: Agreed<GroupTerms>) -> Result<Reply, Rejection> {
        let (terms, consents) = agreed.into_parts();
        let everybody = std::iter::once(terms.leader).chain(terms.participants.iter().copied());
        let parties: Vec<_> = everybody.zip(consents.iter().map(Option::as_ref)).collect();
        self.own_keys(&parties)?;
        let policy = self.state.ledger.charter().ok_or(Rejection::Founding)?.group;
        let mut given = consents.iter().map(|consent| consent.as_ref().map(Consent::authority));
        let leader: Option<Authority> = given.next().flatten();
        let exchange = terms.exchange;
        let participants = given.collect();
        let index = self.enter(turn, Body::GroupExchange { terms, policy, leader, participants })?;
        Ok(Reply::Posted { exchange, index })
    }

    pub(super) fn gift(&mut self, turn: &mut Turn<'_>, agreed: Agreed<GiftTerms>) -> Result<Reply, Rejection> {
        let (terms, consents) = agreed.into_parts();
        let consent = consents.first().and_then(Option::as_ref);
        self.own_keys(&[(terms.from, consent)])?;
        let from = consent.map(Consent::authority).ok_or(Rejection::ConfirmationMissing(terms.from))?;
        let exchange = terms.exchange;
        let index = self.enter(turn, Body::Gift { terms, from })?;
        Ok(Reply::Posted { exchange, index })
    }

    pub(super) fn correct(
        &mut self,
        turn: &mut Turn<'_>,
        terms: CorrectionTerms,
        by: MemberId,
    ) -> Result<Reply, Rejection> {
        let exchange = terms.exchange;
        let index = self.enter(turn, Body::Correction { terms, by })?;
        Ok(Reply::Posted { exchange, index })
    }

    pub(super) fn decline(&mut self, turn: &mut Turn<'_>, exchange: ExchangeId) -> Result<Reply, Rejection> {
        let waiting = self.state.waiting.get(&exchange).ok_or(Rejection::NotWaiting(exchange))?;
        match waiting.kind {
            WaitingKind::Declined { .. } => return Err(Rejection::NotWaiting(exchange)),
            WaitingKind::Payment { account, .. } => {
                let declined = Waiting { kind: WaitingKind::Declined { account }, since: turn.now };
                self.record(turn, Fact::Waits { exchange, waiting: declined });
                if let Some(to) = self.partner_session(&account) {
                    turn.send(to, Message::AskDeclined { exchange });
                }
            }
            WaitingKind::Local { .. } | WaitingKind::Asked { .. } => {
                self.record(turn, Fact::WaitsNoLonger { exchange });
            }
        }
        Ok(Reply::Done)
    }
}
