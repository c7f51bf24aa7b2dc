//! TimeOverflow: the positional tables of its importer (users, posts, transfers; amounts in seconds), or the lists it
//! exports, whose headers are in the language of whoever exported them and are known by their number of columns.

use super::{Files, Gather, Table, post};
use crate::import::{
    amount::{clock, decimal},
    error::ImportError,
    people::{MAX_LINE_CHARS, Person, values},
    problem::{Sheet, Wrong},
};

/// Columns of the exported list of members: N, user name, e-mail, phone, second phone, created, last here, language,
/// seconds.
const LISTED: usize = 9;
/// Columns of the exported list of transfers: date, from, to, post, quantity.
const LISTED_TRANSFERS: usize = 5;

pub(super) fn read(files: &Files<'_>, gather: &mut Gather) -> Result<(), ImportError> {
    let mut users = gather.needed(files, Sheet::People)?;
    let listed = users.width() == LISTED;
    // Either table begins with a number; a header does not.
    if users.first(0).parse::<u64>().is_err() {
        users.skip_header();
    }
    for row in &users.rows {
        if listed { member(&users, row, gather) } else { user(&users, row, gather) }
    }
    if let Some(table) = gather.open(files, Sheet::Posts)? {
        posts(table, gather);
    }
    if let Some(table) = gather.open(files, Sheet::Transfers)? {
        transfers(table, gather);
    }
    Ok(())
}

/// What both kinds of table have.
fn contacts(table: &Table, row: &super::table::Row, places: [(usize, &str); 3], gather: &mut Gather) -> Person {
    let (sheet, line) = (table.sheet, row.line);
    let mut person = Person::at(line);
    let [email, phone, joined] = places.map(|(at, column)| (table.at(row, at), column));
    let filled = |text: &&str| !text.is_empty();
    let value = email.0.and_then(|text| Some(text).filter(filled).map(values::email).transpose());
    person.email = gather.take(sheet, line, email.1, value).flatten();
    let value = phone.0.and_then(|text| Some(text).filter(filled).map(values::phone).transpose());
    person.phone = gather.take(sheet, line, phone.1, value).flatten();
    let value = joined.0.and_then(|text| Some(text).filter(filled).map(values::day).transpose());
    person.joined = gather.take(sheet, line, joined.1, value).flatten();
    person
}

fn named(gather: &mut Gather, line: u64, column: &str, name: Result<String, Wrong>) -> Option<String> {
    let name = name.and_then(|name| if name.is_empty() { Err(Wrong::Empty) } else { Ok(name) });
    gather.take(Sheet::People, line, column, name)
}

/// member_id, entry_date, three names, gender, date_of_birth, phone, alt_phone, email
fn user(table: &Table, row: &super::table::Row, gather: &mut Gather) {
    let id = gather.take(table.sheet, row.line, "member_id", table.at(row, 0)).unwrap_or_default();
    if !gather.number(row.line, "member_id", id) {
        return;
    }
    let mut person = contacts(table, row, [(9, "email"), (7, "phone"), (1, "entry_date")], gather);
    if person.phone.is_none() {
        let other = table.at(row, 8).ok().filter(|phone| !phone.is_empty()).map(values::phone);
        person.phone = other.and_then(Result::ok);
    }
    let parts: Result<Vec<&str>, Wrong> = (2..5).map(|at| table.at(row, at)).collect();
    let name = parts.and_then(|parts| values::line(&parts.join(" "), MAX_LINE_CHARS));
    person.name = named(gather, row.line, "name", name).unwrap_or_default();
    gather.person(id, person);
}

