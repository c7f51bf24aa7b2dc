//! Crashes and restarts, connections that break, and a network that falls into two.

use super::{Breach, Event, World};
use crate::checkers::{Kept, Violation};
use kith_protocol::machine::Input;

/// Of a thousand starts, before how many a backup is put in place of the disk.
const RESTORES: u64 = 120;
/// The same where much is lost, and where one cheats: what a liar says of the past is then all there is.
const ROUGH_RESTORES: u64 = 400;

/// How long a broken connection may go unnoticed, in milliseconds: a keep-alive's patience.
const UNNOTICED: u64 = 30_000;

impl World {
    /// A node stops; the others notice sooner or later.
    pub(super) fn crash(&mut self, i: usize) {
        for j in 0..self.nodes.len() {
            if j != i && self.network.sever(i, j) {
                self.plan_gone(j, i);
            }
        }
        self.stranger_loses(i);
        self.nodes[i].crash();
        self.workload.crashed(i);
        let down = match self.dice.below(10) {
            0..6 => self.dice.between(500, 20_000),
            6..9 => self.dice.between(20_000, 900_000),
            _ => self.dice.between(900_000, 86_400_000),
        };
        self.at(self.now + down, Event::Restart { node: i });
    }

    /// A node starts from its disk.
    pub(super) fn restart(&mut self, i: usize) -> Kept {
        let node = &mut self.nodes[i];
        if node.machine.is_some() {
            return Ok(());
        }
        if self.settings.breach == Some(Breach::RestoresOldBackup) && self.dice.permille(300) {
            let frames = node.disk.frames();
            let back = usize::try_from(self.dice.between(1, 4)).unwrap_or(1);
            node.disk.restore_old(frames.saturating_sub(back).max(1));
        }
        self.cheat_restores(i);
        let often = self.settings.rough || self.cheat.is_some();
        let restores = if often { ROUGH_RESTORES } else { RESTORES };
        let restores = self.settings.breach != Some(Breach::RestoresOldBackup) && self.dice.permille(restores);
        if restores {
            self.restore(i)?;
        }
        let node = &mut self.nodes[i];
        if self.letters.permille(300) {
            node.begin_life(self.now);
        }
        if self.dice.permille(250) {
            let keep = self.dice.index(node.disk.index_len() + 1);
            self.coverage.hit("crash", if keep == 0 { "index lost" } else { "index behind" });
            node.disk.lose_index(keep);
        }
        let with_snapshot = self.dice.permille(700);
        let started = node.restart(with_snapshot).map_err(|why| Violation::new("recovery", why));
        if self.is_cheat(i) && started.is_err() {
            // What it wrote, breaking a rule, its own machine cannot read back.
            self.coverage.hit("cheat", "never starts again");
            return Ok(());
        }
        started?;
        let node = &mut self.nodes[i];
        // A clock that was put right while the node was down; together never as much as a day.
        if self.dice.permille(100) {
            node.skew += self.dice.amount(0, 59_999);
            self.checkers.clocks_agree = false;
            self.coverage.hit("clock", "put right before a start");
        }
        node.wake_planned = false;
        self.set_back_before_a_start(i);
        self.coverage.hit("crash", "restarts");
        self.trace.note(i, 3, || "starts".into());
        let node = &self.nodes[i];
        if let Some(machine) = &node.machine {
            self.checkers.recovered(i, machine, &node.view)?;
        }
        self.schedule_wake(i);
        // Every start of a node shows its card, as the address may have changed.
        let card = self.workload.shown_at_start(i, &self.nodes[i]);
        self.take(i, card);
        for j in 0..self.nodes.len() {
            if self.healing || self.dice.permille(300) {
                self.connect(i, j);
            }
        }
        Ok(())
    }

