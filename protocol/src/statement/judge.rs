//! Judging a member's statement, with nothing else at hand.

use super::{Line, MAX_STATEMENT_LINES, MemberStatement, Sums, Under};
use crate::{
    community::check_certificate,
    envelope::{Content as _, Unverified},
    id::{AccountId, CommunityId, Digest, ExchangeId, MemberId},
    key::{Claim, KeyCache, PublicKey, verify_members},
    ledger::{Authority, Body, ENTRY_VERSION, Running, checkpoint::Checkpoint},
    merkle::verify_inclusion,
    partnership::{Decision, EpochKeys, Proposal, Side},
    rejection::Rejection,
    time::Timestamp,
};
use serde::Serialize;
use std::collections::BTreeMap;

/// What a statement that was checked says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Told {
    /// Whose ledger it is.
    pub community: CommunityId,
    /// Whose statement it is.
    pub member: MemberId,
    /// From when on.
    pub from: Timestamp,
    /// Up to when, exclusive.
    pub until: Timestamp,
    /// How many entries the ledger had when it was signed.
    pub size: u64,
    /// The root of the ledger then.
    pub root: Digest,
    /// How many entries of the period are about the member, each proven to stand in that ledger.
    pub entries: u64,
    /// Minutes that these entries added, together.
    pub given: u64,
    /// Minutes that they took.
    pub received: u64,
    /// Where the member stood before the period, if the statement says it.
    pub opening: Option<i64>,
    /// Where the member stood after it.
    pub closing: Option<i64>,
    /// How many entries of the period the member signed with a key of their own.
    pub signed: u64,
    /// How many they agreed to in a session with the community's own node, which proves nothing to others.
    pub in_session: u64,
    /// How many a coordinator recorded on their behalf.
    pub on_behalf: u64,
    /// How many entries of the period both communities signed.
    pub crossed: u64,
    /// When the file was made.
    pub made_at: Timestamp,
}

const fn broken(why: &'static str) -> Rejection {
    Rejection::NoProof(why)
}

/// How the member agreed to an entry, and the bytes they signed if they did.
fn agreed(body: &Body, member: &MemberId) -> Option<(Authority, Vec<u8>)> {
    match body {
        Body::Exchange { terms, giver, receiver } => {
            let given = if terms.giver == *member { giver } else { receiver };
            Some((given.clone()?, terms.signing_bytes()))
        }
        Body::GroupExchange { terms, leader, participants, .. } => {
            let given = match terms.participants.iter().position(|one| one == member) {
                Some(at) => participants.get(at).cloned().flatten(),
                None => leader.clone(),
            };
            Some((given?, terms.signing_bytes()))
        }
        Body::Gift { terms, from } => Some((from.clone(), terms.signing_bytes())),
        Body::Hold { terms, payer } => Some((payer.clone(), terms.signing_bytes())),
        Body::MemberKeyChanged { terms, member, .. } => Some((member.clone(), terms.signing_bytes())),
        _ => None,
    }
}

/// What both communities signed of an entry.
fn crossing(body: &Body) -> Option<(&Unverified<Proposal>, &Unverified<Decision>)> {
    match body {
        Body::Settle { proposal, decision }
        | Body::Release { proposal, decision }
        | Body::Receive { proposal, decision, .. }
        | Body::Recovered { proposal, decision, .. } => Some((proposal, decision)),
        _ => None,
    }
}

/// The keys of the partnerships under which hours crossed.
fn epoch_keys(community: &CommunityId, under: &[Under]) -> Result<BTreeMap<AccountId, EpochKeys>, Rejection> {
    let mut all = BTreeMap::new();
    for Under { agreement, epochs } in under {
        let terms = &agreement.terms;
        if ![Side::A, Side::B].iter().any(|side| terms.community(*side) == *community) {
            return Err(broken("an agreement on it is between others"));
        }
        all.insert(terms.account(), EpochKeys::of(agreement, epochs)?);
    }
    Ok(all)
}

/// A walk over the entries, in the order of the ledger.
struct Walk<'a> {
    statement: &'a MemberStatement,
    checkpoint: &'a Checkpoint,
    keys: BTreeMap<AccountId, EpochKeys>,
    beginnings: BTreeMap<ExchangeId, &'a Body>,
    running: Running,
    /// The key that signs for the member, as far as the walk came.
    key: Option<PublicKey>,
    changes: u32,
    cache: KeyCache,
    claims: Vec<Claim>,
    told: Told,
}

