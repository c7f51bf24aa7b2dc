//! Copies at partners, as coordinators agree on them.

use super::crossing::agree;
use crate::trial::Trial;
use crate::web::browser::{Browser, serve};

#[tokio::test(flavor = "multi_thread")]
async fn two_coordinators_agree_that_one_keeps_copies_for_the_other() {
    let (elm, west) = (Trial::begin("Elm", true).await, Trial::begin("Westside", true).await);
    let (at_elm, at_west) = (serve(elm.handle()).await, serve(west.handle()).await);
    let mut rosa = Browser::signed_in(&at_elm, elm.handle(), elm.coordinator).await;
    let mut otto = Browser::signed_in(&at_west, west.handle(), west.coordinator).await;
    agree(&mut rosa, &mut otto).await;
    rosa.until("/partners", "Connected now.").await;
    otto.until("/partners", "Connected now.").await;
    let (to_west, to_elm) = (
        format!("/partners/{}/escrow", west.handle().community()),
        format!("/partners/{}/escrow", elm.handle().community()),
    );

    let page = rosa.get(&to_west).await;
    page.says("Copies with Westside").says("Only your 24 words open it.");
    let form = page.form(&to_west).with(&[("we", "off"), ("they", "on")]);
    rosa.send(form, "check").await.says("Your choice about copies is saved");
    rosa.until(&to_west, "They have not said yes to keeping copies for us.").await.says("None yet");
    let form = otto.get(&to_elm).await.form(&to_elm).with(&[("we", "on"), ("they", "off")]);
    otto.send(form, "check").await.says("Their copy, kept here").says("256\u{a0}MB");
    elm.handle().vault().wake();
    rosa.until(&to_west, "\u{a0}kB").await.says("Our copy, kept there").says("/p2p/");
    otto.until(&to_elm, "\u{a0}kB").await;
    otto.get("/today").await.never("24 words");

    // Rosa wants none kept any longer: Otto's node removes it.
    let form = rosa.get(&to_west).await.form(&to_west).with(&[("we", "off"), ("they", "off")]);
    rosa.send(form, "check").await.never("Our copy");
    otto.until(&to_elm, "None yet").await;
    let nowhere = rosa.get("/partners/did:key:z6MktYi7/escrow").await;
    nowhere.is(404);
    elm.running.stop().await;
    west.running.stop().await;
}
