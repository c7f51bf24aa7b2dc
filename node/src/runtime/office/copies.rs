//! What was agreed with partners on copies, and how it stands. See [`crate::escrow`].

use super::{Copies, Handle, Paper, PaperId, Refused, Room, Timestamp, clock, derived};
use crate::{
    escrow::{COPY_OVERDUE_AFTER, Sent, Standing},
    network::{PeerKey, addresses},
    runtime::shelves::name_of,
    store::StoreError,
};
use kith_protocol::{
    escrow::{MAX_KEEPERS, MAX_OWNERS},
    id::CommunityId,
    machine::Machine,
};
use std::sync::Arc;
use thiserror::Error;

/// How many of the times are remembered at which copies were asked for.
const CLAIMS_KEPT: usize = 5;

/// Why nothing more is agreed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum CopiesFull {
    /// [`MAX_KEEPERS`] partners keep ours.
    #[error("{MAX_KEEPERS} partners keep copies of this community already; end it with one of them first")]
    Keepers,
    /// We keep those of [`MAX_OWNERS`].
    #[error("copies of {MAX_OWNERS} partners are kept here already; end it with one of them first")]
    Owners,
}

impl CopiesFull {
    /// The stable code by which programs know it.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Keepers => "too-many-keepers",
            Self::Owners => "too-many-owners",
        }
    }
}

/// How it stands with copies between us and a partner.
#[derive(Debug, Clone)]
pub struct Stand {
    /// What was agreed.
    pub copies: Copies,
    /// The partner's name, as far as it is known.
    pub name: Option<String>,
    /// Whether its node is connected.
    pub connected: bool,
    /// Where it is found, as multiaddrs with `/p2p`: what a restore asks for.
    pub addresses: Vec<String>,
    /// What is kept here for it.
    pub theirs: Option<Sent>,
    /// How far our copies have got there.
    pub ours: Standing,
    /// Whether it should hold a newer copy of ours.
    pub overdue: bool,
}

fn copies_id(partner: &CommunityId) -> PaperId {
    derived("kith/v1/copies", &[&partner.0])
}

fn copies(room: &Room<'_>, partner: CommunityId) -> Copies {
    match room.papers.get(&copies_id(&partner)) {
        Some(Paper::Copies(copies)) => copies.clone(),
        _ => Copies::none(partner),
    }
}

fn switched(room: &mut Room<'_>, change: Switch, now: Timestamp) -> Result<Result<Copies, CopiesFull>, StoreError> {
    let before = copies(room, change.partner);
    let others = room.papers.values().filter_map(|paper| match paper {
        Paper::Copies(copies) if copies.partner != change.partner => Some((copies.we_keep, copies.they_keep)),
        _ => None,
    });
    let (kept, keepers) =
        others.fold((0, 0), |(kept, keepers), (we, they)| (kept + usize::from(we), keepers + usize::from(they)));
    let we_keep = change.we_keep.unwrap_or(before.we_keep);
    let they_keep = change.they_keep.unwrap_or(before.they_keep);
    if they_keep && keepers >= MAX_KEEPERS {
        return Ok(Err(CopiesFull::Keepers));
    }
    if we_keep && kept >= MAX_OWNERS {
        return Ok(Err(CopiesFull::Owners));
    }
    let since = if they_keep && !before.they_keep { now } else { before.since };
    let release = !they_keep && (before.they_keep || before.release);
    let after = Copies { we_keep, they_keep, since, release, ..before };
    room.put(copies_id(&change.partner), Paper::Copies(after.clone()))?;
    Ok(Ok(after))
}

/// What is to be agreed; what is none stays as it is.
#[derive(Debug, Clone, Copy)]
struct Switch {
    partner: CommunityId,
    we_keep: Option<bool>,
    they_keep: Option<bool>,
}

