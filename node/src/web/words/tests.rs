#![expect(clippy::unwrap_used, reason = "tests")]

use super::*;
use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

const ENGLISH: Words = Words(Language::English);

/// Messages and their attributes, as they stand in a file: `key` or `key.attribute`, with what is written there.
fn messages(language: Language) -> BTreeMap<String, String> {
    let mut all = BTreeMap::new();
    let (mut message, mut current) = (String::new(), String::new());
    for line in language.source().lines() {
        if line.starts_with('#') || line.trim().is_empty() {
            continue;
        }
        let indented = line.starts_with(' ');
        let named = line.split_once(" = ").filter(|(name, _)| !indented || name.trim().starts_with('.'));
        if let Some((name, text)) = named {
            if !indented {
                message = name.to_owned();
            }
            current = if indented { format!("{message}{}", name.trim()) } else { message.clone() };
            assert!(all.insert(current.clone(), text.to_owned()).is_none(), "{current} stands twice in {language:?}");
        } else {
            all.get_mut(&current).unwrap().push_str(&format!("\n{}", line.trim()));
        }
    }
    all
}

/// The names in braces.
fn variables(text: &str) -> BTreeSet<&str> {
    let parts = text.split('$').skip(1);
    parts.map(|part| part.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap()).collect()
}

/// What people read of a message: each form of a choice by itself, values as one word.
fn forms(text: &str) -> Vec<String> {
    let choices: Vec<&str> = text.lines().filter_map(|line| Some(line.split_once(']')?.1.trim())).collect();
    let choices = if choices.is_empty() { vec![text] } else { choices };
    let said = |text: &str| {
        let mut out = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('{') {
            out.push_str(before);
            out.push_str("Rosa");
            rest = after.split_once('}').unwrap().1;
        }
        out + rest
    };
    choices.into_iter().map(said).collect()
}

#[test]
fn no_message_is_missing_in_any_language() {
    let english = messages(Language::English);
    for language in [Language::Spanish, Language::Welsh] {
        let other = messages(language);
        let missing: Vec<&String> = english.keys().filter(|key| !other.contains_key(*key)).collect();
        assert_eq!(missing, [""; 0], "{language:?}");
        let strange: Vec<&String> = other.keys().filter(|key| !english.contains_key(*key)).collect();
        assert_eq!(strange, [""; 0], "{language:?}");
        for (key, text) in &other {
            let (mut own, mut model) = (variables(text), variables(&english[key]));
            // A language without plurals need not look at the number.
            own.remove("n");
            model.remove("n");
            assert!(own.is_subset(&model), "{key} in {language:?} shows what is not there: {own:?}");
            let shown = own.contains("shown") || text.contains('1') || text.contains("un ") || text.contains("Una ");
            assert!(own == model || shown, "{key} in {language:?} leaves out one of {model:?}");
        }
    }
    for (key, text) in messages(Language::Easy) {
        let model = english.get(&key).unwrap_or_else(|| panic!("{key} is in easy read only"));
        assert_eq!(variables(&text), variables(model), "{key}");
    }
}

/// Every Rust file and template of the pages, without their tests.
fn sources() -> String {
    fn read(dir: &Path, all: &mut String) {
        for entry in std::fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                read(&path, all);
            } else if !path.ends_with("tests.rs") {
                all.push_str(&std::fs::read_to_string(&path).unwrap());
            }
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut all = std::fs::read_to_string(root.join("src/web.rs")).unwrap();
    for part in ["src/web", "templates"] {
        read(&root.join(part), &mut all);
    }
    all
}

/// Beginnings of keys that are put together from parts, with the parts.
fn families() -> Vec<(&'static str, Vec<String>)> {
    let list = |parts: &[&str]| parts.iter().map(|part| (*part).to_owned()).collect::<Vec<_>>();
    let done = [
        "written",
        "reported",
        "apart",
        "near",
        "first",
        "first-over",
        "safety",
        "helper",
        "pause",
        "withdrawn",
        "declined",
        "questioned",
        "saved",
        "signed-out",
        "out",
        "passkey",
        "passkey-removed",
        "key",
        "left",
        "role",
        "forgotten",
        "contact",
        "answered",
        "first-yes",
        "first-no",
        "report-seen",
        "application",
        "taken-out",
        "circle-ended",
        "circle-left",
        "group",
        "charter",
    ];
    let oops = ["busy", "disk", "missing", "not-yours", "stale", "elsewhere", "too-large", "unreadable", "retired"];
    vec![
        ("month-", (1..=12).map(|n: u8| n.to_string()).collect()),
        ("weekday-", (1..=7).map(|n: u8| n.to_string()).collect()),
        ("done-", done.iter().flat_map(|what| [(*what).to_owned(), format!("{what}-next")]).collect()),
        ("oops-", oops.iter().map(|what| format!("{what}-words")).collect()),
        ("ask", list(&["", "-lead", "-title", "-category", "-text", "-button"])),
        ("offer", list(&["", "-lead", "-title", "-category", "-text", "-button"])),
        ("import-from-", list(&["timeoverflow", "ces", "komunitin", "table"])),
        ("import-sheet-", list(&["people", "posts", "wants", "transfers", "totals"])),
        ("import-field-", crate::import::Field::ALL.map(|field| field.name().to_owned()).into()),
        ("file-add-", list(&["reference", "fact", "note"])),
        ("file-", list(&["reference-lead", "fact-lead", "note-lead"])),
        ("decline", list(&["", "-lead", "-button"])),
        ("question", list(&["", "-lead", "-button"])),
        ("correct", list(&["", "-lead", "-button"])),
        ("back", list(&["", "-lead", "-button"])),
    ]
}

