//! Every path a Rust file mentions, with imports spread out and names made absolute.
//!
//! Read from tokens, so that comments and the insides of strings do not count while code inside
//! macros does.

use proc_macro2::{Delimiter, Span, TokenStream, TokenTree};

/// A path that a file mentions.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Mention {
    /// The parts: `["std", "fs", "File"]`. A path to this crate begins with `crate`.
    pub(crate) parts: Vec<String>,
    /// Line of the first part, or of the leaf inside a grouped import.
    pub(crate) line: usize,
    /// Whether it stands in an import.
    pub(crate) import: bool,
    /// Whether it stands in code that is built only for tests.
    pub(crate) test: bool,
}

impl Mention {
    /// The path as it would be written.
    pub(crate) fn written(&self) -> String {
        self.parts.join("::")
    }

    /// Whether the path begins with these parts. A lone word outside an import never does: it is a
    /// local name.
    pub(crate) fn begins_with(&self, parts: &[&str]) -> bool {
        (self.import || self.parts.len() > 1)
            && self.parts.len() >= parts.len()
            && self.parts.iter().zip(parts).all(|(a, b)| a == b)
    }

    /// Whether these parts stand one after the other anywhere in the path.
    pub(crate) fn has(&self, parts: &[&str]) -> bool {
        self.parts.windows(parts.len()).any(|window| window.iter().zip(parts).all(|(a, b)| a == b))
    }
}

/// All mentions of a file whose module path inside its crate is `module` (empty for the root).
pub(crate) fn mentions(tokens: TokenStream, module: &[String]) -> Vec<Mention> {
    let mut reader = Reader { module: module.to_vec(), test: false, found: Vec::new() };
    reader.read(tokens);
    reader.found
}

struct Reader {
    module: Vec<String>,
    test: bool,
    found: Vec<Mention>,
}

impl Reader {
    fn read(&mut self, tokens: TokenStream) {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        let mut at = 0;
        // From a `#[cfg(test)]` to the end of the item it stands on: its braces or its semicolon.
        let mut only_in_tests = false;
        while let Some(token) = tokens.get(at) {
            match token {
                TokenTree::Ident(_) => {
                    let before = self.test;
                    self.test |= only_in_tests;
                    at = self.word(&tokens, at);
                    self.test = before;
                    only_in_tests &= !is_braces(&tokens, at - 1);
                }
                TokenTree::Group(group) => {
                    let before = self.test;
                    if follows_hash(&tokens, at) && is_test_condition(group.stream()) {
                        only_in_tests = true;
                    }
                    self.test |= only_in_tests;
                    self.read(group.stream());
                    self.test = before;
                    only_in_tests &= !is_braces(&tokens, at);
                    at += 1;
                }
                TokenTree::Punct(punct) => {
                    only_in_tests &= punct.as_char() != ';';
                    at += 1;
                }
                TokenTree::Literal(_) => at += 1,
            }
        }
    }

    /// Reads from a word on and answers where to continue.
    fn word(&mut self, tokens: &[TokenTree], at: usize) -> usize {
        match name(tokens, at).as_deref() {
            // `use<'a>` in a bound captures lifetimes and imports nothing.
            Some("use") if !is_punct(tokens, at + 1, '<') => self.import(tokens, at + 1, &mut Vec::new()),
            Some("crate") if name(tokens, at.wrapping_sub(1)).as_deref() == Some("extern") => {
                self.import(tokens, at + 1, &mut Vec::new())
            }
            Some("mod") => self.inline_module(tokens, at),
            _ => self.path(tokens, at),
        }
    }

    fn inline_module(&mut self, tokens: &[TokenTree], at: usize) -> usize {
        if let (Some(name), Some(TokenTree::Group(body))) = (name(tokens, at + 1), tokens.get(at + 2)) {
            self.module.push(name);
            self.read(body.stream());
            self.module.pop();
            return at + 3;
        }
        at + 1
    }

    fn path(&mut self, tokens: &[TokenTree], mut at: usize) -> usize {
        let span = tokens[at].span();
        let mut parts = Vec::new();
        while let Some(part) = name(tokens, at) {
            parts.push(part);
            at += 1;
            if !(is_separator(tokens, at) && name(tokens, at + 2).is_some()) {
                break;
            }
            at += 2;
        }
        self.note(parts, span, false);
        at
    }

    fn import(&mut self, tokens: &[TokenTree], mut at: usize, parts: &mut Vec<String>) -> usize {
        if is_separator(tokens, at) {
            at += 2;
        }
        let depth = parts.len();
        let mut span = tokens.get(at).map_or_else(Span::call_site, TokenTree::span);
        while let Some(token) = tokens.get(at) {
            match token {
                TokenTree::Ident(_) => {
                    span = token.span();
                    parts.extend(name(tokens, at));
                    at += 1;
                }
                TokenTree::Group(group) => {
                    self.import_group(group.stream(), parts);
                    parts.truncate(depth);
                    return at + 1;
                }
                TokenTree::Punct(punct) if punct.as_char() == '*' => {
                    parts.push("*".to_owned());
                    at += 1;
                }
                _ => break,
            }
            if name(tokens, at).as_deref() == Some("as") {
                at += 2;
            }
            if !is_separator(tokens, at) {
                break;
            }
            at += 2;
        }
        self.note(parts.clone(), span, true);
        parts.truncate(depth);
        at
    }

    fn import_group(&mut self, stream: TokenStream, parts: &mut Vec<String>) {
        let tokens: Vec<TokenTree> = stream.into_iter().collect();
        let mut at = 0;
        while at < tokens.len() {
            at = self.import(&tokens, at, parts).max(at + 1);
            if is_punct(&tokens, at, ',') {
                at += 1;
            }
        }
    }

