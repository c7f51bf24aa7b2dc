//! Coordinators of two communities talk about an hour that one of them thinks is wrong; and the pot pays who waits.

use super::{exchange, partner, pay};
use crate::trial::Trial;
use crate::web::browser::{Browser, serve};
use kith_protocol::{
    ledger::{Channel, Consent, GiftTerms},
    machine::Command,
    minutes::Minutes,
    partnership::Payee,
};

#[tokio::test(flavor = "multi_thread")]
async fn an_exchange_is_questioned_talked_about_and_settled() {
    let (elm, west) = (Trial::begin("Elm", true).await, Trial::begin("Westside", true).await);
    let amina = elm.admit_named(1, "Amina Khan").await;
    let joe = west.admit_named(2, "Joe Bell").await;
    let account = partner(&elm, &west).await;
    let alias = west.handle().look(move |machine, _| machine.identity().aliases.alias(&account, &joe)).await.unwrap();
    pay(&elm, account, amina, Payee::Alias(alias), 60).await;
    let (at_elm, at_west) = (serve(elm.handle()).await, serve(west.handle()).await);
    let mut rosa = Browser::signed_in(&at_elm, elm.handle(), elm.coordinator).await;
    let mut otto = Browser::signed_in(&at_west, west.handle(), west.coordinator).await;
    let mut amina_there = Browser::signed_in(&at_elm, elm.handle(), amina).await;

    // A member says that something is not right; the coordinator finds it on the list and opens the talk.
    amina_there.until("/home", "Received: 1 hour.").await;
    let statement = amina_there.get("/statement").await;
    let link = statement.links().into_iter().find(|link| link.starts_with("/exchange/")).unwrap();
    let link = link.split('?').next().unwrap().to_owned();
    let form = amina_there.get(&format!("{link}/question")).await.form("/exchange/").with(&[("reason", "hours")]);
    amina_there.send(form, "check").await.says("A coordinator knows");
    let today = rosa.get("/today").await;
    today.says("Amina Khan says: The hours are wrong");
    let open = today.links().into_iter().find(|link| link.starts_with("/disputes/")).unwrap();
    amina_there.get(&open).await.is(403);
    let form = rosa.get(&open).await.says("Both communities see it.").form("/disputes/");
    rosa.send(form.clone(), "check").await.is(422);
    let form = form.with(&[("why", "hours"), ("text", "It was <b>half</b> an hour.")]);
    let page = rosa.send(form, "check").await;
    page.is(200)
        .says("The talk is open")
        .says("This is not right: The hours are wrong")
        .says("It was &#60;b&#62;half&#60;/b&#62; an hour.");
    rosa.get("/today").await.says("No questions.").says("To talk about with partners");
    amina_there.get(&link).await.says("Our coordinators talk about it with Westside.");

    // The other side finds it on its list, answers and suggests; both must say the same.
    let today = otto.until("/today", "Elm wrote last").await;
    let there = today.links().into_iter().find(|link| link.starts_with("/disputes/")).unwrap();
    let form = otto.get(&format!("{there}/say")).await.form("/disputes/").with(&[("text", "We shall ask Joe.")]);
    otto.send(form, "check").await.says("Your words are written down").says("We shall ask Joe.");
    rosa.until(&there, "We shall ask Joe.").await;
    let form = otto.get(&format!("{there}/close")).await.form("/disputes/").with(&[("outcome", "stands")]);
    let page = otto.send(form, "check").await;
    page.says("It is over when both communities suggest the same.").says("Let us end it so: it stands as it is");
    rosa.until(&there, "Westside would agree: it stands as it is.").await;
    let form = rosa.get(&format!("{there}/remind")).await.form("/disputes/").with(&[("when", "1")]);
    rosa.send(form, "check").await.is(200).says("It comes to the top of your list on that day.");
    let form = rosa.get(&format!("{there}/close")).await.form("/disputes/").with(&[("outcome", "stands")]);
    rosa.send(form, "check").await.is(200);
    for browser in [&mut rosa, &mut otto] {
        browser.until(&there, "Agreed by both communities").await.says("it stands as it is");
    }
    amina_there.get(&link).await.says("Both communities agreed: it stands as it is.");
    rosa.get(&format!("{there}/colour")).await.is(404);
    elm.running.stop().await;
    west.running.stop().await;
}

