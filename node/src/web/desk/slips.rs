//! Twenty slips at once: a grid like a pad of paper, with a warning for doubles and a way back until tomorrow.

use super::members::{everybody, one_like, plain_names};
use crate::{
    people::MAX_NOTE,
    runtime::{
        Handle, Refused, clock,
        desk::{Batch, UNDO_WITHIN},
        statement::Line,
    },
    web::{
        Answer, App, Oops,
        forms::{Asked, Post, Sent, Step, fresh_once, minutes_of},
        member::{local, names, salted},
        pages::{self, refusal},
        visit::{Frame, Member, Visit},
        words::{Words, beginning_of, date_of},
    },
};
use askama::Template;
use axum::{extract::State, http::StatusCode, response::Response};
use data_encoding::HEXLOWER;
use kith_protocol::{
    id::{ExchangeId, MemberId},
    ledger::{Channel, Consent, CorrectionTerms, ExchangeTerms},
    machine::{Command, Reply, WaitingKind},
    minutes::Minutes,
    rejection::Rejection,
    text,
    time::{Span, Timestamp},
};
use std::collections::{BTreeMap, btree_map::Entry};

/// Slips of one grid: what a pad holds after a busy week.
const ROWS: usize = 20;
/// The most names offered while typing: a longer list makes the page heavy, and typing the whole name always works.
const NAMES_OFFERED: usize = 500;
/// How far back a double is looked for: in all that the giver's statement has of these days, so many lines at a time.
const DOUBLE_WITHIN: Span = Span::days(31);
const LINES_A_LOOK: usize = 200;
/// What the grid tells of what was done: its name in an address, what happened, and what comes next where that says it not.
const NEWS: [(&str, &str, Option<&str>); 3] = [
    ("kept", "slips-kept", Some("slips-kept-next")),
    ("undone", "slips-undone", Some("slips-undone-next")),
    ("group", "slips-group-kept", None),
];
/// A day without a time is taken for its noon, so that no zone moves it to another day.
pub(super) const NOON: Span = Span::seconds(12 * 3_600);

/// One line of the grid, as typed, with what is wrong with it.
#[derive(Debug, Clone, Default)]
struct Row {
    giver: String,
    receiver: String,
    hours: String,
    day: String,
    note: String,
    anyway: bool,
    wrong: Vec<(&'static str, String)>,
    /// Looks like one that is there already.
    double: Option<String>,
}

/// What makes one slip look like another: giver, receiver and minutes.
type Same = (MemberId, MemberId, u32);

/// A line that can be recorded.
struct Slip {
    giver: MemberId,
    receiver: MemberId,
    minutes: Minutes,
    made_at: Timestamp,
    note: String,
}

impl Row {
    fn read(sent: &Sent, n: usize) -> Self {
        let get = |field: &str| sent.get(&format!("{field}-{n}")).to_owned();
        Self {
            giver: get("giver"),
            receiver: get("receiver"),
            hours: get("hours"),
            day: get("day"),
            note: get("note"),
            anyway: get("anyway") == "yes",
            ..Self::default()
        }
    }

    fn is_empty(&self) -> bool {
        [&self.giver, &self.receiver, &self.hours, &self.day, &self.note].into_iter().all(String::is_empty)
    }

    fn error(&self, field: &str) -> Option<&String> {
        self.wrong.iter().find(|(wrong, _)| *wrong == field).map(|(_, why)| why)
    }

    fn fail(&mut self, field: &'static str, why: String) {
        self.wrong.push((field, why));
    }

    /// Judges a line. Names are looked up among `people`, in small letters without accents.
    fn judge(&mut self, words: Words, people: &[(String, MemberId)], now: Timestamp) -> Option<Slip> {
        let giver = self.person("giver", &self.giver.clone(), words, people);
        let receiver = self.person("receiver", &self.receiver.clone(), words, people);
        if giver.is_some() && giver == receiver {
            self.fail("receiver", words.t("refused-with-oneself"));
        }
        let minutes = minutes_of(&self.hours).and_then(|minutes| Minutes::new(minutes).ok());
        if minutes.is_none() {
            self.fail("hours", words.t("error-length"));
        }
        let made_at = self.made_at(words, now);
        if !self.note.is_empty() && text::check("note", &self.note, MAX_NOTE).is_err() {
            self.fail("note", words.t1("error-too-long", "most", MAX_NOTE));
        }
        if !self.wrong.is_empty() {
            return None;
        }
        Some(Slip { giver: giver?, receiver: receiver?, minutes: minutes?, made_at, note: self.note.clone() })
    }

