//! Restoring: the backup is judged, written beside the directory, and takes its name when all of it is durable.

use super::{
    error::BackupError,
    manifest::{Kind, Manifest, Member},
    people,
    read::{self, Sink},
    recover::begin_recovery,
    verify::{Verified, length, verify_open},
};
use crate::{
    config,
    progress::Progress,
    runtime::{self, Checkpoints, Root, home},
    store::{DirectoryLock, People, files, secret::write_secret},
};
use data_encoding::HEXLOWER;
use kith_protocol::time::Timestamp;
use serde::{Deserialize, Serialize};
use std::{
    fs::{File, OpenOptions},
    io::{ErrorKind, Read, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
};

/// Memory for writing the index, in bytes.
const CACHE_BYTES: u64 = 16 << 20;
/// How much is copied at once.
const CHUNK_BYTES: usize = 64 * 1024;
/// People's records written together: at most 6 MiB.
const PEOPLE_AT_ONCE: usize = 1024;
/// Most bytes of the note that a restore leaves: five short fields.
const MAX_NOTE_BYTES: u64 = 4 * 1024;

/// What a restore leaves in the directory: where this copy comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Restored {
    /// When the backup was made.
    pub made_at: Timestamp,
    /// When it was restored.
    pub restored_at: Timestamp,
    /// Whether the old copy was retired with it.
    pub handover: bool,
    /// How many ledger entries it held.
    pub entries: u64,
    /// The serial number of the new operational key's certificate.
    pub serial: u32,
}

fn note_in(dir: &Path) -> PathBuf {
    dir.join("restored")
}

/// From which backup the copy in `dir` was restored; `None` if it was not, or the note cannot be read any more.
///
/// # Errors
/// The disk.
pub fn restored(dir: &Path) -> Result<Option<Restored>, BackupError> {
    let bytes = files::read_bounded(&note_in(dir), "the note of a restore", MAX_NOTE_BYTES)?;
    Ok(bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok()))
}

/// Restores a backup into `dir`, which must not exist or be empty. Whatever goes wrong, `dir` is then as it was.
///
/// # Errors
/// [`BackupError`].
pub fn restore(path: &Path, dir: &Path, root: &Root, now: Timestamp) -> Result<(Verified, Restored), BackupError> {
    restore_telling(path, dir, root, now, &Progress::default())
}

/// The same, and tells how far it is: the backup is read twice, and then the journal that it held.
///
/// # Errors
/// Those of [`restore`].
pub(super) fn restore_telling(
    path: &Path,
    dir: &Path,
    root: &Root,
    now: Timestamp,
    progress: &Progress,
) -> Result<(Verified, Restored), BackupError> {
    check_empty(dir)?;
    let mut file = File::open(path).map_err(BackupError::file("read", path))?;
    let bytes = length(&file, path)?;
    let mut piece = progress.begin(2 * bytes);
    // Stands for the reading of the journal until that begins, so that nothing seems to go back.
    let reading = progress.begin(bytes);
    let verified = verify_open(&mut file, path, root, &mut piece)?;
    let manifest = &verified.manifest;
    let beside = Beside::create(dir)?;
    let lock = DirectoryLock::acquire(&beside.path)?;
    let mut extract = Extract { dir: beside.path.clone(), file: path.to_path_buf() };
    let again = read::walk(&mut file, path, root, &mut extract, &mut piece)?;
    if again != *manifest {
        return Err(BackupError::Changed("it was replaced while it was read"));
    }
    let restored = Restored {
        made_at: manifest.made_at,
        restored_at: now,
        handover: manifest.handover,
        entries: manifest.ledger.size,
        serial: home::serial_after(manifest.certificate.content.serial, now),
    };
    let note = serde_json::to_vec(&restored).unwrap_or_default();
    files::replace(&note_in(&beside.path), &[&note])?;
    home::certify(&beside.path, root, restored.serial, now)?;
    let home = home::open(&beside.path)?;
    drop(reading);
    let store = runtime::open_as_it_is(&home, CACHE_BYTES, progress)?;
    Checkpoints::open(&beside.path, &store.machine, &store.book)?;
    begin_recovery(store, now)?;
    drop(lock);
    beside.rename(dir)?;
    Ok((verified, restored))
}

/// Refuses a directory that has something in it.
///
/// # Errors
/// [`BackupError::NotEmpty`].
pub(crate) fn check_empty(dir: &Path) -> Result<(), BackupError> {
    match std::fs::read_dir(dir) {
        Ok(mut listed) => match listed.next() {
            None => Ok(()),
            Some(_) => Err(BackupError::NotEmpty { dir: dir.to_path_buf() }),
        },
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        Err(error) if error.kind() == ErrorKind::NotADirectory => Err(BackupError::NotEmpty { dir: dir.to_path_buf() }),
        Err(error) => Err(BackupError::file("look into", dir)(error)),
    }
}

