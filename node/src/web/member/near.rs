//! What is new nearby, on a member's first page: asks and offers of ours and of communities close by, each with why.

use super::find::{Owned, owned, why};
use crate::{
    area::Cell,
    runtime::{
        book::Book,
        listings::{Kind, Place, Wanted},
        near::Nearby,
        week::{newest, records_after},
    },
    web::{skills, words::Words},
};
use kith_protocol::{
    id::MemberId,
    machine::Machine,
    shelf::{Category, Record},
    time::Timestamp,
};
use std::collections::BTreeSet;

/// New asks on the page, and new offers.
const SHOWN: usize = 3;
/// How many other communities are looked at, and how many of the newest revisions of each: the page is made often.
const COMMUNITIES: usize = 8;
const REVISIONS: usize = 20;

/// Something new nearby.
pub(super) struct Near {
    pub(super) title: String,
    pub(super) category: String,
    /// The other community whose it is.
    pub(super) from: Option<String>,
    pub(super) why: Vec<String>,
    pub(super) address: String,
    /// The drawing of its kind.
    pub(super) skill: &'static str,
}

/// What is new here and close by, as finding tells it, the newest first; not the member's own.
pub(super) fn found(
    machine: &Machine,
    book: &Book,
    (member, home): (&MemberId, Option<Cell>),
    now: Timestamp,
) -> Vec<Owned> {
    let nearby = Nearby::of(machine, home, machine.known().keys().take(COMMUNITIES));
    let others = machine.known().iter().take(COMMUNITIES).flat_map(|(community, known)| {
        let after = known.through.saturating_sub(REVISIONS as u64);
        records_after(book, community, after, REVISIONS).filter(|record| record.expires_at > now)
    });
    let near = |record: &Record| record.item.listing().is_some_and(|listing| nearby.has(&record.community, listing));
    let all = newest(machine, book, now).into_iter().chain(others).filter(near);
    let all = all.map(|record| owned(machine, &nearby, record));
    let mut all: Vec<Owned> = all.filter(|found| found.owner != Some(*member)).collect();
    all.sort_by_key(|found| std::cmp::Reverse(found.record.made_at));
    all
}

/// What is new of one kind: first what fits what the member offers.
pub(super) fn shown(words: Words, kind: Kind, skills: &BTreeSet<Category>, found: &[Owned]) -> Vec<Near> {
    let wanted = Wanted {
        kind,
        place: Place::Near,
        category: None,
        remote: false,
        language: None,
        times: None,
        home: None,
        words: Vec::new(),
    };
    let of_kind = found.iter().filter_map(|found| match Kind::of(&found.record.item) {
        Some((is, listing)) if is == kind => Some((found, listing)),
        _ => None,
    });
    let mut list: Vec<_> = of_kind.collect();
    list.sort_by_key(|(_, listing)| kind == Kind::Offer || !skills.contains(&listing.category));
    let near = list.into_iter().take(SHOWN).map(|(found, listing)| Near {
        title: listing.title.clone(),
        category: words.category(listing.category),
        from: (!found.own).then(|| found.called(words)),
        why: why(words, &wanted, skills, found),
        address: format!("/listing/{}/{}", found.record.community, found.record.key),
        skill: skills::drawing(listing.category),
    });
    near.collect()
}
