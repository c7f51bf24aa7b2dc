//! A look into a partner's ledger, and what becomes of one that does not hold what its keeper accepted.

use super::*;
use crate::{
    evidence::{Evidence, Exhibits, Misconduct},
    id::Digest,
    ledger::{Body, Entry, checkpoint::Checkpoint, merkle},
    machine::Condition,
    partnership::Verdict,
};

/// What a node shows of its ledger, after somebody changed it.
pub(super) fn show(node: &Node, showing: &Showing, change: impl Fn(&mut Vec<Entry>)) -> Message {
    let identity = node.machine.identity();
    let mut view = MemoryView::default();
    let mut entries = node.view.entries().to_vec();
    change(&mut entries);
    entries.iter().for_each(|entry| view.absorb_entry(entry));
    let mut frontier = merkle::Frontier::default();
    entries.iter().for_each(|entry| frontier.push(entry.leaf()));
    let tree = merkle::MemoryNodes::of(entries.iter().map(Entry::leaf));
    let checkpoint = Checkpoint::of(&identity.community, &frontier);
    // A liar does not mind that it signed another ledger before.
    let root = merkle::root_at(showing.held.0, &tree).unwrap_or(Digest::ZERO);
    let showing = Showing { held: (showing.held.0, root), ..showing.clone() };
    let note = checkpoint.sign(checkpoint.origin(), &identity.secret).unwrap().to_text();
    showing.message(&checkpoint, note, &tree, &view).unwrap()
}

fn proven(two: &Two, i: usize, account: &AccountId) -> Misconduct {
    let Some(Condition::Frozen { evidence }) = two.state(i).conditions().get(account) else {
        panic!("it is {:?}", two.state(i).conditions().get(account))
    };
    let file = crate::codec::encode(evidence);
    let proven = Evidence::decode(&file).unwrap().judge().unwrap();
    assert_eq!(proven.community, two.state(1 - i).ledger().community());
    proven.misconduct
}

/// Side 0 has paid, and asked side 1 to show its ledger: the question.
fn asked(two: &mut Two) -> LedgerWanted {
    two.deliver_all();
    two.pass(6);
    let wanted = two.under_way.drain(..).find_map(|(to, message)| match message {
        Message::LedgerWanted(wanted) if to == 1 => Some(*wanted),
        _ => None,
    });
    wanted.expect("side 0 asks")
}

fn say(two: &mut Two, message: Message) {
    let peer = two.peer(1);
    two.handle(0, Input::Received { peer, message: Checked::Plain(message) });
}

fn showing(wanted: &LedgerWanted, held: u64) -> Showing {
    Showing { account: wanted.account, held: (held, Digest::ZERO), entries: wanted.entries.clone() }
}

#[test]
fn what_was_accepted_is_shown_and_looked_at_once() {
    let (mut two, account) = Two::partners();
    for n in 0..60 {
        two.pay(0, account, n + 1, 1).unwrap();
        two.deliver_all();
    }
    two.pass(6);
    assert!(two.deliver_all() >= 6, "three pages, asked for and shown");
    let seen = two.state(0).inspected()[&account].clone();
    assert_eq!(seen.upto.n, 60);
    two.pass(20);
    assert!(two.under_way.is_empty(), "nothing more to look at: {:?}", two.under_way);
    // The next look compares with what was shown.
    two.pay(0, account, 99, 1).unwrap();
    assert_eq!(asked(&mut two).held, Some(seen.checkpoint));
    assert!(two.state(0).conditions().is_empty() && two.state(1).conditions().is_empty());
}

#[test]
fn a_receipt_says_nothing_of_who_the_member_is() {
    let (mut two, account) = Two::partners();
    two.pay(0, account, 1, 30).unwrap();
    let wanted = asked(&mut two);
    let shown = crate::codec::encode(&show(&two.nodes[1], &showing(&wanted, 0), |_| {}));
    assert!(!shown.windows(16).any(|bytes| bytes == ANN.0), "the member's id left its community");
    // And nobody reads what happened to others.
    let all = Showing { entries: (0..4).collect(), ..showing(&wanted, 0) };
    let Message::LedgerShown(shown) = show(&two.nodes[1], &all, |_| {}) else { panic!("it is shown") };
    assert!(shown.entries.iter().all(|entry| entry.entry.proposal().is_some()), "{shown:?}");
}

#[test]
fn whoever_does_not_record_what_it_accepted_is_found_out() {
    let (mut two, account) = Two::partners();
    two.pay(0, account, 1, 30).unwrap();
    let wanted = asked(&mut two);
    let place = usize::try_from(wanted.entries[0]).unwrap();
    let Message::LedgerShown(honest) = show(&two.nodes[1], &showing(&wanted, 0), |_| {}) else { panic!("shown") };
    // In its place another entry of the same ledger, shown with a proof that holds.
    let other = two.nodes[1].view.entries()[1].clone();
    let Message::LedgerShown(mut lie) =
        show(&two.nodes[1], &showing(&wanted, 0), |entries| entries[place] = other.clone())
    else {
        panic!("shown")
    };
    let mut entries = two.nodes[1].view.entries().to_vec();
    entries[place] = other.clone();
    let tree = merkle::MemoryNodes::of(entries.iter().map(Entry::leaf));
    let proof = merkle::inclusion_proof(wanted.entries[0], entries.len() as u64, &tree).unwrap();
    lie.entries = vec![ShownEntry { index: wanted.entries[0], entry: other.shown(), proof }];
    say(&mut two, Message::LedgerShown(lie));
    assert_eq!(proven(&two, 0, &account), Misconduct::NotRecorded);
    // Nobody can accuse the honest so.
    let Some(Condition::Frozen { evidence }) = two.state(0).conditions().get(&account) else { panic!("frozen") };
    let mut framed = (**evidence).clone();
    if let Exhibits::NotRecorded { checkpoint, entry, proof, .. } = &mut framed.exhibits {
        *checkpoint = honest.checkpoint.clone();
        (**entry, *proof) = (honest.entries[0].entry.clone(), honest.entries[0].proof.clone());
    }
    assert!(matches!(framed.judge(), Err(Rejection::NoProof(_))));
}

