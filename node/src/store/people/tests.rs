#![expect(clippy::unwrap_used, reason = "tests")]

use std::path::Path;

use super::*;

const ADA: PersonId = [1; 16];
const BEN: PersonId = [2; 16];
const CLEO: PersonId = [3; 16];

/// All bytes of all files below `dir`.
fn everything(dir: &Path) -> Vec<u8> {
    let mut bytes = Vec::new();
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        let below = if path.is_dir() { everything(&path) } else { std::fs::read(&path).unwrap() };
        bytes.extend(below);
    }
    bytes
}

fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    haystack.windows(needle.len()).any(|window| window == needle)
}

fn keys_of(dir: &Path) -> Vec<u8> {
    std::fs::read(dir.join("people.keys")).unwrap()
}

/// The slot whose key the record of `id` names.
fn key_of(people: &People, id: PersonId) -> PersonKey {
    people.key(people.slot(&id).unwrap().unwrap()).unwrap()
}

#[test]
fn records_come_back_after_reopening() {
    let home = tempfile::tempdir().unwrap();
    {
        let people = People::open(home.path()).unwrap();
        assert!(people.is_empty());
        people.put(ADA, b"Ada, first").unwrap();
        people.put_many([(BEN, b"Ben".as_slice()), (ADA, b"Ada"), (CLEO, b"old"), (CLEO, b"")]).unwrap();
        people.flush().unwrap();
    }
    let people = People::open(home.path()).unwrap();
    assert_eq!(people.len(), 3);
    assert_eq!(people.get(ADA).unwrap().unwrap(), b"Ada");
    assert_eq!(people.get([9; 16]).unwrap(), None);
    let mut seen = Vec::new();
    people.each(|id, plain| seen.push((id, plain.to_vec()))).unwrap();
    let expected = vec![(ADA, b"Ada".to_vec()), (BEN, b"Ben".to_vec()), (CLEO, Vec::new())];
    assert_eq!(seen, expected);
}

#[test]
fn pages_join_without_gap_or_overlap() {
    let home = tempfile::tempdir().unwrap();
    let people = People::open(home.path()).unwrap();
    let ids: Vec<PersonId> = (0..2 * PAGE as u128 + 1).map(u128::to_be_bytes).collect();
    people.put_many(ids.iter().map(|id| (*id, id.as_slice()))).unwrap();
    let mut seen = Vec::new();
    people
        .each(|id, plain| {
            assert_eq!(plain, id);
            seen.push(id);
        })
        .unwrap();
    assert_eq!(seen, ids);
}

#[test]
fn an_erased_person_is_nowhere() {
    let home = tempfile::tempdir().unwrap();
    let plain = b"Ada Lovelace, 12 St James's Square, bell is broken";
    let people = People::open(home.path()).unwrap();
    people.put(ADA, plain).unwrap();
    people.put(BEN, b"Ben").unwrap();
    people.flush().unwrap();
    assert!(!contains(&everything(home.path()), plain), "records are encrypted at rest");
    let key = key_of(&people, ADA);
    let record = people.records.get(&ADA).unwrap().unwrap();
    assert!(contains(&everything(home.path()), key.as_slice()));

    assert!(people.erase(ADA).unwrap());
    assert!(!people.erase(ADA).unwrap());
    assert_eq!(people.get(ADA).unwrap(), None);
    assert_eq!(people.len(), 1);
    let disk = everything(home.path());
    assert!(!contains(&disk, key.as_slice()));
    assert!(!contains(&disk, plain));
    let slot = slot_of(&record).unwrap() as usize;
    assert_eq!(keys_of(home.path())[slot * KEY_BYTES..][..KEY_BYTES], [0; KEY_BYTES]);
    // The record, should sled still hold it somewhere, opens with no key that is left.
    for slot in 0..2 {
        assert_eq!(open_sealed(ADA, &people.key(slot).unwrap(), &record), None);
    }

    people.put(CLEO, b"Cleo").unwrap();
    people.flush().unwrap();
    assert_eq!(keys_of(home.path()).len(), 2 * KEY_BYTES, "the erased slot is used again");
    drop(people);
    let people = People::open(home.path()).unwrap();
    assert_eq!(people.get(ADA).unwrap(), None);
    assert_eq!(people.get(BEN).unwrap().unwrap(), b"Ben");
    assert_eq!(people.get(CLEO).unwrap().unwrap(), b"Cleo");
}

