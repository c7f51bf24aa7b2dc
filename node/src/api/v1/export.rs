//! Everything that a community owns, to take along.

use crate::{
    api::{ApiState, Failure},
    export::{self, FILE_NAME},
};
use axum::{
    body::Body,
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};
use futures::stream;

/// Everything the community owns in open formats, as one tar archive: members, offers, needs, exchanges, balances,
/// events, circles, notices and rules as CSV and JSON, and the signed ledger. It names people. An answer that breaks off
/// is not whole.
#[utoipa::path(get, path = "/export", tag = "community",
    responses((status = 200, description = "The archive.", content_type = "application/x-tar", body = Vec<u8>)))]
pub(in crate::api) async fn export_everything(State(state): State<ApiState>) -> Result<Response, Failure> {
    let chunks = export::stream(&state.handle).await?;
    let body = stream::unfold(chunks, |mut chunks| async move { chunks.recv().await.map(|chunk| (chunk, chunks)) });
    let name = format!("attachment; filename=\"{FILE_NAME}\"");
    let headers = [(header::CONTENT_TYPE, "application/x-tar".to_owned()), (header::CONTENT_DISPOSITION, name)];
    Ok((headers, Body::from_stream(body)).into_response())
}
