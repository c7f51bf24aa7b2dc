//! Hours between two communities, as their members see them.

use super::rough::twice;
use crate::trial::{Trial, listing};
use crate::web::browser::{Browser, serve};
use kith_protocol::{document::Document, member::MemberKind, shelf::Item};

/// Two coordinators agree: an invitation is made, checked and accepted.
pub(super) async fn agree(rosa: &mut Browser, otto: &mut Browser) {
    let form = rosa.get("/partners/invite").await.form("/partners/invite").with(&[("ours", "10"), ("theirs", "30")]);
    let made = rosa.send(form, "check").await;
    let text = made.is(200).body.split("<pre>").nth(1).unwrap().split("</pre>").next().unwrap().to_owned();
    let form = otto.get("/partners/accept").await.form("/partners/accept").with(&[("text", &text)]);
    let (check, accepted) = otto.whole(form).await;
    check.says("Elm").says("30 hours").says("10 hours");
    accepted.says("You said yes.");
}

#[tokio::test(flavor = "multi_thread")]
async fn hours_cross_by_an_offer_and_by_a_code() {
    let (elm, west) = (Trial::begin("Elm", true).await, Trial::begin("Westside", true).await);
    let amina = elm.admit_named(1, "Amina Khan").await;
    let joe = west.admit_named(2, "Joe Bell").await;
    west.publish(1, joe, Item::Offer(listing("Sewing", "Hems and zips.", &[]))).await;
    let (at_elm, at_west) = (serve(elm.handle()).await, serve(west.handle()).await);
    let mut rosa = Browser::signed_in(&at_elm, elm.handle(), elm.coordinator).await;
    let mut otto = Browser::signed_in(&at_west, west.handle(), west.coordinator).await;

    agree(&mut rosa, &mut otto).await;
    let mut amina_there = Browser::signed_in(&at_elm, elm.handle(), amina).await;
    let find = amina_there.until("/find?place=others", "Sewing").await;
    find.says("Somebody in Westside").says("Close by");
    // What is new close by stands on the first page, with whose it is and why.
    let home = amina_there.get("/home").await;
    home.says("Sewing</a>").says("<bdi>Westside</bdi>").says("Close by");
    rosa.until("/partners", "Connected now.").await.says("At most 30 hours more given").says("Nothing waits.");
    let map = rosa.get("/map").await;
    map.says("class=\"here\"").says("class=\"there\"").says(">Westside</text>").says("Partner, connected now");
    map.never("1. <bdi>");

    // By the offer: Joe sewed for Amina.
    let link = find.links().into_iter().find(|link| link.starts_with("/listing/")).unwrap();
    let page = amina_there.until(&link, "We did it: write down the hours").await;
    let hours = page.links().into_iter().find(|link| link.starts_with("/record/hours")).unwrap();
    let form = amina_there.get(&hours).await.says("Somebody in Westside helped you").form("/record/hours");
    let (_, sent) = amina_there.whole(form.with(&[("length", "2")])).await;
    sent.is(200).says("Somebody in Westside helped you for 2 hours");
    amina_there.until(&sent.path, "Done. It counts").await;
    let first = sent.path.split('?').next().unwrap().to_owned();
    let mut joe_there = Browser::signed_in(&at_west, west.handle(), joe).await;
    joe_there.until("/home", "Given: 2 hours.").await;

    // By the code: Amina helped Joe, who says yes at home.
    let code = joe_there.get("/me").await;
    let code = code.body.split("class=\"code\">").nth(1).unwrap().split('<').next().unwrap().to_owned();
    let form = amina_there.get("/record").await.form("/record");
    let place = amina_there.get("/record").await;
    let place = place.body.split("name=\"where\" value=\"did").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let place = format!("did{place}");
    let form = form.with(&[("way", "gave"), ("where", &place), ("who", "not a code")]);
    let wrong = amina_there.send(form, "check").await;
    wrong.is(422).says("This is no code.");
    let hours = amina_there.send(wrong.form("/record").with(&[("who", &code)]), "check").await;
    let (_, asked) = amina_there.whole(hours.form("/record/hours").with(&[("length", "0:30")])).await;
    asked.says("Waiting for the other person in Westside since today.");
    let home = joe_there.until("/home", "This waits for you").await;
    home.says("Somebody in Elm helped you for 30 minutes");
    let link = home.links().into_iter().find(|link| link.starts_with("/exchange/")).unwrap();
    let form = joe_there.get(&link).await.form("/exchange/");
    joe_there.send(form, "check").await.is(200);
    joe_there.until(&link, "Done. It counts").await;
    amina_there.until("/home", "Given: 30 minutes.").await;

    // It was not right: Amina asks for the two hours back, and Joe agrees.
    let settled = amina_there.get(&first).await.says("Ask for the hours back").path.clone();
    let form = amina_there.get(&format!("{settled}/back")).await.form("/exchange/");
    twice(&mut amina_there, &form, "check").await.1.says("Waiting for the other person in Westside");
    let home = joe_there.until("/home", "Joe Bell gives 2 hours back to Somebody in Elm").await;
    let link = home.links().into_iter().find(|link| link.starts_with("/exchange/")).unwrap();
    let form = joe_there.get(&link).await.form("/exchange/");
    joe_there.send(form, "check").await.is(200);
    amina_there.until("/home", "Received: 0 hours.").await.says("Given: 30 minutes.");

    west.running.stop().await;
    while_they_sleep(&mut rosa, &mut amina_there, &page.path).await;
    balance_sheet(&mut rosa).await;
    amina_there.get("/partners").await.is(403);
    elm.running.stop().await;
}