/// N, user name, e-mail, phone, second phone, created, last here, language, seconds
fn member(table: &Table, row: &super::table::Row, gather: &mut Gather) {
    let id = gather.take(table.sheet, row.line, "N", table.at(row, 0)).unwrap_or_default();
    if !gather.number(row.line, "N", id) {
        return;
    }
    let mut person = contacts(table, row, [(2, "Email"), (3, "Phone"), (5, "Created at")], gather);
    let name = table.at(row, 1).and_then(|name| values::line(name, MAX_LINE_CHARS));
    person.name = named(gather, row.line, "Username", name).unwrap_or_default();
    let seconds = table.at(row, 8).and_then(|text| if text.is_empty() { Ok(0) } else { decimal(text) });
    if let Some(seconds) = gather.take(table.sheet, row.line, "Balance", seconds) {
        gather.stated(table.sheet, row.line, "Balance", id, seconds);
    }
    gather.person(id, person);
}

/// user_id, type, title, description, category_id, created_at, start_on, end_on
fn posts(mut table: Table, gather: &mut Gather) {
    if table.first(0).parse::<u64>().is_err() {
        table.skip_header();
    }
    for row in &table.rows {
        let (sheet, line) = (table.sheet, row.line);
        let Some(id) = gather.take(sheet, line, "user_id", table.at(row, 0)) else { continue };
        let need = table.at(row, 1).is_ok_and(|kind| kind.eq_ignore_ascii_case("inquiry"));
        let found = table.at(row, 2).and_then(|title| post(need, title, table.at(row, 3)?));
        if let Some(found) = gather.take(sheet, line, "title", found) {
            gather.post(sheet, line, "user_id", id, found);
        }
    }
}

/// source_id, source_type, destination_id, destination_type, seconds, created_at, reason, post_id; or, with names, date,
/// from, to, post, quantity. Time goes from whoever was helped to whoever helped.
fn transfers(mut table: Table, gather: &mut Gather) {
    let listed = table.width() == LISTED_TRANSFERS;
    if listed || table.first(0).parse::<u64>().is_err() {
        // The list always has a header; a date in its first cell would be a row, and a table's first cell is a number.
        if !listed || table.first(4).parse::<f64>().is_err() && clock(table.first(4)).is_err() {
            table.skip_header();
        }
    }
    for row in &table.rows {
        let read = if listed { by_name(&table, row, gather) } else { by_number(&table, row) };
        match read {
            Ok((from, to, seconds)) => {
                gather.transfer(row.line, ("from", from.as_deref()), ("to", to.as_deref()), seconds);
            }
            Err((column, wrong)) => gather.wrong(table.sheet, row.line, column, wrong),
        }
    }
}

/// From whom, to whom, and how much; nobody is the community itself.
type Read = Result<(Option<String>, Option<String>, i128), (&'static str, Wrong)>;

fn by_number(table: &Table, row: &super::table::Row) -> Read {
    let party = |at: usize, column: &'static str| {
        let kind = table.at(row, at + 1).map_err(|wrong| (column, wrong))?;
        let id = table.at(row, at).map_err(|wrong| (column, wrong))?;
        if id.is_empty() {
            return Err((column, Wrong::Empty));
        }
        Ok(Some(id.to_owned()).filter(|_| !kind.eq_ignore_ascii_case("organization")))
    };
    let seconds = table.at(row, 4).and_then(decimal).map_err(|wrong| ("amount", wrong))?;
    Ok((party(0, "source_id")?, party(2, "destination_id")?, seconds))
}

fn by_name(table: &Table, row: &super::table::Row, gather: &Gather) -> Read {
    let party = |at: usize, column: &'static str| {
        let name = table.at(row, at).and_then(|name| values::line(name, MAX_LINE_CHARS));
        let name = name.map_err(|wrong| (column, wrong))?;
        match gather.names.get(&name) {
            Some(Some(id)) => Ok(Some(id.clone())),
            Some(None) => Err((column, Wrong::SharedName)),
            // The community's own account has a name that no member has.
            None => Ok(None),
        }
    };
    let seconds = table.at(row, 4).and_then(clock).map_err(|wrong| ("Quantity", wrong))?;
    Ok((party(1, "From")?, party(2, "To")?, seconds))
}
