//! The machine's state and the loop that every input takes: judge, put facts into the batch, fold them, say what follows.

use super::{
    condition::{Condition, Lost},
    daily::Day,
    dispute::Dispute,
    disputing::Told,
    effect::{Batch, Effect, Effects, Notice, Turn},
    fact::{Fact, Invited, Reply, Waiting, WaitingKind},
    input::{Command, Input, Peer},
    inspecting::Inspected,
    view::View,
};
use crate::{
    alias::AliasSecret,
    codec::pairs,
    community::{Card, Certificate},
    envelope::{Content, Unverified},
    id::{AccountId, CommunityId, Digest, ExchangeId, MemberId, RecordKey},
    key::SecretKey,
    lane::Lanes,
    ledger::{Body, Ledger},
    partnership::{DisputeHeads, Invitation, Position, Terms},
    rejection::Rejection,
    shelf::{Item, Known, Record},
    time::{Span, Timestamp},
};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// How long to wait before repeating what a connected partner has not answered: longer than a busy node takes.
pub const REPEAT_AFTER: Span = Span::seconds(15);

/// What makes this machine one community's and no other's.
#[derive(Debug, Clone)]
pub struct Identity {
    /// The community.
    pub community: CommunityId,
    /// The operational key.
    pub secret: SecretKey,
    /// The operational key's certificate.
    pub certificate: Unverified<Certificate>,
    /// The key behind this node's libp2p peer id.
    pub transport: Peer,
    /// The secret behind members' codes.
    pub aliases: AliasSecret,
}

/// One thing on our own shelf.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnRecord {
    /// The revision that stands.
    pub revision: u64,
    /// Its hash.
    pub digest: Digest,
    /// Until when it stands.
    pub expires_at: Timestamp,
    /// Whose it is.
    pub owner: Option<MemberId>,
    /// Whether it is an offer or a need, rather than a card or a withdrawal.
    pub listing: bool,
}

/// An invitation we accepted and the inviter has not answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Accepting {
    /// What was accepted.
    pub invitation: Invitation,
    /// What we signed.
    pub terms: Terms,
}

/// Everything a machine remembers: the fold of its facts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct State {
    pub(super) ledger: Ledger,
    #[serde(with = "pairs")]
    pub(super) lanes: BTreeMap<AccountId, Lanes>,
    #[serde(with = "pairs")]
    pub(super) conditions: BTreeMap<AccountId, Condition>,
    #[serde(with = "pairs")]
    pub(super) inspected: BTreeMap<AccountId, Inspected>,
    #[serde(with = "pairs")]
    pub(super) waiting: BTreeMap<ExchangeId, Waiting>,
    #[serde(with = "pairs")]
    pub(super) disputes: BTreeMap<ExchangeId, Dispute>,
    #[serde(with = "pairs")]
    pub(super) invitations: BTreeMap<Digest, Invited>,
    #[serde(with = "pairs")]
    pub(super) accepting: BTreeMap<CommunityId, Accepting>,
    #[serde(with = "pairs")]
    pub(super) refusals: BTreeMap<CommunityId, String>,
    #[serde(with = "pairs")]
    pub(super) partner_cards: BTreeMap<CommunityId, Card>,
    #[serde(with = "pairs")]
    pub(super) mail: BTreeMap<AccountId, super::Mailing>,
    pub(super) card: Option<Card>,
    pub(super) revision: u64,
    #[serde(with = "pairs")]
    pub(super) shelf: BTreeMap<RecordKey, OwnRecord>,
}

impl State {
    /// A community before its first entry.
    #[must_use]
    pub fn empty(community: CommunityId) -> Self {
        Self {
            ledger: Ledger::empty(community),
            lanes: BTreeMap::new(),
            conditions: BTreeMap::new(),
            inspected: BTreeMap::new(),
            waiting: BTreeMap::new(),
            disputes: BTreeMap::new(),
            invitations: BTreeMap::new(),
            accepting: BTreeMap::new(),
            refusals: BTreeMap::new(),
            partner_cards: BTreeMap::new(),
            mail: BTreeMap::new(),
            card: None,
            revision: 0,
            shelf: BTreeMap::new(),
        }
    }

    /// The ledger.
    #[must_use]
    pub const fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// The lanes of each partnership.
    #[must_use]
    pub const fn lanes(&self) -> &BTreeMap<AccountId, Lanes> {
        &self.lanes
    }

    /// Partnerships whose lanes are closed, and why.
    #[must_use]
    pub const fn conditions(&self) -> &BTreeMap<AccountId, Condition> {
        &self.conditions
    }

    /// What partners showed of their ledgers.
    #[must_use]
    pub const fn inspected(&self) -> &BTreeMap<AccountId, Inspected> {
        &self.inspected
    }

