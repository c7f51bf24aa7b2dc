//! Input that arrives twice, too late, or as something else than it says.

use crate::{
    trial::{Trial, listing},
    web::browser::{Browser, Form, Shown, serve},
};
use image::{ExtendedColorType, ImageEncoder as _, codecs::png::PngEncoder};
use kith_protocol::{
    id::{MemberId, RecordKey},
    shelf::Item,
};

const SCRIPT: &str = "<script>alert('x')</script>\"><img src=x onerror=alert(1)>";

/// A form: where it is, where it goes, and what is written into it.
type Filled<'a> = (&'a str, &'a str, &'a [(&'a str, &'a str)]);

async fn node() -> (Trial, MemberId, MemberId) {
    let trial = Trial::begin("Elm", false).await;
    let (amina, joe) = (trial.admit_named(1, "Amina Khan").await, trial.admit_named(2, "Joe Bell").await);
    (trial, amina, joe)
}

pub(super) async fn entries(trial: &Trial) -> u64 {
    trial.handle().look(|machine, _| machine.state().ledger().tree().size()).await.unwrap()
}

/// A picture that says of itself that it is huge: a few hundred bytes, gigabytes once it is opened.
fn bomb() -> Vec<u8> {
    let mut bytes = Vec::new();
    PngEncoder::new(&mut bytes).write_image(&[0; 8 * 8 * 3], 8, 8, ExtendedColorType::Rgb8).unwrap();
    bytes[16..24].copy_from_slice(&[0, 0, 0xEA, 0x60, 0, 0, 0xEA, 0x60]);
    let crc = crc32fast::hash(&bytes[12..29]).to_be_bytes();
    bytes[29..33].copy_from_slice(&crc);
    bytes
}

#[tokio::test(flavor = "multi_thread")]
async fn pictures_that_are_bombs_or_no_pictures_are_refused_in_words() {
    let (trial, amina, joe) = node().await;
    let served = serve(trial.handle()).await;
    trial.publish(7, amina, Item::Offer(listing("Sewing", "", &[]))).await;
    let mut browser = Browser::signed_in(&served, trial.handle(), amina).await;
    let page = format!("/listing/{}/{}/picture", trial.handle().community(), RecordKey([7; 16]));
    let form = browser.get(&page).await.is(200).form(&page);
    let svg = format!("<svg xmlns=\"http://www.w3.org/2000/svg\">{SCRIPT}</svg>");
    let mut torn = bomb();
    torn.truncate(40);
    let cases: [(&[u8], &str); 6] = [
        (&bomb(), "This photo is too large"),
        (b"MZ\x90\x00 not a picture at all", "Choose a photo in JPEG"),
        (svg.as_bytes(), "Choose a photo in JPEG"),
        (b"GIF89a\x01\x00\x01\x00\x00\x00\x00;", "Choose a photo in JPEG"),
        (b"", "Choose a photo in JPEG"),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF", "We cannot open this photo"),
    ];
    for (bytes, said) in cases {
        let shown = browser.upload(form.clone(), &[("picture", bytes)]).await;
        shown.is(422).says("Please mend this first").says(said).says("href=\"#picture\"").never("<script>");
    }
    assert!(trial.handle().picture(RecordKey([7; 16])).await.unwrap().is_none());
    browser.get(&format!("/picture/{}", RecordKey([7; 16]))).await.is(404);
    // Nobody else's offer, whatever they send.
    let mut other = Browser::signed_in(&served, trial.handle(), joe).await;
    other.get(&page).await.is(403);
    trial.running.stop().await;
}

