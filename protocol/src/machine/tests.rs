#![expect(clippy::unwrap_used, reason = "tests")]
//! Two machines that talk through a wire made of a vector. What only one of them does is tested beside the rules.

use super::*;
use crate::{
    alias::AliasSecret,
    codec,
    community::{Card, Certificate, Charter},
    envelope::Content,
    id::{AccountId, CommunityId, ExchangeId, MemberId, RecordKey},
    key::SecretKey,
    ledger::{Asked, Channel, Consent, PaymentTerms},
    member::{MemberKind, Role},
    minutes::Minutes,
    partnership::{Invitation, Payee},
    rejection::Rejection,
    shelf::{Category, Item, Listing},
    time::{Span, Timestamp},
};

const COORDINATOR: MemberId = MemberId([1; 16]);
const MEMBER: MemberId = MemberId([2; 16]);

struct Side {
    machine: Machine,
    view: MemoryView,
    transport: Peer,
    out: Vec<(Peer, Message)>,
    replies: Vec<Result<Reply, Rejection>>,
}

fn side(n: u8) -> Side {
    let (root, secret) = (SecretKey::from_seed(&[n; 32]), SecretKey::from_seed(&[n + 100; 32]));
    let community = CommunityId(root.public().0);
    let certificate =
        Certificate { v: 1, community, key: secret.public(), serial: 1, from: Timestamp(0), until: Timestamp(1 << 50) };
    let transport = SecretKey::from_seed(&[n + 50; 32]).public();
    let identity = Identity {
        community,
        secret,
        certificate: certificate.sign(&root).into_unverified(),
        transport,
        aliases: AliasSecret::new([n; 32]),
    };
    let mut machine = Machine::new(identity, State::empty(community), Default::default());
    let mut view = MemoryView::default();
    view.absorb(&machine.found(Timestamp(1), Charter::new(format!("Side {n}"), None), COORDINATOR, &view).unwrap());
    let mut side = Side { machine, view, transport, out: Vec::new(), replies: Vec::new() };
    let kind = MemberKind::Person;
    side.command(Command::Admit { member: MEMBER, kind, role: Role::Member, key: None, by: COORDINATOR }).unwrap();
    let card = Card { name: format!("Side {n}"), area: None, transport, addresses: vec!["/memory/1".into()] };
    side.command(Command::ShowCard { card }).unwrap();
    side
}

impl Side {
    fn id(&self) -> CommunityId {
        self.machine.identity().community
    }

    fn input(&mut self, input: Input) {
        let effects = self.machine.handle(Timestamp(10), input, &self.view);
        self.view.absorb(&effects.batch);
        for effect in effects.rest {
            match effect {
                Effect::Send { to, message } => self.out.push((to, message)),
                Effect::Reply { result, .. } => self.replies.push(result),
                _ => {}
            }
        }
    }

    fn command(&mut self, command: Command) -> Result<Reply, Rejection> {
        self.input(Input::Command { id: 1, request: None, command });
        self.replies.pop().unwrap()
    }

    fn pay(&mut self, account: AccountId, payee: Payee, minutes: i64, id: u8) -> Result<Reply, Rejection> {
        let terms = PaymentTerms {
            community: self.id(),
            account,
            exchange: ExchangeId([id; 16]),
            payer: MEMBER,
            payee,
            minutes: Minutes::new(minutes)?,
            made_at: Timestamp(10),
            details: None,
        };
        let consent = Consent::OnBehalf { coordinator: COORDINATOR, channel: Channel::Phone };
        let agreed = Asked::new(terms, vec![Some(consent)], &mut Default::default())?.judge()?;
        self.command(Command::Pay { terms: agreed, salt: [id; 16] })
    }
}

/// Carries messages to and fro until nobody says anything more.
fn talk(a: &mut Side, b: &mut Side) {
    while !(a.out.is_empty() && b.out.is_empty()) {
        carry(a, b);
        carry(b, a);
    }
}

fn carry(from: &mut Side, to: &mut Side) {
    let key = from.machine.identity().certificate.content.key.sound().unwrap();
    for (peer, message) in std::mem::take(&mut from.out) {
        assert_eq!(peer, to.transport);
        let parcel = codec::encode(&Parcel { messages: vec![message] });
        for message in Parcel::decode(&parcel).unwrap().messages {
            let message = message.check(Some(&key)).unwrap();
            to.input(Input::Received { peer: from.transport, message });
        }
    }
}

fn meet(a: &mut Side, b: &mut Side) {
    a.input(Input::Connected { peer: b.transport });
    b.input(Input::Connected { peer: a.transport });
    talk(a, b);
}

fn invitation(of: &mut Side, limit: u64) -> Invitation {
    let invitation = Invitation {
        community: of.id(),
        name: "Side".into(),
        transport: of.transport,
        addresses: vec!["/memory/1".into()],
        secret: [9; 16],
        expires_at: Timestamp(1_000),
        inviter_limit: limit,
        acceptor_limit: limit,
        largest: Minutes::new(480).unwrap(),
    };
    of.command(Command::Invite { invitation: invitation.clone() }).unwrap();
    invitation
}

