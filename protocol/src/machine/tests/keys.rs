//! Members who take another key while something waits for them.

use super::*;
use crate::{
    ledger::{Agreeable, ExchangeTerms},
    member::KeyTerms,
};

const BEN: MemberId = MemberId([3; 16]);

impl Two {
    fn admit_with_key(&mut self, member: MemberId, key: &SecretKey) {
        let (kind, role, key) = (MemberKind::Person, Role::Member, Some(key.public()));
        self.command(0, Command::Admit { member, kind, role, key, by: COORDINATOR }).unwrap();
    }

    fn agreed<T: Agreeable>(&self, terms: T, keys: &[Option<&SecretKey>]) -> Agreed<T> {
        let consent = |key: &SecretKey| Consent::Key { key: key.public(), signature: key.sign(&terms.signing_bytes()) };
        let consents = keys.iter().map(|key| key.map(consent)).collect();
        Asked::new(terms, consents, &mut KeyCache::default()).unwrap().judge().unwrap()
    }

    fn changes_key(&mut self, member: MemberId, old: &SecretKey, new: &SecretKey) -> Result<Reply, Rejection> {
        let community = self.nodes[0].machine.identity().community;
        let number = self.state(0).ledger().members()[&member].key_changes + 1;
        let terms = KeyTerms { community, member, key: Some(new.public()), number, made_at: self.now };
        let proof = Some(new.sign(&terms.signing_bytes()));
        let terms = self.agreed(terms, &[Some(old)]);
        self.command(0, Command::ChangeKey { terms, proof })
    }
}

#[test]
fn who_agreed_with_an_earlier_key_agrees_anew() {
    let mut two = Two::new();
    let keys = [4, 5, 6].map(|seed| SecretKey::from_seed(&[seed; 32]));
    let [old, new, bens] = &keys;
    let amy = MemberId([4; 16]);
    two.admit_with_key(amy, old);
    two.admit_with_key(BEN, bens);
    let both = Charter { confirmation: crate::community::Confirmation::Both, ..Charter::new("A place".into(), None) };
    two.command(0, Command::ChangeCharter { charter: both, by: COORDINATOR }).unwrap();
    let terms = ExchangeTerms {
        community: two.nodes[0].machine.identity().community,
        exchange: ExchangeId([9; 16]),
        giver: amy,
        receiver: BEN,
        minutes: Minutes::new(30).unwrap(),
        made_at: two.now,
        details: None,
    };
    let asked = |two: &mut Two, keys: &[Option<&SecretKey>]| {
        let agreed = two.agreed(terms.clone(), keys);
        two.command(0, Command::Exchange(agreed))
    };
    let waits = |member| Ok(Reply::Waits { exchange: ExchangeId([9; 16]), member: Some(member) });
    assert_eq!(asked(&mut two, &[Some(old), None]), waits(BEN));
    // A key that is not the member's changes nothing.
    assert_eq!(two.changes_key(amy, bens, new), Err(Rejection::OtherKey(amy)));
    two.changes_key(amy, old, new).unwrap();
    assert_eq!(asked(&mut two, &[None, Some(bens)]), waits(amy));
    assert_eq!(asked(&mut two, &[Some(old), None]), Err(Rejection::OtherKey(amy)));
    assert!(matches!(asked(&mut two, &[Some(new), None]), Ok(Reply::Posted { .. })));
    // Each signature is judged by the key of its moment.
    let judged = two.audit(0);
    assert_eq!((judged.kinds["member_key_changed"], judged.kinds["exchange"]), (1, 1));
}
