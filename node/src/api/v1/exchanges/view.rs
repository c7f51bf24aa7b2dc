//! Where an exchange stands, and the sentence that says so to people.

use crate::{
    api::types::{ExchangeView, SpokenFor},
    runtime::{
        Handle, Refused,
        agreed::{agreed, agreed_so_far, through},
        shelves::name_of,
    },
};
use kith_protocol::{
    id::{AccountId, CommunityId, ExchangeId, MemberId},
    ledger::{Authority, Body, Entry, History, Recorded},
    machine::{Machine, Waiting, WaitingKind},
    minutes::Minutes,
    partnership::Verdict,
    time::Timestamp,
};

/// A moment as ISO 8601 has it, to the second.
fn iso(at: Timestamp) -> String {
    let seconds = i64::try_from(at.0 / 1_000).unwrap_or(i64::MAX);
    jiff::Timestamp::from_second(seconds).unwrap_or(jiff::Timestamp::MAX).to_string()
}

fn partner_of(machine: &Machine, account: &AccountId) -> Option<CommunityId> {
    machine.state().ledger().partners().get(account).map(kith_protocol::ledger::Partner::community)
}

fn called(machine: &Machine, community: Option<CommunityId>) -> String {
    community.and_then(|id| name_of(machine, &id)).unwrap_or_else(|| "the partner".into())
}

fn blank(id: ExchangeId, since: Timestamp) -> ExchangeView {
    ExchangeView {
        id,
        state: "waiting".into(),
        index: None,
        latest: None,
        minutes: None,
        giver: None,
        receiver: None,
        partner: None,
        waits_for: None,
        since: since.0,
        advanced_minutes: None,
        disputed: false,
        dispute_outcome: None,
        through: Vec::new(),
        corrected_by: None,
        sentence: String::new(),
    }
}

/// An exchange that waits for somebody's agreement.
fn waiting(machine: &Machine, id: ExchangeId, waiting: &Waiting) -> ExchangeView {
    let (base, since) = (blank(id, waiting.since), iso(waiting.since));
    match &waiting.kind {
        WaitingKind::Local { terms, consents } => {
            let receiver_said = consents.get(1).is_some_and(Option::is_some);
            let (who, waits_for) =
                if receiver_said { ("the giver", terms.giver) } else { ("the receiver", terms.receiver) };
            ExchangeView {
                minutes: Some(terms.minutes.get()),
                giver: Some(terms.giver),
                receiver: Some(terms.receiver),
                waits_for: Some(waits_for),
                sentence: format!("Waiting for {who} to agree since {since}."),
                ..base
            }
        }
        WaitingKind::Payment { account, payer, minutes, reverses, .. } => {
            let partner = partner_of(machine, account);
            let name = called(machine, partner);
            let sentence = match reverses {
                Some(of) => format!(
                    "{name} asks for {minutes} of exchange {of} back. Waiting for your member to agree since {since}."
                ),
                None => format!(
                    "{name} says that {minutes} of help were received. Waiting for the receiver to agree since {since}."
                ),
            };
            ExchangeView {
                minutes: Some(minutes.get()),
                receiver: Some(*payer),
                partner,
                waits_for: Some(*payer),
                sentence,
                ..base
            }
        }
        WaitingKind::Asked { account, payee, minutes, noted, .. } => {
            let partner = partner_of(machine, account);
            let name = called(machine, partner);
            let sentence = if *noted {
                format!("{name} has the request. Waiting for their member to agree since {since}.")
            } else {
                format!("Recorded. Waiting for {name} since {since}.")
            };
            ExchangeView { minutes: Some(minutes.get()), giver: Some(*payee), partner, sentence, ..base }
        }
        WaitingKind::Declined { account } => {
            let partner = partner_of(machine, account);
            let sentence = format!("Declined. {} will hear of it.", called(machine, partner));
            ExchangeView { state: "refused".into(), partner, sentence, ..base }
        }
    }
}

/// Those for whom a coordinator spoke, by the ledger.
fn by_coordinators(given: &[(MemberId, Authority)]) -> Vec<SpokenFor> {
    through(given).map(|(member, by)| SpokenFor { member, by }).collect()
}

