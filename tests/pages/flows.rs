//! Pages that only a form leads to: with mistakes in it, checked, and done.

use crate::{routes::all_flows, town::Town};
use anyhow::{Context as _, Result};
use kith::api::types::{NewMember, Outcome, SignInCode};
use kith_tests::{
    browser::{Browser, Look},
    cluster::{FirstRun, found_with_words, run, wait_for},
};
use serde_json::json;
use std::{fs, path::Path};

/// What another system wrote, with one line that does not fit.
const TABLE: &str = "name,phone,hours\nPriya Nair,020 7946 0011,2.5\nOwen Price,,-1\nLena Fox,,many\n";

/// Where the first link of this page leads that begins so.
fn link(browser: &Browser, beginning: &str) -> Result<String> {
    let script = "return document.querySelector(`a[href^=\"${arguments[0]}\"]`)?.getAttribute('href')";
    let found = browser.script(script, vec![beginning.into()])?;
    found.as_str().map(str::to_owned).with_context(|| format!("no link to {beginning} on {:?}", browser.path()))
}

/// Somebody who looks at each page that comes up, and where it was.
struct Looker<'a, F> {
    look: F,
    town: &'a Town,
    seen: Vec<String>,
}

impl<F: FnMut(&Browser) -> Result<()>> Looker<'_, F> {
    fn at(&mut self, browser: &Browser) -> Result<()> {
        self.seen.push(browser.path()?);
        (self.look)(browser)
    }

    fn ask(&mut self, amina: &Browser) -> Result<()> {
        amina.go("/ask")?;
        self.at(amina.press("Go on")?)?;
        amina.fill("What do you need?", "A cup of sugar")?.choose("Food")?;
        self.at(amina.press("Go on")?)?;
        self.at(amina.press("Post it")?)
    }

    fn slips(&mut self, rosa: &Browser) -> Result<()> {
        rosa.go("/slips")?;
        rosa.fill_named("giver-1", "joe")?.fill_named("receiver-1", "joe")?;
        self.at(rosa.press("Check these slips")?)?;
        rosa.fill_named("receiver-1", "ami")?.fill_named("hours-1", "45 min")?;
        self.at(rosa.press("Check these slips")?)?;
        rosa.choose("It is another one")?;
        self.at(rosa.press("Check these slips")?)?;
        self.at(rosa.press("Write them all down")?)
    }

    fn codes(&mut self, rosa: &Browser) -> Result<()> {
        rosa.go("/partners/invite")?;
        self.at(rosa.press("Make the invitation")?)?;
        rosa.go("/members?q=joe")?;
        self.at(rosa.press("Open Joe Bell")?.press("Make a sign-in code")?)
    }

    fn report(&mut self, amina: &Browser, rosa: &Browser) -> Result<()> {
        amina.go(&format!("/report?person={}", self.town.people[1]))?;
        self.at(amina.press("Send it to a coordinator")?)?;
        self.at(amina.choose("Somebody was not kind")?.press("Send it to a coordinator")?)?;
        rosa.go("/today")?;
        self.at(rosa.go(&link(rosa, "/reports/")?).map(|()| rosa)?)?;
        self.at(rosa.press("It is dealt with")?)
    }

    /// Nia is new, so that somebody has to look at her first hour.
    fn first_exchange(&mut self, rosa: &Browser) -> Result<()> {
        let nia = self.town.node.admit(&NewMember { name: "Nia Price".into(), ..NewMember::default() })?;
        let browser = self.town.browser(&nia, Look::DESKTOP)?;
        browser.go(&format!("/record/hours?way=gave&to=m/{}", self.town.people[1]))?;
        browser.fill("How long did it take?", "30 min")?.fill("What was it?", "Weeding")?.press("Go on")?;
        self.at(browser.press("Write it down")?)?;
        rosa.go("/today")?;
        self.at(rosa.go(&link(rosa, "/first/")?).map(|()| rosa)?)?;
        self.at(rosa.press("It is fine, write it down")?)
    }

    /// Somebody asks to join, and a coordinator reads it.
    fn join(&mut self, rosa: &Browser) -> Result<()> {
        let anybody = self.town.browser_of_nobody(Look::DESKTOP)?;
        anybody.go("/join")?;
        self.at(anybody.press("Go on")?)?;
        anybody.fill("What do people thank you for?", "My lentil soup")?.fill("Name", "Gwen Hall")?;
        anybody.fill("Phone", "020 7946 0021")?;
        self.at(anybody.press("Go on")?)?;
        self.at(anybody.press("Send it")?)?;
        rosa.go("/today")?;
        self.at(rosa.go(&link(rosa, "/applications/")?).map(|()| rosa)?)
    }

    /// The sheet of a group, with mistakes, checked and written down.
    fn group(&mut self, rosa: &Browser) -> Result<()> {
        rosa.go(&format!("/group?circle={}", self.town.circle))?;
        self.at(rosa.press("Go on")?)?;
        rosa.fill("Who led it?", "Margaret Lewis")?.choose("Joe Bell")?.fill("How long was it?", "1:00")?;
        self.at(rosa.press("Go on")?)?;
        self.at(rosa.press("Write it down")?)
    }

    /// Two change one offer at the same time.
    fn stale(&mut self, amina: &Browser, rosa: &Browser) -> Result<()> {
        let change = format!("/listing/{}/{}/change", self.town.id, self.town.offers[0]);
        amina.go(&change)?;
        rosa.go(&change)?;
        rosa.fill("What would you like to do?", "Sewing, mending and hems")?.press("Save")?;
        self.at(amina.fill("What would you like to do?", "Sewing by hand")?.press("Save")?)?;
        self.at(amina.press("Use what I wrote")?)
    }

    /// Hugh's session ends while he writes: he signs in again and goes on. Later he leaves, and Rosa forgets his name.
    fn come_and_go(&mut self, rosa: &Browser) -> Result<()> {
        let node = &self.town.node;
        let hugh = node.admit(&NewMember { name: "Hugh Ellis".into(), ..NewMember::default() })?;
        let (writes, elsewhere) = (self.town.browser(&hugh, Look::DESKTOP)?, self.town.browser(&hugh, Look::DESKTOP)?);
        writes.go("/ask")?;
        writes.fill("What do you need?", "A pot of tea")?;
        elsewhere.go("/me")?;
        elsewhere.press("Sign it out")?;
        self.at(writes.press("Go on")?)?;
        let code: SignInCode = node.client().post(&format!("/api/v1/members/{hugh}/sign-in-code"), &json!({}), None)?;
        self.at(writes.fill("Your code", &code.code)?.press_button("Sign in")?)?;
        self.at(writes.press("Go on")?)?;
        let _: Outcome = node.client().post(&format!("/api/v1/members/{hugh}/leave"), &json!({}), None)?;
        let page = format!("/members/{hugh}");
        self.at(rosa.go(&page).map(|()| rosa)?)?;
        self.at(rosa.press("Forget their name")?)?;
        self.at(rosa.press("Forget their name")?)?;
        self.at(rosa.go(&page).map(|()| rosa)?)
    }

    fn import(&mut self, rosa: &Browser) -> Result<()> {
        let file = self.town.scratch.path().join("people.csv");
        fs::write(&file, TABLE)?;
        rosa.go("/import/table")?;
        self.at(rosa.press("Look at the files")?)?;
        rosa.fill("People", file.to_str().context("a directory of a test has a plain name")?)?;
        self.at(rosa.press("Look at the files")?)?;
        self.at(rosa.press("Look at the files")?)?;
        self.at(rosa.press("Bring them in")?)
    }
}

