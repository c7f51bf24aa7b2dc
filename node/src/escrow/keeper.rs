//! Keeping copies for partners: taking them, and handing them out to whoever has the recovery words, while the people here
//! are asleep. One thread does it, so that neither the network nor the clerk waits for the disk.

use super::vault::Vault;
use crate::{
    network::{Command, PeerKey, RequestId},
    runtime::{Handle, clock, home},
    store::{self, StoreError},
};
use kith_protocol::{
    codec,
    envelope::Unverified,
    escrow::{self, Answer, Ask, Claim, Inventory, Kept, MAX_KEPT_BYTES, MAX_PART_BYTES, Question, Told, check_claim},
    id::CommunityId,
    key::PublicKey,
    machine::Peer,
    time::{Span, Timestamp},
};
use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    sync::{Arc, mpsc::Receiver},
};

/// How many questions may wait: a few from each connection, one from each that behaves.
pub(crate) const QUEUE: usize = 64;
/// How many may be about to claim copies at once: a town's communities, restored on one day.
const MAX_SESSIONS: usize = 32;
/// How long what was claimed may be taken: the largest copy over a slow line.
const SESSION: Span = Span::seconds(6 * 3_600);
/// For what time the limits below count.
const WINDOW: Span = Span::seconds(3_600);
/// How often anybody may begin to claim: each is one signature to check.
const MAX_KNOCKS: usize = 60;
/// How often one community's copies may be claimed: a restore that is tried again and again.
const MAX_CLAIMS: usize = 12;

/// What the keeper hears.
pub(crate) enum Asked {
    /// A question of a peer, which waits for its answer.
    Question {
        /// Whose.
        peer: Peer,
        /// To answer with.
        id: RequestId,
        /// What it says.
        bytes: Vec<u8>,
    },
    /// A peer went away.
    Gone {
        /// Which.
        peer: Peer,
    },
}

/// Somebody who wants to claim copies, or has.
struct Session {
    community: CommunityId,
    /// To be signed; none once it was.
    nonce: Option<[u8; 16]>,
    /// The copy that may be taken, once it was claimed.
    granted: Option<Inventory>,
    since: Timestamp,
}

/// A copy that is coming.
struct Coming {
    kept: Kept,
    /// Up to here all pieces are whole.
    next: usize,
}

/// Counts what happened lately.
#[derive(Default)]
struct Lately(VecDeque<Timestamp>);

impl Lately {
    /// Whether it may happen once more, which then counts.
    fn allows(&mut self, most: usize, now: Timestamp) -> bool {
        // A clock that was set back must not block for longer.
        while self.0.front().is_some_and(|at| now.since(*at) >= WINDOW || *at > now) {
            self.0.pop_front();
        }
        let fine = self.0.len() < most;
        if fine {
            self.0.push_back(now);
        }
        fine
    }
}

/// Why a question is not answered with what was asked.
enum No {
    Code(&'static str),
    Disk(StoreError),
}

impl From<StoreError> for No {
    fn from(error: StoreError) -> Self {
        Self::Disk(error)
    }
}

struct Keeper {
    handle: Handle,
    vault: Arc<Vault>,
    runtime: tokio::runtime::Handle,
    coming: BTreeMap<CommunityId, Coming>,
    sessions: BTreeMap<Peer, Session>,
    knocks: Lately,
    claims: BTreeMap<CommunityId, Lately>,
}

/// Starts the keeper's thread. It ends when nobody is left who could ask. To be called within a tokio runtime.
///
/// # Errors
/// The system gives no thread.
pub(crate) fn keep(questions: Receiver<Asked>, handle: Handle) -> std::io::Result<()> {
    let runtime = tokio::runtime::Handle::current();
    std::thread::Builder::new().name("kith-escrow".into()).spawn(move || {
        let vault = Arc::clone(handle.vault());
        let (coming, sessions, claims) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        let mut keeper = Keeper { handle, vault, runtime, coming, sessions, knocks: Lately::default(), claims };
        for asked in questions {
            match asked {
                Asked::Gone { peer } => drop(keeper.sessions.remove(&peer)),
                Asked::Question { peer, id, bytes } => {
                    let told = keeper.answer(peer, &bytes, clock::now());
                    let command = match told {
                        Some(escrow) => Command::Respond { id, bytes: codec::encode(&Answer { escrow }) },
                        None => Command::Drop { id },
                    };
                    // With a full queue the peer waits in vain, and asks again.
                    let _ = keeper.vault.line().tell(command);
                }
            }
        }
    })?;
    Ok(())
}

impl Keeper {
    fn answer(&mut self, peer: Peer, bytes: &[u8], now: Timestamp) -> Option<Told> {
        let ask = Question::decode(bytes).ok()?.escrow;
        let told = match ask {
            Ask::Knock { community } => self.knock(peer, community, now),
            Ask::Claim(claim) => self.claim(peer, &claim, now),
            Ask::Take { index, from } => self.take(peer, index, from, now),
            Ask::Look | Ask::Offer(_) | Ask::Put { .. } | Ask::Release => self.partner(peer, ask),
        };
        Some(told.unwrap_or_else(|no| {
            let code = match no {
                No::Code(code) => code,
                No::Disk(error) => {
                    tracing::warn!(%error, "a partner's copy could not be kept or read");
                    if matches!(error, StoreError::DiskFull { .. }) { "disk-full" } else { "disk" }
                }
            };
            Told::Refused { code: code.into() }
        }))
    }

