//! Looking for offers and needs on all shelves, page by page. The clerk hands out rows; reading and comparing happens
//! here.

use super::{
    clock,
    handle::{Handle, Refused},
    near::Nearby,
    shelves::{ROWS_A_LOOK, communities},
};
use crate::area::Cell;
use kith_protocol::{
    codec,
    envelope::Unverified,
    id::CommunityId,
    shelf::{Category, Item, Listing, Record, Times},
    time::{Span, Timestamp},
};

/// The most rows one request reads, shelves counted like rows: a hundred milliseconds or so of one core.
const MAX_SCANNED: usize = 5_000;

/// For how long a withdrawal stands at least: any node that held the listing is back within a month.
pub const WITHDRAWN_FOR: Span = Span::days(30);

/// Whether a listing gives or asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Somebody offers something.
    Offer,
    /// Somebody asks for something.
    Need,
}

impl Kind {
    /// What an item is, and its words, if it is a listing.
    #[must_use]
    pub const fn of(item: &Item) -> Option<(Self, &Listing)> {
        match item {
            Item::Offer(listing) => Some((Self::Offer, listing)),
            Item::Need(listing) => Some((Self::Need, listing)),
            Item::Card(_) | Item::Withdrawn => None,
        }
    }
}

/// For how long after its last day a need is still shown, because the day ends last where it begins last: half a day.
const DAYS_END: Span = Span::seconds(12 * 60 * 60);

/// Where to look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// On every shelf.
    Everywhere,
    /// On the shelf of one community.
    Only(CommunityId),
    /// On the shelves of all others.
    Others,
    /// Near whoever looks, as [`Nearby`] tells it.
    Near,
}

/// What is looked for.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// Offers or needs.
    pub kind: Kind,
    /// Where to look.
    pub place: Place,
    /// Only of this category.
    pub category: Option<Category>,
    /// Only what can be done from afar.
    pub remote: bool,
    /// Only in this language, whatever its region: the first part of a BCP 47 tag.
    pub language: Option<String>,
    /// Not what says other times than these. What says none may be good at any time.
    pub times: Option<Times>,
    /// Where whoever looks lives, roughly. Where they do not say it, near is near our own community.
    pub home: Option<Cell>,
    /// Words that must all occur, as [`words`] gives them.
    pub words: Vec<String>,
}

/// Whether two language tags begin with the same language.
#[must_use]
pub fn same_language(one: &str, other: &str) -> bool {
    let first = |tag: &str| tag.split('-').next().unwrap_or_default().to_ascii_lowercase();
    first(one) == first(other)
}

/// Whether the last day on which a need wants help is over everywhere.
fn is_over(listing: &Listing, now: Timestamp) -> bool {
    let ends = |day: u32| Timestamp(0).plus(Span::days(u64::from(day) + 1)).plus(DAYS_END);
    listing.when.by.is_some_and(|day| ends(day) <= now)
}

/// Up to where was read: through this revision of this shelf.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursor {
    /// Which shelf.
    pub community: CommunityId,
    /// Which revision.
    pub revision: u64,
}

impl Cursor {
    /// Reads what [`Cursor::text`] wrote.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (revision, community) = text.split_once('@')?;
        Some(Self { community: community.parse().ok()?, revision: revision.parse().ok()? })
    }

    /// For addresses.
    #[must_use]
    pub fn text(&self) -> String {
        format!("{}@{}", self.revision, self.community)
    }
}

/// A page of what was found; with `next` there may be more, even when it is empty.
#[derive(Debug)]
pub struct Listed {
    /// The records, whose items are listings.
    pub records: Vec<Record>,
    /// Where the next page begins.
    pub next: Option<Cursor>,
}

/// A letter as it is compared: small, and without the marks that people leave out when they type.
fn folded(letter: char) -> char {
    match letter {
        'á' | 'à' | 'â' | 'ä' | 'ã' | 'å' => 'a',
        'é' | 'è' | 'ê' | 'ë' => 'e',
        'í' | 'ì' | 'î' | 'ï' => 'i',
        'ó' | 'ò' | 'ô' | 'ö' | 'õ' => 'o',
        'ú' | 'ù' | 'û' | 'ü' => 'u',
        'ŵ' | 'ẁ' | 'ẃ' | 'ẅ' => 'w',
        'ŷ' | 'ỳ' | 'ý' | 'ÿ' => 'y',
        'ñ' => 'n',
        'ç' => 'c',
        other => other,
    }
}

