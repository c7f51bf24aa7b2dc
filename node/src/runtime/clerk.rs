//! The clerk: the one thread that owns the machine and its book. It drains what is ready, handles it, commits once,
//! and only then acts. If a commit fails it stops the whole program: what is on disk decides what happens next.

use super::{
    book::Book,
    checkpoints::Checkpoints,
    clock::Steady,
    counters::Counters,
    handle::{Answer, Refused, Request},
    outbox::{self, Outbox},
};
use crate::network::{self, GossipId, NetworkHandle, PeerKey, RequestId};
use kith_protocol::{
    community::Certificate,
    envelope::Signed,
    id::CommunityId,
    machine::{Checked, Command, Effect, Effects, Input, Machine, Notice, Peer, Showing},
    shelf::{Record, Verdict},
    time::Timestamp,
};
use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        mpsc::{Receiver, RecvTimeoutError, SyncSender},
    },
    thread::JoinHandle,
    time::Duration,
};
use tokio::sync::watch;

/// How many jobs may wait for the clerk: a few group commits' worth.
pub(super) const QUEUE: usize = 8_192;
/// How many jobs one commit may carry.
const GROUP: usize = 512;
/// The longest the clerk sleeps, so that a stalled clock does no harm.
const LONGEST_SLEEP: Duration = Duration::from_secs(1);
/// With nothing to do for this many naps, snapshot and index are brought up.
const QUIET_NAPS: u32 = 20;

/// A look at machine and book between two commits.
pub(super) type Look = Box<dyn FnOnce(&Machine, &Book) + Send>;

/// What the clerk does.
#[expect(clippy::large_enum_variant, reason = "jobs are handled one at a time")]
pub(super) enum Job {
    /// Take nothing in any more, then look: another copy of the community is to go on.
    Retire(Look),
    /// A person's command.
    Command {
        /// The client's request.
        request: Request,
        /// What is asked.
        command: Command,
        /// Where the reply goes.
        answer: Answer,
    },
    /// A look at machine and book.
    Look(Look),
    /// Messages of a peer.
    Parcel {
        /// Whose.
        peer: Peer,
        /// The request that waits for what they lead to.
        answer_to: Option<RequestId>,
        /// The messages, checked.
        messages: Vec<Checked>,
    },
    /// A request of ours was answered or failed.
    RequestEnded {
        /// To whom.
        peer: Peer,
    },
    /// A peer came or went.
    Peer {
        /// Which.
        peer: Peer,
        /// Whether it came.
        connected: bool,
    },
    /// A gossiped record.
    Gossip {
        /// Its number in the network.
        id: GossipId,
        /// The certificate, checked.
        certificate: Signed<Certificate>,
        /// The record, checked.
        record: Signed<Record>,
    },
    /// Finish what is ready, bring everything to disk, and end.
    Stop(SyncSender<()>),
}

pub(super) struct Clerk {
    pub(super) machine: Machine,
    pub(super) book: Book,
    pub(super) network: Option<NetworkHandle>,
    pub(super) counters: Arc<Counters>,
    pub(super) changes: watch::Sender<u64>,
    clock: Steady,
    outbox: Outbox,
    answers: BTreeMap<u64, Answer>,
    gossips: BTreeMap<u64, GossipId>,
    next: u64,
    rest: Vec<Effect>,
    /// Requests of peers to be answered after the commit.
    owed: Vec<RequestId>,
    /// What partners want to see of the ledger.
    shows: BTreeMap<Peer, Showing>,
    checkpoints: Checkpoints,
    looks: Vec<Look>,
    /// Whether a partner came or went since the last commit.
    stirred: bool,
    /// Whether another copy of the community is to go on, and this one signs nothing more.
    retired: bool,
}

impl Clerk {
    pub(super) fn new(
        machine: Machine,
        book: Book,
        checkpoints: Checkpoints,
        network: Option<NetworkHandle>,
        counters: Arc<Counters>,
        changes: watch::Sender<u64>,
    ) -> Self {
        Self {
            machine,
            book,
            network,
            counters,
            changes,
            clock: Steady::default(),
            outbox: Outbox::default(),
            answers: BTreeMap::new(),
            gossips: BTreeMap::new(),
            next: 0,
            rest: Vec::new(),
            owed: Vec::new(),
            shows: BTreeMap::new(),
            checkpoints,
            looks: Vec::new(),
            stirred: false,
            retired: false,
        }
    }

    pub(super) fn start(self, jobs: Receiver<Job>) -> std::io::Result<JoinHandle<()>> {
        std::thread::Builder::new().name("kith-clerk".into()).spawn(move || self.run(&jobs))
    }

