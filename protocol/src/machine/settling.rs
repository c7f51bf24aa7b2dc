//! Exchanges across communities: propose, decide, learn, acknowledge, and repeat whatever was not answered.

use super::{
    effect::Notice,
    exchanges::MAX_WAITING,
    fact::{Fact, Reply, Waiting, WaitingKind},
    input::{Message, PaymentRequest, Peer},
    state::{Machine, Turn},
};
use crate::{
    envelope::{Content, Signed},
    id::{AccountId, Alias, CommunityId, ExchangeId, MemberId},
    lane::{Answer, Arrived, Intent, Sync},
    ledger::{Agreed, Body, Consent, PaymentTerms},
    minutes::Minutes,
    partnership::{Acknowledgement, Decision, Details, Payee, Proposal, RefusalCode, Verdict},
    rejection::Rejection,
};

/// How many payments may wait for a free slot in one lane; the agreement's limit usually stops them long before.
pub const MAX_QUEUED: usize = 10_000;

impl Machine {
    /// P1, first half: the payer's minutes go on hold and the payment into the queue. [`Machine::move_queues`] proposes it.
    pub(super) fn pay(
        &mut self,
        turn: &mut Turn<'_>,
        agreed: Agreed<PaymentTerms>,
        salt: [u8; 16],
    ) -> Result<Reply, Rejection> {
        let (terms, consents) = agreed.into_parts();
        let consent = consents.first().and_then(Option::as_ref);
        self.own_keys(&[(terms.payer, consent)])?;
        let payer = consent.map(Consent::authority).ok_or(Rejection::ConfirmationMissing(terms.payer))?;
        let (account, exchange) = (terms.account, terms.exchange);
        let waits = self.state.waiting.get(&exchange).map(|w| &w.kind);
        let asked = match waits {
            None => false,
            Some(WaitingKind::Payment { account: a, payer: p, payee, minutes })
                if (*a, *p, *payee, *minutes) == (account, terms.payer, terms.payee, terms.minutes) =>
            {
                true
            }
            Some(_) => return Err(Rejection::ExchangeExists(exchange)),
        };
        let lanes = self.state.lanes.get(&account).ok_or(Rejection::UnknownPartnership(account))?;
        if lanes.queued() >= MAX_QUEUED {
            return Err(Rejection::TooManyWaiting { what: "exchanges with this partner", limit: MAX_QUEUED });
        }
        let alias = self.identity.aliases.alias(&account, &terms.payer);
        let details = Details { salt, payer: alias, payee: terms.payee };
        let intent = Intent { exchange, minutes: terms.minutes, details };
        let index = self.hold(turn, terms, payer)?;
        if asked {
            self.record(turn, Fact::WaitsNoLonger { exchange });
        }
        self.record(turn, Fact::Intended { account, intent });
        Ok(Reply::Recorded { exchange, index })
    }

    #[cfg(not(feature = "flaws"))]
    fn hold(
        &mut self,
        turn: &mut Turn<'_>,
        terms: PaymentTerms,
        payer: crate::ledger::Authority,
    ) -> Result<u64, Rejection> {
        self.enter(turn, Body::Hold { terms, payer })
    }

    #[cfg(feature = "flaws")]
    fn hold(
        &mut self,
        turn: &mut Turn<'_>,
        terms: PaymentTerms,
        payer: crate::ledger::Authority,
    ) -> Result<u64, Rejection> {
        // Only for the one judgement: the flaw is no part of the state.
        self.state.ledger.flaw_limit_ignores_on_hold = self.flaws.limit_ignores_undecided;
        let entered = self.enter(turn, Body::Hold { terms, payer });
        self.state.ledger.flaw_limit_ignores_on_hold = false;
        entered
    }

