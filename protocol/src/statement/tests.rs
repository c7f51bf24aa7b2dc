#![expect(clippy::unwrap_used, reason = "tests")]
//! A member's statement before whoever changes it, and before a community that lies in it.

use super::*;
use crate::{
    codec,
    id::AccountId,
    key::SecretKey,
    ledger::{
        Authority, Body,
        checkpoint::{Checkpoint, origin_of},
        merkle::{MemoryNodes, inclusion_proof},
        tests::fixture::{
            COORDINATOR, Town, Way, accepted_body, balance, befriend, exchange_id, key_of, member, minutes,
        },
    },
    member::{KeyTerms, MemberKind, Role},
    rejection::Rejection,
};

const ALWAYS: (u64, u64) = (0, 1_000_000);

/// A town in which member 2 gave and received in every way, and the partner with whom hours crossed.
struct World {
    one: Town,
    account: AccountId,
}

impl World {
    fn new() -> Self {
        let (mut one, mut two) = (Town::with_members(1, 3), Town::with_members(2, 3));
        let account = befriend(&mut one, &mut two);
        one.enter(one.opening(2, 120)).unwrap();
        one.enter(one.exchange(1, 1, 2, 90)).unwrap();
        one.enter(one.exchange(2, 2, 3, 30)).unwrap();
        one.enter(one.exchange(3, 1, 3, 15)).unwrap();
        one.enter(one.group(4, 1, &[2, 3], 20)).unwrap();
        one.enter(one.correction(5, 1, Some(60))).unwrap();
        one.enter(one.gift(6, 2, 10)).unwrap();
        one.enter(one.hold(account, 100, 2, 50)).unwrap();
        one.enter(one.hold(account, 101, 2, 5)).unwrap();
        let (mut ours, mut theirs) = (Way::of(&one, account), Way::of(&two, account));
        one.enter(ours.decided(&one, &two, 100, 50, true)).unwrap();
        one.enter(ours.decided(&one, &two, 101, 5, false)).unwrap();
        two.enter(two.hold(account, 200, 1, 25)).unwrap();
        let Body::Settle { proposal, decision } = theirs.decided(&two, &one, 200, 25, true) else { panic!("accepted") };
        one.enter(accepted_body(2, *proposal, *decision)).unwrap();
        one.enter(one.correction(7, 1, Some(75))).unwrap();
        Self { one, account }
    }

    /// Member 2 puts another key in the place of the one they have.
    fn change_key(&mut self) {
        let (old, new) = (key_of(member(2)), SecretKey::from_seed(&[77; 32]));
        let terms = KeyTerms {
            community: self.one.community,
            member: member(2),
            key: Some(new.public()),
            number: 1,
            made_at: Timestamp(3),
        };
        let (given, proof) = (old.sign(&terms.signing_bytes()), new.sign(&terms.signing_bytes()));
        let body = Body::MemberKeyChanged { terms, member: Authority::Key(given), proof: Some(proof) };
        self.one.enter(body).unwrap();
    }

    fn line(&self, index: u64) -> Line {
        let entries = &self.one.past.entries;
        let nodes = MemoryNodes::of(entries.iter().map(Entry::leaf));
        let proof = inclusion_proof(index, entries.len() as u64, &nodes).unwrap();
        Line { index, entry: entries[usize::try_from(index).unwrap()].clone(), proof }
    }

    /// The entries about member 2, which are those that anybody who reads the ledger would pick by hand.
    fn about(&self) -> Vec<Line> {
        let entries = &self.one.past.entries;
        let names = |body: &Body| body.named().contains(&member(2));
        let begins = |id| entries.iter().find(|entry| entry.body.begins() == Some(id)).map(|entry| &entry.body);
        let about = |entry: &Entry| match entry.body.about() {
            Some(id) => begins(id).is_some_and(names),
            None => names(&entry.body),
        };
        let found = entries.iter().enumerate().filter(|(_, entry)| about(entry));
        found.map(|(index, _)| self.line(index as u64)).collect()
    }

    /// What an honest community says of member 2 from an entry of theirs on.
    fn content(&self, from: u64) -> MemberStatement {
        let (earlier, lines): (Vec<Line>, Vec<Line>) = self.about().into_iter().partition(|line| line.index < from);
        let mut running = crate::ledger::Running::default();
        let begins = |id| earlier.iter().chain(&lines).map(|line| &line.entry.body).find(|b| b.begins() == Some(id));
        let mut sum = |some: &[Line]| {
            for body in some.iter().map(|line| &line.entry.body) {
                running.take(body, body.continues().and_then(begins), &member(2));
            }
            running.balance()
        };
        let sums = Some(Sums { opening: balance(sum(&earlier)), closing: balance(sum(&lines)) });
        let tree = self.one.ledger.tree();
        let note = Checkpoint::of(&self.one.community, tree).sign(&origin_of(&self.one.community), &self.one.secret);
        let agreement = self.one.past.entries.iter().find_map(|entry| match &entry.body {
            Body::PartnershipAgreed { agreement } => Some(agreement.as_ref().clone()),
            _ => None,
        });
        MemberStatement {
            v: 1,
            community: self.one.community,
            certificate: self.one.certificate.clone(),
            checkpoint: note.unwrap().to_text(),
            member: member(2),
            from: Timestamp(if from == 0 { ALWAYS.0 } else { 1_000 + from }),
            until: Timestamp(ALWAYS.1),
            sums,
            earlier,
            lines,
            under: vec![Under { agreement: agreement.unwrap(), epochs: Vec::new() }],
            made_at: Timestamp(9_000),
        }
    }

