//! The clerk of a node: take what has arrived, handle it, make it durable at once, then carry it out. And what can go wrong.

use super::{Breach, Event, HOUR, World};
use crate::{
    checkers::{Kept, Violation, ensure},
    network::{Packet, Payload},
    workload::Order,
};
use kith_protocol::{
    codec,
    community::Certificates,
    id::Digest,
    ledger::{Entry, checkpoint::Checkpoint, merkle::MemoryNodes},
    machine::{
        Batch, Checked, Effect, Input, MAX_PARCEL_BYTES, Machine, MemoryView, Message, Notice, Parcel, Peer, Showing,
        check_announcement,
    },
    rejection::Rejection,
    shelf::{Announcement, MAX_ANNOUNCEMENT_BYTES, Verdict},
};

/// Of a thousand batches, with how many the node crashes.
const CRASHES: u64 = 25;
/// The same where much is lost.
const ROUGH_CRASHES: u64 = 60;
/// Of a thousand batches, after how many the disk is read back and compared.
const COMPARISONS: u64 = 25;
/// Of a thousand batches, after how many a snapshot is kept.
const SNAPSHOTS: u64 = 15;
/// The most inputs that share one sync of the disk here.
const GROUP: u64 = 8;
/// How many requests to resume are recorded.
const RECORDINGS: usize = 8;
/// The most messages in one parcel here, so that there are many.
const PARCEL: u64 = 5;
/// From how many milliseconds on a sync holds up noticeably what follows it.
const SLOW_SYNC: u64 = 1_000;

/// The moment of a crash.
#[derive(Debug, Clone, Copy)]
enum Crash {
    /// Nothing of the group is on disk.
    BeforeCommit,
    /// Some batches of the group are, and none is carried out.
    TornGroup,
    /// All of it is on disk, and nothing is carried out.
    AfterCommit,
    /// Some of what follows is carried out.
    AmidEffects,
}

/// The first eight bytes of a hash over bytes, for the trace.
fn mark(bytes: &[u8]) -> u64 {
    let digest = Digest::of("trace", &[bytes]);
    digest.as_bytes().iter().take(8).fold(0, |sum, byte| (sum << 8) | u64::from(*byte))
}

/// What a node's ledger has to show: the simulated disk keeps no nodes of the tree.
fn showing_of(machine: &Machine, view: &MemoryView, showing: &Showing) -> Option<Message> {
    let identity = machine.identity();
    let tree = MemoryNodes::of(view.entries().iter().map(Entry::leaf));
    let checkpoint = Checkpoint::of(&identity.community, machine.state().ledger().tree());
    let note = checkpoint.sign(checkpoint.origin(), &identity.secret).ok()?.to_text();
    showing.message(&checkpoint, note, &tree, view)
}

impl World {
    /// Something arrives at a node's clerk; nothing does at one that is down.
    pub(super) fn push(&mut self, i: usize, input: Input) {
        let node = &mut self.nodes[i];
        if node.machine.is_none() {
            return;
        }
        node.inbox.push_back(input);
        if !node.busy {
            node.busy = true;
            let life = node.life;
            let soon = self.dice.between(0, 4);
            self.at(self.now + soon, Event::Serve { node: i, life });
        }
    }

    /// A person's order arrives.
    pub(super) fn take(&mut self, i: usize, order: Order) {
        self.coverage.hit("command", order.command.kind());
        self.trace.note(i, order.id, || format!("order {} {:?}", order.id, order.command));
        let Order { id, request, command } = order;
        self.push(i, Input::Command { id, request, command });
    }

    pub(super) fn serve(&mut self, i: usize, life: u32) -> Kept {
        if self.nodes[i].life != life {
            return Ok(());
        }
        let group = self.dice.between(1, GROUP);
        for _ in 0..group {
            let Some(input) = self.nodes[i].inbox.pop_front() else { break };
            self.handle(i, input)?;
        }
        if self.settings.breach == Some(Breach::SendsBeforePersist) {
            let effects = std::mem::take(&mut self.nodes[i].pending);
            self.carry_out(i, effects)?;
        }
        match self.nodes[i].staged.len() {
            0 => {
                let effects = std::mem::take(&mut self.nodes[i].pending);
                self.carry_out(i, effects)?;
                self.finish(i);
            }
            batches => {
                self.coverage.hit("disk", if batches > 1 { "commits of several" } else { "commits of one" });
                let sync = if self.dice.permille(30) { 3_000 } else { 25 };
                let sync = self.dice.between(1, sync);
                if sync >= SLOW_SYNC {
                    self.coverage.hit("late", "effects by a second");
                }
                self.at(self.now + sync, Event::Commit { node: i, life });
            }
        }
        Ok(())
    }

