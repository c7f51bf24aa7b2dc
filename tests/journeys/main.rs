//! What a time bank lives by, done in a real browser by people who know only what stands on the pages.
//!
//! Real nodes, Debian's Chromium, and pages that need no script. Whoever has no browser gets a failure that says how to
//! install one; `tests/run` leaves these tests out then, and says so.
//!
//! | journey | computer | phone, 360 wide | scripts off, on both | keyboard alone |
//! |---|---|---|---|---|
//! | each of the twelve in [`JOURNEYS`] | yes | yes | yes | yes, with the focus seen at each stop |
//! | back from a backup, back from a partner | | | on a phone | |
//! | pages that change by themselves | one of them | one of them | need a script | |
//! | a passkey, a key of one's own | | yes | need a script | passkey: each page walked through |
//!
//! Slips are scanned from a photo that is sent like any file, which needs no script.
#![expect(clippy::unwrap_used, reason = "tests")]

mod across;
mod beginning;
mod board;
mod coming_back;
mod hours;
mod leaving;
mod live;
mod own_key;
mod passkey;
mod photo;
mod street;

use anyhow::Context as _;
use kith_tests::browser::Look;
use street::Street;

/// One journey and its name.
type Journey = (&'static str, fn(&mut Street) -> anyhow::Result<()>);

/// In the order in which a community lives them.
const JOURNEYS: [Journey; 12] = [
    ("set up", beginning::set_up),
    ("join by a paper code", beginning::join),
    ("ask", board::ask),
    ("offer with a photo", board::offer),
    ("find", board::find),
    ("agree by message", board::agree),
    ("record", hours::record),
    ("confirm", hours::confirm),
    ("question and correct", hours::question_and_correct),
    ("twenty slips", hours::twenty_slips),
    ("across, while the other node is down and then up", across::across),
    ("leave and be forgotten", leaving::leave),
];

fn play(look: Look, walked: bool) {
    let mut street = Street::new(look, walked).unwrap();
    for (name, journey) in JOURNEYS {
        journey(&mut street).with_context(|| format!("the journey \"{name}\" on {look:?}")).unwrap();
    }
    if walked {
        assert!(street.pages_walked() >= 20, "{} pages were walked by keyboard", street.pages_walked());
    }
}

#[test]
fn on_a_computer() {
    play(Look::DESKTOP, false);
}

#[test]
fn on_a_computer_by_keyboard_alone() {
    play(Look::DESKTOP.by_keyboard(), true);
}

#[test]
fn on_a_phone() {
    play(Look::PHONE, false);
}

#[test]
fn on_a_computer_without_scripts() {
    play(Look::DESKTOP.without_scripts(), false);
}

#[test]
fn on_a_phone_without_scripts() {
    play(Look::PHONE.without_scripts(), false);
}

#[test]
fn pages_show_by_themselves_what_changes() {
    let mut street = Street::new(Look::PHONE, false).unwrap();
    live::pages_show_what_changes(&mut street).unwrap();
}

#[test]
fn a_passkey_opens_the_door_until_it_is_removed() {
    let mut street = Street::new(Look::PHONE, true).unwrap();
    passkey::a_passkey_opens_the_door(&mut street).unwrap();
}

#[test]
fn an_answer_comes_by_itself_to_whoever_waits_for_it() {
    let mut street = Street::new(Look::DESKTOP, false).unwrap();
    live::answers_come_by_themselves(&mut street).unwrap();
}

#[test]
fn a_key_of_ones_own_signs() {
    let mut street = Street::new(Look::PHONE, false).unwrap();
    own_key::a_phone_signs(&mut street).unwrap();
}

#[test]
fn a_community_comes_back_from_its_backup() {
    let mut street = Street::new(Look::PHONE.without_scripts(), false).unwrap();
    coming_back::from_a_backup(&mut street).unwrap();
}

#[test]
fn a_community_comes_back_from_a_partner() {
    let mut street = Street::new(Look::PHONE.without_scripts(), false).unwrap();
    coming_back::from_a_partner(&mut street).unwrap();
}
