//! Offers, needs, and the community's card.

use super::{Scene, Workload};
use crate::world::Node;
use kith_protocol::{
    community::Card,
    id::RecordKey,
    machine::Command,
    shelf::{Category, Item, LAST_DAY, Listing, Times, When},
    time::{Span, Timestamp},
};

impl Workload {
    /// The community's card; now and then with a new name.
    pub(super) fn card(&mut self, i: usize, node: &Node) -> Command {
        let name = format!("Place {i}, {}", self.dice.below(3));
        let addresses = vec![format!("/sim/{i}")];
        Command::ShowCard { card: Card { name, area: Some("gcpuv".into()), transport: node.peer(), addresses } }
    }

    fn listing(&mut self) -> Listing {
        Listing {
            title: format!("Help number {}", self.dice.below(1_000)),
            text: None,
            category: Category::Garden,
            tags: vec!["help".into()],
            area: None,
            language: "en".into(),
            remote: self.dice.permille(300),
            when: When { times: self.times(), by: None },
        }
    }

    /// Now and then a listing says at which times of the week.
    fn times(&mut self) -> Option<Times> {
        let some = self.dice.below(4);
        Times::of((0..some).map(|_| (self.dice.below(7) as usize, self.dice.below(3) as usize)))
    }

    /// A need, which may say by when.
    fn need(&mut self) -> Listing {
        let mut need = self.listing();
        if self.dice.permille(300) {
            need.when.by = u32::try_from(self.dice.below(u64::from(LAST_DAY))).ok();
        }
        need
    }

    /// An offer as long as they come: a dozen of them fill more than one page of a shelf.
    pub(super) fn long_offer(&mut self, now: Timestamp) -> Command {
        let mut listing = self.listing();
        listing.text = Some("\u{1f33b}".repeat(kith_protocol::shelf::MAX_LISTING_TEXT));
        let key = RecordKey(self.dice.bytes());
        Command::Publish { key, item: Item::Offer(listing), expires_at: now.plus(Span::days(300)), owner: None }
    }

    /// Something new on the shelf, something renewed, or something withdrawn.
    pub(super) fn publish(&mut self, scene: &Scene<'_>) -> Option<Command> {
        let own = scene.state.shelf().1.iter().filter(|(_, own)| own.listing).map(|(key, _)| *key);
        let own: Vec<RecordKey> = own.collect();
        let life = match self.dice.below(10) {
            0..2 => Span::seconds(self.dice.between(5, 600)),
            2..4 => Span::seconds(self.dice.between(600, 86_400)),
            _ => Span::days(self.dice.between(1, 390)),
        };
        let expires_at = scene.now.plus(life);
        let owner = if self.dice.permille(700) { self.dice.pick(&scene.members()).copied() } else { None };
        let choice = self.dice.below(10);
        let key = match self.dice.pick(&own) {
            Some(key) if choice < 5 => *key,
            _ => RecordKey(self.dice.bytes()),
        };
        let item = match choice {
            0..2 if own.contains(&key) => Item::Withdrawn,
            2..8 => Item::Offer(self.listing()),
            _ => Item::Need(self.need()),
        };
        Some(Command::Publish { key, item, expires_at, owner })
    }
}
