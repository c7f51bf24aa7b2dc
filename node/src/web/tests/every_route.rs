//! Every route of the pages, as the sources declare it, and what it says to whoever has no right to it.

use super::{circles::circle, exchange, partner, pay};
use crate::{
    runtime::{
        clock,
        office::{Event, Notice, Paper},
    },
    trial::{Served, Trial, listing},
    web::browser::{Browser, Shown, serve},
};
use kith_protocol::{
    id::{ExchangeId, MemberId, RecordKey},
    minutes::Minutes,
    partnership::Payee,
    shelf::Item,
    time::Span,
};
use std::{
    collections::BTreeSet,
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

/// The fewest routes that there must be for them to be declared as this file reads them.
const ROUTES: usize = 100;
/// Routes that tests/pages looks at nowhere by an address of its own: files, and pages that come up while somebody works.
/// With who may have them, and an address.
const OTHERS: [(&str, &str, &str); 23] = [
    ("/live", "Anybody", "/live"),
    ("/static/kith.js", "Anybody", "/static/kith.js"),
    ("/static/keys.js", "Anybody", "/static/keys.js"),
    ("/static/passkey.js", "Anybody", "/static/passkey.js"),
    ("/events.ics", "Anybody", "/events.ics"),
    ("/offers.atom", "Anybody", "/offers.atom"),
    ("/community.jsonld", "Anybody", "/community.jsonld"),
    ("/picture/{key}", "Anybody", "/picture/OWN"),
    ("/statement.csv", "Member", "/statement.csv"),
    ("/statement.kith", "Member", "/statement.kith"),
    ("/me/data.json", "Member", "/me/data.json"),
    ("/reports/{id}", "Coordinator", "/reports/PAPER"),
    ("/first/{id}", "Coordinator", "/first/SETTLED"),
    ("/applications/{id}", "Coordinator", "/applications/PAPER"),
    ("/import/columns/{id}", "Coordinator", "/import/columns/PAPER"),
    ("/import/run/{id}", "Coordinator", "/import/run/PAPER"),
    ("/import/run/{id}/problems.csv", "Coordinator", "/import/run/PAPER/problems.csv"),
    ("/partners/{id}/sheet.kith", "Coordinator", "/partners/PARTNER/sheet.kith"),
    ("/partners/{id}/evidence.kith", "Coordinator", "/partners/PARTNER/evidence.kith"),
    // The same again for what is written with other words in the address.
    ("/members/{id}/{what}", "Coordinator", "/members/OTHER/reference"),
    ("/members/{id}/{what}", "Coordinator", "/members/OTHER/note"),
    ("/disputes/{id}/{step}", "Coordinator", "/disputes/DISPUTED/open"),
    ("/disputes/{id}/{step}", "Coordinator", "/disputes/DISPUTED/remind"),
];

/// Pages of members that everybody sees a part of, without names.
const OPEN: [&str; 2] = ["/listing/{community}/{key}", "/done/{what}"];

/// A route as the sources declare it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Declared {
    pub(super) path: String,
    pub(super) gets: bool,
    pub(super) posts: bool,
    /// Of the first run, which has a router of its own: tests/journeys goes through it.
    pub(super) of_a_first_run: bool,
}

/// What stands between a bracket that was just opened and its end.
fn inside(text: &str) -> &str {
    let mut open = 1;
    let end = text.find(|c| {
        open += i32::from(c == '(') - i32::from(c == ')');
        open == 0
    });
    &text[..end.unwrap()]
}

fn routes_of(file: &Path, text: &str) -> Vec<Declared> {
    let of_a_first_run = file.iter().any(|part| part == "setup" || part == "setup.rs");
    let named = file.ends_with("assets.rs") || of_a_first_run;
    let each = text.split(".route(").skip(1).filter_map(|rest| {
        let (path, handlers) = inside(rest).split_once(',').unwrap();
        let Some(path) = path.trim().strip_prefix('"').and_then(|path| path.strip_suffix('"')) else {
            assert!(named, "{path} in {}: a route says its path", file.display());
            return None;
        };
        let word = |word: &str| handlers.split(|c: char| !c.is_alphanumeric() && c != '_').any(|found| found == word);
        Some(Declared { path: path.to_owned(), gets: word("get"), posts: word("post"), of_a_first_run })
    });
    each.collect()
}

