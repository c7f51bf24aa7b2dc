//! Founding a community: its name and place, its charter, its recovery sheet, and two words asked back.

use super::{Answer, App, Founded, Sending, Setup, frame, sent, wrong::Said};
use crate::{
    area::{Cell, PUBLIC_LETTERS, coordinates, shown_to_all},
    config::keep_zone,
    people::MAX_NAME,
    runtime::{
        Founding, Refused, Root,
        desk::{MAX_CONTACT_WORDS, PaperCode},
        found_with, home,
        office::MAX_WORDS,
    },
    web::{
        desk::{Limits, limit_fields, limits_of},
        forms::{Need, Reader, Sent, Step, choices},
        oops::Oops,
        pages::{self, FormPage, go},
        qr::Square,
        visit::Frame,
        words::{Words, zone_name},
    },
};
use askama::Template;
use axum::{extract::State, http::HeaderMap};
use jiff::tz::{self, TimeZone};
use kith_protocol::{
    community::{Balances, Charter, Confirmation, MAX_NAME as MAX_COMMUNITY},
    minutes::Balance,
    text,
};
use std::{error::Error, sync::Arc};

/// How far below zero a person may go, in hours, when nobody says otherwise.
const FLOOR_HOURS: &str = "40";
/// Words asked back: the fifth and the eighteenth stand on different lines of any sheet.
const ASKED_BACK: [usize; 2] = [5, 18];

/// The longest place as typed: two numbers with their degrees.
const MAX_PLACE: usize = 60;
/// The longest name of a time zone as typed: twice that of any there is.
const MAX_ZONE: usize = 64;
/// Letters of a geohash that are kept of where a member lives: a kilometre or so.
const HOME_LETTERS: usize = 6;

/// The rough place of a community, if it says one: as coordinates or as a geohash.
pub(in crate::web) fn area_field(reader: &mut Reader<'_>) -> Option<String> {
    place_field(reader, "setup-area", PUBLIC_LETTERS)
}

/// Where a member lives, roughly. Only they and the coordinators see it.
pub(in crate::web) fn home_field(reader: &mut Reader<'_>) -> Option<String> {
    place_field(reader, "me-area", HOME_LETTERS)
}

/// Where a listing is, folded away. Everybody sees it, so that it is no finer than where a community is: a finer code is cut.
pub(in crate::web) fn listing_place_field(reader: &mut Reader<'_>) -> Option<String> {
    let mut area = place_field(reader, "listing-area", PUBLIC_LETTERS);
    if let (Some(shown), Some(field)) = (area.as_deref().and_then(shown_to_all), reader.fields.last_mut()) {
        field.value.clone_from(&shown);
        area = Some(shown);
    }
    reader.aside();
    area
}

/// A rough place: of coordinates so many letters of their geohash are kept.
fn place_field(reader: &mut Reader<'_>, label: &str, letters: usize) -> Option<String> {
    let typed = reader.line("area", label, MAX_PLACE, Need::May);
    let place = coordinates(&typed).map(|place| Cell::geohash(place, letters));
    // From here on there is the rough place only: no page shows or carries the exact one.
    if let (Some(place), Some(field)) = (&place, reader.fields.last_mut()) {
        field.value.clone_from(place);
    }
    let area = place.unwrap_or_else(|| typed.to_lowercase());
    if !area.is_empty() && text::check_area(&area).is_err() {
        let error = reader.words().t("setup-area-wrong");
        reader.fail("area", error);
    }
    Some(area).filter(|area| !area.is_empty())
}

/// The zone that somebody means: by its name, or by a town that has its name from nowhere else.
fn zone_meant(typed: &str) -> Option<TimeZone> {
    let typed = typed.replace(' ', "_");
    if let Ok(zone) = TimeZone::get(&typed) {
        return Some(zone);
    }
    let known = tz::db().available();
    let named =
        known.filter(|name| name.as_str().rsplit('/').next().is_some_and(|town| town.eq_ignore_ascii_case(&typed)));
    let mut named = named.into_iter();
    let only = named.next().filter(|_| named.next().is_none())?;
    TimeZone::get(only.as_str()).ok()
}

/// The machine's zone, if it is that of a place. Rented computers have none, and nobody lives by what they have instead.
fn zone_here() -> Option<String> {
    zone_name().filter(|name| name.contains('/') && !name.starts_with("Etc/"))
}

