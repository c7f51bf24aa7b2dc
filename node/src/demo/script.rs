//! What a demonstration plays, whether made up or from real figures: communities, people, agreements, and what happens.

use super::{
    plan::{DataMember, Plan, Volume},
    scenario::{self, SCENARIO},
};
use kith_protocol::{
    community::{Charter, Confirmation},
    member::{MemberKind, Role},
    minutes::{Balance, Minutes},
    shelf::{Category, MAX_TITLE},
};

/// How many communities a made-up demonstration may have: ten times the three of the scenario.
pub const MAX_MADE_UP: usize = 30;

/// Everything a demonstration plays.
#[derive(Debug, Clone)]
pub struct Script {
    /// The communities.
    pub communities: Vec<Community>,
    /// All members; others refer to them by their place here.
    pub members: Vec<Member>,
    /// Agreements between pairs of communities.
    pub partnerships: Vec<Partnership>,
    /// What happens.
    pub steps: Vec<Step>,
    /// Whether steps build on one another and must be played in order.
    pub in_order: bool,
}

/// One community.
#[derive(Debug, Clone)]
pub struct Community {
    /// Its rules, with its name and area.
    pub charter: Charter,
    /// Its members, by their place in the script.
    pub members: Vec<usize>,
}

/// One member.
#[derive(Debug, Clone)]
pub struct Member {
    /// Which community.
    pub community: usize,
    /// Name.
    pub name: String,
    /// The id in an earlier system.
    pub external: Option<String>,
    /// When they joined it.
    pub joined: Option<String>,
    /// Person or organisation.
    pub kind: MemberKind,
    /// Role.
    pub role: Role,
    /// Offers: category, tag and title.
    pub offers: Vec<Words>,
    /// Needs.
    pub needs: Vec<Words>,
    /// Whether they hold a key of their own; a coordinator writes down what others say.
    pub has_key: bool,
    /// Given less received that the figures state, in hundredths of a minute, if they do.
    pub expected_hundredths: Option<i64>,
}

/// An offer or need.
#[derive(Debug, Clone)]
pub struct Words {
    /// The kind of skill.
    pub category: Category,
    /// A word to find it by.
    pub tag: Option<String>,
    /// What.
    pub title: String,
    /// Language tag.
    pub language: String,
}

/// An agreement between two communities.
#[derive(Debug, Clone)]
pub struct Partnership {
    /// The two.
    pub between: (usize, usize),
    /// How far each may run ahead, in minutes, in the same order.
    pub limits: (u64, u64),
    /// The longest single exchange.
    pub largest: u32,
}

/// One thing that happens; members by their place in the script.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the sentence of each step names its fields")]
pub enum Step {
    /// Help from one to another, in one community or across two.
    Exchange { giver: usize, receiver: usize, minutes: u32 },
    /// One does something with several.
    Group { leader: usize, participants: Vec<usize>, minutes: u32 },
    /// A gift to the pot.
    Gift { from: usize, minutes: u32 },
    /// The exchange at that place among the steps was shorter or longer than recorded.
    Correction { of: usize, minutes: u32 },
    /// An exchange that a limit refuses.
    Refused { giver: usize, receiver: usize, minutes: u32 },
}

fn minutes(n: u32) -> Minutes {
    Minutes::new(i64::from(n.max(1))).expect("the scripts' minutes are within the protocol's range")
}

fn hundredths(volume: Volume) -> i64 {
    i64::try_from(volume.hundredths()).unwrap_or(i64::MAX)
}

fn floor(below: u64) -> Balance {
    Balance::new(-i64::try_from(below).unwrap_or(i64::MAX)).expect("the scripts' floors are within range")
}

fn category(tag: &str) -> Category {
    match tag {
        "befriending" => Category::Befriending,
        "shopping" => Category::Shopping,
        "repairs" => Category::Repairs,
        "tutoring" | "Welsh conversation" => Category::Learning,
        "lifts" => Category::Transport,
        "gardening" => Category::Garden,
        "form filling" => Category::Advice,
        "cooking for one" => Category::Food,
        "phone help" => Category::Technology,
        _ => Category::Other,
    }
}

