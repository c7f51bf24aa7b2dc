//! `kith init`: a new community.

use super::output::Out;
use crate::{
    failure::Failure,
    runtime::{self, Founding},
};
use clap::Args;
use kith_protocol::community::Charter;
use std::path::PathBuf;

/// The first coordinator's name when none is given.
const COORDINATOR: &str = "Coordinator";
/// How many words stand on one line: four columns fit a small terminal.
const WORDS_IN_A_LINE: usize = 4;

/// Found a community: new keys, an empty ledger and a first coordinator.
///
/// It shows 24 words once. They are the community's key: write them on paper.
///
/// Example: kith init --dir elm --name "Elm Street" --coordinator "Maria Lopez"
#[derive(Debug, Args)]
pub(super) struct Init {
    /// The directory to keep everything in. It is made if it is not there.
    #[arg(long, value_name = "DIR")]
    dir: PathBuf,
    /// The name of the community, as others will see it.
    #[arg(long)]
    name: String,
    /// Roughly where it is, as a geohash of one to six letters and digits.
    #[arg(long, value_name = "GEOHASH")]
    area: Option<String>,
    /// The name of the first coordinator.
    #[arg(long, value_name = "NAME", default_value = COORDINATOR)]
    coordinator: String,
}

impl Init {
    pub(super) fn run(self, out: &mut Out<'_>) -> Result<(), Failure> {
        let charter = Charter::new(self.name.clone(), self.area);
        let founding = Founding { charter, coordinator: self.coordinator.clone() };
        let (home, coordinator, words) = runtime::found(&self.dir, &founding)?;
        let id = home.identity.community;
        let list: Vec<&str> = words.split(' ').collect();
        if out.is_json() {
            return out.json(&serde_json::json!({
                "id": id,
                "name": self.name,
                "coordinator": coordinator,
                "recovery_words": list,
            }));
        }
        out.line(&format!("The community {} is founded.\n", self.name))?;
        out.line(&format!("Its id:             {id}"))?;
        out.line(&format!("First coordinator:  {coordinator} ({})\n", self.coordinator))?;
        out.line(
            "Write these 24 words on paper now, in this order. They are the community's key and are shown only once.",
        )?;
        out.line("Whoever has them can speak for the community. Never photograph them, never mail them.\n")?;
        for (at, row) in list.chunks(WORDS_IN_A_LINE).enumerate() {
            let words = row.iter().zip(at * WORDS_IN_A_LINE + 1..);
            let row: String = words.map(|(word, number)| format!("{number:>4}. {word:<9}")).collect();
            out.line(row.trim_end())?;
        }
        out.line(&format!("\nNext, start the node:  kith serve --dir {}", self.dir.display()))
    }
}