#[test]
fn a_record_under_another_id_is_refused() {
    let home = tempfile::tempdir().unwrap();
    let people = People::open(home.path()).unwrap();
    people.put(ADA, b"Ada").unwrap();
    let record = people.records.get(&ADA).unwrap();
    people.records.apply(vec![(BEN.to_vec(), record)]).unwrap();
    assert!(matches!(people.get(BEN), Err(StoreError::Damaged { .. })));
    people.flush().unwrap();
    drop(people);
    assert!(matches!(People::open(home.path()), Err(StoreError::Damaged { .. })));
}

#[test]
fn an_erasure_cut_by_a_crash_is_finished_on_opening() {
    let home = tempfile::tempdir().unwrap();
    {
        let people = People::open(home.path()).unwrap();
        people.put_many([(ADA, b"Ada".as_slice()), (BEN, b"Ben")]).unwrap();
        people.flush().unwrap();
        let slot = people.slot(&ADA).unwrap().unwrap();
        people.write_key(slot, &PersonKey::default()).unwrap();
    }
    let people = People::open(home.path()).unwrap();
    assert_eq!(people.len(), 1);
    assert_eq!(people.records.get(&ADA).unwrap(), None);
    people.put(CLEO, b"Cleo").unwrap();
    assert_eq!(keys_of(home.path()).len(), 2 * KEY_BYTES);
    assert_eq!(people.get(BEN).unwrap().unwrap(), b"Ben");
}

#[test]
fn a_key_file_that_does_not_fit_is_refused() {
    let home = tempfile::tempdir().unwrap();
    {
        let people = People::open(home.path()).unwrap();
        people.put_many([(ADA, b"Ada".as_slice()), (BEN, b"Ben")]).unwrap();
        people.flush().unwrap();
    }
    for keys in [&[][..], &[0; KEY_BYTES], &[0; 2 * KEY_BYTES]] {
        std::fs::write(home.path().join("people.keys"), keys).unwrap();
        let refusal = People::open(home.path()).unwrap_err();
        assert!(matches!(refusal, StoreError::Damaged { .. }), "{refusal}");
    }
}

#[test]
fn a_torn_new_key_is_written_over() {
    let home = tempfile::tempdir().unwrap();
    std::fs::write(home.path().join("people.keys"), [7; KEY_BYTES + 5]).unwrap();
    let people = People::open(home.path()).unwrap();
    people.put(ADA, b"Ada").unwrap();
    assert_eq!(keys_of(home.path()).len(), 2 * KEY_BYTES);
    assert_eq!(people.get(ADA).unwrap().unwrap(), b"Ada");
}

#[test]
fn a_full_disk_poisons_and_loses_nobody() {
    let home = tempfile::tempdir().unwrap();
    {
        let mut people = People::open(home.path()).unwrap();
        people.put(ADA, b"Ada").unwrap();
        people.flush().unwrap();
        people.keys = OpenOptions::new().read(true).write(true).open("/dev/full").unwrap();
        assert!(matches!(people.put(BEN, b"Ben"), Err(StoreError::DiskFull { .. })));
        assert!(matches!(people.put(CLEO, b"Cleo"), Err(StoreError::Poisoned { .. })));
        assert!(matches!(people.erase(ADA), Err(StoreError::Poisoned { .. })));
    }
    let people = People::open(home.path()).unwrap();
    assert_eq!(people.len(), 1);
    assert_eq!(people.get(ADA).unwrap().unwrap(), b"Ada");
}

#[test]
fn a_record_has_a_limit() {
    let home = tempfile::tempdir().unwrap();
    let people = People::open(home.path()).unwrap();
    let large = vec![0; MAX_PERSON_BYTES + 1];
    let refused = people.put_many([(ADA, b"Ada".as_slice()), (BEN, &large)]);
    assert!(matches!(refused, Err(StoreError::TooLarge { .. })));
    assert!(people.is_empty());
    people.put(BEN, &large[1..]).unwrap();
    assert_eq!(people.get(BEN).unwrap().unwrap(), large[1..]);
}

#[test]
fn too_many_people_are_refused_and_harm_nobody() {
    let home = tempfile::tempdir().unwrap();
    let people = People::open(home.path()).unwrap();
    people.put(ADA, b"Ada").unwrap();
    people.slots().total = MAX_SLOTS;
    assert!(matches!(people.put(BEN, b"Ben"), Err(StoreError::TooMany { .. })));
    people.put(ADA, b"Ada Lovelace").unwrap();
    assert!(people.erase(ADA).unwrap());
    people.put(BEN, b"Ben").unwrap();
    let two = [(BEN, b"Ben".as_slice()), (CLEO, b"Cleo")];
    assert!(matches!(people.put_many(two), Err(StoreError::TooMany { .. })));
    assert_eq!(people.len(), 1);
}
