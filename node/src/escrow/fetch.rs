//! Getting a community back from the partners that keep its copies, with the recovery words and nothing else.

use super::line::{Line, LineError};
use crate::{
    backup::{self, BackupError, Restored, Verified, pieces},
    network::{
        self, Command, DialFailure, Event, NetworkConfig, NetworkError, NetworkHandle, PeerAddress, PeerKey, Sink,
        addresses::{self, AddressError},
    },
    progress::{self, Progress},
    runtime::{Root, home},
    store::files,
};
use kith_protocol::{
    escrow::{self, Ask, BadCopy, Claim, Inventory, Kept, Told},
    id::Digest,
    key::PublicKey,
    time::Timestamp,
};
use sha2::{Digest as _, Sha256};
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};
use thiserror::Error;
use tokio::sync::{mpsc, watch};
use zeroize::Zeroizing;

/// How long a keeper may take until it is connected: a name to look up and a slow line.
const CONNECT_WITHIN: Duration = Duration::from_secs(30);
/// The most partners that are asked at once: with half a minute for each, four minutes if none is there.
pub const MOST_ASKED: usize = 8;
/// How many events of the network may wait: it tells again what matters.
const EVENTS: usize = 256;

/// Why nothing was restored.
#[derive(Debug, Error)]
pub enum FetchError {
    /// No address of a keeper.
    #[error("{address} is no address of a partner: {reason}")]
    Address {
        /// As given.
        address: String,
        /// What is wrong with it.
        reason: AddressError,
    },
    /// The network of this machine.
    #[error(transparent)]
    Network(#[from] NetworkError),
    /// The directory or its disk, not the copies.
    #[error(transparent)]
    Local(#[from] BackupError),
    /// The system gives no thread.
    #[error("the system gives no thread: {0}")]
    Thread(#[from] std::io::Error),
    /// No partner gave a copy that is good.
    #[error("no partner gave a copy that can be restored. Nothing was changed.\n{}", list(.0))]
    None(Vec<Heard>),
}

impl FetchError {
    /// The stable code by which programs know it.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Address { .. } => "bad-address",
            Self::Network(_) => "network",
            Self::Local(why) => why.code(),
            Self::Thread(_) => "no-thread",
            Self::None(_) => "no-copies",
        }
    }
}

fn list(heard: &[Heard]) -> String {
    let line = |heard: &Heard| format!("{}: {}", heard.address, heard.problem.as_deref().unwrap_or("not asked"));
    heard.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// What came of asking one partner.
#[derive(Debug, Clone)]
pub struct Heard {
    /// Where it was asked.
    pub address: String,
    /// When the copy that it holds was made, if it showed one.
    pub made_at: Option<Timestamp>,
    /// What was wrong, and what to do.
    pub problem: Option<String>,
    /// The kind of what was wrong.
    pub why: Option<Why>,
}

/// What kept a partner from giving a copy, as far as it makes a difference to whoever asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// Nobody answers there.
    Away,
    /// It keeps nothing for the community of these words.
    Nothing,
    /// It has too much to do just now.
    Later,
    /// What it gave is not good.
    Bad,
    /// Anything else.
    Other,
}

impl Heard {
    fn fail(&mut self, fault: &Fault) {
        (self.problem, self.why) = (Some(fault.to_string()), Some(fault.why()));
    }
}

/// A community that came back.
#[derive(Debug)]
pub struct Fetched {
    /// What was judged.
    pub verified: Verified,
    /// What was restored.
    pub restored: Restored,
    /// The partner whose copy it was.
    pub from: String,
    /// What came of asking each partner.
    pub heard: Vec<Heard>,
}

/// What is wrong with one partner or its copy: another may do better.
#[derive(Debug, Error)]
enum Fault {
    #[error("nobody answers there in time. Look whether its computer is on, and at the address")]
    Away,
    #[error("{0}")]
    Dial(DialFailure),
    #[error("{}", said(.0))]
    Line(#[from] LineError),
    #[error("its copy is not what the community made: {0}. Ask another partner")]
    Copy(#[from] BadCopy),
    #[error("piece {0} of its copy is another one than the community gave it. Ask another partner")]
    Piece(usize),
    #[error("its copy is not good: {0}")]
    Judged(BackupError),
}

impl Fault {
    fn why(&self) -> Why {
        match self {
            Self::Away | Self::Dial(_) => Why::Away,
            Self::Line(why) => match why.code() {
                "no-copies" => Why::Nothing,
                "too-often" | "busy" => Why::Later,
                "no-piece" => Why::Bad,
                _ => Why::Other,
            },
            Self::Copy(_) | Self::Piece(_) | Self::Judged(_) => Why::Bad,
        }
    }
}

/// A partner's refusal in words.
fn said(why: &LineError) -> String {
    match why.code() {
        "no-copies" => {
            "it keeps no copies of the community whose words these are. Look whether words and partner belong together"
                .into()
        }
        "too-often" => "it was asked too often. Wait an hour and try again".into(),
        "busy" => "it has too much to do. Try again in a moment".into(),
        "no-piece" => "a piece of the copy is missing there. Ask another partner".into(),
        "bad-claim" => {
            "it does not take the word of these words' key. Look at the address: another node may answer there".into()
        }
        "disk" | "disk-full" => {
            "its disk refuses. Ask its coordinators to look after it, or ask another partner".into()
        }
        "not-spoken" => "it is no node that keeps copies, or runs an older version".into(),
        _ => format!("{why}. Ask another partner"),
    }
}

/// Who is there, as far as the network told.
#[derive(Debug, Default)]
struct Present(BTreeMap<PeerKey, Result<(), DialFailure>>);

impl Present {
    fn note(&mut self, peer: PeerKey, state: Option<Result<(), DialFailure>>) {
        match state {
            Some(state) => _ = self.0.insert(peer, state),
            None => _ = self.0.remove(&peer),
        }
    }
}

/// The network's way to us.
struct Ear(mpsc::Sender<Event>);

impl Sink for Ear {
    fn deliver(&mut self, event: Event) -> Result<(), network::Full> {
        self.0.try_send(event).map_err(|_| network::Full)
    }
}

struct Caller {
    network: NetworkHandle,
    line: Arc<Line>,
    present: watch::Receiver<Present>,
}

impl Caller {
    /// A network of our own, for this once: nobody is let in.
    async fn start() -> Result<Self, FetchError> {
        let secret = Zeroizing::new(home::random::<32>().map_err(BackupError::from)?);
        let config = NetworkConfig { listen: Vec::new(), ..NetworkConfig::new(secret) };
        let (events, mut heard) = mpsc::channel(EVENTS);
        let (network, _) = network::start(config, Ear(events)).await?;
        let line = Arc::new(Line::new(network.clone()));
        let (tell, present) = watch::channel(Present::default());
        let (ended, drops) = (Arc::clone(&line), network.clone());
        tokio::spawn(async move {
            while let Some(event) = heard.recv().await {
                match event {
                    Event::Connected { peer, .. } => tell.send_modify(|all| all.note(peer, Some(Ok(())))),
                    Event::Disconnected { peer } => tell.send_modify(|all| all.note(peer, None)),
                    Event::DialFailed { peer, reason } => tell.send_modify(|all| all.note(peer, Some(Err(reason)))),
                    Event::Response { token, bytes, .. } => ended.ended(token, Ok(bytes)),
                    Event::RequestFailed { token, reason, .. } => ended.ended(token, Err(reason)),
                    // We are no community: what is said to one is not for us.
                    Event::Request { id, .. } => drop(drops.send(Command::Drop { id })),
                    Event::Listening { .. } | Event::Discovered { .. } | Event::Gossip { .. } => {}
                }
            }
        });
        Ok(Self { network, line, present })
    }

    async fn connect(&self, keeper: &PeerAddress) -> Result<(), Fault> {
        let dial = Command::Dial { peer: keeper.peer, addresses: vec![keeper.address.clone()] };
        self.network.send(dial).map_err(|_| Fault::Away)?;
        let mut present = self.present.clone();
        let known = present.wait_for(|all| all.0.contains_key(&keeper.peer));
        match tokio::time::timeout(CONNECT_WITHIN, known).await {
            Ok(Ok(all)) => all.0.get(&keeper.peer).copied().unwrap_or(Ok(())).map_err(Fault::Dial),
            _ => Err(Fault::Away),
        }
    }

    /// Proves to a keeper whose copies are asked for, and hears what it holds.
    async fn claim(&self, keeper: &PeerAddress, root: &Root) -> Result<Kept, Fault> {
        self.connect(keeper).await?;
        let community = root.community();
        let Told::Nonce { nonce } = self.line.ask(keeper.peer, Ask::Knock { community }).await? else {
            return Err(LineError::Unexpected.into());
        };
        let (there, here) = (PublicKey(keeper.peer.0), PublicKey(self.line.local().0));
        let claim = Claim { v: escrow::VERSION, community, keeper: there, asker: here, nonce };
        match self.line.ask(keeper.peer, Ask::Claim(Box::new(root.claim(claim)))).await? {
            Told::Holding { kept: Some(kept), .. } => {
                kept.check(&community)?;
                Ok(*kept)
            }
            _ => Err(LineError::Unexpected.into()),
        }
    }

    /// Takes every piece of a copy into a directory, each checked. Each of its bytes is a step of the `work`.
    async fn take(
        &self,
        keeper: &PeerAddress,
        inventory: &Inventory,
        into: &Path,
        work: &mut progress::Piece,
    ) -> Result<(), Taken> {
        for (index, piece) in inventory.pieces.iter().enumerate() {
            let mut bytes = Vec::new();
            while (bytes.len() as u64) < piece.bytes {
                let ask = Ask::Take { index: index as u64, from: bytes.len() as u64 };
                let told = self.line.ask(keeper.peer, ask).await.map_err(Fault::from)?;
                let Told::Part(part) = told else { return Err(Fault::from(LineError::Unexpected).into()) };
                work.advance(part.0.len() as u64);
                bytes.extend(part.0);
            }
            if bytes.len() as u64 != piece.bytes || Digest(Sha256::digest(&bytes).into()) != piece.sha256 {
                return Err(Fault::Piece(index + 1).into());
            }
            files::write_new(&file_of(into, index), &[&bytes]).map_err(BackupError::from)?;
        }
        Ok(())
    }
}

fn file_of(into: &Path, index: usize) -> PathBuf {
    into.join(format!("piece-{index}"))
}

/// A partner's fault, or ours.
enum Taken {
    Theirs(Fault),
    Ours(BackupError),
}

impl From<Fault> for Taken {
    fn from(fault: Fault) -> Self {
        Self::Theirs(fault)
    }
}

impl From<BackupError> for Taken {
    fn from(error: BackupError) -> Self {
        if of_the_copy(&error) { Self::Theirs(Fault::Judged(error)) } else { Self::Ours(error) }
    }
}

/// Whether the copy is at fault, and another partner's may be better.
fn of_the_copy(error: &BackupError) -> bool {
    matches!(
        error,
        BackupError::NotABackup
            | BackupError::WrongWords
            | BackupError::OtherCommunity { .. }
            | BackupError::NewerFormat { .. }
            | BackupError::CutShort
            | BackupError::Changed(_)
            | BackupError::Member { .. }
            | BackupError::Mismatch { .. }
            | BackupError::Unsound(_)
            | BackupError::Rule(_)
    )
}

/// Restores a community into `dir`, which must not exist or be empty, from the newest copy that any of the partners at
/// `addresses` gives whole. What comes is judged and restored as a backup's file is. Whatever goes wrong, `dir` is then as
/// it was.
///
/// # Errors
/// [`FetchError`].
pub fn restore(addresses: &[String], dir: &Path, root: &Root, now: Timestamp) -> Result<Fetched, FetchError> {
    let keepers = keepers(addresses)?;
    backup::check_empty(dir)?;
    let sought = seek(&keepers, dir, root, &Progress::default(), |file| backup::restore(file, dir, root, now))?;
    let (verified, restored) = sought.made;
    Ok(Fetched { verified, restored, from: sought.from, heard: sought.heard })
}

/// Fetches the newest copy that any of the partners at `addresses` gives whole into the file `to`, as a backup, and judges
/// it. A file that is there is replaced. Tells how far it is, as soon as a partner was found that has one.
///
/// # Errors
/// [`FetchError`].
pub fn fetch(addresses: &[String], to: &Path, root: &Root, progress: &Progress) -> Result<Verified, FetchError> {
    let sought = seek(&keepers(addresses)?, to, root, progress, |file| {
        let verified = backup::verify_telling(file, root, progress)?;
        std::fs::rename(file, to).map_err(BackupError::file("make", to))?;
        Ok(verified)
    })?;
    Ok(sought.made)
}

/// Checks addresses before anybody is asked.
///
/// # Errors
/// [`FetchError::Address`] for the first that is none.
pub fn check_addresses(addresses: &[String]) -> Result<(), FetchError> {
    keepers(addresses).map(drop)
}

fn keepers(addresses: &[String]) -> Result<Vec<PeerAddress>, FetchError> {
    let keeper = |address: &String| {
        addresses::peer_address(address).map_err(|reason| FetchError::Address { address: address.clone(), reason })
    };
    addresses.iter().map(keeper).collect()
}

/// What came of a search.
struct Sought<T> {
    made: T,
    from: String,
    heard: Vec<Heard>,
}

/// Asks each keeper what it holds, and makes something of the newest copy that is good. The work is done beside `place`.
fn seek<T>(
    keepers: &[PeerAddress],
    place: &Path,
    root: &Root,
    progress: &Progress,
    make: impl Fn(&Path) -> Result<T, BackupError>,
) -> Result<Sought<T>, FetchError> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    let caller = runtime.block_on(Caller::start())?;
    let mut heard: Vec<Heard> = Vec::new();
    let mut copies: Vec<(usize, Kept)> = Vec::new();
    for keeper in keepers {
        let mut one = Heard { address: keeper.to_string(), made_at: None, problem: None, why: None };
        match runtime.block_on(caller.claim(keeper, root)) {
            Ok(kept) => {
                one.made_at = Some(kept.inventory.content.made_at);
                copies.push((heard.len(), kept));
            }
            Err(fault) => one.fail(&fault),
        }
        heard.push(one);
    }
    copies.sort_by_key(|(_, kept)| std::cmp::Reverse(kept.rank()));
    for (n, kept) in copies {
        let beside = backup::Beside::create(place)?;
        let inventory = &kept.inventory.content;
        let mut work = progress.begin(inventory.bytes());
        // Stands for the judgement until that begins, so that nothing seems to go back.
        let judging = progress.begin(inventory.bytes());
        let taken = runtime.block_on(caller.take(&keepers[n], inventory, &beside.path, &mut work));
        let file = beside.path.join("copy.age");
        let whole = taken.and_then(|()| put_together(inventory, &beside.path, &file, root));
        drop(judging);
        match whole.and_then(|()| Ok(make(&file)?)) {
            Ok(made) => return Ok(Sought { made, from: heard[n].address.clone(), heard }),
            Err(Taken::Ours(error)) => return Err(error.into()),
            Err(Taken::Theirs(fault)) => heard[n].fail(&fault),
        }
    }
    Err(FetchError::None(heard))
}

/// Makes a backup of the pieces.
fn put_together(inventory: &Inventory, pieces: &Path, file: &Path, root: &Root) -> Result<(), Taken> {
    let mut left = inventory.pieces.iter().enumerate();
    pieces::join(root, file, &mut || {
        let Some((index, piece)) = left.next() else { return Ok(None) };
        Ok(files::read_bounded(&file_of(pieces, index), "a piece", piece.bytes)?)
    })?;
    Ok(())
}
