//! Two communities that are never there at the same time, and a third that holds their letters.

use super::*;
use crate::{codec, id::Digest, partnership::Proposal, sealing::SEAL_BYTES};
use std::collections::BTreeSet;

mod holding;

const FIRST: usize = 0;
const SECOND: usize = 1;
const HOLDER: usize = 2;

/// Some communities, what each made durable, and who is connected with whom.
struct Town {
    nodes: Vec<Node>,
    journals: Vec<Vec<Fact>>,
    lives: Vec<u64>,
    shown: BTreeMap<(usize, usize), SoundKey>,
    together: BTreeSet<(usize, usize)>,
    now: Timestamp,
    under_way: VecDeque<(usize, usize, Message)>,
    boxes: Vec<Sealed>,
    /// Whose messages of which kind are lost on the way.
    lost: fn(usize, &Message) -> bool,
}

impl Town {
    fn new() -> Self {
        let now = Timestamp(1_000_000_000_000);
        let mut town = Self {
            nodes: (1..=3).map(|seed| node(seed, now)).collect(),
            journals: vec![Vec::new(); 3],
            lives: vec![1; 3],
            shown: BTreeMap::new(),
            together: BTreeSet::new(),
            now,
            under_way: VecDeque::new(),
            boxes: Vec::new(),
            lost: |_, _| false,
        };
        for i in 0..3 {
            town.journals[i] = town.nodes[i].view.entries().iter().cloned().map(Fact::Entry).collect();
            town.nodes[i].machine.begin_life(1);
            let transport = town.peer(i);
            let card = Card { name: "A place".into(), area: None, transport, addresses: vec!["/sim".into()] };
            town.command(i, Command::ShowCard { card }).unwrap();
            let (kind, role) = (MemberKind::Person, Role::Member);
            town.command(i, Command::Admit { member: ANN, kind, role, key: None, by: COORDINATOR }).unwrap();
        }
        town
    }

    /// Three partners of each other; the holder agreed with both, who part and do not meet again.
    fn parted() -> (Self, AccountId) {
        let mut town = Self::new();
        let account = town.partners(FIRST, SECOND);
        for other in [FIRST, SECOND] {
            let with = town.partners(other, HOLDER);
            for i in [other, HOLDER] {
                town.command(i, Command::Mail { account: with, on: true, by: COORDINATOR }).unwrap();
            }
            town.deliver();
        }
        [FIRST, SECOND].iter().for_each(|i| town.leave(*i));
        (town, account)
    }

    fn partners(&mut self, i: usize, j: usize) -> AccountId {
        let identity = self.nodes[i].machine.identity();
        let invitation = Invitation {
            community: identity.community,
            name: "A place".into(),
            transport: identity.transport,
            addresses: vec!["/sim".into()],
            secret: [u8::try_from(i * 10 + j).unwrap(); 16],
            expires_at: self.now.plus(Span::days(1)),
            inviter_limit: 300,
            acceptor_limit: 300,
            largest: Minutes::new(240).unwrap(),
        };
        self.command(i, Command::Invite { invitation: invitation.clone() }).unwrap();
        let review_at = self.now.plus(Span::days(365));
        let accepted = self.command(j, Command::Accept { invitation, nonce: [7; 16], review_at }).unwrap();
        self.meet(i, j);
        let Reply::Accepting { account, .. } = accepted else { panic!("{accepted:?}") };
        assert!(self.state(i).lanes().contains_key(&account) && self.state(j).lanes().contains_key(&account));
        account
    }

    fn peer(&self, i: usize) -> Peer {
        self.nodes[i].machine.identity().transport
    }

    fn state(&self, i: usize) -> &State {
        self.nodes[i].machine.state()
    }

    fn community(&self, i: usize) -> CommunityId {
        self.nodes[i].machine.identity().community
    }

    fn handle(&mut self, i: usize, input: Input) {
        let node = &mut self.nodes[i];
        let effects = node.machine.handle(self.now, input, &node.view);
        node.view.absorb(&effects.batch);
        self.journals[i].extend(effects.batch.facts);
        for effect in effects.rest {
            match effect {
                Effect::Send { to, message } => {
                    let j = (0..3).find(|j| self.peer(*j) == to).unwrap();
                    if let Message::MailDrop { sealed, .. } = &message {
                        self.boxes.push(sealed.clone());
                    }
                    self.under_way.push_back((i, j, message));
                }
                Effect::Reply { result, .. } => self.nodes[i].replies.push(result),
                Effect::Notice(notice) => self.nodes[i].notices.push(notice),
                _ => {}
            }
        }
    }

