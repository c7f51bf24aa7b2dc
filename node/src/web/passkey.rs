//! Signing in with a passkey, where the community's pages have an address that stays. The script asks for a challenge,
//! lets the browser make or use a passkey, and puts what it says into a form: so what a form carries, proves and answers
//! is the same here as everywhere.

use super::{
    Answer, App, Oops,
    acting::Acting,
    forms::{Open, Post, Sent},
    pages::{MessagePage, go, page},
    sign_in,
    visit::Frame,
};
use crate::{
    passkey::{ALGORITHMS, Asked, Asserted, Challenges, Created, Purpose, Refusal, Site, asserted, created},
    runtime::{
        HomeError, clock,
        desk::{MAX_PASSKEYS, PasskeyName, SessionToken},
        home,
        office::Deed,
    },
};
use axum::{
    Json, Router,
    extract::State,
    http::{HeaderMap, HeaderValue, StatusCode, header::CACHE_CONTROL},
    response::{IntoResponse as _, Response},
    routing::post,
};
use data_encoding::BASE64URL_NOPAD;
use kith_protocol::id::Digest;
use serde_json::{Value, json};

/// How long a browser lets somebody try, in milliseconds: as long as a challenge stands.
const TIMEOUT_MILLIS: u64 = 300_000;

/// Routes of a node that has such an address. On any other they are missing like every page that is not there.
pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/sign-in/passkey", post(enter))
        .route("/sign-in/passkey/ask", post(ask_to_enter))
        .route("/me/passkeys", post(remove))
        .route("/me/passkeys/new", post(add))
        .route("/me/passkeys/ask", post(ask_to_add))
}

/// Where the pages are, and what was asked of browsers.
pub(super) struct Passkeys {
    site: Site,
    challenges: Challenges,
}

impl Passkeys {
    /// With a secret of its own.
    pub(super) fn new(site: Site) -> Result<Self, HomeError> {
        Ok(Self { site, challenges: Challenges::new(&home::random()?) })
    }

    pub(super) fn site(&self) -> &Site {
        &self.site
    }

    /// The browser is known by the token of its forms, which is its session's once there is one.
    fn asked<'a>(&'a self, frame: &'a Frame) -> Asked<'a> {
        Asked { site: &self.site, challenges: &self.challenges, bound: &frame.token }
    }

    fn challenge(&self, purpose: Purpose, frame: &Frame) -> Result<String, Oops> {
        let once = home::random().map_err(|why| Oops::Refused(crate::runtime::Refused::People(why.to_string())))?;
        Ok(BASE64URL_NOPAD.encode(&self.challenges.make(purpose, &frame.token, once, clock::now())))
    }
}

fn passkeys(app: &App) -> Result<&Passkeys, Oops> {
    app.passkeys.as_ref().ok_or(Oops::Missing)
}

