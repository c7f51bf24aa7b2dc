//! Volumes to whole minutes, so that both sides still agree to the minute.

use super::{DataMember, PlanError};

/// Both sides in whole minutes, in the members' order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Rounded {
    pub(super) given: Vec<u64>,
    pub(super) received: Vec<u64>,
    pub(super) total: u64,
    /// Members with a figure that was no whole number.
    pub(super) adjusted: usize,
}

/// Rounds by largest remainders: every figure goes to the whole minute just below or just above,
/// those with the largest remainders above, as many as the total needs.
pub(super) fn round(members: &[DataMember]) -> Result<Rounded, PlanError> {
    let given: Vec<u64> = members.iter().map(|member| member.given_volume.hundredths()).collect();
    let received: Vec<u64> = members.iter().map(|member| member.received_volume.hundredths()).collect();
    let (given_sum, received_sum): (u64, u64) = (given.iter().sum(), received.iter().sum());
    if given_sum != received_sum {
        return Err(PlanError::TotalsDisagree { given: given_sum, received: received_sum });
    }
    let total = given_sum.saturating_add(50) / 100;
    let mut rounded = Rounded {
        given: round_side(&given, total),
        received: round_side(&received, total),
        total,
        adjusted: given.iter().zip(&received).filter(|(g, r)| *g % 100 != 0 || *r % 100 != 0).count(),
    };
    let both = rounded.given.iter().zip(&rounded.received);
    if let Some(heavy) = both.enumerate().position(|(_, (g, r))| g + r > total) {
        relieve(&mut rounded, [&given, &received], heavy)
            .ok_or(PlanError::OnlyWithSelf { number: members[heavy].number })?;
    }
    Ok(rounded)
}

fn round_side(hundredths: &[u64], total: u64) -> Vec<u64> {
    let mut minutes: Vec<u64> = hundredths.iter().map(|volume| volume / 100).collect();
    let floor: u64 = minutes.iter().sum();
    let mut order: Vec<usize> = (0..hundredths.len()).filter(|&at| !hundredths[at].is_multiple_of(100)).collect();
    order.sort_by_key(|&at| (std::cmp::Reverse(hundredths[at] % 100), at));
    let missing = usize::try_from(total.saturating_sub(floor)).unwrap_or(usize::MAX);
    for &at in order.iter().take(missing) {
        minutes[at] += 1;
    }
    minutes
}

/// Nobody exchanges with themselves, so a member may give and receive together no more than the
/// whole total. At most one member can be over it, by a minute or two that rounding added:
/// those minutes move to the others with the largest remainders. None when the exact figures
/// were impossible already.
fn relieve(rounded: &mut Rounded, exact: [&[u64]; 2], heavy: usize) -> Option<()> {
    while rounded.given[heavy] + rounded.received[heavy] > rounded.total {
        let moved =
            move_one(&mut rounded.given, exact[0], heavy).or_else(|| move_one(&mut rounded.received, exact[1], heavy));
        moved?;
    }
    Some(())
}

fn move_one(minutes: &mut [u64], exact: &[u64], heavy: usize) -> Option<()> {
    if minutes[heavy] * 100 <= exact[heavy] {
        return None;
    }
    let low = (0..exact.len()).filter(|&at| at != heavy && minutes[at] * 100 < exact[at]);
    let to = low.max_by_key(|&at| (exact[at] % 100, std::cmp::Reverse(at)))?;
    minutes[heavy] -= 1;
    minutes[to] += 1;
    Some(())
}
