//! People who ask to join, the week and its letters, and what is said about benefits.

use super::nodes::{node, strict_node};
use crate::api::types::*;
use kith_protocol::id::MemberId;
use serde_json::{Value, json};

#[tokio::test(flavor = "multi_thread")]
async fn who_asks_to_join_is_admitted_once_and_forgotten() {
    let node = node("Elm").await;
    let asks = json!({ "name": "Ada Park", "phone": "020 7946 0001", "text": "My soup" });
    let one: Kept = node.try_post("/applications", asks.clone(), Some("a")).await.unwrap();
    let again: Kept = node.try_post("/applications", asks, Some("a")).await.unwrap();
    assert_eq!(one.id, again.id);
    let other = json!({ "name": "Bo Lee", "email": "bo@example.org" });
    let reused = node.try_post::<_, Value>("/applications", other.clone(), Some("a")).await.unwrap_err();
    assert_eq!(reused.code(), Some("request-reused"));
    let two: Kept = node.post("/applications", other).await;
    let waiting: Vec<ApplicationView> = node.get("/applications").await;
    assert_eq!(waiting.iter().map(|one| one.id).collect::<Vec<_>>(), [one.id, two.id]);
    let (at, away) = (format!("/applications/{}", String::from(one.id)), format!("/applications/{}", "0".repeat(32)));
    let read: ApplicationView = node.get(&at).await;
    assert_eq!((&read, read.text.as_deref()), (&waiting[0], Some("My soup")));

    let yes = format!("{at}/admit");
    assert_eq!(node.refused(&yes, json!({ "by": MemberId([9; 16]) })).await, "unknown-member");
    let admitted: Outcome = node.try_post(&yes, json!({}), Some("yes")).await.unwrap();
    let repeated: Outcome = node.try_post(&yes, json!({}), Some("yes")).await.unwrap();
    assert_eq!(admitted.member, repeated.member);
    let member: MemberView = node.get(&format!("/members/{}", admitted.member.unwrap())).await;
    assert_eq!((member.name.as_deref(), member.active), (Some("Ada Park"), true));
    for path in [yes, format!("{at}/decline"), format!("{away}/admit")] {
        assert_eq!(node.refused(&path, json!({})).await, "unknown-application", "{path}");
    }
    let no: Outcome = node.post(&format!("/applications/{}/decline", String::from(two.id)), json!({})).await;
    assert_eq!((no.state.as_str(), no.member), ("done", None));
    assert!(node.get::<Vec<ApplicationView>>("/applications").await.is_empty());
    // Admitted were the coordinator and Ada, and nobody twice.
    assert_eq!(node.get::<Page<MemberView>>("/members").await.items.len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_asks_to_join_without_a_way_to_answer() {
    let node = node("Elm").await;
    for (bad, code) in [
        (json!({ "name": "Ada" }), "not-together"),
        (json!({ "name": " ", "phone": "1" }), "bad-text"),
        (json!({ "name": "Ada", "phone": "1", "text": "" }), "bad-text"),
    ] {
        assert_eq!(node.refused("/applications", bad.clone()).await, code, "{bad}");
    }
    assert!(node.get::<Vec<ApplicationView>>("/applications").await.is_empty());
    let answer = node.raw("GET", "/api/v1/applications", &[("authorization", "Bearer no")], &[]).await;
    assert_eq!((answer.status, answer.problem().as_str()), (401, "unauthorized"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_week_says_what_is_new_and_what_waits_for_whom() {
    let node = strict_node("Elm").await;
    let (ada, bo) = (node.member("Ada").await, node.member("Bo").await);
    node.post::<Outcome>("/offers", json!({ "member": ada, "title": "Soup" })).await;
    node.post::<Outcome>("/needs", json!({ "member": bo, "title": "A lift" })).await;
    node.post::<NoticeView>("/notices", json!({ "text": "Bread on Friday" })).await;
    node.post::<Kept>(&format!("/members/{ada}/messages"), json!({ "to": bo, "text": "Hello" })).await;
    let exchange = json!({ "giver": ada, "receiver": bo, "minutes": 30, "told_by": "giver" });
    let waits: Outcome = node.post("/exchanges", exchange).await;
    let titles = |found: &[ListingView]| found.iter().map(|one| one.title.clone()).collect::<Vec<_>>();

    let board: WeekView = node.get("/week").await;
    assert_eq!((titles(&board.needs), titles(&board.offers)), (vec!["A lift".into()], vec!["Soup".into()]));
    assert_eq!((board.notices.len(), board.unread, board.waiting.len()), (1, 0, 0));
    assert_eq!(board.until - board.since, 21 * 86_400_000);
    let of_bo: WeekView = node.get(&format!("/week?member={bo}")).await;
    assert_eq!((titles(&of_bo.needs), titles(&of_bo.offers)), (vec![], vec!["Soup".into()]));
    assert_eq!((of_bo.unread, of_bo.waiting[0].id), (1, waits.exchange.unwrap()));
    let of_ada: WeekView = node.get(&format!("/week?member={ada}")).await;
    assert_eq!((titles(&of_ada.needs), of_ada.unread, of_ada.waiting.len()), (vec!["A lift".into()], 0, 0));
    let nobody = node.raw_get(&format!("/week?member={}", MemberId([9; 16]))).await;
    assert_eq!((nobody.status, nobody.problem().as_str()), (404, "unknown-member"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_letter_of_the_week_goes_to_those_who_want_it() {
    let node = node("Elm").await;
    let ada = node.member("Ada").await;
    let path = format!("/members/{ada}/weekly-letter");
    assert_eq!(node.get::<WeeklyLetter>(&path).await.language, None);
    let wanted = node.put::<WeeklyLetter>(&path, json!({ "language": "cy" })).await.unwrap();
    assert_eq!(wanted.language, Some(LetterLanguage::Welsh));
    let letters: WeeklyLettersView = node.get("/weekly-letters").await;
    assert_eq!(letters, WeeklyLettersView { mail: false, readers: vec![ada], sent_at: None });
    assert!(node.put::<WeeklyLetter>(&path, json!({ "language": "fr" })).await.is_err());
    node.put::<WeeklyLetter>(&path, json!({ "language": null })).await.unwrap();
    assert!(node.get::<WeeklyLettersView>("/weekly-letters").await.readers.is_empty());
    let nobody = format!("/members/{}/weekly-letter", MemberId([9; 16]));
    let unknown = node.put::<WeeklyLetter>(&nobody, json!({ "language": "en" })).await.unwrap_err();
    assert_eq!(unknown.code(), Some("unknown-member"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_community_says_in_its_own_words_whom_to_ask_about_benefits() {
    let node = node("Elm").await;
    assert_eq!(node.get::<BenefitsWords>("/charter/benefits").await.text, None);
    let words = json!({ "text": "Ring <b>Welfare Rights</b> first." });
    let said = node.put::<BenefitsWords>("/charter/benefits", words).await.unwrap();
    assert_eq!(said, node.get("/charter/benefits").await);
    assert_eq!(said.text.as_deref(), Some("Ring <b>Welfare Rights</b> first."));
    for bad in [json!({ "text": "" }), json!({ "text": "x".repeat(1_001) })] {
        assert_eq!(node.put::<Value>("/charter/benefits", bad).await.unwrap_err().code(), Some("bad-text"));
    }
    // What else was decided stays.
    node.put::<SafetyView>("/safety", json!({ "approve_first": true })).await.unwrap();
    let nothing = node.put::<BenefitsWords>("/charter/benefits", json!({ "text": null })).await.unwrap();
    assert_eq!(nothing.text, None);
    assert!(node.get::<SafetyView>("/safety").await.approve_first);
}
