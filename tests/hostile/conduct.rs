//! Cheating in the lanes: silence, repetition, disorder, two signed contents, denial, inventions, and more than was granted.

use crate::town::{LARGEST, LIMIT, Town};
use anyhow::{Context as _, Result, bail, ensure};
use kith::api::types::{NewGrant, PartnerView};
use kith_protocol::{
    id::{Alias, ExchangeId},
    lane::{Lanes, Sync},
    ledger::Body,
    machine::{Command, MAX_CLOSINGS_A_DAY, MAX_GRANTS_A_DAY, Machine, Message},
    partnership::{Decision, Grant, Granted, Payee, Proposal, RefusalCode, Verdict},
};
use kith_tests::{
    cluster::{fresh_exchange, run},
    hostile::{COORDINATOR, Hostile},
};
use std::{cell::RefCell, collections::BTreeMap, rc::Rc};

/// What a hostile node would have said.
type Kept = Rc<RefCell<Vec<Message>>>;

/// Lets a hostile node say nothing that `which` names, and keeps it.
fn keep_back(hostile: &mut Hostile, which: impl Fn(&Message) -> bool + 'static) -> Kept {
    let kept = Kept::default();
    let into = Rc::clone(&kept);
    hostile.tamper(move |message| {
        if !which(&message) {
            return vec![message];
        }
        into.borrow_mut().push(message);
        Vec::new()
    });
    kept
}

/// Lets it say everything, and writes it down.
fn note_down(hostile: &mut Hostile) -> Kept {
    let said = Kept::default();
    let into = Rc::clone(&said);
    hostile.tamper(move |message| {
        into.borrow_mut().push(message.clone());
        vec![message]
    });
    said
}

fn decision(kept: &Kept) -> Option<Decision> {
    kept.borrow().iter().rev().find_map(|message| match message {
        Message::Decide(decision) => Some(decision.content.clone()),
        _ => None,
    })
}

fn proposals(kept: &Kept) -> Vec<Message> {
    kept.borrow().iter().filter(|message| matches!(message, Message::Propose { .. })).cloned().collect()
}

fn proposal(message: &Message) -> Result<&Proposal> {
    match message {
        Message::Propose { proposal, .. } => Ok(&proposal.content),
        other => bail!("not a proposal: {other:?}"),
    }
}

/// It accepts payments and keeps its decisions to itself.
fn silence(town: &mut Town) -> Result<()> {
    let mut hostile = town.hostile(1)?;
    let kept = keep_back(&mut hostile, |message| matches!(message, Message::Decide(_) | Message::Sync(_)));
    town.pay(&hostile, 20)?;
    town.pay(&hostile, 25)?;
    hostile.until("two decisions that are kept back", |_| {
        kept.borrow().iter().filter(|message| matches!(message, Message::Decide(_))).count() >= 2
    })?;
    ensure!(town.pay(&hostile, 16).is_err(), "what is in doubt does not count towards the limit");
    let view = town.view(&hostile)?;
    ensure!((view.on_hold_minutes, view.net_minutes, view.undecided) == (45, 0, 2), "{view:?}");
    town.tell("keeps its decisions to itself", &hostile, None)?;
    // With the decisions at last everything settles: nothing was released by time.
    hostile.tamper(|message| vec![message]);
    for message in kept.take() {
        hostile.say(message);
    }
    town.until_ahead(&mut hostile, -45)
}

/// It says again whatever it ever said, also in a later session.
fn replay(town: &mut Town) -> Result<()> {
    let mut hostile = town.hostile(2)?;
    let ada = town.ada_for(&hostile)?;
    let said = note_down(&mut hostile);
    hostile.pay(ada, 20, fresh_exchange()?)?;
    town.until_ahead(&mut hostile, 20)?;
    for session in 0..3 {
        let all: Vec<Message> = said.borrow().clone();
        for message in all.iter().chain(all.iter().rev()) {
            hostile.say(message.clone());
        }
        hostile.pay(ada, 1, fresh_exchange()?)?;
        town.until_ahead(&mut hostile, 21 + session)?;
        hostile.hang_up()?;
        hostile.connect()?;
    }
    town.until_ahead(&mut hostile, 23)?;
    town.tell("says everything again, in this session and in later ones", &hostile, None)
}

