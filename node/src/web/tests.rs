#![expect(clippy::unwrap_used, reason = "tests")]
mod at_home;
mod bad_input;
mod balances;
mod between;
mod circles;
mod colours;
mod coming;
mod coordinators;
mod crossing;
mod deciding;
mod disputes;
mod drawings;
mod erase;
mod escrow;
mod every_form;
mod every_route;
mod finding;
mod firsts;
mod granting;
mod importing;
mod keeping;
mod keys;
mod live;
mod looking_after;
mod members;
mod on_behalf;
mod only_once;
mod open_listings;
mod origins;
mod passkeys;
mod pot;
mod rough;
mod scanning;
mod sent_again;
mod sides;
mod stale;
mod statements;
mod takeout;
mod telling;
mod together;
mod weight;

use super::{
    assets::STYLE,
    pages::{MessagePage, rendered},
    partners::Seen,
    shelf::{Found, OWN_SHOWN},
    status::{Gathered, StatusPage},
    words::{Language, Words},
    *,
};
use crate::{
    runtime::clock,
    trial::{Served, Trial, listing},
};
use kith_protocol::{
    id::{AccountId, ExchangeId, MemberId, RecordKey},
    ledger::{ExchangeTerms, PaymentTerms},
    machine::Command,
    member::MemberKind,
    minutes::Minutes,
    partnership::{Invitation, Payee},
    shelf::{Item, Listing},
    time::{Span, Timestamp},
};
use std::collections::BTreeSet;

const NOW: Timestamp = Timestamp(1_790_000_000_000);

/// A page without a node behind it.
fn plain(gathered: Gathered) -> String {
    spoken(Words(Language::English), gathered)
}

/// The same in a language.
fn spoken(words: Words, gathered: Gathered) -> String {
    let frame = Frame { community: gathered.name.clone(), connected: gathered.connected, ..Frame::plain(words, false) };
    rendered(&StatusPage::new(frame, gathered, Ok("kith/did:key:z6Mk\n2\nroot\n".into()), NOW))
}

/// What people read of a page: not what programs read in its head.
fn read_by_people(html: &str) -> &str {
    &html[html.find("<body>").unwrap()..]
}

fn gathered() -> Gathered {
    let partner = Seen { name: Some("Gorbals".into()), net: 90, limits: (600, 1_200), ..Seen::default() };
    Gathered {
        name: "Rushey Green".into(),
        area: Some("gcpuv".into()),
        people: 23,
        organisations: 1,
        coordinators: 2,
        entries: 1_234,
        exchanged: 74_090,
        connected: 1,
        own: Found {
            offers: vec![listing("Weeding", "Any day but Sunday.", &["roses"])],
            needs: vec![Listing { language: "cy".into(), ..listing("A lift to the clinic", "", &[]) }],
        },
        partners: vec![partner],
        more_partners: 0,
        joining: vec!["Taff Valley".into()],
        backup_overdue: true,
    }
}

#[test]
fn a_missing_backup_is_told() {
    assert!(plain(gathered()).contains("No backup was made for a week."));
    assert!(!plain(Gathered { backup_overdue: false, ..gathered() }).contains("backup"));
}

