//! What anybody may read of offers and asks, and what is for members only.

use super::looking_after::photo;
use crate::{
    trial::{Trial, listing},
    web::browser::{Browser, serve},
};
use kith_protocol::{id::RecordKey, machine::View as _, shelf::Item};

/// The newest of our listings.
async fn newest(trial: &Trial) -> RecordKey {
    let look = trial.handle().look(|machine, book| {
        let (own, revision) = (machine.identity().community, machine.state().shelf().0);
        book.records(&own, revision.saturating_sub(1), 1).into_iter().next().map(|record| record.content.key)
    });
    look.await.unwrap().unwrap()
}

/// What stands on each of the pages and files that anybody may open: the first only, the second only.
async fn stands(anybody: &mut Browser, there: &str, not_there: &str) {
    // The public page is made anew within a second or so.
    anybody.until("/community", there).await.never(not_there);
    for path in ["/offers.atom", "/community.jsonld"] {
        anybody.get(path).await.is(200).says(there).never(not_there);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_posts_says_whether_anybody_may_read_it() {
    let trial = Trial::begin("Elm", false).await;
    let (ada, bo) = (trial.admit_named(1, "Ada Park").await, trial.admit_named(2, "Bo Lee").await);
    let served = serve(trial.handle()).await;
    let mut ada_sees = Browser::signed_in(&served, trial.handle(), ada).await;
    let mut bo_sees = Browser::signed_in(&served, trial.handle(), bo).await;
    let mut anybody = Browser::new(&served);
    let form = ada_sees.get("/offer").await.form("/offer");
    assert_eq!(form.get("public"), "yes");
    let open = form.clone().with(&[("title", "Sewing"), ("category", "making")]);
    let (check, _) = ada_sees.whole(open).await;
    check.says("public page, too</dt><dd dir=\"auto\">Yes").says("Everybody can read this.");
    let sewing = format!("/listing/{}/{}", trial.handle().community(), newest(&trial).await);

    let form = ada_sees.get("/offer").await.form("/offer");
    let shut = form.with(&[("title", "Harp lessons"), ("category", "learning"), ("public", "")]);
    let (check, posted) = ada_sees.whole(shut).await;
    check.says("public page, too</dt><dd dir=\"auto\">No").never("Everybody can read this.");
    posted.says("Members here and at our partners");
    // Whoever goes back to the fields finds it as they left it.
    let edit = ada_sees.send(check.form("/offer"), "edit").await;
    assert_eq!(edit.is(200).form("/offer").get("public"), "");
    let key = newest(&trial).await;
    let harp = format!("/listing/{}/{key}", trial.handle().community());
    let pictures = ada_sees.get(&format!("{harp}/picture")).await.form(&harp);
    ada_sees.upload(pictures, &[("picture", photo().as_slice())]).await.is(200);
    stands(&mut anybody, "Sewing", "Harp lessons").await;
    anybody.get(&sewing).await.is(200).says("Sewing");
    anybody.get(&harp).await.is(401).never("Harp lessons");
    anybody.get(&format!("/picture/{key}")).await.is(404);
    bo_sees.get(&format!("/picture/{key}")).await.is(200);
    bo_sees.get("/find?q=harp").await.says("Harp lessons");
    bo_sees.get(&harp).await.is(200).says("Harp lessons").never("Who can read it");

    // Sent twice after it was let out, it stays out; and the other one is taken in.
    for (path, public) in [(&harp, "yes"), (&sewing, "")] {
        let form = ada_sees.get(&format!("{path}/change")).await.form(path);
        assert_ne!(form.get("public"), public);
        ada_sees.send(form.with(&[("public", public)]), "check").await.is(200);
    }
    ada_sees.send(check.form("/offer"), "send").await.is(200).says("Everybody. It is on our public page, too.");
    stands(&mut anybody, "Harp lessons", "Sewing").await;
    anybody.get(&harp).await.is(200).says("Harp lessons");
    anybody.get(&sewing).await.is(401);

    // What is taken down leaves nothing behind.
    assert_eq!(trial.handle().inside().await.unwrap().len(), 1);
    let asking = ada_sees.get(&format!("{sewing}/withdraw")).await;
    ada_sees.send(asking.form(&sewing), "check").await.says("It is taken down");
    assert!(trial.handle().inside().await.unwrap().is_empty());
    trial.running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn many_for_members_only_hide_none_that_anybody_may_read() {
    let trial = Trial::begin("Elm", false).await;
    let (ada, bo) = (trial.admit_named(1, "Ada Park").await, trial.admit_named(2, "Bo Lee").await);
    for n in 0..200 {
        let (owner, title) = if n % 199 == 0 { (ada, format!("Open {n}")) } else { (bo, format!("Shut {n}")) };
        if owner == bo {
            let until = crate::runtime::clock::now().plus(kith_protocol::time::Span::days(30));
            let inside = crate::runtime::office::Inside { key: RecordKey([n; 16]), until };
            trial.handle().keep_inside(vec![inside]).await.unwrap();
        }
        trial.publish(n, owner, Item::Offer(listing(&title, "", &[]))).await;
    }
    let served = serve(trial.handle()).await;
    let mut anybody = Browser::new(&served);
    for there in ["Open 0", "Open 199"] {
        stands(&mut anybody, there, "Shut").await;
    }
    // Whoever leaves takes all of theirs down.
    trial.handle().leave(None, bo, trial.coordinator).await.unwrap();
    assert!(trial.handle().inside().await.unwrap().is_empty());
    trial.running.stop().await;
}
