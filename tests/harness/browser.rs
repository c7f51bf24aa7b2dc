//! A real browser, led as a person leads one: by the words on links, buttons and labels.
//!
//! Each [`Browser`] is a session of its own in Debian's Chromium, with its own cookies. What a page must be for everybody
//! is looked at on each arrival: one heading, nothing to scroll sideways for, nothing broken in the console.

mod driver;
mod keyboard;
mod session;

pub use driver::{Driver, SCREENSHOTS, tool};
pub use keyboard::Stop;
pub use session::{Browser, Look};
