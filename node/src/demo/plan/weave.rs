//! From totals per person to single exchanges.
//!
//! Whoever has one exchange left goes first: its size is fixed, and fits best while the busy
//! people of the other side still have room. Then comes whoever has the largest exchanges, which
//! fit fewest people. Each piece goes to the person whose exchanges are of about its size, so
//! that one exchange uses up one of the wished number on both sides, and nobody is left with
//! minutes of a size that fits no one.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use super::random::SplitMix;
use super::{MAX_EXCHANGE_MINUTES, PlannedExchange};

/// Usual sizes are kept in this part of a minute, so that near sizes still have an order.
const SCALE: u64 = 256;

/// How many people nearest in usual size are asked, before the person with most minutes left is.
const NEAREST: usize = 24;

/// However large one exchange is, each of those after it keeps this part of the usual size.
const KEPT: u64 = 2;

/// Sizes vary by half around a person's usual size up to this many minutes, and by ever less
/// above it, so that a person of few large exchanges is not given one enormous one.
const VARIED_MINUTES: u64 = 1_000;

/// Minutes that one member gives or receives here, and in how many exchanges they wish to do so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Part {
    pub(super) member: usize,
    pub(super) minutes: u64,
    pub(super) count: u64,
}

/// Weaves exchanges in which each part gives and receives its minutes exactly, and appends them.
///
/// Both sides must have the same total, and no member may have more than that total on both
/// sides together, or else they would have to exchange with themselves.
pub(super) fn weave(givers: &[Part], receivers: &[Part], random: &mut SplitMix, exchanges: &mut Vec<PlannedExchange>) {
    let mut members: Vec<usize> =
        givers.iter().chain(receivers).filter(|part| part.minutes > 0).map(|part| part.member).collect();
    members.sort_unstable();
    members.dedup();
    let mut loom = Loom {
        sides: [Side::new(&members, givers), Side::new(&members, receivers)],
        load: BTreeSet::new(),
        total: givers.iter().map(|part| part.minutes).sum(),
        members,
        made: exchanges,
    };
    loom.load = (0..loom.members.len()).map(|at| (loom.load_of(at), at)).collect();
    loom.run(random);
}

/// A last exchange before others, then the largest usual size first.
type Urgency = (bool, Reverse<u64>);

/// What is left to one member on one side; a count of zero means nothing is left.
#[derive(Debug, Clone, Copy, Default)]
struct Left {
    minutes: u64,
    count: u64,
}

impl Left {
    /// At least one exchange for any minutes, and at most one for each minute.
    fn new(minutes: u64, count: u64) -> Self {
        let count = count.max(minutes.div_ceil(MAX_EXCHANGE_MINUTES)).max(1).min(minutes);
        Self { minutes, count }
    }

    /// The usual size, in parts of a minute as [`SCALE`] says.
    fn usual(self) -> u64 {
        self.minutes * SCALE / self.count.max(1)
    }

    fn urgency(self) -> Urgency {
        (self.count > 1, Reverse(self.usual()))
    }

    /// The size of the next exchange: about the usual, and exactly what is left for the last.
    fn piece(self, random: &mut SplitMix) -> u64 {
        if self.count <= 1 {
            return self.minutes;
        }
        let usual = self.minutes / self.count;
        let spread = usual.min(VARIED_MINUTES) / 2;
        let wished = random.between(usual - spread, usual + spread).max(1);
        wished.min(self.minutes - (self.count - 1)).min(MAX_EXCHANGE_MINUTES)
    }

    /// The most to take in one exchange, keeping a fair size for each exchange after it.
    fn room(self) -> u64 {
        let after = self.count.saturating_sub(1);
        self.minutes - after * (self.minutes / self.count.max(1) / KEPT).max(1)
    }

    /// Whether a piece fits well: as the last exchange exactly, else with room for those after.
    fn takes(self, piece: u64) -> bool {
        if self.count > 1 { piece <= self.room() } else { piece == self.minutes }
    }
}

#[derive(Debug, Default)]
struct Side {
    left: Vec<Left>,
    /// Everyone with minutes left, in the order to serve them.
    queue: BTreeSet<(Urgency, usize)>,
    /// Everyone with minutes left, by minutes.
    by_minutes: BTreeSet<(u64, usize)>,
    /// People with one exchange left, by its minutes.
    last: BTreeSet<(u64, usize)>,
    /// People with more than one exchange left, by usual size.
    busy: BTreeSet<(u64, usize)>,
}

impl Side {
    fn new(members: &[usize], parts: &[Part]) -> Self {
        let mut side = Self { left: vec![Left::default(); members.len()], ..Self::default() };
        for part in parts {
            if let Ok(at) = members.binary_search(&part.member) {
                let before = side.left[at];
                side.set(at, Left::new(before.minutes + part.minutes, before.count + part.count));
            }
        }
        side
    }

