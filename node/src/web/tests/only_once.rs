//! Every route that takes something is sent twice by a test, or stands here with the reason why once and twice are the
//! same.

use super::{
    every_route::{Town, declared},
    exchange,
    rough::{entries, twice},
};
use crate::{
    people::Person,
    trial::Trial,
    web::browser::{Browser, Form, Shown, serve},
};
use kith_protocol::id::ExchangeId;
use std::{collections::BTreeSet, fs, path::Path};

/// Why a second sending has no effect of its own, or which test sends it twice.
#[derive(Debug, Clone, Copy)]
enum Once {
    /// A test of this name.
    In(&'static str),
    /// By nature.
    Same(&'static str),
}

use Once::{In, Same};

const LOOKS: &str = "it only reads: nothing is kept of it";
const SCRIPTED: &str = "a browser is asked anew each time; what it was asked before is good once";
const PRESSED: &str = "what_is_pressed_twice_changes_nothing_more";
const DECIDED: &str = "two_who_decide_for_the_community_see_both";
const BY_MEMBERS: &str = "what_members_send_twice_is_done_once";
const BY_COORDINATORS: &str = "what_coordinators_send_twice_is_done_once";
const TO_PARTNERS: &str = "what_goes_to_partners_goes_once";
const ROUGH: &str = "whatever_is_sent_twice_has_one_effect";
const IN_THEIR_NAME: &str = "a_coordinator_is_named_for_details_and_devices";
const THEIR_LISTING: &str = "a_coordinator_is_named_for_a_members_listing";

const OF_MEMBERS: [(&str, Once); 39] = [
    ("/sign-in", In("a_code_opens_the_door_once")),
    ("/sign-in/email", In("a_code_by_mail_can_be_asked_for_wherever_somebody_signs_in")),
    ("/sign-out", Same("whoever is signed out stays so")),
    ("/sign-in/passkey", In("what_is_refused_is_said_and_keeps_and_opens_nothing")),
    ("/sign-in/passkey/ask", Same(SCRIPTED)),
    ("/look", Same("a cookie: the same choice again is the same cookie")),
    ("/join", In("whoever_asks_to_join_twice_is_on_the_list_once")),
    ("/me/passkeys", In("nobody_adds_a_passkey_for_another_and_a_coordinator_may_remove_one")),
    ("/me/passkeys/new", In("what_is_refused_is_said_and_keeps_and_opens_nothing")),
    ("/me/passkeys/ask", Same(SCRIPTED)),
    ("/ask", In(ROUGH)),
    ("/offer", In(THEIR_LISTING)),
    ("/listing/{community}/{key}/picture", Same("the same photo in the place of the same photo")),
    ("/listing/{community}/{key}/picture/remove", Same("what is gone stays gone")),
    ("/listing/{community}/{key}/change", In(THEIR_LISTING)),
    ("/listing/{community}/{key}/withdraw", In(THEIR_LISTING)),
    ("/record", Same("it leads to the form for the hours, and keeps nothing")),
    ("/record/hours", In(ROUGH)),
    ("/gift", In(BY_MEMBERS)),
    ("/exchange/{id}/confirm", In("hours_are_written_down_confirmed_and_questioned")),
    ("/exchange/{id}/decline", In("a_coordinator_is_named_for_a_no_and_for_what_the_ledger_has_not_yet")),
    ("/exchange/{id}/question", In(BY_MEMBERS)),
    ("/exchange/{id}/back", In("hours_cross_by_an_offer_and_by_a_code")),
    ("/me/change", In(IN_THEIR_NAME)),
    ("/me/key", Same("the same key in the place of the same key")),
    ("/me/devices", In(IN_THEIR_NAME)),
    ("/messages/{member}", In(BY_MEMBERS)),
    ("/away", In(PRESSED)),
    ("/report", In(ROUGH)),
    ("/helpers", In(BY_MEMBERS)),
    ("/helpers/end", In(PRESSED)),
    ("/pause", In("two_who_decide_for_a_member_see_both")),
    ("/leave", In("whoever_leaves_twice_has_left_once")),
    ("/week/letter", In(PRESSED)),
    ("/events", In("everybody_sees_how_many_come_and_coordinators_see_who")),
    ("/circles/{id}/leave", In(PRESSED)),
    ("/notices/new", In(BY_COORDINATORS)),
    ("/notices/{id}/drop", In(PRESSED)),
    ("/events/{id}/change", In("two_who_change_an_event_see_both")),
];

const OF_COORDINATORS: [(&str, Once); 43] = [
    ("/exchange/{id}/correct", In("hours_are_put_right_once")),
    ("/contact", In(DECIDED)),
    ("/applications/{id}/done", In("whoever_asks_to_join_twice_is_on_the_list_once")),
    ("/members/new", In(ROUGH)),
    ("/members/{id}/code", In("a_member_is_added_and_comes_in_with_a_code")),
    ("/members/{id}/forget", Same("what is forgotten stays so")),
    ("/members/{id}/role", In("two_who_decide_for_a_member_see_both")),
    ("/members/{id}/rang", In(PRESSED)),
    ("/members/{id}/reader", In(PRESSED)),
    ("/members/{id}/fact/drop", In(PRESSED)),
    ("/members/{id}/{what}", In(ROUGH)),
    ("/charter/change", In("the_charter_is_shown_to_all_and_changed_by_coordinators")),
    ("/export/file", Same(LOOKS)),
    ("/backup/file", Same("one more copy of what there is")),
    ("/rebuild", Same("a node that is to look through its book looks once, when it stands still")),
    ("/import/{system}", Same("what was read takes the place of what was read before; nothing comes in")),
    ("/import/columns/{id}", In("a_table_that_is_sent_twice_brings_everybody_once")),
    ("/import/run/{id}/begin", In("a_table_that_is_sent_twice_brings_everybody_once")),
    ("/safety", In(PRESSED)),
    ("/reports/{id}/done", In(PRESSED)),
    ("/first/{id}/yes", In("what_a_new_member_has_with_somebody_elsewhere_is_looked_at_before_it_goes_out")),
    ("/first/{id}/no", In("the_first_exchange_of_a_new_member_is_looked_at")),
    ("/slips", In("twenty_slips_are_checked_recorded_once_and_taken_back")),
    ("/slips/scan", Same(LOOKS)),
    ("/slips/undo", In("a_sheet_of_a_group_is_one_exchange_that_can_be_undone")),
    ("/partners/invite", In(BY_COORDINATORS)),
    ("/partners/accept", In("an_invitation_is_accepted_once")),
    ("/partners/{id}/mail", In(PRESSED)),
    ("/partners/{id}/grant", In(DECIDED)),
    ("/partners/{id}/go-on", In("a_coordinator_goes_on_without_a_partner")),
    ("/partners/{id}/escrow", In(DECIDED)),
    ("/partners/{id}/escrow/now", Same("a copy that is wanted twice is made once: it is a mark")),
    ("/disputes/{id}/{step}", In(TO_PARTNERS)),
    ("/exchange/{id}/advance", In(TO_PARTNERS)),
    ("/circles/new", In(BY_COORDINATORS)),
    ("/circles/{id}/name", In(PRESSED)),
    ("/circles/{id}/add", In(PRESSED)),
    ("/circles/{id}/end", In("a_circles_coordinator_acts_for_its_members_and_for_nobody_else")),
    ("/circles/{id}/members/{member}/out", In(PRESSED)),
    ("/circles/{id}/members/{member}/lead", In(PRESSED)),
    ("/group", In(BY_COORDINATORS)),
    ("/events/new", In("what_was_called_off_is_not_announced_again_by_its_old_form")),
    ("/events/{id}/cancel", In(PRESSED)),
];

#[test]
fn every_route_that_takes_something_is_sent_twice_or_says_why_not() {
    let declared: BTreeSet<String> =
        declared().into_iter().filter(|route| route.posts && !route.of_a_first_run).map(|route| route.path).collect();
    let all: Vec<(&str, Once)> = OF_MEMBERS.into_iter().chain(OF_COORDINATORS).collect();
    let known: BTreeSet<String> = all.iter().map(|(route, _)| (*route).to_owned()).collect();
    let unknown: Vec<&String> = declared.difference(&known).collect();
    assert!(unknown.is_empty(), "nobody sends {unknown:?} twice: add them in {}", file!());
    let gone: Vec<&String> = known.difference(&declared).collect();
    assert!(gone.is_empty(), "there are no such routes any more: {gone:?}");
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/web/tests");
    let files = fs::read_dir(tests).unwrap().map(|entry| fs::read_to_string(entry.unwrap().path()).unwrap());
    let sources: String = files.collect();
    for (route, once) in all {
        match once {
            In(test) => assert!(sources.contains(&format!("async fn {test}()")), "{route}: there is no test {test}"),
            Same(why) => assert!(!why.is_empty(), "{route} says no reason"),
        }
    }
}

/// Both lead to the same page, which is no error.
fn alike((one, two): (Shown, Shown)) -> Shown {
    assert_eq!((one.is(200).path.as_str(), one.title()), (two.is(200).path.as_str(), two.title()));
    two
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_asks_to_join_twice_is_on_the_list_once() {
    let trial = Trial::begin("Elm", false).await;
    let served = serve(trial.handle()).await;
    let waiting = async || trial.handle().applications().await.unwrap().len();
    let mut anybody = Browser::new(&served);
    let fill = [("name", "Cy Old"), ("phone", "020 7946 0003")];
    let form = anybody.get("/join").await.form("/join").with(&fill);
    let form = anybody.send(form, "check").await.form("/join");
    alike(twice(&mut anybody, &form, "send").await).says("We have your message");
    assert_eq!(waiting().await, 1);

    let mut rosa = Browser::signed_in(&served, trial.handle(), trial.coordinator).await;
    let page = rosa.get("/today").await.links().into_iter().find(|link| link.starts_with("/applications/")).unwrap();
    let done = rosa.get(&page).await.form("/applications/");
    alike(twice(&mut rosa, &done, "send").await).says("The request is off the list");
    assert_eq!(waiting().await, 0);
    trial.running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_leaves_twice_has_left_once() {
    let trial = Trial::begin("Elm", false).await;
    let served = serve(trial.handle()).await;
    let (ada, bo) = (trial.admit_named(1, "Ada Park").await, trial.admit_named(2, "Bo Lee").await);
    exchange(&trial, ada, bo, 150).await;
    let mut rosa = Browser::signed_in(&served, trial.handle(), trial.coordinator).await;
    let mut bo_sees = Browser::signed_in(&served, trial.handle(), bo).await;
    let form = rosa.get(&format!("/leave?for={ada}")).await.form("/leave").with(&[("name", "forget")]);
    let form = rosa.send(form, "check").await.form("/leave");
    let first = rosa.send(form.clone(), "send").await;
    let after = entries(&trial).await;
    alike((first, rosa.send(form, "send").await)).says("They have left");
    assert_eq!(entries(&trial).await, after);

    let form = bo_sees.get("/leave").await.form("/leave").with(&[("name", "keep")]);
    let form = bo_sees.send(form, "check").await.form("/leave");
    bo_sees.send(form.clone(), "send").await.is(200).says("You have left");
    let after = entries(&trial).await;
    // Nobody is signed in any more who could leave.
    bo_sees.send(form, "send").await.is(401);
    assert_eq!(entries(&trial).await, after);
    trial.running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn hours_are_put_right_once() {
    let trial = Trial::begin("Elm", false).await;
    let served = serve(trial.handle()).await;
    let (ada, bo) = (trial.admit_named(1, "Ada Park").await, trial.admit_named(2, "Bo Lee").await);
    exchange(&trial, ada, bo, 150).await;
    let (path, before) = (format!("/exchange/{}/correct", ExchangeId([1; 16])), entries(&trial).await);
    let mut rosa = Browser::signed_in(&served, trial.handle(), trial.coordinator).await;
    let form = rosa.get(&path).await.form(&path).with(&[("what", "hours"), ("length", "1")]);
    let shown = alike(twice(&mut rosa, &form, "check").await);
    shown.says("It is put right").says("Put right by Rosa Example. It counts 1 hour now.");
    assert_eq!(entries(&trial).await, before + 1);
    // What is right as it is says what comes next, too.
    let form = rosa.get(&path).await.form(&path).with(&[("what", "right")]);
    alike(twice(&mut rosa, &form, "check").await).says("The question is answered");
    assert_eq!(entries(&trial).await, before + 1);
    trial.running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invitation_is_accepted_once() {
    let (elm, west) = (Trial::begin("Elm", true).await, Trial::begin("Westside", true).await);
    let (at_elm, at_west) = (serve(elm.handle()).await, serve(west.handle()).await);
    let mut rosa = Browser::signed_in(&at_elm, elm.handle(), elm.coordinator).await;
    let mut otto = Browser::signed_in(&at_west, west.handle(), west.coordinator).await;
    let form = rosa.get("/partners/invite").await.form("/partners/invite");
    let made = rosa.send(form, "check").await;
    let text = made.is(200).body.split("<pre>").nth(1).unwrap().split("</pre>").next().unwrap().to_owned();
    let form = otto.get("/partners/accept").await.form("/partners/accept").with(&[("text", &text)]);
    let form = otto.send(form, "check").await.form("/partners/accept");
    alike(twice(&mut otto, &form, "send").await).says("You said yes.");
    otto.until("/partners", "Connected now.").await;
    // Nor a second time once the two are partners.
    alike(twice(&mut otto, &form, "send").await).says("You said yes.");
    for trial in [&elm, &west] {
        let look = trial.handle().look(|machine, _| {
            let state = machine.state();
            (state.ledger().partners().len(), state.accepting().len())
        });
        assert_eq!(look.await.unwrap(), (1, 0));
    }
    elm.running.stop().await;
    west.running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_that_is_sent_twice_brings_everybody_once() {
    let trial = Trial::begin("Elm", false).await;
    let served = serve(trial.handle()).await;
    let here = async || trial.handle().everybody().await.unwrap().len();
    let mut rosa = Browser::signed_in(&served, trial.handle(), trial.coordinator).await;
    let (before, table) = (here().await, "Usuario;Saldo\nAda Park;2:30\nBo Lee;0:30\n");
    let form = rosa.get("/import/table").await.form("/import/table");
    let columns = rosa.upload(form, &[("people", table.as_bytes())]).await;
    let map = columns.is(200).form("/import/columns/").with(&[("name", "0"), ("opening", "1")]);
    let (one, two) = twice(&mut rosa, &map, "check").await;
    for look in [&one, &two] {
        look.is(200).says("Nothing has come in yet").says("<dt>People</dt><dd>2</dd>");
    }
    let begin = two.form("/import/run/");
    let begun = alike_at(twice(&mut rosa, &begin, "send").await);
    rosa.until(&begun, "They are here").await.says("<dt>People who came in</dt><dd>2</dd>");
    let after = entries(&trial).await;
    // Pressed once more when they are here, and with the columns told apart once more, nobody comes in again.
    let again = rosa.send(begin, "send").await;
    again.is(200).says("They are here").says("<dt>People who came in</dt><dd>2</dd>");
    rosa.send(map, "check").await.is(200).says("Nothing has come in yet");
    assert_eq!((here().await, entries(&trial).await), (before + 2, after));
    trial.running.stop().await;
}

/// The address to which both lead, whatever it shows by then.
fn alike_at((one, two): (Shown, Shown)) -> String {
    assert_eq!(one.is(200).path, two.is(200).path);
    two.path
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_called_off_is_not_announced_again_by_its_old_form() {
    let trial = Trial::begin("Elm", false).await;
    let served = serve(trial.handle()).await;
    let mut rosa = Browser::signed_in(&served, trial.handle(), trial.coordinator).await;
    let event = [("title", "Soup"), ("day", "2099-01-01"), ("time", "18:00"), ("length", "1:30"), ("place", "Hall")];
    let form = rosa.get("/events/new").await.form("/events/new").with(&event);
    let form = rosa.send(form, "check").await.form("/events/new");
    alike(twice(&mut rosa, &form, "send").await).says("The event is on the list");
    // Changed meanwhile, it stays as it was changed.
    let at = rosa.get("/events").await.links().into_iter().find(|link| link.ends_with("/change")).unwrap();
    let change = rosa.get(&at).await.form(&at).with(&[("place", "Barn")]);
    rosa.whole(change).await.1.is(200);
    rosa.send(form.clone(), "send").await.is(200).says("Barn").never("Hall");
    let off = rosa.get("/events").await.form("/events/");
    rosa.send(off, "send").await.says("The event is called off");
    alike(twice(&mut rosa, &form, "send").await).says("The event is called off").never("Soup");
    assert!(trial.handle().events().await.unwrap().is_empty());
    rosa.get(&at).await.is(404);
    // What it said is forgotten.
    let kept = trial.handle().papers(|paper| Some(format!("{paper:?}"))).await.unwrap();
    assert!(kept.iter().all(|(_, paper)| !paper.contains("Barn")), "{kept:?}");
    // The same words on a new form are another event.
    let form = rosa.get("/events/new").await.form("/events/new").with(&event);
    rosa.whole(form).await.1.is(200).says("The event is on the list").says("Soup");
    trial.running.stop().await;
}

/// Where a button stands, what it is sent to, and what is filled in.
type Button<'a> = (&'a str, &'a str, &'a [(&'a str, &'a str)]);

/// Buttons of a coordinator, in an order in which each has something to do.
const BUTTONS: [Button<'_>; 16] = [
    ("/safety", "/safety", &[("first", "yes")]),
    ("/partners/PARTNER/mail", "/partners/PARTNER/mail", &[("mail", "on")]),
    ("/week", "/week/letter", &[]),
    ("/circles/CIRCLE/add", "/circles/CIRCLE/add", &[("who", "joe bell")]),
    ("/circles/CIRCLE/members/OTHER", "/circles/CIRCLE/members/OTHER/lead", &[]),
    ("/circles/CIRCLE/name", "/circles/CIRCLE/name", &[("name", "Oak Row")]),
    ("/circles/CIRCLE/members/OTHER", "/circles/CIRCLE/members/OTHER/out", &[]),
    ("/circles/CIRCLE/add", "/circles/CIRCLE/add", &[("who", "rosa example")]),
    ("/circles/CIRCLE", "/circles/CIRCLE/leave", &[]),
    ("/members/OTHER/file", "/members/OTHER/reader", &[]),
    ("/members/OTHER/file", "/members/OTHER/fact/drop", &[]),
    ("/messages/OTHER", "/away", &[]),
    ("/helpers", "/helpers/end", &[]),
    ("/today", "/reports/", &[]),
    ("/notices/NOTICE", "/notices/NOTICE/drop", &[]),
    ("/events", "/events/EVENT/cancel", &[]),
];

#[tokio::test(flavor = "multi_thread")]
async fn what_is_pressed_twice_changes_nothing_more() {
    let town = Town::begin().await;
    let (handle, by) = (town.elm.handle(), town.elm.coordinator);
    let mut rosa = town.browser(by).await;
    handle.set_mail(true);
    let person = handle.persons(vec![by]).await.unwrap().remove(&by).unwrap();
    handle.change_person(by, Person { email: Some("rosa@example.org".into()), ..person }).await.unwrap();
    for (path, fill) in [
        ("/members/OTHER/fact", &[("what", "Driving licence"), ("until", "2099-01-01")][..]),
        ("/helpers?add=yes", &[("who", "Joe Bell")]),
        ("/report?person=OTHER", &[("trouble", "other")]),
        ("/members/OTHER/role", &[("role", "coordinator")]),
    ] {
        let path = town.address(path);
        let form = rosa.get(&path).await.form(path.split('?').next().unwrap()).with(fill);
        rosa.send(form, "check").await.is(200);
    }
    let state = async || {
        let mail = handle.look(|machine, _| machine.state().mail().values().filter(|mail| mail.ours).count()).await;
        format!("{} {:?} {mail:?}", town.all_there_is().await, handle.office_rules().await.unwrap())
    };
    // A call that is noted a second time is noted still.
    let (file, rang) = (town.address("/members/OTHER/file"), town.address("/members/OTHER/rang"));
    let rang = Form { action: rang, ..rosa.get(&file).await.form(&town.address("/members/OTHER/")) };
    alike(twice(&mut rosa, &rang, "send").await).says("Your call is noted");
    let mut wrong = Vec::new();
    for (page, action, fill) in BUTTONS {
        let (page, action) = (town.address(page), town.address(action));
        let page = match action.as_str() {
            "/reports/" => rosa.get(&page).await.links().into_iter().find(|link| link.starts_with(&action)).unwrap(),
            _ => page,
        };
        let (form, before) = (rosa.get(&page).await.is(200).form(&action).with(fill), state().await);
        let first = rosa.send(form.clone(), "check").await;
        let after = state().await;
        let second = rosa.send(form, "check").await;
        if (first.status, &first.path) != (second.status, &second.path) || first.status != 200 {
            wrong.push(format!("{action}: {} at {}, {} at {}", first.status, first.path, second.status, second.path));
        }
        if before == after {
            wrong.push(format!("{action} changes nothing"));
        }
        if state().await != after {
            wrong.push(format!("{action} changes more when it is sent again"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    town.end().await;
}
