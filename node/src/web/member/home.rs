//! A member's first page: what waits for them, hours given and received, and what is new nearby.

use super::{
    find::Owned,
    near::{self, Near},
};
use crate::{
    runtime::{Handle, Refused, clock, listings::Kind, statement::Line},
    web::{
        Answer, App,
        acting::Acting,
        desk::{circle_address, notice_address},
        exchanges::{Seen, waiting_of},
        forms::Asked,
        pages, shelf,
        sight::Sight,
        visit::{Frame, Visit},
        words::{Words, beginning_of, date_of},
    },
};
use askama::Template;
use axum::extract::State;
use kith_protocol::{
    id::{ExchangeId, MemberId},
    member::MemberKind,
    shelf::Category,
    time::Timestamp,
};
use std::collections::{BTreeMap, BTreeSet};

/// The most things of each list of what waits on this page: a screen or two.
const WAITING_SHOWN: usize = 10;
/// What waits for the member, and what waits for others: the parts of the page, and the fields of its address.
const MINE: &str = "mine";
const OTHERS: &str = "others";
/// Notices on this page; the others stand among the messages.
const NOTICES_SHOWN: usize = 3;
/// Lines read for the hours of a year: more than an exchange a day, both ways.
const LINES_READ: usize = 1_000;
const LINES_A_PAGE: usize = 200;

/// Hours of one year.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(in crate::web) struct Year {
    pub(in crate::web) given: u64,
    pub(in crate::web) received: u64,
}

impl Year {
    /// The fold of a member's lines since a moment, newest first. What was corrected counts as corrected, and hours that
    /// are given back are taken off what they were, not added to the other side.
    pub(super) fn of<'a>(lines: impl Iterator<Item = &'a Line>) -> Self {
        let mut each: BTreeMap<(Option<ExchangeId>, u64), i64> = BTreeMap::new();
        let mut back: BTreeSet<(Option<ExchangeId>, u64)> = BTreeSet::new();
        for line in lines.filter(|line| !["opening_balance", "member_left", "gift"].contains(&line.kind)) {
            let alone = if line.exchange.is_none() { line.index } else { 0 };
            *each.entry((line.exchange, alone)).or_default() += line.change;
            if line.back {
                back.insert((line.exchange, alone));
            }
        }
        let sum = |sign: i64, given_back: bool| -> u64 {
            let of = each.iter().filter(|(key, change)| change.signum() == sign && back.contains(*key) == given_back);
            of.map(|(_, change)| change.unsigned_abs()).sum()
        };
        // What was exchanged last year and given back in this one takes nothing off this year.
        Self {
            given: sum(1, false).saturating_sub(sum(-1, true)),
            received: sum(-1, false).saturating_sub(sum(1, true)),
        }
    }

    /// How much of the ribbon is hours given, in per cent; none when there is nothing to show.
    pub(in crate::web) fn given_share(&self) -> Option<u64> {
        let all = self.given.checked_add(self.received).filter(|all| *all > 0)?;
        Some((u128::from(self.given) * 100 / u128::from(all)).try_into().unwrap_or(100))
    }
}

pub(in crate::web) async fn year(handle: &Handle, member: MemberId, now: Timestamp) -> Result<Year, Refused> {
    let today = date_of(now);
    let begins = today.with().month(1).day(1).build().ok().and_then(beginning_of).unwrap_or_default();
    let (mut all, mut before): (Vec<Line>, _) = (Vec::new(), None);
    while all.len() < LINES_READ {
        let page = handle.statement(member, before, LINES_A_PAGE).await?;
        let (full, last) = (page.len() == LINES_A_PAGE, page.last().map(|line| (line.index, line.at)));
        all.extend(page.into_iter().filter(|line| line.at >= begins));
        match last {
            Some((index, at)) if full && at >= begins => before = Some(index),
            _ => break,
        }
    }
    Ok(Year::of(all.iter()))
}

/// Something that waits, with the page where it is answered.
struct Waits {
    words: String,
    since: String,
    mine: bool,
    link: Option<(String, String)>,
}

