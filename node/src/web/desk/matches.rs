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

/// Offers, found by what they have in common with an ask.
#[derive(Default)]
struct Offers {
    all: Vec<Posted>,
    by_kind: BTreeMap<Category, Vec<usize>>,
    by_word: BTreeMap<String, Vec<usize>>,
}

impl Offers {
    fn new(all: Vec<Posted>) -> Self {
        let mut offers = Self::default();
        for (place, offer) in all.iter().enumerate() {
            offers.by_kind.entry(offer.category).or_default().push(place);
            for word in &offer.words {
                offers.by_word.entry(word.clone()).or_default().push(place);
            }
        }
        Self { all, ..offers }
    }

    /// The places of those that fit an ask, some of them twice.
    fn fitting(&self, need: &Posted, may: impl Fn(&MemberId) -> bool) -> impl Iterator<Item = usize> {
        // "Other" is no kind: two of it have nothing in common by that.
        let kind = Some(need.category).filter(|category| *category != Category::Other);
        let alike = kind.and_then(|category| self.by_kind.get(&category));
        let named = need.words.iter().filter_map(|word| self.by_word.get(word));
        alike.into_iter().chain(named).flatten().copied().filter(move |place| {
            let owner = &self.all[*place].owner;
            *owner != need.owner && may(owner)
        })
    }

    /// Those that fit an ask best: by word and kind first, then by word, then by kind; of one member only the best.
    fn best(&self, need: &Posted, may: impl Fn(&MemberId) -> bool) -> Vec<(&Posted, Fits)> {
        let places: BTreeSet<usize> = self.fitting(need, may).collect();
        let found = places.into_iter().map(|place| &self.all[place]);
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

/// Our board: what members here ask for, the oldest first, and what they offer.
pub(super) struct Board {
    needs: Vec<Posted>,
    offers: Offers,
    /// Asks that somebody wrote about.
    answered: BTreeSet<RecordKey>,
    files: BTreeMap<MemberId, File>,
    now: Timestamp,
}

impl Board {
    /// Everything on it.
    ///
    /// # Errors
    /// The disk, or a node that stops.
    pub(super) async fn read(handle: &Handle, now: Timestamp) -> Result<Self, Refused> {
        let (mut needs, offers) = posted(handle, now).await?;
        needs.sort_by_key(|need| (need.made_at, need.key));
        let about = handle.papers(|paper| match paper {
            Paper::Message(message) => match message.about {
                About::Listing(key) => Some(key),
                _ => None,
            },
            _ => None,
        });
        let answered = about.await?.into_iter().map(|(_, key)| key).collect();
        let people: BTreeSet<MemberId> = needs.iter().chain(&offers).map(|one| one.owner).collect();
        let files = handle.files_of(people.into_iter().collect()).await?;
        let files = files.into_iter().map(|file| (file.member, file)).collect();
        Ok(Self { needs, offers: Offers::new(offers), answered, files, now })
    }

    fn may(&self, need: &Posted, offerer: &MemberId) -> bool {
        let blocks =
            |one: &MemberId, other: &MemberId| self.files.get(one).is_some_and(|file| file.blocked.contains(other));
        let rests = self.files.get(offerer).is_some_and(|file| file.away(self.now));
        !rests && !blocks(&need.owner, offerer) && !blocks(offerer, &need.owner)
    }

    fn open(&self) -> impl Iterator<Item = (usize, &Posted)> {
        self.needs.iter().enumerate().filter(|(_, need)| !self.answered.contains(&need.key))
    }

    /// The places of asks that wait for an answer for days.
    pub(super) fn unanswered(&self) -> Vec<usize> {
        let old = |need: &Posted| self.now.since(need.made_at) >= UNANSWERED_AFTER;
        self.open().filter(|(_, need)| old(need)).map(|(place, _)| place).collect()
    }

    /// The places of asks that somebody might help with.
    pub(super) fn fitting(&self) -> Vec<usize> {
        let fits = |need: &Posted| self.offers.fitting(need, |who| self.may(need, who)).next().is_some();
        self.open().filter(|(_, need)| fits(need)).map(|(place, _)| place).collect()
    }

    /// The asks at these places.
    ///
    /// # Errors
    /// The disk.
    pub(super) async fn shown(
        &self,
        handle: &Handle,
        words: Words,
        places: BTreeSet<usize>,
    ) -> Result<BTreeMap<usize, Ask>, Refused> {
        let found = places.into_iter().map(|place| {
            let need = &self.needs[place];
            (place, need, self.offers.best(need, |who| self.may(need, who)))
        });
        let found: Vec<_> = found.collect();
        let people = found.iter().flat_map(|(_, need, helpers)| {
            helpers.iter().map(|(offer, _)| offer.owner).chain([need.owner]).collect::<Vec<_>>()
        });
        let people: BTreeSet<MemberId> = people.collect();
        let phones = phones(handle, people.iter().copied().collect()).await?;
        let names = names(handle, people).await?;
        let name = |id: &MemberId| names.get(id).cloned().unwrap_or_else(|| words.t("somebody"));
        let community = handle.community();
        let each = found.into_iter().map(|(place, need, helpers)| {
            let helper = |(offer, fits): &(&Posted, Fits)| {
                let values = [("name", name(&offer.owner)), ("why", why(words, offer, fits))];
                match phones.get(&offer.owner) {
                    Some(phone) => {
                        let [name, why] = values;
                        words.filled("today-fits-phone", &[name, why, ("phone", phone.clone())])
                    }
                    None => words.filled("today-fits", &values),
                }
            };
            let ask = Ask {
                title: need.title.clone(),
                name: name(&need.owner),
                phone: phones.get(&need.owner).cloned(),
                since: need.made_at,
                helpers: helpers.iter().map(helper).collect(),
                address: format!("/listing/{community}/{}", need.key),
            };
            (place, ask)
        });
        Ok(each.collect())
    }
}

/// What an offer has in common with an ask.
fn why(words: Words, offer: &Posted, fits: &Fits) -> String {
    match fits {
        Fits::Both(word) => format!("{}, “{word}”", words.category(offer.category)),
        Fits::Word(word) => format!("“{word}”"),
        Fits::Kind => words.category(offer.category),
    }
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
        let offers = Offers::new(offers.to_vec());
        let found = offers.best(&need, |_| true);
        let found: Vec<(u8, &Fits)> = found.iter().map(|(offer, fits)| (offer.owner.0[0], fits)).collect();
        let word = "bicycle".to_owned();
        assert_eq!(found, [(4, &Fits::Both(word.clone())), (3, &Fits::Word(word)), (2, &Fits::Kind)]);
        assert_eq!(offers.best(&need, |id| id.0[0] == 3).len(), 1);
        assert_eq!(offers.fitting(&need, |id| id.0[0] == 1).count(), 0, "one's own");
        assert_eq!(fits(&posted(1, "x", Category::Other), &posted(2, "y", Category::Other)), None);
    }
}
