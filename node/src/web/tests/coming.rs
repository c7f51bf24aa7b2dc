//! Members say that they come to an event.

use crate::{
    runtime::{
        clock,
        office::{Event, Forgotten, Paper, Rewritten},
    },
    trial::Trial,
    web::browser::{Browser, serve},
};
use kith_protocol::{minutes::Minutes, time::Span};

const SOUP: [u8; 16] = [14; 16];

/// A community where soup is planned.
async fn town() -> Trial {
    let (trial, now) = (Trial::begin("Elm", false).await, clock::now());
    let event = Event {
        title: "Soup".into(),
        begins: now.plus(Span::days(2)),
        minutes: Minutes::new(60).unwrap(),
        place: "Hall".into(),
        text: String::new(),
        by: trial.coordinator,
        at: now,
        edits: None,
    };
    trial.handle().keep_paper(SOUP, Paper::Event(event)).await.unwrap();
    trial
}

#[tokio::test(flavor = "multi_thread")]
async fn everybody_sees_how_many_come_and_coordinators_see_who() {
    let trial = town().await;
    let served = serve(trial.handle()).await;
    let (ada, bo) = (trial.admit_named(1, "Ada Park").await, trial.admit_named(2, "Bo Lee").await);
    let mut rosa = Browser::signed_in(&served, trial.handle(), trial.coordinator).await;
    let mut ada_sees = Browser::signed_in(&served, trial.handle(), ada).await;
    let mut bo_sees = Browser::signed_in(&served, trial.handle(), bo).await;
    let mut guest = Browser::new(&served);
    guest.get("/events").await.is(200).never("I will come").never(" come.");

    let form = ada_sees.get("/events").await.never(" come.").form("/events");
    assert_eq!(form.get("come"), "yes");
    let told = ada_sees.send(form.clone(), "send").await;
    told.is(200).says("Good, you come").says("1 person comes. You are on the list.").never("Ada Park");
    // Said twice, it is said once.
    ada_sees.send(form, "send").await.says("1 person comes.");
    let form = bo_sees.get("/events").await.never("on the list").form("/events");
    bo_sees.send(form, "send").await.says("2 people come.").never("Ada Park");
    guest.get("/events").await.says("2 people come.").never("Ada Park").never("Bo Lee");
    rosa.get("/events").await.says("They come: Ada Park, Bo Lee");

    let form = ada_sees.get("/events").await.form("/events");
    assert_eq!(form.get("come"), "no");
    let told = ada_sees.send(form, "send").await;
    told.is(200).says("You do not come after all").says("1 person comes.").never("on the list");
    rosa.get("/events").await.says("They come: Bo Lee").never("Ada Park");
    trial.running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_comes_is_kept_with_the_event_and_forgotten_with_the_member() {
    let trial = town().await;
    let served = serve(trial.handle()).await;
    let (ada, bo) = (trial.admit_named(1, "Ada Park").await, trial.admit_named(2, "Bo Lee").await);
    let handle = trial.handle();
    let mut ada_sees = Browser::signed_in(&served, handle, ada).await;
    let form = ada_sees.get("/events").await.form("/events");
    ada_sees.send(form.clone(), "send").await.is(200);
    assert!(handle.come(SOUP, bo, true).await.unwrap());
    assert_eq!(handle.data_of(ada).await.unwrap()["comes_to"][0]["title"], "Soup");
    // An event that is put off takes them along.
    let later = clock::now().plus(Span::days(90));
    assert!(matches!(handle.change_event(SOUP, 0, move |event| event.begins = later).await, Ok(Rewritten::Yes(_))));
    let kept = handle.papers(|paper| match paper {
        Paper::Coming(coming) => Some(coming.until),
        _ => None,
    });
    assert!(kept.await.unwrap().iter().all(|(_, until)| *until > later));
    handle.forget_papers(Forgotten::of(bo)).await.unwrap();
    ada_sees.get("/events").await.says("1 person comes.");
    assert_eq!(handle.data_of(bo).await.unwrap()["comes_to"].as_array().map(Vec::len), Some(0));
    // With the event ends what was said of it.
    handle.call_off(SOUP).await.unwrap();
    ada_sees.send(form, "send").await.is(404);
    assert_eq!(handle.coming().await.unwrap().len(), 0);
    assert!(!handle.come(SOUP, ada, true).await.unwrap());
    trial.running.stop().await;
}
