//! How often somebody may try to guess a code.

use super::Source;
use crate::runtime::clock;
use kith_protocol::time::{Span, Timestamp};
use std::{
    collections::BTreeMap,
    net::{IpAddr, Ipv4Addr},
    sync::{Mutex, PoisonError},
};

/// Wrong tries from one place within [`WITHIN`]: a whole group at one meeting may mistype now and then.
const MOST: u32 = 30;
/// Wrong tries from everywhere within [`WITHIN`]: at this rate it takes thousands of years to meet one of a thousand
/// codes of 47 bits.
const MOST_IN_ALL: u32 = 600;
const WITHIN: Span = Span::seconds(600);
/// Places remembered at once; past it those that tried longest ago are forgotten.
const PLACES: usize = 1_024;

#[derive(Debug, Default)]
struct Counted {
    since: Timestamp,
    wrong: u32,
    places: BTreeMap<IpAddr, (Timestamp, u32)>,
}

/// Wrong tries of late.
#[derive(Debug, Default)]
pub(super) struct Tries(Mutex<Counted>);

fn place(source: Option<Source>) -> IpAddr {
    source.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |source| source.0)
}

impl Tries {
    /// Whether another try may be made from there.
    pub(super) fn allowed(&self, source: Option<Source>) -> bool {
        self.allowed_at(place(source), clock::now())
    }

    /// A try was wrong.
    pub(super) fn wrong(&self, source: Option<Source>) {
        self.wrong_at(place(source), clock::now());
    }

    fn allowed_at(&self, place: IpAddr, now: Timestamp) -> bool {
        let counted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let fresh = |since: Timestamp| since <= now && now.since(since) < WITHIN;
        let here = counted.places.get(&place).filter(|(since, _)| fresh(*since)).map_or(0, |(_, wrong)| *wrong);
        let all = if fresh(counted.since) { counted.wrong } else { 0 };
        here < MOST && all < MOST_IN_ALL
    }

    fn wrong_at(&self, place: IpAddr, now: Timestamp) {
        let mut counted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let fresh = |since: Timestamp| since <= now && now.since(since) < WITHIN;
        if !fresh(counted.since) {
            (counted.since, counted.wrong) = (now, 0);
        }
        counted.wrong += 1;
        if counted.places.len() >= PLACES && !counted.places.contains_key(&place) {
            let oldest = counted.places.iter().min_by_key(|(_, (since, _))| *since).map(|(place, _)| *place);
            oldest.and_then(|oldest| counted.places.remove(&oldest));
        }
        let tried = counted.places.entry(place).or_insert((now, 0));
        if !fresh(tried.0) {
            *tried = (now, 0);
        }
        tried.1 += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrong_tries_close_the_door_for_a_while_and_only_there() {
        let tries = Tries::default();
        let place = |n: u8| IpAddr::V4(Ipv4Addr::new(192, 0, 2, n));
        let (now, later) = (Timestamp(1_000_000), Timestamp(1_000_000).plus(WITHIN));
        for _ in 0..MOST {
            assert!(tries.allowed_at(place(1), now));
            tries.wrong_at(place(1), now);
        }
        assert!(!tries.allowed_at(place(1), now));
        assert!(tries.allowed_at(place(2), now));
        assert!(tries.allowed_at(place(1), later));
        // A clock that was set back does not lock anybody out.
        assert!(tries.allowed_at(place(1), Timestamp(0)));
    }

    #[test]
    fn many_places_together_are_stopped_and_none_is_remembered_for_ever() {
        let tries = Tries::default();
        let now = Timestamp(1_000_000);
        for n in 0..5_000_u32 {
            tries.wrong_at(IpAddr::V4(Ipv4Addr::from_bits(n)), now);
        }
        assert!(!tries.allowed_at(IpAddr::V4(Ipv4Addr::from_bits(9_999)), now));
        assert!(tries.allowed_at(IpAddr::V4(Ipv4Addr::from_bits(9_999)), now.plus(WITHIN)));
        assert_eq!(tries.0.lock().unwrap_or_else(PoisonError::into_inner).places.len(), PLACES);
    }
}
