#![expect(clippy::unwrap_used, reason = "tests")]

mod pieces;
mod rotating;
mod running;

use super::*;
use crate::{
    failure::{Exit, Failure},
    progress::Progress,
    runtime::{self, Founding, Home, Root, clock, home, retired},
    store::People,
};
use kith_protocol::{
    codec,
    community::Charter,
    envelope::{Content as _, Unverified},
    id::MemberId,
    machine::{Command, Input},
    member::{MemberKind, Role},
};
use proptest::prelude::*;
use std::{
    fs::File,
    io::{Read as _, Write as _},
    path::{Path, PathBuf},
};

/// A community whose node does not run.
struct Elm {
    dir: tempfile::TempDir,
    root: Root,
    coordinator: MemberId,
}

impl Elm {
    /// Founded, with twenty members and a note for each.
    fn found() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let founding = Founding { charter: Charter::new("Elm Street".into(), None), coordinator: "Rosa M".into() };
        let (_, coordinator, words) = runtime::found(&dir.path().join("elm"), &founding).unwrap();
        let elm = Self { dir, root: Root::from_words(&words).unwrap(), coordinator };
        std::fs::write(elm.home().join("kith.toml"), "[log]\nlevel = \"warn\"\n").unwrap();
        elm.admit(1..=20);
        let people = People::open(&elm.home()).unwrap();
        (1..=20).for_each(|n| people.put([n; 16], format!("a note about {n}").as_bytes()).unwrap());
        people.flush().unwrap();
        elm
    }

    fn home(&self) -> PathBuf {
        self.dir.path().join("elm")
    }

    fn file(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn admit(&self, members: std::ops::RangeInclusive<u8>) {
        let home = home::open(&self.home()).unwrap();
        let mut opened = runtime::open(&home, 1 << 20).unwrap();
        for n in members {
            let (member, by) = (MemberId([n; 16]), self.coordinator);
            let command = Command::Admit { member, kind: MemberKind::Person, role: Role::Member, key: None, by };
            let input = Input::Command { id: n.into(), request: None, command };
            let effects = opened.machine.handle(clock::now(), input, &opened.book);
            opened.book.absorb(&effects.batch).unwrap();
            opened.book.commit().unwrap();
        }
    }

    fn backup(&self, name: &str) -> PathBuf {
        let path = self.file(name);
        make(&self.home(), &path).unwrap().unwrap();
        path
    }

    /// What is inside a backup.
    fn plain(&self, path: &Path) -> Vec<u8> {
        let (mut file, mut plain) = (File::open(path).unwrap(), Vec::new());
        seal::opened(&seal::identity(&self.root), &mut file, path).unwrap().read_to_end(&mut plain).unwrap();
        plain
    }

    /// A file that holds this, encrypted for the community: whoever knows the recipient can make one.
    fn seal(&self, name: &str, plain: &[u8]) -> PathBuf {
        let path = self.file(name);
        let mut sealed = seal::sealed(&seal::recipient(&self.root), File::create(&path).unwrap()).unwrap();
        sealed.write_all(plain).unwrap();
        sealed.finish().unwrap();
        path
    }

    fn refused(&self, path: &Path) -> &'static str {
        verify(path, &self.root).map(|_| "found good").unwrap_or_else(|error| error.code())
    }
}

fn people(dir: &Path) -> Vec<([u8; 16], Vec<u8>)> {
    let mut found = Vec::new();
    People::open(dir).unwrap().each(|id, record| found.push((id, record.to_vec()))).unwrap();
    found
}

/// About `count` places from the first to the last of `length`, those at both ends closest to each other.
fn places(length: usize, count: usize) -> Vec<usize> {
    let mut places: Vec<usize> = (0..count).map(|n| n * (length - 1) / (count - 1)).collect();
    places.extend((0..40.min(length)).flat_map(|n| [n, length - 1 - n]));
    places
}

/// Takes nothing, and notes how far the reading is at each file.
struct Onlooker {
    progress: Progress,
    seen: Vec<u8>,
}

impl read::Sink for Onlooker {
    fn begin(&mut self, _: &Manifest) -> Result<(), BackupError> {
        Ok(())
    }

    fn file(&mut self, _: manifest::Kind, _: &Member, _: &mut dyn std::io::Read) -> Result<(), BackupError> {
        self.seen.extend(self.progress.percent());
        Ok(())
    }
}

