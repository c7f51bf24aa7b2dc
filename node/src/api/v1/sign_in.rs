//! Codes by which members sign in on the pages.

use crate::{
    api::{
        ApiState, Failure,
        extract::At,
        idempotency::Call,
        types::{Nothing, SignInCode},
    },
    runtime::desk::PaperCode,
};
use axum::{Json, extract::State, http::StatusCode};
use kith_protocol::id::MemberId;

/// Makes a code on paper for a member: good once, and in place of an earlier one that was not used.
#[utoipa::path(post, path = "/members/{id}/sign-in-code", tag = "members", request_body = Nothing,
    params(("id" = crate::api::types::schema::Id, Path, description = "The member.")),
    responses((status = 201, description = "The code; it is shown nowhere else.", body = SignInCode)))]
pub(in crate::api) async fn issue_code(
    State(ApiState { handle, .. }): State<ApiState>,
    At(member): At<MemberId>,
    Call { write, .. }: Call<Nothing>,
) -> Result<(StatusCode, Json<SignInCode>), Failure> {
    let code = PaperCode::from_bytes(write.new_id(&handle, "paper-code"));
    let expires_at = handle.issue_code(member, code.clone()).await?;
    Ok((StatusCode::CREATED, Json(SignInCode { code: code.shown(), expires_at: expires_at.0 })))
}
