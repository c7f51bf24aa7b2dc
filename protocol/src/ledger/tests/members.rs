//! Founding, charter, and who belongs.

use super::fixture::{
    COORDINATOR, Town, balance, befriend, certificate, charter, exchange_id, key_of, member, minutes, signed, spoken,
};
use crate::{
    community::{Certificate, Charter},
    envelope::{Content, Unverified},
    id::{CommunityId, MemberId},
    key::{BadKey, PublicKey, SecretKey},
    ledger::{Account, Body},
    member::{MemberKind, Role},
    minutes::{BadMinutes, MAX_BALANCE},
    rejection::Rejection,
    time::Timestamp,
};

/// The neutral element of the curve: a key of small order.
const WEAK: PublicKey = {
    let mut bytes = [0; 32];
    bytes[0] = 1;
    PublicKey(bytes)
};

fn admission(n: u8, kind: MemberKind, role: Role, key: Option<PublicKey>, by: MemberId) -> Body {
    Body::MemberAdmitted { member: member(n), kind, role, key, by }
}

#[test]
fn a_ledger_begins_with_its_founding_and_only_there() {
    let town = Town::unfounded(1);
    assert_eq!(town.refusal(town.admission(1)), Rejection::Founding);
    let town = Town::new(1);
    assert_eq!(town.refusal(town.founding(charter())), Rejection::Founding);
    let founder = &town.ledger.members()[&COORDINATOR];
    assert_eq!((founder.role, founder.active, founder.balance.get()), (Role::Coordinator, true, 0));
    assert_eq!(town.ledger.certificates(), std::slice::from_ref(&town.certificate.content));
    assert_eq!(town.ledger.certificate(), Some(&town.certificate.content));
}

#[test]
fn a_founding_needs_a_certificate_of_the_root() {
    let town = Town::unfounded(1);
    let root = SecretKey::from_seed(&[1; 32]);
    let with = |change: &dyn Fn(&mut Certificate), key: &SecretKey| {
        let mut content = town.certificate.content.clone();
        change(&mut content);
        let certificate: Unverified<Certificate> = content.sign(key).into_unverified();
        town.refusal(Body::Founded { certificate, charter: charter(), coordinator: COORDINATOR })
    };
    assert_eq!(with(&|c| c.v = 2, &root), Rejection::UnknownVersion(2));
    assert_eq!(with(&|c| c.until = c.from, &root), Rejection::BadCertificate("its period is empty"));
    assert_eq!(with(&|c| c.key = WEAK, &root), Rejection::BadKey(BadKey::Weak));
    assert_eq!(with(&|c| c.key = PublicKey([2; 32]), &root), Rejection::BadKey(BadKey::NotAKey));
    assert_eq!(with(&|c| c.community = CommunityId(WEAK.0), &root), Rejection::BadKey(BadKey::Weak));
    let other = SecretKey::from_seed(&[9; 32]);
    assert_eq!(with(&|_| (), &other), Rejection::BadKey(BadKey::WrongSignature));
    assert_eq!(with(&|c| c.community = CommunityId(other.public().0), &other), Rejection::OtherCommunity);
    let nameless = Charter { name: " ".into(), ..charter() };
    assert_eq!(town.refusal(town.founding(nameless)).code(), "bad-text");
}

#[test]
fn only_coordinators_who_are_here_change_the_charter() {
    let mut town = Town::with_members(1, 3);
    let changed = Charter { person_floor: balance(-60), ..charter() };
    let by = |by| Body::CharterChanged { charter: changed.clone(), by };
    assert_eq!(town.refusal(by(member(9))), Rejection::UnknownMember(member(9)));
    assert_eq!(town.refusal(by(member(1))), Rejection::NotCoordinator(member(1)));
    town.enter(town.leaving(2)).unwrap();
    assert_eq!(town.refusal(by(member(2))), Rejection::MemberLeft(member(2)));
    let same = Body::CharterChanged { charter: charter(), by: COORDINATOR };
    assert_eq!(town.refusal(same), Rejection::NothingChanges);
    let upside_down = Charter { organisation_floor: balance(1), ..charter() };
    let body = Body::CharterChanged { charter: upside_down, by: COORDINATOR };
    assert_eq!(town.refusal(body).code(), "bad-text");
    town.enter(by(COORDINATOR)).unwrap();
    assert_eq!(town.charter(), changed);
}

