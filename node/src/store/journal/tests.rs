#![expect(clippy::unwrap_used, reason = "tests")]

use std::time::{Duration, Instant};

use proptest::prelude::*;
use tempfile::TempDir;

use super::*;

const HEADER: usize = HEADER_BYTES as usize;

fn home() -> TempDir {
    tempfile::tempdir().unwrap()
}

fn open_clean(dir: &Path) -> Journal {
    let (journal, torn) = Journal::open(dir).unwrap();
    assert_eq!(torn, None);
    journal
}

fn small(dir: &Path) -> Journal {
    Journal::open_with(dir, Some(Position(0)), 64).unwrap().0
}

/// Commits each group and returns the positions of all frames.
fn write(journal: &mut Journal, groups: &[&[&[u8]]]) -> Vec<Position> {
    let mut positions = Vec::new();
    for group in groups {
        positions.extend(group.iter().map(|payload| journal.append(payload).unwrap()));
        journal.commit().unwrap();
    }
    positions
}

fn all(journal: &Journal) -> Vec<Vec<u8>> {
    journal.reader().from(Position(0)).map(|frame| frame.unwrap().1).collect()
}

fn segment(dir: &Path, start: u64) -> PathBuf {
    segment::path_of(dir, start)
}

fn is_corrupt<T>(result: &Result<T, StoreError>) -> bool {
    matches!(result, Err(StoreError::Corrupt { .. }))
}

#[test]
fn frames_come_back_in_order_and_by_position() {
    let home = home();
    let mut journal = open_clean(home.path());
    let positions = write(&mut journal, &[&[b"a", b""], &[b"ccc"]]);
    assert_eq!(positions, [Position(0), Position(0).after(1), Position(0).after(1).after(0)]);
    assert_eq!(journal.append(b"only in memory").unwrap(), journal.durable_end());
    let reader = journal.reader();
    assert!(matches!(reader.read(journal.durable_end()), Err(StoreError::NoSuchPosition { .. })));
    assert!(is_corrupt(&reader.read(Position(1))));
    drop(journal);

    let journal = open_clean(home.path());
    assert_eq!(all(&journal), [b"a".to_vec(), Vec::new(), b"ccc".to_vec()]);
    let last = journal.reader().from(positions[2]).next().unwrap().unwrap();
    assert_eq!(last, (positions[2], b"ccc".to_vec()));
    assert_eq!(journal.reader().read(positions[1]).unwrap(), b"");
    assert_eq!(journal.end(), positions[2].after(3));
}

#[test]
fn an_end_torn_at_any_byte_is_cut_and_told() {
    let home = home();
    let mut journal = open_clean(home.path());
    let positions = write(&mut journal, &[&[b"first"], &[b"second", b"third"]]);
    let end = journal.end().0;
    drop(journal);
    let path = segment(home.path(), 0);
    let whole = std::fs::read(&path).unwrap();
    for kept in positions[1].0..end {
        std::fs::write(&path, &whole[..HEADER + kept as usize]).unwrap();
        let (mut journal, torn) = Journal::open(home.path()).unwrap();
        let good = positions.iter().rev().find(|at| at.0 <= kept).unwrap();
        let expected = TornTail { segment: path.clone(), at: *good, bytes_cut: kept - good.0 };
        assert_eq!(torn, (kept > good.0).then_some(expected), "kept {kept}");
        assert_eq!(journal.end(), *good);
        write(&mut journal, &[&[b"after"]]);
        let journal = open_clean(home.path());
        let frames = positions.iter().filter(|at| *at < good).count();
        assert_eq!(all(&journal).len(), frames + 1);
        assert_eq!(all(&journal)[frames], b"after");
    }
}

