//! Looking after members: who spoke for them, what was seen and until when it is good, notes for the few who may read
//! them, and whom to ring this week.

use super::members::one;
use crate::{
    runtime::{
        Handle, Refused, clock,
        office::{Fact, File, MAX_LINE, MAX_WORDS, Note, Paper, Reference},
    },
    web::{
        Answer, App, Oops,
        forms::{Asked, Need, Post, Reader},
        member::names,
        news::{News, go_telling},
        oops::full,
        pages::{self, FactsPage, FormPage, Press},
        sight::Sight,
        visit::{Frame, Visit},
        words::{Words, beginning_of, date_of},
    },
};
use axum::extract::{Path, State};
use kith_protocol::{
    id::MemberId,
    ledger::History as _,
    member::{MemberKind, Role},
    time::{Span, Timestamp},
};

/// Over how many weeks everybody is thought of once: a quarter of a year.
const ROUND_WEEKS: u64 = 13;
/// Members looked at together: a few milliseconds of the core's time.
const A_LOOK: usize = 100;
/// The most people to ring in a week: more than that nobody rings.
const MOST: usize = 12;
/// Nobody is rung twice within this.
const RUNG_WITHIN: Span = Span::days(90);
/// Nobody is quiet who exchanged within this.
const QUIET_AFTER: Span = Span::days(90);
/// So many minutes from zero are worth a word: ten hours.
const MUCH: i64 = 600;
/// For how long before it is over a fact stands on the list of the day.
const REVIEW_BEFORE: Span = Span::days(30);

/// Why somebody is to be rung.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::web) enum Why {
    /// They never exchanged with anybody.
    Never,
    /// Nothing for a long time.
    Quiet,
    /// They gave much and received little.
    Gives,
    /// They received much and gave little.
    Receives,
}

impl Why {
    pub(super) const fn key(self) -> &'static str {
        match self {
            Self::Never => "ring-never",
            Self::Quiet => "ring-quiet",
            Self::Gives => "ring-gives",
            Self::Receives => "ring-receives",
        }
    }
}

/// Whose turn it is in this week: everybody's once in a round, by their id.
fn turn(member: &MemberId, now: Timestamp) -> bool {
    let week = now.0 / Span::days(7).0;
    let hash = u64::from(u16::from_be_bytes([member.0[14], member.0[15]]));
    hash % ROUND_WEEKS == week % ROUND_WEEKS
}

/// Why, if there is a reason; a balance counts only where coordinators may see it.
fn why(balance: Option<i64>, last: Option<Timestamp>, entries: usize, now: Timestamp) -> Option<Why> {
    let last = last?;
    if now.since(last) < QUIET_AFTER {
        return match balance? {
            MUCH.. => Some(Why::Gives),
            ..=-600 => Some(Why::Receives),
            _ => None,
        };
    }
    Some(if entries < 2 { Why::Never } else { Why::Quiet })
}

/// People to ring this week, and why. Those who want their rest, and those who were rung lately, are left alone.
pub(super) async fn to_ring(handle: &Handle, now: Timestamp) -> Result<Vec<(MemberId, Why)>, Refused> {
    let turns = handle.look(move |machine, _| {
        let members = machine.state().ledger().members().iter();
        let theirs = members.filter(|(id, member)| {
            member.active && member.kind == MemberKind::Person && member.role == Role::Member && turn(id, now)
        });
        theirs.map(|(id, _)| *id).collect::<Vec<_>>()
    });
    let mut found = Vec::new();
    for some in turns.await?.chunks(A_LOOK) {
        let files = handle.files_of(some.to_vec()).await?;
        let rest = |id: &MemberId| {
            files.iter().any(|file| {
                let rung = file.rung_at.is_some_and(|at| now.since(at) < RUNG_WITHIN);
                file.member == *id && (file.away(now) || rung)
            })
        };
        let some: Vec<MemberId> = some.iter().filter(|id| !rest(id)).copied().collect();
        let reasons = handle.look(move |machine, book| {
            let members = machine.state().ledger().members();
            let counts = Sight::of(machine, false).balance();
            let each = some.into_iter().filter_map(|id| {
                let newest = book.statement(&id, None, 2);
                let last = newest.first().and_then(|index| book.entry(*index)).map(|entry| entry.at);
                let balance = Some(members.get(&id)?.balance.get()).filter(|_| counts);
                Some((id, why(balance, last, newest.len(), now)?))
            });
            each.collect::<Vec<_>>()
        });
        found.extend(reasons.await?);
        if found.len() >= MOST {
            break;
        }
    }
    found.truncate(MOST);
    Ok(found)
}

