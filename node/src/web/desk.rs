//! Pages for coordinators.

mod backup;
mod between;
mod care;
mod charter;
mod circles;
mod contact;
mod disputes;
mod escrow;
mod go_on;
mod grant;
mod groups;
mod import;
mod joining;
mod left;
mod mail;
mod matches;
mod members;
mod notices;
mod paper;
mod partners;
mod rebuild;
mod safety;
mod scan;
mod sheet;
mod slips;
mod statements;
mod takeout;
mod today;

pub(super) use charter::{Limits, limit_fields, limits_of};
pub(super) use circles::address as circle_address;
pub(super) use import::Imports;
pub(super) use members::everybody_here;
pub(super) use notices::{notice_address, signed};
pub(super) use partners::{accept_fields, terms};

/// Whom to ring this week, with the day it was found out, and whether anybody kept score then.
pub(super) type ToRing =
    tokio::sync::Mutex<Option<((jiff::civil::Date, bool), Vec<(kith_protocol::id::MemberId, care::Why)>)>>;
pub(super) use disputes::outcome;
pub(super) use escrow::{copies_key, size};

use super::{App, member::PICTURE_BYTES};
use axum::{
    Router,
    extract::DefaultBodyLimit,
    routing::{get, post},
};

/// What the files of one import may have together: an import's largest file, and the form around it.
pub(super) const MAX_IMPORT_BYTES: usize = 32 * 1024 * 1024;
/// The most of a form with files that is read, so that who sends larger ones hears so on the form.
const IMPORT_READ_BYTES: usize = 2 * MAX_IMPORT_BYTES;

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/today", get(today::show))
        .route("/contact", get(contact::show).post(contact::send))
        .route("/applications/{id}", get(joining::show))
        .route("/applications/{id}/done", post(joining::done))
        .route("/members", get(members::list))
        .route("/members/new", get(members::admit).post(members::send_admit))
        .route("/members/{id}", get(members::show))
        .route("/members/{id}/code", post(members::code))
        .route("/members/{id}/forget", post(left::forget))
        .route("/members/{id}/role", get(members::role).post(members::send_role))
        .route("/charter", get(charter::show))
        .route("/charter/change", get(charter::change).post(charter::send))
        .route("/export", get(takeout::show))
        .route("/export/file", post(takeout::file))
        .route("/import", get(import::start))
        .route("/import/{system}", get(import::form).post(import::send).layer(DefaultBodyLimit::max(IMPORT_READ_BYTES)))
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
        .route("/slips/scan", get(scan::show).post(scan::send).layer(DefaultBodyLimit::max(PICTURE_BYTES)))
        .route("/slips/undo", post(slips::undo))
        .route("/backup", get(backup::show))
        .route("/backup/file", post(backup::file))
        .route("/rebuild", get(rebuild::show).post(rebuild::begin))
        .route("/partners", get(partners::list))
        .route("/partners/invite", get(partners::invite).post(partners::send_invite))
        .route("/partners/{id}/mail", get(mail::show).post(mail::send))
        .route("/partners/{id}/grant", get(grant::show).post(grant::send))
        .route("/partners/{id}/go-on", get(go_on::show).post(go_on::send))
        .route("/partners/{id}/sheet", get(sheet::show))
        .route("/partners/{id}/sheet.kith", get(sheet::file))
        .route("/partners/{id}/evidence.kith", get(sheet::evidence))
        .route("/partners/{id}/escrow", get(escrow::show).post(escrow::send))
        .route("/partners/{id}/escrow/now", post(escrow::now))
        .route("/partners/accept", get(partners::accept).post(partners::send_accept))
        .route("/disputes/{id}", get(disputes::show))
        .route("/disputes/{id}/{step}", get(disputes::form).post(disputes::send))
        .route("/exchange/{id}/advance", get(disputes::advance).post(disputes::send_advance))
        .route("/paper", get(paper::show))
        .route("/paper/slips", get(paper::slips))
        .route("/paper/directory", get(paper::directory))
        .route("/paper/statements", get(statements::show))
        .merge(together())
}

/// Circles, groups and what is said to everybody: open to coordinators of circles too.
fn together() -> Router<App> {
    Router::new()
        .route("/circles", get(circles::list))
        .route("/circles/new", get(circles::new).post(circles::send_new))
        .route("/circles/{id}", get(circles::show))
        .route("/circles/{id}/name", get(circles::rename).post(circles::send_rename))
        .route("/circles/{id}/add", get(circles::add).post(circles::send_add))
        .route("/circles/{id}/end", get(circles::end).post(circles::send_end))
        .route("/circles/{id}/leave", post(circles::leave))
        .route("/circles/{id}/members/{member}", get(circles::member))
        .route("/circles/{id}/members/{member}/out", post(circles::take_out))
        .route("/circles/{id}/members/{member}/lead", post(circles::let_lead))
        .route("/group", get(groups::open).post(groups::send))
        .route("/paper/attendance", get(groups::attendance))
        .route("/notices", get(notices::list))
        .route("/notices/new", get(notices::new).post(notices::send))
        .route("/notices/{id}", get(notices::show))
        .route("/notices/{id}/drop", post(notices::drop_notice))
}
