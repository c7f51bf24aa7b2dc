//! From a community currency's real totals to exchanges that meet them.
//!
//! The data gives totals per member, never single trades. [`plan`] divides the members into
//! communities, rounds their volumes to whole minutes, and makes exchanges such that every
//! member gives and receives exactly the rounded totals, in about the number of exchanges the
//! data states. Exchanges stay inside a community wherever the totals let them. The same data
//! and number of communities give the same plan, on any machine.

mod choose;
mod communities;
mod crossing;
pub mod data;
mod order;
mod random;
mod rounding;
#[cfg(test)]
mod tests;
mod weave;

use std::collections::BTreeMap;

pub use data::{DataError, DataMember, Volume, read_members};

use choose::Figures;
use crossing::{Crossing, Flow, Totals};
use order::Swing;
use random::SplitMix;
use rounding::Rounded;
use weave::Part;

/// The name of the last community, and the data's name for people outside any named neighbourhood.
pub const ELSEWHERE: &str = "Elsewhere";

/// The largest single exchange made, in minutes: the protocol's own cap on one exchange.
pub const MAX_EXCHANGE_MINUTES: u64 = 1_000_000;

/// The most exchanges planned for: ten times the 75,167 of the published data, which a laptop
/// plays through in minutes; the counts are data, and bound what a plan takes of memory.
pub const MAX_EXCHANGES: u64 = 1_000_000;

/// The source of all variety in a plan. Any number would do; this one is the year of the data.
const SEED: u64 = 2020;

/// Members, exchanges between them, and what came of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// The communities, largest first; the last is [`ELSEWHERE`].
    pub communities: Vec<PlannedCommunity>,
    /// What each member has to do with it, in the order of the members given to [`plan`].
    pub members: Vec<PlannedMember>,
    /// Every exchange, in the order they should happen.
    pub exchanges: Vec<PlannedExchange>,
    /// What crosses between two communities, by their numbers, the lower first.
    pub crossing: BTreeMap<(usize, usize), CrossSummary>,
    /// How near the plan comes to the data.
    pub report: PlanReport,
}

/// One community of a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedCommunity {
    /// The neighbourhood's name in the data, or [`ELSEWHERE`].
    pub name: String,
    /// Its members, as places in the list given to [`plan`], rising.
    pub members: Vec<usize>,
}

/// One member's part in a plan; all figures are minutes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PlannedMember {
    /// The number of the member's community.
    pub community: usize,
    /// The given volume, rounded; the member's exchanges as giver sum to exactly this.
    pub given_minutes: u32,
    /// The received volume, rounded; the member's exchanges as receiver sum to exactly this.
    pub received_minutes: u32,
    /// The lowest the member's balance (given less received) is at any moment; never above zero.
    pub lowest_balance_minutes: i64,
    /// The highest the member's balance is at any moment; never below zero.
    pub highest_balance_minutes: i64,
}

/// One exchange: the giver's time, to the receiver.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PlannedExchange {
    /// Who gives, as a place in the list given to [`plan`].
    pub giver: usize,
    /// Who receives, as a place in the list given to [`plan`]; never the giver.
    pub receiver: usize,
    /// How long; from 1 to [`MAX_EXCHANGE_MINUTES`].
    pub minutes: u32,
}

/// What crosses between two communities.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CrossSummary {
    /// How many exchanges, both ways together.
    pub count: usize,
    /// Minutes given by the lower-numbered community to the other, and back.
    pub minutes_each_way: (u64, u64),
    /// The lowest the lower-numbered community's net (given less received) is at any moment.
    pub lowest_net_minutes: i64,
    /// The highest that net is at any moment.
    pub highest_net_minutes: i64,
}

/// How near a plan comes to the data, and what it takes.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct PlanReport {
    /// The number of exchanges the data states, counted at the givers.
    pub wanted_count: u64,
    /// The number of exchanges made.
    pub made_count: u64,
    /// Over all members, by how much the exchanges made differ from those stated: as giver and
    /// as receiver, added up.
    pub count_distance: u64,
    /// All minutes exchanged.
    pub total_minutes: u64,
    /// Members with a volume that was no whole number of minutes.
    pub rounding_adjusted_members: usize,
    /// The largest single exchange, in minutes.
    pub largest_minutes: u32,
    /// Exchanges between members of different communities.
    pub crossing_count: u64,
    /// Minutes of those exchanges.
    pub crossing_minutes: u64,
    /// The part of all minutes that crosses, from 0 to 1.
    pub crossing_share_minutes: f64,
}

