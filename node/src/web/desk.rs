//! Pages for coordinators.

mod disputes;
mod mail;
mod members;
mod paper;
mod partners;
mod slips;
mod today;

pub(super) use disputes::outcome;

use super::App;
use axum::{
    Router,
    routing::{get, post},
};

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/today", get(today::show))
        .route("/contact", get(today::contact).post(today::send_contact))
        .route("/members", get(members::list))
        .route("/members/new", get(members::admit).post(members::send_admit))
        .route("/members/{id}", get(members::show))
        .route("/members/{id}/code", post(members::code))
        .route("/members/{id}/role", get(members::role).post(members::send_role))
        .route("/slips", get(slips::grid).post(slips::send))
        .route("/slips/undo", post(slips::undo))
        .route("/partners", get(partners::list))
        .route("/partners/invite", get(partners::invite).post(partners::send_invite))
        .route("/partners/{id}/mail", get(mail::show).post(mail::send))
        .route("/partners/accept", get(partners::accept).post(partners::send_accept))
        .route("/disputes/{id}", get(disputes::show))
        .route("/disputes/{id}/{step}", get(disputes::form).post(disputes::send))
        .route("/exchange/{id}/advance", get(disputes::advance).post(disputes::send_advance))
        .route("/paper", get(paper::show))
        .route("/paper/slips", get(paper::slips))
        .route("/paper/directory", get(paper::directory))
}
