//! A coordinator's day: what needs doing, each line with its button.

use super::between::{self, Matter};
use super::care;
use super::matches::{self, Ask, Board};
use super::safety::{firsts_spoken, firsts_told, report_address, whom};
use crate::{
    runtime::{
        Handle, Refused, clock,
        disputes::{Disputed, list},
        office::{Application, Fact, First, Report},
    },
    web::{
        Answer, App,
        exchanges::{Seen, Stand},
        forms::{Asked, Sent},
        member::{names, reason_key, told, trouble_key},
        pages::{self, Press},
        partners::Seen as Partner,
        sight::Sight,
        visit::{Frame, Visit},
        words::{Words, date_of},
    },
};
use askama::Template;
use axum::extract::State;
use kith_protocol::{
    id::{CommunityId, ExchangeId, MemberId},
    time::{Span, Timestamp},
};
use std::collections::BTreeMap;

/// Lines of a page of each part of the list.
const SHOWN: usize = 30;
/// An exchange that waits longer is worth a call.
const LONG: Span = Span::days(3);

/// The parts of the list: the key of the heading of each, which names it in addresses, too.
const REPORTS: &str = "today-reports";
const APPLICATIONS: &str = "today-applications";
const FIRSTS: &str = "today-firsts";
const QUESTIONS: &str = "today-asked";
const DISPUTES: &str = "today-disputes";
const ADVANCES: &str = "today-advances";
const UNANSWERED: &str = "today-unanswered";
const MATCHES: &str = "today-matches";
const WAITING: &str = "today-waits";
const COPY: &str = "today-copy";
const KEY: &str = "today-key";
const HALTED: &str = "today-halted";
const PARTNERS: &str = "today-partners";
const ESCROW: &str = "today-escrow";
const REVIEWS: &str = "today-reviews";

/// For how long coordinators see that a partner's copies were asked for: a month has a meeting in it.
const CLAIM_SHOWN: Span = Span::days(31);

/// One thing to do.
pub(super) struct Todo {
    pub(super) words: String,
    pub(super) more: String,
    pub(super) button: String,
    pub(super) address: String,
}

/// Somebody to ring.
struct Ring {
    words: String,
    more: String,
    press: Press,
}

/// One part of the list: its heading, and a page of its lines.
struct Part {
    heading: String,
    todos: Vec<Todo>,
    /// Which of all its lines these are, when they are not all.
    place: Option<String>,
    next: Option<String>,
}

#[derive(Template)]
#[template(path = "today.html", whitespace = "minimize")]
struct TodayPage<'a> {
    frame: &'a Frame,
    day: String,
    counts: Vec<String>,
    parts: Vec<Part>,
    ring: Vec<Ring>,
}

/// Which part of the list is looked at by itself, if one is, and which page of it. Of all others it is the first.
#[derive(Clone, Copy)]
struct Pager<'a> {
    part: &'a str,
    page: usize,
}

impl<'a> Pager<'a> {
    fn of(asked: &'a Sent) -> Self {
        Self { part: asked.get("part"), page: asked.get("page").parse().unwrap_or(0) }
    }

    /// The page of a part.
    fn cut<T>(self, part: &'static str, list: Vec<T>) -> Cut<T> {
        let all = list.len();
        let from = if self.part == part { self.page.saturating_mul(SHOWN) } else { 0 };
        // What stood on a last page may be done by now.
        let from = if from < all { from } else { 0 };
        Cut { part, list: list.into_iter().skip(from).take(SHOWN).collect(), from, all }
    }
}

/// A page of a part, and how much there is of it. The name of a part is the key of its heading.
struct Cut<T> {
    part: &'static str,
    list: Vec<T>,
    from: usize,
    all: usize,
}

impl<T> Cut<T> {
    fn each<U>(self, made: impl FnMut(T) -> Option<U>) -> Cut<U> {
        let Self { part, list, from, all } = self;
        Cut { part, list: list.into_iter().filter_map(made).collect(), from, all }
    }

