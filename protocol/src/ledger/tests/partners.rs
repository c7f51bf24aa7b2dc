//! Partnerships, and the minutes that cross under them.

use super::fixture::{
    Town, Way, agreement, balance, befriend, charter, decided_body, exchange_id, member, minutes, received_body,
    signed, spoken, terms,
};
use crate::{
    envelope::Content,
    id::{AccountId, MemberId},
    key::{BadKey, SecretKey},
    ledger::{Account, Authority, Body, Channel, PaymentTerms},
    minutes::{BadMinutes, MAX_BALANCE},
    partnership::{Agreement, Decision, MAX_LIMIT, MAX_WINDOW, Proposal, Terms},
    rejection::Rejection,
    time::Timestamp,
};

/// Two friends, and the lanes that each of them writes.
struct Two {
    one: Town,
    two: Town,
    account: AccountId,
    ways: (Way, Way),
}

fn two() -> Two {
    let (mut one, mut two) = (Town::with_members(1, 3), Town::with_members(2, 3));
    let account = befriend(&mut one, &mut two);
    let ways = (Way::of(&one, account), Way::of(&two, account));
    Two { one, two, account, ways }
}

impl Two {
    fn net(&self) -> i64 {
        self.one.ledger.balance(&Account::Partner(self.account)).get()
    }

    fn on_hold(&self) -> i64 {
        self.one.ledger.balance(&Account::OnHold(self.account)).get()
    }

    /// Holds, proposes and settles.
    fn pay(&mut self, id: u64, payer: u8, length: u32) {
        self.one.enter(self.one.hold(self.account, id, payer, length)).unwrap();
        let settled = self.ways.0.decided(&self.one, &self.two, id, length, true);
        self.one.enter(settled).unwrap();
    }

    fn receive(&mut self, id: u64, payee: u8, length: u32) {
        let received = self.ways.1.received(&self.two, &self.one, payee, id, length);
        self.one.enter(received).unwrap();
    }
}

#[test]
fn an_agreement_is_between_us_and_one_other_and_with_our_key() {
    let (mut one, mut two, three) = (Town::new(1), Town::new(2), Town::new(3));
    let agreed = |agreement: Agreement| Body::PartnershipAgreed { agreement: Box::new(agreement) };
    assert_eq!(one.refusal(agreed(agreement(&two, &three, terms(&two, &three)))), Rejection::OtherCommunity);
    let mut rotated = one.clone();
    rotated.secret = SecretKey::from_seed(&[50; 32]);
    rotated.certificate = super::fixture::certificate(&SecretKey::from_seed(&[1; 32]), rotated.secret.public(), 2);
    // A key of ours that this ledger lost counts: the root key's word is enough.
    let mut later = one.clone();
    later.enter(agreed(agreement(&rotated, &two, terms(&one, &two)))).unwrap();
    assert_eq!(later.ledger.certificates().len(), 2);
    rotated.certificate = super::fixture::certificate(&SecretKey::from_seed(&[9; 32]), rotated.secret.public(), 2);
    assert!(
        one.ledger.validate(Timestamp(9), agreed(agreement(&rotated, &two, terms(&one, &two))), &one.past).is_err()
    );
    befriend(&mut one, &mut two);
    let again = Terms { nonce: [8; 16], ..terms(&one, &two) };
    assert_eq!(one.refusal(agreed(agreement(&one, &two, again))), Rejection::PartnershipExists);
    // A second partner is another matter.
    one.enter(agreed(agreement(&one, &three, terms(&one, &three)))).unwrap();
    assert_eq!(one.ledger.partners().len(), 2);
    let (account, partner) = one.ledger.partner_of(&three.community).unwrap();
    assert_eq!((*account, partner.key), (terms(&one, &three).account(), three.secret.public()));
    assert_eq!((partner.entry, partner.community()), (2, three.community));
}

