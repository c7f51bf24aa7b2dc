//! Recovery: what was lost is fetched from the partner, the lanes' epoch ends, and both go on in a new one.
//!
//! Whoever lost something signs nothing in its lanes until the partner has said what it holds. Whoever is asked closes the
//! epoch first, so that nothing signed before and still under way can count afterwards.

use super::{
    condition::{Condition, Lost},
    effect::{Notice, Turn},
    fact::Fact,
    input::Peer,
    message::{Message, Resume},
    state::Machine,
};
use crate::{
    community::{Certificate, check_certificate},
    envelope::{Content, Signed, Unverified},
    id::{AccountId, CommunityId, Digest, ExchangeId},
    key::{PublicKey, SoundKey},
    lane::{Answer, Sync, SyncState},
    ledger::{Body, Partner},
    partnership::{Decision, Position, ResumeAcknowledgement, ResumeOffer, ResumeRequest, Resumption, Side, Verdict},
    rejection::Rejection,
};
use std::collections::BTreeSet;

/// A request that waits until we have fetched what we lack ourselves.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    request: ResumeRequest,
    pub(super) certificate: Unverified<Certificate>,
    decisions: Vec<Unverified<Decision>>,
}

/// An offer in hand, and how far what it counts is fetched.
#[derive(Debug, Clone)]
pub(super) struct Fetching {
    pub(super) offer: Unverified<ResumeOffer>,
    pub(super) certificate: Unverified<Certificate>,
    /// Everything is fetched again from the beginning of the epoch, to find what the partner left out.
    whole: bool,
    pub(super) seen: BTreeSet<ExchangeId>,
}

impl Machine {
    /// Gives a restored community its new key: everything before is signed with another, and each partner is asked first.
    /// The machine's identity must hold the new key already.
    ///
    /// # Errors
    /// When the certificate is not newer than those in the ledger.
    pub fn restore(&mut self, now: crate::time::Timestamp, view: &dyn super::View) -> Result<super::Batch, Rejection> {
        let mut turn = Turn { now, view, effects: super::Effects::default() };
        self.rotate(&mut turn, Lost::Restored)?;
        Ok(turn.effects.batch)
    }

    /// Enters the identity's key, if it is newer than those in the ledger. Nothing was lost: members' orders go on, and each
    /// partner is asked before anything is signed for it.
    ///
    /// # Errors
    /// When the certificate is not valid.
    pub fn renew_key(
        &mut self,
        now: crate::time::Timestamp,
        view: &dyn super::View,
    ) -> Result<super::Batch, Rejection> {
        let mut turn = Turn { now, view, effects: super::Effects::default() };
        let newest = self.state.ledger.certificate().map(|certificate| certificate.serial);
        if newest.is_some_and(|newest| self.identity.certificate.content.serial > newest) {
            self.rotate(&mut turn, Lost::Rotated)?;
        }
        Ok(turn.effects.batch)
    }

    /// Enters the identity's key into the ledger, ends every lane's epoch and renews the shelf.
    pub(super) fn rotate(&mut self, turn: &mut Turn<'_>, why: Lost) -> Result<(), Rejection> {
        let certificate = Box::new(self.identity.certificate.clone());
        if !broken!(KeepsKey) {
            self.enter(turn, Body::KeyRotated { certificate })?;
        }
        let accounts: Vec<AccountId> = self.state.lanes.keys().copied().collect();
        for account in accounts {
            let why = match self.state.conditions.get(&account) {
                Some(Condition::Frozen { .. }) => continue,
                // Another key is no answer: orders wait for this partner still.
                Some(Condition::Recovering { why: Lost::Restored, waived: false, .. }) => Lost::Restored,
                _ => why,
            };
            self.lose(turn, account, why);
        }
        self.renew_shelf(turn);
        Ok(())
    }

