//! What went wrong in a first run, in the visitor's language: what a person can mend, and how. What the program says of it is
//! English, and stands apart.

use crate::{
    backup::BackupError,
    escrow::FetchError,
    network::NetworkError,
    runtime::{HomeError, StartError},
    store::StoreError,
    web::words::Words,
};
use std::{error::Error, io};

/// What went wrong.
pub(super) struct Said {
    /// For people.
    pub(super) words: String,
    /// What the program says, for whoever helps them.
    pub(super) technical: Option<String>,
}

impl Said {
    /// What needs no more words than these.
    pub(super) const fn plain(words: String) -> Self {
        Self { words, technical: None }
    }

    /// What a program says in English.
    pub(super) fn of(words: Words, why: &(dyn Error + 'static)) -> Self {
        let key = key_of(why).unwrap_or("setup-failed");
        Self { words: words.t(key), technical: Some(why.to_string()) }
    }
}

/// The text for a cause that a person can mend, however deep it lies. What is passed on as it is hides itself from
/// `source`, and is opened by name.
fn key_of(why: &(dyn Error + 'static)) -> Option<&'static str> {
    match why.downcast_ref::<BackupError>() {
        Some(BackupError::Store(why)) => return key_of(why),
        Some(BackupError::Home(why)) => return key_of(why),
        Some(BackupError::Start(why)) => return key_of(&**why),
        Some(BackupError::NoSpace { .. }) => return Some("setup-no-room"),
        Some(BackupError::NotEmpty { .. }) => return Some("setup-not-empty"),
        _ => {}
    }
    match why.downcast_ref::<StartError>() {
        Some(StartError::Home(why)) => return key_of(why),
        Some(StartError::Store(why)) => return key_of(why),
        Some(StartError::Network(why)) => return key_of(why),
        _ => {}
    }
    match why.downcast_ref::<FetchError>() {
        Some(FetchError::Local(why)) => return key_of(why),
        Some(FetchError::Network(why)) => return key_of(why),
        _ => {}
    }
    match why.downcast_ref::<HomeError>() {
        Some(HomeError::Store(why)) => return key_of(why),
        Some(HomeError::AlreadyFounded(_)) => return Some("setup-not-empty"),
        _ => {}
    }
    if let Some(NetworkError::AddressInUse { .. }) = why.downcast_ref() {
        return Some("setup-address-used");
    }
    match why.downcast_ref::<StoreError>() {
        Some(StoreError::DiskFull { .. }) => return Some("setup-no-room"),
        Some(StoreError::Locked { .. }) => return Some("setup-in-use"),
        _ => {}
    }
    match why.downcast_ref::<io::Error>().map(io::Error::kind) {
        Some(io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded) => Some("setup-no-room"),
        Some(io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem) => Some("setup-no-right"),
        Some(io::ErrorKind::AddrInUse) => Some("setup-address-used"),
        _ => why.source().and_then(key_of),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::words::Language;
    use std::path::PathBuf;

    fn io_of(kind: io::ErrorKind) -> StoreError {
        StoreError::Io { context: "write", path: PathBuf::from("/srv/kith/index"), source: kind.into() }
    }

    #[test]
    fn what_a_person_can_mend_is_said_in_their_language_and_the_rest_apart() {
        let path = || PathBuf::from("/srv/kith");
        let in_use = NetworkError::AddressInUse { address: "/ip4/0.0.0.0/tcp/7700".into() };
        let causes: [(Box<dyn Error>, &str); 9] = [
            (Box::new(StartError::from(io_of(io::ErrorKind::PermissionDenied))), "setup-no-right"),
            (Box::new(StartError::from(HomeError::from(io_of(io::ErrorKind::ReadOnlyFilesystem)))), "setup-no-right"),
            (Box::new(BackupError::file("make", &path())(io::ErrorKind::PermissionDenied.into())), "setup-no-right"),
            (Box::new(BackupError::file("make", &path())(io::ErrorKind::StorageFull.into())), "setup-no-room"),
            (Box::new(FetchError::from(BackupError::from(StoreError::Locked { path: path() }))), "setup-in-use"),
            (Box::new(BackupError::from(StartError::from(in_use))), "setup-address-used"),
            (Box::new(StartError::from(HomeError::AlreadyFounded(path()))), "setup-not-empty"),
            (Box::new(BackupError::NotEmpty { dir: path() }), "setup-not-empty"),
            (Box::new(StartError::from(io_of(io::ErrorKind::NotADirectory))), "setup-failed"),
        ];
        for language in Language::ALL {
            let words = Words(language);
            for (why, key) in &causes {
                let said = Said::of(words, &**why);
                assert_eq!(said.words, words.t(key), "{why}");
                assert!(!said.words.contains("/srv"), "{}", said.words);
                assert_eq!(said.technical, Some(why.to_string()));
            }
        }
    }
}
