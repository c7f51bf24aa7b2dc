//! Two real nodes that do not agree about an hour: a dispute opened while the partner is down, a thread both ways, one outcome on
//! both ledgers. And hours that the pot gives a member whom an absent partner has not paid yet.

use anyhow::{Context as _, Result, ensure};
use kith::api::types::{DisputeView, ExchangeView, NewGift, NewInvitation, NewRequest, Outcome, Status};
use kith_protocol::{
    id::{AccountId, Alias, ExchangeId},
    ledger::Body,
    partnership::Payee,
};
use kith_tests::cluster::{
    Books, Cluster, Node, Person, Scratch, fresh_exchange, partner, run, signed_payment, wait_for,
};
use serde_json::json;
use std::{fs::File, path::Path, sync::Arc};

/// Words that must reach the partner's coordinators, and no ledger and no log.
const PRIVATE: &str = "Ada was at her sister's that day.";

struct Two {
    dir: Scratch,
    cluster: Cluster,
    a: Arc<Node>,
    b: Arc<Node>,
    ada: Person,
    ben: Person,
    account: AccountId,
    ada_code: Alias,
    ben_code: Alias,
}

impl Two {
    fn start() -> Result<Self> {
        let dir = Scratch::new()?;
        let cluster = Cluster::start(2, dir.path())?;
        let (a, b) = (Arc::clone(&cluster.nodes[0]), Arc::clone(&cluster.nodes[1]));
        let account = partner(&a, &b, &NewInvitation::default())?;
        let (ada, ben) = (Person::join(&a, "Ada")?, Person::join(&b, "Ben")?);
        let (ada_code, ben_code) = (a.alias(&ada.id, &b)?, b.alias(&ben.id, &a)?);
        Ok(Self { dir, cluster, a, b, ada, ben, account, ada_code, ben_code })
    }

    /// Ada pays Ben, and both ledgers have it.
    fn paid(&self, minutes: i64) -> Result<ExchangeId> {
        let id = fresh_exchange()?;
        let payee = Payee::Alias(self.ben_code);
        let new = signed_payment(&self.a, &self.b, self.account, &self.ada, payee, minutes, id)?;
        let _: Outcome = self.a.client().post("/api/v1/payments", &new, None)?;
        self.cluster.wait_settled()?;
        Ok(id)
    }

    fn verify(&self) -> Result<()> {
        for node in [&self.a, &self.b] {
            let path = self.dir.path().join(format!("{}.car", node.name));
            verify(node, &path)?;
            let status: Status = node.status()?;
            ensure!(status.ledger_sum_minutes == 0, "{} sums to {}", node.name, status.ledger_sum_minutes);
        }
        Ok(())
    }
}

/// What the node exports is a sound ledger, and nobody's words are in it or in the log.
fn verify(node: &Node, path: &Path) -> Result<()> {
    node.client().download("/api/v1/ledger/export", &mut File::create(path)?)?;
    let file = path.to_str().context("a directory of a test has a plain name")?;
    run(&["verify", file])?.ok().with_context(|| format!("the ledger of {} does not verify", node.name))?;
    let bytes = std::fs::read(path)?;
    let found = bytes.windows(PRIVATE.len()).any(|window| window == PRIVATE.as_bytes());
    ensure!(!found, "the ledger of {} holds what coordinators wrote", node.name);
    ensure!(!node.log()?.contains(PRIVATE), "the log of {} holds what coordinators wrote", node.name);
    Ok(())
}

fn dispute(node: &Node, id: &ExchangeId) -> Result<Option<DisputeView>> {
    let open: Vec<DisputeView> = node.client().get("/api/v1/disputes")?;
    if open.iter().all(|dispute| dispute.exchange != *id) && node.exchange(id)?.dispute_outcome.is_none() {
        return Ok(None);
    }
    Ok(Some(node.client().get(&format!("/api/v1/disputes/{id}"))?))
}

/// Waits until the node's thread says this, in this order.
fn wait_thread(node: &Node, id: &ExchangeId, expected: &[(&str, &str)]) -> Result<()> {
    let mut last = Vec::new();
    let waited = wait_for(&format!("{} to read the whole thread", node.name), || {
        let statements = dispute(node, id)?.map(|dispute| dispute.statements).unwrap_or_default();
        last = statements.into_iter().map(|s| (s.by, s.text.unwrap_or(s.kind))).collect();
        Ok(last.iter().map(|(by, said)| (by.as_str(), said.as_str())).eq(expected.iter().copied()).then_some(()))
    });
    waited.with_context(|| format!("it reads {last:?}"))
}

