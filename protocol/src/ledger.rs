//! A community's signed ledger: its Merkle tree, its checkpoints and the file in which it travels.
pub mod archive;
pub mod checkpoint;
pub mod merkle;
