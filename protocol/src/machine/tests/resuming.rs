//! A side that lost something, and how both go on.

use super::*;
use crate::{
    community::check_certificate,
    document::Document,
    evidence::{Evidence, Exhibits, Misconduct},
    ledger::{Account, Body},
    machine::{Condition, Lost},
    partnership::{Committed, Decision, Proposal, ResumeOffer, Verdict},
    sheet::BalanceSheet,
    shelf::Announcement,
};

/// What a node's disk held at some moment.
#[derive(Clone)]
pub(super) struct Backup {
    machine: Machine,
    view: MemoryView,
}

impl Two {
    pub(super) fn backup(&self, i: usize) -> Backup {
        Backup { machine: self.nodes[i].machine.clone(), view: self.nodes[i].view.clone() }
    }

    /// The disk goes back in time and nobody tells the program.
    pub(super) fn roll_back(&mut self, i: usize, backup: Backup) {
        self.disconnect();
        let identity = self.nodes[i].machine.identity().clone();
        let Backup { machine, view } = backup;
        let known = machine.known().clone();
        self.nodes[i].machine = Machine::new(identity, machine.state().clone(), known);
        self.nodes[i].view = view;
    }

    /// As [`Self::roll_back`], but by somebody who has the root key: the community gets a new operational key.
    pub(super) fn restore(&mut self, i: usize, backup: Backup, serial: u32) {
        self.roll_back(i, backup);
        let node = &mut self.nodes[i];
        let mut identity = node.machine.identity().clone();
        let seed = (1..=2).find(|seed| SecretKey::from_seed(&[*seed; 32]).public().0 == identity.community.0).unwrap();
        let root = SecretKey::from_seed(&[seed; 32]);
        identity.secret = SecretKey::from_seed(&[seed + 150 + u8::try_from(serial).unwrap(); 32]);
        let old = identity.certificate.content.clone();
        let certificate = Certificate { key: identity.secret.public(), serial, ..old };
        identity.certificate = certificate.sign(&root).into_unverified();
        let known = node.machine.known().clone();
        node.machine = Machine::new(identity, node.machine.state().clone(), known);
        let batch = node.machine.restore(self.now, &node.view).unwrap();
        node.view.absorb(&batch);
    }

    pub(super) fn meet(&mut self) {
        self.connect();
        self.deliver_all();
        for _ in 0..4 {
            self.pass(20);
            self.deliver_all();
        }
    }

    fn ann(&self, i: usize) -> i64 {
        self.state(i).ledger().balance(&Account::Member(ANN)).get()
    }

    /// Both live, in this epoch, with nothing open, mirrored books and ledgers that anybody may check.
    #[track_caller]
    pub(super) fn mirrored(&self, account: &AccountId, epoch: u32) {
        assert!(self.is_quiet(account), "something is still open");
        for i in 0..2 {
            assert_eq!(self.state(i).conditions().get(account), None, "side {i}");
            assert_eq!(self.state(i).lanes()[account].epoch(), epoch, "side {i}");
            assert_eq!(self.state(i).ledger().sum(), 0);
            self.audit(i);
        }
        let [a, b] = self.nets(account);
        assert_eq!(a + b, 0, "{a} and {b}");
    }

    fn kinds(&self, i: usize) -> Vec<&'static str> {
        self.nodes[i].view.entries().iter().map(|entry| entry.body.kind()).collect()
    }
}

#[test]
fn what_the_payer_lost_comes_back_from_the_payee() {
    let (mut two, account) = Two::partners();
    two.pay(0, account, 1, 30).unwrap();
    two.deliver_all();
    let backup = two.backup(0);
    two.pay(0, account, 2, 40).unwrap();
    two.pay(1, account, 3, 15).unwrap();
    two.deliver_all();
    two.restore(0, backup, 2);
    assert_eq!(two.pay(0, account, 4, 5), Err(Rejection::Recovering));
    two.meet();
    two.mirrored(&account, 3);
    assert_eq!((two.ann(0), two.nets(&account)[0]), (-55, 55));
    assert_eq!(two.kinds(0).iter().filter(|kind| **kind == "recovered").count(), 2);
    // Life goes on under the new key.
    two.pay(0, account, 4, 5).unwrap();
    two.pay(1, account, 5, 7).unwrap();
    two.deliver_all();
    two.mirrored(&account, 3);
    assert_eq!(two.ann(0), -53);
}

