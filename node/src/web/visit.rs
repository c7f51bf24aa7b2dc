//! Who looks at a page, and how: their language and text size, and their session if they have one.

use super::{
    App, Oops,
    qr::Square,
    words::{Language, Words},
};
use crate::runtime::{
    Handle, Refused,
    desk::{SessionKey, SessionToken},
    home,
    shelves::name_of,
};
use axum::{
    extract::{FromRequestParts, Request, State},
    http::{HeaderMap, HeaderValue, Method, Uri, header, request::Parts},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use data_encoding::HEXLOWER;
use kith_protocol::{
    id::{Digest, MemberId},
    member::Role,
};
use std::{net::IpAddr, sync::Arc};

/// Names of the cookies: who is signed in, which browser sent a form, and how pages look.
pub(super) const SESSION: &str = "kith_session";
const VISIT: &str = "kith_visit";
pub(super) const LANGUAGE: &str = "kith_language";
pub(super) const TEXT: &str = "kith_text";
/// The values of [`TEXT`], for usual and for large print.
pub(super) const USUAL: &str = "usual";
pub(super) const LARGE: &str = "large";
/// Cookies about looks stand as long as a session.
const LOOKS_STAND_SECONDS: u64 = 180 * 86_400;

/// A member who is signed in.
#[derive(Debug, Clone)]
pub(super) struct Member {
    pub(super) id: MemberId,
    pub(super) name: String,
    pub(super) coordinator: bool,
    pub(super) session: SessionKey,
}

/// What every page needs to know.
#[derive(Debug)]
pub(super) struct Frame {
    pub(super) style: &'static str,
    pub(super) icon: &'static str,
    pub(super) words: Words,
    pub(super) large: bool,
    pub(super) community: String,
    pub(super) connected: u64,
    pub(super) contact: Option<String>,
    pub(super) member: Option<Member>,
    /// Proves that a form came from a page of ours in this browser.
    pub(super) token: String,
    /// Path and query of this page.
    pub(super) path: String,
    /// Scheme and host as the browser knows them, for codes on paper.
    pub(super) base: String,
    /// Where the pages are, as browsers say it, if passkeys belong to that.
    pub(super) site: Option<String>,
    /// Whether a code to sign in can be sent by e-mail.
    pub(super) mail: bool,
    /// Whether there is nothing else to go to: the first run.
    pub(super) alone: bool,
    /// Where it listens for what changes, where scripts run, if it shows that by itself.
    pub(super) live: Option<String>,
    pub(super) cookies: Vec<HeaderValue>,
}

impl Frame {
    /// For pages that are the same for everybody.
    pub(super) fn plain(words: Words, large: bool) -> Self {
        Self {
            style: super::assets::style(),
            icon: super::assets::icon(),
            words,
            large,
            community: "Kith".into(),
            connected: 0,
            contact: None,
            member: None,
            token: String::new(),
            path: "/".into(),
            base: String::new(),
            site: None,
            mail: false,
            alone: false,
            live: None,
            cookies: Vec::new(),
        }
    }

    pub(super) fn t(&self, key: &str) -> String {
        self.words.t(key)
    }

    pub(super) fn t1(&self, key: &str, name: &str, value: impl ToString) -> String {
        self.words.t1(key, name, value)
    }

    pub(super) fn n(&self, key: &str, n: &u64) -> String {
        self.words.n(key, *n)
    }

    pub(super) fn lang(&self) -> &'static str {
        self.words.0.code()
    }

    pub(super) fn coordinator(&self) -> bool {
        self.member.as_ref().is_some_and(|member| member.coordinator)
    }

    /// What was just done, for the top of the page that a form led to.
    pub(super) fn news(&self) -> Option<[String; 2]> {
        super::news::told(self.words, &self.path)
    }

    /// Where others find the pages, for paper: as the settings say it, else as this browser came.
    pub(super) fn place(&self) -> &str {
        self.site.as_deref().unwrap_or(&self.base)
    }

    /// Whether that is this computer's name for itself, which leads any other device to nothing.
    pub(super) fn only_here(&self) -> bool {
        let uri = self.place().parse::<Uri>().ok();
        let host = uri.as_ref().and_then(Uri::host).unwrap_or_default().to_ascii_lowercase();
        match host.trim_matches(['[', ']']).parse::<IpAddr>() {
            Ok(ip) => ip.is_loopback() || ip.is_unspecified(),
            Err(_) => host == "localhost" || host.ends_with(".localhost"),
        }
    }

    /// A square that opens an address of ours on a phone; none where no phone could open it.
    pub(super) fn square(&self, address: &str) -> Option<Square> {
        if self.only_here() { None } else { Square::new(address) }
    }

    /// The address of our script.
    pub(super) fn script(&self) -> &'static str {
        super::assets::script()
    }

    /// The address of the script for passkeys.
    pub(super) fn passkey_script(&self) -> &'static str {
        super::assets::passkey_script()
    }

    /// The address of the script for keys of members' own.
    pub(super) fn keys(&self) -> &'static str {
        super::assets::keys()
    }

    pub(super) fn version(&self) -> &'static str {
        env!("CARGO_PKG_VERSION")
    }

    /// Whether this is the page at `path`, for the menu.
    pub(super) fn at(&self, path: &str) -> bool {
        self.path.split('?').next() == Some(path)
    }

    /// The token that forms of this browser need under a session that was just opened.
    pub(super) fn token_for(&self, headers: &HeaderMap, session: &SessionKey) -> String {
        token(cookie(headers, VISIT).unwrap_or_default(), Some(session))
    }

    /// Where language and text size are changed, with the way back.
    pub(super) fn look_address(&self) -> String {
        if self.path == "/" || self.path.starts_with("/look") {
            return "/look".into();
        }
        format!("/look?next={}", escaped(&self.path))
    }
}

