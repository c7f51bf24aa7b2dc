//! `kith verify`: judges an exported ledger, a member's statement, a balance sheet or a proof of misconduct, with no node and
//! no network.

use super::output::{Out, hours, when};
use crate::{
    client::Client,
    failure::{Exit, Failure},
};
use clap::Args;
use kith_protocol::{
    audit::{Auditor, Finding, Summary},
    document::{Document, MAX_DOCUMENT_BYTES},
    evidence::Proven,
    rejection::Rejection,
    sheet::Checked,
    statement::Told,
};
use std::{
    fs::File,
    io::Read as _,
    path::{Path, PathBuf},
};

/// How much is read at once.
const CHUNK_BYTES: usize = 256 * 1024;

/// Check a file: an exported ledger, a member's statement, a partner's balance sheet, or a proof of misconduct.
///
/// It needs no node and no network. Of a ledger it checks every entry, every rule and every signature, and says which entry is
/// the first bad one.
///
/// Example: kith verify elm.car
#[derive(Debug, Args)]
pub(super) struct Verify {
    /// The file that `kith ledger export`, `kith member statement`, `kith partner statement` or `kith partner evidence` wrote, or
    /// that a member got from their statement's page.
    file: PathBuf,
}

impl Verify {
    pub(super) fn run(self, out: &mut Out<'_>) -> Result<(), Failure> {
        let unreadable = |error: std::io::Error| Failure::file("read", &self.file, &error);
        let mut file = File::open(&self.file).map_err(unreadable)?;
        let mut auditor = Auditor::new();
        let mut chunk = vec![0; CHUNK_BYTES];
        let mut start = true;
        loop {
            let read = file.read(&mut chunk).map_err(unreadable)?;
            if read == 0 {
                break;
            }
            if std::mem::take(&mut start) && Document::is_like(&chunk[..read]) {
                let mut bytes = chunk[..read].to_vec();
                let most = MAX_DOCUMENT_BYTES as u64 + 1;
                file.take(most).read_to_end(&mut bytes).map_err(unreadable)?;
                return document(&bytes)?.print(out);
            }
            auditor.push(&chunk[..read]).map_err(unsound)?;
        }
        let summary = auditor.finish().map_err(unsound)?;
        out.result(&summary, words)
    }
}

/// A file that stands for itself and was found good.
pub(super) enum Good {
    Sheet(Box<Checked>),
    Statement(Box<Told>),
    Proof(Proven),
}

/// Checks a file that stands for itself.
pub(super) fn document(bytes: &[u8]) -> Result<Good, Failure> {
    let unsound =
        |why: Rejection| Failure::new(Exit::Unverified, why.code(), format!("{why}. Do not rely on this file"));
    match Document::decode(bytes).map_err(unsound)? {
        Document::BalanceSheet(sheet) => Ok(Good::Sheet(Box::new(sheet.check().map_err(unsound)?))),
        Document::MemberStatement(statement) => Ok(Good::Statement(Box::new(statement.check().map_err(unsound)?))),
        Document::Evidence(evidence) => Ok(Good::Proof(evidence.judge().map_err(unsound)?)),
    }
}

/// Fetches a file that stands for itself, checks it as anybody else would, keeps it, and says what it says.
pub(super) fn fetch(client: &Client, path: &str, file: Option<&Path>, out: &mut Out<'_>) -> Result<(), Failure> {
    let mut bytes = Vec::new();
    client.download(path, &mut bytes)?;
    let checked = document(&bytes)?;
    if let Some(file) = file {
        write(file, &bytes)?;
    }
    checked.print(out)
}

/// Writes a file, all of it or nothing.
fn write(file: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let failed = |error: std::io::Error| Failure::file("write", file, &error);
    let beside = file.with_extension("part");
    std::fs::write(&beside, bytes).map_err(failed)?;
    std::fs::rename(&beside, file).map_err(failed)
}

impl Good {
    /// Says what the file says.
    pub(super) fn print(&self, out: &mut Out<'_>) -> Result<(), Failure> {
        match self {
            Self::Sheet(sheet) => out.result(sheet, |sheet| sheet_words(sheet)),
            Self::Statement(told) => out.result(told, |told| statement_words(told)),
            Self::Proof(proven) => {
                let result = serde_json::json!({
                    "community": proven.community, "evidence": proven.misconduct.code(), "what": proven.misconduct,
                });
                out.result(&result, |_| {
                    let (who, code, what) = (proven.community, proven.misconduct.code(), proven.misconduct);
                    format!("The proof holds ({code}).\n{who}: {what}.")
                })
            }
        }
    }
}

fn statement_words(told: &Told) -> String {
    let sum = |minutes: u64| hours(i64::try_from(minutes).unwrap_or(i64::MAX));
    let stood = |minutes: Option<i64>| minutes.map_or_else(|| "not said".to_owned(), hours);
    let rows = [
        ("Community", told.community.to_string()),
        ("Member", told.member.to_string()),
        ("From", when(told.from.0)),
        ("Until", when(told.until.0)),
        ("Entries", told.entries.to_string()),
        ("Given", sum(told.given)),
        ("Received", sum(told.received)),
        ("Stood before", stood(told.opening)),
        ("Stood after", stood(told.closing)),
        ("Signed by the member", told.signed.to_string()),
        ("Agreed in a session", told.in_session.to_string()),
        ("Recorded for them", told.on_behalf.to_string()),
        ("Signed by partners", told.crossed.to_string()),
        ("Entries in the ledger", told.size.to_string()),
        ("Root of the ledger", told.root.to_string()),
        ("Made", when(told.made_at.0)),
    ];
    let rows = rows.map(|(name, value)| format!("{name:<24}{value}")).join("\n");
    format!(
        "The statement is sound: the community signed it, and each entry on it stands in the ledger that the community signed.\n\
         {rows}\n\nIt does not show who the member is, nor that the community listed all entries of the period. The whole ledger \
         shows the second: kith ledger export."
    )
}

fn sheet_words(sheet: &Checked) -> String {
    let undecided = match sheet.undecided_since {
        Some(since) => format!("{}, since {}", sheet.undecided, when(since.0)),
        None => sheet.undecided.to_string(),
    };
    let long = |minutes: u64| hours(i64::try_from(minutes).unwrap_or(i64::MAX));
    let rows = [
        ("Made by", sheet.maker.to_string()),
        ("Partner", sheet.partner.to_string()),
        ("From", when(sheet.from.0)),
        ("Until", when(sheet.until.0)),
        ("Exchanges", sheet.exchanges.to_string()),
        ("Received", long(sheet.received)),
        ("Given", long(sheet.given)),
        ("Ahead before", hours(sheet.opening)),
        ("Ahead after", hours(sheet.closing)),
        ("Limit", long(sheet.limit)),
        ("Partner's limit", long(sheet.partner_limit)),
        ("Without an answer", undecided),
    ];
    let rows = rows.map(|(name, value)| format!("{name:<20}{value}")).join("\n");
    format!("The balance sheet is sound: both communities signed every exchange on it.\n{rows}")
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
