//! From an invitation to an agreement that both sides signed.

use super::{
    accounting,
    condition::Lost,
    effect::{Effect, Notice, Turn},
    fact::{Fact, Reply},
    input::{Peer, secret_digest},
    message::{Acceptance, Message},
    state::{Accepting, Machine},
};
use crate::{
    community::check_certificate,
    envelope::{Content, Unverified},
    id::{AccountId, CommunityId, RequestId},
    ledger::Body,
    partnership::{Agreement, Invitation, Side, Terms, WINDOW},
    rejection::Rejection,
    time::Timestamp,
};

/// How many invitations may be open at once: a coordinator's whole address book.
pub const MAX_INVITATIONS: usize = 100;
/// How many declined acceptances are remembered: copies of one come within a minute, and nobody is declined often.
const MAX_DECLINED: usize = 255;
/// How many acceptances may be unanswered at once.
pub const MAX_ACCEPTING: usize = 100;

/// The terms an invitation leads to, but for nonce and dates.
fn offered(invitation: &Invitation, acceptor: CommunityId) -> (CommunityId, CommunityId, u64, u64) {
    if invitation.community < acceptor {
        (invitation.community, acceptor, invitation.inviter_limit, invitation.acceptor_limit)
    } else {
        (acceptor, invitation.community, invitation.acceptor_limit, invitation.inviter_limit)
    }
}

impl Machine {
    pub(super) fn invite(&mut self, turn: &mut Turn<'_>, invitation: Invitation) -> Result<Reply, Rejection> {
        invitation.check()?;
        if invitation.community != self.identity.community {
            return Err(Rejection::OtherCommunity);
        }
        match self.state.invitations.get(&secret_digest(&invitation.secret)) {
            Some(earlier) if earlier.invitation == invitation => return Ok(Reply::Invited { invitation }),
            Some(_) => return Err(Rejection::UnknownInvitation),
            None => {}
        }
        let open = |i: &&super::Invited| i.used.is_none() && i.invitation.expires_at > turn.now;
        if self.state.invitations.values().filter(open).count() >= MAX_INVITATIONS {
            return Err(Rejection::TooManyWaiting { what: "invitations", limit: MAX_INVITATIONS });
        }
        self.record(turn, Fact::Invited { invitation: invitation.clone() });
        Ok(Reply::Invited { invitation })
    }

    pub(super) fn accept(
        &mut self,
        turn: &mut Turn<'_>,
        invitation: Invitation,
        nonce: [u8; 16],
        review_at: Timestamp,
    ) -> Result<Reply, Rejection> {
        invitation.check()?;
        let (us, inviter) = (self.identity.community, invitation.community);
        if inviter == us {
            return Err(Rejection::PartnerIsSelf);
        }
        if invitation.expires_at <= turn.now {
            return Err(Rejection::InvitationExpired(invitation.expires_at));
        }
        if self.state.ledger.partner_of(&inviter).is_some() {
            return Err(Rejection::PartnershipExists);
        }
        // What we signed may become an agreement at any time, so there is no second acceptance beside it.
        match self.state.accepting.get(&inviter) {
            Some(earlier) if earlier.invitation == invitation => {
                return Ok(Reply::Accepting { community: inviter, account: earlier.terms.account() });
            }
            Some(_) => return Err(Rejection::TooManyWaiting { what: "acceptances to this community", limit: 1 }),
            None => {}
        }
        if self.state.accepting.len() >= MAX_ACCEPTING {
            return Err(Rejection::TooManyWaiting { what: "accepted invitations", limit: MAX_ACCEPTING });
        }
        let (a, b, limit_a, limit_b) = offered(&invitation, us);
        let terms = Terms {
            v: 1,
            a,
            b,
            limit_a,
            limit_b,
            largest: invitation.largest,
            window: WINDOW,
            review_at,
            made_at: turn.now,
            nonce,
        };
        terms.check()?;
        let account = terms.account();
        self.record(turn, Fact::Accepting { invitation: invitation.clone(), terms });
        match self.session_of(&inviter) {
            Some(peer) => self.send_acceptance(turn, peer, inviter),
            None => turn
                .effects
                .rest
                .push(Effect::Dial { peer: invitation.transport, addresses: invitation.addresses.clone() }),
        }
        Ok(Reply::Accepting { community: inviter, account })
    }

