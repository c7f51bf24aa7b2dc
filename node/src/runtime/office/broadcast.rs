//! Notices that go out by e-mail, too: a letter to each member a notice is for who gets the weekly letter. The wish stands
//! in the notice, and its letters are written before the first of them goes. So a restart loses none and doubles none.

use super::{Handle, Letter, LetterKind, MAX_LETTERS, MemberId, Notice, Paper, PaperId, Refused, Room, clock, derived};
use crate::store::StoreError;
use kith_protocol::time::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// The most members whose letter did not go that a notice names: with the longest words they fit one record.
pub const MAX_MISSED: usize = 30;

/// How a notice goes out by e-mail.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ByMail {
    /// For how many there is a letter; nothing before the letters are written.
    pub letters: Option<u64>,
    /// How many letters went.
    pub sent: u64,
    /// Whose letter did not go, the first few: they need the notice on paper.
    pub missed: Vec<MemberId>,
}

impl ByMail {
    fn miss(&mut self, member: MemberId) {
        if self.missed.len() < MAX_MISSED {
            self.missed.push(member);
        }
    }
}

/// What became of a letter that waits no more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Went {
    /// The server has it.
    Yes,
    /// It did not go, or nobody knows whether it did.
    No,
    /// It is wanted no more.
    Unwanted,
}

fn letter_id(notice: &PaperId, to: &MemberId) -> PaperId {
    derived("kith/v1/letter-notice", &[notice, &to.0])
}

impl Room<'_> {
    /// Whom a notice is for, of those who want letters; with their language.
    fn readers(&self, notice: &Notice, here: &BTreeSet<MemberId>) -> Vec<(MemberId, String)> {
        let circle = notice.circle.map(|circle| match self.papers.get(&circle) {
            Some(Paper::Circle(circle)) => Some(circle),
            _ => None,
        });
        let meant = |member: &MemberId| {
            here.contains(member)
                && circle.is_none_or(|circle| circle.is_some_and(|one| one.has(member) || one.led_by(member)))
        };
        let files = self.papers.values().filter_map(|paper| match paper {
            Paper::File(file) => Some((file.member, file.weekly.clone()?)),
            _ => None,
        });
        files.filter(|(member, _)| meant(member)).collect()
    }

    /// Writes the letters of a notice. The notice says so last, and until then none of them is sent: cut short, it is done
    /// again from the start.
    fn write_letters(
        &mut self,
        id: PaperId,
        mut notice: Notice,
        here: &BTreeSet<MemberId>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let mut mail = ByMail { letters: Some(0), ..ByMail::default() };
        let mut space = MAX_LETTERS.saturating_sub(self.letters_waiting(|_| true));
        for (to, language) in self.readers(&notice, here) {
            let (kind, letter_id) = (LetterKind::Notice(id), letter_id(&id, &to));
            mail.letters = mail.letters.map(|letters| letters + 1);
            if space == 0 && !self.papers.contains_key(&letter_id) {
                mail.miss(to);
                continue;
            }
            space = space.saturating_sub(1);
            let letter = Letter { to, kind, language, made_at: now, tries: 0, next_at: now, going: false };
            self.put(letter_id, Paper::Letter(letter))?;
        }
        notice.by_mail = Some(mail);
        self.put(id, Paper::Notice(notice))
    }

    /// How many letters of some kind wait.
    pub(super) fn letters_waiting(&self, counts: impl Fn(&LetterKind) -> bool) -> usize {
        self.papers.values().filter(|paper| matches!(paper, Paper::Letter(letter) if counts(&letter.kind))).count()
    }

    /// A letter waits no more. A notice counts its letters: one that stops between the two counts one less.
    pub(super) fn letter_done(&mut self, id: &PaperId, went: Went) -> Result<(), StoreError> {
        let Some(Paper::Letter(letter)) = self.papers.get(id).cloned() else { return Ok(()) };
        self.erase(id)?;
        let LetterKind::Notice(notice_id) = letter.kind else { return Ok(()) };
        let Some(Paper::Notice(notice)) = self.papers.get(&notice_id) else { return Ok(()) };
        let mut notice = notice.clone();
        let Some(mail) = &mut notice.by_mail else { return Ok(()) };
        match went {
            Went::Yes => mail.sent += 1,
            Went::No => mail.miss(letter.to),
            Went::Unwanted => return Ok(()),
        }
        self.put(notice_id, Paper::Notice(notice))
    }
}

