//! What a reply of the machine is in the words of the API.

use crate::api::types::Outcome;
use axum::{
    Json,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use kith_protocol::{
    id::{ExchangeId, MemberId},
    machine::Reply,
};

fn outcome(state: &str) -> Outcome {
    Outcome { state: state.into(), member: None, exchange: None, record: None, index: None, waits_for: None }
}

/// The outcome of a reply.
pub(super) fn outcome_of(reply: Reply) -> Outcome {
    match reply {
        Reply::Done | Reply::Invited { .. } | Reply::Accepting { .. } => outcome("done"),
        Reply::Entry { index } => Outcome { index: Some(index), ..outcome("done") },
        Reply::Posted { exchange, index } => {
            Outcome { exchange: Some(exchange), index: Some(index), ..outcome("settled") }
        }
        Reply::Waits { exchange, member } => {
            Outcome { exchange: Some(exchange), waits_for: member, ..outcome("waiting") }
        }
        Reply::Recorded { exchange, index } => {
            Outcome { exchange: Some(exchange), index: Some(index), ..outcome("recorded") }
        }
        Reply::Shelved { key, .. } => Outcome { record: Some(key), ..outcome("done") },
    }
}

/// Something new: 201, or 202 while somebody else has still to say their word.
pub(super) fn created(reply: Reply) -> Response {
    let outcome = outcome_of(reply);
    let status = if matches!(outcome.state.as_str(), "waiting" | "recorded") {
        StatusCode::ACCEPTED
    } else {
        StatusCode::CREATED
    };
    (status, Json(outcome)).into_response()
}

/// The same, and nothing yet where a coordinator looks at it first.
pub(super) fn created_or_held(reply: Option<Reply>, exchange: ExchangeId) -> Response {
    created(reply.unwrap_or(Reply::Waits { exchange, member: None }))
}

/// A change of something that was there.
pub(super) fn done(reply: Reply) -> Json<Outcome> {
    Json(outcome_of(reply))
}

/// A member who was admitted.
pub(super) fn admitted(reply: Reply, member: MemberId) -> Response {
    let outcome = Outcome { member: Some(member), ..outcome_of(reply) };
    (StatusCode::CREATED, Json(outcome)).into_response()
}
