//! What each side of a partnership grants after the agreement: another limit, a pause of one way, an end. Each side decides its
//! own part; the other hears of it, and both record it.

use super::{
    effect::{Notice, Turn},
    input::Peer,
    message::Message,
    state::Machine,
};
use crate::{
    envelope::Content as _,
    id::{AccountId, CommunityId, MemberId},
    ledger::Body,
    partnership::{Grant, Granted, SignedGrant, next_number},
    rejection::Rejection,
};

/// How often a partner may change what it grants within a day.
pub const MAX_GRANTS_A_DAY: usize = 100;

impl Machine {
    /// Our coordinators grant a partner something else from now on.
    pub(super) fn change_partnership(
        &mut self,
        turn: &mut Turn<'_>,
        account: AccountId,
        granted: Granted,
        by: MemberId,
    ) -> Result<(), Rejection> {
        let partner = self.state.ledger.partners().get(&account).ok_or(Rejection::UnknownPartnership(account))?;
        let (side, last) = (partner.side, partner.grant(partner.side).map(|given| &given.grant));
        if partner.granted(side) == granted {
            return Err(Rejection::NothingChanges);
        }
        let certificate = self.identity.certificate.clone();
        let n = next_number(certificate.content.serial, last.map(|last| last.n));
        let grant = Grant { v: 1, account, from: side, n, granted, made_at: turn.now };
        let grant = grant.sign(&self.identity.secret).into_unverified();
        let change = Box::new(SignedGrant { certificate, grant });
        self.enter(turn, Body::PartnershipChanged { change, by: Some(by) })?;
        if let Some(peer) = self.partner_session(&account) {
            self.say_grants(turn, peer, &account);
        }
        Ok(())
    }

    /// Tells a partner what we grant, and what we heard from it last: one that was restored finds its own word again.
    pub(super) fn say_grants(&self, turn: &mut Turn<'_>, peer: Peer, account: &AccountId) {
        let Some(partner) = self.state.ledger.partners().get(account) else { return };
        for given in partner.grants.iter().flatten() {
            if let Some(Body::PartnershipChanged { change, .. }) = turn.body(given.entry, |body| is(body, &given.grant))
            {
                turn.send(peer, Message::Grant(change));
            }
        }
    }

    /// A partner says what it grants, or what we did.
    pub(super) fn grant_said(
        &mut self,
        turn: &mut Turn<'_>,
        from: CommunityId,
        change: Box<SignedGrant>,
    ) -> Result<(), Rejection> {
        let grant = &change.grant.content;
        let account = grant.account;
        self.partner_of_message(&account, &from)?;
        let partner = self.state.ledger.partners().get(&account).ok_or(Rejection::UnknownPartnership(account))?;
        let newer = partner
            .grant(grant.from)
            .is_none_or(|known| known.grant.n < grant.n || (broken!(OldGrantCounts) && known.grant != *grant));
        if !newer {
            return Ok(());
        }
        // Only what a side signed counts for its day; the latest is said again in every session.
        change.check(partner.terms.community(grant.from))?;
        self.count_grant(turn, account)?;
        self.enter(turn, Body::PartnershipChanged { change, by: None })?;
        turn.notice(Notice::PartnershipChanged { account });
        Ok(())
    }
}

fn is(body: &Body, grant: &Grant) -> bool {
    matches!(body, Body::PartnershipChanged { change, .. } if change.grant.content == *grant)
}
