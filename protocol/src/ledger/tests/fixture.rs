//! A town with keys and a ledger, and the lanes between two of them, made by hand and without luck.

use crate::{
    codec,
    community::{Certificate, Charter},
    envelope::{Content, Unverified},
    id::{AccountId, Alias, CommunityId, Digest, ExchangeId, MemberId},
    key::{PublicKey, SecretKey},
    ledger::{
        Authority, Body, Channel, CorrectionTerms, Entry, ExchangeTerms, GiftTerms, GroupTerms, History, Ledger,
        PaymentTerms, Posting, Recorded,
    },
    member::{MemberKind, Role},
    minutes::{Balance, Minutes},
    partnership::{Agreement, Decision, Kind, Payee, Position, Proposal, RefusalCode, Side, Terms, Verdict},
    rejection::Rejection,
    time::Timestamp,
};
use std::collections::BTreeMap;

/// The first coordinator of every town.
pub(crate) const COORDINATOR: MemberId = MemberId([0xc0; 16]);

pub(crate) fn member(n: u8) -> MemberId {
    MemberId([n; 16])
}

pub(crate) fn exchange_id(n: u64) -> ExchangeId {
    let mut bytes = [0xe0; 16];
    bytes[8..].copy_from_slice(&n.to_be_bytes());
    ExchangeId(bytes)
}

pub(crate) fn minutes(n: u32) -> Minutes {
    Minutes::try_from(n).unwrap()
}

pub(crate) fn balance(n: i64) -> Balance {
    Balance::new(n).unwrap()
}

/// A member's own key.
pub(crate) fn key_of(id: MemberId) -> SecretKey {
    SecretKey::from_seed(&[id.0[0]; 32])
}

/// A member's signature over some terms.
pub(crate) fn signed<T: Content>(id: MemberId, terms: &T) -> Authority {
    Authority::Key(key_of(id).sign(&terms.signing_bytes()))
}

/// The coordinator's word for a member.
pub(crate) fn spoken() -> Authority {
    Authority::OnBehalf { coordinator: COORDINATOR, channel: Channel::Phone }
}

/// Everything ever recorded.
#[derive(Debug, Clone, Default)]
pub(crate) struct Past {
    pub(crate) entries: Vec<Entry>,
    exchanges: BTreeMap<ExchangeId, Recorded>,
    crossings: BTreeMap<(AccountId, Position), u64>,
}

impl Past {
    pub(crate) fn absorb(&mut self, entry: &Entry) {
        let index = self.entries.len() as u64;
        if let Some(id) = entry.body.begins() {
            self.exchanges.insert(id, Recorded { index, latest: index });
        }
        if let Some(recorded) = entry.body.continues().and_then(|id| self.exchanges.get_mut(&id)) {
            recorded.latest = index;
        }
        self.crossings.extend(entry.body.crosses().map(|place| (place, index)));
        self.entries.push(entry.clone());
    }
}

impl History for Past {
    fn exchange(&self, id: &ExchangeId) -> Option<Recorded> {
        self.exchanges.get(id).copied()
    }

    fn entry(&self, index: u64) -> Option<Entry> {
        self.entries.get(usize::try_from(index).unwrap()).cloned()
    }

    fn crossing(&self, account: &AccountId, place: &Position) -> Option<u64> {
        self.crossings.get(&(*account, *place)).copied()
    }
}

/// A community with its keys and its ledger.
#[derive(Debug, Clone)]
pub(crate) struct Town {
    pub(crate) community: CommunityId,
    pub(crate) secret: SecretKey,
    pub(crate) certificate: Unverified<Certificate>,
    pub(crate) ledger: Ledger,
    pub(crate) past: Past,
}

pub(crate) fn certificate(root: &SecretKey, key: PublicKey, serial: u32) -> Unverified<Certificate> {
    let community = CommunityId(root.public().0);
    let content = Certificate { v: 1, community, key, serial, from: Timestamp(0), until: Timestamp(u64::MAX) };
    content.sign(root).into_unverified()
}

