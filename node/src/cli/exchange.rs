//! `kith exchange`: hours given and received.

use super::{
    output::{Out, length, or_dash, outcome, table, when},
    reach::{Reach, Write, pages, protocol_word},
};
use crate::{
    api::types::{
        Confirm, EndAdvance, ExchangeView, GiveBack, NewAdvance, NewCorrection, NewExchange, NewGift, NewGroup,
        NewPayment, NewRequest, Nothing, Outcome,
    },
    failure::Failure,
};
use clap::{Args, Subcommand};
use kith_protocol::{
    id::{Alias, CommunityId, ExchangeId, MemberId, RecordKey},
    ledger::Channel,
    partnership::Payee,
};
use serde::Serialize;

/// Record hours that were given and received.
#[derive(Debug, Subcommand)]
pub(super) enum Exchange {
    Record(Record),
    Confirm(ConfirmArgs),
    Decline(Decline),
    Correct(Correct),
    Show(Show),
    List(List),
    Group(Group),
    Gift(Gift),
    Pay(Pay),
    Ask(Ask),
    GiveBack(GiveBackArgs),
    Advance(AdvanceArgs),
    EndAdvance(EndAdvanceArgs),
}

/// How the coordinator was told, for commands that record on somebody's word.
#[derive(Debug, Args)]
struct Told {
    /// How you were told: paper, phone or in-person; in-person when absent.
    #[arg(long, value_parser = protocol_word::<Channel>)]
    channel: Option<Channel>,
}

/// Record an exchange between two members of this community.
///
/// Example: kith exchange record --dir elm --giver 01JD8Z3M5T8Q6V0N4R7K2X9C1B --receiver 01JD8Z3M5T8Q6V0N4R7K2X9C1C --minutes 90
#[derive(Debug, Args)]
pub(super) struct Record {
    /// Who gave.
    #[arg(long, value_name = "MEMBER")]
    giver: MemberId,
    /// Who received.
    #[arg(long, value_name = "MEMBER")]
    receiver: MemberId,
    /// How long, in minutes.
    #[arg(long, allow_negative_numbers = true)]
    minutes: i64,
    /// A note, kept apart from the ledger and erasable.
    #[arg(long)]
    note: Option<String>,
    /// Who told you: giver, receiver or both; both when absent.
    #[arg(long, value_name = "WHO")]
    told_by: Option<String>,
    #[command(flatten)]
    told: Told,
    #[command(flatten)]
    write: Write,
}

/// Agree to an exchange that waits, on the word of whoever it waits for.
///
/// Example: kith exchange confirm 01JD8Z3M5T8Q6V0N4R7K2X9C1B --dir elm --channel phone
#[derive(Debug, Args)]
pub(super) struct ConfirmArgs {
    /// The exchange's id.
    exchange: ExchangeId,
    /// Who agrees; whoever it waits for when absent.
    #[arg(long, value_name = "MEMBER")]
    member: Option<MemberId>,
    #[command(flatten)]
    told: Told,
    #[command(flatten)]
    write: Write,
}

/// Decline an exchange that waits. Nothing is recorded.
///
/// Example: kith exchange decline 01JD8Z3M5T8Q6V0N4R7K2X9C1B --dir elm
#[derive(Debug, Args)]
pub(super) struct Decline {
    /// The exchange's id.
    exchange: ExchangeId,
    #[command(flatten)]
    write: Write,
}

/// Correct an exchange that was recorded wrongly. The first record stays and the correction beside it.
///
/// Example: kith exchange correct 01JD8Z3M5T8Q6V0N4R7K2X9C1B --dir elm --minutes 60
#[derive(Debug, Args)]
pub(super) struct Correct {
    /// The exchange's id.
    exchange: ExchangeId,
    /// How long it really was, in minutes.
    #[arg(long, required_unless_present = "not_at_all", conflicts_with = "not_at_all", allow_negative_numbers = true)]
    minutes: Option<i64>,
    /// It did not happen.
    #[arg(long)]
    not_at_all: bool,
    /// The coordinator who records it; the first coordinator when absent.
    #[arg(long, value_name = "MEMBER")]
    by: Option<MemberId>,
    #[command(flatten)]
    write: Write,
}

