//! What crossed under a partnership, as one side hands it to the other that lost it, and how it is taken back.

use super::{
    condition::Condition,
    effect::{Notice, Turn},
    fact::Fact,
    input::Peer,
    message::Message,
    state::Machine,
};
use crate::{
    codec,
    id::{AccountId, CommunityId, MemberId},
    ledger::{Body, UnderId},
    partnership::{Committed, Crossing, Pair, Payee, Position, Proposal, Resumption},
    rejection::Rejection,
};

/// How many bytes of lost exchanges one message carries: a relayed circuit may end after 128 KiB.
const CROSSINGS_PAGE: usize = 48 * 1024;
/// How many entries are looked at for one page.
const CROSSINGS_STEP: usize = 64;

impl Machine {
    /// The partner fetches what it lost.
    pub(super) fn fetched(
        &self,
        turn: &mut Turn<'_>,
        peer: Peer,
        from: CommunityId,
        account: AccountId,
        at: Position,
    ) -> Result<(), Rejection> {
        self.partner_of_message(&account, &from)?;
        let (mut crossings, mut next, mut left) = (Vec::new(), at, CROSSINGS_PAGE);
        let mut more = true;
        'page: while more {
            let step = turn.view.crossings(&account, next, CROSSINGS_STEP);
            more = step.len() == CROSSINGS_STEP;
            for (place, index) in step {
                if let Some(crossing) = self.crossing(turn, index) {
                    let size = codec::encode(&crossing).len();
                    if size > left && !crossings.is_empty() {
                        more = true;
                        break 'page;
                    }
                    left = left.saturating_sub(size);
                    crossings.push(crossing);
                }
                next = place.next();
            }
        }
        turn.send(peer, Message::Crossings { account, crossings, next: more.then_some(next) });
        Ok(())
    }

    /// An entry in the form in which a partner may fetch it.
    fn crossing(&self, turn: &Turn<'_>, index: u64) -> Option<Crossing> {
        self.as_crossing(turn, turn.view.entry(index)?.body)
    }

    fn as_crossing(&self, turn: &Turn<'_>, body: Body) -> Option<Crossing> {
        let alias = |account: &AccountId, member: MemberId| Payee::Alias(self.identity.aliases.alias(account, &member));
        let (proposal, decision, yours, ours) = match body {
            Body::Resumed { resumption } => return Some(Crossing::Resumed(resumption)),
            Body::Settle { proposal, decision } => {
                let begun = turn.view.exchange(&proposal.content.exchange).and_then(|r| turn.view.entry(r.index));
                let terms = match begun.map(|entry| entry.body) {
                    Some(Body::Hold { terms, .. }) => Some(terms),
                    _ => None,
                };
                let ours = terms.as_ref().map(|terms| alias(&terms.account, terms.payer));
                (proposal, decision, terms.map(|terms| terms.payee), ours)
            }
            Body::Receive { payee, payer, proposal, decision, .. } => {
                let ours = alias(&proposal.content.account, payee);
                (proposal, decision, Some(Payee::Alias(payer)), Some(ours))
            }
            Body::Recovered { member, party, proposal, decision, .. } => {
                let ours = member.map(|member| alias(&proposal.content.account, member));
                (proposal, decision, party, ours)
            }
            _ => return None,
        };
        Some(Crossing::Pair(Box::new(Pair { proposal: *proposal, decision: *decision, yours, ours })))
    }

    /// What the partner holds arrives.
    pub(super) fn crossings_arrived(
        &mut self,
        turn: &mut Turn<'_>,
        peer: Peer,
        from: CommunityId,
        account: AccountId,
        crossings: Vec<Crossing>,
        next: Option<Position>,
    ) -> Result<(), Rejection> {
        self.partner_of_message(&account, &from)?;
        let recovering = matches!(self.state.conditions.get(&account), Some(Condition::Recovering { .. }));
        let waits = self.asked.contains_key(&account) || self.offers.contains_key(&account);
        if !recovering || !waits || self.cursor.get(&account).is_none_or(Option::is_none) {
            return Ok(());
        }
        for crossing in crossings {
            match crossing {
                Crossing::Pair(pair) => self.take_back(turn, account, *pair)?,
                Crossing::Resumed(resumption) => self.catch_up(turn, account, *resumption)?,
            }
        }
        let before = self.cursor.insert(account, next).flatten();
        if next.is_some_and(|next| Some(next) <= before) {
            return Err(Rejection::BrokenChain);
        }
        if next.is_some() {
            self.fetch_more(turn, peer, account);
            return Ok(());
        }
        match self.asked.remove(&account) {
            Some(asked) => self.offer_to_resume(turn, peer, asked),
            None => self.adopt_or_fetch(turn, peer, account),
        }
    }

    /// Both were in an epoch that we lost.
    fn catch_up(&mut self, turn: &mut Turn<'_>, account: AccountId, resumption: Resumption) -> Result<(), Rejection> {
        let partner = self.state.ledger.partners().get(&account).ok_or(Rejection::UnknownPartnership(account))?;
        if resumption.offer.content.account != account {
            return Err(Rejection::OtherLane);
        }
        if resumption.offer.content.epoch > partner.epoch {
            self.enter(turn, Body::Resumed { resumption: Box::new(resumption) })?;
        }
        Ok(())
    }

    /// A committed exchange that we may have lost.
    fn take_back(&mut self, turn: &mut Turn<'_>, account: AccountId, pair: Pair) -> Result<(), Rejection> {
        let (content, id) = (&pair.proposal.content, pair.proposal.content.exchange);
        if content.account != account || !pair.fits() {
            return Err(Rejection::OtherLane);
        }
        if let Some(fetching) = self.offers.get_mut(&account) {
            fetching.seen.insert(id);
        }
        let place = Position::of(content);
        let decided = turn.view.crossing(&account, &place).is_some() || decided_in(turn, &account, &place);
        if decided && !broken!(RecoversTwice) {
            return Ok(());
        }
        self.check_pair(&account, &pair)?;
        let held = self.state.ledger.holds().get(&id).filter(|hold| hold.is_of(content)).map(|hold| hold.payer);
        let under_id = match held {
            Some(_) => UnderId::Hold,
            None if turn.view.exchange(&id).is_some() && !broken!(RecoversTwice) => UnderId::Another,
            None => UnderId::Nothing,
        };
        let member = held.or_else(|| self.own_member(&account, pair.yours.as_ref()?));
        let paid = Some(pair.proposal.content.lane) == self.state.ledger.partners().get(&account).map(|p| p.side);
        let advanced = if paid { None } else { self.state.ledger.repays(&pair.proposal.content) };
        let (proposal, decision) = (Box::new(pair.proposal), Box::new(pair.decision));
        self.enter(turn, Body::Recovered { member, party: pair.ours, paid, under_id, proposal, decision, advanced })?;
        turn.notice(if under_id == UnderId::Hold {
            Notice::Decided { exchange: id, accepted: true }
        } else {
            Notice::Recovered { exchange: id }
        });
        Ok(())
    }

    /// Whether the right keys signed a pair of the present epoch.
    fn check_pair(&self, account: &AccountId, pair: &Pair) -> Result<(), Rejection> {
        let partner = self.state.ledger.partners().get(account).ok_or(Rejection::UnknownPartnership(*account))?;
        let theirs = partner.key.sound()?;
        let ours = || self.state.ledger.certificates().iter().rev().filter_map(|c| c.key.sound().ok());
        let (proposal, decision) = (&pair.proposal, &pair.decision);
        let good = if proposal.content.lane == partner.side {
            decision.clone().verify(&theirs).is_ok() && ours().any(|key| proposal.clone().verify(&key).is_ok())
        } else {
            proposal.clone().verify(&theirs).is_ok() && ours().any(|key| decision.clone().verify(&key).is_ok())
        };
        if good { Ok(()) } else { Err(crate::key::BadKey::WrongSignature.into()) }
    }

    /// Our member behind a code or a record that the partner used.
    fn own_member(&self, account: &AccountId, payee: &Payee) -> Option<MemberId> {
        let member = match payee {
            Payee::Alias(alias) => Some(self.identity.aliases.member(account, alias)),
            Payee::Record(key) => self.state.shelf.get(key).and_then(|own| own.owner),
        };
        member.filter(|id| self.state.ledger.members().contains_key(id))
    }

    /// How much is committed from an epoch on, with what this very turn records.
    pub(super) fn committed(&self, turn: &Turn<'_>, account: &AccountId, from: u32) -> Committed {
        let pairs = self.committed_proposals(turn, account, from);
        pairs.iter().fold(Committed::NONE, |sum, (_, proposal)| sum.and(proposal))
    }

    fn committed_proposals(&self, turn: &Turn<'_>, account: &AccountId, from: u32) -> Vec<(Position, Proposal)> {
        let mut found = Vec::new();
        let mut take = |body: &Body| {
            let (Body::Settle { proposal, .. } | Body::Receive { proposal, .. } | Body::Recovered { proposal, .. }) =
                body
            else {
                return;
            };
            let own = || self.state.ledger.partners().get(account).is_some_and(|p| p.side == proposal.content.lane);
            let counted = !broken!(OfferCountsOwnLane) || own();
            if proposal.content.account == *account && proposal.content.epoch >= from && counted {
                found.push((Position::of(&proposal.content), proposal.content.clone()));
            }
        };
        self.each_crossing(turn, account, from, &mut take);
        found.sort_by_key(|(place, _)| *place);
        found
    }

    /// Every entry of a partnership from an epoch on, those of this turn last.
    fn each_crossing(&self, turn: &Turn<'_>, account: &AccountId, from: u32, take: &mut dyn FnMut(&Body)) {
        let mut at = Position::start(from);
        loop {
            let step = turn.view.crossings(account, at, CROSSINGS_STEP);
            for (_, index) in &step {
                if let Some(entry) = turn.view.entry(*index) {
                    take(&entry.body);
                }
            }
            match step.last() {
                Some((last, _)) if step.len() == CROSSINGS_STEP => at = last.next(),
                _ => break,
            }
        }
        for fact in &turn.effects.batch.facts {
            if let Fact::Entry(entry) = fact {
                take(&entry.body);
            }
        }
    }

    pub(super) fn pairs(&self, turn: &Turn<'_>, account: &AccountId, from: u32) -> Vec<Pair> {
        let mut found = Vec::new();
        self.each_crossing(turn, account, from, &mut |body| {
            if let Some(Crossing::Pair(pair)) = self.as_crossing(turn, body.clone())
                && pair.proposal.content.account == *account
                && pair.proposal.content.epoch >= from
            {
                found.push(*pair);
            }
        });
        found.sort_by_key(|pair| Position::of(&pair.proposal.content));
        found
    }
}

fn decided_in(turn: &Turn<'_>, account: &AccountId, place: &Position) -> bool {
    let at = Some((*account, *place));
    turn.effects.batch.facts.iter().any(|fact| matches!(fact, Fact::Entry(entry) if entry.body.crosses() == at))
}
