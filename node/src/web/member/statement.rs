//! A member's statement: on the screen, on paper, as a file for spreadsheets, and as one that proves itself.

use super::home::Year;
use crate::{
    export::cell,
    runtime::{Handle, Refused, clock, statement::Line},
    web::{
        Answer, App, Oops,
        acting::Acting,
        forms::Asked,
        pages,
        sight::Sight,
        visit::{Frame, Visit},
        words::{Words, beginning_of, date_of},
    },
};
use askama::Template;
use axum::{
    extract::State,
    http::header,
    response::{IntoResponse as _, Response},
};
use kith_protocol::{id::MemberId, time::Timestamp};
use std::{collections::BTreeMap, ops::Range};

/// Lines of a page.
const SHOWN: usize = 50;
/// The most lines in a file: years of a very busy member. The file says when there are more.
const MOST_LINES: usize = 20_000;
const LINES_A_LOOK: usize = 500;
/// The most years that are offered each by itself: longer than any time bank has been there.
const MOST_YEARS: i16 = 40;
/// What the ledger calls hours that are given to the pot.
const GIFT: &str = "gift";

/// A line as it is shown.
pub(in crate::web) struct Shown {
    pub(in crate::web) day: String,
    pub(in crate::web) what: String,
    pub(in crate::web) with: String,
    pub(in crate::web) note: String,
    /// Hours by which nobody was helped: given to the pot.
    pub(in crate::web) moved: Option<String>,
    pub(in crate::web) given: Option<String>,
    pub(in crate::web) received: Option<String>,
    pub(in crate::web) address: Option<String>,
}

#[derive(Template)]
#[template(path = "statement.html", whitespace = "minimize")]
struct StatementPage<'a> {
    frame: &'a Frame,
    acting: Option<String>,
    name: String,
    standing: String,
    hours: bool,
    today: String,
    lines: Vec<Shown>,
    file: String,
    /// The file with the proofs: what it is called, and its address; first all of it, then each year.
    proofs: Vec<(String, String)>,
    next: Option<String>,
}

/// The message for a kind of entry.
fn kind_key(kind: &str) -> &'static str {
    match kind {
        "exchange" => "entry-exchange",
        "group_exchange" => "entry-group",
        GIFT => "entry-gift",
        "correction" => "entry-correction",
        "opening_balance" => "entry-opening",
        "hold" => "entry-hold",
        "settle" => "entry-settle",
        "release" => "entry-release",
        "receive" => "entry-receive",
        "recovered" => "entry-recovered",
        "advance" => "entry-advance",
        "advance_ended" => "entry-advance-ended",
        "dispute_closed" => "entry-dispute",
        "member_left" => "entry-left",
        "member_admitted" | "founded" => "entry-joined",
        "role_changed" => "entry-role",
        "member_key_changed" => "entry-key",
        _ => "entry-other",
    }
}

struct Read {
    lines: Vec<Line>,
    names: BTreeMap<MemberId, String>,
    notes: BTreeMap<kith_protocol::id::ExchangeId, String>,
    more: bool,
}

async fn read(handle: &Handle, member: MemberId, before: Option<u64>, most: usize) -> Result<Read, Refused> {
    let mut lines = handle.statement(member, before, most + 1).await?;
    let more = lines.len() > most;
    lines.truncate(most);
    let people: Vec<MemberId> = lines.iter().flat_map(|line| line.other.into_iter().chain(line.through)).collect();
    let names = super::home::names(handle, people).await?;
    let notes = handle.notes(lines.iter().filter_map(|line| line.exchange).collect()).await?;
    Ok(Read { lines, names, notes, more })
}