/// A text as it is compared: in small letters and without accents.
#[must_use]
pub fn plain(text: &str) -> String {
    text.chars().flat_map(char::to_lowercase).map(folded).collect()
}

/// The words of a search.
#[must_use]
pub fn words(query: &str) -> Vec<String> {
    plain(query).split_whitespace().map(str::to_owned).collect()
}

/// Whether every word occurs in title, text or tags.
fn matches(listing: &Listing, words: &[String]) -> bool {
    if words.is_empty() {
        return true;
    }
    let texts = [Some(&listing.title), listing.text.as_ref()].into_iter().flatten().chain(&listing.tags);
    let texts: Vec<String> = texts.map(|text| plain(text)).collect();
    words.iter().all(|word| texts.iter().any(|text| text.contains(word)))
}

impl Wanted {
    fn fits(&self, item: &Item, now: Timestamp) -> bool {
        Kind::of(item).is_some_and(|(kind, listing)| {
            kind == self.kind
                && self.category.is_none_or(|category| category == listing.category)
                && (!self.remote || listing.remote)
                && self.language.as_deref().is_none_or(|language| same_language(language, &listing.language))
                && self.times.is_none_or(|wanted| listing.when.times.is_none_or(|times| times.meets(wanted)))
                && !is_over(listing, now)
                && matches(listing, &self.words)
        })
    }

    /// The only shelf to read, when there is one.
    const fn only(&self) -> Option<CommunityId> {
        match self.place {
            Place::Only(community) => Some(community),
            Place::Everywhere | Place::Others | Place::Near => None,
        }
    }

    fn is_there(&self, record: &Record, own: &CommunityId, nearby: Option<&Nearby>) -> bool {
        match self.place {
            Place::Everywhere => true,
            Place::Only(community) => record.community == community,
            Place::Others => record.community != *own,
            Place::Near => {
                let listing = record.item.listing();
                nearby.zip(listing).is_some_and(|(nearby, listing)| nearby.has(&record.community, listing))
            }
        }
    }
}

/// What one look brought.
struct Rows {
    rows: Vec<Vec<u8>>,
    /// What it cost, shelves counted like rows.
    cost: usize,
    /// Up to where was read; nothing when everything was.
    upto: Option<Cursor>,
}

async fn read(handle: &Handle, only: Option<CommunityId>, after: Option<Cursor>) -> Result<Rows, Refused> {
    handle
        .look(move |machine, book| {
            let begun = after.map(|cursor| cursor.community);
            let fresh = if let Some(only) = only {
                Some(only).into_iter().filter(|_| begun.is_none()).collect()
            } else {
                communities(machine, begun.as_ref(), ROWS_A_LOOK)
            };
            let all = only.is_some() || fresh.len() < ROWS_A_LOOK;
            let mut found = Rows { rows: Vec::new(), cost: 0, upto: after };
            for community in begun.into_iter().chain(fresh) {
                let revision = after.filter(|c| c.community == community).map_or(0, |cursor| cursor.revision);
                let room = ROWS_A_LOOK - found.cost.min(ROWS_A_LOOK);
                let rows = book.shelf_rows(&community, revision, room);
                let last = rows.last().map_or(revision, |(revision, _)| *revision);
                found.upto = Some(Cursor { community, revision: last });
                found.cost += rows.len() + 1;
                let full = rows.len() == room;
                found.rows.extend(rows.into_iter().map(|(_, bytes)| bytes));
                if full || found.cost >= ROWS_A_LOOK {
                    return found;
                }
            }
            found.upto = found.upto.filter(|_| !all);
            found
        })
        .await
}

