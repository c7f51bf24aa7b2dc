//! The container inside the encryption: plain files in a tar archive (POSIX.1-1988 ustar), so that any tool opens it once
//! it is decrypted. Only one form of each header is written, and only that form is read.

use std::io::{self, Read, Write};

/// Bytes of a header, and what contents are padded to.
const BLOCK: usize = 512;
/// The largest file of an archive: eleven octal digits.
pub(crate) const MAX_FILE_BYTES: u64 = (1 << 33) - 1;
/// The longest name: with a zero byte it fills its field.
const MAX_NAME: usize = 99;

/// The one header of a file. `None` when its name or size have no room in one, or its time.
fn header(name: &str, size: u64, seconds: u64) -> Option<[u8; BLOCK]> {
    if name.is_empty() || name.len() > MAX_NAME || !name.is_ascii() || size > MAX_FILE_BYTES {
        return None;
    }
    let mut block = [0; BLOCK];
    let mut put = |at: usize, text: &str| block[at..at + text.len()].copy_from_slice(text.as_bytes());
    put(0, name);
    put(100, "0000600");
    put(108, "0000000");
    put(116, "0000000");
    put(124, &format!("{size:011o}"));
    put(136, &format!("{:011o}", seconds.min(MAX_FILE_BYTES)));
    put(148, "        ");
    put(156, "0");
    put(257, "ustar");
    put(263, "00");
    put(329, "0000000");
    put(337, "0000000");
    let sum: u32 = block.iter().map(|byte| u32::from(*byte)).sum();
    block[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    Some(block)
}

fn padding(size: u64) -> usize {
    let over = usize::try_from(size % BLOCK as u64).expect("a remainder of 512 is small");
    (BLOCK - over) % BLOCK
}

/// Writes one file's header.
pub(crate) fn begin(out: &mut dyn Write, name: &str, size: u64, seconds: u64) -> io::Result<()> {
    let block = header(name, size, seconds).ok_or(io::ErrorKind::FileTooLarge)?;
    out.write_all(&block)
}

/// Ends one file of `size` bytes.
pub(crate) fn end(out: &mut dyn Write, size: u64) -> io::Result<()> {
    out.write_all(&[0; BLOCK][..padding(size)])
}

/// Ends the archive: two empty blocks.
pub(crate) fn finish(out: &mut dyn Write) -> io::Result<()> {
    out.write_all(&[0; 2 * BLOCK])
}

/// The next file of an archive.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) name: String,
    pub(crate) size: u64,
}

/// Reads the next header; `None` at the end of the archive.
///
/// # Errors
/// [`io::ErrorKind::InvalidData`] when it is not what [`begin`] and [`finish`] write.
pub(crate) fn next(from: &mut dyn Read) -> io::Result<Option<Entry>> {
    let mut block = [0; BLOCK];
    from.read_exact(&mut block)?;
    if block == [0; BLOCK] {
        from.read_exact(&mut block)?;
        return if block == [0; BLOCK] { Ok(None) } else { Err(io::ErrorKind::InvalidData.into()) };
    }
    let found = || {
        let text = |from: usize, upto: usize| std::str::from_utf8(&block[from..upto]).ok();
        let name = text(0, 100)?.trim_end_matches('\0').to_owned();
        let size = u64::from_str_radix(text(124, 135)?, 8).ok()?;
        let seconds = u64::from_str_radix(text(136, 147)?, 8).ok()?;
        (header(&name, size, seconds)? == block).then_some(Entry { name, size })
    };
    found().map(Some).ok_or_else(|| io::ErrorKind::InvalidData.into())
}

/// Reads what pads a file of `size` bytes.
///
/// # Errors
/// As [`next`].
pub(crate) fn skip_padding(from: &mut dyn Read, size: u64) -> io::Result<()> {
    let mut block = [0; BLOCK];
    let padding = &mut block[..padding(size)];
    from.read_exact(padding)?;
    if padding.iter().all(|byte| *byte == 0) { Ok(()) } else { Err(io::ErrorKind::InvalidData.into()) }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn archive(files: &[(&str, &[u8])]) -> Vec<u8> {
        let mut out = Vec::new();
        for (name, bytes) in files {
            begin(&mut out, name, bytes.len() as u64, 1_700_000_000).unwrap();
            out.extend_from_slice(bytes);
            end(&mut out, bytes.len() as u64).unwrap();
        }
        finish(&mut out).unwrap();
        out
    }

    fn read(mut from: &[u8]) -> io::Result<Vec<(String, Vec<u8>)>> {
        let mut found = Vec::new();
        while let Some(entry) = next(&mut from)? {
            let mut bytes = Vec::new();
            (&mut from).take(entry.size).read_to_end(&mut bytes)?;
            skip_padding(&mut from, entry.size)?;
            found.push((entry.name, bytes));
        }
        if from.is_empty() { Ok(found) } else { Err(io::ErrorKind::InvalidData.into()) }
    }

    #[test]
    fn files_come_back_in_order() {
        let long = vec![7; 1_025];
        let files: [(&str, &[u8]); 4] = [("a", b""), ("b/c", &long), ("d", &long[..512]), ("e", b"x")];
        let found = read(&archive(&files)).unwrap();
        assert_eq!(found, files.map(|(name, bytes)| (name.to_owned(), bytes.to_vec())));
    }

    /// The very bytes that GNU tar writes for such a file with `--format=ustar --owner=0 --group=0 --numeric-owner`.
    #[test]
    fn the_header_is_the_standards() {
        let block = header("checkpoint", 8, 1_700_000_000).unwrap();
        assert_eq!(&block[124..136], b"00000000010\0");
        assert_eq!(&block[136..148], b"14524770400\0");
        assert_eq!(&block[257..265], b"ustar\x0000");
        assert_eq!(&block[148..156], b"011300\0 ");
    }

    #[test]
    fn every_changed_byte_but_of_contents_and_every_cut_is_noticed() {
        let good = archive(&[("a", b"xy"), ("b", b"")]);
        for at in (0..good.len()).filter(|at| !(512..514).contains(at)) {
            let mut bad = good.clone();
            bad[at] ^= 1;
            let found = read(&bad);
            // A name, a size or a time may be another one only together with the sum over the header.
            assert!(found.is_err(), "byte {at}: {found:?}");
        }
        for cut in 0..good.len() {
            assert!(read(&good[..cut]).is_err(), "cut at {cut}");
        }
    }

    #[test]
    fn what_has_no_room_is_refused() {
        assert!(header(&"n".repeat(100), 0, 0).is_none() && header("", 0, 0).is_none() && header("é", 0, 0).is_none());
        assert!(header("a", MAX_FILE_BYTES + 1, 0).is_none() && header("a", MAX_FILE_BYTES, u64::MAX).is_some());
    }

    proptest! {
        #[test]
        fn any_bytes_are_an_archive_or_an_error(bytes in prop::collection::vec(any::<u8>(), 0..2_000)) {
            prop_assert!(read(&bytes).is_err());
        }
    }
}
