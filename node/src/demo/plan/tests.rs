#![expect(clippy::unwrap_used, clippy::print_stderr, reason = "tests")]

use std::collections::BTreeSet;
use std::path::PathBuf;

use proptest::prelude::*;

use super::*;

fn member(number: u32, neighbourhood: &str) -> DataMember {
    DataMember {
        number,
        neighbourhood: neighbourhood.to_owned(),
        trade: "Shop".to_owned(),
        joined: jiff::civil::date(2019, 1, 31),
        given_count: 0,
        given_volume: Volume::default(),
        received_count: 0,
        received_volume: Volume::default(),
    }
}

/// A member of the only neighbourhood with volumes in hundredths.
fn with_volumes(number: u32, given: u64, received: u64) -> DataMember {
    DataMember {
        given_volume: Volume::from_hundredths(given),
        received_volume: Volume::from_hundredths(received),
        given_count: 2,
        received_count: 2,
        ..member(number, "Hilltop")
    }
}

/// Members whose totals come from trades between different members, so a plan must exist.
fn from_trades(places: &[usize], trades: &[(usize, usize, u64)], lost: &[bool]) -> Vec<DataMember> {
    const NAMES: [&str; 6] = ["Hilltop", "Riverside", "Market", "Old Town", ELSEWHERE, ""];
    let mut members: Vec<DataMember> =
        (0_u32..).zip(places).map(|(number, &place)| member(number, NAMES[place % NAMES.len()])).collect();
    for &(giver, apart, volume) in trades {
        let giver = giver % members.len();
        let receiver = (giver + 1 + apart % (members.len() - 1)) % members.len();
        let from = &mut members[giver];
        from.given_volume = Volume::from_hundredths(from.given_volume.hundredths() + volume);
        from.given_count += 1;
        let to = &mut members[receiver];
        to.received_volume = Volume::from_hundredths(to.received_volume.hundredths() + volume);
        to.received_count += 1;
    }
    for (member, lost) in members.iter_mut().zip(lost) {
        if *lost {
            member.given_count = 0;
            member.received_count /= 2;
        }
    }
    members
}

/// Everything a caller relies on, counted again from the exchanges alone.
fn check_plan(members: &[DataMember], plan: &Plan) {
    let mut seen = BTreeSet::new();
    for (number, community) in plan.communities.iter().enumerate() {
        assert!(!community.members.is_empty(), "{} is empty", community.name);
        for &at in &community.members {
            assert!(seen.insert(at), "a member is in two communities");
            assert_eq!(plan.members[at].community, number);
        }
    }
    assert_eq!(seen.len(), members.len());

    let mut again = vec![PlannedMember::default(); members.len()];
    let mut crossing: BTreeMap<(usize, usize), (usize, u64, u64)> = BTreeMap::new();
    for exchange in &plan.exchanges {
        assert_ne!(exchange.giver, exchange.receiver, "an exchange with oneself");
        assert!((1..=MAX_EXCHANGE_MINUTES).contains(&exchange.minutes.into()));
        let (from, to) = (plan.members[exchange.giver].community, plan.members[exchange.receiver].community);
        let pair = crossing.entry((from.min(to), from.max(to))).or_default();
        pair.0 += 1;
        *(if from < to { &mut pair.1 } else { &mut pair.2 }) += u64::from(exchange.minutes);
        again[exchange.giver].given_minutes += exchange.minutes;
        again[exchange.receiver].received_minutes += exchange.minutes;
        for at in [exchange.giver, exchange.receiver] {
            let now = i64::from(again[at].given_minutes) - i64::from(again[at].received_minutes);
            again[at].lowest_balance_minutes = again[at].lowest_balance_minutes.min(now);
            again[at].highest_balance_minutes = again[at].highest_balance_minutes.max(now);
        }
    }
    for ((member, planned), again) in members.iter().zip(&plan.members).zip(again) {
        assert_eq!(*planned, PlannedMember { community: planned.community, ..again });
        for (minutes, volume) in
            [(planned.given_minutes, member.given_volume), (planned.received_minutes, member.received_volume)]
        {
            let off = (u64::from(minutes) * 100).abs_diff(volume.hundredths());
            assert!(off < 100, "member {} is off by {off} hundredths", member.number);
        }
    }
    crossing.retain(|(one, other), _| one != other);
    assert_eq!(crossing.len(), plan.crossing.len());
    for (pair, (count, out, back)) in crossing {
        let summary = plan.crossing[&pair];
        assert_eq!((summary.count, summary.minutes_each_way), (count, (out, back)));
        assert!(summary.lowest_net_minutes <= 0 && summary.highest_net_minutes >= 0);
    }
    check_crossing_is_least(plan);
}