impl Town {
    /// A town that has recorded nothing. Towns of different seeds are strangers.
    pub(crate) fn unfounded(seed: u8) -> Self {
        let (root, secret) = (SecretKey::from_seed(&[seed; 32]), SecretKey::from_seed(&[seed ^ 0xff; 32]));
        let community = CommunityId(root.public().0);
        let certificate = certificate(&root, secret.public(), 1);
        Self { community, secret, certificate, ledger: Ledger::empty(community), past: Past::default() }
    }

    /// A founded town: people may go 600 minutes below zero, an exchange has at most 480, receivers confirm.
    pub(crate) fn new(seed: u8) -> Self {
        let mut town = Self::unfounded(seed);
        let founded = town.founding(charter());
        town.enter(founded).unwrap();
        town
    }

    /// A founded town with members 1 to `n`, each with a key.
    pub(crate) fn with_members(seed: u8, n: u8) -> Self {
        let mut town = Self::new(seed);
        for id in 1..=n {
            let admitted = town.admission(id);
            town.enter(admitted).unwrap();
        }
        town
    }

    pub(crate) fn founding(&self, charter: Charter) -> Body {
        Body::Founded { certificate: self.certificate.clone(), charter, coordinator: COORDINATOR }
    }

    pub(crate) fn admission(&self, n: u8) -> Body {
        let (member, key) = (member(n), Some(key_of(member(n)).public()));
        Body::MemberAdmitted { member, kind: MemberKind::Person, role: Role::Member, key, by: COORDINATOR }
    }

    pub(crate) fn charter(&self) -> Charter {
        self.ledger.charter().unwrap().clone()
    }

    /// Records other rules.
    pub(crate) fn change(&mut self, change: impl FnOnce(&mut Charter)) {
        let mut charter = self.charter();
        change(&mut charter);
        self.enter(Body::CharterChanged { charter, by: COORDINATOR }).unwrap();
    }

    /// Records an entry if the rules allow it, and gives what it did.
    pub(crate) fn post(&mut self, body: Body) -> Result<Vec<Posting>, Rejection> {
        let at = Timestamp(1_000 + self.ledger.tree().size());
        let validated = self.ledger.validate(at, body, &self.past)?;
        self.ledger.apply(&validated);
        assert_eq!(self.ledger.sum(), 0);
        self.past.absorb(validated.entry());
        Ok(validated.postings().to_vec())
    }

    /// Records an entry if the rules allow it, and gives its index.
    pub(crate) fn enter(&mut self, body: Body) -> Result<u64, Rejection> {
        self.post(body)?;
        Ok(self.ledger.tree().size() - 1)
    }

    /// The reason for which the rules refuse an entry, without a trace.
    pub(crate) fn refusal(&self, body: Body) -> Rejection {
        let before = codec::encode(&self.ledger);
        let why = self.ledger.validate(Timestamp(9), body, &self.past).unwrap_err();
        assert_eq!(codec::encode(&self.ledger), before);
        why
    }

    pub(crate) fn balance(&self, n: u8) -> i64 {
        self.ledger.members()[&member(n)].balance.get()
    }

    pub(crate) fn exchange_terms(&self, id: u64, giver: u8, receiver: u8, length: u32) -> ExchangeTerms {
        ExchangeTerms {
            community: self.community,
            exchange: exchange_id(id),
            giver: member(giver),
            receiver: member(receiver),
            minutes: minutes(length),
            made_at: Timestamp(5),
            details: Some(Digest([9; 32])),
        }
    }

    /// An exchange that the receiver signed.
    pub(crate) fn exchange(&self, id: u64, giver: u8, receiver: u8, length: u32) -> Body {
        let terms = self.exchange_terms(id, giver, receiver, length);
        Body::Exchange { receiver: Some(signed(terms.receiver, &terms)), giver: None, terms }
    }

