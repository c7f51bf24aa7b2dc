//! A message to everybody, or to a circle: it stands on their first page and among their messages, and can be printed.

use super::{circles::paper_id, everybody_here};
use crate::{
    runtime::{
        Handle, Refused, clock,
        office::{ByMail, MAX_WORDS, Notice, PaperId},
    },
    web::{
        Answer, App, Oops,
        forms::{Asked, Choice, Need, Post, Reader, Step, choices},
        member::{about_notice, names},
        news::{News, go_telling},
        pages::{self, CheckPage, FactsPage, FormPage, Press, go},
        visit::{Frame, Member, Visit},
        words::Words,
    },
};
use askama::Template;
use axum::extract::{Path, State};
use data_encoding::HEXLOWER;
use kith_protocol::{id::MemberId, time::Span};
use std::collections::BTreeSet;

/// For how long a notice stands.
const STANDS: [(&str, &str, u64); 3] =
    [("week", "stands-week", 7), ("two", "stands-two-weeks", 14), ("month", "stands-month", 31)];
/// The value for everybody, where circles have their id.
const ALL: &str = "all";
/// Notices on one list.
const SHOWN: usize = 50;
/// Names of those who get a notice on paper.
const NAMED: usize = 100;

/// Where a notice is read.
pub(in crate::web) fn notice_address(id: &PaperId) -> String {
    format!("/notices/{}", HEXLOWER.encode(id))
}

/// To whom somebody may write: coordinators to everybody and each circle, others to the circles they look after.
async fn audiences(handle: &Handle, who: &Member) -> Result<Vec<(PaperId, String)>, Oops> {
    let circles = handle.circles().await?.into_iter();
    let theirs = circles.filter(|(_, circle)| who.coordinator || circle.led_by(&who.id));
    Ok(theirs.map(|(id, circle)| (id, circle.name)).collect())
}

struct Filled {
    to: Option<PaperId>,
    text: String,
    days: u64,
    by_mail: Option<ByMail>,
}

/// The fields; `mail` says whether e-mail can be sent.
fn fields(reader: &mut Reader<'_>, who: &Member, circles: &[(PaperId, String)], mail: bool) -> Filled {
    let words = reader.words();
    let all = who.coordinator.then(|| Choice::new(ALL, words.t("notice-all")));
    let each = circles.iter().map(|(id, name)| Choice::new(HEXLOWER.encode(id), name));
    let to = reader.select("to", "notice-to", all.into_iter().chain(each).collect());
    let text = reader.area("text", "notice-text", MAX_WORDS, Need::Must);
    let options = choices(words, STANDS.map(|(value, key, _)| (value, key)));
    let stands = reader.choice("stands", "notice-stands", options, Need::May);
    let days = STANDS.iter().find(|(value, _, _)| *value == stands).map_or(STANDS[0].2, |(_, _, days)| *days);
    let by_mail = (mail && reader.tick("mail", "notice-mail")).then(ByMail::default);
    Filled { to: paper_id(&to).ok(), text, days, by_mail }
}

fn form<'a>(frame: &'a Frame, reader: Reader<'_>) -> FormPage<'a> {
    FormPage::new(frame, frame.t("notice-new"), reader, "/notices/new", frame.t("go-on"))
        .lead(frame.t("notice-lead"))
        .other(frame.t("notices"), "/notices".into())
}

async fn allowed(handle: &Handle, who: &Member) -> Result<Vec<(PaperId, String)>, Oops> {
    let circles = audiences(handle, who).await?;
    if who.coordinator || !circles.is_empty() { Ok(circles) } else { Err(Oops::NotYours) }
}

pub(super) async fn new(State(app): State<App>, visit: Visit, Asked(asked): Asked) -> Answer {
    let circles = allowed(&app.handle, &visit.member).await?;
    let mut reader = Reader::open(visit.frame.words, &asked);
    fields(&mut reader, &visit.member, &circles, app.handle.mail_is_on());
    Ok(form(&visit.frame, reader).answer())
}

pub(super) async fn send(State(app): State<App>, post: Post) -> Answer {
    let frame = &post.frame;
    let circles = allowed(&app.handle, &post.member).await?;
    let mut reader = Reader::judge(frame.words, &post.sent);
    let filled = fields(&mut reader, &post.member, &circles, app.handle.mail_is_on());
    if !reader.is_fine() || post.sent.step() == Step::Edit {
        return Ok(form(frame, reader).answer());
    }
    if post.sent.step() == Step::Check {
        let check = CheckPage::new(frame, frame.t("check"), reader, "/notices/new", frame.t("notice-button"));
        return Ok(check.lead(frame.t("notice-check")).answer());
    }
    let id = post.deed().new_id(&app.handle, "notice");
    let at = clock::now();
    let until = at.plus(Span::days(filled.days));
    let Filled { text, to: circle, by_mail, .. } = filled;
    let notice = Notice { text, by: post.member.id, at, until, circle, by_mail };
    if app.handle.post_notice(id, notice).await? {
        return Ok(go(&format!("{}?new=yes", notice_address(&id))));
    }
    // The form of one that was taken down, sent once more.
    Ok(go_telling("/notices", News::NoticeDropped))
}