/// What each community gives beyond what it receives has to cross, what one member gives and
/// receives beyond what the others of their community can answer has to cross both ways, and
/// nothing else crosses unless that is more than half of all that does.
fn check_crossing_is_least(plan: &Plan) {
    let mut least = Vec::new();
    for community in &plan.communities {
        let figures = community.members.iter().map(|&at| plan.members[at]);
        let given: u64 = figures.clone().map(|one| u64::from(one.given_minutes)).sum();
        let received: u64 = figures.clone().map(|one| u64::from(one.received_minutes)).sum();
        let both = figures.map(|one| u64::from(one.given_minutes) + u64::from(one.received_minutes)).max();
        let excess = both.unwrap_or(0).saturating_sub(given.max(received));
        least.push((given.saturating_sub(received) + excess, received.saturating_sub(given) + excess));
    }
    let out: u64 = least.iter().map(|one| one.0).sum();
    let largest = least.iter().map(|one| one.0 + one.1).max().unwrap_or(0);
    assert_eq!(plan.report.crossing_minutes, out.max(largest));
    let sides = least.iter().map(|one| usize::from(one.0 > 0) + usize::from(one.1 > 0)).sum::<usize>();
    if largest <= out {
        assert!(plan.crossing.len() <= sides, "{} pairs for {sides} sides", plan.crossing.len());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn totals_of_any_trades_are_met_exactly(
        places in prop::collection::vec(0_usize..6, 2..14),
        trades in prop::collection::vec((0_usize..14, 0_usize..14, 1_u64..30_000), 0..60),
        lost in prop::collection::vec(any::<bool>(), 14),
        communities in 0_usize..6,
    ) {
        let members = from_trades(&places, &trades, &lost);
        let named: BTreeSet<&str> = members
            .iter()
            .map(|member| if member.neighbourhood.is_empty() { ELSEWHERE } else { &member.neighbourhood })
            .collect();
        let communities = 1 + communities % named.len();
        let made = plan(&members, communities).unwrap();
        prop_assert_eq!(made.communities.len(), communities);
        check_plan(&members, &made);
        prop_assert_eq!(plan(&members, communities).unwrap(), made);
    }

    #[test]
    fn one_member_on_both_sides_of_everything_is_served(
        places in prop::collection::vec(0_usize..6, 3..10),
        trades in prop::collection::vec((any::<bool>(), 0_usize..9, 1_u64..3_000), 1..40),
        others in prop::collection::vec((1_usize..9, 0_usize..9, 1_u64..300), 0..4),
        communities in 0_usize..6,
    ) {
        // Trades of everybody with the first member, and a few without.
        let count = places.len();
        let mut all = others;
        for (gives, other, volume) in trades {
            let other = 1 + other % (count - 1);
            all.push(if gives { (0, other - 1, volume) } else { (other, count - other - 1, volume) });
        }
        let members = from_trades(&places, &all, &[]);
        let most = match plan(&members, 0) {
            Err(PlanError::Communities { most, .. }) => most,
            other => panic!("zero communities gave {other:?}"),
        };
        check_plan(&members, &plan(&members, 1 + communities % most).unwrap());
    }

    #[test]
    fn flows_meet_every_crossing_without_self(crossing in prop::collection::vec((0_u64..50, 0_u64..50, 0_u64..3), 2..12)) {
        let mut totals: Vec<Totals> = crossing
            .iter()
            .map(|&(given, received, heavy)| Totals { given, received, heaviest: given.max(received) + heavy * 10 })
            .collect();
        // Make the sides agree, and no one member heavier than all the world.
        let given: u64 = totals.iter().map(|one| one.given).sum();
        let received: u64 = totals.iter().map(|one| one.received).sum();
        totals[0].given += received.saturating_sub(given);
        totals[0].received += given.saturating_sub(received);
        let world = given.max(received);
        for one in &mut totals {
            one.heaviest = one.heaviest.min(one.given + one.received).min(world);
        }
        let crossing = crossing::least_crossing(&totals);
        let mut made = vec![Crossing::default(); totals.len()];
        for Flow { from, to, minutes } in crossing::flows(&crossing) {
            prop_assert!(from != to && minutes > 0);
            made[from].out += minutes;
            made[to].into += minutes;
        }
        prop_assert_eq!(&made, &crossing);
        for (one, all) in crossing.iter().zip(&totals) {
            prop_assert!(one.out <= all.given && one.into <= all.received);
            prop_assert_eq!(all.given - one.out, all.received - one.into);
        }
    }
}

#[test]
fn the_largest_remainders_are_rounded_up() {
    let given = [90, 20, 0, 90].map(|volume| with_volumes(1, volume, 0));
    let members = [&given[..], &[with_volumes(5, 0, 200)]].concat();
    let made = plan(&members, 1).unwrap();
    check_plan(&members, &made);
    let minutes: Vec<u32> = made.members.iter().map(|one| one.given_minutes).collect();
    assert_eq!(minutes, [1, 0, 0, 1, 0]);
    assert_eq!(made.report.rounding_adjusted_members, 3);
}

#[test]
fn rounding_moves_a_minute_when_one_member_would_meet_themselves() {
    // Largest remainders alone would give the first 11 minutes on both sides of a total of 21.
    let members = [with_volumes(1, 1_050, 1_050), with_volumes(2, 1_050, 1_050)];
    let made = plan(&members, 1).unwrap();
    check_plan(&members, &made);
    assert_eq!(made.report.total_minutes, 21);
    assert_eq!(made.report.rounding_adjusted_members, 2);
}

#[test]
fn volumes_that_round_to_nothing_and_missing_counts_are_no_trouble() {
    let mut members = [with_volumes(1, 3, 50_000), with_volumes(2, 50_000, 0), with_volumes(3, 0, 3)];
    members[0].received_count = 0;
    members[1].given_count = 0;
    let made = plan(&members, 1).unwrap();
    check_plan(&members, &made);
    assert_eq!(made.exchanges, [PlannedExchange { giver: 1, receiver: 0, minutes: 500 }]);
    let nobody_gave = [with_volumes(1, 0, 0)];
    assert!(plan(&nobody_gave, 1).unwrap().exchanges.is_empty());
}

#[test]
fn more_than_one_exchange_may_carry_is_divided() {
    let members = [with_volumes(1, 300_000_000, 0), with_volumes(2, 0, 300_000_000)];
    let made = plan(&members, 1).unwrap();
    check_plan(&members, &made);
    assert!(made.report.made_count >= 3);
}

#[test]
fn the_largest_neighbourhoods_become_communities_and_elsewhere_never() {
    let places = [ELSEWHERE, ELSEWHERE, ELSEWHERE, "Market", "Market", "Hilltop", "Hilltop", "Old Town", ""];
    let members: Vec<DataMember> = (0_u32..).zip(places).map(|(number, place)| member(number, place)).collect();
    let names = |count| -> Vec<(String, Vec<usize>)> {
        let made = plan(&members, count).unwrap();
        made.communities.into_iter().map(|community| (community.name, community.members)).collect()
    };
    assert_eq!(names(1), [(ELSEWHERE.to_owned(), (0..9).collect())]);
    assert_eq!(names(2), [("Hilltop".to_owned(), vec![5, 6]), (ELSEWHERE.to_owned(), vec![0, 1, 2, 3, 4, 7, 8])]);
    assert_eq!(names(4).last().unwrap(), &(ELSEWHERE.to_owned(), vec![0, 1, 2, 8]));
    for asked in [0, 5] {
        assert_eq!(plan(&members, asked), Err(PlanError::Communities { asked, most: 4 }));
    }
    let text = PlanError::Communities { asked: 5, most: 4 }.to_string();
    assert!(text.contains("choose from 1 to 4"), "{text}");
}

#[test]
fn impossible_figures_are_refused_by_name() {
    assert_eq!(plan(&[], 1), Err(PlanError::Nobody));
    let uneven = [with_volumes(1, 500, 0), with_volumes(2, 0, 400)];
    let error = plan(&uneven, 1).unwrap_err();
    assert_eq!(error, PlanError::TotalsDisagree { given: 500, received: 400 });
    assert!(error.to_string().contains("5.00 units in all but received 4.00"), "{error}");
    let alone = [with_volumes(7, 500, 500), with_volumes(8, 100, 100)];
    assert_eq!(plan(&alone, 1), Err(PlanError::OnlyWithSelf { number: 7 }));
    let huge = [with_volumes(7, data::MAX_VOLUME_HUNDREDTHS + 1, 0)];
    assert_eq!(plan(&huge, 1), Err(PlanError::VolumeTooLarge { number: 7 }));
    let often = [DataMember { given_count: 1_000_001, ..with_volumes(7, 0, 0) }];
    assert_eq!(plan(&often, 1), Err(PlanError::TooManyExchanges { wanted: 1_000_001 }));
}

#[test]
fn a_balance_goes_no_lower_than_it_must_when_others_can_wait() {
    // In a ring where everybody gives as much as they receive, nobody needs to go far below zero.
    let members: Vec<DataMember> = (0..6)
        .map(|number| DataMember { given_count: 20, received_count: 20, ..with_volumes(number, 60_000, 60_000) })
        .collect();
    let made = plan(&members, 1).unwrap();
    check_plan(&members, &made);
    let lowest = made.members.iter().map(|one| one.lowest_balance_minutes).min().unwrap();
    assert!(lowest >= -2 * i64::from(made.report.largest_minutes), "{lowest}");
}

/// The real file, whose path the environment gives because the data stays out of this repository.
#[test]
fn the_published_data_is_met_for_every_member() {
    let Some(path) = std::env::var_os("KITH_DATA").map(PathBuf::from) else {
        eprintln!("NOT RUN on the published data: set KITH_DATA to the path of its members' file");
        return;
    };
    let members = read_members(&path).unwrap();
    let forced = |count: u32, volume: Volume| volume.hundredths().div_ceil(100 * u64::from(count.max(1)));
    let forced = members
        .iter()
        .map(|one| forced(one.given_count, one.given_volume).max(forced(one.received_count, one.received_volume)))
        .max()
        .unwrap();
    for communities in [3, 12, 72] {
        let made = plan(&members, communities).unwrap();
        check_plan(&members, &made);
        let report = made.report;
        let lowest = made.members.iter().map(|one| one.lowest_balance_minutes).min().unwrap();
        eprintln!("{communities} communities, {} pairs, lowest balance {lowest}: {report:?}", made.crossing.len());
        assert_eq!(made.communities.len(), communities);
        assert!(report.made_count.abs_diff(report.wanted_count) * 10 <= report.wanted_count, "{report:?}");
        assert!(u64::from(report.largest_minutes) <= 2 * forced, "{report:?}");
        assert!(report.crossing_share_minutes < 0.1, "{report:?}");
    }
}
