//! Messages, safety, and acting for each other.

use crate::{
    runtime::{
        clock,
        office::{Act, Circle, Deed, Event, File, Helper, Note, Notice, Paper},
    },
    trial::{Trial, listing},
    web::browser::{Browser, serve},
};
use kith_protocol::{id::RecordKey, minutes::Minutes, shelf::Item, time::Span};
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn two_members_write_to_each_other_without_a_phone_number() {
    let trial = Trial::begin("Elm", false).await;
    let served = serve(trial.handle()).await;
    let (ada, bo) = (trial.admit_named(1, "Ada Park").await, trial.admit_named(2, "Bo Lee").await);
    let cy = trial.admit_named(3, "Cy Old").await;
    trial.publish(7, ada, Item::Offer(listing("Sewing", "Any day", &[]))).await;
    let mut bo_sees = Browser::signed_in(&served, trial.handle(), bo).await;
    let mut ada_sees = Browser::signed_in(&served, trial.handle(), ada).await;
    let offer = format!("/listing/{}/{}", trial.handle().community(), RecordKey([7; 16]));
    let page = bo_sees.get(&offer).await;
    page.says("Write a message");
    let write = page.links().into_iter().find(|link| link.starts_with("/messages/")).unwrap();
    let form = bo_sees.get(&write).await.form("/messages/");
    bo_sees.send(form.clone(), "send").await.is(422).says("Write something first.");
    bo_sees.send(form.clone().with(&[("text", &"x".repeat(1_001))]), "send").await.is(422).says("This is too long");
    let form = form.with(&[("text", "<b>Could you mend a coat?</b>")]);
    bo_sees.send(form.clone(), "send").await.says("Your message is sent");
    bo_sees.send(form, "send").await.says("Your message is sent");
    ada_sees.get("/home").await.says("You have 1 new message");
    let thread = ada_sees.get(&format!("/messages/{bo}")).await;
    thread.says("&#60;b&#62;Could you mend a coat?").never("<b>Could");
    assert_eq!(thread.body.matches("mend a coat").count(), 1);
    ada_sees.get("/home").await.never("new message");
    let answer = thread.form(&format!("/messages/{bo}")).with(&[("text", "Gladly")]);
    ada_sees.send(answer, "send").await.says("Your message is sent");
    bo_sees.get(&format!("/messages/{ada}")).await.says("Gladly");
    // Whoever has no reason to write cannot, and nobody reads what is not theirs.
    let mut cy_sees = Browser::signed_in(&served, trial.handle(), cy).await;
    cy_sees.get(&format!("/messages/{bo}")).await.is(403);
    cy_sees.get("/messages").await.says("You have no messages yet.");
    // Ada has enough of it.
    let thread = ada_sees.get(&format!("/messages/{bo}")).await;
    ada_sees.send(thread.form("/away"), "send").await.says("They are kept away");
    let again = bo_sees.get(&format!("/messages/{ada}")).await;
    again.says("You two cannot write to each other here.");
    bo_sees.get(&offer).await.never("Write a message");
    // A note on hours would be one more way to write to her.
    let hours = |way: &str, other| format!("/record/hours?way={way}&to=m/{other}");
    let filled = [("length", "1"), ("note", "Why do you not answer?")];
    let apart = "You two cannot write down hours together here. Ask a coordinator to do it.";
    let form = bo_sees.get(&hours("gave", ada)).await.form("/record/hours").with(&filled);
    bo_sees.send(form.clone(), "check").await.is(422).says(apart);
    bo_sees.send(form.clone(), "send").await.is(422).says(apart);
    let hers = ada_sees.get(&hours("received", bo)).await.form("/record/hours").with(&filled);
    ada_sees.send(hers, "check").await.is(422).says(apart);
    ada_sees.get("/home").await.never("Why do you not answer?").never("This waits for you");
    let mut rosa = Browser::signed_in(&served, trial.handle(), trial.coordinator).await;
    let for_him = rosa.get(&format!("{}&for={bo}", hours("gave", ada))).await.form("/record/hours");
    rosa.whole(for_him.with(&[("length", "1")])).await.1.is(200).never(apart);
    let away = ada_sees.get("/away").await;
    let back = away.says("A coordinator writes down any hours between you.").form("/away");
    ada_sees.send(back, "send").await.says("They can write to you again");
    bo_sees.send(form, "check").await.is(200).never(apart);
    trial.running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_reaches_the_list_of_the_day() {
    let trial = Trial::begin("Elm", false).await;
    let served = serve(trial.handle()).await;
    let (ada, bo) = (trial.admit_named(1, "Ada Park").await, trial.admit_named(2, "Bo Lee").await);
    trial.publish(7, ada, Item::Offer(listing("Sewing", "For a small price", &[]))).await;
    let mut bo_sees = Browser::signed_in(&served, trial.handle(), bo).await;
    let mut rosa = Browser::signed_in(&served, trial.handle(), trial.coordinator).await;
    let offer = format!("/listing/{}/{}", trial.handle().community(), RecordKey([7; 16]));
    let report = bo_sees.get(&offer).await.links().into_iter().find(|link| link.starts_with("/report")).unwrap();
    let form = bo_sees.get(&report).await.form("/report");
    bo_sees.send(form.clone(), "check").await.is(422).says("Choose what it is.");
    let form = form.with(&[("trouble", "money"), ("text", "She wants ten pounds")]);
    bo_sees.send(form.clone(), "check").await.says("A coordinator knows");
    bo_sees.send(form, "check").await.says("A coordinator knows");
    let today = rosa.get("/today").await;
    today.says("Somebody asks for money").says("Bo Lee told us today.");
    let reports: Vec<String> = today.links().into_iter().filter(|link| link.starts_with("/reports/")).collect();
    assert_eq!(reports.len(), 1);
    let page = rosa.get(&reports[0]).await;
    page.says("She wants ten pounds").says("Open the offer or ask");
    bo_sees.get(&reports[0]).await.is(403);
    rosa.send(page.form("/reports/"), "send").await.is(200);
    rosa.get("/today").await.never("Somebody asks for money");
    trial.running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_exchange_of_a_new_member_is_looked_at() {
    let trial = Trial::begin("Elm", false).await;
    let served = serve(trial.handle()).await;
    let (ada, bo) = (trial.admit_named(1, "Ada Park").await, trial.admit_named(2, "Bo Lee").await);
    let mut rosa = Browser::signed_in(&served, trial.handle(), trial.coordinator).await;
    let form = rosa.get("/safety").await.form("/safety").with(&[("first", "yes")]);
    rosa.send(form, "check").await.says("It is decided");
    let mut ada_sees = Browser::signed_in(&served, trial.handle(), ada).await;
    let form = ada_sees.get(&format!("/record/hours?way=received&to=m/{bo}")).await.form("/record/hours");
    let form = form.with(&[("length", "1:30"), ("note", "A lift")]);
    let (_, sent) = ada_sees.whole(form.clone()).await;
    sent.says("A coordinator looks at it first");
    // Whoever wrote it down finds it again, with who looks at it; the other one was not asked yet.
    let says = "Rosa Example or another coordinator looks at it first.";
    let home = ada_sees.get("/home").await;
    let own = home.says(says).links().into_iter().find(|link| link.starts_with("/exchange/")).unwrap();
    let page = ada_sees.get(&own).await;
    page.is(200).says(says).says("1 hour 30 minutes").never("/decline").never("/messages/").never("/question");
    let mut bo_sees = Browser::signed_in(&served, trial.handle(), bo).await;
    bo_sees.get(&own).await.is(404);
    bo_sees.get("/home").await.never(says);
    let today = rosa.get("/today").await;
    today.says("First exchanges to look at").says("1 hour 30 minutes");
    let first = today.links().into_iter().find(|link| link.starts_with("/first/")).unwrap();
    let page = rosa.get(&first).await;
    page.says("A lift").says("One of them is new.");
    ada_sees.get(&first).await.is(403);
    let yes = page.form(&format!("{first}/yes"));
    rosa.send(yes.clone(), "send").await.is(200);
    // Pressed again, or after somebody else decided, it ends where it stands.
    for pressed in [yes, page.form(&format!("{first}/no"))] {
        let shown = rosa.send(pressed, "send").await;
        assert!(shown.is(200).says("This was looked at already").path.starts_with("/exchange/"));
    }
    rosa.get("/today").await.never("First exchanges to look at");
    ada_sees.get(&own).await.is(200).never(says);
    ada_sees.get("/home").await.never(says);
    ada_sees.get("/statement").await.says("1 hour 30 minutes").says("A lift");
    // The second is between the two of them.
    let form = ada_sees.get(&format!("/record/hours?way=received&to=m/{bo}")).await.form("/record/hours");
    let (_, sent) = ada_sees.whole(form.with(&[("length", "0:30")])).await;
    sent.never("A coordinator looks at it first");
    // One that is refused is refused, however often.
    let mut cy_sees = Browser::signed_in(&served, trial.handle(), trial.admit_named(3, "Cy Old").await).await;
    let form = cy_sees.get(&format!("/record/hours?way=received&to=m/{bo}")).await.form("/record/hours");
    cy_sees.whole(form.with(&[("length", "0:20")])).await;
    let first = rosa.get("/today").await.links().into_iter().find(|link| link.starts_with("/first/")).unwrap();
    let page = rosa.get(&first).await;
    let (yes, no) = (page.form(&format!("{first}/yes")), page.form(&format!("{first}/no")));
    rosa.send(no.clone(), "send").await.is(200);
    rosa.send(no, "send").await.is(200).says("It was not written down.");
    rosa.send(yes, "send").await.is(200).says("It was not written down.");
    cy_sees.get("/statement").await.never("20 minutes");
    // Whoever wrote it down is told by whoever refused it, once.
    let letter = cy_sees.get(&format!("/messages/{}", trial.coordinator)).await;
    letter.says("Bo Lee helped Cy Old for 20 minutes").says("Let us talk about it first.");
    assert_eq!(letter.body.matches("Let us talk").count(), 1);
    trial.running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chosen_person_acts_for_a_member_and_is_seen_to() {
    let trial = Trial::begin("Elm", false).await;
    let served = serve(trial.handle()).await;
    let (ada, bo) = (trial.admit_named(1, "Ada Park").await, trial.admit_named(2, "Bo Lee").await);
    let mut ada_sees = Browser::signed_in(&served, trial.handle(), ada).await;
    let mut bo_sees = Browser::signed_in(&served, trial.handle(), bo).await;
    bo_sees.get(&format!("/home?for={ada}")).await.is(403);
    let form = ada_sees.get("/helpers?add=yes").await.form("/helpers");
    ada_sees.send(form.clone().with(&[("who", "Nobody")]), "check").await.is(422).says("We know nobody called");
    ada_sees.send(form.clone().with(&[("who", "Ada Park")]), "check").await.is(422);
    ada_sees.send(form.with(&[("who", "bo  LEE")]), "check").await.says("It is changed");
    bo_sees.get("/home").await.says("Do something for Ada Park");
    bo_sees.get(&format!("/home?for={ada}")).await.says("For Ada Park, written down by Bo Lee.");
    let form = bo_sees.get(&format!("/ask?for={ada}")).await.form("/ask");
    let check = bo_sees.send(form.with(&[("title", "A lift"), ("category", "transport")]), "check").await;
    for _ in 0..2 {
        // Sent twice, it was done once.
        bo_sees.send(check.form("/ask"), "send").await.is(200).says("A lift");
    }
    let seen = ada_sees.get("/helpers").await;
    assert_eq!(seen.body.matches("Posted an offer or an ask for you today").count(), 1, "{}", seen.body);
    // Not everything: a member leaves and rests by their own word, and nobody else signs their devices out.
    bo_sees.get(&format!("/leave?for={ada}")).await.is(403);
    bo_sees.get(&format!("/me?for={ada}")).await.is(200).never("/me/devices");
    ada_sees.get("/me").await.says("Where I am signed in");
    let form = bo_sees.get("/gift").await.form("/gift");
    let ada_text = ada.to_string();
    let fields = [("for", ada_text.as_str()), ("device", "00")];
    for action in ["/me/devices", "/me/passkeys"] {
        let stolen = crate::web::browser::Form { action: action.into(), ..form.clone() };
        bo_sees.send(stolen.with(&fields), "send").await.is(if action == "/me/devices" { 403 } else { 404 });
    }
    let form = ada_sees.get("/helpers").await.form("/helpers/end");
    ada_sees.send(form, "send").await.says("It is changed");
    bo_sees.get(&format!("/home?for={ada}")).await.is(403);

    let form = ada_sees.get("/pause").await.form("/pause");
    ada_sees
        .send(form.clone().with(&[("until", "2020-01-01")]), "check")
        .await
        .is(422)
        .says("Choose today or a day after.");
    ada_sees.send(form.with(&[("until", "2150-05-01")]), "check").await.is(200);
    let data = ada_sees.get("/me/data.json").await;
    data.is(200).says("\"name\": \"Ada Park\"").says("\"title\": \"A lift\"");
    trial.running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_copy_of_what_is_known_has_all_of_it() {
    let trial = Trial::begin("Elm", false).await;
    let served = serve(trial.handle()).await;
    let (ada, bo) = (trial.admit_named(1, "Ada Park").await, trial.admit_named(2, "Bo Lee").await);
    let cy = trial.admit_named(3, "Cy Old").await;
    let (handle, at) = (trial.handle(), clock::now());
    let fill = move |file: &mut File| {
        file.helpers.push(Helper { member: bo, until: at.plus(Span::days(9)) });
        file.acts.push(Act { by: bo, at, what: None });
        file.acts.push(Act { by: bo, at, what: Some(Deed::Paused("Flu".into())) });
        file.blocked.push(cy);
    };
    handle.change_file(ada, fill).await.unwrap();
    trial.publish(7, ada, Item::Offer(listing("Sewing", "Any day", &[]))).await;
    handle.keep_picture(RecordKey([7; 16]), vec![1, 2, 3]).await.unwrap();
    let note = |text: &str| Paper::Case(Note { about: ada, by: bo, at, text: text.into() });
    handle.keep_paper([40; 16], note("Ring on Fridays")).await.unwrap();
    let mut ada_sees = Browser::signed_in(&served, handle, ada).await;
    let shown = ada_sees.get("/me/data.json").await;
    let data: serde_json::Value = serde_json::from_str(&shown.body).unwrap();
    assert_eq!(data["may_act_for_me"][0]["who"], "Bo Lee");
    assert_eq!(data["may_act_for_me"][0]["until"], at.plus(Span::days(9)).0);
    assert_eq!(
        (&data["done_for_me"][0]["who"], &data["done_for_me"][0]["what"]),
        (&json!("Bo Lee"), &json!("did_something"))
    );
    assert_eq!(
        (&data["done_for_me"][1]["what"], &data["done_for_me"][1]["why"]),
        (&json!("gave_a_rest"), &json!("Flu"))
    );
    assert_eq!(data["kept_away"], json!(["Cy Old"]));
    assert_eq!(data["photos"], json!([{ "listing": RecordKey([7; 16]).to_string(), "jpeg": "AQID" }]));
    // Notes are for those who may read notes, also when they are about themselves.
    assert_eq!(data["notes"], json!([]));
    handle.set_office_rules(move |rules| rules.note_readers.push(ada)).await.unwrap();
    ada_sees.get("/me/data.json").await.says("Ring on Fridays");
    trial.running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_coordinator_gives_a_rest_and_ends_it_and_the_member_sees_who() {
    let trial = Trial::begin("Elm", false).await;
    let served = serve(trial.handle()).await;
    let (ada, bo) = (trial.admit_named(1, "Ada Park").await, trial.admit_named(2, "Bo Lee").await);
    let mut rosa = Browser::signed_in(&served, trial.handle(), trial.coordinator).await;
    let mut ada_sees = Browser::signed_in(&served, trial.handle(), ada).await;
    let page = format!("/members/{ada}");
    let pause = format!("/pause?for={ada}");
    rosa.get(&page).await.says(&format!("href=\"{pause}\"")).never("They have a rest");
    let form = rosa.get(&pause).await.says("For Ada Park, written down by Rosa Example.").form("/pause");
    rosa.send(form.clone().with(&[("until", "2020-01-01")]), "check").await.is(422).says("written down by Rosa");
    let rest = form.with(&[("until", "2150-05-01"), ("why", "In hospital")]);
    let told = rosa.send(rest.clone(), "check").await;
    told.is(200).says("They have a rest until").says("The rest is written down").says("They see that you did this.");
    rosa.send(rest, "check").await.is(200);
    let seen = ada_sees.get("/helpers").await;
    seen.says("Rosa Example").says("Gave you a rest today: In hospital");
    assert_eq!(seen.body.matches("Gave you a rest").count(), 1);
    assert_eq!(ada_sees.get("/pause").await.never("name=\"why\"").form("/pause").get("until"), "2150-05-01");
    // Undone the same way; and only coordinators do that for somebody.
    let form = rosa.get(&pause).await.form("/pause").with(&[("until", "")]);
    rosa.send(form, "check").await.is(200).never("They have a rest").says("The rest is over");
    ada_sees.get("/helpers").await.says("Ended your rest today");
    let until = clock::now().plus(Span::days(9));
    trial.handle().change_file(ada, move |file| file.helpers.push(Helper { member: bo, until })).await.unwrap();
    Browser::signed_in(&served, trial.handle(), bo).await.get(&pause).await.is(403);
    trial.running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn wherever_a_member_meets_another_they_can_tell_a_coordinator() {
    let trial = Trial::begin("Elm", false).await;
    let served = serve(trial.handle()).await;
    let (ada, bo) = (trial.admit_named(1, "Ada Park").await, trial.admit_named(2, "Bo Lee").await);
    let (handle, now) = (trial.handle(), clock::now());
    trial.publish(7, bo, Item::Offer(listing("Sewing", "Any day", &[]))).await;
    let circle = Circle { name: "Elm Row".into(), coordinators: vec![], members: vec![ada, bo] };
    handle.keep_paper([13; 16], Paper::Circle(circle)).await.unwrap();
    let (begins, minutes) = (now.plus(Span::days(2)), Minutes::new(60).unwrap());
    let event = Event {
        title: "Soup".into(),
        begins,
        minutes,
        place: "Hall".into(),
        text: String::new(),
        by: bo,
        at: now,
        edits: None,
    };
    handle.keep_paper([14; 16], Paper::Event(event)).await.unwrap();
    let until = now.plus(Span::days(7));
    let notice = Notice { text: "Soup on Friday".into(), by: bo, at: now, until, circle: None, by_mail: None };
    handle.keep_paper([15; 16], Paper::Notice(notice)).await.unwrap();
    let mut ada_sees = Browser::signed_in(&served, handle, ada).await;
    let form = ada_sees.get(&format!("/record/hours?way=received&to=m/{bo}")).await.form("/record/hours");
    let (_, sent) = ada_sees.whole(form.with(&[("length", "0:30")])).await;
    let exchange = sent.path.split('?').next().unwrap().to_owned();
    let community = trial.handle().community();
    let (circle, notice) = (format!("/circles/{}", "0d".repeat(16)), format!("/notices/{}", "0f".repeat(16)));
    let mut rosa = Browser::signed_in(&served, handle, trial.coordinator).await;
    for (page, leads) in [
        (format!("/listing/{community}/{}", RecordKey([7; 16])), "Open the offer or ask"),
        (format!("/messages/{bo}?about=l/{}", RecordKey([7; 16])), "Open Bo Lee"),
        (exchange.clone(), &*format!("href=\"{exchange}\"")),
        ("/events".to_owned(), "href=\"/events\""),
        (circle.clone(), &*format!("href=\"{circle}\"")),
        (notice.clone(), &*format!("href=\"{notice}\"")),
    ] {
        let report = ada_sees.get(&page).await.is(200).links().into_iter().find(|link| link.starts_with("/report?"));
        let form = ada_sees.get(&report.unwrap()).await.is(200).form("/report");
        ada_sees.send(form.with(&[("trouble", "unkind")]), "send").await.is(200);
        let open = rosa.get("/today").await.links().into_iter().find(|link| link.starts_with("/reports/")).unwrap();
        let read = rosa.get(&open).await;
        read.is(200).says(leads);
        rosa.send(read.form("/reports/"), "send").await.is(200);
    }
    Browser::new(&served).get("/events").await.says("Soup").never("/report");
    rosa.get(&exchange).await.never("/report?");
    trial.running.stop().await;
}
