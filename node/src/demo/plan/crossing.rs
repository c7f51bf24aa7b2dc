//! What has to cross between communities, and between which.

use std::cmp::Reverse;
use std::collections::BTreeMap;

/// Minutes that members of one community give to members of another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Flow {
    pub(super) from: usize,
    pub(super) to: usize,
    pub(super) minutes: u64,
}

/// What one community gives and receives, in minutes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Totals {
    pub(super) given: u64,
    pub(super) received: u64,
    /// The most that any one member gives and receives together.
    pub(super) heaviest: u64,
}

/// What leaves and what enters one community, in minutes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Crossing {
    pub(super) out: u64,
    pub(super) into: u64,
}

impl Crossing {
    fn both(self) -> u64 {
        self.out + self.into
    }
}

/// The least that must cross, for each community.
///
/// A community that gives more than it receives must give the difference elsewhere. When one
/// member gives and receives more than the community has for others, the excess must cross both
/// ways too, because nobody exchanges with themselves. When such a community is larger than all
/// the other crossing together, the rest must come out of the others' own exchanges.
pub(super) fn least_crossing(communities: &[Totals]) -> Vec<Crossing> {
    let mut crossing: Vec<Crossing> = communities
        .iter()
        .map(|all| {
            let excess = all.heaviest.saturating_sub(all.given.max(all.received));
            Crossing {
                out: all.given.saturating_sub(all.received) + excess,
                into: all.received.saturating_sub(all.given) + excess,
            }
        })
        .collect();
    let out: u64 = crossing.iter().map(|one| one.out).sum();
    let Some(largest) = (0..crossing.len()).max_by_key(|&at| crossing[at].both()) else {
        return crossing;
    };
    let mut missing = crossing[largest].both().saturating_sub(out);
    let mut others: Vec<usize> = (0..crossing.len()).filter(|&at| at != largest).collect();
    let inside = |at: usize, crossing: &[Crossing]| communities[at].given - crossing[at].out;
    others.sort_by_key(|&at| (Reverse(inside(at, &crossing)), at));
    for at in others {
        let moved = missing.min(inside(at, &crossing));
        crossing[at].out += moved;
        crossing[at].into += moved;
        missing -= moved;
    }
    crossing
}

/// Which community gives how much to which, in few pairs of communities: every step finishes
/// with one side of one community.
///
/// The community with most left to cross goes first, so that what is left never amounts to one
/// community crossing with itself. Those that cross both ways do so with each other first, which
/// saves a pair, then with whom they are paired already, then with whoever finishes with it
/// exactly or else has most.
pub(super) fn flows(crossing: &[Crossing]) -> Vec<Flow> {
    let both_ways: Vec<bool> = crossing.iter().map(|one| one.out > 0 && one.into > 0).collect();
    let mut left = crossing.to_vec();
    let mut total: u64 = left.iter().map(|one| one.out).sum();
    let mut flows: BTreeMap<(usize, usize), u64> = BTreeMap::new();
    while total > 0 {
        let Some(most) = (0..left.len()).max_by_key(|&at| (left[at].both(), Reverse(at))) else {
            break;
        };
        let gives = left[most].out >= left[most].into;
        let own = left[most].out.max(left[most].into);
        let open = |at: usize| if gives { left[at].into } else { left[at].out };
        let near = |at: usize| {
            let paired = flows.contains_key(&(most, at)) || flows.contains_key(&(at, most));
            paired || both_ways[most] && both_ways[at]
        };
        let others = (0..left.len()).filter(|&at| at != most && open(at) > 0);
        let answer = others.max_by_key(|&at| (near(at), open(at) == own, open(at), Reverse(at)));
        let Some(answer) = answer else { break };
        let (from, to) = if gives { (most, answer) } else { (answer, most) };
        let rest = (0..left.len()).filter(|&at| at != from && at != to).map(|at| left[at].both()).max();
        let minutes = left[from].out.min(left[to].into).min(total - rest.unwrap_or(0));
        left[from].out -= minutes;
        left[to].into -= minutes;
        total -= minutes;
        *flows.entry((from, to)).or_default() += minutes;
    }
    flows.into_iter().map(|((from, to), minutes)| Flow { from, to, minutes }).collect()
}
