//! An exchange that one of two communities thinks is wrong: what their coordinators say to each other, and how it ends. And
//! what the pot gives a member who waits for a partner.

use crate::{
    runtime::{
        clock,
        disputes::{Disputed, Ended, Line, Open, find},
    },
    web::{
        Answer, App, Oops,
        exchanges::{Seen, Stand},
        forms::{Asked, Need, Post, Reader, choices},
        member::{names, told},
        news::{News, go_telling},
        pages::{self, FormPage, go, refusal},
        visit::{Frame, Visit},
        words::Words,
    },
};
use askama::Template;
use axum::{
    extract::{Path, State},
    response::Response,
};
use kith_protocol::{
    id::ExchangeId,
    machine::{Command, DisputeDeed},
    partnership::{Complaint, MAX_DISPUTE_TEXT, Outcome, Said, Words as Written},
    time::Span,
};

/// One statement of the thread.
struct Word {
    ours: bool,
    who: String,
    day: String,
    said: String,
    /// Until the partner is there.
    waits: Option<String>,
}

#[derive(Template)]
#[template(path = "dispute.html", whitespace = "minimize")]
struct DisputePage<'a> {
    frame: &'a Frame,
    heading: String,
    lines: Vec<String>,
    thread: Vec<Word>,
    ways: Vec<(String, String)>,
}

/// An exchange with what is said about it.
struct Found {
    seen: Seen,
    disputed: Option<Disputed>,
    heading: String,
}

async fn look(app: &App, words: Words, id: &str) -> Result<Found, Oops> {
    let id: ExchangeId = id.parse().map_err(|_| Oops::Missing)?;
    let look = app.handle.look(move |machine, book| Some((Seen::find(machine, book, id)?, find(machine, book, id))));
    let (seen, disputed) = look.await?.ok_or(Oops::Missing)?;
    let names = names(&app.handle, seen.parties()).await?;
    let heading = told(words, &names, &seen, None);
    Ok(Found { seen, disputed, heading })
}

fn complaint(words: Words, complaint: Complaint) -> String {
    words.t(match complaint {
        Complaint::Hours => "question-hours",
        Complaint::Person => "question-person",
        Complaint::Never => "question-never",
        Complaint::Other => "question-other",
    })
}

pub(in crate::web) fn outcome(words: Words, outcome: Outcome) -> String {
    words.t(match outcome {
        Outcome::Stands => "dispute-stands",
        Outcome::GivenBack => "dispute-given-back",
        Outcome::SetAside => "dispute-set-aside",
    })
}

fn word(words: Words, partner: &str, line: &Line) -> Word {
    Word {
        ours: line.ours,
        who: if line.ours { words.t("dispute-we") } else { partner.to_owned() },
        day: words.near_day(line.at, clock::now()),
        said: match &line.said {
            Said::Opens { complaint: why } => words.t1("dispute-opens", "why", complaint(words, *why)),
            Said::Words { text } => text.as_str().to_owned(),
            Said::Suggests { outcome: how } => words.t1("dispute-suggests", "outcome", outcome(words, *how)),
        },
        waits: (!line.sent).then(|| words.t1("dispute-not-sent", "who", partner)),
    }
}

/// How an open dispute stands, in one sentence.
pub(super) fn standing(words: Words, partner: &str, open: &Open) -> String {
    let day = words.near_day(open.last_word_at, clock::now());
    let key = if open.our_turn { "dispute-our-turn" } else { "dispute-their-turn" };
    let turn = words.t2(key, ("who", partner), ("day", &day));
    if open.is_due { format!("{turn} {}", words.t("dispute-due")) } else { turn }
}

fn lines(words: Words, partner: &str, disputed: &Disputed) -> Vec<String> {
    match &disputed.state {
        Ok(open) => {
            let mut lines = vec![standing(words, partner, open)];
            let suggestions =
                [(open.our_suggestion, words.t("dispute-we")), (open.their_suggestion, partner.to_owned())];
            for (suggested, who) in suggestions {
                if let Some(how) = suggested {
                    lines.push(words.t2("dispute-suggested", ("who", &who), ("outcome", &outcome(words, how))));
                }
            }
            lines.push(words.t2("dispute-look-again", ("day", &words.day(open.reminds_at)), ("who", partner)));
            lines
        }
        Err(Ended { outcome: how, at, .. }) => {
            let (day, how) = (words.near_day(*at, clock::now()), outcome(words, *how));
            vec![words.t2("dispute-ended", ("day", &day), ("outcome", &how)), words.t("dispute-ended-more")]
        }
    }
}

