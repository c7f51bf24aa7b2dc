//! How those who took part in an exchange agreed to it, in words.

use super::words::Words;
use kith_protocol::{
    id::MemberId,
    ledger::{Authority, Channel},
};
use std::collections::BTreeMap;

/// How somebody agreed, with the coordinator's name where one speaks for them.
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
