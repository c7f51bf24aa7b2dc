//! Pages as they leave a node, also those that only a form leads to: browsers come through here, and what they get is kept.

use anyhow::{Context as _, Result};
use std::{
    collections::BTreeSet,
    io::{self, Read, Write as _},
    net::{Shutdown, TcpListener, TcpStream},
    sync::{Arc, Mutex, PoisonError},
    thread,
};

/// What came back over one connection.
type Kept = Arc<Mutex<Vec<u8>>>;

/// Stands before a node.
pub(crate) struct Recorder {
    /// Where browsers come in.
    pub(crate) url: String,
    connections: Arc<Mutex<Vec<Kept>>>,
}

fn add<T, U>(to: &Mutex<T>, change: impl FnOnce(&mut T) -> U) -> U {
    change(&mut to.lock().unwrap_or_else(PoisonError::into_inner))
}

impl Recorder {
    /// Opens a door to the node at an address such as `http://127.0.0.1:8080`.
    pub(crate) fn before(node: &str) -> Result<Self> {
        let node = node.strip_prefix("http://").context("a node of a test speaks HTTP")?.to_owned();
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let url = format!("http://{}", listener.local_addr()?);
        let connections = Arc::<Mutex<Vec<Kept>>>::default();
        let known = Arc::clone(&connections);
        thread::spawn(move || {
            for browser in listener.incoming().map_while(Result::ok) {
                let kept = Kept::default();
                add(&known, |known| known.push(Arc::clone(&kept)));
                // A browser that gets no answer shows so, and its test fails.
                let _ = pass_on(&browser, &node, kept);
            }
        });
        Ok(Self { url, connections })
    }

    /// Asks as no browser does: a request as it goes over the line.
    pub(crate) fn ask(&self, request: &str) -> Result<()> {
        let mut line = TcpStream::connect(self.url.trim_start_matches("http://"))?;
        line.write_all(request.as_bytes())?;
        line.read_to_end(&mut Vec::new())?;
        Ok(())
    }

    /// Every page that came through, each once.
    pub(crate) fn pages(&self) -> BTreeSet<String> {
        let all = add(&self.connections, |all| all.clone());
        all.iter().flat_map(|kept| add(kept, |bytes| pages(bytes))).collect()
    }
}

/// Carries bytes both ways until either side has enough.
fn pass_on(browser: &TcpStream, node: &str, kept: Kept) -> Result<()> {
    let node = TcpStream::connect(node)?;
    let (mut asks, mut to_node) = (browser.try_clone()?, node.try_clone()?);
    let (mut answers, mut to_browser) = (node, browser.try_clone()?);
    thread::spawn(move || {
        let _ = io::copy(&mut asks, &mut to_node);
        let _ = to_node.shutdown(Shutdown::Write);
    });
    thread::spawn(move || {
        let mut part = [0; 16 * 1024];
        while let Ok(read @ 1..) = answers.read(&mut part) {
            // Kept before it is passed on: whoever has seen a page finds it here.
            add(&kept, |kept| kept.extend_from_slice(&part[..read]));
            if to_browser.write_all(&part[..read]).is_err() {
                break;
            }
        }
        let _ = to_browser.shutdown(Shutdown::Both);
    });
    Ok(())
}

/// The pages among the answers that came over one connection (RFC 9112). An answer that says no length is the last: it
/// goes on for as long as the connection does.
fn pages(mut rest: &[u8]) -> Vec<String> {
    let mut found = Vec::new();
    while let Some(end) = rest.windows(4).position(|four| four == b"\r\n\r\n") {
        let head = String::from_utf8_lossy(&rest[..end]).to_ascii_lowercase();
        let says = |name: &str| head.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
        let empty = head.starts_with("http/1.1 304") || head.starts_with("http/1.1 1");
        let length = says("content-length:").and_then(|length| length.parse().ok()).or(empty.then_some(0_usize));
        let Some((body, next)) = length.and_then(|length| rest[end + 4..].split_at_checked(length)) else { break };
        if !body.is_empty() && says("content-type:").is_some_and(|kind| kind.starts_with("text/html")) {
            found.push(String::from_utf8_lossy(body).into_owned());
        }
        rest = next;
    }
    found
}
