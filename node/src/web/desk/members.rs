//! The people of the community: who they are, admitting them, codes on paper, and roles.

use super::{joining, left};
use crate::people::Person;
use crate::{
    runtime::{
        Handle, Refused, clock,
        desk::PaperCode,
        personal::{Named, plain_name},
    },
    web::{
        Answer, App, Oops,
        forms::{Asked, Choice, Deed, Need, Post, Reader, Step, choices, fresh_once},
        member::person_fields,
        pages::{self, CheckPage, FormPage, go, refusal},
        qr::Square,
        sight::Sight,
        stale::{self, Stood},
        visit::{Frame, Visit, escaped},
        words::Words,
    },
};
use askama::Template;
use axum::{
    extract::{Path, State},
    response::Response,
};
use kith_protocol::{
    id::MemberId,
    machine::Command,
    member::{Member, MemberKind, Role},
};
use std::sync::Arc;

/// Members of a page.
const SHOWN: usize = 50;

/// Somebody who is here.
pub(super) struct Known {
    pub(super) named: Arc<Named>,
    pub(super) member: Member,
}

/// Everybody who is here and whose name fits, in the order of names.
pub(super) async fn everybody(handle: &Handle, typed: &str) -> Result<Vec<Known>, Refused> {
    everybody_who(handle, typed, true).await
}

/// The same for those who are here, or for those who left and whose names are still known.
async fn everybody_who(handle: &Handle, typed: &str, here: bool) -> Result<Vec<Known>, Refused> {
    let all = handle.everybody().await?;
    let wanted = plain_name(typed);
    let fits = |named: &Arc<Named>| wanted.split(' ').all(|word| named.plain.contains(word));
    let found: Vec<Arc<Named>> = all.iter().filter(|named| fits(named)).cloned().collect();
    handle
        .look(move |machine, _| {
            let members = machine.state().ledger().members();
            let known = found.into_iter().filter_map(|named| {
                let member = members.get(&named.id).filter(|member| member.active == here)?.clone();
                Some(Known { named, member })
            });
            known.collect()
        })
        .await
}

/// Members whose name is what was typed, or else begins with each of the words typed. Names as [`plain_name`] makes them.
pub(super) fn like(people: &[(String, MemberId)], typed: &str) -> Vec<MemberId> {
    let whole = plain_name(typed);
    let exact: Vec<MemberId> = people.iter().filter(|(name, _)| *name == whole).map(|(_, id)| *id).collect();
    if !exact.is_empty() || whole.is_empty() {
        return exact;
    }
    let begun = |name: &str| {
        let parts: Vec<&str> = name.split_whitespace().collect();
        whole.split(' ').all(|word| parts.iter().any(|part| part.starts_with(word)))
    };
    people.iter().filter(|(name, _)| begun(name)).map(|(_, id)| *id).collect()
}

/// Everybody who is here, in the order of names.
pub(in crate::web) async fn everybody_here(handle: &Handle) -> Result<Vec<MemberId>, Refused> {
    Ok(everybody(handle, "").await?.into_iter().map(|known| known.named.id).collect())
}

/// Everybody's names as they are compared, for [`like`].
pub(super) async fn plain_names(handle: &Handle) -> Result<Vec<(String, MemberId)>, Refused> {
    let known = everybody(handle, "").await?;
    Ok(known.iter().map(|known| (known.named.plain.clone(), known.named.id)).collect())
}

/// The one member whom a name means; otherwise the words that say how to mend it.
pub(super) fn one_like(words: Words, people: &[(String, MemberId)], typed: &str) -> Result<MemberId, String> {
    match like(people, typed).as_slice() {
        [one] => Ok(*one),
        [] => Err(words.t1("record-nobody", "who", typed)),
        _ => Err(words.t("slips-several")),
    }
}

/// One line of the list.
struct Line {
    name: String,
    what: String,
    phone: String,
    address: String,
}

