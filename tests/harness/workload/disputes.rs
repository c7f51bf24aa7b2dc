//! Disputes with partners, and advances from the pot.

use super::{Node, Scene, Workload};
use kith_protocol::{
    id::ExchangeId,
    machine::{Command, DisputeDeed, Waiting, WaitingKind},
    partnership::{Complaint, Outcome, Words},
    time::Span,
};

impl Workload {
    /// A coordinator, or now and then somebody who is none.
    fn decider(&mut self, scene: &Scene<'_>) -> Option<kith_protocol::id::MemberId> {
        let all = if self.dice.permille(20) { scene.members() } else { scene.coordinators() };
        self.dice.pick(&all).copied()
    }

    /// Somebody opens a dispute, says something in one that is open, or suggests an outcome: mostly what the other side suggests.
    pub(super) fn dispute(&mut self, i: usize, scene: &Scene<'_>) -> Option<Command> {
        let by = self.decider(scene)?;
        let open: Vec<_> = scene.state.disputes().iter().collect();
        let exchange = match self.dice.pick(&open) {
            Some((exchange, _)) if self.dice.permille(800) => **exchange,
            _ => return self.open_dispute(i, scene, by),
        };
        let theirs = scene.state.disputes().get(&exchange)?.their_suggestion();
        let deed = match self.dice.below(10) {
            0..2 => DisputeDeed::Say { text: self.words()? },
            2 => DisputeDeed::Remind { at: scene.now.plus(Span::days(2)) },
            3 => DisputeDeed::Open { complaint: Complaint::Other, text: None },
            _ => {
                let any = *self.dice.pick(&Outcome::ALL)?;
                DisputeDeed::Suggest { outcome: theirs.filter(|_| self.dice.permille(800)).unwrap_or(any) }
            }
        };
        Some(Command::Dispute { exchange, deed, by })
    }

    fn open_dispute(&mut self, i: usize, scene: &Scene<'_>, by: kith_protocol::id::MemberId) -> Option<Command> {
        let crossed: Vec<ExchangeId> = scene.crossed().collect();
        let exchange = match self.dice.pick(&crossed) {
            Some(exchange) if self.dice.permille(900) => *exchange,
            _ => self.exchange_id(i),
        };
        let text = if self.dice.permille(500) { self.words() } else { None };
        if self.dice.permille(40) {
            return Some(Command::Dispute { exchange, deed: DisputeDeed::Say { text: self.words()? }, by });
        }
        let complaint = *self.dice.pick(&Complaint::ALL)?;
        Some(Command::Dispute { exchange, deed: DisputeDeed::Open { complaint, text }, by })
    }

    fn words(&mut self) -> Option<Words> {
        Words::new(&format!("It was {} minutes.", self.dice.below(1_000))).ok()
    }

    /// A coordinator lets the pot pay somebody who waits, or ends an advance; now and then one that is not there. Where nobody
    /// waits whom the pot could pay, somebody gives to the pot or asks.
    pub(super) fn advance(&mut self, i: usize, scene: &Scene<'_>, nodes: &[Node]) -> Option<Command> {
        let by = self.decider(scene)?;
        let advanced: Vec<ExchangeId> = scene.state.ledger().advances().keys().copied().collect();
        if let Some(exchange) = self.dice.pick(&advanced)
            && self.dice.permille(250)
        {
            return Some(Command::EndAdvance { exchange: *exchange, kept: self.dice.permille(400), by });
        }
        let pot = scene.state.ledger().pot().get();
        // Now and then more than the pot has.
        let beyond = self.dice.permille(150);
        let payable = |w: &Waiting| matches!(w.kind, WaitingKind::Asked { minutes, .. } if beyond || i64::from(minutes.get()) <= pot);
        let asked: Vec<ExchangeId> =
            scene.state.waiting().iter().filter(|(_, w)| payable(w)).map(|(id, _)| *id).collect();
        let exchange = match self.dice.pick(&asked) {
            Some(exchange) if self.dice.permille(950) => *exchange,
            None if pot < 60 && self.dice.permille(700) => return self.gift(scene),
            None if self.dice.permille(800) => return self.ask(i, scene, nodes),
            _ => self.exchange_id(i),
        };
        Some(Command::Advance { exchange, by })
    }
}
