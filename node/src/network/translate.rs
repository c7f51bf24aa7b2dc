//! libp2p's words in ours: one method per kind of swarm event, and the names of failures.

use std::{io, sync::atomic::Ordering};

use libp2p::{
    PeerId,
    core::ConnectedPoint,
    gossipsub::{self, MessageAcceptance},
    mdns, ping,
    request_response::{self, InboundRequestId, Message, OutboundFailure, OutboundRequestId, ResponseChannel},
    swarm::{ConnectionId, DialError, SwarmEvent},
};

use super::{
    DialFailure, Event, GossipId, PeerKey, RequestFailure, RequestId, Sink, Verdict,
    addresses::bare_text,
    behaviour::BehaviourEvent,
    codec::FrameError,
    counters::{add, count},
    event_loop::{Asked, EventLoop},
    limits::{GOSSIP_UNJUDGED_MAX, REQUESTS_IN_MAX, REQUESTS_PER_PEER_MAX},
};

impl<S: Sink> EventLoop<S> {
    pub(super) fn on_swarm_event(&mut self, event: SwarmEvent<BehaviourEvent>) {
        match event {
            SwarmEvent::NewListenAddr { address, .. } => {
                self.delivery.listening(bare_text(&address));
            }
            SwarmEvent::ConnectionEstablished { peer_id, connection_id, endpoint, num_established, .. } => {
                self.on_connected(&peer_id, connection_id, &endpoint, num_established.get())
            }
            SwarmEvent::ConnectionClosed { peer_id, num_established, .. } => {
                self.on_connection_closed(&peer_id, num_established)
            }
            SwarmEvent::OutgoingConnectionError { peer_id: Some(peer), error, .. } => self.on_dial_error(&peer, &error),
            SwarmEvent::ListenerClosed { reason: Err(error), .. } => {
                tracing::warn!(%error, "a listener closed; restart the node to open it again")
            }
            SwarmEvent::Behaviour(BehaviourEvent::Exchange(event)) => self.on_exchange(event),
            SwarmEvent::Behaviour(BehaviourEvent::Gossip(event)) => self.on_gossip(event),
            SwarmEvent::Behaviour(BehaviourEvent::Ping(event)) => self.on_ping(&event),
            SwarmEvent::Behaviour(BehaviourEvent::Mdns(event)) => self.on_mdns(event),
            _ => tracing::trace!("a swarm event of no interest"),
        }
    }

    fn on_connected(&mut self, peer: &PeerId, connection: ConnectionId, endpoint: &ConnectedPoint, number: u32) {
        self.count_connections();
        let Some(key) = PeerKey::of(peer) else {
            tracing::debug!("a peer without an ed25519 key is disconnected");
            self.swarm.close_connection(connection);
            return;
        };
        self.dialing.remove(&key);
        if number == 1 {
            let (address, dialed) = remote_end(endpoint);
            self.delivery.connected(key, address, dialed);
        } else if number > self.per_peer {
            // Only partners come here: the limits behaviour lets them pass.
            self.swarm.close_connection(connection);
        }
    }

    pub(super) fn on_connection_closed(&mut self, peer: &PeerId, remaining: u32) {
        self.count_connections();
        if let (Some(key), 0) = (PeerKey::of(peer), remaining) {
            self.delivery.disconnected(key);
        }
    }

    fn count_connections(&self) {
        let info = self.swarm.network_info();
        let open = info.connection_counters().num_established();
        let connections = &self.counters.connections;
        connections.store(open.into(), Ordering::Relaxed);
    }

    fn on_dial_error(&mut self, peer: &PeerId, error: &DialError) {
        let Some(key) = PeerKey::of(peer) else { return };
        if let Some(reason) = dial_failure(error)
            && self.dialing.remove(&key)
        {
            self.tell_dial_failure(key, reason);
        }
    }

    /// A connection that no longer carries pings is dead however open it looks.
    fn on_ping(&mut self, event: &ping::Event) {
        match event.result {
            Ok(_) | Err(ping::Failure::Unsupported) => {}
            Err(_) => {
                self.swarm.close_connection(event.connection);
            }
        }
    }