pub(super) async fn show(State(app): State<App>, visit: Visit, Path(id): Path<String>) -> Answer {
    let visit = visit.coordinator()?;
    let (frame, words) = (&visit.frame, visit.frame.words);
    let found = look(&app, words, &id).await?;
    let Some(disputed) = &found.disputed else { return Ok(go(&format!("/disputes/{}/open", found.seen.id))) };
    let partner = disputed.name.clone().unwrap_or_else(|| words.t("partner-nameless"));
    let address = |what: &str| format!("/disputes/{}/{what}", found.seen.id);
    let mut ways = Vec::new();
    if disputed.state.is_ok() {
        ways.push((words.t("dispute-say"), address("say")));
        ways.push((words.t("dispute-close"), address("close")));
        ways.push((words.t("dispute-remind"), address("remind")));
    }
    ways.push((words.t("dispute-exchange"), format!("/exchange/{}", found.seen.id)));
    let thread = disputed.state.as_ref().map_or(&[][..], |open| open.thread.as_slice());
    let page = DisputePage {
        frame,
        heading: found.heading,
        lines: lines(words, &partner, disputed),
        thread: thread.iter().map(|line| word(words, &partner, line)).collect(),
        ways,
    };
    Ok(pages::show(frame, &page))
}

/// The forms about a dispute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Open,
    Say,
    Close,
    Remind,
}

impl Step {
    fn named(name: &str) -> Result<Self, Oops> {
        match name {
            "open" => Ok(Self::Open),
            "say" => Ok(Self::Say),
            "close" => Ok(Self::Close),
            "remind" => Ok(Self::Remind),
            _ => Err(Oops::Missing),
        }
    }

    fn heading(self, words: Words) -> String {
        words.t(match self {
            Self::Open => "dispute-open",
            Self::Say => "dispute-say",
            Self::Close => "dispute-close",
            Self::Remind => "dispute-remind",
        })
    }

    fn lead(self, words: Words) -> String {
        words.t(match self {
            Self::Open => "dispute-open-lead",
            Self::Say => "dispute-say-lead",
            Self::Close => "dispute-close-lead",
            Self::Remind => "dispute-remind-lead",
        })
    }

    fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Say => "say",
            Self::Close => "close",
            Self::Remind => "remind",
        }
    }

    /// What is told once it is done.
    fn news(self) -> News {
        match self {
            Self::Open => News::TalkOpened,
            Self::Say => News::TalkSaid,
            Self::Close => News::TalkEnd,
            Self::Remind => News::TalkDay,
        }
    }

    /// Declares the fields, and reads what was filled in. Nothing in place of a deed: somebody's question is answered without one.
    fn read(self, reader: &mut Reader<'_>) -> Option<Option<DisputeDeed>> {
        let words = reader.words();
        match self {
            Self::Open => {
                let all = Complaint::ALL.map(|why| (why.name(), why));
                let mut options: Vec<_> = all
                    .iter()
                    .map(|(name, why)| crate::web::forms::Choice::new(*name, complaint(words, *why)))
                    .collect();
                options.push(crate::web::forms::Choice::new("right", words.t("correct-right")));
                let chosen = reader.choice("why", "question-reason", options, Need::Must);
                let text = reader.area("text", "dispute-text", MAX_DISPUTE_TEXT, Need::May);
                let text = if text.trim().is_empty() { None } else { Written::new(&text).ok() };
                if chosen == "right" {
                    return Some(None);
                }
                let complaint = all.iter().find(|(name, _)| *name == chosen).map(|(_, why)| *why)?;
                Some(Some(DisputeDeed::Open { complaint, text }))
            }
            Self::Say => {
                let text = reader.area("text", "dispute-text", MAX_DISPUTE_TEXT, Need::Must);
                Some(Some(DisputeDeed::Say { text: Written::new(&text).ok()? }))
            }
            Self::Close => {
                let all = Outcome::ALL.map(|how| (how.name(), how));
                let options = all.iter().map(|(name, how)| crate::web::forms::Choice::new(*name, outcome(words, *how)));
                let chosen = reader.choice("outcome", "dispute-outcome", options.collect(), Need::Must);
                let outcome = all.iter().find(|(name, _)| *name == chosen).map(|(_, how)| *how)?;
                Some(Some(DisputeDeed::Suggest { outcome }))
            }
            Self::Remind => {
                let options =
                    choices(words, [("1", "dispute-tomorrow"), ("7", "dispute-week"), ("28", "dispute-month")]);
                let chosen = reader.choice("when", "dispute-when", options, Need::Must);
                let days: u64 = chosen.parse().ok()?;
                Some(Some(DisputeDeed::Remind { at: clock::now().plus(Span::days(days)) }))
            }
        }
    }

    fn page<'a>(self, frame: &'a Frame, found: &Found, reader: Reader<'_>) -> FormPage<'a> {
        let action = format!("/disputes/{}/{}", found.seen.id, self.name());
        let words = frame.words;
        FormPage::new(frame, self.heading(words), reader, &action, self.heading(words))
            .lead(found.heading.clone())
            .lead(self.lead(words))
    }
}