/// A value for the query of an address (RFC 3986, 2.3: all but the unreserved characters are escaped).
pub(super) fn escaped(value: &str) -> String {
    let keep = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    value.bytes().map(|byte| if keep(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

/// The value of a cookie.
pub(super) fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
    let pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.into_iter().find(|(found, _)| *found == name).map(|(_, value)| value)
}

/// Language and text size as the visitor chose, or as the browser asks.
pub(super) fn looks(headers: &HeaderMap) -> (Words, bool) {
    let chosen = cookie(headers, LANGUAGE).and_then(Language::of_tag);
    let asked = || headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).map(Language::accepted);
    let language = chosen.or_else(asked).unwrap_or(Language::English);
    (Words(language), cookie(headers, TEXT) == Some(LARGE))
}

/// Whether the browser reached the node over TLS, as a proxy in front of it says.
fn is_secure(headers: &HeaderMap) -> bool {
    headers.get("x-forwarded-proto").is_some_and(|value| value.as_bytes() == b"https")
}

/// A cookie that scripts cannot read and other sites' forms do not send.
pub(super) fn set_cookie(headers: &HeaderMap, name: &str, value: &str, seconds: u64) -> HeaderValue {
    let secure = if is_secure(headers) { "; Secure" } else { "" };
    let text = format!("{name}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}");
    HeaderValue::from_str(&text).expect("cookies are made of letters and digits of ours")
}

/// A cookie about looks.
pub(super) fn look_cookie(headers: &HeaderMap, name: &str, value: &str) -> HeaderValue {
    set_cookie(headers, name, value, LOOKS_STAND_SECONDS)
}

/// Whether another site sent this form: what the browser says of where a request began (Fetch Metadata; RFC 6454).
fn from_elsewhere(request: &Request) -> bool {
    let text = |name: &str| request.headers().get(name).map(|value| value.to_str().unwrap_or("?"));
    if let Some(site) = text("sec-fetch-site") {
        return !matches!(site, "same-origin" | "none");
    }
    match (text("origin"), text("host")) {
        (Some(origin), Some(host)) => origin.split_once("://").map(|(_, from)| from) != Some(host),
        (Some(_), None) => true,
        // Neither header: no browser of the last ten years; the token in the form still has to fit.
        (None, _) => false,
    }
}

/// The token of forms. With a session, it is the session's: it cannot be known before signing in, nor used after.
fn token(visit: &str, session: Option<&SessionKey>) -> String {
    let bound = session.map(|session| session.0.0).unwrap_or_default();
    HEXLOWER.encode(&Digest::of("kith/v1/form", &[visit.as_bytes(), &bound]).0[..16])
}

async fn member(handle: &Handle, headers: &HeaderMap) -> Result<Option<Member>, Refused> {
    let Some(token) = cookie(headers, SESSION).and_then(SessionToken::parse) else { return Ok(None) };
    let Some(session) = handle.session(&token).await? else { return Ok(None) };
    let id = session.member;
    let role =
        handle.look(move |machine, _| machine.state().ledger().active(&id).ok().map(|member| member.role)).await?;
    let Some(role) = role else { return Ok(None) };
    let name = handle.persons(vec![id]).await?.remove(&id).map(|person| person.name).unwrap_or_default();
    Ok(Some(Member { id, name, coordinator: role == Role::Coordinator, session: token.key() }))
}

async fn frame(app: &App, parts: &Parts) -> Result<Frame, Refused> {
    let headers = &parts.headers;
    let (words, large) = looks(headers);
    let member = member(&app.handle, headers).await?;
    let community = app.handle.look(|machine, _| {
        let connected = machine.known().keys().filter(|community| machine.connected(community)).count();
        (name_of(machine, &machine.identity().community).unwrap_or_default(), connected as u64)
    });
    let (community, connected) = community.await?;
    let mut cookies = Vec::new();
    let visit = match cookie(headers, VISIT).filter(|visit| visit.len() == 32) {
        Some(visit) => visit.to_owned(),
        None => {
            let fresh = home::random::<16>().map_err(|why| Refused::People(why.to_string()))?;
            let fresh = HEXLOWER.encode(&fresh);
            cookies.push(set_cookie(headers, VISIT, &fresh, LOOKS_STAND_SECONDS));
            fresh
        }
    };
    let token = token(&visit, member.as_ref().map(|member| &member.session));
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or("localhost");
    let scheme = if is_secure(headers) { "https" } else { "http" };
    // What answers a form stays: fetched again it would be another page.
    let live = member.is_some() && parts.method == Method::GET && super::live::is_live(parts.uri.path());
    // From before the page is made: what changes meanwhile is news.
    let live = live.then(|| super::live::address(&app.handle.news_mark()));
    let path = parts.uri.path_and_query().map_or("/", |path| path.as_str()).to_owned();
    Ok(Frame {
        community,
        connected,
        contact: app.handle.contact().await?,
        member,
        token,
        path,
        base: format!("{scheme}://{host}"),
        site: app.passkeys.as_ref().map(|passkeys| passkeys.site().origin().to_owned()),
        mail: app.handle.mail_is_on(),
        live,
        cookies,
        ..Frame::plain(words, large)
    })
}

/// Stands before every page but the public one: finds out who looks, refuses forms of other sites, and turns what went
/// wrong into a page in the visitor's language.
pub(super) async fn dress(State(app): State<App>, request: Request, next: Next) -> Response {
    let elsewhere = request.method() != Method::GET && request.method() != Method::HEAD && from_elsewhere(&request);
    let (mut parts, body) = request.into_parts();
    let frame = match frame(&app, &parts).await {
        Ok(frame) => Arc::new(frame),
        Err(refused) => {
            let (words, large) = looks(&parts.headers);
            return Oops::Refused(refused).page(&Frame::plain(words, large));
        }
    };
    if elsewhere {
        return Oops::Elsewhere.page(&frame);
    }
    parts.extensions.insert(Arc::clone(&frame));
    let mut response = next.run(Request::from_parts(parts, body)).await;
    match response.extensions_mut().remove::<Arc<Oops>>() {
        Some(oops) => oops.page(&frame),
        None => response,
    }
}

/// The frame of a request, which [`dress`] put there.
pub(super) fn frame_of(parts: &Parts) -> Arc<Frame> {
    let frame = parts.extensions.get::<Arc<Frame>>().cloned();
    frame.unwrap_or_else(|| {
        let (words, large) = looks(&parts.headers);
        Arc::new(Frame::plain(words, large))
    })
}

/// Anybody who looks at a page.
pub(super) struct Guest {
    pub(super) frame: Arc<Frame>,
}

impl<S: Sync> FromRequestParts<S> for Guest {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        Ok(Self { frame: frame_of(parts) })
    }
}

