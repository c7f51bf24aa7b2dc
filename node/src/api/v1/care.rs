//! What is kept about members and what is theirs to decide: references, facts, notes, helpers, a rest, whom they keep
//! away, their contacts, a copy of all of it, and being forgotten.

use super::{
    answer::outcome_of,
    events::coordinator,
    messages::{active, kept},
};
use crate::{
    api::{
        ApiState, Failure,
        extract::{At, Params},
        idempotency::{Call, Write},
        types::{
            By, FactView, FileView, HelperView, Kept, NewFact, NewNote, NewPerson, NewReference, NoteView, Nothing,
            Outcome, PaperKey, ReferenceView, Rest, Until,
        },
    },
    people::Person,
    runtime::{
        Handle, clock,
        office::{Fact, File, Helper, MAX_LINE, MAX_WORDS, Note, Paper, Reference},
    },
};
use axum::{Json, extract::State, http::StatusCode};
use kith_protocol::{
    id::MemberId,
    machine::Reply,
    rejection::Rejection,
    text,
    time::{Span, Timestamp},
};
use serde::Deserialize;
use utoipa::IntoParams;

fn view(file: File) -> Json<FileView> {
    let File { references, facts, helpers, blocked, away_until, rung_at, .. } = file;
    Json(FileView {
        references: references.into_iter().map(ReferenceView::from).collect(),
        facts: facts.into_iter().map(FactView::from).collect(),
        helpers: helpers.into_iter().map(|one| HelperView { member: one.member, until: one.until.0 }).collect(),
        kept_away: blocked,
        away_until: away_until.map(|at| at.0),
        rung_at: rung_at.map(|at| at.0),
    })
}

async fn changed(
    handle: &Handle,
    member: MemberId,
    change: impl FnOnce(&mut File) + Send + 'static,
) -> Result<Json<FileView>, Failure> {
    handle.change_file(member, change).await?;
    Ok(view(handle.file(member).await?))
}

/// What is kept about a member, without the notes.
#[utoipa::path(get, path = "/members/{id}/file", tag = "care", params(("id" = crate::api::types::schema::Id, Path, description = "The member.")),
    responses((status = 200, description = "The file.", body = FileView)))]
pub(in crate::api) async fn get_file(
    State(ApiState { handle, .. }): State<ApiState>,
    At(member): At<MemberId>,
) -> Result<Json<FileView>, Failure> {
    active(&handle, member).await?;
    Ok(view(handle.file(member).await?))
}

/// Takes down who spoke for a member. The same word on one day is one.
#[utoipa::path(post, path = "/members/{id}/references", tag = "care", request_body = NewReference,
    params(("id" = crate::api::types::schema::Id, Path, description = "The member.")),
    responses((status = 201, description = "The file.", body = FileView)))]
pub(in crate::api) async fn add_reference(
    State(ApiState { handle, .. }): State<ApiState>,
    At(member): At<MemberId>,
    Call { body: NewReference { who, by }, .. }: Call<NewReference>,
) -> Result<(StatusCode, Json<FileView>), Failure> {
    text::check("who", &who, MAX_LINE)?;
    active(&handle, member).await?;
    let (by, at) = (coordinator(&handle, by).await?, clock::now());
    let add = move |file: &mut File| {
        if !file.references.iter().any(|known| known.who == who && at.since(known.at) < Span::days(1)) {
            file.references.push(Reference { who, by, at });
        }
    };
    Ok((StatusCode::CREATED, changed(&handle, member, add).await?))
}

/// Takes down something that a coordinator has seen, never the document itself. Seen anew, it takes the place of before.
#[utoipa::path(post, path = "/members/{id}/facts", tag = "care", request_body = NewFact,
    params(("id" = crate::api::types::schema::Id, Path, description = "The member.")),
    responses((status = 201, description = "The file.", body = FileView)))]
