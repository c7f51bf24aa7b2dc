//! How soon a node answers after `kill -9`, and what memory it then rests in.
//!
//! Each round is honest work for two processes of their own: one makes the ledger grow and is killed while the last entries
//! are in the journal only, the other is started on what is left and says when it first answered.

use crate::{
    fixture::{MEMBERS, admit, exchange_id, founding, make, one_minute, pair, runtime, settings, signers},
    numbers::Figures,
    options::Options,
    report::{Direction, Line, Report, say},
};
use anyhow::{Context as _, Result, bail, ensure};
use kith::{
    runtime::{self, book::Book, clock, found, home},
    serve,
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

/// What a started node says of itself: what `kith serve --json` does.
#[derive(Debug, Serialize, Deserialize)]
struct Ready {
    /// Where it answers.
    url: String,
    /// Facts read back from the journal, where it says so.
    #[serde(default)]
    replayed: u64,
}

/// What was seen of a started node.
struct Seen {
    /// From the start of the process to its first status, in milliseconds.
    millis: f64,
    /// Resident memory at rest, in megabytes.
    resident: f64,
    /// Facts read back from the journal.
    replayed: u64,
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

impl Doomed {
    /// Resident memory in megabytes.
    fn resident(&self) -> Result<f64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kib = line.and_then(|line| line.split_whitespace().next()).context("the system tells no VmRSS")?;
        Ok(kib.parse::<f64>()? * 1024.0 / 1e6)
    }
}

impl Drop for Doomed {
    fn drop(&mut self) {
        // `kill` is SIGKILL: nothing is written, closed or said any more. It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Starts a node on the directory, asks it for its status, and looks at its memory when it rests.
fn seen(program: &Path, args: &[&str], entries: u64) -> Result<Seen> {
    let begun = Instant::now();
    let mut node = Doomed::spawn(program, args)?;
    let ready: Ready = serde_json::from_str(&node.line()?).context("the node did not say where it is")?;
    let status = ureq::get(format!("{}/api/v1/status", ready.url)).call()?.body_mut().read_to_string()?;
    let millis = begun.elapsed().as_secs_f64() * 1e3;
    let status: serde_json::Value = serde_json::from_str(&status)?;
    let found = status["entries"].as_u64();
    ensure!(found == Some(entries), "the node has {found:?} entries instead of {entries}");
    std::thread::sleep(REST);
    Ok(Seen { millis, resident: node.resident()?, replayed: ready.replayed })
}

#[derive(Default)]
struct Found {
    millis: Figures,
    resident: Figures,
    empty_millis: Figures,
    empty_resident: Figures,
}

impl Found {
    /// One round: the ledger grows and is killed, then both nodes are started and killed.
    fn round(
        &mut self,
        program: &Path,
        args: &dyn Fn(&str) -> Vec<String>,
        dirs: [&str; 2],
        entries: u64,
    ) -> Result<u64> {
        let tail = TAIL.min(entries / 2);
        let text = [entries, tail].map(|number| number.to_string());
        let mut grower = Doomed::spawn(&std::env::current_exe()?, &["--crash", dirs[0], &text[0], &text[1]])?;
        ensure!(grower.line()?.trim() == "grown", "the ledger was not built");
        drop(grower);
        let start = |dir: &str, entries| {
            let args = args(dir);
            seen(program, &args.iter().map(String::as_str).collect::<Vec<_>>(), entries)
        };
        let (old, empty) = (start(dirs[0], entries)?, start(dirs[1], 1)?);
        self.millis.push(old.millis);
        self.resident.push(old.resident);
        self.empty_millis.push(empty.millis);
        self.empty_resident.push(empty.resident);
        Ok(old.replayed)
    }
}

/// Measures and reports.
pub(crate) fn measure(options: &Options, dir: &Path, report: &mut Report) -> Result<()> {
    let dir = make(dir)?;
    let dirs = [dir.join("old"), dir.join("new")];
    for dir in &dirs {
        found(dir, &founding("Ratios"))?;
    }
    let names = dirs.each_ref().map(|dir| dir.to_string_lossy());
    let names = names.each_ref().map(|name| name.as_ref());
    let own = |dir: &str| vec!["--open".to_owned(), dir.to_owned()];
    let program = program();
    let serve = |dir: &str| {
        let args = ["serve", "--json", "--http", "127.0.0.1:0", "--listen", "/ip4/127.0.0.1/tcp/0", "--dir", dir];
        args.map(str::to_owned).to_vec()
    };
    let (mut ours, mut theirs) = (Found::default(), program.is_some().then(Found::default));
    let mut entries = options.entries;
    for round in 1..=options.rounds {
        report.progress(&format!("  start: round {round} of {}, {entries} entries", options.rounds));
        let replayed = ours.round(&std::env::current_exe()?, &own, names, entries)?;
        ensure!(replayed >= TAIL.min(entries / 2), "only {replayed} facts were read back");
        entries += 2 * TAIL;
        if let (Some(found), Some(program)) = (&mut theirs, &program) {
            match found.round(program, &serve, names, entries) {
                Ok(_) => entries += 2 * TAIL,
                Err(why) => {
                    report.remark(format!("{} was not measured: {why:#}", program.display()));
                    theirs = None;
                    entries += 2 * TAIL;
                }
            }
        }
    }
    let what = [
        "kill -9 to first status, 1,000,000 entries",
        "memory at rest, 1,000,000 entries",
        "memory at rest, a fresh node",
    ];
    lines(&ours, what, report);
    match theirs {
        Some(found) => {
            let what = ["the same, `kith serve`", "the same, `kith serve`", "the same, `kith serve`"];
            lines(&found, what, report);
        }
        None if program.is_none() => {
            report.remark("`kith serve` was not started: `cargo build --release` puts it where this looks.".to_owned());
        }
        None => {}
    }
    Ok(())
}

fn lines(found: &Found, what: [&'static str; 3], report: &mut Report) {
    let mut add = |what, unit, measured: &Figures, other: &Figures, most, note| {
        let (measured, other, against) = (measured.clone(), other.clone(), "the same of a fresh node".to_owned());
        let direction = Some(Direction::FigureAtMost(most));
        report.add(Line { what, unit, measured, against, other, direction, note });
    };
    let note = "A process of its own, from its start to its answer to GET /api/v1/status, after a SIGKILL with 19,999 entries in \
                the journal only: the longest tail in quiet use. The file system's pages are still in memory, as after a crash \
                of the program, not of the machine.";
    add(what[0], "ms", &found.millis, &found.empty_millis, 100.0, note);
    let note = "VmRSS three seconds after the first answer; nobody is connected.";
    add(what[1], "MB", &found.resident, &found.empty_resident, 40.0, note);
    add(what[2], "MB", &found.empty_resident, &Figures::default(), 40.0, note);
}

/// The program, if it was built beside this benchmark.
fn program() -> Option<PathBuf> {
    let beside = std::env::current_exe().ok()?;
    Some(beside.parent()?.parent()?.join("kith")).filter(|program| program.exists())
}

/// The grower: makes the ledger in `dir` reach `entries`, says so, and waits for its end.
pub(crate) fn crash(dir: &Path, entries: u64, tail: u64) -> Result<()> {
    let _lock = DirectoryLock::acquire(dir)?;
    let home = home::open(dir)?;
    let mut grower = Grower::open(runtime::open(&home, u64::from(settings().cache_mib) << 20)?)?;
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

/// The opener: starts the node of `dir` as `kith serve` does, says where it is, and waits for its end.
pub(crate) fn open(dir: &Path) -> Result<()> {
    let runtime = runtime()?;
    runtime.block_on(async {
        let node = Box::pin(serve::start(dir, &settings())).await?;
        say(&serde_json::to_string(&Ready { url: node.url.clone(), replayed: node.running.replayed })?)?;
        tokio::time::sleep(Duration::from_secs(3_600)).await;
        bail!("nobody came to kill this process")
    })
}