#[test]
fn every_message_asked_for_is_there_and_none_is_left_over() {
    let (english, sources) = (messages(Language::English), sources());
    let asked = ["t(\"", "t1(\"", "t2(\"", "n(\"", "filled(\""].into_iter().flat_map(|call| {
        let places = sources
            .match_indices(call)
            .filter(|(at, _)| !sources[..*at].ends_with(|c: char| c.is_alphanumeric() || c == '_'));
        places.map(|(at, _)| sources[at + call.len()..].split('"').next().unwrap()).collect::<Vec<_>>()
    });
    let whole = |key: &&str| key.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    for key in asked.filter(whole) {
        assert!(english.contains_key(key), "{key} is asked for");
    }
    let built: BTreeSet<String> = families()
        .into_iter()
        .flat_map(|(head, parts)| parts.into_iter().map(move |part| format!("{head}{part}")))
        .collect();
    for key in &built {
        assert!(english.contains_key(key), "{key} can be asked for");
    }
    for key in english.keys().filter(|key| !key.contains('.')) {
        assert!(built.contains(key) || sources.contains(&format!("\"{key}\"")), "nobody asks for {key}");
    }
    for key in crate::web::pages::REFUSALS {
        assert!(english.contains_key(key), "{key}");
    }
}

#[test]
fn no_word_of_money_and_shame_stands_on_a_page() {
    let never: [(Language, &[&str]); 3] = [
        (
            Language::English,
            &["debt", "debts", "owe", "owes", "owed", "overdrawn", "credit", "credits", "debit", "balance", "currency"],
        ),
        (Language::Spanish, &["deuda", "deudas", "saldo", "crédito", "débito", "descubierto", "moneda"]),
        (Language::Welsh, &["dyled", "dyledion", "credyd", "debyd", "balans", "gorddrafft"]),
    ];
    for (language, never) in never {
        let easy = if language == Language::English { messages(Language::Easy) } else { BTreeMap::new() };
        for (key, text) in messages(language).into_iter().chain(easy) {
            let words: Vec<String> = text.split(|c: char| !c.is_alphabetic()).map(str::to_lowercase).collect();
            for word in never {
                assert!(!words.iter().any(|found| found == word), "{word} in {key} of {language:?}");
            }
        }
    }
}

/// Sentences of a text, as lists of words.
fn sentences(text: &str) -> Vec<Vec<&str>> {
    let parts = text.split(['.', '?', '!', ';', ':', '\n']);
    let words = parts.map(|part| part.split_whitespace().filter(|word| word.contains(char::is_alphanumeric)).collect());
    words.filter(|words: &Vec<&str>| !words.is_empty()).collect()
}

#[test]
fn sentences_are_short() {
    for language in [Language::English, Language::Easy] {
        for (key, text) in messages(language) {
            for form in forms(&text) {
                for words in sentences(&form) {
                    assert!(words.len() <= 15, "{} words in {key}: {}", words.len(), words.join(" "));
                }
            }
        }
    }
}

/// Syllables of an English word: groups of vowels, less a silent e.
fn syllables(word: &str) -> usize {
    let letters: Vec<char> = word.to_lowercase().chars().filter(|c| c.is_alphabetic()).collect();
    let vowel = |c: char| "aeiouy".contains(c);
    let mut groups = letters
        .iter()
        .zip(std::iter::once(&' ').chain(&letters))
        .filter(|(c, before)| vowel(**c) && !vowel(**before))
        .count();
    let ends = |end: &str| letters.iter().collect::<String>().ends_with(end);
    if groups > 1 && ends("e") && !ends("le") {
        groups -= 1;
    }
    if groups > 1 && ends("ed") && !ends("ted") && !ends("ded") {
        groups -= 1;
    }
    // Two vowels that are two syllables, in the one such word that stands everywhere.
    if ends("coordinator") || ends("coordinators") {
        groups += 1;
    }
    groups.max(1)
}

