//! Exchanges inside the community: who must agree, how far balances go, groups, gifts, corrections.

use super::fixture::{COORDINATOR, Town, balance, befriend, exchange_id, member, minutes, signed, spoken};
use crate::{
    community::{Confirmation, GroupPolicy},
    id::MemberId,
    ledger::{Account, Body, MAX_GROUP},
    member::{MemberKind, Role},
    minutes::Balance,
    rejection::Rejection,
};

fn exchange(town: &Town, id: u64, (giver, says): (u8, bool), (receiver, agrees): (u8, bool), length: u32) -> Body {
    let terms = town.exchange_terms(id, giver, receiver, length);
    let giver = says.then(|| signed(terms.giver, &terms));
    let receiver = agrees.then(|| signed(terms.receiver, &terms));
    Body::Exchange { terms, giver, receiver }
}

#[test]
fn an_exchange_moves_its_minutes_from_receiver_to_giver() {
    let mut town = Town::with_members(1, 2);
    let postings = town.post(town.exchange(1, 1, 2, 90)).unwrap();
    let of = |n| postings.iter().find(|p| p.account == Account::Member(member(n))).unwrap().change.get();
    assert_eq!((postings.len(), of(1), of(2)), (2, 90, -90));
    assert_eq!((town.balance(1), town.balance(2)), (90, -90));
}

#[test]
fn what_no_exchange_may_be() {
    let (mut town, other) = (Town::with_members(1, 3), Town::with_members(2, 3));
    assert_eq!(town.refusal(other.exchange(1, 1, 2, 60)), Rejection::OtherCommunity);
    assert_eq!(town.refusal(town.exchange(1, 1, 1, 60)), Rejection::WithOneself);
    assert_eq!(town.refusal(town.exchange(1, 9, 2, 60)), Rejection::UnknownMember(member(9)));
    assert_eq!(town.refusal(town.exchange(1, 1, 9, 60)), Rejection::UnknownMember(member(9)));
    let too_long = Rejection::ExchangeTooLong { minutes: 481, limit: 480 };
    assert_eq!(town.refusal(town.exchange(1, 1, 2, 481)), too_long);
    town.enter(town.exchange(1, 1, 2, 480)).unwrap();
    let used = Rejection::ExchangeExists(exchange_id(1));
    assert_eq!(town.refusal(town.exchange(1, 1, 2, 480)), used);
    assert_eq!(town.refusal(town.group(1, 1, &[2], 10)), used);
    assert_eq!(town.refusal(town.gift(1, 1, 10)), used);
    assert_eq!(town.refusal(town.correction(1, 1, None)), used);
    // An id is spent even if what it stood for was undone.
    town.enter(town.correction(2, 1, None)).unwrap();
    assert_eq!(town.refusal(town.exchange(1, 1, 2, 480)), used);
    assert_eq!(town.refusal(town.exchange(2, 1, 2, 480)), Rejection::ExchangeExists(exchange_id(2)));
}

#[test]
fn the_charter_says_whose_agreement_counts() {
    use Confirmation::{Both, Either, Receiver};
    let (giver, receiver) = (Some(member(1)), Some(member(2)));
    // Policy, whether the giver and the receiver agreed, and who is missing.
    let table: [(Confirmation, bool, bool, Option<MemberId>); 12] = [
        (Both, true, true, None),
        (Both, true, false, receiver),
        (Both, false, true, giver),
        (Both, false, false, receiver),
        (Receiver, true, true, None),
        (Receiver, true, false, receiver),
        (Receiver, false, true, None),
        (Receiver, false, false, receiver),
        (Either, true, true, None),
        (Either, true, false, None),
        (Either, false, true, None),
        (Either, false, false, receiver),
    ];
    for (policy, says, agrees, missing) in table {
        let mut town = Town::with_members(1, 2);
        if policy != Receiver {
            town.change(|charter| charter.confirmation = policy);
        }
        let body = exchange(&town, 1, (1, says), (2, agrees), 60);
        let expected = missing.map_or(Ok(()), |who| Err(Rejection::ConfirmationMissing(who)));
        assert_eq!(town.enter(body).map(drop), expected, "{policy:?} {says} {agrees}");
    }
}

