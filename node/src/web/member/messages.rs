//! Messages between members: nobody's phone or address is shown.

use super::home::short_names;
use crate::{
    runtime::{
        clock,
        office::{About, MAX_WORDS, Message, Notice, Sent as Wrote},
    },
    web::{
        Answer, App, Oops,
        desk::notice_address,
        exchanges::Seen,
        forms::{Asked, Post, Step, fresh_once},
        pages::{self, FactsPage, Press, go},
        visit::{Frame, Member, Visit},
        words::{Words, shortened},
    },
};
use askama::Template;
use axum::{
    extract::{Path, State},
    http::StatusCode,
};
use data_encoding::HEXLOWER;
use kith_protocol::{
    id::{ExchangeId, MemberId, RecordKey},
    text,
};

/// How much of a notice stands in the list, in letters: a line on a computer.
const NOTICE_LETTERS: usize = 60;

/// What a message is about, in addresses and forms: `l/KEY`, `e/ID`, or nothing.
fn about_of(text: &str) -> Option<About> {
    match text.split_once('/') {
        Some(("l", key)) => key.parse().ok().map(About::Listing),
        Some(("e", id)) => id.parse().ok().map(About::Exchange),
        _ => None,
    }
}

/// Where somebody writes about a listing of ours.
pub(super) fn about_listing(owner: MemberId, key: RecordKey) -> String {
    format!("/messages/{owner}?about=l/{key}")
}

/// Where somebody writes about an exchange.
pub(super) fn about_exchange(other: MemberId, id: ExchangeId) -> String {
    format!("/messages/{other}?about=e/{id}")
}

/// Somebody to write to, with the reason for it.
struct Other {
    id: MemberId,
    name: String,
    about: About,
    messages: Vec<([u8; 16], Message)>,
}

/// Finds the other, if the visitor has a reason to write: messages before, something on the shelf, an exchange of the
/// two, a circle that one looks after for the other. A coordinator needs none.
async fn find(app: &App, who: &Member, id: &str, about: &str) -> Result<Other, Oops> {
    let id: MemberId = id.parse().map_err(|_| Oops::Missing)?;
    if id == who.id {
        return Err(Oops::Missing);
    }
    app.handle
        .look(move |machine, _| machine.state().ledger().active(&id).map(|_| ()))
        .await?
        .map_err(|_| Oops::Missing)?;
    let messages = app.handle.messages_with(who.id, id).await?;
    let (me, about) = (who.id, about_of(about));
    let reason = match about {
        Some(About::Listing(key)) => {
            app.handle
                .look(move |machine, _| machine.state().shelf().1.get(&key).is_some_and(|own| own.owner == Some(id)))
                .await?
        }
        Some(About::Exchange(exchange)) => {
            let seen = app.handle.look(move |machine, book| Seen::find(machine, book, exchange)).await?;
            let parties: Vec<MemberId> = seen.iter().flat_map(Seen::parties).collect();
            parties.contains(&me) && parties.contains(&id)
        }
        Some(About::Message) | None => false,
    };
    if !reason && messages.is_empty() && !who.coordinator && !of_a_circle(app, me, id).await? {
        return Err(Oops::NotYours);
    }
    let name = short_names(&app.handle, [id]).await?.remove(&id).unwrap_or_default();
    Ok(Other { id, name, about: about.filter(|_| reason).unwrap_or(About::Message), messages })
}

/// Whether one of two looks after a circle that the other is in.
async fn of_a_circle(app: &App, one: MemberId, other: MemberId) -> Result<bool, Oops> {
    Ok(app.handle.looks_after(one, other).await? || app.handle.looks_after(other, one).await?)
}

struct Line {
    who: String,
    when: String,
    text: String,
    report: Option<String>,
}

#[derive(Template)]
#[template(path = "conversation.html", whitespace = "minimize")]
struct ConversationPage<'a> {
    frame: &'a Frame,
    heading: String,
    lines: Vec<Line>,
    away: Option<String>,
    apart: bool,
    action: String,
    about: String,
    once: String,
    text: String,
    error: String,
    keep: Press,
    report: String,
}

/// A short name, or a word for somebody who has none any more.
fn called(words: Words, name: &str) -> String {
    if name.is_empty() { words.t("somebody") } else { name.to_owned() }
}

