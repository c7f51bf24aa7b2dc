//! Members' own keys: taken, changed and given up.

use super::fixture::{COORDINATOR, Town, exchange_id, key_of, member, minutes, signed, spoken};
use crate::{
    envelope::Content,
    key::{BadKey, SecretKey},
    ledger::{Authority, Body, GiftTerms},
    member::{KeyTerms, MemberKind, Role},
    rejection::Rejection,
    time::Timestamp,
};

fn another(n: u8) -> SecretKey {
    SecretKey::from_seed(&[n + 100; 32])
}

fn terms(town: &Town, n: u8, key: Option<&SecretKey>, number: u32) -> KeyTerms {
    let key = key.map(SecretKey::public);
    KeyTerms { community: town.community, member: member(n), key, number, made_at: Timestamp(5) }
}

/// A change to another key, which signs as it should.
fn change(terms: KeyTerms, given: Authority, key: Option<&SecretKey>) -> Body {
    let proof = key.map(|key| key.sign(&terms.signing_bytes()));
    Body::MemberKeyChanged { terms, member: given, proof }
}

/// Member 3 has no key; 1 and 2 have theirs.
fn town() -> Town {
    let mut town = Town::with_members(1, 2);
    let (kind, role) = (MemberKind::Person, Role::Member);
    town.enter(Body::MemberAdmitted { member: member(3), kind, role, key: None, by: COORDINATOR }).unwrap();
    town
}

fn gift(town: &Town, id: u64, n: u8, key: &SecretKey) -> Body {
    let terms = GiftTerms {
        community: town.community,
        exchange: exchange_id(id),
        from: member(n),
        minutes: minutes(5),
        made_at: Timestamp(1),
        details: None,
    };
    Body::Gift { from: Authority::Key(key.sign(&terms.signing_bytes())), terms }
}

#[test]
fn a_member_without_a_key_takes_one_in_a_session() {
    let mut town = town();
    let key = another(3);
    assert_eq!(town.refusal(gift(&town, 1, 3, &key)), Rejection::NoKey(member(3)));
    let taken = change(terms(&town, 3, Some(&key), 1), Authority::Session, Some(&key));
    town.enter(taken).unwrap();
    assert_eq!(town.ledger.members()[&member(3)].key, Some(key.public()));
    town.enter(gift(&town, 1, 3, &key)).unwrap();
}

#[test]
fn a_session_takes_no_key_from_whoever_has_one() {
    let mut town = town();
    let (old, new) = (key_of(member(1)), another(1));
    let by = |given: Authority, key: Option<&SecretKey>| change(terms(&town, 1, key, 1), given, key);
    assert_eq!(town.refusal(by(Authority::Session, Some(&new))), Rejection::KeyNeeded(member(1)));
    assert_eq!(town.refusal(by(Authority::Session, None)), Rejection::KeyNeeded(member(1)));
    let by_the_old = by(signed(member(1), &terms(&town, 1, Some(&new), 1)), Some(&new));
    let by_a_coordinator = by(spoken(), None);
    town.clone().enter(by_a_coordinator).unwrap();
    town.enter(by_the_old).unwrap();
    // The old one is worth nothing any more where entries are judged by the key of their moment.
    assert_ne!(town.ledger.members()[&member(1)].key, Some(old.public()));
    let given_up = terms(&town, 1, None, 2);
    let by_the_new = Authority::Key(new.sign(&given_up.signing_bytes()));
    town.enter(change(given_up, by_the_new, None)).unwrap();
    assert_eq!(town.ledger.members()[&member(1)].key, None);
}

#[test]
fn the_new_key_has_to_be_at_hand() {
    let town = town();
    let (new, stranger) = (another(3), another(9));
    let wanted = terms(&town, 3, Some(&new), 1);
    let with = |proof| Body::MemberKeyChanged { terms: wanted.clone(), member: Authority::Session, proof };
    assert_eq!(town.refusal(with(None)), Rejection::KeyUnproven);
    let by_a_stranger = stranger.sign(&wanted.signing_bytes());
    assert_eq!(town.refusal(with(Some(by_a_stranger))), Rejection::BadKey(BadKey::WrongSignature));
    // A proof where no key is taken would prove nothing.
    let given_up = terms(&town, 1, None, 1);
    let proof = Some(new.sign(&given_up.signing_bytes()));
    assert_eq!(
        town.refusal(Body::MemberKeyChanged { terms: given_up, member: spoken(), proof }),
        Rejection::KeyUnproven
    );
}

#[test]
fn what_was_signed_once_is_not_brought_in_again() {
    let mut town = town();
    let (first, second) = (another(3), another(4));
    let taken = change(terms(&town, 3, Some(&first), 1), Authority::Session, Some(&first));
    town.enter(taken.clone()).unwrap();
    assert_eq!(town.refusal(taken.clone()), Rejection::KeyMoved(member(3)));
    let onward = terms(&town, 3, Some(&second), 2);
    let by_the_first = Authority::Key(first.sign(&onward.signing_bytes()));
    town.enter(change(onward, by_the_first, Some(&second))).unwrap();
    assert_eq!(town.refusal(taken.clone()), Rejection::KeyMoved(member(3)));
    // Nor after the member left and came back.
    town.enter(town.leaving(3)).unwrap();
    assert_eq!(town.refusal(taken.clone()), Rejection::MemberLeft(member(3)));
    let (kind, role) = (MemberKind::Person, Role::Member);
    town.enter(Body::MemberAdmitted { member: member(3), kind, role, key: None, by: COORDINATOR }).unwrap();
    assert_eq!(town.refusal(taken), Rejection::KeyMoved(member(3)));
}

#[test]
fn changes_are_refused_by_name() {
    let town = town();
    let new = another(3);
    let by = |terms: KeyTerms, given| change(terms, given, Some(&new));
    let same = change(terms(&town, 1, Some(&key_of(member(1))), 1), spoken(), Some(&key_of(member(1))));
    assert_eq!(town.refusal(same), Rejection::NothingChanges);
    assert_eq!(town.refusal(change(terms(&town, 3, None, 1), spoken(), None)), Rejection::NothingChanges);
    assert_eq!(town.refusal(by(terms(&town, 9, Some(&new), 1), spoken())), Rejection::UnknownMember(member(9)));
    assert_eq!(town.refusal(by(terms(&town, 3, Some(&new), 2), Authority::Session)), Rejection::KeyMoved(member(3)));
    let elsewhere = KeyTerms { community: Town::new(2).community, ..terms(&town, 3, Some(&new), 1) };
    assert_eq!(town.refusal(by(elsewhere, Authority::Session)), Rejection::OtherCommunity);
    let by_a_member = Authority::OnBehalf { coordinator: member(2), channel: crate::ledger::Channel::Phone };
    assert_eq!(town.refusal(by(terms(&town, 3, Some(&new), 1), by_a_member)), Rejection::NotCoordinator(member(2)));
}
