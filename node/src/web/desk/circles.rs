//! Circles: who is in them, who looks after them, and what those may see and do for the members of their circle only.

use super::members::{one, one_like, plain_names};
use crate::{
    runtime::{
        Handle,
        office::{Changed, Circle, MAX_LINE, PaperId},
    },
    web::{
        Answer, App, Oops,
        forms::{Asked, Need, Post, Reader, choices},
        member::{about_circle, names},
        news::{News, go_telling},
        pages::{self, FactsPage, FormPage, Press, go},
        sight::Sight,
        stale::{self, Stood},
        visit::{Frame, Member, Visit},
        words::Words,
    },
};
use askama::Template;
use axum::extract::{Path, State};
use data_encoding::HEXLOWER;
use kith_protocol::id::MemberId;

/// The longest name typed.
const MAX_WHO: usize = 120;

/// A circle, and what the visitor is to it.
pub(super) struct Known {
    pub(super) id: PaperId,
    pub(super) circle: Circle,
    /// A coordinator of the community: puts people in, renames and ends.
    coordinator: bool,
    /// Looks after it: sees its members and acts for them.
    leads: bool,
}

pub(super) fn paper_id(text: &str) -> Result<PaperId, Oops> {
    HEXLOWER.decode(text.as_bytes()).ok().and_then(|bytes| bytes.try_into().ok()).ok_or(Oops::Missing)
}

/// Where a circle is shown.
pub(in crate::web) fn address(id: &PaperId) -> String {
    format!("/circles/{}", HEXLOWER.encode(id))
}

/// A circle, for those who are in it, look after it, or coordinate the community.
async fn find(handle: &Handle, id: &str, who: &Member) -> Result<Known, Oops> {
    let id = paper_id(id)?;
    let circle = handle.circle(id).await?.ok_or(Oops::Missing)?;
    let leads = circle.led_by(&who.id);
    if !who.coordinator && !leads && !circle.has(&who.id) {
        return Err(Oops::NotYours);
    }
    Ok(Known { id, circle, coordinator: who.coordinator, leads })
}

/// A circle, for those who may act for its members.
pub(super) async fn led(handle: &Handle, id: &str, who: &Member) -> Result<Known, Oops> {
    let known = find(handle, id, who).await?;
    if known.coordinator || known.leads { Ok(known) } else { Err(Oops::NotYours) }
}

/// Those of a list who are here, by name.
pub(super) async fn present(handle: &Handle, ids: &[MemberId]) -> Result<Vec<(MemberId, String)>, Oops> {
    let ids = ids.to_vec();
    let here = handle.look(move |machine, _| {
        let ledger = machine.state().ledger();
        ids.into_iter().filter(|id| ledger.active(id).is_ok()).collect::<Vec<_>>()
    });
    let names = names(handle, here.await?).await?;
    let mut found: Vec<(MemberId, String)> = names.into_iter().collect();
    found.sort_by(|(_, one), (_, other)| one.cmp(other));
    Ok(found)
}

/// The circles that a visitor sees: all, or those they are in or look after.
pub(super) async fn list(State(app): State<App>, visit: Visit) -> Answer {
    let (frame, words, who) = (&visit.frame, visit.frame.words, &visit.member);
    let circles = if who.coordinator { app.handle.circles().await? } else { app.handle.circles_of(who.id).await? };
    let line = |(id, circle): &(PaperId, Circle)| {
        let people = words.n("people", circle.members.len() as u64);
        (words.t2("circle-line", ("circle", &circle.name), ("people", &people)), address(id))
    };
    let mut links: Vec<(String, String)> = circles.iter().map(line).collect();
    let mut lead = vec![words.t("circles-lead"), words.t("circles-rule")];
    if links.is_empty() {
        lead.push(words.t(if who.coordinator { "circles-none" } else { "circles-not-yours" }));
    }
    if who.coordinator {
        links.push((words.t("circle-new"), "/circles/new".into()));
    }
    let page = FactsPage { frame, heading: words.t("circles"), lead, rows: Vec::new(), presses: Vec::new(), links };
    Ok(pages::show(frame, &page))
}

/// A circle with its people: each with the page where they are looked after, for those who may.
#[derive(Template)]
#[template(path = "circle.html", whitespace = "minimize")]
struct CirclePage<'a> {
    frame: &'a Frame,
    heading: String,
    lead: Vec<String>,
    ways: Vec<(String, String)>,
    leaders: Vec<(String, Option<String>)>,
    members: Vec<(String, Option<String>)>,
    leave: Option<Press>,
    report: String,
    links: Vec<(String, String)>,
}

