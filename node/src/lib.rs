//! The node.

pub mod network;
