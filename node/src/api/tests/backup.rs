//! Backups over HTTP. What is inside is judged where backups are made.

use super::nodes::node;
use crate::api::types::Status;

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_is_made_for_whoever_holds_the_token() {
    let node = node("Rushey Green").await;
    let json = ("content-type", "application/json");
    let refused = node.raw("POST", "/api/v1/backup", &[json, ("authorization", "")], b"{}").await;
    assert_eq!((refused.status, refused.problem().as_str()), (401, "unauthorized"));
    let misspelt = node.raw_post("/backup", r#"{"handovr": true}"#).await;
    assert_eq!((misspelt.status, misspelt.problem().as_str()), (400, "malformed"));
    let made = node.raw_post("/backup", "{}").await;
    assert_eq!((made.status, made.header("content-type")), (200, "application/octet-stream"));
    assert!(made.body.starts_with(b"age-encryption.org/v1\n") && made.body.len() > 2_000);
    let status: Status = node.get("/status").await;
    assert!(!status.backup_overdue && status.last_backup_at.is_none(), "only whoever took it knows that it is kept");
    node.member("Ada").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_that_is_handed_over_refuses_every_write() {
    let node = node("Rushey Green").await;
    assert_eq!(node.raw_post("/backup", r#"{"handover": true}"#).await.status, 200);
    let refused = node.raw_post("/members", r#"{"name": "Ada"}"#).await;
    assert_eq!((refused.status, refused.problem().as_str()), (409, "retired"));
    assert_eq!(node.get::<Status>("/status").await.entries, 1);
}
