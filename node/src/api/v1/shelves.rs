//! The shelves this node holds.

use crate::api::{
    ApiState, Failure,
    extract::{MAX_LIMIT, Paging, Params},
    types::ShelfView,
};
use axum::{Json, extract::State};

/// The shelves this node holds, our own first and the others by id.
#[utoipa::path(get, path = "/shelves", tag = "listings", params(Paging),
    responses((status = 200, description = "The shelves: at most `limit`, or 500.", body = Vec<ShelfView>)))]
pub(in crate::api) async fn list_shelves(
    State(state): State<ApiState>,
    Params(paging): Params<Paging>,
) -> Result<Json<Vec<ShelfView>>, Failure> {
    let limit = if paging.limit.is_some() { paging.limit()? } else { MAX_LIMIT };
    let shelves = state.handle.shelves(paging.after()?, limit).await?;
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
