//! Other communities' copies: pieces that only they can open, kept for them until they ask.
//!
//! ```text
//! DIR/escrow/OWNER/inventory    says which pieces are the copy; always whole
//! DIR/escrow/OWNER/coming       the same of a copy that is being sent
//! DIR/escrow/OWNER/PIECE        a piece, under the SHA-256 of its bytes
//! DIR/escrow/OWNER/PIECE.part   as much of it as has come
//! ```
//!
//! A copy takes the place of the one before when all of its pieces are there and durable, by one rename. Whatever neither
//! of the two names is removed, so that of one owner there are never more than two copies on the disk.

use std::collections::BTreeSet;
use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use data_encoding::HEXLOWER;
use sha2::{Digest as _, Sha256};

use super::error::StoreError;
use super::files;

/// Whose copy it is.
pub type Owner = [u8; 32];
/// What a piece is called: the SHA-256 of its bytes.
pub type Name = [u8; 32];

/// Most bytes of an inventory: what travels in one frame.
const MAX_INVENTORY_BYTES: u64 = 96 * 1024;
/// How much is hashed at once.
const CHUNK_BYTES: usize = 64 * 1024;
/// What is behind the name of a piece that is not whole.
const PART: &str = ".part";

/// How much of a piece is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// All of it, found to be what its name says.
    Whole,
    /// So many bytes from its first.
    Some(u64),
}

/// The copies in one directory. One thread uses it at a time.
#[derive(Debug)]
pub struct Escrow {
    dir: PathBuf,
}

impl Escrow {
    /// Uses `escrow` in `dir`; it is made when the first copy comes.
    #[must_use]
    pub fn new(dir: &Path) -> Self {
        Self { dir: dir.join("escrow") }
    }

    fn of(&self, owner: &Owner) -> PathBuf {
        self.dir.join(HEXLOWER.encode(owner))
    }

    fn piece(&self, owner: &Owner, name: &Name) -> PathBuf {
        self.of(owner).join(HEXLOWER.encode(name))
    }

    fn part(&self, owner: &Owner, name: &Name) -> PathBuf {
        self.of(owner).join(format!("{}{PART}", HEXLOWER.encode(name)))
    }

    /// What says of which pieces an owner's whole copy consists, as it was given; `None` if there is no whole copy.
    ///
    /// # Errors
    /// The disk.
    pub fn inventory(&self, owner: &Owner) -> Result<Option<Vec<u8>>, StoreError> {
        files::read_bounded(&self.of(owner).join("inventory"), "an inventory", MAX_INVENTORY_BYTES)
    }

    /// The same of the copy that is being sent.
    ///
    /// # Errors
    /// The disk.
    pub fn coming(&self, owner: &Owner) -> Result<Option<Vec<u8>>, StoreError> {
        files::read_bounded(&self.of(owner).join("coming"), "an inventory", MAX_INVENTORY_BYTES)
    }

    /// Begins to take a copy. Of the pieces on the disk only those in `named` stay: the whole copy's and the new one's.
    ///
    /// # Errors
    /// The disk.
    pub fn begin(&self, owner: &Owner, coming: &[u8], named: &BTreeSet<Name>) -> Result<(), StoreError> {
        files::create_dir(&self.of(owner))?;
        files::replace(&self.of(owner).join("coming"), &[coming])?;
        self.tidy(owner, named)
    }

    /// Makes the copy that was being sent the one that is kept; its pieces are all there. Others are removed.
    ///
    /// # Errors
    /// The disk: then the copy before is still there, whole.
    pub fn finish(&self, owner: &Owner, named: &BTreeSet<Name>) -> Result<(), StoreError> {
        let (from, to) = (self.of(owner).join("coming"), self.of(owner).join("inventory"));
        // The names of the pieces first: nothing may be said to be kept that a power cut takes away.
        files::sync_dir(&self.of(owner))?;
        std::fs::rename(&from, &to).map_err(StoreError::io("rename into place", &to))?;
        files::sync_dir(&self.of(owner))?;
        self.tidy(owner, named)
    }