/// What those who look after a circle do with it.
fn ways(words: Words, known: &Known) -> Vec<(String, String)> {
    let (id, at) = (HEXLOWER.encode(&known.id), address(&known.id));
    let mut ways = vec![
        (words.t("group"), format!("/group?circle={id}")),
        (words.t("attendance"), format!("/paper/attendance?circle={id}")),
        (words.t("circle-write"), format!("/notices/new?to={id}")),
    ];
    if known.coordinator {
        ways.insert(0, (words.t("circle-add"), format!("{at}/add")));
    }
    ways
}

pub(super) async fn show(State(app): State<App>, visit: Visit, Path(id): Path<String>) -> Answer {
    let (frame, words, me) = (&visit.frame, visit.frame.words, visit.member.id);
    let known = find(&app.handle, &id, &visit.member).await?;
    let at = address(&known.id);
    let (leaders, members) =
        (present(&app.handle, &known.circle.coordinators).await?, present(&app.handle, &known.circle.members).await?);
    let sees = known.coordinator || known.leads;
    let person = |(member, name): &(MemberId, String)| {
        let name = if name.is_empty() { words.t("somebody") } else { name.clone() };
        (name, sees.then(|| format!("{at}/members/{member}")))
    };
    let mut links = Vec::new();
    if known.coordinator {
        links.push((words.t("circle-rename"), format!("{at}/name")));
        links.push((words.t("circle-end"), format!("{at}/end")));
    }
    links.push((words.t("circles"), "/circles".into()));
    let ours = known.circle.has(&me) || known.leads;
    let page = CirclePage {
        frame,
        heading: known.circle.name.clone(),
        lead: vec![
            words.n("people-in-circle", members.len() as u64),
            words.t(if sees { "circle-lead" } else { "circle-yours" }),
        ],
        ways: if sees { ways(words, &known) } else { Vec::new() },
        leaders: leaders.iter().map(person).collect(),
        members: members.iter().map(person).collect(),
        report: about_circle(&known.id),
        leave: ours.then(|| Press::new(words.t("circle-leave"), format!("{at}/leave")).ending()),
        links,
    };
    Ok(pages::show(frame, &page))
}

/// What a change led to, on the form it came from.
fn judged(reader: &mut Reader<'_>, field: &str, changed: &Changed) -> Result<bool, Oops> {
    let key = match changed {
        Changed::Yes(_) => return Ok(true),
        Changed::Missing => return Err(Oops::Missing),
        Changed::SameName => "circle-same-name",
        Changed::Full => "circle-full",
    };
    let error = reader.words().t(key);
    reader.fail(field, error);
    Ok(false)
}

fn name_field(reader: &mut Reader<'_>) -> String {
    reader.line("name", "circle-name", MAX_LINE, Need::Must)
}

fn new_page<'a>(frame: &'a Frame, reader: Reader<'_>) -> FormPage<'a> {
    FormPage::new(frame, frame.t("circle-new"), reader, "/circles/new", frame.t("circle-make"))
        .lead(frame.t("circles-lead"))
        .other(frame.t("circles"), "/circles".into())
}

pub(super) async fn new(visit: Visit, Asked(asked): Asked) -> Answer {
    let visit = visit.coordinator()?;
    let mut reader = Reader::open(visit.frame.words, &asked);
    name_field(&mut reader);
    Ok(new_page(&visit.frame, reader).answer())
}

pub(super) async fn send_new(State(app): State<App>, post: Post) -> Answer {
    let post = post.coordinator()?;
    let mut reader = Reader::judge(post.frame.words, &post.sent);
    let name = name_field(&mut reader);
    if reader.is_fine() {
        let id = post.deed().new_id(&app.handle, "circle");
        let circle = Circle { name, coordinators: Vec::new(), members: Vec::new() };
        let made = app.handle.make_circle(id, circle).await?;
        if judged(&mut reader, "name", &made)? {
            return Ok(go_telling(&format!("{}/add", address(&id)), News::CircleMade));
        }
    }
    Ok(new_page(&post.frame, reader).answer())
}

fn rename_page<'a>(frame: &'a Frame, reader: Reader<'_>, at: &str) -> FormPage<'a> {
    FormPage::new(frame, frame.t("circle-rename"), reader, &format!("{at}/name"), frame.t("save"))
        .other(frame.t("circle-back"), at.to_owned())
}

/// What a circle says, as far as its form shows it.
fn stood(circle: &Circle) -> Stood {
    Stood::new([("name", circle.name.clone())])
}