async fn page<'a>(
    app: &App,
    frame: &'a Frame,
    me: &Member,
    other: &Other,
    form: (String, String, String, String),
) -> Result<ConversationPage<'a>, Oops> {
    let (words, now) = (frame.words, clock::now());
    let name = called(words, &other.name);
    let line = |(id, message): &([u8; 16], Message)| {
        let mine = message.from == me.id;
        Line {
            who: if mine { words.t("messages-you") } else { name.clone() },
            when: words.near_day(message.at, now),
            text: message.text.clone(),
            report: (!mine).then(|| format!("/report?message={}&of={}", HEXLOWER.encode(id), other.id)),
        }
    };
    let kept_away = app.handle.file(me.id).await?.blocked.contains(&other.id);
    let file = app.handle.file(other.id).await?;
    let away = file.away_until.filter(|until| *until > now);
    let key = if kept_away { "keep-near" } else { "keep-away" };
    let (about, once, text, error) = form;
    Ok(ConversationPage {
        frame,
        heading: words.t1("messages-with", "name", &name),
        lines: other.messages.iter().map(line).collect(),
        away: away.map(|until| words.t2("messages-away", ("name", &name), ("day", &words.day(until)))),
        apart: app.handle.are_apart(me.id, other.id).await?,
        action: format!("/messages/{}", other.id),
        about,
        once,
        text,
        error,
        keep: Press::new(words.t1(key, "name", &name), "/away".into())
            .with("member", other.id)
            .with("away", if kept_away { "no" } else { "yes" }),
        report: format!("/report?person={}", other.id),
    })
}

pub(super) async fn show(State(app): State<App>, visit: Visit, Path(id): Path<String>, Asked(asked): Asked) -> Answer {
    let other = find(&app, &visit.member, &id, asked.get("about")).await?;
    let form = (asked.get("about").to_owned(), fresh_once(), String::new(), String::new());
    Ok(pages::show(&visit.frame, &page(&app, &visit.frame, &visit.member, &other, form).await?))
}

pub(super) async fn send(State(app): State<App>, Path(id): Path<String>, post: Post) -> Answer {
    let (words, about) = (post.frame.words, post.sent.get("about").to_owned());
    let other = find(&app, &post.member, &id, &about).await?;
    let written = post.sent.get("text").to_owned();
    if post.sent.step() == Step::Edit {
        // Back from signing in again.
        let form = (about, post.sent.once(), written, String::new());
        return Ok(pages::show(&post.frame, &page(&app, &post.frame, &post.member, &other, form).await?));
    }
    let error = if written.is_empty() {
        Some(words.t("messages-empty"))
    } else if written.chars().count() > MAX_WORDS {
        Some(words.t1("error-too-long", "most", MAX_WORDS))
    } else if text::check("text", &written, MAX_WORDS).is_err() {
        Some(words.t("error-strange"))
    } else {
        let key = post.deed().new_id(&app.handle, "message");
        match app.handle.write_to(key, post.member.id, other.id, other.about, written.clone()).await? {
            Wrote::Yes => None,
            Wrote::Apart => Some(words.t("messages-apart")),
            Wrote::TooMany => Some(words.t("messages-too-many")),
        }
    };
    let Some(error) = error else { return Ok(go(&format!("/done/written?to={}", other.id))) };
    let form = (about, post.sent.once(), written, error);
    let page = page(&app, &post.frame, &post.member, &other, form).await?;
    Ok(pages::page(&post.frame, StatusCode::UNPROCESSABLE_ENTITY, &page))
}

pub(super) async fn list(State(app): State<App>, visit: Visit) -> Answer {
    let (frame, words, now) = (&visit.frame, visit.frame.words, clock::now());
    let conversations = app.handle.conversations(visit.member.id).await?;
    let names = short_names(&app.handle, conversations.iter().map(|one| one.with)).await?;
    let links = conversations.iter().map(|one| {
        let name = called(words, names.get(&one.with).map_or("", String::as_str));
        let day = words.near_day(one.last, now);
        let line = match one.unread {
            0 => words.t2("messages-line", ("name", &name), ("day", &day)),
            _ => words.t2("messages-line-new", ("name", &name), ("day", &day)),
        };
        (line, format!("/messages/{}", one.with))
    });
    // What is said to everybody stands above what is said to one.
    let notices = app.handle.notices_for(visit.member.id).await?;
    let told = |(id, notice): &([u8; 16], Notice)| {
        let day = words.near_day(notice.at, now);
        let text = shortened(&notice.text.replace('\n', " "), NOTICE_LETTERS);
        (words.t2("notice-line", ("day", &day), ("text", &text)), notice_address(id))
    };
    let links: Vec<_> = notices.iter().map(told).chain(links).collect();
    let mut lead = vec![words.t("messages-lead")];
    if links.is_empty() {
        lead.push(words.t("messages-none"));
    }
    let page = FactsPage { frame, heading: words.t("messages"), lead, rows: Vec::new(), presses: Vec::new(), links };
    Ok(pages::show(frame, &page))
}
