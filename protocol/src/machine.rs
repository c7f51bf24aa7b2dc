//! One community's whole rule book as a state machine: `handle(now, input, view) -> Effects`.
//!
//! The machine composes the ledger, the lanes, the partnerships and the shelf, and decides nothing of its own. It has no
//! clock, no randomness and no storage: time and random bytes come in with each input, what was recorded long ago is asked of a
//! [`View`], and what is to be recorded comes out as a [`Batch`]. Whoever drives it makes the batch durable and only then
//! carries out the rest: persist, then act. Its state is nothing but the fold of all facts it ever put into a batch.
//!
//! After an input whose batch could not be made durable the machine must be dropped and recovered from what is on disk.

mod accounting;
mod accusing;
mod advancing;
mod asking;
mod condition;
mod copies;
mod crossings;
mod daily;
mod dispute;
mod disputing;
mod effect;
mod exchanges;
mod fact;
mod fetching;
#[cfg(feature = "flaws")]
mod flawed;
mod folding;
mod granting;
mod holding;
mod input;
mod inspecting;
mod letter;
mod mailing;
mod members;
mod message;
mod partnering;
mod resuming;
mod settling;
mod shelving;
mod state;
mod view;
mod waking;

pub use condition::{Condition, Lost};
pub use daily::MAX_CLOSINGS_A_DAY;
pub use dispute::{Dispute, Draft, Kept};
pub use effect::{Batch, Boxed, Effect, Effects, ForeignRecord, Notice};
pub use exchanges::MAX_WAITING;
pub use fact::{Fact, Invited, Reply, Waiting, WaitingKind};
pub use granting::MAX_GRANTS_A_DAY;
pub use holding::{MAX_BOXES, MAX_MAIL_PARTNERS, MAX_REST};
pub use input::{Command, DisputeDeed, Input, Peer, request_digest, secret_digest};
pub use inspecting::{Inspected, LedgerShown, LedgerWanted, MAX_SHOWN, Showing, ShownEntry};
pub use letter::{BOX_BYTES, Letter, MAX_BOX_BYTES, Sealed, open_letter};
pub use mailing::{MAX_COPIES, Mailing, NOBODY};
pub use message::{
    Acceptance, Checked, Hello, MAX_MESSAGE_BYTES, MAX_PARCEL_BYTES, MAX_PARCEL_MESSAGES, Message, Parcel,
    PaymentRequest, Resume, check_announcement,
};
pub use partnering::{MAX_ACCEPTING, MAX_INVITATIONS};
pub use settling::MAX_QUEUED;
pub use shelving::CARD_KEY;
pub use state::{Accepting, Identity, Machine, OwnRecord, REPEAT_AFTER, State};
pub use view::{MemoryView, Standing, View};

#[cfg(test)]
mod tests;
