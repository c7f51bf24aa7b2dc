//! Reports, first exchanges that a coordinator looks at, and what was decided for safety.

use super::{
    answer::outcome_of,
    events::{coordinator, find as event},
    exchanges::{record, took_part},
    messages::{active, kept},
    together::no_circle,
};
use crate::{
    api::{
        ApiState, Failure,
        extract::{At, MAX_LIMIT},
        idempotency::Call,
        types::{
            By, FirstView, Kept, ListingName, NewReport, NewSafety, Nothing, Outcome, PaperKey, ReportView, SafetyView,
        },
    },
    runtime::{
        Handle, clock,
        office::{First, MAX_WORDS, Paper, PaperId, Report, Subject},
    },
};
use axum::{Json, extract::State, http::StatusCode, response::Response};
use kith_protocol::{
    id::{ExchangeId, MemberId},
    machine::{Machine, Reply},
    rejection::Rejection,
    text,
};

fn view((id, report): (PaperId, Report)) -> ReportView {
    let Report { by, at, about, trouble, text, done } = report;
    let mut view = ReportView {
        id: PaperKey(id),
        by,
        at: at.0,
        trouble,
        text: Some(text).filter(|text| !text.is_empty()),
        person: None,
        message: None,
        listing: None,
        exchange: None,
        event: None,
        circle: None,
        notice: None,
        done_by: done.map(|(by, _)| by),
        done_at: done.map(|(_, at)| at.0),
    };
    match about {
        Subject::Person(member) => view.person = Some(member),
        Subject::Message(member, message) => (view.person, view.message) = (Some(member), Some(PaperKey(message))),
        Subject::Listing(community, key) => view.listing = Some(ListingName { community, key }),
        Subject::Exchange(exchange) => view.exchange = Some(exchange),
        Subject::Event(event) => view.event = Some(PaperKey(event)),
        Subject::Circle(circle) => view.circle = Some(PaperKey(circle)),
        Subject::Notice(notice) => view.notice = Some(PaperKey(notice)),
    }
    view
}

fn no_report() -> Failure {
    Failure::new(StatusCode::NOT_FOUND, "unknown-report", "there is no such report; it may be gone with a member")
}

/// The message that a report is about: one that whoever tells received.
async fn message(handle: &Handle, id: PaperId, by: MemberId) -> Result<Subject, Failure> {
    let writer = handle.paper(id, move |paper| match paper {
        Paper::Message(message) if message.to == by => Some(message.from),
        _ => None,
    });
    let nothing = "this member was sent no such message; only who received it can report it";
    let unknown = || Failure::new(StatusCode::NOT_FOUND, "unknown-message", nothing);
    Ok(Subject::Message(writer.await?.ok_or_else(unknown)?, id))
}

/// The exchange that a report is about: one in which whoever tells took part.
async fn exchange(handle: &Handle, id: ExchangeId, by: MemberId) -> Result<Subject, Failure> {
    let theirs = match handle.look(move |machine, book| took_part(machine, book, id, &by)).await? {
        Some(theirs) => theirs,
        None => {
            let first = pending(handle, id).await?;
            [first.giver(), first.receiver()].contains(&Some(by))
        }
    };
    if theirs { Ok(Subject::Exchange(id)) } else { Err(Rejection::NotAParty(by).into()) }
}

/// The notice that a report is about: one that stands for whoever tells.
async fn notice(handle: &Handle, id: PaperId, by: MemberId) -> Result<Subject, Failure> {
    let stands = handle.notices_for(by).await?.into_iter().any(|(known, _)| known == id);
    let nothing = "there is no such notice for this member; it may have been taken down";
    let unknown = || Failure::new(StatusCode::NOT_FOUND, "unknown-notice", nothing);
    if stands { Ok(Subject::Notice(id)) } else { Err(unknown()) }
}

