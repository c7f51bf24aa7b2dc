//! A community's signed ledger: what it can say, the rules by which it grows, its Merkle tree, its checkpoints and the file
//! in which it travels.
//!
//! Double entry in whole minutes: the postings of every entry sum to zero and every balance is a fold of them.
//! Deliberately absent: deletion, editing, and anything that says who a member is.

pub mod archive;
pub mod checkpoint;
mod consent;
mod entry;
pub use crate::merkle;
mod part;
mod rules;
mod shown;
mod state;

pub use consent::{Agreeable, Agreed, Asked, Authority, Channel, Consent};
pub use entry::{
    Body, CorrectionTerms, ENTRY_VERSION, Entry, ExchangeTerms, GiftTerms, GroupTerms, MAX_ENTRY_BYTES, MAX_GROUP,
    PaymentTerms, UnderId,
};
pub use part::Running;
pub use rules::{Applied, POT_FLOOR, Validated};
pub use shown::{Receipt, Shown};
pub use state::{Account, Advance, History, Hold, Ledger, Partner, Posting, Recorded};

#[cfg(test)]
pub(crate) mod tests;
