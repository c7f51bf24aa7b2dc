//! What one side of a partnership grants the other after the agreement: each side changes its own part alone, and only what it
//! gives away itself.

use super::{MAX_LIMIT, Side, Terms};
use crate::{
    community::{Certificate, check_certificate},
    envelope::{Content, Unverified},
    id::{AccountId, CommunityId},
    rejection::Rejection,
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

/// How many grants one key may sign: those of the next key begin above.
const PER_KEY_BITS: u32 = 32;

/// What one side grants the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Granted {
    /// How many minutes more the other side's members may receive from this side's than they gave.
    pub limit: u64,
    /// Whether this side's members go on giving to the other's.
    pub gives: bool,
    /// Whether this side's members go on receiving from the other's.
    pub receives: bool,
    /// Whether this side ended the partnership. It may take that back.
    pub ended: bool,
}

impl Granted {
    /// What a side grants with the agreement.
    #[must_use]
    pub const fn agreed(terms: &Terms, side: Side) -> Self {
        let limit = match side {
            Side::A => terms.limit_b,
            Side::B => terms.limit_a,
        };
        Self { limit, gives: true, receives: true, ended: false }
    }
}

/// What a side grants from now on. The latest counts; before the first, the agreement does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Grant {
    /// Version: 1.
    pub v: u8,
    /// The partnership.
    pub account: AccountId,
    /// Who grants.
    pub from: Side,
    /// Grows with each of this side.
    pub n: u64,
    /// What.
    pub granted: Granted,
    /// From when on. What was recorded before is decided as if nothing had changed but the limit.
    pub made_at: Timestamp,
}

impl Content for Grant {
    const NAME: &'static str = "partnership-grant";
}

/// A grant with all that it takes to judge it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignedGrant {
    /// The side's certificate.
    pub certificate: Unverified<Certificate>,
    /// The grant, signed with the key of the certificate.
    pub grant: Unverified<Grant>,
}

impl SignedGrant {
    /// Checks everything that can be checked without knowing the side: that the certificate is `who`'s, and the signature.
    ///
    /// # Errors
    /// Bad numbers, another community's certificate, a wrong signature.
    pub fn check(&self, who: CommunityId) -> Result<(), Rejection> {
        let grant = &self.grant.content;
        if grant.v != 1 {
            return Err(Rejection::UnknownVersion(grant.v));
        }
        if grant.granted.limit > MAX_LIMIT {
            return Err(Rejection::BadAgreement("a limit is larger than can be counted"));
        }
        let certificate = check_certificate(&self.certificate)?;
        if certificate.content().community != who {
            return Err(Rejection::BadAgreement("a certificate is of another community"));
        }
        if grant.n >> PER_KEY_BITS != u64::from(certificate.content().serial) {
            return Err(Rejection::BadAgreement("the number of a grant is not one of its key"));
        }
        let key = certificate.content().key.sound()?;
        self.grant.clone().verify(&key)?;
        Ok(())
    }
}

/// The number of the next grant under a key of this serial, after the one numbered `last`.
#[must_use]
pub fn next_number(serial: u32, last: Option<u64>) -> u64 {
    let first = u64::from(serial) << PER_KEY_BITS;
    last.map_or(first, |last| first.max(last.saturating_add(1)))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::key::SecretKey;

    fn signed(change: impl FnOnce(&mut Grant)) -> (CommunityId, SignedGrant) {
        let (root, secret) = (SecretKey::from_seed(&[1; 32]), SecretKey::from_seed(&[2; 32]));
        let community = CommunityId(root.public().0);
        let (from, until) = (Timestamp(0), Timestamp(1 << 50));
        let certificate = Certificate { v: 1, community, key: secret.public(), serial: 3, from, until };
        let mut grant = Grant {
            v: 1,
            account: AccountId([4; 32]),
            from: Side::A,
            n: next_number(3, None),
            granted: Granted { limit: 600, gives: true, receives: false, ended: false },
            made_at: Timestamp(7),
        };
        change(&mut grant);
        let certificate = certificate.sign(&root).into_unverified();
        (community, SignedGrant { certificate, grant: grant.sign(&secret).into_unverified() })
    }

    #[test]
    fn only_what_a_side_signed_with_a_key_of_its_own_is_its_grant() {
        let (community, good) = signed(|_| {});
        good.check(community).unwrap();
        assert!(good.check(CommunityId([9; 32])).is_err());
        let mut other = good.clone();
        other.grant.content.granted.limit += 1;
        assert!(other.check(community).is_err());
        for wrong in [
            signed(|s| s.v = 2).1,
            signed(|s| s.granted.limit = MAX_LIMIT + 1).1,
            signed(|s| s.n = next_number(4, None)).1,
            signed(|s| s.n = u64::MAX).1,
        ] {
            assert!(wrong.check(community).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn numbers_grow_over_keys() {
        assert_eq!(next_number(1, None), 1 << 32);
        assert_eq!(next_number(1, Some(1 << 32)), (1 << 32) + 1);
        assert_eq!(next_number(2, Some((1 << 32) + 5)), 2 << 32);
        assert_eq!(next_number(1, Some(2 << 32)), (2 << 32) + 1);
    }
}
