//! A member's statement: the newest lines, and each month by itself, which is whole on paper.

use super::exchange_as;
use crate::{
    trial::Trial,
    web::browser::{Browser, serve},
};

/// More exchanges than the newest lines show.
const EXCHANGES: u8 = 52;

#[tokio::test(flavor = "multi_thread")]
async fn a_month_is_shown_whole_and_paper_says_when_there_is_more() {
    let trial = Trial::begin("Elm", false).await;
    let (ada, joe) = (trial.admit_named(1, "Ada Park").await, trial.admit_named(2, "Joe Bell").await);
    for n in 1..=EXCHANGES {
        exchange_as(n, &trial, ada, joe, 5).await;
    }
    let served = serve(trial.handle()).await;
    let mut browser = Browser::signed_in(&served, trial.handle(), ada).await;
    let statement = browser.get("/statement").await;
    assert_eq!(statement.body.matches("href=\"/exchange/").count(), 50);
    statement.says("<p>This is not all. Open a month to print all of it.</p>");
    let older = statement.links().into_iter().find(|link| link.starts_with("/statement?before=")).unwrap();
    browser.get(&older).await.says("This is not all.");
    let month = statement.links().into_iter().find(|link| link.starts_with("/statement?month=")).unwrap();
    let whole = browser.get(&month).await;
    whole.is(200).says("Given: 4 hours 20 minutes. Received: 0 hours.").never("This is not all.");
    assert_eq!(whole.body.matches("href=\"/exchange/").count(), usize::from(EXCHANGES));
    whole.never("The month before").never("The month after").says("The newest lines");

    // A coordinator reads and prints the same for somebody.
    let mut rosa = Browser::signed_in(&served, trial.handle(), trial.coordinator).await;
    let for_joe = rosa.get(&format!("{month}&for={joe}")).await;
    for_joe.is(200).says("Joe Bell").says("Given: 0 hours. Received: 4 hours 20 minutes.");
    assert!(for_joe.links().contains(&format!("/statement?for={joe}")), "{}", for_joe.body);
    let none = browser.get("/statement?month=2020-01").await;
    none.is(200).says("January 2020").says("Nothing is written in this month.").says("The month after");
    for bad in ["x", "2026-13", "99999-01"] {
        browser.get(&format!("/statement?month={bad}")).await.is(404);
    }
    rosa.get("/statement").await.is(200).never("This is not all.");
    trial.running.stop().await;
}
