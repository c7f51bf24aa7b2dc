//! `kith dispute`: exchanges that one of two communities thinks are wrong.

use super::{
    output::{Out, or_dash, table, when},
    reach::{Reach, Write, protocol_word},
};
use crate::{
    api::types::{DisputeView, NewDispute, NewReminder, NewStatement, NewSuggestion, StatementView},
    failure::{Exit, Failure},
};
use clap::{Args, Subcommand};
use kith_protocol::{
    id::{ExchangeId, MemberId},
    partnership::{Complaint, MAX_DISPUTE_TEXT, Outcome},
};
use serde::Serialize;
use std::io::Read as _;

/// Talk with a partner's coordinators about an exchange that is not right, and end it together.
#[derive(Debug, Subcommand)]
pub(super) enum Dispute {
    Open(Open),
    Say(Say),
    Close(Close),
    Remind(Remind),
    Show(Show),
    List(List),
}

/// Open a dispute about an exchange with a partner. Both communities see it.
///
/// Example: kith dispute open 01JD8Z3M5T8Q6V0N4R7K2X9C1B --dir elm --because hours
#[derive(Debug, Args)]
pub(super) struct Open {
    /// The exchange's id.
    exchange: ExchangeId,
    /// What is wrong: hours, person, never or other.
    #[arg(long, value_name = "WHY", value_parser = protocol_word::<Complaint>)]
    because: Complaint,
    /// A word about it, or - to read it from standard input.
    #[arg(long)]
    text: Option<String>,
    #[command(flatten)]
    by: By,
    #[command(flatten)]
    write: Write,
}

/// Say something to the partner's coordinators. It goes when their node is there.
///
/// Example: kith dispute say 01JD8Z3M5T8Q6V0N4R7K2X9C1B "It was one hour." --dir elm
#[derive(Debug, Args)]
pub(super) struct Say {
    /// The exchange's id.
    exchange: ExchangeId,
    /// What to say, or - to read it from standard input, where other users do not see it.
    text: String,
    #[command(flatten)]
    by: By,
    #[command(flatten)]
    write: Write,
}

/// Suggest how to close a dispute. When both communities suggest the same, it is closed, and both ledgers say so.
///
/// Example: kith dispute close 01JD8Z3M5T8Q6V0N4R7K2X9C1B --dir elm --outcome stands
#[derive(Debug, Args)]
pub(super) struct Close {
    /// The exchange's id.
    exchange: ExchangeId,
    /// How: stands, given-back or set-aside. Hours given back are asked for with `kith exchange give-back`.
    #[arg(long, value_name = "OUTCOME", value_parser = protocol_word::<Outcome>)]
    outcome: Outcome,
    #[command(flatten)]
    by: By,
    #[command(flatten)]
    write: Write,
}

/// Choose when to be reminded of a dispute; a week after the last word otherwise.
///
/// Example: kith dispute remind 01JD8Z3M5T8Q6V0N4R7K2X9C1B --dir elm --on 2026-12-01
#[derive(Debug, Args)]
pub(super) struct Remind {
    /// The exchange's id.
    exchange: ExchangeId,
    /// The day, in Coordinated Universal Time.
    #[arg(long, value_name = "YYYY-MM-DD")]
    on: jiff::civil::Date,
    #[command(flatten)]
    by: By,
    #[command(flatten)]
    write: Write,
}

/// Show a dispute with everything that was said, or how it ended.
///
/// Example: kith dispute show 01JD8Z3M5T8Q6V0N4R7K2X9C1B --dir elm
#[derive(Debug, Args)]
pub(super) struct Show {
    /// The exchange's id.
    exchange: ExchangeId,
    #[command(flatten)]
    reach: Reach,
}

/// List the open disputes; what is due to be looked at comes first.
///
/// Example: kith dispute list --dir elm
#[derive(Debug, Args)]
pub(super) struct List {
    #[command(flatten)]
    reach: Reach,
}

/// Which coordinator acts.
#[derive(Debug, Args)]
struct By {
    /// The coordinator; the first coordinator when absent.
    #[arg(long, value_name = "MEMBER")]
    by: Option<MemberId>,
}

/// Text as given, or from standard input: of four bytes a character at most.
fn written(text: String) -> Result<String, Failure> {
    if text != "-" {
        return Ok(text);
    }
    let mut read = String::new();
    let most = (MAX_DISPUTE_TEXT as u64).saturating_mul(4).saturating_add(1);
    std::io::stdin()
        .take(most)
        .read_to_string(&mut read)
        .map_err(|error| Failure::new(Exit::Usage, "input", format!("standard input cannot be read: {error}")))?;
    Ok(read.trim_end().to_owned())
}

