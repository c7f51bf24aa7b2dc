//! What needs doing between us and a partner, as a line of the day's list.

use super::{go_on, today::Todo};
use crate::{
    runtime::root::is_soon,
    web::{
        partners::{Halted, Line, Seen, Stopped},
        words::Words,
    },
};
use kith_protocol::{id::CommunityId, time::Timestamp};

/// Why a partner stands on the list. What comes first weighs most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Matter {
    /// We were restored, and everybody waits for its answer.
    Restored,
    /// It signed two things that cannot both be true.
    Frozen,
    /// A limit is nearly reached.
    NearLimit,
    /// Something waits.
    Stuck,
}

impl Matter {
    /// What there is about a partner, if anything.
    pub(super) fn of(partner: &Seen) -> Option<Self> {
        if partner.restored.is_some() {
            return Some(Self::Restored);
        }
        // Coordinators who ended it with such a partner have decided.
        if partner.halted == Some(Halted::Frozen) && !partner.we_ended {
            return Some(Self::Frozen);
        }
        if partner.near_limit && partner.stopped != Some(Stopped::Ended) {
            return Some(Self::NearLimit);
        }
        (partner.undecided + partner.asked + partner.unconfirmed > 0).then_some(Self::Stuck)
    }

    /// Whether nothing goes on with it until somebody decides.
    pub(super) fn halts(self) -> bool {
        self <= Self::Frozen
    }
}

/// The line of a partner that has a matter.
pub(super) fn todo(words: Words, community: &CommunityId, seen: &Seen, matter: Matter, now: Timestamp) -> Todo {
    let name = seen.name(words);
    let waiting = || Line::new(words, seen.clone(), now).waiting.join(" ");
    let more = match (matter, seen.restored) {
        (Matter::Restored, Some(since)) => go_on::told(words, &name, since, now),
        (Matter::Frozen, _) => waiting(),
        _ => {
            let there = words.t(if seen.connected { "partner-connected" } else { "partner-asleep" });
            format!("{} {there}", waiting())
        }
    };
    let (button, address) = match matter {
        Matter::Restored => ("today-decide", go_on::address(community)),
        Matter::Frozen => ("today-proof", format!("/partners/{community}/sheet")),
        Matter::NearLimit | Matter::Stuck => ("today-partner", "/partners".into()),
    };
    Todo { words: name, more, button: words.t(button), address }
}

/// What to do while a copy of this community that was restored later runs, too.
pub(super) fn later_copy(words: Words) -> Todo {
    Todo {
        words: words.t("today-copy-what"),
        more: words.t("today-copy-more"),
        button: words.t("backup"),
        address: "/backup".into(),
    }
}

/// What to do when the key that signs for this community ends soon.
pub(super) fn key_ends(words: Words, until: Timestamp, now: Timestamp) -> Option<Todo> {
    is_soon(until, now).then(|| Todo {
        words: words.t1("today-key-what", "day", words.day(until)),
        more: words.t("today-key-more"),
        button: words.t("backup"),
        address: "/backup".into(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_weighs_most_about_a_partner_is_told() {
        let seen = Seen { undecided: 1, ..Seen::default() };
        assert_eq!((Matter::of(&seen), Matter::of(&Seen::default())), (Some(Matter::Stuck), None));
        let seen = Seen { near_limit: true, ..seen };
        assert_eq!(Matter::of(&seen), Some(Matter::NearLimit));
        let ended = Seen { stopped: Some(Stopped::Ended), undecided: 0, ..seen.clone() };
        assert_eq!(Matter::of(&ended), None);
        let frozen = Seen { halted: Some(Halted::Frozen), ..seen };
        assert_eq!(Matter::of(&frozen), Some(Matter::Frozen));
        assert_eq!(Matter::of(&Seen { we_ended: true, stopped: Some(Stopped::Ended), undecided: 0, ..frozen }), None);
        let comparing = Seen { halted: Some(Halted::Comparing), ..Seen::default() };
        assert_eq!(Matter::of(&comparing), None);
        assert_eq!(Matter::of(&Seen { restored: Some(Timestamp(0)), ..comparing }), Some(Matter::Restored));
        assert!(Matter::Restored.halts() && Matter::Frozen.halts() && !Matter::NearLimit.halts());
    }
}
