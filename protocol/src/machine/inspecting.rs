//! Looking into a partner's ledger: whether what it accepted is recorded where it says, and whether its ledger only ever grows.
//!
//! The payer's side asks and the payee's side shows: its signed checkpoint, that this continues the one shown before, and the
//! receipts at the places that its acceptances name. What does not fit is proof (E3, E4). Silence proves nothing.

use super::{
    effect::{Effect, Notice, Turn},
    fact::Fact,
    input::Peer,
    message::Message,
    state::Machine,
    view::View,
};
use crate::{
    evidence::{Beginning, Exhibits},
    id::{AccountId, CommunityId, Digest},
    key::PublicKey,
    ledger::{
        Body, Shown,
        checkpoint::Checkpoint,
        merkle::{Nodes, consistency_proof, inclusion_proof, root_at, verify_consistency, verify_inclusion},
    },
    partnership::{Position, Verdict},
    rejection::Rejection,
    time::Span,
};
use serde::{Deserialize, Serialize};

/// How long acceptances gather before the partner is asked to show them, so that looking is no part of settling.
const INSPECT_AFTER: Span = Span::seconds(5);
/// The most receipts asked for at once: with their proofs, below 1.5 KiB each in a ledger of a million entries, they fit into
/// one message.
pub const MAX_SHOWN: usize = 24;
/// How many slots are looked at for one question.
const INSPECT_STEP: usize = 64;

/// What a partner showed of its ledger, and how far we looked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inspected {
    /// The key that signed the checkpoint.
    pub key: PublicKey,
    /// The largest checkpoint that it showed, as a C2SP signed note.
    pub checkpoint: String,
    /// Everything that it accepted before this place was shown.
    pub upto: Position,
}

/// Asks a partner to show its ledger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LedgerWanted {
    /// Under which partnership.
    pub account: AccountId,
    /// The receiver's own checkpoint that the sender holds, as a C2SP signed note. Whoever signed one and has less now knows that its
    /// disk went back in time, and shows nothing.
    pub held: Option<String>,
    /// The places that the receiver's acceptances name, at most [`MAX_SHOWN`].
    pub entries: Vec<u64>,
}

/// One entry with the proof that it is there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ShownEntry {
    /// Its index.
    pub index: u64,
    /// It.
    pub entry: Shown,
    /// Its inclusion proof (RFC 6962) in the ledger of the checkpoint.
    pub proof: Vec<Digest>,
}

/// What a ledger has to show.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LedgerShown {
    /// Under which partnership.
    pub account: AccountId,
    /// The checkpoint, as a C2SP signed note.
    pub checkpoint: String,
    /// That it continues the checkpoint that the asker holds, if that is a smaller one.
    pub beginning: Option<Beginning>,
    /// The receipts asked for.
    pub entries: Vec<ShownEntry>,
}

/// What the driver puts together once everything is durable: only it may sign a checkpoint, as none may be seen that is not on
/// disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Showing {
    /// Under which partnership.
    pub account: AccountId,
    /// Size and root of the checkpoint of ours that the asker holds; size 0 for none.
    pub held: (u64, Digest),
    /// The receipts to show.
    pub entries: Vec<u64>,
}

impl Showing {
    /// The message, with the checkpoint that was signed. None when the ledger does not begin with what the asker holds: then the disk
    /// went back in time, and a checkpoint would be a second history.
    #[must_use]
    pub fn message(
        &self,
        checkpoint: &Checkpoint,
        note: String,
        tree: &impl Nodes,
        view: &dyn View,
    ) -> Option<Message> {
        let (size, (held, root)) = (checkpoint.size(), self.held);
        if held > 0 && root_at(held, tree)? != root {
            return None;
        }
        let beginning = if held == 0 || held == size {
            None
        } else {
            Some(Beginning { root, proof: consistency_proof(held, size, tree)? })
        };
        let entry = |index: &u64| {
            let entry = view.entry(*index)?.shown();
            let ours = entry.proposal().is_some_and(|proposal| proposal.account == self.account);
            let proof = inclusion_proof(*index, size, tree)?;
            // Nobody reads here what happened to others.
            ours.then_some(ShownEntry { index: *index, entry, proof })
        };
        let entries = self.entries.iter().filter_map(entry).collect();
        let shown = LedgerShown { account: self.account, checkpoint: note, beginning, entries };
        Some(Message::LedgerShown(Box::new(shown)))
    }
}