/// It sends its proposals in the wrong order, with gaps and twice.
fn disorder(town: &mut Town) -> Result<()> {
    let mut hostile = town.hostile(3)?;
    let ada = town.ada_for(&hostile)?;
    let kept = keep_back(&mut hostile, |message| matches!(message, Message::Propose { .. }));
    for _ in 0..5 {
        hostile.pay(ada, 7, fresh_exchange()?)?;
    }
    let ready = proposals(&kept);
    ensure!(ready.len() == 5, "{} proposals are ready", ready.len());
    for place in [4, 2, 0, 0, 3, 1] {
        hostile.say(ready[place].clone());
    }
    hostile.tamper(|message| vec![message]);
    town.until_ahead(&mut hostile, 35)?;
    town.tell("sends proposals out of order, with gaps and twice", &hostile, None)
}

/// It signs two proposals for one slot.
fn two_proposals(town: &mut Town) -> Result<()> {
    let mut hostile = town.hostile(4)?;
    let ada = town.ada_for(&hostile)?;
    let said = note_down(&mut hostile);
    hostile.pay(ada, 20, fresh_exchange()?)?;
    town.until_ahead(&mut hostile, 20)?;
    let first = proposals(&said).pop().context("a proposal was said")?;
    let Message::Propose { details, .. } = &first else { bail!("not a proposal") };
    let second = Proposal { exchange: fresh_exchange()?, ..proposal(&first)?.clone() };
    let message = Message::Propose { proposal: hostile.sign(second), details: details.clone() };
    hostile.say(message);
    town.until_frozen(&mut hostile)?;
    // Nothing more is taken from it, and nothing more is given.
    ensure!(hostile.pay(ada, 5, fresh_exchange()?).is_ok(), "its own machine knows nothing of it");
    town.tell("signs two proposals for one slot", &hostile, Some("E1"))
}

/// It signs two decisions for one slot.
fn two_decisions(town: &mut Town) -> Result<()> {
    let mut hostile = town.hostile(5)?;
    let said = note_down(&mut hostile);
    town.pay(&hostile, 20)?;
    town.until_ahead(&mut hostile, -20)?;
    let accepted = decision(&said).context("it decided")?;
    let refusal = Decision { verdict: Verdict::Reject { code: RefusalCode::Limit }, ..accepted };
    let message = Message::Decide(hostile.sign(refusal));
    hostile.say(message);
    town.until_frozen(&mut hostile)?;
    town.tell("signs two decisions for one slot", &hostile, Some("E2"))
}

/// It denies in a later session what it accepted, and says that it never saw it.
fn denial(town: &mut Town) -> Result<()> {
    let mut hostile = town.hostile(6)?;
    town.pay(&hostile, 20)?;
    town.until_ahead(&mut hostile, -20)?;
    let account = hostile.account();
    hostile.hang_up()?;
    hostile.tamper(move |message| match message {
        Message::Sync(sync) => vec![Message::Sync(Sync { decided: 0, net: 0, ..sync })],
        other => vec![other],
    });
    hostile.connect()?;
    let heard = hostile.heard.len();
    hostile.until("the node to speak of the account", |h| {
        h.heard[heard..].iter().any(|message| matches!(message, Message::Sync(sync) if sync.account == account))
    })?;
    // The node keeps what both signed: anybody can judge its balance sheet.
    let sheet = town.dir.path().join("denied.kith");
    let (out, home) = (sheet.to_str().context("a plain name")?, town.a.dir.to_str().context("a plain name")?);
    let who = hostile.community().to_string();
    run(&["partner", "statement", &who, "--dir", home, "--out", out])?.ok()?;
    let judged = run(&["verify", out, "--json"])?.ok()?.json()?;
    ensure!(judged["exchanges"] == 1 && judged["closing"] == 20, "{judged}");
    ensure!(town.view(&hostile)?.net_minutes == 20, "a denial changed the books");
    town.tell("denies an acceptance that was learned", &hostile, None)?;
    // To deny it in writing is a second decision.
    let slot = hostile.view.entries().iter().rev().find_map(|entry| match &entry.body {
        kith_protocol::ledger::Body::Receive { decision, .. } => Some(decision.content.clone()),
        _ => None,
    });
    let refusal =
        Decision { verdict: Verdict::Reject { code: RefusalCode::UnknownPayee }, ..slot.context("accepted")? };
    let message = Message::Decide(hostile.sign(refusal));
    hostile.say(message);
    town.until_frozen(&mut hostile)?;
    town.tell("denies it in writing", &hostile, Some("E2"))
}

