#![expect(clippy::unwrap_used, reason = "tests")]
use super::*;
use crate::{progress::Progress, store::SledIndex};
use kith_protocol::{
    alias::AliasSecret,
    community::{Certificate, Charter},
    envelope::Content,
    id::{CommunityId, Digest, ExchangeId, MemberId, RequestId},
    key::SecretKey,
    ledger::{Asked, Channel, Consent, CorrectionTerms, ExchangeTerms, History as _},
    machine::{Command, Effect, Identity, Input, Reply, View as _},
    member::{MemberKind, Role},
    merkle,
    minutes::Minutes,
    time::Timestamp,
};
use std::path::Path;

fn identity() -> Identity {
    let (root, secret) = (SecretKey::from_seed(&[1; 32]), SecretKey::from_seed(&[2; 32]));
    let community = CommunityId(root.public().0);
    let certificate =
        Certificate { v: 1, community, key: secret.public(), serial: 1, from: Timestamp(0), until: Timestamp(1 << 50) };
    Identity {
        community,
        secret,
        certificate: certificate.sign(&root).into_unverified(),
        transport: SecretKey::from_seed(&[3; 32]).public(),
        aliases: AliasSecret::new([4; 32]),
    }
}

fn opened(dir: &Path) -> Recovered {
    let path = dir.join("index");
    let index = |afresh: bool| -> Result<Arc<dyn Index>, StoreError> {
        if afresh {
            std::fs::remove_dir_all(&path).unwrap();
        }
        Ok(Arc::new(SledIndex::open(&path, 1 << 20)?))
    };
    recover(dir, identity(), &index, &Progress::default()).unwrap()
}

const COORDINATOR: MemberId = MemberId([7; 16]);

fn member(n: u8) -> MemberId {
    MemberId([n; 16])
}

fn founded(dir: &Path) -> Recovered {
    let mut r = opened(dir);
    let batch = r.machine.found(Timestamp(1), Charter::new("Rushey Green".into(), None), COORDINATOR, &r.book).unwrap();
    r.book.absorb(&batch).unwrap();
    for n in 10..14 {
        let kind = MemberKind::Person;
        carry(&mut r, Command::Admit { member: member(n), kind, role: Role::Member, key: None, by: COORDINATOR }, None);
    }
    r
}

fn carry(r: &mut Recovered, command: Command, request: Option<RequestId>) -> Reply {
    let request = request.map(|id| (id, Digest([1; 32])));
    let effects = r.machine.handle(Timestamp(2), Input::Command { id: 1, request, command }, &r.book);
    r.book.absorb(&effects.batch).unwrap();
    r.book.count(effects.batch.facts.len());
    let reply = effects.rest.into_iter().find_map(|e| match e {
        Effect::Reply { result, .. } => Some(result.unwrap()),
        _ => None,
    });
    reply.unwrap()
}

fn exchange(r: &mut Recovered, i: u32) {
    let mut id = [0; 16];
    id[..4].copy_from_slice(&i.to_be_bytes());
    let (giver, receiver) = if i.is_multiple_of(2) { (10, 11) } else { (11, 10) };
    let terms = ExchangeTerms {
        community: r.machine.identity().community,
        exchange: ExchangeId(id),
        giver: member(giver),
        receiver: member(receiver),
        minutes: Minutes::new(30).unwrap(),
        made_at: Timestamp(2),
        details: None,
    };
    let consent = Some(Consent::OnBehalf { coordinator: COORDINATOR, channel: Channel::Paper });
    let agreed = Asked::new(terms, vec![consent.clone(), consent], &mut Default::default()).unwrap().judge().unwrap();
    carry(r, Command::Exchange(agreed), Some(RequestId(id)));
}

/// A whole statement, page by page.
fn statement(book: &Book, member: &MemberId, page: usize) -> Vec<u64> {
    let (mut all, mut before) = (Vec::new(), None);
    loop {
        let lines = book.statement(member, before, page);
        before = lines.last().copied();
        let last = lines.len() < page;
        all.extend(lines);
        if last {
            return all;
        }
    }
}

fn check(r: &Recovered, exchanges: u32) {
    let ledger = r.machine.state().ledger();
    assert_eq!(ledger.tree().size(), 5 + u64::from(exchanges));
    assert_eq!(r.book.entries(), ledger.tree().size());
    assert_eq!(ledger.sum(), 0);
    assert_eq!(r.book.exchanged_minutes(), 30 * u64::from(exchanges));
    let size = ledger.tree().size();
    for index in [0, 4, size / 2, size - 1] {
        let leaf = r.book.entry(index).unwrap().leaf();
        let proof = r.book.inclusion_proof(index, size).unwrap();
        merkle::verify_inclusion(index, size, &leaf, &ledger.tree().root(), &proof).unwrap();
    }
    let lines = statement(&r.book, &member(10), 700);
    assert_eq!(lines.len(), usize::try_from(exchanges).unwrap() + 1);
    assert!(lines.is_sorted_by(|newer, older| newer > older));
    assert_eq!(r.book.statement(&member(10), Some(10), 3), [9, 8, 7]);
    let mut id = [0; 16];
    id[..4].copy_from_slice(&(exchanges - 1).to_be_bytes());
    assert_eq!(r.book.exchange(&ExchangeId(id)).unwrap().index, size - 1);
    assert!(matches!(r.book.answered(&RequestId(id)).unwrap().1, Reply::Posted { .. }));
}

