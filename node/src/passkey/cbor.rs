//! As much CBOR (RFC 8949) as devices send, in the canonical form of CTAP2 (§6 there): shortest heads, definite lengths,
//! no tags, few levels. The ledger's codec is stricter still and has no keys but text, which keys of devices need.

use super::Refusal;

/// Levels of maps and lists inside each other (CTAP2 §6 allows four).
const MAX_DEPTH: u8 = 4;

/// The beginning of an item: its major type and its number.
type Head = (u8, u64);

const UNSIGNED: u8 = 0;
const NEGATIVE: u8 = 1;
const BYTES: u8 = 2;
const TEXT: u8 = 3;
const LIST: u8 = 4;
const MAP: u8 = 5;
const SIMPLE: u8 = 7;

/// Reads items one after the other.
pub(super) struct Reader<'a>(pub(super) &'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, count: u64) -> Result<&'a [u8], Refusal> {
        let count = usize::try_from(count).map_err(|_| Refusal::Unreadable)?;
        let (taken, rest) = self.0.split_at_checked(count).ok_or(Refusal::Unreadable)?;
        self.0 = rest;
        Ok(taken)
    }

    fn head(&mut self) -> Result<Head, Refusal> {
        let first = self.take(1)?[0];
        let (major, short) = (first >> 5, first & 0x1f);
        let (long, least) = match short {
            0..=23 => return Ok((major, u64::from(short))),
            24 => (1, 24),
            25 => (2, 1 << 8),
            26 => (4, 1 << 16),
            27 => (8, 1 << 32),
            _ => return Err(Refusal::Unreadable),
        };
        let number = self.take(long)?.iter().fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
        if major == SIMPLE || number < least { Err(Refusal::Unreadable) } else { Ok((major, number)) }
    }

    fn of(&mut self, major: u8) -> Result<u64, Refusal> {
        match self.head()? {
            (found, number) if found == major => Ok(number),
            _ => Err(Refusal::Unreadable),
        }
    }

    /// A map, of which that many pairs follow.
    pub(super) fn map(&mut self) -> Result<u64, Refusal> {
        self.of(MAP)
    }

    /// A string of bytes.
    pub(super) fn bytes(&mut self) -> Result<&'a [u8], Refusal> {
        let count = self.of(BYTES)?;
        self.take(count)
    }

    /// A text.
    pub(super) fn text(&mut self) -> Result<&'a str, Refusal> {
        let count = self.of(TEXT)?;
        std::str::from_utf8(self.take(count)?).map_err(|_| Refusal::Unreadable)
    }

    /// A whole number.
    pub(super) fn number(&mut self) -> Result<i64, Refusal> {
        let (major, number) = self.head()?;
        let number = i64::try_from(number).map_err(|_| Refusal::Unreadable)?;
        match major {
            UNSIGNED => Ok(number),
            NEGATIVE => Ok(-1 - number),
            _ => Err(Refusal::Unreadable),
        }
    }

    /// Goes past one item, whatever it is.
    pub(super) fn skip(&mut self) -> Result<(), Refusal> {
        self.skip_at(0)
    }

    fn skip_at(&mut self, depth: u8) -> Result<(), Refusal> {
        let (major, number) = self.head()?;
        let items = match major {
            UNSIGNED | NEGATIVE => return Ok(()),
            BYTES | TEXT => return self.take(number).map(drop),
            // False, true and null; devices send no others.
            SIMPLE if (20..=22).contains(&number) => return Ok(()),
            LIST => number,
            MAP => number.checked_mul(2).ok_or(Refusal::Unreadable)?,
            _ => return Err(Refusal::Unreadable),
        };
        if depth == MAX_DEPTH {
            return Err(Refusal::Unreadable);
        }
        // Each item takes a byte at least, so a count that is too large ends with the bytes.
        for _ in 0..items {
            self.skip_at(depth + 1)?;
        }
        Ok(())
    }

    /// That nothing follows.
    pub(super) fn end(&self) -> Result<(), Refusal> {
        if self.0.is_empty() { Ok(()) } else { Err(Refusal::Unreadable) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn only_the_canonical_form_is_read() {
        assert_eq!(Reader(&[0x17]).number(), Ok(23));
        assert_eq!(Reader(&[0x39, 0x01, 0x00]).number(), Ok(-257));
        assert_eq!(Reader(&[0x62, b'o', b'k']).text(), Ok("ok"));
        for bad in [
            &[][..],
            // Longer than it need be, of no definite length, cut off, tagged, a float, no UTF-8, larger than any number.
            &[0x18, 0x17],
            &[0x19, 0x00, 0xff],
            &[0x5f, 0x41, 0x00, 0xff],
            &[0x43, 1, 2],
            &[0xc0, 0x00],
            &[0xf9, 0x00, 0x00],
            &[0xfb, 0, 0, 0, 0, 0, 0, 0, 0],
            &[0x9b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
            &[0xbb, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
        ] {
            assert_eq!(Reader(bad).skip(), Err(Refusal::Unreadable), "{bad:?}");
        }
        assert_eq!(Reader(&[0x61, 0xff]).text(), Err(Refusal::Unreadable));
        assert_eq!(Reader(&[0x1b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]).number(), Err(Refusal::Unreadable));
        assert_eq!(Reader(&[0x81, 0x81, 0x81, 0x81, 0x00]).skip(), Ok(()));
        assert_eq!(Reader(&[0x81, 0x81, 0x81, 0x81, 0x81, 0x00]).skip(), Err(Refusal::Unreadable));
    }

    proptest! {
        #[test]
        fn nothing_that_comes_breaks_it(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let mut reader = Reader(&bytes);
            while reader.skip().is_ok() {}
            prop_assert!(reader.0.len() <= bytes.len());
        }
    }
}
