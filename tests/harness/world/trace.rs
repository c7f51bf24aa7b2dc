//! What happened, as a running hash and, when asked for, as text.

use kith_protocol::machine::Message;
use std::collections::VecDeque;

/// How many events are kept as text: all of a run.
const LINES: usize = 20_000;

/// The record of a run.
#[derive(Debug)]
pub(super) struct Trace {
    hash: u64,
    lines: Option<VecDeque<String>>,
    now: (u64, u64),
}

impl Trace {
    pub(super) fn new(keep: bool) -> Self {
        Self { hash: 0xcbf2_9ce4_8422_2325, lines: keep.then(VecDeque::new), now: (0, 0) }
    }

    /// An event begins.
    pub(super) fn mark(&mut self, time: u64, sequence: u64) {
        self.now = (time, sequence);
        self.mix(time);
        self.mix(sequence);
    }

    /// FNV-1a over whole words: it only has to differ when runs differ.
    fn mix(&mut self, word: u64) {
        self.hash = (self.hash ^ word).wrapping_mul(0x0000_0100_0000_01b3).rotate_left(23);
    }

    /// Something happened at a node; `number` is what of it the hash covers.
    pub(super) fn note(&mut self, node: usize, number: u64, text: impl FnOnce() -> String) {
        self.mix(node as u64);
        self.mix(number);
        if let Some(lines) = &mut self.lines {
            if lines.len() >= LINES {
                lines.pop_front();
            }
            lines.push_back(format!("{:>9} ms #{:<5} node {node}: {}", self.now.0 % 1_000_000_000, self.now.1, text()));
        }
    }

    pub(super) const fn hash(&self) -> u64 {
        self.hash
    }

    pub(super) fn into_lines(self) -> Vec<String> {
        self.lines.map(Vec::from).unwrap_or_default()
    }
}

/// A message's name, for counters.
pub(super) const fn kind(message: &Message) -> &'static str {
    match message {
        Message::ResumeRequest(_) => "resume request",
        Message::ResumeOffer { .. } => "resume offer",
        Message::ResumeFetch { .. } => "resume fetch",
        Message::Crossings { .. } => "crossings",
        Message::ResumeAcknowledge(_) => "resume acknowledge",
        Message::AgreementWanted { .. } => "agreement wanted",
        Message::Hello(_) => "hello",
        Message::WhoAreYou => "who are you",
        Message::Propose { .. } => "propose",
        Message::Decide(_) => "decide",
        Message::Acknowledge(_) => "acknowledge",
        Message::Sync(_) => "sync",
        Message::LedgerWanted(_) => "ledger wanted",
        Message::LedgerShown(_) => "ledger shown",
        Message::Accept(_) => "accept",
        Message::Agreed(_) => "agreed",
        Message::Declined { .. } => "declined",
        Message::Ask(_) => "ask",
        Message::AskNoted { .. } => "ask noted",
        Message::AskDeclined { .. } => "ask declined",
        Message::Mail { .. } => "mail",
        Message::MailDrop { .. } => "mail drop",
        Message::MailHeld { .. } => "mail held",
        Message::MailRefused { .. } => "mail refused",
        Message::MailBox(_) => "mail box",
        Message::MailTaken { .. } => "mail taken",
        Message::DisputeHeads(_) => "dispute heads",
        Message::Say(_) => "say",
        Message::DisputeClosed { .. } => "dispute closed",
        Message::Grant(_) => "grant",
        Message::Heads { .. } => "heads",
        Message::Pull { .. } => "pull",
        Message::Shelf { more: true, .. } => "shelf, more to come",
        Message::Shelf { .. } => "shelf",
    }
}