#[test]
fn what_is_under_way_at_a_restore_settles_once() {
    for lost in 0..6 {
        let (mut two, account) = Two::partners();
        two.pay(0, account, 1, 30).unwrap();
        let backup = two.backup(0);
        two.pay(1, account, 2, 10).unwrap();
        let mut seen = 0;
        two.deliver(|message| {
            seen += 1;
            !matches!(message, Message::Hello(_)) && seen > lost
        });
        two.restore(0, backup, 2);
        two.meet();
        two.mirrored(&account, 3);
        assert_eq!((two.ann(0), two.ann(1)), (-20, 20), "after {lost} messages");
    }
}

#[test]
fn a_disk_that_went_back_unnoticed_is_found_out_before_anything_is_signed() {
    let (mut two, account) = Two::partners();
    let backup = two.backup(0);
    two.pay(0, account, 1, 30).unwrap();
    two.deliver_all();
    two.roll_back(0, backup);
    two.pay(0, account, 2, 8).unwrap();
    two.connect();
    two.deliver(|message| !matches!(message, Message::Hello(_) | Message::Sync(_)));
    let why = |c: &Condition| match c {
        Condition::Recovering { why, .. } => Some(*why),
        _ => None,
    };
    assert_eq!(two.state(0).conditions().get(&account).and_then(why), Some(Lost::Behind));
    two.meet();
    two.mirrored(&account, 2);
    assert_eq!(two.ann(0), -38);
}

#[test]
fn both_sides_may_have_lost_something() {
    let (mut two, account) = Two::partners();
    two.pay(0, account, 1, 30).unwrap();
    two.deliver_all();
    let first = two.backup(0);
    two.pay(0, account, 2, 40).unwrap();
    two.deliver_all();
    let second = two.backup(1);
    two.pay(1, account, 3, 5).unwrap();
    two.deliver_all();
    two.restore(0, first, 2);
    two.restore(1, second, 2);
    two.meet();
    two.mirrored(&account, 3);
    // The third is known to nobody any more; the second only to one.
    assert_eq!((two.ann(0), two.ann(1)), (-70, 70));
}

#[test]
fn a_restore_reaches_back_over_epochs_that_were_lost() {
    let (mut two, account) = Two::partners();
    let old = two.backup(0);
    two.pay(0, account, 1, 30).unwrap();
    two.deliver_all();
    let newer = two.backup(0);
    two.restore(0, newer, 2);
    two.meet();
    two.pay(1, account, 2, 12).unwrap();
    two.deliver_all();
    two.mirrored(&account, 3);
    two.restore(0, old, 3);
    two.meet();
    two.mirrored(&account, 4);
    assert_eq!((two.ann(0), two.ann(1)), (-18, 18));
}

#[test]
fn a_new_key_in_the_middle_of_a_lane() {
    let (mut two, account) = Two::partners();
    two.pay(0, account, 1, 30).unwrap();
    two.pay(1, account, 2, 20).unwrap();
    two.deliver(|message| matches!(message, Message::Decide(_)));
    let now = two.backup(0);
    two.restore(0, now, 2);
    two.meet();
    two.mirrored(&account, 3);
    assert_eq!((two.ann(0), two.ann(1)), (-10, 10));
}

#[test]
fn a_coordinator_may_go_on_without_a_partner_who_does_not_answer() {
    let (mut two, account) = Two::partners();
    let backup = two.backup(0);
    two.restore(0, backup, 2);
    let admit = |two: &mut Two| {
        let (kind, role) = (MemberKind::Person, Role::Member);
        two.command(0, Command::Admit { member: MemberId([9; 16]), kind, role, key: None, by: COORDINATOR })
    };
    assert_eq!(admit(&mut two), Err(Rejection::Recovering));
    assert!(two.command(0, Command::Waive { account, by: ANN }).is_err());
    two.command(0, Command::Waive { account, by: COORDINATOR }).unwrap();
    admit(&mut two).unwrap();
    // With the partner itself nothing is signed until it is back.
    two.pay(0, account, 1, 5).unwrap();
    assert_eq!(two.state(0).lanes()[&account].undecided(), 0);
    two.meet();
    two.mirrored(&account, 3);
    assert_eq!(two.ann(0), -5);
}

