//! A directory without a community: its setup pages are served until there is one, and then the node, under the same
//! address.

use super::{Guard, Here, Node, ServeError, reached_at, start_on};
use crate::{
    config::{self, Settings},
    serve::listener::Bounded,
    web::setup::{self, Founded, Setup},
};
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
    /// Waits until somebody has founded the community.
    pub async fn founded(&self) -> Founded {
        self.setup.founded().await
    }

    /// Starts the node of the community that was founded, under the address of the setup pages.
    ///
    /// # Errors
    /// Those of [`super::start`].
    pub async fn on(self, dir: &Path, settings: &Settings, founded: Founded) -> Result<Node, ServeError> {
        // The last page has to reach its browser before the pages end.
        let _ = self.stop.send(());
        if tokio::time::timeout(super::ANSWERS_WITHIN, self.server).await.is_err() {
            tracing::debug!("a browser kept its connection to the setup pages");
        }
        let bind = |source| ServeError::Bind { address: settings.http_listen, source };
        let listener = TcpListener::from_std(self.socket).map_err(bind)?;
        let node = Box::pin(start_on(dir, settings, Some(listener))).await?;
        let handle = &node.running.handle;
        if let Err(refused) = handle.issue_code(founded.coordinator, founded.code).await {
            tracing::warn!(%refused, "the sign-in code could not be kept; make one with `kith sign-in`");
        }
        if founded.contact.is_some()
            && let Err(refused) = handle.set_contact(founded.contact).await
        {
            tracing::warn!(%refused, "whom to ring could not be kept; set it on the page for coordinators");
        }
        Ok(node)
    }
}

#[cfg(test)]
mod tests;
