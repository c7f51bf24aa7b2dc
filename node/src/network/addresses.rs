//! Peer keys and multiaddrs as text.
//!
//! Outside this module tree an address is a string: the libp2p multiaddr text form
//! (<https://github.com/libp2p/specs/blob/master/addressing/README.md>). Only two shapes are
//! spoken here, `HOST/tcp/PORT` and `HOST/udp/PORT/quic-v1`, where HOST is `/ip4/..`, `/ip6/..`,
//! `/dns/..`, `/dns4/..` or `/dns6/..`; each may end in `/p2p/PEER`.

use std::{
    fmt,
    net::{IpAddr, SocketAddr},
    str::FromStr,
};

use libp2p::{Multiaddr, PeerId, multiaddr::Protocol};
use thiserror::Error;

use super::limits::ADDRESS_MAX_BYTES;

/// What stands before the key in a peer id that inlines an ed25519 key: identity multihash of 36
/// bytes; protobuf field 1 (type) = 1 (Ed25519); field 2 (data) of 32 bytes. Source: libp2p
/// specs, peer-ids.
const PEER_ID_PREFIX: [u8; 6] = [0x00, 0x24, 0x08, 0x01, 0x12, 0x20];

/// A node's transport identity: the 32-byte ed25519 public key behind its libp2p peer id.
///
/// Its text form (`Display`, [`PeerKey::peer_id_text`], `FromStr`) is the peer id, base58, as
/// other libp2p programs show it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PeerKey(pub [u8; 32]);

impl PeerKey {
    /// The libp2p peer id as text, `12D3Koo..`.
    #[must_use]
    pub fn peer_id_text(&self) -> String {
        self.peer_id().to_base58()
    }

    /// The peer id that inlines this key. Any 32 bytes give one; a key that is no curve point
    /// simply belongs to nobody who could complete a handshake.
    pub(super) fn peer_id(self) -> PeerId {
        let mut bytes = Vec::with_capacity(PEER_ID_PREFIX.len() + self.0.len());
        bytes.extend_from_slice(&PEER_ID_PREFIX);
        bytes.extend_from_slice(&self.0);
        PeerId::from_bytes(&bytes).expect("an identity multihash of 36 bytes is a peer id")
    }

    /// The key behind a peer id, `None` if the id does not inline an ed25519 key.
    pub(super) fn of(peer: &PeerId) -> Option<Self> {
        let bytes = peer.to_bytes();
        let key = bytes.strip_prefix(&PEER_ID_PREFIX)?;
        key.try_into().ok().map(Self)
    }
}

impl fmt::Display for PeerKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.peer_id_text())
    }
}

impl fmt::Debug for PeerKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "PeerKey({self})")
    }
}

impl FromStr for PeerKey {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        check_length(text)?;
        let peer = PeerId::from_str(text).map_err(|_| AddressError::BadPeer)?;
        Self::of(&peer).ok_or(AddressError::BadPeer)
    }
}

/// Why a text is not an address that this node can use.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum AddressError {
    /// Longer than [`ADDRESS_MAX_BYTES`].
    #[error("an address has at most {ADDRESS_MAX_BYTES} bytes; check for text pasted twice")]
    TooLong,
    /// Not a multiaddr at all.
    #[error("not a multiaddr; write it like /ip4/192.0.2.1/tcp/8381 or /dns/example.org/udp/8381/quic-v1")]
    NotAMultiaddr,
    /// A multiaddr of a kind that this node does not speak.
    #[error("only HOST/tcp/PORT and HOST/udp/PORT/quic-v1 are spoken, where HOST is /ip4, /ip6, /dns, /dns4 or /dns6")]
    UnknownShape,
    /// No `/p2p/PEER` at the end where one is needed.
    #[error("the address must end in /p2p/ and the peer id of the node, so that nobody else can answer for it")]
    NoPeer,
    /// The peer id is not one of an ed25519 key, or is of another peer than expected.
    #[error(
        "the peer id must be the base58 form of an ed25519 key (it begins with 12D3Koo) and belong to the node meant"
    )]
    BadPeer,
    /// Port 0, or an unspecified IP, where a place to reach is needed.
    #[error(
        "port 0 and the addresses 0.0.0.0 and :: name no place that can be reached; give the port and address the node listens on"
    )]
    NoPlace,
    /// A name or a peer id in a listen address.
    #[error("a listen address needs an IP of this machine (0.0.0.0 or :: for all of them), no DNS name and no /p2p")]
    NotForListening,
    /// A peer id in an address to announce.
    #[error("an address to announce ends after the port; leave /p2p and what follows away")]
    NotForAnnouncing,
}