#[test]
fn a_dispute_reaches_a_partner_who_was_away_and_ends_on_both_ledgers() -> Result<()> {
    let two = Two::start()?;
    let id = two.paid(60)?;
    let exchange = id.to_string();
    two.b.kill9()?;
    let dir = two.dir.path().join(two.a.name.to_lowercase());
    let dir = dir.to_str().context("a plain name")?;
    run(&["dispute", "open", &exchange, "--dir", dir, "--because", "hours", "--text", PRIVATE])?.ok()?;
    ensure!(two.a.exchange(&id)?.disputed, "{:?}", two.a.exchange(&id)?);
    // The words are on disk before they are anywhere else.
    two.a.restart()?;
    two.b.start()?;
    wait_thread(&two.b, &id, &[("partner", "opens"), ("partner", PRIVATE)])?;
    let path = format!("/api/v1/disputes/{id}");
    let answer = json!({ "text": "We shall ask Ben." });
    let said: DisputeView = two.b.client().post(&format!("{path}/statements"), &answer, Some("say"))?;
    ensure!(said.statements.len() == 3, "{said:?}");
    let again: DisputeView = two.b.client().post(&format!("{path}/statements"), &answer, Some("say"))?;
    ensure!(again.statements.len() == 3, "a repeat says it twice: {again:?}");
    wait_thread(&two.a, &id, &[("us", "opens"), ("us", PRIVATE), ("partner", "We shall ask Ben.")])?;

    let _: DisputeView = two.b.client().post(&format!("{path}/suggestion"), &json!({ "outcome": "stands" }), None)?;
    let seen =
        wait_for("the suggestion to arrive", || Ok(dispute(&two.a, &id)?.filter(|d| d.their_suggestion.is_some())))?;
    ensure!(seen.state == "open" && seen.our_turn, "one suggestion ends nothing: {seen:?}");
    run(&["dispute", "close", &exchange, "--dir", dir, "--outcome", "stands"])?.ok()?;
    for node in [&two.a, &two.b] {
        let closed = |d: &DisputeView| d.state == "closed";
        let ended = wait_for("the dispute to end", || Ok(dispute(node, &id)?.filter(closed)))?;
        let named = ended.outcome.map(|outcome| outcome.name());
        ensure!(named == Some("stands") && ended.statements.is_empty(), "{ended:?}");
        let books = Books::read(node)?;
        let index = usize::try_from(ended.index.context("an outcome is in the ledger")?)?;
        let body = books.entries.get(index).map(|entry| &entry.body);
        ensure!(
            matches!(body, Some(Body::DisputeClosed { closing, .. }) if closing.content.exchange == id),
            "{body:?}"
        );
        let view: ExchangeView = node.exchange(&id)?;
        ensure!(view.state == "settled" && !view.disputed, "{view:?}");
    }
    let nets = (two.a.partner(&two.b)?.net_minutes, two.b.partner(&two.a)?.net_minutes);
    ensure!(nets == (60, -60), "an outcome moved minutes: {nets:?}");
    let refused = two.a.client().post::<_, DisputeView>(&path, &json!({ "complaint": "never" }), None);
    ensure!(refused.is_err(), "a dispute that is over was opened again");
    two.verify()
}

#[test]
fn what_comes_late_repays_the_pot_that_advanced_it() -> Result<()> {
    let two = Two::start()?;
    let pot = |minutes| -> Result<Outcome> {
        let gift = NewGift { from: two.ben.id, minutes, channel: None };
        Ok(two.b.client().post("/api/v1/gifts", &gift, None)?)
    };
    pot(100)?;
    let new = NewRequest { partner: two.a.id(), giver: two.ben.id, payer: two.ada_code, minutes: 60 };
    let asked: Outcome = two.b.client().post("/api/v1/requests", &new, None)?;
    let id = asked.exchange.context("the request's id is missing")?;
    wait_for("the request to arrive", || {
        let found = two.a.client().get::<ExchangeView>(&format!("/api/v1/exchanges/{id}"));
        Ok(found.ok().map(|_| ()))
    })?;
    two.a.kill9()?;
    let waits = two.b.exchange(&id)?;
    ensure!(waits.sentence.contains("Waiting for"), "{waits:?}");
    let dir = two.dir.path().join(two.b.name.to_lowercase());
    let dir = dir.to_str().context("a plain name")?;
    let exchange = id.to_string();
    run(&["exchange", "advance", &exchange, "--dir", dir])?.ok()?;
    ensure!(two.b.member(&two.ben.id)?.balance_minutes == -40, "the member waits all the same");
    ensure!(two.b.exchange(&id)?.advanced_minutes == Some(60), "{:?}", two.b.exchange(&id)?);
    let again = two.b.client().post::<_, Outcome>(&format!("/api/v1/exchanges/{id}/advance"), &json!({}), None);
    let code = again.as_ref().err().and_then(kith::client::ClientError::code);
    ensure!(code == Some("not-advanceable"), "{again:?}");
    two.b.restart()?;
    two.a.start()?;
    let _: Outcome = two.a.client().post(&format!("/api/v1/exchanges/{id}/confirm"), &json!({}), None)?;
    wait_for("the payment to arrive", || Ok((two.b.exchange(&id)?.state == "settled").then_some(())))?;
    two.cluster.wait_settled()?;
    ensure!(two.b.member(&two.ben.id)?.balance_minutes == -40, "the member was paid twice");
    ensure!(two.b.partner(&two.a)?.net_minutes == -60, "{:?}", two.b.partner(&two.a)?);
    let entries = Books::read(&two.b)?.entries;
    let repaid = entries.iter().filter_map(|entry| match &entry.body {
        Body::Receive { proposal, advanced, .. } if proposal.content.exchange == id => Some(*advanced),
        _ => None,
    });
    let repaid: Vec<Option<u32>> = repaid.map(|advanced| advanced.map(|minutes| minutes.get())).collect();
    ensure!(repaid == [Some(60)], "{repaid:?}");
    two.verify()
}
