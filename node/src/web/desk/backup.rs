//! The backups of the community: when the last was made, and one to take away.

use crate::{
    backup,
    runtime::{Refused, clock},
    web::{
        Answer, App, Oops,
        forms::Post,
        pages::{self, FactsPage, Press},
        visit::Visit,
        waiting::AGAIN,
    },
};
use axum::{body::Body, extract::State, http::header, response::IntoResponse as _};
use futures::stream;

pub(super) async fn show(State(app): State<App>, visit: Visit) -> Answer {
    let visit = visit.coordinator()?;
    let (frame, words) = (&visit.frame, visit.frame.words);
    let last = app.handle.keeper().last();
    let last = last.map_or_else(|| words.t("backup-none"), |at| words.near_day(at, clock::now()));
    let percent = app.handle.keeper().percent();
    let now = percent.map(|percent| (words.t("backup-now"), format!("{percent} / 100")));
    let rows = [(words.t("backup-last"), last)].into_iter().chain(now);
    let page = FactsPage {
        frame,
        heading: words.t("backup"),
        lead: ["backup-lead", "backup-away", "backup-words", "backup-leave"].map(|key| words.t(key)).into(),
        rows: rows.collect(),
        presses: vec![Press::new(words.t("backup-button"), "/backup/file".into())],
        links: vec![(words.t("rebuild"), "/rebuild".into()), (words.t("menu-today"), "/today".into())],
    };
    let mut response = pages::show(frame, &page);
    response.headers_mut().extend(percent.map(|_| AGAIN));
    Ok(response)
}

/// A form's answer rather than an address, so that no other site can make a browser fetch it. The page can be left meanwhile;
/// how far it is, the page about backups shows.
pub(super) async fn file(State(app): State<App>, post: Post) -> Answer {
    post.coordinator()?;
    let chunks =
        backup::stream(&app.handle, false).await.map_err(|why| Oops::Refused(Refused::People(why.to_string())))?;
    let body = stream::unfold(chunks, |mut chunks| async move { chunks.recv().await.map(|chunk| (chunk, chunks)) });
    let headers = [
        (header::CONTENT_TYPE, "application/octet-stream"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"community.age\""),
        (header::CACHE_CONTROL, "no-store"),
    ];
    Ok((headers, Body::from_stream(body)).into_response())
}
