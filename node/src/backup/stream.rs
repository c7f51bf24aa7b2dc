//! A backup of a running node, handed on in chunks to whoever asked for it.

use super::{
    error::BackupError,
    make::{self, Source},
    seal,
};
use crate::runtime::{Handle, clock, export, retired};
use std::{io, sync::Arc};
use tokio::{sync::mpsc, task::spawn_blocking};

/// A backup of the node as it is now, chunk by chunk. An error among the chunks means that the file is not whole.
///
/// For a `handover` the node is retired first: from then on it signs nothing, and the mark that forbids another start is
/// durable before the first chunk. Asked again, it gives the same backup again.
///
/// # Errors
/// [`BackupError`]; when it comes before a handover retired the node, the node goes on.
pub async fn stream(handle: &Handle, handover: bool) -> Result<mpsc::Receiver<io::Result<Vec<u8>>>, BackupError> {
    let keeper = Arc::clone(handle.keeper());
    let permit = keeper.begin()?;
    let home = Arc::clone(&keeper);
    // Without a recipient there is no backup, and a community must not be retired for none.
    blocking(move || seal::recipient_of(home.dir()).map(drop)).await?;
    let now = clock::now();
    let cut = if handover { handle.retire().await? } else { handle.cut().await? };
    if handover {
        let home = Arc::clone(&keeper);
        keeper.retire();
        blocking(move || Ok(retired::retire(home.dir(), now)?)).await?;
    }
    let handle = handle.clone();
    let (mut writer, chunks) = export::chunks();
    spawn_blocking(move || {
        let (dir, stopping, progress) = (keeper.dir(), keeper.stopping(), keeper.progress());
        let source = Source { cut: &cut, people: handle.people(), dir, handover, now, stopping, progress };
        if let Err(error) = make::write(&source, &mut writer) {
            tracing::warn!(%error, "a backup ended early");
            writer.fail(io::Error::other(error));
        }
        drop(permit);
    });
    Ok(chunks)
}

async fn blocking<R, F>(work: F) -> Result<R, BackupError>
where
    R: Send + 'static,
    F: FnOnce() -> Result<R, BackupError> + Send + 'static,
{
    // Only a runtime that shuts down drops such work.
    spawn_blocking(work).await.unwrap_or(Err(BackupError::Stopping))
}
