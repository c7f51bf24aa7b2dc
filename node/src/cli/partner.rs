//! `kith partner`: communities that agreed to exchange hours.

mod escrow;

use super::{
    output::{Out, hours, length, or_dash, table, when},
    reach::{Period, Reach, Write, escape},
    verify,
};
use crate::{
    api::types::{
        AcceptInvitation, AliasView, GoOn, GrantView, InvitationView, MailSwitch, NewGrant, NewInvitation, PartnerView,
    },
    failure::{Exit, Failure},
};
use clap::{Args, Subcommand, ValueEnum};
use kith_protocol::{
    id::{CommunityId, MemberId},
    partnership::MAX_INVITATION_TEXT,
};
use qrcode::{EcLevel, QrCode, render::unicode::Dense1x2};
use std::{io::Read as _, path::PathBuf};

/// Agree with other communities to exchange hours.
#[derive(Debug, Subcommand)]
pub(super) enum Partner {
    Invite(Invite),
    Accept(Accept),
    List(List),
    Show(Show),
    Alias(AliasArgs),
    Statement(Statement),
    Evidence(EvidenceArgs),
    GoOn(GoOnArgs),
    Mail(MailArgs),
    Grant(GrantArgs),
    Escrow(escrow::Escrow),
}

/// Make an invitation to hand to another community's coordinator. It is good once.
///
/// Example: kith partner invite --dir elm --our-limit 1200 --their-limit 1200
#[derive(Debug, Args)]
pub(super) struct Invite {
    /// How many minutes our members may receive ahead; 1200 when absent.
    #[arg(long, value_name = "MINUTES")]
    our_limit: Option<u64>,
    /// How many minutes their members may receive ahead; 1200 when absent.
    #[arg(long, value_name = "MINUTES")]
    their_limit: Option<u64>,
    /// The longest single exchange; 480 when absent.
    #[arg(long, value_name = "MINUTES")]
    largest: Option<i64>,
    /// For how many days it is good; 14 when absent.
    #[arg(long)]
    days: Option<u32>,
    /// Draw the square code, too, when this is not a terminal.
    #[arg(long)]
    qr: bool,
    #[command(flatten)]
    write: Write,
}

/// Accept another community's invitation.
///
/// Example: kith partner accept KITH1:UNDYK5D6 --dir elm
#[derive(Debug, Args)]
pub(super) struct Accept {
    /// The text of the invitation, or - to read it from standard input.
    text: String,
    #[command(flatten)]
    write: Write,
}

/// List the partners and how the account with each stands.
///
/// Example: kith partner list --dir elm
#[derive(Debug, Args)]
pub(super) struct List {
    #[command(flatten)]
    reach: Reach,
}

/// Show one partner.
///
/// Example: kith partner show did:key:z6MktwupdmLXVVqTzCw4i46r4uGyosGXRnR3XjN4Zq7oMMsw --dir elm
#[derive(Debug, Args)]
pub(super) struct Show {
    /// The partner community's id.
    community: CommunityId,
    #[command(flatten)]
    reach: Reach,
}

/// Show the code under which a partner knows one of our members.
///
/// Example: kith partner alias --dir elm --member 01JD8Z3M5T8Q6V0N4R7K2X9C1B --partner did:key:z6MktwupdmLXVVqTzCw4i46r4uGyosGXRnR3XjN4Zq7oMMsw
#[derive(Debug, Args)]
pub(super) struct AliasArgs {
    /// Our member.
    #[arg(long, value_name = "MEMBER")]
    member: MemberId,
    /// The partner community's id.
    #[arg(long, value_name = "COMMUNITY")]
    partner: CommunityId,
    #[command(flatten)]
    reach: Reach,
}

/// Write the balance sheet of a partnership: every exchange with both signatures. `kith verify` checks it anywhere.
///
/// Example: kith partner statement did:key:z6MktwupdmLXVVqTzCw4i46r4uGyosGXRnR3XjN4Zq7oMMsw --dir elm --from 2026-01-01 --out ash.kith
#[derive(Debug, Args)]
pub(super) struct Statement {
    /// The partner community's id.
    community: CommunityId,
    #[command(flatten)]
    period: Period,
    /// The file to write. Without it only the summary is printed.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    #[command(flatten)]
    reach: Reach,
}

/// Write the proof that a partner signed two things that cannot both be true. `kith verify` judges it anywhere.
///
/// Example: kith partner evidence did:key:z6MktwupdmLXVVqTzCw4i46r4uGyosGXRnR3XjN4Zq7oMMsw --dir elm --out proof.kith
#[derive(Debug, Args)]
pub(super) struct EvidenceArgs {
    /// The partner community's id.
    community: CommunityId,
    /// The file to write.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    #[command(flatten)]
    reach: Reach,
}

/// After a restore, go on without a partner that does not answer. Nothing is signed with the partner itself until it does.
///
/// Example: kith partner go-on did:key:z6MktwupdmLXVVqTzCw4i46r4uGyosGXRnR3XjN4Zq7oMMsw --dir elm
#[derive(Debug, Args)]
pub(super) struct GoOnArgs {
    /// The partner community's id.
    community: CommunityId,
    /// The coordinator who decides; the first coordinator when absent.
    #[arg(long, value_name = "MEMBER")]
    by: Option<MemberId>,
    #[command(flatten)]
    write: Write,
}

