//! Who keeps score: every page that members, coordinators and those who look after a circle can reach is read, and where a
//! member stands is looked for by numbers that nothing else on a page has.

use super::{circles::circle, exchange_as};
use crate::{
    runtime::clock,
    trial::{Served, Trial},
    web::{
        browser::{Browser, Shown, serve},
        words::date_of,
    },
};
use kith_protocol::{
    community::{Balances, Charter},
    document::Document,
    id::MemberId,
    machine::Command,
    member::{MemberKind, Role},
    minutes::Balance,
    statement::Told,
};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// Ada gave 5 hours and 3 hours 5 minutes, and received 52 minutes: she is 7 hours 13 minutes ahead, as Bo is behind.
const STANDS: &str = "7 hours 13 minutes";
/// What Ada gave this year, of which no single exchange says so.
const GIVEN: &str = "8 hours 5 minutes";
/// Where Ada and Bo stand, and what Dee brought and Eve took with her, as a spreadsheet has it.
const CELLS: [&str; 4] = ["433", "-433", "485", "-485"];
/// The fewest pages that a crawl must have read to have seen anything.
const PAGES: usize = 30;
/// The most that it reads: twice what there is.
const MOST_PAGES: usize = 800;

pub(super) struct Elm {
    pub(super) trial: Trial,
    pub(super) served: Served,
    pub(super) ada: MemberId,
    pub(super) bo: MemberId,
    pub(super) cy: MemberId,
    dee: MemberId,
}

impl Elm {
    /// A community in which people stand where the constants say; Cy looks after the circle that Ada is in.
    pub(super) async fn begin() -> Self {
        let trial = Trial::begin("Elm", false).await;
        let served = serve(trial.handle()).await;
        let (ada, bo) = (trial.admit_named(1, "Ada Park").await, trial.admit_named(2, "Bo Lee").await);
        let (cy, dee) = (trial.admit_named(3, "Cy Old").await, trial.admit_named(4, "Dee New").await);
        let eve = trial.admit_named(5, "Eve Back").await;
        for (n, giver, receiver, minutes) in [(1, ada, bo, 300), (2, bo, ada, 52), (3, ada, bo, 185)] {
            exchange_as(n, &trial, giver, receiver, minutes).await;
        }
        let by = trial.coordinator;
        for member in [dee, eve] {
            trial.command(Command::Open { member, minutes: Balance::new(433).unwrap(), by }).await;
        }
        // Eve left, which took her hours to the pot, and came back.
        trial.command(Command::Leave { member: eve, by }).await;
        let (kind, role) = (MemberKind::Person, Role::Member);
        trial.command(Command::Admit { member: eve, kind, role, key: None, by }).await;
        let mut rosa = Browser::signed_in(&served, trial.handle(), trial.coordinator).await;
        circle(&mut rosa, "Elm Row", &["ada park"], "cy").await;
        Self { trial, served, ada, bo, cy, dee }
    }

    async fn charter(&self) -> Charter {
        let look = self.trial.handle().look(|machine, _| machine.state().ledger().charter().cloned());
        look.await.unwrap().unwrap()
    }

    async fn keep(&self, balances: Balances) {
        let charter = Charter { balances, ..self.charter().await };
        self.trial.command(Command::ChangeCharter { charter, by: self.trial.coordinator }).await;
    }

    pub(super) async fn browser(&self, member: MemberId) -> Browser {
        Browser::signed_in(&self.served, self.trial.handle(), member).await
    }

    /// Every page and file that somebody can reach, by address.
    async fn read_by(&self, member: MemberId) -> BTreeMap<String, Shown> {
        let read = reach(&mut self.browser(member).await, "/home").await;
        assert!(read.len() > PAGES, "{:?}", read.keys());
        read
    }
}

/// Every page and file that can be reached from an address by following links, by address.
pub(super) async fn reach(browser: &mut Browser, first: &str) -> BTreeMap<String, Shown> {
    let mut waiting = VecDeque::from([first.to_owned()]);
    let (mut met, mut read) = (BTreeSet::new(), BTreeMap::new());
    while let Some(path) = waiting.pop_front() {
        let path = path.split('#').next().unwrap().to_owned();
        if !path.starts_with('/') || path.starts_with("/static") || !met.insert(path.clone()) {
            continue;
        }
        let shown = browser.get(&path).await;
        if shown.status == 200 {
            waiting.extend(shown.links());
            // Under the address it leads to: the first page of whoever is signed in is their home.
            read.insert(shown.path.clone(), shown);
        }
        assert!(met.len() < MOST_PAGES, "the pages have no end: {met:?}");
    }
    read
}

