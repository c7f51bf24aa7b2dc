//! Offers and needs: our own to publish and withdraw, everybody's to read, with their home nodes off, too.

mod search;

use super::answer::{created, done};
use crate::{
    api::{
        ApiState, Failure,
        extract::{At, Params},
        idempotency::{Call, Write},
        types::{ListingView, NewListing, Outcome, Page},
    },
    runtime::{
        Handle, Refused, clock,
        listings::{Kind, WITHDRAWN_FOR},
        office::Inside,
        shelves::name_of,
    },
};
use axum::{Json, extract::State, response::Response};
use kith_protocol::{
    id::{CommunityId, RecordKey},
    machine::{Command, Machine, View as _},
    rejection::Rejection,
    shelf::{Category, Item, Listing, Record, Times, When},
    time::Span,
};
use search::{Search, search};
use std::collections::BTreeSet;

/// For how many days a listing stands when nobody says otherwise: half a year, so that stale ones fade.
const DEFAULT_DAYS: u32 = 180;

const fn word(kind: Kind) -> &'static str {
    match kind {
        Kind::Offer => "offer",
        Kind::Need => "need",
    }
}

/// A listing as the API says it.
pub(super) fn view(machine: &Machine, record: Record) -> Option<ListingView> {
    let Record { community, key, expires_at, .. } = record;
    let (kind, listing) = Kind::of(&record.item)?;
    let own = community == machine.identity().community;
    let member = machine.state().shelf().1.get(&key).filter(|_| own).and_then(|own| own.owner);
    let Listing { title, text, category, tags, area, language, remote, when } = listing.clone();
    Some(ListingView {
        kind: word(kind).into(),
        key,
        community,
        community_name: name_of(machine, &community),
        member,
        through: None,
        title,
        text,
        category,
        tags,
        area,
        language,
        remote,
        times: when.times.map(Times::words).unwrap_or_default(),
        by: when.by,
        expires_at: expires_at.0,
        public: None,
    })
}

/// Adds who put up which for its owner, and which of ours anybody may read.
pub(super) async fn with_helpers(handle: &Handle, views: &mut [ListingView]) -> Result<(), Refused> {
    let (own, inside) = (handle.community(), handle.inside().await?);
    for view in views.iter_mut().filter(|view| view.community == own) {
        view.public = Some(!inside.contains_key(&view.key));
    }
    let ours = views.iter().filter(|view| view.member.is_some()).map(|view| view.key);
    let posted = handle.posted_by(ours.collect()).await?;
    for view in views.iter_mut().filter(|view| view.member.is_some()) {
        view.through = posted.get(&view.key).copied();
    }
    Ok(())
}

/// What people offer, in all communities this node holds.
#[utoipa::path(get, path = "/offers", tag = "listings", params(Search),
    responses((status = 200, description = "A page of offers; with `next` there may be more, even when it is empty.", body = Page<ListingView>)))]
pub(in crate::api) async fn list_offers(
    State(state): State<ApiState>,
    Params(asked): Params<Search>,
) -> Result<Json<Page<ListingView>>, Failure> {
    search(&state.handle, Kind::Offer, asked).await.map(Json)
}

/// What people ask for, in all communities this node holds.
#[utoipa::path(get, path = "/needs", tag = "listings", params(Search),
    responses((status = 200, description = "A page of needs; with `next` there may be more, even when it is empty.", body = Page<ListingView>)))]
pub(in crate::api) async fn list_needs(
    State(state): State<ApiState>,
    Params(asked): Params<Search>,
) -> Result<Json<Page<ListingView>>, Failure> {
    search(&state.handle, Kind::Need, asked).await.map(Json)
}

/// One offer or need.
#[utoipa::path(get, path = "/listings/{community}/{key}", tag = "listings",
    params(("community" = crate::api::types::schema::DidKey, Path, description = "Whose shelf."), ("key" = crate::api::types::schema::Id, Path, description = "Which record.")),
    responses((status = 200, description = "The listing.", body = ListingView)))]
pub(in crate::api) async fn get_listing(
    State(state): State<ApiState>,
    At((community, key)): At<(CommunityId, RecordKey)>,
) -> Result<Json<ListingView>, Failure> {
    let now = clock::now();
    let found = state.handle.look(move |machine, book| {
        let held = book.held(&community, &key)?;
        let record = book.records(&community, held.revision.saturating_sub(1), 1).into_iter().next()?.content;
        (record.key == key && record.expires_at > now).then(|| view(machine, record))?
    });
    let mut found = found.await?.ok_or(Rejection::UnknownRecord(key))?;
    with_helpers(&state.handle, std::slice::from_mut(&mut found)).await?;
    Ok(Json(found))
}

/// Publishes an offer.
#[utoipa::path(post, path = "/offers", tag = "listings", request_body = NewListing,
    responses((status = 201, description = "Published.", body = Outcome)))]
