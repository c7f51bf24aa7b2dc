//! Two nodes that never meet again: what they still have to say to each other goes through somebody both know.

use super::World;
use kith_protocol::{id::AccountId, machine::State};

/// Of a thousand changes of the weather, after how many two partners part for good.
const PARTINGS: u64 = 500;

impl World {
    /// Whether these two are never there together.
    pub(super) fn apart(&self, a: usize, b: usize) -> bool {
        self.parted == Some((a.min(b), a.max(b)))
    }

    fn state(&self, i: usize) -> Option<&State> {
        self.nodes[i].state()
    }

    /// Whether mail is agreed on both sides of a partnership.
    fn holds(&self, a: usize, b: usize) -> bool {
        [(a, b), (b, a)].iter().all(|(one, other)| {
            let community = self.nodes[*other].identity.community;
            self.state(*one).is_some_and(|state| {
                let account = state.ledger().partner_of(&community).map(|(account, _)| *account);
                account.and_then(|account| state.mail().get(&account)).is_some_and(|mailing| mailing.is_agreed())
            })
        })
    }

    /// The account of two partners whose lanes are open on both sides.
    fn open_account(&self, a: usize, b: usize) -> Option<AccountId> {
        let (one, other) = (self.state(a)?, self.state(b)?);
        let account = *one.ledger().partner_of(&self.nodes[b].identity.community)?.0;
        let open = |state: &State| state.lanes().contains_key(&account) && !state.conditions().contains_key(&account);
        (open(one) && open(other)).then_some(account)
    }

    /// Whether a third holds mail for both.
    fn have_a_holder(&self, a: usize, b: usize) -> bool {
        // A cheat may hold letters, and keep them; once all heals somebody honest has to.
        let holds = |h: usize| h != a && h != b && !(self.healing && self.is_cheat(h));
        (0..self.nodes.len()).any(|h| holds(h) && self.holds(h, a) && self.holds(h, b))
    }

    /// Whether two can do without ever meeting: they are partners, and a third holds mail for both.
    fn can_part(&self, a: usize, b: usize) -> bool {
        self.open_account(a, b).is_some() && self.have_a_holder(a, b)
    }

    /// Now and then two part for good.
    pub(super) fn drift_apart(&mut self) {
        let (one, other) = (self.letters.index(self.nodes.len()), self.letters.index(self.nodes.len()));
        let (a, b) = (one.min(other), one.max(other));
        let wanted = self.parted.is_none() && self.letters.permille(PARTINGS);
        if wanted && a < b && self.can_part(a, b) {
            self.parted = Some((a, b));
            self.coverage.hit("mail", "two parted");
            self.trace.note(a, 7, || format!("parts from {b} for good"));
            self.sever(a, b);
        }
    }

    /// Whoever was restored must be met: letters carry no recovery.
    pub(super) fn meet_again(&mut self, i: usize) {
        if self.parted.is_some_and(|(a, b)| a == i || b == i) {
            self.parted = None;
            self.coverage.hit("mail", "met again after a restore");
        }
    }

    /// Whether two have a dispute to talk about: letters carry none.
    fn in_dispute(&self, a: usize, b: usize) -> bool {
        let Some(account) = self.open_account(a, b) else { return true };
        let talks =
            |i: usize| self.state(i).is_none_or(|state| state.disputes().values().any(|d| d.account == account));
        let outcomes = |i: usize| Some(self.state(i)?.ledger().partners().get(&account)?.outcomes.len());
        talks(a) || talks(b) || outcomes(a) != outcomes(b)
    }

    /// Before all heals: those who parted stay apart if letters can still say all they have to say.
    pub(super) fn stay_apart(&mut self) {
        let Some((a, b)) = self.parted else { return };
        if self.can_part(a, b) && !self.in_dispute(a, b) {
            self.coverage.hit("mail", "apart to the end");
        } else {
            self.parted = None;
        }
    }

    /// An order that was on its way when all healed may switch off the mail of those who stay apart: then they meet.
    pub(super) fn meet_without_mail(&mut self) {
        let Some((a, b)) = self.parted else { return };
        let all_run = self.nodes.iter().all(|node| node.machine.is_some());
        if all_run && !self.have_a_holder(a, b) {
            self.parted = None;
            self.coverage.hit("mail", "met for want of a holder");
            self.connect(a, b);
        }
    }
}
