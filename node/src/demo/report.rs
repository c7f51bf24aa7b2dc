//! What came of a demonstration, compared with what should have.

use super::{
    nodes::Node,
    play::{Played, Player, wait_for},
    script::Script,
};
use crate::api::types::{CheckpointView, MemberView, Page, PartnerView, ShelfView, Status};
use anyhow::{Context as _, Result};
use kith_protocol::id::{Digest, MemberId};
use serde::Serialize;
use std::collections::BTreeMap;

/// The report of `kith demo --once --json`.
#[derive(Debug, Serialize)]
pub struct Report {
    /// Each community.
    pub communities: Vec<CommunityReport>,
    /// Offers and needs.
    pub offers: OffersReport,
    /// Exchanges.
    pub exchanges: ExchangesReport,
    /// Each partnership.
    pub partnerships: Vec<PartnershipReport>,
    /// Balances against the figures.
    pub reconciled: ReconciledReport,
    /// Memory of all nodes together at the end, in MiB.
    pub resident_mib: u64,
    /// From the first founding to the end of all checks.
    pub seconds: f64,
}

/// One community.
#[derive(Debug, Serialize)]
pub struct CommunityReport {
    /// Its name.
    pub name: String,
    /// Its id.
    pub id: String,
    /// Where its page is.
    pub url: String,
    /// Members who are here.
    pub members: u64,
    /// Entries of its ledger.
    pub entries: u64,
    /// The signed checkpoint over them.
    pub checkpoint: CheckpointReport,
    /// The sum of all its accounts.
    pub ledger_sum_minutes: i64,
}

/// A checkpoint.
#[derive(Debug, Serialize)]
pub struct CheckpointReport {
    /// Entries.
    pub size: u64,
    /// Root.
    pub root: Digest,
}

/// Offers and needs.
#[derive(Debug, Serialize)]
pub struct OffersReport {
    /// Published.
    pub published: u64,
    /// Of those, held by every node with the very content that was published.
    pub seen_everywhere: u64,
}

/// Exchanges.
#[derive(Debug, Serialize)]
pub struct ExchangesReport {
    /// Inside communities.
    pub local: usize,
    /// Across communities.
    pub across: usize,
    /// Refused by a limit, as they should be.
    pub refused: usize,
}

/// One partnership.
#[derive(Debug, Serialize)]
pub struct PartnershipReport {
    /// One side's name.
    pub a: String,
    /// The other's.
    pub b: String,
    /// The net in the one's ledger, in minutes.
    pub net_a: i64,
    /// The net in the other's.
    pub net_b: i64,
    /// Whether the two books mirror each other and nothing is undecided.
    pub mirrored: bool,
}

/// Balances against the figures.
#[derive(Debug, Serialize)]
pub struct ReconciledReport {
    /// Members compared.
    pub members: u64,
    /// Of those, more than a minute off.
    pub mismatches: u64,
}

impl Report {
    /// Whether everything holds.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.communities.iter().all(|c| c.ledger_sum_minutes == 0 && c.entries == c.checkpoint.size)
            && self.offers.published == self.offers.seen_everywhere
            && self.partnerships.iter().all(|p| p.mirrored)
            && self.reconciled.mismatches == 0
    }
}

/// Waits until every node holds every other's shelf, and gives the numbers.
///
/// # Errors
/// When a node does not answer, or shelves do not spread.
pub fn offers(nodes: &[Node]) -> Result<OffersReport> {
    let own = |node: &Node| -> Result<ShelfView> {
        let shelves: Vec<ShelfView> = node.client.get("/api/v1/shelves")?;
        shelves.into_iter().find(|s| s.community == node.id).context("a node does not show its own shelf")
    };
    let published: Vec<ShelfView> = nodes.iter().map(own).collect::<Result<_>>()?;
    let wanted: BTreeMap<_, _> = published.iter().map(|s| (s.community, s.root)).collect();
    for node in nodes {
        wait_for("offers to spread", || {
            let held: Vec<ShelfView> = node.client.get("/api/v1/shelves")?;
            let held: BTreeMap<_, _> = held.into_iter().map(|s| (s.community, s.root)).collect();
            Ok(wanted.iter().all(|(id, root)| held.get(id) == Some(root)).then_some(()))
        })?;
    }
    let total = published.iter().map(|s| s.listings).sum();
    Ok(OffersReport { published: total, seen_everywhere: total })
}

