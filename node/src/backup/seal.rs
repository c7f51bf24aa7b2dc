//! Encryption: age (C2SP `age`) for one X25519 recipient, and the key behind it.

use super::error::BackupError;
use crate::{
    runtime::{Root, home},
    store::secret::read_secret,
};
use age::{DecryptError, Decryptor, Encryptor, stream::StreamReader, stream::StreamWriter, x25519};
use bech32::{Bech32, Hrp};
use std::{
    fs::File,
    io::{self, BufReader, Read, Seek, SeekFrom, Write},
    path::Path,
};
use zeroize::Zeroizing;

/// What HKDF is told to make the key of backups from the root key.
pub const INFO: &str = "kith/v1/backup";
/// The longest header that is read: one recipient and the random stanza that age adds need under 1 KiB.
const MAX_HEADER_BYTES: u64 = 4 * 1024;
/// What every age file begins with.
const MAGIC: &[u8] = b"age-encryption.org/";

/// The key that opens a community's backups.
///
/// # Panics
/// Never: every 32 bytes are an X25519 secret, and have a Bech32 form.
#[must_use]
pub fn identity(root: &Root) -> x25519::Identity {
    let derived = root.derive(INFO);
    let prefix = Hrp::parse_unchecked("age-secret-key-");
    let text = Zeroizing::new(bech32::encode_upper::<Bech32>(prefix, &derived[..]).expect("32 bytes are short"));
    text.parse().expect("this is how age writes an identity")
}

/// To whom a community's backups are encrypted.
#[must_use]
pub fn recipient(root: &Root) -> x25519::Recipient {
    identity(root).to_public()
}

/// The recipient that lies in a node's directory, and the text of its file.
pub(super) fn recipient_of(dir: &Path) -> Result<(x25519::Recipient, Zeroizing<Vec<u8>>), BackupError> {
    let none = || BackupError::NoRecipient { dir: dir.to_path_buf() };
    let bytes = read_secret(&home::recipient_file(dir))?.ok_or_else(none)?;
    let text = std::str::from_utf8(&bytes).map_err(|_| none())?;
    let recipient = text.trim().parse().map_err(|_| none())?;
    Ok((recipient, bytes))
}

/// Begins an encrypted stream. It is whole only after [`StreamWriter::finish`].
pub(super) fn sealed<W: Write>(recipient: &x25519::Recipient, out: W) -> io::Result<StreamWriter<W>> {
    let one = std::iter::once(recipient as &dyn age::Recipient);
    let encryptor = Encryptor::with_recipients(one).expect("there is one recipient, and it takes any company");
    encryptor.wrap_output(out)
}

/// A file being decrypted. It reads in chunks of 64 KiB.
pub(super) type Opened<'a> = StreamReader<BufReader<&'a mut File>>;

/// Opens an encrypted file, or bytes like one, from its beginning.
///
/// # Errors
/// [`BackupError::NotABackup`], [`BackupError::WrongWords`], [`BackupError::CutShort`], [`BackupError::Changed`] or the disk.
pub(super) fn opened<R: Read + Seek>(
    identity: &x25519::Identity,
    mut file: R,
    path: &Path,
) -> Result<StreamReader<BufReader<R>>, BackupError> {
    check_head(&mut file, path)?;
    let decryptor = Decryptor::new_buffered(BufReader::new(file)).map_err(|why| refused(why, path))?;
    decryptor.decrypt(std::iter::once(identity as &dyn age::Identity)).map_err(|why| refused(why, path))
}

/// Whether a file begins as a backup does. Nothing is decrypted.
///
/// # Errors
/// [`BackupError::NotABackup`], [`BackupError::CutShort`], [`BackupError::Changed`] or the disk.
pub fn begins(path: &Path) -> Result<(), BackupError> {
    check_head(&mut File::open(path).map_err(BackupError::file("read", path))?, path)
}

/// Whether a community's root key opens a file. Only its first lines are read.
///
/// # Errors
/// Those of [`begins`], and [`BackupError::WrongWords`].
pub fn opens(path: &Path, root: &Root) -> Result<(), BackupError> {
    let file = File::open(path).map_err(BackupError::file("read", path))?;
    opened(&identity(root), file, path).map(drop)
}

/// Looks at the first lines of a file, and goes back to its beginning.
fn check_head(file: &mut (impl Read + Seek), path: &Path) -> Result<(), BackupError> {
    let disk = || BackupError::file("read", path);
    file.seek(SeekFrom::Start(0)).map_err(disk())?;
    let mut head = Vec::new();
    file.by_ref().take(MAX_HEADER_BYTES).read_to_end(&mut head).map_err(disk())?;
    if !head.starts_with(MAGIC) {
        return Err(if MAGIC.starts_with(&head) { BackupError::CutShort } else { BackupError::NotABackup });
    }
    // The reader of headers takes as many lines as there are: see first that there is an end.
    if !head.windows(5).any(|part| part == b"\n--- ") {
        let whole = head.len() as u64 == MAX_HEADER_BYTES;
        return Err(if whole { BackupError::Changed("its header has no end") } else { BackupError::CutShort });
    }
    file.seek(SeekFrom::Start(0)).map_err(disk())?;
    Ok(())
}

fn refused(why: DecryptError, path: &Path) -> BackupError {
    match why {
        DecryptError::NoMatchingKeys => BackupError::WrongWords,
        DecryptError::UnknownFormat => BackupError::NotABackup,
        DecryptError::Io(error) => BackupError::reading(path)(error),
        _ => BackupError::Changed("its header is not what was written"),
    }
}
