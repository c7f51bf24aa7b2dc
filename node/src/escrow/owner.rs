//! Sending our copies to the partners that keep them: when something changed, when they are there, and on from where it ended.

use super::{
    line::LineError,
    vault::{Sent, Vault},
};
use crate::{
    backup::{self, BackupError, Source, pieces, pieces::Pieces},
    network::PeerKey,
    progress::Progress,
    runtime::{Handle, Refused, clock, office::Copies},
};
use kith_protocol::{
    escrow::{Ask, Kept, MAX_PART_BYTES, Part, Told},
    id::CommunityId,
    time::{Span, Timestamp},
};
use std::{collections::BTreeMap, sync::Arc, time::Duration};
use thiserror::Error;

/// How often it is looked whether there is something to send.
const LOOK_EVERY: Duration = Duration::from_secs(60);
/// What changed is sent after this long: many small changes of an hour travel together.
const QUIET: Span = Span::seconds(3_600);
/// When much changed it does not wait so long.
const BUSY: Span = Span::seconds(300);
/// How much is much: some hundred exchanges of journal.
const MUCH_BYTES: u64 = 256 * 1024;
/// What is not in the journal, a new telephone number, is sent with a copy at least every day.
const DAILY: Span = Span::days(1);
/// How long after one that could not be made the next copy is tried.
const RETRY_AFTER: Span = Span::seconds(3_600);

