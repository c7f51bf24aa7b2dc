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
    two.command(1, Command::Ask { account, exchange, payee: ANN, payer: Some(payer), minutes, reverses: None })
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

impl Two {
    /// Ann of side `i` asks the other side to give an exchange back.
    fn ask_back(
        &mut self,
        i: usize,
        account: AccountId,
        exchange: u8,
        of: u8,
        minutes: i64,
    ) -> Result<Reply, Rejection> {
        let (exchange, minutes) = (ExchangeId([exchange; 16]), Minutes::new(minutes).unwrap());
        let reverses = Some(ExchangeId([of; 16]));
        self.command(i, Command::Ask { account, exchange, payee: ANN, payer: None, minutes, reverses })
    }

    /// Whoever is asked on side `i` agrees.
    fn give_back(&mut self, i: usize, exchange: u8) -> Result<Reply, Rejection> {
        let waiting = self.state(i).waiting()[&ExchangeId([exchange; 16])].clone();
        let WaitingKind::Payment { account, payer, payee, minutes, reverses } = waiting.kind else { panic!("asked") };
        let (terms, consents) = self.payment(i, account, ExchangeId([exchange; 16]), 1).into_parts();
        let terms = PaymentTerms { payer, payee, minutes, reverses, ..terms };
        let terms = Agreed::from_own_journal(terms, consents);
        self.command(i, Command::Pay { terms, salt: [exchange; 16] })
    }
}

#[test]
fn an_exchange_is_given_back_once_when_both_members_want_it() {
    let (mut two, account) = Two::partners();
    two.pay(0, account, 1, 60).unwrap();
    two.deliver_all();
    let no = |why| Err(Rejection::NotReversible(ExchangeId([1; 16]), why));
    assert_eq!(two.ask_back(0, account, 2, 1, 61), no("it was shorter"));
    assert_eq!(two.ask_back(1, account, 2, 1, 60), no("it was between others"));
    two.ask_back(0, account, 2, 1, 60).unwrap();
    two.deliver_all();
    two.give_back(1, 2).unwrap();
    two.deliver_all();
    assert!(two.is_quiet(&account));
    assert_eq!(two.state(0).ledger().partners()[&account].net.get(), 0);
    assert_eq!(two.ask_back(0, account, 3, 1, 60), no("it was given back already"));
    assert_eq!(
        two.ask_back(1, account, 3, 2, 60),
        Err(Rejection::NotReversible(ExchangeId([2; 16]), "it gives another one back itself"))
    );
    (0..2).for_each(|i| drop(two.audit(i)));
}

#[test]
fn nobody_gives_back_what_was_not_asked_for() {
    let (mut two, account) = Two::partners();
    two.pay(0, account, 1, 60).unwrap();
    two.deliver_all();
    let (terms, consents) = two.payment(1, account, ExchangeId([2; 16]), 60).into_parts();
    let terms = PaymentTerms { reverses: Some(ExchangeId([1; 16])), ..terms };
    let pay = |two: &mut Two| {
        let terms = Agreed::from_own_journal(terms.clone(), consents.clone());
        two.command(1, Command::Pay { terms, salt: [2; 16] })
    };
    assert_eq!(pay(&mut two), Err(Rejection::NotWaiting(ExchangeId([2; 16]))));
    // Asked for, taken back by the asker, and paid all the same: refused, and the minutes return.
    two.ask_back(0, account, 2, 1, 60).unwrap();
    two.deliver_all();
    two.command(0, Command::Decline { exchange: ExchangeId([2; 16]) }).unwrap();
    two.give_back(1, 2).unwrap();
    two.deliver_all();
    assert_eq!(two.state(0).ledger().partners()[&account].net.get(), 60);
    assert!(two.state(1).ledger().holds().is_empty());
    // It can still be given back another time.
    two.ask_back(0, account, 4, 1, 20).unwrap();
    two.deliver_all();
    two.give_back(1, 4).unwrap();
    two.deliver_all();
    assert_eq!(two.state(0).ledger().partners()[&account].net.get(), 40);
    (0..2).for_each(|i| drop(two.audit(i)));
}