    fn signed(&self, content: MemberStatement) -> Unverified<MemberStatement> {
        content.sign(&self.one.secret).into_unverified()
    }

    /// What is said of a statement that the community itself signed after it changed it.
    fn lied(&self, from: u64, change: impl FnOnce(&mut MemberStatement)) -> String {
        let mut content = self.content(from);
        change(&mut content);
        self.signed(content).check().unwrap_err().to_string()
    }
}

fn at(content: &MemberStatement, kind: &str) -> usize {
    content.lines.iter().position(|line| line.entry.body.kind() == kind).unwrap()
}

#[test]
fn a_sound_statement_says_whose_it_is_and_what_it_proves() {
    let world = World::new();
    let told = world.signed(world.content(0)).check().unwrap();
    assert_eq!((told.community, told.member), (world.one.community, member(2)));
    assert_eq!((told.size, told.root), (world.one.ledger.tree().size(), world.one.ledger.tree().root()));
    // Admitted, opening, two exchanges, group, two corrections, gift, two holds, settled, released, received.
    assert_eq!(told.entries, 13);
    assert_eq!((told.opening, told.closing), (Some(0), Some(world.one.balance(2))));
    let moved = i64::try_from(told.given).unwrap() - i64::try_from(told.received).unwrap();
    assert_eq!(moved, world.one.balance(2));
    // The exchange they received, the group, the gift and two payments; of what they gave, the receiver signed.
    assert_eq!((told.signed, told.in_session, told.on_behalf, told.crossed), (5, 0, 0, 3));
}

#[test]
fn a_later_period_brings_what_it_needs_of_the_time_before() {
    let mut world = World::new();
    world.change_key();
    let whole = world.content(0);
    for from in whole.lines.iter().map(|line| line.index) {
        let told = world.signed(world.content(from)).check().unwrap();
        assert_eq!(told.closing, Some(world.one.balance(2)), "from entry {from}");
        assert_eq!(told.entries as usize, whole.lines.iter().filter(|line| line.index >= from).count());
    }
    assert_eq!(world.signed(whole).check().unwrap().signed, 6);
}

#[test]
fn whoever_changes_anything_is_found() {
    let world = World::new();
    let bytes = codec::encode(&world.signed(world.content(0)));
    let judged = |bytes: &[u8]| codec::decode::<Unverified<MemberStatement>>(bytes, bytes.len())?.check();
    assert!(judged(&bytes).is_ok());
    for place in 0..bytes.len() {
        let mut changed = bytes.clone();
        changed[place] ^= 1;
        assert!(judged(&changed).is_err(), "byte {place}");
    }
    assert!(judged(&bytes[..bytes.len() - 1]).is_err());
    // A line taken out, or put in twice: the community did not sign that.
    let honest = world.signed(world.content(0));
    for gone in 0..honest.content.lines.len() {
        let mut less = honest.clone();
        less.content.lines.remove(gone);
        assert!(less.check().is_err(), "line {gone}");
    }
}

#[test]
fn a_community_cannot_sign_what_its_ledger_does_not_say() {
    let world = World::new();
    let not_there = "does not stand in the ledger";
    let longer = world.lied(0, |content| {
        let place = at(content, "exchange");
        let Body::Exchange { terms, .. } = &mut content.lines[place].entry.body else { panic!("an exchange") };
        terms.minutes = minutes(91);
    });
    assert!(longer.contains(not_there), "{longer}");
    let on_another_day = world.lied(0, |content| content.lines[2].entry.at = Timestamp(5_000));
    assert!(on_another_day.contains(not_there), "{on_another_day}");
    let by_another = world.lied(0, |content| {
        let place = at(content, "gift");
        let Body::Gift { terms, from } = &mut content.lines[place].entry.body else { panic!("a gift") };
        *from = Authority::Key(key_of(member(3)).sign(&terms.signing_bytes()));
    });
    assert!(by_another.contains(not_there), "{by_another}");
    let elsewhere = world.lied(0, |content| content.lines[0].index += 1);
    assert!(elsewhere.contains(not_there), "{elsewhere}");
    let of_others = world.lied(0, |content| {
        let third = world.one.past.entries.iter().position(|e| e.body.begins() == Some(exchange_id(3))).unwrap();
        content.lines.insert(4, world.line(third as u64));
    });
    assert!(of_others.contains("not about this member"), "{of_others}");
    let sums = world.lied(0, |content| content.sums.as_mut().unwrap().closing = balance(1));
    assert!(sums.contains("sums are wrong"), "{sums}");
    let outside = world.lied(0, |content| content.until = Timestamp(1_010));
    assert!(outside.contains("period"), "{outside}");
    let twice = world.lied(0, |content| content.lines.insert(1, content.lines[1].clone()));
    assert!(twice.contains("in order"), "{twice}");
}

