//! The floor plan of the protocol: a module uses only what lies on its own floor or below, and
//! nothing runs in a circle.

use std::collections::{BTreeMap, BTreeSet};

use crate::imports::module_of;
use crate::mentions::{Mention, mentions};
use crate::source::{Problem, Source};

/// The modules of `protocol/src` from the ground up. A new module gets its place here.
const FLOORS: &[&[&str]] = &[
    &["codec", "flaw", "minutes", "id", "time"],
    &["key", "rejection", "text", "alias", "merkle"],
    &["envelope", "sealing"],
    &["community", "member"],
    &["ledger", "shelf", "partnership"],
    &["lane", "witness", "escrow"],
    &["evidence", "sheet", "statement"],
    &["document"],
    &["machine", "audit"],
];

/// Modules of one floor that are kept apart, and the one way between them that is open: the ledger
/// records that a partnership was agreed; shelf and ledger do not know each other.
const APART: [&str; 3] = ["ledger", "shelf", "partnership"];
const OPEN: [(&str, &str); 1] = [("ledger", "partnership")];

/// The table's place, named in the advice.
const TABLE: &str = "FLOORS in tests/tidy/floors.rs";

/// One module mentioning another.
struct Step<'a> {
    file: &'a Source,
    line: usize,
    from: String,
    to: String,
    test: bool,
}

/// The problems of the whole crate.
pub(crate) fn check(files: &[Source]) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut steps = Vec::new();
    for file in files {
        if !(file.is_within("protocol/src") && file.is_rust()) {
            continue;
        }
        let module = module_of(&file.path);
        // The root only lists the modules and offers their names to the outside.
        let Some(from) = module.first() else { continue };
        if floor_of(from).is_none() {
            let advice = format!("the module `{from}` has no floor: give it one in {TABLE}.");
            problems.push(file.problem(1, advice));
            continue;
        }
        match file.tokens() {
            Ok(tokens) => {
                for mention in mentions(tokens, &module) {
                    steps.extend(step(file, from, &mention));
                }
            }
            Err(problem) => problems.push(problem),
        }
    }
    problems.extend(steps.iter().filter_map(misstep));
    problems.extend(circles(&steps));
    problems
}

fn floor_of(module: &str) -> Option<usize> {
    FLOORS.iter().position(|floor| floor.contains(&module)).map(|index| index + 1)
}

fn step<'a>(file: &'a Source, from: &str, mention: &Mention) -> Option<Step<'a>> {
    let to = mention.parts.get(1)?;
    (mention.parts[0] == "crate" && to != from).then(|| Step {
        file,
        line: mention.line,
        from: from.to_owned(),
        to: to.clone(),
        test: mention.test || file.is_test_code(),
    })
}

/// What is wrong with a single step, if anything.
fn misstep(step: &Step<'_>) -> Option<Problem> {
    let Step { from, to, .. } = step;
    let advice = match (floor_of(from), floor_of(to)) {
        (Some(own), Some(other)) if other > own => format!(
            "`{from}` (floor {own}) uses `{to}` (floor {other}) above it: move what both need down, or the code that needs it up."
        ),
        (Some(own), Some(other)) if own == other && are_apart(from, to) => format!(
            "`{from}` and `{to}` do not know each other: let `machine` bring them together, or move what both need down a floor."
        ),
        (_, None) => format!(
            "`crate::{to}` is no module with a floor: name the module the thing lives in, or give the module a floor in {TABLE}."
        ),
        _ => return None,
    };
    Some(step.file.problem(step.line, advice))
}

fn are_apart(from: &str, to: &str) -> bool {
    APART.contains(&from) && APART.contains(&to) && !OPEN.contains(&(from, to))
}

