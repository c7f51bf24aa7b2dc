//! The table in which each figure stands beside what it was measured against.

use crate::{numbers::Figures, options::Options};
use anyhow::Result;
use std::{
    io::{self, Write as _},
    thread::available_parallelism,
};

/// Where a ratio should go.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Direction {
    /// The ratio should be at least this.
    AtLeast(f64),
    /// The ratio should be at most this.
    AtMost(f64),
    /// The figure itself, in its own unit, should be at most this.
    FigureAtMost(f64),
}

/// One figure beside another.
#[derive(Debug)]
pub(crate) struct Line {
    /// What was measured.
    pub(crate) what: &'static str,
    /// In which unit, this and what it is held against.
    pub(crate) unit: &'static str,
    /// The figures.
    pub(crate) measured: Figures,
    /// What it is held against.
    pub(crate) against: String,
    /// The figures of that, in the same rounds.
    pub(crate) other: Figures,
    /// Where the ratio should go, if that was ever said.
    pub(crate) direction: Option<Direction>,
    /// What to know before quoting it.
    pub(crate) note: &'static str,
}

impl Line {
    fn ratio(&self) -> Figures {
        self.measured.over(&self.other)
    }

    fn met(&self) -> Option<bool> {
        self.direction.map(|direction| match direction {
            Direction::AtLeast(least) => self.ratio().median() >= least,
            Direction::AtMost(most) => self.ratio().median() <= most,
            Direction::FigureAtMost(most) => self.measured.median() <= most,
        })
    }

    fn direction(&self) -> String {
        let met = match self.met() {
            Some(true) => ", met",
            Some(false) => ", not met",
            None => "",
        };
        match self.direction {
            None => String::new(),
            Some(Direction::AtLeast(least)) => format!("ratio at least {least}{met}"),
            Some(Direction::AtMost(most)) => format!("ratio at most {most}{met}"),
            Some(Direction::FigureAtMost(most)) => format!("at most {most} {}{met}", self.unit),
        }
    }

    fn cells(&self, note: usize) -> [String; 6] {
        let (least, most) = self.ratio().range();
        let ratio = if self.other.is_empty() {
            String::new()
        } else {
            format!("{} ({}–{})", short(self.ratio().median()), short(least), short(most))
        };
        let other = if self.other.is_empty() { String::new() } else { short(self.other.median()) };
        let measured = format!("{} {}", short(self.measured.median()), self.unit);
        [format!("{} [{note}]", self.what), measured, self.against.clone(), other, ratio, self.direction()]
    }

    fn json(&self) -> serde_json::Value {
        let figures = |figures: &Figures| {
            let (least, most) = figures.range();
            serde_json::json!({"median": figures.median(), "least": least, "most": most, "rounds": figures.all()})
        };
        serde_json::json!({
            "what": self.what, "unit": self.unit, "measured": figures(&self.measured), "against": self.against,
            "other": figures(&self.other), "ratio": figures(&self.ratio()), "direction": self.direction(),
            "met": self.met(), "note": self.note,
        })
    }
}

/// Three digits that count, or whole numbers.
fn short(figure: f64) -> String {
    match figure.abs() {
        size if size >= 100.0 => format!("{figure:.0}"),
        size if size >= 10.0 => format!("{figure:.1}"),
        size if size >= 1.0 => format!("{figure:.2}"),
        _ => format!("{figure:.3}"),
    }
}

/// All lines so far.
pub(crate) struct Report {
    lines: Vec<Line>,
    remarks: Vec<String>,
    setting: String,
}

impl Report {
    /// An empty report.
    pub(crate) fn new(options: &Options) -> Self {
        let cores = available_parallelism().map_or(1, usize::from);
        let build = if cfg!(debug_assertions) { ", debug build: figures mean nothing" } else { "" };
        let quick = if options.quick { ", quick: small counts, wide spread" } else { "" };
        let setting = format!("{cores} cores, {} rounds in turns{quick}{build}", options.rounds);
        Self { lines: Vec::new(), remarks: Vec::new(), setting }
    }

    /// Adds a line.
    pub(crate) fn add(&mut self, line: Line) {
        self.lines.push(line);
    }

    /// Adds a sentence on something that was not measured, or is odd.
    pub(crate) fn remark(&mut self, remark: String) {
        self.remarks.push(remark);
    }

    /// Tells whoever waits what goes on. A closed stderr is no reason to stop.
    pub(crate) fn progress(&self, what: &str) {
        let _ = writeln!(io::stderr(), "{what}");
    }

    /// Prints the table, or JSON.
    pub(crate) fn print(&self, json: bool) -> Result<()> {
        if json {
            let lines: Vec<_> = self.lines.iter().map(Line::json).collect();
            let all = serde_json::json!({"setting": self.setting, "lines": lines, "remarks": self.remarks});
            return say(&serde_json::to_string_pretty(&all)?);
        }
        say(&self.table())
    }

    fn table(&self) -> String {
        let head = ["measured", "figure", "beside", "its figure", "ratio (least–most)", "direction"].map(str::to_owned);
        let mut notes: Vec<&str> = Vec::new();
        let mut rows = vec![head];
        for line in &self.lines {
            let known = notes.iter().position(|note| *note == line.note);
            let number = known.unwrap_or_else(|| {
                notes.push(line.note);
                notes.len() - 1
            });
            rows.push(line.cells(number + 1));
        }
        let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
        let widths: [usize; 6] = std::array::from_fn(width);
        let mut text = format!("{}; medians, ratios of figures of the same round\n\n", self.setting);
        for row in &rows {
            let cells = row.iter().zip(widths).map(|(cell, width)| format!("{cell:width$}"));
            text.push_str(cells.collect::<Vec<_>>().join(" | ").trim_end());
            text.push('\n');
        }
        text.push('\n');
        for (n, note) in notes.iter().enumerate() {
            text.push_str(&format!("[{}] {note}\n", n + 1));
        }
        for remark in &self.remarks {
            text.push_str(&format!("- {remark}\n"));
        }
        text
    }
}

/// Writes to standard output.
pub(crate) fn say(text: &str) -> Result<()> {
    Ok(writeln!(io::stdout(), "{text}")?)
}