    /// Tells an inviter, once connected, that we accept; repeated until it answers.
    pub(super) fn send_acceptance(&self, turn: &mut Turn<'_>, peer: Peer, inviter: CommunityId) {
        let Some(Accepting { invitation, terms }) = self.state.accepting.get(&inviter) else { return };
        let acceptance = Acceptance {
            secret: RequestId(invitation.secret),
            certificate: self.identity.certificate.clone(),
            terms: terms.clone().sign(&self.identity.secret).into_unverified(),
        };
        turn.send(peer, Message::Accept(acceptance));
    }

    /// An acceptor's signed terms arrive.
    pub(super) fn acceptance(
        &mut self,
        turn: &mut Turn<'_>,
        peer: Peer,
        from: CommunityId,
        acceptance: &Acceptance,
    ) -> Result<(), Rejection> {
        let account = acceptance.terms.content.account();
        // What a third says of others' terms opens nothing, tells it nothing, and declines nothing.
        if acceptance.terms.content.side_of(&from).is_none() {
            return Err(Rejection::BadAgreement("the terms are not those of the invitation"));
        }
        // Each accepted the other's invitation: only that of the smaller id may lead to an agreement, or there would be two.
        // The other answer is given once ours is declined; an acceptance is repeated until then.
        if self.state.accepting.contains_key(&from) && from < self.identity.community {
            return Ok(());
        }
        match self.judge_acceptance(turn, from, acceptance) {
            Ok(agreement) => {
                turn.send(peer, Message::Agreed(Box::new(agreement)));
                self.send_sync(turn, peer, &account);
                Ok(())
            }
            Err(why) => {
                self.remember_declined(account);
                turn.send(peer, Message::Declined { account, code: why.code().into() });
                Err(why)
            }
        }
    }

    /// The acceptor may do something else as soon as it hears that it was declined. So a copy of its acceptance that comes later is
    /// declined, too, although the same invitation may have been made again after a restore, or a clock been set.
    fn remember_declined(&mut self, account: AccountId) {
        if !self.declined.contains(&account) {
            self.declined.truncate(MAX_DECLINED);
            self.declined.push_front(account);
        }
    }

    fn judge_acceptance(
        &mut self,
        turn: &mut Turn<'_>,
        from: CommunityId,
        acceptance: &Acceptance,
    ) -> Result<Agreement, Rejection> {
        let terms = &acceptance.terms.content;
        let account = terms.account();
        if self.declined.contains(&account) {
            return Err(Rejection::UnknownInvitation);
        }
        let secret = secret_digest(&acceptance.secret.0);
        let invited = self.state.invitations.get(&secret).ok_or(Rejection::UnknownInvitation)?;
        if invited.used == Some(account) {
            return self.agreement(turn, &account).ok_or(Rejection::UnknownInvitation);
        }
        if invited.used.is_some() {
            return Err(Rejection::UnknownInvitation);
        }
        let invitation = &invited.invitation;
        if invitation.expires_at <= turn.now {
            return Err(Rejection::InvitationExpired(invitation.expires_at));
        }
        let stated = (terms.a, terms.b, terms.limit_a, terms.limit_b);
        if stated != offered(invitation, from) || terms.largest != invitation.largest || terms.window != WINDOW {
            return Err(Rejection::BadAgreement("the terms are not those of the invitation"));
        }
        let certificate = check_certificate(&acceptance.certificate)?;
        certificate.content().check_period(turn.now)?;
        let ours = terms.clone().sign(&self.identity.secret).into_unverified();
        let (mine, theirs) = (
            (self.identity.certificate.clone(), ours.signature),
            (acceptance.certificate.clone(), acceptance.terms.signature),
        );
        let side = terms.side_of(&self.identity.community).ok_or(Rejection::OtherCommunity)?;
        let ((certificate_a, signature_a), (certificate_b, signature_b)) =
            if side == Side::A { (mine, theirs) } else { (theirs, mine) };
        let agreement = Agreement { terms: terms.clone(), certificate_a, signature_a, certificate_b, signature_b };
        self.enter(turn, Body::PartnershipAgreed { agreement: Box::new(agreement.clone()) })?;
        self.record(turn, Fact::InvitationUsed { secret, account });
        self.remember_card(turn, from);
        turn.notice(Notice::PartnershipAgreed { account });
        Ok(agreement)
    }