    fn tidy(&self, owner: &Owner, named: &BTreeSet<Name>) -> Result<(), StoreError> {
        let dir = self.of(owner);
        for entry in std::fs::read_dir(&dir).map_err(StoreError::io("list", &dir))? {
            let path = entry.map_err(StoreError::io("list", &dir))?.path();
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            let stem = name.strip_suffix(PART).unwrap_or(name);
            let piece = HEXLOWER.decode(stem.as_bytes()).ok().and_then(|name| Name::try_from(name).ok());
            if piece.is_some_and(|piece| !named.contains(&piece)) {
                std::fs::remove_file(&path).map_err(StoreError::io("remove", &path))?;
            }
        }
        Ok(())
    }

    /// How much of a piece of `bytes` bytes is there.
    ///
    /// # Errors
    /// The disk.
    pub fn has(&self, owner: &Owner, name: &Name, bytes: u64) -> Result<Part, StoreError> {
        let whole = length(&self.piece(owner, name))?;
        if whole == Some(bytes) {
            return Ok(Part::Whole);
        }
        Ok(Part::Some(length(&self.part(owner, name))?.unwrap_or(0).min(bytes)))
    }

    /// Adds bytes to a piece of `bytes` bytes, from where it ends. A piece that became whole is judged by its name and
    /// made durable; one that is something else is forgotten, and has to come again.
    ///
    /// # Errors
    /// The disk; [`StoreError::TooLarge`] when there are more bytes than the piece has.
    pub fn add(&self, owner: &Owner, name: &Name, bytes: u64, part: &[u8]) -> Result<Part, StoreError> {
        let path = self.part(owner, name);
        let (there, limit) = (length(&path)?.unwrap_or(0), bytes);
        let after = there.saturating_add(part.len() as u64);
        if after > limit {
            return Err(StoreError::TooLarge { what: "a piece", bytes: after, limit });
        }
        let io = || StoreError::io("write", &path);
        let opened = OpenOptions::new().read(true).append(true).create(true).mode(0o600).open(&path);
        let mut file = opened.map_err(io())?;
        file.write_all(part).map_err(io())?;
        if after < bytes {
            return Ok(Part::Some(after));
        }
        if hashed(&mut file, &path)? != *name {
            std::fs::remove_file(&path).map_err(StoreError::io("remove", &path))?;
            return Ok(Part::Some(0));
        }
        file.sync_all().map_err(io())?;
        let to = self.piece(owner, name);
        std::fs::rename(&path, &to).map_err(StoreError::io("rename into place", &to))?;
        Ok(Part::Whole)
    }

    /// At most `most` bytes of a whole piece, from one of its bytes on. `None` if there is no such piece.
    ///
    /// # Errors
    /// The disk.
    pub fn read(&self, owner: &Owner, name: &Name, from: u64, most: usize) -> Result<Option<Vec<u8>>, StoreError> {
        let path = self.piece(owner, name);
        let mut file = match File::open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(StoreError::io("open", &path)(error)),
        };
        let mut bytes = Vec::new();
        let read = file.seek(SeekFrom::Start(from)).and_then(|_| file.take(most as u64).read_to_end(&mut bytes));
        read.map_err(StoreError::io("read", &path))?;
        Ok(Some(bytes))
    }

    /// Removes everything of an owner, durably.
    ///
    /// # Errors
    /// The disk.
    pub fn remove(&self, owner: &Owner) -> Result<(), StoreError> {
        let dir = self.of(owner);
        match std::fs::remove_dir_all(&dir) {
            Ok(()) => files::sync_dir(&self.dir),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
            Err(error) => Err(StoreError::io("remove", &dir)(error)),
        }
    }
}

fn length(path: &Path) -> Result<Option<u64>, StoreError> {
    match std::fs::metadata(path) {
        Ok(about) => Ok(Some(about.len())),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(StoreError::io("look at", path)(error)),
    }
}

