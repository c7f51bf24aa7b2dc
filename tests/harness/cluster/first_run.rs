//! A node that was started in an empty directory and waits for somebody to found its community in a browser.

use super::{
    node::Ready,
    program::command,
    wait::{PATIENCE, wait_within},
};
use anyhow::{Context as _, Result};
use serde::Deserialize;
use std::{
    fs,
    io::{BufRead as _, BufReader},
    path::Path,
    process::{Child, ChildStdin, Stdio},
    sync::mpsc,
    thread,
};

#[derive(Deserialize)]
struct Invited {
    setup: String,
}

/// The process, before and after there is a community.
pub struct FirstRun {
    /// The link that it showed in the terminal.
    pub link: String,
    child: Child,
    stdin: Option<ChildStdin>,
    lines: mpsc::Receiver<String>,
}

impl FirstRun {
    /// Makes the directory and starts `kith serve` on it.
    ///
    /// # Errors
    /// When it shows no link.
    pub fn begin(dir: &Path) -> Result<Self> {
        fs::create_dir(dir).with_context(|| format!("{} cannot be made", dir.display()))?;
        let log = fs::File::create(dir.with_extension("first.log"))?;
        let mut serve = command(&["serve", "--json", "--stop-with-stdin", "--http", "127.0.0.1:0"]);
        serve.args(["--listen", "/ip4/127.0.0.1/tcp/0"]).arg("--dir").arg(dir).stdin(Stdio::piped()).stderr(log);
        let mut child = serve.spawn().context("a node cannot be started")?;
        let (stdin, stdout) = (child.stdin.take(), child.stdout.take().context("a node has no output")?);
        let (tell, lines) = mpsc::channel();
        // Reading blocks; a node that says nothing must not hold the test for ever.
        thread::spawn(move || {
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                if tell.send(line).is_err() {
                    return;
                }
            }
        });
        let mut run = Self { link: String::new(), child, stdin, lines };
        run.link = run.next::<Invited>().context("the node showed no link")?.setup;
        Ok(run)
    }

    fn next<T: serde::de::DeserializeOwned>(&self) -> Result<T> {
        Ok(serde_json::from_str(&self.lines.recv_timeout(PATIENCE)?)?)
    }

    /// Waits until the community is founded and its node runs, under the same address.
    ///
    /// # Errors
    /// When it does not come up.
    pub fn founded(&self) -> Result<Ready> {
        self.next().context("the node of the new community did not come up")
    }

    /// Stops the process in good order.
    ///
    /// # Errors
    /// When it does not stop.
    pub fn stop(mut self) -> Result<()> {
        self.stdin = None;
        wait_within(PATIENCE, "the end of a first run", || Ok(self.child.try_wait()?)).map(|_| ())
    }
}

impl Drop for FirstRun {
    fn drop(&mut self) {
        if !matches!(self.child.try_wait(), Ok(Some(_))) {
            // The test is over: whether the node still ran no longer matters.
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }
}
