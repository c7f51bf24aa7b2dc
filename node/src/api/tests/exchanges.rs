//! Exchanges inside the community.

use super::nodes::{Node, node, strict_node};
use crate::{api::types::*, runtime::office::Spoken};
use kith_protocol::{
    envelope::Content as _,
    id::{ExchangeId, MemberId},
    key::SecretKey,
    ledger::{Consent, ExchangeTerms},
    minutes::Minutes,
    time::Timestamp,
};
use serde_json::json;

async fn view(node: &Node, id: ExchangeId) -> ExchangeView {
    node.get(&format!("/exchanges/{id}")).await
}

fn plain(sentence: &str) {
    for word in ["debt", "owe", "credit", "debit", "overdrawn"] {
        assert!(!sentence.to_lowercase().contains(word), "{sentence}");
    }
    assert!(sentence.ends_with('.'), "{sentence}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_coordinator_was_told_by_both_counts_at_once_and_can_be_corrected() {
    let node = strict_node("Rushey Green").await;
    let (ada, bob) = (node.member("Ada").await, node.member("Bob").await);
    let new = json!({ "giver": ada, "receiver": bob, "minutes": 90, "note": "Shelves put up", "channel": "paper" });
    let answer = node.raw_post("/exchanges", &new.to_string()).await;
    assert_eq!(answer.status, 201);
    let outcome: Outcome = serde_json::from_slice(&answer.body).unwrap();
    let id = outcome.exchange.unwrap();
    assert_eq!((outcome.state.as_str(), outcome.index), ("settled", Some(3)));
    assert_eq!((node.balance(ada).await, node.balance(bob).await), (90, -90));
    let settled = view(&node, id).await;
    assert_eq!((settled.state.as_str(), settled.minutes, settled.giver), ("settled", Some(90), Some(ada)));
    assert!(settled.sentence.contains("1 h 30 min"), "{}", settled.sentence);
    // Whoever spoke for somebody is named with them.
    let rosa = node.handle.coordinator().await.unwrap();
    let spoken = |member| SpokenFor { member, by: rosa };
    assert_eq!((&settled.through, settled.corrected_by), (&vec![spoken(ada), spoken(bob)], None));
    plain(&settled.sentence);

    let note = node.handle.note(id).await.unwrap().unwrap();
    assert_eq!(note.note, "Shelves put up");
    let entries: EntriesView = node.get("/ledger/entries?from=3").await;
    assert_eq!(entries.items[0].entry["body"]["exchange"]["terms"]["details"], json!(note.digest()));
    assert!(!entries.items[0].entry.to_string().contains("Shelves"));

    let path = format!("/exchanges/{id}/correction");
    node.post::<Outcome>(&path, json!({ "minutes": 60 })).await;
    let corrected = view(&node, id).await;
    assert_eq!((corrected.state.as_str(), corrected.minutes, corrected.latest), ("corrected", Some(60), Some(4)));
    assert_eq!(corrected.corrected_by, Some(rosa));
    let statement: Page<StatementLine> = node.get(&format!("/members/{bob}/statement?limit=2")).await;
    let lines: Vec<_> = statement.items.iter().map(|line| (line.kind.as_str(), line.through)).collect();
    assert_eq!(lines, [("correction", Some(rosa)), ("exchange", Some(rosa))]);
    assert_eq!(node.refused(&path, json!({ "minutes": 60 })).await, "nothing-changes");
    node.post::<Outcome>(&path, json!({})).await;
    let undone = view(&node, id).await;
    assert_eq!((undone.state.as_str(), undone.minutes), ("corrected", None));
    plain(&undone.sentence);
    assert_eq!((node.balance(ada).await, node.balance(bob).await), (0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_one_side_said_waits_for_the_other() {
    let node = strict_node("Rushey Green").await;
    let (ada, bob) = (node.member("Ada").await, node.member("Bob").await);
    let new = |told_by: &str| json!({ "giver": ada, "receiver": bob, "minutes": 60, "told_by": told_by });
    let answer = node.raw_post("/exchanges", &new("giver").to_string()).await;
    assert_eq!(answer.status, 202);
    let outcome: Outcome = serde_json::from_slice(&answer.body).unwrap();
    assert_eq!((outcome.state.as_str(), outcome.waits_for), ("waiting", Some(bob)));
    let one = outcome.exchange.unwrap();
    let two = node.post::<Outcome>("/exchanges", new("receiver")).await.exchange.unwrap();
    let waiting: Page<ExchangeView> = node.get("/exchanges?state=waiting&limit=1").await;
    let more: Page<ExchangeView> =
        node.get(&format!("/exchanges?limit=1&after={}", waiting.next.as_ref().unwrap())).await;
    assert_eq!((waiting.items.len(), more.items.len(), &more.next), (1, 1, &None));
    for (id, waits_for) in [(one, bob), (two, ada)] {
        let found = [&waiting, &more].into_iter().flat_map(|p| &p.items).find(|e| e.id == id).unwrap();
        assert_eq!((found.state.as_str(), found.waits_for), ("waiting", Some(waits_for)));
        let said = if waits_for == ada { bob } else { ada };
        let rosa = node.handle.coordinator().await.unwrap();
        assert_eq!(found.through, [SpokenFor { member: said, by: rosa }]);
        plain(&found.sentence);
    }
    assert_eq!(node.balance(ada).await, 0);
    // A helper's word is the member's own in the ledger; a paper beside it says whose it was.
    let helper = node.member("Cy").await;
    node.handle.keep_spoken(Spoken { exchange: one, member: bob, by: helper }).await.unwrap();
    assert!(view(&node, one).await.through.contains(&SpokenFor { member: bob, by: helper }));
    let stranger = json!({ "member": node.coordinator });
    assert_eq!(node.refused(&format!("/exchanges/{one}/confirm"), stranger).await, "not-a-party");
    let confirmed: Outcome = node.post(&format!("/exchanges/{one}/confirm"), json!({ "channel": "phone" })).await;
    assert_eq!(confirmed.state, "settled");
    assert_eq!(view(&node, one).await.state, "settled");
    assert_eq!(node.refused(&format!("/exchanges/{one}/confirm"), json!({})).await, "not-waiting");
    let declined: Outcome = node.post(&format!("/exchanges/{two}/decline"), json!({})).await;
    assert_eq!(declined.state, "done");
    assert_eq!(node.raw_get(&format!("/exchanges/{two}")).await.problem(), "unknown-exchange");
    assert_eq!(node.refused(&format!("/exchanges/{two}/confirm"), json!({})).await, "unknown-exchange");
    assert_eq!(node.refused(&format!("/exchanges/{two}/decline"), json!({})).await, "not-waiting");
    assert_eq!((node.balance(ada).await, node.balance(bob).await), (60, -60));
}

struct Signer {
    secret: SecretKey,
    member: MemberId,
}

async fn signer(node: &Node, name: &str, seed: u8) -> Signer {
    let secret = SecretKey::from_seed(&[seed; 32]);
    let outcome: Outcome = node.post("/members", json!({ "name": name, "key": secret.public() })).await;
    Signer { secret, member: outcome.member.unwrap() }
}

fn consent(signer: &Signer, terms: &ExchangeTerms) -> Consent {
    Consent::Key { key: signer.secret.public(), signature: signer.secret.sign(&terms.signing_bytes()) }
}

#[tokio::test(flavor = "multi_thread")]
async fn members_agree_with_their_own_keys() {
    let node = strict_node("Rushey Green").await;
    let (ada, bob) = (signer(&node, "Ada", 1).await, signer(&node, "Bob", 2).await);
    let terms = |n: u8| ExchangeTerms {
        community: node.id(),
        exchange: ExchangeId([n; 16]),
        giver: ada.member,
        receiver: bob.member,
        minutes: Minutes::new(45).unwrap(),
        made_at: Timestamp(1_700_000_000_000),
        details: None,
    };
    let new = |terms: &ExchangeTerms, giver: Option<Consent>, receiver: Option<Consent>| {
        json!({
            "id": terms.exchange, "giver": terms.giver, "receiver": terms.receiver, "minutes": 45,
            "made_at": terms.made_at, "giver_consent": giver, "receiver_consent": receiver,
        })
    };
    let one = terms(1);
    let both = new(&one, Some(consent(&ada, &one)), Some(consent(&bob, &one)));
    assert_eq!(node.post::<Outcome>("/exchanges", both.clone()).await.state, "settled");
    assert_eq!(node.refused("/exchanges", both).await, "exchange-exists");

    let two = terms(2);
    let half = new(&two, Some(consent(&ada, &two)), None);
    assert_eq!(node.post::<Outcome>("/exchanges", half).await.waits_for, Some(bob.member));
    let confirm = json!({ "consent": consent(&bob, &two) });
    assert_eq!(node.post::<Outcome>(&format!("/exchanges/{}/confirm", two.exchange), confirm).await.state, "settled");
    assert_eq!(node.balance(bob.member).await, -90);

    let three = terms(3);
    let swapped = new(&three, Some(consent(&ada, &two)), Some(consent(&bob, &three)));
    assert_eq!(node.refused("/exchanges", swapped).await, "wrong-signature");
    let others = new(&three, Some(consent(&bob, &three)), Some(consent(&bob, &three)));
    assert_eq!(node.refused("/exchanges", others).await, "other-key");
    let mut timeless = new(&three, Some(consent(&ada, &three)), None);
    timeless["made_at"] = json!(null);
    assert_eq!(node.refused("/exchanges", timeless).await, "not-together");
    let mut noted = new(&three, Some(consent(&ada, &three)), None);
    noted["note"] = json!("A walk");
    assert_eq!(node.refused("/exchanges", noted).await, "not-together");
}

#[tokio::test(flavor = "multi_thread")]
async fn groups_and_gifts_count_and_the_rest_goes_to_the_pot() {
    let node = node("Rushey Green").await;
    let mut people = Vec::new();
    for name in ["Ada", "Bob", "Cid", "Dee"] {
        people.push(node.member(name).await);
    }
    let group = json!({ "leader": people[0], "participants": people[1..], "minutes": 30 });
    let id = node.post::<Outcome>("/groups", group).await.exchange.unwrap();
    assert_eq!((node.balance(people[0]).await, node.balance(people[3]).await), (30, -30));
    let view = view(&node, id).await;
    assert_eq!((view.state.as_str(), view.giver, view.minutes), ("settled", Some(people[0]), Some(30)));
    plain(&view.sentence);
    let gift: Outcome = node.post("/gifts", json!({ "from": people[0], "minutes": 15 })).await;
    assert_eq!(gift.state, "settled");
    let status: Status = node.get("/status").await;
    assert_eq!((status.pot_minutes, status.ledger_sum_minutes), (60 + 15, 0));
    let twice = json!({ "leader": people[0], "participants": [people[1], people[1]], "minutes": 30 });
    assert_eq!(node.refused("/groups", twice).await, "bad-group");
    let crowd = json!({ "leader": people[0], "participants": vec![people[1]; 501], "minutes": 30 });
    assert_eq!(node.refused("/groups", crowd).await, "bad-group");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_note_is_kept_only_with_its_exchange() {
    let node = node("Rushey Green").await;
    let (ada, bob) = (node.member("Ada").await, node.member("Bob").await);
    let id = ExchangeId([7; 16]);
    let new =
        |minutes: i64, note: &str| json!({ "id": id, "giver": ada, "receiver": bob, "minutes": minutes, "note": note });
    let people = node.handle.people().len();
    assert_eq!(node.refused("/exchanges", new(100_000, "Too long")).await, "exchange-too-long");
    assert_eq!(node.handle.people().len(), people);
    node.post::<Outcome>("/exchanges", new(60, "First")).await;
    assert_eq!(node.refused("/exchanges", new(60, "Second")).await, "exchange-exists");
    assert_eq!(node.handle.note(id).await.unwrap().unwrap().note, "First");
}