    /// A group exchange that every participant signed, under the policy in force.
    pub(crate) fn group(&self, id: u64, leader: u8, participants: &[u8], length: u32) -> Body {
        let terms = GroupTerms {
            community: self.community,
            exchange: exchange_id(id),
            leader: member(leader),
            participants: participants.iter().map(|n| member(*n)).collect(),
            minutes: minutes(length),
            made_at: Timestamp(5),
            details: None,
        };
        let participants = terms.participants.iter().map(|id| Some(signed(*id, &terms))).collect();
        Body::GroupExchange { policy: self.charter().group, leader: None, participants, terms }
    }

    pub(crate) fn gift(&self, id: u64, from: u8, length: u32) -> Body {
        let terms = GiftTerms {
            community: self.community,
            exchange: exchange_id(id),
            from: member(from),
            minutes: minutes(length),
            made_at: Timestamp(5),
            details: None,
        };
        Body::Gift { from: signed(terms.from, &terms), terms }
    }

    pub(crate) fn correction(&self, id: u64, corrects: u64, length: Option<u32>) -> Body {
        let terms = CorrectionTerms {
            community: self.community,
            exchange: exchange_id(id),
            corrects: exchange_id(corrects),
            minutes: length.map(minutes),
            made_at: Timestamp(5),
            details: None,
        };
        Body::Correction { terms, by: COORDINATOR }
    }

    pub(crate) fn opening(&self, n: u8, amount: i64) -> Body {
        Body::OpeningBalance { member: member(n), minutes: balance(amount), by: COORDINATOR }
    }

    pub(crate) fn leaving(&self, n: u8) -> Body {
        Body::MemberLeft { member: member(n), by: COORDINATOR }
    }

    pub(crate) fn role(&self, id: MemberId, role: Role) -> Body {
        Body::RoleChanged { member: id, role, by: COORDINATOR }
    }

    pub(crate) fn payment(&self, account: AccountId, id: u64, payer: u8, length: u32) -> PaymentTerms {
        PaymentTerms {
            community: self.community,
            account,
            exchange: exchange_id(id),
            payer: member(payer),
            payee: Payee::Alias(Alias([3; 16])),
            minutes: minutes(length),
            made_at: Timestamp(5),
            details: None,
            reverses: None,
        }
    }

    /// A hold that the payer signed.
    pub(crate) fn hold(&self, account: AccountId, id: u64, payer: u8, length: u32) -> Body {
        let terms = self.payment(account, id, payer, length);
        Body::Hold { payer: signed(terms.payer, &terms), terms }
    }
}

/// The rules of a new town.
pub(crate) fn charter() -> Charter {
    Charter {
        person_floor: balance(-600),
        organisation_floor: balance(-1_200),
        largest_exchange: minutes(480),
        ..Charter::new("Rushey Green".into(), None)
    }
}

/// Terms between two towns: 900 minutes each way, 480 at most in one exchange.
pub(crate) fn terms(one: &Town, other: &Town) -> Terms {
    let (a, b) = (one.community.min(other.community), one.community.max(other.community));
    Terms {
        v: 1,
        a,
        b,
        limit_a: 900,
        limit_b: 900,
        largest: minutes(480),
        window: 16,
        review_at: Timestamp(99),
        made_at: Timestamp(5),
        nonce: [7; 16],
    }
}

/// Terms with the signatures of both.
pub(crate) fn agreement(one: &Town, other: &Town, terms: Terms) -> Agreement {
    let (a, b) = if terms.a == one.community { (one, other) } else { (other, one) };
    let signature = |town: &Town| town.secret.sign(&terms.signing_bytes());
    Agreement {
        certificate_a: a.certificate.clone(),
        signature_a: signature(a),
        certificate_b: b.certificate.clone(),
        signature_b: signature(b),
        terms,
    }
}

/// Records the partnership in both ledgers.
pub(crate) fn befriend(one: &mut Town, other: &mut Town) -> AccountId {
    let terms = terms(one, other);
    let account = terms.account();
    let agreement = Box::new(agreement(one, other, terms));
    one.enter(Body::PartnershipAgreed { agreement: agreement.clone() }).unwrap();
    other.enter(Body::PartnershipAgreed { agreement }).unwrap();
    account
}

