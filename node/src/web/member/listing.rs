//! One offer or one ask: whose it is, and how to take it up.

use super::find::{owned, whereabouts};
use crate::{
    runtime::{
        clock,
        listings::{Kind, WITHDRAWN_FOR, same_language},
        near::Nearby,
        office::Deed,
        shelves::name_of,
    },
    web::{
        Answer, App, Oops,
        acting::Acting,
        forms::{Asked, Post, Reader},
        pages::{self, FormPage, go},
        public, times,
        visit::{Frame, Guest, Visit, escaped},
        words::Words,
    },
};
use askama::Template;
use axum::extract::{Path, State};
use kith_protocol::{
    id::{CommunityId, MemberId, RecordKey},
    machine::{Command, View as _},
    shelf::{Item, Listing, Record},
    time::Timestamp,
};
use std::{collections::BTreeMap, sync::Arc};

/// A listing and what is known of where it comes from.
pub(super) struct Found {
    pub(super) record: Record,
    pub(super) owner: Option<MemberId>,
    own: bool,
    community: Option<String>,
    connected: bool,
    partner: bool,
}

pub(super) async fn find(app: &App, community: CommunityId, key: RecordKey) -> Result<Found, Oops> {
    let now = clock::now();
    let found = app.handle.look(move |machine, book| {
        let held = book.held(&community, &key)?;
        let record = book.records(&community, held.revision.saturating_sub(1), 1).into_iter().next()?.content;
        if record.key != key || record.expires_at <= now || record.item.listing().is_none() {
            return None;
        }
        let own = community == machine.identity().community;
        Some(Found {
            owner: machine.state().shelf().1.get(&key).filter(|_| own).and_then(|own| own.owner),
            own,
            community: name_of(machine, &community),
            connected: own || machine.connected(&community),
            partner: machine.state().ledger().partner_of(&community).is_some(),
            record,
        })
    });
    found.await?.ok_or(Oops::Missing)
}

pub(super) fn ids(community: &str, key: &str) -> Result<(CommunityId, RecordKey), Oops> {
    let community = community.parse().map_err(|_| Oops::Missing)?;
    Ok((community, key.parse().map_err(|_| Oops::Missing)?))
}

#[derive(Template)]
#[template(path = "listing.html", whitespace = "minimize")]
struct ListingPage<'a> {
    frame: &'a Frame,
    acting: Option<String>,
    /// What just happened, on the way here from a form.
    news: Option<(String, String)>,
    title: String,
    text: String,
    language: Option<String>,
    kind: String,
    category: String,
    remote: bool,
    tags: Vec<String>,
    when: Vec<String>,
    /// Where, roughly.
    place: Vec<String>,
    who: String,
    until: String,
    /// Who may read it, for whoever may change that.
    readers: Option<String>,
    mine: bool,
    own: bool,
    asleep: bool,
    away: Option<String>,
    photo: Option<String>,
    skill: &'static str,
    change_photo: Option<(String, String)>,
    drop_photo: Option<String>,
    record: Option<String>,
    write: Option<String>,
    report: Option<String>,
    withdraw: String,
    change: String,
}

/// Whether a listing is one of ours that anybody may read.
pub(super) async fn is_public(app: &App, found: &Found) -> Result<bool, Oops> {
    Ok(found.own && !app.handle.inside().await?.contains_key(&found.record.key))
}

/// Whether the visitor may take a listing down: its owner, or a coordinator.
pub(super) fn may_withdraw(visit: &Visit, found: &Found) -> bool {
    found.own && (found.owner == Some(visit.member.id) || visit.member.coordinator)
}

/// Where the hours are recorded when it is done: whoever offered gave, whoever asked received.
fn record_address(found: &Found, kind: Kind) -> Option<String> {
    let way = if kind == Kind::Offer { "received" } else { "gave" };
    match found.owner {
        Some(owner) => Some(format!("/record/hours?way={way}&to=m/{owner}")),
        None if found.partner && kind == Kind::Offer => {
            Some(format!("/record/hours?way={way}&to=r/{}/{}", found.record.community, found.record.key))
        }
        None if found.partner => Some(format!("/record?way={way}&where={}", found.record.community)),
        None => None,
    }
}

/// Whose one of our listings is, with both names when somebody else put it up.
pub(super) fn owner_shown(
    words: Words,
    names: &BTreeMap<MemberId, String>,
    owner: Option<MemberId>,
    by: Option<MemberId>,
) -> String {
    let name = |id: MemberId| names.get(&id).filter(|name| !name.is_empty());
    let owner = owner.and_then(name).cloned().unwrap_or_else(|| words.t("somebody"));
    match by.and_then(name) {
        Some(by) => words.t2("listing-through", ("member", &owner), ("who", by)),
        None => owner,
    }
}

