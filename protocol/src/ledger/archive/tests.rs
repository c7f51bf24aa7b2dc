#![expect(clippy::unwrap_used, reason = "tests")]
use super::*;
use crate::codec;
use cid::{Cid, multihash::Multihash};
use proptest::prelude::*;
use serde::{Deserialize, Serialize};

/// The header as any IPLD tool sees it.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Header {
    roots: Vec<Cid>,
    version: u64,
}

fn cid_of(bytes: &[u8]) -> Cid {
    Cid::new_v1(0x71, Multihash::wrap(0x12, &content_digest(bytes).0).unwrap())
}

fn archive(blocks: &[Vec<u8>]) -> Vec<u8> {
    let mut file = ArchiveWriter::header(&content_digest(&blocks[0]));
    for block in blocks {
        file.extend(ArchiveWriter::block(block).unwrap());
    }
    file
}

/// Three blocks, one of them long enough for a length of two bytes, and all of them DAG-CBOR.
fn small() -> Vec<Vec<u8>> {
    vec![codec::encode(&"kith ledger"), codec::encode(&vec![7u64; 120]), codec::encode(&0u8)]
}

/// All blocks of a file fed in chunks, and their number.
fn read(file: &[u8], chunk: usize) -> Result<Vec<Vec<u8>>, ArchiveError> {
    let (mut reader, mut blocks) = (ArchiveReader::new(), Vec::new());
    for chunk in file.chunks(chunk) {
        reader.push(chunk);
        while let Some(block) = reader.next_block()? {
            assert_eq!((block.number, block.digest), (blocks.len() as u64, content_digest(block.bytes)));
            blocks.push(block.bytes.to_vec());
        }
    }
    assert_eq!(reader.finish()?, blocks.len() as u64);
    Ok(blocks)
}

fn refusal(file: &[u8]) -> ArchiveError {
    read(file, file.len().max(1)).unwrap_err()
}

#[test]
fn other_tools_of_ipld_read_the_same() {
    let blocks = small();
    let header = ArchiveWriter::header(&content_digest(&blocks[0]));
    assert_eq!((usize::from(header[0]), header.len()), (HEADER_BYTES, HEADER_BYTES + 1));
    let expected = Header { roots: vec![cid_of(&blocks[0])], version: 1 };
    assert_eq!(serde_ipld_dagcbor::from_slice::<Header>(&header[1..]).unwrap(), expected);
    assert_eq!(codec::encode(&expected), header[1..]);
    let block = ArchiveWriter::block(&blocks[1]).unwrap();
    // 36 bytes of CID and 122 of content: 158 = 0x9e, in two groups of seven bits.
    assert_eq!((&block[..2], block.len()), (&[0x9e, 0x01][..], 160));
    let mut rest = &block[2..];
    assert_eq!(Cid::read_bytes(&mut rest).unwrap(), cid_of(&blocks[1]));
    assert_eq!(rest, blocks[1]);
}

#[test]
fn chunks_of_every_size_give_the_same_blocks() {
    let (blocks, file) = (small(), archive(&small()));
    for chunk in 1..=file.len() {
        assert_eq!(read(&file, chunk).unwrap(), blocks, "chunks of {chunk}");
    }
}

/// Where each block starts in the file, and where the file ends.
fn starts(blocks: &[Vec<u8>]) -> Vec<usize> {
    let mut starts = vec![HEADER_BYTES + 1];
    for block in blocks {
        starts.push(starts.last().unwrap() + ArchiveWriter::block(block).unwrap().len());
    }
    starts
}

#[test]
fn every_flipped_bit_is_found_and_its_block_named() {
    let (blocks, file) = (small(), archive(&small()));
    let starts = starts(&blocks);
    assert_eq!(starts[3], file.len());
    for at in 0..file.len() {
        for bit in 0..8 {
            let mut harmed = file.clone();
            harmed[at] ^= 1 << bit;
            let named = refusal(&harmed).block();
            match starts.iter().rposition(|start| *start <= at) {
                Some(block) => assert_eq!(named, Some(block as u64), "byte {at}, bit {bit}"),
                // The digest in the header is the one part whose harm shows only at block 0.
                None => assert!(matches!(named, None | Some(0)), "byte {at}, bit {bit}"),
            }
        }
    }
}

#[test]
fn every_missing_and_every_added_byte_is_found() {
    let file = archive(&small());
    for at in 0..=file.len() {
        for byte in 0..=u8::MAX {
            let mut longer = file.clone();
            longer.insert(at, byte);
            assert!(read(&longer, longer.len()).is_err(), "{byte} inserted at {at}");
        }
        if at < file.len() {
            let mut shorter = file.clone();
            shorter.remove(at);
            assert!(read(&shorter, shorter.len()).is_err(), "byte {at} removed");
        }
    }
}

#[test]
fn a_file_cut_anywhere_is_whole_only_between_blocks() {
    let (blocks, file) = (small(), archive(&small()));
    let starts = starts(&blocks);
    for end in 0..file.len() {
        let cut = read(&file[..end], 7);
        match starts.iter().rposition(|start| *start <= end) {
            None => assert_eq!(cut.unwrap_err(), ArchiveError::Header),
            Some(whole) if whole > 0 && starts[whole] == end => assert_eq!(cut.unwrap(), blocks[..whole]),
            Some(block) => assert_eq!(cut.unwrap_err(), ArchiveError::CutShort { block: block as u64 }),
        }
    }
}

