//! A community under partnership with honest ones that cheats: its machine breaks a rule, and in some worlds its operator signs
//! with its keys what no machine would. It goes on for as long as the world lasts.

mod hand;

use super::{Settings, World, stranger::Stranger};
use crate::{
    checkers::{Between, Kept, honest},
    dice::Dice,
};
use hand::{HANDS, Hand};
use kith_protocol::{
    flaw::Flaw,
    id::{AccountId, CommunityId, ExchangeId},
    machine::{NOBODY, Peer},
    rejection::Rejection,
};
use std::collections::BTreeMap;

/// Of so many worlds some have a cheat; the others go on as they would without.
const CHEATING: u64 = 17;
/// Which of them. A seed that is kept for what it found leaves these remainders only if it found it with a cheat.
const CHEATING_AT: [u64; 2] = [2, 11];
/// Of a thousand cheats, how many cheat from the beginning.
const AT_ONCE: u64 = 600;
/// After how many looks at what people do the others begin, at the latest.
const LOOKS: u64 = 40;
/// Of a thousand cheats, how many lend a hand of their own.
const LENDS_A_HAND: u64 = 850;
/// Of a thousand starts of a cheat that puts old backups in place of its disk, before how many it does.
const OLD_BACKUPS: u64 = 400;
/// How many frames such a backup lacks, at most.
const OLD_FRAMES: u64 = 12;

/// The rules that a cheat's machine breaks, one in each world.
const FLAWS: &[(&str, Flaw)] = &[
    ("accepts beyond the limit", Flaw::DeciderIgnoresLimit),
    ("acknowledges what it has not learned", Flaw::AcknowledgesUnlearned),
    ("adopts an offer blindly", Flaw::AdoptsBlindly),
    ("answers any request to resume", Flaw::ResumesOutsideSession),
    ("answers a request twice", Flaw::AnswersTwice),
    ("closes disputes alone", Flaw::ClosesAlone),
    ("decides again", Flaw::DecidesAgain),
    ("decides anew what it refused", Flaw::ForgetsRefusals),
    ("decides out of order", Flaw::DecidesOutOfOrder),
    ("drops what is undecided", Flaw::DropsUndecided),
    ("forges acceptances", Flaw::SettlesByTimeout),
    ("forges refusals", Flaw::ReleasesByTimeout),
    ("goes on through a pause", Flaw::IgnoresPause),
    ("has more undecided than the window", Flaw::IgnoresWindow),
    ("keeps its key", Flaw::KeepsKey),
    ("keeps its revision", Flaw::KeepsRevision),
    ("learns out of order", Flaw::LearnsOutOfOrder),
    ("leaves its decisions unchained", Flaw::DecisionsUnchained),
    ("leaves its proposals unchained", Flaw::ProposalsUnchained),
    ("lets old grants count", Flaw::OldGrantCounts),
    ("never repeats", Flaw::NeverRepeats),
    ("offers an epoch again", Flaw::ReusesEpoch),
    ("offers without learning", Flaw::OffersUnlearned),
    ("counts one lane in its offers", Flaw::OfferCountsOwnLane),
    ("pays longer than agreed", Flaw::IgnoresLargest),
    ("pays without its limit", Flaw::LimitIgnoresUndecided),
    ("recovers twice", Flaw::RecoversTwice),
    ("renames what is undecided", Flaw::RenamesUndecided),
    ("reuses its nonce", Flaw::ReusesNonce),
    ("signs disputes unheard", Flaw::DisputesUnheard),
    ("signs while it recovers", Flaw::SignsWhileRecovering),
    ("signs without resuming", Flaw::SignsWithoutResume),
    ("takes any key for a member's", Flaw::AnyKeySigns),
    ("takes old letters", Flaw::TakesOldLetters),
    ("writes letters unheard", Flaw::WritesUnheard),
];

/// What it does beside its machine, and what comes of it.
const DEEDS: &[&str] = &[
    "is frozen out",
    "keeps its answers back",
    "leaves out of its offer",
    "runs from an old backup",
    "says that it is further",
    "shows another ledger",
    "signs two decisions",
    "signs two proposals",
];

/// All that the counters of cheats count.
#[must_use]
pub fn ways_to_cheat() -> Vec<&'static str> {
    FLAWS.iter().map(|(name, _)| *name).chain(DEEDS.iter().copied()).collect()
}

/// The cheat of a world.
pub(super) struct Cheat {
    node: usize,
    flaw: (&'static str, Flaw),
    hand: Option<Hand>,
    /// How often it still looks on before it begins.
    looks: u64,
    dice: Dice,
    /// What it denies that it accepted, by partnership.
    denied: BTreeMap<AccountId, ExchangeId>,
    /// How often it has shown its ledger, by partnership.
    showings: BTreeMap<AccountId, u64>,
}

impl Cheat {
    /// Whether there is a cheat in this world. A broken variant has none, so that what is found in it is the breach; and nor has
    /// a world with a stranger.
    pub(super) fn comes(settings: Settings) -> bool {
        let here = CHEATING_AT.contains(&(settings.seed % CHEATING));
        here && settings.breach.is_none() && Stranger::of(settings.seed).is_none()
    }

