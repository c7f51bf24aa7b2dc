use super::*;

/// Whatever is lost once on a connection that stands, the next repeat settles it.
fn settles_without(lost: fn(&Message) -> bool) {
    let (mut two, account) = Two::partners();
    two.pay(0, account, 1, 60).unwrap();
    two.deliver(lost);
    assert!(!two.is_quiet(&account), "the loss shows");
    two.pass(20);
    two.deliver_all();
    assert!(two.is_quiet(&account));
    let nets = [0, 1].map(|i| two.state(i).ledger().partners()[&account].net.get());
    assert_eq!(nets, [60, -60]);
    two.pass(20);
    assert!(two.under_way.is_empty(), "nothing more to say: {:?}", two.under_way);
}

#[test]
fn a_lost_proposal_is_proposed_again() {
    settles_without(|message| matches!(message, Message::Propose { .. }));
}

#[test]
fn a_lost_decision_is_sent_again() {
    settles_without(|message| matches!(message, Message::Decide(_)));
}

#[test]
fn a_lost_acknowledgement_is_given_again() {
    settles_without(|message| matches!(message, Message::Acknowledge(_)));
}

#[test]
fn a_gap_is_mended_without_waiting() {
    let (mut two, account) = Two::partners();
    two.pay(0, account, 1, 10).unwrap();
    two.under_way.clear();
    two.pay(0, account, 2, 10).unwrap();
    two.deliver_all();
    assert!(two.is_quiet(&account), "the partner asked for what it had missed");
    let nets = [0, 1].map(|i| two.state(i).ledger().partners()[&account].net.get());
    assert_eq!(nets, [20, -20]);
}