/// A line in words, without the way to more about it.
fn shown(words: Words, sight: Sight, read: &Read, line: &Line) -> Shown {
    let change = sight.change(line);
    let hours = |change: i64| words.hours(change.unsigned_abs());
    let helped = change.filter(|_| line.kind != GIFT);
    let with = line.other.map(|other| read.names.get(&other).cloned().unwrap_or_else(|| words.t("somebody")));
    let through = line.through.map(|by| read.names.get(&by).cloned().unwrap_or_else(|| words.t("a-coordinator")));
    let with = match (with, through) {
        (Some(with), Some(who)) => words.t2("listing-through", ("member", &with), ("who", &who)),
        (None, Some(who)) => words.t1("statement-through", "who", who),
        (with, None) => with.unwrap_or_default(),
    };
    Shown {
        day: words.day(line.at),
        what: words.t(kind_key(line.kind)),
        with,
        note: line.exchange.and_then(|id| read.notes.get(&id)).cloned().unwrap_or_default(),
        moved: change.filter(|_| line.kind == GIFT).map(hours),
        given: helped.filter(|change| *change > 0).map(hours),
        received: helped.filter(|change| *change < 0).map(hours),
        address: None,
    }
}

/// A member's statement of some time, as it lies in a letter box.
pub(in crate::web) struct Sheet {
    pub(in crate::web) name: String,
    /// Hours given and hours received, as far as the reader may see them.
    pub(in crate::web) sum: Option<String>,
    pub(in crate::web) lines: Vec<Shown>,
}

/// All lines of a member's statement from a time on and before another, the oldest first; nothing when there are none.
pub(in crate::web) async fn sheet(
    handle: &Handle,
    words: Words,
    sight: Sight,
    (member, name): (MemberId, String),
    period: Range<Timestamp>,
) -> Result<Option<Sheet>, Refused> {
    let (mut before, mut lines, mut read_lines) = (None, Vec::new(), Vec::new());
    loop {
        let read = read(handle, member, before, SHOWN).await?;
        let within: Vec<&Line> = read.lines.iter().filter(|line| period.contains(&line.at)).collect();
        lines.extend(within.iter().map(|line| shown(words, sight, &read, line)));
        read_lines.extend(within.into_iter().cloned());
        before = read.lines.last().filter(|line| read.more && line.at >= period.start).map(|line| line.index);
        if before.is_none() {
            break;
        }
    }
    lines.reverse();
    let year = Year::of(read_lines.iter());
    let hours = [("given", words.hours(year.given)), ("received", words.hours(year.received))];
    let sum = sight.hours().then(|| words.filled("statements-sum", &hours));
    Ok((!lines.is_empty()).then_some(Sheet { name, sum, lines }))
}

pub(super) async fn show(State(app): State<App>, visit: Visit, Asked(asked): Asked) -> Answer {
    let (frame, words) = (&visit.frame, visit.frame.words);
    let acting = Acting::of(&app.handle, &visit.member, &asked).await?;
    let member = acting.member;
    let before = match asked.get("before") {
        "" => None,
        index => Some(index.parse().map_err(|_| Oops::Missing)?),
    };
    let read = read(&app.handle, member, before, SHOWN).await?;
    let own = !acting.is_for_another();
    let looked = app.handle.look(move |machine, _| {
        let balance = machine.state().ledger().members().get(&member).map_or(0, |member| member.balance.get());
        (balance, Sight::of(machine, own))
    });
    let (balance, sight) = looked.await?;
    let next = read
        .lines
        .last()
        .filter(|_| read.more)
        .map(|line| acting.address(&format!("/statement?before={}", line.index)));
    let linked = |line: &Line| Shown {
        address: line.exchange.map(|id| acting.address(&format!("/exchange/{id}"))),
        ..shown(words, sight, &read, line)
    };
    let page = StatementPage {
        frame,
        acting: acting.line(words),
        name: acting.name.clone(),
        standing: sight.standing(words, balance),
        hours: sight.hours(),
        today: words.day(clock::now()),
        lines: read.lines.iter().map(linked).collect(),
        file: acting.address("/statement.csv"),
        proofs: if sight.hours() { proofs(&app, words, &acting).await? } else { Vec::new() },
        next,
    };
    Ok(pages::show(frame, &page))
}

