//! The network: one task owns the libp2p swarm, translates, and decides nothing.
//!
//! [`start`] binds the listeners and spawns the task. Whoever drives the node sends [`Command`]s
//! through a [`NetworkHandle`] and hears [`Event`]s through the [`Sink`] it gave. Neither side
//! ever waits for the other, because two bounded queues in a ring can block each other for ever:
//! - a full command queue is told to the sender ([`Full`]);
//! - a full sink loses what can be had again (gossip is ignored and comes by sync, a request's
//!   channel is dropped and the peer retries) and is told the rest as soon as it has room: the
//!   latest state of each connection, our listening addresses, and each failed request.
//!
//! Every request sent gets exactly one [`Event::Response`] or [`Event::RequestFailed`] with its
//! token. Deliberately absent: retries, an address book, peer choice, any look into the bytes.
//! No libp2p type leaves this module tree.

use std::{fmt, io, sync::Arc};

use libp2p::identity::Keypair;
use thiserror::Error;
use tokio::{
    sync::{Notify, mpsc},
    task::JoinHandle,
};
use zeroize::Zeroizing;

pub mod addresses;
mod behaviour;
mod codec;
mod counters;
mod delivery;
mod event_loop;
pub mod limits;
mod swarm;
#[cfg(test)]
mod tests;
mod translate;

pub use self::{
    addresses::{AddressError, PeerAddress, PeerKey},
    counters::NetworkCounters,
    limits::Limits,
};
use self::{delivery::Delivery, event_loop::EventLoop, limits::COMMANDS_MAX};

/// The port that a node listens on unless told otherwise, so that its address stays the same
/// from one start to the next. Freely chosen, below the ports that systems hand out.
pub const DEFAULT_PORT: u16 = 8381;

/// TCP and QUIC on every address of the machine at [`DEFAULT_PORT`].
#[must_use]
pub fn default_listen() -> Vec<String> {
    let hosts = ["/ip4/0.0.0.0", "/ip6/::"];
    let on = |host| [format!("{host}/tcp/{DEFAULT_PORT}"), format!("{host}/udp/{DEFAULT_PORT}/quic-v1")];
    hosts.into_iter().flat_map(on).collect()
}

/// What the network task needs to start.
pub struct NetworkConfig {
    /// The ed25519 secret key of the transport identity. Wiped when dropped.
    pub secret: Zeroizing<[u8; 32]>,
    /// Multiaddrs to listen on. With none the node only dials.
    pub listen: Vec<String>,
    /// Whether to look for nodes on the local network, and be found there. It tells everybody on
    /// that network that this node exists.
    pub mdns: bool,
    /// Program and version, as peers see it. Nothing personal. Cut at
    /// [`limits::AGENT_MAX_BYTES`].
    pub agent: String,
    /// Bounds an operator may set.
    pub limits: Limits,
}

impl NetworkConfig {
    /// TCP and QUIC on every address of the machine at [`DEFAULT_PORT`], no mDNS, the default
    /// limits.
    #[must_use]
    pub fn new(secret: Zeroizing<[u8; 32]>) -> Self {
        Self {
            secret,
            listen: default_listen(),
            mdns: false,
            agent: format!("kith/{}", env!("CARGO_PKG_VERSION")),
            limits: Limits::default(),
        }
    }
}

impl fmt::Debug for NetworkConfig {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("NetworkConfig")
            .field("listen", &self.listen)
            .field("mdns", &self.mdns)
            .field("agent", &self.agent)
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}

/// A request of a peer that waits for [`Command::Respond`] or [`Command::Drop`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RequestId(pub(crate) u64);

/// A gossiped message that waits for [`Command::Verdict`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GossipId(pub(crate) u64);

