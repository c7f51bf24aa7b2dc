//! What is asked on the command line.

use crate::{distance, http, latency, local, partners, report::Report, start};
use anyhow::{Context as _, Result, bail, ensure};
use std::path::{Path, PathBuf};

/// What `--help` says.
pub(crate) const HELP: &str = "\
Measures ratios: cargo bench -p kith-tests -- [OPTIONS]
  --only NAME    only this measurement; may be repeated (local, latency, start, http, partners, distance)
  --quick        small counts: shows that it works, not how fast
  --json         machine-readable
  --rounds N     rounds of each measurement, at least 1 (7)
  --entries N    entries of the ledger that is opened after a crash (1000000)
  --dir DIR      where to put files: a directory on the disk that is to be measured";

/// Rounds unless others are asked for: enough for a median and a spread.
const ROUNDS: usize = 7;
/// Entries of the ledger that is opened after a crash: a busy town's exchanges of thirty years.
const ENTRIES: u64 = 1_000_000;

type Measurement = fn(&Options, &Path, &mut Report) -> Result<()>;

/// All measurements, in order, each with the directory it may fill.
pub(crate) const MEASUREMENTS: [(&str, Measurement); 6] = [
    ("local", local::measure),
    ("latency", latency::measure),
    ("start", start::measure),
    ("http", http::measure),
    ("partners", partners::measure),
    ("distance", distance::measure),
];

/// How to measure.
#[derive(Debug)]
pub(crate) struct Options {
    /// Whether small counts do.
    pub(crate) quick: bool,
    /// Whether the report is for machines.
    pub(crate) json: bool,
    /// Rounds of each measurement.
    pub(crate) rounds: usize,
    /// Entries of the ledger that is opened after a crash.
    pub(crate) entries: u64,
    /// Where files go.
    pub(crate) dir: PathBuf,
    only: Vec<String>,
}

impl Options {
    /// Whether a measurement is asked for.
    pub(crate) fn wants(&self, name: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|only| only == name)
    }

    /// The first number, or the second for a quick run.
    pub(crate) fn count(&self, full: usize, quick: usize) -> usize {
        if self.quick { quick } else { full }
    }
}

/// What this process is to do.
pub(crate) enum Asked {
    /// Explain itself.
    Help,
    /// Measure.
    Measure(Options),
    /// Make a ledger grow to `entries`, the last `tail` of which are only in the journal, and wait to be killed.
    Crash {
        /// The node's directory.
        dir: PathBuf,
        /// Entries in the end.
        entries: u64,
        /// How many of them neither snapshot nor index know.
        tail: u64,
    },
    /// Start a node, say when it first answered, and wait to be killed.
    Open {
        /// The node's directory.
        dir: PathBuf,
    },
}

/// Reads the arguments.
pub(crate) fn parse(mut args: impl Iterator<Item = String>) -> Result<Asked> {
    let dir = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
    let mut options = Options { quick: false, json: false, rounds: 0, entries: 0, dir, only: Vec::new() };
    while let Some(arg) = args.next() {
        let mut value = || args.next().with_context(|| format!("{arg} needs a value"));
        match arg.as_str() {
            // Cargo's own word to every benchmark.
            "--bench" => {}
            "--help" => return Ok(Asked::Help),
            "--quick" => options.quick = true,
            "--json" => options.json = true,
            "--rounds" => options.rounds = value()?.parse().context("--rounds needs a number")?,
            "--entries" => options.entries = value()?.parse().context("--entries needs a number")?,
            "--dir" => options.dir = value()?.into(),
            "--only" => options.only.push(value()?),
            "--crash" => {
                let (dir, entries, tail) = (value()?.into(), value()?.parse()?, value()?.parse()?);
                return Ok(Asked::Crash { dir, entries, tail });
            }
            "--open" => return Ok(Asked::Open { dir: value()?.into() }),
            other => bail!("{other} is not known; see --help"),
        }
    }
    let known = |name: &String| MEASUREMENTS.iter().any(|(known, _)| known == name);
    ensure!(options.only.iter().all(known), "--only names no measurement; see --help");
    if options.rounds == 0 {
        options.rounds = options.count(ROUNDS, 2);
    }
    if options.entries == 0 {
        options.entries = if options.quick { 30_000 } else { ENTRIES };
    }
    Ok(Asked::Measure(options))
}