    fn agreement(&self, turn: &Turn<'_>, account: &AccountId) -> Option<Agreement> {
        accounting::agreement(turn.view, self.state.ledger.partners().get(account)?.entry)
    }

    /// The inviter signed, too.
    pub(super) fn agreed(
        &mut self,
        turn: &mut Turn<'_>,
        peer: Peer,
        from: CommunityId,
        agreement: Box<Agreement>,
    ) -> Result<(), Rejection> {
        let account = agreement.terms.account();
        if self.state.ledger.partners().contains_key(&account) {
            return Ok(());
        }
        // A third, who was handed what others signed, is not whom we asked.
        if agreement.terms.side_of(&from).is_none() {
            return Err(Rejection::BadAgreement("the terms are not those we signed"));
        }
        let accepted = self.state.accepting.get(&from).is_some_and(|accepting| accepting.terms == agreement.terms);
        // What we asked for is what we once signed and lost.
        if !accepted && !self.wanted.remove(&account) {
            return Err(Rejection::BadAgreement("the terms are not those we signed"));
        }
        let side = agreement.terms.side_of(&self.identity.community);
        let with_this_key = side.is_some_and(|side| agreement.key(side) == self.identity.certificate.content.key);
        self.enter(turn, Body::PartnershipAgreed { agreement })?;
        self.remember_card(turn, from);
        turn.notice(Notice::PartnershipAgreed { account });
        if !accepted || !with_this_key {
            // With the agreement all that was done under it may be lost.
            self.lose(turn, account, Lost::Behind);
        }
        self.send_sync(turn, peer, &account);
        Ok(())
    }

    /// A partner lost the agreement that we both signed.
    pub(super) fn agreement_wanted(
        &self,
        turn: &mut Turn<'_>,
        peer: Peer,
        from: CommunityId,
        account: AccountId,
    ) -> Result<(), Rejection> {
        let partner = self.state.ledger.partners().get(&account).ok_or(Rejection::UnknownPartnership(account))?;
        if partner.community() != from {
            return Err(Rejection::OtherLane);
        }
        if let Some(agreement) = self.agreement(turn, &account) {
            turn.send(peer, Message::Agreed(Box::new(agreement)));
        }
        Ok(())
    }

    /// A community speaks of an account that we do not know: we may have lost it.
    pub(super) fn want_agreement(&mut self, turn: &mut Turn<'_>, peer: Peer, from: CommunityId, account: AccountId) {
        let unknown = self.state.ledger.partner_of(&from).is_none() && self.wanted.len() < MAX_ACCEPTING;
        if unknown && self.wanted.insert(account) {
            turn.send(peer, Message::AgreementWanted { account });
        }
    }

    /// The inviter refused what we accepted.
    pub(super) fn acceptance_declined(
        &mut self,
        turn: &mut Turn<'_>,
        from: CommunityId,
        account: &AccountId,
        code: String,
    ) {
        if self.state.accepting.get(&from).is_some_and(|a| a.terms.account() == *account) {
            let refused = Some(code.chars().take(40).collect());
            self.record(turn, Fact::AcceptingNoLonger { community: from, refused });
        }
    }

    /// Keeps a partner's card in the journal, so that losing the index does not lose the way to a partner.
    pub(super) fn remember_card(&mut self, turn: &mut Turn<'_>, community: CommunityId) {
        let card = self.known.get(&community).and_then(|known| known.card.clone());
        if let Some(card) = card
            && self.state.ledger.partner_of(&community).is_some()
            && self.state.partner_cards.get(&community) != Some(&card)
        {
            self.record(turn, Fact::PartnerCard { community, card });
        }
    }

    /// Whether a certificate's period holds and it is the community's newest that we know.
    pub(super) fn check_newest(
        &self,
        certificate: &Unverified<crate::community::Certificate>,
        now: Timestamp,
    ) -> Result<(), Rejection> {
        certificate.content.check_period(now)?;
        match self.known.get(&certificate.content.community) {
            Some(known) if known.certificate.content.serial > certificate.content.serial => {
                Err(Rejection::BadCertificate("a newer one is known"))
            }
            _ => Ok(()),
        }
    }
}
