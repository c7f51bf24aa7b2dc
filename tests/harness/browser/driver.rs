//! The program that leads browsers, one for each test.

use super::session::{Browser, Look};
use crate::cluster::wait_within;
use anyhow::{Context as _, Result};
use std::{
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{Arc, mpsc},
    thread,
    time::Duration,
};
use tokio::runtime::Runtime;

/// Where pictures of pages are put, in the folder of what is built.
pub const SCREENSHOTS: &str = "screenshots";
/// How long the driver may take to say where it listens.
const START_PATIENCE: Duration = Duration::from_secs(60);
/// How long it may take to close its browsers.
const STOP_PATIENCE: Duration = Duration::from_secs(20);
/// How it tells its port.
const LISTENS: &str = "started successfully on port ";

/// The program `chromedriver`, running. Its browsers end with it.
pub struct Driver {
    process: Child,
    address: String,
    pub(super) runtime: Arc<Runtime>,
}

impl Driver {
    /// Starts it on a port of the system's choice.
    ///
    /// # Errors
    /// When it is not installed or does not start.
    pub fn start() -> Result<Self> {
        let mut command = Command::new("chromedriver");
        command.arg("--port=0").stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut process = command.spawn().context(
            "chromedriver cannot be started. Install it and the browser: apt-get install chromium chromium-driver",
        )?;
        let stdout = process.stdout.take().context("the driver has no output")?;
        let (tell, told) = mpsc::channel();
        // Reading blocks, and a driver whose output nobody reads stops when the pipe is full.
        thread::spawn(move || {
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                if let Some((_, port)) = line.split_once(LISTENS) {
                    // Nobody waits any more once the test is over.
                    let _ = tell.send(port.trim_end_matches('.').to_owned());
                }
            }
        });
        let port = told.recv_timeout(START_PATIENCE).context("the driver did not say where it listens")?;
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
        Ok(Self { process, address: format!("http://127.0.0.1:{port}"), runtime: Arc::new(runtime) })
    }

    /// A new browser that looks at the pages of the node at `base`.
    ///
    /// # Errors
    /// When it does not start.
    pub fn browser(&self, base: &str, look: Look) -> Result<Browser> {
        Browser::open(Arc::clone(&self.runtime), &self.address, base, look)
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        // Told to end, it closes its browsers first; killed, it would leave them behind.
        let _ = ureq::get(format!("{}/shutdown", self.address)).call();
        if wait_within(STOP_PATIENCE, "the end of the driver", || Ok(self.process.try_wait()?)).is_err() {
            // It may have ended just now.
            let _ = self.process.kill();
            let _ = self.process.wait();
        }
    }
}

/// The folder of what is built, which git ignores.
fn target() -> PathBuf {
    let built = std::env::current_exe().ok().and_then(|test| test.ancestors().nth(3).map(Path::to_path_buf));
    built.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../target"))
}

/// A folder in the folder of what is built, made if it is not there.
///
/// # Errors
/// When it cannot be made.
pub(crate) fn target_folder(name: &str) -> Result<PathBuf> {
    let folder = target().join(name);
    std::fs::create_dir_all(&folder).with_context(|| format!("{} cannot be made", folder.display()))?;
    Ok(folder)
}

/// A file of the page checkers that `tests/run` installs, below `node_modules`.
///
/// # Errors
/// When it is not there, with what to do.
pub fn tool(path: &str) -> Result<PathBuf> {
    let root = std::env::var_os("KITH_TOOLS")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/tools"), PathBuf::from);
    let found = root.join("node_modules").join(path);
    let advice = "./tests/run installs it";
    found.canonicalize().with_context(|| format!("{} is not installed; {advice}", found.display()))
}
