//! How long a coordinator of twenty thousand members waits for each page.
//!
//! `cargo bench -p kith-tests --bench pages` makes a node with a town's worth of people, exchanges, offers, files and
//! messages and a partner, signs its coordinator in, asks for every page that coordinators work with, again and again, and
//! sends the forms that they send most. It refuses to measure when a page of coordinators in `tests/pages/routes.rs` is not
//! among them. Figures differ from machine to machine; the direction is that no page takes longer than 300 milliseconds, and
//! with a town's worth of people the program fails when one does.

mod around;
mod forms;
mod imports;
mod routes;
mod town;
mod visits;

use anyhow::{Context as _, Result, ensure};
use kith::{config::Settings, runtime, serve};
use kith_protocol::id::MemberId;
use std::{
    io::Write as _,
    net::{Ipv4Addr, SocketAddr},
    path::Path,
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
    visits::complete()?;
    let slow = measure(if quick { town::Size::SMALL } else { town::Size::TOWN }, rounds)?;
    // Small towns and debug builds show that it works, not how fast.
    ensure!(slow == 0 || quick || debug, "{slow} pages are slower than they should be");
    Ok(())
}

/// A community founded in `dir`, with its first coordinator, running.
fn start(tokio: &tokio::runtime::Runtime, dir: &Path, founding: &runtime::Founding) -> Result<(serve::Node, MemberId)> {
    let settings = Settings {
        http_listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
        listen: vec!["/ip4/127.0.0.1/tcp/0".into()],
        mdns: false,
        ..Settings::default()
    };
    let (_, coordinator, _) = runtime::found(dir, founding)?;
    Ok((tokio.block_on(Box::pin(serve::start(dir, &settings)))?, coordinator))
}

fn measure(size: town::Size, rounds: usize) -> Result<usize> {
    let dir = tempfile::Builder::new().prefix("kith-pages-").tempdir()?;
    let tokio = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let (node, rosa) = start(&tokio, &dir.path().join("town"), &town::founding("Town"))?;
    let (west, otto) = start(&tokio, &dir.path().join("west"), &town::founding("Westside"))?;
    let people = tokio.block_on(town::fill(&node, rosa, size))?;
    let handle = node.running.handle.clone();
    let around = tokio.block_on(around::fill(&handle, west, (rosa, otto), &people, size.around))?;
    let place = visits::Place { base: &node.url, handle: &handle, coordinator: rosa, people: &people, around: &around };
    let lines = visits::all(&place, &tokio, rounds);
    // A node that is not stopped before its threads are gone says nothing of what went wrong here.
    tokio.block_on(node.stop());
    let lines = lines?;
    say(&format!("{} members, each page {rounds} times after the first; milliseconds", people.len()))?;
    say(&format!("{:<40} {:>8} {:>8} {:>8}", "page", "first", "median", "worst"))?;
    for line in &lines {
        say(&line.to_string())?;
    }
    let slow = lines.iter().filter(|line| line.is_slow()).count();
    say(&format!("{slow} of {} pages took longer than {} ms", lines.len(), visits::DIRECTION.as_millis()))?;
    Ok(slow)
}
