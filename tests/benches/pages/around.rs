//! What surrounds a town's hours: a partner that went away, circles, events, notices, and what waits to be looked at.

use crate::town::{anybody, some, together};
use anyhow::{Context as _, Result, bail};
use data_encoding::HEXLOWER;
use kith::{
    runtime::{
        Handle, clock,
        inviting::{Offered, acceptance},
        office::{Application, Changed, Circle, Event, MAX_APPLICATIONS, MAX_CIRCLE, Notice, Paper, Pending},
    },
    serve::Node,
};
use kith_protocol::{
    id::{AccountId, CommunityId, ExchangeId, MemberId, RecordKey},
    lane::Lanes,
    ledger::{Channel, Consent, PaymentTerms},
    machine::{Command, DisputeDeed},
    member::{MemberKind, Role},
    minutes::Minutes,
    partnership::{Complaint, Payee},
    shelf::{Category, Item, Listing},
    time::Span,
};
use std::time::Duration;

/// How long the two nodes may take to find each other, or to settle.
const PATIENCE: Duration = Duration::from_secs(600);
/// How far either side may receive ahead: what is measured never meets it.
const LIMIT: u64 = 1_000_000;

/// How much of everything.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Size {
    /// Circles, each as full as it may be.
    pub(crate) circles: usize,
    pub(crate) events: usize,
    pub(crate) notices: usize,
    /// First exchanges to be looked at.
    pub(crate) firsts: usize,
    /// Exchanges with the partner that settled.
    pub(crate) across: usize,
    /// Those that wait until the partner is back.
    pub(crate) waiting: usize,
    /// Those of the settled ones about which coordinators talk.
    pub(crate) disputes: usize,
}

/// Where some of it is, for the addresses of pages.
pub(crate) struct Around {
    pub(crate) circle: String,
    pub(crate) notice: String,
    pub(crate) event: String,
    pub(crate) report: String,
    pub(crate) application: String,
    /// A first exchange that waits to be looked at.
    pub(crate) first: ExchangeId,
    pub(crate) partner: CommunityId,
    pub(crate) disputed: ExchangeId,
    /// For which the partner's member has not paid.
    pub(crate) unpaid: ExchangeId,
    pub(crate) theirs: RecordKey,
}

/// An id as it stands in addresses.
fn shown(id: [u8; 16]) -> String {
    HEXLOWER.encode(&id)
}

async fn papers(handle: &Handle, by: MemberId, people: &[MemberId], size: Size) -> Result<()> {
    let now = clock::now();
    handle.set_office_rules(move |rules| rules.note_readers = vec![by]).await?;
    for n in 0..size.circles {
        let name = format!("Street {n}");
        // The first of them has those whose pages are asked for.
        let from = people.len() / 2 + n * 97;
        let members: Vec<MemberId> =
            people.iter().cycle().skip(from).take(MAX_CIRCLE.min(people.len())).copied().collect();
        let circle = Circle { name, coordinators: vec![members[0]], members };
        let Changed::Yes(_) = handle.make_circle(some("circle", n), circle).await? else { bail!("no circle {n}") };
    }
    for n in 0..size.events {
        let event = Event {
            title: format!("Soup {n}"),
            begins: now.plus(Span::days(1 + n as u64)),
            minutes: Minutes::new(90)?,
            place: "The hall".into(),
            text: "Bring a bowl.".into(),
            by,
            at: now,
            edits: None,
        };
        handle.keep_paper(some("event", n), Paper::Event(event)).await?;
    }
    for n in 0..size.notices {
        let text = format!("Notice {n}: the hall is open again from Monday, ten to four.");
        let notice = Notice { text, by, at: now, until: now.plus(Span::days(30)), circle: None, by_mail: None };
        handle.keep_paper(some("notice", n), Paper::Notice(notice)).await?;
    }
    for n in 0..MAX_APPLICATIONS {
        let text = "People thank me for listening.".to_owned();
        let (name, phone) = (format!("Applicant {n}"), Some(format!("020 7946 {n:04}")));
        let application = Application { name, phone, email: None, in_directory: false, text, at: now };
        handle.apply(some("application", n), application).await?;
    }
    for n in 0..size.firsts {
        let (giver, receiver) = (anybody(people, n), anybody(people, n + 1));
        let (minutes, note) = (Minutes::new(45)?, "A shelf".to_owned());
        let pending = Pending { giver, receiver, minutes, made_at: now, note, by: giver, at: now, signed: None };
        handle.keep_pending(ExchangeId(some("first", n)), pending).await?;
    }
    Ok(())
}

