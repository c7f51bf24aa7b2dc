//! An open dispute as one side keeps it.

use crate::{
    envelope::Unverified,
    id::AccountId,
    partnership::{Complaint, Outcome, REMIND_AFTER, Said, Statement},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

/// Something that a coordinator said and that waits for the partner: it is numbered and signed when the partner is there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draft {
    /// What.
    pub said: Said,
    /// When.
    pub at: Timestamp,
}

/// A statement, and when it was signed or arrived here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// The statement.
    pub statement: Unverified<Statement>,
    /// When, by our own clock.
    pub at: Timestamp,
}

/// A dispute with a partner about one exchange.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dispute {
    /// Under which partnership.
    pub account: AccountId,
    /// Since when it is known here.
    pub since: Timestamp,
    /// What we signed, in order.
    pub ours: Vec<Kept>,
    /// What the partner signed, in order.
    pub theirs: Vec<Kept>,
    /// What we said and the partner has not heard, in order.
    pub drafts: Vec<Draft>,
    /// The day that a coordinator chose to be reminded on.
    pub remind_at: Option<Timestamp>,
}

fn suggested(kept: &[Kept]) -> Option<&Unverified<Statement>> {
    let all = kept.iter().rev().map(|kept| &kept.statement);
    all.into_iter().find(|statement| matches!(statement.content.said, Said::Suggests { .. }))
}

const fn outcome(said: &Said) -> Option<Outcome> {
    match said {
        Said::Suggests { outcome } => Some(*outcome),
        _ => None,
    }
}

impl Dispute {
    pub(super) const fn new(account: AccountId, since: Timestamp) -> Self {
        Self { account, since, ours: Vec::new(), theirs: Vec::new(), drafts: Vec::new(), remind_at: None }
    }

    /// Why it was opened, and whether by us; nothing if the statement that opened it has not arrived.
    #[must_use]
    pub fn complaint(&self) -> Option<(Complaint, bool)> {
        let opens = |said: &Said| match said {
            Said::Opens { complaint } => Some(*complaint),
            _ => None,
        };
        let kept = |all: &[Kept]| all.iter().find_map(|kept| opens(&kept.statement.content.said));
        let ours = kept(&self.ours).or_else(|| self.drafts.iter().find_map(|draft| opens(&draft.said)));
        kept(&self.theirs).map(|complaint| (complaint, false)).or_else(|| ours.map(|complaint| (complaint, true)))
    }

    /// The outcome that we suggest now, whether or not the partner has heard of it.
    #[must_use]
    pub fn our_suggestion(&self) -> Option<Outcome> {
        let waiting = self.drafts.iter().rev().find_map(|draft| outcome(&draft.said));
        waiting.or_else(|| suggested(&self.ours).and_then(|statement| outcome(&statement.content.said)))
    }

    /// The outcome that the partner suggests now.
    #[must_use]
    pub fn their_suggestion(&self) -> Option<Outcome> {
        self.suggestion().and_then(|statement| outcome(&statement.content.said))
    }

    /// The partner's suggestion itself.
    pub(super) fn suggestion(&self) -> Option<&Unverified<Statement>> {
        suggested(&self.theirs)
    }

    /// What we suggested and signed last.
    pub(super) fn signed_suggestion(&self) -> Option<Outcome> {
        suggested(&self.ours).and_then(|statement| outcome(&statement.content.said))
    }

    /// When the last word was said, on either side.
    #[must_use]
    pub fn last_word_at(&self) -> Timestamp {
        let signed = self.ours.iter().chain(&self.theirs).map(|kept| kept.at);
        signed.chain(self.drafts.iter().map(|draft| draft.at)).max().unwrap_or(self.since)
    }

    /// Whether the last word was the partner's, so that it is our turn.
    #[must_use]
    pub fn is_our_turn(&self) -> bool {
        let last = |kept: &[Kept]| kept.iter().map(|kept| kept.at).max();
        self.drafts.is_empty() && last(&self.theirs) >= last(&self.ours)
    }

    /// When a coordinator should look at it again: on the day they chose, or a week after the last word.
    #[must_use]
    pub fn reminds_at(&self) -> Timestamp {
        self.remind_at.unwrap_or_else(|| self.last_word_at().plus(REMIND_AFTER))
    }

    /// Takes in a statement of either side that is next in its list. A draft that it says is said.
    pub(super) fn hear(&mut self, statement: &Unverified<Statement>, ours: bool, at: Timestamp) {
        let said = (&statement.content.said, statement.content.made_at);
        if ours && self.drafts.first().is_some_and(|draft| (&draft.said, draft.at) == said) {
            self.drafts.remove(0);
        }
        let list = if ours { &mut self.ours } else { &mut self.theirs };
        list.push(Kept { statement: statement.clone(), at });
    }
}