/// What a report is about.
async fn subject(handle: &Handle, body: &NewReport) -> Result<Subject, Failure> {
    let named = [
        body.person.is_some(),
        body.message.is_some(),
        body.listing.is_some(),
        body.exchange.is_some(),
        body.event.is_some(),
        body.circle.is_some(),
        body.notice.is_some(),
    ];
    if named.into_iter().filter(|named| *named).count() == 1 {
        if let Some(member) = body.person {
            return Ok(Subject::Person(member));
        }
        if let Some(PaperKey(id)) = body.message {
            return message(handle, id, body.by).await;
        }
        if let Some(ListingName { community, key }) = body.listing {
            return Ok(Subject::Listing(community, key));
        }
        if let Some(id) = body.exchange {
            return exchange(handle, id, body.by).await;
        }
        if let Some(PaperKey(id)) = body.event {
            event(handle, id).await?;
            return Ok(Subject::Event(id));
        }
        if let Some(PaperKey(id)) = body.circle {
            handle.circle(id).await?.ok_or_else(no_circle)?;
            return Ok(Subject::Circle(id));
        }
        if let Some(PaperKey(id)) = body.notice {
            return notice(handle, id, body.by).await;
        }
    }
    let one = "a report is about one of `person`, `message`, `listing`, `exchange`, `event`, `circle` and `notice`; \
               send just that one";
    Err(Failure::together(one))
}

/// Takes down a report of a member.
#[utoipa::path(post, path = "/reports", tag = "safety", request_body = NewReport,
    responses((status = 201, description = "Coordinators will see it.", body = Kept)))]
pub(in crate::api) async fn take_report(
    State(ApiState { handle, .. }): State<ApiState>,
    Call { write, body }: Call<NewReport>,
) -> Result<(StatusCode, Json<Kept>), Failure> {
    if let Some(words) = &body.text {
        text::check("text", words, MAX_WORDS)?;
    }
    active(&handle, body.by).await?;
    let about = subject(&handle, &body).await?;
    let NewReport { by, trouble, text, .. } = body;
    let report = Report { by, at: clock::now(), about, trouble, text: text.unwrap_or_default(), done: None };
    let id = write.paper(&handle);
    handle.keep_paper_once(id, Paper::Report(report)).await?;
    Ok(kept(id))
}

/// Reports that nobody dealt with, the oldest first: at most 500.
#[utoipa::path(get, path = "/reports", tag = "safety",
    responses((status = 200, description = "The open reports.", body = Vec<ReportView>)))]
pub(in crate::api) async fn list_reports(
    State(ApiState { handle, .. }): State<ApiState>,
) -> Result<Json<Vec<ReportView>>, Failure> {
    Ok(Json(handle.open_reports().await?.into_iter().take(MAX_LIMIT).map(view).collect()))
}

async fn find(handle: &Handle, id: PaperId) -> Result<ReportView, Failure> {
    let found = handle.paper(id, |paper| match paper {
        Paper::Report(report) => Some(report.clone()),
        _ => None,
    });
    found.await?.map(|report| view((id, report))).ok_or_else(no_report)
}

/// One report, open or dealt with.
#[utoipa::path(get, path = "/reports/{id}", tag = "safety",
    params(("id" = crate::api::types::schema::PaperName, Path, description = "The report.")),
    responses((status = 200, description = "The report.", body = ReportView)))]
pub(in crate::api) async fn get_report(
    State(ApiState { handle, .. }): State<ApiState>,
    At(PaperKey(id)): At<PaperKey>,
) -> Result<Json<ReportView>, Failure> {
    find(&handle, id).await.map(Json)
}

/// A coordinator dealt with a report.
#[utoipa::path(post, path = "/reports/{id}/done", tag = "safety", request_body = By,
    params(("id" = crate::api::types::schema::PaperName, Path, description = "The report.")),
    responses((status = 200, description = "The report.", body = ReportView)))]
pub(in crate::api) async fn end_report(
    State(ApiState { handle, .. }): State<ApiState>,
    At(PaperKey(id)): At<PaperKey>,
    Call { body: By { by }, .. }: Call<By>,
) -> Result<Json<ReportView>, Failure> {
    let by = coordinator(&handle, by).await?;
    // Whoever dealt with it first stays named.
    if find(&handle, id).await?.done_by.is_none() {
        handle.report_done(id, by).await?;
    }
    find(&handle, id).await.map(Json)
}

async fn decided(handle: &Handle) -> Result<Json<SafetyView>, Failure> {
    let rules = handle.office_rules().await?;
    Ok(Json(SafetyView { approve_first: rules.approve_first, note_readers: rules.note_readers }))
}

