//! Numbers and lengths of time in plain words.

use kith_protocol::{shelf::Category, time::Span};

/// A number with its thousands set apart.
pub(super) fn grouped(n: u64) -> String {
    let digits = n.to_string();
    let mut text = String::with_capacity(digits.len() * 4 / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// How many of something: `1 member`, `2 members`.
pub(super) fn many(n: u64, one: &str, more: &str) -> String {
    format!("{} {}", grouped(n), if n == 1 { one } else { more })
}

/// Minutes as hours and minutes.
pub(super) fn hours(minutes: u64) -> String {
    let (hours, rest) = (minutes / 60, minutes % 60);
    let of_hours = many(hours, "hour", "hours");
    let of_rest = many(rest, "minute", "minutes");
    match (hours, rest) {
        (_, 0) => of_hours,
        (0, _) => of_rest,
        _ => format!("{of_hours} {of_rest}"),
    }
}

/// A length of time in its largest unit, rounded down.
pub(super) fn span(span: Span) -> String {
    let minutes = span.0 / 60_000;
    match minutes {
        0 => "less than a minute".into(),
        1..60 => many(minutes, "minute", "minutes"),
        60..1_440 => many(minutes / 60, "hour", "hours"),
        _ => many(minutes / 1_440, "day", "days"),
    }
}

/// The first `most` characters of a text, ended between two words.
pub(super) fn shortened(text: &str, most: usize) -> String {
    let Some((end, _)) = text.char_indices().nth(most) else { return text.to_owned() };
    let cut = &text[..end];
    // A script without spaces, or one very long word, is cut where it is.
    let words = cut.rfind(char::is_whitespace).filter(|at| *at > end / 2).map_or(cut, |at| &cut[..at]);
    format!("{}…", words.trim_end())
}

/// A kind of skill.
pub(super) const fn category(category: Category) -> &'static str {
    match category {
        Category::Befriending => "Company",
        Category::Garden => "Garden and pets",
        Category::Repairs => "Repairs",
        Category::Shopping => "Shopping",
        Category::Transport => "Lifts",
        Category::Food => "Food",
        Category::Learning => "Learning",
        Category::Technology => "Phones and computers",
        Category::Advice => "Forms and advice",
        Category::Care => "Care",
        Category::Making => "Making things",
        Category::Places => "Rooms and events",
        Category::Other => "Other help",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn minutes_become_hours_and_minutes() {
        for (minutes, words) in [
            (0, "0 hours"),
            (1, "1 minute"),
            (45, "45 minutes"),
            (60, "1 hour"),
            (61, "1 hour 1 minute"),
            (90, "1 hour 30 minutes"),
            (120, "2 hours"),
            (60_000, "1,000 hours"),
            (74_074_080, "1,234,568 hours"),
        ] {
            assert_eq!(hours(minutes), words);
        }
    }

    #[test]
    fn numbers_are_set_apart() {
        for (n, text) in [(0, "0"), (999, "999"), (1_000, "1,000"), (12_345, "12,345"), (1_234_567, "1,234,567")] {
            assert_eq!(grouped(n), text);
        }
        assert_eq!(many(1, "day", "days"), "1 day");
        assert_eq!(many(0, "day", "days"), "0 days");
    }

    #[test]
    fn spans_are_told_in_their_largest_unit() {
        for (seconds, words) in [
            (59, "less than a minute"),
            (60, "1 minute"),
            (3_599, "59 minutes"),
            (3_600, "1 hour"),
            (86_399, "23 hours"),
            (86_400, "1 day"),
            (200_000, "2 days"),
        ] {
            assert_eq!(span(Span::seconds(seconds)), words);
        }
    }

    #[test]
    fn long_texts_end_between_words() {
        assert_eq!(shortened("short", 10), "short");
        assert_eq!(shortened("exactly te", 10), "exactly te");
        assert_eq!(shortened("hedges and roses", 12), "hedges and…");
        assert_eq!(shortened("ααααααααααα", 5), "ααααα…");
    }
}
