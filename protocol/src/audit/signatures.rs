//! Signatures of entries, collected by the fold and judged in batches.

use super::finding::{Finding, Flaw, Signer};
use crate::{
    envelope::{Content, Unverified},
    id::{AccountId, MemberId},
    key::{Claim, KeyCache, Signature, SoundKey, verify_members},
    ledger::{Authority, Body, Ledger, Partner},
    partnership::{Decision, Proposal, Side},
    rejection::Rejection,
};

/// How many signatures make a batch. Beyond some hundreds, larger batches gain little: 60,000 a second in batches of 256,
/// 69,000 in batches of 1,024. One entry more may go on top.
pub(super) const BATCH: usize = 512;

/// A signature between communities, good under any of the keys.
#[derive(Debug)]
struct Strict {
    keys: Vec<SoundKey>,
    message: Vec<u8>,
    signature: Signature,
}

/// Signatures that wait to be judged. They depend on nothing but what is in here.
#[derive(Debug, Default)]
pub(super) struct Batch {
    claims: Vec<Claim>,
    claimed: Vec<(u64, MemberId)>,
    strict: Vec<(u64, Signer, Strict)>,
}

impl Batch {
    fn len(&self) -> usize {
        self.claims.len() + self.strict.len()
    }

    /// Judges all of them.
    ///
    /// # Errors
    /// The bad one that stands first in the ledger.
    fn judge(&self) -> Result<(), Finding> {
        let members = verify_members(&self.claims).into_iter().zip(&self.claimed);
        let bad_member = members.filter(|(good, _)| !good).map(|(_, (entry, id))| (*entry, Signer::Member(*id))).next();
        let bad_strict = self.strict.iter().find(|(.., check)| !check.is_good()).map(|(entry, who, _)| (*entry, *who));
        match [bad_member, bad_strict].into_iter().flatten().min_by_key(|(entry, _)| *entry) {
            Some((entry, who)) => Err(Finding::at(entry, Flaw::Signature(who))),
            None => Ok(()),
        }
    }
}

impl Strict {
    fn is_good(&self) -> bool {
        self.keys.iter().any(|key| key.verify_strict(&self.message, &self.signature).is_ok())
    }
}

/// Collects the signatures of entry after entry.
#[derive(Debug, Default)]
pub(super) struct Signatures {
    keys: KeyCache,
    batch: Batch,
    judged: u64,
}

impl Signatures {
    /// How many signatures were judged and found good.
    pub(super) const fn judged(&self) -> u64 {
        self.judged
    }

    /// Counts signatures that the rules themselves judged.
    pub(super) const fn count(&mut self, signatures: u64) {
        self.judged += signatures;
    }

    /// Whether a batch is full.
    pub(super) fn is_full(&self) -> bool {
        self.batch.len() >= BATCH
    }

    /// Judges what was collected.
    ///
    /// # Errors
    /// The first bad entry of the batch.
    pub(super) fn flush(&mut self) -> Result<(), Finding> {
        let batch = std::mem::take(&mut self.batch);
        batch.judge()?;
        self.judged += batch.len() as u64;
        Ok(())
    }

