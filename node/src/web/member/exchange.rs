//! One exchange: where it stands, and what can be done about it.

use super::home::{names, told};
use crate::{
    runtime::{
        Refused,
        agreed::{agreed, through},
        clock,
        desk::{Heard, Reason},
        office::Deed as Done,
    },
    web::{
        Answer, App, Oops,
        acting::Acting,
        agreed::Agreed,
        exchanges::{Seen, Stand},
        forms::{Asked, Control, Field, Need, Post, Reader, Sent, choices},
        news::{News, go_telling},
        pages::{self, FormPage, go, refusal},
        signing::{self, Signing},
        visit::{Frame, Member, Visit},
        words::Words,
    },
};
use askama::Template;
use axum::extract::{Path, State};
use kith_protocol::{
    id::{ExchangeId, MemberId},
    ledger::{Body, CorrectionTerms, ExchangeTerms, History as _, PaymentTerms},
    machine::{Command, Reply, WaitingKind},
    minutes::Minutes,
    rejection::Rejection,
    time::Timestamp,
};
use std::collections::BTreeMap;

/// A step on an exchange's way.
struct Mile {
    done: bool,
    words: String,
}

#[derive(Template)]
#[template(path = "exchange.html", whitespace = "minimize")]
struct ExchangePage<'a> {
    frame: &'a Frame,
    acting: Option<String>,
    heading: String,
    sentence: String,
    next: Option<String>,
    note: Option<String>,
    miles: Vec<Mile>,
    /// How those who took part agreed.
    agreed: Vec<(String, String)>,
    /// What the visitor's own key signs, when it waits for them.
    signing: Option<Signing>,
    /// Whom it waits for, when it is the visitor's to say.
    mine: bool,
    once: String,
    confirm: String,
    /// How somebody told whoever acts for them.
    told: Vec<Field>,
    decline: Option<String>,
    question: Option<String>,
    correct: Option<String>,
    write: Option<String>,
    report: Option<String>,
    back: Option<String>,
    /// What a coordinator can do with the partner, or with the pot.
    coordinator: Vec<(String, String)>,
}

/// An exchange, with the names of those who took part, for somebody who may see it.
struct Found {
    acting: Acting,
    seen: Seen,
    names: BTreeMap<MemberId, String>,
    /// How those who took part agreed.
    agreed: Agreed,
}

async fn find(app: &App, who: &Member, sent: &Sent, id: &str) -> Result<Found, Oops> {
    let id: ExchangeId = id.parse().map_err(|_| Oops::Missing)?;
    let acting = Acting::of(&app.handle, who, sent).await?;
    let found = app.handle.look(move |machine, book| Some((Seen::find(machine, book, id)?, agreed(machine, book, id))));
    let (seen, agreed) = match found.await? {
        Some((seen, agreed)) => (said_yes(app, seen).await?, agreed),
        None => (looked_at(app, &acting, id).await?, Vec::new()),
    };
    let part = seen.parties().any(|party| party == acting.member);
    if !part && !who.coordinator {
        return Err(Oops::NotYours);
    }
    let sheet = app.handle.sheets_by(vec![id]).await?.remove(&id);
    let spoken = app.handle.spoken_for(seen.parties().map(|party| (id, party)).collect()).await?;
    let spoken: BTreeMap<_, _> = spoken.into_iter().map(|((_, member), by)| (member, by)).collect();
    let helpers = sheet.into_iter().chain(spoken.values().copied());
    let names =
        names(&app.handle, seen.parties().chain(seen.on()).chain(through(&agreed).map(|(_, by)| by)).chain(helpers))
            .await?;
    let agreed = Agreed { given: agreed, sheet, spoken, group: !seen.others.is_empty() };
    Ok(Found { acting, seen, names, agreed })
}

/// A first exchange that a coordinator looks at, for whoever wrote it down: the other one was not asked yet.
async fn looked_at(app: &App, acting: &Acting, id: ExchangeId) -> Result<Seen, Oops> {
    let first = app.handle.first(id).await?.filter(|first| first.by() == acting.member).ok_or(Oops::Missing)?;
    Ok(app.handle.look(move |machine, _| Seen::first(machine, id, &first)).await?)
}

