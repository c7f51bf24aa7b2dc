//! `kith status`: how the community and its node are doing.

use super::{
    output::{Out, hours, when},
    reach::Reach,
};
use crate::{api::types, failure::Failure};
use clap::Args;

/// Show how the community and its node are doing.
///
/// Example: kith status --dir elm
#[derive(Debug, Args)]
pub(super) struct Status {
    #[command(flatten)]
    reach: Reach,
}

impl Status {
    pub(super) fn run(self, out: &mut Out<'_>) -> Result<(), Failure> {
        let status: types::Status = self.reach.client()?.get("/api/v1/status")?;
        out.result(&status, words)
    }
}

fn words(status: &types::Status) -> String {
    let addresses =
        if status.addresses.is_empty() { "none".to_owned() } else { status.addresses.join("\n                    ") };
    let rows = [
        ("Community", status.name.clone()),
        ("Id", status.id.to_string()),
        ("Area", status.area.clone().unwrap_or_else(|| "-".into())),
        ("Members", status.members.to_string()),
        ("Coordinators", status.coordinators.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")),
        ("Waiting", format!("{} exchanges", status.waiting)),
        ("Community pot", hours(status.pot_minutes)),
        ("All hours together", hours(status.ledger_sum_minutes)),
        ("Ledger", format!("{} entries, root {}", status.entries, status.root)),
        ("Offers and needs", status.listings.to_string()),
        ("Partners", status.partners.to_string()),
        ("Connected", format!("{} nodes, {} communities known", status.connected, status.known)),
        ("Last backup", last_backup(status)),
        ("Copy at a partner", last_copy(status)),
        ("Key", key(status)),
        ("Peer id", status.peer.clone()),
        ("Addresses", addresses),
        ("Program", format!("kith {}", status.version)),
    ];
    rows.map(|(name, value)| format!("{name:<20}{value}")).join("\n")
}

fn last_copy(status: &types::Status) -> String {
    let last = status.last_copy_at.map_or_else(|| "none".to_owned(), |at| when(at.0));
    let advice =
        if status.copy_overdue { "; a partner has had no new one for a week: kith partner escrow" } else { "" };
    format!("{last}{advice}")
}

fn key(status: &types::Status) -> String {
    let advice = if status.key_ends_soon { "; stop the node and make another: kith rotate-key --dir DIR" } else { "" };
    format!("good until {}{advice}", when(status.key_until.0))
}

fn last_backup(status: &types::Status) -> String {
    let last = status.last_backup_at.map_or_else(|| "never".to_owned(), |at| when(at.0));
    let advice = if status.backup_overdue { "; make one: kith backup --dir DIR --out FILE" } else { "" };
    format!("{last}{advice}")
}
