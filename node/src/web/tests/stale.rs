//! Two coordinators over the same form: both versions are shown, and nobody's work is written over unseen.

use crate::{
    trial::{Trial, listing},
    web::browser::{Browser, serve},
};
use kith_protocol::{id::RecordKey, shelf::Item};

#[tokio::test(flavor = "multi_thread")]
async fn two_who_decide_for_the_community_see_both() {
    let (elm, west) = (Trial::begin("Elm", true).await, Trial::begin("Westside", true).await);
    super::partner(&elm, &west).await;
    let served = serve(elm.handle()).await;
    let mut rosa = Browser::signed_in(&served, elm.handle(), elm.coordinator).await;
    let mut other = Browser::signed_in(&served, elm.handle(), elm.coordinator).await;
    let grant = format!("/partners/{}/grant", west.handle().community());
    for (at, field, first, second, shown) in [
        ("/contact", "contact", "Ring Rosa, 1", "Ring Otto, 2", ["Ring Rosa, 1", "Ring Otto, 2"]),
        (grant.as_str(), "theirs", "12", "14", ["12", "14"]),
    ] {
        let (one, two) = (rosa.get(at).await.form(at), other.get(at).await.form(at));
        rosa.send(one.clone().with(&[(field, first)]), "check").await.is(200);
        let both = other.send(two.with(&[(field, second)]), "check").await;
        both.is(409).says("Somebody changed this meanwhile").says(shown[0]).says(shown[1]);
        assert_eq!(rosa.get(at).await.form(at).get(field), first, "nothing is written over");
        // Sent again, the first one changes nothing more.
        rosa.send(one.with(&[(field, first)]), "check").await.is(200);
        other.send(both.form(at), "check").await.is(200);
        assert_eq!(rosa.get(at).await.form(at).get(field), second);
    }
    // Whoever wanted to read notes does not lift what another one decided.
    let (one, two) = (rosa.get("/safety").await.form("/safety"), other.get("/safety").await.form("/safety"));
    rosa.send(one.with(&[("first", "yes")]), "check").await.is(200);
    other.send(two.with(&[("notes", "yes")]), "check").await.is(409).says("Somebody changed this meanwhile");
    assert!(elm.handle().office_rules().await.unwrap().approve_first);
    elm.running.stop().await;
    west.running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_member_says_of_themselves_is_written_over_by_nobody_unseen() {
    let trial = Trial::begin("Elm", false).await;
    let served = serve(trial.handle()).await;
    let ada = trial.admit_named(1, "Ada Park").await;
    trial.publish(7, ada, Item::Offer(listing("Sewing", "Any day", &[]))).await;
    let mut rosa = Browser::signed_in(&served, trial.handle(), trial.coordinator).await;
    let mut ada_sees = Browser::signed_in(&served, trial.handle(), ada).await;
    let (me, offer) = (
        format!("/me/change?for={ada}"),
        format!("/listing/{}/{}/change", trial.handle().community(), RecordKey([7; 16])),
    );
    for (theirs, own, field, first, second) in
        [(&*me, "/me/change", "name", "Ada Lee", "Ada Oak"), (&*offer, &*offer, "title", "Mending", "Hems and zips")]
    {
        let (one, two) = (rosa.get(theirs).await.form(own), ada_sees.get(own).await.form(own));
        rosa.send(one.with(&[(field, first)]), "check").await.is(200);
        let both = ada_sees.send(two.with(&[(field, second)]), "check").await;
        both.is(409).says("Somebody changed this meanwhile").says(first).says(second);
        assert_eq!(ada_sees.get(own).await.form(own).get(field), first, "nothing is written over");
        ada_sees.send(both.form(own), "check").await.is(200);
        assert_eq!(ada_sees.get(own).await.form(own).get(field), second);
    }
    trial.running.stop().await;
}
