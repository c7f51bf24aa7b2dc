//! One node: a community's directory and, most of the time, a process that serves it.

use super::{
    program::{command, command_in, run},
    wait::wait_within,
};
use anyhow::{Context as _, Result, bail};
use kith::{
    api::types::{AliasView, CheckpointView, MemberView, NewMember, Outcome, PartnerView, Status},
    client::{Client, ClientError},
    runtime::home,
};
use kith_protocol::id::{Alias, CommunityId, ExchangeId, MemberId};
use serde::Deserialize;
use std::{
    fs::OpenOptions,
    io::{BufRead as _, BufReader},
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Child, ChildStdin, ChildStdout, Command, ExitStatus, Stdio},
    sync::{Mutex, OnceLock, PoisonError, RwLock, mpsc},
    thread,
    time::Duration,
};

/// How long a node may take to come up: a debug build reads back a long journal while others use the machine.
const START_PATIENCE: Duration = Duration::from_secs(90);
/// How long a node may take to stop: twice what it promises, because the promise is not what is tested by this.
const STOP_PATIENCE: Duration = Duration::from_secs(20);
/// How much of a log an error shows, in lines.
const LOG_LINES: usize = 40;
/// Where a node listens that has not listened anywhere yet.
const ANYWHERE: &str = "/ip4/127.0.0.1/tcp/0";

/// What `kith serve --json` prints once it is ready.
#[derive(Debug, Clone, Deserialize)]
pub struct Ready {
    /// Where people reach it.
    pub url: String,
    /// Its libp2p peer id.
    pub peer: String,
    /// Where other nodes reach it, as multiaddrs.
    pub addresses: Vec<String>,
    /// Its community.
    pub id: CommunityId,
    /// The community's name.
    pub name: String,
}

struct Process {
    child: Child,
    /// Held open: the node stops when it closes, so that no node outlives a test that was killed.
    _stdin: Option<ChildStdin>,
    /// Held open, so that a node that prints more is not ended by it.
    _stdout: Option<BufReader<ChildStdout>>,
}

/// A network namespace in which a node runs, and the address it has there.
#[derive(Debug, Clone)]
pub struct Place {
    /// As `ip netns` calls it.
    pub namespace: String,
    /// An IPv4 address.
    pub address: String,
}

/// One community's node. All methods take `&self`, so that threads may use it while another kills it.
pub struct Node {
    /// The community's name.
    pub name: String,
    /// Its directory.
    pub dir: PathBuf,
    log: PathBuf,
    /// Further options of `kith serve`.
    options: Vec<String>,
    place: Option<Place>,
    /// Where its pages are, if that matters.
    pages: Option<SocketAddr>,
    id: OnceLock<CommunityId>,
    process: Mutex<Option<Process>>,
    /// Where it was reached last, and with what.
    reached: RwLock<Option<(Ready, Client)>>,
}

impl Node {
    /// Founds a community in `dir` with `kith init`. Its log is written beside the directory.
    ///
    /// # Errors
    /// When it cannot be founded.
    pub fn found(dir: &Path, name: &str) -> Result<Self> {
        let dir_text = dir.to_str().context("a directory of a test has a plain name")?;
        run(&["init", "--dir", dir_text, "--name", name, "--json"])?.ok()?;
        Ok(Self::in_dir(dir, name, &[]))
    }

    /// The node of a directory that was founded before, with further options of `kith serve`.
    #[must_use]
    pub fn in_dir(dir: &Path, name: &str, options: &[&str]) -> Self {
        Self {
            name: name.to_owned(),
            dir: dir.to_path_buf(),
            log: dir.with_extension("log"),
            options: options.iter().map(|&option| option.to_owned()).collect(),
            place: None,
            pages: None,
            id: OnceLock::new(),
            process: Mutex::new(None),
            reached: RwLock::new(None),
        }
    }

    /// The same node in a network namespace of its own.
    #[must_use]
    pub fn at(mut self, place: Place) -> Self {
        self.place = Some(place);
        self
    }

    /// The same node with its pages at this address.
    #[must_use]
    pub fn with_pages_at(mut self, address: SocketAddr) -> Self {
        self.pages = Some(address);
        self
    }

    /// The program, and where it is to listen for people and for nodes that it has not listened for before.
    fn serve(&self) -> (Command, String, String) {
        let serve = ["serve", "--json", "--stop-with-stdin"];
        match &self.place {
            None => {
                let pages = self.pages.map_or_else(|| "127.0.0.1:0".to_owned(), |pages| pages.to_string());
                (command(&serve), pages, ANYWHERE.to_owned())
            }
            Some(Place { namespace, address }) => {
                let serve = command_in(&["ip", "netns", "exec", namespace], &serve);
                (serve, format!("{address}:0"), format!("/ip4/{address}/tcp/0"))
            }
        }
    }

