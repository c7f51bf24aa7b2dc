use super::*;
use crate::{
    ledger::{Account, Body},
    partnership::{Complaint, DisputeHeads, MAX_STATEMENTS, Outcome, Statement, Words},
};

const PAID: ExchangeId = ExchangeId([7; 16]);

/// Ann of the first paid Ann of the second an hour.
fn paid() -> (Two, AccountId) {
    let (mut two, account) = Two::partners();
    two.pay(0, account, 7, 60).unwrap();
    two.deliver_all();
    (two, account)
}

impl Two {
    fn act(&mut self, i: usize, deed: DisputeDeed) -> Result<Reply, Rejection> {
        self.command(i, Command::Dispute { exchange: PAID, deed, by: COORDINATOR })
    }

    fn open(&mut self, i: usize) -> Result<Reply, Rejection> {
        let text = Some(Words::new("It was half an hour.").unwrap());
        self.act(i, DisputeDeed::Open { complaint: Complaint::Hours, text })
    }

    fn say(&mut self, i: usize, text: &str) -> Result<Reply, Rejection> {
        self.act(i, DisputeDeed::Say { text: Words::new(text).unwrap() })
    }

    fn suggest(&mut self, i: usize, outcome: Outcome) -> Result<Reply, Rejection> {
        self.act(i, DisputeDeed::Suggest { outcome })
    }

    /// How many statements each side holds: its own and the other's.
    fn held(&self) -> [(usize, usize); 2] {
        [0, 1].map(|i| self.state(i).disputes().get(&PAID).map_or((0, 0), |d| (d.ours.len(), d.theirs.len())))
    }

    fn outcomes(&self) -> [Vec<Outcome>; 2] {
        [0, 1].map(|i| {
            let entries = self.nodes[i].view.entries().iter();
            let closed = entries.filter_map(|entry| match &entry.body {
                Body::DisputeClosed { closing, .. } => Some(closing.content.outcome),
                _ => None,
            });
            closed.collect()
        })
    }
}

#[test]
fn both_talk_and_end_it_together() {
    for closer in [0, 1] {
        let (mut two, account) = paid();
        let before = [0, 1].map(|i| two.state(i).ledger().balance(&Account::Partner(account)));
        two.open(1).unwrap();
        two.deliver_all();
        two.say(0, "It was an hour, I was there.").unwrap();
        two.deliver_all();
        assert_eq!(two.held(), [(1, 2), (2, 1)]);
        assert!(two.state(0).disputes()[&PAID].complaint() == Some((Complaint::Hours, false)));
        two.suggest(closer, Outcome::SetAside).unwrap();
        two.deliver_all();
        two.suggest(1 - closer, Outcome::Stands).unwrap();
        two.deliver_all();
        assert_eq!(two.outcomes(), [vec![], vec![]], "they suggest different things");
        two.suggest(closer, Outcome::Stands).unwrap();
        two.deliver_all();
        assert_eq!(two.outcomes(), [vec![Outcome::Stands], vec![Outcome::Stands]]);
        assert!(two.state(0).disputes().is_empty() && two.state(1).disputes().is_empty());
        assert_eq!([0, 1].map(|i| two.state(i).ledger().balance(&Account::Partner(account))), before);
        assert!(matches!(two.open(0), Err(Rejection::NotDisputable(PAID, _))), "it is settled for good");
        // A look into the partner's ledger is due once.
        two.pass(20);
        two.deliver_all();
        two.pass(20);
        let about =
            |m: &Message| matches!(m, Message::DisputeHeads(_) | Message::Say(_) | Message::DisputeClosed { .. });
        assert!(!two.under_way.iter().any(|(_, message)| about(message)), "nothing is left to say");
    }
}

