//! The command line. Commands speak HTTP to a running node, but for the few that make its files, start it on them, or
//! read them while it does not run.

mod init;
mod output;
mod reach;
mod serve;
mod status;

use crate::failure::{Exit, Failure};
use clap::{Parser, Subcommand, error::ErrorKind};
use output::Out;
use std::{
    ffi::OsString,
    io::{IsTerminal as _, Write},
    process::ExitCode,
};

/// What stands under every command's help.
const AFTER_HELP: &str = "\
Exit codes:
   0  it is done
   1  a rule said no; nothing was changed
   2  the command, an option or a setting is wrong
   3  the node does not run, cannot be reached, or is too busy
   4  the exported ledger is not what it says
   5  what was asked for is not here
  74  the disk refuses, or what is on it is damaged

Example, from nothing to a running node:
  kith init --dir elm --name \"Elm Street\"
  kith serve --dir elm";

/// Kith: the node of a time bank. An hour is an hour.
#[derive(Debug, Parser)]
#[command(name = "kith", version, about, after_help = AFTER_HELP, max_term_width = 100)]
struct Cli {
    /// Give results and errors as JSON on standard output, for programs.
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Init(init::Init),
    Serve(serve::Serve),
    Status(status::Status),
    /// List the exit codes, for scripts.
    ///
    /// Example: kith exit-codes --json
    #[command(name = "exit-codes")]
    ExitCodes,
}

/// Runs the program with the arguments of the process.
#[must_use]
pub fn main() -> ExitCode {
    let terminal = std::io::stdout().is_terminal();
    run(std::env::args_os(), terminal, &mut std::io::stdout(), &mut std::io::stderr()).into()
}

/// Runs one command. `terminal` says whether a person reads the output as it comes.
pub fn run(
    args: impl IntoIterator<Item = OsString>,
    terminal: bool,
    stdout: &mut dyn Write,
    stderr: &mut dyn Write,
) -> Exit {
    let args: Vec<OsString> = args.into_iter().collect();
    let (json, result) = match Cli::try_parse_from(&args) {
        Ok(cli) => (cli.json, dispatch(cli.command, &mut Out::new(stdout, cli.json, terminal))),
        Err(error) if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) => {
            (false, Out::new(stdout, false, terminal).raw(&error.to_string()))
        }
        Err(error) => (args.iter().any(|arg| arg == "--json"), Err(Failure::usage(usage(&error)))),
    };
    match result {
        Ok(()) => Exit::Done,
        Err(failure) => {
            tell(&failure, json, stdout, stderr);
            failure.exit
        }
    }
}

/// What clap says, without its own "error:".
fn usage(error: &clap::Error) -> String {
    let text = error.to_string();
    text.strip_prefix("error: ").unwrap_or(&text).trim_end().to_owned()
}

fn tell(failure: &Failure, json: bool, stdout: &mut dyn Write, stderr: &mut dyn Write) {
    if failure.is_silent() {
        return;
    }
    // With both outputs closed there is nobody left to tell; the exit code still says it.
    let _ = if json { writeln!(stdout, "{}", failure.to_json()) } else { writeln!(stderr, "kith: {}", failure.detail) };
    let _ = stdout.flush();
}

fn dispatch(command: Command, out: &mut Out<'_>) -> Result<(), Failure> {
    match command {
        Command::Init(init) => init.run(out),
        Command::Serve(serve) => serve.run(out),
        Command::Status(status) => status.run(out),
        Command::ExitCodes => exit_codes(out),
    }
}

fn exit_codes(out: &mut Out<'_>) -> Result<(), Failure> {
    let codes: Vec<_> =
        Exit::ALL.iter().map(|exit| serde_json::json!({"code": exit.code(), "meaning": exit.meaning()})).collect();
    let text = || Exit::ALL.map(|exit| format!("{:>4}  {}", exit.code(), exit.meaning())).join("\n");
    out.result(&codes, |_| text())
}
