//! `kith demo`: founds communities, starts their nodes, plays what people would do, and checks what came of it.

use super::{
    args::DemoArgs,
    nodes::{self, Node},
    plan,
    play::Player,
    report::{self, Report},
    script::{self, MAX_MADE_UP, Script},
};
use crate::api::types::SignInCode;
use anyhow::{Context as _, Result, bail};
use kith_protocol::member::Role;
use serde_json::json;
use std::{
    io::{IsTerminal as _, Write as _},
    path::{Path, PathBuf},
    process::ExitCode,
    time::Instant,
};

/// How many communities are shown to be looked around in.
const SHOWN: usize = 3;
/// The exit code when something did not hold.
const EXIT_NOT_HELD: u8 = 1;

fn say(words: std::fmt::Arguments<'_>) {
    // Progress is for people; losing it is no harm.
    let _ = writeln!(std::io::stderr(), "{words}");
}

fn script(args: &DemoArgs) -> Result<Script> {
    let count = args.communities.unwrap_or(3);
    let Some(file) = &args.data else {
        if count == 0 || count > MAX_MADE_UP {
            bail!("the made-up world has 1 to {MAX_MADE_UP} communities, not {count}; with --data there can be more");
        }
        return Ok(script::made_up(count));
    };
    let members = plan::read_members(file).with_context(|| format!("{} cannot be played", file.display()))?;
    let planned = plan::plan(&members, count)?;
    let r = &planned.report;
    say(format_args!(
        "{} members, {} exchanges planned (the figures say {}); {} of them cross, {:.1} % of the minutes; volumes are \
         rounded to whole minutes for {} members",
        members.len(),
        r.made_count,
        r.wanted_count,
        r.crossing_count,
        r.crossing_share_minutes * 100.0,
        r.rounding_adjusted_members
    ));
    Ok(script::from_plan(&members, &planned))
}

fn directory(args: &DemoArgs) -> Result<PathBuf> {
    let dir = match &args.dir {
        Some(dir) => dir.clone(),
        None => std::env::temp_dir().join(format!("kith-demo-{}", std::process::id())),
    };
    if dir.exists() && std::fs::read_dir(&dir)?.next().is_some() {
        bail!("{} is not empty; give another directory with --dir", dir.display());
    }
    std::fs::create_dir_all(&dir).with_context(|| format!("{} cannot be made", dir.display()))?;
    Ok(dir)
}

fn start_nodes(dir: &Path, script: &Script) -> Result<Vec<Node>> {
    let mut nodes: Vec<Node> = Vec::new();
    for (n, community) in script.communities.iter().enumerate() {
        let first = nodes.first().map(|node| node.address.clone());
        nodes.push(nodes::start(&dir.join(format!("{n:02}")), community, first.as_deref())?);
    }
    Ok(nodes)
}

/// Plays the demonstration.
///
/// # Errors
/// When it cannot be played; a sentence says why.
pub fn run(args: &DemoArgs) -> Result<ExitCode> {
    let begun = Instant::now();
    let script = script(args)?;
    let dir = directory(args)?;
    say(format_args!("Starting {} communities in {} …", script.communities.len(), dir.display()));
    let mut nodes = start_nodes(&dir, &script)?;
    let mut player = Player::new(&script, &nodes);
    player.admit()?;
    let listings = player.publish()?;
    say(format_args!("{} members joined and published {listings} offers and needs.", script.members.len()));
    player.partner()?;
    say(format_args!("{} partnerships are signed by both sides.", script.partnerships.len()));
    let (total, terminal) = (script.steps.len(), std::io::stderr().is_terminal());
    let played = player.play(&|n| {
        if terminal && n.is_multiple_of(1_000) {
            say(format_args!("{n} of {total} exchanges …"));
        }
    })?;
    player.settle()?;
    let report = report::report(&script, &nodes, &player, played, begun)?;
    let held = report.holds();
    print(args, &report)?;
    if args.once {
        nodes.iter_mut().for_each(Node::ask_to_stop);
        nodes.iter_mut().for_each(Node::wait);
        if args.dir.is_none() {
            std::fs::remove_dir_all(&dir).with_context(|| format!("{} cannot be removed", dir.display()))?;
        }
        return Ok(if held { ExitCode::SUCCESS } else { ExitCode::from(EXIT_NOT_HELD) });
    }
    say(format_args!("\nThe nodes go on running. To look around as one of them, open a link; each is good once:"));
    doors(&script, &nodes, &player)?;
    say(format_args!("Press Ctrl-C to end."));
    loop {
        std::thread::park();
    }
}

/// Shows links by which whoever plays this signs in: as a coordinator and as a member of the first communities.
fn doors(script: &Script, nodes: &[Node], player: &Player<'_>) -> Result<()> {
    for (node, community) in nodes.iter().zip(&script.communities).take(SHOWN) {
        let member = |place: &&usize| script.members[**place].role == Role::Member;
        let member = community.members.iter().find(member);
        let member = member.map(|place| (script.members[*place].name.as_str(), player.ids[*place], ""));
        for (name, id, next) in [("its coordinator", node.coordinator, "&next=/today")].into_iter().chain(member) {
            let path = format!("/api/v1/members/{id}/sign-in-code");
            let made: SignInCode = node.client.post(&path, &json!({}), None)?;
            say(format_args!("{}, {name}: {}/sign-in?code={}{next}", community.charter.name, node.url, made.code));
        }
    }
    Ok(())
}

fn print(args: &DemoArgs, report: &Report) -> Result<()> {
    let mut out = std::io::stdout().lock();
    if args.json {
        serde_json::to_writer(&mut out, report)?;
        writeln!(out)?;
        return Ok(());
    }
    for c in &report.communities {
        writeln!(out, "{:<24} {:>6} members  {:>7} entries  {}", c.name, c.members, c.entries, c.url)?;
    }
    let (offers, exchanges) = (&report.offers, &report.exchanges);
    writeln!(out, "Offers and needs: {}, seen everywhere: {}", offers.published, offers.seen_everywhere)?;
    writeln!(
        out,
        "Exchanges: {} inside communities, {} across, {} refused by a limit",
        exchanges.local, exchanges.across, exchanges.refused
    )?;
    for p in report.partnerships.iter().take(20) {
        let mirrored = if p.mirrored { "both books agree" } else { "THE BOOKS DIFFER" };
        writeln!(out, "{} and {}: {} and {} minutes, {mirrored}", p.a, p.b, p.net_a, p.net_b)?;
    }
    if report.reconciled.members > 0 {
        let r = &report.reconciled;
        writeln!(out, "Balances compared with the figures: {} members, {} mismatches", r.members, r.mismatches)?;
    }
    let all = if report.holds() { "Everything holds." } else { "SOMETHING DOES NOT HOLD." };
    writeln!(out, "{all} {} s, {} MiB for all nodes", report.seconds, report.resident_mib)?;
    out.flush()?;
    Ok(())
}
