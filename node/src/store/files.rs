//! Directories and whole files that survive a power cut.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use super::error::StoreError;

/// Makes what a directory lists durable (fsync(2): syncing a file does not sync its name).
pub(crate) fn sync_dir(dir: &Path) -> Result<(), StoreError> {
    File::open(dir).and_then(|handle| handle.sync_all()).map_err(StoreError::io("sync directory", dir))
}

/// Creates `dir` and its missing parents, readable by the owner only, each made durable in its parent.
pub(crate) fn create_dir(dir: &Path) -> Result<(), StoreError> {
    if dir.is_dir() {
        return Ok(());
    }
    let parent = match dir.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    create_dir(parent)?;
    match DirBuilder::new().mode(0o700).create(dir) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
            Err(StoreError::io("create directory", dir)(error))
        }
        _ => sync_dir(parent),
    }
}

/// Name under which `path` is written before it counts.
pub(crate) fn unfinished(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".new");
    PathBuf::from(name)
}

/// Writes `parts` one after the other to `path` with mode 0600 and makes its bytes durable; its name is not, yet.
pub(crate) fn write_new(path: &Path, parts: &[&[u8]]) -> Result<File, StoreError> {
    let write = || {
        match std::fs::remove_file(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let mut file = OpenOptions::new().read(true).write(true).create_new(true).mode(0o600).open(path)?;
        for part in parts {
            file.write_all(part)?;
        }
        file.sync_all()?;
        Ok(file)
    };
    write().map_err(StoreError::io("write", path))
}

/// Replaces `path` so that after a power cut either the old file or the whole new one is there.
/// The handle returned stays open on the new file.
pub(crate) fn replace(path: &Path, parts: &[&[u8]]) -> Result<File, StoreError> {
    let temporary = unfinished(path);
    let file = write_new(&temporary, parts)?;
    std::fs::rename(&temporary, path).map_err(StoreError::io("rename into place", path))?;
    sync_dir(path.parent().unwrap_or(Path::new(".")))?;
    Ok(file)
}

/// Reads a whole file of at most `limit` bytes; `None` if there is none. `what` names it in the error.
pub(crate) fn read_bounded(path: &Path, what: &'static str, limit: u64) -> Result<Option<Vec<u8>>, StoreError> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(StoreError::io("open", path)(error)),
    };
    read_handle(file, path, what, limit).map(Some)
}

/// Reads an open file of at most `limit` bytes to its end.
pub(crate) fn read_handle(file: File, path: &Path, what: &'static str, limit: u64) -> Result<Vec<u8>, StoreError> {
    let mut bytes = Vec::new();
    file.take(limit + 1).read_to_end(&mut bytes).map_err(StoreError::io("read", path))?;
    let length = bytes.len() as u64;
    if length > limit {
        return Err(StoreError::TooLarge { what, bytes: length, limit });
    }
    Ok(bytes)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn nested_directories_are_private_and_may_exist() {
        let home = tempfile::tempdir().unwrap();
        let dir = home.path().join("a/b/c");
        create_dir(&dir).unwrap();
        create_dir(&dir).unwrap();
        for made in [&dir, &home.path().join("a")] {
            assert_eq!(made.metadata().unwrap().permissions().mode() & 0o777, 0o700);
        }
    }

    #[test]
    fn replace_leaves_one_whole_file() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("x");
        std::fs::write(unfinished(&path), b"left over from a crash, longer than what follows").unwrap();
        replace(&path, &[b"old"]).unwrap();
        replace(&path, &[b"n", b"ew"]).unwrap();
        assert_eq!(read_bounded(&path, "x", 3).unwrap().unwrap(), b"new");
        assert_eq!(std::fs::read_dir(home.path()).unwrap().count(), 1);
        assert!(matches!(read_bounded(&path, "x", 2), Err(StoreError::TooLarge { limit: 2, .. })));
        assert!(read_bounded(&home.path().join("none"), "x", 2).unwrap().is_none());
    }
}
