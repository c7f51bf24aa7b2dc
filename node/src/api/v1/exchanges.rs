//! Exchanges inside the community, and where any exchange stands.

pub(super) mod terms;
mod view;

pub(super) use view::{listed, took_part, with_helpers};

use super::answer::{created, created_or_held, done};
use crate::{
    api::{
        ApiState, Failure,
        extract::{At, MAX_LIMIT, Params, limit},
        idempotency::{Call, Write},
        types::{Confirm, ExchangeView, NewCorrection, NewExchange, NewGift, NewGroup, Nothing, Outcome, Page},
    },
    runtime::{Handle, Refused, clock, personal::Note},
};
use axum::{Json, extract::State, http::StatusCode, response::Response};
use kith_protocol::{
    id::ExchangeId,
    ledger::{Channel, Consent, CorrectionTerms, ExchangeTerms, GiftTerms, GroupTerms, History as _, PaymentTerms},
    machine::{Command, WaitingKind},
    minutes::Minutes,
    rejection::Rejection,
};
use serde::Deserialize;
use std::ops::Bound;
use utoipa::IntoParams;

/// A coordinator's word.
async fn on_behalf(handle: &Handle, channel: Option<Channel>) -> Result<Consent, Refused> {
    let coordinator = handle.coordinator().await?;
    Ok(Consent::OnBehalf { coordinator, channel: channel.unwrap_or(Channel::InPerson) })
}

/// Which exchanges.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::api) struct Listed {
    /// `waiting`: the others are found on members' statements.
    #[param(inline, value_type = Option<crate::api::types::schema::WaitingWord>)]
    state: Option<String>,
    /// How many items: 1 to 500, 100 when absent.
    #[param(minimum = 1, maximum = 500)]
    limit: Option<usize>,
    /// Where the page before ended: its `next`.
    #[param(value_type = Option<crate::api::types::schema::Id>)]
    after: Option<String>,
}

/// Exchanges that wait for somebody's agreement.
#[utoipa::path(get, path = "/exchanges", tag = "exchanges", params(Listed),
    responses((status = 200, description = "A page of exchanges.", body = Page<ExchangeView>)))]
pub(in crate::api) async fn list_exchanges(
    State(state): State<ApiState>,
    Params(asked): Params<Listed>,
) -> Result<Json<Page<ExchangeView>>, Failure> {
    if asked.state.as_deref().is_some_and(|state| state != "waiting") {
        return Err(Failure::field("state", "not `waiting`; other exchanges are found on members' statements"));
    }
    let limit = limit(asked.limit)?;
    let after = asked.after.as_deref().map(str::parse::<ExchangeId>).transpose().map_err(Rejection::from)?;
    let from = after.map_or(Bound::Unbounded, Bound::Excluded);
    let page = state.handle.look(move |machine, _| {
        let waiting = machine.state().waiting().range((from, Bound::Unbounded));
        let open = waiting.filter(|(_, waiting)| waiting.is_open()).take(limit + 1);
        open.map(|(id, waiting)| view::listed(machine, *id, waiting)).collect::<Vec<_>>()
    });
    let mut items = page.await?;
    let more = items.len() > limit;
    items.truncate(limit);
    view::with_helpers(&state.handle, &mut items).await?;
    let next = items.last().filter(|_| more).map(|item| item.id.to_string());
    Ok(Json(Page { items, next }))
}

/// Where an exchange stands.
#[utoipa::path(get, path = "/exchanges/{id}", tag = "exchanges", params(("id" = crate::api::types::schema::Id, Path, description = "The exchange.")),
    responses((status = 200, description = "Where it stands.", body = ExchangeView)))]
pub(in crate::api) async fn get_exchange(
    State(state): State<ApiState>,
    At(id): At<ExchangeId>,
) -> Result<Json<ExchangeView>, Failure> {
    let found = state.handle.look(move |machine, book| view::exchange(machine, book, id)).await?;
    let mut found = found.ok_or(Rejection::UnknownExchange(id))?;
    view::with_helpers(&state.handle, std::slice::from_mut(&mut found)).await?;
    Ok(Json(found))
}

/// Records an exchange. Who agreed is said by consents, or by `told_by` when a coordinator records it.
#[utoipa::path(post, path = "/exchanges", tag = "exchanges", request_body = NewExchange,
    responses(
        (status = 201, description = "It counts.", body = Outcome),
        (status = 202, description = "It waits for somebody's agreement.", body = Outcome),
    ))]