#[test]
fn a_floor_stops_only_who_goes_down() {
    let mut town = Town::with_members(1, 3);
    town.enter(town.opening(1, -540)).unwrap();
    let beyond = Rejection::MemberFloor { member: member(1), balance: -601, floor: -600 };
    assert_eq!(town.refusal(town.exchange(1, 2, 1, 61)), beyond);
    assert_eq!(town.refusal(town.gift(1, 1, 61)), beyond);
    assert_eq!(town.refusal(town.group(1, 2, &[1, 3], 61)), beyond);
    town.enter(town.exchange(1, 2, 1, 60)).unwrap();
    assert_eq!(town.balance(1), -600);
    assert_eq!(
        town.refusal(town.exchange(2, 2, 1, 1)),
        Rejection::MemberFloor { member: member(1), balance: -601, floor: -600 }
    );
    // The community becomes stricter: member 1 is far below now, and may still give.
    town.change(|charter| charter.person_floor = balance(-100));
    assert_eq!(
        town.refusal(town.exchange(2, 2, 1, 1)),
        Rejection::MemberFloor { member: member(1), balance: -601, floor: -100 }
    );
    town.enter(town.exchange(2, 1, 2, 60)).unwrap();
    assert_eq!(town.balance(1), -540);
}

#[test]
fn a_ceiling_stops_only_who_goes_up() {
    let mut town = Town::with_members(1, 3);
    town.change(|charter| charter.ceiling = Some(balance(100)));
    town.enter(town.exchange(1, 1, 2, 100)).unwrap();
    let beyond = |member, balance| Rejection::MemberCeiling { member, balance, ceiling: 100 };
    assert_eq!(town.refusal(town.exchange(2, 1, 2, 1)), beyond(member(1), 101));
    assert_eq!(town.refusal(town.group(2, 1, &[2, 3], 1)), beyond(member(1), 101));
    town.change(|charter| charter.group = GroupPolicy::LeaderEarnsAll);
    assert_eq!(town.refusal(town.group(2, 3, &[1, 2], 51)), beyond(member(3), 102));
    // Above the ceiling already, by hours of an earlier system: they may be spent.
    town.enter(town.opening(3, 500)).unwrap();
    assert_eq!(town.refusal(town.exchange(2, 3, 2, 1)), beyond(member(3), 501));
    town.enter(town.exchange(2, 2, 3, 60)).unwrap();
    town.enter(town.gift(3, 3, 60)).unwrap();
    assert_eq!(town.balance(3), 380);
}

#[test]
fn organisations_have_a_floor_of_their_own() {
    let mut town = Town::with_members(1, 1);
    let (kind, role) = (MemberKind::Organisation, Role::Member);
    town.enter(Body::MemberAdmitted { member: member(2), kind, role, key: None, by: COORDINATOR }).unwrap();
    let pays = |town: &Town, id, length| {
        let terms = town.exchange_terms(id, 1, 2, length);
        Body::Exchange { terms, giver: None, receiver: Some(spoken()) }
    };
    for id in 1..=2 {
        town.enter(pays(&town, id, 480)).unwrap();
    }
    let beyond = Rejection::MemberFloor { member: member(2), balance: -1_201, floor: -1_200 };
    assert_eq!(town.refusal(pays(&town, 3, 241)), beyond);
    town.enter(pays(&town, 3, 240)).unwrap();
}

