//! Pages for people. They work without scripts, and there are none.
//!
//! Every page is a typed struct over a template; what people wrote is escaped by the template engine.

mod partners;
mod shelf;
mod status;
mod words;

#[cfg(test)]
mod tests;

use crate::runtime::Handle;
use askama::Template;
use axum::{
    Router,
    extract::{RawQuery, State},
    http::{
        HeaderMap, HeaderValue, StatusCode,
        header::{
            CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, IF_NONE_MATCH, REFERRER_POLICY, RETRY_AFTER,
            X_CONTENT_TYPE_OPTIONS,
        },
    },
    response::{Html, IntoResponse, Response},
    routing::get,
};
use data_encoding::HEXLOWER;
use sha2::{Digest as _, Sha256};
use std::sync::{Arc, LazyLock};

/// Nothing from elsewhere, nothing that runs, nobody's frame. Pictures and styles are our own.
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; \
                      frame-ancestors 'none'";

/// A file that is part of the program.
struct Asset {
    kind: &'static str,
    text: &'static str,
    /// Begins the hash of the text: enough to tell two versions of one file apart.
    version: String,
}

impl Asset {
    fn new(kind: &'static str, text: &'static str) -> Self {
        let version = HEXLOWER.encode(&Sha256::digest(text)[..8]);
        Self { kind, text, version }
    }

    /// The file, or word that the browser has it. Under the address with its version it never changes (RFC 8246).
    fn answer(&self, query: Option<&str>, headers: &HeaderMap) -> Response {
        let tag = format!("\"{}\"", self.version);
        let asked_for_version = query.and_then(|query| query.strip_prefix("v=")) == Some(&self.version);
        let keep = if asked_for_version { "public, max-age=31536000, immutable" } else { "public, no-cache" };
        let known = headers.get_all(IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
        // RFC 9110 §13.1.2: a list of tags or a star; the comparison is weak.
        let known = known.flat_map(|list| list.split(',')).map(|known| known.trim().trim_start_matches("W/"));
        let unchanged = known.into_iter().any(|known| known == tag || known == "*");
        let head = [(CACHE_CONTROL, keep), (ETAG, &tag), (X_CONTENT_TYPE_OPTIONS, "nosniff")];
        if unchanged {
            (StatusCode::NOT_MODIFIED, head).into_response()
        } else {
            (head, [(CONTENT_TYPE, self.kind)], self.text).into_response()
        }
    }
}

static STYLE: LazyLock<Asset> =
    LazyLock::new(|| Asset::new("text/css; charset=utf-8", include_str!("../static/kith.css")));
static ICON: LazyLock<Asset> = LazyLock::new(|| Asset::new("image/svg+xml", include_str!("../static/kith.svg")));

/// What every page needs.
struct Frame {
    style: String,
    icon: String,
    version: &'static str,
}

impl Frame {
    fn new() -> Self {
        Self {
            style: format!("/static/kith.css?v={}", STYLE.version),
            icon: format!("/static/kith.svg?v={}", ICON.version),
            version: env!("CARGO_PKG_VERSION"),
        }
    }
}

/// A page that says one thing and leads back.
#[derive(Template)]
#[template(path = "message.html", whitespace = "minimize")]
struct MessagePage {
    frame: Frame,
    name: String,
    heading: &'static str,
    words: &'static str,
    link: &'static str,
}

impl MessagePage {
    fn new(heading: &'static str, words: &'static str, link: &'static str) -> Self {
        Self { frame: Frame::new(), name: "Kith".into(), heading, words, link }
    }
}

/// The public pages and their style sheet. The router has a fallback, so merge it with routers that have none.
pub fn router(handle: Handle) -> Router {
    let status = Arc::new(status::Status::new(handle));
    Router::new()
        .route("/", get(show_status))
        .route("/static/kith.css", get(|query, headers| asset(&STYLE, query, headers)))
        .route("/static/kith.svg", get(|query, headers| asset(&ICON, query, headers)))
        .fallback(not_found)
        .with_state(status)
}

async fn asset(asset: &'static LazyLock<Asset>, RawQuery(query): RawQuery, headers: HeaderMap) -> Response {
    asset.answer(query.as_deref(), &headers)
}

async fn show_status(State(status): State<Arc<status::Status>>) -> Response {
    match status.page().await {
        Ok(html) => page(StatusCode::OK, html),
        Err(refused) => {
            tracing::debug!(%refused, "the public page could not be made");
            let words = "A lot is going on. Nothing is lost. Please try again in a moment.";
            let message = MessagePage::new("This page is not ready", words, "Try again");
            let mut response = page(StatusCode::SERVICE_UNAVAILABLE, rendered(&message));
            // In seconds: about what a busy node takes to catch up.
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("2"));
            response
        }
    }
}

async fn not_found() -> Response {
    let words = "The address may be wrong, or the page has moved.";
    let message = MessagePage::new("We cannot find this page", words, "Go to the first page");
    page(StatusCode::NOT_FOUND, rendered(&message))
}

fn rendered(page: &impl Template) -> String {
    page.render().expect("templates write only to a String, which takes all text")
}

fn page(status: StatusCode, html: String) -> Response {
    let head = [
        (CACHE_CONTROL, "no-cache"),
        (CONTENT_SECURITY_POLICY, POLICY),
        (REFERRER_POLICY, "same-origin"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (status, head, Html(html)).into_response()
}
