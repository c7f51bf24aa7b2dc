#![expect(clippy::unwrap_used, reason = "tests")]

use super::*;
use crate::{
    progress::Progress,
    runtime::office::{About, Circle, Inside, Notice, Paper},
    trial::{Trial, listing},
};
use kith_protocol::{
    audit::Auditor,
    id::{ExchangeId, MemberId, RecordKey},
    ledger::{ExchangeTerms, GroupTerms},
    machine::Command,
    minutes::Minutes,
    shelf::{Item, Listing, Times, When},
    time::Span,
};
use std::collections::BTreeMap;

/// The files of an archive, by name.
async fn files(handle: &Handle) -> BTreeMap<String, Vec<u8>> {
    let (mut chunks, mut bytes) = (stream(handle).await.unwrap(), Vec::new());
    while let Some(chunk) = chunks.recv().await {
        bytes.extend(chunk.unwrap());
    }
    let (mut from, mut found) = (bytes.as_slice(), BTreeMap::new());
    while let Some(entry) = tar::next(&mut from).unwrap() {
        let (file, rest) = from.split_at(usize::try_from(entry.size).unwrap());
        found.insert(entry.name, file.to_vec());
        from = rest;
        tar::skip_padding(&mut from, entry.size).unwrap();
    }
    assert!(from.is_empty());
    found
}

fn table(bytes: &[u8]) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_reader(bytes);
    reader.deserialize().map(Result::unwrap).collect()
}

/// Takes an archive, and notes at each part of it how far that is.
struct Onlooker {
    progress: Progress,
    seen: Vec<u8>,
}

