//! One thing that somebody asks a node for, and asks again until it answers.

use super::World;
use crate::{
    cluster::{fresh_exchange, signed_exchange, signed_payment},
    dice::Dice,
};
use anyhow::{Context as _, Result, bail};
use kith::{
    api::types::{NewExchange, NewPayment, Outcome},
    client::{Client, ClientError},
};
use kith_protocol::{
    id::{Alias, ExchangeId, MemberId},
    ledger::Channel,
    partnership::Payee,
};
use std::{thread, time::Duration};

/// The longest exchange here, in minutes.
const LONGEST: i64 = 180;
/// How long a hand waits before it asks again.
const PAUSE: Duration = Duration::from_millis(15);

/// What kind of deed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// An exchange that both members signed, under an id of theirs.
    Signed,
    /// An exchange on a coordinator's word, under an id that the node makes of the idempotency key.
    Told,
    /// A payment to a member of the partner at this place.
    Across(usize),
    /// A payment to a code that means nobody at the partner at this place.
    Stray(usize),
}

/// What the client knows of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// The node said that it is recorded, at this place of the ledger.
    Acknowledged(u64),
    /// No answer came and the client gave up asking.
    Unknown,
}

/// One thing that was asked for.
#[derive(Debug, Clone)]
pub struct Deed {
    /// The node that was asked.
    pub node: usize,
    /// What kind.
    pub kind: Kind,
    /// The exchange; for [`Kind::Told`] once the node said it.
    pub exchange: Option<ExchangeId>,
    /// Who gave: a member of this node, or of the partner.
    pub giver: MemberId,
    /// Who received: always a member of this node.
    pub receiver: MemberId,
    /// How long.
    pub minutes: i64,
    /// What came of it.
    pub answer: Answer,
    /// How often it was asked again.
    pub retries: u64,
    request: Request,
    key: String,
}

#[derive(Debug, Clone)]
enum Request {
    Exchange(Box<NewExchange>),
    Payment(Box<NewPayment>),
}

impl Deed {
    /// Draws what to do next.
    pub(super) fn plan(world: &World, dice: &mut Dice) -> Result<Self> {
        let count = world.cluster.nodes.len();
        let node = dice.index(count);
        let partner = (node + 1 + dice.index(count - 1)) % count;
        let kinds = [(55, Kind::Signed), (10, Kind::Told), (30, Kind::Across(partner)), (5, Kind::Stray(partner))];
        let kind = dice.weighed(&kinds).context("the weights are not all zero")?;
        let minutes = dice.amount(1, LONGEST);
        let id = fresh_exchange()?;
        let here = &world.people[node];
        let place = dice.index(here.len());
        let (receiver, neighbour) = (&here[place], &here[(place + 1 + dice.index(here.len() - 1)) % here.len()]);
        let home = world.node(node);
        let (giver, exchange, request) = match kind {
            Kind::Signed => {
                let new = signed_exchange(home, neighbour, receiver, minutes, id)?;
                (neighbour.id, Some(id), Request::Exchange(Box::new(new)))
            }
            Kind::Told => {
                let new = NewExchange {
                    giver: Some(neighbour.id),
                    receiver: Some(receiver.id),
                    minutes,
                    channel: Some(Channel::Paper),
                    ..NewExchange::default()
                };
                (neighbour.id, None, Request::Exchange(Box::new(new)))
            }
            Kind::Across(partner) | Kind::Stray(partner) => {
                let there = dice.index(world.people[partner].len());
                let known = world.aliases[&(partner, there, node)];
                let alias = if matches!(kind, Kind::Stray(_)) { Alias(dice.bytes()) } else { known };
                let account = world.accounts[&(node, partner)];
                let payee = Payee::Alias(alias);
                let new = signed_payment(home, world.node(partner), account, receiver, payee, minutes, id)?;
                (world.people[partner][there].id, Some(id), Request::Payment(Box::new(new)))
            }
        };
        let (receiver, key) = (receiver.id, format!("storm-{id}"));
        Ok(Self { node, kind, exchange, giver, receiver, minutes, answer: Answer::Unknown, retries: 0, request, key })
    }

    /// Where the ledger holds it, if the node said so.
    #[must_use]
    pub fn index(&self) -> Option<u64> {
        match self.answer {
            Answer::Acknowledged(index) => Some(index),
            Answer::Unknown => None,
        }
    }

    /// Asks, and asks again. Now and then the client gives up on a deed whose id it chose itself: then nobody knows whether
    /// it was done. `late` says that the storm is over and all nodes run again.
    pub(super) fn carry_out(&mut self, world: &World, dice: &mut Dice, late: impl Fn() -> bool) -> Result<()> {
        let node = world.node(self.node);
        loop {
            let client = node.client();
            match self.send(&client) {
                Ok(outcome) => return self.acknowledged(&outcome),
                Err(error) if passing(&error, &client, &node.url()) => {}
                Err(error) => return Err(error).with_context(|| format!("{} refused {self:?}", node.name)),
            }
            if self.kind != Kind::Told && !late() && dice.permille(80) {
                return Ok(());
            }
            self.retries += 1;
            thread::sleep(PAUSE);
        }
    }

    fn send(&self, client: &Client) -> Result<Outcome, ClientError> {
        match &self.request {
            Request::Exchange(new) => client.post("/api/v1/exchanges", new, Some(&self.key)),
            Request::Payment(new) => client.post("/api/v1/payments", new, Some(&self.key)),
        }
    }

    fn acknowledged(&mut self, outcome: &Outcome) -> Result<()> {
        let expected = if matches!(self.request, Request::Payment(_)) { "recorded" } else { "settled" };
        let (Some(exchange), Some(index)) = (outcome.exchange, outcome.index) else {
            bail!("an acknowledgement names no exchange or no entry: {outcome:?}")
        };
        if outcome.state != expected || self.exchange.is_some_and(|known| known != exchange) {
            bail!("{self:?} was acknowledged as something else: {outcome:?}");
        }
        self.exchange = Some(exchange);
        self.answer = Answer::Acknowledged(index);
        Ok(())
    }
}

/// Whether asking again may help: the node is dead, dying or busy, or it came back elsewhere and another program now answers
/// where it was.
fn passing(error: &ClientError, asked: &Client, now: &str) -> bool {
    match error {
        ClientError::Unreachable { .. } | ClientError::Unreadable { .. } => true,
        ClientError::Refused(problem) => problem.status == 503 || asked.base() != now.trim_end_matches('/'),
    }
}