/// A place to reach a peer, and the peer that must answer there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PeerAddress {
    /// Who must answer.
    pub peer: PeerKey,
    /// Where, as a multiaddr without `/p2p`.
    pub address: String,
}

impl fmt::Display for PeerAddress {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}/p2p/{}", self.address, self.peer)
    }
}

/// Reads an address that ends in `/p2p/PEER`.
///
/// # Errors
/// An [`AddressError`] that says what to change.
pub fn peer_address(text: &str) -> Result<PeerAddress, AddressError> {
    let parsed = Parsed::read(text)?;
    parsed.check_reachable()?;
    let peer = parsed.peer.ok_or(AddressError::NoPeer)?;
    Ok(PeerAddress { peer, address: parsed.bare.to_string() })
}

/// Joins where and who into one text ending in `/p2p/PEER`. An address that already ends so is
/// accepted if it names the same peer.
///
/// # Errors
/// An [`AddressError`]; [`AddressError::BadPeer`] when the address names another peer.
pub fn join(address: &str, peer: &PeerKey) -> Result<String, AddressError> {
    let address = reachable(address, peer)?.to_string();
    let peer = *peer;
    Ok(PeerAddress { peer, address }.to_string())
}

/// Checks that a text names a place of this machine to listen on: an IP and a port, which may be 0 for any.
///
/// # Errors
/// An [`AddressError`] that says what to change.
pub fn check_listen(text: &str) -> Result<(), AddressError> {
    text.parse::<ListenAddress>().map(drop)
}

/// Checks that a text names a place where others can reach this node, without `/p2p`, which they add themselves.
///
/// # Errors
/// An [`AddressError`] that says what to change; [`AddressError::NotForAnnouncing`] when it ends in `/p2p`.
pub fn check_announce(text: &str) -> Result<(), AddressError> {
    let parsed = Parsed::read(text)?;
    parsed.check_reachable()?;
    if parsed.peer.is_some() { Err(AddressError::NotForAnnouncing) } else { Ok(()) }
}

/// Whether the address is on this machine's loopback. `false` for what is no address.
#[must_use]
pub fn is_loopback(address: &str) -> bool {
    match Parsed::read(address).map(|parsed| parsed.host) {
        Ok(Host::Ip(ip)) => ip.is_loopback(),
        Ok(Host::Name(name)) => name == "localhost",
        Err(_) => false,
    }
}

/// Whether the address is only of use on this machine or its local network: loopback,
/// link-local, private (RFC 1918) or unique local (RFC 4193). `false` for names and for what is
/// no address.
#[must_use]
pub fn is_private(address: &str) -> bool {
    match Parsed::read(address).map(|parsed| parsed.host) {
        Ok(Host::Ip(IpAddr::V4(ip))) => ip.is_loopback() || ip.is_private() || ip.is_link_local(),
        Ok(Host::Ip(IpAddr::V6(ip))) => ip.is_loopback() || ip.is_unique_local() || ip.is_unicast_link_local(),
        Ok(Host::Name(name)) => name == "localhost",
        Err(_) => false,
    }
}

/// The address without `/p2p`, checked to be one where `peer` can be reached.
pub(super) fn reachable(address: &str, peer: &PeerKey) -> Result<Multiaddr, AddressError> {
    let parsed = Parsed::read(address)?;
    parsed.check_reachable()?;
    match parsed.peer {
        Some(named) if named != *peer => Err(AddressError::BadPeer),
        _ => Ok(parsed.bare),
    }
}

/// An address without its trailing `/p2p`, as text: mDNS and connections carry it, we do not.
pub(super) fn bare_text(address: &Multiaddr) -> String {
    address.iter().filter(|part| !matches!(part, Protocol::P2p(_))).collect::<Multiaddr>().to_string()
}

/// A checked address to listen on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ListenAddress {
    /// For libp2p.
    pub(super) multiaddr: Multiaddr,
    /// For the operating system.
    pub(super) socket: SocketAddr,
    /// UDP for QUIC, else TCP.
    pub(super) quic: bool,
}