/// The zone in which the pages tell the time.
fn zone_field(reader: &mut Reader<'_>) -> Option<TimeZone> {
    let typed = reader.line("zone", "setup-zone", MAX_ZONE, Need::Must);
    let zone = zone_meant(&typed);
    if zone.is_none() && !typed.is_empty() {
        let error = reader.words().t("setup-zone-wrong");
        reader.fail("zone", error);
    }
    zone
}

/// The first things that are asked.
struct Named {
    charter: Charter,
    coordinator: String,
    contact: String,
    zone: Option<TimeZone>,
}

fn name_fields(reader: &mut Reader<'_>) -> Named {
    let name = reader.line("name", "setup-name", MAX_COMMUNITY, Need::Must);
    let area = area_field(reader);
    let zone = zone_field(reader);
    let coordinator = reader.filled_line("coordinator", "setup-coordinator", MAX_NAME, Need::Must, "text", "name");
    let contact = reader.line("contact", "setup-contact", MAX_CONTACT_WORDS, Need::May);
    Named { charter: Charter::new(name, area), coordinator, contact, zone }
}

fn name_page<'a>(frame: &'a Frame, reader: Reader<'_>) -> FormPage<'a> {
    FormPage::new(frame, frame.t("setup-name-title"), reader, "/setup/name", frame.t("go-on"))
}

pub(super) async fn show_name(State(setup): App, headers: HeaderMap) -> Answer {
    let frame = frame(&setup, &headers)?;
    let now = zone_here().unwrap_or_default();
    let now = Sent::filled([("zone", now.as_str())]);
    let mut reader = Reader::open(frame.words, &now);
    name_fields(&mut reader);
    Ok(name_page(&frame, reader).answer())
}

pub(super) async fn name(State(setup): App, headers: HeaderMap, form: Sending) -> Answer {
    let (frame, sent) = sent(&setup, &headers, form)?;
    let mut reader = Reader::judge(frame.words, &sent);
    let Named { charter, coordinator, contact, zone } = name_fields(&mut reader);
    if !reader.is_fine() || sent.step() == Step::Edit {
        return Ok(name_page(&frame, reader).answer());
    }
    let mut answers = setup.answers();
    answers.founding = Some(Founding { charter, coordinator });
    answers.contact = Some(contact).filter(|contact| !contact.is_empty());
    answers.zone = zone;
    Ok(go("/setup/charter"))
}

/// Who has to agree to an exchange, in the words of forms.
pub(in crate::web) const CONFIRMATIONS: [(&str, &str, Confirmation); 3] = [
    ("receiver", "setup-confirm-receiver", Confirmation::Receiver),
    ("both", "setup-confirm-both", Confirmation::Both),
    ("either", "setup-confirm-either", Confirmation::Either),
];

/// Who sees how many hours somebody gave and received, in the words of forms.
pub(in crate::web) const BALANCES: [(&str, &str, Balances); 3] = [
    ("shown", "balances-shown", Balances::Shown),
    ("hidden", "balances-hidden", Balances::Hidden),
    ("gifts", "balances-gifts", Balances::Gifts),
];

/// Whether anybody keeps score. Whoever says nothing of it means the usual.
pub(in crate::web) fn balances_field(reader: &mut Reader<'_>) -> Balances {
    let options = choices(reader.words(), BALANCES.map(|(value, key, _)| (value, key)));
    let chosen = reader.choice("balances", "balances", options, Need::May);
    BALANCES.iter().find(|(value, _, _)| *value == chosen).map_or(Balances::Shown, |(_, _, found)| *found)
}

/// What holds in every community that keeps hours, and keeps it safe with benefits and tax.
pub(in crate::web) const RAILS: [&str; 4] =
    ["charter-rail-hours", "charter-rail-money", "charter-rail-goods", "charter-rail-expiry"];

/// The rules that a form asks for.
struct Rules {
    balances: Balances,
    floor: Balance,
    limits: Limits,
    confirmation: Confirmation,
    benefits: String,
}

