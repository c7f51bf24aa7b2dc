//! Says after every step whether what must always be true still is.
//!
//! The checkers keep books of their own: what each node made durable is folded a second time, by other code than the
//! machine's, and what was ever signed, sent, shown or kept is remembered. A step is compared with both.

mod book;
mod cheating;
mod convergence;
mod deeds;
mod denied;
mod disputes;
mod progress;
mod signed;
mod signers;
mod slots;

use crate::coverage::Coverage;
use book::Book;
pub(crate) use cheating::Between;
use cheating::Cheating;
pub(crate) use convergence::unsettled;
use deeds::Deeds;
pub(crate) use deeds::kind;
use kith_protocol::{
    community::Balances,
    id::{AccountId, CommunityId, ExchangeId, RequestId},
    ledger::{Account, Body, Entry, History, UnderId},
    machine::{
        Fact, ForeignRecord, Identity, MAX_BOX_BYTES, MAX_BOXES, Machine, MemoryView, Message, Notice, Reply, Sealed,
        View, open_letter,
    },
    rejection::{Rejection, Severity},
    shelf::Announcement,
};
use progress::Progress;
use slots::Slots;
use std::collections::{BTreeMap, BTreeSet};

/// Something that must never happen did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// Which law: `I1` to `I8` as the settlement protocol numbers them, or a word.
    pub law: &'static str,
    /// What was seen.
    pub detail: String,
}

impl Violation {
    pub(crate) fn new(law: &'static str, detail: String) -> Self {
        Self { law, detail }
    }
}

/// Whether a law was kept.
pub(crate) type Kept = Result<(), Violation>;

/// `ok`, or a breach of `law`.
pub(crate) fn ensure(law: &'static str, ok: bool, detail: impl FnOnce() -> String) -> Kept {
    if ok { Ok(()) } else { Err(Violation::new(law, detail())) }
}

/// What a member was told is settled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Promise {
    /// It stands in the ledger at this index.
    Posted(u64),
    /// The partner accepted our payment.
    Paid,
    /// The partner holds our acceptance.
    Received,
}

/// Which ways of keeping score occurred, and whether it made a difference.
fn kept_score(body: &Body, beyond: bool, coverage: &mut Coverage) {
    if let Body::Founded { charter, .. } | Body::CharterChanged { charter, .. } = body {
        coverage.hit(
            "balances",
            match charter.balances {
                Balances::Shown => "shown",
                Balances::Hidden => "hidden",
                Balances::Gifts => "gifts",
            },
        );
    }
    if beyond {
        coverage.hit("balances", "beyond a limit as gifts");
    }
}

/// Everything the checkers remember.
pub(crate) struct Checkers {
    books: Vec<Book>,
    deeds: Vec<Deeds>,
    slots: Slots,
    promises: Vec<BTreeMap<ExchangeId, Promise>>,
    progress: Vec<Progress>,
    /// Whether all nodes have the same time.
    pub(crate) clocks_agree: bool,
    /// How far each node, since it runs, is with others' shelves.
    through: Vec<BTreeMap<CommunityId, (u32, u64)>>,
    /// Accounts of which one side was restored, until both agree again what is committed.
    suspended: BTreeSet<AccountId>,
    /// Lanes that a node has closed.
    closed: BTreeSet<(usize, AccountId)>,
    /// What restored nodes asked before they were restored once more: such a request may still be on its way.
    asked_before: BTreeSet<(AccountId, [u8; 16])>,
    /// Recoveries that each node answered.
    answered: BTreeSet<(usize, [u8; 16])>,
    /// A law that does not count in this run, so that others must find what breaks it.
    blind: Option<&'static str>,
    /// A community that cheats.
    cheating: Option<Cheating>,
}

impl Checkers {
    pub(crate) fn new(nodes: usize, blind: Option<&'static str>) -> Self {
        Self {
            books: vec![Book::default(); nodes],
            deeds: vec![Deeds::default(); nodes],
            slots: Slots::default(),
            promises: vec![BTreeMap::new(); nodes],
            progress: vec![Progress::default(); nodes],
            clocks_agree: true,
            through: vec![BTreeMap::new(); nodes],
            suspended: BTreeSet::new(),
            closed: BTreeSet::new(),
            asked_before: BTreeSet::new(),
            answered: BTreeSet::new(),
            blind,
            cheating: None,
        }
    }

