//! When something is good or needed: the fields that ask it, and the words that say it.

use super::{
    forms::{Choice, Need, Reader},
    words::{Words, beginning_of, date_of},
};
use crate::runtime::clock;
use jiff::civil::{Date, date};
use kith_protocol::{
    shelf::{DAYS, PARTS, Times, When},
    time::Timestamp,
};

/// What a day of the week is called.
fn day_name(words: Words, day: usize) -> String {
    words.t(&format!("weekday-{}", day + 1))
}

/// What a part of a day is called.
fn part_name(words: Words, part: usize) -> String {
    words.t(["part-morning", "part-afternoon", "part-evening"].get(part).copied().unwrap_or("part-evening"))
}

/// The days of the week, for choosing.
pub(super) fn days(words: Words) -> Vec<Choice> {
    DAYS.iter().enumerate().map(|(place, tag)| Choice::new(*tag, day_name(words, place))).collect()
}

/// The parts of a day, for choosing.
pub(super) fn parts(words: Words) -> Vec<Choice> {
    PARTS.iter().enumerate().map(|(place, tag)| Choice::new(*tag, part_name(words, place))).collect()
}

/// Which one a word names.
pub(super) fn place(all: &[&str], word: &str) -> Option<usize> {
    all.iter().position(|known| *known == word)
}

/// All parts that were ticked, of all days that were; of all days when none was, and all parts likewise.
fn product(days: &[String], parts: &[String]) -> Option<Times> {
    let chosen = |all: &[&str], ticked: &[String]| -> Vec<usize> {
        let some: Vec<usize> = ticked.iter().filter_map(|tag| place(all, tag)).collect();
        if some.is_empty() { (0..all.len()).collect() } else { some }
    };
    let parts = chosen(&PARTS, parts);
    Times::of(chosen(&DAYS, days).into_iter().flat_map(|day| parts.iter().map(move |part| (day, *part))))
}

/// The days and the parts in which times lie, as the fields show them.
fn ticked(times: Option<Times>) -> [String; 2] {
    let Some(times) = times else { return Default::default() };
    let tags = |all: &[&str], has: &dyn Fn(usize) -> bool| -> String {
        let some: Vec<&str> = all.iter().enumerate().filter(|(place, _)| has(*place)).map(|(_, tag)| *tag).collect();
        // All of them is the same as none.
        if some.len() == all.len() { String::new() } else { some.join(",") }
    };
    let days = tags(&DAYS, &|day| (0..PARTS.len()).any(|part| times.has(day, part)));
    let parts = tags(&PARTS, &|part| (0..DAYS.len()).any(|day| times.has(day, part)));
    [days, parts]
}

fn list(tags: &str) -> Vec<String> {
    tags.split(',').filter(|tag| !tag.is_empty()).map(str::to_owned).collect()
}

/// A day in days since 1970, as the protocol counts.
fn number(day: Date) -> Option<u32> {
    u32::try_from(day.since(date(1970, 1, 1)).ok()?.get_days()).ok()
}

/// So many days after the day of a moment, as the protocol counts.
pub(super) fn day_after(now: Timestamp, days: u32) -> Option<u32> {
    number(date_of(now))?.checked_add(days)
}

fn day_of(number: u32) -> Option<Date> {
    date(1970, 1, 1).checked_add(jiff::Span::new().try_days(i64::from(number)).ok()?).ok()
}

/// Asks when, folded away; of a need also by when. What stood there is kept where the fields, which know whole days and the same
/// parts on each, still show the same.
pub(super) fn fields(reader: &mut Reader<'_>, need: bool, stood: When) -> When {
    let words = reader.words();
    let days = reader.any("days", "when-days", days(words));
    let parts = reader.any("parts", "when-parts", parts(words));
    let by = if need {
        let by = reader.coming_day("by", "when-by", Need::May, clock::now());
        reader.aside();
        by.and_then(number)
    } else {
        None
    };
    let [stood_days, stood_parts] = ticked(stood.times);
    let same = (&list(&stood_days), &list(&stood_parts)) == (&days, &parts);
    When { times: if same { stood.times } else { product(&days, &parts) }, by }
}