/// Facts that are over soon, with the day, the first to be over first.
pub(super) async fn reviews(handle: &Handle, now: Timestamp) -> Result<Vec<(MemberId, Fact)>, Refused> {
    let files = handle.files().await?;
    let due = files.into_iter().flat_map(|file| file.facts.into_iter().map(move |fact| (file.member, fact)));
    let mut due: Vec<_> = due.filter(|(_, fact)| fact.until < now.plus(REVIEW_BEFORE)).collect();
    due.sort_by_key(|(_, fact)| fact.until);
    Ok(due)
}

pub(super) async fn rang(State(app): State<App>, Path(id): Path<String>, post: Post) -> Answer {
    post.coordinator()?;
    let known = one(&app, &id).await?;
    app.handle.rang(known.named.id, clock::now()).await?;
    Ok(go_telling("/today", News::Rang))
}

fn address(id: &MemberId) -> String {
    format!("/members/{id}/file")
}

pub(super) async fn file(State(app): State<App>, visit: Visit, Path(id): Path<String>) -> Answer {
    let visit = visit.coordinator()?;
    let (frame, words, now) = (&visit.frame, visit.frame.words, clock::now());
    let known = one(&app, &id).await?;
    let id = known.named.id;
    let file = app.handle.file(id).await?;
    let rules = app.handle.office_rules().await?;
    let reads = rules.note_readers.contains(&visit.member.id);
    let notes = if reads { notes(&app.handle, id).await? } else { Vec::new() };
    let by = file.references.iter().map(|one| one.by).chain(file.facts.iter().map(|one| one.by));
    let names = names(&app.handle, by.chain(notes.iter().map(|note| note.by))).await?;
    let name = |id: &MemberId| names.get(id).cloned().unwrap_or_else(|| words.t("somebody"));
    let mut rows = Vec::new();
    for one in &file.references {
        // Whoever spoke for them may be forgotten since.
        let who = if one.who.is_empty() { words.t("somebody") } else { one.who.clone() };
        rows.push((words.t("file-reference"), signed(words, &who, &name(&one.by), one.at)));
    }
    for fact in &file.facts {
        let key = if fact.until > now { "file-good-until" } else { "file-over-since" };
        let until = words.t1(key, "day", words.day(fact.until));
        rows.push((fact.what.clone(), signed(words, &until, &name(&fact.by), fact.at)));
    }
    for note in &notes {
        rows.push((words.t1("file-note-of", "day", words.day(note.at)), format!("{}\n{}", note.text, name(&note.by))));
    }
    let drop = |(n, fact): (usize, &Fact)| {
        Press::new(words.t1("file-drop", "what", &fact.what), format!("/members/{id}/fact/drop"))
            .with("n", n)
            .with("what", &fact.what)
            .ending()
    };
    let mut presses: Vec<Press> = file.facts.iter().enumerate().map(drop).collect();
    let coordinates = known.member.role == Role::Coordinator && id != visit.member.id;
    if reads && coordinates && !rules.note_readers.contains(&id) {
        presses.push(Press::new(words.t("file-reader"), format!("/members/{id}/reader")));
    }
    let mut links = vec![
        (words.t("file-add-reference"), format!("/members/{id}/reference")),
        (words.t("file-add-fact"), format!("/members/{id}/fact")),
    ];
    if reads {
        links.push((words.t("file-add-note"), format!("/members/{id}/note")));
    }
    links.push((words.t("file-back"), format!("/members/{id}")));
    let heading = words.t1("file-of", "name", &known.named.person.name);
    let page = FactsPage { frame, heading, lead: vec![words.t("file-lead")], rows, presses, links };
    Ok(pages::show(frame, &page))
}

fn signed(words: Words, what: &str, by: &str, at: Timestamp) -> String {
    words.filled("file-signed", &[("what", what.to_owned()), ("by", by.to_owned()), ("day", words.day(at))])
}