#[test]
fn an_id_used_again_after_a_loss_leaves_both_exchanges_standing() {
    let (mut two, account) = Two::partners();
    let backup = two.backup(0);
    two.pay(0, account, 1, 30).unwrap();
    two.deliver_all();
    two.restore(0, backup, 2);
    two.command(0, Command::Waive { account, by: COORDINATOR }).unwrap();
    // The same id for another payment: the partner, which knows it, refuses that one.
    two.pay(0, account, 1, 12).unwrap();
    two.meet();
    two.mirrored(&account, 3);
    assert_eq!(two.nets(&account), [30, -30]);
    assert_eq!((two.ann(0), two.ann(1)), (-30, 30));
    let ends: Vec<_> = two.kinds(0).into_iter().filter(|k| ["recovered", "hold", "release"].contains(k)).collect();
    assert_eq!(ends, ["hold", "recovered", "release"]);
}

#[test]
fn a_request_of_another_session_is_worth_nothing() {
    let (mut two, account) = Two::partners();
    let backup = two.backup(0);
    two.restore(0, backup, 2);
    two.connect();
    let mut replayed = Vec::new();
    two.deliver(|message| {
        if let Message::ResumeRequest(_) = message {
            replayed.push(message.clone());
        }
        matches!(message, Message::ResumeRequest(_))
    });
    two.disconnect();
    two.meet();
    two.mirrored(&account, 3);
    assert!(!replayed.is_empty());
    let peer = two.peer(0);
    two.handle(1, Input::Received { peer, message: Checked::Plain(replayed.pop().unwrap()) });
    let refused = Notice::Refused { peer, why: Rejection::OtherSession };
    assert!(two.nodes[1].notices.contains(&refused));
    two.mirrored(&account, 3);
}

fn evidence(two: &Two, i: usize, account: &AccountId) -> Evidence {
    match two.state(i).conditions().get(account) {
        Some(Condition::Frozen { evidence }) => (**evidence).clone(),
        other => panic!("it is {other:?}"),
    }
}

/// Side 0's last proposal and side 1's decision on it.
fn last_pair(two: &Two) -> (Proposal, Decision) {
    let settled = two.nodes[0].view.entries().iter().rev().find_map(|entry| match &entry.body {
        Body::Settle { proposal, decision } => Some((proposal.content.clone(), decision.content.clone())),
        _ => None,
    });
    settled.unwrap()
}

#[test]
fn a_second_content_for_a_slot_is_proof() {
    let (mut two, account) = Two::partners();
    two.pay(0, account, 1, 30).unwrap();
    two.deliver_all();
    let (mut proposal, mut decision) = last_pair(&two);
    proposal.exchange = ExchangeId([77; 16]);
    let liar = two.nodes[0].machine.identity().secret.clone();
    let details = crate::partnership::Details {
        salt: [0; 16],
        payer: crate::id::Alias([1; 16]),
        payee: Payee::Alias(crate::id::Alias([1; 16])),
    };
    let peer = two.peer(0);
    let message = Checked::Propose { proposal: proposal.sign(&liar), details };
    two.handle(1, Input::Received { peer, message });
    let proof = evidence(&two, 1, &account);
    let proven = proof.judge().unwrap();
    assert_eq!((proven.misconduct, proven.community), (Misconduct::TwoProposals, two.state(0).ledger().community()));
    assert_eq!(Evidence::decode(&crate::codec::encode(&proof)).unwrap(), proof);
    // And the other way: a decision that changes.
    decision.verdict = Verdict::Reject { code: crate::partnership::RefusalCode::Limit };
    let liar = two.nodes[1].machine.identity().secret.clone();
    let peer = two.peer(1);
    two.handle(0, Input::Received { peer, message: Checked::Decide(decision.sign(&liar)) });
    let proven = evidence(&two, 0, &account).judge().unwrap();
    assert_eq!((proven.misconduct, proven.community), (Misconduct::TwoDecisions, two.state(1).ledger().community()));
    // Nothing goes on.
    two.meet();
    two.pay(0, account, 2, 5).unwrap();
    two.deliver_all();
    assert_eq!(two.state(0).lanes()[&account].undecided(), 0);
}