/// A list of what waits, as much as one page shows of it.
struct Waiting {
    cards: Vec<Waits>,
    /// How many more there are, and where they are seen.
    more: Option<(String, String)>,
}

/// The hours of this year, in words.
struct YearShown {
    heading: String,
    given: String,
    received: String,
    share: Option<u64>,
}

impl YearShown {
    /// As far as the reader may see it. Where nobody keeps score it is a thank you, and nothing is set against the other.
    fn of(words: Words, sight: Sight, year: Year) -> Option<Self> {
        let (heading, given, received) = match sight.keeps_score() {
            true => ("home-year", "home-given", "home-received"),
            false => ("home-thanks", "home-thanks-given", "home-thanks-received"),
        };
        sight.hours().then(|| Self {
            heading: words.t(heading),
            given: words.t1(given, "hours", words.hours(year.given)),
            received: words.t1(received, "hours", words.hours(year.received)),
            share: year.given_share().filter(|_| sight.keeps_score()),
        })
    }
}

#[derive(Template)]
#[template(path = "home.html", whitespace = "minimize")]
struct HomePage<'a> {
    frame: &'a Frame,
    acting: Option<String>,
    heading: String,
    letters: Option<String>,
    notices: Vec<(String, String)>,
    helping: Vec<(String, String)>,
    mine: Waiting,
    others: Waiting,
    year: Option<YearShown>,
    standing: String,
    asks: Vec<Near>,
    offers: Vec<Near>,
    ways: [(String, String); 3],
}

/// Name, or the partner's name, or nobody's.
pub(super) fn called(
    words: Words,
    names: &BTreeMap<MemberId, String>,
    member: Option<MemberId>,
    seen: &Seen,
) -> String {
    match member {
        Some(member) => names.get(&member).cloned().unwrap_or_else(|| words.t("somebody")),
        None if seen.gift => words.t("the-pot"),
        None => match &seen.partner {
            Some(partner) => words.t1("somebody-of", "partner", partner),
            None => words.t("a-group"),
        },
    }
}

/// What happened, in one sentence with both names and the hours; `me` is whoever reads it, for whom it says "you".
pub(in crate::web) fn told(
    words: Words,
    names: &BTreeMap<MemberId, String>,
    seen: &Seen,
    me: Option<MemberId>,
) -> String {
    let (giver, receiver) = (called(words, names, seen.giver, seen), called(words, names, seen.receiver, seen));
    let hours = words.hours(u64::from(seen.minutes));
    let mine = |party: Option<MemberId>| me.is_some() && party == me;
    let key = match seen.gift {
        _ if seen.back => "told-back",
        true if mine(seen.giver) => "told-gift-gave",
        true => "told-gift",
        false if mine(seen.giver) => "told-gave",
        false if mine(seen.receiver) => "told-received",
        false => "told",
    };
    words.filled(key, &[("giver", giver), ("receiver", receiver), ("hours", hours)])
}

pub(in crate::web) async fn names(
    handle: &Handle,
    ids: impl IntoIterator<Item = MemberId>,
) -> Result<BTreeMap<MemberId, String>, Refused> {
    let ids: BTreeSet<MemberId> = ids.into_iter().collect();
    let persons = handle.persons(ids.into_iter().collect()).await?;
    Ok(persons.into_iter().map(|(id, person)| (id, person.name)).collect())
}

/// What members are called where names are short: a person by the first of their names, an organisation by all of its.
pub(in crate::web) async fn short_names(
    handle: &Handle,
    ids: impl IntoIterator<Item = MemberId>,
) -> Result<BTreeMap<MemberId, String>, Refused> {
    let mut names = names(handle, ids).await?;
    let ids: Vec<MemberId> = names.keys().copied().collect();
    let persons = handle.look(move |machine, _| {
        let members = machine.state().ledger().members();
        let person = |id: &MemberId| members.get(id).is_some_and(|member| member.kind == MemberKind::Person);
        ids.into_iter().filter(person).collect::<Vec<_>>()
    });
    for id in persons.await? {
        if let Some(name) = names.get_mut(&id)
            && let Some(first) = name.split_whitespace().next()
        {
            *name = first.to_owned();
        }
    }
    Ok(names)
}

