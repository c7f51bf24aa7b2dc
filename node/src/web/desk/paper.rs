//! Paper: slips with a square code, and the directory on the notice board.

use super::{members::everybody, scan::slip_code};
use crate::{
    runtime::{clock, listings::Kind},
    web::{
        Answer, App, Oops,
        forms::Asked,
        pages,
        qr::Square,
        visit::{Frame, Visit},
    },
};
use askama::Template;
use axum::extract::State;
use kith_protocol::id::MemberId;
use std::collections::BTreeMap;

/// Slips on one print: two sheets of four.
const SLIPS: usize = 8;

#[derive(Template)]
#[template(path = "paper.html", whitespace = "minimize")]
struct PaperPage<'a> {
    frame: &'a Frame,
}

pub(super) async fn show(visit: Visit) -> Answer {
    let visit = visit.coordinator()?;
    Ok(pages::show(&visit.frame, &PaperPage { frame: &visit.frame }))
}

#[derive(Template)]
#[template(path = "paper_slips.html", whitespace = "minimize")]
struct SlipsPage<'a> {
    frame: &'a Frame,
    slips: std::ops::Range<usize>,
    giver: String,
    square: Option<Square>,
    typed: String,
    /// What can be typed instead of scanned, when a name stands on the slips.
    code: String,
}

/// Blank slips; with a member's name on them when one is named. The square code opens the grid with that name in it.
pub(super) async fn slips(State(app): State<App>, visit: Visit, Asked(asked): Asked) -> Answer {
    let visit = visit.coordinator()?;
    let frame = &visit.frame;
    let mut giver = String::new();
    let mut code = String::new();
    let mut typed = format!("{}/slips", frame.place());
    if !asked.get("giver").is_empty() {
        let id: MemberId = asked.get("giver").parse().map_err(|_| Oops::Missing)?;
        giver = app.handle.persons(vec![id]).await?.remove(&id).ok_or(Oops::Missing)?.name;
        typed = format!("{typed}?giver={id}");
        code = slip_code(&id);
    }
    let page = SlipsPage {
        frame,
        slips: 0..SLIPS,
        giver,
        // Whatever address stands in it: a photo of it is read without one.
        square: Square::new(&typed),
        typed: format!("{}/slips", frame.place()),
        code,
    };
    Ok(pages::show(frame, &page))
}

/// One member in the directory.
struct Entry {
    name: String,
    phone: String,
    offers: Vec<String>,
}

#[derive(Template)]
#[template(path = "directory.html", whitespace = "minimize")]
struct DirectoryPage<'a> {
    frame: &'a Frame,
    today: String,
    entries: Vec<Entry>,
}

pub(super) async fn directory(State(app): State<App>, visit: Visit) -> Answer {
    let visit = visit.coordinator()?;
    let (frame, now) = (&visit.frame, clock::now());
    let known = everybody(&app.handle, "").await?;
    let mut offers: BTreeMap<MemberId, Vec<String>> = BTreeMap::new();
    for (owner, record) in app.handle.standing(now).await? {
        if let (Some(owner), Some((Kind::Offer, listing))) = (owner, Kind::of(&record.item)) {
            offers.entry(owner).or_default().push(listing.title.clone());
        }
    }
    let entries = known.into_iter().map(|known| Entry {
        name: known.named.person.name.clone(),
        // A sheet of paper goes from hand to hand: only what somebody said may stand on it.
        phone: known.named.person.phone.clone().filter(|_| known.named.person.in_directory).unwrap_or_default(),
        offers: offers.remove(&known.named.id).unwrap_or_default(),
    });
    let page = DirectoryPage {
        frame,
        today: frame.words.day(now),
        entries: entries.filter(|entry| !entry.name.is_empty()).collect(),
    };
    Ok(pages::show(frame, &page))
}
