//! What is kept when something comes between: a session that ended, a file that is too large, a wrong address.

use crate::{
    runtime::desk::PaperCode,
    trial::{Trial, listing},
    web::browser::{Browser, Shown, serve},
};
use kith_protocol::{
    id::{MemberId, RecordKey},
    shelf::Item,
};

/// A code for a member, to be typed.
async fn code(trial: &Trial, member: MemberId) -> String {
    let code = PaperCode::from_bytes(crate::runtime::home::random().unwrap());
    trial.handle().issue_code(member, code.clone()).await.unwrap();
    code.shown()
}

/// Signs in on a page that asks for it, and goes on with the form that was kept.
async fn go_on(browser: &mut Browser, door: &Shown, code: &str, action: &str) -> Shown {
    let inside = browser.send(door.form("/sign-in").with(&[("code", code)]), "check").await;
    inside.is(200).says("What you wrote is still here.");
    browser.send(inside.form(action), "edit").await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_too_large_leads_back_to_its_form() {
    let trial = Trial::begin("Elm", false).await;
    let served = serve(trial.handle()).await;
    let ada = trial.admit_named(1, "Ada Park").await;
    trial.publish(7, ada, Item::Offer(listing("Sewing", "Any day", &[]))).await;
    let page = format!("/listing/{}/{}/picture", trial.handle().community(), RecordKey([7; 16]));
    let mut ada_sees = Browser::signed_in(&served, trial.handle(), ada).await;
    let form = ada_sees.get(&page).await.form(&page);
    // Larger than a photo may be, and larger than anything that is read here.
    for bytes in [crate::picture::MAX_SENT_BYTES + 1, crate::web::member::PICTURE_BYTES + 1] {
        let shown = ada_sees.upload(form.clone(), &[("picture", vec![0; bytes].as_slice())]).await;
        shown.is(422).says("Please mend this first").says("<a href=\"#picture\">This photo is too large.");
        shown.says("id=\"picture-error\"");
    }
    assert!(trial.handle().picture(RecordKey([7; 16])).await.unwrap().is_none());

    let mut rosa = Browser::signed_in(&served, trial.handle(), trial.coordinator).await;
    let form = rosa.get("/slips/scan").await.form("/slips/scan");
    let large = vec![0; crate::picture::MAX_SENT_BYTES + 1];
    // As browsers do: the code stands below the photo, and comes after it.
    let shown = rosa.upload_before(form, &[("photo", large.as_slice())], &[("code", "0104 0G2")]).await;
    shown.is(422).says("<a href=\"#photo\">This photo is too large.");
    assert_eq!(shown.form("/slips/scan").get("code"), "0104 0G2");

    let form = rosa.get("/import/timeoverflow").await.form("/import/timeoverflow").with(&[("hour", "1800")]);
    let large = vec![b'x'; crate::web::desk::MAX_IMPORT_BYTES + 1];
    let shown = rosa.upload_before(form, &[("people", large.as_slice())], &[("hour", "1800")]).await;
    shown.is(422).says("<a href=\"#people\">This file is too large.");
    assert_eq!(shown.form("/import/timeoverflow").get("hour"), "1800");
    trial.running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_with_a_file_survives_signing_in_again_without_it() {
    let trial = Trial::begin("Elm", false).await;
    let served = serve(trial.handle()).await;
    let ada = trial.admit_named(1, "Ada Park").await;
    trial.publish(7, ada, Item::Offer(listing("Sewing", "Any day", &[]))).await;
    let page = format!("/listing/{}/{}/picture", trial.handle().community(), RecordKey([7; 16]));
    let mut ada_sees = Browser::signed_in(&served, trial.handle(), ada).await;
    let form = ada_sees.get(&page).await.form(&page);
    trial.handle().end_sessions(ada, None).await.unwrap();
    let photo = super::looking_after::photo();
    let door = ada_sees.upload(form, &[("picture", photo.as_slice())]).await;
    door.is(401).says("We keep what you wrote.").says("Your file was not kept.");
    let back = go_on(&mut ada_sees, &door, &code(&trial, ada).await, &page).await;
    back.is(200).says("Your file was not kept. Please choose it again.").never("Please mend this first");
    let shown = ada_sees.upload(back.form(&page), &[("picture", photo.as_slice())]).await;
    shown.is(200).says("class=\"photo\"");

    let mut rosa = Browser::signed_in(&served, trial.handle(), trial.coordinator).await;
    for (path, file, (name, value)) in
        [("/slips/scan", "photo", ("code", "0104 0G2")), ("/import/ces", "people", ("hour", "1800"))]
    {
        let form = rosa.get(path).await.form(path).with(&[(name, value)]);
        trial.handle().end_sessions(trial.coordinator, None).await.unwrap();
        let door = rosa.upload(form, &[(file, b"a file")]).await;
        door.is(401).says("Your file was not kept.");
        let back = go_on(&mut rosa, &door, &code(&trial, trial.coordinator).await, path).await;
        back.is(200).says("Please choose it again.").never("Please mend this first");
        assert_eq!(back.form(path).get(name), value);
    }
    trial.running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_writes_far_too_much_loses_nothing_of_it() {
    let trial = Trial::begin("Elm", false).await;
    let served = serve(trial.handle()).await;
    let ada = trial.admit_named(1, "Ada Park").await;
    let mut ada_sees = Browser::signed_in(&served, trial.handle(), ada).await;
    let long = "ŵ".repeat(20_000);
    let form = ada_sees.get("/ask").await.form("/ask").with(&[("title", "A lift"), ("text", &long)]);
    let shown = ada_sees.send(form.clone(), "check").await;
    shown.is(422).says("Use 1000 letters or fewer.");
    assert_eq!(shown.form("/ask").get("text"), long);
    trial.handle().end_sessions(ada, None).await.unwrap();
    let door = ada_sees.send(form, "check").await;
    let back = go_on(&mut ada_sees, door.is(401), &code(&trial, ada).await, "/ask").await;
    assert_eq!(back.is(200).form("/ask").get("text"), long);
    trial.running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_by_mail_can_be_asked_for_wherever_somebody_signs_in() {
    let trial = Trial::begin("Elm", false).await;
    let served = serve(trial.handle()).await;
    let ada = trial.admit_named(1, "Ada Park").await;
    let mut ada_sees = Browser::signed_in(&served, trial.handle(), ada).await;
    let form = ada_sees.get("/ask").await.form("/ask").with(&[("title", "A lift")]);
    trial.handle().end_sessions(ada, None).await.unwrap();
    ada_sees.get("/home").await.is(401).never("by e-mail");
    trial.handle().set_mail(true);
    let way = "formaction=\"/sign-in/email\">Send me a code by e-mail";
    ada_sees.get("/home").await.is(401).says(way);
    let door = ada_sees.send(form, "check").await;
    let typed = ada_sees.send(door.is(401).says(way).form("/sign-in").with(&[("code", "BCDFG-HJKMN")]), "check").await;
    typed.is(422).says(way);
    // By that way, too, everything is kept.
    let pressed = crate::web::browser::Form { action: "/sign-in/email".into(), ..typed.form("/sign-in") };
    let asks = ada_sees.send(pressed, "edit").await;
    asks.is(200).says("Your e-mail address").never("Please mend this first");
    let bad = ada_sees.send(asks.form("/sign-in/email").with(&[("email", "ada")]), "check").await;
    let other = crate::web::browser::Form { action: "/sign-in".into(), ..bad.is(422).form("/sign-in/email") };
    ada_sees.send(other, "edit").await.is(200).says("Your code").never("Please mend this first");
    let asked = ada_sees.send(bad.form("/sign-in/email").with(&[("email", "ada@example.org")]), "check").await;
    asked.is(200).says("Look into your mail").says("If we know this address");
    let back = go_on(&mut ada_sees, &asked, &code(&trial, ada).await, "/ask").await;
    assert_eq!(back.form("/ask").get("title"), "A lift");
    trial.running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_address_is_told_in_the_visitors_own_page() {
    let trial = Trial::begin("Elm", false).await;
    let served = serve(trial.handle()).await;
    let ada = trial.admit_named(1, "Ada Park").await;
    let mut ada_sees = Browser::signed_in(&served, trial.handle(), ada).await;
    let form = ada_sees.get("/look").await.form("/look").with(&[("language", "es"), ("text", "large")]);
    ada_sees.send(form, "check").await.is(200).says("Su elección está guardada").says("Este aparato la recuerda.");
    let lost = ada_sees.get("/no/such/page").await;
    lost.is(404).says("No encontramos esta página").says("lang=\"es\" class=\"large\"").says("href=\"/find\"");
    lost.says("action=\"/sign-out\"").says("dir=\"auto\">Elm</a>");
    Browser::new(&served).get("/no/such/page").await.is(404).never("action=\"/sign-out\"").says("href=\"/sign-in\"");
    trial.running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_button_is_pressed_again_after_signing_in_again() {
    let trial = Trial::begin("Elm", false).await;
    let served = serve(trial.handle()).await;
    let (ada, bo) = (trial.admit_named(1, "Ada Park").await, trial.admit_named(2, "Bo Lee").await);
    trial.publish(7, ada, Item::Offer(listing("Sewing", "Any day", &[]))).await;
    let offer = format!("/listing/{}/{}/withdraw", trial.handle().community(), RecordKey([7; 16]));
    let mut rosa = Browser::signed_in(&served, trial.handle(), trial.coordinator).await;
    let circle = super::circles::circle(&mut rosa, "Elm Row", &["Ada Park"], "Bo Lee").await;
    let mut bo_sees = Browser::signed_in(&served, trial.handle(), bo).await;
    let hours = bo_sees.get(&format!("/record/hours?way=gave&to=m/{ada}")).await.form("/record/hours");
    let waits = bo_sees.whole(hours.with(&[("length", "1")])).await.1.path;
    let exchange = waits.split('?').next().unwrap();
    let (confirm, decline) = (format!("{exchange}/confirm"), format!("{exchange}/decline"));
    let mut ada_sees = Browser::signed_in(&served, trial.handle(), ada).await;
    for (page, action, button, done) in [
        (decline.as_str(), decline.as_str(), "It does not count", None),
        (exchange, &confirm, "Yes, this is right", Some("Done. It counts since today.")),
        (&circle, &format!("{circle}/leave"), "Leave this circle", Some("You are out of the circle")),
        (&offer, &offer, "Take it down", Some("It is taken down")),
    ] {
        let form = ada_sees.get(page).await.says(button).form(action);
        trial.handle().end_sessions(ada, None).await.unwrap();
        let door = ada_sees.send(form, "send").await;
        door.is(401).says("Sign in to go on. Nothing was done so far.").never("We keep what you wrote.");
        let code = code(&trial, ada).await;
        let back = ada_sees.send(door.form("/sign-in").with(&[("code", &code)]), "check").await;
        // The page is there again with its button, which does what it says when it is pressed.
        back.is(200).says("You are signed in").says("Nothing was done so far.").says(button);
        assert_eq!(back.path, format!("{page}?news=signed-in"));
        if let Some(done) = done {
            ada_sees.send(back.form(action), "send").await.is(200).says(done).never("Nothing was done so far.");
        }
    }
    // Nobody signs in to sign out.
    let out = ada_sees.get("/home").await.form("/sign-out");
    trial.handle().end_sessions(ada, None).await.unwrap();
    assert_eq!(ada_sees.send(out, "send").await.is(200).path, "/done/out");
    trial.running.stop().await;
}

#[test]
fn a_form_with_nothing_to_fill_in_names_its_page() {
    let templates = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("templates");
    let mut buttons = 0;
    for entry in std::fs::read_dir(templates).unwrap() {
        let path = entry.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        for form in text.split("<form method=\"post\"").skip(1) {
            let form = form.split("</form>").next().unwrap();
            // Signing out, what scripts send, and what was filled in before and is changed with a button beside it.
            let other = ["/sign-out", "data-passkey", "data-make", "value=\"edit\"", "/setup/"];
            let filled = ["parts::one", "<label"].iter().any(|field| form.contains(field));
            if filled && !form.contains("confirm-button") || other.iter().any(|mark| form.contains(mark)) {
                continue;
            }
            assert!(form.contains("here() %}"), "{}: {form}", path.display());
            buttons += 1;
        }
    }
    assert!(buttons >= 7, "{buttons}");
}
