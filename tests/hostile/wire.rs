//! Cheating on the wire: floods, crowds, garbage and giants. Nothing is gained, memory and connections stay bounded, and others
//! are served meanwhile.

use crate::town::Town;
use anyhow::{Context as _, Result, ensure};
use kith_protocol::{
    codec,
    id::Digest,
    lane::{Sync, SyncState},
    machine::{LedgerWanted, Message, Parcel},
    partnership::Position,
};
use kith_tests::{
    cluster::{Node, say, wait_for},
    hostile::{Heard, Hostile, Wire, frame},
};
use std::{io::Write as _, net::TcpStream, time::Duration};

/// How much a node's memory may grow under an attack, in bytes: its queues of at most 1,024 events and 512 requests of at most
/// 128 KiB each, were all of them full at once.
const GROWTH: f64 = 192.0 * 1024.0 * 1024.0;
/// The most connections a node keeps, with its default settings.
const CONNECTIONS: f64 = 128.0;
/// Requests of one flood.
const FLOOD: usize = 3_000;
/// Strangers of one crowd: more than may connect.
const CROWD: u8 = 130;

fn metric(node: &Node, name: &str) -> Result<f64> {
    let text = node.metrics()?;
    let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    Ok(line.with_context(|| format!("{name} is missing"))?.trim().parse()?)
}

fn memory(node: &Node) -> Result<f64> {
    metric(node, "kith_resident_memory_bytes")
}

/// Bytes that look like nothing, and are the same in every run.
fn noise(n: usize, length: usize) -> Vec<u8> {
    let block = |i: usize| Digest::of("kith/test/noise", &[&n.to_be_bytes(), &i.to_be_bytes()]).0;
    (0..length.div_ceil(32)).flat_map(block).take(length).collect()
}

/// Waits until a number of requests got an answer or none.
fn until_over(hostile: &mut Hostile, requests: usize) -> Result<()> {
    let before = hostile.answered + hostile.unanswered;
    hostile.until("every request to end", |h| h.answered + h.unanswered >= before + requests)
}

fn within(town: &Town, what: &str, before: f64) -> Result<()> {
    let grown = memory(&town.a)? - before;
    let connections = metric(&town.a, "kith_network_connections")?;
    say(format_args!("{what}: memory grew by {:.1} MB, {connections} connections", grown / 1e6));
    ensure!(grown < GROWTH, "{what}: memory grew by {grown} bytes");
    ensure!(connections <= CONNECTIONS, "{what}: {connections} connections");
    Ok(())
}

/// Thousands of questions, each of which costs more to answer than to ask.
fn flood(town: &mut Town) -> Result<()> {
    let mut hostile = town.hostile(31)?;
    let before = memory(&town.a)?;
    let account = hostile.account();
    let sync = Sync {
        account,
        epoch: 0,
        proposed: 0,
        learned: 0,
        decided: 0,
        net: 0,
        asks: true,
        state: SyncState::Live,
        challenge: [0; 16],
        life: 0,
        heard: 0,
    };
    let community = town.a.id();
    let messages: Vec<Message> = (0..200)
        .flat_map(|_| {
            let wanted = LedgerWanted { account, held: None, entries: (0..24).collect() };
            [
                Message::Sync(sync.clone()),
                Message::Pull { community, after: 0 },
                Message::LedgerWanted(Box::new(wanted)),
                Message::ResumeFetch { account, from: Position::start(0) },
                Message::AgreementWanted { account },
            ]
        })
        .collect();
    let parcel = frame(&codec::encode(&Parcel { messages }));
    for _ in 0..FLOOD {
        hostile.wire.say(parcel.clone());
    }
    // In the middle of it somebody else is served.
    town.serves_others()?;
    until_over(&mut hostile, FLOOD)?;
    within(town, "flood", before)?;
    town.tell("floods with costly questions", &hostile, None)
}

