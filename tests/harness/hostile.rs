//! A partner that breaks the rules: a community with keys of its own, a valid certificate and a valid partnership, whose node speaks
//! the real protocol over real connections with a real node, and says what no honest one would.
//!
//! Its machine is the honest one; what leaves it can be kept back, changed or said twice, and with the keys at hand anything else
//! can be signed.

mod wire;

pub use wire::{Heard, Wire, frame};

use crate::cluster::{Node, PATIENCE};
use anyhow::{Context as _, Result, bail, ensure};
use kith::{
    api::types::{InvitationView, NewInvitation},
    network::addresses::peer_address,
    runtime::clock,
};
use kith_protocol::{
    alias::AliasSecret,
    codec,
    community::{Card, Certificate, Charter},
    envelope::{Content as _, Unverified},
    id::{AccountId, Alias, CommunityId, Digest, ExchangeId, MemberId},
    key::{PublicKey, SecretKey, SoundKey},
    ledger::{
        Agreed, Channel, Consent, Entry, PaymentTerms,
        checkpoint::Checkpoint,
        merkle::{Frontier, MemoryNodes, inclusion_proof, root_at},
    },
    machine::{
        Checked, Command, Effect, Effects, Identity, Input, Machine, MemoryView, Message, Parcel, Peer, Reply, Showing,
        State,
    },
    member::{MemberKind, Role},
    minutes::Minutes,
    partnership::{Invitation, Payee},
    rejection::Rejection,
    time::{Span, Timestamp},
};
use std::{
    collections::{BTreeMap, VecDeque},
    time::{Duration, Instant},
};

/// Its coordinator.
pub const COORDINATOR: MemberId = MemberId([1; 16]);
/// Its one other member.
pub const MEMBER: MemberId = MemberId([2; 16]);
/// How long one look at the wire takes.
const LOOK: Duration = Duration::from_millis(20);
/// The most messages it puts into one parcel.
const PARCEL: usize = 16;

/// What becomes of a message before it leaves.
pub type Tamper = Box<dyn FnMut(Message) -> Vec<Message>>;
/// What becomes of the ledger before it is shown.
pub type Forge = Box<dyn Fn(&mut Vec<Entry>)>;

/// A hostile community and its node.
pub struct Hostile {
    /// Its machine, which is honest.
    pub machine: Machine,
    /// What its machine recorded.
    pub view: MemoryView,
    /// The way to the node it deals with.
    pub wire: Wire,
    /// Every message heard, in order.
    pub heard: Vec<Message>,
    /// Requests that were not answered.
    pub unanswered: usize,
    /// Requests that were answered.
    pub answered: usize,
    tamper: Tamper,
    forge: Forge,
    node: Peer,
    node_key: Option<SoundKey>,
    to_say: VecDeque<Message>,
    under_way: bool,
    connections: usize,
    replies: Vec<Result<Reply, Rejection>>,
}

fn identity(seed: u8) -> (Identity, [u8; 32]) {
    let secret = |what: &[u8]| Digest::of("kith/test/hostile", &[what, &[seed]]).0;
    let (root, key) = (SecretKey::from_seed(&secret(b"root")), SecretKey::from_seed(&secret(b"key")));
    let community = CommunityId(root.public().0);
    let (from, until) = (Timestamp(0), Timestamp(u64::MAX));
    let certificate = Certificate { v: 1, community, key: key.public(), serial: 1, from, until };
    let transport = secret(b"transport");
    let identity = Identity {
        community,
        certificate: certificate.sign(&root).into_unverified(),
        secret: key,
        transport: SecretKey::from_seed(&transport).public(),
        aliases: AliasSecret::new(secret(b"aliases")),
    };
    (identity, transport)
}

/// What a liar's ledger has to show: it does not mind that it signed another before.
pub(crate) fn show_ledger(identity: &Identity, entries: &[Entry], showing: &Showing) -> Option<Message> {
    let (mut view, mut frontier) = (MemoryView::default(), Frontier::default());
    for entry in entries {
        view.absorb_entry(entry);
        frontier.push(entry.leaf());
    }
    let tree = MemoryNodes::of(entries.iter().map(Entry::leaf));
    let checkpoint = Checkpoint::of(&identity.community, &frontier);
    let note = checkpoint.sign(checkpoint.origin(), &identity.secret).ok()?.to_text();
    let root = root_at(showing.held.0, &tree).unwrap_or(Digest::ZERO);
    let showing = Showing { held: (showing.held.0, root), ..showing.clone() };
    let mut message = showing.message(&checkpoint, note, &tree, &view)?;
    // An honest node shows receipts only; this one shows whatever it has at the place.
    if let Message::LedgerShown(shown) = &mut message {
        for index in showing.entries.iter().filter(|index| **index < checkpoint.size()) {
            if shown.entries.iter().all(|there| there.index != *index) {
                let place = usize::try_from(*index).ok()?;
                let proof = inclusion_proof(*index, checkpoint.size(), &tree)?;
                let entry = entries.get(place)?.shown();
                shown.entries.push(kith_protocol::machine::ShownEntry { index: *index, entry, proof });
            }
        }
    }
    Some(message)
}