/// Every member's balance, by id.
fn balances(node: &Node) -> Result<BTreeMap<MemberId, i64>> {
    let mut all = BTreeMap::new();
    let mut after = String::new();
    loop {
        let page: Page<MemberView> = node.client.get(&format!("/api/v1/members?limit=500{after}"))?;
        all.extend(page.items.into_iter().map(|m| (m.id, m.balance_minutes)));
        match page.next {
            Some(next) => after = format!("&after={next}"),
            None => return Ok(all),
        }
    }
}

/// Compares members' balances with the figures.
///
/// # Errors
/// When a node does not answer.
pub fn reconcile(script: &Script, nodes: &[Node], player: &Player<'_>) -> Result<ReconciledReport> {
    let held: Vec<_> = nodes.iter().map(balances).collect::<Result<_>>()?;
    let (mut members, mut mismatches) = (0, 0);
    for (member, id) in script.members.iter().zip(&player.ids) {
        let Some(expected) = member.expected_hundredths else { continue };
        members += 1;
        let balance = held[member.community].get(id);
        if balance.is_none_or(|b| (b * 100 - expected).abs() > 100) {
            mismatches += 1;
        }
    }
    Ok(ReconciledReport { members, mismatches })
}

/// One community's part.
///
/// # Errors
/// When its node does not answer.
pub fn community(node: &Node) -> Result<CommunityReport> {
    let status: Status = node.client.get("/api/v1/status")?;
    let checkpoint: CheckpointView = node.client.get("/api/v1/ledger/checkpoint")?;
    Ok(CommunityReport {
        name: status.name,
        id: status.id.to_string(),
        url: node.url.clone(),
        members: status.members,
        entries: status.entries,
        checkpoint: CheckpointReport { size: checkpoint.size, root: checkpoint.root },
        ledger_sum_minutes: status.ledger_sum_minutes,
    })
}

/// Both sides of every partnership.
///
/// # Errors
/// When a node does not answer.
pub fn partnerships(script: &Script, nodes: &[Node]) -> Result<Vec<PartnershipReport>> {
    let side = |here: usize, there: usize| -> Result<PartnerView> {
        Ok(nodes[here].client.get(&format!("/api/v1/partners/{}", nodes[there].id))?)
    };
    let both = |between: (usize, usize)| {
        let (a, b) = (side(between.0, between.1)?, side(between.1, between.0)?);
        let quiet = |p: &PartnerView| p.undecided == 0 && p.unconfirmed == 0 && p.on_hold_minutes == 0;
        Ok(PartnershipReport {
            a: nodes[between.0].name.clone(),
            b: nodes[between.1].name.clone(),
            net_a: a.net_minutes,
            net_b: b.net_minutes,
            mirrored: a.net_minutes == -b.net_minutes && quiet(&a) && quiet(&b),
        })
    };
    script.partnerships.iter().map(|p| both(p.between)).collect()
}

/// Puts it all together.
///
/// # Errors
/// When a node does not answer.
pub fn report(
    script: &Script,
    nodes: &[Node],
    player: &Player<'_>,
    played: Played,
    begun: std::time::Instant,
) -> Result<Report> {
    let offers = offers(nodes)?;
    let partnerships = partnerships(script, nodes)?;
    let reconciled = reconcile(script, nodes, player)?;
    let communities = nodes.iter().map(community).collect::<Result<_>>()?;
    Ok(Report {
        communities,
        offers,
        exchanges: ExchangesReport { local: played.local, across: played.across, refused: played.refused },
        partnerships,
        reconciled,
        resident_mib: nodes.iter().filter_map(Node::resident_kib).sum::<u64>() / 1_024,
        seconds: (begun.elapsed().as_secs_f64() * 10.0).round() / 10.0,
    })
}
