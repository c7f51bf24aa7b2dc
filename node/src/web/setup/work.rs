//! The work on a restore, on a thread of its own: a large community takes longer than a browser waits for an answer.
//!
//! The recovery words are in memory from the moment they are sent until the community is back, or another way is taken.

use super::{
    Answers, Founded, Setup,
    bringing::{Bringing, Problem, Stage, Task},
};
use crate::{
    backup::{self, BackupError, Verified, Workshop},
    escrow,
    progress::Progress,
    runtime::{Root, clock, desk::PaperCode, home},
};
use kith_protocol::id::MemberId;
use std::{path::Path, sync::Arc, time::Duration};

/// For how long the last page waits for a browser that went away meanwhile. Then the node starts without it, and a code to
/// sign in is made in the terminal.
const LEFT_FOR: Duration = Duration::from_secs(15 * 60);

/// What some work led to.
enum End {
    /// It is this far.
    At(Stage),
    /// There is a community.
    Back(Box<Founded>),
}

impl Answers {
    /// The place where a restore is made ready; none while somebody works there, or when there is a community already.
    fn place(&mut self, dir: &Path) -> Result<Option<Arc<Workshop>>, BackupError> {
        if self.founded.is_some() || self.bringing.stage.is_busy() {
            return Ok(None);
        }
        if self.bringing.workshop.is_none() {
            self.bringing.workshop = Some(Arc::new(Workshop::open(dir)?));
        }
        Ok(self.bringing.workshop.clone())
    }
}

impl Setup {
    /// The place where a restore is made ready; none while somebody works there, or when there is a community already.
    pub(super) fn workshop(&self) -> Result<Option<Arc<Workshop>>, BackupError> {
        self.answers().place(&self.dir)
    }

    /// Waits until nobody works, or for as long as given.
    pub(super) async fn settled(&self, within: Duration) {
        let mut news = self.news.subscribe();
        let quiet = async {
            while self.answers().bringing.stage.is_busy() {
                if news.changed().await.is_err() {
                    return;
                }
            }
        };
        // Whoever asked looks how far it is, in either case.
        let _ = tokio::time::timeout(within, quiet).await;
    }

    /// Does some work aside, and takes note of what it leads to, unless another way was taken meanwhile. Nothing, while
    /// other work is done; gives whether it began.
    fn aside(
        self: &Arc<Self>,
        task: Task,
        note: impl FnOnce(&mut Bringing),
        work: impl FnOnce(&Workshop, &Progress) -> End + Send + 'static,
    ) -> Result<bool, BackupError> {
        let mut answers = self.answers();
        let Some(workshop) = answers.place(&self.dir)? else { return Ok(false) };
        let setup = Arc::clone(self);
        let thread = std::thread::Builder::new().name("kith-setup".into()).spawn(move || {
            let end = work(&workshop, &setup.progress);
            // Before anybody hears of the end: the place is to be gone when the node starts.
            drop(workshop);
            setup.note(end);
        });
        thread.map_err(BackupError::Output)?;
        // The thread waits for the lock that is held here before it takes note of its end.
        answers.bringing.stage = Stage::Busy(task);
        note(&mut answers.bringing);
        Ok(true)
    }

    fn note(&self, end: End) {
        let mut answers = self.answers();
        if answers.bringing.stage.is_busy() {
            match end {
                End::At(stage) => {
                    // Partners are asked again with the same words; for a file that is not good they are of no more use.
                    if matches!(&stage, Stage::Failed(why) if matches!(**why, Problem::File(_))) {
                        answers.bringing.root = None;
                    }
                    answers.bringing.stage = stage;
                }
                End::Back(founded) => {
                    answers.bringing = Bringing::default();
                    answers.founded = Some(*founded);
                }
            }
        }
        drop(answers);
        self.news.send_replace(());
    }

    /// Judges the backup that came from the browser.
    pub(super) fn look(self: &Arc<Self>, root: Root) -> Result<(), BackupError> {
        let root = Arc::new(root);
        let kept = Arc::clone(&root);
        let note = |bringing: &mut Bringing| (bringing.root, bringing.addresses) = (Some(kept), Vec::new());
        let judge = move |workshop: &Workshop, progress: &Progress| {
            backup::verify_telling(&workshop.backup(), &root, progress).map_err(Problem::File)
        };
        self.aside(Task::Looking, note, move |workshop, progress| found(judge(workshop, progress))).map(drop)
    }

    /// Asks partners for the newest copy, and judges it.
    pub(super) fn ask(self: &Arc<Self>, addresses: Vec<String>, root: Root) -> Result<(), BackupError> {
        let root = Arc::new(root);
        let (kept, asked) = (Arc::clone(&root), addresses.clone());
        let note = |bringing: &mut Bringing| {
            (bringing.root, bringing.addresses, bringing.bytes) = (Some(kept), addresses, None);
        };
        let fetch =
            move |to: &Path, progress: &Progress| escrow::fetch(&asked, to, &root, progress).map_err(Problem::Partners);
        self.aside(Task::Asking, note, move |workshop, progress| found(fetch(&workshop.backup(), progress))).map(drop)
    }

    /// Restores what was looked at. Afterwards there is a community, and `first` can sign in.
    pub(super) fn restore(
        self: &Arc<Self>,
        verified: Arc<Verified>,
        first: Option<MemberId>,
    ) -> Result<(), BackupError> {
        let Some(root) = self.answers().bringing.root.clone() else { return Ok(()) };
        let began = self.aside(
            Task::Restoring,
            |_| {},
            move |workshop, progress| match brought(workshop, &root, first, progress) {
                Ok(founded) => End::Back(Box::new(founded)),
                Err(why) => {
                    tracing::warn!(%why, "the community could not be restored");
                    End::At(Stage::Looked(verified, Some(Arc::new(why))))
                }
            },
        )?;
        if began {
            tokio::spawn(Arc::clone(self).let_go());
        }
        Ok(())
    }

    /// Lets the node start, some time after the restore, when nobody has come for the last page.
    async fn let_go(self: Arc<Self>) {
        while self.answers().bringing.stage.is_busy() {
            self.settled(LEFT_FOR).await;
        }
        if self.answers().founded.is_some() {
            tokio::time::sleep(LEFT_FOR).await;
            self.end();
        }
    }
}

fn found(judged: Result<Verified, Problem>) -> End {
    End::At(match judged {
        Ok(verified) => Stage::Looked(Arc::new(verified), None),
        Err(problem) => Stage::Failed(Arc::new(problem)),
    })
}

fn brought(
    workshop: &Workshop,
    root: &Root,
    first: Option<MemberId>,
    progress: &Progress,
) -> Result<Founded, BackupError> {
    // Whatever can fail without a trace comes first.
    let code = PaperCode::from_bytes(home::random()?);
    workshop.restore(root, clock::now(), progress)?;
    Ok(Founded {
        sign_in: first.map(|first| (first, code)),
        contact: None,
        benefits: None,
        zone: None,
        invitation: None,
        restored: true,
    })
}
