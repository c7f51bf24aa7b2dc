//! Misconduct of a partner: the proof is kept and the partnership freezes.

use super::{
    effect::{Notice, Turn},
    fact::Fact,
    resuming::Fetching,
    state::Machine,
};
use crate::{
    codec,
    community::Certificate,
    envelope::{Content, Signed, Unverified},
    evidence::{Evidence, Exhibits},
    id::{AccountId, Digest},
    ledger::Body,
    partnership::{Decision, Pair, Proposal, Side},
    rejection::Rejection,
};

impl Machine {
    /// E5: an exchange that the partner accepted with the key of its offer and left out. What it accepted with an earlier key it may
    /// have lost with a disk; and an offer that does not even count what its maker shows proves nothing to others. Nothing is signed
    /// upon either, and the partnership goes on once it offers rightly.
    pub(super) fn find_left_out(&mut self, turn: &mut Turn<'_>, account: AccountId) -> Result<(), Rejection> {
        let Some(Fetching { offer, certificate, seen, .. }) = self.offers.remove(&account) else { return Ok(()) };
        let ours = self.pairs(turn, &account, offer.content.from);
        let key = certificate.content.key.sound()?;
        let theirs = |pair: &&Pair| {
            pair.proposal.content.lane != offer.content.offerer
                && !seen.contains(&pair.proposal.content.exchange)
                && pair.decision.clone().verify(&key).is_ok()
        };
        if let Some(pair) = ours.iter().find(theirs) {
            let counted = ours.iter().filter(|p| seen.contains(&p.proposal.content.exchange));
            let digests: Vec<Digest> = counted.map(|p| p.proposal.content.digest()).collect();
            let page = usize::try_from(codec::MAX_ITEMS).unwrap_or(usize::MAX);
            let committed = digests.chunks(page).map(<[Digest]>::to_vec).collect();
            let exhibits = Exhibits::LeftOut {
                proposal: Box::new(pair.proposal.clone()),
                decision: Box::new(pair.decision.clone()),
                offer: Box::new(offer),
                committed,
            };
            self.freeze_if_proven(turn, account, Evidence { v: 1, certificate, exhibits });
        }
        Err(Rejection::BooksDiffer)
    }

    /// Keeps the proof, and signs nothing more with this partner. Only what anybody would judge as proof ends a partnership.
    fn freeze_if_proven(&mut self, turn: &mut Turn<'_>, account: AccountId, evidence: Evidence) {
        if evidence.judge().is_err() {
            return;
        }
        self.synced.remove(&account);
        self.record(turn, Fact::Frozen { account, evidence: Box::new(evidence) });
        turn.notice(Notice::Frozen { account });
    }

    /// E1: the partner signed a second proposal for a slot.
    pub(super) fn second_proposal(
        &mut self,
        turn: &mut Turn<'_>,
        proposal: &Signed<Proposal>,
        first: Unverified<Proposal>,
    ) {
        let account = proposal.content().account;
        let two = Box::new([first, proposal.unverified().clone()]);
        self.accuse(turn, account, Exhibits::TwoProposals(two));
    }

    /// E2: the partner signed a second decision for a slot.
    pub(super) fn second_decision(
        &mut self,
        turn: &mut Turn<'_>,
        decision: &Signed<Decision>,
        first: Unverified<Decision>,
    ) {
        let account = decision.content().account;
        let two = Box::new([first, decision.unverified().clone()]);
        self.accuse(turn, account, Exhibits::TwoDecisions(two));
    }

    pub(super) fn accuse(&mut self, turn: &mut Turn<'_>, account: AccountId, exhibits: Exhibits) {
        if let Some(certificate) = self.partner_certificate(turn, &account) {
            self.freeze_if_proven(turn, account, Evidence { v: 1, certificate, exhibits });
        }
    }

    /// The certificate under which the partner signs in this epoch.
    fn partner_certificate(&self, turn: &Turn<'_>, account: &AccountId) -> Option<Unverified<Certificate>> {
        let partner = self.state.ledger.partners().get(account)?;
        let them = partner.side.other();
        if let Some(resumption) = self.resumption(turn, account) {
            return Some(resumption.certificate(them).clone());
        }
        match turn.view.entry(partner.entry)?.body {
            Body::PartnershipAgreed { agreement } => Some(match them {
                Side::A => agreement.certificate_a.clone(),
                Side::B => agreement.certificate_b.clone(),
            }),
            _ => None,
        }
    }
}
