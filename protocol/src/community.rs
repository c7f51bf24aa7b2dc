//! Who a community is: its certified keys, the card it shows to others, and the charter it set itself.

use crate::{
    codec,
    envelope::{Content, Signed, Unverified},
    id::{CommunityId, Digest},
    key::{PublicKey, SoundKey},
    minutes::{Balance, Minutes},
    rejection::Rejection,
    text,
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The longest name of a community, in characters: one line on a phone.
pub const MAX_NAME: usize = 60;
/// The most addresses on a card: two transports for two IP versions, twice.
pub const MAX_ADDRESSES: usize = 8;
/// The longest address, in characters: a multiaddr with a full DNS name.
pub const MAX_ADDRESS: usize = 300;

/// The root key's word that a key may sign for the community during a period.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Certificate {
    /// Version of this message: 1.
    pub v: u8,
    /// The community, whose id is the root public key.
    pub community: CommunityId,
    /// The operational key that is certified.
    pub key: PublicKey,
    /// Grows with each certificate of the community.
    pub serial: u32,
    /// The key may sign from here on.
    pub from: Timestamp,
    /// The key may not sign from here on.
    pub until: Timestamp,
}

impl Content for Certificate {
    const NAME: &'static str = "certificate";
}

/// Checks a certificate against the root key that is its community's id, and both keys for soundness.
///
/// # Errors
/// The wrong version, a bad key or signature, or an empty period.
pub fn check_certificate(certificate: &Unverified<Certificate>) -> Result<Signed<Certificate>, Rejection> {
    let content = &certificate.content;
    if content.v != 1 {
        return Err(Rejection::UnknownVersion(content.v));
    }
    if content.from >= content.until {
        return Err(Rejection::BadCertificate("its period is empty"));
    }
    content.key.sound()?;
    let root = PublicKey::from(content.community).sound()?;
    Ok(certificate.clone().verify(&root)?)
}

/// How many checked certificates are remembered: half a megabyte, the communities of a country.
pub const CERTIFICATE_CACHE: usize = 1_024;

/// Remembers certificates that were checked, because each record of a shelf comes with one.
#[derive(Debug, Clone, Default)]
pub struct Certificates(BTreeMap<Digest, (Signed<Certificate>, SoundKey)>);

impl Certificates {
    /// The certificate, checked as [`check_certificate`] does, and the key it certifies.
    ///
    /// # Errors
    /// Those of [`check_certificate`].
    pub fn check(
        &mut self,
        certificate: &Unverified<Certificate>,
    ) -> Result<(Signed<Certificate>, SoundKey), Rejection> {
        let name = Digest::of("kith/v1/checked-certificate", &[&codec::encode(certificate)]);
        if let Some(known) = self.0.get(&name) {
            return Ok(known.clone());
        }
        let checked = check_certificate(certificate)?;
        let key = checked.content().key.sound()?;
        if self.0.len() >= CERTIFICATE_CACHE {
            self.0.clear();
        }
        self.0.insert(name, (checked.clone(), key.clone()));
        Ok((checked, key))
    }
}

impl Certificate {
    /// Whether the key may sign at `now`.
    ///
    /// # Errors
    /// [`Rejection::BadCertificate`] before or after the period.
    pub fn check_period(&self, now: Timestamp) -> Result<(), Rejection> {
        if now < self.from {
            Err(Rejection::BadCertificate("its period has not begun"))
        } else if now >= self.until {
            Err(Rejection::BadCertificate("its period is over"))
        } else {
            Ok(())
        }
    }
}

/// What a community tells everybody about itself. It travels as a record on the community's shelf.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Card {
    /// The name people know it by.
    pub name: String,
    /// Coarse area as a geohash, if the community gives one.
    pub area: Option<String>,
    /// The key behind the node's libp2p peer id.
    pub transport: PublicKey,
    /// Where the node can be reached, as multiaddrs.
    pub addresses: Vec<String>,
}

