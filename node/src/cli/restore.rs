//! `kith restore`: a community again, from its backup and its recovery words.

use super::{
    backup::{Words, summary, words},
    output::Out,
};
use crate::{backup, failure::Failure, runtime::clock};
use clap::Args;
use std::path::PathBuf;

/// Restore a community from a backup, with the recovery words.
///
/// The backup is checked first, all of it. The node gets a new key. A community with partners takes nothing new in until
/// each partner has said what it saw last. Never let the old copy run again.
///
/// Example: kith restore elm.age --dir elm
#[derive(Debug, Args)]
pub(super) struct Restore {
    /// The backup.
    file: PathBuf,
    /// The directory to restore into. It must not exist, or be empty.
    #[arg(long, value_name = "DIR")]
    dir: PathBuf,
    #[command(flatten)]
    words: Words,
}

impl Restore {
    pub(super) fn run(self, out: &mut Out<'_>) -> Result<(), Failure> {
        let root = backup::read_words(self.words.words_file.as_deref())?;
        let (verified, restored) = backup::restore(&self.file, &self.dir, &root, clock::now())?;
        let mut result = summary(&verified);
        result["dir"] = serde_json::json!(self.dir);
        result["key_serial"] = restored.serial.into();
        out.result(&result, |_| {
            let (dir, rows) = (self.dir.display(), words(&verified));
            let origin = if restored.handover {
                "This copy comes from a handover: the old one is retired and does not start again."
            } else {
                "This copy comes from an ordinary backup. Whatever was recorded since is not in it. If the old copy \
                 still exists, never start it again."
            };
            format!(
                "The community is restored into {dir}.\n{rows}\n\n{origin}\nWith partners, nothing new is taken in until \
                 each has said what it saw last, or you go on without it (kith partner go-on).\nNext, start the node:  kith serve --dir {dir}"
            )
        })
    }
}
