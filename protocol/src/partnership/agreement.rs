//! The terms both sides sign.

use crate::{
    community::{Certificate, check_certificate},
    envelope::{Content, Unverified},
    id::{AccountId, CommunityId},
    key::{PublicKey, Signature},
    minutes::{MAX_MINUTES, Minutes},
    rejection::Rejection,
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

/// How many proposals of one side may be undecided at once, unless the agreement says otherwise.
pub const WINDOW: u16 = 16;
/// The most undecided proposals an agreement may allow: what can be in doubt, and what a decider keeps ready to repeat.
pub const MAX_WINDOW: u16 = 256;
/// The furthest one side may run ahead, in minutes: a thousand times the longest exchange.
pub const MAX_LIMIT: u64 = 1_000 * MAX_MINUTES as u64;

/// The two sides of a partnership, in the order of their ids.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// The community with the smaller id; lane A is written by it.
    A,
    /// The community with the larger id; lane B is written by it.
    B,
}

impl Side {
    /// The side across.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::A => Self::B,
            Self::B => Self::A,
        }
    }
}

/// What the two communities agree.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Terms {
    /// Version of the terms and of all messages under them: 1.
    pub v: u8,
    /// The community with the smaller id.
    pub a: CommunityId,
    /// The community with the larger id.
    pub b: CommunityId,
    /// How many minutes more members of A may receive from B than they gave.
    pub limit_a: u64,
    /// How many minutes more members of B may receive from A than they gave.
    pub limit_b: u64,
    /// The longest single exchange.
    pub largest: Minutes,
    /// How many proposals of one side may be undecided at once.
    pub window: u16,
    /// When both want to look at the agreement again. Nothing stops by itself then.
    pub review_at: Timestamp,
    /// When the terms were written.
    pub made_at: Timestamp,
    /// Random bytes, so that two agreements of the same pair have different accounts.
    #[serde(with = "serde_bytes_16")]
    pub nonce: [u8; 16],
}

/// A 16-byte array as a CBOR byte string.
pub(crate) mod serde_bytes_16 {
    use crate::id::RequestId;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub(crate) fn serialize<S: Serializer>(bytes: &[u8; 16], s: S) -> Result<S::Ok, S::Error> {
        RequestId(*bytes).serialize(s)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<[u8; 16], D::Error> {
        RequestId::deserialize(d).map(|id| id.0)
    }
}

impl Content for Terms {
    const NAME: &'static str = "partnership-terms";
}

impl Terms {
    /// The account that these terms open.
    #[must_use]
    pub fn account(&self) -> AccountId {
        AccountId(self.digest().0)
    }

    /// Which side a community is.
    #[must_use]
    pub fn side_of(&self, community: &CommunityId) -> Option<Side> {
        if *community == self.a {
            Some(Side::A)
        } else if *community == self.b {
            Some(Side::B)
        } else {
            None
        }
    }

    /// The community on a side.
    #[must_use]
    pub const fn community(&self, side: Side) -> CommunityId {
        match side {
            Side::A => self.a,
            Side::B => self.b,
        }
    }

    /// How many minutes ahead a side may run.
    #[must_use]
    pub fn limit(&self, side: Side) -> i64 {
        let limit = match side {
            Side::A => self.limit_a,
            Side::B => self.limit_b,
        };
        i64::try_from(limit).unwrap_or(i64::MAX)
    }

    /// Checks order, version and numbers.
    ///
    /// # Errors
    /// [`Rejection::BadAgreement`] and [`Rejection::UnknownVersion`].
    pub fn check(&self) -> Result<(), Rejection> {
        if self.v != 1 {
            return Err(Rejection::UnknownVersion(self.v));
        }
        if self.a >= self.b {
            return Err(Rejection::BadAgreement("the two communities are not in order"));
        }
        if self.limit_a > MAX_LIMIT || self.limit_b > MAX_LIMIT {
            return Err(Rejection::BadAgreement("a limit is larger than can be counted"));
        }
        if self.window == 0 || self.window > MAX_WINDOW {
            return Err(Rejection::BadAgreement("the window is not between 1 and 256"));
        }
        Ok(())
    }
}

/// Terms with the signatures of both sides, each under a certified operational key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Agreement {
    /// What was agreed.
    pub terms: Terms,
    /// A's certificate.
    pub certificate_a: Unverified<Certificate>,
    /// A's signature over the terms.
    pub signature_a: Signature,
    /// B's certificate.
    pub certificate_b: Unverified<Certificate>,
    /// B's signature over the terms.
    pub signature_b: Signature,
}

impl Agreement {
    /// The epoch in which the lanes begin: 0 under first keys, and above whatever was signed under earlier keys when both sides
    /// lost an agreement and take it up again under its old terms.
    #[must_use]
    pub fn first_epoch(&self) -> u32 {
        self.certificate_a.content.serial.max(self.certificate_b.content.serial).saturating_sub(1)
    }

    /// Checks everything that can be checked without knowing either side.
    ///
    /// # Errors
    /// Bad terms, certificates of other communities, wrong signatures.
    pub fn check(&self) -> Result<(), Rejection> {
        self.terms.check()?;
        self.check_side(&self.certificate_a, self.signature_a, self.terms.a)?;
        self.check_side(&self.certificate_b, self.signature_b, self.terms.b)
    }

    fn check_side(
        &self,
        certificate: &Unverified<Certificate>,
        signature: Signature,
        who: CommunityId,
    ) -> Result<(), Rejection> {
        let certificate = check_certificate(certificate)?;
        if certificate.content().community != who {
            return Err(Rejection::BadAgreement("a certificate is of another community"));
        }
        let key = certificate.content().key.sound()?;
        Unverified { content: self.terms.clone(), signature }.verify(&key)?;
        Ok(())
    }

    /// The key with which a side signed.
    #[must_use]
    pub const fn key(&self, side: Side) -> PublicKey {
        match side {
            Side::A => self.certificate_a.content.key,
            Side::B => self.certificate_b.content.key,
        }
    }
}
