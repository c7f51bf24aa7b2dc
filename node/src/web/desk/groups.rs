//! Groups: a sheet on which everybody signs, and the form that turns it into one exchange of all of them.

use super::{
    circles::{self, led, present},
    members::{one_like, plain_names},
    slips::NOON,
};
use crate::{
    people::MAX_NOTE,
    runtime::{
        Handle, Refused, clock,
        desk::Batch,
        office::{Act, PaperId, Sheet as Written},
    },
    web::{
        Answer, App, Oops,
        forms::{Asked, Choice, Need, Post, Reader, Sent, Step},
        member::{names, salted, with_note},
        pages::{self, CheckPage, FormPage, go, refusal},
        qr::Square,
        visit::{Frame, Member, Visit},
        words::{Words, beginning_of, date_of},
    },
};
use askama::Template;
use axum::extract::State;
use data_encoding::HEXLOWER;
use kith_protocol::{
    community::GroupPolicy,
    id::{ExchangeId, MemberId},
    ledger::{Body, Channel, Consent, GroupTerms, History as _, MAX_GROUP},
    machine::Command,
    minutes::Minutes,
    time::Timestamp,
};

/// The longest name typed.
const MAX_WHO: usize = 120;
/// The longest list of names typed, in letters: a full group of long names.
const MAX_NAMES: usize = 4_000;
/// Rows for people who are not on the list.
const FREE_ROWS: usize = 6;
/// The most names on one sheet: more do not fit a room.
const MAX_PRINTED: usize = 200;
/// How many of the newest entries of the leader are looked at for a sheet of the same day: more than anybody has in a season.
const DOUBLE_ENTRIES: usize = 500;

/// For whom a sheet is: a circle, or everybody.
struct Room {
    circle: Option<PaperId>,
    name: Option<String>,
    /// Those of the circle.
    members: Vec<(MemberId, String)>,
}

impl Room {
    async fn of(handle: &Handle, who: &Member, sent: &Sent) -> Result<Self, Oops> {
        let asked = sent.get("circle");
        if asked.is_empty() {
            return if who.coordinator {
                Ok(Self { circle: None, name: None, members: Vec::new() })
            } else {
                Err(Oops::NotYours)
            };
        }
        let known = led(handle, asked, who).await?;
        let mut members = present(handle, &known.circle.members).await?;
        if !who.coordinator {
            // Whom they keep away looks after them no more.
            let mut mine = Vec::new();
            for (id, name) in members {
                if id == who.id || handle.looks_after(who.id, id).await? {
                    mine.push((id, name));
                }
            }
            members = mine;
        }
        Ok(Self { circle: Some(known.id), name: Some(known.circle.name), members })
    }

    fn query(&self) -> String {
        self.circle.map_or_else(String::new, |id| format!("?circle={}", HEXLOWER.encode(&id)))
    }
}

/// What the form says, as far as it is right.
struct Sheet {
    leader: Option<MemberId>,
    participants: Vec<MemberId>,
    minutes: Option<Minutes>,
    made_at: Timestamp,
    note: String,
    anyway: bool,
}

/// The names of those who were there, typed one a line.
fn typed(words: Words, people: &[(String, MemberId)], text: &str) -> Result<Vec<MemberId>, String> {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    lines.map(|line| one_like(words, people, line)).collect()
}

/// Reads and judges the sheet. Whoever leads a circle is one of it or its coordinator, so that nobody else is named.
fn sheet(reader: &mut Reader<'_>, room: &Room, who: &Member, people: &[(String, MemberId)], warned: bool) -> Sheet {
    let (words, now) = (reader.words(), clock::now());
    if let Some(id) = room.circle {
        reader.hidden("circle", HEXLOWER.encode(&id));
    }
    let leader = reader.line("leader", "group-leader", MAX_WHO, Need::Must);
    let leader = one_like(words, people, &leader);
    if let Err(why) = &leader {
        reader.fail("leader", why.clone());
    }
    let leader = leader.ok();
    let inside = |id: &MemberId| *id == who.id || room.members.iter().any(|(member, _)| member == id);
    if !who.coordinator && leader.is_some_and(|id| !inside(&id)) {
        reader.fail("leader", words.t("group-leader-outside"));
    }
    let mut participants = if room.circle.is_some() {
        let choices = room.members.iter().map(|(id, name)| Choice::new(id.to_string(), name)).collect();
        reader.many("there", "group-there", choices).iter().filter_map(|id| id.parse().ok()).collect()
    } else {
        let names = reader.area("there", "group-names", MAX_NAMES, Need::Must);
        typed(words, people, &names).unwrap_or_else(|why| {
            reader.fail("there", why);
            Vec::new()
        })
    };
    participants.retain(|id| Some(*id) != leader);
    participants.sort_unstable();
    participants.dedup();
    if participants.is_empty() {
        reader.fail("there", words.t("group-nobody"));
    }
    if participants.len() > MAX_GROUP {
        reader.fail("there", words.t1("group-too-many", "most", MAX_GROUP));
    }
    let minutes = reader.length("length", "group-length");
    let day = reader.day("day", "record-day", now);
    let note = reader.line("note", "group-note", MAX_NOTE, Need::May);
    let anyway = warned && reader.tick("anyway", "slips-anyway");
    let made_at = day.and_then(beginning_of).map_or(now, |begins| begins.plus(NOON).min(now));
    Sheet { leader, participants, minutes, made_at, note, anyway }
}

