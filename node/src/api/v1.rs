//! Version 1, one file per noun.

mod answer;
mod backup;
mod batch;
mod care;
mod disputes;
mod escrow;
mod events;
mod exchanges;
mod export;
mod joining;
mod keys;
mod ledger;
mod listings;
mod members;
mod messages;
mod papers;
mod partners;
mod payments;
mod safety;
mod shelves;
mod sign_in;
mod status;
mod together;
mod week;

use super::ApiState;
use utoipa_axum::{router::OpenApiRouter, routes};

/// What everybody may ask.
pub(super) fn public() -> OpenApiRouter<ApiState> {
    OpenApiRouter::default()
        .routes(routes!(status::get_status))
        .routes(routes!(status::get_charter))
        .routes(routes!(listings::list_offers))
        .routes(routes!(listings::list_needs))
        .routes(routes!(listings::get_listing))
        .routes(routes!(shelves::list_shelves))
        .routes(routes!(events::list_feeds))
        .routes(routes!(events::list_events))
        .routes(routes!(events::get_event))
        .routes(routes!(ledger::get_checkpoint))
        .routes(routes!(ledger::get_inclusion))
        .routes(routes!(ledger::get_consistency))
}

/// What needs the admin token.
pub(super) fn private() -> OpenApiRouter<ApiState> {
    OpenApiRouter::default()
        .routes(routes!(status::put_charter))
        .routes(routes!(members::list_members, members::admit_member))
        .routes(routes!(batch::admit_members))
        .routes(routes!(members::get_member))
        .routes(routes!(members::get_statement))
        .routes(routes!(papers::member_statement))
        .routes(routes!(members::get_alias))
        .routes(routes!(members::leave))
        .routes(routes!(members::put_role))
        .routes(routes!(keys::put_key))
        .routes(routes!(sign_in::issue_code))
        .routes(routes!(listings::publish_offer))
        .routes(routes!(listings::publish_need))
        .routes(routes!(listings::withdraw_offer))
        .routes(routes!(listings::withdraw_need))
        .routes(routes!(exchanges::list_exchanges, exchanges::record_exchange))
        .routes(routes!(exchanges::get_exchange))
        .routes(routes!(exchanges::confirm_exchange))
        .routes(routes!(exchanges::decline_exchange))
        .routes(routes!(exchanges::correct_exchange))
        .routes(routes!(exchanges::record_group))
        .routes(routes!(exchanges::record_gift))
        .routes(routes!(payments::pay))
        .routes(routes!(payments::ask_for_payment))
        .routes(routes!(partners::list_partners))
        .routes(routes!(partners::get_partner))
        .routes(routes!(partners::invite))
        .routes(routes!(partners::accept_invitation))
        .routes(routes!(partners::go_on_without))
        .routes(routes!(partners::switch_mail))
        .routes(routes!(partners::grant))
        .routes(routes!(escrow::get_escrow, escrow::switch_escrow))
        .routes(routes!(escrow::send_escrow))
        .routes(routes!(payments::ask_to_give_back))
        .routes(routes!(disputes::list_disputes))
        .routes(routes!(disputes::get_dispute, disputes::open_dispute))
        .routes(routes!(disputes::say_in_dispute))
        .routes(routes!(disputes::suggest_outcome))
        .routes(routes!(disputes::set_reminder))
        .routes(routes!(disputes::advance_exchange))
        .routes(routes!(disputes::end_advance))
        .routes(routes!(papers::partner_statement))
        .routes(routes!(papers::partner_evidence))
        .routes(routes!(ledger::list_entries))
        .routes(routes!(ledger::export_ledger))
        .routes(routes!(backup::make_backup))
        .routes(routes!(export::export_everything))
        .routes(routes!(together::list_circles, together::make_circle))
        .routes(routes!(together::get_circle, together::rename_circle, together::end_circle))
        .routes(routes!(together::put_circle_part))
        .routes(routes!(together::list_notices, together::post_notice))
        .routes(routes!(together::drop_notice))
        .routes(routes!(week::get_benefits, week::put_benefits))
        .merge(office())
}

/// What is kept beside the ledger.
fn office() -> OpenApiRouter<ApiState> {
    OpenApiRouter::default()
        .routes(routes!(messages::list_conversations))
        .routes(routes!(messages::list_messages, messages::send_message))
        .routes(routes!(messages::read_messages))
        .routes(routes!(safety::list_reports, safety::take_report))
        .routes(routes!(safety::get_report))
        .routes(routes!(safety::end_report))
        .routes(routes!(safety::get_safety, safety::put_safety))
        .routes(routes!(safety::list_firsts))
        .routes(routes!(safety::accept_first))
        .routes(routes!(safety::refuse_first))
        .routes(routes!(events::announce_event))
        .routes(routes!(events::change_event, events::cancel_event))
        .routes(routes!(care::get_file))
        .routes(routes!(care::add_reference))
        .routes(routes!(care::add_fact, care::drop_fact))
        .routes(routes!(care::list_notes, care::add_note))
        .routes(routes!(care::rang))
        .routes(routes!(care::put_helper, care::end_helper))
        .routes(routes!(care::put_pause))
        .routes(routes!(care::keep_away, care::let_near))
        .routes(routes!(care::put_person))
        .routes(routes!(care::get_data))
        .routes(routes!(care::forget))
        .routes(routes!(care::sign_out))
        .routes(routes!(joining::list_applications, joining::apply))
        .routes(routes!(joining::get_application))
        .routes(routes!(joining::admit_applicant))
        .routes(routes!(joining::decline_applicant))
        .routes(routes!(week::get_week))
        .routes(routes!(week::get_weekly_letters))
        .routes(routes!(week::get_weekly_letter, week::put_weekly_letter))
}
