//! The people: what they order of their nodes, rightly and wrongly, once and again.

mod abroad;
mod disputes;
mod local;
mod mistakes;
mod shelf;

pub(crate) use local::drawn_balances;

use crate::{
    checkers::{Kept, Violation, ensure},
    coverage::Coverage,
    dice::Dice,
    world::{Node, Settings},
};
use kith_protocol::{
    id::{Digest, ExchangeId, MemberId, RequestId},
    key::{KeyCache, PublicKey, SecretKey},
    ledger::{Agreeable, Agreed, Asked, Body, Channel, Consent},
    machine::{Command, Condition, Reply, State, request_digest},
    member::Role,
    minutes::Minutes,
    partnership::{Granted, Invitation},
    rejection::Rejection,
    time::Timestamp,
};
use std::collections::BTreeMap;

/// How many payments come at once when people settle up after a feast: more than a window has slots.
const FEAST: u64 = 20;

/// Of a thousand looks, after how many a coordinator changes what a partner is granted.
const GRANTS: u64 = 60;

/// How many payments people may make again after their node forgot them.
const PAID_AGAIN: usize = 20;

/// One command on its way to a node.
#[derive(Debug, Clone)]
pub struct Order {
    /// Numbers the command.
    pub id: u64,
    /// The client's request, if it gave one.
    pub request: Option<(RequestId, Digest)>,
    /// What is asked.
    pub command: Command,
}

/// What a client remembers of an order.
#[derive(Debug, Clone)]
struct Sent {
    node: usize,
    request: Option<(RequestId, Digest)>,
    command: Command,
    replied: bool,
}

/// Where people act: one node, its state and its clock.
#[derive(Clone, Copy)]
struct Scene<'a> {
    node: &'a Node,
    state: &'a State,
    now: Timestamp,
}

impl<'a> Scene<'a> {
    fn members(&self) -> Vec<MemberId> {
        self.state.ledger().members().iter().filter(|(_, m)| m.active).map(|(id, _)| *id).collect()
    }

    fn coordinators(&self) -> Vec<MemberId> {
        let all = self.state.ledger().members().iter();
        all.filter(|(_, m)| m.active && m.role == Role::Coordinator).map(|(id, _)| *id).collect()
    }

    /// Exchanges with partners that the ledger knows.
    fn crossed(&self) -> impl Iterator<Item = ExchangeId> + 'a {
        let entries = self.node.view.entries().iter();
        entries.filter_map(|entry| match &entry.body {
            Body::Settle { proposal, .. } | Body::Receive { proposal, .. } | Body::Recovered { proposal, .. } => {
                Some(proposal.content.exchange)
            }
            _ => None,
        })
    }

    /// The node of another community.
    fn node_of(&self, nodes: &'a [Node], community: kith_protocol::id::CommunityId) -> Option<&'a Node> {
        nodes.iter().find(|node| node.identity.community == community)
    }
}

/// Everything people want, did and remember.
pub(crate) struct Workload {
    dice: Dice,
    /// How score is kept is drawn apart from all else.
    scores: Dice,
    wishes: &'static [(u64, Wish)],
    orders: u64,
    sent: BTreeMap<u64, Sent>,
    /// Orders whose reply was lost with a node.
    lost: Vec<u64>,
    answers: BTreeMap<(usize, RequestId), Reply>,
    secrets: BTreeMap<PublicKey, SecretKey>,
    keys: KeyCache,
    /// Choices about members' keys, kept from all others.
    rings: Dice,
    invitations: Vec<Invitation>,
    /// Exchanges that each node's people have heard of.
    exchanges: Vec<Vec<ExchangeId>>,
}

/// What somebody may want to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wish {
    Members,
    Exchange,
    Answer,
    Group,
    Gift,
    Correct,
    Invite,
    Accept,
    Pay,
    Feast,
    Ask,
    AskBack,
    Dispute,
    Advance,
    Publish,
    Card,
    Mistake,
}

const WISHES: &[(u64, Wish)] = &[
    (4, Wish::Members),
    (9, Wish::Exchange),
    (14, Wish::Answer),
    (3, Wish::Group),
    (3, Wish::Gift),
    (5, Wish::Correct),
    (4, Wish::Invite),
    (26, Wish::Accept),
    (60, Wish::Pay),
    (1, Wish::Feast),
    (20, Wish::Ask),
    (8, Wish::AskBack),
    (50, Wish::Dispute),
    (80, Wish::Advance),
    (12, Wish::Publish),
    (2, Wish::Card),
    (9, Wish::Mistake),
];

