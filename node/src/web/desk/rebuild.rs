//! Reading the book again, when pages seem to lack something that is in it.

use crate::{
    runtime::Refused,
    web::{
        Answer, App,
        forms::Post,
        pages::{self, DonePage, FactsPage, Press},
        visit::Visit,
    },
};
use axum::extract::State;

pub(super) async fn show(visit: Visit) -> Answer {
    let visit = visit.coordinator()?;
    let (frame, words) = (&visit.frame, visit.frame.words);
    let page = FactsPage {
        frame,
        heading: words.t("rebuild"),
        lead: ["rebuild-lead", "rebuild-safe", "rebuild-away"].map(|key| words.t(key)).into(),
        rows: Vec::new(),
        presses: vec![Press::new(words.t("rebuild-button"), "/rebuild".into())],
        links: vec![(words.t("backup"), "/backup".into())],
    };
    Ok(pages::show(frame, &page))
}

pub(super) async fn begin(State(app): State<App>, post: Post) -> Answer {
    let post = post.coordinator()?;
    let frame = &post.frame;
    let begun = tokio::task::spawn_blocking(move || app.handle.rebuild()).await;
    begun.map_err(|_| Refused::Stopping)??;
    let links = vec![(frame.t("import-look-again"), "/today".to_owned())];
    let next = vec![frame.t("rebuild-next")];
    Ok(pages::show(frame, &DonePage { frame, heading: frame.t("rebuild-begun"), next, links }))
}