fn checkpoint_of(community: &CommunityId, note: &str, key: &PublicKey) -> Result<Checkpoint, Rejection> {
    let read = || Checkpoint::read(note, community, &key.sound().ok()?);
    read().ok_or(Rejection::NoProof("the checkpoint is not signed by that key"))
}

impl Machine {
    /// Something was accepted by a partner: soon it is asked to show it.
    pub(super) fn inspect_soon(&mut self, turn: &Turn<'_>) {
        self.inspect_at.get_or_insert(turn.now.plus(INSPECT_AFTER));
    }

    /// Asks every partner that is there to show what it accepted and did not show yet.
    pub(super) fn inspect(&mut self, turn: &mut Turn<'_>) {
        if self.inspect_at.is_none_or(|at| at > turn.now) {
            return;
        }
        self.inspect_at = None;
        let accounts: Vec<AccountId> = self.synced.iter().copied().collect();
        for account in accounts {
            if let Some(peer) = self.partner_session(&account) {
                self.ask_to_show(turn, peer, account);
            }
        }
    }

    fn ask_to_show(&mut self, turn: &mut Turn<'_>, peer: Peer, account: AccountId) {
        let places: Vec<(Position, u64)> =
            self.unseen(turn, &account).into_iter().map(|(place, index, _)| (place, index)).collect();
        if places.is_empty() || !self.is_live(&account) {
            return;
        }
        let Some(partner) = self.state.ledger.partners().get(&account) else { return };
        let held = self.state.inspected.get(&account).filter(|seen| seen.key == partner.key);
        let held = held.map(|seen| seen.checkpoint.clone());
        let entries = places.iter().map(|(_, index)| *index).collect();
        self.inspecting.insert(account, places);
        turn.send(peer, Message::LedgerWanted(Box::new(LedgerWanted { account, held, entries })));
    }

    /// What the partner accepted in this epoch and did not show: where, at which place of its ledger, and where we recorded it.
    fn unseen(&self, turn: &Turn<'_>, account: &AccountId) -> Vec<(Position, u64, u64)> {
        let (Some(partner), Some(lanes)) = (self.state.ledger.partners().get(account), self.state.lanes.get(account))
        else {
            return Vec::new();
        };
        let start = Position { epoch: lanes.epoch(), lane: Some(partner.side), n: 0 };
        let seen = self.state.inspected.get(account).map(|seen| seen.upto);
        let mut at = seen.filter(|seen| *seen > start).unwrap_or(start);
        let mut found = Vec::new();
        loop {
            let step = turn.view.crossings(account, at, INSPECT_STEP);
            let more = step.len() == INSPECT_STEP;
            for (place, index) in step {
                if place.lane != Some(partner.side) || place.epoch != start.epoch || found.len() == MAX_SHOWN {
                    return found;
                }
                if let Some(Body::Settle { decision, .. }) = turn.view.entry(index).map(|entry| entry.body)
                    && let Verdict::Accept { leaf_index } = decision.content.verdict
                {
                    found.push((place, leaf_index, index));
                }
                at = place.next();
            }
            if !more {
                return found;
            }
        }
    }

    /// A partner wants to see that what we accepted is in our ledger.
    pub(super) fn ledger_wanted(
        &self,
        turn: &mut Turn<'_>,
        peer: Peer,
        from: CommunityId,
        wanted: LedgerWanted,
    ) -> Result<(), Rejection> {
        let LedgerWanted { account, held, entries } = wanted;
        self.partner_of_message(&account, &from)?;
        if entries.len() > MAX_SHOWN {
            return Err(Rejection::TooManyWaiting { what: "entries to be shown", limit: MAX_SHOWN });
        }
        if !self.is_live(&account) {
            return Ok(());
        }
        let held = match held {
            None => (0, Digest::ZERO),
            Some(note) => {
                let key = self.identity.certificate.content.key;
                let held = checkpoint_of(&self.identity.community, &note, &key)?;
                // We signed it. With fewer entries now, the disk went back in time, and a checkpoint would be a second history.
                if held.size() > self.state.ledger.tree().size() {
                    turn.notice(Notice::Forgotten { account });
                    return Ok(());
                }
                (held.size(), *held.root())
            }
        };
        turn.effects.rest.push(Effect::Show { to: peer, showing: Showing { account, held, entries } });
        Ok(())
    }