/// What goes to a partner who is away is recorded and waits, and the pages say for whom and since when.
async fn while_they_sleep(rosa: &mut Browser, amina_there: &mut Browser, offer: &str) {
    rosa.until("/partners", "Their computer is asleep").await;
    let form = amina_there.get(offer).await;
    form.says("Their computer is asleep. You can still read this, and ask a coordinator.");
    form.says("You can write only to people of our community.").never("messages will wait");
    amina_there.get("/find?place=others").await.says("You can still read this").never("messages will wait");
    let address = form.links().into_iter().find(|link| link.starts_with("/record/hours")).unwrap();
    let form = amina_there.get(&address).await.form("/record/hours").with(&[("length", "1")]);
    let (_, sent) = amina_there.whole(form).await;
    sent.says("Recorded. Waiting for Westside since today.");
    rosa.get("/today").await.says("Westside").says("1 exchange waits for their answer: 1 hour in all.");
}

/// What stands between the two, on the page and in the file.
async fn balance_sheet(rosa: &mut Browser) {
    let list = rosa.get("/partners").await;
    let at = list.links().into_iter().find(|link| link.ends_with("/sheet")).unwrap();
    let page = rosa.get(&at).await;
    page.is(200)
        .says("Hours between us and Westside")
        .says("The beginning")
        .says("1 exchange waits for their answer: 1 hour in all.");
    // Two hours received and given back, and half an hour given.
    page.says("They were helped 30 minutes more").says("2 hours 30 minutes").never("evidence.kith");
    page.says("The last exchanges").says(": We were helped, 2 hours").says(": They were helped, 30 minutes");
    page.says(": They gave hours back, 2 hours");
    let file = rosa.get(&format!("{at}.kith")).await;
    let Ok(Document::BalanceSheet(sheet)) = Document::decode(&file.bytes) else { panic!("a balance sheet") };
    let checked = sheet.check().unwrap();
    assert_eq!((checked.exchanges, checked.received, checked.given), (3, 120, 150));
    assert_eq!(checked.undecided, 1, "the file tells what waits, too, though it was proposed to nobody yet");
    rosa.get(&at.replace("/sheet", "/evidence.kith")).await.is(404);
    rosa.get("/partners/did:key:z6MktYi7/sheet").await.is(404);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_limit_says_so_in_words() {
    let trial = Trial::begin("Elm", false).await;
    let clinic = trial.admit(3, MemberKind::Organisation).await;
    let joe = trial.admit_named(2, "Joe Bell").await;
    let served = serve(trial.handle()).await;
    let mut browser = Browser::signed_in(&served, trial.handle(), joe).await;
    for (length, status) in [("24 hours", 200), ("24 hours", 422)] {
        let form = browser.get(&format!("/record/hours?way=received&to=m/{clinic}")).await.form("/record/hours");
        let (_, sent) = browser.whole(form.with(&[("length", length)])).await;
        sent.is(status);
        if status == 422 {
            sent.says("That is further below zero than our charter allows.");
        }
    }
    trial.running.stop().await;
}
