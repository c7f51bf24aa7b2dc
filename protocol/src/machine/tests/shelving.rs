use super::*;
use crate::{
    id::RecordKey,
    shelf::{Category, Item, Listing},
};

#[test]
fn a_lost_hello_is_said_again_until_the_peer_answers() {
    let mut two = Two::new();
    two.connect();
    let mut lost = 0;
    two.deliver(|message| {
        let first = matches!(message, Message::Hello(_)) && lost == 0;
        lost += u32::from(first);
        first
    });
    let know =
        |two: &Two| [0, 1].map(|i| two.nodes[i].machine.connected(&two.nodes[1 - i].machine.identity().community));
    assert_eq!(know(&two), [true, false]);
    two.pass(20);
    two.deliver_all();
    assert_eq!(know(&two), [true, true]);
    two.pass(20);
    let hellos = two.under_way.iter().filter(|(_, message)| matches!(message, Message::Hello(_))).count();
    assert_eq!(hellos, 0, "who is known need not say hello");
}

#[test]
fn a_lost_pull_is_mended_by_heads_even_of_a_node_that_just_started() {
    let mut two = Two::new();
    let key = RecordKey([5; 16]);
    let holds = |two: &Two| two.nodes[1].view.held(&two.nodes[0].machine.identity().community, &key).is_some();
    offer(&mut two, 0, key, 30).unwrap();
    let node = &mut two.nodes[0];
    let identity = node.machine.identity().clone();
    node.machine = Machine::new(identity, node.machine.state().clone(), BTreeMap::new());
    two.connect();
    two.deliver(|message| matches!(message, Message::Pull { .. }));
    assert!(!holds(&two));
    two.pass(61);
    two.deliver_all();
    assert!(holds(&two));
}

fn offer(two: &mut Two, i: usize, key: RecordKey, days: u64) -> Result<Reply, Rejection> {
    let listing = Listing {
        title: "Help".into(),
        text: None,
        category: Category::Other,
        tags: Vec::new(),
        area: None,
        language: "en".into(),
        remote: false,
    };
    let (item, expires_at) = (Item::Offer(listing), two.now.plus(Span::days(days)));
    two.command(i, Command::Publish { key, item, expires_at, owner: None })
}

#[test]
fn what_replaces_a_record_is_not_forgotten_before_it() {
    let mut two = Two::new();
    let key = RecordKey([5; 16]);
    offer(&mut two, 0, key, 30).unwrap();
    let until = two.now.plus(Span::days(30));
    assert_eq!(offer(&mut two, 0, key, 10).unwrap_err(), Rejection::ExpiryTooEarly(until));
    let expires_at = two.now.plus(Span::days(1));
    two.command(0, Command::Publish { key, item: Item::Withdrawn, expires_at, owner: None }).unwrap();
    assert_eq!(two.state(0).shelf().1[&key].expires_at, until);
}