    /// Exchanges that need somebody's agreement.
    #[must_use]
    pub const fn waiting(&self) -> &BTreeMap<ExchangeId, Waiting> {
        &self.waiting
    }

    /// Exchanges that are disputed with partners.
    #[must_use]
    pub const fn disputes(&self) -> &BTreeMap<ExchangeId, Dispute> {
        &self.disputes
    }

    /// Invitations given out.
    #[must_use]
    pub const fn invitations(&self) -> &BTreeMap<Digest, Invited> {
        &self.invitations
    }

    /// Invitations accepted and not answered yet.
    #[must_use]
    pub const fn accepting(&self) -> &BTreeMap<CommunityId, Accepting> {
        &self.accepting
    }

    /// Why an inviter refused our acceptance, by inviter.
    #[must_use]
    pub const fn refusals(&self) -> &BTreeMap<CommunityId, String> {
        &self.refusals
    }

    /// The cards that partners last showed.
    #[must_use]
    pub const fn partner_cards(&self) -> &BTreeMap<CommunityId, Card> {
        &self.partner_cards
    }

    /// What is remembered of letters, by partnership.
    #[must_use]
    pub const fn mail(&self) -> &BTreeMap<AccountId, super::Mailing> {
        &self.mail
    }

    /// The card we show.
    #[must_use]
    pub const fn card(&self) -> Option<&Card> {
        self.card.as_ref()
    }

    pub(super) fn shelve(&mut self, content: &Record, owner: Option<MemberId>) {
        self.revision = content.revision;
        if let Item::Card(card) = &content.item {
            self.card = Some(card.clone());
        }
        let own = OwnRecord {
            revision: content.revision,
            digest: content.digest(),
            expires_at: content.expires_at,
            owner,
            listing: content.item.listing().is_some(),
        };
        self.shelf.insert(content.key, own);
    }

    /// Our own shelf and its revision.
    #[must_use]
    pub const fn shelf(&self) -> (u64, &BTreeMap<RecordKey, OwnRecord>) {
        (self.revision, &self.shelf)
    }
}

/// One community's machine.
#[derive(Debug, Clone)]
pub struct Machine {
    pub(super) identity: Identity,
    pub(super) state: State,
    /// What is known of others' shelves; it lives in the index, not in the journal.
    pub(super) known: BTreeMap<CommunityId, Known>,
    /// Connected peers, and which community each showed to be. Gone with every restart.
    pub(super) sessions: BTreeMap<Peer, Option<CommunityId>>,
    /// Connected peers that know who we are, as they said more than hello.
    pub(super) introduced: BTreeSet<Peer>,
    /// What each connected peer is asked for of others' shelves, and what it has shown of them.
    pub(super) fetches: BTreeMap<Peer, super::fetching::Fetches>,
    /// Shelves that did not match their community's own word, and when they were last fetched anew for it.
    pub(super) refetched: BTreeMap<CommunityId, Timestamp>,
    /// When the last record that is no longer held ended, by shelf: a head made before then speaks of more than we hold.
    pub(super) lapsed: BTreeMap<CommunityId, Timestamp>,
    /// How often each partner had us record something today.
    pub(super) days: BTreeMap<AccountId, Day>,
    /// When to repeat what was not answered, and to look for partners who are away.
    pub(super) repeat_at: Timestamp,
    /// When to tell peers how far we are with shelves, if there is something new.
    pub(super) heads_at: Option<Timestamp>,
    /// When to forget expired records.
    pub(super) sweep_at: Timestamp,
    /// When to try again to reach a community that is away, and how often it was tried.
    pub(super) dials: BTreeMap<CommunityId, (Timestamp, u32)>,
    /// Partnerships in which a gap was seen and the partner was asked to repeat.
    pub(super) gaps: BTreeSet<AccountId>,
    /// What we said in each session, which a request to resume must repeat.
    pub(super) challenges: BTreeMap<Peer, [u8; 16]>,
    /// Partnerships whose partner is connected and said how far it is: only with them anything is signed.
    pub(super) synced: BTreeSet<AccountId>,
    /// Requests to resume that wait until we have fetched what we lack ourselves.
    pub(super) asked: BTreeMap<AccountId, super::resuming::Asked>,
    /// Offers in hand.
    pub(super) offers: BTreeMap<AccountId, super::resuming::Fetching>,
    /// How far we have fetched; none inside once all is.
    pub(super) cursor: BTreeMap<AccountId, Option<Position>>,
    /// Others' accounts whose agreements we asked for.
    pub(super) wanted: BTreeSet<AccountId>,
    /// Acceptances that were declined lately, the latest first.
    pub(super) declined: VecDeque<AccountId>,
    /// How many unguessable numbers were drawn since the start.
    pub(super) drawn: u64,
    /// When to ask partners to show what they accepted.
    pub(super) inspect_at: Option<Timestamp>,
    /// What partners were asked to show.
    pub(super) inspecting: BTreeMap<AccountId, Vec<(Position, u64)>>,
    /// Partnerships whose queue may move.
    pub(super) stirred: BTreeSet<AccountId>,
    /// Letters: what is under way of them. Gone with every restart.
    pub(super) post: super::mailing::Post,
    /// How far each connected partner said it is with disputes.
    pub(super) heard: BTreeMap<AccountId, DisputeHeads>,
    /// Partners that were asked how far they are with disputes and have not answered.
    pub(super) inquired: BTreeSet<AccountId>,
    /// What partners that lack something about disputes were told lately.
    pub(super) told: Told,
    /// The serial number of the newest certificate of ours that was shown, if it is newer than our own. Gone with every restart.
    pub(super) later_copy: Option<u32>,
}

