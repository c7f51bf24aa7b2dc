//! The markup, as it leaves the node, by the rules of the HTML standard.

use crate::{
    flows,
    recorder::Recorder,
    routes::{Who, pages},
    starting::Starting,
    town::Town,
};
use anyhow::{Context as _, Result, ensure};
use kith_tests::browser::{Look, tool};
use std::{collections::BTreeSet, fs, path::Path, process::Command};

/// The standard's own rules, and those about accessibility. Two of them ask for more than the standard: a button's type,
/// which is `submit` when none is given, as is meant here; and no role on a list, which a list without marks needs in Safari.
const CONFIG: &str = r#"{ "extends": ["html-validate:standard", "html-validate:a11y"], "root": true,
    "rules": { "no-implicit-button-type": "off", "no-redundant-role": "off" } }"#;

/// A page as it is sent, whatever its status says.
fn fetch(address: &str, cookies: &str) -> Result<String> {
    let config = ureq::Agent::config_builder().http_status_as_error(false).build();
    let mut answer = ureq::Agent::from(config).get(address).header("cookie", cookies).call()?;
    Ok(answer.body_mut().read_to_string()?)
}

/// Runs the checker on a folder. Gives what it says, and nothing if all is well.
fn check(folder: &Path) -> Result<Option<String>> {
    let config = folder.join("config.json");
    fs::write(&config, CONFIG)?;
    let mut node = Command::new("node");
    node.arg(tool("html-validate/bin/html-validate.mjs")?).arg("--config").arg(&config);
    node.args(["--formatter", "text", "--ext", "html"]).arg(folder);
    let ran = node.output().context("node cannot be started")?;
    let said = String::from_utf8_lossy(&ran.stdout).into_owned() + &*String::from_utf8_lossy(&ran.stderr);
    Ok((!ran.status.success()).then_some(said))
}

/// What each page that no address leads to is known by.
const SEEN: [&str; 17] = [
    "Please mend this first",
    "Is this right?",
    "Your ask is on the board.",
    "It is another one",
    "Somebody changed this meanwhile",
    "What you wrote is still here.",
    "Forget Hugh Ellis for good?",
    "They left us, and their name is forgotten.",
    "Write the name of your community.",
    "Recovery sheet",
    "Choose the file with the backup.",
    "What is in it",
    "Your community is back",
    "This is not our address",
    "This is too much at once",
    "Kith reads the book again",
    "Kith is getting ready",
];

/// Requests that no page of ours makes, and that are stopped before one sees them: an unknown name, too much, no form.
const STRANGE: [&str; 3] = [
    "GET / HTTP/1.1\r\nhost: elsewhere.example\r\naccept: text/html\r\nconnection: close\r\n\r\n",
    "POST /ask HTTP/1.1\r\nhost: localhost\r\naccept: text/html\r\nconnection: close\r\ncontent-length: 99999999\r\n\r\n",
    "POST /sign-in HTTP/1.1\r\nhost: localhost\r\naccept: text/html\r\nconnection: close\r\n\
     content-type: application/x-www-form-urlencoded\r\ncontent-length: 3\r\n\r\na=b",
];

/// Every page that has an address of its own, with a part of the address.
fn with_address(town: &Town, amina: &str, rosa: &str) -> Result<Vec<(String, String)>> {
    let mut all = Vec::new();
    for (who, cookies) in [(Who::Anybody, ""), (Who::Member, amina), (Who::Coordinator, rosa)] {
        for path in pages(town, who) {
            let html = fetch(&format!("{}{path}", town.node.url()), cookies)?;
            all.push((path.chars().map(|c| if c.is_alphanumeric() { c } else { '-' }).take(60).collect(), html));
        }
    }
    ensure!(all.len() > 40, "{} pages", all.len());
    Ok(all)
}

/// Every page that only a form leads to, those of a first run, and those of requests that are stopped.
fn behind_forms(town: &mut Town) -> Result<BTreeSet<String>> {
    let door = Recorder::before(&town.node.url())?;
    town.door.clone_from(&door.url);
    let (amina, rosa) = (town.amina(Look::DESKTOP)?, town.rosa(Look::DESKTOP)?);
    flows::all(town, &amina, &rosa, |_| Ok(()))?;
    for request in STRANGE {
        door.ask(request)?;
    }
    let mut new = None;
    let first = |node: &str| Ok(new.insert(Recorder::before(node)?).url.clone());
    flows::first_run(town, first, &mut |_| Ok(()))?;
    flows::rebuild(&rosa)?;
    let mut all = door.pages();
    all.extend(new.map(|new| new.pages()).unwrap_or_default());
    all.extend(Starting::begin()?.pages()?);
    let missing: Vec<&str> = SEEN.into_iter().filter(|seen| !all.iter().any(|html| html.contains(seen))).collect();
    ensure!(missing.is_empty() && all.len() > 60, "{} pages, and none says {missing:?}", all.len());
    Ok(all)
}

/// Every page, in a folder.
pub(crate) fn every_page(town: &mut Town) -> Result<()> {
    let folder = town.scratch.path().join("markup");
    fs::create_dir(&folder)?;
    let (amina, rosa) = (town.amina(Look::DESKTOP)?.cookies()?, town.rosa(Look::DESKTOP)?.cookies()?);
    let mut all = with_address(town, &amina, &rosa)?;
    all.extend(behind_forms(town)?.into_iter().map(|html| (String::new(), html)));
    for (count, (name, html)) in all.into_iter().enumerate() {
        ensure!(html.starts_with("<!doctype html>"), "{name} is no page: {html}");
        fs::write(folder.join(format!("{count:03}{name}.html")), html)?;
    }
    if let Some(wrong) = check(&folder)? {
        anyhow::bail!("to mend:\n{wrong}");
    }
    // The checker finds what is wrong on purpose.
    fs::write(folder.join("wrong.html"), "<!doctype html>\n<html lang=\"en\"><body><p id=a><p id=a><foo></p></html>")?;
    ensure!(
        check(&folder)?.is_some_and(|said| said.contains("wrong.html")),
        "the checker finds nothing wrong anywhere"
    );
    Ok(())
}