/// Where hardly anything happens but trade.
const TRADE: &[(u64, Wish)] = &[
    (1, Wish::Members),
    (3, Wish::Exchange),
    (6, Wish::Answer),
    (1, Wish::Correct),
    (3, Wish::Invite),
    (20, Wish::Accept),
    (160, Wish::Pay),
    (4, Wish::Feast),
    (12, Wish::Ask),
    (2, Wish::Publish),
];

/// Where every other hour is disputed or advanced.
const QUARRELS: &[(u64, Wish)] = &[
    (1, Wish::Members),
    (6, Wish::Answer),
    (3, Wish::Invite),
    (20, Wish::Accept),
    (100, Wish::Pay),
    (30, Wish::Ask),
    (6, Wish::Gift),
    (50, Wish::Dispute),
    (100, Wish::Advance),
];

/// Where partners are found soon and trade.
const FRIENDS: &[(u64, Wish)] = &[
    (1, Wish::Members),
    (6, Wish::Answer),
    (4, Wish::Invite),
    (70, Wish::Accept),
    (90, Wish::Pay),
    (2, Wish::Feast),
    (20, Wish::Ask),
    (4, Wish::AskBack),
    (2, Wish::Publish),
];

/// Where everybody soon is everybody's partner, and one of them is not to be trusted.
const DECEIVED: &[(u64, Wish)] = &[
    (1, Wish::Members),
    (6, Wish::Answer),
    (4, Wish::Invite),
    (60, Wish::Accept),
    (120, Wish::Pay),
    (3, Wish::Feast),
    (20, Wish::Ask),
    (8, Wish::AskBack),
    (20, Wish::Dispute),
    (20, Wish::Advance),
    (4, Wish::Publish),
    (3, Wish::Gift),
];

/// What they do there until all are partners. An invitation is good for one.
const FOUNDING: &[(u64, Wish)] =
    &[(20, Wish::Invite), (50, Wish::Accept), (5, Wish::Members), (20, Wish::Pay), (5, Wish::Answer)];

impl Workload {
    pub(crate) fn new(settings: Settings, nodes: usize, cheated: bool) -> Self {
        Self {
            dice: Dice::new(settings.seed, "workload"),
            scores: Dice::new(settings.seed, "scores"),
            wishes: match (settings.letters, settings.rough) {
                _ if cheated => DECEIVED,
                (true, _) => FRIENDS,
                (false, true) if settings.seed % 2 == 1 => QUARRELS,
                (false, true) => TRADE,
                (false, false) => WISHES,
            },
            orders: 0,
            sent: BTreeMap::new(),
            lost: Vec::new(),
            answers: BTreeMap::new(),
            secrets: BTreeMap::new(),
            keys: KeyCache::default(),
            rings: Dice::new(settings.seed, "rings"),
            invitations: Vec::new(),
            exchanges: vec![Vec::new(); nodes],
        }
    }

    /// What happens on a community's first day.
    pub(crate) fn first_orders(&mut self, i: usize, node: &Node, now: u64) -> Vec<Order> {
        let mut commands = vec![self.card(i, node)];
        for _ in 0..self.dice.between(2, 4) {
            commands.push(self.newcomer(node.coordinator));
        }
        for _ in 0..self.dice.between(0, 2) {
            commands.push(self.invite(i, node, node.clock(now)));
        }
        if self.dice.permille(15) {
            let words = 14;
            commands.extend((0..words).map(|_| self.long_offer(node.clock(now))));
        }
        commands.into_iter().map(|command| self.order(i, command)).collect()
    }

    /// What a node orders of itself at every start.
    pub(crate) fn shown_at_start(&mut self, i: usize, node: &Node) -> Order {
        let command = self.card(i, node);
        self.number(i, None, command)
    }

    /// What people do next, if anything: on one node, one order or several at once.
    pub(crate) fn act(&mut self, nodes: &[Node], now: u64, coverage: &mut Coverage) -> Vec<(usize, Order)> {
        if self.dice.permille(120) {
            return self.again(nodes, coverage).into_iter().collect();
        }
        let i = self.dice.index(nodes.len());
        let node = &nodes[i];
        let Some(state) = node.state() else { return Vec::new() };
        let scene = Scene { node, state, now: node.clock(now) };
        let waits = state.conditions().iter().find(|(_, c)| matches!(c, Condition::Recovering { waived: false, .. }));
        if let Some((account, _)) = waits
            && self.dice.permille(100)
        {
            coverage.hit("restore", "not waited for");
            let command = Command::Waive { account: *account, by: node.coordinator };
            return vec![(i, self.order(i, command))];
        }
        let alone = self.wishes == DECEIVED && state.ledger().partners().len() + 1 < nodes.len();
        let wish = if alone { self.dice.weighed(FOUNDING) } else { self.dice.weighed(self.wishes) };
        let Some(wish) = wish else { return Vec::new() };
        let commands = match wish {
            Wish::Feast => self.feast(&scene, nodes),
            wish => self.command(wish, i, &scene, nodes).into_iter().collect(),
        };
        commands.into_iter().map(|command| (i, self.order(i, command))).collect()
    }

