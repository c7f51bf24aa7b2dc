//! Finding what fits: near, in a language, at a time, and why.

use crate::{
    runtime::{clock, listings::Kind},
    trial::{Trial, listing},
    web::{
        browser::{Browser, serve},
        times,
    },
};
use kith_protocol::{
    community::Charter,
    id::MemberId,
    machine::{Command, View as _},
    shelf::{Item, Listing, Times, When},
};

/// What the newest listing of ours says of when.
async fn newest(trial: &Trial) -> When {
    newest_listing(trial).await.when
}

async fn newest_listing(trial: &Trial) -> Listing {
    let look = trial.handle().look(|machine, book| {
        let (own, revision) = (machine.identity().community, machine.state().shelf().0);
        let record = book.records(&own, revision.saturating_sub(1), 1).into_iter().next();
        record.and_then(|record| Kind::of(&record.content.item).map(|(_, listing)| listing.clone()))
    });
    look.await.unwrap().unwrap()
}

async fn at(trial: &Trial, area: Option<&str>) {
    let charter = trial.handle().look(|machine, _| machine.state().ledger().charter().cloned()).await.unwrap().unwrap();
    let charter = Charter { area: area.map(Into::into), ..charter };
    trial.command(Command::ChangeCharter { charter, by: trial.coordinator }).await;
}

async fn elm() -> (Trial, MemberId) {
    let trial = Trial::begin("Elm", false).await;
    let joe = trial.admit_named(1, "Joe Bell").await;
    (trial, joe)
}