fn charter_fields(reader: &mut Reader<'_>) -> Option<Rules> {
    let balances = balances_field(reader);
    let hours = reader.number("floor", "setup-floor", 0..=1_000);
    let limits = limit_fields(reader);
    let options = choices(reader.words(), CONFIRMATIONS.map(|(value, key, _)| (value, key)));
    let chosen = reader.choice("confirmation", "setup-confirmation", options, Need::May);
    let found = CONFIRMATIONS.iter().find(|(value, _, _)| *value == chosen);
    let confirmation = found.map_or(Confirmation::Receiver, |(_, _, confirmation)| *confirmation);
    let benefits = reader.area("benefits", "charter-benefits", MAX_WORDS, Need::May);
    let floor = i64::try_from(hours).ok().and_then(|hours| Balance::new(-hours * 60).ok())?;
    Some(Rules { balances, floor, limits: limits?, confirmation, benefits })
}

fn charter_page<'a>(frame: &'a Frame, reader: Reader<'_>) -> FormPage<'a> {
    FormPage::new(frame, frame.t("setup-charter"), reader, "/setup/charter", frame.t("go-on"))
        .lead(frame.t("setup-charter-lead"))
        .lead(RAILS.map(|key| frame.t(key)).join(" "))
        .lead(frame.t("charter-benefits-warning"))
}

pub(super) async fn show_charter(State(setup): App, headers: HeaderMap) -> Answer {
    let frame = frame(&setup, &headers)?;
    let limits = limits_of(&Charter::new(String::new(), None));
    let limits = limits.iter().map(|(name, hours)| (*name, hours.as_str()));
    let usual = Sent::filled(limits.chain([("floor", FLOOR_HOURS)]));
    let mut reader = Reader::open(frame.words, &usual);
    charter_fields(&mut reader);
    Ok(charter_page(&frame, reader).answer())
}

pub(super) async fn charter(State(setup): App, headers: HeaderMap, form: Sending) -> Answer {
    let (frame, sent) = sent(&setup, &headers, form)?;
    let mut reader = Reader::judge(frame.words, &sent);
    let rules = charter_fields(&mut reader);
    let Some(rules) = rules.filter(|_| reader.is_fine()) else { return Ok(charter_page(&frame, reader).answer()) };
    let root = match Root::random() {
        Ok(root) => root,
        Err(why) => return Ok(Oops::Refused(Refused::People(why.to_string())).page(&frame)),
    };
    let mut answers = setup.answers();
    answers.benefits = Some(rules.benefits).filter(|benefits| !benefits.is_empty());
    let Some(founding) = answers.founding.as_mut() else { return Ok(go("/setup/name")) };
    let charter = &mut founding.charter;
    (charter.balances, charter.person_floor, charter.confirmation) = (rules.balances, rules.floor, rules.confirmation);
    let Limits { organisations, ceiling, longest } = rules.limits;
    (charter.organisation_floor, charter.ceiling, charter.largest_exchange) = (organisations, ceiling, longest);
    // Made once: words that somebody wrote down stay the words.
    answers.root.get_or_insert(root);
    Ok(go("/setup/words"))
}

/// The sheet with the words.
#[derive(Template)]
#[template(path = "setup_words.html", whitespace = "minimize")]
struct WordsPage<'a> {
    frame: &'a Frame,
    name: String,
    words: Vec<String>,
    /// All of the words, for whoever types them in later with a camera at hand.
    square: Option<Square>,
}

pub(super) async fn show_words(State(setup): App, headers: HeaderMap) -> Answer {
    let frame = frame(&setup, &headers)?;
    let answers = setup.answers();
    let (Some(founding), Some(root)) = (&answers.founding, &answers.root) else { return Ok(go("/setup/name")) };
    let all = root.words();
    let words = all.split(' ').map(str::to_owned).collect();
    let (name, square) = (founding.charter.name.clone(), Square::new(&all));
    Ok(pages::show(&frame, &WordsPage { frame: &frame, name, words, square }))
}

fn check_fields(reader: &mut Reader<'_>, expected: Option<&str>) {
    let words = reader.words();
    for number in ASKED_BACK {
        let name = format!("word-{number}");
        let typed = reader.line(&name, "setup-word", 20, Need::Must);
        if let Some(field) = reader.fields.last_mut() {
            field.label = words.t1("setup-word", "n", number);
        }
        let right = expected.and_then(|words| words.split(' ').nth(number - 1));
        if right.is_some_and(|right| right != typed.to_lowercase()) {
            reader.fail(&name, words.t("setup-word-wrong"));
        }
    }
}