#[test]
fn what_no_group_may_be() {
    let mut town = Town::with_members(1, 4);
    let bad = Rejection::BadGroup { limit: MAX_GROUP };
    for participants in [&[][..], &[1, 2], &[3, 2], &[2, 2], &[2, 3, 3]] {
        assert_eq!(town.refusal(town.group(1, 1, participants, 10)), bad, "{participants:?}");
    }
    let crowd: Vec<u8> = (2..=102).collect();
    assert_eq!((crowd.len(), town.refusal(town.group(1, 1, &crowd, 10))), (MAX_GROUP + 1, bad.clone()));
    assert_eq!(town.refusal(town.group(1, 1, &[2, 9], 10)), Rejection::UnknownMember(member(9)));
    assert_eq!(town.refusal(town.group(1, 9, &[2], 10)), Rejection::UnknownMember(member(9)));
    let too_long = Rejection::ExchangeTooLong { minutes: 481, limit: 480 };
    assert_eq!(town.refusal(town.group(1, 1, &[2], 481)), too_long);
    let other = Town::with_members(2, 4);
    assert_eq!(town.refusal(other.group(1, 1, &[2], 10)), Rejection::OtherCommunity);
    let edited = |change: &dyn Fn(&mut Body)| {
        let mut body = town.group(1, 1, &[2, 3], 10);
        change(&mut body);
        town.refusal(body)
    };
    let missing = edited(&|body| {
        if let Body::GroupExchange { participants, .. } = body {
            participants[1] = None;
        }
    });
    assert_eq!(missing, Rejection::ConfirmationMissing(member(3)));
    let fewer = edited(&|body| {
        if let Body::GroupExchange { participants, .. } = body {
            participants.pop();
        }
    });
    assert_eq!(fewer, bad);
    let richer = edited(&|body| {
        if let Body::GroupExchange { policy, .. } = body {
            *policy = GroupPolicy::LeaderEarnsAll;
        }
    });
    assert_eq!(richer, bad);
    let by_a_stranger = edited(&|body| {
        if let Body::GroupExchange { leader, .. } = body {
            *leader = Some(crate::ledger::Authority::OnBehalf {
                coordinator: member(2),
                channel: crate::ledger::Channel::InPerson,
            });
        }
    });
    assert_eq!(by_a_stranger, Rejection::NotCoordinator(member(2)));
    town.enter(town.group(1, 1, &[2, 3], 10)).unwrap();
}

#[test]
fn a_full_group_fits_an_entry() {
    let mut town = Town::with_members(1, 101);
    let crowd: Vec<u8> = (2..=101).collect();
    let index = town.enter(town.group(1, 1, &crowd, 10)).unwrap();
    let bytes = town.past.entries[usize::try_from(index).unwrap()].to_bytes();
    assert!(bytes.len() < crate::ledger::MAX_ENTRY_BYTES / 3, "{} bytes", bytes.len());
    assert_eq!((crowd.len(), town.balance(1), town.ledger.pot().get()), (MAX_GROUP, 10, 990));
}

#[test]
fn leaders_earn_once_or_all_and_a_group_is_undone_as_a_whole() {
    for (policy, earned, pot) in [(GroupPolicy::LeaderEarnsOnce, 60, 60), (GroupPolicy::LeaderEarnsAll, 120, 0)] {
        let mut town = Town::with_members(1, 3);
        if policy == GroupPolicy::LeaderEarnsAll {
            town.change(|charter| charter.group = policy);
        }
        town.enter(town.group(1, 1, &[2, 3], 60)).unwrap();
        let all = |town: &Town| [town.balance(1), town.balance(2), town.balance(3), town.ledger.pot().get()];
        assert_eq!(all(&town), [earned, -60, -60, pot]);
        let whole =
            Rejection::NotCorrectable(exchange_id(1), "a group exchange is undone as a whole and recorded again");
        assert_eq!(town.refusal(town.correction(2, 1, Some(30))), whole);
        // The policy of that time counts, whatever the charter says later.
        town.change(|charter| {
            charter.group = match policy {
                GroupPolicy::LeaderEarnsOnce => GroupPolicy::LeaderEarnsAll,
                GroupPolicy::LeaderEarnsAll => GroupPolicy::LeaderEarnsOnce,
            };
        });
        town.enter(town.correction(2, 1, None)).unwrap();
        assert_eq!(all(&town), [0; 4]);
        assert_eq!(town.refusal(town.correction(3, 1, None)), whole);
    }
}

#[test]
fn a_gift_goes_to_the_pot_and_can_be_corrected() {
    let mut town = Town::with_members(1, 2);
    assert_eq!(town.refusal(town.gift(1, 9, 10)), Rejection::UnknownMember(member(9)));
    assert_eq!(town.refusal(town.gift(1, 1, 481)), Rejection::ExchangeTooLong { minutes: 481, limit: 480 });
    assert_eq!(town.refusal(Town::with_members(2, 1).gift(1, 1, 10)), Rejection::OtherCommunity);
    town.enter(town.gift(1, 1, 40)).unwrap();
    assert_eq!((town.balance(1), town.ledger.pot().get()), (-40, 40));
    town.enter(town.correction(2, 1, Some(15))).unwrap();
    assert_eq!((town.balance(1), town.ledger.pot().get()), (-15, 15));
    town.enter(town.correction(3, 1, None)).unwrap();
    assert_eq!((town.balance(1), town.ledger.pot().get()), (0, 0));
}

