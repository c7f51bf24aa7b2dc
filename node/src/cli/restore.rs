//! `kith restore`: a community again, from its backup or from the partners that keep its copies, and its recovery words.

use super::{
    backup::{Words, summary, words},
    output::{Out, when},
};
use crate::{
    backup::{self, Restored, Verified},
    escrow::{self, Heard},
    failure::Failure,
    runtime::clock,
};
use clap::Args;
use std::path::{Path, PathBuf};

/// Restore a community from a backup, or from the partners that keep its copies, with the recovery words.
///
/// The backup is checked first, all of it. The node gets a new key. A community with partners takes nothing new in until
/// each partner has said what it saw last. Never let the old copy run again.
///
/// Example: kith restore elm.age --dir elm
#[derive(Debug, Args)]
pub(super) struct Restore {
    /// The backup.
    #[arg(required_unless_present = "from_partners", conflicts_with = "from_partners")]
    file: Option<PathBuf>,
    /// Ask these partners for the newest copy that they keep, by the addresses that the page about copies and
    /// `kith partner escrow` show: each ends in /p2p/ and a long word.
    #[arg(long, value_name = "ADDRESS", num_args = 1..=escrow::MOST_ASKED)]
    from_partners: Vec<String>,
    /// The directory to restore into. It must not exist, or be empty.
    #[arg(long, value_name = "DIR")]
    dir: PathBuf,
    #[command(flatten)]
    words: Words,
}

impl Restore {
    pub(super) fn run(self, out: &mut Out<'_>) -> Result<(), Failure> {
        let root = backup::read_words(self.words.words_file.as_deref())?;
        match &self.file {
            Some(file) => {
                let (verified, restored) = backup::restore(file, &self.dir, &root, clock::now())?;
                tell(out, &self.dir, &verified, &restored, None)
            }
            None => {
                let fetched = escrow::restore(&self.from_partners, &self.dir, &root, clock::now())?;
                let from = Some((fetched.from.as_str(), fetched.heard.as_slice()));
                tell(out, &self.dir, &fetched.verified, &fetched.restored, from)
            }
        }
    }
}

fn tell(
    out: &mut Out<'_>,
    dir: &Path,
    verified: &Verified,
    restored: &Restored,
    from: Option<(&str, &[Heard])>,
) -> Result<(), Failure> {
    let mut result = summary(verified);
    result["dir"] = serde_json::json!(dir);
    result["key_serial"] = restored.serial.into();
    if let Some((from, _)) = from {
        result["from"] = from.into();
    }
    out.result(&result, |_| {
        let (dir, rows) = (dir.display(), words(verified));
        let origin = match from {
            Some((from, heard)) => partners(from, heard),
            None if restored.handover => {
                "This copy comes from a handover: the old one is retired and does not start again.".to_owned()
            }
            None => "This copy comes from an ordinary backup. Whatever was recorded since is not in it. If the old copy \
                     still exists, never start it again."
                .to_owned(),
        };
        format!(
            "The community is restored into {dir}.\n{rows}\n\n{origin}\nWith partners, nothing new is taken in until \
             each has said what it saw last, or you go on without it (kith partner go-on).\nNext, start the node:  kith serve --dir {dir}"
        )
    })
}

fn partners(from: &str, heard: &[Heard]) -> String {
    let mut lines = vec![format!(
        "The copy was kept by {from}. Whatever was recorded since is not in it, except what partners can prove."
    )];
    for other in heard.iter().filter(|heard| heard.address != from) {
        let address = &other.address;
        lines.push(match (&other.problem, other.made_at) {
            (Some(problem), _) => format!("{address}: {problem}"),
            (None, Some(at)) => format!("{address}: keeps a copy of {}, which was not needed.", when(at.0)),
            (None, None) => format!("{address}: was not needed."),
        });
    }
    lines.push("If the old copy still exists, never start it again.".to_owned());
    lines.join("\n")
}
