use super::*;

#[test]
fn crossed_invitations_lead_to_one_partnership() {
    let mut two = Two::new();
    let (by_first, by_second) = (two.invite(0, 1), two.invite(1, 2));
    two.accept(0, by_second, 1).unwrap();
    two.accept(1, by_first, 2).unwrap();
    two.connect();
    two.deliver_all();
    two.pass(20);
    two.deliver_all();
    let accounts = two.accounts();
    assert_eq!((accounts[0].len(), &accounts[0]), (1, &accounts[1]));
    assert!([0, 1].iter().all(|i| two.state(*i).accepting().is_empty()));
}

#[test]
fn a_crossed_invitation_that_is_over_gives_way_to_the_other() {
    let mut two = Two::new();
    let mut over = two.invitation(0, 1);
    over.expires_at = two.now.plus(Span::seconds(5));
    two.command(0, Command::Invite { invitation: over.clone() }).unwrap();
    let good = two.invite(1, 2);
    two.accept(1, over, 1).unwrap();
    two.accept(0, good, 2).unwrap();
    two.now = two.now.plus(Span::seconds(10));
    two.connect();
    two.deliver_all();
    two.pass(20);
    two.deliver_all();
    let accounts = two.accounts();
    assert_eq!((accounts[0].len(), &accounts[0]), (1, &accounts[1]));
    assert!([0, 1].iter().all(|i| two.state(*i).accepting().is_empty()));
}

#[test]
fn what_was_declined_stays_declined() {
    let mut two = Two::new();
    two.connect();
    two.deliver_all();
    let invitation = two.invitation(0, 1);
    two.accept(1, invitation.clone(), 1).unwrap();
    let copy = two.under_way.iter().find(|(_, message)| matches!(message, Message::Accept(_))).unwrap().clone();
    two.deliver_all();
    assert!(two.state(1).accepting().is_empty(), "nobody knows the invitation");
    // It is made again, as after a restore, and a copy of the acceptance was on its way.
    assert_eq!(two.invite(0, 1), invitation);
    two.under_way.push_back(copy);
    two.deliver_all();
    assert_eq!(two.accounts().map(|accounts| accounts.len()), [0, 0]);
    two.accept(1, invitation, 2).unwrap();
    two.deliver_all();
    assert_eq!(two.accounts().map(|accounts| accounts.len()), [1, 1], "other terms are judged anew");
}

#[test]
fn one_acceptance_to_a_community_at_a_time() {
    let mut two = Two::new();
    let (one, other) = (two.invite(0, 1), two.invite(0, 2));
    let first = two.accept(1, one.clone(), 1).unwrap();
    assert_eq!(two.accept(1, one, 2).unwrap(), first, "accepting twice is accepting once");
    assert_eq!(two.accept(1, other, 3).unwrap_err().code(), "too-many-waiting");
    two.connect();
    two.deliver_all();
    let accounts = two.accounts();
    assert_eq!((accounts[0].len(), &accounts[0]), (1, &accounts[1]));
}

#[test]
fn a_lost_agreement_is_given_again() {
    let mut two = Two::new();
    two.connect();
    let invitation = two.invite(0, 1);
    two.accept(1, invitation, 1).unwrap();
    two.deliver(|message| matches!(message, Message::Agreed(_)));
    assert_eq!(two.accounts().map(|accounts| accounts.len()), [1, 0]);
    two.pass(20);
    two.deliver_all();
    assert_eq!(two.accounts().map(|accounts| accounts.len()), [1, 1]);
}

#[test]
fn an_invitation_made_twice_is_good_once() {
    let mut two = Two::new();
    two.connect();
    let invitation = two.invite(0, 1);
    two.accept(1, invitation.clone(), 1).unwrap();
    two.deliver(|message| matches!(message, Message::Agreed(_)));
    assert_eq!(two.invite(0, 1), invitation);
    let mut other = invitation;
    other.acceptor_limit += 1;
    assert_eq!(two.command(0, Command::Invite { invitation: other }).unwrap_err(), Rejection::UnknownInvitation);
    two.pass(20);
    two.deliver_all();
    let accounts = two.accounts();
    assert_eq!((accounts[0].len(), &accounts[0]), (1, &accounts[1]));
}

/// A third community's node, which is connected with one of the two and said who it is.
fn third(two: &mut Two, i: usize) -> Peer {
    let mut third = node(3, two.now);
    let transport = third.machine.identity().transport;
    let card = Card { name: "Elsewhere".into(), area: None, transport, addresses: Vec::new() };
    let command = Input::Command { id: 0, request: None, command: Command::ShowCard { card } };
    let effects = third.machine.handle(two.now, command, &third.view).rest;
    let published = effects.into_iter().find_map(|effect| match effect {
        Effect::Publish { bytes } => crate::codec::decode(&bytes, bytes.len()).ok(),
        _ => None,
    });
    let (certificate, record) = check_announcement(published.unwrap(), &mut Default::default()).unwrap();
    two.handle(i, Input::Connected { peer: transport });
    two.handle(i, Input::Received { peer: transport, message: Checked::Hello { certificate, record } });
    two.under_way.clear();
    transport
}

#[test]
fn a_third_declines_nothing_and_learns_nothing() {
    let mut two = Two::new();
    two.connect();
    two.deliver_all();
    let third = third(&mut two, 0);
    let invitation = two.invite(0, 1);
    two.accept(1, invitation, 1).unwrap();
    let said = two.under_way.clone();
    let (_, copy) = said.iter().find(|(_, message)| matches!(message, Message::Accept(_))).unwrap();
    let copy = || Input::Received { peer: third, message: Checked::Plain(copy.clone()) };
    two.under_way.clear();
    two.handle(0, copy());
    assert!(two.under_way.is_empty());
    two.under_way = said.clone();
    two.deliver_all();
    assert_eq!(two.accounts().map(|accounts| accounts.len()), [1, 1], "the acceptance itself counts");
    two.handle(0, copy());
    assert!(two.under_way.is_empty(), "the agreement is nobody else's business");
}

#[test]
fn a_lost_agreement_comes_from_the_partner_alone() {
    let mut two = Two::new();
    let backup = two.backup(1);
    two.connect();
    let invitation = two.invite(0, 1);
    two.accept(1, invitation, 1).unwrap();
    two.deliver_all();
    two.disconnect();
    two.restore(1, backup, 2);
    two.connect();
    let mut agreed = None;
    two.deliver(|message| {
        let found = matches!(message, Message::Agreed(_));
        agreed = agreed.take().or_else(|| found.then(|| message.clone()));
        found
    });
    let (agreed, third) = (agreed.unwrap(), third(&mut two, 1));
    two.pass(20);
    two.deliver(|message| matches!(message, Message::Agreed(_)));
    two.handle(1, Input::Received { peer: third, message: Checked::Plain(agreed) });
    assert_eq!(two.accounts().map(|accounts| accounts.len()), [1, 0]);
    two.under_way.clear();
    two.pass(20);
    two.deliver_all();
    assert_eq!(two.accounts().map(|accounts| accounts.len()), [1, 1]);
}
