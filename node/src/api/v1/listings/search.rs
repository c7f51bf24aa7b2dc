//! A search as the API asks it.

use super::{view, with_helpers};
use crate::{
    api::{
        Failure,
        extract::limit,
        types::{ListingView, Page},
    },
    runtime::{
        Handle,
        listings::{Cursor, Kind, Place, Wanted, words},
    },
};
use kith_protocol::{
    id::CommunityId,
    shelf::{Category, DAYS, PARTS, Times},
};
use serde::Deserialize;
use utoipa::IntoParams;

/// The longest search text, in characters: a sentence.
const MAX_QUERY: usize = 200;

/// What is looked for.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::api) struct Search {
    /// Only of this community.
    #[param(value_type = Option<crate::api::types::schema::DidKey>)]
    community: Option<CommunityId>,
    /// Words that must all occur in title, text or tags, in any case and with or without accents.
    #[param(max_length = 200)]
    q: Option<String>,
    /// Only of this kind of skill.
    #[param(inline, value_type = Option<crate::api::types::schema::CategoryWord>)]
    category: Option<Category>,
    /// Only what can be done from afar.
    remote: Option<bool>,
    /// Only in this language, whatever its region.
    #[param(min_length = 2, max_length = 12, pattern = "^[A-Za-z0-9-]*$")]
    language: Option<String>,
    /// Not what says other days than this one.
    #[param(inline, value_type = Option<crate::api::types::schema::DayWord>)]
    day: Option<String>,
    /// Not what says other parts of the day than this one.
    #[param(inline, value_type = Option<crate::api::types::schema::PartWord>)]
    part: Option<String>,
    /// Only what is near our own community: ten kilometres at most between the places' edges.
    near: Option<bool>,
    /// How many items: 1 to 500, 100 when absent.
    #[param(minimum = 1, maximum = 500)]
    limit: Option<usize>,
    /// Where the page before ended: its `next`.
    #[param(inline, value_type = Option<crate::api::types::schema::PlaceWord>)]
    after: Option<String>,
}

fn cursor(text: &str) -> Result<Cursor, Failure> {
    let bad = || Failure::field("after", "not where a page ended; copy the `next` of the page before");
    Cursor::parse(text).ok_or_else(bad)
}

/// Which of these words it is.
fn one_of(field: &'static str, words: &[&str], asked: Option<&str>) -> Result<Option<usize>, Failure> {
    let place = |word: &str| {
        let bad = || Failure::field(field, format!("not one of {}", words.join(", ")));
        words.iter().position(|known| *known == word).ok_or_else(bad)
    };
    asked.map(place).transpose()
}

fn language(asked: Option<String>) -> Result<Option<String>, Failure> {
    let fits = |tag: &String| {
        (2..=12).contains(&tag.len()) && tag.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '-')
    };
    if asked.as_ref().is_none_or(fits) {
        return Ok(asked);
    }
    Err(Failure::field("language", "not a language tag such as en or cy"))
}

pub(super) async fn search(handle: &Handle, kind: Kind, asked: Search) -> Result<Page<ListingView>, Failure> {
    let Search { community, q, category, remote, language: tag, day, part, near, limit: asked_limit, after } = asked;
    let limit = limit(asked_limit)?;
    let query = q.unwrap_or_default();
    if query.chars().count() > MAX_QUERY {
        return Err(Failure::field("q", format!("longer than {MAX_QUERY} characters; use fewer words")));
    }
    let after = after.as_deref().map(cursor).transpose()?;
    if let (Some(only), Some(cursor)) = (community, after)
        && cursor.community != only
    {
        return Err(Failure::together("`after` is from a page of another community; begin without it"));
    }
    let place = match (community, near.unwrap_or(false)) {
        (Some(_), true) => return Err(Failure::together("`near` and `community` are two places; ask for one of them")),
        (Some(community), false) => Place::Only(community),
        (None, true) => Place::Near,
        (None, false) => Place::Everywhere,
    };
    let wanted = Wanted {
        kind,
        place,
        category,
        remote: remote.unwrap_or(false),
        language: language(tag)?,
        times: Times::at(one_of("day", &DAYS, day.as_deref())?, one_of("part", &PARTS, part.as_deref())?),
        home: None,
        words: words(&query),
    };
    let found = handle.listings(&wanted, limit, after).await?;
    let next = found.next.map(|cursor| cursor.text());
    let items =
        handle.look(move |machine, _| found.records.into_iter().filter_map(|record| view(machine, record)).collect());
    let mut items: Vec<ListingView> = items.await?;
    with_helpers(handle, &mut items).await?;
    Ok(Page { items, next })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_of_nowhere_is_refused() {
        for bad in ["", "12", "@", "x@did:key:z", "12@did:key:zz"] {
            let refused = cursor(bad).map(|_| ()).map_err(|why| why.into_problem().code);
            assert_eq!(refused, Err("bad-text".to_owned()), "{bad}");
        }
    }
}