    /// Something of these lanes is lost, or they change their key: nothing more is signed until the partner answered.
    pub(super) fn lose(&mut self, turn: &mut Turn<'_>, account: AccountId, why: Lost) {
        let nonce = if broken!(ReusesNonce) { [1; 16] } else { self.unguessable(turn, "nonce", account.as_bytes()) };
        self.record(turn, Fact::Recovering { account, nonce, why, since: turn.now });
        self.synced.remove(&account);
        turn.notice(Notice::Recovering { account });
    }

    /// Bytes that nobody without our key can guess and that differ from all before.
    pub(super) fn unguessable(&mut self, turn: &Turn<'_>, what: &str, about: &[u8]) -> [u8; 16] {
        self.drawn += 1;
        let place = [turn.now.0.to_be_bytes(), self.drawn.to_be_bytes()].concat();
        let draw = self.identity.secret.sign(&[b"kith/v1/draw\0", what.as_bytes(), about, &place].concat());
        let digest = Digest::of("kith/v1/draw", &[&draw.0]);
        *digest.as_bytes().first_chunk().expect("a digest is longer")
    }

    /// Whether there is nothing to say about a partnership's lanes but what is in them.
    pub(super) fn is_settled(&self, account: &AccountId) -> bool {
        matches!(self.state.conditions.get(account), Some(Condition::Frozen { .. })) || self.synced.contains(account)
    }

    pub(super) fn is_live(&self, account: &AccountId) -> bool {
        if self.has_later_copy() {
            return false;
        }
        match self.state.conditions.get(account) {
            None => true,
            Some(Condition::Recovering { .. }) => broken!(SignsWhileRecovering),
            Some(Condition::Closed { .. } | Condition::Frozen { .. }) => false,
        }
    }

    /// Refuses what would sign for members while a partner is still to be asked.
    pub(super) fn check_recovered(&self) -> Result<(), Rejection> {
        let waits = |c: &Condition| matches!(c, Condition::Recovering { why: Lost::Restored, waived: false, .. });
        if self.state.conditions.values().any(waits) { Err(Rejection::Recovering) } else { Ok(()) }
    }

    /// A coordinator decides not to wait for a partner. Its lanes stay closed until it answers.
    pub(super) fn waive(&mut self, turn: &mut Turn<'_>, account: AccountId) -> Result<(), Rejection> {
        match self.state.conditions.get(&account) {
            Some(Condition::Recovering { waived: false, .. }) => {
                self.record(turn, Fact::Waived { account });
                Ok(())
            }
            _ => Err(Rejection::NothingChanges),
        }
    }

    /// What the next [`Sync`] says of us.
    pub(super) fn sync_state(&self, account: &AccountId) -> SyncState {
        match self.state.conditions.get(account) {
            Some(Condition::Recovering { .. }) => SyncState::Recovering,
            Some(Condition::Closed { offer, .. }) => SyncState::Closed { offered: offer.content.epoch },
            Some(Condition::Frozen { .. }) | None => SyncState::Live,
        }
    }

    /// Judges by the partner's word whether the lanes may go on as they are; if not, what to do about it.
    pub(super) fn in_step(&mut self, turn: &mut Turn<'_>, peer: Peer, sync: &Sync) -> Result<bool, Rejection> {
        let account = sync.account;
        let Some(lanes) = self.state.lanes.get(&account) else { return Ok(false) };
        let epoch = lanes.epoch();
        let offered = match sync.state {
            SyncState::Closed { offered } => Some(offered),
            _ => None,
        };
        let goes_on = match self.state.conditions.get(&account) {
            Some(Condition::Frozen { .. } | Condition::Closed { .. }) => false,
            Some(Condition::Recovering { .. }) => {
                self.ask_to_resume(turn, peer, account, sync.challenge);
                broken!(SignsWhileRecovering)
            }
            None if sync.epoch > epoch || offered.is_some_and(|o| o > epoch) || lanes.is_behind(sync) => {
                self.fall_behind(turn, account)?;
                self.ask_to_resume(turn, peer, account, sync.challenge);
                false
            }
            None if sync.epoch < epoch => {
                self.say_resumed(turn, peer, account);
                false
            }
            None => sync.state == SyncState::Live || broken!(SignsWhileRecovering),
        };
        Ok(goes_on)
    }

