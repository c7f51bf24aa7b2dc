//! Signing in with a code on paper, signing out, and how pages look.

use super::{
    Answer, App, Oops,
    forms::{Asked, Choice, FILE_LOST, Need, Open, Post, Reader, Sent, choices},
    member::looks_like_an_address,
    news::{News, go_telling, telling},
    pages::{DonePage, FormPage, go, page, show},
    visit::{Frame, Guest, LANGUAGE, LARGE, SESSION, TEXT, USUAL, escaped, look_cookie, set_cookie},
    words::Language,
};
use crate::{
    people::MAX_CONTACT,
    runtime::desk::{Device, PaperCode, SESSION_STANDS, SessionToken},
};
use askama::Template;
use axum::{
    Router,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::Response,
    routing::{get, post},
};

/// Begins the names of fields that wait for somebody to sign in.
const KEPT: &str = "kept-";
/// Where a code is typed.
const SIGN_IN: &str = "/sign-in";
/// Where a code by e-mail is asked for.
const BY_MAIL: &str = "/sign-in/email";
/// The longest code as typed, with spaces and dashes.
const MAX_TYPED: usize = 40;

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/sign-in", get(form).post(sign_in))
        .route("/sign-in/email", get(by_mail).post(send_by_mail))
        .route("/sign-out", post(sign_out))
        .route("/look", get(look).post(change_look))
}

fn fields(reader: &mut Reader<'_>) -> Option<PaperCode> {
    let typed = reader.filled_line("code", "sign-in-code", MAX_TYPED, Need::Must, "text", "one-time-code");
    let code = PaperCode::parse(&typed);
    if code.is_none() {
        let error = reader.words().t("sign-in-not-a-code");
        reader.fail("code", error);
    }
    code
}

/// Where to go after signing in: a page of ours, by its path.
fn safe_path(next: &str) -> &str {
    let ours = next.starts_with('/') && !next.starts_with("//") && next.bytes().all(|byte| byte.is_ascii_graphic());
    if ours && !next.contains('\\') { next } else { "/home" }
}

fn asking<'a>(frame: &'a Frame, reader: Reader<'_>) -> FormPage<'a> {
    let page = FormPage::new(frame, frame.t("sign-in"), reader, SIGN_IN, frame.t("sign-in-button"))
        .lead(frame.t("sign-in-lead"))
        .lead(frame.t("sign-in-lost"))
        .or_passkey();
    if frame.mail { page.also(frame.t("sign-in-mail"), BY_MAIL) } else { page }
}

/// Asks somebody to sign in who wanted something for members, and keeps what they had filled in.
pub(super) fn ask(frame: &Frame, kept: &[(String, String)]) -> Response {
    let lead = if kept.is_empty() { "sign-in-first" } else { "sign-in-kept" };
    let door = door(frame, safe_path(&frame.path), kept).lead(frame.t(lead));
    let lost = kept.iter().any(|(name, _)| name == FILE_LOST);
    let door = if lost { door.lead(frame.t("upload-lost")) } else { door };
    page(frame, StatusCode::UNAUTHORIZED, &door)
}

/// Asks somebody to sign in who pressed a button. Then they are on its page again, which says that nothing was done.
pub(super) fn ask_to_press(frame: &Frame, on: &str) -> Response {
    let next = telling(safe_path(on), News::SignedIn);
    page(frame, StatusCode::UNAUTHORIZED, &door(frame, &next, &[]).lead(frame.t("sign-in-press")))
}

/// The page for signing in, on the way to another.
fn door<'a>(frame: &'a Frame, next: &str, kept: &[(String, String)]) -> FormPage<'a> {
    let nothing = Sent::default();
    let mut reader = Reader::open(frame.words, &nothing);
    fields(&mut reader);
    reader.hidden("next", next);
    for (name, value) in kept {
        reader.hidden(&format!("{KEPT}{name}"), value);
    }
    asking(frame, reader)
}

async fn form(Guest { frame }: Guest, Asked(asked): Asked) -> Response {
    let mut reader = Reader::open(frame.words, &asked);
    fields(&mut reader);
    reader.hidden("next", safe_path(asked.get("next")));
    asking(&frame, reader).answer()
}

fn mail_page<'a>(frame: &'a Frame, reader: Reader<'_>) -> FormPage<'a> {
    FormPage::new(frame, frame.t("sign-in-mail"), reader, BY_MAIL, frame.t("sign-in-mail-button"))
        .lead(frame.t("sign-in-mail-lead"))
        .also(frame.t("sign-in-have-code"), SIGN_IN)
}

