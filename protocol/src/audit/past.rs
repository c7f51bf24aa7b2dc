//! What the auditor remembers of entries long past: enough for the rules, and no more.
//!
//! The rules ask for earlier entries in three cases: whether an exchange id was ever used, whether a partnership's slot was
//! ever decided, and what a correction corrects. So an exchange leaves its id, where it stands, and who and how long, one
//! that crossed its slot as well; an entry that begins none leaves nothing. That is about a hundred bytes for each exchange,
//! where the entries themselves, with their signatures, take four to five times as much.

use crate::{
    community::GroupPolicy,
    envelope::Unverified,
    id::{AccountId, Alias, CommunityId, Digest, ExchangeId, MemberId},
    key::Signature,
    ledger::{
        Authority, Body, Channel, CorrectionTerms, ENTRY_VERSION, Entry, ExchangeTerms, GiftTerms, GroupTerms, History,
        PaymentTerms, Recorded, UnderId,
    },
    minutes::Minutes,
    partnership::{Decision, Kind, Payee, Position, Proposal, Side, Verdict},
    time::Timestamp,
};
use std::collections::BTreeMap;

/// What of an exchange the correction rule reads.
#[derive(Debug)]
enum Begun {
    Exchange {
        giver: MemberId,
        receiver: MemberId,
        minutes: Minutes,
    },
    Gift {
        from: MemberId,
        minutes: Minutes,
    },
    Group(Box<Group>),
    Correction(Option<Minutes>),
    /// With a partner: under which account, who here, how long, whether they paid, and whether it gave another one back. Nothing
    /// of one that was refused.
    Crossing(Option<Crossed>),
}

/// Stands for a member whom the ledger does not know; ids are drawn at random, so nobody has it.
const NOBODY: MemberId = MemberId([0; 16]);

#[derive(Debug, Clone, Copy)]
struct Crossed {
    account: AccountId,
    member: MemberId,
    minutes: Minutes,
    paid: bool,
    reverses: Option<ExchangeId>,
}

#[derive(Debug)]
struct Group {
    leader: MemberId,
    participants: Vec<MemberId>,
    minutes: Minutes,
    policy: GroupPolicy,
}

#[derive(Debug)]
struct Slot {
    stands: Recorded,
    begun: Begun,
}

/// The compact past of one ledger.
#[derive(Debug)]
pub(super) struct Past {
    community: CommunityId,
    /// In the order of their entries.
    slots: Vec<Slot>,
    /// Where an exchange's slot is.
    places: BTreeMap<ExchangeId, usize>,
    /// Which entry decided which slot of a partnership.
    crossings: BTreeMap<(AccountId, Position), u64>,
}

impl Past {
    pub(super) const fn new(community: CommunityId) -> Self {
        Self { community, slots: Vec::new(), places: BTreeMap::new(), crossings: BTreeMap::new() }
    }

    /// Takes in what the entry at `index` begins and continues.
    pub(super) fn record(&mut self, index: u64, body: &Body) {
        if let Some(place) = body.crosses() {
            self.crossings.insert(place, index);
        }
        if let Some(id) = body.begins()
            && let Some(begun) = begun(body)
        {
            self.places.insert(id, self.slots.len());
            self.slots.push(Slot { stands: Recorded { index, latest: index }, begun });
        }
        if let Some(place) = body.continues().and_then(|id| self.places.get(&id)) {
            self.slots[*place].stands.latest = index;
            if matches!(body, Body::Release { .. }) {
                self.slots[*place].begun = Begun::Crossing(None);
            }
        }
    }
}

fn begun(body: &Body) -> Option<Begun> {
    Some(match body {
        Body::Exchange { terms, .. } => {
            Begun::Exchange { giver: terms.giver, receiver: terms.receiver, minutes: terms.minutes }
        }
        Body::Gift { terms, .. } => Begun::Gift { from: terms.from, minutes: terms.minutes },
        Body::GroupExchange { terms, policy, .. } => Begun::Group(Box::new(Group {
            leader: terms.leader,
            participants: terms.participants.clone(),
            minutes: terms.minutes,
            policy: *policy,
        })),
        Body::Correction { terms, .. } => Begun::Correction(terms.minutes),
        Body::Hold { terms, .. } => Begun::Crossing(Some(Crossed {
            account: terms.account,
            member: terms.payer,
            minutes: terms.minutes,
            paid: true,
            reverses: terms.reverses,
        })),
        Body::Receive { payee, proposal, .. } => Begun::crossed(&proposal.content, Some(*payee), false),
        Body::Recovered { under_id: UnderId::Nothing, member, paid, proposal, .. } => {
            Begun::crossed(&proposal.content, *member, *paid)
        }
        _ => return None,
    })
}