    fn todos(&self, shown: impl FnMut(&T) -> Option<Todo>) -> Cut<Todo> {
        Cut { part: self.part, list: self.list.iter().filter_map(shown).collect(), from: self.from, all: self.all }
    }
}

impl Cut<Todo> {
    fn shown(self, words: Words) -> Part {
        let to = self.from + self.list.len();
        let values = [self.from + 1, to, self.all].map(|n| words.grouped(n as u64));
        let [first, last, all] = values;
        let place = words.filled("today-place", &[("first", first), ("last", last), ("all", all)]);
        Part {
            heading: words.t(self.part),
            todos: self.list,
            place: (self.all > SHOWN).then_some(place),
            next: (to < self.all).then(|| format!("/today?part={}&page={}", self.part, self.from / SHOWN + 1)),
        }
    }
}

/// A partner with whom there is something to do.
type Crossing = (Matter, CommunityId, Partner);

struct Looked {
    waiting: Cut<Seen>,
    later_copy: bool,
    key_until: Timestamp,
    halted: Cut<Crossing>,
    crossing: Cut<Crossing>,
    questioned: Vec<(ExchangeId, Seen)>,
    disputed: Cut<(Disputed, Option<Seen>)>,
    advanced: Cut<Seen>,
    members: u64,
}

async fn look(handle: &Handle, pager: Pager<'_>, questions: Vec<ExchangeId>) -> Result<Looked, Refused> {
    let (part, page) = (pager.part.to_owned(), pager.page);
    handle
        .look(move |machine, book| {
            let (state, pager) = (machine.state(), Pager { part: &part, page });
            let open = state.waiting().iter().filter(|(_, waiting)| waiting.is_open());
            let mut open: Vec<_> = open.collect();
            open.sort_by_key(|(_, waiting)| waiting.since);
            let partners = state.ledger().partners().iter();
            let partners = partners.filter_map(|(account, partner)| {
                let seen = Partner::of(machine, account, partner);
                Some((Matter::of(&seen)?, partner.community(), seen))
            });
            let (mut halted, mut crossing): (Vec<Crossing>, _) = partners.partition(|(matter, ..)| matter.halts());
            halted.sort_by_key(|(matter, ..)| *matter);
            crossing.sort_by_key(|(matter, ..)| *matter);
            let disputed = list(machine, usize::MAX).into_iter().filter(|found| found.state.is_ok());
            // What a partner still may pay needs no decision.
            let advances = state.ledger().advances().iter();
            let advanced = advances.filter(|(id, advance)| !advance.kept && !state.waiting().contains_key(id));
            let seen = |id: ExchangeId| Seen::find(machine, book, id);
            Looked {
                waiting: pager.cut(WAITING, open).each(|(id, waiting)| Some(Seen::waiting(machine, *id, waiting))),
                later_copy: machine.has_later_copy(),
                key_until: machine.identity().certificate.content.until,
                halted: pager.cut(HALTED, halted),
                crossing: pager.cut(PARTNERS, crossing),
                questioned: questions.into_iter().filter_map(|id| Some((id, seen(id)?))).collect(),
                disputed: pager.cut(DISPUTES, disputed.collect()).each(|found: Disputed| {
                    let seen = seen(found.exchange);
                    Some((found, seen))
                }),
                advanced: pager.cut(ADVANCES, advanced.collect()).each(|(id, _)| seen(*id)),
                members: state.ledger().members().values().filter(|member| member.active).count() as u64,
            }
        })
        .await
}

fn waiting(
    words: Words,
    names: &BTreeMap<MemberId, String>,
    phones: &BTreeMap<MemberId, String>,
    seen: &Seen,
    now: Timestamp,
) -> Todo {
    let on = match &seen.stand {
        Stand::Waits(on) | Stand::Claimed(on) => Some(*on),
        _ => None,
    };
    let name = on.and_then(|on| names.get(&on)).cloned().unwrap_or_else(|| words.t("somebody"));
    let mut more = seen.sentence(words, Some(&name), now);
    if now.since(seen.since) >= LONG
        && let Some(phone) = on.and_then(|on| phones.get(&on))
    {
        more = format!("{more} {}", words.t2("today-ring", ("name", &name), ("phone", phone)));
    }
    Todo {
        words: told(words, names, seen, None),
        more,
        button: words.t("today-act"),
        address: match on {
            Some(on) => format!("/exchange/{}?for={on}", seen.id),
            None => format!("/exchange/{}", seen.id),
        },
    }
}

