//! Taking somebody out of the papers.

use super::{
    Circle, Event, File, Handle, MemberId, Notice, Paper, PaperId, Refused, Report, Room, StoreError, Subject,
    safety::pending_of,
};
use crate::runtime::personal::plain_name;
use kith_protocol::id::{CommunityId, ExchangeId, RecordKey};
use std::collections::BTreeSet;

/// Whoever is to be forgotten, and what is known to be theirs: the papers alone do not say it.
#[derive(Debug)]
pub struct Forgotten {
    member: MemberId,
    /// The name as it is compared; empty when it is not known any more.
    name: String,
    exchanges: BTreeSet<ExchangeId>,
    listings: BTreeSet<(CommunityId, RecordKey)>,
    /// Events and notices they wrote, and circles they look after.
    papers: BTreeSet<PaperId>,
}

/// What is left of a paper when somebody is taken out of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Left {
    /// It never told of them.
    Untouched,
    /// It stays, without them.
    Changed,
    /// Nothing.
    Gone,
}

impl Forgotten {
    /// Somebody of whom nothing but the id is known.
    #[must_use]
    pub const fn of(member: MemberId) -> Self {
        Self {
            member,
            name: String::new(),
            exchanges: BTreeSet::new(),
            listings: BTreeSet::new(),
            papers: BTreeSet::new(),
        }
    }

    /// By this name, too.
    #[must_use]
    pub fn called(self, name: &str) -> Self {
        Self { name: plain_name(name), ..self }
    }

    /// Who took part in these exchanges.
    #[must_use]
    pub fn in_exchanges(mut self, exchanges: impl IntoIterator<Item = ExchangeId>) -> Self {
        self.exchanges.extend(exchanges);
        self
    }

    /// Who put these listings up in a community.
    #[must_use]
    pub fn with_listings(mut self, community: CommunityId, keys: impl IntoIterator<Item = RecordKey>) -> Self {
        self.listings.extend(keys.into_iter().map(|key| (community, key)));
        self
    }

    /// Whether words hold the whole name.
    fn is_named_in(&self, words: &str) -> bool {
        let words = plain_name(words);
        let inside = |beside: Option<char>| beside.is_some_and(char::is_alphanumeric);
        let whole = |(at, name): (usize, &str)| {
            let (before, after) = (&words[..at], &words[at + name.len()..]);
            !inside(before.chars().next_back()) && !inside(after.chars().next())
        };
        !self.name.is_empty() && words.match_indices(self.name.as_str()).any(whole)
    }

    /// Learns from a paper what else is theirs.
    fn learn(&mut self, id: PaperId, paper: &Paper) {
        let me = self.member;
        match paper {
            Paper::Pending(pending) if pending.giver == me || pending.receiver == me => {
                self.exchanges.insert(pending_of(id));
            }
            Paper::Across(across) if across.member() == me => {
                self.exchanges.insert(pending_of(id));
            }
            Paper::Event(Event { by, .. }) | Paper::Notice(Notice { by, .. }) if *by == me => {
                self.papers.insert(id);
            }
            Paper::Circle(Circle { coordinators, .. }) if coordinators.contains(&me) => {
                self.papers.insert(id);
            }
            _ => {}
        }
    }

    /// Whether a report is about something of theirs. Nobody knows whose an exchange was that was refused, so that the
    /// name counts, too, where a report is about no person. A name of one word does not: it may be any word.
    fn is_told_of(&self, report: &Report) -> bool {
        let theirs = match &report.about {
            Subject::Exchange(exchange) => self.exchanges.contains(exchange),
            Subject::Listing(community, key) => self.listings.contains(&(*community, *key)),
            Subject::Event(paper) | Subject::Circle(paper) | Subject::Notice(paper) => self.papers.contains(paper),
            Subject::Person(_) | Subject::Message(..) => return false,
        };
        theirs || (self.name.contains(' ') && self.is_named_in(&report.text))
    }
}

fn gone(yes: bool) -> Left {
    if yes { Left::Gone } else { Left::Untouched }
}

