//! `kith demo`: communities that federate, on this machine.

use crate::{
    demo::{args::DemoArgs, run},
    failure::{Exit, Failure},
};
use std::process::ExitCode;

/// Plays the demonstration. What did not hold is in its own report.
pub(super) fn run(args: &DemoArgs) -> Result<(), Failure> {
    if run::run(args)? == ExitCode::SUCCESS { Ok(()) } else { Err(Failure::silent(Exit::Refused)) }
}