fn post<B: Serialize>(
    write: &Write,
    exchange: ExchangeId,
    what: &str,
    body: &B,
    out: &mut Out<'_>,
) -> Result<(), Failure> {
    let path = format!("/api/v1/disputes/{exchange}{what}");
    let dispute: DisputeView = write.reach.client()?.post(&path, body, write.request.as_deref())?;
    out.result(&dispute, details)
}

impl Dispute {
    pub(super) fn run(self, out: &mut Out<'_>) -> Result<(), Failure> {
        match self {
            Self::Open(Open { exchange, because, text, by, write }) => {
                let text = text.map(written).transpose()?;
                post(&write, exchange, "", &NewDispute { complaint: because, text, by: by.by }, out)
            }
            Self::Say(Say { exchange, text, by, write }) => {
                post(&write, exchange, "/statements", &NewStatement { text: written(text)?, by: by.by }, out)
            }
            Self::Close(Close { exchange, outcome, by, write }) => {
                post(&write, exchange, "/suggestion", &NewSuggestion { outcome, by: by.by }, out)
            }
            Self::Remind(Remind { exchange, on, by, write }) => {
                let moment = on.at(0, 0, 0, 0).to_zoned(jiff::tz::TimeZone::UTC);
                let moment = moment.ok().and_then(|at| u64::try_from(at.timestamp().as_millisecond()).ok());
                let at = moment.ok_or_else(|| Failure::usage("the day is before 1970. Choose a later one"))?;
                post(&write, exchange, "/reminder", &NewReminder { at, by: by.by }, out)
            }
            Self::Show(Show { exchange, reach }) => {
                let dispute: DisputeView = reach.client()?.get(&format!("/api/v1/disputes/{exchange}"))?;
                out.result(&dispute, details)
            }
            Self::List(List { reach }) => {
                let disputes: Vec<DisputeView> = reach.client()?.get("/api/v1/disputes")?;
                out.result(&disputes, |disputes| rows(disputes))
            }
        }
    }
}

fn outcome(outcome: Option<Outcome>) -> String {
    outcome.map_or_else(|| "-".to_owned(), |outcome| outcome.name().replace('_', " "))
}

fn line(statement: &StatementView) -> String {
    let who = if statement.by == "us" { "we" } else { "they" };
    let waits = if statement.sent { "" } else { " (waits for the partner)" };
    let said = match (&statement.text, statement.complaint, statement.outcome) {
        (Some(text), ..) => text.clone(),
        (None, Some(complaint), _) => format!("dispute it: {}", complaint.name()),
        (None, None, suggested) => format!("suggest: {}", outcome(suggested)),
    };
    format!("{} {who}: {said}{waits}", when(statement.at))
}

fn details(dispute: &DisputeView) -> String {
    let rows = [
        ("Exchange", dispute.exchange.to_string()),
        ("Partner", dispute.partner_name.clone().unwrap_or_else(|| or_dash(dispute.partner.as_ref()))),
        ("State", dispute.state.clone()),
        ("Because", dispute.complaint.map_or_else(|| "-".to_owned(), |complaint| complaint.name().to_owned())),
        ("We suggest", outcome(dispute.our_suggestion)),
        ("They suggest", outcome(dispute.their_suggestion)),
        ("Look again", dispute.reminds_at.map_or_else(|| "-".to_owned(), when)),
        ("Outcome", outcome(dispute.outcome)),
        ("Ledger entry", or_dash(dispute.index.as_ref())),
    ];
    let rows = rows.map(|(name, value)| format!("{name:<14}{value}"));
    rows.into_iter().chain(dispute.statements.iter().map(line)).collect::<Vec<_>>().join("\n")
}

fn rows(disputes: &[DisputeView]) -> String {
    let rows = disputes.iter().map(|dispute| {
        let turn = if dispute.our_turn { "us" } else { "partner" };
        let due = if dispute.reminder { "now".to_owned() } else { dispute.reminds_at.map_or_else(String::new, when) };
        let partner = dispute.partner_name.clone().unwrap_or_default();
        vec![dispute.exchange.to_string(), partner, turn.to_owned(), due]
    });
    table(&["exchange", "partner", "waits for", "look again"], &rows.collect::<Vec<_>>())
}
