//! Reports, first exchanges to be looked at, and what the community decided for its safety.

use super::{circle_address, notice_address};
use crate::{
    runtime::{
        Handle, Refused, clock,
        office::{First, Paper, Pending, Report, Subject},
    },
    web::{
        Answer, App, Oops,
        exchanges::{Seen, Stand},
        forms::{Asked, Post, Reader},
        member::{local, names, told, trouble_key},
        news::{News, go_telling},
        pages::{self, FactsPage, FormPage, Press, go, refusal},
        stale::{self, Stood},
        visit::{Frame, Visit},
        words::Words,
    },
};
use axum::extract::{Path, State};
use data_encoding::HEXLOWER;
use kith_protocol::{
    id::{ExchangeId, MemberId},
    machine::Reply,
};
use std::collections::BTreeMap;

fn paper_id(text: &str) -> Result<[u8; 16], Oops> {
    HEXLOWER.decode(text.as_bytes()).ok().and_then(|bytes| bytes.try_into().ok()).ok_or(Oops::Missing)
}

/// Where a report is read.
pub(super) fn report_address(id: &[u8; 16]) -> String {
    format!("/reports/{}", HEXLOWER.encode(id))
}

/// Whom a report is about, if it is a member.
pub(super) const fn whom(report: &Report) -> Option<MemberId> {
    match report.about {
        Subject::Person(id) | Subject::Message(id, _) => Some(id),
        Subject::Listing(..) | Subject::Exchange(_) | Subject::Event(_) | Subject::Circle(_) | Subject::Notice(_) => {
            None
        }
    }
}

pub(super) async fn report(State(app): State<App>, visit: Visit, Path(id): Path<String>) -> Answer {
    let visit = visit.coordinator()?;
    let (frame, words, key) = (&visit.frame, visit.frame.words, paper_id(&id)?);
    let found = app.handle.paper(key, |paper| match paper {
        Paper::Report(report) => Some(report.clone()),
        _ => None,
    });
    let report = found.await?.ok_or(Oops::Missing)?;
    let names = names(&app.handle, whom(&report).into_iter().chain([report.by])).await?;
    let name = |id: &MemberId| names.get(id).cloned().unwrap_or_else(|| words.t("somebody"));
    let mut rows = vec![
        (words.t("report-by"), name(&report.by)),
        (words.t("report-when"), words.near_day(report.at, clock::now())),
        (words.t("report-trouble"), words.t(trouble_key(report.trouble))),
    ];
    if !report.text.is_empty() {
        rows.push((words.t("report-text"), report.text.clone()));
    }
    let mut links = vec![(words.t1("report-open-by", "name", name(&report.by)), format!("/members/{}", report.by))];
    match report.about {
        Subject::Listing(community, key) => {
            links.push((words.t("report-open-listing"), format!("/listing/{community}/{key}")));
        }
        Subject::Exchange(exchange) => links.push((words.t("report-open-exchange"), format!("/exchange/{exchange}"))),
        Subject::Event(_) => links.push((words.t("report-open-events"), "/events".into())),
        Subject::Circle(circle) => links.push((words.t("report-open-circle"), circle_address(&circle))),
        Subject::Notice(notice) => links.push((words.t("report-open-notice"), notice_address(&notice))),
        Subject::Person(about) => rows.push((words.t("report-about"), name(&about))),
        Subject::Message(about, message) => {
            rows.push((words.t("report-about"), name(&about)));
            let text = app.handle.paper(message, |paper| match paper {
                Paper::Message(message) => Some(message.text.clone()),
                _ => None,
            });
            rows.extend(text.await?.map(|text| (words.t("report-their-words"), text)));
        }
    }
    if let Some(about) = whom(&report) {
        links.push((words.t1("report-open-by", "name", name(&about)), format!("/members/{about}")));
    }
    let done = Press::new(words.t("report-done"), format!("{}/done", report_address(&key)));
    let page = FactsPage {
        frame,
        heading: words.t("report-title"),
        lead: vec![words.t("report-read-lead")],
        rows,
        presses: if report.done.is_none() { vec![done] } else { Vec::new() },
        links,
    };
    Ok(pages::show(frame, &page))
}

pub(super) async fn report_done(State(app): State<App>, Path(id): Path<String>, post: Post) -> Answer {
    let post = post.coordinator()?;
    app.handle.report_done(paper_id(&id)?, post.member.id).await?;
    Ok(go("/done/report-seen"))
}