#[test]
fn any_flipped_byte_of_the_last_frame_is_cut() {
    let home = home();
    let mut journal = open_clean(home.path());
    let positions = write(&mut journal, &[&[b"first"], &[b"second"]]);
    drop(journal);
    let path = segment(home.path(), 0);
    let whole = std::fs::read(&path).unwrap();
    for at in HEADER + positions[1].0 as usize..whole.len() {
        let mut bytes = whole.clone();
        bytes[at] ^= 1;
        std::fs::write(&path, &bytes).unwrap();
        let (journal, torn) = Journal::open(home.path()).unwrap();
        assert_eq!(torn.unwrap().at, positions[1], "byte {at}");
        assert_eq!(all(&journal), [b"first"]);
    }
}

#[test]
fn pages_of_an_unfinished_commit_may_arrive_in_any_order() {
    let home = home();
    let mut journal = open_clean(home.path());
    let positions = write(&mut journal, &[&[b"first"], &[b"second", b"third", b"fourth"]]);
    drop(journal);
    let path = segment(home.path(), 0);
    let mut bytes = std::fs::read(&path).unwrap();
    let lost = HEADER + positions[1].0 as usize..HEADER + positions[2].0 as usize;
    bytes[lost].fill(0);
    std::fs::write(&path, &bytes).unwrap();
    let (journal, torn) = Journal::open(home.path()).unwrap();
    assert_eq!(torn.unwrap().at, positions[1]);
    assert_eq!(all(&journal), [b"first"]);
}

#[test]
fn a_flipped_byte_before_a_later_commit_is_refused_and_nothing_changed() {
    let home = home();
    let mut journal = open_clean(home.path());
    write(&mut journal, &[&[b"first"], &[b"second", b"third"], &[b"fourth"]]);
    let last = journal.end().0 as usize - (FRAME_OVERHEAD + b"fourth".len());
    drop(journal);
    let path = segment(home.path(), 0);
    let whole = std::fs::read(&path).unwrap();
    for at in 0..HEADER + last {
        let mut bytes = whole.clone();
        bytes[at] ^= 0x10;
        std::fs::write(&path, &bytes).unwrap();
        assert!(is_corrupt(&Journal::open(home.path())), "byte {at}");
        assert_eq!(std::fs::read(&path).unwrap(), bytes);
    }
    std::fs::write(&path, &whole).unwrap();
    open_clean(home.path());
}

#[test]
fn bytes_inside_a_payload_never_pass_for_a_frame() {
    let home = home();
    let mut journal = open_clean(home.path());
    let mut planted = Vec::new();
    // A frame as another journal would write it at this very place, in a commit of its own.
    let at = (FRAME_OVERHEAD * 2 + 5) as u64;
    segment::encode(&mut planted, [0; 8], at, at, FRAME_VERSION, b"planted");
    let positions = write(&mut journal, &[&[b"first"], &[&planted]]);
    assert_eq!(positions[1].0 + FRAME_OVERHEAD as u64, at);
    drop(journal);
    let path = segment(home.path(), 0);
    let mut bytes = std::fs::read(&path).unwrap();
    bytes[HEADER + positions[1].0 as usize] ^= 1;
    std::fs::write(&path, &bytes).unwrap();
    assert_eq!(Journal::open(home.path()).unwrap().1.unwrap().at, positions[1]);
}

#[test]
fn segments_rotate_and_read_as_one() {
    let home = home();
    let mut journal = small(home.path());
    let payloads: Vec<Vec<u8>> = (0..60_u8).map(|n| vec![n; usize::from(n)]).collect();
    let mut positions = Vec::new();
    for pair in payloads.chunks(2) {
        positions.extend(write(&mut journal, &[&[&pair[0], &pair[1]]]));
    }
    let files = std::fs::read_dir(home.path()).unwrap().count();
    assert!(files > MAX_OPEN_SEGMENTS, "{files} segments");
    assert_eq!(all(&journal), payloads);
    let open = journal.shared.open.lock().unwrap().len();
    assert_eq!(open, MAX_OPEN_SEGMENTS);
    drop(journal);

    std::fs::write(home.path().join("notes.txt"), b"not ours").unwrap();
    std::fs::write(files::unfinished(&segment(home.path(), 99_999)), b"kith").unwrap();
    let journal = small(home.path());
    assert!(!files::unfinished(&segment(home.path(), 99_999)).exists());
    assert_eq!(all(&journal), payloads);
    for (at, payload) in positions.iter().zip(&payloads) {
        assert_eq!(&journal.reader().read(*at).unwrap(), payload);
        let (found, next) = journal.reader().from(*at).next().unwrap().unwrap();
        assert_eq!((found, &next), (*at, payload));
    }
}

