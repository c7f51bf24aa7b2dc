//! People from any csv file, by a mapping of columns.
//!
//! A line with anything wrong in it is left out whole and named, so that a person is never
//! half imported; the other lines come in. Put right, the file can be read again.

mod values;

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::io::Read;

use jiff::civil::Date;

use super::columns::{ColumnMap, Field, MAX_COLUMNS};
use super::error::ImportError;
use super::lines::Lines;

/// The largest file read, in bytes: more than ten times the largest community's export known
/// (1.5 MB for some 20,000 people), and small beside the memory of the smallest box.
pub const MAX_CSV_BYTES: u64 = 32 * 1024 * 1024;

/// The most people read from one file: five times the largest community known, of some 20,000.
pub const MAX_ROWS: usize = 100_000;

/// The longest value of one field, in bytes: a long list of offers. Anything longer is usually
/// a quotation mark that was never closed.
pub const MAX_FIELD_BYTES: usize = 4 * 1024;

/// How many problems are shown at once: a screenful, and enough to see what they have in common.
pub const MAX_PROBLEMS_SHOWN: usize = 20;

/// The most offers, or needs, of one person: a long noticeboard card.
pub const MAX_LISTINGS: usize = 20;

/// The longest offer or need, in characters: the title of a listing.
pub const MAX_LISTING_CHARS: usize = 80;

/// The longest name, id or place, in characters: two lines on a phone.
pub const MAX_LINE_CHARS: usize = 80;

/// How much is read at most; by default the constants of this module.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The largest file, in bytes.
    pub csv_bytes: u64,
    /// The most lines with people.
    pub rows: usize,
    /// The longest value, in bytes.
    pub field_bytes: usize,
    /// How many problems [`People::shown`] gives.
    pub problems_shown: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            csv_bytes: MAX_CSV_BYTES,
            rows: MAX_ROWS,
            field_bytes: MAX_FIELD_BYTES,
            problems_shown: MAX_PROBLEMS_SHOWN,
        }
    }
}

/// People and organisations have the same kind of account.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Kind {
    /// One person.
    #[default]
    Person,
    /// A housing association, a clinic, a school, a council team.
    Organisation,
}

/// What a member may do for others.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Role {
    /// Gives and receives.
    #[default]
    Member,
    /// Also admits members and records for those who ask for it.
    Coordinator,
}

/// One line of the file that can be imported. Its `Debug` form shows the line number alone, so
/// that no name or address reaches a log.
#[derive(Clone, PartialEq, Eq)]
pub struct Person {
    /// The line of the file, counted from 1 with the header.
    pub line: u64,
    /// The name shown to others; `Member 17` when only an id is mapped.
    pub name: String,
    /// The id in the foreign system.
    pub external: Option<String>,
    /// An e-mail address.
    pub email: Option<String>,
    /// A phone number as written.
    pub phone: Option<String>,
    /// A coarse place in the file's own words.
    pub area: Option<String>,
    /// The day the person joined.
    pub joined: Option<Date>,
    /// What the person offers, one entry each.
    pub offers: Vec<String>,
    /// What the person would like help with, one entry each.
    pub needs: Vec<String>,
    /// The balance to begin with in minutes, hours given less hours received.
    pub opening_minutes: Option<i32>,
    /// Person or organisation; a person unless the file says otherwise.
    pub kind: Kind,
    /// Member or coordinator; a member unless the file says otherwise.
    pub role: Role,
}

impl fmt::Debug for Person {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Person").field("line", &self.line).finish_non_exhaustive()
    }
}

/// What could be read, and what could not.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct People {
    /// The people of all lines without a problem, in the file's order.
    pub people: Vec<Person>,
    /// Everything that is wrong, by line.
    pub problems: Vec<Problem>,
    /// How many lines were left out because of a problem.
    pub lines_left_out: usize,
    problems_shown: usize,
}

impl People {
    /// The first problems, as many as fit a screen, and how many more there are.
    #[must_use]
    pub fn shown(&self) -> (&[Problem], usize) {
        let shown = self.problems.len().min(self.problems_shown);
        (&self.problems[..shown], self.problems.len() - shown)
    }
}

/// Something wrong in one line.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}{}: {wrong}", column.as_ref().map_or_else(String::new, |column| format!(", column '{column}'")))]
pub struct Problem {
    /// The line of the file, counted from 1 with the header.
    pub line: u64,
    /// The column's name in the file; none when the whole line is wrong.
    pub column: Option<String>,
    /// What is wrong and what to do.
    pub wrong: Wrong,
}

