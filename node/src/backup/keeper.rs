//! Daily backups: one a day, the last few kept, and a warning when there has been none for a week.

use super::{
    error::BackupError,
    make::{self, Source},
    whole::{ENDING, WholeFile},
};
use crate::{
    progress::Progress,
    runtime::{Cut, Handle, clock},
    store::{People, StoreError, files},
};
use kith_protocol::{
    id::CommunityId,
    time::{Span, Timestamp},
};
use serde::{Deserialize, Serialize};
use std::{
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// After this long without a backup people are warned: a week of a volunteer's attention.
pub const OVERDUE_AFTER: Span = Span::days(7);
/// How long after a backup the next one is due.
const DUE_AFTER: Span = Span::days(1);
/// How long after a failed one it is tried again: a disk that was full may have room by then.
const RETRY_AFTER: Span = Span::seconds(3_600);
/// How long a node runs before its first: a start has other things to do.
const FIRST_AFTER: Span = Span::seconds(300);
/// How often it is looked whether one is due.
const LOOK_EVERY: Duration = Duration::from_secs(60);
/// How often the warning is repeated in the log.
const WARN_AGAIN_AFTER: Span = Span::days(1);
/// Most bytes of the file that says when the last one was made: one number.
const MAX_LAST_BYTES: u64 = 1024;
/// Letters of the community's id in the names of files, so that two communities can share a folder.
const ID_LETTERS: usize = 8;

/// Which backups a node makes by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// Where they go; a relative path begins at the node's directory.
    pub dir: PathBuf,
    /// How many are kept.
    pub keep: u32,
    /// Whether one is made every day.
    pub daily: bool,
}

impl Default for Policy {
    fn default() -> Self {
        Self { dir: PathBuf::from("backups"), keep: 7, daily: true }
    }
}

#[derive(Serialize, Deserialize)]
struct Last {
    at: Timestamp,
}

fn last_in(dir: &Path) -> PathBuf {
    dir.join("backup.last")
}

/// Notes in a node's directory that a backup of it was made and is durable, wherever it went.
///
/// # Errors
/// The disk.
pub fn note_success(dir: &Path, at: Timestamp) -> Result<(), StoreError> {
    let bytes = serde_json::to_vec(&Last { at }).unwrap_or_default();
    files::replace(&last_in(dir), &[&bytes]).map(drop)
}

fn read_last(dir: &Path) -> Result<Option<Timestamp>, StoreError> {
    let bytes = files::read_bounded(&last_in(dir), "the time of the last backup", MAX_LAST_BYTES)?;
    Ok(bytes.and_then(|bytes| serde_json::from_slice::<Last>(&bytes).ok()).map(|last| last.at))
}

/// Makes a node's backups, and knows when the last one was made.
#[derive(Debug)]
pub struct Keeper {
    dir: PathBuf,
    policy: Policy,
    /// When there was nothing yet to back up.
    since: Timestamp,
    last: Mutex<Option<Timestamp>>,
    /// Room for one backup that is handed on. The daily one does not wait for whoever reads slowly.
    room: Arc<Semaphore>,
    /// How far those are that are being made.
    progress: Progress,
    stopping: AtomicBool,
    retired: AtomicBool,
}

impl Keeper {
    /// For the node in `dir`, whose copy of the community began at `since`.
    ///
    /// # Errors
    /// The disk.
    pub fn new(dir: &Path, policy: Policy, since: Timestamp) -> Result<Self, StoreError> {
        Ok(Self {
            dir: dir.to_path_buf(),
            policy,
            since,
            last: Mutex::new(read_last(dir)?),
            room: Arc::new(Semaphore::new(1)),
            progress: Progress::default(),
            stopping: AtomicBool::new(false),
            retired: AtomicBool::new(false),
        })
    }

    /// The node's directory.
    pub(super) fn dir(&self) -> &Path {
        &self.dir
    }

