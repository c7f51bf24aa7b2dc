//! Advances: the pot pays what a partner's member has been asked for and has not paid yet.

use super::{
    effect::Turn,
    fact::{Reply, WaitingKind},
    state::Machine,
};
use crate::{
    id::{ExchangeId, MemberId},
    ledger::Body,
    rejection::Rejection,
};

impl Machine {
    /// A coordinator lets the pot pay a member who waits for a partner.
    pub(super) fn advance(
        &mut self,
        turn: &mut Turn<'_>,
        exchange: ExchangeId,
        by: MemberId,
    ) -> Result<Reply, Rejection> {
        let waiting = self.state.waiting.get(&exchange).map(|waiting| &waiting.kind);
        let Some(WaitingKind::Asked { account, payee, minutes, .. }) = waiting else {
            let why = "it does not wait for a partner to pay somebody here";
            return Err(Rejection::NotAdvanceable(exchange, why));
        };
        let (account, payee, minutes) = (*account, *payee, *minutes);
        let index = self.enter(turn, Body::Advance { exchange, account, payee, minutes, by })?;
        Ok(Reply::Entry { index })
    }

    /// A coordinator decides what becomes of an advance: the member keeps it, or the pot takes it back.
    pub(super) fn end_advance(
        &mut self,
        turn: &mut Turn<'_>,
        exchange: ExchangeId,
        kept: bool,
        by: MemberId,
    ) -> Result<Reply, Rejection> {
        let advance = self.state.ledger.advance(&exchange)?;
        let (payee, minutes) = (advance.payee, advance.minutes);
        let index = self.enter(turn, Body::AdvanceEnded { exchange, payee, minutes, kept, by })?;
        Ok(Reply::Entry { index })
    }
}
