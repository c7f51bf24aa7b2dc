//! A hostile stranger: a peer with keys and a community of its own and under no partnership. It comes and goes, says what it
//! overheard, what is broken, and what is not true. It is gone once everything heals.

use super::{Event, World, lies::Lies, trace::kind};
use crate::{
    checkers::{Kept, Violation, ensure},
    network::Payload,
};
use kith_protocol::{
    codec,
    community::Certificates,
    key::SoundKey,
    ledger::Body,
    machine::{Checked, Fact, Input, Message, Parcel, Peer, check_announcement},
    shelf::{Announcement, MAX_ANNOUNCEMENT_BYTES},
};
use std::collections::BTreeMap;

/// In one world of so many there is a stranger; the others go on as they would without.
const STRANGE: u64 = 13;
/// Which of them; no seed that is kept for what it found leaves this remainder.
const STRANGE_AT: u64 = 9;
/// How many keys it connects with, so that one node may have several of its connections.
pub(super) const FACES: usize = 2;
/// Of a thousand deeds, how many are leaving a node it is connected with.
const LEAVES: u64 = 60;
/// How long what it says may be on the way, in milliseconds: long enough that later words overtake it.
const ON_THE_WAY: u64 = 3_000;
/// How long it rests between two deeds, mostly and now and then, in milliseconds.
const RESTS: [u64; 2] = [2_500, 60_000];
/// How many communities besides the honest ones a node may come to know: the stranger's.
const UNKNOWN: usize = 1;

/// A connection of the stranger with a node.
#[derive(Debug)]
struct Session {
    /// What was sent on an earlier one does not arrive.
    number: u64,
    /// The key that the stranger showed last.
    key: Option<SoundKey>,
}

/// The stranger: what it can say, and where it is connected.
pub(super) struct Stranger {
    pub(super) lies: Lies,
    /// By face and node.
    sessions: BTreeMap<(usize, usize), Session>,
    connections: u64,
}

impl Stranger {
    /// The stranger of this seed, if there is one.
    pub(super) fn of(seed: u64) -> Option<Self> {
        let strange = seed % STRANGE == STRANGE_AT;
        strange.then(|| Self { lies: Lies::new(seed), sessions: BTreeMap::new(), connections: 0 })
    }
}

impl World {
    /// Which face of the stranger a peer is.
    fn face(&self, peer: &Peer) -> Option<usize> {
        self.stranger.as_ref()?.lies.faces.iter().position(|face| face == peer)
    }

    /// Whether a peer is the stranger.
    pub(super) fn is_strange(&self, peer: &Peer) -> bool {
        self.face(peer).is_some()
    }

    /// If there is a stranger in this world, it is there from the beginning.
    pub(super) fn stranger_comes(&mut self) {
        if let Some(stranger) = &self.stranger {
            self.checkers.liar(stranger.lies.community);
            self.at(self.now + RESTS[0], Event::Stranger);
        }
    }

    /// The stranger does something at a node, and will again.
    pub(super) fn stranger_acts(&mut self) -> Kept {
        let count = self.nodes.len();
        let Some(stranger) = &mut self.stranger else { return Ok(()) };
        let dice = &mut stranger.lies.dice;
        let (face, i) = (dice.index(FACES), dice.index(count));
        let rest = RESTS[usize::from(dice.permille(100))];
        let (rest, leaves) = (dice.between(10, rest), dice.permille(LEAVES));
        if !stranger.sessions.contains_key(&(face, i)) {
            self.stranger_connects(face, i);
        } else if leaves {
            self.stranger_leaves(face, i);
        } else {
            self.stranger_speaks(face, i);
        }
        self.holds_little_of_strangers()?;
        self.at(self.now + rest, Event::Stranger);
        Ok(())
    }

    /// A connection with a node stands, as the stranger or the node wanted.
    fn stranger_connects(&mut self, face: usize, i: usize) {
        let Some(stranger) = self.stranger.as_mut().filter(|_| self.nodes[i].machine.is_some()) else { return };
        stranger.connections += 1;
        let session = Session { number: stranger.connections, key: None };
        stranger.sessions.insert((face, i), session);
        let peer = stranger.lies.faces[face];
        let here = stranger.sessions.keys().filter(|(_, node)| *node == i).count();
        self.coverage.hit("stranger", if here > 1 { "connects once more" } else { "connects" });
        self.trace.note(i, face as u64, || format!("stranger {face} connects"));
        self.push(i, Input::Connected { peer });
    }