async fn notes(handle: &Handle, about: MemberId) -> Result<Vec<Note>, Refused> {
    let found = handle.papers(move |paper| match paper {
        Paper::Case(note) if note.about == about => Some(note.clone()),
        _ => None,
    });
    let mut notes: Vec<Note> = found.await?.into_iter().map(|(_, note)| note).collect();
    notes.sort_by_key(|note| note.at);
    Ok(notes)
}

/// What is added to a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Reference,
    Fact,
    Note,
}

impl Kind {
    fn of(what: &str) -> Option<Self> {
        match what {
            "reference" => Some(Self::Reference),
            "fact" => Some(Self::Fact),
            "note" => Some(Self::Note),
            _ => None,
        }
    }

    const fn word(self) -> &'static str {
        match self {
            Self::Reference => "reference",
            Self::Fact => "fact",
            Self::Note => "note",
        }
    }
}

fn fields(reader: &mut Reader<'_>, kind: Kind) -> (String, Option<Timestamp>) {
    match kind {
        Kind::Reference => (reader.line("what", "file-who", MAX_LINE, Need::Must), None),
        Kind::Note => (reader.area("what", "file-note", MAX_WORDS, Need::Must), None),
        Kind::Fact => {
            let what = reader.line("what", "file-what", MAX_LINE, Need::Must);
            let until = reader.coming_day("until", "file-until", Need::Must, clock::now());
            (what, until.and_then(beginning_of))
        }
    }
}

fn form<'a>(frame: &'a Frame, reader: Reader<'_>, kind: Kind, id: &MemberId) -> FormPage<'a> {
    let word = kind.word();
    FormPage::new(
        frame,
        frame.t(&format!("file-add-{word}")),
        reader,
        &format!("/members/{id}/{word}"),
        frame.t("save"),
    )
    .lead(frame.t(&format!("file-{word}-lead")))
    .other(frame.t("file-back"), address(id))
}

/// Notes are for those who may read them.
async fn allowed(app: &App, kind: Kind, who: &MemberId) -> Result<(), Oops> {
    let may = kind != Kind::Note || app.handle.office_rules().await?.note_readers.contains(who);
    if may { Ok(()) } else { Err(Oops::NotYours) }
}

pub(super) async fn add(
    State(app): State<App>,
    visit: Visit,
    Path((id, what)): Path<(String, String)>,
    Asked(asked): Asked,
) -> Answer {
    let visit = visit.coordinator()?;
    let kind = Kind::of(&what).ok_or(Oops::Missing)?;
    allowed(&app, kind, &visit.member.id).await?;
    let known = one(&app, &id).await?;
    let mut reader = Reader::open(visit.frame.words, &asked);
    fields(&mut reader, kind);
    Ok(form(&visit.frame, reader, kind, &known.named.id).answer())
}

pub(super) async fn send_add(State(app): State<App>, Path((id, what)): Path<(String, String)>, post: Post) -> Answer {
    let post = post.coordinator()?;
    let kind = Kind::of(&what).ok_or(Oops::Missing)?;
    allowed(&app, kind, &post.member.id).await?;
    let known = one(&app, &id).await?;
    let (member, by, at) = (known.named.id, post.member.id, clock::now());
    let mut reader = Reader::judge(post.frame.words, &post.sent);
    let (what, until) = fields(&mut reader, kind);
    if !reader.is_fine() {
        return Ok(form(&post.frame, reader, kind, &member).answer());
    }
    match kind {
        Kind::Note => {
            let id = post.deed().new_id(&app.handle, "note");
            app.handle.keep_paper(id, Paper::Case(Note { about: member, by, at, text: what })).await?;
        }
        Kind::Reference => {
            // Sent twice, it is one.
            let add = move |file: &mut File| {
                if !file.references.iter().any(|known| known.who == what && date_of(known.at) == date_of(at)) {
                    file.references.push(Reference { who: what, by, at });
                }
            };
            kept(app.handle.change_file(member, add).await, &mut reader)?;
        }
        Kind::Fact => {
            let until = until.unwrap_or(at);
            let add = move |file: &mut File| {
                // Seen anew, it takes the place of what was seen before.
                file.facts.retain(|known| known.what != what);
                file.facts.push(Fact { what, by, at, until });
            };
            kept(app.handle.change_file(member, add).await, &mut reader)?;
        }
    }
    if !reader.is_fine() {
        return Ok(form(&post.frame, reader, kind, &member).answer());
    }
    let news = match kind {
        Kind::Reference => News::Reference,
        Kind::Fact => News::Fact,
        Kind::Note => News::Note,
    };
    Ok(go_telling(&address(&member), news))
}

