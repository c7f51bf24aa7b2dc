//! Real nodes that find each other over loopback: shelves that spread and are mended, and hours that cross, also to a partner
//! who is away.

use anyhow::{Context as _, Result, bail, ensure};
use kith::{
    api::types::{
        ExchangeView, ListingView, NewInvitation, NewListing, NewPayment, NewRequest, Outcome, Page, PartnerView,
        ShelfView,
    },
    client::ClientError,
};
use kith_protocol::{
    id::{AccountId, Alias, ExchangeId, RecordKey},
    partnership::Payee,
};
use kith_tests::cluster::{Cluster, Node, Person, Scratch, fresh_exchange, partner, signed_payment, wait_for};
use std::sync::Arc;

fn publish(node: &Node, kind: &str, member: &Person, title: &str) -> Result<RecordKey> {
    let listing = NewListing {
        member: member.id,
        title: title.to_owned(),
        text: Some("On most afternoons.".to_owned()),
        category: None,
        tags: vec!["test".to_owned()],
        area: None,
        language: None,
        remote: false,
        times: Vec::new(),
        by: None,
        days: None,
        public: None,
    };
    let outcome: Outcome = node.client().post(&format!("/api/v1/{kind}"), &listing, None)?;
    outcome.record.context("the new listing's id is missing")
}

/// Titles of the offers or needs of `of` that `node` shows, in order.
fn titles(node: &Node, kind: &str, of: &Node) -> Result<Vec<String>> {
    let page: Page<ListingView> = node.client().get(&format!("/api/v1/{kind}?community={}&limit=500", of.id()))?;
    let mut titles: Vec<String> = page.items.into_iter().map(|listing| listing.title).collect();
    titles.sort();
    Ok(titles)
}

fn wait_titles(node: &Node, kind: &str, of: &Node, expected: &[&str]) -> Result<()> {
    let mut last = Vec::new();
    let waited = wait_for(&format!("{} to show {expected:?} of {}", node.name, of.name), || {
        last = titles(node, kind, of)?;
        Ok((last == expected).then_some(()))
    });
    waited.with_context(|| format!("it shows {last:?}"))
}

/// Waits until both nodes say the same of one community's shelf.
fn wait_same_shelf(one: &Node, other: &Node, of: &Node) -> Result<()> {
    let shelf = |node: &Node| -> Result<Option<ShelfView>> {
        let shelves: Vec<ShelfView> = node.client().get("/api/v1/shelves")?;
        Ok(shelves.into_iter().find(|shelf| shelf.community == of.id()))
    };
    wait_for(&format!("{} and {} to hold the same of {}", one.name, other.name, of.name), || {
        let (Some(a), Some(b)) = (shelf(one)?, shelf(other)?) else { return Ok(None) };
        Ok(((a.revision, a.live, a.root, a.listings) == (b.revision, b.live, b.root, b.listings)).then_some(()))
    })
}

#[test]
fn offers_and_needs_reach_everyone_also_who_was_away() -> Result<()> {
    let dir = Scratch::new()?;
    let cluster = Cluster::start(3, dir.path())?;
    let [a, b, c] = [0, 1, 2].map(|n: usize| Arc::clone(&cluster.nodes[n]));
    // A chain: what C hears of A comes through B.
    partner(&a, &b, &NewInvitation::default())?;
    partner(&b, &c, &NewInvitation::default())?;
    let ada = Person::join(&a, "Ada")?;
    let bread = publish(&a, "offers", &ada, "Baking bread")?;
    publish(&a, "needs", &ada, "A lift to the clinic")?;
    for node in [&a, &b, &c] {
        wait_titles(node, "offers", &a, &["Baking bread"])?;
        wait_titles(node, "needs", &a, &["A lift to the clinic"])?;
        wait_same_shelf(node, &a, &a)?;
    }
    // A search on C finds what was published on A, and shows nothing of who is behind it.
    let found: Page<ListingView> = c.client().get("/api/v1/offers?q=BREAD%20baking")?;
    ensure!(found.items.len() == 1 && found.items[0].key == bread, "the search found {found:?}");
    ensure!(found.items[0].member.is_none(), "a member's id left its community");
    ensure!(found.items[0].community_name.as_deref() == Some(&*a.name), "the community has another name");

    c.kill9()?;
    let _: Outcome = a.client().delete(&format!("/api/v1/offers/{bread}"))?;
    publish(&a, "offers", &ada, "Mending bicycles")?;
    wait_titles(&b, "offers", &a, &["Mending bicycles"])?;
    // While A is away too, C learns all of it from B.
    a.kill9()?;
    c.start()?;
    wait_titles(&c, "offers", &a, &["Mending bicycles"])?;
    wait_titles(&c, "needs", &a, &["A lift to the clinic"])?;
    wait_same_shelf(&b, &c, &a)?;
    a.start()?;
    for node in [&b, &c] {
        wait_same_shelf(node, &a, &a)?;
    }
    let gone = c.client().get::<ListingView>(&format!("/api/v1/listings/{}/{bread}", a.id()));
    let code = gone.as_ref().err().and_then(ClientError::code).unwrap_or("none");
    ensure!(code.starts_with("unknown"), "what was withdrawn can still be read: {gone:?}");
    Ok(())
}

