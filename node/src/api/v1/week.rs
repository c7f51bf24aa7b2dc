//! The week on one page, the letters that bring it, and what the community says about benefits.

use super::{
    exchanges::{listed, with_helpers},
    listings::{view as listing, with_helpers as with_posters},
    messages::active,
};
use crate::{
    api::{
        ApiState, Failure,
        extract::{At, MAX_LIMIT, Params},
        idempotency::Call,
        types::{
            BenefitsWords, EventView, ExchangeView, LetterLanguage, NoticeView, WeekView, WeeklyLetter,
            WeeklyLettersView,
        },
    },
    runtime::{
        Handle, clock,
        office::MAX_WORDS,
        week::{AHEAD, NEW_WITHIN},
    },
};
use axum::{Json, extract::State};
use kith_protocol::{id::MemberId, text, time::Timestamp};
use serde::Deserialize;
use utoipa::IntoParams;

/// For whom.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::api) struct Reader {
    /// The member who reads it; the notice board when absent.
    #[param(value_type = Option<crate::api::types::schema::Id>)]
    member: Option<MemberId>,
}

/// The week: what is new on the board, what takes place, what is said to everybody, and what waits for the reader. At
/// most 500 of each.
#[utoipa::path(get, path = "/week", tag = "community", params(Reader),
    responses((status = 200, description = "The week.", body = WeekView)))]
pub(in crate::api) async fn get_week(
    State(ApiState { handle, .. }): State<ApiState>,
    Params(Reader { member }): Params<Reader>,
) -> Result<Json<WeekView>, Failure> {
    if let Some(member) = member {
        active(&handle, member).await?;
    }
    let (now, week) = (clock::now(), handle.week(member).await?);
    let (needs, offers) = (week.needs, week.offers);
    let (mut needs, mut offers, mut waiting) = handle
        .look(move |machine, _| {
            let shown = |records: Vec<_>| -> Vec<_> {
                records.into_iter().filter_map(|record| listing(machine, record)).collect()
            };
            let open = machine.state().waiting().iter().filter(|(_, waiting)| waiting.is_open());
            let all = open.map(|(id, waiting)| listed(machine, *id, waiting));
            let mut mine: Vec<ExchangeView> =
                all.filter(|one| member.is_some() && one.waits_for == member).take(MAX_LIMIT).collect();
            mine.sort_by_key(|one| one.since);
            (shown(needs), shown(offers), mine)
        })
        .await?;
    with_posters(&handle, &mut needs).await?;
    with_posters(&handle, &mut offers).await?;
    with_helpers(&handle, &mut waiting).await?;
    Ok(Json(WeekView {
        since: now.0.saturating_sub(NEW_WITHIN.0),
        until: now.plus(AHEAD).0,
        needs,
        offers,
        events: week.events.into_iter().take(MAX_LIMIT).map(|(id, event)| EventView::of(id, event)).collect(),
        notices: week.notices.into_iter().take(MAX_LIMIT).map(|(id, one)| NoticeView::of(id, one)).collect(),
        waiting,
        unread: week.unread as u64,
    }))
}

/// Whether letters go out, who wants the week's, and when the last ones went.
#[utoipa::path(get, path = "/weekly-letters", tag = "community",
    responses((status = 200, description = "How it stands.", body = WeeklyLettersView)))]
pub(in crate::api) async fn get_weekly_letters(
    State(ApiState { handle, .. }): State<ApiState>,
) -> Result<Json<WeeklyLettersView>, Failure> {
    let mut readers: Vec<MemberId> =
        handle.files().await?.into_iter().filter(|file| file.weekly.is_some()).map(|file| file.member).collect();
    readers.sort_unstable();
    let sent_at = handle.office_rules().await?.week_sent.map(|Timestamp(at)| at);
    Ok(Json(WeeklyLettersView { mail: handle.mail_is_on(), readers, sent_at }))
}

async fn wanted(handle: &Handle, member: MemberId) -> Result<Json<WeeklyLetter>, Failure> {
    let tag = handle.file(member).await?.weekly;
    let known = [LetterLanguage::English, LetterLanguage::Easy, LetterLanguage::Spanish, LetterLanguage::Welsh];
    // A letter in a language that is no longer spoken goes out in English.
    let spoken = |tag: String| known.into_iter().find(|one| one.tag() == tag).unwrap_or(LetterLanguage::English);
    Ok(Json(WeeklyLetter { language: tag.map(spoken) }))
}

/// Whether a member wants the week by e-mail.
#[utoipa::path(get, path = "/members/{id}/weekly-letter", tag = "members",
    params(("id" = crate::api::types::schema::Id, Path, description = "The member.")),
    responses((status = 200, description = "Whether they want it.", body = WeeklyLetter)))]
pub(in crate::api) async fn get_weekly_letter(
    State(ApiState { handle, .. }): State<ApiState>,
    At(member): At<MemberId>,
) -> Result<Json<WeeklyLetter>, Failure> {
    active(&handle, member).await?;
    wanted(&handle, member).await
}

/// Says whether a member wants the week by e-mail. It is their own word: ask them.
#[utoipa::path(put, path = "/members/{id}/weekly-letter", tag = "members", request_body = WeeklyLetter,
    params(("id" = crate::api::types::schema::Id, Path, description = "The member.")),
    responses((status = 200, description = "Whether they want it.", body = WeeklyLetter)))]
pub(in crate::api) async fn put_weekly_letter(
    State(ApiState { handle, .. }): State<ApiState>,
    At(member): At<MemberId>,
    Call { body: WeeklyLetter { language }, .. }: Call<WeeklyLetter>,
) -> Result<Json<WeeklyLetter>, Failure> {
    active(&handle, member).await?;
    handle.set_weekly(member, language.map(|language| language.tag().to_owned())).await?;
    wanted(&handle, member).await
}

async fn said(handle: &Handle) -> Result<Json<BenefitsWords>, Failure> {
    Ok(Json(BenefitsWords { text: handle.office_rules().await?.benefits }))
}

/// What the community says about benefits and tax, in its own words.
#[utoipa::path(get, path = "/charter/benefits", tag = "community",
    responses((status = 200, description = "The words.", body = BenefitsWords)))]
pub(in crate::api) async fn get_benefits(
    State(ApiState { handle, .. }): State<ApiState>,
) -> Result<Json<BenefitsWords>, Failure> {
    said(&handle).await
}

/// Says something else about benefits and tax, or nothing.
#[utoipa::path(put, path = "/charter/benefits", tag = "community", request_body = BenefitsWords,
    responses((status = 200, description = "The words.", body = BenefitsWords)))]
pub(in crate::api) async fn put_benefits(
    State(ApiState { handle, .. }): State<ApiState>,
    Call { body: BenefitsWords { text }, .. }: Call<BenefitsWords>,
) -> Result<Json<BenefitsWords>, Failure> {
    if let Some(words) = &text {
        text::check("text", words, MAX_WORDS)?;
    }
    handle.set_office_rules(move |rules| rules.benefits = text).await?;
    said(&handle).await
}
