//! Every fault is over: all links are up and good, all nodes run and wake on time. Within a while all must be settled.

use super::{Event, World};
use crate::checkers::{Kept, Violation, unsettled};

/// How long it may take until all is settled, in milliseconds. Whatever was not answered is repeated every 15 seconds and
/// shelves are compared every minute; the longest chain of such repeats is shorter than this.
const PATIENCE: u64 = 20 * 60_000;
/// How often to look whether all is settled.
const LOOK: u64 = 1_500;
/// How long what honest nodes have with a cheat may still go on once all else is settled.
const LAST_WORDS: u64 = 3 * 60_000;
/// And how many events it may take: a cheat that is answered may ask again at once, without end.
const LAST_EVENTS: u64 = 10_000;

impl World {
    pub(super) fn heal(&mut self) -> Kept {
        self.healing = true;
        self.trace.note(0, 5, || "everything heals".into());
        self.network.heal();
        self.stranger_is_gone();
        let mut arrivals = self.now;
        for (_, event) in std::mem::take(&mut self.queue) {
            match event {
                Event::Act | Event::Weather | Event::Wake { .. } => {}
                Event::Stranger | Event::Strange { .. } => {}
                Event::Serve { .. } | Event::Commit { .. } | Event::Restart { .. } => self.at(self.now, event),
                // What was on its way arrives, in the order it would have.
                Event::Deliver(_) | Event::Gone { .. } => {
                    arrivals += 1;
                    self.at(arrivals, event);
                }
            }
        }
        self.stay_apart();
        // A clock that stands still would repeat nothing for as long as it was set back.
        let now = self.now;
        self.nodes.iter_mut().for_each(|node| node.put_clock_right(now));
        for i in 0..self.nodes.len() {
            self.schedule_wake(i);
            for j in 0..i {
                self.connect(i, j);
            }
        }
        self.wait_until_settled()?;
        self.judge_the_cheat();
        for i in 0..self.nodes.len() {
            self.compare_with_disk(i)?;
            let node = &self.nodes[i];
            if let Some(machine) = &node.machine {
                self.checkers.recovered(i, machine, &node.view)?;
            }
        }
        Ok(())
    }

    fn wait_until_settled(&mut self) -> Kept {
        let deadline = self.now + PATIENCE;
        let (mut look, last_words, last_events) = (self.now, self.now + LAST_WORDS, self.sequence + LAST_EVENTS);
        loop {
            self.step()?;
            let mut honest = (0..self.nodes.len()).filter(|i| !self.is_cheat(*i)).map(|i| &self.nodes[i]);
            let at_work = honest.any(|node| node.machine.is_none() || node.busy);
            let over = self.now > deadline;
            if self.now < look || (at_work && !over) {
                continue;
            }
            look = self.now + LOOK;
            self.meet_without_mail();
            match self.unfinished() {
                None if at_work => return Err(Violation::new("convergence", "a node is at work without end".into())),
                None if self.now < last_words && self.sequence < last_events && self.cheat_keeps_waiting() => {}
                None => return Ok(()),
                Some(found) if over => return Err(Violation::new("convergence", found)),
                Some(_) => {}
            }
        }
    }

    /// What is not settled yet.
    fn unfinished(&self) -> Option<String> {
        let latest = self.nodes.iter().map(|node| node.clock(self.now)).max().unwrap_or_default();
        let seen: Vec<_> = self.nodes.iter().filter_map(|node| Some((node.machine.as_ref()?, &node.view))).collect();
        unsettled(&seen, latest, self.cheating())
    }
}
