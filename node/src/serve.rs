//! A node put together: its core, the web page and the API in front of it, and an orderly end.

pub mod first_run;
mod front;
mod guard;
mod listener;
mod pace;

use crate::{
    api::{self, ApiState},
    backup::BackupError,
    config::Settings,
    health, local,
    mail::{MailError, Mailer},
    network::{NetworkError, addresses},
    progress::Progress,
    runtime::{self, Running, STOP_WITHIN, StartError, Starting},
    store::{DirectoryLock, StoreError},
    web::{self, waiting},
};
use axum::Router;
pub use front::Front;
use kith_protocol::id::CommunityId;
use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};
use thiserror::Error;
use tokio::task::JoinHandle;

/// How long a start again waits for answers that hold the store open: longer than a connection may be silent.
const CLOSES_WITHIN: Duration = Duration::from_secs(90);
/// How often, and how far apart, it tries again while the system has not let go of the former network's ports.
const PORT_TRIES: usize = 20;
const PORT_PAUSE: Duration = Duration::from_millis(500);

/// Why a node does not serve.
#[derive(Debug, Error)]
pub enum ServeError {
    /// Its core does not start.
    #[error(transparent)]
    Start(#[from] StartError),
    /// Page and API have no place to listen.
    #[error("cannot answer on {address}: {source}. Stop the other program there, or choose another with --http")]
    Bind {
        /// Where.
        address: SocketAddr,
        /// What the system said.
        source: std::io::Error,
    },
    /// The address file cannot be written.
    #[error(transparent)]
    Publish(#[from] StoreError),
    /// Letters cannot be sent with these settings.
    #[error(transparent)]
    Mail(#[from] MailError),
    /// A start again, before which the node could not be closed.
    #[error("the node did not close in time; start the program again. Nothing that was confirmed is lost")]
    NotClosed,
    /// What a restore left in the directory cannot be ended.
    #[error(transparent)]
    Restore(#[from] BackupError),
}

/// A node that runs and answers.
pub struct Node {
    /// The base URL of page and API, as this machine reaches it.
    pub url: String,
    /// Its community.
    pub id: CommunityId,
    /// The community's name.
    pub name: String,
    /// Where other nodes reach it, as multiaddrs that end in `/p2p/` and its peer id.
    pub addresses: Vec<String>,
    /// Its core.
    pub running: Running,
    dir: PathBuf,
    settings: Settings,
    front: Front,
    /// Sends letters, where that is set up.
    mailer: Option<JoinHandle<()>>,
}

/// Starts the node of `dir`: takes its lock, opens its store and its network, answers HTTP, and writes its address into
/// the directory. Whoever calls meanwhile sees how far it is.
///
/// # Errors
/// [`ServeError`]; nothing is left running.
pub async fn start(dir: &Path, settings: &Settings) -> Result<Node, ServeError> {
    // Taking the lock makes the directory: first see that there is a community in it.
    runtime::home::open(dir).map_err(StartError::from)?;
    // First, so that of two programs for one directory the second hears of the first, not of the place where it listens.
    let lock = DirectoryLock::acquire(dir).map_err(StartError::from)?;
    let progress = Progress::default();
    let front = Front::open(settings, waiting::router(progress.clone())).await?;
    start_behind(front, lock, dir, settings, progress).await.map_err(|(_, why)| why)
}

/// Starts it behind a place that listens already, which shows how far it is. A place behind which no node starts is given
/// back.
async fn start_behind(
    front: Front,
    lock: DirectoryLock,
    dir: &Path,
    settings: &Settings,
    progress: Progress,
) -> Result<Node, (Front, ServeError)> {
    let starting = Starting {
        listen: settings.listen.clone(),
        announce: settings.announce.clone(),
        mdns: settings.mdns,
        peers: settings.peers.clone(),
        limits: settings.limits(),
        cache_bytes: u64::from(settings.cache_mib) << 20,
        backups: settings.backups(),
        progress: progress.clone(),
    };
    let mailer = match Mailer::new(settings, dir) {
        Ok(mailer) => mailer,
        Err(why) => return Err((front, why.into())),
    };
    let running = match Box::pin(runtime::start_locked(lock, dir, starting)).await {
        Ok(running) => running,
        Err(why) => return Err((front, why.into())),
    };
    let named = running.handle.look(|machine, _| {
        let charter = machine.state().ledger().charter();
        charter.map(|charter| charter.name.clone()).unwrap_or_default()
    });
    let name = named.await.unwrap_or_default();
    let url = front.url();
    front.show(settings, pages(&running, settings));
    if let Err(why) = local::publish(dir, &url) {
        front.show(settings, waiting::router(progress));
        running.stop().await;
        return Err((front, why.into()));
    }
    let reachable = if settings.announce.is_empty() { &running.listening } else { &settings.announce };
    let addresses = reachable.iter().filter_map(|a| addresses::join(a, &running.peer()).ok()).collect();
    let id = running.home.identity.community;
    let mailer = mailer.map(|mailer| mailer.begin(&running.handle));
    let (dir, settings) = (dir.to_path_buf(), settings.clone());
    Ok(Node { url, id, name, addresses, running, dir, settings, front, mailer })
}

/// Everything that is answered.
fn pages(running: &Running, settings: &Settings) -> Router {
    let api = ApiState {
        handle: running.handle.clone(),
        admin_token: Arc::new(running.home.admin_token.clone()),
        peer: running.peer().to_string(),
    };
    let handle = &running.handle;
    web::router(handle.clone(), settings.site.clone()).merge(health::router(handle.clone())).merge(api::router(api))
}

impl Node {
    /// Waits until somebody asks for a start again, as a coordinator may.
    pub async fn asked_to_start_again(&self) {
        self.running.handle.asked_to_start_again().await;
    }

    /// Stops the core and starts it again, under the same address; whoever calls meanwhile sees how far it is.
    ///
    /// # Errors
    /// Those of [`start`].
    pub async fn again(self) -> Result<Self, ServeError> {
        let Self { running, dir, settings, front, mailer, .. } = self;
        let progress = Progress::default();
        local::withdraw(&dir);
        front.show(&settings, waiting::router(progress.clone()));
        let handle = running.handle.clone();
        let lock = end(running, mailer).await.ok_or(ServeError::NotClosed)?;
        // Whatever is left of the former core must not meet the next one in the same files.
        if !handle.last_gone(CLOSES_WITHIN).await {
            return Err(ServeError::NotClosed);
        }
        start_again(front, lock, &dir, &settings, progress).await
    }

    /// Stops within [`STOP_WITHIN`]: answers that are being written are finished, then the core.
    pub async fn stop(self) {
        let Self { running, dir, front, mailer, .. } = self;
        local::withdraw(&dir);
        running.handle.hush();
        let orderly = async {
            front.close().await;
            drop(Box::pin(end(running, mailer)).await);
        };
        if tokio::time::timeout(STOP_WITHIN, Box::pin(orderly)).await.is_err() {
            tracing::warn!("the node did not stop in time; nothing that was confirmed is lost");
        }
    }
}

/// Starts behind a place, after a stop in this program: the system may take a moment to let go of the network's ports.
async fn start_again(
    mut front: Front,
    mut lock: DirectoryLock,
    dir: &Path,
    settings: &Settings,
    progress: Progress,
) -> Result<Node, ServeError> {
    for _ in 0..PORT_TRIES {
        match start_behind(front, lock, dir, settings, progress.clone()).await {
            Err((back, ServeError::Start(StartError::Network(NetworkError::AddressInUse { .. })))) => front = back,
            started => return started.map_err(|(_, why)| why),
        }
        tokio::time::sleep(PORT_PAUSE).await;
        lock = DirectoryLock::acquire(dir).map_err(StartError::from)?;
    }
    start_behind(front, lock, dir, settings, progress).await.map_err(|(_, why)| why)
}

/// Stops a core. Gives the directory's lock if all is closed.
async fn end(running: Running, mailer: Option<JoinHandle<()>>) -> Option<DirectoryLock> {
    // A letter that is on its way now goes again after the next start.
    mailer.iter().for_each(JoinHandle::abort);
    running.handle.hush();
    running.close().await
}

#[cfg(test)]
mod tests;
