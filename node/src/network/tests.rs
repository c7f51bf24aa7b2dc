//! Real sockets on the loopback, several nodes in one process.

#![expect(clippy::unwrap_used, reason = "tests")]

use std::{sync::atomic::Ordering, time::Duration};

use tokio::{sync::mpsc, task::JoinHandle, time::timeout};

use super::{
    Command, DialFailure, Event, Full, Limits, NetworkConfig, NetworkError, NetworkHandle, PeerKey, RequestFailure,
    RequestId, Sink, Verdict, limits, start,
};

mod early;
mod gossip;
mod road;
mod rogue;

/// Far more than anything here takes; only a failing test waits for it.
const DEADLINE: Duration = Duration::from_secs(60);

const TCP: &str = "/ip4/127.0.0.1/tcp/0";
const QUIC: &str = "/ip4/127.0.0.1/udp/0/quic-v1";
const ROOMY: usize = 1024;

struct Queue(mpsc::Sender<Event>);

impl Sink for Queue {
    fn deliver(&mut self, event: Event) -> Result<(), Full> {
        self.0.try_send(event).map_err(|_| Full)
    }
}

/// A running network, and what its sink took.
struct Node {
    handle: NetworkHandle,
    events: mpsc::Receiver<Event>,
    task: JoinHandle<()>,
}

fn config(seed: u8, listen: &str) -> NetworkConfig {
    NetworkConfig {
        listen: vec![listen.to_owned()],
        limits: Limits { heartbeat: Duration::from_millis(100), ..Limits::default() },
        ..NetworkConfig::new([seed; 32].into())
    }
}

async fn run(config: NetworkConfig, room: usize) -> Node {
    let (sender, events) = mpsc::channel(room);
    let (handle, task) = start(config, Queue(sender)).await.unwrap();
    Node { handle, events, task }
}

async fn node(seed: u8, listen: &str) -> Node {
    run(config(seed, listen), ROOMY).await
}

impl Node {
    fn key(&self) -> PeerKey {
        self.handle.local()
    }

    fn send(&self, command: Command) {
        self.handle.send(command).unwrap();
    }

    fn ask(&self, peer: PeerKey, token: u64, bytes: Vec<u8>) {
        self.send(Command::Request { peer, token, bytes });
    }

    fn dial(&self, peer: PeerKey, address: &str) {
        let addresses = vec![address.to_owned()];
        self.send(Command::Dial { peer, addresses });
    }

    /// The next event that is picked; others are passed over.
    async fn wait<T>(&mut self, mut pick: impl FnMut(Event) -> Option<T>) -> T {
        let picked = async {
            loop {
                let event = self.events.recv().await.expect("the network runs");
                if let Some(picked) = pick(event) {
                    return picked;
                }
            }
        };
        timeout(DEADLINE, picked).await.expect("in time")
    }

    async fn connected(&mut self, with: PeerKey) {
        self.wait(|event| match event {
            Event::Connected { peer, .. } if peer == with => Some(()),
            _ => None,
        })
        .await;
    }

    async fn disconnected(&mut self, with: PeerKey) {
        self.wait(|event| match event {
            Event::Disconnected { peer } if peer == with => Some(()),
            _ => None,
        })
        .await;
    }

    async fn request(&mut self) -> (PeerKey, RequestId, Vec<u8>) {
        self.wait(|event| match event {
            Event::Request { peer, id, bytes } => Some((peer, id, bytes)),
            _ => None,
        })
        .await
    }

    /// How the request with this token ended.
    async fn end_of(&mut self, expected: u64) -> Result<Vec<u8>, RequestFailure> {
        self.wait(|event| match event {
            Event::Response { token, bytes, .. } if token == expected => Some(Ok(bytes)),
            Event::RequestFailed { token, reason, .. } if token == expected => Some(Err(reason)),
            _ => None,
        })
        .await
    }

    async fn dial_failure(&mut self) -> DialFailure {
        self.wait(|event| match event {
            Event::DialFailed { reason, .. } => Some(reason),
            _ => None,
        })
        .await
    }

    async fn connect(&mut self, other: &mut Self) {
        self.dial(other.key(), &other.handle.listening()[0]);
        self.connected(other.key()).await;
        other.connected(self.key()).await;
    }