/// A member who looks at a page. Anybody else is asked to sign in first.
pub(super) struct Visit {
    pub(super) frame: Arc<Frame>,
    pub(super) member: Member,
}

impl Visit {
    pub(super) fn of(frame: Arc<Frame>) -> Option<Self> {
        let member = frame.member.clone()?;
        Some(Self { frame, member })
    }

    /// Only for coordinators.
    pub(super) fn coordinator(self) -> Result<Self, Oops> {
        if self.member.coordinator { Ok(self) } else { Err(Oops::NotYours) }
    }
}

impl<S: Sync> FromRequestParts<S> for Visit {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Response> {
        Self::of(frame_of(parts)).ok_or_else(|| Oops::SignIn(Vec::new()).into_response())
    }
}

#[cfg(test)]
mod tests {
    use super::{Frame, Language, Words};

    #[test]
    fn no_square_leads_a_phone_to_itself() {
        let at = |base: &str| Frame { base: base.into(), ..Frame::plain(Words(Language::English), false) };
        let here = ["127.0.0.1:8380", "localhost", "LOCALHOST:8380", "kith.localhost", "[::1]:8380", "0.0.0.0:8380"];
        for host in here {
            let frame = at(&format!("http://{host}"));
            assert!(frame.only_here() && frame.square(frame.place()).is_none(), "{host}");
        }
        for host in ["192.168.1.20:8380", "kith.local:8380", "time.example.org", "[2001:db8::1]"] {
            let frame = at(&format!("http://{host}"));
            assert!(!frame.only_here() && frame.square(frame.place()).is_some(), "{host}");
        }
        let site = Frame { site: Some("https://time.example.org".into()), ..at("http://127.0.0.1:8380") };
        assert_eq!((site.place(), site.only_here()), ("https://time.example.org", false));
    }
}