/// What somebody elsewhere asked for, once ours said yes to it and a coordinator looks at it.
async fn said_yes(app: &App, seen: Seen) -> Result<Seen, Oops> {
    if !matches!(seen.stand, Stand::Claimed(_)) {
        return Ok(seen);
    }
    let id = seen.id;
    let Some(first) = app.handle.first(id).await? else { return Ok(seen) };
    Ok(app.handle.look(move |machine, _| Seen::first(machine, id, &first)).await?)
}

impl Found {
    fn heading(&self, words: Words) -> String {
        told(words, &self.names, &self.seen, self.acting.myself())
    }

    /// What the member it waits for, or who put it right, is called.
    fn waits_for(&self, words: Words) -> String {
        let on = self.seen.on().and_then(|on| self.names.get(&on));
        on.cloned().unwrap_or_else(|| words.t("somebody"))
    }

    fn miles(&self, words: Words, now: Timestamp) -> Vec<Mile> {
        let seen = &self.seen;
        let day = words.near_day(seen.since, now);
        let agreed = !matches!(
            seen.stand,
            Stand::First(_)
                | Stand::Waits(_)
                | Stand::Claimed(_)
                | Stand::Asked
                | Stand::Declined
                | Stand::Advanced { .. }
        );
        let counts = matches!(seen.stand, Stand::Settled | Stand::Corrected(..));
        let mut miles = vec![
            Mile { done: true, words: words.t1("mile-told", "day", &day) },
            Mile { done: agreed, words: words.t("mile-agreed") },
        ];
        if let Some(partner) = &seen.partner {
            miles.push(Mile { done: counts, words: words.t1("mile-partner", "partner", partner) });
        }
        miles.push(Mile { done: counts, words: words.t("mile-counts") });
        miles
    }
}

fn next(words: Words, seen: &Seen) -> String {
    words.t(match seen.stand {
        Stand::First(_) => "done-first-next",
        Stand::Waits(_) | Stand::Claimed(_) => "next-waits",
        Stand::Asked | Stand::OnHold | Stand::Answering => "next-partner",
        Stand::Refused => "next-refused",
        Stand::Settled | Stand::Corrected(..) | Stand::Declined | Stand::Advanced { .. } => "next-settled",
    })
}

/// What a coordinator can do about an exchange that crosses.
fn deciding(words: Words, seen: &Seen) -> Vec<(String, String)> {
    let mut ways = Vec::new();
    if seen.disputed || seen.outcome.is_some() {
        ways.push((words.t("dispute-look"), format!("/disputes/{}", seen.id)));
    } else if seen.partner.is_some() && matches!(seen.stand, Stand::Settled | Stand::Answering) {
        ways.push((words.t("dispute-open"), format!("/disputes/{}/open", seen.id)));
    }
    let advance = format!("/exchange/{}/advance", seen.id);
    match seen.stand {
        Stand::Asked if seen.advanced.is_none() => ways.push((words.t("advance"), advance)),
        Stand::Advanced { kept: false } => ways.push((words.t("advance-end"), advance)),
        _ => {}
    }
    ways
}