#[test]
fn what_is_left_out_is_found_where_it_can_be() {
    let mut world = World::new();
    world.change_key();
    let without = |kind: &'static str| {
        world.lied(0, |content| {
            let place = at(content, kind);
            content.lines.remove(place);
        })
    };
    // The beginnings of what goes on later, and how the key came to be theirs.
    assert!(without("hold").contains("beginning"), "{}", without("hold"));
    assert!(without("exchange").contains("beginning"), "{}", without("exchange"));
    assert!(without("member_admitted").contains("which key"), "{}", without("member_admitted"));
    // The sums tell of every entry that moved hours.
    for kind in ["gift", "group_exchange", "receive", "release", "opening_balance"] {
        assert!(without(kind).contains("sums"), "{kind}: {}", without(kind));
    }
    let terms = world.lied(0, |content| content.under.clear());
    assert!(terms.contains("agreement between communities"), "{terms}");
    // Whoever leaves out an entry and puts the sums right is found out by the whole ledger only.
    let mut content = world.content(0);
    let place = at(&content, "gift");
    content.lines.remove(place);
    let closing = content.sums.unwrap().closing.get();
    content.sums.as_mut().unwrap().closing = balance(closing + 10);
    assert!(world.signed(content).check().is_ok());
}

#[test]
fn a_key_change_cannot_be_left_out() {
    let mut world = World::new();
    world.change_key();
    let second = SecretKey::from_seed(&[78; 32]);
    let terms = KeyTerms {
        community: world.one.community,
        member: member(2),
        key: Some(second.public()),
        number: 2,
        made_at: Timestamp(4),
    };
    let proof = Some(second.sign(&terms.signing_bytes()));
    let given = Authority::Key(SecretKey::from_seed(&[77; 32]).sign(&terms.signing_bytes()));
    world.one.enter(Body::MemberKeyChanged { terms, member: given, proof }).unwrap();
    assert!(world.signed(world.content(0)).check().is_ok());
    let gap = world.lied(0, |content| {
        let place = at(content, "member_key_changed");
        content.lines.remove(place);
    });
    assert!(gap.contains("change of the member's key"), "{gap}");
}

#[test]
fn only_the_community_itself_can_sign_it() {
    let world = World::new();
    let stranger = Town::with_members(9, 1);
    let by_a_stranger = world.content(0).sign(&stranger.secret).into_unverified();
    assert!(by_a_stranger.check().is_err());
    let mut content = world.content(0);
    content.certificate = stranger.certificate.clone();
    assert_eq!(content.sign(&stranger.secret).into_unverified().check().unwrap_err(), Rejection::OtherCommunity);
    // Nor a checkpoint of another ledger.
    let note = Checkpoint::of(&stranger.community, stranger.ledger.tree());
    let note = note.sign(&origin_of(&stranger.community), &stranger.secret).unwrap().to_text();
    let other = world.lied(0, |content| content.checkpoint = note);
    assert!(other.contains("checkpoint"), "{other}");
    // An agreement between others proves nothing about our hours.
    let (mut three, mut four) = (Town::new(3), Town::new(4));
    befriend(&mut three, &mut four);
    let theirs = three.past.entries.iter().find_map(|entry| match &entry.body {
        Body::PartnershipAgreed { agreement } => Some(agreement.as_ref().clone()),
        _ => None,
    });
    let foreign = world.lied(0, |content| content.under[0].agreement = theirs.unwrap());
    assert!(foreign.contains("between others"), "{foreign}");
    assert!(world.one.ledger.partners().contains_key(&world.account));
}

#[test]
fn leaving_and_coming_back_is_told_to_the_minute() {
    let mut world = World::new();
    world.one.enter(world.one.leaving(2)).unwrap();
    let key = Some(SecretKey::from_seed(&[55; 32]).public());
    let (kind, role) = (MemberKind::Person, Role::Member);
    world.one.enter(Body::MemberAdmitted { member: member(2), kind, role, key, by: COORDINATOR }).unwrap();
    let told = world.signed(world.content(0)).check().unwrap();
    assert_eq!((told.closing, world.one.balance(2)), (Some(0), 0));
    // Where nobody is told where members stand, nor is what they left behind.
    let mut content = world.content(0);
    let place = at(&content, "opening_balance");
    content.lines.remove(place);
    content.sums = None;
    let hidden = world.signed(content).check().unwrap();
    assert_eq!((hidden.opening, hidden.closing), (None, None));
    assert!(told.given > hidden.given);
}
