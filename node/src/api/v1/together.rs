//! Circles with coordinators of their own, and notices to everybody or to a circle.

use super::answer::outcome_of;
use crate::{
    api::{
        ApiState, Failure,
        extract::{At, MAX_LIMIT},
        idempotency::{Call, Write},
        types::{CircleName, CirclePart, CircleView, NewNotice, NoticeView, Outcome, PaperKey},
    },
    runtime::{
        Handle, clock,
        office::{ByMail, Changed, Circle, MAX_LINE, MAX_WORDS, Notice, PaperId},
    },
};
use axum::{Json, extract::State, http::StatusCode};
use kith_protocol::{id::MemberId, machine::Reply, text, time::Span};

/// For how many days a notice stands, at most and when nobody says.
const MOST_DAYS: u64 = 31;
const USUAL_DAYS: u64 = 7;

pub(super) fn no_circle() -> Failure {
    Failure::new(StatusCode::NOT_FOUND, "unknown-circle", "there is no such circle; it may have ended")
}

fn changed(id: PaperId, changed: Changed) -> Result<Json<CircleView>, Failure> {
    let full = "the circle has as many people as it can have; make a second one";
    match changed {
        Changed::Yes(circle) => Ok(Json(CircleView::of(id, circle))),
        Changed::Missing => Err(no_circle()),
        Changed::SameName => {
            let detail = "another circle has this name; choose another";
            Err(Failure::new(StatusCode::CONFLICT, "circle-exists", detail))
        }
        Changed::Full => Err(Failure::new(StatusCode::CONFLICT, "circle-full", full)),
    }
}

/// All circles, by name: at most 500.
#[utoipa::path(get, path = "/circles", tag = "members",
    responses((status = 200, description = "The circles.", body = Vec<CircleView>)))]
pub(in crate::api) async fn list_circles(
    State(ApiState { handle, .. }): State<ApiState>,
) -> Result<Json<Vec<CircleView>>, Failure> {
    let circles = handle.circles().await?.into_iter().take(MAX_LIMIT);
    Ok(Json(circles.map(|(id, circle)| CircleView::of(id, circle)).collect()))
}

/// Makes a circle with nobody in it.
#[utoipa::path(post, path = "/circles", tag = "members", request_body = CircleName,
    responses((status = 201, description = "Made.", body = CircleView)))]
pub(in crate::api) async fn make_circle(
    State(ApiState { handle, .. }): State<ApiState>,
    Call { write, body }: Call<CircleName>,
) -> Result<(StatusCode, Json<CircleView>), Failure> {
    text::check("name", &body.name, MAX_LINE)?;
    let id = write.new_id(&handle, "circle");
    let circle = Circle { name: body.name, coordinators: Vec::new(), members: Vec::new() };
    Ok((StatusCode::CREATED, changed(id, handle.make_circle(id, circle).await?)?))
}

/// One circle.
#[utoipa::path(get, path = "/circles/{id}", tag = "members",
    params(("id" = crate::api::types::schema::PaperName, Path, description = "The circle.")),
    responses((status = 200, description = "The circle.", body = CircleView)))]
pub(in crate::api) async fn get_circle(
    State(ApiState { handle, .. }): State<ApiState>,
    At(PaperKey(id)): At<PaperKey>,
) -> Result<Json<CircleView>, Failure> {
    let circle = handle.circle(id).await?.ok_or_else(no_circle)?;
    Ok(Json(CircleView::of(id, circle)))
}

/// Gives a circle another name.
#[utoipa::path(put, path = "/circles/{id}", tag = "members", request_body = CircleName,
    params(("id" = crate::api::types::schema::PaperName, Path, description = "The circle.")),
    responses((status = 200, description = "Changed.", body = CircleView)))]
pub(in crate::api) async fn rename_circle(
    State(ApiState { handle, .. }): State<ApiState>,
    At(PaperKey(id)): At<PaperKey>,
    Call { body, .. }: Call<CircleName>,
) -> Result<Json<CircleView>, Failure> {
    text::check("name", &body.name, MAX_LINE)?;
    changed(id, handle.change_circle(id, move |circle| circle.name = body.name).await?)
}

/// Ends a circle, with its notices. Its members stay members of the community.
#[utoipa::path(delete, path = "/circles/{id}", tag = "members",
    params(("id" = crate::api::types::schema::PaperName, Path, description = "The circle.")),
    responses((status = 200, description = "Ended.", body = Outcome)))]
pub(in crate::api) async fn end_circle(
    State(ApiState { handle, .. }): State<ApiState>,
    At(PaperKey(id)): At<PaperKey>,
    _: Write,
) -> Result<Json<Outcome>, Failure> {
    if handle.end_circle(id).await? { Ok(Json(outcome_of(Reply::Done))) } else { Err(no_circle()) }
}

