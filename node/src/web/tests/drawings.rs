//! Pictures with words: our drawings of skills, where somebody chooses one and where a listing is shown.

use crate::{
    trial::{Trial, listing},
    web::{
        browser::{Browser, Shown, serve},
        words::CATEGORIES,
    },
};
use kith_protocol::shelf::Item;
use std::collections::BTreeSet;

/// A drawing as it stands on a page: nobody is read anything of it, for the word stands beside.
const DRAWING: &str = "<svg class=\"skill\" viewBox=\"0 0 64 64\" aria-hidden=\"true\" focusable=\"false\"><path d=\"";

/// The drawings that come right after something, each as its outline and the word that follows it.
fn drawn<'a>(shown: &'a Shown, after: &str) -> Vec<(&'a str, &'a str)> {
    let one = |rest: &'a str| {
        let (outline, rest) = rest.split_once("\"/></svg>").unwrap();
        (outline, rest.split('<').next().unwrap())
    };
    shown.body.split(&format!("{after}{DRAWING}")).skip(1).map(one).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_kind_of_help_is_chosen_by_word_and_picture() {
    let trial = Trial::begin("Elm", false).await;
    let (joe, bo) = (trial.admit_named(1, "Joe Bell").await, trial.admit_named(2, "Bo Lee").await);
    trial.publish(1, bo, Item::Offer(listing("Weeding", "", &[]))).await;
    let served = serve(trial.handle()).await;
    let mut browser = Browser::signed_in(&served, trial.handle(), joe).await;
    for path in ["/ask", "/offer"] {
        let form = browser.get(path).await;
        let choices = drawn(&form, "<span>");
        assert_eq!((choices.len(), form.body.matches("<svg").count()), (CATEGORIES.len(), CATEGORIES.len()), "{path}");
        let outlines: BTreeSet<&str> = choices.iter().map(|(outline, _)| *outline).collect();
        assert_eq!(outlines.len(), CATEGORIES.len(), "each has a drawing of its own");
        assert!(choices.iter().all(|(_, word)| !word.trim().is_empty()), "{choices:?}");
        assert!(choices.iter().any(|(_, word)| *word == "Garden and pets"), "{choices:?}");
    }
    // What is found, and what is new, shows it, too.
    for path in ["/find", "/home"] {
        let page = browser.get(path).await;
        page.says("Weeding");
        assert_eq!(drawn(&page, "").len(), 1, "{path}");
    }
    trial.running.stop().await;
}
