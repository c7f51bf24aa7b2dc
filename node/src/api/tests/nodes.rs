//! A node that runs and answers on loopback, and ways to ask it.

use crate::{
    api::{self, ApiState, types::*},
    client::{Client, ClientError},
    runtime::{self, Founding, Handle, Running, Starting},
};
use kith_protocol::{
    community::{Charter, Confirmation},
    id::{CommunityId, MemberId},
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::sync::oneshot;
use zeroize::Zeroizing;

/// Generous: a busy machine that builds other things meanwhile must not fail a test.
const DEADLINE: Duration = Duration::from_secs(90);

/// It is stopped when it is dropped, before its directory goes: a node whose disk vanishes takes the program with it.
pub(super) struct Node {
    pub(super) handle: Handle,
    pub(super) peer: String,
    pub(super) transport: [u8; 32],
    pub(super) coordinator: MemberId,
    token: Zeroizing<String>,
    client: Client,
    on: Option<On>,
    dir: Option<tempfile::TempDir>,
}

/// What is to be stopped.
struct On {
    running: Running,
    stop: oneshot::Sender<()>,
    server: tokio::task::JoinHandle<std::io::Result<()>>,
}

impl On {
    async fn off(self) {
        drop(self.stop);
        self.server.await.unwrap().unwrap();
        self.running.stop().await;
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        if let Some(on) = self.on.take() {
            let runtime = tokio::runtime::Handle::current();
            tokio::task::block_in_place(|| runtime.block_on(on.off()));
        }
    }
}

/// A community whose node is off.
pub(super) struct Off {
    dir: tempfile::TempDir,
    coordinator: MemberId,
}

/// What came back, as it came.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) headers: ureq::http::HeaderMap,
    pub(super) body: Vec<u8>,
}

impl Answer {
    pub(super) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    pub(super) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    /// The code of a problem that is all a problem should be.
    pub(super) fn problem(&self) -> String {
        assert_eq!(self.header("content-type"), "application/problem+json", "{self:?}");
        let problem: Problem = serde_json::from_slice(&self.body).unwrap();
        assert_eq!(problem.status, self.status);
        assert_eq!(problem.kind, format!("/problems/{}", problem.code));
        assert!(!problem.title.is_empty() && !problem.detail.is_empty());
        problem.code
    }
}

/// A community whose charter asks for the receiver's agreement, with one coordinator.
pub(super) async fn node(name: &str) -> Node {
    node_with(Charter::new(name.into(), Some("gcpuv".into()))).await
}

pub(super) async fn strict_node(name: &str) -> Node {
    node_with(Charter { confirmation: Confirmation::Both, ..Charter::new(name.into(), None) }).await
}

async fn node_with(charter: Charter) -> Node {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().to_path_buf();
    let founding = Founding { charter, coordinator: "Coordinating Carol".into() };
    let found = tokio::task::spawn_blocking(move || runtime::found(&path, &founding).map(|(_, id, _)| id));
    let coordinator = found.await.unwrap().unwrap();
    Off { dir, coordinator }.start(Vec::new()).await
}

impl Off {
    async fn start(self, peers: Vec<String>) -> Node {
        let starting = Starting { peers, ..Starting::listening(vec!["/ip4/127.0.0.1/tcp/0".into()]) };
        let running = runtime::start(self.dir.path(), starting).await.unwrap();
        let token = running.home.admin_token.clone();
        let (handle, peer) = (running.handle.clone(), running.peer().to_string());
        let state = ApiState { handle: handle.clone(), admin_token: Arc::new(token.clone()), peer: peer.clone() };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let (stop, stopped) = oneshot::channel::<()>();
        let serving = axum::serve(listener, api::router(state)).with_graceful_shutdown(async { drop(stopped.await) });
        let server = tokio::spawn(serving.into_future());
        Node {
            handle,
            peer,
            transport: running.home.identity.transport.0,
            coordinator: self.coordinator,
            client: Client::new(&base, Some(token.clone())),
            token,
            on: Some(On { running, stop, server }),
            dir: Some(self.dir),
        }
    }

    /// Starts again; it is told where a peer is, as an operator would tell it.
    pub(super) async fn on(self, peer: &Node) -> Node {
        let status: Status = peer.get("/status").await;
        let peers = status.addresses.iter().map(|address| format!("{address}/p2p/{}", status.peer)).collect();
        self.start(peers).await
    }
}

impl Node {
    /// Stops the node.
    pub(super) async fn off(mut self) -> Off {
        let (on, dir, coordinator) = (self.on.take().unwrap(), self.dir.take().unwrap(), self.coordinator);
        // With the last handle goes the hold on the people's store.
        drop(self);
        on.off().await;
        Off { dir, coordinator }
    }