/// Says what somebody is to a circle: in it, looking after it, both, or neither.
#[utoipa::path(put, path = "/circles/{id}/members/{member}", tag = "members", request_body = CirclePart,
    params(("id" = crate::api::types::schema::PaperName, Path, description = "The circle."),
        ("member" = crate::api::types::schema::Id, Path, description = "The member.")),
    responses((status = 200, description = "Changed.", body = CircleView)))]
pub(in crate::api) async fn put_circle_part(
    State(ApiState { handle, .. }): State<ApiState>,
    At((PaperKey(id), member)): At<(PaperKey, MemberId)>,
    Call { body, .. }: Call<CirclePart>,
) -> Result<Json<CircleView>, Failure> {
    if body.member || body.coordinator {
        handle.look(move |machine, _| machine.state().ledger().active(&member).map(|_| ())).await??;
    }
    let change = move |circle: &mut Circle| {
        circle.let_lead(member, body.coordinator);
        match body.member {
            true => circle.add(member),
            false => circle.members.retain(|known| *known != member),
        }
    };
    changed(id, handle.change_circle(id, change).await?)
}

/// Notices that stand, the newest first: at most 500.
#[utoipa::path(get, path = "/notices", tag = "community",
    responses((status = 200, description = "The notices.", body = Vec<NoticeView>)))]
pub(in crate::api) async fn list_notices(
    State(ApiState { handle, .. }): State<ApiState>,
) -> Result<Json<Vec<NoticeView>>, Failure> {
    let notices = handle.notices().await?.into_iter().take(MAX_LIMIT);
    Ok(Json(notices.map(|(id, notice)| NoticeView::of(id, notice)).collect()))
}

async fn standing(handle: &Handle, id: PaperId) -> Result<Option<Notice>, Failure> {
    let found = handle.notices().await?;
    Ok(found.into_iter().find(|(known, _)| *known == id).map(|(_, notice)| notice))
}

/// Says something to everybody, or to a circle.
#[utoipa::path(post, path = "/notices", tag = "community", request_body = NewNotice,
    responses((status = 201, description = "It stands.", body = NoticeView)))]
pub(in crate::api) async fn post_notice(
    State(ApiState { handle, .. }): State<ApiState>,
    Call { write, body }: Call<NewNotice>,
) -> Result<(StatusCode, Json<NoticeView>), Failure> {
    let NewNotice { text, circle, days, by_mail } = body;
    text::check("text", &text, MAX_WORDS)?;
    let days = days.unwrap_or(USUAL_DAYS);
    if !(1..=MOST_DAYS).contains(&days) {
        return Err(Failure::field("days", format!("not a number from 1 to {MOST_DAYS}")));
    }
    if by_mail && !handle.mail_is_on() {
        let detail = "this node sends no e-mail; leave 'by_mail' out, or set up [mail]";
        return Err(Failure::new(StatusCode::CONFLICT, "no-mail", detail));
    }
    let circle = circle.map(|PaperKey(id)| id);
    if let Some(circle) = circle {
        handle.circle(circle).await?.ok_or_else(no_circle)?;
    }
    let (id, at, by) = (write.new_id(&handle, "notice"), clock::now(), handle.coordinator().await?);
    let notice = match standing(&handle, id).await? {
        // Sent twice, it stands as it was said first.
        Some(notice) => notice,
        None => {
            let by_mail = by_mail.then(ByMail::default);
            let notice = Notice { text, by, at, until: at.plus(Span::days(days)), circle, by_mail };
            if !handle.post_notice(id, notice.clone()).await? {
                let detail = "this notice was taken down; to say it again, send it as a new request";
                return Err(Failure::new(StatusCode::CONFLICT, "taken-down", detail));
            }
            notice
        }
    };
    Ok((StatusCode::CREATED, Json(NoticeView::of(id, notice))))
}

/// Takes a notice down.
#[utoipa::path(delete, path = "/notices/{id}", tag = "community",
    params(("id" = crate::api::types::schema::PaperName, Path, description = "The notice.")),
    responses((status = 200, description = "Taken down.", body = Outcome)))]
pub(in crate::api) async fn drop_notice(
    State(ApiState { handle, .. }): State<ApiState>,
    At(PaperKey(id)): At<PaperKey>,
    _: Write,
) -> Result<Json<Outcome>, Failure> {
    if standing(&handle, id).await?.is_none() {
        let detail = "there is no such notice; it was taken down, or stands no more";
        return Err(Failure::new(StatusCode::NOT_FOUND, "unknown-notice", detail));
    }
    handle.take_down(id).await?;
    Ok(Json(outcome_of(Reply::Done)))
}
