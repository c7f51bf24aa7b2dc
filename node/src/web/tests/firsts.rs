//! A new member's first hours with somebody elsewhere: a coordinator looks at them before anything goes out.

use super::{circles::circle, partner};
use crate::{
    runtime::{Handle, office::First},
    trial::Trial,
    web::browser::{Browser, serve},
};
use kith_protocol::id::{AccountId, MemberId};

async fn entries(trial: &Trial) -> u64 {
    trial.handle().look(|machine, _| machine.state().ledger().tree().size()).await.unwrap()
}

/// The form in which a member writes down hours with somebody elsewhere, by their code.
fn hours(way: &str, there: &Trial, code: &str) -> String {
    let community = there.handle().community().to_string().replace(':', "%3A");
    format!("/record/hours?way={way}&to=a%2F{community}%2F{code}")
}

async fn code(handle: &Handle, account: AccountId, member: MemberId) -> String {
    handle.look(move |machine, _| machine.identity().aliases.alias(&account, &member).to_string()).await.unwrap()
}

async fn writes(browser: &mut Browser, form: &str, length: &str) -> crate::web::browser::Shown {
    let form = browser.get(form).await.form("/record/hours");
    browser.whole(form.with(&[("length", length)])).await.1
}

async fn first(rosa: &mut Browser) -> String {
    rosa.get("/today").await.links().into_iter().find(|link| link.starts_with("/first/")).unwrap()
}

const LOOKS: &str = "another coordinator looks at it first.";

