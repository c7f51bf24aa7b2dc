//! People who ask to join: taken down, read, admitted or not. Nothing of them outlives the answer.

use super::{
    answer::{admitted, outcome_of},
    events::coordinator,
    members::{Admission, admission},
    messages::kept,
};
use crate::{
    api::{
        ApiState, Failure,
        extract::{At, MAX_LIMIT},
        idempotency::Call,
        types::{ApplicationView, By, Kept, NewApplication, NewMember, Nothing, Outcome, PaperKey},
    },
    people::Person,
    runtime::{
        Handle, clock,
        office::{Application, MAX_APPLICATIONS, MAX_WORDS, PaperId},
    },
};
use axum::{Json, extract::State, http::StatusCode, response::Response};
use kith_protocol::{id::MemberId, machine::Reply, text};

async fn find(handle: &Handle, id: PaperId) -> Result<Application, Failure> {
    let nothing = "nobody asks to join under this id; they were answered, or it is long ago";
    let unknown = || Failure::new(StatusCode::NOT_FOUND, "unknown-application", nothing);
    handle.application(id).await?.ok_or_else(unknown)
}

/// People who ask to join and wait for an answer, who asked first before the others: at most 500.
#[utoipa::path(get, path = "/applications", tag = "members",
    responses((status = 200, description = "Who asks.", body = Vec<ApplicationView>)))]
pub(in crate::api) async fn list_applications(
    State(ApiState { handle, .. }): State<ApiState>,
) -> Result<Json<Vec<ApplicationView>>, Failure> {
    let waiting = handle.applications().await?.into_iter().take(MAX_LIMIT);
    Ok(Json(waiting.map(|(id, application)| ApplicationView::of(id, application)).collect()))
}

/// Takes down that somebody asks to join, as the public page does.
#[utoipa::path(post, path = "/applications", tag = "members", request_body = NewApplication,
    responses((status = 201, description = "Coordinators will see it.", body = Kept)))]
pub(in crate::api) async fn apply(
    State(ApiState { handle, .. }): State<ApiState>,
    Call { write, body }: Call<NewApplication>,
) -> Result<(StatusCode, Json<Kept>), Failure> {
    let NewApplication { name, email, phone, in_directory, text } = body;
    if let Some(words) = &text {
        text::check("text", words, MAX_WORDS)?;
    }
    if email.is_none() && phone.is_none() {
        return Err(Failure::together("nobody can answer without `email` or `phone`; send one of them"));
    }
    let person = Person { name, email, phone, in_directory, ..Person::default() };
    person.check()?;
    let Person { name, email, phone, .. } = person;
    let text = text.unwrap_or_default();
    let application = Application { name, phone, email, in_directory, text, at: clock::now() };
    let id = write.paper(&handle);
    if !handle.apply_once(id, application).await? {
        let detail = format!("{MAX_APPLICATIONS} people wait for an answer already; answer some of them first");
        return Err(Failure::new(StatusCode::CONFLICT, "too-many-applications", detail));
    }
    Ok(kept(id))
}

/// Somebody who asks to join.
#[utoipa::path(get, path = "/applications/{id}", tag = "members",
    params(("id" = crate::api::types::schema::PaperName, Path, description = "The application.")),
    responses((status = 200, description = "Who asks.", body = ApplicationView)))]
pub(in crate::api) async fn get_application(
    State(ApiState { handle, .. }): State<ApiState>,
    At(PaperKey(id)): At<PaperKey>,
) -> Result<Json<ApplicationView>, Failure> {
    Ok(Json(ApplicationView::of(id, find(&handle, id).await?)))
}

/// Admits somebody who asked to join, under the name and with the contacts they gave. The application is forgotten.
#[utoipa::path(post, path = "/applications/{id}/admit", tag = "members", request_body = By,
    params(("id" = crate::api::types::schema::PaperName, Path, description = "The application.")),
    responses((status = 201, description = "Admitted.", body = Outcome)))]
pub(in crate::api) async fn admit_applicant(
    State(ApiState { handle, .. }): State<ApiState>,
    At(PaperKey(id)): At<PaperKey>,
    Call { write, body: By { by } }: Call<By>,
) -> Result<Response, Failure> {
    let member = MemberId(write.new_id(&handle, "member"));
    let reply = match handle.earlier(write.request()).await? {
        Some(reply) => reply,
        None => {
            let by = coordinator(&handle, by).await?;
            let Application { name, phone, email, in_directory, .. } = find(&handle, id).await?;
            let new = NewMember { name, phone, email, in_directory, ..NewMember::default() };
            let Admission { person, command, .. } = admission(new, member, by)?;
            let ask = {
                let (handle, request) = (handle.clone(), write.request());
                async move { handle.command(request, command).await }
            };
            handle.keeping_one(member.0, person, ask).await?
        }
    };
    // After an interruption, the repeat does what was left to do.
    handle.forget_paper(id).await?;
    Ok(admitted(reply, member))
}

/// Does not admit somebody who asked to join: what they wrote is forgotten. Tell them yourself.
#[utoipa::path(post, path = "/applications/{id}/decline", tag = "members", request_body = Nothing,
    params(("id" = crate::api::types::schema::PaperName, Path, description = "The application.")),
    responses((status = 200, description = "Forgotten.", body = Outcome)))]
pub(in crate::api) async fn decline_applicant(
    State(ApiState { handle, .. }): State<ApiState>,
    At(PaperKey(id)): At<PaperKey>,
    Call { .. }: Call<Nothing>,
) -> Result<Json<Outcome>, Failure> {
    find(&handle, id).await?;
    handle.forget_paper(id).await?;
    Ok(Json(outcome_of(Reply::Done)))
}
