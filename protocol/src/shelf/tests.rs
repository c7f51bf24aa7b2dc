#![expect(clippy::unwrap_used, reason = "tests")]
use super::*;
use crate::{
    community::{Card, Certificate, check_certificate},
    envelope::{Content, Signed},
    id::{CommunityId, Digest, RecordKey},
    key::{PublicKey, SecretKey},
    rejection::Rejection,
    time::{Span, Timestamp},
};

/// What the clock says in these tests.
const NOW: Timestamp = Timestamp(1_000 * 86_400_000);

fn root() -> SecretKey {
    SecretKey::from_seed(&[1; 32])
}

fn secret() -> SecretKey {
    SecretKey::from_seed(&[2; 32])
}

fn community() -> CommunityId {
    CommunityId(root().public().0)
}

fn certified(change: impl FnOnce(&mut Certificate)) -> Signed<Certificate> {
    let mut content = Certificate {
        v: 1,
        community: community(),
        key: secret().public(),
        serial: 2,
        from: Timestamp(0),
        until: Timestamp(u64::MAX),
    };
    change(&mut content);
    check_certificate(&content.sign(&root()).into_unverified()).unwrap()
}

fn listing() -> Listing {
    Listing {
        title: "Help in the garden".into(),
        text: Some("Any weekday".into()),
        category: Category::Garden,
        tags: vec!["hedges".into()],
        area: Some("gcpuv".into()),
        language: "en".into(),
        remote: false,
        when: crate::shelf::When::default(),
    }
}

fn record() -> Record {
    Record {
        v: 1,
        community: community(),
        key: RecordKey([7; 16]),
        revision: 5,
        item: Item::Offer(listing()),
        made_at: NOW,
        expires_at: NOW.plus(Span::days(30)),
    }
}

/// Judges a record that is like [`record`] but for a change.
struct Case {
    record: Record,
    key: SecretKey,
    certificate: Signed<Certificate>,
    known: Option<Known>,
    held: Option<Held>,
    communities: usize,
    now: Timestamp,
}

fn case() -> Case {
    let certificate = certified(|_| ());
    let known = Some(Known { through: 4, live: 3, ..Known::new(certificate.unverified().clone()) });
    Case { record: record(), key: secret(), certificate, known, held: None, communities: 1, now: NOW }
}

fn judged(change: impl FnOnce(&mut Case)) -> Verdict {
    let mut case = case();
    change(&mut case);
    let signed = case.record.sign(&case.key);
    accept(&signed, &case.certificate, case.known.as_ref(), case.held, case.communities, case.now)
}

fn held(revision: u64) -> Option<Held> {
    Some(Held { revision, digest: Digest([8; 32]) })
}

#[test]
fn what_is_new_and_sound_is_accepted() {
    assert_eq!(judged(|_| ()), Verdict::Accept);
    assert_eq!(judged(|c| c.known = None), Verdict::Accept);
    assert_eq!(judged(|c| c.held = held(4)), Verdict::Accept);
    assert_eq!(judged(|c| c.record.item = Item::Withdrawn), Verdict::Accept);
    // A newer certificate of the community takes over.
    assert_eq!(judged(|c| c.certificate = certified(|cert| cert.serial = 3)), Verdict::Accept);
    let other_key = SecretKey::from_seed(&[3; 32]);
    let newer = certified(|cert| (cert.serial, cert.key) = (3, other_key.public()));
    assert_eq!(judged(|c| (c.certificate, c.key) = (newer, other_key)), Verdict::Accept);
}

#[test]
fn what_is_old_or_a_repeat_is_ignored() {
    let superseded = Verdict::Ignore(Rejection::Superseded);
    assert_eq!(judged(|c| c.held = held(6)), superseded);
    let repeat = Held { revision: 5, digest: record().digest() };
    assert_eq!(judged(|c| c.held = Some(repeat)), superseded);
    assert_eq!(judged(|c| c.certificate = certified(|cert| cert.serial = 1)), superseded);
}

#[test]
fn two_contents_for_one_revision_are_not_the_fault_of_who_passes_them_on() {
    assert_eq!(judged(|c| c.held = held(5)), Verdict::Ignore(Rejection::Clash));
}

#[test]
fn what_expired_is_ignored_from_that_moment_on() {
    let end = record().expires_at;
    assert_eq!(judged(|c| c.now = end), Verdict::Ignore(Rejection::RecordExpired(end)));
    assert_eq!(judged(|c| c.now = Timestamp(end.0 - 1)), Verdict::Accept);
}

#[test]
fn clocks_may_be_a_day_apart() {
    let grace = Span::days(1);
    assert_eq!(judged(|c| c.now = Timestamp(NOW.0 - grace.0)), Verdict::Accept);
    // Whoever passes it on may have a clock that is ahead of ours.
    let future = Verdict::Ignore(Rejection::BadRecord("it is dated in the future"));
    assert_eq!(judged(|c| c.now = Timestamp(NOW.0 - grace.0 - 1)), future);
}

#[test]
fn limits_stop_newcomers_and_new_things_only() {
    let full = MAX_COMMUNITIES;
    let crowded = Verdict::Ignore(Rejection::TooManyCommunities(full));
    assert_eq!(judged(|c| (c.known, c.communities) = (None, full)), crowded);
    assert_eq!(judged(|c| (c.known, c.communities) = (None, full - 1)), Verdict::Accept);
    assert_eq!(judged(|c| c.communities = full), Verdict::Accept);
    let live = |c: &mut Case, live: u64| c.known.as_mut().unwrap().live = live;
    let most = MAX_LIVE_RECORDS as u64;
    assert_eq!(judged(|c| live(c, most)), Verdict::Ignore(Rejection::ShelfFull(MAX_LIVE_RECORDS)));
    assert_eq!(judged(|c| live(c, most - 1)), Verdict::Accept);
    assert_eq!(
        judged(|c| {
            live(c, most);
            c.held = held(4);
        }),
        Verdict::Accept
    );
}