impl History for Past {
    fn exchange(&self, id: &ExchangeId) -> Option<Recorded> {
        self.places.get(id).map(|place| self.slots[*place].stands)
    }

    /// The entry as far as the correction rule reads it: its kind, who, how long, which policy. Ids, dates and signatures
    /// were judged when it was recorded; blanks stand in their place.
    fn entry(&self, index: u64) -> Option<Entry> {
        let place = self.slots.binary_search_by_key(&index, |slot| slot.stands.index).ok()?;
        let body = self.slots[place].begun.body(self.community);
        Some(Entry { v: ENTRY_VERSION, at: Timestamp::default(), body })
    }

    fn crossing(&self, account: &AccountId, place: &Position) -> Option<u64> {
        self.crossings.get(&(*account, *place)).copied()
    }
}

impl Crossed {
    /// What the rules read of minutes received from a partner. Slots and signatures were judged when it was recorded.
    fn received(&self) -> Body {
        let kind = self.reverses.map_or(Kind::Exchange, |of| Kind::Reversal { of });
        let proposal = Proposal {
            v: 1,
            account: self.account,
            epoch: 0,
            lane: Side::A,
            n: 0,
            previous: Digest::ZERO,
            exchange: ExchangeId([0; 16]),
            kind,
            debtor: Side::A,
            minutes: self.minutes,
            context: Digest::ZERO,
            made_at: Timestamp::default(),
        };
        let decision = Decision {
            v: 1,
            account: self.account,
            epoch: 0,
            lane: Side::A,
            n: 0,
            proposal: Digest::ZERO,
            previous: Digest::ZERO,
            verdict: Verdict::Accept { leaf_index: 0 },
        };
        let signature = Signature([0; 64]);
        Body::Receive {
            payee: self.member,
            payer: Alias([0; 16]),
            proposal: Box::new(Unverified { content: proposal, signature }),
            decision: Box::new(Unverified { content: decision, signature }),
            advanced: None,
        }
    }
}

impl Begun {
    fn crossed(proposal: &Proposal, member: Option<MemberId>, paid: bool) -> Self {
        let reverses = match proposal.kind {
            Kind::Exchange => None,
            Kind::Reversal { of } => Some(of),
        };
        let member = member.unwrap_or(NOBODY);
        Self::Crossing(Some(Crossed { account: proposal.account, member, minutes: proposal.minutes, paid, reverses }))
    }

    fn body(&self, community: CommunityId) -> Body {
        let (exchange, made_at, details) = (ExchangeId([0; 16]), Timestamp::default(), None);
        let nobody = NOBODY;
        let unsaid = Authority::OnBehalf { coordinator: nobody, channel: Channel::Paper };
        match self {
            Self::Exchange { giver, receiver, minutes } => Body::Exchange {
                terms: ExchangeTerms {
                    community,
                    exchange,
                    giver: *giver,
                    receiver: *receiver,
                    minutes: *minutes,
                    made_at,
                    details,
                },
                giver: None,
                receiver: None,
            },
            Self::Gift { from, minutes } => Body::Gift {
                terms: GiftTerms { community, exchange, from: *from, minutes: *minutes, made_at, details },
                from: unsaid,
            },
            Self::Group(group) => Body::GroupExchange {
                terms: GroupTerms {
                    community,
                    exchange,
                    leader: group.leader,
                    participants: group.participants.clone(),
                    minutes: group.minutes,
                    made_at,
                    details,
                },
                policy: group.policy,
                leader: None,
                participants: Vec::new(),
            },
            Self::Correction(minutes) => Body::Correction {
                terms: CorrectionTerms { community, exchange, corrects: exchange, minutes: *minutes, made_at, details },
                by: nobody,
            },
            Self::Crossing(Some(crossed)) if !crossed.paid => crossed.received(),
            Self::Crossing(crossed) => Body::Hold {
                terms: PaymentTerms {
                    community,
                    account: crossed.map_or(AccountId([0; 32]), |c| c.account),
                    exchange,
                    payer: crossed.map_or(nobody, |c| c.member),
                    payee: Payee::Alias(Alias([0; 16])),
                    minutes: crossed.map_or(Minutes::new(1).expect("one minute is a length of time"), |c| c.minutes),
                    made_at,
                    details,
                    reverses: crossed.and_then(|c| c.reverses),
                },
                payer: unsaid,
            },
        }
    }
}
