//! A member leaves, and what they posted goes with them, and every way in that they had.

use super::{
    clock,
    handle::{Handle, Refused, Request},
    listings::WITHDRAWN_FOR,
};
use kith_protocol::{
    id::{MemberId, RecordKey},
    machine::{Command, Reply},
    shelf::Item,
    time::Timestamp,
};

impl Handle {
    /// Records that a member leaves, by the word of a coordinator, and takes down all that they asked for and offered:
    /// nobody is there any more to answer. Their sessions, codes and passkeys end. Repeated after a crash, it does what was left to do.
    ///
    /// # Errors
    /// What the rules say about leaving, and those of [`Handle::command`].
    pub async fn leave(&self, request: Request, member: MemberId, by: MemberId) -> Result<Reply, Refused> {
        let reply = self.command(request, Command::Leave { member, by }).await?;
        let standing = self.look(move |machine, _| {
            let (_, shelf) = machine.state().shelf();
            let own = shelf.iter().filter(|(_, own)| own.listing && own.owner == Some(member));
            own.map(|(key, own)| (*key, own.expires_at)).collect::<Vec<(RecordKey, Timestamp)>>()
        });
        let standing = standing.await?;
        let keys = standing.iter().map(|(key, _)| *key).collect();
        for (key, expires_at) in standing {
            // The withdrawal must outlive every copy of what it withdraws.
            let expires_at = expires_at.max(clock::now().plus(WITHDRAWN_FOR));
            self.command(None, Command::Publish { key, item: Item::Withdrawn, expires_at, owner: None }).await?;
        }
        self.listings_gone(keys).await?;
        self.end_sessions(member, None).await?;
        Ok(reply)
    }
}