    fn person(
        &mut self,
        field: &'static str,
        typed: &str,
        words: Words,
        people: &[(String, MemberId)],
    ) -> Option<MemberId> {
        if typed.split_whitespace().next().is_none() {
            self.fail(field, words.t("slips-no-name"));
            return None;
        }
        match one_like(words, people, typed) {
            Ok(one) => Some(one),
            Err(why) => {
                self.fail(field, why);
                None
            }
        }
    }

    fn made_at(&mut self, words: Words, now: Timestamp) -> Timestamp {
        if self.day.is_empty() {
            return now;
        }
        let day = self.day.parse().ok().filter(|day: &jiff::civil::Date| *day <= date_of(now) && day.year() >= 2000);
        match day.and_then(beginning_of) {
            Some(begins) => begins.plus(NOON).min(now),
            None => {
                self.fail("day", words.t("error-future"));
                now
            }
        }
    }
}

/// A batch that can still be taken back.
struct Undoable {
    words: String,
    id: String,
}

#[derive(Template)]
#[template(path = "slips.html", whitespace = "minimize")]
struct SlipsPage<'a> {
    frame: &'a Frame,
    rows: Vec<Row>,
    names: Vec<String>,
    once: String,
    /// What happened to the slips sent last, and what comes next.
    news: Option<(String, Option<String>)>,
    wrong: Vec<(String, String)>,
    batches: Vec<Undoable>,
}

impl<'a> SlipsPage<'a> {
    async fn new(frame: &'a Frame, handle: &Handle, mut rows: Vec<Row>) -> Result<Self, Refused> {
        let words = frame.words;
        let wrong = rows.iter().zip(1..).flat_map(|(row, n): (&Row, usize)| {
            let each = row.wrong.iter().map(move |(field, why)| (format!("{field}-{n}"), format!("{n}: {why}")));
            let double = row.double.iter().map(move |why| (format!("anyway-{n}"), format!("{n}: {why}")));
            each.chain(double).collect::<Vec<_>>()
        });
        let wrong = wrong.collect();
        rows.resize(ROWS, Row::default());
        let mut offered: Vec<String> =
            everybody(handle, "").await?.into_iter().map(|known| known.named.person.name.clone()).collect();
        if offered.len() > NAMES_OFFERED {
            offered.clear();
        }
        let batches = handle.batches().await?;
        let typists = names(handle, batches.iter().map(|(_, batch)| batch.by)).await?;
        let batches = batches.into_iter().map(|(id, batch)| {
            let by = typists.get(&batch.by).cloned().unwrap_or_else(|| words.t("somebody"));
            let count = match batch.people {
                Some(people) => words.n("slips-group", u64::from(people)),
                None => words.n("slips-count", batch.exchanges.len() as u64),
            };
            let until = words.near_day(batch.made_at, clock::now());
            Undoable {
                words: words.filled("slips-batch", &[("slips", count), ("by", by), ("day", until)]),
                id: HEXLOWER.encode(&id),
            }
        });
        Ok(Self { frame, rows, names: offered, once: fresh_once(), news: None, wrong, batches: batches.collect() })
    }

    fn answer(&self) -> Response {
        let status = if self.wrong.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
        pages::page(self.frame, status, self)
    }
}

pub(super) async fn grid(State(app): State<App>, visit: Visit, Asked(asked): Asked) -> Answer {
    let visit = visit.coordinator()?;
    let givers: Vec<MemberId> = asked.all("giver").iter().filter_map(|id| id.parse().ok()).take(ROWS).collect();
    let persons = app.handle.persons(givers.clone()).await?;
    let name = |giver: &MemberId| persons.get(giver).map(|person| person.name.clone()).unwrap_or_default();
    let rows = givers.iter().map(|giver| Row { giver: name(giver), ..Row::default() }).collect();
    let mut page = SlipsPage::new(&visit.frame, &app.handle, rows).await?;
    let words = visit.frame.words;
    page.news = NEWS.into_iter().find_map(|(name, key, next)| {
        let count = asked.get(name).parse().ok()?;
        Some((words.n(key, count), next.filter(|_| count > 0).map(|next| words.t(next))))
    });
    Ok(page.answer())
}

/// Exchanges of two members here that wait for somebody's yes, with the day they were written down: by giver, receiver and
/// minutes.
async fn waiting(handle: &Handle) -> Result<BTreeMap<Same, Timestamp>, Refused> {
    let asked = handle.look(|machine, _| {
        let local = machine.state().waiting().values().filter_map(|waiting| match &waiting.kind {
            WaitingKind::Local { terms, .. } => Some((terms.clone(), waiting.since)),
            WaitingKind::Payment { .. } | WaitingKind::Asked { .. } | WaitingKind::Declined { .. } => None,
        });
        local.map(|(terms, since)| ((terms.giver, terms.receiver, terms.minutes.get()), since)).collect()
    });
    let mut found: BTreeMap<Same, Timestamp> = asked.await?;
    // Of somebody new, a coordinator looks first: that waits elsewhere.
    for (_, pending) in handle.pending_exchanges().await? {
        found.insert((pending.giver, pending.receiver, pending.minutes.get()), pending.at);
    }
    Ok(found)
}

