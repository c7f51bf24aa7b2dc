//! One community's node: its machine, its disk, and what waits for its clerk.

use super::{Breach, Settings};
use crate::{checkers::kind, dice::Dice, disk::Disk, workload::drawn_balances};
use kith_protocol::{
    alias::AliasSecret,
    community::{Certificate, Charter, Confirmation, GroupPolicy},
    envelope::{Content, Unverified},
    flaw::Flaw,
    id::{AccountId, CommunityId, Digest, ExchangeId, MemberId, RecordKey, RequestId},
    key::SecretKey,
    ledger::{Entry, History, Recorded},
    machine::{
        Batch, Boxed, Effect, Effects, Fact, Identity, Input, Machine, MemoryView, Peer, Reply, Standing, State, View,
    },
    minutes::{Balance, Minutes},
    partnership::{Position, RefusalCode},
    shelf::{Held, Record},
    time::Timestamp,
};
use std::collections::{BTreeMap, VecDeque};

/// A node of the simulation.
pub(crate) struct Node {
    /// Who it is.
    pub(crate) identity: Identity,
    /// The community's root key, which is not on the node's disk.
    root: SecretKey,
    /// The present key's serial.
    serial: u32,
    /// Its first coordinator.
    pub(crate) coordinator: MemberId,
    charter: Charter,
    /// Its machine, while it runs.
    pub(crate) machine: Option<Machine>,
    pub(crate) view: MemoryView,
    pub(super) disk: Disk,
    /// What has arrived and was not handled.
    pub(super) inbox: VecDeque<Input>,
    /// What was handled and is not durable.
    pub(super) staged: Vec<Batch>,
    /// What follows once it is.
    pub(super) pending: Vec<Effect>,
    /// Whether the clerk is at work.
    pub(super) busy: bool,
    /// Grows with every start: what was planned for an earlier life does not happen.
    pub(super) life: u32,
    /// The life in which its machine writes letters: it outlasts some starts, but no loss.
    alive: u64,
    /// Which of the planned wake-ups is the one that counts.
    pub(super) wake: u64,
    /// Whether one is planned.
    pub(super) wake_planned: bool,
    /// How far its clock is ahead, in milliseconds, or behind if below zero.
    pub(super) skew: i64,
    /// The time its machine was given last in this life: a clock that is set back stands still for it.
    latest: Timestamp,
    /// Gossip that the machine has yet to judge: from whom, and the bytes.
    pub(super) gossip: BTreeMap<u64, (usize, Vec<u8>)>,
    breach: Option<Breach>,
    /// A rule that this machine alone breaks.
    flaw: Option<Flaw>,
}

/// How far serials of one community are apart: as restores are by time, so that epochs of different keys never meet.
const SERIALS_APART: u32 = 1_000;

fn draw_charter(dice: &mut Dice) -> Charter {
    let mut charter = Charter::new("A place".into(), Some("gcpuv".into()));
    let balance = |minutes| Balance::new(minutes).expect("small numbers are balances");
    charter.person_floor = balance(-dice.amount(0, 900));
    charter.organisation_floor = balance(-dice.amount(0, 2_000));
    charter.ceiling = dice.permille(400).then(|| balance(dice.amount(0, 400)));
    charter.largest_exchange = Minutes::new(dice.amount(100, 600)).expect("more than nothing");
    charter.confirmation =
        *dice.pick(&[Confirmation::Both, Confirmation::Receiver, Confirmation::Either]).expect("three of them");
    charter.group = if dice.permille(500) { GroupPolicy::LeaderEarnsAll } else { GroupPolicy::LeaderEarnsOnce };
    charter
}

