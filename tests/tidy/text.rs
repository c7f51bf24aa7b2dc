//! Stray marks in the text of files, and the two pages a newcomer reads first.

use crate::source::{Problem, Source};

/// Marks of unfinished work, as whole words. Put together here so that this file has none itself.
const UNFINISHED: [&str; 2] = [concat!("TO", "DO"), concat!("FIX", "ME")];

/// Rust that stands for work not done or a test not run, found even inside macros.
const EVASIONS: [&str; 3] = [concat!("to", "do!("), concat!("unimple", "mented!("), concat!("#[ig", "nore")];

/// Longest ARCHITECTURE.md, in lines: a map is read whole or not at all.
const MAP_LINES: usize = 200;

/// The two commands a newcomer finds in README.md.
const README_COMMANDS: [&str; 2] = ["./tests/run", "cargo run --release -- demo"];

/// Trailing blanks, tabs, and marks of unfinished work.
pub(crate) fn check_marks(files: &[Source]) -> Vec<Problem> {
    let mut problems = Vec::new();
    for file in files {
        for (index, line) in file.text.split('\n').enumerate() {
            let advice = marks_of(file, line);
            problems.extend(advice.map(|advice| file.problem(index + 1, advice)));
        }
    }
    problems
}

fn marks_of(file: &Source, line: &str) -> Option<String> {
    if line.ends_with([' ', '\t', '\r']) {
        return Some("blanks at the end of the line: take them away.".to_owned());
    }
    if file.is_rust() && line.contains('\t') {
        return Some("a tab: indent with spaces, and write `\\t` inside a string.".to_owned());
    }
    if let Some(word) = UNFINISHED.iter().find(|word| has_word(line, word)) {
        return Some(format!("`{word}`: finish it, or take it out and say in ARCHITECTURE.md what is absent."));
    }
    let evasion = EVASIONS.iter().find(|mark| line.contains(*mark));
    evasion
        .filter(|_| file.is_rust())
        .map(|mark| format!("`{mark}`: write the real thing, or take the test or function out."))
}

fn has_word(line: &str, word: &str) -> bool {
    let edge = |c: Option<char>| !c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    line.match_indices(word)
        .any(|(at, _)| edge(line[..at].chars().next_back()) && edge(line[at + word.len()..].chars().next()))
}

/// Issue numbers in the comments of Rust files: a comment says why in words that stand by themselves.
pub(crate) fn check_issue_numbers(files: &[Source]) -> Vec<Problem> {
    let mut problems = Vec::new();
    for file in files.iter().filter(|file| file.is_rust()) {
        for (line, comment) in comments(&file.text) {
            if let Some(number) = issue_number(comment) {
                let advice =
                    format!("`{number}` in a comment: say the reason itself, nobody can look the number up from here.");
                problems.push(file.problem(line, advice));
            }
        }
    }
    problems
}

/// The first hash sign with a number behind it. A colour (letters among the digits, or six of them)
/// and a character reference (an ampersand before the hash) are not meant.
fn issue_number(comment: &str) -> Option<&str> {
    comment.match_indices('#').find_map(|(at, _)| {
        let rest = &comment[at + 1..];
        let length = rest.find(|c: char| !c.is_alphanumeric()).unwrap_or(rest.len());
        let number = &rest[..length];
        let is_number = !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit());
        (is_number && length != 6 && !comment[..at].ends_with('&')).then(|| &comment[at..=at + length])
    })
}

/// The comments of a Rust file, a line of a comment at a time, with its line number.
fn comments(text: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < text.len() {
        let rest = &text[at..];
        let length = if rest.starts_with("//") {
            let length = rest.find('\n').unwrap_or(rest.len());
            found.push((line_at(text, at), &rest[..length]));
            length
        } else if rest.starts_with("/*") {
            let length = block_comment(rest);
            let first = line_at(text, at);
            let lines = rest[..length].lines().enumerate();
            found.extend(lines.map(|(index, line)| (first + index, line)));
            length
        } else {
            literal(text, at)
        };
        at += length;
    }
    found
}

fn line_at(text: &str, at: usize) -> usize {
    text[..at].matches('\n').count() + 1
}

/// Length of the block comment, with those nested in it, that the text begins with.
fn block_comment(text: &str) -> usize {
    let mut depth = 0_usize;
    let mut at = 0;
    while at < text.len() {
        let rest = &text[at..];
        if rest.starts_with("/*") {
            depth += 1;
            at += 2;
        } else if rest.starts_with("*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += rest.chars().next().map_or(1, char::len_utf8);
        }
    }
    text.len()
}

/// Length of the string or character at this place, else of the one character that stands there.
fn literal(text: &str, at: usize) -> usize {
    let rest = &text[at..];
    let before = text[..at].chars().next_back();
    let starts_word = !before.is_some_and(|c| c.is_alphanumeric() || c == '_');
    let raw = ["br", "cr", "r"].iter().find_map(|prefix| rest.strip_prefix(prefix)).filter(|_| starts_word);
    if let Some(after) = raw {
        let hashes = after.len() - after.trim_start_matches('#').len();
        if after[hashes..].starts_with('"') {
            let open = rest.len() - after.len() + hashes + 1;
            let close = format!("\"{}", "#".repeat(hashes));
            let inside = rest[open..].find(&close);
            return inside.map_or(rest.len(), |length| open + length + close.len());
        }
    }
    let mut letters = rest.char_indices();
    match letters.next() {
        Some((_, '"')) => quoted(rest, '"'),
        // A quote opens a character if it closes after one letter or an escape; else it is a lifetime.
        Some((_, '\'')) => match (letters.next(), letters.next()) {
            (Some((_, '\\')), _) => quoted(rest, '\''),
            (Some(_), Some((end, '\''))) => end + 1,
            _ => 1,
        },
        Some((_, letter)) => letter.len_utf8(),
        None => 1,
    }
}

