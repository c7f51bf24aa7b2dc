//! The file of settings: TOML, read with a place for every complaint.

use super::{ConfigError, Given, KEYS, MAX_FILE_BYTES, Settings};
use crate::spelling::closest;
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
