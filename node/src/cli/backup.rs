//! `kith backup`: everything of a community in one encrypted file.

use super::{
    output::{Out, when},
    reach::Reach,
};
use crate::{
    api::types::NewBackup,
    backup::{self, BackupError, Verified, WholeFile},
    client::Client,
    failure::Failure,
    runtime::clock,
};
use clap::{Args, Subcommand};
use std::{
    io::{self, Write},
    path::{Path, PathBuf},
};

/// Back up the whole community: one file that only the 24 recovery words open.
///
/// It holds the ledger, people's details, keys and settings. A node that runs is asked and goes on meanwhile; the directory
/// of a stopped one is read. A running node also makes one by itself every day.
///
/// Example: kith backup --dir elm --out elm.age
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub(super) struct Backup {
    #[command(subcommand)]
    more: Option<More>,
    /// The file to write. One that is there is replaced when the new one is whole.
    #[arg(long, value_name = "FILE", required = true)]
    out: Option<PathBuf>,
    #[command(flatten)]
    reach: Reach,
}

#[derive(Debug, Subcommand)]
enum More {
    Verify(Verify),
    Enable(Enable),
}

/// Check a backup with the recovery words: every byte, every signature, every rule. Nothing is restored.
///
/// It asks for the 24 words on the terminal.
///
/// Example: kith backup verify elm.age
#[derive(Debug, Args)]
struct Verify {
    /// The backup.
    file: PathBuf,
    #[command(flatten)]
    words: Words,
}

/// Let a community that was founded with an older version have backups. It asks for the recovery words once.
///
/// Example: kith backup enable --dir elm
#[derive(Debug, Args)]
struct Enable {
    /// The node's directory.
    #[arg(long, value_name = "DIR")]
    dir: PathBuf,
    #[command(flatten)]
    words: Words,
}

/// Where the recovery words come from.
#[derive(Debug, Args)]
pub(super) struct Words {
    /// A file with the 24 words that only you can read. Without it they are asked for on the terminal.
    #[arg(long, value_name = "FILE")]
    pub(super) words_file: Option<PathBuf>,
}

impl Backup {
    pub(super) fn run(self, out: &mut Out<'_>) -> Result<(), Failure> {
        let (reach, to) = match (self.more, self.out) {
            (Some(More::Verify(verify)), _) => return verify.run(out),
            (Some(More::Enable(enable)), _) => return enable.run(out),
            (None, Some(to)) => (self.reach, to),
            (None, None) => return Err(Failure::usage("it is not said where the backup goes. Add --out FILE")),
        };
        let made = match reach.directory() {
            Some(dir) => backup::make(dir, &to)?,
            None => None,
        };
        let bytes = match made {
            Some(made) => made.bytes,
            None => {
                let bytes = fetch(&reach.client()?, &to, NewBackup { handover: false })?;
                noted(reach.directory())?;
                bytes
            }
        };
        let result = serde_json::json!({"file": to, "bytes": bytes});
        out.result(&result, |_| {
            let file = to.display();
            format!(
                "Wrote {bytes} bytes to {file}. Only the recovery words open it. Check it:  kith backup verify {file}"
            )
        })
    }
}

/// Says in the node's directory that a backup was made: the node only knows that the bytes left it.
pub(super) fn noted(dir: Option<&Path>) -> Result<(), Failure> {
    dir.map_or(Ok(()), |dir| Ok(backup::note_success(dir, clock::now())?))
}

/// Writes to a file, and remembers why it could not: the client would only know that the answer ended.
struct Noting {
    file: WholeFile,
    failed: Option<io::Error>,
}

impl Write for Noting {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes).map_err(|error| {
            let told = io::Error::from(error.kind());
            self.failed = Some(error);
            told
        })
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// Asks a running node for a backup and writes it; gives its length.
pub(super) fn fetch(client: &Client, to: &Path, body: NewBackup) -> Result<u64, Failure> {
    let mut into = Noting { file: WholeFile::create(to)?, failed: None };
    let fetched = client.fetch("/api/v1/backup", &body, &mut into);
    if let Some(error) = into.failed {
        return Err(BackupError::Output(error).at(to).into());
    }
    fetched?;
    Ok(into.file.finish()?)
}

impl Verify {
    fn run(self, out: &mut Out<'_>) -> Result<(), Failure> {
        let root = backup::read_words(self.words.words_file.as_deref())?;
        let verified = backup::verify(&self.file, &root)?;
        out.result(&summary(&verified), |_| format!("The backup is good.\n{}", words(&verified)))
    }
}

impl Enable {
    fn run(self, out: &mut Out<'_>) -> Result<(), Failure> {
        let root = backup::read_words(self.words.words_file.as_deref())?;
        backup::enable(&self.dir, &root)?;
        out.result(&serde_json::json!({"dir": self.dir}), |_| {
            "From now on this community has backups. A running node makes one every day.".to_owned()
        })
    }
}

/// What a backup holds, for programs.
pub(super) fn summary(verified: &Verified) -> serde_json::Value {
    let manifest = &verified.manifest;
    serde_json::json!({
        "community": manifest.community,
        "name": manifest.name,
        "made_at": manifest.made_at,
        "program": manifest.program,
        "handover": manifest.handover,
        "bytes": verified.bytes,
        "entries": manifest.ledger.size,
        "root": manifest.ledger.root,
        "journal_bytes": manifest.journal.bytes,
        "journal_records": manifest.journal.records,
        "people_records": manifest.people,
        "lanes": manifest.lanes,
        "signatures_checked": verified.summary.signatures_checked,
    })
}

/// The same in words.
pub(super) fn words(verified: &Verified) -> String {
    let (manifest, summary) = (&verified.manifest, &verified.summary);
    let kind = if manifest.handover { "a handover: the copy it was made from is retired" } else { "a backup" };
    let rows = [
        ("Community", manifest.name.clone()),
        ("Id", manifest.community.to_string()),
        ("Made", format!("{} with kith {}, as {kind}", when(manifest.made_at.0), manifest.program)),
        ("Ledger", format!("{} entries, root {}", manifest.ledger.size, manifest.ledger.root)),
        ("Journal", format!("{} records, {} bytes", manifest.journal.records, manifest.journal.bytes)),
        ("Names and notes", manifest.people.to_string()),
        ("Members", format!("{} here, {} left", summary.members, summary.left)),
        ("Partnerships", manifest.lanes.len().to_string()),
        ("Signatures checked", summary.signatures_checked.to_string()),
        ("Size", format!("{} bytes", verified.bytes)),
    ];
    rows.map(|(name, value)| format!("{name:<20}{value}")).join("\n")
}