/// Presses the button that counts twice, as impatient people do, and looks at what each led to.
pub(super) async fn twice(browser: &mut Browser, form: &Form, step: &str) -> (Shown, Shown) {
    (browser.send(form.clone(), step).await, browser.send(form.clone(), step).await)
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_is_sent_twice_has_one_effect() {
    let (trial, amina, joe) = node().await;
    let served = serve(trial.handle()).await;
    let mut rosa = Browser::signed_in(&served, trial.handle(), trial.coordinator).await;
    let mut amina_sees = Browser::signed_in(&served, trial.handle(), amina).await;
    // What the ledger remembers: one entry more, whatever was pressed twice.
    let hours = format!("/record/hours?way=gave&to=m/{joe}");
    for (path, action, fill) in [
        ("/members/new", "/members/new", vec![("name", "Dee Fox")]),
        (hours.as_str(), "/record/hours", vec![("length", "1:30"), ("note", "A walk")]),
        ("/ask", "/ask", vec![("title", "A lift"), ("category", "transport")]),
    ] {
        let form = rosa.get(path).await.is(200).form(action).with(&fill);
        let check = rosa.send(form, "check").await.is(200).form(action);
        let before = entries(&trial).await;
        let (one, two) = twice(&mut rosa, &check, "send").await;
        assert_eq!(
            (one.is(200).path.as_str(), entries(&trial).await),
            (two.is(200).path.as_str(), entries(&trial).await)
        );
        assert!(entries(&trial).await <= before + 1, "{path}");
    }
    let own = trial.handle().everybody().await.unwrap();
    assert_eq!(own.iter().filter(|named| named.person.name == "Dee Fox").count(), 1);
    // What is kept beside it.
    let event = [("title", "Soup"), ("day", "2099-01-01"), ("time", "18:00"), ("length", "1:30"), ("place", "Hall")];
    let form = rosa.get("/events/new").await.form("/events/new").with(&event);
    let check = rosa.send(form, "check").await.is(200).form("/events/new");
    twice(&mut rosa, &check, "send").await;
    assert_eq!(trial.handle().events().await.unwrap().len(), 1);
    let yes = rosa.get("/safety").await.form("/safety").with(&[("notes", "yes")]);
    twice(&mut rosa, &yes, "check").await;
    for (what, fill) in [("note", "Careful"), ("reference", "The baker"), ("fact", "Driving licence")] {
        let path = format!("/members/{amina}/{what}");
        let form = rosa.get(&path).await.form(&path).with(&[("what", fill), ("until", "2099-01-01")]);
        twice(&mut rosa, &form, "check").await.1.is(200);
        let file = rosa.get(&format!("/members/{amina}/file")).await;
        assert_eq!(file.body.matches(&format!("\">{fill}")).count(), 1, "{}", file.body);
    }
    let form = amina_sees.get(&format!("/report?person={joe}")).await.form("/report").with(&[("trouble", "other")]);
    twice(&mut amina_sees, &form, "check").await;
    assert_eq!(trial.handle().open_reports().await.unwrap().len(), 1);
    trial.running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_coordinators_half_filled_forms_survive_signing_in_again() {
    let (trial, amina, _) = node().await;
    let served = serve(trial.handle()).await;
    let mut rosa = Browser::signed_in(&served, trial.handle(), trial.coordinator).await;
    let (note, thread) = (format!("/members/{amina}/reference"), format!("/messages/{amina}"));
    let cases: [Filled<'_>; 4] = [
        (&thread, &thread, &[("text", "Could you <ring> me?")]),
        ("/events/new", "/events/new", &[("title", "Soup & song"), ("place", "The <big> hall"), ("time", "18:00")]),
        (&note, &note, &[("what", "The baker")]),
        ("/slips", "/slips", &[("giver-1", "joe"), ("receiver-2", "ami"), ("hours-2", "45 min")]),
    ];
    for (n, (path, action, fill)) in cases.into_iter().enumerate() {
        let form = rosa.get(path).await.is(200).form(action).with(fill);
        trial.handle().end_sessions(trial.coordinator, None).await.unwrap();
        let door = rosa.send(form, "check").await;
        door.is(401).says("We keep what you wrote.");
        let code = crate::runtime::desk::PaperCode::from_bytes([u8::try_from(n).unwrap() + 40; 16]);
        trial.handle().issue_code(trial.coordinator, code.clone()).await.unwrap();
        let inside = rosa.send(door.form("/sign-in").with(&[("code", &code.shown())]), "check").await;
        let back = rosa.send(inside.is(200).form(action), "edit").await.is(200).form(action);
        for (name, value) in fill {
            assert_eq!(back.get(name), *value, "{path} loses {name}");
        }
    }
    // Nothing was sent on the way.
    assert!(trial.handle().conversations(amina).await.unwrap().is_empty());
    assert!(trial.handle().file(amina).await.unwrap().references.is_empty());
    trial.running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn scripts_are_text_in_what_is_kept_beside_the_ledger_and_in_feeds() {
    let (trial, amina, joe) = node().await;
    let served = serve(trial.handle()).await;
    let mut rosa = Browser::signed_in(&served, trial.handle(), trial.coordinator).await;
    let short = &SCRIPT[..27];
    let event = [
        ("title", short),
        ("day", "2099-01-01"),
        ("time", "18:00"),
        ("length", "1:30"),
        ("place", short),
        ("text", SCRIPT),
    ];
    let form = rosa.get("/events/new").await.form("/events/new").with(&event);
    rosa.whole(form).await.1.is(200);
    let contact = rosa.get("/contact").await.form("/contact").with(&[("contact", short)]);
    rosa.send(contact, "check").await;
    for what in ["reference", "fact"] {
        let path = format!("/members/{joe}/{what}");
        let form = rosa.get(&path).await.form(&path).with(&[("what", short), ("until", "2099-01-01")]);
        rosa.send(form, "check").await.is(200);
    }
    let about = crate::runtime::office::About::Message;
    trial.handle().write_to([9; 16], amina, trial.coordinator, about, SCRIPT.into()).await.unwrap();
    let mut amina_sees = Browser::signed_in(&served, trial.handle(), amina).await;
    let form = amina_sees.get(&format!("/report?person={joe}")).await.form("/report");
    amina_sees.send(form.with(&[("trouble", "other"), ("text", SCRIPT)]), "check").await;
    trial.publish(9, joe, Item::Offer(listing(SCRIPT, SCRIPT, &[]))).await;
    let report = rosa.get("/today").await.links().into_iter().find(|link| link.starts_with("/reports/")).unwrap();
    let file = format!("/members/{joe}/file");
    let thread = format!("/messages/{amina}");
    for path in ["/events", "/home", "/today", "/messages", "/offers.atom", &report, &file, &thread] {
        rosa.get(path).await.is(200).never("<script>").never("<img");
    }
    for (path, kind) in [("/events.ics", "text/calendar"), ("/community.jsonld", "application/ld+json")] {
        let answer = rosa.get(path).await;
        assert!(answer.is(200).headers["content-type"].starts_with(kind), "{path}");
        assert_eq!(answer.headers["x-content-type-options"], "nosniff");
    }
    trial.running.stop().await;
}
