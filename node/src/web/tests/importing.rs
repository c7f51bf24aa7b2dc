//! Bringing a community in from another system, in the browser.

use crate::{
    runtime::{clock, own::listings_of},
    trial::Trial,
    web::browser::{Browser, Shown, serve},
};
use kith_protocol::{id::MemberId, ledger::Account};
use std::{collections::BTreeMap, fmt::Write as _};

const PEOPLE: usize = 500;

/// Everybody's balance by their earlier number, and the opening account's.
async fn balances(trial: &Trial) -> BTreeMap<String, i64> {
    let all = trial.handle().everybody().await.unwrap();
    let ids: Vec<(String, MemberId)> =
        all.iter().filter_map(|named| Some((named.person.external.clone()?, named.id))).collect();
    trial
        .handle()
        .look(move |machine, _| {
            let members = machine.state().ledger().members();
            ids.into_iter().map(|(number, id)| (number, members[&id].balance.get())).collect()
        })
        .await
        .unwrap()
}

async fn opened(trial: &Trial) -> i64 {
    trial.handle().look(|machine, _| machine.state().ledger().balance(&Account::Opening).get()).await.unwrap()
}

/// Says yes, and waits until everybody is in.
async fn brought(rosa: &mut Browser, look: Shown) -> Shown {
    let started = rosa.send(look.form("/import/run/"), "send").await;
    // The page looks again by itself for as long as people come in.
    let running = started.body.contains("You can leave this page.");
    assert_eq!(started.headers.contains_key("refresh"), running);
    let path = started.path.clone();
    let came = rosa.until(&path, "They are here").await;
    assert!(!came.headers.contains_key("refresh"));
    came
}

