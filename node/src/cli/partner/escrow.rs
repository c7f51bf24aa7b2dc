//! `kith partner escrow`: copies that partners keep for each other.

use super::Switch;
use crate::{
    api::types::{EscrowSwitch, EscrowView, Nothing},
    cli::{
        output::{Out, or_dash, when},
        reach::Reach,
    },
    failure::Failure,
};
use clap::Args;
use kith_protocol::id::CommunityId;

/// Show or agree which of the two keeps copies for the other, for the day on which a computer and its backups are lost.
///
/// The keeper sees how long the copies are and nothing of what is in them. Without further options it shows how things stand.
///
/// Example: kith partner escrow did:key:z6MktwupdmLXVVqTzCw4i46r4uGyosGXRnR3XjN4Zq7oMMsw --they-keep on --dir elm
#[derive(Debug, Args)]
pub(in crate::cli) struct Escrow {
    /// The partner community's id.
    community: CommunityId,
    /// Whether we keep copies for them: on or off. Off removes those that are here.
    #[arg(long, value_enum, value_name = "SWITCH")]
    we_keep: Option<Switch>,
    /// Whether they are to keep copies for us: on or off. Two partners at most.
    #[arg(long, value_enum, value_name = "SWITCH")]
    they_keep: Option<Switch>,
    /// Send them a new copy now, or as soon as they are there, whatever they hold.
    #[arg(long)]
    now: bool,
    #[command(flatten)]
    reach: Reach,
}

impl Escrow {
    pub(in crate::cli) fn run(self, out: &mut Out<'_>) -> Result<(), Failure> {
        let path = format!("/api/v1/partners/{}/escrow", self.community);
        let client = self.reach.client()?;
        let on = |switch: Option<Switch>| switch.map(|switch| switch == Switch::On);
        let switch = EscrowSwitch { we_keep: on(self.we_keep), they_keep: on(self.they_keep) };
        let mut view: EscrowView = if switch.we_keep.is_some() || switch.they_keep.is_some() {
            client.put(&path, &switch)?
        } else {
            client.get(&path)?
        };
        if self.now {
            view = client.post(&format!("{path}/now"), &Nothing {}, None)?;
        }
        out.result(&view, words)
    }
}

fn copy(at: Option<u64>, bytes: u64) -> String {
    at.map_or_else(|| "none".to_owned(), |at| format!("made {}, {bytes} bytes", when(at)))
}

fn words(view: &EscrowView) -> String {
    let yes = |yes: bool| if yes { "yes" } else { "no" }.to_owned();
    let agree = match (view.they_keep, view.they_agree) {
        (false, _) => "no".to_owned(),
        (true, None) => "yes; their node has not said yet whether it does".to_owned(),
        (true, Some(false)) => "yes, but they have not agreed to it".to_owned(),
        (true, Some(true)) => "yes".to_owned(),
    };
    let claimed = view.claimed_at.last().map_or_else(|| "never".to_owned(), |at| when(*at));
    let mut rows = vec![
        ("Partner", or_dash(view.name.as_ref())),
        ("Connected", yes(view.connected)),
        ("We keep copies for them", yes(view.we_keep)),
        ("  Copy here", copy(view.kept_at, view.kept_bytes)),
        ("  At most", format!("{} bytes", view.room_bytes)),
        ("  Asked for with their words", claimed),
        ("They keep copies for us", agree),
        ("  Copy there", copy(view.copied_at, view.copied_bytes)),
    ];
    if let Some(problem) = &view.problem {
        rows.push(("  Last problem", problem.clone()));
    }
    rows.extend(view.addresses.iter().map(|address| ("Address, for a restore", address.clone())));
    let rows: Vec<String> = rows.into_iter().map(|(name, value)| format!("{name:<31}{value}")).collect();
    let warning = if view.copy_overdue {
        "\n\nThe copy is older than a week, or was never made. See whether the partner's node is there and has agreed."
    } else {
        ""
    };
    format!("{}{warning}", rows.join("\n"))
}
