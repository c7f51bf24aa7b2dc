//! What a coordinator does for a member outside the ledger bears both names, where the member sees it.

use super::looking_after::photo;
use crate::{
    runtime::{clock, office::Deed},
    trial::{Trial, listing},
    web::browser::{Browser, Shown, serve},
};
use kith_protocol::{
    id::{Alias, MemberId, RecordKey},
    shelf::Item,
};

/// What was done for a member, by a coordinator each time.
async fn done(trial: &Trial, member: MemberId) -> Vec<Deed> {
    let acts = trial.handle().file(member).await.unwrap().acts;
    assert!(acts.iter().all(|act| act.by == trial.coordinator && act.at <= clock::now()));
    acts.into_iter().filter_map(|act| act.what).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_coordinator_is_named_for_details_and_devices() {
    let trial = Trial::begin("Elm", false).await;
    let served = serve(trial.handle()).await;
    let ada = trial.admit_named(1, "Ada Park").await;
    let mut rosa = Browser::signed_in(&served, trial.handle(), trial.coordinator).await;
    let mut ada_sees = Browser::signed_in(&served, trial.handle(), ada).await;
    // What members do themselves is nobody else's deed; nor is what changes nothing.
    let form = ada_sees.get("/me/change").await.form("/me/change").with(&[("phone", "020 7946 0001")]);
    ada_sees.send(form, "check").await.is(200);
    let change = format!("/me/change?for={ada}");
    let same = rosa.get(&change).await.form("/me/change");
    rosa.send(same, "check").await.is(200);
    assert_eq!(done(&trial, ada).await, []);
    for (field, value) in [("phone", "020 7946 0002"), ("email", "ada@example.org")] {
        let form = rosa.get(&change).await.form("/me/change").with(&[(field, value)]);
        let saved = rosa.send(form.clone(), "check").await;
        // Whoever did it reads both names, too, and goes on with the member.
        saved.is(200).says("For Ada Park, written down by Rosa Example.").says(&format!("/me?for={ada}"));
        // Sent twice, it was done once.
        rosa.send(form, "check").await.is(200);
    }
    let device = rosa.get(&format!("/me?for={ada}")).await.form("/me/devices");
    rosa.send(device.clone(), "send").await.is(200);
    rosa.send(device, "send").await.is(200);
    assert_eq!(done(&trial, ada).await, [Deed::Details, Deed::Email, Deed::Device]);

    let mut ada_sees = Browser::signed_in(&served, trial.handle(), ada).await;
    let page = ada_sees.get("/helpers").await;
    page.says("<dt dir=\"auto\">Rosa Example, for Ada Park</dt>").says("you see it here, too");
    page.says("Changed your details today").says("Changed your details and e-mail address today");
    page.says("Signed out one of your devices today");
    let data = trial.handle().data_of(ada).await.unwrap();
    let told = &data["done_for_me"][1];
    assert_eq!([&told["who"], &told["for"], &told["what"]], ["Rosa Example", "Ada Park", "changed_email"]);
    trial.running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_coordinator_is_named_for_a_members_listing() {
    let trial = Trial::begin("Elm", false).await;
    let served = serve(trial.handle()).await;
    let ada = trial.admit_named(1, "Ada Park").await;
    trial.publish(7, ada, Item::Offer(listing("Sewing", "Any day", &[]))).await;
    trial.publish(8, trial.coordinator, Item::Offer(listing("Bread", "Any day", &[]))).await;
    let mut rosa = Browser::signed_in(&served, trial.handle(), trial.coordinator).await;
    for n in [7, 8] {
        // Every page over a member's listing bears both names; over their own, nobody's.
        let both = |shown: &Shown| {
            shown.is(200);
            assert_eq!(shown.body.contains("For Ada Park, written down by Rosa Example."), n == 7, "{}", shown.body);
        };
        let place = format!("/listing/{}/{}", trial.handle().community(), RecordKey([n; 16]));
        let page = rosa.get(&format!("{place}/picture")).await;
        both(&page);
        both(&rosa.upload(page.form(&place), &[("picture", photo().as_slice())]).await);
        both(&rosa.get(&format!("{place}/picture?drop=yes")).await);
        let change = format!("{place}/change");
        let page = rosa.get(&change).await;
        both(&page);
        let (form, older) = (page.form(&change).with(&[("title", "Hems")]), page.form(&change));
        both(&rosa.send(form.clone(), "check").await);
        both(&rosa.send(form, "check").await);
        let stale = rosa.send(older.with(&[("title", "Seams")]), "check").await;
        assert_eq!(stale.body.contains("For Ada Park, written down by Rosa Example."), n == 7, "{}", stale.body);
        let down = format!("{place}/withdraw");
        let page = rosa.get(&down).await;
        both(&page);
        both(rosa.send(page.form(&down), "check").await.says("It is taken down"));
        both(&rosa.send(page.form(&down), "check").await);
    }
    let form = rosa
        .get(&format!("/offer?for={ada}"))
        .await
        .form("/offer")
        .with(&[("title", "Knitting"), ("category", "transport")]);
    let (check, _) = rosa.whole(form).await;
    rosa.send(check.form("/offer"), "send").await.is(200);
    assert_eq!(done(&trial, ada).await, [Deed::Photo, Deed::Reworded, Deed::Withdrawn, Deed::Posted]);
    // What is their own is nobody else's.
    assert_eq!(done(&trial, trial.coordinator).await, []);
    let mut ada_sees = Browser::signed_in(&served, trial.handle(), ada).await;
    let page = ada_sees.get("/helpers").await;
    page.says("Changed the photo of your offer or ask today").says("Changed the words of your offer or ask today");
    page.says("Took your offer or ask down today").says("Posted an offer or an ask for you today");
    trial.running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_coordinator_is_named_for_a_no_and_for_what_the_ledger_has_not_yet() {
    let (elm, west) = (Trial::begin("Elm", true).await, Trial::begin("Westside", true).await);
    super::partner(&elm, &west).await;
    let there = west.handle().community();
    let served = serve(elm.handle()).await;
    let (ada, bo) = (elm.admit_named(1, "Ada Park").await, elm.admit_named(2, "Bo Lee").await);
    let mut rosa = Browser::signed_in(&served, elm.handle(), elm.coordinator).await;
    let mut ada_sees = Browser::signed_in(&served, elm.handle(), ada).await;
    let mut bo_sees = Browser::signed_in(&served, elm.handle(), bo).await;
    for (who, way, other) in [(&mut bo_sees, "gave", ada), (&mut ada_sees, "gave", bo)] {
        let form = who.get(&format!("/record/hours?way={way}&to=m/{other}")).await.form("/record/hours");
        let waits = who.whole(form.with(&[("length", "1")])).await.1.path;
        let exchange = waits.split('?').next().unwrap().to_owned();
        let no = rosa.get(&format!("{exchange}/decline?for={ada}")).await.form(&exchange);
        rosa.send(no.clone(), "check").await.is(200);
        rosa.send(no, "check").await.is(200);
    }
    assert_eq!(done(&elm, ada).await, [Deed::Declined, Deed::TakenBack]);
    west.running.stop().await;
    // Hours that a partner's member is asked for are in no ledger yet, so the exchange itself bears both names, too.
    let to = format!("a/{there}/{}", Alias([7; 16]));
    let address = format!("/record/hours?way=gave&to={to}&for={ada}");
    let form = rosa.get(&address).await.form("/record/hours").with(&[("length", "1")]);
    let (check, sent) = rosa.whole(form).await;
    sent.is(200).says("<dt dir=\"auto\">Ada Park</dt><dd>Signed in, through Rosa Example</dd>");
    rosa.send(check.form("/record/hours"), "send").await.is(200);
    assert_eq!(done(&elm, ada).await, [Deed::Declined, Deed::TakenBack, Deed::Asked]);
    let page = ada_sees.get("/helpers").await;
    page.says("Said no to hours for you today").says("Took hours back for you today");
    page.says("Asked for hours for you today").says("Rosa Example, for Ada Park");
    // Hours on hold are in the ledger, with the coordinator who said yes for the member.
    let address = format!("/record/hours?way=received&to={to}&for={ada}");
    let form = rosa.get(&address).await.form("/record/hours").with(&[("length", "2")]);
    rosa.whole(form).await.1.is(200);
    ada_sees.get("/statement.csv").await.says("Help from another community,,,-120,");
    // Of what the ledger tells there is no second note.
    let form = rosa.get(&format!("/record/hours?way=received&to=m/{bo}&for={ada}")).await.form("/record/hours");
    let sent = rosa.whole(form.with(&[("length", "1")])).await.1.is(200).clone();
    assert_eq!(done(&elm, ada).await.len(), 3);
    // Asked twice, it is one question.
    let exchange = sent.path.split('?').next().unwrap();
    let form = rosa.get(&format!("{exchange}/question?for={ada}")).await.form(exchange).with(&[("reason", "hours")]);
    rosa.send(form.clone(), "check").await.is(200);
    rosa.send(form, "check").await.is(200);
    assert_eq!(done(&elm, ada).await[3..], [Deed::Questioned]);
    elm.running.stop().await;
}
