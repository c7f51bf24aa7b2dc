use super::*;
use crate::{
    passkey::{Asserted, Created, soft::Soft},
    runtime::Handle,
    trial::Served,
    web::browser::{Browser, Form, Shown, serve, serve_site},
};
use data_encoding::BASE64URL_NOPAD;
use serde_json::Value;

const ORIGIN: &str = "https://time.example.org";
const ENTER: &str = "/sign-in/passkey";
const ADD: &str = "/me/passkeys/new";

fn b64(bytes: &[u8]) -> String {
    BASE64URL_NOPAD.encode(bytes)
}

/// What the script asks for on a page, with the token of its form.
async fn asks(browser: &mut Browser, form: &Form, path: &str) -> Value {
    let ask = Form { action: path.into(), fields: vec![("token".into(), form.get("token").into())] };
    let shown = browser.press(&ask, "send").await;
    shown.is(200);
    assert_eq!(shown.headers["cache-control"], "no-store");
    serde_json::from_str(&shown.body).unwrap()
}

fn bytes(value: &Value) -> Vec<u8> {
    BASE64URL_NOPAD.decode(value.as_str().unwrap().as_bytes()).unwrap()
}

fn with_made(form: Form, made: &Created) -> Form {
    form.with(&[("client", &b64(&made.client)), ("attestation", &b64(&made.attestation))])
}

fn with_said(form: Form, said: &Asserted) -> Form {
    form.with(&[
        ("credential", &b64(&said.credential)),
        ("client", &b64(&said.client)),
        ("data", &b64(&said.data)),
        ("signature", &b64(&said.signature)),
        ("user", &b64(&said.user)),
    ])
}

/// Adds the device's passkey on the member's page.
async fn adds(browser: &mut Browser, device: &mut Soft) -> Shown {
    let form = browser.get("/me").await.form(ADD);
    let asked = asks(browser, &form, "/me/passkeys/ask").await;
    device.user = bytes(&asked["user"]["id"]);
    let made = device.create(&bytes(&asked["challenge"]));
    browser.send(with_made(form, &made), "send").await
}

/// Signs in with it on the page at `path`, which asks to.
async fn enters(browser: &mut Browser, path: &str, device: &Soft) -> Shown {
    let form = browser.get(path).await.form(ENTER);
    let asked = asks(browser, &form, "/sign-in/passkey/ask").await;
    let said = device.get(&bytes(&asked["challenge"]));
    browser.send(with_said(form, &said), "send").await
}

async fn begin() -> (Trial, Served, MemberId) {
    let trial = Trial::begin("Elm", false).await;
    let served = serve_site(trial.handle(), Site::parse(ORIGIN).unwrap()).await;
    let amina = trial.admit_named(1, "Amina Khan").await;
    (trial, served, amina)
}

async fn count(handle: &Handle, member: MemberId) -> (usize, usize) {
    (handle.passkeys_of(member).await.unwrap().len(), handle.sessions_of(member).await.unwrap().len())
}

