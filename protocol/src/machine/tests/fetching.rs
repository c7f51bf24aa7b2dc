//! A third that lies about another's shelf: every signature that it shows holds.

use super::{shelving::offer, *};
use crate::{
    envelope::Unverified,
    id::RecordKey,
    machine::fetching::HEADS_EVERY,
    shelf::{Head, Known, MAX_COMMUNITIES, Record},
};

/// Says something to the second; what it says back.
fn say(two: &mut Two, peer: Peer, message: Checked) -> Vec<Message> {
    let node = &mut two.nodes[1];
    let effects = node.machine.handle(two.now, Input::Received { peer, message }, &node.view);
    node.view.absorb(&effects.batch);
    let sent = effects.rest.into_iter().filter_map(|effect| match effect {
        Effect::Send { to, message } if to == peer => Some(message),
        _ => None,
    });
    sent.collect()
}

/// A third community's node says hello to the second.
fn third(two: &mut Two, seed: u8) -> Peer {
    let mut node = node(seed, two.now);
    let peer = node.machine.identity().transport;
    let card = Card { name: "Elsewhere".into(), area: None, transport: peer, addresses: vec!["/sim".into()] };
    let command = Command::ShowCard { card };
    for input in [Input::Command { id: 0, request: None, command }, Input::Connected { peer: two.peer(1) }] {
        let effects = node.machine.handle(two.now, input, &node.view);
        node.view.absorb(&effects.batch);
        for effect in effects.rest {
            if let Effect::Send { message, .. } = effect {
                two.handle(1, Input::Connected { peer });
                let Ok(hello) = message.check(None) else { continue };
                say(two, peer, hello);
            }
        }
    }
    two.under_way.clear();
    peer
}

/// The first's shelf as it was when this was made.
struct Shelf {
    records: Vec<Unverified<Record>>,
    head: Unverified<Head>,
}

fn shelf(two: &Two) -> Shelf {
    let (node, now) = (&two.nodes[0], two.now);
    let community = node.machine.identity().community;
    let mut owner = node.machine.clone();
    let asker = two.peer(1);
    owner.sessions.insert(asker, Some(two.nodes[1].machine.identity().community));
    let message = Checked::Plain(Message::Pull { community, after: 0 });
    let effects = owner.handle(now, Input::Received { peer: asker, message }, &node.view);
    let found = effects.rest.into_iter().find_map(|effect| match effect {
        Effect::Send { message: Message::Shelf { records, head: Some(head), .. }, .. } => Some(Shelf { records, head }),
        _ => None,
    });
    found.unwrap()
}

/// A peer tells the second how far it is with the first's shelf: above which revisions it is asked for it.
fn claims(two: &mut Two, peer: Peer, revision: u64) -> Vec<u64> {
    let heads = vec![(two.nodes[0].machine.identity().community, revision)];
    asked(say(two, peer, Checked::Plain(Message::Heads { heads })))
}

fn asked(messages: Vec<Message>) -> Vec<u64> {
    let pulls = messages.into_iter().filter_map(|message| match message {
        Message::Pull { after, .. } => Some(after),
        _ => None,
    });
    pulls.collect()
}

/// A peer shows the second a page of the first's shelf with these revisions: what it is asked for next.
fn shows(two: &mut Two, peer: Peer, of: &Shelf, revisions: &[u64], through: u64, more: bool, head: bool) -> Vec<u64> {
    let certificate = two.nodes[0].machine.identity().certificate.clone();
    let records = of.records.iter().filter(|record| revisions.contains(&record.content.revision)).cloned().collect();
    let head = head.then(|| of.head.clone());
    let message = Message::Shelf { certificate, records, through, more, head }.check(None).unwrap();
    asked(say(two, peer, message))
}

/// What the second holds of the first's shelf, and through which revision it knows it to be whole.
fn held(two: &Two) -> (Vec<u64>, u64) {
    let community = two.nodes[0].machine.identity().community;
    let standing = two.nodes[1].view.standing(&community).iter().map(|s| s.revision).collect();
    (standing, two.nodes[1].machine.known().get(&community).map_or(0, |known| known.whole))
}

/// The first's shelf is its card, two offers, and one that was changed once: revisions 1, 2, 3 and 5.
fn published() -> (Two, Shelf) {
    let mut two = Two::new();
    for key in [5, 6, 7, 7] {
        offer(&mut two, 0, RecordKey([key; 16]), 30).unwrap();
    }
    let shelf = shelf(&two);
    assert_eq!(shelf.records.iter().map(|record| record.content.revision).collect::<Vec<_>>(), [1, 2, 3, 5]);
    (two, shelf)
}

#[test]
fn whatever_a_third_says_the_community_itself_is_asked() {
    for (revisions, through) in [(&[1, 2, 5][..], 5), (&[1, 5], 5), (&[], 5), (&[1, 2], u64::MAX)] {
        let (mut two, shelf) = published();
        let liar = third(&mut two, 3);
        assert_eq!(claims(&mut two, liar, 5), [0]);
        shows(&mut two, liar, &shelf, revisions, through, false, false);
        assert_ne!(held(&two), (vec![1, 2, 3, 5], 5));
        two.connect();
        two.deliver_all();
        assert_eq!(held(&two), (vec![1, 2, 3, 5], 5), "{revisions:?} through {through}");
    }
}

