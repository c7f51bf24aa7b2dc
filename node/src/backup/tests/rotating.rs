//! A new operational key, and what is left of a rotation that a crash ended.

use super::*;
use crate::store::secret::write_secret;
use kith_protocol::{key::SecretKey, time::Timestamp};

/// The serial number that the directory signs under, and the last one in its ledger.
fn serials(home: &Path) -> (u32, u32) {
    let home = home::open(home).unwrap();
    let serial = home.identity.certificate.content.serial;
    assert_eq!(home.identity.secret.public(), home.identity.certificate.content.key);
    let opened = runtime::open(&home, 1 << 20).unwrap();
    (serial, opened.machine.state().ledger().certificate().unwrap().serial)
}

fn seconds(at: Timestamp) -> u32 {
    u32::try_from(at.0 / 1_000).unwrap()
}

fn files(home: &Path) -> [Option<Vec<u8>>; 3] {
    ["operational", "certificate", "next"].map(|name| std::fs::read(home.join("keys").join(name)).ok())
}

#[test]
fn a_new_key_stands_in_the_ledger_and_in_the_place_of_the_old_one() {
    let elm = Elm::found();
    let (home, before) = (elm.home(), files(&elm.home()));
    let now = clock::now();
    let serial = seconds(now);
    let certificate = rotate(&home, &elm.root, now).unwrap();
    assert_eq!((certificate.serial, certificate.community), (serial, elm.root.community()));
    let after = files(&home);
    assert!(after[0] != before[0] && after[1] != before[1] && after[2].is_none());
    assert_eq!(serials(&home), (serial, serial));
    // The directory is as good as before: members come in, a backup is made, and it is good.
    elm.admit(21..=21);
    let verified = verify(&elm.backup("rotated.age"), &elm.root).unwrap();
    assert_eq!((verified.summary.members, verified.manifest.certificate.content.serial), (22, serial));
    // Once more, within the same second.
    assert_eq!(rotate(&home, &elm.root, now).unwrap().serial, serial + 1);
    // A restore comes above it.
    let again = elm.file("again");
    let (_, restored) = restore(&elm.backup("last.age"), &again, &elm.root, now).unwrap();
    assert_eq!((restored.serial, serials(&again)), (serial + 2, (serial + 2, serial + 2)));
}

#[test]
fn a_rotation_that_a_crash_ends_leaves_the_old_key_or_the_new_one() {
    let elm = Elm::found();
    let (dir, now) = (elm.home(), clock::now());
    let serial = seconds(now);
    let old = files(&dir);
    let keys = dir.join("keys");
    // Before its file has its name there is only the old key.
    std::fs::write(keys.join("next.new"), "half").unwrap();
    assert_eq!(serials(&dir), (1, 1));
    home::renew(&dir, &elm.root, now).unwrap();
    let next = files(&dir)[2].clone().unwrap();
    let certificate = home::open(&dir).unwrap().identity.certificate;
    let half = |operational: &[u8], certificate: &[u8]| {
        for (name, bytes) in [("operational", operational), ("certificate", certificate), ("next", &next)] {
            _ = std::fs::remove_file(keys.join(name));
            write_secret(&keys.join(name), bytes).unwrap();
        }
    };
    let seed = data_encoding::HEXLOWER.encode(&next[..32]);
    let [old_key, old_certificate, _] = old.map(Option::unwrap_or_default);
    // Nothing is replaced yet, or one of the two files, or both.
    let certificate = codec::encode(&certificate);
    for (key, word) in [
        (old_key.as_slice(), old_certificate.as_slice()),
        (seed.as_bytes(), &old_certificate),
        (seed.as_bytes(), &certificate),
    ] {
        half(key, word);
        assert_eq!(home::open(&dir).unwrap().identity.certificate.content.serial, serial);
        // Whoever opens it next finishes it; the ledger takes the key once.
        assert_eq!(serials(&dir), (serial, serial));
        let [key, word, next] = files(&dir);
        assert_eq!((key, word, next), (Some(seed.clone().into_bytes()), Some(certificate.clone()), None));
    }
    // A command that is given again after a crash finishes the first one.
    half(&old_key, &old_certificate);
    assert_eq!(rotate(&dir, &elm.root, clock::now()).unwrap().serial, serial);
    let opened = runtime::open(&home::open(&dir).unwrap(), 1 << 20).unwrap();
    assert_eq!(opened.machine.state().ledger().certificates().len(), 2);
    let public = SecretKey::from_seed(next[..32].try_into().unwrap()).public();
    assert_eq!(opened.machine.state().ledger().certificate().unwrap().key, public);
}

#[test]
fn a_key_is_rotated_only_by_the_words_of_a_community_that_is_stopped_and_here() {
    let elm = Elm::found();
    let before = files(&elm.home());
    let code = |root: &Root| Failure::from(rotate(&elm.home(), root, clock::now()).unwrap_err()).code;
    assert_eq!(code(&Root::random().unwrap()), "other-community");
    let lock = crate::store::DirectoryLock::acquire(&elm.home()).unwrap();
    assert_eq!(code(&elm.root), "locked");
    drop(lock);
    retired::retire(&elm.home(), clock::now()).unwrap();
    assert_eq!(code(&elm.root), "retired");
    assert_eq!(files(&elm.home()), before);
    let nowhere = elm.file("nowhere");
    assert!(rotate(&nowhere, &elm.root, clock::now()).is_err() && !nowhere.exists());
}
