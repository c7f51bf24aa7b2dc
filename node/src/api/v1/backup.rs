//! Backups of the whole community, encrypted.

use crate::{
    api::{ApiState, Failure, idempotency::Call, types::NewBackup},
    backup,
};
use axum::{
    body::Body,
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};
use futures::stream;

/// Everything of the community in one encrypted file: journal, keys, people's details and settings. Only the recovery
/// words open it. An answer that breaks off is not a backup.
#[utoipa::path(post, path = "/backup", tag = "community", request_body = NewBackup,
    responses((status = 200, description = "An age file.", content_type = "application/octet-stream", body = Vec<u8>)))]
pub(in crate::api) async fn make_backup(
    State(state): State<ApiState>,
    Call { body, .. }: Call<NewBackup>,
) -> Result<Response, Failure> {
    let chunks = backup::stream(&state.handle, body.handover).await?;
    let body = stream::unfold(chunks, |mut chunks| async move { chunks.recv().await.map(|chunk| (chunk, chunks)) });
    let headers = [
        (header::CONTENT_TYPE, "application/octet-stream"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"community.age\""),
    ];
    Ok((headers, Body::from_stream(body)).into_response())
}
