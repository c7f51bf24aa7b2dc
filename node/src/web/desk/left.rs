//! Those who left and let their name stay: a coordinator can still forget it when they ask for that.

use super::members::called;
use crate::{
    people::Person,
    web::{
        Answer, App, Oops,
        forms::{Post, Reader, Sent, Step},
        member::FORGETTING,
        pages::{self, CheckPage, FactsPage, FormPage, go},
        visit::Frame,
    },
};
use axum::extract::{Path, State};
use kith_protocol::id::MemberId;

/// Somebody who left, with what is still known of them.
async fn find(app: &App, id: &str) -> Result<(MemberId, Option<Person>), Oops> {
    let id: MemberId = id.parse().map_err(|_| Oops::Missing)?;
    let active = app.handle.look(move |machine, _| machine.state().ledger().members().get(&id).map(|m| m.active));
    match active.await? {
        Some(false) => Ok((id, app.handle.persons(vec![id]).await?.remove(&id))),
        Some(true) | None => Err(Oops::Missing),
    }
}

/// What stands where somebody's page was.
pub(super) async fn show(app: &App, frame: &Frame, id: &str) -> Answer {
    let (id, person) = find(app, id).await?;
    let Some(person) = person else {
        let page = FactsPage {
            frame,
            heading: frame.t("somebody"),
            lead: vec![frame.t("members-left-forgotten")],
            rows: Vec::new(),
            presses: Vec::new(),
            links: vec![(frame.t("menu-members"), "/members".into())],
        };
        return Ok(pages::show(frame, &page));
    };
    let nothing = Sent::default();
    let reader = Reader::open(frame.words, &nothing);
    let action = format!("/members/{id}/forget");
    let page = FormPage::new(frame, called(frame.words, &person), reader, &action, frame.t("members-forget"))
        .lead(frame.t("members-left-lead"))
        .lead(frame.t("members-forget-lead"))
        .other(frame.t("menu-members"), "/members".into())
        .ending();
    Ok(page.answer())
}

/// Asks once more, then forgets. Sent twice, the second finds nothing left to forget.
pub(super) async fn forget(State(app): State<App>, Path(id): Path<String>, post: Post) -> Answer {
    let post = post.coordinator()?;
    let frame = &post.frame;
    let (id, person) = find(&app, &id).await?;
    match post.sent.step() {
        Step::Edit => Ok(go(&format!("/members/{id}"))),
        Step::Check => {
            let name = person.map(|person| called(frame.words, &person)).unwrap_or_else(|| frame.t("somebody"));
            let reader = Reader::judge(frame.words, &post.sent);
            let heading = frame.t1("members-forget-sure", "name", name);
            let page =
                CheckPage::new(frame, heading, reader, &format!("/members/{id}/forget"), frame.t("members-forget"));
            let page = page.lead(frame.t("members-forget-what"));
            Ok(FORGETTING.iter().fold(page, |page, lead| page.lead(frame.t(lead))).answer())
        }
        Step::Send => {
            tracing::debug!(by = %post.member.id, "somebody who left was forgotten");
            app.handle.forget(id).await?;
            app.handle.end_sessions(id, None).await?;
            Ok(go("/done/forgotten"))
        }
    }
}
