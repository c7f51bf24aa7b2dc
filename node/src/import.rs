//! Bringing people in from other systems.

pub mod amount;
pub mod bring;
pub mod columns;
mod error;
pub(crate) mod lines;
pub mod people;
pub mod problem;
pub mod system;

pub use columns::{ColumnMap, Field};
pub use error::ImportError;
pub use people::{Kind, Limits, People, Person, Post, Role, read_people};
pub use problem::{Problem, Sheet, Wrong};
pub use system::{Brought, Files, Sums, System, read_system};