    fn command(&mut self, i: usize, command: Command) -> Result<Reply, Rejection> {
        self.handle(i, Input::Command { id: 0, request: None, command });
        self.nodes[i].replies.pop().unwrap()
    }

    fn meet(&mut self, i: usize, j: usize) {
        self.together.extend([(i, j), (j, i)]);
        for (one, other) in [(i, j), (j, i)] {
            self.handle(one, Input::Connected { peer: self.peer(other) });
        }
        self.deliver();
    }

    /// A node goes, and whoever was with it notices.
    fn leave(&mut self, i: usize) {
        for j in 0..3 {
            if self.together.remove(&(i, j)) && self.together.remove(&(j, i)) {
                self.shown.retain(|pair, _| *pair != (i, j) && *pair != (j, i));
                for (one, other) in [(i, j), (j, i)] {
                    self.handle(one, Input::Disconnected { peer: self.peer(other) });
                }
            }
        }
        self.under_way.clear();
    }

    /// A node comes to the holder, stays for a minute, and goes.
    fn visit(&mut self, i: usize) {
        self.meet(i, HOLDER);
        for _ in 0..4 {
            self.now = self.now.plus(Span::seconds(16));
            for j in [i, HOLDER] {
                self.handle(j, Input::Wake);
            }
            self.deliver();
        }
        self.leave(i);
    }

    fn deliver(&mut self) {
        let mut arrived = 0;
        while let Some((from, to, message)) = self.under_way.pop_front() {
            if !self.together.contains(&(from, to)) || (self.lost)(from, &message) {
                continue;
            }
            arrived += 1;
            assert!(arrived < 2_000, "they never stop talking");
            let Ok(message) = message.check(self.shown.get(&(from, to))) else { continue };
            if let Checked::Hello { certificate, .. } = &message {
                self.shown.insert((from, to), certificate.content().key.sound().unwrap());
            }
            self.handle(to, Input::Received { peer: self.peer(from), message });
        }
    }

    /// A node starts from so many of its facts, in a life.
    fn start(&mut self, i: usize, facts: usize, life: u64) {
        self.leave(i);
        self.restart(i, facts, life);
    }

    /// The same, so quickly that nobody notices.
    fn restart(&mut self, i: usize, facts: usize, life: u64) {
        self.journals[i].truncate(facts);
        let identity = self.nodes[i].machine.identity().clone();
        let (mut machine, mut view) =
            (Machine::new(identity.clone(), State::empty(identity.community), BTreeMap::new()), MemoryView::default());
        for fact in &self.journals[i] {
            machine.replay(fact, &view).unwrap();
            view.absorb_fact(fact);
        }
        machine.begin_life(life);
        self.lives[i] = life;
        (self.nodes[i].machine, self.nodes[i].view) = (machine, view);
    }

    fn pay(&mut self, i: usize, account: AccountId, exchange: u8, minutes: i64) {
        let payee = self.nodes[1 - i].machine.identity().aliases.alias(&account, &ANN);
        let terms = PaymentTerms {
            community: self.community(i),
            account,
            exchange: ExchangeId([exchange; 16]),
            payer: ANN,
            payee: Payee::Alias(payee),
            minutes: Minutes::new(minutes).unwrap(),
            made_at: self.now,
            details: None,
            reverses: None,
        };
        let consent = Consent::OnBehalf { coordinator: COORDINATOR, channel: Channel::Phone };
        let terms = Asked::new(terms, vec![Some(consent)], &mut KeyCache::default()).unwrap().judge().unwrap();
        self.command(i, Command::Pay { terms, salt: [exchange; 16] }).unwrap();
    }

    fn nets(&self, account: &AccountId) -> [i64; 2] {
        [FIRST, SECOND].map(|i| self.state(i).ledger().partners()[account].net.get())
    }

    fn is_quiet(&self, account: &AccountId) -> bool {
        [FIRST, SECOND].iter().all(|i| {
            let lanes = &self.state(*i).lanes()[account];
            lanes.undecided() + lanes.queued() + lanes.unconfirmed().count() == 0
        })
    }

    fn held(&self, i: usize) -> usize {
        self.nodes[HOLDER].view.boxes(&self.community(i)).len()
    }
}

