//! Letters that wait to go out by e-mail. A letter says for whom it is and of what kind; its words, its address and a
//! code in it are found when it goes. So nothing of it outlives the member, and no code lies on the disk.

use super::{Handle, MemberId, Paper, PaperId, Refused, Room, Timestamp, Went, clock, derived};
use crate::people::Person;
use kith_protocol::time::Span;
use serde::{Deserialize, Serialize};
use std::{
    collections::BTreeMap,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};
use tokio::sync::Notify;

/// The most letters that wait: one for each member of a town.
pub const MAX_LETTERS: usize = 20_000;
/// How long a letter with a code is tried, and how long its code is good: whoever asked is waiting for it.
pub const CODE_LETTER_STANDS: Span = Span::seconds(3_600);
/// How long the letter of a week is tried, and that of a notice: after that it is old news.
pub const WEEK_LETTER_STANDS: Span = Span::days(3);
/// How long after a failed try the next one comes; it doubles with each, up to [`LONGEST_WAIT`].
const FIRST_WAIT: Span = Span::seconds(60);
/// The longest wait between two tries: four a day.
const LONGEST_WAIT: Span = Span::seconds(6 * 3_600);
/// Members who share one address and get a code each: a family's.
const MOST_OF_ONE_ADDRESS: usize = 5;
/// Codes by e-mail for one member in [`CODES_WITHIN`]: enough for lost letters, too few to be a nuisance.
const MOST_CODES: u32 = 5;
const CODES_WITHIN: Span = Span::seconds(3_600);
/// Members remembered for that at once; past it those who asked longest ago are forgotten.
const MOST_ASKED: usize = 4_096;

/// What a letter is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LetterKind {
    /// A code to sign in.
    Code,
    /// What is new this week.
    Week,
    /// A notice.
    Notice(PaperId),
}

/// A letter that waits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Letter {
    /// For whom.
    pub to: MemberId,
    /// What it is.
    pub kind: LetterKind,
    /// In which language, as the pages name it.
    pub language: String,
    /// When it was asked for.
    pub made_at: Timestamp,
    /// How often it was tried.
    pub tries: u32,
    /// Not before this.
    pub next_at: Timestamp,
    /// Whether a try began whose end was not written down.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub going: bool,
}

impl Letter {
    /// Whether it is too late for it.
    #[must_use]
    pub fn is_over(&self, now: Timestamp) -> bool {
        let stands = match self.kind {
            LetterKind::Code => CODE_LETTER_STANDS,
            LetterKind::Week | LetterKind::Notice(_) => WEEK_LETTER_STANDS,
        };
        self.made_at.plus(stands) <= now
    }

    /// When it is tried again after a try that failed at `now`.
    fn later(&self, now: Timestamp) -> Timestamp {
        let doubled = FIRST_WAIT.0.saturating_mul(1 << self.tries.min(16));
        now.plus(Span(doubled.min(LONGEST_WAIT.0)))
    }
}

/// Whether letters can go out, and who asked for codes of late.
#[derive(Debug, Default)]
pub(in crate::runtime) struct PostRoom {
    on: AtomicBool,
    pub(super) wake: Notify,
    asked: Mutex<BTreeMap<MemberId, (Timestamp, u32)>>,
}

impl PostRoom {
    /// Counts a code for somebody; not when there were too many.
    fn may_ask(&self, member: MemberId, now: Timestamp) -> bool {
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        if asked.len() >= MOST_ASKED && !asked.contains_key(&member) {
            let oldest = asked.iter().min_by_key(|(_, (since, _))| *since).map(|(member, _)| *member);
            oldest.and_then(|oldest| asked.remove(&oldest));
        }
        let counted = asked.entry(member).or_insert((now, 0));
        if counted.0 > now || now.since(counted.0) >= CODES_WITHIN {
            *counted = (now, 0);
        }
        counted.1 += 1;
        counted.1 <= MOST_CODES
    }
}

fn is_at(person: &Person, address: &str) -> bool {
    person.email.as_ref().is_some_and(|email| email.trim().to_lowercase() == address)
}

impl Room<'_> {
    fn queue(&mut self, id: PaperId, letter: Letter) -> Result<bool, crate::store::StoreError> {
        let room = self.letters_waiting(|_| true) < MAX_LETTERS || self.papers.contains_key(&id);
        if room {
            self.put(id, Paper::Letter(letter))?;
        }
        Ok(room)
    }
}

impl Handle {
    /// Whether letters can go out: pages offer e-mail only then.
    #[must_use]
    pub fn mail_is_on(&self) -> bool {
        self.post.on.load(Ordering::Acquire)
    }

    /// Whoever sends letters says that they do, or no more.
    pub fn set_mail(&self, on: bool) {
        self.post.on.store(on, Ordering::Release);
    }

    /// Waits until somebody asked for a letter.
    pub async fn letter_asked(&self) {
        self.post.wake.notified().await;
    }

