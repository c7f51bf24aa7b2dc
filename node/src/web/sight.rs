//! Who may see a number that tells where a member stands. Pages ask here and decide nothing of it themselves.
//!
//! The community's charter says it ([`Balances`]). What is asked for over the API with the admin token, and the full export,
//! is the book itself and keeps all numbers.

use super::words::Words;
use crate::runtime::{Handle, Refused, statement::Line};
use kith_protocol::{community::Balances, machine::Machine};

/// Lines of a statement that say where somebody stood: what they brought along, and what they left behind.
const TELLING: [&str; 2] = ["opening_balance", "member_left"];

/// What one reader may see of one member's hours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Sight {
    balances: Balances,
    own: bool,
}

impl Sight {
    /// Under the charter in force; `own` when the reader is the member, and nobody who acts for them.
    pub(super) fn of(machine: &Machine, own: bool) -> Self {
        let charter = machine.state().ledger().charter();
        Self { balances: charter.map_or(Balances::Shown, |charter| charter.balances), own }
    }

    /// The same, asked of a running node.
    ///
    /// # Errors
    /// [`Refused::Busy`] and [`Refused::Stopping`].
    pub(super) async fn ask(handle: &Handle, own: bool) -> Result<Self, Refused> {
        handle.look(move |machine, _| Self::of(machine, own)).await
    }

    /// Where the member stands: what they gave less what they received.
    pub(super) const fn balance(self) -> bool {
        match self.balances {
            Balances::Shown => true,
            Balances::Hidden => self.own,
            Balances::Gifts => false,
        }
    }

    /// Hours given and hours received, each by itself. A list of all of them is the same to whoever can add, so it is
    /// asked for a statement's lines, too.
    pub(super) const fn hours(self) -> bool {
        match self.balances {
            Balances::Shown | Balances::Gifts => true,
            Balances::Hidden => self.own,
        }
    }

    /// Whether anybody keeps score here: otherwise nobody gives too much or receives too much, and hours are thanked for.
    pub(super) const fn keeps_score(self) -> bool {
        !matches!(self.balances, Balances::Gifts)
    }

    /// By how much a line of a statement changed where the member stands, as far as the reader may see it.
    pub(super) fn change(self, line: &Line) -> Option<i64> {
        let may = self.hours() && (self.balance() || !TELLING.contains(&line.kind));
        may.then_some(line.change)
    }

    /// Where the member stands, without shame, or why that is not said.
    pub(super) fn standing(self, words: Words, balance: i64) -> String {
        if !self.balance() {
            return words.t(if self.keeps_score() { "standing-hidden" } else { "standing-gifts" });
        }
        let hours = words.hours(balance.unsigned_abs());
        match balance {
            0 => words.t("standing-even"),
            1.. => words.t1("standing-given", "hours", hours),
            _ => words.t1("standing-received", "hours", hours),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::words::Language;
    use kith_protocol::time::Timestamp;

    fn line(kind: &'static str) -> Line {
        Line { index: 1, at: Timestamp(0), kind, exchange: None, change: 433, other: None, through: None, back: false }
    }

    #[test]
    fn what_is_seen_follows_the_charter_and_the_reader() {
        let words = Words(Language::English);
        // Own page or not; where they stand, hours of lines, hours brought along.
        let rows = [
            (Balances::Shown, true, true, true, true),
            (Balances::Shown, false, true, true, true),
            (Balances::Hidden, true, true, true, true),
            (Balances::Hidden, false, false, false, false),
            (Balances::Gifts, true, false, true, false),
            (Balances::Gifts, false, false, true, false),
        ];
        for (balances, own, stands, lines, brought) in rows {
            let sight = Sight { balances, own };
            assert_eq!(sight.standing(words, 433).contains("7 hours 13 minutes"), stands, "{sight:?}");
            assert_eq!(sight.standing(words, -433).contains("7 hours 13 minutes"), stands, "{sight:?}");
            assert_eq!(sight.change(&line("exchange")), lines.then_some(433), "{sight:?}");
            assert_eq!(sight.hours(), lines, "{sight:?}");
            for kind in TELLING {
                assert_eq!(sight.change(&line(kind)), brought.then_some(433), "{sight:?} {kind}");
            }
        }
    }
}