    /// When the last backup was made.
    #[must_use]
    pub fn last(&self) -> Option<Timestamp> {
        *self.last.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether there has been none for [`OVERDUE_AFTER`].
    #[must_use]
    pub fn overdue(&self, now: Timestamp) -> bool {
        now.since(self.last().unwrap_or(self.since)) >= OVERDUE_AFTER
    }

    /// Whether the next one is due. One from the future was made by a clock that was wrong.
    fn due(&self, now: Timestamp) -> bool {
        self.last().is_none_or(|last| now.since(last) >= DUE_AFTER || last.since(now) >= DUE_AFTER)
    }

    /// Ends a backup that is being made: the node stops.
    pub fn stop(&self) {
        self.stopping.store(true, Ordering::Relaxed);
    }

    pub(super) fn stopping(&self) -> &AtomicBool {
        &self.stopping
    }

    pub(crate) fn progress(&self) -> &Progress {
        &self.progress
    }

    /// How far a backup is that is being made now, from 0 to 100.
    #[must_use]
    pub fn percent(&self) -> Option<u8> {
        self.progress.percent()
    }

    /// No more daily backups: this copy was handed over.
    pub(super) fn retire(&self) {
        self.retired.store(true, Ordering::Relaxed);
    }

    /// Whether this copy was handed over.
    pub(crate) fn is_retired(&self) -> bool {
        self.retired.load(Ordering::Relaxed)
    }

    /// The right to hand a backup on now.
    pub(super) fn begin(&self) -> Result<OwnedSemaphorePermit, BackupError> {
        Arc::clone(&self.room).try_acquire_owned().map_err(|_| BackupError::Busy)
    }

    /// Makes daily backups for as long as the node runs.
    pub async fn work(handle: Handle) {
        let keeper = Arc::clone(handle.keeper());
        let mut not_before = clock::now().plus(FIRST_AFTER);
        let mut warned: Option<Timestamp> = None;
        loop {
            tokio::time::sleep(LOOK_EVERY).await;
            keeper.refresh().await;
            let now = clock::now();
            let wanted = keeper.policy.daily && !keeper.retired.load(Ordering::Relaxed);
            if wanted && now >= not_before && keeper.due(now) {
                match Self::daily(&handle, now).await {
                    Ok(path) => tracing::info!(path = %path.display(), "a backup was made"),
                    Err(BackupError::Stopping) => {}
                    Err(error) => {
                        tracing::warn!(%error, "the daily backup could not be made; it is tried again in an hour");
                        not_before = now.plus(RETRY_AFTER);
                    }
                }
            }
            if wanted && keeper.overdue(now) && warned.is_none_or(|at| now.since(at) >= WARN_AGAIN_AFTER) {
                tracing::warn!("there has been no backup for a week; make one with `kith backup`");
                warned = Some(now);
            }
        }
    }

    /// Looks whether somebody else made a backup of this node.
    async fn refresh(self: &Arc<Self>) {
        let keeper = Arc::clone(self);
        let read = tokio::task::spawn_blocking(move || {
            if let Ok(Some(last)) = read_last(&keeper.dir) {
                *keeper.last.lock().unwrap_or_else(PoisonError::into_inner) = Some(last);
            }
        });
        // Only a runtime that shuts down drops such work.
        let _ = read.await;
    }

    /// Makes a daily backup of a running node; gives its name.
    pub(super) async fn daily(handle: &Handle, now: Timestamp) -> Result<PathBuf, BackupError> {
        let keeper = Arc::clone(handle.keeper());
        let cut = handle.cut().await?;
        let handle = handle.clone();
        let made = tokio::task::spawn_blocking(move || keeper.write(&cut, handle.people(), now));
        made.await.unwrap_or(Err(BackupError::Stopping))
    }

    fn write(&self, cut: &Cut, people: &People, now: Timestamp) -> Result<PathBuf, BackupError> {
        let folder = self.dir.join(&self.policy.dir);
        // A folder somewhere else may be a disk that is not there now: made anew, it would be on the wrong disk.
        if self.policy.dir.is_relative() {
            files::create_dir(&folder)?;
        }
        let path = folder.join(file_name(&cut.identity.community, now));
        let mut file = WholeFile::create(&path)?;
        let source = Source {
            cut,
            people,
            dir: &self.dir,
            handover: false,
            now,
            stopping: &self.stopping,
            progress: &self.progress,
        };
        make::write(&source, &mut file).map_err(|error| error.at(&path))?;
        file.finish()?;
        note_success(&self.dir, now)?;
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = Some(now);
        prune(&folder, &prefix(&cut.identity.community), self.policy.keep)?;
        Ok(path)
    }
}

/// What the names of a community's backups begin with.
fn prefix(community: &CommunityId) -> String {
    let id = community.to_string();
    let tail: Vec<char> = id.chars().rev().take(ID_LETTERS).collect();
    format!("kith-{}-", tail.into_iter().rev().collect::<String>())
}

/// The name of a backup made at `now`: names sort by time.
fn file_name(community: &CommunityId, now: Timestamp) -> String {
    let at = i64::try_from(now.0).ok().and_then(|at| jiff::Timestamp::from_millisecond(at).ok());
    let at = at.map_or_else(|| format!("{:020}", now.0), |at| at.strftime("%Y%m%d-%H%M%S").to_string());
    format!("{}{at}.age", prefix(community))
}

/// Removes the oldest of a community's daily backups, and what unfinished ones left.
fn prune(folder: &Path, prefix: &str, keep: u32) -> Result<(), BackupError> {
    let failed = || BackupError::file("tidy up", folder);
    let mut made = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(failed())? {
        let name = entry.map_err(failed())?.file_name();
        let Some(name) = name.to_str().filter(|name| name.starts_with(prefix)) else { continue };
        let middle = |ending: &str| name.strip_prefix(prefix)?.strip_suffix(ending);
        let dated = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_digit() || c == '-');
        if middle(".age").is_some_and(dated) {
            made.push(name.to_owned());
        } else if middle(&format!(".age{ENDING}")).is_some_and(dated) {
            std::fs::remove_file(folder.join(name)).map_err(failed())?;
        }
    }
    made.sort_unstable();
    let surplus = made.len().saturating_sub(usize::try_from(keep).unwrap_or(usize::MAX));
    made[..surplus].iter().try_for_each(|name| std::fs::remove_file(folder.join(name)).map_err(failed()))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn keeper(dir: &Path) -> Keeper {
        Keeper::new(dir, Policy::default(), Timestamp(Span::days(100).0)).unwrap()
    }