    fn note(&mut self, mut parts: Vec<String>, span: Span, import: bool) {
        if import && parts.len() > 1 && parts.last().is_some_and(|last| last == "self") {
            parts.pop();
        }
        if import || parts.len() > 1 {
            parts = self.absolute(parts);
        }
        self.found.push(Mention { parts, line: span.start().line, import, test: self.test });
    }

    /// Rewrites a path that begins with `self` or `super` to begin with `crate`.
    fn absolute(&self, parts: Vec<String>) -> Vec<String> {
        let mut module = self.module.clone();
        let mut rest = parts.as_slice();
        match rest.first().map(String::as_str) {
            Some("self") => rest = &rest[1..],
            Some("super") => {
                while rest.first().is_some_and(|part| part == "super") {
                    module.pop();
                    rest = &rest[1..];
                }
            }
            _ => return parts,
        }
        let mut whole = vec!["crate".to_owned()];
        whole.append(&mut module);
        whole.extend_from_slice(rest);
        whole
    }
}

fn name(tokens: &[TokenTree], at: usize) -> Option<String> {
    match tokens.get(at) {
        Some(TokenTree::Ident(ident)) => {
            let word = ident.to_string();
            Some(word.strip_prefix("r#").unwrap_or(&word).to_owned())
        }
        _ => None,
    }
}

fn is_punct(tokens: &[TokenTree], at: usize, wanted: char) -> bool {
    matches!(tokens.get(at), Some(TokenTree::Punct(punct)) if punct.as_char() == wanted)
}

fn is_separator(tokens: &[TokenTree], at: usize) -> bool {
    is_punct(tokens, at, ':') && is_punct(tokens, at + 1, ':')
}

fn is_braces(tokens: &[TokenTree], at: usize) -> bool {
    matches!(tokens.get(at), Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace)
}

fn follows_hash(tokens: &[TokenTree], at: usize) -> bool {
    at > 0 && is_punct(tokens, at - 1, '#')
}

/// Whether the inside of an attribute is `cfg(test)`.
fn is_test_condition(stream: TokenStream) -> bool {
    let tokens: Vec<TokenTree> = stream.into_iter().collect();
    let inside = match tokens.get(1) {
        Some(TokenTree::Group(group)) => group.stream().into_iter().collect(),
        _ => Vec::new(),
    };
    name(&tokens, 0).as_deref() == Some("cfg") && inside.len() == 1 && name(&inside, 0).as_deref() == Some("test")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str, module: &[&str]) -> Vec<(String, usize)> {
        let module: Vec<String> = module.iter().map(ToString::to_string).collect();
        mentions(text.parse().expect("the snippet is Rust"), &module)
            .into_iter()
            .filter(|mention| mention.import || mention.parts.len() > 1)
            .map(|mention| (mention.written(), mention.line))
            .collect()
    }

    #[test]
    fn grouped_imports_are_spread_out() {
        let text = "use std::{fs::{self, File as F}, time::*,\n net};\nuse ::sled;";
        let wanted = [("std::fs", 1), ("std::fs::File", 1), ("std::time::*", 1), ("std::net", 2), ("sled", 3)];
        assert_eq!(found(text, &[]), wanted.map(|(p, l)| (p.to_owned(), l)));
    }

    #[test]
    fn paths_in_expressions_macros_and_attributes_count_and_comments_do_not() {
        let text = "// std::net::A\n#[tokio::test]\nfn f() { g!(\"std::fs::B\", std::env::C) }";
        let wanted = [("tokio::test", 2), ("std::env::C", 3)];
        assert_eq!(found(text, &[]), wanted.map(|(p, l)| (p.to_owned(), l)));
    }

    #[test]
    fn a_path_upwards_is_made_absolute() {
        let text = "use super::state::S; mod tests { use super::super::rules; use self::x; }";
        let wanted =
            [("crate::ledger::state::S", 1), ("crate::ledger::rules", 1), ("crate::ledger::entry::tests::x", 1)];
        assert_eq!(found(text, &["ledger", "entry"]), wanted.map(|(p, l)| (p.to_owned(), l)));
    }

    #[test]
    fn old_style_imports_count_and_captured_lifetimes_do_not() {
        let text = "extern crate sled; fn f<'a>() -> impl Sized + use<'a> {}";
        assert_eq!(found(text, &[]), [("sled".to_owned(), 1)]);
    }

    #[test]
    fn code_built_only_for_tests_is_marked_and_what_follows_is_not() {
        let text = "#[cfg(test)] mod tests { use a::b; } use c::d; #[cfg(test)] use e::f; use g::h;\
                    #[cfg(test)] fn i() { j::k() } fn l() { m::n() } #[cfg(unix)] use o::p;";
        let marked: Vec<(String, bool)> = mentions(text.parse().expect("Rust"), &[])
            .into_iter()
            .filter(|mention| mention.parts.len() > 1)
            .map(|mention| (mention.written(), mention.test))
            .collect();
        let wanted = [
            ("a::b", true),
            ("c::d", false),
            ("e::f", true),
            ("g::h", false),
            ("j::k", true),
            ("m::n", false),
            ("o::p", false),
        ];
        assert_eq!(marked, wanted.map(|(p, t)| (p.to_owned(), t)));
    }

    #[test]
    fn a_lone_word_is_a_local_name_unless_imported() {
        let all = mentions("fn f(sled: u8) {} use tokio;".parse().expect("Rust"), &[]);
        assert!(!all.iter().any(|mention| mention.begins_with(&["sled"])));
        assert!(all.iter().any(|mention| mention.begins_with(&["tokio"])));
        assert!(all.iter().any(|mention| mention.has(&["sled"])));
    }
}
