//! Disputes with partners as people see them: both sides' statements in one thread, and how it ended.

use super::{
    book::Book,
    clock,
    handle::{Handle, Refused, Request},
    shelves::name_of,
};
use kith_protocol::{
    id::{CommunityId, ExchangeId, MemberId},
    ledger::{Body, History as _},
    machine::{Command, Dispute, DisputeDeed, Machine, Reply},
    partnership::{Complaint, Outcome, Said},
    time::Timestamp,
};

/// One statement of the thread.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Whether our side said it.
    pub ours: bool,
    /// What was said.
    pub said: Said,
    /// When it was written; for the partner's, when it arrived.
    pub at: Timestamp,
    /// Whether it is signed: until the partner is there, what we said is not.
    pub sent: bool,
}

/// A dispute that is open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Open {
    /// Why, and whether our side opened it.
    pub complaint: Option<(Complaint, bool)>,
    /// The outcome that we suggest.
    pub our_suggestion: Option<Outcome>,
    /// The outcome that the partner suggests.
    pub their_suggestion: Option<Outcome>,
    /// Whether the last word was the partner's.
    pub our_turn: bool,
    /// When the last word was said.
    pub last_word_at: Timestamp,
    /// When to look at it again.
    pub reminds_at: Timestamp,
    /// Whether that time has come.
    pub is_due: bool,
    /// The thread, the oldest first.
    pub thread: Vec<Line>,
}

/// How a dispute ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ended {
    /// How.
    pub outcome: Outcome,
    /// The entry that says so.
    pub index: u64,
    /// When it was recorded.
    pub at: Timestamp,
}

/// A dispute about one exchange.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Disputed {
    /// The exchange.
    pub exchange: ExchangeId,
    /// The partner community.
    pub partner: Option<CommunityId>,
    /// What it is called, as far as it is known.
    pub name: Option<String>,
    /// Since when it is known here.
    pub since: Timestamp,
    /// Open, or how it ended.
    pub state: Result<Open, Ended>,
}

fn thread(dispute: &Dispute) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    for (ours, kept) in [(true, &dispute.ours), (false, &dispute.theirs)] {
        lines.extend(kept.iter().map(|kept| Line {
            ours,
            said: kept.statement.content.said.clone(),
            at: if ours { kept.statement.content.made_at } else { kept.at },
            sent: true,
        }));
    }
    let drafts = dispute.drafts.iter();
    lines.extend(drafts.map(|draft| Line { ours: true, said: draft.said.clone(), at: draft.at, sent: false }));
    // Stable: what one side said stays in its order.
    lines.sort_by_key(|line| line.at);
    lines
}

fn open(machine: &Machine, exchange: ExchangeId, dispute: &Dispute, whole: bool, now: Timestamp) -> Disputed {
    let partner =
        machine.state().ledger().partners().get(&dispute.account).map(kith_protocol::ledger::Partner::community);
    Disputed {
        exchange,
        partner,
        name: partner.and_then(|community| name_of(machine, &community)),
        since: dispute.since,
        state: Ok(Open {
            complaint: dispute.complaint(),
            our_suggestion: dispute.our_suggestion(),
            their_suggestion: dispute.their_suggestion(),
            our_turn: dispute.is_our_turn(),
            last_word_at: dispute.last_word_at(),
            reminds_at: dispute.reminds_at(),
            is_due: dispute.reminds_at() <= now,
            thread: if whole { thread(dispute) } else { Vec::new() },
        }),
    }
}

/// The open disputes, without their threads, those that are due first, at most `most`.
#[must_use]
pub fn list(machine: &Machine, most: usize) -> Vec<Disputed> {
    let now = clock::now();
    let disputes = machine.state().disputes().iter();
    let mut all: Vec<Disputed> = disputes.map(|(id, dispute)| open(machine, *id, dispute, false, now)).collect();
    let due = |disputed: &Disputed| disputed.state.as_ref().map_or(Timestamp(u64::MAX), |open| open.reminds_at);
    all.sort_by_key(due);
    all.truncate(most);
    all
}

/// The dispute about an exchange, open with its thread or ended.
#[must_use]
pub fn find(machine: &Machine, book: &Book, exchange: ExchangeId) -> Option<Disputed> {
    let state = machine.state();
    if let Some(dispute) = state.disputes().get(&exchange) {
        return Some(open(machine, exchange, dispute, true, clock::now()));
    }
    let index = *state.ledger().outcomes().get(&exchange)?;
    let entry = book.entry(index)?;
    let Body::DisputeClosed { closing, .. } = entry.body else { return None };
    let account = closing.content.account;
    let partner = state.ledger().partners().get(&account).map(kith_protocol::ledger::Partner::community);
    Some(Disputed {
        exchange,
        partner,
        name: partner.and_then(|community| name_of(machine, &community)),
        since: entry.at,
        state: Err(Ended { outcome: closing.content.outcome, index, at: entry.at }),
    })
}

impl Handle {
    /// A coordinator does something about a disputed exchange.
    ///
    /// # Errors
    /// What the rules refuse, [`Refused::Busy`] and [`Refused::Stopping`].
    pub async fn dispute(
        &self,
        request: Request,
        exchange: ExchangeId,
        deed: DisputeDeed,
        by: MemberId,
    ) -> Result<Reply, Refused> {
        self.command(request, Command::Dispute { exchange, deed, by }).await
    }
}