    fn on_mdns(&mut self, event: mdns::Event) {
        let mdns::Event::Discovered(found) = event else {
            return;
        };
        for (peer, address) in found {
            let Some(peer) = PeerKey::of(&peer) else {
                continue;
            };
            let address = bare_text(&address);
            let event = Event::Discovered { peer, address };
            if self.delivery.offer(event).is_err() {
                tracing::debug!(%peer, "no room to tell of a node on the local network");
            }
        }
    }

    fn on_exchange(&mut self, event: request_response::Event<Vec<u8>, Vec<u8>>) {
        match event {
            request_response::Event::Message {
                peer,
                message: Message::Request { request_id, request, channel },
                ..
            } => self.on_request(&peer, request_id, request, channel),
            request_response::Event::Message { message: Message::Response { request_id, response }, .. } => {
                self.on_response(request_id, response)
            }
            request_response::Event::OutboundFailure { request_id, error, .. } => {
                self.on_request_failed(request_id, &error)
            }
            // The peer gave up or went away before our answer: nothing waits any more.
            request_response::Event::InboundFailure { request_id, .. } => {
                self.asked.retain(|_, asked| asked.inner != request_id);
            }
            request_response::Event::ResponseSent { .. } => {}
        }
    }

    /// Hands a request on, or drops its channel, which the peer sees at once.
    fn on_request(
        &mut self,
        peer: &PeerId,
        inner: InboundRequestId,
        bytes: Vec<u8>,
        channel: ResponseChannel<Vec<u8>>,
    ) {
        let Some(peer) = PeerKey::of(peer) else {
            return;
        };
        if self.asked.len() >= REQUESTS_IN_MAX {
            self.asked.retain(|_, asked| asked.channel.is_open());
        }
        let of_peer = self.asked.values().filter(|asked| asked.peer == peer);
        let room = self.asked.len() < REQUESTS_IN_MAX && of_peer.count() < REQUESTS_PER_PEER_MAX;
        let id = RequestId(self.next_id());
        let length = bytes.len();
        if !room || !channel.is_open() || self.delivery.offer(Event::Request { peer, id, bytes }).is_err() {
            tracing::debug!(%peer, "no room for a request");
            count(&self.counters.requests_in_dropped);
            return;
        }
        count(&self.counters.requests_in);
        add(&self.counters.bytes_in, length);
        let asked = Asked { peer, inner, channel };
        self.asked.insert(id, asked);
    }

    fn on_response(&mut self, request: OutboundRequestId, bytes: Vec<u8>) {
        let Some((peer, token)) = self.asking.remove(&request) else {
            return;
        };
        add(&self.counters.bytes_in, bytes.len());
        if !self.delivery.response(peer, token, bytes) {
            count(&self.counters.requests_out_failed);
        }
    }

    fn on_request_failed(&mut self, request: OutboundRequestId, error: &OutboundFailure) {
        if let Some((peer, token)) = self.asking.remove(&request) {
            self.fail(peer, token, request_failure(error));
        }
    }

    fn on_gossip(&mut self, event: gossipsub::Event) {
        let gossipsub::Event::Message { propagation_source: source, message_id, message } = event else {
            return;
        };
        count(&self.counters.gossip_in);
        add(&self.counters.bytes_in, message.data.len());
        let id = GossipId(self.next_id());
        let heard = PeerKey::of(&source).is_some_and(|from| {
            let bytes = message.data;
            let event = Event::Gossip { from, id, bytes };
            self.delivery.offer(event).is_ok()
        });
        if !heard {
            self.report(&message_id, &source, Verdict::Ignore);
            return;
        }
        self.unjudged.insert(id, (message_id, source));
        if self.unjudged.len() > GOSSIP_UNJUDGED_MAX
            && let Some((_, (message_id, source))) = self.unjudged.pop_first()
        {
            self.report(&message_id, &source, Verdict::Ignore);
        }
    }