/// The grade of Flesch and Kincaid (1975).
fn grade(texts: &[String]) -> f64 {
    let (mut count, mut spoken, mut all) = (0_u32, 0_u32, 0_u32);
    for text in texts {
        for words in sentences(text) {
            count += 1;
            all += u32::try_from(words.len()).unwrap();
            spoken += words.iter().map(|word| u32::try_from(syllables(word)).unwrap()).sum::<u32>();
        }
    }
    let (count, spoken, all) = (f64::from(count), f64::from(spoken), f64::from(all));
    0.39 * all / count + 11.8 * spoken / all - 15.59
}

/// Parts of the file that only coordinators read.
const COORDINATORS: [&str; 18] = [
    "file",
    "ring-",
    "safety-",
    "first-",
    "report-",
    "import",
    "wrong-",
    "dispute",
    "advance",
    "today-",
    "setup-",
    "members-",
    "slips-",
    "slip-",
    "partners-",
    "paper-",
    "behalf-",
    "invitation",
];

#[test]
fn members_read_no_harder_than_at_eleven() {
    assert_eq!(["help", "coordinator", "little", "named", "hours", "wanted"].map(syllables), [1, 5, 2, 1, 1, 2]);
    let easy = messages(Language::Easy);
    // Only whole sentences: a label of one long word has no grade.
    let whole = |text: &str| forms(text).into_iter().filter(|form| form.contains(['.', '?', '!'])).collect::<Vec<_>>();
    let english = messages(Language::English);
    let members = english.iter().filter(|(key, _)| !COORDINATORS.iter().any(|part| key.starts_with(part)));
    let texts: Vec<String> = members.clone().flat_map(|(_, text)| whole(text)).collect();
    assert!(texts.len() > 150, "{}", texts.len());
    let reached = grade(&texts);
    assert!(reached <= 6.0, "grade {reached:.1}");
    let easier: Vec<String> = easy.values().flat_map(|text| whole(text)).collect();
    let harder: Vec<String> = easy.keys().flat_map(|key| whole(&english[key])).collect();
    let (easier, harder) = (grade(&easier), grade(&harder));
    assert!(easier <= 3.0 && easier < harder, "easy read has grade {easier:.1}, the rest {harder:.1}");
    // The measure itself tells hard from easy.
    let hard = "Subsequently, administrative verification necessitates comprehensive documentation.".to_owned();
    assert!(grade(&[hard]) > 12.0);
}

/// The least number of words that have a grade: fewer tell more of one long word than of a page.
const PAGE_WORDS: usize = 30;
/// The hardest that a page may be, and a text by itself of so many words, which is a part of one.
const PAGE_GRADE: f64 = 6.0;
const TEXT_WORDS: usize = 6;
const TEXT_GRADE: f64 = 10.0;

/// Pages, by the first part of their keys, with their whole sentences. What is too short for a grade comes together.
fn pages(read: &BTreeMap<String, String>) -> BTreeMap<&str, Vec<String>> {
    let mut pages: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for (key, text) in read {
        let whole = forms(text).into_iter().filter(|form| form.contains(['.', '?', '!']));
        pages.entry(key.split(['-', '.']).next().unwrap()).or_default().extend(whole);
    }
    let short = |texts: &Vec<String>| words_of(texts) < PAGE_WORDS;
    let rest: Vec<String> = pages.values().filter(|texts| short(texts)).flatten().cloned().collect();
    pages.retain(|_, texts| !short(texts));
    pages.insert("what is short", rest);
    pages
}

fn words_of(texts: &[String]) -> usize {
    texts.iter().flat_map(|text| sentences(text)).map(|words| words.len()).sum()
}

/// What is too hard to read: pages, and texts with more than so many words that are harder than this.
fn too_hard(read: &BTreeMap<String, String>, text_words: usize, text_grade: f64) -> Vec<String> {
    let mut hard = Vec::new();
    for (page, texts) in pages(read) {
        let reached = grade(&texts);
        if reached > PAGE_GRADE {
            hard.push(format!("{page} has grade {reached:.1}"));
        }
        for text in texts {
            let reached = grade(std::slice::from_ref(&text));
            if words_of(std::slice::from_ref(&text)) >= text_words && reached > text_grade {
                hard.push(format!("{page} has a text of grade {reached:.1}: {text}"));
            }
        }
    }
    hard
}

