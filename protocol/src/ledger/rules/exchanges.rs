//! Exchanges inside the community: between two, in groups, gifts, opening balances and corrections.

use super::{
    super::{
        consent::Authority,
        entry::{Body, CorrectionTerms, ExchangeTerms, GroupTerms, MAX_GROUP},
        state::{Account, History, Ledger, Posting},
    },
    pair, times,
};
use crate::{
    community::{Confirmation, GroupPolicy},
    id::MemberId,
    minutes::{Balance, Minutes},
    rejection::Rejection,
};

pub(super) fn permit(ledger: &Ledger, body: &Body) -> Result<(), Rejection> {
    match body {
        Body::Exchange { terms, giver, receiver } => exchange(ledger, terms, giver.as_ref(), receiver.as_ref()),
        Body::GroupExchange { terms, policy, leader, participants } => {
            group(ledger, terms, *policy, leader.as_ref(), participants)
        }
        Body::Gift { terms, from } => {
            same_community(ledger, terms.community)?;
            length(ledger, terms.minutes)?;
            authority(ledger, &terms.from, from)?;
            ledger.check_limits(&terms.from, terms.minutes.received())
        }
        Body::OpeningBalance { member, minutes, by } => {
            ledger.coordinator(by)?;
            let opening = ledger.active(member)?;
            if opening.started {
                return Err(Rejection::NotOpening(*member));
            }
            if *minutes == Balance::ZERO { Err(Rejection::NothingChanges) } else { Ok(()) }
        }
        _ => Ok(()),
    }
}

fn exchange(
    ledger: &Ledger,
    terms: &ExchangeTerms,
    giver: Option<&Authority>,
    receiver: Option<&Authority>,
) -> Result<(), Rejection> {
    same_community(ledger, terms.community)?;
    length(ledger, terms.minutes)?;
    if terms.giver == terms.receiver {
        return Err(Rejection::WithOneself);
    }
    ledger.check_limits(&terms.giver, terms.minutes.given())?;
    ledger.check_limits(&terms.receiver, terms.minutes.received())?;
    for (member, given) in [(&terms.giver, giver), (&terms.receiver, receiver)] {
        if let Some(given) = given {
            authority(ledger, member, given)?;
        }
    }
    match missing(ledger, terms, giver.is_some(), receiver.is_some()) {
        Some(member) => Err(Rejection::ConfirmationMissing(member)),
        None => Ok(()),
    }
}

/// Whose agreement the charter still asks for.
fn missing(ledger: &Ledger, terms: &ExchangeTerms, giver: bool, receiver: bool) -> Option<MemberId> {
    let policy = ledger.charter().map_or(Confirmation::Both, |c| c.confirmation);
    match (policy, giver, receiver) {
        (_, true, true) | (Confirmation::Receiver, _, true) | (Confirmation::Either, true, false) => None,
        (Confirmation::Either, false, true) => None,
        (_, _, false) => Some(terms.receiver),
        (Confirmation::Both, false, true) => Some(terms.giver),
    }
}

fn group(
    ledger: &Ledger,
    terms: &GroupTerms,
    policy: GroupPolicy,
    leader: Option<&Authority>,
    participants: &[Option<Authority>],
) -> Result<(), Rejection> {
    same_community(ledger, terms.community)?;
    length(ledger, terms.minutes)?;
    let ordered = terms.participants.windows(2).all(|w| w[0] < w[1]);
    let sized = (1..=MAX_GROUP).contains(&terms.participants.len()) && participants.len() == terms.participants.len();
    if !ordered || !sized || terms.participants.contains(&terms.leader) {
        return Err(Rejection::BadGroup { limit: MAX_GROUP });
    }
    if ledger.charter().is_none_or(|c| c.group != policy) {
        return Err(Rejection::BadGroup { limit: MAX_GROUP });
    }
    ledger.check_limits(&terms.leader, leader_share(terms, policy)?)?;
    if let Some(given) = leader {
        authority(ledger, &terms.leader, given)?;
    }
    for (member, given) in terms.participants.iter().zip(participants) {
        ledger.check_limits(member, terms.minutes.received())?;
        let given = given.as_ref().ok_or(Rejection::ConfirmationMissing(*member))?;
        authority(ledger, member, given)?;
    }
    Ok(())
}

fn leader_share(terms: &GroupTerms, policy: GroupPolicy) -> Result<Balance, Rejection> {
    match policy {
        GroupPolicy::LeaderEarnsAll => times(terms.minutes.given(), terms.participants.len()),
        GroupPolicy::LeaderEarnsOnce => Ok(terms.minutes.given()),
    }
}

pub(super) fn same_community(ledger: &Ledger, community: crate::id::CommunityId) -> Result<(), Rejection> {
    if ledger.community() == community { Ok(()) } else { Err(Rejection::OtherCommunity) }
}

