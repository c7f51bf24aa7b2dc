//! What the tests of the whole share.
//!
//! [`world`] is the simulator: several communities' machines, a network, disks and a clock that exist only in memory, all
//! driven by one seed. [`workload`] plays the people, [`checkers`] says after every step whether what must always be true
//! still is.

pub mod checkers;
pub mod coverage;
pub(crate) mod dice;
pub mod disk;
pub mod network;
pub mod workload;
pub mod world;