/// The made-up world, with the scenario's three communities repeated until there are `count`.
#[must_use]
pub fn made_up(count: usize) -> Script {
    let mut script = Script {
        communities: Vec::new(),
        members: Vec::new(),
        partnerships: Vec::new(),
        steps: Vec::new(),
        in_order: true,
    };
    for round in 0..count.div_ceil(3) {
        add_round(&mut script, round, (count - round * 3).min(3));
    }
    expect(&mut script);
    script
}

/// What every member's balance should be when all steps were played.
fn expect(script: &mut Script) {
    let mut balances = vec![0i64; script.members.len()];
    let mut give = |who: usize, minutes: i64| balances[who] += minutes;
    for step in &script.steps {
        match step {
            Step::Exchange { giver, receiver, minutes } => {
                give(*giver, i64::from(*minutes));
                give(*receiver, -i64::from(*minutes));
            }
            // The scenario's charters let a leader earn once; the rest goes to the pot.
            Step::Group { leader, participants, minutes } => {
                give(*leader, i64::from(*minutes));
                participants.iter().for_each(|p| give(*p, -i64::from(*minutes)));
            }
            Step::Gift { from, minutes } => give(*from, -i64::from(*minutes)),
            Step::Correction { of, minutes } => {
                if let Step::Exchange { giver, receiver, minutes: was } = &script.steps[*of] {
                    let change = i64::from(*minutes) - i64::from(*was);
                    give(*giver, change);
                    give(*receiver, -change);
                }
            }
            Step::Refused { .. } => {}
        }
    }
    for (member, balance) in script.members.iter_mut().zip(balances) {
        member.expected_hundredths = Some(balance * 100);
    }
}

/// Adds the first `count` communities of the scenario once more.
fn add_round(script: &mut Script, round: usize, count: usize) {
    let first_community = script.communities.len();
    let first_step = script.steps.len();
    for community in &SCENARIO.communities[..count] {
        add_community(script, community, round);
    }
    for agreed in SCENARIO.partnerships.iter().filter(|p| p.between.0 < count && p.between.1 < count) {
        script.partnerships.push(Partnership {
            between: (first_community + agreed.between.0, first_community + agreed.between.1),
            limits: (u64::from(agreed.limit_minutes), u64::from(agreed.limit_minutes)),
            largest: agreed.largest_exchange_minutes,
        });
    }
    let who = |w: &scenario::Who| -> Option<usize> {
        let community = (w.community < count).then(|| &script.communities[first_community + w.community])?;
        let place = SCENARIO.communities[w.community].members.iter().position(|m| m.name == w.name)?;
        community.members.get(place).copied()
    };
    let mut places = vec![None; SCENARIO.steps.len()];
    let mut steps = Vec::new();
    for (n, step) in SCENARIO.steps.iter().enumerate() {
        let played = match step {
            scenario::Step::Exchange(e) => who(&e.giver)
                .zip(who(&e.receiver))
                .map(|(giver, receiver)| Step::Exchange { giver, receiver, minutes: e.minutes }),
            scenario::Step::Group { giver, receivers, minutes, .. } => {
                let participants: Vec<usize> = receivers.iter().filter_map(who).collect();
                let all = participants.len() == receivers.len();
                who(giver).filter(|_| all).map(|leader| Step::Group { leader, participants, minutes: *minutes })
            }
            scenario::Step::Gift { giver, minutes, .. } => {
                who(giver).map(|from| Step::Gift { from, minutes: *minutes })
            }
            scenario::Step::Correction { of, minutes, .. } => {
                places[*of].map(|of| Step::Correction { of, minutes: *minutes })
            }
            scenario::Step::Refused { exchange: e, .. } => who(&e.giver)
                .zip(who(&e.receiver))
                .map(|(giver, receiver)| Step::Refused { giver, receiver, minutes: e.minutes }),
        };
        if let Some(step) = played {
            places[n] = Some(first_step + steps.len());
            steps.push(step);
        }
    }
    script.steps.extend(steps);
}

