//! A node put together: its core, the web page and the API in front of it, and an orderly end.

pub mod first_run;
mod guard;
mod listener;

use crate::{
    api::{self, ApiState},
    backup::BackupError,
    config::Settings,
    health, local,
    mail::{MailError, Mailer},
    network::addresses,
    runtime::{self, Running, STOP_WITHIN, StartError, Starting},
    store::StoreError,
    web,
};
use axum::Router;
use guard::{Guard, Here};
use kith_protocol::id::CommunityId;
use listener::Bounded;
use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};
use thiserror::Error;
use tokio::{net::TcpListener, sync::oneshot, task::JoinHandle};

/// How long a stop waits for answers that are being written. With what [`Running::stop`] needs it stays within
/// [`STOP_WITHIN`].
const ANSWERS_WITHIN: Duration = Duration::from_secs(3);

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
    stop: oneshot::Sender<()>,
    server: JoinHandle<std::io::Result<()>>,
    /// Sends letters, where that is set up.
    mailer: Option<JoinHandle<()>>,
}

/// Starts the node of `dir`: takes its lock, opens its store and its network, answers HTTP, and writes its address into
/// the directory.
///
/// # Errors
/// [`ServeError`]; nothing is left running.
pub async fn start(dir: &Path, settings: &Settings) -> Result<Node, ServeError> {
    start_on(dir, settings, None).await
}

/// The same on a place that listens already, after a first run.
///
/// # Errors
/// Those of [`start`].
pub async fn start_on(dir: &Path, settings: &Settings, listener: Option<TcpListener>) -> Result<Node, ServeError> {
    let starting = Starting {
        listen: settings.listen.clone(),
        announce: settings.announce.clone(),
        mdns: settings.mdns,
        peers: settings.peers.clone(),
        limits: settings.limits(),
        cache_bytes: u64::from(settings.cache_mib) << 20,
        backups: settings.backups(),
    };
    // Taking the lock makes the directory: first see that there is a community in it.
    runtime::home::open(dir).map_err(StartError::from)?;
    let mailer = Mailer::new(settings, dir)?;
    let running = Box::pin(runtime::start(dir, starting)).await?;
    match Box::pin(answer(dir, settings, &running, listener)).await {
        Ok((url, name, stop, server)) => {
            let reachable = if settings.announce.is_empty() { &running.listening } else { &settings.announce };
            let addresses = reachable.iter().filter_map(|a| addresses::join(a, &running.peer()).ok()).collect();
            let id = running.home.identity.community;
            let mailer = mailer.map(|mailer| mailer.begin(&running.handle));
            Ok(Node { url, id, name, addresses, running, dir: dir.to_path_buf(), stop, server, mailer })
        }
        Err(error) => {
            running.stop().await;
            Err(error)
        }
    }
}

type Answering = (String, String, oneshot::Sender<()>, JoinHandle<std::io::Result<()>>);

async fn answer(
    dir: &Path,
    settings: &Settings,
    running: &Running,
    listener: Option<TcpListener>,
) -> Result<Answering, ServeError> {
    let bind = |source| ServeError::Bind { address: settings.http_listen, source };
    let listener = match listener {
        Some(listener) => listener,
        None => TcpListener::bind(settings.http_listen).await.map_err(bind)?,
    };
    let bound = listener.local_addr().map_err(bind)?;
    let named = running.handle.look(|machine, _| {
        let charter = machine.state().ledger().charter();
        charter.map(|charter| charter.name.clone()).unwrap_or_default()
    });
    let name = named.await.unwrap_or_default();
    let app = Guard::new(bound.ip(), &settings.hosts()).around(pages(running, settings));
    let (stop, stopped) = oneshot::channel::<()>();
    let service = app.into_make_service_with_connect_info::<Here>();
    let serving = axum::serve(Bounded::new(listener), service).with_graceful_shutdown(async {
        // A sender that is gone means the same as one that speaks.
        let _ = stopped.await;
    });
    let server = tokio::spawn(serving.into_future());
    let url = format!("http://{}", reached_at(bound));
    local::publish(dir, &url)?;
    Ok((url, name, stop, server))
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

/// How this machine reaches what is bound to `address`: an address that means "all" is no place to go to.
fn reached_at(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
        ip => ip,
    };
    SocketAddr::new(ip, address.port())
}

impl Node {
    /// Stops within [`STOP_WITHIN`]: answers that are being written are finished, then the core.
    pub async fn stop(self) {
        local::withdraw(&self.dir);
        // A letter that is on its way now goes again after the next start.
        self.mailer.iter().for_each(JoinHandle::abort);
        self.running.handle.hush();
        let orderly = async {
            // A server that ended by itself needs no word.
            let _ = self.stop.send(());
            let server = self.server;
            let abort = server.abort_handle();
            match tokio::time::timeout(ANSWERS_WITHIN, server).await {
                Ok(Ok(Err(error))) => tracing::warn!(%error, "the web server ended early"),
                Ok(_) => {}
                Err(_) => {
                    tracing::info!("some answers were cut off");
                    abort.abort();
                }
            }
            self.running.stop().await;
        };
        if tokio::time::timeout(STOP_WITHIN, orderly).await.is_err() {
            tracing::warn!("the node did not stop in time; nothing that was confirmed is lost");
        }
    }
}

#[cfg(test)]
mod tests;
