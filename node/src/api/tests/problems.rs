//! Everything a client can do wrong.

use super::nodes::{Answer, Node, node};
use crate::api::{PREFIX, types::*};
use kith_protocol::id::ExchangeId;
use serde_json::json;

const JSON: (&str, &str) = ("content-type", "application/json");

async fn anonymous(node: &Node, method: &str, path: &str) -> Answer {
    node.raw(method, &format!("{PREFIX}{path}"), &[("authorization", ""), JSON], b"{}").await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_admin_token_guards_all_but_what_is_public() {
    let node = node("Rushey Green").await;
    let document = node.raw_get("/openapi.json").await.json();
    let mut seen = (0, 0);
    for (path, item) in document["paths"].as_object().unwrap() {
        let path = path.strip_prefix(PREFIX).unwrap();
        let path =
            path.replace("{community}", &node.id().to_string()).replace("{id}", &ExchangeId([1; 16]).to_string());
        let path = path.replace("{key}", &ExchangeId([1; 16]).to_string());
        let path = path.replace("{helper}", &ExchangeId([1; 16]).to_string());
        let path = path.replace("{other}", &ExchangeId([1; 16]).to_string());
        for (method, operation) in item.as_object().unwrap() {
            let answer = anonymous(&node, &method.to_uppercase(), &path).await;
            if operation.get("security").is_some() {
                assert_eq!((answer.status, answer.problem().as_str()), (401, "unauthorized"), "{method} {path}");
                assert!(answer.header("www-authenticate").starts_with("Bearer"));
                seen.0 += 1;
            } else {
                assert_ne!(answer.status, 401, "{method} {path}");
                assert_eq!(method, "get", "only reading is public");
                seen.1 += 1;
            }
        }
    }
    assert!(seen.0 > 20 && seen.1 > 5, "{seen:?}");
    for wrong in ["Bearer x", "Bearer", "bearer ", "Basic abc"] {
        let answer = node.raw("GET", &format!("{PREFIX}/members"), &[("authorization", wrong)], &[]).await;
        assert_eq!(answer.problem(), "unauthorized", "{wrong}");
    }
    let token = node.bearer().replace("Bearer", "bearer");
    assert_eq!(node.raw("GET", &format!("{PREFIX}/members"), &[("authorization", &token)], &[]).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn bodies_that_cannot_be_read_say_where() {
    let node = node("Rushey Green").await;
    let (ada, bob) = (node.member("Ada").await, node.member("Bob").await);
    let good = json!({ "giver": ada, "receiver": bob, "minutes": 5 }).to_string();
    let cases: [(String, &str); 8] = [
        ("{\"giver\":".into(), "column"),
        (good.replace("minutes\":5", "minutes\":\"five\""), "minutes"),
        (good.replace("minutes\":5", "minutes\":5.5"), "minutes"),
        (good.replace("minutes\":5", "minutes\":9223372036854775808"), "minutes"),
        (good.replace("minutes\"", "hours\""), "hours"),
        (good.replace(&ada.to_string(), "Ada"), "giver"),
        ("[]".into(), "line 1"),
        (format!("{good}{good}"), "trailing"),
    ];
    for (body, named) in cases {
        let answer = node.raw_post("/exchanges", &body).await;
        assert_eq!((answer.status, answer.problem().as_str()), (400, "malformed"), "{body}");
        let detail = answer.json()["detail"].as_str().unwrap().to_owned();
        assert!(detail.contains(named), "{detail}");
    }
    let bytes = node.raw("POST", &format!("{PREFIX}/exchanges"), &[JSON], b"\xff\xfe").await;
    assert_eq!(bytes.problem(), "malformed");
    for kind in ["text/plain", "application/x-www-form-urlencoded", ""] {
        let answer = node.raw("POST", &format!("{PREFIX}/exchanges"), &[("content-type", kind)], good.as_bytes()).await;
        assert_eq!((answer.status, answer.problem().as_str()), (415, "not-json"), "{kind}");
    }
    let charset = [("content-type", "application/json; charset=utf-8")];
    assert_eq!(node.raw("POST", &format!("{PREFIX}/exchanges"), &charset, good.as_bytes()).await.status, 201);
    let large = format!("{{\"name\":\"{}\"}}", "x".repeat(crate::api::MAX_BODY_BYTES));
    let answer = node.raw_post("/members", &large).await;
    assert_eq!((answer.status, answer.problem().as_str()), (413, "too-large"));
    for key in ["", &"k".repeat(101), "na\u{ef}ve"] {
        let headers = [JSON, ("idempotency-key", key)];
        let answer = node.raw("POST", &format!("{PREFIX}/exchanges"), &headers, good.as_bytes()).await;
        assert_eq!((answer.status, answer.problem().as_str()), (400, "bad-text"), "{key}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn addresses_and_methods_that_are_not_there() {
    let node = node("Rushey Green").await;
    let nowhere = node.raw_get("/nowhere").await;
    assert_eq!((nowhere.status, nowhere.problem().as_str()), (404, "not-found"));
    let patch = node.raw("PATCH", &format!("{PREFIX}/members"), &[], &[]).await;
    assert_eq!((patch.status, patch.problem().as_str()), (405, "method-not-allowed"));
    assert!(patch.header("allow").contains("GET") && patch.header("allow").contains("POST"));
    assert_eq!(node.raw("DELETE", &format!("{PREFIX}/status"), &[], &[]).await.problem(), "method-not-allowed");
    let head = node.raw("HEAD", &format!("{PREFIX}/status"), &[], &[]).await;
    assert_eq!((head.status, head.body.len()), (200, 0));
    let status = node.raw_get("/status").await;
    assert_eq!((status.header("cache-control"), status.header("x-content-type-options")), ("no-store", "nosniff"));
    for (path, code) in [
        ("/members/nobody", "bad-id"),
        ("/members/00000000000000000000000001", "unknown-member"),
        ("/members/00000000000000000000000001/statement", "unknown-member"),
        ("/members?after=xyz", "bad-id"),
        ("/members?limit=x", "malformed"),
        ("/exchanges/00000000000000000000000001", "unknown-exchange"),
        ("/exchanges?state=settled", "bad-text"),
        ("/partners/did:key:z", "bad-id"),
        ("/ledger/inclusion?index=0", "malformed"),
        ("/ledger/inclusion?index=99&size=1", "unknown-entry"),
        ("/ledger/inclusion?index=0&size=99", "unknown-entry"),
        ("/ledger/consistency?old=2&new=1", "unknown-entry"),
        ("/ledger/entries?from=-1", "malformed"),
    ] {
        assert_eq!(node.raw_get(path).await.problem(), code, "{path}");
    }
    let stranger = kith_protocol::id::CommunityId(node.transport);
    assert_eq!(node.raw_get(&format!("/partners/{stranger}")).await.problem(), "unknown-partnership");
}

#[tokio::test(flavor = "multi_thread")]
async fn rules_refuse_with_their_own_codes_and_change_nothing() {
    let node = node("Rushey Green").await;
    let (ada, bob) = (node.member("Ada").await, node.member("Bob").await);
    let pair = |minutes: i64| json!({ "giver": ada, "receiver": bob, "minutes": minutes });
    let before = node.entries().await;
    let nobody = "00000000000000000000000001";
    let stranger = kith_protocol::id::CommunityId(node.transport);
    let payment = json!({ "partner": stranger, "payer": ada, "payee": { "alias": nobody }, "minutes": 5 });
    let request = json!({ "partner": stranger, "giver": ada, "payer": nobody, "minutes": 5 });
    let cases = [
        ("/exchanges", pair(0), 400, "minutes-not-positive"),
        ("/exchanges", pair(-60), 400, "minutes-not-positive"),
        ("/exchanges", pair(1 << 40), 400, "minutes-too-many"),
        ("/exchanges", pair(24 * 60 + 1), 422, "exchange-too-long"),
        ("/exchanges", json!({ "giver": ada, "receiver": ada, "minutes": 5 }), 422, "with-oneself"),
        ("/exchanges", json!({ "giver": nobody, "receiver": ada, "minutes": 5 }), 404, "unknown-member"),
        ("/exchanges", json!({ "receiver": ada, "minutes": 5 }), 400, "bad-text"),
        ("/exchanges", json!({ "giver": ada, "receiver": bob, "minutes": 5, "told_by": "cat" }), 400, "bad-text"),
        ("/exchanges", json!({ "giver": ada, "receiver": bob, "minutes": 5, "note": "" }), 400, "bad-text"),
        ("/members", json!({ "name": "" }), 400, "bad-text"),
        ("/members", json!({ "name": "x".repeat(81) }), 400, "bad-text"),
        ("/members", json!({ "name": "Eve", "by": ada }), 403, "not-coordinator"),
        ("/members", json!({ "name": "Eve", "key": "00".repeat(32) }), 422, "weak-key"),
        ("/members", json!({ "phone": "1" }), 400, "malformed"),
        ("/members", json!({ "name": "Eve", "opening_minutes": 1i64 << 60 }), 422, "balance-overflow"),
        ("/gifts", json!({ "from": ada, "minutes": 0 }), 400, "minutes-not-positive"),
        ("/gifts", json!({ "from": ada, "minutes": 1_000_000 }), 422, "exchange-too-long"),
        ("/groups", json!({ "leader": ada, "participants": [], "minutes": 5 }), 422, "bad-group"),
        ("/payments", payment, 404, "unknown-partnership"),
        ("/requests", request, 404, "unknown-partnership"),
        ("/partners/accept", json!({ "text": "KITH1:AAAA" }), 422, "bad-invitation"),
        ("/partners/accept", json!({ "text": "hello" }), 422, "bad-invitation"),
        ("/partners/invitations", json!({ "days": 0 }), 400, "bad-text"),
        ("/partners/invitations", json!({ "our_limit_minutes": 1u64 << 50 }), 422, "bad-agreement"),
        ("/partners/invitations", json!({ "largest_minutes": -1 }), 400, "minutes-not-positive"),
        ("/exchanges/00000000000000000000000001/correction", json!({}), 404, "unknown-exchange"),
        ("/exchanges/00000000000000000000000001/confirm", json!({}), 404, "unknown-exchange"),
    ];
    for (path, body, status, code) in cases {
        let answer = node.raw_post(path, &body.to_string()).await;
        assert_eq!((answer.status, answer.problem().as_str()), (status, code), "{path} {body}");
    }
    // Forty hours below zero, and not a minute more.
    for _ in 0..2 {
        node.post::<Outcome>("/exchanges", pair(20 * 60)).await;
    }
    assert_eq!(node.refused("/exchanges", pair(1)).await, "member-floor");
    assert_eq!(node.entries().await, before + 2);
    assert_eq!(node.handle.people().len(), 3, "names of those who were refused are forgotten");
}