    /// One of the communities lies: its records may differ from one to the next, and shelves are fetched again for what it says.
    pub(crate) fn liar(&mut self, community: CommunityId) {
        self.slots.liar = Some(community);
        self.clocks_agree = false;
    }

    fn judge(&self, kept: Kept) -> Kept {
        match kept {
            Err(violation) if self.blind == Some(violation.law) => Ok(()),
            kept => kept,
        }
    }

    /// A node handled an input; nothing of it is durable yet.
    pub(crate) fn handled(&self, machine: &Machine) -> Kept {
        let sum = machine.state().ledger().sum();
        self.judge(ensure("I2", sum == 0, || format!("the ledger sums to {sum}")))
    }

    /// A batch became durable.
    pub(crate) fn committed(
        &mut self,
        node: usize,
        facts: &[Fact],
        foreign: &[ForeignRecord],
        coverage: &mut Coverage,
    ) -> Kept {
        for fact in facts {
            let kept = self.beside_a_cheat(node, fact, coverage);
            self.judge(kept)?;
            if self.is_cheat(node) {
                continue;
            }
            coverage.hit("fact", deeds::kind(fact));
            if let Fact::Entry(entry) = fact {
                coverage.hit("entry", entry.body.kind());
                let kept = self.books[node].enter(entry);
                self.judge(kept)?;
                kept_score(&entry.body, self.books[node].beyond, coverage);
            }
            let kept = self.disputed(node, fact, coverage);
            self.judge(kept)?;
            let kept = self.slots.committed(fact);
            self.judge(kept)?;
            let kept = self.deeds[node].lawful(fact, &self.books[node]);
            self.judge(kept)?;
            self.deeds[node].committed(fact);
            match fact {
                Fact::Recovering { account, .. } => drop(self.closed.insert((node, *account))),
                Fact::Offered { offer, .. } => drop(self.closed.insert((node, offer.content.account))),
                Fact::Reopened { account } => {
                    self.closed.remove(&(node, *account));
                    self.resumed(*account);
                }
                _ => {}
            }
            if let Fact::Offered { offer, .. } = fact {
                let (account, nonce) = (offer.content.account, offer.content.nonce);
                let asked = self
                    .deeds
                    .iter()
                    .enumerate()
                    .any(|(i, deeds)| i != node && deeds.recovering.get(&account) == Some(&nonce));
                let cheated = self.is_with_cheat(&account);
                let asked = asked || cheated || self.asked_before.contains(&(account, nonce));
                let fresh = self.answered.insert((node, nonce)) || cheated;
                let kept = ensure("session", asked && fresh, || {
                    format!("an offer to nobody who asks: asked {asked}, new {fresh}")
                });
                self.judge(kept)?;
            }
            if let Fact::Decided { proposal, decision } = fact {
                coverage.hit("decision", deeds::verdict(&decision.content));
                let kept = self.books[node].leaf_is_right(&proposal.content, &decision.content);
                self.judge(kept)?;
            }
        }
        self.deeds[node].kept(foreign);
        let touched: Vec<AccountId> = self.books[node].partners.keys().copied().collect();
        touched.iter().try_for_each(|account| self.mirrored(*account))
    }

