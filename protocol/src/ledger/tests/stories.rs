//! Long random histories, played beside a second, simpler bookkeeping.

use super::{
    fixture::{COORDINATOR, Town, Way, balance, befriend, member, minutes},
    replay::replayed,
};
use crate::{
    community::{Confirmation, GroupPolicy},
    id::{AccountId, ExchangeId, MemberId},
    ledger::{Account, Body, Posting},
    member::Role,
    merkle::Frontier,
    minutes::Balance,
};
use proptest::{prelude::*, strategy::ValueTree, test_runner::TestRunner};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// Something that somebody tries. Much of it is refused.
#[derive(Debug, Clone)]
pub(crate) enum Step {
    Admit(u8),
    Leave(u8),
    Role(u8, bool),
    Charter(u8),
    Open(u8, i64),
    Exchange(u8, u8, u32),
    Group(u8, u8, u32),
    Gift(u8, u32),
    Correct(usize, Option<u32>),
    Hold(u8, u32),
    Decide(bool),
    Receive(u8, u32),
}

pub(crate) fn steps() -> impl Strategy<Value = Vec<Step>> {
    let (who, length) = (1..8u8, 1..500u32);
    let step = prop_oneof![
        2 => who.clone().prop_map(Step::Admit),
        1 => who.clone().prop_map(Step::Leave),
        1 => (who.clone(), any::<bool>()).prop_map(|(n, up)| Step::Role(n, up)),
        1 => any::<u8>().prop_map(Step::Charter),
        1 => (who.clone(), -800..800i64).prop_map(|(n, amount)| Step::Open(n, amount)),
        6 => (who.clone(), who.clone(), length.clone()).prop_map(|(a, b, m)| Step::Exchange(a, b, m)),
        2 => (who.clone(), any::<u8>(), 1..150u32).prop_map(|(n, crowd, m)| Step::Group(n, crowd, m)),
        1 => (who.clone(), length.clone()).prop_map(|(n, m)| Step::Gift(n, m)),
        4 => (any::<usize>(), proptest::option::weighted(0.7, length.clone())).prop_map(|(n, m)| Step::Correct(n, m)),
        3 => (who.clone(), length.clone()).prop_map(|(n, m)| Step::Hold(n, m)),
        3 => any::<bool>().prop_map(Step::Decide),
        3 => (who, length).prop_map(|(n, m)| Step::Receive(n, m)),
    ];
    proptest::collection::vec(step, 0..70)
}

/// The simpler bookkeeping: one sum for each account, and what each exchange says now.
#[derive(Debug, Default)]
struct Book {
    sums: BTreeMap<Account, i64>,
    exchanges: BTreeMap<ExchangeId, (Body, i64)>,
}

impl Book {
    fn add(&mut self, account: Account, change: i64) {
        *self.sums.entry(account).or_default() += change;
    }

    /// Moves what an exchange says by so many minutes.
    fn shift(&mut self, body: &Body, by: i64) {
        match body {
            Body::Exchange { terms, .. } => {
                self.add(Account::Member(terms.giver), by);
                self.add(Account::Member(terms.receiver), -by);
            }
            Body::Gift { terms, .. } => {
                self.add(Account::Pot, by);
                self.add(Account::Member(terms.from), -by);
            }
            Body::GroupExchange { terms, policy, .. } => {
                let shares = i64::try_from(terms.participants.len()).unwrap();
                let earns = if *policy == GroupPolicy::LeaderEarnsAll { shares } else { 1 };
                self.add(Account::Member(terms.leader), by * earns);
                self.add(Account::Pot, by * (shares - earns));
                terms.participants.iter().for_each(|id| self.add(Account::Member(*id), -by));
            }
            _ => {}
        }
    }

    fn record(&mut self, body: &Body) {
        match body {
            Body::Exchange { .. } | Body::Gift { .. } | Body::GroupExchange { .. } => {
                let length = length(body);
                self.shift(body, length);
                self.exchanges.insert(body.begins().unwrap(), (body.clone(), length));
            }
            Body::Correction { terms, .. } => {
                let (first, now) = self.exchanges[&terms.corrects].clone();
                let target = terms.minutes.map_or(0, |m| i64::from(m.get()));
                self.shift(&first, target - now);
                self.exchanges.insert(terms.corrects, (first, target));
            }
            Body::MemberLeft { member, .. } => {
                let rest = self.sums.remove(&Account::Member(*member)).unwrap_or(0);
                self.add(Account::Pot, rest);
            }
            Body::OpeningBalance { member, minutes, .. } => {
                self.add(Account::Member(*member), minutes.get());
                self.add(Account::Opening, -minutes.get());
            }
            Body::Hold { terms, .. } => {
                self.add(Account::Member(terms.payer), -i64::from(terms.minutes.get()));
                self.add(Account::OnHold(terms.account), i64::from(terms.minutes.get()));
                self.exchanges.insert(terms.exchange, (body.clone(), 0));
            }
            Body::Settle { proposal, .. } | Body::Release { proposal, .. } => {
                let (account, m) = (proposal.content.account, i64::from(proposal.content.minutes.get()));
                self.add(Account::OnHold(account), -m);
                let Body::Hold { terms, .. } = &self.exchanges[&proposal.content.exchange].0 else {
                    panic!("only what is on hold is decided")
                };
                let payer = Account::Member(terms.payer);
                let paid = matches!(body, Body::Settle { .. });
                self.add(if paid { Account::Partner(account) } else { payer }, m);
            }
            Body::Receive { payee, proposal, .. } => {
                let m = i64::from(proposal.content.minutes.get());
                self.add(Account::Partner(proposal.content.account), -m);
                self.add(Account::Member(*payee), m);
                self.exchanges.insert(proposal.content.exchange, (body.clone(), 0));
            }
            _ => {}
        }
    }
}