/// Length of the quoted text that begins here, escapes respected.
fn quoted(text: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, letter) in text.char_indices().skip(1) {
        match letter {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            letter if letter == quote => return at + 1,
            _ => {}
        }
    }
    text.len()
}

/// The two pages a newcomer reads first.
pub(crate) fn check_pages(files: &[Source]) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut page = |name: &str, check: &dyn Fn(&Source) -> Vec<String>| {
        let missing = Source { path: name.to_owned(), text: String::new() };
        let (file, advice) = match files.iter().find(|file| file.path == name) {
            Some(file) => (file, check(file)),
            None => (&missing, vec!["this page is missing: write it.".to_owned()]),
        };
        problems.extend(advice.into_iter().map(|advice| file.problem(1, advice)));
    };
    page("ARCHITECTURE.md", &|file| {
        let lines = file.text.lines().count();
        let advice = format!("{lines} lines, {MAP_LINES} are allowed: a map shows less.");
        (lines > MAP_LINES).then_some(advice).into_iter().collect()
    });
    page("README.md", &|file| {
        let absent = README_COMMANDS.iter().filter(|c| !file.text.contains(**c));
        absent.map(|command| format!("it does not name `{command}`: add it.")).collect()
    });
    problems
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marks(path: &str, text: &str) -> usize {
        check_marks(&[Source::planted(path, text)]).len()
    }

    #[test]
    fn trailing_blanks_and_tabs_are_caught() {
        assert_eq!(marks("a.md", "one \ntwo\t\nthree\r\nfour\n"), 3);
        assert_eq!(marks("a.rs", "fn f() {\n\tg();\n}\n"), 1);
        assert_eq!(marks("Makefile.sh", "all:\n\techo\n"), 0);
    }

    #[test]
    fn unfinished_work_is_caught_in_every_file() {
        for word in UNFINISHED {
            assert_eq!(marks("a.html", &format!("<p>{word}: later</p>\n")), 1);
            assert_eq!(marks("a.rs", &format!("// {word}\n")), 1);
            assert_eq!(marks("a.rs", &format!("const MY_{word}S: u8 = 1;\n")), 0);
        }
        assert_eq!(marks("a.md", "todo el mundo\n"), 0);
    }

    #[test]
    fn work_not_done_and_tests_not_run_are_caught_in_rust() {
        for mark in EVASIONS {
            assert_eq!(marks("a.rs", &format!("    {mark}\n")), 1);
            assert_eq!(marks("a.md", &format!("Never write {mark}\n")), 0);
        }
    }

    fn numbers(text: &str) -> Vec<usize> {
        let planted = Source::planted("a.rs", text);
        let problems = check_issue_numbers(&[planted]);
        problems.iter().map(|problem| problem.line).collect()
    }

    #[test]
    fn issue_numbers_are_caught_in_every_kind_of_comment() {
        assert_eq!(numbers("fn f() {} // see #12\n"), [1]);
        assert_eq!(numbers("//! Why.\n/// Mends sled#1289.\nfn f() {}\n"), [2]);
        assert_eq!(numbers("/* a\n /* #3 */\n #4 */ fn f() {}\n"), [2, 3]);
        assert_eq!(numbers("const A: char = '\"'; // #5\n"), [1]);
        assert_eq!(numbers("const A: &str = \"\\\"\"; // #6\n"), [1]);
        assert_eq!(numbers("fn f<'a>(a: &'a str) {} // #7\n"), [1]);
        assert_eq!(numbers("const A: &str = r\"\\\"; // #8\n"), [1]);
    }

    #[test]
    fn what_only_looks_like_an_issue_number_is_left_alone() {
        for fine in [
            "const A: &str = \"// #12\";\n",
            "const A: &str = r#\"// #12 \" // #13\"#;\n",
            "const A: &[u8] = br##\"// #12 \"# // #13\"##;\n",
            "// a colour: #12ab00 or #123456; an apostrophe: &#39;\n",
            "#[allow(dead_code)]\nconst A: char = '#';\n",
        ] {
            assert_eq!(numbers(fine), [0; 0], "{fine}");
        }
    }

    fn pages(map: &str, readme: &str) -> Vec<String> {
        let files = [Source::planted("ARCHITECTURE.md", map), Source::planted("README.md", readme)];
        check_pages(&files).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn the_first_pages_must_be_there_short_and_useful() {
        let readme = "`./tests/run` and `cargo run --release -- demo`\n";
        assert_eq!(pages(&"x\n".repeat(MAP_LINES), readme), [""; 0]);
        assert_eq!(
            pages(&"x\n".repeat(MAP_LINES + 1), readme),
            ["ARCHITECTURE.md:1: 201 lines, 200 are allowed: a map shows less."]
        );
        assert_eq!(
            pages("", "`./tests/run`\n"),
            ["README.md:1: it does not name `cargo run --release -- demo`: add it."]
        );
        assert_eq!(check_pages(&[]).len(), 2);
    }
}
