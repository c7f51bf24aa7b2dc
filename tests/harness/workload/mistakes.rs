//! What people get wrong: each of these must be refused by name and change nothing.

use super::{Scene, Workload};
use kith_protocol::{
    id::{CommunityId, ExchangeId, MemberId, RecordKey},
    ledger::{CorrectionTerms, ExchangeTerms, GroupTerms},
    machine::Command,
    member::{MemberKind, Role},
    minutes::{Balance, Minutes},
    shelf::{Category, Item, Listing},
    time::Span,
};

impl Workload {
    pub(super) fn mistake(&mut self, i: usize, scene: &Scene<'_>) -> Option<Command> {
        let member = *self.dice.pick(&scene.members())?;
        let by = *self.dice.pick(&scene.coordinators())?;
        let stranger = MemberId(self.dice.bytes());
        let nothing = ExchangeId(self.dice.bytes());
        Some(match self.dice.below(15) {
            0 => self.wrong_exchange(scene, member, member, 30)?,
            1 => self.wrong_exchange(scene, member, stranger, 30)?,
            2 => self.wrong_exchange(scene, by, member, 900)?,
            3 => Command::Admit { member, kind: MemberKind::Person, role: Role::Member, key: None, by },
            4 => {
                Command::Admit { member: stranger, kind: MemberKind::Person, role: Role::Member, key: None, by: member }
            }
            5 => Command::Leave { member: by, by },
            6 => Command::SetRole { member: by, role: Role::Coordinator, by },
            7 => self.wrong_group(scene, member)?,
            8 => {
                let corrects = self.dice.pick(&self.exchanges[i]).copied().unwrap_or(nothing);
                let corrects = if self.dice.permille(500) { nothing } else { corrects };
                let (community, made_at) = (scene.node.identity.community, scene.now);
                let minutes = Minutes::new(30).ok();
                let exchange = ExchangeId(self.dice.bytes());
                let terms = CorrectionTerms { community, exchange, corrects, minutes, made_at, details: None };
                Command::Correct { terms, by: member }
            }
            9 => Command::Publish {
                key: RecordKey(self.dice.bytes()),
                item: Item::Withdrawn,
                expires_at: scene.now.plus(Span::days(3)),
                owner: None,
            },
            10 => self.wrong_offer(scene, Span::days(0), "A title"),
            11 => self.wrong_offer(scene, Span::days(500), "A title"),
            12 => self.wrong_offer(scene, Span::days(5), "  "),
            13 => Command::Decline { exchange: nothing },
            _ => Command::Open { member, minutes: Balance::ZERO, by },
        })
    }

    fn wrong_exchange(
        &mut self,
        scene: &Scene<'_>,
        giver: MemberId,
        receiver: MemberId,
        minutes: i64,
    ) -> Option<Command> {
        let here = scene.node.identity.community;
        let terms = ExchangeTerms {
            community: if self.dice.permille(150) { CommunityId([9; 32]) } else { here },
            exchange: ExchangeId(self.dice.bytes()),
            giver,
            receiver,
            minutes: Minutes::new(minutes).ok()?,
            made_at: scene.now,
            details: None,
        };
        Some(Command::Exchange(self.agreed_by_all(scene, terms)?))
    }

    fn wrong_group(&mut self, scene: &Scene<'_>, leader: MemberId) -> Option<Command> {
        let terms = GroupTerms {
            community: scene.node.identity.community,
            exchange: ExchangeId(self.dice.bytes()),
            leader,
            participants: vec![leader],
            minutes: Minutes::new(30).ok()?,
            made_at: scene.now,
            details: None,
        };
        Some(Command::Group(self.agreed_by_all(scene, terms)?))
    }

    fn wrong_offer(&mut self, scene: &Scene<'_>, life: Span, title: &str) -> Command {
        let listing = Listing {
            title: title.into(),
            text: None,
            category: Category::Other,
            tags: Vec::new(),
            area: None,
            language: "en".into(),
            remote: false,
            when: kith_protocol::shelf::When::default(),
        };
        let key = RecordKey(self.dice.bytes());
        Command::Publish { key, item: Item::Need(listing), expires_at: scene.now.plus(life), owner: None }
    }
}