pub(in crate::api) async fn add_fact(
    State(ApiState { handle, .. }): State<ApiState>,
    At(member): At<MemberId>,
    Call { body: NewFact { what, until, by }, .. }: Call<NewFact>,
) -> Result<(StatusCode, Json<FileView>), Failure> {
    text::check("what", &what, MAX_LINE)?;
    active(&handle, member).await?;
    let (by, at) = (coordinator(&handle, by).await?, clock::now());
    let add = move |file: &mut File| {
        file.facts.retain(|known| known.what != what);
        file.facts.push(Fact { what, by, at, until: Timestamp(until) });
    };
    Ok((StatusCode::CREATED, changed(&handle, member, add).await?))
}

/// Which fact.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::api) struct Which {
    /// What was seen, in the words of the file.
    #[param(max_length = 60)]
    what: String,
}

/// Takes a fact out of a member's file.
#[utoipa::path(delete, path = "/members/{id}/facts", tag = "care",
    params(("id" = crate::api::types::schema::Id, Path, description = "The member."), Which),
    responses((status = 200, description = "The file.", body = FileView)))]
pub(in crate::api) async fn drop_fact(
    State(ApiState { handle, .. }): State<ApiState>,
    At(member): At<MemberId>,
    Params(Which { what }): Params<Which>,
    _: Write,
) -> Result<Json<FileView>, Failure> {
    active(&handle, member).await?;
    if what.chars().count() > MAX_LINE {
        return Err(Failure::field("what", format!("longer than {MAX_LINE} characters")));
    }
    changed(&handle, member, move |file| file.facts.retain(|fact| fact.what != what)).await
}

/// That a coordinator may read and write notes.
async fn reads(handle: &Handle, by: MemberId) -> Result<(), Failure> {
    coordinator(handle, Some(by)).await?;
    if handle.office_rules().await?.note_readers.contains(&by) {
        return Ok(());
    }
    let detail = "this coordinator may not read notes; one who may gives it on, on the member's page";
    Err(Failure::new(StatusCode::FORBIDDEN, "not-a-reader", detail))
}

/// Who reads.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::api) struct ReadBy {
    /// A coordinator who may read notes.
    #[param(value_type = crate::api::types::schema::Id)]
    by: MemberId,
}

/// The notes about a member, for a coordinator who may read them, the oldest first.
#[utoipa::path(get, path = "/members/{id}/notes", tag = "care",
    params(("id" = crate::api::types::schema::Id, Path, description = "The member."), ReadBy),
    responses((status = 200, description = "The notes.", body = Vec<NoteView>)))]
pub(in crate::api) async fn list_notes(
    State(ApiState { handle, .. }): State<ApiState>,
    At(member): At<MemberId>,
    Params(ReadBy { by }): Params<ReadBy>,
) -> Result<Json<Vec<NoteView>>, Failure> {
    reads(&handle, by).await?;
    active(&handle, member).await?;
    let found = handle.papers(move |paper| match paper {
        Paper::Case(note) if note.about == member => Some(note.clone()),
        _ => None,
    });
    let view =
        |(id, note): ([u8; 16], Note)| NoteView { id: PaperKey(id), by: note.by, at: note.at.0, text: note.text };
    let mut notes: Vec<NoteView> = found.await?.into_iter().map(view).collect();
    notes.sort_by_key(|note| note.at);
    Ok(Json(notes))
}

/// Writes a note about a member.
#[utoipa::path(post, path = "/members/{id}/notes", tag = "care", request_body = NewNote,
    params(("id" = crate::api::types::schema::Id, Path, description = "The member.")),
    responses((status = 201, description = "Kept.", body = Kept)))]
pub(in crate::api) async fn add_note(
    State(ApiState { handle, .. }): State<ApiState>,
    At(about): At<MemberId>,
    Call { write, body: NewNote { text, by } }: Call<NewNote>,
) -> Result<(StatusCode, Json<Kept>), Failure> {
    text::check("text", &text, MAX_WORDS)?;
    reads(&handle, by).await?;
    active(&handle, about).await?;
    let id = write.paper(&handle);
    handle.keep_paper_once(id, Paper::Case(Note { about, by, at: clock::now(), text })).await?;
    Ok(kept(id))
}

