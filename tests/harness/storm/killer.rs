//! Kills nodes at no particular moment, in every way a power cut can, and starts them again.

use super::{Course, DEEDS_PER_KILL};
use crate::{cluster::wait_for, dice::Dice};
use anyhow::{Result, bail};
use std::{sync::atomic::Ordering, thread, time::Duration};

/// The most acknowledgements between two kills.
const MOST_DONE: u64 = 30;
/// After those, how much later a kill may come, in milliseconds: up to a few commits.
const LATER: u64 = 25;
/// How long a node may stay dead, in milliseconds: enough for others to record payments to its members meanwhile.
const DEAD: u64 = 150;
/// How long a start may go on before it is killed, in milliseconds: about as long as a start takes.
const STARTING: u64 = 400;
/// How long a graceful stop may go on before it is killed, in milliseconds.
const STOPPING: u64 = 60;
/// Once in so many kills a node is stopped gracefully instead, which brings snapshot and index up to date.
const GRACE_EVERY: u64 = 12;

/// What the killer did.
#[derive(Debug, Clone, Copy, Default)]
pub struct Killed {
    /// Kills of a node at work.
    pub at_work: u64,
    /// Kills of a node that was starting.
    pub starting: u64,
    /// Kills of a node that had been asked to stop.
    pub stopping: u64,
    /// Graceful stops.
    pub graceful: u64,
}

impl Killed {
    /// All kills.
    #[must_use]
    pub fn kills(&self) -> u64 {
        self.at_work + self.starting + self.stopping
    }
}

#[derive(Clone, Copy)]
enum Way {
    AtWork,
    Starting,
    Stopping,
}

pub(super) fn kill(course: &Course<'_>, kills: u64, hand_gone: impl Fn() -> bool) -> Result<Killed> {
    let mut dice = Dice::new(course.world.seed, "killer");
    let mut killed = Killed::default();
    while killed.kills() < kills {
        let goal = course.acknowledged.load(Ordering::SeqCst) + dice.between(1, MOST_DONE);
        // Only after the goal is set: hands are quick, and deeds that were done before it do not count.
        course.allow(DEEDS_PER_KILL);
        wait_for("people's work between two kills", || {
            if hand_gone() {
                bail!("a hand stopped working");
            }
            Ok((course.acknowledged.load(Ordering::SeqCst) >= goal).then_some(()))
        })?;
        let place = dice.index(course.world.cluster.nodes.len());
        let node = course.world.node(place);
        course.keep(place, node.checkpoint()?);
        // Not to wait for anything: to be killed at no particular moment is the point.
        thread::sleep(Duration::from_millis(dice.below(LATER)));
        if killed.kills() % GRACE_EVERY == GRACE_EVERY - 1 && killed.graceful < killed.kills() / GRACE_EVERY + 1 {
            node.stop_gracefully()?;
            killed.graceful += 1;
        } else {
            match dice.weighed(&[(80, Way::AtWork), (10, Way::Starting), (10, Way::Stopping)]).unwrap_or(Way::AtWork) {
                Way::AtWork => {
                    node.kill9()?;
                    killed.at_work += 1;
                }
                Way::Starting => {
                    node.kill9()?;
                    node.start_and_kill9(Duration::from_millis(dice.below(STARTING)))?;
                    killed.at_work += 1;
                    killed.starting += 1;
                }
                Way::Stopping => {
                    node.stop_and_kill9(Duration::from_millis(dice.below(STOPPING)))?;
                    killed.stopping += 1;
                }
            }
        }
        // Others go on working meanwhile, and find this one away.
        thread::sleep(Duration::from_millis(dice.below(DEAD)));
        node.start()?;
    }
    Ok(killed)
}