impl Write for Onlooker {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.seen.extend(self.progress.percent());
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A community in which something of everything happened; gives its three members.
async fn fill(trial: &Trial) -> [MemberId; 3] {
    let handle = trial.handle();
    let (ada, bo) = (trial.admit_named(1, "Ada, \"the\" Park").await, trial.admit_named(2, "=Bo").await);
    let known = handle.persons(vec![ada]).await.unwrap().remove(&ada).unwrap();
    let lives = crate::people::Person { area: Some("gcpvj7".into()), ..known };
    assert!(handle.change_person(ada, lives).await.unwrap());
    let cy = trial.admit_named(3, "Cy Old").await;
    trial.publish(7, ada, Item::Offer(listing("Sewing", "Any\nday", &[]))).await;
    let when = When { times: Times::of([(4, 0)]), by: Some(65_866) };
    let inside = Inside { key: RecordKey([8; 16]), until: clock::now().plus(Span::days(30)) };
    handle.keep_inside(vec![inside]).await.unwrap();
    trial.publish(8, bo, Item::Need(Listing { when, ..listing("A lift", "", &[]) })).await;
    let (community, word, made_at) = (handle.community(), trial.word(), clock::now());
    let (minutes, exchange) = (Minutes::new(45).unwrap(), ExchangeId([5; 16]));
    let terms = ExchangeTerms { community, exchange, giver: ada, receiver: bo, minutes, made_at, details: None };
    handle.agreed(None, terms, vec![word.clone(), word.clone()], Command::Exchange).await.unwrap();
    let (exchange, participants) = (ExchangeId([6; 16]), vec![ada, bo]);
    let terms = GroupTerms { community, exchange, leader: cy, participants, minutes, made_at, details: None };
    handle.agreed(None, terms, vec![word; 3], Command::Group).await.unwrap();
    let circle = Circle { name: "Elm Row".into(), coordinators: vec![cy], members: vec![ada] };
    handle.keep_paper([11; 16], Paper::Circle(circle)).await.unwrap();
    let until = made_at.plus(Span::days(7));
    let notice = Notice { text: "Soup on Friday".into(), by: cy, at: made_at, until, circle: None, by_mail: None };
    handle.keep_paper([12; 16], Paper::Notice(notice)).await.unwrap();
    handle.write_to([13; 16], ada, bo, About::Message, "Private words".into()).await.unwrap();
    [ada, bo, cy]
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_is_in_it_and_nothing_private() {
    let trial = Trial::begin("Elm", false).await;
    let handle = trial.handle();
    let [ada, bo, cy] = fill(&trial).await;
    let files = files(handle).await;
    let names: Vec<&str> = files.keys().map(String::as_str).collect();
    let expected = [
        "README.txt",
        "balances.csv",
        "charter.json",
        "circles.json",
        "events.json",
        "exchanges/0001.csv",
        "ledger.car",
        "members.csv",
        "needs.csv",
        "notices.json",
        "offers.csv",
        "partners.json",
    ];
    assert_eq!(names, expected);
    let members = table(&files["members.csv"]);
    assert_eq!(members.len(), 4);
    let called =
        |id: &MemberId| members.iter().find(|row| row["id"] == id.to_string()).map(|row| row["name"].clone()).unwrap();
    assert_eq!([called(&ada), called(&bo)], ["Ada, \"the\" Park", "'=Bo"]);
    let lives = |id: &MemberId| members.iter().find(|row| row["id"] == id.to_string()).map(|row| row["area"].clone());
    assert_eq!([lives(&ada), lives(&cy)].map(Option::unwrap), ["gcpvj7", ""]);
    // The lines of the exchanges add up to the balances.
    let mut sums: BTreeMap<String, i64> = BTreeMap::new();
    let exchanges = table(&files["exchanges/0001.csv"]);
    for row in &exchanges {
        let minutes: i64 = row["minutes"].parse().unwrap();
        *sums.entry(row["giver"].clone()).or_default() += minutes;
        *sums.entry(row["receiver"].clone()).or_default() -= minutes;
    }
    for row in table(&files["balances.csv"]) {
        assert_eq!(
            sums.get(&row["id"]).copied().unwrap_or_default(),
            row["minutes"].parse::<i64>().unwrap(),
            "{row:?}"
        );
    }
    assert_eq!((sums[&ada.to_string()], sums[&cy.to_string()], sums["pot"]), (0, 45, 45));
    assert_eq!(exchanges.iter().filter(|row| row["kind"] == "group_exchange").count(), 3);
    let offers = table(&files["offers.csv"]);
    assert_eq!((offers[0]["title"].as_str(), offers[0]["text"].as_str()), ("Sewing", "Any\nday"));
    assert_eq!(offers[0]["on_public_page"], "true");
    let need = &table(&files["needs.csv"])[0];
    assert_eq!(need["on_public_page"], "false");
    assert_eq!((&*need["member_name"], &*need["times"], &*need["by"]), ("'=Bo", "friday_morning", "2150-05-03"));
    for (name, says) in [("circles.json", "Elm Row"), ("notices.json", "Soup on Friday"), ("charter.json", "Elm")] {
        let value: serde_json::Value = serde_json::from_slice(&files[name]).unwrap();
        assert!(value.to_string().contains(says), "{name}: {value}");
    }
    let mut judge = Auditor::new();
    judge.push(&files["ledger.car"]).unwrap();
    judge.finish().unwrap();
    assert!(files.values().all(|bytes| !bytes.windows(13).any(|part| part == b"Private words")));
    trial.running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_waits_for_an_export_sees_how_far_it_is() {
    let trial = Trial::begin("Elm", false).await;
    fill(&trial).await;
    let cut = trial.handle().ledger_cut().await.unwrap();
    let handle = trial.handle().clone();
    let (progress, runtime) = (handle.taking().clone(), tokio::runtime::Handle::current());
    let seen = tokio::task::spawn_blocking(move || {
        let mut onlooker = Onlooker { progress: handle.taking().clone(), seen: Vec::new() };
        write(&handle, &cut, &runtime, &mut onlooker).unwrap();
        onlooker.seen
    });
    let seen = seen.await.unwrap();
    // The tables are a third of the work, counting the ledger another, writing it the last.
    assert!(seen.is_sorted() && seen.contains(&33) && seen.contains(&66) && seen.ends_with(&[100]), "{seen:?}");
    assert_eq!(progress.percent(), None);
    trial.running.stop().await;
}
