//! Whole communities as other systems export them: people, what they offer and need, and what the exchanges add up to.
//!
//! Exchanges themselves are not brought along: they would need signatures that nobody can give any more. Everybody
//! begins with an opening balance, which is checked against the sum of the exchanges and against the totals that the
//! system itself wrote, where there are any.

mod ces;
mod komunitin;
mod table;
mod timeoverflow;

use super::{
    amount::{Units, minutes},
    error::ImportError,
    people::{Limits, MAX_LISTING_CHARS, MAX_LISTINGS, Person, Post},
    problem::{Problem, Sheet, Wrong},
};
use std::collections::{BTreeMap, BTreeSet};
use table::Table;

/// A system with exports that are known here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum System {
    /// TimeOverflow: its tables without a header, or the lists it exports for printing.
    TimeOverflow,
    /// Community Exchange System.
    Ces,
    /// Komunitin.
    Komunitin,
}

impl System {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::TimeOverflow, Self::Ces, Self::Komunitin];

    /// What it is called in options and forms.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::TimeOverflow => "timeoverflow",
            Self::Ces => "ces",
            Self::Komunitin => "komunitin",
        }
    }

    /// How many of its units are an hour when nobody says otherwise: seconds, hours, and hundredths of an hour.
    #[must_use]
    pub const fn hour(self) -> u32 {
        match self {
            Self::TimeOverflow => 3_600,
            Self::Ces => 1,
            Self::Komunitin => 100,
        }
    }

    /// Which files it exports; the first is needed.
    #[must_use]
    pub const fn sheets(self) -> &'static [Sheet] {
        match self {
            Self::TimeOverflow => &[Sheet::People, Sheet::Posts, Sheet::Transfers],
            Self::Ces => &Sheet::ALL,
            Self::Komunitin => &[Sheet::People, Sheet::Transfers],
        }
    }
}

/// The files of one export.
pub type Files<'a> = BTreeMap<Sheet, &'a [u8]>;

/// How the hours in the files and the hours that come in fit together, in minutes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sums {
    /// Exchanges read.
    pub transfers: u64,
    /// What all exchanges together are long.
    pub moved: i64,
    /// Hours of everybody above zero who comes in.
    pub above: i64,
    /// Hours of everybody below zero who comes in, as a number above zero.
    pub below: i64,
    /// What accounts have that do not come in: lines left out, closed accounts, people who are in no file.
    pub left_out: i64,
    /// What was lost or gained because a system counts in smaller parts than minutes.
    pub rounding: i64,
    /// Accounts whose total was stated and compared with their exchanges.
    pub compared: u64,
    /// How many of these differ.
    pub differing: u64,
}

impl Sums {
    /// What all opening balances add up to: the community's pot begins with as much below zero.
    #[must_use]
    pub const fn brought(&self) -> i64 {
        self.above - self.below
    }

    /// What all accounts of the files add up to.
    #[must_use]
    pub const fn in_files(&self) -> i64 {
        self.brought() + self.left_out + self.rounding
    }
}

/// What was read of an export.
#[derive(Debug, Clone, Default)]
pub struct Brought {
    /// The people of all lines without a problem.
    pub people: Vec<Person>,
    /// Everything that is wrong, by file and line.
    pub problems: Vec<Problem>,
    /// Lines left out because of a problem, of all files.
    pub lines_left_out: usize,
    /// How the hours fit together; nothing for a table by columns, which has no exchanges.
    pub sums: Option<Sums>,
}

/// Reads an export. `hour` says how many of the system's units are an hour.
///
/// # Errors
/// [`ImportError`] when a file cannot be read at all. What is wrong with single lines is in [`Brought::problems`].
pub fn read_system(system: System, files: &Files<'_>, hour: u32, limits: Limits) -> Result<Brought, ImportError> {
    let mut gather = Gather { limits, ..Gather::default() };
    match system {
        System::TimeOverflow => timeoverflow::read(files, &mut gather)?,
        System::Ces => ces::read(files, &mut gather)?,
        System::Komunitin => komunitin::read(files, &mut gather)?,
    }
    Ok(gather.finish(hour))
}

/// What was read so far.
#[derive(Default)]
struct Gather {
    limits: Limits,
    people: Vec<Person>,
    problems: Vec<Problem>,
    left_out: BTreeSet<(Sheet, u64)>,
    /// Which line each number is on.
    seen: BTreeMap<String, u64>,
    /// Numbers of accounts whose line does not come in.
    absent: BTreeSet<String>,
    /// Numbers by name; none for a name that several have.
    names: BTreeMap<String, Option<String>>,
    /// What the exchanges add up to, by number.
    found: BTreeMap<String, Units>,
    /// What the files say that somebody has, and on which line.
    stated: BTreeMap<String, (Sheet, u64, Units)>,
    posts: BTreeMap<String, Vec<Post>>,
    transfers: u64,
    moved: Units,
}

impl Gather {
    fn open(&self, files: &Files<'_>, sheet: Sheet) -> Result<Option<Table>, ImportError> {
        files.get(&sheet).map(|bytes| Table::read(sheet, bytes, self.limits)).transpose()
    }

    fn needed(&self, files: &Files<'_>, sheet: Sheet) -> Result<Table, ImportError> {
        self.open(files, sheet)?.ok_or(ImportError::NoSheet(sheet))
    }

    /// Something wrong with a line, which does not come in for that.
    fn wrong(&mut self, sheet: Sheet, line: u64, column: &str, wrong: Wrong) {
        self.left_out.insert((sheet, line));
        self.remark(sheet, line, column, wrong);
    }

    /// Something to know about a line that comes in all the same.
    fn remark(&mut self, sheet: Sheet, line: u64, column: &str, wrong: Wrong) {
        let column = Some(column.to_owned()).filter(|column| !column.is_empty());
        self.problems.push(Problem { sheet, line, column, wrong });
    }

