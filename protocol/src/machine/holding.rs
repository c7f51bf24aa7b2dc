//! Holding sealed boxes for partners who are away. A holder reads nothing of what it holds; boxes can be sent again, so they
//! live beside the journal, and losing one costs time and no hours.

use super::{
    effect::{Boxed, ForeignRecord, Turn},
    fact::Fact,
    input::Peer,
    letter::Sealed,
    mailing::Mailing,
    message::Message,
    state::Machine,
};
use crate::{
    id::{AccountId, CommunityId, Digest},
    rejection::Rejection,
    time::Span,
};

/// With how many partners mail may be agreed: what all of them may leave here, a box each for each other, is then 32 MiB.
pub const MAX_MAIL_PARTNERS: usize = 32;
/// How many boxes are held for one recipient: one of each other partner.
pub const MAX_BOXES: usize = MAX_MAIL_PARTNERS - 1;
/// How long a box is held: longer than most holidays and hospital stays. Whoever left it says it all again when it returns.
pub const MAX_REST: Span = Span::days(30);

impl Machine {
    /// Our coordinators let mail rest with a partner, and hold it for the partner; or no longer.
    pub(super) fn switch_mail(&mut self, turn: &mut Turn<'_>, account: AccountId, on: bool) -> Result<(), Rejection> {
        if !self.state.ledger.partners().contains_key(&account) {
            return Err(Rejection::UnknownPartnership(account));
        }
        let mailing = self.mailing(&account);
        if mailing.ours == on {
            return Err(Rejection::NothingChanges);
        }
        let wanted = self.state.mail.values().filter(|mailing| mailing.ours).count();
        if on && wanted >= MAX_MAIL_PARTNERS {
            return Err(Rejection::TooManyWaiting { what: "partners that mail is held for", limit: MAX_MAIL_PARTNERS });
        }
        self.record(turn, Fact::MailSwitched { account, ours: on, theirs: mailing.theirs });
        if !on {
            self.throw_away(turn, &account);
            // The partner throws away what was left there.
            let holder = self.state.ledger.partners().get(&account).map(crate::ledger::Partner::community);
            self.post.forget(holder.as_ref());
        }
        self.tell_mail(turn);
        Ok(())
    }

    pub(super) fn mailing(&self, account: &AccountId) -> Mailing {
        self.state.mail.get(account).copied().unwrap_or_default()
    }

    /// Whether mail is agreed with a community.
    pub(super) fn mail_agreed(&self, community: &CommunityId) -> bool {
        let account = self.state.ledger.partner_of(community).map(|(account, _)| account);
        account.is_some_and(|account| self.mailing(account).is_agreed())
    }

    /// Tells a partner whether we hold mail, and between whom else.
    pub(super) fn say_mail(&self, turn: &mut Turn<'_>, peer: Peer, account: &AccountId) {
        let mailing = self.mailing(account);
        if !mailing.ours && !mailing.theirs {
            return;
        }
        let others = self.state.mail.iter().filter(|(other, mailing)| *other != account && mailing.is_agreed());
        let named = |(other, _): (&AccountId, &Mailing)| {
            let community = self.state.ledger.partners().get(other)?.community();
            Some((community, self.post.thrown(account, other)))
        };
        let with = if mailing.is_agreed() { others.filter_map(named).collect() } else { Vec::new() };
        turn.send(peer, Message::Mail { account: *account, on: mailing.ours, with });
    }

    fn tell_mail(&self, turn: &mut Turn<'_>) {
        let accounts: Vec<AccountId> = self.state.mail.keys().copied().collect();
        for account in accounts {
            if let Some(peer) = self.partner_session(&account) {
                self.say_mail(turn, peer, &account);
            }
        }
    }

