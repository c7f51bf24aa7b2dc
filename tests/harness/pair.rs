//! Two communities' machines in memory, and every message between them: for tests that want real messages to start from.

use anyhow::{Context as _, Result, bail};
use kith_protocol::{
    alias::AliasSecret,
    community::{Card, Certificate, Charter},
    envelope::Content as _,
    id::{AccountId, CommunityId, ExchangeId, MemberId},
    key::{SecretKey, SoundKey},
    ledger::{
        Agreed, Channel, Consent, Entry, PaymentTerms,
        checkpoint::{Checkpoint, Note},
        merkle::MemoryNodes,
    },
    machine::{
        Checked, Command, Effect, Effects, Fact, Identity, Input, Machine, MemoryView, Message, Peer, Reply, State,
    },
    member::{MemberKind, Role},
    minutes::Minutes,
    partnership::{Invitation, Payee},
    time::{Span, Timestamp},
};
use std::collections::{BTreeMap, VecDeque};

/// The coordinator of each.
pub const COORDINATOR: MemberId = MemberId([1; 16]);
/// The other member of each.
pub const MEMBER: MemberId = MemberId([2; 16]);
/// How many minutes each side may run ahead.
pub const LIMIT: u64 = 300;
/// When all of it begins.
const BEGIN: Timestamp = Timestamp(1_800_000_000_000);

/// One of the two.
#[derive(Clone)]
pub struct Half {
    /// Its machine.
    pub machine: Machine,
    /// What it recorded.
    pub view: MemoryView,
    /// Every fact, in order.
    pub facts: Vec<Fact>,
    /// The other's operational key, once it said hello.
    pub heard: Option<SoundKey>,
    /// Its root key.
    pub root: SecretKey,
}

impl Half {
    fn found(seed: u8) -> Result<Self> {
        let (root, secret) = (SecretKey::from_seed(&[seed; 32]), SecretKey::from_seed(&[seed + 100; 32]));
        let community = CommunityId(root.public().0);
        let (from, until) = (Timestamp(0), Timestamp(u64::MAX));
        let certificate = Certificate { v: 1, community, key: secret.public(), serial: 1, from, until };
        let transport = SecretKey::from_seed(&[seed + 50; 32]).public();
        let identity = Identity {
            community,
            certificate: certificate.sign(&root).into_unverified(),
            secret,
            transport,
            aliases: AliasSecret::new([seed; 32]),
        };
        let mut half = Self {
            machine: Machine::new(identity, State::empty(community), BTreeMap::new()),
            view: MemoryView::default(),
            facts: Vec::new(),
            heard: None,
            root,
        };
        let batch = half.machine.found(BEGIN, Charter::new("A place".into(), None), COORDINATOR, &half.view)?;
        half.view.absorb(&batch);
        half.facts.extend(batch.facts);
        Ok(half)
    }

    /// Its libp2p key.
    #[must_use]
    pub fn peer(&self) -> Peer {
        self.machine.identity().transport
    }

    /// Its signed checkpoint.
    ///
    /// # Errors
    /// When it cannot be signed.
    pub fn note(&self) -> Result<Note> {
        let identity = self.machine.identity();
        let checkpoint = Checkpoint::of(&identity.community, self.machine.state().ledger().tree());
        Ok(checkpoint.sign(checkpoint.origin(), &identity.secret)?)
    }

    /// Handles one input; gives what is to be said and what was replied.
    ///
    /// # Errors
    /// When something cannot be signed.
    pub fn handle(&mut self, now: Timestamp, input: Input) -> Result<(Vec<Message>, Vec<Effect>)> {
        let Effects { batch, rest } = self.machine.handle(now, input, &self.view);
        self.view.absorb(&batch);
        self.facts.extend(batch.facts);
        let (mut said, mut others) = (Vec::new(), Vec::new());
        for effect in rest {
            match effect {
                Effect::Send { message, .. } => said.push(message),
                Effect::Show { showing, .. } => {
                    let tree = MemoryNodes::of(self.view.entries().iter().map(Entry::leaf));
                    let checkpoint =
                        Checkpoint::of(&self.machine.identity().community, self.machine.state().ledger().tree());
                    said.extend(showing.message(&checkpoint, self.note()?.to_text(), &tree, &self.view));
                }
                other => others.push(other),
            }
        }
        Ok((said, others))
    }
}

/// Both, connected.
#[derive(Clone)]
pub struct Pair {
    /// The two.
    pub sides: [Half; 2],
    /// What time it is for both.
    pub now: Timestamp,
    /// Every message that was said, with its receiver.
    pub said: Vec<(usize, Message)>,
    roads: [VecDeque<Message>; 2],
}

