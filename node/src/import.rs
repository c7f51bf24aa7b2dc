//! Bringing people in from other systems.

pub mod columns;
mod error;
pub(crate) mod lines;
pub mod people;

pub use columns::{ColumnMap, Field};
pub use error::ImportError;
pub use people::{Kind, Limits, People, Person, Problem, Role, Wrong, read_people};
