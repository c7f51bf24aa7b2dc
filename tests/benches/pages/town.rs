//! A town in one node: people, exchanges, offers, files and messages, as years leave them.

use crate::around;
use anyhow::{Context as _, Result, ensure};
use kith::{
    people::Person,
    runtime::{
        Founding, Handle, Refused, clock,
        office::{About, Fact, Paper, Report, Subject, Trouble},
    },
    serve::Node,
};
use kith_protocol::{
    community::Charter,
    id::{Digest, ExchangeId, MemberId, RecordKey},
    ledger::{Channel, Consent, ExchangeTerms},
    machine::Command,
    member::{MemberKind, Role},
    minutes::Minutes,
    shelf::{Category, Item, Listing},
    time::{Span, Timestamp},
};

/// Commands under way at once: a few commits' worth, and fewer than the clerk's queue holds.
const AT_ONCE: usize = 200;
const FIRST: [&str; 20] = [
    "Amina", "Bo", "Carys", "Dilip", "Elin", "Fatima", "Gwen", "Hassan", "Ines", "Joe", "Kofi", "Lena", "Mair", "Nia",
    "Owen", "Pilar", "Rhys", "Sara", "Tom", "Yusuf",
];
const LAST: [&str; 25] = [
    "Abbott", "Bell", "Cole", "Davies", "Evans", "Fox", "Green", "Hughes", "Ibrahim", "Jones", "Khan", "Lewis",
    "Morgan", "Nolan", "Owen", "Park", "Quinn", "Rees", "Shah", "Thomas", "Usman", "Vaughan", "Williams", "Young",
    "Zaman",
];

/// How much of everything.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Size {
    members: usize,
    exchanges: usize,
    listings: usize,
    files: usize,
    messages: usize,
    pub(crate) around: around::Size,
}

impl Size {
    /// Twenty thousand members.
    pub(crate) const TOWN: Self = Self {
        members: 20_000,
        exchanges: 60_000,
        listings: 4_000,
        files: 3_000,
        messages: 10_000,
        around: around::Size {
            circles: 100,
            events: 300,
            notices: 300,
            firsts: 300,
            across: 3_000,
            waiting: 300,
            disputes: 30,
        },
    };
    /// Enough to see that it works.
    pub(crate) const SMALL: Self = Self {
        members: 500,
        exchanges: 500,
        listings: 100,
        files: 50,
        messages: 100,
        around: around::Size { circles: 3, events: 5, notices: 5, firsts: 5, across: 40, waiting: 5, disputes: 3 },
    };
}

/// A community whose members may be far below zero, so that chance alone decides who helps whom.
pub(crate) fn founding(name: &str) -> Founding {
    Founding { charter: Charter::new(name.into(), Some("gcpuv".into())), coordinator: "Rosa Example".into() }
}

pub(crate) fn some(what: &str, n: usize) -> [u8; 16] {
    let digest = Digest::of("kith-pages", &[what.as_bytes(), &n.to_be_bytes()]);
    std::array::from_fn(|at| digest.0[at])
}

/// What a member is called.
pub(crate) fn name(n: usize) -> String {
    format!("{} {} {n}", FIRST[n % FIRST.len()], LAST[n / FIRST.len() % LAST.len()])
}

/// Anybody, by a number that jumps about.
pub(crate) fn anybody(people: &[MemberId], n: usize) -> MemberId {
    people[(n * 7_919 + n / people.len()) % people.len()]
}

/// An exchange that both agreed to.
pub(crate) fn settled() -> ExchangeId {
    ExchangeId(some("exchange", 1))
}

/// Does all of it, a few commits' worth at once.
pub(crate) async fn together<F: Future<Output = Result<(), Refused>>>(each: Vec<F>) -> Result<()> {
    let mut each = each.into_iter();
    loop {
        let now: Vec<F> = each.by_ref().take(AT_ONCE).collect();
        if now.is_empty() {
            return Ok(());
        }
        for done in futures::future::join_all(now).await {
            done?;
        }
    }
}

