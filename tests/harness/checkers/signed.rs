//! What an honest node signed, held against it: nothing of it is a proof of misconduct.

use super::{Kept, ensure};
use kith_protocol::{
    codec,
    community::Certificate,
    envelope::{Content, Unverified},
    evidence::{Evidence, Exhibits},
    id::{AccountId, Digest},
    ledger::Body,
    machine::Fact,
    partnership::{Decision, Position, Proposal, ResumeOffer, Verdict},
};
use std::collections::BTreeMap;

/// An acceptance, and the certificate of the key that signed it.
#[derive(Debug, Clone)]
struct Accepted {
    proposal: Unverified<Proposal>,
    decision: Unverified<Decision>,
    certificate: Unverified<Certificate>,
}

/// What one node signed under its partnerships, also before it lost it.
#[derive(Debug, Default)]
pub(super) struct Signed {
    certificate: Option<Unverified<Certificate>>,
    accepted: Vec<Accepted>,
    /// What its ledger has now, by partnership and place.
    pub(super) crossed: BTreeMap<(AccountId, Position), Digest>,
}

impl Signed {
    /// What a node's ledger has of exchanges with partners.
    pub(super) fn holds(&mut self, fact: &Fact) {
        let Fact::Entry(entry) = fact else { return };
        if let Body::Settle { proposal, .. } | Body::Receive { proposal, .. } | Body::Recovered { proposal, .. } =
            &entry.body
        {
            let place = (proposal.content.account, Position::of(&proposal.content));
            self.crossed.insert(place, proposal.content.digest());
        }
    }

    /// Folds one durable fact.
    pub(super) fn committed(&mut self, fact: &Fact) -> Kept {
        self.holds(fact);
        match fact {
            Fact::Entry(entry) => {
                if let Body::Founded { certificate, .. } = &entry.body {
                    self.certificate = Some(certificate.clone());
                } else if let Body::KeyRotated { certificate } = &entry.body {
                    self.certificate = Some(certificate.as_ref().clone());
                }
                Ok(())
            }
            Fact::Decided { proposal, decision } => {
                let accepts = matches!(decision.content.verdict, Verdict::Accept { .. });
                if let Some(certificate) = self.certificate.clone().filter(|_| accepts) {
                    let (proposal, decision) = (proposal.clone(), decision.clone());
                    self.accepted.push(Accepted { proposal, decision, certificate });
                }
                Ok(())
            }
            Fact::Offered { offer, .. } => self.leaves_nothing_out(offer),
            _ => Ok(()),
        }
    }

    /// E5 cannot be made of an honest node's offer and of anything that it ever accepted.
    fn leaves_nothing_out(&self, offer: &Unverified<ResumeOffer>) -> Kept {
        let account = offer.content.account;
        let counted =
            self.crossed.iter().filter(|((of, place), _)| *of == account && place.epoch >= offer.content.from);
        let counted: Vec<Digest> = counted.map(|(_, digest)| *digest).collect();
        let page = usize::try_from(codec::MAX_ITEMS).unwrap_or(usize::MAX);
        for Accepted { proposal, decision, certificate } in &self.accepted {
            let exhibits = Exhibits::LeftOut {
                proposal: Box::new(proposal.clone()),
                decision: Box::new(decision.clone()),
                offer: Box::new(offer.clone()),
                committed: counted.chunks(page).map(<[Digest]>::to_vec).collect(),
            };
            let judged = Evidence { v: 1, certificate: certificate.clone(), exhibits }.judge();
            ensure("evidence", judged.is_err(), || format!("an honest offer is a proof: {judged:?}"))?;
        }
        Ok(())
    }
}
