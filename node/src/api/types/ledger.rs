//! What the API says of the ledger.

use kith_protocol::id::Digest;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The ledger's signed checkpoint.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct CheckpointView {
    /// Entries.
    pub size: u64,
    /// RFC 6962 root.
    #[schema(value_type = super::schema::Hex32)]
    pub root: Digest,
    /// The C2SP signed note.
    pub note: String,
}

/// Some entries of the ledger, in order.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct EntriesView {
    /// The index of the first.
    pub from: u64,
    /// The entries. Fewer than asked for when the ledger ends or they are large.
    pub items: Vec<EntryView>,
}

/// One entry of the ledger.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct EntryView {
    /// Its index.
    pub index: u64,
    /// RFC 6962 hash of its canonical bytes.
    #[schema(value_type = super::schema::Hex32)]
    pub leaf: Digest,
    /// What it says.
    #[schema(value_type = Object)]
    pub entry: serde_json::Value,
}

/// The proof that an entry is in the ledger (RFC 6962 §2.1.1).
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct InclusionView {
    /// The entry's index.
    pub index: u64,
    /// How many entries the ledger has that it is proved for.
    pub size: u64,
    /// The hash of the entry.
    #[schema(value_type = super::schema::Hex32)]
    pub leaf: Digest,
    /// The root over `size` entries.
    #[schema(value_type = super::schema::Hex32)]
    pub root: Digest,
    /// The hashes that lead from the entry to the root.
    #[schema(value_type = Vec<super::schema::Hex32>)]
    pub proof: Vec<Digest>,
}

/// The proof that a ledger only grew (RFC 6962 §2.1.2).
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ConsistencyView {
    /// The smaller size.
    pub old: u64,
    /// The larger size.
    pub new: u64,
    /// The root over `old` entries.
    #[schema(value_type = super::schema::Hex32)]
    pub old_root: Digest,
    /// The root over `new` entries.
    #[schema(value_type = super::schema::Hex32)]
    pub new_root: Digest,
    /// The hashes that lead from both roots to each other.
    #[schema(value_type = Vec<super::schema::Hex32>)]
    pub proof: Vec<Digest>,
}
