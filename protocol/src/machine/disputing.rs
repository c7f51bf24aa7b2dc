//! Disputes across the border: both sides hold the same two lists of statements, and end with one outcome in both ledgers.
//!
//! What a coordinator says is a draft until the partner is there and has said how far it is: only then it gets its number and
//! is signed, so that a community that lost some of its own statements first gets them back from the partner that holds them.

use super::{
    condition::Condition,
    dispute::{Dispute, Draft},
    effect::{Notice, Turn},
    fact::{Fact, Reply},
    input::{DisputeDeed, Peer},
    message::Message,
    state::Machine,
};
use crate::{
    codec::DecodeError,
    envelope::{Content, Unverified},
    id::{AccountId, CommunityId, ExchangeId, MemberId},
    key::{BadKey, SoundKey},
    ledger::{Body, Partner},
    partnership::{
        Closing, DisputeHead, DisputeHeads, KEPT_FOR_OUTCOMES, MAX_OPEN_DISPUTES, MAX_STATEMENTS, Outcome, Said, Side,
        Statement, Words,
    },
    rejection::Rejection,
};

/// How many outcomes go at once to a partner that lost them; each has two short statements.
const OUTCOMES_PAGE: usize = 16;
/// How many statements go at once: with the longest words they fill half a parcel.
const STATEMENTS_PAGE: usize = 12;

/// How far a partner was told what it lacks since this was last said again.
#[derive(Debug, Clone, Default)]
pub(super) struct Told {
    /// Ours and theirs, by exchange.
    statements: std::collections::BTreeMap<ExchangeId, [usize; 2]>,
    outcomes: std::collections::BTreeMap<AccountId, usize>,
}

fn length(list: usize) -> u16 {
    u16::try_from(list).unwrap_or(u16::MAX)
}

impl Machine {
    /// A coordinator opens a dispute, says something in it, suggests how to end it, or chooses when to be reminded.
    pub(super) fn dispute(
        &mut self,
        turn: &mut Turn<'_>,
        exchange: ExchangeId,
        deed: DisputeDeed,
        by: MemberId,
    ) -> Result<Reply, Rejection> {
        self.state.ledger.coordinator(&by)?;
        let at = turn.now;
        let said = match deed {
            DisputeDeed::Open { complaint, text } => {
                let account = self.may_open(turn, exchange)?;
                let words = text.map(|text| Said::Words { text });
                for said in std::iter::once(Said::Opens { complaint }).chain(words) {
                    self.record(turn, Fact::DisputeDraft { account, exchange, draft: Draft { said, at } });
                }
                return Ok(Reply::Done);
            }
            DisputeDeed::Remind { at } => {
                self.open_dispute(&exchange)?;
                self.record(turn, Fact::DisputeReminder { exchange, at });
                return Ok(Reply::Done);
            }
            DisputeDeed::Say { text } => Said::Words { text },
            DisputeDeed::Suggest { outcome } if self.open_dispute(&exchange)?.our_suggestion() == Some(outcome) => {
                return Err(Rejection::NothingChanges);
            }
            DisputeDeed::Suggest { outcome } => Said::Suggests { outcome },
        };
        let dispute = self.open_dispute(&exchange)?;
        let kept = if matches!(said, Said::Words { .. }) { KEPT_FOR_OUTCOMES } else { 0 };
        if dispute.ours.len() + dispute.drafts.len() + kept >= MAX_STATEMENTS {
            return Err(Rejection::TooManyWaiting { what: "statements about this exchange", limit: MAX_STATEMENTS });
        }
        let account = dispute.account;
        self.record(turn, Fact::DisputeDraft { account, exchange, draft: Draft { said, at } });
        Ok(Reply::Done)
    }

    fn open_dispute(&self, exchange: &ExchangeId) -> Result<&Dispute, Rejection> {
        self.state.disputes.get(exchange).ok_or(Rejection::UnknownDispute(*exchange))
    }

    /// Under which partnership a dispute about this exchange may begin.
    fn may_open(&self, turn: &Turn<'_>, exchange: ExchangeId) -> Result<AccountId, Rejection> {
        if self.state.disputes.contains_key(&exchange) {
            return Err(Rejection::NotDisputable(exchange, "it is disputed already"));
        }
        let account = self.state.ledger.check_disputable(exchange, turn.view)?;
        if matches!(self.state.conditions.get(&account), Some(Condition::Frozen { .. })) {
            return Err(Rejection::Frozen(account));
        }
        if self.disputes_with(&account).count() >= MAX_OPEN_DISPUTES {
            return Err(Rejection::TooManyWaiting { what: "disputes with this partner", limit: MAX_OPEN_DISPUTES });
        }
        Ok(account)
    }

