//! Finding offers and asks, here and in other communities.

use super::listing::owner_shown;
use crate::{
    area::Cell,
    runtime::{
        clock,
        listings::{Cursor, Kind, Place, Wanted, same_language, words as search_words},
        near::Nearby,
        shelves::name_of,
    },
    web::{
        Answer, App,
        forms::{Asked, Choice, Sent},
        pages, shelf, skills, times,
        visit::{Frame, Visit, escaped},
        words::{CATEGORIES, Language, Words, category_tag, shortened},
    },
};
use askama::Template;
use axum::extract::State;
use kith_protocol::{
    id::MemberId,
    machine::Machine,
    shelf::{Category, DAYS, PARTS, Record, Times},
};
use std::collections::{BTreeMap, BTreeSet};

/// Results of a page: a few screens of a phone, and less than 60 KB with the longest listings and all that the page loads.
const SHOWN: usize = 16;
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
    /// An offer or an ask: a sign, the one of hours given or received, and the word.
    sign: &'static str,
    kind: String,
    title: String,
    text: String,
    category: String,
    who: String,
    language: Option<String>,
    why: Vec<String>,
    asleep: bool,
    address: String,
    /// The drawing of its kind.
    skill: &'static str,
}

#[derive(Template)]
#[template(path = "find.html", whitespace = "minimize")]
struct FindPage<'a> {
    frame: &'a Frame,
    query: String,
    kinds: Vec<Chip>,
    categories: Vec<Chip>,
    places: Vec<Chip>,
    languages: Vec<Choice>,
    days: Vec<Choice>,
    parts: Vec<Choice>,
    remote: bool,
    hits: Vec<Hit>,
    searched: bool,
    next: Option<String>,
}

/// Where to look: everywhere, near, here, or in the others.
const PLACES: [(&str, &str); 4] =
    [("", "find-everywhere"), ("near", "find-near"), ("here", "find-here"), ("others", "find-others")];
/// The same where the community does not say where it is.
const PLACES_HERE: [(&str, &str); 3] = [PLACES[0], PLACES[2], PLACES[3]];
/// What an address of a search holds.
const ASKED: [&str; 8] = ["q", "kind", "category", "place", "language", "day", "part", "remote"];

/// What a look at the machine tells of a record's owner and community.
pub(super) struct Owned {
    pub(super) record: Record,
    pub(super) own: bool,
    pub(super) owner: Option<MemberId>,
    /// Who put it up for its owner.
    pub(super) by: Option<MemberId>,
    pub(super) community: Option<String>,
    connected: bool,
    /// How many kilometres away it is, when both places are told and it is not simply here.
    away: Option<u32>,
    /// Whether that is from where the reader lives, not from our community.
    from_home: bool,
}

impl Owned {
    /// What the community is called whose it is.
    pub(super) fn called(&self, words: Words) -> String {
        self.community.clone().unwrap_or_else(|| words.t("partner-nameless"))
    }
}

pub(super) fn owned(machine: &Machine, nearby: &Nearby, record: Record) -> Owned {
    let own = record.community == machine.identity().community;
    Owned {
        own,
        owner: machine.state().shelf().1.get(&record.key).filter(|_| own).and_then(|own| own.owner),
        by: None,
        community: name_of(machine, &record.community),
        connected: own || machine.connected(&record.community),
        away: record.item.listing().and_then(|listing| nearby.away(&record.community, listing)),
        from_home: nearby.personal(),
        record,
    }
}

/// Where something is, roughly. How far something is that is done from afar says only whoever looks for what is near.
pub(super) fn whereabouts(words: Words, found: &Owned, remote: bool, near: bool) -> Vec<String> {
    let mut said = Vec::new();
    if found.own && !remote {
        said.push(words.t("why-here"));
    }
    match found.away {
        // The middles of two places next to each other, as coarse as they are told, tell no distance.
        Some(0..=1) => said.push(words.t("why-next")),
        Some(km) if !remote || near => {
            said.push(words.t1(if found.from_home { "why-km-you" } else { "why-km" }, "km", km));
        }
        // Nobody says where it is: what is known is whose it is.
        None if !found.own && !remote => said.push(words.t1("why-there", "partner", found.called(words))),
        _ => {}
    }
    said
}

