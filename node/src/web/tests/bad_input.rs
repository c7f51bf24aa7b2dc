//! What forms do with input that is missing, too long, of the wrong kind, sent twice, or hostile.

use crate::trial::{Trial, listing};
use crate::web::browser::{Browser, serve};
use kith_protocol::{id::MemberId, shelf::Item};

const SCRIPT: &str = "<script>alert('x')</script>\"><img src=x onerror=alert(1)>";

async fn node() -> (Trial, MemberId, MemberId) {
    let trial = Trial::begin("Elm", false).await;
    let (amina, joe) = (trial.admit_named(1, "Amina Khan").await, trial.admit_named(2, "Joe Bell").await);
    (trial, amina, joe)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_too_long_strange_or_no_choice_is_said_so_and_kept() {
    let (trial, _, joe) = node().await;
    let served = serve(trial.handle()).await;
    let mut rosa = Browser::signed_in(&served, trial.handle(), trial.coordinator).await;
    let hours = format!("/record/hours?way=gave&to=m/{joe}");
    let long = |n: usize| "é".repeat(n);
    let cases: Vec<(&str, &str, &str, String, &str)> = vec![
        ("/ask", "/ask", "title", long(81), "This is too long. Use 80 letters or fewer."),
        ("/ask", "/ask", "text", long(1_001), "Use 1000 letters or fewer."),
        ("/ask", "/ask", "title", "a\u{7}b".into(), "Some letters cannot be shown."),
        ("/ask", "/ask", "title", "x\u{202e}y".into(), "Some letters cannot be shown."),
        ("/ask", "/ask", "category", "money".into(), "Choose one kind of help."),
        ("/record", "/record", "who", "jo".into(), "Write at least three letters of the name."),
        ("/record", "/record", "who", "Nobody Here".into(), "We know nobody called “Nobody Here”."),
        (&hours, "/record/hours", "length", "ages".into(), "Write how long, like 1:30 or 45 min."),
        (&hours, "/record/hours", "length", "0".into(), "Write how long, like 1:30 or 45 min."),
        (&hours, "/record/hours", "day", "2999-01-01".into(), "Choose today or a day before."),
        (&hours, "/record/hours", "day", "yesterday".into(), "Write the day again"),
        (&hours, "/record/hours", "note", long(501), "Use 500 letters or fewer."),
        ("/me/change", "/me/change", "email", "not an address".into(), "Write the whole e-mail address"),
        ("/me/change", "/me/change", "phone", "call me".into(), "Write the whole phone number"),
        ("/members/new", "/members/new", "name", long(81), "Use 80 letters or fewer."),
        ("/partners/invite", "/partners/invite", "ours", "0".into(), "Write a whole number from 1 to 10000."),
        ("/partners/invite", "/partners/invite", "ours", "many".into(), "Write a whole number from 1 to 10000."),
        ("/partners/accept", "/partners/accept", "text", "KITH1:ABC".into(), "This is not a whole invitation."),
        ("/contact", "/contact", "contact", long(121), "Use 120 letters or fewer."),
        ("/sign-in", "/sign-in", "code", "12345".into(), "A code has ten letters and numbers."),
        ("/sign-in", "/sign-in", "code", "BCDFG-HJKMN".into(), "This code was used, or it is too old."),
    ];
    for (path, action, field, value, said) in cases {
        let form = rosa.get(path).await.form(action).with(&[("way", "gave"), ("title", "x"), ("category", "food")]);
        let shown = rosa.send(form.with(&[(field, &value)]), "check").await;
        shown.is(422).says(said).says(&format!("href=\"#{field}\""));
        if field != "category" && field != "day" {
            assert_eq!(shown.form(action).get(field), value, "{path} loses what was written");
        }
    }
    // An exchange longer than the charter allows: a rule's word, in the summary.
    let form = rosa.get(&hours).await.form("/record/hours").with(&[("length", "25:00")]);
    rosa.whole(form).await.1.is(422).says("This is longer than one exchange may be here.");
    trial.running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn scripts_are_shown_as_text_wherever_people_write() {
    let (trial, amina, joe) = node().await;
    let served = serve(trial.handle()).await;
    let mut rosa = Browser::signed_in(&served, trial.handle(), trial.coordinator).await;
    let form = rosa.get("/ask").await.form("/ask");
    let form = form.with(&[("title", "<b>x</b>'\"&"), ("category", "food"), ("text", SCRIPT)]);
    let (check, posted) = rosa.whole(form).await;
    for page in [&check, &posted] {
        page.never("<script>").never("<img").never("<b>x").says("&#60;b&#62;x&#60;/b&#62;&#39;&#34;&#38;");
    }
    let name = "<i>Ada</i> \"Park\"";
    let form = rosa.get("/members/new").await.form("/members/new").with(&[("name", name)]);
    let (_, page) = rosa.whole(form).await;
    page.never("<i>").says("&#60;i&#62;Ada");
    let member = page.path.split('/').nth(2).unwrap().split('?').next().unwrap().to_owned();
    trial.publish(9, joe, Item::Offer(listing(SCRIPT, SCRIPT, &[SCRIPT.get(..30).unwrap()]))).await;
    for path in [
        "/home".to_owned(),
        "/find".to_owned(),
        "/find?q=%3Cscript%3E&kind=%22%3E&after=%3Cb%3E&page=-1".to_owned(),
        "/members".to_owned(),
        "/members?q=%22%3E%3Cscript%3E&page=999999999999".to_owned(),
        format!("/home?for={member}"),
        format!("/me?for={member}"),
        format!("/record?for={member}&who=%3Cscript%3E"),
        "/slips".to_owned(),
        "/paper/directory".to_owned(),
        format!("/statement?for={amina}"),
        "/look?next=%22%3E%3Cscript%3E".to_owned(),
        "/sign-in?code=%22%3E%3Cscript%3E&next=javascript:alert(1)".to_owned(),
    ] {
        rosa.get(&path).await.is(200).never("<script>").never("<img").never("<i>").never("javascript:");
    }
    trial.running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_of_another_site_or_browser_does_nothing() {
    let (trial, amina, _) = node().await;
    let served = serve(trial.handle()).await;
    let mut browser = Browser::signed_in(&served, trial.handle(), amina).await;
    let form = browser.get("/me/change").await.form("/me/change").with(&[("name", "Changed")]);
    let pairs: Vec<String> =
        form.fields.iter().map(|(name, value)| format!("{name}={}", crate::web::visit::escaped(value))).collect();
    let body = || Some(pairs.join("&"));
    for headers in [
        [("sec-fetch-site", "cross-site")],
        [("sec-fetch-site", "same-site")],
        [("origin", "http://evil.example")],
        [("origin", "null")],
    ] {
        browser.ask("/me/change", body(), &headers).await.is(403).says("This came from another site");
    }
    // The token of another session, or none.
    for token in ["", "0123456789abcdef0123456789abcdef"] {
        let stale = browser.send(form.clone().with(&[("token", token)]), "check").await;
        stale.is(403).says("Please open this page again");
    }
    browser.get("/me").await.says("Amina Khan").never("Changed");
    let origin = served.base().to_owned();
    browser.ask("/me/change", body(), &[("origin", &origin)]).await.is(303);
    browser.get("/me").await.says("Changed");
    trial.running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_ended_leads_back_to_the_half_filled_form() {
    let (trial, amina, _) = node().await;
    let served = serve(trial.handle()).await;
    let mut browser = Browser::signed_in(&served, trial.handle(), amina).await;
    let form = browser.get("/ask").await.form("/ask");
    let form = form.with(&[("title", "A lift & <more>"), ("category", "transport"), ("text", "One\nTwo")]);
    trial.handle().end_sessions(amina, None).await.unwrap();
    let door = browser.send(form, "check").await;
    door.is(401).says("We keep what you wrote.");
    let code = crate::runtime::desk::PaperCode::from_bytes([5; 16]);
    trial.handle().issue_code(amina, code.clone()).await.unwrap();
    // A mistyped code loses nothing either.
    let again = browser.send(door.form("/sign-in").with(&[("code", "BCDFG-HJKMN")]), "check").await;
    let inside = browser.send(again.is(422).form("/sign-in").with(&[("code", &code.shown())]), "check").await;
    inside.is(200).says("What you wrote is still here.");
    let back = browser.send(inside.form("/ask"), "edit").await;
    let form = back.is(200).form("/ask");
    assert_eq!(
        (form.get("title"), form.get("category"), form.get("text")),
        ("A lift & <more>", "transport", "One\nTwo")
    );
    browser.whole(form).await.1.says("Your ask is on the board.");
    trial.running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn bodies_that_are_no_forms_are_refused_in_words() {
    let (trial, amina, _) = node().await;
    let served = serve(trial.handle()).await;
    let mut browser = Browser::signed_in(&served, trial.handle(), amina).await;
    let form = browser.get("/ask").await.form("/ask");
    let large = browser.send(form.clone().with(&[("text", &"x".repeat(70_000))]), "check").await;
    large.is(413).says("This is too much at once");
    let many: Vec<(String, String)> = (0..500).map(|n| (format!("f{n}"), "x".to_owned())).collect();
    let mut form = form;
    form.fields.extend(many);
    browser.send(form.clone(), "check").await.is(413);
    // Sent again with other words under the same id: nothing new happens.
    let form = browser.get("/ask").await.form("/ask").with(&[("title", "One"), ("category", "food")]);
    let (check, posted) = browser.whole(form).await;
    posted.is(200);
    let other = check.form("/ask").with(&[("title", "Two")]);
    browser.send(other, "send").await.is(422).says("This was sent before with other words.");
    browser.get("/me").await.says("One").never("Two");
    for path in [
        "/exchange/x",
        "/exchange/01JD8Z3M5T8Q6V0N4R7K2X9C1B",
        "/listing/x/y",
        "/done/x",
        "/record/hours",
        "/statement?before=x",
    ] {
        browser.get(path).await.is(404).says("We cannot find this page");
    }
    trial.running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn guessing_codes_is_stopped_for_a_while() {
    let (trial, _, _) = node().await;
    let served = serve(trial.handle()).await;
    let mut browser = Browser::new(&served);
    let form = browser.get("/sign-in").await.form("/sign-in").with(&[("code", "BCDFG-HJKMN")]);
    for _ in 0..30 {
        browser.send(form.clone(), "check").await.is(422).says("This code was used, or it is too old.");
    }
    browser.send(form, "check").await.is(422).says("Too many tries. Please wait ten minutes.");
    trial.running.stop().await;
}