#[tokio::test(flavor = "multi_thread")]
async fn without_an_address_that_stays_there_are_no_passkeys() {
    let trial = Trial::begin("Elm", false).await;
    let served = serve(trial.handle()).await;
    let mut rosa = Browser::signed_in(&served, trial.handle(), trial.coordinator).await;
    let token = rosa.get("/me").await.never("passkey").form("/sign-out").get("token").to_owned();
    Browser::new(&served).get("/sign-in").await.never("passkey");
    for path in [ENTER, ADD, "/sign-in/passkey/ask", "/me/passkeys/ask", "/me/passkeys"] {
        let form = Form { action: path.into(), fields: vec![("token".into(), token.clone())] };
        rosa.press(&form, "send").await.is(404).says("We cannot find this page");
        rosa.get(path).await.is(404);
    }
    trial.running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_passkey_is_added_used_and_removed() {
    let (trial, served, amina) = begin().await;
    let (handle, mut device) = (trial.handle(), Soft::es256(ORIGIN));
    let mut browser = Browser::signed_in(&served, handle, amina).await;

    let form = browser.get("/me").await.form(ADD);
    let asked = asks(&mut browser, &form, "/me/passkeys/ask").await;
    assert_eq!(asked["rp"], serde_json::json!({ "id": "time.example.org", "name": "Elm" }));
    assert_eq!(asked["user"]["name"], "Amina Khan");
    assert!(bytes(&asked["user"]["id"]).len() == 32 && !asked["user"]["id"].to_string().contains(&amina.to_string()));
    assert_eq!(
        (&asked["attestation"], &asked["authenticatorSelection"]["residentKey"]),
        (&"none".into(), &"required".into())
    );
    assert_eq!(asked["excludeCredentials"], serde_json::json!([]));

    adds(&mut browser, &mut device).await.is(200).says("Your passkey is added");
    browser.get("/me").await.says("Added on a computer").says("Not used yet.");
    let asked = asks(&mut browser, &form, "/me/passkeys/ask").await;
    assert_eq!(bytes(&asked["excludeCredentials"][0]["id"]), device.credential);
    adds(&mut browser, &mut device).await.is(422).says("You have a passkey here already.");

    let form = browser.get("/me").await.form("/sign-out");
    browser.send(form, "send").await;
    assert_eq!(enters(&mut browser, "/sign-in", &device).await.is(200).path, "/home");
    browser.get("/me").await.says("Last used: today").never("Not used yet");

    // Where somebody wanted to go, and what they had written there, wait for them.
    handle.end_sessions(amina, Some(handle.sessions_of(amina).await.unwrap()[0].0)).await.unwrap();
    assert_eq!(enters(&mut browser, "/statement", &device).await.is(200).path, "/statement");
    let form = browser.get("/ask").await.form("/ask").with(&[("title", "Walk my dog")]);
    for (session, _) in handle.sessions_of(amina).await.unwrap() {
        handle.end_sessions(amina, Some(session)).await.unwrap();
    }
    let page = browser.send(form, "check").await;
    let form = page.is(401).form(ENTER);
    let asked = asks(&mut browser, &form, "/sign-in/passkey/ask").await;
    let form = with_said(form, &device.get(&bytes(&asked["challenge"])));
    let page = browser.send(form, "send").await;
    browser.send(page.is(200).form("/ask"), "check").await.says("Walk my dog");

    let form = browser.get("/me").await.form("/me/passkeys");
    browser.send(form, "send").await.says("That passkey is removed");
    assert_eq!(enters(&mut browser, "/sign-in", &device).await.is(422).path, ENTER);
    assert_eq!(count(handle, amina).await.0, 0);
    trial.running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_refused_is_said_and_keeps_and_opens_nothing() {
    let (trial, served, amina) = begin().await;
    let handle = trial.handle();
    let mut device = Soft::ed25519(ORIGIN);
    let mut browser = Browser::signed_in(&served, handle, amina).await;
    let stands = count(handle, amina).await;

    let elsewhere = "Your passkey is for another page. Open this one: https://time.example.org";
    device.origin = "https://time.example.net".into();
    adds(&mut browser, &mut device).await.is(422).says("Your passkey is not added").says(elsewhere);
    device.origin = ORIGIN.into();
    device.key = Some(vec![0xa3, 1, 2, 3, 0x38, 34, 0x20, 2]);
    adds(&mut browser, &mut device).await.is(422).says("We cannot use this kind of passkey.");
    device.key = None;
    let form = browser.get("/me").await.form(ADD);
    for (client, attestation) in [("", ""), ("!", "="), ("e30", "AAAA")] {
        let form = form.clone().with(&[("client", client), ("attestation", attestation)]);
        browser.send(form, "send").await.is(422).says("We cannot read what your phone or computer sent.");
    }
    // A browser that was never asked, one form twice, another site, no token, more than any form holds.
    let asked = asks(&mut browser, &form, "/me/passkeys/ask").await;
    let form = with_made(form, &device.create(&bytes(&asked["challenge"])));
    let mut other = Browser::signed_in(&served, handle, trial.coordinator).await;
    let theirs = other.get("/me").await.form("/sign-out").get("token").to_owned();
    other.send(form.clone().with(&[("token", &theirs)]), "send").await.is(422).says("Please try again.");
    browser.send(form.clone().with(&[("token", "0")]), "send").await.is(403);
    browser.ask(ADD, Some(String::new()), &[("sec-fetch-site", "cross-site")]).await.is(403);
    // What no passkey needs, and what no form holds.
    browser.send(form.clone().with(&[("client", &"A".repeat(8 * 1024 + 1))]), "send").await.is(422);
    browser.send(form.clone().with(&[("client", &"A".repeat(70 * 1024))]), "send").await.is(413);
    assert_eq!(count(handle, amina).await, stands);
    assert_eq!(count(handle, trial.coordinator).await.0, 0);
    browser.send(form.clone(), "send").await.is(200);
    browser.send(form, "send").await.is(422).says("Please try again.");
    assert_eq!(count(handle, amina).await, (1, stands.1));

    let mut guest = Browser::new(&served);
    device.user = handle.passkey_user(amina).await.unwrap().to_vec();
    device.flags = 4;
    enters(&mut guest, "/sign-in", &device).await.is(422).says("Nobody touched the phone or computer.");
    device.flags = 5;
    device.host = "example.org".into();
    enters(&mut guest, "/sign-in", &device).await.is(422).says(elsewhere);
    device.host = "time.example.org".into();
    let stranger = Soft { user: device.user.clone(), ..Soft::ed25519(ORIGIN) };
    enters(&mut guest, "/sign-in", &stranger).await.is(422).says("We do not know this passkey.");
    assert!(guest.get("/home").await.status == 401 && count(handle, amina).await == (1, stands.1));
    assert_eq!(enters(&mut guest, "/sign-in", &device).await.is(200).path, "/home");
    trial.running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_passkeys_and_wrong_codes_are_counted_together() {
    let (trial, served, amina) = begin().await;
    let mut browser = Browser::signed_in(&served, trial.handle(), amina).await;
    let mut device = Soft::es256(ORIGIN);
    adds(&mut browser, &mut device).await.is(200);
    let mut guest = Browser::new(&served);
    let form = guest.get("/sign-in").await.form(ENTER);
    loop {
        let page = guest.send(form.clone(), "send").await;
        if page.is(422).body.contains("Too many tries.") {
            break;
        }
        page.says("We cannot read what your phone or computer sent.");
    }
    enters(&mut guest, "/sign-in", &device).await.is(422).says("Too many tries.");
    let form = guest.get("/sign-in").await.form("/sign-in").with(&[("code", "BBBBB-BBBBB")]);
    guest.send(form, "check").await.is(422).says("Too many tries.");
    trial.running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_adds_a_passkey_for_another_and_a_coordinator_may_remove_one() {
    let (trial, served, amina) = begin().await;
    let (handle, mut device) = (trial.handle(), Soft::es256(ORIGIN));
    let mut browser = Browser::signed_in(&served, handle, amina).await;
    adds(&mut browser, &mut device).await.is(200);
    let mut rosa = Browser::signed_in(&served, handle, trial.coordinator).await;
    let page = rosa.get(&format!("/me?for={amina}")).await;
    page.says("Added on a computer").never(ADD);
    rosa.send(page.form("/me/passkeys"), "send").await.says("That passkey is removed");
    assert_eq!(count(handle, amina).await.0, 0);
    // Who did it stands where she sees it; pressed twice, it was done once.
    rosa.send(page.form("/me/passkeys"), "send").await.is(200);
    let acts = handle.file(amina).await.unwrap().acts;
    let done: Vec<_> = acts.iter().map(|act| (act.by, act.what.clone())).collect();
    assert_eq!(done, [(trial.coordinator, Some(crate::runtime::office::Deed::Passkey))]);
    // On one's own page, the button waits for a script that knows it can be used.
    let page = browser.get("/me").await;
    assert!(page.says("Add a passkey").body.contains("data-site=\"https://time.example.org\""));
    assert_eq!(page.body.matches("/static/passkey.js?v=").count(), 1);
    browser.get("/home").await.never("/static/passkey.js");
    trial.running.stop().await;
}
