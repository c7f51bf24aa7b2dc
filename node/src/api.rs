//! The API.

pub mod types;