pub(in crate::api) async fn record_exchange(
    State(ApiState { handle, .. }): State<ApiState>,
    Call { write, body }: Call<NewExchange>,
) -> Result<Response, Failure> {
    terms::check(&body)?;
    let note = terms::note(body.note.as_deref())?;
    let (giver, receiver) = terms::parties(&body)?;
    let consents = terms::consents(&handle, &body).await?;
    terms::not_apart(&handle, &write, (giver, receiver), &consents).await?;
    let exchange = body.id.unwrap_or_else(|| ExchangeId(write.new_id(&handle, "exchange")));
    let terms = ExchangeTerms {
        community: handle.community(),
        exchange,
        giver,
        receiver,
        minutes: Minutes::new(body.minutes)?,
        made_at: body.made_at.map_or_else(clock::now, kith_protocol::time::Timestamp),
        details: note.as_ref().map(Note::digest),
    };
    record(&handle, &write, terms, consents, note).await
}

/// Records an exchange; its note is kept apart from the ledger, and forgotten again when the rules say no.
pub(super) async fn record(
    handle: &Handle,
    write: &Write,
    terms: ExchangeTerms,
    consents: Vec<Option<Consent>>,
    note: Option<Note>,
) -> Result<Response, Failure> {
    let (exchange, request) = (terms.exchange, write.request());
    let ask = {
        let handle = handle.clone();
        async move { handle.agreed(request, terms, consents, Command::Exchange).await }
    };
    let reply = match note {
        None => ask.await?,
        Some(note) => {
            if let Some(reply) = handle.earlier(request).await? {
                return Ok(created(reply));
            }
            if is_known(handle, exchange).await? || handle.is_taken(exchange).await? {
                return Err(Rejection::ExchangeExists(exchange).into());
            }
            handle.keeping_one(exchange.0, note.to_bytes(), ask).await?
        }
    };
    Ok(created(reply))
}

/// Whether an id was used: what is kept under it is another exchange's then.
async fn is_known(handle: &Handle, id: ExchangeId) -> Result<bool, Refused> {
    handle.look(move |machine, book| machine.state().waiting().contains_key(&id) || book.exchange(&id).is_some()).await
}

/// Agrees to an exchange that waits, for the member it waits for.
#[utoipa::path(post, path = "/exchanges/{id}/confirm", tag = "exchanges", request_body = Confirm,
    params(("id" = crate::api::types::schema::Id, Path, description = "The exchange.")),
    responses(
        (status = 201, description = "It counts.", body = Outcome),
        (status = 202, description = "It is recorded, and somebody else has still to say their word.", body = Outcome),
    ))]
pub(in crate::api) async fn confirm_exchange(
    State(ApiState { handle, .. }): State<ApiState>,
    At(id): At<ExchangeId>,
    Call { write, body }: Call<Confirm>,
) -> Result<Response, Failure> {
    if let Some(reply) = handle.earlier(write.request()).await? {
        return Ok(created(reply));
    }
    let found = handle.look(move |machine, book| {
        let waiting = machine.state().waiting().get(&id).cloned();
        (waiting, book.exchange(&id).is_some())
    });
    let (waiting, known) = found.await?;
    let unknown = if known { Rejection::NotWaiting(id) } else { Rejection::UnknownExchange(id) };
    let waiting = waiting.ok_or(unknown)?;
    let Confirm { channel, consent, member } = body;
    let consent = match terms::sent("consent", consent)? {
        Some(consent) => consent,
        None => on_behalf(&handle, channel).await?,
    };
    let request = write.request();
    let reply = match waiting.kind {
        WaitingKind::Local { terms, consents } => {
            let consents = terms::joined(&terms, &consents, member, consent)?;
            handle.agreed(request, terms, consents, Command::Exchange).await?
        }
        WaitingKind::Payment { account, payer, payee, minutes, reverses } => {
            if member.is_some_and(|member| member != payer) {
                return Err(Rejection::NotAParty(member.unwrap_or(payer)).into());
            }
            // A member who signs knows this moment as the `since` of the exchange.
            let made_at = waiting.since;
            let terms = PaymentTerms {
                community: handle.community(),
                account,
                exchange: id,
                payer,
                payee,
                minutes,
                made_at,
                details: None,
                reverses,
            };
            return Ok(created_or_held(handle.pay_or_hold(request, terms, consent).await?, id));
        }
        WaitingKind::Asked { .. } => {
            let detail = "this waits for the partner's member; nobody here can agree to it";
            return Err(Failure::new(StatusCode::CONFLICT, "waits-for-partner", detail));
        }
        WaitingKind::Declined { .. } => return Err(Rejection::NotWaiting(id).into()),
    };
    Ok(created(reply))
}

