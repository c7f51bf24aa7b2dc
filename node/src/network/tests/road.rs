//! What a request costs on a long road.

use super::*;
use std::sync::{Arc, atomic::AtomicBool};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream, tcp},
};

/// Carries bytes for as long as the gate is open; what comes then is kept until it opens again.
async fn carry(mut from: tcp::OwnedReadHalf, mut to: tcp::OwnedWriteHalf, shut: Arc<AtomicBool>) {
    let mut chunk = vec![0; 64 * 1024];
    while let Ok(read @ 1..) = from.read(&mut chunk).await {
        while shut.load(Ordering::SeqCst) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        if to.write_all(&chunk[..read]).await.is_err() {
            return;
        }
    }
}

/// A relay before an address, and the gate on the way back.
async fn relay(address: &str) -> (String, Arc<AtomicBool>) {
    let port = address.rsplit('/').next().unwrap();
    let to = format!("127.0.0.1:{port}");
    let near = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let place = format!("/ip4/127.0.0.1/tcp/{}", near.local_addr().unwrap().port());
    let shut = Arc::new(AtomicBool::new(false));
    let gate = Arc::clone(&shut);
    tokio::spawn(async move {
        while let Ok((here, _)) = near.accept().await {
            let there = TcpStream::connect(&to).await.unwrap();
            let ((from_here, to_here), (from_there, to_there)) = (here.into_split(), there.into_split());
            tokio::spawn(carry(from_here, to_there, Arc::default()));
            tokio::spawn(carry(from_there, to_here, Arc::clone(&gate)));
        }
    });
    (place, shut)
}

/// Everything of a request is on its way before the other side has said anything: it costs half a round trip.
#[tokio::test]
async fn a_request_arrives_without_a_word_from_the_other_side() {
    let mut ash = node(1, TCP).await;
    let mut birch = node(2, TCP).await;
    let (place, shut) = relay(&birch.handle.listening()[0]).await;
    ash.dial(birch.key(), &place);
    ash.connected(birch.key()).await;
    birch.connected(ash.key()).await;
    // Once there and back, so that nothing of the greetings is under way any more.
    ash.ask(birch.key(), 1, vec![1]);
    let (_, id, _) = birch.request().await;
    birch.send(Command::Respond { id, bytes: vec![2] });
    assert_eq!(ash.end_of(1).await, Ok(vec![2]));

    shut.store(true, Ordering::SeqCst);
    ash.ask(birch.key(), 2, vec![3; 20_000]);
    let (_, id, bytes) = birch.request().await;
    assert_eq!(bytes, vec![3; 20_000]);
    shut.store(false, Ordering::SeqCst);
    birch.send(Command::Respond { id, bytes: vec![4] });
    assert_eq!(ash.end_of(2).await, Ok(vec![4]));
}
