//! Agreements of members before they reach the ledger.

use super::fixture::{COORDINATOR, Town, key_of, member};
use crate::{
    envelope::Content,
    id::MemberId,
    key::{BadKey, KeyCache, PublicKey, SecretKey},
    ledger::{Agreeable, Agreed, Asked, Authority, Channel, Consent, ExchangeTerms, GroupTerms, PaymentTerms},
    rejection::Rejection,
};

fn by_key<T: Content>(secret: &SecretKey, terms: &T) -> Option<Consent> {
    Some(Consent::Key { key: secret.public(), signature: secret.sign(&terms.signing_bytes()) })
}

fn asked(terms: &ExchangeTerms, consents: Vec<Option<Consent>>) -> Result<Agreed<ExchangeTerms>, Rejection> {
    Asked::new(terms.clone(), consents, &mut KeyCache::default())?.judge()
}

#[test]
fn each_party_has_one_place_in_a_fixed_order() {
    let town = Town::with_members(1, 4);
    let exchange = town.exchange_terms(1, 1, 2, 30);
    assert_eq!(exchange.parties(), [member(1), member(2)]);
    let crate::ledger::Body::GroupExchange { terms, .. } = town.group(1, 4, &[1, 2], 30) else { panic!("a group") };
    assert_eq!(GroupTerms::parties(&terms), [member(4), member(1), member(2)]);
    let payment = town.payment(crate::id::AccountId([1; 32]), 1, 3, 30);
    assert_eq!(PaymentTerms::parties(&payment), [member(3)]);
    let crate::ledger::Body::Gift { terms: gift, .. } = town.gift(1, 2, 30) else { panic!("a gift") };
    assert_eq!(gift.parties(), [member(2)]);
    for places in [0, 1, 3] {
        assert_eq!(asked(&exchange, vec![None; places]).unwrap_err().code(), "bad-text");
    }
    assert!(asked(&exchange, vec![None, None]).is_ok());
}

#[test]
fn signatures_are_judged_and_a_coordinators_word_is_taken() {
    let terms = Town::with_members(1, 2).exchange_terms(1, 1, 2, 30);
    let good = by_key(&key_of(member(2)), &terms);
    let word = Some(Consent::OnBehalf { coordinator: COORDINATOR, channel: Channel::Paper });
    let agreed = asked(&terms, vec![word.clone(), good.clone()]).unwrap();
    assert_eq!((agreed.terms(), agreed.consents()), (&terms, &[word.clone(), good.clone()][..]));
    let wrong = Rejection::BadKey(BadKey::WrongSignature);
    let other = ExchangeTerms { exchange: super::fixture::exchange_id(2), ..terms.clone() };
    assert_eq!(asked(&other, vec![None, good.clone()]).unwrap_err(), wrong);
    assert_eq!(asked(&terms, vec![good.clone(), by_key(&key_of(member(1)), &other)]).unwrap_err(), wrong);
    let weak = Consent::Key { key: PublicKey([0; 32]), signature: crate::key::Signature([0; 64]) };
    assert!(matches!(asked(&terms, vec![Some(weak), None]).unwrap_err(), Rejection::BadKey(_)));
}

#[test]
fn verdicts_are_one_for_each_claim() {
    let terms = Town::with_members(1, 2).exchange_terms(1, 1, 2, 30);
    let consents = vec![by_key(&key_of(member(1)), &terms), by_key(&key_of(member(2)), &terms)];
    let asked = Asked::new(terms, consents, &mut KeyCache::default()).unwrap();
    assert_eq!(asked.claims().len(), 2);
    for verdicts in [&[][..], &[true], &[true, false], &[false, true], &[true, true, true]] {
        let refused = asked.clone().judged(verdicts).unwrap_err();
        assert_eq!(refused, Rejection::BadKey(BadKey::WrongSignature), "{verdicts:?}");
    }
    asked.judged(&[true, true]).unwrap();
}

#[test]
fn later_agreements_fill_places_and_replace_none() {
    let terms = Town::with_members(1, 2).exchange_terms(1, 1, 2, 30);
    let [giver, receiver] = [1, 2].map(|n| by_key(&key_of(member(n)), &terms));
    let word = Some(Consent::OnBehalf { coordinator: COORDINATOR, channel: Channel::InPerson });
    let first = Agreed::from_own_journal(terms.clone(), vec![giver.clone(), None]);
    let second = Agreed::from_own_journal(terms, vec![word, receiver.clone()]);
    let (_, consents) = first.joined(&second).into_parts();
    assert_eq!(consents, [giver.clone(), receiver]);
    let Some(Consent::Key { signature, .. }) = giver else { panic!("a signature") };
    assert_eq!(consents[0].as_ref().unwrap().authority(), Authority::Key(signature));
    let nobody = MemberId([0; 16]);
    let on_behalf = Consent::OnBehalf { coordinator: nobody, channel: Channel::Phone };
    assert_eq!(on_behalf.authority(), Authority::OnBehalf { coordinator: nobody, channel: Channel::Phone });
    assert_eq!(Consent::Session.authority(), Authority::Session);
}
