//! Whose key signs for whom, kept a second time: each member's agreement by a key is by the key they have at that moment, and
//! only that key, or a coordinator by name, puts another in its place.

use super::{Kept, ensure};
use kith_protocol::{
    id::MemberId,
    key::PublicKey,
    ledger::{Agreeable, Authority, Body},
};
use std::collections::BTreeMap;

/// Members' keys, and how often they changed.
#[derive(Debug, Clone, Default)]
pub(super) struct Signers(BTreeMap<MemberId, (Option<PublicKey>, u32)>);

impl Signers {
    pub(super) fn enter(&mut self, body: &Body) -> Kept {
        match body {
            Body::Exchange { terms, giver, receiver } => self.agreed(terms, &[giver.as_ref(), receiver.as_ref()]),
            Body::GroupExchange { terms, leader, participants, .. } => {
                let given = std::iter::once(leader).chain(participants).map(Option::as_ref);
                self.agreed(terms, &given.collect::<Vec<_>>())
            }
            Body::Gift { terms, from } => self.agreed(terms, &[Some(from)]),
            Body::Hold { terms, payer } => self.agreed(terms, &[Some(payer)]),
            Body::MemberAdmitted { member, key, .. } => {
                self.0.entry(*member).or_default().0 = *key;
                Ok(())
            }
            Body::MemberKeyChanged { terms, member: given, proof } => {
                let (key, changes) = self.0.get(&terms.member).copied().unwrap_or_default();
                ensure("keys", terms.number == changes + 1, || format!("change {} after {changes}", terms.number))?;
                let by_session = matches!(given, Authority::Session);
                ensure("keys", !by_session || key.is_none(), || format!("a session changes {}'s key", terms.member))?;
                self.agreed(terms, &[Some(given)])?;
                let at_hand = terms.key.is_none_or(|key| proof.is_some_and(|proof| is_by(&key, terms, &proof)));
                ensure("keys", at_hand, || format!("{} takes a key that did not sign", terms.member))?;
                self.0.insert(terms.member, (terms.key, terms.number));
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn agreed<T: Agreeable>(&self, terms: &T, given: &[Option<&Authority>]) -> Kept {
        for (member, given) in terms.parties().into_iter().zip(given) {
            if let Some(Authority::Key(signature)) = given {
                let key = self.0.get(&member).and_then(|(key, _)| *key);
                let by_them = key.is_some_and(|key| is_by(&key, terms, signature));
                ensure("keys", by_them, || format!("a key that is not {member}'s signs for them"))?;
            }
        }
        Ok(())
    }
}

fn is_by<T: Agreeable>(key: &PublicKey, terms: &T, signature: &kith_protocol::key::Signature) -> bool {
    key.sound().is_ok_and(|key| key.verify_member(&terms.signing_bytes(), signature).is_ok())
}
