//! The file of an exported ledger: a CARv1 archive (IPLD "content addressable archive"), so that foreign tools can open it.
//!
//! A length and a header, then for each block a length, the block's CID and its bytes. Lengths are unsigned varints (LEB128,
//! shortest form). Every CID here is version 1, DAG-CBOR, SHA-256; the header has one root, which is block 0's. Any
//! change to a byte of such a file is found. What only blocks missing at its end would change is found by whoever knows how
//! many there are: block 0 is the place to say so.

use crate::id::Digest;
use sha2::{Digest as _, Sha256};
use std::ops::Range;
use thiserror::Error;

/// The largest block: 1 MiB, what IPFS tools exchange as one block. Entries of a ledger are far smaller.
pub const MAX_BLOCK_BYTES: usize = 1024 * 1024;

/// A header with one root has exactly this many bytes, after its length: there is one form only.
pub const HEADER_BYTES: usize = HEADER_START.len() + 32 + HEADER_END.len();

/// `{"roots": [CID], "version": 1}` in canonical DAG-CBOR, up to the digest in its only CID: a link is tag 42 around the CID's
/// 36 bytes with a zero byte before them.
const HEADER_START: &[u8] = b"\xa2\x65roots\x81\xd8\x2a\x58\x25\x00\x01\x71\x12\x20";

/// The header after the digest.
const HEADER_END: &[u8] = b"\x67version\x01";

/// A CID before its digest: version 1, codec DAG-CBOR, then multihash SHA-256 of 32 bytes.
const CID_START: &[u8] = &[0x01, 0x71, 0x12, 0x20];

/// The bytes of a CID.
const CID_BYTES: usize = CID_START.len() + 32;

/// Bytes of the longest length: three hold every number below 2²¹, twice the largest block.
const MAX_LENGTH_BYTES: usize = 3;

/// Why an archive is refused.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ArchiveError {
    /// A block to be written exceeds [`MAX_BLOCK_BYTES`].
    #[error("a block of {0} bytes does not fit into an archive; at most {MAX_BLOCK_BYTES} are allowed")]
    TooLarge(usize),
    /// The file does not start with the one header that an archive of a ledger has.
    #[error("this is not an exported ledger, or its first bytes were changed; export it again")]
    Header,
    /// The header's root is not block 0.
    #[error("block 0 of the archive is not the one its header names: one of them was changed; export the ledger again")]
    Root,
    /// A length that is too large or not in its shortest form.
    #[error("the length of block {block} of the archive was changed; export the ledger again")]
    Length {
        /// The block's number, from 0.
        block: u64,
    },
    /// Not a CIDv1 of DAG-CBOR and SHA-256.
    #[error(
        "the identifier of block {block} of the archive was changed or is of another kind; export the ledger again"
    )]
    Identifier {
        /// The block's number, from 0.
        block: u64,
    },
    /// The bytes do not have the digest in the CID.
    #[error("block {block} of the archive was changed: it does not fit its identifier; export the ledger again")]
    Content {
        /// The block's number, from 0.
        block: u64,
    },
    /// The file ends before this block does.
    #[error("the archive is cut short in block {block}; copy or export it again")]
    CutShort {
        /// The block's number, from 0.
        block: u64,
    },
}

impl ArchiveError {
    /// The number of the first bad block, from 0; `None` when the header is bad or the error is the writer's.
    #[must_use]
    pub fn block(&self) -> Option<u64> {
        match self {
            Self::TooLarge(_) | Self::Header => None,
            Self::Root => Some(0),
            Self::Length { block }
            | Self::Identifier { block }
            | Self::Content { block }
            | Self::CutShort { block } => Some(*block),
        }
    }
}

/// The digest in a block's CID: SHA-256 over its bytes, without a domain, as IPLD has it.
#[must_use]
pub fn content_digest(bytes: &[u8]) -> Digest {
    Digest(Sha256::digest(bytes).into())
}

fn with_length(parts: &[&[u8]]) -> Vec<u8> {
    let mut rest: usize = parts.iter().map(|part| part.len()).sum();
    let mut out = Vec::with_capacity(rest + MAX_LENGTH_BYTES);
    while rest >= 0x80 {
        out.push(u8::try_from(rest & 0x7f).expect("seven bits fit a byte") | 0x80);
        rest >>= 7;
    }
    out.push(u8::try_from(rest).expect("seven bits fit a byte"));
    for part in parts {
        out.extend_from_slice(part);
    }
    out
}

/// Writes an archive piece by piece: the header, block 0, then the other blocks.
pub struct ArchiveWriter;

impl ArchiveWriter {
    /// What the file starts with; `root` is the [`content_digest`] of block 0.
    #[must_use]
    pub fn header(root: &Digest) -> Vec<u8> {
        with_length(&[HEADER_START, &root.0, HEADER_END])
    }

    /// The next piece of the file for a block's bytes, which should be DAG-CBOR.
    ///
    /// # Errors
    /// [`ArchiveError::TooLarge`].
    pub fn block(bytes: &[u8]) -> Result<Vec<u8>, ArchiveError> {
        if bytes.len() > MAX_BLOCK_BYTES {
            return Err(ArchiveError::TooLarge(bytes.len()));
        }
        Ok(with_length(&[CID_START, &content_digest(bytes).0, bytes]))
    }
}

