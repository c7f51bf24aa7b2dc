//! Every page, judged by programs that others wrote: axe for accessibility, html-validate for the markup, Lighthouse for
//! both and for speed; and pictures of the main ones, for people to judge.
//!
//! `tests/run` installs the checkers below `target/tools` and leaves these tests out, with a word, where it cannot.
#![expect(clippy::unwrap_used, reason = "tests")]

mod axe;
mod flows;
mod lighthouse;
mod markup;
mod pictures;
mod recorder;
mod routes;
mod starting;
mod town;

use town::Town;

#[test]
fn axe_finds_nothing_in_any_colours_at_any_width_and_without_scripts() {
    axe::every_page(&Town::new().unwrap()).unwrap();
}

#[test]
fn the_markup_is_valid() {
    markup::every_page(&mut Town::new().unwrap()).unwrap();
}

#[test]
fn pictures_of_the_main_pages_are_made() {
    pictures::main_pages(&Town::new().unwrap()).unwrap();
}

#[test]
fn lighthouse_has_nothing_to_say_of_the_main_pages() {
    lighthouse::main_pages(&Town::new().unwrap()).unwrap();
}

#[test]
fn no_page_is_left_out() {
    routes::complete().unwrap();
}
