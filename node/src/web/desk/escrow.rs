//! Copies that one community keeps for another, for the day on which a computer and its backups are lost.

use crate::{
    escrow::Sent as Copy,
    runtime::{
        Refused,
        office::{CopiesFull, Stand},
    },
    web::{
        Answer, App, Oops,
        forms::{Asked, Choice, Control, Field, Need, Post, Reader},
        news::{News, go_telling},
        pages::{Press, page, wrong},
        stale::{self, Stood},
        visit::{Frame, Visit},
        words::Words,
    },
};
use askama::Template;
use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::Response,
};
use kith_protocol::{escrow::MAX_KEPT_BYTES, id::CommunityId};

/// What a page says when no more copies can be agreed on.
pub(in crate::web) const fn copies_key(why: CopiesFull) -> &'static str {
    match why {
        CopiesFull::Keepers => "refused-keepers",
        CopiesFull::Owners => "refused-owners",
    }
}

#[derive(Template)]
#[template(path = "escrow.html", whitespace = "minimize")]
struct EscrowPage<'a> {
    frame: &'a Frame,
    heading: String,
    /// What is to be looked after.
    warnings: Vec<String>,
    rows: Vec<(String, String)>,
    addresses: Vec<String>,
    fields: Vec<Field>,
    action: String,
    press: Option<Press>,
    refused: Option<String>,
}

impl EscrowPage<'_> {
    fn wrong(&self) -> Vec<(&str, &str)> {
        wrong(&self.fields)
    }

    fn answer(&self) -> Response {
        let fine = self.refused.is_none() && self.wrong().is_empty();
        let status = if fine { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
        page(self.frame, status, self)
    }
}

async fn one(app: &App, id: &str) -> Result<(CommunityId, Stand), Oops> {
    let community: CommunityId = id.parse().map_err(|_| Oops::Missing)?;
    let known = app.handle.look(move |machine, _| machine.state().ledger().partner_of(&community).is_some());
    if !known.await? {
        return Err(Oops::Missing);
    }
    Ok((community, app.handle.copies_stand(community).await?))
}

fn address(community: &CommunityId) -> String {
    format!("/partners/{community}/escrow")
}

/// Whether we keep for them, and they for us.
fn fields(reader: &mut Reader<'_>) -> (bool, bool) {
    let words = reader.words();
    let mut one = |name: &str, key: &str| {
        let choices = [("on", "escrow-on"), ("off", "escrow-off")].map(|(value, key)| Choice::new(value, words.t(key)));
        reader.choice(name, key, choices.into(), Need::Must) == "on"
    };
    (one("we", "escrow-we-keep"), one("they", "escrow-they-keep"))
}

/// A length in bytes, as people say it.
pub(in crate::web) fn size(words: Words, bytes: u64) -> String {
    let kilobytes = bytes.div_ceil(1024);
    if kilobytes < 1024 {
        words.t1("escrow-kilobytes", "n", words.grouped(kilobytes))
    } else {
        words.t1("escrow-megabytes", "n", words.grouped(kilobytes.div_ceil(1024)))
    }
}

fn copy(words: Words, copy: Option<Copy>) -> String {
    let Some(copy) = copy else { return words.t("escrow-none") };
    let values = [("day", words.day(copy.at)), ("time", words.time(copy.at)), ("size", size(words, copy.bytes))];
    words.filled("escrow-copy", &values)
}

fn warnings(words: Words, stand: &Stand) -> Vec<String> {
    let mut keys = Vec::new();
    if stand.copies.they_keep {
        match (stand.ours.keeps, stand.ours.problem.as_deref()) {
            (Some(false), _) => keys.push("escrow-not-agreed"),
            (None, None) => keys.push("escrow-not-heard"),
            (_, Some("newer-copy")) => keys.push("escrow-newer"),
            (_, Some("too-large")) => keys.push("escrow-too-large"),
            (_, Some(_)) => keys.push("escrow-problem"),
            (Some(true), None) => {}
        }
        if stand.overdue {
            keys.push("escrow-overdue");
        }
    }
    if !stand.copies.claimed.is_empty() {
        keys.push("escrow-claimed-ask");
    }
    keys.into_iter().map(|key| words.t(key)).collect()
}

