//! The node.
pub mod store;