    pub(super) fn commit(&mut self, i: usize, life: u32) -> Kept {
        if self.nodes[i].life != life {
            return Ok(());
        }
        let crashes = if self.settings.rough { ROUGH_CRASHES } else { CRASHES };
        if !self.healing && self.dice.permille(crashes) {
            let crash = [Crash::BeforeCommit, Crash::TornGroup, Crash::AfterCommit, Crash::AmidEffects];
            let crash = crash[self.dice.index(crash.len())];
            return self.crash_at_commit(i, crash);
        }
        let batches = std::mem::take(&mut self.nodes[i].staged);
        self.persist(i, &batches)?;
        if self.dice.permille(COMPARISONS) {
            self.compare_with_disk(i)?;
        }
        let node = &mut self.nodes[i];
        if self.dice.permille(SNAPSHOTS)
            && let Some(machine) = &node.machine
        {
            node.disk.keep_snapshot(machine.state());
            self.coverage.hit("disk", "snapshots");
        }
        let effects = std::mem::take(&mut self.nodes[i].pending);
        self.carry_out(i, effects)?;
        self.finish(i);
        Ok(())
    }

    /// The clerk has done with a group.
    fn finish(&mut self, i: usize) {
        let node = &mut self.nodes[i];
        node.busy = false;
        if node.machine.is_none() {
            return;
        }
        if !node.inbox.is_empty() {
            node.busy = true;
            let life = node.life;
            self.at(self.now, Event::Serve { node: i, life });
        }
        if self.healing || !self.nodes[i].wake_planned {
            self.schedule_wake(i);
        }
    }

    fn persist(&mut self, i: usize, batches: &[Batch]) -> Kept {
        for batch in batches {
            self.nodes[i].disk.commit(batch);
            self.checkers.committed(i, &batch.facts, &batch.foreign, &mut self.coverage)?;
        }
        let whole = self.nodes[i].staged.is_empty();
        let node = &self.nodes[i];
        self.trace.note(i, node.disk.frames() as u64, || {
            let facts: Vec<_> = batches.iter().flat_map(|batch| &batch.facts).collect();
            format!("{} batches on disk: {facts:?}", batches.len())
        });
        match &node.machine {
            Some(machine) if whole => self.checkers.quiet(i, machine, &node.view, &mut self.coverage),
            _ => Ok(()),
        }
    }

    /// A node read back from its disk is the node that runs.
    pub(super) fn compare_with_disk(&mut self, i: usize) -> Kept {
        let node = &self.nodes[i];
        let Some(live) = node.machine.as_ref().filter(|_| !self.is_cheat(i)) else { return Ok(()) };
        let with_snapshot = self.dice.permille(500);
        let broken = |why: String| Violation::new("recovery", why);
        let (read_back, _) = node.disk.recover(&node.identity, with_snapshot).map_err(broken)?;
        self.coverage.hit("disk", "comparisons");
        ensure("recovery", read_back.state() == live.state(), || {
            format!("node {i} read back as {:?} instead of {:?}", read_back.state(), live.state())
        })?;
        ensure("recovery", read_back.known() == live.known(), || {
            format!("node {i} knows other shelves after reading back")
        })
    }

