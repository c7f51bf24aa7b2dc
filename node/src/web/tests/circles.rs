//! Circles with coordinators of their own, sheets of groups, and what is said to everybody.

use crate::{
    trial::Trial,
    web::browser::{Browser, serve},
};
use kith_protocol::{
    id::MemberId,
    ledger::{Authority, Body, Channel, History as _},
};

async fn last(trial: &Trial) -> Body {
    let entry =
        trial.handle().look(|machine, book| book.entry(machine.state().ledger().tree().size() - 1)).await.unwrap();
    entry.unwrap().body
}

async fn balance(trial: &Trial, member: MemberId) -> i64 {
    let look = trial.handle().look(move |machine, _| machine.state().ledger().members()[&member].balance.get());
    look.await.unwrap()
}

/// Makes a circle as coordinators do, with its members and who looks after it by their names; gives its address.
pub(super) async fn circle(rosa: &mut Browser, name: &str, members: &[&str], leads: &str) -> String {
    let form = rosa.get("/circles/new").await.form("/circles/new").with(&[("name", name)]);
    let add = rosa.send(form, "check").await;
    let at = add.is(200).path.split("/add").next().unwrap().to_owned();
    let parts = members.iter().map(|who| (*who, "in")).chain([(leads, "leads")]);
    for (who, part) in parts {
        let form = rosa.get(&format!("{at}/add")).await.form(&at).with(&[("who", who), ("part", part)]);
        assert_eq!(rosa.send(form, "check").await.is(200).path.split('?').next(), Some(at.as_str()));
    }
    at
}