impl Node {
    pub(super) fn new(settings: Settings, index: usize) -> Self {
        let skewed = Dice::new(settings.seed, "clocks").permille(500);
        let mut dice = Dice::new(settings.seed, &format!("node {index}"));
        let (root, secret) = (SecretKey::from_seed(&dice.bytes()), SecretKey::from_seed(&dice.bytes()));
        let community = CommunityId(root.public().0);
        let certificate = Certificate {
            v: 1,
            community,
            key: secret.public(),
            serial: 1,
            from: Timestamp(0),
            until: Timestamp(1 << 52),
        };
        let identity = Identity {
            community,
            certificate: certificate.sign(&root).into_unverified(),
            secret,
            transport: SecretKey::from_seed(&dice.bytes()).public(),
            aliases: AliasSecret::new(dice.bytes()),
        };
        let mut machine = Machine::new(identity.clone(), State::empty(community), BTreeMap::new());
        machine.begin_life(1);
        Self {
            coordinator: MemberId(dice.bytes()),
            charter: Charter {
                // By dice of its own, so that the rest of the charter stays as it is.
                balances: drawn_balances(&mut Dice::new(settings.seed, &format!("scores {index}"))),
                ..draw_charter(&mut dice)
            },
            machine: Some(machine),
            alive: 1,
            identity,
            root,
            serial: 1,
            view: MemoryView::default(),
            disk: Disk::default(),
            inbox: VecDeque::new(),
            staged: Vec::new(),
            pending: Vec::new(),
            busy: false,
            life: 0,
            wake: 0,
            wake_planned: false,
            skew: if skewed && dice.permille(500) { dice.amount(0, 599_999) } else { 0 },
            latest: Timestamp(0),
            gossip: BTreeMap::new(),
            breach: settings.breach,
            flaw: None,
        }
    }

    /// The founding of the community, straight to disk.
    pub(super) fn found(&mut self, now: u64) -> Batch {
        let now = self.clock(now);
        let machine = self.machine.as_mut().expect("a new node runs");
        let batch = machine
            .found(now, self.charter.clone(), self.coordinator, &self.view)
            .expect("a drawn charter is valid and the ledger is empty");
        self.view.absorb(&batch);
        self.disk.commit(&batch);
        batch
    }

    /// What peers know it by.
    pub(crate) fn peer(&self) -> Peer {
        self.identity.transport
    }

    /// Its clock.
    pub(crate) fn clock(&self, now: u64) -> Timestamp {
        Timestamp(now.saturating_add_signed(self.skew))
    }

    /// Puts its clock right if it stands still for its machine.
    pub(super) fn put_clock_right(&mut self, now: u64) {
        let behind = self.latest.since(self.clock(now));
        self.skew = self.skew.saturating_add_unsigned(behind.0);
    }

    /// What its machine remembers, while it runs.
    pub(crate) fn state(&self) -> Option<&State> {
        self.machine.as_ref().map(Machine::state)
    }

    /// From here on its machine breaks a rule, and no other does.
    pub(super) fn flawed(&mut self, flaw: Flaw) {
        (self.flaw, self.breach) = (Some(flaw), Some(Breach::Rule(flaw)));
    }

    /// Lets the machine handle one input and takes in what comes of it.
    pub(super) fn handle(&mut self, now: u64, input: Input) -> Option<()> {
        let _in_force = self.flaw.map(Flaw::put_in_force);
        self.latest = self.latest.max(self.clock(now));
        let clock = self.latest;
        let machine = self.machine.as_mut()?;
        let Effects { mut batch, rest } = if self.breach == Some(Breach::ForgetsExchangeIds) {
            machine.handle(clock, input, &Forgetful(&self.view))
        } else {
            machine.handle(clock, input, &self.view)
        };
        if let Some(Breach::Unrecorded(unrecorded)) = self.breach {
            batch.facts.retain(|fact| kind(fact) != unrecorded);
        }
        self.view.absorb(&batch);
        if !batch.is_empty() {
            self.staged.push(batch);
        }
        self.pending.extend(rest);
        Some(())
    }

