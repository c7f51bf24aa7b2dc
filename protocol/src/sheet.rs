//! The balance sheet of a partnership for a period: every exchange with both signatures, so that anybody may check it.

use crate::{
    community::{Certificate, check_certificate},
    envelope::{Content, Unverified},
    id::{AccountId, CommunityId, ExchangeId},
    key::SoundKey,
    minutes::{Balance, Minutes},
    partnership::{Agreement, Decision, EpochKeys, Granted, Proposal, Resumption, Side, SignedGrant, Verdict},
    rejection::Rejection,
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// The most exchanges on one sheet: as many as one list may hold, a year of a busy partnership.
pub const MAX_SHEET_LINES: usize = 4_000;

/// One committed exchange.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Line {
    /// The proposal.
    pub proposal: Unverified<Proposal>,
    /// The accepting decision.
    pub decision: Unverified<Decision>,
    /// When the maker's ledger recorded that it is committed.
    pub at: Timestamp,
}

/// A payment that the maker's ledger holds and that was not proposed to the partner yet: it is away, or its window is full.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Queued {
    /// The exchange.
    pub exchange: ExchangeId,
    /// How long.
    pub minutes: Minutes,
    /// When the payer agreed.
    pub made_at: Timestamp,
}

/// What one side says of a partnership.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BalanceSheet {
    /// Version: 1.
    pub v: u8,
    /// Which side says so.
    pub maker: Side,
    /// The agreement with both signatures.
    pub agreement: Agreement,
    /// How each later epoch began, with the keys of both sides.
    pub epochs: Vec<Resumption>,
    /// What each side granted last since the agreement, as far as the maker had heard; at most one of each side.
    pub grants: Vec<SignedGrant>,
    /// From when on.
    pub from: Timestamp,
    /// Up to when, exclusive.
    pub until: Timestamp,
    /// The maker's net in minutes before the first line.
    pub opening: Balance,
    /// Everything that was committed in the period, in the order of the maker's ledger.
    pub lines: Vec<Line>,
    /// The maker's proposals that the partner had not decided when the sheet was made.
    pub undecided: Vec<Unverified<Proposal>>,
    /// The maker's payments that it could not propose yet, in the order in which it will.
    pub queued: Vec<Queued>,
    /// The maker's net after the last line.
    pub closing: Balance,
    /// When it was made.
    pub made_at: Timestamp,
    /// The certificate of the key that signs this sheet, where that is not the maker's key of the latest epoch: after a
    /// restore, before the partner answered.
    pub certificate: Option<Unverified<Certificate>>,
}

impl Content for BalanceSheet {
    const NAME: &'static str = "balance-sheet";
}

/// What a sheet that was checked says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Checked {
    /// Who made it.
    pub maker: CommunityId,
    /// Their partner.
    pub partner: CommunityId,
    /// The account.
    pub account: AccountId,
    /// From when on.
    pub from: Timestamp,
    /// Up to when, exclusive.
    pub until: Timestamp,
    /// How many exchanges, each with both signatures.
    pub exchanges: u64,
    /// Minutes that the maker's members received.
    pub received: u64,
    /// Minutes that the maker's members gave.
    pub given: u64,
    /// The maker's net before.
    pub opening: i64,
    /// The maker's net after.
    pub closing: i64,
    /// How far the maker's members may receive ahead.
    pub limit: u64,
    /// How far the partner's members may.
    pub partner_limit: u64,
    /// The maker's payments without a decision, proposed or not.
    pub undecided: u64,
    /// Since when the oldest of them waits.
    pub undecided_since: Option<Timestamp>,
}

