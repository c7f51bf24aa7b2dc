//! Another copy of this community that was restored later, while this one still runs.
//!
//! The root key certified a newer key than ours: whoever met the other copy takes nothing from this one any more. What it would
//! still sign and record could only be lost, so it stops.

use super::{
    effect::{Notice, Turn},
    input::Peer,
    message::{Checked, Message},
    state::Machine,
};
use crate::{
    community::Certificate,
    envelope::{Signed, Unverified},
};

impl Machine {
    /// Whether a certificate of ours with a greater serial number than our own key's was shown since the start.
    #[must_use]
    pub const fn has_later_copy(&self) -> bool {
        self.later_copy.is_some()
    }

    /// Looks whether a certificate tells of another copy of ours. Its signature by the root key was checked.
    pub(super) fn watch_for_copy(&mut self, turn: &mut Turn<'_>, certificate: &Signed<Certificate>) {
        let Certificate { community, serial, .. } = *certificate.content();
        let newest = self.later_copy.unwrap_or(self.identity.certificate.content.serial);
        if community == self.identity.community && serial > newest {
            self.later_copy = Some(serial);
            turn.notice(Notice::LaterCopy);
        }
    }

    /// Answers a hello under an older certificate than we know with the newer one: a page of its shelf without records.
    pub(super) fn show_newer(&self, turn: &mut Turn<'_>, peer: Peer, shown: &Unverified<Certificate>) {
        let known = self.known.get(&shown.content.community);
        if let Some(known) = known.filter(|known| known.certificate.content.serial > shown.content.serial) {
            let certificate = known.certificate.clone();
            let page = Message::Shelf { certificate, records: Vec::new(), through: 0, more: false, head: None };
            turn.send(peer, page);
        }
    }

    /// Whether only the latest copy may take a message: all but who is who, and what tells of shelves.
    pub(super) fn is_for_latest(&self, message: &Checked) -> bool {
        let for_any = match message {
            Checked::Hello { .. } | Checked::Shelf { .. } => true,
            Checked::Plain(plain) => matches!(plain, Message::WhoAreYou | Message::Heads { .. } | Message::Pull { .. }),
            _ => false,
        };
        self.has_later_copy() && !for_any
    }
}
