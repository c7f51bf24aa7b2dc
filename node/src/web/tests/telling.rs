//! What happened and what comes next, told on the page that a form leads to; and two who change the same thing.

use crate::{
    runtime::{
        clock,
        office::{Event, Paper},
    },
    trial::{Trial, listing},
    web::browser::{Browser, Form, Shown, serve},
};
use kith_protocol::{
    id::RecordKey,
    minutes::Minutes,
    shelf::Item,
    time::{Span, Timestamp},
};

/// Whether a page tells this news, as something that screen readers say by themselves.
fn tells(shown: &Shown, happened: &str, next: &str) {
    let news = format!("<div class=\"done\" role=\"status\"><p class=\"lead\">{happened}</p><p>{next}</p></div>");
    shown.is(200).says(&news);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_to_a_circle_is_told() {
    let trial = Trial::begin("Elm", false).await;
    let served = serve(trial.handle()).await;
    let (ada, bo) = (trial.admit_named(1, "Ada Park").await, trial.admit_named(2, "Bo Lee").await);
    let mut rosa = Browser::signed_in(&served, trial.handle(), trial.coordinator).await;
    let form = rosa.get("/circles/new").await.never("role=\"status\"").form("/circles/new");
    let made = rosa.send(form.with(&[("name", "Elm Row")]), "check").await;
    tells(&made, "The circle is made", "Now put its first members in.");
    let at = made.path.split("/add").next().unwrap().to_owned();
    for (who, part, happened, next) in [
        ("Ada Park", "in", "They are in the circle", "You can add more people."),
        ("Bo Lee", "leads", "They look after the circle", "They see its members and can do things for them."),
    ] {
        let form = rosa.get(&format!("{at}/add")).await.form(&at).with(&[("who", who), ("part", part)]);
        tells(&rosa.send(form, "check").await, happened, next);
    }
    // Looked at again later, the page tells nothing.
    rosa.get(&at).await.never("role=\"status\"");
    let form = rosa.get(&format!("{at}/members/{bo}")).await.form(&format!("{at}/members/{bo}/lead"));
    let no_more = rosa.send(form, "send").await;
    tells(&no_more, "They do not look after the circle any more", "They can do nothing more for its members.");
    let form = rosa.get(&format!("{at}/members/{ada}")).await.form(&format!("{at}/members/{ada}/out"));
    let out = rosa.send(form, "send").await;
    tells(&out, "They are out of the circle", "They stay a member of our community.");
    trial.running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_who_rename_a_circle_see_both_names() {
    let trial = Trial::begin("Elm", false).await;
    let served = serve(trial.handle()).await;
    let mut rosa = Browser::signed_in(&served, trial.handle(), trial.coordinator).await;
    let form = rosa.get("/circles/new").await.form("/circles/new").with(&[("name", "Elm Row")]);
    let at = rosa.send(form, "check").await.path.split("/add").next().unwrap().to_owned();
    let name = format!("{at}/name");
    let (first, second) = (rosa.get(&name).await.form(&name), rosa.get(&name).await.form(&name));
    let renamed = rosa.send(first.clone().with(&[("name", "Oak Row")]), "check").await;
    tells(&renamed, "The circle has its new name", "Its members see it at once.");
    let both = rosa.send(second.with(&[("name", "Ash Row")]), "check").await;
    both.is(409).says("Somebody changed this meanwhile").says("Oak Row").says("Ash Row").never("Elm Row");
    rosa.get(&at).await.says("Oak Row");
    // The same again is no disagreement, and whoever saw both decides.
    rosa.send(first.with(&[("name", "Oak Row")]), "check").await.is(200).says("Oak Row");
    rosa.send(both.form(&name), "send").await.is(200).says("Ash Row");
    trial.running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_who_change_an_event_see_both() {
    let trial = Trial::begin("Elm", false).await;
    let served = serve(trial.handle()).await;
    let (bo, cy) = (trial.admit_named(2, "Bo Lee").await, trial.admit_named(3, "Cy Dee").await);
    let handle = trial.handle();
    let (now, minutes) = (clock::now(), Minutes::new(90).unwrap());
    let event = |title: &str, begins| {
        let (title, place, text) = (title.into(), "Hall".into(), "Bring a bowl".into());
        Event { title, begins, minutes, place, text, by: bo, at: now, edits: None }
    };
    handle.keep_paper([14; 16], Paper::Event(event("Soup", now.plus(Span::days(2))))).await.unwrap();
    let at = format!("/events/{}/change", "0e".repeat(16));
    let mut rosa = Browser::signed_in(&served, handle, trial.coordinator).await;
    // Whoever wrote it down may change it, and other members may not.
    let mut bo_sees = Browser::signed_in(&served, handle, bo).await;
    bo_sees.get("/events").await.says(&at);
    let mut cy_sees = Browser::signed_in(&served, handle, cy).await;
    cy_sees.get("/events").await.never("/change");
    cy_sees.get(&at).await.is(403);
    Browser::new(&served).get("/events").await.says("Soup").never("/change");
    assert!(rosa.get("/events.ics").await.body.contains("\r\nSEQUENCE:0\r\n"));
    let form = rosa.get(&at).await.form(&at);
    assert_eq!((form.get("length"), form.get("place"), form.get("text")), ("1:30", "Hall", "Bring a bowl"));
    let (first, second) = (form, bo_sees.get(&at).await.form(&at));
    rosa.send(first.clone().with(&[("length", "")]), "check").await.is(422);
    let (_, changed) = rosa.whole(first.clone().with(&[("place", "Barn")])).await;
    changed.says("Barn");
    let both = bo_sees.send(second.with(&[("place", "Green")]), "check").await;
    both.is(409).says("Somebody changed this meanwhile").says("Barn").says("Green").never("Hall");
    // Sent again, the first one changes nothing more.
    rosa.send(first.with(&[("place", "Barn")]), "send").await.is(200);
    let feed = rosa.get("/events.ics").await.body;
    assert!(feed.contains("\r\nSEQUENCE:1\r\n") && feed.contains("\r\nLOCATION:Barn\r\n"), "{feed}");
    assert!(feed.contains("\r\nLAST-MODIFIED:"), "{feed}");
    bo_sees.send(both.form(&at), "send").await.is(200).says("Green");
    let feed = rosa.get("/events.ics").await.body;
    assert!(feed.contains("\r\nSEQUENCE:2\r\n") && feed.contains("\r\nLOCATION:Green\r\n"), "{feed}");
    // What is over stays as it was.
    let begun = Timestamp(now.0 - Span::days(1).0);
    handle.keep_paper([15; 16], Paper::Event(event("Bread", begun))).await.unwrap();
    rosa.get(&format!("/events/{}/change", "0f".repeat(16))).await.is(404);
    trial.running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn looking_after_a_member_is_told() {
    let trial = Trial::begin("Elm", false).await;
    let served = serve(trial.handle()).await;
    let ada = trial.admit_named(1, "Ada Park").await;
    let mut rosa = Browser::signed_in(&served, trial.handle(), trial.coordinator).await;
    let yes = rosa.get("/safety").await.form("/safety").with(&[("notes", "yes")]);
    rosa.send(yes, "check").await.is(200);
    let path = |what: &str| format!("/members/{ada}/{what}");
    for (what, happened, next) in [
        ("reference", "The name is in the file", "You and the others who look after people can read it."),
        ("fact", "It is in the file", "It comes back on the day&#39;s list before it is over."),
        ("note", "The note is in the file", "Only those who may read notes see it."),
    ] {
        let form = rosa.get(&path(what)).await.form(&path(what));
        let form = form.with(&[("what", "Seen"), ("until", "2099-01-01")]);
        tells(&rosa.send(form, "check").await, happened, next);
    }
    let file = rosa.get(&path("file")).await;
    let gone = rosa.send(file.form(&path("fact/drop")), "send").await;
    tells(&gone, "It is out of the file", "Add it again when you see it anew.");
    let rang = Form { action: path("rang"), ..file.form(&path("fact/drop")) };
    let today = rosa.send(rang, "send").await;
    tells(&today, "Your call is noted", "They are off the list for three months.");
    assert_eq!(today.path.split('?').next(), Some("/today"));
    trial.running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_put_up_changed_and_taken_down_is_told() {
    let trial = Trial::begin("Elm", false).await;
    let served = serve(trial.handle()).await;
    let mut rosa = Browser::signed_in(&served, trial.handle(), trial.coordinator).await;
    let event = [("title", "Soup"), ("day", "2099-01-01"), ("time", "18:00"), ("length", "1:30"), ("place", "Hall")];
    let form = rosa.get("/events/new").await.form("/events/new").with(&event);
    let (_, page) = rosa.whole(form).await;
    tells(&page, "The event is on the list", "Everybody can see it here and in their calendar.");
    let at = page.links().into_iter().find(|link| link.ends_with("/change")).unwrap();
    let form = rosa.get(&at).await.form(&at);
    let (check, changed) = rosa.whole(form.with(&[("place", "Barn")])).await;
    check.says("Barn").says("2099-01-01").says("18:00");
    tells(&changed, "The event is changed", "Calendars show it soon. Tell those who want to come.");
    changed.says("Barn").never("Hall");
    let page = rosa.get("/events").await;
    let page = rosa.send(page.form("/events/"), "send").await;
    tells(&page, "The event is called off", "Tell those who wanted to come.");

    let form = rosa.get("/notices/new").await.form("/notices/new").with(&[("text", "Soup on Friday")]);
    let (_, notice) = rosa.whole(form).await;
    let page = rosa.send(notice.form("/notices/"), "send").await;
    tells(&page, "The notice is taken down", "Nobody sees it here any more. Take printed ones down, too.");

    let ada = trial.admit_named(1, "Ada Park").await;
    trial.publish(7, ada, Item::Offer(listing("Sewing", "Any day", &[]))).await;
    let offer = format!("/listing/{}/{}", trial.handle().community(), RecordKey([7; 16]));
    let mut ada_sees = Browser::signed_in(&served, trial.handle(), ada).await;
    let form = ada_sees.get(&format!("{offer}/change")).await.form(&offer).with(&[("title", "Mending")]);
    let changed = ada_sees.send(form, "check").await;
    tells(&changed, "Your change is saved", "Other communities will hear of it.");
    let form = ada_sees.get(&format!("{offer}/picture")).await.form(&offer);
    let photo = super::looking_after::photo();
    let added = ada_sees.upload(form, &[("picture", photo.as_slice())]).await;
    tells(&added, "The photo is added", "Everybody who sees this sees the photo.");
    let asks = ada_sees.get(&format!("{offer}/picture?drop=yes")).await;
    let gone = ada_sees.send(asks.form(&format!("{offer}/picture/remove")), "check").await;
    tells(&gone, "The photo is gone", "You can add another one.");
    trial.running.stop().await;
}
