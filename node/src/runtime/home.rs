//! A node's directory: its keys, its admin token, and how both come to be.
//!
//! ```text
//! DIR/kith.toml            the configuration, if there is one
//! DIR/keys/operational     signs for the community
//! DIR/keys/transport       the node's libp2p identity
//! DIR/keys/alias           the secret behind members' codes
//! DIR/keys/certificate     the root key's word for the operational key
//! DIR/keys/next            a new pair of these two, until it stands in their place
//! DIR/keys/backup-recipient  to whom backups are encrypted: only the recovery words open them
//! DIR/admin.token          lets the command line on this machine act for the coordinators
//! DIR/desk/                paper codes and sessions (hashes), questions; losing it costs new codes, no hours
//! DIR/journal/ index/ people/ snapshot checkpoint lock
//! DIR/backups/ backup.last where daily backups go, and when the last one was made
//! DIR/escrow/ escrow.sent  copies kept for partners, and what partners keep of ours
//! DIR/restored             says from which backup this copy was restored
//! DIR/.setup/              where a community is made ready that comes back in a browser; gone afterwards
//! DIR/retired              this copy was handed over and must not be started again
//! ```
//!
//! The root key itself is never on disk: it is shown once, as 24 words, when the community is founded. See [`Root`].

use super::root::Root;
use crate::{
    backup,
    store::{
        self, StoreError,
        secret::{read_secret, write_secret},
    },
};
use data_encoding::HEXLOWER;
use kith_protocol::{
    alias::AliasSecret,
    codec,
    community::{Certificate, check_certificate},
    envelope::Unverified,
    key::SecretKey,
    machine::Identity,
    time::Timestamp,
};
use std::path::{Path, PathBuf};
use thiserror::Error;
use zeroize::Zeroizing;

/// Why a directory is not a node's home, or cannot become one.
#[derive(Debug, Error)]
pub enum HomeError {
    /// The disk or a file on it.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// There is no node yet.
    #[error(
        "there is no community in {0}; found one with `kith init --dir {0} --name NAME`, or let `kith serve` do it in a \
         browser: it begins in an empty directory"
    )]
    NotFounded(PathBuf),
    /// There is a node already.
    #[error("there is a community in {0} already; choose another directory")]
    AlreadyFounded(PathBuf),
    /// A key file that does not hold a key.
    #[error("{0} does not hold what it should; restore it from a backup")]
    BadFile(PathBuf),
    /// The operating system gave no randomness.
    #[error("the system gives no random numbers: {0}")]
    Random(getrandom::Error),
}

/// Most bytes of a certificate: a few short fields and a signature.
const MAX_CERTIFICATE_BYTES: usize = 4_096;

/// Random bytes from the operating system.
///
/// # Errors
/// [`HomeError::Random`].
pub fn random<const N: usize>() -> Result<[u8; N], HomeError> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(HomeError::Random)?;
    Ok(bytes)
}

/// The keys of a node.
pub struct Home {
    /// Where it lives.
    pub dir: PathBuf,
    /// What makes the machine this community's.
    pub identity: Identity,
    /// The seed of the libp2p identity.
    pub transport: Zeroizing<[u8; 32]>,
    /// Lets the command line act for the coordinators.
    pub admin_token: Zeroizing<String>,
}

fn files(dir: &Path) -> [PathBuf; 5] {
    let keys = dir.join("keys");
    [
        keys.join("operational"),
        keys.join("transport"),
        keys.join("alias"),
        keys.join("certificate"),
        dir.join("admin.token"),
    ]
}

/// The file with the seed of the libp2p identity.
#[must_use]
pub fn transport_file(dir: &Path) -> PathBuf {
    dir.join("keys").join("transport")
}

/// The file with the secret behind members' codes.
#[must_use]
pub fn alias_file(dir: &Path) -> PathBuf {
    dir.join("keys").join("alias")
}

/// The file that says to whom backups are encrypted.
#[must_use]
pub fn recipient_file(dir: &Path) -> PathBuf {
    dir.join("keys").join("backup-recipient")
}

