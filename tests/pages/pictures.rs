//! Pictures of the main pages, for people to look at: `target/screenshots`.

use crate::{routes::address, town::Town};
use anyhow::{Context as _, Result, ensure};
use kith_tests::browser::{Browser, Look};
use serde_json::json;
use std::fs;

/// Smaller than any page with something on it.
const EMPTY_BYTES: u64 = 8_000;

/// Name, whose it is, and where.
const PAGES: [(&str, bool, &str); 15] = [
    ("community", false, "/community"),
    ("home", false, "/home"),
    ("ask", false, "/ask"),
    ("find", false, "/find?q=&kind=offers"),
    ("listing", false, "/listing/COMMUNITY/OWN"),
    ("messages", false, "/messages/OTHER"),
    ("record", false, "/record/hours?way=gave&to=m/OTHER"),
    ("exchange", false, "/exchange/WAITING"),
    ("statement", false, "/statement"),
    ("me", false, "/me"),
    ("today", true, "/today"),
    ("members", true, "/members"),
    ("slips", true, "/slips"),
    ("partners", true, "/partners"),
    ("escrow", true, "/partners/PARTNER/escrow"),
];

fn colours(browser: &Browser, colours: &str) -> Result<()> {
    let media = json!({ "features": [{ "name": "prefers-color-scheme", "value": colours }] });
    browser.command("Emulation.setEmulatedMedia", &media).map(|_| ())
}

/// How far the menu begins beside the community's name above it, and how many empty lines a card of the statement has.
const UNTIDY: &str = "
    const name = document.querySelector('header .name'), link = document.querySelector('header nav a');
    const begins = one => one.getBoundingClientRect().left + parseFloat(getComputedStyle(one).paddingLeft);
    const cells = [...document.querySelectorAll('.statement td:empty')];
    const blank = cells.filter(cell => getComputedStyle(cell).display === 'block').length;
    return [Math.abs(begins(name) - begins(link)), blank]";

/// What a program can see of order on a page.
fn tidy(browser: &Browser) -> Result<()> {
    let untidy = browser.script(UNTIDY, Vec::new())?;
    let (beside, blank) = (untidy[0].as_f64().context("a page has a menu")?, untidy[1].as_u64());
    ensure!(beside < 1.0, "{}: the menu begins {beside} pixels beside the name", browser.path()?);
    ensure!(blank == Some(0), "{}: {blank:?} empty lines", browser.path()?);
    Ok(())
}

/// A way to look at all of them: its name, the window, the colours, and whether the print is large.
const WAYS: [(&str, Look, &str, bool); 5] = [
    ("light", Look::DESKTOP, "light", false),
    ("dark", Look::DESKTOP, "dark", false),
    ("phone", Look::PHONE, "light", false),
    ("phone-dark", Look::PHONE, "dark", false),
    ("phone-large", Look::PHONE, "light", true),
];

/// Light, dark, on a phone, and in large print.
pub(crate) fn main_pages(town: &Town) -> Result<()> {
    for (way, look, scheme, large) in WAYS {
        let (amina, rosa) = (town.amina(look)?, town.rosa(look)?);
        for browser in [&amina, &rosa] {
            colours(browser, scheme)?;
            if large {
                browser.go("/look")?;
                browser.choose("Large")?.press("Save")?;
            }
        }
        for (name, coordinators, path) in PAGES {
            let browser = if coordinators { &rosa } else { &amina };
            browser.go(&address(town, path))?;
            tidy(browser)?;
            let place = browser.picture(&format!("{name}-{way}"))?;
            ensure!(fs::metadata(&place)?.len() > EMPTY_BYTES, "{} shows nothing", place.display());
        }
    }
    Ok(())
}