/// An average over all texts would hide a hard page among easy ones. Coordinators' pages are no harder, either.
#[test]
fn no_page_hides_among_easier_ones() {
    let mut read = messages(Language::English);
    assert_eq!(too_hard(&read, TEXT_WORDS, TEXT_GRADE), [""; 0]);
    assert!(pages(&read).len() > 50, "{}", pages(&read).len());
    // The measure finds one hard page, and one hard text on an easy page.
    let page = "Verification of documentation necessitates considerable administrative coordination. ".repeat(5);
    read.insert("hidden-lead".into(), page);
    read.insert(
        "home-hard".into(),
        "Subsequently, administrative verification necessitates comprehensive documentation.".into(),
    );
    let found = too_hard(&read, TEXT_WORDS, TEXT_GRADE);
    assert!(found.iter().any(|said| said.starts_with("hidden has grade")), "{found:?}");
    assert!(found.iter().any(|said| said.contains("Subsequently")), "{found:?}");
}

/// What somebody reads who chose easy read: its own words, and the usual ones where those are easy enough.
#[test]
fn easy_read_is_easy_on_every_page() {
    let mut read = messages(Language::English);
    read.extend(messages(Language::Easy));
    for (key, text) in &read {
        for words in forms(text).iter().filter(|form| form.contains(['.', '?', '!'])).flat_map(|form| sentences(form)) {
            assert!(words.len() <= 15, "{key}: {}", words.join(" "));
        }
    }
    // A few words have no grade of their own: they count with their page.
    assert_eq!(too_hard(&read, 5, 8.0), [""; 0]);
}

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
        assert_eq!(ENGLISH.hours(minutes), words);
    }
    assert_eq!(Words(Language::Spanish).hours(90), "1 hora y 30 minutos");
    assert_eq!(Words(Language::Welsh).hours(125), "2 awr 5 munud");
    assert_eq!(Words(Language::Easy).hours(60), "1 hour");
}

#[test]
fn numbers_are_set_apart() {
    for (n, text) in [(0, "0"), (999, "999"), (1_000, "1,000"), (12_345, "12,345"), (1_234_567, "1,234,567")] {
        assert_eq!(ENGLISH.grouped(n), text);
    }
    assert_eq!(Words(Language::Spanish).grouped(1_000), "1000");
    assert_eq!(Words(Language::Spanish).grouped(12_345), "12\u{202f}345");
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
        assert_eq!(ENGLISH.span(Span::seconds(seconds)), words);
    }
}

#[test]
fn days_near_now_have_names() {
    let now = beginning_of("2026-11-22".parse().unwrap()).unwrap().plus(Span::seconds(43_200));
    let back = |days: u64| Timestamp(now.0 - Span::days(days).0);
    assert_eq!(
        [0, 1, 3, 6, 7].map(|days| ENGLISH.near_day(back(days), now)),
        ["today", "yesterday", "Thursday", "Monday", "15 November 2026"]
    );
    assert_eq!(Words(Language::Spanish).day(now), "22 de noviembre de 2026");
    assert_eq!(date_of(beginning_of("2026-11-22".parse().unwrap()).unwrap()).to_string(), "2026-11-22");
}

#[test]
fn on_a_day_when_clocks_change_the_wall_clock_counts() {
    let london = TimeZone::posix("GMT0BST,M3.5.0/1,M10.5.0").unwrap();
    for (day, time, utc) in [
        ("2027-03-27", Time::constant(18, 30, 0, 0), "2027-03-27T18:30:00Z"),
        ("2027-03-28", Time::constant(18, 30, 0, 0), "2027-03-28T17:30:00Z"),
        ("2027-10-31", Time::constant(18, 30, 0, 0), "2027-10-31T18:30:00Z"),
    ] {
        let at = moment_in(london.clone(), day.parse().unwrap(), time).unwrap();
        assert_eq!(jiff_of(at), utc.parse().unwrap(), "{day}");
    }
}

#[test]
fn languages_are_found_as_browsers_ask_for_them() {
    for (header, language) in [
        ("cy-GB,cy;q=0.9,en;q=0.8", Language::Welsh),
        ("de, es;q=0.5", Language::Spanish),
        ("fr", Language::English),
        ("", Language::English),
        ("EN-us", Language::English),
    ] {
        assert_eq!(Language::accepted(header), language, "{header}");
    }
    for language in Language::ALL {
        assert_eq!(Language::of_tag(language.tag()), Some(language));
        // Each file can be read whole.
        assert!(!Words(language).t("sign-in").is_empty());
    }
}

#[test]
fn long_texts_end_between_words() {
    assert_eq!(shortened("short", 10), "short");
    assert_eq!(shortened("exactly te", 10), "exactly te");
    assert_eq!(shortened("hedges and roses", 12), "hedges and…");
    assert_eq!(shortened("ααααααααααα", 5), "ααααα…");
}
