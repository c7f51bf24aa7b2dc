//! Pages that show what changes: the stream that says so, and who may listen.

use super::crossing::agree;
use crate::{
    runtime::News,
    trial::{Served, Trial},
    web::browser::{Browser, serve},
};
use kith_protocol::id::MemberId;
use std::{
    io::{BufRead as _, BufReader},
    sync::atomic::Ordering,
    time::Duration,
};

/// The longest that a word may take: a busy machine must not fail a test.
const DEADLINE: Duration = Duration::from_secs(60);
/// After so long without a word, what two nodes tell each other at first is told.
const QUIET: Duration = Duration::from_secs(2);

struct Listening {
    status: u16,
    kind: String,
    lines: std::io::Lines<BufReader<ureq::BodyReader<'static>>>,
}

/// Opens a stream; with a session or without.
async fn listen(served: &Served, mark: &str, cookies: String) -> Listening {
    let address = format!("{}/live?since={mark}", served.base());
    let opened = tokio::task::spawn_blocking(move || {
        let config = ureq::Agent::config_builder().http_status_as_error(false).timeout_global(Some(DEADLINE));
        let agent: ureq::Agent = config.build().into();
        let response = agent.get(address).header("cookie", cookies).call().unwrap();
        let (parts, body) = response.into_parts();
        let kind = parts.headers.get("content-type").map_or("", |kind| kind.to_str().unwrap()).to_owned();
        Listening { status: parts.status.as_u16(), kind, lines: BufReader::new(body.into_reader()).lines() }
    });
    opened.await.unwrap()
}

impl Listening {
    /// The next word that means something; nothing when the stream has ended.
    async fn next(mut self) -> (Option<String>, Self) {
        let waited = tokio::task::spawn_blocking(move || {
            let word = self.lines.by_ref().map_while(Result::ok).find(|line| line.starts_with("event:"));
            (word, self)
        });
        waited.await.unwrap()
    }
}

async fn town() -> (Trial, MemberId, MemberId) {
    let trial = Trial::begin("Elm", false).await;
    let (ada, bo) = (trial.admit_named(1, "Ada Park").await, trial.admit_named(2, "Bo Lee").await);
    (trial, ada, bo)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_stream_says_that_something_changed_and_nothing_else() {
    let (trial, ada, bo) = town().await;
    let served = serve(trial.handle()).await;
    let mut ada_sees = Browser::signed_in(&served, trial.handle(), ada).await;
    let home = ada_sees.get("/home").await;
    home.says("data-live=\"/live?since=").says("<script src=\"/static/kith.js?v=");
    ada_sees.get("/me").await.never("<script").never("data-live");
    for list in ["/notices", "/statement"] {
        ada_sees.get(list).await.is(200).says("data-live");
    }
    let stream = listen(&served, &trial.handle().news_mark(), ada_sees.cookies()).await;
    assert_eq!((stream.status, stream.kind.as_str()), (200, "text/event-stream"));
    let text = "Nobody else is to read this".to_owned();
    trial.handle().write_to([9; 16], bo, ada, crate::runtime::office::About::Message, text).await.unwrap();
    let (word, stream) = stream.next().await;
    assert_eq!(word.as_deref(), Some("event: changed"));
    // The ledger counts, too.
    trial.admit_named(3, "Cy Old").await;
    let (word, mut stream) = stream.next().await;
    assert_eq!(word.as_deref(), Some("event: changed"));
    let said = tokio::task::spawn_blocking(move || {
        let said = stream.lines.next().unwrap().unwrap();
        (said, stream)
    });
    let (said, stream) = said.await.unwrap();
    assert_eq!(said, "data: here");
    // What changed between the page and the stream is news as well.
    let late = listen(&served, "0-0", ada_sees.cookies()).await;
    assert_eq!(late.next().await.0.as_deref(), Some("event: changed"));
    // A node that stops does not wait for those who listen.
    trial.handle().hush();
    assert_eq!(stream.next().await.0, None);
    let ended = listen(&served, "0-0", ada_sees.cookies()).await;
    assert_eq!(ended.next().await.0, None);
    trial.running.stop().await;
}

/// Waits for one word of a stream.
async fn told(news: &mut News) {
    assert!(tokio::time::timeout(DEADLINE, news.next()).await.unwrap());
    news.forget();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_partner_that_comes_or_goes_is_news() {
    let (elm, west) = (Trial::begin("Elm", true).await, Trial::begin("Westside", true).await);
    let (at_elm, at_west) = (serve(elm.handle()).await, serve(west.handle()).await);
    let mut rosa = Browser::signed_in(&at_elm, elm.handle(), elm.coordinator).await;
    let mut otto = Browser::signed_in(&at_west, west.handle(), west.coordinator).await;
    agree(&mut rosa, &mut otto).await;
    rosa.until("/partners", "Connected now.").await.says("data-live");
    let mut news = elm.handle().news(&elm.handle().news_mark());
    while tokio::time::timeout(QUIET, news.next()).await.is_ok() {
        news.forget();
    }
    // Nothing is recorded when a partner goes, and the page that says so is told.
    let recorded = elm.handle().counters().commits.load(Ordering::Relaxed);
    west.running.stop().await;
    told(&mut news).await;
    rosa.get("/partners").await.says("Their computer is asleep");
    assert_eq!(elm.handle().counters().commits.load(Ordering::Relaxed), recorded);
    elm.running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_of_coordinators_and_circles_are_live() {
    let (trial, ..) = town().await;
    let served = serve(trial.handle()).await;
    let mut rosa = Browser::signed_in(&served, trial.handle(), trial.coordinator).await;
    rosa.get("/members").await.is(200).says("data-live");
    let form = rosa.get("/circles/new").await.never("data-live").form("/circles/new");
    let add = rosa.send(form.with(&[("name", "Garden")]), "check").await;
    let circle = add.is(200).never("data-live").path.split("/add").next().unwrap().to_owned();
    rosa.get(&circle).await.is(200).says("data-live");
    trial.running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_members_listen_and_each_a_few_times() {
    let (trial, ada, _) = town().await;
    let served = serve(trial.handle()).await;
    assert_eq!(listen(&served, "", String::new()).await.status, 401);
    let ada_sees = Browser::signed_in(&served, trial.handle(), ada).await;
    let mut held = Vec::new();
    for _ in 0..6 {
        let one = listen(&served, "", ada_sees.cookies()).await;
        assert_eq!(one.status, 200);
        held.push(one);
    }
    assert_eq!(listen(&served, "", ada_sees.cookies()).await.status, 503);
    drop(held);
    trial.handle().hush();
    trial.running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_answers_a_form_stays_as_it_is() {
    let (trial, ada, bo) = town().await;
    let served = serve(trial.handle()).await;
    trial.handle().write_to([9; 16], bo, ada, crate::runtime::office::About::Message, "Hello".into()).await.unwrap();
    let mut ada_sees = Browser::signed_in(&served, trial.handle(), ada).await;
    let path = format!("/messages/{bo}");
    let page = ada_sees.get(&path).await;
    page.says("data-live");
    ada_sees.send(page.form(&path), "send").await.is(422).says("Write something first.").never("data-live");
    // The script is a file of ours that browsers keep, and small.
    let script = page.body.split("<script src=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let file = ada_sees.get(&script).await;
    assert!(file.is(200).headers["cache-control"].contains("immutable"));
    assert!(file.headers["content-type"].starts_with("text/javascript") && file.body.len() < 8_000);
    trial.running.stop().await;
}