    fn run(mut self, jobs: &Receiver<Job>) {
        let mut quiet = 0;
        loop {
            let now = self.clock.now();
            if !self.retired && self.machine.next_wakeup() <= now {
                self.handle(now, Input::Wake);
            }
            let wait = Duration::from_millis(self.machine.next_wakeup().since(now).0).min(LONGEST_SLEEP);
            let nap = if self.retired { LONGEST_SLEEP } else { wait };
            let mut stop = None;
            match jobs.recv_timeout(nap) {
                Ok(job) => {
                    quiet = 0;
                    stop = self.job(job);
                    for job in jobs.try_iter().take(GROUP) {
                        stop = stop.or(self.job(job));
                    }
                }
                Err(RecvTimeoutError::Timeout) => quiet += 1,
                Err(RecvTimeoutError::Disconnected) => return self.book.settle_and_wait(self.machine.state()),
            }
            self.commit();
            self.act();
            if let Some(done) = stop {
                self.book.settle_and_wait(self.machine.state());
                // Whoever waits for the end may have lost patience.
                let _ = done.send(());
                return;
            }
            self.book.hold_back();
            if self.book.wants_settling() || (quiet >= QUIET_NAPS && self.book.could_settle()) {
                quiet = 0;
                self.book.settle(self.machine.state());
            }
        }
    }

    fn job(&mut self, job: Job) -> Option<SyncSender<()>> {
        if self.retired {
            return self.turn_away(job);
        }
        let now = self.clock.now();
        match job {
            Job::Retire(look) => {
                self.retired = true;
                self.looks.push(look);
            }
            Job::Command { request, command, answer } => {
                self.next += 1;
                self.answers.insert(self.next, answer);
                self.handle(now, Input::Command { id: self.next, request, command });
            }
            Job::Look(look) => self.looks.push(look),
            Job::Parcel { peer, answer_to, messages } => {
                let was = self.machine.who_is(&peer);
                for message in messages {
                    self.handle(now, Input::Received { peer, message });
                }
                self.note_who_is(&peer, was);
                self.owed.extend(answer_to);
            }
            Job::RequestEnded { peer } => self.outbox.ended(&peer),
            Job::Peer { peer, connected } => {
                self.outbox.gone(&peer);
                let was = self.machine.who_is(&peer);
                let input = if connected { Input::Connected { peer } } else { Input::Disconnected { peer } };
                self.handle(now, input);
                self.note_who_is(&peer, was);
            }
            Job::Gossip { id, certificate, record } => {
                self.next += 1;
                self.gossips.insert(self.next, id);
                self.handle(now, Input::Gossip { id: self.next, certificate, record });
            }
            Job::Stop(done) => return Some(done),
        }
        None
    }

    /// What a retired copy does: it shows what it has. Peers get no answer and go to the new copy when they find it.
    fn turn_away(&mut self, job: Job) -> Option<SyncSender<()>> {
        match job {
            // Whoever asked may have gone away meanwhile.
            Job::Command { answer, .. } => drop(answer.send(Err(Refused::Retired))),
            Job::Look(look) | Job::Retire(look) => self.looks.push(look),
            Job::Parcel { .. } => {}
            Job::RequestEnded { peer } => self.outbox.ended(&peer),
            Job::Peer { peer, .. } => self.outbox.gone(&peer),
            Job::Gossip { id, .. } => {
                self.tell(network::Command::Verdict { id, verdict: network::Verdict::Ignore });
            }
            Job::Stop(done) => return Some(done),
        }
        None
    }

    fn handle(&mut self, now: Timestamp, input: Input) {
        Counters::add(&self.counters.inputs, 1);
        let Effects { batch, rest } = self.machine.handle(now, input, &self.book);
        if !batch.is_empty() {
            if let Err(error) = self.book.absorb(&batch) {
                stop_at_once(&error);
            }
            self.book.count(batch.facts.len() + batch.foreign.len());
            Counters::add(&self.counters.facts, batch.facts.len() as u64);
        }
        self.rest.extend(rest);
    }

    /// Notes when a peer was another community before: pages show which partners are here. Strangers come and go unseen.
    fn note_who_is(&mut self, peer: &Peer, was: Option<CommunityId>) {
        let is = self.machine.who_is(peer);
        let ledger = self.machine.state().ledger();
        let shown = |who: Option<CommunityId>| who.is_some_and(|who| ledger.partner_of(&who).is_some());
        self.stirred |= is != was && (shown(was) || shown(is));
    }

    fn commit(&mut self) {
        let stirred = std::mem::take(&mut self.stirred);
        if !self.book.uncommitted() {
            if stirred {
                self.changes.send_modify(|n| *n += 1);
            }
            return;
        }
        let begun = std::time::Instant::now();
        if let Err(error) = self.book.commit() {
            stop_at_once(&error);
        }
        Counters::add(&self.counters.commits, 1);
        let micros = u64::try_from(begun.elapsed().as_micros()).unwrap_or(u64::MAX);
        Counters::add(&self.counters.commit_micros, micros);
        self.changes.send_modify(|n| *n += 1);
    }

