//! Disputes with partners about exchanges, and advances from the pot.

use super::answer::{created, done};
use crate::{
    api::{
        ApiState, Failure,
        extract::At,
        idempotency::{Call, Write},
        types::{
            DisputeView, EndAdvance, NewAdvance, NewDispute, NewReminder, NewStatement, NewSuggestion, Outcome,
            StatementView,
        },
    },
    runtime::{
        Handle, Refused,
        disputes::{Disputed, Line, find, list},
    },
};
use axum::{Json, extract::State, http::StatusCode, response::Response};
use kith_protocol::{
    id::{ExchangeId, MemberId},
    machine::{Command, DisputeDeed},
    partnership::{Said, Words},
    rejection::Rejection,
    time::Timestamp,
};

/// The most disputes in the list: two partners' worth of the most there may be.
const LISTED: usize = 128;

fn side(ours: bool) -> String {
    if ours { "us" } else { "partner" }.into()
}

fn statement(line: &Line) -> StatementView {
    let blank = StatementView {
        by: side(line.ours),
        kind: String::new(),
        text: None,
        complaint: None,
        outcome: None,
        at: line.at.0,
        sent: line.sent,
    };
    match &line.said {
        Said::Opens { complaint } => StatementView { kind: "opens".into(), complaint: Some(*complaint), ..blank },
        Said::Words { text } => StatementView { kind: "words".into(), text: Some(text.as_str().to_owned()), ..blank },
        Said::Suggests { outcome } => StatementView { kind: "suggests".into(), outcome: Some(*outcome), ..blank },
    }
}

fn view(disputed: &Disputed) -> DisputeView {
    let blank = DisputeView {
        exchange: disputed.exchange,
        partner: disputed.partner,
        partner_name: disputed.name.clone(),
        state: "closed".into(),
        since: disputed.since.0,
        complaint: None,
        opened_by: None,
        our_suggestion: None,
        their_suggestion: None,
        our_turn: false,
        reminds_at: None,
        reminder: false,
        outcome: None,
        index: None,
        statements: Vec::new(),
    };
    match &disputed.state {
        Err(ended) => DisputeView { outcome: Some(ended.outcome), index: Some(ended.index), ..blank },
        Ok(open) => DisputeView {
            state: "open".into(),
            complaint: open.complaint.map(|(complaint, _)| complaint),
            opened_by: open.complaint.map(|(_, ours)| side(ours)),
            our_suggestion: open.our_suggestion,
            their_suggestion: open.their_suggestion,
            our_turn: open.our_turn,
            reminds_at: Some(open.reminds_at.0),
            reminder: open.is_due,
            statements: open.thread.iter().map(statement).collect(),
            ..blank
        },
    }
}

async fn decider(handle: &Handle, by: Option<MemberId>) -> Result<MemberId, Refused> {
    match by {
        Some(by) => Ok(by),
        None => handle.coordinator().await,
    }
}

async fn shown(handle: &Handle, exchange: ExchangeId) -> Result<Json<DisputeView>, Failure> {
    let found = handle.look(move |machine, book| find(machine, book, exchange)).await?;
    found.as_ref().map(|found| Json(view(found))).ok_or_else(|| Rejection::UnknownDispute(exchange).into())
}

async fn act(
    handle: &Handle,
    write: &Write,
    exchange: ExchangeId,
    deed: DisputeDeed,
    by: Option<MemberId>,
) -> Result<Json<DisputeView>, Failure> {
    let by = decider(handle, by).await?;
    handle.dispute(write.request(), exchange, deed, by).await?;
    shown(handle, exchange).await
}

/// The open disputes, without their threads; what is due to be looked at comes first.
#[utoipa::path(get, path = "/disputes", tag = "disputes",
    responses((status = 200, description = "The open disputes.", body = Vec<DisputeView>)))]
pub(in crate::api) async fn list_disputes(State(state): State<ApiState>) -> Result<Json<Vec<DisputeView>>, Failure> {
    let found = state.handle.look(|machine, _| list(machine, LISTED)).await?;
    Ok(Json(found.iter().map(view).collect()))
}

/// The dispute about an exchange, open or closed.
#[utoipa::path(get, path = "/disputes/{id}", tag = "disputes",
    params(("id" = crate::api::types::schema::Id, Path, description = "The exchange.")),
    responses((status = 200, description = "The dispute.", body = DisputeView)))]
pub(in crate::api) async fn get_dispute(
    State(state): State<ApiState>,
    At(exchange): At<ExchangeId>,
) -> Result<Json<DisputeView>, Failure> {
    shown(&state.handle, exchange).await
}

