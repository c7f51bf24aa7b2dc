#![expect(clippy::unwrap_used, reason = "tests")]
use super::*;
use crate::trial::{Served, Trial, listing};
use kith_protocol::{machine::Command, member::MemberKind, shelf::Item};
use std::sync::mpsc;

/// The value of the line that begins with `name`.
fn value(metrics: &str, name: &str) -> f64 {
    let line = metrics.lines().find(|line| line.split(' ').next() == Some(name));
    line.unwrap_or_else(|| panic!("no {name} in {metrics}")).rsplit(' ').next().unwrap().parse().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_that_works_says_so() {
    let trial = Trial::begin("Rushey Green", false).await;
    let amina = trial.admit(1, MemberKind::Person).await;
    trial.publish(1, amina, Item::Offer(listing("Weeding", "", &[]))).await;
    let again = Command::Leave { member: kith_protocol::id::MemberId([9; 16]), by: trial.coordinator };
    assert!(trial.handle().command(None, again).await.is_err());
    let served = Served::begin(router(trial.handle().clone())).await;

    let live = served.get("/livez").await;
    assert_eq!((live.status, live.body.as_str()), (200, "alive\n"));
    let ready = served.get("/readyz").await;
    assert_eq!(ready.status, 200, "{}", ready.body);
    let said: serde_json::Value = serde_json::from_str(&ready.body).unwrap();
    assert_eq!(said["ready"], true);
    let names: Vec<_> = said["checks"].as_array().unwrap().iter().map(|check| check["name"].clone()).collect();
    assert_eq!(names, ["clerk", "commit", "copy", "clock"]);

    let metrics = served.get("/metrics").await;
    assert_eq!(metrics.header("content-type"), "application/openmetrics-text; version=1.0.0; charset=utf-8");
    assert!(metrics.body.ends_with("# EOF\n"));
    for (name, expected) in [
        ("kith_clerk_up", 1.0),
        // Founded, and one admitted.
        ("kith_ledger_entries", 2.0),
        ("kith_members", 2.0),
        // The card and the offer.
        ("kith_own_records", 2.0),
        ("kith_waiting_exchanges", 0.0),
        ("kith_undecided_slots", 0.0),
        ("kith_oldest_undecided_seconds", 0.0),
        ("kith_on_hold_minutes", 0.0),
        ("kith_exchanged_minutes", 0.0),
        ("kith_peers_connected", 0.0),
        ("kith_known_communities", 0.0),
        ("kith_facts_total", 3.0),
        ("kith_refusals_total{code=\"unknown-member\"}", 1.0),
        ("kith_settled_total", 0.0),
        ("kith_malformed_total", 0.0),
        ("kith_messages_dropped_total", 0.0),
        ("kith_network_requests_in_total", 0.0),
        ("kith_network_out_bytes_total", 0.0),
        ("kith_network_connections", 0.0),
        (concat!("kith_build_info{version=\"", env!("CARGO_PKG_VERSION"), "\"}"), 1.0),
    ] {
        assert!((value(&metrics.body, name) - expected).abs() < f64::EPSILON, "{name} in {}", metrics.body);
    }
    for name in [
        "kith_inputs_total",
        "kith_commits_total",
        "kith_commit_seconds_total",
        "kith_journal_bytes",
        "kith_index_bytes",
        "kith_resident_memory_bytes",
    ] {
        assert!(value(&metrics.body, name) > 0.0, "{name} in {}", metrics.body);
    }
    assert!(!metrics.body.contains(&amina.to_string()) && !metrics.body.contains("Amina"));
    trial.running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clerk_that_does_not_answer_is_named() {
    let trial = Trial::begin("Rushey Green", false).await;
    let served = Served::begin(router(trial.handle().clone())).await;
    let (release, held) = mpsc::channel::<()>();
    let busy = trial.handle().clone();
    // The clerk waits here until the sender is dropped.
    let busy = tokio::spawn(async move { busy.look(move |_, _| held.recv().is_err()).await });
    // From the first refusal on the clerk is surely inside the look.
    let ready = served.get_until("/readyz", "\"ready\":false").await;
    assert_eq!(ready.status, 503);
    let said: serde_json::Value = serde_json::from_str(&ready.body).unwrap();
    let failed: Vec<_> = said["checks"].as_array().unwrap().iter().filter(|check| check["ok"] == false).collect();
    assert_eq!(failed.len(), 1, "{said}");
    assert_eq!(failed[0]["name"], "clerk");
    assert!(failed[0]["detail"].as_str().unwrap().contains("did not answer within 1 s"), "{said}");
    // Alive all the same, and what needs no clerk is still told.
    assert_eq!(served.get("/livez").await.status, 200);
    let metrics = served.get("/metrics").await.body;
    assert!(value(&metrics, "kith_clerk_up").abs() < f64::EPSILON);
    assert!(value(&metrics, "kith_facts_total") > 0.0);
    drop(release);
    busy.await.unwrap().unwrap();
    assert_eq!(served.get_until("/readyz", "\"ready\":true").await.status, 200);
    trial.running.stop().await;
    assert!(served.get("/readyz").await.body.contains("stopping"));
}

#[test]
fn each_check_fails_by_its_name() {
    let failed = |readiness: Readiness| -> Vec<&str> {
        assert_eq!(readiness.ready, readiness.checks.iter().all(|check| check.ok));
        readiness.checks.iter().filter(|check| !check.ok).map(|check| check.name).collect()
    };
    let now = Timestamp(1_790_000_000_000);
    let core = |committed, latest| Ok(Core { committed, latest });
    assert_eq!(failed(judge(core(true, true), now)), [""; 0]);
    assert_eq!(failed(judge(core(false, true), now)), ["commit"]);
    assert_eq!(failed(judge(core(true, false), now)), ["copy"]);
    assert_eq!(failed(judge(Err("stuck".into()), now)), ["clerk"]);
    assert_eq!(failed(judge(core(true, true), Timestamp(CLOCK_WAS_SET.0 - 1))), ["clock"]);
    assert_eq!(failed(judge(core(true, true), CLOCK_WAS_SET)), [""; 0]);
}