fn dispute(
    words: Words,
    names: &BTreeMap<MemberId, String>,
    (disputed, seen): &(Disputed, Option<Seen>),
) -> Option<Todo> {
    let open = disputed.state.as_ref().ok()?;
    let partner = disputed.name.clone().unwrap_or_else(|| words.t("partner-nameless"));
    Some(Todo {
        words: seen.as_ref().map_or_else(|| partner.clone(), |seen| told(words, names, seen, None)),
        more: super::disputes::standing(words, &partner, open),
        button: words.t("dispute-look"),
        address: format!("/disputes/{}", disputed.exchange),
    })
}

fn advance(words: Words, names: &BTreeMap<MemberId, String>, seen: &Seen, now: Timestamp) -> Todo {
    Todo {
        words: told(words, names, seen, None),
        more: seen.sentence(words, None, now),
        button: words.t("advance-end"),
        address: format!("/exchange/{}/advance", seen.id),
    }
}

pub(super) async fn show(State(app): State<App>, visit: Visit, Asked(asked): Asked) -> Answer {
    let visit = visit.coordinator()?;
    let (frame, words, now, handle) = (&visit.frame, visit.frame.words, clock::now(), &app.handle);
    let pager = Pager::of(&asked);
    let questions = pager.cut(QUESTIONS, handle.questions().await?);
    let looked = look(handle, pager, questions.list.iter().map(|(id, _)| *id).collect()).await?;
    let beside = looked.disputed.list.iter().filter_map(|(_, seen)| seen.as_ref()).chain(&looked.advanced.list);
    let parties = looked.waiting.list.iter().chain(looked.questioned.iter().map(|(_, seen)| seen)).chain(beside);
    let parties = parties.flat_map(Seen::parties);
    let ids: Vec<MemberId> = parties.chain(questions.list.iter().map(|(_, question)| question.member)).collect();
    let names = names(handle, ids.clone()).await?;
    let phones = matches::phones(handle, ids).await?;
    let asked = questions.todos(|(id, question)| {
        let (_, seen) = looked.questioned.iter().find(|(found, _)| found == id)?;
        let who = names.get(&question.member).cloned().unwrap_or_else(|| words.t("somebody"));
        let phone = phones.get(&question.member).cloned().unwrap_or_default();
        let values = [("who", who), ("why", words.t(reason_key(question.reason))), ("phone", phone)];
        Some(Todo {
            words: told(words, &names, seen, None),
            more: words.filled("today-question", &values),
            button: words.t("today-answer"),
            address: match seen.partner {
                Some(_) => format!("/disputes/{id}/open"),
                None => format!("/exchange/{id}/correct"),
            },
        })
    });
    let board = Board::read(handle, now).await?;
    let (waits, fits) = (pager.cut(UNANSWERED, board.unanswered()), pager.cut(MATCHES, board.fitting()));
    let asks = board.shown(handle, words, waits.list.iter().chain(&fits.list).copied().collect()).await?;
    let counts = vec![
        words.n("today-members", looked.members),
        words.n("today-waiting", looked.waiting.all as u64),
        words.n("today-questions", asked.all as u64),
    ];
    let across = |(matter, id, seen): &Crossing| Some(between::todo(words, id, seen, *matter, now));
    let parts = [
        pager.cut(COPY, looked.later_copy.then(|| between::later_copy(words)).into_iter().collect()),
        pager.cut(KEY, between::key_ends(words, looked.key_until, now).into_iter().collect()),
        looked.halted.todos(across),
        pager.cut(REPORTS, reports(handle, words, now).await?),
        pager.cut(APPLICATIONS, applications(handle, words, now).await?),
        pager.cut(FIRSTS, firsts(handle, words, now).await?),
        asked,
        looked.disputed.todos(|found| dispute(words, &names, found)),
        looked.advanced.todos(|seen| Some(advance(words, &names, seen, now))),
        waits.todos(|place| Some(unanswered(words, asks.get(place)?, now))),
        fits.todos(|place| Some(fitting(words, asks.get(place)?))),
        looked.waiting.todos(|seen| Some(waiting(words, &names, &phones, seen, now))),
        looked.crossing.todos(across),
        pager.cut(ESCROW, escrow(handle, words, now).await?),
        pager.cut(REVIEWS, reviews(handle, words, now).await?),
    ];
    let alone = parts.iter().any(|part| part.part == pager.part && !part.list.is_empty());
    let parts = parts.into_iter().filter(|part| !part.list.is_empty() && (!alone || part.part == pager.part));
    let page = TodayPage {
        frame,
        day: words.day(now),
        counts,
        parts: parts.map(|part| part.shown(words)).collect(),
        ring: if alone { Vec::new() } else { ring(&app, words, now).await? },
    };
    Ok(pages::show(frame, &page))
}

