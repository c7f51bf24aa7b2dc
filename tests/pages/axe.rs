//! axe-core, the checker of the rules of WCAG that a program can check.

use crate::{
    flows,
    routes::{Who, pages},
    town::Town,
};
use anyhow::{Context as _, Result, ensure};
use kith_tests::{
    browser::{Browser, Look, tool},
    cluster::{FirstRun, found_with_words, run},
};
use serde_json::{Value, json};
use std::{fs, path::Path};

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

/// Looks at somebody's pages. Where scripts are off, they are off until the page is there: the checker is one itself.
fn theirs(axe: &Axe, town: &Town, browser: &Browser, who: Who, scripts: bool) -> Result<Vec<String>> {
    let mut wrong = Vec::new();
    let disable = |off: bool| browser.command("Emulation.setScriptExecutionDisabled", &json!({ "value": off }));
    for path in pages(town, who) {
        if scripts {
            browser.go(&path)?;
            wrong.extend(axe.look(browser, &WAYS)?);
        } else {
            disable(true)?;
            browser.go(&path)?;
            disable(false)?;
            wrong.extend(axe.look(browser, &WAYS[..1])?);
        }
    }
    Ok(wrong)
}

/// The pages of a first run.
fn first_run(axe: &Axe, town: &Town) -> Result<Vec<String>> {
    let first = FirstRun::begin(&town.scratch.path().join("new"))?;
    let base = first.link.split("/setup").next().unwrap_or_default();
    let browser = town.driver.browser(&first.link, Look::DESKTOP)?;
    let mut wrong = Vec::new();
    browser.go(&first.link)?;
    wrong.extend(axe.look(&browser, &WAYS)?);
    wrong.extend(axe.look(browser.press("Go on")?, &WAYS)?);
    wrong.extend(axe.look(browser.choose("Begin a new community")?.press("Go on")?, &WAYS)?);
    wrong.extend(axe.look(browser.press("Go on")?, &WAYS)?);
    browser.fill("What is it called?", "New Street")?.fill("Your name", "Rosa May")?;
    wrong.extend(axe.look(browser.press("Go on")?, &WAYS)?);
    wrong.extend(axe.look(browser.press("Go on")?, &WAYS)?);
    wrong.extend(axe.look(browser.press("I have written them down")?, &WAYS)?);
    for (path, button) in [("invitation", "Go on"), ("backup", "Send it to this computer"), ("partners", "Ask them")] {
        browser.go(&format!("{base}/setup/{path}"))?;
        wrong.extend(axe.look(&browser, &WAYS)?);
        // And with what is to be mended in it.
        wrong.extend(axe.look(browser.press(button)?, &WAYS)?);
    }
    coming_back(axe, town, &browser, base, &mut wrong)?;
    Ok(wrong)
}

/// What is in a backup, and the last page.
fn coming_back(axe: &Axe, town: &Town, browser: &Browser, base: &str, wrong: &mut Vec<String>) -> Result<()> {
    let (dir, file) = (town.scratch.path().join("lost"), town.scratch.path().join("lost.age"));
    let (lost, words) = found_with_words(&dir, "Lost Street")?;
    let place = |path: &Path| path.to_str().map(str::to_owned).context("a directory of a test has a plain name");
    run(&["backup", "--dir", &place(&lost.dir)?, "--out", &place(&file)?])?.ok()?;
    let words = fs::read_to_string(words)?;
    browser.go(&format!("{base}/setup/backup"))?;
    browser.attach("The backup", &file)?;
    wrong.extend(axe.look(browser.press("Send it to this computer")?, &WAYS)?);
    browser.fill("The 24 words", &words)?;
    wrong.extend(axe.look(browser.press("Go on")?, &WAYS)?);
    wrong.extend(axe.look(browser.press("Bring it back")?, &WAYS)?);
    Ok(())
}

/// Looks at every page in every way, and at each once more with scripts off.
pub(crate) fn every_page(town: &Town) -> Result<()> {
    let axe = Axe::new()?;
    let mut wrong = first_run(&axe, town)?;
    let (amina, rosa) = (town.amina(Look::DESKTOP)?, town.rosa(Look::DESKTOP)?);
    let anybody = town.driver.browser(&town.node.url(), Look::DESKTOP)?;
    let mut looked = 0;
    for scripts in [true, false] {
        for (browser, who) in [(&anybody, Who::Anybody), (&amina, Who::Member), (&rosa, Who::Coordinator)] {
            wrong.extend(theirs(&axe, town, browser, who, scripts)?);
            looked += pages(town, who).len();
        }
    }
    flows::all(town, &amina, &rosa, |browser| {
        wrong.extend(axe.look(browser, &WAYS)?);
        Ok(())
    })?;
    check_itself(&axe, town)?;
    ensure!(looked > 120, "{looked} pages were looked at");
    ensure!(wrong.is_empty(), "{} things to mend:\n{}", wrong.len(), wrong.join("\n"));
    Ok(())
}

/// The checker must find what is wrong with a page on purpose.
fn check_itself(axe: &Axe, town: &Town) -> Result<()> {
    let browser = town.driver.browser(&town.node.url(), Look::DESKTOP)?;
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
