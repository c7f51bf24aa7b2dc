//! Partnerships: invited, accepted, agreed.

use crate::{
    api::{
        ApiState, Failure,
        extract::At,
        idempotency::Call,
        types::{AcceptInvitation, GoOn, GrantView, InvitationView, MailSwitch, NewGrant, NewInvitation, PartnerView},
    },
    runtime::{
        Handle,
        book::Book,
        inviting::{Offered, USUAL_DAYS, USUAL_LARGEST, USUAL_LIMIT, acceptance},
        shelves::name_of,
    },
};
use axum::{Json, extract::State, http::StatusCode};
use kith_protocol::{
    id::{AccountId, CommunityId},
    lane::Lanes,
    ledger::Partner,
    machine::{Accepting, Command, Condition, Machine, Mailing, View as _},
    minutes::Minutes,
    partnership::{Granted, Invitation, Side},
    time::Span,
};

/// The most days an invitation is good: it is a secret on paper.
const MAX_DAYS: u32 = 366;

/// A community that is no partner.
pub(super) fn no_partnership(community: &CommunityId) -> Failure {
    let detail = format!("there is no partnership with {community}; invite it, or accept its invitation, first");
    Failure::new(StatusCode::NOT_FOUND, "unknown-partnership", detail)
}

/// The account of the partnership with a community.
pub(super) async fn account_of(handle: &Handle, community: CommunityId) -> Result<AccountId, Failure> {
    let account = handle.look(move |machine, _| machine.state().ledger().partner_of(&community).map(|(id, _)| *id));
    account.await?.ok_or_else(|| no_partnership(&community))
}

/// Whether mail is agreed, in the words of the API.
fn mail(mailing: Option<&Mailing>) -> &'static str {
    match mailing {
        Some(Mailing { ours: true, theirs: true, .. }) => "agreed",
        Some(Mailing { ours: true, .. }) => "offered",
        Some(Mailing { theirs: true, .. }) => "wanted",
        _ => "off",
    }
}

fn live(machine: &Machine, book: &Book, account: AccountId, partner: &Partner) -> PartnerView {
    let community = partner.community();
    let lanes = machine.state().lanes().get(&account);
    PartnerView {
        community,
        name: name_of(machine, &community),
        account: Some(account),
        state: machine.state().conditions().get(&account).map_or("live", Condition::name).into(),
        connected: machine.connected(&community),
        net_minutes: partner.net.get(),
        on_hold_minutes: partner.on_hold.get(),
        our_limit_minutes: partner.limit(partner.side),
        their_limit_minutes: partner.limit(partner.side.other()),
        undecided: lanes.map_or(0, |lanes| (lanes.undecided() + lanes.queued()) as u64),
        unconfirmed: lanes.map_or(0, |lanes| lanes.unconfirmed().count() as u64),
        largest_minutes: partner.terms.largest.get(),
        waiting_since: lanes.and_then(Lanes::waiting_since).map(|since| since.0),
        near_limit: partner.is_near_limit(),
        mail: mail(machine.state().mail().get(&account)).into(),
        mail_held: book.boxes(&community).len() as u64,
        ours: partner.granted(partner.side).into(),
        theirs: partner.granted(partner.side.other()).into(),
    }
}

fn without_account(machine: &Machine, community: CommunityId, state: &str) -> PartnerView {
    PartnerView {
        community,
        name: name_of(machine, &community),
        account: None,
        state: state.into(),
        connected: machine.connected(&community),
        net_minutes: 0,
        on_hold_minutes: 0,
        our_limit_minutes: 0,
        their_limit_minutes: 0,
        undecided: 0,
        unconfirmed: 0,
        largest_minutes: 0,
        waiting_since: None,
        near_limit: false,
        mail: mail(None).into(),
        mail_held: 0,
        ours: GrantView::default(),
        theirs: GrantView::default(),
    }
}