    /// A partner asks, on a connection on which it said who it is.
    fn partner(&mut self, peer: Peer, ask: Ask) -> Result<Told, No> {
        let who = self.handle.look(move |machine, _| {
            machine.who_is(&peer).filter(|who| machine.state().ledger().partner_of(who).is_some())
        });
        let who = self.runtime.block_on(who).map_err(|_| No::Code("busy"))?;
        let owner = who.ok_or(No::Code("not-a-partner"))?;
        if matches!(ask, Ask::Release) {
            self.coming.remove(&owner);
            self.vault.remove(&owner)?;
            return Ok(Told::Released);
        }
        let agreed = self.runtime.block_on(self.handle.copies_with(owner)).map_err(|_| No::Code("busy"))?;
        if !agreed.we_keep {
            self.coming.remove(&owner);
            let refused = Err(No::Code("not-kept"));
            let look = Ok(Told::Holding { keeps: false, room: MAX_KEPT_BYTES, kept: None });
            return if matches!(ask, Ask::Look) { look } else { refused };
        }
        match ask {
            Ask::Offer(kept) => self.offer(owner, *kept),
            Ask::Put { index, from, part } => self.put(owner, index, from, &part.0),
            _ => {
                let kept = self.held(&owner)?.map(Box::new);
                Ok(Told::Holding { keeps: true, room: MAX_KEPT_BYTES, kept })
            }
        }
    }

    /// The copy of an owner that is whole.
    fn held(&self, owner: &CommunityId) -> Result<Option<Kept>, No> {
        let bytes = self.vault.kept().inventory(&owner.0)?;
        Ok(bytes.and_then(|bytes| codec::decode_own::<Kept>(&bytes).ok()))
    }

    fn offer(&mut self, owner: CommunityId, kept: Kept) -> Result<Told, No> {
        kept.check(&owner).map_err(|_| No::Code("bad-copy"))?;
        let held = self.held(&owner)?;
        if held.as_ref() == Some(&kept) {
            return Ok(Told::Whole);
        }
        if held.as_ref().is_some_and(|held| held.rank() >= kept.rank()) {
            return Err(No::Code("older-copy"));
        }
        let mut named = names(&kept.inventory.content);
        named.extend(held.iter().flat_map(|held| names(&held.inventory.content)));
        self.vault.kept().begin(&owner.0, &codec::encode(&kept), &named)?;
        self.coming.insert(owner, Coming { kept, next: 0 });
        self.wanted(owner)
    }

    fn put(&mut self, owner: CommunityId, index: u64, from: u64, part: &[u8]) -> Result<Told, No> {
        let coming = self.coming.get(&owner).ok_or(No::Code("offer-first"))?;
        // Only what is missing next is taken; anything else is answered with what that is.
        if index == coming.next as u64
            && let Some(piece) = coming.kept.inventory.content.pieces.get(coming.next)
        {
            let kept = self.vault.kept();
            if kept.has(&owner.0, &piece.sha256.0, piece.bytes)? == store::Part::Some(from)
                && from.saturating_add(part.len() as u64) <= piece.bytes
            {
                kept.add(&owner.0, &piece.sha256.0, piece.bytes, part)?;
            }
        }
        self.wanted(owner)
    }

