//! What is near, and how far away: one answer for a member's first page, for finding and for the reasons of both.

use super::shelves::area_of;
use crate::area::Cell;
use kith_protocol::{id::CommunityId, machine::Machine, shelf::Listing};
use std::collections::BTreeMap;

/// What is near, in kilometres between the places' nearest edges: half an hour by bus or bicycle.
const NEAR_KM: f64 = 10.0;

/// Where somebody looks from, and where communities are.
#[derive(Debug)]
pub struct Nearby {
    own: CommunityId,
    /// Where whoever looks lives, roughly, if they say it.
    home: Option<Cell>,
    cells: BTreeMap<CommunityId, Cell>,
}

impl Nearby {
    /// For somebody who lives there, with what these communities and our own say of their places.
    #[must_use]
    pub fn of<'a>(machine: &'a Machine, home: Option<Cell>, others: impl Iterator<Item = &'a CommunityId>) -> Self {
        let own = machine.identity().community;
        let cell = |id: &CommunityId| Some((*id, Cell::of(&area_of(machine, id)?)?));
        Self { own, home, cells: others.filter_map(cell).chain(cell(&own)).collect() }
    }

    /// From where near is measured: where they live, or else our own community.
    fn here(&self) -> Option<&Cell> {
        self.home.as_ref().or_else(|| self.cells.get(&self.own))
    }

    /// Whether it is known from where near is measured.
    #[must_use]
    pub fn placed(&self) -> bool {
        self.here().is_some()
    }

    /// Whether what is near is near the one who looks, not only near our community.
    #[must_use]
    pub const fn personal(&self) -> bool {
        self.home.is_some()
    }

    /// Where a listing is: where it says, or else where its community is.
    fn there(&self, community: &CommunityId, listing: &Listing) -> (Option<Cell>, bool) {
        let said = listing.area.as_deref().and_then(Cell::of);
        (said.or_else(|| self.cells.get(community).copied()), said.is_some())
    }

    /// Whether something is near. What is of ours and says no other place is.
    #[must_use]
    pub fn has(&self, community: &CommunityId, listing: &Listing) -> bool {
        match (self.here(), self.there(community, listing)) {
            (_, (_, false)) if *community == self.own => true,
            (Some(here), (Some(there), _)) => here.apart(&there) <= NEAR_KM,
            _ => *community == self.own,
        }
    }

    /// About how many kilometres away something is, where both places are told. What is of ours and says no other place is
    /// simply here.
    #[must_use]
    pub fn away(&self, community: &CommunityId, listing: &Listing) -> Option<u32> {
        let (there, said) = self.there(community, listing);
        let (here, there) = (self.here()?, there?);
        let ours = *community == self.own;
        let here_too = ours && (!said || self.home.is_none() && *here == there);
        (!here_too).then(|| here.about(&there))
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn cell(geohash: &str) -> Cell {
        Cell::of(geohash).unwrap()
    }

    fn listing(area: Option<&str>) -> Listing {
        Listing { area: area.map(Into::into), ..crate::trial::listing("Help", "", &[]) }
    }

    #[test]
    fn what_is_near_is_told_by_the_places() {
        let [own, next, far, silent] = [1, 2, 3, 4].map(|n| CommunityId([n; 32]));
        let cells = BTreeMap::from([(own, cell("gcpvj")), (next, cell("gcpvh")), (far, cell("gcjsz"))]);
        let nearby = Nearby { own, home: None, cells };
        for (community, area, near) in [
            (own, None, true),
            (next, None, true),
            (far, None, false),
            (silent, None, false),
            // What a listing says itself goes before where its community is.
            (own, Some("gcjsz"), false),
            (far, Some("gcpvj"), true),
            (silent, Some("gcpvn"), true),
            // A coarse place that has us within it may be next door.
            (silent, Some("gcp"), true),
        ] {
            assert_eq!(nearby.has(&community, &listing(area)), near, "{community:?} {area:?}");
        }
        // Where nobody says where we are, near is here.
        let nowhere = Nearby { own, home: None, cells: BTreeMap::new() };
        assert!(nowhere.has(&own, &listing(None)) && !nowhere.has(&next, &listing(Some("gcpvj"))));
        assert!(!nowhere.placed() && nearby.placed());
    }

    #[test]
    fn who_says_where_they_live_has_near_measured_from_there() {
        let [own, far] = [1, 3].map(|n| CommunityId([n; 32]));
        let cells = BTreeMap::from([(own, cell("gcpvj")), (far, cell("gcjsz"))]);
        let from = |home: Option<&str>| Nearby { own, home: home.map(cell), cells: cells.clone() };
        let (silent, told) = (from(None), from(Some("gcjsz2")));
        assert!(!silent.has(&far, &listing(None)) && told.has(&far, &listing(None)));
        assert!(silent.has(&own, &listing(Some("gcpvn"))) && !told.has(&own, &listing(Some("gcpvn"))));
        // The own board stays near, wherever somebody lives, and a place that nobody told has no distance.
        assert!(told.has(&own, &listing(None)));
        assert_eq!((silent.away(&own, &listing(None)), told.away(&own, &listing(None))), (None, None));
        // The same square as the community's is here; the same square as somebody's home is next to them.
        assert_eq!(silent.away(&own, &listing(Some("gcpvj"))), None);
        assert_eq!(told.away(&own, &listing(Some("gcjsz2"))), Some(0));
        assert!((190..230).contains(&told.away(&own, &listing(Some("gcpvn"))).unwrap()));
    }
}