/// Whether visitor and owner keep apart, and until when the owner has a rest.
async fn nearness(app: &App, visit: &Visit, found: &Found) -> Result<(bool, Option<Timestamp>), Oops> {
    let Some(owner) = found.owner else { return Ok((false, None)) };
    let apart = app.handle.are_apart(visit.member.id, owner).await?;
    let away = app.handle.file(owner).await?.away_until.filter(|until| *until > clock::now());
    Ok((apart, away))
}

/// Where it is, roughly, for whoever looks: the same as among what they find.
async fn place(app: &App, visit: &Visit, found: &Found, remote: bool) -> Result<Vec<String>, Oops> {
    let (home, record) = (app.handle.home_of(visit.member.id).await?, found.record.clone());
    let look = app.handle.look(move |machine, _| {
        let nearby = Nearby::of(machine, home, std::iter::once(&record.community));
        owned(machine, &nearby, record)
    });
    Ok(whereabouts(visit.frame.words, &look.await?, remote, false))
}

#[derive(Template)]
#[template(path = "listing_open.html", whitespace = "minimize")]
struct OpenPage<'a> {
    frame: &'a Frame,
    title: String,
    text: String,
    language: Option<String>,
    kind: String,
    skill: &'static str,
    rows: Vec<(String, String)>,
    sign_in: String,
    /// What search engines read.
    data: String,
}

/// What anybody may read of a listing of ours, as in the feed: not whose it is. What partners list is for members, and
/// so is what somebody does not want on the public page.
fn open(frame: &Frame, found: &Found, public: bool) -> Answer {
    let words = frame.words;
    if !public {
        return Err(Oops::SignIn(Vec::new()));
    }
    let (kind, listing) = Kind::of(&found.record.item).ok_or(Oops::Missing)?;
    let afar = listing.remote.then(|| words.t("from-afar"));
    let sort: Vec<String> =
        [words.category(listing.category)].into_iter().chain(afar).chain(listing.tags.iter().cloned()).collect();
    let mut rows = vec![(words.t("listing-kind"), sort.join(" · "))];
    let when = times::said(words, listing.when);
    if !when.is_empty() {
        rows.push((words.t("listing-when"), when.join(" · ")));
    }
    rows.push((words.t("listing-up"), words.t1("listing-until", "day", words.day(found.record.expires_at))));
    let page = OpenPage {
        frame,
        title: listing.title.clone(),
        text: listing.text.clone().unwrap_or_default(),
        language: other_language(frame, listing),
        kind: words.t(kind_key(kind)),
        skill: crate::web::skills::drawing(listing.category),
        rows,
        sign_in: format!("/sign-in?next={}", escaped(&frame.path)),
        data: public::of_listing(&frame.community, kind, listing),
    };
    Ok(pages::show(frame, &page))
}

/// The language of a listing, where it is not the page's.
fn other_language(frame: &Frame, listing: &Listing) -> Option<String> {
    (!same_language(&listing.language, frame.lang())).then(|| listing.language.clone())
}

const fn kind_key(kind: Kind) -> &'static str {
    match kind {
        Kind::Offer => "listing-offer",
        Kind::Need => "listing-need",
    }
}

