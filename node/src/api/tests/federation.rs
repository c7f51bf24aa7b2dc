//! Two nodes over a real network: invitation, partnership, payment, request.

use super::nodes::{Node, node, until};
use crate::api::types::*;
use kith_protocol::{
    document::Document,
    envelope::Content as _,
    id::{Alias, ExchangeId, MemberId},
    key::SecretKey,
    ledger::PaymentTerms,
    minutes::Minutes,
    partnership::Payee,
    time::Timestamp,
};
use serde_json::json;

async fn partner_state(node: &Node, other: &Node) -> Option<String> {
    let partners: Vec<PartnerView> = node.get("/partners").await;
    partners.into_iter().find(|partner| partner.community == other.id()).map(|partner| partner.state)
}

async fn partner(node: &Node, other: &Node) -> PartnerView {
    node.get(&format!("/partners/{}", other.id())).await
}

/// Two communities with a live partnership.
async fn partners() -> (Node, Node) {
    let (west, east) = (Box::pin(node("Westside")).await, Box::pin(node("Eastside")).await);
    let invitation: InvitationView =
        west.post("/partners/invitations", json!({ "our_limit_minutes": 300, "largest_minutes": 120 })).await;
    assert!(invitation.text.starts_with("KITH1:"));
    assert_eq!(west.refused("/partners/accept", json!({ "text": invitation.text.clone() })).await, "partner-is-self");
    let accepted = json!({ "text": invitation.text.to_lowercase() });
    let answer = east.raw_post("/partners/accept", &accepted.to_string()).await;
    assert_eq!(answer.status, 202);
    let accepted: PartnerView = serde_json::from_slice(&answer.body).unwrap();
    assert_eq!((accepted.community, accepted.name.as_deref()), (west.id(), Some("Westside")));
    assert_eq!((accepted.our_limit_minutes, accepted.their_limit_minutes), (1_200, 300));
    until("the partnership is live on both sides", async || {
        partner_state(&west, &east).await.as_deref() == Some("live")
            && partner_state(&east, &west).await.as_deref() == Some("live")
    })
    .await;
    let (one, two) = (partner(&west, &east).await, partner(&east, &west).await);
    assert_eq!(one.account, two.account);
    assert_eq!((one.name.as_deref(), two.name.as_deref()), (Some("Eastside"), Some("Westside")));
    assert_eq!((one.our_limit_minutes, two.their_limit_minutes, two.largest_minutes), (300, 300, 120));
    assert!(one.connected && two.connected);
    (west, east)
}

async fn alias(node: &Node, member: MemberId, other: &Node) -> Alias {
    node.get::<AliasView>(&format!("/members/{member}/alias?partner={}", other.id())).await.alias
}

async fn state(node: &Node, id: ExchangeId) -> String {
    let answer = node.raw_get(&format!("/exchanges/{id}")).await;
    if answer.status == 404 { "unknown".into() } else { answer.json()["state"].as_str().unwrap().to_owned() }
}

