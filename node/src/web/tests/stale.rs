//! Two coordinators over the same form: both versions are shown, and nobody's work is written over unseen.

use crate::{
    trial::Trial,
    web::browser::{Browser, serve},
};

const CHARTER: &str = "/charter/change";

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
    // Who made the same change as somebody else hears that it stands.
    let (one, two) = (rosa.get(CHARTER).await.form(CHARTER), other.get(CHARTER).await.form(CHARTER));
    rosa.whole(one.with(&[("name", "Oak")])).await.1.is(200).says("The charter is changed");
    let told = other.send(two.with(&[("name", "Oak")]), "check").await;
    told.is(200).says("Our charter says so already").says("Somebody else made the same change.");
    // Whoever wanted to read notes does not lift what another one decided.
    let (one, two) = (rosa.get("/safety").await.form("/safety"), other.get("/safety").await.form("/safety"));
    rosa.send(one.with(&[("first", "yes")]), "check").await.is(200);
    other.send(two.with(&[("notes", "yes")]), "check").await.is(409).says("Somebody changed this meanwhile");
    assert!(elm.handle().office_rules().await.unwrap().approve_first);
    elm.running.stop().await;
    west.running.stop().await;
}
