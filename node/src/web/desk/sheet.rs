//! The balance sheet of a partnership, on the screen and as the file that `kith verify` checks; and the proof against a partner
//! who signed two things that cannot both be true.

use crate::{
    runtime::clock,
    web::{
        Answer, App, Oops,
        member::{DOCUMENT, attachment},
        pages::{self, FactsPage},
        partners::{Line, Seen},
        visit::Visit,
        words::Words,
    },
};
use axum::extract::{Path, State};
use kith_protocol::{
    document::Document,
    id::CommunityId,
    machine::Condition,
    partnership::Kind,
    rejection::Rejection,
    sheet::{BalanceSheet, Checked},
    time::{Span, Timestamp},
};

/// How far back the sheet goes of partners with more exchanges than one sheet may list: a year.
const WHEN_MANY: Span = Span::days(365);
/// How many of the last exchanges the page names.
const LAST: usize = 10;

/// What there is about a partner.
struct Found {
    community: CommunityId,
    seen: Seen,
    sheet: Document,
    evidence: Option<Document>,
}

async fn find(app: &App, id: &str) -> Result<Found, Oops> {
    let community: CommunityId = id.parse().map_err(|_| Oops::Missing)?;
    let now = clock::now();
    let until = Timestamp(now.0.saturating_add(1));
    let look = app.handle.look(move |machine, book| {
        let (account, partner) = machine.state().ledger().partner_of(&community)?;
        let evidence = match machine.state().conditions().get(account) {
            Some(Condition::Frozen { evidence }) => Some(Document::Evidence(evidence.clone())),
            _ => None,
        };
        let since = |from: Timestamp| machine.balance_sheet(account, from..until, now, book);
        let sheet = match since(Timestamp(0)) {
            Err(Rejection::TooManyLines { .. }) => since(Timestamp(now.0.saturating_sub(WHEN_MANY.0))),
            sheet => sheet,
        };
        Some(sheet.map(|sheet| Found { community, seen: Seen::of(machine, account, partner), sheet, evidence }))
    });
    Ok(look.await?.ok_or(Oops::Missing)??)
}

/// Hours that one side is ahead, in words that say which.
fn ahead(words: Words, minutes: i64) -> String {
    let hours = words.hours(minutes.unsigned_abs());
    match minutes {
        0 => words.t("sheet-even"),
        1.. => words.t1("sheet-received", "hours", hours),
        _ => words.t1("sheet-given", "hours", hours),
    }
}

fn rows(words: Words, checked: &Checked) -> Vec<(String, String)> {
    let hours = |minutes: u64| words.hours(minutes);
    let since = if checked.from.0 == 0 { words.t("sheet-beginning") } else { words.day(checked.from) };
    vec![
        (words.t("sheet-since"), since),
        (words.t("sheet-exchanges"), checked.exchanges.to_string()),
        (words.t("sheet-ours"), hours(checked.received)),
        (words.t("sheet-theirs"), hours(checked.given)),
        (words.t("sheet-now"), ahead(words, checked.closing)),
        (words.t("partners-ours"), hours(checked.limit)),
        (words.t("partners-theirs"), hours(checked.partner_limit)),
    ]
}

/// The last exchanges of a sheet, the newest first, in a line each.
fn last(words: Words, sheet: &BalanceSheet) -> String {
    let lines = sheet.lines.iter().rev().take(LAST).map(|line| {
        let proposal = &line.proposal.content;
        let what = match (proposal.kind, proposal.lane == sheet.maker) {
            (Kind::Exchange, true) => "sheet-ours",
            (Kind::Exchange, false) => "sheet-theirs",
            (Kind::Reversal { .. }, true) => "sheet-back-ours",
            (Kind::Reversal { .. }, false) => "sheet-back-theirs",
        };
        let hours = words.hours(u64::from(proposal.minutes.get()));
        words.filled("sheet-line", &[("day", words.day(line.at)), ("what", words.t(what)), ("hours", hours)])
    });
    lines.collect::<Vec<_>>().join("\n")
}

pub(super) async fn show(State(app): State<App>, visit: Visit, Path(id): Path<String>) -> Answer {
    let visit = visit.coordinator()?;
    let (frame, words) = (&visit.frame, visit.frame.words);
    let found = find(&app, &id).await?;
    let Document::BalanceSheet(sheet) = &found.sheet else { return Err(Oops::Missing) };
    // The signatures on it were checked as they came; whoever is given the file checks them again.
    let checked = sheet.content.add_up()?;
    let at = format!("/partners/{}", found.community);
    let mut lead = vec![words.t("sheet-lead")];
    let mut links = vec![(words.t("sheet-file"), format!("{at}/sheet.kith"))];
    if found.evidence.is_some() {
        lead.push(words.t("sheet-evidence-lead"));
        links.push((words.t("sheet-evidence"), format!("{at}/evidence.kith")));
    }
    links.push((words.t("menu-partners"), "/partners".into()));
    let name = found.seen.name(words);
    let mut rows = rows(words, &checked);
    rows.push((words.t("sheet-waits"), Line::new(words, found.seen, clock::now()).waiting.join("\n")));
    if checked.exchanges > 0 {
        rows.push((words.t("sheet-last"), last(words, &sheet.content)));
    }
    let page =
        FactsPage { frame, heading: words.t1("sheet-with", "name", name), lead, rows, presses: Vec::new(), links };
    Ok(pages::show(frame, &page))
}

pub(super) async fn file(State(app): State<App>, visit: Visit, Path(id): Path<String>) -> Answer {
    visit.coordinator()?;
    let found = find(&app, &id).await?;
    Ok(attachment(found.sheet.to_bytes(), DOCUMENT, "attachment; filename=\"balance-sheet.kith\""))
}

pub(super) async fn evidence(State(app): State<App>, visit: Visit, Path(id): Path<String>) -> Answer {
    visit.coordinator()?;
    let evidence = find(&app, &id).await?.evidence.ok_or(Oops::Missing)?;
    Ok(attachment(evidence.to_bytes(), DOCUMENT, "attachment; filename=\"evidence.kith\""))
}