#[tokio::test(flavor = "multi_thread")]
async fn what_a_new_member_has_with_somebody_elsewhere_is_looked_at_before_it_goes_out() {
    let (elm, west) = (Trial::begin("Elm", true).await, Trial::begin("Westside", true).await);
    let (amina, cy) = (elm.admit_named(1, "Amina Khan").await, elm.admit_named(3, "Cy Old").await);
    let joe = west.admit_named(2, "Joe Bell").await;
    let account = partner(&elm, &west).await;
    let joes = code(west.handle(), account, joe).await;
    elm.handle().set_office_rules(|rules| rules.approve_first = true).await.unwrap();
    let at_elm = serve(elm.handle()).await;
    let mut rosa = Browser::signed_in(&at_elm, elm.handle(), elm.coordinator).await;
    let mut amina_there = Browser::signed_in(&at_elm, elm.handle(), amina).await;
    let mut cy_there = Browser::signed_in(&at_elm, elm.handle(), cy).await;
    rosa.until("/partners", "Connected now.").await;

    // She pays: nothing is recorded, and nothing goes out.
    let before = entries(&elm).await;
    writes(&mut amina_there, &hours("received", &west, &joes), "1:30").await.says("A coordinator looks at it first");
    assert_eq!((entries(&elm).await, elm.handle().firsts().await.unwrap().len()), (before, 1));
    let home = amina_there.get("/home").await;
    home.says(LOOKS).says("Somebody in Westside helped you for 1 hour 30 minutes");
    let own = home.links().into_iter().find(|link| link.starts_with("/exchange/")).unwrap();
    amina_there.get(&own).await.is(200).says(LOOKS).never("/decline").never("/confirm");
    cy_there.get(&own).await.is(404);
    rosa.get("/today").await.says("Somebody in Westside helped Amina Khan for 1 hour 30 minutes");
    let link = first(&mut rosa).await;
    amina_there.get(&link).await.is(403);
    let yes = rosa.get(&link).await.says("One of them is new.").form(&format!("{link}/yes"));
    rosa.send(yes.clone(), "send").await.is(200);
    let again = rosa.send(yes, "send").await;
    assert!(again.is(200).says("This was looked at already").path.starts_with("/exchange/"));
    amina_there.until(&own, "Done. It counts").await;
    rosa.get("/today").await.never("First exchanges to look at");
    // The second is between the two of them.
    writes(&mut amina_there, &hours("received", &west, &joes), "0:10").await.never("looks at it first");

    // He helped: nobody elsewhere is asked before. What a coordinator writes for him was looked at.
    writes(&mut cy_there, &hours("gave", &west, &joes), "0:40").await.says("A coordinator looks at it first");
    let Some((id, First::Across(_))) = elm.handle().firsts().await.unwrap().pop() else { panic!("it is kept") };
    assert!(elm.handle().look(move |machine, _| machine.state().waiting().get(&id).is_none()).await.unwrap());
    let link = first(&mut rosa).await;
    let no = rosa.get(&link).await.form(&format!("{link}/no"));
    rosa.send(no, "send").await.is(200);
    let letter = cy_there.get(&format!("/messages/{}", elm.coordinator)).await;
    letter.says("Cy Old helped Somebody in Westside for 40 minutes").says("Let us talk about it first.");
    cy_there.get("/home").await.never(LOOKS);
    let form = format!("{}&for={cy}", hours("gave", &west, &joes));
    writes(&mut rosa, &form, "0:45").await.says("Waiting for the other person in Westside");
    elm.running.stop().await;
    west.running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_members_yes_to_somebody_elsewhere_waits_for_a_coordinator() {
    let (elm, west) = (Trial::begin("Elm", true).await, Trial::begin("Westside", true).await);
    let (amina, joe) = (elm.admit_named(1, "Amina Khan").await, west.admit_named(2, "Joe Bell").await);
    let account = partner(&elm, &west).await;
    let aminas = code(elm.handle(), account, amina).await;
    elm.handle().set_office_rules(|rules| rules.approve_first = true).await.unwrap();
    let (at_elm, at_west) = (serve(elm.handle()).await, serve(west.handle()).await);
    let mut rosa = Browser::signed_in(&at_elm, elm.handle(), elm.coordinator).await;
    let mut amina_there = Browser::signed_in(&at_elm, elm.handle(), amina).await;
    let mut joe_there = Browser::signed_in(&at_west, west.handle(), joe).await;
    writes(&mut joe_there, &hours("gave", &elm, &aminas), "0:30").await.says("Waiting for the other person in Elm");
    let home = amina_there.until("/home", "This waits for you").await;
    let own = home.links().into_iter().find(|link| link.starts_with("/exchange/")).unwrap();
    let before = entries(&elm).await;
    let confirm = amina_there.get(&own).await.form(&own);
    amina_there.send(confirm.clone(), "check").await.says("A coordinator looks at it first");
    assert_eq!(entries(&elm).await, before);
    // It waits for a coordinator now, not for her.
    amina_there.get("/home").await.says(LOOKS).never("This waits for you");
    amina_there.get(&own).await.is(200).says(LOOKS).never("/confirm");
    // A coordinator who does not let it go leaves it as it was, and she hears of it.
    let link = first(&mut rosa).await;
    let no = rosa.get(&link).await.says("Amina Khan").form(&format!("{link}/no"));
    rosa.send(no, "send").await.is(200);
    amina_there.get("/home").await.says("This waits for you");
    amina_there.send(confirm, "check").await.says("A coordinator looks at it first");
    let link = first(&mut rosa).await;
    let yes = rosa.get(&link).await.form(&format!("{link}/yes"));
    rosa.send(yes, "send").await.is(200);
    amina_there.until(&own, "Done. It counts").await;
    joe_there.until("/home", "Given: 30 minutes.").await;
    elm.running.stop().await;
    west.running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_looks_at_a_first_exchange_reads_who_wrote_it_down_for_whom() {
    let trial = Trial::begin("Elm", false).await;
    let (ada, bo) = (trial.admit_named(1, "Ada Park").await, trial.admit_named(2, "Bo Lee").await);
    let cy = trial.admit_named(3, "Cy Old").await;
    trial.handle().set_office_rules(|rules| rules.approve_first = true).await.unwrap();
    let served = serve(trial.handle()).await;
    let mut rosa = Browser::signed_in(&served, trial.handle(), trial.coordinator).await;
    let mut ada_sees = Browser::signed_in(&served, trial.handle(), ada).await;
    let mut bo_sees = Browser::signed_in(&served, trial.handle(), bo).await;
    let form = ada_sees.get("/helpers?add=yes").await.form("/helpers");
    ada_sees.send(form.with(&[("who", "Bo Lee")]), "check").await.is(200);
    let both = "For Ada Park, written down by Bo Lee.";
    writes(&mut bo_sees, &format!("/record/hours?way=gave&to=m/{cy}&for={ada}"), "1").await.says("looks at it first");
    rosa.get("/today").await.says("Ada Park helped Cy Old for 1 hour").says(&format!("{both} One of them is new."));
    let link = first(&mut rosa).await;
    let page = rosa.get(&link).await;
    let no = page.says(both).form(&format!("{link}/no"));
    rosa.send(no, "send").await.is(200);
    // What they write down themselves bears one name.
    writes(&mut ada_sees, &format!("/record/hours?way=gave&to=m/{cy}"), "2").await.says("looks at it first");
    rosa.get("/today").await.says("Ada Park helped Cy Old for 2 hours").never("written down by");
    let link = first(&mut rosa).await;
    rosa.get(&link).await.says("One of them is new.").never("written down by");
    trial.running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_gave_to_the_pot_and_stood_on_a_sheet_is_still_new() {
    let trial = Trial::begin("Elm", false).await;
    let (ada, bo) = (trial.admit_named(1, "Ada Park").await, trial.admit_named(2, "Bo Lee").await);
    let served = serve(trial.handle()).await;
    let mut rosa = Browser::signed_in(&served, trial.handle(), trial.coordinator).await;
    let mut ada_sees = Browser::signed_in(&served, trial.handle(), ada).await;
    let at = circle(&mut rosa, "Bakers", &["Ada Park", "Bo Lee"], "Ada Park").await;
    let form = rosa.get(&format!("/group?circle={}", at.rsplit('/').next().unwrap())).await.form("/group");
    let form = form.with(&[("leader", "ada"), ("there", &bo.to_string()), ("length", "1:30")]);
    rosa.whole(form).await.1.says("Written down for 1 person.");
    let form = ada_sees.get("/gift").await.form("/gift").with(&[("length", "0:10")]);
    ada_sees.whole(form).await.1.says("Done. It counts");
    trial.handle().set_office_rules(|rules| rules.approve_first = true).await.unwrap();
    let hours = format!("/record/hours?way=received&to=m/{bo}");
    writes(&mut ada_sees, &hours, "1").await.says("A coordinator looks at it first");
    let link = first(&mut rosa).await;
    let yes = rosa.get(&link).await.form(&format!("{link}/yes"));
    rosa.send(yes, "send").await.is(200);
    // Now both have had something with one other person.
    writes(&mut ada_sees, &hours, "2").await.never("A coordinator looks at it first");
    trial.running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_coordinator_decided_stays_decided_however_often_it_is_sent() {
    let trial = Trial::begin("Elm", false).await;
    let (ada, bo) = (trial.admit_named(1, "Ada Park").await, trial.admit_named(2, "Bo Lee").await);
    let cy = trial.admit_named(3, "Cy Old").await;
    trial.handle().set_office_rules(|rules| rules.approve_first = true).await.unwrap();
    let served = serve(trial.handle()).await;
    let mut rosa = Browser::signed_in(&served, trial.handle(), trial.coordinator).await;
    let mut ada_sees = Browser::signed_in(&served, trial.handle(), ada).await;
    let mut cy_sees = Browser::signed_in(&served, trial.handle(), cy).await;
    let hours = format!("/record/hours?way=received&to=m/{bo}");
    let form = ada_sees.get(&hours).await.form("/record/hours").with(&[("length", "1:30"), ("note", "A lift")]);
    let again = ada_sees.send(form, "check").await.is(200).form("/record/hours");
    for _ in 0..2 {
        ada_sees.send(again.clone(), "send").await.is(200).says("A coordinator looks at it first");
        assert_eq!(trial.handle().firsts().await.unwrap().len(), 1);
    }
    let link = first(&mut rosa).await;
    let page = rosa.get(&link).await;
    let (yes, no) = (page.form(&format!("{link}/yes")), page.form(&format!("{link}/no")));
    rosa.send(yes.clone(), "send").await.is(200).says("It is written down");
    let before = entries(&trial).await;
    let shown = ada_sees.send(again, "send").await;
    assert!(shown.is(200).says("Done. It counts").path.starts_with("/exchange/"), "{}", shown.path);
    assert_eq!((entries(&trial).await, trial.handle().firsts().await.unwrap()), (before, Vec::new()));
    // Whoever looks at it once more reads what is so.
    for pressed in [yes, no] {
        let shown = rosa.send(pressed, "send").await;
        shown.is(200).says("This was looked at already").says("It was written down. This is how it stands now.");
        assert!(shown.path.starts_with("/exchange/"));
    }
    assert_eq!(entries(&trial).await, before);

    let form = cy_sees.get(&hours).await.form("/record/hours").with(&[("length", "0:20")]);
    let again = cy_sees.send(form.clone(), "check").await.is(200).form("/record/hours");
    cy_sees.send(again.clone(), "send").await.is(200).says("A coordinator looks at it first");
    let link = first(&mut rosa).await;
    let no = rosa.get(&link).await.form(&format!("{link}/no"));
    rosa.send(no.clone(), "send").await.is(200).says("It is not written down");
    let shown = cy_sees.send(again, "send").await;
    shown.is(200).says("A coordinator looked at this already").says("It is not written down.");
    assert!(trial.handle().firsts().await.unwrap().is_empty());
    rosa.send(no, "send").await.is(200).says("It was not written down.");
    // A new form asks anew.
    writes(&mut cy_sees, &hours, "0:20").await.says("A coordinator looks at it first");
    trial.running.stop().await;
}
