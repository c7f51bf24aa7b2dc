//! Transports, listeners, and the swarm made of them.

use std::{
    collections::{BTreeSet, HashMap},
    io,
    net::{TcpListener, UdpSocket},
};

use libp2p::{
    PeerId, Swarm, Transport, TransportError,
    core::{
        muxing::StreamMuxerBox,
        transport::{Boxed, ListenerId, OrTransport, timeout::TransportTimeout},
        upgrade::Version,
    },
    dns,
    identity::Keypair,
    noise, quic, swarm, tcp, yamux,
};

use super::{
    NetworkConfig, NetworkError,
    addresses::ListenAddress,
    behaviour::Behaviour,
    limits::{HANDSHAKE_TIMEOUT, MUXED_STREAMS_MAX, QUIC_CONNECTION_WINDOW_BYTES, QUIC_STREAM_WINDOW_BYTES},
};

/// Listeners by id, each with its configured address for messages.
pub(super) type Listeners = HashMap<ListenerId, String>;

/// Checks the configured addresses before anything is bound.
pub(super) fn listen_addresses(texts: &[String]) -> Result<Vec<ListenAddress>, NetworkError> {
    let mut seen = BTreeSet::new();
    let mut addresses = Vec::with_capacity(texts.len());
    for text in texts {
        let address: ListenAddress =
            text.parse().map_err(|reason| NetworkError::BadAddress { address: text.clone(), reason })?;
        let fixed_port = address.socket.port() != 0;
        if fixed_port && !seen.insert((address.socket, address.quic)) {
            let address = text.clone();
            return Err(NetworkError::ListedTwice { address });
        }
        addresses.push(address);
    }
    Ok(addresses)
}

/// The swarm, listening nowhere yet.
pub(super) fn build(keys: &Keypair, config: &NetworkConfig) -> Result<Swarm<Behaviour>, NetworkError> {
    Ok(Swarm::new(
        named_transport(keys)?,
        Behaviour::new(keys, config)?,
        keys.public().to_peer_id(),
        swarm::Config::with_tokio_executor()
            .with_idle_connection_timeout(config.limits.idle_timeout)
            .with_max_negotiating_inbound_streams(MUXED_STREAMS_MAX)
            // Name the protocol and send the request at once: asking first would cost each request a round trip.
            .with_substream_upgrade_protocol_override(Version::V1Lazy),
    ))
}

/// Binds each address, or says which one cannot be and why.
pub(super) fn listen(swarm: &mut Swarm<Behaviour>, addresses: &[ListenAddress]) -> Result<Listeners, NetworkError> {
    // All probes before the first listener: a probe of [::] also takes the IPv4 port.
    let mut usable = Vec::with_capacity(addresses.len());
    for address in addresses {
        match probe(address) {
            Ok(()) => usable.push(address),
            Err(error) if is_missing_ipv6(address, &error) => {
                tracing::info!("this machine has no IPv6; listening on IPv4 only");
            }
            Err(error) => return Err(cannot_listen(address, error)),
        }
    }
    let mut listeners = Listeners::new();
    for address in usable {
        let id = swarm.listen_on(address.multiaddr.clone()).map_err(|error| {
            let source = match error {
                TransportError::Other(source) => source,
                TransportError::MultiaddrNotSupported(_) => io::ErrorKind::Unsupported.into(),
            };
            cannot_listen(address, source)
        })?;
        listeners.insert(id, address.multiaddr.to_string());
    }
    Ok(listeners)
}

/// Binds and lets go, because libp2p listens with SO_REUSEPORT: a second node of the same user
/// would share the port without a word and take half of the first one's connections.
fn probe(address: &ListenAddress) -> io::Result<()> {
    if address.quic { UdpSocket::bind(address.socket).map(drop) } else { TcpListener::bind(address.socket).map(drop) }
}

/// Whether it is only that the whole address family is absent, for the address that means "all".
fn is_missing_ipv6(address: &ListenAddress, error: &io::Error) -> bool {
    address.socket.is_ipv6()
        && address.socket.ip().is_unspecified()
        && !matches!(error.kind(), io::ErrorKind::AddrInUse | io::ErrorKind::PermissionDenied)
}

fn cannot_listen(address: &ListenAddress, source: io::Error) -> NetworkError {
    let address = address.multiaddr.to_string();
    if source.kind() == io::ErrorKind::AddrInUse {
        NetworkError::AddressInUse { address }
    } else {
        NetworkError::Listen { address, source }
    }
}

/// TCP and QUIC behind the machine's own name resolution.
fn named_transport(keys: &Keypair) -> Result<Boxed<(PeerId, StreamMuxerBox)>, NetworkError> {
    let resolving = match dns::tokio::Transport::system(transport(keys)?) {
        Ok(resolving) => resolving,
        // A box without a resolver still reaches peers by number, and its members always.
        Err(error) => {
            tracing::warn!(%error, "no name resolution on this machine; only IP addresses work");
            dns::tokio::Transport::custom(
                transport(keys)?,
                dns::ResolverConfig::default(),
                dns::ResolverOpts::default(),
            )
        }
    };
    Ok(TransportTimeout::new(resolving, HANDSHAKE_TIMEOUT).boxed())
}

/// TCP with noise and yamux, or QUIC, which has its own of both.
fn transport(keys: &Keypair) -> Result<Boxed<(PeerId, StreamMuxerBox)>, NetworkError> {
    let noise = noise::Config::new(keys).map_err(|_| NetworkError::Key)?;
    let mut muxer = yamux::Config::default();
    muxer.set_max_num_streams(MUXED_STREAMS_MAX);
    let tcp = tcp::tokio::Transport::new(tcp::Config::default().nodelay(true))
        .upgrade(Version::V1Lazy)
        .authenticate(noise)
        .multiplex(muxer)
        .map(|(peer, muxer), _| (peer, StreamMuxerBox::new(muxer)));
    let mut config = quic::Config::new(keys);
    config.max_concurrent_stream_limit = u32::try_from(MUXED_STREAMS_MAX).unwrap_or(u32::MAX);
    config.max_stream_data = QUIC_STREAM_WINDOW_BYTES;
    config.max_connection_data = QUIC_CONNECTION_WINDOW_BYTES;
    let quic = quic::tokio::Transport::new(config).map(|(peer, muxer), _| (peer, StreamMuxerBox::new(muxer)));
    Ok(OrTransport::new(tcp, quic).map(|either, _| either.into_inner()).boxed())
}
