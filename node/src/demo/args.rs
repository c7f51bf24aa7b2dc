//! What `kith demo` takes.

use std::path::PathBuf;

/// Play communities that federate, on this machine, with real nodes.
///
/// Example: kith demo --once
#[derive(Debug, Clone, Default, clap::Args)]
pub struct DemoArgs {
    /// How many communities; three when absent.
    #[arg(long, value_name = "N")]
    pub communities: Option<usize>,
    /// Real figures to play, as a CSV of members with what they gave and received.
    #[arg(long, value_name = "FILE")]
    pub data: Option<PathBuf>,
    /// Where the nodes keep their directories; a new temporary one when absent.
    #[arg(long, value_name = "DIR")]
    pub dir: Option<PathBuf>,
    /// Play everything once, check it, and end.
    #[arg(long)]
    pub once: bool,
    /// Print one JSON object instead of words.
    #[arg(skip)]
    pub json: bool,
}