    /// A machine that starts from the disk.
    pub(super) fn restart(&mut self, use_snapshot: bool) -> Result<(), String> {
        let _in_force = self.flaw.map(Flaw::put_in_force);
        let (mut machine, view) = self.disk.recover(&self.identity, use_snapshot)?;
        machine.begin_life(self.alive);
        self.machine = Some(machine);
        self.view = view;
        Ok(())
    }

    /// A coordinator puts a backup in place of the disk: with the recovery words comes a new key, and every partner is asked
    /// before anything is signed. Gives what became durable.
    pub(super) fn restore(&mut self, now: u64, frames: usize) -> Result<Batch, String> {
        let _in_force = self.flaw.map(Flaw::put_in_force);
        self.disk.restore_old(frames);
        self.disk.lose_index(0);
        self.begin_life(now);
        if self.breach != Some(Breach::Rule(Flaw::KeepsKey)) {
            self.change_key();
        }
        let (mut machine, view) = self.disk.recover(&self.identity, true)?;
        if self.breach == Some(Breach::Rule(Flaw::SignsWithoutResume)) {
            return Ok(Batch::default());
        }
        let batch = machine.restore(self.clock(now), &view).map_err(|why| why.to_string())?;
        self.disk.commit(&batch);
        Ok(batch)
    }

    /// From the next start on its machine may have lost something.
    pub(super) fn begin_life(&mut self, now: u64) {
        self.alive = self.clock(now).0;
    }

    /// With the recovery words comes a key that signed nothing before.
    fn change_key(&mut self) {
        self.serial += SERIALS_APART;
        let secret = SecretKey::from_seed(
            Digest::of("sim/key", &[self.root.public().as_bytes(), &self.serial.to_be_bytes()]).as_bytes(),
        );
        let old = self.identity.certificate.content.clone();
        let certificate = Certificate { key: secret.public(), serial: self.serial, ..old };
        self.identity.certificate = certificate.sign(&self.root).into_unverified();
        self.identity.secret = secret;
    }

    /// What the disk holds, for the checkers' second books.
    pub(super) fn facts(&self) -> Vec<Fact> {
        self.disk.facts()
    }

    /// The node stops at once: what was not on disk is gone.
    pub(super) fn crash(&mut self) {
        self.machine = None;
        self.inbox.clear();
        self.staged.clear();
        self.pending.clear();
        self.gossip.clear();
        self.busy = false;
        self.latest = Timestamp(0);
        self.life += 1;
    }
}

/// A view that recognises no exchange.
struct Forgetful<'a>(&'a MemoryView);

impl History for Forgetful<'_> {
    fn exchange(&self, _: &ExchangeId) -> Option<Recorded> {
        None
    }

    fn entry(&self, index: u64) -> Option<Entry> {
        self.0.entry(index)
    }

    fn crossing(&self, account: &AccountId, place: &Position) -> Option<u64> {
        self.0.crossing(account, place)
    }
}

impl View for Forgetful<'_> {
    fn answered(&self, request: &RequestId) -> Option<(Digest, Reply)> {
        self.0.answered(request)
    }

    fn held(&self, community: &CommunityId, key: &RecordKey) -> Option<Held> {
        self.0.held(community, key)
    }

    fn records(&self, community: &CommunityId, after: u64, max_bytes: usize) -> Vec<Unverified<Record>> {
        self.0.records(community, after, max_bytes)
    }

    fn crossings(&self, account: &AccountId, from: Position, limit: usize) -> Vec<(Position, u64)> {
        self.0.crossings(account, from, limit)
    }

    fn refused(&self, exchange: &ExchangeId) -> Option<RefusalCode> {
        self.0.refused(exchange)
    }

    fn standing(&self, community: &CommunityId) -> Vec<Standing> {
        self.0.standing(community)
    }

    fn boxes(&self, recipient: &CommunityId) -> Vec<Boxed> {
        self.0.boxes(recipient)
    }
}
