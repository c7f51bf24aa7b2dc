//! What a partner may have us record within a day.

use super::*;
use crate::machine::MAX_CLOSINGS_A_DAY;

/// A session in which the first says that it is an epoch further than it is.
fn boast(two: &mut Two) {
    two.disconnect();
    two.connect();
    let mut boasted = false;
    while let Some((to, mut message)) = two.under_way.pop_front() {
        if let (1, Message::Sync(sync), false) = (to, &mut message, boasted) {
            sync.epoch += 1;
            boasted = true;
        }
        two.arrives(to, message);
    }
}

#[test]
fn a_partner_that_closes_the_lanes_all_day_is_heard_again_the_next() {
    let (mut two, account) = Two::partners();
    let most = u32::try_from(MAX_CLOSINGS_A_DAY).unwrap();
    boast(&mut two);
    let begun = two.state(1).lanes()[&account].epoch();
    for _ in 1..most {
        boast(&mut two);
    }
    two.mirrored(&account, begun + most - 1);
    let recorded = |two: &Two| two.nodes.iter().map(|node| node.view.entries().len()).sum::<usize>();
    let before = recorded(&two);
    for _ in 0..5 {
        boast(&mut two);
    }
    assert_eq!(recorded(&two), before);
    // With the truth they go on, and trade.
    two.disconnect();
    two.meet();
    two.pay(0, account, 1, 30).unwrap();
    two.deliver_all();
    two.mirrored(&account, begun + most - 1);
    two.now = two.now.plus(Span::days(1));
    boast(&mut two);
    two.mirrored(&account, begun + most);
}

#[test]
fn whoever_lost_something_is_answered_a_hundred_times_a_day() {
    let (mut two, account) = Two::partners();
    let before = two.backup(1);
    two.pay(0, account, 1, 30).unwrap();
    two.deliver_all();
    let epoch = |two: &Two| two.state(0).lanes()[&account].epoch();
    let back = |two: &mut Two| {
        two.now = two.now.plus(Span::seconds(1));
        two.roll_back(1, before.clone());
        two.connect();
        two.deliver_all();
    };
    back(&mut two);
    let begun = epoch(&two);
    // The disk goes back so often that nobody can mean well.
    for _ in 0..MAX_CLOSINGS_A_DAY + 5 {
        back(&mut two);
    }
    let most = u32::try_from(MAX_CLOSINGS_A_DAY).unwrap();
    assert_eq!(epoch(&two), begun + most - 1);
    two.now = two.now.plus(Span::days(1));
    two.disconnect();
    two.meet();
    two.mirrored(&account, begun + most);
}
