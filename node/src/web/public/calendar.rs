//! Events: a page, a form for coordinators, and a calendar that phones subscribe to (iCalendar, RFC 5545).

use super::file;
use crate::{
    runtime::{
        clock,
        office::{Event, MAX_LINE, MAX_WORDS, Paper, PaperId, Rewritten},
    },
    web::{
        Answer, App, Oops,
        forms::{Asked, Need, Post, Reader, Step},
        member::{about_event, names},
        news::{News, go_telling},
        pages::{self, CheckPage, FormPage, Press},
        stale::{self, Stood},
        visit::{Frame, Guest, Member, Visit},
        words::{Words, date_of, moment_of},
    },
};
use askama::Template;
use axum::{
    extract::{Path, State},
    response::Response,
};
use data_encoding::HEXLOWER;
use jiff::civil::Time;
use kith_protocol::{
    id::MemberId,
    minutes::Minutes,
    time::{Span, Timestamp},
};
use std::collections::BTreeMap;

/// The most names of people who come that one event shows: a full hall.
const NAMED: usize = 100;
/// The longest line of an iCalendar file in bytes, without its end (RFC 5545, 3.1).
const LINE_BYTES: usize = 73;

struct Shown {
    title: String,
    when: String,
    place: String,
    text: String,
    /// How many people come, once somebody does.
    coming: Option<String>,
    /// Who comes, for those who may change it.
    named: Option<String>,
    /// Whether the visitor comes.
    mine: bool,
    come: Option<Press>,
    /// Where a member tells that something is wrong with it.
    report: Option<(String, String)>,
    /// Where those who may change it do so.
    change: Option<String>,
    cancel: Option<Press>,
}

#[derive(Template)]
#[template(path = "events.html", whitespace = "minimize")]
struct EventsPage<'a> {
    frame: &'a Frame,
    events: Vec<Shown>,
}

fn when(words: Words, event: &Event) -> String {
    let hours = words.hours(u64::from(event.minutes.get()));
    words
        .filled("event-when", &[("day", words.day(event.begins)), ("time", words.time(event.begins)), ("hours", hours)])
}

/// A member's button to say that they come, or that they do not after all.
fn press(words: Words, id: &PaperId, mine: bool) -> Press {
    let (key, comes) = if mine { ("event-come-not", "no") } else { ("event-come", "yes") };
    Press::new(words.t(key), "/events".into()).with("event", HEXLOWER.encode(id)).with("come", comes)
}

/// Who comes, in a line.
fn named(words: Words, coming: &[MemberId], known: &BTreeMap<MemberId, String>) -> Option<String> {
    let mut named: Vec<&str> = coming.iter().take(NAMED).filter_map(|id| known.get(id).map(String::as_str)).collect();
    named.sort_unstable();
    (!named.is_empty()).then(|| words.t1("event-names", "names", named.join(", ")))
}

pub(super) async fn list(State(app): State<App>, Guest { frame }: Guest) -> Answer {
    let words = frame.words;
    let (events, mut coming) = (app.handle.events().await?, app.handle.coming().await?);
    let (me, may) =
        (frame.member.as_ref(), |event: &Event| frame.member.as_ref().is_some_and(|who| may_change(who, event)));
    let shown = events.iter().filter(|(_, event)| may(event)).filter_map(|(id, _)| coming.get(id));
    let shown: Vec<MemberId> = shown.flat_map(|all| all.iter().take(NAMED).copied()).collect();
    let known = names(&app.handle, shown).await?;
    let events = events.into_iter().map(|(id, event)| {
        let coming = coming.remove(&id).unwrap_or_default();
        let mine = me.is_some_and(|who| coming.contains(&who.id));
        Shown {
            coming: (!coming.is_empty()).then(|| words.n("event-coming", coming.len() as u64)),
            named: named(words, &coming, &known).filter(|_| may(&event)),
            mine,
            come: me.map(|_| press(words, &id, mine)),
            report: me.map(|_| (words.t1("report-event", "title", &event.title), about_event(&id))),
            change: may(&event).then(|| change_address(&id)),
            when: when(words, &event),
            title: event.title,
            place: event.place,
            text: event.text,
            cancel: frame.coordinator().then(|| {
                Press::new(words.t("event-cancel"), format!("/events/{}/cancel", HEXLOWER.encode(&id))).ending()
            }),
        }
    });
    let page = EventsPage { frame: &frame, events: events.collect() };
    Ok(pages::show(&frame, &page))
}