/// Why a result fits what was looked for, and the member.
pub(super) fn why(words: Words, wanted: &Wanted, skills: &BTreeSet<Category>, found: &Owned) -> Vec<String> {
    let mut reasons = Vec::new();
    let Some((_, listing)) = Kind::of(&found.record.item) else { return reasons };
    if !wanted.words.is_empty() {
        reasons.push(words.t1("why-words", "words", wanted.words.join(", ")));
    }
    if wanted.category.is_none() && wanted.kind == Kind::Need && skills.contains(&listing.category) {
        reasons.push(words.t1("why-skill", "category", words.category(listing.category)));
    }
    if listing.remote {
        reasons.push(words.t("why-remote"));
    }
    reasons.extend(whereabouts(words, found, listing.remote, wanted.place == Place::Near));
    if let Some(language) = Language::ALL
        .iter()
        .find(|language| wanted.language.as_deref().is_some_and(|wanted| same_language(wanted, language.code())))
    {
        reasons.push(words.t1("why-language", "language", language.name()));
    }
    reasons.extend(wanted.times.map(|times| times::why(words, listing.when, times)));
    reasons.extend(times::by_said(words, listing.when));
    reasons
}

fn hit(words: Words, names: &BTreeMap<MemberId, String>, found: Owned, why: Vec<String>) -> Option<Hit> {
    let (kind, listing) = Kind::of(&found.record.item)?;
    let (sign, kind) = match kind {
        Kind::Offer => ("■", "listing-offer"),
        Kind::Need => ("●", "listing-need"),
    };
    let who = match found.own {
        true => owner_shown(words, names, found.owner, found.by),
        false => words.t1("somebody-of", "partner", found.called(words)),
    };
    let same = same_language(&listing.language, words.0.code());
    Some(Hit {
        sign,
        kind: words.t(kind),
        title: listing.title.clone(),
        text: listing.text.as_deref().map(|text| shortened(text, TEXT_SHOWN)).unwrap_or_default(),
        category: words.category(listing.category),
        who,
        language: (!same).then(|| listing.language.clone()),
        why,
        asleep: !found.connected,
        address: format!("/listing/{}/{}", found.record.community, found.record.key),
        skill: skills::drawing(listing.category),
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

/// Choices of which one is always made: the first, when nothing that is known was asked for.
fn chips(words: Words, all: &[(&str, &str)], asked: &str) -> Vec<Chip> {
    let chosen = all.iter().position(|(tag, _)| *tag == asked).unwrap_or(0);
    let chip = |(place, (tag, key)): (usize, &(&str, &str))| Chip {
        value: (*tag).to_owned(),
        label: words.t(key),
        chosen: place == chosen,
    };
    all.iter().enumerate().map(chip).collect()
}

/// Choices in a list, of which the first is none of them.
fn picks(words: Words, any: &str, all: Vec<Choice>, asked: &str) -> Vec<Choice> {
    let all = std::iter::once(Choice::new("", words.t(any))).chain(all);
    all.map(|choice| Choice { chosen: choice.value == asked, ..choice }).collect()
}

/// The languages of the pages, each once.
fn languages(words: Words, asked: &Sent) -> Vec<Choice> {
    let spoken = Language::ALL.into_iter().filter(|language| language.tag() == language.code());
    let all = spoken.map(|language| Choice::new(language.code(), language.name()));
    picks(words, "find-any-language", all.collect(), asked.get("language"))
}

/// What is looked for; what nobody can ask for is not asked for.
fn wanted(app: &App, asked: &Sent, home: Option<Cell>) -> Wanted {
    let query: String = asked.get("q").chars().take(MAX_QUERY).collect();
    let language = asked.get("language");
    Wanted {
        kind: if asked.get("kind") == "needs" { Kind::Need } else { Kind::Offer },
        place: match asked.get("place") {
            "near" => Place::Near,
            "here" => Place::Only(app.handle.community()),
            "others" => Place::Others,
            _ => Place::Everywhere,
        },
        category: CATEGORIES.into_iter().find(|category| category_tag(*category) == asked.get("category")),
        remote: asked.get("remote") == "yes",
        language: Language::ALL.iter().any(|known| known.code() == language).then(|| language.to_owned()),
        times: Times::at(times::place(&DAYS, asked.get("day")), times::place(&PARTS, asked.get("part"))),
        home,
        words: search_words(&query),
    }
}

pub(super) async fn show(State(app): State<App>, visit: Visit, Asked(asked): Asked) -> Answer {
    let (frame, words) = (&visit.frame, visit.frame.words);
    let home = app.handle.home_of(visit.member.id).await?;
    let wanted = wanted(&app, &asked, home);
    let after = Cursor::parse(asked.get("after"));
    let listed = app.handle.listings(&wanted, SHOWN, after).await?;
    let (me, now, records) = (visit.member.id, clock::now(), listed.records);
    let look = app.handle.look(move |machine, book| {
        let nearby = Nearby::of(machine, home, records.iter().map(|record| &record.community));
        let found: Vec<Owned> = records.into_iter().map(|record| owned(machine, &nearby, record)).collect();
        (found, shelf::skills(machine, book, &me, now), nearby.placed())
    });
    let (found, skills, placed) = look.await?;
    let kept_away = app.handle.file(me).await?.blocked;
    let apart = |found: &Owned| found.owner.is_some_and(|owner| kept_away.contains(&owner));
    let mut found: Vec<Owned> = found.into_iter().filter(|found| !apart(found)).collect();
    let ours = found.iter().filter(|found| found.own).map(|found| found.record.key);
    let mut posted = app.handle.posted_by(ours.collect()).await?;
    for found in found.iter_mut().filter(|found| found.own) {
        found.by = posted.remove(&found.record.key);
    }
    let people = found.iter().flat_map(|found| found.owner.into_iter().chain(found.by));
    let names = super::home::short_names(&app.handle, people).await?;
    let hits = found.into_iter().filter_map(|found| {
        let reasons = why(words, &wanted, &skills, &found);
        hit(words, &names, found, reasons)
    });
    let page = FindPage {
        frame,
        kinds: chips(words, &[("offers", "find-offers"), ("needs", "find-needs")], asked.get("kind")),
        categories: categories(words, asked.get("category")),
        places: chips(words, if placed { &PLACES } else { &PLACES_HERE }, asked.get("place")),
        languages: languages(words, &asked),
        days: picks(words, "find-any-day", times::days(words), asked.get("day")),
        parts: picks(words, "find-any-part", times::parts(words), asked.get("part")),
        remote: wanted.remote,
        hits: hits.collect(),
        searched: ASKED.iter().any(|name| !["q", "kind"].contains(name) && !asked.get(name).is_empty())
            || !wanted.words.is_empty(),
        next: listed.next.map(|cursor| {
            let values = ASKED.map(|name| format!("{name}={}", escaped(asked.get(name))));
            format!("/find?{}&after={}", values.join("&"), escaped(&cursor.text()))
        }),
        query: asked.get("q").chars().take(MAX_QUERY).collect(),
    };
    Ok(pages::show(frame, &page))
}

#[cfg(test)]
mod tests {
    use super::*;
    use kith_protocol::{
        id::{CommunityId, RecordKey},
        shelf::Item,
        time::Timestamp,
    };

    #[test]
    fn every_result_says_why() {
        let wanted = |place| Wanted {
            kind: Kind::Offer,
            place,
            category: None,
            remote: false,
            language: None,
            times: None,
            home: None,
            words: Vec::new(),
        };
        let found = |own: bool, away: Option<u32>, from_home: bool| Owned {
            record: Record {
                v: 1,
                community: CommunityId([1; 32]),
                key: RecordKey([1; 16]),
                revision: 1,
                item: Item::Offer(crate::trial::listing("Sewing", "", &[])),
                made_at: Timestamp(0),
                expires_at: Timestamp(u64::MAX),
            },
            own,
            by: None,
            owner: None,
            community: Some("Westside".into()),
            connected: true,
            away,
            from_home,
        };
        let words = Words(Language::English);
        for (own, away, from_home, said) in [
            (true, None, false, "In our community"),
            (false, None, false, "In Westside"),
            (false, Some(0), true, "Close by"),
            (false, Some(7), false, "About 7\u{a0}km away"),
            (true, Some(2), true, "About 2\u{a0}km from you"),
        ] {
            let reasons = why(words, &wanted(Place::Everywhere), &BTreeSet::new(), &found(own, away, from_home));
            assert!(reasons.contains(&said.to_owned()), "{reasons:?} lacks {said}");
        }
    }
}
