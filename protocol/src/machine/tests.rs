//! Two machines that talk to each other, with a hand between them that can drop what it likes.
#![expect(clippy::unwrap_used, reason = "tests")]

mod asking;
mod audited;
mod daily;
mod disputing;
mod fetching;
mod granting;
mod inspecting;
mod keys;
mod mailing;
mod partnering;
mod reentering;
mod resuming;
mod rotating;
mod settling;
mod shelving;

use super::*;
use crate::{
    alias::AliasSecret,
    community::{Card, Certificate, Charter},
    envelope::{Content, Unverified},
    id::{AccountId, CommunityId, ExchangeId, MemberId},
    key::{KeyCache, SecretKey, SoundKey},
    ledger::{Agreed, Asked, Channel, Consent, PaymentTerms},
    member::{MemberKind, Role},
    minutes::Minutes,
    partnership::{Invitation, Payee, ResumeOffer},
    rejection::Rejection,
    time::{Span, Timestamp},
};
use std::collections::{BTreeMap, VecDeque};

const COORDINATOR: MemberId = MemberId([1; 16]);
const ANN: MemberId = MemberId([2; 16]);

/// One machine with what its driver keeps.
struct Node {
    machine: Machine,
    view: MemoryView,
    heard: Option<SoundKey>,
    replies: Vec<Result<Reply, Rejection>>,
    gossip: Vec<Vec<u8>>,
    notices: Vec<Notice>,
}

/// Two of them, connected.
struct Two {
    nodes: [Node; 2],
    now: Timestamp,
    under_way: VecDeque<(usize, Message)>,
}

fn node(seed: u8, now: Timestamp) -> Node {
    let (root, secret) = (SecretKey::from_seed(&[seed; 32]), SecretKey::from_seed(&[seed + 100; 32]));
    let community = CommunityId(root.public().0);
    let (from, until) = (Timestamp(0), Timestamp(u64::MAX));
    let certificate = Certificate { v: 1, community, key: secret.public(), serial: 1, from, until };
    let identity = Identity {
        community,
        certificate: certificate.sign(&root).into_unverified(),
        secret,
        transport: SecretKey::from_seed(&[seed + 50; 32]).public(),
        aliases: AliasSecret::new([seed; 32]),
    };
    let mut view = MemoryView::default();
    let mut machine = Machine::new(identity, State::empty(community), BTreeMap::new());
    let charter = Charter::new("A place".into(), None);
    view.absorb(&machine.found(now, charter, COORDINATOR, &view).unwrap());
    Node { machine, view, heard: None, replies: Vec::new(), gossip: Vec::new(), notices: Vec::new() }
}

impl Two {
    /// Both know each other's cards and have a member besides their coordinator.
    fn new() -> Self {
        let now = Timestamp(1_000_000_000_000);
        let mut nodes = [node(1, now), node(2, now)];
        nodes.sort_by_key(|node| node.machine.identity().community);
        let mut two = Self { nodes, now, under_way: VecDeque::new() };
        for i in 0..2 {
            let transport = two.nodes[i].machine.identity().transport;
            let addresses = vec!["/sim".into()];
            let card = Card { name: "A place".into(), area: None, transport, addresses };
            two.command(i, Command::ShowCard { card }).unwrap();
            let (kind, role) = (MemberKind::Person, Role::Member);
            two.command(i, Command::Admit { member: ANN, kind, role, key: None, by: COORDINATOR }).unwrap();
        }
        two
    }

    fn peer(&self, i: usize) -> Peer {
        self.nodes[i].machine.identity().transport
    }

    fn handle(&mut self, i: usize, input: Input) {
        let node = &mut self.nodes[i];
        let effects = node.machine.handle(self.now, input, &node.view);
        node.view.absorb(&effects.batch);
        for effect in effects.rest {
            match effect {
                Effect::Send { message, .. } => self.under_way.push_back((1 - i, message)),
                Effect::Reply { result, .. } => self.nodes[i].replies.push(result),
                Effect::Notice(notice) => self.nodes[i].notices.push(notice),
                Effect::Show { showing, .. } => {
                    let message = inspecting::show(&self.nodes[i], &showing, |_| {});
                    self.under_way.push_back((1 - i, message));
                }
                Effect::Publish { bytes } => self.nodes[i].gossip.push(bytes),
                _ => {}
            }
        }
    }

    fn command(&mut self, i: usize, command: Command) -> Result<Reply, Rejection> {
        self.handle(i, Input::Command { id: 0, request: None, command });
        self.nodes[i].replies.pop().unwrap()
    }

    fn connect(&mut self) {
        for i in 0..2 {
            self.handle(i, Input::Connected { peer: self.peer(1 - i) });
        }
    }

    fn disconnect(&mut self) {
        self.under_way.clear();
        for i in 0..2 {
            self.nodes[i].heard = None;
            self.handle(i, Input::Disconnected { peer: self.peer(1 - i) });
        }
    }

