//! Settlements over a link with delay, settlements beside bare signatures and bare syncs, and what a week away leaves to settle.

use crate::{
    fixture::{Community, make, runtime, settings, signers, until},
    limits::{BareFile, Signatures},
    numbers::{Figures, percentile},
    options::Options,
    partners::{partner_at, settle, sign},
    report::{Direction, Line, Report},
};
use anyhow::{Context as _, Result, bail};
use kith::serve::{self, Node};
use kith_protocol::id::AccountId;
use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    thread::available_parallelism,
    time::{Duration, Instant},
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream, tcp},
    runtime::Runtime,
    sync::mpsc,
};

/// How long bytes take from one end of the link to the other: half a round trip of 50 ms.
const ONE_WAY: Duration = Duration::from_millis(25);
/// Bytes that are read from a socket at once.
const CHUNK: usize = 64 * 1024;
/// Chunks that may be on their way: more than the link carries in the time it takes.
const ON_THE_WAY: usize = 1_024;
/// Exchanges that wait for a partner who was away for a week.
const BACKLOG: usize = 1_000;

/// Two partners, and how the first reaches the second.
struct Two {
    payers: (Node, Community),
    paid: Node,
    payees: Community,
    paid_dir: PathBuf,
    account: AccountId,
}

impl Two {
    async fn start(dir: &Path, link: bool) -> Result<Self> {
        let payers = Community::start(&dir.join("payers"), "Payers").await?;
        let paid_dir = dir.join("payees");
        let (paid, payees) = Community::start(&paid_dir, "Payees").await?;
        let direct = paid.running.listening.clone();
        let addresses = if link { vec![far(direct.first().context("it listens")?).await?] } else { direct };
        let account = partner_at(&payers.1, &payees, &paid, addresses).await?;
        Ok(Self { payers, paid, payees, paid_dir, account })
    }

    async fn stop(self) {
        self.payers.0.stop().await;
        self.paid.stop().await;
    }
}

/// Lays a link with delay in front of an address; gives the address of its near end.
async fn far(multiaddr: &str) -> Result<String> {
    let port = multiaddr.rsplit('/').next().context("an address ends with a port")?;
    let to: SocketAddr = format!("127.0.0.1:{port}").parse()?;
    let near = TcpListener::bind("127.0.0.1:0").await?;
    let address = format!("/ip4/127.0.0.1/tcp/{}", near.local_addr()?.port());
    tokio::spawn(async move {
        while let Ok((here, _)) = near.accept().await {
            let Ok(there) = TcpStream::connect(to).await else { continue };
            if here.set_nodelay(true).is_err() || there.set_nodelay(true).is_err() {
                continue;
            }
            let ((from_here, to_here), (from_there, to_there)) = (here.into_split(), there.into_split());
            tokio::spawn(carry(from_here, to_there));
            tokio::spawn(carry(from_there, to_here));
        }
    });
    Ok(address)
}

/// Bytes arrive when their time on the link is over, in order, however many are on their way.
async fn carry(mut from: tcp::OwnedReadHalf, mut to: tcp::OwnedWriteHalf) {
    let (send, mut arriving) = mpsc::channel::<(Instant, Vec<u8>)>(ON_THE_WAY);
    tokio::spawn(async move {
        let mut chunk = vec![0; CHUNK];
        while let Ok(read @ 1..) = from.read(&mut chunk).await {
            if send.send((Instant::now() + ONE_WAY, chunk[..read].to_vec())).await.is_err() {
                return;
            }
        }
    });
    while let Some((at, bytes)) = arriving.recv().await {
        tokio::time::sleep_until(at.into()).await;
        if to.write_all(&bytes).await.is_err() {
            return;
        }
    }
}

/// Measures and reports.
pub(crate) fn measure(options: &Options, dir: &Path, report: &mut Report) -> Result<()> {
    let dir = make(dir)?;
    let runtime = runtime()?;
    round_trips(options, &runtime, &dir.join("far"), report)?;
    per_core(options, &runtime, &dir.join("near"), report)?;
    backlog(options, &runtime, &dir.join("away"), report)
}

/// Waits until a community knows that its partner holds every decision, and the link had time to carry the last answer.
async fn quiet(community: &Community, account: AccountId) -> Result<()> {
    until("the partner's word", || async {
        Ok(community.handle.look(move |m, _| m.state().lanes()[&account].unconfirmed().next().is_none()).await?)
    })
    .await?;
    tokio::time::sleep(4 * ONE_WAY).await;
    Ok(())
}

/// One payment after the other, each from the payer's word to the learned decision: how long half of them take at most, in ms.
fn alone(runtime: &Runtime, two: &Two, round: usize, count: usize) -> Result<f64> {
    let mut times = Vec::new();
    for payment in sign(&two.payers.1, &two.payees, &two.paid, two.account, round, count) {
        // The word for the one before is still on its way, and requests do not overtake each other.
        runtime.block_on(quiet(&two.payees, two.account))?;
        let begun = Instant::now();
        runtime.block_on(settle(&two.payers.1, vec![payment]))?;
        times.push(begun.elapsed().as_secs_f64() * 1e3);
    }
    Ok(percentile(&times, 0.5))
}

