//! What is shown while a node starts: for a moment as a rule, for minutes when a long journal is read back.

use super::{
    assets,
    pages::page,
    soon,
    visit::{Frame, looks},
};
use crate::{
    api::{self, Failure},
    health,
    progress::Progress,
};
use askama::Template;
use axum::{
    Router,
    extract::Request,
    http::{HeaderName, HeaderValue, Method, StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse as _, Response},
    routing::get,
};

/// Browsers ask again by themselves, scripts or not (WHATWG HTML 7.4.6).
pub(super) const AGAIN: (HeaderName, HeaderValue) = (HeaderName::from_static("refresh"), HeaderValue::from_static("5"));

/// What goes on, and how far it is.
#[derive(Template)]
#[template(path = "waiting.html", whitespace = "minimize")]
pub(super) struct WaitingPage<'a> {
    pub(super) frame: &'a Frame,
    pub(super) heading: String,
    pub(super) lead: String,
    pub(super) percent: Option<u8>,
    /// Where one looks again.
    pub(super) again: String,
}

/// Says to everybody that the node starts, and how far it is.
pub fn router(progress: Progress) -> Router {
    let told = progress.clone();
    Router::new()
        .merge(assets::routes())
        .merge(health::starting(progress))
        .route("/live", get(live))
        .fallback(async move |request: Request| wait(&told, &request))
}

/// Nothing happens yet. Any other answer would end a page's listening for good (WHATWG HTML 9.2.3).
async fn live() -> Response {
    ([(CONTENT_TYPE, "text/event-stream")], "").into_response()
}

fn wait(progress: &Progress, request: &Request) -> Response {
    let path = request.uri().path();
    if path.starts_with(api::PREFIX) {
        let detail = "the node starts and reads its journal; ask again in a few seconds";
        return soon(Failure::new(StatusCode::SERVICE_UNAVAILABLE, "starting", detail).into_response());
    }
    let (words, large) = looks(request.headers());
    let frame = Frame { alone: true, ..Frame::plain(words, large) };
    let lost = !matches!(*request.method(), Method::GET | Method::HEAD);
    // What was sent to may not be a page that can be looked at.
    let again = request.uri().path_and_query().map_or(path, |whole| whole.as_str());
    // Two slashes begin the name of another site.
    let again = if lost || path.starts_with("//") { "/" } else { again };
    let shown = WaitingPage {
        frame: &frame,
        heading: frame.t("waiting"),
        lead: frame.t(if lost { "waiting-lost" } else { "waiting-words" }),
        percent: progress.percent(),
        again: again.to_owned(),
    };
    let mut response = soon(page(&frame, StatusCode::SERVICE_UNAVAILABLE, &shown));
    if !lost {
        response.headers_mut().extend([AGAIN]);
    }
    response
}
