//! Backups: everything of a community in one file that only its 24 recovery words open.
//!
//! # The file
//!
//! An age file (C2SP `age`) for one X25519 recipient, whose key is made from the community's root key by HKDF-SHA256
//! ([`seal::INFO`]). The recipient lies in the node's directory, so that making a backup takes no secret; the root key,
//! which is the recovery words, opens it. Inside is a tar archive (POSIX ustar) of plain files in this order:
//!
//! | Member | Holds |
//! |---|---|
//! | `manifest.cbor` | a [`Manifest`], signed by the operational key: every other member's length and SHA-256, and what the node held |
//! | `keys/transport` `keys/alias` `keys/backup-recipient` | the keys that a restored community keeps |
//! | `kith.toml` | the settings, if there are any |
//! | `checkpoint` | the signed checkpoint over exactly the ledger in the journal |
//! | `journal/…` | the journal's segments, as far as the moment of the backup |
//! | `people` | names, contacts and notes: for each an id of 16 bytes, a length (4 bytes, little-endian), the record |
//!
//! The operational key is not in it: a restored community never signs with the key of the old copy.
//!
//! # What is checked
//!
//! age finds every changed, missing or added byte. Whoever knows the recipient could still make another file, therefore the
//! manifest is signed, and verifying judges the ledger as `kith verify` does, replays the journal, and compares
//! size, root and the lanes of every partnership with the manifest. Nothing of a file is used before all of it was judged.
//!
//! Partners that keep copies get the same in pieces ([`pieces`]).
//!
//! Writing and reading hold one chunk of 64 KiB, one frame of the journal and one person's record in memory; judging holds
//! the ledger's entries, as a node does that replays its journal.

mod error;
mod keeper;
mod make;
mod manifest;
mod people;
pub mod pieces;
mod read;
mod recover;
mod restore;
mod rotate;
pub mod seal;
mod spool;
mod stopped;
mod stream;
pub(crate) mod tar;
#[cfg(test)]
mod tests;
mod verify;
mod whole;
mod within;
mod words;

pub use error::BackupError;
pub use keeper::{Keeper, OVERDUE_AFTER, Policy, note_success};
pub use make::Source;
pub use manifest::{Manifest, Member};
pub use recover::begin_recovery;
pub(crate) use restore::{Beside, check_empty};
pub use restore::{Restored, restore, restored};
pub use rotate::rotate;
pub use stopped::{Made, enable, handover, make};
pub use stream::stream;
pub use verify::{Verified, verify, verify_telling};
pub use whole::WholeFile;
pub use within::{SETUP, Workshop, settle};
pub use words::read_words;
