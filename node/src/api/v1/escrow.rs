//! Copies that partners keep for each other.

use super::partners::account_of;
use crate::{
    api::{
        ApiState, Failure,
        extract::At,
        idempotency::Call,
        types::{EscrowSwitch, EscrowView, Nothing},
    },
    runtime::{Handle, office::Stand},
};
use axum::{Json, extract::State};
use kith_protocol::{escrow::MAX_KEPT_BYTES, id::CommunityId};

fn view(community: CommunityId, stand: Stand) -> EscrowView {
    let Stand { copies, name, connected, addresses, theirs, ours, overdue } = stand;
    EscrowView {
        community,
        name,
        connected,
        we_keep: copies.we_keep,
        kept_at: theirs.map(|kept| kept.at.0),
        kept_bytes: theirs.map_or(0, |kept| kept.bytes),
        room_bytes: MAX_KEPT_BYTES,
        claimed_at: copies.claimed.iter().map(|at| at.0).collect(),
        they_keep: copies.they_keep,
        they_agree: ours.keeps,
        copied_at: ours.sent.map(|sent| sent.at.0),
        copied_bytes: ours.sent.map_or(0, |sent| sent.bytes),
        copy_overdue: overdue,
        problem: ours.problem,
        addresses,
    }
}

async fn shown(handle: &Handle, community: CommunityId) -> Result<Json<EscrowView>, Failure> {
    Ok(Json(view(community, handle.copies_stand(community).await?)))
}

/// Copies between us and a partner: who keeps what for whom, and how old it is.
#[utoipa::path(get, path = "/partners/{community}/escrow", tag = "partners",
    params(("community" = crate::api::types::schema::DidKey, Path, description = "The partner community.")),
    responses((status = 200, description = "The copies.", body = EscrowView)))]
pub(in crate::api) async fn get_escrow(
    State(ApiState { handle, .. }): State<ApiState>,
    At(community): At<CommunityId>,
) -> Result<Json<EscrowView>, Failure> {
    account_of(&handle, community).await?;
    shown(&handle, community).await
}

/// Agrees with a partner on copies. Copies travel when one side keeps them and the other wants it.
#[utoipa::path(put, path = "/partners/{community}/escrow", tag = "partners", request_body = EscrowSwitch,
    params(("community" = crate::api::types::schema::DidKey, Path, description = "The partner community.")),
    responses((status = 200, description = "The copies.", body = EscrowView)))]
pub(in crate::api) async fn switch_escrow(
    State(ApiState { handle, .. }): State<ApiState>,
    At(community): At<CommunityId>,
    Call { body, .. }: Call<EscrowSwitch>,
) -> Result<Json<EscrowView>, Failure> {
    account_of(&handle, community).await?;
    handle.switch_copies(community, body.we_keep, body.they_keep).await?;
    shown(&handle, community).await
}

/// Sends a partner that keeps them a new copy as soon as it is there, and whatever it holds now.
#[utoipa::path(post, path = "/partners/{community}/escrow/now", tag = "partners", request_body = Nothing,
    params(("community" = crate::api::types::schema::DidKey, Path, description = "The partner community.")),
    responses((status = 202, description = "The copies, before the new one.", body = EscrowView)))]
pub(in crate::api) async fn send_escrow(
    State(ApiState { handle, .. }): State<ApiState>,
    At(community): At<CommunityId>,
    Call { .. }: Call<Nothing>,
) -> Result<(axum::http::StatusCode, Json<EscrowView>), Failure> {
    account_of(&handle, community).await?;
    handle.vault().want(community);
    Ok((axum::http::StatusCode::ACCEPTED, shown(&handle, community).await?))
}