#[test]
fn what_is_said_waits_for_the_partner_and_survives_losses() {
    let (mut two, _) = paid();
    two.disconnect();
    two.open(0).unwrap();
    two.say(0, "Are you there?").unwrap();
    assert_eq!((two.held()[0], two.state(0).disputes()[&PAID].drafts.len()), ((0, 0), 3));
    two.connect();
    two.deliver(|message| matches!(message, Message::Say(_)));
    assert_eq!(two.held(), [(3, 0), (0, 0)]);
    two.pass(20);
    two.deliver_all();
    assert_eq!(two.held(), [(3, 0), (0, 3)]);
    two.suggest(0, Outcome::GivenBack).unwrap();
    two.suggest(1, Outcome::GivenBack).unwrap();
    two.deliver(|message| matches!(message, Message::DisputeClosed { .. }));
    assert_eq!(two.outcomes().map(|all| all.len()), [1, 0], "the word of the side that closes was lost");
    two.pass(20);
    two.deliver_all();
    assert_eq!(two.outcomes().map(|all| all.len()), [1, 1]);
}

#[test]
fn a_side_that_lost_its_memory_gets_it_back_before_it_signs() {
    for restored in [0, 1] {
        let (mut two, account) = paid();
        let backup = two.nodes[restored].machine.clone();
        let view = two.nodes[restored].view.clone();
        two.open(restored).unwrap();
        two.deliver_all();
        two.say(1 - restored, "We shall ask.").unwrap();
        two.deliver_all();
        two.disconnect();
        // The disk is as it was before anything was said.
        let identity = backup.identity().clone();
        two.nodes[restored].machine = Machine::new(identity, backup.state().clone(), backup.known().clone());
        two.nodes[restored].view = view;
        two.open(restored).unwrap();
        assert_eq!(two.held()[restored], (0, 0));
        two.connect();
        two.deliver_all();
        let numbers: Vec<u16> =
            two.state(restored).disputes()[&PAID].ours.iter().map(|k| k.statement.content.n).collect();
        assert_eq!(numbers, [0, 1], "what comes back says what was to be said again");
        let held = two.held();
        assert_eq!((held[0].0, held[0].1), (held[1].1, held[1].0));
        assert_eq!(two.state(restored).disputes()[&PAID].account, account);
    }
}

#[test]
fn an_outcome_that_was_lost_comes_back() {
    for restored in [0, 1] {
        let (mut two, _) = paid();
        let backup = (two.nodes[restored].machine.clone(), two.nodes[restored].view.clone());
        two.open(0).unwrap();
        two.suggest(0, Outcome::Stands).unwrap();
        two.deliver_all();
        two.suggest(1, Outcome::Stands).unwrap();
        two.deliver_all();
        two.disconnect();
        let (machine, view) = backup;
        two.nodes[restored].machine =
            Machine::new(machine.identity().clone(), machine.state().clone(), BTreeMap::new());
        two.nodes[restored].view = view;
        two.connect();
        two.deliver_all();
        assert_eq!(two.outcomes(), [vec![Outcome::Stands], vec![Outcome::Stands]]);
    }
}

#[test]
fn only_coordinators_and_only_what_crossed() {
    let (mut two, account) = paid();
    let open = DisputeDeed::Open { complaint: Complaint::Other, text: None };
    let by_ann = Command::Dispute { exchange: PAID, deed: open.clone(), by: ANN };
    assert_eq!(two.command(0, by_ann).unwrap_err(), Rejection::NotCoordinator(ANN));
    let unknown = ExchangeId([9; 16]);
    let strange = Command::Dispute { exchange: unknown, deed: open.clone(), by: COORDINATOR };
    assert_eq!(two.command(0, strange).unwrap_err(), Rejection::UnknownExchange(unknown));
    assert_eq!(two.say(0, "Hello?").unwrap_err(), Rejection::UnknownDispute(PAID));
    two.disconnect();
    two.pay(0, account, 8, 30).unwrap();
    let waits = Command::Dispute { exchange: ExchangeId([8; 16]), deed: open, by: COORDINATOR };
    assert!(matches!(two.command(0, waits), Err(Rejection::NotDisputable(..))));
    two.open(0).unwrap();
    assert!(matches!(two.open(0), Err(Rejection::NotDisputable(..))));
    two.suggest(0, Outcome::Stands).unwrap();
    assert_eq!(two.suggest(0, Outcome::Stands).unwrap_err(), Rejection::NothingChanges);
}