/// What a giver's statement has of the last days, the newest first.
async fn of_late(handle: &Handle, giver: MemberId, now: Timestamp) -> Result<Vec<Line>, Refused> {
    let late = |line: &Line| now.since(line.at) < DOUBLE_WITHIN;
    let (mut all, mut before): (Vec<Line>, _) = (Vec::new(), None);
    loop {
        let page = handle.statement(giver, before, LINES_A_LOOK).await?;
        before = page.last().filter(|last| page.len() == LINES_A_LOOK && late(last)).map(|last| last.index);
        all.extend(page.into_iter().filter(late));
        if before.is_none() {
            return Ok(all);
        }
    }
}

/// Lines that look like one typed above them, recorded of late, or waiting for a yes, and are not said to be meant.
async fn doubles(
    handle: &Handle,
    words: Words,
    rows: &mut [(Row, Option<Slip>)],
    now: Timestamp,
) -> Result<(), Refused> {
    let waiting = waiting(handle).await?;
    let mut seen: BTreeMap<Same, usize> = BTreeMap::new();
    // One giver's slips are often typed one after the other: each statement is read once.
    let mut lines: BTreeMap<MemberId, Vec<Line>> = BTreeMap::new();
    for (at, (row, slip)) in rows.iter_mut().enumerate() {
        let Some(slip) = slip else { continue };
        let same = (slip.giver, slip.receiver, slip.minutes.get());
        let above = seen.insert(same, at + 1);
        if row.anyway {
            continue;
        }
        if let Some(above) = above {
            row.double = Some(words.t1("slips-double-above", "n", above));
            continue;
        }
        if let Some(since) = waiting.get(&same) {
            row.double = Some(words.t1("slips-double-waits", "day", words.near_day(*since, now)));
            continue;
        }
        let lines = match lines.entry(slip.giver) {
            Entry::Occupied(read) => read.into_mut(),
            Entry::Vacant(unread) => unread.insert(of_late(handle, slip.giver, now).await?),
        };
        let like =
            lines.iter().find(|line| line.other == Some(slip.receiver) && line.change == i64::from(slip.minutes.get()));
        row.double = like.map(|line| words.t1("slips-double", "day", words.near_day(line.at, now)));
    }
    Ok(())
}

#[derive(Template)]
#[template(path = "slips_check.html", whitespace = "minimize")]
struct SlipsCheck<'a> {
    frame: &'a Frame,
    count: String,
    hours: String,
    rows: Vec<[String; 4]>,
    kept: Vec<(String, String)>,
}

pub(super) async fn send(State(app): State<App>, post: Post) -> Answer {
    let post = post.coordinator()?;
    let (frame, words, now) = (&post.frame, post.frame.words, clock::now());
    let rows: Vec<Row> = (1..=ROWS).map(|n| Row::read(&post.sent, n)).filter(|row| !row.is_empty()).collect();
    if rows.is_empty() || post.sent.step() == Step::Edit {
        let mut page = SlipsPage::new(frame, &app.handle, rows).await?;
        if let Some(first) = page.rows.first_mut().filter(|first| first.is_empty()) {
            first.fail("giver", words.t("slips-empty"));
            page.wrong.push(("giver-1".into(), words.t("slips-empty")));
        }
        return Ok(page.answer());
    }
    let people = plain_names(&app.handle).await?;
    let judged = rows.into_iter().map(|mut row| {
        let slip = row.judge(words, &people, now);
        (row, slip)
    });
    let mut judged: Vec<(Row, Option<Slip>)> = judged.collect();
    // A repeat of a sending finds its own slips recorded: those are no doubles.
    if post.sent.step() == Step::Check {
        doubles(&app.handle, words, &mut judged, now).await?;
    }
    let fine = judged.iter().all(|(row, slip)| slip.is_some() && row.double.is_none());
    if !fine {
        let rows = judged.into_iter().map(|(row, _)| row).collect();
        return Ok(SlipsPage::new(frame, &app.handle, rows).await?.answer());
    }
    if post.sent.step() == Step::Check {
        return Ok(check(frame, &post.sent, &judged));
    }
    record(&app, &post, judged).await
}