    fn crash_at_commit(&mut self, i: usize, crash: Crash) -> Kept {
        let mut batches = std::mem::take(&mut self.nodes[i].staged);
        let mut effects = std::mem::take(&mut self.nodes[i].pending);
        self.trace.note(i, 1, || format!("crash: {crash:?}"));
        match crash {
            Crash::BeforeCommit => self.coverage.hit("crash", "before commit"),
            Crash::TornGroup => {
                let whole = self.dice.index(batches.len());
                self.coverage.hit("crash", if whole > 0 { "torn group" } else { "before commit" });
                // What is staged still shows that the machine is ahead of the disk.
                self.nodes[i].staged = batches.split_off(whole);
                self.persist(i, &batches)?;
            }
            Crash::AfterCommit | Crash::AmidEffects => {
                self.persist(i, &batches)?;
                self.compare_with_disk(i)?;
                let done = if matches!(crash, Crash::AmidEffects) { self.dice.index(effects.len()) } else { 0 };
                self.coverage.hit("crash", if done > 0 { "amid effects" } else { "after commit" });
                effects.truncate(done);
                self.carry_out(i, effects)?;
            }
        }
        self.crash(i);
        Ok(())
    }

    /// Does what a batch, now durable, allows.
    fn carry_out(&mut self, i: usize, effects: Vec<Effect>) -> Kept {
        let mut parcels: Vec<(Peer, Vec<Message>)> = Vec::new();
        for effect in effects {
            match effect {
                Effect::Send { to, message } => self.say(i, to, message, &mut parcels)?,
                Effect::Show { to, showing } => {
                    let node = &self.nodes[i];
                    let shown = node.machine.as_ref().and_then(|m| showing_of(m, &node.view, &showing));
                    if let Some(message) = self.forged_showing(i, &showing).or(shown) {
                        self.checkers.shows(i, &self.nodes[i].identity, &message)?;
                        self.coverage.hit("message", super::trace::kind(&message));
                        parcels.push((to, vec![message]));
                    }
                }
                Effect::Publish { bytes } => {
                    let announcement: Announcement = codec::decode(&bytes, MAX_ANNOUNCEMENT_BYTES)
                        .map_err(|e| Violation::new("honesty", format!("an unreadable announcement: {e}")))?;
                    self.checkers.published(i, &announcement)?;
                    self.spread(i, None, &bytes);
                }
                Effect::Pass { gossip, verdict } => self.pass(i, gossip, &verdict)?,
                Effect::Dial { peer, .. } => {
                    self.coverage.hit("network", "dials");
                    if let Some(j) = self.nodes.iter().position(|node| node.peer() == peer) {
                        self.connect(i, j);
                    }
                    self.dial_stranger(i, &peer);
                }
                Effect::Reply { command, result } => self.reply(i, command, &result)?,
                Effect::Notice(notice) => self.notice(i, &notice)?,
            }
        }
        parcels.into_iter().try_for_each(|(to, messages)| self.post(i, to, messages))
    }

    /// Puts a message into a parcel, if it may be said by now.
    fn say(&mut self, i: usize, to: Peer, message: Message, parcels: &mut Vec<(Peer, Vec<Message>)>) -> Kept {
        self.may_send(i, to, &message)?;
        if let Message::MailDrop { to, sealed, .. } = &message
            && let Some(j) = self.nodes.iter().position(|node| node.identity.community == *to)
            && !self.is_cheat(i)
        {
            let (writer, reader) = (&self.nodes[i].identity, &self.nodes[j].identity);
            self.checkers.sealed(i, writer, reader, sealed)?;
        }
        for message in self.said(i, message) {
            self.coverage.hit("message", super::trace::kind(&message));
            self.keep_recording(i, to, &message);
            let most = usize::try_from(self.dice.between(1, PARCEL)).unwrap_or(1);
            match parcels.iter_mut().rev().find(|(peer, _)| *peer == to) {
                Some((_, messages)) if messages.len() < most => messages.push(message),
                _ => parcels.push((to, vec![message])),
            }
        }
        Ok(())
    }

    /// Whoever sits on the way records requests to resume, to say them again one day.
    fn keep_recording(&mut self, from: usize, to: Peer, message: &Message) {
        let to = self.nodes.iter().position(|node| node.peer() == to);
        if let (Message::ResumeRequest(_), Some(to), true) = (message, to, self.recorded.len() < RECORDINGS) {
            self.recorded.push((from, to, message.clone()));
        }
    }