/// The ways to the file with the proofs: of everything, and of each year when there is more than one.
async fn proofs(app: &App, words: Words, acting: &Acting) -> Result<Vec<(String, String)>, Refused> {
    let Some(first) = app.handle.first_entry(acting.member).await? else { return Ok(Vec::new()) };
    let (first, last) = (date_of(first).year(), date_of(clock::now()).year());
    let all = (words.t("statement-proof"), acting.address("/statement.kith"));
    let years = (first.max(last.saturating_sub(MOST_YEARS))..=last).rev().filter(|_| first < last);
    let year = |year: i16| {
        let called = words.t1("statement-proof-year", "year", year);
        (called, acting.address(&format!("/statement.kith?year={year}")))
    };
    Ok(std::iter::once(all).chain(years.map(year)).collect())
}

/// The period of a year, or of all time.
fn period(year: &str) -> Option<Range<Timestamp>> {
    if year.is_empty() {
        return Some(Timestamp(0)..Timestamp(clock::now().0.saturating_add(1)));
    }
    let year: i16 = year.parse().ok()?;
    let begins = |year| beginning_of(jiff::civil::Date::new(year, 1, 1).ok()?);
    Some(begins(year)?..begins(year.checked_add(1)?)?)
}

/// The media type of a file that stands for itself.
pub(in crate::web) const DOCUMENT: &str = "application/vnd.ipld.dag-cbor";

/// The file that `kith verify` checks. Whoever may not see the hours does not get it, and what the charter shows to nobody is
/// not in it.
pub(super) async fn proof(State(app): State<App>, visit: Visit, Asked(asked): Asked) -> Answer {
    let acting = Acting::of(&app.handle, &visit.member, &asked).await?;
    let sight = Sight::ask(&app.handle, !acting.is_for_another()).await?;
    if !sight.hours() {
        return Err(Oops::NotYours);
    }
    let period = period(asked.get("year")).ok_or(Oops::Missing)?;
    let document = app.handle.member_statement(acting.member, period, sight.balance()).await?;
    Ok(attachment(document.to_bytes(), DOCUMENT, "attachment; filename=\"statement.kith\""))
}

pub(in crate::web) fn attachment(bytes: Vec<u8>, kind: &'static str, name: &'static str) -> Response {
    let headers =
        [(header::CONTENT_TYPE, kind), (header::CONTENT_DISPOSITION, name), (header::CACHE_CONTROL, "no-store")];
    (headers, bytes).into_response()
}

pub(super) async fn csv(State(app): State<App>, visit: Visit, Asked(asked): Asked) -> Answer {
    let words = visit.frame.words;
    let acting = Acting::of(&app.handle, &visit.member, &asked).await?;
    let sight = Sight::ask(&app.handle, !acting.is_for_another()).await?;
    let mut writer = csv::Writer::from_writer(Vec::new());
    let broken = |why: csv::Error| Oops::Refused(Refused::People(why.to_string()));
    let head = ["csv-day", "csv-what", "csv-with", "csv-note", "csv-minutes", "csv-entry"].map(|key| words.t(key));
    writer.write_record(&head).map_err(broken)?;
    let (mut before, mut written) = (None, 0);
    while written < MOST_LINES {
        let read = read(&app.handle, acting.member, before, LINES_A_LOOK).await?;
        for line in &read.lines {
            let shown = shown(words, sight, &read, line);
            let row = [
                date_of(line.at).to_string(),
                cell(&shown.what),
                cell(&shown.with),
                cell(&shown.note),
                sight.change(line).map(|change| change.to_string()).unwrap_or_default(),
                line.index.to_string(),
            ];
            writer.write_record(&row).map_err(broken)?;
        }
        written += read.lines.len();
        before = read.lines.last().filter(|_| read.more).map(|line| line.index);
        if before.is_none() {
            break;
        }
    }
    if before.is_some() {
        writer.write_record([&words.t("csv-more"), "", "", "", "", ""]).map_err(broken)?;
    }
    let bytes = writer.into_inner().map_err(|why| Oops::Refused(Refused::People(why.to_string())))?;
    Ok(attachment(bytes, "text/csv; charset=utf-8", "attachment; filename=\"statement.csv\""))
}