/// What is known of a partner's node.
fn seen(machine: &Machine, partner: &CommunityId) -> (Option<String>, bool, Vec<String>) {
    let known = machine.known().get(partner).and_then(|known| known.card.as_ref());
    let card = known.or_else(|| machine.state().partner_cards().get(partner));
    let whole = |address: &String| addresses::join(address, &PeerKey(card?.transport.0)).ok();
    let addresses = card.map(|card| card.addresses.iter().filter_map(whole).collect()).unwrap_or_default();
    (name_of(machine, partner), machine.connected(partner), addresses)
}

impl Handle {
    /// What was agreed on copies, with every partner with whom anything ever was.
    ///
    /// # Errors
    /// The disk.
    pub async fn all_copies(&self) -> Result<Vec<Copies>, Refused> {
        let found = self.papers(|paper| match paper {
            Paper::Copies(copies) => Some(copies.clone()),
            _ => None,
        });
        Ok(found.await?.into_iter().map(|(_, copies)| copies).collect())
    }

    /// What was agreed on copies with one partner.
    ///
    /// # Errors
    /// The disk.
    pub async fn copies_with(&self, partner: CommunityId) -> Result<Copies, Refused> {
        self.office_work(move |room| Ok(copies(room, partner))).await
    }

    /// Agrees with a partner on copies, or no longer. What is none stays as it is. When we keep none for it any longer,
    /// those that are here are removed.
    ///
    /// # Errors
    /// The disk, or [`Refused::Copies`].
    pub async fn switch_copies(
        &self,
        partner: CommunityId,
        we_keep: Option<bool>,
        they_keep: Option<bool>,
    ) -> Result<Copies, Refused> {
        let (change, now) = (Switch { partner, we_keep, they_keep }, clock::now());
        let vault = Arc::clone(self.vault());
        let led = self.office_work(move |room| {
            let led = switched(room, change, now)?;
            if let Ok(copies) = &led
                && !copies.we_keep
            {
                vault.remove(&partner)?;
            }
            Ok(led)
        });
        let agreed = led.await??;
        self.vault().wake();
        Ok(agreed)
    }

    /// A partner was told that it need not keep our copies any longer.
    ///
    /// # Errors
    /// The disk.
    pub async fn copies_released(&self, partner: CommunityId) -> Result<(), Refused> {
        self.office_work(move |room| {
            let released = Copies { release: false, ..copies(room, partner) };
            room.put(copies_id(&partner), Paper::Copies(released))
        })
        .await
    }

    /// A partner's copies were asked for with its recovery words.
    ///
    /// # Errors
    /// The disk.
    pub async fn copies_claimed(&self, partner: CommunityId, at: Timestamp) -> Result<(), Refused> {
        self.office_work(move |room| {
            let mut known = copies(room, partner);
            known.claimed.push(at);
            known.claimed.drain(..known.claimed.len().saturating_sub(CLAIMS_KEPT));
            room.put(copies_id(&partner), Paper::Copies(known))
        })
        .await
    }

    /// How it stands with copies between us and a partner.
    ///
    /// # Errors
    /// The disk, [`Refused::Busy`] or [`Refused::Stopping`].
    pub async fn copies_stand(&self, partner: CommunityId) -> Result<Stand, Refused> {
        let now = clock::now();
        let vault = Arc::clone(self.vault());
        let kept = self.office_work(move |room| Ok((copies(room, partner), vault.kept_for(&partner)?)));
        let (copies, theirs) = kept.await?;
        let (name, connected, addresses) = self.look(move |machine, _| seen(machine, &partner)).await?;
        let ours = self.vault().standing(&partner);
        let last = ours.sent.map_or(copies.since, |sent| sent.at.max(copies.since));
        let overdue = copies.they_keep && now.since(last) >= COPY_OVERDUE_AFTER;
        Ok(Stand { copies, name, connected, addresses, theirs, ours, overdue })
    }

    /// How it stands with every partner with whom anything is agreed.
    ///
    /// # Errors
    /// Those of [`Handle::copies_stand`].
    pub async fn all_stands(&self) -> Result<Vec<Stand>, Refused> {
        let mut stands = Vec::new();
        for copies in self.all_copies().await? {
            if copies.we_keep || copies.they_keep {
                stands.push(self.copies_stand(copies.partner).await?);
            }
        }
        Ok(stands)
    }
}