fn hashed(file: &mut File, path: &Path) -> Result<Name, StoreError> {
    let (mut sum, mut chunk) = (Sha256::new(), vec![0; CHUNK_BYTES]);
    file.seek(SeekFrom::Start(0)).map_err(StoreError::io("read", path))?;
    loop {
        match file.read(&mut chunk).map_err(StoreError::io("read", path))? {
            0 => return Ok(sum.finalize().into()),
            count => sum.update(&chunk[..count]),
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    const OWNER: Owner = [7; 32];

    fn name(bytes: &[u8]) -> Name {
        Sha256::digest(bytes).into()
    }

    fn files(escrow: &Escrow) -> Vec<String> {
        let listed = std::fs::read_dir(escrow.of(&OWNER)).unwrap();
        let mut names: Vec<String> = listed.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn a_copy_takes_the_place_of_the_one_before_when_it_is_whole() {
        let home = tempfile::tempdir().unwrap();
        let escrow = Escrow::new(home.path());
        let (one, two) = (name(b"one"), name(b"two"));
        assert!(escrow.inventory(&OWNER).unwrap().is_none());
        escrow.begin(&OWNER, b"first", &BTreeSet::from([one])).unwrap();
        assert_eq!(escrow.add(&OWNER, &one, 3, b"on").unwrap(), Part::Some(2));
        assert_eq!(escrow.has(&OWNER, &one, 3).unwrap(), Part::Some(2));
        assert!(matches!(escrow.add(&OWNER, &one, 3, b"ee"), Err(StoreError::TooLarge { .. })));
        assert_eq!(escrow.add(&OWNER, &one, 3, b"e").unwrap(), Part::Whole);
        escrow.finish(&OWNER, &BTreeSet::from([one])).unwrap();
        assert_eq!(escrow.inventory(&OWNER).unwrap().unwrap(), b"first");

        // While the second comes, the first is there, and what no copy names is gone.
        escrow.begin(&OWNER, b"lost", &BTreeSet::from([one, [9; 32]])).unwrap();
        escrow.add(&OWNER, &[9; 32], 9, b"part").unwrap();
        escrow.begin(&OWNER, b"second", &BTreeSet::from([one, two])).unwrap();
        assert_eq!(escrow.has(&OWNER, &[9; 32], 9).unwrap(), Part::Some(0));
        assert_eq!(escrow.add(&OWNER, &two, 3, b"two").unwrap(), Part::Whole);
        assert_eq!(escrow.inventory(&OWNER).unwrap().unwrap(), b"first");
        assert_eq!(escrow.read(&OWNER, &one, 1, 5).unwrap().unwrap(), b"ne");
        escrow.finish(&OWNER, &BTreeSet::from([two])).unwrap();
        assert_eq!(escrow.inventory(&OWNER).unwrap().unwrap(), b"second");
        assert!(escrow.coming(&OWNER).unwrap().is_none() && escrow.read(&OWNER, &one, 0, 5).unwrap().is_none());
        assert_eq!(files(&escrow), [HEXLOWER.encode(&two), "inventory".into()]);
        escrow.remove(&OWNER).unwrap();
        escrow.remove(&OWNER).unwrap();
        assert!(escrow.inventory(&OWNER).unwrap().is_none());
    }

    #[test]
    fn a_piece_that_is_not_what_its_name_says_has_to_come_again() {
        let home = tempfile::tempdir().unwrap();
        let escrow = Escrow::new(home.path());
        let one = name(b"one");
        escrow.begin(&OWNER, b"x", &BTreeSet::from([one])).unwrap();
        assert_eq!(escrow.add(&OWNER, &one, 3, b"uno").unwrap(), Part::Some(0));
        assert_eq!(files(&escrow), ["coming"]);
        assert_eq!(escrow.add(&OWNER, &one, 3, b"one").unwrap(), Part::Whole);
    }
}