    /// P1, second half: signs proposals for queued payments while there are free slots.
    pub(super) fn move_queues(&mut self, turn: &mut Turn<'_>) {
        for account in std::mem::take(&mut self.stirred) {
            while let Some((proposal, details)) = self.state.lanes.get(&account).and_then(|l| l.propose(turn.now)) {
                let proposal = proposal.sign(&self.identity.secret).into_unverified();
                self.record(turn, Fact::Proposed { proposal: proposal.clone(), details: details.clone() });
                if let Some(peer) = self.partner_session(&account) {
                    turn.send(peer, Message::Propose { proposal, details });
                }
            }
            self.stirred.remove(&account);
        }
    }

    pub(super) fn partner_session(&self, account: &AccountId) -> Option<Peer> {
        self.session_of(&self.state.ledger.partners().get(account)?.community())
    }

    /// The partnership that a signed message belongs to, if the right key signed it.
    fn check_signer<T>(&self, account: &AccountId, signed: &Signed<T>) -> Result<(), Rejection> {
        let partner = self.state.ledger.partners().get(account).ok_or(Rejection::UnknownPartnership(*account))?;
        if partner.key == signed.key() { Ok(()) } else { Err(Rejection::OtherLane) }
    }

    /// D1: decides the partner's next proposal, or repeats what was decided.
    pub(super) fn proposal(
        &mut self,
        turn: &mut Turn<'_>,
        peer: Peer,
        proposal: &Signed<Proposal>,
        details: &Details,
    ) -> Result<(), Rejection> {
        let content = proposal.content();
        let account = content.account;
        self.check_signer(&account, proposal)?;
        let lanes = self.state.lanes.get(&account).ok_or(Rejection::UnknownPartnership(account))?;
        match lanes.arrived(proposal)? {
            Arrived::Done => return Ok(()),
            Arrived::Again(decision) => {
                turn.send(peer, Message::Decide(decision));
                return Ok(());
            }
            Arrived::Next => {}
        }
        let verdict = match self.receive(turn, proposal, details) {
            Ok(leaf_index) => Verdict::Accept { leaf_index },
            Err(why) => Verdict::Reject { code: RefusalCode::from(&why) },
        };
        let lanes = self.state.lanes.get(&account).ok_or(Rejection::UnknownPartnership(account))?;
        let decision = lanes.decide(content, verdict).sign(&self.identity.secret).into_unverified();
        self.record(turn, Fact::Decided { proposal: proposal.unverified().clone(), decision: decision.clone() });
        let waits = self.state.waiting.get(&content.exchange).map(|waiting| &waiting.kind);
        if matches!(waits, Some(WaitingKind::Asked { account: asked, .. }) if *asked == account) {
            self.record(turn, Fact::WaitsNoLonger { exchange: content.exchange });
        }
        turn.send(peer, Message::Decide(decision));
        Ok(())
    }

    fn receive(
        &mut self,
        turn: &mut Turn<'_>,
        proposal: &Signed<Proposal>,
        details: &Details,
    ) -> Result<u64, Rejection> {
        let content = proposal.content();
        if details.digest() != content.context {
            return Err(Rejection::DetailsMismatch);
        }
        let payee = match details.payee {
            Payee::Alias(alias) => self.identity.aliases.member(&content.account, &alias),
            Payee::Record(key) => {
                let own = self.state.shelf.get(&key).ok_or(Rejection::UnknownRecord(key))?;
                own.owner.ok_or(Rejection::UnknownRecord(key))?
            }
        };
        self.enter(turn, Body::Receive { payee, proposal: Box::new(proposal.unverified().clone()) })
    }

