//! Totals per member of a real community currency, as its data file gives them.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use jiff::civil::Date;

use crate::import::lines::Lines;

/// The largest data file read, in bytes: ten times the published Sarafu file of 1.5 MB, so that
/// a wrong file is refused before it fills the memory.
pub const MAX_DATA_BYTES: u64 = 16 * 1024 * 1024;

/// The most members read: ten times the published file's 19,873.
pub const MAX_DATA_MEMBERS: usize = 200_000;

/// The largest volume of one member, in hundredths of a unit: a thousand million units, so that
/// the sum over [`MAX_DATA_MEMBERS`] stays far inside 64 bits and one member's inside 32.
pub const MAX_VOLUME_HUNDREDTHS: u64 = 100 * 1_000_000_000;

const COLUMNS: [&str; 8] =
    ["member", "neighbourhood", "trade", "joined", "given_count", "given_volume", "received_count", "received_volume"];

/// A volume exactly as the source states it, in hundredths of its unit: the source keeps two
/// decimals, and a binary fraction would lose the last of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Volume(u64);

impl Volume {
    /// The volume of so many hundredths of a unit.
    #[must_use]
    pub const fn from_hundredths(hundredths: u64) -> Self {
        Self(hundredths)
    }

    /// The volume in hundredths of a unit.
    #[must_use]
    pub const fn hundredths(self) -> u64 {
        self.0
    }
}

impl FromStr for Volume {
    type Err = VolumeError;

    fn from_str(text: &str) -> Result<Self, VolumeError> {
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || !digits(whole) || !digits(fraction) {
            return Err(VolumeError::NotANumber);
        }
        if fraction.len() > 2 {
            return Err(VolumeError::TooFine);
        }
        let whole: u64 = whole.parse().map_err(|_| VolumeError::TooLarge)?;
        let cents: u64 = format!("{fraction:0<2}").parse().map_err(|_| VolumeError::NotANumber)?;
        whole
            .checked_mul(100)
            .and_then(|hundredths| hundredths.checked_add(cents))
            .filter(|hundredths| *hundredths <= MAX_VOLUME_HUNDREDTHS)
            .map(Self)
            .ok_or(VolumeError::TooLarge)
    }
}

/// Why a text is not a [`Volume`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum VolumeError {
    /// Not digits with at most one point.
    #[error("is not a volume: write digits with at most one point, such as 120.50")]
    NotANumber,
    /// More than two decimals.
    #[error("has more than two decimals: round it to hundredths first")]
    TooFine,
    /// More than [`MAX_VOLUME_HUNDREDTHS`].
    #[error("is more than a thousand million units: check the column")]
    TooLarge,
}

/// One pseudonymous member of the data file, with totals and never single trades.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DataMember {
    /// The running number the file gives the member.
    pub number: u32,
    /// The neighbourhood, `Elsewhere` for people outside the named ones.
    pub neighbourhood: String,
    /// What the member offers, in the file's words; may be empty.
    pub trade: String,
    /// The day the member joined.
    pub joined: Date,
    /// How many times the member gave.
    pub given_count: u32,
    /// How much the member gave.
    pub given_volume: Volume,
    /// How many times the member received.
    pub received_count: u32,
    /// How much the member received.
    pub received_volume: Volume,
}

/// Why a data file cannot be read. No message repeats a value of a member.
#[derive(Debug, thiserror::Error)]
pub enum DataError {
    /// The file cannot be opened or read.
    #[error("cannot read {}: {source}. Check the path and that you may read the file", path.display())]
    Read {
        /// The file asked for.
        path: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// More than [`MAX_DATA_BYTES`].
    #[error("the data file is larger than {MAX_DATA_BYTES} bytes: is it the members' file?")]
    TooLarge,
    /// More than [`MAX_DATA_MEMBERS`].
    #[error("the data file has more than {MAX_DATA_MEMBERS} members: give a part of it")]
    TooMany,
    /// The header lacks columns.
    #[error(
        "the data file has no column named {}. It has: {}. The members' file has the columns {}",
        missing.join(", "), present.join(", "), COLUMNS.join(", ")
    )]
    MissingColumns {
        /// What was looked for.
        missing: Vec<String>,
        /// What the header has.
        present: Vec<String>,
    },
    /// The file is not a table of comma-separated values.
    #[error("the data file is not a csv table: {0}")]
    Table(#[from] csv::Error),
    /// One field is wrong.
    #[error("line {line} of the data file, column {column}: the value {problem}")]
    Field {
        /// The line, counted from 1 with the header.
        line: u64,
        /// The column's name.
        column: &'static str,
        /// What is wrong and what would be right.
        problem: String,
    },
}

