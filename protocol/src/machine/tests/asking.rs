use super::*;

/// Ann of the second community asks Ann of the first for an hour.
fn asked() -> (Two, AccountId, ExchangeId) {
    let (mut two, account) = Two::partners();
    let exchange = ExchangeId([7; 16]);
    ask(&mut two, account, exchange).unwrap();
    two.deliver_all();
    (two, account, exchange)
}

fn ask(two: &mut Two, account: AccountId, exchange: ExchangeId) -> Result<Reply, Rejection> {
    let payer = two.nodes[0].machine.identity().aliases.alias(&account, &ANN);
    let minutes = Minutes::new(60).unwrap();
    two.command(1, Command::Ask { account, exchange, payee: ANN, payer, minutes })
}

fn waits(two: &Two) -> [usize; 2] {
    [0, 1].map(|i| two.state(i).waiting().len())
}

#[test]
fn a_request_is_held_and_paid() {
    let (mut two, account, _) = asked();
    assert_eq!(waits(&two), [1, 1]);
    two.pay(0, account, 7, 60).unwrap();
    two.deliver_all();
    assert_eq!(waits(&two), [0, 0]);
    assert_eq!(two.state(0).ledger().partners()[&account].net.get(), 60);
}

#[test]
fn a_no_reaches_the_asker_though_it_is_away_or_the_no_is_lost() {
    let (mut two, _, exchange) = asked();
    two.disconnect();
    two.command(0, Command::Decline { exchange }).unwrap();
    assert_eq!(two.command(0, Command::Decline { exchange }).unwrap_err(), Rejection::NotWaiting(exchange));
    two.connect();
    two.deliver(|message| matches!(message, Message::AskDeclined { .. }));
    assert_eq!(waits(&two), [1, 1]);
    two.pass(20);
    two.deliver(|message| matches!(message, Message::AskNoted { .. }));
    assert_eq!(waits(&two), [1, 0]);
    two.pass(20);
    two.deliver_all();
    assert_eq!(waits(&two), [0, 0]);
}

#[test]
fn what_was_declined_does_not_come_back() {
    let (mut two, account) = Two::partners();
    let exchange = ExchangeId([7; 16]);
    ask(&mut two, account, exchange).unwrap();
    two.deliver(|message| matches!(message, Message::AskNoted { .. }));
    two.command(0, Command::Decline { exchange }).unwrap();
    two.deliver(|message| matches!(message, Message::AskDeclined { .. }));
    two.pass(20);
    two.deliver_all();
    assert_eq!(waits(&two), [0, 0]);
}

#[test]
fn an_id_that_came_to_its_end_is_not_held_again() {
    let (mut two, account) = Two::partners();
    let exchange = ExchangeId([7; 16]);
    let (mut terms, consents) = two.payment(0, account, exchange, 60).into_parts();
    terms.payee = Payee::Alias(crate::id::Alias([9; 16]));
    let terms = Agreed::from_own_journal(terms, consents);
    two.command(0, Command::Pay { terms, salt: [7; 16] }).unwrap();
    two.deliver_all();
    assert!(two.state(0).ledger().holds().is_empty() && two.is_quiet(&account), "refused and released");
    ask(&mut two, account, exchange).unwrap();
    two.deliver_all();
    assert_eq!(waits(&two), [0, 0]);
}
