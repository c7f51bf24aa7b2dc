//! Several communities' machines on a simulated network with simulated disks and one simulated clock, all from one seed.
//!
//! Each node is driven as a real one: a clerk takes what has arrived, lets the machine handle it, makes all of it durable at once
//! and only then carries it out. It may crash before, while and after it does.

mod apart;
mod cheat;
mod clerk;
mod clocks;
mod healing;
mod lies;
mod node;
mod pages;
mod stranger;
mod trace;
mod weather;

use crate::{
    checkers::{Checkers, Violation},
    coverage::Coverage,
    dice::Dice,
    network::{Network, Packet, Payload},
    workload::Workload,
};
use cheat::Cheat;
pub use cheat::ways_to_cheat;
use kith_protocol::{flaw::Flaw, key::remembered::remember, machine::Message};
pub(crate) use node::Node;
use std::collections::BTreeMap;
use stranger::Stranger;
use trace::Trace;

/// A deliberate breach of the rules, to show that the checkers would find it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Breach {
    /// Effects are carried out before the batch is durable.
    SendsBeforePersist,
    /// After some crashes an old backup is put back and signs as if nothing had happened.
    RestoresOldBackup,
    /// Ids of exchanges that were recorded are not recognised.
    ForgetsExchangeIds,
    /// Facts of this kind are not made durable.
    Unrecorded(&'static str),
    /// The machines themselves break a rule.
    Rule(Flaw),
}

/// What to simulate.
#[derive(Debug, Clone, Copy)]
pub struct Settings {
    /// Decides everything.
    pub seed: u64,
    /// What to break.
    pub breach: Option<Breach>,
    /// A law that does not count, so that others must find the breach.
    pub blind: Option<&'static str>,
    /// Whether to keep the last events as text.
    pub trace: bool,
    /// Few communities that trade much and often lose their disks, so that rare meetings of faults are less rare.
    pub rough: bool,
    /// Three communities of which two soon never meet any more, and leave each other letters with the third.
    pub letters: bool,
}

impl Settings {
    /// An honest run of this seed.
    #[must_use]
    pub const fn honest(seed: u64) -> Self {
        Self { seed, breach: None, blind: None, trace: false, rough: false, letters: false }
    }

    /// An honest run of this seed in which few communities trade much and lose much.
    #[must_use]
    pub const fn rough(seed: u64) -> Self {
        Self { rough: true, ..Self::honest(seed) }
    }

    /// An honest run of this seed in which two communities soon never meet any more.
    #[must_use]
    pub const fn letters(seed: u64) -> Self {
        Self { letters: true, ..Self::honest(seed) }
    }
}

/// What came of a run.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// The first law broken, if one was.
    pub violation: Option<Violation>,
    /// What happened how often.
    pub coverage: Coverage,
    /// A hash over everything that happened, in order.
    pub hash: u64,
    /// The last events as text, if asked for.
    pub trace: Vec<String>,
}

/// Something that will happen.
#[derive(Debug)]
enum Event {
    /// A clerk takes what has arrived.
    Serve { node: usize, life: u32 },
    /// A clerk's batch reaches the disk, or the node crashes around that moment.
    Commit { node: usize, life: u32 },
    /// A machine wants to know that time has passed.
    Wake { node: usize, life: u32, serial: u64 },
    /// A crashed node starts again.
    Restart { node: usize },
    /// A packet arrives.
    Deliver(Packet),
    /// A node notices that a connection is gone.
    Gone { node: usize, life: u32, peer: usize },
    /// Somebody does something.
    Act,
    /// The network gets worse or better.
    Weather,
    /// The stranger does something.
    Stranger,
    /// What the stranger said arrives.
    Strange { face: usize, to: usize, number: u64, payload: Payload },
}

