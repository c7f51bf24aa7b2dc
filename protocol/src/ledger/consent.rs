//! How members agree to what is recorded about them: by a key only they hold, in a session with
//! their community's node, or by telling a coordinator.

use crate::{
    envelope::Content,
    id::MemberId,
    key::{Claim, KeyCache, PublicKey, Signature},
    rejection::Rejection,
};
use serde::{Deserialize, Serialize};

/// How a coordinator learnt what a member wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// A paper slip.
    Paper,
    /// A telephone call.
    Phone,
    /// Face to face.
    InPerson,
}

/// What the ledger keeps of a member's agreement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Authority {
    /// Signed with the key the member registered.
    Key(Signature),
    /// Confirmed by the member in a session that the community's own node opened for them.
    Session,
    /// Recorded by a coordinator on the member's behalf.
    OnBehalf {
        /// The coordinator.
        coordinator: MemberId,
        /// How the coordinator was told.
        channel: Channel,
    },
}

/// A member's agreement as it arrives: for a signature, with the key that is said to have made it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Consent {
    /// A signature over the terms.
    Key {
        /// The key that made it; the ledger's rules compare it with the registered one.
        key: PublicKey,
        /// The signature.
        signature: Signature,
    },
    /// The member's own word in a session with the community's node, which alone can know that it was given.
    Session,
    /// A coordinator's word.
    OnBehalf {
        /// The coordinator.
        coordinator: MemberId,
        /// How the coordinator was told.
        channel: Channel,
    },
}

impl Consent {
    /// The part the ledger keeps.
    #[must_use]
    pub fn authority(&self) -> Authority {
        match self {
            Self::Key { signature, .. } => Authority::Key(*signature),
            Self::Session => Authority::Session,
            Self::OnBehalf { coordinator, channel } => {
                Authority::OnBehalf { coordinator: *coordinator, channel: *channel }
            }
        }
    }
}

/// Something members agree to.
pub trait Agreeable: Content {
    /// Those whose agreement counts, in a fixed order.
    fn parties(&self) -> Vec<MemberId>;
}

/// Terms with one place for the agreement of each party, whose signatures are still to be judged.
#[derive(Debug, Clone)]
pub struct Asked<T> {
    terms: T,
    consents: Vec<Option<Consent>>,
    claims: Vec<Claim>,
}

/// Terms with the agreements given, every signature among them checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agreed<T> {
    terms: T,
    consents: Vec<Option<Consent>>,
}

impl<T: Agreeable> Asked<T> {
    /// Pairs terms with agreements, in the order of [`Agreeable::parties`].
    ///
    /// # Errors
    /// Weak keys, or a number of places that does not fit the parties.
    pub fn new(terms: T, consents: Vec<Option<Consent>>, keys: &mut KeyCache) -> Result<Self, Rejection> {
        if consents.len() != terms.parties().len() {
            return Err(Rejection::BadText { field: "consents", problem: "not one for each party".into() });
        }
        let mut claims = Vec::new();
        for consent in consents.iter().flatten() {
            if let Consent::Key { key, signature } = consent {
                claims.push(Claim { key: keys.sound(key)?, message: terms.signing_bytes(), signature: *signature });
            }
        }
        Ok(Self { terms, consents, claims })
    }

    /// The signatures to be judged, so that many can be judged together.
    #[must_use]
    pub fn claims(&self) -> &[Claim] {
        &self.claims
    }

    /// Takes the verdicts of [`crate::key::verify_members`] over [`Asked::claims`].
    ///
    /// # Errors
    /// A wrong signature, or verdicts that are not one for each claim.
    pub fn judged(self, verdicts: &[bool]) -> Result<Agreed<T>, Rejection> {
        if verdicts.len() != self.claims.len() || verdicts.contains(&false) {
            return Err(Rejection::BadKey(crate::key::BadKey::WrongSignature));
        }
        Ok(Agreed { terms: self.terms, consents: self.consents })
    }

    /// Judges the signatures here and now.
    ///
    /// # Errors
    /// A wrong signature.
    pub fn judge(self) -> Result<Agreed<T>, Rejection> {
        let verdicts = crate::key::verify_members(&self.claims);
        self.judged(&verdicts)
    }
}

impl<T> Agreed<T> {
    /// What was agreed.
    pub fn terms(&self) -> &T {
        &self.terms
    }

    /// The agreements, in the order of the parties.
    #[must_use]
    pub fn consents(&self) -> &[Option<Consent>] {
        &self.consents
    }

    /// Terms and agreements, taken apart.
    pub fn into_parts(self) -> (T, Vec<Option<Consent>>) {
        (self.terms, self.consents)
    }

    /// Terms whose agreements were checked before they were written to this node's own journal.
    #[must_use]
    pub fn from_own_journal(terms: T, consents: Vec<Option<Consent>>) -> Self {
        Self { terms, consents }
    }

    /// Adds agreements that were checked for the same terms where none was given yet.
    #[must_use]
    pub fn joined(mut self, more: &Self) -> Self {
        for (mine, other) in self.consents.iter_mut().zip(&more.consents) {
            if mine.is_none() {
                mine.clone_from(other);
            }
        }
        self
    }
}
