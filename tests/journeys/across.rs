//! Help from another community, whose machine is off meanwhile.

use crate::street::Street;
use anyhow::{Context as _, Result};
use kith::api::types::{NewMember, Outcome};
use kith_protocol::member::Role;
use kith_tests::cluster::Node;
use serde_json::json;

/// Ben of Westside teaches the piano to Amina of Elm Street. She writes it down while Westside's machine is off; when it is
/// on again, the hour arrives by itself.
pub(crate) fn across(street: &mut Street) -> Result<()> {
    let west = Node::found(&street.dir("west"), "Westside")?;
    west.start()?;
    let otto =
        west.admit(&NewMember { name: "Otto West".into(), role: Some(Role::Coordinator), ..NewMember::default() })?;
    let ben = west.admit(&NewMember { name: "Ben Brook".into(), ..NewMember::default() })?;
    let piano = json!({ "member": ben, "title": "Piano lessons", "category": "learning" });
    let _: Outcome = west.client().post("/api/v1/offers", &piano, None)?;
    street.lets_in("Otto", &west, &otto)?;
    street.lets_in("Ben", &west, &ben)?;
    befriend(street)?;

    let amina = street.person("Amina");
    amina.until("/find?q=piano", "Piano lessons")?;
    amina.press("Piano lessons")?.says("Somebody in Westside")?;
    amina.until(&amina.path()?, "We did it: write down the hours")?;
    west.stop_gracefully()?;
    amina.until(&amina.path()?, "Their computer is asleep")?;
    amina.press("We did it: write down the hours")?.fill("How long did it take?", "1")?;
    amina.press("Go on")?.press("Write it down")?.says("Recorded. Waiting for Westside since today.")?;
    amina.says("It goes there by itself, even if it takes days. You need do nothing.")?;
    let exchange = amina.path()?;
    street.person("Rosa").go("/today")?.says("1 exchange waits for their answer: 1 hour in all.")?;

    west.start()?;
    street.person("Ben").moved(&west.url());
    amina.until(&exchange, "Done. It counts since today.").context("after the other node came back")?;
    street.person("Ben").until("/home", "Given: 1 hour.")?;
    street.person("Ben").go("/statement")?.says("Help for another community")?;
    Ok(())
}

/// The two coordinators make their communities partners: one invites, the other looks at it and says yes.
fn befriend(street: &Street) -> Result<()> {
    let (rosa, otto) = (street.person("Rosa"), street.person("Otto"));
    rosa.go("/today")?.press("Partners")?.press("Invite a community")?;
    rosa.fill("Hours our members may receive ahead", "10")?;
    let invitation = rosa.press("Make the invitation")?.says("Give it to their coordinator")?.text_of("pre")?;
    otto.go("/partners")?.press("Accept an invitation")?.fill("The invitation", "KITH1:ABC")?;
    otto.press("Go on")?.says("This is not a whole invitation.")?;
    otto.fill("The invitation", &invitation)?;
    otto.press("Go on")?.says("Elm Street")?.says("10 hours")?.press("Accept")?.says("You said yes.")?;
    rosa.until("/partners", "Connected now.")?;
    rosa.says("Westside")?;
    Ok(())
}
