//! What `kith offer` and `kith need` have in common.

use super::{
    output::{Out, or_dash, outcome, table},
    reach::{Reach, Write, escape, pages, protocol_word},
};
use crate::{
    api::types::{ListingView, NewListing, Outcome},
    failure::Failure,
};
use clap::Args;
use kith_protocol::{
    id::{CommunityId, MemberId, RecordKey},
    shelf::Category,
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
    /// For how many days it stands; 180 when absent.
    #[arg(long)]
    days: Option<u32>,
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
            days: self.days,
        };
        let path = format!("/api/v1/{shelf}");
        let done: Outcome = self.write.reach.client()?.post(&path, &new, self.write.request.as_deref())?;
        out.result(&done, outcome)
    }
}

impl List {
    pub(super) fn run(self, shelf: &str, out: &mut Out<'_>) -> Result<(), Failure> {
        let search = self.search.map_or_else(String::new, |words| format!("q={}&", escape(&words)));
        let community = self.community.map_or_else(String::new, |id| format!("community={}&", escape(&id.to_string())));
        let path = format!("/api/v1/{shelf}?{search}{community}");
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
