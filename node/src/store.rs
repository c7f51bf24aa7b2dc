//! What the node keeps on disk. The store keeps bytes: it knows neither what they mean nor that a network exists.
//!
//! | Part | Holds | If it is lost |
//! |---|---|---|
//! | [`journal`] | every record of this community, in order | the community: restore a backup |
//! | [`checkpoint`] | the last checkpoint shown to anyone | must be restored together with the journal |
//! | [`snapshot`] | the state after a position of the journal | nothing: the journal is read from its start |
//! | [`index`] | look-ups over the journal, other communities' shelves | nothing: built again |
//! | [`people`] | names and contacts, erasable | what its own backup does not hold |
//! | [`secret`] | keys | restore a backup |
//! | [`escrow`] | partners' copies, encrypted by them | what they could be restored from |
//!
//! One process at a time uses a directory: take a [`lock::DirectoryLock`] first.

pub mod checkpoint;
pub mod error;
pub mod escrow;
pub(crate) mod files;
pub mod index;
pub mod journal;
pub mod lock;
pub mod people;
pub mod secret;
mod segment;
pub mod snapshot;

pub use checkpoint::CheckpointFile;
pub use error::StoreError;
pub use escrow::{Escrow, Part};
pub use index::{Index, MemoryIndex, SledIndex, Write};
pub use journal::{
    FrameFlaw, Frames, Journal, JournalReader, MAX_BATCH_BYTES, MAX_FRAME_BYTES, SegmentCopy, SegmentStream, TornTail,
};
pub use lock::DirectoryLock;
pub use people::{MAX_PERSON_BYTES, People};
pub use segment::Position;
