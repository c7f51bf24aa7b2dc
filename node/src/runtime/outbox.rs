//! What is to be said to each peer: packed into parcels, one under way at a time, so that nothing overtakes.
//!
//! Messages travel in requests only. An answer travels on a stream of its own and could arrive before a request that was
//! sent earlier: a proposal before the greeting that says whose it is, or before the proposal it follows. So answers are
//! empty, and mean that everything in the request was handled.
//!
//! Losing a message is no harm, because whoever needs it asks again; so a full queue is emptied rather than grown.

use crate::network;
use kith_protocol::{
    codec,
    machine::{MAX_PARCEL_BYTES, MAX_PARCEL_MESSAGES, Message, Parcel, Peer},
    time::{Span, Timestamp},
};
use std::collections::{BTreeMap, VecDeque};

/// The most bytes waiting for one peer: sixty-four full parcels.
const MAX_WAITING_BYTES: usize = 64 * MAX_PARCEL_BYTES;
/// How long a request may be under way: three times what the network gives it. Whoever heard of no end by then has missed it,
/// and would wait for ever.
const PATIENCE: Span = Span::seconds(60);
/// What the list around the messages of a parcel may take.
const FRAME: usize = 64;

#[derive(Default)]
struct Queue {
    /// Encoded messages.
    waiting: VecDeque<Vec<u8>>,
    bytes: usize,
    /// Since when a request is under way.
    under_way: Option<Timestamp>,
}

/// All peers' queues.
#[derive(Default)]
pub(super) struct Outbox {
    queues: BTreeMap<Peer, Queue>,
    token: u64,
}

/// Puts encoded messages into the canonical bytes of a [`Parcel`].
fn wrap(messages: &[Vec<u8>]) -> Vec<u8> {
    // {"messages": [ … ]}: the canonical form of an empty parcel, with the list's head replaced.
    let mut bytes = codec::encode(&Parcel::default());
    bytes.pop();
    let n = messages.len();
    match u8::try_from(n) {
        Ok(n @ 0..=23) => bytes.push(0x80 | n),
        Ok(n) => bytes.extend([0x98, n]),
        Err(_) => {
            bytes.push(0x99);
            bytes.extend(u16::try_from(n).unwrap_or(u16::MAX).to_be_bytes());
        }
    }
    messages.iter().for_each(|message| bytes.extend_from_slice(message));
    bytes
}

/// The answer to every request.
pub(super) fn answer() -> Vec<u8> {
    wrap(&[])
}

impl Queue {
    fn take(&mut self) -> Vec<Vec<u8>> {
        let (mut taken, mut size) = (Vec::new(), FRAME);
        while let Some(next) = self.waiting.front() {
            if taken.len() >= MAX_PARCEL_MESSAGES || size + next.len() > MAX_PARCEL_BYTES {
                break;
            }
            size += next.len();
            taken.extend(self.waiting.pop_front());
        }
        self.bytes -= taken.iter().map(Vec::len).sum::<usize>();
        taken
    }
}

impl Outbox {
    /// Adds a message; `false` if the queue was full and had to be emptied.
    pub(super) fn push(&mut self, peer: Peer, message: &Message) -> bool {
        let queue = self.queues.entry(peer).or_default();
        let bytes = codec::encode(message);
        let full = queue.bytes + bytes.len() > MAX_WAITING_BYTES;
        if full {
            queue.waiting.clear();
            queue.bytes = 0;
        }
        queue.bytes += bytes.len();
        queue.waiting.push_back(bytes);
        !full
    }

    /// The next request to each peer that waits for none.
    pub(super) fn requests(&mut self, now: Timestamp) -> Vec<network::Command> {
        let mut commands = Vec::new();
        for (peer, queue) in &mut self.queues {
            let free = queue.under_way.is_none_or(|since| now.since(since) >= PATIENCE);
            if free && !queue.waiting.is_empty() {
                queue.under_way = Some(now);
                self.token += 1;
                let bytes = wrap(&queue.take());
                commands.push(network::Command::Request { peer: network::PeerKey(peer.0), token: self.token, bytes });
            }
        }
        commands
    }

    /// A request ended, one way or the other.
    pub(super) fn ended(&mut self, peer: &Peer) {
        if let Some(queue) = self.queues.get_mut(peer) {
            queue.under_way = None;
        }
    }

    /// A peer is gone: what waits for it will be said when it is back.
    pub(super) fn gone(&mut self, peer: &Peer) {
        self.queues.remove(peer);
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use kith_protocol::id::{CommunityId, ExchangeId};

    const NOW: Timestamp = Timestamp(1_000_000);

    #[test]
    fn parcels_are_canonical_and_bounded() {
        let peer = Peer { 0: [1; 32] };
        let mut outbox = Outbox::default();
        for n in [0usize, 1, 23, 24, 255, 256, 1_024, 3_000] {
            (0..n).for_each(|i| {
                let id = ExchangeId([u8::try_from(i % 251).unwrap(); 16]);
                assert!(outbox.push(peer, &Message::AskNoted { exchange: id }));
            });
            let mut seen = 0;
            while let [network::Command::Request { bytes, .. }] = outbox.requests(NOW).as_slice() {
                seen += Parcel::decode(bytes).unwrap().messages.len();
                outbox.ended(&peer);
            }
            assert_eq!(seen, n);
        }
        assert!(Parcel::decode(&answer()).unwrap().messages.is_empty());
    }

    #[test]
    fn one_request_at_a_time_and_full_queues_are_emptied() {
        let peer = Peer { 0: [1; 32] };
        let mut outbox = Outbox::default();
        let big = Message::Heads { heads: vec![(CommunityId([9; 32]), 5); 1_000] };
        outbox.push(peer, &big);
        assert_eq!(outbox.requests(NOW).len(), 1);
        outbox.push(peer, &big);
        assert_eq!(outbox.requests(NOW).len(), 0);
        outbox.ended(&peer);
        assert_eq!(outbox.requests(NOW).len(), 1);
        assert!((0..500).any(|_| !outbox.push(peer, &big)));
    }

    #[test]
    fn a_request_whose_end_is_never_heard_of_does_not_silence_a_peer_for_ever() {
        let peer = Peer { 0: [1; 32] };
        let mut outbox = Outbox::default();
        outbox.push(peer, &Message::WhoAreYou);
        assert_eq!(outbox.requests(NOW).len(), 1);
        outbox.push(peer, &Message::WhoAreYou);
        assert_eq!(outbox.requests(NOW.plus(Span::seconds(59))).len(), 0);
        assert_eq!(outbox.requests(NOW.plus(PATIENCE)).len(), 1);
    }
}
