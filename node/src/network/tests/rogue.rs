//! A peer that speaks the protocol's name and sends whatever bytes it likes.

use std::{future, io};

use futures::{AsyncRead, AsyncWrite, AsyncWriteExt, StreamExt};
use libp2p::{
    Multiaddr, StreamProtocol, Swarm, SwarmBuilder,
    identity::Keypair,
    noise,
    request_response::{self, Message, OutboundFailure, ProtocolSupport},
    swarm::SwarmEvent,
    tcp, yamux,
};

use super::*;
use crate::network::codec::{Codec, EXCHANGE_PROTOCOL};

/// Reads like us and writes raw bytes.
#[derive(Clone, Default)]
struct RawCodec;

/// The bytes of a request, and what to do with the stream behind them.
#[derive(Debug)]
struct Raw {
    bytes: Vec<u8>,
    then: Then,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Then {
    /// Half-close it, as libp2p does.
    Close,
    /// Never half-close it.
    LeaveOpen,
}

impl request_response::Codec for RawCodec {
    type Protocol = StreamProtocol;
    type Request = Raw;
    type Response = Vec<u8>;

    async fn read_request<T>(&mut self, name: &StreamProtocol, io: &mut T) -> io::Result<Raw>
    where
        T: AsyncRead + Unpin + Send,
    {
        let bytes = Codec.read_request(name, io).await?;
        let then = Then::Close;
        Ok(Raw { bytes, then })
    }

    async fn read_response<T>(&mut self, name: &StreamProtocol, io: &mut T) -> io::Result<Vec<u8>>
    where
        T: AsyncRead + Unpin + Send,
    {
        Codec.read_response(name, io).await
    }

    async fn write_request<T>(&mut self, _: &StreamProtocol, io: &mut T, raw: Raw) -> io::Result<()>
    where
        T: AsyncWrite + Unpin + Send,
    {
        io.write_all(&raw.bytes).await?;
        io.flush().await?;
        if raw.then == Then::LeaveOpen {
            // Once this function returns, libp2p closes the writing side.
            future::pending::<()>().await;
        }
        Ok(())
    }

