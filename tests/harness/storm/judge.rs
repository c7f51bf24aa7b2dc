//! What a storm must not have done: lose, double or change anything that was acknowledged.

use super::{Aftermath, Deed, Kind, World};
use crate::cluster::{Books, run};
use anyhow::{Context as _, Result, bail, ensure};
use kith::api::types::{CheckpointView, Page, StatementLine};
use kith_protocol::{
    id::{ExchangeId, MemberId},
    ledger::Body,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    fs::File,
    path::Path,
};

/// What the judge counted.
#[derive(Debug, Clone, Copy, Default)]
pub struct Judged {
    /// Deeds that a node acknowledged; all of them are recorded once.
    pub acknowledged: u64,
    /// Deeds that were not acknowledged and are recorded once.
    pub recorded_unsaid: u64,
    /// Deeds that were not acknowledged and are not recorded.
    pub absent: u64,
    /// Requests that were repeated.
    pub retries: u64,
    /// Payments across communities that settled.
    pub settled: u64,
    /// Payments that the partner refused, whose minutes returned.
    pub returned: u64,
    /// Entries of all ledgers.
    pub entries: u64,
    /// Checkpoints shown during the storm, each of them a beginning of the present ledger.
    pub checkpoints: u64,
}

/// Judges the nodes' present ledgers; everything must have settled.
///
/// # Errors
/// What is wrong, at its first place.
pub fn judge(world: &World, aftermath: &Aftermath, dir: &Path) -> Result<Judged> {
    let books: Vec<Books> = world.cluster.nodes.iter().map(|node| Books::read(node)).collect::<Result<_>>()?;
    let mut judged = Judged {
        retries: aftermath.deeds.iter().map(|deed| deed.retries).sum(),
        entries: books.iter().map(|books| books.entries.len() as u64).sum(),
        ..Judged::default()
    };
    let begun: Vec<_> = books.iter().map(Books::begun).collect();
    once_each(world, &begun)?;
    let mut expected: Vec<BTreeMap<MemberId, i64>> = vec![BTreeMap::new(); books.len()];
    let mut told: BTreeSet<(usize, ExchangeId)> = BTreeSet::new();
    for deed in &aftermath.deeds {
        let found = Found { world, books: &books, begun: &begun };
        let present = found.judge(deed).with_context(|| format!("at {}: {deed:?}", world.node(deed.node).name))?;
        match (deed.index(), present) {
            (Some(_), _) => judged.acknowledged += 1,
            (None, true) => judged.recorded_unsaid += 1,
            (None, false) => judged.absent += 1,
        }
        let (true, Some(exchange)) = (present, deed.exchange) else { continue };
        told.insert((deed.node, exchange));
        match deed.kind {
            Kind::Stray(_) => {
                judged.returned += 1;
                continue;
            }
            Kind::Across(partner) => {
                judged.settled += 1;
                told.insert((partner, exchange));
                *expected[partner].entry(deed.giver).or_default() += deed.minutes;
            }
            Kind::Signed | Kind::Told => *expected[deed.node].entry(deed.giver).or_default() += deed.minutes,
        }
        *expected[deed.node].entry(deed.receiver).or_default() -= deed.minutes;
    }
    for (place, begun) in begun.iter().enumerate() {
        if let Some(id) = begun.keys().find(|id| !told.contains(&(place, **id))) {
            bail!("{} recorded {id}, which nobody asked for", world.node(place).name);
        }
    }
    for (place, books) in books.iter().enumerate() {
        judge_books(world, place, books, &expected[place], dir)?;
    }
    judge_partnerships(world)?;
    judged.checkpoints = judge_checkpoints(world, &books, &aftermath.shown)?;
    Ok(judged)
}

type Begun = BTreeMap<ExchangeId, Vec<usize>>;

fn once_each(world: &World, begun: &[Begun]) -> Result<()> {
    for (place, begun) in begun.iter().enumerate() {
        if let Some((id, at)) = begun.iter().find(|(_, at)| at.len() != 1) {
            bail!("{} recorded {id} more than once, as entries {at:?}", world.node(place).name);
        }
    }
    Ok(())
}

struct Found<'a> {
    world: &'a World,
    books: &'a [Books],
    begun: &'a [Begun],
}

