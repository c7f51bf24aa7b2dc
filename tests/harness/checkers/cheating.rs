//! One of the communities cheats. Its own books count for nothing; what the honest ones sign, record and accuse it of is judged.

use super::{Checkers, Kept, book::Book, ensure, signed::Signed};
use crate::coverage::Coverage;
use kith_protocol::{
    document::Document,
    envelope::{Content, Unverified},
    evidence::{Evidence, Exhibits},
    id::{AccountId, CommunityId},
    key::PublicKey,
    ledger::{Body, checkpoint::Checkpoint},
    machine::{Condition, Fact, Identity, Message, State},
    partnership::{Decision, Proposal},
};
use std::collections::{BTreeMap, BTreeSet};

/// What is known of the cheat.
#[derive(Debug)]
pub(super) struct Cheating {
    node: usize,
    community: CommunityId,
    /// The keys that its root certified.
    keys: BTreeSet<PublicKey>,
    /// Its partnerships.
    accounts: BTreeSet<AccountId>,
    /// Partnerships that honest nodes froze.
    frozen: BTreeSet<(usize, AccountId)>,
    /// Checkpoints that honest nodes showed, by key and size.
    shown: BTreeMap<(PublicKey, u64), String>,
    /// What honest nodes have under partnerships with the cheat.
    signed: BTreeMap<usize, Signed>,
}

/// How an honest node stands with the cheat.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Between {
    /// Both books say the same, and nothing waits.
    Settled,
    /// The honest side holds a proof.
    Frozen,
    /// Something waits for the cheat.
    Waiting,
    /// Nothing waits, and the cheat's book says something else: the honest one holds what both signed.
    Apart,
}

impl Between {
    /// How one side stands with the other.
    pub(crate) fn of(state: &State, theirs: Option<&State>, account: &AccountId) -> Self {
        match state.conditions().get(account) {
            Some(Condition::Frozen { .. }) => return Self::Frozen,
            Some(_) => return Self::Waiting,
            None => {}
        }
        let lanes = state.lanes().get(account);
        let waits =
            |lanes: &kith_protocol::lane::Lanes| lanes.undecided() + lanes.queued() + lanes.unconfirmed().count() > 0;
        if lanes.is_none_or(waits) {
            return Self::Waiting;
        }
        let net = |state: &State| state.ledger().partners().get(account).map(|partner| partner.net.get());
        if net(state) == theirs.and_then(net).map(|net| -net) { Self::Settled } else { Self::Apart }
    }

    /// Whether nothing more comes of it by itself.
    pub(crate) const fn is_over(self) -> bool {
        matches!(self, Self::Settled | Self::Frozen)
    }

    /// Its name, for counters.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Settled => "settled",
            Self::Frozen => "frozen",
            Self::Waiting => "waiting",
            Self::Apart => "apart",
        }
    }
}

impl Cheating {
    /// Whether one of the cheat's keys signed something.
    fn signed<T: Content + Clone>(&self, content: &Unverified<T>) -> bool {
        let keys = self.keys.iter().filter_map(|key| key.sound().ok());
        keys.into_iter().any(|key| content.clone().verify(&key).is_ok())
    }

    /// What an honest ledger has of an exchange with the cheat, the cheat signed its part of: nothing is released or settled by
    /// time, or by anybody else's word.
    fn answered(&self, body: &Body) -> Kept {
        let (proposal, decision): (&Unverified<Proposal>, &Unverified<Decision>) = match body {
            Body::Settle { proposal, decision }
            | Body::Release { proposal, decision }
            | Body::Receive { proposal, decision, .. }
            | Body::Recovered { proposal, decision, .. } => (proposal, decision),
            _ => return Ok(()),
        };
        if !self.accounts.contains(&proposal.content.account) {
            return Ok(());
        }
        let by_cheat = self.signed(proposal) || self.signed(decision);
        ensure("answered", by_cheat, || format!("{} without a word of the cheat", body.kind()))
    }

    /// A proof proves what it says to whoever has nothing but the file, and accuses the cheat.
    fn proven(&self, evidence: &Evidence, coverage: &mut Coverage) -> Kept {
        let bytes = Document::Evidence(Box::new(evidence.clone())).to_bytes();
        let read = match Document::decode(&bytes) {
            Ok(Document::Evidence(evidence)) => evidence.judge(),
            other => return ensure("evidence", false, || format!("a proof is read back as {other:?}")),
        };
        match read {
            Ok(proven) => {
                coverage.hit("evidence", proven.misconduct.code());
                ensure("evidence", proven.community == self.community, || {
                    format!("{} is accused of {}", proven.community, proven.misconduct)
                })
            }
            Err(why) => ensure("evidence", false, || format!("an account is frozen by what proves nothing: {why}")),
        }
    }
}