/// Two partners with a member each.
struct Two {
    _dir: Scratch,
    cluster: Cluster,
    a: Arc<Node>,
    b: Arc<Node>,
    ada: Person,
    ben: Person,
    account: AccountId,
    /// Ada's code for B.
    ada_code: Alias,
    /// Ben's code for A.
    ben_code: Alias,
}

impl Two {
    fn start(terms: &NewInvitation) -> Result<Self> {
        let dir = Scratch::new()?;
        let cluster = Cluster::start(2, dir.path())?;
        let (a, b) = (Arc::clone(&cluster.nodes[0]), Arc::clone(&cluster.nodes[1]));
        let account = partner(&a, &b, terms)?;
        let (ada, ben) = (Person::join(&a, "Ada")?, Person::join(&b, "Ben")?);
        let (ada_code, ben_code) = (a.alias(&ada.id, &b)?, b.alias(&ben.id, &a)?);
        Ok(Self { _dir: dir, cluster, a, b, ada, ben, account, ada_code, ben_code })
    }

    /// Ada pays Ben.
    fn pay(&self, minutes: i64) -> Result<ExchangeId, ClientError> {
        self.pay_whom(Payee::Alias(self.ben_code), minutes)
    }

    fn pay_whom(&self, payee: Payee, minutes: i64) -> Result<ExchangeId, ClientError> {
        let id = fresh_exchange().expect("the system gives random numbers");
        let new = signed_payment(&self.a, &self.b, self.account, &self.ada, payee, minutes, id)
            .expect("the minutes of this test are minutes");
        paid(&self.a, &new)
    }

    /// Ben pays Ada.
    fn pay_back(&self, minutes: i64) -> Result<ExchangeId, ClientError> {
        let id = fresh_exchange().expect("the system gives random numbers");
        let payee = Payee::Alias(self.ada_code);
        let new = signed_payment(&self.b, &self.a, self.account, &self.ben, payee, minutes, id)
            .expect("the minutes of this test are minutes");
        paid(&self.b, &new)
    }

    /// Ben asks Ada for minutes.
    fn ask(&self, minutes: i64) -> Result<ExchangeId> {
        let new = NewRequest { partner: self.a.id(), giver: self.ben.id, payer: self.ada_code, minutes };
        let outcome: Outcome = self.b.client().post("/api/v1/requests", &new, None)?;
        ensure!(outcome.state == "waiting", "a request is {}", outcome.state);
        outcome.exchange.context("the request's id is missing")
    }

    /// What Ada and Ben have, and the running net as A and as B see it.
    fn standing(&self) -> Result<[i64; 4]> {
        let (at_a, at_b) = (self.a.partner(&self.b)?, self.b.partner(&self.a)?);
        let (ada, ben) = (self.a.member(&self.ada.id)?, self.b.member(&self.ben.id)?);
        Ok([ada.balance_minutes, ben.balance_minutes, at_a.net_minutes, at_b.net_minutes])
    }