/// A file that takes no more says so at the field.
fn kept(led: Result<(), Refused>, reader: &mut Reader<'_>) -> Result<(), Oops> {
    match led {
        Err(Refused::Full(why)) => {
            let error = full(reader.words(), why);
            reader.fail("what", error);
            Ok(())
        }
        other => Ok(other?),
    }
}

pub(super) async fn drop_fact(State(app): State<App>, Path(id): Path<String>, post: Post) -> Answer {
    let post = post.coordinator()?;
    let known = one(&app, &id).await?;
    let what = post.sent.get("what").to_owned();
    app.handle.change_file(known.named.id, move |file| file.facts.retain(|fact| fact.what != what)).await?;
    Ok(go_telling(&address(&known.named.id), News::FactDropped))
}

/// Lets another coordinator read notes.
pub(super) async fn reader(State(app): State<App>, Path(id): Path<String>, post: Post) -> Answer {
    let post = post.coordinator()?;
    let known = one(&app, &id).await?;
    if known.member.role != Role::Coordinator {
        return Err(Oops::NotYours);
    }
    let (me, other) = (post.member.id, known.named.id);
    app.handle
        .set_office_rules(move |rules| {
            if rules.note_readers.contains(&me) && !rules.note_readers.contains(&other) {
                rules.note_readers.push(other);
            }
        })
        .await?;
    Ok(go_telling(&address(&other), News::NoteReader))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::{trial::Trial, web::tests::exchange_as};
    use kith_protocol::{
        community::{Balances, Charter},
        machine::Command,
    };

    #[test]
    fn everybody_has_a_turn_once_a_quarter() {
        let begin = Timestamp(1_790_000_000_000);
        for n in 0..200_u8 {
            let member = MemberId([n; 16]);
            let turns = (0..ROUND_WEEKS).filter(|week| turn(&member, begin.plus(Span::days(week * 7)))).count();
            assert_eq!(turns, 1, "{n}");
        }
    }

    #[test]
    fn a_reason_to_ring_is_kind() {
        let now = Timestamp(1_790_000_000_000);
        let ago = |days: u64| Some(Timestamp(now.0 - Span::days(days).0));
        assert_eq!(why(Some(0), ago(100), 1, now), Some(Why::Never));
        assert_eq!(why(None, ago(100), 2, now), Some(Why::Quiet));
        assert_eq!(why(Some(0), ago(3), 2, now), None);
        assert_eq!(why(Some(MUCH), ago(3), 2, now), Some(Why::Gives));
        assert_eq!(why(Some(-MUCH), ago(3), 2, now), Some(Why::Receives));
        // Where nobody is to know where somebody stands, nobody gives too much.
        assert_eq!(why(None, ago(3), 2, now), None);
    }

    /// Why people are rung in the next quarter of a year but one week: the last three months are not quiet.
    async fn reasons(trial: &Trial) -> Vec<Why> {
        let mut found = Vec::new();
        for week in 0..ROUND_WEEKS {
            let ring = to_ring(trial.handle(), clock::now().plus(Span::days(week * 7))).await.unwrap();
            found.extend(ring.into_iter().map(|(_, why)| why));
        }
        found
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn whom_to_ring_tells_nothing_of_hidden_hours() {
        let trial = Trial::begin("Elm", false).await;
        let (ada, bo) = (trial.admit_named(1, "Ada Park").await, trial.admit_named(2, "Bo Lee").await);
        exchange_as(1, &trial, ada, bo, MUCH).await;
        let found = reasons(&trial).await;
        assert!(found.contains(&Why::Gives) && found.contains(&Why::Receives), "{found:?}");
        for balances in [Balances::Hidden, Balances::Gifts] {
            let charter = trial.handle().look(|machine, _| machine.state().ledger().charter().cloned()).await.unwrap();
            let charter = Charter { balances, ..charter.unwrap() };
            trial.command(Command::ChangeCharter { charter, by: trial.coordinator }).await;
            assert_eq!(reasons(&trial).await, []);
        }
        trial.running.stop().await;
    }
}
