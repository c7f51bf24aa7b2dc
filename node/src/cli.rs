//! The command line. Commands speak HTTP to a running node, but for the few that make its files, start it on them, or
//! read them while it does not run.

mod backup;
mod charter;
mod demo;
mod dispute;
mod exchange;
mod export;
mod handover;
mod import;
mod init;
mod key;
mod ledger;
mod listing;
mod member;
mod need;
mod offer;
mod output;
mod partner;
mod reach;
mod rebuild;
mod restore;
mod rotate_key;
mod serve;
mod sign_in;
mod status;
#[cfg(test)]
mod tests;
mod verify;
mod whole;

use crate::{
    demo::args::DemoArgs,
    failure::{Exit, Failure},
};
use clap::{Parser, Subcommand, error::ErrorKind};
use output::Out;
use std::{
    ffi::OsString,
    io::{IsTerminal as _, Write},
    process::ExitCode,
};

/// What stands under the help of the whole program and of `kith exit-codes`; [`Exit`] says the same.
const EXIT_CODES: &str = "\
Exit codes:
   0  it is done
   1  a rule said no; nothing was changed
   2  the command, an option or a setting is wrong
   3  the node does not run, cannot be reached, or is too busy
   4  the file is not what it says
   5  what was asked for is not here
  74  the disk refuses, or what is on it is damaged";

/// Kith: the node of a time bank. An hour is an hour.
///
/// From nothing to a running node:
///
///   kith init --dir elm --name "Elm Street"
///
///   kith serve --dir elm
#[derive(Debug, Parser)]
#[command(name = "kith", bin_name = "kith", version, about, after_help = EXIT_CODES, max_term_width = 100)]
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
    #[command(subcommand)]
    Member(member::Member),
    #[command(subcommand)]
    Key(key::Key),
    #[command(name = "sign-in")]
    SignIn(sign_in::SignIn),
    #[command(subcommand)]
    Offer(offer::Offer),
    #[command(subcommand)]
    Need(need::Need),
    #[command(subcommand)]
    Exchange(exchange::Exchange),
    #[command(subcommand)]
    Dispute(dispute::Dispute),
    #[command(subcommand)]
    Partner(partner::Partner),
    #[command(subcommand)]
    Charter(charter::Charter),
    #[command(subcommand)]
    Import(import::Import),
    Export(whole::Whole),
    #[command(subcommand)]
    Ledger(ledger::Ledger),
    Verify(verify::Verify),
    Rebuild(rebuild::Rebuild),
    Backup(backup::Backup),
    Restore(restore::Restore),
    Handover(handover::Handover),
    #[command(name = "rotate-key")]
    RotateKey(rotate_key::RotateKey),
    Demo(DemoArgs),
    /// List the exit codes, for scripts.
    ///
    /// Example: kith exit-codes --json
    #[command(name = "exit-codes", after_help = EXIT_CODES)]
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
        Err(error) if error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            (false, Out::new(stderr, false, terminal).raw(&error.to_string()).and(Err(Failure::silent(Exit::Usage))))
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
        Command::Member(member) => member.run(out),
        Command::Key(key) => key.run(out),
        Command::SignIn(sign_in) => sign_in.run(out),
        Command::Offer(offer) => offer.run(out),
        Command::Need(need) => need.run(out),
        Command::Exchange(exchange) => exchange.run(out),
        Command::Dispute(dispute) => dispute.run(out),
        Command::Partner(partner) => partner.run(out),
        Command::Charter(charter) => charter.run(out),
        Command::Import(import) => import.run(out),
        Command::Export(whole) => whole.run(out),
        Command::Ledger(ledger) => ledger.run(out),
        Command::Verify(verify) => verify.run(out),
        Command::Rebuild(rebuild) => rebuild.run(out),
        Command::Backup(backup) => backup.run(out),
        Command::Restore(restore) => restore.run(out),
        Command::Handover(handover) => handover.run(out),
        Command::RotateKey(rotate) => rotate.run(out),
        Command::Demo(args) => demo::run(&DemoArgs { json: out.is_json(), ..args }),
        Command::ExitCodes => exit_codes(out),
    }
}

fn exit_codes(out: &mut Out<'_>) -> Result<(), Failure> {
    let codes: Vec<_> =
        Exit::ALL.iter().map(|exit| serde_json::json!({"code": exit.code(), "meaning": exit.meaning()})).collect();
    let text = || Exit::ALL.map(|exit| format!("{:>4}  {}", exit.code(), exit.meaning())).join("\n");
    out.result(&codes, |_| text())
}
