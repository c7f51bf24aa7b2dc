//! Papers that programs ask for, so that the same request again has no second effect; and reading without a trace.

use super::{Event, Handle, MemberId, Message, Paper, PaperId, Refused, Room};
use kith_protocol::{rejection::Rejection, time::Timestamp};

/// The most messages between two members that are given, the newest.
pub const MESSAGES_GIVEN: usize = 100;

/// A paper without what came to it after it was asked for.
fn bare(paper: &Paper) -> Paper {
    let mut paper = paper.clone();
    match &mut paper {
        Paper::Message(message) => (message.at, message.read) = (Timestamp(0), false),
        Paper::Report(report) => (report.at, report.done) = (Timestamp(0), None),
        Paper::Case(note) => note.at = Timestamp(0),
        Paper::Event(event) => event.at = Timestamp(0),
        Paper::Application(application) => application.at = Timestamp(0),
        _ => {}
    }
    paper
}

impl Paper {
    /// Whether two papers say the same, whenever they were written and whatever became of them since.
    #[must_use]
    pub fn says_the_same(&self, other: &Self) -> bool {
        match (self, other) {
            // What it said first is written over.
            (Self::Event(Event { edits: Some(_), .. }), Self::Event(_)) => true,
            _ => bare(self) == bare(other),
        }
    }
}

impl Room<'_> {
    fn between(&self, one: &MemberId, other: &MemberId) -> Vec<(PaperId, Message)> {
        let ours = |m: &Message| (m.from == *one && m.to == *other) || (m.from == *other && m.to == *one);
        let mut found: Vec<(PaperId, Message)> =
            self.messages().filter(|(_, m)| ours(m)).map(|(id, m)| (*id, m.clone())).collect();
        found.sort_by_key(|(id, message)| (message.at, *id));
        found.drain(..found.len().saturating_sub(MESSAGES_GIVEN));
        found
    }
}

impl Handle {
    /// Keeps a paper that a request asks for. The same request again finds it kept.
    ///
    /// # Errors
    /// [`Rejection::RequestReused`] when something else is kept under this id; the disk; too many papers.
    pub async fn keep_paper_once(&self, id: PaperId, paper: Paper) -> Result<(), Refused> {
        let kept = self.office_work(move |room| match room.papers.get(&id) {
            Some(kept) => Ok(kept.says_the_same(&paper)),
            None => room.put(id, paper).map(|()| true),
        });
        if kept.await? { Ok(()) } else { Err(Rejection::RequestReused.into()) }
    }

    /// The messages between two members, the oldest first. Nothing is marked as read.
    ///
    /// # Errors
    /// The disk.
    pub async fn messages_between(&self, one: MemberId, other: MemberId) -> Result<Vec<(PaperId, Message)>, Refused> {
        self.office_work(move |room| Ok(room.between(&one, &other))).await
    }

    /// The messages between two members, the oldest first; those to `member` are read from now on.
    ///
    /// # Errors
    /// The disk.
    pub async fn messages_with(&self, member: MemberId, other: MemberId) -> Result<Vec<(PaperId, Message)>, Refused> {
        self.office_work(move |room| {
            let found = room.between(&member, &other);
            for (id, message) in found.iter().filter(|(_, m)| m.to == member && !m.read) {
                room.put(*id, Paper::Message(Message { read: true, ..message.clone() }))?;
            }
            Ok(found)
        })
        .await
    }
}
