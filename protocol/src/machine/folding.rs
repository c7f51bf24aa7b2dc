//! What each fact changes: the machine's state is nothing but the fold of all of them.

use super::{
    condition::Condition,
    dispute::Dispute,
    fact::{Fact, Invited, WaitingKind},
    input::secret_digest,
    state::{Accepting, Machine, State},
    view::View,
};
use crate::{community::Certificate, id::AccountId, lane::Lanes, ledger::Body, rejection::Rejection};

/// How many bits of a shelf's revision count what one key signed: with each key the revision jumps beyond all that an earlier
/// one may have signed and this node lost.
const REVISIONS_PER_KEY: u32 = 20;

/// What stands on a shelf after a key changed is of a revision above this one.
pub(super) fn revisions_before(certificate: &Certificate) -> u64 {
    u64::from(certificate.serial) << REVISIONS_PER_KEY
}

impl Machine {
    /// Takes in a fact from this node's own journal.
    ///
    /// # Errors
    /// When an entry cannot follow: the journal is damaged or another community's.
    pub fn replay(&mut self, fact: &Fact, view: &dyn View) -> Result<(), Rejection> {
        if let Fact::Entry(entry) = fact {
            let validated = self.state.ledger.revalidate(entry.clone(), view)?;
            self.state.ledger.apply(&validated);
            self.fold_entry(&entry.body);
        } else {
            self.fold(fact);
        }
        Ok(())
    }

    /// What an entry changes outside the ledger.
    pub(super) fn fold_entry(&mut self, body: &Body) {
        match body {
            Body::Resumed { resumption } => {
                let offer = &resumption.offer.content;
                let holds = self.state.ledger.holds();
                if let Some(lanes) = self.state.lanes.get_mut(&offer.account) {
                    lanes.reopen(offer.epoch, |id| holds.contains_key(id));
                }
                self.stirred.insert(offer.account);
            }
            // Whatever stood on a lost part of the shelf stays below.
            Body::KeyRotated { certificate } => {
                let jump = revisions_before(&certificate.content);
                self.state.revision =
                    if broken!(KeepsRevision) { self.state.revision } else { self.state.revision.max(jump) };
            }
            Body::DisputeClosed { closing, .. } => drop(self.state.disputes.remove(&closing.content.exchange)),
            _ => {}
        }
        if let Body::PartnershipAgreed { agreement } = body {
            let account = agreement.terms.account();
            if let Some(partner) = self.state.ledger.partners().get(&account) {
                self.state
                    .lanes
                    .insert(account, Lanes::new(account, partner.side, partner.terms.window, partner.epoch));
                let community = partner.community();
                self.state.accepting.remove(&community);
                self.state.refusals.remove(&community);
            }
        }
    }

    pub(super) fn fold(&mut self, fact: &Fact) {
        let state = &mut self.state;
        let mut lanes = |account: &AccountId, change: &mut dyn FnMut(&mut Lanes)| {
            state.lanes.get_mut(account).into_iter().for_each(change);
            self.stirred.insert(*account);
        };
        match fact {
            Fact::Entry(_) | Fact::Answered { .. } => {}
            Fact::Waits { exchange, waiting } => {
                state.waiting.insert(*exchange, waiting.clone());
            }
            Fact::WaitsNoLonger { exchange } => {
                state.waiting.remove(exchange);
            }
            Fact::Intended { account, intent } => lanes(account, &mut |l| l.intended(intent.clone())),
            Fact::Proposed { proposal, details } => {
                lanes(&proposal.content.account, &mut |l| l.proposed(proposal, details));
            }
            Fact::Decided { proposal, decision } => {
                lanes(&proposal.content.account, &mut |l| l.decided(proposal, decision));
            }
            Fact::Recovering { .. }
            | Fact::Waived { .. }
            | Fact::Offered { .. }
            | Fact::Reopened { .. }
            | Fact::Frozen { .. } => self.fold_condition(fact),
            Fact::DisputeDraft { .. } | Fact::DisputeSaid { .. } | Fact::DisputeReminder { .. } => {
                self.fold_dispute(fact);
            }
            Fact::Learned { decision } => lanes(&decision.content.account, &mut |l| l.learned(&decision.content)),
            Fact::Acknowledged { word } => {
                lanes(&word.content.account, &mut |l| drop(l.acknowledged(&word.content)));
            }
            Fact::Inspected { account, inspected } => {
                state.inspected.insert(*account, inspected.clone());
            }
            Fact::Invited { invitation } => {
                let invited = Invited { invitation: invitation.clone(), used: None };
                state.invitations.insert(secret_digest(&invitation.secret), invited);
            }
            Fact::InvitationUsed { secret, account } => {
                if let Some(invited) = state.invitations.get_mut(secret) {
                    invited.used = Some(*account);
                }
            }
            Fact::Accepting { invitation, terms } => {
                let accepting = Accepting { invitation: invitation.clone(), terms: terms.clone() };
                state.refusals.remove(&invitation.community);
                state.accepting.insert(invitation.community, accepting);
            }
            Fact::AcceptingNoLonger { community, refused } => {
                state.accepting.remove(community);
                if let Some(why) = refused {
                    state.refusals.insert(*community, why.clone());
                }
            }
            Fact::PartnerCard { community, card } => {
                state.partner_cards.insert(*community, card.clone());
            }
            Fact::MailSwitched { account, ours, theirs } => {
                let mailing = state.mail.entry(*account).or_default();
                (mailing.ours, mailing.theirs) = (*ours, *theirs);
            }
            Fact::Heard { account, life, letter, knows } => {
                let mailing = state.mail.entry(*account).or_default();
                (mailing.life, mailing.letter, mailing.knows) = (*life, *letter, *knows);
            }
            Fact::Shelved { record, owner } => state.shelve(&record.content, *owner),
        }
    }