/// Adds who else spoke for whom: of them no ledger tells.
pub(in crate::api::v1) async fn with_helpers(handle: &Handle, views: &mut [ExchangeView]) -> Result<(), Refused> {
    let parties = |view: &ExchangeView| view.giver.into_iter().chain(view.receiver).collect::<Vec<_>>();
    let of = views.iter().flat_map(|view| parties(view).into_iter().map(|party| (view.id, party)));
    let spoken = handle.spoken_for(of.collect()).await?;
    let sheets = handle.sheets_by(views.iter().map(|view| view.id).collect()).await?;
    for view in views {
        let helped = |member: MemberId| spoken.get(&(view.id, member)).map(|by| SpokenFor { member, by: *by });
        let helped: Vec<SpokenFor> = parties(view).into_iter().filter_map(helped).collect();
        let led = view.giver.zip(sheets.get(&view.id)).map(|(member, by)| SpokenFor { member, by: *by });
        view.through.extend(helped.into_iter().chain(led));
    }
    Ok(())
}

/// An exchange that waits, as a list shows it.
pub(in crate::api::v1) fn listed(machine: &Machine, id: ExchangeId, found: &Waiting) -> ExchangeView {
    let disputed = machine.state().disputes().contains_key(&id);
    let through = by_coordinators(&agreed_so_far(found));
    ExchangeView { disputed, through, ..with_advance(machine, waiting(machine, id, found)) }
}

/// Any exchange that is known here, with what the pot advanced for it and whether it is disputed.
pub(super) fn exchange(machine: &Machine, history: &dyn History, id: ExchangeId) -> Option<ExchangeView> {
    let base = known(machine, history, id).or_else(|| only_advanced(machine, history, id))?;
    let outcome = machine.state().ledger().outcomes().get(&id).and_then(|index| history.entry(*index));
    let dispute_outcome = outcome.and_then(|entry| match entry.body {
        Body::DisputeClosed { closing, .. } => Some(closing.content.outcome),
        _ => None,
    });
    let disputed = machine.state().disputes().contains_key(&id);
    let through = by_coordinators(&agreed(machine, history, id));
    Some(ExchangeView { disputed, dispute_outcome, through, ..with_advance(machine, base) })
}

/// Whether a member of ours took part in an exchange; nothing when it is not known here.
pub(in crate::api::v1) fn took_part(
    machine: &Machine,
    history: &dyn History,
    id: ExchangeId,
    member: &MemberId,
) -> Option<bool> {
    let view = exchange(machine, history, id)?;
    let first = history.exchange(&id).and_then(|recorded| history.entry(recorded.index));
    let in_group = first.is_some_and(|first| match first.body {
        Body::GroupExchange { terms, .. } => terms.participants.contains(member),
        _ => false,
    });
    Some(in_group || [view.giver, view.receiver].contains(&Some(*member)))
}

/// What the pot gave somebody whose payment a partner declined.
fn only_advanced(machine: &Machine, history: &dyn History, id: ExchangeId) -> Option<ExchangeView> {
    let advance = machine.state().ledger().advances().get(&id)?;
    let partner = partner_of(machine, &advance.account);
    let name = called(machine, partner);
    Some(ExchangeView {
        state: "advanced".into(),
        minutes: Some(advance.minutes.get()),
        giver: Some(advance.payee),
        partner,
        sentence: format!("{name} declined."),
        index: Some(advance.entry),
        ..blank(id, history.entry(advance.entry)?.at)
    })
}

fn with_advance(machine: &Machine, view: ExchangeView) -> ExchangeView {
    let Some(advance) = machine.state().ledger().advances().get(&view.id) else { return view };
    let then = match (view.state == "advanced", advance.kept) {
        (false, _) => "What is paid later goes to the pot.",
        (true, true) => "The member keeps them as a gift.",
        (true, false) => "A coordinator decides whether the member keeps them.",
    };
    let sentence = format!("{} The community pot gave the member {} meanwhile. {then}", view.sentence, advance.minutes);
    ExchangeView { advanced_minutes: Some(advance.minutes.get()), sentence, ..view }
}

fn known(machine: &Machine, history: &dyn History, id: ExchangeId) -> Option<ExchangeView> {
    if let Some(found) = machine.state().waiting().get(&id) {
        return Some(waiting(machine, id, found));
    }
    let recorded = history.exchange(&id)?;
    let first = history.entry(recorded.index)?;
    let latest = if recorded.latest == recorded.index { first.clone() } else { history.entry(recorded.latest)? };
    Some(recorded_view(machine, id, recorded, &first, &latest))
}

