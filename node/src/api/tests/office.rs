//! What is kept beside the ledger: messages, reports, events, and what is on file about members.

use super::nodes::{Node, node};
use crate::{
    api::{PREFIX, types::*},
    runtime::office::MAX_ENTRIES,
};
use kith_protocol::id::{ExchangeId, MemberId};
use serde_json::{Value, json};

async fn code(node: &Node, method: &str, path: &str, body: &str) -> (u16, String) {
    let headers = [("content-type", "application/json")];
    let answer = node.raw(method, &format!("{PREFIX}{path}"), &headers, body.as_bytes()).await;
    (answer.status, answer.problem())
}

#[tokio::test(flavor = "multi_thread")]
async fn messages_go_between_members_and_stay_away_from_who_is_kept_away() {
    let node = node("Rushey Green").await;
    let (ada, bob) = (node.member("Ada").await, node.member("Bob").await);
    let write = format!("/members/{ada}/messages");
    let hello = json!({ "to": bob, "text": "Hello <b>Bob</b>" });
    let one: Kept = node.try_post(&write, hello.clone(), Some("m1")).await.unwrap();
    let again: Kept = node.try_post(&write, hello, Some("m1")).await.unwrap();
    assert_eq!(one.id, again.id);
    let other = json!({ "to": bob, "text": "Something else" });
    let reused = node.try_post::<_, Value>(&write, other, Some("m1")).await.unwrap_err();
    assert_eq!(reused.code(), Some("request-reused"));
    // Looking leaves no trace; reading does.
    let path = format!("/members/{bob}/messages?with={ada}");
    for _ in 0..2 {
        let messages: Vec<MessageView> = node.get(&path).await;
        assert_eq!(messages.len(), 1);
        assert_eq!((messages[0].text.as_str(), messages[0].read), ("Hello <b>Bob</b>", false));
    }
    let unread = |found: &[ConversationView]| found.iter().map(|one| (one.with, one.unread)).collect::<Vec<_>>();
    let of_bob = format!("/members/{bob}/conversations");
    assert_eq!(unread(&node.get::<Vec<_>>(&of_bob).await), [(ada, 1)]);
    node.post::<Value>(&format!("/members/{bob}/messages/read"), json!({ "with": ada })).await;
    assert_eq!(unread(&node.get::<Vec<_>>(&of_bob).await), [(ada, 0)]);
    // Bob wants to be left alone.
    let away = format!("/members/{bob}/kept-away/{ada}");
    let file: FileView = node.put(&away, json!({})).await.unwrap();
    assert_eq!(file.kept_away, [ada]);
    assert_eq!(node.refused(&write, json!({ "to": bob, "text": "Why?" })).await, "kept-away");
    // Ada alone records nothing with him either, also by a signature; a coordinator does.
    let signed = json!({ "key": { "key": "07".repeat(32), "signature": "00".repeat(64) } });
    let id = kith_protocol::id::ExchangeId([7; 16]);
    let alone = json!({
        "id": id, "giver": ada, "receiver": bob, "minutes": 30, "made_at": 1_790_000_000_000_u64,
        "giver_consent": signed,
    });
    assert_eq!(node.refused("/exchanges", alone).await, "kept-away");
    let told = json!({ "giver": ada, "receiver": bob, "minutes": 30, "told_by": "giver" });
    node.post::<Outcome>("/exchanges", told).await;
    let file: FileView = node.delete(&away).await.unwrap();
    assert!(file.kept_away.is_empty());
    node.post::<Kept>(&write, json!({ "to": bob, "text": "Thank you" })).await;
    // One fact too many is refused, and the first one stays.
    let facts = format!("/members/{bob}/facts");
    let fact = |n: usize| json!({ "what": format!("Seen {n}"), "until": 4_000_000_000_000_u64 });
    for n in 0..MAX_ENTRIES {
        node.post::<FileView>(&facts, fact(n)).await;
    }
    assert_eq!(node.refused(&facts, fact(MAX_ENTRIES)).await, "too-many-facts");
    let file: FileView = node.get(&format!("/members/{bob}/file")).await;
    assert_eq!((file.facts.len(), file.facts[0].what.as_str()), (MAX_ENTRIES, "Seen 0"));
    let both = json!({ "to": bob, "text": "Hm", "listing": ada, "exchange": bob });
    assert_eq!(node.refused(&write, both).await, "not-together");
    assert_eq!(node.refused(&write, json!({ "to": ada, "text": "Me" })).await, "with-oneself");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_is_taken_down_once_and_dealt_with_once() {
    let node = node("Rushey Green").await;
    let (ada, bob) = (node.member("Ada").await, node.member("Bob").await);
    let path = format!("/members/{bob}/messages");
    let message: Kept = node.post(&path, json!({ "to": ada, "text": "Send me money" })).await;
    let report = json!({ "by": ada, "trouble": "money", "message": message.id, "text": "He asks for money" });
    let one: Kept = node.try_post("/reports", report.clone(), Some("r")).await.unwrap();
    let two: Kept = node.try_post("/reports", report.clone(), Some("r")).await.unwrap();
    assert_eq!(one.id, two.id);
    let open: Vec<ReportView> = node.get("/reports").await;
    assert_eq!(open.len(), 1);
    assert_eq!((open[0].by, open[0].person, open[0].message), (ada, Some(bob), Some(message.id)));
    // Only who received a message can report it, and a report is about one thing.
    let theirs = json!({ "by": bob, "trouble": "other", "message": message.id });
    assert_eq!(node.refused("/reports", theirs).await, "unknown-message");
    let two = json!({ "by": ada, "trouble": "other", "message": message.id, "person": bob });
    assert_eq!(node.refused("/reports", two).await, "not-together");
    let done = format!("/reports/{}/done", String::from(one.id));
    let ended: ReportView = node.post(&done, json!({})).await;
    assert_eq!(ended.done_by, Some(node.coordinator));
    let again: ReportView = node.post(&done, json!({ "by": node.coordinator })).await;
    assert_eq!(again.done_at, ended.done_at);
    // Sent once more after that, it is still the same report, and stays dealt with.
    let _: Kept = node.try_post("/reports", report, Some("r")).await.unwrap();
    assert!(node.get::<Vec<ReportView>>("/reports").await.is_empty());
    assert_eq!(node.refused(&done, json!({ "by": bob })).await, "not-coordinator");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_can_be_about_an_exchange_an_event_or_a_circle() {
    let node = node("Rushey Green").await;
    let (ada, bob, cy) = (node.member("Ada").await, node.member("Bob").await, node.member("Cy").await);
    let group = json!({ "leader": ada, "participants": [bob], "minutes": 30 });
    let group: Outcome = node.post("/groups", group).await;
    let exchange = group.exchange.unwrap();
    let far = crate::runtime::clock::now().0 + 86_400_000;
    let event: Kept =
        node.post("/events", json!({ "title": "Tea", "begins_at": far, "minutes": 60, "place": "Hall" })).await;
    let circle: CircleView = node.post("/circles", json!({ "name": "Elm Row" })).await;
    let notice: NoticeView = node.post("/notices", json!({ "text": "Soup" })).await;
    let report =
        |by: &MemberId, what: &str, which: &serde_json::Value| json!({ "by": by, "trouble": "other", what: which });
    let (one, two, three, four) = (json!(exchange), json!(event.id), json!(circle.id), json!(notice.id));
    for (by, what, which) in [
        (ada, "exchange", &one),
        (bob, "exchange", &one),
        (cy, "event", &two),
        (cy, "circle", &three),
        (cy, "notice", &four),
    ] {
        node.post::<Kept>("/reports", report(&by, what, which)).await;
    }
    let open: Vec<ReportView> = node.get("/reports").await;
    let about: Vec<_> = open.iter().map(|one| (one.by, one.exchange, one.event, one.circle)).collect();
    let of_exchange = |by| (by, Some(exchange), None, None);
    assert!(about.contains(&of_exchange(ada)) && about.contains(&of_exchange(bob)), "{about:?}");
    assert!(open.iter().any(|report| report.by == cy && report.notice == Some(notice.id)));
    assert!(about.contains(&(cy, None, Some(event.id), None)) && about.contains(&(cy, None, None, Some(circle.id))));
    // Only who took part tells of an exchange, and what is reported has to be there.
    assert_eq!(node.refused("/reports", report(&cy, "exchange", &one)).await, "not-a-party");
    let (nothing, no_exchange) = (json!("0".repeat(32)), json!(ExchangeId([0; 16])));
    for (what, which, code) in [
        ("exchange", &no_exchange, "unknown-exchange"),
        ("notice", &nothing, "unknown-notice"),
        ("event", &nothing, "unknown-event"),
        ("circle", &nothing, "unknown-circle"),
    ] {
        assert_eq!(node.refused("/reports", report(&ada, what, which)).await, code);
    }
    let mut both = report(&ada, "event", &two);
    both["circle"] = three;
    assert_eq!(node.refused("/reports", both).await, "not-together");
}

#[tokio::test(flavor = "multi_thread")]
async fn events_are_announced_and_cancelled() {
    let node = node("Rushey Green").await;
    let far = crate::runtime::clock::now().0 + 86_400_000;
    let event = |title: &str| json!({ "title": title, "begins_at": far, "minutes": 90, "place": "The hall" });
    let one: Kept = node.try_post("/events", event("Soup"), Some("e")).await.unwrap();
    assert_eq!(node.try_post::<_, Kept>("/events", event("Soup"), Some("e")).await.unwrap().id, one.id);
    let reused = node.try_post::<_, Value>("/events", event("Bread"), Some("e")).await.unwrap_err();
    assert_eq!(reused.code(), Some("request-reused"));
    let public = node.raw("GET", &format!("{PREFIX}/events"), &[("authorization", "")], &[]).await;
    assert_eq!((public.status, public.json()[0]["title"].as_str()), (200, Some("Soup")));
    assert_eq!(public.json()[0].get("by"), None);
    // Changed, it counts its changes, and nothing newer is written over.
    let at = format!("/events/{}", String::from(one.id));
    let change = |place: &str, begins: u64, changes: u32| json!({ "title": "Soup", "begins_at": begins, "minutes": 60, "place": place, "changes": changes });
    let moved = node.put::<EventView>(&at, change("The barn", far, 0)).await.unwrap();
    assert_eq!((moved.place.as_str(), moved.minutes, moved.changes), ("The barn", 60, 1));
    assert_eq!(node.put::<EventView>(&at, change("The barn", far, 0)).await.unwrap().changes, 1);
    let late = node.put::<EventView>(&at, change("The green", far, 0)).await.unwrap_err();
    assert_eq!(late.code(), Some("changed-meanwhile"));
    let past = node.put::<EventView>(&at, change("The green", 1, 1)).await.unwrap_err();
    assert_eq!(past.code(), Some("past-event"));
    assert_eq!(node.get::<EventView>(&at).await.place, "The barn");
    let lost = node.put::<EventView>(&format!("/events/{}", "0".repeat(32)), change("x", far, 0)).await.unwrap_err();
    assert_eq!(lost.code(), Some("unknown-event"));
    // The first words sent once more are still that event.
    assert_eq!(node.try_post::<_, Kept>("/events", event("Soup"), Some("e")).await.unwrap().id, one.id);
    let past = json!({ "title": "Soup", "begins_at": 1, "minutes": 90, "place": "The hall" });
    assert_eq!(node.refused("/events", past).await, "past-event");
    let path = format!("/events/{}", String::from(one.id));
    node.delete::<Outcome>(&path).await.unwrap();
    assert_eq!(code(&node, "GET", &path, "").await, (404, "unknown-event".into()));
    let feeds: Vec<FeedView> = node.get("/feeds").await;
    assert!(feeds.iter().any(|feed| feed.path == "/events.ics"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_holds_what_was_seen_and_notes_are_for_readers() {
    let node = node("Rushey Green").await;
    let (ada, bob) = (node.member("Ada").await, node.member("Bob").await);
    let of = |what: &str| format!("/members/{ada}/{what}");
    for _ in 0..2 {
        node.post::<FileView>(&of("references"), json!({ "who": "The baker" })).await;
        node.post::<FileView>(&of("facts"), json!({ "what": "Driving licence", "until": 2_000_000_000_000_u64 })).await;
    }
    let file: FileView =
        node.put(&of(&format!("helpers/{bob}")), json!({ "until": 2_000_000_000_000_u64 })).await.unwrap();
    assert_eq!((file.references.len(), file.facts.len(), file.helpers.len()), (1, 1, 1));
    assert_eq!(file.facts[0].by, node.coordinator);
    let file: FileView = node.put(&of("pause"), json!({ "until": 2_000_000_000_000_u64 })).await.unwrap();
    assert_eq!(file.away_until, Some(2_000_000_000_000));
    let file: FileView = node.put(&of("pause"), json!({})).await.unwrap();
    assert_eq!(file.away_until, None);
    let file: FileView = node.delete(&of("facts?what=Driving%20licence")).await.unwrap();
    assert!(file.facts.is_empty());
    let file: FileView = node.post(&of("rang"), json!({})).await;
    assert!(file.rung_at.is_some());
    // Nobody reads notes until somebody was let.
    let note = json!({ "text": "Careful with the stairs", "by": node.coordinator });
    assert_eq!(node.refused(&of("notes"), note.clone()).await, "not-a-reader");
    let rosa = node.coordinator;
    node.handle.set_office_rules(move |rules| rules.note_readers.push(rosa)).await.unwrap();
    let one: Kept = node.try_post(&of("notes"), note.clone(), Some("n")).await.unwrap();
    assert_eq!(node.try_post::<_, Kept>(&of("notes"), note, Some("n")).await.unwrap().id, one.id);
    let notes: Vec<NoteView> = node.get(&of(&format!("notes?by={rosa}"))).await;
    assert_eq!(notes.len(), 1);
    assert_eq!(code(&node, "GET", &of(&format!("notes?by={bob}")), "").await, (403, "not-coordinator".into()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_first_exchange_waits_for_a_coordinator() {
    let node = node("Rushey Green").await;
    let (ada, bob) = (node.member("Ada").await, node.member("Bob").await);
    let decided: SafetyView = node.put("/safety", json!({ "approve_first": true })).await.unwrap();
    assert!(decided.approve_first && node.get::<SafetyView>("/safety").await.approve_first);
    let keep = |n: u8, note: &str| {
        let pending = crate::runtime::office::Pending {
            giver: ada,
            receiver: bob,
            minutes: kith_protocol::minutes::Minutes::new(60).unwrap(),
            made_at: crate::runtime::clock::now(),
            note: note.into(),
            by: bob,
            at: crate::runtime::clock::now(),
            signed: None,
        };
        node.handle.keep_pending(kith_protocol::id::ExchangeId([n; 16]), pending)
    };
    keep(1, "Shelves").await.unwrap();
    keep(2, "").await.unwrap();
    let firsts: Vec<FirstView> = node.get("/first-exchanges").await;
    assert_eq!(firsts.len(), 2);
    let (yes, no) =
        (firsts.iter().find(|f| f.note.is_some()).unwrap(), firsts.iter().find(|f| f.note.is_none()).unwrap());
    let accept = format!("/first-exchanges/{}/accept", yes.id);
    let one: Value = node.try_post(&accept, json!({}), Some("f")).await.unwrap();
    assert_eq!(one, node.try_post::<_, Value>(&accept, json!({}), Some("f")).await.unwrap());
    node.post::<Outcome>(&format!("/first-exchanges/{}/refuse", no.id), json!({})).await;
    assert!(node.get::<Vec<FirstView>>("/first-exchanges").await.is_empty());
    assert_eq!(node.balance(ada).await, 60);
    assert_eq!(node.refused(&accept, json!({})).await, "unknown-exchange");
}

#[tokio::test(flavor = "multi_thread")]
async fn members_take_a_copy_along_and_are_forgotten_once_they_left() {
    let node = node("Rushey Green").await;
    let ada: MemberId = node.member("Ada").await;
    let person = json!({ "name": "Ada Lovelace", "phone": "020 1" });
    node.put::<Outcome>(&format!("/members/{ada}/person"), person).await.unwrap();
    let data: Value = node.get(&format!("/members/{ada}/data")).await;
    assert_eq!((data["name"].as_str(), data["phone"].as_str()), (Some("Ada Lovelace"), Some("020 1")));
    // Where they live, roughly: as coarsely as a listing's place, kept when nothing is said, gone when it is empty.
    let put = |area: Value| {
        let mut person = json!({ "name": "Ada Lovelace" });
        if !area.is_null() {
            person["area"] = area;
        }
        let path = format!("/members/{ada}/person");
        let node = &node;
        async move { node.put::<Outcome>(&path, person).await }
    };
    for (area, kept) in [(json!("gcpvj7"), Some("gcpvj7")), (Value::Null, Some("gcpvj7")), (json!(""), None)] {
        put(area).await.unwrap();
        let data: Value = node.get(&format!("/members/{ada}/data")).await;
        assert_eq!(data["area"].as_str(), kept);
    }
    assert!(put(json!("gcpvj7x")).await.is_err() && put(json!("Elm Road 7")).await.is_err());
    let forget = format!("/members/{ada}/forget");
    assert_eq!(node.refused(&forget, json!({})).await, "still-here");
    node.post::<Outcome>(&format!("/members/{ada}/sign-out"), json!({})).await;
    node.post::<Outcome>(&format!("/members/{ada}/leave"), json!({})).await;
    for _ in 0..2 {
        node.post::<Outcome>(&forget, json!({})).await;
    }
    assert_eq!(node.get::<MemberView>(&format!("/members/{ada}")).await.name, None);
    assert_eq!(node.refused("/members/00000000000000000000000001/forget", json!({})).await, "unknown-member");
}