    /// What was said about disputed exchanges.
    fn fold_dispute(&mut self, fact: &Fact) {
        let State { disputes, ledger, .. } = &mut self.state;
        match fact {
            Fact::DisputeDraft { account, exchange, draft } => {
                let dispute = disputes.entry(*exchange).or_insert_with(|| Dispute::new(*account, draft.at));
                dispute.drafts.push(draft.clone());
                dispute.remind_at = None;
            }
            Fact::DisputeSaid { statement, at } => {
                let said = &statement.content;
                let ours = ledger.partners().get(&said.account).is_some_and(|partner| partner.side == said.side);
                let dispute = disputes.entry(said.exchange).or_insert_with(|| Dispute::new(said.account, *at));
                dispute.hear(statement, ours, *at);
            }
            Fact::DisputeReminder { exchange, at } => {
                if let Some(dispute) = disputes.get_mut(exchange) {
                    dispute.remind_at = Some(*at);
                }
            }
            _ => {}
        }
    }

    /// Whether lanes are open.
    fn fold_condition(&mut self, fact: &Fact) {
        let state = &mut self.state;
        match fact {
            Fact::Recovering { account, nonce, why, since } => {
                // A serial above every epoch of an earlier key keeps epochs apart that were lost and epochs that follow.
                let serial = state.ledger.certificate().map_or(0, |certificate| certificate.serial);
                let known = state.lanes.get(account).map_or(0, Lanes::epoch).max(serial);
                let highest = match state.conditions.get(account) {
                    Some(Condition::Closed { offer, .. }) => known.max(offer.content.epoch),
                    Some(Condition::Recovering { highest, .. }) => known.max(*highest),
                    _ => known,
                };
                let recovering =
                    Condition::Recovering { nonce: *nonce, why: *why, since: *since, waived: false, highest };
                state.conditions.insert(*account, recovering);
            }
            Fact::Waived { account } => {
                if let Some(Condition::Recovering { waived, .. }) = state.conditions.get_mut(account) {
                    *waived = true;
                }
            }
            Fact::Offered { offer, requester } => {
                let closed =
                    Condition::Closed { offer: Box::new(offer.clone()), requester: Box::new(requester.clone()) };
                state.conditions.insert(offer.content.account, closed);
            }
            Fact::Reopened { account } => {
                state.conditions.remove(account);
                self.stirred.insert(*account);
                // The partner may have lost what it had noted.
                for waiting in state.waiting.values_mut() {
                    if let WaitingKind::Asked { account: a, noted, .. } = &mut waiting.kind
                        && a == account
                    {
                        *noted = false;
                    }
                }
            }
            Fact::Frozen { account, evidence } => {
                state.conditions.insert(*account, Condition::Frozen { evidence: evidence.clone() });
            }
            _ => {}
        }
    }
}
