//! Looking for offers and needs on all shelves, page by page. The clerk hands out rows; reading and comparing happens
//! here.

use super::{
    clock,
    handle::{Handle, Refused},
    shelves::{ROWS_A_LOOK, communities},
};
use kith_protocol::{
    codec,
    envelope::Unverified,
    id::CommunityId,
    shelf::{Category, Item, Listing, Record},
    time::Span,
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

/// What is looked for.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// Offers or needs.
    pub kind: Kind,
    /// Only of this community.
    pub community: Option<CommunityId>,
    /// Only of this category.
    pub category: Option<Category>,
    /// Only what can be done from afar.
    pub remote: bool,
    /// Words that must all occur, as [`words`] gives them.
    pub words: Vec<String>,
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
    fn fits(&self, item: &Item) -> bool {
        Kind::of(item).is_some_and(|(kind, listing)| {
            kind == self.kind
                && self.category.is_none_or(|category| category == listing.category)
                && (!self.remote || listing.remote)
                && matches(listing, &self.words)
        })
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
        let now = clock::now();
        let (mut records, mut scanned, mut upto): (Vec<Record>, _, _) = (Vec::new(), 0, after);
        let next = 'reading: loop {
            let Rows { rows, cost, upto: reached } = read(self, wanted.community, upto).await?;
            scanned += cost;
            let found = rows.iter().filter_map(|bytes| codec::decode_own::<Unverified<Record>>(bytes).ok());
            for record in found.map(|record| record.content) {
                if records.len() == limit {
                    break 'reading upto;
                }
                upto = Some(Cursor { community: record.community, revision: record.revision });
                if wanted.fits(&record.item) && record.expires_at > now {
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
        };
        assert!(matches(&listing, &words("")));
        assert!(matches(&listing, &words("garden ALLOT épinards")));
        assert!(matches(&listing, &words("epinards dwr")));
        assert!(!matches(&listing, &words("garden paint")));
        let wanted =
            |category, remote| Wanted { kind: Kind::Offer, community: None, category, remote, words: Vec::new() };
        let offer = Item::Offer(listing.clone());
        assert!(wanted(None, false).fits(&offer) && wanted(Some(Category::Garden), false).fits(&offer));
        assert!(!wanted(Some(Category::Food), false).fits(&offer) && !wanted(None, true).fits(&offer));
        assert!(!wanted(None, false).fits(&Item::Need(listing)));
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
