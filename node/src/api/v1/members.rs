//! Members: who they are to the ledger, and what they are called.

use super::answer::{admitted, done};
use crate::{
    api::{
        ApiState, Failure,
        extract::{At, Paging, Params, limit},
        idempotency::{Call, Write},
        types::{AliasView, MemberView, NewMember, NewRole, Nothing, Outcome, Page, StatementLine},
    },
    people::Person,
    runtime::{Handle, Refused, statement::Line},
};
use axum::{Json, extract::State, response::Response};
use kith_protocol::{
    id::{CommunityId, MemberId},
    machine::{Command, Reply},
    member::{Member, MemberKind, Role},
    minutes::Balance,
    rejection::Rejection,
};
use serde::Deserialize;
use std::{ops::Bound, time::Duration};
use utoipa::IntoParams;

/// How long the second half of a write waits for a busy node, because the first half is done already.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long it waits between two tries.
const PAUSE: Duration = Duration::from_millis(50);

fn view(id: MemberId, member: &Member, person: Option<&Person>) -> MemberView {
    MemberView {
        id,
        name: person.map(|p| p.name.clone()),
        external: person.and_then(|p| p.external.clone()),
        kind: member.kind,
        role: member.role,
        active: member.active,
        balance_minutes: member.balance.get(),
        key: member.key,
        key_changes: member.key_changes,
    }
}

/// All members ever admitted, by id; those who left are not active.
#[utoipa::path(get, path = "/members", tag = "members", params(Paging),
    responses((status = 200, description = "A page of members.", body = Page<MemberView>)))]
pub(in crate::api) async fn list_members(
    State(state): State<ApiState>,
    Params(paging): Params<Paging>,
) -> Result<Json<Page<MemberView>>, Failure> {
    let (limit, after) = (paging.limit()?, paging.after::<MemberId>()?);
    let from = after.map_or(Bound::Unbounded, Bound::Excluded);
    let members = state.handle.look(move |machine, _| {
        let members = machine.state().ledger().members().range((from, Bound::Unbounded));
        members.take(limit + 1).map(|(id, member)| (*id, member.clone())).collect::<Vec<_>>()
    });
    let mut members = members.await?;
    let more = members.len() > limit;
    members.truncate(limit);
    let persons = state.handle.persons(members.iter().map(|(id, _)| *id).collect()).await?;
    let next = members.last().filter(|_| more).map(|(id, _)| id.to_string());
    let items = members.iter().map(|(id, member)| view(*id, member, persons.get(id))).collect();
    Ok(Json(Page { items, next }))
}

/// One member.
#[utoipa::path(get, path = "/members/{id}", tag = "members", params(("id" = crate::api::types::schema::Id, Path, description = "The member.")),
    responses((status = 200, description = "The member.", body = MemberView)))]
pub(in crate::api) async fn get_member(
    State(state): State<ApiState>,
    At(id): At<MemberId>,
) -> Result<Json<MemberView>, Failure> {
    let member = state.handle.look(move |machine, _| machine.state().ledger().members().get(&id).cloned()).await?;
    let member = member.ok_or(Rejection::UnknownMember(id))?;
    let persons = state.handle.persons(vec![id]).await?;
    Ok(Json(view(id, &member, persons.get(&id))))
}

/// Somebody to be admitted, checked as far as it can be without the ledger.
pub(super) struct Admission {
    pub(super) member: MemberId,
    pub(super) person: Vec<u8>,
    pub(super) command: Command,
    pub(super) opening: Option<Balance>,
}

/// Checks a new member. `coordinator` admits them when no other is named.
pub(super) fn admission(new: NewMember, member: MemberId, coordinator: MemberId) -> Result<Admission, Failure> {
    let NewMember { name, email, phone, in_directory, external, joined, kind, role, key, opening_minutes, by } = new;
    let person = Person { name, email, phone, external, joined, in_directory, area: None };
    person.check()?;
    let opening = opening_minutes.filter(|minutes| *minutes != 0).map(Balance::new).transpose()?;
    let command = Command::Admit {
        member,
        kind: kind.unwrap_or(MemberKind::Person),
        role: role.unwrap_or(Role::Member),
        key,
        by: by.unwrap_or(coordinator),
    };
    Ok(Admission { member, person: person.to_bytes(), command, opening })
}

/// Admits and, if they bring hours along, opens their balance. The second part has its own place in the memory of requests,
/// so that a repeat after an interruption does only what is missing.
pub(super) async fn admit(
    handle: &Handle,
    write: Write,
    part: usize,
    command: Command,
    opening: Option<Balance>,
) -> Result<Reply, Refused> {
    let (member, by) = match &command {
        Command::Admit { member, by, .. } => (*member, *by),
        _ => return Err(Refused::Rule(Rejection::NothingChanges)),
    };
    let admitted = handle.command(write.request(), command).await?;
    if let Some(minutes) = opening {
        let request = write.part("opening", part).request();
        patiently(handle, request, &Command::Open { member, minutes, by }).await?;
    }
    Ok(admitted)
}

