//! The partners on the public page: who they are, whether they are there, and where the hours between us stand.

use super::words::Words;
use crate::runtime::shelves::name_of;
use kith_protocol::{
    id::AccountId,
    ledger::Partner,
    machine::{Condition, Lost, Machine, WaitingKind},
    partnership::Side,
    time::Timestamp,
};

/// The most partners on the page, each up to 1,500 bytes: the whole page stays under 60 KB.
pub(super) const SHOWN: usize = 8;

/// A partner as the core knows it.
#[derive(Debug, Clone, Default)]
pub(super) struct Seen {
    /// What the community calls itself, if it told.
    pub(super) name: Option<String>,
    pub(super) connected: bool,
    /// Minutes our members received more than they gave.
    pub(super) net: i64,
    /// How far our members may receive ahead, and theirs.
    pub(super) limits: (i64, i64),
    pub(super) on_hold: i64,
    /// Exchanges of ours that the partner has not decided, with those that stand in line behind them.
    pub(super) undecided: u64,
    /// When the oldest of them was recorded.
    pub(super) oldest: Option<Timestamp>,
    /// Exchanges of theirs that we decided and they have not confirmed to know.
    pub(super) unconfirmed: u64,
    /// Requests to their members that nobody there has answered.
    pub(super) asked: u64,
    /// Whether three quarters of a limit are used.
    pub(super) near_limit: bool,
    /// What keeps the account from moving, if anything does.
    pub(super) halted: Option<Halted>,
    /// Since when everybody here waits for it after a restore, unless a coordinator decided not to.
    pub(super) restored: Option<Timestamp>,
    /// What either side decided about new exchanges, if they do not go on both ways.
    pub(super) stopped: Option<Stopped>,
    /// Whether it was we who ended it.
    pub(super) we_ended: bool,
}

/// What the two decided about new exchanges.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stopped {
    /// None any more.
    Ended,
    /// None for now, or only one way.
    Break,
}

impl Stopped {
    fn of(partner: &Partner) -> Option<Self> {
        let both = [Side::A, Side::B].map(|side| partner.granted(side));
        if both.iter().any(|granted| granted.ended) {
            return Some(Self::Ended);
        }
        both.iter().any(|granted| !(granted.gives && granted.receives)).then_some(Self::Break)
    }
}

/// What keeps an account from moving.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Halted {
    /// One of the two lost something and they compare what they hold.
    Comparing,
    /// The partner signed two things that cannot both be true.
    Frozen,
}

impl Seen {
    pub(super) fn name(&self, words: Words) -> String {
        self.name.clone().unwrap_or_else(|| words.t("partner-nameless"))
    }

    pub(super) fn of(machine: &Machine, account: &AccountId, partner: &Partner) -> Self {
        let state = machine.state();
        let community = partner.community();
        let lanes = state.lanes().get(account);
        let asked = state.waiting().values().filter(|waiting| match &waiting.kind {
            WaitingKind::Asked { account: asked, .. } => asked == account,
            WaitingKind::Local { .. } | WaitingKind::Payment { .. } | WaitingKind::Declined { .. } => false,
        });
        Self {
            name: name_of(machine, &community),
            connected: machine.connected(&community),
            net: partner.net.get(),
            limits: (partner.limit(partner.side), partner.limit(partner.side.other())),
            on_hold: partner.on_hold.get(),
            undecided: lanes.map_or(0, |lanes| (lanes.undecided() + lanes.queued()) as u64),
            oldest: lanes.and_then(kith_protocol::lane::Lanes::waiting_since),
            unconfirmed: lanes.map_or(0, |lanes| lanes.unconfirmed().count() as u64),
            asked: asked.count() as u64,
            near_limit: partner.is_near_limit(),
            halted: state.conditions().get(account).map(|condition| match condition {
                Condition::Frozen { .. } => Halted::Frozen,
                _ => Halted::Comparing,
            }),
            restored: match state.conditions().get(account) {
                Some(Condition::Recovering { why: Lost::Restored, since, waived: false, .. }) => Some(*since),
                _ => None,
            },
            stopped: Stopped::of(partner),
            we_ended: partner.granted(partner.side).ended,
        }
    }
}

/// The net between the two limits, in per cent of the bar's length from its left end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Bar {
    /// Where as much was given as received.
    pub(super) even: u8,
    /// Where the net is now.
    pub(super) now: u8,
}

impl Bar {
    fn new(net: i64, (ours, theirs): (i64, i64)) -> Option<Self> {
        let length = i128::from(ours) + i128::from(theirs);
        if length <= 0 {
            return None;
        }
        let at = |minutes: i64| {
            let part = (i128::from(minutes) + i128::from(theirs)) * 100 / length;
            u8::try_from(part.clamp(0, 100)).unwrap_or(100)
        };
        Some(Self { even: at(0), now: at(net) })
    }

