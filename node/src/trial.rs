//! For tests of what a node shows: a real one in a directory of its own, and a plain client.
#![expect(clippy::unwrap_used, reason = "tests")]

use crate::{
    backup::{Policy, make, restore},
    network::Limits,
    progress::Progress,
    runtime::{Founding, Handle, Root, Running, Starting, clock, found, start},
};
use axum::Router;
use kith_protocol::{
    community::Charter,
    id::{MemberId, RecordKey},
    ledger::{Channel, Consent},
    machine::{Command, Reply},
    member::{MemberKind, Role},
    shelf::{Category, Item, Listing},
    time::Span,
};
use std::{path::Path, time::Duration};

/// The longest that anything here may take.
const DEADLINE: Duration = Duration::from_secs(60);

/// A node that runs until it is dropped. One that lost its directory meanwhile would end the whole program.
pub(crate) struct Begun(Option<Box<Running>>);

impl std::ops::Deref for Begun {
    type Target = Running;

    fn deref(&self) -> &Running {
        self.0.as_ref().unwrap()
    }
}

impl Begun {
    pub(crate) async fn stop(mut self) {
        self.0.take().unwrap().stop().await;
    }
}

impl Drop for Begun {
    fn drop(&mut self) {
        if let Some(running) = &self.0 {
            running.settle_for_good();
        }
    }
}

/// A community whose node runs.
pub(crate) struct Trial {
    pub(crate) running: Begun,
    pub(crate) coordinator: MemberId,
    pub(crate) root: Root,
    pub(crate) dir: tempfile::TempDir,
}

async fn run(dir: &Path, listen: bool) -> Begun {
    let starting = Starting {
        listen: if listen { vec!["/ip4/127.0.0.1/tcp/0".into()] } else { Vec::new() },
        announce: Vec::new(),
        mdns: false,
        peers: Vec::new(),
        limits: Limits::default(),
        cache_bytes: 1 << 20,
        backups: Policy::default(),
        progress: Progress::default(),
    };
    Begun(Some(Box::new(start(dir, starting).await.unwrap())))
}

impl Trial {
    /// Founds a community and starts its node, with a network of its own on the loopback interface if it is to `listen`.
    pub(crate) async fn begin(name: &str, listen: bool) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let charter = Charter::new(name.into(), Some("gcpuv".into()));
        let founding = Founding { charter, coordinator: "Rosa Example".into() };
        let (_, coordinator, words) = found(dir.path(), &founding).unwrap();
        let root = Root::from_words(&words).unwrap();
        Self { running: run(dir.path(), listen).await, coordinator, root, dir }
    }

    /// Stops the node, lets somebody change its directory, and starts it again without a network.
    pub(crate) async fn changed(self, change: impl FnOnce(&Path)) -> Self {
        self.running.stop().await;
        change(self.dir.path());
        Self { running: run(self.dir.path(), false).await, ..self }
    }

    /// The community as its backup brings it back, and the directory of the old copy, which is stopped.
    pub(crate) async fn restored(self, listen: bool) -> (Self, tempfile::TempDir) {
        self.running.stop().await;
        let (dir, file) = (tempfile::tempdir().unwrap(), self.dir.path().join("whole.age"));
        make(self.dir.path(), &file).unwrap().unwrap();
        restore(&file, dir.path(), &self.root, clock::now()).unwrap();
        let old = self.dir;
        (Self { running: run(dir.path(), listen).await, dir, ..self }, old)
    }

    /// Stops the node, and starts the copy in another directory.
    pub(crate) async fn moved(self, dir: tempfile::TempDir) -> Self {
        self.running.stop().await;
        Self { running: run(dir.path(), true).await, dir, ..self }
    }

    pub(crate) fn handle(&self) -> &Handle {
        &self.running.handle
    }

    pub(crate) async fn command(&self, command: Command) -> Reply {
        self.handle().command(None, command).await.unwrap()
    }

    pub(crate) async fn admit(&self, n: u8, kind: MemberKind) -> MemberId {
        let (member, by) = (MemberId([n; 16]), self.coordinator);
        self.command(Command::Admit { member, kind, role: Role::Member, key: None, by }).await;
        member
    }

    /// Admits a person with a name.
    pub(crate) async fn admit_named(&self, n: u8, name: &str) -> MemberId {
        self.admit_called(n, MemberKind::Person, name).await
    }

    pub(crate) async fn admit_called(&self, n: u8, kind: MemberKind, name: &str) -> MemberId {
        let (member, by) = (MemberId([n; 16]), self.coordinator);
        let person = crate::people::Person { name: name.into(), ..Default::default() };
        let command = Command::Admit { member, kind, role: Role::Member, key: None, by };
        let handle = self.handle().clone();
        let ask = async move { handle.command(None, command).await };
        self.handle().keeping_one(member.0, person.to_bytes(), ask).await.unwrap();
        member
    }

    pub(crate) async fn publish(&self, n: u8, owner: MemberId, item: Item) {
        let expires_at = clock::now().plus(Span::days(30));
        self.command(Command::Publish { key: RecordKey([n; 16]), item, expires_at, owner: Some(owner) }).await;
    }

    /// A coordinator's word, which any member may give.
    pub(crate) fn word(&self) -> Option<Consent> {
        Some(Consent::OnBehalf { coordinator: self.coordinator, channel: Channel::Paper })
    }
}

pub(crate) fn listing(title: &str, text: &str, tags: &[&str]) -> Listing {
    Listing {
        title: title.into(),
        text: Some(text.into()).filter(|text: &String| !text.is_empty()),
        category: Category::Garden,
        tags: tags.iter().map(|&tag| tag.into()).collect(),
        area: None,
        language: "en".into(),
        remote: false,
        when: kith_protocol::shelf::When::default(),
    }
}

/// An answer over HTTP.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: axum::http::HeaderMap,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

/// A router served on the loopback interface until it is dropped.
pub(crate) struct Served {
    base: String,
    task: tokio::task::JoinHandle<()>,
}

impl Drop for Served {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Served {
    pub(crate) async fn begin(router: Router) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let task = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { base, task }
    }

    /// Where it is served.
    pub(crate) fn base(&self) -> &str {
        &self.base
    }

    pub(crate) async fn ask(&self, method: &str, path: &str, headers: &[(&'static str, &str)]) -> Answer {
        let mut request = axum::http::Request::builder().method(method).uri(format!("{}{path}", self.base));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(()).unwrap();
        let asked = tokio::task::spawn_blocking(move || {
            let agent: ureq::Agent =
                ureq::Agent::config_builder().http_status_as_error(false).timeout_global(Some(DEADLINE)).build().into();
            let mut response = agent.run(request).unwrap();
            let body = response.body_mut().read_to_string().unwrap();
            Answer { status: response.status().as_u16(), headers: response.headers().clone(), body }
        });
        asked.await.unwrap()
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.ask("GET", path, &[]).await
    }

    /// Asks until the body says something, and gives the last answer.
    pub(crate) async fn get_until(&self, path: &str, says: &str) -> Answer {
        let asked = async {
            loop {
                let answer = self.get(path).await;
                if answer.body.contains(says) {
                    return answer;
                }
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        };
        match tokio::time::timeout(DEADLINE, asked).await {
            Ok(answer) => answer,
            Err(_) => panic!("{path} never said {says:?}: {}", self.get(path).await.body),
        }
    }
}