impl Card {
    /// Checks lengths and characters.
    ///
    /// # Errors
    /// [`Rejection::BadText`] or a bad key.
    pub fn check(&self) -> Result<(), Rejection> {
        text::check("name", &self.name, MAX_NAME)?;
        if let Some(area) = &self.area {
            text::check_area(area)?;
        }
        self.transport.sound()?;
        if self.addresses.len() > MAX_ADDRESSES {
            let problem = format!("a list of more than {MAX_ADDRESSES}; leave some out");
            return Err(Rejection::BadText { field: "addresses", problem });
        }
        self.addresses.iter().try_for_each(|a| text::check("address", a, MAX_ADDRESS))
    }
}

/// Who must agree before a local exchange counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Confirmation {
    /// Giver and receiver both.
    Both,
    /// The receiver, whose hours are spent; a giver alone starts a request.
    Receiver,
    /// Whoever starts it; the other can question it afterwards.
    Either,
}

/// What the leader of a group exchange earns, when each participant gives the same minutes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GroupPolicy {
    /// The minutes of every participant.
    LeaderEarnsAll,
    /// The minutes of one participant; the rest goes to the community pot.
    LeaderEarnsOnce,
}

/// Whether anybody keeps score: who is shown where a member stands, and whether floors and ceiling count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Balances {
    /// Members see where they stand, and so do coordinators.
    #[default]
    Shown,
    /// Limits hold; where a member stands is shown to that member alone.
    Hidden,
    /// Nobody keeps score: inside the community no floor and no ceiling binds, and where a member stands is shown to nobody.
    Gifts,
}

impl Balances {
    /// Whether it is the usual one, which an encoding leaves out.
    const fn is_shown(&self) -> bool {
        matches!(self, Self::Shown)
    }

    /// Whether floors and ceiling of the charter bind.
    #[must_use]
    pub const fn limits_bind(self) -> bool {
        !matches!(self, Self::Gifts)
    }
}

/// The rules a community set itself. All minutes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Charter {
    /// The name of the community.
    pub name: String,
    /// Coarse area as a geohash.
    pub area: Option<String>,
    /// How far below zero a person may be.
    pub person_floor: Balance,
    /// How far below zero an organisation may be.
    pub organisation_floor: Balance,
    /// How far above zero anybody may be; nobody is stopped when absent.
    pub ceiling: Option<Balance>,
    /// The longest single exchange.
    pub largest_exchange: Minutes,
    /// Who must agree to an exchange.
    pub confirmation: Confirmation,
    /// What leaders of groups earn.
    pub group: GroupPolicy,
    /// Whether anybody keeps score. Left out of the encoding when it is the usual: said aloud there, it is not canonical.
    #[serde(default, skip_serializing_if = "Balances::is_shown")]
    pub balances: Balances,
}

impl Charter {
    /// A gentle start: forty hours below zero for people, two hundred for organisations, a day at most per exchange.
    ///
    /// # Panics
    /// Never: the numbers are constants within range.
    #[must_use]
    pub fn new(name: String, area: Option<String>) -> Self {
        Self {
            name,
            area,
            person_floor: Balance::new(-40 * 60).expect("a constant in range"),
            organisation_floor: Balance::new(-200 * 60).expect("a constant in range"),
            ceiling: None,
            largest_exchange: Minutes::new(24 * 60).expect("a constant in range"),
            confirmation: Confirmation::Receiver,
            group: GroupPolicy::LeaderEarnsOnce,
            balances: Balances::Shown,
        }
    }

    /// Checks texts and that floors and ceiling leave room around zero.
    ///
    /// # Errors
    /// [`Rejection::BadText`].
    pub fn check(&self) -> Result<(), Rejection> {
        text::check("name", &self.name, MAX_NAME)?;
        if let Some(area) = &self.area {
            text::check_area(area)?;
        }
        let bad = |field, problem: &str| Err(Rejection::BadText { field, problem: problem.into() });
        if self.person_floor > Balance::ZERO || self.organisation_floor > Balance::ZERO {
            return bad("floor", "above zero; write how far below zero people may go, such as -2400");
        }
        match self.ceiling {
            Some(ceiling) if ceiling < Balance::ZERO => {
                bad("ceiling", "below zero; write how far above zero people may go")
            }
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests;
