//! `kith export`: everything that a community owns, in open formats.

use super::{export::Unfinished, output::Out, reach::Reach};
use crate::failure::Failure;
use clap::Args;
use std::path::PathBuf;

/// Take everything the community owns out of a running node: one tar archive with tables, lists and the signed ledger.
///
/// It holds names, telephone numbers and e-mail addresses: keep it where only coordinators can read it. It is not a
/// backup; `kith backup` makes one.
///
/// Example: kith export --dir elm --out elm.tar
#[derive(Debug, Args)]
pub(super) struct Whole {
    /// The file to write, which only you can read. One that is there is replaced when the new one is whole.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    #[command(flatten)]
    reach: Reach,
}

impl Whole {
    pub(super) fn run(self, out: &mut Out<'_>) -> Result<(), Failure> {
        let client = self.reach.client()?;
        let mut file = Unfinished::private(&self.out)?;
        client.download("/api/v1/export", file.writer())?;
        let bytes = file.finish()?;
        let result = serde_json::json!({"file": self.out, "bytes": bytes});
        out.result(&result, |_| {
            let file = self.out.display();
            format!("Wrote {bytes} bytes to {file}. It names people: keep it safe. Look into it:  tar -tf {file}")
        })
    }
}