#[test]
fn what_one_third_leaves_out_another_gives() {
    for through in [5, u64::MAX] {
        let (mut two, shelf) = published();
        let (liar, honest) = (third(&mut two, 3), third(&mut two, 4));
        assert_eq!(claims(&mut two, liar, 5), [0]);
        assert_eq!(shows(&mut two, liar, &shelf, &[1, 2, 5], through, false, false), []);
        assert_eq!(held(&two), (vec![1, 2, 5], 2), "what is surely held is what follows without a gap");
        assert_eq!(claims(&mut two, honest, 5), [2]);
        shows(&mut two, honest, &shelf, &[3, 5], 5, false, false);
        assert_eq!(held(&two).0, [1, 2, 3, 5]);
        for peer in [liar, honest] {
            assert_eq!(claims(&mut two, peer, 5), [], "each is asked once for what it has shown");
        }
        let community = two.nodes[0].machine.identity().community;
        assert_eq!(two.nodes[1].machine.known()[&community].through, 5, "nothing that was never seen is passed on");
    }
}

#[test]
fn a_third_that_answers_without_end_makes_another_wait_once() {
    let (mut two, shelf) = published();
    let (liar, honest) = (third(&mut two, 3), third(&mut two, 4));
    assert_eq!(claims(&mut two, liar, u64::MAX), [0]);
    assert_eq!(shows(&mut two, liar, &shelf, &[1], 1, true, false), [1]);
    assert_eq!(claims(&mut two, honest, 5), []);
    two.now = two.now.plus(HEADS_EVERY);
    let mut through = 1;
    for _ in 0..20 {
        through += 1_000;
        two.now = two.now.plus(Span::seconds(3));
        assert_eq!(shows(&mut two, liar, &shelf, &[], through, true, false), [through]);
    }
    assert_eq!(claims(&mut two, honest, 5), [1]);
    assert_eq!(shows(&mut two, honest, &shelf, &[2, 3, 5], 5, false, false), []);
    assert_eq!(held(&two).0, [1, 2, 3, 5]);
    assert_eq!(shows(&mut two, liar, &shelf, &[], through, true, false), [], "a page that leads nowhere is the last");
}

#[test]
fn the_communitys_word_proves_a_shelf_whole_whoever_passes_it_on() {
    let (mut two, shelf) = published();
    let (one, other) = (third(&mut two, 3), third(&mut two, 4));
    assert_eq!(claims(&mut two, one, 5), [0]);
    shows(&mut two, one, &shelf, &[1, 2, 3, 5], 5, false, true);
    assert_eq!(held(&two), (vec![1, 2, 3, 5], 5));
    assert_eq!(claims(&mut two, other, 5), [], "nothing more is to be had");
    let community = two.nodes[0].machine.identity().community;
    let passed = say(&mut two, other, Checked::Plain(Message::Pull { community, after: 0 }));
    let [Message::Shelf { records, through: 5, more: false, head, .. }] = &passed[..] else { panic!("{passed:?}") };
    assert_eq!((records.len(), head.as_ref()), (4, Some(&shelf.head)));
}

#[test]
fn the_communitys_word_shows_what_a_third_left_out() {
    let (mut two, shelf) = published();
    let peer = third(&mut two, 3);
    assert_eq!(claims(&mut two, peer, 3), [0]);
    assert_eq!(shows(&mut two, peer, &shelf, &[1, 3], 3, false, false), []);
    assert_eq!(claims(&mut two, peer, 5), [3], "what it has shown it is not asked for again");
    assert_eq!(shows(&mut two, peer, &shelf, &[5], 5, false, true), [1], "but for a proof that something is missing");
    assert_eq!(shows(&mut two, peer, &shelf, &[3, 5], 5, false, true), [], "once");
    assert_eq!(held(&two), (vec![1, 3, 5], 1));
    let other = third(&mut two, 4);
    assert_eq!(claims(&mut two, other, 5), [1]);
    shows(&mut two, other, &shelf, &[2, 3, 5], 5, false, true);
    assert_eq!(held(&two), (vec![1, 2, 3, 5], 5));
}

#[test]
fn a_shelf_that_is_whole_costs_one_short_answer_a_session() {
    let (mut two, _) = published();
    for round in 0..3 {
        two.connect();
        let (mut pages, mut records) = (0, 0);
        two.deliver(|message| {
            if let Message::Shelf { records: shown, .. } = message {
                (pages, records) = (pages + 1, records + shown.len());
            }
            false
        });
        // The card came with the hello.
        assert_eq!((pages, records), (2, if round == 0 { 3 } else { 0 }), "round {round}");
        for _ in 0..3 {
            two.pass(61);
            let pulls = two.under_way.iter().filter(|(_, message)| matches!(message, Message::Pull { .. })).count();
            two.deliver_all();
            assert_eq!(pulls, 0);
        }
        two.disconnect();
    }
}

#[test]
fn an_empty_page_does_not_make_one_more_community_known_than_there_may_be() {
    let (mut two, shelf) = published();
    let liar = third(&mut two, 3);
    let machine = &mut two.nodes[1].machine;
    let certificate = machine.identity().certificate.clone();
    for n in 0..MAX_COMMUNITIES as u64 {
        let id = [&n.to_be_bytes()[..], &[9; 24]].concat().try_into().unwrap();
        machine.known.insert(CommunityId(id), Known::new(certificate.clone()));
    }
    let before = machine.known().len();
    assert_eq!(claims(&mut two, liar, 5), [0]);
    assert_eq!(shows(&mut two, liar, &shelf, &[], 5, false, false), []);
    assert_eq!(two.nodes[1].machine.known().len(), before);
}
