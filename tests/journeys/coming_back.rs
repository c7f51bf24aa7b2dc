//! A community whose computer is gone comes back on another, in a browser.

use crate::street::{Street, Walker};
use anyhow::{Context as _, Result, ensure};
use kith::{
    api::types::{EscrowSwitch, EscrowView, NewInvitation, NewMember},
    runtime::clock,
};
use kith_protocol::member::Role;
use kith_tests::cluster::{FirstRun, Node, found_with_words, partner, run, wait_for};
use serde_json::json;
use std::{
    fs,
    path::{Path, PathBuf},
};

fn text(path: &Path) -> &str {
    path.to_str().expect("a directory of a test has a plain name")
}

/// What is left of Elm Street when its computer is gone.
struct Left {
    backup: PathBuf,
    words: String,
    /// Where Ash Grove is asked for the copy that it keeps.
    address: String,
    ash: Node,
}

fn escrow_of(partner: &Node) -> String {
    format!("/api/v1/partners/{}/escrow", partner.id())
}

/// Elm Street has a backup, and a copy at Ash Grove; then its directory is gone.
fn lose(street: &Street) -> Result<Left> {
    let (elm, words) = found_with_words(&street.dir("elm"), "Elm Street")?;
    let ash = Node::found(&street.dir("ash"), "Ash Grove")?;
    elm.start()?;
    ash.start()?;
    elm.admit(&NewMember { name: "Rosa May".into(), role: Some(Role::Coordinator), ..NewMember::default() })?;
    elm.admit(&NewMember { name: "Amina Khan".into(), ..NewMember::default() })?;
    partner(&elm, &ash, &NewInvitation::default())?;
    let keep = EscrowSwitch { we_keep: Some(true), they_keep: None };
    let _: EscrowView = ash.client().put(&escrow_of(&elm), &keep)?;
    let kept = EscrowSwitch { we_keep: None, they_keep: Some(true) };
    let _: EscrowView = elm.client().put(&escrow_of(&ash), &kept)?;
    let asked = Some(clock::now().0);
    let _: EscrowView = elm.client().post(&format!("{}/now", escrow_of(&ash)), &json!({}), None)?;
    let address = wait_for("Ash Grove to hold a copy", || {
        let here: EscrowView = elm.client().get(&escrow_of(&ash))?;
        let there: EscrowView = ash.client().get(&escrow_of(&elm))?;
        let whole = here.copied_at >= asked && there.kept_at == here.copied_at;
        Ok(here.addresses.into_iter().next().filter(|_| whole))
    })?;
    let backup = street.dir("elm.age");
    run(&["backup", "--dir", text(&elm.dir), "--out", text(&backup)])?.ok()?;
    elm.stop_gracefully()?;
    fs::remove_dir_all(&elm.dir)?;
    Ok(Left { backup, words: fs::read_to_string(words)?, address, ash })
}

/// A new computer, and somebody who chooses there what to do.
fn begins(street: &mut Street, who: &'static str, dir: &str, way: &str) -> Result<FirstRun> {
    let first = FirstRun::begin(&street.dir(dir))?;
    street.arrives(who, &first.link)?;
    let person = street.person(who);
    person.go(&first.link)?.press("Go on")?.choose(way)?.press("Go on")?;
    Ok(first)
}

/// What long work led to. The page looks again by itself until then.
fn in_the_end<'a>(person: &'a Walker, words: &str) -> Result<&'a Walker> {
    // A page that is just being fetched again says nothing yet.
    wait_for(words, || Ok(person.text().is_ok_and(|text| text.contains(words)).then_some(())))?;
    Ok(person)
}

/// From the page that says what was found to the list of the day.
fn comes_back(street: &Street, who: &str, first: &FirstRun) -> Result<()> {
    let person = street.person(who);
    in_the_end(person, "What is in it")?.says("Elm Street")?.says("We checked every part of it.")?;
    person.press("Bring it back")?.says("Choose your name.")?;
    person.choose("Rosa May")?;
    in_the_end(person.press("Bring it back")?, "Your community is back")?.says("Never start the old copy again.")?;
    let ready = first.founded()?;
    ensure!(ready.name == "Elm Street", "it is called {}", ready.name);
    person.press("Sign in")?.press_button("Sign in")?.says("What needs doing today")?;
    person.moved(&ready.url);
    person.go("/members")?.says("Amina Khan")?.says("Rosa May")?;
    Ok(())
}

/// From the backup, after everything that can be mistaken.
pub(crate) fn from_a_backup(street: &mut Street) -> Result<()> {
    let left = lose(street)?;
    let photo = street.dir("holiday.jpg");
    fs::write(&photo, "not a backup at all")?;
    let first = begins(street, "Rosa", "new", "Bring one back from its backup")?;
    let rosa = street.person("Rosa");
    rosa.press("Send it to this computer")?.says("Choose the file with the backup.")?;
    rosa.attach("The backup", &photo)?.press("Send it to this computer")?.says("This is no backup of Kith.")?;
    rosa.attach("The backup", &left.backup)?.press("Send it to this computer")?.says("The backup is here")?;
    let short = left.words.split_whitespace().take(23).collect::<Vec<_>>().join(" ");
    rosa.fill("The 24 words", &short)?.press("Go on")?.says("Here are 23 words.")?;
    ensure!(rosa.filled("The 24 words")? == short, "what was written is gone");
    rosa.fill("The 24 words", &left.words)?.press("Go on")?;
    comes_back(street, "Rosa", &first)?;
    first.stop()
}

/// From the copy that a partner keeps; then both go on.
pub(crate) fn from_a_partner(street: &mut Street) -> Result<()> {
    let left = lose(street)?;
    let first = begins(street, "Rosa", "new", "Bring one back from its partners")?;
    let rosa = street.person("Rosa");
    left.ash.stop_gracefully()?;
    rosa.fill("The addresses of your partners", &left.address)?.fill("The 24 words", &left.words)?;
    in_the_end(rosa.press("Ask them")?, "1. Nobody answers there. Is their computer on?")?;
    ensure!(rosa.filled("The addresses of your partners")? == left.address, "the address is gone");
    left.ash.start()?;
    rosa.press("Ask them")?;
    comes_back(street, "Rosa", &first)?;
    let rosa = street.person("Rosa");
    rosa.until("/partners", "Connected now.").context("the partner and the community that came back")?;
    rosa.says("Ash Grove")?;
    first.stop()
}
