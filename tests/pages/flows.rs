//! Pages that only a form leads to: with mistakes in it, checked, and done.

use crate::{routes::all_flows, town::Town};
use anyhow::{Context as _, Result};
use kith::api::types::NewMember;
use kith_tests::browser::{Browser, Look};
use std::fs;

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
    looker.import(rosa)?;
    all_flows(&looker.seen)
}
