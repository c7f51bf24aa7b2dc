//! The shelves this node holds.

use crate::api::{
    ApiState, Failure,
    extract::{MAX_LIMIT, Params, limit},
    types::ShelfView,
};
use axum::{Json, extract::State};
use kith_protocol::id::CommunityId;
use serde::Deserialize;
use utoipa::IntoParams;

/// Which shelves.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::api) struct Shelves {
    /// How many: 1 to 500, 500 when absent.
    #[param(minimum = 1, maximum = 500)]
    limit: Option<usize>,
    /// The community of the last shelf before.
    #[param(value_type = Option<crate::api::types::schema::DidKey>)]
    after: Option<CommunityId>,
}

/// The shelves this node holds, our own first and the others by id.
#[utoipa::path(get, path = "/shelves", tag = "listings", params(Shelves),
    responses((status = 200, description = "The shelves: at most `limit`, or 500.", body = Vec<ShelfView>)))]
pub(in crate::api) async fn list_shelves(
    State(state): State<ApiState>,
    Params(Shelves { limit: asked, after }): Params<Shelves>,
) -> Result<Json<Vec<ShelfView>>, Failure> {
    let shelves = state.handle.shelves(after, limit(asked.or(Some(MAX_LIMIT)))?).await?;
    let view = |shelf: crate::runtime::shelves::Shelf| ShelfView {
        community: shelf.community,
        name: shelf.name,
        revision: shelf.revision,
        live: shelf.live,
        listings: shelf.listings,
        root: shelf.root,
        connected: shelf.connected,
    };
    Ok(Json(shelves.into_iter().map(view).collect()))
}