    /// Where the coloured part begins.
    pub(super) fn from(&self) -> u8 {
        self.even.min(self.now)
    }

    /// How long it is.
    pub(super) fn length(&self) -> u8 {
        self.even.abs_diff(self.now)
    }
}

/// A partner on the page.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) name: String,
    pub(super) connected: bool,
    /// Whether our members received more than they gave.
    pub(super) received: bool,
    pub(super) net: String,
    pub(super) bar: Option<Bar>,
    /// The most our members may be ahead in giving, and in receiving.
    pub(super) most_given: String,
    pub(super) most_received: String,
    /// What waits, a sentence each.
    pub(super) waiting: Vec<String>,
}

impl Line {
    pub(super) fn new(words: Words, seen: Seen, now: Timestamp) -> Self {
        let minutes = |signed: i64| words.hours(signed.unsigned_abs());
        let net = match seen.net {
            0 => words.t("partner-even"),
            1.. => words.t1("partner-received", "hours", minutes(seen.net)),
            _ => words.t1("partner-given", "hours", minutes(seen.net)),
        };
        Self {
            name: seen.name(words),
            connected: seen.connected,
            received: seen.net > 0,
            net,
            bar: Bar::new(seen.net, seen.limits),
            most_given: words.t1("partner-most-given", "hours", minutes(seen.limits.1)),
            most_received: words.t1("partner-most-received", "hours", minutes(seen.limits.0)),
            waiting: waiting(words, &seen, now),
        }
    }
}

fn waiting(words: Words, seen: &Seen, now: Timestamp) -> Vec<String> {
    let mut lines = Vec::new();
    if seen.undecided > 0 {
        let exchanges = words.n("partner-undecided", seen.undecided);
        let hours = words.hours(seen.on_hold.unsigned_abs());
        lines.push(words.t2("partner-undecided-line", ("exchanges", &exchanges), ("hours", &hours)));
        if let Some(oldest) = seen.oldest {
            lines.push(words.t1("partner-oldest", "span", words.span(now.since(oldest))));
        }
    }
    if seen.unconfirmed > 0 {
        lines.push(words.n("partner-unconfirmed", seen.unconfirmed));
    }
    if seen.asked > 0 {
        lines.push(words.n("partner-asked", seen.asked));
    }
    match seen.halted {
        Some(Halted::Comparing) => lines.push(words.t("partner-comparing")),
        Some(Halted::Frozen) => lines.push(words.t("partner-frozen")),
        None => {}
    }
    match seen.stopped {
        Some(Stopped::Ended) => lines.push(words.t("partner-ended")),
        Some(Stopped::Break) => lines.push(words.t("partner-break")),
        None => {}
    }
    if seen.near_limit {
        lines.push(words.t("partner-near-limit"));
    }
    if lines.is_empty() {
        lines.push(words.t("partner-nothing-waits"));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::words::Language;

    const ENGLISH: Words = Words(Language::English);

    #[test]
    fn the_bar_shows_the_net_between_the_limits() {
        assert_eq!(Bar::new(0, (600, 600)), Some(Bar { even: 50, now: 50 }));
        let ahead = Bar::new(300, (600, 600)).expect("a bar");
        assert_eq!((ahead.from(), ahead.length()), (50, 25));
        let behind = Bar::new(-600, (600, 600)).expect("a bar");
        assert_eq!((behind.from(), behind.length()), (0, 50));
        assert_eq!(Bar::new(0, (900, 300)), Some(Bar { even: 25, now: 25 }));
        assert_eq!(Bar::new(0, (0, 0)), None);
        assert_eq!(Bar::new(i64::MAX, (i64::MAX, i64::MAX)), Some(Bar { even: 50, now: 100 }));
    }

    #[test]
    fn the_net_is_told_in_words_without_shame() {
        let line = |net| Line::new(ENGLISH, Seen { net, limits: (600, 600), ..Seen::default() }, Timestamp(0));
        assert_eq!(line(0).net, "Our members gave as much as they received.");
        assert_eq!(line(90).net, "Our members received 1 hour 30 minutes more than they gave.");
        assert_eq!(line(-60).net, "Our members gave 1 hour more than they received.");
    }

    #[test]
    fn what_waits_is_told_with_its_age() {
        let seen = Seen {
            undecided: 2,
            on_hold: 150,
            oldest: Some(Timestamp(0)),
            unconfirmed: 1,
            asked: 3,
            ..Seen::default()
        };
        assert_eq!(
            waiting(ENGLISH, &seen, Timestamp(3 * 86_400_000)),
            [
                "2 exchanges wait for their answer: 2 hours 30 minutes in all.",
                "The oldest has waited for 3 days.",
                "1 answer of ours is on the way to them.",
                "3 requests of ours wait for one of their members.",
            ]
        );
        assert_eq!(waiting(ENGLISH, &Seen::default(), Timestamp(0)), ["Nothing waits."]);
    }
}
