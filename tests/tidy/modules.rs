//! Every Rust file is part of a crate: a file that no `mod` names, or a test file that no manifest
//! names, is never built and only looks alive.

use std::collections::BTreeSet;

use syn::visit::{self, Visit};

use crate::source::{Problem, Source};

/// Files that cargo builds without being told, and folders whose direct files it builds.
const ROOT_FILES: [&str; 3] = ["src/lib.rs", "src/main.rs", "build.rs"];
const ROOT_FOLDERS: [(&str, &str); 4] =
    [("src/bin", "autobins"), ("tests", "autotests"), ("benches", "autobenches"), ("examples", "autoexamples")];

/// Tables of a manifest that name the root of a target by `path`.
const TARGETS: [&str; 4] = ["bin", "test", "bench", "example"];

/// The problems of all crates.
pub(crate) fn check(files: &[Source]) -> Vec<Problem> {
    let crates: Vec<&str> = files
        .iter()
        .filter(|file| file.path.ends_with("Cargo.toml") && file.text.contains("[package]"))
        .filter_map(|file| file.path.strip_suffix("/Cargo.toml"))
        .collect();
    let mut problems = Vec::new();
    for folder in &crates {
        let own: Vec<&Source> =
            files.iter().filter(|file| file.is_rust() && home(&crates, &file.path) == Some(folder)).collect();
        match roots(files, folder, &own) {
            Ok(roots) => problems.extend(check_crate(&own, roots)),
            Err(problem) => problems.push(problem),
        }
    }
    problems
}

/// The crate a file belongs to: the innermost one around it.
fn home<'a>(crates: &[&'a str], path: &str) -> Option<&'a str> {
    let around = |folder: &&&str| path.starts_with(&format!("{folder}/"));
    crates.iter().filter(around).max_by_key(|folder| folder.len()).copied()
}

fn check_crate(own: &[&Source], roots: BTreeSet<String>) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut reached = BTreeSet::new();
    let mut open: Vec<(String, bool)> = roots.into_iter().map(|path| (path, true)).collect();
    while let Some((path, is_root)) = open.pop() {
        let Some(file) = own.iter().find(|file| file.path == path) else {
            continue;
        };
        if !reached.insert(path) {
            continue;
        }
        match declared(file, is_root) {
            Ok(children) => open.extend(children.into_iter().map(|child| (child, false))),
            Err(problem) => problems.push(problem),
        }
    }
    for file in own {
        if !reached.contains(&file.path) {
            problems.push(file.problem(
                1,
                "no `mod` and no manifest names this file, so it is never built: declare it, or delete it.",
            ));
        }
        if file.path.ends_with("/mod.rs") {
            let advice =
                "a folder's module is the file beside it: rename this to the folder's name with `.rs`, one level up.";
            problems.push(file.problem(1, advice));
        }
    }
    problems
}

/// The files from which the crate in `folder` is built.
fn roots(files: &[Source], folder: &str, own: &[&Source]) -> Result<BTreeSet<String>, Problem> {
    let path = format!("{folder}/Cargo.toml");
    let file = files.iter().find(|file| file.path == path).expect("the crate was found by its manifest");
    let manifest: toml::Table =
        file.text.parse().map_err(|error| file.problem(1, format!("this is not a manifest ({error}); mend it.")))?;
    let mut roots: BTreeSet<String> = ROOT_FILES.iter().map(|root| format!("{folder}/{root}")).collect();
    for (inside, switch) in ROOT_FOLDERS {
        let package = manifest.get("package");
        let looked_up = package.and_then(|package| package.get(switch));
        if looked_up.and_then(toml::Value::as_bool) != Some(false) {
            let prefix = format!("{folder}/{inside}/");
            roots.extend(own.iter().map(|file| file.path.clone()).filter(|path| {
                path.strip_prefix(&prefix).is_some_and(|rest| !rest.contains('/') || rest.ends_with("/main.rs"))
            }));
        }
    }
    let lists = TARGETS.iter().filter_map(|kind| manifest.get(*kind));
    let targets = lists.filter_map(toml::Value::as_array).flatten();
    for target in targets.chain(manifest.get("lib")) {
        let path = target.get("path").and_then(toml::Value::as_str);
        roots.extend(path.map(|path| format!("{folder}/{path}")));
    }
    Ok(roots)
}

