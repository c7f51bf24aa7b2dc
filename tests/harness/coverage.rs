//! What really happened in a run, so that a test can insist that the faults and states it is about occurred at all.

use std::{collections::BTreeMap, fmt};

/// Counters by group and name.
#[derive(Debug, Clone, Default)]
pub struct Coverage(BTreeMap<(&'static str, &'static str), u64>);

impl Coverage {
    /// It happened once more.
    pub fn hit(&mut self, group: &'static str, name: &'static str) {
        self.add(group, name, 1);
    }

    /// It happened `n` times more.
    pub fn add(&mut self, group: &'static str, name: &'static str, n: u64) {
        *self.0.entry((group, name)).or_default() += n;
    }

    /// How often it happened.
    #[must_use]
    pub fn get(&self, group: &str, name: &str) -> u64 {
        self.0.iter().find(|((g, n), _)| *g == group && *n == name).map_or(0, |(_, count)| *count)
    }

    /// Takes in what another run counted.
    pub fn merge(&mut self, other: &Self) {
        for ((group, name), n) in &other.0 {
            self.add(group, name, *n);
        }
    }

    /// The groups and names, of those given, that never happened.
    #[must_use]
    pub fn missing(&self, group: &'static str, names: &[&'static str]) -> Vec<String> {
        names.iter().filter(|name| self.get(group, name) == 0).map(|name| format!("{group}: {name}")).collect()
    }
}

impl fmt::Display for Coverage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut last = "";
        for ((group, name), n) in &self.0 {
            if *group != last {
                write!(f, "{}{group}:", if last.is_empty() { "" } else { "\n" })?;
                last = group;
            }
            write!(f, " {name} {n}")?;
        }
        Ok(())
    }
}
