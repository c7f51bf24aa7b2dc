//! A directory without a community: its setup pages are served until there is one, and then the node, under the same
//! address.

use super::{Guard, Here, Node, ServeError, reached_at, start_on};
use crate::{
    backup,
    config::{self, Settings},
    runtime::Handle,
    serve::listener::Bounded,
    web::setup::{self, Founded, Setup, acceptance},
};
use kith_protocol::partnership::Invitation;
use std::{net::TcpListener as Socket, path::Path, sync::Arc};
use tokio::{net::TcpListener, sync::oneshot, task::JoinHandle};

/// Setup pages that are served.
pub struct FirstRun {
    /// The link for the browser. It is good once.
    pub link: String,
    setup: Arc<Setup>,
    socket: Socket,
    stop: oneshot::Sender<()>,
    server: JoinHandle<std::io::Result<()>>,
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
    let bind = |source| ServeError::Bind { address: settings.http_listen, source };
    let listener = TcpListener::bind(settings.http_listen).await.map_err(bind)?;
    let bound = listener.local_addr().map_err(bind)?;
    // The same socket twice: browsers that call between setup and node wait for the node.
    let socket = listener.into_std().map_err(bind)?;
    let listener = TcpListener::from_std(socket.try_clone().map_err(bind)?).map_err(bind)?;
    let setup = Setup::new(dir).map_err(crate::runtime::StartError::from)?;
    let link = format!("http://{}{}", reached_at(bound), setup.path());
    let app = Guard::new(bound.ip(), &settings.hosts()).around(setup::router(Arc::clone(&setup)));
    let (stop, stopped) = oneshot::channel::<()>();
    let service = app.into_make_service_with_connect_info::<Here>();
    let serving = axum::serve(Bounded::new(listener), service).with_graceful_shutdown(async {
        // A sender that is gone means the same as one that speaks.
        let _ = stopped.await;
    });
    let server = tokio::spawn(serving.into_future());
    Ok(Some(FirstRun { link, setup, socket, stop, server }))
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
    pub async fn on(
        self,
        dir: &Path,
        settings: &Settings,
        otherwise: Option<&Settings>,
        founded: Founded,
    ) -> Result<Node, ServeError> {
        // The last page has to reach its browser before the pages end.
        let _ = self.stop.send(());
        if tokio::time::timeout(super::ANSWERS_WITHIN, self.server).await.is_err() {
            tracing::debug!("a browser kept its connection to the setup pages");
        }
        let socket = self.socket.try_clone().map_err(|source| unbound(settings, source))?;
        let node = match (started(dir, settings, socket).await, otherwise) {
            (Err(why), Some(otherwise)) => {
                tracing::warn!(%why, "the node does not start with the settings in its directory; mend them");
                started(dir, otherwise, self.socket).await?
            }
            (node, _) => node?,
        };
        Ok(ready(node, founded).await)
    }
}

fn unbound(settings: &Settings, source: std::io::Error) -> ServeError {
    ServeError::Bind { address: settings.http_listen, source }
}

async fn started(dir: &Path, settings: &Settings, socket: Socket) -> Result<Node, ServeError> {
    let listener = TcpListener::from_std(socket).map_err(|source| unbound(settings, source))?;
    Box::pin(start_on(dir, settings, Some(listener))).await
}

/// What somebody was promised on the last page.
async fn ready(node: Node, founded: Founded) -> Node {
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
    node
}

async fn accepted(handle: &Handle, invitation: Invitation) -> Result<(), String> {
    let command = acceptance(invitation).map_err(|why| why.to_string())?;
    handle.command(None, command).await.map(drop).map_err(|why| why.to_string())
}

#[cfg(test)]
mod tests;