/// A coordinator rang a member: nobody does again for a while.
#[utoipa::path(post, path = "/members/{id}/rang", tag = "care", request_body = By,
    params(("id" = crate::api::types::schema::Id, Path, description = "The member.")),
    responses((status = 200, description = "The file.", body = FileView)))]
pub(in crate::api) async fn rang(
    State(ApiState { handle, .. }): State<ApiState>,
    At(member): At<MemberId>,
    Call { body: By { by }, .. }: Call<By>,
) -> Result<Json<FileView>, Failure> {
    active(&handle, member).await?;
    coordinator(&handle, by).await?;
    let now = clock::now();
    changed(&handle, member, move |file| file.rung_at = Some(now)).await
}

/// Lets somebody act for a member, for a time.
#[utoipa::path(put, path = "/members/{id}/helpers/{helper}", tag = "care", request_body = Until,
    params(("id" = crate::api::types::schema::Id, Path, description = "The member."), ("helper" = crate::api::types::schema::Id, Path, description = "Who may act.")),
    responses((status = 200, description = "The file.", body = FileView)))]
pub(in crate::api) async fn put_helper(
    State(ApiState { handle, .. }): State<ApiState>,
    At((member, helper)): At<(MemberId, MemberId)>,
    Call { body: Until { until }, .. }: Call<Until>,
) -> Result<Json<FileView>, Failure> {
    active(&handle, member).await?;
    active(&handle, helper).await?;
    if member == helper {
        return Err(Rejection::WithOneself.into());
    }
    let helper = Helper { member: helper, until: Timestamp(until) };
    let add = move |file: &mut File| {
        file.helpers.retain(|known| known.member != helper.member);
        file.helpers.push(helper);
    };
    changed(&handle, member, add).await
}

/// Somebody may no longer act for a member.
#[utoipa::path(delete, path = "/members/{id}/helpers/{helper}", tag = "care",
    params(("id" = crate::api::types::schema::Id, Path, description = "The member."), ("helper" = crate::api::types::schema::Id, Path, description = "Who may act.")),
    responses((status = 200, description = "The file.", body = FileView)))]
pub(in crate::api) async fn end_helper(
    State(ApiState { handle, .. }): State<ApiState>,
    At((member, helper)): At<(MemberId, MemberId)>,
    _: Write,
) -> Result<Json<FileView>, Failure> {
    active(&handle, member).await?;
    changed(&handle, member, move |file| file.helpers.retain(|known| known.member != helper)).await
}

/// A rest for a member: nobody asks them until then.
#[utoipa::path(put, path = "/members/{id}/pause", tag = "care", request_body = Rest,
    params(("id" = crate::api::types::schema::Id, Path, description = "The member.")),
    responses((status = 200, description = "The file.", body = FileView)))]
pub(in crate::api) async fn put_pause(
    State(ApiState { handle, .. }): State<ApiState>,
    At(member): At<MemberId>,
    Call { body: Rest { until }, .. }: Call<Rest>,
) -> Result<Json<FileView>, Failure> {
    active(&handle, member).await?;
    changed(&handle, member, move |file| file.away_until = until.map(Timestamp)).await
}

/// Keeps somebody away from a member: neither can write to the other.
#[utoipa::path(put, path = "/members/{id}/kept-away/{other}", tag = "care", request_body = Nothing,
    params(("id" = crate::api::types::schema::Id, Path, description = "The member."), ("other" = crate::api::types::schema::Id, Path, description = "Who is kept away.")),
    responses((status = 200, description = "The file.", body = FileView)))]
pub(in crate::api) async fn keep_away(
    State(ApiState { handle, .. }): State<ApiState>,
    At((member, other)): At<(MemberId, MemberId)>,
    Call { .. }: Call<Nothing>,
) -> Result<Json<FileView>, Failure> {
    active(&handle, member).await?;
    active(&handle, other).await?;
    handle.keep_away(member, other, true).await?;
    Ok(view(handle.file(member).await?))
}

/// Lets somebody come near a member again.
#[utoipa::path(delete, path = "/members/{id}/kept-away/{other}", tag = "care",
    params(("id" = crate::api::types::schema::Id, Path, description = "The member."), ("other" = crate::api::types::schema::Id, Path, description = "Who was kept away.")),
    responses((status = 200, description = "The file.", body = FileView)))]
