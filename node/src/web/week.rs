//! The week on one page: what is new on the board, what takes place, what is said to everybody, and what waits for
//! whoever reads it. It hangs on the notice board, lies in letter boxes, and goes out by e-mail where that is set up.

use super::{
    Answer, App,
    acting::Acting,
    exchanges::{Seen, waiting_of},
    forms::{Asked, Post},
    member::{names, told},
    news::{News, go_telling},
    pages::{self, Press},
    visit::{Frame, Visit},
    words::{Words, date_of, shortened},
};
use crate::runtime::{Handle, Refused, clock};
use askama::Template;
use axum::{
    Router,
    extract::State,
    routing::{get, post},
};
use kith_protocol::{
    id::MemberId,
    shelf::Record,
    time::{Span, Timestamp},
};

/// Lines of each part: what fits a sheet of paper in large print.
const SHOWN: usize = 8;
/// Letters of a notice that stand in it.
const NOTICE_LETTERS: usize = 300;
/// Sheets on one print.
const SHEETS: usize = 30;

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/week", get(show))
        .route("/week/letter", post(letter))
        .route("/paper/week", get(for_the_board))
        .route("/paper/weeks", get(sheets))
}

/// One part of it: its heading and its lines.
pub(super) struct Part {
    pub(super) heading: String,
    pub(super) lines: Vec<String>,
}

/// The week for one reader, or for the notice board.
pub(super) struct Week {
    pub(super) heading: String,
    pub(super) until: String,
    pub(super) parts: Vec<Part>,
}

/// What waits for a member's answer.
async fn waiting(handle: &Handle, member: MemberId) -> Result<Vec<Seen>, Refused> {
    let mut found = handle.look(move |machine, _| waiting_of(machine, &member)).await?;
    found.retain(|seen| seen.waits_for(&member));
    Ok(found)
}

/// New listings in a line each.
fn board(words: Words, records: &[Record]) -> Vec<String> {
    let listings = records.iter().filter_map(|record| record.item.listing()).take(SHOWN);
    listings.map(|listing| format!("{} ({})", listing.title, words.category(listing.category))).collect()
}

/// Puts the week together.
pub(super) async fn gather(
    handle: &Handle,
    words: Words,
    member: Option<MemberId>,
    now: Timestamp,
) -> Result<Week, Refused> {
    let found = handle.week(member).await?;
    let mut parts = Vec::new();
    let mut part = |key: &str, lines: Vec<String>| {
        if !lines.is_empty() {
            parts.push(Part { heading: words.t(key), lines });
        }
    };
    if let Some(me) = member {
        let mut mine = waiting(handle, me).await?;
        let more = mine.len().saturating_sub(SHOWN) as u64;
        mine.truncate(SHOWN);
        let named = names(handle, mine.iter().flat_map(|seen| seen.parties())).await?;
        let lines = mine.iter().map(|seen| told(words, &named, seen, Some(me)));
        let more = (more > 0).then(|| words.n("home-mine-more", more));
        part("home-mine", lines.chain(more).collect());
        let unread = found.unread as u64;
        part("messages", if unread > 0 { vec![words.n("home-letters", unread)] } else { Vec::new() });
    }
    let notice = |text: &str| shortened(&text.replace('\n', " "), NOTICE_LETTERS);
    part("notices", found.notices.iter().take(SHOWN).map(|(_, one)| notice(&one.text)).collect());
    let soon = found.events.iter().take(SHOWN);
    let soon = soon.map(|(_, event)| {
        let values = [
            ("what", event.title.clone()),
            ("day", words.day(event.begins)),
            ("time", words.time(event.begins)),
            ("place", event.place.clone()),
        ];
        words.filled("week-event", &values)
    });
    part("events", soon.collect());
    part("week-needs", board(words, &found.needs));
    part("week-offers", board(words, &found.offers));
    let heading = match member {
        Some(member) => {
            let name = names(handle, [member]).await?.remove(&member).unwrap_or_default();
            words.t1("week-for", "name", name)
        }
        None => words.t("week"),
    };
    Ok(Week { heading, until: words.day(now), parts })
}

#[derive(Template)]
#[template(path = "week.html", whitespace = "minimize")]
struct WeekPage<'a> {
    frame: &'a Frame,
    acting: Option<String>,
    lead: String,
    /// Whether letters come, or could.
    letters: bool,
    weeks: Vec<Week>,
    press: Option<Press>,
    links: Vec<(String, String)>,
}

