//! People from any csv file, by a mapping of columns.
//!
//! A line with anything wrong in it is left out whole and named, so that a person is never
//! half imported; the other lines come in. Put right, the file can be read again.

pub(super) mod values;

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::io::Read;

use jiff::civil::Date;

use super::columns::{ColumnMap, Field, MAX_COLUMNS};
use super::error::ImportError;
use super::lines::Lines;
use super::problem::{Problem, Sheet, Wrong};

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

/// An offer or a need with more than a title.
#[derive(Clone, PartialEq, Eq)]
pub struct Post {
    /// Whether it asks for help, and does not offer it.
    pub need: bool,
    /// What it is, in a few words.
    pub title: String,
    /// More about it.
    pub text: Option<String>,
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
    /// Offers and needs with words of their own, beside the bare titles above.
    pub posts: Vec<Post>,
    /// Person or organisation; a person unless the file says otherwise.
    pub kind: Kind,
    /// Member or coordinator; a member unless the file says otherwise.
    pub role: Role,
}

impl Person {
    /// Nobody yet, from this line.
    #[must_use]
    pub fn at(line: u64) -> Self {
        Self {
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
            posts: Vec::new(),
            kind: Kind::default(),
            role: Role::default(),
        }
    }
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

/// The columns that a table's first line names.
///
/// # Errors
/// [`ImportError`] for a file that is no table of text.
pub fn table_header(bytes: &[u8]) -> Result<Vec<String>, ImportError> {
    if bytes.starts_with(b"\xFF\xFE") || bytes.starts_with(b"\xFE\xFF") {
        return Err(ImportError::NotUtf8);
    }
    let text = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let mut table = csv::ReaderBuilder::new().delimiter(separator(text)).flexible(true).from_reader(text);
    header(table.byte_headers().map_err(broken)?)
}

pub(super) fn broken(error: csv::Error) -> ImportError {
    ImportError::Read(error.into())
}

/// The separator that the first line with anything in it uses most, outside quotation marks.
pub(super) fn separator(text: &[u8]) -> u8 {
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

pub(super) fn header(record: &csv::ByteRecord) -> Result<Vec<String>, ImportError> {
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
            self.people.problems.push(Problem { sheet: Sheet::People, line, column: None, wrong });
        }
        self.people.lines_left_out += 1;
    }

    fn person(&mut self, line: u64, record: &csv::ByteRecord) -> Person {
        let mut person = Person::at(line);
        for (field, at) in self.places.clone() {
            let value = values::text(record.get(at).unwrap_or_default(), self.limits.field_bytes);
            if let Err(wrong) = value.and_then(|value| self.set(&mut person, field, value)) {
                self.people.problems.push(Problem {
                    sheet: Sheet::People,
                    line,
                    column: Some(self.header[at].clone()),
                    wrong,
                });
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
