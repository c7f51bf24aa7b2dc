//! When machines are told that time has passed; and clocks that are put forward and set back, as by a battery that ran out or a
//! hand that set the wrong hour.

use super::{DAY, Event, HOUR, World};
use kith_protocol::machine::{Input, Machine};

/// In one world of so many clocks jump; the others go on as they would without.
const JUMPING: u64 = 11;
/// Which of them; of the seeds that are kept for what they found, only those that found it by a jump leave this remainder.
const JUMPING_AT: u64 = 5;
/// Of a thousand changes of the weather, after how many a clock jumps.
const JUMPS: u64 = 60;
/// Of a thousand starts, before how many a clock is set back.
const LATE_STARTS: u64 = 150;
/// The furthest that a clock goes back and forward, in milliseconds. Together they are less than the day by which clocks of
/// honest communities may differ.
const FURTHEST_BACK: i64 = 20 * HOUR.cast_signed();
const FURTHEST_FORWARD: i64 = 2 * HOUR.cast_signed();
/// Jumps are by minutes or by hours.
const MINUTES: i64 = HOUR.cast_signed();

const _: () = assert!(FURTHEST_BACK + FURTHEST_FORWARD < DAY.cast_signed());

impl World {
    fn clocks_jump(&self) -> bool {
        !self.healing && self.settings.seed % JUMPING == JUMPING_AT
    }

    /// A clock jumps while its node runs.
    pub(super) fn jump(&mut self) {
        if !self.clocks_jump() || !self.clocks.permille(JUMPS) {
            return;
        }
        let i = self.clocks.index(self.nodes.len());
        if self.nodes[i].machine.is_none() {
            return;
        }
        if self.clocks.permille(500) {
            let by = self.clocks.amount(1, FURTHEST_FORWARD);
            self.coverage.hit("clock", "put forward as it runs");
            self.move_clock(i, by);
        } else {
            self.coverage.hit("clock", "set back as it runs");
            self.set_back(i);
        }
        // A clerk that sleeps looks at the clock again every second.
        self.schedule_wake(i);
    }

    /// A node that was down comes back with a clock that lost time.
    pub(super) fn set_back_before_a_start(&mut self, i: usize) {
        if self.clocks_jump() && self.clocks.permille(LATE_STARTS) {
            self.coverage.hit("clock", "set back before a start");
            self.set_back(i);
        }
    }

    fn set_back(&mut self, i: usize) {
        let most = if self.clocks.permille(500) { MINUTES } else { FURTHEST_BACK };
        let by = self.clocks.amount(1, most);
        self.move_clock(i, -by);
    }

    fn move_clock(&mut self, i: usize, by: i64) {
        let node = &mut self.nodes[i];
        node.skew = (node.skew + by).clamp(-FURTHEST_BACK, FURTHEST_FORWARD);
        self.checkers.clocks_agree = false;
        let skew = node.skew;
        self.trace.note(i, 8, || format!("its clock is {skew} ms ahead"));
    }

    /// A node's machine is to be told that time has passed.
    pub(super) fn wake(&mut self, i: usize, life: u32, serial: u64) {
        let node = &mut self.nodes[i];
        if node.life == life && node.wake == serial {
            node.wake_planned = false;
            self.push(i, Input::Wake);
        }
    }

    /// Plans the next waking: on time, or in trouble sometimes much too late.
    pub(super) fn schedule_wake(&mut self, i: usize) {
        let late = match self.dice.below(100) {
            _ if self.healing => 0,
            0..50 => self.dice.below(2_000),
            50..85 => self.dice.below(60_000),
            85..97 => self.dice.below(HOUR),
            _ => self.dice.below(DAY),
        };
        if late >= HOUR {
            self.coverage.hit("late", "a waking by hours");
        }
        let node = &mut self.nodes[i];
        let Some(wanted) = node.machine.as_ref().map(Machine::next_wakeup) else { return };
        node.wake += 1;
        node.wake_planned = true;
        let (life, serial) = (node.life, node.wake);
        let time = wanted.0.saturating_add_signed(-node.skew).max(self.now + 1);
        self.at(time + late, Event::Wake { node: i, life, serial });
    }
}
