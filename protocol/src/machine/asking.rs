//! Requests for payment: whoever gave help to a partner's member asks for the minutes, and the payer pays or declines.

use super::{
    effect::Turn,
    exchanges::MAX_WAITING,
    fact::{Fact, Reply, Waiting, WaitingKind},
    input::Peer,
    message::{Message, PaymentRequest},
    state::Machine,
};
use crate::{
    id::{AccountId, CommunityId, ExchangeId},
    partnership::Payee,
    rejection::Rejection,
    time::Timestamp,
};

impl Machine {
    /// From the payee's side: asks a partner's member for the minutes of help given.
    pub(super) fn ask(
        &mut self,
        turn: &mut Turn<'_>,
        exchange: ExchangeId,
        kind: WaitingKind,
    ) -> Result<Reply, Rejection> {
        let WaitingKind::Asked { account, payee, payer, minutes, reverses, .. } = kind else {
            return Err(Rejection::NotWaiting(exchange));
        };
        let partner = self.state.ledger.partners().get(&account).ok_or(Rejection::UnknownPartnership(account))?;
        let community = partner.community();
        if reverses.is_none() {
            partner.check_open(partner.side.other(), Timestamp::MAX)?;
        }
        let limit = partner.terms.largest.get();
        if minutes.get() > limit {
            return Err(Rejection::PartnershipExchangeTooLong { minutes: minutes.get(), limit });
        }
        self.state.ledger.check_limits(&payee, minutes.given())?;
        match (reverses, payer) {
            (Some(of), _) => self.state.ledger.check_getting_back(of, account, payee, minutes, turn.view)?,
            (None, None) => return Err(Rejection::UnknownAlias),
            (None, Some(_)) => {}
        }
        if turn.view.exchange(&exchange).is_some() || self.state.waiting.contains_key(&exchange) {
            return Err(Rejection::ExchangeExists(exchange));
        }
        if self.count_waiting(false) >= MAX_WAITING {
            return Err(Rejection::TooManyWaiting { what: "requests", limit: MAX_WAITING });
        }
        self.record(turn, Fact::Waits { exchange, waiting: Waiting { kind, since: turn.now } });
        if let Some(peer) = self.session_of(&community) {
            self.greet(turn, peer, community);
        }
        Ok(Reply::Waits { exchange, member: None })
    }

    /// From the payer's side: a request arrives and waits for the member.
    pub(super) fn asked(
        &mut self,
        turn: &mut Turn<'_>,
        peer: Peer,
        from: CommunityId,
        request: &PaymentRequest,
    ) -> Result<(), Rejection> {
        let PaymentRequest { account, exchange, minutes, .. } = *request;
        let partner = self.state.ledger.partners().get(&account).ok_or(Rejection::UnknownPartnership(account))?;
        if partner.community() != from {
            return Err(Rejection::OtherLane);
        }
        // What waits here, or is on its way to the partner, is held; what was declined or came to its end is not.
        let waits = self.state.waiting.get(&exchange).map(|waiting| &waiting.kind);
        let declined = matches!(waits, Some(WaitingKind::Declined { .. }));
        let ended = turn.view.exchange(&exchange).is_some() && !self.state.ledger.holds().contains_key(&exchange);
        if declined || ended {
            turn.send(peer, Message::AskDeclined { exchange });
            return Ok(());
        }
        if waits.is_some() || self.state.ledger.holds().contains_key(&exchange) {
            turn.send(peer, Message::AskNoted { exchange });
            return Ok(());
        }
        let by_alias = || request.payer.map(|alias| self.identity.aliases.member(&account, &alias));
        let payer = match request.reverses {
            Some(of) => self.state.ledger.received_by(of, account, turn.view),
            None => by_alias(),
        };
        let payer = payer.filter(|payer| self.state.ledger.active(payer).is_ok());
        let Some(payer) = payer else {
            turn.send(peer, Message::AskDeclined { exchange });
            return Ok(());
        };
        let refused = minutes.get() > partner.terms.largest.get() || self.count_waiting(false) >= MAX_WAITING;
        if refused {
            turn.send(peer, Message::AskDeclined { exchange });
            return Ok(());
        }
        let (payee, reverses) = (Payee::Alias(request.payee), request.reverses);
        let kind = WaitingKind::Payment { account, payer, payee, minutes, reverses };
        self.record(turn, Fact::Waits { exchange, waiting: Waiting { kind, since: turn.now } });
        turn.send(peer, Message::AskNoted { exchange });
        Ok(())
    }

    /// The partner holds our request, or knows that our member declined its own.
    pub(super) fn ask_noted(&mut self, turn: &mut Turn<'_>, from: CommunityId, exchange: ExchangeId) {
        let Some(waiting) = self.state.waiting.get(&exchange) else { return };
        match waiting.kind {
            WaitingKind::Asked { account, payee, payer, minutes, noted: false, reverses }
                if self.is_with(&account, &from) =>
            {
                let kind = WaitingKind::Asked { account, payee, payer, minutes, noted: true, reverses };
                let waiting = Waiting { kind, since: waiting.since };
                self.record(turn, Fact::Waits { exchange, waiting });
            }
            WaitingKind::Declined { account } if self.is_with(&account, &from) => {
                self.record(turn, Fact::WaitsNoLonger { exchange });
            }
            _ => {}
        }
    }

    /// The partner's member declined our request, or it cannot be met. The partner repeats this until it hears that we know.
    pub(super) fn ask_declined(&mut self, turn: &mut Turn<'_>, peer: Peer, from: CommunityId, exchange: ExchangeId) {
        if let Some(WaitingKind::Asked { account, .. }) = self.state.waiting.get(&exchange).map(|w| &w.kind)
            && self.is_with(account, &from)
        {
            self.record(turn, Fact::WaitsNoLonger { exchange });
        }
        turn.send(peer, Message::AskNoted { exchange });
    }

    fn is_with(&self, account: &AccountId, community: &CommunityId) -> bool {
        self.state.ledger.partners().get(account).is_some_and(|partner| partner.community() == *community)
    }
}