pub(super) async fn rename(
    State(app): State<App>,
    visit: Visit,
    Path(id): Path<String>,
    Asked(asked): Asked,
) -> Answer {
    let visit = visit.coordinator()?;
    let known = find(&app.handle, &id, &visit.member).await?;
    let stood = stood(&known.circle);
    let filled = stood.filled();
    let mut reader = Reader::open(visit.frame.words, &filled);
    stood.remember(&mut reader, &asked);
    name_field(&mut reader);
    Ok(rename_page(&visit.frame, reader, &address(&known.id)).answer())
}

pub(super) async fn send_rename(State(app): State<App>, Path(id): Path<String>, post: Post) -> Answer {
    let post = post.coordinator()?;
    let known = find(&app.handle, &id, &post.member).await?;
    let (frame, at, stands) = (&post.frame, address(&known.id), stood(&known.circle));
    let mut reader = Reader::judge(frame.words, &post.sent);
    stands.remember(&mut reader, &post.sent);
    let name = name_field(&mut reader);
    if reader.is_fine() && stands.changed_since(&post.sent) {
        let now = stands.filled();
        let mut theirs = Reader::open(frame.words, &now);
        name_field(&mut theirs);
        let both = stale::both(frame, None, reader, (&stands, theirs), &format!("{at}/name"), at.clone());
        return Ok(both.unwrap_or_else(|| go_telling(&at, News::CircleRenamed)));
    }
    if reader.is_fine() {
        let changed = app.handle.change_circle(known.id, move |circle| circle.name = name).await?;
        if judged(&mut reader, "name", &changed)? {
            return Ok(go_telling(&at, News::CircleRenamed));
        }
    }
    Ok(rename_page(frame, reader, &at).answer())
}

fn add_fields(reader: &mut Reader<'_>) -> (String, bool) {
    let who = reader.line("who", "circle-who", MAX_WHO, Need::Must);
    let parts = choices(reader.words(), [("in", "circle-is-in"), ("leads", "circle-looks-after")]);
    (who, reader.choice("part", "circle-part", parts, Need::May) == "leads")
}

fn add_page<'a>(frame: &'a Frame, reader: Reader<'_>, known: &Known) -> FormPage<'a> {
    let at = address(&known.id);
    let heading = frame.t1("circle-add-to", "circle", &known.circle.name);
    FormPage::new(frame, heading, reader, &format!("{at}/add"), frame.t("circle-add-button"))
        .lead(frame.t("circles-rule"))
        .other(frame.t("circle-back"), at)
}

pub(super) async fn add(State(app): State<App>, visit: Visit, Path(id): Path<String>, Asked(asked): Asked) -> Answer {
    let visit = visit.coordinator()?;
    let known = find(&app.handle, &id, &visit.member).await?;
    let mut reader = Reader::open(visit.frame.words, &asked);
    add_fields(&mut reader);
    Ok(add_page(&visit.frame, reader, &known).answer())
}

pub(super) async fn send_add(State(app): State<App>, Path(id): Path<String>, post: Post) -> Answer {
    let post = post.coordinator()?;
    let known = find(&app.handle, &id, &post.member).await?;
    let mut reader = Reader::judge(post.frame.words, &post.sent);
    let (who, leads) = add_fields(&mut reader);
    if reader.is_fine() {
        match one_like(post.frame.words, &plain_names(&app.handle).await?, &who) {
            Err(why) => reader.fail("who", why),
            Ok(member) => {
                let change = move |circle: &mut Circle| match leads {
                    true => circle.let_lead(member, true),
                    false => circle.add(member),
                };
                let changed = app.handle.change_circle(known.id, change).await?;
                if judged(&mut reader, "who", &changed)? {
                    let news = if leads { News::CircleLeads } else { News::CircleIn };
                    return Ok(go_telling(&address(&known.id), news));
                }
            }
        }
    }
    Ok(add_page(&post.frame, reader, &known).answer())
}

fn end_page<'a>(frame: &'a Frame, reader: Reader<'_>, known: &Known) -> FormPage<'a> {
    let at = address(&known.id);
    let heading = frame.t1("circle-end-named", "circle", &known.circle.name);
    FormPage::new(frame, heading, reader, &format!("{at}/end"), frame.t("circle-end"))
        .lead(frame.t("circle-end-lead"))
        .other(frame.t("circle-back"), at)
        .ending()
}

pub(super) async fn end(State(app): State<App>, visit: Visit, Path(id): Path<String>, Asked(asked): Asked) -> Answer {
    let visit = visit.coordinator()?;
    let known = find(&app.handle, &id, &visit.member).await?;
    Ok(end_page(&visit.frame, Reader::open(visit.frame.words, &asked), &known).answer())
}

pub(super) async fn send_end(State(app): State<App>, Path(id): Path<String>, post: Post) -> Answer {
    post.coordinator()?;
    // Sent twice, the second finds nothing left to end.
    app.handle.end_circle(paper_id(&id)?).await?;
    Ok(go("/done/circle-ended"))
}

