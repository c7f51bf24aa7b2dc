//! Members' own keys.

use super::{answer::done, exchanges::terms};
use crate::{
    api::{
        ApiState, Failure,
        extract::At,
        idempotency::{Call, Write},
        types::{KeyChange, Outcome},
    },
    runtime::clock,
};
use axum::{Json, extract::State};
use kith_protocol::{
    id::MemberId,
    ledger::{Agreed, Channel, Consent},
    machine::Command,
    member::KeyTerms,
    rejection::Rejection,
    time::Timestamp,
};

/// Gives a member a key of their own, another one, or takes it away. With `consent` the member says so with the key they
/// have; otherwise a coordinator does, for whoever lost theirs or never had one.
#[utoipa::path(put, path = "/members/{id}/key", tag = "members", request_body = KeyChange,
    params(("id" = crate::api::types::schema::Id, Path, description = "The member.")),
    responses((status = 200, description = "Changed.", body = Outcome)))]
pub(in crate::api) async fn put_key(
    State(ApiState { handle, .. }): State<ApiState>,
    At(member): At<MemberId>,
    Call { write, body }: Call<KeyChange>,
) -> Result<Json<Outcome>, Failure> {
    let KeyChange { key, number, made_at, proof, consent, channel } = body;
    if let Some(reply) = handle.earlier(write.request()).await? {
        return Ok(done(reply));
    }
    let consent = match terms::sent("consent", consent)? {
        Some(consent) => consent,
        None => Consent::OnBehalf {
            coordinator: handle.coordinator().await?,
            channel: channel.unwrap_or(Channel::InPerson),
        },
    };
    if (proof.is_some() || matches!(consent, Consent::Key { .. })) && (number.is_none() || made_at.is_none()) {
        return Err(Failure::together("a signature covers `number` and `made_at`; send both"));
    }
    let next = handle.look(move |machine, _| {
        let known = machine.state().ledger().members().get(&member).map(|known| known.key_changes);
        known.ok_or(Rejection::UnknownMember(member))
    });
    let next = next.await??.saturating_add(1);
    let terms = KeyTerms {
        community: handle.community(),
        member,
        key,
        number: number.unwrap_or(next),
        made_at: made_at.map_or_else(clock::now, Timestamp),
    };
    let command = move |terms: Agreed<KeyTerms>| Command::ChangeKey { terms, proof };
    Ok(done(handle.agreed(Write::request(&write), terms, vec![Some(consent)], command).await?))
}