fn accepting(machine: &Machine, community: CommunityId, accepting: &Accepting) -> PartnerView {
    let terms = &accepting.terms;
    let ours = terms.side_of(&machine.identity().community).unwrap_or(Side::A);
    PartnerView {
        our_limit_minutes: terms.limit(ours),
        their_limit_minutes: terms.limit(ours.other()),
        largest_minutes: terms.largest.get(),
        ..without_account(machine, community, "accepting")
    }
}

fn view(machine: &Machine, book: &Book, community: &CommunityId) -> Option<PartnerView> {
    let state = machine.state();
    if let Some((account, partner)) = state.ledger().partner_of(community) {
        return Some(live(machine, book, *account, partner));
    }
    if let Some(waiting) = state.accepting().get(community) {
        return Some(accepting(machine, *community, waiting));
    }
    state.refusals().contains_key(community).then(|| without_account(machine, *community, "refused"))
}

/// All partnerships, those that the inviter has not signed yet, and those that it refused.
#[utoipa::path(get, path = "/partners", tag = "partners",
    responses((status = 200, description = "The partners.", body = Vec<PartnerView>)))]
pub(in crate::api) async fn list_partners(State(state): State<ApiState>) -> Result<Json<Vec<PartnerView>>, Failure> {
    let partners = state.handle.look(|machine, book| {
        let state = machine.state();
        let partners = state.ledger().partners().iter();
        let partners = partners.map(|(account, partner)| live(machine, book, *account, partner));
        let waiting = state.accepting().iter().map(|(community, waiting)| accepting(machine, *community, waiting));
        let refused = state.refusals().keys().map(|community| without_account(machine, *community, "refused"));
        partners.chain(waiting).chain(refused).collect()
    });
    Ok(Json(partners.await?))
}

/// One partnership.
#[utoipa::path(get, path = "/partners/{community}", tag = "partners",
    params(("community" = crate::api::types::schema::DidKey, Path, description = "The partner community.")),
    responses((status = 200, description = "The partner.", body = PartnerView)))]
pub(in crate::api) async fn get_partner(
    State(state): State<ApiState>,
    At(community): At<CommunityId>,
) -> Result<Json<PartnerView>, Failure> {
    let found = state.handle.look(move |machine, book| view(machine, book, &community)).await?;
    found.map(Json).ok_or_else(|| no_partnership(&community))
}

/// Makes an invitation, to be handed to another community's coordinator.
#[utoipa::path(post, path = "/partners/invitations", tag = "partners", request_body = NewInvitation,
    responses((status = 201, description = "The text to hand over.", body = InvitationView)))]
pub(in crate::api) async fn invite(
    State(ApiState { handle, .. }): State<ApiState>,
    Call { write, body }: Call<NewInvitation>,
) -> Result<(StatusCode, Json<InvitationView>), Failure> {
    let days = body.days.unwrap_or(USUAL_DAYS);
    if !(1..=MAX_DAYS).contains(&days) {
        return Err(Failure::field("days", format!("not a number from 1 to {MAX_DAYS}")));
    }
    let offered = Offered {
        good_for: Span::days(u64::from(days)),
        ours: body.our_limit_minutes.unwrap_or(USUAL_LIMIT),
        theirs: body.their_limit_minutes.unwrap_or(USUAL_LIMIT),
        largest: Minutes::new(body.largest_minutes.unwrap_or(USUAL_LARGEST))?,
    };
    let secret = write.new_id(&handle, "invitation");
    let invitation = handle.invite(write.request(), secret, offered).await?;
    let view = InvitationView { text: invitation.to_text(), expires_at: invitation.expires_at.0 };
    Ok((StatusCode::CREATED, Json(view)))
}

/// Accepts an invitation; the partnership is live once the inviter has signed, too.
#[utoipa::path(post, path = "/partners/accept", tag = "partners", request_body = AcceptInvitation,
    responses((status = 202, description = "Accepted; the inviter has still to sign.", body = PartnerView)))]