async fn admit(handle: &Handle, by: MemberId, count: usize) -> Result<Vec<MemberId>> {
    let people: Vec<MemberId> = (0..count).map(|n| MemberId(some("member", n))).collect();
    for some in people.chunks(AT_ONCE).zip((0..).step_by(AT_ONCE)) {
        let (ids, from) = some;
        let person = |n: usize| Person { name: name(n), phone: Some(format!("020 7946 {n:04}")), ..Person::default() };
        let records = ids.iter().enumerate().map(|(at, id)| (id.0, person(from + at).to_bytes())).collect();
        let ids = ids.to_vec();
        let ask = {
            let handle = handle.clone();
            move || async move {
                let each = ids.into_iter().map(|member| {
                    let (kind, role) = (MemberKind::Person, Role::Member);
                    handle.command(None, Command::Admit { member, kind, role, key: None, by })
                });
                futures::future::join_all(each).await
            }
        };
        for led in handle.keeping(records, ask).await? {
            led?;
        }
    }
    Ok(people)
}

async fn exchange(handle: &Handle, by: MemberId, people: &[MemberId], count: usize) -> Result<()> {
    let (community, now) = (handle.community(), clock::now());
    let word = Some(Consent::OnBehalf { coordinator: by, channel: Channel::Paper });
    let each = (0..count).map(|n| {
        // Everybody gives as often as they receive, lap by lap.
        let (giver, receiver) = (n % people.len(), (n + 1 + n / people.len()) % people.len());
        let terms = ExchangeTerms {
            community,
            exchange: ExchangeId(some("exchange", n)),
            giver: people[giver],
            receiver: people[receiver],
            minutes: Minutes::new(60)?,
            made_at: now,
            details: None,
        };
        // One in a hundred still waits for a yes.
        let receivers = if n % 100 == 0 { None } else { word.clone() };
        let words = vec![word.clone(), receivers];
        Ok(async move { handle.agreed(None, terms, words, Command::Exchange).await.map(drop) })
    });
    together(each.collect::<Result<Vec<_>>>()?).await
}

async fn publish(handle: &Handle, people: &[MemberId], count: usize) -> Result<()> {
    let expires_at = clock::now().plus(Span::days(180));
    let each = (0..count).map(|n| {
        let listing = Listing {
            title: format!("Help of kind {n}"),
            text: Some("Any day but Sunday; I bring what is needed.".into()),
            category: [Category::Garden, Category::Repairs, Category::Food][n % 3],
            tags: vec!["help".into()],
            area: None,
            language: "en".into(),
            remote: false,
            when: kith_protocol::shelf::When::default(),
        };
        let item = if n % 3 == 0 { Item::Need(listing) } else { Item::Offer(listing) };
        let (key, owner) = (RecordKey(some("record", n)), Some(anybody(people, n)));
        async move { handle.command(None, Command::Publish { key, item, expires_at, owner }).await.map(drop) }
    });
    together(each.collect()).await
}

async fn write(handle: &Handle, by: MemberId, people: &[MemberId], size: Size) -> Result<()> {
    let now = clock::now();
    for n in 0..size.files {
        let until = now.plus(Span::days(n as u64 % 400));
        let add = move |file: &mut kith::runtime::office::File| {
            file.facts.push(Fact { what: "Driving licence".into(), by, at: now, until });
        };
        handle.change_file(anybody(people, n), add).await?;
    }
    for n in 0..size.messages {
        let (from, to) = (anybody(people, n), anybody(people, n + 1));
        if from != to {
            let text = "Are you in on Friday? I could come by at noon.".to_owned();
            handle.write_to(some("message", n), from, to, About::Message, text).await?;
        }
    }
    for n in 0..40 {
        let (by, whom) = (anybody(people, n), anybody(people, n + 9));
        let (text, about) = (String::new(), Subject::Person(whom));
        let report = Report { by, at: Timestamp(now.0 - n as u64), about, trouble: Trouble::Other, text, done: None };
        handle.keep_paper(some("report", n), Paper::Report(report)).await?;
    }
    Ok(())
}

/// Fills a new node. Gives its members.
pub(crate) async fn fill(node: &Node, coordinator: MemberId, size: Size) -> Result<Vec<MemberId>> {
    let handle = &node.running.handle;
    let people = admit(handle, coordinator, size.members).await.context("admitting everybody")?;
    exchange(handle, coordinator, &people, size.exchanges).await.context("recording exchanges")?;
    publish(handle, &people, size.listings).await.context("publishing listings")?;
    write(handle, coordinator, &people, size).await.context("writing papers")?;
    let here = handle.look(|machine, _| machine.state().ledger().members().len()).await?;
    ensure!(here == size.members + 1, "{here} members came in");
    Ok(people)
}
