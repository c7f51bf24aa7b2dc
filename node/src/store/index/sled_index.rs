//! The index on disk: sled 0.34, with the care its source shows to be needed.
//!
//! - Its flush does not empty the disk's own cache (sync_file_range): [`SledIndex::flush`] syncs the files itself.
//! - It writes large pages to files of their own (`blobs`) and never syncs those.
//! - A crash while it writes its snapshot leaves a torn `snap.*.generating` that it later writes into without cutting.
//! - A torn `snap.*` stops it, although the log alone says everything.
//! - `flush_async` can hang its thread pool for good: never used, and neither is its own flushing thread.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::{Entries, Index, Write, behind, check_sizes, span_after, span_before};
use crate::store::error::StoreError;
use crate::store::files;

/// Tries to open while the database's own lock is held, and the pause between two: one second in all. Threads of a
/// database just closed in this process may hold it a little longer.
const OPEN_TRIES: usize = 20;
const OPEN_PAUSE: Duration = Duration::from_millis(50);

/// A sled database in a directory of its own.
#[derive(Debug)]
pub struct SledIndex {
    db: sled::Db,
    dir: PathBuf,
    /// sled's log. fsync counts for the file, whichever handle asks.
    log: File,
    blobs: PathBuf,
    /// Large pages that are durable already.
    synced_blobs: Mutex<BTreeSet<OsString>>,
    failed: AtomicBool,
}

impl SledIndex {
    /// Opens or creates the database in `dir`. `cache_bytes` bounds sled's page cache; the process uses up to twice that.
    ///
    /// # Errors
    /// [`StoreError::IndexDamaged`] if sled cannot make sense of its files, [`StoreError::Locked`] if another process
    /// uses it.
    pub fn open(dir: &Path, cache_bytes: u64) -> Result<SledIndex, StoreError> {
        files::create_dir(dir)?;
        for path in snapshots(dir)? {
            if path.extension().is_some_and(|extension| extension == "generating") {
                std::fs::remove_file(&path).map_err(StoreError::io("remove", &path))?;
            }
        }
        let config = sled::Config::new().path(dir).cache_capacity(cache_bytes).flush_every_ms(None);
        let opened = match open_patiently(&config) {
            Err(sled::Error::Corruption { .. }) => {
                set_snapshots_aside(dir)?;
                open_patiently(&config)
            }
            opened => opened,
        };
        let db = opened.map_err(|error| open_error(dir, error))?;
        let log_path = dir.join("db");
        let log = File::open(&log_path).map_err(StoreError::io("open", &log_path))?;
        let index = SledIndex {
            db,
            dir: dir.to_owned(),
            log,
            blobs: dir.join("blobs"),
            synced_blobs: Mutex::default(),
            failed: AtomicBool::new(false),
        };
        index.flush()?;
        let settings = dir.join("conf");
        File::open(&settings).and_then(|file| file.sync_all()).map_err(StoreError::io("sync", &settings))?;
        files::sync_dir(dir)?;
        Ok(index)
    }

    fn error(&self, error: sled::Error) -> StoreError {
        match error {
            sled::Error::Io(source) => StoreError::io("use database", &self.dir)(source),
            error @ sled::Error::Corruption { .. } => damaged(&self.dir, &error),
            error => StoreError::Index(error.to_string()),
        }
    }

    fn entry(&self, entry: sled::Result<(sled::IVec, sled::IVec)>) -> Result<(Vec<u8>, Vec<u8>), StoreError> {
        let (key, value) = entry.map_err(|error| self.error(error))?;
        Ok((key.to_vec(), value.to_vec()))
    }

    fn refuse_if_failed(&self) -> Result<(), StoreError> {
        if self.failed.load(Ordering::Acquire) {
            return Err(StoreError::Poisoned { path: self.dir.clone() });
        }
        Ok(())
    }

    fn sync_blobs(&self) -> Result<(), StoreError> {
        let mut synced = self.synced_blobs.lock().unwrap_or_else(PoisonError::into_inner);
        let mut present = BTreeSet::new();
        let mut new = false;
        for entry in std::fs::read_dir(&self.blobs).map_err(StoreError::io("list", &self.blobs))? {
            let name = entry.map_err(StoreError::io("list", &self.blobs))?.file_name();
            if !synced.contains(&name) {
                let path = self.blobs.join(&name);
                match File::open(&path).and_then(|file| file.sync_all()) {
                    // sled removes a page it no longer needs at any time.
                    Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                    result => result.map_err(StoreError::io("sync", &path))?,
                }
                new = true;
            }
            present.insert(name);
        }
        *synced = present;
        if new { files::sync_dir(&self.blobs) } else { Ok(()) }
    }

