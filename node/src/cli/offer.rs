//! `kith offer`.

use super::{listing, output::Out};
use crate::failure::Failure;
use clap::Subcommand;

/// What members can do for others.
#[derive(Debug, Subcommand)]
pub(super) enum Offer {
    /// Publish an offer. Every community can read it.
    ///
    /// Example: kith offer add --dir elm --member 01JD8Z3M5T8Q6V0N4R7K2X9C1B --title "Help in the garden" --category garden
    Add(listing::Add),
    /// List the offers of all communities this node holds, its own first.
    ///
    /// Example: kith offer list --dir elm --search garden
    List(listing::List),
    /// Take an offer back.
    ///
    /// Example: kith offer withdraw 01JD8Z3M5T8Q6V0N4R7K2X9C1B --dir elm
    Withdraw(listing::Withdraw),
}

impl Offer {
    pub(super) fn run(self, out: &mut Out<'_>) -> Result<(), Failure> {
        match self {
            Self::Add(add) => add.run("offers", out),
            Self::List(list) => list.run("offers", out),
            Self::Withdraw(withdraw) => withdraw.run("offers", out),
        }
    }
}