    /// Ids are never used twice, so a late answer or verdict cannot meet the wrong one.
    fn next_id(&mut self) -> u64 {
        self.last_id += 1;
        self.last_id
    }
}

/// The other end of a connection, and whether we dialed it.
fn remote_end(endpoint: &ConnectedPoint) -> (String, bool) {
    let address = bare_text(endpoint.get_remote_address());
    (address, endpoint.is_dialer())
}

pub(super) fn acceptance(verdict: Verdict) -> MessageAcceptance {
    match verdict {
        Verdict::Accept => MessageAcceptance::Accept,
        Verdict::Ignore => MessageAcceptance::Ignore,
        Verdict::Reject => MessageAcceptance::Reject,
    }
}

/// Why a dial failed; `None` when there was nothing to do, because the peer is connected or
/// being dialed.
pub(super) fn dial_failure(error: &DialError) -> Option<DialFailure> {
    match error {
        DialError::DialPeerConditionFalse(_) => None,
        DialError::LocalPeerId { .. } | DialError::NoAddresses => Some(DialFailure::NoAddress),
        DialError::WrongPeerId { .. } => Some(DialFailure::OtherPeer),
        DialError::Denied { .. } => Some(DialFailure::Limit),
        DialError::Aborted | DialError::Transport(_) => Some(DialFailure::NoAnswer),
    }
}

fn request_failure(error: &OutboundFailure) -> RequestFailure {
    match error {
        OutboundFailure::DialFailure => RequestFailure::Unreachable,
        OutboundFailure::Timeout => RequestFailure::Timeout,
        OutboundFailure::ConnectionClosed => RequestFailure::Closed,
        OutboundFailure::UnsupportedProtocols => RequestFailure::Refused,
        OutboundFailure::Io(error) => stream_failure(error),
    }
}

/// A peer refuses a request by resetting its stream or by ending it early. That looks different
/// on yamux and on QUIC, and different again while we still write.
fn stream_failure(error: &io::Error) -> RequestFailure {
    let frame = error.get_ref().and_then(|inner| inner.downcast_ref());
    if let Some(frame) = frame {
        return match frame {
            FrameError::TooLarge { .. } => RequestFailure::TooLarge,
            FrameError::Nothing => RequestFailure::Refused,
            FrameError::Trailing => RequestFailure::Malformed,
            FrameError::Cut => RequestFailure::Closed,
        };
    }
    match error.kind() {
        io::ErrorKind::UnexpectedEof
        | io::ErrorKind::WriteZero
        | io::ErrorKind::BrokenPipe
        | io::ErrorKind::ConnectionReset => RequestFailure::Refused,
        _ => RequestFailure::Closed,
    }
}

#[cfg(test)]
mod tests {
    use libp2p::swarm::dial_opts::PeerCondition;

    use super::*;

    #[test]
    fn each_broken_stream_has_its_name() {
        let (length, max) = (9, 8);
        let frames = [
            (FrameError::TooLarge { length, max }, RequestFailure::TooLarge),
            (FrameError::Nothing, RequestFailure::Refused),
            (FrameError::Trailing, RequestFailure::Malformed),
            (FrameError::Cut, RequestFailure::Closed),
        ];
        for (frame, expected) in frames {
            let error = OutboundFailure::Io(frame.into());
            assert_eq!(request_failure(&error), expected);
        }
        let error = OutboundFailure::Io(io::ErrorKind::ConnectionReset.into());
        assert_eq!(request_failure(&error), RequestFailure::Refused);
        let error = OutboundFailure::Io(io::Error::other("gone"));
        assert_eq!(request_failure(&error), RequestFailure::Closed);
    }

    #[test]
    fn a_dial_with_nothing_to_do_is_no_failure() {
        let condition = PeerCondition::DisconnectedAndNotDialing;
        let error = DialError::DialPeerConditionFalse(condition);
        assert_eq!(dial_failure(&error), None);
        let error = DialError::NoAddresses;
        assert_eq!(dial_failure(&error), Some(DialFailure::NoAddress));
    }
}