#[test]
fn the_terms_and_signatures_of_an_agreement_are_judged() {
    let (one, two) = (Town::new(1), Town::new(2));
    let with = |change: &dyn Fn(&mut Terms)| {
        let mut changed = terms(&one, &two);
        change(&mut changed);
        one.refusal(Body::PartnershipAgreed { agreement: Box::new(agreement(&one, &two, changed)) })
    };
    assert_eq!(with(&|t| t.v = 2), Rejection::UnknownVersion(2));
    let disordered = Rejection::BadAgreement("the two communities are not in order");
    assert_eq!(with(&|t| std::mem::swap(&mut t.a, &mut t.b)), disordered);
    assert_eq!(with(&|t| t.b = t.a), disordered);
    let uncountable = Rejection::BadAgreement("a limit is larger than can be counted");
    assert_eq!(with(&|t| t.limit_a = MAX_LIMIT + 1), uncountable);
    assert_eq!(with(&|t| t.limit_b = u64::MAX), uncountable);
    let window = Rejection::BadAgreement("the window is not between 1 and 256");
    assert_eq!(with(&|t| t.window = 0), window);
    assert_eq!(with(&|t| t.window = MAX_WINDOW + 1), window);
    let good = agreement(&one, &two, terms(&one, &two));
    let wrong = Rejection::BadKey(BadKey::WrongSignature);
    let refusal = |agreement: Agreement| one.refusal(Body::PartnershipAgreed { agreement: Box::new(agreement) });
    assert_eq!(refusal(Agreement { signature_a: good.signature_b, ..good.clone() }), wrong);
    assert_eq!(refusal(Agreement { signature_b: good.signature_a, ..good.clone() }), wrong);
    let foreign = Rejection::BadAgreement("a certificate is of another community");
    assert_eq!(refusal(Agreement { certificate_a: good.certificate_b.clone(), ..good.clone() }), foreign);
    assert_eq!(refusal(Agreement { certificate_b: good.certificate_a.clone(), ..good.clone() }), foreign);
    let mut late = good.clone();
    late.terms.made_at = Timestamp(6);
    assert_eq!(refusal(late), wrong);
}

#[test]
fn minutes_go_on_hold_and_are_paid_or_come_back() {
    let mut t = two();
    t.one.enter(t.one.hold(t.account, 1, 1, 60)).unwrap();
    t.one.enter(t.one.hold(t.account, 2, 2, 40)).unwrap();
    assert_eq!((t.one.balance(1), t.one.balance(2), t.on_hold(), t.net()), (-60, -40, 100, 0));
    t.one.enter(t.ways.0.decided(&t.one, &t.two, 1, 60, true)).unwrap();
    assert_eq!((t.one.balance(1), t.on_hold(), t.net()), (-60, 40, 60));
    t.one.enter(t.ways.0.decided(&t.one, &t.two, 2, 40, false)).unwrap();
    assert_eq!((t.one.balance(2), t.on_hold(), t.net()), (0, 0, 60));
    t.receive(9, 3, 25);
    assert_eq!((t.one.balance(3), t.on_hold(), t.net()), (25, 0, 35));
    assert!(t.one.ledger.holds().is_empty());
}

#[test]
fn what_no_payment_may_be() {
    let mut t = two();
    let hold = |change: &dyn Fn(&mut PaymentTerms)| {
        let mut terms = t.one.payment(t.account, 1, 1, 60);
        change(&mut terms);
        t.one.refusal(Body::Hold { payer: signed(terms.payer, &terms), terms })
    };
    assert_eq!(hold(&|p| p.community = t.two.community), Rejection::OtherCommunity);
    let unknown = AccountId([1; 32]);
    assert_eq!(hold(&|p| p.account = unknown), Rejection::UnknownPartnership(unknown));
    assert_eq!(hold(&|p| p.payer = member(9)), Rejection::UnknownMember(member(9)));
    assert_eq!(hold(&|p| p.minutes = minutes(481)), Rejection::ExchangeTooLong { minutes: 481, limit: 480 });
    let by = |coordinator: MemberId| {
        let terms = t.one.payment(t.account, 1, 1, 60);
        Body::Hold { payer: Authority::OnBehalf { coordinator, channel: Channel::Phone }, terms }
    };
    assert_eq!(t.one.refusal(by(member(2))), Rejection::NotCoordinator(member(2)));
    t.one.change(|charter| charter.largest_exchange = minutes(1_000));
    let too_long = Rejection::PartnershipExchangeTooLong { minutes: 481, limit: 480 };
    assert_eq!(t.one.refusal(t.one.hold(t.account, 1, 1, 481)), too_long);
    t.one.enter(t.one.hold(t.account, 1, 1, 480)).unwrap();
    let beyond = Rejection::MemberFloor { member: member(1), balance: -601, floor: -600 };
    assert_eq!(t.one.refusal(t.one.hold(t.account, 2, 1, 121)), beyond);
    assert_eq!(t.one.refusal(t.one.hold(t.account, 1, 2, 10)), Rejection::ExchangeExists(exchange_id(1)));
    let terms = t.one.payment(t.account, 2, 1, 120);
    t.one.enter(Body::Hold { payer: spoken(), terms }).unwrap();
}

