//! Where an exchange stands, and how the pages say so.

use super::words::Words;
use crate::runtime::{book::Book, office::First, shelves::name_of};
use kith_protocol::{
    id::{AccountId, ExchangeId, MemberId},
    ledger::{Body, Entry, History as _},
    machine::{Machine, Waiting, WaitingKind},
    member::Role,
    partnership::Outcome,
    time::Timestamp,
};

/// Where an exchange stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Stand {
    /// A member here has still to agree.
    Waits(MemberId),
    /// A coordinator has still to look at it, because it is somebody's first; one of them by name.
    First(Option<MemberId>),
    /// A partner's member says that one of ours was helped; ours has still to agree.
    Claimed(MemberId),
    /// A partner's member was asked for the hours of help.
    Asked,
    /// It was declined, and the partner will hear of it.
    Declined,
    /// Ours is recorded; the partner has still to answer.
    OnHold,
    /// The partner's hours are recorded; the partner has still to hear of it.
    Answering,
    /// It counts.
    Settled,
    /// It was changed afterwards: to this many minutes, or to nothing; and by whom.
    Corrected(Option<u32>, MemberId),
    /// The partner said no, and the hours are back.
    Refused,
    /// The partner said no to a request, and the member has hours of the pot: for good, or until a coordinator decides.
    Advanced { kept: bool },
}

/// An exchange as pages show it.
#[derive(Debug, Clone)]
pub(super) struct Seen {
    pub(super) id: ExchangeId,
    pub(super) stand: Stand,
    pub(super) minutes: u32,
    pub(super) giver: Option<MemberId>,
    pub(super) receiver: Option<MemberId>,
    /// Others who took part: those of a group.
    pub(super) others: Vec<MemberId>,
    /// The partner community's name, when it crosses.
    pub(super) partner: Option<String>,
    pub(super) since: Timestamp,
    /// Whether the hours went to the community's pot.
    pub(super) gift: bool,
    /// Whether a coordinator can correct it here.
    pub(super) correctable: bool,
    /// Whether it gives an earlier one back.
    pub(super) back: bool,
    /// Whether its receiver can ask the partner for it back.
    pub(super) returnable: bool,
    /// Minutes that the pot gave the member until the partner pays.
    pub(super) advanced: Option<u32>,
    /// Whether the two communities talk about it.
    pub(super) disputed: bool,
    /// What they agreed about it.
    pub(super) outcome: Option<Outcome>,
}

fn partner(machine: &Machine, account: &AccountId) -> Option<String> {
    let partner = machine.state().ledger().partners().get(account)?;
    Some(name_of(machine, &partner.community()).unwrap_or_default())
}

impl Seen {
    fn blank(id: ExchangeId, since: Timestamp, minutes: u32, stand: Stand) -> Self {
        Self {
            id,
            stand,
            minutes,
            giver: None,
            receiver: None,
            others: Vec::new(),
            partner: None,
            since,
            gift: false,
            correctable: false,
            back: false,
            returnable: false,
            advanced: None,
            disputed: false,
            outcome: None,
        }
    }

    /// What the pot advanced for it, and whether it is disputed with a partner.
    fn beside(mut self, machine: &Machine) -> Self {
        let state = machine.state();
        self.advanced = state.ledger().advances().get(&self.id).map(|advance| advance.minutes.get());
        self.disputed = state.disputes().contains_key(&self.id);
        self
    }

    /// What the pot gave somebody for whom a partner's member did not pay.
    fn only_advanced(machine: &Machine, book: &Book, id: ExchangeId) -> Option<Self> {
        let advance = machine.state().ledger().advances().get(&id)?;
        let since = book.entry(advance.entry)?.at;
        let blank = Self::blank(id, since, advance.minutes.get(), Stand::Advanced { kept: advance.kept });
        Some(Self { giver: Some(advance.payee), partner: partner(machine, &advance.account), ..blank })
    }

    /// A first exchange that a coordinator has still to look at.
    pub(super) fn first(machine: &Machine, id: ExchangeId, first: &First) -> Self {
        let mut members = machine.state().ledger().members().iter();
        let looks = members.find(|(_, member)| member.active && member.role == Role::Coordinator).map(|(id, _)| *id);
        Self {
            giver: first.giver(),
            receiver: first.receiver(),
            partner: first.account().and_then(|account| partner(machine, &account)),
            ..Self::blank(id, first.at(), first.minutes().get(), Stand::First(looks))
        }
    }