#[test]
fn corrections_follow_one_another() {
    let mut town = Town::with_members(1, 2);
    town.enter(town.exchange(1, 1, 2, 90)).unwrap();
    let mut id = 10;
    let mut stands = Some(90);
    for target in [Some(60), Some(120), None, Some(90), None, Some(1)] {
        assert_eq!(town.refusal(town.correction(id, 1, stands)), Rejection::NothingChanges, "{stands:?}");
        town.enter(town.correction(id, 1, target)).unwrap();
        let expected = i64::from(target.unwrap_or(0));
        assert_eq!((town.balance(1), town.balance(2)), (expected, -expected), "{target:?}");
        (id, stands) = (id + 1, target);
    }
    // Two exchanges of the same people do not get into each other's way.
    town.enter(town.exchange(2, 1, 2, 30)).unwrap();
    town.enter(town.correction(id, 2, None)).unwrap();
    assert_eq!(town.balance(1), 1);
}

#[test]
fn what_no_correction_may_be() {
    let (mut town, mut other) = (Town::with_members(1, 3), Town::new(2));
    let account = befriend(&mut town, &mut other);
    town.enter(town.exchange(1, 1, 2, 90)).unwrap();
    town.enter(town.correction(2, 1, Some(60))).unwrap();
    town.enter(town.hold(account, 3, 1, 60)).unwrap();
    assert_eq!(town.refusal(town.correction(9, 8, None)), Rejection::UnknownExchange(exchange_id(8)));
    let again = Rejection::NotCorrectable(exchange_id(2), "correct the exchange itself once more");
    assert_eq!(town.refusal(town.correction(9, 2, None)), again);
    let crosses = Rejection::NotCorrectable(exchange_id(3), "it crosses to a partner, who would have to agree");
    assert_eq!(town.refusal(town.correction(9, 3, None)), crosses);
    let too_long = Rejection::ExchangeTooLong { minutes: 481, limit: 480 };
    assert_eq!(town.refusal(town.correction(9, 1, Some(481))), too_long);
    assert_eq!(town.refusal(other.correction(9, 1, None)), Rejection::OtherCommunity);
    let Body::Correction { terms, .. } = town.correction(9, 1, None) else { panic!("a correction") };
    assert_eq!(town.refusal(Body::Correction { terms, by: member(1) }), Rejection::NotCoordinator(member(1)));
    town.enter(town.leaving(2)).unwrap();
    assert_eq!(town.refusal(town.correction(9, 1, None)), Rejection::MemberLeft(member(2)));
}

#[test]
fn a_correction_says_what_happened_even_beyond_a_floor() {
    let mut town = Town::with_members(1, 2);
    town.enter(town.opening(2, -580)).unwrap();
    town.enter(town.exchange(1, 1, 2, 20)).unwrap();
    assert_eq!(town.refusal(town.exchange(2, 1, 2, 1)).code(), "member-floor");
    town.enter(town.correction(3, 1, Some(200))).unwrap();
    assert_eq!(town.balance(2), -780);
}

#[test]
fn limits_can_be_asked_for_before_anything_is_recorded() {
    let town = Town::with_members(1, 1);
    assert_eq!(town.ledger.check_limits(&member(1), minutes(600).received()), Ok(()));
    let beyond = Rejection::MemberFloor { member: member(1), balance: -601, floor: -600 };
    assert_eq!(town.ledger.check_limits(&member(1), minutes(601).received()), Err(beyond));
    assert_eq!(town.ledger.check_limits(&member(2), Balance::ZERO), Err(Rejection::UnknownMember(member(2))));
    let unfounded = Town::unfounded(1);
    assert_eq!(unfounded.ledger.check_limits(&member(1), Balance::ZERO), Err(Rejection::Founding));
}