pub(in crate::api) async fn accept_invitation(
    State(ApiState { handle, .. }): State<ApiState>,
    Call { write, body }: Call<AcceptInvitation>,
) -> Result<(StatusCode, Json<PartnerView>), Failure> {
    let invitation = Invitation::parse(&body.text)?;
    let community = invitation.community;
    let nonce = write.new_id(&handle, "agreement");
    handle.command(write.request(), acceptance(invitation, nonce)).await?;
    let found = handle.look(move |machine, book| view(machine, book, &community)).await?;
    found.map(|view| (StatusCode::ACCEPTED, Json(view))).ok_or_else(|| no_partnership(&community))
}

/// Goes on without a partner that does not answer after a restore. With the partner itself nothing is signed until it does.
#[utoipa::path(post, path = "/partners/{community}/go-on", tag = "partners", request_body = GoOn,
    params(("community" = crate::api::types::schema::DidKey, Path, description = "The partner community.")),
    responses((status = 200, description = "The partner.", body = PartnerView)))]
pub(in crate::api) async fn go_on_without(
    State(ApiState { handle, .. }): State<ApiState>,
    At(community): At<CommunityId>,
    Call { write, body }: Call<GoOn>,
) -> Result<Json<PartnerView>, Failure> {
    let account = account_of(&handle, community).await?;
    let by = match body.by {
        Some(by) => by,
        None => handle.coordinator().await?,
    };
    handle.command(write.request(), Command::Waive { account, by }).await?;
    let found = handle.look(move |machine, book| view(machine, book, &community)).await?;
    found.map(Json).ok_or_else(|| no_partnership(&community))
}

/// Grants a partner something else from now on: another limit, a pause of one way, an end that can be taken back. What is left
/// out stays. The partner hears of it when it is there; what was recorded before is still settled.
#[utoipa::path(put, path = "/partners/{community}/grant", tag = "partners", request_body = NewGrant,
    params(("community" = crate::api::types::schema::DidKey, Path, description = "The partner community.")),
    responses((status = 200, description = "The partner.", body = PartnerView)))]
pub(in crate::api) async fn grant(
    State(ApiState { handle, .. }): State<ApiState>,
    At(community): At<CommunityId>,
    Call { write, body }: Call<NewGrant>,
) -> Result<Json<PartnerView>, Failure> {
    let account = account_of(&handle, community).await?;
    let by = match body.by {
        Some(by) => by,
        None => handle.coordinator().await?,
    };
    let now = handle.look(move |machine, _| {
        machine.state().ledger().partners().get(&account).map(|partner| partner.granted(partner.side))
    });
    let now = now.await?.ok_or_else(|| no_partnership(&community))?;
    let granted = Granted {
        limit: body.their_limit_minutes.unwrap_or(now.limit),
        gives: body.gives.unwrap_or(now.gives),
        receives: body.receives.unwrap_or(now.receives),
        ended: body.ended.unwrap_or(now.ended),
    };
    handle.command(write.request(), Command::ChangePartnership { account, granted, by }).await?;
    let found = handle.look(move |machine, book| view(machine, book, &community)).await?;
    found.map(Json).ok_or_else(|| no_partnership(&community))
}

/// Lets sealed mail rest with a partner for others who are away, and here for the partner; or no longer. Both have to want it.
#[utoipa::path(put, path = "/partners/{community}/mail", tag = "partners", request_body = MailSwitch,
    params(("community" = crate::api::types::schema::DidKey, Path, description = "The partner community.")),
    responses((status = 200, description = "The partner.", body = PartnerView)))]
pub(in crate::api) async fn switch_mail(
    State(ApiState { handle, .. }): State<ApiState>,
    At(community): At<CommunityId>,
    Call { write, body }: Call<MailSwitch>,
) -> Result<Json<PartnerView>, Failure> {
    let account = account_of(&handle, community).await?;
    let by = match body.by {
        Some(by) => by,
        None => handle.coordinator().await?,
    };
    handle.command(write.request(), Command::Mail { account, on: body.on, by }).await?;
    let found = handle.look(move |machine, book| view(machine, book, &community)).await?;
    found.map(Json).ok_or_else(|| no_partnership(&community))
}
