//! Everything that the community owns, as one file to take along.

use crate::{
    export::{self, FILE_NAME},
    web::{
        Answer, App,
        forms::Post,
        pages::{self, FactsPage, Press},
        visit::Visit,
        waiting::AGAIN,
    },
};
use axum::{
    body::Body,
    extract::State,
    http::{HeaderValue, header},
    response::Response,
};
use futures::stream;

pub(super) async fn show(State(app): State<App>, visit: Visit) -> Answer {
    let visit = visit.coordinator()?;
    let frame = &visit.frame;
    let percent = app.handle.taking().percent();
    let page = FactsPage {
        frame,
        heading: frame.t("export"),
        lead: ["export-lead", "export-formats", "export-not", "export-keep", "export-leave"]
            .map(|key| frame.t(key))
            .into(),
        rows: percent.map(|percent| (frame.t("export-now"), format!("{percent} / 100"))).into_iter().collect(),
        presses: vec![Press::new(frame.t("export-button"), "/export/file".into())],
        links: vec![(frame.t("menu-today"), "/today".into())],
    };
    let mut response = pages::show(frame, &page);
    response.headers_mut().extend(percent.map(|_| AGAIN));
    Ok(response)
}

/// A form's answer rather than an address, so that no other site can make a browser fetch it. The page can be left meanwhile;
/// opened again, it shows how far it is.
pub(super) async fn file(State(app): State<App>, post: Post) -> Answer {
    post.coordinator()?;
    let chunks = export::stream(&app.handle).await?;
    let body = stream::unfold(chunks, |mut chunks| async move { chunks.recv().await.map(|chunk| (chunk, chunks)) });
    let mut response = Response::new(Body::from_stream(body));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/x-tar"));
    let name = format!("attachment; filename=\"{FILE_NAME}\"");
    headers.extend(HeaderValue::from_str(&name).ok().map(|name| (header::CONTENT_DISPOSITION, name)));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}
