//! The ledger itself: its signed checkpoint, its entries, and proofs about them.

use crate::{
    api::{
        ApiState, Failure,
        extract::{Params, limit},
        types::{CheckpointView, ConsistencyView, EntriesView, EntryView, InclusionView},
    },
    runtime::Refused,
};
use axum::{
    Json,
    body::Body,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use futures::stream;
use kith_protocol::ledger::{Entry, History as _};
use serde::Deserialize;
use utoipa::IntoParams;

/// How many entries are read from the journal in one look: a few milliseconds of the clerk's time.
const ENTRIES_A_LOOK: u64 = 100;
/// The most bytes of entries on one page, as the ledger has them.
const PAGE_BYTES: usize = 1024 * 1024;

/// The signed word for the whole ledger (C2SP `tlog-checkpoint`).
#[utoipa::path(get, path = "/ledger/checkpoint", tag = "ledger",
    responses((status = 200, description = "The newest checkpoint.", body = CheckpointView)))]
pub(in crate::api) async fn get_checkpoint(State(state): State<ApiState>) -> Result<Json<CheckpointView>, Failure> {
    let (checkpoint, note) = state.handle.checkpoint().await?;
    Ok(Json(CheckpointView { size: checkpoint.size(), root: *checkpoint.root(), note }))
}

/// Which entries.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::api) struct Range {
    /// The index of the first; 0 when absent.
    from: u64,
    /// How many: 1 to 500, 100 when absent.
    #[param(minimum = 1, maximum = 500)]
    limit: Option<usize>,
}

/// Entries of the ledger, in order.
#[utoipa::path(get, path = "/ledger/entries", tag = "ledger", params(Range),
    responses((status = 200, description = "Some entries.", body = EntriesView)))]
pub(in crate::api) async fn list_entries(
    State(state): State<ApiState>,
    Params(Range { from, limit: asked }): Params<Range>,
) -> Result<Json<EntriesView>, Failure> {
    let end = from.saturating_add(limit(asked)? as u64);
    let (mut items, mut index, mut left) = (Vec::new(), from, PAGE_BYTES);
    while index < end && left > 0 {
        let upto = end.min(index.saturating_add(ENTRIES_A_LOOK));
        let some = state.handle.look(move |_, book| (index..upto).map_while(|at| book.entry(at)).collect());
        let some: Vec<Entry> = some.await?;
        let ends = (some.len() as u64) < upto - index;
        for entry in some {
            if left == 0 {
                break;
            }
            let bytes = entry.to_bytes();
            left = left.saturating_sub(bytes.len());
            let json = serde_json::to_value(&entry).map_err(|_| unreadable(index))?;
            items.push(EntryView { index, leaf: entry.leaf(), entry: json });
            index += 1;
        }
        if ends {
            break;
        }
    }
    Ok(Json(EntriesView { from, items }))
}

fn unreadable(index: u64) -> Failure {
    let detail = format!("entry {index} cannot be written as JSON; export the ledger instead");
    Failure::new(StatusCode::INTERNAL_SERVER_ERROR, "unreadable-entry", detail)
}

/// The whole ledger as one file, for anybody to judge: a CARv1 archive.
#[utoipa::path(get, path = "/ledger/export", tag = "ledger",
    responses((status = 200, description = "The archive.", content_type = "application/vnd.ipld.car", body = Vec<u8>)))]
pub(in crate::api) async fn export_ledger(State(state): State<ApiState>) -> Result<Response, Failure> {
    let chunks = state.handle.export().await?;
    let body = stream::unfold(chunks, |mut chunks| async move { chunks.recv().await.map(|chunk| (chunk, chunks)) });
    let headers = [
        (header::CONTENT_TYPE, "application/vnd.ipld.car"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"ledger.car\""),
    ];
    Ok((headers, Body::from_stream(body)).into_response())
}

/// Which entry in which ledger.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::api) struct Inclusion {
    /// The entry's index.
    index: u64,
    /// Number of entries of the ledger, as in a checkpoint.
    size: u64,
}

/// The proof that an entry is in the ledger of a size.
#[utoipa::path(get, path = "/ledger/inclusion", tag = "ledger", params(Inclusion),
    responses((status = 200, description = "The proof.", body = InclusionView)))]
pub(in crate::api) async fn get_inclusion(
    State(state): State<ApiState>,
    Params(Inclusion { index, size }): Params<Inclusion>,
) -> Result<Json<InclusionView>, Failure> {
    let view = state.handle.look(move |_, book| {
        let (proof, root, leaf) = (book.inclusion_proof(index, size)?, book.root_at(size)?, book.leaf(index)?);
        Some(InclusionView { index, size, leaf, root, proof })
    });
    view.await?.map(Json).ok_or_else(not_there)
}

/// Which two ledgers.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::api) struct Consistency {
    /// The smaller number of entries.
    old: u64,
    /// The larger number of entries.
    new: u64,
}

/// The proof that the ledger of one size continues that of another.
#[utoipa::path(get, path = "/ledger/consistency", tag = "ledger", params(Consistency),
    responses((status = 200, description = "The proof.", body = ConsistencyView)))]
pub(in crate::api) async fn get_consistency(
    State(state): State<ApiState>,
    Params(Consistency { old, new }): Params<Consistency>,
) -> Result<Json<ConsistencyView>, Failure> {
    let view = state.handle.look(move |_, book| {
        let (proof, old_root, new_root) = (book.consistency_proof(old, new)?, book.root_at(old)?, book.root_at(new)?);
        Some(ConsistencyView { old, new, old_root, new_root, proof })
    });
    let found: Result<_, Refused> = view.await;
    found?.map(Json).ok_or_else(not_there)
}

fn not_there() -> Failure {
    let detail = "the ledger does not have that many entries; ask for its checkpoint first";
    Failure::new(StatusCode::NOT_FOUND, "unknown-entry", detail)
}