/// Side 1 changes its next offer so, and has nothing to show for it.
fn lies(two: &mut Two, account: AccountId, lie: impl FnOnce(&mut ResumeOffer)) {
    let (mut offer, certificate) = two.intercept_offer();
    lie(&mut offer);
    let offer = Box::new(offer.sign(&two.nodes[1].machine.identity().secret).into_unverified());
    let peer = two.peer(1);
    let say = |two: &mut Two, message| two.handle(0, Input::Received { peer, message: Checked::Plain(message) });
    say(two, Message::ResumeOffer { offer, certificate });
    for _ in 0..2 {
        assert!(matches!(two.under_way.pop_front(), Some((1, Message::ResumeFetch { .. }))));
        say(two, Message::Crossings { account, crossings: Vec::new(), next: None });
    }
}

/// It sticks to it that nothing is committed.
fn nothing_is_committed(offer: &mut ResumeOffer) {
    (offer.committed, offer.net) = (Committed::NONE, 0);
}

#[track_caller]
fn left_out(two: &Two, account: &AccountId) -> Evidence {
    let evidence = evidence(two, 0, account);
    let proven = evidence.judge().unwrap();
    assert_eq!((proven.misconduct, proven.community), (Misconduct::LeftOut, two.state(1).ledger().community()));
    evidence
}

#[test]
fn whoever_leaves_out_what_it_accepted_is_found_out() {
    let (mut two, account) = Two::partners();
    two.pay(0, account, 1, 30).unwrap();
    two.deliver_all();
    let backup = two.backup(0);
    two.restore(0, backup, 2);
    two.connect();
    lies(&mut two, account, nothing_is_committed);
    left_out(&two, &account);
}

#[test]
fn what_was_accepted_with_an_earlier_key_may_be_lost_and_accuses_nobody() {
    let (mut two, account) = Two::partners();
    two.pay(0, account, 1, 30).unwrap();
    two.deliver_all();
    let paid = two.nodes[0].view.entries().iter().find_map(|entry| match &entry.body {
        Body::Settle { proposal, decision } => Some((proposal.clone(), decision.clone())),
        _ => None,
    });
    let (before, theirs) = (two.backup(0), two.backup(1));
    let first = two.nodes[1].machine.identity().certificate.clone();
    two.restore(1, theirs, 2);
    two.meet();
    two.mirrored(&account, 3);
    two.roll_back(0, before);
    two.connect();
    let mut said = None;
    lies(&mut two, account, |offer| {
        nothing_is_committed(offer);
        said = Some(offer.clone());
    });
    assert!(matches!(two.state(0).conditions().get(&account), Some(Condition::Recovering { .. })));
    // Nor does anybody else see proof in it, whichever of the two keys is named.
    let (proposal, decision) = paid.unwrap();
    let identity = two.nodes[1].machine.identity();
    let offer = Box::new(said.unwrap().sign(&identity.secret).into_unverified());
    let exhibits = Exhibits::LeftOut { proposal, decision, offer, committed: Vec::new() };
    for certificate in [first, identity.certificate.clone()] {
        assert!(Evidence { v: 1, certificate, exhibits: exhibits.clone() }.judge().is_err());
    }
    // With a true offer they go on.
    two.disconnect();
    two.meet();
    two.mirrored(&account, 4);
}

#[test]
fn an_offer_that_counts_what_nobody_shows_ends_no_partnership() {
    let (mut two, account) = Two::partners();
    two.pay(0, account, 1, 30).unwrap();
    two.deliver_all();
    let backup = two.backup(0);
    two.restore(0, backup, 2);
    two.connect();
    lies(&mut two, account, |offer| offer.committed = Committed { count: 9, root: crate::id::Digest([7; 32]) });
    // Nobody else could judge that: nothing is signed, and with a true offer they go on.
    assert!(matches!(two.state(0).conditions().get(&account), Some(Condition::Recovering { .. })));
    two.disconnect();
    two.meet();
    two.mirrored(&account, 3);
}

