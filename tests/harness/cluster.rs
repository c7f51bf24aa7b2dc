//! Real nodes on loopback: each a process of the program `kith`, with its own directory, that can be killed and started
//! again at any moment.
//!
//! Every port is chosen by the system. Once a node has listened somewhere it listens there again, because that is where
//! its partners look for it.

mod first_run;
mod founding;
mod ledger;
mod node;
mod people;
mod program;
mod scratch;
mod wait;

pub use first_run::FirstRun;
pub use founding::found_with_words;
pub use ledger::{Books, ReadEntry};
pub use node::{Node, Place, Ready};
pub use people::{Person, fresh_exchange, signed_exchange, signed_payment, signed_payment_to};
pub use program::{Ran, command, program, run, run_with_input};
pub use scratch::{Scratch, say};
pub use wait::{PATIENCE, wait_for, wait_within};

use anyhow::{Context as _, Result, bail};
use kith::{
    api::types::{AcceptInvitation, InvitationView, NewInvitation, PartnerView},
    client::ClientError,
};
use kith_protocol::id::AccountId;
use std::{path::Path, sync::Arc};

/// Communities' names, in the order in which [`Cluster::start`] founds them.
const NAMES: [&str; 6] = ["Northside", "Westside", "Eastside", "Southside", "Riverside", "Hillside"];

/// Several nodes that run.
pub struct Cluster {
    /// In the order in which they were founded.
    pub nodes: Vec<Arc<Node>>,
}

impl Cluster {
    /// Founds `count` communities in directories below `dir` and starts their nodes.
    ///
    /// # Errors
    /// When one does not come up, with the end of its log.
    pub fn start(count: usize, dir: &Path) -> Result<Self> {
        let mut nodes = Vec::new();
        for n in 0..count {
            let name = NAMES.get(n).with_context(|| format!("there are names for {} communities", NAMES.len()))?;
            let node = Node::found(&dir.join(name.to_lowercase()), name)?;
            node.start()?;
            nodes.push(Arc::new(node));
        }
        Ok(Self { nodes })
    }

    /// Makes every two of the communities partners.
    ///
    /// # Errors
    /// When one does not come about.
    pub fn partner_all(&self, terms: &NewInvitation) -> Result<()> {
        for (n, one) in self.nodes.iter().enumerate() {
            for other in &self.nodes[n + 1..] {
                partner(one, other, terms)?;
            }
        }
        Ok(())
    }

    /// Waits until no payment is on hold, undecided or unconfirmed anywhere.
    ///
    /// # Errors
    /// When that takes longer than [`PATIENCE`]; says where it stands.
    pub fn wait_settled(&self) -> Result<()> {
        for node in &self.nodes {
            let open = |p: &PartnerView| p.undecided > 0 || p.unconfirmed > 0 || p.on_hold_minutes != 0;
            wait_for(&format!("everything of {} to settle", node.name), || {
                let partners = node.partners()?;
                Ok((!partners.iter().any(open)).then_some(()))
            })?;
        }
        Ok(())
    }
}

/// Makes two communities partners: one invites with `terms`, the other accepts.
///
/// # Errors
/// When it does not come about within [`PATIENCE`].
pub fn partner(inviter: &Node, acceptor: &Node, terms: &NewInvitation) -> Result<AccountId> {
    let invitation: InvitationView = inviter.client().post("/api/v1/partners/invitations", terms, None)?;
    let accept = AcceptInvitation { text: invitation.text };
    let begun: PartnerView = acceptor.client().post("/api/v1/partners/accept", &accept, None)?;
    if begun.community != inviter.id() {
        bail!("the invitation of {} names another community", inviter.name);
    }
    let accounts: Vec<AccountId> =
        [(inviter, acceptor), (acceptor, inviter)].into_iter().map(live_account).collect::<Result<_>>()?;
    if accounts[0] != accounts[1] {
        bail!("{} and {} call their partnership by two names", inviter.name, acceptor.name);
    }
    Ok(accounts[0])
}

fn live_account((node, partner): (&Node, &Node)) -> Result<AccountId> {
    wait_for(&format!("{} and {} to be partners", node.name, partner.name), || match node.partner(partner) {
        Ok(view) if view.state == "live" => Ok(view.account),
        Ok(view) if view.state == "refused" => bail!("the partnership was refused"),
        Ok(_) => Ok(None),
        Err(ClientError::Refused(problem)) if problem.status == 404 => Ok(None),
        Err(error) => Err(error.into()),
    })
}
