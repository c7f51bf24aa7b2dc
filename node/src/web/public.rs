//! What anybody may take along: a feed of offers and asks, a calendar of events, and the map of known communities.

mod calendar;
mod feed;
mod join;
mod map;
mod schema;

pub(super) use schema::{of_community, of_listing};

use super::App;
use axum::{
    Router,
    http::{HeaderValue, header},
    response::{IntoResponse as _, Response},
    routing::{get, post},
};

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/offers.atom", get(feed::atom))
        .route("/community.jsonld", get(schema::data))
        .route("/events", get(calendar::list).post(calendar::come))
        .route("/events/new", get(calendar::form).post(calendar::send))
        .route("/events/{id}/change", get(calendar::change).post(calendar::send_change))
        .route("/events/{id}/cancel", post(calendar::cancel))
        .route("/events.ics", get(calendar::ics))
        .route("/map", get(map::show))
        .route("/join", get(join::form).post(join::send))
}

/// A file for programs, of this type.
fn file(kind: &'static str, text: String) -> Response {
    let mut response = text.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

/// A moment as feeds write it (RFC 3339, in UTC, to the second).
fn rfc3339(at: kith_protocol::time::Timestamp) -> String {
    let seconds = i64::try_from(at.0 / 1_000).unwrap_or(i64::MAX);
    jiff::Timestamp::from_second(seconds).unwrap_or(jiff::Timestamp::MAX).strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}