impl Machine {
    /// A machine with the state that a snapshot or the beginning gives, and what the index knows of others' shelves.
    /// Facts after the snapshot follow with [`Machine::replay`].
    #[must_use]
    pub fn new(identity: Identity, state: State, known: BTreeMap<CommunityId, Known>) -> Self {
        Self {
            identity,
            state,
            known,
            sessions: BTreeMap::new(),
            introduced: BTreeSet::new(),
            fetches: BTreeMap::new(),
            refetched: BTreeMap::new(),
            lapsed: BTreeMap::new(),
            days: BTreeMap::new(),
            repeat_at: Timestamp::default(),
            heads_at: None,
            sweep_at: Timestamp::default(),
            dials: BTreeMap::new(),
            gaps: BTreeSet::new(),
            challenges: BTreeMap::new(),
            synced: BTreeSet::new(),
            asked: BTreeMap::new(),
            offers: BTreeMap::new(),
            cursor: BTreeMap::new(),
            wanted: BTreeSet::new(),
            declined: VecDeque::new(),
            drawn: 0,
            inspect_at: None,
            inspecting: BTreeMap::new(),
            stirred: BTreeSet::new(),
            post: super::mailing::Post::default(),
            heard: BTreeMap::new(),
            inquired: BTreeSet::new(),
            told: Told::default(),
            later_copy: None,
        }
    }

    /// What the machine remembers.
    #[must_use]
    pub const fn state(&self) -> &State {
        &self.state
    }

    /// What makes it this community's.
    #[must_use]
    pub const fn identity(&self) -> &Identity {
        &self.identity
    }

    /// What is known of others' shelves.
    #[must_use]
    pub const fn known(&self) -> &BTreeMap<CommunityId, Known> {
        &self.known
    }

    /// Whether a community's node is connected and said who it is.
    #[must_use]
    pub fn connected(&self, community: &CommunityId) -> bool {
        self.session_of(community).is_some()
    }

    /// Communities whose nodes are connected and said who they are.
    pub fn present(&self) -> impl Iterator<Item = &CommunityId> {
        self.sessions.values().flatten()
    }

    /// Which community a connected peer showed to be.
    #[must_use]
    pub fn who_is(&self, peer: &Peer) -> Option<CommunityId> {
        self.sessions.get(peer).copied().flatten()
    }

    /// The peer that is a community's node, while it is connected and said so.
    #[must_use]
    pub fn session_of(&self, community: &CommunityId) -> Option<Peer> {
        self.sessions.iter().find(|(_, who)| who.as_ref() == Some(community)).map(|(peer, _)| *peer)
    }

    /// When the machine wants [`Input::Wake`] next.
    #[must_use]
    pub fn next_wakeup(&self) -> Timestamp {
        let others = [self.heads_at, self.inspect_at].into_iter().flatten();
        others.fold(self.repeat_at, Timestamp::min)
    }

    /// Handles one input. `now` may stand still but should not run backwards.
    pub fn handle(&mut self, now: Timestamp, input: Input, view: &dyn View) -> Effects {
        let mut turn = Turn { now, view, effects: Effects::default() };
        match input {
            Input::Command { id, request, command } => self.command(&mut turn, id, request, command),
            Input::Connected { peer } => self.peer_connected(&mut turn, peer),
            Input::Disconnected { peer } => self.peer_gone(&peer),
            Input::Received { peer, message } => {
                if let Err(why) = self.received(&mut turn, peer, message) {
                    turn.notice(Notice::Refused { peer, why });
                }
            }
            Input::Gossip { id, certificate, record } => self.gossiped(&mut turn, id, &certificate, &record),
            Input::Wake => self.wake(&mut turn),
        }
        self.move_queues(&mut turn);
        self.move_mail(&mut turn);
        self.move_disputes(&mut turn);
        turn.effects
    }