/// Makes new keys in `dir`, which must not hold any, certified by a root key that is kept nowhere.
///
/// # Errors
/// [`HomeError::AlreadyFounded`], or the disk.
pub fn create(dir: &Path, now: Timestamp, root: &Root) -> Result<Home, HomeError> {
    let [operational, transport, alias, certificate, _] = files(dir);
    if certificate.exists() || operational.exists() {
        return Err(HomeError::AlreadyFounded(dir.to_path_buf()));
    }
    make_directory(&dir.join("keys"))?;
    write_secret(&transport, HEXLOWER.encode(&random::<32>()?).as_bytes())?;
    write_secret(&alias, HEXLOWER.encode(&random::<32>()?).as_bytes())?;
    enable_backups(dir, root)?;
    certify(dir, root, 1, now)?;
    open(dir)
}

/// Writes to whom backups of this community are encrypted, so that making them takes no secret.
///
/// # Errors
/// The disk; a recipient that is there already is not overwritten.
pub fn enable_backups(dir: &Path, root: &Root) -> Result<(), HomeError> {
    let recipient = backup::seal::recipient(root).to_string();
    Ok(write_secret(&recipient_file(dir), recipient.as_bytes())?)
}

/// Makes a new operational key, certified by the root key under `serial`, and a new admin token, in a directory that has
/// neither. The certificate comes last: a directory without one is no home.
///
/// # Errors
/// The disk; keys that are there are never overwritten.
pub fn certify(dir: &Path, root: &Root, serial: u32, now: Timestamp) -> Result<(), HomeError> {
    let [operational, _, _, certificate, token] = files(dir);
    let seed = Zeroizing::new(random::<32>()?);
    let certified = root.certify(SecretKey::from_seed(&seed).public(), serial, now);
    write_secret(&operational, HEXLOWER.encode(&seed[..]).as_bytes())?;
    write_secret(&token, HEXLOWER.encode(&random::<32>()?).as_bytes())?;
    Ok(write_secret(&certificate, &codec::encode(&certified))?)
}

/// The serial number of a new certificate: above the old one, and above those that other copies of the same age took, which
/// came earlier.
#[must_use]
pub fn serial_after(old: u32, now: Timestamp) -> u32 {
    let seconds = u32::try_from(now.0 / 1_000).unwrap_or(u32::MAX);
    old.saturating_add(1).max(seconds)
}

/// A new operational key with its certificate, in one file that is whole or absent: from then on [`open`] takes it and not
/// the old pair, which [`settle`] replaces. One that is there already stays, as it is the newest.
///
/// # Errors
/// The disk; the old pair is good then.
pub fn renew(dir: &Path, root: &Root, now: Timestamp) -> Result<(), HomeError> {
    let old = open(dir)?.identity.certificate.content.serial;
    let seed = Zeroizing::new(random::<32>()?);
    let certified = root.certify(SecretKey::from_seed(&seed).public(), serial_after(old, now), now);
    let pair = Zeroizing::new([&seed[..], &codec::encode(&certified)].concat());
    match write_secret(&next_file(dir), &pair) {
        Err(StoreError::AlreadyExists { .. }) => Ok(()),
        written => Ok(written?),
    }
}

/// Puts a new pair of keys in the place of the old one, if there is one. Its own file goes last: until then it counts.
///
/// # Errors
/// The disk; the new pair counts all the same.
pub fn settle(dir: &Path) -> Result<(), HomeError> {
    let next = next_file(dir);
    let Some((seed, certified)) = next_pair(dir)? else { return Ok(()) };
    let [operational, _, _, certificate, _] = files(dir);
    let text = Zeroizing::new(HEXLOWER.encode(&seed[..]));
    store::files::replace(&operational, &[text.as_bytes()])?;
    store::files::replace(&certificate, &[&codec::encode(&certified)])?;
    std::fs::remove_file(&next).map_err(|source| StoreError::Io { context: "remove", path: next, source })?;
    Ok(store::files::sync_dir(&dir.join("keys"))?)
}

fn next_file(dir: &Path) -> PathBuf {
    dir.join("keys").join("next")
}

/// A seed and the certificate of its key.
type KeyPair = (Zeroizing<[u8; 32]>, Unverified<Certificate>);

