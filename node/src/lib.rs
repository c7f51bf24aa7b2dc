//! The node.

pub mod network;
pub mod store;