fn length(body: &Body) -> i64 {
    i64::from(match body {
        Body::Exchange { terms, .. } => terms.minutes.get(),
        Body::Gift { terms, .. } => terms.minutes.get(),
        Body::GroupExchange { terms, .. } => terms.minutes.get(),
        _ => 0,
    })
}

/// A town and its partner, to which things happen.
pub(crate) struct Story {
    pub(crate) town: Town,
    partner: Town,
    account: AccountId,
    own: Way,
    theirs: Way,
    undecided: VecDeque<(u64, u32)>,
    ids: Vec<u64>,
    book: Book,
    /// Members for whom minutes were ever recorded.
    started: BTreeSet<MemberId>,
    /// Kinds of entries that were recorded, and codes of refusals that were met.
    pub(crate) met: BTreeSet<&'static str>,
}

impl Story {
    /// Plays the steps and checks after each what must always be true.
    pub(crate) fn play(steps: &[Step]) -> Self {
        let (mut town, mut partner) = (Town::with_members(1, 4), Town::new(2));
        let account = befriend(&mut town, &mut partner);
        let (own, theirs) = (Way::of(&town, account), Way::of(&partner, account));
        let mut story = Self {
            town,
            partner,
            account,
            own,
            theirs,
            undecided: VecDeque::new(),
            ids: Vec::new(),
            book: Book::default(),
            started: BTreeSet::new(),
            met: BTreeSet::new(),
        };
        for step in steps {
            story.step(step);
        }
        story
    }

    fn step(&mut self, step: &Step) {
        let before = self.town.ledger.clone();
        let Some(body) = self.body(step) else { return };
        match self.town.post(body.clone()) {
            Ok(postings) => {
                self.met.insert(body.kind());
                self.book.record(&body);
                assert_eq!(self.town.ledger.tree().size(), before.tree().size() + 1);
                self.check_postings(&body, &postings);
                self.check_opening(&body, &postings);
            }
            Err(why) => {
                self.met.insert(why.code());
                assert_eq!(self.town.ledger, before, "{step:?} was refused: {why}");
            }
        }
        self.check_sums();
    }

    fn next_id(&mut self) -> u64 {
        let id = 1_000 + u64::try_from(self.ids.len()).unwrap();
        self.ids.push(id);
        id
    }

    fn body(&mut self, step: &Step) -> Option<Body> {
        Some(match *step {
            Step::Admit(n) => self.town.admission(n),
            Step::Leave(n) => self.town.leaving(n),
            Step::Role(n, up) => self.town.role(member(n), if up { Role::Coordinator } else { Role::Member }),
            Step::Charter(flavour) => self.charter(flavour),
            Step::Open(n, amount) => self.town.opening(n, amount),
            Step::Exchange(giver, receiver, m) => {
                let id = self.next_id();
                self.town.exchange(id, giver, receiver, m)
            }
            Step::Group(leader, crowd, m) => {
                let id = self.next_id();
                let crowd: Vec<u8> = (1..8).filter(|n| crowd & (1 << n) != 0 && *n != leader).collect();
                self.town.group(id, leader, &crowd, m)
            }
            Step::Gift(from, m) => {
                let id = self.next_id();
                self.town.gift(id, from, m)
            }
            Step::Correct(which, target) => {
                let corrects = *self.ids.get(which % self.ids.len().max(1))?;
                let id = self.next_id();
                self.town.correction(id, corrects, target)
            }
            Step::Hold(payer, m) => {
                let id = self.next_id();
                let hold = self.town.hold(self.account, id, payer, m);
                if self.town.ledger.check_payment(&self.town.payment(self.account, id, payer, m)).is_ok() {
                    self.undecided.push_back((id, m));
                }
                hold
            }
            Step::Decide(accept) => {
                let (id, m) = self.undecided.pop_front()?;
                self.own.decided(&self.town, &self.partner, id, m, accept)
            }
            Step::Receive(payee, m) => {
                let id = self.next_id();
                self.theirs.received(&self.partner, &self.town, payee, id, m)
            }
        })
    }