    /// R2: asks the partner what it holds.
    fn ask_to_resume(&self, turn: &mut Turn<'_>, peer: Peer, account: AccountId, challenge: [u8; 16]) {
        let Some(Condition::Recovering { nonce, highest, .. }) = self.state.conditions.get(&account) else { return };
        let Some(lanes) = self.state.lanes.get(&account) else { return };
        let sync = lanes.sync(0, SyncState::Recovering, challenge);
        let request = ResumeRequest {
            v: 1,
            account,
            epoch: lanes.epoch(),
            highest: *highest,
            learned: sync.learned,
            decided: sync.decided,
            nonce: *nonce,
            challenge,
        };
        let request = request.sign(&self.identity.secret).into_unverified();
        let decisions = lanes.unconfirmed().map(|answer| answer.decision.clone()).collect();
        let certificate = self.identity.certificate.clone();
        turn.send(peer, Message::ResumeRequest(Box::new(Resume { request, certificate, decisions })));
    }

    pub(super) fn partner_of_message(&self, account: &AccountId, from: &CommunityId) -> Result<&Partner, Rejection> {
        let partner = self.state.ledger.partners().get(account).ok_or(Rejection::UnknownPartnership(*account))?;
        if partner.community() == *from { Ok(partner) } else { Err(Rejection::OtherLane) }
    }

    /// The key of a partner's certificate, if it is the newest known.
    fn newest_key(
        &self,
        turn: &Turn<'_>,
        from: &CommunityId,
        certificate: &Unverified<Certificate>,
    ) -> Result<SoundKey, Rejection> {
        let checked = check_certificate(certificate)?;
        if checked.content().community != *from {
            return Err(Rejection::OtherCommunity);
        }
        self.check_newest(certificate, turn.now)?;
        Ok(checked.content().key.sound()?)
    }

    /// R3: a partner lost something and asks.
    pub(super) fn resume_requested(
        &mut self,
        turn: &mut Turn<'_>,
        peer: Peer,
        from: CommunityId,
        asked: Resume,
    ) -> Result<(), Rejection> {
        let Resume { request, certificate, decisions } = asked;
        let account = request.content.account;
        self.partner_of_message(&account, &from)?;
        let key = self.newest_key(turn, &from, &certificate)?;
        let request = request.verify(&key)?.content().clone();
        if request.v != 1 {
            return Err(Rejection::UnknownVersion(request.v));
        }
        if !self.is_of_session(&peer, &request.challenge) {
            return Err(Rejection::OtherSession);
        }
        let lanes = self.state.lanes.get(&account).ok_or(Rejection::UnknownPartnership(account))?;
        let smaller = self.state.ledger.partners().get(&account).is_some_and(|p| p.side == Side::A);
        let asked = Asked { request, certificate, decisions };
        match self.state.conditions.get(&account) {
            Some(Condition::Frozen { .. }) => Ok(()),
            // Both lost something: one of them answers once it has what the other holds.
            Some(Condition::Recovering { .. }) if smaller => {
                // Whatever the requester accepted comes with what is fetched.
                self.asked.insert(account, Asked { decisions: Vec::new(), ..asked });
                self.cursor.remove(&account);
                self.fetch_more(turn, peer, account);
                Ok(())
            }
            Some(Condition::Recovering { .. }) => Ok(()),
            Some(Condition::Closed { offer, .. })
                if offer.content.nonce == asked.request.nonce && !broken!(AnswersTwice) =>
            {
                let (offer, certificate) = (offer.clone(), self.identity.certificate.clone());
                turn.send(peer, Message::ResumeOffer { offer, certificate });
                Ok(())
            }
            // The requester knows more than we do: we lost something, too, and both have to fetch.
            None if asked.request.epoch > lanes.epoch() || lanes.lacks(&asked.request) => {
                self.fall_behind(turn, account)
            }
            None if self.was_answered(turn, &account, &asked.request.nonce) && !broken!(AnswersTwice) => Ok(()),
            _ => self.offer_to_resume(turn, peer, asked),
        }
    }