impl Handle {
    /// A page of what is wanted, of at most `limit` records that stand now, in the order of the shelves.
    ///
    /// # Errors
    /// [`Refused::Busy`] or [`Refused::Stopping`].
    pub async fn listings(&self, wanted: &Wanted, limit: usize, after: Option<Cursor>) -> Result<Listed, Refused> {
        let (now, own) = (clock::now(), self.community());
        let nearby = match wanted.place {
            Place::Near => {
                let home = wanted.home;
                Some(self.look(move |machine, _| Nearby::of(machine, home, machine.known().keys())).await?)
            }
            Place::Everywhere | Place::Only(_) | Place::Others => None,
        };
        let (mut records, mut scanned, mut upto): (Vec<Record>, _, _) = (Vec::new(), 0, after);
        let next = 'reading: loop {
            let Rows { rows, cost, upto: reached } = read(self, wanted.only(), upto).await?;
            scanned += cost;
            let found = rows.iter().filter_map(|bytes| codec::decode_own::<Unverified<Record>>(bytes).ok());
            for record in found.map(|record| record.content) {
                if records.len() == limit {
                    break 'reading upto;
                }
                upto = Some(Cursor { community: record.community, revision: record.revision });
                let there = wanted.is_there(&record, &own, nearby.as_ref());
                if there && wanted.fits(&record.item, now) && record.expires_at > now {
                    records.push(record);
                }
            }
            upto = reached;
            if upto.is_none() || scanned >= MAX_SCANNED {
                break upto;
            }
        };
        Ok(Listed { records, next })
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use kith_protocol::shelf::When;

    #[test]
    fn every_word_must_occur_somewhere_in_any_case_and_without_its_accents() {
        let listing = Listing {
            title: "Help in the Garden".into(),
            text: Some("Weeding, and ÉPINARDS to plant. Dŵr i'r ardd.".into()),
            category: Category::Garden,
            tags: vec!["Allotment".into()],
            area: None,
            language: "en".into(),
            remote: false,
            when: kith_protocol::shelf::When::default(),
        };
        assert!(matches(&listing, &words("")));
        assert!(matches(&listing, &words("garden ALLOT épinards")));
        assert!(matches(&listing, &words("epinards dwr")));
        assert!(!matches(&listing, &words("garden paint")));
        let any = Wanted {
            kind: Kind::Offer,
            place: Place::Everywhere,
            category: None,
            remote: false,
            language: None,
            times: None,
            home: None,
            words: Vec::new(),
        };
        let fits = |wanted: Wanted, item: &Item| wanted.fits(item, Timestamp(0));
        let offer = Item::Offer(listing.clone());
        assert!(fits(any.clone(), &offer));
        assert!(fits(Wanted { category: Some(Category::Garden), ..any.clone() }, &offer));
        assert!(!fits(Wanted { category: Some(Category::Food), ..any.clone() }, &offer));
        assert!(!fits(Wanted { remote: true, ..any.clone() }, &offer));
        for (language, same) in [("en", true), ("EN-gb", true), ("cy", false), ("e", false)] {
            assert_eq!(fits(Wanted { language: Some(language.into()), ..any.clone() }, &offer), same, "{language}");
        }
        assert!(!fits(any, &Item::Need(listing)));
    }

    #[test]
    fn times_leave_out_only_who_says_others() {
        let listing = |when| Listing { when, ..crate::trial::listing("Help", "", &[]) };
        let friday = Times::of([(4, 0)]);
        let wanted = Wanted {
            kind: Kind::Need,
            place: Place::Everywhere,
            category: None,
            remote: false,
            language: None,
            times: friday,
            home: None,
            words: Vec::new(),
        };
        let fits = |when, now| wanted.fits(&Item::Need(listing(when)), now);
        assert!(fits(When { times: friday, by: None }, Timestamp(0)));
        assert!(fits(When { times: Times::of([(4, 0), (2, 2)]), by: None }, Timestamp(0)));
        assert!(!fits(When { times: Times::of([(4, 1), (3, 0)]), by: None }, Timestamp(0)));
        // Who says nothing may be asked.
        assert!(fits(When::default(), Timestamp(0)));
        // A day is over when it is over everywhere.
        let by = When { times: None, by: Some(10) };
        let (day, noon) = (86_400_000, 43_200_000);
        assert!(fits(by, Timestamp(11 * day + noon - 1)) && !fits(by, Timestamp(11 * day + noon)));
    }

    #[test]
    fn a_page_says_where_it_ended() {
        let cursor = Cursor { community: CommunityId([7; 32]), revision: 12 };
        assert_eq!(Cursor::parse(&cursor.text()).unwrap(), cursor);
        for bad in ["", "12", "@", "x@did:key:z", "12@did:key:zz"] {
            assert_eq!(Cursor::parse(bad), None, "{bad}");
        }
    }
}
