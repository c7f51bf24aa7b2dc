#![expect(clippy::unwrap_used, reason = "tests")]

use std::collections::{BTreeMap, BTreeSet};

use super::*;

/// Balances and nets as the steps go by.
#[derive(Default)]
struct Played {
    balances: BTreeMap<Who, i64>,
    pots: [i64; 3],
    /// What the lower of two communities gave the other, less what it received.
    nets: BTreeMap<(usize, usize), i64>,
}

impl Played {
    fn balance(&self, who: Who) -> i64 {
        self.balances.get(&who).copied().unwrap_or(0)
    }

    fn give(&mut self, giver: Who, receiver: Who, minutes: i64) {
        *self.balances.entry(giver).or_default() += minutes;
        *self.balances.entry(receiver).or_default() -= minutes;
        let (from, to) = (giver.community, receiver.community);
        if from != to {
            *self.nets.entry((from.min(to), from.max(to))).or_default() += if from < to { minutes } else { -minutes };
        }
    }

    /// The limit an exchange meets, if it meets one.
    fn limit(&self, exchange: &Exchange) -> Option<Limit> {
        let minutes = i64::from(exchange.minutes);
        if self.balance(exchange.receiver) - minutes < -below(exchange.receiver) {
            return Some(Limit::Below);
        }
        let (from, to) = (exchange.giver.community, exchange.receiver.community);
        let mut longest =
            [from, to].map(|at| SCENARIO.communities[at].largest_exchange_minutes).into_iter().min().unwrap();
        if exchange.crosses() {
            let pair = (from.min(to), from.max(to));
            let partnership = SCENARIO.partnerships.iter().find(|one| one.between == pair).unwrap();
            longest = longest.min(partnership.largest_exchange_minutes);
            let net = self.nets.get(&pair).copied().unwrap_or(0) + if from < to { minutes } else { -minutes };
            if net.abs() > i64::from(partnership.limit_minutes) {
                return Some(Limit::Ahead);
            }
        }
        (exchange.minutes > longest).then_some(Limit::Longest)
    }
}

fn below(who: Who) -> i64 {
    let community = SCENARIO.communities[who.community];
    match SCENARIO.member(who).unwrap().kind {
        Kind::Person => community.person_below_minutes.into(),
        Kind::Organisation => community.organisation_below_minutes.into(),
    }
}

fn everyone(step: &Step) -> Vec<Who> {
    match step {
        Step::Exchange(exchange) | Step::Refused { exchange, .. } => vec![exchange.giver, exchange.receiver],
        Step::Group { giver, receivers, .. } => [&[*giver], *receivers].concat(),
        Step::Gift { giver, .. } => vec![*giver],
        Step::Correction { .. } => Vec::new(),
    }
}

#[test]
fn the_steps_can_be_played_and_one_alone_is_refused() {
    let mut played = Played::default();
    let mut refused = 0;
    for (at, step) in SCENARIO.steps.iter().enumerate() {
        match *step {
            Step::Exchange(exchange) => {
                assert_eq!(played.limit(&exchange), None, "step {at}");
                played.give(exchange.giver, exchange.receiver, exchange.minutes.into());
            }
            Step::Refused { exchange, limit } => {
                assert_eq!(played.limit(&exchange), Some(limit), "step {at}");
                refused += 1;
            }
            Step::Group { giver, receivers, minutes, .. } => {
                let minutes = i64::from(minutes);
                *played.balances.entry(giver).or_default() += minutes;
                for receiver in receivers {
                    *played.balances.entry(*receiver).or_default() -= minutes;
                    assert!(played.balance(*receiver) >= -below(*receiver));
                    assert!(receiver.community == giver.community && *receiver != giver);
                }
                played.pots[giver.community] += minutes * (receivers.len() as i64 - 1);
            }
            Step::Gift { giver, minutes, .. } => {
                assert!(played.balance(giver) >= i64::from(minutes), "a gift is of time given before");
                *played.balances.entry(giver).or_default() -= i64::from(minutes);
                played.pots[giver.community] += i64::from(minutes);
            }
            Step::Correction { of, minutes, .. } => {
                let Step::Exchange(exchange) = SCENARIO.steps[..at][of] else {
                    panic!("step {at} corrects no exchange")
                };
                assert!(minutes < exchange.minutes);
                played.give(exchange.giver, exchange.receiver, i64::from(minutes) - i64::from(exchange.minutes));
            }
        }
    }
    assert_eq!(refused, 1);
    assert_eq!(played.balances.values().sum::<i64>() + played.pots.iter().sum::<i64>(), 0);
    assert!(played.pots[0] > 0 && played.pots[1] > 0);
}

#[test]
fn everything_the_demo_shows_is_there() {
    let count = |wanted: fn(&Step) -> bool| SCENARIO.steps.iter().filter(|step| wanted(step)).count();
    assert_eq!(count(|step| matches!(step, Step::Group { .. })), 1);
    assert_eq!(count(|step| matches!(step, Step::Gift { .. })), 1);
    assert_eq!(count(|step| matches!(step, Step::Correction { .. })), 1);
    for community in 0..SCENARIO.communities.len() {
        let local = |step: &&Step| matches!(step, Step::Exchange(e) if !e.crosses() && e.giver.community == community);
        assert!(SCENARIO.steps.iter().filter(local).count() >= 4);
        for other in (0..SCENARIO.communities.len()).filter(|other| *other != community) {
            let across = |step: &&Step| matches!(step, Step::Exchange(e) if e.giver.community == community && e.receiver.community == other);
            assert!(SCENARIO.steps.iter().any(|step| across(&step)), "{community} gives nothing to {other}");
        }
    }
    for who in SCENARIO.steps.iter().flat_map(everyone) {
        assert!(SCENARIO.member(who).is_some(), "{who:?} is no member");
    }
}

#[test]
fn communities_are_whole_and_names_are_not_shared() {
    let mut names = BTreeSet::new();
    let mut tags = BTreeSet::new();
    for community in SCENARIO.communities {
        assert!(names.insert(community.name));
        assert!((8..=12).contains(&community.members.len()));
        assert_eq!(community.area.len(), 5);
        assert!(community.members[0].role == Role::Coordinator);
        let organisations = community.members.iter().filter(|member| member.kind == Kind::Organisation);
        assert_eq!(organisations.count(), 1);
        for member in community.members {
            assert!(names.insert(member.name), "{} is there twice", member.name);
            let initial = member.name.rsplit(' ').next().unwrap();
            assert!(member.kind == Kind::Organisation || initial.len() == 1, "{} is a whole name", member.name);
            assert!(!member.offers.is_empty() && !member.needs.is_empty(), "everybody gives and receives");
            tags.extend(member.offers.iter().chain(member.needs).map(|listing| listing.tag));
        }
    }
    assert_eq!(tags, BTreeSet::from(TAGS));
    assert_eq!(SCENARIO.partnerships.map(|one| one.between), [(0, 1), (0, 2), (1, 2)]);
}

#[test]
fn words_are_those_of_the_screen() {
    let sources = [
        include_str!("rushey_green.rs"),
        include_str!("gorbals.rs"),
        include_str!("taff_valley.rs"),
        include_str!("steps.rs"),
        include_str!("../scenario.rs"),
    ];
    for word in ["debt", "owe", "owed", "owes", "credit", "debit", "overdrawn"] {
        for source in sources {
            let mut words = source.split(|c: char| !c.is_alphabetic());
            assert!(!words.any(|found| found.eq_ignore_ascii_case(word)), "the word {word} is in a text");
        }
    }
}
