//! The Merkle tree over a ledger's leaves (RFC 6962 §2.1, SHA-256), its proofs and their checks.
//!
//! A tree of `n` leaves splits at the largest power of two below `n`. A perfect subtree never changes once its last
//! leaf is there, so a store keeps the hashes of perfect subtrees under (level, index), and every root and every proof
//! of every size, past or present, is made from these. A [`Frontier`] is the least that one needs to go on appending.

use crate::id::Digest;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;
use thiserror::Error;

/// The largest tree. A proof in a tree of 2⁶³ leaves has at most [`MAX_PROOF`] hashes, and no ledger comes near it.
pub const MAX_LEAVES: u64 = 1 << 63;

/// The longest proof: a consistency proof in a tree of [`MAX_LEAVES`] has one hash for each of its 63 levels and one more
/// (RFC 6962 §2.1.2).
pub const MAX_PROOF: usize = 64;

/// Why a proof is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum ProofError {
    /// The leaf asked about lies beyond the tree.
    #[error("entry {index} is not in a ledger of {size} entries; ask for a proof from a later checkpoint")]
    NotInTree {
        /// Index of the leaf, from 0.
        index: u64,
        /// Leaves of the tree.
        size: u64,
    },
    /// The tree claims more leaves than [`MAX_LEAVES`].
    #[error("a ledger of {0} entries cannot be; the checkpoint is not genuine")]
    TooLarge(u64),
    /// The later tree has fewer leaves than the earlier one.
    #[error(
        "the ledger had {old} entries and now claims {new}; a ledger never shrinks, so keep both checkpoints as evidence"
    )]
    Shrunk {
        /// Leaves of the tree seen first.
        old: u64,
        /// Leaves of the tree that claims to follow it.
        new: u64,
    },
    /// Two roots for one size, which no proof can reconcile.
    #[error("there are two different ledgers of {0} entries; keep both checkpoints as evidence")]
    Forked(u64),
    /// Not the number of hashes that these sizes call for.
    #[error("the proof has {0} hashes, which does not fit the size of the ledger; ask for the proof again")]
    Length(usize),
    /// The proof leads to another root of the tree, or of the later of two trees.
    #[error("the proof does not lead to the root in the checkpoint; ask for both again")]
    WrongRoot,
    /// The proof leads to another root of the earlier of two trees.
    #[error(
        "the proof does not lead back to the earlier root; the ledger may have been rewritten, so keep both checkpoints"
    )]
    WrongOldRoot,
}

fn sha256(parts: &[&[u8]]) -> Digest {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update(part);
    }
    Digest(hasher.finalize().into())
}

/// The hash of a leaf: SHA-256 over `0x00` and its bytes (RFC 6962 §2.1).
#[must_use]
pub fn leaf_hash(bytes: &[u8]) -> Digest {
    sha256(&[&[0], bytes])
}

/// The hash of an inner node: SHA-256 over `0x01` and both children (RFC 6962 §2.1).
#[must_use]
pub fn node_hash(left: &Digest, right: &Digest) -> Digest {
    sha256(&[&[1], &left.0, &right.0])
}

/// The root of the tree without leaves: SHA-256 of nothing (RFC 6962 §2.1).
#[must_use]
pub fn empty_root() -> Digest {
    sha256(&[])
}

/// The right edge of a growing tree: the roots of its perfect subtrees, the widest first, one for each one bit of its size.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "RawFrontier")]
pub struct Frontier {
    size: u64,
    peaks: Vec<Digest>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawFrontier {
    size: u64,
    peaks: Vec<Digest>,
}

impl TryFrom<RawFrontier> for Frontier {
    type Error = &'static str;

    fn try_from(raw: RawFrontier) -> Result<Self, Self::Error> {
        if raw.size > MAX_LEAVES || raw.peaks.len() != raw.size.count_ones() as usize {
            return Err("the frontier's hashes do not fit its size");
        }
        Ok(Self { size: raw.size, peaks: raw.peaks })
    }
}

impl Frontier {
    /// Leaves so far.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The root of the tree so far.
    #[must_use]
    pub fn root(&self) -> Digest {
        let joined = self.peaks.iter().rev().copied().reduce(|right, left| node_hash(&left, &right));
        joined.unwrap_or_else(empty_root)
    }

    /// Appends a leaf's hash ([`leaf_hash`]).
    pub fn push(&mut self, leaf: Digest) {
        self.push_with(leaf, &mut |_, _, _| {});
    }