/// One lane: proposals of one side and decisions of the other, chained.
#[derive(Debug, Clone)]
pub(crate) struct Way {
    account: AccountId,
    side: Side,
    pub(crate) epoch: u32,
    pub(crate) n: u64,
    pub(crate) head: Digest,
    pub(crate) decision_head: Digest,
}

impl Way {
    const fn new(account: AccountId) -> Self {
        Self { account, side: Side::A, epoch: 0, n: 0, head: Digest::ZERO, decision_head: Digest::ZERO }
    }

    /// The lane that `proposer` writes.
    pub(crate) fn of(proposer: &Town, account: AccountId) -> Self {
        Self { side: proposer.ledger.partners()[&account].side, ..Self::new(account) }
    }

    /// The next proposal, for whoever changes it before it is signed.
    pub(crate) fn draft(&self, id: u64, length: u32) -> Proposal {
        Proposal {
            v: 1,
            account: self.account,
            epoch: self.epoch,
            lane: self.side,
            n: self.n,
            previous: self.head,
            exchange: exchange_id(id),
            kind: Kind::Exchange,
            debtor: self.side,
            minutes: minutes(length),
            context: Digest([4; 32]),
            made_at: Timestamp(6),
        }
    }

    /// The decision on a proposal, for whoever changes it before it is signed.
    pub(crate) fn verdict(&self, decider: &Town, proposal: &Proposal, accept: bool) -> Decision {
        let leaf_index = decider.ledger.tree().size();
        let refused = Verdict::Reject { code: RefusalCode::PayeeCeiling };
        Decision {
            v: 1,
            account: proposal.account,
            epoch: proposal.epoch,
            lane: proposal.lane,
            n: proposal.n,
            proposal: proposal.digest(),
            previous: self.decision_head,
            verdict: if accept { Verdict::Accept { leaf_index } } else { refused },
        }
    }

    /// Takes the slot with both.
    pub(crate) fn take(&mut self, proposal: &Proposal, decision: &Decision) {
        self.n = proposal.n + 1;
        self.head = proposal.digest();
        self.decision_head = decision.digest();
    }

    /// Proposes and decides the next slot: what the proposer's ledger records.
    pub(crate) fn decided(&mut self, proposer: &Town, decider: &Town, id: u64, length: u32, accept: bool) -> Body {
        let proposal = self.draft(id, length);
        let decision = self.verdict(decider, &proposal, accept);
        self.take(&proposal, &decision);
        decided_body(
            proposal.sign(&proposer.secret).into_unverified(),
            decision.sign(&decider.secret).into_unverified(),
        )
    }

    /// Proposes and accepts the next slot: what the decider's ledger records.
    pub(crate) fn received(&mut self, proposer: &Town, decider: &Town, payee: u8, id: u64, length: u32) -> Body {
        let proposal = self.draft(id, length);
        self.take(&proposal, &self.verdict(decider, &proposal, true));
        received_body(decider, payee, proposal.sign(&proposer.secret).into_unverified())
    }
}

/// A settlement or a release, as the decision says.
pub(crate) fn decided_body(proposal: Unverified<Proposal>, decision: Unverified<Decision>) -> Body {
    let (proposal, decision) = (Box::new(proposal), Box::new(decision));
    match decision.content.verdict {
        Verdict::Accept { .. } => Body::Settle { proposal, decision },
        Verdict::Reject { .. } => Body::Release { proposal, decision },
    }
}

/// What a decider records that accepts a proposal in its next entry.
pub(crate) fn received_body(decider: &Town, payee: u8, proposal: Unverified<Proposal>) -> Body {
    let lane = Way { side: proposal.content.lane, ..Way::new(proposal.content.account) };
    let decision = lane.verdict(decider, &proposal.content, true).sign(&decider.secret).into_unverified();
    accepted_body(payee, proposal, decision)
}

/// What a decider records.
pub(crate) fn accepted_body(payee: u8, proposal: Unverified<Proposal>, decision: Unverified<Decision>) -> Body {
    let (proposal, decision) = (Box::new(proposal), Box::new(decision));
    Body::Receive { payee: member(payee), payer: Alias([3; 16]), proposal, decision, advanced: None }
}
