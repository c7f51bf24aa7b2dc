//! Founding a community, and starting and stopping its node.

use super::{
    book::{self, Recovered, recover},
    checkpoints::{CheckpointError, Checkpoints},
    clerk::{self, Clerk, Job},
    clock,
    counters::Counters,
    desk::Desk,
    doorman, export,
    handle::Handle,
    home::{self, Home, HomeError},
    life, rebuild,
    retired::retired,
    root::{self, CERTIFIED_BEFORE, Root},
    verifier,
};
use crate::{
    backup::{Keeper, Policy},
    escrow::{self, Vault},
    network::{self, NetworkConfig, NetworkError, NetworkHandle, PeerKey, addresses},
    progress::Progress,
    store::{DirectoryLock, Index, People, SledIndex, StoreError, TornTail},
};
use kith_protocol::{
    community::{Card, Charter, MAX_ADDRESSES},
    id::MemberId,
    machine::{Batch, Command},
    rejection::Rejection,
    time::Timestamp,
};
use std::{
    path::{Path, PathBuf},
    sync::{Arc, mpsc},
    thread::JoinHandle,
    time::Duration,
};
use thiserror::Error;
use tokio::{
    sync::{Semaphore, watch},
    task::spawn_blocking,
};
use zeroize::Zeroizing;

/// The longest a graceful stop takes.
pub const STOP_WITHIN: Duration = Duration::from_secs(10);

/// Memory for the index's cache when nobody says otherwise: enough for a town's community on a small box.
const CACHE_BYTES: u64 = 16 * 1024 * 1024;

