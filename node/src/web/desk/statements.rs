//! Everybody's statement of a month on paper, each on a page of its own: for letter boxes and for those without a screen.

use super::members::everybody;
use crate::{
    runtime::clock,
    web::{
        Answer, App, Oops,
        forms::Asked,
        member::{Sheet, sheet},
        months::Month,
        pages,
        sight::Sight,
        visit::{Frame, Visit},
        words::date_of,
    },
};
use askama::Template;
use axum::extract::State;
use jiff::civil::Date;
use kith_protocol::ledger::History as _;

/// Members whose sheets are on one page: a stack that one person folds, and made in a moment.
const MEMBERS: usize = 100;

#[derive(Template)]
#[template(path = "statements.html", whitespace = "minimize")]
struct StatementsPage<'a> {
    frame: &'a Frame,
    title: String,
    hours: bool,
    /// Which of all members these are, when they are not all.
    place: Option<String>,
    sheets: Vec<Sheet>,
    links: Vec<(String, String)>,
}

/// The month that an address names; otherwise the one before this day's, which is whole.
fn month(asked: &str, today: Date) -> Option<Month> {
    if asked.is_empty() { Month::of(today).before() } else { Month::named(asked) }
}

fn address(month: Month) -> String {
    format!("/paper/statements?month={}", month.tag())
}

pub(super) async fn show(State(app): State<App>, visit: Visit, Asked(asked): Asked) -> Answer {
    let visit = visit.coordinator()?;
    let (frame, words, today) = (&visit.frame, visit.frame.words, date_of(clock::now()));
    let month = month(asked.get("month"), today).ok_or(Oops::Missing)?;
    let (earlier, next) = month.before().zip(month.after()).ok_or(Oops::Missing)?;
    let period = month.period().ok_or(Oops::Missing)?;
    // Whoever prints it reads it: it shows what a coordinator may see.
    let sight = Sight::ask(&app.handle, false).await?;
    let members = everybody(&app.handle, "").await?;
    let (all, page) = (members.len(), asked.get("page").parse::<usize>().unwrap_or(0));
    let from = page.saturating_mul(MEMBERS).min(all);
    let to = from.saturating_add(MEMBERS).min(all);
    let mut sheets = Vec::new();
    for known in members.into_iter().take(to).skip(from) {
        let member = (known.named.id, known.named.person.name.clone());
        sheets.extend(sheet(&app.handle, words, sight, member, period.clone()).await?);
    }
    // Before the first entry of the ledger there is nothing to go back to.
    let founded = app.handle.look(|_, book| book.entry(0).map(|entry| entry.at)).await?;
    let place = [from + 1, to, all].map(|n| words.grouped(n as u64));
    let place = ["first", "last", "all"].into_iter().zip(place).collect::<Vec<_>>();
    let mut links = Vec::new();
    if to < all {
        links.push((words.t("next-page"), format!("{}&page={}", address(month), page + 1)));
    }
    if founded.is_some_and(|founded| founded < period.start) {
        links.push((words.t("statements-earlier"), address(earlier)));
    }
    if next <= Month::of(today) {
        links.push((words.t("statements-later"), address(next)));
    }
    links.push((words.t("menu-paper"), "/paper".to_owned()));
    let page = StatementsPage {
        frame,
        title: month.called(words, "statements-title"),
        hours: sight.hours(),
        place: (all > MEMBERS).then(|| words.filled("statements-place", &place)),
        sheets,
        links,
    };
    Ok(pages::show(frame, &page))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn a_month_is_named_or_is_the_last_whole_one() {
        let day = |text: &str| text.parse::<Date>().unwrap();
        assert_eq!(month("", day("2026-03-31")), Some(Month::of(day("2026-02-01"))));
        assert_eq!(month("2024-02", day("2026-01-05")), Some(Month::of(day("2024-02-01"))));
        assert_eq!(month("2024-13", day("2026-01-05")), None);
    }
}
