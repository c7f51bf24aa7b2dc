//! The line of a file as an editor counts it. The csv reader's own count is one short after an
//! empty line and after a line that ends in carriage return and line feed.

/// Counts lines as records are read, in one pass.
#[derive(Debug)]
pub(crate) struct Lines<'a> {
    text: &'a [u8],
    at: usize,
    line: u64,
}

impl<'a> Lines<'a> {
    pub(crate) fn new(text: &'a [u8]) -> Self {
        Self { text, at: 0, line: 1 }
    }

    /// The line of the record that begins at or after the line breaks at `position`, which must
    /// not come before that of the last call.
    pub(crate) fn line(&mut self, position: Option<&csv::Position>) -> u64 {
        let start = position.map_or(self.at, |position| usize::try_from(position.byte()).unwrap_or(usize::MAX));
        while let Some(&byte) = self.text.get(self.at) {
            if self.at >= start && !matches!(byte, b'\r' | b'\n') {
                break;
            }
            self.at += 1;
            // A carriage return alone ends a line too; with a line feed after it, that one counts.
            let alone = byte == b'\r' && self.text.get(self.at) != Some(&b'\n');
            self.line += u64::from(byte == b'\n' || alone);
        }
        self.line
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn lines_are_counted_as_an_editor_does() {
        for end in ["\n", "\r\n", "\r"] {
            let text = "n|a||\"b|c\"|d||||e|".replace('|', end);
            let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(text.as_bytes());
            let mut lines = Lines::new(text.as_bytes());
            let found: Vec<u64> = reader.records().map(|record| lines.line(record.unwrap().position())).collect();
            assert_eq!(found, [1, 2, 4, 6, 10], "{text:?}");
        }
    }
}