#[test]
fn two_who_never_meet_settle_through_a_third() {
    let (mut town, account) = Town::parted();
    town.pay(FIRST, account, 1, 60);
    town.pay(FIRST, account, 2, 30);
    town.pay(SECOND, account, 3, 15);
    for i in [FIRST, SECOND, FIRST, SECOND, FIRST, SECOND, FIRST] {
        town.visit(i);
        // Each goes off and starts again, from the disk that it stopped with.
        town.start(i, usize::MAX, 1);
    }
    // What a start owes is written once, and asks for nothing.
    for i in [SECOND, FIRST, SECOND] {
        town.visit(i);
    }
    assert!(town.is_quiet(&account));
    assert_eq!(town.nets(&account).map(i64::abs), [75, 75]);
    assert_eq!(town.nets(&account).iter().sum::<i64>(), 0);
    assert_eq!((town.held(FIRST), town.held(SECOND)), (0, 0), "what was taken is not held");
}

#[test]
fn one_round_of_letters_settles_between_those_who_have_heard_of_each_other() {
    let (mut town, account) = Town::parted();
    town.pay(FIRST, account, 1, 60);
    town.visit(FIRST);
    assert_eq!(town.held(SECOND), 1);
    town.visit(SECOND);
    assert_eq!(town.state(SECOND).ledger().partners()[&account].net.get().abs(), 60, "decided from the letter");
    town.visit(FIRST);
    assert_eq!(town.nets(&account).iter().sum::<i64>(), 0);
}

#[test]
fn an_answer_that_a_crash_took_is_written_when_the_letter_comes_again() {
    let (mut town, account) = Town::parted();
    town.pay(FIRST, account, 1, 60);
    town.visit(FIRST);
    town.visit(SECOND);
    // The decision is learned and durable, and nothing more of that visit happens.
    town.lost =
        |from, message| from == FIRST && matches!(message, Message::MailTaken { .. } | Message::MailDrop { .. });
    town.visit(FIRST);
    town.start(FIRST, usize::MAX, 1);
    assert_eq!(town.nets(&account).iter().sum::<i64>(), 0);
    assert!(!town.is_quiet(&account), "the decider has not heard that its decision is held");
    town.lost = |_, _| false;
    town.visit(FIRST);
    town.visit(SECOND);
    assert!(town.is_quiet(&account));
}

#[test]
fn an_answer_that_was_only_in_memory_is_written_after_the_next_start() {
    let (mut town, account) = Town::parted();
    let payer = town.nodes[SECOND].machine.identity().aliases.alias(&account, &ANN);
    let (exchange, minutes) = (ExchangeId([9; 16]), Minutes::new(20).unwrap());
    let ask = Command::Ask { account, exchange, payee: ANN, payer: Some(payer), minutes, reverses: None };
    town.command(FIRST, ask).unwrap();
    // The writer stays with the holder and believes that its letter rests there.
    town.meet(FIRST, HOLDER);
    // The letter is taken, and the answer gets lost with whoever was to write it.
    town.lost = |from, message| from == SECOND && matches!(message, Message::MailDrop { .. });
    town.visit(SECOND);
    assert_eq!(town.held(SECOND), 0);
    town.start(SECOND, usize::MAX, 2);
    town.lost = |_, _| false;
    for _ in 0..2 {
        town.visit(SECOND);
    }
    assert!(matches!(town.state(FIRST).waiting()[&exchange].kind, WaitingKind::Asked { noted: true, .. }));
}

#[test]
fn requests_travel_in_letters_too() {
    let (mut town, account) = Town::parted();
    let payer = town.nodes[SECOND].machine.identity().aliases.alias(&account, &ANN);
    let (exchange, minutes) = (ExchangeId([9; 16]), Minutes::new(20).unwrap());
    let ask = Command::Ask { account, exchange, payee: ANN, payer: Some(payer), minutes, reverses: None };
    town.command(FIRST, ask).unwrap();
    town.visit(FIRST);
    town.visit(SECOND);
    assert!(matches!(town.state(SECOND).waiting()[&exchange].kind, WaitingKind::Payment { .. }));
    town.visit(FIRST);
    assert!(matches!(town.state(FIRST).waiting()[&exchange].kind, WaitingKind::Asked { noted: true, .. }));
    town.command(SECOND, Command::Decline { exchange }).unwrap();
    for i in [SECOND, FIRST, SECOND] {
        town.visit(i);
    }
    assert!([FIRST, SECOND].iter().all(|i| town.state(*i).waiting().is_empty()));
}

