//! Hours that are given to the community's pot.

use super::exchange;
use crate::{
    trial::Trial,
    web::browser::{Browser, serve},
};
use kith_protocol::{
    id::{ExchangeId, MemberId},
    ledger::{Authority, Body, Channel, History as _},
};

pub(super) async fn pot(trial: &Trial) -> i64 {
    trial.handle().look(|machine, _| machine.state().ledger().pot().get()).await.unwrap()
}

/// Who gave last, how many minutes, and how they agreed.
async fn last_gift(trial: &Trial) -> (MemberId, u32, Authority) {
    let last = trial.handle().look(|machine, book| book.entry(machine.state().ledger().tree().size() - 1)).await;
    match last.unwrap().unwrap().body {
        Body::Gift { terms, from } => (terms.from, terms.minutes.get(), from),
        other => panic!("{other:?} is no gift"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_gives_hours_to_the_pot_once() {
    let trial = Trial::begin("Elm", false).await;
    let (amina, joe) = (trial.admit_named(1, "Amina Khan").await, trial.admit_named(2, "Joe Bell").await);
    exchange(&trial, amina, joe, 150).await;
    let served = serve(trial.handle()).await;
    let mut browser = Browser::signed_in(&served, trial.handle(), amina).await;
    browser.get("/me").await.says("href=\"/gift\"");
    let page = browser.get("/gift").await;
    let form = page.says("The pot belongs to all of us.").says("There is nothing in the pot just now.").form("/gift");
    for bad in ["", "soon", "-1", "0"] {
        let again = browser.send(form.clone().with(&[("length", bad)]), "check").await;
        assert_eq!(again.is(422).form("/gift").get("length"), bad);
    }
    let (check, given) = browser.whole(form.clone().with(&[("length", "1:30")])).await;
    check.says("You give 1 hour 30 minutes to the community pot. Thank you.");
    given.says("You gave 1 hour 30 minutes to the community pot").says("Done. It counts since today.");
    assert_eq!(browser.send(check.form("/gift"), "send").await.path, given.path);
    assert_eq!(pot(&trial).await, 90);
    browser.get("/gift").await.says("In the pot now: 1 hour 30 minutes.");
    assert_eq!(last_gift(&trial).await, (amina, 90, Authority::Session));
    // Nobody helped her for it: the columns of help have nothing of it, and the file has what it took off.
    let statement = browser.get("/statement").await;
    statement.says("Gift to the community pot</a>: 1 hour 30 minutes");
    assert_eq!(statement.body.matches("1 hour 30 minutes").count(), 1, "{}", statement.body);
    browser.get("/statement.csv").await.says("Gift to the community pot,,,-90,");
    // More than the charter lets anybody owe.
    let too_much = browser.send(form.with(&[("length", "50 h")]), "check").await;
    let refused = browser.send(too_much.is(200).form("/gift"), "send").await;
    assert_eq!(refused.is(422).form("/gift").get("length"), "50 h");
    assert_eq!(pot(&trial).await, 90);
    trial.running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_coordinator_gives_and_agrees_for_somebody_and_says_how_they_told() {
    let trial = Trial::begin("Elm", false).await;
    let (amina, joe) = (trial.admit_named(1, "Amina Khan").await, trial.admit_named(2, "Joe Bell").await);
    let served = serve(trial.handle()).await;
    let mut rosa = Browser::signed_in(&served, trial.handle(), trial.coordinator).await;
    let told = |channel| Authority::OnBehalf { coordinator: trial.coordinator, channel };
    let form = rosa.get(&format!("/gift?for={amina}")).await.is(200).form("/gift");
    let (check, given) = rosa.whole(form.with(&[("length", "30 min"), ("channel", "paper")])).await;
    check.says("On paper");
    given.says("Amina Khan gave 30 minutes to the community pot");
    assert_eq!(last_gift(&trial).await, (amina, 30, told(Channel::Paper)));

    let mut browser = Browser::signed_in(&served, trial.handle(), amina).await;
    let form = browser.get(&format!("/record/hours?way=gave&to=m/{joe}")).await.form("/record/hours");
    let (_, waits) = browser.whole(form.with(&[("length", "1")])).await;
    let id: ExchangeId = waits.path.split(['/', '?']).nth(2).unwrap().parse().unwrap();
    let page = rosa.get(&format!("/exchange/{id}?for={joe}")).await;
    let form = page.is(200).says("How did they tell you?").form(&format!("/exchange/{id}/confirm"));
    rosa.send(form.with(&[("channel", "phone")]), "send").await.is(200).says("Done. It counts");
    let entry = trial.handle().look(move |_, book| book.entry(book.exchange(&id).unwrap().index)).await.unwrap();
    let Body::Exchange { giver, receiver, .. } = entry.unwrap().body else { panic!("an exchange") };
    assert_eq!((giver, receiver), (Some(Authority::Session), Some(told(Channel::Phone))));
    // Whose word she wrote down reads both names; who said it reads one.
    let mut joe_sees = Browser::signed_in(&served, trial.handle(), joe).await;
    joe_sees.get("/statement").await.says("<bdi>Amina Khan, written down by Rosa Example</bdi>");
    joe_sees.get("/statement.csv").await.says("Help,Amina Khan,,-60,");
    browser.get("/statement").await.says("<bdi>written down by Rosa Example</bdi>").says("<bdi>Joe Bell</bdi>");
    let file = browser.get("/statement.csv").await;
    file.says("Gift to the community pot,,,-30,").says("Help,Joe Bell,,60,");
    // Who wrote a line down stands in a column of its own, so that a spreadsheet can still count by people.
    let by = |row: &str| file.body.lines().find(|line| line.contains(row)).unwrap().ends_with(",Rosa Example");
    assert!(by("-30,") && !by("Help,Joe Bell"), "{}", file.body);
    let links = rosa.get("/paper/statements").await.links();
    let month = links.into_iter().rfind(|link| link.starts_with("/paper/statements?month=")).unwrap();
    rosa.get(&month).await.says("<bdi>written down by Rosa Example</bdi>");
    trial.running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_else_gives_what_is_somebodys() {
    let trial = Trial::begin("Elm", false).await;
    let (amina, joe) = (trial.admit_named(1, "Amina Khan").await, trial.admit_named(2, "Joe Bell").await);
    let served = serve(trial.handle()).await;
    let mut browser = Browser::signed_in(&served, trial.handle(), joe).await;
    browser.get(&format!("/gift?for={amina}")).await.is(403);
    let form = browser.get("/gift").await.form("/gift").with(&[("length", "1"), ("for", &amina.to_string())]);
    browser.send(form, "send").await.is(403);
    assert_eq!(pot(&trial).await, 0);
    trial.running.stop().await;
}
