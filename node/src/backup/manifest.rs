//! What a backup holds, signed by whoever made it.

use super::error::BackupError;
use crate::{
    config,
    runtime::LaneHead,
    store::{checkpoint::MAX_CHECKPOINT_BYTES, journal, secret::MAX_SECRET_BYTES},
};
use kith_protocol::{
    codec,
    community::{Certificate, check_certificate},
    envelope::{Content, Unverified},
    id::{CommunityId, Digest},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

/// The version of manifests written now, which is the format of the whole file.
pub(super) const VERSION: u8 = 1;
/// The name of the manifest in the archive.
pub(super) const NAME: &str = "manifest.cbor";
/// The largest manifest: [`codec::MAX_ITEMS`] partnerships and as many segments, which need under 200 bytes each.
pub(super) const MAX_BYTES: usize = 2 * 1024 * 1024;

/// One file of the archive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Member {
    /// Its name in the archive.
    pub name: String,
    /// Its length.
    pub bytes: u64,
    /// The SHA-256 of its bytes.
    pub sha256: Digest,
}

/// How much of the journal is in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JournalExtent {
    /// Its durable end: bytes of frames over all segments.
    pub bytes: u64,
    /// How many frames it has.
    pub records: u64,
}

/// How far the ledger was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LedgerExtent {
    /// How many entries it has.
    pub size: u64,
    /// The RFC 6962 root over them.
    pub root: Digest,
}

/// What a backup says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// Version of the file's format: 1.
    pub v: u8,
    /// Whose backup it is.
    pub community: CommunityId,
    /// The community's name.
    pub name: String,
    /// The version of the program that made it.
    pub program: String,
    /// When it was made.
    pub made_at: Timestamp,
    /// Whether the copy it was made from was retired with it.
    pub handover: bool,
    /// The root key's word for the operational key that signed this.
    pub certificate: Unverified<Certificate>,
    /// The journal.
    pub journal: JournalExtent,
    /// The ledger.
    pub ledger: LedgerExtent,
    /// The lanes of every partnership, by account.
    pub lanes: Vec<LaneHead>,
    /// How many records of names, contacts and notes there are.
    pub people: u64,
    /// Every other file of the archive, in order.
    pub members: Vec<Member>,
}

impl Content for Manifest {
    const NAME: &'static str = "backup-manifest";
}

/// What a file of the archive is. Their order is the order in the archive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Transport,
    Alias,
    Recipient,
    Settings,
    Checkpoint,
    /// The segment of the journal that begins at this position.
    Segment(u64),
    People,
}

impl Kind {
    pub(super) fn name(self) -> String {
        match self {
            Self::Transport => "keys/transport".into(),
            Self::Alias => "keys/alias".into(),
            Self::Recipient => "keys/backup-recipient".into(),
            Self::Settings => config::FILE.into(),
            Self::Checkpoint => "checkpoint".into(),
            Self::Segment(start) => format!("journal/{}", journal::segment_name(start)),
            Self::People => "people".into(),
        }
    }

    /// The kind of a file by its name. There are no other names, so none can lead out of a directory.
    pub(super) fn of(name: &str) -> Option<Self> {
        if let Some(segment) = name.strip_prefix("journal/") {
            return journal::segment_start(segment).map(Self::Segment);
        }
        let plain = [Self::Transport, Self::Alias, Self::Recipient, Self::Settings, Self::Checkpoint, Self::People];
        plain.into_iter().find(|kind| kind.name() == name)
    }

    /// The most bytes of files that are read into memory; none for those that are streamed.
    pub(super) const fn limit(self) -> Option<u64> {
        match self {
            Self::Transport | Self::Alias | Self::Recipient => Some(MAX_SECRET_BYTES),
            Self::Settings => Some(config::MAX_FILE_BYTES),
            Self::Checkpoint => Some(MAX_CHECKPOINT_BYTES),
            Self::Segment(_) | Self::People => None,
        }
    }
}

/// Only as much of a manifest as every version has.
#[derive(Deserialize)]
struct AnyVersion {
    content: AnyContent,
}

#[derive(Deserialize)]
struct AnyContent {
    v: u64,
}

/// Reads a manifest and checks whose it is, who signed it, and that its list of files is one this program would write.
///
/// # Errors
/// [`BackupError`].
pub(super) fn read(bytes: &[u8], expected: CommunityId) -> Result<Manifest, BackupError> {
    let bad = |reason| BackupError::Member { member: NAME.into(), reason };
    if let Ok(any) = codec::decode_own::<AnyVersion>(bytes)
        && any.content.v > u64::from(VERSION)
    {
        return Err(BackupError::NewerFormat { found: any.content.v, known: VERSION.into() });
    }
    let manifest: Unverified<Manifest> =
        codec::decode(bytes, MAX_BYTES).map_err(|_| bad("it is not written as manifests are"))?;
    let content = &manifest.content;
    if content.v != VERSION {
        return Err(bad("it has a version that never was"));
    }
    if content.community != expected {
        return Err(BackupError::OtherCommunity { found: content.community, expected });
    }
    let certificate = check_certificate(&content.certificate).map_err(|_| bad("its certificate is not good"))?;
    let certified = certificate.content();
    let key = certified.key.sound().map_err(|_| bad("its certificate is not good"))?;
    if certified.community != expected {
        return Err(bad("its certificate is of another community"));
    }
    let signed = manifest.verify(&key).map_err(|_| bad("it is not signed by the community"))?;
    let manifest = signed.into_unverified().content;
    check_members(&manifest.members)?;
    Ok(manifest)
}

