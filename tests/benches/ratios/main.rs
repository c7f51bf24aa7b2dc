//! Ratios: what the node does beside what it cannot beat and beside what others do, measured in one run.
//!
//! Figures differ from machine to machine and, with disks, from hour to hour; ratios travel. So each measurement runs
//! beside what it is held against, in turns, for several rounds, and each ratio is made of two figures of the same round.
//!
//! `cargo bench -p kith-tests` measures all of it; `-- --help` says what else it can do.

mod distance;
mod fixture;
mod http;
mod latency;
mod limits;
mod local;
mod numbers;
mod options;
mod partners;
mod postgres;
mod report;
mod sqlite;
mod start;

use anyhow::{Context as _, Result};
use options::{Asked, Options};
use report::{Report, say};

fn main() -> Result<()> {
    match options::parse(std::env::args().skip(1))? {
        Asked::Help => say(options::HELP),
        Asked::Crash { dir, entries, tail } => start::crash(&dir, entries, tail),
        Asked::Open { dir } => start::open(&dir),
        Asked::Measure(options) if cfg!(debug_assertions) && !options.quick => {
            say("ratios of a debug build say nothing; run `cargo bench -p kith-tests`")
        }
        Asked::Measure(options) => measure(&options),
    }
}

fn measure(options: &Options) -> Result<()> {
    let made = tempfile::Builder::new().prefix("kith-ratios-").tempdir_in(&options.dir);
    let dir = made.with_context(|| format!("{} cannot be written to", options.dir.display()))?;
    let mut report = Report::new(options);
    let mut failed = Ok(());
    for (name, run) in options::MEASUREMENTS {
        if options.wants(name) {
            report.progress(&format!("{name} …"));
            // What was measured is worth reading whatever becomes of the rest.
            let measured = run(options, &dir.path().join(name), &mut report);
            failed = failed.and(measured.with_context(|| format!("measuring {name}")));
        }
    }
    report.print(options.json)?;
    failed
}
