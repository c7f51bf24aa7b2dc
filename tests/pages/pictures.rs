//! Pictures of the main pages, for people to look at: `target/screenshots`.

use crate::town::Town;
use anyhow::{Result, ensure};
use kith_tests::browser::{Browser, Look};
use serde_json::json;
use std::fs;

/// Smaller than any page with something on it.
const EMPTY_BYTES: u64 = 8_000;

/// Name, whose it is, and where.
const PAGES: [(&str, bool, &str); 11] = [
    ("community", false, "/community"),
    ("home", false, "/home"),
    ("ask", false, "/ask"),
    ("find", false, "/find?q=&kind=offers"),
    ("exchange", false, "/exchange/WAITING"),
    ("statement", false, "/statement"),
    ("me", false, "/me"),
    ("today", true, "/today"),
    ("slips", true, "/slips"),
    ("partners", true, "/partners"),
    ("escrow", true, "/partners/PARTNER/escrow"),
];

fn colours(browser: &Browser, colours: &str) -> Result<()> {
    let media = json!({ "features": [{ "name": "prefers-color-scheme", "value": colours }] });
    browser.command("Emulation.setEmulatedMedia", &media).map(|_| ())
}

/// Light, dark and on a phone.
pub(crate) fn main_pages(town: &Town) -> Result<()> {
    for (look, ways) in [(Look::DESKTOP, ["light", "dark"].as_slice()), (Look::PHONE, ["phone"].as_slice())] {
        let (amina, rosa) = (town.amina(look)?, town.rosa(look)?);
        for (name, coordinators, path) in PAGES {
            let browser = if coordinators { &rosa } else { &amina };
            let path = path.replace("WAITING", &town.exchanges[6].to_string());
            browser.go(&path.replace("PARTNER", &town.partner.to_string()))?;
            for way in ways {
                colours(browser, if *way == "dark" { "dark" } else { "light" })?;
                let place = browser.picture(&format!("{name}-{way}"))?;
                ensure!(fs::metadata(&place)?.len() > EMPTY_BYTES, "{} shows nothing", place.display());
            }
        }
    }
    Ok(())
}
