//! Fixed-size items in pages of 256, so that a million of them take thousands of index entries, not a million: where each
//! ledger entry lies in the journal, and the nodes of the Merkle tree on every eighth level.

use super::{Overlay, keys};
use crate::store::{Index, StoreError};
use kith_protocol::{
    id::Digest,
    ledger::merkle::{Nodes, node_hash},
};

/// Items in a full page. C2SP tlog-tiles uses the same width.
const WIDTH: u64 = 256;
/// Levels of the tree between kept ones.
const STEP: u8 = 8;
/// The page level that holds positions instead of hashes.
const POSITIONS: u8 = 255;

/// One growing sequence of items of `N` bytes.
#[derive(Debug, Clone)]
struct Sequence<const N: usize> {
    level: u8,
    len: u64,
    /// The page that is not full yet.
    last: Vec<u8>,
}

impl<const N: usize> Sequence<N> {
    fn load(level: u8, len: u64, index: &dyn Index) -> Result<Self, StoreError> {
        let fill = usize::try_from(len % WIDTH).unwrap_or(0) * N;
        let last = if fill == 0 { Vec::new() } else { index.get(&keys::page(level, len / WIDTH))?.unwrap_or_default() };
        Ok(Self { level, len, last: last.get(..fill).map(<[u8]>::to_vec).unwrap_or_default() })
    }

    fn push(&mut self, item: &[u8; N], overlay: &mut Overlay) {
        self.last.extend_from_slice(item);
        self.len += 1;
        if self.len.is_multiple_of(WIDTH) {
            let full = std::mem::take(&mut self.last);
            overlay.put(keys::page(self.level, self.len / WIDTH - 1), full);
        }
    }

    /// Keeps the unfinished page, too, so that it is found again after a restart.
    fn keep(&self, overlay: &mut Overlay) {
        if !self.last.is_empty() {
            overlay.put(keys::page(self.level, self.len / WIDTH), self.last.clone());
        }
    }

    fn get(&self, at: u64, look: &dyn Fn(&[u8]) -> Option<Vec<u8>>) -> Option<[u8; N]> {
        if at >= self.len {
            return None;
        }
        let offset = usize::try_from(at % WIDTH).ok()? * N;
        let item = |page: &[u8]| page.get(offset..offset + N)?.try_into().ok();
        if at / WIDTH == self.len / WIDTH {
            item(&self.last)
        } else {
            item(&look(&keys::page(self.level, at / WIDTH))?)
        }
    }
}

/// Where a ledger entry lies: the journal frame and which of its facts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) frame: u64,
    pub(super) fact: u16,
}

/// All pages of one ledger.
#[derive(Debug, Clone)]
pub(super) struct Pages {
    places: Sequence<10>,
    /// Levels 0, 8, 16 and 24: enough for 2^32 entries.
    nodes: [Sequence<32>; 4],
}

impl Pages {
    pub(super) fn load(entries: u64, index: &dyn Index) -> Result<Self, StoreError> {
        let level = |n: u8| Sequence::load(n * STEP, entries >> (n * STEP), index);
        Ok(Self {
            places: Sequence::load(POSITIONS, entries, index)?,
            nodes: [level(0)?, level(1)?, level(2)?, level(3)?],
        })
    }

    pub(super) fn len(&self) -> u64 {
        self.places.len
    }

    pub(super) fn push(&mut self, place: Place, leaf: Digest, overlay: &mut Overlay) {
        let mut item = [0; 10];
        item[..8].copy_from_slice(&place.frame.to_be_bytes());
        item[8..].copy_from_slice(&place.fact.to_be_bytes());
        self.places.push(&item, overlay);
        let mut node = leaf;
        for level in 0..self.nodes.len() {
            self.nodes[level].push(node.as_bytes(), overlay);
            if !self.nodes[level].len.is_multiple_of(WIDTH) {
                break;
            }
            // A page has just been completed: its 256 nodes are one node eight levels up.
            let page = self.nodes[level].len / WIDTH - 1;
            node = overlay.get(&keys::page(self.nodes[level].level, page)).flatten().map_or(Digest::ZERO, fold);
        }
    }

    pub(super) fn keep(&self, overlay: &mut Overlay) {
        self.places.keep(overlay);
        self.nodes.iter().for_each(|level| level.keep(overlay));
    }

    pub(super) fn place(&self, entry: u64, look: &dyn Fn(&[u8]) -> Option<Vec<u8>>) -> Option<Place> {
        let item = self.places.get(entry, look)?;
        let (frame, fact) = item.split_first_chunk::<8>()?;
        Some(Place { frame: u64::from_be_bytes(*frame), fact: u16::from_be_bytes(fact.try_into().ok()?) })
    }
}

/// The node above a full page of hashes.
fn fold(page: Vec<u8>) -> Digest {
    let mut row: Vec<Digest> = page.chunks_exact(32).filter_map(|c| Some(Digest(c.try_into().ok()?))).collect();
    while row.len() > 1 {
        row = row.chunks_exact(2).map(|pair| node_hash(&pair[0], &pair[1])).collect();
    }
    row.pop().unwrap_or(Digest::ZERO)
}

/// The tree's nodes, for proofs.
pub(super) struct Tree<'a> {
    pub(super) pages: &'a Pages,
    pub(super) look: &'a dyn Fn(&[u8]) -> Option<Vec<u8>>,
}

impl Nodes for Tree<'_> {
    fn node(&self, level: u8, index: u64) -> Option<Digest> {
        if level.is_multiple_of(STEP) {
            let kept = self.pages.nodes.get(usize::from(level / STEP))?;
            return kept.get(index, self.look).map(Digest);
        }
        let left = self.node(level - 1, index * 2)?;
        let right = self.node(level - 1, index * 2 + 1)?;
        Some(node_hash(&left, &right))
    }
}
