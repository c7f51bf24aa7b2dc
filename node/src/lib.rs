//! The program `kith`: storage, network, runtime, API, pages, command line.

pub mod demo;
pub mod import;
pub mod network;
pub mod runtime;
pub mod store;