#[derive(Template)]
#[template(path = "members.html", whitespace = "minimize")]
struct MembersPage<'a> {
    frame: &'a Frame,
    query: String,
    count: String,
    lines: Vec<Line>,
    before: Option<String>,
    next: Option<String>,
}

fn kind(words: Words, member: &Member) -> String {
    if !member.active {
        return words.t("members-left");
    }
    words.t(match (member.kind, member.role) {
        (MemberKind::Organisation, _) => "members-organisation",
        (MemberKind::Person, Role::Coordinator) => "members-coordinator",
        (MemberKind::Person, Role::Member) => "members-member",
    })
}

pub(super) async fn list(State(app): State<App>, visit: Visit, Asked(asked): Asked) -> Answer {
    let visit = visit.coordinator()?;
    let (frame, words) = (&visit.frame, visit.frame.words);
    let query = asked.get("q").to_owned();
    let at: usize = asked.get("page").parse().unwrap_or(0);
    let mut known = everybody(&app.handle, &query).await?;
    if !query.is_empty() {
        // Whoever left is looked for by name only.
        known.extend(everybody_who(&app.handle, &query, false).await?);
    }
    let page_at = |at: usize| format!("/members?q={}&page={at}", escaped(&query));
    let lines = known.iter().skip(at.saturating_mul(SHOWN)).take(SHOWN).map(|known| Line {
        name: called(words, &known.named.person),
        what: kind(words, &known.member),
        phone: known.named.person.phone.clone().unwrap_or_default(),
        address: format!("/members/{}", known.named.id),
    });
    let page = MembersPage {
        frame,
        count: words.n("people-found", known.len() as u64),
        lines: lines.collect(),
        before: at.checked_sub(1).map(page_at),
        next: (known.len() > at.saturating_add(1).saturating_mul(SHOWN)).then(|| page_at(at + 1)),
        query,
    };
    Ok(pages::show(frame, &page))
}

pub(super) fn called(words: Words, person: &Person) -> String {
    if person.name.is_empty() { words.t("somebody") } else { person.name.clone() }
}

#[derive(Template)]
#[template(path = "member.html", whitespace = "minimize")]
struct MemberPage<'a> {
    frame: &'a Frame,
    name: String,
    what: String,
    contact: Vec<String>,
    standing: String,
    id: String,
    once: String,
    fresh: bool,
    links: Vec<(String, String)>,
}

pub(super) async fn one(app: &App, id: &str) -> Result<Known, Oops> {
    let id: MemberId = id.parse().map_err(|_| Oops::Missing)?;
    let member = app.handle.look(move |machine, _| machine.state().ledger().active(&id).cloned()).await?;
    let member = member.map_err(|_| Oops::Missing)?;
    let person = app.handle.persons(vec![id]).await?.remove(&id).unwrap_or_default();
    Ok(Known { named: Arc::new(Named { id, plain: plain_name(&person.name), person }), member })
}

pub(super) async fn show(State(app): State<App>, visit: Visit, Path(id): Path<String>, Asked(asked): Asked) -> Answer {
    let visit = visit.coordinator()?;
    let (frame, words) = (&visit.frame, visit.frame.words);
    let Known { named, member } = match one(&app, &id).await {
        Err(Oops::Missing) => return left::show(&app, frame, &id).await,
        known => known?,
    };
    let (id, person) = (named.id, &named.person);
    let sight = Sight::ask(&app.handle, id == visit.member.id).await?;
    let link = |key: &str, address: String| (words.t(key), address);
    let rest = app.handle.file(id).await?.away_until.filter(|until| *until > clock::now());
    let rest = rest.map(|until| words.t1("listing-away", "day", words.day(until)));
    let page = MemberPage {
        frame,
        name: called(words, person),
        what: kind(words, &member),
        contact: [person.phone.clone(), person.email.clone(), rest].into_iter().flatten().collect(),
        standing: sight.standing(words, member.balance.get()),
        id: id.to_string(),
        once: fresh_once(),
        fresh: asked.get("admitted") == "yes",
        links: vec![
            link("behalf-home", format!("/home?for={id}")),
            link("behalf-ask", format!("/ask?for={id}")),
            link("behalf-offer", format!("/offer?for={id}")),
            link("behalf-record", format!("/record?for={id}")),
            link("behalf-gift", format!("/gift?for={id}")),
            link("behalf-statement", format!("/statement?for={id}")),
            link("behalf-me", format!("/me?for={id}")),
            link("behalf-pause", format!("/pause?for={id}")),
            link("behalf-slips", format!("/paper/slips?giver={id}")),
            link("behalf-week", format!("/week?for={id}")),
            link("file", format!("/members/{id}/file")),
            link("members-role", format!("/members/{id}/role")),
            link("behalf-leave", format!("/leave?for={id}")),
        ],
    };
    Ok(pages::show(frame, &page))
}

