//! That something changed: what pages wait for which show it by themselves. Not what, and not about whom.

use super::handle::Handle;
use tokio::sync::watch;

/// Waits for changes of the ledger and of who is connected, of what is kept beside them, and for the end of the node.
#[derive(Debug)]
pub struct News {
    ledger: watch::Receiver<u64>,
    papers: watch::Receiver<u64>,
    hush: watch::Receiver<bool>,
    /// Whether something changed before the waiting began.
    missed: bool,
}

impl News {
    /// Waits until something changed since this was asked last. Gives whether there will be more: a node that stops has
    /// no more news.
    pub async fn next(&mut self) -> bool {
        if *self.hush.borrow() {
            return false;
        }
        if std::mem::take(&mut self.missed) {
            return true;
        }
        tokio::select! {
            changed = self.ledger.changed() => changed.is_ok(),
            changed = self.papers.changed() => changed.is_ok(),
            _ = self.hush.changed() => false,
        }
    }

    /// What changed until now is no news any more.
    pub fn forget(&mut self) {
        self.ledger.mark_unchanged();
        self.papers.mark_unchanged();
    }
}

impl Handle {
    /// Where the news stand: to be given to [`Handle::news`] later. It says how much changed since the start of the node,
    /// and nothing else.
    #[must_use]
    pub fn news_mark(&self) -> String {
        format!("{}-{}", *self.changes.borrow(), *self.office.changes.borrow())
    }

    /// News since a mark; what changed between the mark and now is the first of them.
    #[must_use]
    pub fn news(&self, mark: &str) -> News {
        let mut ledger = self.changes();
        ledger.mark_unchanged();
        let papers = self.office.changes.subscribe();
        // Those who listen are there before the marks are compared, so nothing falls between.
        News { ledger, papers, hush: self.hush.subscribe(), missed: self.news_mark() != mark }
    }

    /// Sends everybody home who waits for news: the node is about to stop.
    pub fn hush(&self) {
        self.hush.send_replace(true);
    }
}
