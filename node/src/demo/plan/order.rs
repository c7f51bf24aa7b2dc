//! The order in which the exchanges happen, and how far balances swing on the way.

use std::cmp::Reverse;
use std::collections::{BTreeSet, VecDeque};

use super::PlannedExchange;
use super::random::SplitMix;

/// Each round moves every exchange halfway between the moments that suit its giver and its
/// receiver; more than these rounds changed little on the data measured.
const ROUNDS: usize = 8;

/// The whole run of time, in steps fine enough for the exchanges of the busiest member.
const SPAN: u64 = 1 << 40;

/// An exchange comes forward by at most this part of the whole run. A sixteenth was enough, on
/// the data measured, for nearly nobody to go lower than where they end.
const AHEAD: usize = 16;

/// Orders exchanges so that running balances stay moderate: each member gives and receives
/// evenly through the whole time, and of what is near in time those exchanges come first that
/// leave their receiver furthest above the lowest that their totals bring them to anyway.
pub(super) fn order(exchanges: Vec<PlannedExchange>, members: usize, random: SplitMix) -> Vec<PlannedExchange> {
    let exchanges = interleave(exchanges, members, random);
    Steady::new(&exchanges, members).run()
}

fn interleave(exchanges: Vec<PlannedExchange>, members: usize, mut random: SplitMix) -> Vec<PlannedExchange> {
    let sides = [
        Turns::new(&exchanges, members, |exchange| exchange.giver),
        Turns::new(&exchanges, members, |exchange| exchange.receiver),
    ];
    let mut moments: Vec<u64> = exchanges.iter().map(|_| random.between(0, SPAN)).collect();
    for _ in 0..ROUNDS {
        let mut next = vec![0; exchanges.len()];
        for side in &sides {
            side.spread(&exchanges, &moments, &mut next);
        }
        moments = next;
    }
    let mut order: Vec<usize> = (0..exchanges.len()).collect();
    order.sort_by_key(|&at| (moments[at], at));
    order.into_iter().map(|at| exchanges[at]).collect()
}

/// The exchanges of each member on one side.
struct Turns(Vec<Vec<usize>>);

impl Turns {
    fn new(exchanges: &[PlannedExchange], members: usize, who: impl Fn(&PlannedExchange) -> usize) -> Self {
        let mut turns = vec![Vec::new(); members];
        for (at, exchange) in exchanges.iter().enumerate() {
            turns[who(exchange)].push(at);
        }
        Self(turns)
    }

    /// Adds half of the moment at which each exchange would come if its member's minutes went by
    /// evenly, in the order they have now.
    fn spread(&self, exchanges: &[PlannedExchange], moments: &[u64], next: &mut [u64]) {
        for turns in &self.0 {
            let mut turns = turns.clone();
            turns.sort_by_key(|&at| (moments[at], at));
            let all: u64 = turns.iter().map(|&at| u64::from(exchanges[at].minutes)).sum();
            let mut before = 0;
            for at in turns {
                let minutes = u64::from(exchanges[at].minutes);
                let middle = u128::from(2 * before + minutes) * u128::from(SPAN) / u128::from(4 * all);
                next[at] += u64::try_from(middle).unwrap_or(SPAN);
                before += minutes;
            }
        }
    }
}

/// Takes exchanges out of a moving window, the kindest to its receiver first.
struct Steady<'a> {
    exchanges: &'a [PlannedExchange],
    balances: Vec<i64>,
    /// Where each member's balance must go at the least: to its end if that is below zero.
    floors: Vec<i64>,
    /// The exchanges within the window, by receiver, in order.
    open: Vec<VecDeque<usize>>,
    /// Each receiver's next exchange, by how far above their floor it leaves them.
    next: BTreeSet<(i64, Reverse<usize>)>,
}

impl<'a> Steady<'a> {
    fn new(exchanges: &'a [PlannedExchange], members: usize) -> Self {
        let mut floors = vec![0; members];
        for exchange in exchanges {
            floors[exchange.giver] += i64::from(exchange.minutes);
            floors[exchange.receiver] -= i64::from(exchange.minutes);
        }
        for floor in &mut floors {
            *floor = (*floor).min(0);
        }
        let (balances, open) = (vec![0; members], vec![VecDeque::new(); members]);
        Self { exchanges, balances, floors, open, next: BTreeSet::new() }
    }

