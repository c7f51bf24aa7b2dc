//! The hostile node's end of a libp2p connection: it speaks the protocol's name and sends whatever bytes it is given.

use anyhow::{Context as _, Result, bail};
use futures::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt as _, StreamExt as _};
use kith_protocol::{codec, machine::Parcel};
use libp2p::{
    Multiaddr, StreamProtocol, Swarm, SwarmBuilder,
    identity::Keypair,
    noise,
    request_response::{self, Message, ProtocolSupport},
    swarm::{SwarmEvent, dial_opts::DialOpts},
    tcp, yamux,
};
use std::{
    io,
    sync::mpsc::{Receiver, Sender, channel},
    thread::JoinHandle,
    time::Duration,
};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

/// Name and version of the request protocol.
const PROTOCOL: StreamProtocol = StreamProtocol::new("/kith/exchange/1");
/// What the hostile node itself is willing to read.
const READ_MOST: u64 = 1024 * 1024;
/// How long a connection that nothing uses is kept.
const IDLE: Duration = Duration::from_secs(600);
/// How long the other side may take to answer.
const ANSWER: Duration = Duration::from_secs(30);

/// Reads like a node and writes raw bytes.
#[derive(Clone, Default)]
struct RawCodec;

impl request_response::Codec for RawCodec {
    type Protocol = StreamProtocol;
    type Request = Vec<u8>;
    type Response = Vec<u8>;

    async fn read_request<T>(&mut self, _: &StreamProtocol, io: &mut T) -> io::Result<Vec<u8>>
    where
        T: AsyncRead + Unpin + Send,
    {
        read_frame(io).await
    }

    async fn read_response<T>(&mut self, _: &StreamProtocol, io: &mut T) -> io::Result<Vec<u8>>
    where
        T: AsyncRead + Unpin + Send,
    {
        read_frame(io).await
    }

    async fn write_request<T>(&mut self, _: &StreamProtocol, io: &mut T, raw: Vec<u8>) -> io::Result<()>
    where
        T: AsyncWrite + Unpin + Send,
    {
        io.write_all(&raw).await?;
        io.flush().await
    }

    async fn write_response<T>(&mut self, _: &StreamProtocol, io: &mut T, raw: Vec<u8>) -> io::Result<()>
    where
        T: AsyncWrite + Unpin + Send,
    {
        io.write_all(&raw).await?;
        io.flush().await
    }
}

async fn read_frame<T: AsyncRead + Unpin + Send>(io: &mut T) -> io::Result<Vec<u8>> {
    let mut prefix = [0; 4];
    io.read_exact(&mut prefix).await?;
    let length = u64::from(u32::from_be_bytes(prefix)).min(READ_MOST);
    let mut bytes = Vec::new();
    AsyncReadExt::take(&mut *io, length).read_to_end(&mut bytes).await?;
    Ok(bytes)
}

/// The bytes of a good frame.
#[must_use]
pub fn frame(body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(body.len()).unwrap_or(u32::MAX);
    [&length.to_be_bytes(), body].concat()
}

/// What came over the wire.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Heard {
    /// A connection stands.
    Connected,
    /// A connection is gone.
    Closed,
    /// The other side asked; it has its empty answer already.
    Request(Vec<u8>),
    /// A request of ours was answered.
    Answered,
    /// A request of ours was not answered.
    Unanswered,
    /// A dial led to nothing.
    NotReached,
}

enum Order {
    Dial,
    Say(Vec<u8>),
    Hang,
    Stop,
}

/// One libp2p peer that obeys.
pub struct Wire {
    orders: UnboundedSender<Order>,
    heard: Receiver<Heard>,
    thread: Option<JoinHandle<()>>,
}

