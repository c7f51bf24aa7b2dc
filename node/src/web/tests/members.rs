//! What members do, from signing in to leaving.

use crate::web::browser::{Browser, serve};
use crate::{
    runtime::desk::PaperCode,
    trial::{Trial, listing},
};
use kith_protocol::{
    ledger::{Authority, Body, History as _},
    member::MemberKind,
    shelf::Item,
};

#[tokio::test(flavor = "multi_thread")]
async fn a_code_opens_the_door_once() {
    let trial = Trial::begin("Elm", false).await;
    let amina = trial.admit_named(1, "Amina Khan").await;
    let served = serve(trial.handle()).await;
    let code = PaperCode::from_bytes([7; 16]);
    trial.handle().issue_code(amina, code.clone()).await.unwrap();
    let mut browser = Browser::new(&served);
    browser.get("/home").await.is(401).says("Sign in to see this page.");

    let link = browser.get(&format!("/sign-in?code={}", code.shown())).await;
    // Looking at the link uses nothing up: only the button does.
    let home = browser.send(link.is(200).form("/sign-in"), "check").await;
    assert_eq!(home.is(200).path, "/home");
    home.says("Amina.</h1>").says("You have given as much help as you had.").never("/today");
    let cookie = &browser.ask("/look", None, &[]).await;
    assert!(!cookie.headers.contains_key("set-cookie"));
    assert_eq!(browser.get("/").await.path, "/home");
    browser.get("/community").await.is(200).says("Welcome to");

    let mut other = Browser::new(&served);
    let again = other.get("/sign-in").await.form("/sign-in").with(&[("code", &code.shown())]);
    other.send(again, "check").await.is(422).says("This code was used, or it is too old.");

    let me = browser.get("/me").await;
    me.says("A computer, since").says("this one").says("Amina Khan");
    let out = browser.send(me.form("/sign-out"), "check").await;
    out.is(200).says("You are signed out").says("href=\"/sign-in\"").never("action=\"/sign-out\"");
    browser.get("/me").await.is(401);
    trial.running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_phone_is_signed_out_by_its_owner_or_a_coordinator() {
    let trial = Trial::begin("Elm", false).await;
    let amina = trial.admit_named(1, "Amina Khan").await;
    let served = serve(trial.handle()).await;
    let mut lost = Browser::signed_in(&served, trial.handle(), amina).await;
    let mut here = Browser::signed_in(&served, trial.handle(), amina).await;
    let mut rosa = Browser::signed_in(&served, trial.handle(), trial.coordinator).await;
    assert_eq!(lost.get("/me").await.is(200).body.matches("A computer, since").count(), 2);

    // Only the other device can be signed out there, and whoever has no code for it is out.
    let me = here.get("/me").await;
    assert_eq!(me.body.matches("action=\"/me/devices\"").count(), 1);
    here.send(me.form("/me/devices"), "send").await.is(200).says("That device is signed out");
    lost.get("/me").await.is(401);
    here.get("/me").await.is(200).says("this one").never("action=\"/me/devices\"");

    // The only device is lost: Amina rings Rosa, who makes a code and signs the old one out.
    let form = rosa.get(&format!("/members/{amina}")).await.form(&format!("/members/{amina}/code"));
    let sheet = rosa.send(form, "check").await;
    sheet.is(200).says("Was a phone lost?");
    here.get("/me").await.is(200);
    let file = format!("/me?for={amina}");
    assert!(sheet.links().contains(&file));
    let form = rosa.get(&file).await.form("/me/devices");
    assert_eq!(form.get("for"), amina.to_string());
    rosa.send(form.clone(), "send").await.is(200).says("That device is signed out");
    here.get("/me").await.is(401);
    rosa.get("/me").await.is(200);
    // The code that was made meanwhile opens a new one; the form of the old one does nothing to it.
    let code = sheet.body.split("class=\"bigcode\">").nth(1).unwrap().split('<').next().unwrap();
    let mut new = Browser::new(&served);
    let enter = new.get("/sign-in").await.form("/sign-in").with(&[("code", code)]);
    new.send(enter, "check").await.is(200);
    rosa.send(form.clone(), "send").await.is(200);
    new.get("/me").await.is(200);

    // Nobody else can.
    let bo = trial.admit_named(2, "Bo Lee").await;
    let mut bo = Browser::signed_in(&served, trial.handle(), bo).await;
    let device = rosa.get(&file).await.form("/me/devices");
    let token = bo.get("/me").await.form("/sign-out");
    let stolen = device.with(&[("token", token.get("token"))]);
    bo.send(stolen, "send").await.is(403);
    new.get("/me").await.is(200);
    trial.running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn cookies_are_shut_away_from_scripts_and_other_sites() {
    let trial = Trial::begin("Elm", false).await;
    let served = serve(trial.handle()).await;
    let mut browser = Browser::new(&served);
    let code = PaperCode::from_bytes([8; 16]);
    trial.handle().issue_code(trial.coordinator, code.clone()).await.unwrap();
    let form = browser.get("/sign-in").await.form("/sign-in").with(&[("code", &code.shown())]);
    let opened = browser.press(&form, "check").await;
    assert_eq!(opened.is(303).headers["location"], "/home");
    let cookie = &opened.headers["set-cookie"];
    for part in ["kith_session=", "; HttpOnly", "; SameSite=Lax", "; Path=/", "Max-Age=15552000"] {
        assert!(cookie.contains(part), "{part} is missing in {cookie}");
    }
    let home = browser.get("/home").await;
    let policy = &home.headers["content-security-policy"];
    for part in ["default-src 'none'", "form-action 'self'", "frame-ancestors 'none'"] {
        assert!(policy.contains(part), "{policy}");
    }
    assert_eq!(home.headers["cache-control"], "no-store");
    trial.running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn asking_and_offering_are_looked_at_once_more_and_posted_once() {
    let trial = Trial::begin("Elm", false).await;
    let (amina, joe) = (trial.admit_named(1, "Amina Khan").await, trial.admit_named(2, "Joe Bell").await);
    let served = serve(trial.handle()).await;
    let mut browser = Browser::signed_in(&served, trial.handle(), amina).await;

    let form = browser.get("/ask").await.form("/ask");
    let form =
        form.with(&[("title", "A lift to the clinic"), ("category", "transport"), ("text", "Tuesday.\r\nAn hour.")]);
    let check = browser.send(form, "check").await;
    check.is(200).says("Is this right?").says("A lift to the clinic").says("Lifts").never("Coordinator");
    // Back to the fields, which are as they were left.
    let edit = browser.send(check.form("/ask"), "edit").await;
    assert_eq!(edit.is(200).form("/ask").get("text"), "Tuesday.\nAn hour.");
    let (_, posted) = browser.whole(edit.form("/ask")).await;
    posted.says("People can see it now, and write to you here. A coordinator can help, too.");
    posted.is(200).says("Your ask is on the board.").says("A lift to the clinic").says("Take it down");
    // Sent twice, it stands there once.
    let again = browser.send(check.form("/ask"), "send").await;
    again.says("Your ask is on the board.");
    let me = browser.get("/me").await;
    assert_eq!(me.body.matches("A lift to the clinic").count(), 1, "{}", me.body);

    let form = browser.get("/offer").await.form("/offer").with(&[("title", "I mend bikes"), ("category", "transport")]);
    browser.whole(form).await.1.says("Your offer is on the board.");

    let mut other = Browser::signed_in(&served, trial.handle(), joe).await;
    let home = other.get("/home").await;
    home.says("New on the board").says("A lift to the clinic").says("I mend bikes");
    let found = other.get("/find?q=BIKES").await;
    found.says("I mend bikes").says("Amina").says("Has the words: bikes").never("clinic").never("Khan");
    other.get("/find?kind=needs&category=transport").await.says("A lift to the clinic");
    other.get("/find?q=nothing+like+it").await.says("We found nothing like that.");
    let link = found.links().into_iter().find(|link| link.starts_with("/listing/")).unwrap();
    let page = other.get(&link).await;
    page.is(200).says("I mend bikes").says("We did it: write down the hours").never("Take it down");
    other.get(&format!("{link}/withdraw")).await.is(403);

    let asking = browser.get(&format!("{link}/withdraw")).await;
    browser.send(asking.form(&link), "check").await.says("It is taken down");
    other.get(&link).await.is(404);
    trial.running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_fits_a_member_says_why() {
    let trial = Trial::begin("Elm", false).await;
    let (amina, joe) = (trial.admit_named(1, "Amina Khan").await, trial.admit_named(2, "Joe Bell").await);
    trial.publish(1, joe, Item::Offer(listing("Weeding", "", &[]))).await;
    trial.publish(2, amina, Item::Need(listing("My roses", "", &[]))).await;
    let served = serve(trial.handle()).await;
    let mut browser = Browser::signed_in(&served, trial.handle(), joe).await;
    browser.get("/home").await.says("My roses").says("Fits what you offer: Garden and pets");
    browser.get("/find?kind=needs").await.says("Fits what you offer: Garden and pets");
    trial.running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn hours_are_written_down_confirmed_and_questioned() {
    let trial = Trial::begin("Elm", false).await;
    let (amina, joe) = (trial.admit_named(1, "Amina Khan").await, trial.admit_named(2, "Joe Bell").await);
    trial.admit_named(3, "Joe Barr").await;
    let served = serve(trial.handle()).await;
    let mut browser = Browser::signed_in(&served, trial.handle(), amina).await;

    let form = browser.get("/record").await.form("/record");
    // Two people of that name: she chooses.
    let two = browser.send(form.clone().with(&[("way", "gave"), ("who", "joe")]), "check").await;
    two.is(200).says("Which of them was it?").says("Joe Barr").says("Joe Bell");
    let chosen = two.form("/record").with(&[("member", &joe.to_string())]);
    let hours = browser.send(chosen, "check").await;
    hours.is(200).says("You helped Joe Bell");
    let form = hours.form("/record/hours").with(&[("length", "1:30"), ("note", "Shelves & <b>paint</b>")]);
    let (check, sent) = browser.whole(form).await;
    check.says("1 hour 30 minutes").says("Shelves &#38; &#60;b&#62;paint&#60;/b&#62;");
    sent.says("Waiting for Joe Bell to say yes since today.").says("You need do nothing.");
    // Sent twice, there is one.
    let again = browser.send(check.form("/record/hours"), "send").await;
    assert_eq!(again.path, sent.path);
    browser.get("/home").await.says("This waits for others").says("You helped Joe Bell for 1 hour 30 minutes");

    let mut other = Browser::signed_in(&served, trial.handle(), joe).await;
    let home = other.get("/home").await;
    home.says("This waits for you").says("Look and answer");
    let page = other.get(sent.path.split('?').next().unwrap()).await;
    page.says("Yes, this is right").says("Shelves &#38; &#60;b&#62;");
    let confirm = page.form("/exchange/");
    let done = other.send(confirm.clone(), "check").await;
    done.says("Done. It counts since today.");
    other.send(confirm, "check").await.is(200).says("Done. It counts since today.");
    // Both agreed in their own sessions, and the ledger says so.
    let entry =
        trial.handle().look(|machine, book| book.entry(machine.state().ledger().tree().size() - 1)).await.unwrap();
    let Body::Exchange { giver, receiver, .. } = entry.unwrap().body else { panic!("an exchange") };
    assert_eq!((giver, receiver), (Some(Authority::Session), Some(Authority::Session)));
    other
        .get("/home")
        .await
        .says("You&#39;ve been helped 1 hour 30 minutes. That&#39;s what hours are for.")
        .says("Received: 1 hour 30 minutes.");

    let statement = other.get("/statement").await;
    statement.says("Amina Khan").says("1 hour 30 minutes").says("Shelves");
    let file = other.get("/statement.csv").await;
    assert!(file.headers["content-type"].starts_with("text/csv"), "{:?}", file.headers);
    assert!(file.body.contains("Amina Khan,Shelves & <b>paint</b>,-90,"), "{}", file.body);

    trial.running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_reaches_a_coordinator_who_puts_it_right() {
    let trial = Trial::begin("Elm", false).await;
    let (amina, joe) = (trial.admit_named(1, "Amina Khan").await, trial.admit_named(2, "Joe Bell").await);
    let barr = trial.admit_named(3, "Joe Barr").await;
    let served = serve(trial.handle()).await;
    let mut browser = Browser::signed_in(&served, trial.handle(), amina).await;
    let mut other = Browser::signed_in(&served, trial.handle(), joe).await;
    let form = other.get(&format!("/record/hours?way=received&to=m/{amina}")).await.form("/record/hours");
    let (_, sent) = other.whole(form.with(&[("length", "1:30")])).await;
    let page = other.get(sent.says("Done.").path.split('?').next().unwrap()).await;

    let question = other.get(&format!("{}/question", page.path)).await;
    let form = question.form("/exchange/");
    other.send(form.clone(), "check").await.is(422).says("Choose what is wrong.");
    other.send(form.with(&[("reason", "hours")]), "check").await.says("A coordinator knows");
    let mut rosa = Browser::signed_in(&served, trial.handle(), trial.coordinator).await;
    let today = rosa.get("/today").await;
    today.says("1 question.").says("Joe Bell says: The hours are wrong.");
    let link = today.links().into_iter().find(|link| link.ends_with("/correct")).unwrap();
    let form = rosa.get(&link).await.form("/exchange/");
    rosa.send(form.clone().with(&[("what", "hours"), ("length", "x")]), "check")
        .await
        .is(422)
        .says("Write how long, like");
    let put_right = rosa.send(form.with(&[("what", "hours"), ("length", "1")]), "check").await;
    put_right.says("<p class=\"lead\">It is put right</p><p>Those who took part see it.");
    put_right.says("Put right by Rosa Example. It counts 1 hour now.");
    // Those who took part read who did it, and so do their statements and their files.
    other.get(&page.path).await.says("Put right by Rosa Example. It counts 1 hour now.");
    other
        .get("/statement")
        .await
        .says("<bdi>Amina Khan, written down by Rosa Example</bdi>")
        .says("<bdi>Amina Khan</bdi>");
    other.get("/statement.csv").await.says("Put right,Amina Khan,,30,");
    let form = rosa.get(&link).await.form("/exchange/").with(&[("what", "never")]);
    rosa.send(form, "check").await.says("Put right by Rosa Example. It does not count any more.");
    rosa.get("/today").await.says("No questions.");
    browser.get("/home").await.never("Given: 1 hour.");

    // Nobody else may look.
    let mut barr = Browser::signed_in(&served, trial.handle(), barr).await;
    barr.get(&page.path).await.is(403);
    trial.running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_board_has_first_names_of_people_and_whole_names_of_organisations() {
    let trial = Trial::begin("Elm", false).await;
    let joe = trial.admit_named(2, "Joe Bell").await;
    let clinic = trial.admit_called(3, MemberKind::Organisation, "Rushey Green Clinic").await;
    trial.publish(1, clinic, Item::Offer(listing("A room for your group", "Twelve chairs.", &[]))).await;
    trial.publish(2, joe, Item::Offer(listing("I mend bikes", "Brakes and lights.", &[]))).await;
    let served = serve(trial.handle()).await;
    let mut browser = Browser::signed_in(&served, trial.handle(), joe).await;
    browser.get("/find").await.says("Rushey Green Clinic").says("Joe").never("Joe Bell");
    trial.running.stop().await;
}