#[test]
fn admission_needs_a_coordinator_a_sound_key_and_a_new_id() {
    let mut town = Town::with_members(1, 2);
    let (person, role) = (MemberKind::Person, Role::Member);
    assert_eq!(town.refusal(town.admission(1)), Rejection::MemberExists(member(1)));
    assert_eq!(town.refusal(admission(3, person, role, None, member(1))), Rejection::NotCoordinator(member(1)));
    assert_eq!(town.refusal(admission(3, person, role, None, member(3))), Rejection::UnknownMember(member(3)));
    assert_eq!(town.refusal(admission(3, person, role, Some(WEAK), COORDINATOR)), Rejection::BadKey(BadKey::Weak));
    let body = admission(3, MemberKind::Organisation, Role::Coordinator, Some(key_of(member(3)).public()), COORDINATOR);
    town.enter(body).unwrap();
    let admitted = &town.ledger.members()[&member(3)];
    assert_eq!((admitted.kind, admitted.role), (MemberKind::Organisation, Role::Coordinator));
    assert_eq!((admitted.key, admitted.balance.get()), (Some(key_of(member(3)).public()), 0));
    // Whoever was just made a coordinator may admit others.
    town.enter(admission(4, person, role, None, member(3))).unwrap();
}

#[test]
fn who_leaves_gives_their_balance_to_the_pot_and_may_come_back_with_nothing() {
    let mut town = Town::with_members(1, 2);
    town.enter(town.exchange(1, 1, 2, 90)).unwrap();
    assert_eq!(town.refusal(town.leaving(9)), Rejection::UnknownMember(member(9)));
    let by_themselves = Body::MemberLeft { member: member(1), by: member(1) };
    assert_eq!(town.refusal(by_themselves), Rejection::NotCoordinator(member(1)));
    town.enter(town.leaving(1)).unwrap();
    assert_eq!((town.balance(1), town.ledger.pot().get()), (0, 90));
    assert!(!town.ledger.members()[&member(1)].active);
    assert_eq!(town.refusal(town.leaving(1)), Rejection::MemberLeft(member(1)));
    assert_eq!(town.refusal(town.exchange(2, 2, 1, 10)), Rejection::MemberLeft(member(1)));
    // A debt goes to the pot as well.
    town.enter(town.leaving(2)).unwrap();
    assert_eq!((town.balance(2), town.ledger.pot().get()), (0, 0));
    town.enter(town.admission(1)).unwrap();
    assert_eq!(town.balance(1), 0);
    assert_eq!(town.refusal(town.admission(1)), Rejection::MemberExists(member(1)));
}

#[test]
fn nobody_leaves_while_a_partner_may_still_decide_about_their_hours() {
    let (mut town, mut other) = (Town::with_members(1, 2), Town::new(2));
    let account = befriend(&mut town, &mut other);
    town.enter(town.hold(account, 1, 1, 60)).unwrap();
    let waiting = Rejection::TooManyWaiting { what: "exchanges of this member with partners", limit: 0 };
    assert_eq!(town.refusal(town.leaving(1)), waiting);
    town.enter(town.leaving(2)).unwrap();
    let mut way = super::fixture::Way::of(&town, account);
    town.enter(way.decided(&town, &other, 1, 60, false)).unwrap();
    town.enter(town.leaving(1)).unwrap();
}

#[test]
fn the_last_coordinator_stays() {
    let mut town = Town::with_members(1, 2);
    let last = Rejection::LastCoordinator(COORDINATOR);
    let leave = |id, by| Body::MemberLeft { member: id, by };
    assert_eq!(town.refusal(leave(COORDINATOR, COORDINATOR)), last);
    assert_eq!(town.refusal(town.role(COORDINATOR, Role::Member)), last);
    assert_eq!(town.refusal(town.role(COORDINATOR, Role::Coordinator)), Rejection::NothingChanges);
    assert_eq!(town.refusal(town.role(member(9), Role::Coordinator)), Rejection::UnknownMember(member(9)));
    let by_a_member = Body::RoleChanged { member: member(1), role: Role::Coordinator, by: member(2) };
    assert_eq!(town.refusal(by_a_member), Rejection::NotCoordinator(member(2)));
    town.enter(town.role(member(1), Role::Coordinator)).unwrap();
    town.enter(leave(COORDINATOR, member(1))).unwrap();
    assert_eq!(town.refusal(leave(member(1), member(1))), Rejection::LastCoordinator(member(1)));
    // Who comes back as a coordinator counts again, and so does who only was one.
    let back = admission(0xc0, MemberKind::Person, Role::Coordinator, None, member(1));
    town.enter(back).unwrap();
    town.enter(town.role(member(1), Role::Member)).unwrap();
    assert_eq!(town.refusal(town.role(COORDINATOR, Role::Member)), last);
    assert_eq!(town.refusal(town.role(member(1), Role::Member)), Rejection::NothingChanges);
}