/// What was decided of each slot. A decision that nobody acknowledged is said again, and counts once.
fn verdicts(heard: &[Message]) -> BTreeMap<u64, Verdict> {
    let decisions = heard.iter().filter_map(|message| match message {
        Message::Decide(decision) => Some((decision.content.n, decision.content.verdict)),
        _ => None,
    });
    decisions.collect()
}

/// It pays in the name of members that it invented, as much as it can.
fn inventions(town: &mut Town) -> Result<()> {
    let mut hostile = town.hostile(7)?;
    let ada = town.ada_for(&hostile)?;
    // Members who are nobody: only codes, which the other side cannot check, and minutes out of nothing.
    let mut previous = kith_protocol::id::Digest::ZERO;
    let side = hostile.machine.state().ledger().partners()[&hostile.account()].side;
    for n in 0..12u8 {
        let details = kith_protocol::partnership::Details { salt: [n; 16], payer: Alias([n; 16]), payee: ada };
        use kith_protocol::envelope::Content as _;
        let content = Proposal {
            v: 1,
            account: hostile.account(),
            epoch: 0,
            lane: side,
            n: u64::from(n),
            previous,
            exchange: fresh_exchange()?,
            kind: kith_protocol::partnership::Kind::Exchange,
            debtor: side,
            // Sometimes longer than agreed; together three times the limit.
            minutes: kith_protocol::minutes::Minutes::new(if n % 4 == 3 { LARGEST + 1 } else { 17 })?,
            context: details.digest(),
            made_at: kith_protocol::time::Timestamp(0),
        };
        previous = content.digest();
        let message = Message::Propose { proposal: hostile.sign(content), details };
        hostile.say(message);
    }
    hostile.until("every proposal to be decided", |h| verdicts(&h.heard).len() >= 12)?;
    let codes = verdicts(&hostile.heard);
    let count = |code| codes.values().filter(|verdict| **verdict == Verdict::Reject { code }).count();
    let (long, limit) = (count(RefusalCode::TooLong), count(RefusalCode::Limit));
    ensure!((long, limit) == (3, 6), "{long} too long, {limit} over the limit: {codes:?}");
    town.until_ahead(&mut hostile, 51)?;
    ensure!(LIMIT - 51 < 17, "the limit is used up");
    town.tell("pays for invented members, over length and limit", &hostile, None)
}

