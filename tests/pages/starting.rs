//! What a node shows while it reads its book: for a moment, which no checker is there in time for. Here it lasts.

use anyhow::{Result, ensure};
use kith::{
    config::Settings,
    progress::{Piece, Progress},
    serve::Front,
    web::waiting,
};
use std::net::{Ipv4Addr, SocketAddr};
use tokio::runtime::Runtime;

/// How far it is, of a hundred.
const DONE: u64 = 40;

/// A node that starts for as long as this is kept.
pub(crate) struct Starting {
    pub(crate) url: String,
    _front: Front,
    _work: Piece,
    _runtime: Runtime,
}

impl Starting {
    pub(crate) fn begin() -> Result<Self> {
        let (runtime, progress) = (Runtime::new()?, Progress::default());
        let mut work = progress.begin(100);
        work.reach(DONE);
        let settings = Settings { http_listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)), ..Settings::default() };
        let front = runtime.block_on(Front::open(&settings, waiting::router(progress)))?;
        Ok(Self { url: front.url(), _front: front, _work: work, _runtime: runtime })
    }

    /// What it shows to whoever looks, and to whoever sent something.
    pub(crate) fn pages(&self) -> Result<[String; 2]> {
        let config = ureq::Agent::config_builder().http_status_as_error(false).build();
        let (agent, address) = (ureq::Agent::from(config), format!("{}/home", self.url));
        let looked = agent.get(&address).call()?.body_mut().read_to_string()?;
        let sent = agent.post(&address).send_form([("text", "Soup")])?.body_mut().read_to_string()?;
        ensure!(looked.contains("<progress") && sent.contains("<progress") && looked != sent, "{looked}{sent}");
        Ok([looked, sent])
    }
}