fn mail_field(reader: &mut Reader<'_>) -> String {
    let address = reader.filled_line("email", "sign-in-address", MAX_CONTACT, Need::Must, "email", "email");
    if !looks_like_an_address(&address) {
        let error = reader.words().t("sign-in-no-address");
        reader.fail("email", error);
    }
    address
}

/// Asks for a code by e-mail, where the node can send any.
async fn by_mail(State(app): State<App>, Guest { frame }: Guest, Asked(asked): Asked) -> Answer {
    if !app.handle.mail_is_on() {
        return Err(Oops::Missing);
    }
    let mut reader = Reader::open(frame.words, &asked);
    mail_field(&mut reader);
    reader.hidden("next", safe_path(asked.get("next")));
    Ok(mail_page(&frame, reader).answer())
}

/// The answer is the same, and as quick, whether anybody has this address or not: it is looked up afterwards.
async fn send_by_mail(State(app): State<App>, Open { frame, source, sent, .. }: Open) -> Answer {
    if !app.handle.mail_is_on() {
        return Err(Oops::Missing);
    }
    let mut reader = Reader::judge(frame.words, &sent);
    let address = mail_field(&mut reader);
    carry(&mut reader, &sent);
    if reader.is_fine() && !app.letters.allowed(source) {
        reader.fail("email", frame.t("sign-in-too-often"));
    }
    if !reader.is_fine() {
        return Ok(mail_page(&frame, reader).answer());
    }
    app.letters.wrong(source);
    let (handle, language) = (app.handle.clone(), frame.words.0.tag());
    tokio::spawn(async move {
        if let Err(refused) = handle.mail_code(&address, language).await {
            tracing::warn!(%refused, "a code by e-mail could not be asked for");
        }
    });
    Ok(asked_for(&frame, &sent))
}

/// What comes next. Whoever was about to send something types the code here, so that it is not lost.
fn asked_for(frame: &Frame, sent: &Sent) -> Response {
    let next = ["sign-in-mail-next", "sign-in-mail-else"].map(|key| frame.t(key));
    if kept(sent).is_empty() {
        let address = format!("{SIGN_IN}?next={}", escaped(safe_path(sent.get("next"))));
        let links = vec![(frame.t("sign-in-have-code"), address)];
        return show(frame, &DonePage { frame, heading: frame.t("sign-in-mail-done"), next: next.into(), links });
    }
    let nothing = Sent::default();
    let mut reader = Reader::open(frame.words, &nothing);
    fields(&mut reader);
    carry(&mut reader, sent);
    let page = FormPage::new(frame, frame.t("sign-in-mail-done"), reader, SIGN_IN, frame.t("sign-in-button"));
    next.into_iter().fold(page, FormPage::lead).answer()
}

/// Back to the form that was half filled in.
#[derive(Template)]
#[template(path = "go_on.html", whitespace = "minimize")]
struct GoOnPage<'a> {
    frame: &'a Frame,
    action: String,
    kept: Vec<(String, String)>,
}

pub(super) fn device(headers: &HeaderMap) -> Device {
    let agent = headers.get(header::USER_AGENT).and_then(|agent| agent.to_str().ok()).unwrap_or_default();
    let small = ["Mobile", "Android", "iPhone", "iPad"].iter().any(|word| agent.contains(word));
    if small { Device::Phone } else { Device::Computer }
}

async fn sign_in(State(app): State<App>, Open { frame, headers, source, sent }: Open) -> Answer {
    let mut reader = Reader::judge(frame.words, &sent);
    let code = fields(&mut reader);
    carry(&mut reader, &sent);
    let opened = match code.filter(|_| reader.is_fine()) {
        None => None,
        Some(_) if !app.tries.allowed(source) => {
            reader.fail("code", frame.t("sign-in-too-often"));
            None
        }
        Some(code) => {
            let opened = app.handle.redeem_code(code, device(&headers)).await?;
            if opened.is_none() {
                app.tries.wrong(source);
                reader.fail("code", frame.t("sign-in-unknown"));
            }
            opened
        }
    };
    let Some((token, _)) = opened else { return Ok(asking(&frame, reader).answer()) };
    Ok(let_in(&frame, &headers, &sent, &token))
}

/// What was filled in elsewhere and waits for somebody to sign in.
fn kept(sent: &Sent) -> Vec<(String, String)> {
    sent.kept().into_iter().filter(|(name, _)| name.starts_with(KEPT)).collect()
}

