//! Events, and where programs find the feeds.

use super::{answer::outcome_of, messages::kept};
use crate::{
    api::{
        ApiState, Failure,
        extract::{At, MAX_LIMIT},
        idempotency::{Call, Write},
        types::{EventChange, EventView, FeedView, Kept, NewEvent, Outcome, PaperKey},
    },
    runtime::{
        Handle, clock,
        office::{Event, MAX_LINE, MAX_WORDS, Paper, PaperId, Rewritten},
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

fn no_event() -> Failure {
    let nothing = "there is no such event; it was cancelled, or is long over";
    Failure::new(StatusCode::NOT_FOUND, "unknown-event", nothing)
}

fn past() -> Failure {
    let detail = "the event is over already; give a time that is still to come";
    Failure::new(StatusCode::UNPROCESSABLE_ENTITY, "past-event", detail)
}

/// Whether these words can be an event's.
fn check(title: &str, place: &str, words: Option<&str>) -> Result<(), Failure> {
    text::check("title", title, MAX_LINE)?;
    text::check("place", place, MAX_LINE)?;
    Ok(words.map_or(Ok(()), |words| text::check("text", words, MAX_WORDS))?)
}

pub(super) async fn find(handle: &Handle, id: PaperId) -> Result<Event, Failure> {
    let found = handle.paper(id, |paper| match paper {
        Paper::Event(event) if !event.is_off() => Some(event.clone()),
        _ => None,
    });
    found.await?.ok_or_else(no_event)
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
    check(&title, &place, text.as_deref())?;
    let by = coordinator(&handle, by).await?;
    let begins = Timestamp(begins_at);
    let (text, minutes, at) = (text.unwrap_or_default(), Minutes::new(minutes)?, clock::now());
    let event = Event { title, begins, minutes, place, text, by, at, edits: None };
    if event.ends() <= at {
        return Err(past());
    }
    let id = write.paper(&handle);
    handle.keep_paper_once(id, Paper::Event(event)).await?;
    Ok(kept(id))
}

/// Changes an event that is not over: all that it says.
#[utoipa::path(put, path = "/events/{id}", tag = "community", request_body = EventChange,
    params(("id" = crate::api::types::schema::PaperName, Path, description = "The event.")),
    responses((status = 200, description = "Changed.", body = EventView)))]
pub(in crate::api) async fn change_event(
    State(ApiState { handle, .. }): State<ApiState>,
    At(PaperKey(id)): At<PaperKey>,
    Call { body, .. }: Call<EventChange>,
) -> Result<Json<EventView>, Failure> {
    let EventChange { title, begins_at, minutes, place, text, changes } = body;
    check(&title, &place, text.as_deref())?;
    let (begins, minutes, text) = (Timestamp(begins_at), Minutes::new(minutes)?, text.unwrap_or_default());
    let wanted = Event { title, begins, minutes, place, text, ..find(&handle, id).await? };
    if wanted.ends() <= clock::now() {
        return Err(past());
    }
    let rewrite = move |event: &mut Event| *event = Event { by: event.by, at: event.at, edits: event.edits, ..wanted };
    match handle.change_event(id, changes, rewrite).await? {
        Rewritten::Yes(event) => Ok(Json(EventView::of(id, event))),
        Rewritten::Missing => Err(no_event()),
        Rewritten::Over => Err(past()),
        Rewritten::Meanwhile => {
            let detail =
                "the event was changed since it was read; read it again, then send the change with its `changes`";
            Err(Failure::new(StatusCode::CONFLICT, "changed-meanwhile", detail))
        }
    }
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
    handle.call_off(id).await?;
    Ok(Json(outcome_of(Reply::Done)))
}