impl Hostile {
    /// Founds the community of `seed`, connects to a node and becomes its partner under `terms`.
    ///
    /// # Errors
    /// When it does not come about.
    pub fn join(node: &Node, seed: u8, terms: &NewInvitation) -> Result<Self> {
        let mut hostile = Self::meet(node, seed)?;
        let made: InvitationView = node.client().post("/api/v1/partners/invitations", terms, None)?;
        let invitation = Invitation::parse(&made.text)?;
        let review_at = clock::now().plus(Span::days(365));
        hostile.command(Command::Accept { invitation, nonce: [seed; 16], review_at })?;
        hostile.until("the partnership", |h| !h.machine.state().ledger().partners().is_empty())?;
        let account = hostile.account();
        hostile.until("the first sync", |h| {
            h.heard.iter().any(|message| matches!(message, Message::Sync(sync) if sync.account == account))
        })?;
        Ok(hostile)
    }

    /// Founds the community of `seed` and connects to a node.
    ///
    /// # Errors
    /// When it does not come about.
    pub fn meet(node: &Node, seed: u8) -> Result<Self> {
        let (identity, transport) = identity(seed);
        let address = node.address();
        let known = peer_address(&address)?;
        let community = identity.community;
        let card = Card {
            name: format!("Hostile {seed}"),
            area: None,
            transport: identity.transport,
            addresses: vec!["/ip4/127.0.0.1/tcp/9".into()],
        };
        let mut machine = Machine::new(identity, State::empty(community), BTreeMap::new());
        let mut view = MemoryView::default();
        view.absorb(&machine.found(clock::now(), Charter::new(card.name.clone(), None), COORDINATOR, &view)?);
        let mut hostile = Self {
            machine,
            view,
            wire: Wire::start(transport, &address)?,
            heard: Vec::new(),
            unanswered: 0,
            answered: 0,
            tamper: Box::new(|message| vec![message]),
            forge: Box::new(|_| {}),
            node: PublicKey(known.peer.0),
            node_key: None,
            to_say: VecDeque::new(),
            under_way: false,
            connections: 0,
            replies: Vec::new(),
        };
        hostile.command(Command::ShowCard { card })?;
        let (kind, role) = (MemberKind::Person, Role::Member);
        hostile.command(Command::Admit { member: MEMBER, kind, role, key: None, by: COORDINATOR })?;
        hostile.connect()?;
        Ok(hostile)
    }

    /// Connects, and waits until the node said who it is.
    ///
    /// # Errors
    /// When it does not.
    pub fn connect(&mut self) -> Result<()> {
        self.wire.dial();
        self.until("the node to say who it is", |h| h.connections > 0 && h.node_key.is_some())
    }

    /// Breaks the connection.
    ///
    /// # Errors
    /// When it does not break.
    pub fn hang_up(&mut self) -> Result<()> {
        self.wire.hang_up();
        self.until("the connection to break", |h| h.connections == 0)
    }

    /// Whose it is.
    #[must_use]
    pub fn community(&self) -> CommunityId {
        self.machine.identity().community
    }

    /// The account of its one partnership.
    ///
    /// # Panics
    /// Before there is one.
    #[must_use]
    pub fn account(&self) -> AccountId {
        *self.machine.state().ledger().partners().keys().next().expect("it joined")
    }

    /// The code of its member for the node's community.
    #[must_use]
    pub fn alias(&self) -> Alias {
        self.machine.identity().aliases.alias(&self.account(), &MEMBER)
    }

    /// From here on every message goes through this before it leaves.
    pub fn tamper(&mut self, tamper: impl FnMut(Message) -> Vec<Message> + 'static) {
        self.tamper = Box::new(tamper);
    }

    /// From here on the ledger goes through this before it is shown.
    pub fn forge(&mut self, forge: impl Fn(&mut Vec<Entry>) + 'static) {
        self.forge = Box::new(forge);
    }

    /// Signs with the operational key.
    #[must_use]
    pub fn sign<T: kith_protocol::envelope::Content + Clone>(&self, content: T) -> Unverified<T> {
        content.sign(&self.machine.identity().secret).into_unverified()
    }

    /// Says something, as it is, after everything that waits to be said.
    pub fn say(&mut self, message: Message) {
        self.to_say.push_back(message);
    }

    /// Its machine does what a person of its community asks.
    ///
    /// # Errors
    /// The machine's refusal.
    pub fn command(&mut self, command: Command) -> Result<Reply> {
        self.handle(Input::Command { id: 0, request: None, command });
        Ok(self.replies.pop().context("a command is answered")??)
    }

