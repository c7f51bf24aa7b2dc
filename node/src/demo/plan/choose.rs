//! Who in a community takes part in what crosses its border, and with how much.

use super::crossing::Crossing;
use super::weave::Part;

/// How many times larger or smaller than usual a member's exchanges across may be, so that
/// numbers come out even without any single exchange becoming absurd.
const STRETCH: u64 = 2;

/// What one member gives and receives, in minutes and number of exchanges.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Figures {
    pub(super) member: usize,
    pub(super) given: u64,
    pub(super) given_count: u64,
    pub(super) received: u64,
    pub(super) received_count: u64,
}

/// A community's exchanges parted into those inside and those across its border.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Parted {
    pub(super) inside: [Vec<Part>; 2],
    /// Given to others elsewhere, received from others elsewhere.
    pub(super) across: [Vec<Part>; 2],
}

/// One side of one member while choosing.
#[derive(Debug, Clone, Copy, Default)]
struct Share {
    minutes: u64,
    count: u64,
    across: u64,
}

/// Parts a community's figures so that exactly `crossing` crosses, and what stays inside can be
/// exchanged without anybody exchanging with themselves.
pub(super) fn part(figures: &[Figures], crossing: Crossing) -> Parted {
    let mut given: Vec<Share> = figures.iter().map(|one| Share::new(one.given, one.given_count)).collect();
    let mut received: Vec<Share> = figures.iter().map(|one| Share::new(one.received, one.received_count)).collect();
    let counts = [&given, &received].map(|side| side.iter().map(|share| share.count).sum::<u64>());
    let inside = figures.iter().map(|one| one.given).sum::<u64>() - crossing.out;
    let left = take_excess(&mut given, &mut received, inside, crossing);
    fill(&mut given, left.out, counts[0].saturating_sub(counts[1]));
    fill(&mut received, left.into, counts[1].saturating_sub(counts[0]));
    // As many exchanges should be left to give inside as to receive, so the numbers that cross
    // have to differ by as much as the numbers of all.
    let [out, into] = [&given, &received].map(|side| side.iter().map(|share| share.usual_across()).sum::<u64>());
    let wanted = if crossing.out > 0 {
        [(counts[0] + into).saturating_sub(counts[1]), into]
    } else {
        [out, (counts[1] + out).saturating_sub(counts[0])]
    };
    let mut parted = Parted::default();
    for (side, shares) in [given, received].into_iter().enumerate() {
        let usual = [out, into][side].max(1);
        for (one, share) in figures.iter().zip(shares) {
            let (inside, across) = share.split(one.member, wanted[side], usual);
            parted.inside[side].extend(inside);
            parted.across[side].extend(across);
        }
    }
    parted
}

impl Share {
    fn new(minutes: u64, count: u64) -> Self {
        Self { minutes, count, across: 0 }
    }

    fn left(self) -> u64 {
        self.minutes - self.across
    }

    /// The exchanges that fall to the minutes across, at least one for any minutes.
    fn usual_across(self) -> u64 {
        if self.across == 0 {
            return 0;
        }
        ((self.count * self.across + self.minutes / 2) / self.minutes).max(1)
    }

    /// Parts this share into inside and across, `wanted` exchanges going across where `usual`
    /// would by volume alone, but none more than [`STRETCH`] times larger or smaller than usual.
    fn split(self, member: usize, wanted: u64, usual: u64) -> (Option<Part>, Option<Part>) {
        let part = |minutes, count| (minutes > 0).then_some(Part { member, minutes, count });
        if self.across == 0 || self.left() == 0 {
            return (part(self.left(), self.count), part(self.across, self.count));
        }
        let own = self.usual_across();
        let most = (own * STRETCH).min(self.count.saturating_sub(1)).max(1);
        let scaled = (u128::from(own) * u128::from(wanted) + u128::from(usual / 2)) / u128::from(usual);
        let across = u64::try_from(scaled).unwrap_or(most).clamp(own.div_ceil(STRETCH).min(most), most);
        let inside = self.count.saturating_sub(across).max(1);
        (part(self.left(), inside), part(self.across, across))
    }
}

/// Sends across what those members who have more than stays `inside` must send across, and
/// returns what is left to choose freely.
fn take_excess(given: &mut [Share], received: &mut [Share], inside: u64, crossing: Crossing) -> Crossing {
    let mut left = crossing;
    let mut either = vec![0; given.len()];
    for (at, either) in either.iter_mut().enumerate() {
        let excess = (given[at].minutes + received[at].minutes).saturating_sub(inside);
        given[at].across = excess.saturating_sub(received[at].minutes);
        received[at].across = excess.saturating_sub(given[at].minutes);
        *either = excess - given[at].across - received[at].across;
        left.out -= given[at].across;
        left.into -= received[at].across;
    }
    for (at, either) in either.into_iter().enumerate() {
        let out = either.min(left.out);
        given[at].across += out;
        received[at].across += either - out;
        left.out -= out;
        left.into -= either - out;
    }
    left
}

/// Chooses who gives the rest across: those whose exchanges are of the size that `minutes` in
/// `count` exchanges need, up to half of what each has, and more only when half is too little.
fn fill(shares: &mut [Share], minutes: u64, count: u64) {
    let wanted = minutes / count.max(1);
    let mut order: Vec<usize> = (0..shares.len()).filter(|&at| shares[at].left() > 0).collect();
    order.sort_by_key(|&at| ((shares[at].minutes / shares[at].count.max(1)).abs_diff(wanted), at));
    let mut missing = minutes;
    for most in [1, 0] {
        for &at in &order {
            let share = &mut shares[at];
            let kept = most * (share.minutes * (share.count / 2) / share.count.max(1));
            let taken = missing.min(share.left().saturating_sub(kept));
            share.across += taken;
            missing -= taken;
        }
    }
}
