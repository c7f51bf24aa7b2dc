//! What a first look costs: a page with all that a browser fetches for it, nothing compressed, nothing known before.

use super::origins::addresses;
use crate::{
    passkey::Site,
    trial::{Trial, listing},
    web::browser::{Browser, serve_site},
};
use kith_protocol::shelf::{Item, Listing, When};
use std::collections::BTreeSet;

/// The most that it may weigh, in bytes.
const MOST: usize = 60_000;
/// More listings than a page of results has.
const LISTED: u8 = 24;

/// What a page and all that it loads weigh, and what it loads.
async fn weight(browser: &mut Browser, path: &str) -> (usize, BTreeSet<String>) {
    let page = browser.get(path).await;
    page.is(200);
    let loads = |tag: &str| ["script ", "img "].iter().any(|name| tag.starts_with(name)) || is_fetched(tag);
    let files = addresses(&page.body).into_iter().filter(|(tag, _)| loads(tag)).map(|(_, file)| file.to_owned());
    let files: BTreeSet<String> = files.collect();
    let mut bytes = page.bytes.len();
    for file in &files {
        bytes += browser.get(file).await.is(200).bytes.len();
    }
    (bytes, files)
}

/// Whether a browser fetches what an element of the head names.
fn is_fetched(tag: &str) -> bool {
    tag.starts_with("link ") && ["rel=\"stylesheet\"", "rel=\"icon\""].iter().any(|rel| tag.contains(rel))
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_look_at_a_page_stays_light() {
    let trial = Trial::begin("Elm", false).await;
    let served = serve_site(trial.handle(), Site::parse("https://time.example.org").unwrap()).await;
    let (joe, bo) = (trial.admit_named(1, "Joe Bell").await, trial.admit_named(2, &"Bo Lee ".repeat(8)).await);
    let mut browser = Browser::signed_in(&served, trial.handle(), joe).await;
    // As long as they may be: letters that take many bytes on a page, and letters that take many in themselves.
    for letter in ["<", "𝄞"] {
        let long = listing(&letter.repeat(80), &letter.repeat(1_000), &[]);
        let long = Listing { language: "cy-GB".into(), remote: true, when: When::default(), ..long };
        for n in 0..LISTED {
            trial.publish(n, bo, Item::Offer(long.clone())).await;
            trial.publish(LISTED + n, bo, Item::Need(long.clone())).await;
        }
        for (path, says) in
            [("/home", "class=\"skill\""), ("/find", "after="), ("/find?kind=needs&day=friday", "after=")]
        {
            browser.get(path).await.says(says);
            let (bytes, files) = weight(&mut browser, path).await;
            assert!(bytes < MOST, "{path} with {letter}: {bytes} bytes, {files:?}");
        }
    }
    for (path, script) in [
        ("/offer", None),
        ("/ask", None),
        ("/home", Some("kith.js")),
        ("/me", Some("passkey.js")),
        ("/me/key", Some("keys.js")),
    ] {
        let (bytes, files) = weight(&mut browser, path).await;
        assert!(files.iter().any(|file| file.starts_with("/static/kith.css?")), "{files:?}");
        assert!(script.is_none_or(|script| files.iter().any(|file| file.contains(script))), "{path}: {files:?}");
        assert!(bytes < MOST, "{path}: {bytes} bytes, {files:?}");
    }
    let (bytes, files) = weight(&mut Browser::new(&served), "/sign-in").await;
    assert!(bytes < MOST && files.iter().any(|file| file.contains("passkey.js")), "{bytes} bytes, {files:?}");
    trial.running.stop().await;
}