/// A block whose bytes fit its CID.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Block<'a> {
    /// Its place in the archive, from 0.
    pub number: u64,
    /// The digest in its CID.
    pub digest: Digest,
    /// Its content, DAG-CBOR if the writer kept its promise.
    pub bytes: &'a [u8],
}

/// Reads an archive from chunks of any size: push a chunk, take blocks until there is none, and so on; at the end, finish.
///
/// Memory stays below one block and one chunk as long as the blocks are taken before the next chunk is pushed.
#[derive(Debug, Default)]
pub struct ArchiveReader {
    buffer: Vec<u8>,
    /// Where in the buffer the unread bytes start.
    start: usize,
    root: Option<Digest>,
    blocks: u64,
    failed: Option<ArchiveError>,
}

impl ArchiveReader {
    /// A reader at the start of a file.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds the next bytes of the file.
    pub fn push(&mut self, chunk: &[u8]) {
        // After an error nothing more will be read, so nothing more is kept.
        if self.failed.is_none() {
            self.buffer.drain(..self.start);
            self.start = 0;
            self.buffer.extend_from_slice(chunk);
        }
    }

    /// The next block, checked; `None` when it is not complete yet.
    ///
    /// # Errors
    /// [`ArchiveError`] with the number of the first bad block; from then on the same error.
    pub fn next_block(&mut self) -> Result<Option<Block<'_>>, ArchiveError> {
        if let Some(error) = &self.failed {
            return Err(error.clone());
        }
        match self.advance() {
            Ok(None) => Ok(None),
            Ok(Some((number, digest, place))) => Ok(Some(Block { number, digest, bytes: &self.buffer[place] })),
            Err(error) => {
                self.buffer = Vec::new();
                self.start = 0;
                self.failed = Some(error.clone());
                Err(error)
            }
        }
    }

    /// Ends the file and gives the number of its blocks. Call it after [`Self::next_block`] gave `None`.
    ///
    /// # Errors
    /// The error met before, or [`ArchiveError::CutShort`], or [`ArchiveError::Header`] when not even that was there.
    pub fn finish(self) -> Result<u64, ArchiveError> {
        if let Some(error) = self.failed {
            return Err(error);
        }
        if self.root.is_none() {
            return Err(ArchiveError::Header);
        }
        if self.blocks == 0 || self.start < self.buffer.len() {
            return Err(ArchiveError::CutShort { block: self.blocks });
        }
        Ok(self.blocks)
    }

    /// The next block's number, digest, and place in the buffer.
    fn advance(&mut self) -> Result<Option<(u64, Digest, Range<usize>)>, ArchiveError> {
        let root = match self.root {
            Some(root) => root,
            None => {
                let Some(place) = self.section(HEADER_BYTES, ArchiveError::Header)? else { return Ok(None) };
                *self.root.insert(root_of(&self.buffer[place]).ok_or(ArchiveError::Header)?)
            }
        };
        let block = self.blocks;
        let Some(place) = self.section(CID_BYTES + MAX_BLOCK_BYTES, ArchiveError::Length { block })? else {
            return Ok(None);
        };
        let (digest, bytes) = part_cid(&self.buffer[place.clone()]).ok_or(ArchiveError::Identifier { block })?;
        if content_digest(bytes) != digest {
            return Err(ArchiveError::Content { block });
        }
        if block == 0 && digest != root {
            return Err(ArchiveError::Root);
        }
        self.blocks += 1;
        Ok(Some((block, digest, place.start + CID_BYTES..place.end)))
    }

    /// Takes the next length and as many bytes, once all are there; `wrong` if the length is not one or exceeds the limit.
    fn section(&mut self, limit: usize, wrong: ArchiveError) -> Result<Option<Range<usize>>, ArchiveError> {
        let rest = &self.buffer[self.start..];
        let Some(end) = rest.iter().take(MAX_LENGTH_BYTES).position(|byte| byte & 0x80 == 0) else {
            return if rest.len() < MAX_LENGTH_BYTES { Ok(None) } else { Err(wrong) };
        };
        let digits = &rest[..=end];
        let length = digits.iter().rev().fold(0usize, |sum, byte| (sum << 7) | usize::from(byte & 0x7f));
        // A zero as last digit adds nothing, so the same length would have a shorter form.
        if length > limit || (end > 0 && digits[end] == 0) {
            return Err(wrong);
        }
        let place = self.start + digits.len()..self.start + digits.len() + length;
        if place.end > self.buffer.len() {
            return Ok(None);
        }
        self.start = place.end;
        Ok(Some(place))
    }
}

fn root_of(header: &[u8]) -> Option<Digest> {
    let digest = header.strip_prefix(HEADER_START)?.strip_suffix(HEADER_END)?;
    digest.try_into().ok().map(Digest)
}

fn part_cid(section: &[u8]) -> Option<(Digest, &[u8])> {
    let (digest, bytes) = section.strip_prefix(CID_START)?.split_first_chunk::<32>()?;
    Some((Digest(*digest), bytes))
}

#[cfg(test)]
mod tests;
