#![expect(clippy::unwrap_used, reason = "tests")]
//! The rules of the ledger: towns made for tests, every refusal by name, and long random histories.

pub(crate) mod fixture;
