//! Two coordinators over the same form: both versions are shown, and nobody's work is written over unseen.

use crate::{
    trial::{Trial, listing},
    web::browser::{Browser, serve},
};
use kith_protocol::{id::RecordKey, shelf::Item};

const CHARTER: &str = "/charter/change";

#[tokio::test(flavor = "multi_thread")]
async fn two_who_decide_for_the_community_see_both() {
    let (elm, west) = (Trial::begin("Elm", true).await, Trial::begin("Westside", true).await);
    super::partner(&elm, &west).await;
    let served = serve(elm.handle()).await;
    let mut rosa = Browser::signed_in(&served, elm.handle(), elm.coordinator).await;
    let mut other = Browser::signed_in(&served, elm.handle(), elm.coordinator).await;
    let grant = format!("/partners/{}/grant", west.handle().community());
    let copies = format!("/partners/{}/escrow", west.handle().community());
    for (at, field, first, second, shown) in [
        ("/contact", "contact", "Ring Rosa, 1", "Ring Otto, 2", ["Ring Rosa, 1", "Ring Otto, 2"]),
        (grant.as_str(), "theirs", "12", "14", ["12", "14"]),
        ("/pause", "until", "2150-05-01", "2150-06-02", ["2150-05-01", "2150-06-02"]),
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
    // Who made the same change as somebody else hears that it stands.
    let (one, two) = (rosa.get(CHARTER).await.form(CHARTER), other.get(CHARTER).await.form(CHARTER));
    rosa.whole(one.with(&[("name", "Oak")])).await.1.is(200).says("The charter is changed");
    let told = other.send(two.with(&[("name", "Oak")]), "check").await;
    told.is(200).says("Our charter says so already").says("Somebody else made the same change.");
    // What is chosen: one of them agrees that we keep their copies, and the other, that they keep ours.
    let (one, two) = (rosa.get(&copies).await.form(&copies), other.get(&copies).await.form(&copies));
    rosa.send(one.clone().with(&[("we", "on")]), "check").await.is(200);
    let both = other.send(two.with(&[("they", "on")]), "check").await;
    both.is(409).says("Do we keep copies for them?").says("Do they keep copies for us?");
    let agreed = async || elm.handle().copies_stand(west.handle().community()).await.unwrap().copies;
    assert_eq!((agreed().await.we_keep, agreed().await.they_keep), (true, false));
    rosa.send(one.with(&[("we", "on")]), "check").await.is(200).says("Your choice about copies is saved");
    other.send(both.form(&copies), "check").await.is(200);
    assert_eq!((agreed().await.we_keep, agreed().await.they_keep), (false, true));
    // Switched on meanwhile, mail is not switched off unseen. Off again, it is as it was seen.
    let mail = format!("/partners/{}/mail", west.handle().community());
    let stood = other.get(&mail).await.form(&mail);
    for (choice, status) in [("on", 409), ("off", 422)] {
        let form = rosa.get(&mail).await.form(&mail).with(&[("mail", choice)]);
        rosa.send(form, "check").await.is(200);
        other.send(stood.clone().with(&[("mail", "off")]), "check").await.is(status);
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
async fn two_who_decide_for_a_member_see_both() {
    let trial = Trial::begin("Elm", false).await;
    let served = serve(trial.handle()).await;
    let ada = trial.admit_named(1, "Ada Park").await;
    let mut rosa = Browser::signed_in(&served, trial.handle(), trial.coordinator).await;
    let mut ada_sees = Browser::signed_in(&served, trial.handle(), ada).await;
    let role = format!("/members/{ada}/role");
    // The form of one who found a coordinator there does not undo what another one decided since.
    let stood = rosa.get(&role).await.form(&role);
    let form = rosa.get(&role).await.form(&role).with(&[("role", "coordinator")]);
    rosa.send(form.clone(), "check").await.is(200).says("The role is changed");
    let both = rosa.send(stood, "check").await;
    both.is(409).says("Somebody changed this meanwhile").says("data-label=\"As it is now\">Coordinator<");
    assert!(ada_sees.get("/today").await.status == 200, "nothing is written over");
    rosa.send(form, "check").await.is(200);
    rosa.send(both.form(&role), "send").await.is(200);
    ada_sees.get("/today").await.is(403);

    // A rest that a coordinator gives while the member chooses one, too.
    let own = ada_sees.get("/pause").await.form("/pause").with(&[("until", "2150-06-02")]);
    let theirs = rosa.get(&format!("/pause?for={ada}")).await.form("/pause");
    let theirs = theirs.with(&[("until", "2150-05-01"), ("why", "Flu")]);
    rosa.send(theirs.clone(), "check").await.is(200);
    let both = ada_sees.send(own, "check").await;
    both.is(409).says("2150-05-01").says("2150-06-02").says("href=\"/me\"");
    // Sent twice, it is done once, and why is no difference.
    rosa.send(theirs.clone(), "check").await.is(200);
    assert_eq!(trial.handle().file(ada).await.unwrap().acts.len(), 1);
    ada_sees.send(both.form("/pause"), "check").await.is(200).says("It is saved");
    let both = rosa.send(theirs, "check").await;
    both.is(409).says("2150-05-01").says("2150-06-02").never("Flu<").says(&format!("href=\"/members/{ada}\""));
    assert_eq!(both.form("/pause").get("why"), "Flu");
    trial.running.stop().await;
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