/// It uses ids again, pays nobody, and speaks for the other side.
fn nonsense(town: &mut Town) -> Result<()> {
    let mut hostile = town.hostile(8)?;
    let ada = town.ada_for(&hostile)?;
    let id = fresh_exchange()?;
    hostile.pay(ada, 10, id)?;
    town.until_ahead(&mut hostile, 10)?;
    hostile.until("the decision", |h| h.machine.state().ledger().holds().is_empty())?;
    // The same id once more, in a slot of its own.
    let last = hostile.view.entries().iter().rev().find_map(|entry| match &entry.body {
        kith_protocol::ledger::Body::Settle { proposal, .. } => Some(proposal.content.clone()),
        _ => None,
    });
    let first = last.context("it settled")?;
    use kith_protocol::envelope::Content as _;
    let details = kith_protocol::partnership::Details { salt: id.0, payer: hostile.alias(), payee: ada };
    let again = Proposal { n: 1, previous: first.digest(), ..first.clone() };
    let message = Message::Propose { proposal: hostile.sign(again.clone()), details: details.clone() };
    hostile.say(message);
    // To a member that there is not, and in the other side's lane.
    let nobody = kith_protocol::partnership::Details { payee: Payee::Alias(Alias([9; 16])), ..details };
    let to_nobody = Proposal {
        n: 2,
        previous: again.digest(),
        exchange: ExchangeId([77; 16]),
        context: nobody.digest(),
        ..first.clone()
    };
    let backwards = Proposal { lane: first.lane.other(), debtor: first.lane.other(), ..first };
    for content in [to_nobody, backwards] {
        let message = Message::Propose { proposal: hostile.sign(content), details: nobody.clone() };
        hostile.say(message);
    }
    hostile.until("two refusals", |h| {
        let refused = |message: &&Message| match message {
            Message::Decide(decision) => matches!(decision.content.verdict, Verdict::Reject { .. }),
            _ => false,
        };
        h.heard.iter().filter(refused).count() >= 2
    })?;
    ensure!(town.view(&hostile)?.net_minutes == -10, "nonsense moved minutes");
    town.tell("uses an id twice, pays nobody, writes in the other lane", &hostile, None)
}

/// It goes on although it was paused, grants itself more in the other side's name, and takes its own grants back and forth.
fn ungranted(town: &mut Town) -> Result<()> {
    let mut hostile = town.hostile(12)?;
    let ada = town.ada_for(&hostile)?;
    let kept = keep_back(&mut hostile, |message| matches!(message, Message::Propose { .. }));
    for _ in 0..2 {
        hostile.pay(ada, 20, fresh_exchange()?)?;
    }
    let ready = proposals(&kept);
    ensure!(ready.len() == 2, "{} proposals are ready", ready.len());
    let path = format!("/api/v1/partners/{}/grant", hostile.community());
    let paused: PartnerView = town.a.client().put(&path, &NewGrant { gives: Some(false), ..NewGrant::default() })?;
    ensure!(!paused.ours.gives, "{paused:?}");
    hostile.until("the pause to be heard", |h| h.heard.iter().any(|message| matches!(message, Message::Grant(_))))?;
    // What it recorded before goes on; the second it signs anew, as if it had not heard.
    hostile.say(ready[0].clone());
    town.until_ahead(&mut hostile, 20)?;
    let Message::Propose { details, .. } = &ready[1] else { bail!("not a proposal") };
    let late = Proposal { made_at: kith::runtime::clock::now(), ..proposal(&ready[1])?.clone() };
    let message = Message::Propose { proposal: hostile.sign(late), details: details.clone() };
    hostile.say(message);
    hostile.until("a refusal", |h| {
        let paused = Verdict::Reject { code: RefusalCode::Paused };
        h.heard.iter().any(|message| matches!(message, Message::Decide(decision) if decision.content.verdict == paused))
    })?;
    // The other side's grant, loosened and signed with the wrong key.
    let theirs = hostile.heard.iter().find_map(|message| match message {
        Message::Grant(change) => Some(change.clone()),
        _ => None,
    });
    let mut forged = theirs.context("the pause was heard")?;
    let loosened = Grant {
        n: forged.grant.content.n + 1,
        granted: Granted { limit: 6_000, gives: true, ..forged.grant.content.granted },
        ..forged.grant.content.clone()
    };
    forged.grant = hostile.sign(loosened);
    hostile.say(Message::Grant(forged));
    // Its own, so often that each would be an entry.
    for more in 0..MAX_GRANTS_A_DAY + 20 {
        let account = hostile.account();
        let granted = Granted { limit: 1_000 + u64::try_from(more)?, gives: true, receives: true, ended: false };
        hostile.command(Command::ChangePartnership { account, granted, by: COORDINATOR })?;
    }
    let (client, path) = (town.a.client(), format!("/api/v1/partners/{}", hostile.community()));
    hostile.until_seen("as many grants as one day has", || {
        let view: PartnerView = client.get(&path)?;
        Ok((view.our_limit_minutes == 1_000 + i64::try_from(MAX_GRANTS_A_DAY)? - 1).then_some(()))
    })?;
    let view = town.view(&hostile)?;
    ensure!(!view.ours.gives && view.their_limit_minutes == LIMIT, "it granted itself: {view:?}");
    town.tell("goes on through a pause, forges and floods grants", &hostile, None)
}