impl FromStr for ListenAddress {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        let parsed = Parsed::read(text)?;
        match (parsed.host, parsed.peer) {
            (Host::Ip(ip), None) => {
                Ok(Self { multiaddr: parsed.bare, socket: SocketAddr::new(ip, parsed.port), quic: parsed.quic })
            }
            _ => Err(AddressError::NotForListening),
        }
    }
}

enum Host {
    Ip(IpAddr),
    Name(String),
}

/// The parts of an address of one of the two shapes.
struct Parsed {
    bare: Multiaddr,
    host: Host,
    port: u16,
    quic: bool,
    peer: Option<PeerKey>,
}

impl Parsed {
    fn read(text: &str) -> Result<Self, AddressError> {
        check_length(text)?;
        let whole = Multiaddr::from_str(text).map_err(|_| AddressError::NotAMultiaddr)?;
        let mut parts = whole.iter();
        let host = match parts.next() {
            Some(Protocol::Ip4(ip)) => Host::Ip(ip.into()),
            Some(Protocol::Ip6(ip)) => Host::Ip(ip.into()),
            Some(Protocol::Dns(name) | Protocol::Dns4(name) | Protocol::Dns6(name)) => Host::Name(name.into_owned()),
            _ => return Err(AddressError::UnknownShape),
        };
        let (port, quic) = match parts.next() {
            Some(Protocol::Tcp(port)) => (port, false),
            Some(Protocol::Udp(port)) if parts.next() == Some(Protocol::QuicV1) => (port, true),
            _ => return Err(AddressError::UnknownShape),
        };
        let peer = match parts.next() {
            None => None,
            Some(Protocol::P2p(peer)) => Some(PeerKey::of(&peer).ok_or(AddressError::BadPeer)?),
            Some(_) => return Err(AddressError::UnknownShape),
        };
        if parts.next().is_some() {
            return Err(AddressError::UnknownShape);
        }
        let bare = whole.iter().take(if quic { 3 } else { 2 }).collect();
        Ok(Self { bare, host, port, quic, peer })
    }

    fn check_reachable(&self) -> Result<(), AddressError> {
        let nowhere = matches!(self.host, Host::Ip(ip) if ip.is_unspecified());
        if nowhere || self.port == 0 {
            return Err(AddressError::NoPlace);
        }
        Ok(())
    }
}