    /// Whom it waits for, or who put it right, where that is somebody here.
    pub(super) const fn on(&self) -> Option<MemberId> {
        match self.stand {
            Stand::Waits(on) | Stand::Claimed(on) | Stand::Corrected(_, on) => Some(on),
            Stand::First(on) => on,
            _ => None,
        }
    }

    /// An exchange that waits.
    pub(super) fn waiting(machine: &Machine, id: ExchangeId, waiting: &Waiting) -> Self {
        Self::awaited(machine, id, waiting).beside(machine)
    }

    fn awaited(machine: &Machine, id: ExchangeId, waiting: &Waiting) -> Self {
        let blank = |minutes: u32, stand| Self::blank(id, waiting.since, minutes, stand);
        match &waiting.kind {
            WaitingKind::Local { terms, consents } => {
                let receiver_said = consents.get(1).is_some_and(Option::is_some);
                let on = if receiver_said { terms.giver } else { terms.receiver };
                let (giver, receiver) = (Some(terms.giver), Some(terms.receiver));
                Self { giver, receiver, ..blank(terms.minutes.get(), Stand::Waits(on)) }
            }
            WaitingKind::Payment { account, payer, minutes, reverses, .. } => Self {
                back: reverses.is_some(),
                receiver: Some(*payer),
                partner: partner(machine, account),
                ..blank(minutes.get(), Stand::Claimed(*payer))
            },
            WaitingKind::Asked { account, payee, minutes, reverses, .. } => Self {
                back: reverses.is_some(),
                giver: Some(*payee),
                partner: partner(machine, account),
                ..blank(minutes.get(), Stand::Asked)
            },
            WaitingKind::Declined { account } => {
                Self { partner: partner(machine, account), ..blank(0, Stand::Declined) }
            }
        }
    }

    /// Any exchange known here.
    pub(super) fn find(machine: &Machine, book: &Book, id: ExchangeId) -> Option<Self> {
        if let Some(waiting) = machine.state().waiting().get(&id) {
            return Some(Self::waiting(machine, id, waiting));
        }
        let Some(recorded) = book.exchange(&id) else {
            return Some(Self::only_advanced(machine, book, id)?.beside(machine));
        };
        let first = book.entry(recorded.index)?;
        let latest = if recorded.latest == recorded.index { None } else { book.entry(recorded.latest) };
        let seen = Self::recorded(machine, id, &first, latest.as_ref())?.beside(machine);
        let outcome = machine.state().ledger().outcomes().get(&id).and_then(|index| book.entry(*index));
        let outcome = outcome.and_then(|entry| match entry.body {
            Body::DisputeClosed { closing, .. } => Some(closing.content.outcome),
            _ => None,
        });
        Some(Self { outcome, ..seen })
    }

    fn recorded(machine: &Machine, id: ExchangeId, first: &Entry, latest: Option<&Entry>) -> Option<Self> {
        let blank = |minutes: u32| Self::blank(id, first.at, minutes, Stand::Settled);
        let corrected = match latest.map(|entry| &entry.body) {
            Some(Body::Correction { terms, by }) => {
                Stand::Corrected(terms.minutes.map(kith_protocol::minutes::Minutes::get), *by)
            }
            _ => Stand::Settled,
        };
        match &first.body {
            Body::Exchange { terms, .. } => Some(Self {
                stand: corrected,
                giver: Some(terms.giver),
                receiver: Some(terms.receiver),
                correctable: true,
                ..blank(terms.minutes.get())
            }),
            Body::GroupExchange { terms, .. } => Some(Self {
                correctable: corrected == Stand::Settled,
                stand: corrected,
                giver: Some(terms.leader),
                others: terms.participants.clone(),
                ..blank(terms.minutes.get())
            }),
            Body::Gift { terms, .. } => Some(Self {
                stand: corrected,
                giver: Some(terms.from),
                gift: true,
                correctable: true,
                ..blank(terms.minutes.get())
            }),
            Body::Hold { terms, .. } => {
                let stand = match latest.map(|entry| &entry.body) {
                    Some(Body::Settle { .. } | Body::Recovered { .. }) => Stand::Settled,
                    Some(Body::Release { .. }) => Stand::Refused,
                    _ => Stand::OnHold,
                };
                let back = terms.reverses.is_some();
                Some(Self {
                    returnable: stand == Stand::Settled && !back,
                    back,
                    stand,
                    receiver: Some(terms.payer),
                    partner: partner(machine, &terms.account),
                    ..blank(terms.minutes.get())
                })
            }
            Body::Receive { payee, proposal, .. } => {
                let account = proposal.content.account;
                let lanes = machine.state().lanes().get(&account);
                let answering = lanes.is_some_and(|lanes| lanes.unconfirmed().any(|answer| answer.exchange() == id));
                let stand = if answering { Stand::Answering } else { Stand::Settled };
                let partner = partner(machine, &account);
                Some(Self { stand, giver: Some(*payee), partner, ..blank(proposal.content.minutes.get()) })
            }
            Body::Recovered { member, paid, proposal, .. } => {
                let (giver, receiver) = if *paid { (None, *member) } else { (*member, None) };
                let partner = partner(machine, &proposal.content.account);
                Some(Self { giver, receiver, partner, ..blank(proposal.content.minutes.get()) })
            }
            _ => None,
        }
    }

