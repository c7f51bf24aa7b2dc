//! Changes of members' keys, in ledgers whose keeper lies.

use super::{
    Export,
    forgery::{after, index},
    sound::World,
};
use crate::{
    envelope::Content,
    key::SecretKey,
    ledger::{
        Authority, Body,
        tests::fixture::{key_of, member},
    },
    member::KeyTerms,
    time::Timestamp,
};

#[test]
fn changes_of_keys_are_judged() {
    let World { mut one, .. } = World::new();
    let (old, new) = (key_of(member(2)), SecretKey::from_seed(&[77; 32]));
    let key = Some(new.public());
    let terms = KeyTerms { community: one.community, member: member(2), key, number: 1, made_at: Timestamp(7) };
    let proof = new.sign(&terms.signing_bytes());
    let change = |given: &SecretKey, proof| Body::MemberKeyChanged {
        member: Authority::Key(given.sign(&terms.signing_bytes())),
        terms: terms.clone(),
        proof: Some(proof),
    };
    // The old key did not agree, or the new one did not sign.
    assert_eq!(after(&one, change(&new, proof)), (Some(index(&one)), "wrong-signature"));
    let by_the_old = old.sign(&terms.signing_bytes());
    assert_eq!(after(&one, change(&old, by_the_old)), (Some(index(&one)), "wrong-signature"));
    let before = Export::of(&one).judge().unwrap().signatures_checked;
    one.enter(change(&old, proof)).unwrap();
    assert_eq!(Export::of(&one).judge().unwrap().signatures_checked, before + 2);
}