    fn wait_waiting(&self, node: &Node, id: &ExchangeId, waits: bool) -> Result<()> {
        wait_for(&format!("{id} {} at {}", if waits { "to wait" } else { "to wait no longer" }, node.name), || {
            let page: Page<ExchangeView> = node.client().get("/api/v1/exchanges?state=waiting&limit=500")?;
            Ok((page.items.iter().any(|view| view.id == *id) == waits).then_some(()))
        })
    }
}

fn paid(node: &Node, new: &NewPayment) -> Result<ExchangeId, ClientError> {
    let key = new.id.map(|id| id.to_string());
    let outcome: Outcome = node.client().post("/api/v1/payments", new, key.as_deref())?;
    assert_eq!(outcome.state, "recorded");
    Ok(outcome.exchange.expect("a payment has an id"))
}

fn wait_state(node: &Node, id: &ExchangeId, expected: &str) -> Result<()> {
    let mut last = String::new();
    let waited = wait_for(&format!("{id} to be {expected} at {}", node.name), || {
        last = node.exchange(id)?.state;
        Ok((last == expected).then_some(()))
    });
    waited.with_context(|| format!("it is {last}"))
}

#[test]
fn a_payment_to_a_partner_who_is_away_is_recorded_and_settles_by_itself() -> Result<()> {
    let two = Two::start(&NewInvitation::default())?;
    let offer = publish(&two.b, "offers", &two.ben, "Tuning pianos")?;
    wait_titles(&two.a, "offers", &two.b, &["Tuning pianos"])?;
    two.b.kill9()?;
    let by_code = two.pay(45)?;
    let by_offer = two.pay_whom(Payee::Record(offer), 30)?;
    for id in [&by_code, &by_offer] {
        ensure!(two.a.exchange(id)?.state == "recorded", "{:?}", two.a.exchange(id)?);
    }
    let view = two.a.partner(&two.b)?;
    ensure!((view.on_hold_minutes, view.undecided, view.net_minutes) == (75, 2, 0), "{view:?}");
    ensure!(two.a.member(&two.ada.id)?.balance_minutes == -75, "minutes on hold can be spent twice");
    // The payer's node may be killed meanwhile as well.
    two.a.restart()?;
    two.b.start()?;
    two.cluster.wait_settled()?;
    for id in [&by_code, &by_offer] {
        wait_state(&two.a, id, "settled")?;
        wait_state(&two.b, id, "settled")?;
    }
    ensure!(two.standing()? == [-75, 75, 75, -75], "{:?}", two.standing()?);
    Ok(())
}

#[test]
fn a_request_is_confirmed_or_declined_by_the_payer() -> Result<()> {
    let two = Two::start(&NewInvitation::default())?;
    let confirmed = two.ask(40)?;
    two.wait_waiting(&two.a, &confirmed, true)?;
    let view = two.a.exchange(&confirmed)?;
    ensure!((view.state.as_str(), view.waits_for) == ("waiting", Some(two.ada.id)), "{view:?}");
    let path = format!("/api/v1/exchanges/{confirmed}/confirm");
    let outcome: Outcome = two.a.client().post(&path, &serde_json::json!({}), None)?;
    ensure!(outcome.state == "recorded", "{outcome:?}");
    wait_state(&two.b, &confirmed, "settled")?;
    two.cluster.wait_settled()?;
    two.wait_waiting(&two.b, &confirmed, false)?;
    ensure!(two.standing()? == [-40, 40, 40, -40], "{:?}", two.standing()?);

    let declined = two.ask(25)?;
    two.wait_waiting(&two.a, &declined, true)?;
    two.wait_waiting(&two.b, &declined, true)?;
    let decline = format!("/api/v1/exchanges/{declined}/decline");
    let _: Outcome = two.a.client().post(&decline, &serde_json::json!({}), None)?;
    two.wait_waiting(&two.a, &declined, false)?;
    two.wait_waiting(&two.b, &declined, false)?;
    ensure!(two.standing()? == [-40, 40, 40, -40], "{:?}", two.standing()?);
    Ok(())
}