fn round_trips(options: &Options, runtime: &Runtime, dir: &Path, report: &mut Report) -> Result<()> {
    let far = runtime.block_on(Two::start(&dir.join("far"), true))?;
    let near = runtime.block_on(Two::start(&dir.join("near"), false))?;
    let (mut trips, mut link) = (Figures::default(), Figures::default());
    for round in 0..=options.rounds {
        report.progress(&format!("  distance: round {round} of {}", options.rounds));
        let count = options.count(30, 8);
        let (over, beside) = (alone(runtime, &far, round, count)?, alone(runtime, &near, round, count)?);
        if round > 0 {
            trips.push(over - beside);
            link.push(2.0 * ONE_WAY.as_secs_f64() * 1e3);
        }
    }
    report.add(Line {
        what: "what a link of 50 ms there and back adds to one settlement",
        unit: "ms",
        measured: trips,
        against: "one round trip".to_owned(),
        other: link,
        direction: Some(Direction::AtMost(1.0)),
        note: "The ratio is round trips for each settlement; 1.0 is the least there can be. One payment at a time, from the payer's \
               word to the learned decision, less the same between two nodes without the link in the same round. The link is a relay \
               in this process that holds every byte for 25 ms.",
    });
    runtime.block_on(async {
        far.stop().await;
        near.stop().await;
    });
    Ok(())
}

fn per_core(options: &Options, runtime: &Runtime, dir: &Path, report: &mut Report) -> Result<()> {
    let two = runtime.block_on(Two::start(dir, false))?;
    let bare = Signatures::new(&signers(1_024), 1_024)?;
    let mut file = BareFile::create(dir)?;
    let (mut settled, mut signatures, mut syncs) = (Figures::default(), Figures::default(), Figures::default());
    let cores = available_parallelism().map_or(1, usize::from) as f64;
    for round in 0..=options.rounds {
        report.progress(&format!("  distance, per core: round {round} of {}", options.rounds));
        let (judged, signed, members) = (bare.one_by_one()?, bare.sign()?, bare.batches()? / cores);
        let (synced, _) = file.syncs(options.count(500, 50))?;
        let payments = sign(&two.payers.1, &two.payees, &two.paid, two.account, round, options.count(5_000, 200));
        let figure = runtime.block_on(settle(&two.payers.1, payments))?;
        if round > 0 {
            settled.push(figure / cores);
            signatures.push(1.0 / (2.0 / judged + 2.0 / signed + 1.0 / members));
            syncs.push(synced);
        }
    }
    let note = "Durable on both ends; both nodes share the cores and the disk. Bare signatures: those of a settlement, made and \
                judged on one core. Bare syncs: append 512 B and fdatasync, one after the other; settlements share theirs.";
    let mut add = |against: &str, other| {
        let (what, measured) = ("settlements for each core, durable on both ends", settled.clone());
        report.add(Line { what, unit: "/s", measured, against: against.to_owned(), other, direction: None, note });
    };
    add("bare signatures, one core", signatures);
    add("append + fdatasync", syncs);
    runtime.block_on(two.stop());
    Ok(())
}

fn backlog(options: &Options, runtime: &Runtime, dir: &Path, report: &mut Report) -> Result<()> {
    let Two { payers, mut paid, mut payees, paid_dir, account } = runtime.block_on(Two::start(dir, false))?;
    // A handle keeps the files of its node open, and this node is to start again.
    payees.handle = payers.1.handle.clone();
    let count = options.count(BACKLOG, 100);
    let (mut after, mut together) = (Figures::default(), Figures::default());
    for round in 0..=options.rounds {
        report.progress(&format!("  distance, a week away: round {round} of {}", options.rounds));
        let ready = sign(&payers.1, &payees, &paid, account, 2 * round, count);
        let begun = Instant::now();
        runtime.block_on(settle(&payers.1, ready))?;
        let at_once = begun.elapsed().as_secs_f64();
        let ready = sign(&payers.1, &payees, &paid, account, 2 * round + 1, count);
        runtime.block_on(paid.stop());
        for payment in ready {
            runtime.block_on(crate::partners::pay(payers.1.handle.clone(), vec![payment]))?;
        }
        let begun = Instant::now();
        paid = runtime.block_on(async { Box::pin(serve::start(&paid_dir, &settings())).await })?;
        runtime.block_on(settle(&payers.1, Vec::new()))?;
        if round > 0 {
            after.push(begun.elapsed().as_secs_f64());
            together.push(at_once);
        }
    }
    if runtime.block_on(payers.1.handle.look(move |m, _| m.state().lanes()[&account].undecided()))? > 0 {
        bail!("something of the backlog is still undecided");
    }
    report.add(Line {
        what: "the backlog of a week away, until the last is settled",
        unit: "s",
        measured: after,
        against: "as many with the partner there".to_owned(),
        other: together,
        direction: None,
        note: "1,000 payments (100 with --quick) recorded while the partner's node is stopped. The time begins with its start and has all of \
               that in it: opening, finding the partner again, both greetings. Beside it: as many payments recorded and settled while both \
               are there.",
    });
    runtime.block_on(async {
        payers.0.stop().await;
        paid.stop().await;
    });
    Ok(())
}
