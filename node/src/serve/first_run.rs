//! A directory without a community: its setup pages are served until there is one, and then the node, under the same
//! address.

use super::{Front, Node, ServeError, start_behind};
use crate::{
    backup,
    config::{self, Settings},
    progress::Progress,
    runtime::{Handle, StartError},
    store::DirectoryLock,
    web::{
        setup::{self, Founded, Setup, acceptance},
        waiting,
    },
};
use kith_protocol::partnership::Invitation;
use std::{path::Path, sync::Arc};

/// Setup pages that are served.
pub struct FirstRun {
    /// The link for the browser. It is good once.
    pub link: String,
    setup: Arc<Setup>,
    front: Front,
}

/// Whether a directory is there with nothing in it but settings. A misspelled one is not, and neither is one that lost
/// its keys: a new community must never be put over what is left of another.
fn is_empty(dir: &Path) -> bool {
    let Ok(entries) = std::fs::read_dir(dir) else { return false };
    let foreign = |name: &std::ffi::OsStr| name != config::FILE && name != "lost+found";
    !entries.into_iter().any(|entry| entry.map_or(true, |entry| foreign(&entry.file_name())))
}

/// Serves the setup pages of `dir`, if it is empty.
///
/// # Errors
/// A directory that cannot be read, or no place to listen.
pub async fn begin(dir: &Path, settings: &Settings) -> Result<Option<FirstRun>, ServeError> {
    backup::settle(dir)?;
    if !is_empty(dir) {
        // What is in it, or that it is not there at all, the start of the node says.
        return Ok(None);
    }
    let setup = Setup::new(dir).map_err(crate::runtime::StartError::from)?;
    let front = Front::open(settings, setup::router(Arc::clone(&setup))).await?;
    let link = format!("{}{}", front.url(), setup.path());
    Ok(Some(FirstRun { link, setup, front }))
}

impl FirstRun {
    /// Waits until somebody has founded the community, or brought it back.
    pub async fn founded(&self) -> Founded {
        self.setup.founded().await
    }

    /// Starts the node of the community that is there now, under the address of the setup pages. If it does not start with
    /// these settings, it does so with the others: settings that came back with a community may be another computer's.
    ///
    /// # Errors
    /// Those of [`super::start`], with the last of the settings.
    pub async fn on(self, dir: &Path, settings: &Settings, otherwise: Option<&Settings>) -> Result<Node, ServeError> {
        let progress = Progress::default();
        self.front.show(settings, waiting::router(progress.clone()));
        let lock = || DirectoryLock::acquire(dir).map_err(StartError::from);
        let node = match (start_behind(self.front, lock()?, dir, settings, progress.clone()).await, otherwise) {
            (Err((front, why)), Some(otherwise)) => {
                tracing::warn!(%why, "the node does not start with the settings in its directory; mend them");
                start_behind(front, lock()?, dir, otherwise, progress).await
            }
            (node, _) => node,
        };
        node.map_err(|(_, why)| why)
    }
}

/// Does what somebody was promised on the last page.
pub async fn keep_promises(node: &Node, founded: Founded) {
    let handle = &node.running.handle;
    if let Some((coordinator, code)) = founded.sign_in
        && let Err(refused) = handle.issue_code(coordinator, code).await
    {
        tracing::warn!(%refused, "the sign-in code could not be kept; make one with `kith sign-in`");
    }
    if founded.contact.is_some()
        && let Err(refused) = handle.set_contact(founded.contact).await
    {
        tracing::warn!(%refused, "whom to ring could not be kept; set it on the page for coordinators");
    }
    if founded.benefits.is_some()
        && let Err(refused) = handle.set_office_rules(|rules| rules.benefits = founded.benefits).await
    {
        tracing::warn!(%refused, "what was said about benefits could not be kept; write it on the page of the charter");
    }
    if let Some(invitation) = founded.invitation
        && let Err(why) = accepted(handle, invitation).await
    {
        tracing::warn!(why, "the invitation could not be accepted; accept it on the page of the partners");
    }
}

async fn accepted(handle: &Handle, invitation: Invitation) -> Result<(), String> {
    let command = acceptance(invitation).map_err(|why| why.to_string())?;
    handle.command(None, command).await.map(drop).map_err(|why| why.to_string())
}

#[cfg(test)]
mod tests;
