//! Keys of members' own: taken, used, and taken away.

use crate::{
    trial::Trial,
    web::browser::{Browser, Shown, serve},
};
use data_encoding::BASE64;
use kith_protocol::{
    id::{ExchangeId, MemberId},
    key::SecretKey,
    ledger::{Authority, Body, Channel, History as _},
};

/// What the page asks to be signed, signed.
fn signed(page: &Shown, key: &SecretKey) -> String {
    let (_, rest) = page.body.split_once("data-sign=\"").expect("something is to be signed");
    let (text, _) = rest.split_once('"').unwrap();
    key.sign(&BASE64.decode(text.as_bytes()).unwrap()).to_string()
}

async fn key_of(trial: &Trial, member: MemberId) -> Option<kith_protocol::key::PublicKey> {
    trial.handle().look(move |machine, _| machine.state().ledger().members()[&member].key).await.unwrap()
}

/// Takes a key that is kept elsewhere.
async fn takes(browser: &mut Browser, key: &SecretKey) {
    let page = browser.get("/me/key").await;
    let form = page.is(200).form("/me/key").with(&[("key", &key.public().to_string())]);
    let check = browser.send(form, "check").await;
    check.is(200).says("From now on this key signs for you.");
    let form = check.form("/me/key").with(&[("proof", &signed(&check, key))]);
    browser.send(form, "send").await.is(200).says("Your key is changed.");
}

