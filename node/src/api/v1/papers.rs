//! Files that anybody can check: a member's statement, a partnership's balance sheet, and proof of misconduct.

use super::partners::{account_of, no_partnership};
use crate::{
    api::{
        ApiState, Failure,
        extract::{At, Params},
    },
    runtime::clock,
};
use axum::{
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use kith_protocol::{
    document::Document,
    id::{CommunityId, MemberId},
    machine::Condition,
    time::Timestamp,
};
use serde::Deserialize;
use std::ops::Range;

/// The media type of a file that stands for itself.
const DOCUMENT: &str = "application/vnd.ipld.dag-cbor";

/// The period of a statement or a balance sheet.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::api) struct Period {
    /// From when on, in milliseconds since 1970; from the beginning when absent.
    from: Option<u64>,
    /// Up to when, exclusive; until now when absent.
    until: Option<u64>,
}

impl Period {
    /// From when until when; a moment more than `now` when nobody says until when.
    fn range(&self, now: Timestamp) -> Result<Range<Timestamp>, Failure> {
        let (from, until) = (self.from.unwrap_or(0), self.until.unwrap_or(now.0.saturating_add(1)));
        if from >= until {
            Err(Failure::together("`until` is not after `from`"))
        } else {
            Ok(Timestamp(from)..Timestamp(until))
        }
    }
}

fn file(document: &Document, name: &'static str) -> Response {
    let headers = [(header::CONTENT_TYPE, DOCUMENT), (header::CONTENT_DISPOSITION, name)];
    (headers, document.to_bytes()).into_response()
}

/// Everything that passed between us and a partner in a period, with both sides' signatures.
#[utoipa::path(get, path = "/partners/{community}/statement", tag = "partners",
    params(("community" = crate::api::types::schema::DidKey, Path, description = "The partner community."), Period),
    responses((status = 200, description = "The balance sheet, as `kith verify` reads it.",
        content_type = "application/vnd.ipld.dag-cbor", body = Vec<u8>)))]
pub(in crate::api) async fn partner_statement(
    State(ApiState { handle, .. }): State<ApiState>,
    At(community): At<CommunityId>,
    Params(period): Params<Period>,
) -> Result<Response, Failure> {
    let account = account_of(&handle, community).await?;
    let now = clock::now();
    let period = period.range(now)?;
    let sheet = handle.look(move |machine, view| machine.balance_sheet(&account, period, now, view)).await??;
    Ok(file(&sheet, "attachment; filename=\"balance-sheet.kith\""))
}

/// Every entry about a member in a period, each with the proof that it stands in the signed ledger. It has no names in it, and
/// all numbers, whatever the charter says of showing them.
#[utoipa::path(get, path = "/members/{id}/statement/file", tag = "members",
    params(("id" = crate::api::types::schema::Id, Path, description = "The member."), Period),
    responses((status = 200, description = "The statement, as `kith verify` reads it.",
        content_type = "application/vnd.ipld.dag-cbor", body = Vec<u8>)))]
pub(in crate::api) async fn member_statement(
    State(ApiState { handle, .. }): State<ApiState>,
    At(member): At<MemberId>,
    Params(period): Params<Period>,
) -> Result<Response, Failure> {
    let document = handle.member_statement(member, period.range(clock::now())?, true).await?;
    Ok(file(&document, "attachment; filename=\"statement.kith\""))
}

/// The proof that a partner signed two things that cannot both be true.
#[utoipa::path(get, path = "/partners/{community}/evidence", tag = "partners",
    params(("community" = crate::api::types::schema::DidKey, Path, description = "The partner community.")),
    responses((status = 200, description = "The proof, as `kith verify` reads it.",
        content_type = "application/vnd.ipld.dag-cbor", body = Vec<u8>)))]
pub(in crate::api) async fn partner_evidence(
    State(ApiState { handle, .. }): State<ApiState>,
    At(community): At<CommunityId>,
) -> Result<Response, Failure> {
    let found = handle.look(move |machine, _| {
        let (account, _) = machine.state().ledger().partner_of(&community)?;
        Some(match machine.state().conditions().get(account) {
            Some(Condition::Frozen { evidence }) => Some(evidence.clone()),
            _ => None,
        })
    });
    let evidence = found.await?.ok_or_else(|| no_partnership(&community))?;
    let nothing = || Failure::new(StatusCode::NOT_FOUND, "no-evidence", "nothing is proven against this partner");
    Ok(file(&Document::Evidence(evidence.ok_or_else(nothing)?), "attachment; filename=\"evidence.kith\""))
}
