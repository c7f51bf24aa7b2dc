//! One exchange alone, beside one bare sync: what a person waits for.

use crate::{
    fixture::{Community, make, record, runtime},
    limits::BareFile,
    numbers::{Figures, micros, percentile},
    options::Options,
    report::{Direction, Line, Report},
};
use anyhow::Result;
use std::{path::Path, time::Instant};

/// Measures and reports.
pub(crate) fn measure(options: &Options, dir: &Path, report: &mut Report) -> Result<()> {
    let dir = make(dir)?;
    let runtime = runtime()?;
    let (node, mut community) = runtime.block_on(Community::start(&dir.join("node"), "Ratios"))?;
    let handle = community.handle.clone();
    let mut bare = BareFile::create(&dir)?;
    let mut found: [Figures; 4] = Default::default();
    for round in 0..=options.rounds {
        report.progress(&format!("  latency: round {round} of {}", options.rounds));
        let ready = community.sign(options.count(1_000, 100));
        let (mut exchanges, mut syncs) = (Vec::new(), Vec::new());
        for ready in ready {
            syncs.push(micros(bare.sync_one()?));
            let begun = Instant::now();
            runtime.block_on(record(&handle, ready))?;
            exchanges.push(micros(begun.elapsed()));
        }
        if round > 0 {
            let shares = [
                percentile(&exchanges, 0.5),
                percentile(&syncs, 0.5),
                percentile(&exchanges, 0.99),
                percentile(&syncs, 0.99),
            ];
            found.iter_mut().zip(shares).for_each(|(figures, figure)| figures.push(figure));
        }
    }
    let note = "Exchange and bare sync take turns, one by one. The exchange's time has two signature checks, one after the \
                other in the worst case, and three hand-overs between threads on top of its own sync.";
    let [exchange_p50, sync_p50, exchange_p99, sync_p99] = found;
    let mut add = |what, measured, against: &str, other| {
        let direction = Some(Direction::AtMost(1.3));
        report.add(Line { what, unit: "µs", measured, against: against.to_owned(), other, direction, note });
    };
    add("one exchange alone, half take at most", exchange_p50, "append 512 B + fdatasync, half", sync_p50);
    add("one exchange alone, 99 of 100 take at most", exchange_p99, "append 512 B + fdatasync, 99 of 100", sync_p99);
    runtime.block_on(node.stop());
    Ok(())
}