/// What the community decided for its safety.
#[utoipa::path(get, path = "/safety", tag = "safety",
    responses((status = 200, description = "What was decided.", body = SafetyView)))]
pub(in crate::api) async fn get_safety(
    State(ApiState { handle, .. }): State<ApiState>,
) -> Result<Json<SafetyView>, Failure> {
    decided(&handle).await
}

/// Decides anew.
#[utoipa::path(put, path = "/safety", tag = "safety", request_body = NewSafety,
    responses((status = 200, description = "What was decided.", body = SafetyView)))]
pub(in crate::api) async fn put_safety(
    State(ApiState { handle, .. }): State<ApiState>,
    Call { body: NewSafety { approve_first }, .. }: Call<NewSafety>,
) -> Result<Json<SafetyView>, Failure> {
    handle.set_office_rules(move |rules| rules.approve_first = approve_first).await?;
    decided(&handle).await
}

/// First exchanges of new members that a coordinator is to look at, the oldest first: at most 500.
#[utoipa::path(get, path = "/first-exchanges", tag = "safety",
    responses((status = 200, description = "The exchanges.", body = Vec<FirstView>)))]
pub(in crate::api) async fn list_firsts(
    State(ApiState { handle, .. }): State<ApiState>,
) -> Result<Json<Vec<FirstView>>, Failure> {
    let firsts: Vec<_> = handle.firsts().await?.into_iter().take(MAX_LIMIT).collect();
    let view = |machine: &Machine, (id, first): (ExchangeId, First)| FirstView {
        id,
        giver: first.giver(),
        receiver: first.receiver(),
        partner: first.account().and_then(|account| {
            machine.state().ledger().partners().get(&account).map(kith_protocol::ledger::Partner::community)
        }),
        minutes: first.minutes().get(),
        made_at: first.made_at().0,
        note: Some(first.note().to_owned()).filter(|note| !note.is_empty()),
        by: first.by(),
        at: first.at().0,
    };
    let shown = handle.look(move |machine, _| firsts.into_iter().map(|first| view(machine, first)).collect());
    Ok(Json(shown.await?))
}

async fn pending(handle: &Handle, id: ExchangeId) -> Result<First, Failure> {
    handle.first(id).await?.ok_or_else(|| Rejection::UnknownExchange(id).into())
}

/// Records a first exchange as the member wrote it down, or sends it to the partner. The other one still says yes, as the
/// charter wants it.
#[utoipa::path(post, path = "/first-exchanges/{id}/accept", tag = "safety", request_body = Nothing,
    params(("id" = crate::api::types::schema::Id, Path, description = "The exchange.")),
    responses(
        (status = 201, description = "It counts.", body = Outcome),
        (status = 202, description = "It waits for somebody's agreement.", body = Outcome),
    ))]
pub(in crate::api) async fn accept_first(
    State(ApiState { handle, .. }): State<ApiState>,
    At(id): At<ExchangeId>,
    Call { write, .. }: Call<Nothing>,
) -> Result<Response, Failure> {
    if let Some(reply) = handle.earlier(write.request()).await? {
        return Ok(super::answer::created(reply));
    }
    let first = match pending(&handle, id).await? {
        First::Here(pending) => pending,
        First::Across(across) => {
            let reply = handle.go_across(write.request(), across).await?;
            handle.drop_pending(id).await?;
            return Ok(super::answer::created(reply));
        }
    };
    let (terms, note) = first.terms(handle.community(), id)?;
    let answer = record(&handle, &write, terms, first.consents(), note).await?;
    handle.drop_pending(id).await?;
    Ok(answer)
}

/// Does not record a first exchange; it is forgotten.
#[utoipa::path(post, path = "/first-exchanges/{id}/refuse", tag = "safety", request_body = Nothing,
    params(("id" = crate::api::types::schema::Id, Path, description = "The exchange.")),
    responses((status = 200, description = "Forgotten.", body = Outcome)))]
pub(in crate::api) async fn refuse_first(
    State(ApiState { handle, .. }): State<ApiState>,
    At(id): At<ExchangeId>,
    Call { .. }: Call<Nothing>,
) -> Result<Json<Outcome>, Failure> {
    pending(&handle, id).await?;
    handle.drop_pending(id).await?;
    Ok(Json(outcome_of(Reply::Done)))
}