/// Show one exchange.
///
/// Example: kith exchange show 01JD8Z3M5T8Q6V0N4R7K2X9C1B --dir elm
#[derive(Debug, Args)]
pub(super) struct Show {
    /// The exchange's id.
    exchange: ExchangeId,
    #[command(flatten)]
    reach: Reach,
}

/// List the exchanges that wait for somebody's agreement.
///
/// Example: kith exchange list --dir elm
#[derive(Debug, Args)]
pub(super) struct List {
    /// At most this many.
    #[arg(long, value_name = "N")]
    limit: Option<usize>,
    #[command(flatten)]
    reach: Reach,
}

/// Record a group exchange: a lesson, a meal, an outing.
///
/// Example: kith exchange group --dir elm --leader 01JD8Z3M5T8Q6V0N4R7K2X9C1B --participant 01JD8Z3M5T8Q6V0N4R7K2X9C1C --minutes 60
#[derive(Debug, Args)]
pub(super) struct Group {
    /// Who taught, cooked or led.
    #[arg(long, value_name = "MEMBER")]
    leader: MemberId,
    /// Who took part. Give it once for each.
    #[arg(long = "participant", value_name = "MEMBER", required = true)]
    participants: Vec<MemberId>,
    /// What each participant gives, in minutes.
    #[arg(long, allow_negative_numbers = true)]
    minutes: i64,
    #[command(flatten)]
    told: Told,
    #[command(flatten)]
    write: Write,
}

/// Record a gift to the community pot.
///
/// Example: kith exchange gift --dir elm --from 01JD8Z3M5T8Q6V0N4R7K2X9C1B --minutes 60
#[derive(Debug, Args)]
pub(super) struct Gift {
    /// Who gives.
    #[arg(long, value_name = "MEMBER")]
    from: MemberId,
    /// How much, in minutes.
    #[arg(long, allow_negative_numbers = true)]
    minutes: i64,
    #[command(flatten)]
    told: Told,
    #[command(flatten)]
    write: Write,
}

/// Pay a member of a partner community for help received. It settles when the partner answers.
///
/// Example: kith exchange pay --dir elm --partner did:key:z6MktwupdmLXVVqTzCw4i46r4uGyosGXRnR3XjN4Zq7oMMsw --payer 01JD8Z3M5T8Q6V0N4R7K2X9C1B --payee 01JD8Z3M5T8Q6V0N4R7K2X9C1C --minutes 90
#[derive(Debug, Args)]
pub(super) struct Pay {
    /// The partner community's id.
    #[arg(long, value_name = "COMMUNITY")]
    partner: CommunityId,
    /// Our member who received the help.
    #[arg(long, value_name = "MEMBER")]
    payer: MemberId,
    /// Who gave it: the code that the partner gave out for them.
    #[arg(long, value_name = "CODE", required_unless_present = "offer", conflicts_with = "offer")]
    payee: Option<Alias>,
    /// Who gave it: the key of their offer or need.
    #[arg(long, value_name = "KEY")]
    offer: Option<RecordKey>,
    /// How long, in minutes.
    #[arg(long, allow_negative_numbers = true)]
    minutes: i64,
    #[command(flatten)]
    told: Told,
    #[command(flatten)]
    write: Write,
}

