//! The shelf: what a community publishes. Each record has a key and the community's next revision number; a newer revision of
//! a key replaces the older, a withdrawal stands in its place until it expires, and a signed head lets a receiver know
//! whether it holds everything.

mod accept;
mod record;
mod when;

pub use accept::{Held, Known, Verdict, accept, live_root};
pub use record::{
    Announcement, Category, Head, ITEM_DAYS_MAX, Item, Listing, MAX_ANNOUNCEMENT_BYTES, MAX_LISTING_TEXT,
    MAX_RECORD_BYTES, MAX_TAGS, MAX_TITLE, Record, check_record,
};
pub use when::{DAYS, LAST_DAY, PARTS, Times, When};

/// The most live records of one community: a town of 50,000 members with one offer each.
pub const MAX_LIVE_RECORDS: usize = 50_000;
/// The most communities a node keeps the shelves of.
pub const MAX_COMMUNITIES: usize = 10_000;

#[cfg(test)]
mod tests;
