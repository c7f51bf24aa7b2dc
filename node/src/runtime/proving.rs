//! A member's statement as a file that proves itself: gathered in small looks, signed at the end.

use super::{
    book::Book,
    checkpoints::CheckpointError,
    clock,
    handle::{Handle, Refused},
    statement::{ENTRIES_A_LOOK, Read},
};
use kith_protocol::{
    document::{Document, MAX_DOCUMENT_BYTES},
    envelope::{Content as _, Unverified},
    id::{AccountId, Digest, ExchangeId, MemberId},
    ledger::{Body, History as _, Running},
    machine::Machine,
    minutes::Balance,
    partnership::{Position, Resumption},
    rejection::Rejection,
    statement::{Line, MAX_STATEMENT_LINES, MemberStatement, Sums, Under},
    time::Timestamp,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
    sync::Arc,
};

/// Room for what is in a file besides entries, proofs and agreements: a checkpoint, a certificate and a few numbers.
const FRAME_BYTES: usize = 8 * 1024;
/// What stands around each hash of a proof, and each line, at most.
const HASH_BYTES: usize = 34;
const LINE_BYTES: usize = 32;

const fn too_many() -> Refused {
    Refused::Rule(Rejection::TooManyLines { limit: MAX_STATEMENT_LINES })
}

/// What a walk over a member's entries picks for the file.
struct Picked {
    member: MemberId,
    period: Range<Timestamp>,
    whole: bool,
    running: Running,
    opening: i64,
    closing: i64,
    /// The entries of each exchange that begin or correct it, as far as they lie before the period.
    before: BTreeMap<ExchangeId, Vec<u64>>,
    earlier: BTreeSet<u64>,
    lines: Vec<u64>,
}

impl Picked {
    fn take(&mut self, read: &Read) -> Result<(), Refused> {
        let (body, at) = (&read.entry.body, read.entry.at);
        let change = read.take(&mut self.running, &self.member);
        if at >= self.period.end {
            return Ok(());
        }
        self.closing = self.closing.saturating_add(change);
        let continued = body.continues().or(body.about());
        if at < self.period.start {
            self.opening = self.opening.saturating_add(change);
            if matches!(body, Body::MemberAdmitted { .. } | Body::MemberKeyChanged { .. }) {
                self.earlier.insert(read.index);
            }
            let corrects = continued.filter(|_| matches!(body, Body::Correction { .. }));
            for id in body.begins().into_iter().chain(corrects) {
                self.before.entry(id).or_default().push(read.index);
            }
            return Ok(());
        }
        if self.whole || !matches!(body, Body::OpeningBalance { .. }) {
            self.lines.push(read.index);
            self.earlier.extend(continued.and_then(|id| self.before.get(&id)).into_iter().flatten());
        }
        if self.lines.len().max(self.earlier.len()) > MAX_STATEMENT_LINES { Err(too_many()) } else { Ok(()) }
    }
}

/// The ledger at the moment at which it is shown.
struct Shown {
    size: u64,
    note: String,
}

/// Which partnerships, and which of their epochs, occur.
fn crossings(lines: &[Line]) -> BTreeMap<AccountId, BTreeSet<u32>> {
    let mut found: BTreeMap<AccountId, BTreeSet<u32>> = BTreeMap::new();
    for line in lines {
        if let Some((account, place)) = line.entry.body.crosses() {
            found.entry(account).or_default().insert(place.epoch);
        }
    }
    found
}

/// What a partnership's keys are known by.
fn under(machine: &Machine, book: &Book, account: &AccountId, epochs: &BTreeSet<u32>) -> Option<Under> {
    let partner = machine.state().ledger().partners().get(account)?;
    let Body::PartnershipAgreed { agreement } = book.entry(partner.entry)?.body else { return None };
    let began = |epoch: &u32| -> Option<Resumption> {
        match book.entry(book.crossing(account, &Position::start(*epoch))?)?.body {
            Body::Resumed { resumption } => Some(*resumption),
            _ => None,
        }
    };
    Some(Under { epochs: epochs.iter().filter_map(began).collect(), agreement: *agreement })
}

