#![expect(clippy::unwrap_used, reason = "tests")]

mod joining;
mod mistakes;
mod restoring;

use super::*;
use crate::web::browser::{Browser, Shown};
use jiff::tz::TimeZone;

fn quiet() -> Settings {
    Settings {
        http_listen: "127.0.0.1:0".parse().unwrap(),
        listen: vec!["/ip4/127.0.0.1/tcp/0".into()],
        ..Settings::default()
    }
}

/// Where the setup pages are, and the link that opens them.
fn parts(first: &FirstRun) -> (String, String) {
    let (base, path) = first.link.split_at(first.link.find("/setup").unwrap());
    (base.to_owned(), path.to_owned())
}

/// Opens the link, and chooses English and what to do.
async fn chosen(browser: &mut Browser, path: &str, way: &str) -> Shown {
    let page = browser.get(path).await;
    let page = browser.send(page.form("/setup").with(&[("language", "en")]), "check").await;
    browser.send(page.form("/setup/way").with(&[("way", way)]), "check").await
}

/// The words on a recovery sheet.
fn words_of(sheet: &Shown) -> Vec<String> {
    let list = sheet.body.split("class=\"words\">").nth(1).unwrap().split("</ol>").next().unwrap();
    list.split("<li>").skip(1).map(|rest| rest.split('<').next().unwrap().to_owned()).collect()
}

