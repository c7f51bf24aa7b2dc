//! The program under test, and running it as a person would.

use super::wait::wait_within;
use anyhow::{Context as _, Result, bail};
use std::{
    ffi::OsStr,
    io::{Read, Write as _},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::OnceLock,
    thread,
    time::Duration,
};

/// How long one command may take. Most answer at once; the demonstration with real figures plays tens of thousands of
/// exchanges, which takes a debug build on a busy machine several minutes.
const COMMAND_PATIENCE: Duration = Duration::from_secs(1_200);

/// The program `kith`: the one that `KITH_BIN` names, else the one of the profile these tests were built with, brought up
/// to date first. It is built by itself, because the tests' own build may switch on features that the program has not.
///
/// # Panics
/// When it cannot be built: then no test of the whole can run.
pub fn program() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| match std::env::var_os("KITH_BIN") {
        Some(path) => PathBuf::from(path),
        None => build().expect("the program under test can be built"),
    })
}

fn build() -> Result<PathBuf> {
    let test = std::env::current_exe().context("this test does not know where it is")?;
    // TARGET/PROFILE/deps/test-0123456789abcdef
    let out = test.ancestors().nth(2).context("this test does not lie in a target directory")?;
    let target = out.parent().context("this test does not lie in a target directory")?;
    let profile = match out.file_name().and_then(OsStr::to_str).context("the profile has no name")? {
        "debug" => "dev",
        other => other,
    };
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join("Cargo.toml");
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.args(["build", "--quiet", "--locked", "--package", "kith", "--bin", "kith"]);
    command.args(["--profile", profile]).arg("--target-dir").arg(target).arg("--manifest-path").arg(workspace);
    // What the test runner says of the tests' own package is not the program's: dependencies that look at it would be
    // built anew each time.
    for (name, _) in std::env::vars_os() {
        if name.to_str().is_some_and(|name| name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_")) {
            command.env_remove(name);
        }
    }
    let built = command.status().context("cargo does not run")?;
    if !built.success() {
        bail!("cargo could not build the program: {built}");
    }
    Ok(out.join(format!("kith{}", std::env::consts::EXE_SUFFIX)))
}

/// The program with arguments, ready to run, without settings from this process's own environment.
#[must_use]
pub fn command<S: AsRef<OsStr>>(args: &[S]) -> Command {
    command_in(&[], args)
}

/// The same, started by another program that becomes it, such as `ip netns exec NAME`.
pub(super) fn command_in<S: AsRef<OsStr>>(by: &[&str], args: &[S]) -> Command {
    let mut command = match by.split_first() {
        None => Command::new(program()),
        Some((first, rest)) => {
            let mut command = Command::new(first);
            command.args(rest).arg(program());
            command
        }
    };
    command.args(args).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    for (name, _) in std::env::vars_os() {
        if name.to_str().is_some_and(|name| name.starts_with("KITH_")) {
            command.env_remove(name);
        }
    }
    command
}

/// What came of running the program.
#[derive(Debug, Clone)]
pub struct Ran {
    /// The exit code; `None` when a signal ended it.
    pub code: Option<i32>,
    /// What it printed.
    pub out: String,
    /// What it said on standard error.
    pub err: String,
}

impl Ran {
    /// What it printed, as JSON.
    ///
    /// # Errors
    /// When it is none.
    pub fn json(&self) -> Result<serde_json::Value> {
        serde_json::from_str(&self.out).with_context(|| format!("this is not JSON: {self:?}"))
    }

    /// This, if the program ended well.
    ///
    /// # Errors
    /// When it did not; says what it said.
    pub fn ok(self) -> Result<Self> {
        if self.code == Some(0) { Ok(self) } else { bail!("the program failed: {self:?}") }
    }
}

/// Runs the program to its end.
///
/// # Errors
/// When it cannot be started or does not end.
pub fn run<S: AsRef<OsStr>>(args: &[S]) -> Result<Ran> {
    finish(command(args), None)
}

/// The same with something on its standard input.
///
/// # Errors
/// When it cannot be started or does not end.
pub fn run_with_input<S: AsRef<OsStr>>(args: &[S], input: &str) -> Result<Ran> {
    let mut command = command(args);
    command.stdin(Stdio::piped());
    finish(command, Some(input))
}

fn finish(mut command: Command, input: Option<&str>) -> Result<Ran> {
    let mut child = command.spawn().with_context(|| format!("{command:?} cannot be started"))?;
    if let (Some(mut stdin), Some(input)) = (child.stdin.take(), input) {
        // A program that refuses before it reads closes its end: what it says then is what is judged.
        let _ = stdin.write_all(input.as_bytes());
    }
    let out = reading(child.stdout.take());
    let err = reading(child.stderr.take());
    let ended = wait_within(COMMAND_PATIENCE, &format!("the end of {command:?}"), || Ok(child.try_wait()?));
    if ended.is_err() {
        child.kill().context("a command that does not end cannot be killed")?;
        child.wait()?;
    }
    let text = |reader: thread::JoinHandle<String>| reader.join().expect("reading a pipe does not panic");
    let (out, err) = (text(out), text(err));
    match ended {
        Ok(status) => Ok(Ran { code: status.code(), out, err }),
        Err(error) => Err(error.context(format!("so far it printed {out:?} and said {err:?}"))),
    }
}

fn reading(pipe: Option<impl Read + Send + 'static>) -> thread::JoinHandle<String> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(mut pipe) = pipe {
            // What was read before an error still tells most of it.
            let _ = pipe.read_to_end(&mut bytes);
        }
        String::from_utf8_lossy(&bytes).into_owned()
    })
}