    fn disputes_with(&self, account: &AccountId) -> impl Iterator<Item = (&ExchangeId, &Dispute)> {
        let account = *account;
        self.state.disputes.iter().filter(move |(_, dispute)| dispute.account == account)
    }

    fn outcomes_with(&self, account: &AccountId) -> usize {
        self.state.ledger.partners().get(account).map_or(0, |partner| partner.outcomes.len())
    }

    /// Whether there is anything about disputes that both sides should hold.
    fn has_disputes(&self, account: &AccountId) -> bool {
        self.outcomes_with(account) > 0 || self.disputes_with(account).next().is_some()
    }

    /// Whether the partner said in this session how far it is, and holds nothing of ours that we lost.
    fn disputes_in_step(&self, account: &AccountId) -> bool {
        let Some(heads) = self.heard.get(account) else { return false };
        let used_again = self.state.ledger.partners().get(account).map(|partner| &partner.used_again);
        let held = |head: &DisputeHead| match self.state.disputes.get(&head.exchange) {
            // What stood there is lost for good: the id stands for another exchange.
            _ if used_again.is_some_and(|ids| ids.contains(&head.exchange)) => true,
            Some(dispute) => usize::from(head.yours) <= dispute.ours.len(),
            None => head.yours == 0 || self.state.ledger.outcomes().contains_key(&head.exchange),
        };
        heads.outcomes as usize <= self.outcomes_with(account) && heads.open.iter().all(held)
    }

    /// Whether the partner has still to hear something about disputes, or we of it.
    pub(super) fn disputes_unanswered(&self, account: &AccountId) -> bool {
        if !self.has_disputes(account) || self.state.conditions.contains_key(account) {
            return false;
        }
        let Some(heads) = self.heard.get(account).filter(|_| self.disputes_in_step(account)) else { return true };
        let lacks = |(exchange, dispute): (&ExchangeId, &Dispute)| {
            let head = heads.open.iter().find(|head| head.exchange == *exchange);
            let (mine, yours) = head.map_or((0, 0), |head| (head.mine, head.yours));
            usize::from(yours) < dispute.ours.len() || usize::from(mine) < dispute.theirs.len()
        };
        (heads.outcomes as usize) < self.outcomes_with(account) || self.disputes_with(account).any(lacks)
    }

    fn own_heads(&self, account: &AccountId, asks: bool) -> DisputeHeads {
        let open = self.disputes_with(account).map(|(exchange, dispute)| DisputeHead {
            exchange: *exchange,
            mine: length(dispute.ours.len()),
            yours: length(dispute.theirs.len()),
        });
        let outcomes = u32::try_from(self.outcomes_with(account)).unwrap_or(u32::MAX);
        DisputeHeads { account: *account, outcomes, open: open.collect(), asks }
    }

    /// Says how far we are, if there is anything to say, and asks the same of the partner.
    pub(super) fn greet_about_disputes(&self, turn: &mut Turn<'_>, peer: Peer, account: &AccountId) {
        if self.has_disputes(account) && self.is_live(account) && self.synced.contains(account) {
            turn.send(peer, Message::DisputeHeads(self.own_heads(account, true)));
        }
    }

    /// Once more from the beginning: what was said may be lost.
    pub(super) fn forget_told(&mut self) {
        if !broken!(DisputesOnce) {
            self.told = Told::default();
        }
    }

    /// The partner says how far it is.
    pub(super) fn dispute_heads(
        &mut self,
        turn: &mut Turn<'_>,
        peer: Peer,
        from: CommunityId,
        heads: DisputeHeads,
    ) -> Result<(), Rejection> {
        let account = heads.account;
        self.partner_of_message(&account, &from)?;
        if heads.open.len() > 2 * MAX_OPEN_DISPUTES {
            return Err(DecodeError::TooMany(heads.open.len() as u64).into());
        }
        if !self.is_live(&account) {
            return Ok(());
        }
        let asks = heads.asks;
        self.heard.insert(account, heads);
        let told = self.tell_lacking(turn, peer, &account);
        if asks || told {
            turn.send(peer, Message::DisputeHeads(self.own_heads(&account, told)));
        }
        Ok(())
    }