/// A directory beside the one that is to be. Dropped before it got its name, it is removed.
pub(crate) struct Beside {
    pub(crate) path: PathBuf,
    done: bool,
}

impl Beside {
    pub(crate) fn create(dir: &Path) -> Result<Self, BackupError> {
        let name = dir.file_name().ok_or_else(|| BackupError::NotEmpty { dir: dir.to_path_buf() })?;
        let parent = dir.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let random = HEXLOWER.encode(&home::random::<4>()?);
        let path = parent.join(format!(".{}.restoring-{random}", name.to_string_lossy()));
        files::create_dir(&path)?;
        Ok(Self { path, done: false })
    }

    /// Gives it its name: over nothing, or over an empty directory (rename(2)).
    fn rename(mut self, dir: &Path) -> Result<(), BackupError> {
        for inner in ["keys", "journal", "people", "index", "."] {
            files::sync_dir(&self.path.join(inner))?;
        }
        std::fs::rename(&self.path, dir).map_err(|error| match error.kind() {
            ErrorKind::DirectoryNotEmpty | ErrorKind::NotADirectory => BackupError::NotEmpty { dir: dir.to_path_buf() },
            _ => BackupError::file("make", dir)(error),
        })?;
        self.done = true;
        let parent = dir.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        Ok(files::sync_dir(parent)?)
    }
}

impl Drop for Beside {
    fn drop(&mut self) {
        if !self.done
            && let Err(error) = std::fs::remove_dir_all(&self.path)
        {
            tracing::warn!(%error, path = %self.path.display(), "what a failed restore left cannot be removed; remove it");
        }
    }
}

/// Writes a backup's files into a directory.
struct Extract {
    dir: PathBuf,
    file: PathBuf,
}

impl Extract {
    fn secret(&self, to: &Path, kind: Kind, member: &Member, bytes: &mut dyn Read) -> Result<(), BackupError> {
        Ok(write_secret(to, &read::small(kind, member, bytes, &self.file)?)?)
    }

    fn plain(&self, name: &str, kind: Kind, member: &Member, bytes: &mut dyn Read) -> Result<(), BackupError> {
        let bytes = read::small(kind, member, bytes, &self.file)?;
        files::replace(&self.dir.join(name), &[&bytes])?;
        Ok(())
    }

    fn segment(&self, member: &Member, bytes: &mut dyn Read) -> Result<(), BackupError> {
        let path = self.dir.join(&member.name);
        files::create_dir(&self.dir.join("journal"))?;
        let failed = || BackupError::file("write", &path);
        let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path);
        let (mut file, mut chunk) = (file.map_err(failed())?, vec![0; CHUNK_BYTES]);
        loop {
            let count = bytes.read(&mut chunk).map_err(BackupError::reading(&self.file))?;
            if count == 0 {
                break;
            }
            file.write_all(&chunk[..count]).map_err(failed())?;
        }
        file.sync_all().map_err(failed())
    }

    fn people(&self, member: &Member, bytes: &mut dyn Read) -> Result<(), BackupError> {
        let people = People::open(&self.dir)?;
        let mut page: Vec<([u8; 16], Vec<u8>)> = Vec::new();
        let keep = |page: &mut Vec<([u8; 16], Vec<u8>)>| -> Result<(), BackupError> {
            people.put_many(page.iter().map(|(id, record)| (*id, record.as_slice())))?;
            page.clear();
            Ok(())
        };
        people::read(bytes, member.bytes, &self.file, |id, record| {
            page.push((id, record.to_vec()));
            if page.len() < PEOPLE_AT_ONCE { Ok(()) } else { keep(&mut page) }
        })?;
        keep(&mut page)?;
        Ok(people.flush()?)
    }
}

impl Sink for Extract {
    fn begin(&mut self, _: &Manifest) -> Result<(), BackupError> {
        Ok(())
    }

    fn file(&mut self, kind: Kind, member: &Member, bytes: &mut dyn Read) -> Result<(), BackupError> {
        match kind {
            Kind::Transport => self.secret(&home::transport_file(&self.dir), kind, member, bytes),
            Kind::Alias => self.secret(&home::alias_file(&self.dir), kind, member, bytes),
            Kind::Recipient => self.secret(&home::recipient_file(&self.dir), kind, member, bytes),
            Kind::Settings => self.plain(config::FILE, kind, member, bytes),
            Kind::Checkpoint => self.plain("checkpoint", kind, member, bytes),
            Kind::Segment(_) => self.segment(member, bytes),
            Kind::People => self.people(member, bytes),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn serial_numbers_only_grow() {
        assert_eq!(home::serial_after(1, Timestamp(1_700_000_000_123)), 1_700_000_000);
        assert_eq!(home::serial_after(1_700_000_000, Timestamp(1_700_000_000_999)), 1_700_000_001);
        assert_eq!(home::serial_after(9, Timestamp(0)), 10);
        assert_eq!(home::serial_after(u32::MAX, Timestamp(u64::MAX)), u32::MAX);
    }
}
