//! The one pure judgement over a record that arrives, by gossip or by catching up.

use super::{
    MAX_COMMUNITIES, MAX_LIVE_RECORDS,
    record::{Head, Record, check_record},
};
use crate::{
    community::{Card, Certificate},
    envelope::{Content, Signed, Unverified},
    id::Digest,
    merkle,
    rejection::{Rejection, Severity},
    time::{Span, Timestamp},
};
use serde::{Deserialize, Serialize};

/// How far ahead of our clock a record may claim to be made: clocks of small boxes are wrong by hours, not by days.
const CLOCK_GRACE: Span = Span::days(1);
/// What a record is refused for that claims more.
const FUTURE: Rejection = Rejection::BadRecord("it is dated in the future");

/// What is held of a record's key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    /// The revision held.
    pub revision: u64,
    /// Hash of the record held.
    pub digest: Digest,
}

/// What is known of another community's shelf.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Known {
    /// The key its records are signed with.
    pub certificate: Unverified<Certificate>,
    /// Every live record up to this revision is held, as far as anybody says. Never beyond a record that was seen and what is
    /// whole.
    pub through: u64,
    /// Every live record up to this revision is held, by its community's own word. Others' word is worth nothing here.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub whole: u64,
    /// The last of its community's words that what was held then was whole; others can check it, too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub head: Option<Unverified<Head>>,
    /// How many records are held.
    pub live: u64,
    /// Its card, as far as it is held.
    pub card: Option<Card>,
}

impl Known {
    /// A community of which nothing is held.
    #[must_use]
    pub const fn new(certificate: Unverified<Certificate>) -> Self {
        Self { certificate, through: 0, whole: 0, head: None, live: 0, card: None }
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
const fn is_zero(number: &u64) -> bool {
    *number == 0
}

/// What becomes of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// New and sound: keep it and pass it on.
    Accept,
    /// Nothing wrong with whoever passed it on, but of no use.
    Ignore(Rejection),
    /// No honest node passes this on.
    Reject(Rejection),
}

/// Judges a record whose signature was checked with the key of `certificate`, which was checked against its root.
///
/// `known` is what is known of the community, `held` what is held of the record's key, `communities` how many are known.
#[must_use]
pub fn accept(
    record: &Signed<Record>,
    certificate: &Signed<Certificate>,
    known: Option<&Known>,
    held: Option<Held>,
    communities: usize,
    now: Timestamp,
) -> Verdict {
    match judge(record, certificate, known, held, communities, now) {
        Ok(()) => Verdict::Accept,
        // Whoever passed it on may hold no other content, or have a clock that is ahead of ours: only who signed it is at fault.
        Err(why @ (Rejection::Clash | FUTURE)) => Verdict::Ignore(why),
        Err(why) if why.severity() == Severity::Fault => Verdict::Reject(why),
        Err(why) => Verdict::Ignore(why),
    }
}

fn judge(
    record: &Signed<Record>,
    certificate: &Signed<Certificate>,
    known: Option<&Known>,
    held: Option<Held>,
    communities: usize,
    now: Timestamp,
) -> Result<(), Rejection> {
    let (content, certificate) = (record.content(), certificate.content());
    if record.key() != certificate.key || content.community != certificate.community {
        return Err(Rejection::BadRecord("it is signed by a key of another community"));
    }
    certificate.check_period(content.made_at)?;
    check_record(content).map_err(|why| match why {
        Rejection::UnknownVersion(_) => why,
        _ => Rejection::BadRecord("its fields break the rules of the shelf"),
    })?;
    if content.expires_at <= now {
        return Err(Rejection::RecordExpired(content.expires_at));
    }
    if content.made_at > now.plus(CLOCK_GRACE) {
        return Err(FUTURE);
    }
    match (known, held) {
        (None, _) if communities >= MAX_COMMUNITIES => Err(Rejection::TooManyCommunities(MAX_COMMUNITIES)),
        (Some(known), _) if certificate.serial < known.certificate.content.serial => Err(Rejection::Superseded),
        (_, Some(held)) if held.revision == content.revision && held.digest != content.digest() => {
            Err(Rejection::Clash)
        }
        (_, Some(held)) if held.revision >= content.revision => Err(Rejection::Superseded),
        (Some(known), None) if usize::try_from(known.live).unwrap_or(usize::MAX) >= MAX_LIVE_RECORDS => {
            Err(Rejection::ShelfFull(MAX_LIVE_RECORDS))
        }
        _ => Ok(()),
    }
}

/// The root that a [`super::Head`] states: RFC 6962 over record digests in order of revision.
#[must_use]
pub fn live_root(digests: impl Iterator<Item = Digest>) -> (u64, Digest) {
    let mut tree = merkle::Frontier::default();
    for digest in digests {
        tree.push(merkle::leaf_hash(digest.as_bytes()));
    }
    (tree.size(), tree.root())
}