/// The files that the `mod` lines of a file stand for. Of the two places rustc looks, both are
/// named: it insists itself that exactly one exists.
fn declared(file: &Source, is_root: bool) -> Result<Vec<String>, Problem> {
    let tree = file.syntax()?;
    let (folder, name) = file.path.rsplit_once('/').unwrap_or(("", &file.path));
    let stem = name.strip_suffix(".rs").unwrap_or(name);
    let folder = if is_root || stem == "mod" { folder.to_owned() } else { format!("{folder}/{stem}") };
    let mut finder = Finder { folder, found: Vec::new() };
    finder.visit_file(&tree);
    Ok(finder.found)
}

struct Finder {
    folder: String,
    found: Vec<String>,
}

impl<'ast> Visit<'ast> for Finder {
    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        let place = format!("{}/{}", self.folder, item.ident);
        if item.content.is_none() {
            self.found.push(format!("{place}.rs"));
            self.found.push(format!("{place}/mod.rs"));
            return;
        }
        let outside = std::mem::replace(&mut self.folder, place);
        visit::visit_item_mod(self, item);
        self.folder = outside;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MANIFEST: &str = "[package]\nname = \"a\"\n";

    /// Paths of the files that are said to be dead, in a crate `a` with these files.
    fn dead(manifest: &str, files: &[(&str, &str)]) -> Vec<String> {
        let mut all = vec![Source::planted("a/Cargo.toml", manifest)];
        all.extend(files.iter().map(|(path, text)| Source::planted(path, text)));
        check(&all).into_iter().map(|problem| problem.path).collect()
    }

    #[test]
    fn a_file_that_no_mod_names_is_caught() {
        let files = [
            ("a/src/lib.rs", "mod one; // mod three;"),
            ("a/src/one.rs", "mod two { mod deep; }"),
            ("a/src/one/two/deep.rs", ""),
            ("a/src/three.rs", "mod four;"),
            ("a/src/three/four.rs", ""),
        ];
        assert_eq!(dead(MANIFEST, &files), ["a/src/three.rs", "a/src/three/four.rs"]);
    }

    #[test]
    fn what_cargo_finds_by_itself_is_alive() {
        let files = [
            ("a/src/main.rs", ""),
            ("a/src/bin/b.rs", ""),
            ("a/tests/c.rs", "mod d;"),
            ("a/tests/d.rs", ""),
            ("a/build.rs", ""),
        ];
        assert_eq!(dead(MANIFEST, &files), [""; 0]);
    }

    #[test]
    fn without_automatic_tests_a_test_must_be_named() {
        let manifest = "[package]\nname = \"a\"\nautotests = false\n[lib]\npath = \"harness/lib.rs\"\n\
                        [[test]]\nname = \"tidy\"\npath = \"tidy/main.rs\"\n";
        let files = [
            ("a/harness/lib.rs", "pub mod world;"),
            ("a/harness/world.rs", ""),
            ("a/tidy/main.rs", "mod size;"),
            ("a/tidy/size.rs", ""),
            ("a/tests/forgotten.rs", ""),
        ];
        assert_eq!(dead(manifest, &files), ["a/tests/forgotten.rs"]);
    }

    #[test]
    fn a_crate_inside_a_crate_is_judged_by_its_own_manifest() {
        let files = [
            ("a/src/lib.rs", ""),
            ("a/fuzz/Cargo.toml", "[package]\nname = \"fuzz\"\n"),
            ("a/fuzz/src/main.rs", "mod lost;"),
            ("a/fuzz/src/found.rs", ""),
        ];
        assert_eq!(dead(MANIFEST, &files), ["a/fuzz/src/found.rs"]);
    }

    #[test]
    fn the_old_way_to_lay_out_a_module_is_caught() {
        let files = [("a/src/lib.rs", "mod one;"), ("a/src/one/mod.rs", "")];
        assert_eq!(dead(MANIFEST, &files), ["a/src/one/mod.rs"]);
    }

    #[test]
    fn a_broken_manifest_is_a_problem_and_not_a_pass() {
        let files = [("a/src/lib.rs", "")];
        assert_eq!(dead("[package]\nname = ", &files), ["a/Cargo.toml"]);
    }
}
