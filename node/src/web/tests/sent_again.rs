//! Forms that arrive twice, as impatient people and bad lines send them: each has one effect.

use super::{circles::circle, disputes::give_to_the_pot, exchange, exchange_as, partner, pay, pot::pot, rough::twice};
use crate::{
    trial::Trial,
    web::browser::{Browser, Shown, serve},
};
use kith_protocol::{
    id::{ExchangeId, MemberId},
    machine::Command,
    minutes::Minutes,
    partnership::Payee,
};

async fn entries(trial: &Trial) -> u64 {
    trial.handle().look(|machine, _| machine.state().ledger().tree().size()).await.unwrap()
}

/// Fills a form in, looks at it, and presses the button that counts twice: both lead to the same page.
async fn sent_twice(browser: &mut Browser, path: &str, action: &str, fill: &[(&str, &str)]) -> Shown {
    let form = browser.get(path).await.is(200).form(action).with(fill);
    let shown = browser.send(form.clone(), "check").await;
    let form = if shown.is(200).title() == "Is this right?" { shown.form(action) } else { form };
    let (one, two) = twice(browser, &form, "send").await;
    assert_eq!((one.is(200).path.as_str(), one.title()), (two.is(200).path.as_str(), two.title()));
    two
}

/// Where a page is, whatever it tells at its top.
fn at(shown: &Shown) -> &str {
    shown.is(200).path.split('?').next().unwrap()
}