pub(super) fn length(ledger: &Ledger, minutes: Minutes) -> Result<(), Rejection> {
    let limit = ledger.charter().ok_or(Rejection::Founding)?.largest_exchange.get();
    if minutes.get() > limit { Err(Rejection::ExchangeTooLong { minutes: minutes.get(), limit }) } else { Ok(()) }
}

/// A signature needs a registered key, a session a member who is here, a coordinator's word a coordinator.
pub(super) fn authority(ledger: &Ledger, member: &MemberId, given: &Authority) -> Result<(), Rejection> {
    match given {
        Authority::Key(_) if ledger.active(member)?.key.is_none() => Err(Rejection::NoKey(*member)),
        Authority::Key(_) => Ok(()),
        Authority::Session => ledger.active(member).map(|_| ()),
        Authority::OnBehalf { coordinator, .. } => ledger.coordinator(coordinator).map(|_| ()),
    }
}

pub(super) fn postings(body: &Body) -> Result<Vec<Posting>, Rejection> {
    match body {
        Body::Exchange { terms, .. } => {
            Ok(pair(Account::Member(terms.receiver), Account::Member(terms.giver), terms.minutes.given()))
        }
        Body::Gift { terms, .. } => Ok(pair(Account::Member(terms.from), Account::Pot, terms.minutes.given())),
        Body::GroupExchange { terms, policy, .. } => group_postings(terms, *policy),
        _ => Ok(Vec::new()),
    }
}

fn group_postings(terms: &GroupTerms, policy: GroupPolicy) -> Result<Vec<Posting>, Rejection> {
    let mut postings: Vec<Posting> = terms
        .participants
        .iter()
        .map(|p| Posting { account: Account::Member(*p), change: terms.minutes.received() })
        .collect();
    let earned = leader_share(terms, policy)?;
    let rest = times(terms.minutes.given(), terms.participants.len())?.plus(earned.negated())?;
    postings.push(Posting { account: Account::Member(terms.leader), change: earned });
    if rest != Balance::ZERO {
        postings.push(Posting { account: Account::Pot, change: rest });
    }
    Ok(postings)
}

pub(super) fn permit_correction(
    ledger: &Ledger,
    terms: &CorrectionTerms,
    by: &MemberId,
    history: &dyn History,
) -> Result<(), Rejection> {
    same_community(ledger, terms.community)?;
    ledger.coordinator(by)?;
    if let Some(minutes) = terms.minutes {
        length(ledger, minutes)?;
    }
    for posting in correction_postings(terms, history)? {
        if let Account::Member(id) = posting.account {
            ledger.active(&id)?;
        }
    }
    Ok(())
}

/// What takes the accounts from what the exchange says now to what it should say.
pub(super) fn correction_postings(terms: &CorrectionTerms, history: &dyn History) -> Result<Vec<Posting>, Rejection> {
    let id = terms.corrects;
    let recorded = history.exchange(&id).ok_or(Rejection::UnknownExchange(id))?;
    let first = history.entry(recorded.index).ok_or(Rejection::UnknownExchange(id))?;
    let now = match history.entry(recorded.latest).map(|e| e.body) {
        Some(Body::Correction { terms: earlier, .. }) if recorded.latest != recorded.index => Some(earlier.minutes),
        _ => None,
    };
    let target = terms.minutes.map_or(Balance::ZERO, Minutes::given);
    let difference = |original: Minutes| -> Result<Balance, Rejection> {
        let stands = now.unwrap_or(Some(original)).map_or(Balance::ZERO, Minutes::given);
        if stands == target { Err(Rejection::NothingChanges) } else { Ok(target.plus(stands.negated())?) }
    };
    match first.body {
        Body::Exchange { terms: original, .. } => {
            let change = difference(original.minutes)?;
            Ok(pair(Account::Member(original.receiver), Account::Member(original.giver), change))
        }
        Body::Gift { terms: original, .. } => {
            let change = difference(original.minutes)?;
            Ok(pair(Account::Member(original.from), Account::Pot, change))
        }
        Body::GroupExchange { terms: original, policy, .. } => {
            if now.is_some() || terms.minutes.is_some() {
                return Err(Rejection::NotCorrectable(id, "a group exchange is undone as a whole and recorded again"));
            }
            let undo = |p: Posting| Posting { change: p.change.negated(), ..p };
            Ok(group_postings(&original, policy)?.into_iter().map(undo).collect())
        }
        Body::Correction { .. } => Err(Rejection::NotCorrectable(id, "correct the exchange itself once more")),
        _ => Err(Rejection::NotCorrectable(id, "it crosses to a partner, who would have to agree")),
    }
}
