//! What keeps partners from going on, as coordinators see it and decide about it.

use super::{partner, pay, rough::twice};
use crate::{
    backup::rotate,
    runtime::{self, Root, clock, home},
    trial::Trial,
    web::browser::{Browser, serve},
};
use kith_protocol::{
    evidence::{Evidence, Exhibits},
    machine::{Batch, Fact},
    partnership::Payee,
    time::{Span, Timestamp},
};
use std::path::Path;

#[tokio::test(flavor = "multi_thread")]
async fn a_coordinator_goes_on_without_a_partner() {
    let (elm, west) = (Trial::begin("Elm", true).await, Trial::begin("Westside", true).await);
    let (amina, joe) = (elm.admit_named(1, "Amina Khan").await, elm.admit_named(2, "Joe Bell").await);
    partner(&elm, &west).await;
    let decide = format!("/partners/{}/go-on", west.handle().community());
    {
        let served = serve(elm.handle()).await;
        let mut rosa = Browser::signed_in(&served, elm.handle(), elm.coordinator).await;
        rosa.until("/partners", "Westside").await.never("We were restored from a copy.");
        rosa.get("/today").await.never("Stopped between communities");
        let page = rosa.get(&decide).await;
        page.is(200).says("We do not wait for Westside").says("There is nothing to decide.").never("name=\"step\"");
    }
    west.running.stop().await;
    let (elm, _) = elm.restored(false).await;
    let served = serve(elm.handle()).await;
    let mut rosa = Browser::signed_in(&served, elm.handle(), elm.coordinator).await;
    let mut amina_there = Browser::signed_in(&served, elm.handle(), amina).await;

    // A member hears what is so and whom to ask.
    let hours = format!("/record/hours?way=gave&to=m/{joe}");
    let form = amina_there.get(&hours).await.form("/record/hours").with(&[("length", "1")]);
    let (_, refused) = amina_there.whole(form).await;
    refused.is(422).says("We wait for a partner community. Ask a coordinator.");

    // A coordinator hears more of it, and where it is decided.
    for path in ["/today", "/partners"] {
        let page = rosa.get(path).await;
        page.says("We were restored from a copy. We wait until Westside tells us what it holds.");
        page.says("Until it answers, nobody here can record hours.").says(&format!("href=\"{decide}\""));
    }
    rosa.get("/today").await.says("Stopped between communities").says("We have waited since today.");
    amina_there.get(&decide).await.is(403);
    let page = rosa.get(&decide).await;
    page.is(200).says("Go on without waiting for Westside").says("members can record hours here again at once");
    page.says("With Westside nothing moves until it answers.").says("Nothing is counted twice.");
    page.never("We wait for other partners as well.");
    let form = page.form(&decide);
    let (first, second) = twice(&mut rosa, &form, "check").await;
    for shown in [first, second] {
        assert_eq!(shown.is(200).path, "/partners?news=go-on");
        shown.says("We go on without waiting for them").never("We were restored from a copy.");
    }
    rosa.get("/today").await.never("Stopped between communities");
    // Whoever looked at it before finds it decided.
    let stale = page.form(&decide).with(&[("once", "")]);
    rosa.send(stale, "check").await.is(200).says("We do not wait for Westside");

    let form = amina_there.get(&hours).await.form("/record/hours").with(&[("length", "1")]);
    amina_there.whole(form).await.1.is(200);
    elm.running.stop().await;
}