    /// A node dials a card that the stranger showed.
    pub(super) fn dial_stranger(&mut self, i: usize, peer: &Peer) {
        if let Some(face) = self.face(peer)
            && !self.healing
        {
            self.coverage.hit("stranger", "is dialled");
            self.stranger_connects(face, i);
        }
    }

    fn stranger_leaves(&mut self, face: usize, i: usize) {
        let Some(stranger) = &mut self.stranger else { return };
        if stranger.sessions.remove(&(face, i)).is_some() {
            let peer = stranger.lies.faces[face];
            self.trace.note(i, face as u64, || format!("stranger {face} leaves"));
            self.push(i, Input::Disconnected { peer });
        }
    }

    /// It leaves every node for good.
    pub(super) fn stranger_is_gone(&mut self) {
        let sessions = self.stranger.iter().flat_map(|stranger| stranger.sessions.keys());
        let sessions: Vec<(usize, usize)> = sessions.copied().collect();
        sessions.into_iter().for_each(|(face, i)| self.stranger_leaves(face, i));
    }

    /// A node stops: so do its connections with the stranger.
    pub(super) fn stranger_loses(&mut self, i: usize) {
        if let Some(stranger) = &mut self.stranger {
            stranger.sessions.retain(|(_, node), _| *node != i);
        }
    }

    /// The stranger sends a node what it thought of.
    fn stranger_speaks(&mut self, face: usize, i: usize) {
        let now = self.nodes[i].clock(self.now);
        let Some(stranger) = &mut self.stranger else { return };
        let payloads = stranger.lies.next(face, now, &mut self.coverage);
        self.stranger_sends(face, i, payloads);
    }

    fn stranger_sends(&mut self, face: usize, to: usize, payloads: Vec<Payload>) {
        for payload in payloads {
            let Some(stranger) = &mut self.stranger else { return };
            let Some(number) = stranger.sessions.get(&(face, to)).map(|session| session.number) else { return };
            let time = self.now + stranger.lies.dice.below(ON_THE_WAY);
            self.at(time, Event::Strange { face, to, number, payload });
        }
    }

    /// A node may send nothing that is not durable, but for noting what it never asked: that says nothing to a stranger.
    pub(super) fn may_send(&mut self, i: usize, to: Peer, message: &Message) -> Kept {
        let noted = matches!(message, Message::AskNoted { .. }) && self.is_strange(&to);
        if noted { Ok(()) } else { self.checkers.sent(i, message) }
    }

    /// What two nodes say to each other, the stranger may overhear.
    pub(super) fn overheard(&mut self, from: usize, payload: &Payload) {
        if let Some(stranger) = &mut self.stranger {
            stranger.lies.overhear(from, payload);
        }
    }

    /// A node gossips to everybody it is connected with.
    pub(super) fn stranger_hears_gossip(&mut self, i: usize, bytes: &[u8]) {
        if let Some(stranger) = &mut self.stranger
            && stranger.sessions.keys().any(|(_, node)| *node == i)
        {
            stranger.lies.overhear(i, &Payload::Gossip(bytes.to_vec()));
        }
    }

    /// A node says something to the stranger, who may answer.
    pub(super) fn stranger_hears(&mut self, i: usize, peer: &Peer, messages: &[Message]) {
        let Some(face) = self.face(peer) else { return };
        let now = self.nodes[i].clock(self.now);
        for message in messages {
            self.coverage.hit("said to a stranger", kind(message));
            let Some(stranger) = &mut self.stranger else { return };
            let answer = stranger.lies.answer(message, now, &mut self.coverage);
            self.stranger_sends(face, i, answer);
        }
    }

