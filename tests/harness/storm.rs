//! People at work while the nodes they use are killed and started again at any moment.
//!
//! Hands do [`Deed`]s through the API, each with an idempotency key, and repeat what was not answered. A killer stops nodes
//! in every way a power cut can. Afterwards [`judge`] compares what the ledgers hold with what was acknowledged.

mod deed;
mod judge;
mod killer;

pub use deed::{Answer, Deed, Kind};
pub use judge::{Judged, judge};
pub use killer::Killed;

use crate::{
    cluster::{Cluster, Node, Person},
    dice::Dice,
};
use anyhow::{Context as _, Result};
use kith::api::types::{CharterView, CheckpointView, NewInvitation, Outcome};
use kith_protocol::id::{AccountId, Alias};
use std::{
    collections::BTreeMap,
    path::Path,
    sync::{
        Condvar, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread,
};

/// Members of each community.
const MEMBERS: usize = 5;
/// Hands at work at once: several for each node, so that requests are under way whenever one is killed.
const HANDS: u64 = 6;
/// Deeds that may be begun for each kill, so that the ledgers stay short enough to be read back a hundred times.
const DEEDS_PER_KILL: u64 = 60;
/// How far below zero a member may be here: no limit is what this tests.
const FLOOR: i64 = -10_000_000;
/// The same for partnerships, in minutes.
const LIMIT: u64 = 10_000_000;

/// Communities that are all partners, with their members.
pub struct World {
    /// The nodes.
    pub cluster: Cluster,
    /// Members by node.
    pub people: Vec<Vec<Person>>,
    /// Partnerships by the places of both nodes, either way round.
    pub accounts: BTreeMap<(usize, usize), AccountId>,
    /// Codes of members, by their node, their place, and the node they are given to.
    pub aliases: BTreeMap<(usize, usize, usize), Alias>,
    /// What every choice follows from.
    pub seed: u64,
}

impl World {
    /// Founds `count` communities below `dir`, with members, all partners of each other.
    ///
    /// # Errors
    /// When something does not come about.
    pub fn found(count: usize, dir: &Path, seed: u64) -> Result<Self> {
        let cluster = Cluster::start(count, dir)?;
        let mut people = Vec::new();
        for node in &cluster.nodes {
            let charter = node.status()?.charter;
            let wide = CharterView { person_floor_minutes: FLOOR, ..charter };
            let _: Outcome = node.client().put("/api/v1/charter", &wide)?;
            let names = (0..MEMBERS).map(|n| format!("Member {n}"));
            people.push(names.map(|name| Person::join(node, &name)).collect::<Result<Vec<_>>>()?);
        }
        let terms = NewInvitation {
            our_limit_minutes: Some(LIMIT),
            their_limit_minutes: Some(LIMIT),
            ..NewInvitation::default()
        };
        cluster.partner_all(&terms)?;
        let mut world = Self { cluster, people, accounts: BTreeMap::new(), aliases: BTreeMap::new(), seed };
        world.learn_codes()?;
        Ok(world)
    }

    fn learn_codes(&mut self) -> Result<()> {
        for (here, node) in self.cluster.nodes.iter().enumerate() {
            for (there, other) in self.cluster.nodes.iter().enumerate().filter(|(there, _)| *there != here) {
                let account = node.partner(other)?.account.context("a live partnership has an account")?;
                self.accounts.insert((here, there), account);
                for (place, person) in self.people[here].iter().enumerate() {
                    self.aliases.insert((here, place, there), node.alias(&person.id, other)?);
                }
            }
        }
        Ok(())
    }

    /// A node by its place.
    #[must_use]
    pub fn node(&self, place: usize) -> &Node {
        &self.cluster.nodes[place]
    }
}

/// What a storm left to be judged.
#[derive(Debug, Clone)]
pub struct Aftermath {
    /// Everything that was asked for.
    pub deeds: Vec<Deed>,
    /// Checkpoints that somebody was shown, by node.
    pub shown: Vec<(usize, CheckpointView)>,
    /// What the killer did.
    pub killed: Killed,
}

/// How the hands and the killer of one storm keep step.
struct Course<'a> {
    world: &'a World,
    /// How many deeds may have been begun by now.
    allowed: Mutex<u64>,
    more: Condvar,
    begun: AtomicU64,
    acknowledged: AtomicU64,
    over: AtomicBool,
    shown: Mutex<Vec<(usize, CheckpointView)>>,
}

impl Course<'_> {
    /// Waits for leave to begin another deed; `false` when the storm is over.
    fn may_begin(&self) -> bool {
        let mut allowed = self.allowed.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            if self.over.load(Ordering::SeqCst) {
                return false;
            }
            if self.begun.load(Ordering::SeqCst) < *allowed {
                self.begun.fetch_add(1, Ordering::SeqCst);
                return true;
            }
            allowed = self.more.wait(allowed).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn allow(&self, more: u64) {
        *self.allowed.lock().unwrap_or_else(PoisonError::into_inner) += more;
        self.more.notify_all();
    }

    fn end(&self) {
        // Under the lock, so that no hand is between looking and waiting.
        let _allowed = self.allowed.lock().unwrap_or_else(PoisonError::into_inner);
        self.over.store(true, Ordering::SeqCst);
        self.more.notify_all();
    }

    fn keep(&self, node: usize, checkpoint: CheckpointView) {
        self.shown.lock().unwrap_or_else(PoisonError::into_inner).push((node, checkpoint));
    }
}

/// Lets people work while nodes are killed `kills` times. All nodes run at the end.
///
/// # Errors
/// When a node does not come up again, or refuses something that no rule forbids.
pub fn storm(world: &World, kills: u64) -> Result<Aftermath> {
    let course = Course {
        world,
        allowed: Mutex::new(0),
        more: Condvar::new(),
        begun: AtomicU64::new(0),
        acknowledged: AtomicU64::new(0),
        over: AtomicBool::new(false),
        shown: Mutex::default(),
    };
    let (deeds, killed) = thread::scope(|scope| {
        let course = &course;
        let hands: Vec<_> = (0..HANDS).map(|hand| scope.spawn(move || work(course, hand))).collect();
        let killed = killer::kill(course, kills, || hands.iter().any(thread::ScopedJoinHandle::is_finished));
        course.end();
        let deeds: Vec<Result<Vec<Deed>>> =
            hands.into_iter().map(|hand| hand.join().expect("a hand does not panic")).collect();
        (deeds, killed)
    });
    // A hand's reason goes first: the killer only notices that one is missing.
    let deeds: Vec<Deed> = deeds.into_iter().collect::<Result<Vec<_>>>()?.into_iter().flatten().collect();
    let shown = course.shown.into_inner().unwrap_or_else(PoisonError::into_inner);
    Ok(Aftermath { deeds, shown, killed: killed? })
}

fn work(course: &Course<'_>, hand: u64) -> Result<Vec<Deed>> {
    let mut dice = Dice::new(course.world.seed, &format!("hand {hand}"));
    let mut deeds = Vec::new();
    while course.may_begin() {
        let mut deed = Deed::plan(course.world, &mut dice)?;
        deed.carry_out(course.world, &mut dice, || course.over.load(Ordering::SeqCst))?;
        if deed.index().is_some() {
            course.acknowledged.fetch_add(1, Ordering::SeqCst);
        }
        deeds.push(deed);
        if dice.permille(50) {
            let place = dice.index(course.world.cluster.nodes.len());
            // It may be dead just now; then nothing was shown.
            if let Ok(checkpoint) = course.world.node(place).checkpoint() {
                course.keep(place, checkpoint);
            }
        }
    }
    Ok(deeds)
}
