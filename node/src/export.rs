//! Everything a community owns, in formats that anybody can open: tables (CSV, RFC 4180), lists (JSON), and the signed
//! ledger that `kith verify` judges, in one archive (tar). Notes about members, private messages and keys stay behind.
//!
//! It is written as it is read, table by table: nothing but one table's part is in memory, and nothing of it lies on the
//! node's disk afterwards.

mod rows;
mod tables;
#[cfg(test)]
mod tests;

pub(crate) use tables::cell;

use crate::{
    backup::tar,
    progress::Piece,
    runtime::{
        Handle, Refused, clock,
        export::{LedgerCut, chunks},
    },
};
use std::io::{self, Write};
use tables::Tables;
use tokio::sync::mpsc;

/// What an archive begins with.
const README: &str = include_str!("export/README.txt");
/// How often each entry is read: once for the tables, and twice for the ledger.
const READINGS: u64 = 3;
/// The name of the archive where nobody chooses another.
pub const FILE_NAME: &str = "kith-export.tar";

/// Counts what is written.
#[derive(Default)]
struct Counting(u64);

impl Write for Counting {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// An archive that is being written.
struct Archive<'a> {
    out: &'a mut dyn Write,
    seconds: u64,
}

impl Archive<'_> {
    fn file(&mut self, name: &str, bytes: &[u8]) -> io::Result<()> {
        let size = bytes.len() as u64;
        tar::begin(self.out, name, size, self.seconds)?;
        self.out.write_all(bytes)?;
        tar::end(self.out, size)
    }

    /// The ledger is written twice, first to learn its size: an archive says it before the file.
    fn ledger(&mut self, cut: &LedgerCut, piece: &mut Piece) -> io::Result<()> {
        let mut counted = Counting::default();
        cut.write_telling(&mut counted, piece).map_err(io::Error::other)?;
        tar::begin(self.out, "ledger.car", counted.0, self.seconds)?;
        cut.write_telling(self.out, piece).map_err(io::Error::other)?;
        tar::end(self.out, counted.0)
    }
}

fn write(handle: &Handle, cut: &LedgerCut, runtime: &tokio::runtime::Handle, out: &mut dyn Write) -> io::Result<()> {
    let now = clock::now();
    let mut piece = handle.taking().begin(READINGS * cut.entries());
    let mut archive = Archive { out, seconds: now.0 / 1_000 };
    archive.file("README.txt", README.as_bytes())?;
    let mut tables = Tables::new(handle, cut, runtime, now);
    tables.write(&mut |name, bytes| archive.file(name, bytes), &mut piece)?;
    archive.ledger(cut, &mut piece)?;
    tar::finish(archive.out)?;
    archive.out.flush()
}

/// The archive, chunk by chunk. An error among the chunks means that it is not whole.
///
/// # Errors
/// [`Refused::Busy`] while too many exports run, [`Refused::Checkpoint`] when no checkpoint can be shown.
pub async fn stream(handle: &Handle) -> Result<mpsc::Receiver<io::Result<Vec<u8>>>, Refused> {
    let cut = handle.ledger_cut().await?;
    let (mut writer, chunks) = chunks();
    let (handle, runtime) = (handle.clone(), tokio::runtime::Handle::current());
    tokio::task::spawn_blocking(move || {
        if let Err(error) = write(&handle, &cut, &runtime, &mut writer) {
            tracing::warn!(%error, "an export ended early");
            writer.fail(error);
        }
    });
    Ok(chunks)
}