/// What the fields begin with.
pub(super) fn stood(when: When) -> [(&'static str, String); 3] {
    let [days, parts] = ticked(when.times);
    let by = when.by.and_then(day_of).map(|day| day.to_string()).unwrap_or_default();
    [("days", days), ("parts", parts), ("by", by)]
}

/// Times in words: days with the same parts together.
fn times_said(words: Words, times: Times) -> String {
    let parts_of = |day: usize| -> Vec<usize> { (0..PARTS.len()).filter(|part| times.has(day, *part)).collect() };
    let mut groups: Vec<(Vec<usize>, Vec<usize>)> = Vec::new();
    for day in 0..DAYS.len() {
        let parts = parts_of(day);
        match groups.iter_mut().find(|(_, known)| *known == parts) {
            _ if parts.is_empty() => {}
            Some((days, _)) => days.push(day),
            None => groups.push((vec![day], parts)),
        }
    }
    let joined = |all: Vec<String>| all.join(", ");
    let said = groups.into_iter().map(|(days, parts)| {
        let days = match days.len() {
            7 => words.t("when-every-day"),
            _ => joined(days.into_iter().map(|day| day_name(words, day)).collect()),
        };
        if parts.len() == PARTS.len() {
            return days;
        }
        format!("{days} ({})", joined(parts.into_iter().map(|part| part_name(words, part)).collect()))
    });
    said.collect::<Vec<_>>().join(" · ")
}

/// By when a need wants help, in words.
pub(super) fn by_said(words: Words, when: When) -> Option<String> {
    let begins: Timestamp = beginning_of(day_of(when.by?)?)?;
    Some(words.t1("why-by", "day", words.day(begins)))
}

/// All that is said of when, in words.
pub(super) fn said(words: Words, when: When) -> Vec<String> {
    when.times.map(|times| times_said(words, times)).into_iter().chain(by_said(words, when)).collect()
}

/// Why something fits the times that are looked for.
pub(super) fn why(words: Words, when: When, wanted: Times) -> String {
    let Some(times) = when.times else { return words.t("why-when-unsaid") };
    let shared = Times::of(times.iter().filter(|(day, part)| wanted.has(*day, *part)));
    words.t1("why-when", "when", shared.map(|shared| times_said(words, shared)).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::web::{forms::Sent, words::Language};

    const ENGLISH: Words = Words(Language::English);

    fn asked(values: &[(&str, &str)], stood: When) -> When {
        let sent = Sent::filled(values.iter().copied());
        fields(&mut Reader::judge(ENGLISH, &sent), true, stood)
    }

    #[test]
    fn what_is_ticked_is_what_is_said() {
        let when = asked(&[("days", "monday,friday"), ("parts", "morning")], When::default());
        assert_eq!(said(ENGLISH, when), ["Monday, Friday (morning)"]);
        let any_evening = asked(&[("parts", "evening")], When::default());
        assert_eq!(said(ENGLISH, any_evening), ["Every day (evening)"]);
        let weekend = asked(&[("days", "saturday,sunday"), ("by", "2099-12-31")], When::default());
        assert_eq!(said(ENGLISH, weekend), ["Saturday, Sunday", "Help is needed by 31 December 2099"]);
        assert_eq!(asked(&[], When::default()), When::default());
        assert_eq!(said(ENGLISH, When::default()), [""; 0]);
        for when in [when, any_evening, weekend] {
            let again = stood(when);
            let again: Vec<(&str, &str)> = again.iter().map(|(name, value)| (*name, value.as_str())).collect();
            assert_eq!(asked(&again, When::default()), when);
        }
    }

    #[test]
    fn finer_times_stay_unless_they_are_changed() {
        let finer = When { times: Times::of([(0, 0), (4, 2)]), by: None };
        assert_eq!(said(ENGLISH, finer), ["Monday (morning) · Friday (evening)"]);
        let shown = stood(finer);
        let shown: Vec<(&str, &str)> = shown.iter().map(|(name, value)| (*name, value.as_str())).collect();
        assert_eq!(asked(&shown, finer), finer);
        let other = asked(&[("days", "monday"), ("parts", "morning,evening")], finer);
        assert_eq!(other.times, Times::of([(0, 0), (0, 2)]));
        // A day that is over cannot be the last one.
        let sent = Sent::filled([("by", "2020-01-01")]);
        let mut reader = Reader::judge(ENGLISH, &sent);
        assert_eq!(fields(&mut reader, true, When::default()).by, None);
        assert!(!reader.is_fine());
    }

    #[test]
    fn why_names_what_both_say() {
        let when = When { times: Times::of([(4, 0), (4, 1), (2, 0)]), by: None };
        let friday = Times::at(Some(4), None).unwrap();
        assert_eq!(why(ENGLISH, when, friday), "Good on: Friday (morning, afternoon)");
        assert_eq!(why(ENGLISH, When::default(), friday), "No times said: just ask");
    }
}