/// It says again and again that the other lost something; each time takes an epoch in both ledgers.
fn unrest(town: &mut Town) -> Result<()> {
    let mut hostile = town.hostile(13)?;
    let ada = town.ada_for(&hostile)?;
    let account = hostile.account();
    let epoch = |h: &Hostile| h.machine.state().lanes().get(&account).map_or(0, Lanes::epoch);
    let said = note_down(&mut hostile);
    let synced = |message: &Message| match message {
        Message::Sync(sync) if sync.account == account => Some(sync.clone()),
        _ => None,
    };
    // Its own machine, which is honest, forgets how often it was asked.
    let forget = |h: &mut Hostile| -> Result<()> {
        h.hang_up()?;
        let (identity, known) = (h.machine.identity().clone(), h.machine.known().clone());
        h.machine = Machine::new(identity, h.machine.state().clone(), known);
        said.borrow_mut().clear();
        h.connect()?;
        h.until("a sync", |_| said.borrow().iter().any(|message| synced(message).is_some()))
    };
    let further = |h: &mut Hostile| -> Result<()> {
        let latest = said.borrow().iter().rev().find_map(synced).context("a sync was said")?;
        h.say(Message::Sync(Sync { epoch: latest.epoch + 1, ..latest }));
        Ok(())
    };
    for round in 0..MAX_CLOSINGS_A_DAY - 10 {
        if round.is_multiple_of(30) {
            forget(&mut hostile)?;
        }
        let before = epoch(&hostile);
        further(&mut hostile)?;
        hostile.until("another epoch", |h| epoch(h) > before)?;
    }
    forget(&mut hostile)?;
    for _ in 0..30 {
        let before = hostile.answered;
        further(&mut hostile)?;
        hostile.until("a parcel to be taken", |h| h.answered > before)?;
    }
    forget(&mut hostile)?;
    hostile.pay(ada, 20, fresh_exchange()?)?;
    town.until_ahead(&mut hostile, 20)?;
    let epochs = hostile.view.entries().iter().filter(|entry| matches!(entry.body, Body::Resumed { .. })).count();
    ensure!(epochs <= MAX_CLOSINGS_A_DAY, "{epochs} epochs in a day");
    town.tell("says day and night that one of the two lost something", &hostile, None)
}

#[test]
fn who_hides_repeats_or_muddles_gains_nothing() -> Result<()> {
    let mut town = Town::start()?;
    silence(&mut town)?;
    replay(&mut town)?;
    disorder(&mut town)?;
    nonsense(&mut town)?;
    inventions(&mut town)?;
    ungranted(&mut town)?;
    town.end()
}

#[test]
fn who_closes_the_lanes_all_day_gains_nothing() -> Result<()> {
    let mut town = Town::start()?;
    unrest(&mut town)?;
    town.end()
}

#[test]
fn who_signs_two_things_leaves_a_proof() -> Result<()> {
    let mut town = Town::start()?;
    two_proposals(&mut town)?;
    two_decisions(&mut town)?;
    denial(&mut town)?;
    town.end()
}
