//! `kith import from`: a whole community, as another system exported it.

use super::finish;
use crate::{
    cli::{output::Out, reach::Reach},
    failure::Failure,
    import::{Files, Limits, Sheet, System as Known, people::MAX_CSV_BYTES, read_system},
};
use clap::{Args, ValueEnum};
use std::{collections::BTreeMap, fs::File, io::Read as _, path::PathBuf};

/// A system with exports that are known.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Name {
    Timeoverflow,
    Ces,
    Komunitin,
}

/// Bring in the people of another system with their hours, offers and needs.
///
/// Everybody begins with an opening balance: what their exchanges add up to, or what the system itself says they have,
/// compared with each other to the minute. Give the same command again after an interruption: nobody is doubled.
///
/// Example: kith import from timeoverflow --people users.csv --posts posts.csv --transfers transfers.csv --dir elm --dry-run
#[derive(Debug, Args)]
pub(in crate::cli) struct System {
    /// Which system wrote the files.
    #[arg(value_enum)]
    system: Name,
    /// Its members, users or accounts.
    #[arg(long, value_name = "FILE")]
    people: PathBuf,
    /// What they offer (with TimeOverflow also what they need).
    #[arg(long, value_name = "FILE")]
    posts: Option<PathBuf>,
    /// What they need.
    #[arg(long, value_name = "FILE")]
    wants: Option<PathBuf>,
    /// Their exchanges: transfers or trades.
    #[arg(long, value_name = "FILE")]
    transfers: Option<PathBuf>,
    /// What everybody has, as the system itself counted it.
    #[arg(long, value_name = "FILE")]
    totals: Option<PathBuf>,
    /// How many of the system's units are an hour: 3600 for TimeOverflow, 1 for CES and 100 for Komunitin when absent.
    #[arg(long, value_name = "UNITS", value_parser = clap::value_parser!(u32).range(1..))]
    hour: Option<u32>,
    /// Only read the files and say what would come in.
    #[arg(long)]
    dry_run: bool,
    /// Write everything that did not fit into this file, as a table.
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
    #[command(flatten)]
    reach: Reach,
}

impl System {
    pub(super) fn run(self, out: &mut Out<'_>) -> Result<(), Failure> {
        let system = match self.system {
            Name::Timeoverflow => Known::TimeOverflow,
            Name::Ces => Known::Ces,
            Name::Komunitin => Known::Komunitin,
        };
        let named = [
            (Sheet::People, Some(&self.people)),
            (Sheet::Posts, self.posts.as_ref()),
            (Sheet::Wants, self.wants.as_ref()),
            (Sheet::Transfers, self.transfers.as_ref()),
            (Sheet::Totals, self.totals.as_ref()),
        ];
        let mut bytes: BTreeMap<Sheet, Vec<u8>> = BTreeMap::new();
        for (sheet, path) in named {
            let Some(path) = path else { continue };
            if !system.sheets().contains(&sheet) {
                let detail = format!("{} exports no {} file; leave it out", system.name(), sheet.name());
                return Err(Failure::usage(detail));
            }
            let mut read = Vec::new();
            let file = File::open(path).map_err(|error| Failure::file("read", path, &error))?;
            // One byte more than may be: then the reader of the table says that it is too large.
            file.take(MAX_CSV_BYTES + 1).read_to_end(&mut read).map_err(|error| Failure::file("read", path, &error))?;
            bytes.insert(sheet, read);
        }
        let files: Files<'_> = bytes.iter().map(|(sheet, bytes)| (*sheet, bytes.as_slice())).collect();
        let read = read_system(system, &files, self.hour.unwrap_or(system.hour()), Limits::default())?;
        finish(read, self.dry_run, &self.reach, self.report.as_deref(), out)
    }
}
