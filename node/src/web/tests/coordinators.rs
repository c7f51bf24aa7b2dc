//! What coordinators do.

use crate::web::{
    browser::{Browser, Form, serve, serve_site},
    qr::Square,
    words::date_of,
};
use crate::{
    runtime::{
        clock,
        desk::PaperCode,
        office::{Paper, Pending},
    },
    trial::Trial,
};
use kith_protocol::{
    id::{ExchangeId, MemberId},
    ledger::{Authority, Body, Channel, ExchangeTerms, History as _},
    machine::Command,
    minutes::Minutes,
};

async fn entries(trial: &Trial) -> u64 {
    trial.handle().look(|machine, _| machine.state().ledger().tree().size()).await.unwrap()
}

async fn last(trial: &Trial) -> Body {
    let entry =
        trial.handle().look(|machine, book| book.entry(machine.state().ledger().tree().size() - 1)).await.unwrap();
    entry.unwrap().body
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_is_added_and_comes_in_with_a_code() {
    let trial = Trial::begin("Elm", false).await;
    let served = serve(trial.handle()).await;
    let mut rosa = Browser::signed_in(&served, trial.handle(), trial.coordinator).await;
    rosa.get("/today").await.says("What needs doing today").says("1 member.").says("Nothing needs doing");
    let form = rosa.get("/members/new").await.form("/members/new");
    let form = form.with(&[("name", "Ada Park"), ("phone", "020 7946 0001")]);
    let (check, page) = rosa.whole(form).await;
    check.says("Ada Park").says("020 7946 0001");
    page.says("They are a member now.").says("Ada Park");
    let again = rosa.send(check.form("/members/new"), "send").await;
    assert_eq!(again.path, page.path);
    rosa.get("/members?q=ADA").await.says("Ada Park").says("1 person");
    rosa.get("/members?q=nobody").await.says("Nobody found");
    let form = rosa.get("/members/new").await.form("/members/new").with(&[("name", "ada  park")]);
    rosa.send(form, "check").await.says("There is somebody with this name already.");

    let sheet = rosa.send(page.form("/members/"), "check").await;
    let code = sheet.body.split("class=\"bigcode\">").nth(1).unwrap().split('<').next().unwrap().to_owned();
    assert!(PaperCode::parse(&code).is_some(), "{code}");
    sheet.says("Sign-in code for Ada Park").says("It is good once");
    // Ada's phone would open itself.
    sheet.never("<svg").says("works on this computer only").says("Go to <b>http://127.0.0.1");
    // Pressed twice, it is the same code.
    rosa.send(page.form("/members/"), "check").await.says(&code);
    let mut ada = Browser::new(&served);
    let form = ada.get("/sign-in").await.form("/sign-in").with(&[("code", &code.to_lowercase())]);
    ada.send(form, "check").await.says("Ada.</h1>");
    ada.get("/members").await.is(403).says("This page is not for you");
    ada.get("/today").await.is(403);

    let form = rosa.get(&format!("{}/role", page.path.split('?').next().unwrap())).await.form("/members/");
    assert_eq!(form.get("role"), "member");
    rosa.send(form.with(&[("role", "coordinator")]), "check").await.says("The role is changed");
    ada.get("/today").await.is(200);
    trial.running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_coordinator_cannot_go() {
    let trial = Trial::begin("Elm", false).await;
    let served = serve(trial.handle()).await;
    let mut rosa = Browser::signed_in(&served, trial.handle(), trial.coordinator).await;
    let form = rosa.get(&format!("/members/{}/role", trial.coordinator)).await.form("/members/");
    let refused = rosa.send(form.with(&[("role", "member")]), "check").await;
    refused.is(422).says("One coordinator must stay.");
    let form = rosa.get("/leave").await.form("/leave").with(&[("name", "keep")]);
    let (_, refused) = rosa.whole(form).await;
    refused.is(422).says("One coordinator must stay.");
    rosa.get("/today").await.is(200);
    trial.running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_done_for_somebody_shows_both_names() {
    let trial = Trial::begin("Elm", false).await;
    let (amina, joe) = (trial.admit_named(1, "Amina Khan").await, trial.admit_named(2, "Joe Bell").await);
    let served = serve(trial.handle()).await;
    let mut rosa = Browser::signed_in(&served, trial.handle(), trial.coordinator).await;
    let both = "For Amina Khan, written down by Rosa Example.";
    for path in ["/home", "/ask", "/offer", "/record", "/statement", "/me", "/leave"] {
        rosa.get(&format!("{path}?for={amina}")).await.is(200).says(both);
    }
    let hours = rosa.get(&format!("/record/hours?way=received&to=m/{joe}&for={amina}")).await;
    let form = hours.says(both).form("/record/hours").with(&[("length", "45 min"), ("channel", "phone")]);
    let (check, sent) = rosa.whole(form).await;
    check.says(both).says("By phone");
    sent.says("Done. It counts since today.");
    let Body::Exchange { receiver, giver, .. } = last(&trial).await else { panic!("an exchange") };
    assert_eq!(receiver, Some(Authority::OnBehalf { coordinator: trial.coordinator, channel: Channel::Phone }));
    assert_eq!(giver, None);
    // Whoever took part sees who spoke for the other, and whoever sees the offer who put it up.
    let mut joe_sees = Browser::signed_in(&served, trial.handle(), joe).await;
    let page = sent.path.split('?').next().unwrap().to_owned();
    joe_sees.get(&page).await.says("By phone, through Rosa Example");
    let form = rosa.get(&format!("/offer?for={amina}")).await.form("/offer");
    let (_, posted) = rosa.whole(form.with(&[("title", "Samosas"), ("category", "food")])).await;
    posted.says("Amina, through Rosa");
    joe_sees.get(posted.path.split('?').next().unwrap()).await.says("Amina, through Rosa");
    joe_sees.get("/find").await.says("Amina, through Rosa");
    let form = joe_sees.get("/offer").await.form("/offer");
    joe_sees.whole(form.with(&[("title", "Walks"), ("category", "food")])).await.1.never("through");

    // Nobody else acts for others.
    let mut joe = Browser::signed_in(&served, trial.handle(), joe).await;
    for path in ["/home", "/statement", "/me"] {
        joe.get(&format!("{path}?for={amina}")).await.is(403).never("Amina Khan");
    }
    let form = joe.get("/ask").await.form("/ask");
    let form = form.with(&[("title", "x"), ("category", "food"), ("for", &amina.to_string())]);
    joe.send(form, "check").await.is(403);
    trial.running.stop().await;
}

fn row(form: Form, n: usize, values: [&str; 3]) -> Form {
    let names = ["giver", "receiver", "hours"].map(|field| format!("{field}-{n}"));
    let pairs: Vec<(&str, &str)> = names.iter().map(String::as_str).zip(values).collect();
    form.with(&pairs)
}

#[tokio::test(flavor = "multi_thread")]
async fn twenty_slips_are_checked_recorded_once_and_taken_back() {
    let trial = Trial::begin("Elm", false).await;
    for n in 1..=20 {
        trial.admit_named(n, &format!("Person{} Number", char::from(b'A' + n))).await;
    }
    let served = serve(trial.handle()).await;
    let mut rosa = Browser::signed_in(&served, trial.handle(), trial.coordinator).await;
    let grid = rosa.get("/slips").await;
    grid.is(200).says("<datalist id=\"people\">").says("PersonB Number");
    let mut form = grid.form("/slips");
    for n in 1..=20_u8 {
        let (giver, receiver) =
            (format!("person{}", char::from(b'a' + n)), format!("PERSON{} num", char::from(b'A' + n % 20 + 1)));
        form = row(form, usize::from(n), [&giver, &receiver, "1:30"]);
    }
    let before = entries(&trial).await;
    let check = rosa.send(form.clone(), "check").await;
    check.is(200).says("20 slips.").says("30 hours.");
    assert_eq!(entries(&trial).await, before);
    let kept = rosa.send(check.form("/slips"), "send").await;
    kept.is(200).says("20 slips are written down.").says("Take these back").says("by Rosa Example");
    kept.says("Until tomorrow you can take them back below.");
    assert_eq!(entries(&trial).await, before + 20);
    let again = rosa.send(check.form("/slips"), "send").await;
    again.says("20 slips are written down.");
    assert_eq!(entries(&trial).await, before + 20);

    // The same pad once more looks like doubles, every line of it.
    let form = row(rosa.get("/slips").await.form("/slips"), 1, ["personb", "personc", "90 min"]);
    let double = rosa.send(form, "check").await;
    double.is(422).says("This looks like one written down today.").says("It is another one");
    let meant = double.form("/slips").with(&[("anyway-1", "yes")]);
    rosa.send(meant, "check").await.is(200).says("1 slip.");

    let undone = rosa.send(again.form("/slips/undo"), "check").await;
    undone.says("20 slips are taken back.").never("Take these back").says("Those hours count no more.");
    assert_eq!(entries(&trial).await, before + 40);
    rosa.send(again.form("/slips/undo"), "check").await.says("Nothing was left to take back.").never("count no more");
    assert_eq!(entries(&trial).await, before + 40);
    let balances = trial.handle().look(|machine, _| {
        machine.state().ledger().members().values().map(|member| member.balance.get()).collect::<Vec<_>>()
    });
    assert!(balances.await.unwrap().into_iter().all(|balance| balance == 0));
    trial.running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_double_is_found_behind_a_busy_week() {
    let trial = Trial::begin("Elm", false).await;
    let (ann, bo) = (trial.admit_named(1, "Ann Lee").await, trial.admit_named(2, "Bo Ray").await);
    // More than a page of the statement came after the one that is written twice.
    for n in 1..=230_u16 {
        let minutes = Minutes::new(if n == 1 { 90 } else { 1 }).unwrap();
        let mut exchange = [7; 16];
        exchange[..2].copy_from_slice(&n.to_be_bytes());
        let (community, exchange) = (trial.handle().community(), ExchangeId(exchange));
        let (giver, receiver, made_at) = (ann, bo, clock::now());
        let terms = ExchangeTerms { community, exchange, giver, receiver, minutes, made_at, details: None };
        trial.handle().agreed(None, terms, vec![trial.word(), trial.word()], Command::Exchange).await.unwrap();
    }
    let served = serve(trial.handle()).await;
    let mut rosa = Browser::signed_in(&served, trial.handle(), trial.coordinator).await;
    let form = row(rosa.get("/slips").await.form("/slips"), 1, ["ann", "bo", "1:30"]);
    rosa.send(form, "check").await.is(422).says("This looks like one written down today.");
    let form = row(rosa.get("/slips").await.form("/slips"), 1, ["ann", "bo", "1:31"]);
    rosa.send(form, "check").await.is(200);
    trial.running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slip_is_a_double_of_what_waits_for_a_yes() {
    let trial = Trial::begin("Elm", false).await;
    let (ann, bo) = (trial.admit_named(1, "Ann Lee").await, trial.admit_named(2, "Bo Ray").await);
    let terms = ExchangeTerms {
        community: trial.running.home.identity.community,
        exchange: ExchangeId([1; 16]),
        giver: ann,
        receiver: bo,
        minutes: Minutes::new(90).unwrap(),
        made_at: clock::now(),
        details: None,
    };
    trial.handle().agreed(None, terms, vec![trial.word(), None], Command::Exchange).await.unwrap();
    let served = serve(trial.handle()).await;
    let mut rosa = Browser::signed_in(&served, trial.handle(), trial.coordinator).await;
    let form = row(rosa.get("/slips").await.form("/slips"), 1, ["ann", "bo", "1:30"]);
    let double = rosa.send(form, "check").await;
    double.is(422).says("This looks like one that waits for a yes since today.").says("It is another one");
    let meant = double.form("/slips").with(&[("anyway-1", "yes")]);
    rosa.send(meant, "check").await.is(200).says("1 slip.");
    // What another day took another time is no double.
    let form = row(rosa.get("/slips").await.form("/slips"), 1, ["ann", "bo", "1:45"]);
    rosa.send(form, "check").await.is(200);
    // Of somebody new, it waits for a coordinator's look.
    let at = clock::now();
    let pending = Pending {
        giver: bo,
        receiver: ann,
        minutes: Minutes::new(45).unwrap(),
        made_at: at,
        note: String::new(),
        by: bo,
        at,
        signed: None,
    };
    trial.handle().keep_paper([9; 16], Paper::Pending(pending)).await.unwrap();
    let form = row(rosa.get("/slips").await.form("/slips"), 1, ["bo", "ann", "45 min"]);
    rosa.send(form, "check").await.is(422).says("This looks like one that waits for a yes");
    trial.running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_slip_says_what_to_mend_and_keeps_the_others() {
    let trial = Trial::begin("Elm", false).await;
    for (n, name) in [(1, "Ann Lee"), (2, "Ann Low"), (3, "Bo Ray")] {
        trial.admit_named(n, name).await;
    }
    let served = serve(trial.handle()).await;
    let mut rosa = Browser::signed_in(&served, trial.handle(), trial.coordinator).await;
    let form = rosa.get("/slips").await.form("/slips");
    rosa.send(form.clone(), "check").await.is(422).says("No slip is filled in.");
    let mut form = form;
    for (n, values) in [
        (1, ["ann", "bo", "1"]),
        (2, ["zed", "bo", "1"]),
        (3, ["bo", "bo", "1"]),
        (4, ["ann lee", "bo", "a while"]),
        (5, ["", "bo", "1"]),
        (6, ["ann lee", "<script>alert(1)</script>", "1"]),
        (7, ["ann lee", "bo", "2"]),
        (8, ["ann lee", "bo", "2"]),
    ] {
        form = row(form, n, values);
    }
    let form = form.with(&[("day-7", "2999-01-01")]);
    let before = entries(&trial).await;
    let shown = rosa.send(form, "check").await;
    shown.is(422).never("<script>");
    for said in [
        "1: This fits several people.",
        "2: We know nobody called “zed”.",
        "3: These are the same person.",
        "4: Write how long, like 1:30 or 45 min.",
        "5: Write a name.",
        "7: Choose today or a day before.",
        "href=\"#giver-1\"",
        "id=\"hours-4-error\"",
    ] {
        shown.says(said);
    }
    assert_eq!(shown.form("/slips").get("giver-8"), "ann lee");
    assert_eq!(entries(&trial).await, before);

    // A rule refuses one of two: the other is written down, and the one comes back.
    let mut form = rosa.get("/slips").await.form("/slips");
    form = row(form, 1, ["ann lee", "bo", "2"]);
    form = row(form, 2, ["ann low", "bo", "24 hours"]);
    form = row(form, 3, ["ann lee", "bo", "23 hours"]);
    let check = rosa.send(form, "check").await;
    let mixed = rosa.send(check.is(200).form("/slips"), "send").await;
    mixed.is(422).says("2 slips are written down.").says("further below zero than our charter allows");
    assert_eq!((mixed.form("/slips").get("giver-1"), mixed.form("/slips").get("giver-2")), ("ann lee", ""));
    trial.running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn paper_can_be_printed() {
    let trial = Trial::begin("Elm", false).await;
    let amina = trial.admit_named(1, "Amina <Khan>").await;
    let served = serve(trial.handle()).await;
    let mut rosa = Browser::signed_in(&served, trial.handle(), trial.coordinator).await;
    rosa.get("/paper").await.says("Paper slips");
    let slips = rosa.get(&format!("/paper/slips?giver={amina}")).await;
    slips.says("Amina &#60;Khan&#62;");
    assert_eq!(slips.body.matches("<article").count(), 8);
    // Four of A6 are a sheet of A4, which all printers take; as A5 it is two.
    let style = rosa.get("/static/kith.css").await;
    style
        .says("@page slips { size: A4; margin: 0; }")
        .says("width: 105mm;")
        .says("min-height: 148mm;")
        .says("page: slips;");
    slips.says("<div class=\"slips\">");
    rosa.get("/paper/directory").await.says("Amina &#60;Khan&#62;").says("Rosa Example");
    // A phone number is printed when its owner says so, or a coordinator to whom they said it, and not before.
    let change = format!("/me/change?for={amina}");
    let form = rosa.get(&change).await.form("/me/change");
    assert_eq!(form.get("directory"), "");
    let form = form.with(&[("phone", "020 7946 0123")]);
    rosa.send(form, "check").await.says("saved");
    rosa.get("/paper/directory").await.never("020 7946 0123");
    let form = rosa.get(&change).await.form("/me/change").with(&[("directory", "yes")]);
    rosa.send(form, "check").await.says("saved");
    rosa.get("/paper/directory").await.says("020 7946 0123");
    let form = rosa.get(&change).await.form("/me/change");
    assert_eq!(form.get("directory"), "yes");
    let mut form = form;
    form.fields.retain(|(name, _)| name != "directory");
    rosa.send(form, "check").await.says("saved");
    rosa.get("/paper/directory").await.never("020 7946 0123");
    rosa.get(&format!("/slips?giver={amina}")).await.says("value=\"Amina &#60;Khan&#62;\"");
    let form = rosa.get("/contact").await.form("/contact").with(&[("contact", "Ring Rosa, 020 7946 0000")]);
    rosa.send(form, "check").await.says("It stands on every page now");
    rosa.get("/find").await.says("<bdi>Ring Rosa, 020 7946 0000</bdi>");
    // The public page is made anew within a second or so.
    served.get_until("/community", "Ring Rosa, 020 7946 0000").await;
    for path in ["/paper/slips?giver=x", "/members/x", &format!("/members/{}", MemberId([9; 16]))] {
        rosa.get(path).await.is(404);
    }
    trial.running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn everybodys_statements_of_a_month_are_printed_whole() {
    let trial = Trial::begin("Elm", false).await;
    let (ann, bo) = (trial.admit_named(1, "Ann Lee").await, trial.admit_named(2, "Bo Ray").await);
    trial.admit_named(3, "Cy Old").await;
    // More than the statement on the screen has on a page.
    for n in 1..=60 {
        super::exchange_as(n, &trial, ann, bo, 1).await;
    }
    let served = serve(trial.handle()).await;
    let mut rosa = Browser::signed_in(&served, trial.handle(), trial.coordinator).await;
    rosa.get("/paper").await.says("href=\"/paper/statements\"");
    let month = date_of(clock::now()).strftime("%Y-%m").to_string();
    let sheets = rosa.get(&format!("/paper/statements?month={month}")).await;
    // Each is a sheet, and a sheet begins on a page of its own.
    assert_eq!(sheets.body.matches("<section class=\"wide sheet\">").count(), 4);
    assert_eq!(sheets.body.matches(", <bdi>Bo Ray, written down by Rosa Example</bdi>").count(), 60);
    assert_eq!(sheets.body.matches(", <bdi>Ann Lee, written down by Rosa Example</bdi>").count(), 60);
    sheets.says("Given: 1 hour. Received: 0 hours.").says("Given: 0 hours. Received: 1 hour.").says("Cy Old");
    let style = rosa.get("/static/kith.css").await;
    style.says(".sheet + .sheet { break-before: page;");
    // Paper is narrower than a screen, and a table stays a table on it.
    style.says("@media screen and (max-width: 899px)").never("@media (max-width: 899px)");
    // A page is a hundred people in the order of their names, and says which.
    for n in 10..110 {
        trial.admit_named(n, &format!("Zed {n}")).await;
    }
    let second = rosa.get(&format!("/paper/statements?month={month}&page=1")).await;
    second.says("Members 101 to 104 of 104.").says("Zed 99").never("Ann Lee").never("Next page");
    rosa.get(&format!("/paper/statements?month={month}")).await.says("Ann Lee").says("Next page").never("Zed 99");
    rosa.get(&format!("/paper/statements?month={month}&page=9")).await.is(200);
    rosa.get("/paper/statements").await.says("Nobody has anything in this month.").says("The month after");
    // There is no end to months, but a beginning to a community.
    rosa.get("/paper/statements").await.never("The month before");
    rosa.get("/paper/statements?month=x").await.is(404);
    let mut ann_sees = Browser::signed_in(&served, trial.handle(), ann).await;
    ann_sees.get("/paper/statements").await.is(403);
    trial.running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn squares_on_paper_lead_to_the_address_that_people_have() {
    let trial = Trial::begin("Elm", false).await;
    let ada = trial.admit_named(1, "Ada Park").await;
    let paper = ["/paper/slips", "/paper/attendance"];
    let served = serve(trial.handle()).await;
    let mut rosa = Browser::signed_in(&served, trial.handle(), trial.coordinator).await;
    // On the computer of the community, by its name for itself: a photo of slips is read all the same.
    rosa.get(paper[0]).await.says("work for photos only").says("under [http]").says("<svg class=\"qr\"");
    rosa.get(paper[1]).await.says("no square for phones").says("under [http]").never("<svg");

    let site = crate::passkey::Site::parse("https://time.example.org").unwrap();
    let served = serve_site(trial.handle(), site).await;
    let mut rosa = Browser::signed_in(&served, trial.handle(), trial.coordinator).await;
    for (at, typed) in paper.into_iter().zip(["/slips", "/group"]) {
        let sheet = rosa.get(at).await;
        sheet.is(200).says(&format!("<small>https://time.example.org{typed}")).never("127.0.0.1").never("[http]");
        let square = Square::new(&format!("https://time.example.org{typed}")).unwrap();
        sheet.says(&format!("<path d=\"{}\"", square.path));
    }
    let form = rosa.get(&format!("/members/{ada}")).await.form(&format!("/members/{ada}/code"));
    let sheet = rosa.send(form, "check").await;
    sheet.says("Scan the square with your phone").says("<b>https://time.example.org/sign-in</b>").never("[http]");
    let code = sheet.body.split("class=\"bigcode\">").nth(1).unwrap().split('<').next().unwrap();
    let square = Square::new(&format!("https://time.example.org/sign-in?code={code}")).unwrap();
    sheet.says(&format!("<path d=\"{}\"", square.path));
    trial.running.stop().await;
}
