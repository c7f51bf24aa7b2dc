//! Every history of two communities within small bounds, explored to its end over the real machine.
//!
//! Two sides agreed on a window of two slots and have a few payments to make. At any point a message may be lost, the
//! connection may break, and one side may stop or be put back to a backup of any age; messages keep their order on the way. In each state that is
//! reached the laws must hold, and from each state in which nothing is left to happen the two must come to rest.
//!
//! The explorer is our own: a state is two real machines, which can be copied and compared by what they recorded, but neither
//! hashed nor ordered, and model checkers on offer ask for both.

mod laws;
mod search;
mod side;

use crate::checkers::{Violation, honest};
use kith_protocol::{
    codec,
    envelope::Content,
    flaw::Flaw,
    id::{AccountId, Digest, ExchangeId},
    key::KeyCache,
    ledger::{Agreed, Asked, Channel, Consent, PaymentTerms},
    machine::{Batch, Command, Effect, Fact, Input, Message, Notice},
    minutes::Minutes,
    partnership::{Agreement, Payee, Side as Lane, Terms},
    time::{Span, Timestamp},
};
use laws::Signed;
pub use search::explore;
use side::{COORDINATOR, MEMBER, Side};
use std::{collections::VecDeque, sync::Arc};

/// The moment at which everything happens: time decides nothing before the end.
const NOW: Timestamp = Timestamp(1_800_000_000_000);
/// The window of the agreement, so small that it is full.
const WINDOW: u16 = 2;
/// How far each side may run ahead: the first side's payments together reach it.
const LIMIT: u64 = 60;
/// The most messages that are on one way at once.
const ROAD: usize = 16;
/// How often both are woken at the end, and how much later each time; the longest repair takes fewer.
const WAKES: u64 = 12;
const WAKE_EVERY: Span = Span::seconds(16);

fn law(law: &'static str, detail: impl std::fmt::Display) -> Violation {
    Violation { law, detail: detail.to_string() }
}

/// A payment that somebody wants to make.
#[derive(Debug, Clone, Copy)]
pub struct Payment {
    /// How many minutes.
    pub minutes: i64,
    /// Whether the one to be paid is known on the other side.
    pub known: bool,
}

/// What may happen, and how often.
#[derive(Debug, Clone)]
pub struct Bounds {
    /// The payments of each side, in order.
    pub payments: [Vec<Payment>; 2],
    /// How many single messages may be lost.
    pub losses: u8,
    /// How often the connection may break, with all that is under way.
    pub breaks: u8,
    /// How often a side may stop and start again.
    pub crashes: u8,
    /// How often a backup may be put in place of a side's journal.
    pub restores: u8,
    /// Whether to go through every order of events even where no trouble is left. Otherwise, from then on, of two orders
    /// that must lead to the same only one is taken: what happens on one side does not depend on what happens on the
    /// other as long as a message to it waits. Each side still comes to every state it can come to, and so do both at the end.
    pub every_order: bool,
    /// A rule to break, to show that it would be noticed.
    pub flaw: Option<Flaw>,
}

/// One thing that happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// A member of this side pays.
    Pay(usize),
    /// The next message to this side arrives.
    Deliver(usize),
    /// The next message to this side is lost.
    Lose(usize),
    /// The connection breaks and stands again.
    Break,
    /// This side stops and starts again.
    Crash(usize),
    /// A backup of this side with so many batches is put in place.
    Restore(usize, usize),
}

/// What was found.
#[derive(Debug, Default)]
pub struct Explored {
    /// How many different states.
    pub states: usize,
    /// In how many of them nothing more could happen.
    pub ends: usize,
    /// In how many of them a payment waits for a slot, as all are taken.
    pub waits: usize,
    /// The first law broken, if one was, and the way to it.
    pub violation: Option<(Violation, Vec<Step>)>,
}

/// The way to a state, newest step first.
#[derive(Debug)]
struct Trail(Step, Option<Arc<Trail>>);

/// Everything there is.
#[derive(Debug, Clone)]
struct Moment {
    sides: [Side; 2],
    /// What is on its way to each side, and a hash of it.
    roads: [VecDeque<(Message, Digest)>; 2],
    /// How many payments each side has made.
    paid: [usize; 2],
    left: [u8; 4],
    account: AccountId,
    signed: Signed,
    trail: Option<Arc<Trail>>,
}

