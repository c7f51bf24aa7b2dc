//! Delivery to a sink that may be full, without ever waiting for it.
//!
//! What must not be lost is owed here and told before anything else: the latest connection state
//! of each peer, own listening addresses, failed requests. Each is bounded: a peer is owed only
//! while it is connected or the sink believes it to be; addresses and failures have caps.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::{
    Event, Full, PeerKey, RequestFailure, Sink,
    limits::{FAILURES_OWED_MAX, LISTENING_OWED_MAX},
};

/// The first connection with a peer, as told to the sink.
struct Link {
    address: String,
    dialed: bool,
}

/// A sink, and what it is owed.
pub(super) struct Delivery<S> {
    sink: S,
    /// Peers that the sink believes to be connected.
    told: BTreeSet<PeerKey>,
    /// The latest state of peers whose state the sink does not know: connected, or gone.
    presence: BTreeMap<PeerKey, Option<Link>>,
    listening: BTreeSet<String>,
    failures: VecDeque<(PeerKey, u64, RequestFailure)>,
}

impl<S: Sink> Delivery<S> {
    pub(super) fn new(sink: S) -> Self {
        Self {
            sink,
            told: BTreeSet::new(),
            presence: BTreeMap::new(),
            listening: BTreeSet::new(),
            failures: VecDeque::new(),
        }
    }

    /// Whether the sink has yet to hear something.
    pub(super) fn owes(&self) -> bool {
        !(self.presence.is_empty() && self.listening.is_empty() && self.failures.is_empty())
    }

    /// Whether so many failures are owed that no command should be taken that could add one.
    pub(super) fn saturated(&self) -> bool {
        self.failures.len() >= FAILURES_OWED_MAX
    }

    /// An event that may be lost. What is owed goes first.
    pub(super) fn offer(&mut self, event: Event) -> Result<(), Full> {
        self.flush()?;
        self.sink.deliver(event)
    }

    /// A peer's first connection.
    pub(super) fn connected(&mut self, peer: PeerKey, address: String, dialed: bool) {
        self.presence.insert(peer, Some(Link { address, dialed }));
        self.flush_later();
    }

    /// A peer's last connection is gone.
    pub(super) fn disconnected(&mut self, peer: PeerKey) {
        if self.told.contains(&peer) {
            self.presence.insert(peer, None);
            self.flush_later();
        } else {
            // The sink never heard of it: there is nothing to take back.
            self.presence.remove(&peer);
        }
    }

    /// An own address.
    pub(super) fn listening(&mut self, address: String) {
        if self.listening.len() < LISTENING_OWED_MAX {
            self.listening.insert(address);
        }
        self.flush_later();
    }

    /// A request of ours that will not be answered.
    pub(super) fn failed(&mut self, peer: PeerKey, token: u64, reason: RequestFailure) {
        self.failures.push_back((peer, token, reason));
        self.flush_later();
    }

    /// The answer to a request of ours. At a full sink it becomes a failure, which is small
    /// enough to be owed.
    pub(super) fn response(&mut self, peer: PeerKey, token: u64, bytes: Vec<u8>) -> bool {
        let event = Event::Response { peer, token, bytes };
        let delivered = self.offer(event).is_ok();
        if !delivered {
            self.failed(peer, token, RequestFailure::Busy);
        }
        delivered
    }

    /// Tells what is owed, until the sink is full.
    pub(super) fn flush(&mut self) -> Result<(), Full> {
        while let Some(address) = self.listening.first().cloned() {
            self.sink.deliver(Event::Listening { address })?;
            self.listening.pop_first();
        }
        while let Some((&peer, state)) = self.presence.first_key_value() {
            match state {
                Some(link) => {
                    self.sink.deliver(Event::Connected { peer, address: link.address.clone(), dialed: link.dialed })?;
                    self.told.insert(peer);
                }
                None => {
                    self.sink.deliver(Event::Disconnected { peer })?;
                    self.told.remove(&peer);
                }
            }
            self.presence.pop_first();
        }
        while let Some(&(peer, token, reason)) = self.failures.front() {
            let event = Event::RequestFailed { peer, token, reason };
            self.sink.deliver(event)?;
            self.failures.pop_front();
        }
        Ok(())
    }