pub(super) async fn give_to_the_pot(trial: &Trial, minutes: i64) {
    let coordinator = trial.coordinator;
    let terms = GiftTerms {
        community: trial.handle().community(),
        exchange: kith_protocol::id::ExchangeId([77; 16]),
        from: coordinator,
        minutes: Minutes::new(minutes).unwrap(),
        made_at: crate::runtime::clock::now(),
        details: None,
    };
    let consent = Consent::OnBehalf { coordinator, channel: Channel::Phone };
    trial.handle().agreed(None, terms, vec![Some(consent)], Command::Gift).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_pot_pays_who_waits_for_a_partner() {
    let (elm, west) = (Trial::begin("Elm", true).await, Trial::begin("Westside", true).await);
    let amina = elm.admit_named(1, "Amina Khan").await;
    let joe = west.admit_named(2, "Joe Bell").await;
    let account = partner(&elm, &west).await;
    exchange(&elm, amina, elm.coordinator, 5).await;
    let payer = west.handle().look(move |machine, _| machine.identity().aliases.alias(&account, &joe)).await.unwrap();
    let id = kith_protocol::id::ExchangeId([9; 16]);
    let minutes = Minutes::new(60).unwrap();
    let ask = Command::Ask { account, exchange: id, payee: amina, payer: Some(payer), minutes, reverses: None };
    elm.handle().command(None, ask).await.unwrap();
    let (at_elm, at_west) = (serve(elm.handle()).await, serve(west.handle()).await);
    let mut rosa = Browser::signed_in(&at_elm, elm.handle(), elm.coordinator).await;
    let mut amina_there = Browser::signed_in(&at_elm, elm.handle(), amina).await;
    let mut joe_there = Browser::signed_in(&at_west, west.handle(), joe).await;
    joe_there.until("/home", "This waits for you").await;
    let link = format!("/exchange/{id}");
    amina_there.get(&link).await.says("Recorded. Waiting for the other person in Westside since today.");
    amina_there.get(&format!("{link}/advance")).await.is(403);

    rosa.get(&link).await.says("Let the pot pay now");
    let form = rosa.get(&format!("{link}/advance")).await.form("/exchange/");
    rosa.send(form, "check").await.is(422).says("The pot does not have so many hours.");
    give_to_the_pot(&elm, 90).await;
    let form = rosa.get(&format!("{link}/advance")).await.form("/exchange/");
    let page = rosa.send(form, "check").await;
    page.is(200).says("The pot gave the hours</p>").says("Our pot gave the hours meanwhile.");
    amina_there.get("/statement").await.says("The pot gave it until they pay");

    // Joe says no: the hours stay until the coordinator decides.
    let form = joe_there.get(&format!("{link}/decline")).await.form("/exchange/");
    joe_there.send(form, "check").await.is(200);
    let today = rosa.until("/today", "Given by the pot").await;
    let decide = today.links().into_iter().find(|link| link.ends_with("/advance")).unwrap();
    amina_there.get(&link).await.says("A coordinator decides what becomes of them.");
    let form = rosa.get(&decide).await.form("/exchange/");
    rosa.send(form.clone(), "check").await.is(422);
    rosa.send(form.with(&[("what", "keep")]), "check").await.is(200).says("The member keeps the hours");
    let today = rosa.get("/today").await;
    assert!(!today.body.contains("Given by the pot"), "it is decided");
    amina_there.get(&link).await.says("they stay with the member");
    elm.running.stop().await;
    west.running.stop().await;
}