    /// Sends what the partner lacks by its own word and was not told lately.
    fn tell_lacking(&mut self, turn: &mut Turn<'_>, peer: Peer, account: &AccountId) -> bool {
        let Some(heads) = self.heard.get(account) else { return false };
        let mut messages = Vec::new();
        let outcomes = self.state.ledger.partners().get(account).map_or(&[][..], |p| p.outcomes.as_slice());
        let begin = (heads.outcomes as usize).max(self.told.outcomes.get(account).copied().unwrap_or(0));
        for index in outcomes.iter().skip(begin).take(OUTCOMES_PAGE) {
            if let Some(Body::DisputeClosed { suggestion, closing }) = turn.view.entry(*index).map(|entry| entry.body) {
                messages.push(Message::DisputeClosed { suggestion, closing });
            }
        }
        self.told.outcomes.insert(*account, begin + messages.len());
        let mut left = STATEMENTS_PAGE;
        for (exchange, dispute) in self.state.disputes.iter().filter(|(_, dispute)| dispute.account == *account) {
            let head = heads.open.iter().find(|head| head.exchange == *exchange);
            let told = self.told.statements.entry(*exchange).or_default();
            let held = [head.map_or(0, |head| head.yours), head.map_or(0, |head| head.mine)];
            for (which, list) in [&dispute.ours, &dispute.theirs].into_iter().enumerate() {
                let begin = told[which].max(usize::from(held[which]));
                let lacking = list.iter().skip(begin).take(left);
                let before = messages.len();
                messages.extend(lacking.map(|kept| Message::Say(Box::new(kept.statement.clone()))));
                let sent = messages.len() - before;
                left -= sent;
                told[which] = begin + sent;
            }
        }
        let told = !messages.is_empty();
        messages.into_iter().for_each(|message| turn.send(peer, message));
        told
    }

    /// Whether a key of the side whose word it is signed it.
    fn signed_by<T: Content + Clone>(&self, partner: &Partner, ours: bool, word: &Unverified<T>) -> bool {
        let good = |key: SoundKey| word.clone().verify(&key).is_ok();
        if ours {
            let own = self.state.ledger.certificates().iter().rev();
            own.filter_map(|certificate| certificate.key.sound().ok()).any(good)
        } else {
            let theirs = std::iter::once(&partner.key).chain(&partner.earlier_keys);
            theirs.filter_map(|key| key.sound().ok()).any(good)
        }
    }

    /// A statement arrives: the partner's next, or one of ours that we lost.
    pub(super) fn said(
        &mut self,
        turn: &mut Turn<'_>,
        from: CommunityId,
        statement: Unverified<Statement>,
    ) -> Result<(), Rejection> {
        let Statement { v, account, exchange, side, n, .. } = statement.content;
        let partner = self.partner_of_message(&account, &from)?;
        if partner.used_again.contains(&exchange) {
            return Err(Rejection::NotDisputable(exchange, "its id was used again here after a loss"));
        }
        if !self.is_live(&account) || self.state.ledger.outcomes().contains_key(&exchange) {
            return Ok(());
        }
        if v != 1 {
            return Err(Rejection::UnknownVersion(v));
        }
        if let Said::Words { text } = &statement.content.said {
            drop(Words::new(text.as_str())?);
        }
        let ours = side == partner.side;
        let held = match self.state.disputes.get(&exchange) {
            Some(dispute) if dispute.account != account => return Err(Rejection::OtherLane),
            Some(dispute) => if ours { &dispute.ours } else { &dispute.theirs }.len(),
            None if self.disputes_with(&account).count() >= 2 * MAX_OPEN_DISPUTES => {
                let limit = 2 * MAX_OPEN_DISPUTES;
                return Err(Rejection::TooManyWaiting { what: "disputes with this partner", limit });
            }
            None if self.state.ledger.check_disputable(exchange, turn.view)? != account => {
                return Err(Rejection::OtherLane);
            }
            None => 0,
        };
        // A repeat, or a gap that the partner will fill when it hears how far we are.
        if usize::from(n) != held {
            return Ok(());
        }
        if held >= MAX_STATEMENTS {
            return Err(Rejection::TooManyWaiting { what: "statements about this exchange", limit: MAX_STATEMENTS });
        }
        if !self.signed_by(partner, ours, &statement) {
            return Err(BadKey::WrongSignature.into());
        }
        self.record(turn, Fact::DisputeSaid { statement, at: turn.now });
        if !ours {
            turn.notice(Notice::Disputed { exchange });
        }
        Ok(())
    }