/// Copies at partners that are too old, and those here that somebody asked for.
async fn escrow(handle: &Handle, words: Words, now: Timestamp) -> Result<Vec<Todo>, Refused> {
    let mut todos = Vec::new();
    for stand in handle.all_stands().await? {
        let claimed = stand.copies.claimed.last().filter(|at| now.since(**at) < CLAIM_SHOWN);
        let claimed = claimed.map(|at| words.t1("today-escrow-claimed", "day", words.day(*at)));
        let overdue = stand.overdue.then(|| words.t("escrow-overdue"));
        todos.extend(claimed.into_iter().chain(overdue).map(|more| Todo {
            words: stand.name.clone().unwrap_or_else(|| words.t("partner-nameless")),
            more,
            button: words.t("today-read"),
            address: format!("/partners/{}/escrow", stand.copies.partner),
        }));
    }
    Ok(todos)
}

async fn applications(handle: &Handle, words: Words, now: Timestamp) -> Result<Vec<Todo>, Refused> {
    let todo = |(id, application): &(_, Application)| Todo {
        words: words.t1("today-application", "name", &application.name),
        more: words.t1("since", "day", words.near_day(application.at, now)),
        button: words.t("today-answer"),
        address: super::joining::address(id),
    };
    Ok(handle.applications().await?.iter().map(todo).collect())
}

/// An ask that nobody answered, with the number to ring.
fn unanswered(words: Words, ask: &Ask, now: Timestamp) -> Todo {
    let mut more = words.t1("today-unanswered-since", "day", words.near_day(ask.since, now));
    if let Some(phone) = &ask.phone {
        more = format!("{more} {}", words.t2("today-ring", ("name", &ask.name), ("phone", phone)));
    }
    Todo {
        words: words.t2("today-ask", ("name", &ask.name), ("title", &ask.title)),
        more,
        button: words.t("today-look"),
        address: ask.address.clone(),
    }
}

/// An ask with those who might help, and why.
fn fitting(words: Words, ask: &Ask) -> Todo {
    Todo {
        words: words.t2("today-ask", ("name", &ask.name), ("title", &ask.title)),
        more: words.t1("today-could-help", "who", ask.helpers.join("; ")),
        button: words.t("today-look"),
        address: ask.address.clone(),
    }
}

async fn reviews(handle: &Handle, words: Words, now: Timestamp) -> Result<Vec<Todo>, Refused> {
    let due = care::reviews(handle, now).await?;
    let names = names(handle, due.iter().map(|(member, _)| *member)).await?;
    let todo = |(member, fact): &(MemberId, Fact)| {
        let key = if fact.until > now { "file-good-until" } else { "file-over-since" };
        let name = names.get(member).cloned().unwrap_or_else(|| words.t("somebody"));
        Todo {
            words: words.t2("today-review", ("name", &name), ("what", &fact.what)),
            more: words.t1(key, "day", words.day(fact.until)),
            button: words.t("today-read"),
            address: format!("/members/{member}/file"),
        }
    };
    Ok(due.iter().map(todo).collect())
}