fn check_page<'a>(frame: &'a Frame, reader: Reader<'_>) -> FormPage<'a> {
    FormPage::new(frame, frame.t("setup-check"), reader, "/setup/check", frame.t("setup-found"))
        .lead(frame.t("setup-check-lead"))
        .other(frame.t("setup-words-again"), "/setup/words".into())
}

pub(super) async fn show_check(State(setup): App, headers: HeaderMap) -> Answer {
    let frame = frame(&setup, &headers)?;
    let nothing = Sent::default();
    let mut reader = Reader::open(frame.words, &nothing);
    check_fields(&mut reader, None);
    Ok(check_page(&frame, reader).answer())
}

pub(super) async fn check(State(setup): App, headers: HeaderMap, form: Sending) -> Answer {
    let (frame, sent) = sent(&setup, &headers, form)?;
    if let Some(page) = setup.last_page(&frame) {
        return Ok(page);
    }
    let mut reader = Reader::judge(frame.words, &sent);
    let expected = setup.answers().root.as_ref().map(Root::words);
    let Some(expected) = expected else { return Ok(go("/setup/charter")) };
    check_fields(&mut reader, Some(&expected));
    if !reader.is_fine() {
        return Ok(check_page(&frame, reader).answer());
    }
    Ok(match found(Arc::clone(&setup)).await {
        Ok(()) => setup.last_page(&frame).unwrap_or_else(|| go("/setup/check")),
        Err(why) => {
            let Said { words, technical } = why.said(frame.words);
            tracing::warn!(why = technical, "the community could not be founded");
            check_page(&frame, reader).refused(Some(words)).technical(technical).answer()
        }
    })
}

/// Why there is no community.
enum Unfounded {
    /// Another one comes back here.
    ComingBack,
    /// Nobody said yet what it is to be.
    Unnamed,
    /// The disk, the network or the system.
    Failed(Box<dyn Error + Send + Sync>),
}

impl<E: Error + Send + Sync + 'static> From<E> for Unfounded {
    fn from(why: E) -> Self {
        Self::Failed(Box::new(why))
    }
}

impl Unfounded {
    fn said(&self, words: Words) -> Said {
        match self {
            Self::ComingBack => Said::plain(words.t("setup-coming-back")),
            Self::Unnamed => Said::plain(words.t("setup-unnamed")),
            Self::Failed(why) => Said::of(words, &**why),
        }
    }
}

async fn found(setup: Arc<Setup>) -> Result<(), Unfounded> {
    let founding = tokio::task::spawn_blocking(move || {
        let mut answers = setup.answers();
        if answers.founded.is_some() {
            return Ok(());
        }
        // Whoever began to bring a community back, and founds one instead, leaves nothing behind.
        if !answers.bringing.forget() {
            return Err(Unfounded::ComingBack);
        }
        let (Some(founding), Some(root)) = (&answers.founding, &answers.root) else {
            return Err(Unfounded::Unnamed);
        };
        let (_, coordinator) = found_with(&setup.dir, founding, root)?;
        let code = PaperCode::from_bytes(home::random()?);
        let (contact, benefits, zone) = (answers.contact.clone(), answers.benefits.clone(), answers.zone.clone());
        if let Some(Err(why)) = zone.as_ref().and_then(TimeZone::iana_name).map(|name| keep_zone(&setup.dir, name)) {
            tracing::warn!(why, "the time zone could not be kept in the settings");
        }
        let invitation = answers.invitation.take();
        answers.root = None;
        answers.founded =
            Some(Founded { sign_in: Some((coordinator, code)), contact, benefits, zone, invitation, restored: false });
        Ok(())
    });
    founding.await?
}

#[cfg(test)]
mod tests {
    use super::zone_meant;

    #[test]
    fn a_zone_is_known_by_its_name_or_its_town() {
        let meant = |typed: &str| zone_meant(typed).and_then(|zone| zone.iana_name().map(str::to_owned));
        for (typed, zone) in [
            ("Europe/London", "Europe/London"),
            ("europe/london", "Europe/London"),
            ("London", "Europe/London"),
            ("new york", "America/New_York"),
            ("UTC", "UTC"),
        ] {
            assert_eq!(meant(typed).as_deref(), Some(zone), "{typed}");
        }
        // Nowhere; a part of the world; no town at all.
        for typed in ["Elm Street", "Europe", "", "/", "../London"] {
            assert_eq!(meant(typed), None, "{typed}");
        }
    }
}
