//! Which part of the house may reach for what.

use crate::mentions::{Mention, mentions};
use crate::source::{Problem, Source};

/// Commands that by nature work on a node's files: they make them, start the node on them, or read
/// them while no node runs. Every other command speaks HTTP to a running node.
const FILE_COMMANDS: [&str; 11] = [
    "node/src/cli/init",
    "node/src/cli/key",
    "node/src/cli/serve",
    "node/src/cli/verify",
    "node/src/cli/rebuild",
    "node/src/cli/demo",
    "node/src/cli/export",
    "node/src/cli/backup",
    "node/src/cli/restore",
    "node/src/cli/handover",
    "node/src/cli/rotate_key",
];

/// Where a stopwatch is the point: what they measure is shown to a person and decides nothing.
const STOPWATCHES: [&str; 7] = [
    "node/src/runtime/clock",
    // Measures how long the disk takes.
    "node/src/runtime/clerk",
    "node/src/health",
    "node/src/telemetry",
    "node/src/demo",
    // Measures how long a stream has been quiet.
    "node/src/web/live",
    // Measures how long a sender was waited for.
    "node/src/serve/pace",
];

/// The one place of the program that asks the computer what time it is.
const CLOCK: [&str; 1] = ["node/src/runtime/clock"];

/// How a rule recognises a path.
enum Wanted {
    /// The path begins with these parts.
    Start(&'static [&'static str]),
    /// The path begins with a crate of this family: the name, or the name with `_something`.
    Family(&'static str),
    /// These parts stand together anywhere in a path, and also as a lone word.
    Anywhere(&'static [&'static str]),
}

impl Wanted {
    fn matches(&self, mention: &Mention) -> bool {
        match self {
            Self::Start(parts) => mention.begins_with(parts),
            Self::Family(name) => mention.parts.first().is_some_and(|first| {
                mention.begins_with(&[first.as_str()])
                    && first.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('_'))
            }),
            Self::Anywhere(parts) => mention.has(parts),
        }
    }
}

/// A rule: inside `within`, except in `except`, none of `wanted` may be mentioned.
struct Rule {
    within: &'static [&'static str],
    except: &'static [&'static str],
    /// Whether code that is built only for tests is free of the rule.
    tests_may: bool,
    wanted: &'static [Wanted],
    advice: &'static str,
}

use Wanted::{Anywhere, Family, Start};

const RULES: &[Rule] = &[
    Rule {
        within: &["protocol"],
        except: &[],
        tests_may: false,
        wanted: &[
            Family("tokio"),
            Family("libp2p"),
            Family("sled"),
            Family("axum"),
            Family("tracing"),
            Start(&["std", "fs"]),
            Start(&["std", "net"]),
            Start(&["std", "env"]),
            Start(&["std", "thread"]),
            Start(&["std", "process"]),
        ],
        advice: "the protocol is pure: let the node do this and pass the result in as an argument",
    },
    Rule {
        within: &["protocol"],
        except: &[],
        tests_may: false,
        wanted: &[Anywhere(&["SystemTime"]), Anywhere(&["Instant"])],
        advice: "the protocol has no clock: take the time as a `Timestamp` argument",
    },
    Rule {
        within: &["protocol"],
        except: &[],
        tests_may: false,
        wanted: &[Anywhere(&["HashMap"]), Anywhere(&["HashSet"])],
        advice: "its order differs from run to run: use `BTreeMap` or `BTreeSet`, so that one seed gives one history",
    },
    Rule {
        within: &["protocol"],
        except: &[],
        tests_may: false,
        wanted: &[Anywhere(&["OsRng"]), Anywhere(&["getrandom"]), Anywhere(&["thread_rng"]), Start(&["rand", "rng"])],
        advice: "the protocol draws no randomness: take the random bytes as an argument",
    },
    Rule {
        within: &["node/src/network"],
        except: &[],
        tests_may: false,
        wanted: &[Start(&["crate", "store"])],
        advice: "network and store do not know each other: pass it through the runtime",
    },
    Rule {
        within: &["node/src/store"],
        except: &[],
        tests_may: false,
        wanted: &[Start(&["crate", "network"])],
        advice: "store and network do not know each other: pass it through the runtime",
    },
    Rule {
        within: &["node"],
        except: &["node/src/network"],
        tests_may: false,
        wanted: &[Family("libp2p")],
        advice: "libp2p stays inside node/src/network: translate to the protocol's own types there",
    },
    Rule {
        within: &["node"],
        except: &["node/src/store"],
        tests_may: false,
        wanted: &[Family("sled")],
        advice: "sled stays inside node/src/store: go through the store's trait",
    },
    Rule {
        within: &["node/src/api", "node/src/web"],
        except: &[],
        tests_may: false,
        wanted: &[Start(&["crate", "store"]), Start(&["crate", "network"])],
        advice: "the faces reach the core only through the handle in `crate::runtime`",
    },
    Rule {
        within: &["node/src/cli"],
        except: &FILE_COMMANDS,
        tests_may: false,
        wanted: &[Start(&["crate", "store"]), Start(&["crate", "network"]), Start(&["crate", "runtime"])],
        advice: "a command speaks HTTP to the running node; if it truly works on files, add it to FILE_COMMANDS in tests/tidy/imports.rs",
    },
    Rule {
        within: &["node"],
        except: &CLOCK,
        tests_may: false,
        wanted: &[Anywhere(&["SystemTime", "now"]), Anywhere(&["Timestamp", "now"]), Anywhere(&["Zoned", "now"])],
        advice: "only node/src/runtime/clock.rs asks for the time: take it from there, or as an argument",
    },
    Rule {
        within: &["node"],
        except: &STOPWATCHES,
        // Tests wait for a condition with a deadline, and the deadline is a real one.
        tests_may: true,
        wanted: &[Anywhere(&["Instant", "now"])],
        advice: "decisions take their time from node/src/runtime/clock.rs; if this only measures, add the file to STOPWATCHES in tests/tidy/imports.rs",
    },
    Rule {
        within: &["node"],
        except: &[],
        tests_may: false,
        wanted: &[Start(&["kith_tests"])],
        advice: "the program does not know its tests: move what both need into the node",
    },
];

