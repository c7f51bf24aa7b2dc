//! What a hostile stranger says: what it overheard, what is broken, and what is not true.

use super::{pages::Overheard, stranger::FACES, trace::kind};
use crate::{coverage::Coverage, dice::Dice, network::Payload};
use kith_protocol::{
    codec,
    community::{Card, Certificate},
    envelope::{Content, Unverified},
    id::{AccountId, CommunityId, Digest, ExchangeId, RecordKey},
    key::SecretKey,
    lane::SyncState,
    machine::{
        BOX_BYTES, CARD_KEY, Hello, MAX_PARCEL_BYTES, MemoryView, Message, Parcel, Peer, Resume, Sealed, View as _,
    },
    partnership::{DisputeHeads, Position, SignedGrant, Verdict},
    rejection::Rejection,
    sealing::SEAL_BYTES,
    shelf::{Announcement, Item, Record},
    time::{Span, Timestamp},
};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// How many frames it remembers.
const FRAMES: usize = 150;
/// Of a thousand frames, how many it overhears.
const OVERHEARS: u64 = 400;
/// Of a thousand frames that tell of nothing but shelves, how many it remembers: they are most of what is said.
const SHELVES: u64 = 250;
/// How many frames come in a flood.
const FLOOD: usize = 40;
/// How many frames' messages are mixed in one.
const MIXED: usize = 4;
/// How many accounts of others it remembers.
const ACCOUNTS: usize = 20;
/// How many shelves that do not exist it promises at once.
const PROMISES: u64 = 12;
/// The most bytes of nothing in a row.
const GARBAGE: u64 = 400;
/// How far ahead of the time its records may be made: a day and a bit, so that they are taken here and refused there.
const AHEAD: u64 = 86_400_000 + 600_000;

/// What it may do.
#[derive(Debug, Clone, Copy)]
enum Misdeed {
    OwnHello,
    OthersHello,
    OthersCertificate,
    OlderCertificate,
    ForgedCard,
    Overheard,
    HandedOn,
    Mixed,
    Flipped,
    Cut,
    Garbage,
    Largest,
    Flood,
    Twisted,
    Claim,
    Heads,
    OverheardGossip,
    OwnGossip,
    ForgedGossip,
    BrokenGossip,
}

const MISDEEDS: &[(u64, Misdeed)] = &[
    (14, Misdeed::OwnHello),
    (6, Misdeed::OthersHello),
    (3, Misdeed::OthersCertificate),
    (3, Misdeed::OlderCertificate),
    (3, Misdeed::ForgedCard),
    (14, Misdeed::Overheard),
    (16, Misdeed::HandedOn),
    (8, Misdeed::Mixed),
    (4, Misdeed::Flipped),
    (3, Misdeed::Cut),
    (3, Misdeed::Garbage),
    (2, Misdeed::Largest),
    (2, Misdeed::Flood),
    (16, Misdeed::Twisted),
    (12, Misdeed::Claim),
    (8, Misdeed::Heads),
    (4, Misdeed::OverheardGossip),
    (4, Misdeed::OwnGossip),
    (3, Misdeed::ForgedGossip),
    (2, Misdeed::BrokenGossip),
];

impl Misdeed {
    /// Its name, for counters.
    const fn name(self) -> &'static str {
        match self {
            Self::OwnHello => "says who it is",
            Self::OthersHello => "shows another's card",
            Self::OthersCertificate => "shows another's certificate",
            Self::OlderCertificate => "shows an older certificate",
            Self::ForgedCard => "forges another's card",
            Self::Overheard => "says what it overheard",
            Self::HandedOn => "speaks as another",
            Self::Mixed => "mixes what it overheard",
            Self::Flipped => "flips bytes",
            Self::Cut => "cuts a frame short",
            Self::Garbage => "sends garbage",
            Self::Largest => "sends the largest frame",
            Self::Flood => "floods",
            Self::Twisted => "signs what others said",
            Self::Claim => "speaks of others' accounts",
            Self::Heads => "promises shelves",
            Self::OverheardGossip => "gossips what it overheard",
            Self::OwnGossip => "gossips of itself",
            Self::ForgedGossip => "forges gossip",
            Self::BrokenGossip => "gossips broken bytes",
        }
    }
}