/// Keeps a fact in the journal of a node that is stopped.
fn keep(dir: &Path, fact: Fact) {
    let home = home::open(dir).unwrap();
    let mut opened = runtime::open(&home, 1 << 20).unwrap();
    opened.book.absorb(&Batch { facts: vec![fact], ..Batch::default() }).unwrap();
    opened.book.commit().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_partner_with_two_books_and_one_near_its_limit_stand_on_the_list_of_the_day() {
    let (elm, west) = (Trial::begin("Elm", true).await, Trial::begin("Westside", true).await);
    let amina = elm.admit_named(1, "Amina Khan").await;
    let dee = west.admit_named(4, "Dee Fox").await;
    let account = partner(&elm, &west).await;
    let alias = west.handle().look(move |machine, _| machine.identity().aliases.alias(&account, &dee)).await.unwrap();
    let evidence = Box::new(Evidence {
        v: 1,
        certificate: west.running.home.identity.certificate.clone(),
        exhibits: Exhibits::ForkedLedger { one: "One".into(), other: "Other".into(), beginning: None },
    });
    let at = format!("/partners/{}/sheet", west.handle().community());
    let served = serve(elm.handle()).await;
    let mut rosa = Browser::signed_in(&served, elm.handle(), elm.coordinator).await;
    rosa.until("/partners", "Westside").await;
    west.running.stop().await;

    rosa.get("/today").await.never("Between communities").never("A limit is nearly reached.");
    pay(&elm, account, amina, Payee::Alias(alias), 450).await;
    let page = rosa.get("/today").await;
    page.says("Between communities").says("A limit is nearly reached. Time to talk with them.").says("Westside");
    page.never("Stopped between communities");

    drop((rosa, served));
    let elm = elm.changed(|dir| keep(dir, Fact::Frozen { account, evidence })).await;
    let served = serve(elm.handle()).await;
    let mut rosa = Browser::signed_in(&served, elm.handle(), elm.coordinator).await;
    let page = rosa.get("/today").await;
    page.says("Stopped between communities").says("Their book does not agree with itself.").says("See the proof");
    page.says(&format!("href=\"{at}\""));
    rosa.get(&at).await.says("/evidence.kith\"");
    elm.running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_old_copy_of_a_restored_community_says_that_another_runs() {
    let (elm, west) = (Trial::begin("Elm", true).await, Trial::begin("Westside", true).await);
    let amina = elm.admit_named(1, "Amina Khan").await;
    let account = partner(&elm, &west).await;
    {
        let served = serve(elm.handle()).await;
        let mut rosa = Browser::signed_in(&served, elm.handle(), elm.coordinator).await;
        rosa.until("/partners", "Westside").await;
        rosa.get("/today").await.never("Two copies run");
    }
    let (elm, old) = elm.restored(true).await;
    {
        let served = serve(elm.handle()).await;
        let mut rosa = Browser::signed_in(&served, elm.handle(), elm.coordinator).await;
        rosa.until("/partners", "Nothing waits.").await.says("Connected now.");
        rosa.get("/today").await.never("Two copies run");
    }
    // The restored copy is off for a while. The old one starts once more and meets the partner.
    let elm = elm.moved(old).await;
    let served = serve(elm.handle()).await;
    let mut rosa = Browser::signed_in(&served, elm.handle(), elm.coordinator).await;
    let page = rosa.until("/today", "Two copies run").await;
    page.says("A newer copy of our books runs. It was restored later.").says("Stop one of them.");
    let mut amina_there = Browser::signed_in(&served, elm.handle(), amina).await;
    let form = amina_there.get("/gift").await.form("/gift").with(&[("length", "1")]);
    let (_, refused) = amina_there.whole(form).await;
    refused.is(422).says("A newer copy of our books runs. Ask a coordinator.");
    let undecided = elm.handle().look(move |machine, _| machine.state().lanes()[&account].undecided()).await;
    assert_eq!(undecided.unwrap(), 0);
    elm.running.stop().await;
    west.running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_ends_soon_stands_on_the_list_of_the_day_until_there_is_another() {
    let elm = Trial::begin("Elm", false).await;
    let today = async |elm: &Trial| {
        let served = serve(elm.handle()).await;
        Browser::signed_in(&served, elm.handle(), elm.coordinator).await.get("/today").await
    };
    today(&elm).await.never("kith rotate-key");
    // A key of five years that was made almost five years ago.
    let words = elm.root.words();
    let rotated = |days: u64| {
        let (root, made) = (Root::from_words(&words).unwrap(), clock::now().0 - Span::days(5 * 365 - days).0);
        move |dir: &Path| _ = rotate(dir, &root, Timestamp(made)).unwrap()
    };
    let elm = elm.changed(rotated(61)).await;
    today(&elm).await.never("kith rotate-key");
    let elm = elm.changed(rotated(59)).await;
    today(&elm).await.says("The key that signs for us is good until").says("kith rotate-key");
    let elm = elm.changed(rotated(5 * 365)).await;
    today(&elm).await.never("kith rotate-key");
    elm.running.stop().await;
}
