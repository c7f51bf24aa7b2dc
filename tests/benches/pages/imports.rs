//! Bringing people in: pages that are there only while a coordinator does so.

use crate::{
    forms::Form,
    visits::{Line, Sent, Visitor},
};
use anyhow::{Result, bail};
use std::fmt::Write as _;

/// One line of so many does not fit, so that there is something to list.
const ONE_WRONG_IN: usize = 100;
/// The columns of the table, as the form calls them.
const COLUMNS: [&str; 3] = ["name", "phone", "opening"];

/// What another system might have written.
fn table(people: usize) -> Result<String> {
    let mut text = String::from("name,phone,hours\n");
    for n in 0..people {
        let hours = if n % ONE_WRONG_IN == 0 { "many" } else { "2.5" };
        writeln!(text, "Newcomer {n},020 7946 {:04},{hours}", n % 10_000)?;
    }
    Ok(text)
}

fn led(sent: Sent) -> Result<String> {
    match sent {
        Sent::Elsewhere(to) => Ok(to),
        Sent::Page(_) => bail!("the table leads nowhere"),
    }
}

/// Sends a table with so many people, and has it looked at again and again. Gives where its columns are told apart, where it is
/// seen what would come in, and how long the look took.
pub(crate) fn begun(visitor: &mut Visitor, people: usize, rounds: usize) -> Result<([String; 2], Line)> {
    let (_, page) = visitor.get("/import/table")?;
    let form = Form::on(&page, "/import/table")?;
    let (_, sent) = visitor.upload(&form, "people", table(people)?.as_bytes())?;
    let columns = led(sent)?;
    let (_, page) = visitor.get(&columns)?;
    let mut form = Form::on(&page, &columns)?;
    for (at, column) in COLUMNS.iter().enumerate() {
        form = form.with(column, &at.to_string());
    }
    let (first, sent) = visitor.send(&form, "check")?;
    let (mut run, mut times) = (led(sent)?, Vec::new());
    for _ in 0..rounds {
        let (time, sent) = visitor.send(&form, "check")?;
        run = led(sent)?;
        times.push(time);
    }
    let line = Line { page: "a table with as many people is looked at".to_owned(), first, times };
    Ok(([columns, run], line))
}
