//! How soon a node answers after `kill -9`, and what memory it then rests in.
//!
//! Each round is honest work for two processes of their own: one makes the ledger grow and is killed while the last entries
//! are in the journal only, the other is started on what is left and says when it first answered.

use crate::{
    fixture::{
        CACHE_BYTES, MEMBERS, admit, exchange_id, founding, make, one_minute, pair, runtime, signers, starting, until,
    },
    numbers::Figures,
    options::Options,
    report::{Direction, Line, Report, say},
};
use anyhow::{Context as _, Result, bail, ensure};
use kith::{
    runtime::{self, book::Book, clock, found, home},
    store::DirectoryLock,
};
use kith_protocol::{
    key::Signature,
    ledger::{Agreed, Consent, ExchangeTerms},
    machine::{Command, Effect, Effects, Input, Machine},
    member::Role,
};
use serde::{Deserialize, Serialize};
use std::{
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
    process::{self, Child, ChildStdout, Stdio},
    time::{Duration, Instant},
};

/// How many exchanges the grower commits together: what the clerk does under load.
const GROUP: u64 = 512;
/// Entries that only the journal knows when the node is killed: one fewer than bring snapshot and index up.
const TAIL: u64 = runtime::book::SETTLE_FACTS - 1;
/// How long a node is left alone before its memory counts as idle.
const REST: Duration = Duration::from_secs(3);

/// What a started node says of itself.
#[derive(Debug, Serialize, Deserialize)]
struct Opened {
    /// From the first line of the program to the first answer, in milliseconds.
    millis: f64,
    /// Facts read back from the journal.
    replayed: u64,
    /// Ledger entries it answered with.
    entries: u64,
    /// Resident memory, in bytes.
    resident: f64,
}

/// A process of this program that is killed without a word.
struct Doomed {
    child: Child,
    output: BufReader<ChildStdout>,
}

impl Doomed {
    fn spawn(program: &Path, args: &[&str]) -> Result<Self> {
        let mut child = process::Command::new(program)
            .args(args)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("{} cannot be started", program.display()))?;
        let output = BufReader::new(child.stdout.take().context("a process without output")?);
        Ok(Self { child, output })
    }

    fn line(&mut self) -> Result<String> {
        let mut line = String::new();
        ensure!(self.output.read_line(&mut line)? > 0, "the process ended early: {:?}", self.child.wait()?);
        Ok(line)
    }
}

