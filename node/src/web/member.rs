//! Pages for members.

mod exchange;
mod find;
mod firsts;
mod gift;
mod home;
mod key;
mod leave;
mod listing;
mod me;
mod messages;
mod mine;
mod near;
mod noted;
mod picture;
mod post;
mod record;
mod safety;
mod statement;

pub(super) use exchange::reason_key;
pub(super) use home::{names, told};
pub(super) use leave::FORGETTING;
pub(super) use me::{looks_like_an_address, person_fields, ticked};
pub(super) use noted::{local, salted, with_note};
pub(super) use safety::{about_circle, about_event, about_notice, trouble_key};
pub(super) use statement::{DOCUMENT, Sheet, attachment, sheet};

use super::App;
use axum::{
    Router,
    extract::DefaultBodyLimit,
    routing::{get, post},
};

/// The most of a form with a picture that is read. That is far more than a picture may have: who sends a larger one is to
/// hear so on the form.
pub(super) const PICTURE_BYTES: usize = 4 * crate::picture::MAX_SENT_BYTES;

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/home", get(home::show))
        .route("/ask", get(post::ask).post(post::send_ask))
        .route("/offer", get(post::offer).post(post::send_offer))
        .route("/find", get(find::show))
        .route("/listing/{community}/{key}", get(listing::show))
        .route(
            "/listing/{community}/{key}/picture",
            get(picture::show).post(picture::send).layer(DefaultBodyLimit::max(PICTURE_BYTES)),
        )
        .route("/listing/{community}/{key}/picture/remove", post(picture::remove))
        .route("/picture/{key}", get(picture::jpeg))
        .route("/listing/{community}/{key}/change", get(post::change).post(post::send_change))
        .route("/listing/{community}/{key}/withdraw", get(listing::withdraw).post(listing::send_withdraw))
        .route("/record", get(record::who).post(record::send_who))
        .route("/record/hours", get(record::hours).post(record::send_hours))
        .route("/gift", get(gift::show).post(gift::send))
        .route("/exchange/{id}", get(exchange::show))
        .route("/exchange/{id}/confirm", post(exchange::confirm))
        .route("/exchange/{id}/decline", get(exchange::decline).post(exchange::send_decline))
        .route("/exchange/{id}/question", get(exchange::question).post(exchange::send_question))
        .route("/exchange/{id}/back", get(exchange::back).post(exchange::send_back))
        .route("/exchange/{id}/correct", get(exchange::correct).post(exchange::send_correct))
        .route("/statement", get(statement::show))
        .route("/statement.csv", get(statement::csv))
        .route("/statement.kith", get(statement::proof))
        .route("/me", get(me::show))
        .route("/me/change", get(me::change).post(me::send_change))
        .route("/me/key", get(key::show).post(key::send))
        .route("/me/devices", post(me::end_device))
        .route("/me/data.json", get(mine::data))
        .route("/messages", get(messages::list))
        .route("/messages/{member}", get(messages::show).post(messages::send))
        .route("/away", get(safety::away).post(safety::send_away))
        .route("/report", get(safety::report).post(safety::send_report))
        .route("/helpers", get(mine::helpers).post(mine::send_helper))
        .route("/helpers/end", post(mine::end_helper))
        .route("/pause", get(mine::pause).post(mine::send_pause))
        .route("/leave", get(leave::show).post(leave::send))
        .route("/done/{what}", get(me::done))
}