/// Everything the stranger can make words of.
pub(super) struct Lies {
    pub(super) dice: Dice,
    /// The keys it connects with.
    pub(super) faces: [Peer; FACES],
    pub(super) community: CommunityId,
    /// Its operational keys and their certificates, the older one first.
    keys: [(SecretKey, Unverified<Certificate>); 2],
    /// From whom, and the bytes.
    frames: VecDeque<(usize, Vec<u8>)>,
    gossip: VecDeque<(usize, Vec<u8>)>,
    /// The card that each node showed last.
    cards: BTreeMap<usize, Announcement>,
    accounts: BTreeSet<AccountId>,
    /// What it could show of others' shelves.
    pub(super) shelves: BTreeMap<CommunityId, Overheard>,
    /// How many records it signed.
    records: u64,
}

/// Keeps a frame in the place of the oldest.
fn keep(frames: &mut VecDeque<(usize, Vec<u8>)>, from: usize, bytes: &[u8]) {
    if frames.len() >= FRAMES {
        frames.pop_front();
    }
    frames.push_back((from, bytes.to_vec()));
}

/// Whether a message is about payments between two.
const fn is_of_lanes(message: &Message) -> bool {
    matches!(message, Message::Propose { .. } | Message::Decide(_) | Message::Acknowledge(_))
}

/// The messages as one frame, if there are any.
pub(super) fn parcel(messages: Vec<Message>) -> Vec<Payload> {
    if messages.is_empty() { Vec::new() } else { vec![Payload::Parcel(codec::encode(&Parcel { messages }))] }
}

impl Lies {
    pub(super) fn new(seed: u64) -> Self {
        let mut dice = Dice::new(seed, "stranger");
        let root = SecretKey::from_seed(&dice.bytes());
        let community = CommunityId(root.public().0);
        let (from, until) = (Timestamp(0), Timestamp(1 << 52));
        let keys = [1, 2].map(|serial| {
            let secret = SecretKey::from_seed(&dice.bytes());
            let certificate = Certificate { v: 1, community, key: secret.public(), serial, from, until };
            (secret, certificate.sign(&root).into_unverified())
        });
        let faces = std::array::from_fn(|_| SecretKey::from_seed(&dice.bytes()).public());
        let (frames, gossip, accounts) = (VecDeque::new(), VecDeque::new(), BTreeSet::new());
        let (cards, shelves) = (BTreeMap::new(), BTreeMap::new());
        Self { dice, faces, community, keys, frames, gossip, cards, accounts, shelves, records: 0 }
    }

    /// Remembers some of what others say.
    pub(super) fn overhear(&mut self, from: usize, payload: &Payload) {
        if !self.dice.permille(OVERHEARS) {
            return;
        }
        match payload {
            Payload::Gossip(bytes) => {
                if let Ok(Announcement { certificate, record }) = codec::decode(bytes, bytes.len()) {
                    self.sees(certificate, vec![record], None);
                }
                keep(&mut self.gossip, from, bytes);
            }
            Payload::Parcel(bytes) => {
                let mut telling = false;
                for message in Parcel::decode(bytes).into_iter().flat_map(|parcel| parcel.messages) {
                    telling |= !matches!(message, Message::Heads { .. } | Message::Pull { .. } | Message::Shelf { .. });
                    match message {
                        Message::Sync(sync) if self.accounts.len() < ACCOUNTS => {
                            self.accounts.insert(sync.account);
                        }
                        Message::Hello(Hello { card }) => {
                            self.sees(card.certificate.clone(), vec![card.record.clone()], None);
                            self.cards.insert(from, card);
                        }
                        Message::Shelf { certificate, records, head, .. } => self.sees(certificate, records, head),
                        _ => {}
                    }
                }
                if telling || self.dice.permille(SHELVES) {
                    keep(&mut self.frames, from, bytes);
                }
            }
        }
    }

    /// Whether a node holds no more of the stranger than it ever signed, and no mail of it.
    pub(super) fn holds_little(&self, view: &MemoryView) -> Result<(), String> {
        let (held, boxes) = (view.standing(&self.community).len(), view.boxes(&self.community).len());
        let little = held as u64 <= self.records && boxes == 0;
        if little { Ok(()) } else { Err(format!("{held} records and {boxes} boxes of a stranger")) }
    }

