//! What comes from the network is read and its signatures are checked here, in order, before it reaches the clerk.

use super::{clerk::Job, counters::Counters};
use crate::escrow::{Asked, FIRST_TOKEN, Line};
use crate::network::{self, Command, Event, NetworkHandle, PeerKey, Sink, Verdict};
use kith_protocol::{
    codec,
    community::Certificates,
    escrow,
    key::SoundKey,
    machine::{Checked, Message, Parcel, Peer, check_announcement},
    rejection::Rejection,
    shelf::{Announcement, MAX_ANNOUNCEMENT_BYTES},
};
use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        mpsc::{Receiver, SyncSender},
    },
    thread,
};

/// How many events of the network may wait: enough for a burst, little enough to stay fresh.
pub(super) const QUEUE: usize = 1_024;

/// The network's way to the doorman: never waits.
pub(super) struct Door(pub(super) SyncSender<Event>);

impl Sink for Door {
    fn deliver(&mut self, event: Event) -> Result<(), network::Full> {
        self.0.try_send(event).map_err(|_| network::Full)
    }
}

/// The way to those who keep copies, and to those who asked about ours.
pub(super) struct Hatch {
    /// Answers to our own questions.
    pub(super) line: Arc<Line>,
    /// Questions of others.
    pub(super) keeper: SyncSender<Asked>,
}

struct Doorman {
    /// The operational key each peer showed on its present connection.
    keys: BTreeMap<Peer, SoundKey>,
    certificates: Certificates,
    network: NetworkHandle,
    counters: Arc<Counters>,
    hatch: Hatch,
}

/// Starts the doorman's thread. It ends with the network task, or when the clerk is gone.
pub(super) fn start(
    events: Receiver<Event>,
    clerk: SyncSender<Job>,
    network: NetworkHandle,
    counters: Arc<Counters>,
    hatch: Hatch,
) -> std::io::Result<()> {
    thread::Builder::new().name("kith-doorman".into()).spawn(move || {
        let (keys, certificates) = (BTreeMap::new(), Certificates::default());
        let mut doorman = Doorman { keys, certificates, network, counters, hatch };
        for event in events {
            let jobs = doorman.event(event);
            if jobs.into_iter().any(|job| clerk.send(job).is_err()) {
                return;
            }
        }
    })?;
    Ok(())
}

impl Doorman {
    fn event(&mut self, event: Event) -> Vec<Job> {
        match event {
            Event::Connected { peer, .. } => {
                let peer = kith_peer(peer);
                self.keys.remove(&peer);
                vec![Job::Peer { peer, connected: true }]
            }
            Event::Disconnected { peer } => {
                let peer = kith_peer(peer);
                self.keys.remove(&peer);
                // Whoever went away claims nothing any more; if this is lost, the claim ends by itself.
                let _ = self.hatch.keeper.try_send(Asked::Gone { peer });
                vec![Job::Peer { peer, connected: false }]
            }
            Event::Request { peer, id, bytes } if escrow::is_question(&bytes) => {
                let asked = Asked::Question { peer: kith_peer(peer), id, bytes };
                if self.hatch.keeper.try_send(asked).is_err() {
                    self.tell(Command::Drop { id });
                }
                Vec::new()
            }
            Event::Response { token, bytes, .. } if token >= FIRST_TOKEN => {
                self.hatch.line.ended(token, Ok(bytes));
                Vec::new()
            }
            Event::RequestFailed { token, reason, .. } if token >= FIRST_TOKEN => {
                self.hatch.line.ended(token, Err(reason));
                Vec::new()
            }
            Event::Request { peer, id, bytes } => match self.parcel(kith_peer(peer), &bytes) {
                Ok(messages) => vec![Job::Parcel { peer: kith_peer(peer), answer_to: Some(id), messages }],
                Err(why) => {
                    self.malformed(&why);
                    self.tell(Command::Drop { id });
                    Vec::new()
                }
            },
            Event::Response { peer, bytes, .. } => {
                let messages = self.parcel(kith_peer(peer), &bytes).unwrap_or_else(|why| {
                    self.malformed(&why);
                    Vec::new()
                });
                let peer = kith_peer(peer);
                vec![Job::RequestEnded { peer }, Job::Parcel { peer, answer_to: None, messages }]
            }
            Event::RequestFailed { peer, .. } => vec![Job::RequestEnded { peer: kith_peer(peer) }],
            Event::Gossip { id, bytes, .. } => match read_announcement(&bytes, &mut self.certificates) {
                Ok((certificate, record)) => vec![Job::Gossip { id, certificate, record }],
                Err(why) => {
                    self.malformed(&why);
                    self.tell(Command::Verdict { id, verdict: Verdict::Reject });
                    Vec::new()
                }
            },
            Event::Discovered { peer, address } => {
                self.tell(Command::Dial { peer, addresses: vec![address] });
                Vec::new()
            }
            Event::Listening { .. } | Event::DialFailed { .. } => Vec::new(),
        }
    }

    fn parcel(&mut self, peer: Peer, bytes: &[u8]) -> Result<Vec<Checked>, Rejection> {
        let mut checked = Vec::new();
        for message in Parcel::decode(bytes)?.messages {
            if let Message::Hello(hello) = &message {
                // Known only once the whole hello is checked, below.
                let key = hello.card.certificate.content.key.sound()?;
                checked.push(message.check_with(None, &mut self.certificates)?);
                self.keys.insert(peer, key);
            } else {
                // One message with a wrong signature does not spoil the others of the parcel.
                match message.check_with(self.keys.get(&peer), &mut self.certificates) {
                    Ok(message) => checked.push(message),
                    Err(why) => self.malformed(&why),
                }
            }
        }
        Ok(checked)
    }

    fn malformed(&self, why: &Rejection) {
        Counters::add(&self.counters.malformed, 1);
        self.counters.refuse(why);
    }

    fn tell(&self, command: Command) {
        if self.network.send(command).is_err() {
            Counters::add(&self.counters.dropped, 1);
        }
    }
}

fn kith_peer(peer: PeerKey) -> Peer {
    Peer { 0: peer.0 }
}

type Announced = (
    kith_protocol::envelope::Signed<kith_protocol::community::Certificate>,
    kith_protocol::envelope::Signed<kith_protocol::shelf::Record>,
);

fn read_announcement(bytes: &[u8], certificates: &mut Certificates) -> Result<Announced, Rejection> {
    check_announcement(codec::decode::<Announcement>(bytes, MAX_ANNOUNCEMENT_BYTES)?, certificates)
}
