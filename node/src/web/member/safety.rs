//! Telling coordinators that something is not right, and keeping somebody away.

use super::home::names;
use crate::{
    runtime::{
        clock,
        office::{MAX_WORDS, Paper, PaperId, Report, Subject, Trouble},
    },
    web::{
        Answer, App, Oops,
        forms::{Asked, Need, Post, Reader, Sent, choices},
        pages::{self, FactsPage, FormPage, Press, go},
        visit::{Frame, Visit},
    },
};
use axum::extract::State;
use data_encoding::HEXLOWER;
use kith_protocol::id::{ExchangeId, MemberId};

const TROUBLES: [(&str, &str, Trouble); 4] = [
    ("unsafe", "trouble-unsafe", Trouble::Unsafe),
    ("unkind", "trouble-unkind", Trouble::Unkind),
    ("money", "trouble-money", Trouble::Money),
    ("other", "trouble-other", Trouble::Other),
];

/// The message for a kind of trouble.
pub(in crate::web) fn trouble_key(trouble: Trouble) -> &'static str {
    TROUBLES.iter().find(|(_, _, found)| *found == trouble).map_or("trouble-other", |(_, key, _)| key)
}

/// What it is about, from an address or a form.
fn subject(sent: &Sent) -> Option<Subject> {
    if let Some((community, key)) = sent.get("listing").split_once('/') {
        return Some(Subject::Listing(community.parse().ok()?, key.parse().ok()?));
    }
    if !sent.get("message").is_empty() {
        let id = HEXLOWER.decode(sent.get("message").as_bytes()).ok()?;
        return Some(Subject::Message(sent.get("of").parse().ok()?, id.try_into().ok()?));
    }
    let id = |name: &str| HEXLOWER.decode(sent.get(name).as_bytes()).ok()?.try_into().ok();
    let subjects = [
        sent.get("person").parse().ok().map(Subject::Person),
        sent.get("exchange").parse().ok().map(Subject::Exchange),
        id("event").map(Subject::Event),
        id("circle").map(Subject::Circle),
        id("notice").map(Subject::Notice),
    ];
    subjects.into_iter().flatten().next()
}

/// Where somebody tells that something is wrong with an exchange.
pub(super) fn about_exchange(id: ExchangeId) -> String {
    format!("/report?exchange={id}")
}

/// The same for an event.
pub(in crate::web) fn about_event(id: &PaperId) -> String {
    format!("/report?event={}", HEXLOWER.encode(id))
}

/// The same for a circle.
pub(in crate::web) fn about_circle(id: &PaperId) -> String {
    format!("/report?circle={}", HEXLOWER.encode(id))
}

/// The same for a notice.
pub(in crate::web) fn about_notice(id: &PaperId) -> String {
    format!("/report?notice={}", HEXLOWER.encode(id))
}

fn fields(reader: &mut Reader<'_>, sent: &Sent) -> (Option<Trouble>, String) {
    for name in ["listing", "message", "of", "person", "exchange", "event", "circle", "notice"] {
        if !sent.get(name).is_empty() {
            reader.hidden(name, sent.get(name));
        }
    }
    let options = choices(reader.words(), TROUBLES.map(|(value, key, _)| (value, key)));
    let chosen = reader.choice("trouble", "report-trouble", options, Need::Must);
    let text = reader.area("text", "report-text", MAX_WORDS, Need::May);
    (TROUBLES.iter().find(|(value, _, _)| *value == chosen).map(|(_, _, trouble)| *trouble), text)
}

fn page<'a>(frame: &'a Frame, reader: Reader<'_>) -> FormPage<'a> {
    FormPage::new(frame, frame.t("report"), reader, "/report", frame.t("report-button")).lead(frame.t("report-lead"))
}

pub(super) async fn report(visit: Visit, Asked(asked): Asked) -> Answer {
    subject(&asked).ok_or(Oops::Missing)?;
    let mut reader = Reader::open(visit.frame.words, &asked);
    fields(&mut reader, &asked);
    Ok(page(&visit.frame, reader).answer())
}

pub(super) async fn send_report(State(app): State<App>, post: Post) -> Answer {
    let about = subject(&post.sent).ok_or(Oops::Missing)?;
    let mut reader = Reader::judge(post.frame.words, &post.sent);
    let (trouble, text) = fields(&mut reader, &post.sent);
    let Some(trouble) = trouble.filter(|_| reader.is_fine()) else { return Ok(page(&post.frame, reader).answer()) };
    let report = Report { by: post.member.id, at: clock::now(), about, trouble, text, done: None };
    let id = post.deed().new_id(&app.handle, "report");
    if app.handle.paper(id, |_| Some(())).await?.is_none() {
        app.handle.keep_paper(id, Paper::Report(report)).await?;
    }
    Ok(go("/done/reported"))
}

pub(super) async fn send_away(State(app): State<App>, post: Post) -> Answer {
    let other: MemberId = post.sent.get("member").parse().map_err(|_| Oops::Missing)?;
    let away = post.sent.get("away") == "yes";
    app.handle.keep_away(post.member.id, other, away).await?;
    Ok(go(if away { "/done/apart" } else { "/done/near" }))
}

/// Everybody whom the visitor keeps away.
pub(super) async fn away(State(app): State<App>, visit: Visit) -> Answer {
    let (frame, words) = (&visit.frame, visit.frame.words);
    let blocked = app.handle.file(visit.member.id).await?.blocked;
    let names = names(&app.handle, blocked.iter().copied()).await?;
    let presses = blocked.iter().map(|other| {
        let name = names.get(other).cloned().unwrap_or_else(|| words.t("somebody"));
        Press::new(words.t1("keep-near", "name", name), "/away".into()).with("member", other).with("away", "no")
    });
    let page = FactsPage {
        frame,
        heading: words.t("away-list"),
        lead: vec![words.t(if blocked.is_empty() { "away-nobody" } else { "away-lead" })],
        rows: Vec::new(),
        presses: presses.collect(),
        links: vec![(words.t("menu-me"), "/me".into())],
    };
    Ok(pages::show(frame, &page))
}
