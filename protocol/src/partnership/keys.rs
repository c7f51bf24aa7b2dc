//! Which keys speak for the two sides of a partnership, epoch by epoch, for whoever judges what passed between them.

use super::{Agreement, Decision, Proposal, Resumption, Side, fits};
use crate::{
    community::check_certificate,
    envelope::Unverified,
    id::AccountId,
    key::{PublicKey, SoundKey},
    rejection::Rejection,
};
use std::collections::BTreeMap;

/// Both sides' keys by epoch.
#[derive(Debug)]
pub struct EpochKeys {
    account: AccountId,
    epochs: BTreeMap<u32, [SoundKey; 2]>,
}

impl EpochKeys {
    /// The keys of the first epoch, as the agreement names them, and of those that began later.
    ///
    /// # Errors
    /// A signature or a certificate that does not hold.
    pub fn of(agreement: &Agreement, later: &[Resumption]) -> Result<Self, Rejection> {
        agreement.check()?;
        let sound = |key: PublicKey| key.sound().map_err(Rejection::from);
        let first = [sound(agreement.key(Side::A))?, sound(agreement.key(Side::B))?];
        let mut epochs = BTreeMap::from([(agreement.first_epoch(), first)]);
        for resumption in later {
            resumption.check(&agreement.terms)?;
            let key =
                |side| check_certificate(resumption.certificate(side))?.content().key.sound().map_err(Rejection::from);
            epochs.insert(resumption.offer.content.epoch, [key(Side::A)?, key(Side::B)?]);
        }
        Ok(Self { account: agreement.terms.account(), epochs })
    }

    /// The last epoch that is known.
    #[must_use]
    pub fn latest(&self) -> u32 {
        self.epochs.keys().next_back().copied().unwrap_or(0)
    }

    /// Whether it is known how an epoch began.
    #[must_use]
    pub fn knows(&self, epoch: u32) -> bool {
        self.epochs.contains_key(&epoch)
    }

    /// The key of one side in an epoch.
    ///
    /// # Errors
    /// [`Rejection::NoProof`] for an epoch that is not known.
    pub fn of_side(&self, epoch: u32, side: Side) -> Result<&SoundKey, Rejection> {
        let [a, b] = self.epochs.get(&epoch).ok_or(Rejection::NoProof("it does not say how an epoch began"))?;
        Ok(if side == Side::A { a } else { b })
    }

    /// Checks that a decision is about a proposal of this partnership, and that the right keys signed both.
    ///
    /// # Errors
    /// What does not hold.
    pub fn check(&self, proposal: &Unverified<Proposal>, decision: &Unverified<Decision>) -> Result<(), Rejection> {
        let (p, d) = (&proposal.content, &decision.content);
        if p.account != self.account || !fits(p, d) {
            return Err(Rejection::NoProof("a decision on it is about something else"));
        }
        proposal.clone().verify(self.of_side(p.epoch, p.lane)?)?;
        decision.clone().verify(self.of_side(p.epoch, p.lane.other())?)?;
        Ok(())
    }
}
