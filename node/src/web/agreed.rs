//! How those who took part in an exchange agreed to it, as the ledger has it.

use super::words::Words;
use crate::runtime::book::Book;
use kith_protocol::{
    id::{ExchangeId, MemberId},
    ledger::{Authority, Body, Channel, Consent, History as _},
    machine::{Machine, WaitingKind},
};

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
        // Of a group, the sheet says it for all.
        _ => Vec::new(),
    }
}

/// The same in words.
pub(super) fn how(words: Words, given: &Authority) -> String {
    words.t(match given {
        Authority::Key(_) => "agreed-key",
        Authority::Session => "agreed-session",
        Authority::OnBehalf { channel: Channel::Paper, .. } => "agreed-paper",
        Authority::OnBehalf { channel: Channel::Phone, .. } => "agreed-phone",
        Authority::OnBehalf { channel: Channel::InPerson, .. } => "agreed-in-person",
    })
}