#[test]
fn whoever_waits_for_a_backup_to_be_read_sees_how_far_it_is() {
    let elm = Elm::found();
    let path = elm.backup("elm.age");
    let (progress, mut file) = (Progress::default(), File::open(&path).unwrap());
    let mut onlooker = Onlooker { progress: progress.clone(), seen: Vec::new() };
    let mut piece = progress.begin(verify::length(&file, &path).unwrap());
    let manifest = read::walk(&mut file, &path, &elm.root, &mut onlooker, &mut piece).unwrap();
    let seen = onlooker.seen;
    assert_eq!((seen.len(), seen[0]), (manifest.members.len(), 0));
    // At the last file, people, the journal is behind it.
    assert!(seen.is_sorted() && *seen.last().unwrap() > 20, "{seen:?}");
    drop(piece);
    assert_eq!(progress.percent(), None);
    // A restore tells it, too, and is over when it is done.
    let dir = elm.file("again");
    restore::restore_telling(&path, &dir, &elm.root, clock::now(), &progress).unwrap();
    assert_eq!(progress.percent(), None);
}

#[test]
fn a_backup_says_what_it_holds() {
    let elm = Elm::found();
    let made = make(&elm.home(), &elm.file("elm.age")).unwrap().unwrap();
    let verified = verify(&elm.file("elm.age"), &elm.root).unwrap();
    assert_eq!((&verified.manifest, verified.bytes), (&made.manifest, made.bytes));
    let manifest = &verified.manifest;
    assert_eq!((manifest.community, manifest.name.as_str()), (elm.root.community(), "Elm Street"));
    assert_eq!((manifest.ledger.size, verified.summary.members), (21, 21));
    assert_eq!((manifest.people, manifest.handover), (21, false));
    let names: Vec<_> = manifest.members.iter().map(|member| member.name.as_str()).collect();
    let segment = "journal/00000000000000000000.journal";
    let keys = ["keys/transport", "keys/alias", "keys/backup-recipient"];
    assert_eq!(names, [&keys[..], &["kith.toml", "checkpoint", segment, "people"]].concat());
    // The same state gives the same content.
    let again = verify(&elm.backup("again.age"), &elm.root).unwrap();
    assert_eq!((again.manifest.ledger, again.manifest.members), (manifest.ledger, manifest.members.clone()));
    // No name, note or key stands in it in the clear, and the operational key is not in it at all.
    let (sealed, plain) = (std::fs::read(elm.file("elm.age")).unwrap(), elm.plain(&elm.file("elm.age")));
    let holds = |bytes: &[u8], part: &[u8]| bytes.windows(part.len()).any(|window| window == part);
    let key = |name: &str| std::fs::read(elm.home().join("keys").join(name)).unwrap();
    for part in [&b"Rosa M"[..], b"a note about 7", &key("transport"), &key("alias")] {
        assert!(holds(&plain, part) && !holds(&sealed, part));
    }
    assert!(!holds(&plain, &key("operational")));
    let left = std::fs::read_dir(elm.home())
        .unwrap()
        .filter(|entry| entry.as_ref().unwrap().file_name().to_str().unwrap().starts_with("backup.spool"));
    assert_eq!(left.count(), 0);
}

#[test]
fn every_changed_byte_of_the_file_is_found() {
    let elm = Elm::found();
    let path = elm.backup("elm.age");
    let good = std::fs::read(&path).unwrap();
    let bad = elm.file("bad.age");
    for at in places(good.len(), 240) {
        let mut bytes = good.clone();
        bytes[at] ^= 1 << (at % 8);
        std::fs::write(&bad, &bytes).unwrap();
        let error = verify(&bad, &elm.root).map(|verified| verified.bytes).unwrap_err();
        assert!(matches!(error.code(), "changed" | "cut-short" | "wrong-words" | "not-a-backup"), "byte {at}: {error}");
        assert_ne!(Failure::from(error).exit, Exit::Done);
    }
    for cut in places(good.len(), 60) {
        std::fs::write(&bad, &good[..cut]).unwrap();
        let error = verify(&bad, &elm.root).map(|verified| verified.bytes).unwrap_err();
        assert!(matches!(error.code(), "changed" | "cut-short" | "not-a-backup"), "cut at {cut}: {error}");
    }
    for more in [&b"\0"[..], &good[good.len() - 700..]] {
        std::fs::write(&bad, [&good[..], more].concat()).unwrap();
        assert_eq!(elm.refused(&bad), "changed");
    }
    assert_eq!(elm.refused(&path), "found good");
}

