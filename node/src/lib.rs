//! The program `kith`: storage, network, runtime, API, pages, command line.

pub mod api;
pub mod client;
pub mod demo;
pub mod health;
pub mod import;
pub mod network;
pub mod people;
pub mod runtime;
pub mod store;
#[cfg(test)]
mod trial;
pub mod web;
