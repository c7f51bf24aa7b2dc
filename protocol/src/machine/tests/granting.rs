//! What each side grants after the agreement.
use super::*;
use crate::{
    machine::granting::MAX_GRANTS_A_DAY,
    partnership::{Granted, RefusalCode},
};

fn granted(two: &Two, i: usize, account: &AccountId) -> Granted {
    let partner = &two.state(i).ledger().partners()[account];
    Granted::agreed(&partner.terms, partner.side)
}

impl Two {
    fn grant(&mut self, i: usize, account: AccountId, granted: Granted) -> Result<Reply, Rejection> {
        self.command(i, Command::ChangePartnership { account, granted, by: COORDINATOR })
    }
}

#[test]
fn a_limit_is_what_the_other_side_granted_last() {
    let (mut two, account) = Two::partners();
    let before = granted(&two, 0, &account);
    two.grant(0, account, Granted { limit: 60, ..before }).unwrap();
    two.deliver_all();
    assert_eq!(two.grant(0, account, Granted { limit: 60, ..before }).unwrap_err(), Rejection::NothingChanges);
    let partner = two.state(1).ledger().partners()[&account].clone();
    assert_eq!((partner.limit(partner.side), partner.limit(partner.side.other()) > 60), (60, true));
    two.pay(1, account, 1, 50).unwrap();
    two.deliver_all();
    let beyond = Rejection::PartnershipLimit { would_be: 61, limit: 60 };
    assert_eq!(two.pay(1, account, 2, 11).unwrap_err(), beyond);
    two.grant(0, account, Granted { limit: 61, ..before }).unwrap();
    two.deliver_all();
    two.pay(1, account, 3, 11).unwrap();
    two.deliver_all();
    assert!(two.is_quiet(&account));
    assert_eq!(two.nets(&account).map(i64::abs), [61, 61]);
    let huge = Granted { limit: u64::MAX, ..before };
    assert!(matches!(two.grant(0, account, huge).unwrap_err(), Rejection::BadAgreement(_)));
}

#[test]
fn what_was_paid_before_a_pause_goes_on_and_nothing_new_does() {
    let (mut two, account) = Two::partners();
    let before = granted(&two, 0, &account);
    two.disconnect();
    two.pay(1, account, 1, 10).unwrap();
    two.now = two.now.plus(Span::seconds(5));
    two.grant(0, account, Granted { gives: false, ..before }).unwrap();
    two.now = two.now.plus(Span::seconds(5));
    // Nobody there has heard of the pause yet.
    two.pay(1, account, 2, 10).unwrap();
    // The other way stays open.
    two.pay(0, account, 3, 4).unwrap();
    two.connect();
    two.deliver_all();
    two.pass(20);
    two.deliver_all();
    assert!(two.is_quiet(&account));
    assert_eq!(two.nets(&account).map(i64::abs), [6, 6], "the first and the third");
    let refused = RefusalCode::Paused.sentence();
    assert!(refused.contains("paused"));
    assert_eq!(two.pay(1, account, 4, 10).unwrap_err(), Rejection::PartnershipPaused);
    two.pay(0, account, 5, 4).unwrap();
    two.grant(0, account, before).unwrap();
    two.deliver_all();
    two.pay(1, account, 6, 10).unwrap();
    two.deliver_all();
    assert!(two.is_quiet(&account));
}

#[test]
fn a_side_that_receives_nothing_more_pays_nothing_more() {
    let (mut two, account) = Two::partners();
    let before = granted(&two, 0, &account);
    two.grant(0, account, Granted { receives: false, ..before }).unwrap();
    assert_eq!(two.pay(0, account, 1, 10).unwrap_err(), Rejection::PartnershipPaused);
    two.deliver_all();
    two.pay(1, account, 2, 10).unwrap();
    let payer = two.nodes[0].machine.identity().aliases.alias(&account, &ANN);
    let (exchange, minutes) = (ExchangeId([9; 16]), Minutes::new(20).unwrap());
    let ask = Command::Ask { account, exchange, payee: ANN, payer: Some(payer), minutes, reverses: None };
    assert_eq!(two.command(1, ask).unwrap_err(), Rejection::PartnershipPaused);
}

#[test]
fn an_ended_partnership_finishes_and_can_be_taken_up_again() {
    let (mut two, account) = Two::partners();
    let before = granted(&two, 1, &account);
    two.pay(0, account, 1, 10).unwrap();
    two.now = two.now.plus(Span::seconds(5));
    two.grant(1, account, Granted { ended: true, ..before }).unwrap();
    two.deliver_all();
    two.pass(20);
    two.deliver_all();
    assert!(two.is_quiet(&account));
    assert_eq!(two.nets(&account).map(i64::abs), [10, 10]);
    for i in [0, 1] {
        assert_eq!(two.pay(i, account, 2, 10).unwrap_err(), Rejection::PartnershipEnded);
    }
    two.grant(1, account, before).unwrap();
    two.deliver_all();
    two.pay(0, account, 3, 10).unwrap();
}

#[test]
fn a_word_that_was_lost_is_said_again_and_an_old_one_changes_nothing() {
    let (mut two, account) = Two::partners();
    let before = granted(&two, 0, &account);
    let mut old = None;
    two.grant(0, account, Granted { limit: 60, ..before }).unwrap();
    two.deliver(|message| {
        if matches!(message, Message::Grant(_)) {
            old.get_or_insert(message.clone());
        }
        matches!(message, Message::Grant(_))
    });
    two.grant(0, account, Granted { limit: 30, ..before }).unwrap();
    two.deliver(|message| matches!(message, Message::Grant(_)));
    let limit = |two: &Two| {
        let partner = &two.state(1).ledger().partners()[&account];
        partner.limit(partner.side)
    };
    assert!(limit(&two) > 60);
    two.disconnect();
    two.connect();
    two.deliver_all();
    assert_eq!(limit(&two), 30);
    two.under_way.push_back((1, old.unwrap()));
    two.deliver_all();
    assert_eq!(limit(&two), 30);
}

#[test]
fn nobody_grants_for_the_other_side() {
    let (mut two, account) = Two::partners();
    let before = granted(&two, 0, &account);
    two.grant(0, account, Granted { limit: 60, ..before }).unwrap();
    let (to, message) = two.under_way.iter().find(|(_, m)| matches!(m, Message::Grant(_))).unwrap().clone();
    let Message::Grant(mut forged) = message else { unreachable!() };
    forged.grant.content.granted.limit = 6_000;
    forged.grant.content.n += 1;
    two.under_way.clear();
    two.under_way.push_back((to, Message::Grant(forged)));
    let entries = two.state(1).ledger().tree().size();
    two.deliver_all();
    assert_eq!(two.state(1).ledger().tree().size(), entries);
}

#[test]
fn a_partner_that_changes_its_mind_all_day_is_heard_again_the_next() {
    let (mut two, account) = Two::partners();
    let before = granted(&two, 0, &account);
    let limit = |two: &Two| {
        let partner = &two.state(1).ledger().partners()[&account];
        u64::try_from(partner.limit(partner.side)).unwrap()
    };
    let most = u64::try_from(MAX_GRANTS_A_DAY).unwrap();
    for more in 0..most + 5 {
        two.grant(0, account, Granted { limit: 1_000 + more, ..before }).unwrap();
        two.deliver_all();
    }
    assert_eq!(limit(&two), 1_000 + most - 1);
    two.now = two.now.plus(Span::days(1));
    two.pass(120);
    two.deliver_all();
    assert_eq!(limit(&two), 1_000 + most + 4);
}
