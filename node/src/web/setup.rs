//! The first run: a few pages that turn an empty directory into a community, a new one or one that comes back. They are open
//! to whoever has the link that the terminal shows, once, and gone when there is a community.

mod bringing;
mod founding;
mod joining;
mod shown;
mod upload;
mod work;
mod wrong;

pub(super) use founding::{
    BALANCES, CONFIRMATIONS, RAILS, area_field, balances_field, home_field, listing_place_field,
};
pub(crate) use joining::acceptance;

use super::{
    assets,
    forms::{Choice, Need, Reader, Sent, choices},
    oops::Oops,
    pages::{DonePage, FormPage, MessagePage, go, page, show},
    sign_in::{size_field, size_now},
    visit::{Frame, LANGUAGE, TEXT, cookie, look_cookie, looks, set_cookie},
    words::{Language, Words},
};
use crate::{
    progress::Progress,
    runtime::{Founding, Root, desk::PaperCode, home},
};
use axum::{
    Form, Router,
    extract::{DefaultBodyLimit, Query, Request, State},
    http::{HeaderMap, Method, StatusCode, header},
    middleware::{Next, from_fn_with_state},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use bringing::Bringing;
use data_encoding::HEXLOWER;
use jiff::tz::TimeZone;
use kith_protocol::{
    id::{Digest, MemberId},
    partnership::Invitation,
};
use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::sync::{Notify, watch};

/// The cookie of whoever opened the link.
const COOKIE: &str = "kith_setup";
/// How long it stands: an evening.
const STANDS_SECONDS: u64 = 6 * 3_600;
/// The page that the link leads to.
const FIRST_PAGE: &str = "/setup";
/// The page that takes a backup.
pub(super) const UPLOAD_PATH: &str = "/setup/backup";
/// The largest backup that is taken: four times that of a community with a million entries.
pub(super) const MAX_UPLOAD_BYTES: usize = 2 << 30;
/// How long one may be on its way: as long as the link stands. A silent line ends long before.
pub(super) const UPLOAD_WITHIN: Duration = Duration::from_secs(STANDS_SECONDS);

/// What a first run leads to.
#[derive(Debug, Clone)]
pub struct Founded {
    /// The coordinator who signs in first, and the code for that.
    pub sign_in: Option<(MemberId, PaperCode)>,
    /// Whom to ring, if they said so.
    pub contact: Option<String>,
    /// What they say about benefits and tax, if they said something.
    pub benefits: Option<String>,
    /// The zone in which the pages are to tell the time, if they said one.
    pub zone: Option<TimeZone>,
    /// Another community's invitation, to be accepted as soon as the node runs.
    pub invitation: Option<Invitation>,
    /// Whether it came back from a backup, perhaps with settings of its own.
    pub restored: bool,
}

#[derive(Default)]
struct Answers {
    session: Option<String>,
    words: Option<Words>,
    founding: Option<Founding>,
    contact: Option<String>,
    benefits: Option<String>,
    zone: Option<TimeZone>,
    root: Option<Root>,
    invitation: Option<Invitation>,
    bringing: Bringing,
    founded: Option<Founded>,
    /// The page that was shown last.
    at: Option<String>,
    /// Whether the last page is on its way, so that the node may take over.
    ended: bool,
}

/// A first run that is under way.
pub struct Setup {
    dir: PathBuf,
    key: String,
    answers: Mutex<Answers>,
    /// One backup comes in at a time.
    uploads: tokio::sync::Semaphore,
    /// Tells those who wait that the work on a restore got on.
    news: watch::Sender<()>,
    /// How far it is with that.
    progress: Progress,
    done: Notify,
}

impl Setup {
    /// Begins one for a directory without a community.
    ///
    /// # Errors
    /// The system gives no random numbers.
    pub fn new(dir: &Path) -> Result<Arc<Self>, home::HomeError> {
        let key = HEXLOWER.encode(&home::random::<16>()?);
        Ok(Arc::new(Self {
            dir: dir.to_path_buf(),
            key,
            answers: Mutex::default(),
            uploads: tokio::sync::Semaphore::new(1),
            news: watch::Sender::new(()),
            progress: Progress::default(),
            done: Notify::new(),
        }))
    }

    /// The path of the link for the terminal. It is good for the first browser that opens it.
    #[must_use]
    pub fn path(&self) -> String {
        format!("/setup?key={}", self.key)
    }

    /// Waits until there is a community, and the last page is on its way.
    pub async fn founded(&self) -> Founded {
        loop {
            let told = self.done.notified();
            if let Some(founded) = self.result() {
                return founded;
            }
            told.await;
        }
    }

    fn result(&self) -> Option<Founded> {
        let answers = self.answers();
        answers.founded.clone().filter(|_| answers.ended)
    }

    /// The last page, once there is a community. With it the pages of the first run end.
    fn last_page(&self, frame: &Frame) -> Option<Response> {
        let founded = self.answers().founded.clone()?;
        let page = done(frame, &founded);
        self.end();
        Some(page)
    }

    fn end(&self) {
        self.answers().ended = true;
        self.done.notify_one();
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
    let takes_backups = get(upload::form).post(upload::take).layer(DefaultBodyLimit::max(MAX_UPLOAD_BYTES));
    Router::new()
        .route(FIRST_PAGE, get(begin).post(send_first))
        .route("/setup/way", get(show_way).post(way))
        .route("/setup/name", get(founding::show_name).post(founding::name))
        .route("/setup/charter", get(founding::show_charter).post(founding::charter))
        .route("/setup/words", get(founding::show_words))
        .route("/setup/check", get(founding::show_check).post(founding::check))
        .route("/setup/invitation", get(joining::form).post(joining::send))
        .route("/setup/backup", takes_backups)
        .route("/setup/recovery", get(bringing::words_form).post(bringing::words))
        .route("/setup/partners", get(bringing::partners_form).post(bringing::partners))
        .route("/setup/found", get(shown::look))
        .route("/setup/restore", post(shown::restore))
        .merge(assets::routes())
        .fallback(elsewhere)
        .layer(from_fn_with_state(Arc::clone(&setup), remember))
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
    let link = (frame.t("try-again"), FIRST_PAGE.to_owned());
    let message =
        MessagePage { frame, heading: frame.t("setup-closed"), words: vec![frame.t("setup-closed-words")], link };
    page(frame, StatusCode::FORBIDDEN, &message)
}

/// Keeps which page was shown last.
async fn remember(State(setup): App, request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let page = (request.method() == Method::GET && path.starts_with(FIRST_PAGE)).then(|| path.to_owned());
    let response = next.run(request).await;
    if page.is_some() && response.status() == StatusCode::OK {
        setup.answers().at = page;
    }
    response
}

/// Any other address. The name at the top of each page leads here: whoever opened the link goes back to where they were.
async fn elsewhere(State(setup): App, headers: HeaderMap) -> Response {
    match frame(&setup, &headers) {
        Ok(_) => go(setup.answers().at.as_deref().unwrap_or(FIRST_PAGE)),
        Err(shut) => shut.into_response(),
    }
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
        return first_page(&frame);
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
    let mut response = go(FIRST_PAGE);
    response.headers_mut().append(header::SET_COOKIE, set_cookie(&headers, COOKIE, &session, STANDS_SECONDS));
    response
}

/// How the pages speak, and how large.
fn look_fields(reader: &mut Reader<'_>) -> (Option<Language>, String) {
    let languages = Language::ALL.map(|language| Choice::new(language.tag(), language.name()));
    let language = Language::of_tag(&reader.choice("language", "look-language", languages.into(), Need::Must));
    (language, size_field(reader))
}

fn welcome<'a>(frame: &'a Frame, reader: Reader<'_>) -> FormPage<'a> {
    FormPage::new(frame, frame.t("setup-welcome"), reader, FIRST_PAGE, frame.t("go-on")).lead(frame.t("setup-lead"))
}

fn first_page(frame: &Frame) -> Response {
    let now = Sent::filled([("language", frame.words.0.tag()), size_now(frame)]);
    let mut reader = Reader::open(frame.words, &now);
    look_fields(&mut reader);
    welcome(frame, reader).answer()
}

async fn send_first(State(setup): App, headers: HeaderMap, form: Sending) -> Answer {
    let (frame, sent) = sent(&setup, &headers, form)?;
    let mut reader = Reader::judge(frame.words, &sent);
    let (language, size) = look_fields(&mut reader);
    let Some(language) = language.filter(|_| reader.is_fine()) else { return Ok(welcome(&frame, reader).answer()) };
    setup.answers().words = Some(Words(language));
    let mut response = go("/setup/way");
    // The pages of the community, which come after these, ask the browser only.
    for (name, value) in [(LANGUAGE, language.tag()), (TEXT, size.as_str())] {
        response.headers_mut().append(header::SET_COOKIE, look_cookie(&headers, name, value));
    }
    Ok(response)
}

/// What can be done here: the word of the form, its label, and where it goes on.
const WAYS: [(&str, &str, &str); 4] = [
    ("new", "setup-new", "/setup/name"),
    ("join", "setup-join", "/setup/invitation"),
    ("backup", "setup-backup", UPLOAD_PATH),
    ("partners", "setup-partners", "/setup/partners"),
];

fn way_field(reader: &mut Reader<'_>) -> Option<&'static str> {
    let options = choices(reader.words(), WAYS.map(|(value, key, _)| (value, key)));
    let chosen = reader.choice("way", "setup-way", options, Need::Must);
    WAYS.into_iter().find(|(value, _, _)| *value == chosen).map(|(_, _, path)| path)
}

fn way_page<'a>(frame: &'a Frame, reader: Reader<'_>) -> FormPage<'a> {
    FormPage::new(frame, frame.t("setup-way-title"), reader, "/setup/way", frame.t("go-on"))
        .other(frame.t("page-before"), FIRST_PAGE.into())
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
    let Some(path) = way_field(&mut reader) else { return Ok(way_page(&frame, reader).answer()) };
    // An invitation is for whoever comes by that way.
    setup.answers().invitation = None;
    Ok(go(path))
}

/// The last page: the node itself answers from here on, under the same address.
fn done(frame: &Frame, founded: &Founded) -> Response {
    let code = founded.sign_in.as_ref().map(|(_, code)| code.shown());
    let mut next: Vec<String> = code.iter().map(|code| frame.t1("setup-done-code", "code", code)).collect();
    let heading = if founded.restored {
        next.extend(["setup-back-old", "setup-back-partners", "setup-back-since"].map(|key| frame.t(key)));
        frame.t("setup-back")
    } else {
        next.push(frame.t("setup-done-next"));
        frame.t("setup-done")
    };
    if let Some(invitation) = &founded.invitation {
        next.push(frame.t1("setup-done-invited", "name", &invitation.name));
        next.push(frame.t("partners-accepted-next"));
    }
    let address = code.map_or("/sign-in".to_owned(), |code| format!("/sign-in?code={code}&next=/today"));
    show(frame, &DonePage { frame, heading, next, links: vec![(frame.t("sign-in"), address)] })
}
