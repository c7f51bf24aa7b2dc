#![expect(clippy::unwrap_used, reason = "tests")]

use std::path::Path;

use proptest::prelude::*;

use super::*;

const CACHE: u64 = 1024 * 1024;

fn put(key: &[u8], value: &[u8]) -> Write {
    (key.to_vec(), Some(value.to_vec()))
}

fn keys(entries: Entries) -> Vec<Vec<u8>> {
    entries.into_iter().map(|(key, _)| key).collect()
}

fn check_scans(index: &dyn Index) {
    let names: [&[u8]; 7] = [b"a", b"b", b"b\x00", b"b\xff", b"b\xff\xff", b"c", b"\xff\xff"];
    index.apply(names.iter().map(|key| put(key, b"v")).collect()).unwrap();
    let b = &names[1..5];
    let mut reversed = b.to_vec();
    reversed.reverse();

    assert_eq!(keys(index.scan(b"", None, 99).unwrap()), names);
    assert_eq!(keys(index.scan(b"b", None, 99).unwrap()), b);
    assert_eq!(keys(index.scan(b"b", Some(b"a"), 2).unwrap()), b[..2]);
    assert_eq!(keys(index.scan(b"b", Some(b"b\x00"), 99).unwrap()), b[2..]);
    assert!(index.scan(b"b", Some(b"c"), 99).unwrap().is_empty());
    assert_eq!(keys(index.scan_back(b"b", None, 99).unwrap()), reversed);
    assert_eq!(keys(index.scan_back(b"b", Some(b"x"), 2).unwrap()), reversed[..2]);
    assert_eq!(keys(index.scan_back(b"b", Some(b"b\xff"), 99).unwrap()), reversed[2..]);
    assert!(index.scan_back(b"b", Some(b"b"), 99).unwrap().is_empty());
    assert_eq!(keys(index.scan_back(b"\xff", None, 99).unwrap()), [b"\xff\xff"]);

    index.apply(vec![(b"b".to_vec(), None), put(b"n", b"1"), put(b"n", b"2")]).unwrap();
    assert_eq!(index.get(b"b").unwrap(), None);
    assert_eq!(index.get(b"n").unwrap().unwrap(), b"2");

    let refused = index.apply(vec![put(b"ok", b"ok"), put(&[0; MAX_KEY_BYTES + 1], b"")]);
    assert!(matches!(refused, Err(StoreError::TooLarge { .. })));
    let refused = index.apply(vec![put(b"ok", b"ok"), put(b"k", &[0; MAX_VALUE_BYTES + 1])]);
    assert!(matches!(refused, Err(StoreError::TooLarge { .. })));
    assert_eq!(index.get(b"ok").unwrap(), None);
}

#[test]
fn memory_scans() {
    check_scans(&MemoryIndex::new());
}

#[test]
fn sled_scans() {
    let home = tempfile::tempdir().unwrap();
    check_scans(&SledIndex::open(home.path(), CACHE).unwrap());
}

/// Opens an index, fills it so that sled writes a snapshot of its own, and closes it.
fn filled(dir: &Path) {
    for round in 0..2_u8 {
        let index = SledIndex::open(dir, CACHE).unwrap();
        let writes = (0..200_u8).map(|n| put(&[n, round], &[n; 100])).collect();
        index.apply(writes).unwrap();
        index.flush().unwrap();
    }
}

fn assert_filled(dir: &Path) {
    let index = SledIndex::open(dir, CACHE).unwrap();
    assert_eq!(index.scan(b"", None, 1000).unwrap().len(), 400);
    assert!(index.size_on_disk() > 0);
}

fn snapshot_of(dir: &Path) -> std::path::PathBuf {
    let mut found = std::fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path());
    found.find(|path| path.file_name().unwrap().to_string_lossy().starts_with("snap.")).unwrap()
}

#[test]
fn a_torn_snapshot_in_the_making_is_removed() {
    let home = tempfile::tempdir().unwrap();
    filled(home.path());
    let planted = home.path().join("snap.FFFFFFFFFFFFFFF0.generating");
    std::fs::write(&planted, b"torn").unwrap();
    assert_filled(home.path());
    assert!(!planted.exists());
}

#[test]
fn a_damaged_snapshot_is_set_aside_and_the_log_read_instead() {
    let home = tempfile::tempdir().unwrap();
    filled(home.path());
    let snapshot = snapshot_of(home.path());
    let bytes = std::fs::read(&snapshot).unwrap();
    std::fs::write(&snapshot, &bytes[..bytes.len() / 2]).unwrap();
    assert_filled(home.path());
    let aside = format!("damaged-{}", snapshot.file_name().unwrap().to_string_lossy());
    assert!(home.path().join(aside).exists());
    assert_filled(home.path());
}

#[test]
fn an_index_in_use_is_refused_by_name() {
    let home = tempfile::tempdir().unwrap();
    let _held = SledIndex::open(home.path(), CACHE).unwrap();
    let refusal = SledIndex::open(home.path(), CACHE).unwrap_err();
    assert!(matches!(refusal, StoreError::Locked { .. }), "{refusal}");
}

#[test]
fn large_values_survive_reopening() {
    let home = tempfile::tempdir().unwrap();
    {
        let index = SledIndex::open(home.path(), CACHE).unwrap();
        for n in 0..40_u8 {
            index.apply(vec![put(&[n], &vec![n; MAX_VALUE_BYTES])]).unwrap();
            index.flush().unwrap();
        }
        // The case under test: pages so large that sled keeps them in files of their own.
        assert!(std::fs::read_dir(home.path().join("blobs")).unwrap().count() > 0);
    }
    let index = SledIndex::open(home.path(), CACHE).unwrap();
    for n in 0..40_u8 {
        assert_eq!(index.get(&[n]).unwrap().unwrap(), vec![n; MAX_VALUE_BYTES]);
    }
}

fn write() -> impl Strategy<Value = Write> {
    let key = prop::collection::vec(prop_oneof![Just(0_u8), Just(1), Just(255)], 0..4);
    (key, prop::option::weighted(0.7, prop::collection::vec(any::<u8>(), 0..4)))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    /// The index on disk and the one in memory cannot be told apart, also after reopening.
    #[test]
    fn sled_equals_memory(
        groups in prop::collection::vec(prop::collection::vec(write(), 0..20), 1..6),
        prefix in prop::collection::vec(prop_oneof![Just(0_u8), Just(255)], 0..3),
        other in prop::option::of(prop::collection::vec(prop_oneof![Just(0_u8), Just(1), Just(255)], 0..4)),
        limit in 0..30_usize,
    ) {
        let home = tempfile::tempdir().unwrap();
        let memory = MemoryIndex::new();
        {
            let sled = SledIndex::open(home.path(), CACHE).unwrap();
            for group in groups {
                memory.apply(group.clone()).unwrap();
                sled.apply(group).unwrap();
            }
            sled.flush().unwrap();
        }
        let sled = SledIndex::open(home.path(), CACHE).unwrap();
        let other = other.as_deref();
        prop_assert_eq!(sled.scan(b"", None, 999).unwrap(), memory.scan(b"", None, 999).unwrap());
        prop_assert_eq!(sled.scan(&prefix, other, limit).unwrap(), memory.scan(&prefix, other, limit).unwrap());
        prop_assert_eq!(
            sled.scan_back(&prefix, other, limit).unwrap(),
            memory.scan_back(&prefix, other, limit).unwrap()
        );
    }
}
