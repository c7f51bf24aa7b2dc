//! A file that takes its name when it is whole and durable.

use super::error::BackupError;
use crate::store::files;
use std::{
    fs::File,
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
};

/// What a file is called while it is written.
pub(super) const ENDING: &str = ".part";

/// A file being written under another name. Dropped before [`WholeFile::finish`], it is removed.
#[derive(Debug)]
pub struct WholeFile {
    path: PathBuf,
    part: PathBuf,
    file: BufWriter<File>,
    whole: bool,
}

impl WholeFile {
    /// Begins a file that only its owner may read. One that is left of an earlier try is replaced.
    ///
    /// # Errors
    /// [`BackupError::File`] or [`BackupError::NoSpace`].
    pub fn create(path: &Path) -> Result<Self, BackupError> {
        let mut part = path.as_os_str().to_owned();
        part.push(ENDING);
        let part = PathBuf::from(part);
        let file = files::write_new(&part, &[]).map_err(|error| match error {
            crate::store::StoreError::Io { source, .. } => BackupError::file("write", path)(source),
            other => other.into(),
        })?;
        Ok(Self { path: path.to_path_buf(), part, file: BufWriter::new(file), whole: false })
    }

    /// Makes it durable under its name, in place of a file that had the name; gives its length.
    ///
    /// # Errors
    /// [`BackupError::File`] or [`BackupError::NoSpace`]: the file that had the name is still there.
    pub fn finish(mut self) -> Result<u64, BackupError> {
        let failed = || BackupError::file("write", &self.path);
        self.file.flush().map_err(failed())?;
        self.file.get_ref().sync_all().map_err(failed())?;
        let bytes = self.file.get_ref().metadata().map_err(failed())?.len();
        std::fs::rename(&self.part, &self.path).map_err(failed())?;
        self.whole = true;
        let folder = self.path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        files::sync_dir(folder)?;
        Ok(bytes)
    }
}

impl Write for WholeFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Drop for WholeFile {
    fn drop(&mut self) {
        if !self.whole {
            // What is left of it is of no use, and a file that stays is only in the way.
            let _ = std::fs::remove_file(&self.part);
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_given_only_to_a_whole_file() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a");
        std::fs::write(&path, b"old").unwrap();
        let mut file = WholeFile::create(&path).unwrap();
        file.write_all(b"new").unwrap();
        drop(file);
        assert_eq!(std::fs::read(&path).unwrap(), b"old");
        let mut file = WholeFile::create(&path).unwrap();
        file.write_all(b"newer").unwrap();
        assert_eq!(file.finish().unwrap(), 5);
        assert_eq!(std::fs::read(&path).unwrap(), b"newer");
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1);
        let refused = WholeFile::create(&dir.path().join("none/a")).unwrap_err();
        assert_eq!(refused.code(), "file");
    }
}