/// Takes back or refuses an exchange that waits.
#[utoipa::path(post, path = "/exchanges/{id}/decline", tag = "exchanges", request_body = Nothing,
    params(("id" = crate::api::types::schema::Id, Path, description = "The exchange.")),
    responses((status = 200, description = "Declined.", body = Outcome)))]
pub(in crate::api) async fn decline_exchange(
    State(ApiState { handle, .. }): State<ApiState>,
    At(exchange): At<ExchangeId>,
    Call { write, .. }: Call<Nothing>,
) -> Result<Json<Outcome>, Failure> {
    Ok(done(handle.decline(write.request(), exchange).await?))
}

/// Corrects an exchange by another entry; nothing is edited.
#[utoipa::path(post, path = "/exchanges/{id}/correction", tag = "exchanges", request_body = NewCorrection,
    params(("id" = crate::api::types::schema::Id, Path, description = "The exchange.")),
    responses((status = 201, description = "Corrected; `exchange` is the correction's own id.", body = Outcome)))]
pub(in crate::api) async fn correct_exchange(
    State(ApiState { handle, .. }): State<ApiState>,
    At(corrects): At<ExchangeId>,
    Call { write, body }: Call<NewCorrection>,
) -> Result<Response, Failure> {
    let by = match body.by {
        Some(by) => by,
        None => handle.coordinator().await?,
    };
    let terms = CorrectionTerms {
        community: handle.community(),
        exchange: ExchangeId(write.new_id(&handle, "correction")),
        corrects,
        minutes: body.minutes.map(Minutes::new).transpose()?,
        made_at: clock::now(),
        details: None,
    };
    Ok(created(handle.command(write.request(), Command::Correct { terms, by }).await?))
}

/// Records a group exchange: each participant gives the same minutes for what the leader offered.
#[utoipa::path(post, path = "/groups", tag = "exchanges", request_body = NewGroup,
    responses((status = 201, description = "It counts.", body = Outcome)))]
pub(in crate::api) async fn record_group(
    State(ApiState { handle, .. }): State<ApiState>,
    Call { write, body }: Call<NewGroup>,
) -> Result<Response, Failure> {
    let NewGroup { leader, mut participants, minutes, channel } = body;
    if participants.len() > MAX_LIMIT {
        return Err(Rejection::BadGroup { limit: kith_protocol::ledger::MAX_GROUP }.into());
    }
    participants.sort_unstable();
    let consents = vec![Some(on_behalf(&handle, channel).await?); participants.len() + 1];
    let terms = GroupTerms {
        community: handle.community(),
        exchange: ExchangeId(write.new_id(&handle, "exchange")),
        leader,
        participants,
        minutes: Minutes::new(minutes)?,
        made_at: clock::now(),
        details: None,
    };
    Ok(created(handle.agreed(write.request(), terms, consents, Command::Group).await?))
}

/// Records a gift to the community pot.
#[utoipa::path(post, path = "/gifts", tag = "exchanges", request_body = NewGift,
    responses((status = 201, description = "It counts.", body = Outcome)))]
pub(in crate::api) async fn record_gift(
    State(ApiState { handle, .. }): State<ApiState>,
    Call { write, body }: Call<NewGift>,
) -> Result<Response, Failure> {
    let NewGift { from, minutes, channel } = body;
    let terms = GiftTerms {
        community: handle.community(),
        exchange: ExchangeId(write.new_id(&handle, "exchange")),
        from,
        minutes: Minutes::new(minutes)?,
        made_at: clock::now(),
        details: None,
    };
    let consent = on_behalf(&handle, channel).await?;
    Ok(created(handle.agreed(write.request(), terms, vec![Some(consent)], Command::Gift).await?))
}