impl Wire {
    /// A peer with the key of `seed` that knows one address.
    ///
    /// # Errors
    /// When the address is none, or the system gives no thread.
    pub fn start(seed: [u8; 32], address: &str) -> Result<Self> {
        let place: Multiaddr = address.parse().context("a node's address is a multiaddr")?;
        let (orders, obeyed) = unbounded_channel();
        let (tell, heard) = channel();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let thread = std::thread::Builder::new().name("hostile-wire".into()).spawn(move || {
            // Whoever waits for what this hears finds its channel closed.
            let _ = runtime.block_on(run(seed, place, obeyed, tell));
        })?;
        Ok(Self { orders, heard, thread: Some(thread) })
    }

    /// Dials once more, connected or not.
    pub fn dial(&self) {
        let _ = self.orders.send(Order::Dial);
    }

    /// Sends raw bytes as a request.
    pub fn say(&self, raw: Vec<u8>) {
        let _ = self.orders.send(Order::Say(raw));
    }

    /// Closes every connection.
    pub fn hang_up(&self) {
        let _ = self.orders.send(Order::Hang);
    }

    /// What was heard next, waiting a little.
    ///
    /// # Errors
    /// When the peer is gone.
    pub fn hear(&self, wait: Duration) -> Result<Option<Heard>> {
        match self.heard.recv_timeout(wait) {
            Ok(heard) => Ok(Some(heard)),
            Err(std::sync::mpsc::RecvTimeoutError::Timeout) => Ok(None),
            Err(std::sync::mpsc::RecvTimeoutError::Disconnected) => bail!("the hostile peer ended"),
        }
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        let _ = self.orders.send(Order::Stop);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

type Peer = Swarm<request_response::Behaviour<RawCodec>>;

fn swarm(seed: [u8; 32]) -> Result<Peer> {
    let protocol = [(PROTOCOL, ProtocolSupport::Full)];
    let config = request_response::Config::default().with_request_timeout(ANSWER);
    Ok(SwarmBuilder::with_existing_identity(Keypair::ed25519_from_bytes(seed)?)
        .with_tokio()
        .with_tcp(tcp::Config::default(), noise::Config::new, yamux::Config::default)?
        .with_behaviour(|_| request_response::Behaviour::<RawCodec>::new(protocol, config))?
        .with_swarm_config(|config| config.with_idle_connection_timeout(IDLE))
        .build())
}

async fn run(
    seed: [u8; 32],
    place: Multiaddr,
    mut orders: UnboundedReceiver<Order>,
    heard: Sender<Heard>,
) -> Result<()> {
    let mut swarm = swarm(seed)?;
    let Some(libp2p::multiaddr::Protocol::P2p(peer)) = place.iter().last() else { bail!("the address names no peer") };
    let empty = frame(&codec::encode(&Parcel::default()));
    loop {
        let word = tokio::select! {
            order = orders.recv() => match order {
                None | Some(Order::Stop) => return Ok(()),
                Some(Order::Dial) => {
                    let dial = DialOpts::unknown_peer_id().address(place.clone()).build();
                    swarm.dial(dial).err().map(|_| Heard::NotReached)
                }
                Some(Order::Say(raw)) => {
                    swarm.behaviour_mut().send_request(&peer, raw);
                    None
                }
                Some(Order::Hang) => {
                    // Not connected is what is wanted.
                    let _ = swarm.disconnect_peer_id(peer);
                    None
                }
            },
            event = swarm.select_next_some() => match event {
                SwarmEvent::ConnectionEstablished { .. } => Some(Heard::Connected),
                SwarmEvent::ConnectionClosed { .. } => Some(Heard::Closed),
                SwarmEvent::OutgoingConnectionError { .. } => Some(Heard::NotReached),
                SwarmEvent::Behaviour(request_response::Event::Message { message, .. }) => match message {
                    Message::Request { request, channel, .. } => {
                        // A channel that is closed needs no answer.
                        let _ = swarm.behaviour_mut().send_response(channel, empty.clone());
                        Some(Heard::Request(request))
                    }
                    Message::Response { .. } => Some(Heard::Answered),
                },
                SwarmEvent::Behaviour(request_response::Event::OutboundFailure { .. }) => Some(Heard::Unanswered),
                _ => None,
            },
        };
        if let Some(word) = word
            && heard.send(word).is_err()
        {
            return Ok(());
        }
    }
}