/// For the script, once.
fn told(value: Value) -> Response {
    let mut response = Json(value).into_response();
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// What a field holds in the letters that browsers write bytes in.
fn part(sent: &Sent, name: &str) -> Result<Vec<u8>, Refusal> {
    BASE64URL_NOPAD.decode(sent.get(name).as_bytes()).map_err(|_| Refusal::Unreadable)
}

/// What a browser is to ask a device when somebody signs in (`PublicKeyCredentialRequestOptionsJSON`, §5.5). Nobody is
/// named: the device says whose passkey it has.
async fn ask_to_enter(State(app): State<App>, Open { frame, .. }: Open) -> Answer {
    let passkeys = passkeys(&app)?;
    Ok(told(json!({
        "challenge": passkeys.challenge(Purpose::SignIn, &frame)?,
        "rpId": passkeys.site.host(),
        "timeout": TIMEOUT_MILLIS,
        "userVerification": "preferred",
    })))
}

fn entering(asked: Asked<'_>, sent: &Sent) -> Result<crate::passkey::Assertion, Refusal> {
    let sent = Asserted {
        credential: part(sent, "credential")?,
        client: part(sent, "client")?,
        data: part(sent, "data")?,
        signature: part(sent, "signature")?,
        user: part(sent, "user")?,
    };
    asserted(asked, sent, clock::now())
}

async fn opened(
    app: &App,
    frame: &Frame,
    headers: &HeaderMap,
    sent: &Sent,
) -> Result<Result<SessionToken, Refusal>, Oops> {
    let said = match entering(passkeys(app)?.asked(frame), sent) {
        Ok(said) => said,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let entered = app.handle.enter_by_passkey(said, sign_in::device(headers)).await?;
    Ok(entered.map(|(token, _)| token))
}

async fn enter(State(app): State<App>, Open { frame, headers, source, sent }: Open) -> Answer {
    if !app.tries.allowed(source) {
        return Ok(sign_in::not_by_passkey(&frame, &sent, frame.t("sign-in-too-often")));
    }
    match opened(&app, &frame, &headers, &sent).await? {
        Ok(token) => Ok(sign_in::let_in(&frame, &headers, &sent, &token)),
        Err(refusal) => {
            app.tries.wrong(source);
            Ok(sign_in::not_by_passkey(&frame, &sent, words(&app, &frame, refusal)))
        }
    }
}

/// What a browser is to ask a device for when somebody adds a passkey (`PublicKeyCredentialCreationOptionsJSON`, §5.4):
/// one that the device finds by itself later, and nothing about who made the device.
async fn ask_to_add(State(app): State<App>, Post { frame, member, .. }: Post) -> Answer {
    let passkeys = passkeys(&app)?;
    let user = app.handle.passkey_user(member.id).await?;
    let known = app.handle.passkeys_of(member.id).await?;
    let known =
        known.iter().map(|(_, known)| json!({ "type": "public-key", "id": BASE64URL_NOPAD.encode(&known.credential) }));
    Ok(told(json!({
        "challenge": passkeys.challenge(Purpose::Add, &frame)?,
        "rp": { "id": passkeys.site.host(), "name": frame.community },
        "user": { "id": BASE64URL_NOPAD.encode(&user), "name": member.name, "displayName": member.name },
        "pubKeyCredParams": ALGORITHMS.map(|algorithm| json!({ "type": "public-key", "alg": algorithm })),
        "timeout": TIMEOUT_MILLIS,
        "excludeCredentials": known.collect::<Vec<_>>(),
        "authenticatorSelection": { "residentKey": "required", "requireResidentKey": true, "userVerification": "preferred" },
        "attestation": "none",
    })))
}

fn made(asked: Asked<'_>, sent: &Sent) -> Result<crate::passkey::NewPasskey, Refusal> {
    let sent = Created { client: part(sent, "client")?, attestation: part(sent, "attestation")? };
    created(asked, &sent, clock::now())
}

/// Members add passkeys for themselves only: whoever holds the device is who signs in.
async fn add(State(app): State<App>, headers: HeaderMap, Post { frame, member, sent }: Post) -> Answer {
    let added = match made(passkeys(&app)?.asked(&frame), &sent) {
        Ok(made) => app.handle.add_passkey(member.id, made, sign_in::device(&headers)).await?,
        Err(refusal) => Err(refusal),
    };
    let Err(refusal) = added else { return Ok(go("/done/passkey")) };
    let message = MessagePage {
        frame: &frame,
        heading: frame.t("passkey-not-added"),
        words: vec![words(&app, &frame, refusal)],
        link: (frame.t("menu-me"), "/me".to_owned()),
    };
    Ok(page(&frame, StatusCode::UNPROCESSABLE_ENTITY, &message))
}

async fn remove(State(app): State<App>, post: Post) -> Answer {
    let acting = Acting::of(&app.handle, &post.member, &post.sent).await?.not_by_helpers()?;
    let name: Digest = post.sent.get("passkey").parse().map_err(|_| Oops::Missing)?;
    let name = PasskeyName(name);
    let there = app.handle.passkeys_of(acting.member).await?.iter().any(|(known, _)| *known == name);
    app.handle.drop_passkey(acting.member, name).await?;
    if there {
        acting.note(&app.handle, Deed::Passkey).await?;
    }
    Ok(go(&acting.address("/done/passkey-removed")))
}

/// Why not, and what to do now.
fn words(app: &App, frame: &Frame, refusal: Refusal) -> String {
    let key = match refusal {
        Refusal::OtherSite | Refusal::OtherRelyingParty => {
            let site = app.passkeys.as_ref().map(|passkeys| passkeys.site.origin()).unwrap_or_default();
            return frame.t1("passkey-other-site", "site", site);
        }
        Refusal::TooMany => return frame.t1("passkey-full", "count", MAX_PASSKEYS),
        Refusal::NotAsked | Refusal::TooLate | Refusal::Used | Refusal::OtherQuestion => "passkey-again",
        Refusal::Unreadable | Refusal::TooLarge => "passkey-unreadable",
        Refusal::Busy => "passkey-busy",
        Refusal::NobodyThere => "passkey-nobody",
        Refusal::OtherAlgorithm | Refusal::BadKey => "passkey-kind",
        Refusal::Unknown | Refusal::OtherMember | Refusal::BadSignature => "passkey-unknown",
        Refusal::CounterBack => "passkey-copied",
        Refusal::Twice => "passkey-known",
    };
    frame.t(key)
}
