//! What the tests of the whole share.
//!
//! [`world`] is the simulator: several communities' machines, a network, disks and a clock that exist only in memory, all
//! driven by one seed. [`workload`] plays the people, [`checkers`] says after every step whether what must always be true
//! still is.
//!
//! [`cluster`] runs the real program: several nodes, each a process of its own with its own directory, on loopback.
//! [`pair`] is two machines in memory and every message between them, for tests that start from real messages.
//! [`hostile`] is a partner that breaks every rule it can, over a real connection with a real node.
//! [`browser`] leads a real browser through their pages.
//! [`storm`] plays the people at work while those processes are killed, and judges what is left.

pub mod browser;
pub mod checkers;
pub mod cluster;
pub mod coverage;
pub(crate) mod dice;
pub mod disk;
pub mod hostile;
pub mod model;
pub mod network;
pub mod pair;
pub mod storm;
pub mod workload;
pub mod world;