/// What the file with the proofs says that a member got for themselves.
async fn proven(elm: &Elm, member: MemberId) -> Told {
    let mut browser = elm.browser(member).await;
    let page = browser.get("/statement").await;
    assert!(page.links().contains(&"/statement.kith".to_owned()), "{}", page.body);
    let file = browser.get("/statement.kith").await;
    assert_eq!((file.status, &*file.headers["content-type"]), (200, "application/vnd.ipld.dag-cbor"));
    assert!(!file.body.contains("Park") && !file.body.contains("Lee"));
    match Document::decode(&file.bytes).unwrap() {
        Document::MemberStatement(statement) => statement.check().unwrap(),
        _ => panic!("another file"),
    }
}

/// The statement of this month, in which everything here took place.
fn this_month() -> String {
    format!("/statement?month={}", date_of(clock::now()).strftime("%Y-%m"))
}

/// The pages that say where somebody stands, or what they gave in all; of files, those with a cell that does.
fn telling<'a>(read: &'a BTreeMap<String, Shown>, words: &[&str]) -> Vec<&'a str> {
    let tells = |shown: &Shown| {
        if shown.headers.get("content-type").is_some_and(|kind| kind.starts_with("text/csv")) {
            return shown.body.lines().flat_map(|line| line.split(',')).any(|cell| CELLS.contains(&cell));
        }
        words.iter().any(|words| shown.body.contains(words))
    };
    read.iter().filter(|(_, shown)| tells(shown)).map(|(path, _)| path.as_str()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn usually_pages_say_where_people_stand() {
    let elm = Elm::begin().await;
    // What the other tests look for is there to be found.
    let rosa = elm.read_by(elm.trial.coordinator).await;
    let found = telling(&rosa, &[STANDS, GIVEN]);
    assert!(
        rosa.contains_key(&format!("/statement.kith?for={}", elm.ada)),
        "a coordinator gets the file on paper's page"
    );
    for path in ["/members/{}", "/home?for={}", "/statement?for={}"] {
        for member in [elm.ada, elm.bo] {
            let path = path.replace("{}", &member.to_string());
            assert!(found.contains(&path.as_str()), "{path} is not among {found:?}");
        }
    }
    let brought = format!("/statement.csv?for={}", elm.dee);
    assert!(found.contains(&brought.as_str()), "{brought} is not among {found:?}");
    let cy = elm.read_by(elm.cy).await;
    assert!(telling(&cy, &[STANDS]).iter().any(|path| path.starts_with("/circles/")), "{:?}", cy.keys());
    let ada = elm.read_by(elm.ada).await;
    // What Eve left behind is all that the pot holds.
    ada["/gift"].says(&format!("In the pot now: {STANDS}."));
    assert_eq!(telling(&ada, &[STANDS, GIVEN]), ["/gift", "/home", "/statement", &this_month()]);
    elm.trial.running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn hidden_hours_are_shown_to_nobody_but_the_member() {
    let elm = Elm::begin().await;
    elm.keep(Balances::Hidden).await;
    for reader in [elm.trial.coordinator, elm.cy] {
        let read = elm.read_by(reader).await;
        assert_eq!(telling(&read, &[STANDS, GIVEN]), [""; 0]);
        read[&format!("/home?for={}", elm.ada)].says("Only they themselves see their hours.");
        // A list of all hours is the sum to whoever can add: it says what took place, and not for how long.
        let statement = &read[&format!("/statement?for={}", elm.ada)];
        statement.says("Bo Lee").never("5 hours").never("3 hours 5").never("52 minutes").never(">Given<");
        let file = &read[&format!("/statement.csv?for={}", elm.ada)];
        assert_eq!(file.body.lines().filter(|line| line.contains(",Bo Lee,,,")).count(), 3, "{}", file.body);
    }
    // Nor is the file with the proofs for anybody but the member.
    let proof = format!("/statement.kith?for={}", elm.ada);
    assert_eq!(elm.browser(elm.trial.coordinator).await.get(&proof).await.status, 403);
    assert_eq!(proven(&elm, elm.dee).await.closing, Some(433));
    let rosa = elm.read_by(elm.trial.coordinator).await;
    rosa[&format!("/members/{}", elm.ada)].says("Only they themselves see their hours.");
    rosa["/charter"].says("Only they themselves").says("Our book keeps all hours.").never("does not count for now");
    // They themselves see all of it.
    let ada = elm.read_by(elm.ada).await;
    assert_eq!(telling(&ada, &[STANDS]), ["/home", "/statement"]);
    ada["/home"].says(&format!("Given: {GIVEN}."));
    ada["/statement"].says("5 hours").says("3 hours 5 minutes");
    ada["/gift"].says("The pot belongs to all of us.").never("the pot now");
    ada["/charter"].says("is shown to you, and to nobody else");
    let dee = ["/home", "/statement", "/statement.csv", &this_month()];
    assert_eq!(telling(&elm.read_by(elm.dee).await, &[STANDS]), dee);
    elm.trial.running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn where_hours_are_gifts_nobody_keeps_score() {
    let elm = Elm::begin().await;
    elm.keep(Balances::Gifts).await;
    for reader in [elm.trial.coordinator, elm.cy, elm.ada, elm.bo, elm.dee] {
        let read = elm.read_by(reader).await;
        assert_eq!(telling(&read, &[STANDS]), [""; 0]);
        read["/home"].says("Help is a gift here. Nobody keeps score.").never("class=\"ribbon\"");
        for shame in ["more than you had", "been helped", "as much help as you had"] {
            read["/home"].never(shame);
            read["/statement"].never(shame);
        }
        read["/charter"].says("nobody keeps score").says("40 hours, but it does not count for now");
        read["/leave"].never("Your hours go to the community pot.");
        read["/me"].never("Give hours to the pot");
    }
    let ada = elm.read_by(elm.ada).await;
    ada["/home"].says(&format!("You helped for {GIVEN}. Thank you!"));
    ada["/home"].says("Others helped you for 52 minutes. That was a gift.");
    // The file proves the exchanges, and does not say where anybody stands, nor what they brought along.
    let told = proven(&elm, elm.ada).await;
    assert_eq!((told.given, told.received, told.closing), (485, 52, None));
    let told = proven(&elm, elm.dee).await;
    assert_eq!((told.entries, told.given, told.opening), (1, 0, None));
    // Exchanges are listed one by one, with their hours.
    ada["/statement"].says("5 hours").says("3 hours 5 minutes").says("52 minutes");
    elm.trial.running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn coordinators_choose_who_keeps_score_and_change_it_back() {
    let elm = Elm::begin().await;
    let mut rosa = elm.browser(elm.trial.coordinator).await;
    let page = rosa.get("/charter/change").await;
    page.says("limits on how far ahead somebody is do not count");
    let form = page.form("/charter/change");
    assert_eq!(form.get("balances"), "shown");
    rosa.send(form.clone().with(&[("balances", "loans")]), "check").await.is(422).says("Choose who sees it.");
    // No floor and no ceiling leaves any room, and in gift mode none is needed.
    let tight = form.with(&[("balances", "gifts"), ("floor", "0"), ("ceiling", "0")]);
    let (check, done) = rosa.whole(tight).await;
    check.says("Nobody. Our help is a gift");
    done.says("The charter is changed");
    assert_eq!(elm.charter().await.balances, Balances::Gifts);
    exchange_as(9, &elm.trial, elm.ada, elm.cy, 600).await;
    // Back again, limits judge what comes, and nothing is undone.
    let form = rosa.get("/charter/change").await.form("/charter/change");
    assert_eq!((form.get("balances"), form.get("floor")), ("gifts", "0"));
    rosa.whole(form.with(&[("balances", "hidden"), ("ceiling", "")])).await;
    assert_eq!(elm.charter().await.balances, Balances::Hidden);
    let form = rosa.get(&format!("/record/hours?for={}&way=received&to=m/{}", elm.cy, elm.ada)).await;
    let form = form.form("/record/hours").with(&[("length", "1:00")]);
    let (_, refused) = rosa.whole(form).await;
    refused.is(422).says("further below zero than our charter allows").never("10 hours").never("11 hours");
    // What is over a limit may go back towards it.
    exchange_as(10, &elm.trial, elm.cy, elm.ada, 60).await;
    elm.trial.running.stop().await;
}
