//! The workspace's own files, read once, and the problems found in them.

use std::fmt;
use std::fs;
use std::path::Path;

/// Folders that hold nothing written here: build output, tools' own state, fetched packages.
const SKIPPED_FOLDERS: [&str; 6] = ["target", ".git", "node_modules", "__pycache__", ".venv", "proptest-regressions"];

/// Endings of the files a person reads and edits, and which the rules about text therefore cover.
const TEXT_ENDINGS: [&str; 13] =
    ["rs", "html", "css", "js", "sh", "py", "toml", "md", "ftl", "yml", "yaml", "service", "svg"];

/// One file of the workspace.
pub(crate) struct Source {
    /// Path from the workspace root, with `/` between the parts.
    pub(crate) path: String,
    /// The whole text.
    pub(crate) text: String,
}

impl Source {
    /// A file made up for a test of a rule.
    #[cfg(test)]
    pub(crate) fn planted(path: &str, text: &str) -> Self {
        Self { path: path.to_owned(), text: text.to_owned() }
    }

    /// What stands after the last dot of the file's name; a script without an ending counts as `sh`.
    pub(crate) fn ending(&self) -> &str {
        let name = self.path.rsplit('/').next().unwrap_or(&self.path);
        match name.rsplit_once('.') {
            Some((stem, ending)) if !stem.is_empty() => ending,
            _ if self.text.starts_with("#!") => "sh",
            _ => "",
        }
    }

    /// Whether this is Rust.
    pub(crate) fn is_rust(&self) -> bool {
        self.ending() == "rs"
    }

    /// Whether the file is `place` itself (`node/src/store` meaning `node/src/store.rs`) or lies in that folder.
    pub(crate) fn is_within(&self, place: &str) -> bool {
        self.path.strip_prefix(place).is_some_and(|rest| rest.is_empty() || rest == ".rs" || rest.starts_with('/'))
    }

    /// Whether the whole file is test code by its place: `foo/tests.rs`, or anything in a folder named `tests`.
    pub(crate) fn is_test_code(&self) -> bool {
        self.path.split('/').any(|part| part == "tests" || part == "tests.rs")
    }

    /// A problem at a line of this file.
    pub(crate) fn problem(&self, line: usize, advice: impl Into<String>) -> Problem {
        Problem { path: self.path.clone(), line, advice: advice.into() }
    }

    /// The file's tokens, or the problem that it cannot be read as Rust.
    pub(crate) fn tokens(&self) -> Result<proc_macro2::TokenStream, Problem> {
        self.text.parse().map_err(|error: proc_macro2::LexError| {
            self.problem(
                error.span().start().line,
                format!("this is not Rust ({error}); mend it so that the other rules can read it"),
            )
        })
    }

    /// The file's syntax tree, or the problem that it cannot be read as Rust.
    pub(crate) fn syntax(&self) -> Result<syn::File, Problem> {
        syn::parse_file(&self.text).map_err(|error| {
            self.problem(
                error.span().start().line,
                format!("this is not Rust ({error}); mend it so that the other rules can read it"),
            )
        })
    }
}

/// A place where a rule of the house is broken, and what to do about it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Problem {
    /// Path from the workspace root.
    pub(crate) path: String,
    /// Line, counted from 1.
    pub(crate) line: usize,
    /// What is wrong and what to do, as a sentence.
    pub(crate) advice: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.path, self.line, self.advice)
    }
}

/// Every text file of the workspace, in order of path.
pub(crate) fn workspace() -> Vec<Source> {
    let root =
        Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the tests crate lies in a folder of the workspace");
    let mut found = Vec::new();
    read_folder(root, "", &mut found);
    found.sort_by(|a, b| a.path.cmp(&b.path));
    assert!(
        found.iter().any(|source| source.path == "Cargo.toml"),
        "the workspace root was not found above the tests crate"
    );
    found
}

fn read_folder(folder: &Path, prefix: &str, found: &mut Vec<Source>) {
    let listing = fs::read_dir(folder).expect("a folder of the workspace can be listed");
    for entry in listing {
        let entry = entry.expect("an entry of a workspace folder can be read");
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = if prefix.is_empty() { name.clone() } else { format!("{prefix}/{name}") };
        let kind = entry.file_type().expect("the type of a workspace file can be read");
        if kind.is_dir() {
            if !SKIPPED_FOLDERS.contains(&name.as_str()) {
                read_folder(&entry.path(), &path, found);
            }
        } else if kind.is_file() {
            // Pictures, vectors and data are not text for people: whatever is not UTF-8, or has
            // neither a known ending nor a first line that names an interpreter, is left out.
            let Ok(text) = String::from_utf8(fs::read(entry.path()).unwrap_or_default()) else {
                continue;
            };
            let source = Source { path, text };
            if TEXT_ENDINGS.contains(&source.ending()) {
                found.push(source);
            }
        }
    }
}

/// Fails with every problem on a line of its own.
#[track_caller]
pub(crate) fn expect_none(problems: &[Problem]) {
    let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
    assert!(problems.is_empty(), "{} to put right:\n{}", problems.len(), lines.join("\n"));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_walk_finds_this_file_and_no_build_output() {
        let files = workspace();
        assert!(files.iter().any(|f| f.path == "tests/tidy/source.rs"));
        assert!(!files.iter().any(|f| f.path.starts_with("target/")));
    }

    #[test]
    fn a_script_without_an_ending_counts_as_shell() {
        assert_eq!(Source::planted("tests/run", "#!/usr/bin/env bash\n").ending(), "sh");
        assert_eq!(Source::planted(".gitignore", "/target\n").ending(), "");
        assert_eq!(Source::planted("a/b.test.html", "").ending(), "html");
    }

    #[test]
    fn a_place_is_a_module_with_its_folder_and_nothing_that_only_begins_alike() {
        let place = "node/src/store";
        assert!(Source::planted("node/src/store.rs", "").is_within(place));
        assert!(Source::planted("node/src/store/journal.rs", "").is_within(place));
        assert!(!Source::planted("node/src/store_front.rs", "").is_within(place));
    }

    #[test]
    fn test_code_is_known_by_its_place() {
        assert!(Source::planted("protocol/src/lane/tests.rs", "").is_test_code());
        assert!(Source::planted("tests/harness/world.rs", "").is_test_code());
        assert!(!Source::planted("protocol/src/contests.rs", "").is_test_code());
    }

    #[test]
    fn a_problem_names_file_and_line() {
        let problem = Source::planted("a.rs", "").problem(7, "do this.");
        assert_eq!(problem.to_string(), "a.rs:7: do this.");
    }

    #[test]
    fn text_that_is_not_rust_is_a_problem_with_its_line() {
        let broken = Source::planted("a.rs", "fn a() {}\nfn b( {}\n");
        let line = broken.syntax().err().map(|problem| problem.line).expect("it does not parse");
        assert_eq!(line, 2);
    }

    #[test]
    #[should_panic(expected = "a.rs:3: mend it")]
    fn a_problem_fails_the_test_with_its_place() {
        expect_none(&[Source::planted("a.rs", "").problem(3, "mend it")]);
    }
}