    fn run(mut self) -> Vec<PlannedExchange> {
        let window = self.exchanges.len().div_ceil(AHEAD);
        let mut coming = 0..self.exchanges.len();
        let mut done = Vec::with_capacity(self.exchanges.len());
        for at in coming.by_ref().take(window) {
            self.enter(at);
        }
        while let Some((_, Reverse(at))) = self.next.last().copied() {
            let exchange = self.exchanges[at];
            self.change(exchange.giver, |steady| steady.balances[exchange.giver] += i64::from(exchange.minutes));
            self.change(exchange.receiver, |steady| {
                steady.balances[exchange.receiver] -= i64::from(exchange.minutes);
                steady.open[exchange.receiver].pop_front();
            });
            done.push(exchange);
            if let Some(at) = coming.next() {
                self.enter(at);
            }
        }
        done
    }

    fn enter(&mut self, at: usize) {
        let receiver = self.exchanges[at].receiver;
        self.change(receiver, |steady| steady.open[receiver].push_back(at));
    }

    /// Changes something about a member, and their place among the next with it.
    fn change(&mut self, member: usize, change: impl FnOnce(&mut Self)) {
        if let Some(entry) = self.entry(member) {
            self.next.remove(&entry);
        }
        change(self);
        if let Some(entry) = self.entry(member) {
            self.next.insert(entry);
        }
    }

    fn entry(&self, member: usize) -> Option<(i64, Reverse<usize>)> {
        let at = *self.open[member].front()?;
        let after = self.balances[member] - i64::from(self.exchanges[at].minutes);
        Some((after - self.floors[member], Reverse(at)))
    }
}

/// The least and the most that something running reached; both include the zero it began at.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Swing {
    pub(super) now: i64,
    pub(super) lowest: i64,
    pub(super) highest: i64,
}

impl Swing {
    pub(super) fn add(&mut self, minutes: i64) {
        self.now += minutes;
        self.lowest = self.lowest.min(self.now);
        self.highest = self.highest.max(self.now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By how much all members together go lower than where they end or began.
    fn needless(exchanges: &[PlannedExchange], members: usize) -> i64 {
        let mut swings = vec![Swing::default(); members];
        for exchange in exchanges {
            swings[exchange.giver].add(exchange.minutes.into());
            swings[exchange.receiver].add(-i64::from(exchange.minutes));
        }
        swings.iter().map(|swing| swing.now.min(0) - swing.lowest).sum()
    }

    #[test]
    fn each_step_lets_balances_swing_less() {
        const MEMBERS: usize = 40;
        let mut random = SplitMix::new(1, 1);
        let mut draw = |below: usize| usize::try_from(random.next() % below as u64).unwrap_or(0);
        let exchanges: Vec<PlannedExchange> = (0..2_000)
            .map(|_| {
                let giver = draw(MEMBERS);
                let receiver = (giver + 1 + draw(MEMBERS - 1)) % MEMBERS;
                PlannedExchange { giver, receiver, minutes: u32::try_from(1 + draw(240)).unwrap_or(1) }
            })
            .collect();
        let even = interleave(exchanges.clone(), MEMBERS, SplitMix::new(1, 2));
        let steady = order(exchanges.clone(), MEMBERS, SplitMix::new(1, 2));
        let [before, even_swings, steady_swings] = [&exchanges, &even, &steady].map(|list| needless(list, MEMBERS));
        assert!(even_swings < before, "{even_swings} of {before}");
        assert!(steady_swings * 2 < even_swings, "{steady_swings} of {even_swings}");
        for mut list in [even, steady] {
            let mut all = exchanges.clone();
            for list in [&mut all, &mut list] {
                list.sort_by_key(|exchange| (exchange.giver, exchange.receiver, exchange.minutes));
            }
            assert_eq!(list, all);
        }
    }
}