async fn settled_on_both(one: &Node, two: &Node, id: ExchangeId) {
    until("the exchange is settled on both sides", async || {
        state(one, id).await == "settled" && state(two, id).await == "settled"
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payment_crosses_and_settles_on_both_sides() {
    let (west, east) = partners().await;
    let (ada, bob) = (west.member("Ada").await, east.member("Bob").await);
    let code = alias(&east, bob, &west).await;
    let payment =
        json!({ "partner": east.id(), "payer": ada, "payee": { "alias": code }, "minutes": 90, "channel": "phone" });
    let answer = west.raw_post("/payments", &payment.to_string()).await;
    assert_eq!(answer.status, 202);
    let outcome: Outcome = serde_json::from_slice(&answer.body).unwrap();
    assert_eq!((outcome.state.as_str(), outcome.index.is_some()), ("recorded", true));
    let id = outcome.exchange.unwrap();
    settled_on_both(&west, &east, id).await;
    assert_eq!((west.balance(ada).await, east.balance(bob).await), (-90, 90));
    let (ours, theirs) = (partner(&west, &east).await, partner(&east, &west).await);
    assert_eq!((ours.net_minutes, theirs.net_minutes), (90, -90));
    assert_eq!((ours.on_hold_minutes, ours.undecided, theirs.unconfirmed), (0, 0, 0));
    let view: ExchangeView = west.get(&format!("/exchanges/{id}")).await;
    assert_eq!((view.receiver, view.giver, view.partner), (Some(ada), None, Some(east.id())));
    let view: ExchangeView = east.get(&format!("/exchanges/{id}")).await;
    assert_eq!((view.receiver, view.giver, view.partner), (None, Some(bob), Some(west.id())));
    for node in [&west, &east] {
        assert_eq!(node.get::<Status>("/status").await.ledger_sum_minutes, 0);
    }
    let statement: Page<StatementLine> = west.get(&format!("/members/{ada}/statement")).await;
    let told: Vec<_> = statement.items.iter().map(|line| (line.kind.as_str(), line.change_minutes)).collect();
    assert_eq!(told, [("settle", 0), ("hold", -90), ("member_admitted", 0)]);
    // What crossed is proven with both communities' signatures, on both sides.
    for (node, member, closing) in [(&west, ada, -90), (&east, bob, 90)] {
        let file = node.download(&format!("/members/{member}/statement/file")).await;
        let Document::MemberStatement(file) = Document::decode(&file).unwrap() else { panic!("another file") };
        let told = file.check().unwrap();
        assert_eq!((told.crossed, told.closing), (1, Some(closing)));
    }

    // The limit holds before anything is sent, and so does the longest exchange.
    let more = json!({ "partner": east.id(), "payer": ada, "payee": { "alias": code }, "minutes": 120 });
    let next: Outcome = west.post("/payments", more.clone()).await;
    settled_on_both(&west, &east, next.exchange.unwrap()).await;
    assert_eq!(west.refused("/payments", more.clone()).await, "partnership-limit");
    let long = json!({ "partner": east.id(), "payer": ada, "payee": { "alias": code }, "minutes": 121 });
    assert_eq!(west.refused("/payments", long).await, "partnership-exchange-too-long");

    // Nobody is behind a made-up code: the partner refuses, and the minutes come back.
    let nobody = json!({ "partner": east.id(), "payer": ada, "payee": { "alias": alias(&west, ada, &east).await }, "minutes": 5 });
    let refused = west.post::<Outcome>("/payments", nobody).await.exchange.unwrap();
    until("the partner refuses", async || state(&west, refused).await == "refused").await;
    let view: ExchangeView = west.get(&format!("/exchanges/{refused}")).await;
    assert!(view.sentence.contains("Eastside"), "{}", view.sentence);
    assert_eq!(west.balance(ada).await, -210);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_side_changes_what_it_grants_and_takes_it_back() {
    let (west, east) = partners().await;
    let (ada, bob) = (west.member("Ada").await, east.member("Bob").await);
    let code = alias(&east, bob, &west).await;
    let payment = json!({ "partner": east.id(), "payer": ada, "payee": { "alias": code }, "minutes": 90 });
    let at = format!("/partners/{}/grant", west.id());
    let grants = async |body: serde_json::Value| east.put::<PartnerView>(&at, body).await.unwrap();

    let view = grants(json!({ "their_limit_minutes": 60 })).await;
    assert_eq!((view.their_limit_minutes, view.ours), (60, GrantView { gives: true, receives: true, ended: false }));
    until("the limit is heard", async || partner(&west, &east).await.our_limit_minutes == 60).await;
    assert_eq!(west.refused("/payments", payment.clone()).await, "partnership-limit");

    grants(json!({ "their_limit_minutes": 300, "gives": false })).await;
    until("the pause is heard", async || !partner(&west, &east).await.theirs.gives).await;
    assert_eq!(west.refused("/payments", payment.clone()).await, "partnership-paused");
    grants(json!({ "ended": true })).await;
    until("the end is heard", async || partner(&west, &east).await.theirs.ended).await;
    assert_eq!(west.refused("/payments", payment.clone()).await, "partnership-ended");
    grants(json!({ "ended": false, "gives": true })).await;
    until("all is as it was", async || partner(&west, &east).await.theirs.gives).await;
    let id = west.post::<Outcome>("/payments", payment).await.exchange.unwrap();
    settled_on_both(&west, &east, id).await;

    // The sheet shows the limits that are in force, with the signed word for them.
    let file = west.download(&format!("/partners/{}/statement", east.id())).await;
    let Document::BalanceSheet(mut sheet) = Document::decode(&file).unwrap() else { panic!("another file") };
    let told = sheet.check().unwrap();
    assert_eq!((told.exchanges, told.limit), (1, 300));
    let twice = sheet.content.grants[0].clone();
    sheet.content.grants.push(twice);
    assert!(sheet.check().is_err());

    let nothing = east.put::<PartnerView>(&at, json!({})).await.unwrap_err();
    assert_eq!(nothing.code(), Some("nothing-changes"));
    let huge = east.put::<PartnerView>(&at, json!({ "their_limit_minutes": u64::MAX })).await.unwrap_err();
    assert_eq!(huge.code(), Some("bad-agreement"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_listing_is_seen_next_door_and_paid_for_by_its_key() {
    let (west, east) = partners().await;
    let (ada, bob) = (west.member("Ada").await, east.member("Bob").await);
    let offer = east.post::<Outcome>("/offers", json!({ "member": bob, "title": "Bread" })).await.record.unwrap();
    until("the offer is seen", async || {
        let found: Page<ListingView> = west.get(&format!("/offers?community={}", east.id())).await;
        found.items.iter().any(|item| item.key == offer && item.community_name.as_deref() == Some("Eastside"))
    })
    .await;
    let found: ListingView = west.get(&format!("/listings/{}/{offer}", east.id())).await;
    assert_eq!((found.member, found.title.as_str()), (None, "Bread"));
    until("both hold the same shelf", async || {
        let shelf = |shelves: Vec<ShelfView>| shelves.into_iter().find(|s| s.community == east.id()).unwrap();
        let (ours, theirs) = (shelf(west.get("/shelves").await), shelf(east.get("/shelves").await));
        (ours.root, ours.live, ours.listings) == (theirs.root, theirs.live, theirs.listings) && theirs.listings == 1
    })
    .await;
    let pay = json!({ "partner": east.id(), "payer": ada, "payee": { "record": offer }, "minutes": 30 });
    let id = west.post::<Outcome>("/payments", pay).await.exchange.unwrap();
    settled_on_both(&west, &east, id).await;
    assert_eq!(east.balance(bob).await, 30);
    east.delete::<Outcome>(&format!("/offers/{offer}")).await.unwrap();
    until("the withdrawal is seen", async || west.get::<Page<ListingView>>("/offers").await.items.is_empty()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_helped_asks_and_who_was_helped_agrees_or_declines() {
    let (west, east) = partners().await;
    let (ada, bob) = (west.member("Ada").await, east.member("Bob").await);
    let code = alias(&west, ada, &east).await;
    let request = json!({ "partner": west.id(), "giver": bob, "payer": code, "minutes": 45 });
    let answer = east.raw_post("/requests", &request.to_string()).await;
    assert_eq!(answer.status, 202);
    let outcome: Outcome = serde_json::from_slice(&answer.body).unwrap();
    assert_eq!(outcome.state, "waiting");
    let id = outcome.exchange.unwrap();
    until("the request arrives", async || state(&west, id).await == "waiting").await;
    let asked: ExchangeView = west.get(&format!("/exchanges/{id}")).await;
    assert_eq!((asked.waits_for, asked.minutes, asked.partner), (Some(ada), Some(45), Some(east.id())));
    until("the request is noted", async || {
        east.get::<ExchangeView>(&format!("/exchanges/{id}")).await.sentence.contains("has the request")
    })
    .await;
    assert_eq!(east.refused(&format!("/exchanges/{id}/confirm"), json!({})).await, "waits-for-partner");
    assert_eq!(
        west.refused(&format!("/exchanges/{id}/confirm"), json!({ "member": west.coordinator })).await,
        "not-a-party"
    );
    let confirmed: Outcome = west.post(&format!("/exchanges/{id}/confirm"), json!({ "channel": "in_person" })).await;
    assert_eq!((confirmed.state.as_str(), confirmed.exchange), ("recorded", Some(id)));
    settled_on_both(&west, &east, id).await;
    assert_eq!((west.balance(ada).await, east.balance(bob).await), (-45, 45));

    let again: Outcome = east.post("/requests", request).await;
    let id = again.exchange.unwrap();
    until("the second request arrives", async || state(&west, id).await == "waiting").await;
    west.post::<Outcome>(&format!("/exchanges/{id}/decline"), json!({})).await;
    until("the decline is known on both sides", async || {
        state(&west, id).await == "unknown" && state(&east, id).await == "unknown"
    })
    .await;
    assert_eq!(east.get::<Status>("/status").await.waiting, 0);
    assert_eq!((west.balance(ada).await, east.balance(bob).await), (-45, 45));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payment_waits_for_a_partner_who_is_away_and_settles_when_it_is_back() {
    let (west, east) = partners().await;
    let (ada, bob) = (west.member("Ada").await, east.member("Bob").await);
    let code = alias(&east, bob, &west).await;
    let community = east.id();
    let east = east.off().await;
    until("the partner is gone", async || !west.get::<PartnerView>(&format!("/partners/{community}")).await.connected)
        .await;
    let payment = json!({ "partner": community, "payer": ada, "payee": { "alias": code }, "minutes": 60 });
    let id = west.post::<Outcome>("/payments", payment).await.exchange.unwrap();
    let view: ExchangeView = west.get(&format!("/exchanges/{id}")).await;
    assert_eq!(view.state, "recorded");
    assert!(view.sentence.starts_with("Recorded. Waiting for Eastside since 2"), "{}", view.sentence);
    let east = east.on(&west).await;
    settled_on_both(&west, &east, id).await;
    assert_eq!((west.balance(ada).await, east.balance(bob).await), (-60, 60));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_new_member_signed_waits_for_a_coordinator_before_it_goes_out() {
    let (west, east) = partners().await;
    let secret = SecretKey::from_seed(&[9; 32]);
    let ada: Outcome = west.post("/members", json!({ "name": "Ada", "key": secret.public() })).await;
    let (ada, bob) = (ada.member.unwrap(), east.member("Bob").await);
    let _: SafetyView = west.put("/safety", json!({ "approve_first": true })).await.unwrap();
    let code = alias(&east, bob, &west).await;
    let account = west.handle.look(|machine, _| machine.state().ledger().partners().keys().next().copied()).await;
    let signed = |n: u8| {
        let terms = PaymentTerms {
            community: west.id(),
            account: account.as_ref().unwrap().unwrap(),
            exchange: ExchangeId([n; 16]),
            payer: ada,
            payee: Payee::Alias(code),
            minutes: Minutes::new(30).unwrap(),
            made_at: Timestamp(1_700_000_000_000),
            details: None,
            reverses: None,
        };
        let consent = json!({ "key": { "key": secret.public(), "signature": secret.sign(&terms.signing_bytes()) } });
        json!({ "id": terms.exchange, "partner": east.id(), "payer": ada, "payee": { "alias": code }, "minutes": 30,
            "made_at": 1_700_000_000_000_u64, "consent": consent })
    };
    let answer = west.raw_post("/payments", &signed(7).to_string()).await;
    assert_eq!((answer.status, answer.json()["state"].as_str()), (202, Some("waiting")));
    assert_eq!(west.balance(ada).await, 0);
    let [first] = west.get::<Vec<FirstView>>("/first-exchanges").await.try_into().unwrap();
    assert_eq!((first.giver, first.receiver, first.partner, first.by), (None, Some(ada), Some(east.id()), ada));
    let accept = format!("/first-exchanges/{}/accept", first.id);
    let gone: Outcome = west.post(&accept, json!({})).await;
    assert_eq!(gone.state, "recorded");
    assert!(west.get::<Vec<FirstView>>("/first-exchanges").await.is_empty());
    settled_on_both(&west, &east, first.id).await;
    // It was signed by her, and the next goes out as it comes.
    assert_eq!((west.balance(ada).await, east.balance(bob).await), (-30, 30));
    assert_eq!(west.post::<Outcome>("/payments", signed(8)).await.state, "recorded");
}
