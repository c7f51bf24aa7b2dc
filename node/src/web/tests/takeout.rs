//! Everything that the community owns, taken along in the browser.

use super::{balances::Elm, circles::circle};
use crate::{
    backup::tar,
    export,
    runtime::office::About,
    trial::listing,
    web::browser::{Browser, Form, Shown},
};
use kith_protocol::{audit::Auditor, shelf::Item};
use std::collections::{BTreeMap, BTreeSet};

/// The files of an archive, by name.
fn files(mut from: &[u8]) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    while let Some(entry) = tar::next(&mut from).unwrap() {
        let (file, rest) = from.split_at(usize::try_from(entry.size).unwrap());
        found.insert(entry.name, file.to_vec());
        from = rest;
        tar::skip_padding(&mut from, entry.size).unwrap();
    }
    assert!(from.is_empty(), "{} bytes stand behind the end", from.len());
    found
}

/// What stands in one column of a table.
fn column(table: &[u8], name: &str) -> Vec<String> {
    let mut reader = csv::Reader::from_reader(table);
    let rows = reader.deserialize::<BTreeMap<String, String>>();
    rows.map(|row| row.unwrap()[name].clone()).collect()
}

/// Presses the button that the page of coordinators has, whoever somebody is.
async fn press(browser: &mut Browser, own: Form) -> Shown {
    browser.send(Form { action: "/export/file".into(), ..own }, "send").await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_coordinator_takes_everything_along() {
    let elm = Elm::begin().await;
    let (trial, handle) = (&elm.trial, elm.trial.handle());
    let mut rosa = elm.browser(trial.coordinator).await;
    // What people made on pages, and what nobody else may read.
    trial.publish(1, elm.ada, Item::Offer(listing("Weeding", "Any day.", &[]))).await;
    trial.publish(2, elm.ada, Item::Need(listing("A lift", "", &[]))).await;
    circle(&mut rosa, "Bakers", &["bo"], "ada park").await;
    for (path, fill) in [
        ("/notices/new", &[("to", "all"), ("text", "Soup on Friday")][..]),
        (
            "/events/new",
            &[("title", "Song"), ("day", "2099-01-01"), ("time", "18:00"), ("length", "1"), ("place", "Hall")],
        ),
    ] {
        let form = rosa.get(path).await.form(path).with(fill);
        rosa.whole(form).await.1.is(200);
    }
    handle.write_to([13; 16], elm.ada, trial.coordinator, About::Message, "Private words".into()).await.unwrap();

    let page = rosa.get("/export").await;
    page.is(200).says("action=\"/export/file\"").says("You can leave this page, and it goes on.");
    assert!(!page.never("It is being made").headers.contains_key("refresh"));
    // While it is made the page looks again by itself, and no longer than that.
    let mut making = handle.taking().begin(4);
    making.reach(1);
    let meanwhile = rosa.get("/export").await;
    meanwhile.says("It is being made").says("25 / 100");
    assert_eq!(meanwhile.headers["refresh"], "5");
    drop(making);
    assert!(!rosa.get("/export").await.never("It is being made").headers.contains_key("refresh"));
    let taken = rosa.send(page.form("/export/file"), "send").await;
    assert_eq!(taken.is(200).headers["content-type"], "application/x-tar");
    let name = format!("attachment; filename=\"{}\"", export::FILE_NAME);
    assert_eq!((&*taken.headers["content-disposition"], &*taken.headers["cache-control"]), (&*name, "no-store"));
    let found = files(&taken.bytes);
    // Every file that the explanation names is there, and no other.
    let readme = String::from_utf8(found["README.txt"].clone()).unwrap();
    let named: BTreeSet<String> = readme
        .lines()
        .filter_map(|line| line.split_once(' ').map(|(name, _)| name))
        .filter(|name| [".csv", ".json", ".car"].iter().any(|ending| name.ends_with(ending)))
        .map(|name| name.replace('*', "0001"))
        .collect();
    let mut all: BTreeSet<String> = found.keys().cloned().collect();
    all.remove("README.txt");
    assert_eq!(all, named);
    let everybody = handle.everybody().await.unwrap();
    assert_eq!(
        column(&found["members.csv"], "name").into_iter().collect::<BTreeSet<_>>(),
        everybody.iter().map(|one| one.person.name.clone()).collect::<BTreeSet<_>>()
    );
    assert_eq!(column(&found["offers.csv"], "title"), ["Weeding"]);
    assert_eq!(column(&found["needs.csv"], "title"), ["A lift"]);
    assert_eq!(column(&found["exchanges/0001.csv"], "kind").iter().filter(|kind| *kind == "exchange").count(), 3);
    for (file, says) in [("circles.json", "Bakers"), ("notices.json", "Soup on Friday"), ("events.json", "Song")] {
        assert!(String::from_utf8_lossy(&found[file]).contains(says), "{file}");
    }
    let mut judge = Auditor::new();
    judge.push(&found["ledger.car"]).unwrap();
    let size = handle.look(|machine, _| machine.state().ledger().tree().size()).await.unwrap();
    assert_eq!(judge.finish().unwrap().entries, size);
    assert!(!taken.bytes.windows(13).any(|part| part == b"Private words"));
    elm.trial.running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_else_takes_anything_along() {
    let elm = Elm::begin().await;
    // No member, also none who looks after a circle, nor anybody who is not signed in.
    for member in [elm.ada, elm.bo, elm.cy] {
        let mut browser = elm.browser(member).await;
        browser.get("/export").await.is(403).never("/export/file");
        let own = browser.get("/gift").await.form("/gift");
        let refused = press(&mut browser, own).await;
        assert!(refused.is(403).headers["content-type"].starts_with("text/html"));
        refused.never("README.txt").never("Dee New");
    }
    let mut anybody = Browser::new(&elm.served);
    let own = anybody.get("/sign-in").await.form("/sign-in");
    press(&mut anybody, own).await.is(401).never("README.txt").says("Sign in");
    // Another site cannot have it fetched, and it is no address to go to.
    let mut rosa = elm.browser(elm.trial.coordinator).await;
    rosa.ask("/export/file", Some(String::new()), &[("sec-fetch-site", "cross-site")]).await.is(403);
    rosa.ask("/export/file", Some(String::new()), &[("sec-fetch-site", "same-origin")]).await.is(403);
    rosa.get("/export/file").await.is(405);
    elm.trial.running.stop().await;
}
