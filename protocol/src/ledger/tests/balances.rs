//! Where nobody keeps score, where only members themselves see where they stand, and the way there and back.

use super::fixture::{Town, balance, befriend, member};
use crate::{
    community::Balances,
    ledger::Account,
    minutes::{BadMinutes, MAX_BALANCE},
    rejection::Rejection,
};

/// A town of four that gives gifts, whose members may be 600 minutes below zero and 100 above while somebody keeps score.
fn gifts() -> Town {
    let mut town = Town::with_members(1, 4);
    town.change(|charter| (charter.balances, charter.ceiling) = (Balances::Gifts, Some(balance(100))));
    town
}

#[test]
fn where_hours_are_gifts_no_floor_and_no_ceiling_binds() {
    let mut town = gifts();
    for id in 1..=3 {
        town.enter(town.exchange(id, 2, 1, 480)).unwrap();
    }
    assert_eq!((town.balance(1), town.balance(2)), (-1_440, 1_440));
    town.enter(town.gift(4, 1, 60)).unwrap();
    town.enter(town.group(5, 2, &[1, 3], 200)).unwrap();
    assert_eq!((town.balance(1), town.balance(2), town.balance(3)), (-1_700, 1_640, -200));
    assert_eq!(town.ledger.sum(), 0, "the ledger goes on as ever");
    // Who is here, how long an exchange may be and who agrees are judged as ever.
    let too_long = Rejection::ExchangeTooLong { minutes: 481, limit: 480 };
    assert_eq!(town.refusal(town.exchange(6, 2, 1, 481)), too_long);
    assert_eq!(town.refusal(town.exchange(6, 2, 9, 10)), Rejection::UnknownMember(member(9)));
    town.enter(town.leaving(4)).unwrap();
    assert_eq!(town.refusal(town.exchange(6, 2, 4, 10)), Rejection::MemberLeft(member(4)));
}

#[test]
fn a_gift_must_still_be_countable() {
    let mut town = gifts();
    town.enter(town.opening(1, -MAX_BALANCE)).unwrap();
    let out_of_range = town.refusal(town.exchange(1, 2, 1, 1));
    assert_eq!(out_of_range, Rejection::BadMinutes(BadMinutes::Overflow));
    town.enter(town.exchange(1, 1, 2, 1)).unwrap();
}

#[test]
fn hidden_balances_stay_within_the_limits() {
    let mut town = Town::with_members(1, 2);
    town.change(|charter| (charter.balances, charter.ceiling) = (Balances::Hidden, Some(balance(540))));
    town.enter(town.exchange(1, 2, 1, 480)).unwrap();
    let low = Rejection::MemberFloor { member: member(1), balance: -601, floor: -600 };
    assert_eq!(town.refusal(town.exchange(2, 2, 1, 61)).code(), "member-ceiling");
    town.change(|charter| charter.ceiling = None);
    assert_eq!(town.refusal(town.exchange(2, 2, 1, 121)), low);
    town.enter(town.exchange(2, 2, 1, 120)).unwrap();
}

#[test]
fn whoever_keeps_score_again_judges_only_what_comes() {
    let mut town = gifts();
    for id in 1..=3 {
        town.enter(town.exchange(id, 2, 1, 480)).unwrap();
    }
    town.change(|charter| charter.balances = Balances::Shown);
    // Far outside both limits, and back towards them whenever they like.
    let low = Rejection::MemberFloor { member: member(1), balance: -1_441, floor: -600 };
    assert_eq!(town.refusal(town.exchange(4, 3, 1, 1)), low);
    let high = Rejection::MemberCeiling { member: member(2), balance: 1_441, ceiling: 100 };
    assert_eq!(town.refusal(town.exchange(4, 2, 3, 1)), high);
    town.enter(town.exchange(4, 1, 2, 480)).unwrap();
    assert_eq!((town.balance(1), town.balance(2)), (-960, 960));
}

#[test]
fn a_partnerships_limit_holds_where_hours_are_gifts() {
    let (mut one, mut two) = (gifts(), Town::with_members(2, 3));
    let account = befriend(&mut one, &mut two);
    let limit = one.ledger.partners()[&account].terms.limit(one.ledger.partners()[&account].side);
    let (mut held, mut id) = (0, 0);
    let refused = loop {
        id += 1;
        match one.enter(one.hold(account, id, 1, 50)) {
            Ok(_) => held += 50,
            Err(why) => break why,
        }
    };
    assert!(held > 600, "{held} minutes are further than the floor");
    assert!(held <= limit && held + 50 > limit, "{held} of {limit}");
    assert_eq!(refused.code(), "partnership-limit");
    assert_eq!(one.ledger.balance(&Account::OnHold(account)).get(), held);
    assert_eq!(one.balance(1), -held);
}
