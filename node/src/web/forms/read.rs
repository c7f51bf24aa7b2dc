//! Fields of a form: declared, shown and judged by the same line of code.

use super::{ONCE, Sent, Step};
use crate::web::words::{Words, date_of};
use jiff::civil::Date;
use kith_protocol::{minutes::Minutes, text, time::Timestamp};

/// Whether a field may stay empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::web) enum Need {
    Must,
    May,
}

/// One of several to choose from.
#[derive(Debug, Clone)]
pub(in crate::web) struct Choice {
    pub(in crate::web) value: String,
    pub(in crate::web) label: String,
    pub(in crate::web) chosen: bool,
    /// A drawing beside its words (SVG path data).
    pub(in crate::web) drawing: Option<&'static str>,
}

impl Choice {
    pub(in crate::web) fn new(value: impl Into<String>, label: impl Into<String>) -> Self {
        Self { value: value.into(), label: label.into(), chosen: false, drawing: None }
    }

    /// The same with a drawing.
    pub(in crate::web) fn drawn(self, drawing: &'static str) -> Self {
        Self { drawing: Some(drawing), ..self }
    }
}

/// How a field is filled in.
#[derive(Debug, Clone)]
pub(in crate::web) enum Control {
    /// One line: the type of the input and what a browser may fill it in with.
    Line { kind: &'static str, fill: &'static str },
    /// Several lines.
    Area,
    /// Several lines that a browser is neither to keep nor to send away to have them corrected.
    PrivateArea,
    /// One of several.
    Choice(Vec<Choice>),
    /// One of many, in a list that folds away.
    Select(Vec<Choice>),
    /// Any number of a list.
    Many(Vec<Choice>),
    /// A file, of these types.
    File { accept: &'static str },
    /// Yes or no.
    Tick,
    /// Carried along.
    Hidden,
}

/// A field on a page.
#[derive(Debug, Clone)]
pub(in crate::web) struct Field {
    pub(in crate::web) name: String,
    pub(in crate::web) label: String,
    pub(in crate::web) hint: Option<String>,
    pub(in crate::web) error: Option<String>,
    pub(in crate::web) value: String,
    pub(in crate::web) control: Control,
    /// Whether it stands folded away, with others that most people need not fill in.
    pub(in crate::web) aside: bool,
}

impl Field {
    pub(in crate::web) fn is_hidden(&self) -> bool {
        matches!(self.control, Control::Hidden)
    }

    /// What was filled in, as it is read aloud on the page where it is checked.
    pub(in crate::web) fn shown(&self, words: Words) -> String {
        match &self.control {
            Control::Choice(choices) | Control::Select(choices) => {
                choices.iter().find(|choice| choice.chosen).map(|choice| choice.label.clone()).unwrap_or_default()
            }
            Control::Many(choices) => {
                let chosen = choices.iter().filter(|choice| choice.chosen);
                chosen.map(|choice| choice.label.as_str()).collect::<Vec<_>>().join("\n")
            }
            Control::Tick if self.value.is_empty() => words.t("no"),
            Control::Tick => words.t("yes"),
            Control::Line { .. } | Control::Area | Control::PrivateArea | Control::Hidden | Control::File { .. } => {
                self.value.clone()
            }
        }
    }
}

/// Declares the fields of a form, and reads and judges what was sent for them.
pub(in crate::web) struct Reader<'a> {
    words: Words,
    sent: &'a Sent,
    judged: bool,
    defaults: Vec<(String, String)>,
    pub(in crate::web) fields: Vec<Field>,
}

impl<'a> Reader<'a> {
    /// For a form that is opened: filled in with what the address says, if anything.
    pub(in crate::web) fn open(words: Words, asked: &'a Sent) -> Self {
        Self { words, sent: asked, judged: false, defaults: Vec::new(), fields: Vec::new() }.with_once()
    }

    /// For a form that was sent. Whoever goes back to the fields, or comes back to them after signing in again, is shown
    /// what they wrote, and nothing is judged yet.
    pub(in crate::web) fn judge(words: Words, sent: &'a Sent) -> Self {
        let judged = sent.step() != Step::Edit;
        Self { words, sent, judged, defaults: Vec::new(), fields: Vec::new() }.with_once()
    }