/// Notices that stand and that the visitor may write or read.
pub(super) async fn list(State(app): State<App>, visit: Visit) -> Answer {
    let (frame, words, who) = (&visit.frame, visit.frame.words, &visit.member);
    let notices = if who.coordinator { app.handle.notices().await? } else { app.handle.notices_for(who.id).await? };
    let rows = notices.iter().take(SHOWN);
    let links = rows.map(|(id, notice)| {
        let text = crate::web::words::shortened(&notice.text.replace('\n', " "), 60);
        (
            words.t2("notice-line", ("day", &words.near_day(notice.at, clock::now())), ("text", &text)),
            notice_address(id),
        )
    });
    let mut links: Vec<(String, String)> = links.collect();
    let lead = vec![words.t(if links.is_empty() { "notices-none" } else { "notices-lead" })];
    if allowed(&app.handle, who).await.is_ok() {
        links.push((words.t("notice-new"), "/notices/new".into()));
    }
    let page = FactsPage { frame, heading: words.t("notices"), lead, rows: Vec::new(), presses: Vec::new(), links };
    Ok(pages::show(frame, &page))
}

#[derive(Template)]
#[template(path = "notice.html", whitespace = "minimize")]
struct NoticePage<'a> {
    frame: &'a Frame,
    fresh: bool,
    to: String,
    text: String,
    signed: String,
    mailed: Option<Mailed>,
    drop: Option<Press>,
    report: String,
}

/// What became of a notice's letters, for whoever may write it.
struct Mailed {
    told: Vec<String>,
    /// Who gets it on paper.
    on_paper: Vec<String>,
    /// How many more do.
    more: Option<String>,
}

/// Who is to get a notice on paper: whom it is for, and who gets no e-mail, or did not get this one.
async fn on_paper(handle: &Handle, notice: &Notice, mail: &ByMail) -> Result<Vec<MemberId>, Oops> {
    let circle = match notice.circle {
        Some(circle) => handle.circle(circle).await?,
        None => None,
    };
    let meant = |member: &MemberId| circle.as_ref().is_none_or(|one| one.has(member) || one.led_by(member));
    let files = handle.files().await?.into_iter();
    let asked: BTreeSet<MemberId> = files.filter(|file| file.weekly.is_some()).map(|file| file.member).collect();
    let addressed = handle.persons(asked.into_iter().collect()).await?;
    let gets = |member: &MemberId| {
        addressed.get(member).is_some_and(|person| person.email.is_some()) && !mail.missed.contains(member)
    };
    let mut all = everybody_here(handle).await?;
    all.retain(|member| meant(member) && !gets(member));
    Ok(all)
}

async fn mailed(handle: &Handle, words: Words, id: PaperId, notice: &Notice) -> Result<Option<Mailed>, Oops> {
    let Some(mail) = &notice.by_mail else { return Ok(None) };
    let mut told = Vec::new();
    match mail.letters {
        None => told.push(words.t("notice-mail-soon")),
        Some(_) => {
            told.push(words.n("notice-mail-sent", mail.sent));
            let waiting = handle.notice_letters_waiting(id).await? as u64;
            told.extend((waiting > 0).then(|| words.n("notice-mail-waits", waiting)));
        }
    }
    let all = on_paper(handle, notice, mail).await?;
    let named = names(handle, all.iter().take(NAMED).copied()).await?;
    let shown = all.iter().take(NAMED).filter_map(|member| named.get(member).cloned()).collect();
    let more = all.len().saturating_sub(NAMED) as u64;
    Ok(Some(Mailed { told, on_paper: shown, more: (more > 0).then(|| words.n("notice-paper-more", more)) }))
}

/// Who wrote a notice, when, and until when it stands.
pub(in crate::web) async fn signed(handle: &Handle, words: Words, notice: &Notice) -> Result<String, Refused> {
    let by = names(handle, [notice.by]).await?.remove(&notice.by).unwrap_or_else(|| words.t("somebody"));
    let values = [("by", by), ("day", words.day(notice.at)), ("until", words.day(notice.until))];
    Ok(words.filled("notice-signed", &values))
}

async fn find(handle: &Handle, id: &str, who: &Member) -> Result<(PaperId, Notice), Oops> {
    let id = paper_id(id)?;
    let mine = if who.coordinator { handle.notices().await? } else { handle.notices_for(who.id).await? };
    mine.into_iter().find(|(found, _)| *found == id).ok_or(Oops::Missing)
}

fn may_drop(who: &Member, notice: &Notice) -> bool {
    who.coordinator || notice.by == who.id
}

pub(super) async fn show(State(app): State<App>, visit: Visit, Path(id): Path<String>, Asked(asked): Asked) -> Answer {
    let (frame, words) = (&visit.frame, visit.frame.words);
    let (id, notice) = find(&app.handle, &id, &visit.member).await?;
    let circle = match notice.circle {
        Some(circle) => app.handle.circle(circle).await?,
        None => None,
    };
    let leads = circle.as_ref().is_some_and(|circle| circle.led_by(&visit.member.id));
    let mailed = match visit.member.coordinator || leads {
        true => mailed(&app.handle, words, id, &notice).await?,
        false => None,
    };
    let page = NoticePage {
        frame,
        fresh: asked.get("new") == "yes",
        to: circle.map_or_else(|| words.t("notice-all"), |circle| circle.name),
        signed: signed(&app.handle, words, &notice).await?,
        mailed,
        drop: may_drop(&visit.member, &notice)
            .then(|| Press::new(words.t("notice-drop"), format!("{}/drop", notice_address(&id))).ending()),
        text: notice.text,
        report: about_notice(&id),
    };
    Ok(pages::show(frame, &page))
}

pub(super) async fn drop_notice(State(app): State<App>, Path(id): Path<String>, post: Post) -> Answer {
    match find(&app.handle, &id, &post.member).await {
        Ok((id, notice)) if may_drop(&post.member, &notice) => app.handle.take_down(id).await?,
        Ok(_) => return Err(Oops::NotYours),
        // Sent twice, the second finds nothing left to take down.
        Err(Oops::Missing) => {}
        Err(oops) => return Err(oops),
    }
    Ok(go_telling("/notices", News::NoticeDropped))
}