/// What happened on the network. None of it is decided or judged yet.
pub enum Event {
    /// This node can be reached at an address (without `/p2p`). Told again at a full sink.
    Listening {
        /// The multiaddr.
        address: String,
    },
    /// A peer is connected. Told once per peer, not per connection, and again at a full sink. For
    /// a peer that was already told as connected it means that it left and came back.
    Connected {
        /// Who.
        peer: PeerKey,
        /// The other end of the first connection.
        address: String,
        /// Whether this node dialed. If not, the address is one it cannot be dialed at.
        dialed: bool,
    },
    /// The last connection with a peer is closed. Told again at a full sink.
    Disconnected {
        /// Who.
        peer: PeerKey,
    },
    /// A [`Command::Dial`] did not lead to a connection.
    DialFailed {
        /// Who was dialed.
        peer: PeerKey,
        /// Why.
        reason: DialFailure,
    },
    /// mDNS found a node on the local network. It is not dialed.
    Discovered {
        /// Who says to be there; proven only by connecting.
        peer: PeerKey,
        /// Where.
        address: String,
    },
    /// A peer asks. It waits until [`Command::Respond`], [`Command::Drop`] or its timeout.
    Request {
        /// Who.
        peer: PeerKey,
        /// To answer with.
        id: RequestId,
        /// The body, at most [`limits::REQUEST_MAX_BYTES`].
        bytes: Vec<u8>,
    },
    /// The answer to a [`Command::Request`].
    Response {
        /// Who answered.
        peer: PeerKey,
        /// The token of the command.
        token: u64,
        /// The body, at most [`limits::RESPONSE_MAX_BYTES`].
        bytes: Vec<u8>,
    },
    /// A [`Command::Request`] will not be answered. Told again at a full sink.
    RequestFailed {
        /// Who was asked.
        peer: PeerKey,
        /// The token of the command.
        token: u64,
        /// Why.
        reason: RequestFailure,
    },
    /// A gossiped message. It is passed on only after [`Verdict::Accept`].
    Gossip {
        /// The neighbour it came from, which need not be its author.
        from: PeerKey,
        /// To judge with, within about five heartbeats.
        id: GossipId,
        /// The payload, at most [`limits::GOSSIP_MAX_BYTES`].
        bytes: Vec<u8>,
    },
}

/// What the network task is asked to do.
pub enum Command {
    /// Connect to a peer at any of these addresses (at most [`limits::ADDRESSES_PER_DIAL_MAX`],
    /// with or without `/p2p`). Does nothing if it is connected or being dialed.
    Dial {
        /// Who must answer there.
        peer: PeerKey,
        /// Where.
        addresses: Vec<String>,
    },
    /// Ask a connected peer. A peer that is not connected is not dialed.
    Request {
        /// Whom.
        peer: PeerKey,
        /// Repeated by the event that ends the request.
        token: u64,
        /// The body, at most [`limits::REQUEST_MAX_BYTES`].
        bytes: Vec<u8>,
    },
    /// Answer a request. An unknown or timed-out id is ignored.
    Respond {
        /// Which.
        id: RequestId,
        /// The body. More than [`limits::RESPONSE_MAX_BYTES`] drops the request.
        bytes: Vec<u8>,
    },
    /// Leave a request without an answer: the peer learns at once and retries when it likes.
    Drop {
        /// Which.
        id: RequestId,
    },
    /// Gossip a message of this node. With no peer to take it, it is dropped: sync brings it.
    Publish {
        /// The payload, at most [`limits::GOSSIP_MAX_BYTES`].
        bytes: Vec<u8>,
    },
    /// Judge a gossiped message, once.
    Verdict {
        /// Which.
        id: GossipId,
        /// How.
        verdict: Verdict,
    },
    /// Treat a peer as a partner, or no longer: gossip always goes to it, and it is connected
    /// even when strangers have used up the connection limits.
    Partner {
        /// Whom.
        peer: PeerKey,
        /// Whether it is one.
        is: bool,
    },
    /// Close all connections with a peer.
    Disconnect {
        /// Whom.
        peer: PeerKey,
    },
    /// Close all listeners and connections and end the task. Never refused for a full queue.
    Stop,
}

/// The judgement on a gossiped message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Good and new: pass it on.
    Accept,
    /// Not passed on, and nobody's fault.
    Ignore,
    /// Invalid: not passed on, and counted against who sent it.
    Reject,
}

/// Why a request was not answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum RequestFailure {
    /// No connection with the peer.
    #[error("the peer is not connected; connect first")]
    Unreachable,
    /// No answer in time. The peer may or may not have seen the request.
    #[error("the peer did not answer in time; ask again later")]
    Timeout,
    /// The peer does not speak the protocol, or closed the stream without an answer.
    #[error("the peer did not take the request; ask again later")]
    Refused,
    /// The connection broke. The peer may or may not have seen the request.
    #[error("the connection broke before the answer was complete; ask again when connected")]
    Closed,
    /// The request, or the announced response, is over the limit.
    #[error("the request or its answer is over the size limit; ask for less at a time")]
    TooLarge,
    /// The answer is not one frame.
    #[error("the answer is not a frame of this protocol; the peer may run another version")]
    Malformed,
    /// Too many requests are waiting here, or the answer came while the sink was full.
    #[error("too much is waiting on this node; ask again a little later")]
    Busy,
}

/// Why a dial did not lead to a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum DialFailure {
    /// None of the addresses is one to dial, or the peer is this node itself.
    #[error("no usable address; check the addresses of the peer")]
    NoAddress,
    /// Somebody with another key answered.
    #[error("another node answers at that address; ask the peer for its present address and peer id")]
    OtherPeer,
    /// A connection limit of this node.
    #[error("this node's connection limits are reached; wait or raise them")]
    Limit,
    /// Nobody answered.
    #[error("nobody answered at any address; the peer may be offline")]
    NoAnswer,
}