fn admit_fields(reader: &mut Reader<'_>) -> (Person, MemberKind) {
    let person = person_fields(reader);
    let kinds = [("person", "members-person"), ("organisation", "members-organisation")];
    let options = choices(reader.words(), kinds);
    let kind = reader.choice("kind", "members-kind", options, Need::May);
    (person, if kind == "organisation" { MemberKind::Organisation } else { MemberKind::Person })
}

fn admitting<'a>(frame: &'a Frame, reader: Reader<'_>) -> FormPage<'a> {
    FormPage::new(frame, frame.t("members-admit"), reader, "/members/new", frame.t("go-on"))
        .lead(frame.t("members-admit-lead"))
}

pub(super) async fn admit(State(app): State<App>, visit: Visit, Asked(asked): Asked) -> Answer {
    let visit = visit.coordinator()?;
    let filled = joining::filled(&app.handle, &asked).await?;
    let mut reader = Reader::open(visit.frame.words, &filled);
    admit_fields(&mut reader);
    reader.hidden(joining::FIELD, filled.get(joining::FIELD));
    Ok(admitting(&visit.frame, reader).answer())
}

pub(super) async fn send_admit(State(app): State<App>, post: Post) -> Answer {
    let post = post.coordinator()?;
    let frame = &post.frame;
    let mut reader = Reader::judge(frame.words, &post.sent);
    let (person, kind) = admit_fields(&mut reader);
    reader.hidden(joining::FIELD, post.sent.get(joining::FIELD));
    if !reader.is_fine() || post.sent.step() == Step::Edit {
        return Ok(admitting(frame, reader).answer());
    }
    if post.sent.step() == Step::Check {
        let mut check =
            CheckPage::new(frame, frame.t("check"), reader, "/members/new", frame.t("members-admit-button"));
        let name = plain_name(&person.name);
        if everybody(&app.handle, &name).await?.iter().any(|known| known.named.plain == name) {
            check = check.lead(frame.t("members-same-name"));
        }
        return Ok(check.answer());
    }
    let deed = post.deed();
    let member = MemberId(deed.new_id(&app.handle, "member"));
    if app.handle.earlier(deed.request()).await?.is_none() {
        let command = Command::Admit { member, kind, role: Role::Member, key: None, by: post.member.id };
        let handle = app.handle.clone();
        let ask = async move { handle.command(deed.request(), command).await };
        app.handle.keeping_one(member.0, person.to_bytes(), ask).await?;
    }
    // Whoever asked to join is a member now, and what they wrote is no longer needed.
    joining::answered(&app.handle, post.sent.get(joining::FIELD)).await?;
    Ok(go(&format!("/members/{member}?admitted=yes")))
}

/// A code on paper.
#[derive(Template)]
#[template(path = "code.html", whitespace = "minimize")]
struct CodePage<'a> {
    frame: &'a Frame,
    name: String,
    code: String,
    until: String,
    place: String,
    square: Option<Square>,
    /// Where the devices of this member are signed out: a code alone lets a lost phone in as before.
    devices: String,
    back: String,
}

