//! Signing in with a passkey: Chromium's own virtual authenticator stands for a phone with a screen lock.

use crate::street::Street;
use anyhow::{Context as _, Result, bail, ensure};
use kith::api::types::{NewMember, SignInCode};
use kith_tests::{
    browser::Browser,
    cluster::{Node, wait_for},
};
use serde_json::{Value, json};
use std::{
    fs,
    net::{SocketAddr, TcpListener},
};

const ENTER: &str = "Sign in with your face, finger or screen lock";
/// Another program may take a port between asking for it and listening on it.
const ATTEMPTS: usize = 5;

/// A node whose pages are at `localhost`, which is as good as HTTPS to a browser, and where that is.
fn found(street: &Street) -> Result<(Node, String)> {
    let dir = street.dir("ash");
    drop(Node::found(&dir, "Ash Street")?);
    for _ in 0..ATTEMPTS {
        let free: SocketAddr = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let site = format!("http://localhost:{}", free.port());
        fs::write(dir.join("kith.toml"), format!("[http]\nsite = \"{site}\"\n"))?;
        let node = Node::in_dir(&dir, "Ash Street", &[]).with_pages_at(free);
        if node.start().is_ok() {
            return Ok((node, site));
        }
    }
    bail!("no port stayed free in {ATTEMPTS} attempts")
}

/// A device with a screen lock, which its owner opens whenever it asks.
fn give_a_lock(page: &Browser) -> Result<String> {
    page.command("WebAuthn.enable", &json!({}))?;
    let options = json!({
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": true,
        "hasUserVerification": true,
        "isUserVerified": true,
        "automaticPresenceSimulation": true,
    });
    let made = page.command("WebAuthn.addVirtualAuthenticator", &json!({ "options": options }))?;
    made["authenticatorId"].as_str().map(str::to_owned).context("no virtual authenticator")
}

fn kept(page: &Browser, lock: &str) -> Result<Vec<Value>> {
    let kept = page.command("WebAuthn.getCredentials", &json!({ "authenticatorId": lock }))?;
    Ok(kept["credentials"].as_array().cloned().unwrap_or_default())
}

/// By code, then by passkey, and no more once it is removed.
pub(crate) fn a_passkey_opens_the_door(street: &mut Street) -> Result<()> {
    let (node, site) = found(street)?;
    let member = node.admit(&NewMember { name: "Amina Khan".into(), ..NewMember::default() })?;
    let code: SignInCode = node.client().post(&format!("/api/v1/members/{member}/sign-in-code"), &json!({}), None)?;
    street.arrives("Amina", &site)?;
    let amina = street.person("Amina");
    let lock = give_a_lock(amina)?;
    amina.go("/sign-in")?.fill("Your code", &code.code)?;
    amina.press_button("Sign in")?;

    amina.go("/me")?.says("Sign in without a code")?.says("This is called a passkey.")?;
    amina.press_button("Add a passkey")?.says("Your passkey is added")?;
    let credentials = kept(amina, &lock)?;
    ensure!(credentials.len() == 1, "the device keeps {credentials:?}");
    let credential = &credentials[0];
    ensure!(credential["isResidentCredential"] == true && credential["rpId"] == "localhost", "{credential}");
    ensure!(credential["userName"] == "Amina Khan", "{credential}");
    amina.go("/me")?.says("Not used yet.")?;
    // The same device has one already, says so, and stays on the page.
    amina.push("Add a passkey")?;
    wait_for("the device to say that it has one", || Ok(amina.text()?.contains("already.").then_some(())))?;

    amina.press_button("Sign out")?;
    amina.go("/statement")?.says("Sign in to see this page.")?;
    amina.press_button(ENTER)?;
    ensure!(amina.path()? == "/statement", "signed in on {}", amina.path()?);
    amina.go("/me")?.says("Last used: today")?;

    amina.press_button("Remove it")?.says("That passkey is removed")?;
    amina.press_button("Sign out")?;
    amina.go("/sign-in")?;
    amina.press_button(ENTER)?.says("We do not know this passkey.")?;
    amina.go("/me")?.says("Sign in to see this page.")?;

    // A device that has none says so, and the page stays as it is.
    amina.command("WebAuthn.clearCredentials", &json!({ "authenticatorId": lock }))?;
    amina.go("/sign-in")?;
    amina.push(ENTER)?;
    wait_for("the page to say that nothing is changed", || {
        Ok(amina.text()?.contains("Nothing is changed.").then_some(()))
    })?;
    street.elm = Some(node);
    Ok(())
}
