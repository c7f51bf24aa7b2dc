//! A member's statement: on the screen, on paper, as a file for spreadsheets, and as one that proves itself.

use super::home::Year;
use crate::{
    export::cell,
    runtime::{Handle, Refused, clock, statement::Line},
    web::{
        Answer, App, Oops,
        acting::Acting,
        forms::Asked,
        months::Month,
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
/// The most months that are offered each by itself. From the first of them, one goes further back.
const MOST_MONTHS: usize = 24;
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
    /// Where the member stands today; a month by itself says what was given and received in it.
    standing: Option<String>,
    hours: bool,
    /// The day it was read, or the month it is of.
    dated: String,
    /// What is said when there is no line.
    empty: String,
    lines: Vec<Shown>,
    /// Whether there are more lines than these, which paper must say.
    more: bool,
    /// Months that can be read each by itself.
    months: Vec<(String, String)>,
    ways: Vec<(String, String)>,
    /// The file with the proofs: what it is called, and its address; first all of it, then each year.
    proofs: Vec<(String, String)>,
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

/// Whom a line is with, and who wrote it down where that was somebody else.
fn people(words: Words, read: &Read, line: &Line) -> (Option<String>, Option<String>) {
    let with = line.other.map(|other| read.names.get(&other).cloned().unwrap_or_else(|| words.t("somebody")));
    let through = line.through.map(|by| read.names.get(&by).cloned().unwrap_or_else(|| words.t("a-coordinator")));
    (with, through)
}

/// A line in words, without the way to more about it.
fn shown(words: Words, sight: Sight, read: &Read, line: &Line) -> Shown {
    let change = sight.change(line);
    let hours = |change: i64| words.hours(change.unsigned_abs());
    let helped = change.filter(|_| line.kind != GIFT);
    let with = match people(words, read, line) {
        (Some(with), Some(who)) => words.t2("statement-both", ("member", &with), ("who", &who)),
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

/// All lines of a member's statement from a time on and before another, the oldest first, each as it is shown.
async fn within(
    handle: &Handle,
    words: Words,
    sight: Sight,
    member: MemberId,
    period: Range<Timestamp>,
) -> Result<Vec<(Line, Shown)>, Refused> {
    let (mut before, mut lines) = (None, Vec::new());
    loop {
        let read = read(handle, member, before, SHOWN).await?;
        let within = read.lines.iter().filter(|line| period.contains(&line.at));
        lines.extend(within.map(|line| (line.clone(), shown(words, sight, &read, line))));
        before = read.lines.last().filter(|line| read.more && line.at >= period.start).map(|line| line.index);
        if before.is_none() {
            break;
        }
    }
    lines.reverse();
    Ok(lines)
}

/// Hours given and hours received in these lines, as far as the reader may see them.
fn sum(words: Words, sight: Sight, lines: &[(Line, Shown)]) -> Option<String> {
    let year = Year::of(lines.iter().map(|(line, _)| line));
    let hours = [("given", words.hours(year.given)), ("received", words.hours(year.received))];
    sight.hours().then(|| words.filled("statements-sum", &hours))
}

/// A member's statement of some time for a letter box; nothing when there are no lines.
pub(in crate::web) async fn sheet(
    handle: &Handle,
    words: Words,
    sight: Sight,
    (member, name): (MemberId, String),
    period: Range<Timestamp>,
) -> Result<Option<Sheet>, Refused> {
    let lines = within(handle, words, sight, member, period).await?;
    let sum = sum(words, sight, &lines);
    let lines: Vec<Shown> = lines.into_iter().map(|(_, shown)| shown).collect();
    Ok((!lines.is_empty()).then_some(Sheet { name, sum, lines }))
}

pub(super) async fn show(State(app): State<App>, visit: Visit, Asked(asked): Asked) -> Answer {
    let (frame, words) = (&visit.frame, visit.frame.words);
    let acting = Acting::of(&app.handle, &visit.member, &asked).await?;
    let member = acting.member;
    let own = !acting.is_for_another();
    let looked = app.handle.look(move |machine, _| {
        let balance = machine.state().ledger().members().get(&member).map_or(0, |member| member.balance.get());
        (balance, Sight::of(machine, own))
    });
    let (balance, sight) = looked.await?;
    let page = StatementPage {
        frame,
        acting: acting.line(words),
        name: acting.name.clone(),
        standing: None,
        hours: sight.hours(),
        dated: words.day(clock::now()),
        empty: words.t("statement-empty"),
        lines: Vec::new(),
        more: false,
        months: Vec::new(),
        ways: Vec::new(),
        proofs: Vec::new(),
    };
    let page = match asked.get("month") {
        "" => {
            let page = StatementPage { standing: Some(sight.standing(words, balance)), ..page };
            newest(&app, page, &acting, sight, asked.get("before")).await?
        }
        month => whole(&app, page, &acting, sight, Month::named(month).ok_or(Oops::Missing)?).await?,
    };
    Ok(pages::show(frame, &page))
}

/// The line with the way to the exchange it is about.
fn linked(acting: &Acting, line: &Line, shown: Shown) -> Shown {
    Shown { address: line.exchange.map(|id| acting.address(&format!("/exchange/{id}"))), ..shown }
}

/// The newest lines, or those below an entry.
async fn newest<'a>(
    app: &App,
    page: StatementPage<'a>,
    acting: &Acting,
    sight: Sight,
    before: &str,
) -> Result<StatementPage<'a>, Oops> {
    let words = page.frame.words;
    let before = match before {
        "" => None,
        index => Some(index.parse().map_err(|_| Oops::Missing)?),
    };
    let read = read(&app.handle, acting.member, before, SHOWN).await?;
    let next = read.lines.last().filter(|_| read.more).map(|line| format!("/statement?before={}", line.index));
    let mut ways = vec![(words.t("statement-file"), acting.address("/statement.csv"))];
    if let Some(next) = &next {
        ways.insert(0, (words.t("statement-older"), acting.address(next)));
    }
    Ok(StatementPage {
        lines: read.lines.iter().map(|line| linked(acting, line, shown(words, sight, &read, line))).collect(),
        more: next.is_some() || before.is_some(),
        months: months(app, words, acting).await?,
        ways,
        proofs: if sight.hours() { proofs(app, words, acting).await? } else { Vec::new() },
        ..page
    })
}

fn month_address(acting: &Acting, month: Month) -> String {
    acting.address(&format!("/statement?month={}", month.tag()))
}

/// The months since the member's first entry, the newest first.
async fn months(app: &App, words: Words, acting: &Acting) -> Result<Vec<(String, String)>, Refused> {
    let Some(first) = app.handle.first_entry(acting.member).await? else { return Ok(Vec::new()) };
    let (first, last) = (Month::of(date_of(first)), Month::of(date_of(clock::now())));
    let months = std::iter::successors(Some(last), |month| month.before()).take_while(|month| *month >= first);
    let way = |month: Month| (month.called(words, "statement-month"), month_address(acting, month));
    Ok(months.take(MOST_MONTHS).map(way).collect())
}

/// All lines of a month on one page, the oldest first, however many there are: what somebody prints is whole.
async fn whole<'a>(
    app: &App,
    page: StatementPage<'a>,
    acting: &Acting,
    sight: Sight,
    month: Month,
) -> Result<StatementPage<'a>, Oops> {
    let words = page.frame.words;
    let period = month.period().ok_or(Oops::Missing)?;
    let first = app.handle.first_entry(acting.member).await?;
    let mut ways = vec![(words.t("statement-newest"), acting.address("/statement"))];
    if let Some(earlier) = month.before().filter(|_| first.is_some_and(|first| first < period.start)) {
        ways.push((words.t("statements-earlier"), month_address(acting, earlier)));
    }
    if let Some(later) = month.after().filter(|later| *later <= Month::of(date_of(clock::now()))) {
        ways.push((words.t("statements-later"), month_address(acting, later)));
    }
    let lines = within(&app.handle, words, sight, acting.member, period).await?;
    Ok(StatementPage {
        standing: sum(words, sight, &lines),
        dated: month.called(words, "statement-month"),
        empty: words.t("statement-month-empty"),
        lines: lines.into_iter().map(|(line, shown)| linked(acting, &line, shown)).collect(),
        ways,
        ..page
    })
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
    let head = ["csv-day", "csv-what", "csv-with", "csv-note", "csv-minutes", "csv-entry", "csv-by"];
    writer.write_record(head.map(|key| words.t(key))).map_err(broken)?;
    let (mut before, mut written) = (None, 0);
    while written < MOST_LINES {
        let read = read(&app.handle, acting.member, before, LINES_A_LOOK).await?;
        for line in &read.lines {
            let shown = shown(words, sight, &read, line);
            let (with, by) = people(words, &read, line);
            let row = [
                date_of(line.at).to_string(),
                cell(&shown.what),
                cell(&with.unwrap_or_default()),
                cell(&shown.note),
                sight.change(line).map(|change| change.to_string()).unwrap_or_default(),
                line.index.to_string(),
                cell(&by.unwrap_or_default()),
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
        writer.write_record([&words.t("csv-more"), "", "", "", "", "", ""]).map_err(broken)?;
    }
    let bytes = writer.into_inner().map_err(|why| Oops::Refused(Refused::People(why.to_string())))?;
    Ok(attachment(bytes, "text/csv; charset=utf-8", "attachment; filename=\"statement.csv\""))
}
