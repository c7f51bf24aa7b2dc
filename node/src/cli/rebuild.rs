//! `kith rebuild`: snapshot and index again from the journal.

use super::output::Out;
use crate::{
    failure::Failure,
    progress::Progress,
    runtime::{self, Home, book::Recovered, home, rebuild},
    store::DirectoryLock,
};
use clap::Args;
use std::{path::PathBuf, thread, time::Duration};

/// Memory for writing the index, in bytes.
const CACHE_BYTES: u64 = 16 << 20;

/// How often it is looked how far the work is.
const LOOK_EVERY: Duration = Duration::from_millis(200);
/// After how many hundredths it is said again.
const SAID_EVERY: u8 = 10;

/// Build the index of a stopped node again from its journal.
///
/// The journal holds everything and is not touched; people's details are kept apart and stay. What other communities
/// publish, and mail that is held for them, comes again from their nodes.
///
/// Example: kith rebuild --dir elm
#[derive(Debug, Args)]
pub(super) struct Rebuild {
    /// The node's directory. The node must not run: on one that runs, coordinators do the same on the page about backups.
    #[arg(long, value_name = "DIR")]
    dir: PathBuf,
}

impl Rebuild {
    pub(super) fn run(self, out: &mut Out<'_>) -> Result<(), Failure> {
        // Without a community there is nothing to lock, and the lock would make the directory.
        let home = home::open(&self.dir)?;
        let _lock = DirectoryLock::acquire(&self.dir)?;
        rebuild::forget(&self.dir)?;
        let opened = opened(&home, out)?;
        let (machine, mut book) = (opened.machine, opened.book);
        let members = machine.state().ledger().members().len();
        let entries = book.entries();
        book.settle_and_wait(machine.state());
        let result = serde_json::json!({
            "facts": opened.replayed,
            "entries": entries,
            "members": members,
            "journal_bytes": book.journal_bytes(),
            "index_bytes": book.index_bytes(),
        });
        out.result(&result, |_| {
            let facts = opened.replayed;
            format!("Rebuilt from {facts} facts in the journal: {entries} ledger entries, {members} members. Start the node again.")
        })
    }
}

/// Reads the journal, and tells people how far it is.
fn opened(home: &Home, out: &mut Out<'_>) -> Result<Recovered, Failure> {
    let progress = Progress::default();
    thread::scope(|scope| {
        let (waiting, told) = (thread::current(), &progress);
        let reading = scope.spawn(move || {
            let opened = runtime::open_telling(home, CACHE_BYTES, told);
            waiting.unpark();
            opened
        });
        let mut said = 0;
        while !reading.is_finished() {
            thread::park_timeout(LOOK_EVERY);
            let percent = progress.percent().unwrap_or(0);
            if percent >= said + SAID_EVERY {
                said = percent - percent % SAID_EVERY;
                out.line(&format!("{said} % of the journal is read"))?;
            }
        }
        match reading.join() {
            Ok(opened) => Ok(opened?),
            Err(panic) => std::panic::resume_unwind(panic),
        }
    })
}