    fn command(&mut self, wish: Wish, i: usize, scene: &Scene<'_>, nodes: &[Node]) -> Option<Command> {
        match wish {
            Wish::Members => self.members(scene),
            Wish::Exchange => self.exchange(i, scene),
            Wish::Answer => self.answer(scene),
            Wish::Group => self.group(scene),
            Wish::Gift => self.gift(scene),
            Wish::Correct => self.correct(i, scene),
            Wish::Invite => Some(self.invite(i, scene.node, scene.now)),
            Wish::Accept => self.accept(scene),
            Wish::Pay => self.pay(i, scene, nodes),
            Wish::Feast => None,
            Wish::Ask => self.ask(i, scene, nodes),
            Wish::AskBack => self.ask_back(scene),
            Wish::Dispute => self.dispute(i, scene),
            Wish::Advance => self.advance(i, scene, nodes),
            Wish::Publish => self.publish(scene),
            Wish::Card => Some(self.card(i, scene.node)),
            Wish::Mistake => self.mistake(i, scene),
        }
    }

    /// Many small payments at once.
    fn feast(&mut self, scene: &Scene<'_>, nodes: &[Node]) -> Vec<Command> {
        (0..FEAST).filter_map(|_| self.small_payment(scene, nodes)).collect()
    }

    /// Coordinators change what they grant a partner, and mostly change it back; what they choose is drawn apart from all else.
    pub(crate) fn grant(&mut self, nodes: &[Node], dice: &mut Dice) -> Option<(usize, Order)> {
        let i = dice.index(nodes.len());
        let node = nodes.get(i).filter(|_| dice.permille(GRANTS))?;
        let partners: Vec<_> = node.state()?.ledger().partners().iter().collect();
        let (account, partner) = *dice.pick(&partners)?;
        let (agreed, now) = (Granted::agreed(&partner.terms, partner.side), partner.granted(partner.side));
        let granted = match dice.below(10) {
            _ if (now.gives, now.receives, now.ended) != (true, true, false) && dice.permille(700) => agreed,
            0..4 => Granted { limit: dice.between(0, 700), ..now },
            4..6 => Granted { gives: false, ..now },
            6..8 => Granted { receives: false, ..now },
            8 => Granted { ended: true, ..now },
            _ => agreed,
        };
        let command = Command::ChangePartnership { account: *account, granted, by: node.coordinator };
        Some((i, self.number(i, None, command)))
    }

    /// Coordinators switch mail on with a partner, and hardly ever off; what they choose is drawn apart from all else.
    pub(crate) fn mail(&mut self, nodes: &[Node], dice: &mut Dice) -> Option<(usize, Order)> {
        let i = dice.index(nodes.len());
        let node = nodes.get(i).filter(|_| dice.permille(800))?;
        let state = node.state()?;
        let accounts: Vec<_> = state.ledger().partners().keys().copied().collect();
        let account = *dice.pick(&accounts)?;
        let on = !state.mail().get(&account).is_some_and(|mailing| mailing.ours);
        if !on && !dice.permille(15) {
            return None;
        }
        let command = Command::Mail { account, on, by: node.coordinator };
        Some((i, self.number(i, None, command)))
    }

    fn order(&mut self, node: usize, command: Command) -> Order {
        let request = self.dice.permille(600).then(|| {
            let id = self.dice.bytes::<16>();
            (RequestId(id), request_digest(&id))
        });
        self.number(node, request, command)
    }

    fn number(&mut self, node: usize, request: Option<(RequestId, Digest)>, command: Command) -> Order {
        self.orders += 1;
        let id = self.orders;
        self.sent.insert(id, Sent { node, request, command: command.clone(), replied: false });
        Order { id, request, command }
    }

    /// An order again: because no reply came, by mistake, or its id used for something else.
    fn again(&mut self, nodes: &[Node], coverage: &mut Coverage) -> Option<(usize, Order)> {
        let after_crash = !self.lost.is_empty() && self.dice.permille(700);
        let number = if after_crash {
            let place = self.dice.index(self.lost.len());
            self.lost.swap_remove(place)
        } else {
            let place = self.dice.index(self.sent.len());
            *self.sent.keys().nth(place)?
        };
        let Sent { node, request, command, .. } = self.sent.get(&number)?.clone();
        nodes[node].machine.as_ref()?;
        let request = match request {
            Some((id, _)) if !after_crash && self.dice.permille(200) => {
                coverage.hit("request", "id used for something else");
                Some((id, request_digest(b"something else")))
            }
            request => {
                let kind = match (after_crash, request.is_some()) {
                    (true, true) => "again after a crash",
                    (true, false) => "again after a crash, without an id",
                    (false, true) => "repeated",
                    (false, false) => "repeated without an id",
                };
                coverage.hit("request", kind);
                request
            }
        };
        Some((node, self.number(node, request, command)))
    }