/// Why a node does not start.
#[derive(Debug, Error)]
pub enum StartError {
    /// Its directory.
    #[error(transparent)]
    Home(#[from] HomeError),
    /// The disk.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// What the journal says.
    #[error(transparent)]
    Recover(#[from] book::RecoverError),
    /// The checkpoint shown last does not fit the ledger.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// The network.
    #[error(transparent)]
    Network(#[from] NetworkError),
    /// A rule, at founding.
    #[error(transparent)]
    Rule(#[from] Rejection),
    /// This copy was handed over.
    #[error(
        "the community in {dir} was handed over to another directory{}; two copies that both sign would harm it, so this \
         one does not start. Run the new copy, or restore the handover's file with `kith restore`",
        on(*at)
    )]
    Retired {
        /// Its directory.
        dir: PathBuf,
        /// When.
        at: Timestamp,
    },
    /// A thread could not be started.
    #[error("the system gives no thread: {0}")]
    Thread(#[from] std::io::Error),
}

/// The day of a handover, if the mark could be read.
fn on(at: Timestamp) -> String {
    let day = i64::try_from(at.0).ok().filter(|at| *at > 0).and_then(|at| jiff::Timestamp::from_millisecond(at).ok());
    day.map(|day| day.strftime(" on %Y-%m-%d").to_string()).unwrap_or_default()
}

/// What a new community begins with.
#[derive(Debug, Clone)]
pub struct Founding {
    /// Its rules, with its name and area.
    pub charter: Charter,
    /// The first coordinator's name, kept apart from the ledger.
    pub coordinator: String,
}

/// What a start needs besides the directory.
pub struct Starting {
    /// Multiaddrs to listen on; none for a node without a network.
    pub listen: Vec<String>,
    /// Multiaddrs to show on the card instead of those listened on.
    pub announce: Vec<String>,
    /// Whether to look for nodes on the local network.
    pub mdns: bool,
    /// Nodes to connect to at the start, as multiaddrs with `/p2p/`.
    pub peers: Vec<String>,
    /// Bounds of the network.
    pub limits: network::Limits,
    /// Memory for the index's cache, in bytes.
    pub cache_bytes: u64,
    /// Which backups are made without being asked for.
    pub backups: Policy,
    /// Told how far it is with what it reads back of the journal.
    pub progress: Progress,
}

impl Starting {
    /// Listens on these multiaddrs and is otherwise as it comes: found by nobody who was not told where it is.
    #[must_use]
    pub fn listening(listen: Vec<String>) -> Self {
        Self {
            listen,
            announce: Vec::new(),
            mdns: false,
            peers: Vec::new(),
            limits: network::Limits::default(),
            cache_bytes: CACHE_BYTES,
            backups: Policy::default(),
            progress: Progress::default(),
        }
    }
}

/// A node that runs.
pub struct Running {
    /// The way to its core.
    pub handle: Handle,
    /// Its directory and keys.
    pub home: Home,
    /// What a crash left behind and was cut.
    pub torn: Option<TornTail>,
    /// Facts read back from the journal.
    pub replayed: u64,
    /// Where it listens, as multiaddrs.
    pub listening: Vec<String>,
    network: NetworkHandle,
    network_task: tokio::task::JoinHandle<()>,
    clerk: JoinHandle<()>,
    jobs: mpsc::SyncSender<Job>,
    /// Backups, and copies for partners.
    work: [tokio::task::JoinHandle<()>; 2],
    life: u64,
    lock: DirectoryLock,
}

fn open_index(dir: &Path, cache_bytes: u64) -> impl Fn(bool) -> Result<Arc<dyn Index>, StoreError> {
    let path: PathBuf = dir.join("index");
    move |afresh| {
        if afresh && path.exists() {
            std::fs::remove_dir_all(&path).map_err(|source| StoreError::Io {
                context: "remove",
                path: path.clone(),
                source,
            })?;
        }
        match SledIndex::open(&path, cache_bytes) {
            // The journal has it all: an index that cannot be opened is built again.
            Err(StoreError::IndexDamaged { reason, .. }) if !afresh => {
                tracing::warn!(reason, "the index is damaged; building it again from the journal");
                std::fs::remove_dir_all(&path).map_err(|source| StoreError::Io {
                    context: "remove",
                    path: path.clone(),
                    source,
                })?;
                Ok(Arc::new(SledIndex::open(&path, cache_bytes)?))
            }
            opened => Ok(Arc::new(opened?)),
        }
    }
}

/// Opens machine and book of a directory whose lock is held.
///
/// # Errors
/// [`StartError`].
pub fn open(home: &Home, cache_bytes: u64) -> Result<Recovered, StartError> {
    open_telling(home, cache_bytes, &Progress::default())
}

/// The same, and tells how far it is with what it reads back of the journal.
///
/// # Errors
/// [`StartError`].
pub fn open_telling(home: &Home, cache_bytes: u64, progress: &Progress) -> Result<Recovered, StartError> {
    let mut opened = open_as_it_is(home, cache_bytes, progress)?;
    // A crash may have come between a new key and its entry: nothing is signed with it before.
    let batch = opened.machine.renew_key(clock::now(), &opened.book)?;
    if !batch.is_empty() {
        opened.book.absorb(&batch)?;
        opened.book.commit()?;
    }
    home::settle(&home.dir)?;
    Ok(opened)
}

/// The same for a restored community, which enters its new key itself.
///
/// # Errors
/// [`StartError`].
pub(crate) fn open_as_it_is(home: &Home, cache_bytes: u64, progress: &Progress) -> Result<Recovered, StartError> {
    rebuild::begin(&home.dir)?;
    let recover = || recover(&home.dir, home.identity.clone(), &open_index(&home.dir, cache_bytes), progress);
    match recover() {
        Err(book::RecoverError::Store(StoreError::IndexDamaged { reason, .. })) => {
            tracing::warn!(reason, "the index cannot be read; building it again from the journal");
            rebuild::forget(&home.dir)?;
            Ok(recover()?)
        }
        recovered => Ok(recovered?),
    }
}

/// Founds a community in `dir`: new keys and the first entry of the ledger. Gives the 24 words of the root key, which are
/// kept nowhere else.
///
/// # Errors
/// [`StartError`]; a directory that holds a community is left as it is.
pub fn found(dir: &Path, founding: &Founding) -> Result<(Home, MemberId, Zeroizing<String>), StartError> {
    let root = Root::random()?;
    let (home, coordinator) = found_with(dir, founding, &root)?;
    Ok((home, coordinator, root.words()))
}

/// The same with a root key whose words somebody has written down already.
///
/// # Errors
/// [`StartError`]; a directory that holds a community is left as it is.
pub fn found_with(dir: &Path, founding: &Founding, root: &Root) -> Result<(Home, MemberId), StartError> {
    founding.charter.check()?;
    kith_protocol::text::check("coordinator", &founding.coordinator, crate::people::MAX_NAME)?;
    let now = clock::now();
    // A new directory is nobody else's: the index holds members' ids, and people's details lie beside their keys.
    home::make_directory(dir)?;
    let _lock = DirectoryLock::acquire(dir)?;
    let home = home::create(dir, now, root)?;
    let Recovered { mut machine, mut book, .. } = open(&home, 1 << 20)?;
    let coordinator = MemberId(home::random()?);
    let people = People::open(dir)?;
    let person = crate::people::Person { name: founding.coordinator.clone(), ..Default::default() };
    people.put(coordinator.0, &person.to_bytes())?;
    people.flush()?;
    let batch: Batch = machine.found(now, founding.charter.clone(), coordinator, &book)?;
    book.absorb(&batch)?;
    book.commit()?;
    book.settle_and_wait(machine.state());
    Ok((home, coordinator))
}

/// Starts the node of `dir`.
///
/// # Errors
/// [`StartError`].
pub async fn start(dir: &Path, starting: Starting) -> Result<Running, StartError> {
    start_locked(DirectoryLock::acquire(dir)?, dir, starting).await
}

/// Starts the node of `dir`, whose lock is held already.
///
/// # Errors
/// [`StartError`].
pub(crate) async fn start_locked(lock: DirectoryLock, dir: &Path, starting: Starting) -> Result<Running, StartError> {
    let home = home::open(dir)?;
    if let Some(at) = retired(dir)? {
        return Err(StartError::Retired { dir: dir.to_path_buf(), at });
    }
    warn_of_end(&home);
    let life = life::begin(dir)?;
    let (cache_bytes, progress) = (starting.cache_bytes, starting.progress.clone());
    // A long journal takes minutes, and the lock is held for as long as it is read, even if nobody waits any more.
    let opening =
        spawn_blocking(move || open_telling(&home, cache_bytes, &progress).map(|opened| (home, opened, lock)));
    let opened = opening.await.map_err(|why| StartError::Thread(std::io::Error::other(why)))?;
    let (home, Recovered { mut machine, book, torn, replayed }, lock) = opened?;
    machine.begin_life(life);
    let checkpoints = Checkpoints::open(dir, &machine, &book)?;
    let people = Arc::new(People::open(dir)?);
    let since = home.identity.certificate.content.from.plus(CERTIFIED_BEFORE);
    let keeper = Arc::new(Keeper::new(dir, starting.backups, since)?);
    let desk = Arc::new(Desk::open(dir)?);
    let counters = Arc::new(Counters::default());
    let (events, heard) = mpsc::sync_channel(doorman::QUEUE);
    let Starting { listen, mdns, limits, .. } = starting;
    let config = NetworkConfig { listen, mdns, limits, ..NetworkConfig::new(home.transport.clone()) };
    let (network, network_task) = network::start(config, doorman::Door(events)).await?;
    let (jobs, queue) = mpsc::sync_channel(clerk::QUEUE);
    let (work, cases) = mpsc::sync_channel(verifier::QUEUE);
    let (changed, changes) = watch::channel(0);
    let vault = Arc::new(Vault::open(&home, network.clone())?);
    let (asked, questions) = mpsc::sync_channel(escrow::QUEUE);
    let hatch = doorman::Hatch { line: Arc::clone(vault.line()), keeper: asked };
    doorman::start(heard, jobs.clone(), network.clone(), Arc::clone(&counters), hatch)?;
    verifier::start(cases, &jobs, std::thread::available_parallelism().map_or(1, usize::from))?;
    let name = machine.state().ledger().charter().map(|c| (c.name.clone(), c.area.clone())).unwrap_or_default();
    let clerk = Clerk::new(machine, book, checkpoints.clone(), Some(network.clone()), Arc::clone(&counters), changed)
        .start(queue)?;
    let handle = Handle {
        community: home.identity.community,
        clerk: jobs.clone(),
        verifier: work,
        keys: Arc::default(),
        people,
        desk,
        names: Arc::default(),
        office: Arc::default(),
        post: Arc::default(),
        hush: Arc::default(),
        ids: Arc::new(ids_secret(&home)),
        checkpoints,
        changes,
        counters,
        network: Some(Arc::clone(network.counters())),
        coordinator: Arc::default(),
        shelves: Arc::default(),
        exports: Arc::new(Semaphore::new(export::MAX_EXPORTS)),
        taking: Progress::default(),
        keeper,
        vault,
        again: Arc::default(),
        home: dir.into(),
    };
    escrow::keep(questions, handle.clone())?;
    let listening = network.listening().to_vec();
    let shown = if starting.announce.is_empty() { reachable(&listening) } else { starting.announce };
    let addresses = shown.into_iter().take(MAX_ADDRESSES).collect();
    show_card(&handle, Card { name: name.0, area: name.1, transport: home.identity.transport, addresses }).await;
    starting.peers.iter().for_each(|address| dial(&network, address));
    let work = [tokio::spawn(Keeper::work(handle.clone())), tokio::spawn(escrow::send(handle.clone()))];
    Ok(Running { handle, home, torn, replayed, listening, network, network_task, clerk, jobs, work, life, lock })
}

/// Says in the log when another key is needed.
fn warn_of_end(home: &Home) {
    if root::is_soon(home.identity.certificate.content.until, clock::now()) {
        tracing::warn!("the node's key ends soon; stop the node and run `kith rotate-key`");
    }
}

/// Shows peers who this community is and where it is found.
async fn show_card(handle: &Handle, card: Card) {
    if let Err(error) = handle.command(None, Command::ShowCard { card }).await {
        tracing::warn!(%error, "the community's card could not be renewed");
    }
}

/// The secret behind ids made for requests: it need not be kept apart from the one behind members' codes.
fn ids_secret(home: &Home) -> [u8; 32] {
    kith_protocol::id::Digest::of("kith/v1/ids", &[&home.transport[..]]).0
}

/// Of the addresses listened on, those worth showing: loopback only when there is nothing else.
fn reachable(listening: &[String]) -> Vec<String> {
    let outside: Vec<String> = listening.iter().filter(|a| !addresses::is_loopback(a)).cloned().collect();
    if outside.is_empty() { listening.to_vec() } else { outside }
}

fn dial(network: &NetworkHandle, address: &str) {
    match addresses::peer_address(address) {
        Ok(found) => {
            let command = network::Command::Dial { peer: found.peer, addresses: vec![found.address] };
            if network.send(command).is_err() {
                tracing::warn!("the network is too busy to dial a configured peer");
            }
        }
        Err(error) => tracing::warn!(%error, "a configured peer cannot be dialed"),
    }
}

impl Running {
    /// This node's libp2p peer id.
    #[must_use]
    pub fn peer(&self) -> PeerKey {
        self.network.local()
    }

    /// Stops within [`STOP_WITHIN`]: what was begun is finished and everything is brought to disk. A kill is as safe.
    pub async fn stop(self) {
        drop(self.close().await);
    }

    /// Waits until the clerk has ended, where nothing else can wait for it.
    #[cfg(test)]
    pub(crate) fn settle_for_good(&self) {
        let (done, wait) = mpsc::sync_channel(1);
        if self.jobs.send(Job::Stop(done)).is_ok() {
            let _ = wait.recv_timeout(STOP_WITHIN);
        }
    }

    /// The same. Gives the directory's lock if the journal is closed, so that the node can be started again at once.
    pub(crate) async fn close(self) -> Option<DirectoryLock> {
        self.work.iter().for_each(tokio::task::JoinHandle::abort);
        self.handle.keeper().stop();
        self.handle.vault().stop();
        // A stopped network refuses commands, which is what is wanted.
        let _ = self.network.send(network::Command::Stop);
        let (done, wait) = mpsc::sync_channel(1);
        let jobs = self.jobs;
        let ended = tokio::task::spawn_blocking(move || {
            jobs.send(Job::Stop(done)).is_ok() && wait.recv_timeout(STOP_WITHIN).is_ok()
        });
        let ended = ended.await.unwrap_or(false);
        if !ended {
            tracing::warn!("the clerk did not end in time; nothing acknowledged is lost");
        }
        if tokio::time::timeout(Duration::from_secs(2), self.network_task).await.is_err() {
            tracing::debug!("the network task did not end in time");
        }
        // Only a thread that is over has closed the journal.
        let closed = ended && tokio::task::spawn_blocking(|| self.clerk.join().is_ok()).await.unwrap_or(false);
        if closed && let Err(error) = life::keep(&self.home.dir, self.life) {
            tracing::warn!(%error, "letters to partners will need one more answer after the next start");
        }
        closed.then_some(self.lock)
    }
}
