//! What a holder keeps, what it throws away, and how those who left it hear of it.

use super::*;
use crate::machine::mailing::Post;

impl Town {
    /// The partnerships under which the holder holds mail for the first and the second.
    fn held_under(&self) -> [AccountId; 2] {
        [FIRST, SECOND].map(|i| *self.state(i).ledger().partner_of(&self.community(HOLDER)).unwrap().0)
    }

    /// The holder ends mail with one and agrees on it anew before a word of its end arrives anywhere.
    fn switch_off_and_on_unheard(&mut self, with: AccountId) {
        self.lost = |from, message| from == HOLDER && matches!(message, Message::Mail { .. });
        for on in [false, true] {
            self.command(HOLDER, Command::Mail { account: with, on, by: COORDINATOR }).unwrap();
            self.deliver();
        }
        self.lost = |_, _| false;
    }

    /// The first stays with the holder, long enough for whatever is said again within minutes.
    fn wait(&mut self) {
        for _ in 0..5 {
            self.now = self.now.plus(Span::seconds(16));
            [FIRST, HOLDER].iter().for_each(|i| self.handle(*i, Input::Wake));
            self.deliver();
        }
    }
}

#[test]
fn what_a_holder_threw_away_is_left_again() {
    let (mut town, account) = Town::parted();
    town.pay(FIRST, account, 1, 60);
    town.meet(FIRST, HOLDER);
    assert_eq!(town.held(SECOND), 1);
    let [mine, theirs] = town.held_under();
    for (who, with) in [(FIRST, mine), (HOLDER, mine), (HOLDER, theirs)] {
        for (on, held) in [(false, 0), (true, 1)] {
            town.command(who, Command::Mail { account: with, on, by: COORDINATOR }).unwrap();
            town.deliver();
            town.now = town.now.plus(Span::seconds(16));
            [FIRST, HOLDER].iter().for_each(|i| town.handle(*i, Input::Wake));
            town.deliver();
            assert_eq!(town.held(SECOND), held, "{who} {on}");
        }
    }
}

#[test]
fn what_a_holder_threw_away_is_left_again_though_its_word_was_lost() {
    let (mut town, account) = Town::parted();
    let [mine, theirs] = town.held_under();
    town.pay(FIRST, account, 1, 60);
    town.meet(FIRST, HOLDER);
    for with in [mine, theirs] {
        assert_eq!(town.held(SECOND), 1);
        town.switch_off_and_on_unheard(with);
        assert_eq!(town.held(SECOND), 0);
        town.wait();
    }
    assert_eq!(town.held(SECOND), 1);
    let boxes = town.boxes.len();
    for _ in 0..3 {
        town.wait();
    }
    assert_eq!(town.boxes.len(), boxes, "and not again and again");
}

#[test]
fn whoever_waits_says_it_again_when_the_answer_was_thrown_away_and_no_word_of_that_arrived() {
    let (mut town, account) = Town::parted();
    let [_, theirs] = town.held_under();
    let payer = town.nodes[SECOND].machine.identity().aliases.alias(&account, &ANN);
    let (exchange, minutes) = (ExchangeId([9; 16]), Minutes::new(20).unwrap());
    let ask = Command::Ask { account, exchange, payee: ANN, payer: Some(payer), minutes, reverses: None };
    town.command(FIRST, ask).unwrap();
    town.meet(FIRST, HOLDER);
    // The letter is taken, and the answer rests until the holder throws it away.
    let letter = Checked::Plain(Message::MailBox(town.boxes.last().unwrap().clone()));
    town.lost = |from, message| from == HOLDER && matches!(message, Message::MailBox(_));
    town.meet(SECOND, HOLDER);
    town.handle(SECOND, Input::Received { peer: town.peer(HOLDER), message: letter });
    town.deliver();
    town.leave(SECOND);
    assert_eq!((town.held(FIRST), town.held(SECOND)), (1, 0));
    town.switch_off_and_on_unheard(theirs);
    assert_eq!(town.held(FIRST), 0);
    town.wait();
    town.visit(SECOND);
    assert!(matches!(town.state(FIRST).waiting()[&exchange].kind, WaitingKind::Asked { noted: true, .. }));
}