#[tokio::test(flavor = "multi_thread")]
async fn when_is_asked_shown_changed_and_found() {
    let (trial, joe) = elm().await;
    let served = serve(trial.handle()).await;
    let mut browser = Browser::signed_in(&served, trial.handle(), joe).await;
    let form = browser.get("/ask").await.is(200).says("Say it if you like").form("/ask");
    let asked = [("title", "Walk my dog"), ("category", "garden"), ("days", "friday,monday"), ("parts", "morning")];
    let past = browser.send(form.clone().with(&asked).with(&[("by", "2020-01-01")]), "check").await;
    past.is(422).says("<details open>");
    let check = browser.send(form.with(&asked).with(&[("by", "2150-05-03")]), "check").await;
    check.is(200).says("Monday").says("Friday").says("morning").says("2150-05-03");
    let posted = browser.send(check.form("/ask"), "send").await;
    posted.is(200).says("Monday, Friday (morning)").says("Help is needed by 3 May 2150");
    let stands = newest(&trial).await;
    assert_eq!((stands.times, stands.by), (Times::of([(0, 0), (4, 0)]), Some(65_866)));

    // An offer has no last day, and need not say anything.
    let offer = browser.get("/offer").await.never("name=\"by\"").never("name=\"soon\"").form("/offer");
    let offer = offer.with(&[("title", "Walk your dog"), ("category", "garden")]);
    browser.whole(offer).await.1.never("Every day");
    assert_eq!(newest(&trial).await, When::default());

    // On Friday mornings: the ask that says so; not on Sundays. Who says nothing can be asked.
    let friday = browser.get("/find?kind=needs&day=friday&part=morning").await;
    friday.says("Walk my dog").says("Good on: Friday (morning)").says("Help is needed by 3 May 2150");
    // Each result says by word and sign what it is.
    friday.says("<span aria-hidden=\"true\">●</span> Ask · ").never("■</span> Offer · ");
    let offers = browser.get("/find").await;
    offers.says("<span aria-hidden=\"true\">■</span> Offer · ").never("●</span> Ask · ");
    friday.says("<option value=\"friday\" selected>");
    browser.get("/find?kind=needs&day=sunday").await.never("Walk my dog").says("We found nothing like that.");
    browser.get("/find?day=sunday").await.says("Walk your dog").says("No times said: just ask");
    browser.get("/find?kind=needs&day=nonsense").await.says("Walk my dog").never("Good on");

    // Changed without touching the times, finer ones stay as they are.
    let finer = When { times: Times::of([(0, 0), (4, 2)]), by: None };
    trial.publish(7, joe, Item::Need(Listing { when: finer, ..listing("Cut my hedge", "", &[]) })).await;
    let found = browser.get("/find?q=hedge&kind=needs").await;
    let link = found.links().into_iter().find(|link| link.starts_with("/listing/")).unwrap();
    browser.get(&link).await.says("Monday (morning) · Friday (evening)");
    let change = format!("{link}/change");
    let form = browser.get(&change).await.says("<details open>").form(&change);
    assert_eq!((form.fields.iter().filter(|(name, _)| name == "days").count(), newest(&trial).await), (2, finer));
    let mut retitled = form.clone();
    retitled.fields.iter_mut().filter(|(name, _)| name == "title").for_each(|(_, title)| title.push_str(", please"));
    browser.send(retitled, "send").await.says("Cut my hedge, please").says("Friday (evening)");
    assert_eq!(newest(&trial).await, finer);
    let form = browser.get(&change).await.form(&change).with(&[("days", "sunday"), ("parts", "evening")]);
    browser.send(form, "send").await.says("Sunday (evening)").never("Monday");
    trial.running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_near_and_spoken_here_is_found_and_says_why() {
    let (trial, joe) = elm().await;
    let placed = |title: &str, area: Option<&str>, language: &str| {
        let area = area.map(str::to_owned);
        Item::Offer(Listing { area, language: language.into(), ..listing(title, "", &[]) })
    };
    let offers =
        [("At home", None, "en"), ("Next street", Some("gcpvn"), "cy"), ("In Cardiff", Some("gcjsz"), "en-GB")];
    for (n, (title, area, language)) in (1..).zip(offers) {
        trial.publish(n, joe, placed(title, area, language)).await;
    }
    let served = serve(trial.handle()).await;
    let mut browser = Browser::signed_in(&served, trial.handle(), joe).await;
    // Where nobody says where we are, near is not offered.
    at(&trial, None).await;
    browser.get("/find").await.says("In Cardiff").never("Near me").never("km away");
    at(&trial, Some("gcpvj")).await;
    let all = browser.get("/find").await;
    all.says("Near me").says("At home").says("Next street").says("In Cardiff").says("km away");
    let near = browser.get("/find?place=near").await;
    near.says("At home").says("Next street").never("In Cardiff").says("value=\"near\" checked");
    let far = browser.get("/find?q=cardiff").await;
    let km = far.body.split("About ").nth(1).and_then(|rest| rest.split('\u{a0}').next()).unwrap();
    assert!((190..230).contains(&km.parse::<u32>().unwrap()), "{km}");
    browser.get("/find?place=here").await.says("In Cardiff");
    browser.get("/find?place=others").await.says("We found nothing like that.");
    let welsh = browser.get("/find?language=cy").await;
    welsh.says("Next street").says("In Cymraeg").never("At home").never("In Cardiff");
    browser.get("/find?language=en").await.says("At home").says("In Cardiff").never("Next street");
    browser.get("/find?language=xx").await.says("At home").says("Next street");
    trial.running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_says_where_they_live_has_near_measured_from_there() {
    let (trial, joe) = elm().await;
    at(&trial, Some("gcpvj")).await;
    let bo = trial.admit_named(2, "Bo Lee").await;
    let offers = [("No place said", None), ("Next street", Some("gcpvn")), ("In Cardiff", Some("gcjszk"))];
    for (n, (title, area)) in (1..).zip(offers) {
        let area = area.map(str::to_owned);
        trial.publish(n, bo, Item::Offer(Listing { area, ..listing(title, "", &[]) })).await;
    }
    let served = serve(trial.handle()).await;
    let mut browser = Browser::signed_in(&served, trial.handle(), joe).await;
    // Home and finding say the same, whoever says nothing and whoever does.
    for path in ["/home", "/find?place=near"] {
        browser.get(path).await.says("No place said").says("Next street").never("In Cardiff").never("from you");
    }
    browser.get("/me").await.says("Where you live, roughly");
    let change = browser.get("/me/change").await.form("/me/change");
    browser.send(change.clone().with(&[("area", "Elm Road 7")]), "send").await.is(422).says("Write two numbers");
    browser.send(change.with(&[("area", "51.4816, -3.1791")]), "send").await.is(200).never("3.1791");
    let kept = trial.handle().persons(vec![joe]).await.unwrap()[&joe].area.clone().unwrap();
    assert_eq!((kept.len(), &kept[..3]), (6, "gcj"));
    for path in ["/home", "/find?place=near"] {
        let near = browser.get(path).await;
        near.says("No place said").says("In Cardiff").never("Next street").says("In our community");
    }
    let far = browser.get("/find?q=street").await;
    let km = far.body.split("About ").nth(1).unwrap().split("\u{a0}km from you").next().unwrap();
    assert!((190..230).contains(&km.parse::<u32>().unwrap()), "{km}");
    browser.get("/me").await.says(&kept);
    browser.get("/me/data.json").await.says(&kept);
    // Coordinators may know it; whoever acts for somebody need not, and others see nothing of it.
    let mut rosa = Browser::signed_in(&served, trial.handle(), trial.coordinator).await;
    rosa.get(&format!("/me?for={joe}")).await.says(&kept);
    let until = clock::now().plus(kith_protocol::time::Span::days(1));
    let helper = crate::runtime::office::Helper { member: bo, until };
    trial.handle().change_file(joe, move |file| file.helpers.push(helper)).await.unwrap();
    let mut bo_sees = Browser::signed_in(&served, trial.handle(), bo).await;
    bo_sees.get(&format!("/me?for={joe}")).await.is(200).never(&kept).never("Where you live");
    bo_sees.get(&format!("/home?for={joe}")).await.is(200).never("from you");
    // Left empty again, all is as it was; and it goes with the member.
    let change = browser.get("/me/change").await.form("/me/change");
    assert_eq!(change.get("area"), kept);
    browser.send(change.with(&[("area", "")]), "send").await.is(200);
    browser.get("/find?place=near").await.says("Next street").never("In Cardiff");
    trial.running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn where_a_listing_is_can_be_said_found_and_changed() {
    let (trial, joe) = elm().await;
    at(&trial, Some("gcpvj")).await;
    let served = serve(trial.handle()).await;
    let mut browser = Browser::signed_in(&served, trial.handle(), joe).await;
    let cardiff = "51.4816, -3.1791";
    for (path, title, area, kept) in [
        ("/offer", "Hems anywhere", "", None),
        // Finer than everybody should know.
        ("/offer", "Hems next street", "GCPVN7", Some("gcpvn")),
        ("/ask", "A lift in Cardiff", cardiff, Some("gcjsz")),
        ("/offer", "Hems in Cardiff", cardiff, Some("gcjsz")),
    ] {
        let form = browser.get(path).await.says("Where, roughly").says("It is shown with the rest.").form(path);
        let form = form.with(&[("title", title), ("category", "making")]);
        let wrong = browser.send(form.clone().with(&[("area", "Elm Road 7")]), "check").await;
        wrong.is(422).says("Write two numbers").says("<details open>");
        let (check, posted) = browser.whole(form.with(&[("area", area)])).await;
        check.never("3.1791").never("gcpvn7").says(kept.unwrap_or(title));
        posted.is(200);
        assert_eq!(newest_listing(&trial).await.area.as_deref(), kept, "{title}");
    }
    browser.get("/find?place=near").await.says("Hems anywhere").says("Hems next street").never("Hems in Cardiff");
    browser.get("/find?place=near&kind=needs").await.never("A lift in Cardiff");
    browser.get("/find?kind=needs").await.says("A lift in Cardiff").says("km away");

    // Changed without touching it, it stays; two who change it at once see both.
    let found = browser.get("/find?q=hems+cardiff").await;
    let link = found.links().into_iter().find(|link| link.starts_with("/listing/")).unwrap();
    // Its own page says where it is as the results do.
    let page = browser.get(&link).await;
    page.says("<dt>Where</dt><dd>In our community<br>About ").says("km away</dd>");
    let change = format!("{link}/change");
    let form = browser.get(&change).await.says("<details open>").form(&change);
    assert_eq!(form.get("area"), "gcjsz");
    browser.send(form.with(&[("title", "Hems by the sea")]), "send").await.is(200).says("Hems by the sea");
    assert_eq!(newest_listing(&trial).await.area.as_deref(), Some("gcjsz"));
    let (one, other) = (browser.get(&change).await.form(&change), browser.get(&change).await.form(&change));
    browser.send(one.with(&[("area", "gcpvn")]), "send").await.is(200);
    let both = browser.send(other.with(&[("title", "Hems by the shore")]), "send").await;
    both.is(409).says("Where, roughly").says("gcpvn").says("gcjsz");
    browser.get("/find?place=near").await.says("Hems by the sea").never("Hems by the shore");
    // Left empty, it is simply here.
    let form = browser.get(&change).await.form(&change).with(&[("area", "")]);
    browser.send(form, "send").await.is(200);
    assert_eq!(newest_listing(&trial).await.area, None);
    browser.get(&link).await.says("<dt>Where</dt><dd>In our community</dd>");
    browser.get("/find?place=near").await.says("Hems by the sea");
    trial.running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_kept_away_is_new_nowhere() {
    let (trial, joe) = elm().await;
    let served = serve(trial.handle()).await;
    let bo = trial.admit_named(2, "Bo Lee").await;
    trial.publish(7, bo, Item::Offer(listing("Sewing by Bo", "", &[]))).await;
    trial.publish(8, bo, Item::Need(listing("A lift for Bo", "", &[]))).await;
    let mut joe_sees = Browser::signed_in(&served, trial.handle(), joe).await;
    let mut rosa = Browser::signed_in(&served, trial.handle(), trial.coordinator).await;
    let mine = ["/home", "/week", "/find", "/find?kind=needs"];
    let theirs = [format!("/home?for={joe}"), format!("/week?for={joe}"), "/paper/weeks".to_owned()];
    for path in mine {
        assert!(joe_sees.get(path).await.body.contains(" Bo"), "{path}");
    }
    trial.handle().keep_away(joe, bo, true).await.unwrap();
    trial.handle().keep_away(trial.coordinator, bo, true).await.unwrap();
    for path in mine {
        joe_sees.get(path).await.is(200).never("Sewing by Bo").never("A lift for Bo");
    }
    for path in &theirs[..2] {
        rosa.get(path).await.is(200).never("Sewing by Bo").never("A lift for Bo");
    }
    // Nobody else's sheet has it, for there are only the three; the notice board has all.
    rosa.get(&theirs[2]).await.is(200).never("Sewing by Bo");
    rosa.get("/paper/week").await.says("Sewing by Bo").says("A lift for Bo");
    trial.handle().keep_away(joe, bo, false).await.unwrap();
    joe_sees.get("/home").await.says("Sewing by Bo").says("A lift for Bo");
    trial.running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn how_soon_is_said_with_one_press_unless_a_day_is_written() {
    let (trial, joe) = elm().await;
    let served = serve(trial.handle()).await;
    let mut browser = Browser::signed_in(&served, trial.handle(), joe).await;
    let today = times::day_after(clock::now(), 0).unwrap();
    let ask = [("title", "Walk my dog"), ("category", "garden")];
    let written = ("today", "2150-05-03", Some(65_866));
    for (soon, by, last) in [("today", "", Some(today)), ("week", "", Some(today + 6)), ("any", "", None), written] {
        let form = browser.get("/ask").await.says("How soon do you need it?").form("/ask").with(&ask);
        let posted = browser.send(form.with(&[("soon", soon), ("by", by)]), "send").await;
        posted.is(200);
        assert_eq!(newest(&trial).await.by, last, "{soon} {by}");
    }
    // Nothing said is any time, and what is no choice is said so.
    let form = browser.get("/ask").await.form("/ask").with(&ask);
    assert_eq!(form.get("soon"), "any");
    browser.send(form.with(&[("soon", "nonsense")]), "send").await.is(422);
    browser.get("/offer").await.never("How soon do you need it?");
    trial.running.stop().await;
}