    /// Everything is durable: now it may be seen.
    fn act(&mut self) {
        for effect in std::mem::take(&mut self.rest) {
            self.effect(effect);
        }
        for (peer, showing) in std::mem::take(&mut self.shows) {
            self.show(peer, &showing);
        }
        for id in std::mem::take(&mut self.owed) {
            self.tell(network::Command::Respond { id, bytes: outbox::answer() });
        }
        let now = self.clock.now();
        for request in self.outbox.requests(now) {
            if let network::Command::Request { peer, .. } = &request {
                let peer = Peer { 0: peer.0 };
                if !self.tell(request) {
                    self.outbox.ended(&peer);
                }
            }
        }
        for look in std::mem::take(&mut self.looks) {
            look(&self.machine, &self.book);
        }
    }

    fn effect(&mut self, effect: Effect) {
        match effect {
            Effect::Send { to, message } => {
                Counters::add(&self.counters.sent, 1);
                if !self.outbox.push(to, &message) {
                    Counters::add(&self.counters.dropped, 1);
                }
            }
            // One a peer and commit: a question costs little, the answer many look-ups.
            Effect::Show { to, showing } => drop(self.shows.insert(to, showing)),
            Effect::Publish { bytes } => {
                self.tell(network::Command::Publish { bytes });
            }
            Effect::Pass { gossip, verdict } => {
                let verdict = match verdict {
                    Verdict::Accept => network::Verdict::Accept,
                    Verdict::Ignore(_) => network::Verdict::Ignore,
                    Verdict::Reject(why) => {
                        self.counters.refuse(&why);
                        network::Verdict::Reject
                    }
                };
                if let Some(id) = self.gossips.remove(&gossip) {
                    self.tell(network::Command::Verdict { id, verdict });
                }
            }
            Effect::Dial { peer, addresses } => {
                self.tell(network::Command::Dial { peer: PeerKey(peer.0), addresses });
            }
            Effect::Reply { command, result } => {
                if let Err(why) = &result {
                    self.counters.refuse(why);
                }
                if let Some(answer) = self.answers.remove(&command) {
                    // Whoever asked may have gone away meanwhile.
                    let _ = answer.send(result.map_err(Refused::Rule));
                }
            }
            Effect::Notice(notice) => self.notice(&notice),
        }
    }

    /// Shows a partner what it may see of the ledger, under a checkpoint that is on disk before anybody sees it.
    fn show(&mut self, peer: Peer, showing: &Showing) {
        let signed = match self.checkpoints.sign(&self.machine) {
            Ok(signed) => signed,
            Err(error) => return tracing::error!(%error, "a partner wants to see the ledger's checkpoint"),
        };
        let (checkpoint, note) = signed;
        match self.book.show(showing, &checkpoint, note) {
            Some(message) => self.effect(Effect::Send { to: peer, message }),
            None => self.notice(&Notice::Forgotten { account: showing.account }),
        }
    }

    fn notice(&self, notice: &Notice) {
        match notice {
            Notice::Refused { why, .. } => {
                self.counters.refuse(why);
                tracing::debug!(code = why.code(), "a peer's message was refused");
            }
            Notice::Decided { .. } | Notice::Settled { .. } => Counters::add(&self.counters.settled, 1),
            Notice::PartnershipAgreed { account } => tracing::info!(%account, "a partnership was agreed"),
            Notice::PartnershipChanged { account } => tracing::info!(%account, "a partner changed what it grants"),
            Notice::Recovering { account } => {
                tracing::warn!(%account, "something was lost here; the partner is asked before anything more is signed");
            }
            Notice::Recovered { .. } => Counters::add(&self.counters.recovered, 1),
            Notice::Resumed { account } => tracing::info!(%account, "a partnership goes on in a new epoch"),
            Notice::Frozen { account } => {
                tracing::error!(%account, "a partner signed two things that cannot both be true; nothing more is signed with it");
            }
            Notice::Forgotten { account } => {
                tracing::error!(%account, "a partner holds a checkpoint of ours that this ledger does not continue: this copy's disk went \
                    back in time. Restore the newest backup");
            }
            Notice::LaterCopy => {
                tracing::error!(
                    "another copy of this community runs, restored later, and nothing more is recorded here; stop one of them"
                );
            }
            Notice::Entry { .. } | Notice::RecordKept | Notice::Disputed { .. } => {}
        }
    }

    fn tell(&self, command: network::Command) -> bool {
        let Some(network) = &self.network else { return false };
        let told = network.send(command).is_ok();
        if !told {
            Counters::add(&self.counters.dropped, 1);
        }
        told
    }
}

/// The disk refused: nothing may be said to be done any more.
fn stop_at_once(error: &dyn std::error::Error) -> ! {
    tracing::error!(%error, "the journal cannot be written; the node stops, and nothing acknowledged is lost");
    std::process::exit(super::EXIT_DISK)
}