    /// Something was said about a disputed exchange, or a dispute is over.
    fn disputed(&mut self, node: usize, fact: &Fact, coverage: &mut Coverage) -> Kept {
        self.books[node].disputes.committed(fact)?;
        match fact {
            Fact::Entry(Entry { body: Body::Receive { advanced: Some(_), .. }, .. }) => {
                coverage.hit("advance", "repaid");
            }
            Fact::Entry(Entry { body: Body::Recovered { advanced: Some(_), .. }, .. }) => {
                coverage.hit("advance", "repaid by what was recovered");
            }
            Fact::Entry(Entry { body: Body::AdvanceEnded { kept, .. }, .. }) => {
                coverage.hit("advance", if *kept { "kept" } else { "taken back" });
            }
            Fact::Entry(Entry { body: Body::DisputeClosed { closing, .. }, .. }) => {
                coverage.hit("dispute", closing.content.outcome.name());
                self.books[node].closes_as_wanted(&closing.content)?;
            }
            Fact::DisputeSaid { statement, .. } => {
                let given_back = self.books[node].is_own(&statement.content) && !self.deeds[node].drafted(statement);
                coverage.hit("dispute", if given_back { "given back" } else { "said" });
            }
            _ => {}
        }
        if !matches!(fact, Fact::DisputeSaid { .. } | Fact::Entry(Entry { body: Body::DisputeClosed { .. }, .. })) {
            return Ok(());
        }
        let others = self.books.iter().enumerate().filter(|(place, _)| *place != node);
        others.into_iter().try_for_each(|(_, other)| self.books[node].disputes.agree(&other.disputes))
    }

    /// A backup was put in place of a node's disk: all that is remembered of the node is what the backup holds.
    pub(crate) fn restored(&mut self, node: usize, facts: &[Fact]) -> Kept {
        if self.is_cheat(node) {
            return Ok(());
        }
        let lost = std::mem::take(&mut self.books[node]);
        self.books[node] = Book::after(&lost);
        self.slots.forgotten = true;
        let before = std::mem::take(&mut self.deeds[node]);
        self.asked_before.extend(before.recovering);
        self.deeds[node].restored = true;
        for fact in facts {
            if let Fact::Entry(entry) = fact {
                self.books[node].enter(entry)?;
            }
            self.books[node].disputes.committed(fact)?;
            self.deeds[node].committed(fact);
        }
        self.answered.retain(|(who, _)| *who != node);
        self.closed.retain(|(who, _)| *who != node);
        self.progress[node] = Progress::default();
        self.through[node].clear();
        let honest = lost.partners.keys().filter(|account| !self.is_with_cheat(account)).copied();
        self.suspended.extend(honest.collect::<Vec<_>>());
        for book in &mut self.books {
            for (_, line) in book.partners.iter_mut().filter(|(account, _)| lost.partners.contains_key(account)) {
                line.uncertain = true;
            }
        }
        // A partnership that both sides have lost is over, with all that crossed under it.
        for account in lost.partners.keys() {
            if self.books.iter().all(|book| !book.partners.contains_key(account)) {
                self.slots.agreed(*account, u32::MAX, |_| false);
            }
        }
        self.restored_beside_a_cheat(node, &lost, facts);
        self.forget_promises(node);
        Ok(())
    }

    /// What a restored node promised its own people is gone with what it lost; what crossed is not, as long as one book has it.
    fn forget_promises(&mut self, node: usize) {
        let began = &self.books[node].began;
        self.promises[node].retain(|id, promise| match promise {
            Promise::Posted(index) => began.get(id) == Some(index),
            Promise::Paid | Promise::Received => true,
        });
        let crossed = |id: &ExchangeId| self.books.iter().any(|book| book.crossed(id));
        for promises in &mut self.promises {
            promises.retain(|id, promise| matches!(promise, Promise::Posted(_)) || crossed(id));
        }
    }

    /// An account goes on in a new epoch on one side; when both have, their books must mirror again.
    fn resumed(&mut self, account: AccountId) {
        if self.is_with_cheat(&account) {
            return;
        }
        let epochs: Vec<u32> = self.books.iter().filter_map(|b| b.partners.get(&account)).map(|p| p.epoch).collect();
        if let [one, other] = epochs[..]
            && one == other
            && self.closed.iter().all(|(_, closed)| *closed != account)
        {
            let books = &self.books;
            self.slots.agreed(account, one, |id| books.iter().any(|book| book.crossed(id)));
            self.suspended.remove(&account);
        }
    }

