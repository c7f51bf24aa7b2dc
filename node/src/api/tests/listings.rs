//! Offers, needs and shelves of one community.

use super::nodes::node;
use crate::{api::types::*, runtime::office::Posted};
use kith_protocol::time::Timestamp;
use serde_json::{Value, json};

#[tokio::test(flavor = "multi_thread")]
async fn offers_and_needs_are_published_found_and_withdrawn() {
    let node = node("Rushey Green").await;
    let ada = node.member("Ada").await;
    let garden = json!({
        "member": ada, "title": "Help in the garden", "text": "Any Tuesday", "category": "garden",
        "tags": ["weeding"], "area": "gcpuvp", "language": "en", "remote": false, "days": 30,
    });
    let offer = node.post::<Outcome>("/offers", garden).await.record.unwrap();
    let need =
        node.post::<Outcome>("/needs", json!({ "member": ada, "title": "A lift on Friday" })).await.record.unwrap();
    let offers: Page<ListingView> = node.get("/offers").await;
    assert_eq!((offers.items.len(), &offers.next), (1, &None));
    let found = &offers.items[0];
    assert_eq!((found.key, found.member, found.kind.as_str()), (offer, Some(ada), "offer"));
    assert_eq!(found.community_name.as_deref(), Some("Rushey Green"));
    assert_eq!(node.get::<Page<ListingView>>("/offers?q=GARDEN%20tuesday%20weed").await.items.len(), 1);
    assert_eq!(node.get::<Page<ListingView>>("/offers?q=garden%20friday").await.items.len(), 0);
    let needs: Page<ListingView> = node.get(&format!("/needs?community={}", node.id())).await;
    assert_eq!((needs.items[0].key, needs.items[0].kind.as_str()), (need, "need"));
    let one: ListingView = node.get(&format!("/listings/{}/{offer}", node.id())).await;
    assert_eq!((one.title.as_str(), one.language.as_str(), one.through), ("Help in the garden", "en", None));
    // Whoever puts it up for another on a page is named beside them.
    let (rosa, until) = (node.handle.coordinator().await.unwrap(), Timestamp(one.expires_at));
    node.handle.posted_for(Posted { key: offer, owner: ada, by: rosa, until }).await.unwrap();
    let one: ListingView = node.get(&format!("/listings/{}/{offer}", node.id())).await;
    let found: Page<ListingView> = node.get("/offers?q=garden").await;
    assert_eq!((one.through, found.items[0].through), (Some(rosa), Some(rosa)));
    let week: WeekView = node.get("/week").await;
    assert_eq!((week.offers[0].through, week.needs[0].through), (Some(rosa), None));

    assert_eq!(node.delete::<Outcome>(&format!("/needs/{offer}")).await.unwrap_err().code(), Some("unknown-record"));
    let gone: Outcome = node.delete(&format!("/offers/{offer}")).await.unwrap();
    assert_eq!(gone.record, Some(offer));
    assert_eq!(node.get::<Page<ListingView>>("/offers").await.items.len(), 0);
    assert_eq!(node.raw_get(&format!("/listings/{}/{offer}", node.id())).await.problem(), "unknown-record");
    assert_eq!(node.delete::<Outcome>(&format!("/offers/{offer}")).await.unwrap_err().code(), Some("unknown-record"));

    let shelves: Vec<ShelfView> = node.get("/shelves").await;
    assert_eq!(shelves.len(), 1);
    // Card, need and withdrawal stand; the fourth revision was the withdrawal.
    assert_eq!((shelves[0].revision, shelves[0].live, shelves[0].listings, shelves[0].connected), (4, 3, 1, true));
    let again: Vec<ShelfView> = node.get("/shelves").await;
    assert_eq!(again[0].root, shelves[0].root);
    node.delete::<Outcome>(&format!("/needs/{need}")).await.unwrap();
    let changed: Vec<ShelfView> = node.get("/shelves?limit=5").await;
    assert_eq!((changed[0].live, changed[0].listings), (3, 0));
    assert_ne!(changed[0].root, shelves[0].root);
    assert_eq!(node.get::<Vec<ShelfView>>(&format!("/shelves?after={}", node.id())).await.len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_says_whether_anybody_may_read_it() {
    let node = node("Rushey Green").await;
    let ada = node.member("Ada").await;
    let post = async |title: &str, public: Option<bool>| {
        let body = json!({ "member": ada, "title": title, "public": public });
        node.post::<Outcome>("/offers", body).await.record.unwrap()
    };
    let keys = [post("Any", None).await, post("Open", Some(true)).await, post("Shut", Some(false)).await];
    let found: Page<ListingView> = node.get("/offers").await;
    let public: Vec<_> = found.items.iter().map(|item| (item.key, item.public)).collect();
    assert_eq!(public, [(keys[0], Some(true)), (keys[1], Some(true)), (keys[2], Some(false))]);
    let one: ListingView = node.get(&format!("/listings/{}/{}", node.id(), keys[2])).await;
    assert_eq!(one.public, Some(false));
    // What the rules refuse leaves nothing behind, nor does what is withdrawn.
    node.refused("/offers", json!({ "member": ada, "title": "No", "public": false, "days": 5_000 })).await;
    assert_eq!(node.handle.inside().await.unwrap().keys().copied().collect::<Vec<_>>(), [keys[2]]);
    node.delete::<Outcome>(&format!("/offers/{}", keys[2])).await.unwrap();
    assert!(node.handle.inside().await.unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_search_asks_for_kind_language_place_and_time() {
    // The community says that it is at gcpuv.
    let node = node("Rushey Green").await;
    let ada = node.member("Ada").await;
    let publish = async |path: &str, body: Value| {
        let mut new = json!({ "member": ada });
        new.as_object_mut().unwrap().extend(body.as_object().unwrap().clone());
        node.post::<Outcome>(path, new).await.record.unwrap()
    };
    let friday = json!(["friday_morning", "friday_evening"]);
    let bread = publish("/offers", json!({ "title": "Bread", "category": "food", "times": friday })).await;
    let lessons =
        json!({ "title": "Gwersi", "language": "cy-GB", "remote": true, "area": "gcjsz", "times": ["monday_evening"] });
    let lessons = publish("/offers", lessons).await;
    let talk = publish("/offers", json!({ "title": "A talk", "area": "gcpuu" })).await;
    let found = async |asked: &str| -> Vec<_> {
        let page: Page<ListingView> = node.get(&format!("/offers?{asked}")).await;
        page.items.into_iter().map(|item| item.key).collect()
    };
    for (asked, expected) in [
        ("", vec![bread, lessons, talk]),
        ("category=food", vec![bread]),
        ("remote=true", vec![lessons]),
        ("remote=false", vec![bread, lessons, talk]),
        ("language=cy", vec![lessons]),
        ("language=EN", vec![bread, talk]),
        ("near=true", vec![bread, talk]),
        // Who says no times may be asked.
        ("day=friday", vec![bread, talk]),
        ("day=friday&part=afternoon", vec![talk]),
        ("part=evening", vec![bread, lessons, talk]),
        ("day=monday&language=cy&remote=true", vec![lessons]),
    ] {
        assert_eq!(found(asked).await, expected, "{asked}");
    }
    for (bad, status) in [
        ("category=gardens", 400),
        ("language=e", 400),
        ("language=not_a_tag", 400),
        ("day=Friday", 400),
        ("part=noon", 400),
        (&*format!("near=true&community={}", node.id()), 422),
    ] {
        let path = format!("/offers?{}", bad.replace(':', "%3A"));
        assert_eq!(node.raw_get(&path).await.status, status, "{bad}");
    }

    let view: ListingView = node.get(&format!("/listings/{}/{bread}", node.id())).await;
    assert_eq!((view.times, view.by), (vec!["friday_morning".to_owned(), "friday_evening".to_owned()], None));
    let need = publish("/needs", json!({ "title": "A lift", "by": 65_866, "times": [] })).await;
    let past = publish("/needs", json!({ "title": "A lift, once", "by": 3 })).await;
    let needs: Page<ListingView> = node.get("/needs").await;
    assert_eq!(needs.items.iter().map(|item| (item.key, item.by)).collect::<Vec<_>>(), [(need, Some(65_866))]);
    // It is looked for no more, and stands as long as it was to stand.
    let view: ListingView = node.get(&format!("/listings/{}/{past}", node.id())).await;
    assert_eq!(view.by, Some(3));
    let refused = async |path: &str, body: Value| {
        let mut new = json!({ "member": ada, "title": "No" });
        new.as_object_mut().unwrap().extend(body.as_object().unwrap().clone());
        node.raw_post(path, &new.to_string()).await.status
    };
    assert_eq!(refused("/offers", json!({ "by": 65_866 })).await, 422);
    assert_eq!(refused("/needs", json!({ "by": 2_932_897 })).await, 400);
    assert_eq!(refused("/needs", json!({ "times": ["friday"] })).await, 400);
    assert_eq!(refused("/needs", json!({ "times": ["friday_morning", "friday_morning"] })).await, 400);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_shelf_is_read_in_pages_without_gaps() {
    let node = node("Rushey Green").await;
    let ada = node.member("Ada").await;
    // More than one look's worth of rows, and needs in between.
    let mut expected = Vec::new();
    for n in 0..520 {
        let (path, title) = if n % 4 == 3 { ("/needs", "Need") } else { ("/offers", "Offer") };
        let body = json!({ "member": ada, "title": format!("{title} {n}") });
        let record = node.post::<Outcome>(path, body).await.record.unwrap();
        if path == "/offers" {
            expected.push(record);
        }
    }
    let node = node.restarted().await;
    for limit in [7, 130, 500] {
        let (mut found, mut after) = (Vec::new(), String::new());
        loop {
            let page: Page<ListingView> = node.get(&format!("/offers?limit={limit}{after}")).await;
            assert!(page.items.len() <= limit);
            found.extend(page.items.iter().map(|item| item.key));
            match page.next {
                Some(next) => after = format!("&after={next}"),
                None => break,
            }
        }
        assert_eq!(found, expected, "pages of {limit}");
    }
    let status: Status = node.get("/status").await;
    let shelves: Vec<ShelfView> = node.get("/shelves").await;
    assert_eq!((status.listings, shelves[0].listings), (520, 520));
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_listings_are_refused_with_the_field() {
    let node = node("Rushey Green").await;
    let ada = node.member("Ada").await;
    let base = json!({ "member": ada, "title": "Help" });
    let long = "x".repeat(81);
    let cases = [
        ("title", json!(""), "bad-text"),
        ("title", json!(long), "bad-text"),
        ("area", json!("london"), "bad-text"),
        ("tags", json!(vec!["tag"; 9]), "bad-text"),
        ("language", json!("English!"), "bad-text"),
        ("category", json!("wizardry"), "malformed"),
        ("days", json!(0), "bad-text"),
        ("days", json!(5_000), "expiry-too-far"),
        ("member", json!("00000000000000000000000001"), "unknown-member"),
        ("phone", json!("020"), "malformed"),
    ];
    for (field, value, code) in cases {
        let mut listing: Value = base.clone();
        listing[field] = value;
        assert_eq!(node.refused("/offers", listing).await, code, "{field}");
    }
    assert_eq!(node.raw_get("/offers?after=nonsense").await.problem(), "bad-text");
    assert_eq!(node.raw_get("/offers?limit=0").await.problem(), "bad-text");
    assert_eq!(node.raw_get("/offers?limit=501").await.problem(), "bad-text");
    assert_eq!(node.raw_get("/offers?colour=red").await.problem(), "malformed");
    assert_eq!(node.raw_get(&format!("/offers?q={}", "x".repeat(201))).await.problem(), "bad-text");
}