    /// P2: learns a decision; the hold becomes a posting or returns to the payer.
    pub(super) fn decision(
        &mut self,
        turn: &mut Turn<'_>,
        peer: Peer,
        decision: &Signed<Decision>,
    ) -> Result<(), Rejection> {
        let content = decision.content();
        let account = content.account;
        self.check_signer(&account, decision)?;
        let lanes = self.state.lanes.get(&account).ok_or(Rejection::UnknownPartnership(account))?;
        if let Some(open) = lanes.learning(decision)? {
            let proposal = Box::new(open.proposal.clone());
            let exchange = proposal.content.exchange;
            let accepted = matches!(content.verdict, Verdict::Accept { .. });
            let stored = Box::new(decision.unverified().clone());
            let body = if accepted {
                Body::Settle { proposal, decision: stored }
            } else {
                Body::Release { proposal, decision: stored }
            };
            self.enter(turn, body)?;
            self.record(turn, Fact::Learned { decision: decision.unverified().clone() });
            turn.notice(Notice::Decided { exchange, accepted });
        }
        self.acknowledge(turn, peer, &account);
        Ok(())
    }

    /// Our word for the decisions we hold.
    fn acknowledge(&self, turn: &mut Turn<'_>, peer: Peer, account: &AccountId) {
        if let Some(word) = self.state.lanes.get(account).and_then(crate::lane::Lanes::acknowledgement) {
            turn.send(peer, Message::Acknowledge(word.sign(&self.identity.secret).into_unverified()));
        }
    }

    /// The partner holds our decisions: settled for us, too.
    pub(super) fn acknowledgement(
        &mut self,
        turn: &mut Turn<'_>,
        word: &Signed<Acknowledgement>,
    ) -> Result<(), Rejection> {
        let account = word.content().account;
        self.check_signer(&account, word)?;
        let lanes = self.state.lanes.get(&account).ok_or(Rejection::UnknownPartnership(account))?;
        if lanes.acknowledging(word)? {
            let accepted = |a: &&Answer| matches!(a.decision.content.verdict, Verdict::Accept { .. });
            let held = lanes.unconfirmed().filter(|a| a.decision.content.n <= word.content().n);
            let settled: Vec<ExchangeId> = held.filter(accepted).map(|a| a.exchange).collect();
            self.record(turn, Fact::Acknowledged { word: word.unverified().clone() });
            settled.into_iter().for_each(|exchange| turn.notice(Notice::Settled { exchange }));
        }
        Ok(())
    }

    /// Something overtook something else on the way: tell the partner, once, how far we are, and it repeats what is missing.
    pub(super) fn mend_gap(
        &mut self,
        turn: &mut Turn<'_>,
        peer: Peer,
        account: AccountId,
        taken: Result<(), Rejection>,
    ) -> Result<(), Rejection> {
        match &taken {
            Ok(()) => {
                self.gaps.remove(&account);
            }
            Err(Rejection::OutOfOrder { .. }) if self.gaps.insert(account) => self.send_sync(turn, peer, &account),
            Err(_) => {}
        }
        taken
    }

    /// R1: tells a partner how far we are.
    pub(super) fn send_sync(&self, turn: &mut Turn<'_>, peer: Peer, account: &AccountId) {
        if let (Some(lanes), Some(partner)) = (self.state.lanes.get(account), self.state.ledger.partners().get(account))
        {
            turn.send(peer, Message::Sync(lanes.sync(partner.net.get())));
        }
    }

    /// R1: gives the partner, in order, the stored bytes it lacks, and our word for its decisions, for the last may be lost.
    pub(super) fn sync(
        &self,
        turn: &mut Turn<'_>,
        peer: Peer,
        from: CommunityId,
        sync: &Sync,
    ) -> Result<(), Rejection> {
        let partner =
            self.state.ledger.partners().get(&sync.account).ok_or(Rejection::UnknownPartnership(sync.account))?;
        if partner.community() != from {
            return Err(Rejection::OtherLane);
        }
        let lanes = self.state.lanes.get(&sync.account).ok_or(Rejection::UnknownPartnership(sync.account))?;
        let (proposals, decisions) = lanes.lacking(sync);
        for decision in decisions {
            turn.send(peer, Message::Decide(decision));
        }
        for open in proposals {
            turn.send(peer, Message::Propose { proposal: open.proposal, details: open.details });
        }
        self.acknowledge(turn, peer, &sync.account);
        Ok(())
    }