#[test]
fn a_request_made_or_declined_while_the_other_is_away_arrives_later() -> Result<()> {
    let two = Two::start(&NewInvitation::default())?;
    two.a.kill9()?;
    let id = two.ask(25)?;
    two.a.start()?;
    two.wait_waiting(&two.a, &id, true)?;
    two.b.kill9()?;
    let decline = format!("/api/v1/exchanges/{id}/decline");
    let _: Outcome = two.a.client().post(&decline, &serde_json::json!({}), None)?;
    two.wait_waiting(&two.a, &id, false)?;
    ensure!(two.a.status()?.waiting == 0, "what was declined still waits");
    two.b.start()?;
    two.wait_waiting(&two.b, &id, false)?;
    // It must not come up again on the payer's side either, whoever restarts.
    two.b.restart()?;
    two.a.restart()?;
    wait_connected(&two.b, &two.a)?;
    let later = two.ask(10)?;
    two.wait_waiting(&two.a, &later, true)?;
    two.wait_waiting(&two.a, &id, false)?;
    ensure!(two.standing()? == [0; 4], "{:?}", two.standing()?);
    Ok(())
}

fn wait_connected(node: &Node, partner: &Node) -> Result<PartnerView> {
    wait_for(&format!("{} to see {}", node.name, partner.name), || {
        let view = node.partner(partner)?;
        Ok(view.connected.then_some(view))
    })
}

fn refused_as(result: Result<ExchangeId, ClientError>, status: u16, code: &str) -> Result<()> {
    match result {
        Err(ClientError::Refused(problem)) if (problem.status, &*problem.code) == (status, code) => Ok(()),
        other => bail!("expected {status} {code}, got {other:?}"),
    }
}

#[test]
fn the_limits_of_a_partnership_hold_each_way() -> Result<()> {
    let terms = NewInvitation {
        our_limit_minutes: Some(60),
        their_limit_minutes: Some(30),
        largest_minutes: Some(50),
        days: None,
    };
    let two = Two::start(&terms)?;
    let view = two.b.partner(&two.a)?;
    ensure!((view.our_limit_minutes, view.their_limit_minutes, view.largest_minutes) == (30, 60, 50), "{view:?}");
    two.pay(50)?;
    two.cluster.wait_settled()?;
    refused_as(two.pay(11), 422, "partnership-limit")?;
    refused_as(two.pay(51), 422, "partnership-exchange-too-long")?;
    ensure!(two.standing()? == [-50, 50, 50, -50], "a refusal changed something: {:?}", two.standing()?);
    // What goes back makes room again, up to the other side's own limit.
    two.pay_back(40)?;
    two.cluster.wait_settled()?;
    two.pay_back(40)?;
    two.cluster.wait_settled()?;
    refused_as(two.pay_back(1), 422, "partnership-limit")?;
    ensure!(two.standing()? == [30, -30, -30, 30], "{:?}", two.standing()?);
    // With the partner away, what is on hold counts as if it were spent.
    two.b.kill9()?;
    two.pay(50)?;
    two.pay(40)?;
    refused_as(two.pay(1), 422, "partnership-limit")?;
    two.b.start()?;
    two.cluster.wait_settled()?;
    ensure!(two.standing()? == [-60, 60, 60, -60], "{:?}", two.standing()?);
    Ok(())
}

#[test]
fn a_payment_to_nobody_is_refused_by_the_partner_and_returns() -> Result<()> {
    let two = Two::start(&NewInvitation::default())?;
    let nobody = two.pay_whom(Payee::Alias(Alias([7; 16])), 20)?;
    let nothing = two.pay_whom(Payee::Record(RecordKey([9; 16])), 15)?;
    // Another member's code for another partner means nobody either: here, Ada's own code for B.
    let herself = two.pay_whom(Payee::Alias(two.ada_code), 10)?;
    two.cluster.wait_settled()?;
    for id in [&nobody, &nothing, &herself] {
        wait_state(&two.a, id, "refused")?;
        let sentence = two.a.exchange(id)?.sentence;
        ensure!(!sentence.is_empty(), "a refusal needs a sentence");
        let there = two.b.exchange(id);
        ensure!(there.as_ref().err().and_then(ClientError::code) == Some("unknown-exchange"), "B has {there:?}");
    }
    ensure!(two.standing()? == [0; 4], "{:?}", two.standing()?);
    // An honest one still goes through the same lane.
    two.pay(20)?;
    two.cluster.wait_settled()?;
    ensure!(two.standing()? == [-20, 20, 20, -20], "{:?}", two.standing()?);
    Ok(())
}