    /// Collects the signatures of an entry that `ledger` allows next and has not applied, so that members' keys are those
    /// of that moment.
    ///
    /// # Errors
    /// A key that is not sound.
    pub(super) fn collect(&mut self, entry: u64, ledger: &Ledger, body: &Body) -> Result<(), Rejection> {
        match body {
            // One certificate, judged by the rules.
            Body::Founded { .. } => self.count(1),
            // Two certificates and two signatures, judged by the rules.
            Body::PartnershipAgreed { .. } => self.count(4),
            Body::Exchange { terms, giver, receiver } => {
                let given = [(terms.giver, giver.as_ref()), (terms.receiver, receiver.as_ref())];
                self.members(entry, ledger, terms, &given)?;
            }
            Body::GroupExchange { terms, leader, participants, .. } => {
                let mut given = vec![(terms.leader, leader.as_ref())];
                given.extend(terms.participants.iter().copied().zip(participants.iter().map(Option::as_ref)));
                self.members(entry, ledger, terms, &given)?;
            }
            Body::Gift { terms, from } => self.members(entry, ledger, terms, &[(terms.from, Some(from))])?,
            Body::Hold { terms, payer } => self.members(entry, ledger, terms, &[(terms.payer, Some(payer))])?,
            Body::Settle { proposal, decision } | Body::Release { proposal, decision } => {
                let (own, partner) = self.both(ledger, proposal.content.account)?;
                self.pair(entry, own, partner, proposal, decision)?;
            }
            Body::Receive { proposal, decision, .. } | Body::Recovered { proposal, decision, .. } => {
                let (own, partner) = self.both(ledger, proposal.content.account)?;
                self.pair(entry, own, partner, proposal, decision)?;
            }
            Body::DisputeClosed { suggestion, closing } => {
                let (own, partner) = self.both(ledger, closing.content.account)?;
                let keys = std::iter::once(&partner.key).chain(&partner.earlier_keys);
                let theirs: Vec<SoundKey> = keys.map(|key| self.keys.sound(key)).collect::<Result<_, _>>()?;
                let (own, theirs) = ((Signer::Community, own), (Signer::Partner(partner.community()), theirs));
                let (a, b) = if partner.side == Side::A { (own, theirs) } else { (theirs, own) };
                self.strict(entry, a.0, a.1, closing);
                self.strict(entry, b.0, b.1, suggestion);
            }
            // Two certificates and two signatures, judged by the rules.
            Body::Resumed { .. } => self.count(4),
            // A certificate and a signature, judged by the rules.
            Body::PartnershipChanged { .. } => self.count(2),
            // One certificate, judged by the rules.
            Body::KeyRotated { .. } => self.count(1),
            Body::MemberKeyChanged { terms, member, proof } => {
                self.members(entry, ledger, terms, &[(terms.member, Some(member))])?;
                // The new key's, judged by the rules.
                self.count(u64::from(proof.is_some()));
            }
            Body::CharterChanged { .. }
            | Body::MemberAdmitted { .. }
            | Body::MemberLeft { .. }
            | Body::RoleChanged { .. }
            | Body::Correction { .. }
            | Body::Advance { .. }
            | Body::AdvanceEnded { .. }
            | Body::OpeningBalance { .. } => {}
        }
        Ok(())
    }

    /// All keys that were ever ours, the newest first, and the partner whose lanes these are.
    fn both<'a>(&mut self, ledger: &'a Ledger, account: AccountId) -> Result<(Vec<SoundKey>, &'a Partner), Rejection> {
        let own = ledger.certificates().iter().rev();
        let own = own.map(|c| self.keys.sound(&c.key)).collect::<Result<_, _>>()?;
        Ok((own, partner(ledger, account)?))
    }

    /// A proposal of one side and the other side's decision.
    fn pair(
        &mut self,
        entry: u64,
        own: Vec<SoundKey>,
        partner: &Partner,
        proposal: &Unverified<Proposal>,
        decision: &Unverified<Decision>,
    ) -> Result<(), Rejection> {
        let theirs = vec![self.keys.sound(&partner.key)?];
        let them = Signer::Partner(partner.community());
        if proposal.content.lane == partner.side {
            self.strict(entry, Signer::Community, own, proposal);
            self.strict(entry, them, theirs, decision);
        } else {
            self.strict(entry, them, theirs, proposal);
            self.strict(entry, Signer::Community, own, decision);
        }
        Ok(())
    }

    fn members<T: Content>(
        &mut self,
        entry: u64,
        ledger: &Ledger,
        terms: &T,
        given: &[(MemberId, Option<&Authority>)],
    ) -> Result<(), Rejection> {
        let signed = |(id, given): &(MemberId, Option<&Authority>)| match given {
            Some(Authority::Key(signature)) => Some((*id, *signature)),
            _ => None,
        };
        let mut message = None;
        for (id, signature) in given.iter().filter_map(signed) {
            let registered = ledger.active(&id)?.key.ok_or(Rejection::NoKey(id))?;
            let message: &Vec<u8> = message.get_or_insert_with(|| terms.signing_bytes());
            self.batch.claims.push(Claim { key: self.keys.sound(&registered)?, message: message.clone(), signature });
            self.batch.claimed.push((entry, id));
        }
        Ok(())
    }

    fn strict<T: Content>(&mut self, entry: u64, who: Signer, keys: Vec<SoundKey>, signed: &Unverified<T>) {
        let check = Strict { keys, message: signed.content.signing_bytes(), signature: signed.signature };
        self.batch.strict.push((entry, who, check));
    }
}

fn partner(ledger: &Ledger, account: AccountId) -> Result<&Partner, Rejection> {
    ledger.partners().get(&account).ok_or(Rejection::UnknownPartnership(account))
}