    /// Appends a leaf's hash and reports each perfect subtree that is now complete, the leaf itself (level 0) first, as
    /// level, index from the left within that level, and hash: what a store behind [`Nodes`] has to keep.
    pub fn push_with(&mut self, leaf: Digest, report: &mut impl FnMut(u8, u64, Digest)) {
        let (mut level, mut index, mut node) = (0u8, self.size, leaf);
        report(level, index, node);
        while index & 1 == 1 {
            let left = self.peaks.pop().expect("there is a peak for each one bit of the size");
            node = node_hash(&left, &node);
            level += 1;
            index >>= 1;
            report(level, index, node);
        }
        self.peaks.push(node);
        self.size += 1;
    }
}

/// A store of the hashes of perfect subtrees.
pub trait Nodes {
    /// The root of the subtree over leaves `index << level` to `(index + 1) << level`, exclusive; level 0 holds the leaf
    /// hashes. `None` when the store does not have it.
    fn node(&self, level: u8, index: u64) -> Option<Digest>;
}

/// All nodes in memory, for verifiers of whole ledgers and for tests: two hashes for each leaf.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MemoryNodes(BTreeMap<(u8, u64), Digest>);

impl MemoryNodes {
    /// Every node of the tree over these leaf hashes.
    #[must_use]
    pub fn of(leaves: impl IntoIterator<Item = Digest>) -> Self {
        let (mut nodes, mut frontier) = (Self::default(), Frontier::default());
        for leaf in leaves {
            frontier.push_with(leaf, &mut |level, index, hash| nodes.insert(level, index, hash));
        }
        nodes
    }

    /// Keeps what [`Frontier::push_with`] reports.
    pub fn insert(&mut self, level: u8, index: u64, hash: Digest) {
        self.0.insert((level, index), hash);
    }
}

impl Nodes for MemoryNodes {
    fn node(&self, level: u8, index: u64) -> Option<Digest> {
        self.0.get(&(level, index)).copied()
    }
}

/// The root over `len` leaves from `start` on; `start` is a multiple of the power of two that holds `len`.
fn subtree(start: u64, len: u64, nodes: &impl Nodes) -> Option<Digest> {
    let (mut end, mut root) = (start + len, None);
    for level in 0..64u8 {
        if (len >> level) & 1 == 1 {
            end -= 1 << level;
            let left = nodes.node(level, end >> level)?;
            root = Some(root.map_or(left, |right| node_hash(&left, &right)));
        }
    }
    root
}

/// The largest power of two below `len`, which is at least 2.
fn split(len: u64) -> u64 {
    1 << (len - 1).ilog2()
}

/// The root of the tree as it was at `size` leaves; `None` when the store lacks a node of it.
#[must_use]
pub fn root_at(size: u64, nodes: &impl Nodes) -> Option<Digest> {
    match size {
        0 => Some(empty_root()),
        1..=MAX_LEAVES => subtree(0, size, nodes),
        _ => None,
    }
}

/// Proves that the leaf at `index` is in the tree of `size` leaves: `PATH` of RFC 6962 §2.1.1, from the leaf upwards. `None`
/// when there is no such leaf or the store lacks a node.
#[must_use]
pub fn inclusion_proof(index: u64, size: u64, nodes: &impl Nodes) -> Option<Vec<Digest>> {
    if index >= size || size > MAX_LEAVES {
        return None;
    }
    let (mut start, mut len, mut proof) = (0, size, Vec::new());
    while len > 1 {
        let left = split(len);
        if index - start < left {
            proof.push(subtree(start + left, len - left, nodes)?);
            len = left;
        } else {
            proof.push(subtree(start, left, nodes)?);
            start += left;
            len -= left;
        }
    }
    proof.reverse();
    Some(proof)
}

/// Proves that the tree of `new` leaves begins with the tree of `old` leaves: `PROOF` of RFC 6962 §2.1.2. It is empty from
/// a tree to itself and from the empty tree. `None` when `old` exceeds `new` or the store lacks a node.
#[must_use]
pub fn consistency_proof(old: u64, new: u64, nodes: &impl Nodes) -> Option<Vec<Digest>> {
    if old > new || new > MAX_LEAVES {
        return None;
    }
    if old == 0 {
        return Some(Vec::new());
    }
    let (mut start, mut len, mut proof) = (0, new, Vec::new());
    while old - start < len {
        let left = split(len);
        if old - start <= left {
            proof.push(subtree(start + left, len - left, nodes)?);
            len = left;
        } else {
            proof.push(subtree(start, left, nodes)?);
            start += left;
            len -= left;
        }
    }
    // On the left edge the verifier holds this hash already: it is the old root.
    if start > 0 {
        proof.push(subtree(start, len, nodes)?);
    }
    proof.reverse();
    Some(proof)
}

/// Where a verifier stands on its way up: the node's index and the last index of its level (`fn` and `sn` of RFC 9162).
struct Climb {
    node: u64,
    last: u64,
}

impl Climb {
    fn up(&mut self) {
        self.node >>= 1;
        self.last >>= 1;
    }