#[tokio::test(flavor = "multi_thread")]
async fn a_circles_coordinator_acts_for_its_members_and_for_nobody_else() {
    let trial = Trial::begin("Elm", false).await;
    let served = serve(trial.handle()).await;
    let (ada, bo) = (trial.admit_named(1, "Ada Park").await, trial.admit_named(2, "Bo Lee").await);
    let cy = trial.admit_named(3, "Cy Old").await;
    let mut rosa = Browser::signed_in(&served, trial.handle(), trial.coordinator).await;
    let mut bo_sees = Browser::signed_in(&served, trial.handle(), bo).await;
    rosa.get("/circles").await.says("There is no circle yet.");
    let at = circle(&mut rosa, "Elm Row", &["ada park"], "bo").await;
    // Names of circles are told apart, and nobody is found twice.
    let form = rosa.get("/circles/new").await.form("/circles/new").with(&[("name", "elm  ROW")]);
    rosa.send(form, "check").await.is(422).says("There is a circle with this name.");
    let form = rosa.get(&format!("{at}/add")).await.form(&at).with(&[("who", "Nobody")]);
    rosa.send(form, "check").await.is(422).says("We know nobody called");
    rosa.get(&at).await.says("1 person is in this circle.").says("Bo Lee").says("Ada Park");

    // Bo sees and acts for Ada, with both names, and for nobody else.
    bo_sees.get("/circles").await.says("Elm Row, 1 person").never("Make a circle");
    bo_sees.get(&format!("{at}/members/{ada}")).await.is(200).says("Ada Park");
    bo_sees.get(&format!("{at}/members/{cy}")).await.is(404);
    let both = "For Ada Park, written down by Bo Lee.";
    for path in ["/home", "/statement", "/ask", "/offer", "/record"] {
        bo_sees.get(&format!("{path}?for={ada}")).await.is(200).says(both);
        bo_sees.get(&format!("{path}?for={cy}")).await.is(403);
    }
    // Whoever writes the address decides who signs in: that is not a helper's to do.
    for path in ["/me/change", "/leave"] {
        bo_sees.get(&format!("{path}?for={ada}")).await.is(403);
    }
    let form = bo_sees.get(&format!("/record/hours?way=received&to=m/{cy}&for={ada}")).await.form("/record/hours");
    let (_, sent) = bo_sees.whole(form.with(&[("length", "0:45")])).await;
    sent.is(200);
    assert_eq!(balance(&trial, ada).await, -45);
    let mut ada_sees = Browser::signed_in(&served, trial.handle(), ada).await;
    ada_sees.get("/helpers").await.says("Bo Lee").says("Did something for you today");

    // Only coordinators of the community put people in, rename and end.
    for path in ["add", "name", "end"] {
        bo_sees.get(&format!("{at}/{path}")).await.is(403);
    }
    bo_sees.get("/circles/new").await.is(403);
    let mut cy_sees = Browser::signed_in(&served, trial.handle(), cy).await;
    cy_sees.get(&at).await.is(403);
    ada_sees.get(&at).await.is(200).says("can see your page").never(&format!("{at}/members/{ada}"));
    ada_sees.get(&format!("{at}/members/{ada}")).await.is(403);

    // Whom Ada keeps away looks after her no more; and she can leave.
    ada_sees.get(&format!("/messages/{bo}")).await.is(200);
    ada_sees.get(&format!("/messages/{cy}")).await.is(403);
    bo_sees.get("/home").await.says("Look after Elm Row");
    trial.handle().keep_away(ada, bo, true).await.unwrap();
    bo_sees.get(&format!("/home?for={ada}")).await.is(403);
    bo_sees.get(&format!("{at}/members/{ada}")).await.never("/home?for=");
    trial.handle().keep_away(ada, bo, false).await.unwrap();
    bo_sees.get(&format!("/home?for={ada}")).await.is(200);
    let leave = ada_sees.get(&at).await.form(&format!("{at}/leave"));
    ada_sees.send(leave, "send").await.says("You are out of the circle");
    bo_sees.get(&format!("/home?for={ada}")).await.is(403);

    let form = rosa.get(&format!("{at}/name")).await.form(&at).with(&[("name", "Oak Row")]);
    rosa.send(form, "check").await.says("Oak Row");
    let lead = rosa.get(&format!("{at}/members/{bo}")).await.form(&format!("{at}/members/{bo}/lead"));
    rosa.send(lead, "send").await.is(200).never("Bo Lee");
    bo_sees.get(&at).await.is(403);
    let end = rosa.get(&format!("{at}/end")).await.form(&format!("{at}/end"));
    rosa.send(end.clone(), "check").await.says("The circle has ended");
    rosa.send(end, "check").await.says("The circle has ended");
    rosa.get(&at).await.is(404);
    trial.running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_exchange_bears_the_name_of_whoever_spoke_for_a_member() {
    let trial = Trial::begin("Elm", false).await;
    let served = serve(trial.handle()).await;
    let (ada, bo) = (trial.admit_named(1, "Ada Park").await, trial.admit_named(2, "Bo Lee").await);
    let cy = trial.admit_named(3, "Cy Old").await;
    let mut rosa = Browser::signed_in(&served, trial.handle(), trial.coordinator).await;
    circle(&mut rosa, "Elm Row", &["ada park"], "bo").await;
    let mut bo_sees = Browser::signed_in(&served, trial.handle(), bo).await;
    let mut ada_sees = Browser::signed_in(&served, trial.handle(), ada).await;
    let mut cy_sees = Browser::signed_in(&served, trial.handle(), cy).await;
    let form = bo_sees.get(&format!("/record/hours?way=received&to=m/{cy}&for={ada}")).await.form("/record/hours");
    // What is refused is nothing that was done for her.
    bo_sees.whole(form.clone().with(&[("length", "50 h")])).await.1.is(422);
    ada_sees.get("/helpers").await.is(200).never("Did something for you");
    let (check, sent) = bo_sees.whole(form.with(&[("length", "0:45")])).await;
    sent.is(200).says("<dt dir=\"auto\">Ada Park</dt><dd>Signed in, through Bo Lee</dd>");
    // Sent twice, it was done once.
    bo_sees.send(check.form("/record/hours"), "send").await.is(200);
    let helpers = ada_sees.get("/helpers").await;
    assert_eq!(helpers.body.matches("Did something for you").count(), 1, "{}", helpers.body);
    let exchange = sent.path.split('?').next().unwrap();
    ada_sees.get(exchange).await.says("<dt dir=\"auto\">You</dt><dd>Signed in, through Bo Lee</dd>");
    cy_sees.get(exchange).await.says("<dt dir=\"auto\">Ada Park</dt><dd>Signed in, through Bo Lee</dd>");
    let form = bo_sees.get(&format!("{exchange}/question?for={ada}")).await.form(exchange);
    for _ in 0..2 {
        bo_sees.send(form.clone().with(&[("reason", "hours")]), "check").await.is(200);
    }
    let helpers = ada_sees.get("/helpers").await;
    assert_eq!(helpers.body.matches("Asked about hours for you").count(), 1, "{}", helpers.body);
    // Her statement and her copy of her data say it, too; nobody spoke for Cy.
    ada_sees.get("/statement").await.says("<bdi>Cy Old, written down by Bo Lee</bdi>");
    let data = trial.handle().data_of(ada).await.unwrap();
    assert!(data["statement"].as_array().unwrap().iter().any(|line| line["through"] == "Bo Lee"), "{data}");
    cy_sees.get("/statement").await.says("Ada Park").never("written down by Bo Lee");

    // The same for a yes.
    let form = cy_sees.get(&format!("/record/hours?way=gave&to=m/{ada}")).await.form("/record/hours");
    let waits = cy_sees.whole(form.with(&[("length", "1")])).await.1.path;
    let waits = waits.split('?').next().unwrap();
    let form = bo_sees.get(&format!("{waits}?for={ada}")).await.form(&format!("{waits}/confirm"));
    bo_sees.send(form, "send").await.is(200);
    let page = cy_sees.get(waits).await;
    page.says("<dt dir=\"auto\">You</dt><dd>Signed in, and said yes</dd>");
    page.says("<dt dir=\"auto\">Ada Park</dt><dd>Signed in, through Bo Lee</dd>");
    trial.running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sheet_of_a_group_is_one_exchange_that_can_be_undone() {
    let trial = Trial::begin("Elm", false).await;
    let served = serve(trial.handle()).await;
    let (ada, bo) = (trial.admit_named(1, "Ada Park").await, trial.admit_named(2, "Bo Lee").await);
    let cy = trial.admit_named(3, "Cy Old").await;
    let mut rosa = Browser::signed_in(&served, trial.handle(), trial.coordinator).await;
    let at = circle(&mut rosa, "Bakers", &["Ada Park", "Bo Lee", "Cy Old"], "Ada Park").await;
    let id = at.rsplit('/').next().unwrap().to_owned();
    let sheet = rosa.get(&format!("/paper/attendance?circle={id}")).await;
    sheet.is(200).says("Bakers").says("Ada Park").says("Cy Old");
    let open = format!("/group?circle={id}");
    let form = rosa.get(&open).await.form("/group");
    let wrong = rosa.send(form.clone(), "check").await;
    wrong.is(422).says("Write who led it.").says("Tick those who were there.").says("Write how long it was.");
    let there = format!("{bo},{cy}");
    let form = form.with(&[("leader", "ada"), ("there", &there), ("length", "1:30"), ("note", "Bread making")]);
    let check = rosa.send(form.clone(), "check").await;
    check.is(200).says("Each gives 1 hour 30 minutes. Whoever led gets 1 hour 30 minutes.").says("2 people");
    check.says("The pot gets 1 hour 30 minutes.").says("Bo Lee\nCy Old").says("Led by");
    let kept = rosa.send(check.form("/group"), "send").await;
    kept.says("Written down for 2 people.").says("A group of 2 people");
    rosa.send(check.form("/group"), "send").await.is(200);
    assert_eq!([balance(&trial, ada).await, balance(&trial, bo).await, balance(&trial, cy).await], [90, -90, -90]);
    let Body::GroupExchange { leader, participants, .. } = last(&trial).await else { panic!("a group") };
    let word = Some(Authority::OnBehalf { coordinator: trial.coordinator, channel: Channel::Paper });
    assert_eq!((leader, participants), (word.clone(), vec![word.clone(), word]));
    let statement = rosa.get(&format!("/statement?for={bo}")).await;
    statement.says("Bread making").says("<bdi>Ada Park, written down by Rosa Example</bdi>");
    rosa.get(&format!("/statement?for={ada}")).await.says("<bdi>written down by Rosa Example</bdi>");
    let group = statement.links().into_iter().find(|link| link.starts_with("/exchange/")).unwrap();
    let page = rosa.get(&group).await;
    page.says("<dt dir=\"auto\">Everybody</dt><dd>On paper, through Rosa Example</dd>");

    // The same sheet typed again is noticed; another on the same day can be meant.
    let again =
        rosa.get(&open).await.form("/group").with(&[("leader", "Ada Park"), ("there", &there), ("length", "1")]);
    let doubt = rosa.send(again, "check").await;
    doubt.is(422).says("Something like it stands there for this day.").says("id=\"anyway\"");
    let meant = doubt.form("/group").with(&[("anyway", "yes"), ("there", &there)]);
    rosa.send(meant, "check").await.is(200).says("Each gives 1 hour.");

    // Undone as a whole, once.
    let undo = rosa.get("/slips").await.form("/slips/undo");
    rosa.send(undo.clone(), "send").await.is(200);
    rosa.send(undo, "send").await.is(200);
    assert_eq!([balance(&trial, ada).await, balance(&trial, bo).await, balance(&trial, cy).await], [0, 0, 0]);
    let again =
        rosa.get(&open).await.form("/group").with(&[("leader", "Ada Park"), ("there", &there), ("length", "1")]);
    rosa.send(again, "check").await.is(200).says("Each gives 1 hour.");

    // Without a circle the names are typed.
    let form = rosa.get("/group").await.form("/group").with(&[("leader", "Cy Old"), ("length", "0:30")]);
    rosa.send(form.clone().with(&[("there", "Ada Park\nNobody")]), "check").await.is(422).says("“Nobody”");
    rosa.send(form.clone().with(&[("there", "Cy Old")]), "check").await.is(422).says("Who else was there?");
    let (_, sent) = rosa.whole(form.with(&[("there", "Ada Park\r\n\r\nBo Lee\r\n")])).await;
    sent.says("Written down for 2 people.");
    assert_eq!(balance(&trial, cy).await, 30);
    trial.running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_looks_after_a_circle_writes_its_sheets_and_no_others() {
    let trial = Trial::begin("Elm", false).await;
    let served = serve(trial.handle()).await;
    let (ada, bo) = (trial.admit_named(1, "Ada Park").await, trial.admit_named(2, "Bo Lee").await);
    let mut rosa = Browser::signed_in(&served, trial.handle(), trial.coordinator).await;
    let at = circle(&mut rosa, "Bakers", &["Ada Park", "Bo Lee"], "Ada Park").await;
    let open = format!("/group?circle={}", at.rsplit('/').next().unwrap());
    let form = rosa.get(&open).await.form("/group");
    let form = form.with(&[("leader", "bo"), ("there", &ada.to_string()), ("length", "0:30")]);
    rosa.whole(form).await.1.is(200);
    let mut ada_sees = Browser::signed_in(&served, trial.handle(), ada).await;
    ada_sees.get("/group").await.is(403);
    ada_sees.get("/slips").await.is(403);
    let form = ada_sees.get(&open).await.form("/group");
    let form = form.with(&[("leader", "Ada Park"), ("there", &bo.to_string()), ("length", "0:15")]);
    ada_sees.send(form.clone().with(&[("leader", "Rosa Example")]), "check").await.is(422);
    let (_, sent) = ada_sees.whole(form).await;
    sent.says("The group is written down");
    assert_eq!(balance(&trial, bo).await, 15);
    let mut bo_sees = Browser::signed_in(&served, trial.handle(), bo).await;
    let statement = bo_sees.get("/statement").await;
    statement.says("<bdi>Ada Park, written down by Ada Park</bdi>");
    let group = statement.links().into_iter().find(|link| link.starts_with("/exchange/")).unwrap();
    bo_sees.get(&group).await.says("<dt dir=\"auto\">Everybody</dt><dd>On paper, through Ada Park</dd>");
    let data = trial.handle().data_of(bo).await.unwrap();
    let through: Vec<_> =
        data["statement"].as_array().unwrap().iter().filter_map(|line| line["through"].as_str()).collect();
    assert_eq!((through.first(), through.last()), (Some(&"Ada Park"), Some(&"Rosa Example")));
    bo_sees.get("/helpers").await.says("Ada Park").says("Did something for you today");
    bo_sees.get(&open).await.is(403);
    trial.running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_notice_reaches_those_it_is_for() {
    let trial = Trial::begin("Elm", false).await;
    let served = serve(trial.handle()).await;
    let (ada, bo) = (trial.admit_named(1, "Ada Park").await, trial.admit_named(2, "Bo Lee").await);
    let mut rosa = Browser::signed_in(&served, trial.handle(), trial.coordinator).await;
    let mut ada_sees = Browser::signed_in(&served, trial.handle(), ada).await;
    let mut bo_sees = Browser::signed_in(&served, trial.handle(), bo).await;
    let at = circle(&mut rosa, "Bakers", &["Bo Lee"], "Ada Park").await;
    let id = at.rsplit('/').next().unwrap().to_owned();
    bo_sees.get("/notices/new").await.is(403);
    let form = rosa.get("/notices/new").await.form("/notices/new");
    rosa.send(form.clone(), "check").await.is(422).says("Write something.");
    let form = form.with(&[("to", "all"), ("text", "Soup on <b>Friday</b>\nat noon")]);
    let (check, sent) = rosa.whole(form).await;
    check.says("All of them can read this.").says("Everybody");
    sent.says("It is sent").says("Soup on &#60;b&#62;Friday").says("Rosa Example");
    let place = sent.path.split('?').next().unwrap().to_owned();
    for sees in [&mut ada_sees, &mut bo_sees] {
        sees.get("/home").await.says("Soup on &#60;b&#62;Friday").says(&place);
        sees.get("/messages")
            .await
            .says("today: Soup on &#60;b&#62;Friday&#60;/b&#62; at noon")
            .never("You have no messages yet.");
        sees.get(&place).await.is(200).never("Take it down");
    }
    // Ada looks after the bakers, and writes to them only.
    let form = ada_sees.get("/notices/new").await.form("/notices/new");
    let form = form.with(&[("to", &id), ("text", "Flour is here")]);
    ada_sees.send(form.clone().with(&[("to", "all")]), "check").await.is(422);
    let again = ada_sees.send(form, "check").await.form("/notices/new");
    let sent = ada_sees.send(again.clone(), "send").await;
    let theirs = sent.says("Bakers").path.split('?').next().unwrap().to_owned();
    bo_sees.get("/home").await.says("Flour is here");
    let mut cy_sees = Browser::signed_in(&served, trial.handle(), trial.admit_named(3, "Cy Old").await).await;
    cy_sees.get("/home").await.says("Soup on").never("Flour");
    cy_sees.get(&theirs).await.is(404);
    let drop = ada_sees.get(&theirs).await.form(&theirs);
    ada_sees.send(drop.clone(), "send").await.is(200);
    ada_sees.send(drop, "send").await.is(200);
    // Its form, sent once more from the browser's history, does not put it up again.
    let late = ada_sees.send(again, "send").await;
    late.is(200).says("The notice is taken down").never("Flour is here");
    bo_sees.get("/home").await.never("Flour is here");
    // A circle's notices end with it.
    let form = ada_sees.get("/notices/new").await.form("/notices/new").with(&[("to", &id), ("text", "Yeast is here")]);
    ada_sees.whole(form).await;
    rosa.get("/notices").await.says("Yeast is here");
    let end = rosa.get(&format!("{at}/end")).await.form(&format!("{at}/end"));
    rosa.send(end, "check").await.says("The circle has ended");
    rosa.get("/notices").await.never("Yeast is here").says("Soup on");
    trial.running.stop().await;
}
