//! The rules of Kith, a federated exchange network for time banks, and nothing else.
pub mod codec;
pub mod envelope;
pub mod id;
pub mod key;
pub mod ledger;
pub mod minutes;
pub mod time;