#[test]
fn a_disk_that_went_back_signs_nothing_new_before_the_partner_knows() {
    let (mut town, account) = Town::parted();
    let before = town.journals[FIRST].len();
    town.pay(FIRST, account, 1, 60);
    town.visit(FIRST);
    // The letter rests; the writer forgets that it ever wrote it, and pays something else.
    town.start(FIRST, before, 2);
    town.pay(FIRST, account, 2, 40);
    town.visit(FIRST);
    assert_eq!(town.state(FIRST).lanes()[&account].undecided(), 0, "nothing new is signed yet");
    for i in [SECOND, FIRST, SECOND, FIRST, SECOND, FIRST] {
        town.visit(i);
    }
    let frozen = |i| town.state(i).conditions().values().any(|c| matches!(c, Condition::Frozen { .. }));
    assert!(!frozen(FIRST) && !frozen(SECOND), "nobody signed two things for one slot");
}

/// Visits of both, one after the other, until the payment that is on its way is settled.
fn comes_to_rest(town: &mut Town, account: &AccountId) {
    for i in [FIRST, SECOND].repeat(6) {
        town.visit(i);
    }
    assert!(town.is_quiet(account), "whoever lost time is heard again");
    assert_eq!(town.nets(account).iter().sum::<i64>(), 0);
}

#[test]
fn a_clock_that_was_set_back_leads_to_no_life_that_nobody_hears() {
    let (mut town, account) = Town::parted();
    town.start(FIRST, usize::MAX, 9);
    town.pay(FIRST, account, 1, 60);
    comes_to_rest(&mut town, &account);
    town.start(SECOND, usize::MAX, 8);
    comes_to_rest(&mut town, &account);
    // First one of them comes back with a clock that lost time, then both.
    for (n, lives) in [(2, [5, 8]), (3, [4, 3])] {
        [FIRST, SECOND].iter().for_each(|i| town.start(*i, usize::MAX, lives[*i]));
        town.pay(FIRST, account, n, 20);
        comes_to_rest(&mut town, &account);
    }
    assert_eq!(town.nets(&account).map(i64::abs), [100, 100]);
}

#[test]
fn a_clock_that_was_set_back_leads_to_no_letters_that_nobody_takes() {
    let (mut town, account) = Town::parted();
    town.now = town.now.plus(Span::days(1));
    town.pay(FIRST, account, 1, 60);
    comes_to_rest(&mut town, &account);
    // The same life, as the stop was orderly; its letters are numbered by the time.
    [FIRST, SECOND, HOLDER].iter().for_each(|i| town.start(*i, usize::MAX, 1));
    town.now = Timestamp(town.now.0 - Span::days(1).0);
    town.pay(FIRST, account, 2, 40);
    comes_to_rest(&mut town, &account);
    assert_eq!(town.nets(&account).map(i64::abs), [100, 100]);
}

#[test]
fn a_letter_of_an_earlier_life_is_not_taken_any_more() {
    let (mut town, account) = Town::parted();
    let before = town.journals[FIRST].len();
    town.pay(FIRST, account, 1, 60);
    town.visit(FIRST);
    let lost = town.boxes.last().unwrap().clone();
    let holder = town.community(HOLDER);
    // Somebody keeps the letter back until the writer, who lost it, has gone on in another life.
    town.start(FIRST, before, 2);
    town.pay(FIRST, account, 2, 40);
    for i in [FIRST, SECOND, FIRST] {
        town.visit(i);
    }
    assert_eq!(town.state(FIRST).lanes()[&account].undecided(), 1, "the partner has heard of the new life");
    town.meet(SECOND, HOLDER);
    let sealed = Checked::Plain(Message::MailBox(lost));
    town.handle(SECOND, Input::Received { peer: town.peer(HOLDER), message: sealed });
    town.deliver();
    town.leave(SECOND);
    for i in [SECOND, FIRST, SECOND, FIRST] {
        town.visit(i);
    }
    assert!(town.is_quiet(&account));
    assert_eq!(town.nets(&account).map(i64::abs), [40, 40]);
    assert!(town.state(SECOND).conditions().is_empty());
    assert_ne!(holder, town.community(SECOND));
}

