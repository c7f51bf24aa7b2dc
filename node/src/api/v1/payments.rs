//! Payments to members of partner communities, and requests for them.

use super::{
    answer::{created, created_or_held},
    exchanges::terms::sent,
    partners::account_of,
};
use crate::api::{
    ApiState, Failure,
    idempotency::Call,
    types::{NewPayment, NewRequest, Outcome},
};
use crate::api::{extract::At, types::GiveBack};
use axum::{extract::State, response::Response};
use kith_protocol::{
    id::ExchangeId,
    ledger::{Body, Channel, Consent, History as _, PaymentTerms},
    machine::Command,
    minutes::Minutes,
    rejection::Rejection,
    time::Timestamp,
};

/// Pays a partner's member for their help. The minutes are on hold until the partner answers. What a new member signed
/// waits for a coordinator first, where the community wants it so: it is among the first exchanges then.
#[utoipa::path(post, path = "/payments", tag = "exchanges", request_body = NewPayment,
    responses((status = 202, description = "Recorded, or kept until a coordinator looked at it; the partner has still to answer.", body = Outcome)))]
pub(in crate::api) async fn pay(
    State(ApiState { handle, .. }): State<ApiState>,
    Call { write, body }: Call<NewPayment>,
) -> Result<Response, Failure> {
    let NewPayment { id, partner, payer, payee, minutes, made_at, consent, channel } = body;
    if matches!(consent, Some(Consent::Key { .. })) && (id.is_none() || made_at.is_none()) {
        return Err(Failure::together("a signature covers `id` and `made_at`; send both"));
    }
    let minutes = Minutes::new(minutes)?;
    let account = account_of(&handle, partner).await?;
    let consent = match sent("consent", consent)? {
        Some(consent) => consent,
        None => {
            let coordinator = handle.coordinator().await?;
            Consent::OnBehalf { coordinator, channel: channel.unwrap_or(Channel::InPerson) }
        }
    };
    let terms = PaymentTerms {
        community: handle.community(),
        account,
        exchange: id.unwrap_or_else(|| ExchangeId(write.new_id(&handle, "exchange"))),
        payer,
        payee,
        minutes,
        made_at: made_at.map_or_else(crate::runtime::clock::now, Timestamp),
        details: None,
        reverses: None,
    };
    let exchange = terms.exchange;
    Ok(created_or_held(handle.pay_or_hold(write.request(), terms, consent).await?, exchange))
}

/// Asks a partner's member for the minutes of help that one of ours gave.
#[utoipa::path(post, path = "/requests", tag = "exchanges", request_body = NewRequest,
    responses((status = 202, description = "Waits for the partner's member.", body = Outcome)))]
pub(in crate::api) async fn ask_for_payment(
    State(ApiState { handle, .. }): State<ApiState>,
    Call { write, body }: Call<NewRequest>,
) -> Result<Response, Failure> {
    let minutes = Minutes::new(body.minutes)?;
    let command = Command::Ask {
        account: account_of(&handle, body.partner).await?,
        exchange: ExchangeId(write.new_id(&handle, "exchange")),
        payee: body.giver,
        payer: Some(body.payer),
        minutes,
        reverses: None,
    };
    Ok(created(handle.command(write.request(), command).await?))
}

/// Asks a partner's member to give back an exchange that one of ours paid. They agree by paying, and both ledgers then say
/// which exchange it gives back.
#[utoipa::path(post, path = "/exchanges/{id}/give-back", tag = "exchanges", request_body = GiveBack,
    params(("id" = crate::api::types::schema::Id, Path, description = "The exchange to be given back.")),
    responses((status = 202, description = "Waits for the partner's member.", body = Outcome)))]
pub(in crate::api) async fn ask_to_give_back(
    State(ApiState { handle, .. }): State<ApiState>,
    At(of): At<ExchangeId>,
    Call { write, body }: Call<GiveBack>,
) -> Result<Response, Failure> {
    let paid = handle.look(move |_, book| {
        let begun = book.exchange(&of).and_then(|recorded| book.entry(recorded.index))?;
        match begun.body {
            Body::Hold { terms, .. } => Some((terms.account, Some(terms.payer), terms.minutes)),
            Body::Recovered { paid: true, member, proposal, .. } => {
                Some((proposal.content.account, member, proposal.content.minutes))
            }
            _ => None,
        }
    });
    let found = paid.await?.and_then(|(account, payer, minutes)| Some((account, payer?, minutes)));
    let not_paid = Rejection::NotReversible(of, "no member here paid it to a partner");
    let (account, payee, whole) = found.ok_or(not_paid)?;
    let minutes = body.minutes.map(Minutes::new).transpose()?.unwrap_or(whole);
    let exchange = ExchangeId(write.new_id(&handle, "exchange"));
    let command = Command::Ask { account, exchange, payee, payer: None, minutes, reverses: Some(of) };
    Ok(created(handle.command(write.request(), command).await?))
}
