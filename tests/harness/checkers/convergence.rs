//! What must be true once every fault is over and some time has passed.

use super::recovers;
use kith_protocol::{
    id::{AccountId, CommunityId},
    ledger::Partner,
    machine::{Machine, MemoryView, Standing, View, WaitingKind},
    time::Timestamp,
};

/// A node as convergence looks at it.
pub(crate) type Seen<'a> = (&'a Machine, &'a MemoryView);

/// How many bits of a shelf's revision count what one key signed.
const REVISIONS_PER_KEY: u32 = 20;

/// The first thing found that is not settled yet; `latest` is the latest clock of all nodes.
///
/// What waits for a cheat, and what a cheat has, need not settle.
pub(crate) fn unsettled(nodes: &[Seen<'_>], latest: Timestamp, cheat: Option<CommunityId>) -> Option<String> {
    let honest = |(_, (machine, _)): &(usize, &Seen<'_>)| Some(machine.identity().community) != cheat;
    nodes.iter().enumerate().filter(honest).find_map(|(place, (machine, _))| {
        open_business(machine, cheat)
            .or_else(|| unlike_partners(machine, nodes, cheat))
            .or_else(|| forgotten_asks(machine, nodes, cheat))
            .or_else(|| other_shelves(nodes, place, latest, cheat))
            .map(|what| format!("node {place}: {what}"))
    })
}

/// Whether an account is one with the cheat.
fn is_with(machine: &Machine, account: &AccountId, cheat: Option<CommunityId>) -> bool {
    let partner = machine.state().ledger().partners().get(account).map(Partner::community);
    cheat.is_some() && partner == cheat
}

/// Slots, holds and invitations of one node that wait for another.
fn open_business(machine: &Machine, cheat: Option<CommunityId>) -> Option<String> {
    let state = machine.state();
    let honest = |account: &AccountId| !is_with(machine, account, cheat);
    for (account, lanes) in state.lanes().iter().filter(|(account, _)| honest(account)) {
        let (undecided, queued, unconfirmed) = (lanes.undecided(), lanes.queued(), lanes.unconfirmed().count());
        if undecided + queued + unconfirmed > 0 {
            return Some(format!(
                "account {account} has {undecided} undecided, {queued} queued, {unconfirmed} unconfirmed"
            ));
        }
    }
    if let Some((account, condition)) = state.conditions().iter().find(|(account, _)| honest(account)) {
        return Some(format!("account {account} is {}", condition.name()));
    }
    if state.ledger().holds().values().any(|hold| honest(&hold.account)) {
        return Some("minutes are on hold".into());
    }
    state
        .accepting()
        .keys()
        .any(|inviter| Some(*inviter) != cheat)
        .then(|| "an accepted invitation is unanswered".into())
}

/// Both sides of a partnership have it, and their nets mirror each other.
fn unlike_partners(machine: &Machine, nodes: &[Seen<'_>], cheat: Option<CommunityId>) -> Option<String> {
    let partners = machine.state().ledger().partners().iter();
    for (account, partner) in partners.filter(|(_, partner)| Some(partner.community()) != cheat) {
        let by_id = |id| nodes.iter().find(|(m, _)| m.identity().community == id);
        let (own, other) = (by_id(machine.identity().community)?, by_id(partner.community())?);
        match other.0.state().ledger().partners().get(account) {
            None => return Some(format!("the partner has no account {account}")),
            Some(theirs) if theirs.net.get() + partner.net.get() != 0 => {
                return Some(format!("account {account} stands at {} and {}", partner.net.get(), theirs.net.get()));
            }
            Some(_) => {}
        }
        // An id that was used again after a loss stands for the later exchange on that side.
        let reused =
            |id: &_| [&other.1, &own.1].iter().any(|view| view.entries().iter().any(|e| recovers(&e.body, id)));
        if let Some(unlike) = super::disputes::unlike(machine, other.0, account, reused) {
            return Some(unlike);
        }
    }
    None
}

/// Who was asked for a payment knows of it, until it is paid or declined.
fn forgotten_asks(machine: &Machine, nodes: &[Seen<'_>], cheat: Option<CommunityId>) -> Option<String> {
    for (exchange, waiting) in machine.state().waiting() {
        let (WaitingKind::Declined { account } | WaitingKind::Asked { account, .. }) = &waiting.kind else { continue };
        if is_with(machine, account, cheat) {
            continue;
        }
        if let WaitingKind::Declined { .. } = &waiting.kind {
            return Some(format!("{exchange} was declined and the asker does not know"));
        }
        let WaitingKind::Asked { account, noted, .. } = &waiting.kind else { continue };
        let partner = machine.state().ledger().partners().get(account)?.community();
        let payer = nodes.iter().find(|(m, _)| m.identity().community == partner)?;
        let known = payer.0.state().waiting().get(exchange);
        if !noted || !known.is_some_and(|w| matches!(w.kind, WaitingKind::Payment { .. })) {
            return Some(format!("{exchange} is asked for (noted: {noted}) and the payer does not know"));
        }
    }
    None
}

/// Every other shelf is held, all of it and nothing else.
fn other_shelves(nodes: &[Seen<'_>], place: usize, latest: Timestamp, cheat: Option<CommunityId>) -> Option<String> {
    let (machine, view) = nodes[place];
    for (other, (publisher, shelf)) in nodes.iter().enumerate() {
        let community = publisher.identity().community;
        let revision = publisher.state().shelf().0;
        if other == place || revision == 0 || Some(community) == cheat {
            continue;
        }
        let through = machine.known().get(&community).map_or(0, |known| known.through);
        // A community's own node tells how far its shelf goes. A third may have nothing to show of what expired: then what stands
        // tells whether all is held.
        if through > revision || (through < revision && machine.connected(&community)) {
            return Some(format!("shelf of node {other} is held through {through} of {revision}"));
        }
        let live = |standing: Vec<Standing>| -> Vec<Standing> {
            standing.into_iter().filter(|s| s.expires_at > latest).collect()
        };
        // What had expired when the key changed is over, even if all clocks were set back since.
        let begin = match publisher.state().ledger().certificates() {
            [_, .., present] => u64::from(present.serial) << REVISIONS_PER_KEY,
            _ => 0,
        };
        let (held, mut published) = (live(view.standing(&community)), live(shelf.standing(&community)));
        published.retain(|standing| standing.revision > begin);
        if held != published {
            return Some(format!("of node {other} are held {held:?} instead of {published:?}"));
        }
    }
    None
}
