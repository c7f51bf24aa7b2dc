//! `kith member`: who is here.

use super::{
    output::{Out, hours, or_dash, outcome, table, when, word},
    reach::{Period, Reach, Write, pages, protocol_word},
    verify,
};
use crate::{
    api::types::{MemberView, NewMember, NewRole, Nothing, Outcome, StatementLine},
    failure::Failure,
};
use clap::{Args, Subcommand};
use kith_protocol::{
    id::MemberId,
    key::PublicKey,
    member::{MemberKind, Role},
};
use std::path::PathBuf;

/// Admit members and look after them.
#[derive(Debug, Subcommand)]
pub(super) enum Member {
    Add(Add),
    List(List),
    Show(Show),
    Statement(Statement),
    Leave(Leave),
    Role(NewRoleArgs),
}

/// Admit somebody.
///
/// Example: kith member add --dir elm --name "Ada Park" --phone "020 7946 0000"
#[derive(Debug, Args)]
pub(super) struct Add {
    /// Full name, or the name of the organisation. It is kept apart from the ledger.
    #[arg(long)]
    name: String,
    /// E-mail address.
    #[arg(long)]
    email: Option<String>,
    /// Telephone number.
    #[arg(long)]
    phone: Option<String>,
    /// The id they had in an earlier system.
    #[arg(long, value_name = "ID")]
    external: Option<String>,
    /// When they joined an earlier system, as 2024-03-31.
    #[arg(long, value_name = "DAY")]
    joined: Option<String>,
    /// person or organisation; a person when absent.
    #[arg(long, value_parser = protocol_word::<MemberKind>)]
    kind: Option<MemberKind>,
    /// member or coordinator; a member when absent.
    #[arg(long, value_parser = protocol_word::<Role>)]
    role: Option<Role>,
    /// A public key that only they hold, in hexadecimal.
    #[arg(long, value_parser = protocol_word::<PublicKey>)]
    key: Option<PublicKey>,
    /// Minutes they bring along from an earlier system, given less received.
    #[arg(long, value_name = "MINUTES", allow_negative_numbers = true)]
    opening: Option<i64>,
    /// The coordinator who admits them; the first coordinator when absent.
    #[arg(long, value_name = "MEMBER")]
    by: Option<MemberId>,
    #[command(flatten)]
    write: Write,
}

/// List the members.
///
/// Example: kith member list --dir elm
#[derive(Debug, Args)]
pub(super) struct List {
    /// At most this many.
    #[arg(long, value_name = "N")]
    limit: Option<usize>,
    #[command(flatten)]
    reach: Reach,
}

/// Show one member.
///
/// Example: kith member show 01JD8Z3M5T8Q6V0N4R7K2X9C1B --dir elm
#[derive(Debug, Args)]
pub(super) struct Show {
    /// The member's id.
    member: MemberId,
    #[command(flatten)]
    reach: Reach,
}

/// Show what changed a member's balance, newest first; or write it as a file that proves itself. `kith verify` checks it
/// anywhere.
///
/// Example: kith member statement 01JD8Z3M5T8Q6V0N4R7K2X9C1B --dir elm --from 2026-01-01 --out ada.kith
#[derive(Debug, Args)]
pub(super) struct Statement {
    /// The member's id.
    member: MemberId,
    /// Only entries before this one.
    #[arg(long, value_name = "ENTRY")]
    before: Option<u64>,
    /// At most this many, up to 500.
    #[arg(long, value_name = "N", default_value_t = 100)]
    limit: u32,
    /// The file to write, with the proof of each entry. It has no names in it.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["before", "limit"])]
    out: Option<PathBuf>,
    #[command(flatten)]
    period: Period,
    #[command(flatten)]
    reach: Reach,
}

/// Record that a member left. Their history stays.
///
/// Example: kith member leave 01JD8Z3M5T8Q6V0N4R7K2X9C1B --dir elm
#[derive(Debug, Args)]
pub(super) struct Leave {
    /// The member's id.
    member: MemberId,
    #[command(flatten)]
    write: Write,
}