/// Every route that the sources of the pages declare. What is shown while a node starts has no other than theirs.
pub(super) fn declared() -> Vec<Declared> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let (mut open, mut found) = (vec![source.join("web.rs"), source.join("web")], Vec::new());
    while let Some(path) = open.pop() {
        let aside: [PathBuf; 2] = ["web/tests", "web/waiting.rs"].map(|path| source.join(path));
        if aside.contains(&path) {
            continue;
        }
        if path.is_dir() {
            open.extend(fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
        } else {
            found.extend(routes_of(&path, &fs::read_to_string(&path).unwrap()));
        }
    }
    assert!(found.len() > ROUTES, "only {} routes were found: they are declared otherwise now", found.len());
    found
}

/// The pages that tests/pages looks at: routes, who looks, and an address.
fn looked_at() -> Vec<(String, String, String)> {
    let list = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/pages/routes.rs");
    let text = fs::read_to_string(list).unwrap();
    let (_, rest) = text.split_once("const ROUTES:").unwrap();
    let rows = rest.split_once("];").unwrap().0.split("(\"").skip(1).map(|row| {
        let parts: Vec<&str> = row.split('"').collect();
        let who = parts[1].trim_matches(|c: char| !c.is_alphabetic());
        (parts[0].to_owned(), who.to_owned(), parts[2].to_owned())
    });
    rows.filter(|(route, ..)| !route.is_empty()).collect()
}

/// Two communities in which there is something of everything.
pub(super) struct Town {
    pub(super) elm: Trial,
    west: Trial,
    pub(super) served: Served,
    /// Somebody who is in no circle and had no part in anything.
    pub(super) plain: MemberId,
    joe: MemberId,
    circle: String,
}

impl Town {
    pub(super) async fn begin() -> Self {
        let (elm, west) = (Trial::begin("Elm", true).await, Trial::begin("Westside", true).await);
        let (amina, joe) = (elm.admit_named(1, "Amina Khan").await, elm.admit_named(2, "Joe Bell").await);
        let plain = elm.admit_named(3, "Cy Old").await;
        let dee = west.admit_named(4, "Dee Fox").await;
        exchange(&elm, elm.coordinator, joe, 90).await;
        elm.publish(7, elm.coordinator, Item::Offer(listing("Sewing", "Any day", &[]))).await;
        elm.publish(8, joe, Item::Offer(listing("Weeding", "", &[]))).await;
        let account = partner(&elm, &west).await;
        let alias = west.handle().look(move |machine, _| machine.identity().aliases.alias(&account, &dee)).await;
        pay(&elm, account, amina, Payee::Alias(alias.unwrap()), 60).await;
        let (handle, by, at) = (elm.handle(), elm.coordinator, clock::now());
        let until = at.plus(Span::days(7));
        let notice = Notice { text: "Soup on Friday".into(), by, at, until, circle: None, by_mail: None };
        handle.keep_paper([15; 16], Paper::Notice(notice)).await.unwrap();
        let (begins, minutes) = (at.plus(Span::days(2)), Minutes::new(60).unwrap());
        let (title, place, text) = ("Song".into(), "Hall".into(), String::new());
        let event = Event { title, begins, minutes, place, text, by, at, edits: None };
        handle.keep_paper([14; 16], Paper::Event(event)).await.unwrap();
        handle.set_office_rules(move |rules| rules.note_readers.push(by)).await.unwrap();
        let served = serve(handle).await;
        let mut rosa = Browser::signed_in(&served, handle, by).await;
        let circle = circle(&mut rosa, "Elm Row", &["amina khan"], "amina khan").await;
        let circle = circle.rsplit('/').next().unwrap().to_owned();
        let mut amina_there = Browser::signed_in(&served, handle, amina).await;
        amina_there.until("/home", "Received: 1 hour.").await;
        let talk = format!("/disputes/{}/open", ExchangeId([2; 16]));
        let form = rosa.get(&talk).await.form(&talk).with(&[("why", "hours")]);
        rosa.send(form, "check").await.is(200);
        Self { elm, west, served, plain, joe, circle }
    }