    /// Its member pays a member of the node's community, as an honest one would.
    ///
    /// # Errors
    /// The machine's refusal.
    pub fn pay(&mut self, payee: Payee, minutes: i64, exchange: ExchangeId) -> Result<()> {
        let terms = PaymentTerms {
            community: self.community(),
            account: self.account(),
            exchange,
            payer: MEMBER,
            payee,
            minutes: Minutes::new(minutes)?,
            made_at: clock::now(),
            details: None,
            reverses: None,
        };
        let consent = Consent::OnBehalf { coordinator: COORDINATOR, channel: Channel::Phone };
        let terms = Agreed::from_own_journal(terms, vec![Some(consent)]);
        self.command(Command::Pay { terms, salt: exchange.0 }).map(drop)
    }

    fn handle(&mut self, input: Input) {
        let Effects { batch, rest } = self.machine.handle(clock::now(), input, &self.view);
        self.view.absorb(&batch);
        for effect in rest {
            match effect {
                Effect::Send { message, .. } => self.to_say.extend((self.tamper)(message)),
                Effect::Show { showing, .. } => {
                    let shown = self.show(&showing);
                    self.to_say.extend(shown);
                }
                Effect::Reply { result, .. } => self.replies.push(result),
                _ => {}
            }
        }
    }

    /// What its ledger, as forged, has to show.
    fn show(&self, showing: &Showing) -> Option<Message> {
        let mut entries = self.view.entries().to_vec();
        (self.forge)(&mut entries);
        show_ledger(self.machine.identity(), &entries, showing)
    }

    /// Lives until something is so.
    ///
    /// # Errors
    /// When it does not come about within [`PATIENCE`].
    pub fn until(&mut self, what: &str, mut so: impl FnMut(&Self) -> bool) -> Result<()> {
        let begun = Instant::now();
        while !so(self) {
            ensure!(begun.elapsed() < PATIENCE, "{what} did not come about; heard {:?}", self.heard.last());
            self.live(LOOK)?;
        }
        Ok(())
    }

    /// Lives until somebody else sees something.
    ///
    /// # Errors
    /// The asker's, or that it does not come about within [`PATIENCE`].
    pub fn until_seen<T>(&mut self, what: &str, mut ask: impl FnMut() -> Result<Option<T>>) -> Result<T> {
        let begun = Instant::now();
        loop {
            if let Some(answer) = ask()? {
                return Ok(answer);
            }
            if begun.elapsed() >= PATIENCE {
                bail!("{what} did not come about; heard {:?}", self.heard.last());
            }
            self.live(LOOK)?;
        }
    }

    /// Says what is to be said and takes in what comes, for a moment.
    ///
    /// # Errors
    /// When its libp2p peer ended.
    pub fn live(&mut self, wait: Duration) -> Result<()> {
        if self.machine.next_wakeup() <= clock::now() {
            self.handle(Input::Wake);
        }
        if !self.under_way && self.connections > 0 && !self.to_say.is_empty() {
            let most = self.to_say.len().min(PARCEL);
            let messages = self.to_say.drain(..most).collect();
            self.under_way = true;
            self.wire.say(frame(&codec::encode(&Parcel { messages })));
        }
        let mut next = self.wire.hear(wait)?;
        while let Some(heard) = next {
            self.take(heard);
            next = self.wire.hear(Duration::ZERO)?;
        }
        Ok(())
    }

    fn take(&mut self, heard: Heard) {
        match heard {
            Heard::Connected => {
                self.connections += 1;
                if self.connections == 1 {
                    self.node_key = None;
                    self.handle(Input::Connected { peer: self.node });
                }
            }
            Heard::Closed => {
                self.connections = self.connections.saturating_sub(1);
                if self.connections == 0 {
                    (self.node_key, self.under_way) = (None, false);
                    self.to_say.clear();
                    self.handle(Input::Disconnected { peer: self.node });
                }
            }
            Heard::Answered => {
                self.under_way = false;
                self.answered += 1;
            }
            Heard::Unanswered => {
                self.under_way = false;
                self.unanswered += 1;
            }
            Heard::NotReached => {}
            Heard::Request(bytes) => {
                let parcel = Parcel::decode(&bytes).unwrap_or_default();
                parcel.messages.into_iter().for_each(|message| self.message(message));
            }
        }
    }

    fn message(&mut self, message: Message) {
        self.heard.push(message.clone());
        let Ok(message) = message.check(self.node_key.as_ref()) else { return };
        if let Checked::Hello { certificate, .. } = &message {
            self.node_key = certificate.content().key.sound().ok();
        }
        self.handle(Input::Received { peer: self.node, message });
    }
}