#[test]
fn our_limit_counts_what_the_partner_has_not_decided() {
    let mut t = two();
    t.pay(1, 1, 400);
    t.one.enter(t.one.hold(t.account, 2, 2, 400)).unwrap();
    let limit = |would_be| Rejection::PartnershipLimit { would_be, limit: 900 };
    assert_eq!(t.one.refusal(t.one.hold(t.account, 3, 3, 101)), limit(901));
    t.one.enter(t.one.hold(t.account, 3, 3, 100)).unwrap();
    assert_eq!(t.one.refusal(t.one.hold(t.account, 4, 3, 1)), limit(901));
    // What is refused makes room, and so does what we receive.
    t.one.enter(t.ways.0.decided(&t.one, &t.two, 2, 400, false)).unwrap();
    t.receive(10, 1, 50);
    t.one.enter(t.one.hold(t.account, 4, 2, 450)).unwrap();
    assert_eq!(t.one.refusal(t.one.hold(t.account, 5, 3, 1)), limit(901));
}

#[test]
fn three_quarters_of_a_limit_are_near_it() {
    let near = |t: &Two| t.one.ledger.partners()[&t.account].is_near_limit();
    // Ours is 900 minutes, and what is on hold counts.
    let mut t = two();
    assert!(!near(&t));
    t.pay(1, 1, 374);
    t.one.enter(t.one.hold(t.account, 2, 2, 300)).unwrap();
    assert!(!near(&t));
    t.one.enter(t.one.hold(t.account, 3, 3, 1)).unwrap();
    assert!(near(&t));
    t.one.enter(t.ways.0.decided(&t.one, &t.two, 2, 300, false)).unwrap();
    assert!(!near(&t));
    t.one.enter(t.one.hold(t.account, 4, 2, 480)).unwrap();
    t.one.enter(t.one.hold(t.account, 5, 3, 45)).unwrap();
    assert!(near(&t));
    // Theirs is, too. What is on hold gives it no room.
    let mut t = two();
    t.receive(10, 1, 480);
    t.receive(11, 2, 194);
    assert!(!near(&t));
    t.receive(12, 3, 1);
    assert!(near(&t));
    t.one.enter(t.one.hold(t.account, 13, 3, 10)).unwrap();
    assert!(near(&t));
    t.pay(14, 1, 1);
    assert!(!near(&t));
    t.receive(15, 2, 226);
    assert!(near(&t));
}

#[test]
fn what_no_receipt_may_be() {
    let mut t = two();
    let receipt = |t: &Two, change: &dyn Fn(&mut Proposal)| {
        let mut proposal = t.ways.1.draft(1, 60);
        change(&mut proposal);
        t.one.refusal(received_body(&t.one, 1, proposal.sign(&t.two.secret).into_unverified()))
    };
    assert_eq!(receipt(&t, &|p| p.v = 2), Rejection::UnknownVersion(2));
    let unknown = AccountId([1; 32]);
    assert_eq!(receipt(&t, &|p| p.account = unknown), Rejection::UnknownPartnership(unknown));
    assert_eq!(receipt(&t, &|p| p.lane = p.lane.other()), Rejection::OtherLane);
    assert_eq!(receipt(&t, &|p| p.debtor = p.debtor.other()), Rejection::OtherLane);
    let too_long = Rejection::PartnershipExchangeTooLong { minutes: 481, limit: 480 };
    assert_eq!(receipt(&t, &|p| p.minutes = minutes(481)), too_long);
    let nobody = received_body(&t.one, 9, t.ways.1.draft(1, 60).sign(&t.two.secret).into_unverified());
    assert_eq!(t.one.refusal(nobody), Rejection::UnknownMember(member(9)));
    // Their limit, counted from our side: what we owe them leaves more room.
    t.receive(10, 1, 480);
    t.receive(11, 2, 400);
    assert_eq!(receipt(&t, &|p| p.minutes = minutes(21)), Rejection::PartnershipLimit { would_be: 901, limit: 900 });
    t.pay(12, 3, 30);
    assert_eq!(receipt(&t, &|p| p.minutes = minutes(51)), Rejection::PartnershipLimit { would_be: 901, limit: 900 });
    // Minutes that we only hold may never be paid, so they leave no room.
    t.one.enter(t.one.hold(t.account, 13, 3, 30)).unwrap();
    assert_eq!(receipt(&t, &|p| p.minutes = minutes(51)), Rejection::PartnershipLimit { would_be: 901, limit: 900 });
    t.one.change(|charter| charter.ceiling = Some(balance(500)));
    assert_eq!(
        receipt(&t, &|p| p.minutes = minutes(21)),
        Rejection::MemberCeiling { member: member(1), balance: 501, ceiling: 500 }
    );
    t.receive(14, 1, 20);
    assert_eq!(receipt(&t, &|p| p.exchange = exchange_id(14)), Rejection::ExchangeExists(exchange_id(14)));
}