/// The queue is full, or its reader has stopped. What was offered is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the queue is full or its reader has stopped; try again later")]
pub struct Full;

/// Takes what happens on the network to whoever drives the node.
pub trait Sink: Send + 'static {
    /// Takes an event, without ever waiting.
    ///
    /// # Errors
    /// [`Full`] when there is no room. See the module's page for what is offered again.
    fn deliver(&mut self, event: Event) -> Result<(), Full>;
}

/// Why the network did not start.
#[derive(Debug, Error)]
pub enum NetworkError {
    /// The secret is no key. Cannot happen with 32 bytes.
    #[error("the transport key cannot be used; restore it from a backup or make a new one")]
    Key,
    /// A text in the list of listen addresses is not one.
    #[error("the listen address {address} is not usable: {reason}")]
    BadAddress {
        /// As configured.
        address: String,
        /// What is wrong with it.
        reason: AddressError,
    },
    /// A listen address is configured twice.
    #[error("the listen address {address} is listed twice; remove one")]
    ListedTwice {
        /// As configured.
        address: String,
    },
    /// Another program, or another kith, holds the port.
    #[error("{address} is already in use; stop the other program or choose another port")]
    AddressInUse {
        /// As configured.
        address: String,
    },
    /// The operating system refused to listen.
    #[error("cannot listen on {address}; check that the address is of this machine and the port allowed to this user")]
    Listen {
        /// As configured.
        address: String,
        /// What the system said.
        source: io::Error,
    },
    /// mDNS could not be set up.
    #[error("cannot look for nodes on the local network; turn mdns off")]
    Mdns(#[source] io::Error),
    /// A limit under which no node could work.
    #[error("the network limit {name} must be at least {least}")]
    LimitTooSmall {
        /// Which.
        name: &'static str,
        /// The least value.
        least: &'static str,
    },
}

/// Sends commands to the network task. Cheap to clone; usable from any thread.
#[derive(Debug, Clone)]
pub struct NetworkHandle {
    commands: mpsc::Sender<Command>,
    stop: Arc<Notify>,
    local: PeerKey,
    listening: Arc<[String]>,
    counters: Arc<NetworkCounters>,
}

impl NetworkHandle {
    /// Queues a command, without ever waiting.
    ///
    /// # Errors
    /// [`Full`] when [`limits::COMMANDS_MAX`] commands are queued or the task has ended. Never for
    /// [`Command::Stop`], which goes past the queue.
    pub fn send(&self, command: Command) -> Result<(), Full> {
        if matches!(command, Command::Stop) {
            self.stop.notify_one();
            return Ok(());
        }
        self.commands.try_send(command).map_err(|_| Full)
    }

    /// The identity of this node.
    #[must_use]
    pub fn local(&self) -> PeerKey {
        self.local
    }

    /// The addresses that were known when the network started, without `/p2p`. Later ones come as
    /// [`Event::Listening`].
    #[must_use]
    pub fn listening(&self) -> &[String] {
        &self.listening
    }

    /// Counts for the metrics page.
    #[must_use]
    pub fn counters(&self) -> &Arc<NetworkCounters> {
        &self.counters
    }
}

/// Binds all listeners, then runs the network in a task of its own. Must be called within a
/// tokio runtime. The task ends after [`Command::Stop`] or when the last handle is dropped.
///
/// # Errors
/// A [`NetworkError`] that names the address or limit at fault. Nothing is left bound.
pub async fn start<S: Sink>(config: NetworkConfig, sink: S) -> Result<(NetworkHandle, JoinHandle<()>), NetworkError> {
    config.limits.check()?;
    let listen = swarm::listen_addresses(&config.listen)?;
    // libp2p wipes the bytes that it is given.
    let keys = Keypair::ed25519_from_bytes(&mut *config.secret.clone()).map_err(|_| NetworkError::Key)?;
    let local = PeerKey::of(&keys.public().to_peer_id()).ok_or(NetworkError::Key)?;

    let mut swarm = swarm::build(&keys, &config)?;
    let listeners = swarm::listen(&mut swarm, &listen)?;
    let counters = Arc::new(NetworkCounters::default());
    let delivery = Delivery::new(sink);
    // A swarm is large: boxed, it does not weigh down the future of whoever starts a network.
    let event_loop = EventLoop::new(swarm, listeners, delivery, Arc::clone(&counters), config.limits.per_peer);
    let mut event_loop = Box::new(event_loop);
    let listening = event_loop.first_addresses().await?;
    let (sender, commands) = mpsc::channel(COMMANDS_MAX);
    let stop = Arc::new(Notify::new());
    let task = tokio::spawn(event_loop.run(commands, Arc::clone(&stop)));
    let handle = NetworkHandle { commands: sender, stop, local, listening: listening.into(), counters };
    Ok((handle, task))
}
