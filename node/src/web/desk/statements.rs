//! Everybody's statement of a month on paper, each on a page of its own: for letter boxes and for those without a screen.

use super::members::everybody;
use crate::{
    runtime::clock,
    web::{
        Answer, App, Oops,
        forms::Asked,
        member::{Sheet, sheet},
        pages,
        sight::Sight,
        visit::{Frame, Visit},
        words::{Words, beginning_of, date_of},
    },
};
use askama::Template;
use axum::extract::State;
use jiff::{ToSpan as _, civil::Date};
use kith_protocol::ledger::History as _;

#[derive(Template)]
#[template(path = "statements.html", whitespace = "minimize")]
struct StatementsPage<'a> {
    frame: &'a Frame,
    title: String,
    hours: bool,
    sheets: Vec<Sheet>,
    links: Vec<(String, String)>,
}

/// The first day of the month that an address names, as in 2026-05; otherwise of the one before this day's, which is whole.
fn month(asked: &str, today: Date) -> Option<Date> {
    if asked.is_empty() {
        return today.first_of_month().checked_sub(1.month()).ok();
    }
    let (year, month) = asked.split_once('-')?;
    Date::new(year.parse().ok()?, month.parse().ok()?, 1).ok()
}

fn called(words: Words, first: Date) -> String {
    let month = words.t(&format!("month-{}", first.month()));
    words.filled("statements-title", &[("month", month), ("year", first.year().to_string())])
}

fn address(first: Date) -> String {
    format!("/paper/statements?month={:04}-{:02}", first.year(), first.month())
}

pub(super) async fn show(State(app): State<App>, visit: Visit, Asked(asked): Asked) -> Answer {
    let visit = visit.coordinator()?;
    let (frame, words, today) = (&visit.frame, visit.frame.words, date_of(clock::now()));
    let first = month(asked.get("month"), today).ok_or(Oops::Missing)?;
    let next = first.checked_add(1.month()).map_err(|_| Oops::Missing)?;
    let earlier = first.checked_sub(1.month()).map_err(|_| Oops::Missing)?;
    let begins = |day| beginning_of(day).ok_or(Oops::Missing);
    let period = begins(first)?..begins(next)?;
    // Whoever prints it reads it: it shows what a coordinator may see.
    let sight = Sight::ask(&app.handle, false).await?;
    let mut sheets = Vec::new();
    for known in everybody(&app.handle, "").await? {
        let member = (known.named.id, known.named.person.name.clone());
        sheets.extend(sheet(&app.handle, words, sight, member, period.clone()).await?);
    }
    // Before the first entry of the ledger there is nothing to go back to.
    let founded = app.handle.look(|_, book| book.entry(0).map(|entry| entry.at)).await?;
    let mut links = Vec::new();
    if founded.is_some_and(|founded| founded < period.start) {
        links.push((words.t("statements-earlier"), address(earlier)));
    }
    if next <= today {
        links.push((words.t("statements-later"), address(next)));
    }
    links.push((words.t("menu-paper"), "/paper".to_owned()));
    let page = StatementsPage { frame, title: called(words, first), hours: sight.hours(), sheets, links };
    Ok(pages::show(frame, &page))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn a_month_is_named_or_is_the_last_whole_one() {
        let day = |text: &str| text.parse::<Date>().unwrap();
        assert_eq!(month("", day("2026-03-31")), Some(day("2026-02-01")));
        assert_eq!(month("", day("2026-01-05")), Some(day("2025-12-01")));
        assert_eq!(month("2024-02", day("2026-01-05")), Some(day("2024-02-01")));
        for bad in ["2024", "2024-13", "x-1", "2024-0", "2024-02-03", "99999-01"] {
            assert_eq!(month(bad, day("2026-01-05")), None, "{bad}");
        }
    }
}
