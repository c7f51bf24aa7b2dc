//! `kith handover`: a last backup, after which this copy never signs again.

use super::{
    backup::{fetch, noted},
    output::Out,
};
use crate::{api::types::NewBackup, backup, failure::Failure, local};
use clap::Args;
use std::path::PathBuf;

/// Move a community to another machine: make a last backup and retire this copy for good.
///
/// A running node stops taking anything in first. Afterwards `kith serve` refuses this directory. Restore the file on the
/// new machine with `kith restore`. Should the file get lost on the way, the same command makes it again.
///
/// Example: kith handover --dir elm --out elm.age
#[derive(Debug, Args)]
pub(super) struct Handover {
    /// The node's directory.
    #[arg(long, value_name = "DIR")]
    dir: PathBuf,
    /// The file to write. One that is there is replaced when the new one is whole.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

impl Handover {
    pub(super) fn run(self, out: &mut Out<'_>) -> Result<(), Failure> {
        let (bytes, running) = match backup::handover(&self.dir, &self.out)? {
            Some(made) => (made.bytes, false),
            None => {
                let bytes = fetch(&local::client(&self.dir)?, &self.out, NewBackup { handover: true })?;
                noted(Some(&self.dir))?;
                (bytes, true)
            }
        };
        let result = serde_json::json!({"file": self.out, "bytes": bytes, "running": running});
        out.result(&result, |_| {
            let (dir, file) = (self.dir.display(), self.out.display());
            let stop = if running { " The node takes nothing in any more: stop it." } else { "" };
            format!(
                "Wrote {bytes} bytes to {file}, and retired {dir}: it never starts again.{stop}\n\
                 On the new machine:  kith restore {file} --dir DIR"
            )
        })
    }
}
