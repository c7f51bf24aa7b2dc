//! `kith rebuild`: snapshot and index again from the journal.

use super::output::Out;
use crate::{
    failure::Failure,
    runtime::{self, home},
    store::{DirectoryLock, StoreError},
};
use clap::Args;
use std::{
    io::ErrorKind,
    path::{Path, PathBuf},
};

/// Memory for writing the index, in bytes.
const CACHE_BYTES: u64 = 16 << 20;

/// Build the index of a stopped node again from its journal.
///
/// The journal holds everything and is not touched; people's details are kept apart and stay. What other communities
/// publish comes again from their nodes.
///
/// Example: kith rebuild --dir elm
#[derive(Debug, Args)]
pub(super) struct Rebuild {
    /// The node's directory. The node must not run.
    #[arg(long, value_name = "DIR")]
    dir: PathBuf,
}

impl Rebuild {
    pub(super) fn run(self, out: &mut Out<'_>) -> Result<(), Failure> {
        // Without a community there is nothing to lock, and the lock would make the directory.
        let home = home::open(&self.dir)?;
        let _lock = DirectoryLock::acquire(&self.dir)?;
        remove(&self.dir.join("index"), |path| std::fs::remove_dir_all(path))?;
        remove(&self.dir.join("snapshot"), |path| std::fs::remove_file(path))?;
        let opened = runtime::open(&home, CACHE_BYTES)?;
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

fn remove(path: &Path, with: impl Fn(&Path) -> std::io::Result<()>) -> Result<(), StoreError> {
    match with(path) {
        Err(source) if source.kind() != ErrorKind::NotFound => {
            Err(StoreError::Io { context: "remove", path: path.to_path_buf(), source })
        }
        _ => Ok(()),
    }
}
