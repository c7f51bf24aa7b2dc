//! `kith need`.

use super::{listing, output::Out};
use crate::failure::Failure;
use clap::Subcommand;

/// What members would like help with.
#[derive(Debug, Subcommand)]
pub(super) enum Need {
    /// Publish a need. Every community can read it.
    ///
    /// Example: kith need add --dir elm --member 01JD8Z3M5T8Q6V0N4R7K2X9C1B --title "A lift to the clinic" --category transport
    Add(listing::Add),
    /// List the needs of all communities this node holds, its own first.
    ///
    /// Example: kith need list --dir elm --search garden
    List(listing::List),
    /// Take a need back.
    ///
    /// Example: kith need withdraw 01JD8Z3M5T8Q6V0N4R7K2X9C1B --dir elm
    Withdraw(listing::Withdraw),
}

impl Need {
    pub(super) fn run(self, out: &mut Out<'_>) -> Result<(), Failure> {
        match self {
            Self::Add(add) => add.run("needs", out),
            Self::List(list) => list.run("needs", out),
            Self::Withdraw(withdraw) => withdraw.run("needs", out),
        }
    }
}
