//! Community Exchange System: tables with headers, where `balances` is a total of its own to compare with.

use super::{Files, Gather, Table, post, table::Row};
use crate::import::{
    amount::decimal,
    error::ImportError,
    people::{Kind, MAX_LINE_CHARS, Person, values},
    problem::{Sheet, Wrong},
};

pub(super) fn read(files: &Files<'_>, gather: &mut Gather) -> Result<(), ImportError> {
    let mut users = gather.needed(files, Sheet::People)?;
    users.headed(&["UID", "UserType", "Firstname", "Surname"])?;
    for row in &users.rows {
        user(&users, row, gather);
    }
    for (sheet, need) in [(Sheet::Posts, false), (Sheet::Wants, true)] {
        if let Some(mut table) = gather.open(files, sheet)? {
            table.headed(&["UID", "Title"])?;
            posts(&table, need, gather);
        }
    }
    if let Some(mut table) = gather.open(files, Sheet::Transfers)? {
        table.headed(&["Seller", "Buyer", "Amount"])?;
        trades(&table, gather);
    }
    if let Some(mut table) = gather.open(files, Sheet::Totals)? {
        table.headed(&["UID", "Balance"])?;
        balances(&table, gather);
    }
    Ok(())
}

fn yes(text: &str) -> bool {
    ["1", "y", "yes", "true"].iter().any(|word| text.eq_ignore_ascii_case(word))
}

fn first_filled<'a>(table: &Table, row: &'a Row, columns: &[&str]) -> Result<&'a str, Wrong> {
    for column in columns {
        let text = table.named(row, column)?;
        if !text.is_empty() {
            return Ok(text);
        }
    }
    Ok("")
}

fn user(table: &Table, row: &Row, gather: &mut Gather) {
    let (sheet, line) = (table.sheet, row.line);
    let id = gather.take(sheet, line, "UID", table.named(row, "UID")).unwrap_or_default();
    if !gather.number(line, "UID", id) {
        return;
    }
    let mut person = Person::at(line);
    let kind = gather.take(sheet, line, "UserType", table.named(row, "UserType")).unwrap_or_default();
    let virtual_account = kind.eq_ignore_ascii_case("vir");
    if virtual_account || table.named(row, "Closed").is_ok_and(yes) {
        gather.wrong(sheet, line, "", Wrong::Closed);
    }
    let organisation = ["org", "com", "pub"].iter().any(|known| kind.eq_ignore_ascii_case(known));
    person.kind = if organisation { Kind::Organisation } else { Kind::Person };
    person.name = gather.take(sheet, line, "Firstname", name(table, row, organisation)).unwrap_or_default();
    let filled = |text: &&str| !text.is_empty();
    let email = table.named(row, "Email").and_then(|text| Some(text).filter(filled).map(values::email).transpose());
    person.email = gather.take(sheet, line, "Email", email).flatten();
    let phone = first_filled(table, row, &["PhoneM", "PhoneH", "PhoneW"]);
    let phone = phone.and_then(|text| Some(text).filter(filled).map(values::phone).transpose());
    person.phone = gather.take(sheet, line, "PhoneM", phone).flatten();
    let joined = table.named(row, "Created").and_then(|text| Some(text).filter(filled).map(values::day).transpose());
    person.joined = gather.take(sheet, line, "Created", joined).flatten();
    let area = first_filled(table, row, &["SubArea", "Postcode"]).and_then(|area| values::line(area, MAX_LINE_CHARS));
    person.area = gather.take(sheet, line, "SubArea", area).filter(|area| !area.is_empty());
    gather.person(id, person);
}

fn name(table: &Table, row: &Row, organisation: bool) -> Result<String, Wrong> {
    let own = format!("{} {}", table.named(row, "Firstname")?, table.named(row, "Surname")?);
    let of = table.named(row, "OrgName")?;
    let name = if of.is_empty() || (!organisation && !own.trim().is_empty()) { own.as_str() } else { of };
    let name = values::line(name, MAX_LINE_CHARS)?;
    if name.is_empty() { Err(Wrong::Empty) } else { Ok(name) }
}

fn posts(table: &Table, need: bool, gather: &mut Gather) {
    for row in &table.rows {
        let (sheet, line) = (table.sheet, row.line);
        if table.named(row, "Hidden").is_ok_and(yes) {
            continue;
        }
        let Some(id) = gather.take(sheet, line, "UID", table.named(row, "UID")) else { continue };
        let found = table.named(row, "Title").and_then(|title| post(need, title, table.named(row, "Description")?));
        if let Some(found) = gather.take(sheet, line, "Title", found) {
            gather.post(sheet, line, "UID", id, found);
        }
    }
}

fn trades(table: &Table, gather: &mut Gather) {
    for row in &table.rows {
        let (sheet, line) = (table.sheet, row.line);
        let amount = gather.take(sheet, line, "Amount", table.named(row, "Amount").and_then(decimal));
        let seller = gather.take(sheet, line, "Seller", table.named(row, "Seller"));
        let buyer = gather.take(sheet, line, "Buyer", table.named(row, "Buyer"));
        let (Some(amount), Some(seller), Some(buyer)) = (amount, seller, buyer) else { continue };
        // With another exchange, one of the two is the account of that exchange, or empty.
        let party = |id| Some(id).filter(|id: &&str| !id.is_empty());
        gather.transfer(line, ("Buyer", party(buyer)), ("Seller", party(seller)), amount);
    }
}

/// What the community kept of each exchange, its levy, is in the balance and not in the sum of exchanges: it is taken
/// off the sum before the two are compared.
fn balances(table: &Table, gather: &mut Gather) {
    for row in &table.rows {
        let (sheet, line) = (table.sheet, row.line);
        let Some(id) = gather.take(sheet, line, "UID", table.named(row, "UID")) else { continue };
        let levy = table.named(row, "Levy").and_then(|text| if text.is_empty() { Ok(0) } else { decimal(text) });
        let levy = gather.take(sheet, line, "Levy", levy);
        let stated = gather.take(sheet, line, "Balance", table.named(row, "Balance").and_then(decimal));
        let (Some(levy), Some(stated)) = (levy, stated) else { continue };
        if levy != 0 {
            *gather.found.entry(id.to_owned()).or_default() -= levy;
        }
        gather.stated(sheet, line, "UID", id, stated);
    }
}