    /// A partner shows its ledger.
    pub(super) fn ledger_shown(
        &mut self,
        turn: &mut Turn<'_>,
        peer: Peer,
        from: CommunityId,
        shown: LedgerShown,
    ) -> Result<(), Rejection> {
        let account = shown.account;
        self.partner_of_message(&account, &from)?;
        // An answer to an earlier question may come late; the one that fits is then still to come.
        let asked = self.inspecting.get(&account).filter(|_| self.is_live(&account)).cloned();
        let Some(asked) = asked else { return Ok(()) };
        let partner = self.state.ledger.partners().get(&account).ok_or(Rejection::UnknownPartnership(account))?;
        let key = partner.key;
        let checkpoint = checkpoint_of(&from, &shown.checkpoint, &key)?;
        if let Some(held) = self.state.inspected.get(&account).filter(|seen| seen.key == key).cloned() {
            self.compare_ledgers(turn, account, &from, &held, &checkpoint, &shown)?;
        }
        let mut upto = None;
        for (place, index) in &asked {
            let found = shown.entries.iter().find(|entry| entry.index == *index);
            let there = found.filter(|found| {
                let leaf = found.entry.leaf();
                verify_inclusion(*index, checkpoint.size(), &leaf, checkpoint.root(), &found.proof).is_ok()
            });
            let Some(there) = there else { break };
            self.compare_receipt(turn, account, *place, &shown.checkpoint, there)?;
            upto = Some(place.next());
        }
        let upto = upto.ok_or(Rejection::NotShown)?;
        self.inspecting.remove(&account);
        let inspected = Inspected { key, checkpoint: shown.checkpoint, upto };
        self.record(turn, Fact::Inspected { account, inspected });
        self.ask_to_show(turn, peer, account);
        Ok(())
    }

    /// E4: whether a ledger goes on from where it was.
    fn compare_ledgers(
        &mut self,
        turn: &mut Turn<'_>,
        account: AccountId,
        community: &CommunityId,
        held: &Inspected,
        now: &Checkpoint,
        shown: &LedgerShown,
    ) -> Result<(), Rejection> {
        let before = checkpoint_of(community, &held.checkpoint, &held.key)?;
        let forked = match &shown.beginning {
            None if before.size() == now.size() => before.root() != now.root(),
            Some(Beginning { root, proof }) if before.size() < now.size() => {
                let begins = verify_consistency(before.size(), root, now.size(), now.root(), proof);
                begins.map_err(|_| Rejection::NotShown)?;
                root != before.root()
            }
            _ => return Err(Rejection::NotShown),
        };
        if !forked {
            return Ok(());
        }
        let (one, other) = (held.checkpoint.clone(), shown.checkpoint.clone());
        self.accuse(turn, account, Exhibits::ForkedLedger { one, other, beginning: shown.beginning.clone() });
        Err(Rejection::BooksDiffer)
    }

    /// E3: whether what is at a place of a ledger is what its keeper accepted there.
    fn compare_receipt(
        &mut self,
        turn: &mut Turn<'_>,
        account: AccountId,
        place: Position,
        checkpoint: &str,
        there: &ShownEntry,
    ) -> Result<(), Rejection> {
        let (proposal, decision) = self.slot(turn, &account, place).ok_or(Rejection::UnknownProposal)?;
        if there.entry.proposal() == Some(&proposal.content) {
            return Ok(());
        }
        let exhibits = Exhibits::NotRecorded {
            proposal: Box::new(proposal),
            decision: Box::new(decision),
            checkpoint: checkpoint.to_owned(),
            entry: Box::new(there.entry.clone()),
            proof: there.proof.clone(),
        };
        self.accuse(turn, account, exhibits);
        Err(Rejection::BooksDiffer)
    }
}