pub(in crate::api) async fn publish_offer(
    State(state): State<ApiState>,
    call: Call<NewListing>,
) -> Result<Response, Failure> {
    publish(state, call, Item::Offer).await
}

/// Publishes a need.
#[utoipa::path(post, path = "/needs", tag = "listings", request_body = NewListing,
    responses((status = 201, description = "Published.", body = Outcome)))]
pub(in crate::api) async fn publish_need(
    State(state): State<ApiState>,
    call: Call<NewListing>,
) -> Result<Response, Failure> {
    publish(state, call, Item::Need).await
}

/// Parts of days, each named once; none when that is any time.
fn read_times(words: &[String]) -> Result<Option<Times>, Failure> {
    let place = |word: &String| {
        let bad = || Failure::field("times", "not a part of a day of the week, such as friday_morning");
        Times::place(word).ok_or_else(bad)
    };
    let places: BTreeSet<(usize, usize)> = words.iter().map(place).collect::<Result<_, _>>()?;
    if places.len() < words.len() {
        return Err(Failure::field("times", "named twice"));
    }
    Ok(Times::of(places))
}

async fn publish(
    ApiState { handle, .. }: ApiState,
    Call { write, body }: Call<NewListing>,
    item: fn(Listing) -> Item,
) -> Result<Response, Failure> {
    let NewListing { member, title, text, category, tags, area, language, remote, times, by, days, public } = body;
    let days = days.unwrap_or(DEFAULT_DAYS);
    if days == 0 {
        return Err(Failure::field("days", "zero; give for how many days it stands"));
    }
    let listing = Listing {
        title,
        text,
        category: category.unwrap_or(Category::Other),
        tags,
        area,
        language: language.unwrap_or_else(|| "en".into()),
        remote,
        when: When { times: read_times(&times)?, by },
    };
    let item = item(listing);
    if by.is_some() && matches!(item, Item::Offer(_)) {
        return Err(Failure::together("`by` is for needs only; an offer ends when it is taken down"));
    }
    let (key, until) = (RecordKey(write.new_id(&handle, "record")), clock::now().plus(Span::days(u64::from(days))));
    let inside = !public.unwrap_or(true) && handle.earlier(write.request()).await?.is_none();
    if inside {
        // Before it is up, so that it never stands there for anybody.
        handle.keep_inside(vec![Inside { key, until }]).await?;
    }
    let command = Command::Publish { key, item, expires_at: until, owner: Some(member) };
    let led = handle.command(write.request(), command).await;
    if inside && matches!(led, Err(Refused::Rule(_))) {
        handle.let_out(vec![key]).await?;
    }
    Ok(created(led?))
}

/// Withdraws an offer of ours.
#[utoipa::path(delete, path = "/offers/{key}", tag = "listings", params(("key" = crate::api::types::schema::Id, Path, description = "Which offer.")),
    responses((status = 200, description = "Withdrawn.", body = Outcome)))]
pub(in crate::api) async fn withdraw_offer(
    State(state): State<ApiState>,
    At(key): At<RecordKey>,
    write: Write,
) -> Result<Json<Outcome>, Failure> {
    withdraw(state, key, write, Kind::Offer).await
}

/// Withdraws a need of ours.
#[utoipa::path(delete, path = "/needs/{key}", tag = "listings", params(("key" = crate::api::types::schema::Id, Path, description = "Which need.")),
    responses((status = 200, description = "Withdrawn.", body = Outcome)))]
pub(in crate::api) async fn withdraw_need(
    State(state): State<ApiState>,
    At(key): At<RecordKey>,
    write: Write,
) -> Result<Json<Outcome>, Failure> {
    withdraw(state, key, write, Kind::Need).await
}

async fn withdraw(
    ApiState { handle, .. }: ApiState,
    key: RecordKey,
    write: Write,
    kind: Kind,
) -> Result<Json<Outcome>, Failure> {
    if let Some(reply) = handle.earlier(write.request()).await? {
        return Ok(done(reply));
    }
    let standing = handle.look(move |machine, book| {
        let (own, revision) = (machine.identity().community, machine.state().shelf().1.get(&key)?.revision);
        let record = book.records(&own, revision.saturating_sub(1), 1).into_iter().next()?.content;
        let (found, _) = Kind::of(&record.item)?;
        (found == kind && record.key == key).then_some(record.expires_at)
    });
    let expires_at = standing.await?.ok_or(Rejection::UnknownRecord(key))?;
    // The withdrawal must outlive every copy of what it withdraws.
    let expires_at = expires_at.max(clock::now().plus(WITHDRAWN_FOR));
    let command = Command::Publish { key, item: Item::Withdrawn, expires_at, owner: None };
    let reply = handle.command(write.request(), command).await?;
    handle.listings_gone(vec![key]).await?;
    Ok(done(reply))
}
