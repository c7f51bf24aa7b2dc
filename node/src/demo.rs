//! What `kith demo` shows: a small made-up world, or real figures turned into exchanges, played through real nodes.
//!
//! [`plan`] and [`scenario`] are pure; [`script`] brings both into one form; [`nodes`] starts real processes, [`play`] does what
//! people would do through their API, and [`report`] compares what came of it with what should have.

pub mod args;
pub mod nodes;
pub mod plan;
pub mod play;
pub mod report;
pub mod run;
pub mod scenario;
pub mod script;
