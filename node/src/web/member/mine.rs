//! What is a member's own to decide: who may act for them, a rest, and a copy of all that is known of them.

use super::home::names;
use crate::{
    runtime::{
        Refused, clock,
        office::{Act, Deed, File, Helper, MAX_LINE},
        personal::plain_name,
    },
    web::{
        Answer, App, Oops,
        acting::{Acting, FOR},
        forms::{Asked, Need, Post, Reader, choices},
        news::{News, go_telling},
        oops::full,
        pages::{self, FactsPage, FormPage, Press, go},
        stale::{self, Stood},
        visit::{Frame, Visit},
        words::{Words, beginning_of, date_of},
    },
};
use axum::{
    extract::State,
    http::{HeaderValue, header},
    response::IntoResponse as _,
};
use kith_protocol::{
    id::MemberId,
    time::{Span, Timestamp},
};

/// For how long somebody may act for another: it ends by itself, and can be said again.
const STANDS: [(&str, &str, u64); 3] =
    [("month", "helper-month", 31), ("half", "helper-half", 183), ("year", "helper-year", 366)];
/// The longest name typed.
const MAX_WHO: usize = 120;

fn helper_fields(reader: &mut Reader<'_>) -> (String, u64) {
    let who = reader.line("who", "helper-who", MAX_WHO, Need::Must);
    let options = choices(reader.words(), STANDS.map(|(value, key, _)| (value, key)));
    let chosen = reader.choice("stands", "helper-stands", options, Need::May);
    (who, STANDS.iter().find(|(value, _, _)| *value == chosen).map_or(STANDS[0].2, |(_, _, days)| *days))
}

fn helper_page<'a>(frame: &'a Frame, reader: Reader<'_>) -> FormPage<'a> {
    FormPage::new(frame, frame.t("helper-add"), reader, "/helpers", frame.t("helper-button"))
        .lead(frame.t("helper-lead"))
        .other(frame.t("helpers"), "/helpers".into())
}

/// Who may act for the visitor, or the form to name somebody.
pub(super) async fn helpers(State(app): State<App>, visit: Visit, Asked(asked): Asked) -> Answer {
    let (frame, words, now) = (&visit.frame, visit.frame.words, clock::now());
    if asked.get("add") == "yes" {
        let mut reader = Reader::open(words, &asked);
        helper_fields(&mut reader);
        return Ok(helper_page(frame, reader).answer());
    }
    let file = app.handle.file(visit.member.id).await?;
    let people = file.helpers.iter().map(|helper| helper.member).chain(file.acts.iter().map(|act| act.by));
    let names = names(&app.handle, people).await?;
    let name = |id: &MemberId| names.get(id).cloned().unwrap_or_else(|| words.t("somebody"));
    let standing: Vec<&Helper> = file.helpers.iter().filter(|helper| helper.until > now).collect();
    let rows = standing.iter().map(|h| (name(&h.member), words.t1("helper-until", "day", words.day(h.until))));
    let both = |by: &MemberId| words.t2("helper-for", ("who", &name(by)), ("member", &visit.member.name));
    let rows = rows.chain(file.acts.iter().rev().map(|act| (both(&act.by), done_for(words, act, now))));
    let presses = standing.iter().map(|helper| {
        let words = words.t1("helper-end", "name", name(&helper.member));
        Press::new(words, "/helpers/end".into()).with("member", helper.member).ending()
    });
    let page = FactsPage {
        frame,
        heading: words.t("helpers"),
        lead: vec![
            words.t("helpers-lead"),
            words.t(if standing.is_empty() { "helpers-nobody" } else { "helpers-all" }),
            words.t("helpers-named"),
        ],
        rows: rows.collect(),
        presses: presses.collect(),
        links: vec![(words.t("helper-add"), "/helpers?add=yes".into()), (words.t("menu-me"), "/me".into())],
    };
    Ok(pages::show(frame, &page))
}

pub(super) async fn send_helper(State(app): State<App>, post: Post) -> Answer {
    let (frame, words) = (&post.frame, post.frame.words);
    let mut reader = Reader::judge(words, &post.sent);
    let (who, days) = helper_fields(&mut reader);
    let wanted = plain_name(&who);
    let all = app.handle.everybody().await?;
    let like: Vec<MemberId> = all.iter().filter(|named| named.plain == wanted).map(|named| named.id).collect();
    let here = app
        .handle
        .look(move |machine, _| {
            let ledger = machine.state().ledger();
            like.into_iter().filter(|id| ledger.active(id).is_ok()).collect::<Vec<_>>()
        })
        .await?;
    let error = match here.as_slice() {
        [one] if *one == post.member.id => Some(words.t("refused-with-oneself")),
        [_] => None,
        [] => Some(words.t1("record-nobody", "who", &who)),
        _ => Some(words.t("helper-several")),
    };
    if let Some(error) = error {
        reader.fail("who", error);
    }
    let one = match here.first() {
        Some(one) if reader.is_fine() => *one,
        _ => return Ok(helper_page(frame, reader).answer()),
    };
    let helper = Helper { member: one, until: clock::now().plus(Span::days(days)) };
    let add = move |file: &mut File| {
        file.helpers.retain(|known| known.member != one);
        file.helpers.push(helper);
    };
    match app.handle.change_file(post.member.id, add).await {
        Err(Refused::Full(why)) => {
            reader.fail("who", full(words, why));
            Ok(helper_page(frame, reader).answer())
        }
        led => Ok(led.map(|()| go("/done/helper"))?),
    }
}

pub(super) async fn end_helper(State(app): State<App>, post: Post) -> Answer {
    let helper: MemberId = post.sent.get("member").parse().map_err(|_| Oops::Missing)?;
    app.handle.change_file(post.member.id, move |file| file.helpers.retain(|known| known.member != helper)).await?;
    Ok(go("/done/helper"))
}

