//! `kith ledger export`: the whole ledger as one file that anybody can verify.

use super::{output::Out, reach::Reach};
use crate::{
    failure::Failure,
    runtime::{self, Checkpoints, HomeError, export, home},
    store::{DirectoryLock, StoreError},
};
use clap::Args;
use std::{
    fs::{File, OpenOptions},
    io::{BufWriter, Write},
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
};

/// Memory for reading a stopped node's index, in bytes.
const CACHE_BYTES: u64 = 16 << 20;

/// Export the whole ledger, without names, as one file. `kith verify` judges it anywhere.
///
/// When the node runs it is asked; when it is stopped its directory is read.
///
/// Example: kith ledger export --dir elm --out elm.car
#[derive(Debug, Args)]
pub(super) struct Export {
    /// The file to write. One that is there is replaced when the new one is whole.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    #[command(flatten)]
    reach: Reach,
}

impl Export {
    pub(super) fn run(self, out: &mut Out<'_>) -> Result<(), Failure> {
        let stopped = self.reach.directory().map(stopped).transpose()?.flatten();
        let mut file = Unfinished::create(&self.out)?;
        match (stopped, self.reach.directory()) {
            (Some(lock), Some(dir)) => {
                write_from(dir, &mut file.file)?;
                drop(lock);
            }
            _ => {
                let client = self.reach.client()?;
                client.download("/api/v1/ledger/export", &mut file.file)?;
            }
        }
        let bytes = file.finish()?;
        let result = serde_json::json!({"file": self.out, "bytes": bytes});
        out.result(&result, |_| {
            let file = self.out.display();
            format!("Wrote {bytes} bytes to {file}. Anybody can check it:  kith verify {file}")
        })
    }
}

/// The lock on a directory whose node does not run; nothing when it runs.
fn stopped(dir: &Path) -> Result<Option<DirectoryLock>, Failure> {
    // The lock would be made with its directory: first see that there is a community.
    if home::admin_token(dir)?.is_none() {
        return Err(HomeError::NotFounded(dir.to_path_buf()).into());
    }
    match DirectoryLock::acquire(dir) {
        Ok(lock) => Ok(Some(lock)),
        Err(StoreError::Locked { .. }) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

fn write_from(dir: &Path, file: &mut dyn Write) -> Result<(), Failure> {
    let home = home::open(dir)?;
    let opened = runtime::open(&home, CACHE_BYTES)?;
    let (machine, book) = (opened.machine, opened.book);
    let (checkpoint, note) = Checkpoints::open(dir, &machine, &book)?.sign(&machine)?;
    let manifest = export::manifest(&home.identity, &checkpoint, note);
    export::export(&book.reader(), &manifest, file)?;
    Ok(())
}

/// A file that takes its name when it is whole.
pub(super) struct Unfinished {
    path: PathBuf,
    part: PathBuf,
    file: BufWriter<File>,
    whole: bool,
}

impl Unfinished {
    fn create(path: &Path) -> Result<Self, Failure> {
        Self::with(path, OpenOptions::new().write(true).create(true).truncate(true))
    }

    /// One that nobody but its owner may read.
    pub(super) fn private(path: &Path) -> Result<Self, Failure> {
        Self::with(path, OpenOptions::new().write(true).create(true).truncate(true).mode(0o600))
    }

    /// Where it is written.
    pub(super) fn writer(&mut self) -> &mut dyn Write {
        &mut self.file
    }

    fn with(path: &Path, options: &OpenOptions) -> Result<Self, Failure> {
        let mut part = path.as_os_str().to_owned();
        part.push(".part");
        let part = PathBuf::from(part);
        let file = options.open(&part).map_err(|error| Failure::file("write", &part, &error))?;
        Ok(Self { path: path.to_path_buf(), part, file: BufWriter::new(file), whole: false })
    }

    pub(super) fn finish(mut self) -> Result<u64, Failure> {
        let failed = |error: std::io::Error| Failure::file("write", &self.path, &error);
        self.file.flush().map_err(failed)?;
        let file = self.file.get_ref();
        file.sync_all().map_err(failed)?;
        let bytes = file.metadata().map_err(failed)?.len();
        std::fs::rename(&self.part, &self.path).map_err(failed)?;
        self.whole = true;
        Ok(bytes)
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        if !self.whole {
            // What is left of it is of no use, and a file that stays is only in the way.
            let _ = std::fs::remove_file(&self.part);
        }
    }
}