    /// Bytes of the stranger arrive: they are read, checked and handed to the machine, or refused.
    pub(super) fn strange(&mut self, face: usize, to: usize, number: u64, payload: &Payload) -> Kept {
        let Some(stranger) = &self.stranger else { return Ok(()) };
        let stands = stranger.sessions.get(&(face, to)).is_some_and(|session| session.number == number);
        if !stands || self.nodes[to].machine.is_none() {
            return Ok(());
        }
        let from = self.nodes.len() + face;
        self.trace.note(to, face as u64, || format!("{} bytes of stranger {face} arrive", payload.bytes().len()));
        match payload {
            Payload::Gossip(bytes) => {
                let read = codec::decode::<Announcement>(bytes, MAX_ANNOUNCEMENT_BYTES).map_err(Into::into);
                match read.and_then(|a| check_announcement(a, &mut Certificates::default())) {
                    Err(why) => self.coverage.hit("unreadable of a stranger", why.code()),
                    Ok((certificate, record)) => {
                        self.gossips += 1;
                        let id = self.gossips;
                        self.nodes[to].gossip.insert(id, (from, bytes.clone()));
                        self.push(to, Input::Gossip { id, certificate, record });
                    }
                }
            }
            Payload::Parcel(bytes) => match Parcel::decode(bytes) {
                Err(why) => self.coverage.hit("unreadable of a stranger", why.code()),
                Ok(parcel) => parcel.messages.into_iter().for_each(|message| self.strange_message(face, to, message)),
            },
        }
        Ok(())
    }

    fn strange_message(&mut self, face: usize, to: usize, message: Message) {
        let Some(stranger) = &mut self.stranger else { return };
        let peer = stranger.lies.faces[face];
        let Some(session) = stranger.sessions.get_mut(&(face, to)) else { return };
        self.trace.note(to, face as u64, || format!("stranger {face} says {message:?}"));
        let own = stranger.lies.community;
        match message.check(session.key.as_ref()) {
            Err(why) => self.coverage.hit("unreadable of a stranger", why.code()),
            Ok(message) => {
                if matches!(&message, Checked::Shelf { certificate, .. } if certificate.content().community != own) {
                    self.coverage.hit("stranger", "shows a page of another's shelf");
                }
                // As a real node does: whatever card is shown, its key is the one that later words are checked with.
                if let Checked::Hello { certificate, .. } = &message {
                    session.key = certificate.content().key.sound().ok();
                }
                self.push(to, Input::Received { peer, message });
            }
        }
    }

    /// Whether an input came from the stranger.
    fn is_of_stranger(&self, i: usize, input: &Input) -> bool {
        match input {
            Input::Connected { peer } | Input::Disconnected { peer } | Input::Received { peer, .. } => {
                self.is_strange(peer)
            }
            Input::Gossip { id, .. } => self.nodes[i].gossip.get(id).is_some_and(|(from, _)| *from >= self.nodes.len()),
            Input::Command { .. } | Input::Wake => false,
        }
    }

    /// A machine handles an input. What comes of a stranger's word is nothing but what an honest partner signed.
    pub(super) fn handle(&mut self, i: usize, input: Input) -> Kept {
        let strange = self.is_of_stranger(i, &input);
        let (now, before) = (self.now, self.nodes[i].staged.len());
        if self.nodes[i].handle(now, input).is_none() {
            return Ok(());
        }
        for batch in self.nodes[i].staged.iter().skip(before).filter(|_| strange) {
            for fact in &batch.facts {
                self.coverage.hit("handed on by a stranger", crate::checkers::kind(fact));
                ensure("stranger", is_signed_by_a_partner(fact), || format!("a stranger led to {fact:?}"))?;
            }
        }
        let handled = self.nodes[i].machine.as_ref().map_or(Ok(()), |machine| self.checkers.handled(machine));
        self.unless_cheat(i, handled)
    }

    /// What nodes remember of the stranger is bounded.
    fn holds_little_of_strangers(&self) -> Kept {
        let Some(stranger) = &self.stranger else { return Ok(()) };
        for (i, node) in self.nodes.iter().enumerate() {
            let Some(machine) = &node.machine else { continue };
            let known = machine.known().len();
            ensure("memory", known < self.nodes.len() + UNKNOWN, || format!("node {i} knows {known} communities"))?;
            let live = stranger.lies.holds_little(&node.view);
            live.map_err(|why| Violation::new("memory", format!("node {i}: {why}")))?;
        }
        Ok(())
    }
}

/// Whether a fact is what a partner's own signature leads to, whoever handed it on.
const fn is_signed_by_a_partner(fact: &Fact) -> bool {
    match fact {
        Fact::Decided { .. } | Fact::Learned { .. } | Fact::Acknowledged { .. } | Fact::PartnerCard { .. } => true,
        Fact::Entry(entry) => matches!(entry.body, Body::Receive { .. } | Body::Settle { .. } | Body::Release { .. }),
        _ => false,
    }
}
