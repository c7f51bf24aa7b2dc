//! Pages for people. They work without scripts; where one runs, pages that change show it by themselves.
//!
//! Every page is a typed struct over a template; what people wrote is escaped by the template engine, and every word of
//! ours comes from `locales/`. One file for each page; forms are declared, shown and judged by `forms::Reader`.

mod acting;
mod agreed;
mod assets;
mod exchanges;
mod forms;
pub mod letters;
mod live;
mod months;
mod news;
mod oops;
mod pages;
mod partners;
mod passkey;
mod public;
mod qr;
pub mod setup;
mod shelf;
mod sight;
mod sign_in;
mod signing;
mod skills;
mod stale;
mod status;
pub mod stopped;
mod times;
mod tries;
mod visit;
pub mod waiting;
mod week;
mod words;

mod desk;
mod member;

#[cfg(test)]
pub(crate) mod browser;
#[cfg(test)]
mod tests;

use crate::{passkey::Site, runtime::Handle};
use axum::{
    Router,
    extract::{DefaultBodyLimit, State},
    http::{HeaderMap, HeaderValue, StatusCode, header::RETRY_AFTER},
    middleware::from_fn_with_state,
    response::Response,
    routing::get,
};
use oops::Oops;
use std::{net::IpAddr, sync::Arc, time::Duration};
use visit::{Frame, Guest, cookie, dress, looks};
pub(crate) use words::tell_time_in;
#[cfg(test)]
pub(crate) use words::zone_name;

/// Where a request came from, as the node's guard saw it: tries to sign in are counted by it.
#[derive(Debug, Clone, Copy)]
pub struct Source(pub IpAddr);

/// How long a photo or a list of people may be on its way: a large photo on a slow phone line takes some minutes.
const FILES_WITHIN: Duration = Duration::from_secs(20 * 60);

/// What all pages share.
pub(crate) struct Web {
    handle: Handle,
    status: status::Status,
    tries: tries::Tries,
    /// Letters asked for by people who are not signed in.
    letters: tries::Tries,
    /// People who ask to join.
    joining: tries::Tries,
    imports: desk::Imports,
    /// One picture is opened at a time.
    pictures: tokio::sync::Semaphore,
    ring: desk::ToRing,
    live: Arc<live::Places>,
    /// Where the pages have an address that stays.
    passkeys: Option<passkey::Passkeys>,
}

type App = Arc<Web>;
/// What a page's function gives.
type Answer = Result<Response, Oops>;

/// The pages and their style sheet; with passkeys, if they have a `site` that these are bound to. The router has a fallback, so merge it with routers that have none.
pub fn router(handle: Handle, site: Option<Site>) -> Router {
    let status = status::Status::new(handle.clone());
    let app = Arc::new(Web {
        handle,
        status,
        tries: tries::Tries::default(),
        letters: tries::Tries::default(),
        joining: tries::Tries::default(),
        imports: desk::Imports::default(),
        pictures: tokio::sync::Semaphore::new(1),
        ring: desk::ToRing::default(),
        live: Arc::default(),
        passkeys: site.and_then(with_passkeys),
    });
    let dressed = sign_in::routes()
        .merge(member::routes())
        .merge(desk::routes())
        .merge(public::routes())
        .merge(week::routes())
        .route("/live", get(live::listen))
        .merge(if app.passkeys.is_some() { passkey::routes() } else { Router::new() })
        .fallback(not_found)
        .layer(DefaultBodyLimit::max(forms::MAX_FORM_BYTES))
        .layer(from_fn_with_state(Arc::clone(&app), dress));
    Router::new()
        .route("/", get(first_page))
        .route("/community", get(show_status))
        .merge(assets::routes())
        .merge(dressed)
        .with_state(app)
}

/// Without randomness nobody could be asked for a passkey; codes go on as ever.
fn with_passkeys(site: Site) -> Option<passkey::Passkeys> {
    let passkeys = passkey::Passkeys::new(site);
    passkeys.inspect_err(|why| tracing::error!(%why, "nobody can sign in with a passkey")).ok()
}

/// Whether files may be sent to this page. Its route bounds them, and the page says in words what is too large.
#[must_use]
pub fn takes_files(path: &str) -> bool {
    let picture = path == "/slips/scan" || (path.starts_with("/listing/") && path.ends_with("/picture"));
    picture || path.starts_with("/import/") || path == setup::UPLOAD_PATH
}

/// How long a page may take that takes files; nothing for all others, which answer soon.
#[must_use]
pub fn upload_within(path: &str) -> Option<Duration> {
    match path {
        setup::UPLOAD_PATH => Some(setup::UPLOAD_WITHIN),
        path => takes_files(path).then_some(FILES_WITHIN),
    }
}

/// Whether anybody may have this, under whatever name they ask: it dresses the page that says which names are ours.
#[must_use]
pub fn is_dress(path: &str) -> bool {
    [assets::STYLE_PATH, assets::ICON_PATH].contains(&path)
}

/// Members are led to their own first page, everybody else sees the community's.
async fn first_page(State(app): State<App>, headers: HeaderMap) -> Response {
    if cookie(&headers, visit::SESSION).is_some_and(|token| !token.is_empty()) {
        return pages::go("/home");
    }
    show_status(State(app), headers).await
}

async fn show_status(State(app): State<App>, headers: HeaderMap) -> Response {
    let (words, large) = looks(&headers);
    match app.status.page(words, large).await {
        Ok(html) => pages::public(StatusCode::OK, html),
        Err(refused) => {
            tracing::debug!(%refused, "the public page could not be made");
            Oops::Refused(refused).page(&Frame::plain(words, large))
        }
    }
}

async fn not_found(Guest { frame }: Guest) -> Response {
    Oops::Missing.page(&frame)
}

/// In seconds: about what a busy node takes to catch up.
const SOON: HeaderValue = HeaderValue::from_static("2");

fn soon(mut response: Response) -> Response {
    response.headers_mut().insert(RETRY_AFTER, SOON);
    response
}