    fn connections(&self) -> u64 {
        let counters = self.handle.counters();
        counters.connections.load(Ordering::Relaxed)
    }
}

/// Waits for what only a counter tells.
async fn until(condition: impl Fn() -> bool) {
    let reached = async {
        while !condition() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    timeout(DEADLINE, reached).await.expect("in time");
}

#[tokio::test]
async fn both_transports_carry_requests_both_ways() {
    for listen in [TCP, QUIC] {
        let mut ash = node(1, listen).await;
        let mut birch = node(2, listen).await;
        ash.connect(&mut birch).await;

        let largest = vec![7; limits::REQUEST_MAX_BYTES];
        ash.ask(birch.key(), 41, largest.clone());
        let (peer, id, bytes) = birch.request().await;
        assert_eq!(peer, ash.key());
        assert!(bytes == largest, "the request arrives whole");
        let bytes = vec![8; limits::RESPONSE_MAX_BYTES];
        birch.send(Command::Respond { id, bytes });
        let answer = ash.end_of(41).await.unwrap();
        assert!(answer == vec![8; limits::RESPONSE_MAX_BYTES]);

        birch.ask(ash.key(), 42, Vec::new());
        let (_, id, bytes) = ash.request().await;
        assert!(bytes.is_empty());
        let bytes = b"hello".to_vec();
        ash.send(Command::Respond { id, bytes });
        assert_eq!(birch.end_of(42).await, Ok(b"hello".to_vec()));
    }
}

#[tokio::test]
async fn a_request_that_is_not_answered_says_why() {
    let mut ash = node(1, TCP).await;
    let mut birch = node(2, TCP).await;
    ash.ask(birch.key(), 1, vec![1]);
    assert_eq!(ash.end_of(1).await, Err(RequestFailure::Unreachable));
    ash.connect(&mut birch).await;

    ash.ask(birch.key(), 2, vec![0; limits::REQUEST_MAX_BYTES + 1]);
    assert_eq!(ash.end_of(2).await, Err(RequestFailure::TooLarge));

    ash.ask(birch.key(), 3, vec![3]);
    let (_, id, _) = birch.request().await;
    birch.send(Command::Drop { id });
    assert_eq!(ash.end_of(3).await, Err(RequestFailure::Refused));

    ash.ask(birch.key(), 4, vec![4]);
    let (_, id, _) = birch.request().await;
    let bytes = vec![0; limits::RESPONSE_MAX_BYTES + 1];
    birch.send(Command::Respond { id, bytes });
    assert_eq!(ash.end_of(4).await, Err(RequestFailure::Refused));

    ash.ask(birch.key(), 5, vec![5]);
    birch.request().await;
    birch.send(Command::Disconnect { peer: ash.key() });
    assert_eq!(ash.end_of(5).await, Err(RequestFailure::Closed));
}

#[tokio::test]
async fn a_silent_peer_times_out_and_its_late_answer_is_harmless() {
    let mut impatient = config(1, TCP);
    impatient.limits.request_timeout = Duration::from_millis(300);
    let mut ash = run(impatient, ROOMY).await;
    let mut birch = node(2, TCP).await;
    ash.connect(&mut birch).await;
    ash.ask(birch.key(), 1, vec![1]);
    let (_, late, _) = birch.request().await;
    assert_eq!(ash.end_of(1).await, Err(RequestFailure::Timeout));
    let bytes = vec![1];
    birch.send(Command::Respond { id: late, bytes });
    ash.ask(birch.key(), 2, vec![2]);
    let (_, id, bytes) = birch.request().await;
    birch.send(Command::Respond { id, bytes });
    assert_eq!(ash.end_of(2).await, Ok(vec![2]));
}

#[tokio::test]
async fn more_requests_at_once_than_a_peer_serves_are_busy() {
    let mut ash = node(1, TCP).await;
    let mut birch = node(2, TCP).await;
    ash.connect(&mut birch).await;
    let most = limits::REQUESTS_PER_PEER_MAX as u64;
    for token in 0..=most {
        ash.ask(birch.key(), token, vec![1]);
    }
    assert_eq!(ash.end_of(most).await, Err(RequestFailure::Busy));
    for _ in 0..most {
        let (_, id, bytes) = birch.request().await;
        birch.send(Command::Respond { id, bytes });
    }
    for _ in 0..most {
        let ended = ash.wait(|event| match event {
            Event::Response { token, .. } => Some(token),
            Event::RequestFailed { token, reason, .. } => panic!("{token}: {reason}"),
            _ => None,
        });
        assert!(ended.await < most);
    }
}

#[tokio::test]
async fn a_dial_that_cannot_work_is_told_and_harms_nothing() {
    let mut ash = node(1, TCP).await;
    let mut birch = node(2, TCP).await;
    let own = ash.handle.listening()[0].clone();
    let away = birch.handle.listening()[0].clone();
    let stranger = PeerKey([9; 32]);

    ash.dial(ash.key(), &own);
    assert_eq!(ash.dial_failure().await, DialFailure::NoAddress);
    ash.dial(stranger, &own);
    assert_eq!(ash.dial_failure().await, DialFailure::NoAddress);
    ash.dial(stranger, "nonsense");
    assert_eq!(ash.dial_failure().await, DialFailure::NoAddress);
    ash.dial(stranger, &away);
    assert_eq!(ash.dial_failure().await, DialFailure::OtherPeer);
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = closed.local_addr().unwrap().port();
    drop(closed);
    ash.dial(stranger, &format!("/ip4/127.0.0.1/tcp/{port}"));
    assert_eq!(ash.dial_failure().await, DialFailure::NoAnswer);
    ash.send(Command::Disconnect { peer: stranger });

    ash.connect(&mut birch).await;
    ash.dial(birch.key(), &away);
    ash.ask(birch.key(), 1, vec![1]);
    birch.request().await;
    assert_eq!(ash.connections(), 1, "a dial of a connected peer does nothing");
}

#[tokio::test]
async fn a_full_sink_never_blocks_and_hears_the_latest_state() {
    let mut ash = node(1, TCP).await;
    let mut cedar = node(3, TCP).await;
    // Room for one event, which the listening address takes.
    let mut birch = run(config(2, TCP), 1).await;
    let place = birch.handle.listening()[0].clone();
    ash.dial(birch.key(), &place);
    ash.connected(birch.key()).await;
    ash.ask(birch.key(), 1, vec![1]);
    assert_eq!(ash.end_of(1).await, Err(RequestFailure::Refused));

    // Another comes and goes while the sink is full.
    cedar.dial(birch.key(), &place);
    cedar.connected(birch.key()).await;
    until(|| birch.connections() == 2).await;
    cedar.send(Command::Disconnect { peer: birch.key() });
    cedar.disconnected(birch.key()).await;
    until(|| birch.connections() == 1).await;

    // A response that finds no room is told as a failure later.
    birch.ask(ash.key(), 2, vec![2]);
    let (_, id, bytes) = ash.request().await;
    ash.send(Command::Respond { id, bytes });
    let failed = &birch.handle.counters().requests_out_failed;
    until(|| failed.load(Ordering::Relaxed) == 1).await;

    let mut told = Vec::new();
    while told.len() < 3 {
        told.push(birch.wait(Some).await);
    }
    assert!(matches!(&told[0], Event::Listening { address } if *address == place));
    assert!(matches!(told[1], Event::Connected { peer, .. } if peer == ash.key()));
    let reason = RequestFailure::Busy;
    assert!(matches!(told[2], Event::RequestFailed { token: 2, reason: r, .. } if r == reason));
    ash.ask(birch.key(), 3, vec![3]);
    let next = birch.wait(Some).await;
    assert!(matches!(next, Event::Request { peer, .. } if peer == ash.key()));
}

#[tokio::test]
async fn commands_wait_in_a_bounded_queue() {
    let birch = run(config(2, TCP), 1).await;
    // Nothing reads the sink, so failures are owed until no command is taken any more.
    let mut accepted = 0;
    let offer = || {
        let (peer, token, bytes) = (PeerKey([9; 32]), 0, Vec::new());
        birch.handle.send(Command::Request { peer, token, bytes })
    };
    let full = async {
        loop {
            match offer() {
                Ok(()) => accepted += 1,
                Err(Full) if accepted >= limits::FAILURES_OWED_MAX + limits::COMMANDS_MAX => break,
                Err(Full) => tokio::task::yield_now().await,
            }
        }
    };
    timeout(DEADLINE, full).await.expect("in time");
    assert_eq!(accepted, limits::FAILURES_OWED_MAX + limits::COMMANDS_MAX);
    birch.send(Command::Stop);
    timeout(DEADLINE, birch.task).await.expect("in time").unwrap();
}

#[tokio::test]
async fn a_place_in_use_and_a_wrong_address_are_named() {
    for listen in [TCP, QUIC] {
        let ash = node(1, listen).await;
        let taken = ash.handle.listening()[0].clone();
        match start(config(2, &taken), Queue(mpsc::channel(1).0)).await {
            Err(NetworkError::AddressInUse { address }) => assert_eq!(address, taken),
            Err(error) => panic!("{error}"),
            Ok(_) => panic!("two nodes share {taken}"),
        }
    }
    let not_ours = "/ip4/192.0.2.1/tcp/0";
    for wrong in ["/ip4/127.0.0.1", "/dns/localhost/tcp/0", not_ours] {
        let started = start(config(2, wrong), Queue(mpsc::channel(1).0)).await;
        let error = started.map(drop).expect_err("no place to listen").to_string();
        assert!(error.contains(wrong), "{error}");
    }
    let mut twice = config(2, "/ip4/127.0.0.1/tcp/8381");
    twice.listen.push(twice.listen[0].clone());
    let started = start(twice, Queue(mpsc::channel(1).0)).await;
    assert!(matches!(started, Err(NetworkError::ListedTwice { .. })));
}

#[tokio::test]
async fn a_stop_closes_connections_and_frees_the_port() {
    let mut ash = node(1, TCP).await;
    let mut birch = node(2, TCP).await;
    ash.connect(&mut birch).await;
    ash.ask(birch.key(), 1, vec![1]);
    birch.request().await;
    let place = ash.handle.listening()[0].clone();
    ash.send(Command::Stop);
    assert_eq!(ash.end_of(1).await, Err(RequestFailure::Closed));
    timeout(DEADLINE, &mut ash.task).await.expect("in time").unwrap();
    birch.disconnected(ash.key()).await;
    let stopped = ash.handle.send(Command::Publish { bytes: vec![1] });
    assert_eq!(stopped, Err(Full));

    let mut again = run(config(1, &place), ROOMY).await;
    assert_eq!(again.handle.listening()[0], place);
    again.connect(&mut birch).await;
}

#[tokio::test]
async fn two_that_dial_at_once_come_and_go_by_turns() {
    let mut ash = node(1, TCP).await;
    let mut birch = node(2, QUIC).await;
    ash.dial(birch.key(), &birch.handle.listening()[0]);
    birch.dial(ash.key(), &ash.handle.listening()[0]);
    ash.connected(birch.key()).await;
    birch.connected(ash.key()).await;
    birch.send(Command::Stop);
    timeout(DEADLINE, birch.task).await.expect("in time").unwrap();
    until(|| ash.connections() == 0).await;
    let mut connected = true;
    while let Ok(event) = ash.events.try_recv() {
        let now = match event {
            Event::Connected { .. } => true,
            Event::Disconnected { .. } => false,
            _ => continue,
        };
        assert_ne!(now, connected, "told once, not per connection");
        connected = now;
    }
    assert!(!connected);
}

#[tokio::test]
async fn a_partner_is_let_in_when_strangers_fill_the_limit() {
    let mut few = config(2, TCP);
    few.limits.connections_in = 1;
    let mut birch = run(few, ROOMY).await;
    let mut ash = node(1, TCP).await;
    let mut cedar = node(3, TCP).await;
    ash.connect(&mut birch).await;

    let place = birch.handle.listening()[0].clone();
    cedar.dial(birch.key(), &place);
    let refused = cedar.wait(|event| match event {
        Event::Disconnected { .. } | Event::DialFailed { .. } => Some(()),
        _ => None,
    });
    refused.await;
    assert!(birch.events.try_recv().is_err(), "a stranger over the limit is no news");

    let peer = cedar.key();
    birch.send(Command::Partner { peer, is: true });
    // Commands are taken in turn: once this one is answered, the one before has been obeyed.
    birch.ask(peer, 1, Vec::new());
    assert_eq!(birch.end_of(1).await, Err(RequestFailure::Unreachable));
    cedar.connect(&mut birch).await;
    birch.send(Command::Partner { peer, is: false });
    birch.send(Command::Disconnect { peer });
    birch.disconnected(peer).await;
    assert_eq!(birch.connections(), 1);
}
