//! The agreement between two communities, and the signed messages that move hours under it.

mod agreement;
mod invitation;
mod message;

pub use agreement::{Agreement, MAX_LIMIT, MAX_WINDOW, Side, Terms, WINDOW};
pub use invitation::{Invitation, MAX_INVITATION_TEXT};
pub use message::{Acknowledgement, Decision, Details, Kind, Payee, Proposal, RefusalCode, Verdict};

#[cfg(test)]
mod tests;