    fn with_once(mut self) -> Self {
        let once = self.sent.once();
        self.hidden(ONCE, once);
        self
    }

    pub(in crate::web) fn words(&self) -> Words {
        self.words
    }

    /// Whether all was filled in well.
    pub(in crate::web) fn is_fine(&self) -> bool {
        self.judged && self.fields.iter().all(|field| field.error.is_none())
    }

    /// Marks a field that was declared before.
    pub(in crate::web) fn fail(&mut self, name: &str, error: String) {
        if let Some(field) = self.fields.iter_mut().find(|field| field.name == name && self.judged) {
            field.error.get_or_insert(error);
        }
    }

    /// Takes a mark away from a field that was declared before.
    pub(in crate::web) fn forgive(&mut self, name: &str) {
        self.fields.iter_mut().filter(|field| field.name == name).for_each(|field| field.error = None);
    }

    fn field(&mut self, name: &str, key: &str, control: Control) -> &mut Field {
        let field = Field {
            name: name.to_owned(),
            label: self.words.t(key),
            hint: self.words.attribute(key, "hint"),
            error: None,
            value: match self.defaults.iter().find(|(field, _)| field == name) {
                Some((_, value)) => value.clone(),
                None => self.sent.get(name).to_owned(),
            },
            control,
            aside: false,
        };
        self.fields.push(field);
        self.fields.last_mut().expect("one was pushed")
    }

    fn missing(&self, key: &str) -> String {
        self.words.attribute(key, "missing").unwrap_or_else(|| self.words.t("error-missing"))
    }

    fn text(&mut self, name: &str, key: &str, most: usize, need: Need, control: Control) -> String {
        let (words, missing, judged) = (self.words, self.missing(key), self.judged);
        let field = self.field(name, key, control);
        let value = field.value.clone();
        if judged {
            field.error = match (value.is_empty(), need) {
                (true, Need::Must) => Some(missing),
                (true, Need::May) => None,
                (false, _) if value.chars().count() > most => Some(words.t1("error-too-long", "most", most)),
                (false, _) => text::check("text", &value, most).is_err().then(|| words.t("error-strange")),
            };
        }
        value
    }

    /// A line of text.
    pub(in crate::web) fn line(&mut self, name: &str, key: &str, most: usize, need: Need) -> String {
        self.filled_line(name, key, most, need, "text", "off")
    }

    /// A line of text of a kind that browsers know.
    pub(in crate::web) fn filled_line(
        &mut self,
        name: &str,
        key: &str,
        most: usize,
        need: Need,
        kind: &'static str,
        fill: &'static str,
    ) -> String {
        let value = self.text(name, key, most, need, Control::Line { kind, fill });
        if self.judged && value.contains('\n') {
            let error = self.words.t("error-strange");
            self.fail(name, error);
        }
        value
    }

    /// A longer text.
    pub(in crate::web) fn area(&mut self, name: &str, key: &str, most: usize, need: Need) -> String {
        self.text(name, key, most, need, Control::Area)
    }

    /// A longer text that is nobody else's business.
    pub(in crate::web) fn private_area(&mut self, name: &str, key: &str, most: usize, need: Need) -> String {
        self.text(name, key, most, need, Control::PrivateArea)
    }

    /// One of several; the first when the form is opened and nothing was chosen, unless it is `Must` be chosen.
    pub(in crate::web) fn choice(&mut self, name: &str, key: &str, choices: Vec<Choice>, need: Need) -> String {
        let (missing, judged) = (self.missing(key), self.judged);
        let first = choices.first().map(|choice| choice.value.clone()).unwrap_or_default();
        let field = self.field(name, key, Control::Hidden);
        if field.value.is_empty() && need == Need::May {
            field.value = first;
        }
        let value = field.value.clone();
        let mut choices = choices;
        choices.iter_mut().for_each(|choice| choice.chosen = choice.value == value);
        let known = choices.iter().any(|choice| choice.chosen);
        field.control = Control::Choice(choices);
        if known {
            value
        } else {
            field.error = judged.then_some(missing);
            String::new()
        }
    }

