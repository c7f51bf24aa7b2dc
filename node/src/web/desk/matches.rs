//! Asks on our board: those that nobody answered, and who might help with each, and why.

use crate::{
    runtime::{
        Handle, Refused,
        listings::{Kind, plain},
        office::{About, File, Paper},
    },
    web::{member::names, words::Words},
};
use kith_protocol::{
    id::{MemberId, RecordKey},
    shelf::Category,
    time::{Span, Timestamp},
};
use std::collections::{BTreeMap, BTreeSet};

/// An ask is unanswered when nobody wrote about it for so long.
const UNANSWERED_AFTER: Span = Span::days(3);
/// The most people named for one ask: more is no help.
const MOST_HELPERS: usize = 3;
/// The shortest word that two listings have in common by more than chance.
const LONG_WORD: usize = 5;

/// An ask, and who might help.
pub(super) struct Ask {
    pub(super) title: String,
    /// Who asks.
    pub(super) name: String,
    /// Their number, if they have one.
    pub(super) phone: Option<String>,
    pub(super) since: Timestamp,
    /// Whether it waits for an answer for days.
    pub(super) waits: bool,
    /// Those who might help, each with the reason.
    pub(super) helpers: Vec<String>,
    pub(super) address: String,
}

/// A listing of a member here.
#[derive(Debug, Clone)]
struct Posted {
    key: RecordKey,
    owner: MemberId,
    title: String,
    category: Category,
    made_at: Timestamp,
    words: BTreeSet<String>,
}

/// Why an offer fits an ask.
#[derive(Debug, PartialEq, Eq)]
enum Fits {
    /// The same kind of help, and a word in common.
    Both(String),
    /// A word in common.
    Word(String),
    /// The same kind of help.
    Kind,
}

fn long_words(title: &str) -> BTreeSet<String> {
    let plain = plain(title);
    let words = plain.split(|c: char| !c.is_alphanumeric()).filter(|word| word.chars().count() >= LONG_WORD);
    words.map(str::to_owned).collect()
}

fn fits(need: &Posted, offer: &Posted) -> Option<Fits> {
    // "Other" is no kind: two of it have nothing in common by that.
    let same = need.category == offer.category && need.category != Category::Other;
    match (same, need.words.intersection(&offer.words).next()) {
        (true, Some(word)) => Some(Fits::Both(word.clone())),
        (false, Some(word)) => Some(Fits::Word(word.clone())),
        (true, None) => Some(Fits::Kind),
        (false, None) => None,
    }
}

/// The offers that fit an ask best: by word and kind first, then by word, then by kind; of one member only the best.
fn best<'a>(need: &Posted, offers: &'a [Posted], may: impl Fn(&MemberId) -> bool) -> Vec<(&'a Posted, Fits)> {
    let found = offers.iter().filter(|offer| offer.owner != need.owner && may(&offer.owner));
    let mut found: Vec<(&Posted, Fits)> = found.filter_map(|offer| Some((offer, fits(need, offer)?))).collect();
    found.sort_by_key(|(_, fits)| match fits {
        Fits::Both(_) => 0,
        Fits::Word(_) => 1,
        Fits::Kind => 2,
    });
    let mut seen = BTreeSet::new();
    found.retain(|(offer, _)| seen.insert(offer.owner));
    found.truncate(MOST_HELPERS);
    found
}

async fn posted(handle: &Handle, now: Timestamp) -> Result<(Vec<Posted>, Vec<Posted>), Refused> {
    let standing = handle.standing(now).await?;
    let owners: BTreeSet<MemberId> = standing.iter().filter_map(|(owner, _)| *owner).collect();
    let here = handle.look(move |machine, _| {
        let active = |owner: &MemberId| machine.state().ledger().active(owner).is_ok();
        owners.into_iter().filter(active).collect::<BTreeSet<_>>()
    });
    let here = here.await?;
    let (mut needs, mut offers) = (Vec::new(), Vec::new());
    for (owner, record) in standing {
        let Some((kind, listing)) = Kind::of(&record.item) else { continue };
        let Some(owner) = owner.filter(|owner| here.contains(owner)) else { continue };
        let one = Posted {
            key: record.key,
            owner,
            title: listing.title.clone(),
            category: listing.category,
            made_at: record.made_at,
            words: long_words(&listing.title),
        };
        if kind == Kind::Need { needs.push(one) } else { offers.push(one) }
    }
    Ok((needs, offers))
}

