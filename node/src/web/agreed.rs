//! How those who took part in an exchange agreed to it, as the ledger has it.

use super::words::Words;
use crate::runtime::book::Book;
use kith_protocol::{
    id::{ExchangeId, MemberId},
    ledger::{Authority, Body, Channel, Consent, History as _},
    machine::{Machine, WaitingKind},
};
use std::collections::BTreeMap;

/// Who agreed, and how; of an exchange that waits, those who did so far.
pub(super) fn agreed(machine: &Machine, book: &Book, id: ExchangeId) -> Vec<(MemberId, Authority)> {
    if let Some(waiting) = machine.state().waiting().get(&id) {
        let WaitingKind::Local { terms, consents } = &waiting.kind else { return Vec::new() };
        let given = [terms.giver, terms.receiver].into_iter().zip(consents);
        return given.filter_map(|(member, given)| Some((member, given.as_ref().map(Consent::authority)?))).collect();
    }
    let entry = book.exchange(&id).and_then(|recorded| book.entry(recorded.index));
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

/// The coordinators through whom somebody agreed.
pub(super) fn through(given: &[(MemberId, Authority)]) -> impl Iterator<Item = MemberId> + '_ {
    given.iter().filter_map(|(_, authority)| match authority {
        Authority::OnBehalf { coordinator, .. } => Some(*coordinator),
        Authority::Key(_) | Authority::Session => None,
    })
}

/// The same in words, with the coordinator's name where one speaks for somebody.
pub(super) fn how(words: Words, names: &BTreeMap<MemberId, String>, given: &Authority) -> String {
    let (key, coordinator) = match given {
        Authority::Key(_) => return words.t("agreed-key"),
        Authority::Session => return words.t("agreed-session"),
        Authority::OnBehalf { channel: Channel::Paper, coordinator } => ("agreed-paper", coordinator),
        Authority::OnBehalf { channel: Channel::Phone, coordinator } => ("agreed-phone", coordinator),
        Authority::OnBehalf { channel: Channel::InPerson, coordinator } => ("agreed-in-person", coordinator),
    };
    let who = names.get(coordinator).filter(|name| !name.is_empty()).cloned();
    words.t1(key, "who", who.unwrap_or_else(|| words.t("a-coordinator")))
}