    fn charter(&self, flavour: u8) -> Body {
        let mut charter = self.town.charter();
        let bit = |n: u8| flavour & (1 << n) != 0;
        charter.person_floor = balance(if bit(0) { -600 } else { -100 });
        charter.ceiling = bit(1).then(|| balance(if bit(2) { 300 } else { 800 }));
        charter.group = if bit(3) { GroupPolicy::LeaderEarnsAll } else { GroupPolicy::LeaderEarnsOnce };
        charter.confirmation = if bit(4) { Confirmation::Receiver } else { Confirmation::Either };
        charter.largest_exchange = minutes(if bit(5) { 480 } else { 120 });
        Body::CharterChanged { charter, by: COORDINATOR }
    }

    /// An opening balance comes before everything else.
    fn check_opening(&mut self, body: &Body, postings: &[Posting]) {
        if let Body::OpeningBalance { member, .. } = body {
            assert!(!self.started.contains(member));
        }
        for Posting { account, change } in postings {
            if let (Account::Member(id), true) = (account, *change != Balance::ZERO) {
                self.started.insert(*id);
            }
        }
    }

    /// Each entry sums to zero and names each account once; limits hold in the direction of the change.
    fn check_postings(&self, body: &Body, postings: &[Posting]) {
        assert_eq!(postings.iter().map(|p| p.change.get()).sum::<i64>(), 0);
        let accounts: BTreeSet<Account> = postings.iter().map(|p| p.account).collect();
        assert_eq!(accounts.len(), postings.len());
        let limited = matches!(
            body,
            Body::Exchange { .. }
                | Body::GroupExchange { .. }
                | Body::Gift { .. }
                | Body::Hold { .. }
                | Body::Receive { .. }
        );
        let charter = self.town.charter();
        for Posting { account, change } in postings {
            let after = self.town.ledger.balance(account);
            if let (Account::Member(id), true) = (account, limited) {
                assert!(self.town.ledger.members()[id].active);
                assert!(*change > Balance::ZERO || after >= charter.person_floor, "{after} after {change}");
                assert!(
                    *change < Balance::ZERO || charter.ceiling.is_none_or(|c| after <= c),
                    "{after} after {change}"
                );
            }
        }
        let partner = &self.town.ledger.partners()[&self.account];
        assert!(partner.net.get() + partner.on_hold.get() <= 900);
        assert!(partner.net.get() >= -900);
    }

    /// Both bookkeepings agree, and somebody can still admit members.
    fn check_sums(&self) {
        let ledger = &self.town.ledger;
        assert_eq!(ledger.sum(), 0);
        let others = [Account::Pot, Account::Opening, Account::OnHold(self.account), Account::Partner(self.account)];
        let members = ledger.members().keys().map(|id: &MemberId| Account::Member(*id));
        for account in members.chain(others) {
            let expected = self.book.sums.get(&account).copied().unwrap_or(0);
            assert_eq!(ledger.balance(&account).get(), expected, "{account:?}");
        }
        assert!(ledger.members().values().any(|m| m.active && m.role == Role::Coordinator));
        let held: i64 = ledger.holds().values().map(|hold| i64::from(hold.minutes.get())).sum();
        assert_eq!(ledger.balance(&Account::OnHold(self.account)).get(), held);
    }

    /// The tree over the entries as they are read back.
    fn root(&self) -> crate::id::Digest {
        let mut frontier = Frontier::default();
        self.town.past.entries.iter().for_each(|entry| frontier.push(entry.leaf()));
        frontier.root()
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn books_agree_and_a_replay_is_the_same(steps in steps()) {
        let story = Story::play(&steps);
        prop_assert_eq!(replayed(&story.town), story.town.ledger.clone());
        prop_assert_eq!(story.root(), story.town.ledger.tree().root());
    }
}

#[test]
fn stories_are_about_everything() {
    let mut runner = TestRunner::deterministic();
    let mut met = BTreeSet::new();
    for _ in 0..40 {
        let steps = steps().new_tree(&mut runner).unwrap().current();
        met.extend(Story::play(&steps).met);
    }
    for kind in [
        "charter_changed",
        "member_admitted",
        "member_left",
        "role_changed",
        "exchange",
        "group_exchange",
        "correction",
        "gift",
        "opening_balance",
        "hold",
        "settle",
        "release",
        "receive",
        "member-floor",
        "member-ceiling",
        "partnership-limit",
        "not-correctable",
        "nothing-changes",
        "member-left",
        "not-opening",
    ] {
        assert!(met.contains(kind), "no story had {kind}: {met:?}");
    }
}