    /// Whether the present epoch is the answer to this very request, which comes a second time.
    fn was_answered(&self, turn: &Turn<'_>, account: &AccountId, nonce: &[u8; 16]) -> bool {
        let answer = self.resumption(turn, account).filter(|_| !broken!(ResumesOutsideSession));
        answer.is_some_and(|resumption| resumption.offer.content.nonce == *nonce)
    }

    /// How the present epoch began, if it was not with the agreement.
    pub(super) fn resumption(&self, turn: &Turn<'_>, account: &AccountId) -> Option<Box<Resumption>> {
        let epoch = self.state.lanes.get(account)?.epoch();
        let (_, index) = turn.view.crossings(account, Position::start(epoch), 1).into_iter().next()?;
        match turn.view.entry(index)?.body {
            Body::Resumed { resumption } if resumption.offer.content.epoch == epoch => Some(resumption),
            _ => None,
        }
    }

    fn is_of_session(&self, peer: &Peer, challenge: &[u8; 16]) -> bool {
        broken!(ResumesOutsideSession) || self.challenges.get(peer) == Some(challenge)
    }

    /// Takes in what the requester knows and we do not, closes the epoch, and offers the next.
    pub(super) fn offer_to_resume(&mut self, turn: &mut Turn<'_>, peer: Peer, asked: Asked) -> Result<(), Rejection> {
        let Asked { request, certificate, decisions } = asked;
        let account = request.account;
        self.count_closing(turn, account)?;
        let lanes = self.state.lanes.get(&account).ok_or(Rejection::UnknownPartnership(account))?;
        let epoch = lanes.epoch();
        if request.epoch == epoch && !broken!(OffersUnlearned) {
            let key = self.partner_key(&account)?.sound()?;
            for decision in decisions {
                if !self.learn_or_know(turn, &decision.verify(&key)?)? {
                    return self.fall_behind(turn, account);
                }
            }
        }
        let offered = match self.state.conditions.get(&account) {
            Some(Condition::Closed { offer, .. }) => offer.content.epoch,
            Some(Condition::Recovering { highest, .. }) => *highest,
            _ => epoch,
        };
        let highest = epoch.max(offered).max(request.epoch).max(request.highest);
        let highest = if broken!(ReusesEpoch) { epoch.max(request.epoch) } else { highest };
        let partner = self.state.ledger.partners().get(&account).ok_or(Rejection::UnknownPartnership(account))?;
        let (side, net, begun) = (partner.side, partner.net.get(), partner.epoch);
        let offer = ResumeOffer {
            v: 1,
            account,
            offerer: side,
            epoch: highest.checked_add(1).ok_or(Rejection::OtherLane)?,
            from: request.epoch,
            nonce: request.nonce,
            key: certificate.content.key,
            committed: self.committed(turn, &account, request.epoch),
            begun,
            net,
        };
        let offer = offer.sign(&self.identity.secret).into_unverified();
        self.record(turn, Fact::Offered { offer: offer.clone(), requester: certificate });
        self.synced.remove(&account);
        let certificate = self.identity.certificate.clone();
        turn.send(peer, Message::ResumeOffer { offer: Box::new(offer), certificate });
        Ok(())
    }