/// Circles between modules, which within one floor the floors alone do not forbid. Code built only
/// for tests is left out: the tests of two neighbours may well use both.
fn circles(steps: &[Step<'_>]) -> Vec<Problem> {
    let mut uses: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for step in steps.iter().filter(|step| !step.test) {
        uses.entry(&step.from).or_default().insert(&step.to);
    }
    let reaches = |from: &str, goal: &str| {
        let mut open = vec![from];
        let mut seen = BTreeSet::new();
        while let Some(module) = open.pop() {
            if module == goal {
                return true;
            }
            if seen.insert(module) {
                open.extend(uses.get(module).into_iter().flatten());
            }
        }
        false
    };
    let same_floor = |step: &&Step<'_>| floor_of(&step.from) == floor_of(&step.to);
    steps
        .iter()
        .filter(|step| !step.test)
        .filter(same_floor)
        .filter(|step| reaches(&step.to, &step.from))
        .map(|step| {
            let advice = format!(
                "`{}` and `{}` use each other in a circle: move what both need into a third module.",
                step.from, step.to
            );
            step.file.problem(step.line, advice)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn advice(files: &[(&str, &str)]) -> Vec<String> {
        let files: Vec<Source> = files.iter().map(|(path, text)| Source::planted(path, text)).collect();
        check(&files).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_step_down_or_along_the_floor_is_fine() {
        let fine = [
            ("protocol/src/lib.rs", "pub mod codec; pub use machine::Machine;"),
            ("protocol/src/lane/decider.rs", "use crate::{ledger::state::S, witness::W};"),
            ("protocol/src/ledger.rs", "use crate::partnership::Agreement; use self::entry::Entry;"),
            ("protocol/src/time.rs", "use crate::codec::Canonical; use std::fmt;"),
            ("node/src/lib.rs", "use crate::anything::A;"),
        ];
        assert_eq!(advice(&fine), [""; 0]);
    }

    #[test]
    fn a_step_up_is_caught_even_by_way_of_super() {
        for (path, text) in [
            ("protocol/src/key.rs", "\nuse crate::machine::Input;"),
            ("protocol/src/ledger/entry.rs", "\nuse super::super::lane::Message;"),
            ("protocol/src/codec.rs", "\nfn f() { crate::rejection::Rejection::new() }"),
        ] {
            let said = advice(&[(path, text)]);
            assert_eq!(said.len(), 1, "{text}");
            assert!(said[0].starts_with(&format!("{path}:2: ")), "{}", said[0]);
            assert!(said[0].contains("above it"), "{}", said[0]);
        }
    }

    #[test]
    fn shelf_ledger_and_partnership_are_kept_apart() {
        for (path, text) in [
            ("protocol/src/shelf/record.rs", "use crate::ledger::Entry;"),
            ("protocol/src/ledger/rules.rs", "use crate::shelf::Record;"),
            ("protocol/src/partnership.rs", "use crate::ledger::Entry;"),
            ("protocol/src/shelf.rs", "use crate::partnership::Agreement;"),
        ] {
            let said = advice(&[(path, text)]);
            assert_eq!(said.len(), 1, "{text}");
            assert!(said[0].contains("do not know each other"), "{}", said[0]);
        }
    }

    #[test]
    fn a_module_without_a_floor_is_caught_in_both_directions() {
        let itself = advice(&[("protocol/src/attic.rs", "")]);
        assert!(itself[0].contains("`attic` has no floor"), "{}", itself[0]);
        let used = advice(&[("protocol/src/lane.rs", "use crate::Minutes;")]);
        assert!(used[0].contains("`crate::Minutes` is no module"), "{}", used[0]);
    }

    #[test]
    fn a_circle_within_a_floor_is_caught_on_both_sides() {
        let said = advice(&[
            ("protocol/src/id.rs", "use crate::codec::A;"),
            ("protocol/src/codec.rs", "use crate::time::B;"),
            ("protocol/src/time.rs", "use crate::id::C;"),
            ("protocol/src/minutes.rs", "use crate::codec::A;"),
        ]);
        assert_eq!(said.len(), 3);
        assert!(said.iter().all(|line| line.contains("in a circle")));
    }

    #[test]
    fn the_tests_of_two_neighbours_make_no_circle() {
        let said = advice(&[
            ("protocol/src/id.rs", "use crate::codec::A;"),
            ("protocol/src/codec.rs", "#[cfg(test)] mod tests { use crate::id::Id; }"),
        ]);
        assert_eq!(said, [""; 0]);
    }

    #[test]
    fn every_module_stands_on_one_floor_only() {
        let all: Vec<&str> = FLOORS.concat();
        let distinct: BTreeSet<&str> = all.iter().copied().collect();
        assert_eq!(all.len(), distinct.len());
    }
}
