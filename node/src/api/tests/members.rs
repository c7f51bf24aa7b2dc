//! Community, members, roles, statements.

use super::nodes::{Node, node, strict_node};
use crate::api::types::*;
use kith_protocol::{
    community::Balances,
    document::Document,
    id::MemberId,
    member::{MemberKind, Role},
    statement::Told,
};
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn a_community_shows_itself_and_changes_its_charter() {
    let node = node("Rushey Green").await;
    let status: Status = node.get("/status").await;
    assert_eq!((status.name.as_str(), status.id, status.members), ("Rushey Green", node.id(), 1));
    assert_eq!(status.coordinators, [node.coordinator]);
    assert_eq!((status.entries, status.ledger_sum_minutes, status.area.as_deref()), (1, 0, Some("gcpuv")));
    assert_eq!(status.peer, node.peer);
    assert!(!status.addresses.is_empty());
    let charter: CharterView = node.get("/charter").await;
    assert_eq!(charter, status.charter);
    let changed = CharterView { ceiling_minutes: Some(600), ..charter.clone() };
    let outcome: Outcome = node.put("/charter", serde_json::to_value(&changed).unwrap()).await.unwrap();
    assert_eq!((outcome.state.as_str(), outcome.index), ("done", Some(1)));
    assert_eq!(node.get::<CharterView>("/charter").await, changed);
    let same = node.put::<Outcome>("/charter", serde_json::to_value(&changed).unwrap()).await;
    assert_eq!(same.unwrap_err().code(), Some("nothing-changes"));
    let above = CharterView { person_floor_minutes: 1, ..changed };
    let refused = node.put::<Outcome>("/charter", serde_json::to_value(&above).unwrap()).await;
    assert_eq!(refused.unwrap_err().code(), Some("bad-text"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_charter_says_who_keeps_score_and_the_api_shows_the_book() {
    let node = strict_node("Rushey Green").await;
    let (ada, bob) = (node.member("Ada").await, node.member("Bob").await);
    let usual: CharterView = node.get("/charter").await;
    assert_eq!(usual.balances, Balances::Shown);
    let tight = CharterView { person_floor_minutes: 0, ceiling_minutes: Some(0), ..usual };
    let keep = |balances| serde_json::to_value(CharterView { balances, ..tight.clone() }).unwrap();
    let new = json!({ "giver": ada, "receiver": bob, "minutes": 433, "channel": "paper" });
    node.put::<Outcome>("/charter", keep(Balances::Hidden)).await.unwrap();
    assert_eq!(node.refused("/exchanges", new.clone()).await, "member-ceiling");
    node.put::<Outcome>("/charter", keep(Balances::Gifts)).await.unwrap();
    assert_eq!(node.get::<Status>("/status").await.charter.balances, Balances::Gifts);
    node.post::<Outcome>("/exchanges", new.clone()).await;
    // Whoever has the admin token holds the book.
    assert_eq!((node.balance(ada).await, node.balance(bob).await), (433, -433));
    node.put::<Outcome>("/charter", keep(Balances::Shown)).await.unwrap();
    assert_eq!(node.refused("/exchanges", new).await, "member-ceiling");
    let back = json!({ "giver": bob, "receiver": ada, "minutes": 60, "channel": "paper" });
    node.post::<Outcome>("/exchanges", back).await;
    assert_eq!((node.balance(ada).await, node.balance(bob).await), (373, -373));
    // Left out, what was hidden would be shown again unseen.
    let mut silent = keep(Balances::Shown);
    silent.as_object_mut().unwrap().remove("balances");
    assert!(node.put::<Outcome>("/charter", silent).await.is_err());
    let strange = keep(Balances::Shown).to_string().replace("shown", "secret");
    assert!(node.put::<Outcome>("/charter", serde_json::from_str(&strange).unwrap()).await.is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn members_come_change_and_leave() {
    let node = node("Rushey Green").await;
    let housing = json!({ "name": "Housing Trust", "kind": "organisation", "external": "H7", "opening_minutes": -300 });
    let housing = node.post::<Outcome>("/members", housing).await.member.unwrap();
    let view: MemberView = node.get(&format!("/members/{housing}")).await;
    assert_eq!((view.name.as_deref(), view.external.as_deref()), (Some("Housing Trust"), Some("H7")));
    assert_eq!(
        (view.kind, view.role, view.active, view.balance_minutes),
        (MemberKind::Organisation, Role::Member, true, -300)
    );

    let coordinator = node.coordinator;
    let demote = json!({ "role": "member" });
    let last = node.put::<Outcome>(&format!("/members/{coordinator}/role"), demote.clone()).await;
    assert_eq!(last.unwrap_err().code(), Some("last-coordinator"));
    let second = node.member("Bea").await;
    node.put::<Outcome>(&format!("/members/{second}/role"), json!({ "role": "coordinator" })).await.unwrap();
    // The one who recorded everything so far has no say any more: the other takes over.
    node.put::<Outcome>(&format!("/members/{coordinator}/role"), demote).await.unwrap();
    assert_eq!(node.get::<Status>("/status").await.coordinators, [second]);
    let ada = node.member("Ada").await;

    let left: Outcome = node.post(&format!("/members/{housing}/leave"), json!({})).await;
    assert_eq!(left.state, "done");
    let view: MemberView = node.get(&format!("/members/{housing}")).await;
    assert_eq!((view.active, view.balance_minutes, view.name.as_deref()), (false, 0, Some("Housing Trust")));
    assert_eq!(node.get::<Status>("/status").await.pot_minutes, -300);
    assert_eq!(node.refused(&format!("/members/{housing}/leave"), json!({})).await, "member-left");

    let first: Page<MemberView> = node.get("/members?limit=3").await;
    let rest: Page<MemberView> = node.get(&format!("/members?limit=3&after={}", first.next.unwrap())).await;
    assert_eq!((first.items.len(), rest.items.len(), rest.next), (3, 1, None));
    let mut all: Vec<_> = first.items.iter().chain(&rest.items).map(|m| m.id).collect();
    all.sort();
    let mut expected = vec![coordinator, second, ada, housing];
    expected.sort();
    assert_eq!(all, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn many_members_come_at_once_and_a_bad_one_spoils_nothing() {
    let node = node("Rushey Green").await;
    let batch = json!([
        { "name": "Ada", "opening_minutes": 120, "email": "ada@example.org" },
        { "name": "" },
        { "name": "Bob", "kind": "organisation" },
        { "name": "Cid", "by": "00000000000000000000000001" },
    ]);
    let results: Vec<BatchResult> = node.try_post("/members/batch", batch.clone(), Some("import-1")).await.unwrap();
    let [BatchResult::Done(ada), BatchResult::Refused(nameless), BatchResult::Done(bob), BatchResult::Refused(cid)] =
        results.as_slice()
    else {
        panic!("{results:?}")
    };
    assert_eq!((nameless.code.as_str(), cid.code.as_str()), ("bad-text", "unknown-member"));
    assert_eq!(node.balance(ada.member.unwrap()).await, 120);
    assert_eq!(node.get::<Page<MemberView>>("/members").await.items.len(), 3);
    // Cid was refused by the ledger, so nothing of him is kept; the coordinator, Ada and Bob are.
    assert_eq!(node.handle.people().len(), 3);
    let entries = node.entries().await;
    let again: Vec<BatchResult> = node.try_post("/members/batch", batch, Some("import-1")).await.unwrap();
    let ids = |all: &[BatchResult]| -> Vec<_> {
        all.iter().filter_map(|r| if let BatchResult::Done(outcome) = r { outcome.member } else { None }).collect()
    };
    assert_eq!(ids(&again), ids(&results));
    assert_eq!(ids(&again), [ada.member.unwrap(), bob.member.unwrap()]);
    assert_eq!(node.entries().await, entries);
    let other =
        node.try_post::<_, Vec<BatchResult>>("/members/batch", json!([{ "name": "Eve" }]), Some("import-1")).await;
    assert_eq!(other.unwrap_err().code(), Some("request-reused"));
    let many: Vec<_> = (0..501).map(|n| json!({ "name": format!("Member {n}") })).collect();
    assert_eq!(node.refused("/members/batch", json!(many)).await, "bad-text");
    assert_eq!(node.post::<Vec<BatchResult>>("/members/batch", json!([])).await.len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_statement_adds_up_through_corrections_and_leaving() {
    let node = strict_node("Rushey Green").await;
    let (ada, bob) = (node.member("Ada").await, node.member("Bob").await);
    let hour = json!({ "giver": ada, "receiver": bob, "minutes": 60 });
    let exchange = node.post::<Outcome>("/exchanges", hour).await.exchange.unwrap();
    node.post::<Outcome>(&format!("/exchanges/{exchange}/correction"), json!({ "minutes": 90 })).await;
    node.post::<Outcome>("/gifts", json!({ "from": ada, "minutes": 10 })).await;
    node.post::<Outcome>(&format!("/exchanges/{exchange}/correction"), json!({ "minutes": 30 })).await;
    let group = json!({ "leader": bob, "participants": [ada, node.coordinator], "minutes": 20 });
    node.post::<Outcome>("/groups", group).await;
    let ada_balance = node.balance(ada).await;
    assert_eq!(ada_balance, 30 - 10 - 20);
    node.post::<Outcome>(&format!("/members/{ada}/leave"), json!({})).await;

    let statement: Page<StatementLine> = node.get(&format!("/members/{ada}/statement")).await;
    let told: Vec<_> = statement.items.iter().map(|line| (line.kind.as_str(), line.change_minutes)).collect();
    assert_eq!(
        told,
        [
            ("member_left", -ada_balance),
            ("group_exchange", -20),
            ("correction", -60),
            ("gift", -10),
            ("correction", 30),
            ("exchange", 60),
            ("member_admitted", 0),
        ]
    );
    assert_eq!(statement.items[5].exchange, Some(exchange));
    assert_eq!(statement.items[5].other, Some(bob));
    assert_eq!(statement.items[1].other, Some(bob));
    let mut paged = Vec::new();
    let mut before = String::new();
    loop {
        let page: Page<StatementLine> = node.get(&format!("/members/{ada}/statement?limit=2{before}")).await;
        paged.extend(page.items.iter().map(|line| (line.index, line.change_minutes)));
        match page.next {
            Some(next) => before = format!("&before={next}"),
            None => break,
        }
    }
    let whole: Vec<_> = statement.items.iter().map(|line| (line.index, line.change_minutes)).collect();
    assert_eq!(paged, whole);
    let bobs: Page<StatementLine> = node.get(&format!("/members/{bob}/statement")).await;
    assert_eq!(bobs.items.iter().map(|line| line.change_minutes).sum::<i64>(), node.balance(bob).await);
}

/// What a member's file says, once it was checked as anybody else would.
async fn told(node: &Node, member: MemberId, period: &str) -> Told {
    let bytes = node.download(&format!("/members/{member}/statement/file{period}")).await;
    assert!(!String::from_utf8_lossy(&bytes).contains("Ada"), "a name");
    match Document::decode(&bytes).unwrap() {
        Document::MemberStatement(statement) => statement.check().unwrap(),
        _ => panic!("another file"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_members_file_proves_what_their_statement_shows() {
    let node = node("Rushey Green").await;
    let (ada, bob) = (node.member("Ada").await, node.member("Bob").await);
    let hour = json!({ "giver": ada, "receiver": bob, "minutes": 60 });
    let exchange = node.post::<Outcome>("/exchanges", hour).await.exchange.unwrap();
    node.post::<Outcome>("/gifts", json!({ "from": ada, "minutes": 10 })).await;
    node.post::<Outcome>("/exchanges", json!({ "giver": bob, "receiver": node.coordinator, "minutes": 5 })).await;
    let group = json!({ "leader": bob, "participants": [ada, node.coordinator], "minutes": 20 });
    node.post::<Outcome>("/groups", group).await;
    let correction = node.post::<Outcome>(&format!("/exchanges/{exchange}/correction"), json!({ "minutes": 90 })).await;

    let shown: Page<StatementLine> = node.get(&format!("/members/{ada}/statement")).await;
    let whole = told(&node, ada, "").await;
    assert_eq!((whole.member, whole.community), (ada, node.id()));
    assert_eq!((whole.entries, whole.given, whole.received), (shown.items.len() as u64, 90, 30));
    assert_eq!((whole.opening, whole.closing), (Some(0), Some(60)));
    assert_eq!((whole.size, whole.root), {
        let checkpoint: CheckpointView = node.get("/ledger/checkpoint").await;
        (checkpoint.size, checkpoint.root)
    });
    // Of the last entry alone: what it corrects comes along, and does not count again.
    let line = shown.items.iter().find(|line| Some(line.index) == correction.index).unwrap();
    let late = told(&node, ada, &format!("?from={}", line.at)).await;
    let moved = i64::try_from(late.given).unwrap() - i64::try_from(late.received).unwrap();
    assert_eq!((late.closing, late.opening.map(|opening| opening + moved)), (Some(60), Some(60)));
    assert!((1..=whole.entries).contains(&late.entries));
    // Before anybody was there, nothing.
    let nothing = told(&node, ada, "?until=1").await;
    assert_eq!((nothing.entries, nothing.opening, nothing.closing), (0, Some(0), Some(0)));
    let path = format!("/members/{ada}/statement/file?from=5&until=5");
    assert_eq!(node.raw_get(&path).await.status, 422);
    let nobody = MemberId([9; 16]);
    assert_eq!(node.raw_get(&format!("/members/{nobody}/statement/file")).await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_takes_another_key_and_loses_it() {
    use kith_protocol::{envelope::Content as _, key::SecretKey, member::KeyTerms, time::Timestamp};
    let node = node("Rushey Green").await;
    let (ada, key, next) = (node.member("Ada").await, SecretKey::from_seed(&[5; 32]), SecretKey::from_seed(&[6; 32]));
    let path = format!("/members/{ada}/key");
    let terms = |key: &SecretKey, number| KeyTerms {
        community: node.id(),
        member: ada,
        key: Some(key.public()),
        number,
        made_at: Timestamp(1_700_000_000_000),
    };
    let change = |terms: &KeyTerms, proof: &SecretKey| {
        let proof = proof.sign(&terms.signing_bytes());
        json!({ "key": terms.key, "number": terms.number, "made_at": terms.made_at.0, "proof": proof })
    };
    let first = terms(&key, 1);
    let unproven = node.put::<Outcome>(&path, json!({ "key": key.public() })).await;
    assert_eq!(unproven.unwrap_err().code(), Some("key-unproven"));
    let by_another = node.put::<Outcome>(&path, change(&first, &next)).await;
    assert_eq!(by_another.unwrap_err().code(), Some("wrong-signature"));
    node.put::<Outcome>(&path, change(&first, &key)).await.unwrap();
    let again = node.put::<Outcome>(&path, change(&first, &key)).await;
    assert_eq!(again.unwrap_err().code(), Some("key-moved"));
    // The member says so with the key they have.
    let second = terms(&next, 2);
    let mut body = change(&second, &next);
    body["consent"] = json!({ "key": { "key": key.public(), "signature": key.sign(&second.signing_bytes()) } });
    node.put::<Outcome>(&path, body).await.unwrap();
    let view: MemberView = node.get(&format!("/members/{ada}")).await;
    assert_eq!((view.key, view.key_changes), (Some(next.public()), 2));
    let together = json!({ "key": key.public(), "proof": key.sign(b"x") });
    assert_eq!(node.put::<Outcome>(&path, together).await.unwrap_err().code(), Some("not-together"));
    node.put::<Outcome>(&path, json!({ "channel": "phone" })).await.unwrap();
    assert_eq!(node.get::<MemberView>(&format!("/members/{ada}")).await.key, None);
}