/// Make somebody a coordinator, or a member again.
///
/// Example: kith member role 01JD8Z3M5T8Q6V0N4R7K2X9C1B coordinator --dir elm
#[derive(Debug, Args)]
pub(super) struct NewRoleArgs {
    /// The member's id.
    member: MemberId,
    /// member or coordinator.
    #[arg(value_parser = protocol_word::<Role>)]
    role: Role,
    #[command(flatten)]
    reach: Reach,
}

impl Member {
    pub(super) fn run(self, out: &mut Out<'_>) -> Result<(), Failure> {
        match self {
            Self::Add(add) => add.run(out),
            Self::List(list) => {
                let page = pages::<MemberView>(&list.reach.client()?, "/api/v1/members?", list.limit)?;
                out.result(&page, |page| members(&page.items))
            }
            Self::Show(show) => {
                let member: MemberView = show.reach.client()?.get(&format!("/api/v1/members/{}", show.member))?;
                out.result(&member, details)
            }
            Self::Statement(statement) => statement.run(out),
            Self::Leave(leave) => {
                let path = format!("/api/v1/members/{}/leave", leave.member);
                let client = leave.write.reach.client()?;
                let done: Outcome = client.post(&path, &Nothing {}, leave.write.request.as_deref())?;
                out.result(&done, outcome)
            }
            Self::Role(change) => {
                let path = format!("/api/v1/members/{}/role", change.member);
                let done: Outcome = change.reach.client()?.put(&path, &NewRole { role: change.role })?;
                out.result(&done, outcome)
            }
        }
    }
}

impl Add {
    fn run(self, out: &mut Out<'_>) -> Result<(), Failure> {
        let new = NewMember {
            name: self.name,
            email: self.email,
            phone: self.phone,
            in_directory: false,
            external: self.external,
            joined: self.joined,
            kind: self.kind,
            role: self.role,
            key: self.key,
            opening_minutes: self.opening,
            by: self.by,
        };
        let done: Outcome = self.write.reach.client()?.post("/api/v1/members", &new, self.write.request.as_deref())?;
        out.result(&done, outcome)
    }
}

impl Statement {
    fn run(self, out: &mut Out<'_>) -> Result<(), Failure> {
        if let Some(file) = &self.out {
            let path = format!("/api/v1/members/{}/statement/file?{}", self.member, self.period.query()?);
            return verify::fetch(&self.reach.client()?, &path, Some(file), out);
        }
        if self.period.is_named() {
            return Err(Failure::usage("a period is for a file; say with --out where to write it".to_owned()));
        }
        let before = self.before.map_or_else(String::new, |before| format!("&before={before}"));
        let path = format!("/api/v1/members/{}/statement?limit={}{before}", self.member, self.limit);
        let page: crate::api::types::Page<StatementLine> = self.reach.client()?.get(&path)?;
        out.result(&page, |page| {
            let rows = page.items.iter().map(|line| {
                let other = or_dash(line.other.as_ref());
                vec![line.index.to_string(), when(line.at), line.kind.clone(), hours(line.change_minutes), other]
            });
            table(&["entry", "when", "what", "change", "with"], &rows.collect::<Vec<_>>())
        })
    }
}

fn name(member: &MemberView) -> String {
    member.name.clone().unwrap_or_else(|| "(erased)".to_owned())
}

fn members(items: &[MemberView]) -> String {
    let rows = items.iter().map(|member| {
        let here = if member.active { "" } else { "left" };
        vec![member.id.to_string(), name(member), hours(member.balance_minutes), word(&member.role), here.to_owned()]
    });
    table(&["id", "name", "balance", "role", ""], &rows.collect::<Vec<_>>())
}

fn details(member: &MemberView) -> String {
    let rows = [
        ("Name", name(member)),
        ("Id", member.id.to_string()),
        ("Kind", word(&member.kind)),
        ("Role", word(&member.role)),
        ("Balance", hours(member.balance_minutes)),
        ("Here", if member.active { "yes" } else { "no, they left" }.to_owned()),
        ("Earlier id", or_dash(member.external.as_ref())),
        ("Own key", if member.key.is_some() { "yes" } else { "no; coordinators record for them" }.to_owned()),
    ];
    rows.map(|(name, value)| format!("{name:<12}{value}")).join("\n")
}
