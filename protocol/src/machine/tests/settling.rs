use super::*;
use crate::{ledger::ExchangeTerms, minutes::Balance};

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
    // A look into the partner's ledger follows, once.
    two.pass(20);
    two.deliver_all();
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

#[test]
fn what_is_on_hold_counts_towards_the_ceiling_because_it_may_come_back() {
    let (mut two, account) = Two::partners();
    let mut charter = two.state(0).ledger().charter().unwrap().clone();
    charter.ceiling = Some(Balance::new(60).unwrap());
    two.command(0, Command::ChangeCharter { charter, by: COORDINATOR }).unwrap();
    two.pay(0, account, 1, 60).unwrap();
    let earn = |two: &mut Two, exchange: u8, minutes| {
        let terms = ExchangeTerms {
            community: two.nodes[0].machine.identity().community,
            exchange: ExchangeId([exchange; 16]),
            giver: ANN,
            receiver: COORDINATOR,
            minutes: Minutes::new(minutes).unwrap(),
            made_at: two.now,
            details: None,
        };
        let word = Some(Consent::OnBehalf { coordinator: COORDINATOR, channel: Channel::Phone });
        two.command(0, Command::Exchange(Agreed::from_own_journal(terms, vec![word.clone(), word])))
    };
    let over = Rejection::MemberCeiling { member: ANN, balance: 61, ceiling: 60 };
    assert_eq!(earn(&mut two, 2, 61).unwrap_err(), over);
    earn(&mut two, 3, 60).unwrap();
}

#[test]
fn only_what_was_accepted_is_said_to_be_settled() {
    let (mut two, account) = Two::partners();
    two.pay(0, account, 1, 60).unwrap();
    let (mut terms, consents) = two.payment(0, account, ExchangeId([2; 16]), 30).into_parts();
    terms.payee = Payee::Alias(crate::id::Alias([9; 16]));
    two.command(0, Command::Pay { terms: Agreed::from_own_journal(terms, consents), salt: [2; 16] }).unwrap();
    two.deliver_all();
    assert!(two.is_quiet(&account));
    let settled = two.nodes[1].notices.iter().filter(|notice| matches!(notice, Notice::Settled { .. }));
    assert_eq!(settled.collect::<Vec<_>>(), [&Notice::Settled { exchange: ExchangeId([1; 16]) }]);
}