/// Reads the members of the data file at `path`, whose columns are described beside the file.
///
/// # Errors
/// [`DataError`] for a file that cannot be read, lacks columns, or has a wrong value; the first
/// wrong value ends the reading, because a data file with one wrong total reconciles with nothing.
pub fn read_members(path: &Path) -> Result<Vec<DataMember>, DataError> {
    let unreadable = |source| DataError::Read { path: path.to_owned(), source };
    let file = File::open(path).map_err(unreadable)?;
    let mut bytes = Vec::new();
    file.take(MAX_DATA_BYTES + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    members_from(&bytes)
}

/// Reads the members of a data file already in memory; see [`read_members`].
///
/// # Errors
/// As [`read_members`].
pub fn members_from(bytes: &[u8]) -> Result<Vec<DataMember>, DataError> {
    if bytes.len() as u64 > MAX_DATA_BYTES {
        return Err(DataError::TooLarge);
    }
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(bytes);
    let places = places(reader.headers()?)?;
    let mut members = Vec::new();
    let mut numbers = BTreeSet::new();
    let mut lines = Lines::new(bytes);
    for record in reader.records() {
        let record = record?;
        if members.len() == MAX_DATA_MEMBERS {
            return Err(DataError::TooMany);
        }
        let row = Row { line: lines.line(record.position()), record: &record, places };
        let member = row.member()?;
        if !numbers.insert(member.number) {
            return Err(row.wrong(0, "was already used on an earlier line: give every member its own"));
        }
        members.push(member);
    }
    Ok(members)
}

fn places(header: &csv::StringRecord) -> Result<[usize; COLUMNS.len()], DataError> {
    let mut places = [0; COLUMNS.len()];
    let mut missing = Vec::new();
    for (place, wanted) in places.iter_mut().zip(COLUMNS) {
        match header.iter().position(|name| name == wanted) {
            Some(found) => *place = found,
            None => missing.push(wanted.to_owned()),
        }
    }
    if missing.is_empty() {
        return Ok(places);
    }
    Err(DataError::MissingColumns { missing, present: header.iter().map(str::to_owned).collect() })
}

struct Row<'a> {
    line: u64,
    record: &'a csv::StringRecord,
    places: [usize; COLUMNS.len()],
}

impl Row<'_> {
    fn text(&self, column: usize) -> &str {
        self.record.get(self.places[column]).unwrap_or_default()
    }

    fn wrong(&self, column: usize, problem: impl ToString) -> DataError {
        DataError::Field { line: self.line, column: COLUMNS[column], problem: problem.to_string() }
    }

    fn whole(&self, column: usize) -> Result<u32, DataError> {
        self.text(column).parse().map_err(|_| self.wrong(column, "is not a whole number: write digits only"))
    }

    fn volume(&self, column: usize) -> Result<Volume, DataError> {
        self.text(column).parse().map_err(|error: VolumeError| self.wrong(column, error))
    }

    fn member(&self) -> Result<DataMember, DataError> {
        Ok(DataMember {
            number: self.whole(0)?,
            neighbourhood: self.text(1).to_owned(),
            trade: self.text(2).to_owned(),
            joined: self.text(3).parse().map_err(|_| self.wrong(3, "is not a day: write it as 2020-05-11"))?,
            given_count: self.whole(4)?,
            given_volume: self.volume(5)?,
            received_count: self.whole(6)?,
            received_volume: self.volume(7)?,
        })
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    const HEADER: &str = "member,neighbourhood,role,trade,joined,balance,given_count,given_volume,given_partners,received_count,received_volume,received_partners";

    #[test]
    fn volumes_keep_two_decimals_exactly() {
        assert_eq!("0.03".parse(), Ok(Volume(3)));
        assert_eq!("9007.0".parse(), Ok(Volume(900_700)));
        assert_eq!("12".parse(), Ok(Volume(1_200)));
        assert_eq!("1.234".parse::<Volume>(), Err(VolumeError::TooFine));
        assert_eq!("-1".parse::<Volume>(), Err(VolumeError::NotANumber));
        assert_eq!("".parse::<Volume>(), Err(VolumeError::NotANumber));
        assert_eq!("1.2.3".parse::<Volume>(), Err(VolumeError::NotANumber));
        assert_eq!("1000000000.01".parse::<Volume>(), Err(VolumeError::TooLarge));
        assert_eq!("99999999999999999999".parse::<Volume>(), Err(VolumeError::TooLarge));
    }

    #[test]
    fn a_line_becomes_a_member() {
        let text = format!("{HEADER}\n4,Elsewhere,beneficiary,Shop,2018-10-23,1.0,158,127393.3,84,15,50449.0,5\n");
        let members = members_from(text.as_bytes()).unwrap();
        assert_eq!(members.len(), 1);
        let member = &members[0];
        assert_eq!((member.number, member.given_count, member.received_count), (4, 158, 15));
        assert_eq!(member.given_volume, Volume(12_739_330));
        assert_eq!(member.received_volume, Volume(5_044_900));
        assert_eq!((member.neighbourhood.as_str(), member.trade.as_str()), ("Elsewhere", "Shop"));
        assert_eq!(member.joined, jiff::civil::date(2018, 10, 23));
    }

    #[test]
    fn wrong_columns_are_named_with_those_that_exist() {
        let error = members_from(b"member,place,trade,joined\n").unwrap_err().to_string();
        assert!(error.contains("no column named neighbourhood, given_count"), "{error}");
        assert!(error.contains("It has: member, place, trade, joined"), "{error}");
    }

    #[test]
    fn a_wrong_value_is_named_by_line_and_column() {
        let good = "1,A,b,Shop,2018-10-23,0,1,5.5,1,1,5.5,1";
        let cases = [
            (good.replace("2018-10-23", "last May"), "line 3", "column joined"),
            (good.replace("1,5.5,1,1", "one,5.5,1,1"), "line 3", "column given_count"),
            (good.replace("5.5,1,1,5.5", "5.5,1,1,x"), "line 3", "column received_volume"),
            (good.to_owned(), "line 3", "column member"),
        ];
        for (bad, line, column) in cases {
            let text = format!("{HEADER}\n{good}\n{bad}\n");
            let error = members_from(text.as_bytes()).unwrap_err().to_string();
            assert!(error.contains(line) && error.contains(column), "{error}");
        }
        let text = format!("{HEADER}\n{good},9\n");
        assert!(matches!(members_from(text.as_bytes()), Err(DataError::Table(_))));
    }

    #[test]
    fn a_missing_file_is_named() {
        let error = read_members(Path::new("no/such/file.csv")).unwrap_err().to_string();
        assert!(error.contains("no/such/file.csv"), "{error}");
    }
}