impl Drop for Doomed {
    fn drop(&mut self) {
        // `kill` is SIGKILL: nothing is written, closed or said any more. It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Starts on the directory and reads what `open` says: at the first answer, and at rest.
fn opened(dir: &str) -> Result<(f64, Opened, Opened)> {
    let begun = Instant::now();
    let mut node = Doomed::spawn(&std::env::current_exe()?, &["--open", dir])?;
    let first = node.line()?;
    let whole = begun.elapsed().as_secs_f64() * 1e3;
    Ok((whole, serde_json::from_str(&first)?, serde_json::from_str(&node.line()?)?))
}

#[derive(Default)]
struct Found {
    process: Figures,
    core: Figures,
    empty_process: Figures,
    resident: Figures,
    empty_resident: Figures,
    program: Figures,
    empty_program: Figures,
}

/// Measures and reports.
pub(crate) fn measure(options: &Options, dir: &Path, report: &mut Report) -> Result<()> {
    let dir = make(dir)?;
    let (old, new) = (dir.join("old"), dir.join("new"));
    found(&old, &founding("Old"))?;
    found(&new, &founding("New"))?;
    let (old_text, new_text) = (old.to_string_lossy().into_owned(), new.to_string_lossy().into_owned());
    let program = program();
    let mut figures = Found::default();
    let mut entries = options.entries;
    for round in 1..=options.rounds {
        report.progress(&format!("  start: round {round} of {}, {entries} entries", options.rounds));
        grow(&old_text, entries)?;
        let (whole, first, idle) = opened(&old_text)?;
        ensure!(first.entries == entries, "{} entries were found instead of {entries}", first.entries);
        ensure!(first.replayed >= TAIL.min(entries / 2), "only {} facts were read back", first.replayed);
        let (empty, _, empty_idle) = opened(&new_text)?;
        figures.process.push(whole);
        figures.core.push(first.millis);
        figures.empty_process.push(empty);
        figures.resident.push(idle.resident / 1e6);
        figures.empty_resident.push(empty_idle.resident / 1e6);
        if let Some(program) = &program {
            entries += 2 * TAIL;
            grow(&old_text, entries)?;
            figures.program.push(served(program, &old_text, entries)?);
            figures.empty_program.push(served(program, &new_text, 1)?);
        }
        entries += 2 * TAIL;
    }
    if program.is_none() {
        report.remark("The program itself was not started: build it with `cargo build --release` first.".to_owned());
    }
    lines(figures, report);
    Ok(())
}

fn grow(dir: &str, entries: u64) -> Result<()> {
    let tail = TAIL.min(entries / 2).to_string();
    let mut grower = Doomed::spawn(&std::env::current_exe()?, &["--crash", dir, &entries.to_string(), &tail])?;
    ensure!(grower.line()?.trim() == "grown", "the ledger was not built");
    Ok(())
}

fn lines(found: Found, report: &mut Report) {
    let mut add = |what, unit, measured: &Figures, other: &Figures, most, note| {
        let (measured, other, against) = (measured.clone(), other.clone(), "the same of a fresh node".to_owned());
        let direction = Some(Direction::FigureAtMost(most));
        report.add(Line { what, unit, measured, against, other, direction, note });
    };
    let note = "Killed with SIGKILL while 19,999 entries were in the journal only: the longest tail in quiet use. The pages of \
                the file system are still in memory, as after a crash of the program, not of the machine.";
    add(
        "kill -9 to first answer, 1,000,000 entries, in-process",
        "ms",
        &found.process,
        &found.empty_process,
        100.0,
        note,
    );
    add("of which opening and answering", "ms", &found.core, &found.empty_process, 100.0, note);
    if !found.program.is_empty() {
        let note = "`kith serve`, started after a SIGKILL with 19,999 entries in the journal only, until it answered \
                    GET /api/v1/status.";
        add("kill -9 to first status of `kith serve`", "ms", &found.program, &found.empty_program, 100.0, note);
    }
    let note = "VmRSS three seconds after the first answer and once the index is brought up; nobody is connected.";
    add("memory at rest, 1,000,000 entries", "MB", &found.resident, &found.empty_resident, 40.0, note);
    add("memory at rest, a fresh node", "MB", &found.empty_resident, &found.empty_resident, 40.0, note);
}

/// The program, if it was built beside this benchmark.
fn program() -> Option<PathBuf> {
    let beside = std::env::current_exe().ok()?;
    let program = beside.parent()?.parent()?.join("kith");
    let serves = process::Command::new(&program).args(["serve", "--help"]).output().ok()?;
    // A program without commands would answer nothing.
    (serves.status.success() && !serves.stdout.is_empty()).then_some(program)
}

#[derive(Deserialize)]
struct Ready {
    url: String,
}

/// Milliseconds from the start of `kith serve` to its first status.
fn served(program: &Path, dir: &str, entries: u64) -> Result<f64> {
    let begun = Instant::now();
    let args = ["serve", "--dir", dir, "--json", "--http", "127.0.0.1:0", "--listen", "/ip4/127.0.0.1/tcp/0"];
    let mut node = Doomed::spawn(program, &args)?;
    let ready: Ready = serde_json::from_str(&node.line()?).context("`kith serve` did not say where it is")?;
    let status = ureq::get(format!("{}/api/v1/status", ready.url)).call()?.body_mut().read_to_string()?;
    let time = begun.elapsed();
    let status: serde_json::Value = serde_json::from_str(&status)?;
    ensure!(
        status["entries"].as_u64().is_some_and(|found| found >= entries),
        "entries are missing: {}",
        status["entries"]
    );
    Ok(time.as_secs_f64() * 1e3)
}

/// The grower: makes the ledger in `dir` reach `entries`, says so, and waits for its end.
pub(crate) fn crash(dir: &Path, entries: u64, tail: u64) -> Result<()> {
    let _lock = DirectoryLock::acquire(dir)?;
    let home = home::open(dir)?;
    let mut grower = Grower::open(runtime::open(&home, CACHE_BYTES)?)?;
    grower.grow_to(entries - tail, true)?;
    grower.settle_all();
    grower.grow_to(entries, false)?;
    say("grown")?;
    std::thread::sleep(Duration::from_secs(3_600));
    bail!("nobody came to kill this process")
}

/// Drives machine and book as the clerk does, without the checks of signatures before it.
struct Grower {
    machine: Machine,
    book: Book,
    consents: Vec<Consent>,
    members: Vec<kith_protocol::id::MemberId>,
}

impl Grower {
    fn open(recovered: runtime::book::Recovered) -> Result<Self> {
        let runtime::book::Recovered { machine, book, .. } = recovered;
        let signers = signers(MEMBERS);
        // Nothing looks at them again: a node judges signatures before it records, not when it starts.
        let signature = Signature([0x5a; 64]);
        let consents = signers.iter().map(|s| Consent::Key { key: s.secret.public(), signature }).collect();
        let mut grower = Self { machine, book, consents, members: signers.iter().map(|s| s.id).collect() };
        let ledger = grower.machine.state().ledger();
        let coordinator = ledger.members().iter().find(|(_, member)| member.role == Role::Coordinator);
        let by = *coordinator.context("the community has no coordinator")?.0;
        if ledger.members().len() == 1 {
            signers.iter().try_for_each(|signer| grower.command(admit(signer, by)))?;
        }
        grower.book.commit()?;
        Ok(grower)
    }

    fn command(&mut self, command: Command) -> Result<()> {
        let input = Input::Command { id: 0, request: None, command };
        let Effects { batch, rest } = self.machine.handle(clock::now(), input, &self.book);
        for effect in rest {
            if let Effect::Reply { result: Err(why), .. } = effect {
                bail!("refused: {why}");
            }
        }
        self.book.absorb(&batch)?;
        self.book.count(batch.facts.len());
        Ok(())
    }

    fn exchange(&mut self) -> Result<()> {
        let community = self.machine.identity().community;
        let n = self.book.entries();
        let (giver, receiver) = pair(n, self.members.len());
        let consents = vec![Some(self.consents[giver].clone()), Some(self.consents[receiver].clone())];
        let terms = ExchangeTerms {
            community,
            exchange: exchange_id(&community, n),
            giver: self.members[giver],
            receiver: self.members[receiver],
            minutes: one_minute(),
            made_at: clock::now(),
            details: None,
        };
        self.command(Command::Exchange(Agreed::from_own_journal(terms, consents)))
    }

    fn grow_to(&mut self, entries: u64, settling: bool) -> Result<()> {
        while self.book.entries() < entries {
            let group = GROUP.min(entries - self.book.entries());
            (0..group).try_for_each(|_| self.exchange())?;
            self.book.commit()?;
            if settling && self.book.wants_settling() {
                self.book.settle(self.machine.state());
            }
        }
        Ok(())
    }

    /// Brings snapshot and index up to the last entry.
    fn settle_all(&mut self) {
        let rest = |book: &Book| {
            while book.settling() {
                std::thread::sleep(Duration::from_millis(1));
            }
        };
        rest(&self.book);
        self.book.settle(self.machine.state());
        rest(&self.book);
    }
}

/// The opener: starts the node of `dir`, says when it first answered and what memory it rests in, and waits for its end.
pub(crate) fn open(dir: &Path) -> Result<()> {
    let begun = Instant::now();
    let runtime = runtime()?;
    runtime.block_on(async {
        let node = runtime::start(dir, starting()).await?;
        let entries = node.handle.look(|_, book| book.entries()).await?;
        let millis = begun.elapsed().as_secs_f64() * 1e3;
        let replayed = node.replayed;
        let now = || anyhow::Ok(Opened { millis, replayed, entries, resident: resident()? });
        say(&serde_json::to_string(&now()?)?)?;
        tokio::time::sleep(REST).await;
        until("the index to be brought up", || async {
            Ok(node.handle.look(|_, book| !book.settling() && !book.wants_settling()).await?)
        })
        .await?;
        say(&serde_json::to_string(&now()?)?)?;
        tokio::time::sleep(Duration::from_secs(3_600)).await;
        bail!("nobody came to kill this process")
    })
}

/// Resident memory of this process in bytes.
fn resident() -> Result<f64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib: u32 =
        line.and_then(|line| line.split_whitespace().next()).context("the system tells no VmRSS")?.parse()?;
    Ok(f64::from(kib) * 1024.0)
}
