//! Keys and other secrets, one small file each, readable by the owner only.

use std::fs::File;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use zeroize::Zeroizing;

use super::error::StoreError;
use super::files;

/// Most bytes of one secret: keys are 32 bytes, a key sealed with a passphrase a few hundred.
pub const MAX_SECRET_BYTES: u64 = 64 * 1024;

/// Keeps `bytes` in a new file at `path`, mode 0600, durable when it returns. After a power cut the file is whole or absent.
///
/// # Errors
/// [`StoreError::AlreadyExists`]: a secret is never overwritten, because the old one may be the only copy.
pub fn write_secret(path: &Path, bytes: &[u8]) -> Result<(), StoreError> {
    let size = bytes.len() as u64;
    if size > MAX_SECRET_BYTES {
        return Err(StoreError::TooLarge { what: "a secret", bytes: size, limit: MAX_SECRET_BYTES });
    }
    let dir = folder(path);
    files::create_dir(dir)?;
    let temporary = files::unfinished(path);
    files::write_new(&temporary, &[bytes])?;
    // A link, unlike a rename, fails if the name is taken.
    let linked = std::fs::hard_link(&temporary, path);
    std::fs::remove_file(&temporary).map_err(StoreError::io("remove", &temporary))?;
    match linked {
        Ok(()) => files::sync_dir(dir),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            Err(StoreError::AlreadyExists { path: path.to_owned() })
        }
        Err(error) => Err(StoreError::io("create", path)(error)),
    }
}

/// Where a file is: a name alone means the folder one is in.
fn folder(path: &Path) -> &Path {
    path.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Reads a secret; `None` if there is none.
///
/// # Errors
/// [`StoreError::SecretExposed`] if anyone but the owner may read or write it.
pub fn read_secret(path: &Path) -> Result<Option<Zeroizing<Vec<u8>>>, StoreError> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(StoreError::io("open", path)(error)),
    };
    let mode = file.metadata().map_err(StoreError::io("look at", path))?.permissions().mode() & 0o777;
    if mode & 0o077 != 0 {
        return Err(StoreError::SecretExposed { path: path.to_owned(), mode });
    }
    files::read_handle(file, path, "a secret", MAX_SECRET_BYTES).map(Zeroizing::new).map(Some)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_private_and_never_overwritten() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("keys/root");
        assert!(read_secret(&path).unwrap().is_none());
        write_secret(&path, b"first").unwrap();
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
        assert!(matches!(write_secret(&path, b"second"), Err(StoreError::AlreadyExists { .. })));
        assert_eq!(read_secret(&path).unwrap().unwrap().as_slice(), b"first");
        assert_eq!(std::fs::read_dir(home.path().join("keys")).unwrap().count(), 1);
    }

    #[test]
    fn a_name_alone_means_the_folder_one_is_in() {
        for (path, dir) in [("my.key", "."), ("keys/my.key", "keys"), ("./my.key", "."), ("/my.key", "/")] {
            assert_eq!(folder(Path::new(path)), Path::new(dir), "{path}");
        }
    }

    #[test]
    fn a_secret_others_can_read_is_refused() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("root");
        write_secret(&path, b"x").unwrap();
        for mode in [0o640, 0o604, 0o620] {
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
            let refusal = read_secret(&path).unwrap_err();
            assert!(refusal.to_string().contains("chmod 600"), "{refusal}");
        }
    }

    #[test]
    fn a_secret_has_a_limit() {
        let home = tempfile::tempdir().unwrap();
        let large = vec![0; MAX_SECRET_BYTES as usize + 1];
        let refusal = write_secret(&home.path().join("x"), &large).unwrap_err();
        assert!(matches!(refusal, StoreError::TooLarge { .. }));
        assert_eq!(std::fs::read_dir(home.path()).unwrap().count(), 0);
    }
}
