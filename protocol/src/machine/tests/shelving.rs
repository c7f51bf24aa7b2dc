use super::*;
use crate::{
    codec,
    community::{Certificates, check_certificate},
    id::{Digest, RecordKey},
    shelf::{Announcement, Category, Head, Item, Listing},
};

#[test]
fn a_lost_hello_is_said_again_when_the_peer_wonders_who_it_is() {
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
    assert_eq!((lost, know(&two)), (1, [true, true]));
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

pub(super) fn offer(two: &mut Two, i: usize, key: RecordKey, days: u64) -> Result<Reply, Rejection> {
    let listing = Listing {
        title: "Help".into(),
        text: None,
        category: Category::Other,
        tags: Vec::new(),
        area: None,
        language: "en".into(),
        remote: false,
        when: crate::shelf::When::default(),
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

fn through(two: &Two) -> u64 {
    two.nodes[1].machine.known()[&two.nodes[0].machine.identity().community].through
}

#[test]
fn gossip_that_overtakes_a_page_does_not_make_the_shelf_doubtful() {
    let mut two = Two::new();
    let key = RecordKey([5; 16]);
    offer(&mut two, 0, key, 30).unwrap();
    two.connect();
    let mut page = Vec::new();
    two.deliver(|message| {
        let is_page = matches!(message, Message::Shelf { records, .. } if records.len() == 1);
        page.extend(is_page.then(|| (1, message.clone())));
        is_page
    });
    assert_eq!((page.len(), through(&two)), (1, 1));
    offer(&mut two, 0, key, 31).unwrap();
    let announcement: Announcement = codec::decode(two.nodes[0].gossip.last().unwrap(), 10_000).unwrap();
    let (certificate, record) = check_announcement(announcement, &mut Certificates::default()).unwrap();
    two.handle(1, Input::Gossip { id: 1, certificate, record });
    two.under_way.extend(page);
    two.deliver_all();
    assert_eq!(through(&two), 2);
    two.pass(61);
    two.deliver_all();
    assert_eq!(through(&two), 3);
}

/// Through which revision the second surely holds all of the first's shelf.
fn whole(two: &Two) -> u64 {
    two.nodes[1].machine.known()[&two.nodes[0].machine.identity().community].whole
}

/// A page of no records with a claim that is not true, as an answer to what the second was just told of, and perhaps a head
/// that is not true, either.
fn wrong_page(two: &mut Two, through: u64, head: bool) {
    let identity = two.nodes[0].machine.identity().clone();
    let community = identity.community;
    let peer = two.peer(0);
    let heads = Message::Heads { heads: vec![(community, 2)] };
    two.handle(1, Input::Received { peer, message: Checked::Plain(heads) });
    let word = Head { community, revision: 2, live: 7, root: Digest::ZERO, made_at: two.now }.sign(&identity.secret);
    let message = Checked::Shelf {
        certificate: check_certificate(&identity.certificate).unwrap(),
        records: Vec::new(),
        through,
        more: false,
        head: head.then_some(word),
    };
    two.handle(1, Input::Received { peer, message });
}

#[test]
fn a_shelf_that_is_never_as_its_head_says_is_not_fetched_for_ever() {
    let mut two = Two::new();
    two.connect();
    two.deliver_all();
    assert_eq!(through(&two), 1);
    wrong_page(&mut two, 2, true);
    assert_eq!(whole(&two), 0, "once it is doubted");
    wrong_page(&mut two, 2, true);
    assert_eq!(whole(&two), 2, "then it is taken as it is for a while");
}

#[test]
fn a_claim_to_hold_the_last_of_all_revisions_does_no_harm() {
    let mut two = Two::new();
    two.connect();
    two.deliver_all();
    wrong_page(&mut two, u64::MAX, false);
    assert_eq!((through(&two), whole(&two)), (u64::MAX, u64::MAX));
    offer(&mut two, 0, RecordKey([5; 16]), 30).unwrap();
    let announcement: Announcement = codec::decode(two.nodes[0].gossip.last().unwrap(), 10_000).unwrap();
    let (certificate, record) = check_announcement(announcement, &mut Certificates::default()).unwrap();
    two.handle(1, Input::Gossip { id: 1, certificate, record });
    let community = two.nodes[0].machine.identity().community;
    assert!(two.nodes[1].view.held(&community, &RecordKey([5; 16])).is_some());
}

/// A record ran out, the key changed, and then the clock was set back to when the record was good.
#[test]
fn what_ran_out_under_an_earlier_key_does_not_come_back() {
    let mut two = Two::new();
    let key = RecordKey([5; 16]);
    offer(&mut two, 0, key, 1).unwrap();
    let ran_out = two.now.plus(Span::days(1));
    two.now = ran_out.plus(Span::seconds(1));
    let backup = two.backup(0);
    two.restore(0, backup, 2);
    two.now = Timestamp(ran_out.0 - 1);
    two.connect();
    let mut shown = 0;
    two.deliver(|message| {
        if let Message::Shelf { records, .. } = message {
            shown += records.iter().filter(|record| record.content.key == key).count();
        }
        false
    });
    assert_eq!(shown, 0, "nobody would take that signature for the community's");
    assert_eq!(through(&two), two.state(0).shelf().0, "the rest of the shelf is there");
}

#[test]
fn a_peer_that_promises_shelves_without_end_is_asked_for_few_at_once() {
    let mut two = Two::new();
    two.connect();
    two.deliver_all();
    let peer = two.peer(0);
    let promise = |two: &mut Two, first: u8| {
        let named = |n: u16| [&[first][..], &n.to_be_bytes(), &[9; 29]].concat().try_into().unwrap();
        let heads = (0..1_000).map(|n| (CommunityId(named(n)), 1)).collect();
        two.handle(1, Input::Received { peer, message: Checked::Plain(Message::Heads { heads }) });
        let asked = two.under_way.drain(..).filter(|(_, message)| matches!(message, Message::Pull { .. })).count();
        (asked, two.nodes[1].machine.fetches[&peer].asked())
    };
    let most = crate::machine::fetching::MAX_PULLS;
    assert_eq!(promise(&mut two, 1), (most, most));
    assert_eq!(promise(&mut two, 2), (0, most));
    two.pass(11);
    two.under_way.clear();
    assert_eq!(promise(&mut two, 3), (most, most), "what was not answered makes room");
}
