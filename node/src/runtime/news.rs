//! That something changed: what pages wait for which show it by themselves. Not what, and not about whom.

use super::handle::Handle;
use tokio::sync::watch;

/// Waits for changes of the ledger, of what is kept beside it, and for the end of the node.
#[derive(Debug)]
pub struct News {
    ledger: watch::Receiver<u64>,
    papers: watch::Receiver<u64>,
    hush: watch::Receiver<bool>,
}

impl News {
    /// Waits until something changed since this was asked last. Gives whether there will be more: a node that stops has
    /// no more news.
    pub async fn next(&mut self) -> bool {
        if *self.hush.borrow() {
            return false;
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
    /// News from now on.
    #[must_use]
    pub fn news(&self) -> News {
        let mut ledger = self.changes();
        ledger.mark_unchanged();
        News { ledger, papers: self.office.changes.subscribe(), hush: self.hush.subscribe() }
    }

    /// Sends everybody home who waits for news: the node is about to stop.
    pub fn hush(&self) {
        self.hush.send_replace(true);
    }
}
