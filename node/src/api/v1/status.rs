//! The community, how its node is doing, and its charter.

use super::answer::done;
use crate::{
    api::{
        ApiState, Failure,
        idempotency::Call,
        types::{CharterView, Outcome, Status},
    },
    runtime::{clock, root::is_soon, shelves::name_of},
};
use axum::{Json, extract::State};
use kith_protocol::{
    community::Charter,
    machine::{Command, Machine},
    member::Role,
    minutes::{Balance, Minutes},
    time::Timestamp,
};

/// How the community and its node are doing.
#[utoipa::path(get, path = "/status", tag = "community", responses((status = 200, description = "How it is.", body = Status)))]
pub(in crate::api) async fn get_status(State(state): State<ApiState>) -> Result<Json<Status>, Failure> {
    let (peer, now) = (state.peer, clock::now());
    let keeper = state.handle.keeper();
    let (last, overdue) = (keeper.last(), keeper.overdue(now));
    let status = state.handle.look(move |machine, _| status(machine, peer, now)).await?;
    let copies: Vec<_> = state.handle.all_stands().await?.into_iter().filter(|stand| stand.copies.they_keep).collect();
    let status = status.map(|status| Status {
        last_backup_at: last,
        backup_overdue: overdue,
        last_copy_at: copies.iter().filter_map(|stand| Some(stand.ours.sent?.at)).max(),
        copy_overdue: copies.iter().any(|stand| stand.overdue),
        ..status
    });
    status.map(Json).ok_or_else(|| kith_protocol::rejection::Rejection::Founding.into())
}

fn status(machine: &Machine, peer: String, now: Timestamp) -> Option<Status> {
    let (state, own) = (machine.state(), machine.identity().community);
    let ledger = state.ledger();
    let here = || ledger.members().iter().filter(|(_, member)| member.active);
    let until = machine.identity().certificate.content.until;
    let listings = state.shelf().1.values().filter(|own| own.listing && own.expires_at > now);
    Some(Status {
        name: name_of(machine, &own)?,
        id: own,
        area: ledger.charter()?.area.clone(),
        version: env!("CARGO_PKG_VERSION").into(),
        peer,
        addresses: state.card().map(|card| card.addresses.clone()).unwrap_or_default(),
        members: here().count() as u64,
        coordinators: here().filter(|(_, m)| m.role == Role::Coordinator).map(|(id, _)| *id).collect(),
        entries: ledger.tree().size(),
        root: ledger.tree().root(),
        ledger_sum_minutes: i64::try_from(ledger.sum()).unwrap_or(i64::MAX),
        pot_minutes: ledger.pot().get(),
        waiting: state.waiting().values().filter(|waiting| waiting.is_open()).count() as u64,
        partners: ledger.partners().len() as u64,
        connected: machine.present().count() as u64,
        known: machine.known().len() as u64,
        listings: listings.count() as u64,
        last_backup_at: None,
        backup_overdue: false,
        last_copy_at: None,
        copy_overdue: false,
        key_until: until,
        key_ends_soon: is_soon(until, now),
        charter: view(ledger.charter()?),
    })
}

fn view(charter: &Charter) -> CharterView {
    CharterView {
        name: charter.name.clone(),
        area: charter.area.clone(),
        person_floor_minutes: charter.person_floor.get(),
        organisation_floor_minutes: charter.organisation_floor.get(),
        ceiling_minutes: charter.ceiling.map(Balance::get),
        largest_exchange_minutes: charter.largest_exchange.get(),
        confirmation: charter.confirmation,
        group: charter.group,
        balances: charter.balances,
    }
}

/// The rules in force.
#[utoipa::path(get, path = "/charter", tag = "community", responses((status = 200, description = "The rules.", body = CharterView)))]
pub(in crate::api) async fn get_charter(State(state): State<ApiState>) -> Result<Json<CharterView>, Failure> {
    let charter = state.handle.look(|machine, _| machine.state().ledger().charter().map(view)).await?;
    charter.map(Json).ok_or_else(|| kith_protocol::rejection::Rejection::Founding.into())
}

/// Sets other rules, all of them.
#[utoipa::path(put, path = "/charter", tag = "community", request_body = CharterView,
    responses((status = 200, description = "In force.", body = Outcome)))]
pub(in crate::api) async fn put_charter(
    State(state): State<ApiState>,
    Call { write, body }: Call<CharterView>,
) -> Result<Json<Outcome>, Failure> {
    let charter = Charter {
        name: body.name,
        area: body.area,
        person_floor: Balance::new(body.person_floor_minutes)?,
        organisation_floor: Balance::new(body.organisation_floor_minutes)?,
        ceiling: body.ceiling_minutes.map(Balance::new).transpose()?,
        largest_exchange: Minutes::new(i64::from(body.largest_exchange_minutes))?,
        confirmation: body.confirmation,
        group: body.group,
        balances: body.balances,
    };
    let by = state.handle.coordinator().await?;
    Ok(done(state.handle.command(write.request(), Command::ChangeCharter { charter, by }).await?))
}