/// The numbers of those who have one.
pub(super) async fn phones(handle: &Handle, ids: Vec<MemberId>) -> Result<BTreeMap<MemberId, String>, Refused> {
    let persons = handle.persons(ids).await?.into_iter();
    Ok(persons.filter_map(|(id, person)| Some((id, person.phone?))).collect())
}

/// Asks of members here on our board, the oldest first.
pub(super) async fn asks(handle: &Handle, words: Words, now: Timestamp) -> Result<Vec<Ask>, Refused> {
    let (mut needs, offers) = posted(handle, now).await?;
    needs.sort_by_key(|need| (need.made_at, need.key));
    if needs.is_empty() {
        return Ok(Vec::new());
    }
    let about = handle.papers(|paper| match paper {
        Paper::Message(message) => match message.about {
            About::Listing(key) => Some(key),
            _ => None,
        },
        _ => None,
    });
    let answered: BTreeSet<RecordKey> = about.await?.into_iter().map(|(_, key)| key).collect();
    let people: BTreeSet<MemberId> = needs.iter().chain(&offers).map(|one| one.owner).collect();
    let files: BTreeMap<MemberId, File> =
        handle.files_of(people.iter().copied().collect()).await?.into_iter().map(|file| (file.member, file)).collect();
    let phones = phones(handle, people.iter().copied().collect()).await?;
    let names = names(handle, people).await?;
    let name = |id: &MemberId| names.get(id).cloned().unwrap_or_else(|| words.t("somebody"));
    let blocks = |one: &MemberId, other: &MemberId| files.get(one).is_some_and(|file| file.blocked.contains(other));
    let community = handle.community();
    let each = needs.iter().map(|need| {
        let may = |offerer: &MemberId| {
            let rests = files.get(offerer).is_some_and(|file| file.away(now));
            !rests && !blocks(&need.owner, offerer) && !blocks(offerer, &need.owner)
        };
        let helper = |(offer, fits): &(&Posted, Fits)| {
            let why = match fits {
                Fits::Both(word) => format!("{}, “{word}”", words.category(offer.category)),
                Fits::Word(word) => format!("“{word}”"),
                Fits::Kind => words.category(offer.category),
            };
            let values = [("name", name(&offer.owner)), ("why", why)];
            match phones.get(&offer.owner) {
                Some(phone) => {
                    let [name, why] = values;
                    words.filled("today-fits-phone", &[name, why, ("phone", phone.clone())])
                }
                None => words.filled("today-fits", &values),
            }
        };
        let waits = !answered.contains(&need.key);
        let helpers = if waits { best(need, &offers, may).iter().map(helper).collect() } else { Vec::new() };
        Ask {
            title: need.title.clone(),
            name: name(&need.owner),
            phone: phones.get(&need.owner).cloned(),
            since: need.made_at,
            waits: waits && now.since(need.made_at) >= UNANSWERED_AFTER,
            helpers,
            address: format!("/listing/{community}/{}", need.key),
        }
    });
    Ok(each.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn posted(n: u8, title: &str, category: Category) -> Posted {
        let (key, owner) = (RecordKey([n; 16]), MemberId([n; 16]));
        Posted { key, owner, title: title.into(), category, made_at: Timestamp(0), words: long_words(title) }
    }

    #[test]
    fn offers_fit_by_word_and_by_kind() {
        let need = posted(1, "A bicycle with a flat tyre", Category::Repairs);
        let offers = [
            posted(2, "Shelves and taps", Category::Repairs),
            posted(3, "Rides by BICYCLE", Category::Transport),
            posted(4, "Bicycle repairs", Category::Repairs),
            posted(5, "Songs", Category::Other),
            posted(1, "Bicycle bells", Category::Repairs),
        ];
        let found = best(&need, &offers, |_| true);
        let found: Vec<(u8, &Fits)> = found.iter().map(|(offer, fits)| (offer.owner.0[0], fits)).collect();
        let word = "bicycle".to_owned();
        assert_eq!(found, [(4, &Fits::Both(word.clone())), (3, &Fits::Word(word)), (2, &Fits::Kind)]);
        assert_eq!(best(&need, &offers, |id| id.0[0] == 3).len(), 1);
        assert_eq!(fits(&posted(1, "x", Category::Other), &posted(2, "y", Category::Other)), None);
    }
}