    /// Stops the node and starts it again from what is on its disk.
    pub(super) async fn restarted(self) -> Self {
        self.off().await.start(Vec::new()).await
    }

    pub(super) fn id(&self) -> CommunityId {
        self.handle.community()
    }

    /// What a client sends to be let in.
    pub(super) fn bearer(&self) -> String {
        format!("Bearer {}", self.token.as_str())
    }

    async fn blocking<T: Send + 'static>(&self, ask: impl FnOnce(Client) -> T + Send + 'static) -> T {
        let client = self.client.clone();
        tokio::task::spawn_blocking(move || ask(client)).await.unwrap()
    }

    pub(super) async fn get<T: DeserializeOwned + Send + 'static>(&self, path: &str) -> T {
        let path = format!("{}{path}", api::PREFIX);
        self.blocking(move |client| client.get(&path)).await.unwrap()
    }

    pub(super) async fn try_post<B, T>(&self, path: &str, body: B, key: Option<&str>) -> Result<T, ClientError>
    where
        B: Serialize + Send + 'static,
        T: DeserializeOwned + Send + 'static,
    {
        let (path, key) = (format!("{}{path}", api::PREFIX), key.map(str::to_owned));
        self.blocking(move |client| client.post(&path, &body, key.as_deref())).await
    }

    pub(super) async fn post<T: DeserializeOwned + Send + 'static>(&self, path: &str, body: Value) -> T {
        self.try_post(path, body, None).await.unwrap()
    }

    /// The code with which a write is refused.
    pub(super) async fn refused(&self, path: &str, body: Value) -> String {
        let refused: Result<Value, _> = self.try_post(path, body, None).await;
        refused.unwrap_err().code().unwrap().to_owned()
    }

    pub(super) async fn put<T: DeserializeOwned + Send + 'static>(
        &self,
        path: &str,
        body: Value,
    ) -> Result<T, ClientError> {
        let path = format!("{}{path}", api::PREFIX);
        self.blocking(move |client| client.put(&path, &body)).await
    }

    pub(super) async fn delete<T: DeserializeOwned + Send + 'static>(&self, path: &str) -> Result<T, ClientError> {
        let path = format!("{}{path}", api::PREFIX);
        self.blocking(move |client| client.delete(&path)).await
    }

    pub(super) async fn download(&self, path: &str) -> Vec<u8> {
        let path = format!("{}{path}", api::PREFIX);
        let read = move |client: Client| {
            let mut bytes = Vec::new();
            client.download(&path, &mut bytes).map(|_| bytes)
        };
        self.blocking(read).await.unwrap()
    }

    /// Any request at all, with the admin token unless the headers say otherwise.
    pub(super) async fn raw(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        let mut request = ureq::http::Request::builder().method(method).uri(format!("{}{path}", self.client.base()));
        if headers.iter().all(|(name, _)| *name != "authorization") {
            request = request.header("authorization", self.bearer());
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(body.to_vec()).unwrap();
        let answer = tokio::task::spawn_blocking(move || {
            let config = ureq::Agent::config_builder().http_status_as_error(false).allow_non_standard_methods(true);
            let mut answer = ureq::Agent::from(config.build()).run(request).unwrap();
            let body = answer.body_mut().read_to_vec().unwrap();
            Answer { status: answer.status().as_u16(), headers: answer.headers().clone(), body }
        });
        answer.await.unwrap()
    }

    pub(super) async fn raw_post(&self, path: &str, body: &str) -> Answer {
        self.raw("POST", &format!("{}{path}", api::PREFIX), &[("content-type", "application/json")], body.as_bytes())
            .await
    }

    pub(super) async fn raw_get(&self, path: &str) -> Answer {
        self.raw("GET", &format!("{}{path}", api::PREFIX), &[], &[]).await
    }

    pub(super) async fn member(&self, name: &str) -> MemberId {
        let outcome: Outcome = self.post("/members", json!({ "name": name })).await;
        outcome.member.unwrap()
    }

    pub(super) async fn balance(&self, member: MemberId) -> i64 {
        self.get::<MemberView>(&format!("/members/{member}")).await.balance_minutes
    }

    pub(super) async fn entries(&self) -> u64 {
        self.get::<Status>("/status").await.entries
    }
}

/// Waits until a condition holds.
pub(super) async fn until<F: Future<Output = bool>>(what: &str, mut holds: impl FnMut() -> F) {
    let begun = Instant::now();
    while !holds().await {
        assert!(begun.elapsed() < DEADLINE, "waited in vain: {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
