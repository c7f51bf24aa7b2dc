//! The OpenAPI document and the ledger as documents for others.

use super::nodes::node;
use crate::api::types::*;
use kith_protocol::{
    audit::Auditor,
    ledger::{Entry, checkpoint::Note},
    merkle::{verify_consistency, verify_inclusion},
};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Every route there is, by hand: whoever adds one adds it here.
const ROUTES: &str = "
GET /status
GET /charter
PUT /charter
GET /members
POST /members
POST /members/batch
GET /members/{id}
GET /members/{id}/statement
GET /members/{id}/statement/file
GET /members/{id}/alias
POST /members/{id}/leave
POST /members/{id}/sign-in-code
PUT /members/{id}/role
PUT /partners/{community}/mail
PUT /partners/{community}/grant
GET /partners/{community}/escrow
PUT /partners/{community}/escrow
POST /partners/{community}/escrow/now
GET /offers
POST /offers
DELETE /offers/{key}
GET /needs
POST /needs
DELETE /needs/{key}
GET /listings/{community}/{key}
GET /shelves
GET /exchanges
POST /exchanges
GET /exchanges/{id}
POST /exchanges/{id}/confirm
POST /exchanges/{id}/decline
POST /exchanges/{id}/correction
POST /exchanges/{id}/give-back
POST /exchanges/{id}/advance
POST /exchanges/{id}/advance/end
GET /disputes
GET /disputes/{id}
POST /disputes/{id}
POST /disputes/{id}/reminder
POST /disputes/{id}/statements
POST /disputes/{id}/suggestion
POST /groups
POST /gifts
POST /payments
POST /requests
GET /partners
GET /partners/{community}
GET /partners/{community}/evidence
GET /partners/{community}/statement
POST /partners/invitations
POST /partners/accept
POST /partners/{community}/go-on
GET /feeds
GET /events
POST /events
GET /events/{id}
PUT /events/{id}
DELETE /events/{id}
GET /members/{id}/conversations
GET /members/{id}/messages
POST /members/{id}/messages
POST /members/{id}/messages/read
GET /reports
POST /reports
GET /reports/{id}
POST /reports/{id}/done
GET /safety
PUT /safety
GET /first-exchanges
POST /first-exchanges/{id}/accept
POST /first-exchanges/{id}/refuse
GET /members/{id}/file
POST /members/{id}/references
POST /members/{id}/facts
DELETE /members/{id}/facts
GET /members/{id}/notes
POST /members/{id}/notes
POST /members/{id}/rang
PUT /members/{id}/helpers/{helper}
DELETE /members/{id}/helpers/{helper}
PUT /members/{id}/pause
PUT /members/{id}/kept-away/{other}
DELETE /members/{id}/kept-away/{other}
PUT /members/{id}/key
PUT /members/{id}/person
GET /members/{id}/data
POST /members/{id}/forget
POST /members/{id}/sign-out
GET /ledger/checkpoint
GET /ledger/entries
GET /ledger/export
POST /backup
GET /export
GET /circles
POST /circles
GET /circles/{id}
PUT /circles/{id}
DELETE /circles/{id}
PUT /circles/{id}/members/{member}
GET /notices
POST /notices
DELETE /notices/{id}
GET /applications
POST /applications
GET /applications/{id}
POST /applications/{id}/admit
POST /applications/{id}/decline
GET /week
GET /weekly-letters
GET /members/{id}/weekly-letter
PUT /members/{id}/weekly-letter
GET /charter/benefits
PUT /charter/benefits
GET /ledger/inclusion
GET /ledger/consistency
";

fn references<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
    match value {
        Value::Object(fields) => {
            found.extend(fields.get("$ref").and_then(Value::as_str));
            fields.values().for_each(|value| references(value, found));
        }
        Value::Array(items) => items.iter().for_each(|value| references(value, found)),
        _ => {}
    }
}