/// Ask a member of a partner community for the minutes of help they received.
///
/// Example: kith exchange ask --dir elm --partner did:key:z6MktwupdmLXVVqTzCw4i46r4uGyosGXRnR3XjN4Zq7oMMsw --giver 01JD8Z3M5T8Q6V0N4R7K2X9C1B --payer 01JD8Z3M5T8Q6V0N4R7K2X9C1C --minutes 90
#[derive(Debug, Args)]
pub(super) struct Ask {
    /// The partner community's id.
    #[arg(long, value_name = "COMMUNITY")]
    partner: CommunityId,
    /// Our member who gave the help.
    #[arg(long, value_name = "MEMBER")]
    giver: MemberId,
    /// Who received it: the code that the partner gave out for them.
    #[arg(long, value_name = "CODE")]
    payer: Alias,
    /// How long, in minutes.
    #[arg(long, allow_negative_numbers = true)]
    minutes: i64,
    #[command(flatten)]
    write: Write,
}

/// Ask a partner's member to give back an exchange that one of our members paid. They agree by paying.
///
/// Example: kith exchange give-back 01JD8Z3M5T8Q6V0N4R7K2X9C1B --dir elm
#[derive(Debug, Args)]
pub(super) struct GiveBackArgs {
    /// The exchange to be given back.
    exchange: ExchangeId,
    /// How much of it, in minutes; all of it when absent.
    #[arg(long, allow_negative_numbers = true)]
    minutes: Option<i64>,
    #[command(flatten)]
    write: Write,
}

/// Let the community pot pay a member who waits for a partner. What the partner pays later goes to the pot.
///
/// Example: kith exchange advance 01JD8Z3M5T8Q6V0N4R7K2X9C1B --dir elm
#[derive(Debug, Args)]
pub(super) struct AdvanceArgs {
    /// The exchange whose payment is awaited.
    exchange: ExchangeId,
    /// The coordinator; the first coordinator when absent.
    #[arg(long, value_name = "MEMBER")]
    by: Option<MemberId>,
    #[command(flatten)]
    write: Write,
}

/// Decide what becomes of an advance whose payment did not come: the member keeps it, or the pot takes it back.
///
/// Example: kith exchange end-advance 01JD8Z3M5T8Q6V0N4R7K2X9C1B --dir elm --keep
#[derive(Debug, Args)]
pub(super) struct EndAdvanceArgs {
    /// The exchange.
    exchange: ExchangeId,
    /// The member keeps the hours as a gift.
    #[arg(long, required_unless_present = "take_back", conflicts_with = "take_back")]
    keep: bool,
    /// The pot takes the hours back.
    #[arg(long)]
    take_back: bool,
    /// The coordinator; the first coordinator when absent.
    #[arg(long, value_name = "MEMBER")]
    by: Option<MemberId>,
    #[command(flatten)]
    write: Write,
}

fn post<B: Serialize>(write: &Write, path: &str, body: &B, out: &mut Out<'_>) -> Result<(), Failure> {
    let done: Outcome = write.reach.client()?.post(path, body, write.request.as_deref())?;
    out.result(&done, outcome)
}

