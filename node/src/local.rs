//! How programs on the same machine find a running node: its address and its admin token lie in its directory.

use crate::{
    client::Client,
    runtime::{HomeError, home},
    store::{StoreError, secret::read_secret},
};
use std::{
    io::{ErrorKind, Read as _},
    path::{Path, PathBuf},
};
use thiserror::Error;
use zeroize::Zeroizing;

/// The file with the base URL of the node that runs.
pub const ADDRESS_FILE: &str = "http.address";
/// The longest base URL: a host name of RFC 1035 and a port fit three times over.
const MAX_URL_BYTES: u64 = 1024;

/// Why a node is not found.
#[derive(Debug, Error)]
pub enum LocalError {
    /// The directory holds a community whose node does not run.
    #[error("the node of {dir} does not run. Start it with `kith serve --dir {dir}`")]
    NotRunning {
        /// The directory.
        dir: PathBuf,
    },
    /// There is no community.
    #[error(
        "there is no community in {dir}. Check the directory, or found one with `kith init --dir {dir} --name NAME`"
    )]
    NoCommunity {
        /// The directory.
        dir: PathBuf,
    },
    /// The file holds no token.
    #[error("{path} holds no token. Name the file admin.token of the node's directory")]
    NoToken {
        /// The file.
        path: PathBuf,
    },
    /// What is written is no address.
    #[error("'{text}' is not the address of a node. Write it like http://127.0.0.1:8380")]
    BadAddress {
        /// As given.
        text: String,
    },
    /// The disk.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The token's file.
    #[error(transparent)]
    Home(#[from] HomeError),
}

/// Writes the address of the node that runs in `dir`: whole or not at all.
///
/// # Errors
/// The disk.
pub fn publish(dir: &Path, url: &str) -> Result<(), StoreError> {
    let path = dir.join(ADDRESS_FILE);
    let fresh = dir.join(format!("{ADDRESS_FILE}.new"));
    let io = |context| {
        let path = path.clone();
        move |source| StoreError::Io { context, path, source }
    };
    std::fs::write(&fresh, url).map_err(io("write"))?;
    std::fs::rename(&fresh, &path).map_err(io("rename into place"))
}

/// Takes the address away again. Says nothing when it is gone already.
pub fn withdraw(dir: &Path) {
    let path = dir.join(ADDRESS_FILE);
    if let Err(error) = std::fs::remove_file(&path)
        && error.kind() != ErrorKind::NotFound
    {
        tracing::warn!(%error, "the node's address could not be taken away");
    }
}

/// The address of the node that runs in `dir`.
///
/// # Errors
/// [`LocalError`] when there is none.
pub fn address(dir: &Path) -> Result<String, LocalError> {
    let path = dir.join(ADDRESS_FILE);
    let text = match std::fs::File::open(&path) {
        Ok(file) => {
            let mut text = String::new();
            let read = file.take(MAX_URL_BYTES).read_to_string(&mut text);
            read.map_err(|source| StoreError::Io { context: "read", path, source })?;
            text
        }
        Err(error) if error.kind() == ErrorKind::NotFound => {
            let dir = dir.to_path_buf();
            let founded = home::admin_token(&dir)?.is_some();
            return Err(if founded { LocalError::NotRunning { dir } } else { LocalError::NoCommunity { dir } });
        }
        Err(source) => return Err(StoreError::Io { context: "open", path, source }.into()),
    };
    checked(text.trim())
}

fn checked(text: &str) -> Result<String, LocalError> {
    let bad = || LocalError::BadAddress { text: text.chars().take(80).collect() };
    let rest = text.strip_prefix("http://").or_else(|| text.strip_prefix("https://")).ok_or_else(bad)?;
    let plain = !rest.is_empty() && rest.chars().all(|c| c.is_ascii_graphic() && c != '@');
    if plain { Ok(text.trim_end_matches('/').to_owned()) } else { Err(bad()) }
}

/// A client of the node that runs in `dir`, with the powers of its coordinators.
///
/// # Errors
/// [`LocalError`].
pub fn client(dir: &Path) -> Result<Client, LocalError> {
    let url = address(dir)?;
    let token = home::admin_token(dir)?.ok_or_else(|| LocalError::NoCommunity { dir: dir.to_path_buf() })?;
    Ok(Client::new(&url, Some(token)))
}

/// A client of the node at `url`; with the token in `file`, if there is one, with the powers of its coordinators.
///
/// # Errors
/// [`LocalError`].
pub fn client_at(url: &str, file: Option<&Path>) -> Result<Client, LocalError> {
    let url = checked(url)?;
    let token = file.map(token).transpose()?;
    Ok(Client::new(&url, token))
}

fn token(path: &Path) -> Result<Zeroizing<String>, LocalError> {
    let none = || LocalError::NoToken { path: path.to_path_buf() };
    let bytes = read_secret(path)?.ok_or_else(none)?;
    let text = std::str::from_utf8(&bytes).map_err(|_| none())?.trim();
    // What else is in the file could break out of the header that it is sent in.
    let plain = !text.is_empty() && text.chars().all(|c| c.is_ascii_graphic());
    if plain { Ok(Zeroizing::new(text.to_owned())) } else { Err(none()) }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::store::secret::write_secret;

    #[test]
    fn an_address_comes_and_goes() {
        let dir = tempfile::tempdir().unwrap();
        assert!(matches!(address(dir.path()), Err(LocalError::NoCommunity { .. })));
        write_secret(&dir.path().join("admin.token"), b"abc\n").unwrap();
        assert!(matches!(address(dir.path()), Err(LocalError::NotRunning { .. })));
        publish(dir.path(), "http://127.0.0.1:1").unwrap();
        publish(dir.path(), "http://127.0.0.1:2").unwrap();
        assert_eq!(address(dir.path()).unwrap(), "http://127.0.0.1:2");
        assert_eq!(client(dir.path()).unwrap().base(), "http://127.0.0.1:2");
        withdraw(dir.path());
        withdraw(dir.path());
        assert!(matches!(client(dir.path()), Err(LocalError::NotRunning { .. })));
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1);
    }

    #[test]
    fn only_an_address_is_taken_for_one() {
        for bad in ["", "127.0.0.1:8380", "http://", "ftp://x", "http://a b", "http://user@host"] {
            assert!(matches!(client_at(bad, None), Err(LocalError::BadAddress { .. })), "{bad}");
        }
        assert_eq!(client_at("http://kith.local:8380/", None).unwrap().base(), "http://kith.local:8380");
    }

    #[test]
    fn a_token_is_private_and_one_word() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("token");
        assert!(matches!(client_at("http://x", Some(&path)), Err(LocalError::NoToken { .. })));
        std::fs::write(&path, "abc").unwrap();
        use std::os::unix::fs::PermissionsExt as _;
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
        assert!(matches!(client_at("http://x", Some(&path)), Err(LocalError::Store(_))));
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        assert!(client_at("http://x", Some(&path)).is_ok());
        std::fs::write(&path, "abc\r\nX-Other: 1").unwrap();
        assert!(matches!(client_at("http://x", Some(&path)), Err(LocalError::NoToken { .. })));
    }
}