    /// A node's clients hear nothing more of what they sent.
    pub(crate) fn crashed(&mut self, node: usize) {
        let unanswered = self.sent.iter().filter(|(_, sent)| sent.node == node && !sent.replied);
        let mut lost: Vec<u64> = unanswered.map(|(id, _)| *id).collect();
        self.lost.append(&mut lost);
        self.lost.sort_unstable();
        self.lost.dedup();
    }

    /// A node forgot what it answered after its backup was made. People look for what they paid lately, and pay it again.
    pub(crate) fn restored(&mut self, node: usize) {
        self.answers.retain(|(who, _), _| *who != node);
        let paid = |sent: &Sent| sent.node == node && matches!(sent.command, Command::Pay { .. });
        let lately = self.sent.iter().rev().filter(|(_, sent)| paid(sent)).map(|(id, _)| *id);
        self.lost.extend(lately.take(PAID_AGAIN));
        self.lost.sort_unstable();
        self.lost.dedup();
    }

    /// A reply arrives; gives the request it answers.
    pub(crate) fn replied(
        &mut self,
        node: usize,
        command: u64,
        result: &Result<Reply, Rejection>,
    ) -> Result<Option<RequestId>, Violation> {
        let unknown = || Violation::new("repeat", format!("a reply to command {command}, which nobody gave"));
        let sent = self.sent.get_mut(&command).ok_or_else(unknown)?;
        sent.replied = true;
        let request = sent.request.map(|(id, _)| id);
        match result {
            Ok(Reply::Invited { invitation }) if !self.invitations.contains(invitation) => {
                self.invitations.push(invitation.clone());
            }
            Ok(Reply::Posted { exchange, .. } | Reply::Recorded { exchange, .. } | Reply::Waits { exchange, .. })
                if !self.exchanges[node].contains(exchange) =>
            {
                self.exchanges[node].push(*exchange)
            }
            _ => {}
        }
        if let (Some(request), Ok(reply)) = (request, result) {
            self.same_as_before(node, request, reply)?;
        }
        Ok(request)
    }

    fn same_as_before(&mut self, node: usize, request: RequestId, reply: &Reply) -> Kept {
        let first = self.answers.entry((node, request)).or_insert_with(|| reply.clone());
        ensure("repeat", first == reply, || format!("request {request} first led to {first:?}, then to {reply:?}"))
    }

    /// How a member agrees: with their key, or through a coordinator; now and then wrongly.
    fn consent<T: Agreeable>(&mut self, scene: &Scene<'_>, member: MemberId, terms: &T) -> Option<Consent> {
        let registered = scene.state.ledger().members().get(&member).and_then(|m| m.key);
        let wrong = self.dice.permille(15);
        if wrong || (registered.is_some() && self.dice.permille(600)) {
            let stranger = SecretKey::from_seed(&[7; 32]);
            let secret = registered.and_then(|key| self.secrets.get(&key)).filter(|_| !wrong).unwrap_or(&stranger);
            return Some(Consent::Key { key: secret.public(), signature: secret.sign(&terms.signing_bytes()) });
        }
        let who = if self.dice.permille(20) { scene.members() } else { scene.coordinators() };
        let coordinator = *self.dice.pick(&who)?;
        let channel = *self.dice.pick(&[Channel::Paper, Channel::Phone, Channel::InPerson])?;
        Some(Consent::OnBehalf { coordinator, channel })
    }

    fn agreed<T: Agreeable>(&mut self, terms: T, consents: Vec<Option<Consent>>) -> Option<Agreed<T>> {
        Asked::new(terms, consents, &mut self.keys).ok()?.judge().ok()
    }

    fn agreed_by_all<T: Agreeable>(&mut self, scene: &Scene<'_>, terms: T) -> Option<Agreed<T>> {
        let consents = terms.parties().into_iter().map(|member| self.consent(scene, member, &terms)).collect();
        self.agreed(terms, consents)
    }

    fn minutes(&mut self, most: i64) -> Minutes {
        Minutes::new(self.dice.amount(1, most)).unwrap_or_else(|_| Minutes::new(1).expect("one minute is some time"))
    }

    /// Mostly a new id; sometimes one that the people of this node used before.
    fn exchange_id(&mut self, i: usize) -> ExchangeId {
        if self.dice.permille(100)
            && let Some(used) = self.dice.pick(&self.exchanges[i])
        {
            return *used;
        }
        ExchangeId(self.dice.bytes())
    }
}
