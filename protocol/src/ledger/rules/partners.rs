//! Partnerships, and the minutes that cross under them.

use super::{
    super::{
        entry::{Body, PaymentTerms, UnderId},
        state::{Account, Given, History, Hold, Ledger, Partner, Posting},
    },
    advances::incoming,
    exchanges::{authority, length, same_community},
    pair,
};
use crate::{
    community::Certificate,
    envelope::Unverified,
    id::{AccountId, MemberId},
    minutes::{Balance, Minutes},
    partnership::{Agreement, Decision, Kind, Position, Proposal, Resumption, SignedGrant, Verdict, fits},
    rejection::Rejection,
    time::Timestamp,
};
use std::collections::BTreeSet;

pub(super) fn permit(ledger: &Ledger, body: &Body, history: &dyn History) -> Result<(), Rejection> {
    match body {
        Body::PartnershipAgreed { agreement } => agreed(ledger, agreement),
        Body::PartnershipChanged { change, by } => changed(ledger, change, by.as_ref()),
        Body::Hold { terms, payer } => {
            authority(ledger, &terms.payer, payer)?;
            ledger.check_payment(terms)
        }
        Body::Settle { proposal, decision } => decided(ledger, proposal, decision, true),
        Body::Release { proposal, decision } => decided(ledger, proposal, decision, false),
        Body::Receive { payee, proposal, decision, advanced, .. } => {
            let accepted = Verdict::Accept { leaf_index: ledger.tree.size() };
            ledger.check_receipt(payee, &proposal.content)?;
            let fitting = fits(&proposal.content, &decision.content) && decision.content.verdict == accepted;
            let repaid = *advanced == ledger.repays(&proposal.content);
            if fitting && repaid { Ok(()) } else { Err(Rejection::UnknownProposal) }
        }
        Body::Resumed { resumption } => resumed(ledger, resumption),
        Body::Recovered { .. } => recovered(ledger, body, history),
        _ => Ok(()),
    }
}

fn agreed(ledger: &Ledger, agreement: &Agreement) -> Result<(), Rejection> {
    agreement.check()?;
    let side = agreement.terms.side_of(&ledger.community()).ok_or(Rejection::OtherCommunity)?;
    if ledger.partner_of(&agreement.terms.community(side.other())).is_some() {
        return Err(Rejection::PartnershipExists);
    }
    Ok(())
}

fn changed(ledger: &Ledger, change: &SignedGrant, by: Option<&MemberId>) -> Result<(), Rejection> {
    let grant = &change.grant.content;
    let partner = partner(ledger, &grant.account)?;
    if let Some(by) = by {
        ledger.coordinator(by)?;
        // Each side changes its own part only.
        if grant.from != partner.side {
            return Err(Rejection::OtherCommunity);
        }
    }
    if partner.grant(grant.from).is_some_and(|given| given.grant.n >= grant.n) && !broken!(OldGrantCounts) {
        return Err(Rejection::NothingChanges);
    }
    change.check(partner.terms.community(grant.from))
}

pub(super) fn partner<'a>(ledger: &'a Ledger, account: &AccountId) -> Result<&'a Partner, Rejection> {
    ledger.partners().get(account).ok_or(Rejection::UnknownPartnership(*account))
}

fn resumed(ledger: &Ledger, resumption: &Resumption) -> Result<(), Rejection> {
    let offer = &resumption.offer.content;
    let partner = partner(ledger, &offer.account)?;
    resumption.check(&partner.terms)?;
    if offer.epoch > partner.epoch { Ok(()) } else { Err(Rejection::OtherLane) }
}

/// What both signed counts, whatever the limits are.
fn recovered(ledger: &Ledger, body: &Body, history: &dyn History) -> Result<(), Rejection> {
    let Body::Recovered { member, paid, under_id, proposal, decision, advanced, .. } = body else { return Ok(()) };
    let content = &proposal.content;
    let partner = partner(ledger, &content.account)?;
    let accepted = matches!(decision.content.verdict, Verdict::Accept { .. });
    let fitting = fits(content, &decision.content) && content.debtor == content.lane;
    if !fitting || !accepted || *paid != (content.lane == partner.side) {
        return Err(Rejection::UnknownProposal);
    }
    if content.epoch != partner.epoch {
        return Err(Rejection::OtherLane);
    }
    if *advanced != if *paid { None } else { ledger.repays(content) } {
        return Err(Rejection::UnknownProposal);
    }
    let decided = history.crossing(&content.account, &Position::of(content)).is_some();
    if decided && !broken!(RecoversTwice) {
        return Err(Rejection::ExchangeExists(content.exchange));
    }
    let held = ledger.holds().get(&content.exchange).filter(|hold| hold.is_of(content));
    let right = match under_id {
        UnderId::Nothing => true,
        UnderId::Hold => held.is_some_and(|hold| *paid && *member == Some(hold.payer)),
        UnderId::Another => held.is_none() && history.exchange(&content.exchange).is_some(),
    };
    if !right {
        return Err(Rejection::UnknownExchange(content.exchange));
    }
    match member {
        Some(id) if !ledger.members.contains_key(id) => Err(Rejection::UnknownMember(*id)),
        _ => Ok(()),
    }
}

