//! Every history of two communities within small bounds: no law is broken in any state, and each comes to rest.
//!
//! `KITH_MODEL=three` lets two troubles meet over three payments, and `KITH_MODEL=large` explores wider bounds still, by hand:
//! the first takes long, the second hours and much memory.
#![expect(clippy::print_stdout, reason = "the figures are what a person wants to see")]

use kith_protocol::flaw::Flaw;
use kith_tests::model::{Bounds, Explored, Payment, explore};

/// Nothing fails: two payments one way, of which the second is refused, and one the other way.
fn calm() -> Bounds {
    let good = |minutes| Payment { minutes, known: true };
    let payments = [vec![good(40), Payment { minutes: 20, known: false }], vec![good(30)]];
    Bounds { payments, losses: 0, breaks: 0, crashes: 0, restores: 0, every_order: false, flaw: None }
}

/// Nothing fails: one payment each way, so that two troubles can meet at every point.
fn brief() -> Bounds {
    if asked_for("three") {
        return calm();
    }
    let payments = [40, 30].map(|minutes| vec![Payment { minutes, known: true }]);
    Bounds { payments, ..calm() }
}

/// Nothing fails: one side makes more payments than the window has slots.
fn crowded() -> Bounds {
    let few = Payment { minutes: 15, known: true };
    Bounds { payments: [vec![few; 3], Vec::new()], ..calm() }
}

fn asked_for(size: &str) -> bool {
    std::env::var("KITH_MODEL").is_ok_and(|asked| asked == size)
}

fn is_large() -> bool {
    asked_for("large")
}

/// Explores all histories; by hand with more trouble and in every order.
fn keeps_every_law(name: &str, bounds: Bounds) -> Explored {
    let more = |trouble: u8| if is_large() { trouble * 2 } else { trouble };
    let bounds = Bounds {
        losses: more(bounds.losses),
        breaks: more(bounds.breaks),
        crashes: more(bounds.crashes),
        restores: more(bounds.restores),
        every_order: bounds.every_order || is_large(),
        ..bounds
    };
    let explored = explore(&bounds);
    println!(
        "{name}: {} states, in {} of them nothing but trouble could follow, in {} a payment waits for a slot",
        explored.states, explored.ends, explored.waits
    );
    assert_eq!(explored.violation, None);
    assert!(explored.ends > 1, "the histories lead to more than one end");
    explored
}

#[test]
fn whatever_the_order() {
    keeps_every_law("every order", Bounds { every_order: true, ..calm() });
}

#[test]
fn whatever_message_is_lost() {
    keeps_every_law("a loss", Bounds { losses: 1, ..calm() });
}

#[test]
fn whenever_the_connection_breaks() {
    keeps_every_law("a break", Bounds { breaks: 1, ..calm() });
}

#[test]
fn whenever_a_side_crashes() {
    keeps_every_law("a crash", Bounds { crashes: 1, ..calm() });
}

#[test]
fn whenever_a_side_is_restored_to_whatever_backup() {
    keeps_every_law("a restore", Bounds { restores: 1, ..calm() });
}

#[test]
fn whenever_a_side_crashes_and_whatever_message_is_lost() {
    keeps_every_law("a loss and a crash", Bounds { losses: 1, crashes: 1, ..brief() });
}

#[test]
fn whenever_a_side_is_restored_and_whatever_message_is_lost() {
    keeps_every_law("a loss and a restore", Bounds { losses: 1, restores: 1, ..brief() });
}

#[test]
fn whatever_happens_while_a_payment_waits_for_a_slot() {
    for (name, bounds) in [
        ("a crowd and a loss", Bounds { losses: 1, ..crowded() }),
        ("a crowd and a crash", Bounds { crashes: 1, ..crowded() }),
        ("a crowd and a restore", Bounds { restores: 1, ..crowded() }),
    ] {
        assert!(keeps_every_law(name, bounds).waits > 0, "no payment ever waits for a slot");
    }
}

/// The explorer sees what a broken rule leads to.
fn finds(flaw: Flaw, bounds: Bounds, law: &str) {
    let explored = explore(&Bounds { flaw: Some(flaw), ..bounds });
    let (violation, way) = explored.violation.expect("a broken rule is noticed");
    println!("{flaw:?}: {violation:?} after {} states, by {way:?}", explored.states);
    assert_eq!(violation.law, law);
}

#[test]
fn a_second_verdict_is_noticed() {
    finds(Flaw::DecidesAgain, Bounds { breaks: 1, ..calm() }, "I1");
}

#[test]
fn a_payment_that_is_dropped_is_noticed() {
    finds(Flaw::DropsUndecided, Bounds { restores: 1, ..calm() }, "convergence");
}

#[test]
fn a_new_epoch_without_comparing_is_noticed() {
    finds(Flaw::AdoptsBlindly, Bounds { restores: 1, ..calm() }, "I3");
}

#[test]
fn a_limit_that_ignores_the_undecided_is_noticed() {
    let much = |minutes| Payment { minutes, known: true };
    let payments = [vec![much(40), much(40)], vec![much(30)]];
    finds(Flaw::LimitIgnoresUndecided, Bounds { payments, ..calm() }, "I6");
}
