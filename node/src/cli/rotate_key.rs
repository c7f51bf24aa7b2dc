//! `kith rotate-key`: a new operational key before the old one ends, or when somebody may have seen it.

use super::{
    backup::Words,
    output::{Out, when},
};
use crate::{backup, failure::Failure, runtime::clock};
use clap::Args;
use std::path::PathBuf;

/// Give a stopped node a new key to sign with, by the recovery words. Each key is good for five years.
///
/// Partners learn of it when they meet the node; until then nothing is signed for them. Nothing is lost, and members go on.
/// Stop the node first, and start it again afterwards.
///
/// Example: kith rotate-key --dir elm
#[derive(Debug, Args)]
pub(super) struct RotateKey {
    /// The node's directory. The node must not run.
    #[arg(long, value_name = "DIR")]
    dir: PathBuf,
    #[command(flatten)]
    words: Words,
}

impl RotateKey {
    pub(super) fn run(self, out: &mut Out<'_>) -> Result<(), Failure> {
        let root = backup::read_words(self.words.words_file.as_deref())?;
        let certificate = backup::rotate(&self.dir, &root, clock::now())?;
        let result = serde_json::json!({"key_serial": certificate.serial, "until": certificate.until});
        out.result(&result, |_| {
            let (dir, until) = (self.dir.display(), when(certificate.until.0));
            format!("The node has a new key, good until {until}. Start it again:  kith serve --dir {dir}")
        })
    }
}