impl<'a> Walk<'a> {
    /// Whether an entry stands in the ledger, and is about the member.
    fn stands(&mut self, line: &'a Line) -> Result<Option<&'a Body>, Rejection> {
        let (body, checkpoint) = (&line.entry.body, self.checkpoint);
        if line.entry.v != ENTRY_VERSION {
            return Err(Rejection::UnknownVersion(line.entry.v));
        }
        verify_inclusion(line.index, checkpoint.size(), &line.entry.leaf(), checkpoint.root(), &line.proof)
            .map_err(|_| broken("an entry on it does not stand in the ledger that the community signed"))?;
        let first = body.continues().or(body.about()).map(|id| self.beginnings.get(&id).copied());
        let first = first.map(|first| first.ok_or(broken("the beginning of an exchange on it is left out")));
        let first = first.transpose()?;
        let about = if body.about().is_some() { first.map(Body::named).unwrap_or_default() } else { body.named() };
        if !about.contains(&self.statement.member) {
            return Err(broken("an entry on it is not about this member"));
        }
        if let Some(id) = body.begins() {
            self.beginnings.insert(id, body);
        }
        Ok(first)
    }

    /// How the member agreed, under the key they had when the entry was recorded.
    fn agreement(&mut self, body: &Body) -> Result<Option<Authority>, Rejection> {
        let given = agreed(body, &self.statement.member);
        if let Some((Authority::Key(signature), message)) = &given {
            let key = self.key.ok_or(broken("it does not show which key signs for the member"))?;
            let key = self.cache.sound(&key)?;
            self.claims.push(Claim { key, message: message.clone(), signature: *signature });
        }
        match body {
            Body::MemberAdmitted { key, .. } => self.key = *key,
            Body::MemberKeyChanged { terms, .. } => {
                if self.changes.checked_add(1) != Some(terms.number) {
                    return Err(broken("a change of the member's key is left out"));
                }
                (self.changes, self.key) = (terms.number, terms.key);
            }
            _ => {}
        }
        Ok(given.map(|(authority, _)| authority))
    }

    fn earlier(&mut self, line: &'a Line) -> Result<(), Rejection> {
        if line.entry.at >= self.statement.from {
            return Err(broken("an entry on it does not belong to the time before"));
        }
        self.stands(line)?;
        self.running.know(&line.entry.body);
        self.agreement(&line.entry.body).map(|_| ())
    }

    fn line(&mut self, line: &'a Line) -> Result<(), Rejection> {
        let (statement, body) = (self.statement, &line.entry.body);
        if !(statement.from..statement.until).contains(&line.entry.at) {
            return Err(broken("an entry on it does not belong to the period"));
        }
        let first = self.stands(line)?;
        match self.agreement(body)? {
            Some(Authority::Key(_)) => self.told.signed += 1,
            Some(Authority::Session) => self.told.in_session += 1,
            Some(Authority::OnBehalf { .. }) => self.told.on_behalf += 1,
            None => {}
        }
        if let Some((proposal, decision)) = crossing(body) {
            self.crossed(body, proposal, decision)?;
        }
        let change = self.running.take(body, first, &statement.member);
        // Without sums nobody can say what was left behind.
        let change = if statement.sums.is_none() && matches!(body, Body::MemberLeft { .. }) { 0 } else { change };
        let sum = if change > 0 { &mut self.told.given } else { &mut self.told.received };
        *sum = sum.saturating_add(change.unsigned_abs());
        Ok(())
    }

    fn crossed(
        &mut self,
        body: &Body,
        proposal: &Unverified<Proposal>,
        decision: &Unverified<Decision>,
    ) -> Result<(), Rejection> {
        let keys = self.keys.get(&proposal.content.account);
        let keys = keys.ok_or(broken("an agreement between communities is left out"))?;
        // What came back after a loss may be of an epoch whose beginning was lost for good.
        if matches!(body, Body::Recovered { .. }) && !keys.knows(proposal.content.epoch) {
            return Ok(());
        }
        keys.check(proposal, decision)?;
        self.told.crossed += 1;
        Ok(())
    }

    fn finish(mut self) -> Result<Told, Rejection> {
        if verify_members(&self.claims).contains(&false) {
            return Err(broken("the member did not sign an entry on it"));
        }
        if let Some(Sums { closing, .. }) = self.statement.sums
            && closing.get() != self.running.balance()
        {
            return Err(broken("its sums are wrong"));
        }
        self.told.entries = self.statement.lines.len() as u64;
        Ok(self.told)
    }
}

/// Whether lines stand in the order of the ledger, each once.
fn ascends(lines: &[Line]) -> bool {
    lines.windows(2).all(|two| two[0].index < two[1].index)
}

impl Unverified<MemberStatement> {
    /// Checks that the community signed it, that each entry stands in the ledger the community signed and is about the
    /// member, the member's own signatures, what both communities signed of hours that crossed, and the sums.
    ///
    /// # Errors
    /// The first thing that does not hold.
    pub fn check(&self) -> Result<Told, Rejection> {
        let statement = &self.content;
        if statement.v != 1 {
            return Err(Rejection::UnknownVersion(statement.v));
        }
        if statement.lines.len().max(statement.earlier.len()) > MAX_STATEMENT_LINES {
            return Err(Rejection::TooManyLines { limit: MAX_STATEMENT_LINES });
        }
        let certificate = check_certificate(&statement.certificate)?;
        if certificate.content().community != statement.community {
            return Err(Rejection::OtherCommunity);
        }
        let key = certificate.content().key.sound()?;
        self.clone().verify(&key)?;
        let checkpoint = Checkpoint::read(&statement.checkpoint, &statement.community, &key)
            .ok_or(broken("its checkpoint is not signed by the community"))?;
        if !ascends(&statement.earlier) || !ascends(&statement.lines) {
            return Err(broken("its entries are not in order, each once"));
        }
        let opening = statement.sums.map_or(0, |sums| sums.opening.get());
        let mut walk = Walk {
            statement,
            checkpoint: &checkpoint,
            keys: epoch_keys(&statement.community, &statement.under)?,
            beginnings: BTreeMap::new(),
            running: Running::from(opening),
            key: None,
            changes: 0,
            cache: KeyCache::default(),
            claims: Vec::new(),
            told: Told {
                community: statement.community,
                member: statement.member,
                from: statement.from,
                until: statement.until,
                size: checkpoint.size(),
                root: *checkpoint.root(),
                entries: 0,
                given: 0,
                received: 0,
                opening: statement.sums.map(|sums| sums.opening.get()),
                closing: statement.sums.map(|sums| sums.closing.get()),
                signed: 0,
                in_session: 0,
                on_behalf: 0,
                crossed: 0,
                made_at: statement.made_at,
            },
        };
        for line in &statement.earlier {
            walk.earlier(line)?;
        }
        for line in &statement.lines {
            walk.line(line)?;
        }
        walk.finish()
    }
}