/// What somebody did for the member, in words.
fn done_for(words: Words, act: &Act, now: Timestamp) -> String {
    let key = match &act.what {
        None => "helper-acted",
        Some(Deed::Paused(_)) => "helper-paused",
        Some(Deed::Resumed(_)) => "helper-resumed",
        Some(Deed::Details) => "helper-details",
        Some(Deed::Email) => "helper-email",
        Some(Deed::Device) => "helper-device",
        Some(Deed::Passkey) => "helper-passkey",
        Some(Deed::Declined) => "helper-declined",
        Some(Deed::TakenBack) => "helper-taken-back",
        Some(Deed::Questioned) => "helper-questioned",
        Some(Deed::Asked) => "helper-asked",
        Some(Deed::Posted) => "helper-posted",
        Some(Deed::Reworded) => "helper-reworded",
        Some(Deed::Photo) => "helper-photo",
        Some(Deed::Withdrawn) => "helper-withdrawn",
    };
    let said = words.t1(key, "day", words.near_day(act.at, now));
    match act.what.as_ref().and_then(Deed::why) {
        None => said,
        Some(why) => format!("{said}: {why}"),
    }
}

/// Until when, and why, when somebody else says so.
fn pause_fields(reader: &mut Reader<'_>, acting: &Acting) -> (Option<jiff::civil::Date>, String) {
    let day = reader.coming_day("until", "pause-until", Need::May, clock::now());
    if !acting.is_for_another() {
        return (day, String::new());
    }
    reader.hidden(FOR, acting.member.to_string());
    (day, reader.line("why", "pause-why", MAX_LINE, Need::May))
}

fn pause_page<'a>(frame: &'a Frame, acting: &Acting, reader: Reader<'_>) -> FormPage<'a> {
    let (heading, lead) = match acting.is_for_another() {
        true => ("behalf-pause", "pause-for-lead"),
        false => ("pause", "pause-lead"),
    };
    FormPage::new(frame, frame.t(heading), reader, "/pause", frame.t("save"))
        .lead(frame.t(lead))
        .lead(frame.t("pause-end"))
        .acting(acting.line(frame.words))
}

/// The rest that somebody has, as the form shows it.
fn rest_stood(file: &File) -> Stood {
    let until = file.away_until.filter(|until| *until > clock::now());
    // It stands until a day is over, so the last moment before that is on the day that was chosen.
    let last = until.map(|until| Timestamp(until.0.saturating_sub(1)));
    Stood::new([("until", last.map(|last| date_of(last).to_string()).unwrap_or_default())])
}

pub(super) async fn pause(State(app): State<App>, visit: Visit, Asked(asked): Asked) -> Answer {
    let acting = Acting::of(&app.handle, &visit.member, &asked).await?.not_by_helpers()?;
    let stood = rest_stood(&app.handle.file(acting.member).await?);
    let filled = stood.filled();
    let mut reader = Reader::open(visit.frame.words, &filled);
    stood.remember(&mut reader, &asked);
    pause_fields(&mut reader, &acting);
    Ok(pause_page(&visit.frame, &acting, reader).answer())
}

pub(super) async fn send_pause(State(app): State<App>, post: Post) -> Answer {
    let acting = Acting::of(&app.handle, &post.member, &post.sent).await?.not_by_helpers()?;
    let stands = rest_stood(&app.handle.file(acting.member).await?);
    let mut reader = Reader::judge(post.frame.words, &post.sent);
    stands.remember(&mut reader, &post.sent);
    let (day, why) = pause_fields(&mut reader, &acting);
    if !reader.is_fine() {
        return Ok(pause_page(&post.frame, &acting, reader).answer());
    }
    if stands.changed_since(&post.sent) {
        let mut now = stands.filled();
        // Why is said anew each time: nothing stands there that it could differ from.
        now.set("why", &why);
        let mut theirs = Reader::open(post.frame.words, &now);
        pause_fields(&mut theirs, &acting);
        let (keep, line) = (paused_at(&acting, "/me"), acting.line(post.frame.words));
        let both = stale::both(&post.frame, line, reader, (&stands, theirs), "/pause", keep);
        return Ok(both.unwrap_or_else(|| go(&paused_at(&acting, "/done/pause"))));
    }
    // Until the end of that day.
    let until = day.and_then(beginning_of).map(|begins| begins.plus(Span::days(1)));
    let what = if until.is_some() { Deed::Paused(why) } else { Deed::Resumed(why) };
    let act = acting.by().map(|by| Act { by, at: clock::now(), what: Some(what) });
    let change = move |file: &mut File| {
        // Sent twice, it was done once.
        if file.away_until != until {
            file.away_until = until;
            file.acts.extend(act);
        }
    };
    app.handle.change_file(acting.member, change).await?;
    let news = if until.is_some() { News::Rest } else { News::RestOver };
    let end = paused_at(&acting, "/done/pause");
    Ok(if acting.is_for_another() { go_telling(&end, news) } else { go(&end) })
}

/// Where it goes on after a rest was decided on: with the member's page for whoever decided for them.
fn paused_at(acting: &Acting, own: &str) -> String {
    if acting.is_for_another() { format!("/members/{}", acting.member) } else { own.to_owned() }
}

/// All that is known of the visitor, as JSON: times are milliseconds since 1970, lengths are minutes.
pub(super) async fn data(State(app): State<App>, visit: Visit) -> Answer {
    let data = app.handle.data_of(visit.member.id).await?;
    let mut response =
        serde_json::to_vec_pretty(&data).map_err(|why| Refused::People(why.to_string()))?.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(header::CONTENT_DISPOSITION, HeaderValue::from_static("attachment; filename=\"my-data.json\""));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}
