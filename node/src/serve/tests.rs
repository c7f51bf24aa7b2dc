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
    assert!(large.starts_with("HTTP/1.1 413") && large.contains("application/problem+json"), "{large}");
    for answer in &answers {
        for header in ["content-security-policy: default-src 'none'", "nosniff", "referrer-policy: "] {
            assert!(answer.contains(header), "{header} in {answer}");
        }
    }
    node.stop().await;
    assert!(matches!(local::address(dir.path()), Err(local::LocalError::NotRunning { .. })));
}

/// A browser hears in words, and in its language, what stands before every page.
#[tokio::test(flavor = "multi_thread")]
async fn a_browser_that_is_stopped_is_told_in_words() {
    let dir = founded();
    let node = start(dir.path(), &quiet()).await.unwrap();
    let url = node.url.clone();
    let answers = tokio::task::spawn_blocking(move || {
        let html = "Accept: text/html,application/xhtml+xml;q=0.9,*/*;q=0.8\r\nAccept-Language: es";
        [
            ask(&url, &format!("GET / HTTP/1.1\r\nHost: <b>evil.example\r\n{html}")),
            ask(&url, &format!("POST /ask HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1048577\r\n{html}")),
            ask(&url, &format!("GET /api/v1/node HTTP/1.1\r\nHost: evil.example\r\n{html}")),
            ask(&url, "GET /static/kith.css HTTP/1.1\r\nHost: evil.example"),
            ask(&url, "GET /static/kith.svg HTTP/1.1\r\nHost: evil.example"),
            ask(&url, "GET /static/kith.js HTTP/1.1\r\nHost: evil.example"),
        ]
    });
    let [strange, large, program, style, icon, script] = answers.await.unwrap();
    assert!(strange.contains(" 421 ") && strange.contains("text/html"), "{strange}");
    assert!(
        strange.contains("Esta no es nuestra dirección") && strange.contains("&#60;b&#62;evil.example"),
        "{strange}"
    );
    assert!(!strange.contains("Elm"), "whoever uses a strange name learns nothing of the community: {strange}");
    // Its page is dressed like the others, with what anybody may have.
    assert!(strange.contains("href=\"/static/kith.css?v=") && strange.contains("style-src 'self'"), "{strange}");
    assert!(style.starts_with("HTTP/1.1 200") && icon.starts_with("HTTP/1.1 200"), "{style} {icon}");
    assert!(script.starts_with("HTTP/1.1 421"), "{script}");
    assert!(large.starts_with("HTTP/1.1 413") && large.contains("Es demasiado de una vez"), "{large}");
    assert!(program.contains(" 421 ") && program.contains("application/problem+json"), "{program}");
    node.stop().await;
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

/// A page as a browser without scripts sees it.
async fn says(url: &str, path: &str) -> (u16, String) {
    let mut browser = crate::web::browser::Browser::at(url);
    let shown = browser.get(path).await;
    (shown.status, shown.body)
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_calls_while_a_node_starts_is_told_to_wait() {
    let progress = Progress::default();
    let mut piece = progress.begin(1_000);
    piece.reach(430);
    let front = Front::open(&quiet(), waiting::router(progress.clone())).await.unwrap();
    let url = front.url();
    let (status, page) = says(&url, "/today").await;
    assert!(status == 503 && page.contains("Kith is getting ready") && page.contains("43 / 100"), "{page}");
    assert!(page.contains("href=\"/today\""), "{page}");
    let sent = {
        let url = url.clone();
        let asked = move || {
            [
                ask(&url, "GET /find?q=tea HTTP/1.1\r\nHost: localhost"),
                ask(&url, "POST /exchange HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0"),
                ask(&url, "POST /api/v1/exchanges HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0"),
                ask(&url, "GET /readyz HTTP/1.1\r\nHost: localhost"),
                ask(&url, "GET /livez HTTP/1.1\r\nHost: localhost"),
                ask(&url, "GET /static/kith.css HTTP/1.1\r\nHost: localhost"),
                ask(&url, "GET / HTTP/1.1\r\nHost: evil.example"),
                ask(&url, "GET /live?since=1 HTTP/1.1\r\nHost: localhost"),
                ask(&url, "GET //evil.example/ HTTP/1.1\r\nHost: localhost"),
            ]
        };
        tokio::task::spawn_blocking(asked).await.unwrap()
    };
    let [page, form, api, ready, alive, style, strange, live, elsewhere] = &sent;
    assert!(
        page.starts_with("HTTP/1.1 503") && page.contains("refresh: 5") && page.contains("retry-after: "),
        "{page}"
    );
    assert!(form.starts_with("HTTP/1.1 503") && form.contains("send it again") && !form.contains("refresh"), "{form}");
    assert!(api.starts_with("HTTP/1.1 503") && api.contains("\"code\":\"starting\""), "{api}");
    assert!(ready.starts_with("HTTP/1.1 503") && ready.contains("43 % so far"), "{ready}");
    assert!(alive.starts_with("HTTP/1.1 200") && style.starts_with("HTTP/1.1 200"), "{alive} {style}");
    assert!(strange.starts_with("HTTP/1.1 421"), "{strange}");
    assert!(live.starts_with("HTTP/1.1 200") && live.contains("text/event-stream"), "{live}");
    assert!(!elsewhere.contains("evil.example"), "{elsewhere}");
    drop(piece);
    let (_, page) = says(&url, "/").await;
    assert!(!page.contains("<progress"), "{page}");
    front.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_coordinator_has_the_book_read_again() {
    let dir = founded();
    let node = Box::pin(start(dir.path(), &quiet())).await.unwrap();
    let (url, handle) = (node.url.clone(), node.running.handle.clone());
    let index = dir.path().join("index");
    let mark = dir.path().join("rebuild");
    std::fs::write(index.join("stray"), b"").unwrap();
    handle.rebuild().unwrap();
    assert!(mark.exists());
    // Somebody still works with what is to be closed.
    tokio::spawn(async move {
        tokio::time::sleep(std::time::Duration::from_millis(500)).await;
        drop(handle);
    });
    tokio::time::timeout(std::time::Duration::from_secs(60), node.asked_to_start_again()).await.unwrap();
    let node = Box::pin(node.again()).await.unwrap();
    assert_eq!((node.url.as_str(), node.name.as_str()), (url.as_str(), "Elm"));
    assert!(!mark.exists() && !index.join("stray").exists() && node.running.replayed > 0);
    assert_eq!(says(&url, "/").await.0, 200);
    assert!(matches!(start(dir.path(), &quiet()).await, Err(ServeError::Start(_))), "the lock is held");
    node.stop().await;
}
