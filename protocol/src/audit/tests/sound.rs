//! Sound ledgers, with every kind of entry, and what the judge says of them.

use super::*;
use crate::{
    community::{Balances, Confirmation, GroupPolicy},
    envelope::Content,
    id::AccountId,
    key::SecretKey,
    ledger::{
        Body,
        tests::{
            fixture::{
                COORDINATOR, Way, accepted_body, befriend, exchange_id, key_of, member, minutes, signed, spoken,
            },
            stories::{Story, steps},
        },
    },
    member::{MemberKind, Role},
    partnership::{Closing, Outcome, Said, Side, Statement},
    rejection::Rejection,
    time::Timestamp,
};
use proptest::prelude::*;

/// Two towns that recorded every kind of entry, and the lanes between them: one's own, the other's own.
pub(super) struct World {
    pub(super) one: Town,
    pub(super) two: Town,
    pub(super) account: AccountId,
    pub(super) one_way: Way,
    pub(super) two_way: Way,
}

impl World {
    pub(super) fn new() -> Self {
        let (mut one, mut two) = (local(1), Town::with_members(2, 3));
        let account = befriend(&mut one, &mut two);
        let (one_way, two_way) = (Way::of(&one, account), Way::of(&two, account));
        let mut world = Self { one, two, account, one_way, two_way };
        world.cross();
        world
    }

    /// Hours cross both ways: settled, refused, received, and one still on hold.
    fn cross(&mut self) {
        let Self { one, two, account, one_way, two_way } = self;
        for id in 100..104 {
            one.enter(one.hold(*account, id, 1, 50)).unwrap();
        }
        for (id, accept) in [(100, true), (101, false), (102, true)] {
            let decided = one_way.decided(one, two, id, 50, accept);
            one.enter(decided.clone()).unwrap();
            if let (true, Body::Settle { proposal, decision }) = (accept, decided) {
                two.enter(accepted_body(1, *proposal, *decision)).unwrap();
            }
        }
        two.enter(two.hold(*account, 200, 2, 30)).unwrap();
        two.enter(two.hold(*account, 201, 2, 30)).unwrap();
        // The first is refused by one, who keeps no trace of it, and the second accepted.
        two.enter(two_way.decided(two, one, 200, 30, false)).unwrap();
        let settled = two_way.decided(two, one, 201, 30, true);
        two.enter(settled.clone()).unwrap();
        let Body::Settle { proposal, decision } = settled else { panic!("it was accepted") };
        one.enter(accepted_body(2, *proposal, *decision)).unwrap();
    }

    /// An outcome about an exchange that both suggested: the suggestion and the closing, each signed with this key.
    pub(super) fn outcome(&self, id: u64, number: u32, suggests: &SecretKey, closes: &SecretKey) -> Body {
        let (account, exchange, outcome) = (self.account, exchange_id(id), Outcome::Stands);
        let said = Said::Suggests { outcome };
        let suggestion = Statement { v: 1, account, exchange, side: Side::B, n: 3, said, made_at: Timestamp(9) };
        let closing = Closing { v: 1, account, exchange, number, suggestion: suggestion.digest(), outcome };
        let suggestion = Box::new(suggestion.sign(suggests).into_unverified());
        Body::DisputeClosed { suggestion, closing: Box::new(closing.sign(closes).into_unverified()) }
    }

    /// The keys of side A and of side B.
    pub(super) fn keys(&self) -> (&SecretKey, &SecretKey) {
        let first = self.one.ledger.partners()[&self.account].side == Side::A;
        let (one, two) = (&self.one.secret, &self.two.secret);
        if first { (one, two) } else { (two, one) }
    }
}

/// A town with everything that happens inside one.
fn local(seed: u8) -> Town {
    let mut town = Town::with_members(seed, 5);
    let admit = |n, kind, role| Body::MemberAdmitted { member: member(n), kind, role, key: None, by: COORDINATOR };
    town.enter(admit(6, MemberKind::Organisation, Role::Member)).unwrap();
    town.enter(admit(7, MemberKind::Person, Role::Coordinator)).unwrap();
    town.enter(town.role(member(7), Role::Member)).unwrap();
    town.enter(town.opening(3, 120)).unwrap();
    town.enter(town.exchange(1, 1, 2, 90)).unwrap();
    let terms = town.exchange_terms(2, 6, 3, 45);
    let both = Body::Exchange { receiver: Some(signed(terms.receiver, &terms)), giver: Some(spoken()), terms };
    town.enter(both).unwrap();
    town.enter(town.group(3, 4, &[1, 2, 5], 60)).unwrap();
    town.change(|charter| {
        charter.group = GroupPolicy::LeaderEarnsAll;
        charter.confirmation = Confirmation::Both;
        charter.name = "Forest Hill".into();
    });
    town.enter(town.group(4, 1, &[2, 3], 30)).unwrap();
    town.enter(town.gift(5, 4, 20)).unwrap();
    town.enter(town.correction(6, 1, Some(60))).unwrap();
    town.enter(town.correction(7, 1, Some(75))).unwrap();
    town.enter(town.correction(8, 3, None)).unwrap();
    town.enter(town.correction(9, 5, Some(10))).unwrap();
    town.enter(town.correction(10, 2, None)).unwrap();
    town.enter(town.leaving(5)).unwrap();
    // Back again, with another key.
    let key = Some(key_of(member(55)).public());
    let (kind, role) = (MemberKind::Person, Role::Member);
    town.enter(Body::MemberAdmitted { member: member(5), kind, role, key, by: COORDINATOR }).unwrap();
    town
}