/// A member comes, or does not after all: their own word, and nobody else's.
pub(super) async fn come(State(app): State<App>, post: Post) -> Answer {
    let (id, comes) = (event_id(post.sent.get("event"))?, post.sent.get("come") == "yes");
    if !app.handle.come(id, post.member.id, comes).await? {
        return Err(Oops::Missing);
    }
    Ok(go_telling("/events", if comes { News::Comes } else { News::ComesNot }))
}

/// Hour and minute of a day, as people write them.
fn clock_time(text: &str) -> Option<Time> {
    let (hour, minute) = text.split_once([':', '.'])?;
    Time::new(hour.trim().parse().ok()?, minute.trim().parse().ok()?, 0, 0).ok()
}

/// What is said of an event.
struct Filled {
    title: String,
    begins: Timestamp,
    minutes: Minutes,
    place: String,
    text: String,
}

/// What is filled in, as far as it is right by now.
fn fields(reader: &mut Reader<'_>, now: Timestamp) -> Option<Filled> {
    let title = reader.line("title", "event-title", MAX_LINE, Need::Must);
    let day = reader.coming_day("day", "event-day", Need::Must, now);
    let time = reader.line("time", "event-time", 5, Need::Must);
    let time = clock_time(&time);
    if time.is_none() {
        let error = reader.words().t("event-time-wrong");
        reader.fail("time", error);
    }
    let minutes = reader.length("length", "event-length");
    let place = reader.line("place", "event-place", MAX_LINE, Need::Must);
    let text = reader.area("text", "event-text", MAX_WORDS, Need::May);
    let (begins, minutes) = (moment_of(day?, time?)?, minutes?);
    // What has begun and goes on is listed still; what is over would be listed nowhere.
    if begins.plus(Span::seconds(u64::from(minutes.get()) * 60)) <= now {
        let error = reader.words().t("event-over");
        reader.fail("time", error);
    }
    Some(Filled { title, begins, minutes, place, text })
}

fn page<'a>(frame: &'a Frame, reader: Reader<'_>) -> FormPage<'a> {
    FormPage::new(frame, frame.t("event-new"), reader, "/events/new", frame.t("go-on")).lead(frame.t("event-lead"))
}

pub(super) async fn form(visit: Visit, Asked(asked): Asked) -> Answer {
    let visit = visit.coordinator()?;
    let mut reader = Reader::open(visit.frame.words, &asked);
    fields(&mut reader, clock::now());
    Ok(page(&visit.frame, reader).answer())
}

pub(super) async fn send(State(app): State<App>, post: Post) -> Answer {
    let post = post.coordinator()?;
    let mut reader = Reader::judge(post.frame.words, &post.sent);
    let filled = fields(&mut reader, clock::now()).filter(|_| reader.is_fine() && post.sent.step() != Step::Edit);
    let Some(Filled { title, begins, minutes, place, text }) = filled else {
        return Ok(page(&post.frame, reader).answer());
    };
    if post.sent.step() == Step::Check {
        let frame = &post.frame;
        return Ok(CheckPage::new(frame, frame.t("check"), reader, "/events/new", frame.t("event-button"))
            .lead(frame.t("check-public"))
            .answer());
    }
    let id = post.deed().new_id(&app.handle, "event");
    let event = Event { title, begins, minutes, place, text, by: post.member.id, at: clock::now(), edits: None };
    let stands = app.handle.announce(id, event).await?;
    // The form of one that was called off, sent once more.
    Ok(go_telling("/events", if stands { News::EventMade } else { News::EventOff }))
}

fn change_address(id: &PaperId) -> String {
    format!("/events/{}/change", HEXLOWER.encode(id))
}

/// Coordinators, and whoever wrote it down.
fn may_change(who: &Member, event: &Event) -> bool {
    who.coordinator || event.by == who.id
}

fn event_id(id: &str) -> Result<PaperId, Oops> {
    HEXLOWER.decode(id.as_bytes()).ok().and_then(|bytes| bytes.try_into().ok()).ok_or(Oops::Missing)
}

/// An event that somebody may change.
async fn changeable(app: &App, who: &Member, id: &str) -> Result<(PaperId, Event), Oops> {
    let id = event_id(id)?;
    let event = app.handle.paper(id, |paper| match paper {
        Paper::Event(event) => Some(event.clone()),
        _ => None,
    });
    // What is over stays as it was.
    let event = event.await?.filter(|event| event.ends() > clock::now()).ok_or(Oops::Missing)?;
    if may_change(who, &event) { Ok((id, event)) } else { Err(Oops::NotYours) }
}