/// A message of another version may mean something else by the same fields.
fn version(v: u8) -> Result<(), Rejection> {
    if v == 1 { Ok(()) } else { Err(Rejection::UnknownVersion(v)) }
}

fn agreed_length(partner: &Partner, minutes: Minutes) -> Result<(), Rejection> {
    let limit = partner.terms.largest.get();
    if minutes.get() > limit && !broken!(IgnoresLargest) {
        return Err(Rejection::PartnershipExchangeTooLong { minutes: minutes.get(), limit });
    }
    Ok(())
}

/// Whether one exchange under a partnership may have so many minutes.
pub(super) fn within_agreed(ledger: &Ledger, account: &AccountId, minutes: Minutes) -> Result<(), Rejection> {
    agreed_length(partner(ledger, account)?, minutes)
}

impl Ledger {
    /// Whether a member may spend these minutes with a partner now: counting everything of ours that is still undecided, so that
    /// the limit holds whatever the partner decides.
    ///
    /// # Errors
    /// The limit, length or standing that forbids it.
    pub fn check_payment(&self, terms: &PaymentTerms) -> Result<(), Rejection> {
        same_community(self, terms.community)?;
        let partner = partner(self, &terms.account)?;
        length(self, terms.minutes)?;
        agreed_length(partner, terms.minutes)?;
        // What was wrong may be given back at any time.
        if terms.reverses.is_none() {
            partner.check_open(partner.side, Timestamp::MAX)?;
        }
        self.check_limits(&terms.payer, terms.minutes.received())?;
        let on_hold = if broken!(LimitIgnoresUndecided) { Balance::ZERO } else { partner.on_hold };
        let would_be = partner.net.plus(on_hold)?.plus(terms.minutes.given())?.get();
        let limit = partner.limit(partner.side);
        if would_be > limit { Err(Rejection::PartnershipLimit { would_be, limit }) } else { Ok(()) }
    }

    /// Whether a partner's proposal may be accepted for this member. What we have undecided ourselves would only bring the net
    /// back, so the worst case is that none of it is accepted.
    ///
    /// # Errors
    /// The limit, length or standing that forbids it.
    pub fn check_receipt(&self, payee: &MemberId, proposal: &Proposal) -> Result<(), Rejection> {
        version(proposal.v)?;
        let partner = partner(self, &proposal.account)?;
        let theirs = partner.side.other();
        if proposal.lane != theirs || proposal.debtor != theirs || proposal.epoch != partner.epoch {
            return Err(Rejection::OtherLane);
        }
        agreed_length(partner, proposal.minutes)?;
        if proposal.kind == Kind::Exchange {
            partner.check_open(theirs, proposal.made_at)?;
        }
        self.check_incoming(payee, proposal)?;
        let would_be = partner.net.negated().plus(proposal.minutes.given())?.get();
        let limit = partner.limit(theirs);
        if would_be > limit && !broken!(DeciderIgnoresLimit) {
            Err(Rejection::PartnershipLimit { would_be, limit })
        } else {
            Ok(())
        }
    }
}

fn decided(
    ledger: &Ledger,
    proposal: &Unverified<Proposal>,
    decision: &Unverified<Decision>,
    accepted: bool,
) -> Result<(), Rejection> {
    let (proposal, decision) = (&proposal.content, &decision.content);
    version(proposal.v)?;
    version(decision.v)?;
    let hold = ledger.holds().get(&proposal.exchange).ok_or(Rejection::UnknownExchange(proposal.exchange))?;
    let partner = partner(ledger, &hold.account)?;
    let fits = proposal.account == hold.account
        && proposal.minutes == hold.minutes
        && proposal.kind == hold.kind
        && proposal.lane == partner.side
        && proposal.debtor == partner.side
        && proposal.epoch == partner.epoch
        && fits(proposal, decision)
        && matches!(decision.verdict, Verdict::Accept { .. }) == accepted;
    if fits { Ok(()) } else { Err(Rejection::UnknownProposal) }
}