    /// An outcome arrives: side A's word that both agree, or one that we lost.
    pub(super) fn dispute_closed(
        &mut self,
        turn: &mut Turn<'_>,
        from: CommunityId,
        suggestion: Box<Unverified<Statement>>,
        closing: Box<Unverified<Closing>>,
    ) -> Result<(), Rejection> {
        let Closing { account, exchange, number, .. } = closing.content;
        let partner = self.partner_of_message(&account, &from)?;
        if !self.is_live(&account) || usize::try_from(number) != Ok(partner.outcomes.len()) {
            return Ok(());
        }
        let ours = |side| side == partner.side;
        if !self.signed_by(partner, ours(Side::A), &*closing) || !self.signed_by(partner, ours(Side::B), &*suggestion) {
            return Err(BadKey::WrongSignature.into());
        }
        self.enter(turn, Body::DisputeClosed { suggestion, closing })?;
        turn.notice(Notice::Disputed { exchange });
        Ok(())
    }

    /// Signs what waits, and closes what both agree on, with partners that are there and in step.
    pub(super) fn move_disputes(&mut self, turn: &mut Turn<'_>) {
        if self.state.disputes.is_empty() {
            return;
        }
        let accounts: std::collections::BTreeSet<AccountId> =
            self.state.disputes.values().map(|dispute| dispute.account).collect();
        for account in accounts {
            if !self.may_propose(&account) && !broken!(DisputesUnheard) {
                continue;
            }
            let waits = self.disputes_with(&account).any(|(exchange, dispute)| {
                !dispute.drafts.is_empty() || self.agreed_outcome(&account, exchange).is_some()
            });
            if !waits {
                continue;
            }
            let Some(peer) = self.partner_session(&account) else { continue };
            if !self.disputes_in_step(&account) && !broken!(DisputesUnheard) {
                if !self.heard.contains_key(&account) && self.inquired.insert(account) {
                    self.greet_about_disputes(turn, peer, &account);
                }
                continue;
            }
            let exchanges: Vec<ExchangeId> = self.disputes_with(&account).map(|(exchange, _)| *exchange).collect();
            let mut moved = false;
            for exchange in exchanges {
                moved |= self.sign_drafts(turn, peer, account, exchange);
                moved |= self.close_agreed(turn, peer, account, exchange);
            }
            if moved {
                turn.send(peer, Message::DisputeHeads(self.own_heads(&account, true)));
            }
        }
    }

    fn sign_drafts(&mut self, turn: &mut Turn<'_>, peer: Peer, account: AccountId, exchange: ExchangeId) -> bool {
        let mut signed = false;
        let Some(side) = self.state.ledger.partners().get(&account).map(|partner| partner.side) else { return false };
        while let Some((n, Draft { said, at })) = self
            .state
            .disputes
            .get(&exchange)
            .and_then(|dispute| Some((length(dispute.ours.len()), dispute.drafts.first()?.clone())))
        {
            let statement = Statement { v: 1, account, exchange, side, n, said, made_at: at };
            let statement = statement.sign(&self.identity.secret).into_unverified();
            self.record(turn, Fact::DisputeSaid { statement: statement.clone(), at: turn.now });
            let told = self.told.statements.entry(exchange).or_default();
            if told[0] == usize::from(n) {
                told[0] += 1;
            }
            turn.send(peer, Message::Say(Box::new(statement)));
            signed = true;
        }
        signed
    }

    /// What both suggest, if it is ours to close.
    fn agreed_outcome(&self, account: &AccountId, exchange: &ExchangeId) -> Option<Outcome> {
        let closer = self.state.ledger.partners().get(account).is_some_and(|partner| partner.side == Side::A);
        let dispute = self.state.disputes.get(exchange).filter(|_| closer)?;
        let theirs = dispute.their_suggestion()?;
        (broken!(ClosesAlone) || dispute.signed_suggestion() == Some(theirs)).then_some(theirs)
    }

    fn close_agreed(&mut self, turn: &mut Turn<'_>, peer: Peer, account: AccountId, exchange: ExchangeId) -> bool {
        let Some(outcome) = self.agreed_outcome(&account, &exchange) else { return false };
        let suggestion = self.state.disputes.get(&exchange).and_then(Dispute::suggestion).cloned();
        let count = self.outcomes_with(&account);
        let (Some(suggestion), Ok(number)) = (suggestion, u32::try_from(count)) else { return false };
        let suggestion = Box::new(suggestion);
        let closing = Closing { v: 1, account, exchange, number, suggestion: suggestion.content.digest(), outcome };
        let closing = Box::new(closing.sign(&self.identity.secret).into_unverified());
        let body = Body::DisputeClosed { suggestion: suggestion.clone(), closing: closing.clone() };
        // The rules refuse it while the exchange itself is still under way; then it is tried again.
        let closed = self.enter(turn, body).is_ok();
        if closed {
            let told = self.told.outcomes.entry(account).or_default();
            if *told == count {
                *told += 1;
            }
            turn.send(peer, Message::DisputeClosed { suggestion, closing });
        }
        closed
    }
}
