//! The office: what members and coordinators keep about people beside the ledger. Messages, reports, references and facts
//! that expire, notes, circles, events, notices, and exchanges that a coordinator looks at first.
//!
//! Every paper is a record of its own among people's records: encrypted under its own key, part of every backup, and gone
//! for good when it is erased. Whoever leaves and wants to be forgotten takes all papers about them along.

mod acts;
mod broadcast;
mod circles;
mod copies;
mod events;
mod firsts;
mod forgetting;
mod full;
mod inside;
mod joining;
mod letters;
mod messages;
mod once;
mod papers;
mod pictures;
mod posted;
mod safety;
#[cfg(test)]
mod tests;
mod together;

pub use acts::{Act, Deed, MAX_ACTS, MAX_WHYS};
pub use broadcast::{ByMail, MAX_MISSED, Went};
pub use circles::{Changed, MAX_CIRCLE_COORDINATORS};
pub use copies::{CopiesFull, Stand};
pub use events::{Coming, Edits, Rewritten};
pub use firsts::{Across, Asking, First, Going, Signed};
pub use forgetting::Forgotten;
pub use full::FileFull;
pub use inside::{AllInside, Inside, MAX_INSIDE};
pub use joining::{Application, MAX_APPLICATIONS};
pub(super) use letters::PostRoom;
pub use letters::{CODE_LETTER_STANDS, Letter, LetterKind, MAX_LETTERS, WEEK_LETTER_STANDS};
pub use messages::{Conversation, Sent};
pub use once::MESSAGES_GIVEN;
pub use papers::{
    About, Circle, Copies, Event, Fact, File, Helper, MAX_BLOCKED, MAX_CIRCLE, MAX_ENTRIES, MAX_LINE, MAX_WORDS,
    Message, Note, Notice, Paper, Pending, Reference, Report, Rules, Subject, Trouble,
};
pub use posted::{Posted, Sheet, Spoken};

use super::{
    clock,
    handle::{Handle, Refused},
};
use crate::store::{People, StoreError};
use kith_protocol::{
    codec,
    id::{Digest, MemberId},
    time::{Span, Timestamp},
};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};
use tokio::sync::watch;

/// The most papers: those of a town of twenty thousand. What they weigh in memory is some tens of megabytes at most.
pub const MAX_PAPERS: usize = 100_000;
/// How long messages are kept, and reports that were dealt with: half a year, then nobody needs them.
pub const KEPT_FOR: Span = Span::days(180);

/// What a paper is kept under.
pub type PaperId = [u8; 16];

/// All papers, once they were read.
#[derive(Debug, Default)]
pub(super) struct Office {
    papers: Mutex<Option<Drawers>>,
    /// Grows whenever a paper changed.
    pub(super) changes: watch::Sender<u64>,
}

/// What was read: papers, and apart from them which listings are for members only, which public pages ask again and again.
#[derive(Debug, Default)]
struct Drawers {
    papers: BTreeMap<PaperId, Paper>,
    inside: Arc<AllInside>,
}

/// The papers, for one piece of work.
struct Room<'a> {
    people: &'a People,
    papers: &'a mut BTreeMap<PaperId, Paper>,
    inside: &'a mut Arc<AllInside>,
    changed: bool,
}

fn read(people: &People, now: Timestamp) -> Result<Drawers, StoreError> {
    let (mut papers, mut inside, mut over) = (BTreeMap::new(), AllInside::new(), Vec::new());
    people.each(|id, bytes| match codec::decode_own::<Paper>(bytes) {
        Ok(paper) if paper.is_over(now) => over.push(id),
        Ok(Paper::Inside(one)) => {
            inside.insert(one.key, one.until);
        }
        Ok(paper) => {
            papers.insert(id, paper);
        }
        Err(_) => {}
    })?;
    for id in over {
        people.erase(id)?;
    }
    Ok(Drawers { papers, inside: Arc::new(inside) })
}

/// Under what something is kept of which there is one.
fn derived(what: &str, parts: &[&[u8]]) -> PaperId {
    let digest = Digest::of(what, parts);
    let (id, _) = digest.0.split_first_chunk::<16>().expect("a digest has 32 bytes");
    *id
}

fn file_id(member: &MemberId) -> PaperId {
    derived("kith/v1/file", &[&member.0])
}

