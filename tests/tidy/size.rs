//! Files and functions small enough to read in one sitting.

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use syn::visit::{self, Visit};

use crate::source::{Problem, Source};

/// Longest file, in lines.
const FILE_LINES: usize = 500;

/// Longest function, in lines from its signature to its closing brace, closures and nested
/// functions included. One screen and a bit; clippy's own limit in clippy.toml is the same figure
/// but leaves blank lines and comments out.
const FUNCTION_LINES: usize = 70;

/// Endings of the files whose length is limited. Prose and data are not.
const LIMITED: [&str; 6] = ["rs", "html", "css", "js", "sh", "py"];

/// Files that are too long.
pub(crate) fn check_files(files: &[Source]) -> Vec<Problem> {
    files
        .iter()
        .filter(|file| LIMITED.contains(&file.ending()))
        .filter_map(|file| {
            let lines = file.text.lines().count();
            (lines > FILE_LINES).then(|| {
                let advice = format!(
                    "this file has {lines} lines, {FILE_LINES} are allowed: split it where it changes subject."
                );
                file.problem(FILE_LINES + 1, advice)
            })
        })
        .collect()
}

/// Functions that are too long.
pub(crate) fn check_functions(files: &[Source]) -> Vec<Problem> {
    let mut problems = Vec::new();
    for file in files.iter().filter(|file| file.is_rust()) {
        match file.syntax() {
            Ok(tree) => {
                let mut measure = Measure { file, problems: &mut problems };
                measure.visit_file(&tree);
            }
            Err(problem) => problems.push(problem),
        }
    }
    problems
}

struct Measure<'a> {
    file: &'a Source,
    problems: &'a mut Vec<Problem>,
}

impl Measure<'_> {
    fn take(&mut self, name: &str, first: usize, last: usize) {
        let lines = last + 1 - first;
        if lines > FUNCTION_LINES {
            let advice = format!(
                "the function `{name}` has {lines} lines, {FUNCTION_LINES} are allowed: give a part of it a name of its own."
            );
            self.problems.push(self.file.problem(first, advice));
        }
    }

    fn take_function(&mut self, signature: &syn::Signature, body: &syn::Block) {
        self.take(
            &signature.ident.to_string(),
            signature.fn_token.span.start().line,
            body.brace_token.span.close().end().line,
        );
    }

    /// Functions handed to a macro (`proptest!` and the like) are only tokens: a function there is
    /// the word `fn`, a name, and everything up to the next braces.
    fn take_tokens(&mut self, stream: TokenStream) {
        let mut open: Option<(String, usize)> = None;
        let mut after_fn = None;
        for token in stream {
            match token {
                TokenTree::Ident(word) => {
                    let line = word.span().start().line;
                    if let Some(first) = after_fn.take() {
                        open = Some((word.to_string(), first));
                    } else if word == "fn" {
                        after_fn = Some(line);
                    }
                }
                TokenTree::Group(group) => {
                    after_fn = None;
                    if group.delimiter() == Delimiter::Brace
                        && let Some((name, first)) = open.take()
                    {
                        self.take(&name, first, group.span_close().end().line);
                    }
                    self.take_tokens(group.stream());
                }
                TokenTree::Punct(_) | TokenTree::Literal(_) => after_fn = None,
            }
        }
    }
}

impl<'ast> Visit<'ast> for Measure<'_> {
    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        self.take_function(&item.sig, &item.block);
        visit::visit_item_fn(self, item);
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        self.take_function(&item.sig, &item.block);
        visit::visit_impl_item_fn(self, item);
    }

    fn visit_trait_item_fn(&mut self, item: &'ast syn::TraitItemFn) {
        if let Some(body) = &item.default {
            self.take_function(&item.sig, body);
        }
        visit::visit_trait_item_fn(self, item);
    }

    fn visit_macro(&mut self, call: &'ast syn::Macro) {
        self.take_tokens(call.tokens.clone());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A function of exactly this many lines, in the given wrapping.
    fn function(lines: usize, before: &str, after: &str) -> Source {
        let body = "    let _ = || 1;\n".repeat(lines - 2);
        Source::planted("node/src/a.rs", &format!("{before}fn long() {{\n{body}}}{after}\n"))
    }

    #[test]
    fn a_file_at_the_limit_passes_and_one_line_more_does_not() {
        for path in ["a.rs", "a.html", "a.css", "a.js", "a.sh"] {
            let fits = Source::planted(path, &"x\n".repeat(FILE_LINES));
            assert_eq!(check_files(&[fits]), []);
            let long = Source::planted(path, &"x\n".repeat(FILE_LINES + 1));
            assert_eq!(check_files(&[long]).len(), 1, "{path}");
        }
        let script = format!("#!/bin/sh\n{}", "x\n".repeat(FILE_LINES));
        assert_eq!(check_files(&[Source::planted("tests/run", &script)]).len(), 1);
    }

    #[test]
    fn prose_may_be_long() {
        let prose = Source::planted("SPEC.md", &"x\n".repeat(FILE_LINES + 1));
        assert_eq!(check_files(&[prose]), []);
    }

    #[test]
    fn every_kind_of_function_is_measured() {
        for (before, after) in [
            ("", ""),
            ("impl A { ", " }"),
            ("trait A { ", " }"),
            ("mod m { ", " }"),
            ("fn outer() { let _ = || { ", " }; }"),
            ("proptest! { #[test] ", " }"),
        ] {
            let fits = function(FUNCTION_LINES, before, after);
            assert_eq!(check_functions(&[fits]), [], "{before}");
            let long = check_functions(&[function(FUNCTION_LINES + 1, before, after)]);
            assert!(long.iter().any(|p| p.advice.contains("`long` has 71 lines") && p.line == 1), "{before}: {long:?}");
        }
    }

    #[test]
    fn a_signature_over_several_lines_counts() {
        let body = "\n".repeat(FUNCTION_LINES - 3);
        let text = format!("pub fn f(\n    a: u8,\n) {{{body}\n}}\n");
        let found = check_functions(&[Source::planted("a.rs", &text)]);
        assert_eq!(found.len(), 1);
    }

    #[test]
    fn a_function_pointer_type_is_no_function() {
        let text = format!("m! {{ f: fn(u8) -> u8, g: {{ {} }} }}", "1;\n".repeat(FUNCTION_LINES + 5));
        assert_eq!(check_functions(&[Source::planted("a.rs", &text)]), []);
    }
}
