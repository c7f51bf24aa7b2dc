//! The charter, edits that met another, asking to join, and asks that wait.

use crate::{
    people::Person,
    runtime::clock,
    trial::{Trial, listing},
    web::browser::{Browser, serve},
};
use kith_protocol::{
    community::{Charter, Confirmation, GroupPolicy},
    id::{ExchangeId, RecordKey},
    ledger::ExchangeTerms,
    machine::Command,
    minutes::{Balance, Minutes},
    shelf::Item,
    time::Span,
};

async fn charter(trial: &Trial) -> Charter {
    trial.handle().look(|machine, _| machine.state().ledger().charter().cloned()).await.unwrap().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_charter_is_shown_to_all_and_changed_by_coordinators() {
    let trial = Trial::begin("Elm", false).await;
    let served = serve(trial.handle()).await;
    let ada = trial.admit_named(1, "Ada Park").await;
    let mut rosa = Browser::signed_in(&served, trial.handle(), trial.coordinator).await;
    let mut ada_sees = Browser::signed_in(&served, trial.handle(), ada).await;
    let page = ada_sees.get("/charter").await;
    page.is(200).says("40 hours").says("An hour is an hour").says("Do you get benefits").never("Change the charter");
    ada_sees.get("/charter/change").await.is(403);
    let form = rosa.get("/charter/change").await.form("/charter/change");
    assert_eq!(
        [form.get("floor"), form.get("organisations"), form.get("ceiling"), form.get("longest")],
        ["40", "200", "", "24"]
    );
    for (field, bad, says) in [
        ("floor", "", "Write a number of hours."),
        ("floor", "lots", "Write whole hours"),
        ("ceiling", "-3", "Write whole hours"),
        ("longest", "0", "Write whole hours"),
        ("area", "!", "id=\"area-error\""),
        ("name", "", "id=\"name-error\""),
    ] {
        rosa.send(form.clone().with(&[(field, bad)]), "check").await.is(422).says(says);
    }
    let form = form.with(&[
        ("floor", "25:30"),
        ("ceiling", "100"),
        ("longest", "8"),
        ("confirmation", "both"),
        ("group", "all"),
        ("benefits", "Ring <b>Welfare Rights</b>"),
    ]);
    let (check, done) = rosa.whole(form).await;
    check.says("These rules are signed into our book").says("25:30").says("Both of them");
    done.says("The charter is changed");
    // Sent twice, it is one change.
    rosa.send(check.form("/charter/change"), "send").await.says("The charter is changed");
    let now = charter(&trial).await;
    assert_eq!((now.person_floor.get(), now.ceiling), (-1_530, Some(Balance::new(6_000).unwrap())));
    assert_eq!((now.largest_exchange, now.confirmation), (Minutes::new(480).unwrap(), Confirmation::Both));
    assert_eq!((now.group, now.area.as_deref()), (GroupPolicy::LeaderEarnsAll, Some("gcpuv")));
    ada_sees.get("/charter").await.says("25 hours 30 minutes").says("Ring &#60;b&#62;Welfare Rights");
    trial.running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_that_met_another_shows_both_and_asks() {
    let trial = Trial::begin("Elm", false).await;
    let served = serve(trial.handle()).await;
    let ada = trial.admit_named(1, "Ada Park").await;
    let mut rosa = Browser::signed_in(&served, trial.handle(), trial.coordinator).await;
    let mut ada_sees = Browser::signed_in(&served, trial.handle(), ada).await;

    // The charter: somebody changes it over the command line meanwhile.
    let form = rosa.get("/charter/change").await.form("/charter/change").with(&[("floor", "30")]);
    let before = charter(&trial).await;
    let theirs = Charter { person_floor: Balance::new(-60 * 50).unwrap(), ..before };
    trial.command(Command::ChangeCharter { charter: theirs, by: trial.coordinator }).await;
    let both = rosa.send(form, "check").await;
    both.is(409).says("Somebody changed this meanwhile").says(">50<").says(">30<").never(">24<");
    assert_eq!(charter(&trial).await.person_floor.get(), -3_000);
    rosa.send(both.form("/charter/change"), "send").await.says("The charter is changed");
    assert_eq!(charter(&trial).await.person_floor.get(), -1_800);

    // A profile: the coordinator writes a number down while the member changes the name.
    let form = ada_sees.get("/me/change").await.form("/me/change").with(&[("name", "Ada Parker")]);
    let person = Person { name: "Ada Park".into(), phone: Some("020 7946 0001".into()), ..Person::default() };
    trial.handle().change_person(ada, person).await.unwrap();
    let both = ada_sees.send(form.clone(), "check").await;
    both.is(409).says("Ada Parker").says("020 7946 0001");
    let edited = ada_sees.send(both.form("/me/change"), "edit").await;
    assert_eq!(edited.is(200).form("/me/change").get("name"), "Ada Parker");
    let phone = edited.form("/me/change").with(&[("phone", "020 7946 0001")]);
    ada_sees.send(phone, "check").await.says("Your details are saved");
    let kept = trial.handle().persons(vec![ada]).await.unwrap().remove(&ada).unwrap();
    assert_eq!((kept.name.as_str(), kept.phone.as_deref()), ("Ada Parker", Some("020 7946 0001")));
    // The same again, sent late, changes nothing and asks nothing.
    let again = ada_sees.get("/me/change").await.form("/me/change");
    ada_sees.send(again.clone(), "check").await.says("Your details are saved");
    ada_sees.send(again, "check").await.says("Your details are saved");

    // An offer: in two windows.
    trial.publish(7, ada, Item::Offer(listing("Sewing", "Any day", &["hems"]))).await;
    let place = format!("/listing/{}/{}", trial.handle().community(), RecordKey([7; 16]));
    let change = format!("{place}/change");
    ada_sees.get(&place).await.says("Change the words");
    let (one, other) = (ada_sees.get(&change).await.form(&change), rosa.get(&change).await.form(&change));
    ada_sees.send(one.with(&[("title", "Sewing and hems")]), "check").await.is(200).says("Sewing and hems");
    let both = rosa.send(other.with(&[("text", "Not on Sundays")]), "check").await;
    both.is(409).says("Sewing and hems").says("Not on Sundays").says(&format!("href=\"{place}?for={ada}\""));
    both.says("For Ada Parker, written down by Rosa Example.");
    rosa.send(both.form(&change), "send").await.is(200).says("Not on Sundays").says("hems");
    let mut bo_sees = Browser::signed_in(&served, trial.handle(), trial.admit_named(2, "Bo Lee").await).await;
    bo_sees.get(&change).await.is(403);
    bo_sees.get(&place).await.never("Change the words").says("Not on Sundays");
    trial.running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_asks_to_join_and_is_admitted() {
    let trial = Trial::begin("Elm", false).await;
    let served = serve(trial.handle()).await;
    let mut anybody = Browser::new(&served);
    anybody.get("/").await.says("href=\"/join\"");
    let form = anybody.get("/join").await.form("/join");
    anybody.send(form.clone().with(&[("name", "Cy Old")]), "check").await.is(422).says("Write a phone number or");
    let form =
        form.with(&[("name", "Cy <Old>"), ("phone", "020 7946 0003"), ("text", "My soup"), ("directory", "yes")]);
    let (check, sent) = anybody.whole(form).await;
    check.says("Only coordinators read this.");
    sent.says("We have your message");
    anybody.send(check.form("/join"), "send").await.says("We have your message");
    assert_eq!(trial.handle().applications().await.unwrap().len(), 1);
    let mut rosa = Browser::signed_in(&served, trial.handle(), trial.coordinator).await;
    let today = rosa.get("/today").await;
    today.says("Cy &#60;Old&#62; asks to join").says("People who ask to join");
    let page = today.links().into_iter().find(|link| link.starts_with("/applications/")).unwrap();
    anybody.get(&page).await.is(401);
    let read = rosa.get(&page).await;
    let admit = read.says("My soup").links().into_iter().find(|link| link.starts_with("/members/new")).unwrap();
    let form = rosa.get(&admit).await.form("/members/new");
    assert_eq!((form.get("name"), form.get("phone")), ("Cy <Old>", "020 7946 0003"));
    assert_eq!(form.get("directory"), "yes");
    let (_, member) = rosa.whole(form).await;
    member.says("They are a member now.");
    rosa.get("/today").await.never("asks to join");
    rosa.get(&page).await.is(404);
    // Those who do not join are forgotten, and nobody fills the list.
    for n in 0..40 {
        let form = anybody.get("/join").await.form("/join");
        let form = form.with(&[("name", &format!("Person {n}")), ("email", "a@example.org")]);
        let check = anybody.send(form, "check").await;
        let sent = anybody.send(check.form("/join"), "send").await;
        if sent.status == 422 {
            sent.says("Too many people asked just now.");
            assert!(n > 5);
            break;
        }
        assert!(n < 39, "somebody asked forty times");
    }
    let page = rosa.get("/today").await.links().into_iter().find(|link| link.starts_with("/applications/")).unwrap();
    let count = trial.handle().applications().await.unwrap().len();
    let not = rosa.get(&page).await.form("/applications/");
    rosa.send(not.clone(), "send").await.is(200);
    rosa.send(not, "send").await.is(200);
    assert_eq!(trial.handle().applications().await.unwrap().len(), count - 1);
    trial.running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn asks_come_with_those_who_might_help() {
    let trial = Trial::begin("Elm", false).await;
    let served = serve(trial.handle()).await;
    let (ada, bo) = (trial.admit_named(1, "Ada Park").await, trial.admit_named(2, "Bo Lee").await);
    trial.publish(7, ada, Item::Need(listing("Roses to prune", "", &[]))).await;
    trial.publish(8, bo, Item::Offer(listing("I know roses", "", &[]))).await;
    let mut rosa = Browser::signed_in(&served, trial.handle(), trial.coordinator).await;
    let today = rosa.get("/today").await;
    today.says("Who might help").says("Ada Park: Roses to prune");
    today.says("Could help: Bo Lee (Garden and pets, “roses”)").never("Asks that nobody answered");
    // With a number it says whom to ring.
    let person = Person { name: "Bo Lee".into(), phone: Some("020 7946 0002".into()), ..Person::default() };
    trial.handle().change_person(bo, person).await.unwrap();
    rosa.get("/today").await.says("Could help: Bo Lee, 020 7946 0002 (Garden and pets, “roses”)");
    // Whoever rests, or is kept away, is not named.
    let away = clock::now().plus(Span::days(3));
    trial.handle().change_file(bo, move |file| file.away_until = Some(away)).await.unwrap();
    rosa.get("/today").await.never("Who might help");
    trial.handle().change_file(bo, |file| file.away_until = None).await.unwrap();
    trial.handle().keep_away(ada, bo, true).await.unwrap();
    rosa.get("/today").await.never("Who might help");
    trial.handle().keep_away(ada, bo, false).await.unwrap();
    rosa.get("/today").await.says("Who might help");
    // Somebody wrote about it: it is answered.
    let mut bo_sees = Browser::signed_in(&served, trial.handle(), bo).await;
    let write = format!("/messages/{ada}?about=l/{}", RecordKey([7; 16]));
    let form = bo_sees.get(&write).await.form("/messages/").with(&[("text", "Gladly")]);
    bo_sees.send(form, "send").await.is(200);
    rosa.get("/today").await.never("Who might help");
    trial.running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_oldest_asks_and_offers_count_however_many_came_after() {
    let trial = Trial::begin("Elm", false).await;
    let served = serve(trial.handle()).await;
    let (ada, bo) = (trial.admit_named(1, "Ada Park").await, trial.admit_named(2, "Bo Lee").await);
    let cy = trial.admit_named(3, "Cy Old").await;
    trial.publish(7, ada, Item::Need(listing("Roses to prune", "", &[]))).await;
    trial.publish(8, bo, Item::Offer(listing("I know roses", "", &[]))).await;
    for n in 10..170 {
        trial.publish(n, cy, Item::Offer(listing("Something else", "", &[]))).await;
    }
    trial.publish(9, bo, Item::Offer(listing("Taken back", "", &[]))).await;
    trial.publish(9, bo, Item::Withdrawn).await;
    let mut rosa = Browser::signed_in(&served, trial.handle(), trial.coordinator).await;
    let directory = rosa.get("/paper/directory").await;
    directory.says("I know roses").never("Roses to prune").never("Taken back");
    assert_eq!(directory.body.matches("Something else").count(), 160);
    rosa.get("/today").await.says("Could help: Bo Lee (Garden and pets, “roses”)");
    trial.running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn all_that_waits_is_counted_and_can_be_paged_through() {
    let trial = Trial::begin("Elm", false).await;
    let (ada, bo) = (trial.admit_named(1, "Ada Park").await, trial.admit_named(2, "Bo Lee").await);
    for n in 1..=35 {
        let terms = ExchangeTerms {
            community: trial.handle().community(),
            exchange: ExchangeId([n; 16]),
            giver: ada,
            receiver: bo,
            minutes: Minutes::new(i64::from(n)).unwrap(),
            made_at: clock::now(),
            details: None,
        };
        trial.handle().agreed(None, terms, vec![trial.word(), None], Command::Exchange).await.unwrap();
    }
    trial.publish(7, ada, Item::Need(listing("Roses to prune", "", &[]))).await;
    trial.publish(8, bo, Item::Offer(listing("I know roses", "", &[]))).await;
    let served = serve(trial.handle()).await;
    let mut rosa = Browser::signed_in(&served, trial.handle(), trial.coordinator).await;
    let today = rosa.get("/today").await;
    today.says("35 exchanges wait").says("1 to 30 of 35.").says("Who might help").says("for 30 minutes");
    today.never("for 31 minutes");
    let next = today.links().into_iter().find(|link| link.starts_with("/today?part=")).unwrap();
    let rest = rosa.get(&next).await;
    rest.says("31 to 35 of 35.").says("for 31 minutes").says("for 35 minutes").never("for 30 minutes");
    // A part that is gone through is shown by itself, and one without an end does not begin.
    rest.never("Who might help").says("35 exchanges wait").never("/today?part=");
    rosa.get("/today?part=today-waits&page=9").await.says("1 to 30 of 35.");
    rosa.get("/today?part=nonsense&page=1").await.says("Who might help");
    trial.running.stop().await;
}