impl Exchange {
    pub(super) fn run(self, out: &mut Out<'_>) -> Result<(), Failure> {
        match self {
            Self::Record(record) => record.run(out),
            Self::Confirm(confirm) => {
                let path = format!("/api/v1/exchanges/{}/confirm", confirm.exchange);
                let body = Confirm { channel: confirm.told.channel, consent: None, member: confirm.member };
                post(&confirm.write, &path, &body, out)
            }
            Self::Decline(decline) => {
                let path = format!("/api/v1/exchanges/{}/decline", decline.exchange);
                post(&decline.write, &path, &Nothing {}, out)
            }
            Self::Correct(correct) => {
                let path = format!("/api/v1/exchanges/{}/correction", correct.exchange);
                post(&correct.write, &path, &NewCorrection { minutes: correct.minutes, by: correct.by }, out)
            }
            Self::GiveBack(back) => {
                let path = format!("/api/v1/exchanges/{}/give-back", back.exchange);
                post(&back.write, &path, &GiveBack { minutes: back.minutes }, out)
            }
            Self::Advance(advance) => {
                let path = format!("/api/v1/exchanges/{}/advance", advance.exchange);
                post(&advance.write, &path, &NewAdvance { by: advance.by }, out)
            }
            Self::EndAdvance(end) => {
                let path = format!("/api/v1/exchanges/{}/advance/end", end.exchange);
                post(&end.write, &path, &EndAdvance { kept: end.keep, by: end.by }, out)
            }
            Self::Show(show) => {
                let path = format!("/api/v1/exchanges/{}", show.exchange);
                let exchange: ExchangeView = show.reach.client()?.get(&path)?;
                out.result(&exchange, details)
            }
            Self::List(list) => {
                let path = "/api/v1/exchanges?state=waiting&";
                let page = pages::<ExchangeView>(&list.reach.client()?, path, list.limit)?;
                out.result(&page, |page| waiting(&page.items))
            }
            Self::Group(group) => {
                let channel = group.told.channel;
                let Group { leader, participants, minutes, write, .. } = group;
                post(&write, "/api/v1/groups", &NewGroup { leader, participants, minutes, channel }, out)
            }
            Self::Gift(gift) => {
                let body = NewGift { from: gift.from, minutes: gift.minutes, channel: gift.told.channel };
                post(&gift.write, "/api/v1/gifts", &body, out)
            }
            Self::Pay(pay) => pay.run(out),
            Self::Ask(ask) => {
                let Ask { partner, giver, payer, minutes, write } = ask;
                post(&write, "/api/v1/requests", &NewRequest { partner, giver, payer, minutes }, out)
            }
        }
    }
}

impl Record {
    fn run(self, out: &mut Out<'_>) -> Result<(), Failure> {
        let new = NewExchange {
            giver: Some(self.giver),
            receiver: Some(self.receiver),
            minutes: self.minutes,
            note: self.note,
            channel: self.told.channel,
            told_by: self.told_by,
            ..NewExchange::default()
        };
        post(&self.write, "/api/v1/exchanges", &new, out)
    }
}

impl Pay {
    fn run(self, out: &mut Out<'_>) -> Result<(), Failure> {
        let payee = match (self.payee, self.offer) {
            (Some(code), _) => Payee::Alias(code),
            (None, Some(key)) => Payee::Record(key),
            (None, None) => {
                return Err(Failure::usage("it is not said who gave the help. Add --payee CODE or --offer KEY"));
            }
        };
        let new = NewPayment {
            id: None,
            partner: self.partner,
            payer: self.payer,
            payee,
            minutes: self.minutes,
            made_at: None,
            consent: None,
            channel: self.told.channel,
        };
        post(&self.write, "/api/v1/payments", &new, out)
    }
}

fn details(exchange: &ExchangeView) -> String {
    let rows = [
        ("Exchange", exchange.id.to_string()),
        ("State", exchange.state.clone()),
        ("How long", exchange.minutes.map_or_else(|| "-".to_owned(), length)),
        ("Given by", or_dash(exchange.giver.as_ref())),
        ("Received by", or_dash(exchange.receiver.as_ref())),
        ("Partner", or_dash(exchange.partner.as_ref())),
        ("Waits for", or_dash(exchange.waits_for.as_ref())),
        ("Since", when(exchange.since)),
        ("Ledger entry", or_dash(exchange.index.as_ref())),
    ];
    format!("{}\n{}", exchange.sentence, rows.map(|(name, value)| format!("{name:<14}{value}")).join("\n"))
}

fn waiting(items: &[ExchangeView]) -> String {
    let rows = items.iter().map(|exchange| {
        let minutes = exchange.minutes.map_or_else(|| "-".to_owned(), length);
        vec![exchange.id.to_string(), minutes, or_dash(exchange.waits_for.as_ref()), when(exchange.since)]
    });
    table(&["exchange", "how long", "waits for", "since"], &rows.collect::<Vec<_>>())
}
