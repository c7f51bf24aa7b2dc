#![expect(clippy::unwrap_used, reason = "tests")]
//! The rules of the ledger: towns made for tests, every refusal by name, and long random histories.

mod balances;
mod consents;
mod exchanges;
pub(crate) mod fixture;
mod keys;
mod members;
mod partners;
mod replay;
pub(crate) mod stories;