    async fn write_response<T>(&mut self, _: &StreamProtocol, io: &mut T, raw: Vec<u8>) -> io::Result<()>
    where
        T: AsyncWrite + Unpin + Send,
    {
        io.write_all(&raw).await?;
        io.flush().await
    }
}

type Rogue = Swarm<request_response::Behaviour<RawCodec>>;

fn rogue() -> Rogue {
    let protocol = [(EXCHANGE_PROTOCOL, ProtocolSupport::Full)];
    let config = request_response::Config::default();
    SwarmBuilder::with_existing_identity(Keypair::ed25519_from_bytes([66; 32]).unwrap())
        .with_tokio()
        .with_tcp(tcp::Config::default(), noise::Config::new, yamux::Config::default)
        .unwrap()
        .with_quic()
        .with_behaviour(|_| request_response::Behaviour::<RawCodec>::new(protocol, config))
        .unwrap()
        .with_swarm_config(|config| config.with_idle_connection_timeout(DEADLINE))
        .build()
}

/// Dials once more, connected or not.
async fn dial(rogue: &mut Rogue, node: &Node) {
    let place: Multiaddr = node.handle.listening()[0].parse().unwrap();
    rogue.dial(place).unwrap();
    let connected = async {
        loop {
            let event = rogue.select_next_some().await;
            if matches!(event, SwarmEvent::ConnectionEstablished { .. }) {
                return;
            }
        }
    };
    timeout(DEADLINE, connected).await.expect("in time");
}

async fn connect(rogue: &mut Rogue, node: &mut Node) {
    dial(rogue, node).await;
    let peer = PeerKey::of(rogue.local_peer_id()).unwrap();
    node.connected(peer).await;
}

/// A good frame, and whatever follows it.
fn frame(body: &[u8], behind: &[u8]) -> Vec<u8> {
    let length = u32::try_from(body.len()).unwrap();
    [&length.to_be_bytes(), body, behind].concat()
}

#[tokio::test]
async fn bad_answers_have_their_names() {
    let too_long = u32::try_from(limits::RESPONSE_MAX_BYTES + 1).unwrap();
    let cases = [
        (too_long.to_be_bytes().to_vec(), Err(RequestFailure::TooLarge)),
        (vec![255; 1000], Err(RequestFailure::TooLarge)),
        (frame(b"a", b"b"), Err(RequestFailure::Malformed)),
        (vec![0, 0, 0, 9, 1], Err(RequestFailure::Closed)),
        (Vec::new(), Err(RequestFailure::Refused)),
        (frame(b"good", b""), Ok(b"good".to_vec())),
    ];
    for listen in [TCP, QUIC] {
        let mut ash = node(1, listen).await;
        let mut rogue = rogue();
        connect(&mut rogue, &mut ash).await;
        let peer = PeerKey::of(rogue.local_peer_id()).unwrap();
        // It is sent back whatever it is asked.
        let echo = tokio::spawn(async move {
            loop {
                if let SwarmEvent::Behaviour(request_response::Event::Message {
                    message: Message::Request { request, channel, .. },
                    ..
                }) = rogue.select_next_some().await
                {
                    rogue.behaviour_mut().send_response(channel, request.bytes).unwrap();
                }
            }
        });
        for (token, (raw, expected)) in (0..).zip(&cases) {
            ash.ask(peer, token, raw.clone());
            assert_eq!(ash.end_of(token).await, *expected, "{listen} {token}");
        }
        echo.abort();
    }
}

#[tokio::test]
async fn bad_requests_are_refused_and_a_stream_left_open_is_served() {
    let too_long = u32::try_from(limits::REQUEST_MAX_BYTES + 1).unwrap();
    let bad = [too_long.to_be_bytes().to_vec(), frame(b"a", b"b"), vec![0, 0, 0, 9, 1]];
    for listen in [TCP, QUIC] {
        let mut ash = node(1, listen).await;
        let mut rogue = rogue();
        connect(&mut rogue, &mut ash).await;
        let to = ash.key().peer_id();
        for bytes in bad.clone() {
            let (then, exchange) = (Then::Close, rogue.behaviour_mut());
            exchange.send_request(&to, Raw { bytes, then });
            refused(&mut rogue).await;
        }
        let (bytes, then) = (frame(b"good", b""), Then::LeaveOpen);
        let exchange = rogue.behaviour_mut();
        exchange.send_request(&to, Raw { bytes, then });
        let run = tokio::spawn(async move {
            loop {
                rogue.select_next_some().await;
            }
        });
        let first = ash.wait(|event| match event {
            Event::Request { bytes, .. } => Some(bytes),
            Event::Disconnected { .. } => panic!("the connection is kept"),
            _ => None,
        });
        assert_eq!(first.await, b"good", "the bad ones are not handed on");
        run.abort();
    }
}

/// Waits for the rogue to learn that its request was dropped.
async fn refused(rogue: &mut Rogue) {
    let refused = async {
        loop {
            match rogue.select_next_some().await {
                SwarmEvent::Behaviour(request_response::Event::OutboundFailure { error, .. }) => return error,
                SwarmEvent::ConnectionClosed { .. } => panic!("the connection is kept"),
                _ => {}
            }
        }
    };
    let error = timeout(DEADLINE, refused).await.expect("in time");
    assert!(matches!(error, OutboundFailure::Io(_)), "{error}");
}

#[tokio::test]
async fn a_second_connection_is_no_news_and_a_third_is_refused() {
    for partner in [false, true] {
        let mut ash = node(1, TCP).await;
        let mut rogue = rogue();
        let peer = PeerKey::of(rogue.local_peer_id()).unwrap();
        let is = partner;
        ash.send(Command::Partner { peer, is });
        connect(&mut rogue, &mut ash).await;
        dial(&mut rogue, &ash).await;
        until(|| ash.connections() == 2).await;
        dial(&mut rogue, &ash).await;
        let closed = async {
            loop {
                let event = rogue.select_next_some().await;
                if let SwarmEvent::ConnectionClosed { .. } = event {
                    return;
                }
            }
        };
        timeout(DEADLINE, closed).await.expect("in time");
        until(|| ash.connections() == 2).await;
        drop(rogue);
        until(|| ash.connections() == 0).await;
        let next = ash.wait(Some).await;
        assert!(matches!(next, Event::Disconnected { .. }), "partner: {is}");
        assert!(ash.events.try_recv().is_err());
    }
}