#[test]
fn a_thread_is_bounded_and_an_outcome_always_fits() {
    let (mut two, _) = paid();
    two.open(0).unwrap();
    let mut said = 0;
    while two.say(0, &format!("And {said}.")).is_ok() {
        said += 1;
    }
    assert!(said > 10 && said < MAX_STATEMENTS);
    two.suggest(0, Outcome::Stands).unwrap();
    for _ in 0..10 {
        two.deliver_all();
        two.pass(20);
    }
    assert_eq!(two.held()[1].1, said + 3, "all of it arrived, page by page");
    two.suggest(1, Outcome::Stands).unwrap();
    two.deliver_all();
    assert_eq!(two.outcomes(), [vec![Outcome::Stands], vec![Outcome::Stands]]);
}

#[test]
fn what_a_stranger_signed_is_refused() {
    let (mut two, account) = paid();
    two.open(0).unwrap();
    two.deliver_all();
    let said = two.state(1).disputes()[&PAID].theirs[0].statement.content.clone();
    let forged = Statement { n: 2, ..said };
    let forged = forged.sign(&SecretKey::from_seed(&[99; 32])).into_unverified();
    let peer = two.peer(0);
    let before = two.held();
    two.handle(1, Input::Received { peer, message: Checked::Plain(Message::Say(Box::new(forged))) });
    assert_eq!(two.held(), before);
    assert!(two.nodes[1].notices.iter().any(|notice| matches!(notice, Notice::Refused { .. })));
    // A partner that says it holds what we never said gets no new statement of ours.
    let open = two.state(0).disputes().keys();
    let open = open.map(|id| crate::partnership::DisputeHead { exchange: *id, mine: 0, yours: 40 }).collect();
    let heads = DisputeHeads { account, outcomes: 0, open, asks: false };
    let peer = two.peer(1);
    two.handle(0, Input::Received { peer, message: Checked::Plain(Message::DisputeHeads(heads)) });
    two.say(0, "Once more.").unwrap();
    assert_eq!(two.state(0).disputes()[&PAID].drafts.len(), 1);
}

#[test]
fn a_reminder_comes_after_a_week_or_when_it_is_wanted() {
    let (mut two, _) = paid();
    two.open(0).unwrap();
    let since = two.now;
    assert_eq!(two.state(0).disputes()[&PAID].reminds_at(), since.plus(Span::days(7)));
    let at = since.plus(Span::days(2));
    two.act(0, DisputeDeed::Remind { at }).unwrap();
    assert_eq!(two.state(0).disputes()[&PAID].reminds_at(), at);
    two.deliver_all();
    assert!(two.state(1).disputes()[&PAID].is_our_turn() && !two.state(0).disputes()[&PAID].is_our_turn());
}

/// Ann of the second waits for an hour from the first, and the second's pot has `pot` minutes.
fn waiting(pot: i64) -> (Two, AccountId) {
    let (mut two, account) = Two::partners();
    let payer = two.nodes[0].machine.identity().aliases.alias(&account, &ANN);
    let minutes = Minutes::new(60).unwrap();
    let ask = Command::Ask { account, exchange: PAID, payee: ANN, payer: Some(payer), minutes, reverses: None };
    two.command(1, ask).unwrap();
    two.deliver_all();
    let terms = crate::ledger::GiftTerms {
        community: two.nodes[1].machine.identity().community,
        exchange: ExchangeId([3; 16]),
        from: COORDINATOR,
        minutes: Minutes::new(pot).unwrap(),
        made_at: two.now,
        details: None,
    };
    let consent = Consent::OnBehalf { coordinator: COORDINATOR, channel: Channel::Phone };
    let terms = Asked::new(terms, vec![Some(consent)], &mut KeyCache::default()).unwrap().judge().unwrap();
    two.command(1, Command::Gift(terms)).unwrap();
    (two, account)
}

