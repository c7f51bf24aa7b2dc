#![expect(clippy::unwrap_used, reason = "tests")]

use super::*;
use crate::trial::Trial;
use kith_protocol::{
    id::{AccountId, Alias, ExchangeId, RecordKey},
    minutes::Minutes,
};

const ADA: MemberId = MemberId([1; 16]);
const BO: MemberId = MemberId([2; 16]);
const CY: MemberId = MemberId([3; 16]);

#[tokio::test(flavor = "multi_thread")]
async fn messages_arrive_once_and_not_from_those_kept_away() {
    let trial = Trial::begin("Elm", false).await;
    let handle = trial.handle();
    let write = |n: u8, from, to| handle.write_to([n; 16], from, to, About::Message, format!("Words {n}"));
    assert_eq!(write(11, ADA, BO).await.unwrap(), Sent::Yes);
    assert_eq!(write(11, ADA, BO).await.unwrap(), Sent::Yes);
    assert_eq!(write(12, CY, BO).await.unwrap(), Sent::Yes);
    let met = handle.conversations(BO).await.unwrap();
    assert_eq!(met.iter().map(|one| one.unread).collect::<Vec<_>>(), [1, 1]);
    let read = handle.messages_with(BO, ADA).await.unwrap();
    assert_eq!(read.iter().map(|(_, m)| m.text.as_str()).collect::<Vec<_>>(), ["Words 11"]);
    assert_eq!(handle.conversations(BO).await.unwrap().iter().map(|one| one.unread).sum::<usize>(), 1);
    handle.keep_away(BO, ADA, true).await.unwrap();
    assert_eq!(write(13, ADA, BO).await.unwrap(), Sent::Apart);
    assert_eq!(write(14, BO, ADA).await.unwrap(), Sent::Apart);
    handle.keep_away(BO, ADA, false).await.unwrap();
    for n in 100..199 {
        assert_eq!(write(n, ADA, BO).await.unwrap(), Sent::Yes);
    }
    assert_eq!(write(200, ADA, BO).await.unwrap(), Sent::TooMany);
    trial.running.stop().await;
}

