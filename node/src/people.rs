//! Names and contacts of members: kept apart from the ledger, encrypted one by one, and erasable.

use crate::area::Cell;
use kith_protocol::{codec, rejection::Rejection, text};
use serde::{Deserialize, Serialize};

/// The longest name, in characters.
pub const MAX_NAME: usize = 80;
/// The longest contact detail, in characters.
pub const MAX_CONTACT: usize = 120;
/// The longest note on an exchange, in characters.
pub const MAX_NOTE: usize = 500;

/// What is known of a person or organisation besides their standing in the ledger.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Person {
    /// Full name, or the name of the organisation.
    pub name: String,
    /// E-mail address.
    pub email: Option<String>,
    /// Telephone number.
    pub phone: Option<String>,
    /// The id they had in an earlier system.
    pub external: Option<String>,
    /// When they joined an earlier system, as `YYYY-MM-DD`.
    pub joined: Option<String>,
    /// Whether they let their telephone number be printed in the directory of members.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub in_directory: bool,
    /// Where they live, to a kilometre or so: a geohash. For them and the coordinators only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub area: Option<String>,
}

impl Person {
    /// Checks lengths and characters.
    ///
    /// # Errors
    /// [`Rejection::BadText`].
    pub fn check(&self) -> Result<(), Rejection> {
        text::check("name", &self.name, MAX_NAME)?;
        for (field, value) in
            [("email", &self.email), ("phone", &self.phone), ("external", &self.external), ("joined", &self.joined)]
        {
            if let Some(value) = value {
                text::check(field, value, MAX_CONTACT)?;
            }
        }
        self.area.as_deref().map_or(Ok(()), text::check_area)
    }

    /// Where they live, roughly, if they say it.
    #[must_use]
    pub fn home(&self) -> Option<Cell> {
        self.area.as_deref().and_then(Cell::of)
    }

    /// The bytes to keep.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        codec::encode(self)
    }

    /// Reads kept bytes.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        codec::decode_own(bytes).ok()
    }
}
