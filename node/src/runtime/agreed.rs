//! How those who took part in an exchange agreed to it, as the ledger has it.

use kith_protocol::{
    id::{ExchangeId, MemberId},
    ledger::{Authority, Body, Consent, History},
    machine::{Machine, Waiting, WaitingKind},
};

/// Who agreed so far to an exchange that waits, and how.
#[must_use]
pub fn agreed_so_far(waiting: &Waiting) -> Vec<(MemberId, Authority)> {
    let WaitingKind::Local { terms, consents } = &waiting.kind else { return Vec::new() };
    let given = [terms.giver, terms.receiver].into_iter().zip(consents);
    given.filter_map(|(member, given)| Some((member, given.as_ref().map(Consent::authority)?))).collect()
}

/// Who agreed, and how; of an exchange that waits, those who did so far.
#[must_use]
pub fn agreed(machine: &Machine, history: &dyn History, id: ExchangeId) -> Vec<(MemberId, Authority)> {
    if let Some(waiting) = machine.state().waiting().get(&id) {
        return agreed_so_far(waiting);
    }
    let entry = history.exchange(&id).and_then(|recorded| history.entry(recorded.index));
    let given = |pairs: [(MemberId, Option<Authority>); 2]| {
        pairs.into_iter().filter_map(|(member, given)| Some((member, given?))).collect()
    };
    match entry.map(|entry| entry.body) {
        Some(Body::Exchange { terms, giver, receiver }) => given([(terms.giver, giver), (terms.receiver, receiver)]),
        Some(Body::Gift { terms, from }) => vec![(terms.from, from)],
        Some(Body::Hold { terms, payer }) => vec![(terms.payer, payer)],
        Some(Body::GroupExchange { terms, leader, participants, .. }) => {
            let all = std::iter::once((terms.leader, leader)).chain(terms.participants.into_iter().zip(participants));
            all.filter_map(|(member, given)| Some((member, given?))).collect()
        }
        _ => Vec::new(),
    }
}

/// Those for whom a coordinator agreed, and which.
pub fn through(given: &[(MemberId, Authority)]) -> impl Iterator<Item = (MemberId, MemberId)> + '_ {
    given.iter().filter_map(|(member, authority)| match authority {
        Authority::OnBehalf { coordinator, .. } => Some((*member, *coordinator)),
        Authority::Key(_) | Authority::Session => None,
    })
}
