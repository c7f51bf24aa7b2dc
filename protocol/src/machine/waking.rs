//! What the passing of time asks for: telling, repeating, looking for those who are away, forgetting.

use super::{
    effect::{Effect, ForeignRecord, Turn},
    fact::{Waiting, WaitingKind},
    fetching::HEADS_EVERY,
    input::Peer,
    state::{Machine, REPEAT_AFTER},
};
use crate::{
    id::CommunityId,
    time::{Span, Timestamp},
};

/// With fewer connections than this, the node looks for more among the communities it has heard of.
const ENOUGH_PEERS: usize = 4;
/// The longest wait before an absent partner is tried again.
const DIAL_PATIENCE: Span = Span::seconds(600);
/// How often expired records of others are forgotten.
const SWEEP_EVERY: Span = Span::seconds(3_600);

impl Machine {
    /// Time has passed: tell shelves, repeat what was not answered, look for those who are away, forget what expired.
    pub(super) fn wake(&mut self, turn: &mut Turn<'_>) {
        let peers: Vec<(Peer, Option<CommunityId>)> = self.sessions.iter().map(|(p, c)| (*p, *c)).collect();
        if self.heads_at.is_some_and(|at| at <= turn.now) {
            self.heads_at = Some(turn.now.plus(HEADS_EVERY));
            for (peer, community) in &peers {
                let Some(community) = community else { continue };
                self.send_heads(turn, *peer);
                // Whose mail is held between whom is said only when it changes, and may have been lost.
                if let Some((account, _)) = self.state.ledger.partner_of(community) {
                    self.say_mail(turn, *peer, account);
                    self.say_grants(turn, *peer, account);
                }
            }
        }
        self.inspect(turn);
        if self.repeat_at <= turn.now {
            self.repeat_at = turn.now.plus(REPEAT_AFTER);
            self.wanted.clear();
            self.inquired.clear();
            self.forget_told();
            for (peer, community) in &peers {
                if !self.introduced.contains(peer) {
                    self.say_hello(turn, *peer);
                }
                if let Some(community) = community
                    && self.unanswered(community)
                {
                    self.greet(turn, *peer, *community);
                    self.repeat_proposals(turn, *peer, community);
                }
                if let Some(community) = community {
                    self.hand_over(turn, *peer, community);
                }
            }
            #[cfg(feature = "flaws")]
            self.decide_by_timeout(turn);
            self.look_for_peers(turn);
            self.stirred.extend(self.state.mail.keys().copied());
        }
        if self.sweep_at <= turn.now {
            self.sweep_at = turn.now.plus(SWEEP_EVERY);
            self.sweep(turn);
            self.sweep_mail(turn);
        }
    }

    /// Whether something of ours waits for this community's answer, or of theirs for our memory.
    fn unanswered(&self, community: &CommunityId) -> bool {
        let Some((account, _)) = self.state.ledger.partner_of(community) else {
            return self.state.accepting.contains_key(community);
        };
        let asks = |w: &Waiting| match &w.kind {
            WaitingKind::Asked { account: a, noted: false, .. } | WaitingKind::Declined { account: a } => a == account,
            _ => false,
        };
        let lanes = self.state.lanes.get(account);
        !self.is_settled(account)
            || lanes.is_some_and(|l| l.undecided() > 0 || l.unconfirmed().next().is_some())
            || self.state.waiting.values().any(asks)
            || self.disputes_unanswered(account)
    }

    /// Dials partners and inviters who are away, each with growing patience, and some others when there are few peers.
    fn look_for_peers(&mut self, turn: &mut Turn<'_>) {
        let mut wanted: Vec<(CommunityId, Peer, Vec<String>)> = Vec::new();
        for accepting in self.state.accepting.values() {
            let i = &accepting.invitation;
            wanted.push((i.community, i.transport, i.addresses.clone()));
        }
        for partner in self.state.ledger.partners().values() {
            let community = partner.community();
            let heard = self.known.get(&community).and_then(|known| known.card.as_ref());
            if let Some(card) = heard.or_else(|| self.state.partner_cards.get(&community)) {
                wanted.push((community, card.transport, card.addresses.clone()));
            }
        }
        if self.sessions.len() < ENOUGH_PEERS {
            let cards = self.known.iter().filter_map(|(id, known)| Some((*id, known.card.as_ref()?)));
            wanted.extend(cards.take(ENOUGH_PEERS * 4).map(|(id, c)| (id, c.transport, c.addresses.clone())));
        }
        for (community, peer, addresses) in wanted {
            let due = self.dials.get(&community).is_none_or(|(at, _)| *at <= turn.now);
            if self.sessions.contains_key(&peer) || addresses.is_empty() || !due {
                continue;
            }
            let tries = self.dials.get(&community).map_or(0, |(_, tries)| *tries);
            let patience = Span(REPEAT_AFTER.0.saturating_mul(1 << tries.min(10))).min(DIAL_PATIENCE);
            self.dials.insert(community, (turn.now.plus(patience), tries.saturating_add(1)));
            turn.effects.rest.push(Effect::Dial { peer, addresses });
        }
    }

    fn sweep(&mut self, turn: &mut Turn<'_>) {
        for (community, known) in &mut self.known {
            let expired: Vec<_> =
                turn.view.standing(community).into_iter().filter(|s| s.expires_at <= turn.now).collect();
            if expired.is_empty() {
                continue;
            }
            known.live = known.live.saturating_sub(expired.len() as u64);
            let lapsed = self.lapsed.entry(*community).or_default();
            *lapsed = expired.iter().map(|s| s.expires_at).fold(*lapsed, Timestamp::max);
            let drops = expired.into_iter().map(|s| ForeignRecord::Drop {
                community: *community,
                revision: s.revision,
                key: s.key,
            });
            turn.effects.batch.foreign.extend(drops);
            turn.effects.batch.foreign.push(ForeignRecord::Known(*community, known.clone()));
        }
    }
}