struct Looked {
    balance: i64,
    sight: Sight,
    waiting: Vec<Seen>,
    near: Vec<Owned>,
    skills: BTreeSet<Category>,
}

async fn look(handle: &Handle, acting: &Acting, now: Timestamp) -> Result<Looked, Refused> {
    let (member, own) = (acting.member, !acting.is_for_another());
    let first = handle.firsts_of(member).await?;
    // Where somebody lives is no help to those who act for them: it is told to nobody else.
    let home = if own || acting.coordinator().is_some() { handle.home_of(member).await? } else { None };
    handle
        .look(move |machine, book| {
            let state = machine.state();
            let waiting = waiting_of(machine, &member).into_iter();
            Looked {
                balance: state.ledger().members().get(&member).map_or(0, |member| member.balance.get()),
                sight: Sight::of(machine, own),
                waiting: first
                    .iter()
                    .map(|(id, first)| Seen::first(machine, *id, first))
                    // What they said yes to waits for a coordinator, not for them.
                    .chain(waiting.filter(|seen| first.iter().all(|(id, _)| *id != seen.id)))
                    .collect(),
                near: near::found(machine, book, (&member, home), now),
                skills: shelf::skills(machine, book, &member, now),
            }
        })
        .await
}

fn waits(words: Words, names: &BTreeMap<MemberId, String>, seen: &Seen, acting: &Acting, now: Timestamp) -> Waits {
    let waits_for = names.get(&seen.on().unwrap_or(acting.member));
    let name = waits_for.map_or_else(|| words.t("somebody"), Clone::clone);
    let address = acting.address(&format!("/exchange/{}", seen.id));
    let mine = seen.waits_for(&acting.member);
    let button = words.t(if mine { "home-look-and-say" } else { "home-look" });
    Waits {
        words: told(words, names, seen, acting.myself()),
        mine,
        since: if mine {
            words.t1("since", "day", words.near_day(seen.since, now))
        } else {
            seen.sentence(words, Some(&name), now)
        },
        link: Some((button, address)),
    }
}

/// What a page shows of a list from a place on, and where to go on: after the last things to the first ones, so that
/// nothing is out of reach.
fn turned<'a>(all: &[&'a Seen], asked: &str) -> (Vec<&'a Seen>, usize) {
    let from = asked.parse().ok().filter(|from| *from < all.len()).unwrap_or(0);
    let shown: Vec<&Seen> = all.iter().skip(from).take(WAITING_SHOWN).copied().collect();
    let next = from.saturating_add(shown.len());
    (shown, if next < all.len() { next } else { 0 })
}