/// First exchanges in words, with the names of our members in them.
pub(super) async fn firsts_told(
    handle: &Handle,
    words: Words,
    firsts: &[(ExchangeId, First)],
) -> Result<(Vec<String>, BTreeMap<MemberId, String>), Refused> {
    let names = names(handle, firsts.iter().flat_map(|(_, first)| first.parties())).await?;
    let shown = firsts.to_vec();
    let seen = handle
        .look(move |machine, _| shown.iter().map(|(id, first)| Seen::first(machine, *id, first)).collect::<Vec<_>>());
    Ok((seen.await?.iter().map(|seen| told(words, &names, seen, None)).collect(), names))
}

/// For whom and by whom each was written down, where that was somebody else: both names.
pub(super) async fn firsts_spoken(
    handle: &Handle,
    words: Words,
    firsts: &[(ExchangeId, First)],
) -> Result<BTreeMap<ExchangeId, String>, Refused> {
    let spoken = handle.spoken_for(firsts.iter().map(|(id, first)| (*id, first.by())).collect()).await?;
    let names = names(handle, spoken.iter().flat_map(|((_, member), by)| [*member, *by])).await?;
    let name = |id: &MemberId| names.get(id).cloned().unwrap_or_else(|| words.t("somebody"));
    let both = |((id, member), by): (&(ExchangeId, MemberId), &MemberId)| {
        (*id, words.t2("acting", ("member", &name(member)), ("coordinator", &name(by))))
    };
    Ok(spoken.iter().map(both).collect())
}

async fn pending(app: &App, id: &str) -> Result<(ExchangeId, First), Oops> {
    let id: ExchangeId = id.parse().map_err(|_| Oops::Missing)?;
    Ok((id, app.handle.first(id).await?.ok_or(Oops::Missing)?))
}

pub(super) async fn first(State(app): State<App>, visit: Visit, Path(id): Path<String>) -> Answer {
    let visit = visit.coordinator()?;
    let (frame, words) = (&visit.frame, visit.frame.words);
    let (id, first) = pending(&app, &id).await?;
    let firsts = [(id, first)];
    let (told, names) = firsts_told(&app.handle, words, &firsts).await?;
    let spoken = firsts_spoken(&app.handle, words, &firsts).await?.remove(&id);
    let [(_, first)] = firsts;
    let mut rows = vec![(words.t("record-day"), words.day(first.made_at()))];
    if !first.note().is_empty() {
        rows.push((words.t("record-note"), first.note().to_owned()));
    }
    let open = |member: MemberId| {
        let name = names.get(&member).cloned().unwrap_or_else(|| words.t("somebody"));
        (words.t1("report-open-by", "name", name), format!("/members/{member}"))
    };
    let page = FactsPage {
        frame,
        heading: told.concat(),
        lead: spoken.into_iter().chain([words.t("first-lead")]).collect(),
        rows,
        presses: vec![
            Press::new(words.t("first-yes"), format!("/first/{id}/yes")),
            Press::new(words.t("first-no"), format!("/first/{id}/no")).ending(),
        ],
        links: first.parties().map(open).collect(),
    };
    Ok(pages::show(frame, &page))
}

/// Records one of two members here.
async fn here(app: &App, post: &Post, id: ExchangeId, pending: Pending) -> Result<Reply, Refused> {
    let (terms, note) = pending.terms(app.handle.community(), id)?;
    local(&app.handle, post.deed(), terms, pending.consents(), note).await
}

/// Records it as the member wrote it down. The other one still says yes, as the charter wants it.
pub(super) async fn first_yes(State(app): State<App>, Path(id): Path<String>, post: Post) -> Answer {
    let post = post.coordinator()?;
    let Ok((id, first)) = pending(&app, &id).await else { return dealt_with(&app, &post.frame, &id).await };
    let led = match first {
        // It was recorded, and the node stopped before it put the paper away.
        First::Here(_) if is_written(&app, id).await? => {
            app.handle.drop_pending(id).await?;
            return dealt_with(&app, &post.frame, &id.to_string()).await;
        }
        First::Here(pending) => here(&app, &post, id, pending).await,
        First::Across(across) => app.handle.go_across(post.deed().request(), across).await,
    };
    match led {
        Ok(_) => {
            app.handle.drop_pending(id).await?;
            Ok(go("/done/first-yes"))
        }
        Err(Refused::Rule(why)) => {
            let page = FactsPage {
                frame: &post.frame,
                heading: post.frame.t("oops-refused"),
                lead: vec![refusal(post.frame.words, &why)],
                rows: Vec::new(),
                presses: Vec::new(),
                links: vec![(post.frame.t("try-again"), format!("/first/{id}"))],
            };
            Ok(pages::page(&post.frame, axum::http::StatusCode::CONFLICT, &page))
        }
        Err(refused) => Err(Oops::Refused(refused)),
    }
}