pub(super) async fn show(State(app): State<App>, visit: Visit, Path(id): Path<String>, Asked(asked): Asked) -> Answer {
    let found = find(&app, &visit.member, &asked, &id).await?;
    let (frame, words, now) = (&visit.frame, visit.frame.words, clock::now());
    let Found { acting, seen, .. } = &found;
    let signing = match seen.waits_for(&acting.member) {
        true => to_sign(&app, &found).await?,
        false => None,
    };
    let note = app.handle.note(seen.id).await?.map(|note| note.note);
    let part = seen.parties().any(|party| party == acting.member);
    let address = |what: &str| acting.address(&format!("/exchange/{}/{what}", seen.id));
    let counts = matches!(seen.stand, Stand::Settled | Stand::Corrected(..));
    let mine = acting.myself().is_some_and(|me| seen.waits_for(&me));
    let waits_for = (!mine).then(|| found.waits_for(words));
    let page = ExchangePage {
        frame,
        acting: acting.line(words),
        heading: found.heading(words),
        sentence: seen.sentence(words, waits_for.as_deref(), now),
        next: (asked.get("new") == "yes").then(|| next(words, seen)),
        note,
        miles: found.miles(words, now),
        agreed: found.agreed.told(words, &found.names, acting.myself()),
        signing,
        mine: seen.waits_for(&acting.member),
        once: crate::web::forms::fresh_once(),
        confirm: format!("/exchange/{}/confirm", seen.id),
        told: acting.told(words, &asked),
        decline: (part && seen.can_decline()).then(|| address("decline")),
        question: (part && counts).then(|| address("question")),
        write: acting.myself().and_then(|me| {
            // Before a coordinator looked, it is no reason to write to anybody.
            let reason = part && !matches!(seen.stand, Stand::First(_));
            let other = seen.parties().find(|party| *party != me).filter(|_| reason)?;
            Some(super::messages::about_exchange(other, seen.id))
        }),
        report: (part && acting.myself().is_some()).then(|| super::safety::about_exchange(seen.id)),
        back: (part && seen.returnable).then(|| address("back")),
        coordinator: if visit.member.coordinator { deciding(words, seen) } else { Vec::new() },
        correct: (visit.member.coordinator && seen.correctable && counts).then(|| address("correct")),
    };
    Ok(pages::show(frame, &page))
}

/// What waits for a member's agreement.
enum Awaited {
    Here(ExchangeTerms),
    Across(PaymentTerms),
}

async fn awaited(app: &App, exchange: ExchangeId) -> Result<Awaited, Oops> {
    let waiting = app.handle.look(move |machine, _| machine.state().waiting().get(&exchange).cloned()).await?;
    let waiting = waiting.ok_or(Rejection::NotWaiting(exchange))?;
    match waiting.kind {
        WaitingKind::Local { terms, .. } => Ok(Awaited::Here(terms)),
        WaitingKind::Payment { account, payer, payee, minutes, reverses } => Ok(Awaited::Across(PaymentTerms {
            community: app.handle.community(),
            account,
            exchange,
            payer,
            payee,
            minutes,
            made_at: waiting.since,
            details: None,
            reverses,
        })),
        WaitingKind::Asked { .. } | WaitingKind::Declined { .. } => Err(Rejection::NotWaiting(exchange).into()),
    }
}

async fn to_sign(app: &App, found: &Found) -> Result<Option<Signing>, Oops> {
    let Some(key) = signing::own_key(app, &found.acting).await? else { return Ok(None) };
    Ok(Some(match awaited(app, found.seen.id).await? {
        Awaited::Here(terms) => Signing::of(&terms, &key),
        Awaited::Across(terms) => Signing::of(&terms, &key),
    }))
}

/// Agrees, for the member it waits for.
pub(super) async fn confirm(State(app): State<App>, Path(id): Path<String>, post: Post) -> Answer {
    let deed = post.deed();
    let found = find(&app, &post.member, &post.sent, &id).await?;
    let to = found.acting.address(&format!("/exchange/{}?new=yes", found.seen.id));
    if app.handle.earlier(deed.request()).await?.is_some() {
        return Ok(go(&to));
    }
    if !found.seen.waits_for(&found.acting.member) {
        return Err(Rejection::NotWaiting(found.seen.id).into());
    }
    let key = signing::own_key(&app, &found.acting).await?;
    let channel = found.acting.fields(&mut Reader::judge(post.frame.words, &post.sent));
    let consent = signing::consent(&found.acting, channel, key, &post.sent)?;
    let held = match awaited(&app, found.seen.id).await? {
        Awaited::Here(terms) => {
            let consents = match terms.receiver == found.acting.member {
                true => vec![None, Some(consent)],
                false => vec![Some(consent), None],
            };
            app.handle.agreed(deed.request(), terms, consents, Command::Exchange).await?;
            false
        }
        Awaited::Across(terms) => app.handle.pay_or_hold(deed.request(), terms, consent).await?.is_none(),
    };
    found.acting.spoke(&app.handle, found.seen.id).await?;
    Ok(go(&if held { found.acting.address("/done/first") } else { to }))
}

