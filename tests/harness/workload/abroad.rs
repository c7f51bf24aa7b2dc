//! Between communities: invitations, payments, and asking for them.

use super::{Scene, Workload};
use crate::world::Node;
use kith_protocol::{
    id::{AccountId, Alias, MemberId},
    ledger::{Body, Entry, Partner, PaymentTerms},
    machine::Command,
    minutes::Minutes,
    partnership::{Invitation, Payee},
    time::{Span, Timestamp},
};

impl Workload {
    pub(super) fn invite(&mut self, i: usize, node: &Node, now: Timestamp) -> Command {
        let mut limit = || match self.dice.below(10) {
            0 => 0,
            1..8 => self.dice.between(30, 500),
            _ => 100_000,
        };
        let (inviter_limit, acceptor_limit) = (limit(), limit());
        let life = match self.dice.below(10) {
            0 => Span::seconds(20),
            1 => Span::seconds(3_600),
            _ => Span::days(30),
        };
        let invitation = Invitation {
            community: node.identity.community,
            name: format!("Place {i}"),
            transport: node.peer(),
            addresses: vec![format!("/sim/{i}")],
            secret: self.dice.bytes(),
            expires_at: now.plus(life),
            inviter_limit,
            acceptor_limit,
            largest: Minutes::new(self.dice.amount(60, 300)).expect("an hour is some time"),
        };
        Command::Invite { invitation }
    }

    /// Accepts an invitation: mostly a stranger's, sometimes any, be it used, expired or one's own.
    pub(super) fn accept(&mut self, scene: &Scene<'_>) -> Option<Command> {
        let us = scene.node.identity.community;
        let any = self.dice.permille(200);
        let fit = |i: &&Invitation| {
            let partners = scene.state.ledger();
            any || (i.community != us && partners.partner_of(&i.community).is_none() && i.expires_at > scene.now)
        };
        let fitting: Vec<Invitation> = self.invitations.iter().filter(fit).cloned().collect();
        let invitation = self.dice.pick(&fitting)?.clone();
        let review_at = scene.now.plus(Span::days(365));
        Some(Command::Accept { invitation, nonce: self.dice.bytes(), review_at })
    }

    /// Some partnership, the partner's node, and one of our members.
    fn partnership<'a>(
        &mut self,
        scene: &Scene<'a>,
        nodes: &'a [Node],
    ) -> Option<(AccountId, &'a Partner, &'a Node, MemberId)> {
        let partners: Vec<_> = scene.state.ledger().partners().iter().collect();
        let (account, partner) = *self.dice.pick(&partners)?;
        let node = scene.node_of(nodes, partner.community())?;
        let member = *self.dice.pick(&scene.members())?;
        Some((*account, partner, node, member))
    }

    /// A code that the partner's member gave out; sometimes a wrong one.
    fn code(&mut self, account: &AccountId, node: &Node) -> Option<Alias> {
        if self.dice.permille(100) {
            return Some(Alias(self.dice.bytes()));
        }
        let theirs: Vec<MemberId> = node.state()?.ledger().members().keys().copied().collect();
        let member = self.dice.pick(&theirs)?;
        Some(node.identity.aliases.alias(account, member))
    }

    pub(super) fn pay(&mut self, i: usize, scene: &Scene<'_>, nodes: &[Node]) -> Option<Command> {
        let (account, partner, node, payer) = self.partnership(scene, nodes)?;
        let offers: Vec<_> = node.state()?.shelf().1.iter().filter(|(_, own)| own.owner.is_some()).collect();
        let payee = match self.dice.pick(&offers) {
            Some((key, _)) if self.dice.permille(300) => Payee::Record(**key),
            _ => Payee::Alias(self.code(&account, node)?),
        };
        let most = i64::from(partner.terms.largest.get()) + 20;
        let theirs = nodes.iter().position(|other| std::ptr::eq(other, node))?;
        // Now and then an id that the partner's ledger knows already.
        let place = if self.dice.permille(40) { theirs } else { i };
        let terms = PaymentTerms {
            community: scene.node.identity.community,
            account: if self.dice.permille(15) { AccountId(self.dice.bytes()) } else { account },
            exchange: self.exchange_id(place),
            payer,
            payee,
            minutes: self.minutes(most),
            made_at: scene.now,
            details: None,
            reverses: None,
        };
        Some(Command::Pay { terms: self.agreed_by_all(scene, terms)?, salt: self.dice.bytes() })
    }

    /// A payment small enough that many fit under a limit.
    pub(super) fn small_payment(&mut self, scene: &Scene<'_>, nodes: &[Node]) -> Option<Command> {
        let (account, _) = scene.state.ledger().partners().first_key_value()?;
        let node = scene.node_of(nodes, scene.state.ledger().partners().get(account)?.community())?;
        let terms = PaymentTerms {
            community: scene.node.identity.community,
            account: *account,
            exchange: kith_protocol::id::ExchangeId(self.dice.bytes()),
            payer: *self.dice.pick(&scene.members())?,
            payee: Payee::Alias(self.code(account, node)?),
            minutes: self.minutes(3),
            made_at: scene.now,
            details: None,
            reverses: None,
        };
        Some(Command::Pay { terms: self.agreed_by_all(scene, terms)?, salt: self.dice.bytes() })
    }

    pub(super) fn ask(&mut self, i: usize, scene: &Scene<'_>, nodes: &[Node]) -> Option<Command> {
        let (account, partner, node, payee) = self.partnership(scene, nodes)?;
        let most = i64::from(partner.terms.largest.get()) + 10;
        let (exchange, payer) = (self.exchange_id(i), self.code(&account, node)?);
        let (payer, reverses) = (Some(payer), None);
        Some(Command::Ask { account, exchange, payee, payer, minutes: self.minutes(most), reverses })
    }

    /// Somebody wants back what they paid to a partner's member; now and then what is not theirs, or too much of it.
    pub(super) fn ask_back(&mut self, scene: &Scene<'_>) -> Option<Command> {
        let paid = |entry: &Entry| match &entry.body {
            Body::Hold { terms, .. } => Some((terms.account, terms.exchange, terms.payer, terms.minutes)),
            _ => None,
        };
        let all: Vec<_> = scene.node.view.entries().iter().filter_map(paid).collect();
        let (account, of, payer, whole) = *self.dice.pick(&all)?;
        let payee = if self.dice.permille(100) { *self.dice.pick(&scene.members())? } else { payer };
        let minutes = if self.dice.permille(300) { self.minutes(i64::from(whole.get()) + 10) } else { whole };
        let exchange = kith_protocol::id::ExchangeId(self.dice.bytes());
        Some(Command::Ask { account, exchange, payee, payer: None, minutes, reverses: Some(of) })
    }
}