/// How often somebody did something for a member, as the member sees it.
async fn done_for(trial: &Trial, member: MemberId) -> usize {
    trial.handle().file(member).await.unwrap().acts.len()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_members_send_twice_is_done_once() {
    let trial = Trial::begin("Elm", false).await;
    let served = serve(trial.handle()).await;
    let (ada, bo) = (trial.admit_named(1, "Ada Park").await, trial.admit_named(2, "Bo Lee").await);
    let cy = trial.admit_named(3, "Cy Old").await;
    exchange(&trial, ada, bo, 150).await;
    exchange_as(2, &trial, ada, cy, 30).await;
    let (first, second) = (ExchangeId([1; 16]), ExchangeId([2; 16]));
    let handle = trial.handle();
    let mut ada_sees = Browser::signed_in(&served, handle, ada).await;

    let before = entries(&trial).await;
    sent_twice(&mut ada_sees, "/gift", "/gift", &[("length", "1:30")]).await;
    assert_eq!((entries(&trial).await, pot(&trial).await), (before + 1, 90));

    let thread = format!("/messages/{bo}?about=e/{first}");
    sent_twice(&mut ada_sees, &thread, "/messages/", &[("text", "Thank you")]).await;
    assert_eq!(handle.messages_between(ada, bo).await.unwrap().len(), 1);

    sent_twice(&mut ada_sees, "/helpers?add=yes", "/helpers", &[("who", "Bo Lee")]).await;
    assert_eq!(handle.file(ada).await.unwrap().helpers.len(), 1);

    // The question that stands is the one that was asked first.
    let question = format!("/exchange/{first}/question");
    let form = ada_sees.get(&question).await.form(&question).with(&[("reason", "hours")]);
    ada_sees.send(form.clone(), "check").await.is(200);
    let asked = handle.questions().await.unwrap();
    ada_sees.send(form.clone(), "check").await.is(200);
    assert_eq!((handle.questions().await.unwrap(), asked.len()), (asked, 1));
    ada_sees.send(form.clone().with(&[("reason", "never")]), "check").await.is(200);
    assert_eq!(handle.questions().await.unwrap().len(), 1);

    // Its old form does not open it anew once it was answered. A new one does.
    handle.answered(first).await.unwrap();
    let again = ada_sees.send(form.clone(), "check").await;
    again.is(200).says("Your question was answered").says("This is how it stands now.");
    assert!(handle.questions().await.unwrap().is_empty());
    let anew = ada_sees.get(&question).await.form(&question).with(&[("reason", "hours")]);
    ada_sees.send(anew, "check").await.is(200).says("A coordinator knows");
    assert_eq!(handle.questions().await.unwrap().len(), 1);

    // Whoever acts for her does so once, too.
    let mut bo_sees = Browser::signed_in(&served, handle, bo).await;
    let asks = [("title", "A lift"), ("category", "transport")];
    sent_twice(&mut bo_sees, &format!("/ask?for={ada}"), "/ask", &asks).await;
    assert_eq!(done_for(&trial, ada).await, 1);
    let question = format!("/exchange/{second}/question");
    let path = format!("{question}?for={ada}");
    sent_twice(&mut bo_sees, &path, &question, &[("reason", "hours")]).await;
    assert_eq!((done_for(&trial, ada).await, handle.questions().await.unwrap().len()), (2, 2));
    trial.running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_coordinators_send_twice_is_done_once() {
    let trial = Trial::begin("Elm", false).await;
    let served = serve(trial.handle()).await;
    let (ada, bo) = (trial.admit_named(1, "Ada Park").await, trial.admit_named(2, "Bo Lee").await);
    let handle = trial.handle();
    let mut rosa = Browser::signed_in(&served, handle, trial.coordinator).await;

    let form = rosa.get("/circles/new").await.form("/circles/new").with(&[("name", "Elm Row")]);
    let (one, two) = twice(&mut rosa, &form, "check").await;
    assert_eq!((one.is(200).path.as_str(), handle.circles().await.unwrap().len()), (two.path.as_str(), 1));
    let row = circle(&mut rosa, "Bakers", &["ada park", "bo lee"], "ada park").await;
    let id = row.rsplit('/').next().unwrap().to_owned();

    sent_twice(&mut rosa, "/notices/new", "/notices/new", &[("to", "all"), ("text", "Soup on Friday")]).await;
    assert_eq!(handle.notices().await.unwrap().len(), 1);

    let before = entries(&trial).await;
    let sheet = [("leader", "Bo Lee"), ("there", "Ada Park"), ("length", "0:30")];
    sent_twice(&mut rosa, "/group", "/group", &sheet).await;
    assert_eq!((entries(&trial).await, handle.batches().await.unwrap().len()), (before + 1, 1));
    // Whoever looks after a circle does it once for each of it.
    let mut ada_sees = Browser::signed_in(&served, handle, ada).await;
    let (path, there) = (format!("/group?circle={id}"), bo.to_string());
    let sheet = [("leader", "Ada Park"), ("there", &*there), ("length", "1:15")];
    sent_twice(&mut ada_sees, &path, "/group", &sheet).await;
    assert_eq!((entries(&trial).await, done_for(&trial, bo).await), (before + 2, 1));

    let form = rosa.get("/partners/invite").await.form("/partners/invite");
    let (one, two) = twice(&mut rosa, &form, "check").await;
    let text = |shown: &Shown| shown.body.split("KITH1:").nth(1).unwrap().split('<').next().unwrap().to_owned();
    assert_eq!(text(&one), text(&two));
    let open = handle.look(|machine, _| machine.state().invitations().len()).await.unwrap();
    assert_eq!(open, 1);
    trial.running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_goes_to_partners_goes_once() {
    let (elm, west) = (Trial::begin("Elm", true).await, Trial::begin("Westside", true).await);
    let (amina, joe) = (elm.admit_named(1, "Amina Khan").await, west.admit_named(2, "Joe Bell").await);
    let account = partner(&elm, &west).await;
    let alias = west.handle().look(move |machine, _| machine.identity().aliases.alias(&account, &joe)).await.unwrap();
    pay(&elm, account, amina, Payee::Alias(alias), 60).await;
    let (at_elm, at_west) = (serve(elm.handle()).await, serve(west.handle()).await);
    let mut rosa = Browser::signed_in(&at_elm, elm.handle(), elm.coordinator).await;
    let mut otto = Browser::signed_in(&at_west, west.handle(), west.coordinator).await;
    let mut amina_there = Browser::signed_in(&at_elm, elm.handle(), amina).await;
    amina_there.until("/home", "Received: 1 hour.").await;

    // Every step of a talk stands there once, on both sides.
    let talk = format!("/disputes/{}", ExchangeId([2; 16]));
    for (step, fill, says) in [
        ("open", ("why", "hours"), "This is not right: The hours are wrong"),
        ("say", ("text", "We shall ask Joe."), "We shall ask Joe."),
        ("close", ("outcome", "stands"), "Let us end it so: it stands as it is"),
    ] {
        let path = format!("{talk}/{step}");
        let form = rosa.get(&path).await.is(200).form(&path).with(&[fill]);
        let (one, two) = twice(&mut rosa, &form, "check").await;
        assert_eq!((at(&one), one.body.matches(says).count()), (&*talk, 1), "{}", one.body);
        assert_eq!((at(&two), two.body.matches(says).count()), (&*talk, 1), "{}", two.body);
        let there = otto.until(&talk, says).await;
        assert_eq!(there.body.matches(says).count(), 1, "{}", there.body);
    }

    // The pot gives for whoever waits once.
    let payer = west.handle().look(move |machine, _| machine.identity().aliases.alias(&account, &joe)).await.unwrap();
    let (id, minutes) = (ExchangeId([9; 16]), Minutes::new(60).unwrap());
    let ask = Command::Ask { account, exchange: id, payee: amina, payer: Some(payer), minutes, reverses: None };
    elm.handle().command(None, ask).await.unwrap();
    give_to_the_pot(&elm, 150).await;
    let (path, before) = (format!("/exchange/{id}/advance"), entries(&elm).await);
    let form = rosa.get(&path).await.is(200).form(&path);
    let (one, two) = twice(&mut rosa, &form, "check").await;
    assert_eq!(one.is(200).path, two.is(200).path);
    assert_eq!((entries(&elm).await, pot(&elm).await), (before + 1, 90));
    elm.running.stop().await;
    west.running.stop().await;
}
