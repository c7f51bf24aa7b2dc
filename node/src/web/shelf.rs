//! The offers and needs on the public page.

use super::words::{Words, shortened};
pub(super) use crate::runtime::own::listings_of as of_member;
use crate::runtime::{book::Book, office::AllInside, week::NEWEST_READ};
use kith_protocol::{
    codec,
    envelope::Unverified,
    id::MemberId,
    machine::Machine,
    shelf::{Category, Item, Listing, Record},
    time::Timestamp,
};
use std::collections::BTreeSet;

/// The most of our own offers on the page, and of our own needs: what a person will look through.
pub(super) const OWN_SHOWN: usize = 45;
/// How many of our newest listings are read for the page; the second number only when the first did not give enough
/// of both kinds. A thousand records take a few milliseconds to read.
const OWN_READ: [usize; 2] = [NEWEST_READ, 1_000];
/// The most characters of a text on a card: about four lines on a phone.
const CARD_TEXT: usize = 240;
/// What the cards of one kind may weigh on the page: the whole page with its style sheet has to stay under 60 KB.
const OWN_BYTES: usize = 10_700;
/// What the template makes of a card without words.
const CARD_BYTES: usize = 90;

/// Listings found, newest first.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) offers: Vec<Listing>,
    pub(super) needs: Vec<Listing>,
}

impl Found {
    /// Those of `records`, the newest first, that stand at `now`.
    fn of(records: impl Iterator<Item = Record>, now: Timestamp, most: usize) -> Self {
        let mut found = Self::default();
        for record in records.filter(|record| record.expires_at > now) {
            let (list, listing) = match record.item {
                Item::Offer(listing) => (&mut found.offers, listing),
                Item::Need(listing) => (&mut found.needs, listing),
                Item::Card(_) | Item::Withdrawn => continue,
            };
            if list.len() < most {
                list.push(listing);
            }
        }
        found
    }

    fn full(&self, most: usize) -> bool {
        self.offers.len() >= most && self.needs.len() >= most
    }
}

/// Revisions of our own listings that stand and that anybody may read, newest first.
fn public_revisions(machine: &Machine, inside: &AllInside, now: Timestamp) -> Vec<u64> {
    let (_, shelf) = machine.state().shelf();
    let open = shelf.iter().filter(|(key, own)| own.listing && own.expires_at > now && !inside.contains_key(key));
    let mut revisions: Vec<u64> = open.map(|(_, own)| own.revision).collect();
    revisions.sort_unstable_by(|a, b| b.cmp(a));
    revisions
}

/// Our records at these revisions, which are the newest first. There may be many between them that are for members only,
/// so nothing else is read; neighbours are read together.
fn records_at(machine: &Machine, book: &Book, revisions: &[u64]) -> impl Iterator<Item = Record> {
    let own = machine.identity().community;
    let runs = revisions.chunk_by(|newer, older| newer.abs_diff(*older) == 1);
    runs.flat_map(move |run| {
        let before = run.last().map_or(0, |oldest| oldest.saturating_sub(1));
        let rows = book.shelf_rows(&own, before, run.len()).into_iter().rev();
        rows.filter_map(|(_, bytes)| Some(codec::decode_own::<Unverified<Record>>(&bytes).ok()?.content))
    })
}

/// Our own newest listings that anybody may read, newest first, at most this many.
pub(super) fn newest(machine: &Machine, book: &Book, inside: &AllInside, now: Timestamp, most: usize) -> Vec<Record> {
    let revisions = public_revisions(machine, inside, now);
    records_at(machine, book, &revisions[..revisions.len().min(most)]).collect()
}

/// Our own newest listings that anybody may read.
pub(super) fn own(machine: &Machine, book: &Book, inside: &AllInside, now: Timestamp) -> Found {
    let revisions = public_revisions(machine, inside, now);
    let mut found = Found::default();
    for most in OWN_READ {
        let records = records_at(machine, book, &revisions[..revisions.len().min(most)]);
        found = Found::of(records, now, OWN_SHOWN);
        if found.full(OWN_SHOWN) || most >= revisions.len() {
            break;
        }
    }
    found
}

/// The kinds of things a member offers.
pub(super) fn skills(machine: &Machine, book: &Book, member: &MemberId, now: Timestamp) -> BTreeSet<Category> {
    let records = of_member(machine, book, member, now);
    let offered = records.iter().filter_map(|record| match &record.item {
        Item::Offer(listing) => Some(listing.category),
        Item::Need(_) | Item::Card(_) | Item::Withdrawn => None,
    });
    offered.collect()
}

/// A listing on the page.
#[derive(Debug)]
pub(super) struct Card {
    pub(super) title: String,
    pub(super) text: String,
    /// The kind of skill.
    pub(super) category: String,
    pub(super) tags: Vec<String>,
    /// Whether it can be done from afar.
    pub(super) remote: bool,
    /// Language of the words, where it is not the page's.
    pub(super) language: Option<String>,
}

impl Card {
    pub(super) fn new(words: Words, listing: Listing) -> Self {
        let page = words.0.code();
        let same = listing.language.split('-').next().is_some_and(|main| main.eq_ignore_ascii_case(page));
        Self {
            title: listing.title,
            text: listing.text.map(|text| shortened(&text, CARD_TEXT)).unwrap_or_default(),
            category: words.category(listing.category),
            tags: listing.tags,
            remote: listing.remote,
            language: (!same).then_some(listing.language),
        }
    }

    /// What it weighs on the page, at most: its words, and what the template puts around each.
    pub(super) fn bytes(&self) -> usize {
        // `<`, `>`, `&` and quotes become five bytes each.
        let escaped = |text: &str| text.len() + 4 * text.bytes().filter(|byte| b"<>&\"'".contains(byte)).count();
        let tags: usize = self.tags.iter().map(|tag| escaped(tag) + 16).sum();
        let remote = if self.remote { 20 } else { 0 };
        let language = self.language.as_deref().map_or(0, |language| escaped(language) + 28);
        let said = escaped(&self.title) + escaped(&self.text) + self.category.len();
        CARD_BYTES + said + tags + remote + language
    }
}

/// One kind of listing on the page. What partners list is for members: a partner's record does not say whether anybody may
/// read it.
#[derive(Debug, Default)]
pub(super) struct Board {
    pub(super) cards: Vec<Card>,
    /// Whether some of ours found no room.
    pub(super) more: bool,
}

impl Board {
    /// Pins as many as the page can bear.
    pub(super) fn new(words: Words, own: Vec<Listing>) -> Self {
        let mut board = Self { cards: Vec::new(), more: own.len() >= OWN_SHOWN };
        let mut left = OWN_BYTES;
        for listing in own {
            let card = Card::new(words, listing);
            let Some(rest) = left.checked_sub(card.bytes()) else {
                board.more = true;
                break;
            };
            left = rest;
            board.cards.push(card);
        }
        board
    }
}