/// Why no plan can be made. No message names a person; numbers are the data's own.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    /// There is nobody to plan for.
    #[error("there are no members: give a data file with at least one")]
    Nobody,
    /// More communities than there are neighbourhoods, or none.
    #[error("cannot make {asked} communities of this data: choose from 1 to {most}")]
    Communities {
        /// How many were asked for.
        asked: usize,
        /// How many there can be.
        most: usize,
    },
    /// Both sides must have the same total.
    #[error(
        "members gave {} units in all but received {}: the data is a part of something; give the whole",
        Decimal(*given), Decimal(*received)
    )]
    TotalsDisagree {
        /// All given, in hundredths.
        given: u64,
        /// All received, in hundredths.
        received: u64,
    },
    /// One member would have to exchange with themselves.
    #[error(
        "member {number} gave and received more than all others together, so some of it was with themselves: correct their volumes"
    )]
    OnlyWithSelf {
        /// The member's number in the data.
        number: u32,
    },
    /// More exchanges than a plan carries.
    #[error("the members' counts come to {wanted} exchanges, more than {MAX_EXCHANGES}: give a part of the data")]
    TooManyExchanges {
        /// What the counts come to, at the givers or the receivers.
        wanted: u64,
    },
    /// One member's volume is beyond what a plan carries.
    #[error("the volumes of member {number} are above a thousand million units: correct them")]
    VolumeTooLarge {
        /// The member's number in the data.
        number: u32,
    },
}

struct Decimal(u64);

impl std::fmt::Display for Decimal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{:02}", self.0 / 100, self.0 % 100)
    }
}

/// Plans exchanges for `members` in `communities` communities: the largest neighbourhoods by
/// members, each for itself, and one community more that holds everybody else. People of
/// [`ELSEWHERE`] or of no neighbourhood are in the last one.
///
/// # Errors
/// [`PlanError`] when the number of communities or the members' figures allow no plan.
pub fn plan(members: &[DataMember], communities: usize) -> Result<Plan, PlanError> {
    check(members)?;
    let communities = communities::divide(members, communities)?;
    let rounded = rounding::round(members)?;
    let mut planned = planned_members(members.len(), &communities, &rounded);
    let exchanges = exchange_all(members, &communities, &rounded);
    let exchanges = order::order(exchanges, members.len(), SplitMix::new(SEED, u64::MAX));
    let crossing = follow(&mut planned, &exchanges);
    let report = report(members, &rounded, &exchanges, &crossing);
    Ok(Plan { communities, members: planned, exchanges, crossing, report })
}

fn check(members: &[DataMember]) -> Result<(), PlanError> {
    if members.is_empty() {
        return Err(PlanError::Nobody);
    }
    let most = Volume::from_hundredths(data::MAX_VOLUME_HUNDREDTHS);
    if let Some(member) = members.iter().find(|member| member.given_volume.max(member.received_volume) > most) {
        return Err(PlanError::VolumeTooLarge { number: member.number });
    }
    let given: u64 = members.iter().map(|member| u64::from(member.given_count)).sum();
    let received: u64 = members.iter().map(|member| u64::from(member.received_count)).sum();
    match given.max(received) {
        wanted if wanted > MAX_EXCHANGES => Err(PlanError::TooManyExchanges { wanted }),
        _ => Ok(()),
    }
}

fn planned_members(count: usize, communities: &[PlannedCommunity], rounded: &Rounded) -> Vec<PlannedMember> {
    let minutes = |minutes: u64| u32::try_from(minutes).expect("a volume is at most a thousand million units");
    let mut planned = vec![PlannedMember::default(); count];
    for (number, community) in communities.iter().enumerate() {
        for &at in &community.members {
            planned[at].community = number;
            planned[at].given_minutes = minutes(rounded.given[at]);
            planned[at].received_minutes = minutes(rounded.received[at]);
        }
    }
    planned
}

/// Makes the exchanges of all communities, first inside each, then across, in no useful order.
fn exchange_all(members: &[DataMember], communities: &[PlannedCommunity], rounded: &Rounded) -> Vec<PlannedExchange> {
    let figures = |at: usize| Figures {
        member: at,
        given: rounded.given[at],
        given_count: u64::from(members[at].given_count),
        received: rounded.received[at],
        received_count: u64::from(members[at].received_count),
    };
    let totals: Vec<Totals> = communities.iter().map(|community| totals(&community.members, rounded)).collect();
    let crossing: Vec<Crossing> = crossing::least_crossing(&totals);
    let mut exchanges = Vec::new();
    let mut across: [Vec<Vec<Part>>; 2] = [Vec::new(), Vec::new()];
    for (number, community) in communities.iter().enumerate() {
        let figures: Vec<Figures> = community.members.iter().map(|&at| figures(at)).collect();
        let parted = choose::part(&figures, crossing[number]);
        let mut random = SplitMix::new(SEED, number as u64);
        weave::weave(&parted.inside[0], &parted.inside[1], &mut random, &mut exchanges);
        let [out, into] = parted.across;
        across[0].push(out);
        across[1].push(into);
    }
    let mut random = SplitMix::new(SEED, communities.len() as u64);
    for Flow { from, to, minutes } in crossing::flows(&crossing) {
        let givers = draw(&mut across[0][from], minutes);
        let receivers = draw(&mut across[1][to], minutes);
        weave::weave(&givers, &receivers, &mut random, &mut exchanges);
    }
    exchanges
}