    fn set(&mut self, at: usize, new: Left) {
        let old = std::mem::replace(&mut self.left[at], new);
        if old.minutes > 0 {
            self.queue.remove(&(old.urgency(), at));
            self.by_minutes.remove(&(old.minutes, at));
            self.last.remove(&(old.minutes, at));
            self.busy.remove(&(old.usual(), at));
        }
        if new.minutes > 0 {
            self.queue.insert((new.urgency(), at));
            self.by_minutes.insert((new.minutes, at));
            if new.count > 1 {
                self.busy.insert((new.usual(), at));
            } else {
                self.last.insert((new.minutes, at));
            }
        }
    }

    fn take(&mut self, at: usize, piece: u64) {
        let left = self.left[at];
        let minutes = left.minutes - piece;
        self.set(at, Left::new(minutes, left.count.saturating_sub(1)));
    }

    fn next(&self, not: Option<usize>) -> Option<(Urgency, usize)> {
        self.queue.iter().copied().find(|(_, at)| Some(*at) != not)
    }

    /// The best partner for a piece: someone whose last exchange it is exactly, else the busy
    /// person of nearest usual size with room for it, else whoever has most minutes left.
    fn partner(&self, piece: u64, not: usize) -> Option<usize> {
        let exact = self.last.range((piece, 0)..=(piece, usize::MAX)).map(|(_, at)| *at).find(|at| *at != not);
        exact
            .or_else(|| self.nearest(piece, not))
            .or_else(|| self.by_minutes.iter().rev().map(|(_, at)| *at).find(|at| *at != not))
    }

    fn nearest(&self, piece: u64, not: usize) -> Option<usize> {
        let usual = piece * SCALE;
        let mut above = self.busy.range((usual, 0)..).peekable();
        let mut below = self.busy.range(..(usual, 0)).rev().peekable();
        for _ in 0..NEAREST {
            let up = match (above.peek(), below.peek()) {
                (Some(up), Some(down)) => up.0 - usual <= usual - down.0,
                (up, _) => up.is_some(),
            };
            let (_, at) = *(if up { above.next() } else { below.next() })?;
            if at != not && self.left[at].takes(piece) {
                return Some(at);
            }
        }
        None
    }
}

struct Loom<'a> {
    members: Vec<usize>,
    /// Givers, then receivers; both indexed like `members`.
    sides: [Side; 2],
    /// What each still gives and receives together.
    load: BTreeSet<(u64, usize)>,
    total: u64,
    made: &'a mut Vec<PlannedExchange>,
}

impl Loom<'_> {
    fn load_of(&self, at: usize) -> u64 {
        self.sides[0].left[at].minutes + self.sides[1].left[at].minutes
    }

    fn run(&mut self, random: &mut SplitMix) {
        while self.total > 0 {
            // Someone with as much to give and receive as everybody together must be in every
            // exchange from here on: one without them would leave them with themselves.
            let needed = self.load.last().filter(|(load, _)| *load >= self.total).map(|(_, at)| *at);
            let next = |side: usize| self.sides[side].next(needed).map(|(urgency, at)| (urgency, side, at));
            let first = next(0).into_iter().chain(next(1)).min();
            let (_, side, at) = first.expect("all others together have as much left as the one in every exchange");
            let piece = self.sides[side].left[at].piece(random);
            let partner = needed.or_else(|| self.sides[1 - side].partner(piece, at));
            let partner = partner.expect("nobody has all that is left on the other side and something on this one");
            let room = self.sides[1 - side].left[partner].room();
            let piece = piece.min(room).min(self.spare(at, partner));
            self.make(side, at, partner, piece);
        }
    }

    /// The most two members may exchange before someone else would be left with themselves.
    fn spare(&self, one: usize, other: usize) -> u64 {
        let heaviest = self.load.iter().rev().find(|(_, at)| *at != one && *at != other);
        self.total - heaviest.map_or(0, |(load, _)| *load)
    }

    fn make(&mut self, side: usize, at: usize, partner: usize, piece: u64) {
        for place in [at, partner] {
            self.load.remove(&(self.load_of(place), place));
        }
        self.sides[side].take(at, piece);
        self.sides[1 - side].take(partner, piece);
        for place in [at, partner] {
            self.load.insert((self.load_of(place), place));
        }
        self.total -= piece;
        let (giver, receiver) = if side == 0 { (at, partner) } else { (partner, at) };
        self.made.push(PlannedExchange {
            giver: self.members[giver],
            receiver: self.members[receiver],
            minutes: u32::try_from(piece).expect("a piece is at most MAX_EXCHANGE_MINUTES"),
        });
    }
}
