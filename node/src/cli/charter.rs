//! `kith charter`: the rules a community set itself.

use super::{
    output::{Out, hours, length, outcome, word},
    reach::Reach,
};
use crate::{
    api::types::{CharterView, Outcome},
    failure::Failure,
    spelling::closest,
};
use clap::{Args, Subcommand};
use kith_protocol::community::{Balances, Confirmation, GroupPolicy};
use std::path::{Path, PathBuf};

/// The largest file read: a hundred times a charter.
const MAX_FILE_BYTES: u64 = 64 * 1024;

/// Show or change the rules the community set itself.
#[derive(Debug, Subcommand)]
pub(super) enum Charter {
    Show(Show),
    Set(Set),
}

/// Show the rules. With --json they come as `kith charter set` takes them.
///
/// Example: kith charter show --dir elm --json
#[derive(Debug, Args)]
pub(super) struct Show {
    #[command(flatten)]
    reach: Reach,
}

/// Change the rules. Everything recorded from then on follows them.
///
/// `balances` says who sees where members stand: `shown`, `hidden` (the member alone) or `gifts` (nobody keeps score, and
/// floors and ceiling do not bind). It is about pages: the command line shows the book itself.
///
/// Example: kith charter set --dir elm --file charter.json
#[derive(Debug, Args)]
pub(super) struct Set {
    /// The rules, as `kith charter show --json` gives them.
    #[arg(long)]
    file: PathBuf,
    #[command(flatten)]
    reach: Reach,
}

impl Charter {
    pub(super) fn run(self, out: &mut Out<'_>) -> Result<(), Failure> {
        match self {
            Self::Show(show) => {
                let charter: CharterView = show.reach.client()?.get("/api/v1/charter")?;
                out.result(&charter, words)
            }
            Self::Set(set) => {
                let charter = read(&set.file)?;
                let done: Outcome = set.reach.client()?.put("/api/v1/charter", &charter)?;
                out.result(&done, outcome)
            }
        }
    }
}

fn read(path: &Path) -> Result<CharterView, Failure> {
    let size = std::fs::metadata(path).map_err(|error| Failure::file("read", path, &error))?.len();
    let place = path.display();
    if size > MAX_FILE_BYTES {
        return Err(Failure::usage(format!("{place} is too large for a charter. Name the right file")));
    }
    let text = std::fs::read_to_string(path).map_err(|error| Failure::file("read", path, &error))?;
    let wrong =
        |why: String| Failure::usage(format!("{place}: {why}. Compare it with what `kith charter show --json` gives"));
    let value: serde_json::Value = serde_json::from_str(&text).map_err(|error| wrong(error.to_string()))?;
    let given = value.as_object().ok_or_else(|| wrong("it is not a JSON object".into()))?;
    let known = keys();
    if let Some(strange) = given.keys().find(|key| !known.contains(key)) {
        let hint = closest(strange, known.iter().map(String::as_str));
        let hint = hint.map_or_else(String::new, |meant| format!("; did you mean '{meant}'?"));
        return Err(wrong(format!("there is no rule '{strange}'{hint}")));
    }
    serde_json::from_str(&text).map_err(|error| wrong(error.to_string()))
}

/// The names of all rules.
fn keys() -> Vec<String> {
    let any = CharterView {
        name: String::new(),
        area: None,
        person_floor_minutes: 0,
        organisation_floor_minutes: 0,
        ceiling_minutes: None,
        largest_exchange_minutes: 1,
        confirmation: Confirmation::Both,
        group: GroupPolicy::LeaderEarnsAll,
        balances: Balances::Shown,
    };
    match serde_json::to_value(any) {
        Ok(serde_json::Value::Object(map)) => map.into_iter().map(|(key, _)| key).collect(),
        _ => Vec::new(),
    }
}

fn words(charter: &CharterView) -> String {
    let rows = [
        ("Name", charter.name.clone()),
        ("Area", charter.area.clone().unwrap_or_else(|| "-".into())),
        ("A person may be at", format!("{} at the lowest", hours(charter.person_floor_minutes))),
        ("An organisation at", format!("{} at the lowest", hours(charter.organisation_floor_minutes))),
        (
            "Anybody may be at",
            charter
                .ceiling_minutes
                .map_or_else(|| "any height".into(), |most| format!("{} at the highest", hours(most))),
        ),
        ("Longest exchange", length(charter.largest_exchange_minutes)),
        ("Who must agree", word(&charter.confirmation)),
        ("Group exchanges", word(&charter.group)),
        ("Balances", balances(charter.balances)),
    ];
    rows.map(|(name, value)| format!("{name:<20}{value}")).join("\n")
}

fn balances(kept: Balances) -> String {
    let meaning = match kept {
        Balances::Shown => "to the member and to coordinators",
        Balances::Hidden => "shown to the member alone",
        Balances::Gifts => "nobody keeps score; floors and ceiling do not bind now",
    };
    format!("{} ({meaning})", word(&kept))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::failure::Exit;

    const GOOD: &str = r#"{"name":"Elm","area":null,"person_floor_minutes":-2400,"organisation_floor_minutes":-12000,
        "ceiling_minutes":null,"largest_exchange_minutes":1440,"confirmation":"receiver","group":"leader_earns_once",
        "balances":"hidden"}"#;

    #[test]
    fn a_charter_is_read_or_the_slip_is_named() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("charter.json");
        std::fs::write(&path, GOOD).unwrap();
        let charter = read(&path).unwrap();
        assert_eq!((charter.person_floor_minutes, charter.balances), (-2400, Balances::Hidden));
        assert!(words(&charter).ends_with("Balances            hidden (shown to the member alone)"));
        for (from, to, part) in [
            ("\"ceiling_minutes\"", "\"cieling_minutes\"", "did you mean 'ceiling_minutes'?"),
            ("\"receiver\"", "\"nobody\"", "unknown variant `nobody`"),
            ("\"name\":\"Elm\",", "", "missing field `name`"),
            // Left out, it would switch what was hidden to the usual unseen.
            (",\n        \"balances\":\"hidden\"", "", "missing field `balances`"),
            ("\"hidden\"", "\"secret\"", "unknown variant `secret`"),
            ("{", "[", "line"),
        ] {
            std::fs::write(&path, GOOD.replacen(from, to, 1)).unwrap();
            let failure = read(&path).unwrap_err();
            assert_eq!(failure.exit, Exit::Usage);
            assert!(failure.detail.contains(part), "{}", failure.detail);
        }
        assert!(read(&dir.path().join("none.json")).unwrap_err().detail.contains("none.json"));
    }
}