/// Disputes an exchange with a partner. The partner hears of it when it is there.
#[utoipa::path(post, path = "/disputes/{id}", tag = "disputes", request_body = NewDispute,
    params(("id" = crate::api::types::schema::Id, Path, description = "The exchange.")),
    responses((status = 201, description = "Opened.", body = DisputeView)))]
pub(in crate::api) async fn open_dispute(
    State(ApiState { handle, .. }): State<ApiState>,
    At(exchange): At<ExchangeId>,
    Call { write, body }: Call<NewDispute>,
) -> Result<(StatusCode, Json<DisputeView>), Failure> {
    let text = body.text.as_deref().map(Words::new).transpose()?;
    let deed = DisputeDeed::Open { complaint: body.complaint, text };
    Ok((StatusCode::CREATED, act(&handle, &write, exchange, deed, body.by).await?))
}

/// Says something to the partner's coordinators about a disputed exchange.
#[utoipa::path(post, path = "/disputes/{id}/statements", tag = "disputes", request_body = NewStatement,
    params(("id" = crate::api::types::schema::Id, Path, description = "The exchange.")),
    responses((status = 200, description = "Said; it goes when the partner is there.", body = DisputeView)))]
pub(in crate::api) async fn say_in_dispute(
    State(ApiState { handle, .. }): State<ApiState>,
    At(exchange): At<ExchangeId>,
    Call { write, body }: Call<NewStatement>,
) -> Result<Json<DisputeView>, Failure> {
    let deed = DisputeDeed::Say { text: Words::new(&body.text)? };
    act(&handle, &write, exchange, deed, body.by).await
}

/// Suggests how to end a dispute. When both communities suggest the same, it ends so, and both ledgers say it.
#[utoipa::path(post, path = "/disputes/{id}/suggestion", tag = "disputes", request_body = NewSuggestion,
    params(("id" = crate::api::types::schema::Id, Path, description = "The exchange.")),
    responses((status = 200, description = "Suggested, or agreed on.", body = DisputeView)))]
pub(in crate::api) async fn suggest_outcome(
    State(ApiState { handle, .. }): State<ApiState>,
    At(exchange): At<ExchangeId>,
    Call { write, body }: Call<NewSuggestion>,
) -> Result<Json<DisputeView>, Failure> {
    act(&handle, &write, exchange, DisputeDeed::Suggest { outcome: body.outcome }, body.by).await
}

/// Chooses when to be reminded of a dispute. It stays on the list until then, too.
#[utoipa::path(post, path = "/disputes/{id}/reminder", tag = "disputes", request_body = NewReminder,
    params(("id" = crate::api::types::schema::Id, Path, description = "The exchange.")),
    responses((status = 200, description = "Kept.", body = DisputeView)))]
pub(in crate::api) async fn set_reminder(
    State(ApiState { handle, .. }): State<ApiState>,
    At(exchange): At<ExchangeId>,
    Call { write, body }: Call<NewReminder>,
) -> Result<Json<DisputeView>, Failure> {
    act(&handle, &write, exchange, DisputeDeed::Remind { at: Timestamp(body.at) }, body.by).await
}

/// Lets the pot pay a member whom a partner's member has not paid yet. What is paid later goes to the pot.
#[utoipa::path(post, path = "/exchanges/{id}/advance", tag = "exchanges", request_body = NewAdvance,
    params(("id" = crate::api::types::schema::Id, Path, description = "The exchange whose payment is awaited.")),
    responses((status = 201, description = "The member has the minutes.", body = Outcome)))]
pub(in crate::api) async fn advance_exchange(
    State(ApiState { handle, .. }): State<ApiState>,
    At(exchange): At<ExchangeId>,
    Call { write, body }: Call<NewAdvance>,
) -> Result<Response, Failure> {
    let by = decider(&handle, body.by).await?;
    Ok(created(handle.command(write.request(), Command::Advance { exchange, by }).await?))
}

/// Decides what becomes of an advance: the member keeps it as a gift, or the pot takes it back.
#[utoipa::path(post, path = "/exchanges/{id}/advance/end", tag = "exchanges", request_body = EndAdvance,
    params(("id" = crate::api::types::schema::Id, Path, description = "The exchange.")),
    responses((status = 200, description = "Decided.", body = Outcome)))]
pub(in crate::api) async fn end_advance(
    State(ApiState { handle, .. }): State<ApiState>,
    At(exchange): At<ExchangeId>,
    Call { write, body }: Call<EndAdvance>,
) -> Result<Json<Outcome>, Failure> {
    let by = decider(&handle, body.by).await?;
    Ok(done(handle.command(write.request(), Command::EndAdvance { exchange, kept: body.kept, by }).await?))
}
