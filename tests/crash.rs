//! Nodes that are killed again and again while people use them lose nothing they acknowledged, and do nothing twice.

use anyhow::{Context as _, Result, ensure};
use kith_protocol::id::{Digest, ExchangeId};
use kith_tests::{
    cluster::{Scratch, say},
    storm::{Aftermath, Answer, Deed, World, judge, storm},
};
use std::path::Path;

/// How often a node is killed, unless `KITH_KILLS` says otherwise.
const KILLS: u64 = 100;
/// How many communities.
const NODES: usize = 3;
/// What every choice follows from, but for the moments, which the machine gives.
const SEED: u64 = 20_261_121;

fn kills() -> Result<u64> {
    Ok(match std::env::var("KITH_KILLS") {
        Ok(text) => text.parse()?,
        Err(_) => KILLS,
    })
}

/// A judge that never finds anything proves nothing: each of these must be found.
fn judge_notices(world: &World, aftermath: &Aftermath, dir: &Path) -> Result<()> {
    type Change = fn(&mut Aftermath) -> Option<()>;
    fn said(aftermath: &mut Aftermath) -> Option<&mut Deed> {
        aftermath.deeds.iter_mut().find(|deed| deed.index().is_some())
    }
    let changes: [(&str, Change); 6] = [
        ("acknowledged and lost", |a| said(a).map(|deed| deed.exchange = Some(ExchangeId([7; 16])))),
        ("acknowledged elsewhere", |a| said(a).map(|deed| deed.answer = Answer::Acknowledged(0))),
        ("recorded with other minutes", |a| said(a).map(|deed| deed.minutes += 1)),
        ("recorded at another node", |a| said(a).map(|deed| deed.node = (deed.node + 1) % NODES)),
        ("recorded and not asked for", |a| {
            a.deeds.iter().position(|d| d.index().is_some()).map(|n| drop(a.deeds.remove(n)))
        }),
        ("a checkpoint taken back", |a| a.shown.first_mut().map(|(_, shown)| shown.root = Digest([7; 32]))),
    ];
    for (what, change) in changes {
        let mut changed = aftermath.clone();
        change(&mut changed).with_context(|| format!("there is nothing that could be {what}"))?;
        ensure!(judge(world, &changed, dir).is_err(), "the judge does not notice what is {what}");
    }
    Ok(())
}

#[test]
fn killed_nodes_keep_what_they_acknowledged_and_do_nothing_twice() -> Result<()> {
    let (dir, kills) = (Scratch::new()?, kills()?);
    let world = World::found(NODES, dir.path(), SEED)?;
    let aftermath = storm(&world, kills)?;
    world.cluster.wait_settled()?;
    let judged = judge(&world, &aftermath, dir.path())?;
    let k = aftermath.killed;
    say(format_args!(
        "{} kills: {} at work, {} while starting, {} while stopping; {} graceful stops",
        k.kills(),
        k.at_work,
        k.starting,
        k.stopping,
        k.graceful
    ));
    say(format_args!(
        "{} deeds acknowledged, {} recorded without a word, {} neither; {} retries; {} payments settled, {} returned",
        judged.acknowledged, judged.recorded_unsaid, judged.absent, judged.retries, judged.settled, judged.returned
    ));
    say(format_args!("{} entries; {} checkpoints shown, all still true", judged.entries, judged.checkpoints));
    ensure!(k.kills() >= kills, "only {} kills happened", k.kills());
    ensure!(judged.acknowledged > kills && judged.settled > 0, "too little was done to prove anything: {judged:?}");
    ensure!(kills < 20 || judged.retries > 0, "no kill ever hit a request: {judged:?}");

    judge_notices(&world, &aftermath, dir.path())?;

    // Once more, all at the same time, with nobody at work: what is on disk alone must say the same.
    world.cluster.nodes.iter().try_for_each(|node| node.kill9())?;
    world.cluster.nodes.iter().try_for_each(|node| node.start())?;
    world.cluster.wait_settled()?;
    let again = judge(&world, &aftermath, dir.path())?;
    ensure!(again.entries == judged.entries, "{} entries became {}", judged.entries, again.entries);
    Ok(())
}