impl Handle {
    /// A member's statement as a file that anybody can check with no node and no network. Unless it is to be `whole`, it
    /// does not say where the member stood, nor what they brought along.
    ///
    /// # Errors
    /// [`Rejection::UnknownMember`]; [`Rejection::TooManyLines`] when a shorter period has to do; [`Refused::Busy`] while too
    /// many files are made; [`Refused::Checkpoint`] when no checkpoint can be shown.
    pub async fn member_statement(
        &self,
        member: MemberId,
        period: Range<Timestamp>,
        whole: bool,
    ) -> Result<Document, Refused> {
        let _permit = Arc::clone(&self.exports).try_acquire_owned().map_err(|_| Refused::Busy)?;
        let Shown { size, note } = self.shown(member).await?;
        let picked = self.pick(member, period.clone(), whole, size).await?;
        let mut left = MAX_DOCUMENT_BYTES - FRAME_BYTES;
        let earlier = self.proven(picked.earlier.into_iter().collect(), size, &mut left).await?;
        let lines = self.proven(picked.lines, size, &mut left).await?;
        let sums = Sums { opening: balance(picked.opening)?, closing: balance(picked.closing)? };
        let sign = move |machine: &Machine, book: &Book| {
            let identity = machine.identity();
            let crossed = crossings(&lines);
            let statement = MemberStatement {
                v: 1,
                community: identity.community,
                certificate: identity.certificate.clone(),
                checkpoint: note,
                member,
                from: period.start,
                until: period.end,
                sums: whole.then_some(sums),
                earlier,
                under: crossed.iter().filter_map(|(account, epochs)| under(machine, book, account, epochs)).collect(),
                lines,
                made_at: clock::now(),
            };
            statement.sign(&identity.secret).into_unverified()
        };
        let signed: Unverified<MemberStatement> = self.look(sign).await?;
        let document = Document::MemberStatement(Box::new(signed));
        if document.to_bytes().len() > MAX_DOCUMENT_BYTES { Err(too_many()) } else { Ok(document) }
    }

    /// When the first entry about a member was recorded.
    ///
    /// # Errors
    /// [`Refused::Busy`] and [`Refused::Stopping`].
    pub async fn first_entry(&self, member: MemberId) -> Result<Option<Timestamp>, Refused> {
        self.look(move |_, book| Some(book.entry(*book.lines(&member, 0, 1).first()?)?.at)).await
    }

    async fn shown(&self, member: MemberId) -> Result<Shown, Refused> {
        let checkpoints = self.checkpoints.clone();
        let show = move |machine: &Machine, _: &Book| {
            let known = machine.state().ledger().members().contains_key(&member);
            known.then(|| checkpoints.sign(machine).map(|(checkpoint, note)| Shown { size: checkpoint.size(), note }))
        };
        let shown: Option<Result<Shown, CheckpointError>> = self.look(show).await?;
        let shown = shown.ok_or(Rejection::UnknownMember(member))?;
        shown.map_err(|why| Refused::Checkpoint(why.to_string()))
    }

    /// Walks over all entries about a member, from the first one on, because the opening balance is a sum of them.
    async fn pick(
        &self,
        member: MemberId,
        period: Range<Timestamp>,
        whole: bool,
        size: u64,
    ) -> Result<Picked, Refused> {
        let mut picked = Picked {
            member,
            period,
            whole,
            running: Running::default(),
            opening: 0,
            closing: 0,
            before: BTreeMap::new(),
            earlier: BTreeSet::new(),
            lines: Vec::new(),
        };
        let mut from = Some(0);
        while let Some(start) = from.filter(|start| *start < size) {
            let lines = self.look(move |_, book| book.lines(&member, start, ENTRIES_A_LOOK)).await?;
            from = lines.last().map(|last| last + 1);
            for read in self.entries_at(lines).await? {
                if read.index < size {
                    picked.take(&read)?;
                }
            }
        }
        Ok(picked)
    }

    /// Entries with their proofs; `left` is how many bytes they may still take.
    async fn proven(&self, indices: Vec<u64>, size: u64, left: &mut usize) -> Result<Vec<Line>, Refused> {
        let mut all = Vec::with_capacity(indices.len());
        for some in indices.chunks(ENTRIES_A_LOOK).map(<[u64]>::to_vec) {
            let proven = move |_: &Machine, book: &Book| -> Vec<Line> {
                let line = |index| {
                    let proof: Vec<Digest> = book.inclusion_proof(index, size)?;
                    Some(Line { index, entry: book.entry(index)?, proof })
                };
                some.into_iter().filter_map(line).collect()
            };
            for line in self.look(proven).await? {
                let bytes = line.entry.to_bytes().len() + HASH_BYTES * line.proof.len() + LINE_BYTES;
                *left = left.checked_sub(bytes).ok_or_else(too_many)?;
                all.push(line);
            }
        }
        Ok(all)
    }
}

fn balance(minutes: i64) -> Result<Balance, Refused> {
    Balance::new(minutes).map_err(|why| Refused::Rule(why.into()))
}