#[test]
fn each_kind_of_damage_has_its_name() {
    let blocks = small();
    let file = archive(&blocks);
    let pieces: Vec<_> = blocks.iter().map(|block| ArchiveWriter::block(block).unwrap()).collect();
    let header = &file[..=HEADER_BYTES];
    assert_eq!(refusal(&[header, &pieces[1], &pieces[0]].concat()), ArchiveError::Root);
    // A header that is canonical DAG-CBOR but has no root, two roots, or another version.
    let root = cid_of(&blocks[0]);
    for header in [
        Header { roots: vec![], version: 1 },
        Header { roots: vec![root, root], version: 1 },
        Header { roots: vec![root], version: 2 },
        Header { roots: vec![Cid::new_v1(0x55, *root.hash())], version: 1 },
    ] {
        assert_eq!(
            refusal(&[with_length(&[&codec::encode(&header)]), pieces[0].clone()].concat()),
            ArchiveError::Header
        );
    }
    let after_first = |piece: &[u8]| refusal(&[header, &pieces[0], piece].concat());
    // The same length in a longer form, a length of nothing, a length beyond the limit.
    let padded = [&[pieces[2][0] | 0x80, 0][..], &pieces[2][1..]].concat();
    assert_eq!(after_first(&padded), ArchiveError::Length { block: 1 });
    assert_eq!(after_first(&[0]), ArchiveError::Identifier { block: 1 });
    assert_eq!(after_first(&[0x80, 0x80, 0x80]), ArchiveError::Length { block: 1 });
    assert_eq!(after_first(&[0xff, 0xff, 0x7f]), ArchiveError::Length { block: 1 });
    assert_eq!(after_first(&[0x80, 0x80]), ArchiveError::CutShort { block: 1 });
    // Other CIDs that IPLD knows: raw bytes instead of DAG-CBOR, and version 0.
    let raw = Cid::new_v1(0x55, *cid_of(b"x").hash()).to_bytes();
    assert_eq!(after_first(&with_length(&[&raw, b"x"])), ArchiveError::Identifier { block: 1 });
    let v0 = Cid::new_v0(*cid_of(b"x").hash()).unwrap().to_bytes();
    assert_eq!(after_first(&with_length(&[&v0, b"xx"])), ArchiveError::Identifier { block: 1 });
    let other = with_length(&[&cid_of(b"x").to_bytes(), b"y"]);
    assert_eq!(after_first(&other), ArchiveError::Content { block: 1 });
}

#[test]
fn an_error_stays() {
    let mut reader = ArchiveReader::new();
    reader.push(&[1]);
    reader.push(&[2]);
    assert_eq!(reader.next_block().unwrap_err(), ArchiveError::Header);
    reader.push(&archive(&small()));
    assert_eq!(reader.next_block().unwrap_err(), ArchiveError::Header);
    assert!(reader.buffer.is_empty());
    assert_eq!(reader.finish().unwrap_err(), ArchiveError::Header);
    // Blocks that nobody took are not counted as read.
    let mut reader = ArchiveReader::new();
    reader.push(&archive(&small()));
    reader.next_block().unwrap();
    assert_eq!(reader.finish().unwrap_err(), ArchiveError::CutShort { block: 1 });
}

#[test]
fn the_largest_block_fits_and_memory_stays_bounded() {
    let large = vec![0xa5; MAX_BLOCK_BYTES];
    let blocks = vec![large.clone(), codec::encode(&1u8), large.clone(), large];
    let (file, chunk) = (archive(&blocks), 64 * 1024);
    let (mut reader, mut most, mut seen) = (ArchiveReader::new(), 0, 0);
    for piece in file.chunks(chunk) {
        reader.push(piece);
        most = most.max(reader.buffer.len());
        while let Some(block) = reader.next_block().unwrap() {
            assert_eq!(block.bytes, blocks[seen]);
            seen += 1;
        }
    }
    assert_eq!((reader.finish().unwrap(), seen), (4, 4));
    assert!(most <= MAX_LENGTH_BYTES + CID_BYTES + MAX_BLOCK_BYTES + chunk, "{most} bytes were kept");
    assert_eq!(
        ArchiveWriter::block(&vec![0; MAX_BLOCK_BYTES + 1]).unwrap_err(),
        ArchiveError::TooLarge(MAX_BLOCK_BYTES + 1)
    );
    // One byte above the limit is refused by its length alone, before a byte of it is kept.
    let over = with_length(&[&vec![0; CID_BYTES + MAX_BLOCK_BYTES + 1]]);
    assert_eq!(refusal(&[&file[..=HEADER_BYTES], &over[..3]].concat()), ArchiveError::Length { block: 0 });
}

proptest! {
    #[test]
    fn what_is_written_is_read(
        blocks in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..300), 1..20),
        chunk in 1usize..500,
    ) {
        prop_assert_eq!(read(&archive(&blocks), chunk).unwrap(), blocks);
    }

    #[test]
    fn any_bytes_are_read_or_refused(
        bytes in proptest::collection::vec(any::<u8>(), 0..300),
        after in 0usize..4,
        chunk in 1usize..300,
    ) {
        prop_assert_eq!(read(&bytes, chunk).unwrap_err(), ArchiveError::Header);
        // The same noise after a good beginning.
        let blocks = small();
        let mut file = archive(&blocks)[..=HEADER_BYTES].to_vec();
        blocks[..after.min(3)].iter().for_each(|block| file.extend(ArchiveWriter::block(block).unwrap()));
        file.extend(&bytes);
        let outcome = read(&file, chunk);
        if bytes.is_empty() && after > 0 {
            prop_assert_eq!(outcome.unwrap().len(), after.min(3));
        } else {
            prop_assert_eq!(outcome.unwrap_err().block(), Some(after.min(3) as u64));
        }
    }
}
