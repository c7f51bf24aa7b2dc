//! The small made-up world of a plain `kith demo`: three communities, their people, and what
//! happens between them in a few weeks. All names are invented; nobody behind them is real.

mod gorbals;
mod rushey_green;
mod steps;
mod taff_valley;

/// The help that offers and needs are tagged with.
pub const TAGS: [&str; 10] = [
    "befriending",
    "shopping",
    "repairs",
    "tutoring",
    "lifts",
    "gardening",
    "form filling",
    "Welsh conversation",
    "cooking for one",
    "phone help",
];

/// The whole scenario.
pub static SCENARIO: Scenario = Scenario {
    communities: [&rushey_green::COMMUNITY, &gorbals::COMMUNITY, &taff_valley::COMMUNITY],
    partnerships: [
        Partnership { between: (0, 1), limit_minutes: 600, largest_exchange_minutes: 240 },
        Partnership { between: (0, 2), limit_minutes: 600, largest_exchange_minutes: 240 },
        Partnership { between: (1, 2), limit_minutes: 600, largest_exchange_minutes: 240 },
    ],
    steps: steps::STEPS,
};

/// Communities, what they agreed with each other, and what happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scenario {
    /// The communities; others refer to them by their place here.
    pub communities: [&'static Community; 3],
    /// One partnership for each pair of communities.
    pub partnerships: [Partnership; 3],
    /// What happens, in order.
    pub steps: &'static [Step],
}

/// One community and its charter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Community {
    /// The community's name.
    pub name: &'static str,
    /// A coarse place: a geohash of five characters, some five kilometres across.
    pub area: &'static str,
    /// The languages spoken, as BCP 47 tags, the first one first.
    pub languages: &'static [&'static str],
    /// How far a person's balance may go below zero, in minutes above zero.
    pub person_below_minutes: u32,
    /// How far an organisation's balance may go below zero, in minutes above zero.
    pub organisation_below_minutes: u32,
    /// The longest single exchange, in minutes.
    pub largest_exchange_minutes: u32,
    /// The members, the coordinator first.
    pub members: &'static [Member],
}

/// One member of a community.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Member {
    /// A first name and an initial, or an organisation's name; once in the whole scenario.
    pub name: &'static str,
    /// Person or organisation.
    pub kind: Kind,
    /// Member or coordinator.
    pub role: Role,
    /// What the member offers.
    pub offers: &'static [Listing],
    /// What the member would like help with.
    pub needs: &'static [Listing],
}

/// People and organisations have the same kind of account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// One person.
    Person,
    /// A housing association, a clinic, a school.
    Organisation,
}

/// What a member may do for others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Gives and receives.
    Member,
    /// Also admits members and records for those who ask for it.
    Coordinator,
}

/// One offer or need.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Listing {
    /// One of [`TAGS`].
    pub tag: &'static str,
    /// The offer or need in the member's own words.
    pub title: &'static str,
}

/// What two communities agreed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Partnership {
    /// The two communities, the lower place first.
    pub between: (usize, usize),
    /// How far either may run ahead of the other, in minutes.
    pub limit_minutes: u32,
    /// The longest single exchange between them, in minutes.
    pub largest_exchange_minutes: u32,
}

/// A member, by community and name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Who {
    /// The community's place in the scenario.
    pub community: usize,
    /// The member's name there.
    pub name: &'static str,
}

/// Help that one member gave another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Exchange {
    /// Who gave their time.
    pub giver: Who,
    /// Who received it; of another community when the exchange crosses.
    pub receiver: Who,
    /// How long, in minutes.
    pub minutes: u32,
    /// What it was, in the receiver's words.
    pub what: &'static str,
}

/// One thing that happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Help from one to another, in one community or across two.
    Exchange(Exchange),
    /// One member does something with several of the same community: each of them receives the
    /// minutes, the giver is given them once, and the rest goes to the community pot.
    Group {
        /// Who gave.
        giver: Who,
        /// Who received.
        receivers: &'static [Who],
        /// How long it took, in minutes.
        minutes: u32,
        /// What it was.
        what: &'static str,
    },
    /// Minutes from one member to their community's pot.
    Gift {
        /// Who gives them.
        giver: Who,
        /// How many.
        minutes: u32,
        /// The giver's words.
        what: &'static str,
    },
    /// An earlier exchange was not as long as recorded. The record stays; a second one puts it right.
    Correction {
        /// The place of the exchange among the steps.
        of: usize,
        /// How long it really was, in minutes.
        minutes: u32,
        /// Why.
        why: &'static str,
    },
    /// An exchange that the charter does not allow: the demo shows how it is refused.
    Refused {
        /// What was asked.
        exchange: Exchange,
        /// The limit it meets.
        limit: Limit,
    },
}

/// A limit that refuses an exchange.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// The receiver's balance would go below what the charter allows.
    Below,
    /// The exchange is longer than the charter or the partnership allows.
    Longest,
    /// One community would run further ahead of the other than they agreed.
    Ahead,
}

impl Scenario {
    /// Finds a member.
    #[must_use]
    pub fn member(&self, who: Who) -> Option<&'static Member> {
        self.communities.get(who.community)?.members.iter().find(|member| member.name == who.name)
    }
}

impl Exchange {
    /// Whether the two are of different communities.
    #[must_use]
    pub const fn crosses(&self) -> bool {
        self.giver.community != self.receiver.community
    }
}

const fn listing(tag: &'static str, title: &'static str) -> Listing {
    Listing { tag, title }
}

const fn person(name: &'static str, offers: &'static [Listing], needs: &'static [Listing]) -> Member {
    Member { name, kind: Kind::Person, role: Role::Member, offers, needs }
}

const fn coordinator(name: &'static str, offers: &'static [Listing], needs: &'static [Listing]) -> Member {
    Member { name, kind: Kind::Person, role: Role::Coordinator, offers, needs }
}

const fn organisation(name: &'static str, offers: &'static [Listing], needs: &'static [Listing]) -> Member {
    Member { name, kind: Kind::Organisation, role: Role::Member, offers, needs }
}

#[cfg(test)]
mod tests;
