//! Many seeded worlds, each full of trouble: whatever happens, what must always be true is, and once the trouble is over
//! everything settles.
//!
//! `KITH_SEEDS` says how many seeds to run, `KITH_SEED` runs one of them and prints what happened in it.
#![expect(clippy::print_stdout, reason = "the figures are what a person wants to see")]

use kith_tests::{
    coverage::Coverage,
    world::{Breach, Outcome, Settings, run},
};
use std::{
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    thread,
};

/// How many seeds to run unless `KITH_SEEDS` says otherwise.
const SEEDS: u64 = 2_000;
/// Within how many seeds each breach must be found.
const BREACH_SEEDS: u64 = 1_000;
/// How many of the last events a failure shows.
const LAST: usize = 60;
/// Seeds that once showed a fault. They run first.
const FIXED: &[u64] = &[33, 102, 183, 602, 1_965, 2_770, 2_839, 4_228, 4_849, 9_880, 11_161];

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().unwrap_or_else(|_| panic!("{name}={text} is not a number")))
}

/// Runs the seed again with its trace and says what to do.
fn explain(settings: Settings) -> String {
    let Outcome { violation, trace, .. } = run(Settings { trace: true, ..settings });
    let seed = settings.seed;
    let last = &trace[trace.len().saturating_sub(LAST)..];
    format!(
        "{}\n{violation:?}\nRun it again with: KITH_SEED={seed} cargo test -p kith-tests --test simulation -- --nocapture",
        last.join("\n")
    )
}

/// Runs the seeds on all cores; the lowest one that broke a law, and all that happened.
fn run_all(seeds: &[u64], settings: impl Fn(u64) -> Settings + Sync) -> (Option<u64>, Coverage) {
    let next = AtomicU64::new(0);
    let found: Mutex<(Option<u64>, Coverage)> = Mutex::new((None, Coverage::default()));
    let cores = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        for _ in 0..cores {
            scope.spawn(|| {
                let mut coverage = Coverage::default();
                let mut broken = None;
                while broken.is_none() {
                    let place = usize::try_from(next.fetch_add(1, Ordering::Relaxed)).unwrap_or(usize::MAX);
                    let Some(seed) = seeds.get(place) else { break };
                    let outcome = run(settings(*seed));
                    coverage.merge(&outcome.coverage);
                    broken = outcome.violation.map(|_| *seed);
                }
                let mut found = found.lock().unwrap_or_else(PoisonError::into_inner);
                found.1.merge(&coverage);
                if let Some(seed) = broken {
                    next.store(u64::MAX / 2, Ordering::Relaxed);
                    found.0 = Some(found.0.map_or(seed, |other| other.min(seed)));
                }
            });
        }
    });
    found.into_inner().unwrap_or_else(PoisonError::into_inner)
}

#[test]
fn every_seed_keeps_every_law_and_settles() {
    if let Some(seed) = number("KITH_SEED") {
        let settings = Settings { trace: true, ..Settings::honest(seed) };
        let outcome = run(settings);
        println!("{}\n{}", outcome.trace.join("\n"), outcome.coverage);
        assert_eq!(outcome.violation, None, "seed {seed}");
        return;
    }
    let count = number("KITH_SEEDS").unwrap_or(SEEDS);
    let seeds: Vec<u64> = FIXED.iter().copied().chain(0..count).collect();
    let (broken, coverage) = run_all(&seeds, Settings::honest);
    println!("{count} seeds\n{coverage}");
    if let Some(seed) = broken {
        panic!("{}", explain(Settings::honest(seed)));
    }
}

#[test]
fn one_seed_is_one_history() {
    for seed in [1, 77, 4_000_000_001] {
        let (once, twice) = (run(Settings::honest(seed)), run(Settings::honest(seed)));
        assert_eq!((once.hash, once.violation), (twice.hash, twice.violation), "seed {seed}");
    }
}

#[test]
fn keeping_the_trace_changes_nothing() {
    let (with, without) = (run(Settings { trace: true, ..Settings::honest(5) }), run(Settings::honest(5)));
    assert_eq!(with.hash, without.hash);
    assert!(!with.trace.is_empty());
}

/// How many seeds it takes to find a breach, which must break one of these laws first.
fn found_within(breach: Breach, blind: Option<&'static str>, laws: &[&str]) {
    for seed in 0..BREACH_SEEDS {
        let settings = Settings { breach: Some(breach), blind, ..Settings::honest(seed) };
        if let Some(violation) = run(settings).violation {
            println!("{breach:?}, blind to {blind:?}: found after {} seeds: {violation:?}", seed + 1);
            assert!(laws.contains(&violation.law), "{violation:?} is not what {breach:?} breaks");
            return;
        }
    }
    panic!("{breach:?} was not found within {BREACH_SEEDS} seeds");
}

#[test]
fn sending_before_it_is_durable_is_found() {
    found_within(Breach::SendsBeforePersist, None, &["persist"]);
}

#[test]
fn sending_before_it_is_durable_is_found_by_what_comes_of_it() {
    found_within(Breach::SendsBeforePersist, Some("persist"), &["I1", "I3", "I4", "I8"]);
}

#[test]
fn a_limit_that_ignores_the_undecided_is_found() {
    found_within(Breach::LimitIgnoresUndecided, None, &["I6"]);
}

#[test]
fn an_old_backup_that_signs_again_is_found() {
    found_within(Breach::RestoresOldBackup, None, &["I1", "I4", "I5"]);
}

#[test]
fn an_exchange_id_used_twice_is_found() {
    found_within(Breach::ForgetsExchangeIds, None, &["I7"]);
}

#[test]
fn a_request_carried_out_twice_is_found() {
    found_within(Breach::ForgetsAnswers, None, &["repeat"]);
}

#[test]
fn signing_after_a_restore_without_asking_is_found() {
    found_within(Breach::SignsWithoutResume, None, &["I1", "I3", "I4", "I5", "I8"]);
}

#[test]
fn an_answer_to_a_request_of_another_session_is_found() {
    found_within(Breach::ResumesOutsideSession, None, &["session"]);
}
