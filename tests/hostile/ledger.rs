//! Cheating with the ledger: what was accepted and not recorded, two histories, lies after a loss, and reading what is others'.

use crate::town::Town;
use anyhow::{Context as _, Result, ensure};
use kith_protocol::{
    envelope::Content as _,
    ledger::Body,
    machine::{LedgerWanted, MAX_SHOWN, Message},
    partnership::{Committed, ResumeOffer},
};
use kith_tests::{cluster::fresh_exchange, hostile::Hostile};
use std::{fs, path::Path, process::Command};

fn shown(hostile: &Hostile) -> usize {
    hostile.heard.iter().filter(|message| matches!(message, Message::LedgerWanted(_))).count()
}

/// It does not answer when it is asked to show its ledger.
fn closed_book(town: &mut Town) -> Result<()> {
    let mut hostile = town.hostile(11)?;
    hostile.tamper(|message| if matches!(message, Message::LedgerShown(_)) { Vec::new() } else { vec![message] });
    town.pay(&hostile, 20)?;
    town.until_ahead(&mut hostile, -20)?;
    hostile.until("the question", |h| shown(h) > 0)?;
    town.pay(&hostile, 5)?;
    town.until_ahead(&mut hostile, -25)?;
    town.tell("does not show its ledger", &hostile, None)
}

/// It accepts an exchange and leaves it out of its ledger.
fn not_recorded(town: &mut Town) -> Result<()> {
    let mut hostile = town.hostile(12)?;
    hostile.forge(|entries| {
        let other = entries[1].clone();
        for entry in entries.iter_mut().filter(|entry| matches!(entry.body, Body::Receive { .. })) {
            *entry = other.clone();
        }
    });
    town.pay(&hostile, 20)?;
    town.until_ahead(&mut hostile, -20)?;
    town.until_frozen(&mut hostile)?;
    town.tell("leaves an accepted exchange out of its ledger", &hostile, Some("E3"))
}

/// It shows one ledger first and another later.
fn forked(town: &mut Town) -> Result<()> {
    let mut hostile = town.hostile(13)?;
    town.pay(&hostile, 20)?;
    town.until_ahead(&mut hostile, -20)?;
    hostile.until("the first question", |h| shown(h) > 0)?;
    // What was shown arrives before anything that follows.
    let answered = hostile.answered;
    hostile.until("the first answer to arrive", |h| h.answered > answered)?;
    hostile.forge(|entries| entries[1] = entries[2].clone());
    town.pay(&hostile, 10)?;
    town.until_frozen(&mut hostile)?;
    town.tell("shows one ledger first and another later", &hostile, Some("E4"))
}

/// It asks to be shown what is none of its business.
fn reading(town: &mut Town) -> Result<()> {
    town.serves_others()?;
    let mut hostile = town.hostile(14)?;
    let ada = town.ada_for(&hostile)?;
    hostile.pay(ada, 10, fresh_exchange()?)?;
    town.until_ahead(&mut hostile, 10)?;
    let account = hostile.account();
    let size = town.a.checkpoint()?.size;
    for from in (0..size).step_by(MAX_SHOWN) {
        let entries = (from..size.min(from + MAX_SHOWN as u64)).collect();
        hostile.say(Message::LedgerWanted(Box::new(LedgerWanted { account, held: None, entries })));
    }
    let too_many = (0..=MAX_SHOWN as u64).collect();
    hostile.say(Message::LedgerWanted(Box::new(LedgerWanted { account, held: None, entries: too_many })));
    hostile
        .until("something to be shown", |h| h.heard.iter().any(|message| matches!(message, Message::LedgerShown(_))))?;
    for message in &hostile.heard {
        let Message::LedgerShown(shown) = message else { continue };
        for entry in &shown.entries {
            let proposal = entry.entry.proposal().context("an entry that is no receipt was shown")?;
            ensure!(proposal.account == account, "another partner's exchange was shown");
        }
        let bytes = kith_protocol::codec::encode(message);
        ensure!(!bytes.windows(16).any(|window| window == town.ada.id.0), "a member's id left its community");
    }
    town.tell("asks to be shown what happened to others", &hostile, None)
}

#[test]
fn a_ledger_that_is_not_what_was_signed_is_proof() -> Result<()> {
    let mut town = Town::start()?;
    closed_book(&mut town)?;
    not_recorded(&mut town)?;
    forked(&mut town)?;
    reading(&mut town)?;
    town.end()
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    let copied = Command::new("cp").arg("-a").arg(from).arg(to).status()?;
    ensure!(copied.success(), "a directory cannot be copied");
    Ok(())
}

/// The attacked node's disk goes back in time, and its partner says that nothing was ever committed.
#[test]
fn who_leaves_out_what_it_accepted_when_asked_to_resume_leaves_a_proof() -> Result<()> {
    let mut town = Town::start()?;
    let mut hostile = town.hostile(21)?;
    town.pay(&hostile, 20)?;
    town.until_ahead(&mut hostile, -20)?;
    let old = town.dir.path().join("old");
    town.a.stop_gracefully()?;
    copy(&town.a.dir, &old)?;
    town.a.start()?;
    hostile.until("the connection to break", |h| h.unanswered + h.answered > 0)?;
    hostile.hang_up()?;
    hostile.connect()?;
    town.pay(&hostile, 10)?;
    town.until_ahead(&mut hostile, -30)?;
    town.a.kill9()?;
    fs::remove_dir_all(&town.a.dir)?;
    fs::rename(&old, &town.a.dir)?;
    town.a.start()?;
    let secret = hostile.machine.identity().secret.clone();
    hostile.tamper(move |message| match message {
        Message::ResumeOffer { offer, certificate } => {
            let lie = ResumeOffer { committed: Committed::NONE, net: 0, ..offer.content };
            vec![Message::ResumeOffer { offer: Box::new(lie.sign(&secret).into_unverified()), certificate }]
        }
        Message::Crossings { account, .. } => {
            vec![Message::Crossings { account, crossings: Vec::new(), next: None }]
        }
        other => vec![other],
    });
    hostile.hang_up()?;
    hostile.connect()?;
    town.until_frozen(&mut hostile)?;
    town.tell("lies in its offer to resume", &hostile, Some("E5"))?;
    town.end()
}