    /// One of many in a list; the first is for none of them.
    pub(in crate::web) fn select(&mut self, name: &str, key: &str, choices: Vec<Choice>) -> String {
        let chosen = self.choice(name, key, choices, Need::May);
        if let Some(field) = self.fields.last_mut()
            && let Control::Choice(choices) = &mut field.control
        {
            field.control = Control::Select(std::mem::take(choices));
        }
        chosen
    }

    /// Any number of a list; gives the values of those that were chosen. Carried along, they are one value with commas.
    pub(in crate::web) fn many(&mut self, name: &str, key: &str, choices: Vec<Choice>) -> Vec<String> {
        let (sent, missing, judged) = (self.sent.all(name), self.missing(key), self.judged);
        let mut choices = choices;
        choices.iter_mut().for_each(|choice| choice.chosen = sent.contains(&choice.value));
        let chosen: Vec<String> =
            choices.iter().filter(|choice| choice.chosen).map(|choice| choice.value.clone()).collect();
        let field = self.field(name, key, Control::Many(choices));
        field.value = chosen.join(",");
        field.error = (judged && chosen.is_empty()).then_some(missing);
        chosen
    }

    /// Any number of a list, or none, folded away with others that most people need not fill in.
    pub(in crate::web) fn any(&mut self, name: &str, key: &str, choices: Vec<Choice>) -> Vec<String> {
        let chosen = self.many(name, key, choices);
        self.forgive(name);
        self.aside();
        chosen
    }

    /// Folds the field asked for last away.
    pub(in crate::web) fn aside(&mut self) {
        if let Some(field) = self.fields.last_mut() {
            field.aside = true;
        }
    }

    /// A file to send along. What is in it comes apart from the other fields.
    pub(in crate::web) fn file(&mut self, name: &str, key: &str, accept: &'static str) {
        self.field(name, key, Control::File { accept }).value.clear();
    }

    /// Yes or no.
    pub(in crate::web) fn tick(&mut self, name: &str, key: &str) -> bool {
        let field = self.field(name, key, Control::Tick);
        if field.value != "yes" {
            field.value.clear();
        }
        !field.value.is_empty()
    }

    /// A length of time.
    pub(in crate::web) fn length(&mut self, name: &str, key: &str) -> Option<Minutes> {
        let value = self.text(name, key, 20, Need::Must, Control::Line { kind: "text", fill: "off" });
        let found = minutes_of(&value).and_then(|minutes| Minutes::new(minutes).ok());
        if found.is_none() {
            let error = self.words.t("error-length");
            self.fail(name, error);
        }
        found
    }

    /// A line that is shown and not judged.
    pub(in crate::web) fn optional(&mut self, name: &str, key: &str) {
        self.field(name, key, Control::Line { kind: "text", fill: "off" });
    }

    /// A day that is not in the future; none when nothing was given.
    pub(in crate::web) fn day(&mut self, name: &str, key: &str, now: Timestamp) -> Option<Date> {
        self.date(name, key, Need::May, |day| (day > date_of(now)).then_some("error-future"))
    }

    /// A day that is today or later.
    pub(in crate::web) fn coming_day(&mut self, name: &str, key: &str, need: Need, now: Timestamp) -> Option<Date> {
        self.date(name, key, need, |day| (day < date_of(now)).then_some("error-past"))
    }

    fn date(
        &mut self,
        name: &str,
        key: &str,
        need: Need,
        wrong: impl Fn(Date) -> Option<&'static str>,
    ) -> Option<Date> {
        let value = self.text(name, key, 10, need, Control::Line { kind: "date", fill: "off" });
        if value.is_empty() {
            return None;
        }
        let found: Option<Date> = value.parse().ok();
        let error = match found {
            None => Some("error-day"),
            Some(day) => wrong(day).or_else(|| (!YEARS.contains(&day.year())).then_some("error-day")),
        };
        if let Some(error) = error {
            let error = self.words.t(error);
            self.fail(name, error);
        }
        found.filter(|_| error.is_none())
    }

    /// Fills in a field that comes next, unless something was sent for it.
    pub(in crate::web) fn filled_with(&mut self, name: &str, value: &str) {
        if !self.judged && self.sent.get(name).is_empty() {
            self.defaults.push((name.to_owned(), value.to_owned()));
        }
    }