#[test]
fn every_changed_byte_inside_is_found_though_it_was_encrypted_again() {
    let elm = Elm::found();
    let plain = elm.plain(&elm.backup("elm.age"));
    for at in places(plain.len(), 240) {
        let mut bytes = plain.clone();
        bytes[at] ^= 1 << (at % 8);
        let error = verify(&elm.seal("bad.age", &bytes), &elm.root).map(|_| ()).unwrap_err();
        let code = error.code();
        assert!(!matches!(code, "file" | "disk" | "wrong-words"), "byte {at}: {error}");
    }
    for cut in places(plain.len(), 60) {
        assert_eq!(elm.refused(&elm.seal("bad.age", &plain[..cut])), "cut-short", "cut at {cut}");
    }
    assert_eq!(elm.refused(&elm.seal("bad.age", &[&plain[..], b"\0"].concat())), "changed");
    let (front, back) = plain.split_at(plain.len() - 1_024);
    let mut another = Vec::new();
    tar::begin(&mut another, "people", 0, 0).unwrap();
    assert_eq!(elm.refused(&elm.seal("bad.age", &[front, &another, back].concat())), "changed");
    assert_eq!(elm.refused(&elm.seal("good.age", &plain)), "found good");
}

/// The plain content with another manifest, signed by the community's own key.
fn with_manifest(elm: &Elm, plain: &[u8], change: impl FnOnce(&mut Manifest)) -> Vec<u8> {
    let mut rest = plain;
    let entry = tar::next(&mut rest).unwrap().unwrap();
    let (bytes, _) = rest.split_at(entry.size as usize);
    let read: Unverified<Manifest> = codec::decode(bytes, manifest::MAX_BYTES).unwrap();
    rest = &rest[bytes.len()..];
    tar::skip_padding(&mut rest, entry.size).unwrap();
    let mut content = read.content;
    change(&mut content);
    let secret = home::open(&elm.home()).unwrap().identity.secret;
    let signed = codec::encode(&content.sign(&secret).into_unverified());
    let mut out = Vec::new();
    tar::begin(&mut out, manifest::NAME, signed.len() as u64, 0).unwrap();
    out.extend_from_slice(&signed);
    tar::end(&mut out, signed.len() as u64).unwrap();
    out.extend_from_slice(rest);
    out
}

#[test]
fn what_the_manifest_says_is_compared_with_what_is_there() {
    let elm = Elm::found();
    let plain = elm.plain(&elm.backup("elm.age"));
    type Change = fn(&mut Manifest);
    let changes: [(Change, &str); 9] = [
        (|m| m.ledger.size += 1, "unsound"),
        (|m| m.ledger.root.0[0] ^= 1, "mismatch"),
        (|m| m.journal.bytes += 1, "mismatch"),
        (|m| m.journal.records -= 1, "mismatch"),
        (|m| m.people += 1, "mismatch"),
        (
            |m| {
                let account = kith_protocol::id::AccountId([1; 32]);
                m.lanes.push(runtime::LaneHead { account, epoch: 0, proposed: 0, learned: 0, decided: 0 });
            },
            "mismatch",
        ),
        (|m| m.members[6].sha256.0[0] ^= 1, "damaged-member"),
        (|m| drop(m.members.pop()), "damaged-member"),
        (|m| m.v = 2, "newer-format"),
    ];
    for (n, (change, code)) in changes.into_iter().enumerate() {
        let path = elm.seal("bad.age", &with_manifest(&elm, &plain, change));
        assert_eq!(elm.refused(&path), code, "change {n}");
    }
    assert_eq!(elm.refused(&elm.seal("good.age", &with_manifest(&elm, &plain, |_| ()))), "found good");
}

#[test]
fn other_words_and_other_files_are_told_apart() {
    let (elm, oak) = (Elm::found(), Elm::found());
    let path = elm.backup("elm.age");
    assert_eq!(oak.refused(&path), "wrong-words");
    let moved = oak.seal("moved.age", &elm.plain(&path));
    assert_eq!(oak.refused(&moved), "other-community");
    std::fs::write(elm.file("text"), "not a backup at all, but long enough to look at").unwrap();
    assert_eq!(elm.refused(&elm.file("text")), "not-a-backup");
    std::fs::write(elm.file("empty"), "").unwrap();
    assert_eq!(elm.refused(&elm.file("empty")), "cut-short");
    assert_eq!(elm.refused(&elm.file("none")), "file");
    // A header that never ends is not read to its end.
    let endless = format!("age-encryption.org/v1\n{}", "-> X25519 a\n".repeat(100_000));
    std::fs::write(elm.file("endless"), endless).unwrap();
    assert_eq!(elm.refused(&elm.file("endless")), "changed");
}