    /// Goes up past the next hash of the proof and says whether that hash stands to the left; `None` at the root.
    fn step(&mut self) -> Option<bool> {
        if self.last == 0 {
            return None;
        }
        let sibling_is_left = self.node & 1 == 1 || self.node == self.last;
        if sibling_is_left {
            // A last node without a right sibling is its own parent until it has a left one.
            while self.node & 1 == 0 && self.node != 0 {
                self.up();
            }
        }
        self.up();
        Some(sibling_is_left)
    }
}

fn check_bounds(size: u64, proof: &[Digest]) -> Result<(), ProofError> {
    if size > MAX_LEAVES {
        return Err(ProofError::TooLarge(size));
    }
    if proof.len() > MAX_PROOF {
        return Err(ProofError::Length(proof.len()));
    }
    Ok(())
}

/// Checks that `leaf` stands at `index` in the tree of `size` leaves under `root` (RFC 9162 §2.1.3.2).
///
/// `size` and `root` must come from one checked checkpoint: a proof alone does not bind the size.
///
/// # Errors
/// [`ProofError`]; hostile proofs cost at most [`MAX_PROOF`] hashes.
pub fn verify_inclusion(
    index: u64,
    size: u64,
    leaf: &Digest,
    root: &Digest,
    proof: &[Digest],
) -> Result<(), ProofError> {
    check_bounds(size, proof)?;
    if index >= size {
        return Err(ProofError::NotInTree { index, size });
    }
    let mut climb = Climb { node: index, last: size - 1 };
    let mut hash = *leaf;
    for sibling in proof {
        let left = climb.step().ok_or(ProofError::Length(proof.len()))?;
        hash = if left { node_hash(sibling, &hash) } else { node_hash(&hash, sibling) };
    }
    if climb.last != 0 {
        return Err(ProofError::Length(proof.len()));
    }
    if hash == *root { Ok(()) } else { Err(ProofError::WrongRoot) }
}

/// Checks that the tree of `new_size` leaves under `new_root` begins with the tree of `old_size` leaves under `old_root`
/// (RFC 9162 §2.1.4.2). From the empty tree, and from a tree to itself, the proof is empty.
///
/// # Errors
/// [`ProofError`]; hostile proofs cost at most twice [`MAX_PROOF`] hashes.
pub fn verify_consistency(
    old_size: u64,
    old_root: &Digest,
    new_size: u64,
    new_root: &Digest,
    proof: &[Digest],
) -> Result<(), ProofError> {
    check_bounds(new_size, proof)?;
    if old_size > new_size {
        return Err(ProofError::Shrunk { old: old_size, new: new_size });
    }
    if old_size == new_size && old_root != new_root {
        return Err(ProofError::Forked(old_size));
    }
    if old_size == 0 && *old_root != empty_root() {
        return Err(ProofError::WrongOldRoot);
    }
    let wrong_length = ProofError::Length(proof.len());
    if old_size == 0 || old_size == new_size {
        return if proof.is_empty() { Ok(()) } else { Err(wrong_length) };
    }
    // A perfect old tree is itself the first node, so the proof leaves it out.
    let (first, rest) =
        if old_size.is_power_of_two() { (old_root, proof) } else { proof.split_first().ok_or(wrong_length)? };
    let mut climb = Climb { node: old_size - 1, last: new_size - 1 };
    while climb.node & 1 == 1 {
        climb.up();
    }
    let (mut old, mut new) = (*first, *first);
    for sibling in rest {
        if climb.step().ok_or(wrong_length)? {
            old = node_hash(sibling, &old);
            new = node_hash(sibling, &new);
        } else {
            new = node_hash(&new, sibling);
        }
    }
    if climb.last != 0 {
        return Err(wrong_length);
    }
    if old != *old_root {
        return Err(ProofError::WrongOldRoot);
    }
    if new == *new_root { Ok(()) } else { Err(ProofError::WrongRoot) }
}

#[cfg(test)]
mod tests;