fn add_community(script: &mut Script, community: &scenario::Community, round: usize) {
    let name = if round == 0 { community.name.to_owned() } else { format!("{} {}", community.name, round + 1) };
    let charter = Charter {
        person_floor: floor(u64::from(community.person_below_minutes)),
        organisation_floor: floor(u64::from(community.organisation_below_minutes)),
        largest_exchange: minutes(community.largest_exchange_minutes),
        confirmation: Confirmation::Both,
        ..Charter::new(name, Some(community.area.to_owned()))
    };
    let language = community.languages.first().copied().unwrap_or("en").to_owned();
    let words = |listing: &scenario::Listing| Words {
        category: category(listing.tag),
        tag: Some(listing.tag.to_owned()),
        title: listing.title.to_owned(),
        language: language.clone(),
    };
    let here = script.communities.len();
    let first = script.members.len();
    for (n, member) in community.members.iter().enumerate() {
        script.members.push(Member {
            community: here,
            name: member.name.to_owned(),
            external: None,
            joined: None,
            kind: match member.kind {
                scenario::Kind::Person => MemberKind::Person,
                scenario::Kind::Organisation => MemberKind::Organisation,
            },
            role: match member.role {
                scenario::Role::Member => Role::Member,
                scenario::Role::Coordinator => Role::Coordinator,
            },
            offers: member.offers.iter().map(&words).collect(),
            needs: member.needs.iter().map(&words).collect(),
            // Every fourth has no phone: a coordinator writes down what they say.
            has_key: n % 4 != 3,
            expected_hundredths: None,
        });
    }
    script.communities.push(Community { charter, members: (first..script.members.len()).collect() });
}

/// Real figures. Every member holds a key, and every exchange is signed by both sides.
#[must_use]
pub fn from_plan(data: &[DataMember], plan: &Plan) -> Script {
    let deepest = plan.members.iter().map(|m| u64::from(m.received_minutes)).max().unwrap_or(0);
    let largest = plan.report.largest_minutes;
    let communities = plan.communities.iter().map(|community| {
        let charter = Charter {
            // Exchanges are played side by side, so any order must be within the rules.
            person_floor: floor(deepest),
            organisation_floor: floor(deepest),
            largest_exchange: minutes(largest),
            confirmation: Confirmation::Both,
            ..Charter::new(community.name.clone(), None)
        };
        Community { charter, members: community.members.clone() }
    });
    let members = data.iter().zip(&plan.members).map(|(member, planned)| Member {
        community: planned.community,
        name: format!("Member {}", member.number),
        external: Some(member.number.to_string()),
        joined: Some(member.joined.to_string()),
        kind: MemberKind::Person,
        role: Role::Member,
        offers: offer(&member.trade),
        needs: Vec::new(),
        has_key: true,
        expected_hundredths: Some(hundredths(member.given_volume) - hundredths(member.received_volume)),
    });
    let partnerships = plan.crossing.iter().map(|(&between, cross)| Partnership {
        between,
        limits: (
            cross.minutes_each_way.0 + cross.minutes_each_way.1,
            cross.minutes_each_way.0 + cross.minutes_each_way.1,
        ),
        largest,
    });
    let steps =
        plan.exchanges.iter().map(|e| Step::Exchange { giver: e.giver, receiver: e.receiver, minutes: e.minutes });
    Script {
        communities: communities.collect(),
        members: members.collect(),
        partnerships: partnerships.collect(),
        steps: steps.collect(),
        in_order: false,
    }
}

fn offer(trade: &str) -> Vec<Words> {
    let title: String = trade.trim().chars().filter(|c| !c.is_control()).take(MAX_TITLE).collect();
    if title.is_empty() {
        return Vec::new();
    }
    vec![Words { category: Category::Other, tag: None, title, language: "en".to_owned() }]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scenario_repeats_and_shrinks() {
        for count in 1..=MAX_MADE_UP {
            let script = made_up(count);
            assert_eq!(script.communities.len(), count);
            for step in &script.steps {
                match step {
                    Step::Correction { of, .. } => assert!(matches!(script.steps[*of], Step::Exchange { .. })),
                    Step::Group { leader, participants, .. } => {
                        let home = script.members[*leader].community;
                        assert!(participants.iter().all(|p| script.members[*p].community == home));
                    }
                    _ => {}
                }
            }
            assert!(script.partnerships.iter().all(|p| p.between.1 < count));
        }
        assert_eq!(made_up(3).steps.len(), SCENARIO.steps.len());
    }
}
