//! How those who took part in an exchange agreed to it, in words.

use super::words::Words;
use kith_protocol::{
    id::MemberId,
    ledger::{Authority, Channel},
};
use std::collections::BTreeMap;

/// What is known of how those who took part in an exchange agreed.
pub(super) struct Agreed {
    /// What the ledger has of each.
    pub(super) given: Vec<(MemberId, Authority)>,
    /// Who wrote it down for a circle they look after.
    pub(super) sheet: Option<MemberId>,
    /// Who spoke for whom.
    pub(super) spoken: BTreeMap<MemberId, MemberId>,
    /// Whether a group took part.
    pub(super) group: bool,
}

impl Agreed {
    /// Who agreed, and how, for those who took part and for coordinators. `me` is called "you".
    pub(super) fn told(
        &self,
        words: Words,
        names: &BTreeMap<MemberId, String>,
        me: Option<MemberId>,
    ) -> Vec<(String, String)> {
        let called = |member: &MemberId| names.get(member).cloned().unwrap_or_else(|| words.t("somebody"));
        let name = |member: &MemberId| if me == Some(*member) { words.t("you") } else { called(member) };
        // Of a group, one sheet mostly says it for all.
        let all = |how| vec![(words.t("notice-all"), how)];
        if let Some(by) = self.sheet {
            return all(words.t1("agreed-paper", "who", called(&by)));
        }
        if let Some(((_, first), others)) = self.given.split_first()
            && self.group
            && others.iter().all(|(_, given)| given == first)
        {
            return all(how(words, names, first));
        }
        let helped = |by: &MemberId| words.t1("agreed-helper", "who", called(by));
        let given = self.given.iter().map(|(member, given)| match self.spoken.get(member) {
            Some(by) if *given == Authority::Session => (name(member), helped(by)),
            _ => (name(member), how(words, names, given)),
        });
        // What somebody elsewhere is asked for has no word of ours in the ledger.
        let silent = self.spoken.iter().filter(|(member, _)| self.given.iter().all(|(agreed, _)| agreed != *member));
        given.chain(silent.map(|(member, by)| (name(member), helped(by)))).collect()
    }
}

/// How somebody agreed, with the coordinator's name where one speaks for them.
fn how(words: Words, names: &BTreeMap<MemberId, String>, given: &Authority) -> String {
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