impl Found<'_> {
    fn body(&self, node: usize, exchange: &ExchangeId) -> Option<(usize, &Body)> {
        let index = *self.begun[node].get(exchange)?.first()?;
        Some((index, &self.books[node].entries[index].body))
    }

    /// Whether a deed is recorded, as it was asked for, and with everything that follows from it.
    fn judge(&self, deed: &Deed) -> Result<bool> {
        let exchange = deed.exchange.context("only what was acknowledged may be without an id")?;
        let Some((index, body)) = self.body(deed.node, &exchange) else {
            ensure!(deed.index().is_none(), "acknowledged, and not in the ledger");
            if let Kind::Across(partner) | Kind::Stray(partner) = deed.kind {
                ensure!(self.body(partner, &exchange).is_none(), "recorded by the partner alone");
            }
            return Ok(false);
        };
        if let Some(said) = deed.index() {
            ensure!(said == index as u64, "acknowledged as entry {said}, and is entry {index}");
        }
        match (deed.kind, body) {
            (Kind::Signed | Kind::Told, Body::Exchange { terms, .. }) => {
                let same = (terms.giver, terms.receiver) == (deed.giver, deed.receiver);
                ensure!(same && i64::from(terms.minutes.get()) == deed.minutes, "recorded with other terms: {terms:?}");
            }
            (Kind::Across(partner) | Kind::Stray(partner), Body::Hold { terms, .. }) => {
                let same = terms.payer == deed.receiver && i64::from(terms.minutes.get()) == deed.minutes;
                ensure!(same, "recorded with other terms: {terms:?}");
                self.judge_crossing(deed, partner, exchange)?;
            }
            (_, body) => bail!("recorded as {}", body.kind()),
        }
        let state = self.world.node(deed.node).exchange(&exchange)?.state;
        let expected = if matches!(deed.kind, Kind::Stray(_)) { "refused" } else { "settled" };
        ensure!(state == expected, "its state is {state}, not {expected}");
        Ok(true)
    }

    fn judge_crossing(&self, deed: &Deed, partner: usize, exchange: ExchangeId) -> Result<()> {
        let continued = self.books[deed.node].continued();
        let ends = continued.get(&exchange).map(Vec::as_slice).unwrap_or_default();
        let [end] = ends else { bail!("its hold ended {} times, at {ends:?}", ends.len()) };
        let end = &self.books[deed.node].entries[*end].body;
        match (deed.kind, end, self.body(partner, &exchange)) {
            (Kind::Across(_), Body::Settle { .. }, Some((_, Body::Receive { payee, proposal, .. }))) => {
                let same = *payee == deed.giver && i64::from(proposal.content.minutes.get()) == deed.minutes;
                ensure!(same, "the partner recorded something else: {:?}", proposal.content);
            }
            (Kind::Stray(_), Body::Release { .. }, None) => {}
            (_, end, received) => bail!("it ended as {}, and the partner has {received:?}", end.kind()),
        }
        Ok(())
    }
}

/// One ledger against what should have come of it, by every road on which a person could ask.
fn judge_books(
    world: &World,
    place: usize,
    books: &Books,
    expected: &BTreeMap<MemberId, i64>,
    dir: &Path,
) -> Result<()> {
    let node = world.node(place);
    let balances = books.balances();
    for person in &world.people[place] {
        let minutes = expected.get(&person.id).copied().unwrap_or_default();
        let summed = balances.get(&person.id).copied().unwrap_or_default();
        let view = node.member(&person.id)?;
        let statement = statement_sum(world, place, &person.id)?;
        let all = [summed, view.balance_minutes, statement];
        ensure!(
            all == [minutes; 3],
            "{} of {} should have {minutes} minutes; entries, balance and statement say {all:?}",
            person.name,
            node.name
        );
        ensure!(view.name.as_deref() == Some(&*person.name), "a member of {} lost their name", node.name);
    }
    let status = node.status()?;
    ensure!(status.ledger_sum_minutes == 0, "{} sums to {} minutes", node.name, status.ledger_sum_minutes);
    let path = dir.join(format!("{}.car", node.name));
    node.client().download("/api/v1/ledger/export", &mut File::create(&path)?)?;
    let path = path.to_str().context("a directory of a test has a plain name")?;
    run(&["verify", path])?.ok().with_context(|| format!("the exported ledger of {} does not verify", node.name))?;
    Ok(())
}

/// A member's minutes by their statement, which must name each entry once.
fn statement_sum(world: &World, place: usize, member: &MemberId) -> Result<i64> {
    let (client, mut sum, mut before) = (world.node(place).client(), 0, None::<u64>);
    loop {
        let from = before.map(|index| format!("&before={index}")).unwrap_or_default();
        let page: Page<StatementLine> = client.get(&format!("/api/v1/members/{member}/statement?limit=500{from}"))?;
        for line in &page.items {
            ensure!(before.is_none_or(|index| line.index < index), "a statement repeats entry {}", line.index);
            before = Some(line.index);
            sum += line.change_minutes;
        }
        if page.items.is_empty() || page.next.is_none() {
            return Ok(sum);
        }
    }
}

fn judge_partnerships(world: &World) -> Result<()> {
    for (here, there) in world.accounts.keys().filter(|(here, there)| here < there) {
        let (one, other) = (world.node(*here), world.node(*there));
        let (a, b) = (one.partner(other)?, other.partner(one)?);
        ensure!(
            a.net_minutes == -b.net_minutes,
            "{} and {} have {} and {} minutes",
            one.name,
            other.name,
            a.net_minutes,
            b.net_minutes
        );
        for view in [a, b] {
            let open = (view.undecided, view.unconfirmed, view.on_hold_minutes);
            ensure!(open == (0, 0, 0), "something between {} and {} is open: {view:?}", one.name, other.name);
        }
    }
    Ok(())
}

/// Whoever was shown a checkpoint must find it again at the beginning of the present ledger.
fn judge_checkpoints(world: &World, books: &[Books], shown: &[(usize, CheckpointView)]) -> Result<u64> {
    let mut seen: BTreeMap<(usize, u64), &CheckpointView> = BTreeMap::new();
    for (place, checkpoint) in shown {
        if let Some(other) = seen.insert((*place, checkpoint.size), checkpoint) {
            ensure!(
                other.root == checkpoint.root,
                "{} showed two histories of {} entries",
                world.node(*place).name,
                checkpoint.size
            );
        }
    }
    for ((place, size), checkpoint) in &seen {
        let signed = books[*place].signed(&checkpoint.note)?;
        let same = (signed.size(), *signed.root()) == (*size, checkpoint.root);
        ensure!(same, "{} signed another checkpoint than it showed", world.node(*place).name);
        world.node(*place).check_consistent(checkpoint, &books[*place].checkpoint)?;
    }
    Ok(seen.len() as u64)
}
