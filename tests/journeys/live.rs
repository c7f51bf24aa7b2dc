//! Pages that show by themselves what changes, and take nothing away from whoever is using them.

use crate::{hours, street::Street};
use anyhow::{Result, ensure};
use kith::api::types::NewMember;
use kith_protocol::{id::MemberId, member::Role};
use kith_tests::{
    browser::Browser,
    cluster::{Node, wait_for},
};
use serde_json::{Value, json};

/// Waits until a page that nobody touches says something.
fn by_itself(page: &Browser, words: &str) -> Result<()> {
    wait_for(&format!("{words:?} to come by itself"), || Ok(page.text()?.contains(words).then_some(())))
}

fn writes(node: &Node, from: &MemberId, to: &MemberId, text: &str) -> Result<()> {
    let path = format!("/api/v1/members/{from}/messages");
    let _: Value = node.client().post(&path, &json!({ "to": to, "text": text }), None)?;
    Ok(())
}

/// A node, and two people who look at their pages.
fn begin(street: &mut Street) -> Result<(MemberId, MemberId)> {
    let node = Node::found(&street.dir("oak"), "Oak Street")?;
    node.start()?;
    let admit = |name: &str| node.admit(&NewMember { name: name.into(), ..NewMember::default() });
    let (amina, joe) = (admit("Amina Khan")?, admit("Joe Bell")?);
    for (name, member) in [("Amina", amina), ("Joe", joe)] {
        street.lets_in(name, &node, &member)?;
    }
    street.elm = Some(node);
    Ok((amina, joe))
}

/// Home and messages show what is new without a hand on the page.
pub(crate) fn pages_show_what_changes(street: &mut Street) -> Result<()> {
    let (amina_id, joe_id) = begin(street)?;
    let (node, amina) = (street.elm(), street.person("Amina"));
    amina.go("/home")?.never("You have 1 new message")?;
    writes(node, &joe_id, &amina_id, "Are you in on Friday?")?;
    by_itself(amina, "You have 1 new message")?;

    // Half a sentence and the place in it stay, while the other's next words come in above.
    amina.go(&format!("/messages/{joe_id}"))?.says("Are you in on Friday?")?;
    let typed = "const box = document.querySelector('textarea'); box.focus(); box.value = 'Half a sent'; \
                 box.setSelectionRange(4, 4); return true";
    amina.script(typed, Vec::new())?;
    writes(node, &joe_id, &amina_id, "At noon, perhaps?")?;
    by_itself(amina, "At noon, perhaps?")?;
    let kept = "const box = document.activeElement; return [box.tagName, box.value, box.selectionStart]";
    let kept = amina.script(kept, Vec::new())?;
    ensure!(kept == json!(["TEXTAREA", "Half a sent", 4]), "what was typed is not as it was: {kept}");
    amina.press("Send it")?.says("Your message is sent")?;
    Ok(())
}

/// What one does is seen on the pages of the others, who wait for it: an exchange turns from waiting to done, and a
/// coordinator's day gets longer and shorter.
pub(crate) fn answers_come_by_themselves(street: &mut Street) -> Result<()> {
    begin(street)?;
    let coordinator = NewMember { name: "Rosa May".into(), role: Some(Role::Coordinator), ..NewMember::default() };
    let node = street.elm.take().expect("it was founded just now");
    let rosa = node.admit(&coordinator)?;
    street.lets_in("Rosa", &node, &rosa)?;
    street.elm = Some(node);
    street.person("Rosa").go("/today")?.never("Waiting for a yes")?;

    hours::record(street)?;
    by_itself(street.person("Rosa"), "Waiting for a yes")?;
    let waits = street.person("Joe").path()?;
    hours::confirm(street)?;
    by_itself(street.person("Joe"), "Done. It counts since today.")?;
    ensure!(street.person("Joe").path()? == waits, "Joe's page is another one now");
    by_itself(street.person("Rosa"), "Nothing waits for a yes.")?;
    street.person("Rosa").never("Waiting for a yes")?;

    hours::question(street)?;
    by_itself(street.person("Rosa"), "Amina Khan says: The hours are wrong.")?;
    street.person("Rosa").press("Answer")?.says("Joe Bell helped Amina Khan for 1 hour 30 minutes")?;
    Ok(())
}