/// Goes through all of it, and has each page looked at.
pub(crate) fn all(
    town: &Town,
    amina: &Browser,
    rosa: &Browser,
    look: impl FnMut(&Browser) -> Result<()>,
) -> Result<()> {
    let mut looker = Looker { look, town, seen: Vec::new() };
    looker.ask(amina)?;
    looker.slips(rosa)?;
    looker.codes(rosa)?;
    looker.report(amina, rosa)?;
    looker.first_exchange(rosa)?;
    looker.join(rosa)?;
    looker.group(rosa)?;
    looker.stale(amina, rosa)?;
    looker.come_and_go(rosa)?;
    looker.import(rosa)?;
    all_flows(&looker.seen)
}

/// Has the pages of a first run looked at, from the first to the community that came back. `door` says by which address a
/// browser comes to the node at this one.
pub(crate) fn first_run(
    town: &Town,
    door: impl FnOnce(&str) -> Result<String>,
    look: &mut impl FnMut(&Browser) -> Result<()>,
) -> Result<()> {
    let first = FirstRun::begin(&town.scratch.path().join("new"))?;
    let (node, secret) = first.link.split_once("/setup").context("the link leads to the setup")?;
    let base = door(node)?;
    let browser = town.driver.browser(&base, Look::DESKTOP)?;
    browser.go(&format!("/setup{secret}"))?;
    look(&browser)?;
    look(browser.press("Go on")?)?;
    look(browser.choose("Begin a new community")?.press("Go on")?)?;
    look(browser.press("Go on")?)?;
    browser.fill("What is it called?", "New Street")?.fill("Your name", "Rosa May")?.fill("Time zone", "London")?;
    look(browser.press("Go on")?)?;
    look(browser.press("Go on")?)?;
    look(browser.press("I have written them down")?)?;
    for (path, button) in [("invitation", "Go on"), ("backup", "Send it to this computer"), ("partners", "Ask them")] {
        browser.go(&format!("/setup/{path}"))?;
        look(&browser)?;
        // And with what is to be mended in it.
        look(browser.press(button)?)?;
    }
    coming_back(town, &browser, look)
}

/// Has the book read again. The node starts anew for it, so nothing else can follow.
pub(crate) fn rebuild(rosa: &Browser) -> Result<()> {
    rosa.go("/rebuild")?;
    rosa.press("Read it again now")?.says("Kith reads the book again")?;
    Ok(())
}

/// What is in a backup, and the last page.
fn coming_back(town: &Town, browser: &Browser, look: &mut impl FnMut(&Browser) -> Result<()>) -> Result<()> {
    let (dir, file) = (town.scratch.path().join("lost"), town.scratch.path().join("lost.age"));
    let (lost, words) = found_with_words(&dir, "Lost Street")?;
    let place = |path: &Path| path.to_str().map(str::to_owned).context("a directory of a test has a plain name");
    run(&["backup", "--dir", &place(&lost.dir)?, "--out", &place(&file)?])?.ok()?;
    browser.go("/setup/backup")?;
    browser.attach("The backup", &file)?;
    look(browser.press("Send it to this computer")?)?;
    browser.fill("The 24 words", &fs::read_to_string(words)?)?;
    // The page looks again by itself until the work is done. One that is just being fetched again says nothing yet.
    let says =
        |words: &str| wait_for(words, || Ok(browser.text().is_ok_and(|text| text.contains(words)).then_some(())));
    browser.press("Go on")?;
    says("What is in it")?;
    look(browser)?;
    browser.press("Bring it back")?;
    says("Your community is back")?;
    look(browser)
}
