//! People who ask to join: read by coordinators, who ring them, and admit them or not.

use super::circles::paper_id;
use crate::{
    runtime::{
        Handle,
        office::{Application, PaperId},
    },
    web::{
        Answer, App, Oops,
        forms::{Post, Sent},
        member::ticked,
        pages::{self, FactsPage, Press, go},
        visit::Visit,
    },
};
use axum::extract::{Path, State};
use data_encoding::HEXLOWER;

/// The field, and the part of an address, that names whom a new member was before.
pub(super) const FIELD: &str = "application";

/// Where one is read.
pub(super) fn address(id: &PaperId) -> String {
    format!("/applications/{}", HEXLOWER.encode(id))
}

async fn find(handle: &Handle, id: &str) -> Result<(PaperId, Application), Oops> {
    let id = paper_id(id)?;
    Ok((id, handle.application(id).await?.ok_or(Oops::Missing)?))
}

pub(super) async fn show(State(app): State<App>, visit: Visit, Path(id): Path<String>) -> Answer {
    let visit = visit.coordinator()?;
    let (frame, words) = (&visit.frame, visit.frame.words);
    let (id, asks) = find(&app.handle, &id).await?;
    let given = |value: Option<String>| value.unwrap_or_else(|| words.t("not-given"));
    let mut rows = vec![(words.t("me-phone"), given(asks.phone)), (words.t("me-email"), given(asks.email))];
    rows.push((words.t("report-when"), words.day(asks.at)));
    if !asks.text.is_empty() {
        rows.push((words.t("join-text"), asks.text));
    }
    let page = FactsPage {
        frame,
        heading: words.t1("today-application", "name", &asks.name),
        lead: vec![words.t("join-read-lead")],
        rows,
        presses: vec![Press::new(words.t("join-not"), format!("{}/done", address(&id))).ending()],
        links: vec![
            (words.t("members-admit"), format!("/members/new?{FIELD}={}", HEXLOWER.encode(&id))),
            (words.t("menu-today"), "/today".into()),
        ],
    };
    Ok(pages::show(frame, &page))
}

/// Answered without admitting anybody: what they wrote is forgotten.
pub(super) async fn done(State(app): State<App>, Path(id): Path<String>, post: Post) -> Answer {
    let post = post.coordinator()?;
    tracing::debug!(by = %post.member.id, "somebody who asked to join was answered");
    answered(&app.handle, &id).await?;
    Ok(go("/done/application"))
}

/// What the form for a new member begins with: what the address says, or what somebody wrote who asks to join.
pub(super) async fn filled(handle: &Handle, asked: &Sent) -> Result<Sent, Oops> {
    let named = asked.get(FIELD);
    if named.is_empty() {
        return Ok(asked.clone());
    }
    let (_, asks) = find(handle, named).await?;
    let (phone, email) = (asks.phone.unwrap_or_default(), asks.email.unwrap_or_default());
    Ok(Sent::filled([
        ("name", asks.name.as_str()),
        ("phone", phone.as_str()),
        ("directory", ticked(asks.in_directory)),
        ("email", email.as_str()),
        (FIELD, named),
    ]))
}

/// Forgets what somebody wrote who asked to join; nothing when there is nothing any more.
pub(super) async fn answered(handle: &Handle, named: &str) -> Result<(), Oops> {
    match find(handle, named).await {
        Ok((id, _)) => Ok(handle.forget_paper(id).await?),
        Err(Oops::Missing) => Ok(()),
        Err(oops) => Err(oops),
    }
}