    /// Asks for a code by e-mail for whoever has this address. Nobody learns from the answer whether anybody has it.
    ///
    /// # Errors
    /// The disk.
    pub async fn mail_code(&self, address: &str, language: &str) -> Result<(), Refused> {
        let address = address.trim().to_lowercase();
        let all = self.everybody().await?;
        let named: Vec<MemberId> = all.iter().filter(|n| is_at(&n.person, &address)).map(|named| named.id).collect();
        let here = self.look(move |machine, _| {
            let ledger = machine.state().ledger();
            named.into_iter().filter(|id| ledger.active(id).is_ok()).take(MOST_OF_ONE_ADDRESS).collect::<Vec<_>>()
        });
        let now = clock::now();
        for to in here.await? {
            if !self.post.may_ask(to, now) {
                continue;
            }
            let language = language.to_owned();
            let letter =
                Letter { to, kind: LetterKind::Code, language, made_at: now, tries: 0, next_at: now, going: false };
            // Asked twice before it went, it is one letter.
            let id = derived("kith/v1/letter-code", &[&to.0]);
            self.office_work(move |room| room.queue(id, letter)).await?;
        }
        self.post.wake.notify_one();
        Ok(())
    }

    /// Whether a member wants the week's letter, and in which language.
    ///
    /// # Errors
    /// The disk.
    pub async fn set_weekly(&self, member: MemberId, language: Option<String>) -> Result<(), Refused> {
        self.change_file(member, move |file| file.weekly = language).await
    }

    /// Asks for the letter of the week that begins at `begins` for everybody who wants it, once. Gives how many.
    ///
    /// # Errors
    /// The disk.
    pub async fn mail_week(&self, begins: Timestamp) -> Result<usize, Refused> {
        let now = clock::now();
        let queued = self.office_work(move |room| {
            let files = room.papers.values().filter_map(|paper| match paper {
                Paper::File(file) => Some((file.member, file.weekly.clone()?)),
                _ => None,
            });
            let wanted: Vec<(MemberId, String)> = files.collect();
            let mut queued = 0;
            for (to, language) in wanted {
                let letter =
                    Letter { to, kind: LetterKind::Week, language, made_at: now, tries: 0, next_at: now, going: false };
                // The same week again is the same letter.
                let id = derived("kith/v1/letter-week", &[&to.0, &begins.0.to_be_bytes()]);
                queued += usize::from(room.queue(id, letter)?);
            }
            Ok(queued)
        });
        let queued = queued.await?;
        self.post.wake.notify_one();
        Ok(queued)
    }

    /// Letters that are to go now: codes first, as somebody waits for them, then those that waited longest. Those that are too late are forgotten.
    ///
    /// # Errors
    /// The disk.
    pub async fn due_letters(&self, now: Timestamp, most: usize) -> Result<Vec<(PaperId, Letter)>, Refused> {
        self.office_work(move |room| {
            let letters = room.papers.iter().filter_map(|(id, paper)| match paper {
                Paper::Letter(letter) => Some((*id, letter.clone())),
                _ => None,
            });
            let (over, waiting): (Vec<_>, Vec<_>) = letters.partition(|(_, letter)| letter.is_over(now));
            over.iter().try_for_each(|(id, _)| room.letter_done(id, Went::No))?;
            let mut due: Vec<_> = waiting.into_iter().filter(|(_, letter)| letter.next_at <= now).collect();
            due.sort_by_key(|(id, letter)| (letter.kind != LetterKind::Code, letter.next_at, *id));
            due.truncate(most);
            Ok(due)
        })
        .await
    }

    /// A letter could not go now: it is tried again later. `ended` says that it surely did not go.
    ///
    /// # Errors
    /// The disk.
    pub async fn letter_later(&self, id: PaperId, now: Timestamp, ended: bool) -> Result<(), Refused> {
        self.office_work(move |room| match room.papers.get(&id) {
            Some(Paper::Letter(letter)) => {
                let (next_at, tries, going) = (letter.later(now), letter.tries + 1, letter.going && !ended);
                let letter = Letter { next_at, tries, going, ..letter.clone() };
                room.put(id, Paper::Letter(letter))
            }
            // Erased meanwhile with whomever it was for.
            _ => Ok(()),
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_and_letters_end() {
        let now = Timestamp(1_790_000_000_000);
        let letter = |kind, tries| Letter {
            to: MemberId([1; 16]),
            kind,
            language: "en".into(),
            made_at: now,
            tries,
            next_at: now,
            going: false,
        };
        let waits = [0, 1, 2, 30].map(|tries| letter(LetterKind::Week, tries).later(now).since(now));
        assert_eq!(waits, [Span::seconds(60), Span::seconds(120), Span::seconds(240), LONGEST_WAIT]);
        let code = letter(LetterKind::Code, 0);
        assert!(!code.is_over(now) && code.is_over(now.plus(CODE_LETTER_STANDS)));
        assert!(!letter(LetterKind::Week, 9).is_over(now.plus(CODE_LETTER_STANDS)));
    }

    #[test]
    fn codes_by_mail_are_few() {
        let (room, now) = (PostRoom::default(), Timestamp(1_790_000_000_000));
        let (ada, bo) = (MemberId([1; 16]), MemberId([2; 16]));
        let asked: Vec<bool> = (0..7).map(|_| room.may_ask(ada, now)).collect();
        assert_eq!(asked.iter().filter(|may| **may).count(), 5);
        assert!(room.may_ask(bo, now) && room.may_ask(ada, now.plus(CODES_WITHIN)));
    }
}
