//! The agreement between two communities, and the signed messages that move hours under it.

mod agreement;
mod invitation;
mod message;
mod resume;

pub(crate) use agreement::serde_bytes_16;
pub use agreement::{Agreement, MAX_LIMIT, MAX_WINDOW, Side, Terms, WINDOW};
pub use invitation::{Invitation, MAX_INVITATION_TEXT};
pub use message::{Acknowledgement, Decision, Details, Kind, Payee, Proposal, RefusalCode, Verdict};
pub use resume::{
    Committed, Crossing, Pair, Position, ResumeAcknowledgement, ResumeOffer, ResumeRequest, Resumption, committed_link,
    fits,
};

#[cfg(test)]
mod tests;
