//! What the API takes to make a backup.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A backup to be made.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct NewBackup {
    /// Whether this copy is to be retired for it: it takes nothing in any more and never starts again.
    pub handover: bool,
}