fn check_operation(path: &str, method: &str, operation: &Value) {
    let at = format!("{method} {path}");
    let text = |field: &str| operation[field].as_str().unwrap_or_default();
    assert!(!text("operationId").is_empty() && !text("summary").is_empty(), "{at}");
    let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
    let named = |place: &str| -> BTreeSet<String> {
        let of = parameters.iter().filter(|p| p["in"] == place);
        of.map(|p| p["name"].as_str().unwrap().to_owned()).collect()
    };
    let in_path: BTreeSet<String> =
        path.split('/').filter_map(|part| Some(part.strip_prefix('{')?.strip_suffix('}')?.to_owned())).collect();
    assert_eq!(named("path"), in_path, "{at}");
    for parameter in &parameters {
        assert!(parameter["schema"].is_object() && parameter["description"].is_string(), "{at}: {parameter}");
        assert!(parameter["in"] != "path" || parameter["required"] == true, "{at}: {parameter}");
    }
    assert_eq!(named("header").contains("Idempotency-Key"), method != "get", "{at}");
    assert_eq!(operation["requestBody"].is_object(), matches!(method, "post" | "put"), "{at}");
    let responses = operation["responses"].as_object().unwrap();
    assert!(responses.keys().any(|status| status.starts_with('2')), "{at}");
    assert!(responses["default"]["content"]["application/problem+json"].is_object(), "{at}");
    assert!(responses.values().all(|r| r["description"].is_string()), "{at}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_document_lists_every_route_and_holds_together() {
    let node = node("Rushey Green").await;
    let answer = node.raw("GET", "/api/v1/openapi.json", &[("authorization", "")], &[]).await;
    assert_eq!((answer.status, answer.header("content-type")), (200, "application/json"));
    let document = answer.json();
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1."));
    assert!(document["info"]["title"].is_string() && document["info"]["version"].is_string());
    let mut listed = BTreeSet::new();
    let mut operations = BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            check_operation(path, method, operation);
            assert!(operations.insert(operation["operationId"].to_string()), "{path} {method}");
            listed.insert(format!("{} {}", method.to_uppercase(), path.strip_prefix("/api/v1").unwrap()));
        }
    }
    let expected: BTreeSet<String> = ROUTES.lines().filter(|l| !l.is_empty()).map(str::to_owned).collect();
    assert_eq!(listed, expected);
    let mut found = Vec::new();
    references(&document, &mut found);
    assert!(found.len() > 50);
    for reference in found {
        let target = reference.strip_prefix('#').and_then(|pointer| document.pointer(pointer));
        assert!(target.is_some_and(Value::is_object), "{reference}");
    }
    let token = &document["components"]["securitySchemes"]["admin_token"];
    assert_eq!((&token["type"], &token["scheme"]), (&json!("http"), &json!("bearer")));
}

#[tokio::test(flavor = "multi_thread")]
async fn anybody_can_check_the_ledger() {
    let node = node("Rushey Green").await;
    let (ada, bob) = (node.member("Ada").await, node.member("Bob").await);
    let early: CheckpointView = node.get("/ledger/checkpoint").await;
    for minutes in 1..=30 {
        node.post::<Outcome>("/exchanges", json!({ "giver": ada, "receiver": bob, "minutes": minutes })).await;
    }
    let late: CheckpointView = node.get("/ledger/checkpoint").await;
    assert_eq!((early.size, late.size), (3, 33));
    assert_eq!(node.get::<Status>("/status").await.root, late.root);
    assert!(Note::parse(&late.note).is_ok());
    let grown: ConsistencyView = node.get("/ledger/consistency?old=3&new=33").await;
    assert_eq!((grown.old_root, grown.new_root), (early.root, late.root));
    verify_consistency(3, &early.root, 33, &late.root, &grown.proof).unwrap();
    let page: EntriesView = node.get("/ledger/entries?from=30&limit=2").await;
    assert_eq!(page.items.iter().map(|item| item.index).collect::<Vec<_>>(), [30, 31]);
    let rest: EntriesView = node.get("/ledger/entries?from=32").await;
    assert_eq!((rest.from, rest.items.len()), (32, 1));
    for item in &page.items {
        let path = format!("/ledger/inclusion?index={}&size=33", item.index);
        let held: InclusionView = node.get(&path).await;
        assert_eq!((held.leaf, held.root), (item.leaf, late.root));
        verify_inclusion(item.index, 33, &held.leaf, &late.root, &held.proof).unwrap();
        // The JSON says all that the leaf does.
        let entry: Entry = serde_json::from_value(item.entry.clone()).unwrap();
        assert_eq!(entry.leaf(), item.leaf);
    }
    let answer = node.raw_get("/ledger/export").await;
    assert_eq!(answer.header("content-type"), "application/vnd.ipld.car");
    let file = node.download("/ledger/export").await;
    assert_eq!(file, answer.body);
    let mut auditor = Auditor::new();
    auditor.push(&file).unwrap();
    let summary = auditor.finish().unwrap();
    assert_eq!((summary.community, summary.size, summary.root), (node.id(), 33, late.root));
    assert_eq!((summary.exchanges, summary.sum_minutes), (30, 0));
}