/// Makes a code. It is shown here and nowhere else; sending the form again shows the same one.
pub(super) async fn code(State(app): State<App>, Path(id): Path<String>, post: Post) -> Answer {
    let post = post.coordinator()?;
    let (frame, words) = (&post.frame, post.frame.words);
    let known = one(&app, &id).await?;
    let deed: Deed = post.deed();
    let code = PaperCode::from_bytes(deed.new_id(&app.handle, "paper-code"));
    let until = app.handle.issue_code(known.named.id, code.clone()).await?;
    let place = format!("{}/sign-in", frame.place());
    let page = CodePage {
        frame,
        name: called(words, &known.named.person),
        until: words.day(until),
        square: frame.square(&format!("{place}?code={}", code.shown())),
        code: code.shown(),
        place,
        devices: format!("/me?for={}", known.named.id),
        back: format!("/members/{}", known.named.id),
    };
    let response: Response = pages::show(frame, &page);
    Ok(response)
}

fn role_fields(reader: &mut Reader<'_>) -> Role {
    let words = reader.words();
    let roles = [("member", "members-member"), ("coordinator", "members-coordinator")];
    let roles = roles.map(|(value, key)| Choice::new(value, words.t(key)));
    match reader.choice("role", "members-role-choice", roles.into(), Need::Must).as_str() {
        "coordinator" => Role::Coordinator,
        _ => Role::Member,
    }
}

fn role_address(known: &Known) -> String {
    format!("/members/{}/role", known.named.id)
}

fn role_page<'a>(frame: &'a Frame, reader: Reader<'_>, known: &Known) -> FormPage<'a> {
    let heading = frame.t1("members-role-of", "name", called(frame.words, &known.named.person));
    FormPage::new(frame, heading, reader, &role_address(known), frame.t("save")).lead(frame.t("members-role-lead"))
}

/// The role that somebody has, as the form shows it.
fn role_stood(known: &Known) -> Stood {
    let now = if known.member.role == Role::Coordinator { "coordinator" } else { "member" };
    Stood::new([("role", now.to_owned())])
}

pub(super) async fn role(State(app): State<App>, visit: Visit, Path(id): Path<String>, Asked(asked): Asked) -> Answer {
    let visit = visit.coordinator()?;
    let known = one(&app, &id).await?;
    let stood = role_stood(&known);
    let filled = stood.filled();
    let mut reader = Reader::open(visit.frame.words, &filled);
    stood.remember(&mut reader, &asked);
    role_fields(&mut reader);
    Ok(role_page(&visit.frame, reader, &known).answer())
}

pub(super) async fn send_role(State(app): State<App>, Path(id): Path<String>, post: Post) -> Answer {
    let post = post.coordinator()?;
    let known = one(&app, &id).await?;
    let stands = role_stood(&known);
    let mut reader = Reader::judge(post.frame.words, &post.sent);
    stands.remember(&mut reader, &post.sent);
    let role = role_fields(&mut reader);
    if !reader.is_fine() {
        return Ok(role_page(&post.frame, reader, &known).answer());
    }
    if stands.changed_since(&post.sent) {
        let (action, keep) = (role_address(&known), format!("/members/{}", known.named.id));
        let both = stale::over(&post.frame, reader, &stands, |theirs| _ = role_fields(theirs), &action, &keep);
        return Ok(both.unwrap_or_else(|| go("/done/role")));
    }
    let command = Command::SetRole { member: known.named.id, role, by: post.member.id };
    match app.handle.command(post.deed().request(), command).await {
        Ok(_) => Ok(go("/done/role")),
        Err(Refused::Rule(why)) => {
            Ok(role_page(&post.frame, reader, &known).refused(Some(refusal(post.frame.words, &why))).answer())
        }
        Err(refused) => Err(Oops::Refused(refused)),
    }
}
