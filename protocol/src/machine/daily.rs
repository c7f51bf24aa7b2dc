//! How often within a day a partner may have us record something: each time is a line for ever.

use super::{condition::Lost, effect::Turn, granting::MAX_GRANTS_A_DAY, state::Machine};
use crate::{
    id::AccountId,
    rejection::Rejection,
    time::{Span, Timestamp},
};

/// How often within a day the lanes of a partnership may be closed because the partner says that it, or we, lost something: each
/// time takes an epoch.
pub const MAX_CLOSINGS_A_DAY: usize = 100;

/// What a partner did within a day, as far as the machine has been running.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Day {
    since: Timestamp,
    grants: usize,
    closings: usize,
}

impl Machine {
    fn day(&mut self, turn: &Turn<'_>, account: AccountId) -> &mut Day {
        let day = self.days.entry(account).or_default();
        // A clock that was set back begins another day.
        if turn.now >= day.since.plus(Span::days(1)) || turn.now < day.since {
            *day = Day { since: turn.now, ..Day::default() };
        }
        day
    }

    /// Counts that the partner changed what it grants.
    pub(super) fn count_grant(&mut self, turn: &Turn<'_>, account: AccountId) -> Result<(), Rejection> {
        let grants = &mut self.day(turn, account).grants;
        count(grants, "changes of one partner in a day", MAX_GRANTS_A_DAY)
    }

    /// Counts that the lanes are closed by the partner's word.
    pub(super) fn count_closing(&mut self, turn: &Turn<'_>, account: AccountId) -> Result<(), Rejection> {
        let closings = &mut self.day(turn, account).closings;
        count(closings, "closings of the lanes by one partner in a day", MAX_CLOSINGS_A_DAY)
    }

    /// The partner says that we lost something.
    pub(super) fn fall_behind(&mut self, turn: &mut Turn<'_>, account: AccountId) -> Result<(), Rejection> {
        self.count_closing(turn, account)?;
        self.lose(turn, account, Lost::Behind);
        Ok(())
    }
}

fn count(so_often: &mut usize, what: &'static str, limit: usize) -> Result<(), Rejection> {
    if *so_often >= limit {
        return Err(Rejection::TooManyWaiting { what, limit });
    }
    *so_often += 1;
    Ok(())
}
