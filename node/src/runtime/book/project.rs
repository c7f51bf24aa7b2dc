//! What each fact changes in the index.

use super::{Book, keys, pages::Place};
use kith_protocol::{
    codec,
    envelope::Unverified,
    id::MemberId,
    ledger::{Body, CorrectionTerms, Entry, History as _, Recorded},
    machine::{Fact, ForeignRecord, Standing, View as _},
    minutes::Minutes,
    partnership::Verdict,
    shelf::Record,
};

impl Book {
    pub(super) fn project(&mut self, frame: u64, n: usize, fact: &Fact) {
        match fact {
            Fact::Entry(entry) => self.project_entry(frame, n, entry),
            Fact::Answered { request, digest, reply } => {
                self.overlay.put(keys::request(request), codec::encode(&(digest, reply)));
            }
            Fact::Shelved { record, .. } => self.place_record(record),
            Fact::Decided { proposal, decision } => {
                if let Verdict::Reject { code } = decision.content.verdict {
                    self.overlay.put(keys::refused(&proposal.content.exchange), codec::encode(&code));
                }
            }
            _ => {}
        }
    }

    fn project_entry(&mut self, frame: u64, n: usize, entry: &Entry) {
        let index = self.pages.len();
        let fact = u16::try_from(n).unwrap_or(u16::MAX);
        self.pages.push(Place { frame, fact }, entry.leaf(), &mut self.overlay);
        self.exchanged = self.exchanged.saturating_add(self.helped(index, &entry.body));
        if let Some(id) = entry.body.begins() {
            self.overlay.put(keys::exchange(&id), recorded_bytes(Recorded { index, latest: index }));
        }
        if let Some(id) = entry.body.continues()
            && let Some(earlier) = self.exchange(&id)
        {
            self.overlay.put(keys::exchange(&id), recorded_bytes(Recorded { latest: index, ..earlier }));
        }
        if let Some((account, place)) = entry.body.crosses() {
            self.overlay.put(keys::crossing(&account, &place), index.to_be_bytes().to_vec());
        }
        for member in self.touched(&entry.body) {
            self.overlay.put(keys::statement_line(&member, index), Vec::new());
        }
    }

    /// By how many minutes an entry changes the help recorded; below zero when a correction takes some away.
    fn helped(&self, index: u64, body: &Body) -> i64 {
        let minutes = |minutes: Minutes| i64::from(minutes.get());
        match body {
            Body::Exchange { terms, .. } => minutes(terms.minutes),
            Body::GroupExchange { terms, .. } => {
                let places = i64::try_from(terms.participants.len()).unwrap_or(i64::MAX);
                minutes(terms.minutes).saturating_mul(places)
            }
            Body::Settle { proposal, .. } | Body::Receive { proposal, .. } | Body::Recovered { proposal, .. } => {
                minutes(proposal.content.minutes)
            }
            Body::Correction { terms, .. } => self.corrected(index, terms),
            _ => 0,
        }
    }

    /// What the correction at `index` changes in the help recorded.
    fn corrected(&self, index: u64, terms: &CorrectionTerms) -> i64 {
        let first = self.exchange(&terms.corrects).and_then(|recorded| Some((recorded, self.entry(recorded.index)?)));
        let Some((recorded, first)) = first else { return 0 };
        let stands = |m: Option<Minutes>| m.map_or(0, |m| i64::from(m.get()));
        let stood = match &first.body {
            Body::Exchange { terms: original, .. } => {
                let earlier = |at: u64| match self.entry(at)?.body {
                    Body::Correction { terms: earlier, .. } if earlier.corrects == terms.corrects => {
                        Some(earlier.minutes)
                    }
                    _ => None,
                };
                let latest = if recorded.latest < index {
                    earlier(recorded.latest)
                } else {
                    // A crash while the index was written: it knows this correction already and has lost the one before.
                    self.statement(&original.giver, Some(index), usize::MAX).into_iter().find_map(earlier)
                };
                stands(latest.unwrap_or(Some(original.minutes)))
            }
            body @ Body::GroupExchange { .. } => self.helped(recorded.index, body),
            _ => return 0,
        };
        stands(terms.minutes) - stood
    }

    /// The members on whose statements an entry stands.
    fn touched(&self, body: &Body) -> Vec<MemberId> {
        let Some(about) = body.about() else { return body.named() };
        let first = self.exchange(&about).and_then(|recorded| self.entry(recorded.index));
        first.map(|entry| entry.body.named()).unwrap_or_default()
    }

    pub(super) fn project_foreign(&mut self, foreign: &ForeignRecord) {
        match foreign {
            ForeignRecord::Keep(record) => self.place_record(record),
            ForeignRecord::Drop { community, revision, key } => {
                *self.versions.entry(*community).or_default() += 1;
                self.overlay.delete(keys::record(community, *revision));
                self.overlay.delete(keys::standing(community, key));
            }
            ForeignRecord::Known(community, known) => {
                self.overlay.put(keys::known(community), codec::encode(known));
            }
            ForeignRecord::Box(boxed) => {
                self.overlay.put(keys::boxed(&boxed.recipient, &boxed.depositor), codec::encode(boxed));
            }
            ForeignRecord::Unbox { depositor, recipient } => self.overlay.delete(keys::boxed(recipient, depositor)),
        }
    }

    fn place_record(&mut self, record: &Unverified<Record>) {
        let content = &record.content;
        *self.versions.entry(content.community).or_default() += 1;
        if let Some(old) = self.held(&content.community, &content.key) {
            self.overlay.delete(keys::record(&content.community, old.revision));
        }
        let standing = codec::encode(&Standing::from(content));
        self.overlay.put(keys::standing(&content.community, &content.key), standing);
        self.overlay.put(keys::record(&content.community, content.revision), codec::encode(record));
    }
}

fn recorded_bytes(recorded: Recorded) -> Vec<u8> {
    [recorded.index.to_be_bytes(), recorded.latest.to_be_bytes()].concat()
}

/// Reads what [`recorded_bytes`] wrote.
pub(super) fn recorded_from(bytes: &[u8]) -> Option<Recorded> {
    let (index, latest) = bytes.split_first_chunk::<8>()?;
    Some(Recorded { index: u64::from_be_bytes(*index), latest: u64::from_be_bytes(latest.try_into().ok()?) })
}