/// People to ring this week. Who they are is found out once a day, and anew when the charter keeps score in another way; who was rung meanwhile is off the list at once.
async fn ring(app: &App, words: Words, now: Timestamp) -> Result<Vec<Ring>, Refused> {
    let mut kept = app.ring.lock().await;
    let today = date_of(now);
    let scored = Sight::ask(&app.handle, false).await?.balance();
    let list = match kept.as_ref().filter(|(found, _)| *found == (today, scored)) {
        Some((_, list)) => list.clone(),
        None => {
            let list = care::to_ring(&app.handle, now).await?;
            *kept = Some(((today, scored), list.clone()));
            list
        }
    };
    drop(kept);
    let files = app.handle.files_of(list.iter().map(|(id, _)| *id).collect()).await?;
    let rung = |id: &MemberId| {
        files.iter().any(|file| file.member == *id && file.rung_at.is_some_and(|at| date_of(at) == today))
    };
    let persons = app.handle.persons(list.iter().map(|(id, _)| *id).collect()).await?;
    let each = list.iter().filter(|(id, _)| !rung(id)).filter_map(|(id, why)| {
        let person = persons.get(id)?;
        Some(Ring {
            words: words.t2(
                "ring-line",
                ("name", &person.name),
                ("phone", person.phone.as_deref().unwrap_or_default()),
            ),
            more: words.t(why.key()),
            press: Press::new(words.t("ring-done"), format!("/members/{id}/rang")),
        })
    });
    Ok(each.collect())
}

async fn reports(handle: &Handle, words: Words, now: Timestamp) -> Result<Vec<Todo>, Refused> {
    let open = handle.open_reports().await?;
    let ids = open.iter().flat_map(|(_, report)| whom(report).into_iter().chain([report.by]));
    let names = names(handle, ids).await?;
    let todo = |(id, report): &(_, Report)| {
        let who = names.get(&report.by).cloned().unwrap_or_else(|| words.t("somebody"));
        let about = whom(report).and_then(|id| names.get(&id).cloned());
        Todo {
            words: words.t(trouble_key(report.trouble)),
            more: match about {
                Some(about) => words.filled(
                    "today-report-about",
                    &[("who", who), ("about", about), ("day", words.near_day(report.at, now))],
                ),
                None => words.t2("today-report", ("who", &who), ("day", &words.near_day(report.at, now))),
            },
            button: words.t("today-read"),
            address: report_address(id),
        }
    };
    Ok(open.iter().map(todo).collect())
}

async fn firsts(handle: &Handle, words: Words, now: Timestamp) -> Result<Vec<Todo>, Refused> {
    let firsts = handle.firsts().await?;
    let (told, _) = firsts_told(handle, words, &firsts).await?;
    let spoken = firsts_spoken(handle, words, &firsts).await?;
    let todo = |((id, first), told): (&(ExchangeId, First), String)| {
        let day = words.t1("today-first", "day", words.near_day(first.at(), now));
        Todo {
            words: told,
            more: spoken.get(id).map_or_else(|| day.clone(), |both| format!("{both} {day}")),
            button: words.t("today-read"),
            address: format!("/first/{id}"),
        }
    };
    Ok(firsts.iter().zip(told).map(todo).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::words::Language;

    #[test]
    fn an_ask_that_nobody_answered_says_whom_to_ring() {
        let ask = |phone: Option<&str>| Ask {
            title: "Roses".into(),
            name: "Ada Park".into(),
            phone: phone.map(Into::into),
            since: Timestamp(0),
            helpers: Vec::new(),
            address: "/".into(),
        };
        let more = |ask| unanswered(Words(Language::English), &ask, Timestamp(0)).more;
        assert!(more(ask(Some("020 7946 0001"))).ends_with("Ring Ada Park: 020 7946 0001."));
        assert!(!more(ask(None)).contains("Ring"));
    }
}