/// What is wrong with a value. No message repeats the value, which may be somebody's address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Wrong {
    /// The line has more or fewer values than the header has columns.
    #[error(
        "has {found} values where the first line names {expected} columns; put quotation marks around a value with the separator in it"
    )]
    Width {
        /// The values in the line.
        found: usize,
        /// The columns in the header.
        expected: usize,
    },
    /// The value is not UTF-8.
    #[error("is not UTF-8 text; save the file as 'CSV UTF-8'")]
    NotUtf8,
    /// The value is longer than the limit in bytes.
    #[error("is longer than {most} bytes; a closing quotation mark may be missing here")]
    TooManyBytes {
        /// The limit.
        most: usize,
    },
    /// The value is longer than its field allows.
    #[error("is longer than {most} characters; shorten it")]
    TooLong {
        /// The limit.
        most: usize,
    },
    /// A line break where one line is expected.
    #[error("has a line break in it; write it on one line, or close the quotation mark before it")]
    LineBreak,
    /// Control characters, or characters that turn the direction of the text around them.
    #[error("has characters that cannot be shown; type it again")]
    Strange,
    /// Nothing, where there has to be something.
    #[error("is empty; fill it in")]
    Empty,
    /// An id that an earlier line has.
    #[error("is the id that line {first} has already; keep one of the two lines, or give this person their own id")]
    Repeated {
        /// The earlier line.
        first: u64,
    },
    /// Not an e-mail address.
    #[error("is not an e-mail address; write it like sam@example.org, or leave it empty")]
    NotEmail,
    /// Not a phone number.
    #[error("is not a phone number; use digits, spaces and + ( ) - . / only, or leave it empty")]
    NotPhone,
    /// Not a day.
    #[error("is not a day; write it as year-month-day, like 2024-03-31")]
    NotDay,
    /// Not a number of hours or minutes.
    #[error("is not a length of time; write hours as 2:30 or minutes as 150, with - in front for below zero")]
    NotMinutes,
    /// More minutes than anybody can have.
    #[error("is more than {most} minutes; check the number")]
    TooManyMinutes {
        /// The limit.
        most: u32,
    },
    /// Neither kind.
    #[error("is neither person nor organisation; write one of the two, or leave it empty")]
    NotKind,
    /// Neither role.
    #[error("is neither member nor coordinator; write one of the two, or leave it empty")]
    NotRole,
    /// Too many offers or needs.
    #[error("lists more than {MAX_LISTINGS} things; keep the most important ones")]
    TooManyListings,
}

/// Reads people from a csv file: UTF-8 with or without a byte order mark, values separated by
/// commas, semicolons or tabs, whichever the first line uses.
///
/// Offers and needs hold several entries when they are separated by `;`, `|` or line breaks.
///
/// # Errors
/// [`ImportError`] when the file cannot be read at all, is larger than the limits, or lacks a
/// mapped column. What is wrong with single lines is in [`People::problems`].
pub fn read_people(reader: impl Read, map: &ColumnMap, limits: Limits) -> Result<People, ImportError> {
    let mut bytes = Vec::new();
    reader.take(limits.csv_bytes.saturating_add(1)).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > limits.csv_bytes {
        return Err(ImportError::TooLarge { most: limits.csv_bytes });
    }
    if bytes.starts_with(b"\xFF\xFE") || bytes.starts_with(b"\xFE\xFF") {
        return Err(ImportError::NotUtf8);
    }
    let text = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&bytes);
    let mut table = csv::ReaderBuilder::new().delimiter(separator(text)).flexible(true).from_reader(text);
    let header = header(table.byte_headers().map_err(broken)?)?;
    let places = map.locate(&header)?;
    let mut reading = Reading { header, places, limits, seen: HashMap::new(), people: People::default() };
    reading.people.problems_shown = limits.problems_shown;
    let mut record = csv::ByteRecord::new();
    let mut lines = Lines::new(text);
    let mut rows = 0;
    while table.read_byte_record(&mut record).map_err(broken)? {
        if record.iter().all(|value| value.trim_ascii().is_empty()) {
            continue;
        }
        rows += 1;
        if rows > limits.rows {
            return Err(ImportError::TooManyRows { most: limits.rows });
        }
        reading.line(lines.line(record.position()), &record);
    }
    Ok(reading.people)
}