    /// Starts the node and waits until it is ready.
    ///
    /// # Errors
    /// When it runs already or does not come up, with the end of its log.
    pub fn start(&self) -> Result<()> {
        let mut slot = self.process.lock().unwrap_or_else(PoisonError::into_inner);
        if slot.is_some() {
            bail!("{} runs already", self.name);
        }
        let known = self.ready().and_then(|ready| ready.addresses.into_iter().next());
        let usual = known.as_deref().map(|address| address.split("/p2p/").next().unwrap_or(address));
        let (process, ready) = match usual {
            None => self.come_up(None)?,
            // Another program may have been given the port meanwhile: then the node moves, as a real one would.
            Some(usual) => self.come_up(Some(usual)).or_else(|_| self.come_up(None))?,
        };
        let token = home::admin_token(&self.dir)?.context("the node's directory has no admin token")?;
        let client = Client::new(&ready.url, Some(token));
        if *self.id.get_or_init(|| ready.id) != ready.id {
            bail!("{} came back as another community", self.name);
        }
        *self.reached.write().unwrap_or_else(PoisonError::into_inner) = Some((ready, client));
        *slot = Some(process);
        Ok(())
    }

    /// Starts the node and kills it after a moment, wherever its start has got to by then.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn start_and_kill9(&self, after: Duration) -> Result<()> {
        let (mut process, _) = self.spawn(None)?;
        // Not to wait for anything: to be killed at no particular moment is the point.
        thread::sleep(after);
        process.child.kill().context("a node cannot be killed")?;
        process.child.wait()?;
        Ok(())
    }

    fn spawn(&self, listen: Option<&str>) -> Result<(Process, mpsc::Receiver<Option<Ready>>)> {
        let log = OpenOptions::new().create(true).append(true).open(&self.log).context("a log cannot be written")?;
        let (mut serve, http, anywhere) = self.serve();
        serve
            .args(["--http", &http, "--listen", listen.unwrap_or(&anywhere)])
            .arg("--dir")
            .arg(&self.dir)
            .args(&self.options);
        // Whoever looks for the reason of a failure reads it; and at no level may it hold what is private.
        serve.env("KITH_LOG_LEVEL", "debug");
        let mut child = serve.stdin(Stdio::piped()).stderr(log).spawn().context("a node cannot be started")?;
        let (stdin, stdout) = (child.stdin.take(), child.stdout.take());
        let (tell, told) = mpsc::channel();
        // Reading blocks; a node that says nothing must not hold the test for ever.
        thread::spawn(move || {
            let mut line = String::new();
            let mut reader = BufReader::new(stdout?);
            // An end without a line and a line that is no JSON are the same to whoever waits.
            let _ = reader.read_line(&mut line);
            let _ = tell.send(serde_json::from_str(&line).ok());
            std::io::copy(&mut reader, &mut std::io::sink()).ok()
        });
        Ok((Process { child, _stdin: stdin, _stdout: None }, told))
    }

    fn come_up(&self, listen: Option<&str>) -> Result<(Process, Ready)> {
        let (mut process, told) = self.spawn(listen)?;
        if let Ok(Some(ready)) = told.recv_timeout(START_PATIENCE) {
            return Ok((process, ready));
        }
        // It may have ended by itself already.
        let _ = process.child.kill();
        let status = process.child.wait()?;
        bail!("{} did not come up ({status}); its log ends:\n{}", self.name, self.log_tail())
    }

    /// The last lines of the node's log.
    #[must_use]
    pub fn log_tail(&self) -> String {
        let text = std::fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<&str> = text.lines().collect();
        lines[lines.len().saturating_sub(LOG_LINES)..].join("\n")
    }

    /// Everything the node logged since it was founded.
    ///
    /// # Errors
    /// When the log cannot be read.
    pub fn log(&self) -> Result<String> {
        std::fs::read_to_string(&self.log).context("a log cannot be read")
    }

    /// What the node counts, as it shows it to monitoring: OpenMetrics text.
    ///
    /// # Errors
    /// When it does not answer.
    pub fn metrics(&self) -> Result<String> {
        let mut text = Vec::new();
        self.client().download("/metrics", &mut text)?;
        Ok(String::from_utf8(text)?)
    }

    /// Kills the process as a power cut would: no signal handler, no last word.
    ///
    /// # Errors
    /// When it does not run.
    pub fn kill9(&self) -> Result<()> {
        let mut process = self.take()?;
        process.child.kill().context("a node cannot be killed")?;
        process.child.wait()?;
        Ok(())
    }

    /// Asks the process to stop with SIGTERM and waits until it has.
    ///
    /// # Errors
    /// When it does not run or does not stop.
    pub fn stop_gracefully(&self) -> Result<ExitStatus> {
        let mut process = self.take()?;
        terminate(&process.child)?;
        let stopped =
            wait_within(STOP_PATIENCE, &format!("the end of {}", self.name), || Ok(process.child.try_wait()?));
        if stopped.is_err() {
            process.child.kill()?;
            process.child.wait()?;
        }
        stopped
    }

    /// Asks the process to stop and kills it while it does.
    ///
    /// # Errors
    /// When it does not run.
    pub fn stop_and_kill9(&self, after: Duration) -> Result<()> {
        let mut process = self.take()?;
        terminate(&process.child)?;
        // Not to wait for anything: to be killed at no particular moment is the point.
        thread::sleep(after);
        process.child.kill().context("a node cannot be killed")?;
        process.child.wait()?;
        Ok(())
    }

    /// Waits until the process has ended by itself.
    ///
    /// # Errors
    /// When it does not run or does not end.
    pub fn wait_ended(&self) -> Result<ExitStatus> {
        let mut process = self.take()?;
        let ended =
            wait_within(STOP_PATIENCE, &format!("the end of {}", self.name), || Ok(process.child.try_wait()?));
        if ended.is_err() {
            process.child.kill()?;
            process.child.wait()?;
        }
        ended
    }

    /// Kills the process and starts it again.
    ///
    /// # Errors
    /// When it does not run, or does not come up again.
    pub fn restart(&self) -> Result<()> {
        self.kill9()?;
        self.start()
    }

    fn take(&self) -> Result<Process> {
        let mut slot = self.process.lock().unwrap_or_else(PoisonError::into_inner);
        slot.take().with_context(|| format!("{} does not run", self.name))
    }

    /// What the node said when it was last ready.
    #[must_use]
    pub fn ready(&self) -> Option<Ready> {
        let reached = self.reached.read().unwrap_or_else(PoisonError::into_inner);
        reached.as_ref().map(|(ready, _)| ready.clone())
    }

    /// Where people reach it, or last reached it.
    ///
    /// # Panics
    /// Before the first start.
    #[must_use]
    pub fn url(&self) -> String {
        self.ready().expect("the node was started").url
    }

    /// Its libp2p address with its peer id.
    ///
    /// # Panics
    /// Before the first start.
    #[must_use]
    pub fn address(&self) -> String {
        let ready = self.ready().expect("the node was started");
        let address = ready.addresses.into_iter().next().expect("a node of a test listens somewhere");
        if address.contains("/p2p/") { address } else { format!("{address}/p2p/{}", ready.peer) }
    }

    /// Its community.
    ///
    /// # Panics
    /// Before the first start.
    #[must_use]
    pub fn id(&self) -> CommunityId {
        *self.id.get().expect("the node was started")
    }

    /// Its API, with the admin's token, where it was last reached.
    ///
    /// # Panics
    /// Before the first start.
    #[must_use]
    pub fn client(&self) -> Client {
        let reached = self.reached.read().unwrap_or_else(PoisonError::into_inner);
        reached.as_ref().expect("the node was started").1.clone()
    }

    /// How the node is.
    ///
    /// # Errors
    /// [`ClientError`].
    pub fn status(&self) -> Result<Status, ClientError> {
        self.client().get("/api/v1/status")
    }

    /// Its ledger's signed checkpoint.
    ///
    /// # Errors
    /// [`ClientError`].
    pub fn checkpoint(&self) -> Result<CheckpointView, ClientError> {
        self.client().get("/api/v1/ledger/checkpoint")
    }

    /// Its partnerships.
    ///
    /// # Errors
    /// [`ClientError`].
    pub fn partners(&self) -> Result<Vec<PartnerView>, ClientError> {
        self.client().get("/api/v1/partners")
    }

    /// Its partnership with another.
    ///
    /// # Errors
    /// [`ClientError`].
    pub fn partner(&self, other: &Self) -> Result<PartnerView, ClientError> {
        self.client().get(&format!("/api/v1/partners/{}", other.id()))
    }

    /// One of its members.
    ///
    /// # Errors
    /// [`ClientError`].
    pub fn member(&self, id: &MemberId) -> Result<MemberView, ClientError> {
        self.client().get(&format!("/api/v1/members/{id}"))
    }

    /// Admits a member.
    ///
    /// # Errors
    /// When they are refused.
    pub fn admit(&self, new: &NewMember) -> Result<MemberId> {
        let outcome: Outcome = self.client().post("/api/v1/members", new, None)?;
        outcome.member.context("the new member's id is missing")
    }

    /// A member's code for a partner.
    ///
    /// # Errors
    /// [`ClientError`].
    pub fn alias(&self, member: &MemberId, towards: &Self) -> Result<Alias, ClientError> {
        let path = format!("/api/v1/members/{member}/alias?partner={}", towards.id());
        self.client().get::<AliasView>(&path).map(|view| view.alias)
    }

    /// Where an exchange stands.
    ///
    /// # Errors
    /// [`ClientError`].
    pub fn exchange(&self, id: &ExchangeId) -> Result<kith::api::types::ExchangeView, ClientError> {
        self.client().get(&format!("/api/v1/exchanges/{id}"))
    }
}

/// SIGTERM. The shell's own `kill` is everywhere; a program of that name is not.
fn terminate(child: &Child) -> Result<()> {
    let told = Command::new("sh").arg("-c").arg(format!("kill -TERM {}", child.id())).status()?;
    if told.success() { Ok(()) } else { bail!("a node cannot be told to stop") }
}

impl Drop for Node {
    fn drop(&mut self) {
        if let Ok(mut process) = self.take() {
            // The test is over: whether the node still ran no longer matters.
            let _ = process.child.kill();
            let _ = process.child.wait();
        }
    }
}