pub(super) async fn leave(State(app): State<App>, Path(id): Path<String>, post: Post) -> Answer {
    let me = post.member.id;
    match app.handle.change_circle(paper_id(&id)?, move |circle| circle.take_out(&me)).await? {
        Changed::Missing => Err(Oops::Missing),
        _ => Ok(go("/done/circle-left")),
    }
}

/// One member of a circle, for those who look after it.
pub(super) async fn member(State(app): State<App>, visit: Visit, Path((id, member)): Path<(String, String)>) -> Answer {
    let (frame, words) = (&visit.frame, visit.frame.words);
    let known = led(&app.handle, &id, &visit.member).await?;
    let person = one(&app, &member).await?;
    let (id, balance, person) = (person.named.id, person.member.balance.get(), &person.named.person);
    let standing = Sight::ask(&app.handle, id == visit.member.id).await?.standing(words, balance);
    let (at, leads) = (address(&known.id), known.circle.led_by(&id));
    if !known.circle.has(&id) && !leads {
        return Err(Oops::Missing);
    }
    // Whom they keep away does not see how to reach them; who only looks after the circle is no member of it.
    let acts = known.circle.has(&id)
        && (known.coordinator || id == visit.member.id || app.handle.looks_after(visit.member.id, id).await?);
    let mut rows = vec![(words.t("circle-part"), words.t(if leads { "circle-looks-after" } else { "circle-is-in" }))];
    let mut links = Vec::new();
    if acts {
        let given = |value: &Option<String>| value.clone().unwrap_or_else(|| words.t("not-given"));
        rows.push((words.t("me-phone"), given(&person.phone)));
        rows.push((words.t("me-email"), given(&person.email)));
        let for_them = [
            ("behalf-home", "/home"),
            ("behalf-ask", "/ask"),
            ("behalf-offer", "/offer"),
            ("behalf-record", "/record"),
            ("behalf-statement", "/statement"),
        ];
        links.extend(for_them.map(|(key, path)| (words.t(key), format!("{path}?for={id}"))));
        if id != visit.member.id {
            links.push((words.t("messages-write"), format!("/messages/{id}")));
        }
    }
    links.push((words.t("circle-back"), at.clone()));
    let mut presses = Vec::new();
    if known.coordinator {
        let key = if leads { "circle-lead-no-more" } else { "circle-let-lead" };
        let press = Press::new(words.t(key), format!("{at}/members/{id}/lead"));
        presses.push(press.with("leads", if leads { "no" } else { "yes" }));
    }
    presses.push(Press::new(words.t("circle-take-out"), format!("{at}/members/{id}/out")).ending());
    let heading = if person.name.is_empty() { words.t("somebody") } else { person.name.clone() };
    let lead = if acts { vec![standing] } else { vec![words.t("circle-not-in")] };
    Ok(pages::show(frame, &FactsPage { frame, heading, lead, rows, presses, links }))
}

pub(super) async fn take_out(State(app): State<App>, Path((id, member)): Path<(String, String)>, post: Post) -> Answer {
    let known = led(&app.handle, &id, &post.member).await?;
    let member: MemberId = member.parse().map_err(|_| Oops::Missing)?;
    match app.handle.change_circle(known.id, move |circle| circle.take_out(&member)).await? {
        Changed::Missing => Err(Oops::Missing),
        _ => Ok(go_telling(&address(&known.id), News::CircleOut)),
    }
}

pub(super) async fn let_lead(State(app): State<App>, Path((id, member)): Path<(String, String)>, post: Post) -> Answer {
    let post = post.coordinator()?;
    let known = find(&app.handle, &id, &post.member).await?;
    let member = one(&app, &member).await?.named.id;
    let leads = post.sent.get("leads") == "yes";
    match app.handle.change_circle(known.id, move |circle| circle.let_lead(member, leads)).await? {
        Changed::Yes(_) => {
            let news = if leads { News::CircleLeads } else { News::CircleLeadsNoMore };
            Ok(go_telling(&address(&known.id), news))
        }
        Changed::Missing | Changed::SameName => Err(Oops::Missing),
        Changed::Full => {
            let lead = vec![post.frame.t("circle-full")];
            let links = vec![(post.frame.t("circle-back"), address(&known.id))];
            let heading = post.frame.t("oops-refused");
            let page = FactsPage { frame: &post.frame, heading, lead, rows: Vec::new(), presses: Vec::new(), links };
            Ok(pages::page(&post.frame, axum::http::StatusCode::CONFLICT, &page))
        }
    }
}
