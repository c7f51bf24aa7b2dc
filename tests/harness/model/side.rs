//! One community of the model: its machine, what it recorded, and how it comes back from that.

use super::{NOW, Violation, law};
use kith_protocol::{
    alias::AliasSecret,
    codec,
    community::{Card, Certificate, Charter},
    envelope::{Content, Unverified},
    id::{CommunityId, Digest, ExchangeId, MemberId},
    key::{SecretKey, SoundKey},
    ledger::{Body, ENTRY_VERSION, Entry},
    machine::{Batch, Checked, Command, Effect, Effects, Fact, Identity, Input, Machine, MemoryView, Message, State},
    member::{MemberKind, Role},
    partnership::Agreement,
    time::Timestamp,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// The coordinator of each community.
pub(super) const COORDINATOR: MemberId = MemberId([1; 16]);
/// The other member of each community.
pub(super) const MEMBER: MemberId = MemberId([2; 16]);
/// How far the serial of a new key is from that of the one before: no epoch lies between.
const SERIALS_APART: u32 = 1_000;

/// What both communities were before the first payment.
#[derive(Debug)]
pub(super) struct Beginning {
    state: State,
    view: MemoryView,
}

/// One community.
#[derive(Debug, Clone)]
pub(super) struct Side {
    pub(super) machine: Machine,
    pub(super) view: MemoryView,
    root: SecretKey,
    beginning: Option<Arc<Beginning>>,
    /// Every batch since the beginning, each with a hash of all up to it.
    journal: Vec<(Arc<Batch>, Digest)>,
    /// The key that the other side showed.
    pub(super) heard: Option<SoundKey>,
    /// Payments that people here were told are settled.
    pub(super) promised: BTreeSet<ExchangeId>,
    /// Whether a backup was put in place of the journal.
    pub(super) restored: bool,
}

fn certificate(root: &SecretKey, secret: &SecretKey, serial: u32) -> Unverified<Certificate> {
    let (from, until) = (Timestamp(0), Timestamp(1 << 52));
    let community = CommunityId(root.public().0);
    Certificate { v: 1, community, key: secret.public(), serial, from, until }.sign(root).into_unverified()
}

impl Side {
    /// A community with two members and a card, as it is before it has a partner.
    pub(super) fn found(seed: u8) -> Self {
        let (root, secret) = (SecretKey::from_seed(&[seed; 32]), SecretKey::from_seed(&[seed + 100; 32]));
        let community = CommunityId(root.public().0);
        let identity = Identity {
            community,
            certificate: certificate(&root, &secret, 1),
            secret,
            transport: SecretKey::from_seed(&[seed + 50; 32]).public(),
            aliases: AliasSecret::new([seed; 32]),
        };
        let transport = identity.transport;
        let mut machine = Machine::new(identity, State::empty(community), BTreeMap::new());
        let mut view = MemoryView::default();
        let charter = Charter::new("A place".into(), None);
        view.absorb(&machine.found(NOW, charter, COORDINATOR, &view).expect("nothing is recorded yet"));
        let card = Card { name: "A place".into(), area: None, transport, addresses: vec!["/model".into()] };
        let (kind, role) = (MemberKind::Person, Role::Member);
        let admit = Command::Admit { member: MEMBER, kind, role, key: None, by: COORDINATOR };
        for command in [Command::ShowCard { card }, admit] {
            let effects = machine.handle(NOW, Input::Command { id: 0, request: None, command }, &view);
            view.absorb(&effects.batch);
        }
        Self {
            machine,
            view,
            root,
            beginning: None,
            journal: Vec::new(),
            heard: None,
            promised: BTreeSet::new(),
            restored: false,
        }
    }

    /// The agreement stands in the ledger, and the model begins.
    pub(super) fn agree(&mut self, agreement: &Agreement) {
        let body = Body::PartnershipAgreed { agreement: Box::new(agreement.clone()) };
        let fact = Fact::Entry(Entry { v: ENTRY_VERSION, at: NOW, body });
        self.machine.replay(&fact, &self.view).expect("the agreement is between these two");
        self.view.absorb_fact(&fact);
        self.beginning = Some(Arc::new(Beginning { state: self.machine.state().clone(), view: self.view.clone() }));
    }

    /// A hash of everything in the journal.
    pub(super) fn history(&self) -> Digest {
        self.journal.last().map_or(Digest::ZERO, |(_, history)| *history)
    }

    /// A hash of everything in a backup.
    pub(super) fn history_of(&self, frames: usize) -> Digest {
        frames.checked_sub(1).map_or(Digest::ZERO, |last| self.journal[last].1)
    }

    /// How many batches a backup may hold.
    pub(super) fn frames(&self) -> usize {
        self.journal.len()
    }

    /// Handles one input; what it leads to is durable at once.
    pub(super) fn handle(&mut self, now: Timestamp, input: Input) -> (Arc<Batch>, Vec<Effect>) {
        let Effects { batch, rest } = self.machine.handle(now, input, &self.view);
        (self.commit(batch), rest)
    }

    fn commit(&mut self, batch: Batch) -> Arc<Batch> {
        self.view.absorb(&batch);
        let batch = Arc::new(batch);
        if !batch.facts.is_empty() {
            let history = Digest::of("model/history", &[self.history().as_bytes(), &codec::encode(&batch.facts)]);
            self.journal.push((Arc::clone(&batch), history));
        }
        batch
    }

    /// Takes in the other side's first words.
    pub(super) fn meet(&mut self, now: Timestamp, hello: Message) -> Result<Vec<Effect>, Violation> {
        let checked = hello.check(None).map_err(|why| law("honesty", why))?;
        let peer = match &checked {
            Checked::Hello { certificate, record } => {
                self.heard = Some(certificate.content().key.sound().map_err(|why| law("honesty", why))?);
                match &record.content().item {
                    kith_protocol::shelf::Item::Card(card) => card.transport,
                    other => return Err(law("honesty", format!("not a card: {other:?}"))),
                }
            }
            other => return Err(law("honesty", format!("not a hello: {other:?}"))),
        };
        Ok(self.handle(now, Input::Received { peer, message: checked }).1)
    }

    /// The machine as its journal says it is.
    fn rebuild(&mut self, identity: Identity, known: bool) -> Result<(), Violation> {
        let beginning = self.beginning.clone().ok_or_else(|| law("recovery", "nothing to come back to"))?;
        let known = if known { self.machine.known().clone() } else { BTreeMap::new() };
        let mut machine = Machine::new(identity, beginning.state.clone(), known);
        let mut view = beginning.view.clone();
        for (batch, _) in &self.journal {
            for fact in &batch.facts {
                machine.replay(fact, &view).map_err(|why| law("recovery", why))?;
                view.absorb_fact(fact);
            }
        }
        (self.machine, self.view) = (machine, view);
        Ok(())
    }

    /// The node stops and starts again.
    pub(super) fn crash(&mut self) -> Result<(), Violation> {
        let before = self.machine.state().clone();
        self.rebuild(self.machine.identity().clone(), true)?;
        if *self.machine.state() == before { Ok(()) } else { Err(law("recovery", "it came back as another")) }
    }

    /// A backup of so many batches is put in place of the journal, and a new key comes with it.
    pub(super) fn restore(&mut self, frames: usize) -> Result<Arc<Batch>, Violation> {
        self.journal.truncate(frames);
        self.restored = true;
        let mut identity = self.machine.identity().clone();
        let serial = identity.certificate.content.serial + SERIALS_APART;
        let seed = Digest::of("model/key", &[self.root.public().as_bytes(), &serial.to_be_bytes()]);
        identity.secret = SecretKey::from_seed(seed.as_bytes());
        identity.certificate = certificate(&self.root, &identity.secret, serial);
        self.rebuild(identity, false)?;
        let batch = self.machine.restore(NOW, &self.view).map_err(|why| law("recovery", why))?;
        Ok(self.commit(batch))
    }
}