#[test]
fn what_people_wrote_is_shown_as_text() {
    const HOSTILE: &str = "<script>alert(1)</script><img src=x onerror=\"a('b')\">&{{name}}";
    let mut bad = listing(HOSTILE, HOSTILE, &[HOSTILE]);
    bad.language = "cy\" onclick=\"alert(1)".into();
    let html = plain(Gathered {
        name: HOSTILE.into(),
        area: Some(HOSTILE.into()),
        own: Found { offers: vec![bad.clone()], needs: vec![bad.clone()] },
        partners: vec![Seen { name: Some(HOSTILE.into()), limits: (1, 1), ..Seen::default() }],
        joining: vec![HOSTILE.into()],
        ..Gathered::default()
    });
    // The same elements and attributes as on a page where nobody wrote anything strange.
    let shape = |html: &str| -> BTreeSet<String> {
        let tags = html.split('<').skip(1).map(|rest| rest.split('>').next().unwrap());
        tags.flat_map(|tag| {
            let outside: String = tag.split('"').step_by(2).collect::<Vec<_>>().join("");
            outside.split_whitespace().map(str::to_owned).collect::<Vec<_>>()
        })
        .collect()
    };
    let strange: Vec<_> = shape(&html).difference(&shape(&plain(gathered()))).cloned().collect();
    assert_eq!(strange, [""; 0]);
    let escaped =
        "&#60;script&#62;alert(1)&#60;/script&#62;&#60;img src=x onerror=&#34;a(&#39;b&#39;)&#34;&#62;&#38;{{name}}";
    // Title, name, heading; area; two listings with title, text and tag; the partner; who joins.
    assert_eq!(html.matches(escaped).count(), 3 + 1 + 2 * 3 + 1 + 1, "{html}");
    assert!(html.contains("lang=\"cy&#34; onclick=&#34;alert(1)\""));
}

#[test]
fn the_heaviest_page_stays_light() {
    let weight = |gathered| plain(gathered).len() + STYLE.text.len();
    let heavy = || {
        listing(
            &"<".repeat(80),
            &"&".repeat(1_000),
            &["\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\""; 8],
        )
    };
    let wide = || listing(&"𝄞".repeat(80), &"𝄞".repeat(1_000), &["𝄞𝄞𝄞𝄞𝄞𝄞𝄞𝄞𝄞𝄞"; 8]);
    let many = |one: &dyn Fn() -> Listing, n| Found { offers: vec![one(); n], needs: vec![one(); n] };
    for one in [&heavy as &dyn Fn() -> Listing, &wide] {
        let partner = || Seen {
            name: Some("<".repeat(60)),
            net: -599_999,
            limits: (600_000, 600_000),
            on_hold: 599_999,
            undecided: 100,
            oldest: Some(Timestamp(0)),
            unconfirmed: 100,
            asked: 100,
            ..Seen::default()
        };
        let gathered = Gathered {
            own: many(one, OWN_SHOWN),
            partners: (0..partners::SHOWN).map(|_| partner()).collect(),
            joining: vec!["<".repeat(60); partners::SHOWN],
            ..gathered()
        };
        let weight = weight(gathered);
        assert!(weight < 60_000, "{weight} bytes");
    }
}

#[test]
fn a_card_weighs_no_more_than_was_reckoned() {
    let alone = |offers| {
        let own = Found { offers, needs: Vec::new() };
        read_by_people(&plain(Gathered { own, ..gathered() })).len()
    };
    let mut strange = listing("<&>", "\"'", &["<", ">"]);
    (strange.language, strange.remote) = ("cy-GB".into(), true);
    let bare = Listing { text: None, ..listing("Weeding", "", &[]) };
    for one in [strange, bare, listing("Weeding", "Any day.", &["roses"])] {
        let weight = alone(vec![one.clone(), one.clone()]) - alone(vec![one.clone()]);
        let reckoned = shelf::Card::new(Words(Language::English), one).bytes();
        assert!(weight <= reckoned && reckoned < weight + 40, "{weight} bytes, reckoned {reckoned}");
    }
}

#[test]
fn a_full_board_of_ordinary_cards_has_room() {
    let text = "I can come on weekday afternoons, and I bring my own tools.";
    let ordinary = || listing("Help with the hedge and the lawn", text, &["hedge", "lawn"]);
    let own = Found { offers: vec![ordinary(); OWN_SHOWN], needs: vec![ordinary(); OWN_SHOWN] };
    let html = plain(Gathered { own, ..gathered() });
    assert_eq!(read_by_people(&html).matches(text).count(), 2 * OWN_SHOWN);
    assert_eq!(html.matches("There are more.").count(), 2);
    assert!(!plain(gathered()).contains("There are more."));
}