    /// I3: both books of one account differ by exactly what is accepted and not yet learned.
    fn mirrored(&self, account: AccountId) -> Kept {
        if self.suspended.contains(&account) || self.is_with_cheat(&account) {
            return Ok(());
        }
        let net: i64 = self.books.iter().filter_map(|book| book.partners.get(&account)).map(|p| p.net).sum();
        let doubt = self.slots.in_doubt(account);
        self.judge(ensure("I3", net == -doubt, || format!("nets of {account} sum to {net}, in doubt are {doubt}")))
    }

    /// Everything a node handled is durable: its machine must agree with the books.
    pub(crate) fn quiet(&mut self, node: usize, machine: &Machine, view: &MemoryView, coverage: &mut Coverage) -> Kept {
        if self.is_cheat(node) {
            return Ok(());
        }
        if machine.state().lanes().values().any(|lanes| lanes.queued() > 0) {
            coverage.hit("state", "a payment waits for a slot");
        }
        let progress = Progress::of(machine);
        let kept = ensure("I5", progress.is_after(&self.progress[node]), || {
            format!("from {:?} back to {progress:?}", self.progress[node])
        });
        self.judge(kept)?;
        self.progress[node] = progress;
        self.shelves_only_grow(node, machine)?;
        self.holds_little(machine, view, coverage)?;
        let ledger = machine.state().ledger();
        self.judge(self.books[node].agrees(ledger))?;
        for (id, promise) in &self.promises[node] {
            let stands = view.exchange(id).is_some_and(|r| match promise {
                Promise::Posted(index) => r.index == *index,
                Promise::Paid | Promise::Received => true,
            }) || !self.suspended.is_empty() && !matches!(promise, Promise::Posted(_));
            self.judge(ensure("I4", stands, || format!("{id} was shown as {promise:?} and is missing")))?;
        }
        for account in self.books[node].partners.keys() {
            let net = ledger.balance(&Account::Partner(*account)).get();
            self.judge(self.books[node].within_limits(account, net, None))?;
        }
        Ok(())
    }

    /// Where nobody lies and all clocks agree, no shelf has to be fetched a second time.
    fn shelves_only_grow(&mut self, node: usize, machine: &Machine) -> Kept {
        if !self.clocks_agree {
            return Ok(());
        }
        for (community, known) in machine.known() {
            let serial = known.certificate.content.serial;
            let (then, before) = self.through[node].insert(*community, (serial, known.whole)).unwrap_or((serial, 0));
            let kept = ensure("shelf", then < serial || before <= known.whole, || {
                format!("the shelf of {community} was whole through {before}, now through {}", known.whole)
            });
            self.judge(kept)?;
        }
        Ok(())
    }

    /// A node came back from its disk.
    pub(crate) fn recovered(&mut self, node: usize, machine: &Machine, view: &MemoryView) -> Kept {
        if self.is_cheat(node) {
            return Ok(());
        }
        let progress = Progress::of(machine);
        let kept = ensure("I5", progress.is_after(&self.progress[node]), || {
            format!("recovery led from {:?} back to {progress:?}", self.progress[node])
        });
        self.judge(kept)?;
        self.progress[node] = progress;
        self.through[node].clear();
        for (id, promise) in &self.promises[node] {
            let recorded = view.exchange(id);
            let latest = recorded.and_then(|r| view.entry(r.latest)).map(|entry| entry.body);
            let stands = match promise {
                Promise::Posted(index) => recorded.is_some_and(|r| r.index == *index),
                Promise::Paid => matches!(latest, Some(Body::Settle { .. } | Body::Recovered { .. })),
                Promise::Received => matches!(latest, Some(Body::Receive { .. } | Body::Recovered { .. })),
            };
            // An id that was used again after a loss stands for the later exchange.
            let came_back = || view.entries().iter().any(|entry| recovers(&entry.body, id));
            let stands =
                stands || !matches!(promise, Promise::Posted(_)) && (!self.suspended.is_empty() || came_back());
            self.judge(ensure("I4", stands, || format!("{id} was shown as {promise:?} and is lost")))?;
        }
        Ok(())
    }

    /// A node sends a message.
    pub(crate) fn sent(&mut self, node: usize, message: &Message) -> Kept {
        if self.is_cheat(node) {
            return Ok(());
        }
        let kept = self.slots.sent(message);
        self.judge(kept)?;
        self.judge(self.deeds[node].permits(message, &self.books[node]))
    }

