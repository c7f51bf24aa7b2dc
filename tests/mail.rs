//! Two real nodes that are never there at the same time settle through a third, which holds their sealed letters.

use anyhow::{Context as _, Result, ensure};
use kith::api::types::{MailSwitch, NewInvitation, NewPayment, Outcome, PartnerView};
use kith_protocol::partnership::Payee;
use kith_tests::cluster::{Cluster, Node, Person, Scratch, fresh_exchange, partner, signed_payment, wait_for};
use std::sync::Arc;

/// Both coordinators let mail rest.
fn agree_on_mail(one: &Node, other: &Node) -> Result<()> {
    for (node, partner) in [(one, other), (other, one)] {
        let path = format!("/api/v1/partners/{}/mail", partner.id());
        let _: PartnerView = node.client().put(&path, &MailSwitch { on: true, by: None })?;
    }
    for (node, partner) in [(one, other), (other, one)] {
        wait_for(&format!("{} and {} to agree on mail", node.name, partner.name), || {
            Ok((node.partner(partner)?.mail == "agreed").then_some(()))
        })?;
    }
    Ok(())
}

#[test]
fn two_nodes_that_are_never_there_together_settle_through_a_third() -> Result<()> {
    let dir = Scratch::new()?;
    let cluster = Cluster::start(3, dir.path())?;
    let [a, b, holder] = [0, 1, 2].map(|n: usize| Arc::clone(&cluster.nodes[n]));
    let account = partner(&a, &b, &NewInvitation::default())?;
    for node in [&a, &b] {
        partner(&holder, node, &NewInvitation::default())?;
        agree_on_mail(&holder, node)?;
    }
    let (ada, ben) = (Person::join(&a, "Ada")?, Person::join(&b, "Ben")?);
    let ben_code = b.alias(&ben.id, &a)?;
    b.stop_gracefully()?;

    // B is away for good while A is there.
    let id = fresh_exchange().context("the system gives random numbers")?;
    let payment: NewPayment = signed_payment(&a, &b, account, &ada, Payee::Alias(ben_code), 90, id)?;
    let _: Outcome = a.client().post("/api/v1/payments", &payment, None)?;
    wait_for("A's letter to be left", || Ok((holder.partner(&b)?.mail_held == 1).then_some(())))?;
    a.stop_gracefully()?;

    // The holder is stopped and started again meanwhile: what it holds survives.
    holder.stop_gracefully()?;
    holder.start()?;
    b.start()?;
    wait_for("B to decide from the letter", || Ok((b.partner(&a)?.net_minutes == -90).then_some(())))?;
    wait_for("B's answer to be left", || Ok((holder.partner(&a)?.mail_held == 1).then_some(())))?;
    b.stop_gracefully()?;

    a.start()?;
    wait_for("A to learn the decision", || {
        let partner = a.partner(&b)?;
        Ok((partner.undecided == 0 && partner.on_hold_minutes == 0).then_some(()))
    })?;
    ensure!(a.partner(&b)?.net_minutes == 90, "the nets do not mirror");
    wait_for("A's receipt to be left", || Ok((holder.partner(&b)?.mail_held == 1).then_some(())))?;
    a.stop_gracefully()?;

    b.start()?;
    wait_for("B to have the receipt", || Ok((b.partner(&a)?.unconfirmed == 0).then_some(())))?;
    ensure!(b.partner(&a)?.net_minutes == -90, "the nets do not mirror");
    wait_for("the holder to hold nothing more", || Ok((holder.partner(&b)?.mail_held == 0).then_some(())))?;
    Ok(())
}