fn check_members(members: &[Member]) -> Result<(), BackupError> {
    let mut kinds = Vec::with_capacity(members.len());
    for member in members {
        let bad = |reason| BackupError::Member { member: member.name.chars().take(80).collect(), reason };
        let kind = Kind::of(&member.name).ok_or_else(|| bad("no backup has such a file"))?;
        if kind.limit().is_some_and(|limit| member.bytes > limit) {
            return Err(bad("it is larger than such a file may be"));
        }
        if kinds.last().is_some_and(|last| *last >= kind) {
            return Err(bad("it stands in the wrong place"));
        }
        kinds.push(kind);
    }
    for needed in [Kind::Transport, Kind::Alias, Kind::Recipient, Kind::Checkpoint, Kind::Segment(0), Kind::People] {
        if !kinds.contains(&needed) {
            return Err(BackupError::Member { member: needed.name(), reason: "it is missing" });
        }
    }
    Ok(())
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::runtime::Root;
    use kith_protocol::key::SecretKey;
    use proptest::prelude::*;

    fn members(kinds: &[Kind]) -> Vec<Member> {
        kinds.iter().map(|kind| Member { name: kind.name(), bytes: 1, sha256: Digest::ZERO }).collect()
    }

    const ALL: [Kind; 8] = [
        Kind::Transport,
        Kind::Alias,
        Kind::Recipient,
        Kind::Settings,
        Kind::Checkpoint,
        Kind::Segment(0),
        Kind::Segment(9),
        Kind::People,
    ];

    fn manifest(root: &Root, secret: &SecretKey) -> Manifest {
        Manifest {
            v: VERSION,
            community: root.community(),
            name: "Elm".into(),
            program: "0".into(),
            made_at: Timestamp(1),
            handover: false,
            certificate: root.certify(secret.public(), 1, Timestamp(1)),
            journal: JournalExtent { bytes: 1, records: 1 },
            ledger: LedgerExtent { size: 1, root: Digest::ZERO },
            lanes: Vec::new(),
            people: 0,
            members: members(&ALL),
        }
    }

    #[test]
    fn a_manifest_is_its_communitys_own() {
        let (root, other) = (Root::random().unwrap(), Root::random().unwrap());
        let (secret, thief) = (SecretKey::from_seed(&[1; 32]), SecretKey::from_seed(&[2; 32]));
        let good = manifest(&root, &secret);
        let bytes = |manifest: &Manifest, secret| codec::encode(&manifest.clone().sign(secret).into_unverified());
        assert_eq!(read(&bytes(&good, &secret), root.community()).unwrap(), good);
        let refused = |bytes: &[u8]| read(bytes, root.community()).unwrap_err().code();
        assert_eq!(refused(&bytes(&manifest(&other, &secret), &secret)), "other-community");
        // Whoever has a backup's recipient, and even the certificate, has not the key.
        assert_eq!(refused(&bytes(&good, &thief)), "damaged-member");
        let certified_by_other = Manifest { community: root.community(), ..manifest(&other, &secret) };
        assert_eq!(refused(&bytes(&certified_by_other, &secret)), "damaged-member");
        assert_eq!(refused(&bytes(&Manifest { v: 2, ..good.clone() }, &secret)), "newer-format");
        assert_eq!(refused(&bytes(&Manifest { v: 0, ..good.clone() }, &secret)), "damaged-member");
        assert_eq!(refused(b""), "damaged-member");
    }

    #[test]
    fn only_the_files_of_a_backup_are_in_one_each_once_and_in_order() {
        check_members(&members(&ALL)).unwrap();
        let without = |left_out: Kind| ALL.into_iter().filter(|kind| *kind != left_out).collect::<Vec<_>>();
        for optional in [Kind::Settings, Kind::Segment(9)] {
            check_members(&members(&without(optional))).unwrap();
        }
        for needed in [Kind::Transport, Kind::Checkpoint, Kind::Segment(0), Kind::People] {
            assert!(check_members(&members(&without(needed))).is_err(), "{needed:?}");
        }
        let mut turned = ALL;
        turned.swap(5, 6);
        assert!(check_members(&members(&turned)).is_err());
        assert!(check_members(&members(&[&ALL[..], &[Kind::People]].concat())).is_err());
        for name in ["../people", "/people", "keys/operational", "keys/transport/", "journal/", "journal/../keys/alias"]
        {
            assert_eq!(Kind::of(name), None, "{name}");
        }
        let mut large = members(&ALL);
        large[0].bytes = MAX_SECRET_BYTES + 1;
        assert!(check_members(&large).is_err());
    }

    proptest! {
        #[test]
        fn any_bytes_are_refused(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            prop_assert!(read(&bytes, CommunityId([0; 32])).is_err());
        }
    }
}
