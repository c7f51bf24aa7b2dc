//! Every bound of the network task, each with the reason for its number.

use std::time::Duration;

use libp2p::connection_limits::ConnectionLimits;

use super::NetworkError;

/// Largest request, in bytes, in either direction. A sync page stays under 100 KiB because a
/// libp2p relay cuts a circuit after 128 KiB by default; the rest is room for its envelope.
pub const REQUEST_MAX_BYTES: usize = 128 * 1024;

/// Largest response, in bytes, in either direction. Same reason as [`REQUEST_MAX_BYTES`].
pub const RESPONSE_MAX_BYTES: usize = 128 * 1024;

/// Largest gossiped payload, in bytes: one signed shelf record with a long text. Anything larger
/// reaches others by sync, where it costs one copy a node and not six.
pub const GOSSIP_MAX_BYTES: usize = 16 * 1024;

/// What protobuf and the topic name add to a gossiped payload: 3 field tags, lengths of up to 3
/// bytes and the topic of 12 bytes, rounded up to the next power of two.
pub(super) const GOSSIP_OVERHEAD_BYTES: usize = 64;

/// Cap on gossipsub's read buffer. gossipsub 0.50 compares this cap with everything it has
/// buffered, not with one message: a part of a largest message, and one read of 8 KiB that
/// already holds the beginning of the next. A cap of one message would cut honest streams.
pub(super) const GOSSIP_BUFFER_MAX_BYTES: usize = 2 * GOSSIP_MAX_BYTES;

/// Messages one gossipsub frame may hold. The frame is bounded by
/// [`GOSSIP_BUFFER_MAX_BYTES`], so this only refuses frames of many tiny messages.
pub(super) const GOSSIP_MESSAGES_PER_FRAME: usize = 64;

/// Message ids in one IHAVE or IWANT: 500 ids of 20 bytes and their tags are 11 kB, under the
/// 16 KiB that gossipsub accepts of control messages in one frame.
pub(super) const GOSSIP_IDS_PER_FRAME: usize = 500;

/// Gossip queued for one slow peer: at the largest payload 4 MiB. Past it messages are dropped
/// for that peer and sync brings them.
pub(super) const GOSSIP_QUEUE_PER_PEER: usize = 256;

/// Gossip handed on and waiting for a verdict. gossipsub forgets an unjudged message after five
/// heartbeats, so more than a few seconds' worth is never of use; the oldest is ignored first.
pub(super) const GOSSIP_UNJUDGED_MAX: usize = 1024;

/// Commands waiting for the network task. At the largest payload 32 MiB; a clerk that fills it
/// is told so and keeps what it wanted to send.
pub const COMMANDS_MAX: usize = 256;

/// Requests of ours waiting for an answer, over all peers.
pub const REQUESTS_OUT_MAX: usize = 256;

/// Requests of others waiting for our answer, over all peers.
pub const REQUESTS_IN_MAX: usize = 512;

/// Requests between two peers waiting for an answer, in each direction: sync keeps a few pages
/// in flight and settlement a few messages; more would only queue behind one another.
pub const REQUESTS_PER_PEER_MAX: usize = 16;

/// Request streams on one connection: both directions' [`REQUESTS_PER_PEER_MAX`].
pub(super) const STREAMS_PER_CONNECTION: usize = 2 * REQUESTS_PER_PEER_MAX;

/// Streams of all protocols on one connection: requests, and as many again for gossipsub, ping
/// and identify, which need about six.
pub(super) const MUXED_STREAMS_MAX: usize = 2 * STREAMS_PER_CONNECTION;

/// QUIC bytes in flight that one stream may make us buffer: twice the largest frame. At 100 ms
/// of delay it still moves 2.5 MB/s.
pub(super) const QUIC_STREAM_WINDOW_BYTES: u32 = 256 * 1024;

/// QUIC bytes in flight that one connection may make us buffer: four full streams, so that all
/// connections together stay under 128 MiB.
pub(super) const QUIC_CONNECTION_WINDOW_BYTES: u32 = 1024 * 1024;

/// Failed requests that the sink had no room to hear of. At this many no further command is
/// taken until the sink has room, so the number of owed failures stays bounded.
pub(super) const FAILURES_OWED_MAX: usize = 256;

/// Own listening addresses remembered for a full sink: an address per interface and transport.
pub(super) const LISTENING_OWED_MAX: usize = 64;

/// Partners that are exempt from the connection limits. Each one also gets every gossiped
/// message, so this bounds the copies we send.
pub const PARTNERS_MAX: usize = 256;