#[test]
fn a_decision_must_fit_what_is_on_hold() {
    let mut t = two();
    t.one.enter(t.one.hold(t.account, 1, 1, 60)).unwrap();
    let decided = |proposal: &dyn Fn(&mut Proposal), decision: &dyn Fn(&mut Decision), accept: bool| {
        let mut p = t.ways.0.draft(1, 60);
        proposal(&mut p);
        let mut d = t.ways.0.verdict(&t.two, &p, accept);
        decision(&mut d);
        t.one.refusal(decided_body(p.sign(&t.one.secret).into_unverified(), d.sign(&t.two.secret).into_unverified()))
    };
    for accept in [true, false] {
        let unknown = Rejection::UnknownExchange(exchange_id(2));
        assert_eq!(decided(&|p| p.exchange = exchange_id(2), &|_| (), accept), unknown);
        assert_eq!(decided(&|p| p.v = 9, &|_| (), accept), Rejection::UnknownVersion(9));
        assert_eq!(decided(&|_| (), &|d| d.v = 0, accept), Rejection::UnknownVersion(0));
        let proposals: [&dyn Fn(&mut Proposal); 4] =
            [&|p| p.account = AccountId([1; 32]), &|p| p.minutes = minutes(59), &|p| p.lane = p.lane.other(), &|p| {
                p.debtor = p.debtor.other()
            }];
        for (number, change) in proposals.into_iter().enumerate() {
            assert_eq!(decided(change, &|_| (), accept), Rejection::UnknownProposal, "proposal {number}");
        }
        let decisions: [&dyn Fn(&mut Decision); 5] =
            [&|d| d.account = AccountId([1; 32]), &|d| d.epoch = 1, &|d| d.lane = d.lane.other(), &|d| d.n = 1, &|d| {
                d.proposal.0[31] ^= 1
            }];
        for (number, change) in decisions.into_iter().enumerate() {
            assert_eq!(decided(&|_| (), change, accept), Rejection::UnknownProposal, "decision {number}");
        }
    }
    // An acceptance is no release and a refusal no settlement.
    for accept in [true, false] {
        let body = match t.ways.0.clone().decided(&t.one, &t.two, 1, 60, accept) {
            Body::Settle { proposal, decision } => Body::Release { proposal, decision },
            Body::Release { proposal, decision } => Body::Settle { proposal, decision },
            other => other,
        };
        assert_eq!(t.one.refusal(body), Rejection::UnknownProposal);
    }
    // Once decided, it is decided.
    let settled = t.ways.0.decided(&t.one, &t.two, 1, 60, true);
    t.one.enter(settled.clone()).unwrap();
    assert_eq!(t.one.refusal(settled), Rejection::UnknownExchange(exchange_id(1)));
}

#[test]
fn hours_that_cross_stay_countable() {
    let mut t = two();
    t.one.enter(t.one.opening(1, MAX_BALANCE)).unwrap();
    let body = t.ways.1.clone().received(&t.two, &t.one, 1, 1, 1);
    assert_eq!(t.one.refusal(body), Rejection::BadMinutes(BadMinutes::Overflow));
    // The longest terms of all do not overflow either.
    assert_eq!(Terms { limit_a: MAX_LIMIT, ..terms(&t.one, &t.two) }.check(), Ok(()));
    assert_eq!(charter().check(), Ok(()));
}