fn recorded_view(machine: &Machine, id: ExchangeId, at: Recorded, first: &Entry, latest: &Entry) -> ExchangeView {
    let base =
        ExchangeView { index: Some(at.index), latest: Some(at.latest), state: "settled".into(), ..blank(id, first.at) };
    let when = iso(first.at);
    let settled = |minutes: Minutes| format!("Settled: {minutes}, recorded {when}.");
    match &first.body {
        Body::Exchange { terms, .. } => {
            let base = ExchangeView { giver: Some(terms.giver), receiver: Some(terms.receiver), ..base };
            corrected(base, terms.minutes, settled(terms.minutes), latest)
        }
        Body::GroupExchange { terms, .. } => {
            let base = ExchangeView { giver: Some(terms.leader), ..base };
            let sentence =
                format!("Settled: {} for each of {}, recorded {when}.", terms.minutes, terms.participants.len());
            corrected(base, terms.minutes, sentence, latest)
        }
        Body::Gift { terms, .. } => {
            let base = ExchangeView { giver: Some(terms.from), ..base };
            corrected(base, terms.minutes, format!("Given to the community pot: {}, {when}.", terms.minutes), latest)
        }
        Body::Correction { terms, by } => {
            let sentence = format!("A correction of exchange {}, recorded {when}.", terms.corrects);
            ExchangeView { corrected_by: Some(*by), minutes: terms.minutes.map(Minutes::get), sentence, ..base }
        }
        Body::Hold { terms, .. } => {
            let partner = partner_of(machine, &terms.account);
            let base =
                ExchangeView { minutes: Some(terms.minutes.get()), receiver: Some(terms.payer), partner, ..base };
            decided(base, &called(machine, partner), settled(terms.minutes), latest)
        }
        Body::Receive { payee, proposal, .. } => {
            let account = proposal.content.account;
            let partner = partner_of(machine, &account);
            let minutes = proposal.content.minutes;
            let base = ExchangeView { minutes: Some(minutes.get()), giver: Some(*payee), partner, ..base };
            let lanes = machine.state().lanes().get(&account);
            if lanes.is_some_and(|lanes| lanes.unconfirmed().any(|answer| answer.exchange() == id)) {
                let name = called(machine, partner);
                let sentence = format!("Recorded. Waiting for {name} to say that it knows, since {when}.");
                return ExchangeView { state: "recorded".into(), sentence, ..base };
            }
            ExchangeView { sentence: settled(minutes), ..base }
        }
        Body::Recovered { member, paid, proposal, .. } => {
            let partner = partner_of(machine, &proposal.content.account);
            let minutes = proposal.content.minutes;
            let base = ExchangeView { minutes: Some(minutes.get()), partner, ..base };
            let sentence = format!("Settled: {minutes}, given back by {} {when}.", called(machine, partner));
            let (giver, receiver) = if *paid { (None, *member) } else { (*member, None) };
            ExchangeView { giver, receiver, sentence, ..base }
        }
        _ => base,
    }
}

fn corrected(base: ExchangeView, original: Minutes, settled: String, latest: &Entry) -> ExchangeView {
    let Body::Correction { terms, by } = &latest.body else {
        return ExchangeView { minutes: Some(original.get()), sentence: settled, ..base };
    };
    let when = iso(latest.at);
    let sentence = match terms.minutes {
        Some(minutes) => format!("Corrected {when}: it was {minutes}."),
        None => format!("Corrected {when}: it did not happen."),
    };
    let minutes = terms.minutes.map(Minutes::get);
    ExchangeView { state: "corrected".into(), minutes, corrected_by: Some(*by), sentence, ..base }
}

fn decided(base: ExchangeView, partner: &str, settled: String, latest: &Entry) -> ExchangeView {
    match &latest.body {
        Body::Settle { .. } | Body::Recovered { .. } => ExchangeView { sentence: settled, ..base },
        Body::Release { decision, .. } => {
            let why = match decision.content.verdict {
                Verdict::Reject { code } => code.sentence(),
                Verdict::Accept { .. } => "no reason was given",
            };
            let sentence = format!("Refused by {partner}: {why}. The minutes are back with the member.");
            ExchangeView { state: "refused".into(), sentence, ..base }
        }
        _ => {
            let since = iso(Timestamp(base.since));
            let sentence = format!("Recorded. Waiting for {partner} since {since}.");
            ExchangeView { state: "recorded".into(), sentence, ..base }
        }
    }
}