    /// Delivers everything, and what it leads to, but for what `lost` names; gives the kinds of what arrived.
    fn deliver(&mut self, mut lost: impl FnMut(&Message) -> bool) -> usize {
        let mut arrived = 0;
        while let Some((to, message)) = self.under_way.pop_front() {
            if lost(&message) {
                continue;
            }
            arrived += 1;
            assert!(arrived < 1_000, "the two never stop talking");
            self.arrives(to, message);
        }
        arrived
    }

    /// One message arrives, if its signatures are good.
    fn arrives(&mut self, to: usize, message: Message) {
        let Ok(message) = message.check(self.nodes[to].heard.as_ref()) else { return };
        if let Checked::Hello { certificate, .. } = &message {
            self.nodes[to].heard = Some(certificate.content().key.sound().unwrap());
        }
        self.handle(to, Input::Received { peer: self.peer(1 - to), message });
    }

    fn deliver_all(&mut self) -> usize {
        self.deliver(|_| false)
    }

    /// Delivers everything but the offer to resume that comes of it, and gives that.
    fn intercept_offer(&mut self) -> (ResumeOffer, Unverified<Certificate>) {
        let mut offered = None;
        self.deliver(|message| match message {
            Message::ResumeOffer { offer, certificate } => {
                offered = Some((offer.content.clone(), certificate.clone()));
                true
            }
            _ => false,
        });
        offered.unwrap()
    }

    /// Lets so many seconds pass and wakes both.
    fn pass(&mut self, seconds: u64) {
        self.now = self.now.plus(Span::seconds(seconds));
        for i in 0..2 {
            self.handle(i, Input::Wake);
        }
    }

    fn invitation(&self, i: usize, secret: u8) -> Invitation {
        let identity = self.nodes[i].machine.identity();
        Invitation {
            community: identity.community,
            name: "A place".into(),
            transport: identity.transport,
            addresses: vec!["/sim".into()],
            secret: [secret; 16],
            expires_at: self.now.plus(Span::days(1)),
            inviter_limit: 300,
            acceptor_limit: 300,
            largest: Minutes::new(240).unwrap(),
        }
    }

    fn invite(&mut self, i: usize, secret: u8) -> Invitation {
        let invitation = self.invitation(i, secret);
        self.command(i, Command::Invite { invitation: invitation.clone() }).unwrap();
        invitation
    }

    fn accept(&mut self, i: usize, invitation: Invitation, nonce: u8) -> Result<Reply, Rejection> {
        let review_at = self.now.plus(Span::days(365));
        self.command(i, Command::Accept { invitation, nonce: [nonce; 16], review_at })
    }

    /// Partners, connected and quiet.
    fn partners() -> (Self, AccountId) {
        let mut two = Self::new();
        two.connect();
        let invitation = two.invite(0, 1);
        two.accept(1, invitation, 1).unwrap();
        two.deliver_all();
        let accounts = two.accounts();
        assert_eq!((accounts[0].len(), &accounts[0]), (1, &accounts[1]));
        (two, accounts[0][0])
    }

    fn accounts(&self) -> [Vec<AccountId>; 2] {
        [0, 1].map(|i| self.state(i).ledger().partners().keys().copied().collect())
    }

    fn state(&self, i: usize) -> &State {
        self.nodes[i].machine.state()
    }

    /// Ann of one side pays Ann of the other.
    fn payment(&self, i: usize, account: AccountId, exchange: ExchangeId, minutes: i64) -> Agreed<PaymentTerms> {
        let payee = self.nodes[1 - i].machine.identity().aliases.alias(&account, &ANN);
        let terms = PaymentTerms {
            community: self.nodes[i].machine.identity().community,
            account,
            exchange,
            payer: ANN,
            payee: Payee::Alias(payee),
            minutes: Minutes::new(minutes).unwrap(),
            made_at: self.now,
            details: None,
            reverses: None,
        };
        let consent = Consent::OnBehalf { coordinator: COORDINATOR, channel: Channel::Phone };
        Asked::new(terms, vec![Some(consent)], &mut KeyCache::default()).unwrap().judge().unwrap()
    }

    fn pay(&mut self, i: usize, account: AccountId, exchange: u8, minutes: i64) -> Result<Reply, Rejection> {
        let terms = self.payment(i, account, ExchangeId([exchange; 16]), minutes);
        self.command(i, Command::Pay { terms, salt: [exchange; 16] })
    }

    fn nets(&self, account: &AccountId) -> [i64; 2] {
        [0, 1].map(|i| self.state(i).ledger().balance(&crate::ledger::Account::Partner(*account)).get())
    }

    fn is_quiet(&self, account: &AccountId) -> bool {
        [0, 1].iter().all(|i| {
            let lanes = &self.state(*i).lanes()[account];
            lanes.undecided() + lanes.queued() + lanes.unconfirmed().count() == 0
        })
    }
}
