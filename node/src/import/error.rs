//! Why an import cannot start or go on. What is wrong with single lines is a
//! [`Problem`](super::Problem) instead, and stops nothing.

use super::columns::{Field, MAX_COLUMNS, MAX_MAP_BYTES, MissingColumn};
use super::problem::Sheet;

/// How many columns a message lists before it says how many more there are: a screenful.
const COLUMNS_SHOWN: usize = 40;

/// Why a mapping or a whole file is refused.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The mapping is longer than [`MAX_MAP_BYTES`].
    #[error("the mapping is longer than {MAX_MAP_BYTES} bytes: name each field once, as name=Username,email=Email")]
    MapTooLong,
    /// A part of the mapping is not `field=Column`.
    #[error(
        "'{item}' in the mapping is not field=Column: write it like name=Username; put quotes around a part with a comma in it"
    )]
    MapItem {
        /// The part as written.
        item: String,
    },
    /// The mapping names a field that does not exist.
    #[error("there is no field '{field}' to map to{}. The fields are {}", did_you_mean(suggestion.as_deref()), Field::list())]
    UnknownField {
        /// The field as written.
        field: String,
        /// A field with a name like it.
        suggestion: Option<String>,
    },
    /// The mapping names a field twice.
    #[error("the field '{0}' is mapped twice: choose one column for it")]
    FieldTwice(Field),
    /// Neither a name nor a number to make one of.
    #[error("the mapping names neither a name nor an external id: add name=COLUMN or external=COLUMN")]
    NobodyNamed,
    /// The file could not be read.
    #[error("the file cannot be read: {0}. Check that it is there and that you may read it")]
    Read(#[from] std::io::Error),
    /// The file is larger than the limit.
    #[error("the file is larger than {most} bytes: divide it and import the parts")]
    TooLarge {
        /// The limit in bytes.
        most: u64,
    },
    /// The file has no header line.
    #[error("the file is empty: its first line has to name the columns")]
    NoHeader,
    /// The header is not UTF-8.
    #[error("the file is not UTF-8 text: in the spreadsheet choose 'Save as', 'CSV UTF-8', and import that file")]
    NotUtf8,
    /// More columns than the limit.
    #[error("the first line names more than {MAX_COLUMNS} columns: is it a csv table?")]
    TooManyColumns,
    /// Columns of the mapping are not in the file.
    #[error(
        "the file has no column {}. It has {}. Change the mapping or the file's first line",
        missing_list(missing),
        columns_list(present)
    )]
    MissingColumns {
        /// What was mapped and is not there.
        missing: Vec<MissingColumn>,
        /// What is there.
        present: Vec<String>,
    },
    /// A mapped column is there twice.
    #[error("the file has two columns '{column}': rename one of them in the first line")]
    ColumnTwice {
        /// The column's name.
        column: String,
    },
    /// A file of another system that lacks what that system writes.
    #[error(
        "the {} file has no column {}: is it the file as that system wrote it?",
        sheet.name(),
        missing.iter().map(|name| format!("'{name}'")).collect::<Vec<_>>().join(", ")
    )]
    SheetColumns {
        /// Which file.
        sheet: Sheet,
        /// What is not there.
        missing: Vec<&'static str>,
    },
    /// A file without which nothing can be imported.
    #[error("the {} file is missing: give it as well", .0.name())]
    NoSheet(Sheet),
    /// More lines than the limit.
    #[error("the file has more than {most} people: divide it and import the parts")]
    TooManyRows {
        /// The limit.
        most: usize,
    },
}

fn did_you_mean(suggestion: Option<&str>) -> String {
    suggestion.map_or_else(String::new, |suggestion| format!("; did you mean '{suggestion}'?"))
}

fn missing_list(missing: &[MissingColumn]) -> String {
    let one = |column: &MissingColumn| {
        let guess = column.suggestion.as_ref().map_or_else(String::new, |name| format!(" (did you mean '{name}'?)"));
        format!("'{}' for {}{guess}", column.column, column.field)
    };
    missing.iter().map(one).collect::<Vec<_>>().join(", ")
}

fn columns_list(present: &[String]) -> String {
    let shown: Vec<String> = present.iter().take(COLUMNS_SHOWN).map(|column| format!("'{column}'")).collect();
    let more = match present.len() - shown.len() {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    format!("{}{more}", shown.join(", "))
}