    fn reply(&mut self, i: usize, command: u64, result: &Result<kith_protocol::machine::Reply, Rejection>) -> Kept {
        self.trace.note(i, command, || format!("reply to {command}: {result:?}"));
        match result {
            Ok(_) => self.coverage.hit("reply", "done"),
            Err(why) => self.coverage.hit("rejection", why.code()),
        }
        let request = match self.workload.replied(i, command, result) {
            Ok(request) if !self.is_cheat(i) => request,
            kept => return self.unless_cheat(i, kept.map(drop)),
        };
        result.as_ref().map_or(Ok(()), |reply| self.checkers.replied(i, request, reply))
    }

    fn notice(&mut self, i: usize, notice: &Notice) -> Kept {
        match notice {
            Notice::Decided { accepted: true, .. } => self.coverage.hit("notice", "accepted"),
            Notice::Decided { .. } => self.coverage.hit("notice", "refused by the partner"),
            Notice::Settled { .. } => self.coverage.hit("notice", "settled"),
            Notice::PartnershipAgreed { .. } => self.coverage.hit("notice", "agreed"),
            Notice::PartnershipChanged { .. } => self.coverage.hit("notice", "granted otherwise"),
            Notice::RecordKept => self.coverage.hit("notice", "record kept"),
            Notice::Refused { peer, why } if self.is_strange(peer) => {
                self.coverage.hit("refused to a stranger", why.code());
                return Ok(());
            }
            Notice::Refused { peer, why } if self.is_of_cheat(peer) => {
                self.coverage.hit("refused to a cheat", why.code());
                return Ok(());
            }
            Notice::Refused { why, .. } => self.coverage.hit("refused message", why.code()),
            Notice::Recovering { .. } => self.coverage.hit("notice", "recovering"),
            Notice::Recovered { .. } => self.coverage.hit("notice", "recovered"),
            Notice::LaterCopy => self.coverage.hit("notice", "later copy"),
            Notice::Forgotten { .. } => self.coverage.hit("notice", "forgotten"),
            Notice::Resumed { .. } => self.coverage.hit("notice", "resumed"),
            Notice::Disputed { .. } => self.coverage.hit("notice", "disputed"),
            // Whom the proof accuses is judged where it becomes durable.
            Notice::Frozen { account } if self.cheat.is_none() => {
                return Err(Violation::new("honesty", format!("an honest partner is accused: {account}")));
            }
            Notice::Frozen { .. } => self.coverage.hit("notice", "frozen"),
            Notice::Entry { .. } => {}
        }
        if !matches!(notice, Notice::Entry { .. } | Notice::RecordKept) {
            self.trace.note(i, 2, || format!("{notice:?}"));
        }
        if self.is_cheat(i) { Ok(()) } else { self.checkers.noticed(i, notice) }
    }

    /// Sends messages as one parcel of canonical bytes, or as several if they do not fit.
    fn post(&mut self, i: usize, to: Peer, mut messages: Vec<Message>) -> Kept {
        let Some(j) = self.nodes.iter().position(|node| node.peer() == to) else {
            self.stranger_hears(i, &to, &messages);
            return Ok(());
        };
        let parcel = Parcel { messages };
        let bytes = codec::encode(&parcel);
        if bytes.len() > MAX_PARCEL_BYTES {
            messages = parcel.messages;
            ensure("size", messages.len() > 1, || format!("a message of {} bytes", bytes.len()))?;
            let second = messages.split_off(messages.len() / 2);
            self.post(i, to, messages)?;
            return self.post(i, to, second);
        }
        self.trace.note(i, mark(&bytes), || format!("to {j}: {:?}", parcel.messages));
        self.transmit(i, j, Payload::Parcel(bytes));
        Ok(())
    }

    fn transmit(&mut self, from: usize, to: usize, payload: Payload) {
        self.overheard(from, &payload);
        for (time, packet) in self.network.send(self.now, from, to, payload, &mut self.coverage) {
            self.at(time, Event::Deliver(packet));
        }
    }

