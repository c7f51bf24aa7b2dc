//! Settlements between two communities whose nodes run in this process and talk over loopback.

use crate::{
    fixture::{Community, consent, first_half, make, one_minute, runtime, signers, until},
    limits::Signatures,
    numbers::{Figures, rate},
    options::Options,
    report::{Line, Report},
};
use anyhow::{Context as _, Result, bail};
use kith::{
    runtime::{Handle, clock},
    serve::Node,
};
use kith_protocol::{
    envelope::Content as _,
    id::{AccountId, Digest, ExchangeId},
    ledger::{Consent, PaymentTerms},
    machine::{Command, Reply},
    minutes::{MAX_MINUTES, Minutes},
    partnership::{Invitation, MAX_LIMIT, Payee},
    time::Span,
};
use std::{path::Path, time::Instant};
use tokio::task::JoinSet;

/// Payments under way at once.
const CLIENTS: usize = 256;
/// Texts that are signed, and judged one by one, in the bare figure.
const BARE: usize = 2_048;

/// Measures and reports.
pub(crate) fn measure(options: &Options, dir: &Path, report: &mut Report) -> Result<()> {
    let dir = make(dir)?;
    let runtime = runtime()?;
    let (paying, payers) = runtime.block_on(Community::start(&dir.join("payers"), "Payers"))?;
    let (paid, payees) = runtime.block_on(Community::start(&dir.join("payees"), "Payees"))?;
    let account = runtime.block_on(partner(&payers, &payees, &paid))?;
    let bare = Signatures::new(&signers(BARE), BARE)?;
    let (mut settled, mut limit) = (Figures::default(), Figures::default());
    for round in 0..=options.rounds {
        report.progress(&format!("  partners: round {round} of {}", options.rounds));
        let cores = std::thread::available_parallelism().map_or(1, usize::from) as f64;
        let (judged, signed, members) = (bare.one_by_one()?, bare.sign()?, bare.batches()?);
        let bound = 1.0 / (2.0 / (judged * cores) + 2.0 / (signed * cores) + 1.0 / members);
        let payments = sign(&payers, &payees, &paid, account, round, options.count(5_000, 200));
        let figure = runtime.block_on(settle(&payers, payments))?;
        if round > 0 {
            settled.push(figure);
            limit.push(bound);
        }
    }
    report.add(Line {
        what: "settlements between two nodes, durable on both",
        unit: "/s",
        measured: settled,
        against: "bare signatures of a settlement".to_owned(),
        other: limit,
        direction: None,
        note: "Both nodes share the cores and the disk. Beside it: the payer's signature in a batch, and proposal and decision \
               each signed and strictly judged, on all cores, with no disk, no network, no ledger. At most 16 proposals \
               are undecided at once, so each settlement also waits for its share of two syncs and a round trip.",
    });
    runtime.block_on(async {
        paying.stop().await;
        paid.stop().await;
    });
    Ok(())
}

/// Makes the two communities partners with the widest limits there are.
async fn partner(payers: &Community, payees: &Community, paid: &Node) -> Result<AccountId> {
    partner_at(payers, payees, paid, paid.running.listening.clone()).await
}

/// The same, where the payers reach the payees at these addresses.
pub(crate) async fn partner_at(
    payers: &Community,
    payees: &Community,
    paid: &Node,
    addresses: Vec<String>,
) -> Result<AccountId> {
    let invitation = Invitation {
        community: payees.id,
        name: "Payees".to_owned(),
        transport: paid.running.home.identity.transport,
        addresses,
        secret: [7; 16],
        expires_at: clock::now().plus(Span::days(1)),
        inviter_limit: MAX_LIMIT,
        acceptor_limit: MAX_LIMIT,
        largest: Minutes::new(i64::from(MAX_MINUTES))?,
    };
    payees.handle.command(None, Command::Invite { invitation: invitation.clone() }).await?;
    let review_at = clock::now().plus(Span::days(365));
    let accept = Command::Accept { invitation, nonce: [8; 16], review_at };
    let Reply::Accepting { account, .. } = payers.handle.command(None, accept).await? else {
        bail!("the invitation was not accepted");
    };
    for community in [payers, payees] {
        until("the partnership", || async {
            Ok(community.handle.look(move |m, _| m.state().ledger().partners().contains_key(&account)).await?)
        })
        .await?;
    }
    Ok(account)
}

pub(crate) type Payment = (PaymentTerms, Vec<Option<Consent>>);

pub(crate) fn sign(
    payers: &Community,
    payees: &Community,
    paid: &Node,
    account: AccountId,
    round: usize,
    count: usize,
) -> Vec<Payment> {
    let aliases = &paid.running.home.identity.aliases;
    let made_at = clock::now();
    let payment = |n: usize| {
        let (payer, payee) = (&payers.members[n % payers.members.len()], &payees.members[n % payees.members.len()]);
        let numbers = [round.to_be_bytes(), n.to_be_bytes()].concat();
        let terms = PaymentTerms {
            community: payers.id,
            account,
            exchange: ExchangeId(first_half(Digest::of("kith-ratios/payment", &[&numbers]))),
            payer: payer.id,
            payee: Payee::Alias(aliases.alias(&account, &payee.id)),
            minutes: one_minute(),
            made_at,
            details: None,
            reverses: None,
        };
        let consents = vec![Some(consent(payer, &terms.signing_bytes()))];
        (terms, consents)
    };
    (0..count).map(payment).collect()
}

/// Pays all of them and waits until the last is settled on the payers' side; how many a second.
pub(crate) async fn settle(payers: &Community, payments: Vec<Payment>) -> Result<f64> {
    let count = payments.len();
    let handle = &payers.handle;
    let share = count.div_ceil(CLIENTS).max(1);
    let mut payments = payments.into_iter();
    let mut changes = handle.changes();
    let begun = Instant::now();
    let mut clients = JoinSet::new();
    while payments.len() > 0 {
        let share: Vec<Payment> = payments.by_ref().take(share).collect();
        clients.spawn(pay(handle.clone(), share));
    }
    for client in clients.join_all().await {
        client?;
    }
    while handle.look(|machine, _| !machine.state().ledger().holds().is_empty()).await? {
        changes.changed().await.context("the node has stopped")?;
    }
    Ok(rate(count, begun.elapsed()))
}

pub(crate) async fn pay(handle: Handle, payments: Vec<Payment>) -> Result<()> {
    for (terms, consents) in payments {
        let command = |terms| Command::Pay { terms, salt: [9; 16] };
        match handle.agreed(None, terms, consents, command).await? {
            Reply::Recorded { .. } => {}
            other => bail!("a payment was not recorded: {other:?}"),
        }
    }
    Ok(())
}