/// Addresses tried for one dial: a community card names a handful.
pub const ADDRESSES_PER_DIAL_MAX: usize = 8;

/// Longest text accepted as an address: a DNS name has at most 253 characters, the rest is
/// transport and peer id.
pub const ADDRESS_MAX_BYTES: usize = 384;

/// Longest agent string sent to peers: a name and a version.
pub const AGENT_MAX_BYTES: usize = 64;

/// How long a new connection may take for its handshakes before it is dropped.
pub(super) const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(10);

/// How long the start waits for each listener to name an address. The system lists its
/// interfaces within milliseconds; a listener on `::` where IPv6 is switched off never names one,
/// and the node starts all the same.
pub(super) const LISTENING_WAIT: Duration = Duration::from_secs(1);

/// How often a full sink is tried again for what it must hear of.
pub(super) const REDELIVERY_INTERVAL: Duration = Duration::from_millis(50);

/// How long a stop waits for connections to close in good order.
pub(super) const STOP_GRACE: Duration = Duration::from_secs(2);

/// The shortest heartbeat: below it gossipsub does little else.
const HEARTBEAT_MIN: Duration = Duration::from_millis(50);

/// Limits an operator may set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Connections that peers opened to us. Partners are exempt from refusal.
    pub connections_in: u32,
    /// Connections that we opened. Partners are exempt from refusal.
    pub connections_out: u32,
    /// Connections of peers that are still in their handshake.
    pub pending_in: u32,
    /// Connections of ours that are still in their handshake.
    pub pending_out: u32,
    /// Connections with one peer, partner or not. Two, because both sides may dial at once.
    pub per_peer: u32,
    /// Connections in both directions. Partners are exempt from refusal.
    pub connections: u32,
    /// Resident memory of the whole process, in bytes, above which new connections are refused.
    pub memory_bytes: usize,
    /// Gossip heartbeat: how often meshes are mended and missing messages advertised.
    pub heartbeat: Duration,
    /// How long a request may take, from its first byte to the last byte of its answer.
    pub request_timeout: Duration,
    /// How long a connection that nothing uses is kept.
    pub idle_timeout: Duration,
}

impl Default for Limits {
    /// For a small box of 1 GiB: 128 connections cost about 6 MB at the 45 kB measured for each.
    /// More inbound than outbound, so that a public node serves many while no crowd of strangers
    /// can keep it from dialing.
    fn default() -> Self {
        Self {
            connections_in: 96,
            connections_out: 64,
            pending_in: 32,
            pending_out: 16,
            per_peer: 2,
            connections: 128,
            memory_bytes: 1024 * 1024 * 1024,
            heartbeat: Duration::from_secs(1),
            request_timeout: Duration::from_secs(20),
            idle_timeout: Duration::from_secs(120),
        }
    }
}

impl Limits {
    /// Refuses limits under which no node could work.
    pub(super) fn check(&self) -> Result<(), NetworkError> {
        let at_least_one = [
            ("connections_in", self.connections_in),
            ("connections_out", self.connections_out),
            ("pending_in", self.pending_in),
            ("pending_out", self.pending_out),
            ("per_peer", self.per_peer),
            ("connections", self.connections),
        ];
        for (name, value) in at_least_one {
            if value == 0 {
                return Err(NetworkError::LimitTooSmall { name, least: "1" });
            }
        }
        if self.heartbeat < HEARTBEAT_MIN {
            return Err(NetworkError::LimitTooSmall { name: "heartbeat", least: "50 ms" });
        }
        if self.request_timeout.is_zero() {
            return Err(NetworkError::LimitTooSmall { name: "request_timeout", least: "1 ms" });
        }
        Ok(())
    }

    /// The part of the limits that libp2p's connection-limits behaviour keeps.
    pub(super) fn connection_limits(&self) -> ConnectionLimits {
        ConnectionLimits::default()
            .with_max_pending_incoming(Some(self.pending_in))
            .with_max_pending_outgoing(Some(self.pending_out))
            .with_max_established_incoming(Some(self.connections_in))
            .with_max_established_outgoing(Some(self.connections_out))
            .with_max_established_per_peer(Some(self.per_peer))
            .with_max_established(Some(self.connections))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_pass_and_a_zero_is_named() {
        assert!(Limits::default().check().is_ok());
        let limits = Limits { pending_in: 0, ..Limits::default() };
        let error = limits.check().expect_err("zero pending connections");
        assert!(error.to_string().contains("pending_in"), "{error}");
        let limits = Limits { heartbeat: Duration::from_millis(49), ..Limits::default() };
        assert!(limits.check().is_err());
    }
}
