//! What somebody who wrote a name wrongly most likely meant.

/// How many characters of two names are compared when looking for a likely slip.
const COMPARED_CHARS: usize = 48;

/// The name most like `wanted`, if one is like it at all: the same but for case and punctuation,
/// or with at most a third of its letters different.
pub(crate) fn closest<'a>(wanted: &str, names: impl Iterator<Item = &'a str>) -> Option<String> {
    let wanted = letters(wanted);
    let near = names.map(|name| (distance(&wanted, &letters(name)), name)).min()?;
    let most = if wanted.is_empty() { 0 } else { wanted.len().div_ceil(3) };
    (near.0 <= most && !wanted.is_empty()).then(|| near.1.to_owned())
}

fn letters(name: &str) -> Vec<char> {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).take(COMPARED_CHARS).collect()
}

/// The number of letters to put in, take out or change (Levenshtein), one row at a time.
fn distance(one: &[char], other: &[char]) -> usize {
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (at, a) in one.iter().enumerate() {
        let mut before = row[0];
        row[0] = at + 1;
        for (place, b) in other.iter().enumerate() {
            let changed = before + usize::from(a != b);
            before = row[place + 1];
            row[place + 1] = changed.min(before + 1).min(row[place] + 1);
        }
    }
    row[other.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_distance_counts_letters() {
        let count = |one: &str, other: &str| distance(&letters(one), &letters(other));
        assert_eq!(count("kitten", "sitting"), 3);
        assert_eq!(count("", "abc"), 3);
        assert_eq!(count("E-Mail", "email"), 0);
    }
}