#[test]
fn a_missing_cut_or_exchanged_segment_is_refused() {
    let home = home();
    let mut journal = small(home.path());
    write(&mut journal, &[&[&[1; 80]], &[&[2; 80]], &[&[3; 80]]]);
    drop(journal);
    let path = segment(home.path(), 93);
    let whole = std::fs::read(&path).unwrap();
    for damage in [&whole[..whole.len() - 1], &whole[..20], &[&whole[..], &[0]].concat()] {
        std::fs::write(&path, damage).unwrap();
        assert!(is_corrupt(&Journal::open(home.path())));
    }
    std::fs::remove_file(&path).unwrap();
    assert!(is_corrupt(&Journal::open(home.path())));

    let other = tempfile::tempdir().unwrap();
    let mut journal = small(other.path());
    write(&mut journal, &[&[&[1; 80]], &[&[2; 80]]]);
    std::fs::copy(segment(other.path(), 93), &path).unwrap();
    assert!(is_corrupt(&Journal::open(home.path())), "of another journal");
    std::fs::copy(segment(home.path(), 186), &path).unwrap();
    assert!(is_corrupt(&Journal::open(home.path())), "of another place");
    std::fs::write(&path, &whole).unwrap();
    open_clean(home.path());
    std::fs::write(home.path().join("93.journal"), &whole).unwrap();
    assert!(is_corrupt(&Journal::open(home.path())), "misnamed");
}

#[test]
fn only_what_no_snapshot_vouches_for_is_checked() {
    let home = home();
    let mut journal = small(home.path());
    let positions = write(&mut journal, &[&[&[1; 80]], &[&[2; 80]], &[&[3; 8]], &[&[4; 8]]]);
    let end = journal.end();
    drop(journal);
    let path = segment(home.path(), 0);
    let mut bytes = std::fs::read(&path).unwrap();
    bytes[HEADER + 40] ^= 1;
    std::fs::write(&path, &bytes).unwrap();

    let journal = open_clean(home.path());
    assert!(is_corrupt(&journal.reader().read(positions[0])));
    let mut frames = journal.reader().from(positions[0]);
    assert!(is_corrupt(&frames.next().unwrap()));
    assert!(frames.next().is_none());
    drop(journal);
    for at in [positions[1], positions[2], positions[3], end] {
        assert_eq!(Journal::open_from(home.path(), at).unwrap().1, None);
    }
    assert!(is_corrupt(&Journal::open_from(home.path(), Position(0))));
    for wrong in [Position(positions[2].0 + 1), Position(end.0 + 1)] {
        let refused = Journal::open_from(home.path(), wrong);
        assert!(matches!(refused, Err(StoreError::NoSuchPosition { .. })), "{wrong}");
    }

    // A torn end before the position that a snapshot vouches for is a loss, not an unfinished commit.
    let path = segment(home.path(), positions[2].0);
    let whole = std::fs::read(&path).unwrap();
    std::fs::write(&path, &whole[..whole.len() - 1]).unwrap();
    let refused = Journal::open_from(home.path(), end);
    assert!(matches!(refused, Err(StoreError::NoSuchPosition { .. })));
    assert_eq!(std::fs::read(&path).unwrap().len(), whole.len() - 1);
    let mut bytes = whole[..whole.len() - 1].to_vec();
    bytes[HEADER + FRAME_OVERHEAD] ^= 1;
    std::fs::write(&path, &bytes).unwrap();
    let refused = Journal::open_from(home.path(), positions[3]);
    assert!(matches!(refused, Err(StoreError::NoSuchPosition { .. })));
    assert_eq!(std::fs::read(&path).unwrap(), bytes);
    std::fs::write(&path, &whole[..whole.len() - 1]).unwrap();
    let (_, torn) = Journal::open_from(home.path(), positions[3]).unwrap();
    assert_eq!(torn.unwrap().at, positions[3]);
}

