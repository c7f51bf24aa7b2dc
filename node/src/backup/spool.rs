//! People's records as they were at one moment, kept aside until they are copied: their hash stands in the manifest, which
//! comes before them in the file.
//!
//! They wait in a file without a name, encrypted for a key that exists only in memory. So nothing of it is left
//! when the program ends, however it ends, and an erased person is not kept by a forgotten copy.

use super::{
    error::BackupError,
    make::Summing,
    people,
    seal::{self, Opened},
};
use crate::{
    runtime::home,
    store::{People, files},
};
use age::x25519;
use data_encoding::HEXLOWER;
use kith_protocol::id::Digest;
use std::{
    fs::File,
    io::{BufWriter, Write as _},
    path::{Path, PathBuf},
};

/// People's records, kept aside.
pub(super) struct Spool {
    file: File,
    path: PathBuf,
    identity: x25519::Identity,
    pub(super) bytes: u64,
    pub(super) sha256: Digest,
    pub(super) people: u64,
}

impl Spool {
    /// Keeps aside what is there now, in a file without a name on the disk of `dir`.
    pub(super) fn of(records: &People, dir: &Path) -> Result<Self, BackupError> {
        let path = dir.join(format!("backup.spool-{}", HEXLOWER.encode(&home::random::<8>()?)));
        let file = files::write_new(&path, &[])?;
        std::fs::remove_file(&path).map_err(BackupError::file("remove", &path))?;
        let failed = || BackupError::file("write", &path);
        let identity = x25519::Identity::generate();
        let sealed = seal::sealed(&identity.to_public(), BufWriter::new(&file)).map_err(failed())?;
        let (mut out, mut people, mut refused) = (Summing::new(sealed), 0, None);
        records.each(|id, record| {
            if refused.is_none() {
                refused = people::write(&mut out, &id, record).err();
                people += 1;
            }
        })?;
        if let Some(error) = refused {
            return Err(failed()(error));
        }
        let (sealed, bytes, sha256) = out.finish();
        sealed.finish().and_then(|mut out| out.flush()).map_err(failed())?;
        Ok(Self { file, path, identity, bytes, sha256, people })
    }

    /// Reads them back.
    pub(super) fn open(&mut self) -> Result<Opened<'_>, BackupError> {
        seal::opened(&self.identity, &mut self.file, &self.path)
    }
}
