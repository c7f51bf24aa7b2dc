//! A network that delays, loses, doubles, reorders, and falls apart; nothing on a broken connection arrives.

use crate::{coverage::Coverage, dice::Dice};
use kith_protocol::key::SoundKey;
use std::collections::BTreeMap;

/// A link that reorders also delays up to this many times longer than it would.
const DETOUR: u64 = 8;

/// How good a link is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Quality {
    /// Least and most milliseconds on the way.
    delay: (u64, u64),
    /// Of a thousand packets, how many are lost.
    loss: u64,
    /// Of a thousand packets, how many arrive twice.
    duplicate: u64,
    /// Of a thousand packets, how many overtake or fall behind.
    reorder: u64,
}

const GOOD: Quality = Quality { delay: (1, 40), loss: 0, duplicate: 0, reorder: 0 };
/// From a cable to a courier with a memory stick.
const DELAYS: &[(u64, (u64, u64))] = &[
    (8, (1, 50)),
    (8, (20, 400)),
    (3, (1_000, 30_000)),
    (1, (60_000, 3_600_000)),
    (1, (6 * 3_600_000, 3 * 86_400_000)),
];

/// What travels.
#[derive(Debug, Clone)]
pub(crate) enum Payload {
    /// Bytes of a parcel, to one peer.
    Parcel(Vec<u8>),
    /// Bytes of an announcement, to whoever listens.
    Gossip(Vec<u8>),
}

impl Payload {
    /// The bytes on the wire.
    pub(crate) fn bytes(&self) -> &[u8] {
        match self {
            Self::Parcel(bytes) | Self::Gossip(bytes) => bytes,
        }
    }
}

/// Something on its way.
#[derive(Debug, Clone)]
pub(crate) struct Packet {
    pub(crate) from: usize,
    pub(crate) to: usize,
    /// The connection it travels on.
    pub(crate) connection: u64,
    /// When it was sent.
    pub(crate) sent: u64,
    pub(crate) payload: Payload,
}

/// A standing connection between two nodes.
#[derive(Debug)]
struct Connection {
    number: u64,
    /// The operational key that the end with the smaller and the larger index showed.
    keys: [Option<SoundKey>; 2],
}

#[derive(Debug)]
struct Link {
    quality: Quality,
    up: bool,
    connection: Option<Connection>,
    /// When the last packet in order arrives, for each direction.
    last: [u64; 2],
}

/// All links.
#[derive(Debug)]
pub(crate) struct Network {
    links: BTreeMap<(usize, usize), Link>,
    dice: Dice,
    connections: u64,
}

fn pair(a: usize, b: usize) -> (usize, usize) {
    (a.min(b), a.max(b))
}

impl Network {
    pub(crate) fn new(seed: u64, nodes: usize) -> Self {
        let mut dice = Dice::new(seed, "network");
        let mut links = BTreeMap::new();
        let rough = dice.permille(800);
        for a in 0..nodes {
            for b in a + 1..nodes {
                let quality = if rough { draw(&mut dice) } else { GOOD };
                links.insert((a, b), Link { quality, up: true, connection: None, last: [0; 2] });
            }
        }
        Self { links, dice, connections: 0 }
    }

    /// The number of the connection that stands between two nodes.
    pub(crate) fn connected(&self, a: usize, b: usize) -> Option<u64> {
        Some(self.links.get(&pair(a, b))?.connection.as_ref()?.number)
    }

    /// Connects two nodes, if the link is up and no connection stands.
    pub(crate) fn connect(&mut self, a: usize, b: usize) -> bool {
        let number = self.connections;
        match self.links.get_mut(&pair(a, b)) {
            Some(link) if link.up && link.connection.is_none() => {
                link.connection = Some(Connection { number, keys: [None, None] });
                self.connections += 1;
                true
            }
            _ => false,
        }
    }

    /// Breaks the connection between two nodes; whether there was one.
    pub(crate) fn sever(&mut self, a: usize, b: usize) -> bool {
        self.links.get_mut(&pair(a, b)).is_some_and(|link| link.connection.take().is_some())
    }

    /// Whether packets could travel.
    pub(crate) fn set_up(&mut self, a: usize, b: usize, up: bool) {
        if let Some(link) = self.links.get_mut(&pair(a, b)) {
            link.up = up;
        }
    }

    /// Makes a link better or worse.
    pub(crate) fn change_quality(&mut self, a: usize, b: usize) {
        let quality = draw(&mut self.dice);
        if let Some(link) = self.links.get_mut(&pair(a, b)) {
            link.quality = quality;
        }
    }

    /// From now on every link is up and good.
    pub(crate) fn heal(&mut self) {
        for link in self.links.values_mut() {
            link.quality = GOOD;
            link.up = true;
            link.last = [0; 2];
        }
    }

    /// The key that `whom` showed to `who` on their connection.
    pub(crate) fn key_shown(&self, whom: usize, who: usize) -> Option<SoundKey> {
        self.links.get(&pair(whom, who))?.connection.as_ref()?.keys[usize::from(whom > who)].clone()
    }

    /// Remembers the key that `whom` showed to `who`.
    pub(crate) fn show_key(&mut self, whom: usize, who: usize, key: SoundKey) {
        if let Some(connection) = self.links.get_mut(&pair(whom, who)).and_then(|link| link.connection.as_mut()) {
            connection.keys[usize::from(whom > who)] = Some(key);
        }
    }

    /// Sends a packet on the connection that stands; gives when and how often it arrives.
    pub(crate) fn send(
        &mut self,
        now: u64,
        from: usize,
        to: usize,
        payload: Payload,
        coverage: &mut Coverage,
    ) -> Vec<(u64, Packet)> {
        let Some(link) = self.links.get_mut(&pair(from, to)) else { return Vec::new() };
        let Some(connection) = link.connection.as_ref().map(|c| c.number) else {
            coverage.hit("network", "sent to nobody");
            return Vec::new();
        };
        coverage.hit("network", "packets");
        let Quality { delay, loss, duplicate, reorder } = link.quality;
        if self.dice.permille(loss) {
            coverage.hit("network", "lost");
            return Vec::new();
        }
        let copies = if self.dice.permille(duplicate) { 2 } else { 1 };
        if copies > 1 {
            coverage.hit("network", "duplicated");
        }
        let last = &mut link.last[usize::from(from > to)];
        let packet = Packet { from, to, connection, sent: now, payload };
        let arrivals = (0..copies).map(|copy| {
            let on_the_way = self.dice.between(delay.0, delay.1);
            if copy > 0 || self.dice.permille(reorder) {
                coverage.hit("network", "out of order");
                return (now + on_the_way * self.dice.below(DETOUR), packet.clone());
            }
            *last = (*last).max(now + on_the_way);
            (*last, packet.clone())
        });
        arrivals.collect()
    }
}

fn draw(dice: &mut Dice) -> Quality {
    let delay = dice.weighed(DELAYS).unwrap_or(GOOD.delay);
    let bad = |dice: &mut Dice, most: u64| if dice.permille(500) { dice.below(most) } else { 0 };
    Quality { delay, loss: bad(dice, 300), duplicate: bad(dice, 200), reorder: bad(dice, 300) }
}
