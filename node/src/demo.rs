//! What `kith demo` shows: a small made-up world, or real figures turned into exchanges.
//!
//! Everything below is pure: it names communities, members and exchanges, and leaves it to the
//! caller to play them through real nodes.

pub mod plan;
pub mod scenario;