    /// Learns a decision of a requester, unless an offer says already how the epoch ended. One on a proposal that we lost and
    /// got back as a pair is known already, and a refusal of one that is lost changes nothing; false when something is accepted
    /// that we know nothing of.
    fn learn_or_know(&mut self, turn: &mut Turn<'_>, decision: &Signed<Decision>) -> Result<bool, Rejection> {
        let content = decision.content();
        if !matches!(self.state.conditions.get(&content.account), Some(Condition::Closed { .. })) {
            match self.learn(turn, decision) {
                Err(Rejection::OutOfOrder { .. } | Rejection::UnknownProposal) => {}
                learned => return learned.map(|()| true),
            }
        }
        let place = Position { epoch: content.epoch, lane: Some(content.lane), n: content.n };
        let refused = matches!(content.verdict, Verdict::Reject { .. });
        Ok(refused || self.slot(turn, &content.account, place).is_some())
    }

    fn partner_key(&self, account: &AccountId) -> Result<PublicKey, Rejection> {
        let partner = self.state.ledger.partners().get(account).ok_or(Rejection::UnknownPartnership(*account))?;
        Ok(partner.key)
    }

    /// R4, first half: the partner says what is committed.
    pub(super) fn resume_offered(
        &mut self,
        turn: &mut Turn<'_>,
        peer: Peer,
        from: CommunityId,
        offer: Unverified<ResumeOffer>,
        certificate: Unverified<Certificate>,
    ) -> Result<(), Rejection> {
        let account = offer.content.account;
        self.partner_of_message(&account, &from)?;
        let key = self.newest_key(turn, &from, &certificate)?;
        let offer = offer.verify(&key)?;
        let condition = self.state.conditions.get(&account);
        let Some(Condition::Recovering { nonce, highest, .. }) = condition else { return Ok(()) };
        let content = offer.content();
        if content.nonce != *nonce || content.key != self.identity.certificate.content.key {
            return Ok(());
        }
        // In an epoch that we may have lost, what we signed would be signed a second time.
        if content.epoch <= *highest && !broken!(ReusesEpoch) {
            return Err(Rejection::OtherLane);
        }
        let offer = offer.into_unverified();
        let fetching = Fetching { offer, certificate, whole: false, seen: BTreeSet::new() };
        self.offers.insert(account, fetching);
        self.cursor.remove(&account);
        self.adopt_or_fetch(turn, peer, account)
    }

    /// Adopts the offer if our books hold what it counts; otherwise fetches what is missing.
    pub(super) fn adopt_or_fetch(
        &mut self,
        turn: &mut Turn<'_>,
        peer: Peer,
        account: AccountId,
    ) -> Result<(), Rejection> {
        let Some(fetching) = self.offers.get(&account) else { return Ok(()) };
        let offer = &fetching.offer.content;
        let partner = self.state.ledger.partners().get(&account).ok_or(Rejection::UnknownPartnership(account))?;
        let same = self.committed(turn, &account, offer.from) == offer.committed
            && partner.net.get().checked_add(offer.net) == Some(0)
            && partner.epoch >= offer.begun;
        if same || broken!(AdoptsBlindly) {
            return self.adopt(turn, peer, account);
        }
        if self.cursor.get(&account).is_none_or(Option::is_some) {
            self.fetch_more(turn, peer, account);
            return Ok(());
        }
        // All was fetched and the books differ: once more from the beginning of the epoch, to find what was left out.
        let from = offer.from;
        if !fetching.whole {
            if let Some(fetching) = self.offers.get_mut(&account) {
                fetching.whole = true;
            }
            self.cursor.insert(account, Some(Position::start(from).next()));
            self.fetch_more(turn, peer, account);
            return Ok(());
        }
        self.find_left_out(turn, account)
    }

