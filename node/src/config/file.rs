//! The file of settings: TOML, read with a place for every complaint.

use super::{ConfigError, Given, KEYS, MAX_FILE_BYTES, Settings};
use crate::{spelling::closest, store::files};
use std::{
    io::{ErrorKind, Read as _},
    path::Path,
};
use toml::de::{DeTable, DeValue};

/// The text of the file; nothing when there is none and it `must` not be there.
pub(super) fn read(path: &Path, must: bool) -> Result<Option<String>, ConfigError> {
    let unreadable = |why: String| ConfigError::Unreadable { path: path.to_path_buf(), why };
    let file = match std::fs::File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound && !must => return Ok(None),
        Err(error) => return Err(unreadable(error.to_string())),
    };
    let mut text = String::new();
    file.take(MAX_FILE_BYTES + 1).read_to_string(&mut text).map_err(|error| unreadable(error.to_string()))?;
    if text.len() as u64 > MAX_FILE_BYTES {
        return Err(unreadable(format!("it is larger than {MAX_FILE_BYTES} bytes")));
    }
    Ok(Some(text))
}

/// The text of a file of settings with the zone in it, and all else as it was.
fn with_zone(text: &str, zone: &str) -> String {
    let line = format!("zone = \"{zone}\"");
    let mut lines: Vec<&str> = text.lines().collect();
    let Some(head) = lines.iter().position(|line| line.trim_start().starts_with("[http]")) else {
        let before = if text.trim().is_empty() { String::new() } else { format!("{}\n\n", text.trim_end()) };
        return format!("{before}[http]\n{line}\n");
    };
    let begins = head + 1;
    let section = lines.iter().skip(begins).take_while(|line| !line.trim_start().starts_with('['));
    let is_zone = |line: &&str| line.split_once('=').is_some_and(|(name, _)| name.trim() == "zone");
    match section.into_iter().position(is_zone) {
        Some(at) => lines[begins + at] = &line,
        None => lines.insert(begins, &line),
    }
    lines.join("\n") + "\n"
}

/// Writes the zone into the file of settings in `dir`.
///
/// # Errors
/// In words: a file that cannot be read or written, or that is written so that a line more would spoil it.
pub(crate) fn keep_zone(dir: &Path, zone: &str) -> Result<(), String> {
    let own = dir.join(super::FILE);
    // What the name leads to is changed, not the name.
    let path = std::fs::canonicalize(&own).unwrap_or(own);
    let text = read(&path, false).map_err(|why| why.to_string())?.unwrap_or_default();
    let text = with_zone(&text, zone);
    Settings::default().take_file(&path.display().to_string(), &text).map_err(|why| why.to_string())?;
    files::replace(&path, &[text.as_bytes()]).map(drop).map_err(|why| why.to_string())
}

impl Settings {
    /// Takes what a file says. `name` stands for the file in complaints.
    ///
    /// # Errors
    /// [`ConfigError`].
    pub fn take_file(&mut self, name: &str, text: &str) -> Result<(), ConfigError> {
        let place = |at: usize| format!("{name}, line {}", text[..at.min(text.len())].matches('\n').count() + 1);
        let document = DeTable::parse(text).map_err(|error| ConfigError::Syntax {
            place: place(error.span().map_or(0, |span| span.start)),
            why: error.message().to_owned(),
        })?;
        for (section, body) in document.get_ref() {
            let at = place(section.span().start);
            let sections = KEYS.iter().map(|key| key.section);
            let DeValue::Table(table) = body.get_ref() else {
                return Err(outside(at, section.get_ref()));
            };
            if !sections.clone().any(|known| known == section.get_ref()) {
                return Err(unknown(at, "section".into(), section.get_ref(), sections));
            }
            for (name, value) in table {
                let at = place(name.span().start);
                let keys = KEYS.iter().filter(|key| key.section == section.get_ref());
                let Some(key) = keys.clone().find(|key| key.name == name.get_ref()) else {
                    let what = format!("setting under [{}] called", section.get_ref());
                    return Err(unknown(at, what, name.get_ref(), keys.map(|key| key.name)));
                };
                let bad = |why: &str| ConfigError::Bad { place: at.clone(), name: key.name.into(), why: why.into() };
                let given = given(value.get_ref()).ok_or_else(|| bad(key.kind.wanted()))?;
                self.set(key, &at, given)?;
            }
        }
        Ok(())
    }
}

fn unknown<'a>(place: String, what: String, name: &str, known: impl Iterator<Item = &'a str> + Clone) -> ConfigError {
    let mut all: Vec<&str> = known.clone().collect();
    all.dedup();
    ConfigError::Unknown {
        place,
        what,
        name: name.chars().take(80).collect(),
        suggestion: closest(name, known),
        known: all.join(", "),
    }
}

/// A key above all sections: most often the "#" before the section was left.
fn outside(place: String, name: &str) -> ConfigError {
    let section = KEYS.iter().find(|key| key.name == name).map(|key| key.section);
    match section {
        Some(section) => ConfigError::Bad {
            place,
            name: name.into(),
            why: format!("stands outside a section; write [{section}] on a line above it"),
        },
        None => unknown(place, "section".into(), name, KEYS.iter().map(|key| key.section)),
    }
}

fn given(value: &DeValue<'_>) -> Option<Given> {
    match value {
        DeValue::String(text) => Some(Given::Text(text.clone().into_owned())),
        DeValue::Boolean(switch) => Some(Given::Switch(*switch)),
        DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix()).ok().map(Given::Number),
        DeValue::Array(items) => {
            let texts = items.iter().map(|item| match item.get_ref() {
                DeValue::String(text) => Some(text.clone().into_owned()),
                _ => None,
            });
            texts.collect::<Option<_>>().map(Given::List)
        }
        DeValue::Float(_) | DeValue::Datetime(_) | DeValue::Table(_) => None,
    }
}