impl Moment {
    /// Two communities that agreed and have just met.
    fn first(bounds: &Bounds) -> Result<Self, Violation> {
        let mut sides = [Side::found(1), Side::found(2)];
        sides.sort_by_key(|side| side.machine.identity().community);
        let [a, b] = [0, 1].map(|i| sides[i].machine.identity().clone());
        let terms = Terms {
            v: 1,
            a: a.community,
            b: b.community,
            limit_a: LIMIT,
            limit_b: LIMIT,
            largest: Minutes::new(LIMIT.cast_signed()).map_err(|why| law("model", why))?,
            window: WINDOW,
            review_at: NOW,
            made_at: NOW,
            nonce: [0; 16],
        };
        let [signature_a, signature_b] = [&a, &b].map(|i| terms.clone().sign(&i.secret).into_unverified().signature);
        let account = terms.account();
        let (certificate_a, certificate_b) = (a.certificate, b.certificate);
        let agreement = Agreement { terms, certificate_a, signature_a, certificate_b, signature_b };
        sides.iter_mut().for_each(|side| side.agree(&agreement));
        let mut first = Self {
            sides,
            roads: [VecDeque::new(), VecDeque::new()],
            paid: [0; 2],
            left: [bounds.losses, bounds.breaks, bounds.crashes, bounds.restores],
            account,
            signed: Signed::default(),
            trail: None,
        };
        first.meet(NOW)?;
        Ok(first)
    }

    /// A new connection: whatever was under way is lost, and both say who they are.
    fn meet(&mut self, now: Timestamp) -> Result<(), Violation> {
        self.roads.iter_mut().for_each(VecDeque::clear);
        let mut hellos = Vec::new();
        for i in 0..2 {
            let peer = self.sides[1 - i].machine.identity().transport;
            self.input(i, now, Input::Disconnected { peer })?;
            let (_, effects) = self.sides[i].handle(now, Input::Connected { peer });
            hellos.extend(effects.into_iter().filter_map(|effect| match effect {
                Effect::Send { message: message @ Message::Hello(_), .. } => Some((1 - i, message)),
                _ => None,
            }));
        }
        for (to, hello) in hellos {
            let effects = self.sides[to].meet(now, hello)?;
            self.carry_out(to, effects)?;
        }
        Ok(())
    }

    fn input(&mut self, i: usize, now: Timestamp, input: Input) -> Result<(), Violation> {
        let (batch, effects) = self.sides[i].handle(now, input);
        self.recorded(i, &batch)?;
        self.carry_out(i, effects)
    }

    fn recorded(&mut self, i: usize, batch: &Batch) -> Result<(), Violation> {
        let key = self.sides[i].machine.identity().certificate.content.key;
        batch.facts.iter().try_for_each(|fact| match fact {
            Fact::Proposed { proposal, .. } => self.signed.proposal(key, &proposal.content),
            Fact::Decided { decision, .. } => self.signed.decision(key, &decision.content),
            _ => Ok(()),
        })
    }