/// What an event says, as far as its form shows it.
fn stood(words: Words, event: &Event) -> Stood {
    let (hours, minutes) = (event.minutes.get() / 60, event.minutes.get() % 60);
    Stood::new([
        ("title", event.title.clone()),
        ("day", date_of(event.begins).to_string()),
        ("time", words.time(event.begins)),
        ("length", format!("{hours}:{minutes:02}")),
        ("place", event.place.clone()),
        ("text", event.text.clone()),
    ])
}

fn change_page<'a>(frame: &'a Frame, reader: Reader<'_>, id: &PaperId) -> FormPage<'a> {
    FormPage::new(frame, frame.t("event-change"), reader, &change_address(id), frame.t("go-on"))
        .lead(frame.t("event-lead"))
        .other(frame.t("events"), "/events".into())
}

pub(super) async fn change(
    State(app): State<App>,
    visit: Visit,
    Path(id): Path<String>,
    Asked(asked): Asked,
) -> Answer {
    let (id, event) = changeable(&app, &visit.member, &id).await?;
    let stood = stood(visit.frame.words, &event);
    let filled = stood.filled();
    let mut reader = Reader::open(visit.frame.words, &filled);
    stood.remember(&mut reader, &asked);
    fields(&mut reader, clock::now());
    Ok(change_page(&visit.frame, reader, &id).answer())
}

pub(super) async fn send_change(State(app): State<App>, Path(id): Path<String>, post: Post) -> Answer {
    let (id, event) = changeable(&app, &post.member, &id).await?;
    let (frame, stands, at) = (&post.frame, stood(post.frame.words, &event), change_address(&id));
    let mut reader = Reader::judge(frame.words, &post.sent);
    stands.remember(&mut reader, &post.sent);
    let filled = fields(&mut reader, clock::now()).filter(|_| reader.is_fine() && post.sent.step() != Step::Edit);
    let Some(filled) = filled else { return Ok(change_page(frame, reader, &id).answer()) };
    if stands.changed_since(&post.sent) {
        return Ok(both(frame, reader, &stands, &at));
    }
    if post.sent.step() == Step::Check {
        return Ok(CheckPage::new(frame, frame.t("check"), reader, &at, frame.t("save"))
            .lead(frame.t("check-public"))
            .answer());
    }
    let Filled { title, begins, minutes, place, text } = filled;
    let rewrite = move |event: &mut Event| {
        (event.title, event.begins, event.minutes, event.place, event.text) = (title, begins, minutes, place, text);
    };
    match app.handle.change_event(id, event.times_changed(), rewrite).await? {
        Rewritten::Yes(_) => Ok(go_telling("/events", News::EventChanged)),
        Rewritten::Missing | Rewritten::Over => Err(Oops::Missing),
        // Between the look above and now. A second look shows both.
        Rewritten::Meanwhile => {
            let (_, event) = changeable(&app, &post.member, &HEXLOWER.encode(&id)).await?;
            Ok(both(frame, reader, &stood(frame.words, &event), &at))
        }
    }
}

/// What somebody else wrote meanwhile beside what was filled in; when they say the same, it is done.
fn both(frame: &Frame, mine: Reader<'_>, stands: &Stood, at: &str) -> Response {
    let now = stands.filled();
    let mut theirs = Reader::open(frame.words, &now);
    fields(&mut theirs, clock::now());
    let both = stale::both(frame, None, mine, (stands, theirs), at, "/events".into());
    both.unwrap_or_else(|| go_telling("/events", News::EventChanged))
}

pub(super) async fn cancel(State(app): State<App>, Path(id): Path<String>, post: Post) -> Answer {
    post.coordinator()?;
    let id = event_id(&id)?;
    app.handle.call_off(id).await?;
    Ok(go_telling("/events", News::EventOff))
}

/// A value of a property: commas and the like mean something else (RFC 5545, 3.3.11).
fn value(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' | ';' | ',' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
    out
}

/// One line, folded where it is too long.
fn line(out: &mut String, text: &str) {
    let mut length = 0;
    for c in text.chars() {
        if length + c.len_utf8() > LINE_BYTES {
            out.push_str("\r\n ");
            length = 1;
        }
        out.push(c);
        length += c.len_utf8();
    }
    out.push_str("\r\n");
}

fn utc(at: Timestamp) -> String {
    super::rfc3339(at).replace(['-', ':'], "")
}