/// Let sealed mail rest with a partner for others who are away, and here for the partner. Both coordinators have to want it.
///
/// Example: kith partner mail did:key:z6MktwupdmLXVVqTzCw4i46r4uGyosGXRnR3XjN4Zq7oMMsw on --dir elm
#[derive(Debug, Args)]
pub(super) struct MailArgs {
    /// The partner community's id.
    community: CommunityId,
    /// Whether mail may rest: on or off.
    #[arg(value_enum)]
    switch: Switch,
    /// The coordinator who decides; the first coordinator when absent.
    #[arg(long, value_name = "MEMBER")]
    by: Option<MemberId>,
    #[command(flatten)]
    reach: Reach,
}

/// Grant a partner something else: another limit, a pause of one way, an end. What is left out stays as it is.
///
/// What was recorded before is still settled. The partner hears of it when its node is there.
///
/// Example: kith partner grant did:key:z6MktwupdmLXVVqTzCw4i46r4uGyosGXRnR3XjN4Zq7oMMsw --gives off --dir elm
#[derive(Debug, Args)]
pub(super) struct GrantArgs {
    /// The partner community's id.
    community: CommunityId,
    /// How many minutes their members may receive ahead.
    #[arg(long, value_name = "MINUTES")]
    their_limit: Option<u64>,
    /// Whether our members go on giving to theirs: on or off.
    #[arg(long, value_enum)]
    gives: Option<Switch>,
    /// Whether our members go on receiving from theirs: on or off.
    #[arg(long, value_enum)]
    receives: Option<Switch>,
    /// Whether the partnership is over: on or off. Off takes it up again.
    #[arg(long, value_enum)]
    ended: Option<Switch>,
    /// The coordinator who decides; the first coordinator when absent.
    #[arg(long, value_name = "MEMBER")]
    by: Option<MemberId>,
    #[command(flatten)]
    reach: Reach,
}

/// On or off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Switch {
    On,
    Off,
}

impl Partner {
    pub(super) fn run(self, out: &mut Out<'_>) -> Result<(), Failure> {
        match self {
            Self::Invite(invite) => invite.run(out),
            Self::Accept(accept) => {
                let body = AcceptInvitation { text: accept.invitation()? };
                let client = accept.write.reach.client()?;
                let partner: PartnerView =
                    client.post("/api/v1/partners/accept", &body, accept.write.request.as_deref())?;
                out.result(&partner, |partner| {
                    format!("Accepted. The agreement follows by itself.\n{}", details(partner))
                })
            }
            Self::List(list) => {
                let partners: Vec<PartnerView> = list.reach.client()?.get("/api/v1/partners")?;
                out.result(&partners, |partners| overview(partners))
            }
            Self::Show(show) => {
                let path = format!("/api/v1/partners/{}", show.community);
                let partner: PartnerView = show.reach.client()?.get(&path)?;
                out.result(&partner, details)
            }
            Self::Statement(statement) => statement.run(out),
            Self::Evidence(evidence) => evidence.run(out),
            Self::GoOn(go_on) => {
                let path = format!("/api/v1/partners/{}/go-on", go_on.community);
                let client = go_on.write.reach.client()?;
                let body = GoOn { by: go_on.by };
                let partner: PartnerView = client.post(&path, &body, go_on.write.request.as_deref())?;
                out.result(&partner, |partner| {
                    format!("The node goes on. This partner is asked again whenever it is there.\n{}", details(partner))
                })
            }
            Self::Mail(mail) => {
                let path = format!("/api/v1/partners/{}/mail", mail.community);
                let body = MailSwitch { on: mail.switch == Switch::On, by: mail.by };
                let partner: PartnerView = mail.reach.client()?.put(&path, &body)?;
                out.result(&partner, details)
            }
            Self::Grant(grant) => {
                let path = format!("/api/v1/partners/{}/grant", grant.community);
                let on = |switch: Option<Switch>| switch.map(|switch| switch == Switch::On);
                let body = NewGrant {
                    their_limit_minutes: grant.their_limit,
                    gives: on(grant.gives),
                    receives: on(grant.receives),
                    ended: on(grant.ended),
                    by: grant.by,
                };
                let partner: PartnerView = grant.reach.client()?.put(&path, &body)?;
                out.result(&partner, details)
            }
            Self::Escrow(escrow) => escrow.run(out),
            Self::Alias(alias) => {
                let partner = escape(&alias.partner.to_string());
                let path = format!("/api/v1/members/{}/alias?partner={partner}", alias.member);
                let view: AliasView = alias.reach.client()?.get(&path)?;
                out.result(&view, |view| view.alias.to_string())
            }
        }
    }
}

impl Statement {
    fn run(self, out: &mut Out<'_>) -> Result<(), Failure> {
        let path = format!("/api/v1/partners/{}/statement?{}", self.community, self.period.query()?);
        verify::fetch(&self.reach.client()?, &path, self.out.as_deref(), out)
    }
}