fn ending<'a>(frame: &'a Frame, found: &Found, mut reader: Reader<'_>, what: &str) -> FormPage<'a> {
    found.acting.whom(&mut reader);
    let action = format!("/exchange/{}/{what}", found.seen.id);
    let button = frame.t(&format!("{what}-button"));
    FormPage::new(frame, frame.t(what), reader, &action, button)
        .lead(found.heading(frame.words))
        .lead(frame.t(&format!("{what}-lead")))
        .acting(found.acting.line(frame.words))
}

pub(super) async fn decline(
    State(app): State<App>,
    visit: Visit,
    Path(id): Path<String>,
    Asked(asked): Asked,
) -> Answer {
    let found = find(&app, &visit.member, &asked, &id).await?;
    Ok(ending(&visit.frame, &found, Reader::open(visit.frame.words, &asked), "decline").ending().answer())
}

pub(super) async fn send_decline(State(app): State<App>, Path(id): Path<String>, post: Post) -> Answer {
    let deed = post.deed();
    if app.handle.earlier(deed.request()).await?.is_none() {
        let found = find(&app, &post.member, &post.sent, &id).await?;
        if !found.seen.parties().any(|party| party == found.acting.member) {
            return Err(Oops::NotYours);
        }
        let no = found.seen.waits_for(&found.acting.member);
        app.handle.decline(deed.request(), found.seen.id).await?;
        found.acting.note(&app.handle, if no { Done::Declined } else { Done::TakenBack }).await?;
    }
    let acting = Acting::of(&app.handle, &post.member, &post.sent).await?;
    Ok(go(&acting.address("/done/declined")))
}

pub(super) async fn back(State(app): State<App>, visit: Visit, Path(id): Path<String>, Asked(asked): Asked) -> Answer {
    let found = find(&app, &visit.member, &asked, &id).await?;
    Ok(ending(&visit.frame, &found, Reader::open(visit.frame.words, &asked), "back").answer())
}

/// Asks the partner's member to give the hours back. They agree at home, by paying.
pub(super) async fn send_back(State(app): State<App>, Path(id): Path<String>, post: Post) -> Answer {
    let deed = post.deed();
    let found = find(&app, &post.member, &post.sent, &id).await?;
    let (of, member) = (found.seen.id, found.acting.member);
    if !found.seen.returnable || found.seen.receiver != Some(member) {
        return Err(Oops::NotYours);
    }
    let account = app.handle.look(move |_, book| match book.entry(book.exchange(&of)?.index)?.body {
        Body::Hold { terms, .. } => Some(terms.account),
        Body::Recovered { proposal, .. } => Some(proposal.content.account),
        _ => None,
    });
    let account = account.await?.ok_or(Oops::Missing)?;
    let exchange = ExchangeId(deed.new_id(&app.handle, "exchange"));
    let minutes = Minutes::new(i64::from(found.seen.minutes)).map_err(Rejection::from)?;
    let command = Command::Ask { account, exchange, payee: member, payer: None, minutes, reverses: Some(of) };
    let led = app.handle.command(deed.request(), command).await?;
    found.acting.spoke(&app.handle, exchange).await?;
    match led {
        Reply::Waits { exchange, .. } => Ok(go(&found.acting.address(&format!("/exchange/{exchange}?new=yes")))),
        _ => Ok(go("/home")),
    }
}

const REASONS: [(&str, &str, Reason); 4] = [
    ("hours", "question-hours", Reason::Hours),
    ("never", "question-never", Reason::Never),
    ("person", "question-person", Reason::Person),
    ("other", "question-other", Reason::Other),
];

/// The message for a reason.
pub(in crate::web) fn reason_key(reason: Reason) -> &'static str {
    REASONS.iter().find(|(_, _, found)| *found == reason).map_or("question-other", |(_, key, _)| key)
}