#[test]
fn a_crash_at_any_distance_from_the_last_settling_loses_nothing_durable() {
    let dir = tempfile::tempdir().unwrap();
    let mut r = founded(dir.path());
    let mut made = 0;
    for (count, settle) in [(300, true), (700, false), (5, true), (1_200, true), (40, false)] {
        for _ in 0..count {
            exchange(&mut r, made);
            made += 1;
        }
        r.book.commit().unwrap();
        check(&r, made);
        if settle {
            r.book.settle_and_wait(r.machine.state());
        }
        let live = r.machine.state().clone();
        // What is only in memory is forgotten, as by a kill.
        exchange(&mut r, made);
        drop(r);
        r = opened(dir.path());
        assert_eq!(*r.machine.state(), live);
        check(&r, made);
    }
}

#[test]
fn without_index_or_snapshot_the_journal_gives_everything_back() {
    let dir = tempfile::tempdir().unwrap();
    let mut r = founded(dir.path());
    (0..600).for_each(|i| exchange(&mut r, i));
    r.book.commit().unwrap();
    let live = r.machine.state().clone();
    r.book.settle_and_wait(r.machine.state());
    drop(r);
    for lost in [vec!["index"], vec!["snapshot"], vec!["index", "snapshot"]] {
        for name in lost {
            let path = dir.path().join(name);
            if path.is_dir() { std::fs::remove_dir_all(path).unwrap() } else { std::fs::remove_file(path).unwrap() }
        }
        let mut r = opened(dir.path());
        assert_eq!(*r.machine.state(), live);
        check(&r, 600);
        r.book.settle_and_wait(r.machine.state());
    }
}

#[test]
fn a_long_journal_is_brought_to_disk_on_the_way() {
    let dir = tempfile::tempdir().unwrap();
    let mut r = founded(dir.path());
    let exchanges = u32::try_from(SETTLE_FACTS).unwrap() + 700;
    for i in 0..exchanges {
        exchange(&mut r, i);
        if i % 500 == 0 {
            r.book.commit().unwrap();
        }
    }
    r.book.commit().unwrap();
    let live = r.machine.state().clone();
    drop(r);
    // Nothing was settled: all there is, is the journal. The second start finds what the first one brought to disk.
    let r = opened(dir.path());
    let all = r.replayed;
    assert!(all > SETTLE_FACTS);
    assert_eq!(*r.machine.state(), live);
    check(&r, exchanges);
    drop(r);
    // How often it settled depends on the disk's pace; once it did.
    let r = opened(dir.path());
    assert!(r.replayed <= all - SETTLE_FACTS, "{} of {all}", r.replayed);
    assert_eq!(*r.machine.state(), live);
    check(&r, exchanges);
}

#[test]
fn help_is_counted_as_corrected_and_never_twice() {
    let dir = tempfile::tempdir().unwrap();
    let mut r = founded(dir.path());
    let mut number = 0;
    let mut correct = |r: &mut Recovered, minutes: Option<i64>| {
        number += 1;
        let terms = CorrectionTerms {
            community: r.machine.identity().community,
            exchange: ExchangeId([100 + number; 16]),
            corrects: ExchangeId([0; 16]),
            minutes: minutes.map(|m| Minutes::new(m).unwrap()),
            made_at: Timestamp(2),
            details: None,
        };
        carry(r, Command::Correct { terms, by: COORDINATOR }, None);
    };
    (0..3).for_each(|i| exchange(&mut r, i));
    correct(&mut r, Some(50));
    assert_eq!(r.book.exchanged_minutes(), 110);
    r.book.commit().unwrap();
    r.book.settle_and_wait(r.machine.state());
    drop(r);
    r = opened(dir.path());
    correct(&mut r, None);
    assert_eq!(r.book.exchanged_minutes(), 60);
    correct(&mut r, Some(10));
    assert_eq!(r.book.exchanged_minutes(), 70);
    r.book.commit().unwrap();
    let index = Arc::clone(&r.book.index);
    // A crash in the middle of the index's writing: everything but the mark arrived.
    let behind = index.get(keys::UPTO).unwrap();
    r.book.settle_and_wait(r.machine.state());
    index.apply(vec![(keys::UPTO.to_vec(), behind)]).unwrap();
    index.flush().unwrap();
    drop((r, index));
    r = opened(dir.path());
    assert_eq!(r.book.exchanged_minutes(), 70);
    drop(r);
    std::fs::remove_dir_all(dir.path().join("index")).unwrap();
    assert_eq!(opened(dir.path()).book.exchanged_minutes(), 70);
}

#[test]
fn statements_come_in_pages_however_thinly_or_thickly_a_member_is_spread() {
    let dir = tempfile::tempdir().unwrap();
    let mut r = founded(dir.path());
    // Few lines at first, then more in a row than are read at once, then none for a long while.
    let rare = member(12);
    let (mut role, mut made) = (Role::Member, 0);
    for (count, every) in [(900, 300), (1_300, 1), (2_500, usize::MAX)] {
        for n in 0..count {
            if n % every == every - 1 {
                role = if role == Role::Member { Role::Coordinator } else { Role::Member };
                carry(&mut r, Command::SetRole { member: rare, role, by: COORDINATOR }, None);
            }
            exchange(&mut r, made);
            made += 1;
        }
    }
    r.book.commit().unwrap();
    let touches = |index: &u64| {
        let body = r.book.entry(*index).unwrap().body;
        matches!(&body, kith_protocol::ledger::Body::MemberAdmitted { member, .. }
            | kith_protocol::ledger::Body::RoleChanged { member, .. } if *member == rare)
    };
    let expected: Vec<u64> = (0..r.book.entries()).rev().filter(touches).collect();
    assert_eq!(expected.len(), 1 + 3 + 1_300);
    for page in [1, 64, 500, MAX_ROWS] {
        assert_eq!(statement(&r.book, &rare, page), expected, "pages of {page}");
    }
    assert_eq!(r.book.lines(&rare, 0, 3), expected.iter().rev().take(3).copied().collect::<Vec<_>>());
}
