//! The demonstration as a newcomer runs it: real nodes, real sockets, and every promise of its report checked.
#![expect(clippy::print_stderr, reason = "a test that is left out says so")]

use anyhow::{Context as _, Result, ensure};
use kith_tests::cluster::{Scratch, program, run};
use serde_json::Value;
use std::{
    io::{BufRead as _, BufReader},
    process::{Child, Command, Stdio},
};

fn number(value: &Value, pointer: &str) -> Result<i64> {
    value.pointer(pointer).and_then(Value::as_i64).with_context(|| format!("the report has no number at {pointer}"))
}

fn check(report: &Value, communities: usize) -> Result<()> {
    let list = |pointer: &str| {
        report.pointer(pointer).and_then(Value::as_array).with_context(|| format!("the report has no {pointer}"))
    };
    let found = list("/communities")?;
    ensure!(found.len() == communities, "{} communities", found.len());
    for community in found {
        for key in ["name", "id", "url"] {
            ensure!(community.get(key).is_some_and(Value::is_string), "a community has no {key}");
        }
        ensure!(number(community, "/ledger_sum_minutes")? == 0, "a ledger does not sum to zero");
        ensure!(number(community, "/entries")? == number(community, "/checkpoint/size")?, "a checkpoint lags behind");
        let root = community.pointer("/checkpoint/root").and_then(Value::as_str).unwrap_or_default();
        ensure!(root.len() == 64, "a checkpoint has no root");
    }
    ensure!(number(report, "/offers/published")? > 0, "nothing was offered");
    ensure!(
        number(report, "/offers/published")? == number(report, "/offers/seen_everywhere")?,
        "offers did not spread"
    );
    ensure!(
        number(report, "/exchanges/local")? > 0 && number(report, "/exchanges/across")? > 0,
        "nothing was exchanged"
    );
    for partnership in list("/partnerships")? {
        ensure!(partnership.get("mirrored") == Some(&Value::Bool(true)), "two books differ: {partnership}");
        ensure!(number(partnership, "/net_a")? == -number(partnership, "/net_b")?, "two books differ: {partnership}");
    }
    ensure!(number(report, "/reconciled/mismatches")? == 0, "balances differ from the figures");
    ensure!(report.get("seconds").is_some_and(Value::is_number), "the report has no seconds");
    Ok(())
}

#[test]
fn three_communities_federate() -> Result<()> {
    let report = run(&["demo", "--once", "--json"])?.ok()?.json()?;
    check(&report, 3)?;
    ensure!(number(&report, "/exchanges/refused")? > 0, "no limit was tried");
    Ok(())
}

/// A demonstration that goes on until it is dropped.
struct Goes(Child);

impl Drop for Goes {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn whoever_plays_it_can_sign_in() -> Result<()> {
    let scratch = Scratch::new()?;
    let mut command = Command::new(program());
    command.args(["demo", "--communities", "1", "--dir"]).arg(scratch.path().join("demo"));
    let mut goes = Goes(command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn()?);
    let said = BufReader::new(goes.0.stderr.take().context("it says nothing")?).lines();
    let said = said.take_while(|line| line.as_ref().is_ok_and(|line| !line.starts_with("Press Ctrl-C")));
    let said: Vec<String> = said.collect::<Result<_, _>>()?;
    let links: Vec<(&str, &str)> = said.iter().filter_map(|line| line.split_once(": http")).collect();
    ensure!(links.len() == 2, "two links are shown: {said:?}");
    for (who, rest) in links {
        let page = ureq::get(format!("http{rest}")).call()?.body_mut().read_to_string()?;
        let code = rest.split_once("?code=").context("a link has a code")?.1.trim_end_matches("&next=/today");
        ensure!(page.contains(&format!("value=\"{code}\"")), "{who} has to type the code");
    }
    Ok(())
}

#[test]
fn a_demonstration_that_cannot_be_played_says_why() -> Result<()> {
    for args in [
        &["demo", "--once", "--communities", "0"][..],
        &["demo", "--once", "--data", "no/such/file.csv"][..],
        &["demo", "--once", "--data", "Cargo.toml"][..],
    ] {
        let ran = run(args)?;
        ensure!(ran.ok().is_err(), "{args:?} was played");
    }
    Ok(())
}

#[test]
fn real_figures_reconcile() -> Result<()> {
    let Ok(file) = std::env::var("KITH_DATA") else {
        eprintln!("left out: KITH_DATA names no file of real figures");
        return Ok(());
    };
    let report = run(&["demo", "--once", "--json", "--communities", "12", "--data", &file])?.ok()?.json()?;
    check(&report, 12)?;
    let members = number(&report, "/reconciled/members")?;
    ensure!(members == 19_873, "{members} members were compared");
    eprintln!("{report}");
    Ok(())
}
