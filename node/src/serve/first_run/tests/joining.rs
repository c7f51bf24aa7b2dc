//! Beginning with another community's invitation.

use super::{Browser, begin, chosen, parts, quiet, words_of};
use crate::{trial::Trial, web::browser::serve};
use kith_protocol::{partnership::Invitation, time::Timestamp};

#[tokio::test(flavor = "multi_thread")]
async fn a_new_community_begins_as_a_partner() {
    let west = Trial::begin("Westside", true).await;
    let served = serve(west.handle()).await;
    let mut otto = Browser::signed_in(&served, west.handle(), west.coordinator).await;
    let form = otto.get("/partners/invite").await.form("/partners/invite").with(&[("ours", "10"), ("theirs", "30")]);
    let made = otto.send(form, "check").await;
    let text = made.is(200).body.split("<pre>").nth(1).unwrap().split("</pre>").next().unwrap().to_owned();
    let old = Invitation { expires_at: Timestamp(1), ..Invitation::parse(&text).unwrap() };

    let dir = tempfile::tempdir().unwrap();
    let first = begin(dir.path(), &quiet()).await.unwrap().unwrap();
    let (base, path) = parts(&first);
    let (mut rosa, mut stranger) = (Browser::at(&base), Browser::at(&base));
    let page = chosen(&mut rosa, &path, "join").await;
    let form = page.is(200).says("It begins with KITH1.").form("/setup/invitation");
    for (wrong, why) in [
        (String::new(), "Paste the whole invitation here."),
        (text[..text.len() - 4].to_owned(), "This is not a whole invitation."),
        (text.replacen("KITH1:", "KITH9:", 1), "This is not a whole invitation."),
        (old.to_text(), "This invitation is too old."),
    ] {
        let page = rosa.send(form.clone().with(&[("text", &wrong)]), "check").await;
        page.is(422).says(why).says(&format!(">\n{wrong}</textarea>"));
    }
    let given = form.with(&[("text", &text)]);
    stranger.send(given.clone(), "send").await.is(403);
    let check = rosa.send(given, "check").await;
    check.is(200).says("Westside").says("<dd dir=\"auto\">30 hours</dd>").says("<dd dir=\"auto\">10 hours</dd>");
    check.says("Good until").never("<dd dir=\"auto\">KITH1");
    // Back to the field, everything stands there; then on.
    let again = rosa.send(check.form("/setup/invitation"), "edit").await;
    let check = rosa.send(again.is(200).form("/setup/invitation"), "check").await;
    let page = rosa.send(check.form("/setup/invitation"), "send").await;
    let named = page.form("/setup/name").with(&[("name", "Elm Street"), ("coordinator", "Rosa"), ("zone", "London")]);
    let charter = rosa.send(named, "check").await;
    let words = words_of(&rosa.send(charter.form("/setup/charter"), "check").await);
    let asked = [("word-5", words[4].as_str()), ("word-18", &words[17])];
    let form = rosa.get("/setup/check").await.form("/setup/check").with(&asked);
    let done = rosa.send(form.clone(), "check").await;
    done.is(200).says("Your community is there").says("We have said yes to Westside for you.");
    rosa.send(form, "check").await.is(200).says("We have said yes to Westside for you.");

    let founded = first.founded().await;
    let node = Box::pin(first.on(dir.path(), &quiet(), None)).await.unwrap();
    super::super::keep_promises(&node, founded).await;
    let link = done.links().into_iter().find(|link| link.starts_with("/sign-in")).unwrap();
    let door = rosa.get(&link).await;
    rosa.send(door.form("/sign-in"), "check").await.is(200).says("What needs doing today");
    rosa.until("/partners", "Connected now.").await.says("Westside").says("At most 30 hours more received");
    otto.until("/partners", "Elm Street").await;
    node.stop().await;
    west.running.stop().await;
}