    /// A partner says whether it holds mail for us.
    pub(super) fn mail_said(
        &mut self,
        turn: &mut Turn<'_>,
        peer: Peer,
        from: CommunityId,
        account: AccountId,
        on: bool,
        with: Vec<(CommunityId, u64)>,
    ) -> Result<(), Rejection> {
        self.partner_of_message(&account, &from)?;
        let mailing = self.mailing(&account);
        if mailing.theirs != on {
            self.record(turn, Fact::MailSwitched { account, ours: mailing.ours, theirs: on });
            if !on {
                self.throw_away(turn, &account);
            }
            self.say_mail(turn, peer, &account);
            self.tell_mail(turn);
        }
        let partners = self.state.ledger.partners();
        let to = |account: &AccountId| partners.get(account).map(crate::ledger::Partner::community);
        self.post.reachable(from, if mailing.ours && on { with } else { Vec::new() }, to);
        let reached = self.post.via(&from);
        let accounts = reached.iter().filter_map(|community| self.state.ledger.partner_of(community));
        let accounts: Vec<AccountId> = accounts.map(|(account, _)| *account).collect();
        self.stirred.extend(accounts);
        Ok(())
    }

    /// A partner leaves a box for another.
    pub(super) fn mail_dropped(
        &mut self,
        turn: &mut Turn<'_>,
        peer: Peer,
        from: CommunityId,
        (to, n): (CommunityId, u64),
        sealed: Sealed,
    ) {
        let digest = sealed.digest();
        if let Err(why) = self.judge_box(turn, &from, &to, &sealed) {
            let code = why.code().into();
            turn.send(peer, Message::MailRefused { to, digest, code });
            return;
        }
        if !self.post.is_next(from, to, n) {
            return;
        }
        if let Some(recipient) = self.session_of(&to) {
            turn.send(recipient, Message::MailBox(sealed.clone()));
        }
        let boxed = Boxed { depositor: from, recipient: to, at: turn.now, sealed };
        turn.effects.batch.foreign.push(ForeignRecord::Box(boxed));
        turn.send(peer, Message::MailHeld { to, digest });
    }

    fn judge_box(
        &self,
        turn: &Turn<'_>,
        from: &CommunityId,
        to: &CommunityId,
        sealed: &Sealed,
    ) -> Result<(), Rejection> {
        if from == to || !self.mail_agreed(from) || !self.mail_agreed(to) {
            return Err(Rejection::NoMail("it is not agreed with both"));
        }
        if !sealed.is_padded() {
            return Err(Rejection::NoMail("the box does not have one of the agreed lengths"));
        }
        let held = turn.view.boxes(to);
        if held.len() >= MAX_BOXES && held.iter().all(|boxed| boxed.depositor != *from) {
            return Err(Rejection::TooManyWaiting { what: "boxes for this community", limit: MAX_BOXES });
        }
        Ok(())
    }

    /// Gives a partner who is here all that is held for it.
    pub(super) fn hand_over(&self, turn: &mut Turn<'_>, peer: Peer, recipient: &CommunityId) {
        if self.mail_agreed(recipient) {
            for boxed in turn.view.boxes(recipient) {
                turn.send(peer, Message::MailBox(boxed.sealed));
            }
        }
    }

    /// The recipient has a box.
    pub(super) fn mail_taken(&mut self, turn: &mut Turn<'_>, recipient: CommunityId, digest: Digest) {
        let taken = turn.view.boxes(&recipient).into_iter().filter(|boxed| boxed.sealed.digest() == digest);
        for Boxed { depositor, recipient, .. } in taken {
            turn.effects.batch.foreign.push(ForeignRecord::Unbox { depositor, recipient });
        }
    }

    /// Mail is no longer agreed with a partner: what it left and what was left for it goes.
    fn throw_away(&mut self, turn: &mut Turn<'_>, account: &AccountId) {
        self.post.end(*account);
        let Some(community) = self.state.ledger.partners().get(account).map(crate::ledger::Partner::community) else {
            return;
        };
        self.unbox(turn, |boxed| boxed.depositor == community || boxed.recipient == community);
    }

    /// What rested too long goes.
    pub(super) fn sweep_mail(&self, turn: &mut Turn<'_>) {
        let now = turn.now;
        self.unbox(turn, |boxed| now.since(boxed.at) >= MAX_REST);
    }

    fn unbox(&self, turn: &mut Turn<'_>, goes: impl Fn(&Boxed) -> bool) {
        for partner in self.state.ledger.partners().values() {
            for boxed in turn.view.boxes(&partner.community()).into_iter().filter(|boxed| goes(boxed)) {
                let Boxed { depositor, recipient, .. } = boxed;
                turn.effects.batch.foreign.push(ForeignRecord::Unbox { depositor, recipient });
            }
        }
    }
}