#[test]
fn the_words_are_plain() {
    let html = plain(gathered());
    let mut text = String::new();
    for (at, part) in html.split('<').skip(1).enumerate() {
        let (tag, words) = part.split_once('>').unwrap();
        let block = !["span", "/span", "bdi", "/bdi", "small", "/small"].contains(&tag.split(' ').next().unwrap());
        // Every block is a sentence, whether it ends in a full stop or not.
        text.push_str(if block && at > 0 { ". " } else { "" });
        text.push_str(words);
    }
    let text = text.to_lowercase();
    for word in text.split(|c: char| !c.is_alphanumeric()) {
        assert!(!["debt", "owe", "owes", "owed", "overdrawn", "credit", "debit", "balance"].contains(&word), "{word}");
    }
    for sentence in text.split(['.', '?', '!', ';', ':']) {
        let words = sentence.split_whitespace().filter(|word| word.contains(char::is_alphanumeric)).count();
        assert!(words <= 15, "{words} words: {sentence}");
    }
}

fn message() -> String {
    let frame = Frame::plain(Words(Language::English), false);
    let link = ("c".into(), "/".into());
    rendered(&MessagePage { frame: &frame, heading: "a".into(), words: vec!["b".into()], link })
}

#[test]
fn the_page_can_be_walked_without_seeing_it() {
    for html in [plain(gathered()), plain(Gathered::default()), message()] {
        assert!(html.starts_with("<!doctype html>\n<html lang=\"en\">"), "{html}");
        for once in
            ["<h1>", "<main id=\"main\"", "<header>", "<footer>", "<title>", "href=\"#main\"", "name=\"viewport\""]
        {
            assert_eq!(html.matches(once).count(), 1, "{once} in {html}");
        }
        for never in ["<script", "style=", " on", "javascript:", "http:", "https:", "//"] {
            let tags = html.split('<').filter_map(|part| part.split('>').next());
            // Data for search engines stands in an element of that name, and runs nothing.
            let mut tags = tags.filter(|tag| *tag != "script type=\"application/ld+json\"");
            let inside = tags.any(|tag| {
                let attributes = tag.split('"').step_by(2).collect::<String>();
                if never == " on" { attributes.contains(never) } else { format!("<{tag}").contains(never) }
            });
            assert!(!inside, "{never} in {html}");
        }
        let ids: Vec<&str> = html.split(" id=\"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
        let distinct: BTreeSet<&str> = ids.iter().copied().collect();
        assert_eq!(ids.len(), distinct.len(), "{ids:?}");
        for mark in ["href=\"#", "aria-labelledby=\""] {
            for target in html.split(mark).skip(1).map(|rest| rest.split('"').next().unwrap()) {
                assert!(distinct.contains(target), "{mark}{target} leads nowhere");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_and_files_answer_as_browsers_expect() {
    let trial = Trial::begin("Rushey Green", false).await;
    let served = Served::begin(router(trial.handle().clone(), None)).await;
    let page = served.get("/").await;
    assert_eq!((page.status, page.header("content-type")), (200, "text/html; charset=utf-8"));
    assert!(page.header("content-security-policy").starts_with("default-src 'none'; style-src 'self';"));
    assert_eq!(page.header("cache-control"), "no-cache");
    let head = served.ask("HEAD", "/", &[]).await;
    assert_eq!((head.status, head.body.as_str()), (200, ""));
    assert_eq!(served.ask("POST", "/", &[]).await.status, 405);

    let style = page.body.split("rel=\"stylesheet\" href=\"").nth(1).unwrap().split('"').next().unwrap();
    for (path, keep) in [(style, "public, max-age=31536000, immutable"), ("/static/kith.css", "public, no-cache")] {
        let css = served.get(path).await;
        assert_eq!((css.status, css.header("content-type")), (200, "text/css; charset=utf-8"));
        assert_eq!(css.header("cache-control"), keep);
        assert!(css.body.contains("prefers-color-scheme"));
        let tag = css.header("etag").to_owned();
        let listed = format!("\"other\", W/{tag}");
        for known in [tag.as_str(), "*", &listed] {
            let again = served.ask("GET", path, &[("if-none-match", known)]).await;
            assert_eq!((again.status, again.body.as_str()), (304, ""), "{known}");
            assert_eq!(again.header("etag"), tag);
        }
        assert_eq!(served.ask("GET", path, &[("if-none-match", "\"other\"")]).await.status, 200);
    }
    assert_eq!(served.get("/static/kith.svg").await.header("content-type"), "image/svg+xml");

    let lost = served.get("/no/such/page").await;
    assert_eq!(lost.status, 404);
    assert!(lost.body.contains("We cannot find this page") && lost.body.contains("href=\"/\">Go to the first page"));
    assert_eq!(served.ask("HEAD", "/no/such/page", &[]).await.status, 404);

    let handle = trial.handle().clone();
    trial.running.stop().await;
    // A router of its own, because the other one keeps its page for a moment.
    let served = Served::begin(router(handle, None)).await;
    let stopped = served.get("/").await;
    assert_eq!((stopped.status, stopped.header("retry-after")), (503, "2"));
    assert!(stopped.body.contains("Please try again in a moment."));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kept_page_never_outlives_a_clock_that_was_set_back() {
    let trial = Trial::begin("Rushey Green", false).await;
    let status = status::Status::new(trial.handle().clone());
    let words = Words(Language::English);
    let tomorrow = (clock::now().plus(Span::days(1)), "from tomorrow".to_owned());
    status.kept.lock().await.insert((words, false), tomorrow);
    assert!(status.page(words, false).await.unwrap().contains("Rushey Green"));
    trial.running.stop().await;
}

async fn partner(a: &Trial, b: &Trial) -> AccountId {
    let invitation = Invitation {
        community: a.running.home.identity.community,
        name: "Rushey Green".into(),
        transport: a.running.home.identity.transport,
        addresses: a.running.listening.clone(),
        secret: [5; 16],
        expires_at: clock::now().plus(Span::days(1)),
        inviter_limit: 600,
        acceptor_limit: 1_200,
        largest: Minutes::new(480).unwrap(),
    };
    a.command(Command::Invite { invitation: invitation.clone() }).await;
    let review_at = clock::now().plus(Span::days(365));
    b.command(Command::Accept { invitation, nonce: [6; 16], review_at }).await;
    let mut changes = a.handle().changes();
    let agreed = async {
        loop {
            let account =
                a.handle().look(|machine, _| machine.state().ledger().partners().keys().next().copied()).await;
            match account.unwrap() {
                Some(account) => return account,
                None => changes.changed().await.unwrap(),
            }
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(60), agreed).await.unwrap()
}

async fn exchange(trial: &Trial, giver: MemberId, receiver: MemberId, minutes: i64) {
    exchange_as(1, trial, giver, receiver, minutes).await;
}

/// An exchange under an id of its own.
pub(in crate::web) async fn exchange_as(n: u8, trial: &Trial, giver: MemberId, receiver: MemberId, minutes: i64) {
    let terms = ExchangeTerms {
        community: trial.running.home.identity.community,
        exchange: ExchangeId([n; 16]),
        giver,
        receiver,
        minutes: Minutes::new(minutes).unwrap(),
        made_at: clock::now(),
        details: None,
    };
    trial.handle().agreed(None, terms, vec![trial.word(), trial.word()], Command::Exchange).await.unwrap();
}

async fn pay(trial: &Trial, account: AccountId, payer: MemberId, payee: Payee, minutes: i64) {
    let terms = PaymentTerms {
        community: trial.running.home.identity.community,
        account,
        exchange: ExchangeId([2; 16]),
        payer,
        payee,
        minutes: Minutes::new(minutes).unwrap(),
        made_at: clock::now(),
        details: None,
        reverses: None,
    };
    let pay = |terms| Command::Pay { terms, salt: [3; 16] };
    trial.handle().agreed(None, terms, vec![trial.word()], pay).await.unwrap();
}

/// Waits until the first has all that the other lists.
async fn holds_shelf(a: &Trial, b: &Trial) {
    let (own, other) = (b.handle().look(|machine, _| machine.state().shelf().0), b.handle().community());
    let revision = own.await.unwrap();
    let held = async || {
        let through = a.handle().look(move |machine, _| machine.known().get(&other).map_or(0, |known| known.through));
        through.await.unwrap() >= revision
    };
    let waited = async {
        while !held().await {
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(60), waited).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_names_everything_and_nobody() {
    let (a, b) = (Trial::begin("Rushey Green", true).await, Trial::begin("Gorbals", true).await);
    let [amina, joe] = [a.admit(1, MemberKind::Person).await, a.admit(2, MemberKind::Person).await];
    let clinic = a.admit(3, MemberKind::Organisation).await;
    let mut far = listing("Phone calls", "Garddio a sgwrs", &["a chat"]);
    (far.remote, far.language) = (true, "cy".into());
    a.publish(1, amina, Item::Offer(listing("Weeding", "Any day but Sunday.", &["roses", "lawns"]))).await;
    a.publish(2, joe, Item::Offer(far)).await;
    a.publish(3, clinic, Item::Need(listing("Readers wanted", "An hour in our waiting room.", &[]))).await;
    a.publish(4, joe, Item::Offer(listing("Taken back", "", &[]))).await;
    a.publish(4, joe, Item::Withdrawn).await;
    exchange(&a, amina, joe, 90).await;
    let fiona = b.admit(4, MemberKind::Person).await;
    b.publish(9, fiona, Item::Offer(listing("Sewing", "Hems and zips.", &["needle"]))).await;
    let account = partner(&a, &b).await;

    let served = Served::begin(router(a.handle().clone(), None)).await;
    holds_shelf(&a, &b).await;
    let page = served.get_until("/", "Connected to 1 community.").await.body;
    for said in [
        "<title>Rushey Green</title>",
        "Welcome to <bdi>Rushey Green</bdi>",
        "gcpuv",
        "3 people and 1 organisation",
        "<dd>1 hour 30 minutes</dd>",
        "Weeding",
        "Any day but Sunday.",
        "Garden and pets\u{a0}· <bdi>roses</bdi>\u{a0}· <bdi>lawns</bdi>",
        "<li lang=\"cy\">",
        "Garden and pets\u{a0}· From afar\u{a0}· <bdi>a chat</bdi>",
        "Readers wanted",
        "Connected now.",
        "Our members gave as much as they received.",
        "At most 20 hours more given",
        "At most 10 hours more received",
        "Nothing waits.",
        "One member is a coordinator.",
        "Check this for yourself",
        "Everything is saved.",
    ] {
        assert!(page.contains(said), "{said} is missing in {page}");
    }
    let (checkpoint, note) = a.handle().checkpoint().await.unwrap();
    assert!(page.contains(&note), "{note} is missing in {page}");
    assert!(page.contains(&format!("<dt>Entries in our book</dt><dd>{}</dd>", checkpoint.size())));
    let ids = [a.coordinator, amina, joe, clinic].map(|id| id.to_string());
    // What partners list is for members: whoever put it up there was not asked about this page.
    for never in ["Rosa Example", "Taken back", "Sewing", "Hems"].into_iter().chain(ids.iter().map(String::as_str)) {
        assert!(!page.contains(never), "{never} is on the public page");
    }

    b.running.stop().await;
    pay(&a, account, joe, Payee::Record(RecordKey([9; 16])), 120).await;
    let page = served.get_until("/", "asleep").await.body;
    let page = if page.contains("exchange waits") { page } else { served.get_until("/", "exchange waits").await.body };
    assert!(page.contains("Their computer is asleep; the hours will wait."));
    assert!(page.contains("1 exchange waits for their answer: 2 hours in all."));
    assert!(page.contains("The oldest has waited for less than a minute."));
    assert!(page.contains("Connected to no other community just now."));
    // Still only what has settled.
    assert!(page.contains("<dd>1 hour 30 minutes</dd>"));
    a.running.stop().await;
}
