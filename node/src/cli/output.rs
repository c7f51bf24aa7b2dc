//! What a command says: words for people, or JSON for programs.

use crate::{
    api::types::Outcome,
    failure::{Exit, Failure},
};
use kith_protocol::minutes::{Balance, Minutes};
use serde::Serialize;
use std::io::{ErrorKind, Write};

/// Where results go.
pub(super) struct Out<'a> {
    stdout: &'a mut dyn Write,
    json: bool,
    terminal: bool,
}

impl<'a> Out<'a> {
    pub(super) fn new(stdout: &'a mut dyn Write, json: bool, terminal: bool) -> Self {
        Self { stdout, json, terminal }
    }

    /// Whether programs read.
    pub(super) fn is_json(&self) -> bool {
        self.json
    }

    /// Whether a person reads on a terminal.
    pub(super) fn is_terminal(&self) -> bool {
        self.terminal && !self.json
    }

    /// The result: as one line of JSON, or in words.
    pub(super) fn result<T: Serialize>(&mut self, value: &T, words: impl FnOnce(&T) -> String) -> Result<(), Failure> {
        if self.json { self.json(value) } else { self.line(&words(value)) }
    }

    /// One line of JSON.
    pub(super) fn json<T: Serialize>(&mut self, value: &T) -> Result<(), Failure> {
        let text =
            serde_json::to_string(value).map_err(|error| Failure::new(Exit::Refused, "output", error.to_string()))?;
        self.raw(&format!("{text}\n"))
    }

    /// A line for people, or several. Nothing when programs read.
    pub(super) fn line(&mut self, text: &str) -> Result<(), Failure> {
        if self.json {
            return Ok(());
        }
        let text: String = text.chars().map(|c| if c.is_control() && c != '\n' { '\u{fffd}' } else { c }).collect();
        self.raw(&format!("{text}\n"))
    }

    /// Text as it is.
    pub(super) fn raw(&mut self, text: &str) -> Result<(), Failure> {
        let written = self.stdout.write_all(text.as_bytes()).and_then(|()| self.stdout.flush());
        written.map_err(|error| match error.kind() {
            // Whoever read has read enough.
            ErrorKind::BrokenPipe => Failure::silent(Exit::Done),
            _ => {
                Failure::new(Exit::Disk, "output", format!("the result could not be written: {error}. Check the disk"))
            }
        })
    }
}

/// Columns below one another, each as wide as its widest cell.
pub(super) fn table(head: &[&str], rows: &[Vec<String>]) -> String {
    let wide = |at: usize| {
        let cells = rows.iter().filter_map(|row| row.get(at)).map(|cell| cell.chars().count());
        cells.chain([head[at].chars().count()]).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..head.len()).map(wide).collect();
    let line = |cells: Vec<&str>| {
        let padded: Vec<String> = cells
            .iter()
            .zip(&widths)
            .map(|(cell, wide)| format!("{cell}{}", " ".repeat(wide.saturating_sub(cell.chars().count()))))
            .collect();
        padded.join("  ").trim_end().to_owned()
    };
    let rows = rows.iter().map(|row| line(row.iter().map(String::as_str).collect()));
    std::iter::once(line(head.to_vec())).chain(rows).collect::<Vec<_>>().join("\n")
}

/// Minutes given or received, as hours and minutes.
pub(super) fn hours(minutes: i64) -> String {
    Balance::new(minutes).map_or_else(|_| format!("{minutes} min"), |balance| balance.to_string())
}

/// The length of an exchange, as hours and minutes.
pub(super) fn length(minutes: u32) -> String {
    Minutes::try_from(minutes).map_or_else(|_| format!("{minutes} min"), |minutes| minutes.to_string())
}

/// A time for people: the day and minute in Coordinated Universal Time, so that it reads the same everywhere.
pub(super) fn when(milliseconds: u64) -> String {
    let at = i64::try_from(milliseconds).ok().and_then(|at| jiff::Timestamp::from_millisecond(at).ok());
    at.map_or_else(|| format!("{milliseconds} ms"), |at| at.strftime("%Y-%m-%d %H:%M UTC").to_string())
}

/// A word for what may be absent.
pub(super) fn or_dash<T: ToString>(value: Option<&T>) -> String {
    value.map_or_else(|| "-".to_owned(), ToString::to_string)
}

/// A word of the protocol as it stands in JSON.
pub(super) fn word<T: Serialize>(value: &T) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => word,
        _ => "?".to_owned(),
    }
}

/// What a write led to, in words.
pub(super) fn outcome(outcome: &Outcome) -> String {
    let began = match outcome.state.as_str() {
        "done" => "Done.".to_owned(),
        "recorded" => "Recorded. The minutes are on hold until the partner answers.".to_owned(),
        "settled" => "Settled.".to_owned(),
        "waiting" => match outcome.waits_for {
            Some(member) => format!("It waits for the agreement of {member}."),
            None => "It waits for agreement.".to_owned(),
        },
        other => format!("{other}."),
    };
    let ids = [
        outcome.member.map(|id| format!("Member: {id}")),
        outcome.exchange.map(|id| format!("Exchange: {id}")),
        outcome.record.map(|key| format!("Key: {key}")),
        outcome.index.map(|index| format!("Ledger entry: {index}")),
    ];
    std::iter::once(began).chain(ids.into_iter().flatten()).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up_and_lines_do_not_trail() {
        let rows = [vec!["Zoë".into(), "1".into()], vec!["Al".into(), String::new()]];
        assert_eq!(table(&["name", "n"], &rows), "name  n\nZoë   1\nAl");
    }

    #[test]
    fn words_for_people_cannot_move_the_cursor() {
        let mut bytes = Vec::new();
        Out::new(&mut bytes, false, true).line("a\u{1b}[2Jb\nc").unwrap();
        assert_eq!(String::from_utf8(bytes).unwrap(), "a\u{fffd}[2Jb\nc\n");
    }

    #[test]
    fn times_and_hours_read_well() {
        assert_eq!(when(1_700_000_000_000), "2023-11-14 22:13 UTC");
        assert_eq!(hours(-90), "-1 h 30 min");
        assert_eq!(length(90), "1 h 30 min");
    }
}
