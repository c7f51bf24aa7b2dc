//! Finding offers and asks, here and in other communities.

use crate::{
    runtime::{
        clock,
        listings::{Cursor, Kind, Wanted, words as search_words},
        shelves::name_of,
    },
    web::{
        Answer, App,
        forms::Asked,
        pages, shelf,
        visit::{Frame, Visit, escaped},
        words::{CATEGORIES, Words, category_tag, shortened},
    },
};
use askama::Template;
use axum::extract::State;
use kith_protocol::{
    id::{CommunityId, MemberId},
    machine::Machine,
    shelf::{Category, Record},
};
use std::collections::{BTreeMap, BTreeSet};

/// Results of a page: a few screens of a phone.
const SHOWN: usize = 20;
/// The longest search, in letters: a sentence.
const MAX_QUERY: usize = 200;
/// The most letters of a listing's text in a result.
const TEXT_SHOWN: usize = 160;

/// A choice in the search form.
struct Chip {
    value: String,
    label: String,
    chosen: bool,
}

/// One result.
struct Hit {
    title: String,
    text: String,
    category: String,
    who: String,
    language: Option<String>,
    why: Vec<String>,
    asleep: bool,
    address: String,
}

#[derive(Template)]
#[template(path = "find.html", whitespace = "minimize")]
struct FindPage<'a> {
    frame: &'a Frame,
    query: String,
    kinds: Vec<Chip>,
    categories: Vec<Chip>,
    places: Vec<Chip>,
    remote: bool,
    hits: Vec<Hit>,
    searched: bool,
    next: Option<String>,
}

/// Where to look: everywhere, here, or in the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Everywhere,
    Here,
    Elsewhere,
}

const PLACES: [(Place, &str, &str); 3] = [
    (Place::Everywhere, "", "find-everywhere"),
    (Place::Here, "here", "find-here"),
    (Place::Elsewhere, "others", "find-others"),
];

/// What a look at the machine tells of a record's owner and community.
struct Owned {
    record: Record,
    own: bool,
    owner: Option<MemberId>,
    community: Option<String>,
    connected: bool,
}

fn owned(machine: &Machine, record: Record) -> Owned {
    let own = record.community == machine.identity().community;
    Owned {
        own,
        owner: machine.state().shelf().1.get(&record.key).filter(|_| own).and_then(|own| own.owner),
        community: name_of(machine, &record.community),
        connected: own || machine.connected(&record.community),
        record,
    }
}

/// Why a result fits what was looked for, and the member.
fn why(
    words: Words,
    query: &[String],
    category: Option<Category>,
    skills: &BTreeSet<Category>,
    found: &Owned,
    kind: Kind,
) -> Vec<String> {
    let mut reasons = Vec::new();
    let Some((_, listing)) = Kind::of(&found.record.item) else { return reasons };
    if !query.is_empty() {
        reasons.push(words.t1("why-words", "words", query.join(", ")));
    }
    if category.is_none() && kind == Kind::Need && skills.contains(&listing.category) {
        reasons.push(words.t1("why-skill", "category", words.category(listing.category)));
    }
    if listing.remote {
        reasons.push(words.t("why-remote"));
    } else if found.own {
        reasons.push(words.t("why-here"));
    }
    reasons
}

fn hit(words: Words, names: &BTreeMap<MemberId, String>, found: Owned, why: Vec<String>) -> Option<Hit> {
    let (_, listing) = Kind::of(&found.record.item)?;
    let community = found.community.unwrap_or_else(|| words.t("partner-nameless"));
    let who = match found.owner.and_then(|owner| names.get(&owner)) {
        Some(name) => name.clone(),
        None if found.own => words.t("somebody"),
        None => words.t1("somebody-of", "partner", &community),
    };
    let same = listing.language.split('-').next().is_some_and(|main| main.eq_ignore_ascii_case(words.0.code()));
    Some(Hit {
        title: listing.title.clone(),
        text: listing.text.as_deref().map(|text| shortened(text, TEXT_SHOWN)).unwrap_or_default(),
        category: words.category(listing.category),
        who,
        language: (!same).then(|| listing.language.clone()),
        why,
        asleep: !found.connected,
        address: format!("/listing/{}/{}", found.record.community, found.record.key),
    })
}

fn categories(words: Words, chosen: &str) -> Vec<Chip> {
    let any = Chip { value: String::new(), label: words.t("find-any"), chosen: chosen.is_empty() };
    let categories = CATEGORIES.into_iter().map(|category| {
        let value = category_tag(category);
        Chip { value: value.to_owned(), label: words.category(category), chosen: value == chosen }
    });
    std::iter::once(any).chain(categories).collect()
}

pub(super) async fn show(State(app): State<App>, visit: Visit, Asked(asked): Asked) -> Answer {
    let (frame, words) = (&visit.frame, visit.frame.words);
    let query: String = asked.get("q").chars().take(MAX_QUERY).collect();
    let kind = if asked.get("kind") == "needs" { Kind::Need } else { Kind::Offer };
    let category = CATEGORIES.into_iter().find(|category| category_tag(*category) == asked.get("category"));
    let place = PLACES.iter().find(|(_, tag, _)| *tag == asked.get("place")).map_or(Place::Everywhere, |found| found.0);
    let (own, remote): (CommunityId, _) = (app.handle.community(), asked.get("remote") == "yes");
    let community = (place == Place::Here).then_some(own);
    let wanted = Wanted { kind, community, category, remote, words: search_words(&query) };
    let after = Cursor::parse(asked.get("after"));
    let mut listed = app.handle.listings(&wanted, SHOWN, after).await?;
    listed.records.retain(|record| place != Place::Elsewhere || record.community != own);
    let (me, now, records) = (visit.member.id, clock::now(), listed.records);
    let (found, skills) = app
        .handle
        .look(move |machine, book| {
            let found: Vec<Owned> = records.into_iter().map(|record| owned(machine, record)).collect();
            (found, shelf::skills(machine, book, &me, now))
        })
        .await?;
    let kept_away = app.handle.file(me).await?.blocked;
    let apart = |found: &Owned| found.owner.is_some_and(|owner| kept_away.contains(&owner));
    let found: Vec<Owned> = found.into_iter().filter(|found| !apart(found)).collect();
    let names = super::home::short_names(&app.handle, found.iter().filter_map(|found| found.owner)).await?;
    let hits = found.into_iter().filter_map(|found| {
        let reasons = why(words, &wanted.words, category, &skills, &found, kind);
        hit(words, &names, found, reasons)
    });
    let chip = |value: &str, key: &str, chosen| Chip { value: value.into(), label: words.t(key), chosen };
    let page = FindPage {
        frame,
        kinds: vec![
            chip("offers", "find-offers", kind == Kind::Offer),
            chip("needs", "find-needs", kind == Kind::Need),
        ],
        categories: categories(words, asked.get("category")),
        places: PLACES.map(|(this, tag, key)| chip(tag, key, this == place)).into(),
        remote,
        hits: hits.collect(),
        searched: !query.is_empty() || category.is_some() || remote,
        next: listed.next.map(|cursor| {
            let values =
                ["q", "kind", "category", "place", "remote"].map(|name| format!("{name}={}", escaped(asked.get(name))));
            format!("/find?{}&after={}", values.join("&"), escaped(&cursor.text()))
        }),
        query,
    };
    Ok(pages::show(frame, &page))
}