impl EvidenceArgs {
    fn run(self, out: &mut Out<'_>) -> Result<(), Failure> {
        let path = format!("/api/v1/partners/{}/evidence", self.community);
        verify::fetch(&self.reach.client()?, &path, Some(&self.out), out)
    }
}

impl Invite {
    fn run(self, out: &mut Out<'_>) -> Result<(), Failure> {
        let new = NewInvitation {
            our_limit_minutes: self.our_limit,
            their_limit_minutes: self.their_limit,
            largest_minutes: self.largest,
            days: self.days,
        };
        let client = self.write.reach.client()?;
        let made: InvitationView = client.post("/api/v1/partners/invitations", &new, self.write.request.as_deref())?;
        let drawn = self.qr || out.is_terminal();
        if !out.is_json() && drawn {
            out.line(&square(&made.text)?)?;
        }
        out.result(&made, |made| {
            let text = &made.text;
            let until = when(made.expires_at);
            format!("{text}\n\nGive it to the other coordinator and to nobody else. It is good once, until {until}.")
        })
    }
}

impl Accept {
    fn invitation(&self) -> Result<String, Failure> {
        if self.text != "-" {
            return Ok(self.text.clone());
        }
        let mut text = String::new();
        // One more than fits, so that a longer text is refused by whoever judges it and not cut.
        let most = MAX_INVITATION_TEXT as u64 + 1;
        let read = std::io::stdin().take(most).read_to_string(&mut text);
        read.map_err(|error| Failure::usage(format!("the invitation could not be read: {error}. Paste it again")))?;
        Ok(text.trim().to_owned())
    }
}

/// The text as a QR code in half blocks, light on dark as terminals are.
fn square(text: &str) -> Result<String, Failure> {
    let too_long = |_| {
        let detail = "the invitation is too long for a square code. Announce fewer addresses, or hand over the text";
        Failure::new(Exit::Refused, "too-long", detail)
    };
    let code = QrCode::with_error_correction_level(text, EcLevel::L).map_err(too_long)?;
    let mut drawn = code.render::<Dense1x2>();
    Ok(drawn.dark_color(Dense1x2::Light).light_color(Dense1x2::Dark).module_dimensions(1, 1).build())
}

fn overview(partners: &[PartnerView]) -> String {
    let rows = partners.iter().map(|partner| {
        let connected = if partner.connected { "yes" } else { "no" };
        vec![
            partner.community.to_string(),
            or_dash(partner.name.as_ref()),
            partner.state.clone(),
            hours(partner.net_minutes),
            connected.to_owned(),
        ]
    });
    table(&["community", "name", "state", "received more than given", "connected"], &rows.collect::<Vec<_>>())
}

fn waiting(partner: &PartnerView) -> String {
    match partner.waiting_since {
        Some(since) => format!("{}, since {}", partner.undecided, when(since)),
        None => partner.undecided.to_string(),
    }
}

/// What one side goes on with.
const fn goes_on(side: &GrantView) -> &'static str {
    match (side.ended, side.gives, side.receives) {
        (true, ..) => "ended it",
        (false, true, true) => "give and receive",
        (false, true, false) => "give, and receive nothing new",
        (false, false, true) => "receive, and give nothing new",
        (false, false, false) => "pause",
    }
}

fn details(partner: &PartnerView) -> String {
    let rows = [
        ("Partner", or_dash(partner.name.as_ref())),
        ("Id", partner.community.to_string()),
        ("State", partner.state.clone()),
        ("Connected", if partner.connected { "yes" } else { "no" }.to_owned()),
        ("Received more than given", hours(partner.net_minutes)),
        ("On hold", hours(partner.on_hold_minutes)),
        ("Our limit", hours(partner.our_limit_minutes)),
        ("Their limit", hours(partner.their_limit_minutes)),
        ("Longest exchange", length(partner.largest_minutes)),
        ("Waiting for their answer", waiting(partner)),
        ("Waiting for their receipt", partner.unconfirmed.to_string()),
        ("We", goes_on(&partner.ours).to_owned()),
        ("They", goes_on(&partner.theirs).to_owned()),
        ("Mail for those away", partner.mail.clone()),
        ("Account", or_dash(partner.account.as_ref())),
    ];
    let rows = rows.map(|(name, value)| format!("{name:<27}{value}")).join("\n");
    if partner.near_limit {
        return format!("{rows}\n\nThree quarters of a limit are used. Talk to the partner before it is reached.");
    }
    rows
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn a_square_code_is_as_wide_as_it_is_high() {
        let text = "KITH1:ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
        let drawn = square(text).unwrap();
        let lines: Vec<&str> = drawn.lines().collect();
        let wide = lines[0].chars().count();
        assert!(lines.iter().all(|line| line.chars().count() == wide));
        // Half blocks: two rows on a line.
        assert_eq!(lines.len(), wide.div_ceil(2));
        // Upper case and digits pack into a smaller square than lower case does.
        assert!(square(&text.to_lowercase()).unwrap().len() > drawn.len());
        assert_eq!(square(&"A".repeat(5_000)).unwrap_err().code, "too-long");
    }
}
