#![expect(clippy::unwrap_used, reason = "tests")]

use super::*;
use crate::runtime::Founding;
use kith_protocol::community::Charter;
use std::{
    io::{Read as _, Write as _},
    net::TcpStream,
};

fn founded() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let founding = Founding { charter: Charter::new("Elm".into(), None), coordinator: "Ash".into() };
    runtime::found(dir.path(), &founding).unwrap();
    dir
}

fn quiet() -> Settings {
    Settings {
        http_listen: "127.0.0.1:0".parse().unwrap(),
        listen: vec!["/ip4/127.0.0.1/tcp/0".into()],
        ..Settings::default()
    }
}

/// The whole answer to a request written by hand.
fn ask(url: &str, head: &str) -> String {
    let mut stream = TcpStream::connect(url.strip_prefix("http://").unwrap()).unwrap();
    stream.write_all(format!("{head}\r\nConnection: close\r\n\r\n").as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_answers_under_its_own_names_only_and_goes_without_a_trace() {
    let dir = founded();
    let node = start(dir.path(), &quiet()).await.unwrap();
    assert_eq!(node.name, "Elm");
    assert_eq!(local::address(dir.path()).unwrap(), node.url);
    assert!(node.addresses[0].ends_with(&format!("/p2p/{}", node.running.peer())), "{:?}", node.addresses);
    let answers = {
        let url = node.url.clone();
        tokio::task::spawn_blocking(move || {
            [
                ask(&url, "GET /nowhere HTTP/1.1\r\nHost: localhost"),
                ask(&url, "GET /nowhere HTTP/1.1\r\nHost: evil.example"),
                ask(&url, "GET http://evil.example/ HTTP/1.1\r\nHost: localhost"),
                ask(&url, "GET /nowhere HTTP/1.0"),
                ask(&url, "POST /nowhere HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1048577"),
            ]
        })
        .await
        .unwrap()
    };
    let [known, strange, mixed, nameless, large] = &answers;
    assert!(known.starts_with("HTTP/1.1 404"), "{known}");
    for answer in [strange, mixed, nameless] {
        assert!(answer.contains(" 421 ") && answer.contains("application/problem+json"), "{answer}");
        assert!(answer.contains("allowed_hosts"), "{answer}");
    }
    assert!(large.starts_with("HTTP/1.1 413"), "{large}");
    for answer in &answers {
        for header in ["content-security-policy: default-src 'none'", "nosniff", "referrer-policy: "] {
            assert!(answer.contains(header), "{header} in {answer}");
        }
    }
    node.stop().await;
    assert!(matches!(local::address(dir.path()), Err(local::LocalError::NotRunning { .. })));
}

#[tokio::test(flavor = "multi_thread")]
async fn one_node_a_directory_and_one_a_port() {
    let dir = founded();
    let node = start(dir.path(), &quiet()).await.unwrap();
    let second = start(dir.path(), &quiet()).await.map(|_| ()).unwrap_err();
    assert!(second.to_string().contains("another kith is running on"), "{second}");
    let other = founded();
    let taken = Settings { http_listen: node.url.strip_prefix("http://").unwrap().parse().unwrap(), ..quiet() };
    let refused = start(other.path(), &taken).await.map(|_| ()).unwrap_err();
    assert!(matches!(refused, ServeError::Bind { .. }), "{refused}");
    // What did not start left its directory free.
    let again = start(other.path(), &quiet()).await.unwrap();
    again.stop().await;
    node.stop().await;
    let back = start(dir.path(), &quiet()).await.unwrap();
    back.stop().await;
}

#[test]
fn all_addresses_are_reached_by_one_that_is_a_place() {
    for (bound, reached) in [
        ("0.0.0.0:1", "127.0.0.1:1"),
        ("[::]:2", "[::1]:2"),
        ("192.0.2.1:3", "192.0.2.1:3"),
        ("127.0.0.1:4", "127.0.0.1:4"),
    ] {
        assert_eq!(reached_at(bound.parse().unwrap()).to_string(), reached);
    }
}
