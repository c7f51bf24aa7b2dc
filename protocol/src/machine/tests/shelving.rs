use super::*;

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
