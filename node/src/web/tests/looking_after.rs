//! Photos, events, feeds, the map, and members' files.

use crate::{
    runtime::{
        clock,
        office::{Event, MAX_BLOCKED, MAX_ENTRIES, Paper},
    },
    trial::{Trial, listing},
    web::{
        browser::{Browser, Shown, serve},
        words::date_of,
    },
};
use image::{ImageFormat, Rgb, RgbImage};
use kith_protocol::{
    id::{MemberId, RecordKey},
    minutes::Minutes,
    shelf::Item,
    time::{Span, Timestamp},
};
use serde_json::{Value, json};
use std::io::Cursor;

/// A photo as a phone makes it.
pub(super) fn photo() -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    RgbImage::from_pixel(900, 600, Rgb([10, 120, 80])).write_to(&mut bytes, ImageFormat::Jpeg).unwrap();
    bytes.into_inner()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_offer_has_a_photo_that_its_owner_can_take_away() {
    let trial = Trial::begin("Elm", false).await;
    let served = serve(trial.handle()).await;
    let (ada, bo) = (trial.admit_named(1, "Ada Park").await, trial.admit_named(2, "Bo Lee").await);
    trial.publish(7, ada, Item::Offer(listing("Sewing", "Any day", &[]))).await;
    let key = RecordKey([7; 16]);
    let offer = format!("/listing/{}/{key}", trial.handle().community());
    let mut ada_sees = Browser::signed_in(&served, trial.handle(), ada).await;
    let mut bo_sees = Browser::signed_in(&served, trial.handle(), bo).await;
    ada_sees.get(&offer).await.says("<svg class=\"skill\"").says("Add a photo");
    bo_sees.get(&offer).await.never("Add a photo");
    let form = ada_sees.get(&format!("{offer}/picture")).await.form(&offer);
    assert!(form.action.ends_with("/picture"));
    ada_sees.upload(form.clone(), &[("picture", b"<svg/>")]).await.is(422).says("Choose a photo in JPEG");
    ada_sees.upload(form.clone(), &[]).await.is(422).says("Choose a photo in JPEG");
    bo_sees.get(&format!("{offer}/picture")).await.is(403);
    let shown = ada_sees.upload(form, &[("picture", photo().as_slice())]).await;
    shown.is(200).says(&format!("<img class=\"photo\" src=\"/picture/{key}\" alt=\"Sewing\">"));
    let kept = trial.handle().picture(key).await.unwrap().unwrap();
    let small = image::load_from_memory(&kept).unwrap();
    assert_eq!((small.width(), small.height()), (640, 427));
    // Anybody who sees the offer sees it, signed in or not.
    let picture = Browser::new(&served).get(&format!("/picture/{key}")).await;
    assert_eq!((picture.status, picture.headers["content-type"].as_str()), (200, "image/jpeg"));
    // A quiet way leads to the question; nothing goes before the answer.
    let way = format!("<a class=\"button second\" href=\"{offer}/picture?drop=yes\">Take the photo away</a>");
    shown.says(&way).never("button ends");
    let asks = ada_sees.get(&format!("{offer}/picture?drop=yes")).await;
    asks.is(200).says("Take the photo away?").says("Keep the photo").says(&format!("href=\"{offer}\""));
    assert!(trial.handle().picture(key).await.unwrap().is_some());
    bo_sees.get(&format!("{offer}/picture?drop=yes")).await.is(403);
    let drop = asks.form(&format!("{offer}/picture/remove"));
    ada_sees.send(drop, "check").await.never("class=\"photo\"").never("drop=yes");
    ada_sees.get(&format!("{offer}/picture?drop=yes")).await.is(200).never("Take the photo away");
    assert_eq!(trial.handle().picture(key).await.unwrap(), None);
    Browser::new(&served).get(&format!("/picture/{key}")).await.is(404);
    trial.running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_coordinator_takes_a_backup_away() {
    let trial = Trial::begin("Elm", false).await;
    let ada = trial.admit_named(1, "Ada Park").await;
    let served = serve(trial.handle()).await;
    let mut rosa = Browser::signed_in(&served, trial.handle(), trial.coordinator).await;
    rosa.get("/today").await.says("href=\"/backup\"");
    let page = rosa.get("/backup").await;
    page.is(200).says("Only the 24 words on your paper open it.").says("The last one");
    page.says("You can leave this page, and it goes on.").never("One is being made");
    assert!(!page.headers.contains_key("refresh"));
    // While one is made the page looks again by itself, and no longer than that.
    let mut making = trial.handle().keeper().progress().begin(4);
    making.reach(1);
    let meanwhile = rosa.get("/backup").await;
    meanwhile.says("One is being made").says("25 / 100");
    assert_eq!(meanwhile.headers["refresh"], "5");
    drop(making);
    assert!(!rosa.get("/backup").await.never("One is being made").headers.contains_key("refresh"));
    let made = rosa.send(page.form("/backup/file"), "send").await;
    assert!(made.is(200).bytes.starts_with(b"age-encryption.org/v1\n"), "{}", made.body);
    assert!(!made.body.contains("Ada Park"));
    assert_eq!(made.headers["content-disposition"], "attachment; filename=\"community.age\"");
    let page = rosa.get("/rebuild").await;
    let begun = rosa.send(page.form("/rebuild"), "send").await;
    begun.is(200).says("Kith reads the book again").says("href=\"/today\"");
    let asked = trial.handle().asked_to_start_again();
    tokio::time::timeout(std::time::Duration::from_secs(60), asked).await.unwrap();
    assert!(trial.dir.path().join("rebuild").exists());
    let mut ada_sees = Browser::signed_in(&served, trial.handle(), ada).await;
    ada_sees.get("/backup").await.is(403);
    ada_sees.get("/rebuild").await.is(403);
    let form = ada_sees.get("/gift").await.form("/gift");
    let stolen = crate::web::browser::Form { action: "/backup/file".into(), ..form };
    ada_sees.send(stolen, "send").await.is(403);
    trial.running.stop().await;
}

/// What search engines read in a page. The element ends where the data does, whatever people wrote.
fn embedded(page: &Shown) -> Value {
    let (_, rest) = page.body.split_once("<script type=\"application/ld+json\">").unwrap();
    serde_json::from_str(rest.split_once("</script>").unwrap().0).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn events_and_offers_can_be_taken_along() {
    let trial = Trial::begin("Elm & Oak", false).await;
    let served = serve(trial.handle()).await;
    let ada = trial.admit_named(1, "Ada Park").await;
    trial.publish(7, ada, Item::Offer(listing("Sewing <b>", "Any & every day", &[]))).await;
    let mut rosa = Browser::signed_in(&served, trial.handle(), trial.coordinator).await;
    let form = rosa.get("/events/new").await.form("/events/new");
    rosa.send(form.clone().with(&[("day", "2020-01-01"), ("time", "x")]), "check").await.is(422);
    let form = form.with(&[
        ("title", "Soup, bread"),
        ("day", "2150-05-01"),
        ("time", "18:30"),
        ("length", "1:30"),
        ("place", "Hall"),
    ]);
    let (_, page) = rosa.whole(form).await;
    page.says("Soup, bread").says("1 May 2150, 18:30 (1 hour 30 minutes)");
    let mut anybody = Browser::new(&served);
    anybody.get("/events").await.says("Soup, bread").never("Call it off");
    let calendar = anybody.get("/events.ics").await;
    calendar.says("SUMMARY:Soup\\, bread\r\n").says("BEGIN:VEVENT\r\n");
    assert_eq!(calendar.headers["content-type"], "text/calendar; charset=utf-8");
    let feed = anybody.get("/offers.atom").await;
    feed.says("<title>Elm &amp; Oak</title>").says("Sewing &lt;b&gt;").says("Any &amp; every day");
    // Where the feed leads, anybody may read on, and nobody reads whose it is.
    let entry = feed.links().into_iter().find(|link| link.contains("/listing/")).unwrap();
    let path = entry[entry.find("/listing/").unwrap()..].to_owned();
    let open = anybody.get(&path).await;
    open.is(200).says("Sewing &#60;b&#62;").says("Any &#38; every day").says("Members can answer this.");
    open.says("href=\"/join\"").says("href=\"/sign-in?next=%2Flisting%2F");
    open.never("Ada").never("/messages/").never("/record").never("/withdraw").never("/report");
    anybody.get(&format!("{path}/withdraw")).await.is(401);
    rosa.get(&path).await.says("Ada").never("Members can answer this.");
    let data = embedded(&open);
    assert_eq!((&data["@type"], &data["name"]), (&json!("NGO"), &json!("Elm & Oak")));
    assert_eq!(data["makesOffer"][0]["description"], "Any & every day");
    let front = anybody.get("/").await;
    front.says("href=\"/community.jsonld\"").never("Sewing <b>");
    assert_eq!(embedded(&front)["makesOffer"][0]["name"], "Sewing <b>");
    anybody.get("/community.jsonld").await.says("\"makesOffer\"").says("Sewing <b>");
    anybody.get("/map").await.says("Elm &#38; Oak").says("This is us").says("class=\"here\"");
    anybody.get("/events/new").await.is(401);
    ended(&trial, &mut rosa).await;
    rosa.send(page.form("/events/"), "send").await.says("Nothing is planned just now.");
    trial.running.stop().await;
}

/// What is over is listed no more, and what goes on is.
async fn ended(trial: &Trial, rosa: &mut Browser) {
    let now = clock::now();
    for (n, title, minutes) in [(1, "Tidying up", 5), (2, "Open house", 24 * 60)] {
        let begins = Timestamp(now.0.saturating_sub(10 * 60 * 1_000));
        let (title, place, minutes) = (title.into(), "Hall".into(), Minutes::new(minutes).unwrap());
        let event = Event {
            title,
            begins,
            minutes,
            place,
            text: String::new(),
            by: trial.coordinator,
            at: begins,
            edits: None,
        };
        trial.handle().keep_paper([n; 16], Paper::Event(event)).await.unwrap();
    }
    let listed = rosa.get("/events").await;
    listed.never("Tidying up").says("Open house").says("Soup, bread");
    trial.handle().forget_paper([2; 16]).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn references_facts_and_notes_are_for_those_they_are_for() {
    let trial = Trial::begin("Elm", false).await;
    let served = serve(trial.handle()).await;
    let (ada, bo) = (trial.admit_named(1, "Ada Park").await, trial.admit_named(2, "Bo Lee").await);
    let mut rosa = Browser::signed_in(&served, trial.handle(), trial.coordinator).await;
    let path = |what: &str| format!("/members/{ada}/{what}");
    let form = rosa.get(&path("fact")).await.form(&path("fact"));
    rosa.send(form.clone(), "check").await.is(422);
    let soon = date_of(clock::now().plus(Span::days(10))).to_string();
    let form = form.with(&[("what", "Driving licence"), ("until", &soon)]);
    rosa.send(form, "check").await.is(200).says("Driving licence").says("Good until");
    rosa.get("/today").await.says("To be seen again").says("Ada Park, Driving licence");
    // Notes: only by those who have the right, and another coordinator gets it from one who has.
    rosa.get(&path("note")).await.is(403);
    let safety = rosa.get("/safety").await.form("/safety").with(&[("notes", "yes")]);
    rosa.send(safety, "check").await.is(200);
    let form = rosa.get(&path("note")).await.form(&path("note")).with(&[("what", "Ring on Fridays only")]);
    rosa.send(form.clone(), "check").await.says("Ring on Fridays only");
    let twice = rosa.send(form, "check").await;
    assert_eq!(twice.body.matches("Ring on Fridays only").count(), 1);
    let role = format!("/members/{bo}/role");
    let promoted = rosa.get(&role).await.form(&role).with(&[("role", "coordinator")]);
    rosa.send(promoted, "check").await.is(200);
    let mut bo_sees = Browser::signed_in(&served, trial.handle(), bo).await;
    bo_sees.get(&path("file")).await.says("Driving licence").never("Ring on Fridays only");
    let form = bo_sees.get("/safety").await.form("/safety").with(&[("notes", "yes")]);
    bo_sees.send(form, "check").await.is(200);
    bo_sees.get(&path("file")).await.never("Ring on Fridays only");
    let give = rosa.get(&format!("/members/{bo}/file")).await.form(&format!("/members/{bo}/reader"));
    rosa.send(give, "send").await.is(200);
    bo_sees.get(&path("file")).await.says("Ring on Fridays only");
    let mut ada_sees = Browser::signed_in(&served, trial.handle(), ada).await;
    ada_sees.get(&path("file")).await.is(403);
    ada_sees.get("/me/data.json").await.says("Driving licence").never("Fridays");
    let drop = rosa.get(&path("file")).await.form(&path("fact/drop"));
    rosa.send(drop, "send").await.never("Driving licence");
    trial.running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_file_says_so_at_the_field_and_keeps_what_it_has() {
    let trial = Trial::begin("Elm", false).await;
    let served = serve(trial.handle()).await;
    let (ada, bo) = (trial.admit_named(1, "Ada Park").await, trial.admit_named(2, "Bo Lee").await);
    let mut rosa = Browser::signed_in(&served, trial.handle(), trial.coordinator).await;
    let soon = date_of(clock::now().plus(Span::days(10))).to_string();
    for what in ["fact", "reference"] {
        let path = format!("/members/{ada}/{what}");
        for n in 0..MAX_ENTRIES {
            let form = rosa.get(&path).await.form(&path).with(&[("what", &format!("{what} {n}")), ("until", &soon)]);
            rosa.send(form, "check").await.is(200);
        }
        let form = rosa.get(&path).await.form(&path).with(&[("what", "One more"), ("until", &soon)]);
        rosa.send(form, "check").await.is(422).says("id=\"what-error\"").says("There are 6");
        rosa.get(&format!("/members/{ada}/file")).await.says(&format!("{what} 0")).never("One more");
    }
    // Somebody who keeps many away keeps all of them away, and hears that one more is too many.
    for n in 0..MAX_BLOCKED {
        trial.handle().keep_away(ada, MemberId([u8::try_from(n + 10).unwrap(); 16]), true).await.unwrap();
    }
    trial.publish(7, bo, Item::Offer(listing("Sewing", "Any day", &[]))).await;
    let mut ada_sees = Browser::signed_in(&served, trial.handle(), ada).await;
    let form = ada_sees.get(&format!("/messages/{bo}?about=l/{}", RecordKey([7; 16]))).await.form("/away");
    ada_sees.send(form, "send").await.is(409).says("You keep 30 people away").says("href=\"/away\"");
    let file = trial.handle().file(ada).await.unwrap();
    assert_eq!((file.blocked[0], file.blocked.len()), (MemberId([10; 16]), MAX_BLOCKED));
    trial.running.stop().await;
}