pub(super) async fn form(
    State(app): State<App>,
    visit: Visit,
    Path((id, step)): Path<(String, String)>,
    Asked(asked): Asked,
) -> Answer {
    let visit = visit.coordinator()?;
    let step = Step::named(&step)?;
    let found = look(&app, visit.frame.words, &id).await?;
    if found.seen.partner.is_none() {
        return Err(Oops::Missing);
    }
    let mut reader = Reader::open(visit.frame.words, &asked);
    step.read(&mut reader);
    Ok(step.page(&visit.frame, &found, reader).answer())
}

pub(super) async fn send(State(app): State<App>, Path((id, step)): Path<(String, String)>, post: Post) -> Answer {
    let post = post.coordinator()?;
    let (frame, step) = (&post.frame, Step::named(&step)?);
    let found = look(&app, frame.words, &id).await?;
    let mut reader = Reader::judge(frame.words, &post.sent);
    let read = step.read(&mut reader);
    let Some(deed) = read.filter(|_| reader.is_fine()) else {
        return Ok(step.page(frame, &found, reader).answer());
    };
    let (exchange, made) = (found.seen.id, deed.is_some());
    if let Some(deed) = deed {
        let led = app.handle.dispute(post.deed().request(), exchange, deed, post.member.id).await;
        if let Err(crate::runtime::Refused::Rule(why)) = &led {
            return Ok(step.page(frame, &found, reader).refused(Some(refusal(frame.words, why))).answer());
        }
        led?;
    }
    if step == Step::Open {
        // Whoever asked about it has their answer: it is talked about, or it is right.
        app.handle.answered(exchange).await?;
    }
    Ok(if made { go_telling(&format!("/disputes/{exchange}"), step.news()) } else { go("/done/answered") })
}

fn advancing<'a>(frame: &'a Frame, found: &Found, reader: Reader<'_>) -> FormPage<'a> {
    let action = format!("/exchange/{}/advance", found.seen.id);
    let (heading, lead) = match found.seen.stand {
        Stand::Advanced { .. } => ("advance-end", "advance-end-lead"),
        _ => ("advance", "advance-lead"),
    };
    let page = FormPage::new(frame, frame.t(heading), reader, &action, frame.t(heading));
    page.lead(found.heading.clone()).lead(frame.t(lead))
}

/// What becomes of an advance whose payment did not come; there is nothing to choose for one that is to be made.
fn kept(reader: &mut Reader<'_>, seen: &Seen) -> Option<bool> {
    if !matches!(seen.stand, Stand::Advanced { .. }) {
        return None;
    }
    let options = choices(reader.words(), [("keep", "advance-keep"), ("back", "advance-take-back")]);
    Some(reader.choice("what", "advance-what", options, Need::Must) == "keep")
}

pub(super) async fn advance(
    State(app): State<App>,
    visit: Visit,
    Path(id): Path<String>,
    Asked(asked): Asked,
) -> Answer {
    let visit = visit.coordinator()?;
    let found = look(&app, visit.frame.words, &id).await?;
    let mut reader = Reader::open(visit.frame.words, &asked);
    kept(&mut reader, &found.seen);
    Ok(advancing(&visit.frame, &found, reader).answer())
}

/// What is told of an advance that was made, or decided about.
fn advanced(exchange: ExchangeId, post: &Post) -> Response {
    match post.sent.get("what") {
        "keep" => go_telling("/today", News::PotLeft),
        "back" => go_telling("/today", News::PotTookBack),
        _ => go_telling(&format!("/exchange/{exchange}"), News::PotGave),
    }
}

pub(super) async fn send_advance(State(app): State<App>, Path(id): Path<String>, post: Post) -> Answer {
    let post = post.coordinator()?;
    let (deed, by) = (post.deed(), post.member.id);
    let exchange: ExchangeId = id.parse().map_err(|_| Oops::Missing)?;
    // An advance that was taken back leaves nothing to look at, for a repeat either.
    if app.handle.earlier(deed.request()).await?.is_some() {
        return Ok(advanced(exchange, &post));
    }
    let found = look(&app, post.frame.words, &id).await?;
    let mut reader = Reader::judge(post.frame.words, &post.sent);
    let command = match kept(&mut reader, &found.seen) {
        Some(kept) => Command::EndAdvance { exchange, kept, by },
        None => Command::Advance { exchange, by },
    };
    if !reader.is_fine() {
        return Ok(advancing(&post.frame, &found, reader).answer());
    }
    match app.handle.command(deed.request(), command).await {
        Ok(_) => Ok(advanced(exchange, &post)),
        Err(crate::runtime::Refused::Rule(why)) => {
            let refused = Some(refusal(post.frame.words, &why));
            Ok(advancing(&post.frame, &found, reader).refused(refused).answer())
        }
        Err(refused) => Err(Oops::Refused(refused)),
    }
}