    fn flush_all(&self) -> Result<(), StoreError> {
        self.sync_blobs()?;
        self.db.flush().map_err(|error| self.error(error))?;
        self.log.sync_data().map_err(StoreError::io("sync", &self.dir))
    }
}

fn damaged(dir: &Path, error: &sled::Error) -> StoreError {
    StoreError::IndexDamaged { path: dir.to_owned(), reason: error.to_string() }
}

fn open_error(dir: &Path, error: sled::Error) -> StoreError {
    match error {
        error if is_locked(&error) => StoreError::Locked { path: dir.to_owned() },
        sled::Error::Io(source) => StoreError::io("open database", dir)(source),
        error => damaged(dir, &error),
    }
}

/// sled wraps the system's WouldBlock in an error of its own kind, so only the words are left.
fn is_locked(error: &sled::Error) -> bool {
    matches!(error, sled::Error::Io(source) if source.kind() == io::ErrorKind::WouldBlock
        || source.to_string().contains("could not acquire lock"))
}

fn open_patiently(config: &sled::Config) -> sled::Result<sled::Db> {
    for _ in 1..OPEN_TRIES {
        match config.open() {
            Err(error) if is_locked(&error) => std::thread::sleep(OPEN_PAUSE),
            opened => return opened,
        }
    }
    config.open()
}

/// sled's snapshots of its page table, whole or not.
fn snapshots(dir: &Path) -> Result<Vec<PathBuf>, StoreError> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(dir).map_err(StoreError::io("list", dir))? {
        let path = entry.map_err(StoreError::io("list", dir))?.path();
        if path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("snap.")) {
            found.push(path);
        }
    }
    Ok(found)
}

/// Renames the snapshots so that sled reads its whole log instead; the name must not begin as theirs do.
fn set_snapshots_aside(dir: &Path) -> Result<(), StoreError> {
    for path in snapshots(dir)? {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let aside = dir.join(format!("damaged-{name}"));
        std::fs::rename(&path, &aside).map_err(StoreError::io("set aside", &path))?;
    }
    files::sync_dir(dir)
}

impl SledIndex {
    /// Lets sled free what so many changes replaced. It does so bit by bit as trees are entered, and a batch enters its
    /// tree once: without look-ups beside them, many batches would hold gigabytes.
    fn tidy(&self, changes: usize) -> Result<(), StoreError> {
        (0..changes).try_for_each(|_| self.db.contains_key(b"").map(drop)).map_err(|error| self.error(error))
    }
}

impl Index for SledIndex {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        let value = self.db.get(key).map_err(|error| self.error(error))?;
        Ok(value.map(|value| value.to_vec()))
    }

    fn scan(&self, prefix: &[u8], after: Option<&[u8]>, limit: usize) -> Result<Entries, StoreError> {
        let range = self.db.range::<&[u8], _>(span_after(prefix, after));
        range
            .take_while(|entry| entry.as_ref().map_or(true, |(key, _)| key.starts_with(prefix)))
            .take(limit)
            .map(|entry| self.entry(entry))
            .collect()
    }

    fn scan_back(&self, prefix: &[u8], before: Option<&[u8]>, limit: usize) -> Result<Entries, StoreError> {
        let behind = behind(prefix);
        let Some(span) = span_before(prefix, before, behind.as_deref()) else {
            return Ok(Vec::new());
        };
        let range = self.db.range::<&[u8], _>(span).rev();
        range.take(limit).map(|entry| self.entry(entry)).collect()
    }

    fn apply(&self, writes: Vec<Write>) -> Result<(), StoreError> {
        self.refuse_if_failed()?;
        check_sizes(&writes)?;
        let count = writes.len();
        let mut batch = sled::Batch::default();
        for (key, value) in writes {
            match value {
                Some(value) => batch.insert(key, value),
                None => batch.remove(key),
            }
        }
        self.db.apply_batch(batch).map_err(|error| self.error(error))?;
        self.tidy(count)
    }

    fn flush(&self) -> Result<(), StoreError> {
        self.refuse_if_failed()?;
        let flushed = self.flush_all();
        if flushed.is_err() {
            self.failed.store(true, Ordering::Release);
        }
        flushed
    }

    fn size_on_disk(&self) -> u64 {
        self.db.size_on_disk().unwrap_or(0)
    }
}