    /// An address in this town, with what its words in capitals stand for.
    pub(super) fn address(&self, path: &str) -> String {
        let exchange = |n: u8| ExchangeId([n; 16]).to_string();
        let put = [
            ("COMMUNITY", self.elm.handle().community().to_string()),
            ("OTHERS", RecordKey([8; 16]).to_string()),
            ("OWN", RecordKey([7; 16]).to_string()),
            ("OTHER", self.joe.to_string()),
            ("SETTLED", exchange(1)),
            ("WAITING", exchange(1)),
            ("CLAIMED", exchange(1)),
            ("DISPUTED", exchange(2)),
            ("UNPAID", exchange(2)),
            ("PARTNER", self.west.handle().community().to_string()),
            ("CIRCLE", self.circle.clone()),
            ("NOTICE", "0f".repeat(16)),
            ("EVENT", "0e".repeat(16)),
            ("PAPER", "0d".repeat(16)),
        ];
        put.iter().fold(path.to_owned(), |path, (word, value)| path.replace(word, value))
    }

    pub(super) async fn browser(&self, member: MemberId) -> Browser {
        Browser::signed_in(&self.served, self.elm.handle(), member).await
    }

    /// What is kept here: the book, and all papers beside it.
    pub(super) async fn all_there_is(&self) -> String {
        let handle = self.elm.handle();
        let mut all = format!("{:?}", handle.papers(|paper| Some(format!("{paper:?}"))).await.unwrap());
        let size = handle.look(|machine, _| machine.state().ledger().tree().size()).await.unwrap();
        write!(all, "{size} {:?}", handle.contact().await.unwrap()).unwrap();
        all
    }

    pub(super) async fn end(self) {
        self.elm.running.stop().await;
        self.west.running.stop().await;
    }
}

#[test]
fn routes_are_read_as_they_are_declared() {
    let text = "Router::new()\n.route(\"/a/{id}\", get(a::show).post(a::send).layer(Max::of(9)))\n\
                .route(\n\"/b\",\nget(postpone),\n)\n.route(\"/c\", post(c))";
    let routes = routes_of(Path::new("web/member.rs"), text);
    let told: Vec<_> = routes.iter().map(|route| (&*route.path, route.gets, route.posts)).collect();
    assert_eq!(told, [("/a/{id}", true, true), ("/b", true, false), ("/c", false, true)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_has_no_right_to_a_page_is_told_so_and_shown_nothing_of_it() {
    let mut pages = looked_at();
    pages.extend(OTHERS.map(|(route, who, address)| (route.into(), who.into(), address.into())));
    let known: BTreeSet<&str> = pages.iter().map(|(route, ..)| route.as_str()).collect();
    let unknown: Vec<Declared> = declared()
        .into_iter()
        .filter(|route| route.gets && !route.of_a_first_run && !known.contains(&*route.path))
        .collect();
    assert_eq!(unknown, [], "they stand neither in tests/pages/routes.rs nor here");

    let town = Town::begin().await;
    let (mut anybody, mut plain) = (Browser::new(&town.served), town.browser(town.plain).await);
    let (mut doors, mut refused, mut wrong) = (0, 0, Vec::new());
    for (route, who, address) in &pages {
        let address = town.address(address);
        if who == "Anybody" || OPEN.contains(&&**route) {
            continue;
        }
        let door = anybody.get(&address).await;
        let names = |page: &Shown| ["Joe Bell", "Rosa Example"].iter().any(|name| page.body.contains(name));
        if door.status != 401 || !door.body.contains("action=\"/sign-in\"") || names(&door) || door.path != address {
            wrong.push(format!("{address} says {} to whoever is not signed in", door.status));
        }
        doors += 1;
        if who == "Coordinator" {
            let page = plain.get(&address).await;
            let told = ["<h1>This page is not for you</h1>", "Only some people can see it. A coordinator can help."];
            if page.status != 403 || !told.iter().all(|told| page.body.contains(told)) || names(&page) {
                wrong.push(format!("{address} says {} to a member: {}", page.status, page.body));
            }
            refused += 1;
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(doors > 80 && refused > 50, "{doors} and {refused}");
    town.end().await;
}