fn changed(yes: bool) -> Left {
    if yes { Left::Changed } else { Left::Untouched }
}

fn retained(list: &mut Vec<MemberId>, member: &MemberId) -> bool {
    let before = list.len();
    list.retain(|known| known != member);
    list.len() != before
}

impl File {
    fn without(&mut self, who: &Forgotten) -> Left {
        let member = &who.member;
        if self.member == *member {
            return Left::Gone;
        }
        let before = self.clone();
        self.helpers.retain(|helper| helper.member != *member);
        self.blocked.retain(|blocked| blocked != member);
        self.acts.retain(|act| act.by != *member);
        // That somebody spoke for them stays true.
        for reference in self.references.iter_mut().filter(|reference| who.is_named_in(&reference.who)) {
            reference.who.clear();
        }
        if *self == before { Left::Untouched } else { Left::Changed }
    }
}

impl Report {
    /// A report about somebody, or by them, goes. One about something of theirs stays without its words, because whoever
    /// told may still need a coordinator.
    fn without(&mut self, who: &Forgotten) -> Left {
        let about = matches!(self.about, Subject::Person(whom) | Subject::Message(whom, _) if whom == who.member);
        if about || self.by == who.member {
            return Left::Gone;
        }
        let loses = !self.text.is_empty() && who.is_told_of(self);
        if loses {
            self.text.clear();
        }
        changed(loses)
    }
}

impl Paper {
    /// Takes somebody out of it.
    pub(super) fn without(&mut self, who: &Forgotten) -> Left {
        let member = &who.member;
        match self {
            Self::File(file) => file.without(who),
            Self::Message(message) => gone(message.from == *member || message.to == *member),
            Self::Report(report) => report.without(who),
            Self::Case(note) => gone(note.about == *member),
            Self::Letter(letter) => gone(letter.to == *member),
            Self::Posted(posted) => gone(posted.owner == *member || posted.by == *member),
            Self::Sheet(sheet) => gone(sheet.by == *member),
            Self::Coming(coming) => gone(coming.member == *member),
            Self::Spoken(spoken) => gone(spoken.member == *member || spoken.by == *member),
            Self::Pending(pending) => gone(pending.giver == *member || pending.receiver == *member),
            Self::Across(across) => gone(across.member() == *member),
            Self::Circle(circle) => {
                let lists = [&mut circle.coordinators, &mut circle.members];
                changed(lists.map(|list| retained(list, member)).contains(&true))
            }
            Self::Rules(rules) => changed(retained(&mut rules.note_readers, member)),
            Self::Notice(Notice { by_mail: Some(mail), .. }) => changed(retained(&mut mail.missed, member)),
            Self::Event(_) | Self::Notice(_) | Self::Copies(_) | Self::Application(_) | Self::Inside(_) => {
                Left::Untouched
            }
        }
    }
}

impl Room<'_> {
    /// Everything that tells of somebody goes; what tells of others too stays without them.
    fn forget(&mut self, mut who: Forgotten) -> Result<(), StoreError> {
        self.papers.iter().for_each(|(id, paper)| who.learn(*id, paper));
        let mut ids: Vec<PaperId> = self.papers.keys().copied().collect();
        // Reports first: other papers say whose the things are that they are about. Cut short, it can be done again.
        ids.sort_by_key(|id| !matches!(self.papers.get(id), Some(Paper::Report(_))));
        for id in ids {
            let Some(mut paper) = self.papers.get(&id).cloned() else { continue };
            match paper.without(&who) {
                Left::Untouched => {}
                Left::Changed => self.put(id, paper)?,
                Left::Gone => self.erase(&id)?,
            }
        }
        Ok(())
    }
}

impl Handle {
    /// Forgets every paper that tells of somebody.
    ///
    /// # Errors
    /// The disk.
    pub async fn forget_papers(&self, who: Forgotten) -> Result<(), Refused> {
        let forgotten = self.office_work(move |room| room.forget(who)).await;
        self.vault().hurry();
        forgotten
    }
}