    /// Says again what a connected partner did not answer: on a connection that stands it sends no sync by itself.
    pub(super) fn repeat_proposals(&self, turn: &mut Turn<'_>, peer: Peer, community: &CommunityId) {
        let lanes = self.state.ledger.partner_of(community).and_then(|(account, _)| self.state.lanes.get(account));
        for open in lanes.into_iter().flat_map(crate::lane::Lanes::open) {
            turn.send(peer, Message::Propose { proposal: open.proposal.clone(), details: open.details.clone() });
        }
    }

    /// Everything a partner should hear when it is back, or when it did not answer.
    pub(super) fn greet(&self, turn: &mut Turn<'_>, peer: Peer, community: CommunityId) {
        self.send_acceptance(turn, peer, community);
        let Some((account, _)) = self.state.ledger.partner_of(&community) else { return };
        self.send_sync(turn, peer, account);
        for (exchange, waiting) in &self.state.waiting {
            let exchange = *exchange;
            match &waiting.kind {
                WaitingKind::Asked { account: a, payee, payer, minutes, noted: false } if a == account => {
                    let payee = self.identity.aliases.alias(account, payee);
                    let (account, payer, minutes, made_at) = (*a, *payer, *minutes, waiting.since);
                    turn.send(peer, Message::Ask(PaymentRequest { account, exchange, payee, payer, minutes, made_at }));
                }
                WaitingKind::Declined { account: a } if a == account => {
                    turn.send(peer, Message::AskDeclined { exchange });
                }
                _ => {}
            }
        }
    }

    /// From the payee's side: asks a partner's member for the minutes of help given.
    pub(super) fn ask(
        &mut self,
        turn: &mut Turn<'_>,
        account: AccountId,
        exchange: ExchangeId,
        payee: MemberId,
        payer: Alias,
        minutes: Minutes,
    ) -> Result<Reply, Rejection> {
        let partner = self.state.ledger.partners().get(&account).ok_or(Rejection::UnknownPartnership(account))?;
        let community = partner.community();
        let limit = partner.terms.largest.get();
        if minutes.get() > limit {
            return Err(Rejection::PartnershipExchangeTooLong { minutes: minutes.get(), limit });
        }
        self.state.ledger.check_limits(&payee, minutes.given())?;
        if turn.view.exchange(&exchange).is_some() || self.state.waiting.contains_key(&exchange) {
            return Err(Rejection::ExchangeExists(exchange));
        }
        if self.count_waiting(false) >= MAX_WAITING {
            return Err(Rejection::TooManyWaiting { what: "requests", limit: MAX_WAITING });
        }
        let kind = WaitingKind::Asked { account, payee, payer, minutes, noted: false };
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
        let payer = self.identity.aliases.member(&account, &request.payer);
        let refused = self.state.ledger.active(&payer).is_err()
            || minutes.get() > partner.terms.largest.get()
            || self.count_waiting(false) >= MAX_WAITING;
        if refused {
            turn.send(peer, Message::AskDeclined { exchange });
            return Ok(());
        }
        let kind = WaitingKind::Payment { account, payer, payee: Payee::Alias(request.payee), minutes };
        self.record(turn, Fact::Waits { exchange, waiting: Waiting { kind, since: turn.now } });
        turn.send(peer, Message::AskNoted { exchange });
        Ok(())
    }

    /// The partner holds our request, or knows that our member declined its own.
    pub(super) fn ask_noted(&mut self, turn: &mut Turn<'_>, from: CommunityId, exchange: ExchangeId) {
        let Some(waiting) = self.state.waiting.get(&exchange) else { return };
        match waiting.kind {
            WaitingKind::Asked { account, payee, payer, minutes, noted: false } if self.is_with(&account, &from) => {
                let kind = WaitingKind::Asked { account, payee, payer, minutes, noted: true };
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