fn opened(dir: &Path) -> (Home, runtime::book::Recovered) {
    let home = home::open(dir).unwrap();
    let opened = runtime::open(&home, 1 << 20).unwrap();
    (home, opened)
}

#[test]
fn a_community_comes_back_with_a_new_key() {
    let elm = Elm::found();
    let path = elm.backup("elm.age");
    elm.admit(21..=22);
    let new = elm.file("new");
    std::fs::create_dir(&new).unwrap();
    let (verified, note) = restore(&path, &new, &elm.root, clock::now()).unwrap();
    assert_eq!(restored(&new).unwrap(), Some(note.clone()));
    assert_eq!((note.handover, note.entries), (false, 21));

    let (old_home, old) = opened(&elm.home());
    let (new_home, back) = opened(&new);
    assert_eq!(back.book.root_at(21), Some(verified.manifest.ledger.root));
    assert_eq!(back.book.root_at(21), old.book.root_at(21));
    assert_eq!(back.machine.state().ledger().members().len(), 21);
    assert_eq!(old.machine.state().ledger().members().len(), 23);
    let certificate = &new_home.identity.certificate.content;
    assert_eq!((certificate.community, certificate.serial), (elm.root.community(), note.serial));
    assert!(certificate.serial > old_home.identity.certificate.content.serial);
    assert_ne!(certificate.key, old_home.identity.certificate.content.key);
    assert_eq!(new_home.transport, old_home.transport);
    assert_ne!(new_home.admin_token, old_home.admin_token);
    for name in ["keys/alias", "keys/backup-recipient", "kith.toml"] {
        assert_eq!(std::fs::read(new.join(name)).unwrap(), std::fs::read(elm.home().join(name)).unwrap(), "{name}");
    }
    drop((old, back));
    assert_eq!(people(&new), people(&elm.home()));

    // What came back can be backed up and come back again.
    make(&new, &elm.file("again.age")).unwrap().unwrap();
    let second = elm.file("second");
    let (_, later) = restore(&elm.file("again.age"), &second, &elm.root, clock::now()).unwrap();
    assert!(later.serial > note.serial);
    assert_eq!(people(&second), people(&new));
}

#[test]
fn a_restore_is_whole_or_not_at_all() {
    let elm = Elm::found();
    let path = elm.backup("elm.age");
    let listed = || std::fs::read_dir(elm.dir.path()).unwrap().count();
    let before = listed();
    let refused = |path: &Path, dir: &Path| restore(path, dir, &elm.root, clock::now()).map(|_| ()).unwrap_err().code();
    assert_eq!(refused(&path, &elm.home()), "not-empty");
    assert_eq!(refused(&path, &path), "not-empty");
    let mut bytes = std::fs::read(&path).unwrap();
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    std::fs::write(&path, bytes).unwrap();
    assert_eq!(refused(&path, &elm.file("new")), "changed");
    assert_eq!(listed(), before);
}

#[test]
fn a_handover_retires_the_old_copy() {
    let elm = Elm::found();
    let path = elm.file("elm.age");
    let made = handover(&elm.home(), &path).unwrap().unwrap();
    assert!(made.manifest.handover && retired::retired(&elm.home()).unwrap().is_some());
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let starting = || runtime::Starting::listening(Vec::new());
    let refused = runtime.block_on(Box::pin(runtime::start(&elm.home(), starting()))).map(|_| ()).unwrap_err();
    assert!(matches!(refused, runtime::StartError::Retired { .. }), "{refused}");
    assert_eq!(Failure::from(refused).exit, Exit::Refused);
    // Lost on the way, it is made again; and whatever is made of a retired copy says so.
    let again = handover(&elm.home(), &path).unwrap().unwrap();
    assert_eq!(again.manifest.members, made.manifest.members);
    assert!(make(&elm.home(), &elm.file("later.age")).unwrap().unwrap().manifest.handover);
    let new = elm.file("new");
    assert!(restore(&path, &new, &elm.root, clock::now()).unwrap().1.handover);
    let started = runtime.block_on(Box::pin(runtime::start(&new, starting()))).unwrap();
    runtime.block_on(started.stop());
}

