//! How a restored community begins: it may be behind what it once said, so it signs nothing until each partner has told
//! what it saw last.

use super::error::BackupError;
use crate::runtime::book::Recovered;
use kith_protocol::time::Timestamp;

/// Records that the community was restored: the new operational key with which its directory was opened, and that every
/// partnership is to be resumed before anything is signed in it. Durable when it returns.
///
/// # Errors
/// A rule, or the disk.
pub fn begin_recovery(store: Recovered, now: Timestamp) -> Result<(), BackupError> {
    let Recovered { mut machine, mut book, .. } = store;
    let batch = machine.restore(now, &book)?;
    book.absorb(&batch)?;
    book.commit()?;
    book.settle_and_wait(machine.state());
    Ok(())
}