    fn carry_out(&mut self, i: usize, effects: Vec<Effect>) -> Result<(), Violation> {
        let key = self.sides[i].machine.identity().certificate.content.key;
        for effect in effects {
            match &effect {
                Effect::Send { message: Message::Propose { proposal, .. }, .. } => {
                    self.signed.proposal(key, &proposal.content)?;
                }
                Effect::Send { message: Message::Decide(decision), .. } => {
                    self.signed.decision(key, &decision.content)?;
                }
                _ => {}
            }
            match effect {
                // Shelves and a look into the ledger have no part in settlement.
                Effect::Send {
                    message:
                        Message::Hello(_)
                        | Message::Heads { .. }
                        | Message::Pull { .. }
                        | Message::Shelf { .. }
                        | Message::LedgerWanted(_),
                    ..
                } => {}
                Effect::Send { message, .. } => {
                    if self.roads[1 - i].len() >= ROAD {
                        return Err(law("size", format!("more than {ROAD} messages are on their way")));
                    }
                    let digest = Digest::of("model/message", &[&codec::encode(&message)]);
                    self.roads[1 - i].push_back((message, digest));
                }
                Effect::Notice(Notice::Refused { why, .. }) => honest(&why)?,
                Effect::Notice(Notice::Frozen { .. }) => return Err(law("honesty", "an honest partner is accused")),
                Effect::Notice(Notice::Settled { exchange } | Notice::Decided { exchange, accepted: true }) => {
                    self.sides[i].promised.insert(exchange);
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Everything that may happen next.
    fn steps(&self, bounds: &Bounds) -> Vec<Step> {
        let mut steps = Vec::new();
        let [losses, breaks, crashes, restores] = self.left;
        let calm = self.left == [0; 4] && !bounds.every_order;
        let one = (0..2).find(|i| calm && !self.roads[*i].is_empty());
        for i in (0..2).filter(|i| one.is_none_or(|one| one == *i)) {
            if self.paid[i] < bounds.payments[i].len() && !self.recovering(i) {
                steps.push(Step::Pay(i));
            }
            if !self.roads[i].is_empty() {
                steps.push(Step::Deliver(i));
                steps.extend((losses > 0).then_some(Step::Lose(i)));
            }
            steps.extend((crashes > 0).then_some(Step::Crash(i)));
            if restores > 0 {
                steps.extend((0..=self.sides[i].frames()).map(|frames| Step::Restore(i, frames)));
            }
        }
        steps.extend((breaks > 0).then_some(Step::Break));
        steps
    }

    /// Whether a payment waits because all slots of its side are taken.
    fn waits_for_a_slot(&self) -> bool {
        self.sides.iter().any(|side| {
            let lanes = side.machine.state().lanes().get(&self.account);
            lanes.is_some_and(|lanes| lanes.queued() > 0 && lanes.undecided() >= usize::from(WINDOW))
        })
    }

    fn recovering(&self, i: usize) -> bool {
        !self.sides[i].machine.state().conditions().is_empty()
    }

    /// What comes of one step.
    fn after(&self, step: Step, bounds: &Bounds) -> Result<Self, (Violation, Vec<Step>)> {
        let mut next = self.clone();
        next.trail = Some(Arc::new(Trail(step, self.trail.clone())));
        let kept = next.take(step, bounds).and_then(|()| laws::check(&next));
        kept.map(|()| next).map_err(|violation| (violation, way(Some(&Trail(step, self.trail.clone())))))
    }

    fn take(&mut self, step: Step, bounds: &Bounds) -> Result<(), Violation> {
        match step {
            Step::Pay(i) => {
                let payment = bounds.payments[i][self.paid[i]];
                let command = self.payment(i, payment)?;
                self.paid[i] += 1;
                self.input(i, NOW, Input::Command { id: 0, request: None, command })
            }
            Step::Deliver(i) => self.deliver(i, NOW),
            Step::Lose(i) => {
                self.left[0] -= 1;
                self.roads[i].pop_front();
                Ok(())
            }
            Step::Break => {
                self.left[1] -= 1;
                self.meet(NOW)
            }
            Step::Crash(i) => {
                self.left[2] -= 1;
                self.sides[i].crash()?;
                self.meet(NOW)
            }
            Step::Restore(i, frames) => {
                self.left[3] -= 1;
                let key = |side: &Side| side.machine.identity().certificate.content.key;
                let before = key(&self.sides[i]);
                let batch = self.sides[i].restore(frames)?;
                if key(&self.sides[i]) != before {
                    self.signed.retire(before);
                }
                self.recorded(i, &batch)?;
                laws::nothing_promised_is_lost(self)?;
                self.sides[i].promised.clear();
                self.meet(NOW)
            }
        }
    }

    fn deliver(&mut self, i: usize, now: Timestamp) -> Result<(), Violation> {
        let Some((message, _)) = self.roads[i].pop_front() else { return Ok(()) };
        let peer = self.sides[1 - i].machine.identity().transport;
        let message = message.check(self.sides[i].heard.as_ref()).map_err(|why| law("honesty", why))?;
        self.input(i, now, Input::Received { peer, message })
    }

    fn payment(&self, i: usize, payment: Payment) -> Result<Command, Violation> {
        let theirs = self.sides[1 - i].machine.identity();
        let payee = if payment.known {
            theirs.aliases.alias(&self.account, &MEMBER)
        } else {
            kith_protocol::id::Alias([9; 16])
        };
        let exchange = exchange(i, self.paid[i]);
        let terms = PaymentTerms {
            community: self.sides[i].machine.identity().community,
            account: self.account,
            exchange,
            payer: MEMBER,
            payee: Payee::Alias(payee),
            minutes: Minutes::new(payment.minutes).map_err(|why| law("model", why))?,
            made_at: NOW,
            details: None,
            reverses: None,
        };
        let consents = vec![Some(Consent::OnBehalf { coordinator: COORDINATOR, channel: Channel::Phone })];
        let asked = Asked::new(terms, consents, &mut KeyCache::default());
        let terms: Agreed<PaymentTerms> = asked.and_then(Asked::judge).map_err(|why| law("model", why))?;
        Ok(Command::Pay { terms, salt: exchange.0 })
    }

    /// By what a state is recognised: all that was recorded, what the machines know besides, what is under way, what may come.
    fn mark(&self) -> Digest {
        let mut parts: Vec<Vec<u8>> = Vec::new();
        for side in &self.sides {
            parts.push(side.history().as_bytes().to_vec());
            parts.push(side.machine.passing().into_bytes());
        }
        for road in &self.roads {
            parts.push(road.iter().flat_map(|(_, digest)| *digest.as_bytes()).collect());
        }
        parts.push(self.signed.bytes(None));
        parts.push(self.left.to_vec());
        parts.push(self.paid.iter().map(|n| u8::try_from(*n).unwrap_or(u8::MAX)).collect());
        let parts: Vec<&[u8]> = parts.iter().map(Vec::as_slice).collect();
        Digest::of("model/state", &parts)
    }

    /// By what it is recognised beforehand what follows when a side stops: its journal, or the part of it that is put back, and
    /// the other side. All that was under way is lost.
    fn mark_of_stop(&self, step: Step) -> Option<Digest> {
        let (kind, i, history) = match step {
            Step::Crash(i) => (b"crash", i, self.sides[i].history()),
            Step::Restore(i, frames) => (b"start", i, self.sides[i].history_of(frames)),
            Step::Pay(_) | Step::Deliver(_) | Step::Lose(_) | Step::Break => return None,
        };
        let (side, other) = (&self.sides[i], &self.sides[1 - i]);
        let retired = matches!(step, Step::Restore(..)).then(|| side.machine.identity().certificate.content.key);
        let promised = |side: &Side| side.promised.iter().flat_map(|id| id.0).collect::<Vec<u8>>();
        let parts: [Vec<u8>; 9] = [
            kind.to_vec(),
            vec![u8::from(i == 0), u8::try_from(self.paid[0]).ok()?, u8::try_from(self.paid[1]).ok()?],
            self.left.to_vec(),
            history.as_bytes().to_vec(),
            other.history().as_bytes().to_vec(),
            other.machine.passing().into_bytes(),
            self.signed.bytes(retired),
            promised(side),
            promised(other),
        ];
        Some(Digest::of("model/stop", &parts.each_ref().map(Vec::as_slice)))
    }

    /// Nothing fails any more: what is under way arrives, both are woken again and again, and all must come to rest.
    fn come_to_rest(mut self, bounds: &Bounds) -> Result<(), Violation> {
        let mut now = NOW;
        for _ in 0..WAKES {
            for i in (0..2).cycle() {
                if self.roads.iter().all(VecDeque::is_empty) {
                    break;
                }
                self.deliver(i, now)?;
            }
            laws::check(&self)?;
            for i in 0..2 {
                while self.paid[i] < bounds.payments[i].len() && !self.recovering(i) {
                    self.take(Step::Pay(i), bounds)?;
                }
            }
            now = now.plus(WAKE_EVERY);
            for i in 0..2 {
                self.input(i, now, Input::Wake)?;
            }
        }
        laws::at_rest(&self)
    }
}

/// The id of a side's payment.
fn exchange(side: usize, place: usize) -> ExchangeId {
    let mut id = [0; 16];
    id[0] = u8::try_from(side + 1).unwrap_or(0);
    id[1] = u8::try_from(place + 1).unwrap_or(0);
    ExchangeId(id)
}

/// The lane that a side writes.
const fn lane(side: usize) -> Lane {
    if side == 0 { Lane::A } else { Lane::B }
}

fn way(mut trail: Option<&Trail>) -> Vec<Step> {
    let mut steps = Vec::new();
    while let Some(Trail(step, before)) = trail {
        steps.push(*step);
        trail = before.as_deref();
    }
    steps.reverse();
    steps
}
