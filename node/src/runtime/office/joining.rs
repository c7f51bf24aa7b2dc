//! People who ask to join. Nothing of them is kept longer than a coordinator needs to answer.

use super::{Handle, Paper, PaperId, Refused, Room, Timestamp, clock};
use kith_protocol::{rejection::Rejection, time::Span};
use serde::{Deserialize, Serialize};

/// The most people who wait for an answer: more, and somebody plays with the form.
pub const MAX_APPLICATIONS: usize = 200;
/// How long one is kept when nobody answers: a season.
const KEPT_FOR: Span = Span::days(90);

/// Somebody who asks to join.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Application {
    /// Their name.
    pub name: String,
    /// Their telephone number.
    pub phone: Option<String>,
    /// Their e-mail address.
    pub email: Option<String>,
    /// Whether their telephone number may be printed in the directory of members.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub in_directory: bool,
    /// What people thank them for, in their words.
    pub text: String,
    /// When they asked.
    pub at: Timestamp,
}

impl Application {
    pub(super) fn is_over(&self, now: Timestamp) -> bool {
        self.at.plus(KEPT_FOR) < now
    }
}

impl Room<'_> {
    /// Whether one more may wait under an id.
    fn may_apply(&self, id: &PaperId) -> bool {
        let waiting = self.papers.values().filter(|paper| matches!(paper, Paper::Application(_))).count();
        waiting < MAX_APPLICATIONS || self.papers.contains_key(id)
    }
}

impl Handle {
    /// Keeps it until a coordinator answered. The same id again is the same one. Not when too many wait.
    ///
    /// # Errors
    /// The disk.
    pub async fn apply(&self, id: PaperId, application: Application) -> Result<bool, Refused> {
        self.office_work(move |room| {
            let room_left = room.may_apply(&id);
            if room_left {
                room.put(id, Paper::Application(application))?;
            }
            Ok(room_left)
        })
        .await
    }

    /// The same for a program, whose request may come twice. Not when too many wait.
    ///
    /// # Errors
    /// [`Rejection::RequestReused`] when something else is kept under this id; the disk.
    pub async fn apply_once(&self, id: PaperId, application: Application) -> Result<bool, Refused> {
        let asked = Paper::Application(application);
        let kept = self.office_work(move |room| match room.papers.get(&id) {
            Some(kept) => Ok(Some(kept.says_the_same(&asked))),
            None if !room.may_apply(&id) => Ok(None),
            None => room.put(id, asked).map(|()| Some(true)),
        });
        match kept.await? {
            Some(true) => Ok(true),
            Some(false) => Err(Rejection::RequestReused.into()),
            None => Ok(false),
        }
    }

    /// Somebody who waits for an answer.
    ///
    /// # Errors
    /// The disk.
    pub async fn application(&self, id: PaperId) -> Result<Option<Application>, Refused> {
        self.paper(id, |paper| match paper {
            Paper::Application(application) => Some(application.clone()),
            _ => None,
        })
        .await
    }

    /// People who wait for an answer, those who asked first.
    ///
    /// # Errors
    /// The disk.
    pub async fn applications(&self) -> Result<Vec<(PaperId, Application)>, Refused> {
        let now = clock::now();
        let waits = move |paper: &Paper| match paper {
            Paper::Application(application) if !application.is_over(now) => Some(application.clone()),
            _ => None,
        };
        let mut found = self.papers(waits).await?;
        found.sort_by_key(|(id, application)| (application.at, *id));
        Ok(found)
    }
}