/// Takes along where somebody wanted to go, and what they had filled in there.
fn carry(reader: &mut Reader<'_>, sent: &Sent) {
    reader.hidden("next", safe_path(sent.get("next")));
    kept(sent).iter().for_each(|(name, value)| reader.hidden(name, value));
}

/// The page for signing in, after a passkey that was not taken.
pub(super) fn not_by_passkey(frame: &Frame, sent: &Sent, why: String) -> Response {
    let nothing = Sent::default();
    let mut reader = Reader::open(frame.words, &nothing);
    fields(&mut reader);
    carry(&mut reader, sent);
    asking(frame, reader).refused(Some(why)).answer()
}

/// On to where somebody wanted to go, in the session that was just opened.
pub(super) fn let_in(frame: &Frame, headers: &HeaderMap, sent: &Sent, token: &SessionToken) -> Response {
    let (next, kept) = (safe_path(sent.get("next")).to_owned(), kept(sent));
    let seconds = SESSION_STANDS.0 / 1_000;
    let cookie = set_cookie(headers, SESSION, token.secret(), seconds);
    let mut response = go(&next);
    if !kept.is_empty() {
        // The form goes through the browser once more, which has the new session by then.
        let token = frame.token_for(headers, &token.key());
        let bare = |(name, value): (String, String)| (name[KEPT.len()..].to_owned(), value);
        let kept = kept.into_iter().map(bare).chain([("token".to_owned(), token)]).collect();
        response = page(frame, StatusCode::OK, &GoOnPage { frame, action: next, kept });
    }
    response.headers_mut().append(header::SET_COOKIE, cookie);
    response
}

async fn sign_out(
    State(app): State<App>,
    Guest { frame }: Guest,
    headers: HeaderMap,
    form: Result<Post, Response>,
) -> Answer {
    match form {
        Ok(form) => app.handle.end_sessions(form.member.id, Some(form.member.session)).await?,
        // Whose session is over is out already: nobody signs in to sign out.
        Err(_) if frame.member.is_none() => {}
        Err(refused) => return Ok(refused),
    }
    let mut response = go("/done/out");
    response.headers_mut().append(header::SET_COOKIE, set_cookie(&headers, SESSION, "", 0));
    Ok(response)
}

/// The text size.
pub(super) fn size_field(reader: &mut Reader<'_>) -> String {
    let sizes = choices(reader.words(), [(USUAL, "look-usual"), (LARGE, "look-large")]);
    reader.choice("text", "look-text", sizes, Need::May)
}

/// The text size as it is, for the form that asks for it.
pub(super) fn size_now(frame: &Frame) -> (&'static str, &'static str) {
    ("text", if frame.large { LARGE } else { USUAL })
}

fn look_fields(reader: &mut Reader<'_>) -> (String, String) {
    let languages = Language::ALL.map(|language| Choice::new(language.tag(), language.name()));
    let language = reader.choice("language", "look-language", languages.into(), Need::May);
    (language, size_field(reader))
}

async fn look(Guest { frame }: Guest, Asked(asked): Asked) -> Response {
    let now = [("language", frame.words.0.tag()), size_now(&frame)];
    let filled = Sent::filled(now);
    let mut reader = Reader::open(frame.words, &filled);
    look_fields(&mut reader);
    reader.hidden("next", safe_path(asked.get("next")));
    FormPage::new(&frame, frame.t("look"), reader, "/look", frame.t("look-button")).answer()
}

async fn change_look(Open { frame, headers, sent, .. }: Open) -> Response {
    let mut reader = Reader::judge(frame.words, &sent);
    let (language, size) = look_fields(&mut reader);
    if !reader.is_fine() {
        return FormPage::new(&frame, frame.t("look"), reader, "/look", frame.t("look-button")).answer();
    }
    let next = if sent.get("next").is_empty() { "/" } else { safe_path(sent.get("next")) };
    let mut response = go_telling(next, News::Look);
    for (name, value) in [(LANGUAGE, language), (TEXT, size)] {
        response.headers_mut().append(header::SET_COOKIE, look_cookie(&headers, name, &value));
    }
    response
}

#[cfg(test)]
mod tests {
    use super::safe_path;

    #[test]
    fn only_our_own_pages_come_next() {
        for ours in ["/home", "/find?q=garden&page=2", "/listing/did:key:z6Mk/0000"] {
            assert_eq!(safe_path(ours), ours);
        }
        for other in ["", "home", "//evil.example", "https://evil.example", "/\\evil.example", "/a b", "/\r\nX: 1"] {
            assert_eq!(safe_path(other), "/home", "{other}");
        }
    }
}
