//! Inside one community: members, charter, exchanges of all kinds.

use super::{Scene, Workload};
use crate::dice::Dice;
use kith_protocol::{
    community::{Balances, Charter, Confirmation, GroupPolicy},
    envelope::Content as _,
    id::MemberId,
    key::SecretKey,
    ledger::{Agreed, Channel, Consent, CorrectionTerms, ExchangeTerms, GiftTerms, GroupTerms, PaymentTerms},
    machine::{Command, WaitingKind},
    member::{KeyTerms, MemberKind, Role},
    minutes::{Balance, Minutes},
};

/// How a community keeps score: mostly as usual.
pub(crate) fn drawn_balances(dice: &mut Dice) -> Balances {
    match dice.below(100) {
        0..60 => Balances::Shown,
        60..85 => Balances::Hidden,
        _ => Balances::Gifts,
    }
}

impl Workload {
    /// Somebody joins.
    pub(super) fn newcomer(&mut self, by: MemberId) -> Command {
        let member = MemberId(self.dice.bytes());
        let kind = if self.dice.permille(150) { MemberKind::Organisation } else { MemberKind::Person };
        let role = if self.dice.permille(150) { Role::Coordinator } else { Role::Member };
        let key = self.dice.permille(500).then(|| {
            let secret = SecretKey::from_seed(&self.dice.bytes());
            let key = secret.public();
            self.secrets.insert(key, secret);
            key
        });
        Command::Admit { member, kind, role, key, by }
    }

    /// Somebody joins, leaves, comes back or gets another role; the charter changes; hours are brought along.
    pub(super) fn members(&mut self, scene: &Scene<'_>) -> Option<Command> {
        let by = *self.dice.pick(&scene.coordinators())?;
        let member = *self.dice.pick(&scene.members())?;
        Some(match self.dice.below(100) {
            0..45 => self.newcomer(by),
            45..55 => Command::Leave { member, by },
            55..62 => {
                let gone = scene.state.ledger().members().iter().filter(|(_, m)| !m.active);
                let gone: Vec<MemberId> = gone.map(|(id, _)| *id).collect();
                let member = *self.dice.pick(&gone)?;
                Command::Admit { member, kind: MemberKind::Person, role: Role::Member, key: None, by }
            }
            62..72 => {
                let role = if self.dice.permille(500) { Role::Coordinator } else { Role::Member };
                Command::SetRole { member, role, by }
            }
            72..82 => Command::Open { member, minutes: Balance::new(self.dice.amount(-200, 400)).ok()?, by },
            82..90 => self.other_key(scene, member, by)?,
            _ => Command::ChangeCharter { charter: self.other_charter(scene.state.ledger().charter()?), by },
        })
    }

    /// A member takes a key of their own, another one, or none: as they may, or as only they think they may.
    fn other_key(&mut self, scene: &Scene<'_>, member: MemberId, by: MemberId) -> Option<Command> {
        let known = scene.state.ledger().members().get(&member)?;
        let secret = SecretKey::from_seed(&self.rings.bytes());
        let key = self.rings.permille(800).then(|| secret.public());
        let number = known.key_changes + u32::from(self.rings.permille(850));
        let terms = KeyTerms { community: scene.node.identity.community, member, key, number, made_at: scene.now };
        let bytes = terms.signing_bytes();
        let proof = key.is_some().then(|| secret.sign(&bytes));
        let old = known.key.and_then(|key| self.secrets.get(&key)).filter(|_| self.rings.permille(600));
        let consent = match old {
            Some(old) => Consent::Key { key: old.public(), signature: old.sign(&bytes) },
            None if self.rings.permille(600) => Consent::Session,
            None => Consent::OnBehalf { coordinator: by, channel: Channel::InPerson },
        };
        let terms = self.agreed(terms, vec![Some(consent)])?;
        self.secrets.insert(secret.public(), secret);
        Some(Command::ChangeKey { terms, proof })
    }

    fn other_charter(&mut self, charter: &Charter) -> Charter {
        let mut charter = charter.clone();
        let balance = |minutes| Balance::new(minutes).unwrap_or(Balance::ZERO);
        match self.dice.below(4) {
            0 => charter.person_floor = balance(-self.dice.amount(0, 900)),
            1 => charter.ceiling = self.dice.permille(700).then(|| balance(self.dice.amount(0, 400))),
            2 => {
                let all = [Confirmation::Both, Confirmation::Receiver, Confirmation::Either];
                charter.confirmation = *self.dice.pick(&all).unwrap_or(&Confirmation::Both);
            }
            _ => {
                charter.group = match charter.group {
                    GroupPolicy::LeaderEarnsAll => GroupPolicy::LeaderEarnsOnce,
                    GroupPolicy::LeaderEarnsOnce => GroupPolicy::LeaderEarnsAll,
                };
            }
        }
        if self.scores.permille(400) {
            charter.balances = drawn_balances(&mut self.scores);
        }
        charter
    }