/// What Bo told of Ada's two exchanges that wait, of her circle and of her event.
async fn keep_told_of_ada(handle: &Handle) {
    let now = clock::now();
    let event = Event {
        title: "Soup".into(),
        begins: now,
        minutes: Minutes::new(60).unwrap(),
        place: String::new(),
        text: String::new(),
        by: ADA,
        at: now,
        edits: None,
    };
    handle.keep_paper([20; 16], Paper::Event(event)).await.unwrap();
    let (waits, across) = (ExchangeId([5; 16]), ExchangeId([6; 16]));
    let abouts =
        [Subject::Exchange(waits), Subject::Exchange(across), Subject::Circle([13; 16]), Subject::Event([20; 16])];
    for (n, about) in (21..).zip(abouts) {
        let report = Report { by: BO, at: now, about, trouble: Trouble::Unkind, text: "She shouts".into(), done: None };
        handle.keep_paper([n; 16], Paper::Report(report)).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_forgotten_is_in_no_paper() {
    let trial = Trial::begin("Elm", false).await;
    let handle = trial.handle();
    let now = clock::now();
    handle.write_to([11; 16], ADA, BO, About::Message, "From Ada".into()).await.unwrap();
    handle.write_to([12; 16], BO, CY, About::Message, "From Bo".into()).await.unwrap();
    handle.keep_away(BO, ADA, true).await.unwrap();
    handle.change_file(ADA, |file| file.away_until = Some(Timestamp(1))).await.unwrap();
    let circle = Circle { name: "Elm Row".into(), coordinators: vec![ADA], members: vec![ADA, BO] };
    handle.keep_paper([13; 16], Paper::Circle(circle)).await.unwrap();
    let note = Note { about: ADA, by: BO, at: now, text: "A note".into() };
    handle.keep_paper([14; 16], Paper::Case(note)).await.unwrap();
    let pending = Pending {
        giver: ADA,
        receiver: BO,
        minutes: Minutes::new(60).unwrap(),
        made_at: now,
        note: "Shopping".into(),
        by: ADA,
        at: now,
        signed: None,
    };
    handle.keep_pending(ExchangeId([5; 16]), pending).await.unwrap();
    assert_eq!(handle.pending_exchanges().await.unwrap()[0].0, ExchangeId([5; 16]));
    let (account, exchange, payer) = (AccountId([1; 32]), ExchangeId([6; 16]), Alias([7; 16]));
    let minutes = Minutes::new(60).unwrap();
    let going = Going::Ask(Asking { account, exchange, payee: ADA, payer, minutes });
    let across = Paper::Across(Across { going, made_at: now, at: now });
    handle.keep_paper(exchange.0.map(|byte| !byte), across).await.unwrap();
    assert_eq!(handle.firsts_of(ADA).await.unwrap().len(), 2);
    keep_told_of_ada(handle).await;
    // Nobody's takes the place of somebody else's.
    handle.set_office_rules(|rules| rules.approve_first = true).await.unwrap();
    let theirs = Asking { account, exchange, payee: BO, payer, minutes };
    assert!(handle.ask_or_hold(None, theirs, now).await.is_err());
    handle.forget_papers(Forgotten::of(ADA)).await.unwrap();
    let all = handle.papers(|paper| Some(paper.clone())).await.unwrap();
    assert_eq!(all.len(), 9, "{all:?}");
    for (_, mut paper) in all {
        assert!(!matches!(&paper, Paper::Report(report) if !report.text.is_empty()), "{paper:?}");
        assert_eq!(paper.without(&Forgotten::of(ADA)), forgetting::Left::Untouched, "{paper:?}");
    }
    // What is read from disk is what was kept in memory.
    let before = handle.papers(|paper| Some(paper.clone())).await.unwrap();
    let on_disk = read(handle.people(), now).unwrap();
    assert_eq!(on_disk.papers.into_iter().collect::<Vec<_>>(), before);
    trial.running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_for_members_only_is_read_from_disk_until_it_is_over() {
    let trial = Trial::begin("Elm", false).await;
    let (handle, now) = (trial.handle(), clock::now());
    let one = |n: u8, days: u64| Inside { key: RecordKey([n; 16]), until: now.plus(Span::days(days)) };
    handle.keep_inside(vec![one(1, 1), one(2, 3), one(3, 3)]).await.unwrap();
    handle.listings_gone(vec![RecordKey([3; 16]), RecordKey([4; 16])]).await.unwrap();
    let keys = |inside: &AllInside| inside.keys().map(|key| key.0[0]).collect::<Vec<_>>();
    assert_eq!(keys(&handle.inside().await.unwrap()), [1, 2]);
    assert_eq!(keys(&read(handle.people(), now).unwrap().inside), [1, 2]);
    // It is no paper among others, so many of them take nobody's room.
    assert!(handle.papers(|paper| Some(paper.clone())).await.unwrap().is_empty());
    assert_eq!(keys(&read(handle.people(), now.plus(Span::days(2))).unwrap().inside), [2]);
    assert_eq!(keys(&read(handle.people(), now).unwrap().inside), [2]);
    trial.running.stop().await;
}

#[test]
fn only_a_whole_name_takes_words_away() {
    let who = Forgotten::of(ADA).called("Zoë  Bell").in_exchanges([ExchangeId([5; 16])]);
    let told = |text: &str, about| {
        let trouble = Trouble::Unkind;
        Paper::Report(Report { by: BO, at: Timestamp(1), about, trouble, text: text.into(), done: None })
    };
    let other = Subject::Exchange(ExchangeId([6; 16]));
    for (words, left) in [
        ("ZOE BELL, neighbour", forgetting::Left::Changed),
        ("(Zoë Bell)", forgetting::Left::Changed),
        ("Zoë Bellamy", forgetting::Left::Untouched),
        ("The bell", forgetting::Left::Untouched),
    ] {
        let mut file = File::of(BO);
        file.references.push(Reference { who: words.into(), by: CY, at: Timestamp(1) });
        assert_eq!(Paper::File(file).without(&who), left, "{words}");
        // Whose an exchange was that nobody knows any more, its words say.
        assert_eq!(told(words, other).without(&who), left, "{words}");
        assert_eq!(told(words, Subject::Person(CY)).without(&who), forgetting::Left::Untouched, "{words}");
        assert_eq!(told(words, Subject::Exchange(ExchangeId([5; 16]))).without(&who), forgetting::Left::Changed);
        assert_eq!(told(words, Subject::Person(ADA)).without(&who), forgetting::Left::Gone);
    }
    assert_eq!(told("Anybody", other).without(&Forgotten::of(ADA)), forgetting::Left::Untouched);
    // One word may be any word, and what was told of others must not be lost for it.
    let will = Forgotten::of(ADA).called("Will");
    assert_eq!(told("He will not stop", other).without(&will), forgetting::Left::Untouched);
}

#[test]
fn papers_are_over_when_nobody_needs_them() {
    let (long_ago, now) = (Timestamp(0), Timestamp(0).plus(Span::days(181)));
    let message = |at| {
        Paper::Message(Message { from: ADA, to: BO, at, about: About::Message, text: "Hello".into(), read: false })
    };
    assert!(message(long_ago).is_over(now));
    assert!(!message(now).is_over(now));
    assert!(!Paper::File(File::of(ADA)).is_over(now));
    // No paper is taken for a person, and no person for a paper.
    let bytes = codec::encode(&message(now));
    assert!(crate::people::Person::from_bytes(&bytes).is_none());
    assert_eq!(codec::decode_own::<Paper>(&bytes).unwrap(), message(now));
    assert!(codec::decode_own::<Paper>(&crate::people::Person::default().to_bytes()).is_err());
}

/// A file with what was done for a member, as it was written when only rests had a word: a record stays as it is.
#[test]
fn what_was_noted_of_acts_before_is_still_read() {
    let old = concat!(
        "a16466696c65a8646163747383a2626174076262795002020202020202020202020202020202a36261740762627950020202",
        "020202020202020202020202026477686174a16670617573656463466c75a362617407626279500202020202020202020202",
        "02020202026477686174a167726573756d65646065666163747380666d656d62657250010101010101010101010101010101",
        "0167626c6f636b6564806768656c70657273806772756e675f6174f66a617761795f756e74696cf66a7265666572656e6365",
        "7380",
    );
    let act = |what| Act { by: BO, at: Timestamp(7), what };
    let mut file = File::of(ADA);
    file.acts = vec![act(None), act(Some(Deed::Paused("Flu".into()))), act(Some(Deed::Resumed(String::new())))];
    let paper = Paper::File(file);
    assert_eq!(data_encoding::HEXLOWER.encode(&codec::encode(&paper)), old);
    let bytes = data_encoding::HEXLOWER.decode(old.as_bytes()).unwrap();
    assert_eq!(codec::decode_own::<Paper>(&bytes).unwrap(), paper);
}

/// A first exchange as it was written when no signature was kept with it is read, and written, as it was.
#[test]
fn a_first_exchange_without_a_signature_is_still_read() {
    let old = concat!(
        "a16770656e64696e67a7626174076262795001010101010101010101010101010101646e6f746563546561656769766572",
        "5002020202020202020202020202020202676d6164655f617405676d696e75746573185a68726563656976657250010101",
        "01010101010101010101010101",
    );
    let (minutes, note) = (Minutes::new(90).unwrap(), "Tea".to_owned());
    let (made_at, at) = (Timestamp(5), Timestamp(7));
    let pending = Pending { giver: BO, receiver: ADA, minutes, made_at, note, by: ADA, at, signed: None };
    let paper = Paper::Pending(pending);
    assert_eq!(data_encoding::HEXLOWER.encode(&codec::encode(&paper)), old);
    let bytes = data_encoding::HEXLOWER.decode(old.as_bytes()).unwrap();
    assert_eq!(codec::decode_own::<Paper>(&bytes).unwrap(), paper);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_first_exchange_that_was_decided_is_not_kept_again() {
    let trial = Trial::begin("Elm", false).await;
    let (handle, exchange) = (trial.handle(), ExchangeId([5; 16]));
    let (minutes, note, at) = (Minutes::new(60).unwrap(), String::new(), clock::now());
    let pending = Pending { giver: ADA, receiver: BO, minutes, made_at: at, note, by: ADA, at, signed: None };
    let waits = || async { handle.firsts().await.unwrap().len() };
    handle.keep_pending(exchange, pending.clone()).await.unwrap();
    handle.keep_pending(exchange, pending.clone()).await.unwrap();
    // Nothing else takes its place under the same id.
    let other = Pending { minutes: Minutes::new(90).unwrap(), ..pending.clone() };
    handle.keep_pending(exchange, other).await.unwrap_err();
    assert_eq!(waits().await, 1);
    handle.drop_pending(exchange).await.unwrap();
    handle.keep_pending(exchange, pending).await.unwrap();
    assert_eq!(waits().await, 0);
}

#[test]
fn the_fullest_papers_fit_one_record() {
    let most = "\u{10ffff}".repeat(MAX_WORDS);
    let name = "\u{10ffff}".repeat(MAX_LINE);
    let mut file = File::of(ADA);
    let at = Timestamp(u64::MAX);
    for _ in 0..MAX_ENTRIES {
        file.references.push(Reference { who: name.clone(), by: BO, at });
        file.facts.push(Fact { what: name.clone(), by: BO, at, until: at });
        file.helpers.push(Helper { member: BO, until: at });
    }
    file.acts = vec![Act { by: BO, at, what: Some(Deed::Resumed(name.clone())) }; MAX_BLOCKED];
    file.acts.extend(vec![Act { by: BO, at, what: Some(Deed::Questioned) }; MAX_ACTS - MAX_WHYS]);
    file.blocked = vec![BO; MAX_BLOCKED];
    assert_eq!(file.fit(Timestamp(1)), Ok(()));
    assert_eq!(file.acts.len(), MAX_ACTS);
    assert_eq!(file.acts.iter().filter(|act| act.what == Some(Deed::Questioned)).count(), MAX_ACTS - MAX_WHYS);
    file.weekly = Some("en-easy".into());
    let circle = Circle { name, coordinators: vec![ADA; MAX_CIRCLE_COORDINATORS], members: vec![BO; MAX_CIRCLE] };
    let note = Note { about: ADA, by: BO, at: Timestamp(1), text: most.clone() };
    let end = Timestamp(u64::MAX);
    let mail = ByMail { letters: Some(u64::MAX), sent: u64::MAX, missed: vec![ADA; MAX_MISSED] };
    let (circle_id, by_mail) = (Some([0xff; 16]), Some(mail));
    let notice = Notice { text: most.clone(), by: ADA, at: end, until: end, circle: circle_id, by_mail };
    let contact = Some("\u{10ffff}".repeat(crate::people::MAX_CONTACT));
    let application = Application {
        name: "\u{10ffff}".repeat(crate::people::MAX_NAME),
        phone: contact.clone(),
        email: contact,
        in_directory: true,
        text: most.clone(),
        at: end,
    };
    let rules = Rules { approve_first: true, note_readers: vec![ADA; 50], week_sent: Some(end), benefits: Some(most) };
    let papers = [
        Paper::Circle(circle),
        Paper::Case(note),
        Paper::File(file),
        Paper::Notice(notice),
        Paper::Application(application),
        Paper::Rules(rules),
    ];
    for paper in papers {
        assert!(codec::encode(&paper).len() <= crate::store::MAX_PERSON_BYTES);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_file_takes_no_more_and_loses_nothing() {
    use crate::runtime::Refused;
    let trial = Trial::begin("Elm", false).await;
    let handle = trial.handle();
    let (at, until) = (clock::now(), clock::now().plus(Span::days(1)));
    let fact = |n: usize| move |file: &mut File| file.facts.push(Fact { what: format!("Seen {n}"), by: BO, at, until });
    for n in 0..MAX_ENTRIES {
        handle.change_file(ADA, fact(n)).await.unwrap();
    }
    assert_eq!(handle.change_file(ADA, fact(MAX_ENTRIES)).await, Err(Refused::Full(FileFull::Facts)));
    for n in 0..MAX_BLOCKED {
        handle.keep_away(ADA, MemberId([u8::try_from(n + 10).unwrap(); 16]), true).await.unwrap();
    }
    assert_eq!(handle.keep_away(ADA, CY, true).await, Err(Refused::Full(FileFull::Blocked)));
    let file = handle.file(ADA).await.unwrap();
    assert_eq!((file.facts[0].what.as_str(), file.facts.len()), ("Seen 0", MAX_ENTRIES));
    assert_eq!((file.blocked[0], file.blocked.len()), (MemberId([10; 16]), MAX_BLOCKED));
    // Keeping away whom they keep away already is nothing new.
    handle.keep_away(ADA, MemberId([10; 16]), true).await.unwrap();
    // Whoever may act for them no longer makes room.
    let helper = |n: u8, until| move |file: &mut File| file.helpers.push(Helper { member: MemberId([n; 16]), until });
    handle.change_file(ADA, helper(40, Timestamp(1))).await.unwrap();
    for n in 41..47 {
        handle.change_file(ADA, helper(n, until)).await.unwrap();
    }
    assert_eq!(handle.change_file(ADA, helper(47, until)).await, Err(Refused::Full(FileFull::Helpers)));
    trial.running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn copies_are_agreed_with_few_partners_and_ended_with_any() {
    use crate::runtime::{Refused, office::CopiesFull};
    use kith_protocol::{
        escrow::{MAX_KEEPERS, MAX_OWNERS},
        id::CommunityId,
    };
    let trial = Trial::begin("Elm", false).await;
    let handle = trial.handle();
    let partner = |n: usize| CommunityId([u8::try_from(n).unwrap(); 32]);
    for n in 0..MAX_KEEPERS {
        assert!(handle.switch_copies(partner(n), None, Some(true)).await.unwrap().they_keep);
    }
    let third = handle.switch_copies(partner(MAX_KEEPERS), None, Some(true)).await;
    assert_eq!(third, Err(Refused::Copies(CopiesFull::Keepers)));
    for n in 0..MAX_OWNERS {
        handle.switch_copies(partner(n), Some(true), None).await.unwrap();
    }
    let more = handle.switch_copies(partner(MAX_OWNERS), Some(true), None).await;
    assert_eq!(more, Err(Refused::Copies(CopiesFull::Owners)));

    // Who is to keep ours no longer has to be told; and once told, another may.
    let ended = handle.switch_copies(partner(0), None, Some(false)).await.unwrap();
    assert!(ended.release && ended.we_keep && !ended.they_keep);
    handle.copies_released(partner(0)).await.unwrap();
    assert!(!handle.copies_with(partner(0)).await.unwrap().release);
    assert!(handle.switch_copies(partner(MAX_KEEPERS), None, Some(true)).await.unwrap().they_keep);
    // Nothing was ever sent: a week after it was agreed that is too long.
    let stand = handle.copies_stand(partner(MAX_KEEPERS)).await.unwrap();
    assert!(!stand.overdue && stand.ours.sent.is_none() && stand.theirs.is_none());
    trial.running.stop().await;
}
