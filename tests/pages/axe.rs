//! axe-core, the checker of the rules of WCAG that a program can check.

use crate::{
    flows,
    routes::{Who, pages},
    starting::Starting,
    town::Town,
};
use anyhow::{Result, ensure};
use kith_tests::browser::{Browser, Look, tool};
use serde_json::{Value, json};
use std::fs;

/// Runs the checker on the page and calls with what it found, each as one line.
const RUN: &str = "
    const done = arguments[arguments.length - 1];
    axe.run(document, { resultTypes: ['violations'] }).then(
        found => done(found.violations.map(rule => rule.id + ': ' + rule.help + ' ' + rule.nodes.map(node => node.html.slice(0, 160) + ' ' + (node.any[0] || node.all[0] || node.none[0] || {}).message).slice(0, 3).join(' | '))),
        why => done(['axe failed: ' + why]))";

/// A way to look at a page: its name, width, height, dots to a pixel, colours. Text at twice its size in a window of 1280
/// pixels is what half as many pixels are.
const WAYS: [(&str, u32, u32, u32, &str); 4] = [
    ("light", 1280, 1000, 1, "light"),
    ("dark", 1280, 1000, 1, "dark"),
    ("320 wide", 320, 640, 2, "light"),
    ("zoomed to 200 %", 640, 500, 2, "dark"),
];

/// The checker, which is put into each page.
struct Axe(String);

impl Axe {
    fn new() -> Result<Self> {
        Ok(Self(fs::read_to_string(tool("axe-core/axe.min.js")?)?))
    }

    /// Looks at the page that is open in each of some ways.
    fn look(&self, browser: &Browser, ways: &[(&str, u32, u32, u32, &str)]) -> Result<Vec<String>> {
        browser.script(&self.0, Vec::new())?;
        let (path, mut wrong) = (browser.path()?, Vec::new());
        for (name, width, height, dots, colours) in ways {
            let size = json!({ "width": width, "height": height, "deviceScaleFactor": dots, "mobile": false });
            browser.command("Emulation.setDeviceMetricsOverride", &size)?;
            let media = json!({ "features": [{ "name": "prefers-color-scheme", "value": colours }] });
            browser.command("Emulation.setEmulatedMedia", &media)?;
            let found: Vec<String> = serde_json::from_value(browser.script_that_calls(RUN, Vec::new())?)?;
            let wide = "const root = document.documentElement; return root.scrollWidth - root.clientWidth";
            let wide = browser.script(wide, Vec::new())?.as_i64().unwrap_or(0);
            wrong.extend(found.into_iter().map(|what| format!("{path}, {name}: {what}")));
            if wide > 0 {
                wrong.push(format!("{path}, {name}: {wide} pixels too wide"));
            }
        }
        Ok(wrong)
    }
}

/// Whether the page is another one to whoever has scripts off. A page that brings no script is the same to everybody.
const BRINGS_SCRIPT: &str = "return document.querySelector('script[src], noscript') !== null";

/// Looks at somebody's pages. Where they bring a script, once more with scripts off until the page is there: the checker
/// is one itself. Gives what is wrong, and how many pages were looked at without.
fn theirs(axe: &Axe, town: &Town, browser: &Browser, who: Who) -> Result<(Vec<String>, usize)> {
    let (mut wrong, mut without) = (Vec::new(), 0);
    let disable = |off: bool| browser.command("Emulation.setScriptExecutionDisabled", &json!({ "value": off }));
    for path in pages(town, who) {
        browser.go(&path)?;
        wrong.extend(axe.look(browser, &WAYS)?);
        if browser.script(BRINGS_SCRIPT, Vec::new())?.as_bool() == Some(true) {
            disable(true)?;
            browser.go(&path)?;
            disable(false)?;
            wrong.extend(axe.look(browser, &WAYS)?.into_iter().map(|what| format!("without scripts: {what}")));
            without += 1;
        }
    }
    Ok((wrong, without))
}

/// Looks at every page in every way, and in the same ways with scripts off.
pub(crate) fn every_page(town: &Town) -> Result<()> {
    let (axe, mut wrong) = (Axe::new()?, Vec::new());
    let mut look = |browser: &Browser| {
        wrong.extend(axe.look(browser, &WAYS)?);
        Ok(())
    };
    flows::first_run(town, |base| Ok(base.to_owned()), &mut look)?;
    let (amina, rosa) = (town.amina(Look::DESKTOP)?, town.rosa(Look::DESKTOP)?);
    let anybody = town.browser_of_nobody(Look::DESKTOP)?;
    let (mut looked, mut without) = (0, 0);
    for (browser, who) in [(&anybody, Who::Anybody), (&amina, Who::Member), (&rosa, Who::Coordinator)] {
        let (found, bare) = theirs(&axe, town, browser, who)?;
        wrong.extend(found);
        looked += pages(town, who).len();
        without += bare;
    }
    flows::all(town, &amina, &rosa, |browser| {
        wrong.extend(axe.look(browser, &WAYS)?);
        Ok(())
    })?;
    wrong.extend(while_it_starts(&axe, town)?);
    check_itself(&axe, town)?;
    flows::rebuild(&rosa)?;
    wrong.extend(axe.look(&rosa, &WAYS)?);
    ensure!(looked > 60 && without > 5, "{looked} pages were looked at, {without} of them without scripts");
    ensure!(wrong.is_empty(), "{} things to mend:\n{}", wrong.len(), wrong.join("\n"));
    Ok(())
}

/// Looks at what a node shows while it starts. The page is asked for again every few seconds, so it is opened anew for each
/// way.
fn while_it_starts(axe: &Axe, town: &Town) -> Result<Vec<String>> {
    let (starting, mut wrong) = (Starting::begin()?, Vec::new());
    let browser = town.driver.browser(&starting.url, Look::DESKTOP)?;
    for way in WAYS.chunks(1) {
        browser.go("/home")?;
        browser.says("Kith is getting ready")?;
        wrong.extend(axe.look(&browser, way)?);
    }
    Ok(wrong)
}

/// The checker must find what is wrong with a page on purpose.
fn check_itself(axe: &Axe, town: &Town) -> Result<()> {
    let browser = town.browser_of_nobody(Look::DESKTOP)?;
    browser.go("/")?;
    // The page's own policy refuses colours that stand in the markup; those that a script sets it cannot.
    let spoil = "document.querySelector('main').insertAdjacentHTML('beforeend', arguments[0]);
        Object.assign(document.querySelector('main p:last-child').style, { color: '#777', background: '#888' })";
    browser.script(spoil, vec![Value::from("<p><img src='x'><input>unreadable</p>")])?;
    let found = axe.look(&browser, &WAYS[..1])?.join("\n");
    for rule in ["image-alt", "label", "color-contrast"] {
        ensure!(found.contains(rule), "axe did not find {rule}: {found}");
    }
    Ok(())
}