/// Waits until something is so.
async fn until<T, F: Future<Output = Result<Option<T>>>>(what: &str, ask: impl Fn() -> F) -> Result<T> {
    let asking = async {
        loop {
            if let Some(so) = ask().await? {
                return Ok(so);
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(PATIENCE, asking).await.with_context(|| format!("waiting for {what}"))?
}

/// Both agree. Gives the partnership, once the town has it.
async fn partner(town: &Handle, west: &Handle) -> Result<AccountId> {
    let offered = Offered { good_for: Span::days(1), ours: LIMIT, theirs: LIMIT, largest: Minutes::new(480)? };
    let invited = || async { Ok(town.invite(None, some("secret", 0), offered).await.ok()) };
    let invitation = until("an invitation", invited).await?;
    west.command(None, acceptance(invitation, some("nonce", 0))).await?;
    let agreed = || async {
        let account = town.look(|machine, _| machine.state().ledger().partners().keys().next().copied()).await?;
        let there = west.look(|machine, _| !machine.state().ledger().partners().is_empty()).await?;
        Ok(account.filter(|_| there))
    };
    until("a partnership", agreed).await
}

/// A partner's member with something to offer.
async fn offer(west: &Handle, by: MemberId) -> Result<RecordKey> {
    let (member, key) = (MemberId(some("helper", 0)), RecordKey(some("theirs", 0)));
    let (kind, role) = (MemberKind::Person, Role::Member);
    west.command(None, Command::Admit { member, kind, role, key: None, by }).await?;
    let listing = Listing {
        title: "Piano lessons".into(),
        text: Some("Any age, any day.".into()),
        category: Category::Learning,
        tags: Vec::new(),
        area: None,
        language: "en".into(),
        remote: true,
        when: kith_protocol::shelf::When::default(),
    };
    let expires_at = clock::now().plus(Span::days(180));
    west.command(None, Command::Publish { key, item: Item::Offer(listing), expires_at, owner: Some(member) }).await?;
    Ok(key)
}

/// Everybody in turn was helped by the partner's member.
async fn pay(
    town: &Handle,
    by: MemberId,
    people: &[MemberId],
    account: AccountId,
    theirs: RecordKey,
    numbers: std::ops::Range<usize>,
) -> Result<()> {
    let (community, consent) = (town.community(), Consent::OnBehalf { coordinator: by, channel: Channel::Paper });
    let each = numbers.map(|n| {
        let terms = PaymentTerms {
            community,
            account,
            exchange: ExchangeId(some("payment", n)),
            payer: people[n % people.len()],
            payee: Payee::Record(theirs),
            minutes: Minutes::new(30)?,
            made_at: clock::now(),
            details: None,
            reverses: None,
        };
        let (town, consent) = (town.clone(), consent.clone());
        Ok(async move { town.pay_or_hold(None, terms, consent).await.map(drop) })
    });
    together(each.collect::<Result<Vec<_>>>()?).await
}

/// Fills the town with it. The partner is gone when this is done.
pub(crate) async fn fill(
    town: &Handle,
    west: Node,
    (rosa, otto): (MemberId, MemberId),
    people: &[MemberId],
    size: Size,
) -> Result<Around> {
    papers(town, rosa, people, size).await.context("writing papers")?;
    let there = &west.running.handle;
    let account = partner(town, there).await?;
    let theirs = offer(there, otto).await.context("offering something elsewhere")?;
    let known = || async {
        let shelves = town.shelves(None, 2).await?;
        Ok(shelves.iter().any(|shelf| shelf.community == there.community() && shelf.listings > 0).then_some(()))
    };
    until("the partner's shelf", known).await?;
    pay(town, rosa, people, account, theirs, 0..size.across).await.context("paying elsewhere")?;
    let settled = || async {
        let open = move |lanes: &Lanes| lanes.undecided() + lanes.queued() > 0;
        let open = town.look(move |machine, _| machine.state().lanes().get(&account).is_some_and(open)).await?;
        Ok((!open).then_some(()))
    };
    until("all to settle", settled).await?;
    for n in 0..size.disputes {
        let deed = DisputeDeed::Open { complaint: Complaint::Hours, text: None };
        let exchange = ExchangeId(some("payment", n));
        town.command(None, Command::Dispute { exchange, deed, by: rosa }).await.context("a dispute")?;
    }
    // One of those that settled is to be given back, and the partner's member does not answer any more.
    let unpaid = ExchangeId(some("unpaid", 0));
    let (given, payee) = (size.disputes, people[size.disputes % people.len()]);
    let reverses = Some(ExchangeId(some("payment", given)));
    let ask = Command::Ask { account, exchange: unpaid, payee, payer: None, minutes: Minutes::new(30)?, reverses };
    town.command(None, ask).await.context("asking for hours back")?;
    let partner = there.community();
    west.stop().await;
    pay(town, rosa, people, account, theirs, size.across..size.across + size.waiting)
        .await
        .context("paying into the dark")?;
    let [circle, notice, event, report, application] =
        ["circle", "notice", "event", "report", "application"].map(|what| shown(some(what, 0)));
    let [first, disputed] = ["first", "payment"].map(|what| ExchangeId(some(what, 0)));
    Ok(Around { circle, notice, event, report, application, first, partner, disputed, unpaid, theirs })
}