fn next_pair(dir: &Path) -> Result<Option<KeyPair>, HomeError> {
    let path = next_file(dir);
    let bad = || HomeError::BadFile(path.clone());
    let Some(bytes) = read_secret(&path)? else { return Ok(None) };
    let (seed, certified) = bytes.split_first_chunk::<32>().ok_or_else(bad)?;
    Ok(Some((Zeroizing::new(*seed), decode_certificate(certified, &path)?)))
}

fn decode_certificate(bytes: &[u8], path: &Path) -> Result<Unverified<Certificate>, HomeError> {
    let bad = || HomeError::BadFile(path.to_path_buf());
    let certified: Unverified<Certificate> = codec::decode(bytes, MAX_CERTIFICATE_BYTES).map_err(|_| bad())?;
    check_certificate(&certified).map_err(|_| bad())?;
    Ok(certified)
}

/// The newest pair.
fn key_pair(dir: &Path) -> Result<KeyPair, HomeError> {
    if let Some(next) = next_pair(dir)? {
        return Ok(next);
    }
    let [operational, _, _, certificate, _] = files(dir);
    let bytes = read_secret(&certificate)?.ok_or_else(|| HomeError::NotFounded(dir.to_path_buf()))?;
    Ok((seed(&operational)?, decode_certificate(&bytes, &certificate)?))
}

/// A directory that only its owner may look into; one that is there stays as it is.
pub(super) fn make_directory(dir: &Path) -> Result<(), StoreError> {
    use std::os::unix::fs::DirBuilderExt as _;
    let made = std::fs::DirBuilder::new().recursive(true).mode(0o700).create(dir);
    made.map_err(|source| StoreError::Io { context: "create", path: dir.to_path_buf(), source })
}

/// Reads the keys in `dir`.
///
/// # Errors
/// [`HomeError::NotFounded`], a file others can read, or one that does not hold what it should.
pub fn open(dir: &Path) -> Result<Home, HomeError> {
    let [operational, transport, alias, _, token] = files(dir);
    let (secret, certified) = key_pair(dir)?;
    let secret = SecretKey::from_seed(&secret);
    if secret.public() != certified.content.key {
        return Err(HomeError::BadFile(operational));
    }
    let transport = seed(&transport)?;
    let identity = Identity {
        community: certified.content.community,
        secret,
        certificate: certified,
        transport: SecretKey::from_seed(&transport).public(),
        aliases: AliasSecret::new(*seed(&alias)?),
    };
    let admin_token = admin_token(dir)?.ok_or(HomeError::BadFile(token))?;
    Ok(Home { dir: dir.to_path_buf(), identity, transport, admin_token })
}

/// The admin token of the node in `dir`, if there is one.
///
/// # Errors
/// A token file that others can read.
pub fn admin_token(dir: &Path) -> Result<Option<Zeroizing<String>>, HomeError> {
    let path = dir.join("admin.token");
    let Some(bytes) = read_secret(&path)? else { return Ok(None) };
    let text = std::str::from_utf8(&bytes).map_err(|_| HomeError::BadFile(path))?;
    Ok(Some(Zeroizing::new(text.trim().to_owned())))
}

/// Makes a member's own key, in a file that only its owner can read.
///
/// # Errors
/// A file that is there already, or the disk.
pub fn new_member_key(file: &Path) -> Result<(), HomeError> {
    Ok(write_secret(file, HEXLOWER.encode(&random::<32>()?).as_bytes())?)
}

/// A member's own key.
///
/// # Errors
/// A file that is not there, that others can read, or that holds no key.
pub fn member_key(file: &Path) -> Result<SecretKey, HomeError> {
    Ok(SecretKey::from_seed(&*seed(file)?))
}

fn seed(path: &Path) -> Result<Zeroizing<[u8; 32]>, HomeError> {
    let bad = || HomeError::BadFile(path.to_path_buf());
    let text = read_secret(path)?.ok_or_else(bad)?;
    let bytes = Zeroizing::new(HEXLOWER.decode(text.trim_ascii()).map_err(|_| bad())?);
    Ok(Zeroizing::new(bytes.as_slice().try_into().map_err(|_| bad())?))
}
