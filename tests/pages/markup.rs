//! The markup, as it leaves the node, by the rules of the HTML standard.

use crate::{
    routes::{Who, pages},
    town::Town,
};
use anyhow::{Context as _, Result, ensure};
use kith_tests::browser::{Look, tool};
use std::{fs, path::Path, process::Command};

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

/// Every page, in a folder of its own.
pub(crate) fn every_page(town: &Town) -> Result<()> {
    let folder = town.scratch.path().join("markup");
    fs::create_dir(&folder)?;
    let (amina, rosa) = (town.amina(Look::DESKTOP)?, town.rosa(Look::DESKTOP)?);
    let mut count = 0;
    for (who, cookies) in
        [(Who::Anybody, String::new()), (Who::Member, amina.cookies()?), (Who::Coordinator, rosa.cookies()?)]
    {
        for path in pages(town, who) {
            let html = fetch(&format!("{}{path}", town.node.url()), &cookies)?;
            ensure!(html.starts_with("<!doctype html>"), "{path} is no page: {html}");
            let name: String = path.chars().map(|c| if c.is_alphanumeric() { c } else { '-' }).take(60).collect();
            fs::write(folder.join(format!("{count:02}{name}.html")), html)?;
            count += 1;
        }
    }
    ensure!(count > 40, "{count} pages");
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