impl Room<'_> {
    /// Keeps a paper, durably.
    fn put(&mut self, id: PaperId, paper: Paper) -> Result<(), StoreError> {
        let count = self.papers.len() as u64;
        if !self.papers.contains_key(&id) && self.papers.len() >= MAX_PAPERS {
            return Err(StoreError::TooMany { what: "papers", count, limit: MAX_PAPERS as u64 });
        }
        self.people.put(id, &codec::encode(&paper))?;
        self.people.flush()?;
        self.papers.insert(id, paper);
        self.changed = true;
        Ok(())
    }

    /// Forgets a paper for good.
    fn erase(&mut self, id: &PaperId) -> Result<(), StoreError> {
        self.people.erase(*id)?;
        self.papers.remove(id);
        self.changed = true;
        Ok(())
    }

    fn file(&self, member: &MemberId) -> File {
        match self.papers.get(&file_id(member)) {
            Some(Paper::File(file)) => file.clone(),
            _ => File::of(*member),
        }
    }

    /// Changes a file; one that would be too full stays as it is.
    fn change_file(
        &mut self,
        member: &MemberId,
        change: impl FnOnce(&mut File),
    ) -> Result<Result<(), FileFull>, StoreError> {
        let mut file = self.file(member);
        change(&mut file);
        match file.fit(clock::now()) {
            Ok(()) => self.put(file_id(member), Paper::File(file)).map(Ok),
            Err(full) => Ok(Err(full)),
        }
    }
}

impl Handle {
    async fn office_work<R, F>(&self, work: F) -> Result<R, Refused>
    where
        R: Send + 'static,
        F: FnOnce(&mut Room<'_>) -> Result<R, StoreError> + Send + 'static,
    {
        let (office, people) = (Arc::clone(&self.office), Arc::clone(&self.people));
        let done = tokio::task::spawn_blocking(move || {
            let mut slot = office.papers.lock().unwrap_or_else(PoisonError::into_inner);
            let Drawers { papers, inside } = match &mut *slot {
                Some(drawers) => drawers,
                empty => empty.insert(read(&people, clock::now())?),
            };
            let mut room = Room { people: &people, papers, inside, changed: false };
            let done = work(&mut room);
            if room.changed {
                office.changes.send_modify(|n| *n += 1);
            }
            done
        });
        match done.await {
            Ok(done) => done.map_err(|why| Refused::People(why.to_string())),
            // Only a runtime that shuts down drops such work.
            Err(_) => Err(Refused::Stopping),
        }
    }

    /// All papers that `choose` picks, with what they are kept under.
    ///
    /// # Errors
    /// The disk.
    pub async fn papers<T, F>(&self, choose: F) -> Result<Vec<(PaperId, T)>, Refused>
    where
        T: Send + 'static,
        F: Fn(&Paper) -> Option<T> + Send + 'static,
    {
        self.office_work(move |room| {
            Ok(room.papers.iter().filter_map(|(id, paper)| Some((*id, choose(paper)?))).collect())
        })
        .await
    }

    /// One paper, if it is what `choose` picks.
    ///
    /// # Errors
    /// The disk.
    pub async fn paper<T, F>(&self, id: PaperId, choose: F) -> Result<Option<T>, Refused>
    where
        T: Send + 'static,
        F: Fn(&Paper) -> Option<T> + Send + 'static,
    {
        self.office_work(move |room| Ok(room.papers.get(&id).and_then(choose))).await
    }

    /// Keeps a paper. The same id again is the same paper.
    ///
    /// # Errors
    /// The disk; too many papers.
    pub async fn keep_paper(&self, id: PaperId, paper: Paper) -> Result<(), Refused> {
        self.office_work(move |room| room.put(id, paper)).await
    }

    /// Forgets a paper.
    ///
    /// # Errors
    /// The disk.
    pub async fn forget_paper(&self, id: PaperId) -> Result<(), Refused> {
        let erased = self.office_work(move |room| room.erase(&id)).await;
        self.vault().hurry();
        erased
    }

    /// What is kept about a member.
    ///
    /// # Errors
    /// The disk.
    pub async fn file(&self, member: MemberId) -> Result<File, Refused> {
        self.office_work(move |room| Ok(room.file(&member))).await
    }

    /// Changes what is kept about a member.
    ///
    /// # Errors
    /// The disk, or [`Refused::Full`]: nothing was changed then.
    pub async fn change_file<F>(&self, member: MemberId, change: F) -> Result<(), Refused>
    where
        F: FnOnce(&mut File) + Send + 'static,
    {
        Ok(self.office_work(move |room| room.change_file(&member, change)).await??)
    }
}