    /// The cheat of this world, if there is one.
    pub(super) fn of(settings: Settings, nodes: usize) -> Option<Self> {
        if !Self::comes(settings) {
            return None;
        }
        let mut dice = Dice::new(settings.seed, "cheat");
        // In turn, so that a few thousand seeds have every one.
        let turn = usize::try_from(settings.seed / CHEATING).unwrap_or(0);
        let looks = if dice.permille(AT_ONCE) { 0 } else { dice.between(1, LOOKS) };
        Some(Self {
            node: dice.index(nodes),
            flaw: FLAWS[turn % FLAWS.len()],
            hand: if dice.permille(LENDS_A_HAND) { dice.pick(HANDS).copied() } else { None },
            looks,
            dice,
            denied: BTreeMap::new(),
            showings: BTreeMap::new(),
        })
    }

    /// Its hand, once it began.
    fn at_work(&self) -> Option<Hand> {
        self.hand.filter(|_| self.looks == 0)
    }
}

impl World {
    /// Whether a node is the cheat's.
    pub(super) fn is_cheat(&self, i: usize) -> bool {
        self.cheat.as_ref().is_some_and(|cheat| cheat.node == i)
    }

    /// The cheat's community, if there is one.
    pub(super) fn cheating(&self) -> Option<CommunityId> {
        self.cheat.as_ref().map(|cheat| self.nodes[cheat.node].identity.community)
    }

    /// A law that honest nodes keep and the cheat need not.
    pub(super) fn unless_cheat(&self, i: usize, kept: Kept) -> Kept {
        if self.is_cheat(i) { Ok(()) } else { kept }
    }

    /// Whether a peer is the cheat's node. It may be the writer of any letter, too.
    pub(super) fn is_of_cheat(&self, peer: &Peer) -> bool {
        self.cheat.as_ref().is_some_and(|cheat| self.nodes[cheat.node].peer() == *peer || *peer == NOBODY)
    }

    /// A node is found at fault by another: only the cheat may be, and what the cheat says of others counts for nothing.
    pub(super) fn blamed(&mut self, from: usize, by: usize, why: &Rejection) -> Kept {
        if self.is_cheat(from) || self.is_cheat(by) {
            self.coverage.hit("refused to a cheat", why.code());
            return Ok(());
        }
        honest(why)
    }

    /// If there is a cheat in this world, the checkers know which it is.
    pub(super) fn cheat_comes(&mut self) {
        let Some(cheat) = &self.cheat else { return };
        let (node, looks) = (cheat.node, cheat.looks);
        let identity = &self.nodes[node].identity;
        self.checkers.cheat(node, identity.community);
        self.checkers.cheat_signs_with(node, identity.certificate.content.key);
        if looks == 0 {
            self.cheat_begins();
        }
    }

    /// The cheat looks on, until it begins.
    pub(super) fn cheat_looks_on(&mut self) {
        let Some(cheat) = &mut self.cheat else { return };
        if cheat.looks > 0 {
            cheat.looks -= 1;
            if cheat.looks == 0 {
                self.cheat_begins();
            }
        }
    }

    fn cheat_begins(&mut self) {
        let Some(cheat) = &self.cheat else { return };
        let (node, (name, flaw)) = (cheat.node, cheat.flaw);
        self.coverage.hit("cheat", name);
        if let Some(hand) = cheat.hand {
            self.coverage.hit("cheat", hand.name());
        }
        self.trace.note(node, 9, || format!("begins to cheat: {name}, {:?}", self.cheat.as_ref().and_then(|c| c.hand)));
        self.nodes[node].flawed(flaw);
    }

    /// Before a start: some cheats put an old backup in place of the disk and say nothing of it.
    pub(super) fn cheat_restores(&mut self, i: usize) {
        let Some(cheat) = self.cheat.as_mut().filter(|cheat| cheat.node == i) else { return };
        if cheat.at_work() == Some(Hand::OldBackup) && cheat.dice.permille(OLD_BACKUPS) {
            let back = usize::try_from(cheat.dice.between(1, OLD_FRAMES)).unwrap_or(1);
            let disk = &mut self.nodes[i].disk;
            disk.restore_old(disk.frames().saturating_sub(back).max(1));
            self.coverage.hit("cheat", "runs from an old backup");
        }
    }

    /// How the honest nodes stand with the cheat at the end.
    pub(super) fn judge_the_cheat(&mut self) {
        let Some(cheat) = &self.cheat else { return };
        let community = self.nodes[cheat.node].identity.community;
        let theirs = self.nodes[cheat.node].state();
        for (i, node) in self.nodes.iter().enumerate() {
            let Some(state) = node.state().filter(|_| i != cheat.node) else { continue };
            let Some((account, _)) = state.ledger().partner_of(&community) else { continue };
            self.coverage.hit("with a cheat", Between::of(state, theirs, account).name());
        }
    }

    /// Whether something may still come of what the cheat did.
    pub(super) fn cheat_keeps_waiting(&self) -> bool {
        let Some(cheat) = &self.cheat else { return false };
        let community = self.nodes[cheat.node].identity.community;
        let theirs = self.nodes[cheat.node].state();
        let honest = self.nodes.iter().enumerate().filter(|(i, _)| *i != cheat.node);
        honest.filter_map(|(_, node)| node.state()).any(|state| {
            let account = state.ledger().partner_of(&community).map(|(account, _)| account);
            account.is_some_and(|account| !Between::of(state, theirs, account).is_over())
        })
    }
}
