//! The first run: a few pages that turn an empty directory into a community. They are open to whoever has the link that
//! the terminal shows, once, and gone when the community is founded.

use super::{
    assets,
    forms::{Choice, Need, Reader, Sent, Step, choices},
    oops::Oops,
    pages::{self, DonePage, FormPage, MessagePage, go, page},
    visit::{Frame, cookie, looks, set_cookie},
    words::{Language, Words},
};
use crate::{
    people::MAX_NAME,
    runtime::{
        Founding, Refused, Root,
        desk::{MAX_CONTACT_WORDS, PaperCode},
        found_with, home,
    },
};
use askama::Template;
use axum::{
    Form, Router,
    extract::{DefaultBodyLimit, Query, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use data_encoding::HEXLOWER;
use kith_protocol::{
    community::{Balances, Charter, Confirmation, MAX_NAME as MAX_COMMUNITY},
    id::{Digest, MemberId},
    minutes::Balance,
    text,
};
use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio::sync::Notify;

/// The cookie of whoever opened the link.
const COOKIE: &str = "kith_setup";
/// How long it stands: an evening.
const STANDS_SECONDS: u64 = 6 * 3_600;
/// How far below zero a person may go, in hours, when nobody says otherwise.
const FLOOR_HOURS: &str = "40";
/// Words asked back: the fifth and the eighteenth stand on different lines of any sheet.
const ASKED_BACK: [usize; 2] = [5, 18];

/// What a first run leads to.
#[derive(Debug, Clone)]
pub struct Founded {
    /// The first coordinator.
    pub coordinator: MemberId,
    /// The code by which they sign in.
    pub code: PaperCode,
    /// Whom to ring, if they said so.
    pub contact: Option<String>,
}

#[derive(Default)]
struct Answers {
    session: Option<String>,
    words: Option<Words>,
    founding: Option<Founding>,
    contact: Option<String>,
    root: Option<Root>,
    founded: Option<Founded>,
}

/// A first run that is under way.
pub struct Setup {
    dir: PathBuf,
    key: String,
    answers: Mutex<Answers>,
    done: Notify,
}

impl Setup {
    /// Begins one for a directory without a community.
    ///
    /// # Errors
    /// The system gives no random numbers.
    pub fn new(dir: &Path) -> Result<Arc<Self>, home::HomeError> {
        let key = HEXLOWER.encode(&home::random::<16>()?);
        Ok(Arc::new(Self { dir: dir.to_path_buf(), key, answers: Mutex::default(), done: Notify::new() }))
    }

    /// The path of the link for the terminal. It is good for the first browser that opens it.
    #[must_use]
    pub fn path(&self) -> String {
        format!("/setup?key={}", self.key)
    }

    /// Waits until the community is founded.
    pub async fn founded(&self) -> Founded {
        loop {
            let told = self.done.notified();
            if let Some(founded) = self.answers().founded.clone() {
                return founded;
            }
            told.await;
        }
    }

    fn answers(&self) -> MutexGuard<'_, Answers> {
        self.answers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

type App = State<Arc<Setup>>;
type Answer = Result<Response, Shut>;

/// The page for whoever has no business here.
struct Shut(Box<Response>);

impl From<Response> for Shut {
    fn from(response: Response) -> Self {
        Self(Box::new(response))
    }
}

impl IntoResponse for Shut {
    fn into_response(self) -> Response {
        *self.0
    }
}

/// The pages of a first run.
pub fn router(setup: Arc<Setup>) -> Router {
    Router::new()
        .route("/setup", get(begin).post(language))
        .route("/setup/way", get(show_way).post(way))
        .route("/setup/name", get(show_name).post(name))
        .route("/setup/charter", get(show_charter).post(charter))
        .route("/setup/words", get(show_words))
        .route("/setup/check", get(show_check).post(check))
        .merge(assets::routes())
        .fallback(stranger)
        .layer(DefaultBodyLimit::max(super::forms::MAX_FORM_BYTES))
        .with_state(setup)
}

/// The frame, for whoever opened the link.
fn frame(setup: &Setup, headers: &HeaderMap) -> Result<Frame, Shut> {
    let answers = setup.answers();
    let session = answers.session.clone().filter(|session| cookie(headers, COOKIE) == Some(session.as_str()));
    let (asked, large) = looks(headers);
    let Some(session) = session else { return Err(Shut::from(closed(&Frame::plain(asked, large)))) };
    let token = HEXLOWER.encode(&Digest::of("kith/v1/setup-form", &[session.as_bytes()]).0[..16]);
    Ok(Frame { token, alone: true, ..Frame::plain(answers.words.unwrap_or(asked), large) })
}

/// For everybody without the link, and for every other address.
fn closed(frame: &Frame) -> Response {
    let link = (frame.t("try-again"), "/setup".to_owned());
    let message =
        MessagePage { frame, heading: frame.t("setup-closed"), words: vec![frame.t("setup-closed-words")], link };
    page(frame, StatusCode::FORBIDDEN, &message)
}

async fn stranger(headers: HeaderMap) -> Response {
    let (words, large) = looks(&headers);
    closed(&Frame::plain(words, large))
}

type Sending = Result<Form<Vec<(String, String)>>, axum::extract::rejection::FormRejection>;

/// A form of ours, from the browser that opened the link.
fn sent(setup: &Setup, headers: &HeaderMap, form: Sending) -> Result<(Frame, Sent), Shut> {
    let frame = frame(setup, headers)?;
    let Ok(Form(pairs)) = form else { return Err(Shut::from(Oops::Unreadable.page(&frame))) };
    let sent = Sent::from_pairs(pairs).ok_or_else(|| Shut::from(Oops::TooLarge.page(&frame)))?;
    if sent.get("token") == frame.token { Ok((frame, sent)) } else { Err(Shut::from(Oops::Stale.page(&frame))) }
}

/// The link of the terminal: the first who opens it goes on, nobody else.
async fn begin(State(setup): App, headers: HeaderMap, Query(asked): Query<Vec<(String, String)>>) -> Response {
    if let Ok(frame) = frame(&setup, &headers) {
        return language_page(&frame);
    }
    let given = asked.iter().find(|(name, _)| name == "key").map_or("", |(_, key)| key.as_str());
    let fits = crate::api::token_matches(given, &setup.key);
    let (words, large) = looks(&headers);
    let Ok(session) = home::random::<16>().map(|bytes| HEXLOWER.encode(&bytes)) else {
        return closed(&Frame::plain(words, large));
    };
    {
        let mut answers = setup.answers();
        if !fits || answers.session.is_some() {
            return closed(&Frame::plain(words, large));
        }
        answers.session = Some(session.clone());
    }
    let mut response = go("/setup");
    response.headers_mut().append(header::SET_COOKIE, set_cookie(&headers, COOKIE, &session, STANDS_SECONDS));
    response
}

fn language_field(reader: &mut Reader<'_>) -> Option<Language> {
    let languages = Language::ALL.map(|language| Choice::new(language.tag(), language.name()));
    Language::of_tag(&reader.choice("language", "look-language", languages.into(), Need::Must))
}

fn language_page(frame: &Frame) -> Response {
    let now = Sent::filled([("language", frame.words.0.tag())]);
    let mut reader = Reader::open(frame.words, &now);
    language_field(&mut reader);
    FormPage::new(frame, frame.t("setup-welcome"), reader, "/setup", frame.t("go-on"))
        .lead(frame.t("setup-lead"))
        .answer()
}

async fn language(State(setup): App, headers: HeaderMap, form: Sending) -> Answer {
    let (frame, sent) = sent(&setup, &headers, form)?;
    let mut reader = Reader::judge(frame.words, &sent);
    match language_field(&mut reader) {
        Some(language) => {
            setup.answers().words = Some(Words(language));
            Ok(go("/setup/way"))
        }
        None => Ok(FormPage::new(&frame, frame.t("setup-welcome"), reader, "/setup", frame.t("go-on")).answer()),
    }
}

fn way_field(reader: &mut Reader<'_>) -> String {
    let ways = [("new", "setup-new"), ("other", "setup-other")];
    let options = choices(reader.words(), ways);
    reader.choice("way", "setup-way", options, Need::Must)
}

fn way_page<'a>(frame: &'a Frame, reader: Reader<'_>) -> FormPage<'a> {
    FormPage::new(frame, frame.t("setup-way-title"), reader, "/setup/way", frame.t("go-on"))
}

async fn show_way(State(setup): App, headers: HeaderMap) -> Answer {
    let frame = frame(&setup, &headers)?;
    let nothing = Sent::default();
    let mut reader = Reader::open(frame.words, &nothing);
    way_field(&mut reader);
    Ok(way_page(&frame, reader).answer())
}

async fn way(State(setup): App, headers: HeaderMap, form: Sending) -> Answer {
    let (frame, sent) = sent(&setup, &headers, form)?;
    let mut reader = Reader::judge(frame.words, &sent);
    Ok(match way_field(&mut reader).as_str() {
        "new" => go("/setup/name"),
        "other" => {
            let words = vec![frame.t("setup-other-restore"), frame.t("setup-other-join")];
            let link = (frame.t("page-before"), "/setup/way".to_owned());
            pages::show(&frame, &MessagePage { frame: &frame, heading: frame.t("setup-other"), words, link })
        }
        _ => way_page(&frame, reader).answer(),
    })
}

/// The rough place of a community, if it says one.
pub(super) fn area_field(reader: &mut Reader<'_>) -> Option<String> {
    let area = reader.line("area", "setup-area", 6, Need::May).to_lowercase();
    if !area.is_empty() && text::check_area(&area).is_err() {
        let error = reader.words().t("setup-area-wrong");
        reader.fail("area", error);
    }
    Some(area).filter(|area| !area.is_empty())
}

fn name_fields(reader: &mut Reader<'_>) -> (Charter, String, String) {
    let name = reader.line("name", "setup-name", MAX_COMMUNITY, Need::Must);
    let area = area_field(reader);
    let coordinator = reader.filled_line("coordinator", "setup-coordinator", MAX_NAME, Need::Must, "text", "name");
    let contact = reader.line("contact", "contact-words", MAX_CONTACT_WORDS, Need::May);
    (Charter::new(name, area), coordinator, contact)
}

fn name_page<'a>(frame: &'a Frame, reader: Reader<'_>) -> FormPage<'a> {
    FormPage::new(frame, frame.t("setup-name-title"), reader, "/setup/name", frame.t("go-on"))
}

async fn show_name(State(setup): App, headers: HeaderMap) -> Answer {
    let frame = frame(&setup, &headers)?;
    let nothing = Sent::default();
    let mut reader = Reader::open(frame.words, &nothing);
    name_fields(&mut reader);
    Ok(name_page(&frame, reader).answer())
}

async fn name(State(setup): App, headers: HeaderMap, form: Sending) -> Answer {
    let (frame, sent) = sent(&setup, &headers, form)?;
    let mut reader = Reader::judge(frame.words, &sent);
    let (charter, coordinator, contact) = name_fields(&mut reader);
    if !reader.is_fine() || sent.step() == Step::Edit {
        return Ok(name_page(&frame, reader).answer());
    }
    let mut answers = setup.answers();
    answers.founding = Some(Founding { charter, coordinator });
    answers.contact = Some(contact).filter(|contact| !contact.is_empty());
    Ok(go("/setup/charter"))
}

/// Who has to agree to an exchange, in the words of forms.
pub(super) const CONFIRMATIONS: [(&str, &str, Confirmation); 3] = [
    ("receiver", "setup-confirm-receiver", Confirmation::Receiver),
    ("both", "setup-confirm-both", Confirmation::Both),
    ("either", "setup-confirm-either", Confirmation::Either),
];

/// Who sees how many hours somebody gave and received, in the words of forms.
pub(super) const BALANCES: [(&str, &str, Balances); 3] = [
    ("shown", "balances-shown", Balances::Shown),
    ("hidden", "balances-hidden", Balances::Hidden),
    ("gifts", "balances-gifts", Balances::Gifts),
];

/// Whether anybody keeps score. Whoever says nothing of it means the usual.
pub(super) fn balances_field(reader: &mut Reader<'_>) -> Balances {
    let options = choices(reader.words(), BALANCES.map(|(value, key, _)| (value, key)));
    let chosen = reader.choice("balances", "balances", options, Need::May);
    BALANCES.iter().find(|(value, _, _)| *value == chosen).map_or(Balances::Shown, |(_, _, found)| *found)
}

fn charter_fields(reader: &mut Reader<'_>) -> (Balances, Option<Balance>, Confirmation) {
    let balances = balances_field(reader);
    let hours = reader.number("floor", "setup-floor", 0..=1_000);
    let options = choices(reader.words(), CONFIRMATIONS.map(|(value, key, _)| (value, key)));
    let chosen = reader.choice("confirmation", "setup-confirmation", options, Need::May);
    let found = CONFIRMATIONS.iter().find(|(value, _, _)| *value == chosen);
    let floor = i64::try_from(hours).ok().and_then(|hours| Balance::new(-hours * 60).ok());
    (balances, floor, found.map_or(Confirmation::Receiver, |(_, _, confirmation)| *confirmation))
}

fn charter_page<'a>(frame: &'a Frame, reader: Reader<'_>) -> FormPage<'a> {
    FormPage::new(frame, frame.t("setup-charter"), reader, "/setup/charter", frame.t("go-on"))
        .lead(frame.t("setup-charter-lead"))
}

async fn show_charter(State(setup): App, headers: HeaderMap) -> Answer {
    let frame = frame(&setup, &headers)?;
    let usual = Sent::filled([("floor", FLOOR_HOURS)]);
    let mut reader = Reader::open(frame.words, &usual);
    charter_fields(&mut reader);
    Ok(charter_page(&frame, reader).answer())
}

async fn charter(State(setup): App, headers: HeaderMap, form: Sending) -> Answer {
    let (frame, sent) = sent(&setup, &headers, form)?;
    let mut reader = Reader::judge(frame.words, &sent);
    let (balances, floor, confirmation) = charter_fields(&mut reader);
    let Some(floor) = floor.filter(|_| reader.is_fine()) else { return Ok(charter_page(&frame, reader).answer()) };
    let root = match Root::random() {
        Ok(root) => root,
        Err(why) => return Ok(Oops::Refused(Refused::People(why.to_string())).page(&frame)),
    };
    let mut answers = setup.answers();
    let Some(founding) = answers.founding.as_mut() else { return Ok(go("/setup/name")) };
    let charter = &mut founding.charter;
    (charter.balances, charter.person_floor, charter.confirmation) = (balances, floor, confirmation);
    // Made once: words that somebody wrote down stay the words.
    answers.root.get_or_insert(root);
    Ok(go("/setup/words"))
}

/// The sheet with the words.
#[derive(Template)]
#[template(path = "setup_words.html", whitespace = "minimize")]
struct WordsPage<'a> {
    frame: &'a Frame,
    name: String,
    words: Vec<String>,
}

async fn show_words(State(setup): App, headers: HeaderMap) -> Answer {
    let frame = frame(&setup, &headers)?;
    let answers = setup.answers();
    let (Some(founding), Some(root)) = (&answers.founding, &answers.root) else { return Ok(go("/setup/name")) };
    let words = root.words().split(' ').map(str::to_owned).collect();
    Ok(pages::show(&frame, &WordsPage { frame: &frame, name: founding.charter.name.clone(), words }))
}

fn check_fields(reader: &mut Reader<'_>, expected: Option<&str>) {
    let words = reader.words();
    for number in ASKED_BACK {
        let name = format!("word-{number}");
        let typed = reader.line(&name, "setup-word", 20, Need::Must);
        if let Some(field) = reader.fields.last_mut() {
            field.label = words.t1("setup-word", "n", number);
        }
        let right = expected.and_then(|words| words.split(' ').nth(number - 1));
        if right.is_some_and(|right| right != typed.to_lowercase()) {
            reader.fail(&name, words.t("setup-word-wrong"));
        }
    }
}

fn check_page<'a>(frame: &'a Frame, reader: Reader<'_>) -> FormPage<'a> {
    FormPage::new(frame, frame.t("setup-check"), reader, "/setup/check", frame.t("setup-found"))
        .lead(frame.t("setup-check-lead"))
        .other(frame.t("setup-words-again"), "/setup/words".into())
}

async fn show_check(State(setup): App, headers: HeaderMap) -> Answer {
    let frame = frame(&setup, &headers)?;
    let nothing = Sent::default();
    let mut reader = Reader::open(frame.words, &nothing);
    check_fields(&mut reader, None);
    Ok(check_page(&frame, reader).answer())
}

async fn check(State(setup): App, headers: HeaderMap, form: Sending) -> Answer {
    let (frame, sent) = sent(&setup, &headers, form)?;
    let founded = setup.answers().founded.clone();
    if let Some(founded) = founded {
        return Ok(done(&frame, &founded));
    }
    let mut reader = Reader::judge(frame.words, &sent);
    let expected = setup.answers().root.as_ref().map(Root::words);
    let Some(expected) = expected else { return Ok(go("/setup/charter")) };
    check_fields(&mut reader, Some(&expected));
    if !reader.is_fine() {
        return Ok(check_page(&frame, reader).answer());
    }
    Ok(match found(Arc::clone(&setup)).await {
        Ok(founded) => {
            let response = done(&frame, &founded);
            setup.answers().founded = Some(founded);
            setup.done.notify_one();
            response
        }
        Err(why) => {
            tracing::warn!(why, "the community could not be founded");
            let refused = frame.t1("setup-failed", "why", why);
            check_page(&frame, reader).refused(Some(refused)).answer()
        }
    })
}

async fn found(setup: Arc<Setup>) -> Result<Founded, String> {
    let founding = tokio::task::spawn_blocking(move || {
        let answers = setup.answers();
        let (Some(founding), Some(root)) = (&answers.founding, &answers.root) else {
            return Err("nothing to found".to_owned());
        };
        let (_, coordinator) = found_with(&setup.dir, founding, root).map_err(|why| why.to_string())?;
        let code = PaperCode::from_bytes(home::random().map_err(|why| why.to_string())?);
        Ok(Founded { coordinator, code, contact: answers.contact.clone() })
    });
    founding.await.map_err(|why| why.to_string())?
}

/// The last page: the node itself answers from here on, under the same address.
fn done(frame: &Frame, founded: &Founded) -> Response {
    let code = founded.code.shown();
    let page = DonePage {
        frame,
        heading: frame.t("setup-done"),
        next: vec![frame.t1("setup-done-code", "code", &code), frame.t("setup-done-next")],
        links: vec![(frame.t("sign-in"), format!("/sign-in?code={code}&next=/today"))],
    };
    pages::show(frame, &page).into_response()
}