    /// One helps another, and one or both agree; or somebody agrees to, or declines, what waits.
    pub(super) fn exchange(&mut self, i: usize, scene: &Scene<'_>) -> Option<Command> {
        let members = scene.members();
        let (mut giver, receiver) = (*self.dice.pick(&members)?, *self.dice.pick(&members)?);
        // Who has minutes on hold may get them back on top of whatever is earned meanwhile.
        let payers: Vec<MemberId> = scene.state.ledger().holds().values().map(|hold| hold.payer).collect();
        if let Some(payer) = self.dice.pick(&payers)
            && self.dice.permille(500)
        {
            giver = *payer;
        }
        let terms = ExchangeTerms {
            community: scene.node.identity.community,
            exchange: self.exchange_id(i),
            giver,
            receiver,
            minutes: self.minutes(260),
            made_at: scene.now,
            details: None,
        };
        let agreed = self.agreed_by_some(scene, terms)?;
        Some(Command::Exchange(agreed))
    }

    fn agreed_by_some(&mut self, scene: &Scene<'_>, terms: ExchangeTerms) -> Option<Agreed<ExchangeTerms>> {
        let (giver, receiver) = match self.dice.below(10) {
            0..5 => (true, true),
            5..7 => (true, false),
            7..9 => (false, true),
            _ => (false, false),
        };
        let giver = if giver { self.consent(scene, terms.giver, &terms) } else { None };
        let receiver = if receiver { self.consent(scene, terms.receiver, &terms) } else { None };
        self.agreed(terms, vec![giver, receiver])
    }

    /// Somebody deals with something that waits: the agreement that lacked, a payment asked for, or a no.
    pub(super) fn answer(&mut self, scene: &Scene<'_>) -> Option<Command> {
        let waiting: Vec<_> = scene.state.waiting().iter().collect();
        let (exchange, waiting) = *self.dice.pick(&waiting)?;
        if self.dice.permille(300) {
            return Some(Command::Decline { exchange: *exchange });
        }
        match &waiting.kind {
            WaitingKind::Local { terms, .. } => {
                let agreed = self.agreed_by_all(scene, terms.clone())?;
                Some(Command::Exchange(agreed))
            }
            WaitingKind::Payment { account, payer, payee, minutes, reverses } => {
                let terms = PaymentTerms {
                    community: scene.node.identity.community,
                    account: *account,
                    exchange: *exchange,
                    payer: *payer,
                    payee: *payee,
                    minutes: *minutes,
                    made_at: scene.now,
                    details: None,
                    reverses: *reverses,
                };
                let terms = self.agreed_by_all(scene, terms)?;
                Some(Command::Pay { terms, salt: self.dice.bytes() })
            }
            WaitingKind::Asked { .. } | WaitingKind::Declined { .. } => None,
        }
    }

    pub(super) fn group(&mut self, scene: &Scene<'_>) -> Option<Command> {
        let members = scene.members();
        let leader = *self.dice.pick(&members)?;
        let participants: Vec<MemberId> =
            members.into_iter().filter(|m| *m != leader && self.dice.permille(600)).collect();
        let terms = GroupTerms {
            community: scene.node.identity.community,
            exchange: kith_protocol::id::ExchangeId(self.dice.bytes()),
            leader,
            participants,
            minutes: self.minutes(90),
            made_at: scene.now,
            details: None,
        };
        Some(Command::Group(self.agreed_by_all(scene, terms)?))
    }

    pub(super) fn gift(&mut self, scene: &Scene<'_>) -> Option<Command> {
        let terms = GiftTerms {
            community: scene.node.identity.community,
            exchange: kith_protocol::id::ExchangeId(self.dice.bytes()),
            from: *self.dice.pick(&scene.members())?,
            minutes: self.minutes(60),
            made_at: scene.now,
            details: None,
        };
        Some(Command::Gift(self.agreed_by_all(scene, terms)?))
    }

    pub(super) fn correct(&mut self, i: usize, scene: &Scene<'_>) -> Option<Command> {
        let terms = CorrectionTerms {
            community: scene.node.identity.community,
            exchange: kith_protocol::id::ExchangeId(self.dice.bytes()),
            corrects: *self.dice.pick(&self.exchanges[i])?,
            minutes: if self.dice.permille(700) { Some(self.minutes(200)) } else { None::<Minutes> },
            made_at: scene.now,
            details: None,
        };
        Some(Command::Correct { terms, by: *self.dice.pick(&scene.coordinators())? })
    }
}
