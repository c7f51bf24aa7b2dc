//! Exchanges across communities: propose, decide, learn, acknowledge, and repeat whatever was not answered.

use super::{
    effect::{Notice, Turn},
    fact::{Fact, Reply, WaitingKind},
    input::Peer,
    message::{Message, PaymentRequest},
    state::Machine,
};
use crate::{
    envelope::{Content, Signed, Unverified},
    id::{AccountId, CommunityId, ExchangeId, MemberId},
    lane::{Answer, Arrived, Intent, Sync},
    ledger::{Agreed, Body, Consent, PaymentTerms},
    partnership::{Acknowledgement, Decision, Details, Kind, Payee, Position, Proposal, RefusalCode, Verdict},
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
            // Only whoever paid can ask to have an exchange back.
            None if terms.reverses.is_some() => return Err(Rejection::NotWaiting(exchange)),
            None => false,
            Some(WaitingKind::Payment { account: a, payer: p, payee, minutes, reverses })
                if (*a, *p, *payee, *minutes, *reverses)
                    == (account, terms.payer, terms.payee, terms.minutes, terms.reverses) =>
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
        let kind = terms.reverses.map_or(Kind::Exchange, |of| Kind::Reversal { of });
        let intent = Intent { exchange, kind, minutes: terms.minutes, details, made_at: turn.now };
        let index = self.enter(turn, Body::Hold { terms, payer })?;
        if asked {
            self.record(turn, Fact::WaitsNoLonger { exchange });
        }
        self.record(turn, Fact::Intended { account, intent });
        Ok(Reply::Recorded { exchange, index })
    }

    /// P1, second half: signs proposals for queued payments while there are free slots.
    pub(super) fn move_queues(&mut self, turn: &mut Turn<'_>) {
        for account in std::mem::take(&mut self.stirred) {
            self.post.due.insert(account);
            if !self.may_propose(&account) && !self.may_propose_by_letter(&account) {
                continue;
            }
            while let Some((proposal, details)) = self.state.lanes.get(&account).and_then(crate::lane::Lanes::propose) {
                let proposal = proposal.sign(&self.identity.secret).into_unverified();
                self.record(turn, Fact::Proposed { proposal: proposal.clone(), details: details.clone() });
                if let Some(peer) = self.partner_session(&account) {
                    turn.send(peer, Message::Propose { proposal, details });
                }
            }
            self.stirred.remove(&account);
        }
    }

    /// Nothing is signed before the partner said how far it is: it may know more than we do.
    pub(super) fn may_propose(&self, account: &AccountId) -> bool {
        broken!(SignsWithoutResume) || self.is_live(account) && self.synced.contains(account)
    }

    /// Whether a message of the lanes is of the epoch in which both sign.
    fn is_current(&self, account: &AccountId, epoch: u32) -> bool {
        let lanes = self.state.lanes.get(account);
        broken!(SignsWithoutResume) || lanes.is_some_and(|lanes| lanes.epoch() == epoch) && self.is_live(account)
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
        if !self.is_current(&account, content.epoch) {
            return self.is_known(&account);
        }
        self.check_signer(&account, proposal)?;
        let lanes = self.state.lanes.get(&account).ok_or(Rejection::UnknownPartnership(account))?;
        let arrived = lanes.arrived(proposal);
        if arrived == Err(Rejection::Clash) || arrived == Ok(Arrived::Done) {
            return self.compare_proposals(turn, proposal);
        }
        match arrived? {
            Arrived::Done => return Ok(()),
            Arrived::Again(_) if broken!(DecidesAgain) => {
                let verdict = Verdict::Reject { code: RefusalCode::NotAllowed };
                turn.send(peer, Message::Decide(self.sign_decision(proposal, verdict)?));
                return Ok(());
            }
            Arrived::Again(decision) => {
                turn.send(peer, Message::Decide(decision));
                return Ok(());
            }
            Arrived::Next => {}
        }
        let decision = match turn.view.refused(&content.exchange).filter(|_| !broken!(ForgetsRefusals)) {
            Some(code) => self.sign_decision(proposal, Verdict::Reject { code })?,
            None => match self.receive(turn, proposal, details) {
                Ok(decision) => decision,
                Err(why) => self.sign_decision(proposal, Verdict::Reject { code: RefusalCode::from(&why) })?,
            },
        };
        self.record(turn, Fact::Decided { proposal: proposal.unverified().clone(), decision: decision.clone() });
        if broken!(SettledAtDecision) && matches!(decision.content.verdict, Verdict::Accept { .. }) {
            turn.notice(Notice::Settled { exchange: content.exchange });
        }
        let waits = self.state.waiting.get(&content.exchange).map(|waiting| &waiting.kind);
        if matches!(waits, Some(WaitingKind::Asked { account: asked, .. }) if *asked == account) {
            self.record(turn, Fact::WaitsNoLonger { exchange: content.exchange });
        }
        turn.send(peer, Message::Decide(decision));
        Ok(())
    }

    fn sign_decision(&self, proposal: &Signed<Proposal>, verdict: Verdict) -> Result<Unverified<Decision>, Rejection> {
        let account = proposal.content().account;
        let lanes = self.state.lanes.get(&account).ok_or(Rejection::UnknownPartnership(account))?;
        Ok(lanes.decide(proposal.content(), verdict).sign(&self.identity.secret).into_unverified())
    }

    fn receive(
        &mut self,
        turn: &mut Turn<'_>,
        proposal: &Signed<Proposal>,
        details: &Details,
    ) -> Result<Unverified<Decision>, Rejection> {
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
        if let Kind::Reversal { of } = content.kind {
            self.check_asked_back(turn, content, of, payee)?;
        }
        // Judged first: nothing is signed that the rules do not allow.
        self.state.ledger.check_receipt(&payee, content)?;
        let (leaf_index, advanced) = (self.state.ledger.tree().size(), self.state.ledger.repays(content));
        let decision = self.sign_decision(proposal, Verdict::Accept { leaf_index })?;
        let body = Body::Receive {
            payee,
            payer: details.payer,
            proposal: Box::new(proposal.unverified().clone()),
            decision: Box::new(decision.clone()),
            advanced,
        };
        self.enter(turn, body)?;
        Ok(decision)
    }

    /// Minutes come back only to whoever asked for them, and only as asked.
    fn check_asked_back(
        &self,
        turn: &Turn<'_>,
        proposal: &Proposal,
        of: ExchangeId,
        payee: MemberId,
    ) -> Result<(), Rejection> {
        let Proposal { account, minutes, exchange, .. } = *proposal;
        match self.state.waiting.get(&exchange).map(|waiting| &waiting.kind) {
            Some(WaitingKind::Asked { account: a, payee: p, minutes: m, reverses, .. })
                if (*a, *p, *m, *reverses) == (account, payee, minutes, Some(of)) => {}
            _ => return Err(Rejection::NotReversible(of, "nobody here asked for it")),
        }
        self.state.ledger.check_getting_back(of, account, payee, minutes, turn.view)
    }

    /// A proposal for a slot that was decided: the same again, or proof that the partner signed two.
    fn compare_proposals(&mut self, turn: &mut Turn<'_>, proposal: &Signed<Proposal>) -> Result<(), Rejection> {
        let content = proposal.content();
        let lanes = self.state.lanes.get(&content.account);
        let fresh = lanes.and_then(|l| l.unconfirmed().find(|a| a.proposal.content.n == content.n));
        let first = match fresh {
            Some(answer) => Some(answer.proposal.clone()),
            None => self.decided_at(turn, proposal).map(|(proposal, _)| proposal),
        };
        match first {
            Some(first) if first.content != *content => {
                self.second_proposal(turn, proposal, first);
                Err(Rejection::Clash)
            }
            _ => Ok(()),
        }
    }

    /// What the ledger has for a slot.
    fn decided_at(
        &self,
        turn: &Turn<'_>,
        place: &Signed<Proposal>,
    ) -> Option<(Unverified<Proposal>, Unverified<Decision>)> {
        self.slot(turn, &place.content().account, Position::of(place.content()))
    }

    pub(super) fn slot(
        &self,
        turn: &Turn<'_>,
        account: &AccountId,
        place: Position,
    ) -> Option<(Unverified<Proposal>, Unverified<Decision>)> {
        let (found, index) = turn.view.crossings(account, place, 1).into_iter().next()?;
        match turn.view.entry(index).filter(|_| found == place)?.body {
            Body::Settle { proposal, decision }
            | Body::Release { proposal, decision }
            | Body::Receive { proposal, decision, .. }
            | Body::Recovered { proposal, decision, .. } => Some((*proposal, *decision)),
            _ => None,
        }
    }

    fn is_known(&self, account: &AccountId) -> Result<(), Rejection> {
        if self.state.lanes.contains_key(account) { Ok(()) } else { Err(Rejection::UnknownPartnership(*account)) }
    }

    /// P2: learns a decision; the hold becomes a posting or returns to the payer.
    pub(super) fn decision(
        &mut self,
        turn: &mut Turn<'_>,
        peer: Peer,
        decision: &Signed<Decision>,
    ) -> Result<(), Rejection> {
        let account = decision.content().account;
        if !self.is_current(&account, decision.content().epoch) {
            return self.is_known(&account);
        }
        self.check_signer(&account, decision)?;
        if broken!(AcknowledgesUnlearned) {
            let Decision { account, epoch, lane, n, .. } = *decision.content();
            let word = Acknowledgement { account, epoch, lane, n, decision: decision.content().digest() };
            turn.send(peer, Message::Acknowledge(word.sign(&self.identity.secret).into_unverified()));
        }
        self.learn(turn, decision)?;
        self.acknowledge(turn, peer, &account);
        Ok(())
    }

    /// P2 without an answer.
    pub(super) fn learn(&mut self, turn: &mut Turn<'_>, decision: &Signed<Decision>) -> Result<(), Rejection> {
        let content = decision.content();
        let account = content.account;
        let lanes = self.state.lanes.get(&account).ok_or(Rejection::UnknownPartnership(account))?;
        let learning = lanes.learning(decision)?;
        if learning.is_none() {
            let place = Position { epoch: content.epoch, lane: Some(content.lane), n: content.n };
            if let Some((_, first)) = self.slot(turn, &account, place)
                && first.content != *content
            {
                self.second_decision(turn, decision, first);
                return Err(Rejection::Clash);
            }
        } else if let Some(open) = learning {
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
            self.inspect_soon(turn);
            turn.notice(Notice::Decided { exchange, accepted });
        }
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
        if !self.is_current(&account, word.content().epoch) {
            return self.is_known(&account);
        }
        self.check_signer(&account, word)?;
        let lanes = self.state.lanes.get(&account).ok_or(Rejection::UnknownPartnership(account))?;
        if lanes.acknowledging(word)? {
            let accepted = |a: &&Answer| matches!(a.decision.content.verdict, Verdict::Accept { .. });
            let held = lanes.unconfirmed().filter(|a| a.decision.content.n <= word.content().n);
            let settled: Vec<ExchangeId> = held.filter(accepted).map(Answer::exchange).collect();
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
        self.say_sync(turn, peer, account, false);
    }

    fn say_sync(&self, turn: &mut Turn<'_>, peer: Peer, account: &AccountId, answer: bool) {
        if let (Some(lanes), Some(partner)) = (self.state.lanes.get(account), self.state.ledger.partners().get(account))
        {
            let challenge = self.challenges.get(&peer).copied().unwrap_or_default();
            let sync = lanes.sync(partner.net.get(), self.sync_state(account), challenge);
            let (life, heard) = self.lives(account);
            let sync = Sync { life, heard, ..sync };
            turn.send(peer, Message::Sync(Sync { asks: !answer && !self.synced.contains(account), ..sync }));
        }
    }

    /// R1: gives the partner, in order, the stored bytes it lacks, and our word for its decisions, for the last may be lost.
    pub(super) fn sync(
        &mut self,
        turn: &mut Turn<'_>,
        peer: Peer,
        from: CommunityId,
        sync: &Sync,
    ) -> Result<(), Rejection> {
        let Some(partner) = self.state.ledger.partners().get(&sync.account) else {
            self.want_agreement(turn, peer, from, sync.account);
            return Ok(());
        };
        if partner.community() != from {
            return Err(Rejection::OtherLane);
        }
        self.hear(turn, sync.account, (sync.life, 0), sync.heard);
        if sync.asks {
            self.say_sync(turn, peer, &sync.account, true);
        }
        if !self.in_step(turn, peer, sync)? {
            return Ok(());
        }
        if self.synced.insert(sync.account) {
            self.greet_about_disputes(turn, peer, &sync.account);
        }
        self.inspect_soon(turn);
        self.stirred.insert(sync.account);
        let lanes = self.state.lanes.get(&sync.account).ok_or(Rejection::UnknownPartnership(sync.account))?;
        let (proposals, decisions) = lanes.lacking(sync);
        if broken!(NeverRepeats) {
            return Ok(());
        }
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
        let known = self.state.ledger.partner_of(community).filter(|(account, _)| self.synced.contains(*account));
        let lanes = known.and_then(|(account, _)| self.state.lanes.get(account));
        for open in lanes.into_iter().flat_map(crate::lane::Lanes::open).filter(|_| !broken!(NeverRepeats)) {
            turn.send(peer, Message::Propose { proposal: open.proposal.clone(), details: open.details.clone() });
        }
    }

    /// Everything a partner should hear when it is back, or when it did not answer.
    pub(super) fn greet(&self, turn: &mut Turn<'_>, peer: Peer, community: CommunityId) {
        self.send_acceptance(turn, peer, community);
        let Some((account, _)) = self.state.ledger.partner_of(&community) else { return };
        self.send_sync(turn, peer, account);
        self.greet_about_disputes(turn, peer, account);
        self.say_mail(turn, peer, account);
        self.say_grants(turn, peer, account);
        self.unanswered_asks(account).into_iter().for_each(|message| turn.send(peer, message));
    }

    /// Requests, and refusals of requests, that the partner has not said it holds.
    pub(super) fn unanswered_asks(&self, account: &AccountId) -> Vec<Message> {
        let mut messages = Vec::new();
        for (exchange, waiting) in &self.state.waiting {
            let exchange = *exchange;
            match &waiting.kind {
                WaitingKind::Asked { account: a, payee, payer, minutes, noted: false, reverses } if a == account => {
                    let payee = self.identity.aliases.alias(account, payee);
                    let request = PaymentRequest {
                        account: *a,
                        exchange,
                        payee,
                        payer: *payer,
                        minutes: *minutes,
                        made_at: waiting.since,
                        reverses: *reverses,
                    };
                    messages.push(Message::Ask(request));
                }
                WaitingKind::Declined { account: a } if a == account => {
                    messages.push(Message::AskDeclined { exchange });
                }
                _ => {}
            }
        }
        messages
    }
}