/// Sets the rules, with mistakes first; gives the recovery sheet.
async fn with_rules(browser: &mut Browser, charter: &Shown) -> Shown {
    let form = charter.form("/setup/charter");
    assert_eq!([form.get("organisations"), form.get("ceiling"), form.get("longest")], ["200", "", "24"]);
    let page = browser.send(form.with(&[("floor", "much"), ("longest", "ages")]), "check").await;
    page.is(422).says("Write a whole number from 0 to 1000.").says("<a href=\"#longest\">Write whole hours");
    page.says("No money and no prices, for nobody.").says("Do you get benefits, or pay tax?");
    let rules = [
        ("floor", "20"),
        ("organisations", "100"),
        ("ceiling", "60:30"),
        ("longest", "8"),
        ("confirmation", "both"),
        ("benefits", "Ask Rosa, who asked the office."),
    ];
    browser.send(page.form("/setup/charter").with(&rules), "check").await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_directory_becomes_a_community_in_a_browser() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join(config::FILE), "").unwrap();
    let first = begin(dir.path(), &quiet()).await.unwrap().unwrap();
    let (base, path) = parts(&first);

    let mut stranger = Browser::at(&base);
    stranger.get("/").await.is(403).says("This page is closed");
    stranger.get("/setup?key=wrong").await.is(403);
    let mut rosa = Browser::at(&base);
    let page = rosa.get(&path).await;
    page.is(200).says("Welcome to Kith").says("Cymraeg");
    // The first pages of the community come in the language that was chosen for these.
    assert!(!rosa.cookies().contains("kith_language"));
    // The link is good once.
    stranger.get(&path).await.is(403);
    stranger.get("/setup/words").await.is(403);

    let page = rosa.send(page.form("/setup").with(&[("language", "en")]), "check").await;
    assert!(rosa.cookies().contains("kith_language=en"), "{}", rosa.cookies());
    let page = rosa.send(page.form("/setup/way").with(&[("way", "new")]), "check").await;
    let empty = rosa.send(page.form("/setup/name"), "check").await;
    empty.is(422).says("Write the name of your community.").says("Write your name.").never("value=\"Etc/");
    let bad = empty.form("/setup/name").with(&[("name", "Elm <b>"), ("coordinator", "Rosa"), ("area", "london!")]);
    let bad = rosa.send(bad, "check").await;
    bad.is(422).says("<a href=\"#area\">Write two numbers, like 51.45, -0.02.");
    let named = [("area", "51.5012, -0.1103"), ("contact", "Ring Rosa"), ("zone", "Elm Street")];
    let bad = rosa.send(bad.form("/setup/name").with(&named), "check").await;
    bad.is(422).says("<a href=\"#zone\">We do not know this one.");
    let named = bad.form("/setup/name").with(&[("zone", "new york")]);
    let charter = rosa.send(named, "check").await;
    let sheet = with_rules(&mut rosa, &charter).await;
    sheet.is(200).says("<svg class=\"qr\"").says("Recovery sheet").says("Elm &#60;b&#62;");
    let words = words_of(&sheet);
    assert_eq!(words.len(), 24);
    assert!(!dir.path().join("keys").exists(), "nothing is made before the words are on paper");

    let page = rosa.get("/setup/check").await;
    let wrong = rosa
        .send(page.form("/setup/check").with(&[("word-5", words[4].as_str()), ("word-18", "zebrawood")]), "check")
        .await;
    wrong.is(422).says("This is another word.");
    let form = wrong.form("/setup/check").with(&[("word-18", &words[17].to_uppercase())]);
    let done = rosa.send(form.clone(), "check").await;
    done.is(200).says("Your community is there").says("/sign-in?code=");
    // Sent twice, there is one community.
    rosa.send(form, "check").await.is(200).says("Your community is there");
    let link = done.links().into_iter().find(|link| link.starts_with("/sign-in")).unwrap();

    let founded = first.founded().await;
    let zone = |found: Option<&TimeZone>| found.and_then(TimeZone::iana_name).map(str::to_owned);
    assert_eq!(zone(founded.zone.as_ref()).as_deref(), Some("America/New_York"));
    let (kept, _) = Settings::load(dir.path(), None, []).unwrap();
    assert_eq!(kept.zone, founded.zone);
    let node = Box::pin(first.on(dir.path(), &quiet(), None)).await.unwrap();
    keep_promises(&node, founded).await;
    assert_eq!((node.url.as_str(), node.name.as_str()), (base.as_str(), "Elm <b>"));
    let door = rosa.get(&link).await;
    let today = rosa.send(door.form("/sign-in"), "check").await;
    today.is(200).says("What needs doing today").says("<bdi>Ring Rosa</bdi>");
    let charter =
        node.running.handle.look(|machine, _| machine.state().ledger().charter().cloned()).await.unwrap().unwrap();
    assert_eq!((charter.person_floor.get(), charter.area.as_deref()), (-20 * 60, Some("gcpuv")));
    let limits =
        (charter.organisation_floor.get(), charter.ceiling.map(|most| most.get()), charter.largest_exchange.get());
    assert_eq!(limits, (-100 * 60, Some(60 * 60 + 30), 8 * 60));
    rosa.get("/charter").await.says("Ask Rosa, who asked the office.").says("Time zone");
    node.stop().await;
    assert!(begin(dir.path(), &quiet()).await.unwrap().is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_name_at_the_top_leads_back_to_where_somebody_was() {
    let dir = tempfile::tempdir().unwrap();
    let first = begin(dir.path(), &quiet()).await.unwrap().unwrap();
    let (base, path) = parts(&first);
    let mut rosa = Browser::at(&base);
    rosa.get(&path).await.is(200).says("<a class=\"name\" href=\"/\"");
    assert_eq!(rosa.get("/").await.is(200).says("Welcome to Kith").path, "/setup");
    let named = chosen(&mut rosa, "/setup", "new").await;
    assert_eq!(rosa.get("/").await.is(200).path, "/setup/name");
    let charter = rosa
        .send(named.form("/setup/name").with(&[("name", "Elm"), ("coordinator", "Rosa"), ("zone", "London")]), "check")
        .await;
    let sheet = rosa.send(charter.form("/setup/charter"), "check").await;
    let again = rosa.get("/").await;
    assert_eq!(again.is(200).path, "/setup/words");
    assert_eq!(words_of(&again), words_of(&sheet), "the words on paper stay the words");
    // A page that is not there, and a form that was not taken, change nothing of that.
    rosa.get("/setup/check").await.is(200);
    let page = rosa.get("/today?and=more").await;
    assert_eq!(page.is(200).path, "/setup/check");
    rosa.send(page.form("/setup/check"), "check").await.is(422);
    assert_eq!(rosa.get("/").await.path, "/setup/check");
    // Nobody else comes in by it.
    Browser::at(&base).get("/").await.is(403).says("This page is closed");
}

#[tokio::test(flavor = "multi_thread")]
async fn large_print_begins_with_the_first_page() {
    let dir = tempfile::tempdir().unwrap();
    let first = begin(dir.path(), &quiet()).await.unwrap().unwrap();
    let (base, path) = parts(&first);
    let mut rosa = Browser::at(&base);
    let page = rosa.get(&path).await;
    let form = page.says("Text size").form("/setup").with(&[("language", "en")]);
    assert_eq!(form.get("text"), "usual");
    assert!(!rosa.send(form.clone(), "check").await.body.contains("class=\"large\""));
    rosa.send(form.clone().with(&[("text", "huge")]), "check").await.is(422);
    let way = rosa.send(form.with(&[("text", "large")]), "check").await;
    way.is(200).says("<html lang=\"en\" class=\"large\">");
    assert!(rosa.cookies().contains("kith_text=large"), "{}", rosa.cookies());
    // It can be changed from there.
    assert!(way.links().contains(&"/setup".to_owned()));
    assert_eq!(rosa.get("/setup").await.says("class=\"large\"").form("/setup").get("text"), "large");
}

#[tokio::test(flavor = "multi_thread")]
async fn only_an_empty_directory_is_set_up() {
    let dir = tempfile::tempdir().unwrap();
    assert!(begin(&dir.path().join("misspelled"), &quiet()).await.unwrap().is_none());
    // What is left of a community that lost its keys.
    std::fs::create_dir(dir.path().join("journal")).unwrap();
    assert!(begin(dir.path(), &quiet()).await.unwrap().is_none());
}