fn partners() -> (Side, Side, AccountId) {
    let (mut a, mut b) = (side(1), side(2));
    meet(&mut a, &mut b);
    let invitation = invitation(&mut a, 100);
    let accept = Command::Accept { invitation, nonce: [3; 16], review_at: Timestamp(5_000) };
    let Reply::Accepting { account, .. } = b.command(accept.clone()).unwrap() else { panic!("not accepting") };
    let again = b.command(accept).unwrap();
    assert!(matches!(again, Reply::Accepting { account: same, .. } if same == account), "one acceptance, one account");
    talk(&mut a, &mut b);
    (a, b, account)
}

fn net(side: &Side, account: &AccountId) -> i64 {
    side.machine.state().ledger().partners()[account].net.get()
}

#[test]
fn an_invitation_becomes_a_partnership_and_hours_cross() {
    let (mut a, mut b, account) = partners();
    let alias = b.machine.identity().aliases.alias(&account, &MEMBER);
    a.pay(account, Payee::Alias(alias), 60, 1).unwrap();
    talk(&mut a, &mut b);
    assert_eq!((net(&a, &account), net(&b, &account)), (60, -60));
    assert_eq!(b.machine.state().ledger().members()[&MEMBER].balance.get(), 60);
    assert!(b.machine.state().lanes()[&account].unconfirmed().next().is_none());
    let refused = a.pay(account, Payee::Alias(alias), 41, 2).unwrap_err();
    assert_eq!(refused, Rejection::PartnershipLimit { would_be: 101, limit: 100 });
}

#[test]
fn what_is_sent_to_nobody_comes_back() {
    let (mut a, mut b, account) = partners();
    a.pay(account, Payee::Alias(crate::id::Alias([7; 16])), 60, 1).unwrap();
    assert_eq!(a.machine.state().ledger().members()[&MEMBER].balance.get(), -60);
    talk(&mut a, &mut b);
    assert_eq!(a.machine.state().ledger().members()[&MEMBER].balance.get(), 0);
    assert!(a.machine.state().ledger().holds().is_empty());
}

#[test]
fn a_member_is_found_behind_an_offer_and_while_away_nothing_is_lost() {
    let (mut a, mut b, account) = partners();
    let key = RecordKey([5; 16]);
    let listing = Listing {
        title: "Welsh conversation".into(),
        text: None,
        category: Category::Learning,
        tags: vec![],
        area: None,
        language: "cy".into(),
        remote: true,
    };
    let item = Item::Offer(listing);
    b.command(Command::Publish { key, item, expires_at: Timestamp(9_000), owner: Some(MEMBER) }).unwrap();
    a.input(Input::Disconnected { peer: b.transport });
    b.input(Input::Disconnected { peer: a.transport });
    a.pay(account, Payee::Record(key), 30, 1).unwrap();
    assert!(a.out.is_empty());
    meet(&mut a, &mut b);
    assert_eq!((net(&a, &account), net(&b, &account)), (30, -30));
    assert!(a.view.shelf(&b.id()).any(|r| r.content.key == key), "the offer came along");
}

#[test]
fn a_proposal_cannot_take_away_what_waits_locally() {
    let (mut a, mut b, account) = partners();
    let alias = a.machine.identity().aliases.alias(&account, &MEMBER);
    let exchange = ExchangeId([4; 16]);
    let minutes = Minutes::new(20).unwrap();
    b.command(Command::Ask { account, exchange, payee: MEMBER, payer: alias, minutes }).unwrap();
    talk(&mut a, &mut b);
    assert_eq!(a.machine.state().waiting().len(), 1);
    let alias = b.machine.identity().aliases.alias(&account, &MEMBER);
    a.pay(account, Payee::Alias(alias), 10, 8).unwrap();
    talk(&mut a, &mut b);
    assert_eq!((a.machine.state().waiting().len(), b.machine.state().waiting().len()), (1, 1));
    a.pay(account, Payee::Alias(alias), 20, 4).unwrap();
    talk(&mut a, &mut b);
    assert_eq!((a.machine.state().waiting().len(), b.machine.state().waiting().len()), (0, 0));
    assert_eq!(net(&a, &account), 30);
}

#[test]
fn a_lost_message_is_asked_for_and_repeated() {
    let (mut a, mut b, account) = partners();
    let alias = b.machine.identity().aliases.alias(&account, &MEMBER);
    a.pay(account, Payee::Alias(alias), 10, 1).unwrap();
    a.out.clear();
    a.pay(account, Payee::Alias(alias), 10, 2).unwrap();
    talk(&mut a, &mut b);
    assert_eq!((net(&a, &account), net(&b, &account)), (20, -20));
}

#[test]
fn recovered_from_its_facts_a_machine_is_the_same() {
    let (mut a, mut b, account) = partners();
    let alias = b.machine.identity().aliases.alias(&account, &MEMBER);
    a.pay(account, Payee::Alias(alias), 60, 1).unwrap();
    talk(&mut a, &mut b);
    let bytes = codec::encode(a.machine.state());
    assert_eq!(codec::decode_own::<State>(&bytes).unwrap(), *a.machine.state());
    assert!(a.machine.next_wakeup() <= Timestamp(10).plus(Span::days(1)));
}