#[test]
fn a_balance_sheet_holds_before_the_partner_answered_a_restored_side() {
    let (mut two, account) = Two::partners();
    two.pay(0, account, 1, 30).unwrap();
    two.deliver_all();
    two.disconnect();
    two.pay(0, account, 2, 20).unwrap();
    let all = Timestamp(0)..Timestamp(two.now.0 + 1);
    let sheet = |two: &Two, all: &std::ops::Range<Timestamp>| {
        let side = &two.nodes[0];
        match side.machine.balance_sheet(&account, all.clone(), two.now, &side.view).unwrap() {
            Document::BalanceSheet(sheet) => sheet,
            other => panic!("{other:?}"),
        }
    };
    // What could not even be proposed waits, too, and it is said since when.
    let before = sheet(&two, &all);
    let checked = before.check().unwrap();
    assert_eq!((checked.exchanges, checked.undecided, checked.undecided_since), (1, 1, Some(two.now)));
    assert_eq!((before.content.queued.len(), before.content.certificate.is_some()), (1, false));
    let backup = two.backup(0);
    two.restore(0, backup, 2);
    let restored = sheet(&two, &all);
    assert_eq!(restored.check().unwrap().undecided, 1);
    assert!(restored.content.certificate.is_some());
    // A certificate of anybody else makes it nobody's.
    let other = two.nodes[1].machine.identity();
    let forged = BalanceSheet { certificate: Some(other.certificate.clone()), ..restored.content.clone() };
    assert!(forged.sign(&other.secret).into_unverified().check().is_err());
    two.meet();
    let after = sheet(&two, &(Timestamp(0)..Timestamp(two.now.0 + 1)));
    assert_eq!((after.check().unwrap().exchanges, after.content.certificate.is_some()), (2, false));
}

#[test]
fn the_old_copy_of_a_restored_community_hears_of_the_new_one_and_stops() {
    let (mut two, account) = Two::partners();
    two.pay(0, account, 1, 30).unwrap();
    two.deliver_all();
    let old = two.backup(0);
    let old_identity = two.nodes[0].machine.identity().clone();
    let backup = two.backup(0);
    two.restore(0, backup, 2);
    two.meet();
    two.mirrored(&account, 3);
    let announced = two.nodes[0].machine.identity().certificate.clone();
    assert!(two.nodes.iter().all(|node| !node.machine.has_later_copy()));
    two.disconnect();

    // The restored one is off, and the old one goes on.
    let card = Card { name: "Moved".into(), ..two.state(0).card().unwrap().clone() };
    two.command(0, Command::ShowCard { card }).unwrap();
    let bytes = two.nodes[0].gossip.pop().unwrap();
    let announcement: Announcement = crate::codec::decode(&bytes, 1 << 16).unwrap();
    let new = two.backup(0);
    let new_identity = two.nodes[0].machine.identity().clone();
    let take_over = |two: &mut Two, identity: Identity, Backup { machine, view }: Backup| {
        let known = machine.known().clone();
        two.nodes[0].machine = Machine::new(identity, machine.state().clone(), known);
        (two.nodes[0].view, two.nodes[0].heard) = (view, None);
    };
    let gossiping = Backup { machine: old.machine.clone(), view: old.view.clone() };
    take_over(&mut two, old_identity.clone(), old);
    two.pay(0, account, 2, 10).unwrap();
    two.meet();
    assert!(two.nodes[0].machine.has_later_copy() && two.nodes[0].notices.contains(&Notice::LaterCopy));
    assert_eq!(two.nodes[0].notices.iter().filter(|notice| **notice == Notice::LaterCopy).count(), 1);
    // What it was told before stays on hold: nothing of it was signed.
    assert_eq!(two.state(0).lanes()[&account].undecided(), 0);
    assert_eq!(two.pay(0, account, 3, 5), Err(Rejection::LaterCopy));
    let refused = two.command(0, Command::Waive { account, by: COORDINATOR });
    assert_eq!(refused, Err(Rejection::LaterCopy));
    // Whoever hears of the other copy by gossip knows as well.
    take_over(&mut two, old_identity.clone(), gossiping);
    let Announcement { certificate, record } = announcement;
    let (certificate, key) = (check_certificate(&certificate).unwrap(), certificate.content.key.sound().unwrap());
    two.handle(0, Input::Gossip { id: 1, certificate, record: record.verify(&key).unwrap() });
    assert!(two.nodes[0].machine.has_later_copy());
    // The partner heard nothing of it and goes on with the restored copy.
    assert_eq!(two.nets(&account)[1], -30);
    assert!(!two.nodes[1].machine.has_later_copy());
    two.disconnect();
    take_over(&mut two, new_identity, new);
    two.meet();
    two.pay(1, account, 4, 7).unwrap();
    two.deliver_all();
    two.mirrored(&account, 3);
    assert!(!two.nodes[0].machine.has_later_copy() && announced.content.serial == 2);
}