    /// Everybody here who took part.
    pub(super) fn parties(&self) -> impl Iterator<Item = MemberId> + '_ {
        self.giver.into_iter().chain(self.receiver).chain(self.others.iter().copied())
    }

    /// Whether it waits for this member.
    pub(super) fn waits_for(&self, member: &MemberId) -> bool {
        matches!(&self.stand, Stand::Waits(on) | Stand::Claimed(on) if on == member)
    }

    /// Whether a member may take it back.
    pub(super) fn can_decline(&self) -> bool {
        matches!(self.stand, Stand::Waits(_) | Stand::Claimed(_) | Stand::Asked)
    }

    /// Where it stands, in a sentence. `name` is what the member it waits for, or who put it right, is called; nobody, if it
    /// waits for the reader.
    pub(super) fn sentence(&self, words: Words, name: Option<&str>, now: Timestamp) -> String {
        let partner = self.partner.as_deref().unwrap_or_default();
        let day = words.near_day(self.since, now);
        let coordinator = || name.map_or_else(|| words.t("a-coordinator"), str::to_owned);
        let waiting = |key, who| words.t2(key, ("who", who), ("day", &day));
        let mut sentence = match &self.stand {
            Stand::Waits(_) | Stand::Claimed(_) => match name {
                Some(name) => waiting("stand-waits", name),
                None => words.t1("stand-waits-you", "day", &day),
            },
            Stand::First(_) => words.t1("stand-first", "who", coordinator()),
            Stand::Asked => waiting("stand-asked", partner),
            Stand::Declined => words.t1("stand-declined", "who", partner),
            Stand::OnHold => waiting("stand-on-hold", partner),
            Stand::Answering => waiting("stand-answering", partner),
            Stand::Settled => words.t1("stand-settled", "day", &day),
            Stand::Corrected(Some(minutes), _) => {
                let hours = words.hours(u64::from(*minutes));
                words.t2("stand-corrected", ("who", &coordinator()), ("hours", &hours))
            }
            Stand::Corrected(None, _) => words.t1("stand-undone", "who", coordinator()),
            Stand::Refused => words.t1("stand-refused", "who", partner),
            Stand::Advanced { kept: true } => words.t1("stand-kept", "who", partner),
            Stand::Advanced { kept: false } => words.t1("stand-advanced", "who", partner),
        };
        let mut add = |more: String| sentence = format!("{sentence} {more}");
        if self.advanced.is_some() && !matches!(self.stand, Stand::Advanced { .. }) {
            add(words.t("stand-pot-gave"));
        }
        if self.disputed {
            add(words.t1("stand-disputed", "who", partner));
        }
        if let Some(outcome) = self.outcome {
            add(words.t1("stand-outcome", "outcome", super::desk::outcome(words, outcome)));
        }
        sentence
    }
}

/// How many waiting exchanges one page looks through: all there can be.
const MOST_WAITING: usize = kith_protocol::machine::MAX_WAITING;

/// All that waits and touches a member: first what waits for them, then what waits for others, each the oldest first.
pub(super) fn waiting_of(machine: &Machine, member: &MemberId) -> Vec<Seen> {
    let waiting = machine.state().waiting().iter().take(MOST_WAITING);
    let seen =
        waiting.filter(|(_, waiting)| waiting.is_open()).map(|(id, waiting)| Seen::waiting(machine, *id, waiting));
    let mut found: Vec<Seen> = seen.filter(|seen| seen.parties().any(|party| party == *member)).collect();
    found.sort_by_key(|seen| (!seen.waits_for(member), seen.since));
    found
}
