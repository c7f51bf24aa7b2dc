//! Messages between members, for clients that act for members who have no browser.

use crate::{
    api::{
        ApiState, Failure,
        extract::{At, MAX_LIMIT, Params},
        idempotency::Call,
        types::{ConversationView, Kept, MessageView, NewMessage, PaperKey, With},
    },
    runtime::{
        Handle, clock,
        office::{About, MAX_WORDS, Message, Paper, PaperId, Sent},
    },
};
use axum::{Json, extract::State, http::StatusCode};
use kith_protocol::{id::MemberId, rejection::Rejection, text};
use serde::Deserialize;
use utoipa::IntoParams;

/// That somebody is here.
pub(super) async fn active(handle: &Handle, member: MemberId) -> Result<(), Failure> {
    Ok(handle.look(move |machine, _| machine.state().ledger().active(&member).map(|_| ())).await??)
}

fn view((id, message): (PaperId, Message)) -> MessageView {
    let Message { from, to, at, text, read, .. } = message;
    MessageView { id: PaperKey(id), from, to, at: at.0, text, read }
}

/// Everybody a member has messages with, the newest first: at most 500.
#[utoipa::path(get, path = "/members/{id}/conversations", tag = "messages",
    params(("id" = crate::api::types::schema::Id, Path, description = "The member.")),
    responses((status = 200, description = "The conversations.", body = Vec<ConversationView>)))]
pub(in crate::api) async fn list_conversations(
    State(ApiState { handle, .. }): State<ApiState>,
    At(member): At<MemberId>,
) -> Result<Json<Vec<ConversationView>>, Failure> {
    active(&handle, member).await?;
    let found = handle.conversations(member).await?.into_iter().take(MAX_LIMIT);
    let view = |one: crate::runtime::office::Conversation| ConversationView {
        with: one.with,
        last_at: one.last.0,
        unread: one.unread as u64,
    };
    Ok(Json(found.map(view).collect()))
}

/// With whom.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::api) struct Other {
    /// The other member.
    #[param(value_type = crate::api::types::schema::Id)]
    with: MemberId,
}

/// The newest messages of two members, at most 100, the oldest first. Nothing is marked as read.
#[utoipa::path(get, path = "/members/{id}/messages", tag = "messages",
    params(("id" = crate::api::types::schema::Id, Path, description = "The member."), Other),
    responses((status = 200, description = "The messages.", body = Vec<MessageView>)))]
pub(in crate::api) async fn list_messages(
    State(ApiState { handle, .. }): State<ApiState>,
    At(member): At<MemberId>,
    Params(Other { with }): Params<Other>,
) -> Result<Json<Vec<MessageView>>, Failure> {
    active(&handle, member).await?;
    Ok(Json(handle.messages_between(member, with).await?.into_iter().map(view).collect()))
}

/// Writes to another member for this one.
#[utoipa::path(post, path = "/members/{id}/messages", tag = "messages", request_body = NewMessage,
    params(("id" = crate::api::types::schema::Id, Path, description = "Who writes.")),
    responses((status = 201, description = "It is there.", body = Kept)))]
pub(in crate::api) async fn send_message(
    State(ApiState { handle, .. }): State<ApiState>,
    At(from): At<MemberId>,
    Call { write, body }: Call<NewMessage>,
) -> Result<(StatusCode, Json<Kept>), Failure> {
    let NewMessage { to, text, listing, exchange } = body;
    text::check("text", &text, MAX_WORDS)?;
    let about = match (listing, exchange) {
        (None, None) => About::Message,
        (Some(key), None) => About::Listing(key),
        (None, Some(id)) => About::Exchange(id),
        (Some(_), Some(_)) => {
            return Err(Failure::together("a message is about a listing or an exchange, not both; leave one out"));
        }
    };
    active(&handle, from).await?;
    active(&handle, to).await?;
    if from == to {
        return Err(Rejection::WithOneself.into());
    }
    let id = write.paper(&handle);
    let asked = Paper::Message(Message { from, to, at: clock::now(), about, text: text.clone(), read: false });
    if let Some(same) = handle.paper(id, move |kept| Some(kept.says_the_same(&asked))).await? {
        return if same { Ok(kept(id)) } else { Err(Rejection::RequestReused.into()) };
    }
    let refused = |code, detail: &str| Err(Failure::new(StatusCode::UNPROCESSABLE_ENTITY, code, detail));
    match handle.write_to(id, from, to, about, text).await? {
        Sent::Yes => Ok(kept(id)),
        Sent::Apart => refused("kept-away", "one of the two keeps the other away; a coordinator can speak with them"),
        Sent::TooMany => refused("too-many-messages", "so many were written today that no more go; try tomorrow"),
    }
}

/// Under what something was kept.
pub(super) fn kept(id: PaperId) -> (StatusCode, Json<Kept>) {
    (StatusCode::CREATED, Json(Kept { id: PaperKey(id) }))
}

/// Marks the messages of another member to this one as read.
#[utoipa::path(post, path = "/members/{id}/messages/read", tag = "messages", request_body = With,
    params(("id" = crate::api::types::schema::Id, Path, description = "The member.")),
    responses((status = 200, description = "The messages, read.", body = Vec<MessageView>)))]
pub(in crate::api) async fn read_messages(
    State(ApiState { handle, .. }): State<ApiState>,
    At(member): At<MemberId>,
    Call { body: With { with }, .. }: Call<With>,
) -> Result<Json<Vec<MessageView>>, Failure> {
    active(&handle, member).await?;
    handle.messages_with(member, with).await?;
    Ok(Json(handle.messages_between(member, with).await?.into_iter().map(view).collect()))
}