    /// A node leaves a box for another: what is in it must be as durable as what it says in a session, signed by it, of one of
    /// the agreed lengths, and readable by the recipient alone.
    pub(crate) fn sealed(&mut self, node: usize, writer: &Identity, reader: &Identity, sealed: &Sealed) -> Kept {
        let opened = open_letter(&reader.community, &reader.secret, sealed);
        let letter = match opened {
            // It was written for the key that the recipient had before a restore.
            Err(Rejection::NoMail(_)) => return Ok(()),
            Err(why) => return Err(Violation::new("sealed", format!("a letter that cannot be read: {why}"))),
            Ok(letter) => letter,
        };
        let key = writer.certificate.content.key.sound().map_err(|why| Violation::new("sealed", why.to_string()))?;
        let signed = letter.clone().verify(&key);
        ensure("sealed", signed.is_ok(), || format!("node {node} did not sign its letter"))?;
        let sync = letter.content.sync.clone();
        self.sent(node, &Message::Sync(sync))?;
        letter.content.messages.iter().try_for_each(|message| self.sent(node, message))
    }

    /// What a node holds for others is bounded.
    fn holds_little(&self, machine: &Machine, view: &MemoryView, coverage: &mut Coverage) -> Kept {
        for partner in machine.state().ledger().partners().values() {
            let boxes = view.boxes(&partner.community());
            coverage.add("mail", "boxes seen at rest", boxes.len() as u64);
            let fits = boxes.len() <= MAX_BOXES && boxes.iter().all(|boxed| boxed.sealed.0.len() <= MAX_BOX_BYTES);
            self.judge(ensure("holder", fits, || format!("{} boxes for {}", boxes.len(), partner.community())))?;
        }
        Ok(())
    }

    /// A node gossips a record, its own or another's.
    pub(crate) fn published(&mut self, node: usize, announcement: &Announcement) -> Kept {
        if self.is_cheat(node) {
            return Ok(());
        }
        let kept = self.slots.published(&announcement.record);
        self.judge(kept)?;
        self.judge(self.deeds[node].may_publish(&announcement.record.content))
    }

    /// A client hears what its command led to.
    pub(crate) fn replied(&mut self, node: usize, request: Option<RequestId>, reply: &Reply) -> Kept {
        if let Reply::Posted { exchange, index } = reply {
            self.promises[node].insert(*exchange, Promise::Posted(*index));
        }
        let kept = self.deeds[node].permits_reply(request, reply, &self.books[node]);
        self.judge(kept)
    }

    /// Those who watch hear something.
    pub(crate) fn noticed(&mut self, node: usize, notice: &Notice) -> Kept {
        let kept = match notice {
            Notice::Decided { exchange, accepted } => {
                if *accepted {
                    self.promises[node].insert(*exchange, Promise::Paid);
                }
                let finished = self.books[node].finished.get(exchange).copied();
                ensure("persist", finished == Some(*accepted), || format!("{exchange} was shown as decided too early"))
            }
            Notice::Settled { exchange } => {
                self.promises[node].insert(*exchange, Promise::Received);
                let confirmed = self.deeds[node].confirmed.contains(exchange);
                ensure("persist", confirmed, || format!("{exchange} was shown as settled too early"))
            }
            Notice::Refused { why, .. } => honest(why),
            _ => Ok(()),
        };
        self.judge(kept)
    }
}

/// In a world without hostile nodes nobody may be found at fault, except for what comes of messages that overtake each other.
pub(crate) fn honest(why: &Rejection) -> Kept {
    let excused = matches!(why, Rejection::BadCertificate(_) | Rejection::BadRecord("it was not asked for"));
    let accused = why.severity() == Severity::Fault && !excused;
    ensure("honesty", !accused, || format!("an honest node is accused: {why}"))
}

fn recovers(body: &Body, id: &ExchangeId) -> bool {
    matches!(body, Body::Recovered { proposal, under_id: UnderId::Another, .. } if proposal.content.exchange == *id)
}