    /// A value, or its problem taken down.
    fn take<T>(&mut self, sheet: Sheet, line: u64, column: &str, value: Result<T, Wrong>) -> Option<T> {
        value.map_err(|wrong| self.wrong(sheet, line, column, wrong)).ok()
    }

    /// Somebody new under a number. Gives whether nobody has it already.
    fn number(&mut self, line: u64, column: &str, id: &str) -> bool {
        if id.is_empty() {
            self.wrong(Sheet::People, line, column, Wrong::Empty);
            return false;
        }
        if let Some(&first) = self.seen.get(id) {
            self.wrong(Sheet::People, line, column, Wrong::Repeated { first });
            return false;
        }
        self.seen.insert(id.to_owned(), line);
        true
    }

    /// Takes somebody in, unless something was wrong with the line.
    fn person(&mut self, id: &str, mut person: Person) {
        let name = person.name.clone();
        self.names.entry(name).and_modify(|known| *known = None).or_insert_with(|| Some(id.to_owned()));
        if self.left_out.contains(&(Sheet::People, person.line)) {
            self.absent.insert(id.to_owned());
            return;
        }
        person.external = Some(id.to_owned());
        self.people.push(person);
    }

    /// An exchange: `giver` helped `receiver`. A number that no file has counts for the pot and is remarked.
    fn transfer(&mut self, line: u64, receiver: (&str, Option<&str>), giver: (&str, Option<&str>), units: Units) {
        self.transfers += 1;
        self.moved += units;
        for ((column, id), change) in [(receiver, -units), (giver, units)] {
            // Nobody by design: the community itself.
            let Some(id) = id else { continue };
            if !self.seen.contains_key(id) {
                self.remark(Sheet::Transfers, line, column, Wrong::UnknownPerson);
            }
            *self.found.entry(id.to_owned()).or_default() += change;
        }
    }

    fn stated(&mut self, sheet: Sheet, line: u64, column: &str, id: &str, units: Units) {
        if !self.seen.contains_key(id) {
            self.remark(sheet, line, column, Wrong::UnknownPerson);
        }
        self.stated.insert(id.to_owned(), (sheet, line, units));
    }

    /// An offer or need of somebody, from a line of `sheet`.
    fn post(&mut self, sheet: Sheet, line: u64, column: &str, id: &str, post: Post) {
        if !self.seen.contains_key(id) {
            return self.wrong(sheet, line, column, Wrong::UnknownPerson);
        }
        let posts = self.posts.entry(id.to_owned()).or_default();
        if posts.len() >= MAX_LISTINGS {
            return self.wrong(sheet, line, column, Wrong::TooManyListings);
        }
        posts.push(post);
    }

    fn finish(mut self, hour: u32) -> Brought {
        let mut sums = Sums { transfers: self.transfers, moved: minutes(self.moved, hour), ..Sums::default() };
        let mut accounts: BTreeMap<&String, Units> = self.found.iter().map(|(id, units)| (id, *units)).collect();
        let mut remarks = Vec::new();
        for (id, (sheet, line, units)) in &self.stated {
            let (found, stated) = (accounts.get(id).copied(), minutes(*units, hour));
            if self.transfers > 0 {
                let found = minutes(found.unwrap_or_default(), hour);
                sums.compared += 1;
                if found != stated {
                    sums.differing += 1;
                    let wrong = Wrong::Differs { found, stated };
                    remarks.push(Problem { sheet: *sheet, line: *line, column: None, wrong });
                }
            }
            accounts.insert(id, *units);
        }
        let whole: Units = accounts.values().sum();
        for person in &mut self.people {
            let Some(id) = &person.external else { continue };
            person.posts = self.posts.remove(id).unwrap_or_default();
            let units = accounts.remove(id).unwrap_or_default();
            let brought = minutes(units, hour);
            sums.above += brought.max(0);
            sums.below += (-brought).max(0);
            person.opening_minutes = i32::try_from(brought).ok().filter(|minutes| *minutes != 0);
        }
        sums.left_out = minutes(accounts.values().sum(), hour);
        sums.rounding = minutes(whole, hour) - sums.brought() - sums.left_out;
        self.problems.append(&mut remarks);
        self.problems.sort_by_key(|problem| (problem.sheet, problem.line));
        Brought { people: self.people, problems: self.problems, lines_left_out: self.left_out.len(), sums: Some(sums) }
    }
}

/// A listing's title and words from what somebody wrote long ago: what is too long for a title moves into the text.
fn post(need: bool, title: &str, text: &str) -> Result<Post, Wrong> {
    let line = title.split_whitespace().collect::<Vec<_>>().join(" ");
    let line = if line.is_empty() { text.lines().next().unwrap_or_default().trim().to_owned() } else { line };
    if line.is_empty() {
        return Err(Wrong::Empty);
    }
    let short: String = line.chars().take(MAX_LISTING_CHARS).collect();
    let whole = if short == line { text.trim().to_owned() } else { format!("{line}\n{}", text.trim()) };
    let whole: String = whole.replace("\r\n", "\n").chars().take(kith_protocol::shelf::MAX_LISTING_TEXT).collect();
    let text = Some(whole.trim().to_owned()).filter(|text| !text.is_empty() && *text != short);
    let strange = |text: &str, most| kith_protocol::text::check("text", text, most).is_err();
    if strange(&short, MAX_LISTING_CHARS)
        || text.as_ref().is_some_and(|text| strange(text, kith_protocol::shelf::MAX_LISTING_TEXT))
    {
        return Err(Wrong::Strange);
    }
    Ok(Post { need, title: short, text })
}

#[cfg(test)]
mod tests;
