//! What the tests of the whole share.
//!
//! [`cluster`] runs the real program: several nodes, each a process of its own with its own directory, on loopback.
//! [`storm`] plays the people at work while those processes are killed, and judges what is left.

pub mod cluster;
pub(crate) mod dice;
pub mod storm;