#[test]
fn a_writer_that_lost_decisions_finds_it_out_from_a_letter() {
    let (mut town, account) = Town::parted();
    town.pay(FIRST, account, 1, 60);
    town.visit(FIRST);
    let before = town.journals[SECOND].len();
    town.visit(SECOND);
    town.visit(FIRST);
    assert_eq!(town.state(FIRST).lanes()[&account].undecided(), 0);
    // The decider forgets what it decided; the proposer's letters say that it holds the decision.
    town.start(SECOND, before, 2);
    town.pay(FIRST, account, 2, 10);
    town.visit(FIRST);
    town.visit(SECOND);
    assert!(matches!(town.state(SECOND).conditions()[&account], Condition::Recovering { why: Lost::Behind, .. }));
}

#[test]
fn a_holder_is_not_at_fault_for_what_a_letter_says() {
    let (mut town, account) = Town::parted();
    town.pay(FIRST, account, 1, 60);
    [FIRST, SECOND, FIRST, SECOND].iter().for_each(|i| town.visit(*i));
    town.pay(FIRST, account, 2, 40);
    town.visit(FIRST);
    let sealed = town.boxes.last().unwrap().clone();
    let (writer, reader) = (town.nodes[FIRST].machine.identity(), town.nodes[SECOND].machine.identity());
    let mut letter = open_letter(&reader.community, &reader.secret, &sealed).unwrap().content;
    for message in &mut letter.messages {
        if let Message::Propose { proposal, .. } = message {
            let content = Proposal { previous: Digest([7; 32]), ..proposal.content.clone() };
            *proposal = content.sign(&writer.secret).into_unverified();
        }
    }
    let key = reader.certificate.content.key.sound().unwrap();
    let broken = letter.seal(&writer.secret, (reader.community, &key), |_| [9; 32]).unwrap();
    town.lost = |_, message| matches!(message, Message::MailBox(_));
    town.meet(SECOND, HOLDER);
    town.deliver();
    let message = Checked::Plain(Message::MailBox(broken));
    let heard = town.nodes[SECOND].notices.len();
    town.handle(SECOND, Input::Received { peer: town.peer(HOLDER), message });
    let refused = Notice::Refused { peer: NOBODY, why: Rejection::BrokenChain };
    assert!(town.nodes[SECOND].notices[heard..].contains(&refused), "{:?}", &town.nodes[SECOND].notices[heard..]);
}

#[test]
fn a_clock_that_was_ahead_does_no_lasting_harm() {
    let (mut town, account) = Town::parted();
    town.start(FIRST, usize::MAX, 9_000);
    town.pay(FIRST, account, 1, 60);
    [FIRST, SECOND, FIRST, SECOND].iter().for_each(|i| town.visit(*i));
    // Put right, the clock gives a smaller life than the partner has heard of.
    town.start(FIRST, usize::MAX, 4_000);
    town.pay(FIRST, account, 2, 30);
    for i in [FIRST, SECOND, FIRST, SECOND, FIRST, SECOND, FIRST, SECOND] {
        town.visit(i);
    }
    assert!(town.is_quiet(&account));
    assert_eq!(town.nets(&account).map(i64::abs), [90, 90]);
}

#[test]
fn a_box_shows_nothing_but_a_length() {
    let (mut town, account) = Town::parted();
    town.pay(FIRST, account, 1, 60);
    town.visit(FIRST);
    let one = town.boxes.last().unwrap().clone();
    town.pay(FIRST, account, 2, 5);
    town.visit(FIRST);
    let two = town.boxes.last().unwrap().clone();
    assert_eq!(one.0.len(), BOX_BYTES[0] + SEAL_BYTES);
    assert!(two.is_padded() && one != two);
    let writer = town.community(FIRST);
    let secrets = [&[1u8; 16][..], &[2; 16], account.as_bytes(), writer.as_bytes()];
    for sealed in [&one, &two] {
        for secret in secrets {
            assert!(!sealed.0.windows(secret.len()).any(|part| part == secret));
        }
    }
    let identity = town.nodes[SECOND].machine.identity();
    let letter = open_letter(&identity.community, &identity.secret, &one).unwrap();
    assert!(codec::encode(&letter).windows(16).any(|part| part == [1; 16]), "the recipient reads it");
    let holder = town.nodes[HOLDER].machine.identity();
    assert!(open_letter(&holder.community, &holder.secret, &one).is_err());
    assert!(open_letter(&holder.community, &identity.secret, &one).is_err(), "it is for this community only");
}
