//! A ledger read back from a journal or a snapshot is the ledger that was.

use super::fixture::{COORDINATOR, Past, Town, Way, agreement, befriend, member, received_body, terms};
use crate::{
    codec,
    envelope::Content,
    ledger::{Body, Entry, Ledger},
    member::Role,
    rejection::Rejection,
    time::Timestamp,
};

/// Reads entries back one by one, with a snapshot written and read before each.
pub(crate) fn replayed(town: &Town) -> Ledger {
    let (mut ledger, mut past) = (Ledger::empty(town.community), Past::default());
    for entry in &town.past.entries {
        ledger = codec::decode_own(&codec::encode(&ledger)).unwrap();
        let validated = ledger.revalidate(entry.clone(), &past).unwrap();
        assert_eq!(validated.bytes(), entry.to_bytes());
        let applied = ledger.apply(&validated);
        assert_eq!(applied.index, past.entries.len() as u64);
        past.absorb(validated.entry());
    }
    ledger
}

/// Why an entry of a journal cannot follow this ledger.
fn stranger(ledger: &Ledger, past: &Past, body: Body) -> Rejection {
    ledger.revalidate(Entry { v: 1, at: Timestamp(1), body }, past).unwrap_err()
}

#[test]
fn a_journal_of_another_ledger_is_refused_and_does_no_harm() {
    let (mut one, mut two, three) = (Town::with_members(1, 2), Town::with_members(2, 1), Town::new(3));
    let unfounded = Ledger::empty(one.community);
    let nothing = Past::default();
    assert_eq!(stranger(&unfounded, &nothing, one.admission(1)), Rejection::Founding);
    assert_eq!(stranger(&unfounded, &nothing, two.past.entries[0].body.clone()), Rejection::OtherCommunity);
    let why = |town: &Town, body: Body| stranger(&town.ledger, &town.past, body);
    assert_eq!(why(&one, one.past.entries[0].body.clone()), Rejection::Founding);
    assert_eq!(why(&one, one.role(member(9), Role::Coordinator)), Rejection::UnknownMember(member(9)));
    assert_eq!(why(&one, one.leaving(9)), Rejection::UnknownMember(member(9)));
    assert_eq!(why(&one, one.opening(9, 5)), Rejection::UnknownMember(member(9)));
    assert_eq!(why(&one, one.exchange(1, 1, 9, 5)), Rejection::UnknownMember(member(9)));
    assert_eq!(why(&one, one.gift(1, 9, 5)), Rejection::UnknownMember(member(9)));
    assert_eq!(why(&one, one.group(1, 1, &[2, 9], 5)), Rejection::UnknownMember(member(9)));
    let foreign = agreement(&two, &three, terms(&two, &three));
    assert_eq!(why(&one, Body::PartnershipAgreed { agreement: Box::new(foreign) }), Rejection::OtherCommunity);
    let account = terms(&one, &two).account();
    assert_eq!(why(&one, one.hold(account, 1, 1, 5)), Rejection::UnknownPartnership(account));
    befriend(&mut one, &mut two);
    let mut ways = [Way::of(&one, account), Way::of(&two, account)];
    let unknown = Rejection::UnknownExchange(super::fixture::exchange_id(1));
    assert_eq!(why(&one, ways[0].decided(&one, &two, 1, 5, true)), unknown);
    assert_eq!(why(&one, ways[1].received(&two, &one, 9, 1, 5)), Rejection::UnknownMember(member(9)));
    let unheard = received_body(&one, 1, ways[1].draft(2, 5).sign(&two.secret).into_unverified());
    assert_eq!(stranger(&three.ledger, &three.past, unheard), Rejection::UnknownPartnership(account));
}

#[test]
fn a_snapshot_keeps_everything() {
    let (mut one, mut two) = (Town::with_members(1, 3), Town::with_members(2, 1));
    let account = befriend(&mut one, &mut two);
    one.enter(one.opening(3, -70)).unwrap();
    one.enter(one.exchange(1, 1, 2, 90)).unwrap();
    one.enter(one.gift(2, 1, 15)).unwrap();
    one.enter(one.role(member(1), Role::Coordinator)).unwrap();
    one.enter(one.hold(account, 3, 1, 20)).unwrap();
    one.enter(one.hold(account, 4, 1, 30)).unwrap();
    one.enter(Way::of(&one, account).decided(&one, &two, 3, 20, true)).unwrap();
    let read: Ledger = codec::decode_own(&codec::encode(&one.ledger)).unwrap();
    assert_eq!(read, one.ledger);
    assert_eq!((read.holds().len(), read.partners().len(), read.members().len()), (1, 1, 4));
    assert_eq!((read.tree(), read.pot().get()), (one.ledger.tree(), 15));
    assert_eq!(replayed(&one), one.ledger);
    // What is remembered decides what may follow: the same refusals, the same roots.
    let mut again = Town { ledger: read, ..one.clone() };
    assert_eq!(again.refusal(again.opening(1, 5)), one.refusal(one.opening(1, 5)));
    for town in [&mut again, &mut one] {
        town.enter(Body::MemberLeft { member: COORDINATOR, by: member(1) }).unwrap();
    }
    assert_eq!(again.ledger, one.ledger);
}
