//! The agreement between two communities, and the signed messages that move hours under it.

mod agreement;
mod dispute;
mod grant;
mod invitation;
mod keys;
mod message;
mod resume;

pub(crate) use agreement::serde_bytes_16;
pub use agreement::{Agreement, MAX_LIMIT, MAX_WINDOW, Side, Terms, WINDOW};
pub use dispute::{
    Closing, Complaint, DisputeHead, DisputeHeads, KEPT_FOR_OUTCOMES, MAX_DISPUTE_TEXT, MAX_OPEN_DISPUTES,
    MAX_STATEMENTS, Outcome, REMIND_AFTER, Said, Statement, Words, closes,
};
pub use grant::{Grant, Granted, SignedGrant, next_number};
pub use invitation::{Invitation, MAX_INVITATION_TEXT};
pub use keys::EpochKeys;
pub use message::{Acknowledgement, Decision, Details, Kind, Payee, Proposal, RefusalCode, Verdict};
pub use resume::{
    Committed, Crossing, Pair, Position, ResumeAcknowledgement, ResumeOffer, ResumeRequest, Resumption, committed_link,
    fits,
};

#[cfg(test)]
mod tests;