fn broken(error: csv::Error) -> ImportError {
    ImportError::Read(error.into())
}

/// The separator that the first line with anything in it uses most, outside quotation marks.
fn separator(text: &[u8]) -> u8 {
    let mut quoted = false;
    let mut counts = [(0, b','), (0, b';'), (0, b'\t')];
    for &byte in text.trim_ascii_start() {
        match byte {
            b'"' => quoted = !quoted,
            b'\n' | b'\r' if !quoted => break,
            _ if !quoted => counts.iter_mut().filter(|(_, known)| *known == byte).for_each(|(count, _)| *count += 1),
            _ => {}
        }
    }
    let most = counts.iter().map(|(count, _)| *count).max();
    counts.into_iter().find(|(count, _)| Some(*count) == most).map_or(b',', |(_, separator)| separator)
}

fn header(record: &csv::ByteRecord) -> Result<Vec<String>, ImportError> {
    if record.len() > MAX_COLUMNS {
        return Err(ImportError::TooManyColumns);
    }
    let name = |bytes: &[u8]| std::str::from_utf8(bytes).map(|name| name.trim().to_owned());
    let header = record.iter().map(name).collect::<Result<Vec<_>, _>>().map_err(|_| ImportError::NotUtf8)?;
    if header.iter().all(String::is_empty) {
        return Err(ImportError::NoHeader);
    }
    Ok(header)
}

/// The file so far.
struct Reading {
    header: Vec<String>,
    places: BTreeMap<Field, usize>,
    limits: Limits,
    /// The line each id of the foreign system was on.
    seen: HashMap<String, u64>,
    people: People,
}

impl Reading {
    fn line(&mut self, line: u64, record: &csv::ByteRecord) {
        let before = self.people.problems.len();
        if record.len() == self.header.len() {
            let person = self.person(line, record);
            if self.people.problems.len() == before {
                self.people.people.push(person);
                return;
            }
        } else {
            let wrong = Wrong::Width { found: record.len(), expected: self.header.len() };
            self.people.problems.push(Problem { line, column: None, wrong });
        }
        self.people.lines_left_out += 1;
    }

    fn person(&mut self, line: u64, record: &csv::ByteRecord) -> Person {
        let mut person = Person {
            line,
            name: String::new(),
            external: None,
            email: None,
            phone: None,
            area: None,
            joined: None,
            offers: Vec::new(),
            needs: Vec::new(),
            opening_minutes: None,
            kind: Kind::default(),
            role: Role::default(),
        };
        for (field, at) in self.places.clone() {
            let value = values::text(record.get(at).unwrap_or_default(), self.limits.field_bytes);
            if let Err(wrong) = value.and_then(|value| self.set(&mut person, field, value)) {
                self.people.problems.push(Problem { line, column: Some(self.header[at].clone()), wrong });
            }
        }
        if !self.places.contains_key(&Field::Name) {
            person.name = format!("Member {}", person.external.as_deref().unwrap_or_default());
        }
        person
    }

    fn set(&mut self, person: &mut Person, field: Field, value: &str) -> Result<(), Wrong> {
        let filled = (!value.is_empty()).then_some(value);
        let line = |value: &str| values::line(value, MAX_LINE_CHARS);
        match field {
            Field::Name => person.name = line(filled.ok_or(Wrong::Empty)?)?,
            Field::External => {
                let external = line(filled.ok_or(Wrong::Empty)?)?;
                if let Some(&first) = self.seen.get(&external) {
                    return Err(Wrong::Repeated { first });
                }
                self.seen.insert(external.clone(), person.line);
                person.external = Some(external);
            }
            Field::Email => person.email = filled.map(values::email).transpose()?,
            Field::Phone => person.phone = filled.map(values::phone).transpose()?,
            Field::Area => person.area = filled.map(line).transpose()?,
            Field::Joined => person.joined = filled.map(values::day).transpose()?,
            Field::Offers => person.offers = values::listings(value)?,
            Field::Needs => person.needs = values::listings(value)?,
            Field::Opening => person.opening_minutes = filled.map(values::minutes).transpose()?,
            Field::Kind => person.kind = filled.map_or(Ok(Kind::default()), values::kind)?,
            Field::Role => person.role = filled.map_or(Ok(Role::default()), values::role)?,
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