#[test]
fn what_a_holder_lost_is_left_again_though_nobody_saw_it_go() {
    let (mut town, account) = Town::parted();
    town.pay(FIRST, account, 1, 60);
    town.meet(FIRST, HOLDER);
    assert_eq!(town.held(SECOND), 1);
    town.restart(HOLDER, usize::MAX, 2);
    assert_eq!(town.held(SECOND), 0, "boxes are in no backup");
    town.meet(FIRST, HOLDER);
    assert_eq!(town.held(SECOND), 1);
}

#[test]
fn a_holder_keeps_one_box_of_each_for_each_and_no_longer_than_agreed() {
    let (mut town, account) = Town::parted();
    town.pay(FIRST, account, 1, 60);
    town.visit(FIRST);
    town.pay(FIRST, account, 2, 60);
    town.visit(FIRST);
    assert_eq!((town.held(SECOND), town.boxes.len() >= 2), (1, true));
    town.now = town.now.plus(MAX_REST);
    town.handle(HOLDER, Input::Wake);
    assert_eq!(town.held(SECOND), 0, "too old");
    town.visit(FIRST);
    assert_eq!(town.held(SECOND), 1, "left again");
    let with = *town.state(SECOND).ledger().partner_of(&town.community(HOLDER)).unwrap().0;
    town.command(HOLDER, Command::Mail { account: with, on: false, by: COORDINATOR }).unwrap();
    assert_eq!(town.held(SECOND), 0, "no longer agreed");
    assert_eq!(
        town.command(HOLDER, Command::Mail { account: with, on: false, by: COORDINATOR }).unwrap_err(),
        Rejection::NothingChanges
    );
}

#[test]
fn a_box_that_comes_late_takes_no_newer_ones_place() {
    let (mut town, account) = Town::parted();
    town.pay(FIRST, account, 1, 60);
    town.meet(FIRST, HOLDER);
    town.pay(FIRST, account, 2, 60);
    town.deliver();
    let (to, boxes) = (town.community(SECOND), town.boxes.clone());
    let held = |town: &Town| town.nodes[HOLDER].view.boxes(&to).pop().map(|boxed| boxed.sealed);
    assert!(boxes.len() == 2 && held(&town).as_ref() == boxes.last(), "the newer one is there");
    let late = Message::MailDrop { to, n: 1, sealed: boxes[0].clone() };
    town.handle(HOLDER, Input::Received { peer: town.peer(FIRST), message: Checked::Plain(late) });
    assert_eq!(held(&town).as_ref(), boxes.last());
}

#[test]
fn what_is_left_is_counted_for_each_recipient_and_anew_in_each_connection() {
    let [from, to, other] = [1, 2, 3].map(|n| CommunityId([n; 32]));
    let mut post = Post::default();
    assert!(post.is_next(from, to, 7) && post.is_next(from, other, 1));
    assert!(!post.is_next(from, to, 7) && !post.is_next(from, to, 6));
    post.forget(Some(&other));
    assert!(!post.is_next(from, to, 6));
    post.forget(Some(&from));
    assert!(post.is_next(from, to, 6));
}

#[test]
fn what_is_not_agreed_is_not_held() {
    let (mut town, _) = Town::parted();
    town.meet(FIRST, HOLDER);
    let mut n = u64::MAX - 9;
    let mut refused = |to: CommunityId, sealed: Sealed| {
        n += 1;
        let message = Checked::Plain(Message::MailDrop { to, n, sealed });
        town.handle(HOLDER, Input::Received { peer: town.peer(FIRST), message });
        matches!(town.under_way.pop_back(), Some((_, FIRST, Message::MailRefused { .. })))
    };
    let [good, odd] = [BOX_BYTES[0] + SEAL_BYTES, 100].map(|bytes| Sealed(vec![7; bytes]));
    let [first, second] = [1, 2].map(|seed| CommunityId(SecretKey::from_seed(&[seed; 32]).public().0));
    assert!(refused(CommunityId([5; 32]), good.clone()), "a stranger");
    assert!(refused(first, good.clone()), "oneself");
    assert!(refused(second, odd), "an odd length");
    assert!(!refused(second, good));
}