    /// What is missing next. When nothing is, the copy takes the place of the one before.
    fn wanted(&mut self, owner: CommunityId) -> Result<Told, No> {
        let coming = self.coming.get_mut(&owner).ok_or(No::Code("offer-first"))?;
        let inventory = &coming.kept.inventory.content;
        let kept = self.vault.kept();
        while let Some(piece) = inventory.pieces.get(coming.next) {
            match kept.has(&owner.0, &piece.sha256.0, piece.bytes)? {
                store::Part::Whole => coming.next += 1,
                store::Part::Some(from) => return Ok(Told::Wanted { index: coming.next as u64, from }),
            }
        }
        kept.finish(&owner.0, &names(inventory))?;
        drop(kept);
        self.coming.remove(&owner);
        Ok(Told::Whole)
    }

    /// Anybody may knock: whether there is a copy is told only to whoever has the root key.
    fn knock(&mut self, peer: Peer, community: CommunityId, now: Timestamp) -> Result<Told, No> {
        if !self.knocks.allows(MAX_KNOCKS, now) {
            return Err(No::Code("too-often"));
        }
        self.sessions.retain(|_, session| now.since(session.since) < SESSION);
        if self.sessions.len() >= MAX_SESSIONS {
            // Those that only knocked make room for those that come.
            let idle = self.sessions.iter().filter(|(_, session)| session.granted.is_none());
            let oldest = idle.min_by_key(|(_, session)| session.since).map(|(peer, _)| *peer);
            self.sessions.remove(&oldest.ok_or(No::Code("busy"))?);
        }
        let nonce = home::random().map_err(|_| No::Code("busy"))?;
        self.sessions.insert(peer, Session { community, nonce: Some(nonce), granted: None, since: now });
        Ok(Told::Nonce { nonce })
    }

    fn claim(&mut self, peer: Peer, claim: &Unverified<Claim>, now: Timestamp) -> Result<Told, No> {
        let session = self.sessions.get_mut(&peer).ok_or(No::Code("knock-first"))?;
        let (community, nonce) = (session.community, session.nonce.take().ok_or(No::Code("knock-first"))?);
        let keeper = PublicKey(self.vault.line().local().0);
        let awaited = Claim { v: escrow::VERSION, community, keeper, asker: PublicKey(key(peer).0), nonce };
        check_claim(claim, &awaited).map_err(|_| No::Code("bad-claim"))?;
        let kept = self.held(&community)?.ok_or(No::Code("no-copies"))?;
        // Only those of whom copies are kept get so far: the list cannot grow.
        if !self.claims.entry(community).or_default().allows(MAX_CLAIMS, now) {
            return Err(No::Code("too-often"));
        }
        tracing::warn!("the copies kept for a partner were asked for with its recovery words, and are handed out");
        let noted = self.runtime.block_on(self.handle.copies_claimed(community, now));
        if let Err(error) = noted {
            tracing::warn!(%error, "that copies were handed out could not be written down for the coordinators");
        }
        if let Some(session) = self.sessions.get_mut(&peer) {
            session.granted = Some(kept.inventory.content.clone());
        }
        Ok(Told::Holding { keeps: true, room: MAX_KEPT_BYTES, kept: Some(Box::new(kept)) })
    }

    fn take(&self, peer: Peer, index: u64, from: u64, now: Timestamp) -> Result<Told, No> {
        let session = self.sessions.get(&peer).filter(|session| now.since(session.since) < SESSION);
        let session = session.ok_or(No::Code("knock-first"))?;
        let inventory = session.granted.as_ref().ok_or(No::Code("knock-first"))?;
        let index = usize::try_from(index).unwrap_or(usize::MAX);
        let piece = inventory.pieces.get(index).filter(|piece| from < piece.bytes).ok_or(No::Code("no-piece"))?;
        let read = self.vault.kept().read(&session.community.0, &piece.sha256.0, from, MAX_PART_BYTES)?;
        let part = read.filter(|part| !part.is_empty()).ok_or(No::Code("no-piece"))?;
        Ok(Told::Part(escrow::Part(part)))
    }
}

fn key(peer: Peer) -> PeerKey {
    PeerKey(peer.0)
}

fn names(inventory: &Inventory) -> BTreeSet<[u8; 32]> {
    inventory.pieces.iter().map(|piece| piece.sha256.0).collect()
}

#[cfg(test)]
mod tests;
