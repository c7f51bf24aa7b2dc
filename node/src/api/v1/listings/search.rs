//! Reading through all shelves for listings, page by page. The clerk hands out rows; reading and comparing happens here.

use super::{Kind, view};
use crate::{
    api::{
        Failure,
        extract::limit,
        types::{ListingView, Page},
    },
    runtime::{
        Handle, Refused, clock,
        shelves::{ROWS_A_LOOK, communities},
    },
};
use kith_protocol::{
    codec,
    envelope::Unverified,
    id::CommunityId,
    shelf::{Listing, Record},
};
use serde::Deserialize;
use utoipa::IntoParams;

/// The most rows one request reads, shelves counted like rows: a hundred milliseconds or so of one core.
const MAX_SCANNED: usize = 5_000;
/// The longest search text, in characters: a sentence.
const MAX_QUERY: usize = 200;

/// What is looked for.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::api) struct Search {
    /// Only of this community.
    #[param(value_type = Option<String>)]
    community: Option<CommunityId>,
    /// Words that must all occur in title, text or tags, in any case.
    q: Option<String>,
    /// How many items: 1 to 500, 100 when absent.
    #[param(minimum = 1, maximum = 500)]
    limit: Option<usize>,
    /// Where the page before ended: its `next`.
    after: Option<String>,
}

/// Up to where was read: through this revision of this shelf.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Cursor {
    community: CommunityId,
    revision: u64,
}

impl Cursor {
    fn parse(text: &str) -> Result<Self, Failure> {
        let parts = text.split_once('@').and_then(|(revision, community)| {
            Some(Self { community: community.parse().ok()?, revision: revision.parse().ok()? })
        });
        parts.ok_or_else(|| Failure::field("after", "not where a page ended; copy the `next` of the page before"))
    }

    fn text(&self) -> String {
        format!("{}@{}", self.revision, self.community)
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

/// Whether every word occurs in title, text or tags. The words are in lower case.
fn matches(listing: &Listing, words: &[String]) -> bool {
    if words.is_empty() {
        return true;
    }
    let texts = [Some(&listing.title), listing.text.as_ref()].into_iter().flatten().chain(&listing.tags);
    let texts: Vec<String> = texts.map(|text| text.to_lowercase()).collect();
    words.iter().all(|word| texts.iter().any(|text| text.contains(word)))
}

pub(super) async fn search(handle: &Handle, kind: Kind, asked: Search) -> Result<Page<ListingView>, Failure> {
    let Search { community, q, limit: asked_limit, after } = asked;
    let limit = limit(asked_limit)?;
    let query = q.unwrap_or_default();
    if query.chars().count() > MAX_QUERY {
        return Err(Failure::field("q", format!("longer than {MAX_QUERY} characters; use fewer words")));
    }
    let words: Vec<String> = query.to_lowercase().split_whitespace().map(str::to_owned).collect();
    let mut upto = after.as_deref().map(Cursor::parse).transpose()?;
    if let (Some(only), Some(cursor)) = (community, upto)
        && cursor.community != only
    {
        return Err(Failure::field("after", "from a page of another community"));
    }
    let now = clock::now();
    let (mut found, mut scanned): (Vec<Record>, _) = (Vec::new(), 0);
    let next = 'reading: loop {
        let Rows { rows, cost, upto: reached } = read(handle, community, upto).await?;
        scanned += cost;
        let records = rows.iter().filter_map(|bytes| codec::decode_own::<Unverified<Record>>(bytes).ok());
        for record in records.map(|record| record.content) {
            if found.len() == limit {
                break 'reading upto;
            }
            upto = Some(Cursor { community: record.community, revision: record.revision });
            let fits =
                Kind::of(&record.item).is_some_and(|(found, words_of)| found == kind && matches(words_of, &words));
            if fits && record.expires_at > now {
                found.push(record);
            }
        }
        upto = reached;
        if upto.is_none() || scanned >= MAX_SCANNED {
            break upto;
        }
    };
    let items = handle.look(move |machine, _| found.into_iter().filter_map(|record| view(machine, record)).collect());
    Ok(Page { items: items.await?, next: next.map(|cursor| cursor.text()) })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use kith_protocol::shelf::Category;

    #[test]
    fn every_word_must_occur_somewhere_in_any_case() {
        let listing = Listing {
            title: "Help in the Garden".into(),
            text: Some("Weeding, and ÉPINARDS to plant".into()),
            category: Category::Garden,
            tags: vec!["Allotment".into()],
            area: None,
            language: "en".into(),
            remote: false,
        };
        let asks = |words: &[&str]| matches(&listing, &words.iter().map(|w| (*w).to_owned()).collect::<Vec<_>>());
        assert!(asks(&[]));
        assert!(asks(&["garden", "allot", "épinards"]));
        assert!(!asks(&["garden", "paint"]));
    }

    #[test]
    fn a_page_says_where_it_ended() {
        let cursor = Cursor { community: CommunityId([7; 32]), revision: 12 };
        assert_eq!(Cursor::parse(&cursor.text()).unwrap(), cursor);
        for bad in ["", "12", "@", "x@did:key:z", "12@did:key:zz"] {
            assert_eq!(Cursor::parse(bad).unwrap_err().into_problem().code, "bad-text", "{bad}");
        }
    }
}