pub(super) async fn show(
    State(app): State<App>,
    Guest { frame }: Guest,
    Path((community, key)): Path<(String, String)>,
    Asked(asked): Asked,
) -> Answer {
    let (community, key) = ids(&community, &key)?;
    let found = find(&app, community, key).await?;
    let public = is_public(&app, &found).await?;
    let Some(visit) = Visit::of(Arc::clone(&frame)) else { return open(&frame, &found, public) };
    let (frame, words) = (&visit.frame, visit.frame.words);
    let acting = Acting::of(&app.handle, &visit.member, &asked).await?;
    let (kind, listing) = Kind::of(&found.record.item).ok_or(Oops::Missing)?;
    let by = app.handle.posted_by(vec![key]).await?.remove(&key).filter(|_| found.own);
    let names = super::home::short_names(&app.handle, found.owner.into_iter().chain(by)).await?;
    let community = found.community.clone().unwrap_or_else(|| words.t("partner-nameless"));
    let mine = found.owner == Some(acting.member);
    let news = match asked.get("posted") {
        "ask" if found.own => Some((words.t("posted-ask"), words.t("posted-ask-next"))),
        "offer" if found.own => Some((words.t("posted-offer"), words.t("posted-offer-next"))),
        _ => None,
    };
    let (apart, away) = nearness(&app, &visit, &found).await?;
    let photo = if found.own { app.handle.picture(key).await?.is_some() } else { false };
    let here = format!("/listing/{}/{}", found.record.community, found.record.key);
    let pictures = format!("{here}/picture");
    let may_change = may_withdraw(&visit, &found);
    let page = ListingPage {
        frame,
        acting: acting.line(words),
        news,
        title: listing.title.clone(),
        text: listing.text.clone().unwrap_or_default(),
        language: other_language(frame, listing),
        kind: words.t(kind_key(kind)),
        category: words.category(listing.category),
        remote: listing.remote,
        tags: listing.tags.clone(),
        when: times::said(words, listing.when),
        place: place(&app, &visit, &found, listing.remote).await?,
        who: match found.own {
            true => owner_shown(words, &names, found.owner, by),
            false => words.t1("somebody-of", "partner", &community),
        },
        until: words.t1("listing-until", "day", words.day(found.record.expires_at)),
        readers: may_change.then(|| words.t(if public { "listing-readers-all" } else { "listing-readers-members" })),
        mine,
        own: found.own,
        asleep: !found.connected,
        record: record_address(&found, kind).filter(|_| !mine).map(|address| acting.address(&address)),
        write: found
            .owner
            .filter(|owner| !apart && *owner != visit.member.id && !acting.is_for_another())
            .map(|owner| super::messages::about_listing(owner, key)),
        report: (!mine).then(|| format!("/report?listing={}/{}", found.record.community, found.record.key)),
        away: away.map(|until| words.t1("listing-away", "day", words.day(until))),
        photo: photo.then(|| format!("/picture/{key}")),
        skill: crate::web::skills::drawing(listing.category),
        change_photo: may_change.then(|| (words.t(if photo { "picture-other" } else { "picture" }), pictures.clone())),
        drop_photo: (may_change && photo).then(|| super::picture::dropping(&pictures)),
        change: if may_change { format!("{here}/change") } else { String::new() },
        withdraw: if may_change { format!("{here}/withdraw") } else { String::new() },
    };
    Ok(pages::show(frame, &page))
}

fn asking<'a>(frame: &'a Frame, mut reader: Reader<'_>, acting: &Acting, title: &str) -> FormPage<'a> {
    let heading = frame.t1("withdraw", "title", title);
    acting.whom(&mut reader);
    FormPage::new(frame, heading, reader, &frame.path, frame.t("withdraw-button"))
        .lead(frame.t("withdraw-lead"))
        .acting(acting.line(frame.words))
        .ending()
}

pub(super) async fn withdraw(
    State(app): State<App>,
    visit: Visit,
    Path((community, key)): Path<(String, String)>,
    Asked(asked): Asked,
) -> Answer {
    let (community, key) = ids(&community, &key)?;
    let found = find(&app, community, key).await?;
    if !may_withdraw(&visit, &found) {
        return Err(Oops::NotYours);
    }
    let title = found.record.item.listing().map(|listing| listing.title.clone()).unwrap_or_default();
    let acting = Acting::with(&app.handle, &visit.member, found.owner).await?;
    Ok(asking(&visit.frame, Reader::open(visit.frame.words, &asked), &acting, &title).answer())
}

pub(super) async fn send_withdraw(
    State(app): State<App>,
    Path((community, key)): Path<(String, String)>,
    post: Post,
) -> Answer {
    let (community, key) = ids(&community, &key)?;
    let deed = post.deed();
    if app.handle.earlier(deed.request()).await?.is_none() {
        let found = find(&app, community, key).await?;
        let visit = Visit { frame: post.frame.clone(), member: post.member.clone() };
        if !may_withdraw(&visit, &found) {
            return Err(Oops::NotYours);
        }
        // The withdrawal must outlive every copy of what it withdraws.
        let expires_at: Timestamp = found.record.expires_at.max(clock::now().plus(WITHDRAWN_FOR));
        let command = Command::Publish { key, item: Item::Withdrawn, expires_at, owner: None };
        app.handle.command(deed.request(), command).await?;
        app.handle.listings_gone(vec![key]).await?;
        Acting::with(&app.handle, &post.member, found.owner).await?.note(&app.handle, Deed::Withdrawn).await?;
    }
    // Sent twice, the listing is gone, and the form still says whose it was.
    let acting = Acting::of(&app.handle, &post.member, &post.sent).await?;
    Ok(go(&acting.address("/done/withdrawn")))
}
