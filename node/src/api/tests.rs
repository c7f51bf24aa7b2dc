//! Real nodes, real HTTP.
#![expect(clippy::unwrap_used, reason = "tests")]

mod backup;
mod documents;
mod exchanges;
mod federation;
mod joining;
mod listings;
mod members;
mod nodes;
mod office;
mod problems;
mod repeats;
mod together;
