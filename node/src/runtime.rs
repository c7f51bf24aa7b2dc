//! The running node: the clerk and the threads around it.
//!
//! ```text
//! API, pages ── Handle ──> verifier (members' signatures, in batches) ──> clerk ── Book (journal, index)
//! network ── doorman (reads, checks signatures, in order) ──────────────> clerk ── outbox ──> network
//! ```
//!
//! Every queue is bounded, and only threads that may wait do: the network task and the API give up when a queue is full.

pub mod agreed;
pub mod book;
mod checkpoints;
mod clerk;
pub mod clock;
pub mod counters;
pub mod cut;
pub mod desk;
pub mod disputes;
mod doorman;
pub mod export;
mod handle;
pub mod home;
pub mod inviting;
mod leaving;
mod life;
pub mod listings;
mod mendable;
pub mod near;
mod news;
pub mod office;
mod outbox;
pub mod own;
pub mod personal;
mod proving;
pub mod rebuild;
pub mod retired;
pub mod root;
pub mod shelves;
mod start;
pub mod statement;
mod verifier;
pub mod week;

pub use checkpoints::{CheckpointError, Checkpoints};
pub use cut::{Cut, LaneHead};
pub use handle::{Answer, Handle, Refused, Request};
pub use home::{Home, HomeError};
pub use mendable::{Mendable, mendable};
pub use news::News;
pub use root::{Root, WordsError};
pub use start::{Founding, Running, STOP_WITHIN, StartError, Starting, found, found_with, open, open_telling, start};
pub(crate) use start::{open_as_it_is, start_locked};

/// Exit code when the disk refuses: `EX_IOERR` of sysexits.
pub const EXIT_DISK: i32 = 74;
