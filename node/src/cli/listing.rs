//! What `kith offer` and `kith need` have in common.

use super::{
    output::{Out, or_dash, outcome, table, word},
    reach::{Reach, Write, escape, pages, protocol_word},
};
use crate::{
    api::types::{ListingView, NewListing, Outcome},
    failure::Failure,
};
use clap::Args;
use kith_protocol::{
    id::{CommunityId, MemberId, RecordKey},
    shelf::{Category, DAYS, PARTS, Times},
};

/// An offer or need to be published.
#[derive(Debug, Args)]
pub(super) struct Add {
    /// Whose it is.
    #[arg(long, value_name = "MEMBER")]
    member: MemberId,
    /// What, in a few words. Everybody can read it: no names, no telephone numbers.
    #[arg(long)]
    title: String,
    /// More of it.
    #[arg(long)]
    text: Option<String>,
    /// befriending, garden, repairs, shopping, transport, food, learning, technology, advice, care, making, places or
    /// other.
    #[arg(long, value_parser = protocol_word::<Category>)]
    category: Option<Category>,
    /// A word to find it by. May be given several times.
    #[arg(long = "tag", value_name = "WORD")]
    tags: Vec<String>,
    /// Roughly where, as a geohash of one to six letters and digits.
    #[arg(long, value_name = "GEOHASH")]
    area: Option<String>,
    /// The language of the words, such as en or cy; en when absent.
    #[arg(long)]
    language: Option<String>,
    /// It can be done from afar.
    #[arg(long)]
    remote: bool,
    /// When it is good, or help is wanted: a day such as friday, or a part of it such as friday_morning. May be given several
    /// times; any time when absent.
    #[arg(long = "time", value_name = "DAY", value_parser = times)]
    times: Vec<Times>,
    /// The last day on which help is of use. Of needs only.
    #[arg(long, value_name = "YYYY-MM-DD")]
    by: Option<jiff::civil::Date>,
    /// For how many days it stands; 180 when absent.
    #[arg(long)]
    days: Option<u32>,
    /// For members only: not on the public page, nor in the feed.
    #[arg(long)]
    members_only: bool,
    #[command(flatten)]
    write: Write,
}

/// Which offers or needs to list.
#[derive(Debug, Args)]
pub(super) struct List {
    /// Only those in which each of these words occurs.
    #[arg(long, value_name = "WORDS")]
    search: Option<String>,
    /// Only those of this community.
    #[arg(long, value_name = "COMMUNITY")]
    community: Option<CommunityId>,
    /// Only of this kind of skill.
    #[arg(long, value_parser = protocol_word::<Category>)]
    category: Option<Category>,
    /// Only what can be done from afar.
    #[arg(long)]
    remote: bool,
    /// Only in this language, such as en or cy.
    #[arg(long)]
    language: Option<String>,
    /// Not what says other days than this one, such as friday.
    #[arg(long, value_parser = clap::builder::PossibleValuesParser::new(DAYS))]
    day: Option<String>,
    /// Not what says other parts of the day than this one.
    #[arg(long, value_parser = clap::builder::PossibleValuesParser::new(PARTS))]
    part: Option<String>,
    /// Only what is near our own community.
    #[arg(long, conflicts_with = "community")]
    near: bool,
    /// At most this many.
    #[arg(long, value_name = "N")]
    limit: Option<usize>,
    #[command(flatten)]
    reach: Reach,
}

/// Which to take back.
#[derive(Debug, Args)]
pub(super) struct Withdraw {
    /// Its key, as the list shows it.
    key: RecordKey,
    #[command(flatten)]
    reach: Reach,
}

/// A day of the week, or a part of one.
fn times(written: &str) -> Result<Times, String> {
    let day = DAYS.iter().position(|known| *known == written);
    let times = match day {
        Some(day) => Times::at(Some(day), None),
        None => Times::of(Times::place(written)),
    };
    times.ok_or_else(|| "not a day such as friday, nor a part of one such as friday_morning".to_owned())
}

/// A day in days since 1970.
fn day_number(day: jiff::civil::Date) -> Result<u32, Failure> {
    let since = day.since(jiff::civil::date(1970, 1, 1)).ok().and_then(|since| u32::try_from(since.get_days()).ok());
    since.ok_or_else(|| Failure::usage(format!("{day} is not a day since 1970")))
}

impl Add {
    pub(super) fn run(self, shelf: &str, out: &mut Out<'_>) -> Result<(), Failure> {
        let new = NewListing {
            member: self.member,
            title: self.title,
            text: self.text,
            category: self.category,
            tags: self.tags,
            area: self.area,
            language: self.language,
            remote: self.remote,
            times: Times::of(self.times.iter().flat_map(|times| times.iter())).map(Times::words).unwrap_or_default(),
            by: self.by.map(day_number).transpose()?,
            days: self.days,
            public: self.members_only.then_some(false),
        };
        let path = format!("/api/v1/{shelf}");
        let done: Outcome = self.write.reach.client()?.post(&path, &new, self.write.request.as_deref())?;
        out.result(&done, outcome)
    }
}

impl List {
    pub(super) fn run(self, shelf: &str, out: &mut Out<'_>) -> Result<(), Failure> {
        let asked = [
            ("q", self.search),
            ("community", self.community.map(|id| id.to_string())),
            ("category", self.category.map(|category| word(&category))),
            ("remote", self.remote.then(|| "true".to_owned())),
            ("language", self.language),
            ("day", self.day),
            ("part", self.part),
            ("near", self.near.then(|| "true".to_owned())),
        ];
        let asked = asked.into_iter().filter_map(|(name, value)| Some(format!("{name}={}&", escape(&value?))));
        let path = format!("/api/v1/{shelf}?{}", asked.collect::<String>());
        let page = pages::<ListingView>(&self.reach.client()?, &path, self.limit)?;
        out.result(&page, |page| {
            let rows = page.items.iter().map(|listing| {
                let community = listing.community_name.clone().unwrap_or_else(|| listing.community.to_string());
                vec![listing.key.to_string(), listing.title.clone(), community, or_dash(listing.member.as_ref())]
            });
            table(&["key", "title", "community", "member"], &rows.collect::<Vec<_>>())
        })
    }
}

impl Withdraw {
    pub(super) fn run(self, shelf: &str, out: &mut Out<'_>) -> Result<(), Failure> {
        let done: Outcome = self.reach.client()?.delete(&format!("/api/v1/{shelf}/{}", self.key))?;
        out.result(&done, outcome)
    }
}