#[test]
fn a_newer_format_is_refused_and_nothing_changed() {
    let home = home();
    let mut journal = open_clean(home.path());
    write(&mut journal, &[&[b"first"]]);
    let at = journal.end().0;
    let mut newer = Vec::new();
    segment::encode(&mut newer, journal.shared.salt, at, at, FRAME_VERSION + 1, b"?");
    drop(journal);
    let path = segment(home.path(), 0);
    let mut bytes = std::fs::read(&path).unwrap();
    bytes.extend(newer);
    std::fs::write(&path, &bytes).unwrap();
    let refused = Journal::open(home.path());
    assert!(matches!(refused, Err(StoreError::NewerFormat { found: 2, known: 1, .. })));
    assert_eq!(std::fs::read(&path).unwrap(), bytes);

    bytes[8] = 2;
    let checksum = crc32fast::hash(&bytes[..28]).to_le_bytes();
    bytes[28..HEADER].copy_from_slice(&checksum);
    std::fs::write(&path, &bytes).unwrap();
    let refused = Journal::open(home.path());
    assert!(matches!(refused, Err(StoreError::NewerFormat { found: 2, known: 1, .. })));
}

/// A disk whose sync fails: what it wrote may be there or not.
#[derive(Debug)]
struct NoSync(File);

impl Disk for NoSync {
    fn write_all_at(&self, bytes: &[u8], offset: u64) -> io::Result<()> {
        FileExt::write_all_at(&self.0, bytes, offset)
    }

    fn sync_data(&self) -> io::Result<()> {
        Err(io::Error::other("the disk went away"))
    }
}

#[test]
fn any_failed_commit_poisons_the_journal() {
    let home = home();
    let full: fn(&Path) -> Box<dyn Disk> = |_| Box::new(OpenOptions::new().write(true).open("/dev/full").unwrap());
    let no_sync: fn(&Path) -> Box<dyn Disk> =
        |path| Box::new(NoSync(OpenOptions::new().write(true).open(path).unwrap()));
    for (disk, is_full) in [(full, true), (no_sync, false)] {
        let mut journal = open_clean(home.path());
        let kept = all(&journal);
        let at = write(&mut journal, &[&[b"kept"]])[0];
        let end = journal.durable_end();
        journal.disk = disk(&segment(home.path(), 0));
        journal.append(b"lost").unwrap();
        let failed = journal.commit().unwrap_err();
        assert_eq!(matches!(failed, StoreError::DiskFull { .. }), is_full, "{failed}");
        assert!(matches!(journal.append(b"more"), Err(StoreError::Poisoned { .. })));
        assert!(matches!(journal.commit(), Err(StoreError::Poisoned { .. })));
        assert_eq!(journal.durable_end(), end);
        assert_eq!(journal.reader().read(at).unwrap(), b"kept");
        assert_eq!(all(&journal).len(), kept.len() + 1, "readers see only what is durable");
    }
    // The write of the second round reached the file, so the record is there: nobody was told that it is not.
    assert_eq!(all(&open_clean(home.path())), [&b"kept"[..], b"kept", b"lost"]);
}