fn balances(two: &Two) -> (i64, i64) {
    let ledger = two.state(1).ledger();
    (ledger.balance(&Account::Member(ANN)).get(), ledger.pot().get())
}

#[test]
fn the_pot_advances_once_and_is_repaid_by_the_partner() {
    let (mut two, account) = waiting(100);
    let advance = Command::Advance { exchange: PAID, by: COORDINATOR };
    two.command(1, advance.clone()).unwrap();
    assert_eq!(balances(&two), (60, 40));
    assert!(matches!(two.command(1, advance), Err(Rejection::NotAdvanceable(..))), "once");
    two.pay(0, account, 7, 60).unwrap();
    two.deliver_all();
    assert_eq!(balances(&two), (60, 100), "what comes late is the pot's");
    assert!(two.state(1).ledger().advances().is_empty());
    let statement = two.nodes[1].view.entries().last().map(|entry| entry.body.kind());
    assert_eq!(statement, Some("receive"));
}

#[test]
fn the_pot_gives_what_it_has_and_nothing_that_is_not_awaited() {
    let (mut two, _) = waiting(59);
    let advance = |exchange, by| Command::Advance { exchange, by };
    assert_eq!(two.command(1, advance(PAID, COORDINATOR)).unwrap_err(), Rejection::PotFloor { would_be: -1, floor: 0 });
    assert_eq!(two.command(1, advance(PAID, ANN)).unwrap_err(), Rejection::NotCoordinator(ANN));
    let other = ExchangeId([9; 16]);
    assert!(matches!(two.command(1, advance(other, COORDINATOR)), Err(Rejection::NotAdvanceable(..))));
    assert!(
        matches!(two.command(0, advance(PAID, COORDINATOR)), Err(Rejection::NotAdvanceable(..))),
        "it is the payer"
    );
}

#[test]
fn after_a_no_a_coordinator_decides() {
    for kept in [true, false] {
        let (mut two, _) = waiting(100);
        two.command(1, Command::Advance { exchange: PAID, by: COORDINATOR }).unwrap();
        two.command(0, Command::Decline { exchange: PAID }).unwrap();
        two.deliver_all();
        assert_eq!(balances(&two), (60, 40), "a no takes nothing from the member");
        two.command(1, Command::EndAdvance { exchange: PAID, kept, by: COORDINATOR }).unwrap();
        assert_eq!(balances(&two), if kept { (60, 40) } else { (0, 100) });
        let again = two.command(1, Command::EndAdvance { exchange: PAID, kept, by: COORDINATOR });
        assert!(again.is_err(), "it is decided");
    }
}

#[test]
fn a_payment_of_another_length_repays_what_it_can() {
    for (minutes, after) in [(45, (60, 85)), (90, (90, 100))] {
        let (mut two, account) = waiting(100);
        two.command(1, Command::Advance { exchange: PAID, by: COORDINATOR }).unwrap();
        // The partner's side lost the request and pays by itself, under the same id.
        two.command(0, Command::Decline { exchange: PAID }).unwrap();
        two.deliver_all();
        two.pay(0, account, 7, minutes).unwrap();
        two.deliver_all();
        assert_eq!(balances(&two), after);
    }
}

#[test]
fn what_was_lost_and_recovered_repays_the_pot_once() {
    for advanced in [true, false] {
        let (mut two, account) = waiting(100);
        let before = two.backup(1);
        two.command(1, Command::Advance { exchange: PAID, by: COORDINATOR }).unwrap();
        let after = two.backup(1);
        two.pay(0, account, 7, 60).unwrap();
        two.deliver_all();
        assert_eq!(balances(&two), (60, 100));
        two.restore(1, if advanced { after } else { before }, 9);
        two.meet();
        two.mirrored(&account, 10);
        let last = two.nodes[1].view.entries().iter().find(|entry| entry.body.kind() == "recovered").unwrap();
        let Body::Recovered { advanced: back, .. } = &last.body else { panic!("it is recovered") };
        assert_eq!(back.is_some(), advanced, "only an advance that the ledger knows is repaid");
        assert_eq!(balances(&two), (60, 100));
        assert!(two.state(1).ledger().advances().is_empty());
    }
}