    /// Gossips bytes to every connected peer but the one they came from.
    fn spread(&mut self, i: usize, except: Option<usize>, bytes: &[u8]) {
        for j in 0..self.nodes.len() {
            if j != i && Some(j) != except && self.network.connected(i, j).is_some() {
                self.transmit(i, j, Payload::Gossip(bytes.to_vec()));
            }
        }
        self.stranger_hears_gossip(i, bytes);
    }

    /// What becomes of a gossiped record: only what is accepted is passed on.
    fn pass(&mut self, i: usize, gossip: u64, verdict: &Verdict) -> Kept {
        let Some((from, bytes)) = self.nodes[i].gossip.remove(&gossip) else { return Ok(()) };
        match verdict {
            Verdict::Accept => {
                self.coverage.hit("gossip", "accepted");
                let announcement: Announcement = codec::decode(&bytes, MAX_ANNOUNCEMENT_BYTES)
                    .map_err(|e| Violation::new("honesty", format!("accepted and unreadable: {e}")))?;
                self.checkers.published(i, &announcement)?;
                self.spread(i, Some(from), &bytes);
                Ok(())
            }
            Verdict::Ignore(why) => {
                self.coverage.hit("gossip", why.code());
                Ok(())
            }
            Verdict::Reject(why) if from >= self.nodes.len() => {
                self.coverage.hit("refused to a stranger", why.code());
                Ok(())
            }
            Verdict::Reject(why) => self.blamed(from, i, why),
        }
    }

    /// Bytes arrive: they are read, checked and handed to the machine, or refused.
    pub(super) fn deliver(&mut self, packet: Packet) -> Kept {
        let Packet { from, to, connection, sent, payload } = packet;
        if self.network.connected(from, to) != Some(connection) || self.nodes[to].machine.is_none() {
            self.coverage.hit("network", "lost with the connection");
            return Ok(());
        }
        if self.now.saturating_sub(sent) >= HOUR {
            self.coverage.hit("late", "a packet by hours");
        }
        self.trace.note(to, mark(payload.bytes()), || format!("{} bytes from {from} arrive", payload.bytes().len()));
        let unreadable = |world: &mut Self, why: Rejection| world.blamed(from, to, &why);
        match payload {
            Payload::Gossip(bytes) => {
                let announcement =
                    codec::decode::<Announcement>(&bytes, MAX_ANNOUNCEMENT_BYTES).map_err(Rejection::from);
                match announcement.and_then(|a| check_announcement(a, &mut Certificates::default())) {
                    Err(why) => return unreadable(self, why),
                    Ok((certificate, record)) => {
                        self.gossips += 1;
                        let id = self.gossips;
                        self.nodes[to].gossip.insert(id, (from, bytes));
                        self.push(to, Input::Gossip { id, certificate, record });
                    }
                }
            }
            Payload::Parcel(bytes) => match Parcel::decode(&bytes) {
                Err(why) => return unreadable(self, why),
                Ok(parcel) => {
                    for message in parcel.messages {
                        self.receive(from, to, message)?;
                    }
                }
            },
        }
        Ok(())
    }

    pub(super) fn receive(&mut self, from: usize, to: usize, message: Message) -> Kept {
        let key = self.network.key_shown(from, to);
        match message.check(key.as_ref()) {
            Err(why) => {
                self.coverage.hit("unchecked message", why.code());
                self.blamed(from, to, &why)
            }
            Ok(message) => {
                if let Checked::Hello { certificate, .. } = &message {
                    let key = certificate.content().key.sound();
                    self.network.show_key(from, to, key.map_err(|e| Violation::new("honesty", e.to_string()))?);
                }
                let peer = self.nodes[from].peer();
                self.push(to, Input::Received { peer, message });
                Ok(())
            }
        }
    }

    /// A connection stands, if it can.
    pub(super) fn connect(&mut self, a: usize, b: usize) {
        let alive = [a, b].iter().all(|i| self.nodes[*i].machine.is_some());
        if a == b || self.apart(a, b) || !alive || !self.network.connect(a, b) {
            return;
        }
        self.coverage.hit("network", "connections");
        self.trace.note(a, b as u64, || format!("connected to {b}"));
        for (one, other) in [(a, b), (b, a)] {
            let peer = self.nodes[other].peer();
            self.push(one, Input::Connected { peer });
        }
    }
}