/// The problems of all files.
pub(crate) fn check(files: &[Source]) -> Vec<Problem> {
    files.iter().filter(|file| file.is_rust()).flat_map(check_file).collect()
}

fn check_file(file: &Source) -> Vec<Problem> {
    let rules: Vec<&Rule> = RULES
        .iter()
        .filter(|rule| rule.within.iter().any(|place| file.is_within(place)))
        .filter(|rule| !rule.except.iter().any(|place| file.is_within(place)))
        .collect();
    if rules.is_empty() {
        return Vec::new();
    }
    let tokens = match file.tokens() {
        Ok(tokens) => tokens,
        Err(problem) => return vec![problem],
    };
    let mut problems = Vec::new();
    for mention in mentions(tokens, &module_of(&file.path)) {
        let in_test = mention.test || file.is_test_code();
        for rule in &rules {
            let free = rule.tests_may && in_test;
            if !free && rule.wanted.iter().any(|wanted| wanted.matches(&mention)) {
                let advice = format!("`{}`: {}.", mention.written(), rule.advice);
                problems.push(file.problem(mention.line, advice));
            }
        }
    }
    problems
}

/// The module path of a file inside its crate: `node/src/store/journal.rs` is `store`, `journal`.
pub(crate) fn module_of(path: &str) -> Vec<String> {
    let inside = path.split_once("src/").map_or("", |(_, inside)| inside);
    let stem = inside.strip_suffix(".rs").unwrap_or(inside);
    match stem {
        "" | "lib" | "main" => Vec::new(),
        stem => stem.split('/').map(str::to_owned).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the rules say of one planted file: the offending paths.
    fn caught(path: &str, text: &str) -> Vec<String> {
        check(&[Source::planted(path, text)])
            .into_iter()
            .map(|problem| {
                let word = problem.advice.split('`').nth(1);
                word.expect("the advice names the path").to_owned()
            })
            .collect()
    }

    #[test]
    fn the_protocol_reaches_for_nothing_outside() {
        for (text, path) in [
            ("use tokio::spawn;", "tokio::spawn"),
            ("use libp2p_gossipsub::X;", "libp2p_gossipsub::X"),
            ("use sled::Db;", "sled::Db"),
            ("use axum::Router;", "axum::Router"),
            ("fn f() { tracing::info!(\"x\"); }", "tracing::info"),
            ("use std::{fmt, fs::File};", "std::fs::File"),
            ("fn f(a: std::net::IpAddr) {}", "std::net::IpAddr"),
            ("use std::time::{Duration, SystemTime};", "std::time::SystemTime"),
            ("fn f() { std::time::Instant::now(); }", "std::time::Instant::now"),
            ("use std::collections::HashMap;", "std::collections::HashMap"),
            ("struct S { a: HashSet<u8> }", "HashSet"),
            ("use rand_core::OsRng;", "rand_core::OsRng"),
            ("fn f() { getrandom::fill(&mut []); }", "getrandom::fill"),
            ("fn f() { rand::thread_rng(); }", "rand::thread_rng"),
            ("fn f() { rand::rng(); }", "rand::rng"),
            ("#[cfg(test)] mod tests { use std::fs::read; }", "std::fs::read"),
        ] {
            assert_eq!(caught("protocol/src/lane.rs", text), [path], "{text}");
        }
    }

    #[test]
    fn the_protocol_may_use_what_is_pure() {
        let text = "//! Not `std::fs`, HashMap or tokio.\nuse std::{collections::BTreeMap, fmt, time::Duration};\
                    fn f(tracing: &str) -> String { format!(\"HashMap {tracing}\") }";
        assert_eq!(caught("protocol/src/lane.rs", text), [""; 0]);
    }

    #[test]
    fn network_and_store_do_not_know_each_other() {
        let upwards = "use super::super::store::Journal;";
        assert_eq!(caught("node/src/network/codec.rs", upwards), ["crate::store::Journal"]);
        let direct = "fn f() { crate::network::start() }";
        assert_eq!(caught("node/src/store.rs", direct), ["crate::network::start"]);
        assert_eq!(caught("node/src/runtime/clerk.rs", direct), [""; 0]);
    }

    #[test]
    fn libp2p_and_sled_stay_in_their_rooms() {
        let libp2p = "use libp2p::PeerId;";
        assert_eq!(caught("node/src/runtime/outbox.rs", libp2p), ["libp2p::PeerId"]);
        assert_eq!(caught("node/src/network/limits.rs", libp2p), [""; 0]);
        let sled = "fn f(tree: &sled::Tree) {}";
        assert_eq!(caught("node/src/search/index.rs", sled), ["sled::Tree"]);
        assert_eq!(caught("node/src/store/index.rs", sled), [""; 0]);
    }

    #[test]
    fn the_faces_reach_the_core_only_through_the_runtime() {
        let text = "use crate::{runtime::Handle, store::Journal, network::Peer};";
        for place in ["node/src/api/v1/offers.rs", "node/src/web.rs"] {
            assert_eq!(caught(place, text), ["crate::store::Journal", "crate::network::Peer"]);
        }
        assert_eq!(caught("node/src/cli/offer.rs", text).len(), 3);
        assert_eq!(caught("node/src/cli/init.rs", text), [""; 0]);
        assert_eq!(caught("node/src/cli/initial.rs", text).len(), 3);
    }

    #[test]
    fn only_the_clock_asks_for_the_time() {
        let system = "fn f() { std::time::SystemTime::now(); }";
        assert_eq!(caught("node/src/runtime/clerk.rs", system), ["std::time::SystemTime::now"]);
        assert_eq!(caught("node/src/runtime/clock.rs", system), [""; 0]);
        let zoned = "use jiff::Zoned; fn f() { Zoned::now(); }";
        assert_eq!(caught("node/src/web/home.rs", zoned), ["Zoned::now"]);
        let instant = "fn f() { tokio::time::Instant::now(); }";
        assert_eq!(caught("node/src/network/limits.rs", instant), ["tokio::time::Instant::now"]);
        assert_eq!(caught("node/src/health.rs", instant), [""; 0]);
        assert_eq!(caught("node/src/network/tests.rs", instant), [""; 0]);
        let in_test = "#[cfg(test)] mod tests { fn f() { Instant::now(); } }";
        assert_eq!(caught("node/src/network/limits.rs", in_test), [""; 0]);
    }

    #[test]
    fn the_node_does_not_know_its_tests() {
        let text = "use kith_tests::World;";
        assert_eq!(caught("node/src/demo.rs", text), ["kith_tests::World"]);
        assert_eq!(caught("tests/simulation.rs", text), [""; 0]);
    }

    #[test]
    fn a_file_that_cannot_be_read_is_a_problem_and_not_a_pass() {
        let problems = check(&[Source::planted("protocol/src/a.rs", "fn f( {")]);
        assert_eq!(problems.len(), 1);
    }

    #[test]
    fn the_module_of_a_file_is_its_path_in_the_crate() {
        assert_eq!(module_of("node/src/store/journal.rs"), ["store", "journal"]);
        assert_eq!(module_of("node/src/lib.rs"), [""; 0]);
    }
}
