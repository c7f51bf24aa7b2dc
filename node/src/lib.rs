//! The program `kith`: storage, network, runtime, API, pages, command line.

pub mod api;
pub mod area;
pub mod backup;
pub mod cli;
pub mod client;
pub mod config;
pub mod demo;
pub mod escrow;
pub mod export;
pub mod failure;
pub mod health;
pub mod import;
pub mod local;
pub mod mail;
pub mod network;
pub mod passkey;
pub mod people;
pub mod picture;
pub mod progress;
pub mod runtime;
pub mod serve;
mod spelling;
pub mod store;
pub mod telemetry;
#[cfg(test)]
mod trial;
pub mod web;
