//! A copy in pieces: what is cut, joined again, is the backup.

use super::*;
use crate::{
    backup::{Source, pieces},
    progress::Progress,
    runtime::{Checkpoints, Cut},
};
use kith_protocol::{
    escrow::{Inventory, MAX_PART_BYTES},
    time::Timestamp,
};
use std::{collections::BTreeMap, sync::atomic::AtomicBool};

/// What a keeper would hold: the inventory, and the pieces by their hashes.
#[derive(Clone)]
struct Held {
    inventory: Inventory,
    pieces: BTreeMap<[u8; 32], Vec<u8>>,
    fresh: u64,
}

impl Elm {
    fn cut(&self, held: Option<&Held>, now: Timestamp) -> Held {
        let home = home::open(&self.home()).unwrap();
        let opened = runtime::open(&home, 1 << 20).unwrap();
        let checkpoints = Checkpoints::open(&self.home(), &opened.machine, &opened.book).unwrap();
        let people = People::open(&self.home()).unwrap();
        let cut = Cut::take(&opened.machine, &opened.book, &checkpoints).unwrap();
        let (dir, stopping) = (&self.home(), &AtomicBool::new(false));
        let source =
            Source { cut: &cut, people: &people, dir, handover: false, now, stopping, progress: &Progress::default() };
        let made = pieces::cut(&source, &[1; 32], held.map(|held| &held.inventory)).unwrap();
        let inventory = made.kept.check(&self.root.community()).unwrap().clone();
        let mut pieces = held.map(|held| held.pieces.clone()).unwrap_or_default();
        for (index, piece) in (0..).zip(&inventory.pieces) {
            let mut bytes = Vec::new();
            while let Some(part) = made.part(index, bytes.len() as u64, MAX_PART_BYTES).unwrap() {
                if part.is_empty() {
                    break;
                }
                bytes.extend(part);
            }
            if !bytes.is_empty() {
                assert_eq!(bytes.len() as u64, piece.bytes);
                pieces.insert(piece.sha256.0, bytes);
            }
        }
        Held { inventory, pieces, fresh: made.fresh_bytes() }
    }

    fn joined(&self, held: &Held, name: &str) -> Result<PathBuf, BackupError> {
        let path = self.file(name);
        let mut order = held.inventory.pieces.iter();
        let root = Root::from_words(&self.root.words()).unwrap();
        pieces::join(&root, &path, &mut || {
            Ok(order.next().map(|piece| held.pieces.get(&piece.sha256.0).cloned().unwrap_or_default()))
        })?;
        Ok(path)
    }
}

#[test]
fn joined_pieces_are_the_backup_and_a_day_costs_what_is_new() {
    let elm = Elm::found();
    let first = elm.cut(None, clock::now());
    let verified = verify(&elm.joined(&first, "first.age").unwrap(), &elm.root).unwrap();
    // Rosa, twenty notes, and the founding with twenty admissions.
    assert_eq!((verified.manifest.people, verified.manifest.ledger.size), (21, 21));
    let again = elm.cut(Some(&first), clock::now());
    assert!(again.fresh < first.fresh / 2, "{} of {}", again.fresh, first.fresh);
    elm.admit(21..=40);
    let second = elm.cut(Some(&again), clock::now());
    let path = elm.joined(&second, "second.age").unwrap();
    let (restored, _) = restore(&path, &elm.file("again"), &elm.root, clock::now()).unwrap();
    assert_eq!(restored.manifest.ledger.size, 41);
    assert!(second.pieces.len() > second.inventory.pieces.len(), "old pieces are not part of the new copy");
}

#[test]
fn whoever_is_erased_is_not_in_the_next_copy() {
    let elm = Elm::found();
    let first = elm.cut(None, clock::now());
    let holds = |held: &Held, text: &str| {
        held.inventory.pieces.iter().any(|piece| {
            let sealed = std::io::Cursor::new(held.pieces[&piece.sha256.0].clone());
            let mut content = Vec::new();
            let opened = seal::opened(&seal::identity(&elm.root), sealed, Path::new("x"));
            opened.unwrap().read_to_end(&mut content).unwrap();
            content.windows(text.len()).any(|part| part == text.as_bytes())
        })
    };
    assert!(holds(&first, "a note about 7") && holds(&first, "a note about 8"));
    let people = People::open(&elm.home()).unwrap();
    people.erase([7; 16]).unwrap();
    people.flush().unwrap();
    drop(people);
    let second = elm.cut(Some(&first), clock::now());
    assert!(!holds(&second, "a note about 7") && holds(&second, "a note about 8"));
}

#[test]
fn a_piece_that_is_missing_changed_or_in_another_place_is_noticed() {
    let elm = Elm::found();
    let good = elm.cut(None, clock::now());
    let refused = |held: &Held| match elm.joined(held, "bad.age") {
        Err(why) => why.code(),
        Ok(path) => verify(&path, &elm.root).unwrap_err().code(),
    };
    for n in 0..good.inventory.pieces.len() {
        let mut without = good.clone();
        without.inventory.pieces.remove(n);
        assert!(!refused(&without).is_empty(), "without piece {n}");
        let mut changed = good.clone();
        let middle = good.inventory.pieces[n].bytes as usize / 2;
        changed.pieces.get_mut(&good.inventory.pieces[n].sha256.0).unwrap()[middle] ^= 1;
        assert_eq!(refused(&changed), "changed", "piece {n}");
    }
    let mut turned = good.clone();
    turned.inventory.pieces.swap(1, 2);
    assert!(!refused(&turned).is_empty());
    let mut more = good.clone();
    more.inventory.pieces.push(good.inventory.pieces[1].clone());
    assert_eq!(refused(&more), "changed");
    assert!(!elm.file("bad.age.part").exists());
}