/// A run in progress.
pub struct World {
    settings: Settings,
    now: u64,
    sequence: u64,
    queue: BTreeMap<(u64, u64), Event>,
    nodes: Vec<Node>,
    network: Network,
    workload: Workload,
    checkers: Checkers,
    coverage: Coverage,
    trace: Trace,
    dice: Dice,
    /// How many gossiped records were taken in, which numbers the next.
    gossips: u64,
    /// Requests to resume that somebody recorded: from whom, to whom.
    recorded: Vec<(usize, usize, Message)>,
    /// Nodes cut off from the others.
    island: Vec<usize>,
    healing: bool,
    /// Two nodes that are never there together any more, and know others who hold their letters.
    parted: Option<(usize, usize)>,
    /// Choices about letters, kept from all others.
    letters: Dice,
    /// What coordinators grant partners.
    grants: Dice,
    /// When clocks are put forward and set back.
    clocks: Dice,
    /// A hostile peer, in some worlds.
    stranger: Option<Stranger>,
    /// A partner that cheats, in some worlds.
    cheat: Option<Cheat>,
}

/// In milliseconds.
const HOUR: u64 = 3_600_000;
const DAY: u64 = 24 * HOUR;

/// Events before everything heals: enough for a few dozen exchanges between communities.
const TROUBLED_EVENTS: u64 = 420;

/// And at least so many for each community.
const EVENTS_EACH: u64 = 70;

/// Names for how many communities a run has.
const MANY: [&str; 11] = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10"];

/// Of so many seeds one has more than six communities.
const MANY_EVERY: u64 = 10;
/// Which of them; no seed that is kept for what it found ends so.
const MANY_AT: u64 = 4;

/// In one world of so many coordinators change what they grant partners: the others go on as they would without.
const GRANTING: u64 = 4;
/// The same where two part: they must have become partners of each other and of a third before.
const LETTERS_EVENTS: u64 = 1_000;
/// The same where one cheats: it must have become a partner of the others, and dealt with them for a while.
const CHEATED_EVENTS: u64 = 1_400;

/// When every run begins, in milliseconds: late enough that no subtraction reaches below zero.
const DAWN: u64 = 1_800_000_000_000;

/// Runs one seed.
#[must_use]
pub fn run(settings: Settings) -> Outcome {
    let _in_force = match settings.breach {
        Some(Breach::Rule(flaw)) => Some(flaw.put_in_force()),
        _ => None,
    };
    let _remembering = remember();
    let mut world = World::new(settings);
    let violation = world.live().err();
    world.coverage.add("run", "events", world.sequence);
    Outcome { violation, coverage: world.coverage, hash: world.trace.hash(), trace: world.trace.into_lines() }
}

/// How many communities there are: mostly few, so that faults meet; now and then up to ten.
fn communities(settings: Settings, dice: &mut Dice) -> usize {
    let most = if settings.rough { 3 } else { 6 };
    let drawn = dice.between(2, most);
    let count = match settings {
        Settings { letters: true, .. } => 3,
        // Few, so that most are partners of the cheat; and at least two honest ones.
        _ if Cheat::comes(settings) => drawn.clamp(3, 4),
        Settings { rough: true, .. } => drawn,
        // By dice of its own, so that the other worlds stay as they are.
        _ if settings.seed % MANY_EVERY == MANY_AT => Dice::new(settings.seed, "many").between(7, 10),
        _ => drawn,
    };
    usize::try_from(count).unwrap_or(2)
}

impl World {
    fn new(settings: Settings) -> Self {
        let mut dice = Dice::new(settings.seed, "world");
        let count = communities(settings, &mut dice);
        let nodes = (0..count).map(|i| Node::new(settings, i)).collect();
        let cheat = Cheat::of(settings, count);
        Self {
            settings,
            now: DAWN,
            sequence: 0,
            queue: BTreeMap::new(),
            nodes,
            network: Network::new(settings.seed, count),
            workload: Workload::new(settings, count, cheat.is_some()),
            checkers: Checkers::new(count, settings.blind),
            coverage: Coverage::default(),
            trace: Trace::new(settings.trace),
            dice,
            gossips: 0,
            recorded: Vec::new(),
            island: Vec::new(),
            healing: false,
            parted: None,
            letters: Dice::new(settings.seed, "letters"),
            grants: Dice::new(settings.seed, "grants"),
            clocks: Dice::new(settings.seed, "jumps"),
            stranger: Stranger::of(settings.seed),
            cheat,
        }
    }