#[test]
fn limits_are_refused_and_harm_nothing() {
    let home = home();
    let mut journal = open_clean(home.path());
    let large = vec![7; MAX_FRAME_BYTES + 1];
    assert!(matches!(journal.append(&large), Err(StoreError::FrameTooLarge { .. })));
    let mut count = 0;
    while journal.append(&large[1..]).is_ok() {
        count += 1;
    }
    assert_eq!(count, MAX_BATCH_BYTES / (MAX_FRAME_BYTES + FRAME_OVERHEAD));
    assert!(matches!(journal.append(&large[1..]), Err(StoreError::BatchFull { .. })));
    journal.commit().unwrap();
    journal.commit().unwrap();
    assert_eq!(all(&open_clean(home.path())), vec![large[1..].to_vec(); count]);
}

#[test]
fn a_reader_follows_the_writer() {
    let home = home();
    let mut journal = small(home.path());
    let mut frames = journal.reader().from(Position(0));
    let follower = std::thread::spawn(move || {
        let deadline = Instant::now() + Duration::from_secs(60);
        let mut seen = 0_u8;
        while seen < 100 {
            match frames.next() {
                Some(frame) => {
                    assert_eq!(frame.unwrap().1, [seen; 9]);
                    seen += 1;
                }
                None => assert!(Instant::now() < deadline, "stopped after {seen}"),
            }
        }
    });
    for n in 0..100_u8 {
        write(&mut journal, &[&[&[n; 9]]]);
    }
    follower.join().unwrap();
}

#[derive(Debug, Clone)]
enum Step {
    Append(Vec<u8>),
    Commit,
    Reopen,
    /// Cut power in the middle of a commit: these sixteenths of the batch never reach the disk.
    PowerCut(u16),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => prop::collection::vec(any::<u8>(), 0..40).prop_map(Step::Append),
        3 => Just(Step::Commit),
        1 => Just(Step::Reopen),
        1 => any::<u16>().prop_map(Step::PowerCut),
    ]
}

/// Writes what a commit of `batch` leaves behind if power fails in it.
fn cut_power(journal: Journal, lost: u16) {
    let mut batch = journal.batch.clone();
    let sixteenth = batch.len().div_ceil(16).max(1);
    for (index, part) in batch.chunks_mut(sixteenth).enumerate() {
        if lost >> index & 1 == 1 {
            part.fill(0);
        }
    }
    let offset = HEADER_BYTES + (journal.durable_end().0 - journal.segment_start);
    journal.disk.write_all_at(&batch, offset).unwrap();
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    /// Whatever happens, everything committed is there, and of what was not, at most the first frames.
    #[test]
    fn the_journal_is_a_list(steps in prop::collection::vec(step(), 1..60)) {
        let home = home();
        let mut journal = small(home.path());
        let mut committed: Vec<(Position, Vec<u8>)> = Vec::new();
        let mut pending: Vec<(Position, Vec<u8>)> = Vec::new();
        for step in steps {
            match step {
                Step::Append(payload) => pending.push((journal.append(&payload).unwrap(), payload)),
                Step::Commit => {
                    journal.commit().unwrap();
                    committed.append(&mut pending);
                }
                Step::Reopen => {
                    drop(journal);
                    journal = small(home.path());
                    pending.clear();
                }
                Step::PowerCut(lost) => {
                    cut_power(journal, lost);
                    journal = small(home.path());
                    let survived = pending.iter().take_while(|(at, _)| *at < journal.end()).count();
                    committed.extend(pending.drain(..).take(survived));
                }
            }
            let end = committed.last().map_or(Position(0), |(at, payload)| at.after(payload.len()));
            prop_assert_eq!(journal.durable_end(), end);
        }
        let read: Vec<_> = journal.reader().from(Position(0)).map(Result::unwrap).collect();
        prop_assert_eq!(&read, &committed);
        for (at, payload) in &committed {
            prop_assert_eq!(&journal.reader().read(*at).unwrap(), payload);
        }
    }
}