impl Pair {
    /// Two communities with a member each that agreed to exchange hours.
    ///
    /// # Errors
    /// When it does not come about.
    pub fn partners() -> Result<Self> {
        let sides = [Half::found(1)?, Half::found(2)?];
        let mut pair = Self { sides, now: BEGIN, said: Vec::new(), roads: Default::default() };
        for i in 0..2 {
            let transport = pair.sides[i].peer();
            let card = Card { name: "A place".into(), area: None, transport, addresses: vec!["/pair".into()] };
            pair.command(i, Command::ShowCard { card })?;
            let (kind, role) = (MemberKind::Person, Role::Member);
            pair.command(i, Command::Admit { member: MEMBER, kind, role, key: None, by: COORDINATOR })?;
        }
        pair.connect()?;
        let identity = pair.sides[0].machine.identity();
        let invitation = Invitation {
            community: identity.community,
            name: "A place".into(),
            transport: identity.transport,
            addresses: vec!["/pair".into()],
            secret: [7; 16],
            expires_at: pair.now.plus(Span::days(1)),
            inviter_limit: LIMIT,
            acceptor_limit: LIMIT,
            largest: Minutes::new(60)?,
        };
        pair.command(0, Command::Invite { invitation: invitation.clone() })?;
        let review_at = pair.now.plus(Span::days(365));
        pair.command(1, Command::Accept { invitation, nonce: [8; 16], review_at })?;
        pair.carry()?;
        Ok(pair)
    }

    /// The partnership's account.
    ///
    /// # Errors
    /// When there is none.
    pub fn account(&self) -> Result<AccountId> {
        self.sides[0].machine.state().ledger().partners().keys().next().copied().context("they are partners")
    }

    /// A new connection, after any old one broke.
    ///
    /// # Errors
    /// When something cannot be signed.
    pub fn connect(&mut self) -> Result<()> {
        self.roads = Default::default();
        for i in 0..2 {
            let peer = self.sides[1 - i].peer();
            self.sides[i].heard = None;
            self.input(i, Input::Disconnected { peer })?;
            self.input(i, Input::Connected { peer })?;
        }
        Ok(())
    }

    /// One side does what a person asks.
    ///
    /// # Errors
    /// The refusal.
    pub fn command(&mut self, i: usize, command: Command) -> Result<Reply> {
        let others = self.input(i, Input::Command { id: 0, request: None, command })?;
        let reply = others.into_iter().find_map(|effect| match effect {
            Effect::Reply { result, .. } => Some(result),
            _ => None,
        });
        Ok(reply.context("a command is answered")??)
    }

    fn input(&mut self, i: usize, input: Input) -> Result<Vec<Effect>> {
        let (said, others) = self.sides[i].handle(self.now, input)?;
        self.said.extend(said.iter().map(|message| (1 - i, message.clone())));
        self.roads[1 - i].extend(said);
        Ok(others)
    }

    /// A member of one side pays a member of the other.
    ///
    /// # Errors
    /// The refusal.
    pub fn pay(&mut self, i: usize, exchange: u8, minutes: i64) -> Result<Reply> {
        let account = self.account()?;
        let payee = self.sides[1 - i].machine.identity().aliases.alias(&account, &MEMBER);
        let terms = PaymentTerms {
            community: self.sides[i].machine.identity().community,
            account,
            exchange: ExchangeId([exchange; 16]),
            payer: MEMBER,
            payee: Payee::Alias(payee),
            minutes: Minutes::new(minutes)?,
            made_at: self.now,
            details: None,
            reverses: None,
        };
        let consent = Consent::OnBehalf { coordinator: COORDINATOR, channel: Channel::Phone };
        let terms = Agreed::from_own_journal(terms, vec![Some(consent)]);
        self.command(i, Command::Pay { terms, salt: [exchange; 16] })
    }

    /// Delivers everything and what it leads to.
    ///
    /// # Errors
    /// When the two never stop talking.
    pub fn carry(&mut self) -> Result<()> {
        for _ in 0..10_000 {
            let Some(to) = (0..2).find(|i| !self.roads[*i].is_empty()) else { return Ok(()) };
            let Some(message) = self.roads[to].pop_front() else { continue };
            let Ok(message) = message.check(self.sides[to].heard.as_ref()) else { continue };
            if let Checked::Hello { certificate, .. } = &message {
                self.sides[to].heard = Some(certificate.content().key.sound()?);
            }
            let peer = self.sides[1 - to].peer();
            self.input(to, Input::Received { peer, message })?;
        }
        bail!("the two never stop talking")
    }

    /// Some seconds pass, and both wake and talk.
    ///
    /// # Errors
    /// Those of [`Pair::carry`].
    pub fn pass(&mut self, seconds: u64) -> Result<()> {
        self.now = self.now.plus(Span::seconds(seconds));
        for i in 0..2 {
            self.input(i, Input::Wake)?;
        }
        self.carry()
    }

    /// One side's disk goes back to what it was, and both meet again.
    ///
    /// # Errors
    /// Those of [`Pair::carry`].
    pub fn go_back(&mut self, i: usize, to: Half) -> Result<()> {
        let state = to.machine.state().clone();
        let machine = Machine::new(to.machine.identity().clone(), state, to.machine.known().clone());
        self.sides[i] = Half { machine, heard: None, ..to };
        self.connect()?;
        self.carry()?;
        for _ in 0..3 {
            self.pass(20)?;
        }
        Ok(())
    }
}
