//! Pages for coordinators.

mod care;
mod disputes;
mod escrow;
mod import;
mod mail;
mod members;
mod paper;
mod partners;
mod safety;
mod slips;
mod today;

pub(super) use import::Imports;

/// Whom to ring this week, as found out today.
pub(super) type ToRing = tokio::sync::Mutex<Option<(jiff::civil::Date, Vec<(kith_protocol::id::MemberId, care::Why)>)>>;
pub(super) use disputes::outcome;
pub(super) use escrow::copies_key;

use super::App;
use axum::{
    Router,
    extract::DefaultBodyLimit,
    routing::{get, post},
};

/// What the files of one import may have together: an import's largest file, and the form around it.
pub(super) const MAX_IMPORT_BYTES: usize = 32 * 1024 * 1024;

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/today", get(today::show))
        .route("/contact", get(today::contact).post(today::send_contact))
        .route("/members", get(members::list))
        .route("/members/new", get(members::admit).post(members::send_admit))
        .route("/members/{id}", get(members::show))
        .route("/members/{id}/code", post(members::code))
        .route("/members/{id}/role", get(members::role).post(members::send_role))
        .route("/import", get(import::start))
        .route("/import/{system}", get(import::form).post(import::send).layer(DefaultBodyLimit::max(MAX_IMPORT_BYTES)))
        .route("/import/columns/{id}", get(import::columns).post(import::send_columns))
        .route("/import/run/{id}", get(import::run))
        .route("/import/run/{id}/begin", post(import::begin))
        .route("/import/run/{id}/problems.csv", get(import::problems))
        .route("/members/{id}/file", get(care::file))
        .route("/members/{id}/rang", post(care::rang))
        .route("/members/{id}/reader", post(care::reader))
        .route("/members/{id}/fact/drop", post(care::drop_fact))
        .route("/members/{id}/{what}", get(care::add).post(care::send_add))
        .route("/safety", get(safety::rules).post(safety::send_rules))
        .route("/reports/{id}", get(safety::report))
        .route("/reports/{id}/done", post(safety::report_done))
        .route("/first/{id}", get(safety::first))
        .route("/first/{id}/yes", post(safety::first_yes))
        .route("/first/{id}/no", post(safety::first_no))
        .route("/slips", get(slips::grid).post(slips::send))
        .route("/slips/undo", post(slips::undo))
        .route("/partners", get(partners::list))
        .route("/partners/invite", get(partners::invite).post(partners::send_invite))
        .route("/partners/{id}/mail", get(mail::show).post(mail::send))
        .route("/partners/{id}/escrow", get(escrow::show).post(escrow::send))
        .route("/partners/{id}/escrow/now", post(escrow::now))
        .route("/partners/accept", get(partners::accept).post(partners::send_accept))
        .route("/disputes/{id}", get(disputes::show))
        .route("/disputes/{id}/{step}", get(disputes::form).post(disputes::send))
        .route("/exchange/{id}/advance", get(disputes::advance).post(disputes::send_advance))
        .route("/paper", get(paper::show))
        .route("/paper/slips", get(paper::slips))
        .route("/paper/directory", get(paper::directory))
}