#[test]
fn a_dispute_goes_on_under_a_new_key() {
    for restored in [0, 1] {
        let (mut two, account) = paid();
        let backup = two.backup(restored);
        two.open(restored).unwrap();
        two.suggest(restored, Outcome::Stands).unwrap();
        two.deliver_all();
        two.restore(restored, backup, 9);
        two.meet();
        assert_eq!(two.held()[restored], (3, 0), "what the lost key signed comes back");
        two.suggest(1 - restored, Outcome::Stands).unwrap();
        two.deliver_all();
        assert_eq!(two.outcomes(), [vec![Outcome::Stands], vec![Outcome::Stands]]);
        // The ledger of each proves it with the keys it knows, the lost one among them.
        two.mirrored(&account, 10);
    }
}

#[test]
fn what_was_said_under_a_key_that_no_backup_names_comes_back() {
    for restored in [0, 1] {
        let (mut two, account) = paid();
        let (first, second) = (two.backup(restored), two.backup(restored));
        two.restore(restored, first, 9);
        two.meet();
        two.open(restored).unwrap();
        two.suggest(restored, Outcome::Stands).unwrap();
        two.deliver_all();
        // The same old backup once more. Nothing crossed meanwhile, and only the partner knows the key that spoke.
        two.restore(restored, second, 40);
        two.meet();
        assert_eq!(two.held()[restored], (3, 0));
        two.suggest(1 - restored, Outcome::Stands).unwrap();
        two.deliver_all();
        assert_eq!(two.outcomes(), [vec![Outcome::Stands], vec![Outcome::Stands]]);
        two.mirrored(&account, 41);
    }
}

/// An exchange comes back whose id stands for another one by now: what was said about it is nobody's fault.
#[test]
fn a_dispute_about_an_id_that_was_used_again_stops_nothing() {
    for closed in [true, false] {
        let (mut two, account) = Two::partners();
        let backup = two.backup(0);
        two.pay(0, account, 7, 60).unwrap();
        two.deliver_all();
        two.open(1).unwrap();
        two.deliver_all();
        if closed {
            two.suggest(0, Outcome::Stands).unwrap();
            two.suggest(1, Outcome::Stands).unwrap();
            two.deliver_all();
            assert_eq!(two.outcomes(), [vec![Outcome::Stands], vec![Outcome::Stands]]);
        }
        two.restore(0, backup, 2);
        two.command(0, Command::Waive { account, by: COORDINATOR }).unwrap();
        two.pay(0, account, 7, 12).unwrap();
        two.meet();
        assert_eq!(two.nets(&account), [60, -60]);
        assert_eq!(two.outcomes()[0].len(), usize::from(closed), "what both signed is in the book again");
        assert!(!two.state(0).ledger().outcomes().contains_key(&PAID), "the id stands for the other exchange");
        assert_eq!(two.state(0).disputes().len(), 0);
        // Another dispute goes its way.
        let other = ExchangeId([8; 16]);
        two.pay(0, account, 8, 20).unwrap();
        two.deliver_all();
        let mut act = |i: usize, deed| {
            two.command(i, Command::Dispute { exchange: other, deed, by: COORDINATOR }).map(|_| two.deliver_all())
        };
        act(0, DisputeDeed::Open { complaint: Complaint::Other, text: None }).unwrap();
        for i in [0, 1] {
            act(i, DisputeDeed::Suggest { outcome: Outcome::SetAside }).unwrap();
        }
        assert_eq!(two.outcomes().map(|all| all.len()), [1 + usize::from(closed); 2]);
    }
}