fn rows(words: Words, stand: &Stand) -> Vec<(String, String)> {
    let mut rows = Vec::new();
    if stand.copies.they_keep {
        rows.push((words.t("escrow-there"), copy(words, stand.ours.sent)));
    }
    if stand.copies.we_keep {
        rows.push((words.t("escrow-here"), copy(words, stand.theirs)));
        rows.push((words.t("escrow-room"), size(words, MAX_KEPT_BYTES)));
    }
    let claimed = |at: &kith_protocol::time::Timestamp| (words.t("escrow-claimed"), words.day(*at));
    rows.extend(stand.copies.claimed.iter().map(claimed));
    rows
}

fn shown<'a>(frame: &'a Frame, reader: Reader<'_>, community: CommunityId, stand: &Stand) -> EscrowPage<'a> {
    let words = frame.words;
    let name = stand.name.clone().unwrap_or_else(|| words.t("partner-nameless"));
    let action = address(&community);
    let press = Press::new(words.t("escrow-now"), format!("{action}/now"));
    EscrowPage {
        frame,
        heading: words.t1("escrow-with", "name", name),
        warnings: warnings(words, stand),
        rows: rows(words, stand),
        addresses: if stand.copies.they_keep { stand.addresses.clone() } else { Vec::new() },
        fields: reader.fields,
        action,
        press: stand.copies.they_keep.then_some(press),
        refused: None,
    }
}

/// What is agreed on, as far as the form shows it.
fn stood(stand: &Stand) -> Stood {
    let on = |on: bool| if on { "on" } else { "off" }.to_owned();
    Stood::new([("we", on(stand.copies.we_keep)), ("they", on(stand.copies.they_keep))])
}

pub(super) async fn show(State(app): State<App>, visit: Visit, Path(id): Path<String>, Asked(asked): Asked) -> Answer {
    let visit = visit.coordinator()?;
    let (community, stand) = one(&app, &id).await?;
    let stood = stood(&stand);
    let filled = stood.filled();
    let mut reader = Reader::open(visit.frame.words, &filled);
    stood.remember(&mut reader, &asked);
    fields(&mut reader);
    Ok(shown(&visit.frame, reader, community, &stand).answer())
}

pub(super) async fn send(State(app): State<App>, Path(id): Path<String>, post: Post) -> Answer {
    let post = post.coordinator()?;
    let (community, stand) = one(&app, &id).await?;
    let (stands, action) = (stood(&stand), address(&community));
    let mut reader = Reader::judge(post.frame.words, &post.sent);
    stands.remember(&mut reader, &post.sent);
    let (we, they) = fields(&mut reader);
    if !reader.is_fine() {
        return Ok(shown(&post.frame, reader, community, &stand).answer());
    }
    if stands.changed_since(&post.sent) {
        let both = stale::over(&post.frame, reader, &stands, |theirs| _ = fields(theirs), &action, &action);
        return Ok(both.unwrap_or_else(|| go_telling(&action, News::Copies)));
    }
    match app.handle.switch_copies(community, Some(we), Some(they)).await {
        Ok(_) => Ok(go_telling(&action, News::Copies)),
        Err(Refused::Copies(why)) => {
            let refused = Some(post.frame.words.t(copies_key(why)));
            Ok(EscrowPage { refused, ..shown(&post.frame, reader, community, &stand) }.answer())
        }
        Err(refused) => Err(Oops::Refused(refused)),
    }
}

pub(super) async fn now(State(app): State<App>, Path(id): Path<String>, post: Post) -> Answer {
    post.coordinator()?;
    let (community, _) = one(&app, &id).await?;
    app.handle.vault().want(community);
    Ok(go_telling(&address(&community), News::CopyWanted))
}
