//! Why something failed that a person can mend, however deep the cause lies.

use super::{HomeError, StartError};
use crate::{backup::BackupError, escrow::FetchError, network::NetworkError, store::StoreError};
use std::{error::Error, io};

/// A cause that a person can mend.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mendable {
    /// The disk is full.
    NoRoom,
    /// The program may not write there.
    NoRight,
    /// Another one works in the same directory.
    FolderInUse,
    /// Another program listens at the same address.
    AddressInUse,
    /// There is something in the directory already.
    NotEmpty,
}

/// The cause that a person can mend, if there is one. What is passed on as it is hides itself from `source`, and is opened by
/// name.
#[must_use]
pub fn mendable(why: &(dyn Error + 'static)) -> Option<Mendable> {
    match why.downcast_ref::<BackupError>() {
        Some(BackupError::Store(why)) => return mendable(why),
        Some(BackupError::Home(why)) => return mendable(why),
        Some(BackupError::Start(why)) => return mendable(&**why),
        Some(BackupError::NoSpace { .. }) => return Some(Mendable::NoRoom),
        Some(BackupError::NotEmpty { .. }) => return Some(Mendable::NotEmpty),
        _ => {}
    }
    match why.downcast_ref::<StartError>() {
        Some(StartError::Home(why)) => return mendable(why),
        Some(StartError::Store(why)) => return mendable(why),
        Some(StartError::Network(why)) => return mendable(why),
        _ => {}
    }
    match why.downcast_ref::<FetchError>() {
        Some(FetchError::Local(why)) => return mendable(why),
        Some(FetchError::Network(why)) => return mendable(why),
        _ => {}
    }
    match why.downcast_ref::<HomeError>() {
        Some(HomeError::Store(why)) => return mendable(why),
        Some(HomeError::AlreadyFounded(_)) => return Some(Mendable::NotEmpty),
        _ => {}
    }
    if let Some(NetworkError::AddressInUse { .. }) = why.downcast_ref() {
        return Some(Mendable::AddressInUse);
    }
    match why.downcast_ref::<StoreError>() {
        Some(StoreError::DiskFull { .. }) => return Some(Mendable::NoRoom),
        Some(StoreError::Locked { .. }) => return Some(Mendable::FolderInUse),
        _ => {}
    }
    match why.downcast_ref::<io::Error>().map(io::Error::kind) {
        Some(io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded) => Some(Mendable::NoRoom),
        Some(io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem) => Some(Mendable::NoRight),
        Some(io::ErrorKind::AddrInUse) => Some(Mendable::AddressInUse),
        _ => why.source().and_then(mendable),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::PathBuf;

    fn io_of(kind: io::ErrorKind) -> StoreError {
        StoreError::Io { context: "write", path: PathBuf::from("/srv/kith/index"), source: kind.into() }
    }

    #[test]
    fn what_a_person_can_mend_is_found_wherever_it_lies() {
        let path = || PathBuf::from("/srv/kith");
        let in_use = NetworkError::AddressInUse { address: "/ip4/0.0.0.0/tcp/7700".into() };
        let causes: [(Box<dyn Error>, Option<Mendable>); 9] = [
            (Box::new(StartError::from(io_of(io::ErrorKind::PermissionDenied))), Some(Mendable::NoRight)),
            (
                Box::new(StartError::from(HomeError::from(io_of(io::ErrorKind::ReadOnlyFilesystem)))),
                Some(Mendable::NoRight),
            ),
            (
                Box::new(BackupError::file("make", &path())(io::ErrorKind::PermissionDenied.into())),
                Some(Mendable::NoRight),
            ),
            (Box::new(BackupError::file("make", &path())(io::ErrorKind::StorageFull.into())), Some(Mendable::NoRoom)),
            (
                Box::new(FetchError::from(BackupError::from(StoreError::Locked { path: path() }))),
                Some(Mendable::FolderInUse),
            ),
            (Box::new(BackupError::from(StartError::from(in_use))), Some(Mendable::AddressInUse)),
            (Box::new(StartError::from(HomeError::AlreadyFounded(path()))), Some(Mendable::NotEmpty)),
            (Box::new(BackupError::NotEmpty { dir: path() }), Some(Mendable::NotEmpty)),
            (Box::new(StartError::from(io_of(io::ErrorKind::NotADirectory))), None),
        ];
        for (why, meant) in causes {
            assert_eq!(mendable(&*why), meant, "{why}");
        }
    }
}
