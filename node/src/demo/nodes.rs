//! Real nodes on this machine: each a process of its own, with its own directory, on loopback.

use super::script::Community;
use crate::{
    client::Client,
    runtime::{Founding, found, home},
};
use anyhow::{Context as _, Result, bail};
use kith_protocol::id::{CommunityId, MemberId};
use serde::Deserialize;
use std::{
    fs::File,
    io::{BufRead as _, BufReader},
    path::Path,
    process::{Child, ChildStdin, Command, Stdio},
};

/// One node that runs.
pub struct Node {
    /// Its community.
    pub id: CommunityId,
    /// The community's name.
    pub name: String,
    /// The first coordinator.
    pub coordinator: MemberId,
    /// Where people reach it.
    pub url: String,
    /// Its libp2p address, with its peer id.
    pub address: String,
    /// Its API, with the admin's token.
    pub client: Client,
    child: Child,
    /// Closing it asks the node to stop; it closes by itself should this program be killed.
    stdin: Option<ChildStdin>,
}

#[derive(Deserialize)]
struct Ready {
    url: String,
    peer: String,
    addresses: Vec<String>,
}

/// Founds a community in `dir` and starts its node, which connects to `peer` if one is given.
///
/// # Errors
/// When the directory is taken, or the node does not come up.
pub fn start(dir: &Path, community: &Community, peer: Option<&str>) -> Result<Node> {
    let founding = Founding { charter: community.charter.clone(), coordinator: "Coordinator".to_owned() };
    let (home, coordinator, _words) = found(dir, &founding)?;
    let log = File::create(dir.join("serve.log")).context("the node's log cannot be written")?;
    let program = std::env::current_exe().context("this program does not know where it is")?;
    let mut command = Command::new(program);
    command.arg("serve").arg("--dir").arg(dir).args(["--json", "--stop-with-stdin", "--http", "127.0.0.1:0"]);
    command.args(["--listen", "/ip4/127.0.0.1/tcp/0"]);
    if let Some(peer) = peer {
        command.args(["--peer", peer]);
    }
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(log)
        .spawn()
        .context("the node cannot be started")?;
    let stdout = child.stdout.take().context("the node has no output")?;
    let mut line = String::new();
    BufReader::new(stdout).read_line(&mut line).context("the node says nothing")?;
    let ready: Ready = match serde_json::from_str(&line) {
        Ok(ready) => ready,
        Err(_) => {
            bail!("the node of {} did not start; see {}", community.charter.name, dir.join("serve.log").display())
        }
    };
    let token = home::admin_token(dir)?;
    let address = ready.addresses.first().context("the node listens nowhere")?;
    let address = if address.contains("/p2p/") { address.clone() } else { format!("{address}/p2p/{}", ready.peer) };
    Ok(Node {
        id: home.identity.community,
        name: community.charter.name.clone(),
        coordinator,
        client: Client::new(&ready.url, token),
        url: ready.url,
        address,
        stdin: child.stdin.take(),
        child,
    })
}

impl Node {
    /// Resident memory of the node's process in KiB, where the system tells.
    #[must_use]
    pub fn resident_kib(&self) -> Option<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).ok()?;
        let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
        line.split_whitespace().nth(1)?.parse().ok()
    }

    /// Asks the node to stop.
    pub fn ask_to_stop(&mut self) {
        drop(self.stdin.take());
    }

    /// Waits until it has stopped.
    pub fn wait(&mut self) {
        if self.child.wait().is_err() {
            tracing::warn!("a node could not be waited for");
        }
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        self.ask_to_stop();
        self.wait();
    }
}
