//! `kith ledger`: the signed ledger, to show and to hand over.

use super::{export::Export, output::Out, reach::Reach};
use crate::{api::types::CheckpointView, failure::Failure};
use clap::{Args, Subcommand};

/// Show and export the community's signed ledger.
#[derive(Debug, Subcommand)]
pub(super) enum Ledger {
    Export(Export),
    Checkpoint(Checkpoint),
}

/// Show the signed checkpoint over all entries: a few lines that fix the whole ledger.
///
/// Example: kith ledger checkpoint --dir elm
#[derive(Debug, Args)]
pub(super) struct Checkpoint {
    #[command(flatten)]
    reach: Reach,
}

impl Ledger {
    pub(super) fn run(self, out: &mut Out<'_>) -> Result<(), Failure> {
        match self {
            Self::Export(export) => export.run(out),
            Self::Checkpoint(checkpoint) => {
                let view: CheckpointView = checkpoint.reach.client()?.get("/api/v1/ledger/checkpoint")?;
                out.result(&view, |view| view.note.trim_end().to_owned())
            }
        }
    }
}