#[test]
fn outcomes_and_advances_are_sound() {
    let mut world = World::new();
    let (closer, suggester) = world.keys();
    let bodies = [world.outcome(100, 0, suggester, closer), world.outcome(201, 1, suggester, closer)];
    let advance = |id| Body::Advance {
        exchange: exchange_id(id),
        account: world.account,
        payee: member(2),
        minutes: minutes(10),
        by: COORDINATOR,
    };
    let ended = |id, kept| Body::AdvanceEnded {
        exchange: exchange_id(id),
        payee: member(2),
        minutes: minutes(10),
        kept,
        by: COORDINATOR,
    };
    let steps = [advance(900), ended(900, false), advance(900), ended(900, true)];
    for body in bodies.into_iter().chain(steps) {
        world.one.enter(body).unwrap();
    }
    let judged = Export::of(&world.one).judge().unwrap();
    let counted = |kind| judged.kinds.get(kind).copied();
    assert_eq!([counted("dispute_closed"), counted("advance"), counted("advance_ended")], [Some(2); 3]);
    assert_eq!(judged.sum_minutes, 0);
}

#[test]
fn a_sound_ledger_is_summed_up() {
    let World { one, two, account, .. } = World::new();
    let (first, second) = (Export::of(&one).judge().unwrap(), Export::of(&two).judge().unwrap());
    let kinds = |pairs: &[(&'static str, u64)]| pairs.iter().copied().collect::<std::collections::BTreeMap<_, _>>();
    let expected = kinds(&[
        ("founded", 1),
        ("charter_changed", 1),
        ("member_admitted", 8),
        ("member_left", 1),
        ("role_changed", 1),
        ("exchange", 2),
        ("group_exchange", 2),
        ("correction", 5),
        ("gift", 1),
        ("opening_balance", 1),
        ("partnership_agreed", 1),
        ("hold", 4),
        ("settle", 2),
        ("release", 1),
        ("receive", 1),
    ]);
    assert_eq!(first.kinds, expected);
    assert_eq!((first.entries, first.size), (32, 32));
    assert_eq!((first.community, first.name.as_str()), (one.community, "Forest Hill"));
    assert_eq!((first.members, first.left, first.exchanges), (8, 0, 2 + 2 + 2 + 1));
    assert_eq!((first.root, first.sum_minutes), (one.ledger.tree().root(), 0));
    assert_eq!((first.first_at.0, first.last_at.0), (1_000, 1_031));
    let partnership = |other: &Town, net, on_hold| Partnership {
        account,
        community: other.community,
        net: crate::ledger::tests::fixture::balance(net),
        on_hold: crate::ledger::tests::fixture::balance(on_hold),
    };
    assert_eq!(first.partnerships, [partnership(&two, 100 - 30, 50)]);
    assert_eq!(second.partnerships, [partnership(&one, 30 - 100, 0)]);
    // Certificate and checkpoint; founding; two exchanges; groups of three and two; gift; agreement; four holds; three
    // decided slots; one receipt.
    assert_eq!(first.signatures_checked, 2 + 1 + 2 + 5 + 1 + 4 + 4 + 3 * 2 + 2);
    assert_eq!(
        second.kinds,
        kinds(&[
            ("founded", 1),
            ("member_admitted", 3),
            ("partnership_agreed", 1),
            ("receive", 2),
            ("hold", 2),
            ("release", 1),
            ("settle", 1),
        ])
    );
    assert_eq!(second.exchanges, 3);
}

#[test]
fn chunks_of_every_size_give_the_same_summary() {
    let export = Export::of(&World::new().one);
    let (bytes, summary) = (export.bytes(), export.judge().unwrap());
    for chunk in [1, 2, 3, 37, 1_001, bytes.len()] {
        assert_eq!(judge(&bytes, chunk), Ok(summary.clone()), "chunks of {chunk}");
    }
}

#[test]
fn the_node_can_stream_what_it_exports() {
    let World { one, .. } = World::new();
    let export = Export::of(&one);
    let mut auditor = Auditor::new();
    assert_eq!((auditor.entries(), auditor.expected()), (0, None));
    auditor.push(&export_header(&export.manifest).unwrap()).unwrap();
    assert_eq!((auditor.entries(), auditor.expected()), (0, Some(one.ledger.tree().size())));
    for (index, entry) in (1..).zip(&one.past.entries) {
        auditor.push(&export_entry(entry).unwrap()).unwrap();
        assert_eq!(auditor.entries(), index);
    }
    assert_eq!(auditor.finish(), export.judge());
}

#[test]
fn more_signatures_than_a_batch_are_all_judged() {
    let mut town = Town::with_members(1, 2);
    let count = u64::try_from(super::super::signatures::BATCH).unwrap() + 100;
    for id in 0..count {
        let (giver, receiver) = if id % 2 == 0 { (1, 2) } else { (2, 1) };
        town.enter(town.exchange(id, giver, receiver, 10)).unwrap();
    }
    let export = Export::of(&town);
    assert_eq!(export.judge().unwrap().signatures_checked, 3 + count);
    // The first and the last of the first batch, and the last of all.
    for bad in [3, 3 + u64::try_from(super::super::signatures::BATCH).unwrap() - 1, 3 + count - 1] {
        let mut entry = town.past.entries[usize::try_from(bad).unwrap()].clone();
        let Body::Exchange { receiver: Some(crate::ledger::Authority::Key(signature)), .. } = &mut entry.body else {
            panic!("an exchange that was signed")
        };
        signature.0[40] ^= 1;
        assert_eq!(Export::forged(&town, bad, &entry).finding(), (Some(bad), "wrong-signature"));
    }
}

#[test]
fn a_member_who_came_back_signs_with_the_key_of_that_time() {
    let World { mut one, .. } = World::new();
    let terms = one.exchange_terms(300, 1, 5, 15);
    let now = crate::ledger::Authority::Key(key_of(member(55)).sign(&crate::envelope::Content::signing_bytes(&terms)));
    let (giver, receiver) = (Some(signed(terms.giver, &terms)), Some(now));
    let index = one.enter(Body::Exchange { giver: giver.clone(), receiver, terms: terms.clone() }).unwrap();
    Export::of(&one).judge().unwrap();
    let mut entry = one.past.entries[usize::try_from(index).unwrap()].clone();
    let receiver = Some(signed(terms.receiver, &terms));
    entry.body = Body::Exchange { giver, receiver, terms };
    assert_eq!(Export::forged(&one, index, &entry).finding(), (Some(index), "wrong-signature"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// The auditor remembers less than a node does, and judges the same.
    #[test]
    fn every_story_passes_and_sums_up_as_the_ledger_does(steps in steps()) {
        let story = Story::play(&steps);
        let ledger = &story.town.ledger;
        let summary = Export::of(&story.town).judge().unwrap();
        prop_assert_eq!(summary.root, ledger.tree().root());
        prop_assert_eq!(summary.partnerships[0].net, ledger.partners()[&summary.partnerships[0].account].net);
        prop_assert_eq!(summary.kinds.values().sum::<u64>(), ledger.tree().size());
        prop_assert_eq!(summary.members + summary.left, ledger.members().len() as u64);
    }
}

/// The judge replays the charter in force: hours beyond a floor are sound where they are gifts, and nowhere else.
#[test]
fn gifts_beyond_a_floor_are_sound_where_the_charter_says_so() {
    let mut town = Town::with_members(1, 2);
    town.change(|charter| charter.balances = Balances::Gifts);
    let changed = town.past.entries.len() as u64 - 1;
    for id in 1..=2 {
        town.enter(town.exchange(id, 2, 1, 480)).unwrap();
    }
    let beyond = town.past.entries.len() as u64 - 1;
    Export::of(&town).judge().unwrap();
    let mut entry = town.past.entries[usize::try_from(changed).unwrap()].clone();
    let Body::CharterChanged { charter, .. } = &mut entry.body else { panic!("{entry:?}") };
    charter.balances = Balances::Hidden;
    let finding = Export::forged(&town, changed, &entry).judge().unwrap_err();
    assert_eq!(finding.entry, Some(beyond));
    assert!(matches!(finding.flaw, Flaw::Rule(Rejection::MemberFloor { .. })), "{finding:?}");
}