async fn patiently(handle: &Handle, request: crate::runtime::Request, command: &Command) -> Result<Reply, Refused> {
    let tries = PATIENCE.as_millis() / PAUSE.as_millis();
    for _ in 0..tries {
        match handle.command(request, command.clone()).await {
            Err(Refused::Busy) => tokio::time::sleep(PAUSE).await,
            led => return led,
        }
    }
    Err(Refused::Busy)
}

/// Admits a member. Their name is kept apart from the ledger.
#[utoipa::path(post, path = "/members", tag = "members", request_body = NewMember,
    responses((status = 201, description = "Admitted.", body = Outcome)))]
pub(in crate::api) async fn admit_member(
    State(ApiState { handle, .. }): State<ApiState>,
    Call { write, body }: Call<NewMember>,
) -> Result<Response, Failure> {
    let member = MemberId(write.new_id(&handle, "member"));
    let Admission { person, command, opening, .. } = admission(body, member, handle.coordinator().await?)?;
    let ask = {
        let handle = handle.clone();
        async move { admit(&handle, write, 0, command, opening).await }
    };
    // A repeat must not bring back a name that was erased meanwhile.
    let reply = match handle.earlier(write.request()).await? {
        Some(_) => ask.await?,
        None => handle.keeping_one(member.0, person, ask).await?,
    };
    Ok(admitted(reply, member))
}

/// Which page of a statement.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::api) struct StatementPaging {
    /// How many lines: 1 to 500, 100 when absent.
    #[param(minimum = 1, maximum = 500)]
    limit: Option<usize>,
    /// Only entries before this one: the `next` of the page before.
    before: Option<u64>,
}

/// What touched a member's balance and standing, newest first.
#[utoipa::path(get, path = "/members/{id}/statement", tag = "members",
    params(("id" = crate::api::types::schema::Id, Path, description = "The member."), StatementPaging),
    responses((status = 200, description = "A page of lines; `next` is the `before` of the next.", body = Page<StatementLine>)))]
pub(in crate::api) async fn get_statement(
    State(state): State<ApiState>,
    At(id): At<MemberId>,
    Params(paging): Params<StatementPaging>,
) -> Result<Json<Page<StatementLine>>, Failure> {
    let limit = limit(paging.limit)?;
    let mut lines = state.handle.statement(id, paging.before, limit + 1).await?;
    let more = lines.len() > limit;
    lines.truncate(limit);
    let next = lines.last().filter(|_| more).map(|line| line.index.to_string());
    let items = lines.into_iter().map(statement_line).collect();
    Ok(Json(Page { items, next }))
}

fn statement_line(line: Line) -> StatementLine {
    let Line { index, at, kind, exchange, change, other, through, .. } = line;
    StatementLine { index, at: at.0, kind: kind.into(), exchange, change_minutes: change, other, through }
}

/// For which partner.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::api) struct ForPartner {
    /// The partner community.
    #[param(value_type = crate::api::types::schema::DidKey)]
    partner: CommunityId,
}

/// What a member is called towards one partner.
#[utoipa::path(get, path = "/members/{id}/alias", tag = "members",
    params(("id" = crate::api::types::schema::Id, Path, description = "The member."), ForPartner),
    responses((status = 200, description = "The code to give to the partner.", body = AliasView)))]
pub(in crate::api) async fn get_alias(
    State(state): State<ApiState>,
    At(id): At<MemberId>,
    Params(ForPartner { partner }): Params<ForPartner>,
) -> Result<Json<AliasView>, Failure> {
    let alias = state.handle.look(move |machine, _| {
        let ledger = machine.state().ledger();
        ledger.active(&id)?;
        let account = ledger.partner_of(&partner).map(|(account, _)| *account);
        Ok::<_, Rejection>(account.map(|account| machine.identity().aliases.alias(&account, &id)))
    });
    let alias = alias.await??.ok_or_else(|| super::partners::no_partnership(&partner))?;
    Ok(Json(AliasView { alias }))
}

/// A member leaves; what their balance was goes to the pot, what they posted is taken down, and their name stays until
/// it is erased.
#[utoipa::path(post, path = "/members/{id}/leave", tag = "members", request_body = Nothing,
    params(("id" = crate::api::types::schema::Id, Path, description = "The member.")),
    responses((status = 200, description = "Left.", body = Outcome)))]
pub(in crate::api) async fn leave(
    State(ApiState { handle, .. }): State<ApiState>,
    At(member): At<MemberId>,
    Call { write, .. }: Call<Nothing>,
) -> Result<Json<Outcome>, Failure> {
    let by = handle.coordinator().await?;
    Ok(done(handle.leave(write.request(), member, by).await?))
}

/// Gives a member another role.
#[utoipa::path(put, path = "/members/{id}/role", tag = "members", request_body = NewRole,
    params(("id" = crate::api::types::schema::Id, Path, description = "The member.")),
    responses((status = 200, description = "Changed.", body = Outcome)))]
pub(in crate::api) async fn put_role(
    State(ApiState { handle, .. }): State<ApiState>,
    At(member): At<MemberId>,
    Call { write, body }: Call<NewRole>,
) -> Result<Json<Outcome>, Failure> {
    let by = handle.coordinator().await?;
    Ok(done(handle.command(write.request(), Command::SetRole { member, role: body.role, by }).await?))
}