    /// A whole number within bounds.
    pub(in crate::web) fn number(&mut self, name: &str, key: &str, range: std::ops::RangeInclusive<u64>) -> u64 {
        let value = self.text(name, key, 12, Need::Must, Control::Line { kind: "text", fill: "off" });
        match value.parse() {
            Ok(number) if range.contains(&number) => number,
            _ => {
                let (least, most) = (range.start().to_string(), range.end().to_string());
                let error = self.words.t2("error-number", ("least", &least), ("most", &most));
                self.fail(name, error);
                0
            }
        }
    }

    /// Carried along without being shown.
    pub(in crate::web) fn hidden(&mut self, name: &str, value: impl Into<String>) {
        let field = Field {
            name: name.to_owned(),
            label: String::new(),
            hint: None,
            error: None,
            value: value.into(),
            control: Control::Hidden,
            aside: false,
        };
        self.fields.push(field);
    }
}

/// Years that days on forms lie in: others are slips of the finger.
const YEARS: std::ops::RangeInclusive<i16> = 2000..=2199;

/// The most hours that a bare number can mean: a larger one may well be minutes, so it is asked again.
const MOST_BARE_HOURS: f64 = 24.0;

/// Minutes from what people write for a length of time: `1`, `1.5`, `1:30`, `1h30`, `90 min`.
pub(in crate::web) fn minutes_of(written: &str) -> Option<i64> {
    let text: String = written.to_lowercase().chars().filter(|c| !c.is_whitespace()).collect();
    let whole = |digits: &str| (1..=6).contains(&digits.len()).then(|| digits.parse::<u32>().ok()).flatten();
    let both = |hours: &str, minutes: &str| {
        let (hours, minutes) = (whole(hours)?, whole(minutes)?);
        (minutes < 60).then(|| i64::from(hours) * 60 + i64::from(minutes))
    };
    for unit in ["minutes", "minute", "minutos", "minuto", "munud", "funud", "mins", "min", "mun", "m"] {
        if let Some(rest) = text.strip_suffix(unit) {
            return match rest.split_once('h') {
                Some((hours, minutes)) => both(hours, minutes),
                None => whole(rest).map(i64::from),
            };
        }
    }
    if let Some((hours, minutes)) = text.split_once(':') {
        return both(hours, minutes);
    }
    for unit in ["hours", "hour", "horas", "hora", "awr", "hrs", "hr", "h"] {
        if let Some(rest) = text.strip_suffix(unit) {
            return fraction(rest, f64::from(u32::MAX));
        }
    }
    if let Some((hours, minutes)) = text.split_once('h') {
        return both(hours, minutes);
    }
    fraction(&text, MOST_BARE_HOURS)
}

/// Hours with a decimal mark, as whole minutes.
fn fraction(text: &str, most: f64) -> Option<i64> {
    let digits = text.replace(',', ".");
    if digits.is_empty() || digits.len() > 8 || !digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') {
        return None;
    }
    let hours: f64 = digits.parse().ok()?;
    #[expect(clippy::cast_possible_truncation, reason = "at most eight digits")]
    (hours <= most).then(|| (hours * 60.0).round() as i64)
}

#[cfg(test)]
mod tests {
    use super::minutes_of;

    #[test]
    fn lengths_are_read_as_people_write_them() {
        for (written, minutes) in [
            ("1", 60),
            ("1.5", 90),
            ("1,5", 90),
            (".5", 30),
            ("1:30", 90),
            ("0:05", 5),
            ("1h30", 90),
            ("1 h 30 min", 90),
            ("90 min", 90),
            ("90m", 90),
            ("2 funud", 2),
            ("45 mun", 45),
            ("2 hours", 120),
            ("2 horas", 120),
            ("24", 1_440),
            ("0", 0),
        ] {
            assert_eq!(minutes_of(written), Some(minutes), "{written}");
        }
        for bad in ["", "x", "90", "1:60", "1:3:0", "-1", "1e3", "½", "h", "min", "1.5.5", "99999999999"] {
            assert_eq!(minutes_of(bad), None, "{bad}");
        }
    }
}
