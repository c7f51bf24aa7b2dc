//! Komunitin: accounts, which state what they have, and the transfers between them. It exports no names with them: people
//! are called by their account's code until somebody writes down who they are.

use super::{Files, Gather};
use crate::import::{
    amount::decimal,
    error::ImportError,
    people::{MAX_LINE_CHARS, Person, values},
    problem::{Sheet, Wrong},
};

pub(super) fn read(files: &Files<'_>, gather: &mut Gather) -> Result<(), ImportError> {
    let mut accounts = gather.needed(files, Sheet::People)?;
    accounts.headed(&["code", "balance"])?;
    for row in &accounts.rows {
        let (sheet, line) = (accounts.sheet, row.line);
        let code = accounts.named(row, "code").and_then(|code| values::line(code, MAX_LINE_CHARS));
        let code = gather.take(sheet, line, "code", code).unwrap_or_default();
        if !gather.number(line, "code", &code) {
            continue;
        }
        let mut person = Person { name: code.clone(), ..Person::at(line) };
        let status = accounts.named(row, "status").unwrap_or_default();
        if ["deleted", "disabled"].iter().any(|gone| status.eq_ignore_ascii_case(gone)) {
            gather.wrong(sheet, line, "status", Wrong::Closed);
        }
        let created = accounts.named(row, "created").unwrap_or_default();
        person.joined =
            (!created.is_empty()).then(|| gather.take(sheet, line, "created", values::day(created))).flatten();
        let amount = accounts.named(row, "balance").and_then(decimal);
        if let Some(amount) = gather.take(sheet, line, "balance", amount) {
            gather.stated(sheet, line, "balance", &code, amount);
        }
        gather.person(&code, person);
    }
    let Some(mut transfers) = gather.open(files, Sheet::Transfers)? else { return Ok(()) };
    transfers.headed(&["state", "amount", "payer.code", "payee.code"])?;
    for row in &transfers.rows {
        let (sheet, line) = (transfers.sheet, row.line);
        // What was never committed moved nothing.
        if transfers.named(row, "state").is_ok_and(|state| !state.eq_ignore_ascii_case("committed")) {
            continue;
        }
        let amount = gather.take(sheet, line, "amount", transfers.named(row, "amount").and_then(decimal));
        let payer = gather.take(sheet, line, "payer.code", transfers.named(row, "payer.code"));
        let payee = gather.take(sheet, line, "payee.code", transfers.named(row, "payee.code"));
        let (Some(amount), Some(payer), Some(payee)) = (amount, payer, payee) else { continue };
        let party = |code| Some(code).filter(|code: &&str| !code.is_empty());
        gather.transfer(line, ("payer.code", party(payer)), ("payee.code", party(payee)), amount);
    }
    Ok(())
}
