//! Messages between members. Nobody's phone or address is shown, and whoever is kept away cannot write.

use super::{About, Handle, MemberId, Message, Paper, PaperId, Refused, Room, Timestamp, clock};
use kith_protocol::time::Span;
use std::collections::BTreeMap;

/// The most messages somebody writes in a day: a busy coordinator's; beyond it, something else goes on.
const MAX_A_DAY: usize = 100;

/// What became of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sent {
    /// It is there.
    Yes,
    /// One of the two keeps the other away; the writer is not told which.
    Apart,
    /// Too many in a day.
    TooMany,
}

/// Messages with one other member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conversation {
    /// With whom.
    pub with: MemberId,
    /// When the last was written.
    pub last: Timestamp,
    /// How many are still to be read.
    pub unread: usize,
}

impl Room<'_> {
    pub(super) fn messages(&self) -> impl Iterator<Item = (&PaperId, &Message)> {
        self.papers.iter().filter_map(|(id, paper)| match paper {
            Paper::Message(message) => Some((id, message)),
            _ => None,
        })
    }

    pub(super) fn apart(&self, one: &MemberId, other: &MemberId) -> bool {
        self.file(one).blocked.contains(other) || self.file(other).blocked.contains(one)
    }
}

impl Handle {
    /// Writes to a member. The same id again is the same message.
    ///
    /// # Errors
    /// The disk.
    pub async fn write_to(
        &self,
        id: PaperId,
        from: MemberId,
        to: MemberId,
        about: About,
        text: String,
    ) -> Result<Sent, Refused> {
        let now = clock::now();
        self.office_work(move |room| {
            if room.papers.contains_key(&id) {
                return Ok(Sent::Yes);
            }
            if room.apart(&from, &to) {
                return Ok(Sent::Apart);
            }
            let today = room.messages().filter(|(_, m)| m.from == from && m.at.plus(Span::days(1)) > now).count();
            if today >= MAX_A_DAY {
                return Ok(Sent::TooMany);
            }
            room.put(id, Paper::Message(Message { from, to, at: now, about, text, read: false }))?;
            Ok(Sent::Yes)
        })
        .await
    }

    /// Everybody a member has messages with, the newest first.
    ///
    /// # Errors
    /// The disk.
    pub async fn conversations(&self, member: MemberId) -> Result<Vec<Conversation>, Refused> {
        self.office_work(move |room| {
            let mut found: BTreeMap<MemberId, Conversation> = BTreeMap::new();
            for (_, message) in room.messages() {
                let with = match (message.from == member, message.to == member) {
                    (true, _) => message.to,
                    (_, true) => message.from,
                    _ => continue,
                };
                let one = found.entry(with).or_insert(Conversation { with, last: message.at, unread: 0 });
                one.last = one.last.max(message.at);
                one.unread += usize::from(message.to == member && !message.read);
            }
            let mut found: Vec<Conversation> = found.into_values().collect();
            found.sort_by_key(|one| std::cmp::Reverse(one.last));
            Ok(found)
        })
        .await
    }

    /// Whether one of two members keeps the other away.
    ///
    /// # Errors
    /// The disk.
    pub async fn are_apart(&self, one: MemberId, other: MemberId) -> Result<bool, Refused> {
        self.office_work(move |room| Ok(room.apart(&one, &other))).await
    }
}
