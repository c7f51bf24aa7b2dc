//! The rules of Kith, a federated exchange network for time banks, and nothing else.
//!
//! In scope: identities, the canonical encoding, signed envelopes, the ledger and its rules, the shelf, partnerships, the
//! lanes between two communities, and the machine that composes them. Out of scope, and deliberately absent: clocks,
//! randomness, storage, sockets, logs, threads. Time and random bytes are arguments; what must be durable is a result.
//!
//! The modules are floors of a house: each uses only what lies below it.
//!
//! 1. [`codec`], [`id`], [`minutes`], [`time`]; and [`flaw`], which is empty but in tests
//! 2. [`key`], [`rejection`], [`text`], [`alias`], [`merkle`]
//! 3. [`envelope`], [`sealing`]
//! 4. [`community`], [`member`]
//! 5. [`partnership`], [`ledger`], [`shelf`]
//! 6. [`lane`], [`escrow`]
//! 7. [`evidence`], [`sheet`], [`statement`]
//! 8. [`document`]
//! 9. [`machine`], [`audit`]

#[macro_use]
pub mod flaw;

pub mod alias;
pub mod audit;
pub mod codec;
pub mod community;
pub mod document;
pub mod envelope;
pub mod escrow;
pub mod evidence;
pub mod id;
pub mod key;
pub mod lane;
pub mod ledger;
pub mod machine;
pub mod member;
pub mod merkle;
pub mod minutes;
pub mod partnership;
pub mod rejection;
pub mod sealing;
pub mod sheet;
pub mod shelf;
pub mod statement;
pub mod text;
pub mod time;