fn reasons(reader: &mut Reader<'_>) -> Option<Reason> {
    let options = choices(reader.words(), REASONS.map(|(value, key, _)| (value, key)));
    let chosen = reader.choice("reason", "question-reason", options, Need::Must);
    REASONS.iter().find(|(value, _, _)| *value == chosen).map(|(_, _, reason)| *reason)
}

pub(super) async fn question(
    State(app): State<App>,
    visit: Visit,
    Path(id): Path<String>,
    Asked(asked): Asked,
) -> Answer {
    let found = find(&app, &visit.member, &asked, &id).await?;
    let mut reader = Reader::open(visit.frame.words, &asked);
    reasons(&mut reader);
    Ok(ending(&visit.frame, &found, reader, "question").answer())
}

pub(super) async fn send_question(State(app): State<App>, Path(id): Path<String>, post: Post) -> Answer {
    let found = find(&app, &post.member, &post.sent, &id).await?;
    let mut reader = Reader::judge(post.frame.words, &post.sent);
    let reason = reasons(&mut reader);
    let Some(reason) = reason.filter(|_| reader.is_fine()) else {
        return Ok(ending(&post.frame, &found, reader, "question").answer());
    };
    if !found.seen.parties().any(|party| party == found.acting.member) {
        return Err(Oops::NotYours);
    }
    let (form, id) = (post.deed().new_id(&app.handle, "question"), found.seen.id);
    match app.handle.question(form, id, found.acting.member, reason).await? {
        Heard::First => found.acting.note(&app.handle, Done::Questioned).await?,
        Heard::Before => {}
        Heard::Answered => return Ok(go_telling(&found.acting.address(&format!("/exchange/{id}")), News::Answered)),
    }
    Ok(go(&found.acting.address("/done/questioned")))
}

fn correction(reader: &mut Reader<'_>, group: bool) -> Option<Option<Minutes>> {
    let words = reader.words();
    let mut ways = vec![("never", "correct-never")];
    if !group {
        ways.insert(0, ("hours", "correct-hours"));
    }
    ways.push(("right", "correct-right"));
    match reader.choice("what", "correct-what", choices(words, ways), Need::Must).as_str() {
        "hours" => reader.length("length", "correct-length").map(Some),
        way => {
            // Shown all the same, so that whoever changes their mind finds it.
            if !group {
                reader.optional("length", "correct-length");
            }
            (way == "never").then_some(None)
        }
    }
}

pub(super) async fn correct(
    State(app): State<App>,
    visit: Visit,
    Path(id): Path<String>,
    Asked(asked): Asked,
) -> Answer {
    let visit = visit.coordinator()?;
    let found = find(&app, &visit.member, &asked, &id).await?;
    let mut reader = Reader::open(visit.frame.words, &asked);
    correction(&mut reader, !found.seen.others.is_empty());
    Ok(ending(&visit.frame, &found, reader, "correct").answer())
}

pub(super) async fn send_correct(State(app): State<App>, Path(id): Path<String>, post: Post) -> Answer {
    let post = post.coordinator()?;
    let found = find(&app, &post.member, &post.sent, &id).await?;
    let mut reader = Reader::judge(post.frame.words, &post.sent);
    let to = correction(&mut reader, !found.seen.others.is_empty());
    if !reader.is_fine() {
        return Ok(ending(&post.frame, &found, reader, "correct").answer());
    }
    let corrects = found.seen.id;
    if let Some(minutes) = to {
        let deed = post.deed();
        let terms = CorrectionTerms {
            community: app.handle.community(),
            exchange: ExchangeId(deed.new_id(&app.handle, "correction")),
            corrects,
            minutes,
            made_at: clock::now(),
            details: None,
        };
        let led = app.handle.command(deed.request(), Command::Correct { terms, by: post.member.id }).await;
        if let Err(Refused::Rule(why)) = led {
            let refused = Some(refusal(post.frame.words, &why));
            return Ok(ending(&post.frame, &found, reader, "correct").refused(refused).answer());
        }
        led?;
    }
    app.handle.answered(corrects).await?;
    Ok(match to {
        Some(_) => go_telling(&format!("/exchange/{corrects}"), News::PutRight),
        None => go("/done/answered"),
    })
}