fn check(frame: &Frame, sent: &Sent, judged: &[(Row, Option<Slip>)]) -> Response {
    let words = frame.words;
    let all: u64 = judged.iter().filter_map(|(_, slip)| slip.as_ref()).map(|slip| u64::from(slip.minutes.get())).sum();
    let rows = judged.iter().filter_map(|(row, slip)| {
        let hours = words.hours(u64::from(slip.as_ref()?.minutes.get()));
        Some([row.giver.clone(), row.receiver.clone(), hours, row.note.clone()])
    });
    let page = SlipsCheck {
        frame,
        count: words.n("slips-count", judged.len() as u64),
        hours: words.hours(all),
        rows: rows.collect(),
        kept: sent.kept(),
    };
    pages::show(frame, &page)
}

/// Records the slips one by one. Those that a rule refuses come back in the grid; the others stand.
async fn record(app: &App, post: &Post, judged: Vec<(Row, Option<Slip>)>) -> Answer {
    let (deed, words) = (post.deed(), post.frame.words);
    let (mut kept, mut left) = (Vec::new(), Vec::new());
    for (n, (mut row, slip)) in judged.into_iter().enumerate() {
        let Some(slip) = slip else { continue };
        let part = deed.part(n);
        let terms = ExchangeTerms {
            community: app.handle.community(),
            exchange: ExchangeId(part.new_id(&app.handle, "exchange")),
            giver: slip.giver,
            receiver: slip.receiver,
            minutes: slip.minutes,
            made_at: slip.made_at,
            details: None,
        };
        let word = Consent::OnBehalf { coordinator: post.member.id, channel: Channel::Paper };
        let consents = vec![Some(word.clone()), Some(word)];
        match local(&app.handle, part, terms, consents, salted(&slip.note)?).await {
            Ok(Reply::Posted { exchange, .. } | Reply::Waits { exchange, .. }) => kept.push(exchange),
            Ok(_) => {}
            Err(Refused::Rule(why)) => {
                row.fail("giver", refusal(words, &why));
                left.push(row);
            }
            Err(refused) => {
                // What is recorded stays; the same form, sent again, does the rest.
                keep(app, &post.member, deed.new_id(&app.handle, "batch"), kept).await?;
                return Err(Oops::Refused(refused));
            }
        }
    }
    let count = kept.len();
    keep(app, &post.member, deed.new_id(&app.handle, "batch"), kept).await?;
    if left.is_empty() {
        return Ok(pages::go(&format!("/slips?kept={count}")));
    }
    let mut page = SlipsPage::new(&post.frame, &app.handle, left).await?;
    page.news = Some((words.n("slips-kept", count as u64), Some(words.t("slips-left-next"))));
    Ok(page.answer())
}

async fn keep(app: &App, by: &Member, id: [u8; 16], exchanges: Vec<ExchangeId>) -> Result<(), Refused> {
    if exchanges.is_empty() {
        return Ok(());
    }
    app.handle.keep_batch(id, Batch { by: by.id, made_at: clock::now(), exchanges, people: None }).await
}

/// Takes a batch back, by a correction for each slip: nothing is edited.
pub(super) async fn undo(State(app): State<App>, post: Post) -> Answer {
    let post = post.coordinator()?;
    let bytes = HEXLOWER.decode(post.sent.get("batch").as_bytes()).map_err(|_| Oops::Missing)?;
    let id: [u8; 16] = bytes.try_into().map_err(|_| Oops::Missing)?;
    let found = app.handle.batches().await?.into_iter().find(|(found, _)| *found == id);
    // Sent twice, the second finds nothing left to take back.
    let Some((_, batch)) = found else { return Ok(pages::go("/slips?undone=0")) };
    let (deed, now) = (post.deed(), clock::now());
    debug_assert!(now.since(batch.made_at) <= UNDO_WITHIN);
    let mut undone = 0_u64;
    for (n, corrects) in batch.exchanges.iter().enumerate() {
        let part = deed.part(n);
        let terms = CorrectionTerms {
            community: app.handle.community(),
            exchange: ExchangeId(part.new_id(&app.handle, "correction")),
            corrects: *corrects,
            minutes: None,
            made_at: now,
            details: None,
        };
        match app.handle.command(part.request(), Command::Correct { terms, by: post.member.id }).await {
            Ok(_) => undone += 1,
            // Somebody corrected or declined it meanwhile, or left.
            Err(Refused::Rule(
                Rejection::NothingChanges | Rejection::UnknownExchange(_) | Rejection::MemberLeft(_),
            )) => {}
            Err(refused) => return Err(Oops::Refused(refused)),
        }
    }
    app.handle.forget_batch(id).await?;
    Ok(pages::go(&format!("/slips?undone={undone}")))
}