    #[test]
    fn one_is_due_every_day_and_missed_after_a_week() {
        let dir = tempfile::tempdir().unwrap();
        let day = |n: u64| Timestamp(Span::days(n).0);
        let fresh = keeper(dir.path());
        assert!(fresh.due(day(100)) && !fresh.overdue(day(106)) && fresh.overdue(day(107)));
        note_success(dir.path(), day(110)).unwrap();
        let later = keeper(dir.path());
        assert_eq!(later.last(), Some(day(110)));
        assert!(!later.due(day(110)) && later.due(day(111)));
        assert!(!later.overdue(day(116)) && later.overdue(day(117)));
        // The clock was ten years ahead when it was made.
        note_success(dir.path(), day(4_000)).unwrap();
        assert!(keeper(dir.path()).due(day(120)));
    }

    #[test]
    fn the_oldest_go_and_what_is_not_ours_stays() {
        let dir = tempfile::tempdir().unwrap();
        let (own, other) = (CommunityId([1; 32]), CommunityId([2; 32]));
        let touch = |name: &str| std::fs::write(dir.path().join(name), b"").unwrap();
        let at = |n: u64| Timestamp(1_700_000_000_000 + Span::days(n).0);
        (0..9).for_each(|n| touch(&file_name(&own, at(n))));
        touch(&file_name(&other, at(0)));
        touch(&format!("{}{ENDING}", file_name(&own, at(9))));
        touch("kith-notes.txt");
        touch(&format!("{}keep-this.age", prefix(&own)));
        prune(dir.path(), &prefix(&own), 3).unwrap();
        let mut left: Vec<String> =
            std::fs::read_dir(dir.path()).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
        left.sort();
        let mut expected: Vec<String> = (6..9).map(|n| file_name(&own, at(n))).collect();
        expected.extend([file_name(&other, at(0)), "kith-notes.txt".into(), format!("{}keep-this.age", prefix(&own))]);
        expected.sort();
        assert_eq!(left, expected);
    }
}