fn calendar(name: &str, events: &[([u8; 16], Event)]) -> String {
    let mut out = String::new();
    for head in ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Kith//Events//EN"] {
        line(&mut out, head);
    }
    line(&mut out, &format!("X-WR-CALNAME:{}", value(name)));
    for (id, event) in events {
        line(&mut out, "BEGIN:VEVENT");
        line(&mut out, &format!("UID:{}@kith", HEXLOWER.encode(id)));
        // Both say the same where nobody is invited (RFC 5545, 3.8.7.2), and calendars go by the higher number (3.8.7.4).
        line(&mut out, &format!("DTSTAMP:{}", utc(event.written_at())));
        line(&mut out, &format!("LAST-MODIFIED:{}", utc(event.written_at())));
        line(&mut out, &format!("SEQUENCE:{}", event.times_changed()));
        line(&mut out, &format!("DTSTART:{}", utc(event.begins)));
        line(&mut out, &format!("DTEND:{}", utc(event.ends())));
        line(&mut out, &format!("SUMMARY:{}", value(&event.title)));
        line(&mut out, &format!("LOCATION:{}", value(&event.place)));
        if !event.text.is_empty() {
            line(&mut out, &format!("DESCRIPTION:{}", value(&event.text)));
        }
        line(&mut out, "END:VEVENT");
    }
    line(&mut out, "END:VCALENDAR");
    out
}

pub(super) async fn ics(State(app): State<App>, Guest { frame }: Guest) -> Answer {
    let events = app.handle.events().await?;
    Ok(file("text/calendar; charset=utf-8", calendar(&frame.community, &events)))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use crate::web::words::beginning_of;
    use crate::web::{forms::Sent, words::Language};
    use kith_protocol::id::MemberId;

    #[test]
    fn a_calendar_is_what_calendars_read() {
        let event = Event {
            title: "Soup, bread; and \\ song".into(),
            begins: Timestamp(1_790_000_000_000),
            minutes: Minutes::new(90).unwrap(),
            place: "Hall".into(),
            text: "é".repeat(60) + "\nBEGIN:VALARM",
            by: MemberId([1; 16]),
            at: Timestamp(1_780_000_000_000),
            edits: None,
        };
        let text = calendar("Elm", &[([7; 16], event)]);
        assert!(text.contains("\r\nSUMMARY:Soup\\, bread\\; and \\\\ song\r\n"), "{text}");
        assert!(text.contains("\r\nDTSTART:20260921T141320Z\r\nDTEND:20260921T154320Z\r\n"), "{text}");
        assert!(text.split("\r\n").all(|line| line.len() <= 75), "{text}");
        assert!(!text.contains("\r\nBEGIN:VALARM"), "{text}");
        assert_eq!(text.matches("BEGIN:VEVENT").count(), 1);
    }

    #[test]
    fn what_is_over_is_refused_and_what_goes_on_is_not() {
        let day = beginning_of("2150-05-01".parse().unwrap()).unwrap();
        let error = |(hour, minute): (u64, u64), time: &str, length: &str| {
            let sent =
                [("title", "Soup"), ("day", "2150-05-01"), ("time", time), ("length", length), ("place", "Hall")];
            let sent = Sent::filled(sent);
            let mut reader = Reader::judge(Words(Language::English), &sent);
            fields(&mut reader, day.plus(Span::seconds((hour * 60 + minute) * 60)));
            let wrong: Vec<&str> = reader.fields.iter().filter_map(|field| field.error.as_deref()).collect();
            wrong.join(" ")
        };
        let over = "This is over already. Choose a later time or day.";
        assert_eq!(error((0, 5), "00:00", "5 min"), over);
        assert_eq!(error((0, 4), "00:00", "5 min"), "");
        assert_eq!(error((12, 0), "11:00", "1:00"), over);
        assert_eq!(error((12, 0), "11:30", "1:00"), "");
        assert_eq!(error((23, 59), "23:00", "30 min"), over);
        assert_eq!(error((23, 59), "00:00", "24:00"), "");
    }

    #[test]
    fn times_of_day_are_read_as_people_write_them() {
        assert_eq!(clock_time("18:30"), Time::new(18, 30, 0, 0).ok());
        assert_eq!(clock_time("9.05"), Time::new(9, 5, 0, 0).ok());
        for bad in ["", "25:00", "12:60", "noon", "12"] {
            assert_eq!(clock_time(bad), None, "{bad}");
        }
    }
}