pub(super) async fn first_no(State(app): State<App>, Path(id): Path<String>, post: Post) -> Answer {
    let post = post.coordinator()?;
    let Ok((id, first)) = pending(&app, &id).await else { return dealt_with(&app, &post.frame, &id).await };
    tracing::debug!(by = %post.member.id, "a first exchange was not recorded");
    let (words, by) = (post.frame.words, first.by());
    let (told, _) = firsts_told(&app.handle, words, &[(id, first)]).await?;
    let text = words.t1("first-no-words", "what", told.concat());
    app.handle.refuse_pending(id, by, post.member.id, text).await?;
    Ok(go("/done/first-no"))
}

/// Whether it was written down. What somebody elsewhere asks for stands here before and after.
async fn is_written(app: &App, id: ExchangeId) -> Result<bool, Refused> {
    let found = app.handle.look(move |machine, book| Seen::find(machine, book, id)).await?;
    Ok(found.is_some_and(|seen| !matches!(seen.stand, Stand::Claimed(_))))
}

/// What is so of a first exchange that waits no more: it was written down, here or by somebody else, or it was not.
async fn dealt_with(app: &App, frame: &Frame, id: &str) -> Answer {
    let id: ExchangeId = id.parse().map_err(|_| Oops::Missing)?;
    if is_written(app, id).await? {
        return Ok(go_telling(&format!("/exchange/{id}"), News::LookedAt));
    }
    let page = FactsPage {
        frame,
        heading: frame.t("first-over"),
        lead: vec![frame.t("first-over-lead")],
        rows: Vec::new(),
        presses: Vec::new(),
        links: vec![(frame.t("menu-today"), "/today".into())],
    };
    Ok(pages::show(frame, &page))
}

fn fields(reader: &mut Reader<'_>) -> (bool, bool) {
    (reader.tick("first", "safety-first"), reader.tick("notes", "safety-notes"))
}

fn rules_page<'a>(frame: &'a Frame, reader: Reader<'_>) -> FormPage<'a> {
    FormPage::new(frame, frame.t("safety-rules"), reader, "/safety", frame.t("save")).lead(frame.t("safety-rules-lead"))
}

/// What is decided, as far as this coordinator's form shows it.
async fn rules_stood(app: &App, me: &MemberId) -> Result<Stood, Oops> {
    let rules = app.handle.office_rules().await?;
    let yes = |yes: bool| if yes { "yes" } else { "" }.to_owned();
    Ok(Stood::new([("first", yes(rules.approve_first)), ("notes", yes(rules.note_readers.contains(me)))]))
}

pub(super) async fn rules(State(app): State<App>, visit: Visit, Asked(asked): Asked) -> Answer {
    let visit = visit.coordinator()?;
    let stood = rules_stood(&app, &visit.member.id).await?;
    let filled = stood.filled();
    let mut reader = Reader::open(visit.frame.words, &filled);
    stood.remember(&mut reader, &asked);
    fields(&mut reader);
    Ok(rules_page(&visit.frame, reader).answer())
}

pub(super) async fn send_rules(State(app): State<App>, post: Post) -> Answer {
    let post = post.coordinator()?;
    let me = post.member.id;
    let stands = rules_stood(&app, &me).await?;
    let mut reader = Reader::judge(post.frame.words, &post.sent);
    stands.remember(&mut reader, &post.sent);
    let (first, notes) = fields(&mut reader);
    if !reader.is_fine() {
        return Ok(rules_page(&post.frame, reader).answer());
    }
    if stands.changed_since(&post.sent) {
        let both = stale::over(&post.frame, reader, &stands, |theirs| _ = fields(theirs), "/safety", "/today");
        return Ok(both.unwrap_or_else(|| go("/done/safety")));
    }
    app.handle
        .set_office_rules(move |rules| {
            rules.approve_first = first;
            // The first takes it; after that, one who has it has to give it.
            let may = rules.note_readers.is_empty() || rules.note_readers.contains(&me);
            rules.note_readers.retain(|reader| *reader != me);
            if notes && may {
                rules.note_readers.push(me);
            }
        })
        .await?;
    Ok(go("/done/safety"))
}