/// Why a partner did not get a copy.
#[derive(Debug, Error)]
enum Trouble {
    #[error(transparent)]
    Line(#[from] LineError),
    #[error("the copy could not be made: {0}")]
    Made(#[from] BackupError),
    #[error(transparent)]
    Refused(#[from] Refused),
    /// What the partner holds is newer than what this node was restored from.
    #[error(
        "the partner holds a newer copy than the one this node was restored from; it is not replaced unless a coordinator says so"
    )]
    Newer,
    /// The partner lost a piece that it had.
    #[error("the partner lacks a piece that it had; the next copy is made anew")]
    Lost,
}

impl Trouble {
    fn code(&self) -> &str {
        match self {
            Self::Line(why) => why.code(),
            Self::Made(why) => why.code(),
            Self::Refused(_) => "busy",
            Self::Newer => "newer-copy",
            Self::Lost => "piece-lost",
        }
    }
}

/// What is under way to one partner.
#[derive(Default)]
struct Run {
    /// A copy that was cut and is not all there yet, and the end of the journal in it.
    cut: Option<(Pieces, u64)>,
    /// The end of the journal in the copy sent last.
    upto: Option<u64>,
    hurried: u64,
    not_before: Timestamp,
}

/// Sends copies for as long as the node runs.
pub(crate) async fn send(handle: Handle) {
    let vault = Arc::clone(handle.vault());
    let mut runs: BTreeMap<CommunityId, Run> = BTreeMap::new();
    loop {
        tokio::select! {
            () = tokio::time::sleep(LOOK_EVERY) => {}
            () = vault.woken() => {}
        }
        if handle.keeper().is_retired() {
            return;
        }
        let Ok(agreed) = handle.all_copies().await else { continue };
        runs.retain(|partner, _| agreed.iter().any(|copies| copies.partner == *partner));
        for copies in agreed.iter().filter(|copies| copies.they_keep || copies.release) {
            let run = runs.entry(copies.partner).or_default();
            let led = round(&handle, &vault, copies, run).await;
            if let Err(why) = &led {
                tracing::debug!(%why, "a partner got no copy");
            }
            let problem = led.err().map(|why| why.code().to_owned());
            if copies.they_keep {
                vault.change(copies.partner, |standing| standing.problem = problem);
            }
        }
    }
}

/// One look at one partner.
async fn round(handle: &Handle, vault: &Vault, copies: &Copies, run: &mut Run) -> Result<(), Trouble> {
    let partner = copies.partner;
    let here = handle.look(move |machine, book| {
        machine.state().ledger().partner_of(&partner)?;
        Some((machine.session_of(&partner)?, book.reader().durable_end().0))
    });
    // Whoever is away gets it when they are back.
    let Some((peer, end)) = here.await? else { return Ok(()) };
    let peer = PeerKey(peer.0);
    if !copies.they_keep {
        return release(handle, vault, peer, partner).await;
    }
    let Told::Holding { keeps, kept, .. } = vault.line().ask(peer, Ask::Look).await? else {
        return Err(LineError::Unexpected.into());
    };
    vault.change(partner, |standing| standing.keeps = Some(keeps));
    let held = match kept.filter(|_| keeps) {
        Some(kept) => {
            kept.check(&handle.community()).map_err(LineError::from)?;
            Some(*kept)
        }
        None => None,
    };
    vault.note_sent(partner, held.as_ref().map(sent));
    // The time last: a copy holds everything up to it, and is as new as whoever asked for it wants.
    let (wish, hurried, now) = (vault.wish(&partner), vault.hurried(), clock::now());
    let forced = wish.is_some();
    let hurry = forced || run.hurried != hurried;
    if !keeps || !(hurry || is_due(held.as_ref(), run, end, now)) {
        return Ok(());
    }
    if !forced && is_newer(handle, held.as_ref()).await? {
        return Err(Trouble::Newer);
    }
    let fits = |(pieces, _): &(Pieces, u64)| {
        let made = pieces.kept.inventory.content.made_at;
        held.as_ref().is_none_or(|held| held.rank() < pieces.kept.rank()) && now.since(made) < DAILY
    };
    if hurry || !run.cut.as_ref().is_some_and(fits) {
        run.cut = None;
        run.cut = Some(cut(handle, held.as_ref(), now).await.inspect_err(|_| run.not_before = now.plus(RETRY_AFTER))?);
    }
    let Some((pieces, upto)) = run.cut.take() else { return Ok(()) };
    match transfer(vault, peer, &pieces).await {
        Err(Trouble::Lost) => return Err(Trouble::Lost),
        Err(why) => {
            // What came is there; the rest follows when the partner is.
            run.cut = Some((pieces, upto));
            return Err(why);
        }
        Ok(()) => {}
    }
    vault.note_sent(partner, Some(sent(&pieces.kept)));
    vault.satisfied(&partner, wish);
    (run.upto, run.hurried) = (Some(upto), hurried);
    tracing::info!("a partner holds a new copy of this community");
    Ok(())
}

fn sent(kept: &Kept) -> Sent {
    let inventory = &kept.inventory.content;
    Sent { at: inventory.made_at, bytes: inventory.bytes() }
}

/// Whether the next copy is due. One from the future was made by a clock that was wrong.
fn is_due(held: Option<&Kept>, run: &Run, end: u64, now: Timestamp) -> bool {
    if now < run.not_before {
        return false;
    }
    let Some(held) = held else { return true };
    let made = held.inventory.content.made_at;
    let age = Span(now.since(made).0.max(made.since(now).0));
    let grown = run.upto.map_or(1, |upto| end.saturating_sub(upto));
    age >= DAILY || (age >= QUIET && grown > 0) || (age >= BUSY && grown >= MUCH_BYTES && run.upto.is_some())
}

/// Whether a partner holds something newer than what this node was restored from: an older backup must not take its place.
async fn is_newer(handle: &Handle, held: Option<&Kept>) -> Result<bool, Trouble> {
    let Some(held) = held else { return Ok(false) };
    let dir = handle.vault().dir().to_path_buf();
    let restored = tokio::task::spawn_blocking(move || backup::restored(&dir)).await;
    let restored = restored.unwrap_or(Err(BackupError::Stopping))?;
    let serial = held.certificate.content.serial;
    Ok(restored.is_some_and(|from| from.serial > serial && from.made_at < held.inventory.content.made_at))
}

async fn cut(handle: &Handle, held: Option<&Kept>, now: Timestamp) -> Result<(Pieces, u64), Trouble> {
    let cut = handle.cut().await?;
    let (handle, vault) = (handle.clone(), Arc::clone(handle.vault()));
    let held = held.map(|held| held.inventory.content.clone());
    // Copies follow each other by their time, whatever the clock does.
    let now = held.as_ref().map_or(now, |held| now.max(held.made_at.plus(Span(1))));
    let made = tokio::task::spawn_blocking(move || {
        let (dir, stopping, progress) = (vault.dir(), vault.stopping(), &Progress::default());
        let source = Source { cut: &cut, people: handle.people(), dir, handover: false, now, stopping, progress };
        pieces::cut(&source, vault.marks(), held.as_ref()).map(|pieces| (pieces, cut.upto.0))
    });
    Ok(made.await.unwrap_or(Err(BackupError::Stopping))?)
}

async fn transfer(vault: &Vault, peer: PeerKey, pieces: &Pieces) -> Result<(), Trouble> {
    let mut told = vault.line().ask(peer, Ask::Offer(Box::new(pieces.kept.clone()))).await?;
    // A keeper whose disk spoils what it is given would ask for ever.
    let parts = pieces.fresh_bytes() / MAX_PART_BYTES as u64;
    let most = 2 * (parts + pieces.kept.inventory.content.pieces.len() as u64) + 2;
    for _ in 0..most {
        let Told::Wanted { index, from } = told else { break };
        let part = pieces.part(index, from, MAX_PART_BYTES)?.filter(|part| !part.is_empty()).ok_or(Trouble::Lost)?;
        told = vault.line().ask(peer, Ask::Put { index, from, part: Part(part) }).await?;
    }
    if told == Told::Whole { Ok(()) } else { Err(LineError::Unexpected.into()) }
}

async fn release(handle: &Handle, vault: &Vault, peer: PeerKey, partner: CommunityId) -> Result<(), Trouble> {
    match vault.line().ask(peer, Ask::Release).await? {
        Told::Released => {
            vault.forget(partner);
            Ok(handle.copies_released(partner).await?)
        }
        _ => Err(LineError::Unexpected.into()),
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use kith_protocol::{community::Certificate, envelope::Content as _, escrow::Inventory, key::SecretKey};

    fn held(made_at: Timestamp) -> Kept {
        let secret = SecretKey::from_seed(&[1; 32]);
        let community = CommunityId(secret.public().0);
        let (from, until) = (Timestamp(0), Timestamp(1));
        let certificate = Certificate { v: 1, community, key: secret.public(), serial: 1, from, until };
        let inventory = Inventory { v: 1, community, made_at, pieces: Vec::new() };
        Kept {
            certificate: certificate.sign(&secret).into_unverified(),
            inventory: inventory.sign(&secret).into_unverified(),
        }
    }

    #[test]
    fn a_copy_is_due_when_enough_changed_or_enough_time_has_passed() {
        let begun = Timestamp(Span::days(9).0);
        let held = held(begun);
        let run = |upto| Run { upto, ..Run::default() };
        let due = |run: &Run, end, after: Span| is_due(Some(&held), run, end, begun.plus(after));
        assert!(is_due(None, &run(None), 0, begun));
        // After a start nobody knows whether something changed.
        assert!(!due(&run(None), 9, BUSY) && due(&run(None), 9, QUIET));
        assert!(!due(&run(Some(9)), 9, QUIET) && due(&run(Some(9)), 9, DAILY));
        assert!(!due(&run(Some(9)), 10, BUSY) && due(&run(Some(9)), 10, QUIET));
        assert!(due(&run(Some(9)), 9 + MUCH_BYTES, BUSY));
        assert!(!due(&run(Some(9)), 9 + MUCH_BYTES, Span::seconds(1)));
        // The clock was a day ahead when it was made.
        assert!(is_due(Some(&held), &run(Some(9)), 9, Timestamp(Span::days(8).0)));
        let failed = Run { not_before: begun.plus(DAILY), ..Run::default() };
        assert!(!due(&failed, 9, QUIET) && due(&failed, 9, DAILY));
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn an_older_backup_does_not_take_the_place_of_a_newer_copy() {
        let trial = crate::trial::Trial::begin("Elm", false).await;
        let copy = held(Timestamp(20));
        let newer = async || is_newer(trial.handle(), Some(&copy)).await.unwrap();
        assert!(!newer().await, "this node was never restored");
        for (made_at, serial, expected) in [(19, 2, true), (20, 2, false), (19, 1, false)] {
            let (made_at, restored_at) = (Timestamp(made_at), Timestamp(30));
            let note = backup::Restored { made_at, restored_at, handover: false, entries: 1, serial };
            std::fs::write(trial.dir.path().join("restored"), serde_json::to_vec(&note).unwrap()).unwrap();
            assert_eq!(newer().await, expected, "made at {made_at}, key {serial}");
        }
        trial.running.stop().await;
    }
}