    /// The whole run: trouble, then healing, then everything must be settled.
    fn live(&mut self) -> Result<(), Violation> {
        self.begin()?;
        self.coverage.add("communities", MANY[self.nodes.len().min(MANY.len() - 1)], 1);
        let events = match (&self.cheat, self.settings.letters) {
            (Some(_), _) => CHEATED_EVENTS,
            (None, true) => LETTERS_EVENTS,
            (None, false) => TROUBLED_EVENTS,
        };
        for _ in 0..events.max(EVENTS_EACH * self.nodes.len() as u64) {
            self.step()?;
        }
        self.heal()
    }

    fn begin(&mut self) -> Result<(), Violation> {
        self.checkers.clocks_agree = self.nodes.iter().all(|node| node.skew == 0);
        self.cheat_comes();
        for i in 0..self.nodes.len() {
            let batch = self.nodes[i].found(self.now);
            self.checkers.committed(i, &batch.facts, &batch.foreign, &mut self.coverage)?;
            for order in self.workload.first_orders(i, &self.nodes[i], self.now) {
                self.take(i, order);
            }
            self.schedule_wake(i);
        }
        for a in 0..self.nodes.len() {
            for b in a + 1..self.nodes.len() {
                if self.dice.permille(700) {
                    self.connect(a, b);
                }
            }
        }
        self.at(self.now + 50, Event::Act);
        self.at(self.now + 5_000, Event::Weather);
        self.stranger_comes();
        Ok(())
    }

    fn at(&mut self, time: u64, event: Event) {
        self.sequence += 1;
        self.queue.insert((time.max(self.now), self.sequence), event);
    }

    /// The next event.
    fn step(&mut self) -> Result<(), Violation> {
        let Some(((time, sequence), event)) = self.queue.pop_first() else { return Ok(()) };
        self.now = time;
        self.trace.mark(time, sequence);
        match event {
            Event::Serve { node, life } => self.serve(node, life),
            Event::Commit { node, life } => self.commit(node, life),
            Event::Wake { node, life, serial } => {
                self.wake(node, life, serial);
                Ok(())
            }
            Event::Restart { node } => self.restart(node),
            Event::Deliver(packet) => self.deliver(packet),
            Event::Gone { node, life, peer } => {
                self.notice_gone(node, life, peer);
                Ok(())
            }
            Event::Act => {
                self.act();
                Ok(())
            }
            Event::Weather => self.weather(),
            Event::Stranger => self.stranger_acts(),
            Event::Strange { face, to, number, payload } => self.strange(face, to, number, &payload),
        }
    }

    /// People do something, and will again.
    fn act(&mut self) {
        self.cheat_looks_on();
        for (node, order) in self.workload.act(&self.nodes, self.now, &mut self.coverage) {
            self.take(node, order);
        }
        if self.settings.letters {
            self.drift_apart();
        }
        if let Some((node, order)) = self.workload.mail(&self.nodes, &mut self.letters) {
            self.take(node, order);
        }
        if self.settings.seed.is_multiple_of(GRANTING)
            && let Some((node, order)) = self.workload.grant(&self.nodes, &mut self.grants)
        {
            self.take(node, order);
        }
        let pause = match self.dice.below(100) {
            0..60 => self.dice.between(20, 1_500),
            60..90 => self.dice.between(1_500, 20_000),
            90..98 => self.dice.between(20_000, 600_000),
            _ => self.dice.between(600_000, 2 * DAY),
        };
        self.at(self.now + pause, Event::Act);
    }
}
