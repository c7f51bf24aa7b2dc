//! The engine: changes inputs, runs them under a cap on memory, and keeps what led to something new.

use crate::MEMORY;
use anyhow::{Context as _, Result, bail};
use kith_tests::cluster::say;
use rand_chacha::{
    ChaCha8Rng,
    rand_core::{Rng as _, SeedableRng as _},
};
use std::{
    collections::BTreeSet,
    env,
    fs::{self, File},
    hash::{DefaultHasher, Hash as _, Hasher as _},
    os::unix::fs::FileExt as _,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

/// How long each target runs, in seconds, unless `KITH_FUZZ_SECONDS` says otherwise.
const SECONDS: u64 = 1;
/// The largest input that is made: the largest thing the protocol reads from a peer is 128 KiB.
const LARGEST: usize = 160 * 1024;
/// How many inputs are kept.
const KEPT: usize = 4_000;
/// Bytes at which readers of lengths and heads go wrong.
const ODD: [u8; 16] = [0, 1, 0x17, 0x18, 0x1b, 0x3b, 0x40, 0x5b, 0x7f, 0x80, 0x9b, 0xa1, 0xbb, 0xf6, 0xfb, 0xff];

/// One at a time: the cap on memory is one for the whole process.
static ALONE: Mutex<()> = Mutex::new(());

/// What is tried.
pub(crate) struct Target<'a> {
    /// What it is called.
    pub(crate) name: &'static str,
    /// Inputs to start from.
    pub(crate) corpus: Vec<Vec<u8>>,
    /// How much memory one input may cost at any moment, in bytes.
    pub(crate) memory: usize,
    /// Tries one input; inputs with another number than all before are kept.
    pub(crate) run: &'a dyn Fn(&[u8]) -> u64,
}

/// A number for words: digits are left out, so that positions and lengths are nothing new.
pub(crate) fn mark(words: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    words.chars().filter(|c| !c.is_ascii_digit()).for_each(|c| c.hash(&mut hasher));
    hasher.finish()
}

/// A number for how something ended.
pub(crate) fn ending<T, E: std::fmt::Display>(result: &Result<T, E>) -> u64 {
    match result {
        Ok(_) => 1,
        Err(why) => mark(&why.to_string()),
    }
}

fn number(name: &str) -> Result<Option<u64>> {
    env::var(name).ok().map(|text| text.parse().with_context(|| format!("{name} is no number"))).transpose()
}

/// Runs one target for its time.
pub(crate) fn drive(target: Target<'_>) -> Result<()> {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let Target { name, mut corpus, memory, run } = target;
    let last = env::temp_dir().join(format!("kith-fuzz-{name}-{}", std::process::id()));
    let file = File::create(&last)?;
    let mut seen = BTreeSet::new();
    let mut runs = 0u64;
    let mut attempt = |input: &[u8]| -> Result<bool> {
        // If the process is ended by the cap on memory, the input is still there.
        file.write_all_at(input, 0)?;
        file.set_len(input.len() as u64)?;
        let before = MEMORY.allocated();
        MEMORY.set_limit(before.saturating_add(memory)).ok().context("the cap on memory cannot be set")?;
        let ended = catch_unwind(AssertUnwindSafe(|| run(input)));
        MEMORY.set_limit(usize::MAX).ok().context("the cap on memory cannot be lifted")?;
        runs += 1;
        match ended {
            Ok(mark) => Ok(seen.insert(mark)),
            Err(_) => bail!("{name} panics; the input is in {}", last.display()),
        }
    };
    if let Some(path) = env::var_os("KITH_FUZZ_INPUT") {
        attempt(&fs::read(path)?)?;
        return Ok(());
    }
    corpus.retain(|input| input.len() <= LARGEST);
    for input in &corpus {
        attempt(input)?;
    }
    let known = seen_count(&corpus);
    let mut dice = ChaCha8Rng::seed_from_u64(number("KITH_FUZZ_SEED")?.unwrap_or(mark(name)));
    let seconds = number("KITH_FUZZ_SECONDS")?.unwrap_or(SECONDS);
    let begun = Instant::now();
    while begun.elapsed() < Duration::from_secs(seconds) {
        let input = change(&mut dice, &corpus);
        if attempt(&input)? && corpus.len() < KEPT {
            corpus.push(input);
        }
    }
    let (kept, endings) = (corpus.len() - known, seen.len());
    fs::remove_file(&last)?;
    say(format_args!(
        "{name}: {runs} inputs in {seconds} s, {endings} different endings, {kept} inputs kept, 0 crashes"
    ));
    Ok(())
}

fn seen_count(corpus: &[Vec<u8>]) -> usize {
    corpus.len()
}

fn below(dice: &mut ChaCha8Rng, n: usize) -> usize {
    usize::try_from(dice.next_u64() % (n.max(1) as u64)).unwrap_or(0)
}

/// An input that was never tried, most likely.
fn change(dice: &mut ChaCha8Rng, corpus: &[Vec<u8>]) -> Vec<u8> {
    let mut input = corpus.get(below(dice, corpus.len())).cloned().unwrap_or_default();
    for _ in 0..=below(dice, 6) {
        let (at, to) = (below(dice, input.len()), below(dice, input.len() + 1));
        let (from, until) = (at.min(to), at.max(to).min(at.min(to) + 64));
        match below(dice, 9) {
            0 if !input.is_empty() => input[at] ^= 1 << below(dice, 8),
            1 if !input.is_empty() => input[at] = ODD[below(dice, ODD.len())],
            2 if !input.is_empty() => input[at] = input[at].wrapping_add(if below(dice, 2) == 0 { 1 } else { 255 }),
            3 => input.insert(to, ODD[below(dice, ODD.len())]),
            4 => drop(input.drain(from..until)),
            5 => {
                let part = input[from..until].to_vec();
                input.splice(to..to, part);
            }
            6 => input.truncate(to),
            7 => {
                let other = &corpus[below(dice, corpus.len())];
                let (start, end) = (below(dice, other.len()), below(dice, other.len() + 1));
                let part = other[start.min(end)..start.max(end)].to_vec();
                input.splice(from..until, part);
            }
            _ => {
                let noise: Vec<u8> = (0..below(dice, 16)).map(|_| dice.next_u64().to_le_bytes()[0]).collect();
                input.splice(to..to, noise);
            }
        }
        input.truncate(LARGEST);
    }
    input
}
