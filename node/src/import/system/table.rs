//! A table of another system, as text, with the line of each row.

use crate::import::{
    error::ImportError,
    lines::Lines,
    people::{Limits, broken, header, separator, values},
    problem::{Sheet, Wrong},
};

/// The most rows of exchanges: those of a large community over ten years. People are bounded by [`Limits::rows`].
const MAX_TRANSFERS: usize = 1_000_000;

/// One row.
pub(super) struct Row {
    pub(super) line: u64,
    cells: csv::ByteRecord,
}

/// A table, read whole.
pub(super) struct Table {
    pub(super) sheet: Sheet,
    pub(super) rows: Vec<Row>,
    header: Vec<String>,
    most: usize,
}

impl Table {
    /// Reads all rows, the first included: whether it is a header is for the caller to say.
    pub(super) fn read(sheet: Sheet, bytes: &[u8], limits: Limits) -> Result<Self, ImportError> {
        if bytes.len() as u64 > limits.csv_bytes {
            return Err(ImportError::TooLarge { most: limits.csv_bytes });
        }
        if bytes.starts_with(b"\xFF\xFE") || bytes.starts_with(b"\xFE\xFF") {
            return Err(ImportError::NotUtf8);
        }
        let text = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
        let mut reader =
            csv::ReaderBuilder::new().delimiter(separator(text)).has_headers(false).flexible(true).from_reader(text);
        let most = if sheet == Sheet::Transfers { MAX_TRANSFERS } else { limits.rows };
        let (mut lines, mut rows, mut cells) = (Lines::new(text), Vec::new(), csv::ByteRecord::new());
        while reader.read_byte_record(&mut cells).map_err(broken)? {
            if cells.iter().all(|cell| cell.trim_ascii().is_empty()) {
                continue;
            }
            if rows.len() > most {
                return Err(ImportError::TooManyRows { most });
            }
            rows.push(Row { line: lines.line(cells.position()), cells: cells.clone() });
        }
        if rows.is_empty() {
            return Err(ImportError::NoHeader);
        }
        Ok(Self { sheet, rows, header: Vec::new(), most: limits.field_bytes })
    }

    /// How many columns the first row has.
    pub(super) fn width(&self) -> usize {
        self.rows.first().map_or(0, |row| row.cells.len())
    }

    /// A cell of the first row, as far as it is text.
    pub(super) fn first(&self, column: usize) -> &str {
        let cell = self.rows.first().and_then(|row| row.cells.get(column)).unwrap_or_default();
        std::str::from_utf8(cell).unwrap_or_default().trim()
    }

    /// Takes the first row for a header, and finds these columns in it, whatever their case.
    pub(super) fn headed(&mut self, columns: &[&'static str]) -> Result<(), ImportError> {
        if self.rows.is_empty() {
            return Err(ImportError::NoHeader);
        }
        self.header = header(&self.rows.remove(0).cells)?;
        let missing: Vec<&'static str> =
            columns.iter().filter(|column| self.place(column).is_none()).copied().collect();
        if missing.is_empty() { Ok(()) } else { Err(ImportError::SheetColumns { sheet: self.sheet, missing }) }
    }

    /// Leaves the first row out, whatever language its names are in.
    pub(super) fn skip_header(&mut self) {
        self.rows.remove(0);
    }

    fn place(&self, column: &str) -> Option<usize> {
        self.header.iter().position(|name| name.eq_ignore_ascii_case(column))
    }

    /// A value by its column's name; empty when the file has no such column.
    pub(super) fn named<'a>(&self, row: &'a Row, column: &str) -> Result<&'a str, Wrong> {
        self.place(column).map_or(Ok(""), |at| self.at(row, at))
    }

    /// A value by its place; empty past the end of a short row.
    pub(super) fn at<'a>(&self, row: &'a Row, column: usize) -> Result<&'a str, Wrong> {
        values::text(row.cells.get(column).unwrap_or_default(), self.most)
    }
}