/// Bytes that are no frame, frames that are no parcel, parcels with a bit flipped, and noise on the bare socket.
fn garbage(town: &mut Town) -> Result<()> {
    let mut hostile = town.hostile(32)?;
    let ada = town.ada_for(&hostile)?;
    let (before, malformed) = (memory(&town.a)?, metric(&town.a, "kith_malformed_total")?);
    hostile.pay(ada, 10, kith_tests::cluster::fresh_exchange()?)?;
    town.until_ahead(&mut hostile, 10)?;
    let good = codec::encode(&Parcel { messages: hostile.heard.iter().take(6).cloned().collect() });
    for n in 0..150 {
        let mut flipped = good.clone();
        let place = usize::from(noise(n, 2)[0]) * 256 + usize::from(noise(n, 2)[1]);
        let length = flipped.len();
        flipped[place % length] ^= 1 << (n % 8);
        hostile.wire.say(frame(&flipped));
        hostile.wire.say(frame(&noise(n, 40 * n)));
        hostile.wire.say(noise(n, 64));
        // One after the other: what a node has no room for it drops unread.
        until_over(&mut hostile, 3)?;
    }
    let address = town.a.address();
    let port = address.split('/').nth(4).context("an address has a port")?;
    for n in 0..20 {
        let mut socket = TcpStream::connect(format!("127.0.0.1:{port}"))?;
        // The node may close the door in the middle of it.
        let _ = socket.write_all(&noise(n, 100_000));
    }
    ensure!(metric(&town.a, "kith_malformed_total")? > malformed + 100.0, "the node did not notice the garbage");
    within(town, "garbage", before)?;
    town.tell("sends garbage and damaged parcels", &hostile, None)
}

/// Frames that claim four gigabytes, frames a byte too long, and streams that never end.
fn giants(town: &mut Town) -> Result<()> {
    let mut hostile = town.hostile(33)?;
    let before = memory(&town.a)?;
    let claims = [u32::MAX, 128 * 1024 + 1, 1 << 31];
    for n in 0..30 {
        let claim = claims[n % claims.len()].to_be_bytes();
        hostile.wire.say([&claim[..], &vec![0x5a; 1024 * 1024]].concat());
    }
    // As large as a frame may be, and no parcel.
    for _ in 0..30 {
        hostile.wire.say(frame(&vec![0x81; 128 * 1024]));
    }
    until_over(&mut hostile, 60)?;
    within(town, "giant frames", before)?;
    town.tell("sends giant frames", &hostile, None)
}

/// More strangers than may connect, and one partner that dials again and again.
fn crowd(town: &mut Town) -> Result<()> {
    let hostile = town.hostile(34)?;
    let before = memory(&town.a)?;
    for _ in 0..50 {
        hostile.wire.dial();
    }
    let address = town.a.address();
    let strangers: Vec<Wire> = (0..CROWD)
        .map(|n| {
            let wire = Wire::start(Digest::of("kith/test/stranger", &[&[n]]).0, &address)?;
            wire.dial();
            Ok(wire)
        })
        .collect::<Result<_>>()?;
    for stranger in &strangers {
        // Each learns one way or the other how its dial went.
        wait_for("a stranger to be let in or not", || {
            Ok(stranger.hear(Duration::from_millis(200))?.filter(|heard| *heard != Heard::Closed))
        })?;
    }
    within(town, "crowd", before)?;
    ensure!(town.c.partner(&town.a)?.connected, "the honest partner was pushed out");
    town.serves_others()?;
    drop(strangers);
    town.tell("dials without end, with a crowd of strangers", &hostile, None)
}

#[test]
fn noise_on_the_wire_gains_nothing_and_stays_bounded() -> Result<()> {
    let mut town = Town::start()?;
    garbage(&mut town)?;
    giants(&mut town)?;
    flood(&mut town)?;
    crowd(&mut town)?;
    town.end()
}