pub(super) async fn show(State(app): State<App>, visit: Visit, Asked(asked): Asked) -> Answer {
    let (frame, words, now) = (&visit.frame, visit.frame.words, clock::now());
    let acting = Acting::of(&app.handle, &visit.member, &asked).await?;
    let member = acting.member;
    let looked = look(&app.handle, &acting, now).await?;
    let year = year(&app.handle, member, now).await?;
    let kept_away = app.handle.file(member).await?.blocked;
    let apart = |found: &Owned| found.owner.is_some_and(|owner| kept_away.contains(&owner));
    let near: Vec<Owned> = looked.near.into_iter().filter(|found| !apart(found)).collect();
    let (mine, others): (Vec<&Seen>, Vec<&Seen>) = looked.waiting.iter().partition(|seen| seen.waits_for(&member));
    let (shown, shown_others) = (turned(&mine, asked.get(MINE)), turned(&others, asked.get(OTHERS)));
    let on_page = shown.0.iter().chain(&shown_others.0);
    let names = names(&app.handle, on_page.flat_map(|seen| seen.parties().chain(seen.on()))).await?;
    let waiting = |(shown, next): (Vec<&Seen>, usize), all: usize, part: &str, key: &str| Waiting {
        more: (shown.len() < all).then(|| {
            let more = words.n(key, (all - shown.len()) as u64);
            (more, format!("{}#{part}", acting.address(&format!("/home?{part}={next}"))))
        }),
        cards: shown.into_iter().map(|seen| waits(words, &names, seen, &acting, now)).collect(),
    };
    let me = acting.myself();
    let letters = match me {
        Some(me) => app.handle.conversations(me).await?.iter().map(|one| one.unread as u64).sum(),
        None => 0,
    };
    let letters = (letters > 0).then(|| words.n("home-letters", letters));
    let notices = app.handle.notices_for(member).await?;
    let helping = match me {
        Some(me) => helping(&app.handle, words, me, now).await?,
        None => Vec::new(),
    };
    let called = short_names(&app.handle, [member]).await?.remove(&member).unwrap_or_default();
    let way = |key: &str, path: &str| (words.t(key), acting.address(path));
    let page = HomePage {
        frame,
        acting: acting.line(words),
        heading: words.greeting(now, &called),
        letters,
        notices: notices
            .into_iter()
            .take(NOTICES_SHOWN)
            .map(|(id, notice)| (notice.text, notice_address(&id)))
            .collect(),
        helping,
        mine: waiting(shown, mine.len(), MINE, "home-mine-more"),
        others: waiting(shown_others, others.len(), OTHERS, "home-others-more"),
        year: YearShown::of(words, looked.sight, year),
        standing: looked.sight.standing(words, looked.balance),
        asks: near::shown(words, Kind::Need, &looked.skills, &near),
        offers: near::shown(words, Kind::Offer, &looked.skills, &near),
        ways: [way("home-ask", "/ask"), way("home-offer", "/offer"), way("home-record", "/record")],
    };
    Ok(pages::show(frame, &page))
}

/// Everybody who chose this member to act for them, and the circles that they look after.
async fn helping(
    handle: &Handle,
    words: Words,
    me: MemberId,
    now: Timestamp,
) -> Result<Vec<(String, String)>, Refused> {
    let files = handle.files().await?;
    let chosen: Vec<MemberId> = files.iter().filter(|file| file.helped_by(&me, now)).map(|file| file.member).collect();
    let names = names(handle, chosen.iter().copied()).await?;
    let named = |id: &MemberId| names.get(id).cloned().unwrap_or_else(|| words.t("somebody"));
    let people = chosen.iter().map(|id| (words.t1("home-help-for", "name", named(id)), format!("/home?for={id}")));
    let circles = handle.circles_of(me).await?;
    let led = circles.iter().filter(|(_, circle)| circle.led_by(&me));
    let led = led.map(|(id, circle)| (words.t1("home-circle", "circle", &circle.name), circle_address(id)));
    Ok(people.chain(led).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(index: u64, kind: &'static str, exchange: Option<u8>, change: i64) -> Line {
        let exchange = exchange.map(|n| ExchangeId([n; 16]));
        Line { index, at: Timestamp(0), kind, exchange, change, other: None, through: None, back: false }
    }

    #[test]
    fn a_year_counts_what_stands() {
        let lines = [
            line(9, "correction", Some(1), -30),
            line(8, "release", Some(4), 90),
            line(7, "hold", Some(4), -90),
            line(6, "gift", Some(3), -60),
            line(5, "receive", Some(5), 15),
            line(3, "exchange", Some(2), -45),
            line(2, "exchange", Some(1), 60),
            line(1, "opening_balance", None, 600),
        ];
        let year = Year::of(lines.iter());
        assert_eq!(year, Year { given: 45, received: 45 });
        assert_eq!(year.given_share(), Some(50));
        assert_eq!(Year::default().given_share(), None);
    }

    #[test]
    fn hours_given_back_are_not_given() {
        let back = |line: Line| Line { back: true, ..line };
        let lines = [
            back(line(4, "hold", Some(4), -30)),
            line(3, "receive", Some(3), 90),
            back(line(2, "receive", Some(2), 60)),
            line(1, "hold", Some(1), -60),
        ];
        assert_eq!(Year::of(lines.iter()), Year { given: 60, received: 0 });
        assert_eq!(Year::of(lines[2..3].iter()), Year::default());
    }
}