    pub(super) fn command(
        &mut self,
        turn: &mut Turn<'_>,
        id: u64,
        request: Option<(crate::id::RequestId, Digest)>,
        command: Command,
    ) {
        let earlier = request.and_then(|(request, digest)| Some((turn.view.answered(&request)?, digest)));
        let result = match earlier {
            Some(((asked, reply), digest)) if asked == digest => Ok(reply),
            Some(_) => Err(Rejection::RequestReused),
            None => self.carry_out(turn, command),
        };
        if let (Ok(reply), Some((request, digest))) = (&result, request)
            && turn.view.answered(&request).is_none()
        {
            turn.effects.batch.facts.push(Fact::Answered { request, digest, reply: reply.clone() });
        }
        turn.effects.rest.push(Effect::Reply { command: id, result });
    }

    fn carry_out(&mut self, turn: &mut Turn<'_>, command: Command) -> Result<Reply, Rejection> {
        let always = matches!(
            command,
            Command::Waive { .. } | Command::Mail { .. } | Command::Rotate | Command::ShowCard { .. }
        );
        if self.has_later_copy() && !matches!(command, Command::ShowCard { .. }) {
            return Err(Rejection::LaterCopy);
        }
        if !always && !broken!(ActsWhileRecovering) {
            self.check_recovered()?;
        }
        match command {
            Command::ChangeCharter { .. }
            | Command::Admit { .. }
            | Command::Leave { .. }
            | Command::SetRole { .. }
            | Command::ChangeKey { .. }
            | Command::Open { .. } => self.members_command(turn, command),
            Command::Exchange(terms) => self.exchange(turn, terms),
            Command::Group(terms) => self.group(turn, terms),
            Command::Gift(terms) => self.gift(turn, terms),
            Command::Correct { terms, by } => self.correct(turn, terms, by),
            Command::Decline { exchange } => self.decline(turn, exchange),
            Command::Pay { terms, salt } => self.pay(turn, terms, salt),
            Command::Ask { account, exchange, payee, payer, minutes, reverses } => {
                let kind = WaitingKind::Asked { account, payee, payer, minutes, noted: false, reverses };
                self.ask(turn, exchange, kind)
            }
            Command::Invite { invitation } => self.invite(turn, invitation),
            Command::Accept { invitation, nonce, review_at } => self.accept(turn, invitation, nonce, review_at),
            Command::Publish { key, item, expires_at, owner } => self.publish(turn, key, item, expires_at, owner),
            Command::ShowCard { card } => self.show_card(turn, card),
            Command::Waive { account, by } => {
                self.state.ledger.coordinator(&by)?;
                self.waive(turn, account).map(|()| Reply::Done)
            }
            Command::Mail { account, on, by } => {
                self.state.ledger.coordinator(&by)?;
                self.switch_mail(turn, account, on).map(|()| Reply::Done)
            }
            Command::ChangePartnership { account, granted, by } => {
                self.change_partnership(turn, account, granted, by).map(|()| Reply::Done)
            }
            Command::Dispute { exchange, deed, by } => self.dispute(turn, exchange, deed, by),
            Command::Advance { exchange, by } => self.advance(turn, exchange, by),
            Command::EndAdvance { exchange, kept, by } => self.end_advance(turn, exchange, kept, by),
            Command::Rotate => self.rotate(turn, Lost::Rotated).map(|()| Reply::Done),
        }
    }

    /// Puts one fact into the batch and folds it into the state.
    pub(super) fn record(&mut self, turn: &mut Turn<'_>, fact: Fact) {
        self.fold(&fact);
        turn.effects.batch.facts.push(fact);
    }

    /// Validates and records one ledger entry.
    pub(super) fn enter(&mut self, turn: &mut Turn<'_>, body: Body) -> Result<u64, Rejection> {
        let validated = self.state.ledger.validate(turn.now, body, turn.view)?;
        let applied = self.state.ledger.apply(&validated);
        turn.notice(Notice::Entry { index: applied.index, kind: validated.entry().body.kind() });
        self.fold_entry(&validated.entry().body);
        turn.effects.batch.facts.push(Fact::Entry(validated.into_entry()));
        Ok(applied.index)
    }

    /// How many exchanges of one kind wait.
    pub(super) fn count_waiting(&self, local: bool) -> usize {
        self.state.waiting.values().filter(|w| matches!(w.kind, WaitingKind::Local { .. }) == local).count()
    }

    /// A batch that founds the community, for a machine that has recorded nothing.
    ///
    /// # Errors
    /// When it was founded before or the charter is not valid.
    pub fn found(
        &mut self,
        now: Timestamp,
        charter: crate::community::Charter,
        coordinator: MemberId,
        view: &dyn View,
    ) -> Result<Batch, Rejection> {
        let mut turn = Turn { now, view, effects: Effects::default() };
        let certificate = self.identity.certificate.clone();
        self.enter(&mut turn, Body::Founded { certificate, charter, coordinator })?;
        Ok(turn.effects.batch)
    }
}