    /// What it sends next.
    pub(super) fn next(&mut self, face: usize, now: Timestamp, coverage: &mut Coverage) -> Vec<Payload> {
        let Some(misdeed) = self.dice.weighed(MISDEEDS) else { return Vec::new() };
        let payloads = match misdeed {
            Misdeed::OwnHello => self.own_hello(face, now, 1),
            Misdeed::OlderCertificate => self.own_hello(face, now, 0),
            Misdeed::OthersHello => self.others_hello(|card| card),
            Misdeed::OthersCertificate => {
                let record = self.card(face, now);
                self.others_hello(|card| Announcement { record, ..card })
            }
            Misdeed::ForgedCard => {
                let (secret, certificate) = self.keys[1].clone();
                self.others_hello(|card| {
                    let record = card.record.content.sign(&secret).into_unverified();
                    Announcement { certificate, record }
                })
            }
            Misdeed::Overheard => self.frame().map(Payload::Parcel).into_iter().collect(),
            Misdeed::HandedOn => self.handed_on(),
            Misdeed::Mixed => self.mixed(),
            Misdeed::Flipped => self.frame().map(|frame| Payload::Parcel(self.flipped(frame))).into_iter().collect(),
            Misdeed::Cut => self.frame().map(|frame| Payload::Parcel(self.cut(frame))).into_iter().collect(),
            Misdeed::Garbage => vec![Payload::Parcel(self.garbage())],
            Misdeed::Largest => self.largest(),
            Misdeed::Flood => self.flood(),
            Misdeed::Twisted => self.twisted(coverage),
            Misdeed::Claim => self.claim(now, coverage),
            Misdeed::Heads => self.promises(),
            Misdeed::OverheardGossip => self.gossiped().map(Payload::Gossip).into_iter().collect(),
            Misdeed::OwnGossip => self.own_gossip(face, now),
            Misdeed::ForgedGossip => self.forged_gossip(),
            Misdeed::BrokenGossip => {
                self.gossiped().map(|bytes| Payload::Gossip(self.flipped(bytes))).into_iter().collect()
            }
        };
        if !payloads.is_empty() {
            coverage.hit("stranger", misdeed.name());
        }
        payloads
    }

    /// Something it overheard.
    fn frame(&mut self) -> Option<Vec<u8>> {
        let place = self.dice.index(self.frames.len());
        self.frames.get(place).map(|(_, frame)| frame.clone())
    }

    fn gossiped(&mut self) -> Option<Vec<u8>> {
        let place = self.dice.index(self.gossip.len());
        self.gossip.get(place).map(|(_, bytes)| bytes.clone())
    }

    /// The messages of something it overheard.
    fn heard(&mut self) -> Vec<Message> {
        let frame = self.frame().and_then(|frame| Parcel::decode(&frame).ok());
        frame.map(|parcel| parcel.messages).unwrap_or_default()
    }

    pub(super) fn own_certificate(&self) -> Unverified<Certificate> {
        self.keys[1].1.clone()
    }

    pub(super) fn sign<T: Content>(&self, content: T) -> Unverified<T> {
        content.sign(&self.keys[1].0).into_unverified()
    }

    fn record(&mut self, key: RecordKey, item: Item, made_at: Timestamp, revision: u64) -> Record {
        self.records += 1;
        let expires_at = made_at.plus(Span::days(2));
        Record { v: 1, community: self.community, key, revision, item, made_at, expires_at }
    }

    /// Its own card, with a revision that it may have used before.
    pub(super) fn card(&mut self, face: usize, now: Timestamp) -> Unverified<Record> {
        let name = format!("Nobody {}", self.dice.below(4));
        let addresses = vec!["/sim/stranger".into()];
        let card = Card { name, area: None, transport: self.faces[face], addresses };
        let revision = 1 + self.dice.below(20);
        let record = self.record(CARD_KEY, Item::Card(card), now, revision);
        self.sign(record)
    }

    fn own_hello(&mut self, face: usize, now: Timestamp, key: usize) -> Vec<Payload> {
        let content = self.card(face, now).content;
        let (secret, certificate) = self.keys[key].clone();
        let card = Announcement { certificate, record: content.sign(&secret).into_unverified() };
        parcel(vec![Message::Hello(Hello { card })])
    }

    fn others_hello(&mut self, change: impl FnOnce(Announcement) -> Announcement) -> Vec<Payload> {
        let heard = (0..MIXED).flat_map(|_| self.heard()).find_map(|message| match message {
            Message::Hello(hello) => Some(hello.card),
            _ => None,
        });
        parcel(heard.map(|card| Message::Hello(Hello { card: change(card) })).into_iter().collect())
    }