/// The partnership in whose lanes a fact signs or takes something.
const fn in_lanes(fact: &Fact) -> Option<&AccountId> {
    match fact {
        Fact::Proposed { proposal, .. } | Fact::Decided { proposal, .. } => Some(&proposal.content.account),
        Fact::Learned { decision } => Some(&decision.content.account),
        Fact::Acknowledged { word } => Some(&word.content.account),
        Fact::Offered { offer, .. } => Some(&offer.content.account),
        Fact::Recovering { account, .. } | Fact::Reopened { account } => Some(account),
        _ => None,
    }
}

impl Checkers {
    /// One of the communities cheats: the laws are for the others. Its records may differ from one to the next, too.
    pub(crate) fn cheat(&mut self, node: usize, community: CommunityId) {
        self.liar(community);
        let (keys, accounts, frozen, shown, signed) = Default::default();
        self.cheating = Some(Cheating { node, community, keys, accounts, frozen, shown, signed });
    }

    /// The cheat's root certified a key.
    pub(crate) fn cheat_signs_with(&mut self, node: usize, key: PublicKey) {
        if let Some(cheating) = self.cheating.as_mut().filter(|cheating| cheating.node == node) {
            cheating.keys.insert(key);
        }
    }

    pub(super) fn is_cheat(&self, node: usize) -> bool {
        self.cheating.as_ref().is_some_and(|cheating| cheating.node == node)
    }

    /// Whether a partnership is one with the cheat.
    pub(super) fn is_with_cheat(&self, account: &AccountId) -> bool {
        self.cheating.as_ref().is_some_and(|cheating| cheating.accounts.contains(account))
    }

    /// A fact became durable, in a world with a cheat.
    pub(super) fn beside_a_cheat(&mut self, node: usize, fact: &Fact, coverage: &mut Coverage) -> Kept {
        let Some(cheating) = &mut self.cheating else { return Ok(()) };
        if let Fact::Entry(entry) = fact
            && let Body::PartnershipAgreed { agreement } = &entry.body
            && agreement.terms.side_of(&cheating.community).is_some()
        {
            cheating.accounts.insert(agreement.terms.account());
            self.slots.with_cheat.insert(agreement.terms.account());
        }
        if let Fact::Frozen { account, evidence } = fact {
            cheating.proven(evidence, coverage)?;
            if node != cheating.node {
                coverage.hit("cheat", "is frozen out");
                cheating.frozen.insert((node, *account));
            }
        }
        if node == cheating.node {
            return Ok(());
        }
        if let Fact::Entry(entry) = fact {
            cheating.answered(&entry.body)?;
        }
        cheating.signed.entry(node).or_default().committed(fact)?;
        let goes_on = in_lanes(fact).is_some_and(|account| cheating.frozen.contains(&(node, *account)));
        ensure("frozen", !goes_on, || format!("a frozen partnership goes on with {fact:?}"))
    }

    /// A backup that is put in place of a disk knows nothing of later proofs; what crossed with the cheat and is not in it is gone,
    /// unless the cheat gives it back.
    pub(super) fn restored_beside_a_cheat(&mut self, node: usize, lost: &Book, facts: &[Fact]) {
        let Some(cheating) = &mut self.cheating else { return };
        let proven = |account: &AccountId| {
            facts.iter().any(|fact| matches!(fact, Fact::Frozen { account: frozen, .. } if frozen == account))
        };
        cheating.frozen.retain(|(who, account)| *who != node || proven(account));
        let signed = cheating.signed.entry(node).or_default();
        signed.crossed.clear();
        facts.iter().for_each(|fact| signed.holds(fact));
        let book = &mut self.books[node];
        for account in lost.partners.keys().filter(|account| cheating.accounts.contains(account)) {
            book.denied.deniable(&lost.denied, account);
            self.slots.agreed(*account, u32::MAX, |id| book.crossed(id));
        }
    }

    /// What an honest node shows of its ledger is no proof against it.
    pub(crate) fn shows(&mut self, node: usize, identity: &Identity, message: &Message) -> Kept {
        let (Some(cheating), Message::LedgerShown(shown)) = (&mut self.cheating, message) else { return Ok(()) };
        let key = identity.certificate.content.key;
        let read = key.sound().ok().and_then(|sound| Checkpoint::read(&shown.checkpoint, &identity.community, &sound));
        let Some(checkpoint) = read.filter(|_| node != cheating.node) else { return Ok(()) };
        let now = shown.checkpoint.clone();
        let before = cheating.shown.entry((key, checkpoint.size())).or_insert_with(|| now.clone()).clone();
        let exhibits = Exhibits::ForkedLedger { one: before, other: now, beginning: None };
        let evidence = Evidence { v: 1, certificate: identity.certificate.clone(), exhibits };
        ensure("evidence", evidence.judge().is_err(), || format!("node {node} shows two ledgers"))
    }
}
