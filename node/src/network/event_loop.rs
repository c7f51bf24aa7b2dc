//! The task that owns the swarm: one `select!`, one method per command. Nothing but the `select!`
//! waits, and nothing here decides. What the swarm has to say is in [`translate`].

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
    sync::Arc,
};

use futures::StreamExt;
use libp2p::{
    PeerId, Swarm,
    core::transport::ListenerId,
    gossipsub::{MessageId, PublishError},
    request_response::{InboundRequestId, OutboundRequestId, ResponseChannel},
    swarm::{SwarmEvent, dial_opts::DialOpts},
};
use tokio::{
    sync::{Notify, mpsc},
    time::{MissedTickBehavior, interval, timeout},
};

use super::{
    Command, DialFailure, Event, GossipId, NetworkCounters, NetworkError, PeerKey, RequestFailure, RequestId, Sink,
    Verdict,
    addresses::{bare_text, reachable},
    behaviour::{Behaviour, shelf_topic},
    counters::{add, count},
    delivery::Delivery,
    limits::{
        ADDRESSES_PER_DIAL_MAX, GOSSIP_MAX_BYTES, LISTENING_WAIT, PARTNERS_MAX, REDELIVERY_INTERVAL, REQUEST_MAX_BYTES,
        REQUESTS_OUT_MAX, REQUESTS_PER_PEER_MAX, RESPONSE_MAX_BYTES, STOP_GRACE,
    },
    swarm::Listeners,
    translate,
};

/// A request of a peer, not answered yet.
pub(super) struct Asked {
    pub(super) peer: PeerKey,
    pub(super) inner: InboundRequestId,
    pub(super) channel: ResponseChannel<Vec<u8>>,
}

/// The state of the task: what libp2p calls things by, and what we call them.
pub(super) struct EventLoop<S> {
    pub(super) swarm: Swarm<Behaviour>,
    listeners: Listeners,
    pub(super) delivery: Delivery<S>,
    pub(super) counters: Arc<NetworkCounters>,
    pub(super) per_peer: u32,
    /// Requests of ours waiting for an answer, with their tokens.
    pub(super) asking: HashMap<OutboundRequestId, (PeerKey, u64)>,
    /// Requests of peers waiting for ours.
    pub(super) asked: BTreeMap<RequestId, Asked>,
    /// Gossip waiting for a verdict, the oldest first.
    pub(super) unjudged: BTreeMap<GossipId, (MessageId, PeerId)>,
    /// Peers that a command asked to dial. libp2p dials some on its own, which is nobody's news.
    pub(super) dialing: BTreeSet<PeerKey>,
    partners: BTreeSet<PeerKey>,
    /// The last id given to a request or a gossiped message.
    pub(super) last_id: u64,
}

impl<S: Sink> EventLoop<S> {
    pub(super) fn new(
        swarm: Swarm<Behaviour>,
        listeners: Listeners,
        delivery: Delivery<S>,
        counters: Arc<NetworkCounters>,
        per_peer: u32,
    ) -> Self {
        Self {
            swarm,
            listeners,
            delivery,
            counters,
            per_peer,
            asking: HashMap::new(),
            asked: BTreeMap::new(),
            unjudged: BTreeMap::new(),
            dialing: BTreeSet::new(),
            partners: BTreeSet::new(),
            last_id: 0,
        }
    }

    /// Waits until each listener has named an address, but not for ever, and gives the addresses. A node that comes back
    /// where others look for it may be found at once: whatever else happens meanwhile is told like any other time.
    pub(super) async fn first_addresses(&mut self) -> Result<Vec<String>, NetworkError> {
        let mut silent: HashSet<ListenerId> = self.listeners.keys().copied().collect();
        let mut named = BTreeSet::new();
        let naming = async {
            while !silent.is_empty() {
                match self.swarm.select_next_some().await {
                    SwarmEvent::ListenerClosed { listener_id, reason: Err(source), .. } => {
                        let address = self.listeners.get(&listener_id).cloned().unwrap_or_default();
                        return Err(NetworkError::Listen { address, source });
                    }
                    event => {
                        if let SwarmEvent::NewListenAddr { listener_id, address } = &event {
                            silent.remove(listener_id);
                            named.insert(bare_text(address));
                        }
                        self.on_swarm_event(event);
                    }
                }
            }
            Ok(())
        };
        match timeout(LISTENING_WAIT, naming).await {
            Ok(result) => result?,
            Err(_) => tracing::warn!("no interface names an address yet; going on without"),
        }
        Ok(named.into_iter().collect())
    }

