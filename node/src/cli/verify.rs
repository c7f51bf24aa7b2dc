//! `kith verify`: judges an exported ledger with no node and no network.

use super::output::{Out, hours, when};
use crate::failure::{Exit, Failure};
use clap::Args;
use kith_protocol::audit::{Auditor, Finding, Summary};
use std::{fs::File, io::Read as _, path::PathBuf};

/// How much is read at once.
const CHUNK_BYTES: usize = 256 * 1024;

/// Check an exported ledger: every entry, every rule, every signature.
///
/// It needs no node and no network. It says which entry is the first bad one.
///
/// Example: kith verify elm.car
#[derive(Debug, Args)]
pub(super) struct Verify {
    /// The file that `kith ledger export` wrote.
    file: PathBuf,
}

impl Verify {
    pub(super) fn run(self, out: &mut Out<'_>) -> Result<(), Failure> {
        let unreadable = |error: std::io::Error| Failure::file("read", &self.file, &error);
        let mut file = File::open(&self.file).map_err(unreadable)?;
        let mut auditor = Auditor::new();
        let mut chunk = vec![0; CHUNK_BYTES];
        loop {
            let read = file.read(&mut chunk).map_err(unreadable)?;
            if read == 0 {
                break;
            }
            auditor.push(&chunk[..read]).map_err(unsound)?;
        }
        let summary = auditor.finish().map_err(unsound)?;
        out.result(&summary, words)
    }
}

fn unsound(finding: Finding) -> Failure {
    let detail = format!("{finding}. Do not rely on this file");
    Failure { entry: finding.entry, ..Failure::new(Exit::Unverified, finding.flaw.code(), detail) }
}

fn words(summary: &Summary) -> String {
    let sum = i64::try_from(summary.sum_minutes).map_or_else(|_| format!("{} min", summary.sum_minutes), hours);
    let rows = [
        ("Community", summary.name.clone()),
        ("Id", summary.community.to_string()),
        ("Entries", summary.entries.to_string()),
        ("Root", summary.root.to_string()),
        ("Members", format!("{} here, {} left", summary.members, summary.left)),
        ("Exchanges", summary.exchanges.to_string()),
        ("Partnerships", summary.partnerships.len().to_string()),
        ("All hours together", sum),
        ("Signatures checked", summary.signatures_checked.to_string()),
        ("From", when(summary.first_at.0)),
        ("To", when(summary.last_at.0)),
    ];
    let rows = rows.map(|(name, value)| format!("{name:<20}{value}")).join("\n");
    format!("The ledger is sound: every entry follows the rules, and every signature is good.\n{rows}")
}