    /// What one node said lately, after that node's card: its signatures hold.
    fn handed_on(&mut self) -> Vec<Payload> {
        let count = self.frames.len();
        let places: [usize; MIXED] = std::array::from_fn(|_| self.dice.index(count));
        let telling = |place: &&usize| {
            let said = self.frames.get(**place).and_then(|(_, frame)| Parcel::decode(frame).ok());
            said.is_some_and(|said| said.messages.iter().any(is_of_lanes))
        };
        let place = places.iter().find(telling).unwrap_or(&places[0]);
        let Some((from, frame)) = self.frames.get(*place) else { return Vec::new() };
        let (Some(card), Ok(said)) = (self.cards.get(from), Parcel::decode(frame)) else { return Vec::new() };
        let card = Message::Hello(Hello { card: card.clone() });
        parcel(std::iter::once(card).chain(said.messages).collect())
    }

    /// Messages of several frames, the later ones first.
    fn mixed(&mut self) -> Vec<Payload> {
        let mut messages: Vec<Message> = (0..MIXED).flat_map(|_| self.heard()).collect();
        messages.reverse();
        parcel(messages)
    }

    fn flipped(&mut self, mut bytes: Vec<u8>) -> Vec<u8> {
        for _ in 0..self.dice.between(1, 3) {
            let place = self.dice.index(bytes.len());
            if let Some(byte) = bytes.get_mut(place) {
                *byte ^= 1 << self.dice.below(8);
            }
        }
        bytes
    }

    fn cut(&mut self, mut bytes: Vec<u8>) -> Vec<u8> {
        bytes.truncate(self.dice.index(bytes.len()));
        bytes
    }

    fn garbage(&mut self) -> Vec<u8> {
        (0..self.dice.below(GARBAGE)).flat_map(|_| self.dice.bytes::<1>()).collect()
    }

    /// As many bytes as a parcel may have: of nothing, or of messages.
    fn largest(&mut self) -> Vec<Payload> {
        if self.dice.permille(500) {
            return vec![Payload::Parcel(vec![0x81; MAX_PARCEL_BYTES])];
        }
        let Some(message) = self.heard().into_iter().next() else { return Vec::new() };
        let size = codec::encode(&message).len().max(1);
        parcel(vec![message; (MAX_PARCEL_BYTES / size).saturating_sub(1).min(FLOOD)])
    }

    fn flood(&mut self) -> Vec<Payload> {
        let Some(frame) = self.frame() else { return Vec::new() };
        (0..FLOOD)
            .map(|_| Payload::Parcel(if self.dice.permille(800) { frame.clone() } else { self.garbage() }))
            .collect()
    }

    /// What others said, with other content, and signed by itself.
    fn twisted(&mut self, coverage: &mut Coverage) -> Vec<Payload> {
        let mut heard: Vec<Message> = (0..MIXED).flat_map(|_| self.heard()).collect();
        if self.dice.permille(500) && heard.iter().any(is_of_lanes) {
            heard.retain(is_of_lanes);
        }
        let Some(message) = self.dice.pick(&heard).cloned().and_then(|message| self.twist(message)) else {
            return Vec::new();
        };
        coverage.hit("signed by a stranger", kind(&message));
        parcel(vec![message])
    }

    fn resign<T: Content + Clone>(&self, word: &mut Unverified<T>, change: impl FnOnce(&mut T)) {
        let mut content = word.content.clone();
        change(&mut content);
        *word = self.sign(content);
    }