/// Before parsing: a parser's work grows with the text.
fn check_length(text: &str) -> Result<(), AddressError> {
    if text.len() > ADDRESS_MAX_BYTES {
        return Err(AddressError::TooLong);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use libp2p::identity::Keypair;
    use proptest::prelude::*;

    use super::*;

    fn key(seed: u8) -> PeerKey {
        let pair = Keypair::ed25519_from_bytes([seed; 32]).unwrap();
        PeerKey::of(&pair.public().to_peer_id()).unwrap()
    }

    #[test]
    fn a_key_and_its_peer_id_name_each_other() {
        let pair = Keypair::ed25519_from_bytes([7; 32]).unwrap();
        let peer = pair.public().to_peer_id();
        let key = PeerKey::of(&peer).unwrap();
        let public = pair.public().try_into_ed25519().unwrap();
        assert_eq!(key.0, public.to_bytes());
        assert_eq!(key.peer_id(), peer);
        assert_eq!(key.to_string(), peer.to_base58());
        assert!(key.peer_id_text().starts_with("12D3Koo"));
        assert_eq!(key.to_string().parse::<PeerKey>(), Ok(key));
    }

    #[test]
    fn a_hashed_peer_id_has_no_key() {
        // The peer id of an RSA key: a SHA-256 multihash, from the libp2p specs.
        let text = "QmYyQSo1c1Ym7orWxLYvCrM2EmxFTANf8wXmmE7DWjhx5N";
        assert_eq!(text.parse::<PeerKey>(), Err(AddressError::BadPeer));
        let address = format!("/ip4/192.0.2.1/tcp/1/p2p/{text}");
        assert_eq!(peer_address(&address), Err(AddressError::BadPeer));
    }

    #[test]
    fn where_and_who_are_split_and_joined() {
        let peer = key(1);
        for address in [
            "/ip4/192.0.2.1/tcp/8381",
            "/ip6/2001:db8::1/udp/8381/quic-v1",
            "/dns/example.org/tcp/8381",
            "/dns6/example.org/udp/1/quic-v1",
        ] {
            let whole = join(address, &peer).unwrap();
            let split = peer_address(&whole).unwrap();
            assert_eq!(split.address, address);
            assert_eq!(split.peer, peer);
            assert_eq!(split.to_string(), whole);
            assert_eq!(join(&whole, &peer).unwrap(), whole);
            assert_eq!(join(&whole, &key(2)), Err(AddressError::BadPeer));
            assert_eq!(peer_address(address), Err(AddressError::NoPeer));
        }
    }

    #[test]
    fn each_refusal_has_its_name() {
        let peer = key(1);
        let cases = [
            ("", AddressError::UnknownShape),
            ("192.0.2.1:8381", AddressError::NotAMultiaddr),
            ("/ip4/999.0.2.1/tcp/8381", AddressError::NotAMultiaddr),
            ("/ip4/192.0.2.1", AddressError::UnknownShape),
            ("/ip4/192.0.2.1/udp/8381", AddressError::UnknownShape),
            ("/ip4/192.0.2.1/tcp/8381/ws", AddressError::UnknownShape),
            ("/tcp/8381/ip4/192.0.2.1", AddressError::UnknownShape),
            ("/memory/5", AddressError::UnknownShape),
            ("/ip4/192.0.2.1/tcp/0", AddressError::NoPlace),
            ("/ip4/0.0.0.0/tcp/8381", AddressError::NoPlace),
            ("/ip6/::/udp/8381/quic-v1", AddressError::NoPlace),
        ];
        for (text, expected) in cases {
            assert_eq!(join(text, &peer), Err(expected), "{text}");
        }
        let long = format!("/dns/{}/tcp/1", "a".repeat(ADDRESS_MAX_BYTES));
        assert_eq!(join(&long, &peer), Err(AddressError::TooLong));
    }

    #[test]
    fn a_listen_address_is_an_ip_of_ours() {
        let listen = |text: &str| text.parse::<ListenAddress>();
        let tcp = listen("/ip4/0.0.0.0/tcp/0").unwrap();
        assert_eq!((tcp.socket.port(), tcp.quic), (0, false));
        assert!(listen("/ip6/::1/udp/8381/quic-v1").unwrap().quic);
        let named = "/dns/localhost/tcp/1";
        assert_eq!(listen(named), Err(AddressError::NotForListening));
        let whose = format!("/ip4/127.0.0.1/tcp/1/p2p/{}", key(1));
        assert_eq!(listen(&whose), Err(AddressError::NotForListening));
    }

    #[test]
    fn an_address_to_announce_is_a_place_without_a_name_behind_it() {
        assert_eq!(check_announce("/dns4/kith.example.org/tcp/8381"), Ok(()));
        assert_eq!(check_announce("/ip4/0.0.0.0/tcp/8381"), Err(AddressError::NoPlace));
        let whose = format!("/ip4/192.0.2.1/tcp/1/p2p/{}", key(1));
        assert_eq!(check_announce(&whose), Err(AddressError::NotForAnnouncing));
        assert_eq!(check_listen("/ip4/0.0.0.0/tcp/0"), Ok(()));
        assert_eq!(check_listen(&whose), Err(AddressError::NotForListening));
    }

    #[test]
    fn reach_is_told_apart() {
        assert!(is_loopback("/ip4/127.0.0.1/tcp/1"));
        assert!(is_loopback("/ip6/::1/udp/1/quic-v1"));
        assert!(is_loopback("/dns/localhost/tcp/1"));
        assert!(!is_loopback("/ip4/192.0.2.1/tcp/1"));
        assert!(!is_loopback("nonsense"));
        assert!(is_private("/ip4/10.0.0.1/tcp/1"));
        assert!(is_private("/ip6/fe80::1/tcp/1"));
        assert!(!is_private("/ip4/192.0.2.1/tcp/1"));
        assert!(!is_private("/dns/example.org/tcp/1"));
    }

    proptest! {
        #[test]
        fn any_text_is_answered_and_an_accepted_one_reads_back(text in "[/a-z0-9.:]{0,60}") {
            if let Ok(whole) = join(&text, &key(1)) {
                prop_assert_eq!(peer_address(&whole).unwrap().to_string(), whole);
            }
        }

        #[test]
        fn any_key_survives_its_text(bytes: [u8; 32]) {
            let key = PeerKey(bytes);
            prop_assert_eq!(key.peer_id_text().parse::<PeerKey>(), Ok(key));
        }
    }
}