    /// Runs until told to stop, or until nobody is left who could tell.
    pub(super) async fn run(mut self, mut commands: mpsc::Receiver<Command>, stop: Arc<Notify>) {
        let mut redelivery = interval(REDELIVERY_INTERVAL);
        redelivery.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = stop.notified() => break,
                command = commands.recv(), if !self.delivery.saturated() => match command {
                    Some(command) => self.on_command(command),
                    None => break,
                },
                event = self.swarm.select_next_some() => self.on_swarm_event(event),
                _ = redelivery.tick(), if self.delivery.owes() => self.on_redelivery(),
            }
        }
        drop(commands);
        self.close().await;
    }

    fn on_redelivery(&mut self) {
        if self.delivery.flush().is_err() {
            tracing::trace!("the sink is still full");
        }
    }

    fn on_command(&mut self, command: Command) {
        match command {
            Command::Dial { peer, addresses } => self.dial(peer, &addresses),
            Command::Request { peer, token, bytes } => self.request(peer, token, bytes),
            Command::Respond { id, bytes } => self.respond(id, bytes),
            Command::Drop { id } => drop(self.asked.remove(&id)),
            Command::Publish { bytes } => self.publish(bytes),
            Command::Verdict { id, verdict } => self.judge(id, verdict),
            Command::Partner { peer, is: true } => self.add_partner(peer),
            Command::Partner { peer, is: false } => self.remove_partner(peer),
            Command::Disconnect { peer } => {
                // An error only says that there was no connection.
                let _ = self.swarm.disconnect_peer_id(peer.peer_id());
            }
            // Goes past the queue, see `NetworkHandle::send`.
            Command::Stop => tracing::trace!("a stop in the queue"),
        }
    }

    fn dial(&mut self, peer: PeerKey, addresses: &[String]) {
        let id = peer.peer_id();
        if self.swarm.is_connected(&id) {
            return;
        }
        let usable: Vec<_> = addresses
            .iter()
            .take(ADDRESSES_PER_DIAL_MAX)
            .filter_map(|address| reachable(address, &peer).ok())
            .collect();
        if usable.is_empty() || id == *self.swarm.local_peer_id() {
            self.tell_dial_failure(peer, DialFailure::NoAddress);
            return;
        }
        match self.swarm.dial(DialOpts::peer_id(id).addresses(usable).build()) {
            Ok(()) => {
                self.dialing.insert(peer);
            }
            Err(error) => {
                if let Some(reason) = translate::dial_failure(&error) {
                    self.tell_dial_failure(peer, reason);
                }
            }
        }
    }

    pub(super) fn tell_dial_failure(&mut self, peer: PeerKey, reason: DialFailure) {
        tracing::debug!(%peer, %reason, "dial failed");
        if self.delivery.offer(Event::DialFailed { peer, reason }).is_err() {
            tracing::debug!(%peer, "no room to tell of a failed dial");
        }
    }

    fn request(&mut self, peer: PeerKey, token: u64, bytes: Vec<u8>) {
        let id = peer.peer_id();
        let to_peer = self.asking.values().filter(|(asked, _)| *asked == peer);
        let refusal = if !self.swarm.is_connected(&id) {
            Some(RequestFailure::Unreachable)
        } else if bytes.len() > REQUEST_MAX_BYTES {
            Some(RequestFailure::TooLarge)
        } else if self.asking.len() >= REQUESTS_OUT_MAX || to_peer.count() >= REQUESTS_PER_PEER_MAX {
            Some(RequestFailure::Busy)
        } else {
            None
        };
        if let Some(reason) = refusal {
            self.fail(peer, token, reason);
            return;
        }
        count(&self.counters.requests_out);
        add(&self.counters.bytes_out, bytes.len());
        let exchange = &mut self.swarm.behaviour_mut().exchange;
        let request = exchange.send_request(&id, bytes);
        self.asking.insert(request, (peer, token));
    }

    pub(super) fn fail(&mut self, peer: PeerKey, token: u64, reason: RequestFailure) {
        tracing::debug!(%peer, token, %reason, "request failed");
        count(&self.counters.requests_out_failed);
        self.delivery.failed(peer, token, reason);
    }

    fn respond(&mut self, id: RequestId, bytes: Vec<u8>) {
        let Some(asked) = self.asked.remove(&id) else {
            tracing::debug!("an answer to a request that is no longer waiting");
            return;
        };
        if bytes.len() > RESPONSE_MAX_BYTES {
            tracing::warn!(peer = %asked.peer, bytes = bytes.len(), "an answer over the limit is not sent");
            return;
        }
        let length = bytes.len();
        let exchange = &mut self.swarm.behaviour_mut().exchange;
        if exchange.send_response(asked.channel, bytes).is_ok() {
            add(&self.counters.bytes_out, length);
        } else {
            tracing::debug!(peer = %asked.peer, "the peer no longer waits for this answer");
        }
    }

    fn publish(&mut self, bytes: Vec<u8>) {
        let length = bytes.len();
        if length > GOSSIP_MAX_BYTES {
            tracing::warn!(bytes = length, "a message over the gossip limit is left to sync");
            return;
        }
        let gossip = &mut self.swarm.behaviour_mut().gossip;
        match gossip.publish(shelf_topic(), bytes) {
            Ok(_) => {
                count(&self.counters.gossip_out);
                add(&self.counters.bytes_out, length);
            }
            Err(PublishError::NoPeersSubscribedToTopic | PublishError::Duplicate) => {}
            Err(error) => tracing::debug!(%error, "not gossiped; sync brings it"),
        }
    }

    fn judge(&mut self, id: GossipId, verdict: Verdict) {
        let Some((message, from)) = self.unjudged.remove(&id) else {
            tracing::debug!("a verdict on gossip that is no longer waiting");
            return;
        };
        self.report(&message, &from, verdict);
    }

    pub(super) fn report(&mut self, message: &MessageId, from: &PeerId, verdict: Verdict) {
        count(match verdict {
            Verdict::Accept => &self.counters.gossip_accepted,
            Verdict::Ignore => &self.counters.gossip_ignored,
            Verdict::Reject => &self.counters.gossip_rejected,
        });
        let acceptance = translate::acceptance(verdict);
        let gossip = &mut self.swarm.behaviour_mut().gossip;
        if !gossip.report_message_validation_result(message, from, acceptance) {
            tracing::debug!("a verdict came after gossipsub forgot the message");
        }
    }

    fn add_partner(&mut self, peer: PeerKey) {
        if self.partners.len() >= PARTNERS_MAX && !self.partners.contains(&peer) {
            tracing::warn!(max = PARTNERS_MAX, "too many partners; this one is served as a stranger");
            return;
        }
        if self.partners.insert(peer) {
            let behaviour = self.swarm.behaviour_mut();
            behaviour.gossip.add_explicit_peer(&peer.peer_id());
            behaviour.limits.bypass_peer_id(&peer.peer_id());
        }
    }

    fn remove_partner(&mut self, peer: PeerKey) {
        if self.partners.remove(&peer) {
            let behaviour = self.swarm.behaviour_mut();
            behaviour.gossip.remove_explicit_peer(&peer.peer_id());
            behaviour.limits.remove_peer_id(&peer.peer_id());
        }
    }

    /// Closes listeners, then connections, and tells of what ended with them.
    async fn close(mut self) {
        for listener in self.listeners.keys() {
            self.swarm.remove_listener(*listener);
        }
        self.asked.clear();
        let peers: Vec<PeerId> = self.swarm.connected_peers().copied().collect();
        for peer in peers {
            // An error only says that it is already gone.
            let _ = self.swarm.disconnect_peer_id(peer);
        }
        if timeout(STOP_GRACE, self.closed()).await.is_err() {
            tracing::debug!("some connections did not close in time");
        }
        for (peer, token) in std::mem::take(&mut self.asking).into_values() {
            self.fail(peer, token, RequestFailure::Closed);
        }
    }

    /// Waits for the last connection to close. Only their ends are news now.
    async fn closed(&mut self) {
        while self.swarm.connected_peers().next().is_some() {
            if let SwarmEvent::ConnectionClosed { peer_id, num_established, .. } = self.swarm.select_next_some().await {
                self.on_connection_closed(&peer_id, num_established);
            }
        }
    }
}
