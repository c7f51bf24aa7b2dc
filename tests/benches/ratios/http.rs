//! Exchanges from end to end: over HTTP, as JSON with both signatures, on connections that stay open.

use crate::{
    fixture::{Community, Ready, make, record_all, runtime},
    numbers::{Figures, rate},
    options::Options,
    report::{Line, Report},
};
use anyhow::{Context as _, Result, bail};
use kith::{api::types::NewExchange, serve::Node};
use std::{net::SocketAddr, path::Path, time::Instant};
use tokio::{net::TcpStream, task::JoinSet};

/// Connections at once, each with one request under way.
const CONNECTIONS: usize = 64;
/// The largest answer that is read: an outcome has a tenth of it.
const MAX_ANSWER: usize = 4_096;

/// Measures and reports.
pub(crate) fn measure(options: &Options, dir: &Path, report: &mut Report) -> Result<()> {
    let dir = make(dir)?;
    let runtime = runtime()?;
    let (node, mut community) = runtime.block_on(Community::start(&dir.join("node"), "Ratios"))?;
    let address: SocketAddr = node.url.trim_start_matches("http://").parse()?;
    let count = options.count(20_000, 1_000);
    let (mut recorded, mut direct, mut bare) = (Figures::default(), Figures::default(), Figures::default());
    for round in 0..=options.rounds {
        report.progress(&format!("  http: round {round} of {}", options.rounds));
        let requests = community.sign(count).iter().map(|ready| post(&node, ready)).collect::<Result<Vec<_>>>()?;
        let figure = runtime.block_on(ask_all(address, requests, "HTTP/1.1 201"))?;
        runtime.block_on(community.settled())?;
        let ready = community.sign(count);
        let time = runtime.block_on(record_all(&community.handle, ready, CONNECTIONS))?;
        runtime.block_on(community.settled())?;
        let get = format!("GET /livez HTTP/1.1\r\nHost: {address}\r\n\r\n").into_bytes();
        let empty = runtime.block_on(ask_all(address, vec![get; count], "HTTP/1.1 200"))?;
        if round > 0 {
            recorded.push(figure);
            direct.push(rate(count, time));
            bare.push(empty);
        }
    }
    let mut add = |against: &str, other, note| {
        let (what, measured) = ("exchanges over HTTP, 64 connections", recorded.clone());
        report.add(Line { what, unit: "/s", measured, against: against.to_owned(), other, direction: None, note });
    };
    add(
        "the same through the handle, 64 at a time",
        direct,
        "Each request is signed JSON of about 750 B with the admin's token; its answer comes once the exchange is on disk. \
         The clients share the cores with the node.",
    );
    add(
        "GET /livez on the same connections",
        bare,
        "A request that does nothing: what the web server and these clients allow.",
    );
    runtime.block_on(node.stop());
    Ok(())
}

/// The request that records an exchange.
fn post(node: &Node, ready: &Ready) -> Result<Vec<u8>> {
    let Ready { terms, consents } = ready;
    let [giver_consent, receiver_consent] = consents.as_slice() else { bail!("an exchange has two parties") };
    let body = serde_json::to_string(&NewExchange {
        id: Some(terms.exchange),
        giver: Some(terms.giver),
        receiver: Some(terms.receiver),
        minutes: i64::from(terms.minutes.get()),
        made_at: Some(terms.made_at.0),
        giver_consent: giver_consent.clone(),
        receiver_consent: receiver_consent.clone(),
        ..NewExchange::default()
    })?;
    let host = node.url.trim_start_matches("http://");
    let token = node.running.home.admin_token.as_str();
    Ok(format!(
        "POST /api/v1/exchanges HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {token}\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes())
}

/// Sends all requests, each connection one after the other; how many a second were answered as expected.
async fn ask_all(address: SocketAddr, requests: Vec<Vec<u8>>, expected: &'static str) -> Result<f64> {
    let count = requests.len();
    let share = count.div_ceil(CONNECTIONS).max(1);
    let mut requests = requests.into_iter();
    let mut connections = Vec::new();
    while requests.len() > 0 {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        connections.push((stream, requests.by_ref().take(share).collect::<Vec<_>>()));
    }
    let begun = Instant::now();
    let mut clients = JoinSet::new();
    for (stream, requests) in connections {
        clients.spawn(async move {
            for request in requests {
                ask(&stream, &request, expected).await?;
            }
            anyhow::Ok(())
        });
    }
    for client in clients.join_all().await {
        client?;
    }
    Ok(rate(count, begun.elapsed()))
}

async fn ask(stream: &TcpStream, request: &[u8], expected: &str) -> Result<()> {
    let mut rest = request;
    while !rest.is_empty() {
        stream.writable().await?;
        match stream.try_write(rest) {
            Ok(written) => rest = &rest[written..],
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {}
            Err(error) => return Err(error.into()),
        }
    }
    let (mut answer, mut filled) = ([0; MAX_ANSWER], 0);
    while !is_whole(&answer[..filled])? {
        stream.readable().await?;
        match stream.try_read(&mut answer[filled..]) {
            Ok(0) => bail!("the connection ended, or its answer was too long"),
            Ok(read) => filled += read,
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {}
            Err(error) => return Err(error.into()),
        }
    }
    if !answer.starts_with(expected.as_bytes()) {
        bail!("not {expected}: {}", String::from_utf8_lossy(&answer[..filled]));
    }
    Ok(())
}

/// Whether all of an answer is here: its head says how long its body is.
fn is_whole(answer: &[u8]) -> Result<bool> {
    let Some(end) = answer.windows(4).position(|four| four == b"\r\n\r\n") else { return Ok(false) };
    let head = std::str::from_utf8(&answer[..end])?;
    let length = head.lines().filter_map(|line| line.split_once(':'));
    let mut length =
        length.filter(|(name, _)| name.eq_ignore_ascii_case("content-length")).map(|(_, value)| value.trim());
    let length: usize = length.next_back().context("an answer without its length")?.parse()?;
    Ok(answer.len() >= end + 4 + length)
}
