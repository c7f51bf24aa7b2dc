//! Lighthouse, which judges a page as a phone on a slow network shows it.

use crate::town::Town;
use anyhow::{Context as _, Result, bail, ensure};
use kith_tests::browser::{Look, tool};
use serde_json::{Value, json};
use std::{fs, process::Command};

/// The main pages, and whether they are a coordinator's.
const PAGES: [(&str, bool); 5] =
    [("/community", false), ("/home", false), ("/find", false), ("/ask", false), ("/today", true)];
/// The least points for speed, of a hundred.
const SPEED: f64 = 95.0;
/// A busy machine makes a page look slow, and nothing makes it look fast: the best of a few counts.
const TRIES: usize = 3;
const FLAGS: &str = "--headless --no-sandbox --disable-gpu --disable-dev-shm-usage --disable-quic --no-first-run \
                     --disable-background-networking --disable-component-update --disable-sync";

/// Points for accessibility and for speed, and what cost some.
fn judge(town: &Town, path: &str, cookies: &str) -> Result<(f64, f64, Vec<String>)> {
    let report = town.scratch.path().join("lighthouse.json");
    let headers = town.scratch.path().join("headers.json");
    fs::write(&headers, json!({ "Cookie": cookies }).to_string())?;
    let mut node = Command::new("node");
    node.arg(tool("lighthouse/cli/index.js")?).arg(format!("{}{path}", town.node.url()));
    node.args([
        "--quiet",
        "--output=json",
        "--only-categories=accessibility,performance",
        "--no-enable-error-reporting",
    ]);
    node.arg(format!("--output-path={}", report.display())).arg(format!("--chrome-flags={FLAGS}"));
    node.arg(format!("--extra-headers={}", headers.display())).env("CHROME_PATH", "/usr/bin/chromium");
    let ran = node.output().context("node cannot be started")?;
    if !ran.status.success() {
        bail!("lighthouse failed on {path}: {}", String::from_utf8_lossy(&ran.stderr));
    }
    let report: Value = serde_json::from_str(&fs::read_to_string(&report)?)?;
    let shown = report["finalDisplayedUrl"].as_str().unwrap_or_default();
    ensure!(shown.ends_with(path), "lighthouse saw {shown} instead of {path}");
    let points = |name: &str| report["categories"][name]["score"].as_f64().map(|score| score * 100.0);
    let audits = report["audits"].as_object().context("a report has audits")?;
    let lost = audits.iter().filter(|(_, audit)| audit["score"].as_f64().is_some_and(|score| score < 0.9));
    let lost = lost.map(|(name, audit)| format!("{name} {}", audit["displayValue"].as_str().unwrap_or_default()));
    Ok((points("accessibility").context("no points")?, points("performance").context("no points")?, lost.collect()))
}

/// A hundred for accessibility, and fast.
pub(crate) fn main_pages(town: &Town) -> Result<()> {
    let (amina, rosa) = (town.amina(Look::DESKTOP)?.cookies()?, town.rosa(Look::DESKTOP)?.cookies()?);
    for (path, coordinators) in PAGES {
        let mut best = (0.0_f64, Vec::new());
        for _ in 0..TRIES {
            let (access, speed, lost) = judge(town, path, if coordinators { &rosa } else { &amina })?;
            ensure!(access >= 100.0, "{path} has {access} points for accessibility: {lost:?}");
            if speed > best.0 {
                best = (speed, lost);
            }
            if best.0 >= SPEED {
                break;
            }
        }
        kith_tests::cluster::say(format_args!("lighthouse, {path}: accessibility 100, performance {}", best.0));
        ensure!(best.0 >= SPEED, "{path} has {} points for speed: {:?}", best.0, best.1);
    }
    Ok(())
}