async fn agreed(trial: &Trial, path: &str) -> [Option<Authority>; 2] {
    let id: ExchangeId = path.split(['/', '?']).nth(2).unwrap().parse().unwrap();
    let entry = trial.handle().look(move |_, book| book.entry(book.exchange(&id).unwrap().index)).await.unwrap();
    match entry.unwrap().body {
        Body::Exchange { giver, receiver, .. } => [giver, receiver],
        other => panic!("{other:?} is no exchange"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_of_ones_own_signs_what_one_agrees_to() {
    let trial = Trial::begin("Elm", false).await;
    let (amina, joe) = (trial.admit_named(1, "Amina Khan").await, trial.admit_named(2, "Joe Bell").await);
    let served = serve(trial.handle()).await;
    let mut browser = Browser::signed_in(&served, trial.handle(), amina).await;
    browser.get("/me").await.says("A key of your own");
    browser.get("/me/key").await.says("You have no key.");
    let (key, stranger) = (SecretKey::from_seed(&[41; 32]), SecretKey::from_seed(&[42; 32]));

    // No key, half a key, and one that is not at hand.
    for bad in ["abc", &key.public().to_string()[1..]] {
        let form = browser.get("/me/key").await.form("/me/key").with(&[("key", bad)]);
        let shown = browser.send(form, "check").await;
        shown.is(422).says("<a href=\"#key\">This is not a public key.").says("id=\"key-error\"");
        shown.says("aria-describedby=\"key-error\" aria-invalid=\"true\"");
        assert!(shown.title().starts_with("Mistake:"), "{}", shown.title());
        assert_eq!(
            shown.body.split("id=\"key\"").nth(1).unwrap().split("value=\"").nth(1).unwrap().split('"').next(),
            Some(bad)
        );
    }
    let form = browser.get("/me/key").await.form("/me/key").with(&[("key", &key.public().to_string())]);
    let check = browser.send(form, "check").await;
    browser.send(check.form("/me/key"), "send").await.is(422).says("The new key did not sign.");
    let by_another = check.form("/me/key").with(&[("proof", &signed(&check, &stranger))]);
    browser.send(by_another, "send").await.is(422).says("The signature does not fit.");
    assert_eq!(key_of(&trial, amina).await, None);
    takes(&mut browser, &key).await;
    assert_eq!(key_of(&trial, amina).await, Some(key.public()));
    let same = browser.get("/me/key").await.form("/me/key").with(&[("key", &key.public().to_string())]);
    browser.send(same, "check").await.is(422).says("<a href=\"#key\">It is so already.");

    // She was helped, signs with her key, and the note goes along.
    let to = format!("/record/hours?way=received&to=m/{joe}");
    let form = browser.get(&to).await.form("/record/hours").with(&[("length", "1:30"), ("note", "Brakes")]);
    let check = browser.send(form, "check").await;
    check.is(200).says("Sign with a key that is elsewhere");
    let forged = check.form("/record/hours").with(&[("signature", &signed(&check, &stranger))]);
    browser.send(forged, "send").await.is(422).says("The signature does not fit.");
    let form = check.form("/record/hours").with(&[("signature", &signed(&check, &key))]);
    let done = browser.send(form, "send").await;
    done.is(200).says("Brakes").says("Signed with a key of their own");
    assert!(matches!(agreed(&trial, &done.path).await, [None, Some(Authority::Key(_))]));

    // On a device without the key she is still served, and it says so.
    let form = browser.get(&to).await.form("/record/hours").with(&[("length", "0:10")]);
    let (_, done) = browser.whole(form).await;
    done.is(200).says("Signed in, and said yes");
    assert_eq!(agreed(&trial, &done.path).await, [None, Some(Authority::Session)]);
    trial.running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_is_signed_where_it_is_confirmed() {
    let trial = Trial::begin("Elm", false).await;
    let (amina, joe) = (trial.admit_named(1, "Amina Khan").await, trial.admit_named(2, "Joe Bell").await);
    let served = serve(trial.handle()).await;
    let mut browser = Browser::signed_in(&served, trial.handle(), amina).await;
    let key = SecretKey::from_seed(&[41; 32]);
    takes(&mut browser, &key).await;
    let mut other = Browser::signed_in(&served, trial.handle(), joe).await;
    let form = other.get(&format!("/record/hours?way=gave&to=m/{amina}")).await.form("/record/hours");
    let (_, waits) = other.whole(form.with(&[("length", "1")])).await;
    let path = waits.path.split('?').next().unwrap().to_owned();
    let page = browser.get(&path).await;
    let confirm = format!("{path}/confirm");
    let form = page.is(200).form(&confirm).with(&[("signature", &signed(&page, &key))]);
    browser.send(form, "send").await.is(200).says("Done. It counts").says("Signed with a key of their own");
    assert!(matches!(agreed(&trial, &path).await, [Some(Authority::Session), Some(Authority::Key(_))]));
    trial.running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_alone_changes_no_key_and_a_coordinator_does_by_name() {
    let trial = Trial::begin("Elm", false).await;
    let amina = trial.admit_named(1, "Amina Khan").await;
    let served = serve(trial.handle()).await;
    let mut browser = Browser::signed_in(&served, trial.handle(), amina).await;
    let (key, new) = (SecretKey::from_seed(&[41; 32]), SecretKey::from_seed(&[43; 32]));
    takes(&mut browser, &key).await;
    let form = browser.get("/me/key").await.form("/me/key").with(&[("key", &new.public().to_string())]);
    let check = browser.send(form, "check").await;
    let without = check.form("/me/key").with(&[("proof", &signed(&check, &new))]);
    browser.send(without, "send").await.is(422).says("You have a key on another device.");
    assert_eq!(key_of(&trial, amina).await, Some(key.public()));

    let mut rosa = Browser::signed_in(&served, trial.handle(), trial.coordinator).await;
    let page = rosa.get(&format!("/me/key?for={amina}")).await;
    let check = rosa.send(page.is(200).form("/me/key").with(&[("key", "")]), "check").await;
    check.is(200).says("From now on you have no key.").says("How did they tell you?");
    let told = check.form("/me/key").with(&[("channel", "phone")]);
    rosa.send(told, "send").await.is(200).says("Your key is changed.");
    assert_eq!(key_of(&trial, amina).await, None);
    let last =
        trial.handle().look(|machine, book| book.entry(machine.state().ledger().tree().size() - 1)).await.unwrap();
    let Some(Body::MemberKeyChanged { member, .. }) = last.map(|entry| entry.body) else { panic!("a change of a key") };
    assert_eq!(member, Authority::OnBehalf { coordinator: trial.coordinator, channel: Channel::Phone });
    browser.get("/statement").await.says("Own key");
    takes(&mut browser, &new).await;
    trial.running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_signed_keeps_its_signature_while_a_coordinator_looks_at_it() {
    let trial = Trial::begin("Elm", false).await;
    let (amina, joe) = (trial.admit_named(1, "Amina Khan").await, trial.admit_named(2, "Joe Bell").await);
    trial.handle().set_office_rules(|rules| rules.approve_first = true).await.unwrap();
    let served = serve(trial.handle()).await;
    let mut browser = Browser::signed_in(&served, trial.handle(), amina).await;
    let mut rosa = Browser::signed_in(&served, trial.handle(), trial.coordinator).await;
    let (key, stranger) = (SecretKey::from_seed(&[41; 32]), SecretKey::from_seed(&[42; 32]));
    takes(&mut browser, &key).await;
    let form = browser.get(&format!("/record/hours?way=received&to=m/{joe}")).await.form("/record/hours");
    let check = browser.send(form.with(&[("length", "1:30"), ("note", "Brakes")]), "check").await;
    let forged = check.form("/record/hours").with(&[("signature", &signed(&check, &stranger))]);
    browser.send(forged, "send").await.is(422).says("The signature does not fit.");
    assert!(trial.handle().firsts().await.unwrap().is_empty());
    let form = check.form("/record/hours").with(&[("signature", &signed(&check, &key))]);
    for _ in 0..2 {
        browser.send(form.clone(), "send").await.is(200).says("A coordinator looks at it first");
        assert_eq!(trial.handle().firsts().await.unwrap().len(), 1);
    }
    let (id, _) = trial.handle().firsts().await.unwrap().remove(0);
    let yes = rosa.get(&format!("/first/{id}")).await.says("Brakes").form(&format!("/first/{id}/yes"));
    rosa.send(yes, "send").await.is(200).says("It is written down");
    let done = browser.send(form, "send").await;
    done.is(200).says("Brakes").says("Signed with a key of their own");
    assert!(matches!(agreed(&trial, &done.path).await, [None, Some(Authority::Key(_))]));
    trial.running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_takes_the_place_of_a_person_under_an_id_that_a_device_sends() {
    let trial = Trial::begin("Elm", false).await;
    let (amina, joe) = (trial.admit_named(1, "Amina Khan").await, trial.admit_named(2, "Joe Bell").await);
    let served = serve(trial.handle()).await;
    let mut browser = Browser::signed_in(&served, trial.handle(), amina).await;
    let key = SecretKey::from_seed(&[41; 32]);
    takes(&mut browser, &key).await;
    for approve in [false, true] {
        trial.handle().set_office_rules(move |rules| rules.approve_first = approve).await.unwrap();
        let form = browser.get(&format!("/record/hours?way=received&to=m/{joe}")).await.form("/record/hours");
        let check = browser.send(form.with(&[("length", "1:30"), ("note", "Brakes")]), "check").await;
        let form = check.form("/record/hours").with(&[("signature", &signed(&check, &key))]);
        let form = form.with(&[("drawn-id", &joe.to_string())]);
        browser.send(form, "send").await.is(422).says("This is recorded already.");
        assert_eq!(trial.handle().persons(vec![joe]).await.unwrap()[&joe].name, "Joe Bell");
    }
    trial.running.stop().await;
}
