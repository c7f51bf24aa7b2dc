//! A key of one's own, made in the browser, which then signs.

use crate::street::Street;
use anyhow::{Result, ensure};
use kith::api::types::{ExchangeView, MemberView, NewMember, Outcome};
use kith_tests::cluster::Node;
use serde_json::json;

/// Amina makes a key on her phone. From then on the phone signs what she agrees to, and says so; another device does not.
pub(crate) fn a_phone_signs(street: &mut Street) -> Result<()> {
    let node = Node::found(&street.dir("oak"), "Oak Street")?;
    node.start()?;
    let admit = |name: &str| node.admit(&NewMember { name: name.into(), ..NewMember::default() });
    let (amina_id, joe_id) = (admit("Amina Khan")?, admit("Joe Bell")?);
    for name in ["Amina", "Amina's computer"] {
        street.lets_in(name, &node, &amina_id)?;
    }
    let amina = street.person("Amina");
    amina.go("/me")?.press("A key of your own")?.says("You have no key.")?;
    amina.press("Make a key on this device")?.says("From now on this key signs for you.")?;
    amina.press("Use this key")?.says("Your key is changed.")?;
    amina.go("/me/key")?.until_says("It is on this device.")?;
    let known: MemberView = node.client().get(&format!("/api/v1/members/{amina_id}"))?;
    ensure!(known.key.is_some() && known.key_changes == 1, "the ledger knows no key: {known:?}");

    amina.go(&format!("/record/hours?way=received&to=m/{joe_id}"))?.fill("How long did it take?", "1:30")?;
    amina.press("Go on")?.says("Is this right?")?;
    amina.until_says("This device signs it with your own key.")?;
    amina.press("Write it down")?.says("Signed with a key of their own")?;

    let hours = json!({ "giver": joe_id, "receiver": amina_id, "minutes": 30, "told_by": "giver" });
    let waits: Outcome = node.client().post("/api/v1/exchanges", &hours, None)?;
    let exchange = waits.exchange.expect("it waits for Amina");
    let elsewhere = street.person("Amina's computer");
    elsewhere.go(&format!("/exchange/{exchange}"))?.never("This device signs it")?;
    amina.go(&format!("/exchange/{exchange}"))?.until_says("This device signs it with your own key.")?;
    amina.press("Yes, this is right")?.says("Done. It counts since today.")?;
    amina.says("Signed with a key of their own")?;
    let view: ExchangeView = node.client().get(&format!("/api/v1/exchanges/{exchange}"))?;
    ensure!(view.state == "settled", "{view:?}");

    // Without the old key nobody puts another in its place.
    elsewhere.go("/me/key")?.never("It is on this device.")?;
    elsewhere.press("Make a key on this device")?.press("Use this key")?.says("You have a key on another device.")?;
    // The phone that has it gives it up.
    amina.go("/me/key")?.press("Give up my key")?.press("Give up my key")?.says("Your key is changed.")?;
    street.elm = Some(node);
    Ok(())
}