#[tokio::test(flavor = "multi_thread")]
async fn five_hundred_people_of_timeoverflow_come_in_to_the_minute() {
    let (mut users, mut posts, mut transfers) = (String::new(), String::new(), String::new());
    let mut expected: BTreeMap<String, i64> = BTreeMap::new();
    for n in 1..=PEOPLE {
        writeln!(users, "{n},2013-05-01,Person,Number,{n},1,1950-01-01,020 7946 0001,,p{n}@example.org").unwrap();
        writeln!(posts, "{n},Offer,Help of kind {n},,1,2013-05-01,,").unwrap();
        let (from, to, minutes) = (n, n * 7 % PEOPLE + 1, i64::try_from(n % 300).unwrap() + 1);
        writeln!(transfers, "{from},User,{to},User,{},2014-01-01,Help,", minutes * 60).unwrap();
        *expected.entry(from.to_string()).or_default() -= minutes;
        *expected.entry(to.to_string()).or_default() += minutes;
    }
    let trial = Trial::begin("Elm", false).await;
    let served = serve(trial.handle()).await;
    let mut rosa = Browser::signed_in(&served, trial.handle(), trial.coordinator).await;
    let form = rosa.get("/import/timeoverflow").await.form("/import/timeoverflow");
    assert_eq!(form.get("hour"), "3600");
    let files = [("people", users.as_bytes()), ("posts", posts.as_bytes()), ("transfers", transfers.as_bytes())];
    let look = rosa.upload(form.clone(), &files).await;
    look.is(200).says("Nothing has come in yet").says("<dt>People</dt><dd>500</dd>").says("Everything fits.");
    look.says("Members here see the offers and needs. Each can put their own on the public page.");
    assert_eq!(balances(&trial).await, BTreeMap::new());
    let done = brought(&mut rosa, look).await;
    done.says("<dt>People who came in</dt><dd>500</dd>").says("<dt>Lines left out</dt><dd>0</dd>");
    // Nobody was asked whether anybody may read what they offer.
    done.says("Each can put their own on the public page.");
    assert_eq!(trial.handle().inside().await.unwrap().len(), PEOPLE);
    Browser::new(&served).get("/offers.atom").await.is(200).never("Help of kind");
    rosa.get("/find?q=kind+500").await.says("Help of kind 500");
    assert_eq!(balances(&trial).await, expected);
    assert_eq!(opened(&trial).await, -expected.values().sum::<i64>());
    rosa.get("/members?q=number+500").await.says("1 person");
    // The same files once more: nobody comes in twice.
    let again = rosa.upload(form, &files).await;
    brought(&mut rosa, again).await.says("<dt>People who were here already</dt><dd>500</dd>");
    assert_eq!(balances(&trial).await, expected);
    trial.running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn five_hundred_people_of_ces_come_in_to_the_minute() {
    let mut users = String::from("UID,UserType,Firstname,Surname,OrgName,PhoneM,Email,SubArea,Created,Closed\n");
    let mut trades = String::from("ID,Seller,Buyer,Amount,Levy,Description\n");
    let mut balance: BTreeMap<String, i64> = BTreeMap::new();
    let mut sums: BTreeMap<String, (i64, i64)> = BTreeMap::new();
    for n in 0..PEOPLE {
        let kind = if n % 50 == 0 { "org" } else { "ind" };
        writeln!(users, "CES{n},{kind},Person,{n},House {n},,,,2010-01-01,0").unwrap();
        let (seller, buyer, quarters) = (n, (n * 3 + 1) % PEOPLE, i64::try_from(n % 20).unwrap() + 1);
        if seller == buyer {
            continue;
        }
        writeln!(trades, "{n},CES{seller},CES{buyer},{}.{:02},0,Help", quarters / 4, quarters % 4 * 25).unwrap();
        *balance.entry(format!("CES{seller}")).or_default() += quarters * 15;
        *balance.entry(format!("CES{buyer}")).or_default() -= quarters * 15;
        sums.entry(format!("CES{seller}")).or_default().0 += quarters;
        sums.entry(format!("CES{buyer}")).or_default().1 += quarters;
    }
    let mut totals = String::from("UID,Sales,Income,Purchases,Expenditure,Levy,Balance\n");
    for (uid, (income, expenditure)) in &sums {
        let net = income - expenditure;
        let sign = if net < 0 { "-" } else { "" };
        let hours = format!("{sign}{}.{:02}", net.abs() / 4, net.abs() % 4 * 25);
        writeln!(totals, "{uid},1,{income},1,{expenditure},0,{hours}").unwrap();
    }
    let trial = Trial::begin("Elm", false).await;
    let served = serve(trial.handle()).await;
    let mut rosa = Browser::signed_in(&served, trial.handle(), trial.coordinator).await;
    let form = rosa.get("/import/ces").await.form("/import/ces");
    let files = [("people", users.as_bytes()), ("transfers", trades.as_bytes()), ("totals", totals.as_bytes())];
    let look = rosa.upload(form, &files).await;
    look.is(200).says("All totals that could be compared fit to the minute.");
    brought(&mut rosa, look).await.says("<dt>People who came in</dt><dd>500</dd>");
    let mut expected: BTreeMap<String, i64> = (0..PEOPLE).map(|n| (format!("CES{n}"), 0)).collect();
    expected.extend(balance);
    assert_eq!(balances(&trial).await, expected);
    assert_eq!(opened(&trial).await, 0);
    trial.running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn five_hundred_people_of_komunitin_come_in_to_the_minute() {
    let mut accounts = String::from("id,created,updated,code,status,balance\n");
    let mut transfers = String::from("id,created,updated,state,amount,payer.code,payee.code\n");
    let mut quarters = vec![0_i64; PEOPLE];
    for n in 0..PEOPLE {
        let (payer, payee, length) = (n, (n * 7 + 3) % PEOPLE, i64::try_from(n % 12).unwrap() + 1);
        let amount = length * 25;
        writeln!(transfers, "{n},2024-02-01T10:00:00Z,,committed,{amount},ELM{payer:04},ELM{payee:04}").unwrap();
        quarters[payer] -= length;
        quarters[payee] += length;
    }
    // What was never committed moved nothing.
    writeln!(transfers, "x,2024-02-01T10:00:00Z,,rejected,9000,ELM0001,ELM0002").unwrap();
    // One has a quarter of an hour more than the exchanges make: what the account says is taken.
    quarters[1] += 1;
    for (n, quarters) in quarters.iter().enumerate() {
        writeln!(accounts, "{n},2024-01-01T00:00:00Z,,ELM{n:04},active,{}", quarters * 25).unwrap();
    }
    writeln!(accounts, "y,2024-01-01T00:00:00Z,,ELM9999,deleted,0").unwrap();
    let trial = Trial::begin("Elm", false).await;
    let served = serve(trial.handle()).await;
    let mut rosa = Browser::signed_in(&served, trial.handle(), trial.coordinator).await;
    let form = rosa.get("/import/komunitin").await.form("/import/komunitin");
    assert_eq!(form.get("hour"), "100");
    let files = [("people", accounts.as_bytes()), ("transfers", transfers.as_bytes())];
    let look = rosa.upload(form.clone(), &files).await;
    look.is(200).says("Nothing has come in yet").says("<dt>People</dt><dd>500</dd>");
    look.says("<dt>Exchanges in the files</dt><dd>500</dd>").says("<dt>Lines left out</dt><dd>1</dd>");
    look.says("Some totals do not fit.").says("<dt>People compared with their exchanges</dt><dd>501</dd>");
    look.says("<dt>Of these do not fit</dt><dd>1</dd>").says("<strong dir=\"auto\">People, line 3</strong>");
    look.says("<strong dir=\"auto\">People, line 502, status</strong>").says("This account is closed");
    assert_eq!(balances(&trial).await, BTreeMap::new());
    let report = rosa.get(&format!("{}/problems.csv", look.path)).await;
    assert_eq!(report.is(200).body.lines().count(), 3);
    report.says("\"People, line 3\"").says("\"People, line 502, status\"");
    let done = brought(&mut rosa, look).await;
    done.says("<dt>People who came in</dt><dd>500</dd>").says("<dt>Lines left out</dt><dd>1</dd>");
    let expected: BTreeMap<String, i64> =
        quarters.iter().enumerate().map(|(n, quarters)| (format!("ELM{n:04}"), quarters * 15)).collect();
    assert_eq!(balances(&trial).await, expected);
    assert_eq!(opened(&trial).await, -15);
    // It has no names: people are called by their code, and the same files once more bring nobody.
    rosa.get("/members?q=ELM0042").await.says("1 person");
    let again = rosa.upload(form, &files).await;
    brought(&mut rosa, again).await.says("<dt>People who were here already</dt><dd>500</dd>");
    assert_eq!(balances(&trial).await, expected);
    trial.running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_thousand_bad_lines_show_twenty_and_a_file_has_all() {
    let mut table = String::from("Usuario;Correo;Saldo\nAda Park;ada@example.org;2:30\n");
    for n in 0..10_000 {
        writeln!(table, "=Cy {n};not an address;0").unwrap();
    }
    let trial = Trial::begin("Elm", false).await;
    let served = serve(trial.handle()).await;
    let mut rosa = Browser::signed_in(&served, trial.handle(), trial.coordinator).await;
    let form = rosa.get("/import/table").await.form("/import/table");
    rosa.upload(form.clone(), &[("people", b"\xFF\xFEu\0t\0f\0")]).await.is(422).says("Save it as “CSV UTF-8”");
    rosa.upload(form.clone(), &[("people", b"")]).await.is(422).says("Choose this file.");
    let columns = rosa.upload(form, &[("people", table.as_bytes())]).await;
    columns.is(200).says("Which column is what?").says("<option value=\"0\" selected>Usuario</option>");
    let map = columns.form("/import/columns/").with(&[("name", "0"), ("email", "1"), ("opening", "2")]);
    rosa.send(map.clone().with(&[("name", "")]), "check").await.is(422).says("Choose a column for the name");
    let look = rosa.send(map, "check").await;
    look.is(200).says("<dt>Lines left out</dt><dd>10,000</dd>").says("And 9,980 more.");
    assert_eq!(look.body.matches("This is no e-mail address.").count(), 20);
    let file = rosa.get(&format!("{}/problems.csv", look.path)).await;
    assert_eq!(file.body.lines().count(), 10_001);
    file.never("not an address").never("=Cy");
    brought(&mut rosa, look).await.says("<dt>People who came in</dt><dd>1</dd>").says("2 hours 30 minutes");
    trial.running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_coordinators_bring_people_in() {
    let trial = Trial::begin("Elm", false).await;
    let served = serve(trial.handle()).await;
    let ada = trial.admit_named(1, "Ada Park").await;
    let mut ada = Browser::signed_in(&served, trial.handle(), ada).await;
    for path in ["/import", "/import/ces", "/import/run/00", "/import/columns/00"] {
        ada.get(path).await.is(403);
    }
    let mut rosa = Browser::signed_in(&served, trial.handle(), trial.coordinator).await;
    let form = rosa.get("/import/ces").await.form("/import/ces");
    ada.upload(form.clone(), &[("people", b"UID\n")]).await.is(403);
    // A form of another session is not ours, and a file of another kind says what is missing.
    rosa.upload(form.clone().with(&[("token", "00")]), &[("people", b"UID\n")]).await.is(403);
    rosa.upload(form, &[("people", b"a,b\n1,2\n")]).await.is(422).says("It lacks these columns: UID, UserType");
    rosa.get("/import/run/00").await.is(404);
    rosa.get("/import/nowhere").await.is(404);
    trial.running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_people_bring_along_is_shown_no_finer_than_what_they_post() {
    let trial = Trial::begin("Elm", false).await;
    let served = serve(trial.handle()).await;
    let mut rosa = Browser::signed_in(&served, trial.handle(), trial.coordinator).await;
    let form = rosa.get("/import/table").await.form("/import/table");
    let table = "Name;Offers;Place\nAda Park;Sewing;gcpuvx\nBo Lee;Soup;12 Elm Row\n";
    let columns = rosa.upload(form, &[("people", table.as_bytes())]).await;
    let map = columns.form("/import/columns/").with(&[("name", "0"), ("offers", "1"), ("area", "2")]);
    let look = rosa.send(map, "check").await;
    brought(&mut rosa, look).await.says("<dt>People who came in</dt><dd>2</dd>");
    let all = trial.handle().everybody().await.unwrap();
    let ids: Vec<MemberId> = all.iter().filter(|named| named.id != trial.coordinator).map(|named| named.id).collect();
    let places = trial.handle().look(move |machine, book| {
        let records = ids.iter().flat_map(|id| listings_of(machine, book, id, clock::now()));
        records.filter_map(|record| record.item.listing().map(|listing| listing.area.clone())).collect::<Vec<_>>()
    });
    let mut places = places.await.unwrap();
    places.sort();
    assert_eq!(places, [None, Some("gcpuv".to_owned())]);
    trial.running.stop().await;
}