fn form<'a>(frame: &'a Frame, reader: Reader<'_>, room: &Room) -> FormPage<'a> {
    let heading = match &room.name {
        Some(circle) => frame.t1("group-of", "circle", circle),
        None => frame.t("group"),
    };
    let (words, address) = (frame.t("attendance"), format!("/paper/attendance{}", room.query()));
    FormPage::new(frame, heading, reader, "/group", frame.t("go-on"))
        .lead(frame.t("group-lead"))
        .lead(frame.t("group-shorter"))
        .other(words, address)
}

pub(super) async fn open(State(app): State<App>, visit: Visit, Asked(asked): Asked) -> Answer {
    let room = Room::of(&app.handle, &visit.member, &asked).await?;
    let mut reader = Reader::open(visit.frame.words, &asked);
    sheet(&mut reader, &room, &visit.member, &[], false);
    Ok(form(&visit.frame, reader, &room).answer())
}

/// The day of a sheet of the same leader and the same day, in which at least half of these took part.
async fn double(handle: &Handle, leader: MemberId, sheet: &Sheet) -> Result<bool, Refused> {
    let (there, day) = (sheet.participants.clone(), date_of(sheet.made_at));
    handle
        .look(move |_, book| {
            let entries = book.statement(&leader, None, DOUBLE_ENTRIES).into_iter();
            entries.filter_map(|index| Some((index, book.entry(index)?))).any(|(index, entry)| match entry.body {
                Body::GroupExchange { terms, .. } => {
                    let same = there.iter().filter(|id| terms.participants.contains(id)).count();
                    let stands = book.exchange(&terms.exchange).is_none_or(|recorded| recorded.latest == index);
                    stands && terms.leader == leader && date_of(terms.made_at) == day && 2 * same >= there.len()
                }
                _ => false,
            })
        })
        .await
}

/// What becomes of the hours, by the charter.
async fn shares(handle: &Handle, words: Words, people: usize, minutes: Minutes) -> Result<String, Refused> {
    let policy = handle.look(|machine, _| machine.state().ledger().charter().map(|charter| charter.group)).await?;
    let (each, count) = (u64::from(minutes.get()), people as u64);
    let (earned, pot) = match policy {
        Some(GroupPolicy::LeaderEarnsAll) => (each * count, 0),
        Some(GroupPolicy::LeaderEarnsOnce) | None => (each, each * count.saturating_sub(1)),
    };
    let hours = |minutes| words.hours(minutes);
    let values = [("each", hours(each)), ("earned", hours(earned)), ("pot", hours(pot))];
    Ok(words.filled(if pot == 0 { "group-shares-all" } else { "group-shares" }, &values))
}

pub(super) async fn send(State(app): State<App>, post: Post) -> Answer {
    let (frame, words) = (&post.frame, post.frame.words);
    let room = Room::of(&app.handle, &post.member, &post.sent).await?;
    let people = plain_names(&app.handle).await?;
    let mut reader = Reader::judge(words, &post.sent);
    let warned = post.sent.get("anyway") == "yes";
    let read = sheet(&mut reader, &room, &post.member, &people, warned);
    let fine = reader.is_fine() && post.sent.step() != Step::Edit;
    let (Some(leader), Some(minutes), true) = (read.leader, read.minutes, fine) else {
        return Ok(form(frame, reader, &room).answer());
    };
    if post.sent.step() == Step::Check {
        if !read.anyway && double(&app.handle, leader, &read).await? {
            reader.tick("anyway", "slips-anyway");
            reader.fail("anyway", words.t("group-double"));
            return Ok(form(frame, reader, &room).answer());
        }
        let count = words.n("people", read.participants.len() as u64);
        let shares = shares(&app.handle, words, read.participants.len(), minutes).await?;
        let each = names(&app.handle, [leader]).await?.remove(&leader).unwrap_or_default();
        return Ok(CheckPage::new(frame, frame.t("check"), reader, "/group", frame.t("group-button"))
            .lead(shares)
            .row(words.t("group-count"), count)
            .row(words.t("group-leader-is"), each)
            .answer());
    }
    record(&app, &post, &room, &read, leader, minutes).await
}