pub(super) async fn show(State(app): State<App>, visit: Visit, Asked(asked): Asked) -> Answer {
    let (frame, words) = (&visit.frame, visit.frame.words);
    let acting = Acting::of(&app.handle, &visit.member, &asked).await?;
    let week = gather(&app.handle, words, Some(acting.member), clock::now()).await?;
    let mut press = None;
    let mut lead = words.t("week-lead");
    if let Some(me) = acting.myself().filter(|_| app.handle.mail_is_on()) {
        let wants = app.handle.file(me).await?.weekly.is_some();
        let address = app.handle.persons(vec![me]).await?.remove(&me).and_then(|person| person.email);
        lead = words.t(match (&address, wants) {
            (None, _) => "week-no-address",
            (_, true) => "week-comes",
            (_, false) => "week-could-come",
        });
        let key = if wants { "week-stop" } else { "week-send" };
        press = (address.is_some() || wants)
            .then(|| Press::new(words.t(key), "/week/letter".into()).with("letter", if wants { "no" } else { "yes" }));
    }
    let links = vec![(words.t("menu-home"), acting.address("/home"))];
    let page =
        WeekPage { frame, acting: acting.line(words), lead, letters: press.is_some(), weeks: vec![week], press, links };
    Ok(pages::show(frame, &page))
}

/// Whether the visitor wants the letter: their own word, and nobody else's.
async fn letter(State(app): State<App>, post: Post) -> Answer {
    let wants = post.sent.get("letter") == "yes";
    let language = wants.then(|| post.frame.words.0.tag().to_owned());
    app.handle.set_weekly(post.member.id, language).await?;
    Ok(go_telling("/week", if wants { News::WeekComes } else { News::WeekStops }))
}

/// For the notice board.
async fn for_the_board(State(app): State<App>, visit: Visit) -> Answer {
    let visit = visit.coordinator()?;
    let (frame, words) = (&visit.frame, visit.frame.words);
    let week = gather(&app.handle, words, None, clock::now()).await?;
    let links = vec![(words.t("week-sheets"), "/paper/weeks".into()), (words.t("menu-paper"), "/paper".into())];
    let page = WeekPage {
        frame,
        acting: None,
        lead: words.t("week-board"),
        letters: false,
        weeks: vec![week],
        press: None,
        links,
    };
    Ok(pages::show(frame, &page))
}

/// A sheet for each member who does not get the letter by e-mail.
async fn sheets(State(app): State<App>, visit: Visit, Asked(asked): Asked) -> Answer {
    let visit = visit.coordinator()?;
    let (frame, words, now) = (&visit.frame, visit.frame.words, clock::now());
    let at: usize = asked.get("page").parse().unwrap_or(0);
    let by_mail: Vec<MemberId> = match app.handle.mail_is_on() {
        true => app.handle.files().await?.into_iter().filter(|file| file.weekly.is_some()).map(|f| f.member).collect(),
        false => Vec::new(),
    };
    let all = super::desk::everybody_here(&app.handle).await?;
    let on_paper: Vec<MemberId> = all.into_iter().filter(|id| !by_mail.contains(id)).collect();
    let mut weeks = Vec::new();
    for member in on_paper.iter().skip(at.saturating_mul(SHEETS)).take(SHEETS) {
        weeks.push(gather(&app.handle, words, Some(*member), now).await?);
    }
    let mut links = vec![(words.t("menu-paper"), "/paper".to_owned())];
    if on_paper.len() > at.saturating_add(1).saturating_mul(SHEETS) {
        links.insert(0, (words.t("next-page"), format!("/paper/weeks?page={}", at + 1)));
    }
    let page =
        WeekPage { frame, acting: None, lead: words.t("week-sheets-lead"), letters: false, weeks, press: None, links };
    Ok(pages::show(frame, &page))
}

/// When letters of a week went out last, seen from `now`: on a Monday, when people have had breakfast.
pub(super) fn goes_out(now: Timestamp) -> Option<Timestamp> {
    let today = date_of(now);
    let back = i64::from(today.weekday().to_monday_zero_offset());
    let monday = today.checked_sub(jiff::Span::new().days(back)).ok()?;
    let at = |monday| super::words::beginning_of(monday).map(|begins| begins.plus(Span::seconds(8 * 3_600)));
    at(monday).filter(|begins| *begins <= now).or_else(|| at(monday.checked_sub(jiff::Span::new().days(7)).ok()?))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use jiff::civil::Weekday;

    #[test]
    fn letters_went_out_last_on_a_monday_within_a_week() {
        let begun = clock::now();
        for hour in 0..24 * 15 {
            let now = begun.plus(Span::seconds(hour * 3_600));
            let last = goes_out(now).unwrap();
            assert_eq!(date_of(last).weekday(), Weekday::Monday, "{now:?}");
            // A week in which the clocks are put back is an hour longer.
            assert!(last <= now && now.since(last) <= Span::seconds(169 * 3_600), "{last:?} {now:?}");
        }
    }
}