    fn twist(&mut self, mut message: Message) -> Option<Message> {
        let by = self.dice.below(3);
        let certificate = self.keys[1].1.clone();
        match &mut message {
            Message::Propose { proposal, .. } => self.resign(proposal, |p| p.n += by),
            Message::Decide(decision) => {
                self.resign(decision, |d| d.verdict = Verdict::Accept { leaf_index: by });
            }
            Message::Acknowledge(word) => self.resign(word, |word| word.n += by),
            Message::Sync(sync) => {
                (sync.epoch, sync.proposed, sync.life) = (sync.epoch.saturating_add(1), sync.proposed + by, u64::MAX);
                sync.state = if by > 0 { SyncState::Closed { offered: u32::MAX } } else { SyncState::Recovering };
                sync.asks = true;
            }
            Message::ResumeRequest(asked) => {
                let Resume { request, certificate: shown, .. } = &mut **asked;
                self.resign(request, |request| request.epoch = request.epoch.saturating_add(1));
                *shown = certificate;
            }
            Message::ResumeOffer { offer, certificate: shown } => {
                self.resign(offer, |offer| offer.epoch = u32::MAX);
                *shown = certificate;
            }
            Message::ResumeAcknowledge(word) => self.resign(word, |_| {}),
            Message::Accept(acceptance) => {
                self.resign(&mut acceptance.terms, |terms| terms.limit_a += by);
                acceptance.certificate = certificate;
            }
            Message::Ask(request) => request.exchange = ExchangeId(self.dice.bytes()),
            Message::Mail { on, .. } => *on = !*on,
            Message::MailDrop { n, .. } => *n += 1_000,
            Message::DisputeHeads(heads) => heads.asks = true,
            Message::Say(said) => self.resign(said, |said| said.n += 1),
            Message::DisputeClosed { closing, .. } => self.resign(closing, |_| {}),
            Message::Grant(change) => {
                let SignedGrant { certificate: shown, grant } = &mut **change;
                self.resign(grant, |grant| grant.n += 1);
                *shown = certificate;
            }
            Message::Hello(_) | Message::WhoAreYou | Message::Heads { .. } | Message::Pull { .. } => return None,
            Message::Shelf { certificate: shown, through, .. } => {
                *shown = certificate;
                *through += by;
            }
            _ => {}
        }
        Some(message)
    }

    /// A word about an account of others.
    fn claim(&mut self, now: Timestamp, coverage: &mut Coverage) -> Vec<Payload> {
        let accounts: Vec<AccountId> = self.accounts.iter().copied().collect();
        let Some(account) = self.dice.pick(&accounts).copied() else { return Vec::new() };
        let exchange = ExchangeId(self.dice.bytes());
        let sealed = Sealed(vec![7; BOX_BYTES[0] + SEAL_BYTES]);
        let other = CommunityId(self.dice.bytes());
        let message = match self.dice.below(11) {
            0 => Message::ResumeFetch { account, from: Position::start(0) },
            1 => Message::Crossings { account, crossings: Vec::new(), next: None },
            2 => Message::AgreementWanted { account },
            3 => Message::Declined { account, code: "unknown-invitation".into() },
            4 => Message::AskNoted { exchange },
            5 => Message::AskDeclined { exchange },
            6 => Message::Mail { account, on: true, with: vec![(other, now.0)] },
            7 => Message::MailDrop { to: other, n: u64::MAX, sealed },
            8 => Message::MailBox(sealed),
            9 => Message::MailTaken { digest: Digest::of("kith/v1/box", &[&sealed.0]) },
            _ => Message::DisputeHeads(DisputeHeads { account, outcomes: 0, open: Vec::new(), asks: true }),
        };
        coverage.hit("claimed by a stranger", kind(&message));
        parcel(vec![message])
    }

    /// Shelves that do not exist, or more of those that do.
    fn promises(&mut self) -> Vec<Payload> {
        let more = if self.dice.permille(300) { self.dice.below(5) } else { 1 << self.dice.below(40) };
        let heads = if self.dice.permille(800) {
            self.shelves.iter().map(|(of, shelf)| (*of, shelf.last().saturating_add(more))).collect()
        } else {
            (0..PROMISES).map(|_| (CommunityId(self.dice.bytes()), 1 + more)).collect()
        };
        parcel(vec![Message::Heads { heads }])
    }

    /// Its own records: perhaps two for one revision, perhaps dated ahead.
    fn own_gossip(&mut self, face: usize, now: Timestamp) -> Vec<Payload> {
        let made_at = if self.dice.permille(300) { now.plus(Span(AHEAD)) } else { now };
        let record = self.card(face, made_at);
        let certificate = self.keys[1].1.clone();
        vec![Payload::Gossip(codec::encode(&Announcement { certificate, record }))]
    }

    /// Another's record, signed by itself.
    fn forged_gossip(&mut self) -> Vec<Payload> {
        let read = |bytes: Vec<u8>| codec::decode::<Announcement>(&bytes, bytes.len()).map_err(Rejection::from).ok();
        let Some(announcement) = self.gossiped().and_then(read) else { return Vec::new() };
        let record = self.sign(announcement.record.content);
        let certificate = if self.dice.permille(500) { self.keys[1].1.clone() } else { announcement.certificate };
        vec![Payload::Gossip(codec::encode(&Announcement { certificate, record }))]
    }
}
