#![expect(clippy::unwrap_used, reason = "tests")]
use super::*;
use crate::{
    id::Alias,
    key::SecretKey,
    partnership::{Payee, RefusalCode},
};

struct Two {
    a: Lanes,
    b: Lanes,
    key_a: SecretKey,
    key_b: SecretKey,
}

fn two(window: u16) -> Two {
    let account = AccountId([5; 32]);
    Two {
        a: Lanes::new(account, Side::A, window, 0),
        b: Lanes::new(account, Side::B, window, 0),
        key_a: SecretKey::from_seed(&[1; 32]),
        key_b: SecretKey::from_seed(&[2; 32]),
    }
}

fn intent(i: u8) -> Intent {
    let details = Details { salt: [i; 16], payer: Alias([1; 16]), payee: Payee::Alias(Alias([2; 16])) };
    Intent {
        exchange: ExchangeId([i; 16]),
        kind: Kind::Exchange,
        minutes: Minutes::new(60).unwrap(),
        details,
        made_at: Timestamp(1),
    }
}

impl Two {
    fn propose(&mut self, i: u8) -> Signed<Proposal> {
        self.a.intended(intent(i));
        let (proposal, details) = self.a.propose().unwrap();
        let signed = proposal.sign(&self.key_a);
        self.a.proposed(signed.unverified(), &details);
        signed
    }

    fn decide(&mut self, proposal: &Signed<Proposal>) -> Signed<Decision> {
        assert_eq!(self.b.arrived(proposal).unwrap(), Arrived::Next);
        let verdict = Verdict::Reject { code: RefusalCode::UnknownPayee };
        let decision = self.b.decide(proposal.content(), verdict).sign(&self.key_b);
        self.b.decided(proposal.unverified(), decision.unverified());
        decision
    }
}

#[test]
fn one_round_and_every_repeat_of_it() {
    let mut t = two(16);
    let proposal = t.propose(1);
    let decision = t.decide(&proposal);
    assert_eq!(t.b.arrived(&proposal).unwrap(), Arrived::Again(decision.unverified().clone()));
    assert!(t.a.learning(&decision).unwrap().is_some());
    t.a.learned(decision.content());
    assert!(t.a.learning(&decision).unwrap().is_none());
    let word = t.a.acknowledgement().unwrap().sign(&t.key_a);
    assert!(t.b.acknowledging(&word).unwrap());
    assert_eq!(t.b.acknowledged(word.content()), vec![ExchangeId([1; 16])]);
    assert!(!t.b.acknowledging(&word).unwrap());
    assert_eq!(t.b.arrived(&proposal).unwrap(), Arrived::Done);
    assert_eq!((t.a.undecided(), t.b.unconfirmed().count()), (0, 0));
}

#[test]
fn gaps_clashes_and_strangers_are_named() {
    let mut t = two(16);
    let first = t.propose(1);
    let second = t.propose(2);
    assert_eq!(t.b.arrived(&second).unwrap_err(), Rejection::OutOfOrder { expected: 0, found: 1 });
    let decision = t.decide(&first);
    let mut other = first.content().clone();
    other.minutes = Minutes::new(61).unwrap();
    assert_eq!(t.b.arrived(&other.sign(&t.key_a)).unwrap_err(), Rejection::Clash);
    let mut broken = second.content().clone();
    broken.previous = Digest::ZERO;
    assert_eq!(t.b.arrived(&broken.sign(&t.key_a)).unwrap_err(), Rejection::BrokenChain);
    let mut later = decision.content().clone();
    later.epoch = 1;
    assert_eq!(t.a.learning(&later.sign(&t.key_b)).unwrap_err(), Rejection::OtherLane);
    let mut never = decision.content().clone();
    never.proposal = Digest::ZERO;
    assert_eq!(t.a.learning(&never.sign(&t.key_b)).unwrap_err(), Rejection::UnknownProposal);
    let second_decision = t.decide(&second);
    assert_eq!(t.a.learning(&second_decision).unwrap_err(), Rejection::OutOfOrder { expected: 0, found: 1 });
}

#[test]
fn the_window_bounds_what_is_in_doubt_and_the_queue_waits() {
    let mut t = two(2);
    let first = t.propose(1);
    t.propose(2);
    t.a.intended(intent(3));
    assert!(t.a.propose().is_none());
    assert_eq!((t.a.undecided(), t.a.queued()), (2, 1));
    let decision = t.decide(&first);
    t.a.learned(decision.content());
    assert_eq!(t.a.propose().unwrap().0.exchange, ExchangeId([3; 16]));
}

#[test]
fn sync_tells_what_to_repeat() {
    let mut t = two(16);
    let proposals: Vec<_> = (1..4).map(|i| t.propose(i)).collect();
    let decision = t.decide(&proposals[0]);
    let (repeat, none) = t.a.lacking(&t.b.sync(0, SyncState::Live, [0; 16]));
    assert_eq!((repeat.len(), none.len()), (3, 0));
    let (none, repeat) = t.b.lacking(&t.a.sync(0, SyncState::Live, [0; 16]));
    assert_eq!((none.len(), repeat), (0, vec![decision.unverified().clone()]));
}
