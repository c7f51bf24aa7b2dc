//! An invitation to another community, and what it offers unless a coordinator says otherwise.

use super::{
    clock,
    handle::{Handle, Refused, Request},
};
use kith_protocol::{
    machine::{Command, Reply},
    minutes::Minutes,
    partnership::Invitation,
    rejection::Rejection,
    time::Span,
};

/// How far members of either side may receive ahead, in minutes: twenty hours, a month of a busy member.
pub const USUAL_LIMIT: u64 = 20 * 60;
/// The longest single exchange, in minutes: a working day.
pub const USUAL_LARGEST: i64 = 8 * 60;
/// For how many days an invitation is good: two monthly meetings are never further apart.
pub const USUAL_DAYS: u32 = 14;
/// When both should look at the agreement again.
const REVIEW_AFTER: Span = Span::days(365);

/// What an invitation offers.
#[derive(Debug, Clone, Copy)]
pub struct Offered {
    /// For how long it is good.
    pub good_for: Span,
    /// How many minutes our members may receive ahead.
    pub ours: u64,
    /// How many minutes theirs may receive ahead.
    pub theirs: u64,
    /// The longest single exchange.
    pub largest: Minutes,
}

/// Takes an invitation at its word, to be looked at again in a year.
#[must_use]
pub fn acceptance(invitation: Invitation, nonce: [u8; 16]) -> Command {
    Command::Accept { invitation, nonce, review_at: clock::now().plus(REVIEW_AFTER) }
}

impl Handle {
    /// Makes an invitation around `secret`. Repeated, it gives the invitation that was made first.
    ///
    /// # Errors
    /// [`Refused::Busy`] while the community has no card yet, and those of [`Handle::command`].
    pub async fn invite(&self, request: Request, secret: [u8; 16], offered: Offered) -> Result<Invitation, Refused> {
        let community = self.community();
        let card = self.look(|machine, _| machine.state().card().cloned()).await?.ok_or(Refused::Busy)?;
        let invitation = Invitation {
            community,
            name: card.name,
            transport: card.transport,
            addresses: card.addresses,
            secret,
            expires_at: clock::now().plus(offered.good_for),
            inviter_limit: offered.ours,
            acceptor_limit: offered.theirs,
            largest: offered.largest,
        };
        match self.command(request, Command::Invite { invitation }).await? {
            Reply::Invited { invitation } => Ok(invitation),
            _ => Err(Rejection::RequestReused.into()),
        }
    }
}