pub(in crate::api) async fn let_near(
    State(ApiState { handle, .. }): State<ApiState>,
    At((member, other)): At<(MemberId, MemberId)>,
    _: Write,
) -> Result<Json<FileView>, Failure> {
    active(&handle, member).await?;
    handle.keep_away(member, other, false).await?;
    Ok(view(handle.file(member).await?))
}

/// Changes a member's name and contacts.
#[utoipa::path(put, path = "/members/{id}/person", tag = "members", request_body = NewPerson,
    params(("id" = crate::api::types::schema::Id, Path, description = "The member.")),
    responses((status = 200, description = "Changed.", body = Outcome)))]
pub(in crate::api) async fn put_person(
    State(ApiState { handle, .. }): State<ApiState>,
    At(member): At<MemberId>,
    Call { body: NewPerson { name, email, phone, in_directory, area }, .. }: Call<NewPerson>,
) -> Result<Json<Outcome>, Failure> {
    let known = handle.persons(vec![member]).await?.remove(&member).ok_or(Rejection::UnknownMember(member))?;
    let in_directory = in_directory.unwrap_or(known.in_directory);
    let area = area.or(known.area).filter(|area| !area.is_empty());
    let person = Person { name, email, phone, in_directory, area, ..known };
    if !handle.change_person(member, person).await? {
        return Err(Rejection::UnknownMember(member).into());
    }
    Ok(Json(Outcome { member: Some(member), ..outcome_of(Reply::Done) }))
}

/// All that is known of a member, to hand to them.
#[utoipa::path(get, path = "/members/{id}/data", tag = "members", params(("id" = crate::api::types::schema::Id, Path, description = "The member.")),
    responses((status = 200, description = "The copy.", body = Object)))]
pub(in crate::api) async fn get_data(
    State(ApiState { handle, .. }): State<ApiState>,
    At(member): At<MemberId>,
) -> Result<Json<serde_json::Value>, Failure> {
    active(&handle, member).await?;
    Ok(Json(handle.data_of(member).await?))
}

/// Forgets a member who left: name, contacts, papers, pictures and notes are gone for good. The ledger names nobody.
#[utoipa::path(post, path = "/members/{id}/forget", tag = "members", request_body = Nothing,
    params(("id" = crate::api::types::schema::Id, Path, description = "The member.")),
    responses((status = 200, description = "Forgotten.", body = Outcome)))]
pub(in crate::api) async fn forget(
    State(ApiState { handle, .. }): State<ApiState>,
    At(member): At<MemberId>,
    Call { .. }: Call<Nothing>,
) -> Result<Json<Outcome>, Failure> {
    let known = handle.look(move |machine, _| machine.state().ledger().members().get(&member).map(|m| m.active));
    match known.await? {
        None => return Err(Rejection::UnknownMember(member).into()),
        Some(true) => {
            let detail = "the member is still here; they leave first, and are forgotten then";
            return Err(Failure::new(StatusCode::CONFLICT, "still-here", detail));
        }
        Some(false) => {}
    }
    handle.forget(member).await?;
    handle.end_sessions(member, None).await?;
    Ok(Json(Outcome { member: Some(member), ..outcome_of(Reply::Done) }))
}

/// Signs a member out everywhere; a code that was not used is good no more, and passkeys are gone.
#[utoipa::path(post, path = "/members/{id}/sign-out", tag = "members", request_body = Nothing,
    params(("id" = crate::api::types::schema::Id, Path, description = "The member.")),
    responses((status = 200, description = "Signed out.", body = Outcome)))]
pub(in crate::api) async fn sign_out(
    State(ApiState { handle, .. }): State<ApiState>,
    At(member): At<MemberId>,
    Call { .. }: Call<Nothing>,
) -> Result<Json<Outcome>, Failure> {
    active(&handle, member).await?;
    handle.end_sessions(member, None).await?;
    Ok(Json(Outcome { member: Some(member), ..outcome_of(Reply::Done) }))
}
