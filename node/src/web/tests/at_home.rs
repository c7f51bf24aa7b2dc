//! A member's first page: what waits for whom, however much it is, and whom it greets.

use crate::{
    runtime::clock,
    trial::Trial,
    web::browser::{Browser, Shown, serve},
};
use kith_protocol::{
    id::{ExchangeId, MemberId},
    ledger::ExchangeTerms,
    machine::Command,
    member::MemberKind,
    minutes::Minutes,
};

/// An exchange to which the giver said yes, and which waits for the receiver.
async fn waits(n: u8, trial: &Trial, giver: MemberId, receiver: MemberId) {
    let terms = ExchangeTerms {
        community: trial.running.home.identity.community,
        exchange: ExchangeId([n; 16]),
        giver,
        receiver,
        minutes: Minutes::new(15).unwrap(),
        made_at: clock::now(),
        details: None,
    };
    trial.handle().agreed(None, terms, vec![trial.word(), None], Command::Exchange).await.unwrap();
}

/// The ways to exchanges on a page.
fn exchanges(shown: &Shown) -> Vec<String> {
    shown.links().into_iter().filter(|link| link.starts_with("/exchange/")).collect()
}

/// Where a link of a part of the page leads, without the place on it.
fn more(shown: &Shown, part: &str) -> String {
    let begins = format!("/home?{part}=");
    let link = shown.links().into_iter().find(|link| link.starts_with(&begins)).unwrap();
    link.strip_suffix(&format!("#{part}")).unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_for_a_member_is_never_hidden_by_what_waits_for_others() {
    let trial = Trial::begin("Elm", false).await;
    let (ada, bo) = (trial.admit_named(1, "Ada Park").await, trial.admit_named(2, "Bo Lee").await);
    let joe = trial.admit_named(3, "Joe Bell").await;
    for n in 1..=12 {
        waits(n, &trial, ada, joe).await;
    }
    waits(13, &trial, bo, ada).await;
    let served = serve(trial.handle()).await;
    let mut ada_sees = Browser::signed_in(&served, trial.handle(), ada).await;
    let mine = format!("/exchange/{}", ExchangeId([13; 16]));
    let home = ada_sees.get("/home").await;
    home.says("This waits for you").says("And 2 more wait for others").never("more wait for you");
    let first = exchanges(&home);
    assert_eq!((first.len(), first.first()), (11, Some(&mine)));
    let rest = ada_sees.get(&more(&home, "others")).await;
    let second = exchanges(&rest);
    assert_eq!((second.len(), second.first()), (3, Some(&mine)));
    assert!(second[1..].iter().all(|link| !first.contains(link)), "{second:?}");
    // After the last ones come the first ones again, and a place that is no more is the first.
    let around = ada_sees.get(&more(rest.says("And 10 more wait for others"), "others")).await;
    assert_eq!(exchanges(&around), first);
    for gone in ["13", "x", "-1"] {
        assert_eq!(exchanges(&ada_sees.get(&format!("/home?others={gone}")).await), first);
    }

    let mut joe_sees = Browser::signed_in(&served, trial.handle(), joe).await;
    let home = joe_sees.get("/home").await;
    home.says("And 2 more wait for you").never("This waits for others");
    assert_eq!((exchanges(&home).len(), exchanges(&joe_sees.get(&more(&home, "mine")).await).len()), (10, 2));
    joe_sees.get("/week").await.says("And 4 more wait for you");
    trial.running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn organisations_are_greeted_by_their_whole_name() {
    let trial = Trial::begin("Elm", false).await;
    let ada = trial.admit_named(1, "Ada Park").await;
    let clinic = trial.admit_called(2, MemberKind::Organisation, "St. Mary Clinic").await;
    let served = serve(trial.handle()).await;
    for (member, greeted) in [(ada, ", Ada.</h1>"), (clinic, ", St. Mary Clinic.</h1>")] {
        Browser::signed_in(&served, trial.handle(), member).await.get("/home").await.says(greeted);
    }
    trial.running.stop().await;
}
