//! Exchanges inside a community: how many a second, beside what the machine's processors and disk allow, and beside databases.

use crate::{
    fixture::{Community, MEMBERS, make, record_all, runtime, signers},
    limits::{BareFile, Signatures},
    numbers::{Figures, percentile, rate},
    options::Options,
    postgres::Postgres,
    report::{Direction, Line, Report},
    sqlite::Sqlite,
};
use anyhow::Result;
use std::{path::Path, time::Instant};

/// Requests under way at once: enough for full batches on every core, below what the node lets wait.
const CLIENTS: usize = 2_048;
/// Below this a sync cannot have reached a disk.
const NO_DISK_MICROS: f64 = 5.0;

/// What each round found.
#[derive(Default)]
struct Found {
    batches: Figures,
    one_by_one: Figures,
    syncs: Figures,
    sync_p50: Figures,
    sync_p99: Figures,
    exchanges: Figures,
    caught_up: Figures,
    sqlite: Figures,
    postgres: Figures,
    bytes: Figures,
}

/// Measures and reports.
pub(crate) fn measure(options: &Options, dir: &Path, report: &mut Report) -> Result<()> {
    let dir = make(dir)?;
    let runtime = runtime()?;
    let (node, mut community) = runtime.block_on(Community::start(&dir.join("node"), "Ratios"))?;
    let signatures = Signatures::new(&signers(MEMBERS), options.count(8_192, 1_024))?;
    let mut bare = BareFile::create(&dir)?;
    let mut sqlite = Sqlite::create(&dir.join("sqlite"))?;
    let mut postgres = Postgres::start(&dir.join("postgres"));
    let mut found = Found::default();
    // One round beforehand warms every side up and is not counted.
    for round in 0..=options.rounds {
        report.progress(&format!("  local: round {round} of {}", options.rounds));
        let mut none = Found::default();
        let figures = if round == 0 { &mut none } else { &mut found };
        figures.batches.push(signatures.batches()?);
        figures.one_by_one.push(signatures.one_by_one()?);
        let (syncs, times) = bare.syncs(options.count(1_000, 100))?;
        figures.syncs.push(syncs);
        figures.sync_p50.push(percentile(&times, 0.5));
        figures.sync_p99.push(percentile(&times, 0.99));
        exchanges(options, &runtime, &mut community, figures)?;
        let operations = options.count(4_000, 200);
        let begun = Instant::now();
        sqlite.transfers(operations)?;
        figures.sqlite.push(rate(operations, begun.elapsed()));
        if let Ok(postgres) = &mut postgres {
            figures.postgres.push(postgres.transfers(options.count(2_000, 50))?);
        }
    }
    if let Err(why) = &postgres {
        report.remark(format!("PostgreSQL was not measured: {why:#}"));
    }
    if found.sync_p50.median() < NO_DISK_MICROS {
        report.remark(format!("{} is not on a disk: syncs cost nothing there; give --dir", options.dir.display()));
    }
    lines(&found, report);
    runtime.block_on(node.stop());
    Ok(())
}

/// One round of exchanges through the node.
fn exchanges(
    options: &Options,
    runtime: &tokio::runtime::Runtime,
    community: &mut Community,
    figures: &mut Found,
) -> Result<()> {
    let count = options.count(100_000, 5_000);
    let ready = community.sign(count);
    let handle = community.handle.clone();
    let bytes = || runtime.block_on(handle.look(|_, book| book.journal_bytes()));
    let before = bytes()?;
    let begun = Instant::now();
    let time = runtime.block_on(record_all(&handle, ready, CLIENTS))?;
    runtime.block_on(community.settled())?;
    figures.exchanges.push(rate(count, time));
    figures.caught_up.push(rate(count, begun.elapsed()));
    figures.bytes.push((bytes()? - before) as f64 / count as f64);
    Ok(())
}

const SIGNATURES_NOTE: &str = "The limit: all cores do nothing but judge two signatures for each exchange, in batches of 256. The node's side also has \
     the clients' tasks, the rules, the Merkle tree, the journal with its syncs and the index on the same cores.";

fn lines(found: &Found, report: &mut Report) {
    let mut add = |what, measured: &Figures, against: &str, other: &Figures, direction, note| {
        let (measured, against, other) = (measured.clone(), against.to_owned(), other.clone());
        report.add(Line { what, unit: "/s", measured, against, other, direction, note });
    };
    let half = found.batches.times(0.5);
    let alone = "a bare figure of this machine, measured beside the others";
    add(
        "signatures, batches of 256, all cores",
        &found.batches,
        "one by one, strict, one core",
        &found.one_by_one,
        None,
        alone,
    );
    add(
        "exchanges, both members signed, durable",
        &found.exchanges,
        "half the batched signatures",
        &half,
        Some(Direction::AtLeast(0.85)),
        SIGNATURES_NOTE,
    );
    add(
        "the same, until the index is written, too",
        &found.caught_up,
        "half the batched signatures",
        &half,
        None,
        "The index lags behind the journal, which is the truth; after a crash it is made good from there.",
    );
    add(
        "exchanges, both members signed, durable",
        &found.exchanges,
        "append 512 B + fdatasync",
        &found.syncs,
        None,
        "One sync carries up to 513 exchanges. The bare file syncs each record by itself.",
    );
    add(
        "exchanges, both members signed, durable",
        &found.exchanges,
        "SQLite, one transfer a transaction",
        &found.sqlite,
        None,
        "SQLite: write-ahead log, synchronous=FULL, one thread, prepared statements, one insert and two updates a \
         transaction. It checks no signature, keeps no Merkle tree and judges no limit; it groups nothing.",
    );
    if !found.postgres.is_empty() {
        add(
            "exchanges, both members signed, durable",
            &found.exchanges,
            "PostgreSQL, 8 clients",
            &found.postgres,
            None,
            "PostgreSQL as it comes (fsync and synchronous_commit on), Unix socket, 8 clients on accounts of their own, one \
             prepared statement that inserts one row and updates two. It checks no signature, keeps no Merkle tree and \
             judges no limit; it groups commits by itself.",
        );
    }
    let mut plain = |what, unit, measured: &Figures, note| {
        let (measured, other) = (measured.clone(), Figures::default());
        report.add(Line { what, unit, measured, against: String::new(), other, direction: None, note });
    };
    plain("append 512 B + fdatasync, half take at most", "µs", &found.sync_p50, alone);
    plain("append 512 B + fdatasync, 99 of 100 take at most", "µs", &found.sync_p99, alone);
    plain("journal of one exchange", "B", &found.bytes, "with two signatures of 64 B, framing and checksum");
}