#[test]
fn two_histories_of_one_ledger_are_proof() {
    for grown in [0u8, 3] {
        let (mut two, account) = Two::partners();
        two.pay(0, account, 1, 30).unwrap();
        let wanted = asked(&mut two);
        let shown = show(&two.nodes[1], &showing(&wanted, 0), |_| {});
        say(&mut two, shown);
        let size = two.nodes[1].view.entries().len() as u64;
        assert!(two.state(0).inspected().contains_key(&account));
        two.pay(0, account, 2, 5).unwrap();
        let wanted = asked(&mut two);
        // The same ledger but for one entry in the middle; and shown at the old size, or grown.
        let lie = show(&two.nodes[1], &showing(&wanted, if grown == 0 { 0 } else { size }), |entries| {
            let (end, extra) = (entries.len() - 1, entries[1].clone());
            entries[2] = extra.clone();
            if grown == 0 {
                entries.truncate(end);
            }
            entries.extend((0..grown).map(|_| extra.clone()));
        });
        say(&mut two, lie);
        assert_eq!(proven(&two, 0, &account), Misconduct::ForkedLedger);
        let Some(Condition::Frozen { evidence }) = two.state(0).conditions().get(&account) else { panic!("frozen") };
        let mut framed = (**evidence).clone();
        if let Exhibits::ForkedLedger { one, other, .. } = &mut framed.exhibits {
            *other = one.clone();
        }
        assert!(framed.judge().is_err());
    }
}

#[test]
fn silence_and_nonsense_prove_nothing() {
    let (mut two, account) = Two::partners();
    two.pay(0, account, 1, 30).unwrap();
    let wanted = asked(&mut two);
    let Message::LedgerShown(honest) = show(&two.nodes[1], &showing(&wanted, 0), |_| {}) else { panic!("shown") };
    let mut cut = honest.clone();
    cut.entries.clear();
    let mut proofless = honest.clone();
    proofless.entries[0].proof.clear();
    let mut unsigned = honest.clone();
    unsigned.checkpoint = "kith/x\n1\nAA\n\n".into();
    for lie in [cut, proofless, unsigned] {
        two.pass(6);
        two.under_way.clear();
        let known = two.state(0).inspected().get(&account).cloned();
        say(&mut two, Message::LedgerShown(lie));
        assert_eq!(two.state(0).inspected().get(&account), known.as_ref());
        assert!(two.state(0).conditions().is_empty());
    }
    // The answer that fits may still come; what nobody asked for any more is not looked at.
    let known = two.nodes[0].notices.len();
    for _ in 0..2 {
        say(&mut two, Message::LedgerShown(honest.clone()));
        assert_eq!(two.state(0).inspected()[&account].checkpoint, honest.checkpoint);
    }
    assert_eq!(two.nodes[0].notices.len(), known);
}

#[test]
fn a_ledger_that_grew_otherwise_than_it_was_shown_is_not_shown_again() {
    let (mut two, account) = Two::partners();
    let before = (two.nodes[1].machine.clone(), two.nodes[1].view.clone());
    two.pay(0, account, 1, 30).unwrap();
    two.deliver_all();
    let identity = two.nodes[1].machine.identity().clone();
    let checkpoint = Checkpoint::of(&identity.community, two.state(1).ledger().tree());
    (two.nodes[1].machine, two.nodes[1].view) = before;
    for n in 0..3 {
        let (kind, role) = (MemberKind::Person, Role::Member);
        two.command(1, Command::Admit { member: MemberId([50 + n; 16]), kind, role, key: None, by: COORDINATOR })
            .unwrap();
    }
    let held = (checkpoint.size(), *checkpoint.root());
    let tree = merkle::MemoryNodes::of(two.nodes[1].view.entries().iter().map(Entry::leaf));
    let now = Checkpoint::of(&identity.community, two.state(1).ledger().tree());
    assert!(now.size() > held.0);
    let showing = Showing { account, held, entries: Vec::new() };
    assert_eq!(showing.message(&now, String::new(), &tree, &two.nodes[1].view), None);
}

#[test]
fn whose_disk_went_back_in_time_shows_no_second_history() {
    let (mut two, account) = Two::partners();
    let before = (two.nodes[1].machine.clone(), two.nodes[1].view.clone());
    two.pay(0, account, 1, 30).unwrap();
    let wanted = asked(&mut two);
    let shown = show(&two.nodes[1], &showing(&wanted, 0), |_| {});
    say(&mut two, shown.clone());
    let Message::LedgerShown(shown) = shown else { panic!("shown") };
    (two.nodes[1].machine, two.nodes[1].view) = before;
    let peer = two.peer(0);
    let wanted = LedgerWanted { account, held: Some(shown.checkpoint), entries: vec![] };
    two.handle(1, Input::Received { peer, message: Checked::Plain(Message::LedgerWanted(Box::new(wanted))) });
    assert!(two.nodes[1].notices.contains(&Notice::Forgotten { account }));
    assert!(two.under_way.is_empty(), "{:?}", two.under_way);
    let decided = two.nodes[0].view.entries().iter().any(|entry| {
        matches!(&entry.body, Body::Settle { decision, .. } if matches!(decision.content.verdict, Verdict::Accept { .. }))
    });
    assert!(decided);
}