#[test]
fn a_community_without_a_recipient_says_what_to_do() {
    let (elm, oak) = (Elm::found(), Elm::found());
    std::fs::remove_file(home::recipient_file(&elm.home())).unwrap();
    let refused = handover(&elm.home(), &elm.file("elm.age")).map(|_| ()).unwrap_err();
    assert_eq!(refused.code(), "no-recipient");
    assert!(refused.to_string().contains("kith backup enable"));
    assert_eq!(retired::retired(&elm.home()).unwrap(), None, "a community is not retired for no backup");
    assert_eq!(enable(&elm.home(), &oak.root).map(|()| "").unwrap_err().code(), "other-community");
    enable(&elm.home(), &elm.root).unwrap();
    elm.backup("elm.age");
    assert_eq!(
        make(&elm.file("nowhere"), &elm.file("x")).map(|_| ()).map_err(|e| Failure::from(e).exit),
        Err(Exit::NotFound)
    );
}

#[test]
fn a_damaged_journal_is_never_taken_for_a_backup() {
    let elm = Elm::found();
    let good = elm.backup("elm.age");
    let before = std::fs::read(&good).unwrap();
    // A record in the middle, under a snapshot that vouches for it: a start does not read it again.
    let (home, mut opened) = opened(&elm.home());
    opened.book.settle_and_wait(opened.machine.state());
    drop((home, opened));
    let segment = elm.home().join("journal").join("00000000000000000000.journal");
    let mut bytes = std::fs::read(&segment).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&segment, bytes).unwrap();
    assert!(make(&elm.home(), &good).is_err());
    assert_eq!(std::fs::read(&good).unwrap(), before, "the good backup stays");
}

#[test]
fn thousands_of_records_come_back() {
    let elm = Elm::found();
    let records: Vec<([u8; 16], Vec<u8>)> = (0..3_000_u32)
        .map(|n| {
            let mut id = [0xee; 16];
            id[..4].copy_from_slice(&n.to_be_bytes());
            (id, vec![b'x'; n as usize % 700])
        })
        .collect();
    let kept = People::open(&elm.home()).unwrap();
    kept.put_many(records.iter().map(|(id, record)| (*id, record.as_slice()))).unwrap();
    kept.erase([7; 16]).unwrap();
    kept.flush().unwrap();
    drop(kept);
    let path = elm.backup("elm.age");
    let (verified, _) = restore(&path, &elm.file("new"), &elm.root, clock::now()).unwrap();
    assert_eq!(verified.manifest.people, 3_020);
    let found = people(&elm.file("new"));
    assert_eq!(found, people(&elm.home()));
    assert!(!found.iter().any(|(id, _)| *id == [7; 16]), "an erased record is in no backup");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn any_bytes_are_refused_by_name(bytes in prop::collection::vec(any::<u8>(), 0..3_000), begun: bool) {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("x");
        let head: &[u8] = if begun { b"age-encryption.org/v1\n-> X25519 " } else { b"" };
        std::fs::write(&path, [head, &bytes].concat()).unwrap();
        let root = Root::random().unwrap();
        prop_assert!(verify(&path, &root).is_err());
    }

    /// What is decrypted is not to be trusted either: anybody may encrypt for a community.
    #[test]
    fn any_content_is_refused_by_name(bytes in prop::collection::vec(any::<u8>(), 0..3_000), begun: bool) {
        let root = Root::random().unwrap();
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("x");
        let mut plain = Vec::new();
        if begun {
            tar::begin(&mut plain, manifest::NAME, bytes.len() as u64, 0).unwrap();
        }
        plain.extend_from_slice(&bytes);
        let mut sealed = seal::sealed(&seal::recipient(&root), File::create(&path).unwrap()).unwrap();
        sealed.write_all(&plain).unwrap();
        sealed.finish().unwrap();
        prop_assert!(verify(&path, &root).is_err());
    }
}

/// The recipient of the root key of 32 bytes 07, computed apart from RFC 5869, RFC 7748 and BIP 173.
#[test]
fn the_recipient_is_the_one_other_tools_of_age_know() {
    let words = "alpha deal scrub asthma idea logic bright thought alpha deal scrub asthma \
                 idea logic bright thought alpha deal scrub asthma idea logic bright truly";
    let root = Root::from_words(words).unwrap();
    assert_eq!(seal::recipient(&root).to_string(), "age1sg0085em9tfzpkzju6euz4vmw66wq393un7team5cvk0jq9tyvaqv0hd68");
}