fn totals(members: &[usize], rounded: &Rounded) -> Totals {
    Totals {
        given: members.iter().map(|&at| rounded.given[at]).sum(),
        received: members.iter().map(|&at| rounded.received[at]).sum(),
        heaviest: members.iter().map(|&at| rounded.given[at] + rounded.received[at]).max().unwrap_or(0),
    }
}

/// Takes parts of `minutes` together off the end of a list, the last of them divided if need be.
fn draw(parts: &mut Vec<Part>, minutes: u64) -> Vec<Part> {
    let mut missing = minutes;
    let mut drawn = Vec::new();
    while missing > 0 {
        let Some(mut part) = parts.pop() else { break };
        if part.minutes > missing {
            let count = (part.count * missing).div_ceil(part.minutes);
            let rest = Part { minutes: part.minutes - missing, count: part.count.saturating_sub(count).max(1), ..part };
            parts.push(rest);
            part = Part { minutes: missing, count, ..part };
        }
        missing -= part.minutes;
        drawn.push(part);
    }
    drawn
}

/// Plays the exchanges through, noting how far the members' balances and the communities' nets swing.
fn follow(members: &mut [PlannedMember], exchanges: &[PlannedExchange]) -> BTreeMap<(usize, usize), CrossSummary> {
    let mut balances = vec![Swing::default(); members.len()];
    let mut nets: BTreeMap<(usize, usize), (CrossSummary, Swing)> = BTreeMap::new();
    for exchange in exchanges {
        let minutes = i64::from(exchange.minutes);
        balances[exchange.giver].add(minutes);
        balances[exchange.receiver].add(-minutes);
        let (from, to) = (members[exchange.giver].community, members[exchange.receiver].community);
        if from == to {
            continue;
        }
        let (summary, net) = nets.entry((from.min(to), from.max(to))).or_default();
        summary.count += 1;
        if from < to {
            summary.minutes_each_way.0 += u64::from(exchange.minutes);
            net.add(minutes);
        } else {
            summary.minutes_each_way.1 += u64::from(exchange.minutes);
            net.add(-minutes);
        }
    }
    for (member, balance) in members.iter_mut().zip(balances) {
        member.lowest_balance_minutes = balance.lowest;
        member.highest_balance_minutes = balance.highest;
    }
    let finished = |(summary, net): (CrossSummary, Swing)| CrossSummary {
        lowest_net_minutes: net.lowest,
        highest_net_minutes: net.highest,
        ..summary
    };
    nets.into_iter().map(|(pair, both)| (pair, finished(both))).collect()
}

fn report(
    members: &[DataMember],
    rounded: &Rounded,
    exchanges: &[PlannedExchange],
    crossing: &BTreeMap<(usize, usize), CrossSummary>,
) -> PlanReport {
    let mut made = vec![(0_u64, 0_u64); members.len()];
    for exchange in exchanges {
        made[exchange.giver].0 += 1;
        made[exchange.receiver].1 += 1;
    }
    let distance = |(member, made): (&DataMember, &(u64, u64))| {
        made.0.abs_diff(member.given_count.into()) + made.1.abs_diff(member.received_count.into())
    };
    let crossing_minutes = crossing.values().map(|pair| pair.minutes_each_way.0 + pair.minutes_each_way.1).sum();
    PlanReport {
        wanted_count: members.iter().map(|member| u64::from(member.given_count)).sum(),
        made_count: exchanges.len() as u64,
        count_distance: members.iter().zip(&made).map(distance).sum(),
        total_minutes: rounded.total,
        rounding_adjusted_members: rounded.adjusted,
        largest_minutes: exchanges.iter().map(|exchange| exchange.minutes).max().unwrap_or(0),
        crossing_count: crossing.values().map(|pair| pair.count as u64).sum(),
        crossing_minutes,
        crossing_share_minutes: crossing_minutes as f64 / rounded.total.max(1) as f64,
    }
}
