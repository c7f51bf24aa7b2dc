//! Events, and where programs find the feeds.

use super::{answer::outcome_of, messages::kept};
use crate::{
    api::{
        ApiState, Failure,
        extract::{At, MAX_LIMIT},
        idempotency::{Call, Write},
        types::{EventView, FeedView, Kept, NewEvent, Outcome, PaperKey},
    },
    runtime::{
        Handle, clock,
        office::{Event, MAX_LINE, MAX_WORDS, Paper, PaperId},
    },
};
use axum::{Json, extract::State, http::StatusCode};
use kith_protocol::{
    id::MemberId, machine::Reply, member::Role, minutes::Minutes, rejection::Rejection, text, time::Timestamp,
};

/// The coordinator who is named, or the first one.
pub(super) async fn coordinator(handle: &Handle, named: Option<MemberId>) -> Result<MemberId, Failure> {
    let Some(by) = named else { return Ok(handle.coordinator().await?) };
    let role = handle.look(move |machine, _| machine.state().ledger().active(&by).map(|member| member.role)).await??;
    if role == Role::Coordinator { Ok(by) } else { Err(Rejection::NotCoordinator(by).into()) }
}

/// Where programs subscribe to offers, asks and events.
#[utoipa::path(get, path = "/feeds", tag = "community",
    responses((status = 200, description = "The feeds.", body = Vec<FeedView>)))]
pub(in crate::api) async fn list_feeds() -> Json<Vec<FeedView>> {
    let feeds = [
        ("/offers.atom", "application/atom+xml", "The newest offers and asks (RFC 4287)."),
        ("/events.ics", "text/calendar", "Events that are not over (RFC 5545)."),
        ("/community.jsonld", "application/ld+json", "The community, its offers and asks (schema.org)."),
    ];
    let view = |(path, media_type, what): (&str, &str, &str)| FeedView {
        path: path.into(),
        media_type: media_type.into(),
        what: what.into(),
    };
    Json(feeds.map(view).into())
}

/// Events that are not over, the next one first: at most 500.
#[utoipa::path(get, path = "/events", tag = "community",
    responses((status = 200, description = "The events.", body = Vec<EventView>)))]
pub(in crate::api) async fn list_events(
    State(ApiState { handle, .. }): State<ApiState>,
) -> Result<Json<Vec<EventView>>, Failure> {
    let events = handle.events().await?.into_iter().take(MAX_LIMIT);
    Ok(Json(events.map(|(id, event)| EventView::of(id, event)).collect()))
}

pub(super) async fn find(handle: &Handle, id: PaperId) -> Result<Event, Failure> {
    let found = handle.paper(id, |paper| match paper {
        Paper::Event(event) => Some(event.clone()),
        _ => None,
    });
    let nothing = "there is no such event; it was cancelled, or is long over";
    found.await?.ok_or_else(|| Failure::new(StatusCode::NOT_FOUND, "unknown-event", nothing))
}

/// One event.
#[utoipa::path(get, path = "/events/{id}", tag = "community",
    params(("id" = crate::api::types::schema::PaperName, Path, description = "The event.")),
    responses((status = 200, description = "The event.", body = EventView)))]
pub(in crate::api) async fn get_event(
    State(ApiState { handle, .. }): State<ApiState>,
    At(PaperKey(id)): At<PaperKey>,
) -> Result<Json<EventView>, Failure> {
    Ok(Json(EventView::of(id, find(&handle, id).await?)))
}

/// Announces an event to everybody.
#[utoipa::path(post, path = "/events", tag = "community", request_body = NewEvent,
    responses((status = 201, description = "Announced.", body = Kept)))]
pub(in crate::api) async fn announce_event(
    State(ApiState { handle, .. }): State<ApiState>,
    Call { write, body }: Call<NewEvent>,
) -> Result<(StatusCode, Json<Kept>), Failure> {
    let NewEvent { title, begins_at, minutes, place, text, by } = body;
    text::check("title", &title, MAX_LINE)?;
    text::check("place", &place, MAX_LINE)?;
    if let Some(words) = &text {
        text::check("text", words, MAX_WORDS)?;
    }
    let by = coordinator(&handle, by).await?;
    let begins = Timestamp(begins_at);
    let (text, minutes, at) = (text.unwrap_or_default(), Minutes::new(minutes)?, clock::now());
    let event = Event { title, begins, minutes, place, text, by, at };
    if event.ends() <= at {
        let detail = "the event is over already; give a time that is still to come";
        return Err(Failure::new(StatusCode::UNPROCESSABLE_ENTITY, "past-event", detail));
    }
    let id = write.paper(&handle);
    handle.keep_paper_once(id, Paper::Event(event)).await?;
    Ok(kept(id))
}

/// Cancels an event.
#[utoipa::path(delete, path = "/events/{id}", tag = "community",
    params(("id" = crate::api::types::schema::PaperName, Path, description = "The event.")),
    responses((status = 200, description = "Cancelled.", body = Outcome)))]
pub(in crate::api) async fn cancel_event(
    State(ApiState { handle, .. }): State<ApiState>,
    At(PaperKey(id)): At<PaperKey>,
    _: Write,
) -> Result<Json<Outcome>, Failure> {
    find(&handle, id).await?;
    handle.forget_paper(id).await?;
    Ok(Json(outcome_of(Reply::Done)))
}
