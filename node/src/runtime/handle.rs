//! The one way by which pages, API and import reach the core.

use super::{
    book::Book,
    checkpoints::Checkpoints,
    clerk::Job,
    desk::Desk,
    office::{CopiesFull, FileFull, Office, PostRoom},
    personal::Names,
    shelves::Summaries,
    verifier::{Judged, Work},
};
use crate::{backup::Keeper, escrow::Vault, network::NetworkCounters, progress::Progress, store::People};
use kith_protocol::{
    id::{CommunityId, Digest, MemberId, RequestId},
    key::KeyCache,
    ledger::{Agreeable, Agreed, Asked, Consent, checkpoint::Checkpoint},
    machine::{Command, Machine, Reply, View as _},
    member::Role,
    rejection::Rejection,
};
use std::{
    path::Path,
    sync::{
        Arc, Mutex, PoisonError,
        mpsc::{SyncSender, TrySendError},
    },
};
use thiserror::Error;
use tokio::sync::{Notify, Semaphore, oneshot, watch};

/// Why something was not done.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Refused {
    /// A rule said no.
    #[error(transparent)]
    Rule(#[from] Rejection),
    /// Too much at once.
    #[error("the node is busy; try again in a moment")]
    Busy,
    /// The node is going down.
    #[error("the node is stopping; try again when it is back")]
    Stopping,
    /// This copy was handed over to another.
    #[error("this copy of the community was handed over and takes nothing in any more; go to the new one")]
    Retired,
    /// No checkpoint can be shown.
    #[error("{0}")]
    Checkpoint(String),
    /// Personal data could not be kept.
    #[error("{0}")]
    People(String),
    /// Enough partners keep copies, or copies are kept for enough partners.
    #[error(transparent)]
    Copies(#[from] CopiesFull),
    /// A member's file takes no more of a kind.
    #[error(transparent)]
    Full(#[from] FileFull),
}

/// A client's request id and the hash of what it asks.
pub type Request = Option<(RequestId, Digest)>;

/// What a command led to arrives here.
pub type Answer = oneshot::Sender<Result<Reply, Refused>>;

/// Cheap to clone; all clones reach the same clerk.
#[derive(Clone)]
pub struct Handle {
    pub(super) community: CommunityId,
    pub(super) clerk: SyncSender<Job>,
    pub(super) verifier: SyncSender<Work>,
    pub(super) keys: Arc<Mutex<KeyCache>>,
    pub(super) people: Arc<People>,
    pub(super) desk: Arc<Desk>,
    pub(super) names: Arc<Names>,
    pub(super) office: Arc<Office>,
    pub(super) post: Arc<PostRoom>,
    pub(super) ids: Arc<[u8; 32]>,
    pub(super) checkpoints: Checkpoints,
    pub(super) changes: watch::Receiver<u64>,
    /// Whether whoever waits for news is to go home.
    pub(super) hush: Arc<watch::Sender<bool>>,
    pub(super) counters: Arc<super::counters::Counters>,
    pub(super) network: Option<Arc<NetworkCounters>>,
    /// The coordinator who records what no other is named for, as found last.
    pub(super) coordinator: Arc<Mutex<Option<MemberId>>>,
    pub(super) shelves: Summaries,
    /// Room for exports that run at once.
    pub(super) exports: Arc<Semaphore>,
    /// How far those are that take everything along.
    pub(super) taking: Progress,
    pub(super) keeper: Arc<Keeper>,
    pub(super) vault: Arc<Vault>,
    /// Spoken to when the node is to start again.
    pub(super) again: Arc<Notify>,
    /// Its directory. The last field: when it is dropped, all before it are.
    pub(super) home: Arc<Path>,
}

impl Handle {
    /// Whose node it is.
    #[must_use]
    pub fn community(&self) -> CommunityId {
        self.community
    }

    /// Asks the machine to do something and waits until it is durable.
    ///
    /// # Errors
    /// [`Refused`]: nothing was done.
    pub async fn command(&self, request: Request, command: Command) -> Result<Reply, Refused> {
        let roles_change = match &command {
            Command::Admit { role, .. } => *role == Role::Coordinator,
            Command::Leave { .. } | Command::SetRole { .. } => true,
            _ => false,
        };
        let (answer, wait) = oneshot::channel();
        self.give(Job::Command { request, command, answer })?;
        let led = wait.await.unwrap_or(Err(Refused::Stopping));
        self.doubt_coordinator(roles_change, &led);
        led
    }

    /// Forgets the coordinator found last when roles changed, or when the rules no longer take their word.
    fn doubt_coordinator(&self, roles_change: bool, led: &Result<Reply, Refused>) {
        let mut found = self.coordinator.lock().unwrap_or_else(PoisonError::into_inner);
        let refused = match led {
            Err(Refused::Rule(Rejection::NotCoordinator(id) | Rejection::MemberLeft(id))) => Some(*id) == *found,
            _ => false,
        };
        if roles_change || refused {
            *found = None;
        }
    }

    /// The first coordinator by id, who records what no other is named for.
    ///
    /// # Errors
    /// [`Refused::Busy`] or [`Refused::Stopping`].
    pub async fn coordinator(&self) -> Result<MemberId, Refused> {
        let known = *self.coordinator.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = known {
            return Ok(known);
        }
        let coordinates = |machine: &Machine, _: &Book| {
            let mut members = machine.state().ledger().members().iter();
            members.find(|(_, m)| m.active && m.role == Role::Coordinator).map(|(id, _)| *id)
        };
        // The rules keep the last coordinator, so only a community that was never founded has none.
        let found = self.look(coordinates).await?.ok_or(Rejection::Founding)?;
        *self.coordinator.lock().unwrap_or_else(PoisonError::into_inner) = Some(found);
        Ok(found)
    }

    /// What an earlier request with the same id led to, for callers that look at things before they ask.
    ///
    /// # Errors
    /// [`Rejection::RequestReused`] when it asked for something else.
    pub async fn earlier(&self, request: Request) -> Result<Option<Reply>, Refused> {
        let Some((id, digest)) = request else { return Ok(None) };
        match self.look(move |_, book| book.answered(&id)).await? {
            None => Ok(None),
            Some((asked, reply)) if asked == digest => Ok(Some(reply)),
            Some(_) => Err(Refused::Rule(Rejection::RequestReused)),
        }
    }

    /// The same for terms that members agreed to; signatures are checked together with those of other requests.
    ///
    /// # Errors
    /// [`Refused`]: nothing was done.
    pub async fn agreed<T, F>(
        &self,
        request: Request,
        terms: T,
        consents: Vec<Option<Consent>>,
        command: F,
    ) -> Result<Reply, Refused>
    where
        T: Agreeable + Send + 'static,
        F: FnOnce(Agreed<T>) -> Command + Send + 'static,
    {
        let asked = {
            let mut keys = self.keys.lock().unwrap_or_else(PoisonError::into_inner);
            Asked::new(terms, consents, &mut keys)?
        };
        if asked.claims().is_empty() {
            return self.command(request, command(asked.judge()?)).await;
        }
        let (answer, wait) = oneshot::channel();
        let work = Work { request, judged: Judged::new(asked, command), answer };
        self.verifier.try_send(work).map_err(|full| match full {
            TrySendError::Full(_) => Refused::Busy,
            TrySendError::Disconnected(_) => Refused::Stopping,
        })?;
        let led = wait.await.unwrap_or(Err(Refused::Stopping));
        self.doubt_coordinator(false, &led);
        led
    }

    /// Looks at the machine and its book, between two commits. Keep it short: nothing else happens meanwhile.
    ///
    /// # Errors
    /// [`Refused::Busy`] or [`Refused::Stopping`].
    pub async fn look<R, F>(&self, look: F) -> Result<R, Refused>
    where
        R: Send + 'static,
        F: FnOnce(&Machine, &Book) -> R + Send + 'static,
    {
        let (answer, wait) = oneshot::channel();
        let job = move |machine: &Machine, book: &Book| {
            // Whoever asked may have gone away meanwhile.
            let _ = answer.send(look(machine, book));
        };
        self.give(Job::Look(Box::new(job)))?;
        wait.await.map_err(|_| Refused::Stopping)
    }

    pub(super) fn give(&self, job: Job) -> Result<(), Refused> {
        self.clerk.try_send(job).map_err(|full| match full {
            TrySendError::Full(_) => Refused::Busy,
            TrySendError::Disconnected(_) => Refused::Stopping,
        })
    }

    /// The signed checkpoint over everything durable, and its C2SP note; compared and swapped on disk first.
    ///
    /// # Errors
    /// [`Refused::Checkpoint`] when the disk or another copy of the node stands in the way.
    pub async fn checkpoint(&self) -> Result<(Checkpoint, String), Refused> {
        let checkpoints = self.checkpoints.clone();
        let signed = self.look(move |machine, _| checkpoints.sign(machine)).await?;
        signed.map_err(|why| Refused::Checkpoint(why.to_string()))
    }

    /// Names and contacts of members, apart from the ledger.
    #[must_use]
    pub fn people(&self) -> &Arc<People> {
        &self.people
    }

    /// Whoever makes this node's backups.
    #[must_use]
    pub fn keeper(&self) -> &Arc<Keeper> {
        &self.keeper
    }

    /// How far the exports of everything are that are being made.
    #[must_use]
    pub fn taking(&self) -> &Progress {
        &self.taking
    }

    /// Copies at partners, and those kept here for them.
    #[must_use]
    pub fn vault(&self) -> &Arc<Vault> {
        &self.vault
    }

    /// An id that belongs to a client's request: the same request always gets the same one, and nobody can foresee it.
    #[must_use]
    pub fn id_for(&self, request: &RequestId, what: &str) -> [u8; 16] {
        let digest = Digest::of("kith/v1/id", &[&self.ids[..], request.as_bytes(), what.as_bytes()]);
        let (id, _) = digest.0.split_first_chunk::<16>().expect("a digest has 32 bytes");
        *id
    }

    /// A number that grows whenever something is recorded and whenever a partner comes or goes, for pages that refresh themselves.
    #[must_use]
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.changes.clone()
    }

    /// What was counted since the start.
    #[must_use]
    pub fn counters(&self) -> &super::counters::Counters {
        &self.counters
    }

    /// What the network counted since the start.
    #[must_use]
    pub fn network(&self) -> Option<&NetworkCounters> {
        self.network.as_deref()
    }
}