    /// A backup is put in place of a node's disk: a fresh one or an old one.
    fn restore(&mut self, i: usize) -> Kept {
        let frames = self.nodes[i].disk.frames();
        let back = if self.dice.permille(700) { 6 } else { 80 };
        let back = usize::try_from(self.dice.between(0, back)).unwrap_or(0);
        let frames = frames.saturating_sub(back).max(1);
        self.coverage.hit("restore", if back == 0 { "of all there was" } else { "of an old backup" });
        self.trace.note(i, 6, || format!("restored to {frames} frames"));
        let batch = match self.nodes[i].restore(self.now, frames) {
            Err(_) if self.is_cheat(i) => return Ok(()),
            restored => restored.map_err(|why| Violation::new("recovery", why))?,
        };
        self.checkers.cheat_signs_with(i, self.nodes[i].identity.certificate.content.key);
        let mut facts = self.nodes[i].facts();
        facts.truncate(facts.len() - batch.facts.len());
        self.checkers.restored(i, &facts)?;
        self.checkers.committed(i, &batch.facts, &batch.foreign, &mut self.coverage)?;
        self.workload.restored(i);
        self.meet_again(i);
        Ok(())
    }

    fn plan_gone(&mut self, i: usize, peer: usize) {
        let unnoticed = if self.dice.permille(500) { 10 } else { UNNOTICED };
        let later = self.dice.below(unnoticed);
        let life = self.nodes[i].life;
        self.at(self.now + later, Event::Gone { node: i, life, peer });
    }

    pub(super) fn sever(&mut self, a: usize, b: usize) {
        if self.network.sever(a, b) {
            self.coverage.hit("network", "connections broken");
            self.trace.note(a, b as u64, || format!("cut off from {b}"));
            self.plan_gone(a, b);
            self.plan_gone(b, a);
        }
    }

    /// A node notices a broken connection, unless a new one stands by now: then it hears only of that.
    pub(super) fn notice_gone(&mut self, i: usize, life: u32, peer: usize) {
        if self.nodes[i].life != life {
            return;
        }
        if self.network.connected(i, peer).is_some() {
            self.coverage.hit("network", "reconnected unnoticed");
            return;
        }
        let peer = self.nodes[peer].peer();
        self.push(i, Input::Disconnected { peer });
    }

    /// The network gets worse or better.
    pub(super) fn weather(&mut self) -> Kept {
        self.replay()?;
        self.jump();
        self.drift_apart();
        let count = self.nodes.len();
        let (a, b) = (self.dice.index(count), self.dice.index(count));
        match self.dice.below(100) {
            0..15 if self.island.is_empty() => self.part(),
            0..30 if !self.island.is_empty() => self.rejoin(),
            0..30 => self.connect(a, b),
            30..45 => self.sever(a, b),
            45..55 if a != b => {
                self.coverage.hit("network", "links changed");
                self.network.change_quality(a, b);
            }
            55..62 if !self.nodes[a].busy && self.nodes[a].machine.is_some() => {
                self.coverage.hit("crash", "idle");
                self.trace.note(a, 4, || "crash: idle".into());
                self.crash(a);
            }
            _ => {
                for _ in 0..2 {
                    let (a, b) = (self.dice.index(count), self.dice.index(count));
                    self.connect(a, b);
                }
            }
        }
        let calm = if self.dice.permille(800) { 10_000 } else { 1_800_000 };
        let calm = self.dice.between(500, calm);
        self.at(self.now + calm, Event::Weather);
        Ok(())
    }

    /// A request to resume comes a second time, as if from the node that once sent it.
    fn replay(&mut self) -> Kept {
        if !self.dice.permille(200) {
            return Ok(());
        }
        let Some((from, to, message)) = self.dice.pick(&self.recorded).cloned() else { return Ok(()) };
        if self.network.connected(from, to).is_none() || self.nodes[to].machine.is_none() {
            return Ok(());
        }
        self.coverage.hit("network", "a recorded request said again");
        self.receive(from, to, message)
    }

    /// Some nodes are cut off from the others.
    fn part(&mut self) {
        let count = self.nodes.len();
        self.island = (0..count).filter(|_| self.dice.permille(400)).collect();
        self.each_crossing(false);
        if !self.island.is_empty() {
            self.coverage.hit("network", "partitions");
        }
    }

    fn rejoin(&mut self) {
        self.coverage.hit("network", "partitions over");
        self.each_crossing(true);
        self.island.clear();
    }

    fn each_crossing(&mut self, up: bool) {
        let island = std::mem::take(&mut self.island);
        for a in &island {
            for b in (0..self.nodes.len()).filter(|b| !island.contains(b)) {
                self.network.set_up(*a, b, up);
                if !up {
                    self.sever(*a, b);
                } else if self.dice.permille(500) {
                    self.connect(*a, b);
                }
            }
        }
        self.island = island;
    }
}