pub(super) fn postings(ledger: &Ledger, body: &Body) -> Result<Vec<Posting>, Rejection> {
    match body {
        Body::Hold { terms, .. } => {
            Ok(pair(Account::Member(terms.payer), Account::OnHold(terms.account), terms.minutes.given()))
        }
        Body::Settle { proposal, .. } => {
            let hold = held(ledger, proposal)?;
            Ok(pair(Account::OnHold(hold.account), Account::Partner(hold.account), hold.minutes.given()))
        }
        Body::Release { proposal, .. } => {
            let hold = held(ledger, proposal)?;
            Ok(pair(Account::OnHold(hold.account), Account::Member(hold.payer), hold.minutes.given()))
        }
        Body::Receive { payee, proposal, advanced, .. } => {
            let content = &proposal.content;
            Ok(incoming(content.account, Account::Member(*payee), content.minutes, *advanced))
        }
        Body::Recovered { member, paid, under_id, proposal, advanced, .. } => {
            let content = &proposal.content;
            let (us, other) = (member.map_or(Account::Pot, Account::Member), Account::Partner(content.account));
            let from = if *under_id == UnderId::Hold { Account::OnHold(content.account) } else { us };
            Ok(if *paid {
                pair(from, other, content.minutes.given())
            } else {
                incoming(content.account, us, content.minutes, *advanced)
            })
        }
        _ => Ok(Vec::new()),
    }
}

fn held<'a>(ledger: &'a Ledger, proposal: &Unverified<Proposal>) -> Result<&'a Hold, Rejection> {
    let id = proposal.content.exchange;
    ledger.holds().get(&id).ok_or(Rejection::UnknownExchange(id))
}

pub(super) fn apply(ledger: &mut Ledger, body: &Body) {
    match body {
        Body::PartnershipAgreed { agreement } => {
            let side = agreement.terms.side_of(&ledger.community).expect("validated agreements are ours");
            let partner = Partner {
                terms: agreement.terms.clone(),
                side,
                key: agreement.key(side.other()),
                epoch: agreement.first_epoch(),
                net: Balance::ZERO,
                on_hold: Balance::ZERO,
                entry: ledger.tree.size(),
                earlier_keys: Vec::new(),
                outcomes: Vec::new(),
                used_again: BTreeSet::new(),
                grants: [None, None],
            };
            ledger.partners.insert(agreement.terms.account(), partner);
            remember_keys(ledger, [&agreement.certificate_a.content, &agreement.certificate_b.content]);
        }
        Body::PartnershipChanged { change, .. } => {
            let (grant, entry) = (change.grant.content.clone(), ledger.tree.size());
            if let Some(partner) = ledger.partners.get_mut(&grant.account) {
                let side = grant.from as usize;
                partner.grants[side] = Some(Given { grant, entry });
            }
            remember_keys(ledger, [&change.certificate.content]);
        }
        Body::Hold { terms, .. } => {
            let kind = terms.reverses.map_or(Kind::Exchange, |of| Kind::Reversal { of });
            let hold = Hold { account: terms.account, payer: terms.payer, minutes: terms.minutes, kind };
            ledger.holds.insert(terms.exchange, hold);
        }
        Body::Resumed { resumption } => {
            let offer = &resumption.offer.content;
            if let Some(partner) = ledger.partners.get_mut(&offer.account) {
                let key = resumption.certificate(partner.side.other()).content.key;
                let before = std::mem::replace(&mut partner.key, key);
                if before != key && !partner.earlier_keys.contains(&before) {
                    partner.earlier_keys.push(before);
                }
                partner.epoch = offer.epoch;
            }
            remember_keys(ledger, [&resumption.offerer.content, &resumption.requester.content]);
        }
        Body::Recovered { proposal, under_id: UnderId::Another, .. } => {
            if let Some(partner) = ledger.partners.get_mut(&proposal.content.account) {
                partner.used_again.insert(proposal.content.exchange);
            }
        }
        Body::Settle { proposal, .. }
        | Body::Release { proposal, .. }
        | Body::Recovered { proposal, under_id: UnderId::Hold, .. } => {
            ledger.holds.remove(&proposal.content.exchange);
        }
        _ => {}
    }
}

/// A key of ours that this ledger lost with the entries that named it: what it signed is ours all the same.
fn remember_keys<const N: usize>(ledger: &mut Ledger, certificates: [&Certificate; N]) {
    for certificate in certificates {
        if certificate.community == ledger.community
            && ledger.certificates.iter().all(|known| known.key != certificate.key)
        {
            let at = ledger.certificates.partition_point(|known| known.serial < certificate.serial);
            ledger.certificates.insert(at, certificate.clone());
        }
    }
}
