//! How long a coordinator of twenty thousand members waits for each page.
//!
//! `cargo bench -p kith-tests --bench pages` makes a node with a town's worth of people, exchanges, offers, files and
//! messages, signs its coordinator in, and asks for every page that coordinators work with, again and again. Figures
//! differ from machine to machine; the direction is that no page takes longer than 300 milliseconds.

mod town;
mod visits;

use anyhow::{Context as _, Result};
use kith::{config::Settings, runtime, serve};
use std::{
    io::Write as _,
    net::{Ipv4Addr, SocketAddr},
};

/// What `--help` says.
const HELP: &str = "\
Measures coordinators' pages: cargo bench -p kith-tests --bench pages -- [OPTIONS]
  --quick      five hundred members: shows that it works, not how fast
  --rounds N   how often each page is asked for, at least 1 (15)
  --debug      measures a debug build, too: what is slow beside the rest, not how slow";

/// Writes a line.
///
/// # Errors
/// When nobody reads.
fn say(line: &str) -> Result<()> {
    let mut out = std::io::stdout().lock();
    out.write_all(line.as_bytes())?;
    Ok(out.write_all(b"\n")?)
}

fn main() -> Result<()> {
    let (mut quick, mut debug, mut rounds) = (false, false, 15);
    let mut given = std::env::args().skip(1);
    while let Some(option) = given.next() {
        match option.as_str() {
            "--quick" => quick = true,
            "--debug" => debug = true,
            // What cargo adds.
            "--bench" => {}
            "--rounds" => {
                let number = given.next().context("--rounds needs a number, as in: --rounds 5")?;
                rounds = number.parse::<usize>().with_context(|| format!("'{number}' is no number"))?.max(1);
            }
            _ => return say(HELP),
        }
    }
    if cfg!(debug_assertions) && !quick && !debug {
        return say("times of a debug build say nothing; run `cargo bench -p kith-tests --bench pages`");
    }
    measure(if quick { town::Size::SMALL } else { town::Size::TOWN }, rounds)
}

fn measure(size: town::Size, rounds: usize) -> Result<()> {
    let dir = tempfile::Builder::new().prefix("kith-pages-").tempdir()?;
    let path = dir.path().join("node");
    let settings = Settings {
        http_listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
        listen: vec!["/ip4/127.0.0.1/tcp/0".into()],
        ..Settings::default()
    };
    let tokio = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let (_, coordinator, _) = runtime::found(&path, &town::founding())?;
    let node = tokio.block_on(Box::pin(serve::start(&path, &settings)))?;
    let people = tokio.block_on(town::fill(&node, coordinator, size))?;
    let handle = node.running.handle.clone();
    let lines = visits::all(&node.url, &handle, &tokio, coordinator, &people, rounds)?;
    tokio.block_on(node.stop());
    say(&format!("{} members, each page {rounds} times after the first; milliseconds", people.len()))?;
    say(&format!("{:<40} {:>8} {:>8} {:>8}", "page", "first", "median", "worst"))?;
    for line in &lines {
        say(&line.to_string())?;
    }
    let slow = lines.iter().filter(|line| line.is_slow()).count();
    say(&format!("{slow} of {} pages took longer than {} ms", lines.len(), visits::DIRECTION.as_millis()))
}