async fn record(app: &App, post: &Post, room: &Room, read: &Sheet, leader: MemberId, minutes: Minutes) -> Answer {
    let (deed, who, count) = (post.deed(), &post.member, read.participants.len());
    let exchange = ExchangeId(deed.new_id(&app.handle, "group"));
    let word = match who.coordinator {
        true => Consent::OnBehalf { coordinator: who.id, channel: Channel::Paper },
        // They signed on paper, and whoever looks after their circle speaks for them.
        false => Consent::Session,
    };
    let terms = GroupTerms {
        community: app.handle.community(),
        exchange,
        leader,
        participants: read.participants.clone(),
        minutes,
        made_at: read.made_at,
        details: None,
    };
    let (node, consents) = (app.handle.clone(), vec![Some(word); count + 1]);
    let led = with_note(&app.handle, deed, exchange, salted(&read.note)?, move |details| async move {
        node.agreed(deed.request(), GroupTerms { details, ..terms }, consents, Command::Group).await
    });
    match led.await {
        Ok(_) => {}
        Err(Refused::Rule(why)) => {
            let people = plain_names(&app.handle).await?;
            let mut reader = Reader::judge(post.frame.words, &post.sent);
            sheet(&mut reader, room, who, &people, false);
            let refused = Some(refusal(post.frame.words, &why));
            return Ok(form(&post.frame, reader, room).refused(refused).answer());
        }
        Err(refused) => return Err(Oops::Refused(refused)),
    }
    let people = u32::try_from(count).ok();
    let batch = Batch { by: who.id, made_at: clock::now(), exchanges: vec![exchange], people };
    app.handle.keep_batch(deed.new_id(&app.handle, "batch"), batch).await?;
    if who.coordinator {
        return Ok(go(&format!("/slips?group={count}")));
    }
    // Sent twice, it was done for them once.
    if !app.handle.sheets_by(vec![exchange]).await?.is_empty() {
        return Ok(go("/done/group"));
    }
    let act = Act { by: who.id, at: clock::now(), what: None };
    for member in read.participants.iter().copied().chain([leader]).filter(|member| *member != who.id) {
        let act = act.clone();
        app.handle.change_file(member, move |file| file.acts.push(act)).await?;
    }
    app.handle.keep_sheet(Written { exchange, by: who.id }).await?;
    Ok(go("/done/group"))
}

/// The sheet on paper.
#[derive(Template)]
#[template(path = "attendance.html", whitespace = "minimize")]
struct AttendancePage<'a> {
    frame: &'a Frame,
    group: String,
    names: Vec<String>,
    free: std::ops::Range<usize>,
    square: Option<Square>,
    typed: String,
    others: Vec<(String, String)>,
}

pub(super) async fn attendance(State(app): State<App>, visit: Visit, Asked(asked): Asked) -> Answer {
    let (frame, words) = (&visit.frame, visit.frame.words);
    let room = Room::of(&app.handle, &visit.member, &asked).await?;
    let names: Vec<String> = match room.circle {
        Some(_) => room.members.iter().map(|(_, name)| name.clone()).filter(|name| !name.is_empty()).collect(),
        None => {
            let all = super::members::everybody(&app.handle, "").await?;
            all.iter().map(|known| known.named.person.name.clone()).filter(|name| !name.is_empty()).collect()
        }
    };
    // A list that does not fit a sheet is left to be written by hand.
    let names = if names.len() > MAX_PRINTED { Vec::new() } else { names };
    let circles = if visit.member.coordinator {
        app.handle.circles().await?
    } else {
        app.handle.circles_of(visit.member.id).await?.into_iter().filter(|(_, c)| c.led_by(&visit.member.id)).collect()
    };
    let others = circles.iter().filter(|(id, _)| Some(*id) != room.circle).map(|(id, circle)| {
        (words.t1("attendance-of", "circle", &circle.name), format!("/paper/attendance?circle={}", HEXLOWER.encode(id)))
    });
    let typed = format!("{}/group{}", frame.place(), room.query());
    let page = AttendancePage {
        frame,
        group: room.name.clone().unwrap_or_default(),
        free: 0..if names.is_empty() { 3 * FREE_ROWS } else { FREE_ROWS },
        names,
        square: frame.square(&typed),
        typed: room.circle.map_or_else(|| typed.clone(), |id| format!("{}{}", frame.place(), circles::address(&id))),
        others: others.collect(),
    };
    Ok(pages::show(frame, &page))
}