#[test]
fn the_key_must_be_the_certified_one_of_that_community_and_time() {
    let foreign = Verdict::Reject(Rejection::BadRecord("it is signed by a key of another community"));
    assert_eq!(judged(|c| c.key = SecretKey::from_seed(&[3; 32])), foreign);
    assert_eq!(judged(|c| c.key = root()), foreign);
    assert_eq!(judged(|c| c.record.community = CommunityId([3; 32])), foreign);
    let early = certified(|cert| cert.from = Timestamp(NOW.0 + 1));
    let not_begun = Verdict::Reject(Rejection::BadCertificate("its period has not begun"));
    assert_eq!(judged(|c| c.certificate = early), not_begun);
    let late = certified(|cert| cert.until = NOW);
    assert_eq!(judged(|c| c.certificate = late), Verdict::Reject(Rejection::BadCertificate("its period is over")));
    // What was signed in its time stays good afterwards.
    let over = certified(|cert| cert.until = Timestamp(NOW.0 + 1));
    assert_eq!(judged(|c| (c.certificate, c.now) = (over, NOW.plus(Span::days(9)))), Verdict::Accept);
}

#[test]
fn fields_that_break_the_rules_of_the_shelf_are_rejected_and_newer_versions_ignored() {
    assert_eq!(judged(|c| c.record.v = 2), Verdict::Ignore(Rejection::UnknownVersion(2)));
    let broken = Verdict::Reject(Rejection::BadRecord("its fields break the rules of the shelf"));
    assert_eq!(judged(|c| c.record.revision = 0), broken);
    assert_eq!(judged(|c| c.record.expires_at = NOW.plus(Span::days(ITEM_DAYS_MAX + 1))), broken);
    assert_eq!(judged(|c| c.record.item = Item::Offer(Listing { title: String::new(), ..listing() })), broken);
}

/// The field that a listing is refused for.
fn field(change: impl FnOnce(&mut Listing)) -> &'static str {
    let mut listing = listing();
    change(&mut listing);
    let record = Record { item: Item::Need(listing), ..record() };
    match check_record(&record) {
        Err(Rejection::BadText { field, .. }) => field,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_listing_has_bounds() {
    check_record(&record()).unwrap();
    let widest = Listing {
        title: "m".repeat(MAX_TITLE),
        text: Some("\u{10348}".repeat(MAX_LISTING_TEXT)),
        tags: vec!["\u{10348}".repeat(30); MAX_TAGS],
        language: "zh-Hant-x-ab".into(),
        ..listing()
    };
    let record = Record { item: Item::Offer(widest), ..record() };
    check_record(&record).unwrap();
    let signed = record.sign(&secret());
    assert!(crate::codec::encode(signed.unverified()).len() < MAX_RECORD_BYTES);
    assert_eq!(field(|l| l.title = "m".repeat(MAX_TITLE + 1)), "title");
    assert_eq!(field(|l| l.text = Some("m".repeat(MAX_LISTING_TEXT + 1))), "text");
    assert_eq!(field(|l| l.text = Some(String::new())), "text");
    assert_eq!(field(|l| l.tags = vec!["m".into(); MAX_TAGS + 1]), "tags");
    assert_eq!(field(|l| l.tags = vec!["m".repeat(31)]), "tag");
    assert_eq!(field(|l| l.area = Some("gcpuvxr".into())), "area");
    for language in ["e", "en_GB", "", "abcdefghijklm", "en\u{e9}"] {
        assert_eq!(field(|l| l.language = language.into()), "language", "{language}");
    }
}

#[test]
fn a_record_has_bounds() {
    let refusal = |change: &dyn Fn(&mut Record)| {
        let mut changed = record();
        change(&mut changed);
        check_record(&changed).unwrap_err()
    };
    assert_eq!(refusal(&|r| r.v = 0), Rejection::UnknownVersion(0));
    assert_eq!(refusal(&|r| r.revision = 0), Rejection::BadRecord("revisions begin at 1"));
    let far = Rejection::ExpiryTooFar { limit_days: ITEM_DAYS_MAX };
    assert_eq!(refusal(&|r| r.expires_at = Timestamp(NOW.plus(Span::days(ITEM_DAYS_MAX)).0 + 1)), far);
    check_record(&Record { expires_at: NOW.plus(Span::days(ITEM_DAYS_MAX)), ..record() }).unwrap();
    let card = |transport| Item::Card(Card { name: "Rushey Green".into(), area: None, transport, addresses: vec![] });
    check_record(&Record { item: card(secret().public()), ..record() }).unwrap();
    assert_eq!(refusal(&|r| r.item = card(PublicKey([2; 32]))).code(), "not-a-key");
    assert!(card(secret().public()).listing().is_none() && Item::Withdrawn.listing().is_none());
    assert_eq!(Item::Need(listing()).listing(), Some(&listing()));
}

#[test]
fn a_heads_root_tells_what_stands_and_in_which_order() {
    let digests: Vec<Digest> = (0..5).map(|n| Digest([n; 32])).collect();
    let root = |digests: &[Digest]| live_root(digests.iter().copied());
    let (live, whole) = root(&digests);
    assert_eq!(live, 5);
    let mut others = vec![digests[1..].to_vec(), digests[..4].to_vec(), Vec::new()];
    others.push(digests.iter().rev().copied().collect());
    others.push([&digests[..], &digests[..1]].concat());
    for other in others {
        assert_ne!(root(&other).1, whole, "{other:?}");
    }
    assert_eq!(root(&[]), (0, crate::merkle::empty_root()));
}