#[test]
fn an_opening_balance_comes_first() {
    let mut town = Town::with_members(1, 4);
    let by_a_member = Body::OpeningBalance { member: member(1), minutes: balance(60), by: member(2) };
    assert_eq!(town.refusal(by_a_member), Rejection::NotCoordinator(member(2)));
    assert_eq!(town.refusal(town.opening(9, 60)), Rejection::UnknownMember(member(9)));
    assert_eq!(town.refusal(town.opening(1, 0)), Rejection::NothingChanges);
    // Further below than the charter allows: it is what the earlier system said.
    town.enter(town.opening(1, -5_000)).unwrap();
    assert_eq!((town.balance(1), town.ledger.balance(&Account::Opening).get()), (-5_000, 5_000));
    assert_eq!(town.refusal(town.opening(1, 60)), Rejection::NotOpening(member(1)));
    // Hours that add up to nothing are hours all the same.
    town.enter(town.exchange(1, 2, 3, 60)).unwrap();
    town.enter(town.exchange(2, 3, 2, 60)).unwrap();
    assert_eq!((town.balance(2), town.balance(3)), (0, 0));
    assert_eq!(town.refusal(town.opening(2, 60)), Rejection::NotOpening(member(2)));
    assert_eq!(town.refusal(town.opening(3, 60)), Rejection::NotOpening(member(3)));
    // Leaving and coming back makes nobody new, unless nothing ever happened.
    for n in [2, 4] {
        town.enter(town.leaving(n)).unwrap();
        assert_eq!(town.refusal(town.opening(n, 60)), Rejection::MemberLeft(member(n)));
        town.enter(town.admission(n)).unwrap();
    }
    assert_eq!(town.refusal(town.opening(2, 60)), Rejection::NotOpening(member(2)));
    town.enter(town.opening(4, 60)).unwrap();
}

#[test]
fn balances_stay_within_what_can_be_counted() {
    let mut town = Town::with_members(1, 3);
    town.enter(town.opening(1, MAX_BALANCE)).unwrap();
    let overflow = Rejection::BadMinutes(BadMinutes::Overflow);
    // The account that opening balances come from is at its end.
    assert_eq!(town.refusal(town.opening(2, 1)), overflow);
    town.enter(town.opening(2, -1)).unwrap();
    assert_eq!(town.refusal(town.exchange(1, 1, 2, 1)), overflow);
    town.enter(town.exchange(1, 2, 1, 1)).unwrap();
    town.enter(town.exchange(2, 1, 2, 1)).unwrap();
}

#[test]
fn a_word_for_somebody_needs_a_coordinator_and_a_signature_a_key() {
    let mut town = Town::with_members(1, 2);
    town.enter(admission(3, MemberKind::Person, Role::Member, None, COORDINATOR)).unwrap();
    let terms = town.exchange_terms(1, 1, 3, 30);
    let by = |authority| Body::Exchange { terms: terms.clone(), giver: None, receiver: Some(authority) };
    assert_eq!(town.refusal(by(signed(member(3), &terms))), Rejection::NoKey(member(3)));
    let word = |coordinator| crate::ledger::Authority::OnBehalf { coordinator, channel: crate::ledger::Channel::Paper };
    assert_eq!(town.refusal(by(word(member(2)))), Rejection::NotCoordinator(member(2)));
    assert_eq!(town.refusal(by(word(member(9)))), Rejection::UnknownMember(member(9)));
    town.enter(by(spoken())).unwrap();
}

#[test]
fn a_session_speaks_only_for_members_who_are_here() {
    let mut town = Town::with_members(1, 2);
    let terms = town.exchange_terms(1, 1, 2, 30);
    let session = crate::ledger::Authority::Session;
    let by = |giver: Option<_>| Body::Exchange { terms: terms.clone(), giver, receiver: Some(session.clone()) };
    town.enter(by(Some(session.clone()))).unwrap();
    let gift = |from| Body::Gift {
        terms: crate::ledger::GiftTerms {
            community: town.community,
            exchange: exchange_id(7),
            from,
            minutes: minutes(5),
            made_at: Timestamp(1),
            details: None,
        },
        from: session.clone(),
    };
    let (known, stranger) = (gift(member(1)), gift(member(9)));
    assert_eq!(town.refusal(stranger), Rejection::UnknownMember(member(9)));
    town.enter(town.leaving(1)).unwrap();
    assert_eq!(town.refusal(known), Rejection::MemberLeft(member(1)));
}

#[test]
fn certificates_of_towns_differ() {
    // The fixture itself: towns of different seeds must be strangers, or tests about strangers would show nothing.
    let (one, two) = (Town::unfounded(1), Town::unfounded(2));
    assert_ne!((one.community, one.secret.public()), (two.community, two.secret.public()));
    let again = certificate(&SecretKey::from_seed(&[1; 32]), one.secret.public(), 1);
    assert_eq!(again, one.certificate);
    assert_eq!(again.content.from, Timestamp(0));
}
