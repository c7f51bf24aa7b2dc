//! The same request twice.

use super::nodes::{Node, node};
use crate::api::types::*;
use kith_protocol::id::MemberId;
use serde_json::{Value, json};

async fn twice(node: &Node, path: &str, body: Value, other: Value, key: &str) {
    let one: Value = node.try_post(path, body.clone(), Some(key)).await.unwrap();
    let entries = node.entries().await;
    let two: Value = node.try_post(path, body, Some(key)).await.unwrap();
    assert_eq!(one, two, "{path}");
    let reused = node.try_post::<_, Value>(path, other, Some(key)).await.unwrap_err();
    assert_eq!(reused.code(), Some("request-reused"), "{path}");
    assert_eq!(node.entries().await, entries, "{path}");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_write_is_done_once() {
    let node = node("Rushey Green").await;
    let (ada, bob) = (node.member("Ada").await, node.member("Bob").await);
    let pair = |minutes: i64| json!({ "giver": ada, "receiver": bob, "minutes": minutes });
    let noted = |note: &str| json!({ "giver": ada, "receiver": bob, "minutes": 5, "note": note });
    let listing = |title: &str| json!({ "member": ada, "title": title });
    twice(&node, "/members", json!({ "name": "Cid", "opening_minutes": 60 }), json!({ "name": "Dee" }), "a").await;
    twice(&node, "/exchanges", pair(60), pair(61), "b").await;
    twice(&node, "/exchanges", noted("One"), noted("Two"), "c").await;
    twice(&node, "/gifts", json!({ "from": ada, "minutes": 5 }), json!({ "from": ada, "minutes": 6 }), "d").await;
    twice(&node, "/offers", listing("Soup"), listing("Bread"), "e").await;
    twice(&node, "/partners/invitations", json!({}), json!({ "days": 3 }), "f").await;
    let waiting = json!({ "giver": ada, "receiver": bob, "minutes": 5, "told_by": "giver" });
    let id = node.post::<Outcome>("/exchanges", waiting).await.exchange.unwrap();
    let confirm = format!("/exchanges/{id}/confirm");
    twice(&node, &confirm, json!({}), json!({ "channel": "phone" }), "g").await;
    let group = |minutes: i64| json!({ "leader": ada, "participants": [bob], "minutes": minutes });
    twice(&node, "/groups", group(5), group(6), "h").await;
    let correction = format!("/exchanges/{id}/correction");
    twice(&node, &correction, json!({ "minutes": 7 }), json!({ "minutes": 8 }), "i").await;
    // Another address is another request, too.
    let moved = node.try_post::<_, Value>("/needs", listing("Soup"), Some("e")).await.unwrap_err();
    assert_eq!(moved.code(), Some("request-reused"));
    // Nobody's name was lost or replaced on the way.
    let members: Page<MemberView> = node.get("/members").await;
    let mut names: Vec<_> = members.items.into_iter().map(|m| m.name.unwrap()).collect();
    names.sort();
    assert_eq!(names, ["Ada", "Bob", "Cid", "Coordinating Carol"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repeat_is_known_after_a_restart() {
    let node = node("Rushey Green").await;
    let admit = || json!({ "name": "Ada" });
    let first: Outcome = node.try_post("/members", admit(), Some("paper slip 17")).await.unwrap();
    let entries = node.entries().await;
    let node = node.restarted().await;
    let again: Outcome = node.try_post("/members", admit(), Some("paper slip 17")).await.unwrap();
    assert_eq!(again.member, first.member);
    assert_eq!(node.entries().await, entries);
    let offer: Outcome = node.post("/offers", json!({ "member": first.member, "title": "Soup" })).await;
    let delete = format!("{}/offers/{}", crate::api::PREFIX, offer.record.unwrap());
    for _ in 0..2 {
        let answer = node.raw("DELETE", &delete, &[("idempotency-key", "withdraw 1")], &[]).await;
        assert_eq!((answer.status, answer.json()["state"].as_str()), (200, Some("done")));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn many_at_once_under_one_key_are_one() {
    let node = node("Rushey Green").await;
    let before = node.entries().await;
    let posts = (0..16).map(|n| {
        let name = if n % 2 == 0 { "Even" } else { "Odd" };
        node.try_post::<_, Outcome>("/members", json!({ "name": name }), Some("once"))
    });
    let all = futures::future::join_all(posts).await;
    let (done, refused): (Vec<_>, Vec<_>) = all.into_iter().partition(Result::is_ok);
    let members: std::collections::BTreeSet<MemberId> = done.into_iter().map(|o| o.unwrap().member.unwrap()).collect();
    assert_eq!((members.len(), refused.len()), (1, 8));
    assert!(refused.iter().all(|why| why.as_ref().unwrap_err().code() == Some("request-reused")));
    assert_eq!(node.entries().await, before + 1);
    // Of the eight who were refused no name is kept.
    assert_eq!(node.handle.people().len(), 2);
    let member: MemberView = node.get(&format!("/members/{}", members.first().unwrap())).await;
    assert!(member.name.is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repeat_does_not_bring_an_erased_name_back() {
    let node = node("Rushey Green").await;
    let admit = || json!({ "name": "Ada" });
    let first: Outcome = node.try_post("/members", admit(), Some("k")).await.unwrap();
    let member = first.member.unwrap();
    let people = std::sync::Arc::clone(node.handle.people());
    tokio::task::spawn_blocking(move || people.erase(member.0)).await.unwrap().unwrap();
    let again: Outcome = node.try_post("/members", admit(), Some("k")).await.unwrap();
    assert_eq!(again.member, Some(member));
    assert_eq!(node.get::<MemberView>(&format!("/members/{member}")).await.name, None);
}