impl Handle {
    /// Keeps a notice; what it asks for by e-mail goes out in the background. The same one again stays as it is, and none
    /// of its letters goes twice. Gives whether it stands: one that was taken down stays down.
    ///
    /// # Errors
    /// The disk; too many papers.
    pub async fn post_notice(&self, id: PaperId, notice: Notice) -> Result<bool, Refused> {
        let now = clock::now();
        let kept = self.office_work(move |room| match room.papers.get(&id) {
            Some(Paper::Notice(kept)) => Ok(kept.until > now),
            Some(_) => Ok(false),
            None => room.put(id, Paper::Notice(notice)).map(|()| true),
        });
        let stands = kept.await?;
        self.post.wake.notify_one();
        Ok(stands)
    }

    /// Takes a notice down, and forgets what it said. That there was one is kept for as long as for one that is over: so
    /// its form, sent once more, puts nothing up.
    ///
    /// # Errors
    /// The disk.
    pub async fn take_down(&self, id: PaperId) -> Result<(), Refused> {
        let now = clock::now();
        let taken = self.office_work(move |room| {
            let Some(Paper::Notice(notice)) = room.papers.get(&id) else { return Ok(()) };
            let until = notice.until.min(now);
            let bare = Notice { text: String::new(), until, by_mail: None, ..notice.clone() };
            // What was written over could be read on the disk; what was erased cannot.
            room.erase(&id)?;
            room.put(id, Paper::Notice(bare))
        });
        taken.await?;
        self.vault().hurry();
        Ok(())
    }

    /// Writes the letters of notices that are to go out by e-mail, once for each notice.
    ///
    /// # Errors
    /// The disk, or a node that is busy. No letter may go then: one that went already would be written again.
    pub async fn mail_notices(&self) -> Result<(), Refused> {
        let unwritten = |paper: &Paper| match paper {
            Paper::Notice(Notice { by_mail: Some(ByMail { letters: None, .. }), .. }) => Some(()),
            _ => None,
        };
        if self.papers(unwritten).await?.is_empty() {
            return Ok(());
        }
        let here = self.look(|machine, _| {
            let members = machine.state().ledger().members().iter();
            members.filter(|(_, member)| member.active).map(|(id, _)| *id).collect::<BTreeSet<MemberId>>()
        });
        let here = here.await?;
        let now = clock::now();
        self.office_work(move |room| {
            let waiting: Vec<(PaperId, Notice)> = room
                .papers
                .iter()
                .filter_map(|(id, paper)| match paper {
                    Paper::Notice(notice) if unwritten(paper).is_some() => Some((*id, notice.clone())),
                    _ => None,
                })
                .collect();
            waiting.into_iter().try_for_each(|(id, notice)| room.write_letters(id, notice, &here, now))
        })
        .await
    }

    /// How many letters of a notice wait.
    ///
    /// # Errors
    /// The disk.
    pub async fn notice_letters_waiting(&self, notice: PaperId) -> Result<usize, Refused> {
        self.office_work(move |room| Ok(room.letters_waiting(|kind| *kind == LetterKind::Notice(notice)))).await
    }

    /// A letter of a notice is about to go. Found so after a stop, it is not sent again. Gives whether it still waits.
    ///
    /// # Errors
    /// The disk.
    pub async fn letter_goes(&self, id: PaperId) -> Result<bool, Refused> {
        self.office_work(move |room| match room.papers.get(&id) {
            Some(Paper::Letter(letter)) => {
                let letter = Letter { going: true, ..letter.clone() };
                room.put(id, Paper::Letter(letter)).map(|()| true)
            }
            _ => Ok(false),
        })
        .await
    }

    /// A letter waits no more.
    ///
    /// # Errors
    /// The disk.
    pub async fn letter_done(&self, id: PaperId, went: Went) -> Result<(), Refused> {
        let done = self.office_work(move |room| room.letter_done(&id, went)).await;
        self.vault().hurry();
        done
    }
}