    /// R4, second half: goes on in the new epoch.
    fn adopt(&mut self, turn: &mut Turn<'_>, peer: Peer, account: AccountId) -> Result<(), Rejection> {
        let Some(Fetching { offer, certificate: offerer, .. }) = self.offers.remove(&account) else { return Ok(()) };
        let word = ResumeAcknowledgement { account, epoch: offer.content.epoch, offer: offer.content.digest() };
        let acknowledgement = word.sign(&self.identity.secret).into_unverified();
        let requester = self.identity.certificate.clone();
        let resumption = Resumption { offer, offerer, acknowledgement: acknowledgement.clone(), requester };
        self.resume(turn, account, resumption)?;
        turn.send(peer, Message::ResumeAcknowledge(acknowledgement));
        self.send_sync(turn, peer, &account);
        Ok(())
    }

    /// The epoch that both agreed on begins.
    fn resume(&mut self, turn: &mut Turn<'_>, account: AccountId, resumption: Resumption) -> Result<(), Rejection> {
        let accepted = |a: &&Answer| matches!(a.decision.content.verdict, Verdict::Accept { .. });
        let unconfirmed = self.state.lanes.get(&account).into_iter().flat_map(|lanes| lanes.unconfirmed());
        let settled: Vec<ExchangeId> = unconfirmed.filter(accepted).map(Answer::exchange).collect();
        self.enter(turn, Body::Resumed { resumption: Box::new(resumption) })?;
        self.record(turn, Fact::Reopened { account });
        self.asked.remove(&account);
        self.cursor.remove(&account);
        // A request of this session that comes late was made before this epoch, and its sender went on with us.
        if let Some(peer) = self.partner_session(&account) {
            let challenge = self.unguessable(turn, "challenge", peer.as_bytes());
            self.challenges.insert(peer, challenge);
        }
        settled.into_iter().for_each(|exchange| turn.notice(Notice::Settled { exchange }));
        turn.notice(Notice::Resumed { account });
        Ok(())
    }

    /// R5: the partner goes on in the epoch we offered.
    pub(super) fn resume_acknowledged(
        &mut self,
        turn: &mut Turn<'_>,
        peer: Peer,
        from: CommunityId,
        word: Unverified<ResumeAcknowledgement>,
    ) -> Result<(), Rejection> {
        let account = word.content.account;
        self.partner_of_message(&account, &from)?;
        let Some(Condition::Closed { offer, requester }) = self.state.conditions.get(&account).cloned() else {
            return Ok(());
        };
        if word.content.offer != offer.content.digest() {
            return Ok(());
        }
        let acknowledgement = word.verify(&requester.content.key.sound()?)?.into_unverified();
        let offerer = self.identity.certificate.clone();
        self.resume(turn, account, Resumption { offer: *offer, offerer, acknowledgement, requester: *requester })?;
        self.send_sync(turn, peer, &account);
        Ok(())
    }

    /// Says again that we went on, to a partner that has not heard.
    fn say_resumed(&self, turn: &mut Turn<'_>, peer: Peer, account: AccountId) {
        let Some(resumption) = self.resumption(turn, &account) else { return };
        if resumption.requester.content.community == self.identity.community {
            turn.send(peer, Message::ResumeAcknowledge(resumption.acknowledgement));
        }
    }

    /// Asks for the next page of what the partner holds.
    pub(super) fn fetch_more(&mut self, turn: &mut Turn<'_>, peer: Peer, account: AccountId) {
        let Some(lanes) = self.state.lanes.get(&account) else { return };
        let known = |lane| lanes.unknown_from(lane);
        let whole = self.offers.get(&account).is_some_and(|fetching| fetching.whole);
        let from = match self.cursor.get(&account) {
            Some(Some(at)) => *at,
            _ => known(Side::A),
        };
        // In the epoch we know, what is decided here needs no fetching.
        let skip = |at: Position| match at.lane {
            Some(lane) if at.epoch == lanes.epoch() && !whole => at.max(known(lane)),
            _ => at,
        };
        self.cursor.insert(account, Some(skip(from)));
        turn.send(peer, Message::ResumeFetch { account, from: skip(from) });
    }
}