/// What each side grants, side A's first: as its signed grant says, or the agreement.
fn granted(sheet: &BalanceSheet) -> Result<[Granted; 2], Rejection> {
    let terms = &sheet.agreement.terms;
    let mut found = [None, None];
    for signed in &sheet.grants {
        let grant = &signed.grant.content;
        if grant.account != terms.account() || found[grant.from as usize].replace(grant.granted).is_some() {
            return Err(Rejection::NoProof("a grant on it is of another partnership or there twice"));
        }
    }
    let [a, b] = found;
    Ok([a.unwrap_or(Granted::agreed(terms, Side::A)), b.unwrap_or(Granted::agreed(terms, Side::B))])
}

/// The key that the maker signs a sheet with.
fn maker_key(sheet: &BalanceSheet, keys: &EpochKeys) -> Result<SoundKey, Rejection> {
    let Some(certificate) = &sheet.certificate else { return Ok(keys.of_side(keys.latest(), sheet.maker)?.clone()) };
    let certificate = check_certificate(certificate)?;
    if certificate.content().community != sheet.agreement.terms.community(sheet.maker) {
        return Err(Rejection::NoProof("its certificate is of another community"));
    }
    Ok(certificate.content().key.sound()?)
}

impl Unverified<BalanceSheet> {
    /// Checks every signature and the sums, with nothing else at hand.
    ///
    /// # Errors
    /// The first thing that does not hold.
    pub fn check(&self) -> Result<Checked, Rejection> {
        let sheet = &self.content;
        let checked = sheet.add_up()?;
        let (terms, keys) = (&sheet.agreement.terms, EpochKeys::of(&sheet.agreement, &sheet.epochs)?);
        self.clone().verify(&maker_key(sheet, &keys)?)?;
        for line in &sheet.lines {
            keys.check(&line.proposal, &line.decision)?;
        }
        for open in &sheet.undecided {
            open.clone().verify(keys.of_side(open.content.epoch, sheet.maker)?)?;
        }
        for signed in &sheet.grants {
            signed.check(terms.community(signed.grant.content.from))?;
        }
        Ok(checked)
    }
}

impl BalanceSheet {
    /// Adds the sheet up and checks that it agrees with itself. No signature is looked at: for a maker, whose book is where
    /// the lines come from.
    ///
    /// # Errors
    /// The first thing that does not hold.
    pub fn add_up(&self) -> Result<Checked, Rejection> {
        if self.v != 1 {
            return Err(Rejection::UnknownVersion(self.v));
        }
        let (mut received, mut given, mut seen) = (0_u64, 0_u64, BTreeSet::new());
        for Line { proposal, decision, at } in &self.lines {
            if !matches!(decision.content.verdict, Verdict::Accept { .. }) {
                return Err(Rejection::NoProof("an exchange on it was not accepted"));
            }
            let minutes = u64::from(proposal.content.minutes.get());
            let side = if proposal.content.lane == self.maker { &mut received } else { &mut given };
            *side = side.saturating_add(minutes);
            if !(self.from..self.until).contains(at) || !seen.insert(proposal.content.exchange) {
                return Err(Rejection::NoProof("an exchange is on it twice or does not belong to the period"));
            }
        }
        let (terms, granted) = (&self.agreement.terms, granted(self)?);
        let moved = i128::from(received) - i128::from(given);
        if i128::from(self.opening.get()) + moved != i128::from(self.closing.get()) {
            return Err(Rejection::NoProof("its sums are wrong"));
        }
        let proposed = self.undecided.iter().map(|open| open.content.made_at);
        Ok(Checked {
            maker: terms.community(self.maker),
            partner: terms.community(self.maker.other()),
            account: terms.account(),
            from: self.from,
            until: self.until,
            exchanges: self.lines.len() as u64,
            received,
            given,
            opening: self.opening.get(),
            closing: self.closing.get(),
            limit: granted[self.maker.other() as usize].limit,
            partner_limit: granted[self.maker as usize].limit,
            undecided: (self.undecided.len() + self.queued.len()) as u64,
            undecided_since: proposed.chain(self.queued.iter().map(|queued| queued.made_at)).min(),
        })
    }
}