    /// Flushes if there is room; if not, the event loop's timer does.
    fn flush_later(&mut self) {
        if self.flush() == Err(Full) {
            tracing::trace!("the sink is full");
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex, PoisonError};

    use super::*;

    /// Writes down what it took, while it has room.
    #[derive(Clone, Default)]
    struct Notes(Arc<Mutex<(usize, Vec<String>)>>);

    impl Notes {
        fn make_room(&self, room: usize) {
            self.0.lock().unwrap_or_else(PoisonError::into_inner).0 = room;
        }

        fn take(&self) -> Vec<String> {
            std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner).1)
        }
    }

    impl Sink for Notes {
        fn deliver(&mut self, event: Event) -> Result<(), Full> {
            let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            state.0 = state.0.checked_sub(1).ok_or(Full)?;
            state.1.push(match event {
                Event::Listening { address } => format!("listening {address}"),
                Event::Connected { peer, address, .. } => format!("+{} {address}", peer.0[0]),
                Event::Disconnected { peer } => format!("-{}", peer.0[0]),
                Event::Response { token, .. } => format!("answer {token}"),
                Event::RequestFailed { token, reason, .. } => format!("failed {token} {reason:?}"),
                _ => "other".to_owned(),
            });
            Ok(())
        }
    }

    fn peer(number: u8) -> PeerKey {
        PeerKey([number; 32])
    }

    fn other() -> Event {
        Event::Discovered { peer: peer(9), address: String::new() }
    }

    #[test]
    fn the_latest_state_of_each_peer_is_told_before_anything_else() {
        let notes = Notes::default();
        let mut delivery = Delivery::new(notes.clone());
        notes.make_room(1);
        delivery.connected(peer(1), "a".to_owned(), true);
        assert_eq!(notes.take(), ["+1 a"]);

        delivery.disconnected(peer(1));
        delivery.connected(peer(2), "b".to_owned(), true);
        delivery.connected(peer(3), "c".to_owned(), true);
        delivery.disconnected(peer(3));
        assert_eq!(delivery.offer(other()), Err(Full));
        assert!(delivery.owes());

        notes.make_room(10);
        assert_eq!(delivery.offer(other()), Ok(()));
        assert_eq!(notes.take(), ["-1", "+2 b", "other"], "3 came and went unseen");
        assert!(!delivery.owes());
    }

    #[test]
    fn a_peer_that_came_back_is_told_as_connected() {
        let notes = Notes::default();
        let mut delivery = Delivery::new(notes.clone());
        notes.make_room(1);
        delivery.connected(peer(1), "a".to_owned(), true);
        delivery.disconnected(peer(1));
        delivery.connected(peer(1), "b".to_owned(), true);
        notes.make_room(5);
        assert_eq!(delivery.flush(), Ok(()));
        assert_eq!(notes.take(), ["+1 a", "+1 b"]);
        delivery.disconnected(peer(1));
        assert_eq!(notes.take(), ["-1"]);
    }

    #[test]
    fn strangers_that_come_and_go_cost_nothing() {
        let notes = Notes::default();
        let mut delivery = Delivery::new(notes);
        for number in 0..200 {
            delivery.connected(peer(number), String::new(), false);
            delivery.disconnected(peer(number));
        }
        assert!(!delivery.owes());
    }

    #[test]
    fn an_answer_without_room_becomes_an_owed_failure() {
        let notes = Notes::default();
        let mut delivery = Delivery::new(notes.clone());
        assert!(!delivery.response(peer(1), 7, vec![1]));
        notes.make_room(2);
        assert!(delivery.response(peer(1), 8, vec![1]));
        assert_eq!(notes.take(), ["failed 7 Busy", "answer 8"]);
    }

    #[test]
    fn so_many_owed_failures_saturate() {
        let notes = Notes::default();
        let mut delivery = Delivery::new(notes.clone());
        for token in 0..FAILURES_OWED_MAX as u64 {
            assert!(!delivery.saturated());
            delivery.failed(peer(1), token, RequestFailure::Unreachable);
        }
        assert!(delivery.saturated());
        notes.make_room(1);
        assert_eq!(delivery.flush(), Err(Full));
        assert!(!delivery.saturated());
    }
}
