//! Offers, needs, and the community's card.

use super::{Scene, Workload};
use crate::world::Node;
use kith_protocol::{
    community::Card,
    id::RecordKey,
    machine::Command,
    shelf::{Category, Item, Listing},
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
        }
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
            _ => Item::Need(self.listing()),
        };
        Some(Command::Publish { key, item, expires_at, owner })
    }
}
