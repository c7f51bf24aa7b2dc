//! What a community grants a partner after the agreement: its page, and what people are told.

use super::crossing::agree;
use crate::trial::Trial;
use crate::web::browser::{Browser, serve};

#[tokio::test(flavor = "multi_thread")]
async fn a_coordinator_changes_a_limit_pauses_and_ends() {
    let (elm, west) = (Trial::begin("Elm", true).await, Trial::begin("Westside", true).await);
    let amina = elm.admit_named(1, "Amina Khan").await;
    let joe = west.admit_named(2, "Joe Bell").await;
    let (at_elm, at_west) = (serve(elm.handle()).await, serve(west.handle()).await);
    let mut rosa = Browser::signed_in(&at_elm, elm.handle(), elm.coordinator).await;
    let mut otto = Browser::signed_in(&at_west, west.handle(), west.coordinator).await;
    agree(&mut rosa, &mut otto).await;
    otto.until("/partners", "Connected now.").await.says("At most 30 hours more received");
    let list = rosa.until("/partners", "Connected now.").await;
    let at = list.links().into_iter().find(|link| link.ends_with("/grant")).unwrap();

    // A limit, which the other side sees.
    let form = rosa.get(&at).await.is(200).form("/partners/").with(&[("theirs", "12")]);
    rosa.send(form, "check").await.is(200).says("At most 12 hours more given").says("Your change is saved");
    otto.until("/partners", "At most 12 hours more received").await;
    for (wrong, why) in [("0", "Write a whole number from 1 to 10000."), ("lots", "Write a whole number")] {
        let form = rosa.get(&at).await.form("/partners/").with(&[("theirs", wrong)]);
        rosa.send(form, "check").await.is(422).says(why);
    }
    let same = rosa.get(&at).await.form("/partners/");
    rosa.send(same, "check").await.is(422).says("It is so already.");

    // Whether mail may rest with them.
    let mail = at.replace("/grant", "/mail");
    let form = rosa.get(&mail).await.is(200).form("/partners/").with(&[("mail", "on")]);
    rosa.send(form, "check").await.is(200).says("Your choice about mail is saved");

    // A pause: Joe's hours cannot go to Elm, and he is told in words.
    let form = rosa.get(&at).await.form("/partners/").with(&[("way", "pause")]);
    rosa.send(form, "check").await.is(200);
    let theirs = otto.get("/partners").await.links().into_iter().find(|link| link.ends_with("/grant")).unwrap();
    rosa.get("/partners").await.says("New exchanges take a break");
    otto.until(&theirs, "They take a break from new exchanges.").await;
    let mut amina_there = Browser::signed_in(&at_elm, elm.handle(), amina).await;
    let code = amina_there.get("/me").await;
    let code = code.body.split("class=\"code\">").nth(1).unwrap().split('<').next().unwrap().to_owned();
    let mut joe_there = Browser::signed_in(&at_west, west.handle(), joe).await;
    let record = joe_there.get("/record").await;
    let place = record.body.split("name=\"where\" value=\"did").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let ask = [("way", "received"), ("where", &format!("did{place}")), ("who", &code)];
    let hours = joe_there.send(record.form("/record").with(&ask), "check").await;
    let hours = hours.form("/record/hours").with(&[("length", "1")]);
    joe_there.whole(hours).await.1.is(422).says("take a break");

    // An end, and a new beginning.
    let form = rosa.get(&at).await.form("/partners/").with(&[("way", "end")]);
    rosa.send(form, "check").await.is(200);
    rosa.get("/partners").await.says("We are partners no more.");
    otto.until(&theirs, "They ended the partnership.").await;
    let form = rosa.get(&at).await.form("/partners/").with(&[("way", "both")]);
    rosa.send(form, "check").await.is(200);
    joe_there.get("/partners").await.is(403);
    joe_there.get(&theirs).await.is(403);
    for trial in [elm, west] {
        trial.running.stop().await;
    }
}
